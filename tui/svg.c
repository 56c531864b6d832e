/* SPDX-License-Identifier: MIT */
/* svg.c - cells to SVG: backgrounds first, then shapes and runs of text of one look. */
#include "tui/svg.h"

#include <errno.h>
#include <string.h>

/* One cell, in tenths of a unit so that all coordinates are integers. */
#define CELL_W 84
#define CELL_H 180
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

struct paint {
    uint32_t fg, bg;
    bool bold, underline, on_bg; /* on_bg: other than the picture's own */
};

static struct paint paint_of(const struct pen *pen, const struct cs_cell *cell)
{
    struct cs_look look = cs_theme_look(pen->theme, cell->style, 256);
    struct paint p = {
        .fg = look.fg < 0 ? pen->theme->rgb_fg : cs_theme_rgb(look.fg),
        .bg = look.bg < 0 ? pen->theme->rgb_bg : cs_theme_rgb(look.bg),
        .bold = look.attrs & CS_ATTR_BOLD,
        .underline = look.attrs & CS_ATTR_UNDERLINE,
    };

    if (look.attrs & CS_ATTR_REVERSE) {
        uint32_t fg = p.fg;
        p.fg = p.bg;
        p.bg = fg;
    }
    p.on_bg = p.bg != pen->theme->rgb_bg;
    return p;
}

static bool same_text(struct paint a, struct paint b)
{
    return a.fg == b.fg && a.bold == b.bold && a.underline == b.underline;
}

/* Draw blocks and lines; false where the cell is text. */
static bool put_shape(FILE *out, uint32_t ch, int x, int y, uint32_t rgb)
{
    int mid_x = x + CELL_W / 2 - 5, mid_y = y + CELL_H / 2 - 5;

    if (ch >= 0x2588 && ch <= 0x258f)
        put_rect(out, x, y + 30, CELL_W * (0x2590 - (int)ch) / 8, CELL_H - 60, rgb);
    else if (ch == 0x2500)
        put_rect(out, x, mid_y, CELL_W, 10, rgb);
    else if (ch == 0x2502)
        put_rect(out, mid_x, y, 10, CELL_H, rgb);
    else if (ch >= 0x256d && ch <= 0x2570) {
        bool right = ch == 0x256d || ch == 0x2570, down = ch <= 0x256e;
        put_rect(out, right ? mid_x : x, mid_y, CELL_W / 2 + 5, 10, rgb);
        put_rect(out, mid_x, down ? mid_y : y, 10, CELL_H / 2 + 5, rgb);
    } else
        return false;
    return true;
}

static bool is_shape(uint32_t ch)
{
    return (ch >= 0x2588 && ch <= 0x258f) || ch == 0x2500 || ch == 0x2502 ||
           (ch >= 0x256d && ch <= 0x2570);
}

static void put_backgrounds(const struct pen *pen, int y)
{
    const struct cs_cell *row = cs_canvas_at(pen->canvas, 0, y);
    int width = pen->canvas->width;

    for (int x = 0, next; x < width; x = next) {
        struct paint p = paint_of(pen, &row[x]);
        for (next = x + 1; next < width && paint_of(pen, &row[next]).bg == p.bg; next++)
            ;
        if (p.on_bg)
            put_rect(pen->out, MARGIN + x * CELL_W, MARGIN + y * CELL_H, (next - x) * CELL_W,
                     CELL_H, p.bg);
    }
}

static void put_run(const struct pen *pen, int x, int y, int end, struct paint p)
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
    for (; x < end; x++)
        put_escaped(out, row[x].ch);
    fputs("</text>\n", out);
}

static void put_row(const struct pen *pen, int y)
{
    const struct cs_cell *row = cs_canvas_at(pen->canvas, 0, y);
    int width = pen->canvas->width;

    put_backgrounds(pen, y);
    for (int x = 0, next; x < width; x = next) {
        struct paint p = paint_of(pen, &row[x]);
        next = x + 1;
        if (row[x].ch == ' ' && !p.underline)
            continue;
        if (put_shape(pen->out, row[x].ch, MARGIN + x * CELL_W, MARGIN + y * CELL_H, p.fg))
            continue;
        /* Blanks between words may be of any colour. */
        while (next < width && !is_shape(row[next].ch) &&
               (same_text(paint_of(pen, &row[next]), p) ||
                (row[next].ch == ' ' && !p.underline && !paint_of(pen, &row[next]).underline)))
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
