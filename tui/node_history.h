/* SPDX-License-Identifier: MIT */
/* node_history.h - how a controller came to be what it is: its TEC over the last seconds, the last
 * steps of its counters, the last changes of its state. */
#ifndef CANSIM_TUI_NODE_HISTORY_H
#define CANSIM_TUI_NODE_HISTORY_H

#include "simcore/event.h"
#include "simcore/sim.h"

#define CS_HISTORY_SLOTS   128 /* of CS_HISTORY_SLOT_PS each */
#define CS_HISTORY_SLOT_PS (CS_PS_PER_S / 10)
#define CS_HISTORY_STEPS   64
#define CS_HISTORY_CHANGES 10

struct cs_history_step {
    int64_t at_ps;
    uint16_t tec, rec;
    uint8_t state; /* of a change: enum cs_node_state after it */
};

/* All of them in circles. */
struct cs_node_history {
    int64_t slot;                    /* number of the newest */
    uint16_t tec;                    /* now */
    uint16_t most[CS_HISTORY_SLOTS]; /* TEC within each slot */
    struct cs_history_step step[CS_HISTORY_STEPS];
    uint32_t n_steps; /* so far */
    struct cs_history_step change[CS_HISTORY_CHANGES];
    uint32_t n_changes; /* so far */
};

/* Is it a kind of event that is kept? */
static inline bool cs_history_wants_kind(unsigned kind)
{
    return kind == CS_EV_ATTACH || kind == CS_EV_STATE || kind == CS_EV_COUNTERS;
}
/* Those of all controllers of a host, by bus and node; made where they are needed. */
struct cs_histories {
    struct cs_node_history *of[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES];
};
void cs_histories_event(struct cs_histories *histories, const struct cs_event *event);
void cs_histories_fini(struct cs_histories *histories);

/* One that is wanted, of this controller; all zero at first. */
void cs_history_event(struct cs_node_history *history, const struct cs_event *event);
/* TEC in the last n slots, the present one last. */
void cs_history_tec(const struct cs_node_history *history, int64_t now_ps, int64_t *values,
                    unsigned n);
/* Of the steps, the last `back` ones before the newest; NULL: there was none. */
const struct cs_history_step *cs_history_step(const struct cs_node_history *history, unsigned back);
const struct cs_history_step *cs_history_change(const struct cs_node_history *history,
                                                unsigned back);

#endif
