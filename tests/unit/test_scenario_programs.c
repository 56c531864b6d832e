/* SPDX-License-Identifier: MIT */
/* The key "programs" of a scenario, and what the timeline and faults say of programs. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/scenario.h"

static void all_keys_are_read(void **state)
{
    static const char text[] =
        "{\"programs\": {\"a\": {\"command\": [\"candump\", \"\", \"can0\"], \"cwd\": \"..\", "
        "\"env\": {\"A\": \"\", \"B\": null}, \"fd\": \"classic\", \"bitrate\": \"250k\", "
        "\"wait\": \"2s\", \"stdin\": \"in\", \"timeout\": \"1m\", \"required\": true, "
        "\"output\": 10}, \"b\": {\"command\": [\"b\"], \"attach\": false, \"absent\": true}}, "
        "\"timeline\": [{\"at\": \"1s\", \"start\": \"b\"}, {\"at\": \"2s\", \"signal\": "
        "\"SIGHUP\", \"program\": \"a\"}, {\"at\": \"3s\", \"stop\": \"a\"}]}";
    struct cs_error error;
    struct cs_scenario *s = cs_scenario_parse("s.json", text, strlen(text), &error);

    (void)state;
    assert_non_null(s);
    assert_int_equal(s->n_programs, 2);
    const struct cs_program_def *a = &s->programs[0], *b = &s->programs[1];
    assert_string_equal(a->name, "a");
    assert_int_equal(a->n_words, 3);
    assert_string_equal(a->words[2], "can0");
    assert_null(a->words[3]);
    assert_string_equal(a->cwd, "..");
    assert_int_equal(a->n_variables, 2);
    assert_string_equal(a->value[0], "");
    assert_null(a->value[1]);
    assert_string_equal(cs_program_fds[a->fd], "classic");
    assert_int_equal(a->bitrate_bps, 250000);
    assert_int_equal(a->wait_ps, 2 * CS_PS_PER_S);
    assert_string_equal(a->input, "in");
    assert_int_equal(a->timeout_ps, 60 * CS_PS_PER_S);
    assert_true(a->required && a->attach && !a->absent);
    assert_int_equal(a->output_bytes, 10);
    assert_true(b->absent && !b->attach && !b->required);
    assert_int_equal(b->output_bytes, 65536);
    assert_int_equal(b->wait_ps, 0);
    assert_int_equal(s->actions[0].kind, CS_ACTION_START);
    assert_int_equal(s->actions[0].program, 1);
    assert_int_equal(s->actions[1].signal, SIGHUP);
    assert_int_equal(s->actions[1].program, 0);
    assert_int_equal(s->actions[2].kind, CS_ACTION_STOP);
    cs_scenario_free(s);
}

#define ONE(keys) "{\"programs\": {\"x\": {\"command\": [\"x\"]" keys "}}}"
#define ACTION(keys)                                                              \
    "{\"nodes\": {\"n\": {}}, \"programs\": {\"dump\": {\"command\": [\"x\"]}}, " \
    "\"timeline\": [{\"at\": \"1s\", " keys "}]}"

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{\"programs\": []}", "/programs: must be an object: name to program, got an empty array"},
        {"{\"programs\": {\"x\": {}}}", "/programs/x: must have the key \"command\", got none"},
        {"{\"programs\": {\"x\": \"ls\"}}", "/programs/x: must be an object, got \"ls\""},
        {"{\"programs\": {\"x y\": {\"command\": [\"x\"]}}}",
         "/programs/x y: must be named by 1..40 ASCII characters without spaces"},
        {"{\"nodes\": {\"x\": {}}, \"programs\": {\"x\": {\"command\": [\"x\"]}}}",
         "/programs/x: must have a name of its own, there is a node of this name"},
        {"{\"programs\": {\"x\": {\"command\": \"ls -l\"}}}",
         "/programs/x/command: must be an array of 1..64 texts: the program and its arguments, "
         "got \"ls -l\""},
        {"{\"programs\": {\"x\": {\"command\": []}}}",
         "/programs/x/command: must be an array of 1..64 texts: the program and its arguments, "
         "got an empty array"},
        {"{\"programs\": {\"x\": {\"command\": [\"\"]}}}",
         "/programs/x/command/0: must be the name of a program, got \"\""},
        {"{\"programs\": {\"x\": {\"command\": [\"a\", 1]}}}",
         "/programs/x/command/1: must be a text of 0..4000 bytes, got 1"},
        {ONE(", \"env\": {\"A=\": \"b\"}"),
         "/programs/x/env/A=: must be named by at least a character and without \"=\""},
        {ONE(", \"env\": {\"A\": 1}"),
         "/programs/x/env/A: must be a text, or null: without it, got 1"},
        {ONE(", \"attach\": false, \"wait\": true"),
         "/programs/x/wait: does not go with \"attach\": false"},
        {ONE(", \"attach\": false, \"fd\": \"iso\""),
         "/programs/x/fd: does not go with \"attach\": false"},
        {ONE(", \"wait\": 3"), "/programs/x/wait: must be true, false or 0s..24h, got 3"},
        {ONE(", \"output\": -1"), "/programs/x/output: must be a whole number 0..16777216, got -1"},
        {ACTION("\"start\": \"dmp\""),
         "/timeline/0/start: must be a program or simulated node of this scenario (did you mean "
         "\"dump\"?), got \"dmp\""},
        {ACTION("\"stop\": \"none\""),
         "/timeline/0/stop: must be a program or simulated node of this scenario, got \"none\""},
        {"{\"nodes\": {\"engine\": {}}, \"timeline\": [{\"at\": \"1s\", \"stop\": \"engin\"}]}",
         "/timeline/0/stop: must be a program or simulated node of this scenario (did you mean "
         "\"engine\"?), got \"engin\""},
        {ACTION("\"stop\": 1"),
         "/timeline/0/stop: must be the name of a program or simulated node, got 1"},
        {ACTION("\"stop\": \"n\", \"node\": \"n\""),
         "/timeline/0/stop: names the node itself, got \"node\" as well"},
        {ACTION("\"start\": \"dump\", \"program\": \"dump\""),
         "/timeline/0/program: goes with \"signal\" alone"},
        {"{\"nodes\": {\"a\": {\"type\": \"attached\"}}, \"timeline\": [{\"at\": \"1s\", "
         "\"start\": \"a\"}]}",
         "/timeline/0/start: must be a simulated node, got \"a\""},
        {ACTION("\"signal\": \"USR1\""), "/timeline/0: must have the key \"program\", got none"},
        {ACTION("\"signal\": \"FOO\", \"program\": \"dump\""),
         "/timeline/0/signal: must be the name of a signal such as \"USR1\", got \"FOO\""},
        {ACTION("\"note\": \"a\", \"program\": \"dump\""),
         "/timeline/0/program: goes with \"signal\" alone"},
        {ACTION("\"start\": \"dump\", \"node\": \"n\""),
         "/timeline/0/node: does not go with a program"},
        {ACTION("\"start\": \"dump\", \"late\": 1"),
         "/timeline/0: must be about a node, with \"late\", \"amid\" or \"turn\""},
        {ACTION("\"plug\": \"dump\""),
         "/timeline/0/plug: must be a node of this scenario, got \"dump\""},
    };
    struct cs_error error;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(cs_scenario_parse("s.json", cases[i].text, strlen(cases[i].text), &error));
        assert_int_equal(error.status, CS_STATUS_INPUT);
        assert_string_equal(error.text + strlen("s.json: "), cases[i].expected);
    }
}

/* Which bus it is on is not known before it joins. */
static void faults_may_name_it(void **state)
{
    static const char text[] =
        "{\"buses\": {\"a\": \"500k\", \"b\": \"1M\"}, \"programs\": {\"x\": {\"command\": "
        "[\"x\"]}}, \"timeline\": [{\"at\": \"1s\", \"fault\": \"bus=b unplug node=x\"}]}";
    static const char unsaid[] =
        "{\"buses\": {\"a\": \"500k\", \"b\": \"1M\"}, \"programs\": {\"x\": {\"command\": "
        "[\"x\"]}}, \"timeline\": [{\"at\": \"1s\", \"fault\": \"unplug node=x\"}]}";
    struct cs_error error;
    struct cs_scenario *s = cs_scenario_parse("s.json", text, strlen(text), &error);

    (void)state;
    if (s == NULL)
        fail_msg("%s", error.text);
    assert_int_equal(s->actions[0].fault->bus, 1);
    cs_scenario_free(s);
    assert_null(cs_scenario_parse("s.json", unsaid, strlen(unsaid), &error));
    assert_non_null(strstr(error.text, "must have the key \"bus\" where there are several"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(faults_may_name_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
