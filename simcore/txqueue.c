/* SPDX-License-Identifier: MIT */
/* txqueue.c - heap of frames to send. */
#include "simcore/txqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cs_txqueue_init(struct cs_txqueue *queue, unsigned capacity, bool fifo)
{
    *queue = (struct cs_txqueue){.capacity = capacity, .fifo = fifo};
    queue->slots = calloc(capacity, sizeof(*queue->slots));
    queue->heap = calloc(capacity, sizeof(*queue->heap));
    queue->free = calloc(capacity, sizeof(*queue->free));
    queue->held = calloc(capacity, sizeof(*queue->held));
    if (!queue->slots || !queue->heap || !queue->free || !queue->held) {
        cs_txqueue_fini(queue);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < capacity; i++) {
        queue->free[i] = (uint16_t)(capacity - 1 - i);
    }
    queue->n_free = capacity;
    return 0;
}

void cs_txqueue_fini(struct cs_txqueue *queue)
{
    free(queue->slots);
    free(queue->heap);
    free(queue->free);
    free(queue->held);
    *queue = (struct cs_txqueue){0};
}

uint32_t cs_txqueue_key(const struct cs_frame *frame)
{
    uint32_t rtr = frame->flags & CS_FRAME_RTR ? 1 : 0;

    if (frame->flags & CS_FRAME_EXT) {
        return frame->id >> 18 << 21 | 3u << 19 | (frame->id & 0x3FFFF) << 1 | rtr;
    }
    return frame->id << 21 | rtr << 20;
}

static bool before(const struct cs_txqueue *queue, unsigned a, unsigned b)
{
    const struct cs_txslot *x = &queue->slots[queue->heap[a]];
    const struct cs_txslot *y = &queue->slots[queue->heap[b]];
    return x->key != y->key && !queue->fifo ? x->key < y->key : x->seq < y->seq;
}

static void swap(struct cs_txqueue *queue, unsigned a, unsigned b)
{
    uint16_t slot = queue->heap[a];
    queue->heap[a] = queue->heap[b];
    queue->heap[b] = slot;
}

static void sift_up(struct cs_txqueue *queue, unsigned i)
{
    while (i > 0 && before(queue, i, (i - 1) / 2)) {
        swap(queue, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct cs_txqueue *queue, unsigned i)
{
    for (;;) {
        unsigned least = i;
        for (unsigned child = 2 * i + 1; child <= 2 * i + 2 && child < queue->n_heap; child++) {
            if (before(queue, child, least)) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        swap(queue, i, least);
        i = least;
    }
}

static unsigned remove_at(struct cs_txqueue *queue, unsigned i)
{
    unsigned slot = queue->heap[i];

    queue->n_heap--;
    if (i < queue->n_heap) {
        queue->heap[i] = queue->heap[queue->n_heap];
        sift_down(queue, i);
        sift_up(queue, i);
    }
    return slot;
}

int cs_txqueue_put(struct cs_txqueue *queue, const struct cs_frame *frame, uint64_t cookie,
                   int64_t now_ps, int64_t held_ps)
{
    if (queue->n_free == 0) {
        return -ENOSPC;
    }
    unsigned slot = queue->free[--queue->n_free];
    queue->slots[slot] = (struct cs_txslot){
        .frame = *frame,
        .cookie = cookie,
        .seq = queue->next_seq++,
        .queued_ps = now_ps,
        .held_ps = held_ps,
        .key = cs_txqueue_key(frame),
    };
    if (held_ps > now_ps) {
        queue->held[queue->n_held++] = (uint16_t)slot;
    } else {
        cs_txqueue_put_back(queue, slot);
    }
    return 0;
}

int64_t cs_txqueue_free_held(struct cs_txqueue *queue, int64_t now_ps)
{
    int64_t next = INT64_MAX;
    unsigned left = 0;

    for (unsigned i = 0; i < queue->n_held; i++) {
        unsigned slot = queue->held[i];
        int64_t until = queue->slots[slot].held_ps;
        if (until <= now_ps) {
            cs_txqueue_put_back(queue, slot);
        } else {
            queue->held[left++] = (uint16_t)slot;
            next = until < next ? until : next;
        }
    }
    queue->n_held = left;
    return next;
}

void cs_txqueue_put_back(struct cs_txqueue *queue, unsigned slot)
{
    queue->heap[queue->n_heap] = (uint16_t)slot;
    sift_up(queue, queue->n_heap++);
}

unsigned cs_txqueue_take(struct cs_txqueue *queue)
{
    return queue->n_heap ? remove_at(queue, 0) : CS_TXSLOT_NONE;
}

static unsigned take_held(struct cs_txqueue *queue, unsigned i)
{
    unsigned slot = queue->held[i];

    queue->n_held--;
    memmove(&queue->held[i], &queue->held[i + 1], (queue->n_held - i) * sizeof(*queue->held));
    return slot;
}

unsigned cs_txqueue_take_lost(struct cs_txqueue *queue)
{
    for (unsigned i = 0; i < queue->n_held; i++) {
        if (queue->slots[queue->held[i]].held_ps == CS_HELD_LOST) {
            return take_held(queue, i);
        }
    }
    return CS_TXSLOT_NONE;
}

unsigned cs_txqueue_take_cookie(struct cs_txqueue *queue, uint64_t cookie)
{
    for (unsigned i = 0; i < queue->n_held; i++) {
        if (queue->slots[queue->held[i]].cookie == cookie) {
            return take_held(queue, i);
        }
    }
    for (unsigned i = 0; i < queue->n_heap; i++) {
        if (queue->slots[queue->heap[i]].cookie == cookie) {
            return remove_at(queue, i);
        }
    }
    return CS_TXSLOT_NONE;
}

void cs_txqueue_release(struct cs_txqueue *queue, unsigned slot)
{
    queue->free[queue->n_free++] = (uint16_t)slot;
}
