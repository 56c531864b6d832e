/* SPDX-License-Identifier: MIT */
/* view_trace.c - everything that happens, in order.
 * Positions are row numbers, never lines: what is on the screen stays there while rows come. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "simcore/wire.h"
#include "tui/row_text.h"
#include "tui/view.h"
#include "tui/widgets.h"

struct line {
    const struct cs_row *row;
    int64_t since_ps; /* since the row shown before; -1: there is none */
};

/* ---- which rows are shown -------------------------------------------------------------------- */

static bool shown(const struct cs_tui *tui, const struct cs_row *row)
{
    bool frame = row->kind == CS_EV_FRAME;

    if ((tui->trace.show == CS_SHOW_FRAMES && !frame) ||
        (tui->trace.show == CS_SHOW_ERRORS && frame))
        return false;
    if (!tui->filter.n)
        return true;
    return row->has_frame && cs_id_filter_passes(&tui->filter, row->id);
}

static uint64_t oldest(const struct cs_tui *tui)
{
    return tui->ring.first > tui->trace.floor ? tui->ring.first : tui->trace.floor;
}

/* What can be told of a whole chunk. */
static struct cs_ring_want wanted(const struct cs_tui *tui)
{
    struct cs_ring_want want = {.n = tui->filter.n};

    if (tui->trace.show != CS_SHOW_ALL)
        want.kinds = UINT32_C(1) << CS_EV_FRAME;
    if (tui->trace.show == CS_SHOW_ERRORS)
        want.kinds = ~want.kinds;
    for (unsigned i = 0; i < want.n; i++) {
        want.ids[i].low = tui->filter.ranges[i].low;
        want.ids[i].high = tui->filter.ranges[i].high;
    }
    return want;
}

uint64_t cs_trace_before(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_ring_want want = wanted(tui);
    uint64_t first = oldest(tui);

    if (number > tui->ring.end)
        number = tui->ring.end;
    number = cs_tui_ring_skip_back(&tui->ring, number, &want);
    while (number > first) {
        if (shown(tui, cs_tui_ring_get(&tui->ring, --number)))
            return number;
        if (number % CS_RING_CHUNK == 0)
            number = cs_tui_ring_skip_back(&tui->ring, number, &want);
    }
    return UINT64_MAX;
}

uint64_t cs_trace_from(const struct cs_tui *tui, uint64_t number)
{
    const struct cs_ring_want want = wanted(tui);

    if (number < oldest(tui))
        number = oldest(tui);
    number = cs_tui_ring_skip(&tui->ring, number, &want);
    while (number < tui->ring.end) {
        if (shown(tui, cs_tui_ring_get(&tui->ring, number)))
            return number;
        if (++number % CS_RING_CHUNK == 0)
            number = cs_tui_ring_skip(&tui->ring, number, &want);
    }
    return UINT64_MAX;
}

/* The row `lines` shown rows before `number`, or the oldest. */
static uint64_t back(const struct cs_tui *tui, uint64_t number, int lines)
{
    while (lines-- > 0) {
        uint64_t before = cs_trace_before(tui, number);
        if (before == UINT64_MAX)
            break;
        number = before;
    }
    return number;
}

static uint64_t top_of(const struct cs_tui *tui, int page)
{
    return tui->trace.follow ? back(tui, tui->ring.end, page) : tui->trace.top;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_time(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct line *line = item;
    char buf[CS_NUMBER_MAX] = "";

    if (tui->trace.time == CS_TIME_DELTA) {
        if (line->since_ps >= 0)
            cs_text_span(line->since_ps, buf);
    } else {
        cs_units_format_seconds(line->row->at_ps, buf, sizeof buf);
    }
    cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_DIM, buf);
}

static void cell_delta(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct line *line = item;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    if (line->since_ps >= 0) /* the last cell keeps it apart from the text that follows */
        cs_canvas_field(canvas, at.x, at.y, at.w - 1, true, CS_STYLE_FAINT,
                        cs_text_span(line->since_ps, buf));
}

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    if (row->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[row->bus].name);
}

static void cell_node(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_NODE, cs_tui_who(tui, row->who));
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->has_frame)
        cs_put_id(canvas, at, row->id, row->flags);
}

static void cell_dlc(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME)
        cs_put_len(canvas, at, row->flags, row->dlc, row->len);
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME)
        cs_put_fd(canvas, at, row->flags);
}

static void cell_data(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind != CS_EV_FRAME)
        return;
    if (row->flags & CS_FRAME_RTR)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_RTR, "remote request");
    else
        cs_put_data(canvas, at, (const uint8_t *)row->data, row->len, 0, 0);
}

static void cell_ascii(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME)
        cs_put_ascii(canvas, at, (const uint8_t *)row->data, row->len);
}

static void cell_bits(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME)
        cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%*u", at.w, row->n_bits);
}

static void cell_wait(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    if (row->kind == CS_EV_FRAME && row->attempt) /* a log does not tell */
        cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_DIM,
                        cs_text_span(row->start_ps - row->queued_ps, buf));
}

static void cell_try(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME && row->attempt)
        cs_canvas_printf(canvas, at.x, at.y, row->attempt > 1 ? CS_STYLE_ARB : CS_STYLE_FAINT,
                         "%*u", at.w, row->attempt);
}

static void cell_meaning(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const void *item)
{
    /* By severity: info, note, warning, error. */
    static const uint8_t styles[] = {CS_STYLE_DIM, CS_STYLE_INFO, CS_STYLE_HIGH, CS_STYLE_BAD};
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->kind == CS_EV_FRAME && row->said)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, styles[row->severity & 3],
                        row->data + CS_ROW_SAID);
}

static int want_meaning(const struct cs_tui *tui)
{
    return tui->decoded ? 16 : 0;
}

static int want_ascii(const struct cs_tui *tui)
{
    return tui->decoded ? 0 : 8;
}

static int want_delta(const struct cs_tui *tui)
{
    return tui->trace.time == CS_TIME_ABSOLUTE ? 10 : 0;
}

/* What a log does not tell. */
static int want_wait(const struct cs_tui *tui)
{
    return tui->info.log[0] ? 0 : 9;
}

static int want_try(const struct cs_tui *tui)
{
    return tui->info.log[0] ? 0 : 3;
}

enum { COLUMN_NODE = 3, COLUMN_ID = 4 };

static const struct cs_column columns[] = {
    CS_COLUMN("time", 12, 12, true, 0, .cell = cell_time),
    CS_COLUMN("Δ ", 10, 10, true, 2, .title_ascii = "delta ", .cell = cell_delta,
              .wanted = want_delta),
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("node", 10, 10, false, 0, .cell = cell_node, .wanted = cs_want_node),
    CS_COLUMN("id", 8, 8, true, 0, .cell = cell_id),
    CS_COLUMN("fd", 3, 3, false, 0, .cell = cell_fd, .wanted = cs_want_fd),
    CS_COLUMN(" n", 2, 2, true, 0, .cell = cell_dlc, .wanted = cs_want_len),
    CS_COLUMN("data", 23, 24, false, 0, .cell = cell_data, .most = cs_most_data),
    CS_COLUMN("meaning", 16, 55, false, 0, .cell = cell_meaning, .wanted = want_meaning),
    CS_COLUMN("text", 8, 10, false, 1, .cell = cell_ascii, .wanted = want_ascii),
    CS_COLUMN("bits", 4, 4, true, 3, .cell = cell_bits),
    CS_COLUMN("waited", 9, 9, true, 4, .cell = cell_wait, .wanted = want_wait),
    CS_COLUMN("try", 3, 3, true, 4, .cell = cell_try, .wanted = want_try),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_line(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                      const struct cs_columns_layout *layout, const struct line *line)
{
    char text[CS_FAULT_TEXT_MAX + 64];
    int x;

    cs_columns_row(tui, columns, N_COLUMNS, canvas, y, layout, line);
    if (line->row->kind == CS_EV_FRAME)
        return;
    x = layout->x[COLUMN_ID + 1];
    if (line->row->node < 0)
        x = layout->x[COLUMN_NODE];
    else if (!line->row->has_frame)
        x = layout->x[COLUMN_ID] + 5;
    cs_canvas_field(canvas, x, y, cs_tui_body(tui).w - x, false, cs_row_style(line->row),
                    cs_row_text(tui, line->row, text, sizeof text));
}

static void draw_nothing(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const char *text = "nothing passes the filter yet";
    int y = body.y + body.h / 2;

    if (!tui->filter.n && tui->trace.show == CS_SHOW_ALL) {
        text = tui->info.log[0] ? "the log has no frames"
                                : "the bus is silent: i injects a frame, ? tells more";
        if (tui->info.link[0] && tui->n_buses) {
            int x = (cs_tui_body(tui).w - 43 - (int)strlen(tui->bus[0].name)) / 2;
            x = cs_canvas_put(canvas, x, y + 2, CS_STYLE_DIM, "programs join:  ");
            x = cs_canvas_put(canvas, x, y + 2, CS_STYLE_KEY, "cansim-attach -- candump ");
            cs_canvas_put(canvas, x, y + 2, CS_STYLE_KEY, tui->bus[0].name);
        }
    }
    cs_canvas_put(canvas, (cs_tui_body(tui).w - cs_text_width(text)) / 2, y, CS_STYLE_DIM, text);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    int page = cs_tui_page(tui);
    uint64_t number = cs_trace_from(tui, top_of(tui, page));
    uint64_t before = number == UINT64_MAX ? UINT64_MAX : cs_trace_before(tui, number);
    const struct cs_row *last = cs_tui_ring_get(&tui->ring, before);
    int64_t last_ps = last ? last->at_ps : 0;
    struct cs_columns_layout layout;

    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    if (number == UINT64_MAX)
        draw_nothing(tui, canvas, body);
    for (int i = 0; i < page && number != UINT64_MAX; i++) {
        struct line line = {.row = cs_tui_ring_get(&tui->ring, number)};
        line.since_ps = last || i > 0 ? line.row->at_ps - last_ps : -1;
        draw_line(tui, canvas, body.y + 1 + i, &layout, &line);
        if (!tui->trace.follow && number == tui->trace.sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
        last_ps = line.row->at_ps;
        number = cs_trace_from(tui, number + 1);
    }
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    static const char *const shows[CS_SHOW_COUNT] = {"", "frames only · ", "no frames · "};
    uint64_t rows = tui->ring.end - oldest(tui);
    char filter[CS_ID_FILTER_TEXT + 12] = "", n[CS_NUMBER_MAX];

    if (tui->filter.n)
        snprintf(filter, sizeof filter, "/%.24s · ", tui->filter.text);
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

    if (!row)
        return;
    cs_row_detail(tui, row, text, sizeof text);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void stop_following(struct cs_tui *tui)
{
    uint64_t newest = cs_trace_before(tui, tui->ring.end);

    if (!tui->trace.follow || newest == UINT64_MAX)
        return;
    tui->trace.top = top_of(tui, cs_tui_page(tui));
    tui->trace.sel = newest;
    tui->trace.follow = false;
}

/* Move the page so that the selected row is on it. */
static void show_selected(struct cs_tui *tui)
{
    struct cs_trace_state *t = &tui->trace;
    uint64_t top = back(tui, t->sel, cs_tui_page(tui) - 1);

    if (t->sel < t->top)
        t->top = t->sel;
    else if (t->top < top)
        t->top = top;
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_trace_state *t = &tui->trace;

    stop_following(tui);
    if (t->follow)
        return;
    if (t->sel < oldest(tui))
        t->sel = oldest(tui);
    for (; by > 0; by--) {
        uint64_t next = cs_trace_from(tui, t->sel + 1);
        if (next == UINT64_MAX)
            break;
        t->sel = next;
    }
    t->sel = by < 0 ? back(tui, t->sel, -by) : t->sel;
    show_selected(tui);
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_tui_page(tui) - 1));
}

static void go_first(struct cs_tui *tui, int unused)
{
    uint64_t first = cs_trace_from(tui, 0);

    (void)unused;
    stop_following(tui);
    if (first == UINT64_MAX)
        return;
    tui->trace.sel = tui->trace.top = first;
}

static void follow(struct cs_tui *tui, int toggle)
{
    if (toggle && tui->trace.follow)
        stop_following(tui);
    else
        tui->trace.follow = true;
}

/* A row is shown while others come: it must stay selected. */
static void show_row(struct cs_tui *tui, int unused)
{
    (void)unused;
    stop_following(tui);
    if (cs_trace_selected(tui))
        cs_tui_open(tui, CS_OVERLAY_ROW);
}

static void next_time(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->trace.time = (tui->trace.time + 1) % CS_TIME_COUNT;
}

static void next_show(struct cs_tui *tui, int unused)
{
    static const char *const says[CS_SHOW_COUNT] = {
        "frames, errors, lost arbitration, faults and changes of state are shown",
        "only frames are shown",
        "only errors, lost arbitration, faults and changes of state are shown",
    };

    (void)unused;
    tui->trace.show = (tui->trace.show + 1) % CS_SHOW_COUNT;
    cs_tui_say(tui, false, "%s", says[tui->trace.show]);
}

static void clear(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->trace.floor = tui->ring.end;
    tui->trace.follow = true;
    cs_tui_say(tui, false, "older rows are cleared away; counts and files keep them");
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_trace_state *t = &tui->trace;
    uint64_t number;

    if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
        return;
    }
    if (mouse->kind > CS_MOUSE_DOUBLE || mouse->y < 1 || mouse->y > cs_tui_page(tui))
        return;
    stop_following(tui);
    number = cs_trace_from(tui, t->top);
    for (int y = 1; y < mouse->y && number != UINT64_MAX; y++)
        number = cs_trace_from(tui, number + 1);
    if (t->follow || number == UINT64_MAX)
        return;
    t->sel = number;
    if (mouse->kind == CS_MOUSE_DOUBLE)
        show_row(tui, 0);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_UP, 'k'}, NULL, "select a row, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the oldest row", go_first, 0},
    {{CS_KEY_END, 'G'}, NULL, "to the newest row, and follow", follow, 0},
    {{CS_KEY_ENTER}, "more", "all of the selected row, 64 bytes among it", show_row, 0},
    {{'f'}, "follow", "keep the newest row in sight, or stay", follow, 1},
    {{'t'}, "time", "time since the start, or since the row before", next_time, 0},
    {{'e'}, "errors", "show all, frames only, or all but frames", next_show, 0},
    {{'c'}, NULL, "clear older rows away", clear, 0},
};

const struct cs_view cs_view_trace = {
    .name = "trace",
    .keys = {'1', CS_KEY_F1 + 1},
    .help = "what happens, in order",
    .title = "Trace",
    .draw = draw,
    .mouse = mouse,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
