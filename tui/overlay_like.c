/* SPDX-License-Identifier: MIT */
/* overlay_like.c - what the selected row has in common with others: show only those, hide them, go
 * to them, give them a colour, or go on typing from there. */
#include <stdio.h>
#include <string.h>

#include "tui/like.h"
#include "tui/query_row.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH  78
#define HELP_WIDTH 44

static int lines_of(const struct cs_tui *tui)
{
    const int most = tui->height - 8, all = (int)tui->like.n;

    return all < most ? all : most < 1 ? 1 : most;
}

static const char *chosen(const struct cs_tui *tui)
{
    return tui->like.item[tui->like.sel].expr;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_item(struct cs_canvas *canvas, struct cs_rect at, const struct cs_like_item *item,
                      bool here)
{
    const int help = at.w > HELP_WIDTH + 20 ? cs_text_width(item->help) : 0;

    cs_canvas_field(canvas, at.x, at.y, at.w - help - 1, false,
                    here ? CS_STYLE_BRIGHT : CS_STYLE_TEXT, item->expr);
    if (help)
        cs_canvas_put(canvas, at.x + at.w - help, at.y, here ? CS_STYLE_TEXT : CS_STYLE_DIM,
                      item->help);
    if (here)
        cs_canvas_select(canvas, (struct cs_rect){at.x - 1, at.y, at.w + 2, 1});
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_like *like = &tui->like;
    const int lines = lines_of(tui), w = tui->width < BOX_WIDTH ? tui->width : BOX_WIDTH;
    const int last = (int)like->n - lines, top = like->top < last ? like->top : last;
    const struct cs_rect box = {(tui->width - w) / 2, tui->height - 4 - lines, w, lines + 3};
    char title[96], now[256];

    snprintf(title, sizeof title, "Like this: %s", like->of);
    cs_canvas_box(canvas, box, title);
    for (int i = 0; i < lines; i++)
        draw_item(canvas, (struct cs_rect){box.x + 2, box.y + 1 + i, box.w - 4, 1},
                  &like->item[top + i], top + i == like->sel);
    if (top > 0)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
    if (top < last)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y + box.h - 1, CS_STYLE_BOX_TITLE,
                      " ↓ more ");
    snprintf(now, sizeof now, tui->filter.n ? "shown now: %s" : "all is shown now: x hides these%s",
             tui->filter.n ? tui->filter.text : "");
    cs_canvas_field(canvas, box.x + 2, box.y + box.h - 2, box.w - 4, false,
                    tui->message_bad ? CS_STYLE_BAD : CS_STYLE_DIM,
                    tui->message[0] ? tui->message : now);
}

/* ---- keys ------------------------------------------------------------------------------------ */

enum how { ONLY, ALSO, OR, NOT };

/* A filter of the present one and the chosen one. */
static void join(const struct cs_tui *tui, enum how how, char *text, size_t size)
{
    const char *expr = chosen(tui), *now = tui->filter.text;

    if (how == NOT && tui->filter.n)
        snprintf(text, size, "(%s) and not (%s)", now, expr);
    else if (how == NOT)
        snprintf(text, size, "not (%s)", expr);
    else if (how == ONLY || !tui->filter.n)
        snprintf(text, size, "%s", expr);
    else
        snprintf(text, size, "(%s) %s (%s)", now, how == OR ? "or" : "and", expr);
}

static void show(struct cs_tui *tui, int how)
{
    char text[2 * CS_QUERY_TEXT], why[128];

    join(tui, (enum how)how, text, sizeof text);
    if (cs_tui_filter(tui, text, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "%s", why);
        return;
    }
    tui->overlay = CS_OVERLAY_NONE;
    cs_trace_settle(tui);
    cs_tui_say(tui, false, "shown: %.100s · Esc shows all again", text);
}

static void search(struct cs_tui *tui, int unused)
{
    char why[128];

    (void)unused;
    cs_tui_show_view(tui, (unsigned)cs_view_find("trace"));
    tui->overlay = CS_OVERLAY_NONE;
    if (cs_trace_search(tui, chosen(tui), why, sizeof why) < 0)
        cs_tui_say(tui, true, "%s", why);
    else if (!tui->message[0])
        cs_tui_say(tui, false, "%.90s: < and > go to others", chosen(tui));
}

static void colour(struct cs_tui *tui, int unused)
{
    const char *name = cs_colour_of_style(cs_colours_fresh(&tui->colours));
    char text[CS_LIKE_EXPR + 16], why[128];

    (void)unused;
    snprintf(text, sizeof text, "%s %s", chosen(tui), name);
    tui->overlay = CS_OVERLAY_NONE;
    if (cs_colours_take(&tui->colours, text, CS_COLOUR_TYPED, why, sizeof why) < 0)
        cs_tui_say(tui, true, "%s", why);
    else
        cs_tui_say(tui, false, "%.80s is %s: :colours changes it", chosen(tui), name);
}

/* Into the line of the filter; Esc there leaves all as it was. */
static void prepare(struct cs_tui *tui, int unused)
{
    char text[2 * CS_QUERY_TEXT], why[128];

    (void)unused;
    join(tui, ALSO, text, sizeof text);
    cs_tui_open(tui, CS_OVERLAY_FILTER);
    cs_textfield_set(&tui->filter_field, text);
    cs_tui_filter(tui, tui->filter_field.text, why, sizeof why);
}

static void move(struct cs_tui *tui, int by)
{
    struct cs_list list = {tui->like.sel, tui->like.top};

    cs_list_move(&list, by, (int)tui->like.n, lines_of(tui));
    tui->like.sel = list.sel;
    tui->like.top = list.top;
}

void cs_like_open(struct cs_tui *tui)
{
    if (tui->like.n)
        cs_tui_open(tui, CS_OVERLAY_LIKE);
    else
        cs_tui_say(tui, false, "nothing is selected");
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "only", "show only what passes", show, ONLY},
    {{'x', CS_KEY_DELETE}, "hide", "show all but that", show, NOT},
    {{'&', 'a'}, "and", "of what is shown now, only that", show, ALSO},
    {{'o'}, "or", "that, too", show, OR},
    {{'s'}, "search", "go to the nearest in the trace; < and > go on", search, 0},
    {{'c'}, "colour", "give it a colour that is free", colour, 0},
    {{'/', 'e'}, "edit", "take it into the line of the filter", prepare, 0},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_UP, 'k'}, NULL, "one up", move, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move, 10},
    {{CS_KEY_PGUP}, NULL, "a page up", move, -10},
    {{CS_KEY_HOME, 'g'}, NULL, "the first", move, -CS_LIKE_MAX},
    {{CS_KEY_END, 'G'}, NULL, "the last", move, CS_LIKE_MAX},
    {{CS_KEY_ESC, 'l', 'q'}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_like = {
    .title = "Like this",
    .draw = draw,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
