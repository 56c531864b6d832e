/* SPDX-License-Identifier: MIT */
/* Periodic nodes at work: bursts, sequences, signals and checksums; and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scenario_run.h"

#define MS CS_PS_PER_MS

/* One node with a message and one that acknowledges. */
#define ONE(message) \
    "{'nodes': {'n': {'type': 'periodic', 'messages': [{" message "}]}, 'ack': {}}}"

static void bursts(void **state)
{
    (void)state;
    scenario_run_shows(ONE("'frame': '123#00', 'period': '10ms', 'count': 2, 'counter': 0,"
                           "'burst': {'frames': 3, 'gap': '1ms'}"),
                       100 * MS, true,
                       "can0 110 123#00\ncan0 1110 123#01\ncan0 2108 123#02\n"
                       "can0 10108 123#03\ncan0 11108 123#04\ncan0 12110 123#05\n");
    /* Without a gap they are queued together. */
    scenario_run_shows(ONE("'frame': ['300#', '200#'], 'period': '10ms', 'count': 2,"
                           "'burst': {'frames': 2}"),
                       15 * MS, false,
                       "can0 200#\ncan0 200#\ncan0 300#\ncan0 300#\n"
                       "can0 200#\ncan0 200#\ncan0 300#\ncan0 300#\n");
}

static void sequences(void **state)
{
    (void)state;
    scenario_run_shows(ONE("'frame': ['300#', '200#', '100#'], 'period': '10ms', "
                           "'sequence': true"),
                       35 * MS, false, "can0 300#\ncan0 200#\ncan0 100#\ncan0 300#\n");
    scenario_run_shows(ONE("'frame': ['300#00', '200#00', '100#00'], 'period': '10ms', "
                           "'sequence': true, 'counter': 0, "
                           "'burst': {'frames': 2, 'gap': '2ms'}"),
                       15 * MS, false, "can0 300#00\ncan0 200#01\ncan0 100#02\ncan0 300#03\n");
}

static void a_node_that_returns_starts_anew(void **state)
{
    (void)state;
    scenario_run_shows(
        "{'nodes': {'n': {'type': 'periodic', 'frame': ['101#00', '102#00'],"
        "'period': '10ms', 'sequence': true, 'burst': {'frames': 3, 'gap': '1ms'},"
        "'signals': [{'start': 0, 'length': 8, 'values': [1, 2, 3, 4]}]}, 'ack': {}},"
        "'timeline': [{'at': '500us', 'detach': 'n'}, {'at': '30ms', 'attach': 'n'}]}",
        33 * MS, false, "can0 101#01\ncan0 101#01\ncan0 102#02\ncan0 101#03\n");
}

/* Random numbers go on where it is attached again, and begin anew where it is started. */
static void a_node_that_is_started_is_as_at_the_start(void **state)
{
    static const char text[] =
        "{'nodes': {'n': {'type': 'random', 'rate': 1000, 'dlc': '4-8', 'count': 5}, 'ack': {}},"
        "'timeline': [{'at': '50ms', '%s': 'n'}, {'at': '100ms', '%s': 'n'}]}";
    const char *const ways[][2] = {{"stop", "start"}, {"detach", "start"}, {"stop", "attach"}};
    char json[400];

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct scenario_run run;
        snprintf(json, sizeof(json), text, ways[i][0], ways[i][1]);
        scenario_run_open(&run, json, CS_ENGINE_AUTO);
        cs_sim_run_until(run.sim, 150 * MS);
        assert_int_equal(run.frames, 10);
        char *middle = run.text + run.len / 2;
        const bool same = run.len % 2 == 0 && strncmp(run.text, middle, run.len / 2) == 0;
        assert_int_equal(same, i < 2);
        scenario_run_close(&run);
    }
}

/* Where it has nothing to do nothing happens; what is asked last while it leaves is what counts. */
static void starting_and_stopping_twice_is_nothing(void **state)
{
#define COUNTS(timeline, shown)                                                                \
    scenario_run_shows("{'nodes': {'n': {'type': 'periodic', 'frame': '101#00', 'counter': 0," \
                       "'period': '10ms', 'absent': true}, 'ack': {}}, 'timeline': [" timeline \
                       "]}",                                                                   \
                       45 * MS, false, shown)
    (void)state;
    COUNTS("{'at': '1ms', 'stop': 'n'}, {'at': '25ms', 'start': 'n'}, {'at': '32ms', 'start': 'n'}",
           "can0 101#00\ncan0 101#01\n");
    COUNTS("{'at': '1ms', 'start': 'n'}, {'at': '16ms', 'do': [{'stop': 'n'}, {'stop': 'n'}]},"
           "{'at': '25ms', 'start': 'n'}",
           "can0 101#00\ncan0 101#01\ncan0 101#00\ncan0 101#01\n");
    COUNTS("{'at': '1ms', 'start': 'n'}, {'at': '1100us', 'do': [{'stop': 'n'}, {'start': 'n'}]},"
           "{'at': '12100us', 'do': [{'stop': 'n'}, {'start': 'n'}, {'stop': 'n'}]}",
           "can0 101#00\ncan0 101#00\ncan0 101#01\n");
    /* It has left at this instant, and is about to rejoin. */
    COUNTS("{'at': '1ms', 'start': 'n'}, {'at': '1050us', 'do': [{'stop': 'n'}, {'start': 'n'}]},"
           "{'at': '1132us', 'stop': 'n'}",
           "can0 101#00\n");
}

static void signals(void **state)
{
    (void)state;
    scenario_run_shows(
        ONE("'frame': '123#FFFFFFFFFFFF', 'period': '10ms', 'signals': ["
            "{'name': 'temperature', 'start': 0, 'length': 8, 'factor': 0.5, 'offset': -40, "
            " 'values': [-40, '20.0', 87.5]},"
            "{'start': 15, 'length': 12, 'order': 'big', 'signed': true, 'factor': '0.1', "
            " 'ramp': {'from': -0.1, 'to': 0.1, 'step': 0.1}},"
            "{'start': 32, 'length': 4, 'value': 5},"
            "{'start': 36, 'length': 4, 'square': {'min': 1, 'max': 2, 'period': '20ms'}},"
            "{'start': 40, 'length': 8, 'signed': true, "
            " 'sine': {'min': -100, 'max': 100, 'period': 4}}]"),
        45 * MS, false,
        "can0 123#00FFFFFF2500\ncan0 123#78000FFF1564\ncan0 123#FF001FFF2500\n"
        "can0 123#00FFFFFF159C\ncan0 123#78000FFF2500\n");
}

static void checksums_come_last(void **state)
{
    (void)state;
    scenario_run_shows(ONE("'frame': ['123#0000FF', '124#0001FF'], 'period': '10ms', 'counter': 0,"
                           "'signals': [{'start': 8, 'length': 4, 'values': [3, 5]}],"
                           "'checksum': {'byte': 2, 'kind': 'sum8', 'id': 'low'}"),
                       25 * MS, false,
                       "can0 123#000326\ncan0 124#000327\ncan0 123#010529\ncan0 124#01052A\n"
                       "can0 123#020328\ncan0 124#020329\n");
    scenario_run_shows(ONE("'frame': '123#00000000', 'period': '10ms', 'count': 1, 'checksum': ["
                           "{'byte': 0, 'kind': 'xor', 'init': '0xA5', 'to': 1},"
                           "{'byte': 2, 'kind': 'crc16-ccitt', 'order': 'little', 'to': 0}]"),
                       25 * MS, false, "can0 123#A500BF04\n");
}

static void every_engine_and_run_is_the_same(void **state)
{
    char *text = scenario_run_engines(
        "{'nodes': {'n': {'type': 'periodic', 'frame': ['123#0000000000000000', "
        "'456#0000000000000000'],"
        "'period': '3ms', 'jitter': '1ms', 'counter': 7, 'sequence': true,"
        "'burst': {'frames': 3, 'gap': '500us'}, 'signals': ["
        "{'start': 0, 'length': 16, 'random': {'min': 1000, 'max': 2000}},"
        "{'start': 23, 'length': 16, 'order': 'big', 'signed': true, 'factor': 0.01,"
        " 'sine': {'min': -300, 'max': '299.99', 'period': '50ms'}}],"
        "'checksum': {'byte': 6, 'kind': 'crc8-autosar', 'id': 'all'}}, "
        "'noise': {'type': 'random', 'load': 40}, 'ack': {}}}",
        100 * MS);

    (void)state;
    free(text);
}

/* A place and a sentence each. */
static void what_is_wrong(void **state)
{
#define SIGNAL(more) ONE("'frame': '123#0000', 'period': '1ms', 'signals': [{" more "}]")
#define SUM(more)    ONE("'frame': '123#0000', 'period': '1ms', 'checksum': {" more "}")
    static const char *const rows[][2] = {
        {ONE("'frame': '123#', 'period': '1ms', 'burst': 3"), "/burst: must be an object, got 3"},
        {ONE("'frame': '123#', 'period': '1ms', 'burst': {'gap': '1us'}"),
         "/burst: must have the key \"frames\", got none"},
        {ONE("'frame': '123#', 'period': '1ms', 'burst': {'frames': 0}"),
         "/burst/frames: must be a whole number 1..4096, got 0"},
        {ONE("'frame': '123#', 'period': '1ms', 'burst': {'frames': 3, 'gap': '500us'}"),
         "/burst: must be over before the next period, jitter and all, got longer"},
        {ONE("'frame': ['123#', '1#'], 'period': '1ms'"), "/frame/1: must be"},
        {ONE("'frame': ['123#', '124#'], 'period': '1ms', 'burst': {'frames': 3000}"),
         "/burst: must be at most 4096 frames in all, got more"},
        {SIGNAL("'start': 0, 'length': 8"),
         "/signals/0: must have one of value, values, ramp, sine, square and random, got none"},
        {SIGNAL("'start': 0, 'length': 8, 'value': 1, 'values': [1]"),
         "/signals/0/values: must be the only one of value, values, ramp, sine, square and random, "
         "got another"},
        {SIGNAL("'start': 0, 'length': 8, 'value': 256"),
         "/signals/0/value: must be a number that fits 8 bits with this factor and offset, got "
         "another"},
        {SIGNAL("'start': 0, 'length': 8, 'signed': true, 'values': [1, 128]"),
         "/signals/0/values/1: must be a number that fits 8 bits with a sign with this factor and "
         "offset, got another"},
        {SIGNAL("'start': 0, 'length': 8, 'ramp': {'from': 0, 'to': 300, 'step': 1}"),
         "/signals/0/ramp/to: must be a number that fits"},
        {SIGNAL("'start': 0, 'length': 8, 'ramp': {'from': 0, 'to': 3, 'step': -1}"),
         "/signals/0/ramp/step: must be more than 0"},
        {SIGNAL("'start': 0, 'length': 8, 'sine': {'min': -1, 'max': 3, 'period': 9}"),
         "/signals/0/sine/min: must be a number that fits"},
        {SIGNAL("'start': 0, 'length': 8, 'sine': {'min': 4, 'max': 3, 'period': 9}"),
         "/signals/0/sine: must have min <= max, got more"},
        {SIGNAL("'start': 0, 'length': 8, 'sine': {'min': 4, 'max': 9}"),
         "/signals/0/sine: must have the key \"period\", got none"},
        {SIGNAL("'start': 0, 'length': 8, 'sine': {'min': 4, 'max': 9, 'period': 1}"),
         "/signals/0/sine/period: must be 1us..24h, or 2..1000000000 frames, got 1"},
        {SIGNAL("'start': 0, 'length': 8, 'random': {'min': 4, 'max': 9, 'period': 2}"),
         "/signals/0/random/period: does not go with the type \"random\""},
        {SIGNAL("'start': 0, 'length': 8, 'factor': 0, 'value': 0"),
         "/signals/0/factor: must not be 0"},
        {SIGNAL("'start': 0, 'length': 8, 'factor': 'x', 'value': 0"),
         "/signals/0/factor: must be a number within"},
        {SIGNAL("'start': 0, 'length': 8, 'factor': 0.12345678901234567, 'value': 0"),
         "/signals/0/factor: must be a number of at most 15 digits, or a text, got"},
        {SIGNAL("'start': 9, 'length': 8, 'value': 0"),
         "/signals/0: must be within the data, got bit 0 of byte 2, where there are 2 bytes"},
        {SIGNAL("'start': 0, 'length': 2, 'order': 'big', 'value': 0"), NULL},
        {SIGNAL("'start': 8, 'length': 2, 'order': 'big', 'value': 0"),
         "/signals/0: must be within the data, got bit 7 of byte 2, where there are 2 bytes"},
        {SIGNAL("'start': 0, 'length': 4, 'value': 0}, {'start': 3, 'length': 1, 'value': 0"),
         "/signals/1: must have bits of its own, got bit 3 of byte 0, which is of another signal"},
        {ONE("'frame': '123#0000', 'period': '1ms', 'counter': 1, 'signals': [{'start': 8, "
             "'length': 1, 'value': 0}]"),
         "/signals/0: must have bits of its own, got bit 0 of byte 1, which is of a counter"},
        {SUM("'byte': 2, 'kind': 'xor'"),
         "/checksum: must be within the data, got bit 0 of byte 2, where there are 2 bytes"},
        {SUM("'byte': 1, 'kind': 'crc16-ccitt'"),
         "/checksum: must be within the data, got bit 0 of byte 2"},
        {SUM("'byte': 1, 'kind': 'crc'"), "/checksum/kind: must be \"xor\", \"sum8\""},
        {SUM("'byte': 1, 'kind': 'xor', 'to': 2"),
         "/checksum: must cover bytes of the data, got \"to\" beyond the last"},
        {SUM("'byte': 1, 'kind': 'xor', 'from': 1, 'to': 0"),
         "/checksum: must have from <= to, got more"},
        {SUM("'byte': 1, 'kind': 'xor', 'init': 256"),
         "/checksum/init: must have no more bits than the checksum, got more"},
        {SUM("'byte': 1, 'kind': 'xor', 'xorout': '0x10000'"),
         "/checksum/xorout: must be a number such as 255"},
        {ONE("'frame': '123#00', 'period': '1ms', 'checksum': [{'byte': 0, 'kind': 'xor'}, "
             "{'byte': 0, 'kind': 'sum8'}]"),
         "/checksum: must have bits of its own, got bit 0 of byte 0, which is of a counter, a "
         "signal or another checksum"},
        {"{'nodes': {'n': {'type': 'periodic', 'signals': [], 'messages': [{'frame': '123#', "
         "'period': '1ms'}], 'sequence': true}}}",
         "/nodes/n: must have \"frame\" beside"},
        {"{'nodes': {'n': {'type': 'random', 'rate': 1, 'burst': {'frames': 1}}}}",
         "/nodes/n/burst: does not go with the type \"random\""},
        {"{'nodes': {'n': {}, 'a': {}}, 'timeline': [{'at': '1s', 'stop': 'n'},"
         "{'at': '2s', 'fault': 'flip field=crc from=n'}]}",
         "/timeline/1/fault: no node \"n\" on can0"},
        {"{'nodes': {'n': {'absent': true}, 'a': {}}, 'timeline': [{'at': '1s', 'start': 'n'},"
         "{'at': '2s', 'fault': 'flip field=crc from=n'}]}",
         NULL},
    };
    struct cs_error error;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = scenario_run_error(rows[i][0], &error);
        if ((rows[i][1] == NULL) != (got[0] == '\0') ||
            (rows[i][1] != NULL && strstr(got, rows[i][1]) == NULL))
            fail_msg("%s\n  gives: %s", rows[i][0], got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts),
        cmocka_unit_test(sequences),
        cmocka_unit_test(a_node_that_returns_starts_anew),
        cmocka_unit_test(a_node_that_is_started_is_as_at_the_start),
        cmocka_unit_test(starting_and_stopping_twice_is_nothing),
        cmocka_unit_test(signals),
        cmocka_unit_test(checksums_come_last),
        cmocka_unit_test(every_engine_and_run_is_the_same),
        cmocka_unit_test(what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
