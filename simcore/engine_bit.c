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

/* Bits until a SOF may come, where all nodes agree on it: 3 at the start of an intermission that is
 * everyone's, 0 where nobody is busy. Else -1. */
static int bits_until_free(const struct cs_bus *bus)
{
    bool intermission = false, quiet = false;

    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (!node || node->waiting != WAIT_NONE) {
            continue;
        }
        if (cs_mac_is_quiet(&node->mac)) {
            quiet = true;
        } else if (node->mac.state == MAC_INTERMISSION && node->mac.count == INTERMISSION_BITS) {
            intermission = true;
        } else {
            return -1;
        }
    }
    return intermission && quiet ? -1 : intermission ? INTERMISSION_BITS : 0;
}

static int suspend_bits(const struct cs_mac *mac)
{
    if (mac->state == MAC_SUSPEND) {
        return mac->count;
    }
    return mac->state == MAC_INTERMISSION && mac->suspend ? SUSPEND_BITS : 0;
}

static void leave(struct cs_bus *bus, int bits)
{
    if (bus->error_frame) {
        cs_bus_emit_error_frame(bus, NULL);
    }
    bus->phase = PHASE_IDLE;
    bus->free_ps = bus->sim->now_ps + bits * bus->bit_ps;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node) {
            int suspend = node->waiting == WAIT_NONE ? suspend_bits(&node->mac) : 0;
            node->ready_ps = suspend ? bus->free_ps + suspend * bus->bit_ps : 0;
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
    int free_in = bits_until_free(bus);
    if (free_in >= 0) {
        leave(bus, free_in);
        cs_bus_settle(bus);
    }
}
