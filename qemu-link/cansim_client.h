/* SPDX-License-Identifier: MIT */
/* cansim_client.h - join a bus of a running cansim host from a program of your own.
 * One client is one connection is one controller on one bus: it acknowledges, arbitrates and has
 * error counters. Nothing here blocks but cs_client_connect(), cs_client_topology(),
 * cs_client_wait() and, for at most 100 ms and only while frames wait for the socket,
 * cs_client_close(); no threads, no signals, no global state. Link with -lcansim-client.
 * docs/link-protocol.md describes the bytes. */
#ifndef CANSIM_QEMU_LINK_CANSIM_CLIENT_H
#define CANSIM_QEMU_LINK_CANSIM_CLIENT_H

#ifdef __cplusplus
extern "C" {
#endif

#include "simcore/bus.h"

#pragma GCC visibility push(default)

#define CS_CLIENT_MAX_BUSES 16

struct cs_client; /* opaque */

/* What the client wants to be told besides received frames and its own confirmations. */
enum cs_client_want {
    CS_CLIENT_WANT_RX = 1 << 0,     /* received frames that pass the filters */
    CS_CLIENT_WANT_ERRORS = 1 << 1, /* errors, states, lost arbitration of its controller */
};

struct cs_client_options {
    const char *address;   /* NULL: CANSIM_LINK, else the default address */
    const char *bus;       /* name; NULL: the host's first bus */
    const char *name;      /* the controller's; NULL: the program's name and pid */
    uint32_t bitrate_bps;  /* 0: the bus's */
    unsigned mode;         /* enum cs_mode */
    unsigned want;         /* enum cs_client_want */
    bool fifo;             /* CS_TX_FIFO instead of CS_TX_BY_PRIORITY */
    unsigned tx_queue_len; /* 0: the host's choice; the host may give fewer */
    const struct cs_filter *filters;
    unsigned n_filters;  /* 0: all */
    int timeout_ms;      /* for connect and handshake; 0: 5000 */
    uint32_t restart_ms; /* bus-off: recover after this bus time; 0: wait for cs_client_recover() */
};

enum cs_client_event_kind {
    CS_CLIENT_RX,       /* frame, start_ps, at_ps, from (node index) */
    CS_CLIENT_TX_DONE,  /* cookie, result, at_ps, start_ps, attempts, lost */
    CS_CLIENT_ARB_LOST, /* at_ps, cookie, bit */
    CS_CLIENT_ERROR,    /* at_ps, error, field, bit, tx, tec, rec */
    CS_CLIENT_STATE,    /* at_ps, state, tec, rec: the state or the counters changed */
    CS_CLIENT_LOST,     /* `count` messages were dropped: this client was too slow */
    CS_CLIENT_CLOSED,   /* the last event: goodbye, or a broken connection; `text` says why */
};

struct cs_client_event {
    enum cs_client_event_kind kind;
    int64_t at_ps, start_ps; /* bus time */
    struct cs_frame frame;   /* RX */
    uint64_t cookie;
    enum cs_tx_result result;
    enum cs_error_kind error;
    enum cs_node_state state;
    uint8_t field;
    bool tx;
    uint16_t bit, attempts, lost, tec, rec;
    int16_t from;
    uint64_t count;
    const char *text; /* valid until the next call */
    bool own;         /* RX: a frame of this controller (loopback) */
};

struct cs_client_bus {
    char name[CS_NAME_MAX];
    uint32_t bitrate_bps;
};

/* The address that NULL stands for: CANSIM_LINK, else $XDG_RUNTIME_DIR/cansim/default.sock, else
 * /tmp/cansim-UID/default.sock. Returns buf. */
char *cs_client_default_address(char *buf, size_t size);

/* Connect and join. Returns 0 and *client, or -errno with one sentence in `why`:
 * -ECONNREFUSED / -ENOENT nobody serves that address, -EINVAL unusable address or options, -ENODEV
 * no such bus, -ETIMEDOUT, -EPROTO not a cansim host or another version, -ENOSPC bus full. */
int cs_client_connect(struct cs_client **client, const struct cs_client_options *options, char *why,
                      size_t why_size);

/* Ask a host for its buses without joining. Returns their number or -errno with a sentence. */
int cs_client_topology(const char *address, struct cs_client_bus *buses, unsigned max, char *why,
                       size_t why_size);

/* Goodbye: the host sends what is queued (for at most a second of bus time), then the controller
 * leaves. Closes the descriptor and frees; NULL is allowed. */
void cs_client_close(struct cs_client *client);

const char *cs_client_name(const struct cs_client *client); /* as the host accepted it */
const char *cs_client_bus(const struct cs_client *client);
int cs_client_node(const struct cs_client *client); /* its index on the bus */
uint32_t cs_client_bitrate_bps(const struct cs_client *client);
/* The buses of the host when the client joined: returns their number, copies at most `max`. */
unsigned cs_client_buses(const struct cs_client *client, struct cs_client_bus *buses, unsigned max);
/* Wall clock (CLOCK_REALTIME, ns) that bus time 0 stood for when the client joined: a timestamp
 * base. */
int64_t cs_client_epoch_ns(const struct cs_client *client);

/* For poll(): read always, write where cs_client_wants_write(). After poll() call cs_client_next()
 * until it returns 0. Stays open after CS_CLIENT_CLOSED, so that a watcher can be stopped first. */
int cs_client_fd(const struct cs_client *client);
bool cs_client_wants_write(const struct cs_client *client);

/* Frames that may be sent now without -EAGAIN. */
unsigned cs_client_credits(const struct cs_client *client);
/* Queue a frame on the controller. Returns 0, -EAGAIN (no credit: wait for a TX_DONE), -EINVAL,
 * -EOPNOTSUPP (CAN FD on a classic bus) or -ENETDOWN (closed). */
int cs_client_send(struct cs_client *client, const struct cs_frame *frame, uint64_t cookie);
/* These return 0, -EAGAIN (too many requests wait for the socket), -EINVAL or -ENETDOWN. */
int cs_client_abort(struct cs_client *client, uint64_t cookie);
int cs_client_set_filters(struct cs_client *client, const struct cs_filter *filters, unsigned n);
int cs_client_set_mode(struct cs_client *client, unsigned mode);
int cs_client_recover(struct cs_client *client); /* leave bus-off */

/* Next event: 1 and *event, 0 none now, never blocks. After CS_CLIENT_CLOSED always 0. */
int cs_client_next(struct cs_client *client, struct cs_client_event *event);
/* Wait until cs_client_next() has something: 1, 0 timed out, -EINTR (a signal), -ENETDOWN (after
 * CS_CLIENT_CLOSED). timeout_ms < 0: for ever. */
int cs_client_wait(struct cs_client *client, int timeout_ms);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
