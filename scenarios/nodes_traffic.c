/* SPDX-License-Identifier: MIT */
/* The generator of random frames. All instants are computed from a base with integers,
 * and all randomness comes from the node's own stream: what one node does never depends on what
 * another is configured to do. */
#include <errno.h>
#include <string.h>

#include "scenarios/nodes_internal.h"
#include "simcore/wire.h"

#define RETRY_PS (10 * CS_PS_PER_MS) /* a node that keeps its bus full was refused */

/* ---- random ------------------------------------------------------------------------------ */

static bool drawn(struct cs_nodes_node *node, int64_t ppm)
{
    return ppm > 0 && cs_rng_chance(&node->rng, ppm);
}

static void draw_frame(struct cs_nodes_node *node)
{
    const struct cs_random *random = &node->def->random;
    struct cs_frame *f = &node->next;
    bool fd = drawn(node, random->fd_ppm);

    memset(f, 0, sizeof(*f));
    f->id = (uint32_t)cs_rng_range(&node->rng, random->id_low, random->id_high);
    f->dlc = (uint8_t)cs_rng_range(&node->rng, random->dlc_low,
                                   fd || random->dlc_high < 8 ? random->dlc_high : 8);
    f->flags = random->ext ? CS_FRAME_EXT : 0;
    if (fd) {
        f->flags |= CS_FRAME_FD;
        if (drawn(node, random->brs_ppm))
            f->flags |= CS_FRAME_BRS;
    } else if (drawn(node, random->remote_ppm)) {
        f->flags |= CS_FRAME_RTR;
        return;
    }
    f->len = (uint8_t)cs_frame_dlc_to_len(f->dlc, fd);
    unsigned i = 0;
    do {
        uint64_t bytes = cs_rng_next(&node->rng);
        for (unsigned end = i + 8; i < end && i < f->len; i++, bytes >>= 8)
            f->data[i] = (uint8_t)bytes;
    } while (i < f->len);
}

int64_t cs_nodes_wire_ps(const struct cs_nodes_node *node, const struct cs_frame *frame)
{
    uint32_t data_bps = cs_bit_timing_bitrate(&node->def->timing.timing.data);
    int64_t bit_ps = cs_bus_bit_ps(node->bus);
    struct cs_wire wire;

    if (cs_wire_encode(frame, &wire) != 0)
        return 0;
    int64_t fast = wire.brs > 0 && data_bps > 0 ? wire.crc_delim - wire.brs : 0;
    return (wire.n_bits - fast) * bit_ps + (fast > 0 ? fast * CS_PS_PER_S / data_bps : 0);
}

/* Mean time from this frame to the next. */
static int64_t mean_gap_ps(const struct cs_nodes_node *node)
{
    if (node->def->random.interval_ps > 0)
        return node->def->random.interval_ps;
    int64_t frame_ps = cs_nodes_wire_ps(node, &node->next);
    if (frame_ps == 0)
        return CS_PS_PER_MS;
    return (frame_ps + 3 * cs_bus_bit_ps(node->bus)) * (100 * CS_PERCENT) /
           node->def->random.load_ppm;
}

/* Gaps are uniform in 0..2 * mean: integers all the way, and the same on every machine. */
static void on_random(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes_node *node = ctx;
    int64_t count = node->def->first.count, now = cs_sim_now_ps(node->all->sim);

    draw_frame(node);
    int ret = cs_nodes_submit(node, &node->next);
    node->done++;
    if (count > 0 && node->done >= count)
        return;
    if (node->def->random.load_ppm == 100 * CS_PERCENT) {
        if (ret != 0)
            cs_timer_start(node->all->sim, timer, now + RETRY_PS);
        return; /* else the confirmation sends the next */
    }
    int64_t gap = cs_rng_range(&node->rng, 0, 2 * mean_gap_ps(node));
    cs_timer_start(node->all->sim, timer, now + gap);
}

void cs_nodes_random_start(struct cs_nodes_node *node)
{
    int64_t at = node->base_ps + node->def->first.offset_ps;

    node->done = 0;
    node->timer.fn = on_random;
    if (node->def->random.interval_ps > 0)
        at += cs_rng_range(&node->rng, 0, node->def->random.interval_ps);
    cs_timer_start(node->all->sim, &node->timer, at);
}

int64_t cs_nodes_after(const struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    int64_t now = cs_sim_now_ps(node->all->sim);

    return done->result != CS_TX_LOST
               ? now
               : now + cs_nodes_wire_ps(node, done->frame) + 3 * cs_bus_bit_ps(node->bus);
}

void cs_nodes_random_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    int64_t count = node->def->first.count;

    if (node->def->random.load_ppm == 100 * CS_PERCENT && (count == 0 || node->done < count))
        cs_timer_start(node->all->sim, &node->timer, cs_nodes_after(node, done));
}
