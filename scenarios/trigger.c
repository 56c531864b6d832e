/* SPDX-License-Identifier: MIT */
#include "scenarios/trigger.h"
#include "scenarios/session_live.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/text.h"
#include "simcore/fault.h"

#define WARNING 96 /* error warning limit: ISO 11898-1:2015, 12.1.4.3 */

#define ON(kind) (1u << (kind))

static const uint32_t events_of[CS_TRIGGER_KIND_COUNT] = {
    [CS_TRIGGER_FRAME] = ON(CS_EV_FRAME),
    [CS_TRIGGER_STATE] = ON(CS_EV_STATE),
    [CS_TRIGGER_WARNING] = ON(CS_EV_COUNTERS) | ON(CS_EV_ATTACH),
    [CS_TRIGGER_ERROR] = ON(CS_EV_ERROR),
    [CS_TRIGGER_ERROR_FRAME] = ON(CS_EV_ERROR_FRAME),
    [CS_TRIGGER_FAULT] = ON(CS_EV_FAULT),
    [CS_TRIGGER_NOTE] = ON(CS_EV_NOTE),
    [CS_TRIGGER_ATTACHED] = ON(CS_EV_ATTACH),
    [CS_TRIGGER_DETACHED] = ON(CS_EV_DETACH),
    [CS_TRIGGER_ARB_LOST] = ON(CS_EV_ARB_LOST),
    [CS_TRIGGER_REFUSED] = ON(CS_EV_REFUSED),
    [CS_TRIGGER_DROPPED] = ON(CS_EV_DROPPED),
    [CS_TRIGGER_DECODED] = ON(CS_EV_FRAME),
    [CS_TRIGGER_TEC] = ON(CS_EV_COUNTERS) | ON(CS_EV_ATTACH),
    [CS_TRIGGER_REC] = ON(CS_EV_COUNTERS) | ON(CS_EV_ATTACH),
};

uint32_t cs_trigger_events(const struct cs_trigger *t)
{
    return events_of[t->kind];
}

bool cs_trigger_is_level(const struct cs_trigger *t)
{
    return t->kind == CS_TRIGGER_WARNING || t->kind == CS_TRIGGER_TEC || t->kind == CS_TRIGGER_REC;
}

bool cs_bounds_hold(const struct cs_bounds *bounds, int64_t value)
{
    return value >= bounds->low && value <= bounds->high;
}

/* ---- what has happened ----------------------------------------------------------------------- */

static bool is_node(const struct cs_trigger *t, struct cs_sim *sim, const struct cs_event *event)
{
    if (t->node[0] == '\0')
        return true;
    return event->node != CS_NO_NODE &&
           strcmp(cs_bus_node_name(cs_sim_bus(sim, event->bus), event->node), t->node) == 0;
}

/* The fault's text form begins with its kind; a label is one of its words. */
static bool is_fault(const char *name, const char *form)
{
    static const char key[] = " label=";
    size_t len = strlen(name);

    if (strncmp(form, name, len) == 0 && (form[len] == ' ' || form[len] == '\0'))
        return true;
    const char *label = strstr(form, key);
    if (label == NULL)
        return false;
    label += sizeof(key) - 1;
    return strncmp(label, name, len) == 0 && (label[len] == ' ' || label[len] == '\0');
}

static bool hit_fault(const struct cs_trigger *t, const struct cs_event *event)
{
    int stage = t->stage < 0 ? CS_FAULT_FIRED : t->stage;

    return event->stage == stage &&
           (t->text == NULL || (event->text != NULL && is_fault(t->text, event->text)));
}

static bool hit_level(const struct cs_trigger *t, const struct cs_event *event)
{
    switch (t->kind) {
    case CS_TRIGGER_TEC:
        return cs_bounds_hold(&t->bounds, event->tec);
    case CS_TRIGGER_REC:
        return cs_bounds_hold(&t->bounds, event->rec);
    default:
        return event->tec >= WARNING || event->rec >= WARNING;
    }
}

static bool hit_kind(const struct cs_trigger *t, struct cs_sim *sim, const struct cs_event *event)
{
    switch (t->kind) {
    case CS_TRIGGER_FRAME:
    case CS_TRIGGER_ARB_LOST:
    case CS_TRIGGER_REFUSED:
    case CS_TRIGGER_DROPPED:
        return cs_match_event(&t->match, sim, event);
    case CS_TRIGGER_STATE:
        return event->state == t->state;
    case CS_TRIGGER_ERROR:
        return t->error == CS_ERROR_NONE || event->error == t->error;
    case CS_TRIGGER_FAULT:
        return hit_fault(t, event);
    case CS_TRIGGER_NOTE:
        return event->text != NULL && cs_text_is_like(t->text, event->text);
    case CS_TRIGGER_DECODED:
        return false; /* cs_trigger_hit_said() */
    default:
        return !cs_trigger_is_level(t) || hit_level(t, event);
    }
}

bool cs_trigger_hit(const struct cs_trigger *t, struct cs_sim *sim, const struct cs_event *event)
{
    return (events_of[t->kind] >> event->kind & 1u) != 0 && (t->bus < 0 || event->bus == t->bus) &&
           hit_kind(t, sim, event) && is_node(t, sim, event);
}

bool cs_trigger_hit_said(const struct cs_trigger *t, const struct cs_live_said *said)
{
    char text[600];

    if (t->kind != CS_TRIGGER_DECODED || (t->bus >= 0 && said->bus != (unsigned)t->bus) ||
        said->severity < t->severity)
        return false;
    snprintf(text, sizeof(text), "%s %s", said->protocol, said->summary);
    return cs_text_has_words(t->text, text);
}

bool cs_trigger_enters(const struct cs_trigger *t, struct cs_trigger_inside *inside,
                       struct cs_sim *sim, const struct cs_event *event)
{
    bool hit = cs_trigger_hit(t, sim, event);

    if (!cs_trigger_is_level(t) || (events_of[t->kind] >> event->kind & 1u) == 0 ||
        event->node < 0 || event->node >= CS_BUS_MAX_NODES)
        return hit;
    uint64_t *word = &inside->word[event->bus][event->node / 64];
    uint64_t bit = UINT64_C(1) << (event->node % 64);
    bool was = (*word & bit) != 0;
    *word = hit ? *word | bit : *word & ~bit;
    return hit && (!was || event->kind == CS_EV_ATTACH);
}
