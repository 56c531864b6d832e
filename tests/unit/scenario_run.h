/* SPDX-License-Identifier: MIT */
/* scenario_run.h - for tests: a scenario at work, and what was on its buses as lines of text,
 * "BUS MICROSECONDS FRAME": the end of each frame, rounded down. Notes are "BUS note TEXT". */
#ifndef CANSIM_TESTS_SCENARIO_RUN_H
#define CANSIM_TESTS_SCENARIO_RUN_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/nodes.h"

struct scenario_run {
    struct cs_scenario *scenario;
    struct cs_sim *sim;
    struct cs_nodes *nodes;
    char *text;
    size_t len, size;
    bool times; /* lines have them */
    unsigned frames, notes, refused;
};

static inline void scenario_run_line(struct scenario_run *run, const char *line)
{
    size_t n = strlen(line);

    if (run->len + n + 1 > run->size) {
        run->size = 2 * (run->size + n + 1);
        run->text = realloc(run->text, run->size);
    }
    memcpy(run->text + run->len, line, n + 1);
    run->len += n;
}

static inline void scenario_run_event(void *ctx, const struct cs_event *event)
{
    struct scenario_run *run = ctx;
    const char *bus = cs_bus_name(cs_sim_bus(run->sim, event->bus));
    char line[500], frame[CS_FRAME_TEXT_MAX], at[32] = "";

    run->refused += event->kind == CS_EV_REFUSED;
    if (event->kind == CS_EV_FRAME) {
        cs_frame_format(event->frame, frame);
        if (run->times)
            snprintf(at, sizeof(at), "%" PRId64 " ", event->at_ps / CS_PS_PER_US);
        snprintf(line, sizeof(line), "%s %s%s\n", bus, at, frame);
        run->frames++;
    } else if (event->kind == CS_EV_NOTE) {
        snprintf(line, sizeof(line), "%s note %s\n", bus, event->text);
        run->notes++;
    } else {
        return;
    }
    scenario_run_line(run, line);
}

/* `text` is JSON with ' in place of ". */
static inline char *scenario_run_quotes(const char *text)
{
    char *copy = strdup(text);

    for (char *p = copy; *p != '\0'; p++) {
        if (*p == '\'')
            *p = '"';
    }
    return copy;
}

/* What is wrong with it, "" where nothing is. */
static inline const char *scenario_run_error(const char *text, struct cs_error *error)
{
    char *json = scenario_run_quotes(text);
    struct cs_scenario *scenario;

    memset(error, 0, sizeof(*error));
    scenario = cs_scenario_parse("t.json", json, strlen(json), error);
    if (scenario != NULL)
        error->text[0] = '\0';
    cs_scenario_free(scenario);
    free(json);
    return error->text;
}

static inline void scenario_run_open(struct scenario_run *run, const char *text,
                                     enum cs_engine engine)
{
    char *json = scenario_run_quotes(text);
    struct cs_error error = {0};

    memset(run, 0, sizeof(*run));
    scenario_run_line(run, "");
    run->scenario = cs_scenario_parse("t.json", json, strlen(json), &error);
    free(json);
    if (run->scenario == NULL)
        fail_msg("%s", error.text);
    run->sim = cs_sim_create((uint64_t)run->scenario->seed);
    for (unsigned i = 0; i < run->scenario->n_buses; i++) {
        const struct cs_scenario_bus *bus = &run->scenario->buses[i];
        struct cs_bus_config config = {
            .name = bus->name, .fd = bus->fd, .timing = &bus->timing.timing};
        assert_int_equal(cs_sim_add_bus(run->sim, &config), i);
        cs_bus_set_engine(cs_sim_bus(run->sim, i), engine);
    }
    cs_sim_observe(run->sim, scenario_run_event, run);
    run->nodes = cs_nodes_create(run->sim, run->scenario, NULL, NULL, &error);
    if (run->nodes == NULL || cs_nodes_start(run->nodes, &error) != 0)
        fail_msg("%s", error.text);
}

static inline void scenario_run_close(struct scenario_run *run)
{
    cs_sim_destroy(run->sim);
    cs_nodes_destroy(run->nodes);
    cs_scenario_free(run->scenario);
    free(run->text);
}

/* Run it for so long and look at what was there. */
static inline void scenario_run_shows(const char *text, int64_t for_ps, bool times,
                                      const char *expected)
{
    struct scenario_run run;

    scenario_run_open(&run, text, CS_ENGINE_AUTO);
    run.times = times;
    cs_sim_run_until(run.sim, for_ps);
    assert_string_equal(run.text, expected);
    scenario_run_close(&run);
}

/* All engines show the same, with times, and so does a second run. Returns it; to be freed. */
static inline char *scenario_run_engines(const char *text, int64_t for_ps)
{
    static const enum cs_engine engines[] = {CS_ENGINE_AUTO, CS_ENGINE_AUTO, CS_ENGINE_BIT,
                                             CS_ENGINE_FRAME};
    char *first = NULL;

    for (unsigned i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
        struct scenario_run run;
        scenario_run_open(&run, text, engines[i]);
        run.times = true;
        cs_sim_run_until(run.sim, for_ps);
        assert_true(run.frames > 0);
        if (first == NULL)
            first = strdup(run.text);
        assert_string_equal(run.text, first);
        scenario_run_close(&run);
    }
    return first;
}

/* Each row's scenario is refused with a sentence that has the row's text in it. */
static inline void scenario_run_refuses(const char *const rows[][2], size_t n)
{
    struct cs_error error;

    for (size_t i = 0; i < n; i++) {
        const char *got = scenario_run_error(rows[i][0], &error);
        if (strstr(got, rows[i][1]) == NULL)
            fail_msg("%s\n  gives: %s", rows[i][0], got);
    }
}

#endif
