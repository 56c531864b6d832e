/* SPDX-License-Identifier: MIT */
/* theme_contrast.c - high contrast: white on black, nothing dim. */
#include "tui/theme.h"

#define BOLD CS_ATTR_BOLD
#define DIM  CS_ATTR_DIM
#define REV  CS_ATTR_REVERSE
#define UND  CS_ATTR_UNDERLINE

const struct cs_theme cs_theme_contrast =
    {
        .name = "contrast",
        .rgb_fg = 0xffffff,
        .rgb_bg = 0x000000,
        .styles =
            {
                /*                        fg   bg fg8 bg8 attrs mono */
                [CS_STYLE_TEXT] = {231, 16, 7, 0, 0, 0},
                [CS_STYLE_BRIGHT] = {231, 16, 7, 0, BOLD, BOLD},
                [CS_STYLE_DIM] = {253, 16, 7, 0, 0, 0},
                [CS_STYLE_FAINT] = {248, 16, 7, 0, 0, DIM},

                [CS_STYLE_BAR] = {16, 231, 0, 7, 0, REV},
                [CS_STYLE_BAR_NAME] = {16, 231, 0, 7, BOLD, REV | BOLD},
                [CS_STYLE_BAR_DIM] = {16, 231, 0, 7, 0, REV},
                [CS_STYLE_BAR_GOOD] = {16, 231, 0, 7, BOLD, REV | BOLD},
                [CS_STYLE_BAR_WARN] = {231, 124, 7, 1, BOLD, REV | BOLD},
                [CS_STYLE_BAR_KEY] = {19, 231, 4, 7, BOLD, REV | BOLD},
                [CS_STYLE_TAB] = {231, 16, 7, 0, 0, 0},
                [CS_STYLE_TAB_ON] = {16, 226, 0, 3, BOLD, REV | BOLD},
                [CS_STYLE_COLUMN] = {231, 16, 7, 0, UND, UND},
                [CS_STYLE_COLUMN_SORT] = {226, 16, 3, 0, BOLD | UND, BOLD | UND},

                [CS_STYLE_ID] = {51, 16, 6, 0, BOLD, BOLD},
                [CS_STYLE_ID_EXT] = {123, 16, 6, 0, BOLD, BOLD},
                [CS_STYLE_NODE] = {231, 16, 7, 0, 0, 0},
                [CS_STYLE_ASCII] = {231, 16, 7, 0, 0, 0},
                [CS_STYLE_RTR] = {219, 16, 5, 0, 0, 0},
                [CS_STYLE_HOT] = {16, 226, 0, 3, BOLD, REV},
                [CS_STYLE_WARM] = {226, 16, 3, 0, BOLD, BOLD},

                [CS_STYLE_GOOD] = {46, 16, 2, 0, 0, 0},
                [CS_STYLE_WARN] = {226, 16, 3, 0, BOLD, BOLD},
                [CS_STYLE_HIGH] = {214, 16, 3, 0, BOLD, BOLD},
                [CS_STYLE_BAD] = {231, 124, 7, 1, BOLD, REV},
                [CS_STYLE_ARB] = {226, 16, 3, 0, 0, 0},
                [CS_STYLE_INFO] = {123, 16, 6, 0, 0, 0},
                [CS_STYLE_FAULT] = {219, 16, 5, 0, BOLD, BOLD},
                [CS_STYLE_FIRED] = {16, 219, 0, 5, BOLD, REV},

                [CS_STYLE_BOX] = {231, 16, 7, 0, BOLD, 0},
                [CS_STYLE_BOX_TITLE] = {226, 16, 3, 0, BOLD, BOLD},
                [CS_STYLE_KEY] = {226, 16, 3, 0, BOLD, BOLD},
                [CS_STYLE_FIELD] = {16, 231, 0, 7, 0, UND},

                [CS_STYLE_OWN_RED] = {217, 16, 7, 1, 0, BOLD},
                [CS_STYLE_OWN_ORANGE] = {214, 16, 3, 0, 0, BOLD},
                [CS_STYLE_OWN_YELLOW] = {226, 16, 3, 0, 0, BOLD},
                [CS_STYLE_OWN_GREEN] = {46, 16, 2, 0, 0, BOLD},
                [CS_STYLE_OWN_CYAN] = {51, 16, 6, 0, 0, BOLD},
                [CS_STYLE_OWN_BLUE] = {117, 16, 7, 4, 0, BOLD},
                [CS_STYLE_OWN_MAGENTA] = {219, 16, 5, 0, 0, BOLD},
                [CS_STYLE_ON_RED] = {231, 124, 7, 1, 0, REV},
                [CS_STYLE_ON_ORANGE] = {16, 214, 0, 3, 0, REV},
                [CS_STYLE_ON_YELLOW] = {16, 226, 0, 3, 0, REV},
                [CS_STYLE_ON_GREEN] = {16, 46, 0, 2, 0, REV},
                [CS_STYLE_ON_CYAN] = {16, 51, 0, 6, 0, REV},
                [CS_STYLE_ON_BLUE] = {231, 19, 7, 4, 0, REV},
                [CS_STYLE_ON_MAGENTA] = {16, 219, 0, 5, 0, REV},
            },
        .selected = {231, 19, 0, 7, BOLD, REV},
        .selected_faint = 231,
        .bad_block = 203,
};
