/* SPDX-License-Identifier: MIT */
/* plot_ring.c - see plot_ring.h. A bucket's place is its number modulo CS_PLOT_BUCKETS, so that
 * time in which nothing came costs nothing. */
#include "tui/plot_ring.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/sim.h"

static const int64_t widths[CS_PLOT_LEVELS] = {CS_PS_PER_MS, 8 * CS_PS_PER_MS, 64 * CS_PS_PER_MS,
                                               512 * CS_PS_PER_MS, 4096 * CS_PS_PER_MS};

int cs_plot_ring_init(struct cs_plot_ring *ring)
{
    bool whole;

    *ring = (struct cs_plot_ring){0};
    ring->samples = malloc(CS_PLOT_SAMPLES * sizeof *ring->samples);
    whole = ring->samples;
    for (int l = 0; l < CS_PLOT_LEVELS; l++) {
        ring->level[l] = calloc(CS_PLOT_BUCKETS, sizeof *ring->level[l]);
        whole = whole && ring->level[l];
    }
    if (whole)
        return 0;
    cs_plot_ring_fini(ring);
    return -ENOMEM;
}

void cs_plot_ring_fini(struct cs_plot_ring *ring)
{
    free(ring->samples);
    for (int l = 0; l < CS_PLOT_LEVELS; l++)
        free(ring->level[l]);
    *ring = (struct cs_plot_ring){0};
}

void cs_plot_ring_clear(struct cs_plot_ring *ring)
{
    for (int l = 0; l < CS_PLOT_LEVELS; l++)
        memset(ring->level[l], 0, CS_PLOT_BUCKETS * sizeof *ring->level[l]);
    ring->end = 0;
    ring->first_ps = 0;
}

static const struct cs_plot_sample *sample(const struct cs_plot_ring *ring, uint64_t number)
{
    return &ring->samples[number % CS_PLOT_SAMPLES];
}

static uint64_t oldest(const struct cs_plot_ring *ring)
{
    return ring->end > CS_PLOT_SAMPLES ? ring->end - CS_PLOT_SAMPLES : 0;
}

void cs_plot_ring_push(struct cs_plot_ring *ring, int64_t at_ps, double value)
{
    if (!isfinite(value) || fabs(value) > 1e300)
        return; /* there is no place for it on any scale */
    if (ring->end && at_ps < sample(ring, ring->end - 1)->at_ps)
        at_ps = sample(ring, ring->end - 1)->at_ps;
    if (!ring->end)
        ring->first_ps = at_ps;
    ring->samples[ring->end++ % CS_PLOT_SAMPLES] = (struct cs_plot_sample){at_ps, value};
    for (int l = 0; l < CS_PLOT_LEVELS; l++) {
        const int64_t number = at_ps / widths[l];
        struct cs_plot_bucket *bucket = &ring->level[l][number % CS_PLOT_BUCKETS];
        if (bucket->number != number || !bucket->n)
            *bucket = (struct cs_plot_bucket){.number = number, .min = value, .max = value};
        bucket->min = value < bucket->min ? value : bucket->min;
        bucket->max = value > bucket->max ? value : bucket->max;
        bucket->last = value;
        bucket->sum += value;
        bucket->n++;
    }
}

/* Number of the first sample after `at_ps`. */
static uint64_t after(const struct cs_plot_ring *ring, int64_t at_ps)
{
    uint64_t low = oldest(ring), high = ring->end;

    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        if (sample(ring, mid)->at_ps > at_ps)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static void add(struct cs_plot_column *column, double min, double max, double last, double sum,
                uint64_t n)
{
    if (!column->n || min < column->min)
        column->min = min;
    if (!column->n || max > column->max)
        column->max = max;
    column->last = last;
    column->sum += sum;
    column->n += n;
}

/* Do the samples reach back that far? */
static bool reach(const struct cs_plot_ring *ring, int64_t from_ps)
{
    return ring->end <= CS_PLOT_SAMPLES || sample(ring, oldest(ring))->at_ps <= from_ps;
}

/* The level with the narrowest buckets that reaches back that far. */
static int level_of(const struct cs_plot_ring *ring, int64_t from_ps)
{
    const int64_t newest = ring->end ? sample(ring, ring->end - 1)->at_ps : 0;
    int l = 0;

    while (l < CS_PLOT_LEVELS - 1 && newest / widths[l] - from_ps / widths[l] >= CS_PLOT_BUCKETS)
        l++;
    return l;
}

static const struct cs_plot_bucket *bucket_at(const struct cs_plot_ring *ring, int level,
                                              int64_t number)
{
    const struct cs_plot_bucket *bucket;

    if (number < 0)
        return NULL;
    bucket = &ring->level[level][number % CS_PLOT_BUCKETS];
    return bucket->number == number && bucket->n ? bucket : NULL;
}

bool cs_plot_ring_value(const struct cs_plot_ring *ring, int64_t at_ps, double *value)
{
    if (!ring->end || at_ps < ring->first_ps)
        return false;
    if (reach(ring, at_ps)) {
        const uint64_t next = after(ring, at_ps);
        if (next == oldest(ring))
            return false;
        *value = sample(ring, next - 1)->value;
        return true;
    }
    for (int l = level_of(ring, at_ps); l < CS_PLOT_LEVELS; l++) {
        const int64_t from = at_ps / widths[l];
        for (int64_t number = from; number > from - CS_PLOT_BUCKETS && number >= 0; number--)
            if (bucket_at(ring, l, number)) {
                *value = bucket_at(ring, l, number)->last;
                return true;
            }
    }
    return false;
}

static int column_at(int64_t at_ps, int64_t from_ps, int64_t span_ps, int n)
{
    return at_ps <= from_ps ? 0 : (int)((at_ps - from_ps) * n / span_ps);
}

static void from_buckets(const struct cs_plot_ring *ring, int64_t from_ps, int64_t span_ps,
                         struct cs_plot_column *columns, int n)
{
    int l = level_of(ring, from_ps);
    int64_t last;

    /* Buckets much narrower than columns would only cost time. */
    while (l < CS_PLOT_LEVELS - 1 && widths[l + 1] * n <= span_ps)
        l++;
    last = (from_ps + span_ps - 1) / widths[l];
    for (int64_t number = from_ps / widths[l]; number <= last; number++) {
        const struct cs_plot_bucket *b = bucket_at(ring, l, number);
        if (b)
            add(&columns[column_at(number * widths[l], from_ps, span_ps, n)], b->min, b->max,
                b->last, b->sum, b->n);
    }
}

bool cs_plot_ring_columns(const struct cs_plot_ring *ring, int64_t from_ps, int64_t span_ps,
                          struct cs_plot_column *columns, int n, double *held)
{
    const int64_t before = from_ps < 0 ? 0 : from_ps;

    for (int i = 0; i < n; i++)
        columns[i] = (struct cs_plot_column){0};
    if (reach(ring, before))
        for (uint64_t i = after(ring, from_ps - 1);
             i < ring->end && sample(ring, i)->at_ps < from_ps + span_ps; i++) {
            const double v = sample(ring, i)->value;
            add(&columns[column_at(sample(ring, i)->at_ps, from_ps, span_ps, n)], v, v, v, v, 1);
        }
    else
        from_buckets(ring, from_ps < 0 ? 0 : from_ps, span_ps, columns, n);
    return from_ps > 0 && cs_plot_ring_value(ring, from_ps - 1, held);
}
