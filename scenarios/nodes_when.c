/* SPDX-License-Identifier: MIT */
/* Actions that wait for something, or come again. What an event asks for is done by a timer of the
 * same instant: observers do not act. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/nodes_internal.h"

struct cs_moment {
    struct cs_nodes *nodes;
    const struct cs_action *action;
    struct cs_timer timer;
    int64_t done;
    int64_t next_ps;
    uint32_t events; /* that can be "after" or "until" */
    bool begun, over;
    struct cs_trigger_inside after, until;
};

bool cs_when_holds(const struct cs_nodes *nodes, const struct cs_when *when)
{
    for (unsigned i = 0; i < when->n_tests; i++) {
        if (!cs_bounds_hold(&when->tests[i].bounds, nodes->variables[when->tests[i].variable]))
            return false;
    }
    return true;
}

void cs_act_set(struct cs_nodes *nodes, const struct cs_action *action)
{
    int64_t *variable = &nodes->variables[action->set.variable];
    const int64_t next = action->set.value + (action->set.relative ? *variable : 0);
    char text[100];

    *variable = next > CS_VARIABLE_LIMIT ? CS_VARIABLE_LIMIT : next < 0 ? 0 : next;
    snprintf(text, sizeof(text), "%s = %" PRId64, nodes->scenario->variables[action->set.variable],
             *variable);
    const struct cs_event event = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = text};
    cs_sim_publish(nodes->sim, &event);
}

void cs_act_group(struct cs_nodes *nodes, const struct cs_action *action)
{
    const struct cs_group *group = action->group;

    if (group->choose) {
        cs_nodes_act(nodes, &group->action[cs_rng_below(&nodes->draws, group->n)]);
        return;
    }
    for (unsigned i = 0; i < group->n; i++)
        cs_nodes_act(nodes, &group->action[i]);
}

struct cs_nodes_past *cs_nodes_past_of(struct cs_nodes *nodes, const struct cs_action *action)
{
    const uintptr_t first = (uintptr_t)nodes->scenario->actions, at = (uintptr_t)action;

    if (at < first || at >= first + nodes->scenario->n_actions * sizeof(*action))
        return NULL;
    return &nodes->past[(at - first) / sizeof(*action)];
}

void cs_nodes_seen(const struct cs_nodes *nodes, unsigned action, struct cs_action_seen *seen)
{
    const struct cs_action *a = &nodes->scenario->actions[action];

    *seen = (struct cs_action_seen){nodes->past[action].done, nodes->past[action].fault, false,
                                    CS_NEVER};
    if (!cs_when_has_moments(a)) {
        seen->over = a->at_ps < cs_sim_now_ps(nodes->sim) || seen->done > 0;
        seen->next_ps = seen->over ? CS_NEVER : a->at_ps;
        return;
    }
    const struct cs_moment *m = nodes->past[action].moment;
    seen->over = m->over || cs_sim_now_ps(nodes->sim) > a->when->until_ps ||
                 (m->timer.heap_pos == 0 && !a->when->each && (m->begun || seen->done > 0));
    seen->next_ps = m->timer.heap_pos > 0 && !m->over ? m->next_ps : CS_NEVER;
}

int64_t cs_nodes_variable(const struct cs_nodes *nodes, unsigned variable)
{
    return nodes->variables[variable];
}

static void end(struct cs_moment *m)
{
    m->over = true;
    cs_timer_stop(m->nodes->sim, &m->timer);
}

/* Do it now, and tell the timer when it comes again. */
static void on_moment(void *ctx, struct cs_timer *timer)
{
    struct cs_moment *m = ctx;
    const struct cs_when *when = m->action->when;
    const int64_t now = cs_sim_now_ps(m->nodes->sim);

    if (m->over)
        return;
    if (now > when->until_ps) {
        end(m);
        return;
    }
    if (when->every_ps == 0 || cs_when_holds(m->nodes, when)) {
        m->done++;
        cs_nodes_act(m->nodes, m->action);
    }
    if (when->every_ps > 0 && (when->count == 0 || m->done < when->count)) {
        m->next_ps += when->every_ps;
        if (!m->over && m->next_ps <= when->until_ps && m->next_ps < CS_TIME_END)
            cs_timer_start(m->nodes->sim, timer, m->next_ps);
    } else if (when->every_ps == 0 && when->count > 0 && m->done >= when->count) {
        m->over = true;
    }
}

static void begin(struct cs_moment *m)
{
    const struct cs_when *when = m->action->when;
    const int64_t now = cs_sim_now_ps(m->nodes->sim);

    if ((m->begun && !when->each) || m->timer.heap_pos > 0 || now > when->until_ps ||
        !cs_when_holds(m->nodes, when))
        return;
    m->begun = true;
    if (when->every_ps > 0)
        m->done = 0;
    m->next_ps = now + when->delay_ps;
    cs_timer_start(m->nodes->sim, &m->timer, m->next_ps);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_nodes *nodes = ctx;

    for (unsigned i = 0; i < nodes->n_moments; i++) {
        struct cs_moment *m = &nodes->moments[i];
        const struct cs_when *when = m->action->when;
        if (m->over || (m->events >> event->kind & 1u) == 0)
            continue;
        if (when->has_until && cs_trigger_enters(&when->until, &m->until, nodes->sim, event))
            end(m);
        else if (when->has_after && cs_trigger_enters(&when->after, &m->after, nodes->sim, event))
            begin(m);
    }
}

void cs_nodes_said(struct cs_nodes *nodes, const struct cs_live_said *said)
{
    for (unsigned i = 0; i < nodes->n_moments; i++) {
        struct cs_moment *m = &nodes->moments[i];
        const struct cs_when *when = m->action->when;
        if (m->over)
            continue;
        if (when->has_until && cs_trigger_hit_said(&when->until, said))
            end(m);
        else if (when->has_after && cs_trigger_hit_said(&when->after, said))
            begin(m);
    }
}

bool cs_nodes_want_decoder(const struct cs_nodes *nodes)
{
    for (unsigned i = 0; i < nodes->scenario->n_actions; i++) {
        const struct cs_when *when = nodes->scenario->actions[i].when;
        if (when != NULL && ((when->has_after && cs_trigger_is_decoded(&when->after)) ||
                             (when->has_until && cs_trigger_is_decoded(&when->until))))
            return true;
    }
    return false;
}

int cs_whens_prepare(struct cs_nodes *nodes)
{
    const struct cs_scenario *s = nodes->scenario;
    unsigned n = 0;

    cs_rng_init(&nodes->draws, cs_sim_seed(nodes->sim), "timeline");
    for (unsigned i = 0; i < s->n_actions; i++)
        n += cs_when_has_moments(&s->actions[i]);
    if (n == 0)
        return 0;
    nodes->moments = calloc(n, sizeof(*nodes->moments));
    if (nodes->moments == NULL)
        return -1;
    for (unsigned i = 0; i < s->n_actions; i++) {
        if (!cs_when_has_moments(&s->actions[i]))
            continue;
        const struct cs_when *when = s->actions[i].when;
        struct cs_moment *m = &nodes->moments[nodes->n_moments++];
        nodes->past[i].moment = m;
        m->nodes = nodes;
        m->action = &s->actions[i];
        m->timer.fn = on_moment;
        m->timer.ctx = m;
        m->events = (when->has_after ? cs_trigger_events(&when->after) : 0) |
                    (when->has_until ? cs_trigger_events(&when->until) : 0);
    }
    return 0;
}

int cs_whens_observe(struct cs_nodes *nodes)
{
    uint32_t events = 0;

    for (unsigned i = 0; i < nodes->n_moments; i++)
        events |= nodes->moments[i].events;
    return events != 0 ? cs_sim_observe(nodes->sim, on_event, nodes) : 0;
}

void cs_whens_start(struct cs_nodes *nodes)
{
    for (unsigned i = 0; i < nodes->n_moments; i++) {
        struct cs_moment *m = &nodes->moments[i];
        if (m->action->when->has_after)
            continue;
        m->next_ps = m->action->at_ps;
        cs_timer_start(nodes->sim, &m->timer, m->next_ps);
    }
}
