/* SPDX-License-Identifier: MIT */
/* ring.h - the rows of the trace: what happened, in order, in bounded memory.
 * A row has a number that stays with it, 0, 1, 2 … from the start; the oldest rows make room. */
#ifndef CANSIM_TUI_RING_H
#define CANSIM_TUI_RING_H

#include "scenarios/choose.h"
#include "simcore/event.h"

#define CS_TUI_ROWS_MIN  1000u
#define CS_TUI_ROWS_DFLT 200000u
#define CS_TUI_ROWS_MAX  10000000u

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

struct cs_tui_ring {
    struct cs_row *rows;
    uint64_t first, end; /* numbers of the oldest row and one past the newest */
    uint32_t capacity;
    struct cs_seen *seen; /* the newest row of each identifier */
};

/* Room for `capacity` rows, all allocated now. Returns 0 or -ENOMEM. */
int cs_tui_ring_init(struct cs_tui_ring *ring, uint32_t capacity);
void cs_tui_ring_fini(struct cs_tui_ring *ring);

/* A new row at the end, to be filled in at once; the oldest goes where there is no room. */
struct cs_row *cs_tui_ring_push(struct cs_tui_ring *ring);

/* The newest row is filled in and is a frame's: find the one before of the same identifier. */
void cs_tui_ring_link(struct cs_tui_ring *ring);
/* That frame, NULL where there is none, or none any more. */
const struct cs_row *cs_row_before(const struct cs_tui_ring *ring, const struct cs_row *row);
/* The newest frame of an identifier, NULL where it is not known. */
const struct cs_row *cs_row_newest(const struct cs_tui_ring *ring, unsigned bus, uint32_t id,
                                   unsigned flags);
uint64_t cs_row_number(const struct cs_tui_ring *ring, const struct cs_row *row);

/* A row by its number, NULL where it is gone or not there yet; valid until the next push. */
const struct cs_row *cs_tui_ring_get(const struct cs_tui_ring *ring, uint64_t number);

/* Number of the first row with at_ps > `after_ps`; `end` where there is none. */
uint64_t cs_tui_ring_after(const struct cs_tui_ring *ring, int64_t after_ps);

/* The frame of a row; false where it has none. */
bool cs_row_frame(const struct cs_row *row, struct cs_frame *frame);
/* The same, or that which was sent when the error was seen. */
bool cs_row_sent(const struct cs_row *row, struct cs_frame *frame);

#endif
