/* SPDX-License-Identifier: MIT */
/* fault_internal.h - faults that are armed on a bus. For simcore/fault*.c only.
 * Each is in one stage: it waits for `after`, is ready for its trigger, or acts. What moves a lever
 * or ends a fault from within an event or a bit goes through the timer `soon`, which runs at the
 * same instant after everything that ends there: no hook changes the bus under an engine's feet. */
#ifndef CANSIM_SIMCORE_FAULT_INTERNAL_H
#define CANSIM_SIMCORE_FAULT_INTERNAL_H

#include "simcore/fault_keys.h"
#include "simcore/rng.h"
#include "simcore/sim_internal.h"

#define CS_NOISE_DIGITS 40 /* binary digits of a gap between two errors */

enum cs_armed_stage { FAULT_WAITS, FAULT_READY, FAULT_ACTS };

struct cs_armed {
    bool used, ending, clearing;
    uint8_t stage; /* enum cs_armed_stage */
    int id;
    struct cs_faults *faults;
    struct cs_fault_spec spec;
    char text[CS_FAULT_TEXT_MAX];
    int node, from, state_node; /* indices, or CS_NO_NODE */
    struct cs_node_set seen;    /* seen_by or nodes */
    struct cs_node_set target;  /* transmitters of the frame at hand that it waits for */
    struct cs_node_set victims; /* that an attack has hit */
    uint64_t matched, fired;
    int64_t armed_ps, ready_ps, fired_ps;
    struct cs_rng rng;
    bool drawn, luck; /* probability: thrown for the next match, and the result */
    int64_t early_ps; /* a bit before arbitration was over was hit, up to here: it has counted */
    struct cs_timer timer, soon;
    /* what was before */
    struct cs_timing old_timing;
    int64_t old_cable_ps;
    /* of kinds */
    uint64_t digit[CS_NOISE_DIGITS]; /* noise: probability of each digit, times 2^64 */
    struct cs_wire early, late;      /* second transmitter */
    int64_t ghost_end_ps;
    bool ghost;  /* it is sending */
    bool queued; /* babble: its frame is in the queue */
};

struct cs_faults {
    struct cs_bus *bus;
    int last_id;
    /* The frame engine tells at the SOF who will win arbitration; it counts when it is over. */
    int winner; /* index, or CS_NO_NODE */
    int64_t won_ps;
    struct cs_frame won_frame;
    unsigned n;
    uint8_t order[CS_FAULT_MAX]; /* of arming: indices of `armed` */
    struct cs_armed armed[CS_FAULT_MAX];
};

/* A walk over the armed faults in order that stands their ends and new ones. */
struct cs_fault_walk {
    struct cs_faults *faults;
    uint8_t order[CS_FAULT_MAX];
    unsigned at, n;
};
void cs_fault_walk(struct cs_fault_walk *walk, struct cs_bus *bus);
struct cs_armed *cs_fault_next(struct cs_fault_walk *walk);

static inline struct cs_bus *cs_armed_bus(const struct cs_armed *f)
{
    return f->faults->bus;
}

static inline struct cs_node *cs_armed_node(const struct cs_armed *f)
{
    return cs_bus_node(f->faults->bus, f->node);
}

static inline enum cs_fault_class cs_armed_class(const struct cs_armed *f)
{
    return (enum cs_fault_class)cs_fault_kinds[f->spec.kind].class;
}

static inline bool cs_set_has(const struct cs_node_set *set, int i)
{
    return set->word[(unsigned)i / 64] >> ((unsigned)i % 64) & 1u;
}

static inline void cs_set_put(struct cs_node_set *set, int i)
{
    set->word[(unsigned)i / 64] |= UINT64_C(1) << ((unsigned)i % 64);
}

static inline void cs_set_drop(struct cs_node_set *set, int i)
{
    set->word[(unsigned)i / 64] &= ~(UINT64_C(1) << ((unsigned)i % 64));
}

static inline bool cs_set_empty(const struct cs_node_set *set)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < CS_BUS_MAX_NODES / 64; i++) {
        any |= set->word[i];
    }
    return any == 0;
}

/* ---- fault.c: their lives */
/* Look at the fault again at `at_ps`. */
void cs_fault_soon(struct cs_armed *f, int64_t at_ps);
/* It ends as soon as the engine that is at work lets it. */
void cs_fault_end_soon(struct cs_armed *f, int64_t at_ps);
/* It fires: counted and told. A fault whose count is over ends soon (or at its ghost's end). */
void cs_fault_fired(struct cs_armed *f);
bool cs_fault_spent(const struct cs_armed *f);
void cs_fault_end(struct cs_armed *f, enum cs_fault_stage stage);

/* ---- fault_trigger.c */
/* The frame engine has a frame under way: keep who has won, or will. */
void cs_fault_note_winner(struct cs_bus *bus);
/* A frame of `node` was hit, perhaps before it has won: then it counts, once for all contenders. */
void cs_fault_count_early(struct cs_armed *f, const struct cs_node *node, int64_t bit_ps);
/* Matches so far, at this instant. */
uint64_t cs_fault_matched(const struct cs_armed *f);

/* ---- fault_arm.c: names, contradictions */
int cs_fault_resolve(struct cs_bus *bus, struct cs_armed *f, char *why, size_t why_size);
int cs_fault_conflict(struct cs_bus *bus, const struct cs_armed *f, char *why, size_t why_size);

/* ---- fault_node.c: levers of LASTING and INSTANT kinds */
void cs_fault_begin_acting(struct cs_armed *f);
void cs_fault_undo(struct cs_armed *f);
void cs_fault_babble(struct cs_armed *f);

/* ---- fault_noise.c */
void cs_fault_noise_init(struct cs_armed *f);
uint64_t cs_fault_noise_gap(struct cs_armed *f); /* bits to the next error, from 1 */
void cs_fault_noise_next(struct cs_armed *f);
void cs_fault_noise_pulse(struct cs_armed *f);

/* ---- fault_ghost.c: the second transmitter */
void cs_fault_ghost_init(struct cs_armed *f);
/* Sends from now on. Returns 0 or -ENOSPC. */
int cs_fault_ghost_start(struct cs_armed *f);
void cs_fault_ghost_stop(struct cs_armed *f);
/* ATTACK_JANUS: start if the bus is free, else look again. */
void cs_fault_ghost_try(struct cs_armed *f);
/* Its frame wins arbitration against all contenders. */
bool cs_fault_ghost_wins(const struct cs_armed *f, struct cs_node *const *contenders, unsigned n);

#endif
