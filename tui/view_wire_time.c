/* SPDX-License-Identifier: MIT */
/* view_wire_time.c - many frames: what each bus carried over time, in the colours of the nodes that
 * sent it, errors and lost arbitration marked. One walk over the rows in sight. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/view_wire.h"
#include "tui/widgets.h"

#define MOST_ROWS  150000u /* of one picture */
#define COLUMNS    1000
#define LONGEST_PS (2 * CS_PS_PER_MS) /* rows come at a frame's end: none ends later than that */

struct column {
    int64_t busy_ps;
    uint8_t style;
    uint8_t mark; /* 0, 'x' arbitration, 'E' error, '!' fault, 'S' change of state; the worst */
};

struct band {
    unsigned bus;
    int y, blocks; /* the line of its labels; lines of its blocks below */
    int labelled;  /* the label ends there */
};

struct timeline {
    const struct cs_tui *tui;
    const struct wire_state *wire;
    struct cs_canvas *canvas;
    struct cs_rect body;
    int gutter, columns;
    int64_t column_ps, to_ps;
};

static int gutter_of(struct cs_rect body)
{
    return body.w >= 60 ? 8 : body.w >= 30 ? 5 : 0;
}

static int blocks_of(const struct cs_tui *tui, struct cs_rect body)
{
    const int n = tui->n_buses ? (int)tui->n_buses : 1, each = (body.h - 3) / n;

    return each >= 12 ? 8 : each > 4 ? each - 3 : 1;
}

/* Lines of one bus: labels, blocks, marks, an empty one where there is room. */
static int band_lines(const struct cs_tui *tui, struct cs_rect body)
{
    const int n = tui->n_buses ? (int)tui->n_buses : 1;
    const int most = (body.h - 2) / n, wanted = blocks_of(tui, body) + 3;

    return most >= wanted ? wanted : most >= 2 ? most : 2;
}

bool wire_time_at(const struct cs_tui *tui, const struct wire_state *wire, struct cs_rect body,
                  int x, int y, unsigned *bus, int64_t *at_ps)
{
    const int lines = band_lines(tui, body);

    if (y < 1 || x < gutter_of(body) || (y - 1) / lines >= (int)tui->n_buses)
        return false;
    *bus = (unsigned)((y - 1) / lines);
    *at_ps = wire->from_ps + (x - gutter_of(body)) * wire_zooms[wire->zoom].column_ps;
    return true;
}

static int column_of(const struct timeline *t, int64_t at_ps)
{
    return (int)((at_ps - t->wire->from_ps) / t->column_ps);
}

/* ---- what is in each column ------------------------------------------------------------------ */

static void add_span(const struct timeline *t, struct column *columns, const struct cs_row *row)
{
    int64_t from = row->start_ps > t->wire->from_ps ? row->start_ps : t->wire->from_ps;
    const int64_t to = row->at_ps < t->to_ps ? row->at_ps : t->to_ps;

    while (from < to) {
        const int at = column_of(t, from);
        int64_t end = t->wire->from_ps + (at + 1) * t->column_ps;
        if (at < 0 || at >= t->columns)
            break;
        end = end < to ? end : to;
        columns[at].busy_ps += end - from;
        columns[at].style =
            row->kind == CS_EV_ERROR_FRAME ? CS_STYLE_BAD : wire_node_style(row->node);
        from = end;
    }
}

static unsigned weight(unsigned mark)
{
    static const char order[] = "xS!E";
    const char *at = mark ? strchr(order, (int)mark) : NULL;

    return at ? (unsigned)(at - order) + 1 : 0;
}

static void add_mark(const struct timeline *t, struct column *columns, const struct cs_row *row)
{
    const int at = column_of(t, row->at_ps - 1);
    unsigned mark = 0;

    if (row->kind == CS_EV_ARB_LOST)
        mark = 'x';
    else if (row->kind == CS_EV_ERROR)
        mark = 'E';
    else if (row->kind == CS_EV_FAULT && row->stage == CS_FAULT_FIRED)
        mark = '!';
    else if (row->kind == CS_EV_STATE)
        mark = 'S';
    if (at >= 0 && at < t->columns && weight(mark) > weight(columns[at].mark))
        columns[at].mark = (uint8_t)mark;
}

static void put_label(const struct timeline *t, struct band *band, const struct cs_row *row)
{
    const int x = t->gutter + column_of(t, row->start_ps);
    const bool ext = row->flags & CS_FRAME_EXT;
    const int width = ext ? 8 : 3;

    if (row->start_ps < t->wire->from_ps || x <= band->labelled ||
        (row->at_ps - row->start_ps) / t->column_ps < 2)
        return;
    cs_canvas_printf(t->canvas, x, band->y, wire_node_style(row->node),
                     ext ? "%08" PRIX32 : "%03" PRIX32, row->id);
    band->labelled = x + width;
}

/* All rows of a bus in sight; true where there were too many. */
static bool collect(const struct timeline *t, struct band *band, struct column *columns)
{
    uint64_t number = cs_tui_ring_after(&t->tui->ring, t->wire->from_ps);
    unsigned n = 0;

    for (; number < t->tui->ring.end && n < MOST_ROWS; number++, n++) {
        const struct cs_row *row = cs_tui_ring_get(&t->tui->ring, number);
        if (row->at_ps > t->to_ps + LONGEST_PS)
            break;
        if (row->bus != band->bus)
            continue;
        if (row->kind == CS_EV_FRAME || row->kind == CS_EV_ERROR_FRAME)
            add_span(t, columns, row);
        else
            add_mark(t, columns, row);
        if (row->kind == CS_EV_FRAME && row->start_ps < t->to_ps)
            put_label(t, band, row);
    }
    return n == MOST_ROWS;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* How much of the column's time was taken, as height. */
static void draw_column(const struct timeline *t, const struct band *band, int at,
                        const struct column *column)
{
    const int x = t->gutter + at, eighths = band->blocks * 8;
    int full = (int)(column->busy_ps * eighths / t->column_ps);

    if (column->busy_ps > 0 && full == 0)
        full = 1;
    for (int i = 0; i < band->blocks; i++) {
        const int y = band->y + band->blocks - i, here = full - i * 8;
        if (here >= 8)
            cs_canvas_put_ch(t->canvas, x, y, column->style, 0x2588);
        else if (here > 0)
            cs_canvas_put_ch(t->canvas, x, y, column->style,
                             t->canvas->ascii ? (here > 3 ? '=' : '_') : 0x2580 + (uint32_t)here);
        else if (i == 0)
            cs_canvas_put_ch(t->canvas, x, y, CS_STYLE_FAINT, t->canvas->ascii ? '_' : 0x2581);
    }
}

static void draw_marks(const struct timeline *t, const struct band *band, int at, uint8_t mark)
{
    const uint8_t style = mark == 'E'   ? CS_STYLE_BAD
                          : mark == '!' ? CS_STYLE_FIRED
                          : mark == 'S' ? CS_STYLE_WARN
                                        : CS_STYLE_ARB;

    if (mark)
        cs_canvas_put_ch(t->canvas, t->gutter + at, band->y + band->blocks + 1, style,
                         mark == 'x' ? 0xd7 : mark);
}

static void select_shot(const struct timeline *t, const struct band *band)
{
    const struct cs_shot *shot = &t->wire->shot;
    int from = column_of(t, shot->start_ps), to = column_of(t, shot->end_ps);

    if (!t->wire->have || shot->bus != band->bus || shot->end_ps < t->wire->from_ps ||
        shot->start_ps >= t->to_ps)
        return;
    from = from < 0 ? 0 : from;
    to = to >= t->columns ? t->columns - 1 : to;
    cs_canvas_select(t->canvas,
                     (struct cs_rect){t->gutter + from, band->y, to - from + 1, band->blocks + 1});
}

static void draw_band(const struct timeline *t, struct band *band)
{
    struct column columns[COLUMNS] = {{0}};
    const bool many = collect(t, band, columns);

    if (t->gutter)
        cs_canvas_field(t->canvas, 0, band->y + band->blocks, t->gutter - 1, false, CS_STYLE_BRIGHT,
                        t->tui->bus[band->bus].name);
    for (int i = 0; i < t->columns && i < COLUMNS; i++) {
        if (t->wire->from_ps + i * t->column_ps >= t->tui->info.now_ps)
            break;
        draw_column(t, band, i, &columns[i]);
        draw_marks(t, band, i, columns[i].mark);
    }
    select_shot(t, band);
    if (many)
        cs_canvas_put(t->canvas, t->gutter + 1, band->y, CS_STYLE_WARN,
                      "more rows than can be drawn: > comes closer");
}

static void draw_scale(const struct timeline *t)
{
    const int step = 20;
    char text[32], span[CS_NUMBER_MAX];

    for (int i = 0; i < t->columns; i += step) {
        const int64_t at_ps = t->wire->from_ps + i * t->column_ps;
        cs_canvas_put(t->canvas, t->gutter + i, 0, CS_STYLE_FAINT, "│");
        if (t->columns - i < 14 || at_ps < 0)
            continue;
        cs_units_format_seconds(at_ps, text, sizeof text);
        cs_canvas_put(t->canvas, t->gutter + i + 1, 0, CS_STYLE_DIM, text);
    }
    if (t->gutter)
        cs_canvas_field(t->canvas, 0, 0, t->gutter - 1, false, CS_STYLE_FAINT,
                        cs_text_span(t->column_ps, span));
}

static void draw_legend(const struct timeline *t, int y)
{
    int x = 1;

    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_ARB, "×") + 1;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_DIM, "arbitration lost") + 2;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_BAD, "E") + 1;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_DIM, "error") + 2;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_FIRED, "!") + 1;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_DIM, "fault") + 2;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_WARN, "S") + 1;
    x = cs_canvas_put(t->canvas, x, y, CS_STYLE_DIM, "state") + 2;
    for (unsigned i = 0; i < t->tui->n_nodes && x < t->body.w - 14; i++) {
        const struct cs_tui_node *node = &t->tui->nodes[i];
        x = cs_canvas_put(t->canvas, x, y, wire_node_style(node->index), "■") + 1;
        x = cs_canvas_put(t->canvas, x, y, CS_STYLE_DIM, node->status.name) + 2;
    }
}

void wire_draw_time(const struct cs_tui *tui, const struct wire_state *wire,
                    struct cs_canvas *canvas, struct cs_rect body)
{
    struct timeline t = {.tui = tui, .wire = wire, .canvas = canvas, .body = body};
    const int lines = band_lines(tui, body);

    t.gutter = gutter_of(body);
    t.columns = body.w - t.gutter < COLUMNS ? body.w - t.gutter : COLUMNS;
    t.column_ps = wire_zooms[wire->zoom].column_ps;
    t.to_ps = wire->from_ps + t.columns * t.column_ps;
    draw_scale(&t);
    for (unsigned b = 0; b < tui->n_buses; b++) {
        struct band band = {.bus = b, .y = 1 + (int)b * lines, .blocks = blocks_of(tui, body)};
        if (band.blocks > lines - 1)
            band.blocks = lines - 1;
        if (band.y + lines > body.h)
            break;
        draw_band(&t, &band);
    }
    if (1 + (int)tui->n_buses * lines < body.h)
        draw_legend(&t, body.h - 1);
}
