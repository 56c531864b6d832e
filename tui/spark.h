/* SPDX-License-Identifier: MIT */
/* spark.h - a line of numbers so small that it fits among words: eight heights in one cell each. */
#ifndef CANSIM_TUI_SPARK_H
#define CANSIM_TUI_SPARK_H

#include "tui/canvas.h"

/* The last at.w of n values, the newest at the right end; `low` has the least height, `high` the
 * greatest. `styles`: one for each value; NULL: `style` for all. */
void cs_spark(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, const uint8_t *styles,
              const int64_t *values, unsigned n, int64_t low, int64_t high);

#endif
