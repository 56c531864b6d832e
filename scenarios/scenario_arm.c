/* SPDX-License-Identifier: MIT */
/* All faults of a scenario armed on buses that never run, in the order of the timeline: what
 * contradicts something that is certainly still armed is told before anything starts. What ends by
 * a frame, a state or chance counts as over as soon as time has passed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define MAX_ARMED (CS_FAULT_MAX * CS_SIM_MAX_BUSES)

struct armed {
    const struct cs_action *action;
    int id;
    int64_t end_ps; /* certainly armed before it */
};

struct trial {
    const struct cs_scenario *scenario;
    struct cs_sim *sim;
    struct armed armed[MAX_ARMED];
    unsigned n;
};

void cs_action_place(const struct cs_scenario *scenario, const struct cs_action *action,
                     const char *key, char *text, size_t size)
{
    if (action->guest != NULL)
        snprintf(text, size, "%s: /guests/%s/script/%u/do/%s", scenario->file, action->guest,
                 action->order, key);
    else if (action->option != NULL)
        snprintf(text, size, "--fault \"%s\"", action->option);
    else if (action->at_start)
        snprintf(text, size, "%s: /faults/%u", scenario->file, action->order);
    else
        snprintf(text, size, "%s: /timeline/%u/%s", scenario->file, action->order, key);
}

/* Kinds that act from when they begin until `for` is over, whatever is sent. */
static bool lasts(const struct cs_fault_spec *spec)
{
    return spec->kind == CS_FAULT_NOISE || spec->kind == CS_FAULT_RINGING ||
           (spec->kind >= CS_FAULT_SHORT && spec->kind <= CS_FAULT_BABBLE &&
            spec->kind != CS_FAULT_RESET);
}

static int64_t certain_end(const struct cs_action *action)
{
    const struct cs_fault_spec *spec = &action->fault->spec;
    const struct cs_fault_trigger *t = &spec->trigger;

    if (!lasts(spec) || t->frame || t->state_node[0] != '\0' || t->probability_ppm < 1000000)
        return action->at_ps + 1;
    return spec->for_ps > 0 ? action->at_ps + t->after_ps + spec->for_ps : CS_NEVER;
}

static void attach(struct trial *trial, const struct cs_scenario_node *node)
{
    struct cs_bus *bus = cs_sim_bus(trial->sim, node->bus);
    const struct cs_controller_config second = {.name = node->name, .via = "trial"};
    struct cs_controller_config config = {
        .name = node->name,
        .via = "trial",
        .timing = node->type == CS_NODE_ATTACHED ? NULL : &node->timing.timing,
        .fd = (enum cs_fd)node->fd,
        .delay_ps = node->delay_ps,
        .cable_ps = node->cable_ps,
        .mode = node->mode,
    };

    if (cs_bus_find_node(bus, node->name) < 0)
        cs_bus_attach(bus, &config);
    if (node->type == CS_NODE_GATEWAY &&
        cs_bus_find_node(cs_sim_bus(trial->sim, node->to), node->name) < 0)
        cs_bus_attach(cs_sim_bus(trial->sim, node->to), &second);
}

/* The controllers of a device or guest. */
static void attach_ports(struct trial *trial, const char *name, const unsigned *bus, unsigned n)
{
    char port[CS_NAME_MAX];
    struct cs_controller_config config = {.name = port, .via = "trial"};

    for (unsigned i = 0; i < n; i++) {
        struct cs_bus *at = cs_sim_bus(trial->sim, bus[i]);
        if (cs_bus_find_node(at, cs_scenario_port_name(name, n, i, port)) < 0)
            cs_bus_attach(at, &config);
    }
}

static void detach(struct trial *trial, const struct cs_scenario_node *node)
{
    for (unsigned i = 0; i < trial->scenario->n_buses; i++) {
        struct cs_bus *bus = cs_sim_bus(trial->sim, i);
        int index = cs_scenario_node_on(node, i) ? cs_bus_find_node(bus, node->name) : -1;
        if (index >= 0)
            cs_bus_detach(bus, index);
    }
}

/* Take back what `over` says. */
static void clear(struct trial *trial,
                  bool (*over)(const struct armed *a, const struct cs_action *by),
                  const struct cs_action *by)
{
    unsigned left = 0;

    for (unsigned i = 0; i < trial->n; i++) {
        const struct armed *a = &trial->armed[i];
        if (over(a, by))
            cs_fault_clear(cs_sim_bus(trial->sim, a->action->fault->bus), a->id);
        else
            trial->armed[left++] = *a;
    }
    trial->n = left;
}

static bool over_in_time(const struct armed *a, const struct cs_action *by)
{
    return a->end_ps <= by->at_ps;
}

static bool over_by_clearing(const struct armed *a, const struct cs_action *by)
{
    return cs_action_clears(by, a->action->fault->bus, &a->action->fault->spec);
}

/* What is in the way of `action`: the one without which it could be armed. The trial ends here. */
static const struct cs_action *opponent(struct trial *trial, const struct cs_action *action)
{
    struct cs_bus *bus = cs_sim_bus(trial->sim, action->fault->bus);
    char why[300];

    for (unsigned i = 0; i < trial->n; i++) {
        const struct armed *a = &trial->armed[i];
        if (a->action->fault->bus != action->fault->bus)
            continue;
        cs_fault_clear(bus, a->id);
        if (cs_fault_arm(bus, &action->fault->spec, why, sizeof(why)) > 0)
            return a->action;
    }
    return NULL;
}

static int arm(struct trial *trial, const struct cs_action *action, struct cs_error *error)
{
    char why[300] = "", place[CS_FAULT_TEXT_MAX + 300], other[CS_FAULT_TEXT_MAX + 300];
    const struct cs_action *by = NULL;
    int id = cs_fault_arm(cs_sim_bus(trial->sim, action->fault->bus), &action->fault->spec, why,
                          sizeof(why));

    if (id > 0 && trial->n < MAX_ARMED) {
        trial->armed[trial->n++] = (struct armed){action, id, certain_end(action)};
        return 0;
    }
    cs_action_place(trial->scenario, action, "fault", place, sizeof(place));
    if (id == -EBUSY && (by = opponent(trial, action)) != NULL) {
        cs_action_place(trial->scenario, by, "fault", other, sizeof(other));
        return cs_error_set(error, CS_STATUS_INPUT, "%s: %s, which is %s", place, why, other);
    }
    return cs_error_set(error, CS_STATUS_INPUT, "%s: %s", place,
                        id == -ENOSPC ? "must be one of at most 64 faults that are armed at a time"
                                      : why);
}

/* Recorded: who knows when it is there. */
static bool comes_late(const struct cs_scenario *s, int node)
{
    for (unsigned i = 0; s->nodes[node].as != NULL && i < s->n_actions; i++) {
        if (s->actions[i].kind == CS_ACTION_ATTACH && s->actions[i].node == node)
            return true;
    }
    return false;
}

static int try_all(struct trial *trial, struct cs_error *error)
{
    const struct cs_scenario *s = trial->scenario;

    for (unsigned i = 0; i < s->n_buses; i++) {
        struct cs_bus_config bus = {
            .name = s->buses[i].name,
            .fd = s->buses[i].fd,
            .timing = &s->buses[i].timing.timing,
        };
        cs_sim_add_bus(trial->sim, &bus);
    }
    for (unsigned i = 0; i < s->n_nodes; i++) {
        if (!s->nodes[i].absent || comes_late(s, (int)i))
            attach(trial, &s->nodes[i]);
    }
    for (unsigned i = 0; i < s->n_devices; i++)
        attach_ports(trial, s->devices[i].name, s->devices[i].bus, s->devices[i].n_buses);
    for (unsigned i = 0; i < s->n_guests; i++)
        attach_ports(trial, s->guests[i].name, s->guests[i].bus, s->guests[i].n_buses);
    for (unsigned i = 0; i < s->n_programs * s->n_buses; i++) {
        const unsigned bus = i % s->n_buses;
        attach_ports(trial, s->programs[i / s->n_buses].name, &bus, 1);
    }
    for (unsigned i = 0; i < s->n_actions; i++) {
        const struct cs_action *action = &s->actions[i];
        if (action->late >= 0 || cs_when_has_moments(action))
            continue;
        clear(trial, over_in_time, action);
        if (action->node >= 0 &&
            (action->kind == CS_ACTION_ATTACH || action->kind == CS_ACTION_START))
            attach(trial, &s->nodes[action->node]);
        else if (action->node >= 0 &&
                 (action->kind == CS_ACTION_DETACH || action->kind == CS_ACTION_STOP))
            detach(trial, &s->nodes[action->node]);
        else if (action->kind == CS_ACTION_CLEAR)
            clear(trial, over_by_clearing, action);
        else if (action->kind == CS_ACTION_FAULT && arm(trial, action, error) != 0)
            return -1;
    }
    return 0;
}

int cs_scenario_try_faults(const struct cs_scenario *scenario, struct cs_error *error)
{
    struct trial *trial = NULL;
    bool any = false;

    for (unsigned i = 0; i < scenario->n_actions; i++)
        any |= scenario->actions[i].kind == CS_ACTION_FAULT;
    if (!any)
        return 0;
    trial = calloc(1, sizeof(*trial));
    if (trial == NULL || (trial->sim = cs_sim_create(1)) == NULL) {
        free(trial);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", scenario->file);
    }
    trial->scenario = scenario;
    int ret = try_all(trial, error);
    cs_sim_destroy(trial->sim);
    free(trial);
    return ret;
}
