/* SPDX-License-Identifier: MIT */
/* plot_ring.h - values over time in bounded memory: the newest as they came, older ones as least
 * and most of ever wider buckets. A picture costs what its columns cost, whatever came in.
 * A value holds until the next one. */
#ifndef CANSIM_TUI_PLOT_RING_H
#define CANSIM_TUI_PLOT_RING_H

#include <stdbool.h>
#include <stdint.h>

#define CS_PLOT_SAMPLES 16384
#define CS_PLOT_BUCKETS 4096
#define CS_PLOT_LEVELS  5

struct cs_plot_sample {
    int64_t at_ps;
    double value;
};

struct cs_plot_bucket {
    int64_t number; /* it begins at number * its level's width; another number: it is empty */
    double min, max, last, sum;
    uint64_t n;
};

struct cs_plot_ring {
    struct cs_plot_sample *samples; /* CS_PLOT_SAMPLES in a circle */
    uint64_t end;                   /* samples that came so far */
    struct cs_plot_bucket *level[CS_PLOT_LEVELS];
    int64_t first_ps; /* of the first sample that ever came */
};

/* A column of a picture; n = 0: nothing came within it. */
struct cs_plot_column {
    uint64_t n;
    double min, max, last, sum;
};

/* Returns 0 or -ENOMEM. */
int cs_plot_ring_init(struct cs_plot_ring *ring);
void cs_plot_ring_fini(struct cs_plot_ring *ring);
void cs_plot_ring_clear(struct cs_plot_ring *ring); /* as at first */
/* Times never go back; one that does counts as the time before it. What is no number is left out.
 */
void cs_plot_ring_push(struct cs_plot_ring *ring, int64_t at_ps, double value);

/* The `n` columns of the time from from_ps on, span_ps all together. Returns whether a value holds
 * where they begin, and that. */
bool cs_plot_ring_columns(const struct cs_plot_ring *ring, int64_t from_ps, int64_t span_ps,
                          struct cs_plot_column *columns, int n, double *held);
/* The value that holds at a time; false: none. */
bool cs_plot_ring_value(const struct cs_plot_ring *ring, int64_t at_ps, double *value);

#endif
