/* SPDX-License-Identifier: MIT */
/* node_history.c - see node_history.h. */
#include "tui/node_history.h"

#include <stdlib.h>

#include <string.h>

static void go_to(struct cs_node_history *h, int64_t slot)
{
    if (slot - h->slot >= CS_HISTORY_SLOTS)
        h->slot = slot - CS_HISTORY_SLOTS;
    while (h->slot < slot)
        h->most[++h->slot % CS_HISTORY_SLOTS] = h->tec;
}

void cs_histories_event(struct cs_histories *histories, const struct cs_event *event)
{
    struct cs_node_history **history;

    if (!cs_history_wants_kind(event->kind) || event->bus >= CS_SIM_MAX_BUSES || event->node < 0 ||
        event->node >= CS_BUS_MAX_NODES)
        return;
    history = &histories->of[event->bus][event->node];
    if (!*history)
        *history = calloc(1, sizeof **history);
    if (*history)
        cs_history_event(*history, event);
}

void cs_histories_fini(struct cs_histories *histories)
{
    for (unsigned b = 0; b < CS_SIM_MAX_BUSES; b++)
        for (unsigned i = 0; i < CS_BUS_MAX_NODES; i++) {
            free(histories->of[b][i]);
            histories->of[b][i] = NULL;
        }
}

void cs_history_event(struct cs_node_history *h, const struct cs_event *event)
{
    const struct cs_history_step step = {event->at_ps, event->tec, event->rec, event->state};
    const int64_t slot = event->at_ps / CS_HISTORY_SLOT_PS;

    if (event->kind == CS_EV_ATTACH)
        *h = (struct cs_node_history){.slot = slot};
    if (event->kind != CS_EV_COUNTERS)
        h->change[h->n_changes++ % CS_HISTORY_CHANGES] = step;
    else
        h->step[h->n_steps++ % CS_HISTORY_STEPS] = step;
    go_to(h, slot);
    h->tec = event->tec;
    if (h->tec > h->most[slot % CS_HISTORY_SLOTS])
        h->most[slot % CS_HISTORY_SLOTS] = h->tec;
}

void cs_history_tec(const struct cs_node_history *h, int64_t now_ps, int64_t *values, unsigned n)
{
    const int64_t now = now_ps / CS_HISTORY_SLOT_PS;

    for (unsigned i = 0; i < n; i++) {
        const int64_t slot = now - (int64_t)(n - 1 - i);
        values[i] = slot > h->slot ? h->tec
                    : slot < 0 || slot <= h->slot - CS_HISTORY_SLOTS
                        ? 0
                        : h->most[slot % CS_HISTORY_SLOTS];
    }
}

const struct cs_history_step *cs_history_step(const struct cs_node_history *h, unsigned back)
{
    if (back >= h->n_steps || back >= CS_HISTORY_STEPS)
        return NULL;
    return &h->step[(h->n_steps - 1 - back) % CS_HISTORY_STEPS];
}

const struct cs_history_step *cs_history_change(const struct cs_node_history *h, unsigned back)
{
    if (back >= h->n_changes || back >= CS_HISTORY_CHANGES)
        return NULL;
    return &h->change[(h->n_changes - 1 - back) % CS_HISTORY_CHANGES];
}
