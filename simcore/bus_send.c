/* SPDX-License-Identifier: MIT */
/* bus_send.c - queueing frames, giving them up, and looking at controllers. */
#include "simcore/sim_internal.h"

#include <errno.h>
#include <string.h>

static void refuse(struct cs_node *node, const struct cs_frame *frame, uint64_t cookie,
                   enum cs_tx_result result)
{
    struct cs_event event = cs_node_event(node, CS_EV_REFUSED);

    event.frame = frame;
    event.cookie = cookie;
    event.result = (uint8_t)result;
    event.queued_ps = node->bus->sim->now_ps;
    node->count.refused++;
    cs_node_emit(node, &event);
}

static void queued(struct cs_node *node, const struct cs_frame *frame, uint64_t cookie)
{
    struct cs_bus *bus = node->bus;
    struct cs_event event = cs_node_event(node, CS_EV_QUEUED);

    event.frame = frame;
    event.cookie = cookie;
    event.queued_ps = bus->sim->now_ps;
    cs_node_emit(node, &event);
    if (bus->phase == PHASE_IDLE) {
        cs_bus_schedule_node(bus, node);
    }
}

static void hold_until(struct cs_node *node, int64_t at_ps)
{
    if (node->hold_timer.heap_pos == 0 || at_ps < node->hold_timer.at_ps) {
        cs_timer_start(node->bus->sim, &node->hold_timer, at_ps);
    }
}

/* What a fault sends it sends again by itself. */
static bool is_of_fault(uint64_t cookie)
{
    return (cookie ^ CS_FAULT_COOKIE(0)) >> 32 == 0;
}

int cs_bus_submit(struct cs_bus *bus, int index, const struct cs_frame *frame, uint64_t cookie)
{
    struct cs_node *node = cs_bus_node(bus, index);

    if (!node || node->pending.leave) {
        return -ENOENT;
    }
    if (cs_frame_check(frame)) {
        return -EINVAL;
    }
    if (frame->flags & CS_FRAME_FD && node->fd < CS_FD_ISO) {
        return -EOPNOTSUPP;
    }
    if (!is_of_fault(cookie)) {
        CS_TAP_NODE(node, CS_CALL_SUBMIT, .frame = frame, .cookie = cookie);
    }
    if (node->mode & (CS_MODE_LISTEN_ONLY | CS_MODE_RESTRICTED)) {
        refuse(node, frame, cookie, CS_TX_READ_ONLY);
        return -EPERM;
    }
    if (node->state == CS_STATE_BUS_OFF) {
        refuse(node, frame, cookie, CS_TX_BUS_OFF);
        return -ENETDOWN;
    }
    int64_t held_ps = 0;
    bool lost = bus->n_faults && cs_faults_submit(node, frame, &held_ps);
    if (cs_txqueue_put(&node->queue, frame, cookie, bus->sim->now_ps,
                       lost ? CS_HELD_LOST : held_ps)) {
        refuse(node, frame, cookie, CS_TX_QUEUE_FULL);
        return -ENOSPC;
    }
    queued(node, frame, cookie);
    if (lost || held_ps > bus->sim->now_ps) {
        /* A frame that is lost is confirmed a bit later: an owner that answers each loss with a
         * new frame does not make time stand still. */
        hold_until(node, lost ? bus->sim->now_ps + bus->bit_ps : held_ps);
    }
    return 0;
}

void cs_node_hold_over(void *ctx, struct cs_timer *timer)
{
    struct cs_node *node = ctx;
    struct cs_bus *bus = node->bus;

    (void)timer;
    /* Those that are lost now; an owner that answers with a new frame does not keep us here. */
    for (unsigned left = node->queue.n_held; left > 0; left--) {
        unsigned slot = cs_txqueue_take_lost(&node->queue);
        if (slot == CS_TXSLOT_NONE) {
            break;
        }
        cs_node_finish_slot(node, slot, CS_TX_LOST);
    }
    int64_t next = cs_txqueue_free_held(&node->queue, bus->sim->now_ps);
    if (next != INT64_MAX) {
        hold_until(node, next);
    }
    if (bus->phase == PHASE_IDLE) {
        cs_bus_schedule_node(bus, node);
    }
}

int cs_bus_abort(struct cs_bus *bus, int index, uint64_t cookie)
{
    struct cs_node *node = cs_bus_node(bus, index);
    int n = 0;

    if (!node) {
        return -ENOENT;
    }
    if (!is_of_fault(cookie)) {
        CS_TAP_NODE(node, CS_CALL_ABORT, .cookie = cookie);
    }
    if (node->slot != CS_TXSLOT_NONE && node->queue.slots[node->slot].cookie == cookie) {
        node->queue.slots[node->slot].abort = true;
        n++;
    }
    /* An owner that answers with a new frame of the same cookie does not keep us here. */
    for (unsigned left = node->queue.n_heap + node->queue.n_held; left > 0; left--) {
        unsigned slot = cs_txqueue_take_cookie(&node->queue, cookie);
        if (slot == CS_TXSLOT_NONE) {
            break;
        }
        cs_node_finish_slot(node, slot, CS_TX_ABORTED);
        n++;
    }
    if (n && bus->phase == PHASE_IDLE) {
        cs_bus_schedule_idle(bus);
    }
    return n;
}

/* ---- looking ------------------------------------------------------------------------------ */

/* Of a controller that takes part: whether a frame is under way, and on which side it is. */
static void look_at_wire(const struct cs_node *node, struct cs_node_status *status)
{
    enum cs_phase phase = node->bus->phase;
    const struct cs_mac *mac = &node->mac;
    bool busy = phase == PHASE_FRAME ||
                (phase == PHASE_BITS && !cs_mac_is_quiet(mac) && mac->state != MAC_INTERMISSION);
    bool sends = node->slot != CS_TXSLOT_NONE || (phase == PHASE_BITS && mac->transmitter);

    status->sending = busy && node->waiting == WAIT_NONE && sends;
    status->receiving = busy && node->waiting == WAIT_NONE && !sends;
}

int cs_bus_node_status(const struct cs_bus *bus, int index, struct cs_node_status *status)
{
    const struct cs_node *node = cs_bus_node(bus, index);

    if (!node) {
        return -ENOENT;
    }
    *status = node->count;
    memcpy(status->name, node->name, sizeof(status->name));
    status->via = node->via;
    status->attached = !node->pending.leave;
    status->state = node->state;
    status->tec = node->tec;
    status->rec = node->rec;
    status->mode = node->mode;
    status->bitrate_bps = cs_bit_timing_bitrate(&node->timing.nominal);
    status->data_bitrate_bps = cs_bit_timing_bitrate(&node->timing.data);
    status->timing = node->timing;
    status->fd = node->fd;
    status->delay_ps = node->delay_ps;
    status->cable_ps = node->cable_ps;
    status->plugged = node->segment == 0;
    status->recovery_runs = cs_waiting_runs(node);
    look_at_wire(node, status);
    status->queued = cs_txqueue_used(&node->queue);
    status->queue_len = node->queue.capacity;
    return 0;
}

const char *cs_bus_node_name(const struct cs_bus *bus, int index)
{
    const struct cs_node *node = cs_bus_node(bus, index);
    return node ? node->name : "";
}

int cs_bus_find_node(const struct cs_bus *bus, const char *name)
{
    for (int i = 0; i < bus->n_limit; i++) {
        if (bus->nodes[i] && strcmp(bus->nodes[i]->name, name) == 0) {
            return i;
        }
    }
    return -ENOENT;
}

int cs_bus_node_limit(const struct cs_bus *bus)
{
    return bus->n_limit;
}

const char *cs_bus_name(const struct cs_bus *bus)
{
    return bus->name;
}

unsigned cs_bus_index(const struct cs_bus *bus)
{
    return bus->index;
}

uint32_t cs_bus_bitrate_bps(const struct cs_bus *bus)
{
    return cs_bit_timing_bitrate(&bus->timing.nominal);
}

uint32_t cs_bus_data_bitrate_bps(const struct cs_bus *bus)
{
    return cs_bit_timing_bitrate(&bus->timing.data);
}

bool cs_bus_has_fd(const struct cs_bus *bus)
{
    return bus->fd;
}

const struct cs_timing *cs_bus_timing(const struct cs_bus *bus)
{
    return &bus->timing;
}

int64_t cs_bus_bit_ps(const struct cs_bus *bus)
{
    return bus->bit_ps;
}

struct cs_sim *cs_bus_sim(struct cs_bus *bus)
{
    return bus->sim;
}

void cs_bus_set_engine(struct cs_bus *bus, enum cs_engine engine)
{
    bus->engine = engine;
}
