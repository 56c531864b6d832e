/* SPDX-License-Identifier: MIT */
/* pending.c - changes of a controller that wait until it has nothing on the wire. */
#include "simcore/sim_internal.h"

#include <stdlib.h>

void cs_node_destroy(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;

    cs_node_wait(node, WAIT_NONE);
    cs_timer_release(bus->sim, &node->recovery_timer);
    cs_timer_release(bus->sim, &node->hold_timer);
    if (!bus->closing) {
        cs_faults_node_gone(node);
        cs_medium_unplug(node);
        cs_medium_forget(node);
        bus->begin_ps = bus->phase == PHASE_BITS ? bus->sim->now_ps : bus->begin_ps;
    }
    bus->due_ps[node->index] = CS_NEVER;
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

void cs_node_cut(struct cs_node *node)
{
    if (node->bus->phase != PHASE_IDLE) {
        cs_bus_disturb(node->bus);
        cs_mac_reset(&node->mac);
        cs_node_redrive(node);
    }
    leave(node);
}

void cs_node_reset_now(struct cs_node *node)
{
    bool changed = node->tec != 0 || node->rec != 0;

    cs_timer_stop(node->bus->sim, &node->recovery_timer);
    cs_mac_reset(&node->mac);
    cs_node_redrive(node);
    cs_node_wait(node, WAIT_JOIN);
    node->state = CS_STATE_INTEGRATING;
    node->tec = node->rec = 0;
    cs_node_follow(node, changed);
    struct cs_event event = cs_node_event(node, CS_EV_STATE);
    cs_node_emit(node, &event);
    cs_node_drop_all(node, CS_TX_RESET);
}

static void change(struct cs_node *node)
{
    struct cs_pending pending = node->pending;

    node->pending = (struct cs_pending){0};
    bool config = pending.mode && pending.new_mode != node->mode;
    if (config) {
        node->mode = pending.new_mode;
    }
    if (pending.timing && !cs_timing_equal(&pending.new_timing, &node->timing)) {
        node->timing = pending.new_timing;
        cs_bitclock_set(&node->clock, &node->timing);
        config = true;
    }
    int64_t delay_ps = pending.delay ? pending.new_delay_ps : node->delay_ps;
    int64_t cable_ps = pending.cable ? pending.new_cable_ps : node->cable_ps;
    if (delay_ps != node->delay_ps || cable_ps != node->cable_ps) {
        cs_medium_unplug(node);
        node->delay_ps = delay_ps;
        node->cable_ps = cable_ps;
        cs_medium_plug(node);
        config = true;
    }
    cs_node_judge(node);
    if (config) {
        struct cs_event event = cs_node_event(node, CS_EV_CONFIG);
        cs_node_emit(node, &event);
    }
    if (pending.reset) {
        cs_node_reset_now(node);
    }
    if (pending.counters) {
        cs_node_set_counters(node, pending.new_tec, pending.new_rec);
    }
}

/* Nothing of a frame is under way for this controller. A bus that is never quiet as a whole, such
 * as one that is shorted, or busy with controllers that are not in step, keeps nobody from leaving.
 */
static bool may_change(const struct cs_node *node)
{
    enum cs_phase phase = node->bus->phase;

    if (node->slot != CS_TXSLOT_NONE || phase == PHASE_FRAME ||
        (phase == PHASE_BITS && !node->bus->eventful && !cs_bus_has_odd(node->bus))) {
        return false;
    }
    return phase == PHASE_IDLE || node->waiting != WAIT_NONE || cs_mac_is_quiet(&node->mac) ||
           node->mac.state == MAC_INTERMISSION || node->mac.state == MAC_FLAG_WAIT ||
           node->mac.state == MAC_INTEGRATE;
}

void cs_bus_apply_pending(struct cs_bus *bus)
{
    for (int i = 0; bus->n_pending && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || !cs_node_has_pending(node) || !may_change(node)) {
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
