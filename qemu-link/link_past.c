/* SPDX-License-Identifier: MIT */
/* link_past.c - the latest events, for those who begin to watch: copied as they come, encoded only
 * when somebody is told of them. All memory is taken at once; texts and names have rings of their
 * own, and what they no longer hold is left out. */
#include "qemu-link/link_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS     4096u
#define TEXT_BYTES 262144u
#define NAMES      512u

struct kept {
    struct cs_event event;
    struct cs_frame frame;
    uint64_t text_at; /* where in the ring of texts */
    uint64_t matched;
    struct cs_link_sets sets;
    bool heard;    /* they are known */
    uint32_t name; /* of the node, 0: not known */
    uint16_t text_len;
    uint8_t severity;
};

struct cs_link_past {
    struct cs_sim *sim;
    uint64_t n, texts; /* so far */
    uint32_t names;
    uint32_t who[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES]; /* their present names */
    struct kept kept[EVENTS];
    char text[TEXT_BYTES];
    char name[NAMES][CS_NAME_MAX];
};

static void name_node(struct cs_link_past *past, unsigned bus, int node, const char *name)
{
    const uint32_t number = ++past->names;

    snprintf(past->name[number % NAMES], CS_NAME_MAX, "%s", name);
    past->who[bus][node] = number;
}

struct cs_link_past *cs_link_past_create(struct cs_sim *sim)
{
    struct cs_link_past *past = calloc(1, sizeof(*past));

    if (!past)
        return NULL;
    past->sim = sim;
    for (unsigned b = 0; b < cs_sim_bus_count(sim); b++) {
        const struct cs_bus *bus = cs_sim_bus(sim, b);
        for (int i = 0; i < cs_bus_node_limit(bus); i++)
            name_node(past, b, i, cs_bus_node_name(bus, i));
    }
    return past;
}

void cs_link_past_destroy(struct cs_link_past *past)
{
    free(past);
}

/* ---- keeping --------------------------------------------------------------------------------- */

/* In one piece: the end of the ring is left free where it is too short. */
static void keep_text(struct cs_link_past *past, struct kept *kept, const char *text)
{
    const size_t len = strnlen(text, CS_FAULT_TEXT_MAX - 1);
    const uint64_t at = past->texts % TEXT_BYTES;

    if (at + len > TEXT_BYTES)
        past->texts += TEXT_BYTES - at;
    kept->text_at = past->texts;
    kept->text_len = (uint16_t)len;
    memcpy(past->text + past->texts % TEXT_BYTES, text, len);
    past->texts += len;
}

static uint32_t who_is(const struct cs_link_past *past, const struct cs_event *event)
{
    return event->bus < CS_SIM_MAX_BUSES && event->node >= 0 && event->node < CS_BUS_MAX_NODES
               ? past->who[event->bus][event->node]
               : 0;
}

void cs_link_past_keep(struct cs_link_past *past, const struct cs_event *event,
                       const struct cs_link_words *words)
{
    struct kept *kept = &past->kept[past->n % EVENTS];

    if (event->kind == CS_EV_ACKED || event->kind == CS_EV_RECEIVED)
        return; /* as many as there are nodes, and each frame tells the same */
    if (event->kind == CS_EV_ATTACH && event->bus < CS_SIM_MAX_BUSES && event->node >= 0)
        name_node(past, event->bus, event->node, words->name);
    kept->event = *event;
    if (event->frame)
        kept->frame = *event->frame;
    kept->name = who_is(past, event);
    kept->matched = words->matched;
    kept->heard = words->sets != NULL;
    if (words->sets)
        kept->sets = *words->sets;
    kept->severity = words->severity;
    kept->text_len = 0;
    if (words->text[0])
        keep_text(past, kept, words->text);
    past->n++;
}

uint64_t cs_link_past_seq(const struct cs_link_past *past)
{
    return past->n > 0 ? past->kept[(past->n - 1) % EVENTS].event.seq : 0;
}

/* ---- telling --------------------------------------------------------------------------------- */

/* Names are used in turn: one that is older may still be that of a node that is there. */
static const char *name_of(const struct cs_link_past *past, const struct kept *kept)
{
    if (kept->name == 0)
        return "";
    if (past->names - kept->name < NAMES)
        return past->name[kept->name % NAMES];
    return kept->name == who_is(past, &kept->event)
               ? cs_bus_node_name(cs_sim_bus(past->sim, kept->event.bus), kept->event.node)
               : "";
}

void cs_link_past_tell(const struct cs_link_past *past, struct cs_link_conn *conn)
{
    struct cs_proto_msg *msg = &conn->server->out;
    char text[CS_FAULT_TEXT_MAX];

    for (uint64_t n = past->n > EVENTS ? past->n - EVENTS : 0; n < past->n; n++) {
        const struct kept *kept = &past->kept[n % EVENTS];
        struct cs_event event = kept->event;
        const bool whole = past->texts - kept->text_at <= TEXT_BYTES;

        if (event.kind >= 64 || !(conn->kinds >> event.kind & 1))
            continue;
        text[0] = '\0';
        if (kept->text_len > 0 && whole) {
            memcpy(text, past->text + kept->text_at % TEXT_BYTES, kept->text_len);
            text[kept->text_len] = '\0';
        }
        event.frame = event.frame ? &kept->frame : NULL;
        event.text = text;
        cs_link_copy_event(msg, &event);
        msg->matched = kept->matched;
        msg->severity = kept->severity && text[0] ? kept->severity : 0;
        msg->past = 1;
        cs_link_put_sets(msg, kept->heard ? &kept->sets : NULL);
        snprintf(msg->name, sizeof(msg->name), "%s", name_of(past, kept));
        cs_link_put(conn, msg, false);
    }
}
