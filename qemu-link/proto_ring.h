/* SPDX-License-Identifier: MIT */
/* proto_ring.h - bytes that wait for a socket: a ring of fixed size, allocated once.
 * Positions are counts of bytes since the start and never wrap. */
#ifndef CANSIM_QEMU_LINK_PROTO_RING_H
#define CANSIM_QEMU_LINK_PROTO_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct cs_ring {
    uint8_t *bytes;
    size_t size;
    uint64_t head; /* position of the oldest byte */
    uint64_t tail; /* position behind the newest */
};

int cs_ring_init(struct cs_ring *ring, size_t size); /* 0 or -ENOMEM */
void cs_ring_fini(struct cs_ring *ring);

static inline size_t cs_ring_used(const struct cs_ring *ring)
{
    return (size_t)(ring->tail - ring->head);
}

/* False, and nothing is changed, where it does not fit as a whole. */
bool cs_ring_put(struct cs_ring *ring, const uint8_t *bytes, size_t len);
/* Copy what lies at a position between head and tail; false where it is not all there. */
bool cs_ring_peek(const struct cs_ring *ring, uint64_t position, uint8_t *to, size_t len);
/* The waiting bytes as one or two pieces; returns their number (0..2). */
int cs_ring_pieces(const struct cs_ring *ring, struct iovec pieces[2]);
void cs_ring_consume(struct cs_ring *ring, size_t len); /* len <= used */
void cs_ring_clear(struct cs_ring *ring);

#endif
