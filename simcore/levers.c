/* SPDX-License-Identifier: MIT */
/* levers.c - what faults and testers move: wiring, drivers and clocks of a bus.
 * Each lever may be moved at any time; one that matters makes the bus go on bit by bit. */
#include "simcore/sim_internal.h"

#include <errno.h>

static bool is_fraction(const struct cs_rate *rate)
{
    return (rate->bit_q32 & 0xFFFFFFFFu) != 0;
}

void cs_node_judge(struct cs_node *node)
{
    struct cs_bitclock own = {0};
    const struct cs_rate *mine = node->clock.rate;

    cs_bitclock_set(&own, &node->bus->timing);
    node->odd = mine[0].bit_q32 != own.rate[0].bit_q32 || is_fraction(&mine[0]) ||
                node->delay_ps + node->cable_ps > 0 || node->stuck != CS_STUCK_NO ||
                node->segment != 0 || node->no_ack || node->no_loop;
    node->odd_rates = mine[0].sample_q32 != own.rate[0].sample_q32 ||
                      mine[1].bit_q32 != own.rate[1].bit_q32 ||
                      mine[1].sample_q32 != own.rate[1].sample_q32 ||
                      (cs_node_compensates(node) &&
                       cs_node_ssp_offset_ps(node) >= (int64_t)(mine[1].bit_q32 >> 32));
}

/* ---- nodes -------------------------------------------------------------------------------- */

void cs_node_redrive(struct cs_node *node)
{
    unsigned level = node->mac.out;

    if (node->stuck != CS_STUCK_NO) {
        level = node->stuck == CS_STUCK_RECESSIVE;
    } else if (node->no_loop || node->waiting != WAIT_NONE) {
        level = 1;
    }
    if (node->bus->phase == PHASE_BITS) {
        cs_medium_drive(node, level);
    }
}

void cs_node_set_stuck(struct cs_node *node, enum cs_stuck stuck)
{
    cs_bus_disturb(node->bus);
    node->stuck = (uint8_t)stuck;
    cs_node_judge(node);
    cs_node_redrive(node);
}

void cs_node_set_no_ack(struct cs_node *node, bool no_ack)
{
    cs_bus_disturb(node->bus);
    node->no_ack = no_ack;
    cs_node_judge(node);
}

void cs_node_set_segment(struct cs_node *node, unsigned segment)
{
    cs_bus_disturb(node->bus);
    cs_medium_unplug(node);
    node->segment = (uint8_t)segment;
    cs_medium_plug(node);
    cs_node_judge(node);
}

void cs_node_set_timing_now(struct cs_node *node, const struct cs_timing *timing)
{
    cs_bus_disturb(node->bus);
    node->timing = *timing;
    cs_bitclock_set(&node->clock, timing);
    cs_node_judge(node);
    struct cs_event event = cs_node_event(node, CS_EV_CONFIG);
    cs_node_emit(node, &event);
}

void cs_node_set_cable_now(struct cs_node *node, int64_t cable_ps)
{
    cs_bus_disturb(node->bus);
    cs_medium_unplug(node);
    node->cable_ps = cable_ps;
    cs_medium_plug(node);
    cs_node_judge(node);
}

void cs_node_request_overload(struct cs_node *node, unsigned n)
{
    cs_bus_disturb(node->bus);
    node->overload_request = (uint8_t)(n < 2 ? n : 2);
}

/* ---- the wire ----------------------------------------------------------------------------- */

void cs_bus_set_short(struct cs_bus *bus, bool dominant)
{
    cs_bus_disturb(bus);
    bus->medium.shorted = dominant;
    bus->medium.dirty = true;
}

void cs_bus_set_ringing(struct cs_bus *bus, int64_t ring_ps, int64_t half_ps)
{
    cs_bus_disturb(bus);
    bus->medium.ring_ps = half_ps > 0 ? ring_ps : 0;
    bus->medium.half_ps = half_ps;
    if (bus->medium.ring_ps == 0) {
        cs_bus_drop_pulses(bus, CS_RINGING_OWNER);
    }
}

/* ---- testers ------------------------------------------------------------------------------ */

void cs_bus_drive(struct cs_bus *bus, unsigned level)
{
    if (level != bus->medium.driven) {
        cs_bus_disturb(bus);
        bus->medium.driven = level != 0;
        bus->medium.dirty = true;
    }
}

int cs_bus_set_loop(struct cs_bus *bus, int index, bool own_tx_reaches_rx)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    cs_bus_disturb(bus);
    node->no_loop = !own_tx_reaches_rx;
    cs_node_judge(node);
    cs_node_redrive(node);
    return 0;
}

/* From the next moment on buses go in bits, or need not any more. */
static void probes_changed(struct cs_sim *sim)
{
    for (unsigned i = 0; i < sim->n_buses; i++) {
        struct cs_bus *bus = sim->buses[i];
        if (bus->phase == PHASE_FRAME) {
            bus->joined = true; /* possibly from within an event: the next moment goes on in bits */
            bus->begin_ps = sim->now_ps;
        }
        for (int n = 0; bus->phase == PHASE_BITS && n < bus->n_limit; n++) {
            if (bus->nodes[n] && bus->due_ps[n] != CS_NEVER) {
                cs_engine_set_due(bus->nodes[n]);
            }
        }
    }
}

int cs_sim_add_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx)
{
    if (sim->n_probes == CS_SIM_PROBES)
        return -ENOSPC;
    sim->probes[sim->n_probes++] = (struct cs_probe){fn, ctx};
    probes_changed(sim);
    return 0;
}

void cs_sim_remove_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx)
{
    for (unsigned i = 0; i < sim->n_probes; i++) {
        if (sim->probes[i].fn != fn || sim->probes[i].ctx != ctx)
            continue;
        for (sim->n_probes--; i < sim->n_probes; i++)
            sim->probes[i] = sim->probes[i + 1];
        probes_changed(sim);
        return;
    }
}

void cs_sim_set_probe(struct cs_sim *sim, cs_probe_fn *fn, void *ctx)
{
    cs_sim_remove_probe(sim, sim->replaced.fn, sim->replaced.ctx);
    sim->replaced = (struct cs_probe){fn, ctx};
    if (fn)
        cs_sim_add_probe(sim, fn, ctx);
}

void cs_bus_probe(struct cs_bus *bus, int index, enum cs_probe_kind kind, unsigned level,
                  int64_t at_ps)
{
    const struct cs_node *node = cs_bus_node(bus, index);
    struct cs_probe_event event = {
        .at_ps = at_ps,
        .bus = (uint16_t)bus->index,
        .node = (int16_t)index,
        .kind = (uint8_t)kind,
        .level = (uint8_t)level,
    };

    if (kind == CS_PROBE_FIELD && node) {
        unsigned at = 0;
        if (node->waiting == WAIT_NONE) {
            event.field = (uint8_t)cs_mac_field(node, &at, &event.stuff);
        }
        event.index = (uint16_t)at;
        event.transmitter = node->mac.state == MAC_TRANSMIT;
        event.data_phase = node->waiting == WAIT_NONE && cs_mac_in_data_phase(&node->mac);
    }
    for (unsigned i = 0; i < bus->sim->n_probes; i++)
        bus->sim->probes[i].fn(bus->sim->probes[i].ctx, &event);
}
