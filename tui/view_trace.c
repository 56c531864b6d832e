/* SPDX-License-Identifier: MIT */
/* view_trace.c - everything that happens, in order: its keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/date.h"
#include "tui/like.h"
#include "tui/query_row.h"
#include "tui/row_text.h"
#include "tui/trace.h"
#include "tui/widgets.h"

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    static const char *const shows[CS_SHOW_COUNT] = {"", "frames only · ", "errors · "};
    uint64_t rows = tui->ring.end - cs_trace_oldest(tui);
    const int looked = cs_trace_looked(tui);
    char filter[64] = "", n[CS_NUMBER_MAX];
    int at = 0;

    if (looked < 100)
        at = snprintf(filter, sizeof filter, "searching %d %% ", looked);
    if (tui->filter.n)
        snprintf(filter + at, sizeof filter - (size_t)at, "/%.16s%s · ", tui->filter.text,
                 strlen(tui->filter.text) > 16 ? "…" : "");
    if (tui->trace.follow)
        snprintf(text, size, "%s%s%s rows · following", filter, shows[tui->trace.show],
                 cs_text_count(rows, 9, n));
    else
        snprintf(text, size, "%s%srow %" PRIu64 " of %" PRIu64, filter, shows[tui->trace.show],
                 tui->trace.sel + 1, tui->ring.end);
}

const struct cs_row *cs_trace_selected(const struct cs_tui *tui)
{
    uint64_t number = tui->trace.follow ? cs_trace_before(tui, tui->ring.end) : tui->trace.sel;

    return cs_tui_ring_get(&tui->ring, number);
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_row *row = tui->trace.follow ? NULL : cs_trace_selected(tui);
    char text[CS_FAULT_TEXT_MAX + 128];

    if (!row) {
        cs_trace_hint(tui, text, sizeof text);
        cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_WARN, text);
        if (!text[0] && cs_like_canopen(tui))
            cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO,
                            "this looks like CANopen: :decode canopen tells what frames mean");
        return;
    }
    if (cs_trace_measures(tui))
        cs_trace_span_text(tui, text, sizeof text);
    else
        cs_row_detail(tui, row, text, sizeof text);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

void cs_trace_stop(struct cs_tui *tui)
{
    uint64_t newest = cs_trace_before(tui, tui->ring.end);

    if (!tui->trace.follow || newest == UINT64_MAX)
        return;
    tui->trace.top = cs_trace_top(tui, cs_tui_page(tui));
    tui->trace.sel = newest;
    tui->trace.follow = false;
}

/* Move the page so that the selected row is on it. */
void cs_trace_show_selected(struct cs_tui *tui)
{
    struct cs_trace_state *t = &tui->trace;
    uint64_t top = cs_trace_back(tui, t->sel, cs_tui_page(tui) - cs_trace_height(tui, t->sel));

    if (t->sel < t->top)
        t->top = t->sel;
    else if (t->top < top)
        t->top = top;
}

void cs_trace_select(struct cs_tui *tui, uint64_t number)
{
    cs_trace_stop(tui);
    if (!tui->trace.follow) {
        const int page = cs_tui_page(tui);
        const uint64_t below = cs_trace_back(tui, number, page - 1);
        tui->trace.sel = number;
        /* Where it is not in sight it comes into the middle. */
        if (number < tui->trace.top || tui->trace.top < below)
            tui->trace.top = cs_trace_back(tui, number, page / 2);
        cs_trace_show_selected(tui);
    }
}

void cs_trace_settle(struct cs_tui *tui)
{
    cs_trace_index(tui);
    if (!tui->trace.follow)
        cs_trace_near(tui, tui->trace.sel);
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_trace_state *t = &tui->trace;

    cs_trace_stop(tui);
    if (t->follow)
        return;
    if (t->sel < cs_trace_oldest(tui))
        t->sel = cs_trace_oldest(tui);
    for (; by > 0; by--) {
        uint64_t next = cs_trace_from(tui, t->sel + 1);
        if (next == UINT64_MAX)
            break;
        t->sel = next;
    }
    for (; by < 0; by++) {
        uint64_t before = cs_trace_before(tui, t->sel);
        if (before == CS_NO_ROW)
            break;
        t->sel = before;
    }
    cs_trace_show_selected(tui);
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_tui_page(tui) - 1));
}

static void go_first(struct cs_tui *tui, int unused)
{
    uint64_t first = cs_trace_from(tui, 0);

    (void)unused;
    cs_trace_stop(tui);
    if (first == UINT64_MAX)
        return;
    tui->trace.sel = tui->trace.top = first;
}

static void follow(struct cs_tui *tui, int toggle)
{
    if (toggle && tui->trace.follow)
        cs_trace_stop(tui);
    else
        tui->trace.follow = true;
}

/* A row is shown while others come: it must stay selected. */
static void show_row(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_trace_stop(tui);
    if (cs_trace_selected(tui))
        cs_tui_open(tui, CS_OVERLAY_ROW);
}

static void next_time(struct cs_tui *tui, int unused)
{
    static const char *const says[CS_TIME_COUNT] = {
        [CS_TIME_ABSOLUTE] = "time since the buses started",
        [CS_TIME_DELTA] = "time since the row before",
        [CS_TIME_SAME] = "time since the frame before with the same identifier",
        [CS_TIME_MARK] = "time since the mark",
    };
    char zone[CS_DATE_MAX];

    (void)unused;
    tui->trace.time = (tui->trace.time + 1) % CS_TIME_COUNT;
    if (tui->trace.time == CS_TIME_DATE && tui->info.epoch_s) {
        cs_tui_say(tui, false, "date and time of the day (%s)",
                   cs_text_zone(tui->info.epoch_s, tui->info.now_ps, zone));
        return;
    }
    if (tui->trace.time == CS_TIME_DATE)
        tui->trace.time = CS_TIME_MARK;
    if (tui->trace.time == CS_TIME_MARK && !cs_trace_keep(tui)->marked)
        tui->trace.time = CS_TIME_ABSOLUTE;
    cs_tui_say(tui, false, "%s", says[tui->trace.time]);
}

static void next_show(struct cs_tui *tui, int unused)
{
    static const char *const says[CS_SHOW_COUNT] = {
        "frames, errors, lost arbitration, faults and changes of state are shown",
        "only frames are shown",
        "only errors, faults, notes and changes of state are shown",
    };

    (void)unused;
    tui->trace.show = (tui->trace.show + CS_SHOW_COUNT - 1) % CS_SHOW_COUNT;
    cs_trace_index(tui);
    cs_tui_say(tui, false, "%s", says[tui->trace.show]);
}

static void clear(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->trace.floor = tui->ring.end;
    tui->trace.follow = true;
    cs_tui_say(tui, false, "older rows are cleared away; counts and files keep them");
}

static void like(struct cs_tui *tui, int unused)
{
    (void)unused;
    cs_trace_stop(tui);
    cs_like_row(tui, tui->trace.sel, &tui->like);
    cs_like_open(tui);
}

/* Requests and answers alone; again: all. */
static void converse(struct cs_tui *tui, int unused)
{
    char why[128];

    (void)unused;
    cs_trace_stop(tui);
    cs_like_row(tui, tui->trace.sel, &tui->like);
    if (tui->like.conversation < 0) {
        cs_tui_say(tui, false, "no conversation: SDO, ISO 15765 and remote frames have answers");
        return;
    }
    const struct cs_like_item *item = &tui->like.item[tui->like.conversation];
    const bool on = strcmp(tui->filter.text, item->expr) != 0;
    cs_tui_filter(tui, on ? item->expr : "", why, sizeof why);
    cs_trace_settle(tui);
    cs_tui_say(tui, false, on ? "%s: %s; C shows all again" : "all is shown again", item->help,
               item->expr);
}

/* The row at a line of the pane; CS_NO_ROW where there is none. */
static uint64_t row_at(const struct cs_tui *tui, int line)
{
    uint64_t number = cs_trace_from(tui, cs_trace_top(tui, cs_tui_page(tui)));

    if (line < 1 || line > cs_tui_page(tui))
        return CS_NO_ROW;
    for (int y = 1; number != CS_NO_ROW; number = cs_trace_from(tui, number + 1)) {
        y += cs_trace_height(tui, number);
        if (line < y)
            break;
    }
    return number;
}

/* Press selects, press twice opens; dragged from one row to another it measures. */
static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_trace_keep *keep = cs_trace_keep(tui);
    uint64_t number;

    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
        return;
    }
    if (mouse->kind != CS_MOUSE_DRAG)
        keep->dragged = false;
    number = mouse->kind == CS_MOUSE_RELEASE ? CS_NO_ROW : row_at(tui, mouse->y);
    if (number == CS_NO_ROW)
        return;
    cs_trace_stop(tui);
    if (tui->trace.follow)
        return;
    if (mouse->kind == CS_MOUSE_DRAG && !keep->dragged) {
        cs_trace_keep_marks(tui, "the mark");
        keep->dragged = keep->marked = true;
        keep->mark = tui->trace.sel;
    }
    tui->trace.sel = number;
    if (mouse->kind == CS_MOUSE_PRESS && mouse->button == 3)
        like(tui, 0);
    if (mouse->kind != CS_MOUSE_DOUBLE)
        return;
    if (keep->open && keep->open_row == number)
        cs_trace_close(tui, 0);
    else
        cs_trace_open(tui, 0);
}

static void fini(void *state)
{
    cs_trace_free(state);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_UP, 'k'}, NULL, "select a row, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the oldest row", go_first, 0},
    {{CS_KEY_END, 'G'}, NULL, "to the newest row, and follow", follow, 0},
    {{CS_KEY_RIGHT},
     "open",
     "its fields and what they mean, below it; again: further ones",
     cs_trace_open,
     0},
    {{CS_KEY_LEFT}, NULL, "close them", cs_trace_close, 0},
    {{'e'},
     "errors",
     "errors: only errors, faults and changes of state; only frames; or all",
     next_show,
     0},
    {{'s', '\\'},
     "search",
     "search: go to the nearest row that passes, such as id=123 or \"text\"",
     cs_trace_ask,
     0},
    {{'l'}, "like this", "filters that this row passes: show, hide, search, colour", like, 0},
    {{'C'}, NULL, "the conversation alone: its requests and answers", converse, 0},
    {{'>'}, NULL, "search on: to the next such row", cs_trace_next_match, 1},
    {{'<'}, NULL, "to the one before", cs_trace_next_match, -1},
    {{'f'}, "follow", "keep the newest row in sight, or stay", follow, 1},
    {{'t'},
     "time",
     "what times count from: the start, the row before, the same identifier, the mark",
     next_time,
     0},
    {{'m'}, "mark", "mark a row: the time from there to the cursor is measured", cs_trace_mark, 0},
    {{'a'}, "answer", "answer: from a request to its answer, and back", cs_trace_answer, 0},
    {{'b'}, "bookmark", "set a bookmark, or take it away", cs_trace_bookmark, 0},
    {{']', '\''}, NULL, "to the next bookmark", cs_trace_next_bookmark, 1},
    {{'['}, NULL, "to the one before", cs_trace_next_bookmark, -1},
    {{'y'}, "copy", "copy the frame as text: 123#DEADBEEF", cs_trace_copy, 0},
    {{CS_KEY_ENTER}, "more", "all of the selected row, 64 bytes among it", show_row, 0},
    {{'d'}, NULL, "data as hexadecimal bytes, as bits, in decimal", cs_next_data_form, 0},
    {{'c'}, NULL, "clear older rows away", clear, 0},
};

static const struct cs_word words[] = {
    {"export", "FILE",
     "write what is shown, or from the mark to the cursor: .log .pcapng .txt .svg, .json "
     "(scenario)",
     cs_trace_export, NULL},
    {"export-scenario", "FILE", "the same as a scenario that sends these frames again",
     cs_trace_export_scenario, NULL},
    {"bookmark", "[NAME]", "set a bookmark, and give it a name", cs_trace_bookmark_named, NULL},
    {"bookmarks", "", "list them; Enter goes there", cs_trace_bookmarks, NULL},
};

const struct cs_view cs_view_trace = {
    .name = "trace",
    .keys = {'1'},
    .help = "what happens, in order",
    .about =
        "Each line is something that happened: a frame that was valid on the bus, an error that a "
        "node saw, lost arbitration, a change of state, a note. Colours tell them apart; / "
        "filters, s searches.\n"
        "The time before Δ counts from the start (t: others), Δ from the row before. n: data "
        "length code. waited: from the queue to the start of frame. try: attempts.\n"
        "In front of a row: ▸ the mark, │ what is measured, • what was searched, * a bookmark.",
    .title = "Trace",
    .many = true,
    .moved = cs_trace_moved,
    .state_size = sizeof(struct cs_trace_keep),
    .fini = fini,
    .refresh = cs_trace_measure,
    .draw = cs_trace_draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = words,
    .n_words = sizeof words / sizeof *words,
    .columns = cs_trace_columns,
    .n_columns = CS_TRACE_COLUMNS,
    .remember = cs_trace_remember,
    .recall = cs_trace_recall,
};
