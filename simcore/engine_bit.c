/* SPDX-License-Identifier: MIT */
/* engine_bit.c - the reference: each controller samples the wire at its own sample point.
 * What a controller does in one of its bits:
 *   beginning     drive (cs_mac_drive), which may change the wire (medium.c)
 *   any edge      hard synchronization or resynchronization (bitclock.c)
 *   sample point  the level is kept; in the data phase the bit rate may change here
 *   end           the level is processed (cs_mac_sample): events come at the ends of bits
 * Invariant: at one instant all bits that end are processed before any level changes; a sample
 * point that lies at an edge sees the level before it. Samples are taken when an edge or the bit's
 * end asks for them, and only where something depends on their time at that time. Within an instant
 * transmitters have their turn before the others, each group by index, so that a frame is told
 * before its reception; waiting nodes come last. */
#include "simcore/sim_internal.h"

/* ---- sample points ------------------------------------------------------------------------ */

/* Whether the end of a data bit would come too late to find out that the nominal bit rate applies
 * from its sample point on: the nominal rest of a bit is shorter. */
static bool may_shorten(const struct cs_rate *rate)
{
    return rate[0].bit_q32 - rate[0].sample_q32 < rate[1].bit_q32 - rate[1].sample_q32;
}

/* Whether the sample point itself has to be met: another bit rate may bring the bit's end forward
 * there, or it is shown. */
static inline bool needs_sample_time(const struct cs_node *node)
{
    const struct cs_mac *mac = &node->mac;

    if (node->bus->sim->n_probes) {
        return true;
    }
    if (node->fd < CS_FD_ISO || node->waiting != WAIT_NONE) {
        return false;
    }
    if (node->clock.now_rate == 1) {
        return may_shorten(node->clock.rate);
    }
    if (mac->state == MAC_TRANSMIT) {
        return node->wire.brs && mac->pos == node->wire.brs;
    }
    return mac->state == MAC_RECEIVE && mac->rx.field == CS_FIELD_BRS;
}

void cs_engine_set_due(struct cs_node *node)
{
    const struct cs_bitclock *clock = &node->clock;
    const struct cs_ssp *ssp = &node->ssp;
    int64_t due = clock->end.ps;

    if (!clock->sampled && needs_sample_time(node)) {
        due = clock->sample.ps;
    } else if (due < clock->react_ps) {
        due = clock->react_ps;
    }
    if (ssp->n && ssp->bit[ssp->head].at_ps < due) {
        due = ssp->bit[ssp->head].at_ps;
    }
    node->bus->due_ps[node->index] = due;
    if (due < node->bus->effect_ps) {
        node->bus->effect_ps = due;
    }
}

static void take_sample(struct cs_node *node)
{
    struct cs_bitclock *clock = &node->clock;

    cs_bitclock_sampled(clock, node->seen);
    if (node->bus->sim->n_probes) {
        cs_bus_probe(node->bus, node->index, CS_PROBE_SAMPLE, node->seen, clock->sample.ps);
    }
    if (node->fd >= CS_FD_ISO && node->waiting == WAIT_NONE &&
        cs_mac_switches_rate(node, node->seen)) {
        cs_bitclock_switch(clock);
        if (clock->now_rate == 0) {
            node->ssp.n = 0;
        }
    }
}

/* ---- transceiver delay compensation ------------------------------------------------------- */

int64_t cs_node_ssp_offset_ps(const struct cs_node *node)
{
    const struct cs_timing *timing = &node->timing;
    const struct cs_rate *rate = &node->clock.rate[1];
    int64_t sample = (int64_t)(rate->sample_q32 >> 32);

    if (timing->tdc == CS_TDC_AUTO) {
        return sample;
    }
    uint64_t unit = timing->data.clock_hz ? rate->tq_q32 / timing->data.brp : rate->tq_q32;
    return (int64_t)(unit * timing->tdc_offset >> 32);
}

/* Below this length of a data bit the loop delay of a transceiver matters. */
#define TDC_AUTO_BELOW_PS INT64_C(1000000)

bool cs_node_compensates(const struct cs_node *node)
{
    if (node->timing.tdc == CS_TDC_AUTO) {
        return (int64_t)(node->clock.rate[1].bit_q32 >> 32) < TDC_AUTO_BELOW_PS;
    }
    return node->timing.tdc != CS_TDC_OFF;
}

void cs_engine_begin_fd_bit(struct cs_node *node)
{
    struct cs_ssp *ssp = &node->ssp;
    struct cs_mac *mac = &node->mac;
    bool data = cs_mac_in_data_phase(mac);

    if (mac->pos + 1u == node->wire.brs) {
        ssp->res_ps = node->clock.start.ps;
        ssp->delay_ps = 0;
        ssp->n = 0;
    }
    mac->ssp = data && cs_node_compensates(node);
    if (!mac->ssp) {
        return;
    }
    if (ssp->n == SSP_BITS) {
        ssp->head = (uint8_t)((ssp->head + 1) % SSP_BITS);
        ssp->n--;
    }
    unsigned at = (unsigned)(ssp->head + ssp->n++) % SSP_BITS;
    int64_t delay = node->timing.tdc == CS_TDC_FIXED ? 0 : ssp->delay_ps;
    ssp->bit[at].at_ps = node->clock.start.ps + delay + cs_node_ssp_offset_ps(node);
    ssp->bit[at].level = mac->out;
}

static void compare_late(struct cs_node *node)
{
    struct cs_ssp *ssp = &node->ssp;

    while (ssp->n && ssp->bit[ssp->head].at_ps <= node->bus->sim->now_ps) {
        unsigned level = ssp->bit[ssp->head].level;
        ssp->head = (uint8_t)((ssp->head + 1) % SSP_BITS);
        ssp->n--;
        if (node->mac.state != MAC_TRANSMIT) {
            ssp->n = 0;
        } else if (level != node->seen) {
            cs_mac_late_bit_error(node);
            ssp->n = 0;
        }
    }
}

/* ---- edges -------------------------------------------------------------------------------- */

/* A controller with a frame to send that hears another's SOF after its sample point joins in at the
 * next time quantum. */
static bool joins_late(const struct cs_node *node)
{
    const struct cs_mac *mac = &node->mac;
    bool last = mac->state == MAC_INTERMISSION && mac->count == 1 && !mac->suspend;

    return node->waiting == WAIT_NONE && (mac->state == MAC_IDLE || last) && cs_node_can_send(node);
}

/* Who counts recessive bits begins again with an edge, however short what follows is: CAN FD's data
 * bits may miss all sample points. */
static void count_anew(struct cs_node *node)
{
    node->edge_counts = false;
    if (node->waiting != WAIT_NONE) {
        cs_waiting_edge(node);
    } else {
        cs_mac_edge(&node->mac);
    }
}

static void synchronize(struct cs_node *node)
{
    struct cs_mac *mac = &node->mac;
    bool waiting = node->waiting != WAIT_NONE;
    int64_t now = node->bus->sim->now_ps;

    if (node->ssp.res_ps != CS_NEVER && mac->state == MAC_TRANSMIT) {
        node->ssp.delay_ps = now - node->ssp.res_ps;
        node->ssp.res_ps = CS_NEVER;
    }
    if (!waiting && mac->state == MAC_TRANSMIT && node->clock.now_rate == 1) {
        return; /* a transmitter does not resynchronize in the data phase */
    }
    bool hard = waiting || (node->clock.sampled ? cs_mac_hard_syncs_after(mac, node->clock.level)
                                                : cs_mac_hard_syncs(mac));
    if (node->clock.sampled) { /* that sample counts before the edge does */
        node->edge_counts = waiting || mac->state == MAC_INTEGRATE;
    } else {
        count_anew(node);
    }
    enum cs_sync sync = cs_bitclock_edge(&node->clock, now, hard, waiting || mac->out);
    if (sync == CS_SYNC_ENDS && hard && joins_late(node)) {
        node->clock.react_ps = now + (int64_t)(node->clock.rate[0].tq_q32 >> 32);
    }
    if (sync != CS_SYNC_NONE) {
        cs_engine_set_due(node);
    }
}

void cs_engine_edge(struct cs_node *node, unsigned level)
{
    struct cs_bus *bus = node->bus;

    if (bus->sim->n_probes &&
        (level != bus->medium.segment[0].level || node->seen != bus->medium.segment[0].level)) {
        cs_bus_probe(bus, node->index, CS_PROBE_RX, level, bus->sim->now_ps);
    }
    if (node->held) {
        node->seen = (uint8_t)level;
        node->held = false;
        cs_engine_start_clock(node);
        return;
    }
    if (!node->clock.sampled && node->clock.sample.ps <= bus->sim->now_ps) {
        take_sample(node);
    }
    node->seen = (uint8_t)level;
    if (!level && !node->boundary) {
        synchronize(node);
    }
}

/* ---- beginnings of bits ------------------------------------------------------------------- */

static unsigned wire_output(const struct cs_node *node)
{
    if (node->stuck != CS_STUCK_NO) {
        return node->stuck == CS_STUCK_RECESSIVE;
    }
    return node->no_loop ? 1 : node->mac.out;
}

/* Arbitration is over: this transmitter is the one that is heard. */
static void check_won(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;
    struct cs_segment *segment =
        &bus->medium.segment[node->segment == CS_SEGMENT_ALONE ? 0 : node->segment];

    if (node->mac.pos != node->wire.arb_bits) {
        return;
    }
    if (node->segment != CS_SEGMENT_ALONE && segment->sender == CS_NO_NODE) {
        segment->sender = (int16_t)node->index;
    }
    if (bus->n_faults) {
        cs_faults_won(node);
    }
}

static void probe_tx(struct cs_node *node)
{
    if (node->bus->sim->n_probes && node->mac.out != node->shown) {
        cs_bus_probe(node->bus, node->index, CS_PROBE_TX, node->mac.out, node->bus->sim->now_ps);
        node->shown = node->mac.out;
    }
}

static void begin_bit(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;
    struct cs_mac *mac = &node->mac;
    unsigned rate = 0;

    node->boundary = false;
    if (node->waiting != WAIT_NONE) {
        mac->out = 1;
        cs_bitclock_begin(&node->clock, node->clock.end, 0);
    } else {
        cs_mac_drive(node);
        rate = node->fd >= CS_FD_ISO && cs_mac_in_data_phase(mac);
        cs_bitclock_begin(&node->clock, node->clock.end, rate);
        if (mac->state == MAC_TRANSMIT) {
            check_won(node);
            if (node->wire.brs) {
                cs_engine_begin_fd_bit(node);
            }
        }
    }
    cs_medium_drive(node, wire_output(node));
    probe_tx(node);
    if (bus->sim->n_probes) {
        cs_bus_probe(bus, node->index, CS_PROBE_FIELD, mac->out, node->clock.start.ps);
    }
    if (bus->disturbed && node->waiting == WAIT_NONE) {
        cs_faults_bit(node, node->clock.end.ps);
    }
    cs_engine_set_due(node);
}

/* Who sees a SOF already does not begin its own, unless it joins in (joins_late()). */
static bool may_start(const struct cs_node *node)
{
    bool in_time = node->seen || node->clock.react_ps > 0;

    return node->boundary && in_time && node->waiting == WAIT_NONE && node->mac.state == MAC_IDLE &&
           cs_node_can_send(node);
}

static void start_frames(struct cs_bus *bus)
{
    struct cs_node *contenders[CS_BUS_MAX_NODES];
    unsigned n = 0;

    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node || !may_start(node)) {
            continue;
        }
        if (n == 0) {
            bus->sof_ps = bus->sim->now_ps;
        }
        cs_node_start_attempt(node, bus->sim->now_ps);
        cs_mac_start(node);
        contenders[n++] = node;
    }
    if (n && bus->n_faults && cs_faults_frame(bus, contenders, n)) {
        bus->disturbed = true;
    }
}

static void schedule(struct cs_bus *bus)
{
    int64_t due = CS_NEVER;

    for (int i = 0; i < bus->n_limit; i++) {
        due = bus->due_ps[i] < due ? bus->due_ps[i] : due;
    }
    bus->effect_ps = due;
    bus->begin_ps = cs_medium_next_ps(bus);
}

void cs_bit_engine_go(struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->boundary) {
            begin_bit(node);
        }
    }
    cs_medium_settle(bus);
    schedule(bus);
}

void cs_bit_engine_begin(struct cs_bus *bus)
{
    start_frames(bus);
    cs_bit_engine_go(bus);
}

/* ---- ends of bits ------------------------------------------------------------------------- */

static void end_bit(struct cs_node *node)
{
    unsigned level = node->clock.level;

    if (node->waiting != WAIT_NONE) {
        cs_waiting_sample(node, level);
    } else {
        cs_mac_sample(node, level);
    }
    if (node->edge_counts) {
        count_anew(node);
    }
}

/* Samples and late comparisons that are due; true where the bit ends. */
static bool look_at(struct cs_node *node, int64_t now)
{
    if (!node->clock.sampled && node->clock.sample.ps < now) {
        take_sample(node); /* before a late bit error is known */
    }
    if (node->ssp.n) {
        compare_late(node);
    }
    if (!node->clock.sampled && node->clock.sample.ps <= now) {
        take_sample(node);
    }
    if (node->clock.end.ps <= now && node->clock.react_ps <= now) {
        return true;
    }
    cs_engine_set_due(node);
    return false;
}

/* Returns whether some bit has ended: nothing else is a moment at which the bus may become idle. */
static bool end_bits(struct cs_bus *bus)
{
    struct cs_node *later[CS_BUS_MAX_NODES];
    int64_t now = bus->sim->now_ps;
    unsigned n = 0, n_waiting = 0;
    bool any = false;

    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (bus->due_ps[i] > now || !node || !look_at(node, now)) {
            continue;
        }
        any = true;
        node->boundary = true; /* for who is asked to recover by another's event */
        if (node->waiting == WAIT_OFF) {
            continue;
        }
        if (node->waiting != WAIT_NONE) {
            later[CS_BUS_MAX_NODES - ++n_waiting] = node;
        } else if (node->mac.state == MAC_TRANSMIT) {
            end_bit(node);
        } else {
            later[n++] = node;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        end_bit(later[i]);
    }
    for (unsigned i = 0; i < n_waiting; i++) {
        end_bit(later[CS_BUS_MAX_NODES - 1 - i]);
    }
    return any;
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
        if (cs_mac_is_quiet(&node->mac) && (!node->clock.sampled || node->clock.level)) {
            quiet = true;
        } else if (node->mac.state == MAC_INTERMISSION && node->boundary && !bus->disturbed &&
                   node->mac.count == INTERMISSION_BITS && !node->odd) {
            intermission = true;
        } else {
            return -1;
        }
    }
    return intermission && quiet ? -1 : intermission ? INTERMISSION_BITS : 0;
}

/* From now to the end of a node's suspend transmission. */
static int64_t suspend_ps(const struct cs_node *node, int64_t now)
{
    const struct cs_mac *mac = &node->mac;
    struct cs_instant from = {now, 0};

    if (mac->state == MAC_INTERMISSION && mac->suspend) {
        return cs_bitclock_add(&node->clock, from, INTERMISSION_BITS + SUSPEND_BITS, 0).ps;
    }
    if (mac->state != MAC_SUSPEND) {
        return 0;
    }
    unsigned left = mac->count;
    if (!node->boundary) {
        from = node->clock.end;
        left--;
    }
    return cs_bitclock_add(&node->clock, from, left, 0).ps;
}

static void leave(struct cs_bus *bus, int bits)
{
    int64_t now = bus->sim->now_ps;

    if (bus->error_frame) {
        cs_bus_emit_error_frame(bus, NULL);
    }
    bus->phase = PHASE_IDLE;
    bus->disturbed = false;
    bus->free_ps = now + bits * bus->bit_ps;
    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (!node) {
            continue;
        }
        if (node->waiting == WAIT_NONE) {
            node->ready_ps = suspend_ps(node, now);
        } else {
            probe_tx(node); /* bus-off amid a dominant bit that did not reach the wire */
            cs_waiting_leave_bits(node);
        }
    }
}

void cs_bit_engine_effects(struct cs_bus *bus)
{
    bool ended = end_bits(bus);

    bus->effect_ps = CS_NEVER;
    bus->begin_ps = bus->sim->now_ps;
    int free_in = ended ? bits_until_free(bus) : -1;
    if (free_in >= 0 && cs_medium_is_quiet(bus)) {
        leave(bus, free_in);
        cs_bus_settle(bus);
        return;
    }
    bus->eventful = bus->eventful || bus->error_frame;
    if (bus->n_pending) {
        cs_bus_apply_pending(bus);
    }
}

/* ---- clocks ------------------------------------------------------------------------------- */

void cs_engine_start_clock(struct cs_node *node)
{
    struct cs_bitclock *clock = &node->clock;

    clock->level = 1;
    clock->synced = false;
    node->edge_counts = false;
    if (node->waiting == WAIT_OFF || (node->waiting != WAIT_NONE && !node->seen)) {
        node->held = node->waiting != WAIT_OFF;
        clock->sampled = true;
        clock->end.ps = CS_NEVER;
        node->bus->due_ps[node->index] = CS_NEVER;
        return;
    }
    cs_bitclock_begin(clock, (struct cs_instant){node->bus->sim->now_ps, 0}, 0);
    cs_engine_set_due(node);
}
