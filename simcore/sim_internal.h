/* SPDX-License-Identifier: MIT */
/* sim_internal.h - what a sim is made of; for simcore's own files only. */
#ifndef CANSIM_SIMCORE_SIM_INTERNAL_H
#define CANSIM_SIMCORE_SIM_INTERNAL_H

#include "simcore/bus_internal.h"
#include "simcore/probe.h"
#include "simcore/tap.h"

struct cs_observer {
    cs_observer_fn *fn;
    void *ctx;
};

struct cs_probe {
    cs_probe_fn *fn;
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
    unsigned detail; /* so many want CS_EV_ACKED, CS_EV_RECEIVED too */
    struct cs_probe probes[CS_SIM_PROBES], replaced; /* replaced: cs_sim_set_probe()'s */
    unsigned n_probes;
    struct cs_timer **heap; /* by (at_ps, order) */
    unsigned n_heap, heap_size;
    unsigned n_reserved; /* timers with a place of their own that are not running */
    uint64_t next_order;
    bool ran;            /* cs_sim_run_until() was called */
    bool stop;           /* cs_sim_stop() was called */
    uint64_t n_instants; /* gone through */
    cs_tap_fn *tap;      /* tap.h */
    void *tap_ctx;
    int64_t late_ps; /* CS_NEVER: none */
    void (*late)(void *ctx);
    void *late_ctx;
    int64_t amid_ps; /* the same, */
    uint64_t amid_seq;
    void (*amid)(void *ctx);
    void *amid_ctx;
};

/* ---- tap.c: only where sim->tap is set; bus, node and where the call comes from are filled in */
void cs_tap_sim(struct cs_sim *sim, struct cs_call *call);
void cs_tap_bus(struct cs_bus *bus, struct cs_call *call);
void cs_tap_node(const struct cs_node *node, struct cs_call *call);
#define CS_TAP_NODE(node, ...)                                         \
    do {                                                               \
        if ((node)->bus->sim->tap) {                                   \
            cs_tap_node(node, &(struct cs_call){.kind = __VA_ARGS__}); \
        }                                                              \
    } while (0)
/* What late_ps and amid_ps wait for, now. */
void cs_sim_run_late(struct cs_sim *sim);
void cs_sim_run_amid(struct cs_sim *sim);

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
