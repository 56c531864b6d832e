/* SPDX-License-Identifier: MIT */
/* view_ids_groups.c - groups in the list by identifier, which can be folded, and ":sort". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/columns.h"
#include "tui/view_ids.h"

const char *cs_ids_group_name(const struct cs_tui *tui, const struct cs_tui_id *item)
{
    switch (cs_ids_view(tui)->group) {
    case IDS_GROUP_NODE:
        return cs_tui_who(tui, item->who);
    case IDS_GROUP_PROTOCOL:
        return *item->protocol ? item->protocol : "not decoded";
    default:
        return "";
    }
}

static const struct cs_tui_id *item_at(const struct cs_tui *tui, uint32_t at)
{
    uint32_t n;

    return &cs_ids_items(tui, &n)[at & ~CS_IDS_GROUP];
}

static struct ids_fold *fold_of(const struct cs_tui *tui, const char *name)
{
    struct ids_view *view = cs_ids_view(tui);

    for (unsigned i = 0; i < view->n_folds; i++)
        if (!strncmp(view->fold[i].name, name, sizeof view->fold[i].name - 1))
            return &view->fold[i];
    return NULL;
}

/* Of a folded group the first line is left, and the others are counted. */
static void fold_lines(struct cs_tui *tui)
{
    struct cs_ids *ids = &tui->ids;
    uint32_t to = 0;

    for (unsigned i = 0; i < cs_ids_view(tui)->n_folds; i++)
        cs_ids_view(tui)->fold[i].n = cs_ids_view(tui)->fold[i].per_s = 0;
    for (uint32_t i = 0; i < ids->n_lines; i++) {
        const struct cs_tui_id *item = item_at(tui, ids->order[i]);
        struct ids_fold *fold = fold_of(tui, cs_ids_group_name(tui, item));
        if (!fold || fold->n == 0)
            ids->order[to++] = ids->order[i];
        if (fold) {
            fold->n++;
            fold->per_s += item->per_s;
        }
    }
    ids->n_lines = to;
}

/* From the end, so that each line moves once. */
void cs_ids_put_titles(struct cs_tui *tui)
{
    struct cs_ids *ids = &tui->ids;
    uint32_t *order = ids->order, more = 0, to;
    const char *name, *before;

    fold_lines(tui);
    for (uint32_t i = 0; i < ids->n_lines; i++) {
        name = cs_ids_group_name(tui, item_at(tui, order[i]));
        before = i ? cs_ids_group_name(tui, item_at(tui, order[i - 1])) : NULL;
        more += (!before || strcmp(name, before) != 0) && !fold_of(tui, name);
    }
    to = ids->n_lines + more;
    for (uint32_t i = ids->n_lines; i-- > 0;) {
        const uint32_t at = order[i];
        name = cs_ids_group_name(tui, item_at(tui, at));
        before = i ? cs_ids_group_name(tui, item_at(tui, order[i - 1])) : NULL;
        if (!fold_of(tui, name))
            order[--to] = at;
        if (!before || strcmp(name, before) != 0)
            order[--to] = at | CS_IDS_GROUP;
    }
    ids->n_lines += more;
}

bool cs_ids_same_line(const struct cs_tui *tui, uint32_t a, uint32_t b)
{
    uint32_t n;

    cs_ids_items(tui, &n);
    if (a == b || !(a & b & CS_IDS_GROUP) || (a & ~CS_IDS_GROUP) >= n || (b & ~CS_IDS_GROUP) >= n)
        return a == b;
    return !strcmp(cs_ids_group_name(tui, item_at(tui, a)),
                   cs_ids_group_name(tui, item_at(tui, b)));
}

static const char *name_at(const struct cs_tui *tui, int line)
{
    return cs_ids_group_name(tui, item_at(tui, tui->ids.order[line]));
}

static bool is_title(const struct cs_tui *tui, int line)
{
    return line >= 0 && line < (int)tui->ids.n_lines && tui->ids.order[line] & CS_IDS_GROUP;
}

bool cs_ids_folded(const struct cs_tui *tui, int line)
{
    return is_title(tui, line) && fold_of(tui, name_at(tui, line));
}

void cs_ids_draw_title(const struct cs_tui *tui, struct cs_canvas *canvas, int y, int width,
                       int line)
{
    const struct ids_fold *fold = fold_of(tui, name_at(tui, line));
    uint32_t count = fold ? fold->n : 0, per_s = fold ? fold->per_s : 0;
    const struct cs_tui_id *item;
    char text[128];

    for (int i = line + 1; !fold && (item = cs_ids_of_line(tui, i)) != NULL; i++, count++)
        per_s += item->per_s;
    cs_canvas_fill(canvas, (struct cs_rect){0, y, width, 1}, CS_STYLE_FAINT, 0x2500);
    snprintf(text, sizeof text, " %s%s ", fold ? "+ " : "", name_at(tui, line));
    cs_canvas_put(canvas, 1, y, CS_STYLE_NODE, text);
    cs_canvas_printf(canvas, 1 + cs_text_width(text), y, CS_STYLE_DIM, "%u identifier%s · %u/s ",
                     count, count == 1 ? "" : "s", per_s);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void fold_line(struct cs_tui *tui, int line)
{
    struct ids_view *view = cs_ids_view(tui);
    const char *name = name_at(tui, line);

    if (fold_of(tui, name))
        return;
    if (view->n_folds == IDS_FOLDS) {
        cs_tui_say(tui, false, "%d groups are folded, which is as many as can be", IDS_FOLDS);
        return;
    }
    snprintf(view->fold[view->n_folds++].name, sizeof view->fold[0].name, "%s", name);
    tui->by_id.pinned = true;
    tui->by_id.pin = tui->ids.order[line] | CS_IDS_GROUP;
    cs_tui_say(tui, false, "%s is folded: Right opens it", name);
}

void cs_ids_fold(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (cs_ids_view(tui)->group == IDS_GROUP_NONE)
        cs_tui_say(tui, false, "p makes groups, which can be folded");
    else if (!tui->by_id.pinned || tui->by_id.list.sel >= (int)tui->ids.n_lines)
        cs_tui_say(tui, false, "select a line of the group first");
    else
        fold_line(tui, tui->by_id.list.sel);
}

void cs_ids_unfold(struct cs_tui *tui, int unused)
{
    struct ids_view *view = cs_ids_view(tui);
    const int line = tui->by_id.list.sel;
    struct ids_fold *fold;

    (void)unused;
    if (!tui->by_id.pinned || !cs_ids_folded(tui, line))
        return;
    fold = fold_of(tui, name_at(tui, line));
    *fold = view->fold[--view->n_folds];
    tui->by_id.pin = tui->ids.order[line] & ~CS_IDS_GROUP;
}

void cs_ids_click_title(struct cs_tui *tui, int line)
{
    if (!cs_ids_folded(tui, line)) {
        fold_line(tui, line);
        return;
    }
    cs_ids_pin(tui, line);
    cs_ids_unfold(tui, 0);
}

void cs_ids_next_group(struct cs_tui *tui, int unused)
{
    static const char *const names[] = {"not grouped", "grouped by node: Left folds one",
                                        "grouped by what the decoder takes them for"};
    struct ids_view *view = cs_ids_view(tui);

    (void)unused;
    view->group = (view->group + 1) % IDS_GROUP_COUNT;
    if (view->group == IDS_GROUP_PROTOCOL && !tui->decoded)
        view->group = IDS_GROUP_NONE;
    if (tui->by_id.pinned)
        tui->by_id.pin &= ~CS_IDS_GROUP;
    cs_tui_say(tui, false, "%s", names[view->group]);
}

/* ---- words ----------------------------------------------------------------------------------- */

static int sort_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size)
{
    char name[24];

    for (int i = 0; i < cs_ids_n_columns; i++)
        if (!strcasecmp(cs_column_name(&cs_ids_columns[i], name), rest) &&
            cs_column_orders(&cs_ids_columns[i])) {
            cs_ids_sort_by(tui, i);
            return 0;
        }
    snprintf(why, why_size, "must be a column that orders, such as count or last-seen");
    return -1;
}

static void sort_offers(const struct cs_tui *tui, const char *rest, int *from,
                        struct cs_offers *offers)
{
    char name[24];

    (void)tui;
    *from = 0;
    for (int i = 0; i < cs_ids_n_columns && offers->n < CS_OFFERS; i++)
        if (cs_column_orders(&cs_ids_columns[i]) &&
            !strncasecmp(cs_column_name(&cs_ids_columns[i], name), rest, strlen(rest)))
            snprintf(offers->text[offers->n++], sizeof offers->text[0], "%s", name);
}

const struct cs_word cs_ids_words[1] = {
    {"sort", "COLUMN", "order the identifiers by it; last-seen: what is missing first", sort_word,
     sort_offers},
};
