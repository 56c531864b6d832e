/* SPDX-License-Identifier: MIT */
#include "scenarios/nodes_internal.h"

static void send_frames(struct cs_nodes *nodes, const struct cs_action *action)
{
    for (unsigned i = 0; i < action->frames.n; i++)
        cs_nodes_submit(&nodes->node[action->node], &action->frames.frame[i]);
}

static void note(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_event event = {
        .kind = CS_EV_NOTE,
        .bus = (uint16_t)action->bus,
        .node = CS_NO_NODE,
        .text = action->note,
    };

    cs_sim_publish(nodes->sim, &event);
}

static void attach(struct cs_nodes *nodes, const struct cs_action *action)
{
    cs_nodes_attach(nodes, (unsigned)action->node);
}

static void detach(struct cs_nodes *nodes, const struct cs_action *action)
{
    cs_nodes_detach(nodes, (unsigned)action->node);
}

static void set_mode(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_node *node = &nodes->node[action->node];

    if (node->index != CS_NO_NODE)
        cs_bus_set_mode(node->bus, node->index, action->mode);
}

static void recover(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_node *node = &nodes->node[action->node];

    if (node->index != CS_NO_NODE)
        cs_bus_recover(node->bus, node->index);
}

static void set_counters(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_node *node = &nodes->node[action->node];

    if (node->index != CS_NO_NODE)
        cs_bus_set_counters(node->bus, node->index, (unsigned)action->tec, (unsigned)action->rec);
}

static void (*const act[])(struct cs_nodes *nodes, const struct cs_action *action) = {
    [CS_ACTION_SEND] = send_frames,      [CS_ACTION_NOTE] = note,     [CS_ACTION_ATTACH] = attach,
    [CS_ACTION_DETACH] = detach,         [CS_ACTION_MODE] = set_mode, [CS_ACTION_RECOVER] = recover,
    [CS_ACTION_COUNTERS] = set_counters,
};

static void on_time(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes *nodes = ctx;
    const struct cs_scenario *scenario = nodes->scenario;
    int64_t now = cs_sim_now_ps(nodes->sim);

    while (nodes->next_action < scenario->n_actions &&
           scenario->actions[nodes->next_action].at_ps <= now) {
        const struct cs_action *action = &scenario->actions[nodes->next_action++];
        act[action->kind](nodes, action);
    }
    if (nodes->next_action < scenario->n_actions)
        cs_timer_start(nodes->sim, timer, scenario->actions[nodes->next_action].at_ps);
}

void cs_timeline_start(struct cs_nodes *nodes)
{
    nodes->timeline.fn = on_time;
    nodes->timeline.ctx = nodes;
    if (nodes->scenario->n_actions > 0)
        cs_timer_start(nodes->sim, &nodes->timeline, nodes->scenario->actions[0].at_ps);
}
