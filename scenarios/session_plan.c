/* SPDX-License-Identifier: MIT */
/* session_plan.c - see session_plan.h. All texts are made when the scenario is first looked at;
 * after that a look costs what has changed, and a glance at what waits. */
#include "scenarios/session_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect.h"
#include "scenarios/expect_def.h"
#include "scenarios/nodes.h"
#include "scenarios/places.h"

/* ---- its rows -------------------------------------------------------------------------------- */

static void set_json(struct cs_plan_row *row, const cJSON *item)
{
    char *text = item ? cJSON_Print(item) : NULL;

    cs_plan_set(row, CS_PLAN_JSON, text);
    free(text);
}

static void set_place(const struct cs_scenario *s, struct cs_plan_row *row, const cJSON *item)
{
    struct cs_place place;
    char text[512];

    if (!item || !cs_places_find(s->document.places, item, &place))
        return;
    row->line = !strcmp(place.file, s->file) ? place.line : 0;
    snprintf(text, sizeof text, "%s:%u:%u", place.file, place.line, place.column);
    cs_plan_set(row, CS_PLAN_PLACE, text);
}

static void add_action(struct cs_session *session, struct cs_plan *plan, unsigned i)
{
    const struct cs_scenario *s = cs_session_scenario(session);
    const struct cs_action *action = &s->actions[i];
    const bool moments = cs_when_has_moments(action);
    struct cs_plan_row *row = cs_plan_add(plan, moments ? CS_PLAN_TRIGGER : CS_PLAN_ACTION);
    char text[600];

    if (!row)
        return;
    row->source = i;
    row->at_ps = moments ? -1 : action->at_ps;
    cs_plan_set(row, CS_PLAN_WHO, cs_action_who(s, action, text, sizeof text));
    cs_plan_set(row, CS_PLAN_WHAT, cs_action_words(s, action, text, sizeof text));
    cs_plan_set(row, CS_PLAN_WHEN,
                cs_action_when(action, cs_session_sim(session), text, sizeof text));
    set_place(s, row, action->item);
    if (!row->text[CS_PLAN_PLACE]) {
        cs_action_place(s, action, "", text, sizeof text);
        cs_plan_set(row, CS_PLAN_PLACE, text);
    }
    set_json(row, action->item);
}

static void add_expect(struct cs_session *session, struct cs_plan *plan, unsigned i)
{
    const struct cs_scenario *s = cs_session_scenario(session);
    struct cs_plan_row *row = cs_plan_add(plan, CS_PLAN_EXPECT);
    struct cs_verdict verdict;

    if (!row)
        return;
    cs_expect_verdict(cs_session_expect(session), i, &verdict);
    row->source = i;
    cs_plan_set(row, CS_PLAN_WHO, verdict.name != verdict.expected ? verdict.name : "");
    cs_plan_set(row, CS_PLAN_WHAT, verdict.expected);
    set_place(s, row, s->expects[i].item);
    cs_plan_set(row, CS_PLAN_PLACE, verdict.place);
    set_json(row, s->expects[i].item);
}

static void fill(struct cs_session *session, struct cs_plan *plan)
{
    const struct cs_scenario *s = cs_session_scenario(session);
    const struct cs_expect *expect = cs_session_expect(session);

    plan->filled = plan->changed = true;
    if (!s)
        return;
    snprintf(plan->file, sizeof plan->file, "%s", s->file);
    for (unsigned i = 0; i < s->n_actions; i++)
        if (!cs_when_has_moments(&s->actions[i]))
            add_action(session, plan, i);
    for (unsigned i = 0; expect && i < cs_expect_count(expect); i++)
        add_expect(session, plan, i);
    for (unsigned i = 0; i < s->n_actions; i++)
        if (cs_when_has_moments(&s->actions[i]))
            add_action(session, plan, i);
    for (unsigned i = 0; i < s->n_variables; i++) {
        struct cs_plan_row *row = cs_plan_add(plan, CS_PLAN_VARIABLE);
        if (!row)
            continue;
        row->source = i;
        cs_plan_set(row, CS_PLAN_WHO, s->variables[i]);
    }
}

/* ---- how far it has come --------------------------------------------------------------------- */

static void note_change(struct cs_plan *plan, struct cs_plan_row *row,
                        const struct cs_plan_row *was)
{
    if (row->state == was->state && row->count == was->count && row->fault == was->fault &&
        row->at_ps == was->at_ps && row->until_ps == was->until_ps && row->pending == was->pending)
        return;
    row->version = plan->version + 1;
    plan->changed = true;
}

/* Actions are in the order of their times: those that are over need no further look. */
static void look_at_actions(const struct cs_nodes *nodes, struct cs_plan *plan)
{
    for (; plan->past < plan->count[CS_PLAN_ACTION]; plan->past++) {
        struct cs_plan_row *row = cs_plan_at(plan, CS_PLAN_ACTION, plan->past);
        const struct cs_plan_row was = *row;
        struct cs_action_seen seen;

        cs_nodes_seen(nodes, row->source, &seen);
        if (!seen.over)
            return;
        row->count = seen.done;
        row->fault = seen.fault;
        row->state = seen.done > 0 ? CS_PLAN_DONE : CS_PLAN_SKIPPED;
        note_change(plan, row, &was);
    }
}

static void look_at_triggers(const struct cs_nodes *nodes, struct cs_plan *plan)
{
    for (unsigned i = 0; i < plan->count[CS_PLAN_TRIGGER]; i++) {
        struct cs_plan_row *row = cs_plan_at(plan, CS_PLAN_TRIGGER, i);
        const struct cs_plan_row was = *row;
        struct cs_action_seen seen;

        if (row->state == CS_PLAN_DONE)
            continue;
        cs_nodes_seen(nodes, row->source, &seen);
        row->count = seen.done;
        row->fault = seen.fault;
        row->at_ps = seen.next_ps == CS_NEVER ? -1 : seen.next_ps;
        row->state = seen.over ? CS_PLAN_DONE : CS_PLAN_WAITS;
        note_change(plan, row, &was);
    }
}

static void look_at_expects(const struct cs_scenario *s, const struct cs_expect *expect,
                            struct cs_plan *plan)
{
    for (unsigned i = 0; i < plan->count[CS_PLAN_EXPECT]; i++) {
        struct cs_plan_row *row = cs_plan_at(plan, CS_PLAN_EXPECT, i);
        const struct cs_plan_row was = *row;
        struct cs_verdict verdict;

        if (row->state != CS_PLAN_WAITS)
            continue;
        cs_expect_verdict(expect, row->source, &verdict);
        row->pending = verdict.window_from_ps >= 0;
        if (row->pending && s->expects[row->source].within_ps >= 0)
            row->until_ps = verdict.window_from_ps + s->expects[row->source].within_ps;
        if (verdict.decided) {
            row->state = verdict.passed ? CS_PLAN_HELD : CS_PLAN_FAILED;
            row->at_ps = verdict.at_ps;
            cs_plan_set(row, CS_PLAN_SEEN, verdict.seen);
            *(verdict.passed ? &plan->held : &plan->failed) += 1;
        }
        note_change(plan, row, &was);
    }
}

static void look_at_variables(const struct cs_nodes *nodes, struct cs_plan *plan)
{
    for (unsigned i = 0; i < plan->count[CS_PLAN_VARIABLE]; i++) {
        struct cs_plan_row *row = cs_plan_at(plan, CS_PLAN_VARIABLE, i);
        const struct cs_plan_row was = *row;

        row->count = cs_nodes_variable(nodes, row->source);
        note_change(plan, row, &was);
    }
}

static void look_at_all(struct cs_session *session, const struct cs_nodes *nodes,
                        struct cs_plan *plan)
{
    look_at_actions(nodes, plan);
    look_at_triggers(nodes, plan);
    look_at_expects(cs_session_scenario(session), cs_session_expect(session), plan);
    look_at_variables(nodes, plan);
}

void cs_session_plan(struct cs_session *session, struct cs_plan *plan)
{
    const struct cs_nodes *nodes = cs_session_nodes(session);

    if (!plan->filled)
        fill(session, plan);
    if (nodes)
        look_at_all(session, nodes, plan);
    plan->version += plan->changed;
    plan->changed = false;
}
