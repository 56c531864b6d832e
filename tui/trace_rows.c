/* SPDX-License-Identifier: MIT */
/* trace_rows.c - which rows are shown. Where there is something to choose from, each row is asked
 * once, the newest first, and a bit remembers it: rows that are shown are found 64 at a time.
 * Packed chunks of rows in which none can be are passed over. */
#include <stdlib.h>
#include <string.h>

#include "tui/query_row.h"
#include "tui/trace.h"

#define ASKED_AT_ONCE 250000u
#define NEWER_MOST    1000000u /* more than these, and it begins anew from the newest */
#define WORD          64u

struct cs_trace_keep *cs_trace_keep(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_trace);
}

void cs_trace_free(struct cs_trace_keep *keep)
{
    free(keep->bits);
    keep->bits = NULL;
}

static bool shows_all(const struct cs_tui *tui)
{
    return tui->trace.show == CS_SHOW_ALL && !tui->filter.n;
}

/* Asked itself. */
static bool is_shown(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);
    const bool frame = row->kind == CS_EV_FRAME;

    if ((tui->trace.show == CS_SHOW_FRAMES && !frame) ||
        (tui->trace.show == CS_SHOW_ERRORS && (frame || row->kind == CS_EV_ARB_LOST)))
        return false;
    return !tui->filter.n || cs_row_passes(tui, &tui->filter, number);
}

/* What can be told of a whole chunk. */
static struct cs_ring_want wanted(const struct cs_tui *tui)
{
    const uint32_t frames = UINT32_C(1) << CS_EV_FRAME;
    const uint32_t usual = frames | UINT32_C(1) << CS_EV_ARB_LOST;

    return cs_query_want(tui, &tui->filter,
                         tui->trace.show == CS_SHOW_FRAMES   ? frames
                         : tui->trace.show == CS_SHOW_ERRORS ? ~usual
                                                             : 0);
}

uint64_t cs_trace_oldest(const struct cs_tui *tui)
{
    return tui->ring.first > tui->trace.floor ? tui->ring.first : tui->trace.floor;
}

/* ---- bits ------------------------------------------------------------------------------------ */

static void ask(const struct cs_tui *tui, struct cs_trace_keep *keep, uint64_t number)
{
    const uint64_t slot = number % keep->capacity, bit = UINT64_C(1) << slot % WORD;

    if (is_shown(tui, number))
        keep->bits[slot / WORD] |= bit;
    else
        keep->bits[slot / WORD] &= ~bit;
}

/* Is there a table of bits that belongs to what is to be shown? */
static bool is_known(const struct cs_tui *tui, const struct cs_trace_keep *keep)
{
    return keep->bits && keep->filter_changes == tui->filter_changes &&
           keep->show == tui->trace.show;
}

static bool begin(struct cs_tui *tui, struct cs_trace_keep *keep)
{
    if (!keep->bits) {
        keep->capacity = tui->ring.capacity;
        keep->bits = calloc(keep->capacity / WORD + 1, sizeof *keep->bits);
        keep->up = keep->down = tui->ring.end;
    }
    if (!is_known(tui, keep) || tui->ring.end - keep->up > NEWER_MOST)
        keep->up = keep->down = tui->ring.end;
    keep->filter_changes = tui->filter_changes;
    keep->show = tui->trace.show;
    return keep->bits != NULL;
}

/* None of the rows from..to-1 is shown. */
static void hide(struct cs_trace_keep *keep, uint64_t from, uint64_t to)
{
    while (from < to) {
        const uint64_t slot = from % keep->capacity, at = slot % WORD;
        uint64_t n = WORD - at < keep->capacity - slot ? WORD - at : keep->capacity - slot;
        n = n < to - from ? n : to - from;
        keep->bits[slot / WORD] &= ~((n < WORD ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0)) << at);
        from += n;
    }
}

static void ask_newer(const struct cs_tui *tui, struct cs_trace_keep *keep,
                      const struct cs_ring_want *want)
{
    bool look = true;

    while (keep->up < tui->ring.end) {
        if (look) {
            const uint64_t to = cs_tui_ring_skip(&tui->ring, keep->up, want);
            hide(keep, keep->up, to);
            keep->up = to;
        }
        if (keep->up < tui->ring.end)
            ask(tui, keep, keep->up++);
        look = keep->up % CS_RING_CHUNK == 0;
    }
}

static void ask_older(const struct cs_tui *tui, struct cs_trace_keep *keep,
                      const struct cs_ring_want *want, uint64_t oldest, int64_t rows)
{
    uint64_t unpacked = cs_tui_ring_unpacked(&tui->ring);
    bool look = true;

    for (; rows > 0 && keep->down > oldest; rows--) {
        if (look) {
            const uint64_t to = cs_tui_ring_skip_back(&tui->ring, keep->down, want);
            rows -= (int64_t)((keep->down - to) / CS_RING_CHUNK) * CS_TRACE_SKIP_COST;
            hide(keep, to, keep->down);
            keep->down = to;
            rows -= (int64_t)(cs_tui_ring_unpacked(&tui->ring) - unpacked) * CS_TRACE_UNPACK_COST;
            unpacked = cs_tui_ring_unpacked(&tui->ring);
        }
        if (keep->down > oldest)
            ask(tui, keep, --keep->down);
        look = keep->down % CS_RING_CHUNK == 0;
    }
}

void cs_trace_index_on(struct cs_tui *tui, unsigned rows)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t oldest = cs_trace_oldest(tui);
    struct cs_ring_want want;

    if (shows_all(tui) || !begin(tui, keep))
        return;
    want = wanted(tui);
    if (keep->up < tui->ring.first)
        keep->up = keep->down = tui->ring.first;
    if (keep->down < tui->ring.first)
        keep->down = tui->ring.first;
    ask_newer(tui, keep, &want);
    ask_older(tui, keep, &want, oldest, rows);
    tui->more |= keep->down > oldest;
}

void cs_trace_index(struct cs_tui *tui)
{
    cs_trace_index_on(tui, CS_TRACE_AT_ONCE);
}

uint64_t cs_trace_known(const struct cs_tui *tui)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t oldest = cs_trace_oldest(tui);

    return shows_all(tui) || !is_known(tui, keep) || keep->down < oldest ? oldest : keep->down;
}

bool cs_trace_knows(const struct cs_tui *tui, uint64_t number, bool back)
{
    const uint64_t known = cs_trace_known(tui);

    return back ? number > known || known == cs_trace_oldest(tui)
                : number >= known || known == cs_trace_oldest(tui);
}

int cs_trace_looked(const struct cs_tui *tui)
{
    const uint64_t known = cs_trace_known(tui), oldest = cs_trace_oldest(tui);

    if (known <= oldest)
        return 100;
    return (int)((tui->ring.end - known) * 100 / (tui->ring.end - oldest));
}

/* The newest with its bit in [limit, number). */
static uint64_t bit_before(const struct cs_trace_keep *keep, uint64_t number, uint64_t limit)
{
    while (number > limit) {
        const uint64_t slot = (number - 1) % keep->capacity, at = slot % WORD;
        const uint64_t word = keep->bits[slot / WORD] & (~UINT64_C(0) >> (WORD - 1 - at));
        if (word) {
            const uint64_t found = number - 1 - (at - (WORD - 1 - (uint64_t)__builtin_clzll(word)));
            return found >= limit && found < number ? found : CS_NO_ROW;
        }
        if (number - limit <= at + 1)
            break;
        number -= at + 1;
    }
    return CS_NO_ROW;
}

/* The first with its bit in [number, end). */
static uint64_t bit_from(const struct cs_trace_keep *keep, uint64_t number, uint64_t end)
{
    while (number < end) {
        const uint64_t slot = number % keep->capacity, at = slot % WORD;
        const uint64_t word = keep->bits[slot / WORD] >> at;
        const uint64_t left = WORD - at < keep->capacity - slot ? WORD - at : keep->capacity - slot;
        if (word) {
            const uint64_t found = number + (uint64_t)__builtin_ctzll(word);
            return found < end ? found : CS_NO_ROW;
        }
        number += left;
    }
    return CS_NO_ROW;
}

/* ---- finding --------------------------------------------------------------------------------- */

uint64_t cs_trace_before(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t first = cs_trace_oldest(tui);
    const bool known = is_known(tui, keep);

    if (number > tui->ring.end)
        number = tui->ring.end;
    if (shows_all(tui))
        return number > first ? number - 1 : CS_NO_ROW;
    for (unsigned i = 0; number > first && (!known || number > keep->up); i++) {
        if (!known && i == ASKED_AT_ONCE)
            return CS_NO_ROW;
        if (is_shown(tui, --number))
            return number;
    }
    return known ? bit_before(keep, number, first > keep->down ? first : keep->down) : CS_NO_ROW;
}

uint64_t cs_trace_from(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const bool known = is_known(tui, keep);
    uint64_t found;

    if (number < cs_trace_oldest(tui))
        number = cs_trace_oldest(tui);
    if (shows_all(tui))
        return number < tui->ring.end ? number : CS_NO_ROW;
    if (known && number < keep->up) {
        found = bit_from(keep, number > keep->down ? number : keep->down, keep->up);
        if (found != CS_NO_ROW)
            return found;
        number = keep->up;
    }
    for (unsigned i = 0; number < tui->ring.end && (known || i < ASKED_AT_ONCE); number++, i++)
        if (is_shown(tui, number))
            return number;
    return CS_NO_ROW;
}

const char *cs_trace_hidden(const struct cs_tui *tui, uint64_t number)
{
    return cs_trace_from(tui, number) == number ? "" : ", hidden by the filter: Esc shows all";
}

/* ---- lines ----------------------------------------------------------------------------------- */

int cs_trace_height(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int most = cs_tui_page(tui) - 1;
    int lines;

    if (!keep->open || keep->open_row != number)
        return 1;
    lines = cs_trace_tree_lines(tui) - keep->tree_top;
    return 1 + (lines > most ? most : lines);
}

uint64_t cs_trace_back(const struct cs_tui *tui, uint64_t number, int lines)
{
    for (;;) {
        const uint64_t before = cs_trace_before(tui, number);
        if (before == CS_NO_ROW || (lines -= cs_trace_height(tui, before)) < 0)
            return number;
        number = before;
    }
}

uint64_t cs_trace_top(const struct cs_tui *tui, int page)
{
    return tui->trace.follow ? cs_trace_back(tui, tui->ring.end, page) : tui->trace.top;
}
