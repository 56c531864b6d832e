/* SPDX-License-Identifier: MIT */
/* fault_ghost.c - a second transmitter that is no controller: a pin that drives the wire, bit after
 * bit, as pulses. It stops where a node that is error active objects. */
#include "simcore/fault_internal.h"

void cs_fault_ghost_init(struct cs_armed *f)
{
    cs_wire_encode(&f->spec.frame, &f->early);
    f->late = f->early;
    if (f->spec.have_late_frame) {
        cs_wire_encode(&f->spec.late_frame, &f->late);
    }
}

/* Between the sample points of those that sample early and of those that sample late. */
static int64_t split_ps(const struct cs_armed *f)
{
    const struct cs_bus *bus = cs_armed_bus(f);
    unsigned least = 1000, most = 0;

    if (f->spec.offset_ps) {
        return f->spec.offset_ps;
    }
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i]) {
            unsigned point = cs_bit_timing_sample_permille(&bus->nodes[i]->timing.nominal);
            least = point < least ? point : least;
            most = point > most ? point : most;
        }
    }
    if (least >= most) {
        most = 1000;
    }
    return bus->bit_ps * (int64_t)(least + most) / 2000;
}

struct run {
    struct cs_armed *f;
    int64_t start_ps, end_ps;
    int status;
};

static void flush(struct run *run)
{
    if (run->end_ps > run->start_ps && run->status == 0) {
        run->status = cs_bus_pulse(cs_armed_bus(run->f), run->start_ps, run->end_ps,
                                   CS_PULSE_DOMINANT, NULL, run->f->id);
    }
}

/* Dominant from start to end; what touches becomes one pulse. */
static void dominant(struct run *run, int64_t start_ps, int64_t end_ps)
{
    if (start_ps > run->end_ps || run->end_ps == run->start_ps) {
        flush(run);
        run->start_ps = start_ps;
    }
    run->end_ps = end_ps;
}

int cs_fault_ghost_start(struct cs_armed *f)
{
    struct cs_bus *bus = cs_armed_bus(f);
    int64_t bit = bus->bit_ps, now = bus->sim->now_ps;
    int64_t split = split_ps(f), sync = f->spec.length_ps ? f->spec.length_ps : bit / 10;
    struct run run = {f, now, now, 0};

    split = split < bit ? split : bit;
    sync = sync < split ? sync : split;
    for (unsigned i = 0; i < f->early.n_bits; i++) {
        int64_t at = now + i * bit;
        bool early = cs_wire_level(&f->early, i), late = cs_wire_level(&f->late, i);
        if (!early) {
            dominant(&run, at, late ? at + split : at + bit);
        } else if (!late) {
            dominant(&run, at, at + sync);
            dominant(&run, at + split, at + bit);
        }
    }
    flush(&run);
    if (run.status) {
        cs_bus_drop_pulses(bus, f->id);
        return run.status;
    }
    f->ghost = true;
    f->ghost_end_ps = now + f->early.n_bits * bit;
    cs_fault_soon(f, f->ghost_end_ps);
    return 0;
}

void cs_fault_ghost_stop(struct cs_armed *f)
{
    if (f->ghost) {
        f->ghost = false;
        cs_bus_drop_pulses(cs_armed_bus(f), f->id);
    }
}

bool cs_fault_ghost_wins(const struct cs_armed *f, struct cs_node *const *contenders, unsigned n)
{
    uint32_t key = cs_txqueue_key(&f->spec.frame);

    for (unsigned i = 0; i < n; i++) {
        if (cs_txqueue_key(&contenders[i]->queue.slots[contenders[i]->slot].frame) <= key) {
            return false;
        }
    }
    return true;
}

static bool someone_starts(const struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && cs_node_can_send(node) && cs_node_earliest_ps(node) <= bus->sim->now_ps) {
            return true;
        }
    }
    return false;
}

void cs_fault_ghost_try(struct cs_armed *f)
{
    const struct cs_bus *bus = cs_armed_bus(f);
    int64_t now = bus->sim->now_ps;

    if (bus->phase == PHASE_IDLE && bus->free_ps > now) {
        cs_fault_soon(f, bus->free_ps);
    } else if (bus->phase == PHASE_IDLE && !someone_starts(bus) && cs_fault_ghost_start(f) == 0) {
        cs_fault_fired(f);
    } else {
        /* Whoever starts now is asked for at the SOF. */
        cs_fault_soon(f, now + bus->bit_ps);
    }
}
