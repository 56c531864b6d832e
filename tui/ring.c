/* SPDX-License-Identifier: MIT */
/* ring.c - rows in an array used in a circle. */
#include "tui/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cs_tui_ring_init(struct cs_tui_ring *ring, uint32_t capacity)
{
    *ring = (struct cs_tui_ring){.capacity = capacity};
    ring->rows = malloc(capacity * sizeof *ring->rows);
    ring->seen = calloc(1, sizeof *ring->seen);
    return ring->rows && ring->seen ? 0 : -ENOMEM;
}

void cs_tui_ring_fini(struct cs_tui_ring *ring)
{
    free(ring->rows);
    free(ring->seen);
    *ring = (struct cs_tui_ring){0};
}

struct cs_row *cs_tui_ring_push(struct cs_tui_ring *ring)
{
    struct cs_row *row = &ring->rows[ring->end % ring->capacity];

    ring->end++;
    if (ring->end - ring->first > ring->capacity)
        ring->first = ring->end - ring->capacity;
    return row;
}

void cs_tui_ring_link(struct cs_tui_ring *ring)
{
    const uint64_t number = ring->end - 1;
    struct cs_row *row = &ring->rows[number % ring->capacity];
    const int64_t before =
        cs_seen_swap(ring->seen, cs_seen_key(row->bus, row->id, row->flags), (int64_t)number);
    const uint64_t back = before >= 0 ? number - (uint64_t)before : 0;

    row->count = back < UINT32_MAX ? (uint32_t)back : 0;
}

uint64_t cs_row_number(const struct cs_tui_ring *ring, const struct cs_row *row)
{
    const uint64_t at = (uint64_t)(row - ring->rows), newest = ring->end - 1;

    return newest - (newest % ring->capacity + ring->capacity - at) % ring->capacity;
}

const struct cs_row *cs_row_newest(const struct cs_tui_ring *ring, unsigned bus, uint32_t id,
                                   unsigned flags)
{
    const int64_t number = cs_seen_get(ring->seen, cs_seen_key(bus, id, flags));

    return number < 0 ? NULL : cs_tui_ring_get(ring, (uint64_t)number);
}

const struct cs_row *cs_row_before(const struct cs_tui_ring *ring, const struct cs_row *row)
{
    if (row->kind != CS_EV_FRAME || !row->count)
        return NULL;
    return cs_tui_ring_get(ring, cs_row_number(ring, row) - row->count);
}

const struct cs_row *cs_tui_ring_get(const struct cs_tui_ring *ring, uint64_t number)
{
    if (number < ring->first || number >= ring->end)
        return NULL;
    return &ring->rows[number % ring->capacity];
}

uint64_t cs_tui_ring_after(const struct cs_tui_ring *ring, int64_t after_ps)
{
    uint64_t low = ring->first, high = ring->end;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (cs_tui_ring_get(ring, mid)->at_ps > after_ps)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

bool cs_row_frame(const struct cs_row *row, struct cs_frame *frame)
{
    return row->has_frame && cs_row_sent(row, frame);
}

bool cs_row_sent(const struct cs_row *row, struct cs_frame *frame)
{
    if (!row->has_frame && !row->sent)
        return false;
    *frame =
        (struct cs_frame){.id = row->id, .flags = row->flags, .dlc = row->dlc, .len = row->len};
    memcpy(frame->data, row->data, row->len);
    return true;
}
