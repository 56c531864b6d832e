/* SPDX-License-Identifier: MIT */
/* view_ids.c - one line for each identifier: how often, how regular, what it carries now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
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

/* Big numbers come first. */
static int cmp_count(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number(y->stat.count, x->stat.count);
}

static int cmp_rate(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number(y->per_s, x->per_s);
}

static int cmp_period(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number((uint64_t)x->stat.period_ps, (uint64_t)y->stat.period_ps);
}

static int cmp_last(const void *a, const void *b)
{
    const struct cs_tui_id *x = a, *y = b;
    return by_number((uint64_t)y->stat.last_ps, (uint64_t)x->stat.last_ps);
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

static void cell_count(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_tui_id *id = item;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, true, CS_STYLE_TEXT,
                    cs_text_count(id->stat.count, at.w, buf));
}

static void cell_rate(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_id *id = item;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, true, id->per_s ? CS_STYLE_TEXT : CS_STYLE_FAINT,
                    cs_text_count(id->per_s, at.w, buf));
}

static void put_span(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, int64_t ps)
{
    char buf[CS_NUMBER_MAX];

    if (ps > 0)
        cs_canvas_field(canvas, at.x, at.y, at.w, true, style, cs_text_span(ps, buf));
}

static void cell_period(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    (void)tui;
    put_span(canvas, at, CS_STYLE_TEXT, ((const struct cs_tui_id *)item)->stat.period_ps);
}

static void cell_min(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    put_span(canvas, at, CS_STYLE_DIM, ((const struct cs_tui_id *)item)->stat.period_min_ps);
}

static void cell_max(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    put_span(canvas, at, CS_STYLE_DIM, ((const struct cs_tui_id *)item)->stat.period_max_ps);
}

static void cell_age(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    put_span(canvas, at, CS_STYLE_DIM, tui->info.now_ps - id->stat.last_ps);
}

static void cell_dlc(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_id *id = item;

    (void)tui;
    cs_canvas_printf(canvas, at.x, at.y, CS_STYLE_DIM, "%2u", id->stat.last.dlc);
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

static const struct cs_column columns[] = {
    {"bus", NULL, 5, 5, false, 1, cell_bus, cs_want_bus, cmp_bus},
    {"id", NULL, 8, 8, true, 0, cell_id, NULL, cmp_id},
    {"node", NULL, 10, 10, false, 1, cell_node, cs_want_node, cmp_node},
    {"count", NULL, 8, 9, true, 0, cell_count, NULL, cmp_count},
    {"per s", NULL, 6, 6, true, 0, cell_rate, NULL, cmp_rate},
    {"period", NULL, 9, 9, true, 0, cell_period, NULL, cmp_period},
    {"least", NULL, 9, 9, true, 3, cell_min, NULL, NULL},
    {"most", NULL, 9, 9, true, 3, cell_max, NULL, NULL},
    {" n", NULL, 2, 2, true, 0, cell_dlc, NULL, NULL},
    {"data", NULL, 23, 24, false, 0, cell_data, NULL, NULL},
    {"text", NULL, 8, 10, false, 2, cell_ascii, NULL, NULL},
    {"last seen", NULL, 9, 9, true, 4, cell_age, NULL, cmp_last},
};
#define N_COLUMNS ((int)(sizeof columns / sizeof *columns))

/* ---- lines ----------------------------------------------------------------------------------- */

static int cmp_lines(const void *a, const void *b, void *arg)
{
    const struct cs_tui *tui = arg;
    const struct cs_tui_id *x = &tui->ids.items[*(const uint32_t *)a];
    const struct cs_tui_id *y = &tui->ids.items[*(const uint32_t *)b];
    int order = columns[tui->by_id.sort].compare(x, y);

    if (tui->by_id.reverse)
        order = -order;
    if (!order)
        order = cmp_id(x, y);
    return order ? order : cmp_bus(x, y);
}

static void refresh(struct cs_tui *tui)
{
    struct cs_ids *ids = &tui->ids;
    struct cs_ids_state *state = &tui->by_id;

    if (columns[state->sort].wanted && !columns[state->sort].wanted(tui))
        state->sort = COLUMN_ID;
    ids->n_lines = 0;
    for (uint32_t i = 0; i < ids->n; i++)
        if (ids->items[i].stat.count &&
            cs_id_filter_passes(&tui->filter, ids->items[i].stat.last.id))
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
        cs_canvas_put(canvas, (tui->width - 20) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                      tui->filter.n ? "nothing passes the filter yet" : "no frames so far");
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    char filter[CS_ID_FILTER_TEXT + 12] = "";
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

    cs_columns_fit(tui, columns, N_COLUMNS, tui->width, &layout);
    do
        at = (at + N_COLUMNS + by) % N_COLUMNS;
    while (!columns[at].compare || !layout.w[at]);
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
    cs_id_filter_parse(text, &tui->filter, why, sizeof why);
    tui->view = 0;
    tui->trace.follow = true;
    cs_tui_say(tui, false, "only %s is shown: Esc shows all again", text);
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
    .title = "Identifiers",
    .needs = CS_NEEDS_IDS,
    .refresh = refresh,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
