/* SPDX-License-Identifier: MIT */
/* txqueue.h - a controller's bounded queue of frames to send.
 * A binary heap over preallocated slots, ordered by (key, seq): the key is the arbitration field as
 * a number, so the frame that would win the bus comes first; a FIFO is ordered by seq alone. */
#ifndef CANSIM_SIMCORE_TXQUEUE_H
#define CANSIM_SIMCORE_TXQUEUE_H

#include "simcore/frame.h"

struct cs_txslot {
    struct cs_frame frame;
    uint64_t cookie;
    uint64_t seq;
    int64_t queued_ps;
    int64_t held_ps; /* held back until then */
    uint32_t key;    /* cs_txqueue_key() of the frame */
    uint16_t attempts, lost;
    bool abort; /* to be given up unless the attempt on the wire succeeds */
};

struct cs_txqueue {
    struct cs_txslot *slots;
    uint16_t *heap; /* slot indices; heap[0] is next */
    uint16_t *free; /* slots not in use */
    uint16_t *held; /* slots that wait beside the heap */
    unsigned capacity, n_heap, n_free, n_held;
    uint64_t next_seq;
    bool fifo;
};

#define CS_TXSLOT_NONE 0xFFFFu

int cs_txqueue_init(struct cs_txqueue *queue, unsigned capacity, bool fifo); /* 0 or -ENOMEM */
void cs_txqueue_fini(struct cs_txqueue *queue);

/* Frames held: in the heap and taken out. */
static inline unsigned cs_txqueue_used(const struct cs_txqueue *queue)
{
    return queue->capacity - queue->n_free;
}

/* Arbitration field as a number: the lower one wins. */
uint32_t cs_txqueue_key(const struct cs_frame *frame);

#define CS_HELD_LOST INT64_MAX /* held_ps of a frame that is never sent */

/* Returns 0 or -ENOSPC; held_ps > now_ps holds it back. */
int cs_txqueue_put(struct cs_txqueue *queue, const struct cs_frame *frame, uint64_t cookie,
                   int64_t now_ps, int64_t held_ps);
/* The next frame to be taken out; only where n_heap > 0. */
static inline const struct cs_txslot *cs_txqueue_next(const struct cs_txqueue *queue)
{
    return &queue->slots[queue->heap[0]];
}

/* Take the next frame out, to be put back or released: a slot index or CS_TXSLOT_NONE. */
unsigned cs_txqueue_take(struct cs_txqueue *queue);
void cs_txqueue_put_back(struct cs_txqueue *queue, unsigned slot);
void cs_txqueue_release(struct cs_txqueue *queue, unsigned slot);
/* Put those back whose time has come; returns the time of the next, or INT64_MAX. */
int64_t cs_txqueue_free_held(struct cs_txqueue *queue, int64_t now_ps);
/* Take out a frame held with CS_HELD_LOST, or CS_TXSLOT_NONE. */
unsigned cs_txqueue_take_lost(struct cs_txqueue *queue);
/* Take out any frame, held or not, with that cookie, or CS_TXSLOT_NONE. */
unsigned cs_txqueue_take_cookie(struct cs_txqueue *queue, uint64_t cookie);

#endif
