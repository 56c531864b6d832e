/* SPDX-License-Identifier: MIT */
/* shot_rows.c - which rows of the trace belong together: those of one bus that tell of the same
 * start of frame. */
#include "tui/shot.h"

#define NEAR_BITS  3     /* nodes see one start of frame at slightly different times */
#define LOOK_ROWS  512u  /* for the end of an attempt, from within */
#define MOST_ROWS  8192u /* of all buses while one attempt lasts */
#define AFTER_BITS 24    /* overload frames come within */
#define NO_ATTEMPT INT64_C(-1)

static int64_t bit_of(const struct cs_tui *tui, unsigned bus)
{
    uint32_t bps = bus < tui->n_buses ? tui->bus[bus].bitrate_bps : 0;

    return CS_PS_PER_S / (bps ? bps : 500000);
}

static bool near(int64_t a, int64_t b, int64_t bit_ps)
{
    return a - b < NEAR_BITS * bit_ps && b - a < NEAR_BITS * bit_ps;
}

static bool ends(const struct cs_row *row)
{
    return row->kind == CS_EV_FRAME || row->kind == CS_EV_ERROR_FRAME;
}

/* Rows that tell themselves when it began. */
static bool tells(const struct cs_row *row)
{
    return ends(row) || row->kind == CS_EV_ARB_LOST || (row->kind == CS_EV_ERROR && row->sent);
}

static bool of_bus(const struct cs_row *row, unsigned bus)
{
    return row && row->bus == bus;
}

int64_t cs_attempt_start(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);
    const struct cs_air_bus *air;

    if (!row || row->bus >= tui->n_buses || row->kind == CS_EV_NOTE || row->kind == CS_EV_LOST)
        return NO_ATTEMPT;
    if (tells(row))
        return row->start_ps;
    for (uint64_t n = number + 1; n < tui->ring.end && n < number + LOOK_ROWS; n++) {
        const struct cs_row *later = cs_tui_ring_get(&tui->ring, n);
        if (of_bus(later, row->bus) && tells(later)) {
            if (later->start_ps <= row->at_ps)
                return later->start_ps;
            break;
        }
    }
    air = &tui->air->bus[row->bus];
    if (air->on && air->start_ps <= row->at_ps)
        return air->start_ps;
    for (uint64_t n = number; n-- > tui->ring.first && n + LOOK_ROWS > number;) {
        const struct cs_row *before = cs_tui_ring_get(&tui->ring, n);
        if (of_bus(before, row->bus) && tells(before))
            return before->start_ps;
    }
    return NO_ATTEMPT;
}

int64_t cs_attempt_after(const struct cs_tui *tui, unsigned bus, int64_t after_ps)
{
    const struct cs_air_bus *air = &tui->air->bus[bus];
    const uint64_t first = cs_tui_ring_after(&tui->ring, after_ps);

    for (uint64_t n = first; n < tui->ring.end && n < first + LOOK_ROWS; n++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (of_bus(row, bus) && tells(row) && row->start_ps > after_ps)
            return row->start_ps;
    }
    return air->on && air->start_ps > after_ps ? air->start_ps : NO_ATTEMPT;
}

void cs_attempt_rows(const struct cs_tui *tui, unsigned bus, int64_t start_ps,
                     struct cs_attempt_rows *rows)
{
    *rows = (struct cs_attempt_rows){.number = cs_tui_ring_after(&tui->ring, start_ps - 1),
                                     .start_ps = start_ps,
                                     .bus = (uint16_t)bus};
    rows->end = rows->number + MOST_ROWS < tui->ring.end ? rows->number + MOST_ROWS : tui->ring.end;
}

/* Of the attempt's time, and of no other attempt. */
static bool belongs(const struct cs_row *row, const struct cs_attempt_rows *rows, int64_t bit_ps)
{
    if (rows->over)
        return row->kind == CS_EV_OVERLOAD;
    if (tells(row))
        return near(row->start_ps, rows->start_ps, bit_ps);
    return row->at_ps > rows->start_ps;
}

const struct cs_row *cs_attempt_next(const struct cs_tui *tui, struct cs_attempt_rows *rows)
{
    const int64_t bit_ps = bit_of(tui, rows->bus);

    while (rows->number < rows->end) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, rows->number++);
        if (!of_bus(row, rows->bus))
            continue;
        if (tells(row) && row->start_ps > rows->start_ps + NEAR_BITS * bit_ps)
            break; /* the next one */
        if (!belongs(row, rows, bit_ps))
            continue;
        if (ends(row)) {
            const uint64_t last = cs_tui_ring_after(&tui->ring, row->at_ps + AFTER_BITS * bit_ps);
            rows->over = true;
            rows->end = last < rows->end ? last : rows->end;
        }
        return row;
    }
    rows->number = rows->end;
    return NULL;
}
