/* SPDX-License-Identifier: MIT */
/* ring.h - the rows of the trace: what happened, in order, in bounded memory.
 * A row has a number that stays with it, 0, 1, 2 … from the start; the oldest rows make room.
 * The newest are kept as they are. Behind them CS_RING_CHUNK at a time are packed (ring_store.h),
 * and unpacked again where somebody looks. Rows are in the order of at_ps. */
#ifndef CANSIM_TUI_RING_H
#define CANSIM_TUI_RING_H

#include "scenarios/choose.h"
#include "scenarios/query.h"
#include "simcore/event.h"

#define CS_TUI_ROWS_MIN  1000u
#define CS_TUI_ROWS_DFLT CS_TUI_ROWS_MAX /* the bytes are what bounds them */
#define CS_TUI_ROWS_MAX  100000000u

#define CS_TUI_HISTORY_MIN  (UINT64_C(4) << 20) /* bytes of packed rows */
#define CS_TUI_HISTORY_DFLT (UINT64_C(256) << 20)
#define CS_TUI_HISTORY_MAX  (UINT64_C(1) << 40)

#define CS_RING_CHUNK 1024u /* rows that are packed together */
#define CS_RING_PLAIN (16 * CS_RING_CHUNK)
#define CS_RING_CACHE 16 /* chunks that are kept unpacked */

/* One event, its frame or text copied. */
struct cs_row {
    int64_t at_ps, start_ps, queued_ps;
    uint32_t who; /* cs_names_text() */
    uint32_t id;
    uint32_t peer; /* its name, as who */
    uint32_t
        count; /* LOST: events; FRAME: rows back to the frame before of its identifier, 0: none */
    int32_t fault;
    uint16_t kind, bus, tec, rec, n_bits, bit, index, attempt, lost;
    int16_t node;
    uint8_t state, error, field, result, mode, flags, dlc, len, stage, level;
    uint8_t severity; /* of what a decoder says */
    uint8_t what;     /* cs_event_names_text() of it */
    bool tx, stuff, has_frame, said;
    bool sent;                    /* CS_EV_ERROR: the frame is what was sent then (cs_row_sent()) */
    uint16_t acks, receives;      /* CS_EV_FRAME: cs_air_set() */
    char data[CS_FRAME_MAX_DATA]; /* the frame's bytes, or the beginning of a text with its NUL;
                                     with `said`, what a decoder says from CS_ROW_SAID on */
};

#define CS_ROW_SAID 8 /* behind the bytes of a classic frame */

struct cs_ring_store;

/* Of the frames in a chunk, the time since the one before of the same identifier. */
struct cs_ring_since {
    int64_t min_ps, max_ps; /* min > max: none has one */
};

struct cs_tui_ring {
    struct cs_row *rows;         /* the newest, `plain` of them in a circle */
    struct cs_ring_store *store; /* those before; NULL: none yet */
    uint64_t first, end;         /* numbers of the oldest row and one past the newest */
    uint64_t history;            /* bytes that packed rows may take */
    uint32_t capacity, plain;
    bool full;            /* there was no memory for a store */
    struct cs_seen *seen; /* the number of the newest row of each identifier */
    struct cs_ring_since since[CS_RING_PLAIN / CS_RING_CHUNK + 1]; /* of chunks not packed yet */
};

/* Room for `capacity` rows; memory is taken as it is needed. Returns 0 or -ENOMEM. */
int cs_tui_ring_init(struct cs_tui_ring *ring, uint32_t capacity);
void cs_tui_ring_fini(struct cs_tui_ring *ring);
/* All rows go; the next one is number 0. */
void cs_tui_ring_clear(struct cs_tui_ring *ring);
/* One without rows: the next one has that number. */
void cs_tui_ring_begin(struct cs_tui_ring *ring, uint64_t number);

/* What packed rows may take, instead of CS_TUI_HISTORY_DFLT; the oldest go where there are more. 0
 * or -ENOMEM. */
int cs_tui_ring_limit(struct cs_tui_ring *ring, uint64_t bytes);
/* What all rows take now: plain, packed, and what is kept unpacked. */
uint64_t cs_tui_ring_bytes(const struct cs_tui_ring *ring);

/* A new row at the end, to be filled in at once; the oldest goes where there is no room. */
struct cs_row *cs_tui_ring_push(struct cs_tui_ring *ring);

/* The newest row is filled in and is a frame's: find the one before of the same identifier. */
void cs_tui_ring_link(struct cs_tui_ring *ring);

/* A row by its number, NULL where it is gone or not there yet. Valid until the next push, and until
 * rows of CS_RING_CACHE - 1 other chunks were looked at: who goes far keeps a copy. What row N
 * costs: one chunk is unpacked where it is none of the CS_RING_PLAIN newest and nobody was near. */
const struct cs_row *cs_tui_ring_get(const struct cs_tui_ring *ring, uint64_t number);

/* The frame before row `number`, of the same identifier; NULL where there is none, or none any
 * more. It is a row as any: cs_tui_ring_get(). */
const struct cs_row *cs_row_before(const struct cs_tui_ring *ring, uint64_t number);
/* The number of the newest frame of an identifier, UINT64_MAX where it is not known. */
uint64_t cs_row_newest(const struct cs_tui_ring *ring, unsigned bus, uint32_t id, unsigned flags);
/* Chunks that were unpacked so far: what looking at rows has cost. */
uint64_t cs_tui_ring_unpacked(const struct cs_tui_ring *ring);

/* Number of the first row with at_ps > `after_ps`; `end` where there is none. */
uint64_t cs_tui_ring_after(const struct cs_tui_ring *ring, int64_t after_ps);

/* ---- what is in a chunk, without looking at its rows ----------------------------------------- */

/* Slots of a bus and of a node: its number, and its name's. */
#define CS_RING_BUSES 32u
#define CS_RING_NODES 256u

/* Of the packed chunk with that row, its rows being from..to-1; NULL where it is not packed. */
const struct cs_query_many *cs_tui_ring_sum(const struct cs_tui_ring *ring, uint64_t number,
                                            uint64_t *from, uint64_t *to);

#define CS_RING_RANGES  16
#define CS_RING_NOTHING (UINT32_C(1) << 31) /* the bit of no kind */
struct cs_ring_want {
    uint32_t kinds; /* bits; 0: all; CS_RING_NOTHING: no row at all */
    unsigned n;     /* 0: all, without a frame too */
    struct {
        uint32_t low, high;
    } ids[CS_RING_RANGES];
    const struct cs_query *query; /* NULL: none; else what passes, with the names of slots */
    struct cs_query_named named;
};

/* Past the chunks in which no such row can be: the first number from `number` on that is worth a
 * look, or `end`. */
uint64_t cs_tui_ring_skip(const struct cs_tui_ring *ring, uint64_t number,
                          const struct cs_ring_want *want);
/* The same towards older rows: the row before what it returns is worth a look; `first`: none is. */
uint64_t cs_tui_ring_skip_back(const struct cs_tui_ring *ring, uint64_t number,
                               const struct cs_ring_want *want);

/* What a query asks of a row, without names and the time since the frame before. */
void cs_row_item(const struct cs_row *row, struct cs_query_item *item);

/* Rows have other numbers than before: some came among them, some went. */
struct cs_rows_moved {
    struct cs_rows_moved_at {
        uint64_t from; /* the old number of this row, and of those up to the next of these */
        int64_t by;
    } * at;
    size_t n, room;
};

/* From old number `from` on: in their order. 0 or -ENOMEM. */
int cs_rows_moved_add(struct cs_rows_moved *moved, uint64_t from, int64_t by);
void cs_rows_moved_fini(struct cs_rows_moved *moved);
/* The new number of a row; of one that went that of the next. UINT64_MAX stays as it is. */
uint64_t cs_rows_moved_to(const struct cs_rows_moved *moved, uint64_t number);

/* The frame of a row; false where it has none. */
bool cs_row_frame(const struct cs_row *row, struct cs_frame *frame);
/* The same, or that which was sent when the error was seen. */
bool cs_row_sent(const struct cs_row *row, struct cs_frame *frame);

#endif
