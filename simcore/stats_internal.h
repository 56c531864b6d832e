/* SPDX-License-Identifier: MIT */
/* stats_internal.h - what stats.c and stats_since.c share. */
#ifndef CANSIM_SIMCORE_STATS_INTERNAL_H
#define CANSIM_SIMCORE_STATS_INTERNAL_H

#include "simcore/stats.h"

#define CS_STATS_RING (CS_STATS_WINDOWS + 1) /* the one being filled, and those that count */

struct cs_stats_of_bus {
    struct cs_stats_bus total;
    int64_t bit_ps;
    int64_t window;              /* number of the newest window */
    int64_t busy[CS_STATS_RING]; /* ps, by window % CS_STATS_RING */
    uint32_t frames[CS_STATS_RING];
    int64_t (*node_busy)[CS_STATS_RING]; /* by node */
    struct cs_stats_id *ids;             /* CS_STATS_MAX_IDS */
    unsigned n_ids, n_allocated;
    uint16_t *hash; /* index + 1 into ids, 0 = free */

    struct cs_stats_point (*history)[CS_STATS_HISTORY]; /* by grain, number % CS_STATS_HISTORY */
    struct cs_stats_since since;
    struct cs_stats_wait *wait;         /* CS_STATS_PRIORITIES */
    struct cs_stats_talker *node_since; /* CS_BUS_MAX_NODES */
    struct cs_stats_talker *id_since;   /* n_allocated */
};

struct cs_stats {
    struct cs_sim *sim;
    struct cs_stats_of_bus buses[CS_SIM_MAX_BUSES];
};

/* Memory of a bus's part; false: there is none. cs_stats_since_fini() also after that. */
bool cs_stats_since_init(struct cs_stats_of_bus *bus);
void cs_stats_since_fini(struct cs_stats_of_bus *bus);
/* A frame or an error frame had the bus, intermission included. */
void cs_stats_since_busy(struct cs_stats_of_bus *bus, int64_t from_ps, int64_t to_ps);
/* The event of a frame that took busy_ps; `id` is the number of its identifier, -1: untracked. */
void cs_stats_since_frame(struct cs_stats_of_bus *bus, const struct cs_event *event,
                          int64_t busy_ps, int id);
void cs_stats_since_error_frame(struct cs_stats_of_bus *bus, const struct cs_event *event,
                                int64_t busy_ps);

#endif
