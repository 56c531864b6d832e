/* SPDX-License-Identifier: MIT */
/* view_nodes.c - one line for each controller: its health and its work; and all about one. */
#include "tui/view_nodes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"

struct nodes_view *cs_nodes_view(const struct cs_tui *tui)
{
    return cs_view_state(tui, &cs_view_nodes);
}

const struct cs_tui_node *cs_nodes_selected(const struct cs_tui *tui)
{
    const int sel = tui->nodes_list.sel;

    return sel >= 0 && sel < (int)tui->n_nodes ? &tui->nodes[sel] : NULL;
}

static int page(const struct cs_tui *tui)
{
    const int lines = cs_tui_page(tui) - cs_nodes_panel_height(tui);

    return lines > 0 ? lines : 1;
}

/* ---- order: the selection is a node, whatever its line --------------------------------------- */

static int line_of(const struct cs_tui *tui, int node)
{
    const struct nodes_view *view = cs_nodes_view(tui);

    for (int line = 0; line < (int)tui->n_nodes; line++)
        if (view->order[line] == node)
            return line;
    return 0;
}

static int cmp_lines(const void *a, const void *b, void *arg)
{
    const struct cs_tui *tui = arg;
    const struct nodes_view *view = cs_nodes_view(tui);
    const uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
    int order = 0;

    if (view->sorted)
        order = cs_column_compare(&cs_nodes_columns[view->sort], &tui->nodes[x], &tui->nodes[y]);
    if (view->reverse)
        order = -order;
    return order ? order : x - y;
}

static void move_to(struct cs_tui *tui, int line)
{
    struct cs_list list = {line, tui->nodes_list.top};

    cs_list_clamp(&list, (int)tui->n_nodes, page(tui));
    tui->nodes_list.top = list.top;
    tui->nodes_list.sel = tui->n_nodes ? cs_nodes_view(tui)->order[list.sel] : 0;
}

static void refresh(struct cs_tui *tui)
{
    struct nodes_view *view = cs_nodes_view(tui);

    for (unsigned i = 0; i < tui->n_nodes; i++)
        view->order[i] = (uint16_t)i;
    if (view->sorted)
        qsort_r(view->order, tui->n_nodes, sizeof *view->order, cmp_lines, tui);
    move_to(tui, line_of(tui, tui->nodes_list.sel < (int)tui->n_nodes ? tui->nodes_list.sel
                                                                      : (int)tui->n_nodes - 1));
}

static void sort_by(struct cs_tui *tui, int column)
{
    struct nodes_view *view = cs_nodes_view(tui);

    view->sorted = column >= 0;
    view->sort = column;
    view->reverse = false;
    if (view->sorted)
        cs_tui_say(tui, false, "ordered by %s", cs_nodes_columns[column].title);
    else
        cs_tui_say(tui, false, "in the order of the buses");
    refresh(tui);
}

/* Through the columns that are shown, and as they are on the buses. */
static void next_sort(struct cs_tui *tui, int by)
{
    const struct nodes_view *view = cs_nodes_view(tui);
    struct cs_columns_layout layout;
    int at = view->sorted ? view->sort : -1;

    cs_columns_fit(tui, cs_nodes_columns, cs_nodes_n_columns, cs_tui_body(tui).w, &layout);
    do
        at = (at + 1 + NODES_COLUMNS + 1 + by) % (NODES_COLUMNS + 1) - 1;
    while (at >= 0 && (!cs_column_orders(&cs_nodes_columns[at]) || !layout.w[at]));
    sort_by(tui, at);
}

static void reverse(struct cs_tui *tui, int unused)
{
    struct nodes_view *view = cs_nodes_view(tui);

    (void)unused;
    view->reverse = view->sorted && !view->reverse;
    refresh(tui);
}

static void click_title(struct cs_tui *tui, int x)
{
    const struct nodes_view *view = cs_nodes_view(tui);
    struct cs_columns_layout layout;

    cs_columns_fit(tui, cs_nodes_columns, cs_nodes_n_columns, cs_tui_body(tui).w, &layout);
    for (int i = 0; i < NODES_COLUMNS; i++) {
        if (!layout.w[i] || x < layout.x[i] || x >= layout.x[i] + layout.w[i] ||
            !cs_column_orders(&cs_nodes_columns[i]))
            continue;
        if (view->sorted && view->sort == i)
            reverse(tui, 0);
        else
            sort_by(tui, i);
        return;
    }
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct nodes_view *view = cs_nodes_view(tui);
    const struct cs_list *list = &tui->nodes_list;
    struct cs_columns_layout layout;
    const int panel = cs_nodes_panel_height(tui), lines = page(tui);

    cs_columns_fit(tui, cs_nodes_columns, cs_nodes_n_columns, body.w, &layout);
    cs_columns_titles(cs_nodes_columns, cs_nodes_n_columns, canvas, body.y, &layout,
                      view->sorted ? view->sort : -1, view->reverse);
    for (int i = 0; i < lines && list->top + i < (int)tui->n_nodes; i++) {
        const int at = view->order[list->top + i];
        const struct cs_tui_node *node = &tui->nodes[at < (int)tui->n_nodes ? at : 0];
        cs_columns_row(tui, cs_nodes_columns, cs_nodes_n_columns, canvas, body.y + 1 + i, &layout,
                       node);
        if (at == list->sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
    }
    if (!tui->n_nodes)
        cs_canvas_put(canvas, (body.w - 48) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                      tui->info.log[0] ? "a log has no nodes"
                                       : "nobody here yet: i sends a frame of your own and");
    if (!tui->n_nodes && !tui->info.log[0])
        cs_canvas_put(canvas, (body.w - 48) / 2, body.y + body.h / 2 + 1, CS_STYLE_DIM,
                      "cansim-attach -- candump can0 joins from outside");
    if (panel)
        cs_nodes_draw_panel(tui, canvas,
                            (struct cs_rect){0, body.y + body.h - panel, body.w, panel});
}

static void status(const struct cs_tui *tui, char *text, size_t size)
{
    unsigned passive = 0, off = 0;
    int at = snprintf(text, size, "%u node%s", tui->n_nodes, tui->n_nodes == 1 ? "" : "s");

    for (unsigned i = 0; i < tui->n_nodes; i++) {
        passive += tui->nodes[i].status.state == CS_STATE_ERROR_PASSIVE;
        off += tui->nodes[i].status.state == CS_STATE_BUS_OFF;
    }
    if (passive && at < (int)size)
        at += snprintf(text + at, size - (size_t)at, " · %u passive", passive);
    if (off && at < (int)size)
        snprintf(text + at, size - (size_t)at, " · %u bus-off", off);
}

void cs_nodes_error_text(const struct cs_tui *tui, const struct cs_tui_node *node, char *text,
                         size_t size)
{
    const struct cs_tui_error *e = &node->last;
    char place[48], words[128], ago[CS_NUMBER_MAX];
    const char *name = cs_error_name((enum cs_error_kind)e->error);

    cs_place_text(e->field, e->index, e->stuff, place, sizeof place);
    cs_error_words(e->error, e->level, e->tx, words, sizeof words);
    snprintf(text, size, "%s error at %s %s ago: %s · ", name, place,
             cs_text_span(tui->info.now_ps - e->at_ps, ago), words);
}

static void own_timing(const struct cs_tui *tui, const struct cs_tui_node *node, char *text,
                       size_t size)
{
    const struct cs_node_status *s = &node->status;
    char a[32], b[CS_NUMBER_MAX];

    text[0] = '\0';
    if (cs_nodes_other_rate(tui, node) || cs_nodes_other_sample(tui, node))
        snprintf(text, size, "%s, sampled at %s · ",
                 cs_text_rates(s->bitrate_bps, cs_nodes_data_rate(s), a),
                 cs_text_permille(cs_bit_timing_sample_permille(&s->timing.nominal), b));
    if (cs_nodes_other_fd(tui, node))
        snprintf(text + strlen(text), size - strlen(text), "CAN FD: %s · ", cs_fd_name(s->fd));
    if (s->delay_ps + s->cable_ps)
        snprintf(text + strlen(text), size - strlen(text), "delay %s · ",
                 cs_units_format_time(s->delay_ps + s->cable_ps, a, sizeof a));
    if (s->timing.drift_ppb)
        snprintf(text + strlen(text), size - strlen(text), "clock %s · ",
                 cs_nodes_drift_text(s->timing.drift_ppb, b));
}

/* The last error in words; what differs from the bus; else what there is. */
static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_tui_node *node;
    const struct cs_node_status *s;
    char mode[48], text[512] = "", more[256];

    if (tui->nodes_list.sel < 0 || tui->nodes_list.sel >= (int)tui->n_nodes)
        return;
    node = &tui->nodes[tui->nodes_list.sel];
    s = &node->status;
    if (!s->plugged)
        snprintf(text, sizeof text, "cut off from the bus · ");
    if (node->last.error != CS_ERROR_NONE)
        cs_nodes_error_text(tui, node, text + strlen(text), sizeof text - strlen(text));
    own_timing(tui, node, text + strlen(text), sizeof text - strlen(text));
    snprintf(more, sizeof more,
             "%s · %s · queue %u/%u · errors %" PRIu64 " · dropped %" PRIu64 " · refused %" PRIu64,
             s->via ? s->via : "?", cs_mode_text(s->mode, mode, sizeof mode), s->queued,
             s->queue_len, s->errors, s->dropped, s->refused);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", more);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

static void move(struct cs_tui *tui, int by)
{
    move_to(tui, line_of(tui, tui->nodes_list.sel) + by);
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (page(tui) - 1));
}

static void toggle_panel(struct cs_tui *tui, int unused)
{
    struct nodes_view *view = cs_nodes_view(tui);

    (void)unused;
    view->panel = cs_nodes_panel_height(tui) ? NODES_PANEL_SHUT : NODES_PANEL_OPEN;
    refresh(tui);
}

static void like(struct cs_tui *tui, int unused)
{
    (void)unused;
    tui->like.n = 0;
    if (cs_nodes_selected(tui))
        cs_like_node(tui, cs_nodes_selected(tui), &tui->like);
    cs_like_open(tui);
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    const int row = cs_list_hit(&tui->nodes_list, mouse, (int)tui->n_nodes, page(tui));

    if (row >= 0) {
        move_to(tui, row);
        if (mouse->kind == CS_MOUSE_DOUBLE)
            toggle_panel(tui, 0);
        else if (mouse->button == 3)
            like(tui, 0);
    } else if (mouse->kind == CS_MOUSE_PRESS && mouse->y == 0) {
        click_title(tui, mouse->x);
    } else if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN) {
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
    }
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_ENTER}, "details", "show or hide all about the selected node", toggle_panel, 0},
    {{'e'}, "error", "its last error, in the trace", cs_nodes_show_error, 0},
    {{'W'}, "why", "how it came to be what it is, and what lets it recover", cs_nodes_why, 0},
    {{'m'}, "mode", "normal, listen-only, loopback, one-shot, restricted", cs_nodes_next_mode, 0},
    {{'p'}, "plug", "unplug it from the bus, plug it in again", cs_nodes_plug, 0},
    {{'s'}, "sort", "order by the next column, or as on the buses; so does a click", next_sort, 1},
    {{'S'}, NULL, "order by the column before", next_sort, -1},
    {{'r'}, NULL, "turn the order round", reverse, 0},
    {{'l'}, "like this", "filters for this node: show, hide, search, colour", like, 0},
    {{'B'}, "recover", "let it recover from bus-off", cs_nodes_recover, 0},
    {{'X'}, "reset", "reset its controller", cs_nodes_reset, 0},
    {{CS_KEY_UP, 'k'}, NULL, "select a node, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first node", move, -CS_SIM_MAX_BUSES *CS_BUS_MAX_NODES},
    {{CS_KEY_END, 'G'}, NULL, "to the last node", move, CS_SIM_MAX_BUSES *CS_BUS_MAX_NODES},
};

const struct cs_view cs_view_nodes = {
    .name = "nodes",
    .keys = {'3', CS_KEY_F1 + 3},
    .help = "one line for each controller",
    .about = "A line for each controller: nodes of the scenario, programs, guests, the console of "
             "this window.\n"
             "TEC and REC: the error counters; the marks in their bars are 96 (warning), 128 "
             "(error passive) and 256 (bus-off). retry: frames sent again after an error; lost: "
             "lost arbitrations.\n"
             "Enter shows or hides all about the selected one; W tells why it is in its state.",
    .title = "Nodes",
    .needs = CS_NEEDS_NODES | CS_NEEDS_FAULTS,
    .state_size = sizeof(struct nodes_view),
    .refresh = refresh,
    .mouse = mouse,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
    .words = cs_nodes_words,
    .n_words = CS_NODES_WORDS,
    .columns = cs_nodes_columns,
    .n_columns = NODES_COLUMNS,
};
