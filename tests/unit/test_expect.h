/* SPDX-License-Identifier: MIT */
/* test_expect.h - one expectation and a script of what happens: "10ms 123#11; 20ms state a bus_off"
 * on buses can0 and can1 with nodes a and b. A frame takes 100us and ends at its time. Words after
 * the time:
 *   123#11 [b] [can1] [queued=T] [try=N] [lost=N]     state NODE STATE    counters NODE TEC REC
 *   error NODE KIND    error_frame    note TEXT    fault STAGE TEXT    start 123# try=N [lost=N] */
#ifndef CANSIM_TEST_EXPECT_H
#define CANSIM_TEST_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect.h"
#include "simcore/fault.h"
#include "simcore/units.h"

struct row {
    const char *json;   /* the expectation */
    const char *script; /* what happens */
    const char *end;    /* of the run */
    bool passed;
    const char *at;   /* the verdict is certain since then */
    const char *seen; /* the whole text */
};

static struct cs_scenario *scenario;
static struct cs_sim *sim;
static struct cs_expect *expect;

static int64_t ps_of(const char *text)
{
    int64_t ps;

    if (cs_units_parse_time(text, &ps) != 0)
        fail_msg("\"%s\" is no time", text);
    return ps;
}

/* Up to there, as the session does: time decides before what comes later. */
static inline void pass_time(int64_t at_ps)
{
    int64_t next;

    while ((next = cs_expect_next_ps(expect)) < at_ps) {
        cs_sim_run_until(sim, next);
        cs_expect_time(expect, next);
    }
    cs_sim_run_until(sim, at_ps);
}

static int find_name(const char *const *names, const char *name, int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    fail_msg("\"%s\" is not known", name);
    return -1;
}

static int by_name(const char *(*name_of)(unsigned), const char *name, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(name_of(i), name) == 0)
            return (int)i;
    }
    fail_msg("\"%s\" is not known", name);
    return -1;
}

static const char *state_name(unsigned i)
{
    return cs_state_name((enum cs_node_state)i);
}

static const char *error_name(unsigned i)
{
    return cs_error_name((enum cs_error_kind)i);
}

static const char *stage_name(unsigned i)
{
    return cs_fault_stage_name((enum cs_fault_stage)i);
}

static const char *const node_names[] = {"a", "b"};

static void frame_words(char *words, struct cs_event *event, struct cs_frame *frame)
{
    char why[200], *rest, *word = strtok_r(words, " ", &rest);

    if (word == NULL || cs_frame_parse(word, frame, why, sizeof(why)) != 0)
        fail_msg("\"%s\" is no frame", word != NULL ? word : "");
    event->frame = frame;
    event->attempt = 1;
    event->start_ps = event->queued_ps = cs_sim_now_ps(sim) - 100 * CS_PS_PER_US;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        if (strncmp(word, "queued=", 7) == 0)
            event->queued_ps = ps_of(word + 7);
        else if (strncmp(word, "try=", 4) == 0)
            event->attempt = (uint16_t)atoi(word + 4);
        else if (strncmp(word, "lost=", 5) == 0)
            event->lost = (uint16_t)atoi(word + 5);
        else if (strcmp(word, "can1") == 0)
            event->bus = 1;
        else
            event->node = (int16_t)find_name(node_names, word, 2);
    }
}

/* Behind the time. */
static void happen(char *words)
{
    struct cs_event event = {.kind = CS_EV_FRAME};
    struct cs_frame frame;
    char name[20], word[20] = "";
    int n = 0;

    if (strchr(words, '#') != NULL && strncmp(words, "start ", 6) != 0) {
        frame_words(words, &event, &frame);
    } else if (strncmp(words, "start ", 6) == 0) {
        event.kind = CS_EV_TX_START;
        frame_words(words + 6, &event, &frame);
    } else if (strcmp(words, "error_frame") == 0) {
        event.kind = CS_EV_ERROR_FRAME;
        event.start_ps = cs_sim_now_ps(sim) - 100 * CS_PS_PER_US;
    } else if (strncmp(words, "note ", 5) == 0) {
        event.kind = CS_EV_NOTE;
        event.text = words + 5;
    } else if (sscanf(words, "state %19s %19s", name, word) == 2) {
        event.kind = CS_EV_STATE;
        event.node = (int16_t)find_name(node_names, name, 2);
        event.state = (uint8_t)by_name(state_name, word, CS_STATE_COUNT);
    } else if (sscanf(words, "error %19s %19s", name, word) == 2) {
        event.kind = CS_EV_ERROR;
        event.node = (int16_t)find_name(node_names, name, 2);
        event.error = (uint8_t)by_name(error_name, word, CS_ERROR_COUNT);
    } else if (sscanf(words, "counters %19s %hu %hu", name, &event.tec, &event.rec) == 3) {
        event.kind = CS_EV_COUNTERS;
        event.node = (int16_t)find_name(node_names, name, 2);
    } else if (sscanf(words, "fault %19s %n", word, &n) == 1 && n > 0) {
        event.kind = CS_EV_FAULT;
        event.stage = (uint8_t)by_name(stage_name, word, 4);
        event.text = words + n;
    } else {
        fail_msg("\"%s\" is nothing that happens", words);
    }
    cs_sim_publish(sim, &event);
}

static inline void begin(const char *json, const char *more)
{
    struct cs_error error;
    char text[4000];

    snprintf(text, sizeof(text),
             "{\"buses\":{\"can0\":\"500k\",\"can1\":\"500k\"}%s,\"expect\":[%s],"
             "\"programs\":{\"p\":{\"command\":[\"x\"]},\"q\":{\"command\":[\"x\"]}}}",
             more, json);
    scenario = cs_scenario_parse("t.json", text, strlen(text), &error);
    if (scenario == NULL)
        fail_msg("%s: %s", json, error.text);
    sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++) {
        struct cs_bus_config bus = {.name = i == 0 ? "can0" : "can1", .bitrate_bps = 500000};
        assert_int_equal(cs_sim_add_bus(sim, &bus), i);
        for (int k = 0; k < 2; k++) {
            struct cs_controller_config node = {.name = node_names[k]};
            assert_int_equal(cs_bus_attach(cs_sim_bus(sim, i), &node), k);
        }
    }
    expect = cs_expect_create(sim, scenario, NULL, &error);
    if (expect == NULL)
        fail_msg("%s", error.text);
}

static inline void finish(void)
{
    cs_expect_destroy(expect);
    cs_sim_destroy(sim);
    cs_scenario_free(scenario);
    expect = NULL;
    sim = NULL;
    scenario = NULL;
}

static inline void play(const char *script)
{
    char text[4000], *rest, *step;

    snprintf(text, sizeof(text), "%s", script);
    for (step = strtok_r(text, ";", &rest); step != NULL; step = strtok_r(NULL, ";", &rest)) {
        char time[32];
        int n = 0;
        if (sscanf(step, " %31s %n", time, &n) != 1)
            fail_msg("\"%s\" has no time", step);
        pass_time(ps_of(time));
        if (step[n] != '\0')
            happen(step + n);
    }
}

static inline void run_row(const struct row *row)
{
    struct cs_verdict v;
    char at[40];

    begin(row->json, "");
    play(row->script);
    pass_time(ps_of(row->end));
    cs_expect_time(expect, ps_of(row->end));
    cs_expect_finish(expect, ps_of(row->end));
    cs_expect_verdict(expect, 0, &v);
    assert_true(v.decided);
    cs_units_format_time(v.at_ps, at, sizeof(at));
    if (v.passed != row->passed || strcmp(at, row->at) != 0 || strcmp(v.seen, row->seen) != 0)
        fail_msg("%s\n  %s\n  %s at %s: \"%s\"\n  must be %s at %s: \"%s\"", row->json, row->script,
                 v.passed ? "passed" : "failed", at, v.seen, row->passed ? "passed" : "failed",
                 row->at, row->seen);
    finish();
}

#define RUN_ROWS(rows)                                                   \
    do {                                                                 \
        for (size_t i_ = 0; i_ < sizeof(rows) / sizeof((rows)[0]); i_++) \
            run_row(&(rows)[i_]);                                        \
    } while (0)

#endif
