/* SPDX-License-Identifier: MIT */
/* overlay_filter.c - two lines above the footer for what is shown, and for what is searched. What
 * passes is shown while it is typed; Esc leaves all as it was. */
#include <stdio.h>
#include <string.h>

#include "tui/palette.h"
#include "tui/query_row.h"
#include "tui/view.h"

#define FEW_OFFERS 24 /* more of them are not in the way of what passes while one types */

/* What is wrong, what the word at hand means, or what there is to do. */
static uint8_t feedback(const struct cs_tui *tui, char *text, size_t size)
{
    const struct cs_textfield *field = &tui->filter_field;
    char begun[CS_TEXTFIELD_MAX];
    struct cs_query query = {.n = 0};

    snprintf(begun, sizeof begun, "%.*s", field->cursor, field->text);
    if (!field->len) {
        snprintf(text, size,
                 "180-1ff,7e8 · data[0]>3 · node=drive · sdo.abort · \"text\" · and or not ( )");
        return CS_STYLE_DIM;
    }
    if (cs_query_parse(field->text, &query, text, size) == 0) {
        if (!cs_query_hint(begun, text, size))
            snprintf(text, size, "%s",
                     tui->overlay == CS_OVERLAY_SEARCH
                         ? "Enter goes to the nearest that passes, < and > to others"
                         : "only what passes is shown");
        return CS_STYLE_GOOD;
    }
    return cs_query_hint(begun, text, size) ? CS_STYLE_INFO : CS_STYLE_BAD;
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    const struct cs_completion *completion = &tui->filter_completion;
    const char *label = tui->overlay == CS_OVERLAY_SEARCH ? "search " : "filter ";
    int y = tui->height - 2, x, from;
    struct cs_offers offers;
    char text[320], begun[CS_TEXTFIELD_MAX];
    uint8_t style = feedback(tui, text, sizeof text);

    snprintf(begun, sizeof begun, "%.*s", tui->filter_field.cursor, tui->filter_field.text);
    cs_query_offers(tui, completion->on ? completion->begun : begun, &from, &offers);
    if (offers.n == 1 && !completion->on && !strcmp(offers.text[0], begun + from))
        offers.n = 0; /* it stands there already */
    if (completion->on || !tui->filter_field.len || offers.n <= FEW_OFFERS)
        cs_palette_draw_offers(tui, canvas, y - 1, &offers,
                               completion->on ? (int)completion->at : -1);
    cs_canvas_fill(canvas, (struct cs_rect){0, y - 1, tui->width, 2}, CS_STYLE_TEXT, ' ');
    cs_canvas_field(canvas, 1, y - 1, tui->width - 2, false, style, text);
    x = cs_canvas_put(canvas, 1, y, CS_STYLE_BRIGHT, label);
    cs_textfield_draw(&tui->filter_field, canvas, x, y, tui->width - x - 1);
}

/* What is typed is valid more often than not; while it is not, what was shown last stays. */
static void show_at_once(struct cs_tui *tui)
{
    char why[320];

    if (tui->overlay == CS_OVERLAY_FILTER)
        cs_tui_filter(tui, tui->filter_field.text, why, sizeof why);
}

static void apply(struct cs_tui *tui, int unused)
{
    const bool search = tui->overlay == CS_OVERLAY_SEARCH;
    char why[320];

    (void)unused;
    if (search ? cs_trace_search(tui, tui->filter_field.text, why, sizeof why) < 0
               : cs_tui_filter(tui, tui->filter_field.text, why, sizeof why) < 0) {
        cs_tui_say(tui, true, "%s", why);
        /* the sentence has a place, and the field shows what is there */
        tui->filter_field.cursor = tui->filter_field.len;
        return;
    }
    tui->overlay = CS_OVERLAY_NONE;
    cs_recall_add(search ? &tui->memory.search : &tui->memory.filter, tui->filter_field.text);
    if (search)
        return;
    cs_trace_settle(tui);
    cs_tui_filter_keep(tui, tui->filter_before);
}

static void leave(struct cs_tui *tui, int unused)
{
    char why[320];

    (void)unused;
    if (tui->overlay == CS_OVERLAY_FILTER)
        cs_tui_filter(tui, tui->filter_before, why, sizeof why);
    tui->overlay = CS_OVERLAY_NONE;
}

static void complete(struct cs_tui *tui, int by)
{
    struct cs_offers offers;
    int from;

    cs_query_offers(tui, cs_completion_begin(&tui->filter_completion, &tui->filter_field), &from,
                    &offers);
    cs_completion_step(&tui->filter_completion, &tui->filter_field, from, &offers, by);
    show_at_once(tui);
}

/* What was typed before. */
static void recall(struct cs_tui *tui, int by)
{
    const bool search = tui->overlay == CS_OVERLAY_SEARCH;
    struct cs_recall *typed = search ? &tui->memory.search : &tui->memory.filter;
    const char *text = cs_recall_step(typed, by, tui->filter_field.text);

    tui->filter_completion.on = false;
    if (!text)
        return;
    cs_textfield_set(&tui->filter_field, text);
    show_at_once(tui);
}

static void key(struct cs_tui *tui, int32_t code)
{
    tui->filter_completion.on = false;
    cs_textfield_key(&tui->filter_field, code);
    show_at_once(tui);
}

static const struct cs_binding filter_bindings[] = {
    {{CS_KEY_ENTER}, "show these", "keep it", apply, 0},
    {{CS_KEY_TAB}, "complete", "complete words, names of nodes, buses and events", complete, 1},
    {{CS_KEY_BACKTAB}, NULL, "the offer before", complete, -1},
    {{CS_KEY_UP}, "before", "what was shown before, in earlier runs too", recall, 1},
    {{CS_KEY_DOWN}, NULL, "and what was typed after it", recall, -1},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "leave as it was", "close, and all is as it was", leave, 0},
};

static const struct cs_binding search_bindings[] = {
    {{CS_KEY_ENTER}, "search", "go to the nearest that passes", apply, 0},
    {{CS_KEY_TAB}, "complete", "complete words, names of nodes, buses and events", complete, 1},
    {{CS_KEY_BACKTAB}, NULL, "the offer before", complete, -1},
    {{CS_KEY_UP}, "before", "what was searched before, in earlier runs too", recall, 1},
    {{CS_KEY_DOWN}, NULL, "and what was typed after it", recall, -1},
    {{CS_KEY_CTRL_U}, "erase", "erase what is left of the cursor", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", leave, 0},
};

const struct cs_overlay cs_overlay_filter = {
    .title = "Filter",
    .needs = CS_NEEDS_NODES,
    .draw = draw,
    .key = key,
    .bindings = filter_bindings,
    .n_bindings = sizeof filter_bindings / sizeof *filter_bindings,
};

const struct cs_overlay cs_overlay_search = {
    .title = "Search",
    .needs = CS_NEEDS_NODES,
    .draw = draw,
    .key = key,
    .bindings = search_bindings,
    .n_bindings = sizeof search_bindings / sizeof *search_bindings,
};
