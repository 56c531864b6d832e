/* SPDX-License-Identifier: MIT */
/* theme_safe.c - blue, yellow and orange, which people tell apart who cannot tell red from green;
 * what is bad is a block, too. */
#include "tui/theme.h"

#define BOLD CS_ATTR_BOLD
#define DIM  CS_ATTR_DIM
#define REV  CS_ATTR_REVERSE
#define UND  CS_ATTR_UNDERLINE

const struct cs_theme cs_theme_safe =
    {
        .name = "safe",
        .rgb_fg = 0xd0d0d0,
        .rgb_bg = 0x16181d,
        .styles =
            {
                /*                        fg   bg fg8 bg8 attrs mono */
                [CS_STYLE_TEXT] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_BRIGHT] = {-1, -1, -1, -1, BOLD, BOLD},
                [CS_STYLE_DIM] = {248, -1, -1, -1, 0, 0},
                [CS_STYLE_FAINT] = {242, -1, 4, -1, 0, DIM},

                [CS_STYLE_BAR] = {252, 236, 7, 4, 0, REV},
                [CS_STYLE_BAR_NAME] = {117, 236, 7, 4, BOLD, REV | BOLD},
                [CS_STYLE_BAR_DIM] = {248, 236, 7, 4, 0, REV},
                [CS_STYLE_BAR_GOOD] = {117, 236, 6, 4, BOLD, REV | BOLD},
                [CS_STYLE_BAR_WARN] = {214, 236, 3, 4, BOLD | UND, REV | BOLD},
                [CS_STYLE_BAR_KEY] = {117, 236, 6, 4, BOLD, REV | BOLD},
                [CS_STYLE_TAB] = {248, -1, -1, -1, 0, 0},
                [CS_STYLE_TAB_ON] = {16, 117, 0, 6, BOLD, REV | BOLD},
                [CS_STYLE_COLUMN] = {248, -1, 6, -1, 0, UND},
                [CS_STYLE_COLUMN_SORT] = {117, -1, 6, -1, BOLD, BOLD | UND},

                [CS_STYLE_ID] = {117, -1, 6, -1, 0, BOLD},
                [CS_STYLE_ID_EXT] = {75, -1, 6, -1, 0, BOLD},
                [CS_STYLE_NODE] = {252, -1, -1, -1, 0, 0},
                [CS_STYLE_ASCII] = {250, -1, -1, -1, 0, 0},
                [CS_STYLE_RTR] = {217, -1, 5, -1, 0, 0},
                [CS_STYLE_HOT] = {16, 220, 0, 3, BOLD, REV},
                [CS_STYLE_WARM] = {220, -1, 3, -1, 0, BOLD},

                [CS_STYLE_GOOD] = {75, -1, 6, -1, 0, 0},
                [CS_STYLE_WARN] = {220, -1, 3, -1, 0, BOLD},
                [CS_STYLE_HIGH] = {214, -1, 3, -1, BOLD, BOLD},
                [CS_STYLE_BAD] = {16, 208, 0, 3, BOLD, BOLD | UND},
                [CS_STYLE_ARB] = {220, -1, 3, -1, 0, 0},
                [CS_STYLE_INFO] = {110, -1, 6, -1, 0, 0},
                [CS_STYLE_FAULT] = {217, -1, 5, -1, 0, 0},
                [CS_STYLE_FIRED] = {16, 217, 0, 5, BOLD, BOLD},

                [CS_STYLE_BOX] = {110, -1, 6, -1, 0, 0},
                [CS_STYLE_BOX_TITLE] = {117, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_KEY] = {117, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_FIELD] = {255, 238, 7, 4, 0, UND},

                [CS_STYLE_OWN_RED] = {210, -1, 1, -1, 0, BOLD},
                [CS_STYLE_OWN_ORANGE] = {214, -1, 3, -1, 0, BOLD},
                [CS_STYLE_OWN_YELLOW] = {227, -1, 3, -1, 0, BOLD},
                [CS_STYLE_OWN_GREEN] = {43, -1, 2, -1, 0, BOLD},
                [CS_STYLE_OWN_CYAN] = {117, -1, 6, -1, 0, BOLD},
                [CS_STYLE_OWN_BLUE] = {75, -1, 7, 4, 0, BOLD},
                [CS_STYLE_OWN_MAGENTA] = {182, -1, 5, -1, 0, BOLD},
                [CS_STYLE_ON_RED] = {16, 203, 7, 1, 0, REV},
                [CS_STYLE_ON_ORANGE] = {16, 214, 0, 3, 0, REV},
                [CS_STYLE_ON_YELLOW] = {16, 227, 0, 3, 0, REV},
                [CS_STYLE_ON_GREEN] = {16, 36, 0, 2, 0, REV},
                [CS_STYLE_ON_CYAN] = {16, 117, 0, 6, 0, REV},
                [CS_STYLE_ON_BLUE] = {231, 25, 7, 4, 0, REV},
                [CS_STYLE_ON_MAGENTA] = {16, 175, 7, 5, 0, REV},
            },
        .selected = {255, 237, 7, 4, 0, REV},
        .selected_faint = 250,
};
