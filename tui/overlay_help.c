/* SPDX-License-Identifier: MIT */
/* overlay_help.c - all keys, from the tables that handle them: those of the view at hand first. */
#include <stdio.h>
#include <string.h>

#include "tui/keymap.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define BOX_WIDTH  72
#define KEYS_WIDTH 12

struct page {
    struct cs_canvas *canvas; /* NULL: only count */
    struct cs_rect at;
    int skip, line; /* lines scrolled away; lines so far */
};

static void put_line(struct page *page, const char *heading, const char *keys, const char *text)
{
    int y = page->at.y + page->line++ - page->skip;

    if (!page->canvas || y < page->at.y || y >= page->at.y + page->at.h)
        return;
    cs_canvas_put(page->canvas, page->at.x, y, CS_STYLE_BRIGHT, heading);
    cs_canvas_put(page->canvas, page->at.x + 1, y, CS_STYLE_KEY, keys);
    cs_canvas_field(page->canvas, page->at.x + 2 + KEYS_WIDTH, y, page->at.w - 2 - KEYS_WIDTH,
                    false, CS_STYLE_TEXT, text);
}

static void put_bindings(struct page *page, const char *heading, const struct cs_binding *bindings,
                         unsigned n)
{
    if (page->line)
        put_line(page, "", "", "");
    put_line(page, heading, "", "");
    for (unsigned i = 0; i < n; i++) {
        char keys[CS_BINDING_KEYS * (CS_KEY_NAME_MAX + 1)] = "", name[CS_KEY_NAME_MAX];
        for (unsigned k = 0; k < CS_BINDING_KEYS && bindings[i].keys[k]; k++)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", k ? " " : "",
                     cs_key_name(bindings[i].keys[k], name));
        put_line(page, "", keys, bindings[i].help);
    }
}

/* Behind ':'. */
static void put_words(struct page *page, const struct cs_word *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char word[KEYS_WIDTH * 2], text[160];
        snprintf(word, sizeof word, ":%s", words[i].name);
        snprintf(text, sizeof text, "%s%s%s", words[i].form, *words[i].form ? ": " : "",
                 words[i].help);
        put_line(page, "", word, text);
    }
}

static void put_views(struct page *page)
{
    put_line(page, "", "", "");
    put_line(page, "Views", "", "");
    for (unsigned v = 0; v < cs_n_views; v++) {
        char keys[2 * (CS_KEY_NAME_MAX + 1)] = "", name[CS_KEY_NAME_MAX], text[160];
        for (unsigned k = 0; k < 2 && cs_views[v]->keys[k]; k++)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", k ? " " : "",
                     cs_key_name(cs_views[v]->keys[k], name));
        snprintf(text, sizeof text, "%s: %s", cs_views[v]->name, cs_views[v]->help);
        put_line(page, "", keys, text);
    }
}

static void put_own(struct page *page, const struct cs_keymap *map)
{
    if (!map || !map->n)
        return;
    put_line(page, "", "", "");
    put_line(page, "Your own", "", "");
    for (unsigned i = 0; i < map->n; i++) {
        char name[CS_KEY_NAME_MAX], text[CS_KEYMAP_KEYS + 40];
        snprintf(text, sizeof text, "%s%s%s", map->row[i].view, map->row[i].view[0] ? ": " : "",
                 map->row[i].keys);
        put_line(page, "", cs_key_name(map->row[i].key, name), text);
    }
}

static int put_all(const struct cs_tui *tui, struct page *page)
{
    static const struct cs_overlay *const dialogs[] = {&cs_overlay_inject, &cs_overlay_fault,
                                                       &cs_overlay_prompt, &cs_overlay_save,
                                                       &cs_overlay_send,   &cs_overlay_presets};
    const struct cs_view *view = cs_views[tui->view];

    put_bindings(page, view->title, view->bindings, view->n_bindings);
    put_words(page, view->words, view->n_words);
    put_own(page, tui->keymap);
    put_views(page);
    put_bindings(page, "Everywhere", cs_global_bindings, cs_n_global_bindings);
    put_words(page, cs_global_words, cs_n_global_words);
    for (size_t i = 0; i < sizeof dialogs / sizeof *dialogs; i++)
        put_bindings(page, dialogs[i]->title, dialogs[i]->bindings, dialogs[i]->n_bindings);
    return page->line;
}

static struct cs_rect box_of(const struct cs_tui *tui)
{
    struct page page = {0};
    int lines = put_all(tui, &page), most = tui->height - 4;
    int h = lines + 2 < most ? lines + 2 : most;

    return cs_box_place(tui, BOX_WIDTH, h, (tui->height - h) / 2);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    struct cs_rect box = box_of(tui);
    struct page page = {.canvas = canvas, .skip = tui->help_top};
    int lines;

    page.at = (struct cs_rect){box.x + 2, box.y + 1, box.w - 4, box.h - 2};
    cs_canvas_box(canvas, box, "Help");
    lines = put_all(tui, &page);
    if (lines - page.skip > page.at.h)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y + box.h - 1, CS_STYLE_BOX_TITLE,
                      " ↓ more ");
    if (page.skip)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
}

static void scroll(struct cs_tui *tui, int by)
{
    struct page page = {0};
    int room = box_of(tui).h - 2, last = put_all(tui, &page) - room;

    if (by == 2 || by == -2)
        by = by / 2 * (room - 1);
    tui->help_top += by;
    if (tui->help_top > last)
        tui->help_top = last;
    if (tui->help_top < 0)
        tui->help_top = 0;
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_DOWN, 'j'}, "down", "a line down", scroll, 1},
    {{CS_KEY_UP, 'k'}, "up", "a line up", scroll, -1},
    {{CS_KEY_PGDN, CS_KEY_SPACE}, "page down", "a page down", scroll, 2},
    {{CS_KEY_PGUP}, "page up", "a page up", scroll, -2},
    {{CS_KEY_ESC, '?', CS_KEY_ENTER}, "close", "close", cs_tui_open, CS_OVERLAY_NONE},
    {{'q', CS_KEY_F1}, NULL, "close", cs_tui_open, CS_OVERLAY_NONE},
};

const struct cs_overlay cs_overlay_help = {
    .title = "Help",
    .draw = draw,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
