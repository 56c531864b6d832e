/* SPDX-License-Identifier: MIT */
/* sim_internal.h - what a sim is made of; for simcore's own files only. */
#ifndef CANSIM_SIMCORE_SIM_INTERNAL_H
#define CANSIM_SIMCORE_SIM_INTERNAL_H

#include "simcore/bus_internal.h"
#include "simcore/probe.h"

struct cs_observer {
    cs_observer_fn *fn;
    void *ctx;
};

struct cs_sim {
    uint64_t seed;
    int64_t now_ps;
    uint64_t next_seq;
    int depth; /* > 0 while callbacks may be running */
    struct cs_bus *buses[CS_SIM_MAX_BUSES];
    unsigned n_buses;
    struct cs_observer observers[CS_SIM_MAX_OBSERVERS];
    unsigned n_observers;
    bool detail; /* CS_EV_ACKED, CS_EV_RECEIVED too */
    cs_probe_fn *probe;
    void *probe_ctx;
    struct cs_timer **heap; /* by (at_ps, order) */
    unsigned n_heap, heap_size;
    unsigned n_reserved; /* timers with a place of their own that are not running */
    uint64_t next_order;
};

/* Tell the observers; at_ps and seq are filled in. Inline: of all that happens the most frequent.
 */
static inline void cs_sim_emit(struct cs_sim *sim, struct cs_event *event)
{
    event->at_ps = sim->now_ps;
    event->seq = sim->next_seq;
    sim->next_seq += event->kind != CS_EV_ACKED && event->kind != CS_EV_RECEIVED;
    sim->depth++;
    for (unsigned i = 0; i < sim->n_observers; i++) {
        sim->observers[i].fn(sim->observers[i].ctx, event);
    }
    sim->depth--;
}

#endif
