/* SPDX-License-Identifier: MIT */
/* waiting.c - controllers that count recessive bits: after joining (ISO 11898-1:2015, 10.9.4, bus
 * integration) and in bus-off recovery (12.1.4.4). While the bus is idle or a whole frame is
 * computed they are counted from times, else by the controller's own samples.
 * Invariant: `runs` and `bits` hold what was counted up to the origin; both ways agree for a
 * controller that is in step with the bus. */
#include "simcore/sim_internal.h"

static bool counts(const struct cs_node *node)
{
    return node->waiting == WAIT_JOIN || node->waiting == WAIT_RECOVER;
}

bool cs_bus_has_counting(const struct cs_bus *bus)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        if (bus->nodes[i] && counts(bus->nodes[i])) {
            return true;
        }
    }
    return false;
}

void cs_node_wait(struct cs_node *node, enum cs_waiting waiting)
{
    struct cs_bus *bus = node->bus;

    bus->n_waiting -= node->waiting != WAIT_NONE;
    bus->n_waiting += waiting != WAIT_NONE;
    node->waiting = waiting;
    node->since_ps = bus->sim->now_ps;
    node->runs = node->bits = 0;
    if (bus->phase == PHASE_FRAME && counts(node) && (node->odd || bus->winner->wire.brs)) {
        /* Its samples do not keep step with the frame, or not with the data phase. */
        bus->joined = true;
        bus->begin_ps = bus->sim->now_ps;
    } else if (bus->phase == PHASE_BITS && waiting != WAIT_NONE && !node->boundary) {
        cs_engine_start_clock(node);
    }
}

static int64_t origin_ps(const struct cs_node *node)
{
    int64_t recessive = node->bus->recessive_ps;
    return node->since_ps > recessive ? node->since_ps : recessive;
}

static unsigned bits_wanted(const struct cs_node *node)
{
    unsigned all = node->waiting == WAIT_RECOVER ? RECOVERY_RUNS * IDLE_BITS : IDLE_BITS;
    return all - node->runs * IDLE_BITS - node->bits;
}

static int64_t due_ps(const struct cs_node *node)
{
    if (!counts(node)) {
        return CS_NEVER;
    }
    struct cs_instant origin = {origin_ps(node), 0};
    return cs_bitclock_add(&node->clock, origin, bits_wanted(node), 0).ps;
}

int64_t cs_bus_waiting_due_ps(const struct cs_bus *bus)
{
    int64_t due = CS_NEVER;

    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        if (bus->nodes[i] && bus->nodes[i]->waiting != WAIT_NONE) {
            int64_t at = due_ps(bus->nodes[i]);
            due = at < due ? at : due;
        }
    }
    return due;
}

static void finish(struct cs_node *node)
{
    bool recovered = node->waiting == WAIT_RECOVER;

    cs_node_wait(node, WAIT_NONE);
    cs_mac_reset(&node->mac);
    node->ready_ps = 0;
    if (recovered) {
        node->tec = 0;
        node->rec = 0;
    }
    node->state = CS_STATE_ERROR_ACTIVE;
    struct cs_event event = cs_node_event(node, CS_EV_STATE);
    cs_node_emit(node, &event);
    cs_node_follow(node, false); /* counters may have been set meanwhile */
}

void cs_bus_waiting_run(struct cs_bus *bus)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        if (bus->nodes[i] && due_ps(bus->nodes[i]) <= bus->sim->now_ps) {
            finish(bus->nodes[i]);
        }
    }
}

/* Recessive bits from the origin to `at_ps`, that under way included where its sample point is
 * over. */
static unsigned bits_until(const struct cs_node *node, int64_t at_ps)
{
    int64_t bit = cs_node_bit_ps(node), sample = (int64_t)(node->clock.rate[0].sample_q32 >> 32);
    int64_t from = origin_ps(node);

    return at_ps > from ? (unsigned)((at_ps - from + bit - sample) / bit) : 0;
}

bool cs_bus_waiting_is_done_at(const struct cs_bus *bus, int64_t at_ps)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && counts(node) && bits_until(node, at_ps) >= bits_wanted(node)) {
            return true;
        }
    }
    return false;
}

void cs_bus_waiting_dominant(struct cs_bus *bus, int64_t at_ps)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && counts(node)) {
            node->runs += (node->bits + bits_until(node, at_ps)) / IDLE_BITS;
            node->bits = 0;
        }
    }
}

unsigned cs_waiting_runs(const struct cs_node *node)
{
    unsigned runs = node->runs;

    if (node->waiting != WAIT_RECOVER) {
        return 0;
    }
    if (node->bus->phase != PHASE_BITS) {
        runs += (node->bits + bits_until(node, node->bus->sim->now_ps)) / IDLE_BITS;
    }
    return runs < RECOVERY_RUNS ? runs : RECOVERY_RUNS;
}

/* ---- by samples --------------------------------------------------------------------------- */

void cs_waiting_sample(struct cs_node *node, unsigned level)
{
    if (node->waiting == WAIT_OFF) {
        return;
    }
    if (!level) {
        node->bits = 0;
        return;
    }
    if (++node->bits == IDLE_BITS) {
        node->bits = 0;
        node->runs++;
        if (node->waiting == WAIT_JOIN || node->runs == RECOVERY_RUNS) {
            finish(node);
        }
    }
}

void cs_waiting_edge(struct cs_node *node)
{
    if (node->fd >= CS_FD_TOLERANT) {
        node->bits = 0;
    }
}

void cs_waiting_enter_bits(struct cs_node *node)
{
    int64_t now = node->bus->sim->now_ps, from = origin_ps(node), bit = cs_node_bit_ps(node);

    if (node->waiting == WAIT_OFF || from > now) {
        cs_engine_start_clock(node);
        return;
    }
    unsigned bits = (unsigned)((now - from) / bit);
    struct cs_instant start = {from, 0};
    node->runs += (node->bits + bits) / IDLE_BITS;
    node->bits = (node->bits + bits) % IDLE_BITS;
    cs_engine_stand_at(node, cs_bitclock_add(&node->clock, start, bits, 0), 1, false);
}

void cs_waiting_enter_frame(struct cs_node *node, const struct cs_standing *at)
{
    int64_t now = node->bus->sim->now_ps, since = node->since_ps;
    bool amid_dominant = !at->level && since > at->start.ps;

    if (node->waiting == WAIT_OFF || since >= now || amid_dominant) {
        cs_engine_start_clock(node);
        return;
    }
    if (at->level && since > at->recessive_ps) {
        /* No edge has brought it into step yet. */
        unsigned bits = (unsigned)((now - since) / cs_node_bit_ps(node));
        struct cs_instant start = {since, 0};
        node->bits = bits;
        cs_engine_stand_at(node, cs_bitclock_add(&node->clock, start, bits, 0), 1, false);
        return;
    }
    /* The edge to a dominant bit under way has ended the run. */
    node->bits = at->level || at->start.ps >= now ? at->recessive : 0;
    cs_engine_stand_at(node, at->start, at->before, at->before && !at->level);
}

/* From here on the bus is recessive: its bits count from times again. */
void cs_waiting_leave_bits(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;

    node->bus->recessive_ps = 0;
    if (node->held || node->waiting == WAIT_OFF) {
        node->since_ps = bus->sim->now_ps;
        return;
    }
    if (node->boundary) {
        node->since_ps = node->clock.end.ps;
    } else {
        node->since_ps = node->clock.start.ps;
        if (node->edge_counts || (node->clock.sampled && !node->clock.level)) {
            node->since_ps = node->clock.end.ps; /* the bit under way does not count */
            node->bits = 0;
        }
    }
    node->edge_counts = false;
}
