/* SPDX-License-Identifier: MIT */
/* A node that answers to frames. Its counts begin anew when it joins; what waits for its delay is
 * gone when it leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/nodes_delay.h"
#include "scenarios/nodes_internal.h"

struct rule_state {
    int64_t matches, replies;
    bool told; /* of an identifier that there is not */
};

struct cs_responder {
    struct cs_nodes_node *node;
    struct cs_delay_line line;
    struct rule_state *state; /* one a rule */
};

static void on_due(void *ctx, const struct cs_frame *frame)
{
    struct cs_responder *responder = ctx;

    cs_nodes_submit(responder->node, frame);
}

static void on_note(void *ctx, const char *text)
{
    struct cs_responder *responder = ctx;

    cs_nodes_note(responder->node, text);
}

/* A rule whose turn it is not leaves the frame to those behind it. */
static bool applies(struct cs_responder *responder, unsigned i, const struct cs_event *event)
{
    const struct cs_rule *rule = &responder->node->def->rules[i];
    struct rule_state *state = &responder->state[i];

    if ((rule->count > 0 && state->replies >= rule->count) ||
        !cs_match_event(&rule->when, responder->node->all->sim, event))
        return false;
    state->matches++;
    if (state->matches < rule->after || (state->matches - rule->after + 1) % rule->every != 0)
        return false;
    if (rule->chance_ppm < 100 * CS_PERCENT &&
        !cs_rng_chance(&responder->node->rng, rule->chance_ppm))
        return false;
    state->replies++;
    return true;
}

static void set_length(struct cs_frame *reply, const struct cs_frame *request)
{
    bool fd = (reply->flags & CS_FRAME_FD) != 0, same = fd == ((request->flags & CS_FRAME_FD) != 0);
    unsigned len = cs_frame_dlc_to_len(request->dlc, (request->flags & CS_FRAME_FD) != 0);

    reply->dlc = request->dlc;
    if (!same)
        reply->dlc = (uint8_t)(fd || len < 8 ? cs_frame_len_to_dlc(len) : 8);
    reply->len =
        (reply->flags & CS_FRAME_RTR) != 0 ? 0 : (uint8_t)cs_frame_dlc_to_len(reply->dlc, fd);
}

static void copy_bytes(const struct cs_copy *copy, struct cs_frame *reply,
                       const struct cs_frame *request)
{
    for (int64_t b = 0; b < copy->bytes; b++) {
        if (copy->from + b < request->len && copy->to + b < reply->len)
            reply->data[copy->to + b] =
                (uint8_t)(request->data[copy->from + b] ^ (uint8_t)copy->toggle);
    }
}

/* False where there is no such identifier. */
static bool set_id(struct cs_frame *reply, const struct cs_frame *request, int64_t offset)
{
    unsigned ext = request->flags & CS_FRAME_EXT;
    int64_t id = request->id + offset;

    if (id < 0 || id > (ext != 0 ? CS_ID_MAX_EXT : CS_ID_MAX_BASE))
        return false;
    reply->id = (uint32_t)id;
    reply->flags = (uint8_t)((reply->flags & ~(unsigned)CS_FRAME_EXT) | ext);
    return true;
}

/* Bytes behind the frame's own data are 0, as the parser of frames leaves them. */
static bool make_reply(struct cs_responder *responder, unsigned i, const struct cs_frame *request,
                       struct cs_frame *reply)
{
    const struct cs_rule *rule = &responder->node->def->rules[i];
    struct rule_state *state = &responder->state[i];
    char text[120];

    if (rule->length == 1)
        set_length(reply, request);
    for (unsigned c = 0; c < rule->n_copies; c++)
        copy_bytes(&rule->copy[c], reply, request);
    if (!rule->by_request || set_id(reply, request, rule->id_offset))
        return true;
    if (!state->told) {
        snprintf(text, sizeof(text), "rule %u: no reply, the request's identifier %X is too %s", i,
                 request->id, rule->id_offset < 0 ? "small" : "large");
        cs_nodes_note(responder->node, text);
    }
    state->told = true;
    return false;
}

static void answer(struct cs_responder *responder, unsigned i, const struct cs_frame *request)
{
    const struct cs_rule *rule = &responder->node->def->rules[i];
    int64_t wait = rule->delay_ps;

    if (rule->jitter_ps > 0)
        wait += cs_rng_range(&responder->node->rng, 0, rule->jitter_ps);
    for (unsigned f = 0; f < rule->reply.n; f++) {
        struct cs_frame reply = rule->reply.frame[f];
        if (!make_reply(responder, i, request, &reply))
            continue;
        if (wait == 0)
            cs_nodes_submit(responder->node, &reply);
        else
            cs_delay_put(&responder->line, &reply, cs_sim_now_ps(responder->line.sim) + wait);
    }
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct cs_nodes_node *node = ctx;
    const struct cs_event event = {
        .at_ps = rx->at_ps,
        .kind = CS_EV_FRAME,
        .bus = (uint16_t)node->def->bus,
        .node = rx->from,
        .frame = rx->frame,
    };

    if (rx->own || node->leaving)
        return;
    for (unsigned i = 0; i < node->def->n_rules; i++) {
        if (!applies(node->responder, i, &event))
            continue;
        answer(node->responder, i, rx->frame);
        if (!node->def->rules[i].also)
            return;
    }
}

const struct cs_controller_ops cs_nodes_responder_ops = {
    .received = on_received,
    .detached = cs_nodes_on_detached,
};

int cs_nodes_responder_open(struct cs_nodes_node *node, struct cs_error *error)
{
    struct cs_responder *responder = calloc(1, sizeof(*responder));

    node->responder = responder;
    if (responder == NULL)
        return cs_nodes_no_memory(error);
    responder->node = node;
    responder->line.due = on_due;
    responder->line.note = on_note;
    responder->line.ctx = responder;
    responder->line.what = "replies";
    responder->state = calloc((size_t)node->def->n_rules + 1, sizeof(*responder->state));
    if (responder->state == NULL ||
        cs_delay_open(&responder->line, node->all->sim, (unsigned)node->def->waiting) != 0)
        return cs_nodes_no_memory(error);
    return 0;
}

void cs_nodes_responder_close(struct cs_nodes_node *node)
{
    if (node->responder == NULL)
        return;
    cs_delay_close(&node->responder->line);
    free(node->responder->state);
    free(node->responder);
    node->responder = NULL;
}

void cs_nodes_responder_start(struct cs_nodes_node *node)
{
    memset(node->responder->state, 0, node->def->n_rules * sizeof(*node->responder->state));
}

void cs_nodes_responder_stop(struct cs_nodes_node *node)
{
    cs_delay_clear(&node->responder->line);
}
