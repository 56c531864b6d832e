/* SPDX-License-Identifier: MIT */
/* confine.c - TEC, REC and the states that follow from them. ISO 11898-1:2015, 12.1.4. */
#include "simcore/sim_internal.h"

#define PASSIVE_LIMIT 127 /* error passive above this */
#define BUS_OFF_LIMIT 255
#define REC_MAX       255

bool cs_node_add(struct cs_node *node, int tec, int rec)
{
    int new_tec = node->tec + tec, new_rec = node->rec + rec;

    if (node->mode & (CS_MODE_LISTEN_ONLY | CS_MODE_RESTRICTED)) {
        return false;
    }
    new_tec = new_tec < 0 ? 0 : new_tec;
    new_rec = new_rec < 0 ? 0 : new_rec > REC_MAX ? REC_MAX : new_rec;
    if (new_tec == node->tec && new_rec == node->rec) {
        return false;
    }
    node->tec = (uint16_t)new_tec;
    node->rec = (uint16_t)new_rec;
    return true;
}

static void go_bus_off(struct cs_node *node)
{
    node->state = CS_STATE_BUS_OFF;
    node->kept_runs = 0;
    cs_mac_reset(&node->mac);
    cs_node_wait(node, WAIT_OFF);
    struct cs_event event = cs_node_event(node, CS_EV_STATE);
    cs_node_emit(node, &event);
    cs_node_drop_all(node, CS_TX_BUS_OFF);
    if (node->recovery_ps > 0) {
        cs_timer_start(node->bus->sim, &node->recovery_timer,
                       node->bus->sim->now_ps + node->recovery_ps);
    } else if (node->recovery_ps == 0) {
        cs_node_request_recovery(node);
    }
}

void cs_node_follow(struct cs_node *node, bool changed)
{
    if (changed) {
        struct cs_event event = cs_node_event(node, CS_EV_COUNTERS);
        cs_node_emit(node, &event);
    }
    if (node->state == CS_STATE_BUS_OFF || node->state == CS_STATE_INTEGRATING) {
        return;
    }
    if (node->tec > BUS_OFF_LIMIT) {
        go_bus_off(node);
        return;
    }
    enum cs_node_state state = node->tec > PASSIVE_LIMIT || node->rec > PASSIVE_LIMIT
                                   ? CS_STATE_ERROR_PASSIVE
                                   : CS_STATE_ERROR_ACTIVE;
    if (state != node->state) {
        node->state = state;
        struct cs_event event = cs_node_event(node, CS_EV_STATE);
        cs_node_emit(node, &event);
    }
}

void cs_node_set_counters(struct cs_node *node, unsigned tec, unsigned rec)
{
    bool changed = node->tec != tec || node->rec != rec;

    node->tec = (uint16_t)tec;
    node->rec = (uint16_t)rec;
    cs_node_follow(node, changed);
}

void cs_node_received_ok(struct cs_node *node)
{
    /* 12.1.4.2 h: no error up to the ACK slot, and the ACK bit was sent. From the passive range
     * REC returns to a value between 119 and 127. */
    int down = node->rec > PASSIVE_LIMIT ? node->rec - PASSIVE_LIMIT : 1;

    if (node->rec > 0) {
        cs_node_follow(node, cs_node_add(node, 0, -down));
    }
}

void cs_node_sent_ok(struct cs_node *node)
{
    if (node->tec > 0) {
        cs_node_follow(node, cs_node_add(node, -1, 0));
    }
}

void cs_node_request_recovery(struct cs_node *node)
{
    if (node->waiting == WAIT_OFF) {
        cs_timer_stop(node->bus->sim, &node->recovery_timer);
        cs_node_wait(node, WAIT_RECOVER);
        node->runs = node->kept_runs;
        if (node->bus->phase == PHASE_IDLE) {
            cs_bus_schedule_idle(node->bus);
        }
    }
}

void cs_node_freeze_recovery(struct cs_node *node)
{
    unsigned runs = cs_waiting_runs(node);

    cs_node_wait(node, WAIT_OFF);
    node->kept_runs = runs < RECOVERY_RUNS ? runs : RECOVERY_RUNS - 1;
    if (node->bus->phase == PHASE_IDLE) {
        cs_bus_schedule_idle(node->bus);
    }
}
