/* SPDX-License-Identifier: MIT */
/* The session's programs: a link of their own where nobody else has one, what the timeline does to
 * them, and the end of the run when one that is required has ended. */
#include "scenarios/session_internal.h"

#include <stdio.h>
#include <string.h>

static const struct cs_program_def *def_of(const struct cs_session *session, unsigned index)
{
    return &session->scenario->programs[index];
}

static unsigned count(const struct cs_session *session)
{
    return cs_programs_count(session->programs);
}

struct cs_programs *cs_session_programs(struct cs_session *session)
{
    return session->programs;
}

/* ---- building ----------------------------------------------------------------------------------
 */

/* Whether they could be started, before anything is opened. As with guests: what is outside cannot
 * keep up with virtual time. */
int cs_session_programs_plan(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_error *error)
{
    const struct cs_scenario *scenario = session->scenario;

    if (scenario == NULL || scenario->n_programs == 0 || config->fast)
        return 0;
    if (cs_programs_check(scenario->programs, scenario->n_programs, scenario->file, error) != 0)
        return -1;
    session->have_programs = true;
    return cs_session_need_link(session, error);
}

static int64_t on_now(void *ctx)
{
    struct cs_session *session = ctx;

    if (session->base_ns > 0) /* else the clock has not begun */
        cs_session_sync(session);
    return cs_sim_now_ps(session->sim);
}

static void fail(struct cs_session *session, const struct cs_error *error)
{
    if (session->failed || session->finished)
        return;
    session->error = *error;
    session->failed = true;
    cs_session_kick(session);
}

static void on_failed(void *ctx, const struct cs_error *error)
{
    fail(ctx, error);
}

/* "has ended with status 1", "was ended by signal 15". */
static void say_end(const struct cs_program_state *state, char *text, size_t size)
{
    if (state->exit_status > 128)
        snprintf(text, size, "was ended by signal %d%s", state->exit_status - 128,
                 state->timed_out ? ", after its timeout" : "");
    else
        snprintf(text, size, "ended with status %d%s", state->exit_status,
                 state->timed_out ? ", after its timeout" : "");
}

static void note(struct cs_session *session, const char *name, const char *what)
{
    char text[160];
    struct cs_event event = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = text};

    snprintf(text, sizeof(text), "program %s %s", name, what);
    cs_sim_publish(session->sim, &event);
}

/* One that is required and was not stopped by the timeline: the run is over. */
static void end_run(struct cs_session *session, unsigned index,
                    const struct cs_program_state *state, const char *how)
{
    struct cs_error error;

    if (!def_of(session, index)->required || (state->stopped && !state->timed_out))
        return;
    session->required_ended = (int)index;
    if (state->exit_status == 0 && !state->timed_out)
        return;
    cs_error_set(&error, CS_STATUS_EXPECTATION, "%s: /programs/%s: %s", session->scenario->file,
                 state->name, how);
    fail(session, &error);
}

static void on_ended(void *ctx, unsigned index)
{
    struct cs_session *session = ctx;
    struct cs_program_state state;
    char how[100];

    if (session->finished)
        return;
    cs_programs_state(session->programs, index, &state);
    if (!state.running) { /* else it has been started again */
        say_end(&state, how, sizeof(how));
        note(session, state.name, how);
        end_run(session, index, &state, how);
    }
    cs_session_wait_program(session, index);
    cs_session_kick(session);
}

/* The timeline, which runs while the bus does. */
static void on_action(void *ctx, const struct cs_action *action)
{
    struct cs_session *session = ctx;
    const unsigned index = (unsigned)action->program;
    struct cs_error error;

    if (action->kind == CS_ACTION_STOP)
        cs_programs_stop(session->programs, index);
    else if (action->kind == CS_ACTION_SIGNAL)
        cs_programs_signal(session->programs, index, action->signal);
    else if (cs_programs_start(session->programs, index, &error) != 0)
        fail(session, &error);
}

static void on_heard(void *ctx, unsigned program, const char *line,
                     const struct cs_program_state *state)
{
    struct cs_session *session = ctx;

    (void)program;
    cs_session_sync(session);
    if (line != NULL)
        cs_expect_program_line(session->expect, state->name, line);
    else
        cs_expect_program_exit(session->expect, state->name, state->exit_status);
    cs_session_kick(session);
}

int cs_session_programs_open(struct cs_session *session, struct cs_error *error)
{
    const struct cs_scenario *scenario = session->scenario;
    const struct cs_programs_host host = {
        .loop = session->loop,
        .file = scenario != NULL ? scenario->file : NULL,
        .link = session->link != NULL ? cs_session_link(session) : NULL,
        .now_ps = on_now,
        .ended = on_ended,
        .failed = on_failed,
        .ctx = session,
    };

    if (scenario == NULL || !session->have_programs)
        return 0;
    session->programs = cs_programs_create(scenario->programs, scenario->n_programs, &host);
    if (session->programs != NULL && session->expect != NULL &&
        cs_programs_listen(session->programs, on_heard, session) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "too many listen to the programs");
    if (session->programs == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (session->nodes != NULL)
        cs_nodes_on_program(session->nodes, on_action, session);
    return 0;
}

int cs_session_programs_start(struct cs_session *session, struct cs_error *error)
{
    for (unsigned i = 0; i < count(session); i++) {
        if (!def_of(session, i)->absent && cs_programs_start(session->programs, i, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

/* NAME, NAME-2 ...: what cansim-attach calls the controllers of one program. */
static bool is_its(const char *controller, const char *name)
{
    const size_t len = strlen(name);

    if (strncmp(controller, name, len) != 0)
        return false;
    if (controller[len] == '\0')
        return true;
    return controller[len] == '-' && controller[len + 1] != '\0' &&
           controller[len + 1 + strspn(controller + len + 1, "0123456789")] == '\0';
}

/* A controller of that name sends what the program had written when it ended. */
static bool has_controller(const struct cs_session *session, const char *name)
{
    for (unsigned b = 0; b < cs_sim_bus_count(session->sim); b++) {
        const struct cs_bus *bus = cs_sim_bus(session->sim, b);
        for (int node = 0; node < cs_bus_node_limit(bus); node++) {
            if (is_its(cs_bus_node_name(bus, node), name))
                return true;
        }
    }
    return false;
}

/* One that is required has ended, and all that it sent has been sent. */
bool cs_session_programs_over(const struct cs_session *session)
{
    return session->required_ended >= 0 &&
           !has_controller(session, def_of(session, (unsigned)session->required_ended)->name);
}

bool cs_session_programs_busy(const struct cs_session *session)
{
    return cs_programs_busy(session->programs);
}

void cs_session_programs_close(struct cs_session *session)
{
    cs_programs_end(session->programs);
}

void cs_session_programs_free(struct cs_session *session)
{
    cs_programs_destroy(session->programs);
    session->programs = NULL;
}
