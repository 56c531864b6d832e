/* SPDX-License-Identifier: MIT */
/* link_internal.h - what the files of the link server share.
 * link_server.c accepts and ends, link_conn.c moves bytes, link_act.c does what clients ask for,
 * link_controller.c tells them what their controller did, link_fault.c is about faults,
 * link_monitor.c, link_look.c and link_past.c about those who only watch. */
#ifndef CANSIM_QEMU_LINK_LINK_INTERNAL_H
#define CANSIM_QEMU_LINK_LINK_INTERNAL_H

#include "qemu-link/link_listen.h"
#include "qemu-link/link_server.h"
#include "qemu-link/proto_msg.h"
#include "qemu-link/proto_ring.h"

#include <ev.h>

#define CS_LINK_MAX_CONNS  256
#define CS_LINK_MAX_TURNED 32 /* more of them, that are only being told so */
#define CS_LINK_HELLO_S    5.0
#define CS_LINK_CLOSING_S  1.0
#define CS_LINK_LINGER_PS  CS_PS_PER_S
#define CS_LINK_IN_BYTES   (2 * CS_PROTO_MAX_BYTES)

/* Output: what may be dropped has CS_LINK_OUT_BYTES; behind that is room for what may not: a
 * TX_DONE for each frame a client can have outstanding, LOST, and one of WELCOME, REFUSED and
 * GOODBYE. */
#define CS_LINK_OUT_BYTES     262144u
#define CS_LINK_TX_DONE_BYTES 40u
#define CS_LINK_WATCH_BYTES   (2u << 20) /* of a monitor, in place of CS_LINK_OUT_BYTES */
#define CS_LINK_MAX_MONITORS  32
#define CS_LINK_RESERVE_BYTES (CS_TX_QUEUE_MAX * CS_LINK_TX_DONE_BYTES + 2u * 2048u)

enum cs_link_state {
    CS_LINK_NEW,     /* no HELLO yet */
    CS_LINK_JOINED,  /* has a controller */
    CS_LINK_WATCHES, /* a monitor: has none, and is told everything */
    CS_LINK_CLOSING, /* was told goodbye; input is thrown away until the client closes */
    CS_LINK_GONE,    /* no socket any more; the controller sends what it has queued */
};

struct cs_link_conn {
    struct cs_link_server *server; /* NULL: outlived it, waits for `detached` */
    struct cs_link_conn *prev, *next;
    enum cs_link_state state;
    int fd; /* -1 in CS_LINK_GONE */
    ev_io readable, writable;
    ev_timer deadline;

    uint8_t in[CS_LINK_IN_BYTES];
    size_t in_len;

    struct cs_ring out;
    uint64_t unsent;   /* position of the first message that is not sent as a whole */
    uint64_t part_end; /* end of that message where a part of it is sent, else 0 */
    bool part_is_done; /* and whether it is a TX_DONE */
    bool out_dead;     /* the client cannot be written to any more */
    bool dirty;        /* has output that nobody tried to send */

    bool losing; /* the client is too slow: drop until half of the output is sent */
    bool tell_losing, tell_lost;
    uint64_t losing_count, lost_count;
    size_t out_max; /* output from which on messages are dropped */

    uint64_t number; /* CS_LINK_WATCHES: 1, 2 ... */
    bool wants_edges;
    uint64_t kinds;  /* CS_LINK_WATCHES: of events that it wants, a bit each */
    bool hears;      /* and who acknowledged and received */
    uint64_t looked; /* end of the last answer to LOOK in the output */

    struct cs_bus *bus; /* from here on only in CS_LINK_JOINED and after */
    int node;
    bool attached, detaching;
    unsigned want;
    bool want_faults;
    unsigned minor; /* of the client's version */
    unsigned granted;
    unsigned submitted; /* frames in the controller */
    unsigned done;      /* confirmations that are not sent yet */
    struct cs_timer linger;
};

/* link_heard.c: of the latest attempt on a bus. */
struct cs_link_sets {
    uint64_t acks[CS_BUS_MAX_NODES / 64], receives[CS_BUS_MAX_NODES / 64];
};
struct cs_link_heard {
    struct cs_link_sets sets;
    bool on;    /* it is on the wire */
    bool known; /* from its start on */
};

struct cs_link_server {
    struct cs_link_host host;
    struct cs_link_listener listener;
    char address[CS_PROTO_ADDRESS_MAX];
    ev_io acceptable;
    ev_timer accept_again; /* out of descriptors: look again later */
    ev_prepare flush;      /* never started, only fed: runs once after whatever wrote output */
    struct cs_link_conn *conns;
    unsigned n_open;     /* with a socket */
    unsigned n_watchers; /* that want FAULT_EVENT */
    unsigned n_monitors;
    unsigned n_hearing; /* of them: who received */
    struct cs_link_heard heard[CS_SIM_MAX_BUSES];
    struct cs_link_past *past;  /* NULL: nobody can watch */
    uint64_t numbers;           /* of monitors so far */
    struct cs_proto_msg *edges; /* gathered; NULL: nobody has asked so far */
    bool probes;                /* for them */
    bool again;                 /* it ends to begin anew */
    uint64_t run;               /* told to monitors: another one is another run */
    struct cs_link_server_stats stats;
    struct cs_proto_msg in, out; /* scratch */
};

/* link_conn.c */
struct cs_link_conn *cs_link_conn_create(struct cs_link_server *server, int fd);
/* Queue a message. `must`: there is always room. Else it may be dropped, counted and announced. */
void cs_link_put(struct cs_link_conn *conn, const struct cs_proto_msg *msg, bool must);
/* The same for a message that may be dropped and is encoded already. */
void cs_link_put_bytes(struct cs_link_conn *conn, const uint8_t *bytes, size_t len);
void cs_link_flush(struct cs_link_conn *conn);
/* Say REFUSED or GOODBYE and wait a moment for the client to close; the controller leaves at once.
 */
void cs_link_turn_away(struct cs_link_conn *conn, enum cs_proto_code code, const char *text);
/* The same, counted as a broken protocol. */
void cs_link_blame(struct cs_link_conn *conn, const char *text);
/* Close the socket. The controller, if any, stays until its queue is empty. May free `conn`. */
void cs_link_hang_up(struct cs_link_conn *conn);
/* Free where neither socket nor controller is left. */
void cs_link_release(struct cs_link_conn *conn);

/* link_act.c: act upon server->in. False: `conn` is not to be touched any more. */
bool cs_link_act(struct cs_link_conn *conn);

/* link_controller.c */
/* Join the bus that a HELLO names. Returns 0, or a code for REFUSED with a sentence. */
int cs_link_attach(struct cs_link_conn *conn, const struct cs_proto_msg *hello, char *why,
                   size_t why_size);
void cs_link_detach(struct cs_link_conn *conn); /* may free `conn` where it has no socket */
/* Let the controller send what is queued, for at most a second of bus time. May free `conn`. */
void cs_link_linger(struct cs_link_conn *conn);
/* Confirm a frame to the client. */
void cs_link_confirm(struct cs_link_conn *conn, const struct cs_tx_done *done);

/* "no bus "x"; there is can0, can1"; returns the code for REFUSED. */
int cs_link_no_such_bus(struct cs_sim *sim, const char *name, char *why, size_t why_size);

/* link_fault.c */
bool cs_link_fault_arm(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
bool cs_link_fault_clear(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
bool cs_link_fault_list(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
/* Send FAULT_EVENTs from now on, or no more. */
void cs_link_fault_watch(struct cs_link_conn *conn, bool on);

/* link_monitor.c */
bool cs_link_monitor(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
void cs_link_copy_event(struct cs_proto_msg *msg, const struct cs_event *event);
/* Begin to keep what happens, where somebody may watch. 0, or -errno with a sentence. */
int cs_link_monitors_init(struct cs_link_server *server, char *why, size_t why_size);
void cs_link_monitors_fini(struct cs_link_server *server);
/* The connection ends: it is told no more. */
void cs_link_monitor_end(struct cs_link_conn *conn);
/* Whether the host lets this client do more than join buses; else why not. */
bool cs_link_may_control(const struct cs_link_conn *conn, const char **why);
int64_t cs_link_epoch_ns(const struct cs_sim *sim);

bool cs_link_is_own_process(const struct cs_link_conn *conn);

/* link_control.c */
bool cs_link_control(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
bool cs_link_sender(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
bool cs_link_ask(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
uint16_t cs_link_code_of(int err); /* CONTROLLED's `code` of 0 or -errno */

/* link_edges.c */
void cs_link_edges_want(struct cs_link_conn *conn, bool on);
void cs_link_edges_look(struct cs_link_server *server); /* somebody left, time has another pace */
void cs_link_edges_flush(struct cs_link_server *server);
void cs_link_edges_fini(struct cs_link_server *server);

/* link_past.c: the latest events, for who begins to watch. */
struct cs_link_words { /* what an event itself does not say */
    const char *name;  /* ATTACH: the node's */
    const char *text;  /* the event's or a decoder's, "": none */
    uint8_t severity;  /* as in EVENT */
    uint64_t matched;
    const struct cs_link_sets *sets; /* NULL: not known */
};
struct cs_link_past *cs_link_past_create(struct cs_sim *sim); /* NULL: no memory */
void cs_link_past_destroy(struct cs_link_past *past);         /* NULL is nothing */
/* Allocates nothing. */
void cs_link_past_keep(struct cs_link_past *past, const struct cs_event *event,
                       const struct cs_link_words *words);
uint64_t cs_link_past_seq(const struct cs_link_past *past); /* of the latest */
void cs_link_past_tell(const struct cs_link_past *past, struct cs_link_conn *conn);

/* link_heard.c: who acknowledged and received, from all events. */
void cs_link_heard_event(struct cs_link_heard *all, const struct cs_sim *sim,
                         const struct cs_event *event);
/* Of a FRAME; NULL: it is not known. */
const struct cs_link_sets *cs_link_heard(const struct cs_link_heard *all,
                                         const struct cs_event *event);
void cs_link_put_sets(struct cs_proto_msg *msg, const struct cs_link_sets *sets); /* NULL: none */

/* link_look.c */
bool cs_link_look(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
void cs_link_put_info(struct cs_link_conn *conn, uint64_t token);
/* All that a monitor begins with. */
void cs_link_put_snapshot(struct cs_link_conn *conn);

/* link_server.c */
void cs_link_feed_flush(struct cs_link_server *server); /* have all output sent soon */
void cs_link_want_flush(struct cs_link_conn *conn);     /* have cs_link_flush() called soon */
/* Put the news of dropped messages into the event stream; not while the bus runs. */
void cs_link_tell_losses(struct cs_link_conn *conn);

#endif
