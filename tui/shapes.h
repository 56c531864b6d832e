/* SPDX-License-Identifier: MIT */
/* shapes.h - characters that pictures draw as rectangles, so that they join whatever the font:
 * lines, corners, blocks, braille. */
#ifndef CANSIM_TUI_SHAPES_H
#define CANSIM_TUI_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

/* A cell of pictures, in tenths of a unit, so that all coordinates are integers. */
#define CS_CELL_W 84
#define CS_CELL_H 180

bool cs_shape_is(uint32_t ch);
/* Its rectangles, within 0..CS_CELL_W, 0..CS_CELL_H. */
void cs_shape_draw(uint32_t ch, void (*rect)(void *ctx, int x, int y, int w, int h), void *ctx);

#endif
