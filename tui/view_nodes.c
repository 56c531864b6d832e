/* SPDX-License-Identifier: MIT */
/* view_nodes.c - one line for each controller: its health and its work. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/row_text.h"
#include "tui/view.h"
#include "tui/widgets.h"

/* ISO 11898-1:2015, 12.1.4: the marks of fault confinement; 96 is the customary warning. */
#define WARNING 96
#define PASSIVE 128
#define BUS_OFF 256

static uint8_t counter_style(unsigned count)
{
    return count >= BUS_OFF   ? CS_STYLE_BAD
           : count >= PASSIVE ? CS_STYLE_HIGH
           : count >= WARNING ? CS_STYLE_WARN
                              : CS_STYLE_GOOD;
}

static void cell_bus(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_node *node = item;

    if (node->bus < tui->n_buses)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM, tui->bus[node->bus].name);
}

static void cell_name(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_NODE,
                    ((const struct cs_tui_node *)item)->status.name);
}

static void cell_via(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    const struct cs_tui_node *node = item;

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_DIM,
                    node->status.via ? node->status.via : "");
}

static void cell_state(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    static const struct {
        const char *text;
        uint8_t style;
    } states[] = {
        [CS_STATE_ERROR_ACTIVE] = {"active", CS_STYLE_GOOD},
        [CS_STATE_ERROR_PASSIVE] = {"passive", CS_STYLE_HIGH},
        [CS_STATE_BUS_OFF] = {"bus-off", CS_STYLE_BAD},
        [CS_STATE_INTEGRATING] = {"joining", CS_STYLE_INFO},
    };
    unsigned state = ((const struct cs_tui_node *)item)->status.state;

    (void)tui;
    if (state < sizeof states / sizeof *states)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, states[state].style, states[state].text);
}

static void put_counter(struct cs_canvas *canvas, struct cs_rect at, unsigned count)
{
    cs_canvas_printf(canvas, at.x, at.y, count ? counter_style(count) : CS_STYLE_FAINT, "%3u",
                     count);
    cs_gauge(canvas, at.x + 4, at.y, at.w - 4, counter_style(count), count, BUS_OFF);
}

static void cell_tec(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    put_counter(canvas, at, ((const struct cs_tui_node *)item)->status.tec);
}

static void cell_rec(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    put_counter(canvas, at, ((const struct cs_tui_node *)item)->status.rec);
}

static void put_count(struct cs_canvas *canvas, struct cs_rect at, uint8_t style, uint64_t n)
{
    char buf[CS_NUMBER_MAX];

    cs_canvas_field(canvas, at.x, at.y, at.w, true, n ? style : CS_STYLE_FAINT,
                    cs_text_count(n, at.w, buf));
}

static void cell_sent(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    put_count(canvas, at, CS_STYLE_TEXT, ((const struct cs_tui_node *)item)->status.sent);
}

static void cell_received(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                          const void *item)
{
    (void)tui;
    put_count(canvas, at, CS_STYLE_TEXT, ((const struct cs_tui_node *)item)->status.received);
}

static void cell_retries(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const void *item)
{
    (void)tui;
    put_count(canvas, at, CS_STYLE_WARN, ((const struct cs_tui_node *)item)->status.retries);
}

static void cell_lost(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    (void)tui;
    put_count(canvas, at, CS_STYLE_ARB, ((const struct cs_tui_node *)item)->status.arb_lost);
}

static void cell_errors(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    (void)tui;
    put_count(canvas, at, CS_STYLE_BAD, ((const struct cs_tui_node *)item)->status.errors);
}

static void cell_queue(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;

    (void)tui;
    cs_canvas_printf(canvas, at.x, at.y,
                     s->queued >= s->queue_len ? CS_STYLE_WARN
                     : s->queued               ? CS_STYLE_TEXT
                                               : CS_STYLE_FAINT,
                     "%*u", at.w, s->queued);
}

static void cell_load(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_tui_node *node = item;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, true,
                    node->load_permille ? CS_STYLE_TEXT : CS_STYLE_FAINT,
                    cs_text_permille(node->load_permille, buf));
}

static const struct cs_column columns[] = {
    {"node", NULL, 12, 20, false, 0, cell_name, NULL, NULL},
    {"bus", NULL, 5, 5, false, 1, cell_bus, cs_want_bus, NULL},
    {"via", NULL, 8, 10, false, 4, cell_via, NULL, NULL},
    {"state", NULL, 7, 8, false, 0, cell_state, NULL, NULL},
    {"TEC", NULL, 11, 20, false, 0, cell_tec, NULL, NULL},
    {"REC", NULL, 11, 20, false, 0, cell_rec, NULL, NULL},
    {"sent", NULL, 6, 9, true, 0, cell_sent, NULL, NULL},
    {"rcvd", NULL, 6, 9, true, 0, cell_received, NULL, NULL},
    {"retry", NULL, 5, 7, true, 0, cell_retries, NULL, NULL},
    {"lost", NULL, 5, 7, true, 0, cell_lost, NULL, NULL},
    {"errors", NULL, 6, 7, true, 3, cell_errors, NULL, NULL},
    {"load", NULL, 6, 7, true, 2, cell_load, NULL, NULL},
    {"queue", NULL, 5, 6, true, 3, cell_queue, NULL, NULL},
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

static void refresh(struct cs_tui *tui)
{
    cs_list_clamp(&tui->nodes_list, (int)tui->n_nodes, cs_tui_page(tui));
}

static void draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body)
{
    const struct cs_list *list = &tui->nodes_list;
    struct cs_columns_layout layout;
    int page = cs_tui_page(tui);

    cs_columns_fit(tui, columns, N_COLUMNS, body.w, &layout);
    cs_columns_titles(columns, N_COLUMNS, canvas, body.y, &layout, -1, false);
    for (int i = 0; i < page && list->top + i < (int)tui->n_nodes; i++) {
        const struct cs_tui_node *node = &tui->nodes[list->top + i];
        cs_columns_row(tui, columns, N_COLUMNS, canvas, body.y + 1 + i, &layout, node);
        if (list->top + i == list->sel)
            cs_canvas_select(canvas, (struct cs_rect){0, body.y + 1 + i, body.w, 1});
    }
    if (!tui->n_nodes)
        cs_canvas_put(canvas, (tui->width - 12) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                      "nobody here yet");
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

static void detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y)
{
    const struct cs_node_status *s;
    char mode[48], load[CS_NUMBER_MAX], text[256];

    if (tui->nodes_list.sel < 0 || tui->nodes_list.sel >= (int)tui->n_nodes)
        return;
    s = &tui->nodes[tui->nodes_list.sel].status;
    snprintf(text, sizeof text,
             "%s · %s · load %s · queue %u/%u · errors %" PRIu64 " · dropped %" PRIu64
             " · refused %" PRIu64,
             s->via ? s->via : "?", cs_mode_text(s->mode, mode, sizeof mode),
             cs_text_permille(tui->nodes[tui->nodes_list.sel].load_permille, load), s->queued,
             s->queue_len, s->errors, s->dropped, s->refused);
    cs_canvas_field(canvas, x, y, tui->width - x - 1, false, CS_STYLE_INFO, text);
}

static void move(struct cs_tui *tui, int by)
{
    cs_list_move(&tui->nodes_list, by, (int)tui->n_nodes, cs_tui_page(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_tui_page(tui) - 1));
}

static const struct cs_binding bindings[] = {
    {{CS_KEY_UP, 'k'}, NULL, "select a node, one up", move, -1},
    {{CS_KEY_DOWN, 'j'}, NULL, "one down", move, 1},
    {{CS_KEY_PGUP}, NULL, "a page up", move_page, -1},
    {{CS_KEY_PGDN}, NULL, "a page down", move_page, 1},
    {{CS_KEY_HOME, 'g'}, NULL, "to the first node", move, -CS_SIM_MAX_BUSES *CS_BUS_MAX_NODES},
    {{CS_KEY_END, 'G'}, NULL, "to the last node", move, CS_SIM_MAX_BUSES *CS_BUS_MAX_NODES},
};

const struct cs_view cs_view_nodes = {
    .name = "nodes",
    .title = "Nodes",
    .needs = CS_NEEDS_NODES,
    .refresh = refresh,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
