/* SPDX-License-Identifier: MIT */
/* view_ids.c - one line for each identifier: how often, how regular, what it carries now. */
#include "tui/view_ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/query_row.h"

/* It is late by so much more than it ever was. */
#define STALE_PS      (100 * CS_PS_PER_MS)
#define STALE_ONCE_PS (10 * CS_PS_PER_S)

struct ids_view *cs_ids_view(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_ids);
}

const struct cs_tui_id *cs_ids_items(const struct cs_tui *tui, uint32_t *n)
{
    const struct ids_view *view = cs_ids_view(tui);

    *n = view->frozen ? view->n_frozen : tui->ids.n;
    return view->frozen ? view->frozen : tui->ids.items;
}

int64_t cs_ids_now(const struct cs_tui *tui)
{
    const struct ids_view *view = cs_ids_view(tui);

    return view->frozen ? view->frozen_ps : tui->info.now_ps;
}

bool cs_ids_stale(const struct cs_tui *tui, const struct cs_tui_id *item)
{
    const int64_t age = cs_ids_now(tui) - item->stat.last_ps;

    return item->count > 2 ? age / 2 > item->most_ps + STALE_PS / 2 : age > STALE_ONCE_PS;
}

/* ---- lines ----------------------------------------------------------------------------------- */

const struct cs_tui_id *cs_ids_of_line(const struct cs_tui *tui, int line)
{
    uint32_t n;
    const struct cs_tui_id *items = cs_ids_items(tui, &n);

    if (line < 0 || line >= (int)tui->ids.n_lines || tui->ids.order[line] & CS_IDS_GROUP)
        return NULL;
    return &items[tui->ids.order[line]];
}

const struct cs_tui_id *cs_ids_selected(const struct cs_tui *tui)
{
    return tui->by_id.pinned ? cs_ids_of_line(tui, tui->by_id.list.sel) : NULL;
}

static int cmp_lines(const void *a, const void *b, void *arg)
{
    const struct cs_tui *tui = arg;
    uint32_t n;
    const struct cs_tui_id *items = cs_ids_items(tui, &n);
    const struct cs_tui_id *x = &items[*(const uint32_t *)a], *y = &items[*(const uint32_t *)b];
    int order = strcmp(cs_ids_group_name(tui, x), cs_ids_group_name(tui, y));

    if (order)
        return order;
    order = cs_column_compare(&cs_ids_columns[tui->by_id.sort], x, y);
    if (tui->by_id.reverse)
        order = -order;
    if (!order)
        order = cs_ids_by_priority(x, y);
    return order ? order : cs_ids_by_bus(x, y);
}

static int page(const struct cs_tui *tui)
{
    const int lines = cs_tui_page(tui) - cs_ids_bits_height(tui);

    return lines > 0 ? lines : 1;
}

/* Asked only where it may have changed: its latest frame may be far back in the trace. */
static bool passes(const struct cs_tui *tui, struct cs_tui_id *item)
{
    if (item->asked_of != tui->filter_changes || item->asked_at != item->stat.count ||
        item->coloured_of != tui->colours.changes) {
        item->passes = cs_id_passes(tui, &tui->filter, item);
        item->asked_of = tui->filter_changes;
        item->asked_at = item->stat.count;
        item->colour = cs_colours_id(tui, item);
        item->coloured_of = tui->colours.changes;
    }
    return item->passes;
}

static void list_lines(struct cs_tui *tui)
{
    struct cs_ids *ids = &tui->ids;
    uint32_t n;
    const struct cs_tui_id *items = cs_ids_items(tui, &n);

    ids->n_lines = 0;
    for (uint32_t i = 0; i < n; i++)
        if (items[i].count && !(cs_ids_view(tui)->lively && cs_ids_stale(tui, &items[i])) &&
            (cs_ids_view(tui)->frozen ? cs_id_passes(tui, &tui->filter, &items[i])
                                      : passes(tui, &tui->ids.items[i])))
            ids->order[ids->n_lines++] = i;
    if (ids->n_lines)
        qsort_r(ids->order, ids->n_lines, sizeof *ids->order, cmp_lines, tui);
    cs_ids_view(tui)->listed = ids->n_lines;
    if (cs_ids_view(tui)->group != IDS_GROUP_NONE)
        cs_ids_put_titles(tui);
}

static void refresh(struct cs_tui *tui)
{
    struct cs_ids_state *state = &tui->by_id;
    const struct cs_column *sort = &cs_ids_columns[state->sort];

    if (sort->wanted && !sort->wanted(tui))
        state->sort = cs_ids_column_id;
    for (uint32_t i = 0; i < tui->ids.n; i++) {
        cs_ids_derive(&tui->ids.items[i]);
        tui->ids.items[i].late =
            tui->ids.items[i].count > 2 && cs_ids_stale(tui, &tui->ids.items[i]);
    }
    list_lines(tui);
    for (uint32_t i = 0; state->pinned && i < tui->ids.n_lines; i++)
        if (cs_ids_same_line(tui, tui->ids.order[i], state->pin))
            state->list.sel = (int)i;
    cs_ids_decode(tui);
    cs_list_clamp(&state->list, (int)tui->ids.n_lines, page(tui));
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* What does not come any more fades away. */
static void dim(struct cs_canvas *canvas, int y)
{
    for (int x = 0; x < canvas->width && y >= 0 && y < canvas->height; x++) {
        struct cs_cell *cell = &canvas->cells[y * canvas->stride + x];
        if (cell->style != CS_STYLE_WARN)
            cell->style = CS_STYLE_DIM;
    }
}

static void draw_empty(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const char *text = tui->filter.n ? "nothing passes the filter yet"
                       : tui->ids.n  ? "nothing since it was cleared"
                                     : "no frames so far: i sends one";

    cs_canvas_put(canvas, (body.w - cs_text_width(text)) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                  text);
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_list *list = &tui->by_id.list;
    const int bits = cs_ids_bits_height(tui), lines = page(tui);
    struct cs_columns_layout layout;

    cs_columns_fit(tui, cs_ids_columns, (unsigned)cs_ids_n_columns, body.w, &layout);
    cs_columns_titles(cs_ids_columns, (unsigned)cs_ids_n_columns, canvas, body.y, &layout,
                      tui->by_id.sort, tui->by_id.reverse);
    for (int i = 0; i < lines && list->top + i < (int)tui->ids.n_lines; i++) {
        const struct cs_tui_id *item = cs_ids_of_line(tui, list->top + i);
        const int y = body.y + 1 + i;
        if (!item) {
            cs_ids_draw_title(tui, canvas, y, body.w, list->top + i);
            if (tui->by_id.pinned && list->top + i == list->sel)
                cs_canvas_select(canvas, (struct cs_rect){0, y, body.w, 1});
            continue;
        }
        cs_columns_row(tui, cs_ids_columns, (unsigned)cs_ids_n_columns, canvas, y, &layout, item);
        if (cs_ids_stale(tui, item))
            dim(canvas, y);
        else
            cs_colours_paint(canvas, (struct cs_rect){0, y, body.w, 1}, item->colour,
                             tui->by_id.pinned && list->top + i == list->sel);
        if (tui->by_id.pinned && list->top + i == list->sel)
            cs_canvas_select(canvas, (struct cs_rect){0, y, body.w, 1});
    }
    if (!tui->ids.n_lines)
        draw_empty(tui, canvas, body);
    if (bits)
        cs_ids_draw_bits(tui, canvas, (struct cs_rect){0, body.y + body.h - bits, body.w, bits});
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    const struct ids_view *view = cs_ids_view(tui);
    const uint32_t n = view->listed;
    char before[96] = "";
    uint64_t unlisted = tui->ids.unlisted;

    for (unsigned b = 0; b < tui->n_buses; b++)
        unlisted += tui->bus[b].stats.untracked;
    if (tui->filter.n)
        snprintf(before, sizeof before, "/%.24s · ", tui->filter.text);
    snprintf(before + strlen(before), sizeof before - strlen(before), "%s%s",
             view->frozen ? "frozen · " : "", view->notched ? "notched · " : "");
    if (view->lively)
        snprintf(before + strlen(before), sizeof before - strlen(before), "lively · ");
    if (unlisted)
        snprintf(text, size, "%s%u identifiers · %" PRIu64 " frames of others", before, n,
                 unlisted);
    else
        snprintf(text, size, "%s%u identifier%s", before, n, n == 1 ? "" : "s");
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_tui_id *item = cs_ids_selected(tui);
    char form[CS_FRAME_TEXT_MAX], least[CS_NUMBER_MAX], mean[CS_NUMBER_MAX], most[CS_NUMBER_MAX];
    char text[512], own[160];

    if (!item)
        return;
    cs_frame_format(&item->stat.last, form);
    if (item->count > 1)
        snprintf(text, sizeof text, "%s · period %s least, %s mean, %s most", form,
                 cs_text_span(item->least_ps, least), cs_text_span(item->mean_ps, mean),
                 cs_text_span(item->most_ps, most));
    else
        snprintf(text, sizeof text, "%s · seen once", form);
    if (*item->protocol)
        snprintf(text + strlen(text), sizeof text - strlen(text), " · %s %s", item->protocol,
                 item->said);
    const struct cs_frame *f = &item->stat.last;
    if (cs_fields_text(&tui->fields, f->id, f->flags, f->data, f->len, own, sizeof own))
        snprintf(text + strlen(text), sizeof text - strlen(text), " · %s", own);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

void cs_ids_pin(struct cs_tui *tui, int line)
{
    struct cs_ids_state *state = &tui->by_id;

    state->list.sel = line;
    cs_list_clamp(&state->list, (int)tui->ids.n_lines, page(tui));
    state->pinned = true;
    state->pin = tui->ids.order[state->list.sel];
}

/* Over the titles of groups that are open. */
static void move(struct cs_tui *tui, int by)
{
    struct cs_ids_state *state = &tui->by_id;

    if (!tui->ids.n_lines)
        return;
    cs_ids_pin(tui, state->list.sel + (state->pinned ? by : 0));
    if (!cs_ids_of_line(tui, state->list.sel) && !cs_ids_folded(tui, state->list.sel))
        cs_ids_pin(tui, state->list.sel + (by < 0 && state->list.sel > 0 ? -1 : 1));
}

static void move_page(struct cs_tui *tui, int by)
{
    tui->by_id.pinned |= tui->ids.n_lines > 0;
    move(tui, by * (page(tui) - 1));
}

static void move_all(struct cs_tui *tui, int by)
{
    tui->by_id.pinned |= tui->ids.n_lines > 0;
    move(tui, by * 2 * (int)CS_IDS_MAX);
}

void cs_ids_sort_by(struct cs_tui *tui, int column)
{
    tui->by_id.sort = column;
    tui->by_id.reverse = false;
    cs_tui_say(tui, false, "ordered by %s", cs_ids_columns[column].title);
}

static void next_sort(struct cs_tui *tui, int by)
{
    struct cs_columns_layout layout;
    int at = tui->by_id.sort;

    cs_columns_fit(tui, cs_ids_columns, (unsigned)cs_ids_n_columns, cs_tui_body(tui).w, &layout);
    do
        at = (at + cs_ids_n_columns + by) % cs_ids_n_columns;
    while (!cs_column_orders(&cs_ids_columns[at]) || !layout.w[at]);
    cs_ids_sort_by(tui, at);
}

static void reverse(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->by_id.reverse = !tui->by_id.reverse;
}

static void show_in_trace(struct cs_tui *tui, int unused)
{
    const struct cs_tui_id *item = cs_ids_of_line(tui, tui->by_id.list.sel);
    char text[16], why[128];

    (void)unused;
    if (!item) {
        cs_ids_unfold(tui, 0);
        return;
    }
    snprintf(text, sizeof text, item->stat.last.flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32,
             item->stat.last.id);
    cs_tui_filter_now(tui, text, why, sizeof why);
    tui->view = 0;
    tui->trace.follow = true;
    cs_tui_say(tui, false, "only %s is shown: Esc shows all again", text);
}

static void why(struct cs_tui *tui, int unused)
{
    const struct cs_tui_id *item = cs_ids_of_line(tui, tui->by_id.list.sel);

    (void)unused;
    if (item)
        cs_why_frame(tui, item->bus, item->stat.last.id, item->stat.last.flags);
}

static void toggle_bits(struct cs_tui *tui, int unused)
{
    struct ids_view *view = cs_ids_view(tui);

    (void)unused;
    view->bits = !view->bits;
    if (view->bits && !tui->by_id.pinned)
        move(tui, 0);
    refresh(tui);
}

static int swap(struct cs_tui *tui, void *data)
{
    struct ids_view *view = cs_ids_view(tui);

    cs_ids_swap(&tui->ids, data);
    view->notched = cs_ids_notched(&tui->ids);
    return 0;
}

static void keep(struct cs_tui *tui, const char *what)
{
    static const struct cs_undo_kind kind = {.views = " ids ", .of_run = true, .swap = swap};
    size_t size;
    struct cs_ids_kept *kept = cs_ids_keep(&tui->ids, &size);

    cs_undo_keep(tui, &kind, kept, size, "%s", what);
}

static void notch(struct cs_tui *tui, int on)
{
    keep(tui, on ? "the notch" : "the notch's end");
    cs_ids_notch(&tui->ids, on);
    cs_ids_view(tui)->notched = on;
    cs_tui_say(tui, false,
               on ? "only bits that have not changed so far stand out when they change: N ends it"
                  : "all changes stand out again");
}

static void notch_one(struct cs_tui *tui, int unused)
{
    const struct cs_tui_id *item = cs_ids_selected(tui);
    char text[24];

    (void)unused;
    if (!item || cs_ids_view(tui)->frozen) {
        cs_tui_say(tui, false, item ? "F lets the list go on first" : "select an identifier first");
        return;
    }
    cs_ids_notch_one(&tui->ids.items[item - tui->ids.items]);
    cs_ids_view(tui)->notched = true;
    snprintf(text, sizeof text, item->stat.last.flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32,
             item->stat.last.id);
    cs_tui_say(tui, false, "bits of %s that have changed so far do not stand out: N ends it", text);
}

static void toggle_lively(struct cs_tui *tui, int unused)
{
    struct ids_view *view = cs_ids_view(tui);

    (void)unused;
    view->lively = !view->lively;
    cs_tui_say(tui, false,
               view->lively ? "those that have not come for long are left out"
                            : "all are listed; those that are late are dim");
}

static void like(struct cs_tui *tui, int unused)
{
    (void)unused;
    if (!tui->by_id.pinned)
        move(tui, 0);
    tui->like.n = 0;
    if (cs_ids_selected(tui))
        cs_like_id(tui, cs_ids_selected(tui), &tui->like);
    cs_like_open(tui);
}

static void thaw(struct ids_view *view)
{
    free(view->frozen);
    view->frozen = NULL;
    view->n_frozen = 0;
}

static void freeze(struct cs_tui *tui, int unused)
{
    struct ids_view *view = cs_ids_view(tui);
    const size_t size = tui->ids.n * sizeof *view->frozen;

    (void)unused;
    if (view->frozen) {
        thaw(view);
        cs_tui_say(tui, false, "as it is now");
        return;
    }
    if (!tui->ids.n || !(view->frozen = malloc(size)))
        return;
    memcpy(view->frozen, tui->ids.items, size);
    view->n_frozen = tui->ids.n;
    view->frozen_ps = tui->info.now_ps;
    cs_tui_say(tui, false, "the list stands still, the bus goes on: F lets it follow again");
}

static void clear(struct cs_tui *tui, int unused)
{
    (void)unused;
    thaw(cs_ids_view(tui));
    keep(tui, "clearing");
    cs_ids_view(tui)->notched = false;
    cs_ids_clear(&tui->ids);
    cs_tui_say(tui, false, "cleared: counts, periods and changes begin anew");
    refresh(tui);
}

static void fini(void *state)
{
    thaw(state);
}

/* A title that is clicked orders by its column, once more the other way round. */
static void click_title(struct cs_tui *tui, int x)
{
    struct cs_columns_layout layout;

    cs_columns_fit(tui, cs_ids_columns, (unsigned)cs_ids_n_columns, cs_tui_body(tui).w, &layout);
    for (int i = 0; i < cs_ids_n_columns; i++) {
        if (!layout.w[i] || x < layout.x[i] || x >= layout.x[i] + layout.w[i] ||
            !cs_column_orders(&cs_ids_columns[i]))
            continue;
        if (tui->by_id.sort == i)
            reverse(tui, 0);
        else
            cs_ids_sort_by(tui, i);
    }
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    const int row = cs_list_hit(&tui->by_id.list, mouse, (int)tui->ids.n_lines, page(tui));

    if (row >= 0 && mouse->kind == CS_MOUSE_PRESS && !cs_ids_of_line(tui, row)) {
        cs_ids_click_title(tui, row);
    } else if (row >= 0 && cs_ids_of_line(tui, row)) {
        cs_ids_pin(tui, row);
        if (mouse->kind == CS_MOUSE_DOUBLE)
            show_in_trace(tui, 0);
        else if (mouse->button == 3)
            like(tui, 0);
    } else if (mouse->kind == CS_MOUSE_PRESS && mouse->y == 0) {
        click_title(tui, mouse->x);
    } else if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
    }
}

static const struct cs_binding bindings[] = {
    {{'s'}, "sort", "order by the next column; so does a click on its title", next_sort, 1},
    {{'S'}, NULL, "order by the column before", next_sort, -1},
    {{CS_KEY_ENTER}, "trace", "the selected identifier alone in the trace", show_in_trace, 0},
    {{'W'}, NULL, "the life of its newest frame, in words", why, 0},
    {{'b'}, "bits", "the data of the selected identifier bit by bit", toggle_bits, 0},
    {{'r'}, "reverse", "turn the order round", reverse, 0},
    {{'p'}, "group", "by node, by what the decoder takes them for, or not", cs_ids_next_group, 0},
    {{CS_KEY_LEFT},
     NULL,
     "fold its group: one line for all of it; so does a click",
     cs_ids_fold,
     0},
    {{CS_KEY_RIGHT}, NULL, "open the group again", cs_ids_unfold, 0},
    {{'x'}, "notch", "what has changed so far is not told any more when it changes", notch, 1},
    {{'X'}, NULL, "the same of the selected identifier alone", notch_one, 0},
    {{'l'}, "like this", "filters that it passes: show, hide, search, colour", like, 0},
    {{'d'}, "data", "data as hexadecimal bytes, as bits, in decimal", cs_next_data_form, 0},
    {{'t'}, NULL, "leave out those that have not come for long", toggle_lively, 0},
    {{'N'}, NULL, "tell of all changes again", notch, 0},
    {{'F'}, "freeze", "let the list stand still while the bus goes on", freeze, 0},
    {{'C'}, "clear", "begin counts, periods and changes anew; u takes it back", clear, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a line, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first line", move_all, -1},
    {{CS_KEY_END, 'G'}, NULL, "to the last line", move_all, 1},
};

static void moved(struct cs_tui *tui, const struct cs_rows_moved *moved)
{
    struct ids_view *view = cs_ids_view(tui);

    (void)moved;
    view->decoded = false; /* it is asked again */
    view->tree_row = UINT64_MAX;
}

const struct cs_view cs_view_ids = {
    .name = "ids",
    .keys = {'2', CS_KEY_F1 + 2},
    .help = "one line for each identifier",
    .about = "A line for each identifier that was seen, as in cansniffer. A byte that has just "
             "changed is bright, then fades.\n"
             "period: between the last two; least, mean, most of all; jitter: the last periods as "
             "bars, so that one that stands out was late.\n"
             "last seen: how long ago; ordered by it, those that should have come are first.",
    .title = "Identifiers",
    .brief = "IDs",
    .needs = CS_NEEDS_IDS,
    .many = true,
    .state_size = sizeof(struct ids_view),
    .fini = fini,
    .refresh = refresh,
    .moved = moved,
    .mouse = mouse,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = cs_ids_words,
    .n_words = 1,
    .columns = cs_ids_columns,
    .n_columns = IDS_COLUMNS,
    .remember = cs_ids_remember,
    .recall = cs_ids_recall,
};
