/* SPDX-License-Identifier: MIT */
/* Faults among the actions: those from the start, and what is cleared. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

/* ---- faults --------------------------------------------------------------------------------- */

static struct cs_action *new_fault(struct cs_scenario *scenario, unsigned order)
{
    struct cs_scenario_fault *fault = calloc(1, sizeof(*fault));

    if (fault == NULL)
        return NULL;
    struct cs_action *action = &scenario->actions[scenario->n_actions++];
    action->kind = CS_ACTION_FAULT;
    action->node = action->device = action->program = -1;
    action->late = action->amid = -1;
    action->at_start = true;
    action->order = order;
    action->fault = fault;
    return action;
}

int cs_scenario_read_faults(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0;
    unsigned order = 0;

    (void)dest;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > CS_FAULT_MAX * CS_SIM_MAX_BUSES)
        return cs_reader_must_be(r, item, "an array of at most %d faults",
                                 CS_FAULT_MAX * CS_SIM_MAX_BUSES);
    if (cs_actions_make_room(scenario, (unsigned)cJSON_GetArraySize(item)) != 0)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, order);
        struct cs_action *action = new_fault(scenario, order++);
        if (action == NULL)
            return cs_reader_no_memory(r);
        if (cs_scenario_read_fault(r, child, action->fault) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

int cs_scenario_add_faults(struct cs_scenario *scenario, const char *const *texts, unsigned n,
                           struct cs_error *error)
{
    char why[300];

    if (n == 0)
        return 0;
    if (cs_actions_make_room(scenario, n) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", scenario->file);
    for (unsigned i = 0; i < n; i++) {
        struct cs_action *action = new_fault(scenario, i);
        if (action == NULL)
            return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory",
                                scenario->file);
        action->option = texts[i];
        if (cs_scenario_read_fault_text(scenario, texts[i], action->fault, why, sizeof(why)) != 0)
            return cs_error_set(error, CS_STATUS_INPUT, "--fault \"%s\": %s", texts[i], why);
    }
    qsort(scenario->actions, scenario->n_actions, sizeof(*scenario->actions), cs_action_by_time);
    return cs_scenario_try_faults(scenario, error);
}

bool cs_action_clears(const struct cs_action *action, unsigned bus,
                      const struct cs_fault_spec *spec)
{
    if (action->have_bus && action->bus != bus)
        return false;
    return action->label == NULL || strcmp(action->label, spec->label) == 0;
}

static bool is_cleared(const struct cs_action *action, const struct cs_action *other)
{
    if (other->kind == CS_ACTION_FAULT)
        return cs_action_clears(action, other->fault->bus, &other->fault->spec);
    for (unsigned i = 0; other->group != NULL && i < other->group->n; i++) {
        if (is_cleared(action, &other->group->action[i]))
            return true;
    }
    return false;
}

/* A label that no fault has would clear nothing. */
static int check_label(struct cs_reader *r, const struct cs_scenario *scenario,
                       const struct cs_action *action)
{
    char text[200];

    for (unsigned i = 0; i < scenario->n_actions; i++) {
        if (is_cleared(action, &scenario->actions[i]))
            return 0;
    }
    if (action->label == NULL || action->clear_id > 0)
        return 0;
    cs_reader_enter(r, "timeline");
    cs_reader_enter_index(r, action->order);
    snprintf(text, sizeof(text),
             "must be \"all\" or the label of a fault of this scenario, got \"%.60s\"",
             action->label);
    return cs_scenario_fail_at(r, "clear", text);
}

int cs_scenario_finish_timeline(struct cs_reader *r, struct cs_scenario *scenario)
{
    for (unsigned i = 0; i < scenario->n_actions; i++) {
        if (scenario->actions[i].kind == CS_ACTION_CLEAR &&
            check_label(r, scenario, &scenario->actions[i]) != 0)
            return -1;
    }
    if (scenario->n_actions > 0)
        qsort(scenario->actions, scenario->n_actions, sizeof(*scenario->actions),
              cs_action_by_time);
    return cs_scenario_try_faults(scenario, r->error);
}

void cs_scenario_free_action(struct cs_action *action)
{
    free(action->frames.frame);
    free(action->fault);
    free(action->timing);
    free(action->filters);
    cs_when_free(action);
}
