/* SPDX-License-Identifier: MIT */
/* sim.c - the clock: buses and timers in one defined order.
 * Invariant: whoever runs from here may start timers and queue frames, but time moves in
 * cs_sim_run_until() alone. */
#include "simcore/sim_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cs_sim *cs_sim_create(uint64_t seed)
{
    struct cs_sim *sim = calloc(1, sizeof(*sim));
    if (sim) {
        sim->seed = seed;
        sim->late_ps = sim->amid_ps = CS_NEVER;
    }
    return sim;
}

void cs_sim_destroy(struct cs_sim *sim)
{
    if (!sim) {
        return;
    }
    for (unsigned i = 0; i < sim->n_buses; i++) {
        cs_bus_fini(sim->buses[i]);
        free(sim->buses[i]);
    }
    free(sim->heap);
    free(sim);
}

static bool name_is_usable(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    return len >= 1 && len <= 15 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
               len &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool timing_is_usable(const struct cs_bus_config *config)
{
    char why[128];
    uint32_t data = config->data_bitrate_bps;

    if (config->timing) {
        return cs_timing_check(config->timing, why, sizeof(why)) == 0;
    }
    return config->bitrate_bps >= CS_BITRATE_MIN && config->bitrate_bps <= CS_BITRATE_MAX &&
           (data == 0 || (data >= config->bitrate_bps && data <= CS_DATA_BITRATE_MAX));
}

int cs_sim_add_bus(struct cs_sim *sim, const struct cs_bus_config *config)
{
    if (!name_is_usable(config->name) || !timing_is_usable(config)) {
        return -EINVAL;
    }
    if (cs_sim_find_bus(sim, config->name)) {
        return -EEXIST;
    }
    if (sim->n_buses == CS_SIM_MAX_BUSES) {
        return -ENOSPC;
    }
    struct cs_bus *bus = calloc(1, sizeof(*bus));
    if (!bus) {
        return -ENOMEM;
    }
    cs_bus_init(bus, sim, sim->n_buses, config);
    sim->buses[sim->n_buses] = bus;
    return (int)sim->n_buses++;
}

unsigned cs_sim_bus_count(const struct cs_sim *sim)
{
    return sim->n_buses;
}

struct cs_bus *cs_sim_bus(struct cs_sim *sim, unsigned index)
{
    return index < sim->n_buses ? sim->buses[index] : NULL;
}

struct cs_bus *cs_sim_find_bus(struct cs_sim *sim, const char *name)
{
    for (unsigned i = 0; i < sim->n_buses; i++) {
        if (strcmp(cs_bus_name(sim->buses[i]), name) == 0) {
            return sim->buses[i];
        }
    }
    return NULL;
}

int64_t cs_sim_now_ps(const struct cs_sim *sim)
{
    return sim->now_ps;
}

uint64_t cs_sim_seed(const struct cs_sim *sim)
{
    return sim->seed;
}

/* What late_ps waits for apart. */
static int64_t next_instant_ps(const struct cs_sim *sim)
{
    int64_t next = sim->n_heap ? sim->heap[0]->at_ps : CS_NEVER;

    if (sim->amid_ps < next && sim->next_seq >= sim->amid_seq) {
        next = sim->amid_ps;
    }

    for (unsigned i = 0; i < sim->n_buses; i++) {
        const struct cs_bus *bus = sim->buses[i];
        next = bus->effect_ps < next ? bus->effect_ps : next;
        next = bus->begin_ps < next ? bus->begin_ps : next;
    }
    return next;
}

int64_t cs_sim_next_ps(const struct cs_sim *sim)
{
    int64_t next = next_instant_ps(sim);

    return sim->late_ps < next ? sim->late_ps : next;
}

static bool amid_is_due(const struct cs_sim *sim)
{
    return sim->amid_ps <= sim->now_ps &&
           (sim->amid_ps < sim->now_ps || sim->next_seq >= sim->amid_seq);
}

static void run_timers(struct cs_sim *sim)
{
    /* Timers that these start for this very instant wait for the next round. */
    uint64_t limit = sim->next_order;

    for (;;) {
        while (amid_is_due(sim)) {
            cs_sim_run_amid(sim);
        }
        if (!sim->n_heap || sim->heap[0]->at_ps > sim->now_ps || sim->heap[0]->order >= limit) {
            return;
        }
        struct cs_timer *timer = sim->heap[0];
        cs_timer_stop(sim, timer);
        timer->fn(timer->ctx, timer);
    }
}

static void run_instant(struct cs_sim *sim)
{
    sim->n_instants++;
    for (unsigned i = 0; i < sim->n_buses; i++) {
        if (sim->buses[i]->effect_ps <= sim->now_ps) {
            cs_bus_effects(sim->buses[i]);
        }
    }
    run_timers(sim);
    for (unsigned i = 0; i < sim->n_buses; i++) {
        if (sim->buses[i]->begin_ps <= sim->now_ps) {
            cs_bus_begin(sim->buses[i]);
        }
    }
}

void cs_sim_run_until(struct cs_sim *sim, int64_t until_ps)
{
    assert(sim->depth == 0);
    until_ps = until_ps < CS_TIME_END ? until_ps : CS_TIME_END;
    sim->depth++;
    sim->ran = true;
    sim->stop = false;
    for (unsigned i = 0; i < sim->n_buses; i++) {
        sim->buses[i]->ran = true;
    }
    for (;;) {
        int64_t next = next_instant_ps(sim);
        if (sim->stop && next > sim->now_ps && sim->late_ps > sim->now_ps) {
            until_ps = sim->now_ps;
            break;
        }
        if (sim->late_ps < next && sim->late_ps <= until_ps) {
            cs_sim_run_late(sim);
            continue;
        }
        if (next > until_ps || next == CS_NEVER) {
            break;
        }
        if (next > sim->now_ps) {
            sim->now_ps = next;
        }
        run_instant(sim);
    }
    if (until_ps > sim->now_ps) {
        sim->now_ps = until_ps;
    }
    sim->depth--;
}

void cs_sim_stop(struct cs_sim *sim)
{
    sim->stop = true;
}

/* ---- observers ---------------------------------------------------------------------------- */

int cs_sim_observe(struct cs_sim *sim, cs_observer_fn *fn, void *ctx)
{
    if (sim->n_observers == CS_SIM_MAX_OBSERVERS) {
        return -ENOSPC;
    }
    sim->observers[sim->n_observers].fn = fn;
    sim->observers[sim->n_observers++].ctx = ctx;
    return 0;
}

void cs_sim_unobserve(struct cs_sim *sim, cs_observer_fn *fn, void *ctx)
{
    for (unsigned i = 0; i < sim->n_observers; i++) {
        if (sim->observers[i].fn == fn && sim->observers[i].ctx == ctx) {
            sim->n_observers--;
            memmove(&sim->observers[i], &sim->observers[i + 1],
                    (sim->n_observers - i) * sizeof(sim->observers[0]));
            return;
        }
    }
}

bool cs_sim_is_observed(const struct cs_sim *sim)
{
    return sim->n_observers > 0;
}

void cs_sim_set_detail(struct cs_sim *sim, bool on)
{
    if (on) {
        sim->detail++;
    } else if (sim->detail > 0) {
        sim->detail--;
    }
}

bool cs_sim_has_detail(const struct cs_sim *sim)
{
    return sim->detail > 0;
}

void cs_sim_publish(struct cs_sim *sim, const struct cs_event *event)
{
    struct cs_event copy = *event;

    if (sim->tap) {
        cs_tap_sim(sim, &(struct cs_call){.kind = CS_CALL_PUBLISH,
                                          .bus = cs_sim_bus(sim, event->bus),
                                          .node = event->node,
                                          .event = event});
    }
    cs_sim_emit(sim, &copy);
}
