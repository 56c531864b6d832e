/* SPDX-License-Identifier: MIT */
/* view_nodes.c - one line for each controller: its health and its work. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
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
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    unsigned state = s->state;

    (void)tui;
    if (!s->plugged)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, CS_STYLE_FIRED, "cut off");
    else if (state < sizeof states / sizeof *states)
        cs_canvas_field(canvas, at.x, at.y, at.w, false, states[state].style, states[state].text);
}

/* The gauge has marks where a controller warns, becomes passive and is bus-off. */
static void put_counter(struct cs_canvas *canvas, struct cs_rect at, unsigned count)
{
    static const struct {
        unsigned at;
        uint8_t style;
    } marks[] = {{WARNING, CS_STYLE_WARN}, {PASSIVE, CS_STYLE_HIGH}, {BUS_OFF, CS_STYLE_BAD}};
    int x = at.x + 4, w = at.w - 4;

    cs_canvas_printf(canvas, at.x, at.y, count ? counter_style(count) : CS_STYLE_FAINT, "%3u",
                     count);
    cs_gauge(canvas, x, at.y, w, counter_style(count), count, BUS_OFF);
    for (size_t i = 0; w >= 8 && i < sizeof marks / sizeof *marks; i++) {
        int cell = ((int)marks[i].at * w + BUS_OFF - 1) / BUS_OFF - 1;
        if (count * (unsigned)w <= (unsigned)cell * BUS_OFF)
            cs_canvas_put_ch(canvas, x + cell, at.y, count ? marks[i].style : CS_STYLE_FAINT,
                             0x2595);
    }
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

/* ---- what differs from the bus --------------------------------------------------------------- */

static const struct cs_tui_bus *bus_of(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return &tui->bus[node->bus < tui->n_buses ? node->bus : 0];
}

static void put_timing(struct cs_canvas *canvas, struct cs_rect at, bool right, bool differs,
                       const char *text)
{
    cs_canvas_field(canvas, at.x, at.y, at.w, right, differs ? CS_STYLE_HIGH : CS_STYLE_DIM, text);
}

/* Of a controller that does not know CAN FD 0, whatever its bus has. */
static uint32_t data_rate(const struct cs_node_status *s)
{
    return s->fd == CS_FD_ISO || s->fd == CS_FD_NON_ISO ? s->data_bitrate_bps : 0;
}

static bool other_rate(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    const struct cs_tui_bus *bus = bus_of(tui, node);
    const struct cs_node_status *s = &node->status;

    return s->bitrate_bps != bus->bitrate_bps ||
           (data_rate(s) && bus->data_bitrate_bps && data_rate(s) != bus->data_bitrate_bps);
}

static bool other_sample(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return cs_bit_timing_sample_permille(&node->status.timing.nominal) !=
           cs_bit_timing_sample_permille(&bus_of(tui, node)->timing.nominal);
}

static bool other_fd(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return node->status.fd != (bus_of(tui, node)->fd ? CS_FD_ISO : CS_FD_CLASSIC);
}

static void cell_rate(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[CS_NUMBER_MAX];

    put_timing(canvas, at, true, other_rate(tui, item),
               cs_text_rates(s->bitrate_bps, data_rate(s), buf));
}

static void cell_sample(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[CS_NUMBER_MAX];

    put_timing(canvas, at, true, other_sample(tui, item),
               cs_text_permille(cs_bit_timing_sample_permille(&s->timing.nominal), buf));
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;

    put_timing(canvas, at, false, other_fd(tui, item), cs_fd_name(s->fd));
}

static void cell_delay(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[32];

    (void)tui;
    put_timing(canvas, at, true, false,
               cs_units_format_time(s->delay_ps + s->cable_ps, buf, sizeof buf));
}

static char *drift_text(int32_t ppb, char *buf)
{
    int32_t ppm = ppb / 1000, rest = (ppb < 0 ? -ppb : ppb) % 1000;

    if (rest)
        snprintf(buf, CS_NUMBER_MAX, "%s%d.%03dppm", ppb < 0 ? "-" : "+", ppm < 0 ? -ppm : ppm,
                 rest);
    else
        snprintf(buf, CS_NUMBER_MAX, ppm ? "%+dppm" : "%dppm", ppm);
    return buf;
}

static void cell_drift(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                       const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[CS_NUMBER_MAX];

    (void)tui;
    put_timing(canvas, at, true, s->timing.drift_ppb != 0, drift_text(s->timing.drift_ppb, buf));
}

/* Room for the marks where there is any. */
static int want_counter(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w < 100 ? 9 : 13;
}

/* ---- columns --------------------------------------------------------------------------------- */

#define COUNT(member, style) \
    .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_node, status.member, style)

static const struct cs_column columns[] = {
    CS_COLUMN("node", 10, 12, false, 0, .cell = cell_name, .wanted = cs_want_node),
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("via", 8, 10, false, 5, .cell = cell_via),
    CS_COLUMN("state", 7, 8, false, 0, .cell = cell_state),
    CS_COLUMN("TEC", 9, 20, false, 0, .cell = cell_tec, .wanted = want_counter),
    CS_COLUMN("REC", 9, 20, false, 0, .cell = cell_rec, .wanted = want_counter),
    CS_COLUMN("sent", 6, 9, true, 0, COUNT(sent, CS_STYLE_TEXT)),
    CS_COLUMN("rcvd", 6, 9, true, 0, COUNT(received, CS_STYLE_TEXT)),
    CS_COLUMN("retry", 5, 7, true, 0, COUNT(retries, CS_STYLE_WARN)),
    CS_COLUMN("lost", 5, 7, true, 0, COUNT(arb_lost, CS_STYLE_ARB)),
    CS_COLUMN("errors", 6, 7, true, 3, COUNT(errors, CS_STYLE_BAD)),
    CS_COLUMN("load", 6, 7, true, 3,
              .number =
                  CS_NUMBER(CS_NUMBER_PERMILLE, struct cs_tui_node, load_permille, CS_STYLE_TEXT)),
    CS_COLUMN("queue", 5, 6, true, 4, .cell = cell_queue),
    CS_COLUMN("rate", 7, 9, true, 1, .cell = cell_rate),
    CS_COLUMN("sample", 6, 6, true, 3, .cell = cell_sample),
    CS_COLUMN("CAN FD", 8, 8, false, 4, .cell = cell_fd),
    CS_COLUMN("delay", 7, 8, true, 5, .cell = cell_delay),
    CS_COLUMN("drift", 8, 10, true, 5, .cell = cell_drift),
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
        cs_canvas_put(canvas, (cs_tui_body(tui).w - 12) / 2, body.y + body.h / 2, CS_STYLE_DIM,
                      tui->info.log[0] ? "a log has no nodes" : "nobody here yet");
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

static void error_text(const struct cs_tui *tui, const struct cs_tui_node *node, char *text,
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
    if (other_rate(tui, node) || other_sample(tui, node))
        snprintf(text, size, "%s, sampled at %s · ", cs_text_rates(s->bitrate_bps, data_rate(s), a),
                 cs_text_permille(cs_bit_timing_sample_permille(&s->timing.nominal), b));
    if (other_fd(tui, node))
        snprintf(text + strlen(text), size - strlen(text), "CAN FD: %s · ", cs_fd_name(s->fd));
    if (s->delay_ps + s->cable_ps)
        snprintf(text + strlen(text), size - strlen(text), "delay %s · ",
                 cs_units_format_time(s->delay_ps + s->cable_ps, a, sizeof a));
    if (s->timing.drift_ppb)
        snprintf(text + strlen(text), size - strlen(text), "clock %s · ",
                 drift_text(s->timing.drift_ppb, b));
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
        error_text(tui, node, text + strlen(text), sizeof text - strlen(text));
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
    cs_list_move(&tui->nodes_list, by, (int)tui->n_nodes, cs_tui_page(tui));
}

static void move_page(struct cs_tui *tui, int by)
{
    move(tui, by * (cs_tui_page(tui) - 1));
}

static void mouse(struct cs_tui *tui, const struct cs_mouse *mouse)
{
    const int row = cs_list_hit(&tui->nodes_list, mouse, (int)tui->n_nodes, cs_tui_page(tui));

    if (row >= 0)
        tui->nodes_list.sel = row;
    else if (mouse->kind == CS_MOUSE_UP || mouse->kind == CS_MOUSE_DOWN)
        move(tui, mouse->kind == CS_MOUSE_UP ? -3 : 3);
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
    .keys = {'3', CS_KEY_F1 + 3},
    .help = "one line for each controller",
    .title = "Nodes",
    .needs = CS_NEEDS_NODES,
    .refresh = refresh,
    .mouse = mouse,
    .draw = draw,
    .status = status,
    .detail = detail,
    .bindings = bindings,
    .n_bindings = sizeof bindings / sizeof *bindings,
};
