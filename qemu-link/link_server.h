/* SPDX-License-Identifier: MIT */
/* link_server.h - outside clients on the buses of a sim, over a unix socket or TCP.
 * One connection is one controller on one bus. docs/link-protocol.md is the protocol. */
#ifndef CANSIM_QEMU_LINK_LINK_SERVER_H
#define CANSIM_QEMU_LINK_LINK_SERVER_H

#include "simcore/sim.h"

struct ev_loop;
struct cs_link_server; /* opaque */

/* How the server reaches whoever owns the sim. Both functions may run the sim; neither may destroy
 * it or the server. */
struct cs_link_host {
    struct cs_sim *sim;
    struct ev_loop *loop;
    void (*sync)(void *ctx); /* bring bus time to the present before acting on a message */
    void (*kick)(void *ctx); /* something was queued */
    void *ctx;
};

struct cs_link_server_stats {
    unsigned clients;                            /* joined now */
    uint64_t accepted, refused, protocol_errors; /* joined ever; turned away instead; garbage */
    uint64_t lost;                               /* messages that slow clients did not get */
};

/* Listen. address: "unix:/path", "/path", "tcp:HOST:PORT" ("tcp::PORT" = loopback); NULL =
 * CANSIM_LINK or the default. The unix socket has mode 0600; the default one lies in a directory of
 * mode 0700 that is made where it is missing. A stale socket of a dead host is replaced, a live one
 * is not touched. Returns NULL with a sentence in `why` (then *status is 2: unusable address, 3: in
 * use, no permission …). */
struct cs_link_server *cs_link_server_create(const struct cs_link_host *host, const char *address,
                                             int *status, char *why, size_t why_size);
/* Whether that address could be read; nothing is looked up or touched. Returns 0, or -EINVAL with a
 * sentence in `why`. */
int cs_link_server_check_address(const char *address, char *why, size_t why_size);
/* Says goodbye to every client, detaches their controllers, removes the socket. */
void cs_link_server_destroy(struct cs_link_server *server);

/* As a client would give it: with the port that was chosen. */
const char *cs_link_server_address(const struct cs_link_server *server);
void cs_link_server_stats(const struct cs_link_server *server, struct cs_link_server_stats *out);

#endif
