/* SPDX-License-Identifier: MIT */
/* stats_since.c - load over time, and what is counted since a moment.
 * A window's slot in the history is known by its number: one that nothing touched is empty. */
#include <stdlib.h>
#include <string.h>

#include "simcore/stats_internal.h"

#define STEPS_LOG 3 /* of a doubling, as a power of two */
#define STEPS     (1 << STEPS_LOG)

/* ---- load over time -------------------------------------------------------------------------- */

int64_t cs_stats_grain_ps(enum cs_stats_grain grain)
{
    static const int64_t spans[CS_STATS_GRAINS] = {CS_PS_PER_S / 10, CS_PS_PER_S, 10 * CS_PS_PER_S,
                                                   60 * CS_PS_PER_S};

    return spans[grain];
}

static struct cs_stats_point *point_at(struct cs_stats_of_bus *bus, int grain, int64_t number)
{
    struct cs_stats_point *point = &bus->history[grain][number % CS_STATS_HISTORY];

    if (point->number != number) {
        *point = (struct cs_stats_point){.number = number};
    }
    return point;
}

static void spread(struct cs_stats_of_bus *bus, int grain, int64_t from_ps, int64_t to_ps)
{
    int64_t span = cs_stats_grain_ps((enum cs_stats_grain)grain);
    int64_t oldest = (to_ps / span - CS_STATS_HISTORY + 1) * span;

    from_ps = from_ps < oldest ? oldest : from_ps;
    while (from_ps < to_ps) {
        int64_t number = from_ps / span;
        int64_t end = (number + 1) * span < to_ps ? (number + 1) * span : to_ps;
        point_at(bus, grain, number)->busy_ps += end - from_ps;
        from_ps = end;
    }
}

static void count_end(struct cs_stats_of_bus *bus, int64_t at_ps, bool error)
{
    for (int g = 0; g < CS_STATS_GRAINS; g++) {
        int64_t number = at_ps / cs_stats_grain_ps((enum cs_stats_grain)g);
        struct cs_stats_point *point = point_at(bus, g, number);
        point->frames += !error;
        point->error_frames += error;
    }
}

bool cs_stats_history(const struct cs_stats *stats, unsigned bus, enum cs_stats_grain grain,
                      int64_t number, struct cs_stats_point *out)
{
    int64_t now = cs_sim_now_ps(stats->sim) / cs_stats_grain_ps(grain);
    const struct cs_stats_point *point;

    *out = (struct cs_stats_point){.number = number};
    if (number < 0 || number > now || number <= now - CS_STATS_HISTORY ||
        !stats->buses[bus].history) {
        return false;
    }
    point = &stats->buses[bus].history[grain][number % CS_STATS_HISTORY];
    if (point->number == number) {
        *out = *point;
    }
    return point->number <= number;
}

/* ---- waits ----------------------------------------------------------------------------------- */

unsigned cs_stats_wait_step(int64_t wait_ps)
{
    uint64_t ns = wait_ps > 0 ? (uint64_t)(wait_ps / CS_PS_PER_NS) : 0;
    unsigned doubling = STEPS_LOG;

    if (ns < STEPS) {
        return (unsigned)ns;
    }
    while (ns >> doubling >= 2) {
        doubling++;
    }
    return (doubling - STEPS_LOG + 1) * STEPS + ((unsigned)(ns >> (doubling - STEPS_LOG)) & 7);
}

int64_t cs_stats_wait_from_ps(unsigned step)
{
    if (step < STEPS) {
        return (int64_t)step * CS_PS_PER_NS;
    }
    if (step >= CS_STATS_WAITS) {
        return INT64_MAX;
    }
    return (int64_t)(STEPS + step % STEPS) * (INT64_C(1) << (step / STEPS - 1)) * CS_PS_PER_NS;
}

int64_t cs_stats_wait_permille_ps(const struct cs_stats_wait *wait, unsigned permille)
{
    /* Rounded up, without a product that may overflow. */
    uint64_t wanted = wait->count / 1000 * permille + (wait->count % 1000 * permille + 999) / 1000;
    uint64_t seen = 0;

    wanted = wanted ? wanted : 1;
    for (unsigned i = 0; wait->count && i < CS_STATS_WAITS; i++) {
        seen += wait->step[i];
        if (seen >= wanted) {
            int64_t end = cs_stats_wait_from_ps(i + 1);
            return end < wait->max_ps ? end : wait->max_ps;
        }
    }
    return 0;
}

/* Somebody else may tell of waits as long as time itself. */
static int64_t add_ps(int64_t sum_ps, int64_t ps)
{
    return ps > INT64_MAX - sum_ps ? INT64_MAX : sum_ps + ps;
}

static void count_wait(struct cs_stats_wait *wait, int64_t wait_ps)
{
    wait->count++;
    wait->sum_ps = add_ps(wait->sum_ps, wait_ps);
    wait->max_ps = wait_ps > wait->max_ps ? wait_ps : wait->max_ps;
    wait->step[cs_stats_wait_step(wait_ps)]++;
}

/* ---- since a moment -------------------------------------------------------------------------- */

static void count_gap(struct cs_stats_since *since, int64_t from_ps, int64_t to_ps)
{
    unsigned at = since->n_gaps;

    while (at > 0 && since->gap[at - 1].to_ps - since->gap[at - 1].from_ps < to_ps - from_ps) {
        at--;
    }
    if (at == CS_STATS_GAPS) {
        return;
    }
    since->n_gaps += since->n_gaps < CS_STATS_GAPS;
    memmove(&since->gap[at + 1], &since->gap[at], (since->n_gaps - 1 - at) * sizeof(since->gap[0]));
    since->gap[at] = (struct cs_stats_gap){from_ps, to_ps};
}

void cs_stats_since_busy(struct cs_stats_of_bus *bus, int64_t from_ps, int64_t to_ps)
{
    struct cs_stats_since *since = &bus->since;

    for (int g = 0; g < CS_STATS_GRAINS; g++) {
        spread(bus, g, from_ps, to_ps);
    }
    from_ps = from_ps > since->from_ps ? from_ps : since->from_ps;
    if (to_ps <= from_ps) {
        return;
    }
    since->busy_ps += to_ps - from_ps;
    since->bits += (uint64_t)((to_ps - from_ps) / bus->bit_ps);
    if (from_ps > since->quiet_ps) {
        count_gap(since, since->quiet_ps, from_ps);
    }
    since->quiet_ps = to_ps > since->quiet_ps ? to_ps : since->quiet_ps;
}

static void count_talker(struct cs_stats_talker *talker, int64_t busy_ps, int64_t bit_ps,
                         int64_t wait_ps)
{
    talker->frames++;
    talker->busy_ps += busy_ps;
    talker->bits += (uint64_t)(busy_ps / bit_ps);
    talker->wait_sum_ps = add_ps(talker->wait_sum_ps, wait_ps);
    talker->wait_max_ps = wait_ps > talker->wait_max_ps ? wait_ps : talker->wait_max_ps;
}

static unsigned priority_of(const struct cs_frame *frame)
{
    return (frame->flags & CS_FRAME_EXT ? frame->id >> 26 : frame->id >> 8) & 7;
}

void cs_stats_since_frame(struct cs_stats_of_bus *bus, const struct cs_event *event,
                          int64_t busy_ps, int id)
{
    int64_t wait_ps = event->start_ps - event->queued_ps;

    count_end(bus, event->at_ps, false);
    bus->since.frames++;
    bus->since.data_bytes += event->frame->len;
    if (event->node >= 0) {
        count_wait(&bus->wait[priority_of(event->frame)], wait_ps);
        count_talker(&bus->node_since[event->node], busy_ps, bus->bit_ps, wait_ps);
    }
    if (id >= 0) {
        count_talker(&bus->id_since[id], busy_ps, bus->bit_ps, event->node >= 0 ? wait_ps : 0);
    }
}

void cs_stats_since_error_frame(struct cs_stats_of_bus *bus, const struct cs_event *event,
                                int64_t busy_ps)
{
    count_end(bus, event->at_ps, true);
    bus->since.error_frames++;
    bus->since.error_busy_ps += busy_ps;
}

/* ---- interface ------------------------------------------------------------------------------- */

bool cs_stats_since_init(struct cs_stats_of_bus *bus)
{
    bus->history = calloc(CS_STATS_GRAINS, sizeof(*bus->history));
    bus->wait = calloc(CS_STATS_PRIORITIES, sizeof(*bus->wait));
    bus->node_since = calloc(CS_BUS_MAX_NODES, sizeof(*bus->node_since));
    for (int g = 0; bus->history && g < CS_STATS_GRAINS; g++) {
        for (int i = 0; i < CS_STATS_HISTORY; i++) {
            bus->history[g][i].number = -1;
        }
    }
    return bus->history && bus->wait && bus->node_since;
}

void cs_stats_since_fini(struct cs_stats_of_bus *bus)
{
    free(bus->history);
    free(bus->wait);
    free(bus->node_since);
    free(bus->id_since);
}

void cs_stats_reset(struct cs_stats *stats)
{
    int64_t now = cs_sim_now_ps(stats->sim);

    for (unsigned i = 0; i < CS_SIM_MAX_BUSES; i++) {
        struct cs_stats_of_bus *bus = &stats->buses[i];
        int64_t quiet = bus->since.quiet_ps;
        if (!bus->hash) {
            continue;
        }
        bus->since = (struct cs_stats_since){.from_ps = now, .quiet_ps = quiet > now ? quiet : now};
        memset(bus->wait, 0, CS_STATS_PRIORITIES * sizeof(*bus->wait));
        memset(bus->node_since, 0, CS_BUS_MAX_NODES * sizeof(*bus->node_since));
        if (bus->id_since) {
            memset(bus->id_since, 0, bus->n_allocated * sizeof(*bus->id_since));
        }
    }
}

void cs_stats_since(const struct cs_stats *stats, unsigned bus, struct cs_stats_since *out)
{
    *out = stats->buses[bus].since;
}

const struct cs_stats_wait *cs_stats_wait(const struct cs_stats *stats, unsigned bus,
                                          unsigned priority)
{
    return stats->buses[bus].wait && priority < CS_STATS_PRIORITIES
               ? &stats->buses[bus].wait[priority]
               : NULL;
}

const struct cs_stats_talker *cs_stats_node_since(const struct cs_stats *stats, unsigned bus,
                                                  int node)
{
    return stats->buses[bus].node_since && node >= 0 && node < CS_BUS_MAX_NODES
               ? &stats->buses[bus].node_since[node]
               : NULL;
}

const struct cs_stats_talker *cs_stats_id_since(const struct cs_stats *stats, unsigned bus,
                                                unsigned i)
{
    return i < stats->buses[bus].n_ids ? &stats->buses[bus].id_since[i] : NULL;
}
