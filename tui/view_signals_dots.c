/* SPDX-License-Identifier: MIT */
/* view_signals_dots.c - curves in dots of braille, two by four in a cell; steps; bands with names.
 * A value holds until the next one. Without braille a cell has one column of three levels. */
#include <stdio.h>
#include <string.h>

#include "tui/view_signals.h"

#define BRAILLE 0x2800u

/* Where a curve goes on from column to column. */
struct pen {
    bool down; /* there is a value */
    double value;
};

/* The least and most that column i touches, coming from the pen's value; false: nothing. */
static bool touch(const struct cs_signals_place *place, const struct cs_plot_column *columns, int i,
                  struct pen *pen, double *low, double *high)
{
    const int64_t at = place->from_ps + place->span_ps / (2 * place->at.w) * i;
    const struct cs_plot_column *c = &columns[i];

    if (at > place->now_ps || (!c->n && !pen->down))
        return false;
    *low = *high = pen->value;
    if (c->n) {
        *low = pen->down && pen->value < c->min ? pen->value : c->min;
        *high = pen->down && pen->value > c->max ? pen->value : c->max;
        *pen = (struct pen){true, c->last};
    }
    return true;
}

/* ---- curves ---------------------------------------------------------------------------------- */

static uint32_t ascii_of(unsigned levels)
{
    switch (levels) {
    case 1:
        return '\'';
    case 2:
        return '-';
    case 4:
        return '_';
    default:
        return levels ? '|' : ' ';
    }
}

static void put_dots(struct cs_canvas *canvas, int x, int y, uint8_t style, unsigned dots)
{
    const struct cs_cell *before = cs_canvas_at(canvas, x, y);

    if (!dots || !before)
        return;
    if (canvas->ascii) {
        cs_canvas_put_ch(canvas, x, y, style, ascii_of(dots));
        return;
    }
    if (before->ch >= BRAILLE && before->ch < BRAILLE + 0x100)
        dots |= before->ch - BRAILLE;
    cs_canvas_put_ch(canvas, x, y, style, BRAILLE + dots);
}

/* From the top: 0..levels - 1. */
static int level_of(double value, double low, double high, int levels)
{
    const double part = (value - low) / (high - low);

    return part <= 0 ? levels - 1 : part >= 1 ? 0 : levels - 1 - (int)(part * (levels - 1) + 0.5);
}

void cs_signals_curve(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at, double low, double high)
{
    static const uint8_t braille[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    static const uint8_t plain[3] = {1, 2, 4};
    const bool ascii = canvas->ascii;
    const int per_cell = ascii ? 3 : 4, levels = at.h * per_cell;
    struct pen pen = {window->held, window->first};

    for (int x = 0; x < at.w; x++) {
        uint8_t dots[CS_CANVAS_MAX_SIDE] = {0};
        for (int sub = 0; sub < 2; sub++) {
            double least, most;
            if (!touch(place, columns, 2 * x + sub, &pen, &least, &most))
                continue;
            const int top = level_of(most, low, high, levels);
            const int bottom = level_of(least, low, high, levels);
            for (int l = top < 0 ? 0 : top; l <= bottom; l++)
                dots[l / per_cell] |= ascii ? plain[l % 3] : braille[sub][l % 4];
        }
        for (int y = 0; y < at.h; y++)
            put_dots(canvas, at.x + x, at.y + y, plot->style, dots[y]);
    }
}

/* ---- steps ----------------------------------------------------------------------------------- */

void cs_signals_steps(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at)
{
    struct pen pen = {window->held, window->first};

    for (int x = 0; x < at.w; x++) {
        const struct pen before = pen;
        double low = 0, high = 0, l, h;
        bool any = false, from, to;
        for (int sub = 0; sub < 2; sub++)
            if (touch(place, columns, 2 * x + sub, &pen, &l, &h)) {
                low = !any || l < low ? l : low;
                high = !any || h > high ? h : high;
                any = true;
            }
        if (!any)
            continue;
        from = before.down ? before.value != 0 : pen.value != 0;
        to = pen.value != 0;
        if (from != to) {
            cs_canvas_put(canvas, at.x + x, at.y, plot->style, to ? "┌" : "┐");
            cs_canvas_put(canvas, at.x + x, at.y + 1, plot->style, to ? "┘" : "└");
        } else if ((low != 0) != (high != 0)) { /* and back again */
            cs_canvas_put(canvas, at.x + x, at.y, plot->style, "│");
            cs_canvas_put(canvas, at.x + x, at.y + 1, plot->style, "│");
        } else {
            cs_canvas_put(canvas, at.x + x, at.y + !to, plot->style, "─");
        }
    }
}

/* ---- bands ----------------------------------------------------------------------------------- */

static uint8_t band_style(const struct cs_plot *plot, double value)
{
    static const uint8_t styles[] = {CS_STYLE_INFO, CS_STYLE_GOOD, CS_STYLE_WARN,  CS_STYLE_RTR,
                                     CS_STYLE_ID,   CS_STYLE_HIGH, CS_STYLE_ASCII, CS_STYLE_FAULT};

    for (unsigned i = 0; i < plot->spec.n_words; i++)
        if (plot->spec.words[i].value == value)
            return styles[i % sizeof styles];
    return CS_STYLE_DIM;
}

/* One value from x to end, with its name where that fits. */
static void put_band(const struct cs_plot *plot, struct cs_canvas *canvas, struct cs_rect at, int x,
                     int end, double value)
{
    const uint8_t style = band_style(plot, value);
    const char *word = cs_plot_word(plot, value);
    char text[64];

    snprintf(text, sizeof text, " %.9g ", value);
    if (word)
        snprintf(text, sizeof text, " %s ", word);
    cs_canvas_fill(canvas, (struct cs_rect){at.x + x, at.y, end - x, at.h}, style, 0x2591);
    cs_canvas_fill(canvas, (struct cs_rect){at.x + x, at.y, 1, at.h}, style, 0x2502);
    if (end - x >= 5)
        cs_canvas_field(canvas, at.x + x + 1, at.y, end - x - 1, false, style, text);
}

void cs_signals_bands(const struct cs_plot *plot, const struct cs_signals_place *place,
                      const struct cs_signals_window *window, const struct cs_plot_column *columns,
                      struct cs_canvas *canvas, struct cs_rect at)
{
    struct pen pen = {window->held, window->first};
    int from = -1; /* where the present band began */
    double value = 0;

    for (int x = 0; x <= at.w; x++) {
        double low, high;
        bool any = false;
        for (int sub = 0; sub < 2 && x < at.w; sub++)
            any = touch(place, columns, 2 * x + sub, &pen, &low, &high) || any;
        if (any && from >= 0 && pen.value == value)
            continue;
        if (from >= 0)
            put_band(plot, canvas, at, from, x, value);
        from = any ? x : -1;
        value = pen.value;
    }
}
