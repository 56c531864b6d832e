/* SPDX-License-Identifier: MIT */
/* attempt.c - one try to get a frame across: what both engines do at its start and at its end. */
#include "simcore/sim_internal.h"

/* The frame was checked when it was queued. What the rule gives is kept for further attempts. */
static void encode(struct cs_node *node, const struct cs_txslot *tx)
{
    struct cs_wire_form form = {0};
    bool fd = tx->frame.flags & CS_FRAME_FD;

    if (!fd && !node->bus->n_faults && node->wire_seq == tx->seq + 1) {
        node->odd_form = node->sends_esi = false;
        return;
    }
    node->odd_form = node->bus->n_faults && cs_faults_form(node, &tx->frame, &form);
    form.non_iso = node->fd == CS_FD_NON_ISO;
    form.esi = node->state == CS_STATE_ERROR_PASSIVE;
    node->sends_esi = fd && form.esi;
    if (node->odd_form || (fd && (form.non_iso || form.esi))) {
        cs_wire_encode_as(&tx->frame, &form, &node->wire);
        node->wire_seq = 0;
    } else if (node->wire_seq != tx->seq + 1) {
        cs_wire_encode(&tx->frame, &node->wire);
        node->wire_seq = tx->seq + 1;
    }
}

void cs_node_start_attempt(struct cs_node *node, int64_t sof_ps)
{
    if (node->segment < CS_SEGMENTS) {
        node->bus->medium.segment[node->segment].sender = CS_NO_NODE;
    }
    node->slot = cs_txqueue_take(&node->queue);
    struct cs_txslot *tx = &node->queue.slots[node->slot];
    encode(node, tx);
    if (tx->attempts < UINT16_MAX) {
        tx->attempts++;
    }
    node->count.retries += tx->attempts > 1;
    node->start_ps = node->frame_ps = sof_ps;
    cs_node_emit_slot(node, CS_EV_TX_START, node->slot, CS_TX_OK);
}

void cs_node_attempt_failed(struct cs_node *node, enum cs_tx_result result)
{
    unsigned slot = node->slot;
    bool abort = node->queue.slots[slot].abort;

    node->slot = CS_TXSLOT_NONE;
    if (abort || node->mode & CS_MODE_ONE_SHOT) {
        cs_node_finish_slot(node, slot, abort ? CS_TX_ABORTED : result);
    } else {
        cs_txqueue_put_back(&node->queue, slot);
    }
}

void cs_node_lost_arbitration(struct cs_node *node, unsigned bit)
{
    struct cs_txslot *tx = &node->queue.slots[node->slot];

    if (tx->lost < UINT16_MAX) {
        tx->lost++;
    }
    node->count.arb_lost++;
    node->lost_at = (uint16_t)bit;
    cs_node_emit_slot(node, CS_EV_ARB_LOST, node->slot, CS_TX_OK);
    cs_node_attempt_failed(node, CS_TX_FAILED_ARB);
}

void cs_node_attempt_sent(struct cs_node *node)
{
    struct cs_bus *bus = node->bus;
    unsigned slot = node->slot;

    node->slot = CS_TXSLOT_NONE;
    node->count.sent++;
    node->count.busy_ps +=
        (uint64_t)(bus->sim->now_ps - node->start_ps + INTERMISSION_BITS * bus->bit_ps);
    cs_node_sent_ok(node);
    cs_node_finish_slot(node, slot, CS_TX_OK);
    if (node->mode & CS_MODE_LOOPBACK) {
        cs_node_deliver(node, &bus->frame, node->start_ps, node->index, true);
    }
}
