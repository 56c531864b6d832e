/* SPDX-License-Identifier: MIT */
/* pending.c - changes of a controller that wait until it has nothing on the wire. */
#include "simcore/sim_internal.h"

#include <stdlib.h>

void cs_node_destroy(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;

    cs_node_wait(node, WAIT_NONE);
    cs_timer_release(bus->sim, &node->recovery_timer);
    bus->nodes[node->index] = NULL;
    while (bus->n_limit > 0 && !bus->nodes[bus->n_limit - 1]) {
        bus->n_limit--;
    }
    if (node->ops && node->ops->detached) {
        bus->sim->depth++;
        node->ops->detached(node->ctx);
        bus->sim->depth--;
    }
    cs_txqueue_fini(&node->queue);
    free(node);
}

static void leave(struct cs_node *node)
{
    cs_node_drop_all(node, CS_TX_DETACHED);
    struct cs_event event = cs_node_event(node, CS_EV_DETACH);
    event.text = node->name;
    cs_node_emit(node, &event);
    cs_node_destroy(node);
}

static void change(struct cs_node *node)
{
    struct cs_pending pending = node->pending;

    node->pending = (struct cs_pending){0};
    if (pending.mode && pending.new_mode != node->mode) {
        node->mode = pending.new_mode;
        struct cs_event event = cs_node_event(node, CS_EV_CONFIG);
        cs_node_emit(node, &event);
    }
    if (pending.counters) {
        cs_node_set_counters(node, pending.new_tec, pending.new_rec);
    }
}

void cs_bus_apply_pending(struct cs_bus *bus)
{
    if (bus->phase != PHASE_IDLE) {
        return;
    }
    for (int i = 0; bus->n_pending && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || node->slot != CS_TXSLOT_NONE ||
            !(node->pending.leave || node->pending.mode || node->pending.counters)) {
            continue;
        }
        bus->n_pending--;
        if (node->pending.leave) {
            leave(node);
        } else {
            change(node);
        }
    }
}
