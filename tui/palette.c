/* SPDX-License-Identifier: MIT */
/* palette.c - see palette.h. All of it comes from the tables of words, faults and keys. */
#include "tui/palette.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_WIDTH 30

/* ---- finding --------------------------------------------------------------------------------- */

/* How well a row fits: by the beginning of its name, by a part of it, by what it is about. */
enum fit { FIT_BEGINS, FIT_PART, FIT_ABOUT, FIT_COUNT, FIT_NOT = FIT_COUNT };

struct search {
    const char *typed;
    enum fit fit;
    struct cs_palette_row *rows;
    unsigned n;
};

static bool has(const char *text, const char *part, size_t len)
{
    for (; *text; text++)
        if (!strncasecmp(text, part, len))
            return true;
    return false;
}

/* A word of `text` begins so. */
static bool has_word(const char *text, const char *part, size_t len)
{
    for (const char *at = text; *at; at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && !strncasecmp(at, part, len))
            return true;
    return false;
}

/* Each of the words that were typed is somewhere in it. */
static bool is_about(const struct cs_palette_row *row, const char *typed)
{
    while (*typed) {
        const size_t len = strcspn(typed, " ");
        if (len && !has_word(row->name, typed, len) && !has_word(row->help, typed, len))
            return false;
        typed += len + strspn(typed + len, " ");
    }
    return true;
}

static enum fit fit_of(const struct cs_palette_row *row, const char *typed)
{
    const size_t len = strlen(typed);

    if (row->key)
        return len > 1 && is_about(row, typed) ? FIT_ABOUT : FIT_NOT;
    if (!strncasecmp(row->name, typed, len))
        return FIT_BEGINS;
    if (len < 2)
        return FIT_NOT;
    if (has(row->name, typed, len))
        return FIT_PART;
    return is_about(row, typed) ? FIT_ABOUT : FIT_NOT;
}

static void take(struct search *search, struct cs_palette_row row, const char *before,
                 const char *name)
{
    snprintf(row.name, sizeof row.name, "%s%s", before, name);
    if (search->n < CS_PALETTE_ROWS && fit_of(&row, search->typed) == search->fit)
        search->rows[search->n++] = row;
}

static void take_words(struct search *search, const struct cs_word *words, unsigned n,
                       const char *view)
{
    for (unsigned i = 0; i < n; i++)
        take(search,
             (struct cs_palette_row){.form = words[i].form, .help = words[i].help, .view = view},
             "", words[i].name);
}

static void take_faults(struct search *search)
{
    for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++)
        take(search,
             (struct cs_palette_row){
                 .form = "", .help = cs_fault_help((enum cs_fault_kind)k), .fault = true},
             "", cs_fault_name((enum cs_fault_kind)k));
}

static void take_keys(struct search *search, const struct cs_binding *bindings, unsigned n,
                      const char *view)
{
    for (unsigned i = 0; i < n; i++)
        if (bindings[i].run)
            take(
                search,
                (struct cs_palette_row){
                    .form = "", .help = bindings[i].help, .view = view, .key = bindings[i].keys[0]},
                "", bindings[i].label ? bindings[i].label : "");
}

static void take_views(struct search *search)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        take(search, (struct cs_palette_row){.form = "", .help = cs_views[v]->help}, "view ",
             cs_views[v]->name);
}

unsigned cs_palette_find(const struct cs_tui *tui, const char *typed,
                         struct cs_palette_row rows[CS_PALETTE_ROWS])
{
    const struct cs_view *view = cs_views[tui->view];
    struct search search = {.typed = typed, .rows = rows};

    for (; search.fit < FIT_COUNT && !(search.n && search.fit == FIT_ABOUT); search.fit++) {
        take_words(&search, view->words, view->n_words, NULL);
        take_words(&search, cs_global_words, cs_n_global_words, NULL);
        take_faults(&search);
        take_views(&search);
        take_keys(&search, view->bindings, view->n_bindings, NULL);
        take_keys(&search, cs_global_bindings, cs_n_global_bindings, NULL);
        for (unsigned v = 0; v < cs_n_views; v++)
            if (cs_views[v] != view)
                take_words(&search, cs_views[v]->words, cs_views[v]->n_words, cs_views[v]->title);
        for (unsigned v = 0; v < cs_n_views; v++)
            if (cs_views[v] != view)
                take_keys(&search, cs_views[v]->bindings, cs_views[v]->n_bindings,
                          cs_views[v]->title);
    }
    return search.n;
}

static bool is_offered(const struct cs_offers *offers, const char *name)
{
    for (unsigned i = 0; i < offers->n; i++)
        if (!strcmp(offers->text[i], name))
            return true;
    return false;
}

void cs_palette_offers(const struct cs_tui *tui, const char *typed, struct cs_offers *offers)
{
    struct cs_palette_row rows[CS_PALETTE_ROWS];
    const unsigned n = cs_palette_find(tui, typed, rows);
    const bool begins = n && !rows[0].key && fit_of(&rows[0], typed) == FIT_BEGINS;

    offers->n = 0;
    for (unsigned i = 0; i < n && offers->n < CS_OFFERS; i++)
        if (!rows[i].key && (!begins || fit_of(&rows[i], typed) == FIT_BEGINS) &&
            !is_offered(offers, rows[i].name))
            memcpy(offers->text[offers->n++], rows[i].name, CS_NAME_MAX);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_frame(const struct cs_tui *tui, struct cs_canvas *canvas, int y, int lines,
                      const char *title)
{
    const int top = y - lines;

    cs_canvas_fill(canvas, (struct cs_rect){0, top - 1, tui->width, lines + 1}, CS_STYLE_TEXT, ' ');
    cs_canvas_fill(canvas, (struct cs_rect){0, top - 1, tui->width, 1}, CS_STYLE_FAINT, 0x2500);
    cs_canvas_printf(canvas, 1, top - 1, CS_STYLE_BOX_TITLE, " %s ", title);
    return top;
}

static void draw_row(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                     const struct cs_palette_row *row, bool marked)
{
    char text[160], name[CS_KEY_NAME_MAX];
    int x;

    if (row->key) {
        x = cs_canvas_put(canvas, 2, y, CS_STYLE_DIM, "key ");
        cs_canvas_put(canvas, x, y, CS_STYLE_KEY, cs_key_name(row->key, name));
    } else {
        x = cs_canvas_put(canvas, 1, y, CS_STYLE_DIM, ":");
        x = cs_canvas_put(canvas, x, y, CS_STYLE_KEY, row->name);
        cs_canvas_field(canvas, x + 1, y, NAME_WIDTH - x - 1, false, CS_STYLE_DIM, row->form);
    }
    snprintf(text, sizeof text, "%s%s%s%s%s",
             row->view    ? "in "
             : row->fault ? "fault: "
                          : "",
             row->view ? row->view : "", row->view ? ": " : "",
             row->key && *row->name ? row->name : "", row->key && *row->name ? ": " : "");
    x = cs_canvas_put(canvas, NAME_WIDTH + 1, y, CS_STYLE_INFO, text);
    cs_canvas_field(canvas, x, y, tui->width - 1 - x, false, CS_STYLE_TEXT, row->help);
    if (marked)
        cs_canvas_select(canvas, (struct cs_rect){0, y, tui->width, 1});
}

void cs_palette_draw(const struct cs_tui *tui, struct cs_canvas *canvas, int y, const char *typed,
                     const char *at)
{
    struct cs_palette_row rows[CS_PALETTE_ROWS];
    const int n = (int)cs_palette_find(tui, typed, rows), most = tui->height / 2 - 3;
    const int lines = n < most ? n : most;
    int top, marked = -1, skip = 0;

    if (!n)
        return;
    for (int i = 0; i < n && at && marked < 0; i++)
        if (!rows[i].key && !strcmp(rows[i].name, at))
            marked = i;
    if (marked < 0 && rows[0].key)
        marked = 0; /* Enter presses it */
    if (marked >= lines)
        skip = marked - lines + 1;
    top = draw_frame(tui, canvas, y, lines, *typed ? "what fits" : "what can be done");
    for (int i = 0; i < lines; i++)
        draw_row(tui, canvas, top + i, &rows[skip + i], skip + i == marked);
    if (n > lines)
        cs_canvas_printf(canvas, tui->width - 29, top - 1, CS_STYLE_BOX_TITLE,
                         " %3d more: type to narrow ", n - lines);
}

void cs_palette_draw_offers(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                            const struct cs_offers *offers, int at)
{
    int wide = 0, columns, lines, top;

    for (unsigned i = 0; i < offers->n; i++) {
        const int width = cs_text_width(offers->text[i]);
        wide = width > wide ? width : wide;
    }
    if (!offers->n)
        return;
    columns = (tui->width - 2) / (wide + 2);
    columns = columns ? columns : 1;
    lines = ((int)offers->n + columns - 1) / columns;
    lines = lines < tui->height / 2 - 3 ? lines : tui->height / 2 - 3;
    top = draw_frame(tui, canvas, y, lines, "what can come here");
    for (int i = 0; i < (int)offers->n && i < lines * columns; i++)
        cs_canvas_put(canvas, 1 + i % columns * (wide + 2), top + i / columns,
                      i == at ? CS_STYLE_TAB_ON : CS_STYLE_KEY, offers->text[i]);
}
