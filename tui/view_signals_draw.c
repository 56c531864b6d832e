/* SPDX-License-Identifier: MIT */
/* view_signals_draw.c - where the plots are, their names, scales and values, the time axis and the
 * cursors. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/view.h"
#include "tui/view_signals.h"
#include "tui/widgets.h"

#define CURVE_ROWS 2 /* at least, of a curve */

/* ---- where things are ------------------------------------------------------------------------ */

static int least_rows(const struct cs_plot *plot)
{
    return cs_plot_shape(plot) == CS_SHAPE_BANDS ? 1 : 2;
}

/* Curves share what the others leave; with `overlaid` they have one lane together. */
static void share_rows(struct cs_signals_place *place, const struct cs_tui *tui, int first,
                       bool overlaid)
{
    int rest = place->at.h, curves = 0, gap;

    for (int i = first; i < (int)tui->plots.n && place->n_lanes < CS_PLOTS_MAX; i++) {
        const bool curve = cs_plot_shape(tui->plots.plot[i]) == CS_SHAPE_CURVE;
        const int rows = curve && overlaid && curves ? 0 : least_rows(tui->plots.plot[i]);
        if (rows > rest)
            break;
        rest -= rows;
        if (rows)
            place->lane[place->n_lanes++] = (struct cs_lane){i, 0, rows};
        if (rows && curve && overlaid)
            place->lane[place->n_lanes - 1].plot = -1;
        curves += rows && curve;
    }
    for (int i = 0, left = curves; i < place->n_lanes && left; i++) {
        struct cs_lane *lane = &place->lane[i];
        if (lane->plot >= 0 && cs_plot_shape(tui->plots.plot[lane->plot]) != CS_SHAPE_CURVE)
            continue;
        lane->h += rest / left;
        rest -= rest / left--;
    }
    gap = rest >= place->n_lanes && !curves; /* nobody else needs the room */
    for (int i = 0, y = 0; i < place->n_lanes; i++) {
        place->lane[i].y = y;
        y += place->lane[i].h + gap;
    }
}

static bool in_sight(const struct cs_signals_place *place, const struct cs_tui *tui, int plot)
{
    for (int i = 0; i < place->n_lanes; i++)
        if (place->lane[i].plot == plot ||
            (place->lane[i].plot < 0 && cs_plot_shape(tui->plots.plot[plot]) == CS_SHAPE_CURVE))
            return true;
    return false;
}

struct cs_signals_place cs_signals_place(const struct cs_tui *tui,
                                         const struct cs_signals_state *state)
{
    const struct cs_rect body = cs_tui_body(tui);
    struct cs_signals_place place = {.now_ps = tui->info.now_ps, .span_ps = state->span_ps};
    int64_t column_ps, end;

    place.gutter = body.w < 56 ? 20 : body.w < 100 ? 25 : 34;
    place.at = (struct cs_rect){place.gutter, 0, body.w - place.gutter, body.h - 1};
    if (place.at.w < 1)
        place.at.w = 1;
    /* Columns begin at multiples of their width, so that the picture moves by whole ones. */
    column_ps = state->span_ps / (2 * place.at.w);
    end = state->still ? state->end_ps : tui->info.now_ps;
    place.span_ps = column_ps * 2 * place.at.w;
    place.from_ps = end < place.span_ps ? 0 : (end / column_ps + 1) * column_ps - place.span_ps;
    for (int first = 0; first < (int)tui->plots.n; first++) {
        place.n_lanes = 0;
        share_rows(&place, tui, first, state->overlaid);
        if (in_sight(&place, tui, state->sel))
            break;
    }
    return place;
}

/* The cell of a time, from place->at.x. */
static int cell_of(const struct cs_signals_place *place, int64_t at_ps)
{
    const int64_t cell = place->span_ps / place->at.w;

    return at_ps < place->from_ps                     ? -1
           : at_ps >= place->from_ps + place->span_ps ? place->at.w
                                                      : (int)((at_ps - place->from_ps) / cell);
}

struct cs_signals_window cs_signals_look(const struct cs_plot *plot,
                                         const struct cs_signals_place *place,
                                         struct cs_plot_column *columns)
{
    struct cs_signals_window window = {0};
    const int n = 2 * place->at.w;

    window.held = cs_plot_ring_columns(&plot->ring, place->from_ps, place->span_ps, columns, n,
                                       &window.first);
    window.any = window.held;
    window.min = window.max = window.now = window.first;
    for (int i = 0; i < n; i++) {
        if (!columns[i].n)
            continue;
        window.min = !window.any || columns[i].min < window.min ? columns[i].min : window.min;
        window.max = !window.any || columns[i].max > window.max ? columns[i].max : window.max;
        window.any = true;
        window.now = columns[i].last;
        window.sum += columns[i].sum;
        window.n += columns[i].n;
    }
    return window;
}

/* 1, 2 or 5 times a power of ten, at least that. */
static double nice(double least)
{
    const double power = pow(10, floor(log10(least)));

    return least <= power       ? power
           : least <= 2 * power ? 2 * power
           : least <= 5 * power ? 5 * power
                                : 10 * power;
}

void cs_signals_scale(const struct cs_plot *plot, const struct cs_signals_window *window, int rows,
                      double *low, double *high)
{
    double min = window->any ? window->min : 0, max = window->any ? window->max : 1, step;

    if (plot->fixed) {
        *low = plot->low;
        *high = plot->high;
        return;
    }
    if (plot->spec.kind >= CS_PLOT_LOAD && min > 0)
        min = 0;
    if (max - min <= fabs(max) * 1e-9) {
        const double pad = max != 0 ? fabs(max) / 10 : 1;
        min -= plot->spec.kind >= CS_PLOT_LOAD ? 0 : pad;
        max += pad;
    }
    step = nice((max - min) / (rows >= 6 ? 8 : rows >= 3 ? 4 : 2));
    *low = floor(min / step + 1e-9) * step;
    *high = ceil(max / step - 1e-9) * step;
}

char *cs_signals_value(const struct cs_plot *plot, bool any, double value, char *text, size_t size)
{
    const char *word = any ? cs_plot_word(plot, value) : NULL;

    if (!any)
        snprintf(text, size, "?");
    else if (word)
        snprintf(text, size, "%.9g %s", value, word);
    else
        snprintf(text, size, "%.7g%s%s", value, plot->spec.unit[0] ? " " : "", plot->spec.unit);
    return text;
}

/* ---- left of a plot -------------------------------------------------------------------------- */

static void put_name(const struct cs_tui *tui, const struct cs_signals_state *state, int plot,
                     struct cs_canvas *canvas, int y, int width)
{
    const struct cs_plot *p = tui->plots.plot[plot];

    cs_canvas_put(canvas, 0, y, plot == state->sel ? CS_STYLE_BRIGHT : p->style,
                  plot == state->sel ? "▸" : "▌");
    cs_canvas_field(canvas, 1, y, width - 1, false, p->style, p->spec.name);
    if (plot == state->sel)
        cs_canvas_select(canvas, (struct cs_rect){0, y, width, 1});
}

/* At a cursor where there is one, else the last one in sight. */
static char *value_text(const struct cs_signals_state *state, const struct cs_plot *plot,
                        const struct cs_signals_window *window, char *text, size_t size)
{
    bool any = window->any;
    double value = window->now;

    if (state->moving >= 0)
        any = cs_plot_ring_value(&plot->ring, state->cursor[state->moving].at_ps, &value);
    return cs_signals_value(plot, any, value, text, size);
}

static void put_scale(struct cs_canvas *canvas, const struct cs_signals_place *place,
                      const struct cs_lane *lane, double low, double high)
{
    char text[32];

    for (int y = lane->y; y < lane->y + lane->h; y++)
        cs_canvas_put(canvas, place->gutter - 1, y, CS_STYLE_FAINT, "│");
    snprintf(text, sizeof text, "%.5g", high);
    cs_canvas_field(canvas, place->gutter - 8, lane->y, 7, true, CS_STYLE_DIM, text);
    cs_canvas_put(canvas, place->gutter - 1, lane->y, CS_STYLE_FAINT, "┤");
    snprintf(text, sizeof text, "%.5g", low);
    cs_canvas_field(canvas, place->gutter - 8, lane->y + lane->h - 1, 7, true, CS_STYLE_DIM, text);
    cs_canvas_put(canvas, place->gutter - 1, lane->y + lane->h - 1, CS_STYLE_FAINT, "┤");
}

/* Least, mean and most of what is in sight, where there are rows for it. */
static void put_figures(struct cs_canvas *canvas, const struct cs_lane *lane, int width,
                        const struct cs_signals_window *window)
{
    static const char *const names[] = {"least", "mean", "most"};
    const double figures[] = {window->min, window->n ? window->sum / (double)window->n : 0,
                              window->max};

    for (int i = 0; i < 3 && lane->h >= 6 && window->n; i++)
        cs_canvas_printf(canvas, 1, lane->y + 2 + i, CS_STYLE_DIM, "%-5s %-.*s%.6g", names[i],
                         width > 30 ? 1 : 0, " ", figures[i]);
}

/* Where a controller warns, is error passive and bus-off. */
static void put_marks(struct cs_canvas *canvas, struct cs_rect at, double low, double high)
{
    static const struct {
        int at;
        uint8_t style;
    } marks[] = {{96, CS_STYLE_WARN}, {128, CS_STYLE_HIGH}, {256, CS_STYLE_BAD}};

    for (size_t i = 0; i < sizeof marks / sizeof *marks && at.h >= 4; i++) {
        const int y = at.y + at.h - 1 - (int)((marks[i].at - low) / (high - low) * at.h);
        if (marks[i].at <= low || marks[i].at > high)
            continue;
        for (int x = at.x; x < at.x + at.w; x += 2)
            cs_canvas_put(canvas, x, y < at.y ? at.y : y, marks[i].style, "·");
    }
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static void draw_lane(const struct cs_tui *tui, const struct cs_signals_state *state,
                      const struct cs_signals_place *place, const struct cs_lane *lane,
                      struct cs_canvas *canvas)
{
    const struct cs_plot *plot = tui->plots.plot[lane->plot];
    const struct cs_signals_window window = cs_signals_look(plot, place, state->columns);
    const struct cs_rect at = {place->at.x, lane->y, place->at.w, lane->h};
    const bool curve = cs_plot_shape(plot) == CS_SHAPE_CURVE;
    const int width = place->gutter - (curve ? 9 : 1);
    double low, high;
    char text[64];

    put_name(tui, state, lane->plot, canvas, lane->y, lane->h > 1 ? width : 1 + width / 2);
    value_text(state, plot, &window, text, sizeof text);
    if (lane->h == 1 && strchr(text, ' ') && plot->spec.n_words)
        memmove(text, strchr(text, ' ') + 1, strlen(strchr(text, ' '))); /* the word alone */
    if (lane->h > 1)
        cs_canvas_field(canvas, 1, lane->y + 1, width - 1, false, CS_STYLE_TEXT, text);
    if (curve) {
        cs_signals_scale(plot, &window, lane->h, &low, &high);
        put_scale(canvas, place, lane, low, high);
        put_figures(canvas, lane, width, &window);
        if (plot->spec.kind >= CS_PLOT_TEC)
            put_marks(canvas, at, low, high);
        cs_signals_curve(plot, place, &window, state->columns, canvas, at, low, high);
        return;
    }
    for (int y = lane->y; y < lane->y + lane->h; y++)
        cs_canvas_put(canvas, place->gutter - 1, y, CS_STYLE_FAINT, "│");
    if (lane->h == 1)
        cs_canvas_field(canvas, 2 + width / 2, lane->y, width - 2 - width / 2, true, CS_STYLE_TEXT,
                        text);
    if (cs_plot_shape(plot) == CS_SHAPE_BANDS)
        cs_signals_bands(plot, place, &window, state->columns, canvas, at);
    else
        cs_signals_steps(plot, place, &window, state->columns, canvas, at);
}

/* All curves in one lane, the selected one on top and with its scale. */
static void draw_curves(const struct cs_tui *tui, const struct cs_signals_state *state,
                        const struct cs_signals_place *place, const struct cs_lane *lane,
                        struct cs_canvas *canvas)
{
    const struct cs_rect at = {place->at.x, lane->y, place->at.w, lane->h};
    const int width = place->gutter - 9, n = (int)tui->plots.n;
    int top = state->sel;
    int y = lane->y;

    for (int i = n - 1; i >= 0 && cs_plot_shape(tui->plots.plot[state->sel]) != CS_SHAPE_CURVE; i--)
        top = cs_plot_shape(tui->plots.plot[i]) == CS_SHAPE_CURVE ? i : top;
    for (int i = 0; i <= n; i++) {
        const int which = i < n ? i : top;
        const struct cs_plot *plot = tui->plots.plot[which];
        struct cs_signals_window window;
        double low, high;
        char text[64];
        if (cs_plot_shape(plot) != CS_SHAPE_CURVE)
            continue;
        window = cs_signals_look(plot, place, state->columns);
        cs_signals_scale(plot, &window, lane->h, &low, &high);
        cs_signals_curve(plot, place, &window, state->columns, canvas, at, low, high);
        if (i == n)
            put_scale(canvas, place, lane, low, high);
        if (i == n || y >= lane->y + lane->h)
            continue;
        put_name(tui, state, which, canvas, y++, width);
        if (y < lane->y + lane->h && lane->h >= 2 * n)
            cs_canvas_field(canvas, 1, y++, width - 1, false, CS_STYLE_TEXT,
                            value_text(state, plot, &window, text, sizeof text));
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

/* Distance of marks: at least so many cells, and a round time. */
static int64_t mark_distance(const struct cs_signals_place *place, int *decimals)
{
    const int64_t least = place->span_ps / place->at.w * 14;
    int64_t distance = CS_PS_PER_US;

    for (*decimals = 6; distance<least && * decimals> 0; (*decimals)--) {
        if (2 * distance >= least)
            return 2 * distance;
        if (5 * distance >= least)
            return 5 * distance;
        distance *= 10;
    }
    while (distance < least)
        distance *= distance % 7 ? 2 : 5;
    return distance;
}

static void draw_axis(const struct cs_signals_place *place, struct cs_canvas *canvas)
{
    const int y = place->at.h;
    int decimals;
    const int64_t distance = mark_distance(place, &decimals);

    cs_canvas_fill(canvas, (struct cs_rect){place->gutter, y, place->at.w, 1}, CS_STYLE_FAINT,
                   0x2500);
    cs_canvas_put(canvas, place->gutter - 1, y, CS_STYLE_FAINT, "└");
    for (int64_t at = (place->from_ps + distance - 1) / distance * distance;
         at < place->from_ps + place->span_ps; at += distance) {
        const int x = place->gutter + cell_of(place, at);
        char text[32];
        snprintf(text, sizeof text, "%.*f s", decimals, (double)at / (double)CS_PS_PER_S);
        cs_canvas_put(canvas, x, y, CS_STYLE_DIM, canvas->ascii ? "+" : "┴");
        if (x + 1 + (int)strlen(text) <= place->gutter + place->at.w)
            cs_canvas_put(canvas, x + 1, y, CS_STYLE_DIM, text);
    }
}

static void draw_cursors(const struct cs_signals_state *state, const struct cs_signals_place *place,
                         struct cs_canvas *canvas)
{
    for (int c = 0; c < 2; c++) {
        const int cell = cell_of(place, state->cursor[c].at_ps), x = place->gutter + cell;
        if (!state->cursor[c].on || cell < 0 || cell >= place->at.w)
            continue;
        for (int y = 0; y < place->at.h; y++) {
            const struct cs_cell *at = cs_canvas_at(canvas, x, y);
            if (at && (at->ch == ' ' || at->ch == 0x2800))
                cs_canvas_put(canvas, x, y, CS_STYLE_WARN, "│");
            else
                cs_canvas_select(canvas, (struct cs_rect){x, y, 1, 1});
        }
        cs_canvas_put(canvas, x, place->at.h, c == state->moving ? CS_STYLE_TAB_ON : CS_STYLE_WARN,
                      c ? "B" : "A");
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void draw_empty(struct cs_canvas *canvas, struct cs_rect body)
{
    static const char *const lines[] = {
        "Nothing is plotted yet.",
        "",
        "a                          choose: fields, bytes, loads, error counters",
        ":plot 123 8:16 *0.1        16 bits of identifier 123, from bit 8 on",
        ":plot load can0            load of a bus",
        ":plot tec engine           an error counter of a node",
    };
    const int n = (int)(sizeof lines / sizeof *lines);
    const int x = body.w > 76 ? (body.w - 72) / 2 : 1;

    for (int i = 0; i < n; i++)
        cs_canvas_put(canvas, x, (body.h - n) / 2 + i, i ? CS_STYLE_DIM : CS_STYLE_TEXT, lines[i]);
}

void cs_signals_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    struct cs_signals_place place;

    if (!tui->plots.n) {
        draw_empty(canvas, body);
        return;
    }
    place = cs_signals_place(tui, state);
    for (int i = 0; i < place.n_lanes; i++)
        if (place.lane[i].plot < 0)
            draw_curves(tui, state, &place, &place.lane[i], canvas);
        else
            draw_lane(tui, state, &place, &place.lane[i], canvas);
    draw_axis(&place, canvas);
    draw_cursors(state, &place, canvas);
    if (place.n_lanes && !state->overlaid &&
        place.lane[place.n_lanes - 1].plot + 1 < (int)tui->plots.n)
        cs_canvas_printf(canvas, 0, body.h - 1, CS_STYLE_DIM, "↓ %d more",
                         (int)tui->plots.n - place.lane[place.n_lanes - 1].plot - 1);
}

static void cursor_text(const struct cs_signals_state *state, const struct cs_plot *plot,
                        char *text, size_t size)
{
    double value[2] = {0, 0};
    bool any[2] = {false, false};
    char span[CS_NUMBER_MAX], form[64];
    int n = 0;

    for (int c = 0; c < 2; c++) {
        if (!state->cursor[c].on)
            continue;
        any[c] = cs_plot_ring_value(&plot->ring, state->cursor[c].at_ps, &value[c]);
        n += snprintf(text + n, size - (size_t)n, "%s%c %.6f s: %s", c ? " · " : "", 'A' + c,
                      (double)state->cursor[c].at_ps / (double)CS_PS_PER_S,
                      cs_signals_value(plot, any[c], value[c], form, sizeof form));
    }
    if (state->cursor[1].on)
        n += snprintf(text + n, size - (size_t)n, " · B-A %s",
                      cs_text_span(state->cursor[1].at_ps - state->cursor[0].at_ps, span));
    if (any[0] && any[1])
        snprintf(text + n, size - (size_t)n, ": %+.7g%s%s", value[1] - value[0],
                 plot->spec.unit[0] ? " " : "", plot->spec.unit);
}

void cs_signals_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_signals_state *state = cs_signals_state(tui);
    char text[320], form[CS_PLOT_TEXT], value[64], span[32];
    const struct cs_plot *plot;
    struct cs_signals_window window;

    if (!tui->plots.n)
        return;
    plot = tui->plots.plot[state->sel];
    if (state->cursor[0].on) {
        cursor_text(state, plot, text, sizeof text);
    } else {
        const struct cs_signals_place place = cs_signals_place(tui, state);
        window = cs_signals_look(plot, &place, state->columns);
        cs_plot_format(tui, &plot->spec, form);
        cs_signals_value(plot, window.any, window.now, value, sizeof value);
        snprintf(text, sizeof text, "%s · %s · %s: least %.6g, mean %.6g, most %.6g of %llu", form,
                 value, cs_signals_span(state->span_ps, span, sizeof span), window.min,
                 window.n ? window.sum / (double)window.n : window.first, window.max,
                 (unsigned long long)window.n);
    }
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}
