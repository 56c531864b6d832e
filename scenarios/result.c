/* SPDX-License-Identifier: MIT */
#include "scenarios/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/session.h"

static const struct {
    const char *word;
    int status;
    bool ran;
} states[CS_RESULT_STATES] = {
    [CS_RESULT_NOT_RUN] = {"not run", CS_STATUS_OK, false},
    [CS_RESULT_PASSED] = {"passed", CS_STATUS_OK, true},
    [CS_RESULT_FAILED] = {"failed", CS_STATUS_EXPECTATION, true},
    [CS_RESULT_LATE] = {"out of time", CS_STATUS_EXPECTATION, true},
    [CS_RESULT_UNUSABLE] = {"unusable", CS_STATUS_INPUT, false},
    [CS_RESULT_ENVIRONMENT] = {"could not run", CS_STATUS_ENVIRONMENT, false},
    [CS_RESULT_CRASHED] = {"crashed", CS_STATUS_ENVIRONMENT, false},
    [CS_RESULT_INTERRUPTED] = {"interrupted", CS_STATUS_INTERRUPTED, false},
};

enum cs_result_state cs_result_of_status(int status)
{
    for (int i = CS_RESULT_PASSED; i < CS_RESULT_STATES; i++) {
        if (states[i].status == status)
            return (enum cs_result_state)i;
    }
    return CS_RESULT_ENVIRONMENT;
}

int cs_result_status(enum cs_result_state state)
{
    return states[state].status;
}

const char *cs_result_word(enum cs_result_state state)
{
    return states[state].word;
}

bool cs_result_ran(enum cs_result_state state)
{
    return states[state].ran;
}

bool cs_verdict_failed(const struct cs_verdict *verdict)
{
    return verdict->decided && !verdict->passed;
}

unsigned cs_result_failed(const struct cs_result *result)
{
    unsigned n = 0;

    for (unsigned i = 0; i < result->n_verdicts; i++)
        n += cs_verdict_failed(&result->verdicts[i]);
    return n;
}

unsigned cs_result_undecided(const struct cs_result *result)
{
    unsigned n = 0;

    for (unsigned i = 0; i < result->n_verdicts; i++)
        n += !result->verdicts[i].decided;
    return n;
}

/* ---- from a session ---------------------------------------------------------------------- */

static int take_verdicts(struct cs_result *result, struct cs_session *session)
{
    const struct cs_expect *expect = cs_session_expect(session);
    unsigned n = cs_expect_count(expect);

    result->verdicts = calloc(n > 0 ? n : 1, sizeof(result->verdicts[0]));
    if (result->verdicts == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++)
        cs_expect_verdict(expect, i, &result->verdicts[i]);
    result->n_verdicts = n;
    return 0;
}

int cs_result_take(struct cs_result *result, struct cs_session *session, const char *file,
                   const char *error)
{
    memset(result, 0, sizeof(*result));
    result->file = file;
    result->title = result->artifacts = "";
    result->error = error;
    if (session == NULL)
        return 0;
    struct cs_sim *sim = cs_session_sim(session);
    unsigned n = cs_sim_bus_count(sim);
    result->title = cs_session_title(session);
    if (strcmp(result->title, file) == 0)
        result->title = "";
    result->seed = cs_sim_seed(sim);
    result->bus_ps = cs_sim_now_ps(sim);
    result->buses = calloc(n, sizeof(result->buses[0]));
    if (result->buses == NULL)
        return -ENOMEM;
    result->n_buses = n;
    for (unsigned i = 0; i < n; i++) {
        struct cs_stats_bus stats;
        cs_stats_bus(cs_session_stats(session), i, &stats);
        result->buses[i].name = cs_bus_name(cs_sim_bus(sim, i));
        result->buses[i].frames = stats.frames;
        result->buses[i].error_frames = stats.error_frames;
        result->buses[i].load_permille = stats.load_total_permille;
    }
    if (take_verdicts(result, session) == 0)
        return 0;
    cs_result_fini(result);
    return -ENOMEM;
}

void cs_result_fini(struct cs_result *result)
{
    free(result->buses);
    free(result->verdicts);
    result->buses = NULL;
    result->verdicts = NULL;
    result->n_buses = result->n_verdicts = 0;
}
