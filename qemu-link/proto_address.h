/* SPDX-License-Identifier: MIT */
/* proto_address.h - addresses of the link as people write them: "unix:/path", "/path",
 * "tcp:HOST:PORT" ("tcp::PORT" and "tcp:[IPv6]:PORT" too). Text only: nothing is looked up. */
#ifndef CANSIM_QEMU_LINK_PROTO_ADDRESS_H
#define CANSIM_QEMU_LINK_PROTO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define CS_PROTO_PATH_MAX    108  /* sun_path of Linux, NUL included */
#define CS_PROTO_ADDRESS_MAX 4096 /* of a text, NUL included */
#define CS_PROTO_LOOPBACK    "127.0.0.1"

struct cs_proto_address {
    bool tcp;
    bool is_default;              /* nobody named it */
    char path[CS_PROTO_PATH_MAX]; /* unix */
    char host[256];               /* tcp; name or number, without brackets */
    char port[6];                 /* 0..65535, decimal */
};

/* CANSIM_LINK, else $XDG_RUNTIME_DIR/cansim/default.sock, else /tmp/cansim-UID/default.sock.
 * *is_default, where not NULL, becomes whether CANSIM_LINK was not used. Returns buf. */
char *cs_proto_address_default(char *buf, size_t size, bool *is_default);

/* NULL stands for the default. Returns 0, or -EINVAL with one sentence in `why`. */
int cs_proto_address_parse(const char *text, struct cs_proto_address *address, char *why,
                           size_t why_size);

/* The text that parses to the same address; buf holds CS_PROTO_ADDRESS_MAX. Returns buf. */
char *cs_proto_address_format(const struct cs_proto_address *address, char *buf, size_t size);

#endif
