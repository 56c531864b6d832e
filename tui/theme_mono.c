/* SPDX-License-Identifier: MIT */
/* theme_mono.c - no colours, attributes alone. */
#include "tui/theme.h"

#define BOLD CS_ATTR_BOLD
#define DIM  CS_ATTR_DIM
#define REV  CS_ATTR_REVERSE
#define UND  CS_ATTR_UNDERLINE

const struct cs_theme cs_theme_mono =
    {
        .name = "mono",
        .rgb_fg = 0xd0d0d0,
        .rgb_bg = 0x16181d,
        .styles =
            {
                /*                        fg   bg fg8 bg8 attrs mono */
                [CS_STYLE_TEXT] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_BRIGHT] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_DIM] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_FAINT] = {-1, -1, -1, -1, 0, DIM},

                [CS_STYLE_BAR] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_BAR_NAME] = {-1, -1, -1, -1, 0, REV | BOLD},
                [CS_STYLE_BAR_DIM] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_BAR_GOOD] = {-1, -1, -1, -1, 0, REV | BOLD},
                [CS_STYLE_BAR_WARN] = {-1, -1, -1, -1, 0, REV | BOLD},
                [CS_STYLE_BAR_KEY] = {-1, -1, -1, -1, 0, REV | BOLD},
                [CS_STYLE_TAB] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_TAB_ON] = {-1, -1, -1, -1, 0, REV | BOLD},
                [CS_STYLE_COLUMN] = {-1, -1, -1, -1, 0, UND},
                [CS_STYLE_COLUMN_SORT] = {-1, -1, -1, -1, 0, BOLD | UND},

                [CS_STYLE_ID] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_ID_EXT] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_NODE] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_ASCII] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_RTR] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_HOT] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_WARM] = {-1, -1, -1, -1, 0, BOLD},

                [CS_STYLE_GOOD] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_WARN] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_HIGH] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_BAD] = {-1, -1, -1, -1, 0, BOLD | UND},
                [CS_STYLE_ARB] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_INFO] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_FAULT] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_FIRED] = {-1, -1, -1, -1, 0, BOLD},

                [CS_STYLE_BOX] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_BOX_TITLE] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_KEY] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_FIELD] = {-1, -1, -1, -1, 0, UND},

                [CS_STYLE_OWN_RED] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_ORANGE] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_YELLOW] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_GREEN] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_CYAN] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_BLUE] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_OWN_MAGENTA] = {-1, -1, -1, -1, 0, BOLD},
                [CS_STYLE_ON_RED] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_ORANGE] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_YELLOW] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_GREEN] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_CYAN] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_BLUE] = {-1, -1, -1, -1, 0, REV},
                [CS_STYLE_ON_MAGENTA] = {-1, -1, -1, -1, 0, REV},
            },
        .selected = {-1, -1, -1, -1, 0, REV},
        .selected_faint = -1,
        .mono = true,
};
