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

#include "simcore/fault.h"

#pragma GCC visibility push(default)

#define CS_CLIENT_MAX_BUSES 16

struct cs_client; /* opaque */

/* What the client wants to be told besides received frames and its own confirmations. */
enum cs_client_want {
    CS_CLIENT_WANT_RX = 1 << 0,     /* received frames that pass the filters */
    CS_CLIENT_WANT_ERRORS = 1 << 1, /* errors, states, lost arbitration of its controller */
    CS_CLIENT_WANT_FAULTS = 1 << 2, /* faults on its bus, whoever armed them */
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
    /* From here on needs a host of version 1.1; an older one does not look at it. */
    enum cs_fd fd;                  /* what the controller knows of CAN FD */
    bool protocol_exception_off;    /* FD: a recessive res bit is a form error */
    const struct cs_timing *timing; /* NULL: by bitrate_bps */
    int64_t delay_ps;               /* one way to the middle of the bus, 0..CS_DELAY_MAX_PS */
};

enum cs_client_event_kind {
    CS_CLIENT_RX,           /* frame, start_ps, at_ps, from (node index) */
    CS_CLIENT_TX_DONE,      /* cookie, result, at_ps, start_ps, attempts, lost */
    CS_CLIENT_ARB_LOST,     /* at_ps, cookie, bit, field, index, stuff, peer */
    CS_CLIENT_ERROR,        /* at_ps, error, field, index, stuff, level, bit, tx, tec, rec */
    CS_CLIENT_STATE,        /* at_ps, state, tec, rec: the state or the counters changed */
    CS_CLIENT_LOST,         /* `count` messages were dropped: this client was too slow */
    CS_CLIENT_CLOSED,       /* the last event: goodbye, or a broken connection; `text` says why */
    CS_CLIENT_FAULT,        /* at_ps, fault, stage, from (or CS_NO_NODE), text: its form */
    CS_CLIENT_FAULT_STATUS, /* the answer to a request about faults: cookie, status, fault, count,
                               text */
    CS_CLIENT_FAULT_ENTRY,  /* one armed fault, before its list's FAULT_STATUS: cookie, fault,
                               active, matched, count: fired, text: its form */
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
    /* From a host of version 1.0 these are 0, and `peer` is CS_NO_NODE. */
    uint16_t index; /* ERROR, ARB_LOST: bit within `field`, stuff bits not counted */
    bool stuff;     /* ERROR, ARB_LOST: a stuff bit (that after `index`) */
    uint8_t level;  /* ERROR: what was sampled, 0 dominant */
    int16_t peer;   /* ARB_LOST: a node that drove the dominant bit */
    int32_t fault;  /* FAULT...: its id, 0 none */
    uint8_t stage;  /* FAULT: enum cs_fault_stage */
    bool active;    /* FAULT_ENTRY: it acts now */
    int status;     /* FAULT_STATUS: 0, or -errno of cs_fault_arm() or cs_fault_clear() with a
                       sentence in `text` */
    uint64_t matched;
};

struct cs_client_bus {
    char name[CS_NAME_MAX];
    uint32_t bitrate_bps;
    uint32_t data_bitrate_bps; /* 0: none */
    bool fd;                   /* its controllers know CAN FD unless they say otherwise */
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
int cs_client_node(const struct cs_client *client);                  /* its index on the bus */
uint32_t cs_client_bitrate_bps(const struct cs_client *client);      /* the bus's */
uint32_t cs_client_data_bitrate_bps(const struct cs_client *client); /* the bus's, 0: none */
/* What the controller knows of CAN FD; a host of version 1.0 knows none: CS_FD_CLASSIC. */
enum cs_fd cs_client_fd_mode(const struct cs_client *client);
bool cs_client_sends_fd(const struct cs_client *client);
/* The controller's timing when it joined; all 0 from a host of version 1.0. */
const struct cs_timing *cs_client_timing(const struct cs_client *client);
/* The host's minor version of the link protocol, 0 or above. */
unsigned cs_client_host_minor(const struct cs_client *client);
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
 * -EOPNOTSUPP (CAN FD, and the controller knows none) or -ENETDOWN (closed). */
int cs_client_send(struct cs_client *client, const struct cs_frame *frame, uint64_t cookie);
/* These return 0, -EAGAIN (too many requests wait for the socket), -EINVAL or -ENETDOWN. */
int cs_client_abort(struct cs_client *client, uint64_t cookie);
int cs_client_set_filters(struct cs_client *client, const struct cs_filter *filters, unsigned n);
int cs_client_set_mode(struct cs_client *client, unsigned mode);
int cs_client_recover(struct cs_client *client); /* leave bus-off */

/* The same, and -EOPNOTSUPP where the host's version is 1.0. */
/* Another bit timing, from the next quiet moment on; NULL: the bus's. */
int cs_client_set_timing(struct cs_client *client, const struct cs_timing *timing);
/* Fill in a timing from bit rates and sample points (permille; 0: the default); data_bitrate_bps 0:
 * no second bit rate. Returns 0 or -EINVAL with a sentence. */
int cs_client_fill_timing(struct cs_timing *timing, uint32_t bitrate_bps, unsigned sample_permille,
                          uint32_t data_bitrate_bps, unsigned data_sample_permille, char *why,
                          size_t why_size);
int cs_client_reset(struct cs_client *client); /* frames end as CS_TX_RESET, counters become 0 */
/* Faults on the client's own bus (simcore/fault.h has their text form); each request is answered by
 * CS_CLIENT_FAULT_STATUS with its cookie. An answer is dropped, and counted by CS_CLIENT_LOST,
 * where the client reads too slowly. */
int cs_client_fault_arm(struct cs_client *client, const char *text, uint64_t cookie);
int cs_client_fault_clear(struct cs_client *client, int id, uint64_t cookie); /* id 0: all */
int cs_client_fault_list(struct cs_client *client, uint64_t cookie);

enum cs_client_fault_op {
    CS_CLIENT_FAULT_OP_ARM,
    CS_CLIENT_FAULT_OP_CLEAR,
    CS_CLIENT_FAULT_OP_LIST
};

struct cs_client_fault_request {
    const char *address; /* NULL: the default */
    enum cs_client_fault_op op;
    const char *bus;  /* NULL: the host's first; CLEAR of an id: wherever it is */
    const char *text; /* ARM */
    int id;           /* CLEAR; 0: all of the bus */
};

typedef void cs_client_fault_fn(void *ctx, const struct cs_client_event *event);

/* The same without a controller of one's own, which would acknowledge frames: connect, ask, wait
 * for the answer. `each` gets the FAULT_ENTRYs and then the FAULT_STATUS. Returns 0, or -errno with
 * a sentence: as cs_client_topology(), as FAULT_STATUS, -EOPNOTSUPP (a host of version 1.0). */
int cs_client_fault_ask(const struct cs_client_fault_request *request, cs_client_fault_fn *each,
                        void *ctx, char *why, size_t why_size);

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
