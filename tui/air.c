/* SPDX-License-Identifier: MIT */
/* air.c - runs for every event: nothing here looks further than one bus's latest attempt. */
#include "tui/air.h"

#include <string.h>

static void add(struct cs_node_set *set, int node)
{
    if (node >= 0 && node < CS_BUS_MAX_NODES)
        set->word[node / 64] |= UINT64_C(1) << (node % 64);
}

/* Mostly it is the same set as the last time. */
static uint16_t set_id(struct cs_air *air, const struct cs_node_set *set)
{
    for (unsigned i = 0; i < air->n_sets; i++) {
        unsigned at = (air->latest + i) % air->n_sets;
        if (memcmp(&air->sets[at], set, sizeof *set) == 0 && at > 0) {
            air->latest = at;
            return (uint16_t)at;
        }
    }
    if (air->n_sets == 0)
        air->n_sets = 1; /* 0 tells that it is not known */
    if (air->n_sets == CS_AIR_SETS)
        return 0;
    air->sets[air->n_sets] = *set;
    air->latest = air->n_sets++;
    return (uint16_t)air->latest;
}

const struct cs_node_set *cs_air_set(const struct cs_air *air, unsigned set)
{
    return set > 0 && set < air->n_sets ? &air->sets[set] : NULL;
}

static void start(struct cs_air_bus *bus, const struct cs_event *event, uint32_t who)
{
    struct cs_air_sender *sender;

    if (!bus->on) {
        bus->start_ps = event->at_ps;
        bus->n = 0;
        memset(&bus->acks, 0, sizeof bus->acks);
        memset(&bus->receives, 0, sizeof bus->receives);
    }
    bus->on = true;
    if (bus->n == CS_AIR_SENDERS || !event->frame)
        return;
    sender = &bus->sender[bus->n++];
    *sender = (struct cs_air_sender){.frame = *event->frame,
                                     .queued_ps = event->queued_ps,
                                     .who = who,
                                     .node = event->node,
                                     .attempt = event->attempt,
                                     .lost = event->lost};
}

static const struct cs_air_sender *sender_of(const struct cs_air_bus *bus, int node)
{
    for (unsigned i = bus->on ? bus->n : 0; i-- > 0;)
        if (bus->sender[i].node == node)
            return &bus->sender[i];
    return NULL;
}

/* What was sent when the transmitter saw the error. */
static void keep_frame(const struct cs_air_bus *bus, struct cs_row *row)
{
    const struct cs_air_sender *sender = row->tx ? sender_of(bus, row->node) : NULL;

    if (!sender)
        return;
    row->sent = true;
    row->id = sender->frame.id;
    row->flags = sender->frame.flags;
    row->dlc = sender->frame.dlc;
    row->len = sender->frame.len <= CS_FRAME_MAX_DATA ? sender->frame.len : CS_FRAME_MAX_DATA;
    memcpy(row->data, sender->frame.data, row->len);
    row->attempt = sender->attempt;
    row->lost = sender->lost;
    row->queued_ps = sender->queued_ps;
}

void cs_air_event(struct cs_air *air, const struct cs_event *event, uint32_t who,
                  struct cs_row *row)
{
    struct cs_air_bus *bus;

    if (event->bus >= CS_SIM_MAX_BUSES)
        return;
    bus = &air->bus[event->bus];
    switch (event->kind) {
    case CS_EV_TX_START:
        start(bus, event, who);
        break;
    case CS_EV_ACKED:
        add(&bus->acks, event->node);
        break;
    case CS_EV_RECEIVED:
        add(&bus->receives, event->node);
        break;
    case CS_EV_ERROR:
        if (row)
            keep_frame(bus, row);
        break;
    case CS_EV_FRAME:
        if (row && bus->on && !bus->deaf) {
            row->acks = set_id(air, &bus->acks);
            row->receives = set_id(air, &bus->receives);
        }
        bus->on = false;
        break;
    case CS_EV_ERROR_FRAME:
        bus->on = false;
        break;
    default:
        break;
    }
}
