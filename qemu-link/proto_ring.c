/* SPDX-License-Identifier: MIT */
#include "qemu-link/proto_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cs_ring_init(struct cs_ring *ring, size_t size)
{
    *ring = (struct cs_ring){.bytes = malloc(size), .size = size};
    return ring->bytes ? 0 : -ENOMEM;
}

void cs_ring_fini(struct cs_ring *ring)
{
    free(ring->bytes);
    *ring = (struct cs_ring){0};
}

bool cs_ring_put(struct cs_ring *ring, const uint8_t *bytes, size_t len)
{
    const size_t at = (size_t)(ring->tail % ring->size);
    const size_t to_end = ring->size - at;
    const size_t first = len < to_end ? len : to_end;

    if (len > ring->size - cs_ring_used(ring))
        return false;
    memcpy(ring->bytes + at, bytes, first);
    memcpy(ring->bytes, bytes + first, len - first);
    ring->tail += len;
    return true;
}

bool cs_ring_peek(const struct cs_ring *ring, uint64_t position, uint8_t *to, size_t len)
{
    if (position < ring->head || position > ring->tail || len > ring->tail - position)
        return false;
    for (size_t i = 0; i < len; i++)
        to[i] = ring->bytes[(position + i) % ring->size];
    return true;
}

int cs_ring_pieces(const struct cs_ring *ring, struct iovec pieces[2])
{
    const size_t used = cs_ring_used(ring);
    const size_t at = (size_t)(ring->head % ring->size);
    const size_t to_end = ring->size - at;
    const size_t first = used < to_end ? used : to_end;

    pieces[0] = (struct iovec){ring->bytes + at, first};
    pieces[1] = (struct iovec){ring->bytes, used - first};
    return used == 0 ? 0 : used == first ? 1 : 2;
}

void cs_ring_consume(struct cs_ring *ring, size_t len)
{
    ring->head += len;
}

void cs_ring_clear(struct cs_ring *ring)
{
    ring->head = ring->tail;
}
