/* SPDX-License-Identifier: MIT */
/* fault_list.c - see fault_list.h. An id is in the list once: armed or past. */
#include "tui/fault_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cs_fault_list_init(struct cs_fault_list *list)
{
    *list = (struct cs_fault_list){0};
    list->live = calloc(CS_FAULT_LIST_LIVE, sizeof *list->live);
    list->past = calloc(CS_FAULT_LIST_PAST, sizeof *list->past);
    return list->live && list->past ? 0 : -ENOMEM;
}

void cs_fault_list_fini(struct cs_fault_list *list)
{
    free(list->live);
    free(list->past);
    *list = (struct cs_fault_list){0};
}

static struct cs_tui_fault *live_of(const struct cs_fault_list *list, int id)
{
    for (unsigned i = 0; i < list->n_live; i++)
        if (list->live[i].id == id)
            return &list->live[i];
    return NULL;
}

static struct cs_tui_fault *add(struct cs_fault_list *list, int id, unsigned bus, int64_t at_ps)
{
    struct cs_tui_fault *fault = live_of(list, id);

    if (fault || list->n_live == CS_FAULT_LIST_LIVE)
        return fault;
    fault = &list->live[list->n_live++];
    *fault = (struct cs_tui_fault){.id = id,
                                   .bus = (uint16_t)bus,
                                   .stage = CS_FAULT_ARMED,
                                   .live = true,
                                   .armed_ps = at_ps,
                                   .fired_ps = -1};
    return fault;
}

static void bury(struct cs_fault_list *list, struct cs_tui_fault *fault, uint8_t stage,
                 int64_t at_ps)
{
    struct cs_tui_fault *grave = &list->past[list->n_past++ % CS_FAULT_LIST_PAST];
    size_t after = (size_t)(list->live + list->n_live - fault) - 1;

    *grave = *fault;
    grave->live = grave->active = false;
    grave->stage = stage;
    grave->ended_ps = at_ps;
    memmove(fault, fault + 1, after * sizeof *fault);
    list->n_live--;
}

static void take_status(struct cs_tui_fault *fault, const struct cs_fault_status *status)
{
    fault->matched = status->matched;
    fault->fired = status->fired;
    fault->armed_ps = status->armed_ps;
    fault->fired_ps = status->fired_ps;
    fault->active = status->active;
    fault->stage = status->fired ? CS_FAULT_FIRED : CS_FAULT_ARMED;
    fault->looked = true;
}

/* What it has matched so far. Both list in the order of arming, so its place is known. */
static void look_matched(const struct cs_fault_list *list, struct cs_tui_fault *fault,
                         const struct cs_bus *bus)
{
    struct cs_fault_status status;
    unsigned at = 0;

    for (const struct cs_tui_fault *f = list->live; f < fault; f++)
        at += f->bus == fault->bus;
    if (bus && cs_fault_look(bus, at, &status) && status.id == fault->id)
        fault->matched = status.matched;
}

void cs_fault_list_event(struct cs_fault_list *list, const struct cs_bus *bus,
                         const struct cs_event *event)
{
    struct cs_tui_fault *fault;

    if (event->stage != CS_FAULT_ARMED && !live_of(list, event->fault) &&
        cs_fault_list_find(list, event->fault))
        return;
    fault = add(list, event->fault, event->bus, event->at_ps);
    if (!fault)
        return;
    if (event->text && !fault->text[0])
        snprintf(fault->text, sizeof fault->text, "%s", event->text);
    if (event->stage == CS_FAULT_FIRED) {
        fault->stage = CS_FAULT_FIRED;
        fault->fired++;
        fault->fired_ps = event->at_ps;
        look_matched(list, fault, bus);
    } else if (event->stage >= CS_FAULT_ENDED) {
        bury(list, fault, event->stage, event->at_ps);
    }
}

void cs_fault_list_matched(struct cs_fault_list *list, int id, uint64_t matched)
{
    struct cs_tui_fault *fault = live_of(list, id);

    if (fault && matched > fault->matched)
        fault->matched = matched;
}

void cs_fault_list_begin(struct cs_fault_list *list)
{
    for (unsigned i = 0; i < list->n_live; i++)
        list->live[i].looked = false;
}

void cs_fault_list_see(struct cs_fault_list *list, unsigned bus,
                       const struct cs_fault_status *status, const char *text)
{
    struct cs_tui_fault *fault = add(list, status->id, bus, status->armed_ps);

    if (!fault)
        return;
    if (!fault->text[0] && text)
        snprintf(fault->text, sizeof fault->text, "%s", text);
    else if (!fault->text[0])
        cs_fault_format(&status->spec, fault->text);
    take_status(fault, status);
}

void cs_fault_list_look(struct cs_fault_list *list, const struct cs_bus *bus)
{
    struct cs_fault_status status;

    for (unsigned i = 0; cs_fault_look(bus, i, &status); i++)
        cs_fault_list_see(list, cs_bus_index(bus), &status, NULL);
}

void cs_fault_list_end(struct cs_fault_list *list, int64_t now_ps)
{
    for (unsigned i = list->n_live; i-- > 0;)
        if (!list->live[i].looked)
            bury(list, &list->live[i], CS_FAULT_ENDED, now_ps);
}

unsigned cs_fault_list_count(const struct cs_fault_list *list)
{
    unsigned past = list->n_past < CS_FAULT_LIST_PAST ? (unsigned)list->n_past : CS_FAULT_LIST_PAST;

    return list->n_live + past;
}

const struct cs_tui_fault *cs_fault_list_at(const struct cs_fault_list *list, unsigned i)
{
    if (i < list->n_live)
        return &list->live[i];
    if (i >= cs_fault_list_count(list))
        return NULL;
    return &list->past[(list->n_past - 1 - (i - list->n_live)) % CS_FAULT_LIST_PAST];
}

const struct cs_tui_fault *cs_fault_list_find(const struct cs_fault_list *list, int id)
{
    for (unsigned i = 0; i < cs_fault_list_count(list); i++)
        if (cs_fault_list_at(list, i)->id == id)
            return cs_fault_list_at(list, i);
    return NULL;
}
