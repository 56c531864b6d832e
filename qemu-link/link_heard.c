/* SPDX-License-Identifier: MIT */
/* link_heard.c - who acknowledged and who received a frame: of each bus's latest attempt, so that
 * one message tells it instead of one for each node. */
#include "qemu-link/link_internal.h"

static void add(uint64_t *set, int node)
{
    if (node >= 0 && node < CS_BUS_MAX_NODES)
        set[node / 64] |= UINT64_C(1) << (node % 64);
}

void cs_link_heard_event(struct cs_link_heard *all, const struct cs_sim *sim,
                         const struct cs_event *event)
{
    struct cs_link_heard *heard = &all[event->bus % CS_SIM_MAX_BUSES];

    switch (event->kind) {
    case CS_EV_TX_START:
        if (!heard->on)
            *heard = (struct cs_link_heard){.on = true, .known = cs_sim_has_detail(sim)};
        break;
    case CS_EV_ACKED:
        add(heard->sets.acks, event->node);
        break;
    case CS_EV_RECEIVED:
        add(heard->sets.receives, event->node);
        break;
    case CS_EV_FRAME:
    case CS_EV_ERROR_FRAME:
        heard->known &= heard->on;
        heard->on = false;
        break;
    default:
        break;
    }
}

const struct cs_link_sets *cs_link_heard(const struct cs_link_heard *all,
                                         const struct cs_event *event)
{
    const struct cs_link_heard *heard = &all[event->bus % CS_SIM_MAX_BUSES];

    return event->kind == CS_EV_FRAME && heard->known ? &heard->sets : NULL;
}

void cs_link_put_sets(struct cs_proto_msg *msg, const struct cs_link_sets *sets)
{
    msg->acks[0] = msg->receives[0] = '\0';
    if (!sets)
        return;
    cs_proto_set_write(sets->acks, msg->acks);
    cs_proto_set_write(sets->receives, msg->receives);
}
