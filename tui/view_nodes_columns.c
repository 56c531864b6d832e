/* SPDX-License-Identifier: MIT */
/* view_nodes_columns.c - the columns of the list of controllers. */
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/spark.h"
#include "tui/view_nodes.h"

uint8_t cs_nodes_counter_style(unsigned count)
{
    return count >= NODES_BUS_OFF   ? CS_STYLE_BAD
           : count >= NODES_PASSIVE ? CS_STYLE_HIGH
           : count >= NODES_WARNING ? CS_STYLE_WARN
                                    : CS_STYLE_GOOD;
}

/* TEC in slots, those above a mark in its colour; full height is bus-off. */
static void put_history(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const struct cs_tui_node *node)
{
    int64_t values[CS_HISTORY_SLOTS];
    uint8_t styles[CS_HISTORY_SLOTS];
    const unsigned n = at.w < CS_HISTORY_SLOTS ? (unsigned)at.w : CS_HISTORY_SLOTS;

    if (!node->history || at.w <= 0)
        return;
    cs_history_tec(node->history, tui->info.now_ps, values, n);
    for (unsigned i = 0; i < n; i++)
        styles[i] = values[i] ? cs_nodes_counter_style((unsigned)values[i]) : CS_STYLE_FAINT;
    cs_spark(canvas, at, CS_STYLE_GOOD, styles, values, n, 0, NODES_BUS_OFF);
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
void cs_nodes_put_counter(struct cs_canvas *canvas, struct cs_rect at, unsigned count)
{
    static const struct {
        unsigned at;
        uint8_t style;
    } marks[] = {{NODES_WARNING, CS_STYLE_WARN},
                 {NODES_PASSIVE, CS_STYLE_HIGH},
                 {NODES_BUS_OFF, CS_STYLE_BAD}};
    int x = at.x + 4, w = at.w - 4;

    cs_canvas_printf(canvas, at.x, at.y, count ? cs_nodes_counter_style(count) : CS_STYLE_FAINT,
                     "%3u", count);
    cs_gauge(canvas, x, at.y, w, cs_nodes_counter_style(count), count, NODES_BUS_OFF);
    for (size_t i = 0; w >= 8 && i < sizeof marks / sizeof *marks; i++) {
        int cell = ((int)marks[i].at * w + NODES_BUS_OFF - 1) / NODES_BUS_OFF - 1;
        if (count * (unsigned)w <= (unsigned)cell * NODES_BUS_OFF)
            cs_canvas_put_ch(canvas, x + cell, at.y, count ? marks[i].style : CS_STYLE_FAINT,
                             0x2595);
    }
}

static void cell_tec(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    cs_nodes_put_counter(canvas, at, ((const struct cs_tui_node *)item)->status.tec);
}

static void cell_rec(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                     const void *item)
{
    (void)tui;
    cs_nodes_put_counter(canvas, at, ((const struct cs_tui_node *)item)->status.rec);
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

const struct cs_tui_bus *cs_nodes_bus_of(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return &tui->bus[node->bus < tui->n_buses ? node->bus : 0];
}

static void put_timing(struct cs_canvas *canvas, struct cs_rect at, bool right, bool differs,
                       const char *text)
{
    cs_canvas_field(canvas, at.x, at.y, at.w, right, differs ? CS_STYLE_HIGH : CS_STYLE_DIM, text);
}

/* Of a controller that does not know CAN FD 0, whatever its bus has. */
uint32_t cs_nodes_data_rate(const struct cs_node_status *s)
{
    return s->fd == CS_FD_ISO || s->fd == CS_FD_NON_ISO ? s->data_bitrate_bps : 0;
}

bool cs_nodes_other_rate(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    const struct cs_tui_bus *bus = cs_nodes_bus_of(tui, node);
    const struct cs_node_status *s = &node->status;

    return s->bitrate_bps != bus->bitrate_bps || (cs_nodes_data_rate(s) && bus->data_bitrate_bps &&
                                                  cs_nodes_data_rate(s) != bus->data_bitrate_bps);
}

bool cs_nodes_other_sample(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return cs_bit_timing_sample_permille(&node->status.timing.nominal) !=
           cs_bit_timing_sample_permille(&cs_nodes_bus_of(tui, node)->timing.nominal);
}

bool cs_nodes_other_fd(const struct cs_tui *tui, const struct cs_tui_node *node)
{
    return node->status.fd != (cs_nodes_bus_of(tui, node)->fd ? CS_FD_ISO : CS_FD_CLASSIC);
}

static void cell_rate(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[CS_NUMBER_MAX];

    put_timing(canvas, at, true, cs_nodes_other_rate(tui, item),
               cs_text_rates(s->bitrate_bps, cs_nodes_data_rate(s), buf));
}

static void cell_sample(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                        const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char buf[CS_NUMBER_MAX];

    put_timing(canvas, at, true, cs_nodes_other_sample(tui, item),
               cs_text_permille(cs_bit_timing_sample_permille(&s->timing.nominal), buf));
}

static void cell_fd(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                    const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;

    put_timing(canvas, at, false, cs_nodes_other_fd(tui, item), cs_fd_name(s->fd));
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

char *cs_nodes_drift_text(int32_t ppb, char *buf)
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
    put_timing(canvas, at, true, s->timing.drift_ppb != 0,
               cs_nodes_drift_text(s->timing.drift_ppb, buf));
}

static void cell_history(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                         const void *item)
{
    put_history(tui, canvas, at, item);
}

static void cell_mode(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                      const void *item)
{
    const struct cs_node_status *s = &((const struct cs_tui_node *)item)->status;
    char text[48];

    (void)tui;
    cs_canvas_field(canvas, at.x, at.y, at.w, false, s->mode ? CS_STYLE_INFO : CS_STYLE_DIM,
                    cs_mode_text(s->mode, text, sizeof text));
}

/* Room for the marks where there is any. */
static int want_counter(const struct cs_tui *tui)
{
    return cs_tui_body(tui).w < 100 ? 9 : 13;
}

/* ---- order ----------------------------------------------------------------------------------- */

static int cmp_name(const void *a, const void *b)
{
    return strcmp(((const struct cs_tui_node *)a)->status.name,
                  ((const struct cs_tui_node *)b)->status.name);
}

/* Those that are worse off come first. */
static int cmp_state(const void *a, const void *b)
{
    const struct cs_node_status *x = &((const struct cs_tui_node *)a)->status;
    const struct cs_node_status *y = &((const struct cs_tui_node *)b)->status;

    return x->plugged != y->plugged ? x->plugged - y->plugged : (int)y->state - (int)x->state;
}

static int cmp_tec(const void *a, const void *b)
{
    return ((const struct cs_tui_node *)b)->status.tec -
           ((const struct cs_tui_node *)a)->status.tec;
}

static int cmp_rec(const void *a, const void *b)
{
    return ((const struct cs_tui_node *)b)->status.rec -
           ((const struct cs_tui_node *)a)->status.rec;
}

/* ---- columns --------------------------------------------------------------------------------- */

#define COUNT(member, style)                                                        \
    .number = CS_NUMBER(CS_NUMBER_COUNT, struct cs_tui_node, status.member, style), \
    .order = CS_ORDER_DOWN

/* Numbers are worth more than the end of a long name. */
static int want_name(const struct cs_tui *tui)
{
    const int wanted = cs_want_node(tui);

    return cs_tui_body(tui).w < 100 && wanted > 12 ? 12 : wanted;
}

const struct cs_column cs_nodes_columns[NODES_COLUMNS] = {
    CS_COLUMN("node", 10, 12, false, 0, .cell = cell_name, .wanted = want_name,
              .compare = cmp_name),
    CS_COLUMN("bus", 5, 5, false, 1, .cell = cell_bus, .wanted = cs_want_bus),
    CS_COLUMN("via", 8, 10, false, 5, .cell = cell_via),
    CS_COLUMN("state", 7, 8, false, 0, .cell = cell_state, .compare = cmp_state),
    CS_COLUMN("TEC", 9, 20, false, 0, .cell = cell_tec, .wanted = want_counter, .compare = cmp_tec),
    CS_COLUMN("REC", 9, 20, false, 0, .cell = cell_rec, .wanted = want_counter, .compare = cmp_rec),
    CS_COLUMN("history", 10, 30, false, 2, .cell = cell_history),
    CS_COLUMN("sent", 6, 9, true, 1, COUNT(sent, CS_STYLE_TEXT)),
    CS_COLUMN("rcvd", 6, 9, true, 1, COUNT(received, CS_STYLE_TEXT)),
    CS_COLUMN("retry", 5, 7, true, 1, COUNT(retries, CS_STYLE_WARN)),
    CS_COLUMN("lost", 5, 7, true, 1, COUNT(arb_lost, CS_STYLE_ARB)),
    CS_COLUMN("errors", 6, 7, true, 3, COUNT(errors, CS_STYLE_BAD)),
    CS_COLUMN("load", 6, 7, true, 3,
              .number =
                  CS_NUMBER(CS_NUMBER_PERMILLE, struct cs_tui_node, load_permille, CS_STYLE_TEXT),
              .order = CS_ORDER_DOWN),
    CS_COLUMN("queue", 5, 6, true, 4, .cell = cell_queue),
    CS_COLUMN("mode", 11, 20, false, 4, .cell = cell_mode),
    CS_COLUMN("rate", 7, 9, true, 1, .cell = cell_rate),
    CS_COLUMN("sample", 6, 6, true, 3, .cell = cell_sample),
    CS_COLUMN("CAN FD", 8, 8, false, 4, .cell = cell_fd),
    CS_COLUMN("delay", 7, 8, true, 5, .cell = cell_delay),
    CS_COLUMN("drift", 8, 10, true, 5, .cell = cell_drift),
};
const unsigned cs_nodes_n_columns = NODES_COLUMNS;
