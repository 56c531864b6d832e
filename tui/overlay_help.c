/* SPDX-License-Identifier: MIT */
/* overlay_help.c - all keys, from the tables that handle them: those of the view at hand first. */
#include <stdio.h>
#include <string.h>

#include "tui/keymap.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define COLUMN_WIDTH 72
#define KEYS_WIDTH   12

struct page {
    struct cs_canvas *canvas; /* NULL: only count */
    struct cs_rect at;        /* of the first column */
    int columns;
    int skip, line;      /* lines scrolled away; lines so far */
    const char *find;    /* only lines with it; "": all */
    const char *heading; /* goes before the next line that is shown; NULL: is there already */
};

/* The columns follow one another: a page of them is in sight. */
static void put_line(struct page *page, int indent, uint8_t style, const char *keys,
                     const char *text)
{
    const int line = page->line++ - page->skip;

    if (!page->canvas || line < 0 || line >= page->at.h * page->columns)
        return;
    const int x = page->at.x + line / page->at.h * COLUMN_WIDTH, y = page->at.y + line % page->at.h;
    cs_canvas_put(page->canvas, x + 1, y, CS_STYLE_KEY, keys);
    cs_canvas_field(page->canvas, x + indent, y, page->at.w - indent, false, style, text);
}

/* As many of its bytes as fit a line, up to a blank where there is one. */
static size_t fitting(const char *text, int width)
{
    size_t blank = 0, len = 0;

    for (const char *next = text; *next && width-- > 0; len = (size_t)(next - text)) {
        if (*next == ' ')
            blank = (size_t)(next - text);
        cs_utf8_next(&next);
    }
    return text[len] && text[len] != ' ' && blank ? blank : len;
}

static void put_wrapped(struct page *page, int indent, uint8_t style, const char *keys,
                        const char *text)
{
    char part[4 * COLUMN_WIDTH];

    do {
        const size_t len = fitting(text, COLUMN_WIDTH - 4 - indent);
        snprintf(part, sizeof part, "%.*s", (int)len, text);
        put_line(page, indent, style, keys, part);
        text += len + strspn(text + len, " ");
        keys = "";
    } while (*text);
}

static void put_heading(struct page *page)
{
    if (!page->heading)
        return;
    if (page->line)
        put_line(page, 0, CS_STYLE_TEXT, "", "");
    put_line(page, 0, CS_STYLE_BRIGHT, "", page->heading);
    page->heading = NULL;
}

static void put_row(struct page *page, const char *keys, const char *text)
{
    if (*page->find && !strcasestr(keys, page->find) && !strcasestr(text, page->find))
        return;
    put_heading(page);
    put_wrapped(page, 2 + KEYS_WIDTH, CS_STYLE_TEXT, keys, text);
}

/* What a view shows, and what its signs are. */
static void put_about(struct page *page, const struct cs_view *view)
{
    char line[512];

    page->heading = "What is what";
    for (const char *text = view->about; text && *text;) {
        const size_t len = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)len, text);
        text += len + (text[len] == '\n');
        if (*page->find && !strcasestr(line, page->find))
            continue;
        put_heading(page);
        put_wrapped(page, 1, CS_STYLE_DIM, "", line);
    }
}

/* Keys that everybody knows come last. */
static bool is_plain(const struct cs_binding *binding)
{
    switch (binding->keys[0]) {
    case CS_KEY_UP:
    case CS_KEY_DOWN:
    case CS_KEY_PGUP:
    case CS_KEY_PGDN:
    case CS_KEY_HOME:
    case CS_KEY_END:
        return !binding->label;
    default:
        return false;
    }
}

static void put_bindings(struct page *page, const char *heading, const struct cs_binding *bindings,
                         unsigned n)
{
    page->heading = heading;
    for (unsigned i = 0; i < 2 * n; i++) {
        const struct cs_binding *binding = &bindings[i < n ? i : i - n];
        char keys[CS_BINDING_KEYS * (CS_KEY_NAME_MAX + 1)] = "", name[CS_KEY_NAME_MAX];
        if (is_plain(binding) != (i >= n))
            continue;
        for (unsigned k = 0; k < CS_BINDING_KEYS && binding->keys[k]; k++)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", k ? " " : "",
                     cs_key_name(binding->keys[k], name));
        put_row(page, keys, binding->help);
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
        put_row(page, word, text);
    }
}

static void put_views(struct page *page)
{
    page->heading = "Views";
    for (unsigned v = 0; v < cs_n_views; v++) {
        char keys[2 * (CS_KEY_NAME_MAX + 1)] = "", name[CS_KEY_NAME_MAX], text[160];
        for (unsigned k = 0; k < 2 && cs_views[v]->keys[k]; k++)
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", k ? " " : "",
                     cs_key_name(cs_views[v]->keys[k], name));
        snprintf(text, sizeof text, "%s: %s", cs_views[v]->name, cs_views[v]->help);
        put_row(page, keys, text);
    }
}

static void put_own(struct page *page, const struct cs_keymap *map)
{
    if (!map || !map->n)
        return;
    page->heading = "Your own";
    for (unsigned i = 0; i < map->n; i++) {
        char name[CS_KEY_NAME_MAX], text[CS_KEYMAP_KEYS + 40];
        snprintf(text, sizeof text, "%s%s%s", map->row[i].view, map->row[i].view[0] ? ": " : "",
                 map->row[i].keys);
        put_row(page, cs_key_name(map->row[i].key, name), text);
    }
}

static int put_all(const struct cs_tui *tui, struct page *page)
{
    static const struct cs_overlay *const dialogs[] = {&cs_overlay_inject, &cs_overlay_fault,
                                                       &cs_overlay_prompt, &cs_overlay_save,
                                                       &cs_overlay_send,   &cs_overlay_presets};
    const struct cs_view *view = cs_views[tui->view];
    char title[160];

    page->find = tui->help_find.text;
    snprintf(title, sizeof title, "%s: %s", view->title, view->help);
    put_bindings(page, title, view->bindings, view->n_bindings);
    put_words(page, view->words, view->n_words);
    put_own(page, tui->keymap);
    put_bindings(page, "Everywhere", cs_global_bindings, cs_n_global_bindings);
    put_about(page, view);
    put_views(page);
    page->heading = "Everywhere, behind :";
    put_words(page, cs_global_words, cs_n_global_words);
    for (size_t i = 0; i < sizeof dialogs / sizeof *dialogs; i++)
        put_bindings(page, dialogs[i]->title, dialogs[i]->bindings, dialogs[i]->n_bindings);
    return page->line;
}

/* One column, or two where there is room. */
static struct cs_rect box_of(const struct cs_tui *tui, int *columns)
{
    struct page page = {.columns = 1};
    const int lines = put_all(tui, &page), most = tui->height - 4;
    int w, h;

    *columns = lines > most - 2 && tui->width >= 2 * COLUMN_WIDTH + 4 ? 2 : 1;
    w = *columns * COLUMN_WIDTH;
    h = (lines + *columns - 1) / *columns + 2;
    h = h < most ? h : most;
    h = h < 5 ? 5 : h;
    return cs_box_place(tui, w, h, (tui->height - h) / 2);
}

static void draw_find(const struct cs_tui *tui, struct cs_canvas *canvas, int lines)
{
    const int y = tui->height - 2;

    if (!tui->help_finds && !tui->help_find.len)
        return;
    cs_canvas_fill(canvas, (struct cs_rect){0, y, tui->width, 1}, CS_STYLE_TEXT, ' ');
    const int x = cs_canvas_put(canvas, 1, y, CS_STYLE_BRIGHT, "find ");
    if (tui->help_finds)
        cs_textfield_draw(&tui->help_find, canvas, x, y, 40);
    else
        cs_canvas_put(canvas, x, y, CS_STYLE_TEXT, tui->help_find.text);
    if (!lines)
        cs_canvas_put(canvas, x + 42, y, CS_STYLE_WARN, "no key or word tells of it");
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas)
{
    struct page page = {.canvas = canvas, .skip = tui->help_top};
    const struct cs_rect box = box_of(tui, &page.columns);
    int lines;

    page.at = (struct cs_rect){box.x + 2, box.y + 1, COLUMN_WIDTH - 4, box.h - 2};
    cs_canvas_box(canvas, box, "Help");
    lines = put_all(tui, &page);
    if (lines - page.skip > page.at.h * page.columns)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y + box.h - 1, CS_STYLE_BOX_TITLE,
                      " ↓ more ");
    if (page.skip)
        cs_canvas_put(canvas, box.x + box.w - 12, box.y, CS_STYLE_BOX_TITLE, " ↑ more ");
    draw_find(tui, canvas, lines);
}

static void scroll(struct cs_tui *tui, int by)
{
    struct page page = {.columns = 1};
    int columns, room = box_of(tui, &columns).h - 2, last;

    room *= columns;
    last = put_all(tui, &page) - room;
    if (by == 2 || by == -2)
        by = by / 2 * (room - 1);
    tui->help_top += by;
    if (tui->help_top > last)
        tui->help_top = last;
    if (tui->help_top < 0)
        tui->help_top = 0;
}

/* What is typed while something is looked for; else letters that do something. */
static void key(struct cs_tui *tui, int32_t code)
{
    if (tui->help_finds) {
        cs_textfield_key(&tui->help_find, code);
        tui->help_top = 0;
        return;
    }
    if (code == '/')
        tui->help_finds = true;
    else if (code == 'q' || code == '?')
        cs_tui_open(tui, CS_OVERLAY_NONE);
    else if (code == 'j' || code == 'k')
        scroll(tui, code == 'j' ? 1 : -1);
    else if (code == CS_KEY_SPACE)
        scroll(tui, 2);
}

/* What was looked for is taken away first. */
static void leave(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!tui->help_finds && !tui->help_find.len) {
        cs_tui_open(tui, CS_OVERLAY_NONE);
        return;
    }
    tui->help_finds = false;
    cs_textfield_set(&tui->help_find, "");
    tui->help_top = 0;
}

static void enter(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (tui->help_finds)
        tui->help_finds = false;
    else
        cs_tui_open(tui, CS_OVERLAY_NONE);
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_DOWN}, "down", "a line down", scroll, 1},
    {{CS_KEY_UP}, "up", "a line up", scroll, -1},
    {{CS_KEY_PGDN}, "page down", "a page down", scroll, 2},
    {{CS_KEY_PGUP}, "page up", "a page up", scroll, -2},
    {{'/'}, "find", "only lines with a text", NULL, 0},
    {{CS_KEY_ESC}, "close", "close", leave, 0},
    {{CS_KEY_ENTER, CS_KEY_F1}, NULL, "close", enter, 0},
};

const struct cs_overlay cs_overlay_help = {
    .title = "Help",
    .draw = draw,
    .key = key,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
