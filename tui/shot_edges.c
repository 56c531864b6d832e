/* SPDX-License-Identifier: MIT */
/* shot_edges.c - where edges were measured they replace what the rows lead to expect. */
#include "tui/shot.h"

#define BEFORE_BITS 64 /* from where on the levels at SOF are looked for */

struct levels {
    bool known;
    uint8_t wire;
    bool lane_known[CS_SHOT_LANES];
    uint8_t lane[CS_SHOT_LANES];
};

static void move(const struct cs_shot *shot, struct levels *now, const struct cs_edge *edge)
{
    if (edge->bus != shot->bus)
        return;
    if (edge->node == CS_NO_NODE) {
        now->known = true;
        now->wire = edge->level;
    }
    for (unsigned i = 0; i < shot->n_lanes; i++)
        if (shot->lane[i].node == edge->node) {
            now->lane_known[i] = true;
            now->lane[i] = edge->level;
        }
}

static void apply(struct cs_shot *shot, const struct levels *now, unsigned b)
{
    const uint64_t mask = UINT64_C(1) << (b % 64);

    if (!now->known)
        return;
    shot->measured++;
    shot->bit[b].level = now->wire != 0;
    for (unsigned i = 0; i < shot->n_lanes; i++) {
        struct cs_lane *lane = &shot->lane[i];
        if (!now->lane_known[i])
            continue;
        lane->measured[b / 64] |= mask;
        if (!now->lane[i])
            lane->low[b / 64] |= mask;
    }
}

void cs_shot_measure(const struct cs_tui *tui, struct cs_shot *shot)
{
    const struct cs_edges *edges = tui->edges;
    struct levels now = {.known = false};
    uint64_t number = cs_edges_after(edges, shot->start_ps - BEFORE_BITS * shot->bit_ps);

    shot->measured = 0;
    for (unsigned b = 0; b < shot->n_bits; b++) {
        const int64_t from_ps = shot->bit[b].at_ps, to_ps = shot->bit[b + 1].at_ps;
        const unsigned permille =
            shot->bit[b].rate == 'D' ? shot->data_sample_permille : shot->sample_permille;
        const int64_t at_ps = shot->start_ps + from_ps + (to_ps - from_ps) * permille / 1000;
        const struct cs_edge *edge;
        if (at_ps > tui->info.now_ps || (!edges->on && at_ps > edges->until_ps))
            break;
        while ((edge = cs_edges_get(edges, number)) != NULL && edge->at_ps <= at_ps) {
            move(shot, &now, edge);
            number++;
        }
        apply(shot, &now, b);
    }
}
