/* SPDX-License-Identifier: MIT */
/* air.h - what is on the wire at this moment, bus by bus: who sends which frame, who has
 * acknowledged it. The trace's rows keep of it what events of their own kind do not tell: an
 * error's frame, and the nodes that acknowledged and received one. */
#ifndef CANSIM_TUI_AIR_H
#define CANSIM_TUI_AIR_H

#include "simcore/sim.h"
#include "tui/ring.h"

#define CS_AIR_SENDERS 16  /* of one attempt; more are not remembered */
#define CS_AIR_SETS    256 /* different sets of nodes that rows may name */

/* Some nodes of a bus. */
struct cs_node_set {
    uint64_t word[CS_BUS_MAX_NODES / 64];
};

static inline bool cs_node_set_has(const struct cs_node_set *set, unsigned node)
{
    return node < CS_BUS_MAX_NODES && (set->word[node / 64] >> (node % 64) & 1u) != 0;
}

struct cs_air_sender {
    struct cs_frame frame;
    int64_t queued_ps;
    uint32_t who;
    int16_t node;
    uint16_t attempt, lost;
};

struct cs_air_bus {
    int64_t start_ps;
    bool on;   /* an attempt is on the wire */
    bool deaf; /* who acknowledges and receives is not told */
    unsigned n;
    struct cs_air_sender sender[CS_AIR_SENDERS];
    struct cs_node_set acks, receives;
};

struct cs_air {
    struct cs_air_bus bus[CS_SIM_MAX_BUSES];
    struct cs_node_set sets[CS_AIR_SETS]; /* 0: it is not known who */
    unsigned n_sets, latest;
};

/* An event has come; `who` is its node's name, `row` the row that was made of it or NULL. */
void cs_air_event(struct cs_air *air, const struct cs_event *event, uint32_t who,
                  struct cs_row *row);

/* The nodes of a row's `acks` or `receives`; NULL where it is not known. */
const struct cs_node_set *cs_air_set(const struct cs_air *air, unsigned set);

#endif
