/* SPDX-License-Identifier: MIT */
/* view_ids.c - one line for each identifier: how often, how regular, what it carries now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/query_row.h"
#include "tui/view.h"
#include "tui/widgets.h"

/* Bus time for which a changed byte stands out. */
#define HOT_PS  (300 * CS_PS_PER_MS)
#define WARM_PS (1500 * CS_PS_PER_MS)

/* ---- order ----------------------------------------------------------------------------------- */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* As arbitration has it: base before extended of an equal first part. */
static uint64_t priority(const struct cs_tui_id *item)
{
    const struct cs_frame *f = &item->stat.last;
    uint64_t base = f->flags & CS_FRAME_EXT ? f->id >> 18 : f->id;
    uint64_t rest = f->flags & CS_FRAME_EXT ? 1u << 19 | (f->id & 0x3ffff) : 0;

    return base << 21 | rest << 1 | (f->flags & CS_FRAME_RTR ? 1 : 0);
}

static int cmp_id(const void *a, const void *b)
{
    return by_number(priority(a), priority(b));
}

static int cmp_bus(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number(x->bus, y->bus);
}

static int cmp_node(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return x->bus != y->bus ? by_number(x->bus, y->bus) : x->stat.node - y->stat.node;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    if (id->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[id->bus].name);
}

static void cell_id(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_id(canvas, at, id->stat.last.id, id->stat.last.flags);
}

static void cell_node(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;

    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_NODE, cs_tui_who(tui, id->who));
}

static void cell_age(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    int64_t age = tui->info.now_ps - ((const struct cs_tui_id *)item)->stat.last_ps;
    char buf[CS_NUMBER_MAX];

    if (age > 0)
        cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_DIM, cs_text_span(age, buf));
}

static void cell_dlc(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_len(canvas, at, id->stat.last.flags, id->stat.last.dlc, id->stat.last.len);
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    (void)tui;
    cs_put_fd(canvas, at, ((const struct cs_tui_id *)item)->stat.last.flags);
}

static void cell_data(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;
    const struct cs_frame *f = &id->stat.last;
    uint64_t hot = 0, warm = 0;

    if (f->flags & CS_FRAME_RTR) {
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_RTR, "remote request");
        return;
    }
    for (unsigned i = 0; i < f->len; i++) {
        int64_t age = tui->info.now_ps - id->changed_ps[i];
        if (id->changed_ps[i] < 0)
            continue;
        hot |= (uint64_t)(age < HOT_PS) << i;
        warm |= (uint64_t)(age < WARM_PS) << i;
    }
    cs_put_data(canvas, at, f->data, f->len, hot, warm);
}

static void cell_ascii(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_put_ascii(canvas, at, id->stat.last.data, id->stat.last.len);
}

enum { COLUMN_ID = 1 };

#define NUMBER(form, member, style) .number = CS_NUMBER(form, struct cs_tui_id, stat.member, style)

static const struct cs_column columns[] = {
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus, .compare = cmp_bus),
    CS_COLUMN("id", 8, 8, true, 0, .cell = cell_id, .compare = cmp_id),
    CS_COLUMN("node", 10, 10, false, 1, .cell = cell_node, .wanted = cs_want_node,
              .compare = cmp_node),
    CS_COLUMN("count", 8, 9, true, 0, NUMBER(CS_NUMBER_COUNT, count, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("per s", 6, 6, true, 0,
              .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_id, per_s, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("period", 9, 9, true, 0, NUMBER(CS_NUMBER_SPAN, period_ps, CS_STYLE_TEXT),
              .order = CS_ORDER_UP),
    CS_COLUMN("least", 9, 9, true, 3, NUMBER(CS_NUMBER_SPAN, period_min_ps, CS_STYLE_DIM)),
    CS_COLUMN("most", 9, 9, true, 3, NUMBER(CS_NUMBER_SPAN, period_max_ps, CS_STYLE_DIM)),
    CS_COLUMN("fd", 3, 3, false, 3, .cell = cell_fd, .wanted = cs_want_fd),
    CS_COLUMN(" n", 2, 2, true, 0, .cell = cell_dlc, .wanted = cs_want_len),
    CS_COLUMN("data", 23, 24, false, 0, .cell = cell_data, .most = cs_most_data),
    CS_COLUMN("text", 8, 10, false, 2, .cell = cell_ascii),
    CS_COLUMN("last seen", 9, 9, true, 4, .cell = cell_age,
              NUMBER(CS_NUMBER_SPAN, last_ps, CS_STYLE_DIM), .order = CS_ORDER_DOWN),
};
#define N_COLUMNS ((int)(sizeof columns / sizeof *columns))

/* ---- lines ----------------------------------------------------------------------------------- */

static int cmp_lines(const void *a, const void *b, void *arg)
{
    const struct cs_tui *tui = arg;
    const struct cs_tui_id *x = &tui->ids.items[*(const uint32_t *)a];
    const struct cs_tui_id *y = &tui->ids.items[*(const uint32_t *)b];
    int order = cs_column_compare(&columns[tui->by_id.sort], x, y);

    if (tui->by_id.reverse)
        order = -order;
    if (!order)
        order = cmp_id(x, y);
    return order ? order : cmp_bus(x, y);
}

/* Asked only where it may have changed: its latest frame may be far back in the trace. */
static bool passes(const struct cs_tui *tui, struct cs_tui_id *item)
{
    if (item->asked_of != tui->filter_changes || item->asked_at != item->stat.count) {
        item->passes = cs_id_passes(tui, &tui->filter, item);
        item->asked_of = tui->filter_changes;
        item->asked_at = item->stat.count;
    }
    return item->passes;
}

static void refresh(struct cs_tui *tui)
{
    struct cs_ids *ids = &tui->ids;
    struct cs_ids_state *state = &tui->by_id;

    if (columns[state->sort].wanted && !columns[state->sort].wanted(tui))
        state->sort = COLUMN_ID;
    ids->n_lines = 0;
    for (uint32_t i = 0; i < ids->n; i++)
        if (ids->items[i].stat.count && passes(tui, &ids->items[i]))
            ids->order[ids->n_lines++] = i;
    if (ids->n_lines)
        qsort_r(ids->order, ids->n_lines, sizeof *ids->order, cmp_lines, tui);
    for (uint32_t i = 0; state->pinned && i < ids->n_lines; i++)
        if (ids->order[i] == state->pin)
            state->list.sel = (int)i;
    cs_list_clamp(&state->list, (int)ids->n_lines, cs_tui_page(tui));
}

static const struct cs_tui_id *selected(const struct cs_tui *tui)
{
    int at = tui->by_id.list.sel;

    if (at < 0 || at >= (int)tui->ids.n_lines)
        return NULL;
    return &tui->ids.items[tui->ids.order[at]];
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_list *list = &tui->by_id.list;
    struct cs_columns_layout layout;
    int page = cs_tui_page(tui);

    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, tui->by_id.sort,
                      tui->by_id.reverse);
    for (int i = 0; i < page && list->top + i < (int)tui->ids.n_lines; i++) {
        const struct cs_tui_id *item = &tui->ids.items[tui->ids.order[list->top + i]];
        cs_columns_row(tui, columns, N_COLUMNS, canvas, body.y + 1 + i, &layout, item);
        if (tui->by_id.pinned && list->top + i == list->sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
    }
    if (!tui->ids.n_lines)
        cs_canvas_put(canvas, (cs_tui_body(tui).w - 20) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                      tui->filter.n ? "nothing passes the filter yet" : "no frames so far");
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    char filter[40] = "";
    uint64_t unlisted = tui->ids.unlisted;

    for (unsigned b = 0; b < tui->n_buses; b++)
        unlisted += tui->bus[b].stats.untracked;
    if (tui->filter.n)
        snprintf(filter, sizeof filter, "/%.24s · ", tui->filter.text);
    if (unlisted)
        snprintf(text, size, "%s%u identifiers · %" PRIu64 " frames of others", filter,
                 tui->ids.n_lines, unlisted);
    else
        snprintf(text, size, "%s%u identifier%s", filter, tui->ids.n_lines,
                 tui->ids.n_lines == 1 ? "" : "s");
}

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_tui_id *item = tui->by_id.pinned ? selected(tui) : NULL;
    char form[CS_FRAME_TEXT_MAX], least[CS_NUMBER_MAX], mean[CS_NUMBER_MAX], most[CS_NUMBER_MAX];
    char text[384];
    const struct cs_stats_id *s;

    if (!item)
        return;
    s = &item->stat;
    cs_frame_format(&s->last, form);
    if (s->count > 1)
        snprintf(text, sizeof text, "%s · period %s least, %s mean, %s most", form,
                 cs_text_span(s->period_min_ps, least),
                 cs_text_span((s->last_ps - s->first_ps) / (int64_t)(s->count - 1), mean),
                 cs_text_span(s->period_max_ps, most));
    else
        snprintf(text, sizeof text, "%s · seen once", form);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move(struct cs_tui *tui, int by)
{
    struct cs_ids_state *state = &tui->by_id;

    if (!tui->ids.n_lines)
        return;
    if (state->pinned)
        cs_list_move(&state->list, by, (int)tui->ids.n_lines, cs_tui_page(tui));
    state->pinned = true;
    state->pin = tui->ids.order[state->list.sel];
}

static void move_page(struct cs_tui *tui, int by)
{
    tui->by_id.pinned |= tui->ids.n_lines > 0;
    move(tui, by * (cs_tui_page(tui) - 1));
}

static void move_all(struct cs_tui *tui, int by)
{
    tui->by_id.pinned |= tui->ids.n_lines > 0;
    move(tui, by * (int)CS_IDS_MAX);
}

static void next_sort(struct cs_tui *tui, int by)
{
    struct cs_columns_layout layout;
    int at = tui->by_id.sort;

    cs_columns_fit(tui, columns, N_COLUMNS, cs_tui_body(tui).w, &layout);
    do
        at = (at + N_COLUMNS + by) % N_COLUMNS;
    while (!cs_column_orders(&columns[at]) || !layout.w[at]);
    tui->by_id.sort = at;
    tui->by_id.reverse = false;
    cs_tui_say(tui, false, "ordered by %s", columns[at].title);
}

static void reverse(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->by_id.reverse = !tui->by_id.reverse;
}

static void show_in_trace(struct cs_tui *tui, int unused)
{
    const struct cs_tui_id *item = selected(tui);
    char text[16], why[128];

    (void)unused;
    if (!item)
        return;
    snprintf(text, sizeof text, item->stat.last.flags & CS_FRAME_EXT ? "%08" PRIX32 : "%03" PRIX32,
             item->stat.last.id);
    cs_tui_filter(tui, text, why, sizeof why);
    tui->view = 0;
    tui->trace.follow = true;
    cs_tui_say(tui, false, "only %s is shown: Esc shows all again", text);
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    struct cs_ids_state *state = &tui->by_id;
    const int row = cs_list_hit(&state->list, mouse, (int)tui->ids.n_lines, cs_tui_page(tui));

    if (row >= 0) {
        state->list.sel = row;
        state->pinned = true;
        state->pin = tui->ids.order[row];
        if (mouse->kind == CS_MOUSE_DOUBLE)
            show_in_trace(tui, 0);
    } else if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
    }
}

static const struct cs_binding bindings[] = {
    {{'s'}, "sort", "order by the next column", next_sort, 1},
    {{'S'}, NULL, "order by the column before", next_sort, -1},
    {{'r'}, "reverse", "turn the order round", reverse, 0},
    {{CS_KEY_ENTER}, "trace", "the selected identifier alone in the trace", show_in_trace, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a line, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first line", move_all, -1},
    {{CS_KEY_END, 'G'}, NULL, "to the last line", move_all, 1},
};

const struct cs_view cs_view_ids = {
    .name = "ids",
    .keys = {'2', CS_KEY_F1 + 2},
    .help = "one line for each identifier",
    .title = "Identifiers",
    .brief = "IDs",
    .needs = CS_NEEDS_IDS,
    .refresh = refresh,
    .mouse = mouse,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
