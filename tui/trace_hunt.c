/* SPDX-License-Identifier: MIT */
/* trace_hunt.c - the way to a row that is not known yet: the nearest that passes a search, or that
 * is shown. It is looked for a part at a time, chunks in which it cannot be are passed over, and
 * any key stops it. Where a filter is on, its bits (trace_rows.c) come first: rows that were not
 * asked yet are waited for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/query_row.h"
#include "tui/trace.h"
#include "tui/widgets.h"

enum outcome { FOUND, NONE, LATER };

static uint64_t cursor(const struct cs_tui *tui)
{
    return tui->trace.follow ? cs_trace_before(tui, tui->ring.end) : tui->trace.sel;
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool passes(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);

    return keep->hunt.any || cs_row_passes(tui, &keep->search, number);
}

/* Past chunks in which nothing passes; what that costs is taken from `rows`. */
static uint64_t skip(const struct cs_tui *tui, uint64_t number, int by,
                     const struct cs_ring_want *want, int64_t *rows)
{
    const uint64_t to = by > 0 ? cs_tui_ring_skip(&tui->ring, number, want)
                               : cs_tui_ring_skip_back(&tui->ring, number, want);
    const uint64_t over = to > number ? to - number : number - to;

    *rows -= (int64_t)(over / CS_RING_CHUNK + 1) * CS_TRACE_SKIP_COST;
    return to;
}

/* From hunt->at on: *found, or how far it came. */
static enum outcome look(const struct cs_tui *tui, struct cs_trace_hunt *hunt,
                         const struct cs_ring_want *want, int64_t rows, uint64_t *found)
{
    uint64_t chunk = CS_NO_ROW, unpacked = cs_tui_ring_unpacked(&tui->ring);
    const bool back = hunt->by < 0;

    for (; rows > 0; rows--) {
        if (chunk != (hunt->at - back) / CS_RING_CHUNK) {
            hunt->at = skip(tui, hunt->at, hunt->by, want, &rows);
            chunk = (hunt->at - back) / CS_RING_CHUNK;
            rows -= (int64_t)(cs_tui_ring_unpacked(&tui->ring) - unpacked) * CS_TRACE_UNPACK_COST;
            unpacked = cs_tui_ring_unpacked(&tui->ring);
        }
        if (!cs_trace_knows(tui, hunt->at, back))
            return LATER;
        *found = back ? cs_trace_before(tui, hunt->at) : cs_trace_from(tui, hunt->at);
        if (*found == CS_NO_ROW && back && !cs_trace_knows(tui, 0, true)) {
            hunt->at = cs_trace_known(tui);
            return LATER;
        }
        if (*found == CS_NO_ROW)
            return NONE;
        hunt->at = back ? *found : *found + 1;
        if (chunk == *found / CS_RING_CHUNK && passes(tui, *found))
            return FOUND;
        if (chunk != *found / CS_RING_CHUNK) /* perhaps that one can be passed over */
            hunt->at = back ? *found + 1 : *found;
    }
    return LATER;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static unsigned permille(const struct cs_tui *tui, const struct cs_trace_hunt *hunt)
{
    const uint64_t first = cs_trace_oldest(tui), end = tui->ring.end;
    const uint64_t start = hunt->start < first ? first : hunt->start;
    const uint64_t newer = end > start ? end - start : 0, older = start - first;
    uint64_t done = hunt->by > 0 ? (hunt->at > start ? hunt->at - start : 0)
                                 : (start > hunt->at ? start - hunt->at : 0);
    uint64_t all = hunt->by > 0 ? newer : older;

    if (hunt->turned)
        done += hunt->by > 0 ? older : newer;
    if (hunt->turn || hunt->turned)
        all = newer + older;
    return all && done < all ? (unsigned)(done * 1000 / all) : 1000;
}

static void tell_progress(struct cs_tui *tui, const struct cs_trace_keep *keep)
{
    const struct cs_trace_hunt *hunt = &keep->hunt;

    tui->progress[0] = '\0';
    if (!hunt->on)
        return;
    tui->more = tui->dirty = true;
    if (hunt->any)
        snprintf(tui->progress, sizeof tui->progress,
                 "looking for the nearest row that is shown … %u %% (any key stops)",
                 permille(tui, hunt) / 10);
    else
        snprintf(tui->progress, sizeof tui->progress, "searching %.80s … %u %% (any key stops)",
                 keep->search.text, permille(tui, hunt) / 10);
}

static void tell_none(struct cs_tui *tui, const struct cs_trace_keep *keep)
{
    const struct cs_trace_hunt *hunt = &keep->hunt;

    if (hunt->any)
        tui->trace.follow = true;
    else if (hunt->turned)
        cs_tui_say(tui, false, "nothing that is shown passes %.80s", keep->search.text);
    else
        cs_tui_say(tui, false, "nothing %s here passes %.60s: %s searches the other way",
                   hunt->by > 0 ? "after" : "before", keep->search.text, hunt->by > 0 ? "<" : ">");
}

/* ---- a part of it ---------------------------------------------------------------------------- */

static void end(struct cs_tui *tui, struct cs_trace_keep *keep, enum outcome outcome,
                uint64_t found)
{
    keep->hunt.on = keep->hunt.held = false;
    if (outcome == FOUND)
        cs_trace_select(tui, found);
    else
        tell_none(tui, keep);
    tui->dirty = true;
}

static bool turn(struct cs_trace_hunt *hunt)
{
    if (!hunt->turn)
        return false;
    hunt->turn = false;
    hunt->turned = true;
    hunt->by = -hunt->by;
    hunt->at = hunt->start;
    return true;
}

void cs_trace_hunt_on(struct cs_tui *tui, unsigned rows)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    struct cs_trace_hunt *hunt = &keep->hunt;
    struct cs_ring_want want = {0};
    enum outcome outcome;
    uint64_t found;

    if (hunt->on) {
        if (!hunt->any)
            want = cs_query_want(tui, &keep->search, 0);
        do
            outcome = look(tui, hunt, &want, rows, &found);
        while (outcome == NONE && turn(hunt));
        if (outcome != LATER)
            end(tui, keep, outcome, found);
    }
    tell_progress(tui, keep);
}

/* The first part is done at once, and most often it is enough. */
static void begin(struct cs_tui *tui, const struct cs_trace_hunt *hunt)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    keep->hunt = *hunt;
    keep->hunt.on = true;
    keep->hunt.start = hunt->at;
    cs_trace_index(tui);
    cs_trace_hunt_on(tui, CS_TRACE_AT_ONCE);
}

bool cs_trace_hunt_stop(struct cs_tui *tui)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const bool on = keep->hunt.on;

    if (!on)
        return false;
    keep->hunt.on = false;
    keep->hunt.held = !keep->hunt.any;
    keep->hunt.cursor = cursor(tui);
    cs_tui_say(tui, false, "stopped at %u %%%s", permille(tui, &keep->hunt) / 10,
               keep->hunt.any      ? ""
               : keep->hunt.by > 0 ? ": > goes on there"
                                   : ": < goes on there");
    tui->progress[0] = '\0';
    return true;
}

/* ---- searching ------------------------------------------------------------------------------- */

void cs_trace_ask(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_tui_open(tui, CS_OVERLAY_SEARCH);
}

const char *cs_trace_searched(const struct cs_tui *tui)
{
    return cs_trace_keep(tui)->search.text;
}

void cs_trace_next_match(struct cs_tui *tui, int by)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t at = cursor(tui);

    if (!keep->search.n) {
        cs_trace_ask(tui, 0);
        return;
    }
    if (keep->hunt.held && keep->hunt.by == by && keep->hunt.cursor == at) {
        keep->hunt.on = true;
        cs_trace_hunt_on(tui, CS_TRACE_AT_ONCE);
    } else {
        begin(tui, &(struct cs_trace_hunt){.by = by, .at = at == CS_NO_ROW ? 0 : at + (by > 0)});
    }
}

/* The newest where it follows, else the next one; where there is none, the one before. */
int cs_trace_search(struct cs_tui *tui, const char *text, char *why, size_t why_size)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    if (cs_query_parse(text, &keep->search, why, why_size) < 0)
        return -EINVAL;
    keep->hunt.held = false;
    if (!keep->search.n)
        return 0;
    if (tui->trace.follow) /* where it is searched backwards only, that is all */
        begin(tui, &(struct cs_trace_hunt){.by = -1, .turned = true, .at = tui->ring.end});
    else
        begin(tui, &(struct cs_trace_hunt){.by = 1, .turn = true, .at = tui->trace.sel});
    return 0;
}

void cs_trace_near(struct cs_tui *tui, uint64_t number)
{
    begin(tui, &(struct cs_trace_hunt){.any = true, .by = 1, .turn = true, .at = number});
}
