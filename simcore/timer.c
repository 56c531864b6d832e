/* SPDX-License-Identifier: MIT */
/* timer.c - a binary heap of timers that live in their owners' structs. */
#include "simcore/sim_internal.h"

#include <errno.h>
#include <stdlib.h>

static bool before(const struct cs_timer *a, const struct cs_timer *b)
{
    return a->at_ps != b->at_ps ? a->at_ps < b->at_ps : a->order < b->order;
}

static void place(struct cs_sim *sim, unsigned i, struct cs_timer *timer)
{
    sim->heap[i] = timer;
    timer->heap_pos = (int)i + 1;
}

static void sift(struct cs_sim *sim, unsigned i, struct cs_timer *timer)
{
    while (i > 0 && before(timer, sim->heap[(i - 1) / 2])) {
        place(sim, i, sim->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        unsigned child = 2 * i + 1;
        if (child + 1 < sim->n_heap && before(sim->heap[child + 1], sim->heap[child])) {
            child++;
        }
        if (child >= sim->n_heap || !before(sim->heap[child], timer)) {
            break;
        }
        place(sim, i, sim->heap[child]);
        i = child;
    }
    place(sim, i, timer);
}

/* Room for `n` more timers beside those that are reserved. */
static int make_room(struct cs_sim *sim, unsigned n)
{
    unsigned wanted = sim->n_heap + sim->n_reserved + n;

    if (wanted <= sim->heap_size) {
        return 0;
    }
    unsigned size = sim->heap_size ? 2 * sim->heap_size : 64;
    struct cs_timer **heap = realloc(sim->heap, size * sizeof(*heap));
    if (!heap) {
        return -ENOMEM;
    }
    sim->heap = heap;
    sim->heap_size = size;
    return 0;
}

int cs_timer_start(struct cs_sim *sim, struct cs_timer *timer, int64_t at_ps)
{
    cs_timer_stop(sim, timer);
    if (timer->reserved) {
        sim->n_reserved--;
    } else if (make_room(sim, 1)) {
        return -ENOMEM;
    }
    timer->at_ps = at_ps > sim->now_ps ? at_ps : sim->now_ps;
    timer->order = sim->next_order++;
    sim->n_heap++;
    sift(sim, sim->n_heap - 1, timer);
    return 0;
}

unsigned cs_sim_timers(const struct cs_sim *sim)
{
    return sim->n_heap;
}

int cs_timer_reserve(struct cs_sim *sim, struct cs_timer *timer)
{
    if (make_room(sim, 1)) {
        return -ENOMEM;
    }
    sim->n_reserved++;
    timer->reserved = true;
    return 0;
}

void cs_timer_release(struct cs_sim *sim, struct cs_timer *timer)
{
    cs_timer_stop(sim, timer);
    if (timer->reserved) {
        sim->n_reserved--;
        timer->reserved = false;
    }
}

void cs_timer_stop(struct cs_sim *sim, struct cs_timer *timer)
{
    if (timer->heap_pos == 0) {
        return;
    }
    unsigned i = (unsigned)timer->heap_pos - 1;
    timer->heap_pos = 0;
    sim->n_heap--;
    sim->n_reserved += timer->reserved;
    if (i < sim->n_heap) {
        sift(sim, i, sim->heap[sim->n_heap]);
    }
}
