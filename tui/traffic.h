/* SPDX-License-Identifier: MIT */
/* traffic.h - what the statistics view shows of one bus, as of the last refresh: figures since a
 * moment that can be set anew, load over time, and who takes most of the bus. */
#ifndef CANSIM_TUI_TRAFFIC_H
#define CANSIM_TUI_TRAFFIC_H

#include "simcore/stats.h"

#define CS_TRAFFIC_TOP 32

/* A node or an identifier. */
struct cs_traffic_top {
    uint32_t id; /* of an identifier */
    uint8_t flags;
    uint32_t who; /* the node; of an identifier the last transmitter: cs_names_text() */
    struct cs_stats_talker did;
};

struct cs_traffic {
    struct cs_stats_since since;
    struct cs_stats_wait wait[CS_STATS_PRIORITIES];
    struct cs_stats_point point[CS_STATS_HISTORY]; /* of the grain chosen; the last one is now */
    unsigned n_points;
    unsigned errors_per_s; /* error frames of the last second */
    struct cs_traffic_top ids[CS_TRAFFIC_TOP], nodes[CS_TRAFFIC_TOP]; /* the most bits first */
    unsigned n_ids, n_nodes;
};

/* Put it in its place among the top ones, if it has one. */
void cs_traffic_rank(struct cs_traffic_top *top, unsigned *n, const struct cs_traffic_top *item);

#endif
