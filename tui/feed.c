/* SPDX-License-Identifier: MIT */
/* feed.c - the observer copies one row and nothing else: it runs for every event on the bus. */
#include "tui/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/host.h"

/* Kinds that get no row: a frame's life between these is told by the rows that follow. */
static const bool no_row[CS_EV_KIND_COUNT] = {
    [CS_EV_QUEUED] = true,
    [CS_EV_TX_START] = true,
    [CS_EV_SENT] = true,
    [CS_EV_COUNTERS] = true,
};

static uint32_t who_is(struct cs_feed *feed, const struct cs_event *event)
{
    struct cs_names *names = &feed->tui->names;
    uint32_t *who;

    if (event->node < 0 || event->node >= CS_BUS_MAX_NODES || event->bus >= CS_SIM_MAX_BUSES)
        return CS_NAME_NONE;
    who = &feed->who[event->bus][event->node];
    if (*who == CS_NAME_NONE || !cs_names_text(names, *who) || event->kind == CS_EV_ATTACH) {
        struct cs_bus *bus = cs_sim_bus(feed->sim, event->bus);
        const char *name = bus ? cs_bus_node_name(bus, event->node) : "";
        if (!*name)
            return *who;
        *who = cs_names_add(names, name);
    }
    return *who;
}

static void observe(void *ctx, const struct cs_event *event)
{
    struct cs_feed *feed = ctx;
    const struct cs_frame *frame = event->frame;
    struct cs_row *row;

    if (event->kind < CS_EV_KIND_COUNT && !no_row[event->kind]) {
        uint32_t who = who_is(feed, event);
        row = cs_tui_ring_push(&feed->tui->ring);
        *row = (struct cs_row){
            .at_ps = event->at_ps,
            .start_ps = event->start_ps,
            .queued_ps = event->queued_ps,
            .who = who,
            .count = event->n_bits,
            .kind = event->kind,
            .bus = event->bus,
            .tec = event->tec,
            .rec = event->rec,
            .n_bits = event->n_bits,
            .bit = event->bit,
            .attempt = event->attempt,
            .lost = event->lost,
            .node = event->node,
            .state = event->state,
            .error = event->error,
            .field = event->field,
            .result = event->result,
            .mode = event->mode,
            .tx = event->tx,
        };
        if (frame) {
            row->has_frame = true;
            row->id = frame->id;
            row->flags = frame->flags;
            row->dlc = frame->dlc;
            row->len = frame->len <= CS_FRAME_MAX_DATA ? frame->len : CS_FRAME_MAX_DATA;
            memcpy(row->data, frame->data, row->len);
        } else if (event->text) {
            snprintf(row->data, sizeof row->data, "%s", event->text);
        }
    }
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
    return cs_sim_observe(sim, observe, feed);
}

void cs_feed_fini(struct cs_feed *feed)
{
    if (feed->sim)
        cs_sim_unobserve(feed->sim, observe, feed);
    feed->sim = NULL;
}

static void refresh_buses(struct cs_feed *feed)
{
    struct cs_tui *tui = feed->tui;

    tui->n_buses = cs_sim_bus_count(feed->sim);
    for (unsigned b = 0; b < tui->n_buses; b++) {
        struct cs_bus *bus = cs_sim_bus(feed->sim, b);
        snprintf(tui->bus[b].name, sizeof tui->bus[b].name, "%s", cs_bus_name(bus));
        tui->bus[b].bitrate_bps = cs_bus_bitrate_bps(bus);
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
            node->load_permille = cs_stats_node_load_permille(feed->stats, b, i);
            tui->n_nodes++;
        }
    }
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

void cs_feed_refresh(struct cs_feed *feed, unsigned needs)
{
    refresh_buses(feed);
    if (needs & CS_NEEDS_NODES)
        refresh_nodes(feed);
    if (needs & CS_NEEDS_IDS)
        refresh_ids(feed);
}
