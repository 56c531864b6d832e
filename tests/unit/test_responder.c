/* SPDX-License-Identifier: MIT */
/* Responders: what they answer to what, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scenario_run.h"

#define MS CS_PS_PER_MS

/* A responder "r" with rules, and "q" that asks. */
#define RUN(rules, timeline)                                                        \
    "{'buses': {'can0': {'bitrate': 500000, 'fd': true}}, 'nodes': {'r': {'type': " \
    "'responder', 'rules': [" rules "]}, 'q': {}, 'ack': {}}, 'timeline': [" timeline "]}"
#define ASK(at, frame) "{'at': '" at "', 'node': 'q', 'send': " frame "}"

static void the_first_rule_that_matches_answers(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '7E0#0210*', 'reply': '7E8#025001'},"
            "{'when': '7E0#02?"
            "?', 'reply': ['7E8#037F0011', '7E9#']},"
            "{'when': '7E0-7E7', 'reply': '7E8#037F0012'}",
            ASK("1ms", "'7E0#021003'") "," ASK("2ms", "'7E0#0211'") "," ASK(
                "3ms", "'7E5#'") "," ASK("4ms", "'7E8#021003'") "," ASK("5ms",
                                                                        "'000007E0#021003'")),
        10 * MS, false,
        "can0 7E0#021003\ncan0 7E8#025001\ncan0 7E0#0211\ncan0 7E8#037F0011\ncan0 7E9#\n"
        "can0 7E5#\ncan0 7E8#037F0012\ncan0 7E8#021003\ncan0 000007E0#021003\n");
    scenario_run_shows(RUN("{'when': '100', 'reply': '201#', 'also': true},"
                           "{'when': '200', 'reply': '202#', 'also': true},"
                           "{'when': 'any', 'reply': '203#'}, {'when': 'any', 'reply': '204#'}",
                           ASK("1ms", "'100#'")),
                       10 * MS, false, "can0 100#\ncan0 201#\ncan0 203#\n");
}

/* Its own frames, even where it hears them, are no requests; nor do two of them end. */
static void own_frames_are_no_requests(void **state)
{
    (void)state;
    scenario_run_shows(
        "{'nodes': {'r': {'type': 'responder', 'mode': 'loopback', 'rules': [{'when': 'any', "
        "'reply': '200#'}]}, 'q': {}}, 'timeline': [{'at': '0', 'node': 'q', 'send': '100#'}]}",
        10 * MS, false, "can0 100#\ncan0 200#\n");
    scenario_run_shows(
        "{'nodes': {'a': {'type': 'responder', 'rules': [{'when': {'from': 'q'}, 'reply': "
        "'200#'}]},"
        "'b': {'type': 'responder', 'rules': [{'when': {'from': 'a'}, 'reply': '300#'}]}, 'q': {}},"
        "'timeline': [{'at': '0', 'node': 'q', 'send': '100#'}]}",
        10 * MS, false, "can0 100#\ncan0 200#\ncan0 300#\n");
}

static void delays(void **state)
{
    (void)state;
    /* 100# takes 48 bits with stuffing; the reply is queued 5 ms after its end. */
    scenario_run_shows(RUN("{'when': '100', 'reply': '200#', 'delay': '5ms'},"
                           "{'when': '101', 'reply': '201#', 'delay': '1ms'}",
                           ASK("1ms", "'100#'") "," ASK("2ms", "'101#'")),
                       20 * MS, true,
                       "can0 1096 100#\ncan0 2092 101#\ncan0 3186 201#\ncan0 6192 200#\n");
}

static void bytes_of_the_request(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '100', 'reply': '200#AABBCCDDEEFF', 'copy': [{'from': 0, 'to': 1},"
            "{'from': 1, 'to': 3, 'bytes': 3, 'xor': '0F'}]},"
            "{'when': '7E0-7E7', 'reply': '000#00', 'copy_id': '+8', 'copy': {'from': 0, 'to': 0, "
            "'xor': '0x40'}},"
            "{'when': '18DA0000-18DAFFFF', 'reply': '000#', 'copy_id': '-10000'},"
            "{'when': '7FF', 'reply': '7E8#', 'copy_id': '+1'}",
            ASK("1ms", "'100#112233'") "," ASK("2ms", "'100#1122334455'") "," ASK(
                "3ms", "'7E5#01'") "," ASK("4ms",
                                           "'18DA10F1#'") "," ASK("5ms",
                                                                  "'7FF#'") "," ASK("6ms",
                                                                                    "'7FF#'")),
        20 * MS, false,
        "can0 100#112233\ncan0 200#AA11CC2D3CFF\ncan0 100#1122334455\ncan0 200#AA11CC2D3C4B\n"
        "can0 7E5#01\ncan0 7ED#41\ncan0 18DA10F1#\ncan0 18D910F1#\ncan0 7FF#\n"
        "can0 note rule 3: no reply, the request's identifier 7FF is too large\ncan0 7FF#\n");
}

static void lengths(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '100', 'reply': '200#AABB', 'length': 'request', "
            " 'copy': {'from': 3, 'to': 3}},"
            "{'when': '101', 'reply': '201##1AABB', 'length': 'request'},"
            "{'when': '102', 'reply': '202#R', 'length': 'request'}",
            ASK("1ms", "'100#01'") "," ASK("2ms", "'100#0102030405'") "," ASK(
                "3ms",
                "'100##"
                "0000000000000"
                "000000000000"
                "'") "," ASK("4ms",
                             "'100#R3'") "," ASK("5ms",
                                                 "'101#010203'") "," ASK("6ms",
                                                                         "'101##"
                                                                         "000000000000000000000000"
                                                                         "0'") "," ASK("7ms",
                                                                                       "'102#"
                                                                                       "010203'") "," ASK("8ms",
                                                                                                          "'100#0011223344556677_F'")),
        20 * MS, false,
        "can0 100#01\ncan0 200#AA\ncan0 100#0102030405\ncan0 200#AABB000400\n"
        "can0 100##0000000000000000000000000\ncan0 200#AABB000000000000\n"
        "can0 100#R3\ncan0 200#AABB00\n"
        "can0 101#010203\ncan0 201##1AABB00\n"
        "can0 101##0000000000000000000000000\ncan0 201##1AABB00000000000000000000\n"
        "can0 102#010203\ncan0 202#R3\n"
        "can0 100#0011223344556677_F\ncan0 200#AABB003300000000_F\n");
}

static void turns(void **state)
{
    (void)state;
    /* Which of eight requests are answered, and by which rule: a reply goes before the next one. */
    scenario_run_shows(
        RUN("{'when': '700', 'reply': '201#', 'after': 2, 'every': 3},"
            "{'when': '700', 'reply': '202#', 'count': 3},"
            "{'when': '700', 'reply': '203#', 'after': 2, 'count': 1}",
            ASK("1ms", "['700#', '700#', '700#', '700#', '700#', '700#', '700#', '700#']")),
        20 * MS, false,
        "can0 700#\ncan0 202#\ncan0 700#\ncan0 202#\ncan0 700#\ncan0 202#\n"
        "can0 700#\ncan0 201#\ncan0 700#\ncan0 700#\ncan0 203#\ncan0 700#\ncan0 201#\n"
        "can0 700#\n");
    /* Counts begin anew when it joins again; what waited is gone. */
    scenario_run_shows(
        RUN("{'when': '100', 'reply': '201#', 'count': 1}, {'when': '100', 'reply': '202#', "
            "'delay': '5ms'}",
            ASK("1ms", "'100#'") "," ASK("2ms", "'100#'") ", {'at': '3ms', 'detach': 'r'},"
                                                          "{'at': '4ms', 'attach': 'r'}," ASK(
                                                              "6ms", "'100#'")),
        20 * MS, false, "can0 100#\ncan0 201#\ncan0 100#\ncan0 100#\ncan0 201#\n");
}

static void chances(void **state)
{
    struct scenario_run run;

    (void)state;
    scenario_run_open(&run,
                      "{'nodes': {'r': {'type': 'responder', 'rules': [{'when': '100', 'reply': "
                      "'200#', 'probability': 30}]}, 'q': {'type': 'periodic', 'frame': '100#', "
                      "'period': '1ms', 'count': 1000}}}",
                      CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 2000 * MS);
    assert_in_range(run.frames, 1250, 1350);
    scenario_run_close(&run);
}

/* What finds no room is told once, and how many they were when there is room again. */
static void too_many_wait(void **state)
{
    (void)state;
    scenario_run_shows("{'nodes': {'r': {'type': 'responder', 'queue': 2, 'rules': [{'when': '100',"
                       "'reply': '200#', 'delay': '20ms'}]}, 'q': {'type': 'periodic', 'frame': "
                       "'100#', 'period': '1ms', 'count': 5}}}",
                       200 * MS, false,
                       "can0 100#\ncan0 100#\n"
                       "can0 100#\ncan0 note replies: 2 wait already, one more is lost\n"
                       "can0 100#\ncan0 100#\n"
                       "can0 note replies: 3 were lost\ncan0 200#\ncan0 200#\n");
}

static void every_engine_and_run_is_the_same(void **state)
{
    char *text = scenario_run_engines(
        "{'nodes': {'r': {'type': 'responder', 'rules': ["
        "{'when': '000-3FF', 'reply': '400#0000', 'delay': '100us', 'jitter': '3ms', "
        " 'probability': 60, 'copy': {'from': 0, 'to': 0, 'bytes': 2}},"
        "{'when': 'any', 'reply': '123#', 'copy_id': '+1', 'every': 3}]},"
        "'noise': {'type': 'random', 'load': 40}, 'ack': {}}}",
        100 * MS);

    (void)state;
    assert_non_null(strstr(text, " 400#"));
    free(text);
}

static void what_is_wrong(void **state)
{
#define RULE(more) "{'nodes': {'r': {'type': 'responder', 'rules': [{" more "}]}}}"
    static const char *const rows[][2] = {
        {"{'nodes': {'r': {'type': 'responder'}}}",
         "/nodes/r: must have the key \"rules\", got none"},
        {"{'nodes': {'r': {'type': 'responder', 'rules': []}}}",
         "/nodes/r/rules: must be an array of 1..64 rules"},
        {"{'nodes': {'r': {'type': 'responder', 'queue': 0, 'rules': []}}}", "/nodes/r/"},
        {"{'nodes': {'r': {'rules': []}}}",
         "/nodes/r/rules: does not go with the type \"listener\""},
        {RULE("'when': '1'"), "/rules/0/when: must be a frame such as"},
        {RULE("'when': '100'"), "/rules/0: must have the key \"reply\", got none"},
        {RULE("'reply': '100#'"), "/rules/0: must have the key \"when\", got none"},
        {RULE("'when': '100', 'reply': '100'"), "/rules/0/reply: must be a frame"},
        {RULE("'when': '100', 'reply': ['100#', '100##0']"),
         "/rules/0/reply/1: must be classic CAN"},
        {RULE("'when': '100', 'reply': '100#11', 'copy': {'from': 0, 'to': 1}"),
         "/rules/0/copy: must have its bytes within the reply's data, got one beyond"},
        {RULE("'when': '100', 'reply': '100#11', 'length': 'request', 'copy': {'from': 63, 'to': "
              "1, 'bytes': 2}"),
         "/rules/0/copy: must have its bytes within a frame, got one beyond"},
        {RULE("'when': '100', 'reply': '100#11', 'copy': {'from': 0, 'to': 0, 'xor': '100'}"),
         "/rules/0/copy/xor: must be one or two hex digits such as \"FF\""},
        {RULE("'when': '100', 'reply': '100#', 'copy_id': '8'"),
         "/rules/0/copy_id: must be \"none\" or an offset"},
        {RULE("'when': '100', 'reply': '100#', 'copy_id': '+20000000'"),
         "/rules/0/copy_id: must be"},
        {RULE("'when': '100', 'reply': '100#', 'probability': 101"),
         "/rules/0/probability: must be percent 0..100 with at most 4 decimals"},
        {RULE("'when': '100', 'reply': '100#', 'evry': 2"),
         "/rules/0/evry: is no known key, did you mean \"every\"?"},
        {RULE("'when': '100', 'reply': '100#', 'length': 8"),
         "/rules/0/length: must be \"own\" or \"request\""},
    };

    (void)state;
    scenario_run_refuses(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_that_matches_answers),
        cmocka_unit_test(own_frames_are_no_requests),
        cmocka_unit_test(delays),
        cmocka_unit_test(bytes_of_the_request),
        cmocka_unit_test(lengths),
        cmocka_unit_test(turns),
        cmocka_unit_test(chances),
        cmocka_unit_test(too_many_wait),
        cmocka_unit_test(every_engine_and_run_is_the_same),
        cmocka_unit_test(what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
