/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "scenarios/nodes_internal.h"

unsigned cs_nodes_ports(struct cs_nodes *nodes, const struct cs_action *action, bool all,
                        struct cs_nodes_port ports[2])
{
    const struct cs_nodes_node *node = &nodes->node[action->node];
    const bool second = action->have_bus && node->gateway != NULL && action->bus == node->def->to;
    unsigned n = 0;

    if (node->index != CS_NO_NODE && !second)
        ports[n++] = (struct cs_nodes_port){node->bus, node->index, 0};
    if ((second || (all && !action->have_bus)) &&
        cs_nodes_gateway_port(node, &ports[n].bus, &ports[n].index))
        ports[n++].which = 1;
    return n;
}

static void send_frames(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_node *node = &nodes->node[action->node];
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) == 0 || (node->leaving && !action->have_cookie))
        return;
    for (unsigned i = 0; i < action->frames.n; i++) {
        uint64_t cookie = action->cookie;
        if (!action->have_cookie)
            cookie = node->plugin != NULL ? 0 : ++node->cookie;
        cs_bus_submit(port->bus, port->index, &action->frames.frame[i], cookie);
    }
}

static void publish(struct cs_nodes *nodes, const struct cs_action *action, const char *text)
{
    struct cs_event event = {
        .kind = CS_EV_NOTE,
        .bus = (uint16_t)action->bus,
        .node = CS_NO_NODE,
        .text = text,
    };

    cs_sim_publish(nodes->sim, &event);
}

static void note(struct cs_nodes *nodes, const struct cs_action *action)
{
    publish(nodes, action, action->note);
}

/* Events are the same whether somebody is there to look or not. */
static void pause_run(struct cs_nodes *nodes, const struct cs_action *action)
{
    char text[CS_NOTE_MAX + 10];

    snprintf(text, sizeof(text), "pause%s%s", action->note != NULL ? ": " : "",
             action->note != NULL ? action->note : "");
    publish(nodes, action, text);
    if (nodes->pause != NULL)
        nodes->pause(nodes->pause_ctx, action->note);
}

static void attach(struct cs_nodes *nodes, const struct cs_action *action)
{
    cs_nodes_attach(nodes, (unsigned)action->node);
}

static void detach(struct cs_nodes *nodes, const struct cs_action *action)
{
    cs_nodes_detach(nodes, (unsigned)action->node);
}

static void start_node(struct cs_nodes *nodes, const struct cs_action *action)
{
    cs_nodes_start_node(nodes, (unsigned)action->node);
}

static void set_mode(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];
    const unsigned n = cs_nodes_ports(nodes, action, true, port);

    for (unsigned i = 0; i < n; i++)
        cs_bus_set_mode(port[i].bus, port[i].index, action->mode);
}

static void recover(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];
    const unsigned n = cs_nodes_ports(nodes, action, true, port);

    for (unsigned i = 0; i < n; i++)
        cs_bus_recover(port[i].bus, port[i].index);
}

static void set_counters(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) > 0)
        cs_bus_set_counters(port->bus, port->index, (unsigned)action->tec, (unsigned)action->rec);
}

static void failed(struct cs_nodes *nodes, const struct cs_action *action, const char *why)
{
    char place[CS_FAULT_TEXT_MAX + 300], text[CS_FAULT_TEXT_MAX + 700];
    const char *key = action->kind == CS_ACTION_COMMAND ? "command" : "fault";

    cs_action_place(nodes->scenario, action, key, place, sizeof(place));
    snprintf(text, sizeof(text), "%s: %s", place, why);
    if (nodes->failed != NULL)
        nodes->failed(nodes->failed_ctx, text);
}

static void arm_fault(struct cs_nodes *nodes, const struct cs_action *action)
{
    char why[300] = "";
    struct cs_bus *bus = cs_sim_bus(nodes->sim, action->fault->bus);

    int id = cs_fault_arm(bus, &action->fault->spec, why, sizeof(why));
    if (id == -ENOSPC)
        snprintf(why, sizeof(why), "must be one of at most %d faults that are armed at a time",
                 CS_FAULT_MAX);
    struct cs_nodes_past *past = cs_nodes_past_of(nodes, action);
    if (id < 0)
        failed(nodes, action, why);
    else if (past != NULL)
        past->fault = id;
}

static void clear_faults(struct cs_nodes *nodes, const struct cs_action *action)
{
    for (unsigned i = 0; i < cs_sim_bus_count(nodes->sim); i++) {
        struct cs_bus *bus = cs_sim_bus(nodes->sim, i);
        struct cs_fault_status status;
        unsigned at = 0;

        if (action->clear_id > 0) {
            cs_fault_clear(bus, action->clear_id); /* unique in the sim */
            continue;
        }
        if (action->late >= 0 && action->label == NULL && action->have_bus) {
            if (i == action->bus)
                cs_fault_clear_all(bus);
            continue;
        }

        while (cs_fault_look(bus, at, &status)) {
            if (!cs_action_clears(action, i, &status.spec) || cs_fault_clear(bus, status.id) != 0)
                at++;
        }
    }
}

/* "bitrate" replaces the nominal bit alone; both leave the drift of the clock as it is. */
int cs_nodes_set_bitrate(struct cs_bus *bus, int index, uint32_t bitrate_bps)
{
    struct cs_node_status status;

    if (index == CS_NO_NODE || cs_bus_node_status(bus, index, &status) != 0)
        return -ENETDOWN;
    struct cs_timing timing = status.timing;
    cs_bit_timing_fill(&timing.nominal, bitrate_bps, CS_SAMPLE_DFLT, 0);
    if (cs_bit_timing_bitrate(&timing.data) < bitrate_bps)
        timing.data = (struct cs_bit_timing){0};
    return cs_bus_set_timing(bus, index, &timing);
}

static void set_timing(struct cs_nodes *nodes, const struct cs_action *action)
{
    const struct cs_scenario_timing *t = action->timing;
    struct cs_node_status status;
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) == 0)
        return;
    if (!t->have_full) {
        cs_nodes_set_bitrate(port->bus, port->index, t->bitrate_bps);
        return;
    }
    if (cs_bus_node_status(port->bus, port->index, &status) != 0)
        return;
    struct cs_timing timing = t->full;
    timing.drift_ppb = action->have_drift ? action->drift_ppb : status.timing.drift_ppb;
    cs_bus_set_timing(port->bus, port->index, &timing);
}

static void tell(struct cs_nodes *nodes, const struct cs_action *action)
{
    char why[400] = "";

    if (cs_node_plugin_command(&nodes->node[action->node], action->command, why, sizeof(why)) != 0)
        failed(nodes, action, why);
}

static void reset(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];
    const unsigned n = cs_nodes_ports(nodes, action, true, port);

    for (unsigned i = 0; i < n; i++)
        cs_bus_reset(port[i].bus, port[i].index);
}

/* What a device or a program does then is its own doing. False: it is about neither. */
static bool act_outside(struct cs_nodes *nodes, const struct cs_action *action)
{
    if (action->program >= 0 && nodes->program != NULL)
        nodes->program(nodes->program_ctx, action);
    if (action->device >= 0 && nodes->plug != NULL)
        nodes->plug(nodes->plug_ctx, (unsigned)action->device, action->kind == CS_ACTION_PLUG);
    return action->device >= 0 || action->program >= 0;
}

/* A fault like any other: it is seen in the stream, and clearing "all" ends it as well. */
static void unplug(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_fault_spec spec;
    struct cs_nodes_port port[2];
    char why[300];

    if (cs_nodes_ports(nodes, action, false, port) == 0 ||
        cs_fault_begin(&spec, "unplug", why, sizeof(why)) != 0 ||
        cs_fault_set(&spec, "node", cs_bus_node_name(port->bus, port->index), why, sizeof(why)) !=
            0 ||
        cs_fault_finish(&spec, why, sizeof(why)) != 0)
        return;
    int id = cs_fault_arm(port->bus, &spec, why, sizeof(why));
    if (id > 0)
        nodes->node[action->node].unplugged[port->which] = id;
    else if (id != -EBUSY) /* unplugged already */
        failed(nodes, action, why);
}

static void plug(struct cs_nodes *nodes, const struct cs_action *action)
{
    struct cs_nodes_port port[2];

    if (cs_nodes_ports(nodes, action, false, port) == 0)
        return;
    int *unplugged = &nodes->node[action->node].unplugged[port->which];
    if (*unplugged > 0)
        cs_fault_clear(port->bus, *unplugged);
    *unplugged = 0;
}

static void (*const act[])(struct cs_nodes *nodes, const struct cs_action *action) = {
    [CS_ACTION_SEND] = send_frames,      [CS_ACTION_NOTE] = note,
    [CS_ACTION_ATTACH] = attach,         [CS_ACTION_DETACH] = detach,
    [CS_ACTION_MODE] = set_mode,         [CS_ACTION_RECOVER] = recover,
    [CS_ACTION_COUNTERS] = set_counters, [CS_ACTION_FAULT] = arm_fault,
    [CS_ACTION_CLEAR] = clear_faults,    [CS_ACTION_TIMING] = set_timing,
    [CS_ACTION_RESET] = reset,           [CS_ACTION_PLUG] = plug,
    [CS_ACTION_UNPLUG] = unplug,         [CS_ACTION_COMMAND] = tell,
    [CS_ACTION_ABORT] = cs_act_abort,    [CS_ACTION_REMOVE] = cs_act_remove,
    [CS_ACTION_FREEZE] = cs_act_freeze,  [CS_ACTION_FILTERS] = cs_act_set_filters,
    [CS_ACTION_LOST] = cs_act_lost,      [CS_ACTION_SET] = cs_act_set,
    [CS_ACTION_GROUP] = cs_act_group,    [CS_ACTION_START] = start_node,
    [CS_ACTION_STOP] = detach,           [CS_ACTION_PAUSE] = pause_run,
};

void cs_nodes_act(struct cs_nodes *nodes, const struct cs_action *action)
{
    if (action->when != NULL && action->when->n_tests > 0 && !cs_when_has_moments(action) &&
        !cs_when_holds(nodes, action->when))
        return;
    struct cs_nodes_past *past = cs_nodes_past_of(nodes, action);
    if (past != NULL)
        past->done++;
    if (act_outside(nodes, action))
        return;
    nodes->acting++;
    act[action->kind](nodes, action);
    nodes->acting--;
}

void cs_nodes_do(struct cs_nodes *nodes, const struct cs_action *action)
{
    if (act_outside(nodes, action))
        return;
    if (nodes->doing != NULL)
        nodes->doing(nodes->doing_ctx, action);
    cs_nodes_act(nodes, action);
}

bool cs_nodes_acting(const struct cs_nodes *nodes)
{
    return nodes->acting > 0;
}

/* Those that come in their own way. */
static void skip_others(struct cs_nodes *nodes)
{
    const struct cs_scenario *s = nodes->scenario;

    while (nodes->next_action < s->n_actions &&
           (cs_action_has_place(&s->actions[nodes->next_action]) ||
            cs_when_has_moments(&s->actions[nodes->next_action])))
        nodes->next_action++;
}

static void on_time(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes *nodes = ctx;
    const struct cs_scenario *scenario = nodes->scenario;
    int64_t now = cs_sim_now_ps(nodes->sim);

    while (nodes->next_action < scenario->n_actions &&
           scenario->actions[nodes->next_action].at_ps <= now) {
        const struct cs_action *action = &scenario->actions[nodes->next_action++];
        cs_nodes_act(nodes, action);
        skip_others(nodes);
    }
    if (nodes->next_action < scenario->n_actions)
        cs_timer_start(nodes->sim, timer, scenario->actions[nodes->next_action].at_ps);
}

static void on_start(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes *nodes = ctx;
    const struct cs_scenario *scenario = nodes->scenario;

    (void)timer;
    for (unsigned i = 0; i < scenario->n_actions && scenario->actions[i].at_start; i++)
        cs_nodes_act(nodes, &scenario->actions[i]);
}

void cs_timeline_faults(struct cs_nodes *nodes)
{
    const struct cs_scenario *scenario = nodes->scenario;

    nodes->start.fn = on_start;
    nodes->start.ctx = nodes;
    while (nodes->next_action < scenario->n_actions &&
           scenario->actions[nodes->next_action].at_start)
        nodes->next_action++;
    if (nodes->next_action > 0)
        cs_timer_start(nodes->sim, &nodes->start, 0);
}

void cs_timeline_start(struct cs_nodes *nodes)
{
    const struct cs_scenario *scenario = nodes->scenario;

    nodes->timeline.fn = on_time;
    nodes->timeline.ctx = nodes;
    skip_others(nodes);
    if (nodes->next_action < scenario->n_actions)
        cs_timer_start(nodes->sim, &nodes->timeline, scenario->actions[nodes->next_action].at_ps);
}
