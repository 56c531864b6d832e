/* SPDX-License-Identifier: MIT */
/* waiting.c - controllers that count recessive bits: after joining (ISO 11898-1:2015, 10.9.4, bus
 * integration) and in bus-off recovery (12.1.4.4). Counted from times, not bit by bit. */
#include "simcore/sim_internal.h"

void cs_node_wait(struct cs_node *node, enum cs_waiting waiting)
{
    struct cs_bus *bus = node->bus;

    bus->n_waiting -= node->waiting != WAIT_NONE;
    bus->n_waiting += waiting != WAIT_NONE;
    node->waiting = waiting;
    node->since_ps = bus->sim->now_ps;
    node->runs = 0;
}

static int64_t origin_ps(const struct cs_node *node)
{
    int64_t recessive = node->bus->recessive_ps;
    return node->since_ps > recessive ? node->since_ps : recessive;
}

static int64_t due_ps(const struct cs_node *node)
{
    int64_t run_ps = IDLE_BITS * node->bus->bit_ps;

    switch (node->waiting) {
    case WAIT_JOIN:
        return origin_ps(node) + run_ps;
    case WAIT_RECOVER:
        return origin_ps(node) + (int64_t)(RECOVERY_RUNS - node->runs) * run_ps;
    default:
        return CS_NEVER;
    }
}

int64_t cs_bus_waiting_due_ps(const struct cs_bus *bus)
{
    int64_t due = CS_NEVER;

    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        if (bus->nodes[i] && bus->nodes[i]->waiting != WAIT_NONE) {
            int64_t at = due_ps(bus->nodes[i]);
            due = at < due ? at : due;
        }
    }
    return due;
}

static void finish(struct cs_node *node)
{
    bool recovered = node->waiting == WAIT_RECOVER;

    cs_node_wait(node, WAIT_NONE);
    cs_mac_reset(&node->mac);
    node->ready_ps = 0;
    if (recovered) {
        node->tec = 0;
        node->rec = 0;
    }
    node->state = CS_STATE_ERROR_ACTIVE;
    struct cs_event event = cs_node_event(node, CS_EV_STATE);
    cs_node_emit(node, &event);
    cs_node_follow(node, false); /* counters may have been set meanwhile */
}

void cs_bus_waiting_run(struct cs_bus *bus)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        if (bus->nodes[i] && due_ps(bus->nodes[i]) <= bus->sim->now_ps) {
            finish(bus->nodes[i]);
        }
    }
}

void cs_bus_waiting_dominant(struct cs_bus *bus, int64_t at_ps)
{
    for (int i = 0; bus->n_waiting && i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_RECOVER && at_ps > origin_ps(node)) {
            node->runs += (unsigned)((at_ps - origin_ps(node)) / (IDLE_BITS * bus->bit_ps));
        }
    }
}
