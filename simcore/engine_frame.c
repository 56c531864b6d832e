/* SPDX-License-Identifier: MIT */
/* engine_frame.c - the fast path: a frame that nothing can disturb, computed at its SOF.
 * It refuses, leaving the frame to the bit engine, where two contenders stay equal beyond the
 * arbitration field, or nobody else would acknowledge. */
#include "simcore/sim_internal.h"

struct cs_instant cs_wire_instant(const struct cs_wire *wire, const struct cs_bitclock *clock,
                                  struct cs_instant sof, unsigned pos)
{
    const struct cs_rate *nominal = &clock->rate[0], *data = &clock->rate[1];

    if (!wire->brs || pos <= wire->brs) {
        return cs_bitclock_add(clock, sof, pos, 0);
    }
    struct cs_instant at = cs_bitclock_add(clock, sof, wire->brs, 0);
    at = cs_instant_add(at, nominal->sample_q32 + data->bit_q32 - data->sample_q32);
    if (pos <= wire->crc_delim) {
        return cs_bitclock_add(clock, at, pos - wire->brs - 1u, 1);
    }
    at = cs_bitclock_add(clock, at, wire->crc_delim - wire->brs - 1u, 1);
    at = cs_instant_add(at, data->sample_q32 + nominal->bit_q32 - nominal->sample_q32);
    return cs_bitclock_add(clock, at, pos - wire->crc_delim - 1u, 0);
}

static int64_t instant_ps(const struct cs_bus *bus, const struct cs_node *node, unsigned pos)
{
    struct cs_instant sof = {bus->sof_ps, 0};
    return cs_wire_instant(&node->wire, &node->clock, sof, pos).ps;
}

#define ARB_BITS_MAX 64 /* an arbitration field and its stuff bits are fewer: one word */

/* Index of the first bit in which two frames differ, or ARB_BITS_MAX where that comes later. */
static inline unsigned first_difference(const struct cs_wire *a, const struct cs_wire *b)
{
    uint64_t x = a->level[0] ^ b->level[0];
    return x ? (unsigned)__builtin_ctzll(x) : ARB_BITS_MAX;
}

static struct cs_node *find_winner(struct cs_node **contenders, unsigned n)
{
    struct cs_node *winner = contenders[0];
    uint32_t least = winner->queue.slots[winner->slot].key;

    for (unsigned i = 1; i < n; i++) {
        uint32_t key = contenders[i]->queue.slots[contenders[i]->slot].key;
        if (key < least) {
            least = key;
            winner = contenders[i];
        }
    }
    return winner;
}

static bool is_acknowledged(const struct cs_bus *bus, const struct cs_node *winner)
{
    /* Loopback alone is no help here: a frame with a recessive ACK slot holds enough recessive bits
     * for a node to join in its midst. */
    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && node != winner && node->waiting == WAIT_NONE &&
            !(node->mode & CS_MODE_LISTEN_ONLY)) {
            return true;
        }
    }
    return false;
}

/* Find out where each contender drops out, and sort them by that. Returns whether one wins before
 * the end of the arbitration field. */
static bool arbitrate(struct cs_bus *bus, struct cs_node **contenders, unsigned n)
{
    const struct cs_node *winner = bus->winner;
    uint8_t place[ARB_BITS_MAX]; /* by bit: how many drop out, then where they go */
    uint64_t used = 0;           /* bits at which some do */
    unsigned n_losers = 0;

    for (unsigned i = 0; i < n; i++) {
        struct cs_node *node = contenders[i];
        if (node == winner) {
            continue;
        }
        unsigned bit = first_difference(&winner->wire, &node->wire);
        if (bit >= winner->wire.arb_bits || bit >= node->wire.arb_bits || bit >= ARB_BITS_MAX) {
            return false;
        }
        node->lost_at = (uint16_t)bit;
        place[bit] = (uint8_t)(used >> bit & 1u ? place[bit] + 1 : 1);
        used |= UINT64_C(1) << bit;
    }
    for (; used; used &= used - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(used), count = place[bit];
        place[bit] = (uint8_t)n_losers;
        n_losers += count;
    }
    for (unsigned i = 0; i < n; i++) {
        if (contenders[i] != winner) {
            bus->losers[place[contenders[i]->lost_at]++] = contenders[i];
        }
    }
    bus->n_losers = n_losers;
    bus->next_loser = 0;
    return true;
}

static void set_next_effect(struct cs_bus *bus)
{
    if (bus->next_loser < bus->n_losers) {
        /* Before BRS: at the nominal bit rate. */
        unsigned bits = bus->losers[bus->next_loser]->lost_at + 1u;
        struct cs_instant sof = {bus->sof_ps, 0};
        bus->effect_ps = cs_bitclock_add(&bus->winner->clock, sof, bits, 0).ps;
    } else {
        bus->effect_ps = bus->ack_ps < bus->end_ps ? bus->ack_ps : bus->end_ps;
        bus->effect_ps = bus->valid_ps < bus->effect_ps ? bus->valid_ps : bus->effect_ps;
    }
}

/* Nothing changes a REC while the frame is on the wire: the winner's does no harm here. */
static bool some_rec_goes_down(const struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i] && bus->nodes[i]->rec > 0) {
            return true;
        }
    }
    return false;
}

/* Whether all that hear the frame understand it, and in step with its transmitter. */
static bool fits(const struct cs_bus *bus, const struct cs_node *winner)
{
    bool fd = winner->queue.slots[winner->slot].frame.flags & CS_FRAME_FD;

    for (int i = 0; fd && i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && node->waiting == WAIT_NONE &&
            (node->fd != winner->fd || (winner->wire.brs && node->odd_rates))) {
            return false;
        }
    }
    return !winner->odd_form && !(winner->wire.brs && cs_bus_has_counting(bus));
}

bool cs_frame_engine_begin(struct cs_bus *bus, struct cs_node **contenders, unsigned n)
{
    struct cs_node *winner = find_winner(contenders, n);

    bus->winner = winner;
    bus->n_losers = bus->next_loser = 0;
    if ((n > 1 && !arbitrate(bus, contenders, n)) || !is_acknowledged(bus, winner) ||
        !fits(bus, winner)) {
        return false;
    }
    bus->phase = PHASE_FRAME;
    bus->joined = false;
    cs_bus_waiting_dominant(bus, bus->sof_ps);
    bus->end_ps = instant_ps(bus, winner, winner->wire.n_bits);
    bus->recessive_ps = instant_ps(bus, winner, winner->wire.ack_slot + 1u);
    bus->ack_ps = bus->sim->detail || some_rec_goes_down(bus) ? bus->recessive_ps : CS_NEVER;
    bus->valid_ps = bus->sim->detail ? instant_ps(bus, winner, winner->wire.n_bits - 1u) : CS_NEVER;
    bus->free_ps = bus->end_ps + INTERMISSION_BITS * bus->bit_ps;
    bus->begin_ps = cs_medium_next_pulse_ps(bus);
    bus->medium.segment[0].sender = (int16_t)winner->index;
    if (bus->n_faults) {
        cs_faults_won(winner);
    }
    set_next_effect(bus);
    return true;
}

static void tell(struct cs_bus *bus, struct cs_node *node, enum cs_event_kind kind)
{
    struct cs_event event = cs_node_event(node, kind);

    event.peer = (int16_t)bus->winner->index;
    event.start_ps = bus->sof_ps;
    if (kind == CS_EV_RECEIVED) {
        event.frame = &bus->frame;
    }
    cs_node_emit(node, &event);
}

/* With cs_sim_set_detail(): a receiver accepts a frame with its last bit but one. */
static void receive(struct cs_bus *bus)
{
    bus->valid_ps = CS_NEVER;
    cs_bus_keep_frame(bus, bus->winner);
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node != bus->winner && node->waiting == WAIT_NONE) {
            tell(bus, node, CS_EV_RECEIVED);
        }
    }
}

static void acknowledge(struct cs_bus *bus)
{
    bus->ack_ps = CS_NEVER;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node != bus->winner && node->waiting == WAIT_NONE) {
            if (bus->sim->detail && !(node->mode & CS_MODE_LISTEN_ONLY)) {
                tell(bus, node, CS_EV_ACKED);
            }
            cs_node_received_ok(node);
        }
    }
}

static void finish_frame(struct cs_bus *bus)
{
    struct cs_node *winner = bus->winner;

    cs_bus_emit_frame(bus, winner);
    cs_node_attempt_sent(winner);
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || node == winner || node->waiting != WAIT_NONE) {
            continue;
        }
        node->ready_ps = 0;
        cs_node_deliver(node, &bus->frame, bus->sof_ps, winner->index, false);
    }
    winner->ready_ps =
        winner->state == CS_STATE_ERROR_PASSIVE ? bus->free_ps + SUSPEND_BITS * bus->bit_ps : 0;
    bus->phase = PHASE_IDLE;
    cs_bus_settle(bus);
}

void cs_frame_engine_effects(struct cs_bus *bus)
{
    int64_t now = bus->sim->now_ps;

    while (bus->next_loser < bus->n_losers && bus->effect_ps <= now) {
        struct cs_node *node = bus->losers[bus->next_loser++];
        unsigned bit = node->lost_at;
        cs_node_lost_arbitration(node, bit);
        if (bus->next_loser == bus->n_losers || bus->losers[bus->next_loser]->lost_at != bit) {
            set_next_effect(bus);
        }
    }
    if (bus->ack_ps <= now) {
        acknowledge(bus);
        set_next_effect(bus);
    }
    if (bus->valid_ps <= now) {
        receive(bus);
        set_next_effect(bus);
    }
    if (bus->end_ps <= now) {
        finish_frame(bus);
    }
}
