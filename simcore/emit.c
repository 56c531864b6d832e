/* SPDX-License-Identifier: MIT */
/* emit.c - from what happens at a controller to events and callbacks.
 * Order at one place: observers first, then the controller's owner. */
#include "simcore/sim_internal.h"

static inline void describe_node(struct cs_event *event, const struct cs_node *node,
                                 enum cs_event_kind kind)
{
    *event = node->blank;
    event->kind = (uint16_t)kind;
    event->state = (uint8_t)node->state;
    event->tec = node->tec;
    event->rec = node->rec;
    event->mode = (uint8_t)node->mode;
}

struct cs_event cs_node_event(const struct cs_node *node, enum cs_event_kind kind)
{
    struct cs_event event;

    describe_node(&event, node, kind);
    return event;
}

static inline void begin_turn(struct cs_node *node)
{
    node->bus->sim->depth++;
    node->in_turn++;
}

static inline void end_turn(struct cs_node *node)
{
    node->bus->sim->depth--;
    node->in_turn--;
}

void cs_node_emit(struct cs_node *node, struct cs_event *event)
{
    static const uint32_t own_kinds =
        1u << CS_EV_ARB_LOST | 1u << CS_EV_ERROR | 1u << CS_EV_COUNTERS | 1u << CS_EV_STATE;

    if (node->bus->n_faults) {
        cs_faults_event(node->bus, event);
    }
    cs_sim_emit(node->bus->sim, event);
    if (!(own_kinds >> event->kind & 1u)) {
        return;
    }
    node->turns++;
    if (node->ops && node->ops->event) {
        begin_turn(node);
        node->ops->event(node->ctx, event);
        end_turn(node);
    }
}

/* Where the own recessive bit was overwritten, and by whom: one that is still sending. */
static void describe_loss(const struct cs_node *node, struct cs_event *event)
{
    const struct cs_bus *bus = node->bus;
    unsigned index;

    event->bit = node->lost_at;
    event->field = (uint8_t)cs_wire_field_at(&node->wire, node->lost_at, &index);
    event->index = (uint16_t)index;
    for (int i = 0; i < bus->n_limit && event->peer == CS_NO_NODE; i++) {
        const struct cs_node *other = bus->nodes[i];
        if (other && other != node && other->slot != CS_TXSLOT_NONE &&
            other->segment == node->segment && !cs_wire_level(&other->wire, node->lost_at)) {
            event->peer = (int16_t)i;
        }
    }
}

void cs_node_emit_slot(struct cs_node *node, enum cs_event_kind kind, unsigned slot,
                       enum cs_tx_result result)
{
    const struct cs_txslot *tx = &node->queue.slots[slot];
    struct cs_event event;

    describe_node(&event, node, kind);
    event.frame = &tx->frame;
    event.cookie = tx->cookie;
    event.attempt = tx->attempts;
    event.lost = tx->lost;
    event.queued_ps = tx->queued_ps;
    event.start_ps = tx->attempts ? node->start_ps : 0;
    event.result = (uint8_t)result;
    if (kind == CS_EV_ARB_LOST) {
        describe_loss(node, &event);
    }
    cs_node_emit(node, &event);
}

void cs_node_finish_slot(struct cs_node *node, unsigned slot, enum cs_tx_result result)
{
    bool told = node->ops && node->ops->confirmed;

    cs_node_emit_slot(node, result == CS_TX_OK ? CS_EV_SENT : CS_EV_DROPPED, slot, result);
    if (result != CS_TX_OK) {
        node->count.dropped++;
    }
    node->turns++;
    if (!told) {
        cs_txqueue_release(&node->queue, slot);
        return;
    }
    /* A copy: the owner may want the slot for its answer. */
    struct cs_txslot tx = node->queue.slots[slot];
    cs_txqueue_release(&node->queue, slot);
    struct cs_tx_done done = {
        .frame = &tx.frame,
        .cookie = tx.cookie,
        .queued_ps = tx.queued_ps,
        .start_ps = tx.attempts ? node->start_ps : 0,
        .at_ps = node->bus->sim->now_ps,
        .attempts = tx.attempts,
        .lost = tx.lost,
        .result = result,
    };
    begin_turn(node);
    node->ops->confirmed(node->ctx, &done);
    end_turn(node);
}

void cs_node_drop_all(struct cs_node *node, enum cs_tx_result result)
{
    cs_txqueue_free_held(&node->queue, INT64_MAX);
    if (node->slot != CS_TXSLOT_NONE) {
        unsigned slot = node->slot;
        node->slot = CS_TXSLOT_NONE;
        cs_node_finish_slot(node, slot, result);
    }
    /* Those in the queue now; an owner that answers with a new frame does not keep us here. */
    for (unsigned n = node->queue.n_heap; n > 0 && node->queue.n_heap > 0; n--) {
        cs_node_finish_slot(node, cs_txqueue_take(&node->queue), result);
    }
}

static bool passes(const struct cs_node *node, const struct cs_frame *frame)
{
    for (unsigned i = 0; i < node->n_filters; i++) {
        const struct cs_filter *filter = &node->filters[i];
        if (((frame->id ^ filter->id) & filter->id_mask) == 0 &&
            ((frame->flags ^ filter->flags) & filter->flags_mask) == 0) {
            return true;
        }
    }
    return node->n_filters == 0;
}

void cs_node_deliver(struct cs_node *node, const struct cs_frame *frame, int64_t start_ps, int from,
                     bool own)
{
    if (!passes(node, frame)) {
        return;
    }
    node->count.received++;
    node->turns++;
    if (!node->ops || !node->ops->received) {
        return;
    }
    struct cs_rx rx = {
        .frame = frame,
        .start_ps = start_ps,
        .at_ps = node->bus->sim->now_ps,
        .from = (int16_t)from,
        .own = own,
    };
    begin_turn(node);
    node->ops->received(node->ctx, &rx);
    end_turn(node);
}

void cs_bus_keep_frame(struct cs_bus *bus, const struct cs_node *from)
{
    bus->frame = from->queue.slots[from->slot].frame;
    bus->frame.flags |= from->sends_esi ? CS_FRAME_ESI : 0;
}

void cs_bus_emit_frame(struct cs_bus *bus, struct cs_node *from)
{
    const struct cs_txslot *tx = &from->queue.slots[from->slot];
    struct cs_event event;

    describe_node(&event, from, CS_EV_FRAME);
    cs_bus_keep_frame(bus, from);
    event.frame = &bus->frame;
    event.cookie = tx->cookie;
    event.attempt = tx->attempts;
    event.lost = tx->lost;
    event.queued_ps = tx->queued_ps;
    event.start_ps = from->start_ps;
    event.n_bits = from->wire.n_bits;
    cs_node_emit(from, &event);
}

void cs_bus_emit_error_frame(struct cs_bus *bus, const struct cs_node *node)
{
    struct cs_event event = {
        .kind = CS_EV_ERROR_FRAME, .bus = (uint16_t)bus->index, .node = CS_NO_NODE};

    if (node) {
        event = cs_node_event(node, CS_EV_ERROR_FRAME);
    }
    event.start_ps = bus->sof_ps;
    int64_t bits = (bus->sim->now_ps - bus->sof_ps + bus->bit_ps / 2) / bus->bit_ps;
    event.n_bits = (uint16_t)(bits < UINT16_MAX ? bits : UINT16_MAX);
    bus->error_frame = false;
    cs_sim_emit(bus->sim, &event);
}
