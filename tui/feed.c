/* SPDX-License-Identifier: MIT */
/* feed.c - the observer copies one row and nothing else: it runs for every event on the bus. */
#include "tui/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "scenarios/follow.h"
#include "scenarios/session_live.h"
#include "scenarios/text.h"
#include "tui/feed_row.h"
#include "tui/host.h"
#include "tui/messages.h"

#define SLOW_PERMILLE 100u

static bool known(unsigned bus, int node)
{
    return node >= 0 && node < CS_BUS_MAX_NODES && bus < CS_SIM_MAX_BUSES;
}

static uint32_t who_is(struct cs_feed *feed, unsigned bus, int node, bool anew)
{
    struct cs_names *names = &feed->tui->names;
    uint32_t *who;

    if (!known(bus, node))
        return CS_NAME_NONE;
    who = &feed->who[bus][node];
    if (*who == CS_NAME_NONE || !cs_names_text(names, *who) || anew) {
        struct cs_bus *b = cs_sim_bus(feed->sim, bus);
        const char *name = b ? cs_bus_node_name(b, node) : "";
        if (!*name)
            return *who;
        *who = cs_names_add(names, name);
    }
    return *who;
}

uint32_t cs_feed_who(struct cs_feed *feed, unsigned bus, int node)
{
    return who_is(feed, bus, node, false);
}

/* What a decoder says, the protocol before it; cs_row_meaning() is for the eye. */
const char *cs_feed_words(const struct cs_live_said *said, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", said->protocol, *said->protocol ? " " : "", said->summary);
    cs_text_clean(text);
    return text;
}

/* The decoder's name, the protocol and the names of its events, by number. */
uint8_t cs_feed_what(struct cs_tui *tui, const struct cs_decode_said *said)
{
    char text[2 * CS_EVENT_NAMES_TEXT];
    size_t n;

    if (!said || !said->decoder)
        return 0;
    n = (size_t)snprintf(text, sizeof text, "%s %s", said->decoder->name, said->tree->protocol);
    for (unsigned i = 0; i < said->tree->n_events && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " %s", said->tree->events[i].name);
    return cs_event_names_add(&tui->event_names, text);
}

struct telling {
    struct cs_feed *feed;
    const struct cs_live_said *said;
};

static void on_number(void *ctx, const char *path, const char *label, const char *unit,
                      const char *meaning, double value)
{
    const struct telling *telling = ctx;
    const struct cs_plot_number number = {
        telling->said->protocol, path, label, unit, meaning, value};

    cs_plots_field(&telling->feed->tui->plots, telling->said->event, &number);
}

/* What time alone told the decoder is a row of its own. */
static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_feed *feed = ctx;
    char text[160];

    if (!feed->sim)
        return;
    if (said->event) {
        feed->heard = said->event;
        feed->heard_what = cs_feed_what(feed->tui, said->said);
        if (feed->tui->plots.fields || feed->tui->plots.collect)
            cs_live_numbers(said, on_number, &(struct telling){feed, said});
        return;
    }
    if (feed->told)
        return;
    cs_feed_said_row(feed->tui, said->bus, said->at_ps,
                     &(struct cs_feed_said){said->severity, cs_feed_words(said, text, sizeof text)})
        ->what = cs_feed_what(feed->tui, said->said);
}

static struct cs_row *push_row(struct cs_feed *feed, const struct cs_event *event)
{
    uint32_t who = who_is(feed, event->bus, event->node, event->kind == CS_EV_ATTACH);
    uint32_t peer =
        event->kind == CS_EV_ARB_LOST ? who_is(feed, event->bus, event->peer, false) : CS_NAME_NONE;
    const struct cs_live_said *live =
        feed->live && !feed->told && event->kind == CS_EV_FRAME ? cs_live_frame(feed->live) : NULL;
    struct cs_feed_said said;
    char text[160];

    if (live)
        said = (struct cs_feed_said){live->severity, cs_feed_words(live, text, sizeof text)};
    struct cs_row *row = cs_feed_row(feed->tui, event, who, peer, live ? &said : feed->word);
    if (event->kind == CS_EV_FRAME)
        row->what = feed->heard == event ? feed->heard_what : 0;
    return row;
}

/* What is kept besides the row. */
static void remember(struct cs_feed *feed, const struct cs_event *event)
{
    if (event->kind == CS_EV_FAULT)
        cs_fault_list_event(&feed->tui->fault_list, cs_sim_bus(feed->sim, event->bus), event);
    else if (event->kind == CS_EV_ATTACH && known(event->bus, event->node))
        feed->last[event->bus][event->node] = (struct cs_tui_error){0};
    else if (event->kind == CS_EV_ERROR && known(event->bus, event->node))
        feed->last[event->bus][event->node] = cs_feed_error(event);
}

static const char *joining(struct cs_feed *feed, const struct cs_event *event)
{
    const char *name = cs_bus_node_name(cs_sim_bus(feed->sim, event->bus), event->node);

    return *name || !known(event->bus, event->node)
               ? name
               : cs_tui_who(feed->tui, feed->who[event->bus][event->node]);
}

/* Allocated with the first event of a controller's place on its bus. */
static void observe(void *ctx, const struct cs_event *event)
{
    struct cs_feed *feed = ctx;
    struct cs_row *row = NULL;

    if (feed->own)
        cs_live_event(feed->live, event);
    if (feed->follow)
        cs_follow_event(feed->follow, event);
    if (feed->tui->plots.n)
        cs_plots_event(&feed->tui->plots, event,
                       event->kind == CS_EV_ATTACH ? joining(feed, event) : "");
    if (cs_feed_has_row(event->kind)) {
        row = push_row(feed, event);
        remember(feed, event);
    }
    cs_air_event(feed->tui->air, event,
                 event->kind == CS_EV_TX_START ? who_is(feed, event->bus, event->node, false)
                                               : CS_NAME_NONE,
                 row);
    cs_histories_event(&feed->histories, event);
    if (!feed->tui->dirty) {
        feed->tui->dirty = true;
        if (feed->wake)
            feed->wake(feed->wake_ctx);
    }
}

int cs_feed_init(struct cs_feed *feed, struct cs_tui *tui, struct cs_sim *sim,
                 struct cs_stats *stats)
{
    feed->tui = tui;
    feed->sim = sim;
    feed->stats = stats;
    feed->from_ps = cs_sim_now_ps(sim);
    tui->decoded = feed->live != NULL || feed->told;
    if (feed->live && cs_live_listen(feed->live, on_said, feed) != 0)
        return -ENOSPC;
    cs_sim_set_detail(sim, true); /* who acknowledges, who receives */
    return cs_sim_observe(sim, observe, feed);
}

int cs_feed_decode(struct cs_feed *feed, struct cs_live *live, bool own, bool told)
{
    if (live && live != feed->live && cs_live_listen(live, on_said, feed) != 0)
        return -ENOSPC;
    if (feed->live && live != feed->live)
        cs_live_unlisten(feed->live, on_said, feed);
    feed->live = live;
    feed->own = own && live;
    feed->told = told;
    feed->tui->decoded = live || told;
    return 0;
}

void cs_feed_fini(struct cs_feed *feed)
{
    if (feed->live)
        cs_live_unlisten(feed->live, on_said, feed);
    if (feed->sim && feed->tui->edges && feed->tui->edges->on)
        cs_sim_remove_probe(feed->sim, cs_edges_probe, feed->tui->edges);
    if (feed->sim)
        cs_sim_unobserve(feed->sim, observe, feed);
    feed->sim = NULL;
    cs_histories_fini(&feed->histories);
}

static void refresh_buses(struct cs_feed *feed)
{
    struct cs_tui *tui = feed->tui;

    tui->n_buses = cs_sim_bus_count(feed->sim);
    for (unsigned b = 0; b < tui->n_buses; b++) {
        struct cs_bus *bus = cs_sim_bus(feed->sim, b);
        snprintf(tui->bus[b].name, sizeof tui->bus[b].name, "%s", cs_bus_name(bus));
        tui->bus[b].bitrate_bps = cs_bus_bitrate_bps(bus);
        tui->bus[b].data_bitrate_bps = cs_bus_data_bitrate_bps(bus);
        tui->bus[b].fd = cs_bus_has_fd(bus);
        tui->bus[b].timing = *cs_bus_timing(bus);
        tui->fd |= tui->bus[b].fd;
        cs_stats_bus(feed->stats, b, &tui->bus[b].stats);
    }
}

static void refresh_nodes(struct cs_feed *feed)
{
    struct cs_tui *tui = feed->tui;

    tui->n_nodes = 0;
    for (unsigned b = 0; b < tui->n_buses; b++) {
        struct cs_bus *bus = cs_sim_bus(feed->sim, b);
        int limit = cs_bus_node_limit(bus);
        for (int i = 0; i < limit && tui->n_nodes < tui->nodes_room; i++) {
            struct cs_tui_node *node = &tui->nodes[tui->n_nodes];
            if (cs_bus_node_status(bus, i, &node->status) < 0)
                continue;
            node->bus = (uint16_t)b;
            node->index = (int16_t)i;
            node->last = feed->last[b][i];
            node->history = feed->histories.of[b][i];
            node->load_permille = cs_stats_node_load_permille(feed->stats, b, i);
            tui->n_nodes++;
        }
    }
}

static void refresh_faults(struct cs_feed *feed)
{
    struct cs_tui *tui = feed->tui;

    cs_fault_list_begin(&tui->fault_list);
    for (unsigned b = 0; b < tui->n_buses; b++)
        cs_fault_list_look(&tui->fault_list, cs_sim_bus(feed->sim, b));
    cs_fault_list_end(&tui->fault_list, cs_sim_now_ps(feed->sim));
}

static void refresh_ids(struct cs_feed *feed)
{
    struct cs_tui *tui = feed->tui;

    for (unsigned b = 0; b < tui->n_buses; b++)
        for (unsigned i = 0; i < tui->bus[b].stats.ids; i++) {
            const struct cs_stats_id *stat = cs_stats_id(feed->stats, b, i);
            struct cs_tui_id *item =
                stat ? cs_ids_get(&tui->ids, (uint16_t)b, stat->last.id, stat->last.flags) : NULL;
            if (!item)
                break;
            item->stat = *stat;
            if (item->who == CS_NAME_NONE && stat->node >= 0 && stat->node < CS_BUS_MAX_NODES)
                item->who = feed->who[b][stat->node];
        }
    cs_ids_update(&tui->ids, &tui->ring, tui->info.now_ps);
}

/* With a probe frames are computed bit by bit, which costs: only while time is slow or stands
 * still, where each bit can be looked at. */
static void watch_edges(struct cs_feed *feed, bool needed)
{
    const struct cs_tui_info *info = &feed->tui->info;
    struct cs_edges *edges = feed->tui->edges;
    const bool slow =
        info->paused || (info->speed_permille > 0 && info->speed_permille <= SLOW_PERMILLE);
    const bool on = needed && slow && !info->finished;

    if (on == edges->on)
        return;
    edges->on = on;
    edges->until_ps = info->now_ps;
    if (on) /* between then and now there is nothing to go by */
        edges->first = edges->end;
    if (!on)
        cs_sim_remove_probe(feed->sim, cs_edges_probe, edges);
    else if (cs_sim_add_probe(feed->sim, cs_edges_probe, edges) < 0)
        edges->on = false;
}

void cs_feed_refresh_told(struct cs_feed *feed, unsigned needs)
{
    if (feed->live)
        cs_live_catch_up(feed->live);
    feed->tui->plots.collect = feed->live && needs & CS_NEEDS_PLOTS;
    if (feed->live)
        cs_live_want_fields(feed->live, feed->tui->plots.collect || feed->tui->plots.fields);
    if (needs & CS_NEEDS_TRAFFIC)
        cs_feed_traffic(feed);
}

void cs_feed_refresh(struct cs_feed *feed, unsigned needs)
{
    refresh_buses(feed);
    cs_feed_refresh_told(feed, needs);
    watch_edges(feed, needs & CS_NEEDS_EDGES);
    if (needs & CS_NEEDS_NODES)
        refresh_nodes(feed);
    if (needs & CS_NEEDS_IDS)
        refresh_ids(feed);
    if (needs & CS_NEEDS_FAULTS)
        refresh_faults(feed);
}
