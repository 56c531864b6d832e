/* SPDX-License-Identifier: MIT */
/* Places for outside clients: the clock starts when all that are waited for are there. */
#include "scenarios/session_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool awaited(const struct cs_scenario_node *def)
{
    return def->type == CS_NODE_ATTACHED && def->wait_ps > 0;
}

static bool awaited_program(const struct cs_session *session, unsigned i)
{
    const struct cs_program_def *def = &session->scenario->programs[i];

    return session->have_programs && def->attach && !def->absent && def->wait_ps > 0;
}

static void go(struct cs_session *session)
{
    session->waiting = false;
    ev_timer_stop(session->loop, &session->patience);
    cs_session_clock_rebase(session);
    cs_session_clock_run(session);
}

/* It has joined, which counts even if it leaves at once; or it has ended, and never will. */
static void seen_program(struct cs_session *session, unsigned program)
{
    bool *seen = &session->seen[session->scenario->n_nodes + program];

    session->missing -= *seen ? 0 : 1;
    *seen = true;
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_session *session = ctx;
    const struct cs_scenario *scenario = session->scenario;
    bool joined = event->kind == CS_EV_ATTACH;

    if (!session->waiting || (!joined && event->kind != CS_EV_DETACH))
        return;
    const char *name = cs_bus_node_name(cs_sim_bus(session->sim, event->bus), event->node);
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        const struct cs_scenario_node *def = &scenario->nodes[i];
        if (!awaited(def) || def->bus != event->bus || session->seen[i] == joined ||
            strcmp(def->name, name) != 0)
            continue;
        session->seen[i] = joined;
        session->missing += joined ? -1u : 1u;
    }
    for (unsigned i = 0; joined && i < scenario->n_programs; i++) {
        if (awaited_program(session, i) && strcmp(scenario->programs[i].name, name) == 0)
            seen_program(session, i);
    }
    if (session->missing == 0)
        go(session);
}

void cs_session_wait_program(struct cs_session *session, unsigned program)
{
    if (!session->waiting || !awaited_program(session, program))
        return;
    seen_program(session, program);
    if (session->missing == 0)
        go(session);
}

unsigned cs_session_waiting(const struct cs_session *session, char *names, size_t size)
{
    const struct cs_scenario *s = session->scenario;
    size_t used = 0;

    if (size > 0)
        names[0] = '\0';
    if (!session->waiting)
        return 0;
    for (unsigned i = 0; i < s->n_nodes + s->n_programs && used < size; i++) {
        const unsigned p = i - s->n_nodes;
        const bool is_node = i < s->n_nodes;
        if (!session->seen[i] && (is_node ? awaited(&s->nodes[i]) : awaited_program(session, p)))
            used += (size_t)snprintf(names + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     is_node ? s->nodes[i].name : s->programs[p].name);
    }
    return session->missing;
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct cs_session *session = timer->data;
    char names[160], text[200];
    struct cs_event note = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = text};

    (void)loop;
    (void)events;
    cs_session_waiting(session, names, sizeof(names));
    snprintf(text, sizeof(text), "goes on without %s", names);
    cs_sim_publish(session->sim, &note);
    /* Nobody came at all: then there is nobody to keep pace with. */
    if (session->auto_speed && cs_session_clients(session) == 0 && !session->tui &&
        session->n_guests == 0 && !session->have_programs)
        session->speed_permille = 0;
    go(session);
}

void cs_session_wait_init(struct cs_session *session, const struct cs_session_config *config)
{
    struct cs_scenario *scenario = session->scenario;

    ev_timer_init(&session->patience, on_patience, 0., 0.);
    session->patience.data = session;
    if (scenario == NULL || !cs_session_is_open(session))
        return;
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        struct cs_scenario_node *def = &scenario->nodes[i];
        if (config->have_wait && def->type == CS_NODE_ATTACHED)
            def->wait_ps = config->wait_ps;
        session->missing += awaited(def);
    }
    for (unsigned i = 0; i < scenario->n_programs; i++) {
        if (config->have_wait)
            scenario->programs[i].wait_ps = config->wait_ps;
        session->missing += awaited_program(session, i);
    }
    if (session->missing == 0)
        return;
    session->seen = calloc(scenario->n_nodes + scenario->n_programs + 1, sizeof(*session->seen));
    session->waiting =
        session->seen != NULL && cs_sim_observe(session->sim, on_event, session) == 0;
}

void cs_session_wait_start(struct cs_session *session)
{
    int64_t longest_ps = 0;

    if (!session->waiting)
        return;
    for (unsigned i = 0; i < session->scenario->n_nodes; i++) {
        const struct cs_scenario_node *def = &session->scenario->nodes[i];
        if (awaited(def) && def->wait_ps > longest_ps)
            longest_ps = def->wait_ps;
    }
    for (unsigned i = 0; i < session->scenario->n_programs; i++) {
        if (awaited_program(session, i) && session->scenario->programs[i].wait_ps > longest_ps)
            longest_ps = session->scenario->programs[i].wait_ps;
    }
    if (longest_ps == CS_NEVER)
        return;
    ev_now_update(session->loop);
    ev_timer_set(&session->patience, (double)longest_ps / (double)CS_PS_PER_S, 0.);
    ev_timer_start(session->loop, &session->patience);
}

void cs_session_wait_fini(struct cs_session *session)
{
    ev_timer_stop(session->loop, &session->patience);
    session->waiting = false;
    if (session->sim != NULL)
        cs_sim_unobserve(session->sim, on_event, session);
    free(session->seen);
    session->seen = NULL;
}
