/* SPDX-License-Identifier: MIT */
/* theme.c - what themes have in common; each is a table in a file of its own. */
#include "tui/theme.h"

#include <stddef.h>
#include <strings.h>

#include "tui/canvas.h"

const struct cs_theme *const cs_themes[] = {&cs_theme_dark, &cs_theme_light, &cs_theme_contrast,
                                            &cs_theme_safe, &cs_theme_mono,  NULL};

_Static_assert(sizeof cs_themes / sizeof *cs_themes == CS_THEMES + 1, "swatches of each");
_Static_assert(CS_STYLE_END <= CS_STYLE_SELECTED, "styles leave room for the mark");

const struct cs_theme *cs_theme_named(const char *name)
{
    for (unsigned i = 0; cs_themes[i]; i++)
        if (!strcasecmp(cs_themes[i]->name, name))
            return cs_themes[i];
    return NULL;
}

struct cs_paint cs_paint_of(const struct cs_theme *theme, const struct cs_cell *cell)
{
    struct cs_look look = cs_theme_cell_look(theme, cell, 256);
    struct cs_paint p = {
        .fg = look.fg < 0 ? theme->rgb_fg : cs_theme_rgb(look.fg),
        .bg = look.bg < 0 ? theme->rgb_bg : cs_theme_rgb(look.bg),
        .bold = look.attrs & CS_ATTR_BOLD,
        .underline = look.attrs & CS_ATTR_UNDERLINE,
    };

    if (look.attrs & CS_ATTR_REVERSE) {
        uint32_t fg = p.fg;
        p.fg = p.bg;
        p.bg = fg;
    }
    p.on_bg = p.bg != theme->rgb_bg;
    return p;
}

/* Of the grey ones, which is what backgrounds and texts are. */
static int16_t nearest_grey(uint32_t rgb)
{
    const uint32_t level = ((rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff)) / 3;

    return level < 8 ? 16 : level > 243 ? 231 : (int16_t)(232 + (level - 8) / 10);
}

/* On the background for which its theme is made. */
static struct cs_look swatch(unsigned i, int colours)
{
    static const uint8_t styles[CS_SWATCHES] = {
        CS_STYLE_ID,  CS_STYLE_NODE,  CS_STYLE_GOOD, CS_STYLE_WARN,
        CS_STYLE_BAD, CS_STYLE_FAULT, CS_STYLE_HOT,  CS_STYLE_BAR,
    };
    const struct cs_theme *theme = cs_themes[i / CS_SWATCHES];
    struct cs_look look = cs_theme_look(theme, styles[i % CS_SWATCHES], colours);

    if (theme->mono || colours < 8)
        return look;
    if (look.bg < 0)
        look.bg = colours >= 256 ? nearest_grey(theme->rgb_bg) : theme->rgb_bg > 0x808080 ? 7 : 0;
    if (look.fg < 0)
        look.fg = colours >= 256 ? nearest_grey(theme->rgb_fg) : theme->rgb_bg > 0x808080 ? 0 : 7;
    return look;
}

/* Of 8 colours: dark ones on blue, light ones on white. */
static bool drowns(int fg, int bg)
{
    return fg == bg || (bg == 4 && fg < 2) || (bg == 7 && (fg == 2 || fg == 3 || fg == 6));
}

/* A ground that is the theme's own plain one is none: the selection's is laid over it. */
static bool has_ground(const struct cs_theme *theme, const struct cs_theme_style *s)
{
    return s->bg >= 0 && s->bg != theme->styles[CS_STYLE_TEXT].bg;
}

/* A bar or a line is of the colour that stands behind text: the ground is not part of its length.
 */
static struct cs_theme_style of_block(const struct cs_theme *theme, unsigned i)
{
    const struct cs_theme_style *plain = &theme->styles[CS_STYLE_TEXT];
    struct cs_theme_style s = theme->styles[i];

    if (i < CS_STYLE_HOT || i == CS_STYLE_FIELD)
        return s;
    if (has_ground(theme, &s)) {
        s.fg = i == CS_STYLE_BAD && theme->bad_block ? theme->bad_block : s.bg;
        s.fg8 = s.bg8;
        s.bg = plain->bg;
        s.bg8 = plain->bg8;
    }
    s.attrs &= (uint8_t)~CS_ATTR_UNDERLINE;
    s.mono &= (uint8_t) ~(CS_ATTR_UNDERLINE | CS_ATTR_REVERSE);
    return s;
}

static struct cs_look look_of(const struct cs_theme_style *s, int colours)
{
    if (colours >= 256)
        return (struct cs_look){s->fg, s->bg, s->attrs};
    if (colours >= 8)
        return (struct cs_look){s->fg8, s->bg8, s->attrs};
    return (struct cs_look){-1, -1, s->mono};
}

static void select_it(const struct cs_theme *theme, const struct cs_theme_style *s, unsigned i,
                      int colours, struct cs_look *look)
{
    const struct cs_theme_style *plain = &theme->styles[CS_STYLE_TEXT];

    if (colours >= 256) {
        look->bg = has_ground(theme, s) ? s->bg : theme->selected.bg;
        /* What is grey on the plain background would drown in the selection's. */
        if (i == CS_STYLE_FAINT || i == CS_STYLE_DIM || s->fg < 0 || s->fg == look->bg)
            look->fg = i == CS_STYLE_FAINT ? theme->selected_faint : theme->selected.fg;
    } else if (colours >= 8) {
        const bool ground = s->bg8 >= 0 && s->bg8 != plain->bg8;
        look->bg = ground ? s->bg8 : theme->selected.bg8;
        if (look->fg < 0 || drowns(look->fg, look->bg) || (!ground && plain->bg8 >= 0))
            look->fg = theme->selected.fg8;
        look->attrs |= CS_ATTR_BOLD;
    } else {
        look->attrs = (uint8_t)((look->attrs | theme->selected.mono) & ~CS_ATTR_DIM);
    }
}

static struct cs_look style_look(const struct cs_theme *theme, uint8_t style, bool block,
                                 int colours)
{
    unsigned i = style & ~CS_STYLE_SELECTED;
    struct cs_theme_style s;
    struct cs_look look;

    if (i >= CS_STYLE_COUNT && i < CS_STYLE_END)
        return swatch(i - CS_STYLE_COUNT, colours);
    i = i < CS_STYLE_COUNT ? i : CS_STYLE_TEXT;
    s = block ? of_block(theme, i) : theme->styles[i];
    colours = theme->mono ? 0 : colours;
    look = look_of(&s, colours);
    if (style & CS_STYLE_SELECTED)
        select_it(theme, &s, i, colours, &look);
    return look;
}

struct cs_look cs_theme_look(const struct cs_theme *theme, uint8_t style, int colours)
{
    return style_look(theme, style, false, colours);
}

struct cs_look cs_theme_cell_look(const struct cs_theme *theme, const struct cs_cell *cell,
                                  int colours)
{
    return style_look(theme, cell->style, cs_cell_is_block(cell), colours);
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
