/* SPDX-License-Identifier: MIT */
/* fault_arm.c - which nodes a fault means, and what contradicts it. */
#include "simcore/fault_internal.h"

#include <errno.h>
#include <string.h>

/* ---- names -------------------------------------------------------------------------------- */

static const char *name_at(const void *ctx, unsigned i)
{
    return cs_bus_node_name(ctx, (int)i);
}

static int find(struct cs_bus *bus, const char *name, int *index, char *why, size_t why_size)
{
    *index = CS_NO_NODE;
    if (name[0] == '\0') {
        return 0;
    }
    int found = cs_bus_find_node(bus, name);
    if (found >= 0) {
        *index = found;
        return 0;
    }
    int nearest = cs_fault_nearest(name, (unsigned)bus->n_limit, name_at, bus);
    if (nearest >= 0 && bus->nodes[nearest]) {
        cs_fault_refuse(why, why_size, "no node \"%s\" on %s, did you mean \"%s\"?", name,
                        bus->name, bus->nodes[nearest]->name);
    } else {
        cs_fault_refuse(why, why_size, "no node \"%s\" on %s", name, bus->name);
    }
    return -ENOENT;
}

int cs_fault_resolve(struct cs_bus *bus, struct cs_armed *f, char *why, size_t why_size)
{
    const struct cs_fault_spec *spec = &f->spec;

    if (find(bus, spec->node, &f->node, why, why_size) ||
        find(bus, spec->trigger.from, &f->from, why, why_size) ||
        find(bus, spec->trigger.state_node, &f->state_node, why, why_size)) {
        return -ENOENT;
    }
    for (unsigned i = 0; i < spec->n_seen_by; i++) {
        int index;
        if (find(bus, spec->seen_by[i], &index, why, why_size)) {
            return -ENOENT;
        }
        if (index != CS_NO_NODE) {
            cs_set_put(&f->seen, index);
        }
    }
    return 0;
}

/* ---- contradictions ----------------------------------------------------------------------- */

/* Kinds of one group move one lever. */
enum group {
    GROUP_NONE,
    GROUP_SHORT,
    GROUP_RINGING,
    GROUP_SEGMENT,
    GROUP_CABLE,
    GROUP_TIMING,
    GROUP_DRIFT,
    GROUP_DRIVER,
    GROUP_ACK,
};

static const uint8_t groups[CS_FAULT_KIND_COUNT] = {
    [CS_FAULT_SHORT] = GROUP_SHORT,
    [CS_FAULT_RINGING] = GROUP_RINGING,
    [CS_FAULT_SPLIT] = GROUP_SEGMENT,
    [CS_FAULT_UNPLUG] = GROUP_SEGMENT,
    [CS_FAULT_CABLE] = GROUP_CABLE,
    [CS_FAULT_BITRATE] = GROUP_TIMING,
    [CS_FAULT_DRIFT] = GROUP_DRIFT,
    [CS_FAULT_STUCK_DOMINANT] = GROUP_DRIVER,
    [CS_FAULT_STUCK_RECESSIVE] = GROUP_DRIVER,
    [CS_FAULT_NO_ACK] = GROUP_ACK,
};

/* The bus time in which it may act; how long it lasts is known where time alone fires it. */
static void window(const struct cs_armed *f, int64_t *from_ps, int64_t *to_ps)
{
    bool by_time = !f->spec.trigger.frame && f->state_node == CS_NO_NODE;
    int64_t start = f->armed_ps + f->spec.trigger.after_ps;

    if (f->stage == FAULT_ACTS) {
        start = f->fired_ps;
        by_time = true;
    }
    *from_ps = start;
    *to_ps = by_time && f->spec.for_ps ? start + f->spec.for_ps : CS_NEVER;
}

static bool overlap(const struct cs_armed *a, const struct cs_armed *b)
{
    int64_t a_from, a_to, b_from, b_to;

    window(a, &a_from, &a_to);
    window(b, &b_from, &b_to);
    return a_from < b_to && b_from < a_to;
}

/* A node that both act on, by its index, or CS_NO_NODE. */
static int common_node(const struct cs_bus *bus, const struct cs_armed *a, const struct cs_armed *b)
{
    for (int i = 0; i < bus->n_limit; i++) {
        if ((a->node == i || cs_set_has(&a->seen, i)) &&
            (b->node == i || cs_set_has(&b->seen, i))) {
            return i;
        }
    }
    return CS_NO_NODE;
}

int cs_fault_conflict(struct cs_bus *bus, const struct cs_armed *f, char *why, size_t why_size)
{
    unsigned group = groups[f->spec.kind], n_splits = 0;
    struct cs_fault_walk walk;
    struct cs_armed *other;

    cs_fault_walk(&walk, bus);
    while (group != GROUP_NONE && (other = cs_fault_next(&walk)) != NULL) {
        if (groups[other->spec.kind] != group || !overlap(f, other)) {
            continue;
        }
        const char *name = cs_fault_kinds[other->spec.kind].name;
        if (group == GROUP_SHORT || group == GROUP_RINGING) {
            cs_fault_refuse(why, why_size, "fault %d is a %s of this bus already", other->id, name);
            return -EBUSY;
        }
        int node = common_node(bus, f, other);
        if (node != CS_NO_NODE) {
            cs_fault_refuse(why, why_size, "contradicts fault %d, %s of node \"%s\"", other->id,
                            name, bus->nodes[node]->name);
            return -EBUSY;
        }
        n_splits += other->spec.kind == CS_FAULT_SPLIT;
    }
    if (f->spec.kind == CS_FAULT_SPLIT && n_splits >= CS_SEGMENTS - 1) {
        cs_fault_refuse(why, why_size, "the bus is split into %d parts already", CS_SEGMENTS);
        return -EBUSY;
    }
    return 0;
}
