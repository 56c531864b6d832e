/* SPDX-License-Identifier: MIT */
/* medium.c - levels: from what the nodes drive to what each of them sees.
 * Invariant: segment[s].n_dominant counts the nodes of the segment whose `driving` is 0. */
#include "simcore/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

void cs_medium_init(struct cs_medium *medium)
{
    medium->driven = 1;
    for (unsigned i = 0; i < CS_SEGMENTS; i++) {
        medium->segment[i].level = medium->segment[i].base = 1;
        medium->segment[i].sender = CS_NO_NODE;
        medium->segment[i].told_ps = -1;
    }
}

/* ---- cables ------------------------------------------------------------------------------- */

/* Never silent: the first is told, all are counted. */
static void lose(struct cs_bus *bus)
{
    if (bus->medium.n_lost++ == 0) {
        struct cs_event event = {
            .kind = CS_EV_NOTE,
            .bus = (uint16_t)bus->index,
            .node = CS_NO_NODE,
            .peer = CS_NO_NODE,
            .text = "more pulses or edges at a time than this bus can hold: some are lost"};
        cs_sim_emit(bus->sim, &event);
    }
}

uint64_t cs_bus_lost(const struct cs_bus *bus)
{
    return bus->medium.n_lost;
}

static void send_edge(struct cs_node *node, struct cs_line *line, int64_t at_ps, unsigned level)
{
    if (line->n == CS_LINE_EDGES) {
        /* More than a cable holds: the latest takes the place of the one before. */
        line->n--;
        node->bus->medium.n_edges--;
        lose(node->bus);
    }
    unsigned at = (line->head + line->n++) % CS_LINE_EDGES;
    line->edge[at].at_ps = at_ps;
    line->edge[at].level = (uint8_t)level;
    node->bus->medium.n_edges++;
}

static bool take_edge(struct cs_node *node, struct cs_line *line, int64_t now_ps, unsigned *level)
{
    bool any = false;

    while (line->n && line->edge[line->head].at_ps <= now_ps) {
        *level = line->edge[line->head].level;
        line->head = (uint16_t)((line->head + 1) % CS_LINE_EDGES);
        line->n--;
        node->bus->medium.n_edges--;
        any = true;
    }
    return any;
}

/* ---- drivers ------------------------------------------------------------------------------ */

/* From the controller to the middle of its segment, or back. */
static int64_t way_ps(const struct cs_node *node)
{
    return node->delay_ps + node->cable_ps;
}

/* What has arrived in the middle of the segment. */
static void count_driver(struct cs_node *node, unsigned level)
{
    struct cs_medium *medium = &node->bus->medium;

    if (level == node->driving) {
        return;
    }
    node->driving = (uint8_t)level;
    medium->dirty = true;
    if (node->segment != CS_SEGMENT_ALONE) {
        struct cs_segment *segment = &medium->segment[node->segment];
        segment->n_dominant = (uint16_t)(level ? segment->n_dominant - 1 : segment->n_dominant + 1);
    }
}

void cs_medium_drive(struct cs_node *node, unsigned level)
{
    struct cs_medium *medium = &node->bus->medium;
    int64_t now = node->bus->sim->now_ps;

    if (level == node->wire_out) {
        return;
    }
    node->wire_out = (uint8_t)level;
    if (node->delay_ps > 0) {
        send_edge(node, &node->own_line, now + 2 * node->delay_ps, level);
    } else {
        node->own = (uint8_t)level;
        medium->moved = medium->moved || node->cable_ps > 0 || node->segment == CS_SEGMENT_ALONE;
    }
    if (way_ps(node) > 0) {
        send_edge(node, &node->tx_line, now + way_ps(node), level);
    } else {
        count_driver(node, level);
    }
}

/* What the others of the node's segment drive, in the middle. */
static unsigned level_of_others(const struct cs_node *node)
{
    const struct cs_medium *medium = &node->bus->medium;

    if (node->segment == CS_SEGMENT_ALONE) {
        return 1;
    }
    bool free = medium->segment[node->segment].n_dominant == !node->driving;
    return node->segment == 0 ? free && !medium->shorted && medium->driven : free;
}

void cs_medium_unplug(struct cs_node *node)
{
    struct cs_medium *medium = &node->bus->medium;

    count_driver(node, 1);
    medium->n_edges -= (unsigned)(node->tx_line.n + node->rx_line.n + node->own_line.n);
    node->tx_line.n = node->rx_line.n = node->own_line.n = 0;
    medium->n_cut -= node->segment != 0;
    medium->n_remote -= way_ps(node) > 0;
    medium->dirty = medium->moved = true;
}

void cs_medium_plug(struct cs_node *node)
{
    struct cs_medium *medium = &node->bus->medium;

    medium->n_cut += node->segment != 0;
    medium->n_remote += way_ps(node) > 0;
    count_driver(node, node->wire_out);
    node->own = node->wire_out;
    node->others = node->arrived = (uint8_t)level_of_others(node);
    medium->dirty = medium->moved = true;
}

/* ---- pulses ------------------------------------------------------------------------------- */

static void force(struct cs_bus *bus, const struct cs_pulse *pulse, int step)
{
    bus->medium.moved = true;
    if (pulse->whole) {
        bus->medium.force[pulse->kind] = (uint16_t)(bus->medium.force[pulse->kind] + step);
        bus->medium.dirty = true;
        return;
    }
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && pulse->seen_by.word[i / 64] >> (i % 64) & 1u) {
            node->force[pulse->kind] = (uint16_t)(node->force[pulse->kind] + step);
        }
    }
}

static bool before(const struct cs_pulse *a, const struct cs_pulse *b)
{
    return a->start_ps != b->start_ps ? a->start_ps < b->start_ps : a->order < b->order;
}

static void sift_down(struct cs_medium *medium, unsigned i, const struct cs_pulse *pulse)
{
    struct cs_pulse *heap = medium->waiting;

    for (;;) {
        unsigned child = 2 * i + 1;
        if (child + 1 < medium->n_waiting && before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (child >= medium->n_waiting || !before(&heap[child], pulse)) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = *pulse;
}

static void sift_up(struct cs_medium *medium, unsigned i, const struct cs_pulse *pulse)
{
    struct cs_pulse *heap = medium->waiting;

    for (; i > 0 && before(pulse, &heap[(i - 1) / 2]); i = (i - 1) / 2) {
        heap[i] = heap[(i - 1) / 2];
    }
    heap[i] = *pulse;
}

static void remove_waiting(struct cs_medium *medium, unsigned i)
{
    struct cs_pulse last = medium->waiting[--medium->n_waiting];

    if (i < medium->n_waiting) {
        if (i > 0 && before(&last, &medium->waiting[(i - 1) / 2])) {
            sift_up(medium, i, &last);
        } else {
            sift_down(medium, i, &last);
        }
    }
}

static void run_pulses(struct cs_bus *bus)
{
    struct cs_medium *medium = &bus->medium;
    int64_t now = bus->sim->now_ps;

    for (unsigned i = 0; i < medium->n_acting;) {
        if (medium->acting[i].end_ps <= now) {
            force(bus, &medium->acting[i], -1);
            medium->acting[i] = medium->acting[--medium->n_acting];
        } else {
            i++;
        }
    }
    while (medium->n_waiting && medium->waiting[0].start_ps <= now) {
        struct cs_pulse pulse = medium->waiting[0];
        remove_waiting(medium, 0);
        if (pulse.end_ps > now) {
            medium->acting[medium->n_acting++] = pulse;
            force(bus, &pulse, 1);
        }
    }
}

static int make_room(struct cs_medium *medium)
{
    if (!medium->waiting) {
        /* Both lists at once; from here on nothing is allocated. */
        medium->waiting = calloc(2 * CS_PULSES_MAX, sizeof(*medium->waiting));
        medium->acting = medium->waiting ? medium->waiting + CS_PULSES_MAX : NULL;
    }
    return medium->waiting && medium->n_waiting + medium->n_acting < CS_PULSES_MAX ? 0 : -ENOSPC;
}

void cs_medium_fini(struct cs_medium *medium)
{
    free(medium->waiting);
}

int cs_bus_pulse(struct cs_bus *bus, int64_t start_ps, int64_t end_ps, enum cs_pulse_kind kind,
                 const struct cs_node_set *seen_by, int owner)
{
    struct cs_medium *medium = &bus->medium;
    struct cs_pulse pulse = {.end_ps = end_ps,
                             .owner = owner,
                             .kind = (uint8_t)kind,
                             .whole = seen_by == NULL,
                             .order = medium->next_order};

    if (end_ps <= start_ps) {
        return 0;
    }
    if (make_room(medium)) {
        lose(bus);
        return -ENOSPC;
    }
    pulse.start_ps = start_ps > bus->sim->now_ps ? start_ps : bus->sim->now_ps;
    if (seen_by) {
        pulse.seen_by = *seen_by;
    }
    medium->next_order++;
    medium->n_waiting++;
    sift_up(medium, medium->n_waiting - 1, &pulse);
    /* Whichever engine is at work has to stop there. */
    bus->begin_ps = pulse.start_ps < bus->begin_ps ? pulse.start_ps : bus->begin_ps;
    return 0;
}

void cs_bus_drop_pulses(struct cs_bus *bus, int owner)
{
    struct cs_medium *medium = &bus->medium;

    unsigned n = medium->n_waiting;

    /* The heap of the others is built anew in place. */
    medium->n_waiting = 0;
    for (unsigned i = 0; i < n; i++) {
        struct cs_pulse pulse = medium->waiting[i];
        if (pulse.owner != owner) {
            medium->n_waiting++;
            sift_up(medium, medium->n_waiting - 1, &pulse);
        }
    }
    for (unsigned i = 0; i < medium->n_acting; i++) {
        if (medium->acting[i].owner == owner) {
            medium->acting[i].end_ps = bus->sim->now_ps;
            cs_bus_disturb(bus);
        }
    }
}

void cs_medium_forget(struct cs_node *node)
{
    struct cs_medium *medium = &node->bus->medium;
    uint64_t others = ~(UINT64_C(1) << (node->index % 64));

    for (unsigned i = 0; i < medium->n_waiting; i++) {
        medium->waiting[i].seen_by.word[node->index / 64] &= others;
    }
    for (unsigned i = 0; i < medium->n_acting; i++) {
        medium->acting[i].seen_by.word[node->index / 64] &= others;
    }
}

/* ---- levels ------------------------------------------------------------------------------- */

static unsigned forced(const uint16_t force[3], unsigned level)
{
    if (force[CS_PULSE_DOMINANT]) {
        return 0;
    }
    return force[CS_PULSE_RECESSIVE] ? 1 : level ^ (force[CS_PULSE_FLIP] & 1u);
}

static unsigned base_level(const struct cs_medium *medium, unsigned s)
{
    unsigned level = medium->segment[s].n_dominant == 0;
    return s == 0 ? level && !medium->shorted && medium->driven : level;
}

/* The termination is missing: what was dominant swings on. */
static void ring(struct cs_bus *bus)
{
    struct cs_medium *medium = &bus->medium;
    int64_t now = bus->sim->now_ps;

    for (int64_t at = medium->half_ps; at < medium->ring_ps; at += 2 * medium->half_ps) {
        int64_t end = at + medium->half_ps;
        cs_bus_pulse(bus, now + at, now + (end < medium->ring_ps ? end : medium->ring_ps),
                     CS_PULSE_DOMINANT, NULL, CS_RINGING_OWNER);
    }
}

/* What is on its way to those who are not in the middle. */
static void tell_remote(struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || way_ps(node) == 0) {
            continue;
        }
        unsigned level = level_of_others(node);
        if (level != node->others) {
            node->others = (uint8_t)level;
            send_edge(node, &node->rx_line, bus->sim->now_ps + way_ps(node), level);
        }
    }
}

static void settle_segments(struct cs_bus *bus)
{
    struct cs_medium *medium = &bus->medium;
    unsigned n = medium->n_cut ? CS_SEGMENTS : 1;

    medium->dirty = false;
    for (unsigned s = 0; s < n; s++) {
        struct cs_segment *segment = &medium->segment[s];
        unsigned base = base_level(medium, s), level = forced(medium->force, base);
        if (base && !segment->base && medium->ring_ps) {
            ring(bus);
        }
        medium->moved = medium->moved || base != segment->base || level != segment->level;
        segment->base = (uint8_t)base;
        if (level != segment->level && s == 0 && bus->sim->n_probes) {
            cs_bus_probe(bus, CS_NO_NODE, CS_PROBE_WIRE, level, bus->sim->now_ps);
        }
        segment->level = (uint8_t)level;
    }
    if (medium->n_remote) {
        tell_remote(bus);
    }
}

static void run_drivers(struct cs_bus *bus)
{
    unsigned level;

    for (int i = 0; bus->medium.n_edges && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && take_edge(node, &node->tx_line, bus->sim->now_ps, &level)) {
            count_driver(node, level);
        }
    }
}

static void run_arrivals(struct cs_bus *bus)
{
    unsigned level;

    for (int i = 0; bus->medium.n_edges && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && take_edge(node, &node->rx_line, bus->sim->now_ps, &level)) {
            node->arrived = (uint8_t)level;
            bus->medium.moved = true;
        }
        if (node && take_edge(node, &node->own_line, bus->sim->now_ps, &level)) {
            node->own = (uint8_t)level;
            bus->medium.moved = true;
        }
    }
}

static unsigned level_at(const struct cs_node *node)
{
    const struct cs_medium *medium = &node->bus->medium;

    if (node->segment == CS_SEGMENT_ALONE) {
        return forced(node->force, node->own);
    }
    unsigned level =
        way_ps(node) > 0 ? node->arrived & node->own : medium->segment[node->segment].base;
    return forced(node->force, forced(medium->force, level));
}

void cs_medium_settle(struct cs_bus *bus)
{
    struct cs_medium *medium = &bus->medium;

    if (medium->n_acting || medium->n_waiting) {
        run_pulses(bus);
    }
    if (medium->n_edges) {
        run_drivers(bus);
    }
    if (medium->dirty) {
        settle_segments(bus);
    }
    if (medium->n_edges) {
        run_arrivals(bus);
    }
    if (!medium->moved) {
        return;
    }
    medium->moved = false;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node) {
            unsigned level = level_at(node);
            if (level != node->seen) {
                cs_engine_edge(node, level);
            }
        }
    }
}

/* ---- looking ------------------------------------------------------------------------------ */

int64_t cs_medium_next_pulse_ps(const struct cs_bus *bus)
{
    const struct cs_medium *medium = &bus->medium;
    int64_t next = medium->n_waiting ? medium->waiting[0].start_ps : CS_NEVER;

    for (unsigned i = 0; i < medium->n_acting; i++) {
        next = medium->acting[i].end_ps < next ? medium->acting[i].end_ps : next;
    }
    return next;
}

static int64_t line_next_ps(const struct cs_line *line)
{
    return line->n ? line->edge[line->head].at_ps : CS_NEVER;
}

int64_t cs_medium_next_ps(const struct cs_bus *bus)
{
    const struct cs_medium *medium = &bus->medium;
    int64_t next = CS_NEVER;

    if (medium->n_waiting || medium->n_acting) {
        next = cs_medium_next_pulse_ps(bus);
    }
    for (int i = 0; medium->n_edges && i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node) {
            int64_t tx = line_next_ps(&node->tx_line), rx = line_next_ps(&node->rx_line);
            int64_t own = line_next_ps(&node->own_line);
            next = tx < next ? tx : next;
            next = rx < next ? rx : next;
            next = own < next ? own : next;
        }
    }
    return next;
}

bool cs_medium_is_quiet(const struct cs_bus *bus)
{
    const struct cs_medium *medium = &bus->medium;

    if (medium->n_edges || medium->n_acting || medium->dirty || medium->moved) {
        return false;
    }
    for (unsigned s = 0; s < (medium->n_cut ? CS_SEGMENTS : 1); s++) {
        if (!medium->segment[s].level) {
            return false;
        }
    }
    return true;
}
