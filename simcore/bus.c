/* SPDX-License-Identifier: MIT */
/* bus.c - a bus as its users see it, and the choice of the engine for each frame.
 * Invariant: whatever is called from outside only queues, marks or looks; the wire changes in
 * cs_bus_effects() and cs_bus_begin(), which the sim calls at effect_ps and begin_ps. */
#include "simcore/sim_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cs_bus_init(struct cs_bus *bus, struct cs_sim *sim, unsigned index,
                const struct cs_bus_config *config)
{
    bus->sim = sim;
    bus->index = index;
    snprintf(bus->name, sizeof(bus->name), "%s", config->name);
    bus->fd = config->fd;
    if (config->timing) {
        bus->timing = *config->timing;
    } else {
        cs_bit_timing_fill(&bus->timing.nominal, config->bitrate_bps, CS_SAMPLE_DFLT, 0);
        if (config->data_bitrate_bps) {
            cs_bit_timing_fill(&bus->timing.data, config->data_bitrate_bps, CS_SAMPLE_DFLT, 0);
        }
    }
    struct cs_bit_clock clock;
    cs_bit_timing_clock(&bus->timing.nominal, 0, &clock);
    /* Rounded to the picosecond: less than 0.5 ppm off at 1 Mbit/s. */
    bus->bit_ps = (int64_t)((clock.bit_q32 + (UINT64_C(1) << 31)) >> 32);
    bus->effect_ps = CS_NEVER;
    bus->begin_ps = CS_NEVER;
    bus->ran = sim->now_ps > 0;
    /* Before time 0 the bus was idle for as long as anyone cares. */
    bus->recessive_ps = sim->now_ps;
    bus->free_ps = sim->now_ps;
    cs_medium_init(&bus->medium);
    return 0;
}

void cs_bus_fini(struct cs_bus *bus)
{
    bus->closing = true;
    cs_faults_fini(bus);
    for (int i = bus->n_limit; i-- > 0;) {
        if (i < bus->n_limit && bus->nodes[i]) {
            cs_node_destroy(bus->nodes[i]);
        }
    }
    cs_medium_fini(&bus->medium);
}

/* ---- running ------------------------------------------------------------------------------ */

void cs_bus_schedule_node(struct cs_bus *bus, const struct cs_node *node)
{
    if (cs_node_can_send(node)) {
        int64_t at = cs_node_earliest_ps(node);
        at = at > bus->sim->now_ps ? at : bus->sim->now_ps;
        bus->begin_ps = at < bus->begin_ps ? at : bus->begin_ps;
    }
}

void cs_bus_schedule_idle(struct cs_bus *bus)
{
    bus->effect_ps = bus->n_pending ? bus->sim->now_ps : cs_bus_waiting_due_ps(bus);
    bus->begin_ps = cs_medium_next_pulse_ps(bus);
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i]) {
            cs_bus_schedule_node(bus, bus->nodes[i]);
        }
    }
}

void cs_bus_settle(struct cs_bus *bus)
{
    if (bus->n_pending) {
        cs_bus_apply_pending(bus);
    }
    cs_bus_schedule_idle(bus);
}

void cs_bus_effects(struct cs_bus *bus)
{
    if (bus->phase == PHASE_FRAME) {
        cs_frame_engine_effects(bus);
    } else if (bus->phase == PHASE_BITS) {
        cs_bit_engine_effects(bus);
    } else {
        cs_bus_waiting_run(bus);
        cs_bus_settle(bus);
    }
}

bool cs_bus_has_odd(const struct cs_bus *bus)
{
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i] && bus->nodes[i]->odd && bus->nodes[i]->waiting != WAIT_OFF) {
            return true;
        }
    }
    return false;
}

/* Something other than frames needs every bit of this one. */
static bool needs_bits(const struct cs_bus *bus)
{
    if (bus->engine == CS_ENGINE_BIT || bus->sim->n_probes || bus->medium.ring_ps ||
        bus->medium.n_cut || cs_bus_waiting_is_done_at(bus, bus->sim->now_ps)) {
        return true;
    }
    for (int i = 0; i < bus->n_limit; i++) {
        const struct cs_node *node = bus->nodes[i];
        if (node && node->overload_request && node->waiting != WAIT_OFF &&
            !(node->mode & (CS_MODE_LISTEN_ONLY | CS_MODE_RESTRICTED))) {
            return true;
        }
    }
    return cs_bus_has_odd(bus);
}

/* Those that start a frame at this instant; their attempts have begun. */
static unsigned start_attempts(struct cs_bus *bus, struct cs_node **contenders)
{
    int64_t now = bus->sim->now_ps;
    unsigned n = 0, n_started = 0;

    for (int i = 0; i < bus->n_limit; i++) {
        struct cs_node *node = bus->nodes[i];
        if (node && node->ready_ps <= now && cs_node_can_send(node)) {
            contenders[n++] = node;
        }
    }
    if (n == 0 || bus->free_ps > now) {
        return 0;
    }
    bus->sof_ps = now;
    for (unsigned i = 0; i < n; i++) {
        /* An observer of the one before may have given this one's frame up. */
        if (cs_node_can_send(contenders[i])) {
            cs_node_start_attempt(contenders[i], now);
            contenders[n_started++] = contenders[i];
        }
    }
    return n_started;
}

void cs_bus_begin(struct cs_bus *bus)
{
    struct cs_node *contenders[CS_BUS_MAX_NODES];
    int64_t now = bus->sim->now_ps;

    if (bus->phase != PHASE_BITS && cs_medium_next_pulse_ps(bus) <= now) {
        cs_bus_disturb(bus);
    } else if (bus->phase == PHASE_FRAME && bus->joined) {
        cs_bit_engine_enter(bus);
    }
    if (bus->phase == PHASE_BITS) {
        cs_bit_engine_begin(bus);
        return;
    }
    unsigned n = start_attempts(bus, contenders);
    if (n == 0) {
        cs_bus_schedule_idle(bus);
        return;
    }
    bool watched = bus->n_faults && cs_faults_frame(bus, contenders, n);
    if (watched || needs_bits(bus) || !cs_frame_engine_begin(bus, contenders, n)) {
        cs_bit_engine_enter(bus);
        bus->disturbed = watched;
        cs_bit_engine_go(bus);
        return;
    }
}

/* ---- controllers come and go -------------------------------------------------------------- */

static void unique_name(const struct cs_bus *bus, const char *wanted, char name[CS_NAME_MAX])
{
    snprintf(name, CS_NAME_MAX, "%s", wanted);
    for (unsigned n = 2; cs_bus_find_node(bus, name) >= 0; n++) {
        snprintf(name, CS_NAME_MAX, "%.*s-%u", CS_NAME_MAX - 8, wanted, n);
    }
}

static int check_config(const struct cs_controller_config *config)
{
    size_t len = config->name ? strlen(config->name) : 0;

    if (len < 1 || len >= CS_NAME_MAX || config->tx_queue_len > CS_TX_QUEUE_MAX ||
        config->n_filters > CS_MAX_FILTERS || (config->n_filters && !config->filters) ||
        config->recovery_ps < CS_RECOVERY_MANUAL || config->recovery_ps > CS_RECOVERY_MAX_PS ||
        config->mode > CS_MODE_ALL || config->fd >= CS_FD_COUNT || config->delay_ps < 0 ||
        config->delay_ps > CS_DELAY_MAX_PS || config->cable_ps < 0 ||
        config->cable_ps > CS_DELAY_MAX_PS) {
        return -EINVAL;
    }
    return 0;
}

/* The timing that a configuration asks for. 0 or -EINVAL. */
static int make_timing(const struct cs_bus *bus, const struct cs_controller_config *config,
                       struct cs_timing *timing)
{
    char why[128];

    *timing = config->timing ? *config->timing : bus->timing;
    if (!config->timing && config->bitrate_bps && config->bitrate_bps != cs_bus_bitrate_bps(bus)) {
        cs_bit_timing_fill(&timing->nominal, config->bitrate_bps, CS_SAMPLE_DFLT, 0);
        if (cs_bit_timing_bitrate(&timing->data) < config->bitrate_bps) {
            timing->data = (struct cs_bit_timing){0};
        }
    }
    return cs_timing_check(timing, why, sizeof(why));
}

static void recovery_due(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    cs_node_request_recovery(ctx);
}

static enum cs_fd fd_of(const struct cs_bus *bus, enum cs_fd wanted)
{
    return wanted != CS_FD_BUS ? wanted : bus->fd ? CS_FD_ISO : CS_FD_CLASSIC;
}

static struct cs_node *create_node(struct cs_bus *bus, int index,
                                   const struct cs_controller_config *config,
                                   const struct cs_timing *timing)
{
    struct cs_node *node = calloc(1, sizeof(*node));

    if (!node || cs_txqueue_init(&node->queue,
                                 config->tx_queue_len ? config->tx_queue_len : CS_TX_QUEUE_DFLT,
                                 config->order == CS_TX_FIFO)) {
        free(node);
        return NULL;
    }
    if (cs_timer_reserve(bus->sim, &node->recovery_timer) ||
        cs_timer_reserve(bus->sim, &node->hold_timer)) {
        cs_timer_release(bus->sim, &node->recovery_timer);
        cs_txqueue_fini(&node->queue);
        free(node);
        return NULL;
    }
    node->bus = bus;
    node->index = index;
    unique_name(bus, config->name, node->name);
    node->via = config->via ? config->via : "";
    node->ops = config->ops;
    node->ctx = config->ctx;
    node->blank =
        (struct cs_event){.bus = (uint16_t)bus->index, .node = (int16_t)index, .peer = CS_NO_NODE};
    node->mode = config->mode;
    node->timing = *timing;
    node->fd = fd_of(bus, config->fd);
    node->exception_off = config->protocol_exception_off;
    node->long_ack = config->fd_long_ack;
    node->delay_ps = config->delay_ps;
    node->cable_ps = config->cable_ps;
    node->wire_out = node->driving = node->own = 1;
    node->others = node->arrived = node->seen = node->shown = 1;
    node->ssp.res_ps = CS_NEVER;
    cs_bitclock_set(&node->clock, timing);
    node->recovery_ps = config->recovery_ps;
    node->recovery_timer.fn = recovery_due;
    node->recovery_timer.ctx = node;
    node->hold_timer.fn = cs_node_hold_over;
    node->hold_timer.ctx = node;
    node->slot = CS_TXSLOT_NONE;
    node->n_filters = config->n_filters;
    if (config->n_filters) {
        memcpy(node->filters, config->filters, config->n_filters * sizeof(*config->filters));
    }
    cs_mac_reset(&node->mac);
    return node;
}

int cs_bus_attach(struct cs_bus *bus, const struct cs_controller_config *config)
{
    int index = 0;
    struct cs_timing timing;
    int status = bus->closing ? -EINVAL : check_config(config);

    if (status || (status = make_timing(bus, config, &timing)) != 0) {
        return status;
    }
    while (index < CS_BUS_MAX_NODES && bus->nodes[index]) {
        index++;
    }
    if (index == CS_BUS_MAX_NODES) {
        return -ENOSPC;
    }
    struct cs_node *node = create_node(bus, index, config, &timing);
    if (!node) {
        return -ENOMEM;
    }
    bus->nodes[index] = node;
    bus->due_ps[index] = CS_NEVER;
    cs_node_judge(node);
    bus->n_limit = index + 1 > bus->n_limit ? index + 1 : bus->n_limit;
    bus->medium.n_remote += node->delay_ps + node->cable_ps > 0;
    if (bus->phase == PHASE_BITS) {
        node->seen = node->arrived = node->others = bus->medium.segment[0].base;
        if (bus->medium.n_acting) {
            bus->medium.moved = true; /* what forces the wire is seen by this one too */
            bus->begin_ps = bus->sim->now_ps;
        }
    }
    if (bus->ran) {
        node->state = CS_STATE_INTEGRATING;
        cs_node_wait(node, WAIT_JOIN);
    }
    CS_TAP_NODE(node, CS_CALL_ATTACH, .config = config);
    struct cs_event event = cs_node_event(node, CS_EV_ATTACH);
    event.text = node->name;
    cs_node_emit(node, &event);
    if (bus->phase == PHASE_IDLE) {
        cs_bus_schedule_idle(bus);
    }
    return index;
}

/* A change was marked: make it now, or at the next quiet moment. */
static void apply_soon(struct cs_bus *bus)
{
    if (bus->sim->depth == 0) {
        cs_bus_apply_pending(bus);
    }
    if (bus->phase == PHASE_IDLE) {
        cs_bus_schedule_idle(bus);
    }
}

static void mark(struct cs_node *node)
{
    if (!cs_node_has_pending(node)) {
        node->bus->n_pending++;
    }
}

int cs_bus_detach(struct cs_bus *bus, int index)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node || node->pending.leave) {
        return -ENOENT;
    }
    CS_TAP_NODE(node, CS_CALL_DETACH);
    mark(node);
    node->pending.leave = true;
    apply_soon(bus);
    return 0;
}

int cs_bus_remove(struct cs_bus *bus, int index)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (bus->sim->depth > 0) {
        return node->pending.leave ? 0 : cs_bus_detach(bus, index);
    }
    CS_TAP_NODE(node, CS_CALL_REMOVE);
    if (cs_node_has_pending(node)) {
        bus->n_pending--;
    }
    cs_node_cut(node);
    if (bus->phase == PHASE_IDLE) {
        cs_bus_schedule_idle(bus);
    }
    return 0;
}

int cs_bus_set_mode(struct cs_bus *bus, int index, unsigned mode)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (mode > CS_MODE_ALL) {
        return -EINVAL;
    }
    CS_TAP_NODE(node, CS_CALL_MODE, .mode = mode);
    mark(node);
    node->pending.mode = true;
    node->pending.new_mode = mode;
    apply_soon(bus);
    return 0;
}

int cs_bus_set_counters(struct cs_bus *bus, int index, unsigned tec, unsigned rec)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (tec > 256 || rec > 255) {
        return -EINVAL;
    }
    CS_TAP_NODE(node, CS_CALL_COUNTERS, .tec = tec, .rec = rec);
    mark(node);
    node->pending.counters = true;
    node->pending.new_tec = tec;
    node->pending.new_rec = rec;
    apply_soon(bus);
    return 0;
}

int cs_bus_set_timing(struct cs_bus *bus, int index, const struct cs_timing *timing)
{
    struct cs_node *node = cs_bus_node(bus, index);
    char why[128];

    if (!node) {
        return -ENOENT;
    }
    if (cs_timing_check(timing, why, sizeof(why))) {
        return -EINVAL;
    }
    CS_TAP_NODE(node, CS_CALL_TIMING, .timing = timing);
    mark(node);
    node->pending.timing = true;
    node->pending.new_timing = *timing;
    apply_soon(bus);
    return 0;
}

/* A delay of the node, to be marked: 0, -ENOENT or -EINVAL. */
static int check_delay(const struct cs_node *node, int64_t delay_ps)
{
    if (!node) {
        return -ENOENT;
    }
    return delay_ps < 0 || delay_ps > CS_DELAY_MAX_PS ? -EINVAL : 0;
}

int cs_bus_set_delay(struct cs_bus *bus, int index, int64_t delay_ps)
{
    struct cs_node *node = cs_bus_node(bus, index);
    int status = check_delay(node, delay_ps);

    if (status == 0) {
        CS_TAP_NODE(node, CS_CALL_DELAY, .time_ps = delay_ps);
        mark(node);
        node->pending.delay = true;
        node->pending.new_delay_ps = delay_ps;
        apply_soon(bus);
    }
    return status;
}

int cs_bus_set_cable(struct cs_bus *bus, int index, int64_t cable_ps)
{
    struct cs_node *node = cs_bus_node(bus, index);
    int status = check_delay(node, cable_ps);

    if (status == 0) {
        CS_TAP_NODE(node, CS_CALL_CABLE, .time_ps = cable_ps);
        mark(node);
        node->pending.cable = true;
        node->pending.new_cable_ps = cable_ps;
        apply_soon(bus);
    }
    return status;
}

int cs_bus_reset(struct cs_bus *bus, int index)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    CS_TAP_NODE(node, CS_CALL_RESET);
    mark(node);
    node->pending.reset = true;
    apply_soon(bus);
    return 0;
}

int cs_bus_set_filters(struct cs_bus *bus, int index, const struct cs_filter *filters, unsigned n)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (n > CS_MAX_FILTERS) {
        return -EINVAL;
    }
    CS_TAP_NODE(node, CS_CALL_FILTERS, .filters = filters, .n_filters = n);
    if (n) {
        memcpy(node->filters, filters, n * sizeof(*filters));
    }
    node->n_filters = n;
    struct cs_event event = cs_node_event(node, CS_EV_CONFIG);
    cs_node_emit(node, &event);
    return 0;
}

int cs_bus_recover(struct cs_bus *bus, int index)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (node->waiting != WAIT_OFF) {
        return -EALREADY;
    }
    CS_TAP_NODE(node, CS_CALL_RECOVER);
    cs_node_request_recovery(node);
    return 0;
}

int cs_bus_freeze(struct cs_bus *bus, int index)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    if (node->waiting != WAIT_RECOVER) {
        return -EALREADY;
    }
    CS_TAP_NODE(node, CS_CALL_FREEZE);
    cs_node_freeze_recovery(node);
    return 0;
}
