/* SPDX-License-Identifier: MIT */
/* canvas.c - cells and the little that is drawn into them.
 * Every cell holds one printable codepoint and perhaps a mark that combines with it; a wide one has
 * the next cell too. So x is always a column, and whoever writes over a half takes both. */
#include "tui/canvas.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What an ASCII terminal shows instead; anything else above 126 becomes '?'. */
static const struct {
    uint32_t ch;
    char ascii;
} fallbacks[] = {
    {0x2500, '-'}, {0x2502, '|'}, {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'},
    {0x256d, '+'}, {0x256e, '+'}, {0x256f, '+'}, {0x2570, '+'}, {0x251c, '+'}, {0x2524, '+'},
    {0x2588, '#'}, {0x2589, '#'}, {0x258a, '#'}, {0x258b, '#'}, {0x258c, '#'}, {0x258d, '-'},
    {0x258e, '-'}, {0x258f, '-'}, {0x2591, '.'}, {0x2595, '|'}, {0x25b6, '>'}, {0x25b8, '>'},
    {0x25be, 'v'}, {0x25b4, '^'}, {0x25cf, '*'}, {0x25a0, '*'}, {0x2016, '"'}, {0x23f8, '"'},
    {0x2026, '~'}, {0x00d7, 'x'}, {0x00b5, 'u'}, {0x00b7, '.'}, {0x0394, 'd'}, {0x2192, '>'},
    {0x2190, '<'}, {0x2191, '^'}, {0x2193, 'v'}, {0x2013, '-'}, {0x221e, '~'}, {0x2039, '<'},
    {0x203a, '>'}, {0x25cb, 'o'}, {0x2534, '+'}, {0x252c, '+'}, {0x253c, '+'}, {0x2212, '-'},
    {0x2022, '*'}, {0x2580, '"'}, {0x2584, '_'}, {0x2590, '|'}, {0x2592, ':'}, {0x2593, '#'},
};

static bool in_ranges(uint32_t ch, const uint32_t ranges[][2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ch >= ranges[i][0] && ch <= ranges[i][1])
            return true;
    return false;
}

/* Of Unicode's East Asian Width, W and F: what every terminal shows in two columns. */
static bool two_columns(uint32_t ch)
{
    static const uint32_t ranges[][2] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
        {0x4e00, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
        {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
        {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };

    return ch >= 0x1100 && in_ranges(ch, ranges, sizeof ranges / sizeof *ranges);
}

/* Marks, and what has no width: joiners, directions, variants. */
static bool combines(uint32_t ch)
{
    static const uint32_t ranges[][2] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
        {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
        {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
    };

    return ch >= 0x300 && in_ranges(ch, ranges, sizeof ranges / sizeof *ranges);
}

int cs_char_width(uint32_t ch)
{
    return combines(ch) ? 0 : two_columns(ch) ? 2 : 1;
}

static uint32_t to_ascii(uint32_t ch)
{
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
        if (fallbacks[i].ch == ch)
            return (unsigned char)fallbacks[i].ascii;
    return '?';
}

/* Scripts and symbols whose characters every terminal shows in one column. */
static bool one_column(uint32_t ch)
{
    static const uint32_t ranges[][2] = {
        {0x20, 0x7e},     {0xa1, 0xac},     {0xae, 0x2ff},    {0x370, 0x482},
        {0x48a, 0x52f},   {0x2010, 0x2027}, {0x2030, 0x205e}, {0x20a0, 0x20bf},
        {0x2100, 0x218b}, {0x2190, 0x2311}, {0x2500, 0x25fc}, {0x2800, 0x28ff},
    };

    return in_ranges(ch, ranges, sizeof ranges / sizeof *ranges);
}

int cs_canvas_resize(struct cs_canvas *canvas, int width, int height)
{
    struct cs_cell *cells;

    if (width < 1 || height < 1 || width > CS_CANVAS_MAX_SIDE || height > CS_CANVAS_MAX_SIDE)
        return -EINVAL;
    cells = realloc(canvas->cells, (size_t)width * (size_t)height * sizeof *cells);
    if (!cells)
        return -ENOMEM;
    canvas->cells = cells;
    canvas->width = canvas->stride = width;
    canvas->height = height;
    cs_canvas_clear(canvas);
    return 0;
}

void cs_canvas_fini(struct cs_canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct cs_canvas){0};
}

void cs_canvas_clear(struct cs_canvas *canvas)
{
    canvas->cursor_x = canvas->cursor_y = -1;
    cs_canvas_fill(canvas, (struct cs_rect){0, 0, canvas->width, canvas->height}, CS_STYLE_TEXT,
                   ' ');
}

struct cs_canvas cs_canvas_part(const struct cs_canvas *canvas, struct cs_rect area)
{
    struct cs_canvas part = {
        .ascii = canvas->ascii, .cursor_x = -1, .cursor_y = -1, .stride = canvas->stride};
    const int x = area.x < 0 ? 0 : area.x > canvas->width ? canvas->width : area.x;
    const int y = area.y < 0 ? 0 : area.y > canvas->height ? canvas->height : area.y;
    const int right = area.x + area.w < canvas->width ? area.x + area.w : canvas->width;
    const int bottom = area.y + area.h < canvas->height ? area.y + area.h : canvas->height;

    part.width = right > x ? right - x : 0;
    part.height = bottom > y ? bottom - y : 0;
    part.cells = canvas->cells + (size_t)y * (size_t)canvas->stride + (size_t)x;
    return part;
}

static struct cs_cell *cell_at(const struct cs_canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return NULL;
    return &canvas->cells[(size_t)y * (size_t)canvas->stride + (size_t)x];
}

const struct cs_cell *cs_canvas_at(const struct cs_canvas *canvas, int x, int y)
{
    return cell_at(canvas, x, y);
}

/* Whoever takes one half of a wide character leaves a blank in the other. */
static void part_wide(const struct cs_canvas *canvas, int x, int y, struct cs_cell *cell)
{
    struct cs_cell *next = cell_at(canvas, x + 1, y);

    if (cell->ch == CS_CELL_REST && x > 0) {
        cell[-1].ch = ' ';
        cell[-1].mark = 0;
    }
    if (next && next->ch == CS_CELL_REST)
        next->ch = ' ';
}

/* Marks above and below; not what only tells how others are to be shown. */
static void put_mark(struct cs_cell *cell, uint32_t ch)
{
    const bool seen =
        ch < 0x2000 || (ch >= 0x20d0 && ch <= 0x20ff) || (ch >= 0xfe20 && ch <= 0xfe2f);

    if (seen && !cell->mark && cell->ch != ' ')
        cell->mark = (uint16_t)ch;
}

static void put_wide(struct cs_canvas *canvas, int x, int y, struct cs_cell *cell, uint32_t ch)
{
    struct cs_cell *rest = cell_at(canvas, x + 1, y);

    if (!rest)
        return;
    part_wide(canvas, x + 1, y, rest);
    *rest = (struct cs_cell){.ch = canvas->ascii ? ' ' : CS_CELL_REST, .style = cell->style};
    cell->ch = canvas->ascii ? '?' : ch;
}

void cs_canvas_put_ch(struct cs_canvas *canvas, int x, int y, uint8_t style, uint32_t ch)
{
    struct cs_cell *cell = cell_at(canvas, x, y);

    if (!cell)
        return;
    if (cell->ch == CS_CELL_REST || (x + 1 < canvas->width && cell[1].ch == CS_CELL_REST))
        part_wide(canvas, x, y, cell);
    cell->mark = 0;
    cell->style = style;
    if (ch >= 0x1100 && two_columns(ch)) {
        cell->ch = '?';
        put_wide(canvas, x, y, cell, ch);
        return;
    }
    if (canvas->ascii && ch > 126)
        ch = to_ascii(ch);
    cell->ch = one_column(ch) ? ch : '?';
}

uint32_t cs_utf8_next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    uint32_t ch = s[0];
    unsigned more = ch < 0x80 ? 0 : ch >= 0xf0 ? 3 : ch >= 0xe0 ? 2 : 1;
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};

    if (!ch)
        return 0;
    if ((ch >= 0x80 && ch < 0xc0) || ch > 0xf4) {
        (*text)++;
        return 0xfffd;
    }
    if (more)
        ch &= 0x3fu >> more;
    for (unsigned i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *text += i;
            return 0xfffd;
        }
        ch = ch << 6 | (s[i] & 0x3fu);
    }
    *text += more + 1;
    if (ch < least[more] || ch > 0x10ffff || (ch >= 0xd800 && ch < 0xe000))
        return 0xfffd;
    return ch;
}

size_t cs_utf8_put(uint32_t ch, char *out)
{
    size_t n = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = n; i-- > 1; ch >>= 6)
        out[i] = (char)(0x80u | (ch & 0x3fu));
    out[0] = (char)(lead[n] | ch);
    out[n] = '\0';
    return n;
}

int cs_text_width(const char *text)
{
    int width = 0;
    uint32_t ch;

    while ((ch = cs_utf8_next(&text)))
        width += ch < 0x300 ? 1 : cs_char_width(ch);
    return width;
}

/* One codepoint of a text. Returns the x behind it. */
static int put_next(struct cs_canvas *canvas, int x, int y, uint8_t style, uint32_t ch)
{
    const int width = ch < 0x300 ? 1 : cs_char_width(ch);
    struct cs_cell *before = width ? NULL : cell_at(canvas, x - 1, y);

    if (before && before->ch == CS_CELL_REST && x > 1)
        before--;
    if (width)
        cs_canvas_put_ch(canvas, x, y, style, ch);
    else if (before && !canvas->ascii)
        put_mark(before, ch);
    return x + width;
}

int cs_canvas_put(struct cs_canvas *canvas, int x, int y, uint8_t style, const char *text)
{
    uint32_t ch;

    while ((ch = cs_utf8_next(&text)))
        x = put_next(canvas, x, y, style, ch);
    return x;
}

int cs_canvas_printf(struct cs_canvas *canvas, int x, int y, uint8_t style, const char *format, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return cs_canvas_put(canvas, x, y, style, text);
}

int cs_canvas_field(struct cs_canvas *canvas, int x, int y, int width, bool right, uint8_t style,
                    const char *text)
{
    int has = cs_text_width(text), at = x;
    bool cut = has > width;

    if (width <= 0)
        return x;
    if (right && !cut)
        at += width - has;
    const int end = at + (cut ? width - 1 : has);
    for (uint32_t ch; (ch = cs_utf8_next(&text)) && at + cs_char_width(ch) <= end;)
        at = put_next(canvas, at, y, style, ch);
    if (cut)
        cs_canvas_put_ch(canvas, at, y, style, 0x2026);
    return x + width;
}

void cs_canvas_fill(struct cs_canvas *canvas, struct cs_rect area, uint8_t style, uint32_t ch)
{
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            cs_canvas_put_ch(canvas, x, y, style, ch);
}

void cs_canvas_select(struct cs_canvas *canvas, struct cs_rect area)
{
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            struct cs_cell *cell = cell_at(canvas, x, y);
            if (cell)
                cell->style |= CS_STYLE_SELECTED;
        }
}

void cs_canvas_box(struct cs_canvas *canvas, struct cs_rect r, const char *title)
{
    int right = r.x + r.w - 1, bottom = r.y + r.h - 1;

    cs_canvas_fill(canvas, (struct cs_rect){r.x - 1, r.y, r.w + 2, r.h}, CS_STYLE_TEXT, ' ');
    cs_canvas_fill(canvas, (struct cs_rect){r.x, r.y, r.w, 1}, CS_STYLE_BOX, 0x2500);
    cs_canvas_fill(canvas, (struct cs_rect){r.x, bottom, r.w, 1}, CS_STYLE_BOX, 0x2500);
    cs_canvas_fill(canvas, (struct cs_rect){r.x, r.y, 1, r.h}, CS_STYLE_BOX, 0x2502);
    cs_canvas_fill(canvas, (struct cs_rect){right, r.y, 1, r.h}, CS_STYLE_BOX, 0x2502);
    cs_canvas_put_ch(canvas, r.x, r.y, CS_STYLE_BOX, 0x256d);
    cs_canvas_put_ch(canvas, right, r.y, CS_STYLE_BOX, 0x256e);
    cs_canvas_put_ch(canvas, r.x, bottom, CS_STYLE_BOX, 0x2570);
    cs_canvas_put_ch(canvas, right, bottom, CS_STYLE_BOX, 0x256f);
    if (title)
        cs_canvas_printf(canvas, r.x + 2, r.y, CS_STYLE_BOX_TITLE, " %s ", title);
}

int cs_canvas_write_text(const struct cs_canvas *canvas, FILE *out)
{
    for (int y = 0; y < canvas->height; y++) {
        int end = canvas->width;
        while (end > 0 && cell_at(canvas, end - 1, y)->ch == ' ')
            end--;
        for (int x = 0; x < end; x++) {
            char utf8[5];
            const struct cs_cell *cell = cell_at(canvas, x, y);
            if (cell->ch == CS_CELL_REST)
                continue;
            cs_utf8_put(cell->ch, utf8);
            fputs(utf8, out);
            if (cell->mark && cs_utf8_put(cell->mark, utf8))
                fputs(utf8, out);
        }
        fputc('\n', out);
    }
    return ferror(out) ? -EIO : 0;
}
