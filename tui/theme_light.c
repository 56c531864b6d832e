/* SPDX-License-Identifier: MIT */
/* theme_light.c - for terminals with a light background. */
#include "tui/theme.h"

#define BOLD CS_ATTR_BOLD
#define DIM  CS_ATTR_DIM
#define REV  CS_ATTR_REVERSE
#define UND  CS_ATTR_UNDERLINE

const struct cs_theme cs_theme_light =
    {
        .name = "light",
        .rgb_fg = 0x26282e,
        .rgb_bg = 0xfcfcfa,
        .styles =
            {
                /*                        fg   bg fg8 bg8 attrs mono */
                [CS_STYLE_TEXT] = {-1, -1, -1, -1, 0, 0},
                [CS_STYLE_BRIGHT] = {-1, -1, -1, -1, BOLD, BOLD},
                [CS_STYLE_DIM] = {242, -1, -1, -1, 0, 0},
                [CS_STYLE_FAINT] = {247, -1, 4, -1, 0, DIM},

                [CS_STYLE_BAR] = {235, 252, 0, 7, 0, REV},
                [CS_STYLE_BAR_NAME] = {25, 252, 4, 7, BOLD, REV | BOLD},
                [CS_STYLE_BAR_DIM] = {239, 252, 0, 7, 0, REV},
                [CS_STYLE_BAR_GOOD] = {22, 252, 0, 7, BOLD, REV | BOLD},
                [CS_STYLE_BAR_WARN] = {124, 252, 1, 7, BOLD, REV | BOLD},
                [CS_STYLE_BAR_KEY] = {25, 252, 4, 7, BOLD, REV | BOLD},
                [CS_STYLE_TAB] = {242, -1, -1, -1, 0, 0},
                [CS_STYLE_TAB_ON] = {231, 31, 7, 4, BOLD, REV | BOLD},
                [CS_STYLE_COLUMN] = {242, -1, 4, -1, 0, UND},
                [CS_STYLE_COLUMN_SORT] = {25, -1, 4, -1, BOLD, BOLD | UND},

                [CS_STYLE_ID] = {30, -1, 4, -1, 0, BOLD},
                [CS_STYLE_ID_EXT] = {26, -1, 4, -1, 0, BOLD},
                [CS_STYLE_NODE] = {60, -1, -1, -1, 0, 0},
                [CS_STYLE_ASCII] = {64, -1, 2, -1, 0, 0},
                [CS_STYLE_RTR] = {127, -1, 5, -1, 0, 0},
                [CS_STYLE_HOT] = {231, 166, 7, 1, BOLD, REV},
                [CS_STYLE_WARM] = {166, -1, 1, -1, 0, BOLD},

                [CS_STYLE_GOOD] = {28, -1, 2, -1, 0, 0},
                [CS_STYLE_WARN] = {130, -1, 0, 3, 0, BOLD},
                [CS_STYLE_HIGH] = {166, -1, 1, -1, 0, BOLD},
                [CS_STYLE_BAD] = {160, -1, 1, -1, 0, BOLD | UND},
                [CS_STYLE_ARB] = {130, -1, 5, -1, 0, 0},
                [CS_STYLE_INFO] = {25, -1, 4, -1, 0, 0},
                [CS_STYLE_FAULT] = {127, -1, 5, -1, 0, 0},
                [CS_STYLE_FIRED] = {163, -1, 5, -1, BOLD, BOLD},

                [CS_STYLE_BOX] = {67, -1, 4, -1, 0, 0},
                [CS_STYLE_BOX_TITLE] = {25, -1, 4, -1, BOLD, BOLD},
                [CS_STYLE_KEY] = {25, -1, 4, -1, BOLD, BOLD},
                [CS_STYLE_FIELD] = {16, 254, 0, 7, 0, UND},

                [CS_STYLE_OWN_RED] = {160, -1, 1, -1, 0, BOLD},
                [CS_STYLE_OWN_ORANGE] = {130, -1, 0, 3, 0, BOLD},
                [CS_STYLE_OWN_YELLOW] = {94, -1, 0, 3, 0, BOLD},
                [CS_STYLE_OWN_GREEN] = {28, -1, 2, -1, 0, BOLD},
                [CS_STYLE_OWN_CYAN] = {30, -1, 0, 6, 0, BOLD},
                [CS_STYLE_OWN_BLUE] = {26, -1, 4, -1, 0, BOLD},
                [CS_STYLE_OWN_MAGENTA] = {127, -1, 5, -1, 0, BOLD},
                [CS_STYLE_ON_RED] = {231, 160, 7, 1, 0, REV},
                [CS_STYLE_ON_ORANGE] = {16, 214, 0, 3, 0, REV},
                [CS_STYLE_ON_YELLOW] = {16, 226, 0, 3, 0, REV},
                [CS_STYLE_ON_GREEN] = {231, 28, 0, 2, 0, REV},
                [CS_STYLE_ON_CYAN] = {16, 116, 0, 6, 0, REV},
                [CS_STYLE_ON_BLUE] = {231, 26, 7, 4, 0, REV},
                [CS_STYLE_ON_MAGENTA] = {231, 127, 7, 5, 0, REV},
            },
        .selected = {16, 253, 0, 7, 0, REV},
        .selected_faint = 244,
};
