/* SPDX-License-Identifier: MIT */
/* trace_draw.c - the rows of the trace as lines.
 * Positions are row numbers, never lines: what is on the screen stays there while rows come. */
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/columns.h"
#include "tui/date.h"
#include "tui/row_text.h"
#include "tui/trace.h"
#include "tui/widgets.h"

struct line {
    const struct cs_row *row;
    uint64_t number;
    int64_t since_ps; /* since the row shown before; -1: there is none */
};

/* ---- columns --------------------------------------------------------------------------------- */

/* With its sign; nothing where it is not known. */
static void span_text(int64_t ps, bool known, char *buf)
{
    buf[0] = '\0';
    if (!known)
        return;
    if (ps < 0)
        *buf++ = '-';
    cs_text_span(ps < 0 ? -ps : ps, buf);
}

static bool shows_date(const struct cs_tui *tui)
{
    return tui->trace.time == CS_TIME_DATE && tui->info.epoch_s;
}

static void cell_time(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct line *line = item;
    const struct cs_row *before = NULL;
    char buf[CS_DATE_MAX] = "";

    if (tui->trace.time == CS_TIME_SAME)
        before = cs_row_before(&tui->ring, line->number);
    else if (tui->trace.time == CS_TIME_MARK)
        before = cs_tui_ring_get(&tui->ring, cs_trace_keep(tui)->mark);
    if (tui->trace.time == CS_TIME_DELTA)
        span_text(line->since_ps, line->since_ps >= 0, buf);
    else if (shows_date(tui))
        cs_text_date(tui->info.epoch_s, line->row->at_ps, at.w, buf);
    else if (tui->trace.time == CS_TIME_ABSOLUTE || tui->trace.time == CS_TIME_DATE)
        cs_units_format_seconds(line->row->at_ps, buf, sizeof buf);
    else
        span_text(before ? line->row->at_ps - before->at_ps : 0, before != NULL, buf);
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

/* Whose frame it is: the console's, or somebody else's. */
static void cell_direction(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                           const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;
    const bool ours = !strcmp(cs_tui_who(tui, row->who), "console");

    if (row->kind == CS_EV_FRAME)
        cs_canvas_put(canvas, at.x, at.y, ours ? CS_STYLE_GOOD : CS_STYLE_FAINT,
                      ours ? "tx" : "rx");
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_row *row = ((const struct line *)item)->row;

    (void)tui;
    if (row->has_frame || row->sent)
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

    if (row->kind != CS_EV_FRAME)
        return;
    if (row->flags & CS_FRAME_RTR)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_RTR, "remote request");
    else
        cs_put_data_as(canvas, at, tui->data_form, (const uint8_t *)row->data, row->len, 0, 0,
                       NULL);
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
    char text[256];

    if (row->kind == CS_EV_FRAME && tui->fields.n &&
        cs_fields_text(&tui->fields, row->id, row->flags, (const uint8_t *)row->data, row->len,
                       text, sizeof text))
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_TEXT, text);
    else if (row->kind == CS_EV_FRAME && row->said)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, styles[row->severity & 3],
                        cs_row_meaning(row));
}

/* What a frame means is worth more. */
static int want_bits(const struct cs_tui *tui)
{
    return tui->decoded && cs_tui_body(tui).w < 140 ? 0 : 4;
}

static int want_meaning(const struct cs_tui *tui)
{
    const int width = cs_tui_body(tui).w, bus = cs_want_bus(tui), fd = cs_want_fd(tui);
    /* What is left beside time, node, identifier, length and data. */
    const int left = width - 13 - (bus ? bus + 1 : 0) - cs_want_node(tui) - 1 - cs_want_id(tui) -
                     1 - (fd ? fd + 1 : 0) - cs_want_len(tui) - 1 - 24;

    if (!tui->decoded && !tui->fields.n)
        return 0;
    return width >= 120 ? 44 : width >= 100 ? 34 : left > 34 ? 34 : left > 16 ? left : 16;
}

/* All that a wide screen leaves. */
static int most_meaning(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w < 160 ? 55 : cs_tui_body(tui).w - 105;
}

/* Beside time, node, identifier and length. */
static int want_data(const struct cs_tui *tui)
{
    return cs_want_data(tui, cs_tui_body(tui).w - 37);
}

static int want_ascii(const struct cs_tui *tui)
{
    return tui->decoded || tui->fields.n ? 0 : 8;
}

static int want_direction(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w >= 120 && !tui->info.log[0] ? 2 : 0;
}

static int want_time(const struct cs_tui *tui)
{
    return !shows_date(tui) ? 12 : cs_tui_body(tui).w >= 100 ? CS_DATE_LONG + 1 : CS_DATE_TIME + 1;
}

static int want_delta(const struct cs_tui *tui)
{
    if ((tui->decoded || tui->fields.n) && cs_tui_body(tui).w < 100)
        return 0; /* what frames mean is worth more; t shows it */
    return tui->trace.time == CS_TIME_ABSOLUTE || tui->trace.time == CS_TIME_DATE ? 10 : 0;
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

enum { COLUMN_NODE = 3, COLUMN_ID = 4, COLUMN_DATA = 8, COLUMN_MEANING = 9, COLUMN_TEXT = 10 };

const struct cs_column cs_trace_columns[CS_TRACE_COLUMNS] = {
    CS_COLUMN("time", 12, 12, true, 0, .cell = cell_time, .wanted = want_time),
    CS_COLUMN("Δ ", 10, 10, true, 2, .name = "delta", .title_ascii = "delta ", .cell = cell_delta,
              .wanted = want_delta),
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("node", 10, 10, false, 0, .cell = cell_node, .wanted = cs_want_node),
    CS_COLUMN("id", 4, 8, true, 0, .cell = cell_id, .wanted = cs_want_id),
    CS_COLUMN("", 2, 2, false, 3, .name = "direction", .cell = cell_direction,
              .wanted = want_direction),
    CS_COLUMN("fd", 3, 3, false, 0, .cell = cell_fd, .wanted = cs_want_fd),
    CS_COLUMN(" n", 2, 2, true, 0, .cell = cell_dlc, .wanted = cs_want_len),
    CS_COLUMN("data", 23, 24, false, 0, .cell = cell_data, .wanted = want_data,
              .most = cs_most_data),
    CS_COLUMN("meaning", 16, 55, false, 0, .cell = cell_meaning, .wanted = want_meaning,
              .most = most_meaning),
    CS_COLUMN("text", 8, 10, false, 1, .cell = cell_ascii, .wanted = want_ascii),
    CS_COLUMN("bits", 4, 4, true, 3, .cell = cell_bits, .wanted = want_bits),
    CS_COLUMN("waited", 9, 9, true, 4, .cell = cell_wait, .wanted = want_wait),
    CS_COLUMN("try", 3, 3, true, 4, .cell = cell_try, .wanted = want_try),
};
#define N_COLUMNS CS_TRACE_COLUMNS

/* ---- drawing --------------------------------------------------------------------------------- */

/* Where what is said of an event begins among the columns that were chosen, and how far it may go:
 * in the place of the data, or of what follows them; else behind all others. */
static int place_of_text(const struct cs_tui *tui, const struct cs_columns_layout *layout, int *end)
{
    static const uint8_t places[] = {COLUMN_DATA, COLUMN_MEANING, COLUMN_TEXT};
    int x = 0;

    *end = cs_tui_body(tui).w;
    for (size_t i = 0; i < sizeof places; i++)
        if (layout->w[places[i]]) {
            x = layout->x[places[i]];
            for (int c = 0; c <= COLUMN_ID; c++)
                if (layout->w[c] && layout->x[c] > x && layout->x[c] - 1 < *end)
                    *end = layout->x[c] - 1;
            return x;
        }
    for (unsigned c = 0; c < N_COLUMNS; c++)
        if (layout->w[c] && layout->x[c] + layout->w[c] + 1 > x)
            x = layout->x[c] + layout->w[c] + 1;
    return x;
}

static void draw_line(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                      const struct cs_columns_layout *layout, const struct line *line)
{
    char text[CS_FAULT_TEXT_MAX + 64];
    int x, end;

    cs_columns_row(tui, cs_trace_columns, N_COLUMNS, canvas, y, layout, line);
    if (line->row->kind == CS_EV_FRAME)
        return;
    x = layout->x[COLUMN_ID + 1];
    end = cs_tui_body(tui).w;
    if (cs_columns_choice(tui, cs_trace_columns)->n)
        x = place_of_text(tui, layout, &end);
    else if (line->row->node < 0)
        x = layout->x[COLUMN_NODE];
    else if (!line->row->has_frame && !line->row->sent)
        x = layout->x[COLUMN_ID] + 5;
    cs_canvas_field(canvas, x, y, end - x, false, cs_row_style(line->row),
                    cs_row_text(tui, line->row, text, sizeof text));
}

static void draw_sign(const struct cs_tui *tui, struct cs_canvas *canvas, int y, uint64_t number)
{
    uint8_t style;
    const uint32_t sign = cs_trace_sign(tui, number, &style);

    if (sign)
        cs_canvas_put_ch(canvas, 0, y, style, sign);
}

/* What the first column counts from, where it is not the start. */
static void draw_time_title(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                            const struct cs_columns_layout *layout)
{
    static const char *const titles[CS_TIME_COUNT] = {[CS_TIME_DELTA] = "since row",
                                                      [CS_TIME_SAME] = "since same",
                                                      [CS_TIME_DATE] = "local time",
                                                      [CS_TIME_MARK] = "since mark"};

    if (titles[tui->trace.time] && (tui->trace.time != CS_TIME_DATE || shows_date(tui)))
        cs_canvas_field(canvas, layout->x[0], y, layout->w[0], true, CS_STYLE_COLUMN_SORT,
                        titles[tui->trace.time]);
}

void cs_trace_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_trace_keep *keep = cs_trace_keep(tui);
    const int page = cs_tui_page(tui);
    uint64_t number = cs_trace_from(tui, cs_trace_top(tui, page));
    uint64_t before = number == UINT64_MAX ? UINT64_MAX : cs_trace_before(tui, number);
    const struct cs_row *last = cs_tui_ring_get(&tui->ring, before);
    int64_t last_ps = last ? last->at_ps : 0;
    struct cs_columns_layout layout;

    cs_columns_fit(tui, cs_trace_columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(cs_trace_columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    draw_time_title(tui, canvas, body.y, &layout);
    if (number == UINT64_MAX)
        cs_trace_draw_nothing(tui, canvas, body);
    for (int i = 0; i < page && number != UINT64_MAX; i++) {
        struct line line = {cs_tui_ring_get(&tui->ring, number), number, -1};
        if (last || i > 0)
            line.since_ps = line.row->at_ps - last_ps;
        last_ps = line.row->at_ps;
        draw_line(tui, canvas, body.y + 1 + i, &layout, &line);
        draw_sign(tui, canvas, body.y + 1 + i, number);
        const struct cs_rect at = {0, body.y + 1 + i, body.w, 1};
        const bool selected = !tui->trace.follow && number == tui->trace.sel;
        cs_colours_paint(canvas, at, cs_colours_row(tui, number), selected);
        if (selected)
            cs_canvas_select(canvas, at);
        if (keep->open && keep->open_row == number) {
            const int lines = cs_trace_height(tui, number) - 1, left = page - i - 1;
            cs_trace_draw_tree(
                tui, canvas,
                (struct cs_rect){0, body.y + 2 + i, body.w, lines < left ? lines : left});
            i += lines;
        }
        number = cs_trace_from(tui, number + 1);
    }
}
