/* SPDX-License-Identifier: MIT */
/* stats.h - load, rates and counts, per bus, per node and per identifier, from the event stream.
 * Load is exact: the bits from SOF to the end of EOF (or of the error delimiter) and the 3 bits of
 * intermission, over the bits that passed; a saturated bus has 1000 permille. */
#ifndef CANSIM_SIMCORE_STATS_H
#define CANSIM_SIMCORE_STATS_H

#include "simcore/sim.h"

#define CS_STATS_MAX_IDS   8192 /* identifiers of one bus that are told apart; others are counted */
#define CS_STATS_WINDOWS   10   /* of CS_STATS_WINDOW_PS each make the "recent" second */
#define CS_STATS_WINDOW_PS (CS_PS_PER_S / CS_STATS_WINDOWS)

struct cs_stats; /* opaque; one for all buses of a sim */

struct cs_stats_bus {
    uint64_t frames, remote_frames, data_bytes;
    uint64_t errors[8];    /* by enum cs_error_kind, as detected by nodes */
    uint64_t error_frames; /* destroyed frames and error frames on the bus */
    uint64_t arb_lost;
    uint64_t bits;                /* sent bits, intermission included */
    int64_t busy_ps;              /* the same as time */
    unsigned load_permille;       /* over the last second of bus time */
    unsigned load_total_permille; /* since the start */
    unsigned frames_per_s;        /* over the last second */
    unsigned ids;                 /* identifiers seen */
    uint64_t untracked;           /* frames with identifiers beyond CS_STATS_MAX_IDS */
};

/* One identifier on one bus: base, extended, data and remote frames are told apart. */
struct cs_stats_id {
    struct cs_frame last; /* last frame */
    uint64_t changed;     /* bit i: data byte i differed from the frame before */
    uint64_t count;
    int64_t first_ps, last_ps;                       /* end of EOF */
    int64_t period_ps, period_min_ps, period_max_ps; /* 0 before the second frame */
    int16_t node;                                    /* last transmitter */
};

/* Starts to observe; add it before the sim runs. NULL: no memory or no place for an observer. */
struct cs_stats *cs_stats_create(struct cs_sim *sim);
void cs_stats_destroy(struct cs_stats *stats);
void cs_stats_bus(const struct cs_stats *stats, unsigned bus, struct cs_stats_bus *out);
/* Identifiers in the order of their first frame: i = 0..ids-1; NULL beyond. */
const struct cs_stats_id *cs_stats_id(const struct cs_stats *stats, unsigned bus, unsigned i);
const struct cs_stats_id *cs_stats_find_id(const struct cs_stats *stats, unsigned bus, uint32_t id,
                                           uint8_t flags);
/* Load caused by one node over the last second, permille. */
unsigned cs_stats_node_load_permille(const struct cs_stats *stats, unsigned bus, int node);

#endif
