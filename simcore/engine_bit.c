/* SPDX-License-Identifier: MIT */
/* engine_bit.c - the bus bit by bit: everyone drives, the wire is the AND, everyone samples.
 * All controllers are in step. Within a bit transmitters have their turn before the others, each
 * group by index, so that a frame is told before its reception. */
#include "simcore/sim_internal.h"

static void drive_all(struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_NONE) {
            cs_mac_drive(node);
            node->mac.sampled = false;
        }
    }
    bus->bit_open = true;
    bus->effect_ps = bus->sim->now_ps + bus->bit_ps;
    bus->begin_ps = CS_NEVER;
}

void cs_bit_engine_enter(struct cs_bus *bus)
{
    bus->phase = PHASE_BITS;
    bus->bits_seen = 0;
    bus->error_frame = false;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || node->waiting != WAIT_NONE) {
            continue;
        }
        if (node->slot != CS_TXSLOT_NONE) {
            cs_mac_start(node);
        } else {
            cs_mac_reset(&node->mac);
        }
    }
    drive_all(bus);
}

void cs_bit_engine_begin(struct cs_bus *bus)
{
    bool started = false;

    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->mac.state == MAC_IDLE && cs_node_can_send(node)) {
            if (!started) {
                bus->sof_ps = bus->sim->now_ps;
                bus->bits_seen = 0;
                bus->from = CS_NO_NODE;
                started = true;
            }
            cs_node_start_attempt(node, bus->sof_ps);
            cs_mac_start(node);
        }
    }
    drive_all(bus);
}

static unsigned wire_level(const struct cs_bus *bus)
{
    unsigned level = 1;

    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_NONE) {
            level &= node->mac.out;
        }
    }
    return level;
}

static void sample_all(struct cs_bus *bus, unsigned level, bool transmitters)
{
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || node->waiting != WAIT_NONE || node->mac.sampled ||
            (transmitters && node->mac.state != MAC_TRANSMIT)) {
            continue;
        }
        node->mac.sampled = true;
        cs_mac_sample(node, level);
    }
}

static bool all_quiet(const struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_NONE && !cs_mac_is_quiet(&node->mac)) {
            return false;
        }
    }
    return true;
}

static void leave(struct cs_bus *bus)
{
    int64_t now = bus->sim->now_ps;

    bus->phase = PHASE_IDLE;
    bus->free_ps = now;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node) {
            bool suspended = node->waiting == WAIT_NONE && node->mac.state == MAC_SUSPEND;
            node->ready_ps = suspended ? now + node->mac.count * bus->bit_ps : 0;
        }
    }
}

void cs_bit_engine_effects(struct cs_bus *bus)
{
    int64_t now = bus->sim->now_ps;
    unsigned level = wire_level(bus);

    bus->bit_open = false;
    bus->bits_seen++;
    if (!level) {
        cs_bus_waiting_dominant(bus, now - bus->bit_ps);
        bus->recessive_ps = now;
    }
    sample_all(bus, level, true);
    sample_all(bus, level, false);
    if (bus->n_waiting) {
        cs_bus_waiting_run(bus);
    }
    bus->effect_ps = CS_NEVER;
    bus->begin_ps = now;
    if (all_quiet(bus)) {
        leave(bus);
        cs_bus_settle(bus);
    } else if (bus->n_pending) {
        cs_bus_apply_pending(bus);
    }
}
