/* SPDX-License-Identifier: MIT */
/* spark.c - see spark.h. */
#include "tui/spark.h"

void cs_spark(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, const uint8_t *styles,
              const int64_t *values, unsigned n, int64_t low, int64_t high)
{
    static const char ascii[] = "_.-~=+*#";
    const unsigned room = at.w > 0 ? (unsigned)at.w : 0, shown = n < room ? n : room;

    for (unsigned i = 0; i < shown; i++) {
        const unsigned from = n - shown + i;
        const int64_t value = values[from] < low ? low : values[from] > high ? high : values[from];
        const double span = (double)high - (double)low; /* may be more than an int64_t holds */
        const uint32_t height =
            high > low ? (uint32_t)(((double)value - (double)low) * 7.0 / span + 0.5) : 0;
        cs_canvas_put_ch(canvas, at.x + at.w - (int)(shown - i), at.y,
                         styles ? styles[from] : style,
                         canvas->ascii ? (uint32_t)ascii[height] : 0x2581 + height);
    }
}
