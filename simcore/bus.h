/* SPDX-License-Identifier: MIT */
/* bus.h - one CAN bus and its controllers: arbitration, ACK, error signalling, delivery.
 * Pure: time moves only through cs_sim_run_until() (sim.h), effects go out as events and through
 * the controllers' callbacks. Whoever drives a controller (simulated node, socket, register model)
 * uses these functions and nothing else.
 *
 * Calls made while a frame is on the wire take effect where a real controller lets them: an abort,
 * a change of mode and a detach wait until the frame that the controller sends or receives is over.
 */
#ifndef CANSIM_SIMCORE_BUS_H
#define CANSIM_SIMCORE_BUS_H

#include "simcore/event.h"
#include "simcore/timing.h"

#define CS_NAME_MAX      64  /* bytes of a bus's or node's name, NUL included */
#define CS_BUS_MAX_NODES 256 /* controllers attached to one bus at a time */
#define CS_MAX_FILTERS   64
#define CS_TX_QUEUE_DFLT 64
#define CS_TX_QUEUE_MAX  4096
#define CS_DELAY_MAX_PS  INT64_C(100000000) /* 100 us one way: 20 km */

struct cs_bus; /* opaque; created by cs_sim_add_bus() */

enum cs_mode {
    CS_MODE_NORMAL = 0,
    CS_MODE_LISTEN_ONLY = 1 << 0, /* no ACK, no error flags, no frames; counters stand still */
    CS_MODE_LOOPBACK = 1 << 1,    /* receives its own frames and needs no ACK from others */
    CS_MODE_ONE_SHOT = 1 << 2,    /* one attempt a frame */
    CS_MODE_RESTRICTED =
        1 << 3, /* restricted operation (10.14): receives and acknowledges, sends
                   no  frame and no active error or overload flag; counters stand */
};

#define CS_MODE_ALL (CS_MODE_LISTEN_ONLY | CS_MODE_LOOPBACK | CS_MODE_ONE_SHOT | CS_MODE_RESTRICTED)

/* What a controller knows of CAN FD. */
enum cs_fd {
    CS_FD_BUS,      /* as the bus's default: ISO where the bus has CAN FD, else CLASSIC */
    CS_FD_CLASSIC,  /* a recessive FDF (r0) is ignored as the reserved bit it was: error frames
                       follow */
    CS_FD_TOLERANT, /* classic frames only; a recessive FDF enters the protocol exception state */
    CS_FD_ISO,
    CS_FD_NON_ISO, /* before ISO 11898-1:2015: no stuff count, CRC starts with 0 */
    CS_FD_COUNT
};

/* "bus", "classic", "tolerant", "iso", "non-iso". */
const char *cs_fd_name(enum cs_fd fd);

/* Name of one mode: "normal", "listen-only", "loopback", "one-shot", "restricted". */
const char *cs_mode_name(enum cs_mode mode);

enum cs_tx_order {
    CS_TX_BY_PRIORITY, /* the identifier that would win arbitration first; equal ones in order */
    CS_TX_FIFO,
};

/* A frame passes where all bits under the masks agree. flags: CS_FRAME_EXT and CS_FRAME_RTR. */
struct cs_filter {
    uint32_t id;
    uint32_t id_mask;
    uint8_t flags;
    uint8_t flags_mask;
};

/* How a controller leaves bus-off. ISO 11898-1:2015, 12.1.4.4: on request, after 128 times 11
 * consecutive recessive bits. */
#define CS_RECOVERY_MANUAL (-1)                      /* waits for cs_bus_recover() */
#define CS_RECOVERY_MAX_PS INT64_C(3600000000000000) /* one hour */

struct cs_rx {
    const struct cs_frame *frame; /* valid until the callback returns */
    int64_t start_ps;             /* start of SOF */
    int64_t at_ps;                /* end of EOF */
    int16_t from;                 /* transmitter's node index */
    bool own;                     /* own frame (loopback) */
};

struct cs_tx_done {
    const struct cs_frame *frame;
    uint64_t cookie;
    int64_t queued_ps, start_ps, at_ps;
    uint16_t attempts, lost;
    enum cs_tx_result result;
};

/* Any of them may be NULL. They run while the bus runs; they may submit, abort, set modes and
 * filters, ask to detach, start timers; they may not run or destroy the sim. */
struct cs_controller_ops {
    void (*received)(void *ctx, const struct cs_rx *rx);         /* passed the filters */
    void (*confirmed)(void *ctx, const struct cs_tx_done *done); /* once for each submitted frame */
    void (*event)(void *ctx,
                  const struct cs_event *event); /* ARB_LOST, ERROR, COUNTERS, STATE of this node */
    void (*detached)(void *ctx);                 /* last call; ctx may be freed */
};

struct cs_controller_config {
    const char *name; /* 1..CS_NAME_MAX-1 bytes, copied; made unique on the bus by "-2", "-3" … */
    const char *via;  /* way in: "scenario", "link", "tui" …; a string constant, not copied */
    uint32_t bitrate_bps; /* 0: the bus's; else a nominal bit rate with the default sample point */
    const struct cs_timing *timing; /* NULL: by bitrate_bps; copied */
    enum cs_fd fd;
    bool protocol_exception_off; /* FD: a recessive res bit is a form error, not an exception */
    bool fd_long_ack; /* FD: the ACK slot takes two bits, whatever they are, as some controllers
                         have it; else a second bit only where it is dominant */
    int64_t delay_ps; /* of the transceiver, one way, 0..CS_DELAY_MAX_PS: twice that is what it
                         takes until it hears itself */
    int64_t cable_ps; /* from there to the middle of the bus (a star), 0..CS_DELAY_MAX_PS: to
                         another node it is the sum of both nodes' delays and cables */
    unsigned mode;    /* enum cs_mode */
    enum cs_tx_order order;
    unsigned tx_queue_len;           /* frames, 1..CS_TX_QUEUE_MAX; 0: CS_TX_QUEUE_DFLT */
    int64_t recovery_ps;             /* bus-off: wait 0..CS_RECOVERY_MAX_PS, then ask to recover; or
                                        CS_RECOVERY_MANUAL */
    const struct cs_filter *filters; /* copied */
    unsigned n_filters;              /* 0 accepts all; <= CS_MAX_FILTERS */
    const struct cs_controller_ops *ops; /* must outlive the controller; may be NULL */
    void *ctx;
};

/* What one look at a controller tells; counts since it was attached. */
struct cs_node_status {
    char name[CS_NAME_MAX];
    const char *via;
    bool attached;
    enum cs_node_state state;
    uint16_t tec, rec;
    unsigned mode;
    uint32_t bitrate_bps;      /* nominal */
    uint32_t data_bitrate_bps; /* 0: none */
    struct cs_timing timing;
    enum cs_fd fd; /* never CS_FD_BUS */
    int64_t delay_ps, cable_ps;
    bool plugged;           /* not cut off by a fault */
    unsigned recovery_runs; /* while it recovers from bus-off: idle periods seen, 0..128 */
    /* A frame or error frame is under way, to the bit: it is its transmitter, or hears it. */
    bool sending, receiving;
    unsigned queued, queue_len;
    uint64_t sent, received, retries, arb_lost, errors, dropped, refused;
    uint64_t busy_ps; /* bus time taken by its frames, intermission included */
};

/* Attach a controller. It takes part after 11 recessive bits; where the bus has not run yet, at
 * once. Returns the node index (0..CS_BUS_MAX_NODES-1; an index is used again only after
 * `detached`), -EINVAL, -ENOSPC (bus full) or -ENOMEM. */
int cs_bus_attach(struct cs_bus *bus, const struct cs_controller_config *config);

/* Leave: queued frames are confirmed as CS_TX_DETACHED, then `detached` runs (possibly before
 * return). */
int cs_bus_detach(struct cs_bus *bus, int node);
/* Leave at once, as when its power is cut: what it sends ends in the midst of a bit, and the others
 * see what follows from that. From within a callback it is as cs_bus_detach(). Returns 0 or
 * -ENOENT. */
int cs_bus_remove(struct cs_bus *bus, int node);

/* Queue a copy of a frame; it starts at the next chance after now, no callback runs before return.
 * Returns 0, -EINVAL, -EOPNOTSUPP (CAN FD), -ENOSPC (queue full), -ENETDOWN (bus-off),
 * -EPERM (listen-only). ISO 11898-1:2015, 10.4. */
int cs_bus_submit(struct cs_bus *bus, int node, const struct cs_frame *frame, uint64_t cookie);

/* Give up the queued frame(s) of a cookie; the one on the wire is given up only if it fails.
 * Returns the number of frames concerned. */
int cs_bus_abort(struct cs_bus *bus, int node, uint64_t cookie);

int cs_bus_set_mode(struct cs_bus *bus, int node, unsigned mode);
int cs_bus_set_filters(struct cs_bus *bus, int node, const struct cs_filter *filters, unsigned n);
/* Another bit timing, from the next quiet moment of the controller on. Returns 0, -ENOENT, -EINVAL.
 */
int cs_bus_set_timing(struct cs_bus *bus, int node, const struct cs_timing *timing);
int cs_bus_set_delay(struct cs_bus *bus, int node, int64_t delay_ps);
int cs_bus_set_cable(struct cs_bus *bus, int node, int64_t cable_ps);
/* Reset a controller: frames are confirmed as CS_TX_RESET, counters 0, it integrates again. */
int cs_bus_reset(struct cs_bus *bus, int node);
/* Ask a bus-off controller to recover. Returns 0, or -EALREADY where it is not bus-off. */
int cs_bus_recover(struct cs_bus *bus, int node);
/* Stop such a recovery; cs_bus_recover() goes on with the idle periods counted so far. Returns 0,
 * or -EALREADY where none is under way. */
int cs_bus_freeze(struct cs_bus *bus, int node);
/* Set the counters, as a test or a register write does; TEC 0..256, REC 0..255; states follow. */
int cs_bus_set_counters(struct cs_bus *bus, int node, unsigned tec, unsigned rec);

/* Look. Node indices without a controller give -ENOENT. */
int cs_bus_node_status(const struct cs_bus *bus, int node, struct cs_node_status *status);
const char *cs_bus_node_name(const struct cs_bus *bus, int node); /* "" where there is none */
int cs_bus_find_node(const struct cs_bus *bus, const char *name); /* index or -ENOENT */
int cs_bus_node_limit(const struct cs_bus *bus); /* one above the highest index in use */

/* Which engine computes a frame. Nobody above can tell them apart by what they see. */
enum cs_engine {
    CS_ENGINE_AUTO,  /* whole frames where nothing can disturb them, else bit by bit */
    CS_ENGINE_BIT,   /* always bit by bit */
    CS_ENGINE_FRAME, /* as AUTO */
    CS_ENGINE_COUNT
};
const char *cs_engine_name(enum cs_engine engine); /* "auto", "bit", "frame" */
void cs_bus_set_engine(struct cs_bus *bus, enum cs_engine engine);

/* Pulses of faults and edges on cables for which there was no room; a note tells of the first. */
uint64_t cs_bus_lost(const struct cs_bus *bus);

const char *cs_bus_name(const struct cs_bus *bus);
unsigned cs_bus_index(const struct cs_bus *bus);
uint32_t cs_bus_bitrate_bps(const struct cs_bus *bus);
uint32_t cs_bus_data_bitrate_bps(const struct cs_bus *bus); /* 0: no second bit rate */
bool cs_bus_has_fd(const struct cs_bus *bus);
const struct cs_timing *cs_bus_timing(const struct cs_bus *bus); /* its controllers' default */
int64_t cs_bus_bit_ps(const struct cs_bus *bus);                 /* one nominal bit */

#endif
