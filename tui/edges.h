/* SPDX-License-Identifier: MIT */
/* edges.h - the latest edges on the wires, as a probe saw them: of each bus, and of what each node
 * drove. Only while somebody looks so closely that it matters (see cs_feed_refresh()). */
#ifndef CANSIM_TUI_EDGES_H
#define CANSIM_TUI_EDGES_H

#include "simcore/probe.h"

#define CS_EDGES 65536u /* some 500 frames of a few nodes */

struct cs_edge {
    int64_t at_ps;
    int16_t node; /* CS_NO_NODE: the bus */
    uint8_t bus, level;
};

struct cs_edges {
    bool on;
    int64_t until_ps;    /* where it is not: when it was */
    uint64_t first, end; /* as a ring's rows are numbered */
    struct cs_edge edge[CS_EDGES];
};

/* A probe's function; ctx: struct cs_edges. */
void cs_edges_probe(void *ctx, const struct cs_probe_event *event);
/* Number of the first edge after that time. */
uint64_t cs_edges_after(const struct cs_edges *edges, int64_t after_ps);

static inline const struct cs_edge *cs_edges_get(const struct cs_edges *edges, uint64_t number)
{
    return number >= edges->first && number < edges->end ? &edges->edge[number % CS_EDGES] : NULL;
}

#endif
