/* SPDX-License-Identifier: MIT */
/* Alignment of one sequence. What both begin with is the same; where they differ, the nearest place
 * ahead is looked for from which on they are the same again. What lies before it is compared
 * without order, then place by place, and what has no partner may still find one that comes late.
 * Each search costs no more than the window for each item that it does away with. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/diff_internal.h"

#define NONE    UINT_MAX
#define RUN_MAX 8 /* equal items behind a place that tell one from another */

struct item *cs_diff_queue_at(struct queue *queue, unsigned index)
{
    return &queue->item[(queue->first + index) & (queue->room - 1)];
}

static void drop(struct queue *queue, unsigned n)
{
    queue->first = (queue->first + n) & (queue->room - 1);
    queue->n -= n;
}

static bool equal(const struct item *a, const struct item *b)
{
    return a->hash == b->hash;
}

/* ---- what came of it ------------------------------------------------------------------------- */

static void found(struct cs_diff *diff, struct key *key, enum cs_diff_kind kind,
                  const struct item *a, const struct item *b)
{
    struct places *p = key->places[kind];

    key->found[kind]++;
    if (p == NULL)
        p = key->places[kind] = calloc(1, sizeof(*p));
    if (p == NULL) {
        diff->no_memory = true;
        return;
    }
    /* The first ones by time, as those without a partner are told late. */
    const struct item *one = a != NULL ? a : b;
    if (one == NULL)
        return;
    const int64_t at = one->at_ps;
    unsigned i = p->n < CS_DIFF_PLACES ? p->n++ : CS_DIFF_PLACES;
    for (; i > 0 && at < p->at[i - 1].item[p->at[i - 1].there[0] ? 0 : 1].at_ps; i--) {
        if (i < CS_DIFF_PLACES)
            p->at[i] = p->at[i - 1];
    }
    if (i == CS_DIFF_PLACES)
        return;
    p->at[i].there[0] = a != NULL;
    p->at[i].there[1] = b != NULL;
    if (a != NULL)
        p->at[i].item[0] = *a;
    if (b != NULL)
        p->at[i].item[1] = *b;
}

static void pair(struct cs_diff *diff, struct key *key, const struct item *a, const struct item *b)
{
    diff->summary.same++;
    if (!diff->have_offset) {
        diff->have_offset = true;
        diff->offset_ps = diff->bus_time[0] && diff->bus_time[1] ? 0 : b->at_ps - a->at_ps;
    }
    int64_t off = b->at_ps - a->at_ps - diff->offset_ps;
    if (diff->options.have_time && (off > diff->options.time_ps || off < -diff->options.time_ps))
        found(diff, key, CS_DIFF_TIME, a, b);
}

static void take_loose(struct key *key, int side, unsigned index)
{
    struct item *list = key->loose[side];

    memmove(list + index, list + index + 1, (--key->n_loose[side] - index) * sizeof(*list));
}

/* Without a partner: one that is loose on the other side, or it waits for one. */
static void loosen(struct cs_diff *diff, struct key *key, int side, const struct item *item)
{
    for (unsigned i = 0; i < key->n_loose[1 - side]; i++) {
        struct item other = key->loose[1 - side][i];
        if (equal(&other, item)) {
            take_loose(key, 1 - side, i);
            found(diff, key, CS_DIFF_ORDER, side == 0 ? item : &other, side == 0 ? &other : item);
            return;
        }
    }
    if (key->loose[side] == NULL)
        key->loose[side] = calloc(LOOSE_MAX, sizeof(*item));
    if (key->loose[side] == NULL) {
        diff->no_memory = true;
        return;
    }
    while (key->n_loose[side] == LOOSE_MAX ||
           (key->n_loose[side] > 0 && key->seq - key->loose[side][0].seq > 2 * CS_DIFF_WINDOW)) {
        struct item old = key->loose[side][0];
        take_loose(key, side, 0);
        found(diff, key, side == 0 ? CS_DIFF_MISSING : CS_DIFF_EXTRA, side == 0 ? &old : NULL,
              side == 0 ? NULL : &old);
    }
    key->loose[side][key->n_loose[side]++] = *item;
}

void cs_diff_flush(struct cs_diff *diff, struct key *key)
{
    for (int side = 0; side < 2; side++) {
        for (unsigned i = 0; i < key->n_loose[side]; i++)
            found(diff, key, side == 0 ? CS_DIFF_MISSING : CS_DIFF_EXTRA,
                  side == 0 ? &key->loose[0][i] : NULL, side == 0 ? NULL : &key->loose[1][i]);
        key->n_loose[side] = 0;
    }
}

/* ---- the search ------------------------------------------------------------------------------ */

static unsigned run_length(struct queue *a, unsigned i, struct queue *b, unsigned j)
{
    unsigned n = 0;

    while (n < RUN_MAX && i + n < a->n && j + n < b->n &&
           equal(cs_diff_queue_at(a, i + n), cs_diff_queue_at(b, j + n)))
        n++;
    return n;
}

/* A place that is better than the best one so far of its distance. */
static void try_place(struct queue *a, unsigned i, struct queue *b, unsigned j, unsigned best[3])
{
    unsigned run = i < a->n && j < b->n ? run_length(a, i, b, j) : 0;

    if (run > best[0]) {
        best[0] = run;
        best[1] = i;
        best[2] = j;
    }
}

/* The nearest place from which on at least `least` items are the same. Its distance is the number
 * of items that are changed, missing or too many until there; among those of one distance the
 * longest run counts, and then that of which most are changed. */
static bool search(struct queue *a, struct queue *b, unsigned least, unsigned *at_a, unsigned *at_b)
{
    for (unsigned distance = 1; distance < a->n || distance < b->n; distance++) {
        unsigned best[3] = {0, 0, 0};
        for (unsigned k = 0; k <= distance; k++) {
            try_place(a, distance, b, distance - k, best);
            try_place(a, distance - k, b, distance, best);
        }
        if (best[0] >= least) {
            *at_a = best[1];
            *at_b = best[2];
            return true;
        }
    }
    return false;
}

/* Of items that are the same, `with` tells which of the other recording (NONE: none): keep those
 * that are in the same order, as many as there are; the others have another place. */
static void keep_order(struct cs_diff *diff, struct key *key, const unsigned *with, unsigned n)
{
    unsigned length[CS_DIFF_WINDOW], before[CS_DIFF_WINDOW] = {0}, last = NONE;
    bool kept[CS_DIFF_WINDOW] = {false};

    for (unsigned i = 0; i < n; i++) {
        length[i] = 1;
        before[i] = NONE;
        for (unsigned k = 0; k < i && with[i] != NONE; k++) {
            if (with[k] < with[i] && length[k] + 1 > length[i]) {
                length[i] = length[k] + 1;
                before[i] = k;
            }
        }
        if (with[i] != NONE && (last == NONE || length[i] > length[last]))
            last = i;
    }
    for (; last != NONE; last = before[last])
        kept[last] = true;
    for (unsigned i = 0; i < n; i++) {
        if (with[i] == NONE)
            continue;
        const struct item *a = cs_diff_queue_at(&key->waiting[0], i);
        const struct item *b = cs_diff_queue_at(&key->waiting[1], with[i]);
        if (kept[i])
            pair(diff, key, a, b);
        else
            found(diff, key, CS_DIFF_ORDER, a, b);
    }
}

/* The first `n_a` and `n_b` items: those that are the same, wherever they are; then by place. */
static void compare(struct cs_diff *diff, struct key *key, unsigned n_a, unsigned n_b)
{
    struct queue *a = &key->waiting[0], *b = &key->waiting[1];
    bool done_a[CS_DIFF_WINDOW] = {false}, done_b[CS_DIFF_WINDOW] = {false};
    unsigned with[CS_DIFF_WINDOW];

    for (unsigned i = 0; i < n_a; i++) {
        with[i] = NONE;
        for (unsigned j = 0; j < n_b && !done_a[i]; j++) {
            if (done_b[j] || !equal(cs_diff_queue_at(a, i), cs_diff_queue_at(b, j)))
                continue;
            done_a[i] = done_b[j] = true;
            with[i] = j;
        }
    }
    keep_order(diff, key, with, n_a);
    unsigned i = 0, j = 0;
    for (;;) {
        while (i < n_a && done_a[i])
            i++;
        while (j < n_b && done_b[j])
            j++;
        if (i == n_a || j == n_b)
            break;
        found(diff, key, CS_DIFF_DATA, cs_diff_queue_at(a, i++), cs_diff_queue_at(b, j++));
    }
    for (; i < n_a; i++) {
        if (!done_a[i])
            loosen(diff, key, 0, cs_diff_queue_at(a, i));
    }
    for (; j < n_b; j++) {
        if (!done_b[j])
            loosen(diff, key, 1, cs_diff_queue_at(b, j));
    }
    drop(a, n_a);
    drop(b, n_b);
}

/* Both have something, and it differs. False where more of them may help. */
static bool resolve(struct cs_diff *diff, struct key *key)
{
    struct queue *a = &key->waiting[0], *b = &key->waiting[1];
    bool complete =
        (diff->ended[0] || a->n == CS_DIFF_WINDOW) && (diff->ended[1] || b->n == CS_DIFF_WINDOW);
    bool full = a->n == CS_DIFF_WINDOW || b->n == CS_DIFF_WINDOW;
    unsigned least = a->n < b->n ? a->n : b->n, i, j;

    /* Looked at when there are 4, 8, 16 ... of both, so that each costs little. */
    bool worth = least >= 4 && least >= 2 * key->looked;
    if (!complete && !worth && !full)
        return false;
    key->looked = least;
    if (search(a, b, complete || full ? 1 : 2, &i, &j)) {
        compare(diff, key, i, j);
        key->looked = 0;
        return true;
    }
    if (!complete && !full)
        return false;
    compare(diff, key, diff->ended[0] && diff->ended[1] ? a->n : least,
            diff->ended[0] && diff->ended[1] ? b->n : least);
    key->looked = 0;
    return true;
}

void cs_diff_align(struct cs_diff *diff, struct key *key)
{
    struct queue *a = &key->waiting[0], *b = &key->waiting[1];

    for (;;) {
        while (a->n > 0 && b->n > 0 && equal(cs_diff_queue_at(a, 0), cs_diff_queue_at(b, 0))) {
            pair(diff, key, cs_diff_queue_at(a, 0), cs_diff_queue_at(b, 0));
            drop(a, 1);
            drop(b, 1);
        }
        if (a->n == 0 || b->n == 0 || !resolve(diff, key))
            break;
    }
    for (int side = 0; side < 2; side++) {
        struct queue *q = &key->waiting[side];
        while (q->n > 0 && key->waiting[1 - side].n == 0 &&
               (diff->ended[1 - side] || q->n == CS_DIFF_WINDOW)) {
            loosen(diff, key, side, cs_diff_queue_at(q, 0));
            drop(q, 1);
        }
    }
}
