/* SPDX-License-Identifier: MIT */
/* fault.c - faults armed on a bus: from arming to their end. */
#include "simcore/fault_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- walks -------------------------------------------------------------------------------- */

void cs_fault_walk(struct cs_fault_walk *walk, struct cs_bus *bus)
{
    walk->faults = bus->faults;
    walk->at = 0;
    walk->n = bus->faults ? bus->faults->n : 0;
    if (walk->n) {
        memcpy(walk->order, bus->faults->order, walk->n);
    }
}

struct cs_armed *cs_fault_next(struct cs_fault_walk *walk)
{
    while (walk->at < walk->n) {
        struct cs_armed *f = &walk->faults->armed[walk->order[walk->at++]];
        if (f->used && !f->ending) {
            return f;
        }
    }
    return NULL;
}

/* ---- events ------------------------------------------------------------------------------- */

static void tell(const struct cs_armed *f, enum cs_fault_stage stage)
{
    struct cs_bus *bus = cs_armed_bus(f);
    char text[CS_FAULT_TEXT_MAX];
    struct cs_event event = {
        .kind = CS_EV_FAULT,
        .bus = (uint16_t)bus->index,
        .node = (int16_t)f->node,
        .stage = (uint8_t)stage,
        .fault = f->id,
        .text = text,
    };

    /* An observer may arm another one in this one's place. */
    memcpy(text, f->text, sizeof(text));
    cs_sim_emit(bus->sim, &event);
}

void cs_fault_soon(struct cs_armed *f, int64_t at_ps)
{
    cs_timer_start(cs_armed_bus(f)->sim, &f->soon, at_ps); /* reserved */
}

void cs_fault_end_soon(struct cs_armed *f, int64_t at_ps)
{
    f->ending = true;
    cs_fault_soon(f, at_ps);
}

bool cs_fault_spent(const struct cs_armed *f)
{
    return f->spec.count && f->fired >= f->spec.count;
}

void cs_fault_fired(struct cs_armed *f)
{
    struct cs_bus *bus = cs_armed_bus(f);

    f->fired++;
    f->fired_ps = bus->sim->now_ps;
    f->drawn = false;
    if (cs_fault_spent(f) && !f->ghost) {
        cs_fault_end_soon(f, bus->sim->now_ps);
    }
    tell(f, CS_FAULT_FIRED);
}

void cs_fault_end(struct cs_armed *f, enum cs_fault_stage stage)
{
    struct cs_faults *faults = f->faults;
    struct cs_bus *bus = faults->bus;
    unsigned at = 0;

    cs_fault_undo(f);
    if (stage == CS_FAULT_CLEARED || f->ghost) {
        cs_bus_drop_pulses(bus, f->id);
    }
    cs_timer_release(bus->sim, &f->timer);
    cs_timer_release(bus->sim, &f->soon);
    while (faults->order[at] != (uint8_t)(f - faults->armed)) {
        at++;
    }
    faults->n--;
    memmove(&faults->order[at], &faults->order[at + 1], faults->n - at);
    bus->n_faults = faults->n;
    if (faults->n == 0) {
        faults->winner = CS_NO_NODE; /* nobody is told any more how its frame ends */
    }
    f->used = false;
    tell(f, stage);
}

/* ---- timers ------------------------------------------------------------------------------- */

static bool state_holds(const struct cs_armed *f)
{
    const struct cs_node *node = cs_bus_node(cs_armed_bus(f), f->state_node);

    return f->state_node == CS_NO_NODE || (node && node->state == f->spec.trigger.state);
}

static void act(struct cs_armed *f)
{
    struct cs_sim *sim = cs_armed_bus(f)->sim;

    cs_fault_fired(f);
    cs_fault_begin_acting(f);
    if (f->spec.for_ps && !f->ending) {
        cs_timer_start(sim, &f->timer, sim->now_ps + f->spec.for_ps);
    }
}

/* What a second transmitter does where its frame is over, or before its first. */
static void ghost_over(struct cs_armed *f)
{
    f->ghost = false;
    if (cs_fault_spent(f)) {
        cs_fault_end(f, CS_FAULT_ENDED);
    } else if (f->spec.kind == CS_FAULT_ATTACK_JANUS) {
        cs_fault_ghost_try(f);
    }
}

/* It is looked at: what it waits for is there. */
static void look(struct cs_armed *f)
{
    bool acts = f->stage == FAULT_ACTS;

    if (f->ending) {
        cs_fault_end(f, f->clearing ? CS_FAULT_CLEARED : CS_FAULT_ENDED);
    } else if (cs_armed_class(f) == CS_FAULT_ON_WIRE || f->spec.kind == CS_FAULT_ATTACK_JANUS) {
        ghost_over(f);
    } else if (!acts) {
        act(f);
    } else if (f->spec.kind == CS_FAULT_NOISE) {
        cs_fault_noise_pulse(f);
    } else if (f->spec.kind == CS_FAULT_BABBLE) {
        cs_fault_babble(f);
    }
}

static void soon_due(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    look(ctx);
}

/* From outside, after all that happens at this instant: the bits of it have begun, whichever engine
 * computes them. */
static void step_in(struct cs_bus *bus)
{
    if (bus->sim->depth == 0 && bus->ran && bus->phase == PHASE_FRAME) {
        cs_bus_disturb(bus);
        cs_bit_engine_go(bus);
    }
}

/* `after` is over. Runs from a timer, from outside, or (arming) from a callback: then an engine is
 * in its midst, and has to come to its end first. */
static void become_ready(struct cs_armed *f)
{
    struct cs_sim *sim = cs_armed_bus(f)->sim;
    enum cs_fault_class class = cs_armed_class(f);
    bool lasting = class == CS_FAULT_LASTING || class == CS_FAULT_INSTANT;

    f->stage = FAULT_READY;
    /* From outside: what happens at this instant has happened. */
    f->ready_ps = sim->now_ps + (sim->depth == 0);
    if (f->spec.for_ps && class != CS_FAULT_LASTING) {
        cs_timer_start(sim, &f->timer, sim->now_ps + f->spec.for_ps);
    }
    if (!lasting || f->spec.trigger.frame || !state_holds(f)) {
        return;
    }
    if (sim->depth > 1) {
        cs_fault_soon(f, sim->now_ps + 1);
    } else {
        step_in(cs_armed_bus(f));
        look(f);
    }
}

static void timer_due(void *ctx, struct cs_timer *timer)
{
    struct cs_armed *f = ctx;

    (void)timer;
    if (f->stage == FAULT_WAITS) {
        become_ready(f);
    } else {
        cs_fault_end(f, CS_FAULT_ENDED);
    }
}

/* ---- arming ------------------------------------------------------------------------------- */

static struct cs_faults *faults_of(struct cs_bus *bus)
{
    if (!bus->faults) {
        bus->faults = calloc(1, sizeof(*bus->faults));
        if (bus->faults) {
            bus->faults->bus = bus;
            bus->faults->winner = CS_NO_NODE;
        }
    }
    return bus->faults;
}

static int next_id(const struct cs_sim *sim)
{
    int last = 0;

    for (unsigned i = 0; i < sim->n_buses; i++) {
        const struct cs_faults *faults = sim->buses[i]->faults;
        last = faults && faults->last_id > last ? faults->last_id : last;
    }
    return last + 1;
}

/* By way of its text: so a spec that was made by hand is checked as one that was written. */
static int take_spec(struct cs_armed *f, const struct cs_fault_spec *spec, char *why,
                     size_t why_size)
{
    struct cs_fault_spec full = *spec;

    if (spec->kind >= CS_FAULT_KIND_COUNT) {
        return cs_fault_refuse(why, why_size, "no such fault");
    }
    cs_fault_complete(&full);
    cs_fault_format(&full, f->text);
    return cs_fault_parse(f->text, &f->spec, why, why_size);
}

static int prepare(struct cs_bus *bus, struct cs_armed *f, const struct cs_fault_spec *spec,
                   char *why, size_t why_size)
{
    memset(f, 0, sizeof(*f));
    f->faults = bus->faults;
    f->armed_ps = bus->sim->now_ps;
    f->fired_ps = -1;
    f->timer.fn = timer_due;
    f->soon.fn = soon_due;
    f->timer.ctx = f->soon.ctx = f;
    int status = take_spec(f, spec, why, why_size);
    status = status ? status : cs_fault_resolve(bus, f, why, why_size);
    status = status ? status : cs_fault_conflict(bus, f, why, why_size);
    if (status == 0 &&
        (cs_timer_reserve(bus->sim, &f->timer) || cs_timer_reserve(bus->sim, &f->soon))) {
        cs_timer_release(bus->sim, &f->timer);
        cs_fault_refuse(why, why_size, "no memory");
        status = -ENOSPC;
    }
    return status;
}

int cs_fault_arm(struct cs_bus *bus, const struct cs_fault_spec *spec, char *why, size_t why_size)
{
    struct cs_faults *faults = faults_of(bus);
    unsigned slot = 0;
    char stream[32];

    while (faults && slot < CS_FAULT_MAX && faults->armed[slot].used) {
        slot++;
    }
    if (!faults || slot == CS_FAULT_MAX) {
        cs_fault_refuse(why, why_size, "%d faults are armed on %s, that is as many as there may be",
                        CS_FAULT_MAX, bus->name);
        return -ENOSPC;
    }
    struct cs_armed *f = &faults->armed[slot];
    int status = prepare(bus, f, spec, why, why_size);
    if (status) {
        return status;
    }
    f->used = true;
    f->id = faults->last_id = next_id(bus->sim);
    snprintf(stream, sizeof(stream), "fault %d", f->id);
    cs_rng_init(&f->rng, bus->sim->seed, stream);
    faults->order[faults->n++] = (uint8_t)slot;
    bus->n_faults = faults->n;
    if (faults->n == 1 && bus->phase == PHASE_FRAME) {
        cs_fault_note_winner(bus); /* nobody was there to be told at the SOF */
    }
    if (f->spec.kind == CS_FAULT_NOISE) {
        cs_fault_noise_init(f);
    }
    if (f->spec.have_frame) {
        cs_fault_ghost_init(f);
    }
    int id = f->id;
    if (f->spec.trigger.after_ps) {
        cs_timer_start(bus->sim, &f->timer, f->armed_ps + f->spec.trigger.after_ps);
    }
    if (bus->sim->tap) {
        cs_tap_bus(bus, &(struct cs_call){.kind = CS_CALL_ARM, .fault = id, .text = f->text});
    }
    tell(f, CS_FAULT_ARMED);
    /* An observer may have cleared it. */
    if (f->used && f->id == id && !f->spec.trigger.after_ps) {
        become_ready(f);
    }
    return id;
}

static void clear(struct cs_armed *f)
{
    struct cs_bus *bus = cs_armed_bus(f);
    bool acts = f->stage == FAULT_ACTS || f->ghost;

    if (acts && bus->sim->depth > 1) {
        f->clearing = true;
        cs_fault_end_soon(f, bus->sim->now_ps + 1);
        return;
    }
    if (acts) {
        step_in(bus);
    }
    cs_fault_end(f, CS_FAULT_CLEARED);
}

static void tap_clear(struct cs_bus *bus, int id)
{
    if (bus->sim->tap) {
        cs_tap_bus(bus, &(struct cs_call){.kind = CS_CALL_CLEAR, .fault = id});
    }
}

int cs_fault_clear(struct cs_bus *bus, int id)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;

    cs_fault_walk(&walk, bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        if (f->id == id) {
            tap_clear(bus, id);
            clear(f);
            return 0;
        }
    }
    return -ENOENT;
}

void cs_fault_clear_all(struct cs_bus *bus)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;

    tap_clear(bus, 0);
    cs_fault_walk(&walk, bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        clear(f);
    }
}

bool cs_fault_look(const struct cs_bus *bus, unsigned index, struct cs_fault_status *status)
{
    if (!bus->faults || index >= bus->faults->n) {
        return false;
    }
    const struct cs_armed *f = &bus->faults->armed[bus->faults->order[index]];
    status->id = f->id;
    status->active = f->stage == FAULT_ACTS || f->ghost;
    status->matched = cs_fault_matched(f);
    status->fired = f->fired;
    status->armed_ps = f->armed_ps;
    status->fired_ps = f->fired_ps;
    status->spec = f->spec;
    return true;
}

/* ---- nodes and buses end ------------------------------------------------------------------ */

void cs_faults_node_gone(struct cs_node *node)
{
    struct cs_fault_walk walk;
    struct cs_armed *f;

    if (node->bus->faults && node->bus->faults->winner == node->index) {
        node->bus->faults->winner = CS_NO_NODE;
    }
    cs_fault_walk(&walk, node->bus);
    while ((f = cs_fault_next(&walk)) != NULL) {
        bool seen = cs_set_has(&f->seen, node->index);
        cs_set_drop(&f->seen, node->index);
        cs_set_drop(&f->target, node->index);
        cs_set_drop(&f->victims, node->index);
        bool mine = f->node == node->index;
        if (mine) {
            f->node = CS_NO_NODE;
        }
        if (mine || f->from == node->index || f->state_node == node->index ||
            (seen && cs_set_empty(&f->seen))) {
            cs_fault_end_soon(f, node->bus->sim->now_ps);
        }
    }
}

void cs_faults_fini(struct cs_bus *bus)
{
    for (unsigned i = 0; bus->faults && i < CS_FAULT_MAX; i++) {
        struct cs_armed *f = &bus->faults->armed[i];
        if (f->used) {
            cs_timer_release(bus->sim, &f->timer);
            cs_timer_release(bus->sim, &f->soon);
        }
    }
    free(bus->faults);
    bus->faults = NULL;
    bus->n_faults = 0;
}
