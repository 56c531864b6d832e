/* SPDX-License-Identifier: MIT */
/* canvas.h - a grid of cells, each one codepoint and one style: what views draw into.
 * A canvas knows nothing of terminals: screen.h shows it, svg.h and cs_canvas_write_text() print
 * it. Coordinates are cells from the top left; whatever lies outside is cut off, never an error. */
#ifndef CANSIM_TUI_CANVAS_H
#define CANSIM_TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tui/theme.h"

#define CS_CANVAS_MAX_SIDE 1000 /* cells of a row or column */

/* The right half of a character that is two columns wide. */
#define CS_CELL_REST 0x110000u

struct cs_cell {
    uint32_t ch;   /* codepoint of one or two columns, CS_CELL_REST behind the latter; never 0 */
    uint16_t mark; /* combined with it, 0 for none */
    uint8_t style; /* enum cs_style, possibly with CS_STYLE_SELECTED */
};

struct cs_canvas {
    int width, height;
    bool ascii;             /* every codepoint above 126 is replaced when it is put */
    int cursor_x, cursor_y; /* where the terminal's cursor goes; below 0: hidden */
    int stride;             /* cells from a row to the next */
    struct cs_cell *cells;  /* row by row */
};

struct cs_rect {
    int x, y, w, h;
};

static inline bool cs_rect_has(struct cs_rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* Zero-initialise a canvas; this sets its size (1..CS_CANVAS_MAX_SIDE each) and clears it.
 * Returns 0, -EINVAL or -ENOMEM (then the canvas is as before). */
int cs_canvas_resize(struct cs_canvas *canvas, int width, int height);
void cs_canvas_fini(struct cs_canvas *canvas);
void cs_canvas_clear(struct cs_canvas *canvas);
/* A part of it as a canvas of its own, whose cells are those of `canvas`, cut where that ends; not
 * to be resized, and nothing to be freed. */
struct cs_canvas cs_canvas_part(const struct cs_canvas *canvas, struct cs_rect area);

/* The cell at x, y; NULL outside. */
const struct cs_cell *cs_canvas_at(const struct cs_canvas *canvas, int x, int y);

/* Part of a drawing - lines, bars, dots of a plot - rather than text. */
static inline bool cs_cell_is_block(const struct cs_cell *cell)
{
    return (cell->ch >= 0x2500 && cell->ch < 0x25a0) || (cell->ch >= 0x2800 && cell->ch < 0x2900);
}

/* Columns of a codepoint: 0 (it combines with the one before), 1, 2. */
int cs_char_width(uint32_t ch);
/* Put one codepoint. */
void cs_canvas_put_ch(struct cs_canvas *canvas, int x, int y, uint8_t style, uint32_t ch);
/* Put UTF-8 text; what is not printable becomes '?'. Returns the x behind it. */
int cs_canvas_put(struct cs_canvas *canvas, int x, int y, uint8_t style, const char *text);
int cs_canvas_printf(struct cs_canvas *canvas, int x, int y, uint8_t style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Put text into exactly `width` cells: too long is cut with an ellipsis, too short leaves cells as
 * they are; aligned right where `right`. Returns x + width. */
int cs_canvas_field(struct cs_canvas *canvas, int x, int y, int width, bool right, uint8_t style,
                    const char *text);
void cs_canvas_fill(struct cs_canvas *canvas, struct cs_rect area, uint8_t style, uint32_t ch);
/* Mark the cells as selected; their styles stay. */
void cs_canvas_select(struct cs_canvas *canvas, struct cs_rect area);
/* A frame of lines around the area, with a title in its upper edge (may be NULL); inside cleared.
 */
void cs_canvas_box(struct cs_canvas *canvas, struct cs_rect area, const char *title);

/* Columns that UTF-8 text takes on a canvas. */
int cs_text_width(const char *text);
/* Next codepoint of *text, moving it on; an invalid byte gives 0xFFFD. 0 at the end. */
uint32_t cs_utf8_next(const char **text);
/* Write a codepoint; `out` holds 5 bytes, NUL included. Returns the length. */
size_t cs_utf8_put(uint32_t ch, char *out);

/* Lines of UTF-8 without trailing blanks. Returns 0 or -EIO. */
int cs_canvas_write_text(const struct cs_canvas *canvas, FILE *out);

#endif
