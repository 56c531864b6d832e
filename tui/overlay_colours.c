/* SPDX-License-Identifier: MIT */
/* overlay_colours.c - the colours that rows were given, in the order in which they are asked. */
#include <stdio.h>
#include <string.h>

#include "tui/colours.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH 76

static int lines_of(const struct cs_tui *tui)
{
    const int most = tui->height - 8, all = (int)tui->colours.n;

    return all < 1 ? 1 : all < most ? all : most < 1 ? 1 : most;
}

/* The list may have become shorter, the screen smaller. */
static struct cs_list list_of(const struct cs_tui *tui)
{
    struct cs_list list = {.sel = tui->colours.sel};

    cs_list_clamp(&list, (int)tui->colours.n, lines_of(tui));
    return list;
}

static struct cs_colour_rule *selected(struct cs_tui *tui)
{
    return tui->colours.n ? tui->colours.rule[list_of(tui).sel] : NULL;
}

static void draw_rule(struct cs_canvas *canvas, struct cs_rect at,
                      const struct cs_colour_rule *rule, bool here)
{
    const uint8_t style = rule->off ? CS_STYLE_DIM : rule->style;
    int x = cs_canvas_put(canvas, at.x, at.y, CS_STYLE_TEXT, rule->off ? "[ ] " : "[x] ");

    cs_canvas_field(canvas, x, at.y, 12, false, style, cs_colour_of_style(rule->style));
    x += 12;
    cs_canvas_field(canvas, x, at.y, at.x + at.w - x - 9, false, style, rule->query.text);
    if (rule->set)
        cs_canvas_field(canvas, at.x + at.w - 8, at.y, 8, true, CS_STYLE_DIM, "tui.conf");
    if (here)
        cs_canvas_select(canvas, (struct cs_rect){at.x - 1, at.y, 4, 1});
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_list list = list_of(tui);
    const int lines = lines_of(tui), w = tui->width < BOX_WIDTH ? tui->width : BOX_WIDTH;
    const struct cs_rect box = {(tui->width - w) / 2, tui->height - 4 - lines, w, lines + 3};

    cs_canvas_box(canvas, box, cs_overlay_colours.title);
    for (int i = 0; i < lines && list.top + i < (int)tui->colours.n; i++)
        draw_rule(canvas, (struct cs_rect){box.x + 2, box.y + 1 + i, box.w - 4, 1},
                  tui->colours.rule[list.top + i], list.top + i == list.sel);
    if (!tui->colours.n)
        cs_canvas_put(canvas, box.x + 2, box.y + 1, CS_STYLE_DIM,
                      "none so far: a makes one; in the trace l and c, too");
    cs_canvas_field(canvas, box.x + 2, box.y + box.h - 2, box.w - 4, false, CS_STYLE_DIM,
                    tui->message[0] ? tui->message : "the first whose filter a row passes counts");
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move(struct cs_tui *tui, int by)
{
    struct cs_list list = list_of(tui);

    cs_list_move(&list, by, (int)tui->colours.n, lines_of(tui));
    tui->colours.sel = list.sel;
}

static void shift(struct cs_tui *tui, int by)
{
    const struct cs_list list = list_of(tui);

    if (cs_colours_move(&tui->colours, (unsigned)list.sel, by))
        tui->colours.sel = list.sel + by;
}

static void toggle(struct cs_tui *tui, int unused)
{
    struct cs_colour_rule *rule = selected(tui);

    (void)unused;
    if (!rule)
        return;
    rule->off = !rule->off;
    tui->colours.changes++;
}

static void next_colour(struct cs_tui *tui, int by)
{
    struct cs_colour_rule *rule = selected(tui);
    char text[CS_QUERY_TEXT + 16], why[160];
    unsigned n = 0, at = 0;

    if (!rule)
        return;
    for (const char *name; (name = cs_colour_name(n)); n++)
        if (!strcmp(name, cs_colour_of_style(rule->style)))
            at = n;
    if (!n)
        return;
    snprintf(text, sizeof text, "%s %s", rule->query.text,
             cs_colour_name(n ? (at + n + (unsigned)by) % n : 0));
    cs_colours_take(&tui->colours, text, CS_COLOUR_TYPED, why, sizeof why);
}

static void take_away(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (tui->colours.n)
        cs_colours_remove(&tui->colours, (unsigned)list_of(tui).sel);
}

/* In the line behind ':', as it would be typed. */
static void type(struct cs_tui *tui, int edit)
{
    const struct cs_colour_rule *rule = edit ? selected(tui) : NULL;
    char text[CS_TEXTFIELD_MAX + 32] = "colour ";

    if (rule)
        snprintf(text, sizeof text, "colour %s %s", rule->query.text,
                 cs_colour_of_style(rule->style));
    cs_tui_open(tui, CS_OVERLAY_PROMPT);
    cs_textfield_set(&tui->prompt.field, text);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_SPACE}, "on/off", "switch it off, and on", toggle, 0},
    {{'c', CS_KEY_RIGHT}, "colour", "the next colour", next_colour, 1},
    {{CS_KEY_LEFT}, NULL, "the colour before", next_colour, -1},
    {{'a', CS_KEY_INSERT}, "add", "type another one", type, 0},
    {{CS_KEY_ENTER, 'e'}, "edit", "type it anew", type, 1},
    {{'d', CS_KEY_DELETE}, "delete", "take it away", take_away, 0},
    {{'K'}, "up", "before the one above", shift, -1},
    {{'J'}, "down", "behind the one below", shift, 1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_UP, 'k'}, NULL, "one up", move, -1},
    {{CS_KEY_HOME, 'g'}, NULL, "the first", move, -CS_COLOURS_MAX},
    {{CS_KEY_END, 'G'}, NULL, "the last", move, CS_COLOURS_MAX},
    {{CS_KEY_ESC, 'q'}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_colours = {
    .title = "Colours",
    .draw = draw,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
