/* SPDX-License-Identifier: MIT */
/* svg.c - cells to SVG: backgrounds first, then shapes and runs of text of one look. */
#include "tui/svg.h"

#include <errno.h>
#include <string.h>

#include "tui/shapes.h"

#define CELL_W CS_CELL_W
#define CELL_H CS_CELL_H
#define MARGIN 140
#define FONT   140

struct pen {
    const struct cs_canvas *canvas;
    const struct cs_theme *theme;
    FILE *out;
};

static void put_tenths(FILE *out, const char *name, int tenths)
{
    fprintf(out, " %s=\"%d", name, tenths / 10);
    if (tenths % 10)
        fprintf(out, ".%d", tenths % 10);
    fputc('"', out);
}

static void put_rect(FILE *out, int x, int y, int w, int h, uint32_t rgb)
{
    fputs("<rect", out);
    put_tenths(out, "x", x);
    put_tenths(out, "y", y);
    put_tenths(out, "width", w);
    put_tenths(out, "height", h);
    fprintf(out, " fill=\"#%06x\"/>\n", (unsigned)rgb);
}

static void put_escaped(FILE *out, uint32_t ch)
{
    char utf8[5];

    if (ch < 0x20) /* XML has no such characters; a title may */
        fputc('?', out);
    else if (ch == '<')
        fputs("&lt;", out);
    else if (ch == '>')
        fputs("&gt;", out);
    else if (ch == '&')
        fputs("&amp;", out);
    else if (cs_utf8_put(ch, utf8))
        fputs(utf8, out);
}

static bool same_text(struct cs_paint a, struct cs_paint b)
{
    return a.fg == b.fg && a.bold == b.bold && a.underline == b.underline;
}

struct place {
    FILE *out;
    int x, y;
    uint32_t rgb;
};

static void put_part(void *ctx, int x, int y, int w, int h)
{
    const struct place *place = ctx;

    put_rect(place->out, place->x + x, place->y + y, w, h, place->rgb);
}

/* Draw blocks and lines; false where the cell is text. */
static bool put_shape(FILE *out, uint32_t ch, int x, int y, uint32_t rgb)
{
    struct place place = {out, x, y, rgb};

    if (!cs_shape_is(ch))
        return false;
    cs_shape_draw(ch, put_part, &place);
    return true;
}

static void put_backgrounds(const struct pen *pen, int y)
{
    const struct cs_cell *row = cs_canvas_at(pen->canvas, 0, y);
    int width = pen->canvas->width;

    for (int x = 0, next; x < width; x = next) {
        struct cs_paint p = cs_paint_of(pen->theme, &row[x]);
        for (next = x + 1; next < width && cs_paint_of(pen->theme, &row[next]).bg == p.bg; next++)
            ;
        if (p.on_bg)
            put_rect(pen->out, MARGIN + x * CELL_W, MARGIN + y * CELL_H, (next - x) * CELL_W,
                     CELL_H, p.bg);
    }
}

static void put_run(const struct pen *pen, int x, int y, int end, struct cs_paint p)
{
    const struct cs_cell *row = cs_canvas_at(pen->canvas, 0, y);
    FILE *out = pen->out;

    while (end > x && row[end - 1].ch == ' ' && !p.underline)
        end--;
    if (end == x)
        return;
    fputs("<text", out);
    put_tenths(out, "x", MARGIN + x * CELL_W);
    put_tenths(out, "y", MARGIN + y * CELL_H + 132);
    put_tenths(out, "textLength", (end - x) * CELL_W);
    fprintf(out, " fill=\"#%06x\"%s%s>", (unsigned)p.fg, p.bold ? " font-weight=\"bold\"" : "",
            p.underline ? " text-decoration=\"underline\"" : "");
    for (; x < end; x++) {
        if (row[x].ch != CS_CELL_REST)
            put_escaped(out, row[x].ch);
        if (row[x].mark)
            put_escaped(out, row[x].mark);
    }
    fputs("</text>\n", out);
}

static bool is_wide(const struct cs_cell *row, int x, int width)
{
    return x + 1 < width && row[x + 1].ch == CS_CELL_REST;
}

static void put_row(const struct pen *pen, int y)
{
    const struct cs_cell *row = cs_canvas_at(pen->canvas, 0, y);
    int width = pen->canvas->width;

    put_backgrounds(pen, y);
    for (int x = 0, next; x < width; x = next) {
        struct cs_paint p = cs_paint_of(pen->theme, &row[x]);
        next = x + 1;
        if (row[x].ch == ' ' && !p.underline)
            continue;
        if (put_shape(pen->out, row[x].ch, MARGIN + x * CELL_W, MARGIN + y * CELL_H, p.fg))
            continue;
        if (is_wide(row, x, width)) { /* a run of its own: its place is exact */
            put_run(pen, x, y, ++next, p);
            continue;
        }
        /* Blanks between words may be of any colour. */
        while (next < width && !is_wide(row, next, width) && !cs_shape_is(row[next].ch) &&
               (same_text(cs_paint_of(pen->theme, &row[next]), p) ||
                (row[next].ch == ' ' && !p.underline &&
                 !cs_paint_of(pen->theme, &row[next]).underline)))
            next++;
        put_run(pen, x, y, next, p);
    }
}

int cs_svg_write(const struct cs_canvas *canvas, const struct cs_theme *theme, const char *title,
                 FILE *out)
{
    struct pen pen = {canvas, theme, out};
    int w = 2 * MARGIN + canvas->width * CELL_W, h = 2 * MARGIN + canvas->height * CELL_H;

    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\"", out);
    put_tenths(out, "width", w);
    put_tenths(out, "height", h);
    fprintf(out, " viewBox=\"0 0 %d.%d %d.%d\">\n", w / 10, w % 10, h / 10, h % 10);
    if (title) {
        fputs("<title>", out);
        for (uint32_t ch; (ch = cs_utf8_next(&title));)
            put_escaped(out, ch);
        fputs("</title>\n", out);
    }
    fprintf(out, "<rect width=\"100%%\" height=\"100%%\" rx=\"10\" fill=\"#%06x\"/>\n",
            (unsigned)theme->rgb_bg);
    fprintf(out,
            "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"%d\" "
            "xml:space=\"preserve\">\n",
            FONT / 10);
    for (int y = 0; y < canvas->height; y++)
        put_row(&pen, y);
    fputs("</g>\n</svg>\n", out);
    return ferror(out) ? -EIO : 0;
}
