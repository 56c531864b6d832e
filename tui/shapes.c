/* SPDX-License-Identifier: MIT */
/* shapes.c - see shapes.h. */
#include "tui/shapes.h"

#include <stddef.h>

#define W     CS_CELL_W
#define H     CS_CELL_H
#define THIN  10
#define MID_X (W / 2 - THIN / 2)
#define MID_Y (H / 2 - THIN / 2)
#define DOT   18

enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };

/* From the middle of the cell to its edges. */
static const struct {
    uint16_t ch;
    uint8_t arms;
} lines[] = {
    {0x2500, LEFT | RIGHT},
    {0x2502, UP | DOWN},
    {0x250c, RIGHT | DOWN},
    {0x2510, LEFT | DOWN},
    {0x2514, RIGHT | UP},
    {0x2518, LEFT | UP},
    {0x251c, RIGHT | UP | DOWN},
    {0x2524, LEFT | UP | DOWN},
    {0x252c, LEFT | RIGHT | DOWN},
    {0x2534, LEFT | RIGHT | UP},
    {0x253c, LEFT | RIGHT | UP | DOWN},
    {0x256d, RIGHT | DOWN},
    {0x256e, LEFT | DOWN},
    {0x256f, LEFT | UP},
    {0x2570, RIGHT | UP},
    {0x2574, LEFT},
    {0x2575, UP},
    {0x2576, RIGHT},
    {0x2577, DOWN},
};

static uint8_t arms_of(uint32_t ch)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].ch == ch)
            return lines[i].arms;
    return 0;
}

bool cs_shape_is(uint32_t ch)
{
    return (ch >= 0x2580 && ch <= 0x2590) || ch == 0x2594 || ch == 0x2595 ||
           (ch >= 0x2801 && ch <= 0x28ff) || arms_of(ch);
}

static void draw_braille(unsigned dots, void (*rect)(void *ctx, int x, int y, int w, int h),
                         void *ctx)
{
    /* Bit i of the codepoint: column and row of its dot. */
    static const uint8_t column[8] = {0, 0, 0, 1, 1, 1, 0, 1}, row[8] = {0, 1, 2, 0, 1, 2, 3, 3};

    for (unsigned i = 0; i < 8; i++)
        if (dots & 1u << i)
            rect(ctx, W / 4 + column[i] * W / 2 - DOT / 2, H / 8 + row[i] * H / 4 - DOT / 2, DOT,
                 DOT);
}

static void draw_block(uint32_t ch, void (*rect)(void *ctx, int x, int y, int w, int h), void *ctx)
{
    if (ch == 0x2580)
        rect(ctx, 0, 0, W, H / 2);
    else if (ch <= 0x2588) /* from below, in eighths */
        rect(ctx, 0, H - H * ((int)ch - 0x2580) / 8, W, H * ((int)ch - 0x2580) / 8);
    else if (ch <= 0x258f) /* from the left */
        rect(ctx, 0, 0, W * (0x2590 - (int)ch) / 8, H);
    else if (ch == 0x2590)
        rect(ctx, W / 2, 0, W - W / 2, H);
    else if (ch == 0x2594)
        rect(ctx, 0, 0, W, H / 8);
    else
        rect(ctx, W - W / 8, 0, W / 8, H);
}

void cs_shape_draw(uint32_t ch, void (*rect)(void *ctx, int x, int y, int w, int h), void *ctx)
{
    const uint8_t arms = arms_of(ch);

    if (!cs_shape_is(ch))
        return;
    if (ch >= 0x2800 && ch <= 0x28ff)
        draw_braille(ch - 0x2800, rect, ctx);
    else if (ch >= 0x2580 && ch <= 0x2595)
        draw_block(ch, rect, ctx);
    if (arms & (LEFT | RIGHT))
        rect(ctx, arms & LEFT ? 0 : MID_X, MID_Y,
             (arms & LEFT ? MID_X + THIN : THIN) + (arms & RIGHT ? W - MID_X - THIN : 0), THIN);
    if (arms & (UP | DOWN))
        rect(ctx, MID_X, arms & UP ? 0 : MID_Y, THIN,
             (arms & UP ? MID_Y + THIN : THIN) + (arms & DOWN ? H - MID_Y - THIN : 0));
}
