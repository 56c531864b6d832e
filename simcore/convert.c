/* SPDX-License-Identifier: MIT */
/* convert.c - from times to bits: where the bus has to go on bit by bit, at a SOF, in the midst of
 * a frame that the frame engine has computed, or on an idle bus. Invariant: up to now nothing has
 * disturbed anything, so every controller is in step with the frame on the wire, and where it
 * stands follows from the frame's bits. */
#include "simcore/sim_internal.h"

void cs_engine_stand_at(struct cs_node *node, struct cs_instant start, unsigned level, bool synced)
{
    struct cs_bitclock *clock = &node->clock;
    int64_t now = node->bus->sim->now_ps;

    clock->level = (uint8_t)level;
    clock->synced = synced;
    if (start.ps >= now) {
        node->boundary = true;
        clock->end = start;
        return;
    }
    cs_bitclock_begin(clock, start, 0);
    if (clock->sample.ps <= now) {
        cs_bitclock_sampled(clock, node->seen);
    }
    cs_engine_set_due(node);
}

/* Bits of `bit_ps` from now to `until_ps`, the present one included where it has begun. */
static unsigned bits_left(int64_t now, int64_t until_ps, int64_t bit_ps)
{
    return (unsigned)((until_ps - now + bit_ps - 1) / bit_ps);
}

/* The bus is idle, or in an intermission that all began together. */
static void enter_quiet(struct cs_node *node, int64_t now)
{
    struct cs_bus *bus = node->bus;
    struct cs_mac *mac = &node->mac;
    int64_t bit_ps = cs_node_bit_ps(node);
    int64_t until = bus->free_ps > now ? bus->free_ps : node->ready_ps;

    cs_mac_reset(mac);
    if (node->slot != CS_TXSLOT_NONE) {
        cs_mac_start(node);
    } else if (until > now) {
        unsigned left = bits_left(now, until, bit_ps);
        unsigned most = bus->free_ps > now ? INTERMISSION_BITS : SUSPEND_BITS;
        if (left > most) {
            /* Its bits have become shorter meanwhile. */
            left = most;
            until = now + left * bit_ps;
        }
        mac->state = bus->free_ps > now ? MAC_INTERMISSION : MAC_SUSPEND;
        mac->suspend = bus->free_ps > now && node->ready_ps > bus->free_ps;
        mac->count = (uint8_t)left;
        cs_engine_stand_at(node, (struct cs_instant){until - left * bit_ps, 0}, 1, false);
        return;
    }
    cs_engine_stand_at(node, (struct cs_instant){now, 0}, 1, false);
}

/* ---- in the midst of a frame -------------------------------------------------------------- */

static unsigned level_at(const struct cs_wire *wire, unsigned pos)
{
    return pos == wire->ack_slot ? 0 : cs_wire_level(wire, pos);
}

static void find_standing(const struct cs_bus *bus, struct cs_standing *at)
{
    const struct cs_node *winner = bus->winner;
    const struct cs_wire *wire = &winner->wire;
    struct cs_instant sof = {bus->sof_ps, 0};

    *at = (struct cs_standing){.start = sof, .before = 1, .recessive_ps = INT64_MIN};
    cs_mac_rx_start(&at->rx, winner->fd, 0);
    for (;;) {
        struct cs_instant end = cs_wire_instant(wire, &winner->clock, sof, at->pos + 1);
        if (end.ps > bus->sim->now_ps) {
            break;
        }
        unsigned level = level_at(wire, at->pos);
        at->recessive_ps = level && !at->before ? at->start.ps : at->recessive_ps;
        at->recessive = level ? at->recessive + 1 : 0;
        at->before = level;
        cs_mac_rx_bit(&at->rx, at->before);
        at->start = end;
        at->pos++;
    }
    at->level = level_at(wire, at->pos);
    if (at->level && !at->before) {
        at->recessive_ps = at->start.ps;
    }
    at->rate = wire->brs && at->pos > wire->brs && at->pos <= wire->crc_delim;
}

/* It has yet to sample the SOF, whose edge has brought it into step. */
static void stand_before_sof(struct cs_node *node)
{
    int64_t bit_ps = cs_node_bit_ps(node);
    int64_t sample_ps = (int64_t)(node->clock.rate[0].sample_q32 >> 32);
    int64_t left_ps = node->ready_ps - node->bus->sof_ps;

    cs_mac_reset(&node->mac);
    /* Bits of suspend transmission that were not sampled. */
    if (left_ps > bit_ps - sample_ps) {
        node->mac.state = MAC_SUSPEND;
        node->mac.count = (uint8_t)((left_ps + sample_ps - 1) / bit_ps);
    }
}

static void stand_in_frame(struct cs_node *node, const struct cs_standing *at)
{
    struct cs_bus *bus = node->bus;
    struct cs_bitclock *clock = &node->clock;
    int64_t now = bus->sim->now_ps;
    bool transmit = node->slot != CS_TXSLOT_NONE;

    if (at->pos == 0 && !transmit) {
        stand_before_sof(node);
    } else {
        cs_mac_resume(node, transmit, at->pos, &at->rx);
        node->frame_ps = bus->sof_ps;
    }
    clock->level = (uint8_t)at->before;
    /* The edge at the bit's beginning was used, if it was not its own. */
    clock->synced = !transmit && at->before && !at->level;
    if (at->start.ps >= now) {
        node->boundary = true;
        clock->end = at->start;
        return;
    }
    cs_mac_drive(node);
    cs_bitclock_begin(clock, at->start, at->rate);
    if (transmit && node->wire.brs) {
        cs_engine_begin_fd_bit(node);
        node->ssp.res_ps = CS_NEVER; /* its edge has been seen, without a delay */
        if (node->ssp.n && node->ssp.bit[node->ssp.head].at_ps <= now) {
            node->ssp.n = 0; /* was as it should be */
        }
    }
    if (clock->sample.ps <= now) {
        cs_bitclock_sampled(clock, at->level);
        if (cs_mac_switches_rate(node, at->level)) {
            cs_bitclock_switch(clock);
        }
    }
    cs_engine_set_due(node);
}

/* What a node drives at this moment, or drove in the bit that has just ended. */
static unsigned driven_by(const struct cs_node *node, const struct cs_standing *at)
{
    if (node->waiting != WAIT_NONE) {
        return 1;
    }
    if (!node->boundary) {
        return node->mac.out;
    }
    bool acknowledges = !(node->mode & CS_MODE_LISTEN_ONLY);
    if (at->pos > 0 && at->pos - 1 == node->bus->winner->wire.ack_slot) {
        return !(acknowledges && node != node->bus->winner);
    }
    return node->slot != CS_TXSLOT_NONE ? at->before : 1;
}

/* The wire as it is, without an edge. */
static void take_levels(struct cs_bus *bus, const struct cs_standing *at)
{
    struct cs_segment *segment = &bus->medium.segment[0];

    segment->n_dominant = 0;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node) {
            node->wire_out = node->driving = node->own = (uint8_t)driven_by(node, at);
            segment->n_dominant = (uint16_t)(segment->n_dominant + !node->driving);
        }
    }
    segment->base = segment->level = segment->n_dominant == 0;
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i]) {
            bus->nodes[i]->seen = bus->nodes[i]->arrived = segment->level;
        }
    }
}

static void enter_frame(struct cs_bus *bus)
{
    struct cs_standing at;

    find_standing(bus, &at);
    bus->medium.segment[0].sender = (int16_t)bus->winner->index;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_NONE) {
            stand_in_frame(node, &at);
        }
    }
    take_levels(bus, &at);
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->waiting != WAIT_NONE) {
            cs_waiting_enter_frame(node, &at);
        }
    }
}

/* ---- both --------------------------------------------------------------------------------- */

void cs_bit_engine_enter(struct cs_bus *bus)
{
    int64_t now = bus->sim->now_ps;
    bool in_frame = bus->phase == PHASE_FRAME;

    bus->phase = PHASE_BITS;
    bus->error_frame = bus->eventful = false;
    for (int i = 0; i < CS_BUS_MAX_NODES; i++) {
        bus->due_ps[i] = CS_NEVER;
    }
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node) {
            node->boundary = node->held = false;
            node->ssp.n = 0;
            node->ssp.delay_ps = 0;
            node->ssp.res_ps = CS_NEVER;
            node->seen = node->arrived = node->others = node->own = 1;
        }
    }
    if (in_frame) {
        enter_frame(bus);
        return;
    }
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->waiting != WAIT_NONE) {
            cs_waiting_enter_bits(node);
        } else if (node) {
            enter_quiet(node, now);
        }
    }
}

void cs_bus_disturb(struct cs_bus *bus)
{
    if (bus->phase != PHASE_BITS) {
        if (bus->phase == PHASE_IDLE) {
            bus->sof_ps = bus->sim->now_ps;
        }
        cs_bit_engine_enter(bus);
        bus->effect_ps = CS_NEVER;
    }
    bus->eventful = true;
    bus->begin_ps = bus->sim->now_ps;
}
