/* SPDX-License-Identifier: MIT */
/* bus_internal.h - what a bus is made of; for simcore's own files only.
 *
 * A bus is in one of three phases:
 *   IDLE   nothing on the wire; free_ps is the end of the last intermission
 *   FRAME  a whole frame was computed at its SOF (engine_frame.c); effects follow at their times
 *   BITS   every bit is computed (engine_bit.c), until all nodes are quiet again; an intermission
 *          that all nodes begin together is IDLE already, so both engines leave the same state
 * Nodes that only count recessive bits (joining, or recovering from bus-off) are `waiting` and
 * belong to no engine: waiting.c computes from recessive_ps when they are done. */
#ifndef CANSIM_SIMCORE_BUS_INTERNAL_H
#define CANSIM_SIMCORE_BUS_INTERNAL_H

#include "simcore/bitclock.h"
#include "simcore/levers.h"
#include "simcore/mac.h"
#include "simcore/medium.h"
#include "simcore/probe.h"
#include "simcore/sim.h"
#include "simcore/txqueue.h"
#include "simcore/wire.h"

#define INTERMISSION_BITS 3
#define SUSPEND_BITS      8
#define IDLE_BITS         11  /* recessive bits that mean: no frame is under way */
#define RECOVERY_RUNS     128 /* of IDLE_BITS each */

enum cs_waiting {
    WAIT_NONE,
    WAIT_JOIN,    /* 11 recessive bits */
    WAIT_RECOVER, /* 128 times 11 */
    WAIT_OFF      /* bus-off, not yet asked to recover */
};

/* Changes asked for while a frame is on the wire. */
struct cs_pending {
    bool mode, counters, timing, delay, cable, reset, leave;
    unsigned new_mode, new_tec, new_rec;
    struct cs_timing new_timing;
    int64_t new_delay_ps, new_cable_ps;
};

#define SSP_BITS 32 /* sent and not yet compared, at most */

/* Transceiver delay compensation: bits of the data phase wait here for their secondary sample
 * point. 11898-1:2015, 11.3.3. */
struct cs_ssp {
    int64_t res_ps;   /* beginning of the res bit whose edge is awaited, or CS_NEVER */
    int64_t delay_ps; /* as measured in this frame */
    uint8_t head, n;
    struct {
        int64_t at_ps;
        uint8_t level;
    } bit[SSP_BITS];
};

struct cs_node {
    struct cs_bus *bus;
    int index;
    char name[CS_NAME_MAX];
    const char *via;
    const struct cs_controller_ops *ops;
    void *ctx;
    struct cs_event blank; /* what its events have in common */
    unsigned mode;
    struct cs_timing timing;
    enum cs_fd fd; /* never CS_FD_BUS */
    bool exception_off;
    int64_t delay_ps; /* of the transceiver, one way */
    int64_t cable_ps; /* to the middle of the bus */
    int64_t recovery_ps;
    struct cs_filter filters[CS_MAX_FILTERS];
    unsigned n_filters;
    uint32_t turns;   /* callbacks so far, wanted or not */
    uint16_t in_turn; /* how many are under way */
    struct cs_txqueue queue;
    unsigned slot;     /* frame on the wire or in arbitration, or CS_TXSLOT_NONE */
    uint64_t wire_seq; /* seq + 1 of the frame that `wire` holds */
    struct cs_wire wire;
    int64_t start_ps; /* SOF of the present attempt */
    int64_t frame_ps; /* SOF of the frame that it sends or hears */
    uint16_t lost_at; /* FRAME: bit at which this contender drops out */
    uint16_t tec, rec;
    enum cs_node_state state;
    enum cs_waiting waiting;
    unsigned runs;      /* WAIT_RECOVER: recessive runs of 11 bits so far */
    unsigned kept_runs; /* WAIT_OFF: those of a recovery that was stopped */
    unsigned bits;      /* recessive bits of the present run, as far as counted bit by bit */
    int64_t since_ps;   /* waiting: recessive bits count from here at the earliest */
    int64_t ready_ps;   /* end of suspend transmission */
    struct cs_timer recovery_timer, hold_timer;
    struct cs_pending pending;
    struct cs_mac mac;
    /* BITS: its place on the wire and in time (medium.c, engine_bit.c). */
    struct cs_bitclock clock;
    /* Recessive bits count anew after the bit under way. */
    bool edge_counts;
    bool held;      /* waiting, joined amid a dominant level: its clock starts with the next edge */
    bool boundary;  /* its bit has ended: what it drives next is to be decided */
    bool odd;       /* frames that it hears need the bit engine */
    bool odd_rates; /* the same for frames with two bit rates */
    uint8_t wire_out; /* level that it drives into its cable */
    uint8_t driving;  /* that which has arrived in the middle */
    uint8_t others;   /* what the others drive, as sent back to it; arrived: as it has come */
    uint8_t arrived;
    uint8_t own;     /* what it hears of itself */
    uint8_t seen;    /* that which it sees of it */
    uint8_t shown;   /* level of its TX that a probe was told last */
    uint8_t segment; /* 0..CS_SEGMENTS-1 or CS_SEGMENT_ALONE */
    uint8_t stuck;   /* enum cs_stuck */
    bool no_loop;    /* what it drives does not reach the wire (cs_bus_set_loop) */
    bool no_ack;
    bool long_ack;  /* FD: the ACK slot takes two bits, whatever they are */
    bool sends_esi; /* FD: ESI recessive though the frame says dominant */
    bool odd_form;  /* `wire` is not what the rule says */
    uint8_t overload_request;
    uint16_t force[3]; /* pulses that it alone sees, by enum cs_pulse_kind */
    struct cs_line tx_line, rx_line, own_line;
    struct cs_ssp ssp;
    struct cs_node_status count; /* only its counters are kept */
};

enum cs_phase { PHASE_IDLE, PHASE_FRAME, PHASE_BITS };

struct cs_bus {
    struct cs_sim *sim;
    unsigned index;
    char name[16];
    struct cs_timing timing;
    bool fd;
    int64_t bit_ps; /* nominal, of the bus's own timing without drift */
    enum cs_engine engine;
    struct cs_faults *faults; /* fault.c's own, NULL until the first is armed */
    unsigned n_faults;        /* armed */
    bool faults_watch_bits;   /* some fault wants cs_faults_bit() */

    struct cs_node *nodes[CS_BUS_MAX_NODES];
    int n_limit;        /* one above the highest index in use */
    unsigned n_waiting; /* nodes with waiting != WAIT_NONE */
    unsigned n_pending; /* nodes with pending changes */

    enum cs_phase phase;
    bool ran;             /* time has moved */
    bool closing;         /* nobody may join any more */
    int64_t free_ps;      /* no SOF before this */
    int64_t recessive_ps; /* the bus is recessive since then, but for what is under way */
    int64_t effect_ps;    /* next thing that ends here, or CS_NEVER */
    int64_t begin_ps;     /* next chance for something to start, or CS_NEVER */

    int64_t sof_ps;                           /* FRAME, BITS: SOF of the present frame */
    struct cs_frame frame;                    /* that became valid last */
    struct cs_node *winner;                   /* FRAME */
    struct cs_node *losers[CS_BUS_MAX_NODES]; /* FRAME: by (lost_at, index) */
    unsigned n_losers, next_loser;
    int64_t ack_ps;   /* FRAME: end of the ACK slot, or CS_NEVER where that changes nothing */
    int64_t valid_ps; /* FRAME: when receivers accept it, or CS_NEVER where that is not told */
    int64_t end_ps;   /* FRAME: end of EOF */
    bool joined;      /* FRAME: a node has begun to count bits of which times tell nothing */

    bool error_frame; /* BITS: an error flag was sent and its delimiter not yet seen to end */
    bool eventful;    /* BITS: something happened that the frame engine leaves to this one */
    bool disturbed;   /* BITS: all are watched until all are idle: cs_faults_bit() is asked */
    int64_t due_ps[CS_BUS_MAX_NODES]; /* BITS: when each has to be looked at, CS_NEVER: not */
    struct cs_medium medium;
};

/* ---- bus.c */
int cs_bus_init(struct cs_bus *bus, struct cs_sim *sim, unsigned index,
                const struct cs_bus_config *config);
void cs_bus_fini(struct cs_bus *bus);
/* Do what ends / starts at the sim's present time. */
void cs_bus_effects(struct cs_bus *bus);
void cs_bus_begin(struct cs_bus *bus);
/* The wire is quiet: apply pending changes, find out when something may start. */
void cs_bus_settle(struct cs_bus *bus);
/* Set effect_ps and begin_ps for the idle bus. */
void cs_bus_schedule_idle(struct cs_bus *bus);
/* Some node that takes part does not fit the frame engine. */
bool cs_bus_has_odd(const struct cs_bus *bus);
/* Move begin_ps forward to when this node may start. */
void cs_bus_schedule_node(struct cs_bus *bus, const struct cs_node *node);

/* The controller of that index, NULL where there is none. */
static inline struct cs_node *cs_bus_node(const struct cs_bus *bus, int index)
{
    return index >= 0 && index < bus->n_limit ? bus->nodes[index] : NULL;
}

/* When the idle bus lets the controller start a frame at the earliest; may have passed. */
static inline int64_t cs_node_earliest_ps(const struct cs_node *node)
{
    return node->ready_ps > node->bus->free_ps ? node->ready_ps : node->bus->free_ps;
}

static inline bool cs_node_has_pending(const struct cs_node *node)
{
    const struct cs_pending *p = &node->pending;
    return p->mode || p->counters || p->timing || p->delay || p->cable || p->reset || p->leave;
}

/* One nominal bit of its own clock, to the picosecond. */
static inline int64_t cs_node_bit_ps(const struct cs_node *node)
{
    return (int64_t)(node->clock.rate[0].bit_q32 >> 32);
}

/* Who has won arbitration of the frame that the node hears, or CS_NO_NODE. */
static inline int cs_node_sender(const struct cs_node *node)
{
    return node->segment < CS_SEGMENTS ? node->bus->medium.segment[node->segment].sender
                                       : CS_NO_NODE;
}

/* The node hears a SOF: unless its sender is one of ours, who it is is not known. */
static inline void cs_node_forget_sender(const struct cs_node *node)
{
    const struct cs_node *sender = cs_bus_node(node->bus, cs_node_sender(node));

    if (sender && sender->slot == CS_TXSLOT_NONE) {
        node->bus->medium.segment[node->segment].sender = CS_NO_NODE;
    }
}

static inline bool cs_node_can_send(const struct cs_node *node)
{
    return node->waiting == WAIT_NONE && node->queue.n_heap > 0 && !node->pending.leave &&
           !(node->mode & (CS_MODE_LISTEN_ONLY | CS_MODE_RESTRICTED));
}

/* ---- bus_send.c: frames that a fault has held back may go now */
void cs_node_hold_over(void *ctx, struct cs_timer *timer);

/* ---- pending.c: changes that wait for the wire */
/* Apply all pending changes if the bus is idle; nodes that leave are gone afterwards. */
void cs_bus_apply_pending(struct cs_bus *bus);
void cs_node_destroy(struct cs_node *node);
/* Leave in the midst of whatever is under way; not from within a callback. */
void cs_node_cut(struct cs_node *node);

/* ---- emit.c: events and callbacks */
struct cs_event cs_node_event(const struct cs_node *node, enum cs_event_kind kind);
/* at_ps and seq are filled in. */
void cs_node_emit(struct cs_node *node, struct cs_event *event);
void cs_node_emit_slot(struct cs_node *node, enum cs_event_kind kind, unsigned slot,
                       enum cs_tx_result result);
/* Tell the owner, and free the slot. */
void cs_node_finish_slot(struct cs_node *node, unsigned slot, enum cs_tx_result result);
void cs_node_drop_all(struct cs_node *node, enum cs_tx_result result);
void cs_node_deliver(struct cs_node *node, const struct cs_frame *frame, int64_t start_ps, int from,
                     bool own);
/* bus->frame becomes what `from` has on the wire. */
void cs_bus_keep_frame(struct cs_bus *bus, const struct cs_node *from);
/* The frame that `from` has on the wire is valid now: keep it in bus->frame, tell. */
void cs_bus_emit_frame(struct cs_bus *bus, struct cs_node *from);
/* The error frame under way is over; `node` saw it first, NULL where all have gone bus-off. */
void cs_bus_emit_error_frame(struct cs_bus *bus, const struct cs_node *node);

/* ---- confine.c: fault confinement, ISO 11898-1:2015, 12.1.4 */
/* Add to the counters; returns whether one changed. */
bool cs_node_add(struct cs_node *node, int tec, int rec);
/* Tell of changed counters, and move to the state that they ask for. */
void cs_node_follow(struct cs_node *node, bool changed);
void cs_node_set_counters(struct cs_node *node, unsigned tec, unsigned rec);
void cs_node_received_ok(struct cs_node *node); /* at the end of the ACK slot */
void cs_node_sent_ok(struct cs_node *node);
void cs_node_request_recovery(struct cs_node *node);
void cs_node_freeze_recovery(struct cs_node *node);

/* ---- attempt.c: what both engines do with a frame on the wire */
void cs_node_start_attempt(struct cs_node *node, int64_t sof_ps);
void cs_node_lost_arbitration(struct cs_node *node, unsigned bit);
void cs_node_attempt_failed(struct cs_node *node, enum cs_tx_result result);
void cs_node_attempt_sent(struct cs_node *node);

/* Where a frame that nothing has disturbed stands at some moment. */
struct cs_standing {
    unsigned pos;            /* the bit under way, or that begins now */
    struct cs_instant start; /* its beginning */
    unsigned rate;           /* at its beginning */
    unsigned level;          /* of it */
    unsigned before;         /* level of the bit before */
    unsigned recessive;      /* recessive bits in a row before it */
    int64_t recessive_ps;    /* beginning of the last run of recessive bits */
    struct cs_mac_rx rx;     /* what a receiver knows by then */
};

/* ---- waiting.c */
void cs_node_wait(struct cs_node *node, enum cs_waiting waiting);
int64_t cs_bus_waiting_due_ps(const struct cs_bus *bus);
void cs_bus_waiting_run(struct cs_bus *bus); /* finish those that are due now */
/* Some node counts recessive bits. */
bool cs_bus_has_counting(const struct cs_bus *bus);
/* A dominant bit that begins at `at_ps` comes after the last sample that some node waits for. */
/* Idle periods that a controller in recovery has seen so far, 0..RECOVERY_RUNS. */
unsigned cs_waiting_runs(const struct cs_node *node);
bool cs_bus_waiting_is_done_at(const struct cs_bus *bus, int64_t at_ps);
/* A dominant bit begins at `at_ps`, after recessive ones since bus->recessive_ps. */
void cs_bus_waiting_dominant(struct cs_bus *bus, int64_t at_ps);
/* BITS: the waiting node's own samples count. */
void cs_waiting_sample(struct cs_node *node, unsigned level);
void cs_waiting_edge(struct cs_node *node); /* its run of recessive bits is over */
void cs_waiting_enter_bits(struct cs_node *node);
void cs_waiting_enter_frame(struct cs_node *node, const struct cs_standing *at);
void cs_waiting_leave_bits(struct cs_node *node);

/* ---- engine_frame.c */
/* Beginning of the bit `pos` of a frame that began at `sof`, for one that is in step with it. */
struct cs_instant cs_wire_instant(const struct cs_wire *wire, const struct cs_bitclock *clock,
                                  struct cs_instant sof, unsigned pos);
bool cs_frame_engine_begin(struct cs_bus *bus, struct cs_node **contenders, unsigned n);
void cs_frame_engine_effects(struct cs_bus *bus);

/* ---- engine_bit.c */
/* What begins now: frames and bits; cs_bit_engine_go(): bits of frames that are started already. */
void cs_bit_engine_begin(struct cs_bus *bus);
void cs_bit_engine_go(struct cs_bus *bus);
void cs_bit_engine_effects(struct cs_bus *bus);
/* The node sees another level. */
void cs_engine_edge(struct cs_node *node, unsigned level);
/* The node's clock has moved: when it has to be looked at. */
void cs_engine_set_due(struct cs_node *node);
/* A transmitter of a frame with two bit rates has begun a bit. */
void cs_engine_begin_fd_bit(struct cs_node *node);
/* Transceiver delay compensation: whether it is used, and how long after the beginning of its bit a
 * level is compared, the measured delay apart. */
bool cs_node_compensates(const struct cs_node *node);
int64_t cs_node_ssp_offset_ps(const struct cs_node *node);
/* A node's clock starts: with its next bit, or (WAIT_*) now. */
void cs_engine_start_clock(struct cs_node *node);

/* ---- convert.c */
/* Go on bit by bit from now on, whatever the phase is; cs_bit_engine_go() has to follow. */
void cs_bit_engine_enter(struct cs_bus *bus);
/* The node's bit under way began at `start`, now or before; `level` was the sample before it,
 * `synced` whether an edge has been used since. */
void cs_engine_stand_at(struct cs_node *node, struct cs_instant start, unsigned level, bool synced);
/* Something is about to change that the frame engine did not foresee: bit by bit from here. */
void cs_bus_disturb(struct cs_bus *bus);

/* ---- levers.c */
/* Find out whether the node fits the frame engine. */
void cs_node_judge(struct cs_node *node);
/* What the node drives now reaches the wire at once. */
void cs_node_redrive(struct cs_node *node);
void cs_bus_probe(struct cs_bus *bus, int node, enum cs_probe_kind kind, unsigned level,
                  int64_t at_ps);
#define CS_RINGING_OWNER (-1)

/* ---- sim.c */
bool cs_sim_is_observed(const struct cs_sim *sim);

#endif
