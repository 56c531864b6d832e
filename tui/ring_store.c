/* SPDX-License-Identifier: MIT */
/* ring_store.c - chunks and segments have numbers that only grow; where they are is their number
 * within a circle. A chunk lies in one segment. */
#include "tui/ring_store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tui/names.h"
#include "tui/row_pack.h"

#define SEGMENT_BYTES (UINT32_C(1) << 20)
#define RAW_BYTES     (CS_RING_CHUNK * CS_ROW_PACKED)
#define FAST          1 /* of zstd's levels */
#define NO_CHUNK      UINT64_MAX
#define CHUNKS_MIN    256u /* that the circle has room for, to begin with */

_Static_assert(RAW_BYTES <= SEGMENT_BYTES, "a chunk fits in a segment");

struct place {
    uint64_t segment;
    uint32_t offset, len;
    uint32_t raw; /* length before it was squeezed; len: it was not */
};

struct segment {
    uint8_t *bytes;
    uint64_t last; /* its last chunk */
};

struct cached {
    uint64_t chunk, used;
    struct cs_row *rows;
};

struct cs_ring_store {
    uint64_t first, end; /* chunks */
    uint32_t n_chunks;   /* that the circle has room for */
    uint32_t most;       /* that it may have room for */
    struct cs_query_many *sums;
    struct place *places;
    struct segment *segments;
    uint64_t tail, head; /* segments in use: tail..head-1 */
    uint32_t n_segments, used;
    uint64_t allocated; /* segments */
    struct cached cache[CS_RING_CACHE];
    struct cs_row *unpacked; /* the cache's */
    unsigned latest;         /* in the cache */
    uint64_t clock, n_unpacked;
    ZSTD_CCtx *squeeze;
    ZSTD_DCtx *expand;
    uint8_t raw[RAW_BYTES], packed[RAW_BYTES];
};

struct cs_ring_store *cs_ring_store_create(uint64_t bytes, uint32_t rows)
{
    struct cs_ring_store *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->most = rows / CS_RING_CHUNK + 2;
    s->n_chunks = s->most < CHUNKS_MIN ? s->most : CHUNKS_MIN;
    s->n_segments = (uint32_t)(bytes / SEGMENT_BYTES);
    s->sums = calloc(s->n_chunks, sizeof *s->sums);
    s->places = calloc(s->n_chunks, sizeof *s->places);
    s->segments = calloc(s->n_segments, sizeof *s->segments);
    s->unpacked = malloc(CS_RING_CACHE * CS_RING_CHUNK * sizeof *s->unpacked);
    for (unsigned i = 0; i < CS_RING_CACHE && s->unpacked; i++)
        s->cache[i] = (struct cached){NO_CHUNK, 0, s->unpacked + i * CS_RING_CHUNK};
    s->squeeze = ZSTD_createCCtx();
    s->expand = ZSTD_createDCtx();
    if (s->sums && s->places && s->segments && s->unpacked && s->squeeze && s->expand)
        return s;
    cs_ring_store_destroy(s);
    return NULL;
}

void cs_ring_store_destroy(struct cs_ring_store *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; s->segments && i < s->n_segments; i++)
        free(s->segments[i].bytes);
    free(s->unpacked);
    ZSTD_freeCCtx(s->squeeze);
    ZSTD_freeDCtx(s->expand);
    free(s->sums);
    free(s->places);
    free(s->segments);
    free(s);
}

/* ---- summaries ------------------------------------------------------------------------------- */

static void sum_up(struct cs_query_many *sum, const struct cs_row *rows,
                   const struct cs_ring_since *since)
{
    struct cs_query_item item;

    cs_query_many_init(sum);
    for (unsigned i = 0; i < CS_RING_CHUNK; i++) {
        const struct cs_row *row = &rows[i];
        cs_row_item(row, &item);
        cs_query_many_add(sum, &item, row->bus < CS_RING_BUSES - 1 ? row->bus : CS_RING_BUSES - 1,
                          row->node < 0 ? CS_NAME_NONE : row->who % CS_RING_NODES, row->what);
    }
    sum->since_min_ps = since->min_ps;
    sum->since_max_ps = since->max_ps;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Squeezed into s->packed where that is shorter. Returns the bytes to be kept. */
static const uint8_t *squeeze(struct cs_ring_store *s, uint32_t raw, uint32_t *len)
{
    const size_t n = ZSTD_compressCCtx(s->squeeze, s->packed, raw - 1, s->raw, raw, FAST);

    *len = ZSTD_isError(n) ? raw : (uint32_t)n;
    return ZSTD_isError(n) ? s->raw : s->packed;
}

static uint8_t *give_way(struct cs_ring_store *s)
{
    struct segment *oldest = &s->segments[s->tail++ % s->n_segments];
    uint8_t *bytes = oldest->bytes;

    oldest->bytes = NULL;
    if (s->first <= oldest->last)
        s->first = oldest->last + 1;
    return bytes;
}

/* A segment to be filled: a new one, or the oldest. False: no memory, not even that. */
static bool next_segment(struct cs_ring_store *s, uint64_t wanted)
{
    const bool any = s->head > s->tail;
    uint8_t *bytes = NULL;

    if (!any ||
        (s->segments[s->tail % s->n_segments].last >= wanted && s->allocated < s->n_segments))
        bytes = malloc(SEGMENT_BYTES);
    s->allocated += bytes != NULL;
    if (!bytes && any)
        bytes = give_way(s);
    if (!bytes)
        return false;
    s->segments[s->head++ % s->n_segments].bytes = bytes;
    s->used = 0;
    return true;
}

int cs_ring_store_limit(struct cs_ring_store *s, uint64_t bytes)
{
    const uint32_t n = (uint32_t)(bytes / SEGMENT_BYTES);
    struct segment *segments = calloc(n, sizeof *segments);

    if (!segments)
        return -ENOMEM;
    for (; s->head - s->tail > n; s->allocated--)
        free(give_way(s));
    for (uint64_t i = s->tail; i < s->head; i++)
        segments[i % n] = s->segments[i % s->n_segments];
    free(s->segments);
    s->segments = segments;
    s->n_segments = n;
    return 0;
}

/* Room for twice as many chunks; without memory for that, the oldest go as ever. A circle that is
 * wider than what is kept would be touched all around, and stay. */
static void widen(struct cs_ring_store *s)
{
    const uint32_t n = s->n_chunks < s->most / 2 ? s->n_chunks * 2 : s->most;

    if (n == 0)
        return;
    struct cs_query_many *sums = malloc(n * sizeof *sums);
    struct place *places = malloc(n * sizeof *places);

    if (!sums || !places) {
        free(sums);
        free(places);
        return;
    }
    for (uint64_t i = s->first; i < s->end; i++) {
        sums[i % n] = s->sums[i % s->n_chunks];
        places[i % n] = s->places[i % s->n_chunks];
    }
    free(s->sums);
    free(s->places);
    s->sums = sums;
    s->places = places;
    s->n_chunks = n;
}

static void forget(struct cs_ring_store *s, uint64_t wanted)
{
    if (s->first < wanted && wanted <= s->end)
        s->first = wanted;
    if (s->end - s->first >= s->n_chunks && s->n_chunks < s->most)
        widen(s);
    if (s->end - s->first >= s->n_chunks)
        s->first = s->end - s->n_chunks + 1;
}

void cs_ring_store_add(struct cs_ring_store *s, uint64_t chunk, const struct cs_row *rows,
                       const struct cs_ring_since *since, uint64_t wanted)
{
    const uint32_t raw = (uint32_t)cs_rows_pack(rows, CS_RING_CHUNK, s->raw);
    struct segment *segment;
    const uint8_t *bytes;
    uint32_t len;

    if (s->first == s->end || chunk != s->end)
        s->first = s->end = chunk;
    forget(s, wanted);
    bytes = squeeze(s, raw, &len);
    if ((s->head == s->tail || s->used + len > SEGMENT_BYTES) && !next_segment(s, wanted)) {
        s->first = s->end = chunk + 1;
        return;
    }
    segment = &s->segments[(s->head - 1) % s->n_segments];
    memcpy(segment->bytes + s->used, bytes, len);
    segment->last = chunk;
    s->places[chunk % s->n_chunks] = (struct place){s->head - 1, s->used, len, raw};
    sum_up(&s->sums[chunk % s->n_chunks], rows, since);
    s->used += len;
    s->end = chunk + 1;
}

/* ---- looking --------------------------------------------------------------------------------- */

static void unpack(struct cs_ring_store *s, uint64_t chunk, struct cs_row *rows)
{
    const struct place *place = &s->places[chunk % s->n_chunks];
    uint8_t *bytes = s->segments[place->segment % s->n_segments].bytes + place->offset;

    if (place->len != place->raw) {
        const size_t n = ZSTD_decompressDCtx(s->expand, s->raw, sizeof s->raw, bytes, place->len);
        assert(n == place->raw);
        (void)n;
        bytes = s->raw;
    }
    cs_rows_unpack(bytes, rows, CS_RING_CHUNK);
}

const struct cs_row *cs_ring_store_rows(struct cs_ring_store *s, uint64_t chunk)
{
    unsigned least = 0, i;

    if (s->cache[s->latest].chunk == chunk)
        return s->cache[s->latest].rows;
    if (chunk < s->first || chunk >= s->end)
        return NULL;
    for (i = 0; i < CS_RING_CACHE && s->cache[i].chunk != chunk; i++)
        if (s->cache[i].used < s->cache[least].used)
            least = i;
    if (i == CS_RING_CACHE) {
        i = least;
        unpack(s, chunk, s->cache[i].rows);
        s->n_unpacked++;
        s->cache[i].chunk = chunk;
    }
    s->cache[i].used = ++s->clock;
    s->latest = i;
    return s->cache[i].rows;
}

uint64_t cs_ring_store_first(const struct cs_ring_store *s)
{
    return s->first;
}

uint64_t cs_ring_store_end(const struct cs_ring_store *s)
{
    return s->end;
}

const struct cs_query_many *cs_ring_store_sum(const struct cs_ring_store *s, uint64_t chunk)
{
    return chunk >= s->first && chunk < s->end ? &s->sums[chunk % s->n_chunks] : NULL;
}

uint64_t cs_ring_store_unpacked(const struct cs_ring_store *s)
{
    return s->n_unpacked;
}

uint64_t cs_ring_store_bytes(const struct cs_ring_store *s)
{
    return sizeof *s + s->allocated * SEGMENT_BYTES +
           s->n_chunks * (sizeof *s->sums + sizeof *s->places) +
           CS_RING_CACHE * CS_RING_CHUNK * sizeof *s->unpacked;
}
