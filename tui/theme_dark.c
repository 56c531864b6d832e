/* SPDX-License-Identifier: MIT */
/* theme_dark.c - the theme that is used unless another is asked for: mid tones, which can be read
 * on most terminals. */
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
                [CS_STYLE_ID_EXT] = {75, -1, 6, -1, 0, BOLD},
                [CS_STYLE_NODE] = {146, -1, -1, -1, 0, 0},
                [CS_STYLE_ASCII] = {108, -1, 2, -1, 0, 0},
                [CS_STYLE_RTR] = {176, -1, 5, -1, 0, 0},
                [CS_STYLE_HOT] = {16, 215, 0, 3, BOLD, REV},
                [CS_STYLE_WARM] = {215, -1, 3, -1, 0, BOLD},

                [CS_STYLE_GOOD] = {71, -1, 2, -1, 0, 0},
                [CS_STYLE_WARN] = {179, -1, 3, -1, 0, BOLD},
                [CS_STYLE_HIGH] = {208, -1, 3, -1, 0, BOLD},
                [CS_STYLE_BAD] = {203, -1, 1, -1, 0, BOLD | UND},
                [CS_STYLE_ARB] = {179, -1, 3, -1, 0, 0},
                [CS_STYLE_INFO] = {110, -1, 6, -1, 0, 0},
                [CS_STYLE_FAULT] = {176, -1, 5, -1, 0, 0},
                [CS_STYLE_FIRED] = {213, -1, 5, -1, BOLD, BOLD},

                [CS_STYLE_BOX] = {67, -1, 6, -1, 0, 0},
                [CS_STYLE_BOX_TITLE] = {81, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_KEY] = {81, -1, 6, -1, BOLD, BOLD},
                [CS_STYLE_FIELD] = {255, 238, 7, 4, 0, UND},

                [CS_STYLE_OWN_RED] = {203, -1, 1, -1, 0, BOLD},
                [CS_STYLE_OWN_ORANGE] = {208, -1, 3, -1, 0, BOLD},
                [CS_STYLE_OWN_YELLOW] = {221, -1, 3, -1, 0, BOLD},
                [CS_STYLE_OWN_GREEN] = {114, -1, 2, -1, 0, BOLD},
                [CS_STYLE_OWN_CYAN] = {80, -1, 6, -1, 0, BOLD},
                [CS_STYLE_OWN_BLUE] = {75, -1, 7, 4, 0, BOLD},
                [CS_STYLE_OWN_MAGENTA] = {176, -1, 5, -1, 0, BOLD},
                [CS_STYLE_ON_RED] = {16, 203, 7, 1, 0, REV},
                [CS_STYLE_ON_ORANGE] = {16, 208, 0, 3, 0, REV},
                [CS_STYLE_ON_YELLOW] = {16, 221, 0, 3, 0, REV},
                [CS_STYLE_ON_GREEN] = {16, 114, 0, 2, 0, REV},
                [CS_STYLE_ON_CYAN] = {16, 80, 0, 6, 0, REV},
                [CS_STYLE_ON_BLUE] = {16, 75, 7, 4, 0, REV},
                [CS_STYLE_ON_MAGENTA] = {16, 176, 7, 5, 0, REV},
            },
        .selected = {255, 238, 7, 4, 0, REV},
        .selected_faint = 250,
};
