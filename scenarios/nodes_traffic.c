/* SPDX-License-Identifier: MIT */
/* The generators of random and logged frames. All instants are computed from a base with integers,
 * and all randomness comes from the node's own stream: what one node does never depends on what
 * another is configured to do. */
#include <errno.h>
#include <string.h>

#include "scenarios/nodes_internal.h"
#include "simcore/wire.h"

#define RETRY_PS (10 * CS_PS_PER_MS) /* a node that keeps its bus full was refused */

/* ---- random ------------------------------------------------------------------------------ */

static bool drawn(struct cs_nodes_node *node, int64_t percent)
{
    return percent > 0 && (int64_t)cs_rng_below(&node->rng, 100) < percent;
}

static void draw_frame(struct cs_nodes_node *node)
{
    const struct cs_random *random = &node->def->random;
    struct cs_frame *f = &node->next;
    bool fd = drawn(node, random->fd_percent);

    memset(f, 0, sizeof(*f));
    f->id = (uint32_t)cs_rng_range(&node->rng, random->id_low, random->id_high);
    f->dlc = (uint8_t)cs_rng_range(&node->rng, random->dlc_low,
                                   fd || random->dlc_high < 8 ? random->dlc_high : 8);
    f->flags = random->ext ? CS_FRAME_EXT : 0;
    if (fd) {
        f->flags |= CS_FRAME_FD;
        if (drawn(node, random->brs_percent))
            f->flags |= CS_FRAME_BRS;
    } else if (drawn(node, random->remote_percent)) {
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

/* How long a frame takes on the wire, SOF to EOF, in the node's own timing; 0 where it cannot be
 * encoded. */
static int64_t wire_ps(const struct cs_nodes_node *node, const struct cs_frame *frame)
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
    int64_t frame_ps = wire_ps(node, &node->next);
    if (frame_ps == 0)
        return CS_PS_PER_MS;
    return (frame_ps + 3 * cs_bus_bit_ps(node->bus)) * 100 / node->def->random.load_percent;
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
    if (node->def->random.load_percent == 100) {
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

/* When the frame after this one may be queued: at once, or where a fault lost this one in the queue
 * after the time that it would have taken on the wire. */
static int64_t after(const struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    int64_t now = cs_sim_now_ps(node->all->sim);

    return done->result != CS_TX_LOST
               ? now
               : now + wire_ps(node, done->frame) + 3 * cs_bus_bit_ps(node->bus);
}

void cs_nodes_random_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    int64_t count = node->def->first.count;

    if (node->def->random.load_percent == 100 && (count == 0 || node->done < count))
        cs_timer_start(node->all->sim, &node->timer, after(node, done));
}

/* ---- replay ------------------------------------------------------------------------------ */

/* Log time to bus time; CS_NEVER where it does not fit. */
static int64_t scaled(int64_t ps, int64_t permille)
{
    int64_t s = ps / CS_PS_PER_S, rest = ps % CS_PS_PER_S;

    if (s * 1000 / permille >= CS_NEVER / CS_PS_PER_S)
        return CS_NEVER;
    return s * 1000 / permille * CS_PS_PER_S +
           (s * 1000 % permille * CS_PS_PER_S + rest * 1000) / permille;
}

/* A log tells when a frame had ended: it is queued so much earlier as it takes. */
static int64_t frame_ps(const struct cs_nodes_node *node, size_t position)
{
    struct cs_frame frame;

    cs_replay_frame(&node->def->replay, position, &frame);
    return wire_ps(node, &frame);
}

/* The frame at the position ends at base + at / speed, as the first one begins at base; with speed
 * "max" it is queued when the one before is confirmed. */
static void replay_schedule(struct cs_nodes_node *node)
{
    const struct cs_replay *replay = &node->def->replay;
    int64_t at = node->base_ps;

    if (node->position == replay->n_frames) {
        node->done++;
        if (replay->loops > 0 && node->done >= replay->loops)
            return;
        node->position = 0;
        node->base_ps = cs_sim_now_ps(node->all->sim);
        at = node->base_ps;
        /* Even a log of one instant lets time pass before it starts over. */
        if (replay->frames[replay->n_frames - 1].at_ps == 0)
            at = node->base_ps += CS_PS_PER_MS;
    }
    if (replay->speed_permille > 0) {
        int64_t due = scaled(replay->frames[node->position].at_ps, replay->speed_permille);
        if (due > CS_NEVER - 1 - at)
            return; /* beyond the end of time */
        at += due + frame_ps(node, 0) - frame_ps(node, node->position);
    }
    cs_timer_start(node->all->sim, &node->timer, at);
}

static void on_replay(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes_node *node = ctx;
    const struct cs_replay *replay = &node->def->replay;

    cs_replay_frame(replay, node->position, &node->next);
    int ret = cs_nodes_submit(node, &node->next);
    node->position++;
    if (replay->speed_permille > 0)
        replay_schedule(node);
    else if (ret != 0)
        cs_timer_start(node->all->sim, timer, cs_sim_now_ps(node->all->sim) + RETRY_PS);
}

void cs_nodes_replay_start(struct cs_nodes_node *node)
{
    node->done = 0;
    node->position = 0;
    node->timer.fn = on_replay;
    node->base_ps += node->def->first.offset_ps;
    replay_schedule(node);
}

void cs_nodes_replay_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    if (node->def->replay.speed_permille > 0)
        return;
    int64_t at = after(node, done);
    replay_schedule(node);
    if (node->timer.heap_pos > 0 && node->timer.at_ps < at)
        cs_timer_start(node->all->sim, &node->timer, at);
}
