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

/* ---- load over time -------------------------------------------------------------------------- */

#define CS_STATS_HISTORY 512 /* windows of each grain that are kept */

enum cs_stats_grain { CS_STATS_100MS, CS_STATS_1S, CS_STATS_10S, CS_STATS_1MIN, CS_STATS_GRAINS };

struct cs_stats_point {
    int64_t number;                /* its window begins at number * cs_stats_grain_ps() */
    int64_t busy_ps;               /* a frame's time is spread over the windows that it occupied */
    uint32_t frames, error_frames; /* that ended within it */
};

int64_t cs_stats_grain_ps(enum cs_stats_grain grain);
/* One window; false where it is forgotten or begins after now. */
bool cs_stats_history(const struct cs_stats *stats, unsigned bus, enum cs_stats_grain grain,
                      int64_t number, struct cs_stats_point *out);

/* ---- since a moment -------------------------------------------------------------------------- */

#define CS_STATS_GAPS       5
#define CS_STATS_PRIORITIES 8   /* by the first 3 bits of the identifier */
#define CS_STATS_WAITS      409 /* steps of a histogram, 8 to each doubling, from 1 ns on */

/* Times from the queue to the SOF of the attempt that succeeded. */
struct cs_stats_wait {
    uint64_t count;
    int64_t sum_ps, max_ps;
    uint32_t step[CS_STATS_WAITS]; /* by cs_stats_wait_step() */
};

unsigned cs_stats_wait_step(int64_t wait_ps);
/* The least wait of a step; cs_stats_wait_from_ps(step + 1) is beyond it. */
int64_t cs_stats_wait_from_ps(unsigned step);
/* So many permille of all waited that long or less: the end of the step, one eighth too much at
 * most. 0 where there are none. */
int64_t cs_stats_wait_permille_ps(const struct cs_stats_wait *wait, unsigned permille);

struct cs_stats_gap {
    int64_t from_ps, to_ps; /* nothing was sent in between */
};

/* What has been counted since the start, or since cs_stats_reset(). */
struct cs_stats_since {
    int64_t from_ps;
    uint64_t frames, data_bytes, bits;
    uint64_t errors[8]; /* by enum cs_error_kind, as detected by nodes */
    uint64_t error_frames, arb_lost;
    int64_t busy_ps, error_busy_ps;         /* with error frames; of these alone */
    int64_t quiet_ps;                       /* nothing has been sent from then on */
    struct cs_stats_gap gap[CS_STATS_GAPS]; /* that are over, the longest first */
    unsigned n_gaps;
};

/* What a node or an identifier did to its bus since then. */
struct cs_stats_talker {
    uint64_t frames, bits;
    int64_t busy_ps;
    int64_t wait_sum_ps, wait_max_ps;
};

/* Only the figures of this part begin anew; all others go on. */
void cs_stats_reset(struct cs_stats *stats);
void cs_stats_since(const struct cs_stats *stats, unsigned bus, struct cs_stats_since *out);
const struct cs_stats_wait *cs_stats_wait(const struct cs_stats *stats, unsigned bus,
                                          unsigned priority);
/* Of a node's index; NULL beyond CS_BUS_MAX_NODES. A node that joins begins anew. */
const struct cs_stats_talker *cs_stats_node_since(const struct cs_stats *stats, unsigned bus,
                                                  int node);
/* Of the identifier that cs_stats_id() has under the same number. */
const struct cs_stats_talker *cs_stats_id_since(const struct cs_stats *stats, unsigned bus,
                                                unsigned i);

#endif
