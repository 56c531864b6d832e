/* SPDX-License-Identifier: MIT */
/* trace_marks.c - what a person does with rows: mark and measure, bookmark, copy, export. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/query_row.h"
#include "tui/row_text.h"
#include "tui/trace.h"
#include "tui/widgets.h"

static uint64_t cursor(const struct cs_tui *tui)
{
    return tui->trace.follow ? cs_trace_before(tui, tui->ring.end) : tui->trace.sel;
}

/* ---- undo ------------------------------------------------------------------------------------ */

struct marks {
    bool marked;
    uint64_t mark, bookmarks[CS_TRACE_BOOKMARKS];
    unsigned n_bookmarks;
};

static struct marks marks_of(const struct cs_trace_keep *keep)
{
    struct marks marks = {.marked = keep->marked, .mark = keep->mark};

    marks.n_bookmarks = keep->n_bookmarks;
    memcpy(marks.bookmarks, keep->bookmarks, sizeof marks.bookmarks);
    return marks;
}

static int swap(struct cs_tui *tui, void *data)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const struct marks now = marks_of(keep), *then = data;

    keep->marked = then->marked;
    keep->mark = then->mark;
    keep->n_bookmarks = then->n_bookmarks;
    memcpy(keep->bookmarks, then->bookmarks, sizeof keep->bookmarks);
    if (tui->trace.time == CS_TIME_MARK && !keep->marked)
        tui->trace.time = CS_TIME_ABSOLUTE;
    memcpy(data, &now, sizeof now);
    return 0;
}

static void move_marks(void *data, const struct cs_rows_moved *moved)
{
    struct marks *marks = data;

    marks->mark = cs_rows_moved_to(moved, marks->mark);
    for (unsigned i = 0; i < marks->n_bookmarks; i++)
        marks->bookmarks[i] = cs_rows_moved_to(moved, marks->bookmarks[i]);
}

/* Rows have other numbers: what is kept of them goes along. */
void cs_trace_moved(struct cs_tui *tui, const struct cs_rows_moved *moved)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    struct marks marks = marks_of(keep);

    move_marks(&marks, moved);
    keep->mark = marks.mark;
    memcpy(keep->bookmarks, marks.bookmarks, sizeof keep->bookmarks);
    for (unsigned i = 0; i < CS_TRACE_BOOKMARKS; i++)
        keep->names[i].row = cs_rows_moved_to(moved, keep->names[i].row);
    keep->span = (struct cs_trace_span){0};
    keep->hunt = (struct cs_trace_hunt){0};
    tui->progress[0] = '\0';
    keep->open_row = cs_rows_moved_to(moved, keep->open_row);
    cs_trace_decode_again(tui);
    cs_trace_settle(tui);
}

void cs_trace_keep_marks(struct cs_tui *tui, const char *what)
{
    static const struct cs_undo_kind kind = {
        .views = " trace why wire ",
        .of_run = true,
        .of_context = true,
        .swap = swap,
        .moved = move_marks,
    };
    const struct marks marks = marks_of(cs_trace_keep(tui));

    cs_undo_keep(tui, &kind, cs_undo_copy(&marks, sizeof marks), sizeof marks, "%s", what);
}

/* ---- measuring ------------------------------------------------------------------------------- */

void cs_trace_mark(struct cs_tui *tui, int unused)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t at = cursor(tui);

    (void)unused;
    if (!cs_tui_ring_get(&tui->ring, at))
        return;
    cs_trace_keep_marks(tui, keep->marked && keep->mark == at ? "the mark's removal" : "the mark");
    if (keep->marked && keep->mark == at) {
        keep->marked = false;
        if (tui->trace.time == CS_TIME_MARK)
            tui->trace.time = CS_TIME_ABSOLUTE;
        cs_tui_say(tui, false, "the mark is gone");
        return;
    }
    keep->marked = true;
    keep->mark = at;
    cs_tui_say(tui, false,
               "marked: move, and the line below measures from here; t counts time from it");
}

bool cs_trace_measures(const struct cs_tui *tui)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);

    return keep->marked && !tui->trace.follow && keep->mark != tui->trace.sel &&
           cs_tui_ring_get(&tui->ring, keep->mark) && cs_tui_ring_get(&tui->ring, tui->trace.sel);
}

static void count(const struct cs_tui *tui, struct cs_trace_span *span, uint64_t number, int by)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);

    if (!row || row->kind != CS_EV_FRAME)
        return;
    span->frames += (uint64_t)by;
    if (row->bus == span->bus)
        span->bits += (uint64_t)(by * row->n_bits);
}

/* Both ends of what is counted move to low and high. True where they are there. */
static bool move_ends(const struct cs_tui *tui, struct cs_trace_span *span, uint64_t low,
                      uint64_t high, int64_t rows)
{
    uint64_t unpacked = cs_tui_ring_unpacked(&tui->ring);

    for (; (span->high != high || span->low != low) && rows > 0; rows--) {
        if (span->high < high)
            count(tui, span, span->high++, 1);
        else if (span->high > high)
            count(tui, span, --span->high, -1);
        if (span->low > low)
            count(tui, span, --span->low, 1);
        else if (span->low < low)
            count(tui, span, span->low++, -1);
        rows -= (int64_t)(cs_tui_ring_unpacked(&tui->ring) - unpacked) * CS_TRACE_UNPACK_COST;
        unpacked = cs_tui_ring_unpacked(&tui->ring);
    }
    return span->high == high && span->low == low;
}

void cs_trace_measure_on(struct cs_tui *tui, unsigned rows)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    struct cs_trace_span *span = &keep->span;
    uint64_t low, high;

    if (!cs_trace_measures(tui)) {
        span->counting = false;
        return;
    }
    /* From the end of the first row on: its own bits were before. */
    low = (keep->mark < tui->trace.sel ? keep->mark : tui->trace.sel) + 1;
    high = (keep->mark < tui->trace.sel ? tui->trace.sel : keep->mark) + 1;
    if (high <= low)
        return;
    const unsigned bus = cs_tui_ring_get(&tui->ring, keep->mark)->bus;
    if (bus != span->bus || low >= span->high || high <= span->low)
        *span = (struct cs_trace_span){.low = low, .high = low, .bus = bus};
    span->counting = !move_ends(tui, span, low, high, rows);
    span->percent = high > low ? (unsigned)((span->high - span->low) * 100 / (high - low)) : 100;
    tui->more |= span->counting;
}

void cs_trace_measure(struct cs_tui *tui)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);

    if (keep->marked && !cs_tui_ring_get(&tui->ring, keep->mark)) {
        keep->marked = false;
        cs_tui_say(tui, false, "the row with the mark made room for newer ones");
    }
    cs_trace_measure_on(tui, CS_TRACE_AT_ONCE);
}

void cs_trace_span_text(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const struct cs_trace_span *span = &keep->span;
    const struct cs_row *mark = cs_tui_ring_get(&tui->ring, keep->mark);
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, tui->trace.sel);
    const struct cs_tui_bus *bus = &tui->bus[mark->bus < tui->n_buses ? mark->bus : 0];
    const int64_t ps =
        row->at_ps > mark->at_ps ? row->at_ps - mark->at_ps : mark->at_ps - row->at_ps;
    const int64_t bit = bus->bitrate_bps ? CS_PS_PER_S / bus->bitrate_bps : CS_PS_PER_S;
    const int64_t tenths = ps / bit * 10 + ps % bit * 10 / bit;
    char took[CS_NUMBER_MAX], rate[CS_NUMBER_MAX], load[CS_NUMBER_MAX];
    int n =
        snprintf(text, size, "%s mark: %s", row->at_ps >= mark->at_ps ? "since the" : "before the",
                 cs_text_span(ps, took));

    if (!bus->rate_unknown && n < (int)size)
        n += snprintf(text + n, size - (size_t)n, " · %" PRId64 ".%d bit times at %s", tenths / 10,
                      (int)(tenths % 10), cs_text_rates(bus->bitrate_bps, 0, rate));
    if (n >= (int)size)
        return;
    if (span->counting) {
        snprintf(text + n, size - (size_t)n, " · counting … %u %%", span->percent);
        return;
    }
    n += snprintf(text + n, size - (size_t)n, " · %" PRIu64 " frame%s", span->frames,
                  span->frames == 1 ? "" : "s");
    if (n < (int)size && tenths > 0 && !bus->rate_unknown)
        snprintf(text + n, size - (size_t)n, " · %s %s", bus->name,
                 cs_text_permille((unsigned)(span->bits * 10000 / (uint64_t)tenths), load));
}

/* ---- bookmarks ------------------------------------------------------------------------------- */

/* Where it is among them, or belongs. */
static unsigned place_of(const struct cs_trace_keep *keep, uint64_t number)
{
    unsigned i = 0;

    while (i < keep->n_bookmarks && keep->bookmarks[i] < number)
        i++;
    return i;
}

static bool is_bookmarked(const struct cs_trace_keep *keep, uint64_t number)
{
    const unsigned i = place_of(keep, number);

    return i < keep->n_bookmarks && keep->bookmarks[i] == number;
}

/* Those whose rows are gone. */
static void forget_old(const struct cs_tui *tui, struct cs_trace_keep *keep)
{
    const unsigned gone = place_of(keep, tui->ring.first);

    keep->n_bookmarks -= gone;
    memmove(keep->bookmarks, keep->bookmarks + gone, keep->n_bookmarks * sizeof *keep->bookmarks);
}

void cs_trace_bookmark(struct cs_tui *tui, int unused)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t number = cursor(tui);
    unsigned at;

    (void)unused;
    forget_old(tui, keep);
    if (!cs_tui_ring_get(&tui->ring, number))
        return;
    at = place_of(keep, number);
    if (is_bookmarked(keep, number)) {
        cs_trace_keep_marks(tui, "a bookmark's removal");
        keep->n_bookmarks--;
        memmove(keep->bookmarks + at, keep->bookmarks + at + 1,
                (keep->n_bookmarks - at) * sizeof *keep->bookmarks);
        cs_tui_say(tui, false, "the bookmark is gone, %u left", keep->n_bookmarks);
        return;
    }
    if (keep->n_bookmarks == CS_TRACE_BOOKMARKS) {
        cs_tui_say(tui, true, "no room for more than %d bookmarks", CS_TRACE_BOOKMARKS);
        return;
    }
    cs_trace_keep_marks(tui, "a bookmark");
    memmove(keep->bookmarks + at + 1, keep->bookmarks + at,
            (keep->n_bookmarks - at) * sizeof *keep->bookmarks);
    keep->bookmarks[at] = number;
    keep->n_bookmarks++;
    cs_tui_say(tui, false, "bookmark %u: [ and ] go from one to the next", at + 1);
}

void cs_trace_next_bookmark(struct cs_tui *tui, int by)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    unsigned at;

    forget_old(tui, keep);
    if (!keep->n_bookmarks) {
        cs_tui_say(tui, false, "there are no bookmarks: b makes one");
        return;
    }
    at = place_of(keep, cursor(tui));
    if (by > 0)
        at += at < keep->n_bookmarks && keep->bookmarks[at] == cursor(tui);
    else
        at += keep->n_bookmarks - 1;
    at %= keep->n_bookmarks;
    cs_trace_select(tui, keep->bookmarks[at]);
    const char *name = cs_trace_bookmark_name(tui, keep->bookmarks[at]);
    cs_tui_say(tui, false, "bookmark %u of %u%s%s%s", at + 1, keep->n_bookmarks, *name ? ": " : "",
               name, cs_trace_hidden(tui, keep->bookmarks[at]));
}

void cs_trace_remember(const struct cs_tui *tui, const struct cs_memory_out *out)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);

    if (!out->here)
        cs_memory_put(out, "time", "%d",
                      tui->trace.time == CS_TIME_MARK ? CS_TIME_ABSOLUTE : tui->trace.time);
    for (unsigned i = 0; out->here && tui->info.log[0] && i < keep->n_bookmarks; i++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, keep->bookmarks[i]);
        if (row)
            cs_memory_put(out, "bookmark", "%" PRIu64 "\t%" PRId64, keep->bookmarks[i], row->at_ps);
    }
}

static int recall_bookmark(struct cs_tui *tui, const char *text)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    const struct cs_row *row;
    char *end, *last;
    const unsigned long long number = strtoull(text, &end, 10);
    const long long at_ps = strtoll(end, &last, 10);

    if (end == text || *end != '\t' || last == end || number >= CS_NO_ROW)
        return -EINVAL;
    if (number >= tui->ring.end)
        return -EAGAIN;
    row = cs_tui_ring_get(&tui->ring, number);
    if (!row || row->at_ps != at_ps || keep->n_bookmarks == CS_TRACE_BOOKMARKS) /* another log */
        return -EINVAL;
    const unsigned at = place_of(keep, number);
    if (is_bookmarked(keep, number))
        return 0;
    memmove(keep->bookmarks + at + 1, keep->bookmarks + at,
            (keep->n_bookmarks - at) * sizeof *keep->bookmarks);
    keep->bookmarks[at] = number;
    keep->n_bookmarks++;
    return 0;
}

int cs_trace_recall(struct cs_tui *tui, const char *name, const char *text)
{
    if (!strcmp(name, "bookmark"))
        return recall_bookmark(tui, text);
    if (strcmp(name, "time") != 0 || text[0] < '0' || text[0] >= '0' + CS_TIME_MARK || text[1])
        return -EINVAL;
    tui->trace.time = (enum cs_trace_time)(text[0] - '0');
    return 0;
}

/* ---- copying and writing --------------------------------------------------------------------- */

void cs_trace_copy(struct cs_tui *tui, int unused)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, cursor(tui));
    char text[CS_FAULT_TEXT_MAX + 64];
    struct cs_frame frame;

    (void)unused;
    if (!row)
        return;
    if (!cs_row_frame(row, &frame) || !cs_frame_format(&frame, tui->copy)) {
        cs_row_text(tui, row, text, sizeof text);
        snprintf(tui->copy, sizeof tui->copy, "%.*s", (int)sizeof tui->copy - 1, text);
    }
    cs_tui_say(tui, false, "copied: %s", tui->copy);
}

static int export(struct cs_tui *tui, struct cs_export *rows, char *why, size_t why_size)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    char told[CS_TUI_MESSAGE_MAX];

    if (!*rows->path) {
        snprintf(why, why_size, "the name of a file is missing, such as %s",
                 rows->scenario ? "part.json" : "part.log or part.pcapng");
        return -1;
    }
    if (!tui->host->ops->export_rows) {
        snprintf(why, why_size, "this host writes no files");
        return -1;
    }
    rows->from = cs_trace_oldest(tui);
    rows->to = tui->ring.end ? tui->ring.end - 1 : 0;
    if (cs_trace_measures(tui)) {
        rows->from = keep->mark < tui->trace.sel ? keep->mark : tui->trace.sel;
        rows->to = keep->mark < tui->trace.sel ? tui->trace.sel : keep->mark;
    }
    if (tui->host->ops->export_rows(tui->host->ctx, tui, rows, told, sizeof told) < 0) {
        snprintf(why, why_size, "%s", told);
        return -1;
    }
    cs_tui_say(tui, false, "%s", told);
    return 0;
}

int cs_trace_export(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    return export(tui, &(struct cs_export){.path = rest}, why, why_size);
}

int cs_trace_export_scenario(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    return export(tui, &(struct cs_export){.path = rest, .scenario = true}, why, why_size);
}

/* ---- what stands in front of a row ----------------------------------------------------------- */

uint32_t cs_trace_sign(const struct cs_tui *tui, uint64_t number, uint8_t *style)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const uint64_t low = keep->mark < tui->trace.sel ? keep->mark : tui->trace.sel;
    const uint64_t high = keep->mark < tui->trace.sel ? tui->trace.sel : keep->mark;

    *style = CS_STYLE_KEY;
    if (keep->marked && keep->mark == number)
        return 0x25b8; /* a triangle */
    if (is_bookmarked(keep, number))
        return '*';
    if (keep->search.n && cs_row_passes(tui, &keep->search, number))
        return 0x2022; /* a bullet */
    *style = CS_STYLE_INFO;
    if (keep->marked && !tui->trace.follow && number >= low && number <= high)
        return 0x2502; /* a line */
    return 0;
}
