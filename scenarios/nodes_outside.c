/* SPDX-License-Identifier: MIT */
/* Actions as if from outside, as a recording has them: after all that happens at their instant, or
 * from within a callback of the node's controller. Invariant: each is done where the one that was
 * recorded was done, for the same call does not come to the same elsewhere. */
#include "scenarios/nodes_internal.h"
#include "simcore/tap.h"

void cs_act_abort(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) > 0)
        cs_bus_abort(port->bus, port->index, action->cookie);
}

void cs_act_remove(struct cs_nodes *nodes, const struct cs_action *action)
{
    const struct cs_nodes_node *node = &nodes->node[action->node];

    if (node->index != CS_NO_NODE)
        cs_bus_remove(node->bus, node->index);
}

void cs_act_freeze(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) > 0)
        cs_bus_freeze(port->bus, port->index);
}

void cs_act_set_filters(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) > 0)
        cs_bus_set_filters(port->bus, port->index, action->filters->filter, action->filters->n);
}

void cs_act_lost(struct cs_nodes *nodes, const struct cs_action *action)
{
    const struct cs_nodes_node *node = &nodes->node[action->node];
    const struct cs_event event = {
        .kind = CS_EV_LOST,
        .bus = (uint16_t)node->def->bus,
        .node = (int16_t)node->index,
        .n_bits = (uint16_t)action->lost,
    };

    cs_sim_publish(nodes->sim, &event);
}

/* ---- when all else of an instant has happened ------------------------------------------------ */

static void run_late(void *ctx);

static const struct cs_action *next_late(struct cs_nodes *nodes)
{
    const struct cs_scenario *s = nodes->scenario;

    while (nodes->next_late < s->n_actions && s->actions[nodes->next_late].late < 0)
        nodes->next_late++;
    return nodes->next_late < s->n_actions ? &s->actions[nodes->next_late] : NULL;
}

/* All of one time and number; those of the next number follow when what comes of these is over. */
static void run_late(void *ctx)
{
    struct cs_nodes *nodes = ctx;
    const struct cs_action *first = next_late(nodes), *action = first;

    for (; action != NULL && action->at_ps == first->at_ps && action->late == first->late;
         action = next_late(nodes)) {
        nodes->next_late++;
        cs_nodes_act(nodes, action);
    }
    if (action != NULL)
        cs_sim_set_late(nodes->sim, action->at_ps, run_late, nodes);
}

/* ---- among timers -----------------------------------------------------------------------------
 */

static void run_amid(void *ctx);

static void wait_amid(struct cs_nodes *nodes)
{
    const struct cs_scenario *s = nodes->scenario;
    const struct cs_action *action;

    while (nodes->next_amid < s->n_actions && s->actions[nodes->next_amid].amid < 0)
        nodes->next_amid++;
    if (nodes->next_amid == s->n_actions)
        return;
    action = &s->actions[nodes->next_amid];
    cs_sim_set_amid(nodes->sim, action->at_ps, (uint64_t)action->amid, run_amid, nodes);
}

static void run_amid(void *ctx)
{
    struct cs_nodes *nodes = ctx;

    cs_nodes_act(nodes, &nodes->scenario->actions[nodes->next_amid++]);
    wait_amid(nodes);
}

void cs_outside_start(struct cs_nodes *nodes)
{
    const struct cs_action *action = next_late(nodes);

    if (action != NULL && action->late == 0)
        run_late(nodes);
    else if (action != NULL)
        cs_sim_set_late(nodes->sim, action->at_ps, run_late, nodes);
    wait_amid(nodes);
}

/* ---- from within callbacks ------------------------------------------------------------------- */

static void react(struct cs_nodes_node *node)
{
    struct cs_nodes *nodes = node->all;
    const struct cs_scenario *s = nodes->scenario;
    const int64_t now = cs_sim_now_ps(nodes->sim);
    const uint32_t turn = ++node->turns;
    const int index = (int)(node - nodes->node);

    for (; node->next_reaction < s->n_actions; node->next_reaction++) {
        const struct cs_action *action = &s->actions[node->next_reaction];
        if (action->at_ps > now)
            return;
        if (action->turn == 0 || action->node != index || action->at_ps < now)
            continue;
        if (action->turn > turn)
            return;
        node->next_reaction++;
        if (action->turn == turn)
            cs_nodes_act(nodes, action);
        node->next_reaction--;
    }
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    (void)rx;
    react(ctx);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    (void)event;
    react(ctx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    (void)done;
    react(ctx);
}

const struct cs_controller_ops cs_outside_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = cs_nodes_on_detached,
};
