/* SPDX-License-Identifier: MIT */
/* ring.c - the newest rows in an array used in a circle, the others in a store.
 * A row is plain while number + plain >= end; its chunk is packed before the first of it goes. */
#include "tui/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/ring_store.h"

int cs_tui_ring_init(struct cs_tui_ring *ring, uint32_t capacity)
{
    *ring = (struct cs_tui_ring){.capacity = capacity,
                                 .plain = capacity < CS_RING_PLAIN ? capacity : CS_RING_PLAIN,
                                 .history = CS_TUI_HISTORY_DFLT};
    ring->rows = malloc(ring->plain * sizeof *ring->rows);
    ring->seen = calloc(1, sizeof *ring->seen);
    return ring->rows && ring->seen ? 0 : -ENOMEM;
}

void cs_tui_ring_fini(struct cs_tui_ring *ring)
{
    cs_ring_store_destroy(ring->store);
    free(ring->rows);
    free(ring->seen);
    *ring = (struct cs_tui_ring){0};
}

void cs_tui_ring_clear(struct cs_tui_ring *ring)
{
    cs_ring_store_destroy(ring->store);
    memset(ring->seen, 0, sizeof *ring->seen);
    ring->store = NULL;
    ring->full = false;
    ring->first = ring->end = 0;
}

/* Rows of chunks that went are gone. */
static void follow_store(struct cs_tui_ring *ring)
{
    if (ring->first < cs_ring_store_first(ring->store) * CS_RING_CHUNK)
        ring->first = cs_ring_store_first(ring->store) * CS_RING_CHUNK;
}

void cs_tui_ring_begin(struct cs_tui_ring *ring, uint64_t number)
{
    memset(ring->rows, 0, ring->plain * sizeof *ring->rows); /* the first chunk may not be full */
    ring->since[number / CS_RING_CHUNK % (sizeof ring->since / sizeof *ring->since)] =
        (struct cs_ring_since){INT64_MAX, INT64_MIN};
    ring->first = ring->end = number;
}

int cs_tui_ring_limit(struct cs_tui_ring *ring, uint64_t bytes)
{
    if (ring->store && cs_ring_store_limit(ring->store, bytes) != 0)
        return -ENOMEM;
    ring->history = bytes;
    if (ring->store)
        follow_store(ring);
    return 0;
}

uint64_t cs_tui_ring_bytes(const struct cs_tui_ring *ring)
{
    uint64_t plain = ring->end < ring->plain ? ring->end : ring->plain;

    return plain * sizeof *ring->rows + (ring->store ? cs_ring_store_bytes(ring->store) : 0);
}

static struct cs_ring_since *since_of(struct cs_tui_ring *ring, uint64_t number)
{
    return &ring->since[number / CS_RING_CHUNK % (sizeof ring->since / sizeof *ring->since)];
}

/* The oldest plain chunk makes room. */
static void pack_oldest(struct cs_tui_ring *ring)
{
    const uint64_t number = ring->end - ring->plain;

    if (!ring->store && !ring->full) {
        ring->store = cs_ring_store_create(ring->history, ring->capacity);
        ring->full = !ring->store;
    }
    if (!ring->store)
        return;
    cs_ring_store_add(ring->store, number / CS_RING_CHUNK, &ring->rows[number % ring->plain],
                      since_of(ring, number), ring->first / CS_RING_CHUNK);
    follow_store(ring);
}

struct cs_row *cs_tui_ring_push(struct cs_tui_ring *ring)
{
    struct cs_row *row = &ring->rows[ring->end % ring->plain];

    if (ring->capacity > ring->plain && ring->end >= ring->first + ring->plain - CS_RING_CHUNK &&
        ring->end >= ring->plain && ring->end % CS_RING_CHUNK == 0)
        pack_oldest(ring);
    if (ring->end % CS_RING_CHUNK == 0)
        *since_of(ring, ring->end) = (struct cs_ring_since){INT64_MAX, INT64_MIN};
    ring->end++;
    if (ring->end - ring->first > ring->capacity)
        ring->first = ring->end - ring->capacity;
    if (!ring->store && ring->end - ring->first > ring->plain)
        ring->first = ring->end - ring->plain;
    return row;
}

/* How long before the newest row row `number` was: exactly where it is plain. */
static void add_since(struct cs_tui_ring *ring, int64_t at_ps, uint64_t number)
{
    struct cs_ring_since *since = since_of(ring, ring->end - 1);
    const struct cs_query_many *sum;
    int64_t first_ps, last_ps;
    uint64_t from, to;

    if (number + ring->plain >= ring->end) {
        first_ps = last_ps = ring->rows[number % ring->plain].at_ps;
    } else if ((sum = cs_tui_ring_sum(ring, number, &from, &to)) != NULL) {
        first_ps = sum->first_ps;
        last_ps = sum->last_ps;
    } else {
        return; /* it is gone */
    }
    if (at_ps - last_ps < since->min_ps)
        since->min_ps = at_ps - last_ps;
    if (at_ps - first_ps > since->max_ps)
        since->max_ps = at_ps - first_ps;
}

void cs_tui_ring_link(struct cs_tui_ring *ring)
{
    const uint64_t number = ring->end - 1;
    struct cs_row *row = &ring->rows[number % ring->plain];
    const int64_t before =
        cs_seen_swap(ring->seen, cs_seen_key(row->bus, row->id, row->flags), (int64_t)number);
    const uint64_t back = before >= 0 ? number - (uint64_t)before : 0;

    row->count = back < UINT32_MAX ? (uint32_t)back : 0;
    if (row->count)
        add_since(ring, row->at_ps, number - row->count);
}

uint64_t cs_row_newest(const struct cs_tui_ring *ring, unsigned bus, uint32_t id, unsigned flags)
{
    const int64_t number = cs_seen_get(ring->seen, cs_seen_key(bus, id, flags));

    return number < 0 ? UINT64_MAX : (uint64_t)number;
}

const struct cs_row *cs_row_before(const struct cs_tui_ring *ring, uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(ring, number);

    if (!row || row->kind != CS_EV_FRAME || !row->count)
        return NULL;
    return cs_tui_ring_get(ring, number - row->count);
}

uint64_t cs_tui_ring_unpacked(const struct cs_tui_ring *ring)
{
    return ring->store ? cs_ring_store_unpacked(ring->store) : 0;
}

const struct cs_row *cs_tui_ring_get(const struct cs_tui_ring *ring, uint64_t number)
{
    const struct cs_row *rows;

    if (number < ring->first || number >= ring->end)
        return NULL;
    if (ring->end - number <= ring->plain)
        return &ring->rows[number % ring->plain];
    rows = cs_ring_store_rows(ring->store, number / CS_RING_CHUNK);
    return rows ? &rows[number % CS_RING_CHUNK] : NULL;
}

/* The chunk in which to look for a row after that time; its rows are *low..*high-1. */
static void chunk_after(const struct cs_tui_ring *ring, int64_t after_ps, uint64_t *low,
                        uint64_t *high)
{
    uint64_t first = cs_ring_store_first(ring->store), end = cs_ring_store_end(ring->store);
    const uint64_t packed = end;

    if (first < ring->first / CS_RING_CHUNK)
        first = ring->first / CS_RING_CHUNK;
    while (first < end) {
        uint64_t mid = first + (end - first) / 2;
        if (cs_ring_store_sum(ring->store, mid)->last_ps > after_ps)
            end = mid;
        else
            first = mid + 1;
    }
    if (*low < first * CS_RING_CHUNK)
        *low = first * CS_RING_CHUNK;
    if (first < packed)
        *high = (first + 1) * CS_RING_CHUNK;
}

uint64_t cs_tui_ring_after(const struct cs_tui_ring *ring, int64_t after_ps)
{
    uint64_t low = ring->first, high = ring->end;

    if (ring->store)
        chunk_after(ring, after_ps, &low, &high);
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        const struct cs_row *row = cs_tui_ring_get(ring, mid);
        if (row && row->at_ps > after_ps)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

void cs_row_item(const struct cs_row *row, struct cs_query_item *item)
{
    *item = (struct cs_query_item){
        .kind = row->kind,
        .at_ps = row->at_ps,
        .since_ps = -1,
        .bus = "",
        .node = "",
        .has_frame = row->has_frame,
        .has_counters = row->kind == CS_EV_ERROR || row->kind == CS_EV_STATE,
        .id = row->id,
        .flags = row->flags,
        .dlc = row->dlc,
        .len = row->len,
        .data = (const uint8_t *)row->data,
        .state = row->state,
        .error = row->error,
        .tec = row->tec,
        .rec = row->rec,
        .said = "",
        .decoded = row->said,
        .events = "",
    };
    if (row->said)
        item->said = row->kind == CS_EV_FRAME ? row->data + CS_ROW_SAID : row->data;
    else if (!row->has_frame && !row->sent)
        item->said = row->data;
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

/* ---- summaries ------------------------------------------------------------------------------- */

const struct cs_query_many *cs_tui_ring_sum(const struct cs_tui_ring *ring, uint64_t number,
                                            uint64_t *from, uint64_t *to)
{
    const uint64_t chunk = number / CS_RING_CHUNK;

    if (!ring->store || number < ring->first)
        return NULL;
    *from = chunk * CS_RING_CHUNK < ring->first ? ring->first : chunk * CS_RING_CHUNK;
    *to = (chunk + 1) * CS_RING_CHUNK;
    return cs_ring_store_sum(ring->store, chunk);
}

static bool may_have(const struct cs_query_many *sum, const struct cs_ring_want *want)
{
    bool any = want->n == 0;

    if (want->kinds && !(sum->kinds & want->kinds))
        return false;
    for (unsigned i = 0; i < want->n; i++)
        any |= cs_query_many_has(sum, want->ids[i].low, want->ids[i].high);
    return any && (!want->query || cs_query_may(want->query, &want->named, sum));
}

uint64_t cs_tui_ring_skip(const struct cs_tui_ring *ring, uint64_t number,
                          const struct cs_ring_want *want)
{
    const struct cs_query_many *sum;
    uint64_t from, to;

    while (number < ring->end && (sum = cs_tui_ring_sum(ring, number, &from, &to)) != NULL) {
        if (may_have(sum, want))
            return number;
        number = to;
    }
    return number < ring->end ? number : ring->end;
}

uint64_t cs_tui_ring_skip_back(const struct cs_tui_ring *ring, uint64_t number,
                               const struct cs_ring_want *want)
{
    const struct cs_query_many *sum;
    uint64_t from, to;

    while (number > ring->first && (sum = cs_tui_ring_sum(ring, number - 1, &from, &to)) != NULL) {
        if (may_have(sum, want))
            return number;
        number = from;
    }
    return number > ring->first ? number : ring->first;
}
