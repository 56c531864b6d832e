/* SPDX-License-Identifier: MIT */
/* Invariant: a variable's value is written when time goes on, once, and only if it differs from
 * what the file says; so however many events one instant has, the file has one change. */
#include "scenarios/log_vcd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/vcd_internal.h"

/* ---- values ------------------------------------------------------------------------------- */

static void touch(struct cs_vcd_state *state, struct vcd_bus *bus, struct vcd_scope *scope)
{
    if (scope->next != VCD_UNTOUCHED)
        return;
    scope->next = VCD_LAST;
    size_t place = ((size_t)(bus - state->bus) * VCD_SCOPES) + (size_t)(scope - bus->scope);
    if (state->last_touched != VCD_LAST)
        vcd_scope_at(state, state->last_touched)->next = (int32_t)place;
    else
        state->first_touched = (int32_t)place;
    state->last_touched = (int32_t)place;
}

static void set(struct cs_vcd_state *state, struct vcd_bus *bus, struct vcd_scope *scope,
                enum vcd_var var, uint32_t value)
{
    if (scope->value[var] == value)
        return;
    scope->value[var] = value;
    touch(state, bus, scope);
}

static void write_changes(struct cs_vcd_state *state)
{
    struct cs_out *out = &state->vcd->log.out;
    bool stamped = false;

    while (state->first_touched != VCD_LAST) {
        int32_t place = state->first_touched;
        struct vcd_scope *scope = vcd_scope_at(state, place);
        for (unsigned var = 0; var < VAR_COUNT; var++) {
            if (!vcd_has(scope, var) || scope->value[var] == scope->written[var])
                continue;
            if (!stamped) {
                cs_out_char(out, '#');
                cs_out_i64(out, state->at_ps);
                cs_out_line(out);
                stamped = true;
            }
            vcd_put_value(state, scope, (enum vcd_var)var);
        }
        state->first_touched = scope->next;
        scope->next = VCD_UNTOUCHED;
    }
    state->last_touched = VCD_LAST;
    if (stamped)
        state->written_ps = state->at_ps;
}

/* The intermission of those who rest on a bus is over. */
static void go_idle(struct cs_vcd_state *state, struct vcd_bus *bus)
{
    write_changes(state);
    state->at_ps = bus->idle_ps;
    bus->idle_ps = CS_NEVER;
    for (unsigned i = 1; i < bus->n_scopes; i++) {
        if (bus->scope[i].resting)
            set(state, bus, &bus->scope[i], VAR_FIELD, CS_FIELD_IDLE);
        bus->scope[i].resting = false;
    }
}

/* Time never goes back in the file. */
static void advance(struct cs_vcd_state *state, int64_t at_ps)
{
    if (at_ps <= state->at_ps)
        return;
    for (;;) {
        struct vcd_bus *next = &state->bus[0];
        for (unsigned i = 1; i < state->n_buses; i++) {
            if (state->bus[i].idle_ps < next->idle_ps)
                next = &state->bus[i];
        }
        if (next->idle_ps > at_ps)
            break;
        go_idle(state, next);
    }
    write_changes(state);
    state->at_ps = at_ps;
}

/* ---- who has which scope ------------------------------------------------------------------ */

static struct vcd_scope *scope_of(struct vcd_bus *bus, int node)
{
    if (node < 0 || node >= CS_BUS_MAX_NODES || bus->scope_of[node] == 0)
        return NULL;
    return &bus->scope[bus->scope_of[node]];
}

/* Its own from before, else a spare that nobody had, else one that nobody has any more. */
static unsigned find_scope(struct vcd_bus *bus, const char *name)
{
    unsigned fresh = 0, left = 0;

    for (unsigned i = bus->n_scopes - 1; i > 0; i--) {
        const struct vcd_scope *scope = &bus->scope[i];
        if (scope->used)
            continue;
        if (strcmp(scope->owner, name) == 0)
            return i;
        if (scope->spare && scope->owner[0] == '\0')
            fresh = i;
        else if (scope->spare)
            left = i;
    }
    return fresh != 0 ? fresh : left;
}

static void join(struct cs_vcd_state *state, unsigned index, int node)
{
    struct vcd_bus *bus = &state->bus[index];
    const char *name = cs_bus_node_name(cs_sim_bus(state->vcd->log.sim, index), node);
    unsigned i = find_scope(bus, name);
    struct vcd_scope *scope = &bus->scope[i];

    if (i == 0) {
        vcd_put_left_out(state, name);
        return;
    }
    if (strcmp(scope->owner, name) != 0) {
        memcpy(scope->owner, name, strnlen(name, sizeof(scope->owner) - 1) + 1);
        scope->owner[sizeof(scope->owner) - 1] = '\0';
        set(state, bus, scope, VAR_NAME, scope->value[VAR_NAME] + 1);
    }
    scope->used = true;
    bus->scope_of[node] = (uint16_t)i;
    set(state, bus, scope, VAR_RX, bus->scope[0].value[VAR_WIRE]);
}

/* A frame is over. Bits in which nothing can happen are not told: who has come to the end of his
 * EOF or delimiter rests for the intermission, then he is idle, unless he is told to do otherwise.
 */
static void rest(struct cs_vcd_state *state, const struct cs_event *event)
{
    struct vcd_bus *bus = &state->bus[event->bus];

    for (unsigned i = 1; i < bus->n_scopes; i++) {
        struct vcd_scope *scope = &bus->scope[i];
        uint32_t field = scope->value[VAR_FIELD];
        bool delim = field == CS_FIELD_ERROR_DELIM || field == CS_FIELD_OVERLOAD_DELIM;
        if (!(field == CS_FIELD_EOF && scope->value[VAR_INDEX] == 6) &&
            !(delim && scope->value[VAR_INDEX] == 7))
            continue;
        scope->resting = true;
        set(state, bus, scope, VAR_FIELD, CS_FIELD_INTERMISSION);
        set(state, bus, scope, VAR_INDEX, 0);
        set(state, bus, scope, VAR_TRANSMITTER, 0);
    }
    bus->idle_ps = event->at_ps + 3 * cs_bus_bit_ps(cs_sim_bus(state->vcd->log.sim, event->bus));
}

static void leave(struct cs_vcd_state *state, unsigned index, int node)
{
    struct vcd_bus *bus = &state->bus[index];
    struct vcd_scope *scope = scope_of(bus, node);

    if (scope == NULL)
        return;
    scope->used = false;
    bus->scope_of[node] = 0;
    set(state, bus, scope, VAR_STATE, VCD_ABSENT);
    set(state, bus, scope, VAR_FIELD, CS_FIELD_IDLE);
    set(state, bus, scope, VAR_TX, 1);
}

/* ---- observing ---------------------------------------------------------------------------- */

void cs_log_vcd_probe(void *ctx, const struct cs_probe_event *event)
{
    struct cs_vcd *vcd = ctx;
    struct cs_vcd_state *state = vcd->state;

    if (event->bus >= state->n_buses)
        return;
    if (!state->begun)
        vcd_begin(state);
    advance(state, event->at_ps);
    struct vcd_bus *bus = &state->bus[event->bus];
    struct vcd_scope *scope = scope_of(bus, event->node);
    if (event->kind == CS_PROBE_WIRE)
        set(state, bus, &bus->scope[0], VAR_WIRE, event->level != 0);
    if (scope == NULL)
        return;
    if (event->kind == CS_PROBE_TX) {
        set(state, bus, scope, VAR_TX, event->level != 0);
    } else if (event->kind == CS_PROBE_RX) {
        set(state, bus, scope, VAR_RX, event->level != 0);
    } else if (event->kind == CS_PROBE_SAMPLE) {
        set(state, bus, scope, VAR_SAMPLE, scope->written[VAR_SAMPLE] + 1);
    } else if (event->kind == CS_PROBE_FIELD) {
        scope->resting = false;
        set(state, bus, scope, VAR_FIELD, event->field);
        set(state, bus, scope, VAR_INDEX, event->index);
        set(state, bus, scope, VAR_STUFF, event->stuff);
        set(state, bus, scope, VAR_TRANSMITTER, event->transmitter);
        set(state, bus, scope, VAR_DATA_PHASE, event->data_phase);
    }
}

void cs_log_vcd(void *ctx, const struct cs_event *event)
{
    static const uint32_t kinds = 1u << CS_EV_ATTACH | 1u << CS_EV_DETACH | 1u << CS_EV_STATE |
                                  1u << CS_EV_COUNTERS | 1u << CS_EV_FRAME |
                                  1u << CS_EV_ERROR_FRAME;
    struct cs_vcd *vcd = ctx;
    struct cs_vcd_state *state = vcd->state;

    /* Before the file begins nothing need be known: vcd_begin() looks around. */
    if (!state->begun || event->bus >= state->n_buses || (kinds >> event->kind & 1u) == 0)
        return;
    advance(state, event->at_ps);
    if (event->kind == CS_EV_FRAME || event->kind == CS_EV_ERROR_FRAME) {
        rest(state, event);
        return;
    }
    if (event->kind == CS_EV_ATTACH)
        join(state, event->bus, event->node);
    struct vcd_bus *bus = &state->bus[event->bus];
    struct vcd_scope *scope = scope_of(bus, event->node);
    if (scope == NULL)
        return;
    if (event->kind == CS_EV_DETACH) {
        leave(state, event->bus, event->node);
        return;
    }
    set(state, bus, scope, VAR_TEC, event->tec);
    set(state, bus, scope, VAR_REC, event->rec);
    if (event->kind != CS_EV_COUNTERS)
        set(state, bus, scope, VAR_STATE, event->state);
}

int cs_log_vcd_start(struct cs_vcd *vcd)
{
    unsigned n = cs_sim_bus_count(vcd->log.sim);
    struct cs_vcd_state *state = calloc(1, sizeof(*state) + n * sizeof(state->bus[0]));

    if (state == NULL)
        return -ENOMEM;
    state->vcd = vcd;
    state->n_buses = n;
    state->at_ps = state->written_ps = cs_sim_now_ps(vcd->log.sim);
    state->first_touched = state->last_touched = VCD_LAST;
    vcd->state = state;
    int ret = cs_sim_observe(vcd->log.sim, cs_log_vcd, vcd);
    if (ret != 0) {
        free(state);
        vcd->state = NULL;
        return ret;
    }
    return cs_sim_add_probe(vcd->log.sim, cs_log_vcd_probe, vcd);
}

void cs_log_vcd_end(struct cs_vcd *vcd)
{
    struct cs_vcd_state *state = vcd->state;
    struct cs_out *out = &vcd->log.out;

    if (state == NULL)
        return;
    cs_sim_remove_probe(vcd->log.sim, cs_log_vcd_probe, vcd);
    cs_sim_unobserve(vcd->log.sim, cs_log_vcd, vcd);
    if (!state->begun)
        vcd_begin(state);
    advance(state, cs_sim_now_ps(vcd->log.sim));
    write_changes(state);
    if (state->at_ps != state->written_ps) {
        cs_out_char(out, '#'); /* how long the last values lasted */
        cs_out_i64(out, state->at_ps);
        cs_out_line(out);
    }
    free(state);
    vcd->state = NULL;
}
