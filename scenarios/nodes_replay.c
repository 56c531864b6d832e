/* SPDX-License-Identifier: MIT */
/* Replay: logged frames sent at their times. All instants are computed from a base with integers,
 * so that a long log does not drift. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/nodes_internal.h"

#define RETRY_PS (10 * CS_PS_PER_MS) /* a node that keeps its bus full was refused */

/* ---- frames that were not sent when the log says --------------------------------------------- */

/* Frames that are queued, in their order, with the time at which each is to end. */
struct cs_replay_watch {
    uint64_t frames, late; /* that are over, and that were not at their time or not sent at all */
    unsigned first, n, size;
    bool over; /* all of the log was queued */
    struct {
        uint64_t cookie;
        int64_t ends_ps;
    } queued[]; /* size */
};

int cs_nodes_replay_open(struct cs_nodes_node *node, struct cs_error *error)
{
    unsigned size = (unsigned)node->def->tx_queue + 1;

    if (node->def->replay.order != CS_REPLAY_RECORDED)
        return 0;
    node->watch = calloc(1, sizeof(*node->watch) + size * sizeof(node->watch->queued[0]));
    if (node->watch == NULL)
        return cs_nodes_no_memory(error);
    node->watch->size = size;
    return 0;
}

void cs_nodes_replay_close(struct cs_nodes_node *node)
{
    free(node->watch);
    node->watch = NULL;
}

static void count(struct cs_nodes_node *node, bool late)
{
    struct cs_replay_watch *w = node->watch;
    char text[120];

    w->frames++;
    w->late += late;
    if (!w->over || w->n > 0 || w->late == 0)
        return;
    snprintf(text, sizeof(text),
             "replay: %" PRIu64 " of %" PRIu64 " frames were not at their recorded time", w->late,
             w->frames);
    cs_nodes_note(node, text);
}

/* The frame that is in node->next was queued, or refused. */
static void watch_queued(struct cs_nodes_node *node, int ret)
{
    struct cs_replay_watch *w = node->watch;

    if (w == NULL)
        return;
    if (ret != 0 || w->n == w->size) {
        count(node, true);
        return;
    }
    unsigned at = (w->first + w->n++) % w->size;
    w->queued[at].cookie = node->cookie;
    w->queued[at].ends_ps = node->ends_ps;
}

/* To the bit: a log has its times cut to something. */
static void watch_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    struct cs_replay_watch *w = node->watch;

    if (w == NULL || w->n == 0 || w->queued[w->first].cookie != done->cookie)
        return; /* of the timeline */
    int64_t off = done->at_ps - w->queued[w->first].ends_ps, bit = cs_bus_bit_ps(node->bus);
    w->first = (w->first + 1) % w->size;
    w->n--;
    count(node, done->result != CS_TX_OK || off > bit || off < -bit);
}

static void watch_end(struct cs_nodes_node *node)
{
    if (node->watch != NULL)
        node->watch->over = true;
}

bool cs_nodes_replay_late(const struct cs_nodes *nodes, unsigned index, uint64_t *late,
                          uint64_t *frames)
{
    const struct cs_replay_watch *w = nodes->node[index].watch;

    *late = w != NULL ? w->late : 0;
    *frames = w != NULL ? w->frames : 0;
    return w != NULL;
}

/* ---- sending --------------------------------------------------------------------------------- */

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
    return cs_nodes_wire_ps(node, &frame);
}

/* The frame at the position ends at base + at / speed, as the first one begins at base; with speed
 * "max" it is queued when the one before is confirmed. */
static void replay_schedule(struct cs_nodes_node *node)
{
    const struct cs_replay *replay = &node->def->replay;
    int64_t at = node->base_ps;

    if (node->position == replay->n_frames) {
        node->done++;
        if (replay->loops > 0 && node->done >= replay->loops) {
            watch_end(node);
            return;
        }
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
        node->ends_ps = at + due + frame_ps(node, 0);
        at = node->ends_ps - frame_ps(node, node->position);
    }
    cs_timer_start(node->all->sim, &node->timer, at);
}

static void on_replay(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes_node *node = ctx;
    const struct cs_replay *replay = &node->def->replay;

    cs_replay_frame(replay, node->position, &node->next);
    int ret = cs_nodes_submit(node, &node->next);
    watch_queued(node, ret);
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
    if (node->watch != NULL) { /* what it held when it left is gone */
        node->watch->n = 0;
        node->watch->over = false;
    }
    replay_schedule(node);
}

void cs_nodes_replay_confirmed(struct cs_nodes_node *node, const struct cs_tx_done *done)
{
    watch_confirmed(node, done);
    if (node->def->replay.speed_permille > 0)
        return;
    int64_t at = cs_nodes_after(node, done);
    replay_schedule(node);
    if (node->timer.heap_pos > 0 && node->timer.at_ps < at)
        cs_timer_start(node->all->sim, &node->timer, at);
}
