/* SPDX-License-Identifier: MIT */
/* edges.c - see edges.h. */
#include "tui/edges.h"

void cs_edges_probe(void *ctx, const struct cs_probe_event *event)
{
    struct cs_edges *edges = ctx;

    if (event->kind != CS_PROBE_WIRE && event->kind != CS_PROBE_TX)
        return;
    edges->edge[edges->end % CS_EDGES] =
        (struct cs_edge){.at_ps = event->at_ps,
                         .node = event->kind == CS_PROBE_WIRE ? CS_NO_NODE : event->node,
                         .bus = (uint8_t)event->bus,
                         .level = event->level};
    edges->end++;
    if (edges->end - edges->first > CS_EDGES)
        edges->first = edges->end - CS_EDGES;
}

uint64_t cs_edges_after(const struct cs_edges *edges, int64_t after_ps)
{
    uint64_t low = edges->first, high = edges->end;

    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        if (cs_edges_get(edges, mid)->at_ps > after_ps)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}
