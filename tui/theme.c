/* SPDX-License-Identifier: MIT */
/* theme.c - the built-in theme. Mid tones only: they can be read on dark and on light terminals. */
#include "tui/theme.h"

#include <stddef.h>

#define BOLD CS_ATTR_BOLD
#define DIM  CS_ATTR_DIM
#define REV  CS_ATTR_REVERSE
#define UND  CS_ATTR_UNDERLINE

const struct cs_theme cs_theme_dark =
    {
        .name = "dark",
        .rgb_fg = 0xd0d0d0,
        .rgb_bg = 0x16181d,
        .styles =
            {
                /*                        fg   bg fg8 bg8 attrs mono */
                [CS_STYLE_TEXT] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_BRIGHT] = {-1, -1, -1, -1, BOLD, BOLD},
                [CS_STYLE_DIM] = {246, -1, -1, -1, 0, 0},
                [CS_STYLE_FAINT] = {240, -1, 4, -1, 0, DIM},

                [CS_STYLE_BAR] = {252, 236, 7, 4, 0, REV},
                [CS_STYLE_BAR_NAME] = {81, 236, 7, 4, BOLD, REV | BOLD},
                [CS_STYLE_BAR_DIM] = {246, 236, 7, 4, 0, REV},
                [CS_STYLE_BAR_GOOD] = {114, 236, 2, 4, BOLD, REV | BOLD},
                [CS_STYLE_BAR_WARN] = {221, 236, 3, 4, BOLD, REV | BOLD},
                [CS_STYLE_BAR_KEY] = {81, 236, 6, 4, BOLD, REV | BOLD},
                [CS_STYLE_TAB] = {246, -1, -1, -1, 0, 0},
                [CS_STYLE_TAB_ON] = {16, 74, 0, 6, BOLD, REV | BOLD},
                [CS_STYLE_COLUMN] = {246, -1, 6, -1, 0, UND},
                [CS_STYLE_COLUMN_SORT] = {74, -1, 6, -1, BOLD, BOLD | UND},

                [CS_STYLE_ID] = {80, -1, 6, -1, 0, BOLD},
                [CS_STYLE_ID_EXT] = {75, -1, 4, -1, 0, BOLD},
                [CS_STYLE_NODE] = {146, -1, -1, -1, 0, 0},
                [CS_STYLE_ASCII] = {108, -1, 2, -1, 0, 0},
                [CS_STYLE_RTR] = {176, -1, 5, -1, 0, 0},
                [CS_STYLE_HOT] = {16, 215, 0, 3, BOLD, REV},
                [CS_STYLE_WARM] = {215, -1, 3, -1, 0, BOLD},

                [CS_STYLE_GOOD] = {71, -1, 2, -1, 0, 0},
                [CS_STYLE_WARN] = {179, -1, 3, -1, 0, BOLD},
                [CS_STYLE_HIGH] = {208, -1, 3, -1, 0, BOLD},
                [CS_STYLE_BAD] = {203, -1, 1, -1, 0, BOLD},
                [CS_STYLE_ARB] = {179, -1, 3, -1, 0, 0},
                [CS_STYLE_INFO] = {110, -1, 6, -1, 0, 0},
                [CS_STYLE_FAULT] = {176, -1, 5, -1, 0, 0},
                [CS_STYLE_FIRED] = {213, -1, 5, -1, BOLD, BOLD},

                [CS_STYLE_BOX] = {67, -1, 6, -1, 0, 0},
                [CS_STYLE_BOX_TITLE] = {81, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_KEY] = {81, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_FIELD] = {255, 238, 7, 4, 0, UND},
            },
        .selected = {-1, 238, -1, 4, 0, REV},
};

struct cs_look cs_theme_look(const struct cs_theme *theme, uint8_t style, int colours)
{
    unsigned i = style & ~CS_STYLE_SELECTED;
    const struct cs_theme_style *s = &theme->styles[i < CS_STYLE_COUNT ? i : CS_STYLE_TEXT];
    struct cs_look look;

    if (colours >= 256)
        look = (struct cs_look){s->fg, s->bg, s->attrs};
    else if (colours >= 8)
        look = (struct cs_look){s->fg8, s->bg8, s->attrs};
    else
        look = (struct cs_look){-1, -1, s->mono};
    if (!(style & CS_STYLE_SELECTED))
        return look;
    if (colours >= 256) {
        look.bg = s->bg < 0 ? theme->selected.bg : s->bg;
        /* What is grey on the plain background would drown in the selection's. */
        if (i == CS_STYLE_FAINT || i == CS_STYLE_DIM || s->fg < 0)
            look.fg = i == CS_STYLE_FAINT ? 250 : 255;
    } else if (colours >= 8) {
        look.bg = s->bg8 < 0 ? theme->selected.bg8 : s->bg8;
        if (look.fg == look.bg || look.fg < 0)
            look.fg = 7;
        look.attrs |= CS_ATTR_BOLD;
    } else {
        look.attrs = (uint8_t)((look.attrs | theme->selected.mono) & ~CS_ATTR_DIM);
    }
    return look;
}

uint32_t cs_theme_rgb(int colour)
{
    static const uint32_t low[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                     0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                     0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    static const uint32_t step[6] = {0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff};

    if (colour < 0 || colour > 255)
        return 0;
    if (colour < 16)
        return low[colour];
    if (colour >= 232) {
        uint32_t grey = 8 + 10 * (uint32_t)(colour - 232);
        return grey << 16 | grey << 8 | grey;
    }
    colour -= 16;
    return step[colour / 36] << 16 | step[colour / 6 % 6] << 8 | step[colour % 6];
}
