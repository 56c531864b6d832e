/* SPDX-License-Identifier: MIT */
/* stats.c - counts from the event stream.
 * Recent figures come from a ring of windows of CS_STATS_WINDOW_PS; a frame's time is spread over
 * the windows that it really occupied, so that a saturated bus shows 1000 permille and never more.
 */
#include "simcore/stats_internal.h"

#include <stdlib.h>
#include <string.h>

#define HASH_SIZE (2 * CS_STATS_MAX_IDS) /* a power of two */
#define IFS_BITS  3

/* ---- identifiers -------------------------------------------------------------------------- */

static uint32_t key_of(uint32_t id, uint8_t flags)
{
    return id | (flags & CS_FRAME_EXT ? UINT32_C(1) << 31 : 0) |
           (flags & CS_FRAME_RTR ? UINT32_C(1) << 30 : 0);
}

static uint16_t *hash_place(const struct cs_stats_of_bus *bus, uint32_t id, uint8_t flags)
{
    uint32_t key = key_of(id, flags);
    uint32_t at = key * UINT32_C(2654435761) >> 8;

    for (;; at++) {
        uint16_t *place = &bus->hash[at % HASH_SIZE];
        if (*place == 0) {
            return place;
        }
        const struct cs_frame *frame = &bus->ids[*place - 1].last;
        if (key_of(frame->id, frame->flags) == key) {
            return place;
        }
    }
}

/* Only a new identifier may allocate. */
static struct cs_stats_id *new_id(struct cs_stats_of_bus *bus, uint16_t *place)
{
    if (bus->n_ids == CS_STATS_MAX_IDS) {
        return NULL;
    }
    if (bus->n_ids == bus->n_allocated) {
        unsigned n = bus->n_allocated ? 2 * bus->n_allocated : 64;
        struct cs_stats_id *ids = realloc(bus->ids, n * sizeof(*ids));
        if (!ids) {
            return NULL;
        }
        bus->ids = ids;
        struct cs_stats_talker *since = realloc(bus->id_since, n * sizeof(*since));
        if (!since) {
            return NULL;
        }
        memset(since + bus->n_allocated, 0, (n - bus->n_allocated) * sizeof(*since));
        bus->id_since = since;
        bus->n_allocated = n;
    }
    struct cs_stats_id *id = &bus->ids[bus->n_ids++];
    memset(id, 0, sizeof(*id));
    *place = (uint16_t)bus->n_ids;
    return id;
}

static uint64_t changed_bytes(const struct cs_frame *a, const struct cs_frame *b)
{
    uint64_t changed = 0;
    unsigned len = a->len > b->len ? a->len : b->len;

    for (unsigned i = 0; i < len; i++) {
        if (i >= a->len || i >= b->len || a->data[i] != b->data[i]) {
            changed |= UINT64_C(1) << i;
        }
    }
    return changed;
}

/* Returns the identifier's number, -1 where there is no room for it. */
static int count_id(struct cs_stats_of_bus *bus, const struct cs_event *event)
{
    uint16_t *place = hash_place(bus, event->frame->id, event->frame->flags);
    struct cs_stats_id *id = *place ? &bus->ids[*place - 1] : new_id(bus, place);

    if (!id) {
        bus->total.untracked++;
        return -1;
    }
    if (id->count > 0) {
        int64_t period = event->at_ps - id->last_ps;
        id->period_ps = period;
        if (id->count == 1 || period < id->period_min_ps) {
            id->period_min_ps = period;
        }
        if (period > id->period_max_ps) {
            id->period_max_ps = period;
        }
        id->changed = changed_bytes(&id->last, event->frame);
    } else {
        id->first_ps = event->at_ps;
    }
    id->count++;
    id->last = *event->frame;
    id->last_ps = event->at_ps;
    id->node = event->node;
    return (int)(id - bus->ids);
}

/* ---- load --------------------------------------------------------------------------------- */

/* Let `at_ps` lie in the newest window; older ones are forgotten. */
static void roll(struct cs_stats_of_bus *bus, int64_t at_ps)
{
    int64_t window = at_ps / CS_STATS_WINDOW_PS;
    int64_t from = bus->window + 1;

    if (window <= bus->window) {
        return;
    }
    if (window - from >= CS_STATS_RING) {
        from = window - CS_STATS_RING + 1;
    }
    for (int64_t w = from; w <= window; w++) {
        bus->busy[w % CS_STATS_RING] = 0;
        bus->frames[w % CS_STATS_RING] = 0;
        for (int i = 0; i < CS_BUS_MAX_NODES; i++) {
            bus->node_busy[i][w % CS_STATS_RING] = 0;
        }
    }
    bus->window = window;
}

static void occupy(struct cs_stats_of_bus *bus, int node, int64_t from_ps, int64_t to_ps)
{
    cs_stats_since_busy(bus, from_ps, to_ps);
    bus->total.busy_ps += to_ps - from_ps;
    bus->total.bits += (uint64_t)((to_ps - from_ps) / bus->bit_ps);
    roll(bus, to_ps);
    int64_t oldest = (bus->window - CS_STATS_RING + 1) * CS_STATS_WINDOW_PS;
    from_ps = from_ps < oldest ? oldest : from_ps;
    while (from_ps < to_ps) {
        int64_t window = from_ps / CS_STATS_WINDOW_PS;
        int64_t end = (window + 1) * CS_STATS_WINDOW_PS;
        end = end < to_ps ? end : to_ps;
        bus->busy[window % CS_STATS_RING] += end - from_ps;
        if (node >= 0) {
            bus->node_busy[node][window % CS_STATS_RING] += end - from_ps;
        }
        from_ps = end;
    }
}

/* Permille of the last whole windows and the part of the present one. */
static unsigned recent_permille(const struct cs_stats_of_bus *bus, const int64_t *ring,
                                int64_t now_ps)
{
    int64_t window = now_ps / CS_STATS_WINDOW_PS;
    int64_t first = window - CS_STATS_WINDOWS;
    int64_t busy = 0;

    first = first < 0 ? 0 : first;
    for (int64_t w = first; w <= window; w++) {
        /* The ring may reach one intermission beyond now. */
        if (w <= bus->window && w > bus->window - CS_STATS_RING) {
            busy += ring[w % CS_STATS_RING];
        }
    }
    int64_t span = now_ps - first * CS_STATS_WINDOW_PS;
    if (span <= 0) {
        return 0;
    }
    busy = busy < span ? busy : span;
    return (unsigned)(busy / (span / 1000 + 1));
}

/* ---- events ------------------------------------------------------------------------------- */

static void count_frame(struct cs_stats_of_bus *bus, const struct cs_event *event)
{
    int64_t end_ps = event->at_ps + IFS_BITS * bus->bit_ps;

    bus->total.frames++;
    bus->total.remote_frames += event->frame->flags & CS_FRAME_RTR ? 1 : 0;
    bus->total.data_bytes += event->frame->len;
    occupy(bus, event->node, event->start_ps, end_ps);
    bus->frames[event->at_ps / CS_STATS_WINDOW_PS % CS_STATS_RING]++;
    cs_stats_since_frame(bus, event, end_ps - event->start_ps, count_id(bus, event));
}

/* False: no memory. */
static bool know_bus(struct cs_stats *stats, unsigned index)
{
    struct cs_stats_of_bus *bus = &stats->buses[index];

    if (bus->hash) {
        return true;
    }
    bus->bit_ps = cs_bus_bit_ps(cs_sim_bus(stats->sim, index));
    if (!bus->node_busy) {
        bus->node_busy = calloc(CS_BUS_MAX_NODES, sizeof(*bus->node_busy));
    }
    bus->since.from_ps = bus->since.quiet_ps = cs_sim_now_ps(stats->sim);
    if (bus->node_busy && cs_stats_since_init(bus)) {
        bus->hash = calloc(HASH_SIZE, sizeof(*bus->hash));
    }
    return bus->hash != NULL;
}

static void observe(void *ctx, const struct cs_event *event)
{
    struct cs_stats *stats = ctx;
    struct cs_stats_of_bus *bus = &stats->buses[event->bus];

    if (!know_bus(stats, event->bus)) { /* where it was added later */
        return;
    }
    switch (event->kind) {
    case CS_EV_FRAME:
        count_frame(bus, event);
        break;
    case CS_EV_ERROR_FRAME:
        bus->total.error_frames++;
        occupy(bus, CS_NO_NODE, event->start_ps, event->at_ps + IFS_BITS * bus->bit_ps);
        cs_stats_since_error_frame(bus, event,
                                   event->at_ps + IFS_BITS * bus->bit_ps - event->start_ps);
        break;
    case CS_EV_ERROR:
        bus->total.errors[event->error % 8]++;
        bus->since.errors[event->error % 8]++;
        break;
    case CS_EV_ARB_LOST:
        bus->total.arb_lost++;
        bus->since.arb_lost++;
        break;
    case CS_EV_ATTACH:
        if (event->node >= 0) {
            bus->node_since[event->node] = (struct cs_stats_talker){0};
        }
        break;
    default:
        break;
    }
}

/* ---- interface ---------------------------------------------------------------------------- */

struct cs_stats *cs_stats_create(struct cs_sim *sim)
{
    struct cs_stats *stats = calloc(1, sizeof(*stats));
    unsigned n = cs_sim_bus_count(sim);
    bool whole = stats != NULL && cs_sim_observe(sim, observe, stats) == 0;

    if (whole) {
        stats->sim = sim;
    }
    for (unsigned i = 0; whole && i < n; i++) {
        whole = know_bus(stats, i);
    }
    if (!whole) {
        cs_stats_destroy(stats);
        return NULL;
    }
    return stats;
}

void cs_stats_destroy(struct cs_stats *stats)
{
    if (!stats) {
        return;
    }
    if (stats->sim) {
        cs_sim_unobserve(stats->sim, observe, stats);
    }
    for (unsigned i = 0; i < CS_SIM_MAX_BUSES; i++) {
        free(stats->buses[i].node_busy);
        free(stats->buses[i].hash);
        free(stats->buses[i].ids);
        cs_stats_since_fini(&stats->buses[i]);
    }
    free(stats);
}

void cs_stats_bus(const struct cs_stats *stats, unsigned index, struct cs_stats_bus *out)
{
    const struct cs_stats_of_bus *bus = &stats->buses[index];
    int64_t now = cs_sim_now_ps(stats->sim);
    int64_t window = now / CS_STATS_WINDOW_PS;

    *out = bus->total;
    out->ids = bus->n_ids;
    out->load_permille = recent_permille(bus, bus->busy, now);
    if (now > 0) {
        int64_t busy = bus->total.busy_ps < now ? bus->total.busy_ps : now;
        out->load_total_permille = (unsigned)(busy / (now / 1000 + 1));
    }
    for (int64_t w = window - CS_STATS_WINDOWS + 1; w <= window; w++) {
        if (w >= 0 && w <= bus->window && w > bus->window - CS_STATS_RING) {
            out->frames_per_s += bus->frames[w % CS_STATS_RING];
        }
    }
}

const struct cs_stats_id *cs_stats_id(const struct cs_stats *stats, unsigned bus, unsigned i)
{
    return i < stats->buses[bus].n_ids ? &stats->buses[bus].ids[i] : NULL;
}

const struct cs_stats_id *cs_stats_find_id(const struct cs_stats *stats, unsigned bus, uint32_t id,
                                           uint8_t flags)
{
    uint16_t place = stats->buses[bus].hash ? *hash_place(&stats->buses[bus], id, flags) : 0;
    return place ? &stats->buses[bus].ids[place - 1] : NULL;
}

unsigned cs_stats_node_load_permille(const struct cs_stats *stats, unsigned bus, int node)
{
    if (node < 0 || node >= CS_BUS_MAX_NODES || !stats->buses[bus].node_busy) {
        return 0;
    }
    return recent_permille(&stats->buses[bus], stats->buses[bus].node_busy[node],
                           cs_sim_now_ps(stats->sim));
}
