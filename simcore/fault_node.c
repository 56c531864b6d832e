/* SPDX-License-Identifier: MIT */
/* fault_node.c - faults that last: which lever each kind moves, and how it is moved back. */
#include "simcore/fault_internal.h"

#include <errno.h>

/* ---- wiring ------------------------------------------------------------------------------- */

static void short_on(struct cs_armed *f)
{
    cs_bus_set_short(cs_armed_bus(f), true);
}

static void short_off(struct cs_armed *f)
{
    cs_bus_set_short(cs_armed_bus(f), false);
}

static void ringing_on(struct cs_armed *f)
{
    cs_bus_set_ringing(cs_armed_bus(f), f->spec.ring_ps, f->spec.half_ps);
}

static void ringing_off(struct cs_armed *f)
{
    cs_bus_set_ringing(cs_armed_bus(f), 0, 0);
}

static void put_into(struct cs_armed *f, unsigned segment)
{
    struct cs_bus *bus = cs_armed_bus(f);

    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i] && cs_set_has(&f->seen, i)) {
            cs_node_set_segment(bus->nodes[i], segment);
        }
    }
}

/* cs_fault_conflict() has seen to it that there is one. */
static void split_on(struct cs_armed *f)
{
    const struct cs_bus *bus = cs_armed_bus(f);
    unsigned taken = 1;

    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i] && bus->nodes[i]->segment < CS_SEGMENTS) {
            taken |= 1u << bus->nodes[i]->segment;
        }
    }
    unsigned segment = 1;
    while (segment < CS_SEGMENTS - 1 && taken >> segment & 1u) {
        segment++;
    }
    put_into(f, segment);
}

static void split_off(struct cs_armed *f)
{
    put_into(f, 0);
}

static void cable_on(struct cs_armed *f)
{
    f->old_cable_ps = cs_armed_node(f)->cable_ps;
    cs_node_set_cable_now(cs_armed_node(f), f->spec.delay_ps);
}

static void cable_off(struct cs_armed *f)
{
    cs_node_set_cable_now(cs_armed_node(f), f->old_cable_ps);
}

/* ---- one node ----------------------------------------------------------------------------- */

static void refill(struct cs_bit_timing *timing, uint32_t bitrate_bps, unsigned sample_permille,
                   unsigned sjw)
{
    uint32_t rate = bitrate_bps ? bitrate_bps : cs_bit_timing_bitrate(timing);
    unsigned sample = sample_permille ? sample_permille
                      : bitrate_bps   ? CS_SAMPLE_DFLT
                                      : cs_bit_timing_sample_permille(timing);

    cs_bit_timing_fill(timing, rate, sample, sjw);
}

static void bitrate_on(struct cs_armed *f)
{
    const struct cs_fault_spec *spec = &f->spec;
    struct cs_timing timing = cs_armed_node(f)->timing;

    f->old_timing = timing;
    if (spec->bitrate_bps || spec->sample_permille || spec->sjw) {
        refill(&timing.nominal, spec->bitrate_bps, spec->sample_permille, spec->sjw);
    }
    if (spec->data_bitrate_bps) {
        refill(&timing.data, spec->data_bitrate_bps, 0, 0);
    }
    cs_node_set_timing_now(cs_armed_node(f), &timing);
}

static void bitrate_off(struct cs_armed *f)
{
    struct cs_timing timing = cs_armed_node(f)->timing;

    timing.nominal = f->old_timing.nominal;
    timing.data = f->old_timing.data;
    cs_node_set_timing_now(cs_armed_node(f), &timing);
}

static void set_drift(struct cs_armed *f, int32_t drift_ppb)
{
    struct cs_timing timing = cs_armed_node(f)->timing;

    timing.drift_ppb = drift_ppb;
    cs_node_set_timing_now(cs_armed_node(f), &timing);
}

static void drift_on(struct cs_armed *f)
{
    f->old_timing = cs_armed_node(f)->timing;
    set_drift(f, f->spec.drift_ppb);
}

static void drift_off(struct cs_armed *f)
{
    set_drift(f, f->old_timing.drift_ppb);
}

static void dominant_on(struct cs_armed *f)
{
    cs_node_set_stuck(cs_armed_node(f), CS_STUCK_DOMINANT);
}

static void recessive_on(struct cs_armed *f)
{
    cs_node_set_stuck(cs_armed_node(f), CS_STUCK_RECESSIVE);
}

static void stuck_off(struct cs_armed *f)
{
    cs_node_set_stuck(cs_armed_node(f), CS_STUCK_NO);
}

static void no_ack_on(struct cs_armed *f)
{
    cs_node_set_no_ack(cs_armed_node(f), true);
}

static void no_ack_off(struct cs_armed *f)
{
    cs_node_set_no_ack(cs_armed_node(f), false);
}

static void unplug_on(struct cs_armed *f)
{
    cs_node_set_segment(cs_armed_node(f), CS_SEGMENT_ALONE);
}

static void unplug_off(struct cs_armed *f)
{
    cs_node_set_segment(cs_armed_node(f), 0);
}

static void reset_on(struct cs_armed *f)
{
    cs_bus_disturb(cs_armed_bus(f));
    cs_node_reset_now(cs_armed_node(f));
}

/* ---- babbling idiot ----------------------------------------------------------------------- */

void cs_fault_babble(struct cs_armed *f)
{
    if (!f->queued) {
        f->queued = true; /* its own DROPPED or SENT may come before the return */
        if (cs_bus_submit(cs_armed_bus(f), f->node, &f->spec.frame, CS_FAULT_COOKIE(f->id))) {
            f->queued = false;
        }
    }
}

static void babble_off(struct cs_armed *f)
{
    cs_bus_abort(cs_armed_bus(f), f->node, CS_FAULT_COOKIE(f->id));
}

static void noise_off(struct cs_armed *f)
{
    cs_bus_drop_pulses(cs_armed_bus(f), f->id);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const struct {
    void (*on)(struct cs_armed *f);
    void (*off)(struct cs_armed *f);
} levers[CS_FAULT_KIND_COUNT] = {
    [CS_FAULT_NOISE] = {cs_fault_noise_next, noise_off},
    [CS_FAULT_RINGING] = {ringing_on, ringing_off},
    [CS_FAULT_SHORT] = {short_on, short_off},
    [CS_FAULT_SPLIT] = {split_on, split_off},
    [CS_FAULT_CABLE] = {cable_on, cable_off},
    [CS_FAULT_BITRATE] = {bitrate_on, bitrate_off},
    [CS_FAULT_DRIFT] = {drift_on, drift_off},
    [CS_FAULT_STUCK_DOMINANT] = {dominant_on, stuck_off},
    [CS_FAULT_STUCK_RECESSIVE] = {recessive_on, stuck_off},
    [CS_FAULT_NO_ACK] = {no_ack_on, no_ack_off},
    [CS_FAULT_UNPLUG] = {unplug_on, unplug_off},
    [CS_FAULT_RESET] = {reset_on, NULL},
    [CS_FAULT_BABBLE] = {cs_fault_babble, babble_off},
};

/* A fault of a node that has left has nothing to move. */
static bool has_node(const struct cs_armed *f)
{
    return f->spec.node[0] == '\0' || cs_armed_node(f);
}

void cs_fault_begin_acting(struct cs_armed *f)
{
    f->stage = FAULT_ACTS;
    if (levers[f->spec.kind].on && has_node(f)) {
        levers[f->spec.kind].on(f);
    }
}

void cs_fault_undo(struct cs_armed *f)
{
    if (f->stage == FAULT_ACTS && levers[f->spec.kind].off && has_node(f)) {
        levers[f->spec.kind].off(f);
    }
}
