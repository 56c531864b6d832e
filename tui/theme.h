/* SPDX-License-Identifier: MIT */
/* theme.h - what the styles look like. Views name a style by its meaning; a theme gives it colours
 * and attributes for terminals of 256, 8 or no colours. Another theme is another table. */
#ifndef CANSIM_TUI_THEME_H
#define CANSIM_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum cs_style {
    CS_STYLE_TEXT, /* the terminal's own colours */
    CS_STYLE_BRIGHT,
    CS_STYLE_DIM,
    CS_STYLE_FAINT, /* rules, zero bytes, empty gauges */

    CS_STYLE_BAR, /* title line and footer */
    CS_STYLE_BAR_NAME,
    CS_STYLE_BAR_DIM,
    CS_STYLE_BAR_GOOD,
    CS_STYLE_BAR_WARN,
    CS_STYLE_BAR_KEY,
    CS_STYLE_TAB,
    CS_STYLE_TAB_ON,
    CS_STYLE_COLUMN, /* column titles */
    CS_STYLE_COLUMN_SORT,

    CS_STYLE_ID,
    CS_STYLE_ID_EXT,
    CS_STYLE_NODE,
    CS_STYLE_ASCII,
    CS_STYLE_RTR,
    CS_STYLE_HOT,  /* a byte that has just changed */
    CS_STYLE_WARM, /* one that changed a moment ago */

    CS_STYLE_GOOD,
    CS_STYLE_WARN,
    CS_STYLE_HIGH,
    CS_STYLE_BAD,
    CS_STYLE_ARB,   /* lost arbitration */
    CS_STYLE_INFO,  /* joins, leaves, notes */
    CS_STYLE_FAULT, /* what was injected */
    CS_STYLE_FIRED, /* and acts now */

    CS_STYLE_BOX,
    CS_STYLE_BOX_TITLE,
    CS_STYLE_KEY,
    CS_STYLE_FIELD, /* text that can be edited */

    CS_STYLE_OWN_RED, /* rows that a person gave a colour: colours.h */
    CS_STYLE_OWN_ORANGE,
    CS_STYLE_OWN_YELLOW,
    CS_STYLE_OWN_GREEN,
    CS_STYLE_OWN_CYAN,
    CS_STYLE_OWN_BLUE,
    CS_STYLE_OWN_MAGENTA,
    CS_STYLE_ON_RED, /* the same as grounds */
    CS_STYLE_ON_ORANGE,
    CS_STYLE_ON_YELLOW,
    CS_STYLE_ON_GREEN,
    CS_STYLE_ON_CYAN,
    CS_STYLE_ON_BLUE,
    CS_STYLE_ON_MAGENTA,
    CS_STYLE_COUNT
};

/* Beyond those, a few styles of each theme whatever the present one is, to choose by. */
#define CS_THEMES                 5
#define CS_SWATCHES               8
#define CS_STYLE_SWATCH(theme, n) ((uint8_t)(CS_STYLE_COUNT + (theme)*CS_SWATCHES + (n)))
#define CS_STYLE_END              (CS_STYLE_COUNT + CS_THEMES * CS_SWATCHES)

/* Or-ed to a style: the row under the cursor. */
#define CS_STYLE_SELECTED 0x80u

enum cs_attr {
    CS_ATTR_BOLD = 1 << 0,
    CS_ATTR_DIM = 1 << 1,
    CS_ATTR_REVERSE = 1 << 2,
    CS_ATTR_UNDERLINE = 1 << 3,
};

struct cs_theme_style {
    int16_t fg, bg;   /* xterm's 256 colours; -1: the terminal's own */
    int16_t fg8, bg8; /* the same for 8 and 16 colours */
    uint8_t attrs;    /* with colours */
    uint8_t mono;     /* attributes where there are none */
};

struct cs_theme {
    const char *name;
    uint32_t rgb_fg, rgb_bg; /* 0xRRGGBB: the terminal's own colours in pictures */
    struct cs_theme_style styles[CS_STYLE_COUNT];
    struct cs_theme_style selected; /* bg and attributes laid over a selected cell; fg: of its plain
                                       text, and */
    int16_t selected_faint;         /* of its faint text */
    int16_t bad_block; /* bars of what is bad; 0: the colour behind its text, if there is one */
    bool mono;         /* attributes only, whatever the terminal can */
};

extern const struct cs_theme cs_theme_dark, cs_theme_light, cs_theme_contrast, cs_theme_safe,
    cs_theme_mono;
extern const struct cs_theme *const cs_themes[]; /* ends with NULL */
/* NULL: there is none of that name. */
const struct cs_theme *cs_theme_named(const char *name);

struct cs_look {
    int16_t fg, bg; /* -1: the terminal's own */
    uint8_t attrs;
};

/* What a cell's style means with `colours` (0, 8, 16, 256 …) at hand. */
struct cs_look cs_theme_look(const struct cs_theme *theme, uint8_t style, int colours);
/* The same of a cell: bars and blocks have no ground but the plain one. */
struct cs_cell;
struct cs_look cs_theme_cell_look(const struct cs_theme *theme, const struct cs_cell *cell,
                                  int colours);
/* What a cell looks like in a picture: 0xRRGGBB. */
struct cs_paint {
    uint32_t fg, bg;
    bool bold, underline, on_bg; /* on_bg: other than the picture's own */
};
struct cs_paint cs_paint_of(const struct cs_theme *theme, const struct cs_cell *cell);
/* 0xRRGGBB of one of xterm's 256 colours. */
uint32_t cs_theme_rgb(int colour);

#endif
