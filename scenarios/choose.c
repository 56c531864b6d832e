/* SPDX-License-Identifier: MIT */
#include "scenarios/choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "scenarios/session_live.h"
#include "simcore/event.h"
#include "simcore/sim.h"

#define SAID_MAX   (CS_TREE_SUMMARY + 40)
#define EVENTS_MAX 256
#define PROBES     8

struct cs_chooser {
    struct cs_query query;
    struct cs_seen seen;
    struct cs_decode *decode; /* NULL: none is needed */
    char said[SAID_MAX], events[EVENTS_MAX];
    bool decoded;
    const struct cs_event *heard; /* what was said is of this event; only compared */
};

/* ---- what was met before --------------------------------------------------------------------- */

uint64_t cs_seen_key(unsigned bus, uint32_t id, unsigned flags)
{
    return UINT64_C(1) << 63 | (uint64_t)bus << 32 |
           (flags & CS_FRAME_EXT ? UINT64_C(1) << 30 : 0) |
           (flags & CS_FRAME_RTR ? UINT64_C(1) << 31 : 0) | id;
}

static uint32_t place_of(uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
}

int64_t cs_seen_get(const struct cs_seen *seen, uint64_t key)
{
    for (uint32_t i = 0; i < PROBES; i++) {
        const struct cs_seen_entry *entry = &seen->entries[(place_of(key) + i) % CS_SEEN_SIZE];
        if (entry->key == key)
            return entry->value;
    }
    return -1;
}

int64_t cs_seen_swap(struct cs_seen *seen, uint64_t key, int64_t value)
{
    const uint32_t at = place_of(key);
    struct cs_seen_entry *oldest = NULL;

    for (uint32_t i = 0; i < PROBES; i++) {
        struct cs_seen_entry *entry = &seen->entries[(at + i) % CS_SEEN_SIZE];
        if (entry->key == key) {
            const int64_t before = entry->value;
            entry->value = value;
            return before;
        }
        if (oldest == NULL || entry->key == 0 || (oldest->key != 0 && entry->value < oldest->value))
            oldest = entry;
        if (entry->key == 0)
            break;
    }
    *oldest = (struct cs_seen_entry){key, value};
    return -1;
}

/* Buses of logs have names alone; each has its own number for cs_seen_key(). */
static unsigned bus_number(const char *name)
{
    uint32_t hash = 2166136261u;

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash >> 2;
}

/* ---------------------------------------------------------------------------------------------- */

static void keep_said(struct cs_chooser *f, const struct cs_decode_said *said)
{
    size_t n = 0;

    f->decoded = said->decoder != NULL;
    f->said[0] = f->events[0] = '\0';
    if (!f->decoded)
        return;
    snprintf(f->said, sizeof(f->said), "%s %s", said->tree->protocol, said->tree->summary);
    n = (size_t)snprintf(f->events, sizeof(f->events), "%s", said->decoder->name);
    for (unsigned i = 0; i < said->tree->n_events && n < sizeof(f->events); i++)
        n += (size_t)snprintf(f->events + n, sizeof(f->events) - n, " %s",
                              said->tree->events[i].name);
}

static void on_said(void *ctx, const struct cs_decode_said *said)
{
    if (said->frame != NULL)
        keep_said(ctx, said);
}

static int open_decoder(struct cs_chooser *f, const struct cs_plugins *plugins,
                        struct cs_error *error)
{
    const struct cs_decode_config config = {
        .plugins = plugins, .want = CANSIM_WANT_SUMMARY, .said = on_said, .ctx = f};
    char why[400];

    f->decode = cs_decode_create(&config, why, sizeof(why));
    return f->decode != NULL ? 0 : cs_error_set(error, CS_STATUS_INPUT, "--filter: %s", why);
}

struct cs_chooser *cs_choose_create(const char *text, const struct cs_plugins *plugins,
                                    struct cs_error *error)
{
    struct cs_chooser *f = calloc(1, sizeof(*f));
    char why[400];
    int ret;

    if (f == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    ret = cs_query_parse(text, &f->query, why, sizeof(why));
    if (ret != 0)
        cs_error_set(error, CS_STATUS_INPUT, "--filter: %s", why);
    else if (f->query.asks_said && plugins != NULL)
        ret = open_decoder(f, plugins, error);
    if (ret == 0)
        return f;
    cs_choose_free(f);
    return NULL;
}

void cs_choose_free(struct cs_chooser *filter)
{
    if (filter != NULL && filter->decode != NULL)
        cs_decode_destroy(filter->decode);
    free(filter);
}

bool cs_choose_asks_said(const struct cs_chooser *filter)
{
    return filter != NULL && filter->query.asks_said;
}

/* ---- asking ---------------------------------------------------------------------------------- */

bool cs_choose_item(struct cs_chooser *f, struct cs_query_item *item)
{
    if (item->has_frame && item->kind == CS_EV_FRAME) {
        const int64_t before = cs_seen_swap(
            &f->seen, cs_seen_key(bus_number(item->bus), item->id, item->flags), item->at_ps);
        item->since_ps = before >= 0 ? item->at_ps - before : -1;
    }
    return cs_query_passes(&f->query, item);
}

static void put_frame(struct cs_query_item *item, const struct cansim_frame *frame)
{
    item->has_frame = true;
    item->id = frame->id;
    item->flags = frame->flags;
    item->dlc = frame->dlc;
    item->len = frame->len;
    item->data = frame->data;
}

static struct cs_query_item item_of(const struct cs_chooser *f, int kind, int64_t at_ps,
                                    const char *bus)
{
    return (struct cs_query_item){
        .kind = kind,
        .at_ps = at_ps,
        .since_ps = -1,
        .bus = bus,
        .node = "",
        .said = f->said,
        .decoded = f->decoded,
        .events = f->events,
    };
}

static void decode_log(struct cs_chooser *f, const struct cansim_log_frame *log)
{
    struct cansim_frame frame = *log->frame;
    char why[200];
    const int bus = cs_decode_bus(f->decode, log->bus_name, 0, why, sizeof(why));

    if (bus < 0)
        return;
    frame.bus = (uint16_t)bus;
    frame.node = CANSIM_NO_NODE;
    cs_decode_frame(f->decode, &frame);
}

bool cs_choose_log(struct cs_chooser *f, const struct cansim_log_frame *log)
{
    if (f == NULL)
        return true;
    f->decoded = false;
    f->said[0] = f->events[0] = '\0';
    if (f->decode != NULL && !log->error_frame)
        decode_log(f, log);
    struct cs_query_item item = item_of(f, log->error_frame ? CS_EV_ERROR_FRAME : CS_EV_FRAME,
                                        log->frame->at_ps, log->bus_name);
    if (!log->error_frame)
        put_frame(&item, log->frame);
    return cs_choose_item(f, &item);
}

bool cs_choose_decoded(struct cs_chooser *f, const struct cs_decode_said *said)
{
    if (f == NULL)
        return true;
    keep_said(f, said);
    struct cs_query_item item =
        item_of(f, said->frame != NULL ? CS_EV_FRAME : CS_EV_NOTE, said->at_ps, said->bus_name);
    if (said->frame != NULL)
        put_frame(&item, said->frame);
    return cs_choose_item(f, &item);
}

void cs_choose_hear(struct cs_chooser *f, const struct cs_live_said *said)
{
    if (f == NULL)
        return;
    keep_said(f, said->said);
    f->heard = said->event;
}

bool cs_choose_event(struct cs_chooser *f, struct cs_sim *sim, const struct cs_event *event)
{
    const struct cs_bus *bus = cs_sim_bus(sim, event->bus);
    const struct cs_frame *frame = event->frame;

    if (f == NULL)
        return true;
    if (event->kind != CS_EV_FRAME || f->heard != event) {
        f->decoded = false;
        f->events[0] = '\0';
        snprintf(f->said, sizeof(f->said), "%s", event->text != NULL ? event->text : "");
    }
    f->heard = NULL;
    struct cs_query_item item = item_of(f, event->kind, event->at_ps, cs_bus_name(bus));
    if (event->node != CS_NO_NODE)
        item.node = cs_bus_node_name(bus, event->node);
    item.state = event->state;
    item.error = event->error;
    item.has_counters = event->kind == CS_EV_ERROR || event->kind == CS_EV_STATE;
    item.tec = event->tec;
    item.rec = event->rec;
    if (frame != NULL) {
        item.has_frame = true;
        item.id = frame->id;
        item.flags = frame->flags;
        item.dlc = frame->dlc;
        item.len = frame->len;
        item.data = frame->data;
    }
    return cs_choose_item(f, &item);
}

bool cs_choose_said(struct cs_chooser *f, struct cs_sim *sim, const struct cs_live_said *said)
{
    if (f == NULL)
        return true;
    keep_said(f, said->said);
    struct cs_query_item item =
        item_of(f, CS_EV_NOTE, said->at_ps, cs_bus_name(cs_sim_bus(sim, said->bus)));
    return cs_choose_item(f, &item);
}
