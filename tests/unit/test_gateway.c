/* SPDX-License-Identifier: MIT */
/* Gateways: what passes from one bus to another, changed and late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scenario_run.h"

#define MS CS_PS_PER_MS

/* A gateway "gw" between "a" and "b", with "qa" and "qb" that send and acknowledge. */
#define NET(keys, routes, timeline)                                                     \
    "{'buses': {'a': {'bitrate': 500000, 'fd': true}, 'b': 250000}, 'nodes': {'gw': "   \
    "{'type': 'gateway', 'bus': 'a', 'to': 'b', " keys " 'routes': [" routes "]}, "     \
    "'qa': {'bus': 'a'}, 'qb': {'bus': 'b'}, 'sa': {'bus': 'a'}, 'sb': {'bus': 'b'}}, " \
    "'timeline': [" timeline "]}"
#define RUN(routes, timeline) NET("", routes, timeline)
#define A(at, frame)          "{'at': '" at "', 'node': 'qa', 'send': " frame "}"
#define B(at, frame)          "{'at': '" at "', 'node': 'qb', 'send': " frame "}"

static void routes_decide(void **state)
{
    (void)state;
    scenario_run_shows(RUN("{'when': '100-1FF'}",
                           A("1ms", "'123#AA'") "," A("2ms", "'223#AA'") "," B("3ms", "'123#BB'")),
                       10 * MS, false, "a 123#AA\nb 123#AA\na 223#AA\nb 123#BB\n");
}

static void directions(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '150', 'block': true, 'direction': 'both'},"
            "{'when': '100-1FF', 'direction': 'both'}, {'when': '200-2FF', 'direction': 'back'},"
            "{'when': {'from': 'sa'}, 'id': '777'}",
            A("1ms", "'150#'") "," B("2ms", "'150#'") "," A("3ms", "'151#'") "," B(
                "4ms", "'151#'") "," A("5ms", "'200#'") "," B("6ms",
                                                              "'200#R4'") ","
                                                                          "{'at': '7ms', 'node': "
                                                                          "'sa', 'send': '345#'}"),
        10 * MS, false,
        "a 150#\nb 150#\na 151#\nb 151#\nb 151#\na 151#\na 200#\nb 200#R4\na 200#R4\n"
        "a 345#\nb 777#\n");
}

/* What it sends itself never comes back, even where it hears itself. */
static void nothing_goes_round(void **state)
{
    (void)state;
    scenario_run_shows(NET("'mode': 'loopback',", "{'direction': 'both'}", A("1ms", "'1AB#'")),
                       100 * MS, false, "a 1AB#\nb 1AB#\n");
}

static void identifiers(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '100', 'id': '200'}, {'when': '101', 'id': '00000200'},"
            "{'when': '102', 'id': '+10'}, {'when': '103', 'id': '-3'},"
            "{'when': '7FF', 'id': '+1'}, {'when': '123', 'id': {'mask': '0F0', 'value': 'A50'}},"
            "{'when': '18FF0010-18FF0020', 'id': {'mask': 'FF', 'value': '1'}}",
            A("1ms", "'100#'") "," A("2ms", "'101#R1'") "," A("3ms", "'102#'") "," A(
                "4ms",
                "'103#'") "," A("5ms",
                                "'7FF#'") "," A("6ms",
                                                "'7FF#'") "," A("7ms",
                                                                "'123#'") "," A("8ms",
                                                                                "'18FF0015#'")),
        20 * MS, false,
        "a 100#\nb 200#\na 101#R1\nb 00000200#R1\na 102#\nb 112#\na 103#\nb 100#\n"
        "a 7FF#\nb note 7FF from the other bus has no identifier here and is lost\na 7FF#\n"
        "a 123#\nb 153#\na 18FF0015#\nb 18FF0001#\n");
}

static void data(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'when': '100', 'data': '11 ?"
            "? 3?*'}, {'when': '101', 'data': '11 ?"
            "? 3?'},"
            "{'when': '102', 'data': ''}",
            A("1ms", "'100#AABBCCDD'") "," A("2ms", "'100#AA'") "," A("3ms", "'101#AABBCCDD'") "," A(
                "4ms",
                "'101#'") "," A("5ms",
                                "'101#R5'") "," A("6ms",
                                                  "'102#AABB'") "," A("7ms",
                                                                      "'100#1122334455667788_"
                                                                      "A'") "," A("8ms",
                                                                                  "'101#"
                                                                                  "11223344556"
                                                                                  "67788_A'")),
        20 * MS, false,
        "a 100#AABBCCDD\nb 100#11BB3CDD\na 100#AA\nb 100#110030\na 101#AABBCCDD\nb 101#11BB3C\n"
        "a 101#\nb 101#110030\na 101#R5\nb 101#R5\na 102#AABB\nb 102#\n"
        "a 100#1122334455667788_A\nb 100#1122334455667788_A\n"
        "a 101#1122334455667788_A\nb 101#112233\n");
}

static void delays(void **state)
{
    (void)state;
    /* 123# takes 45 bits: 90 us on a, 180 us on b. */
    scenario_run_shows(RUN("{'when': '123', 'delay': '2ms'}, {'direction': 'both'}",
                           A("1ms", "'123#'") "," A("2ms", "'124#'") "," B("5ms", "'124#'")),
                       10 * MS, true,
                       "a 1090 123#\na 2090 124#\nb 2270 124#\nb 3270 123#\nb 5180 124#\n"
                       "a 5270 124#\n");
}

static void some_pass(void **state)
{
    struct scenario_run run;

    (void)state;
    scenario_run_shows(RUN("{'every': 3}", A("1ms", "['001#', '002#', '003#', '004#', '005#', "
                                                    "'006#', '007#']")),
                       10 * MS, false,
                       "a 001#\na 002#\na 003#\na 004#\nb 003#\na 005#\na 006#\na 007#\nb 006#\n");
    /* Each direction counts on its own. */
    scenario_run_shows(
        RUN("{'every': 2, 'direction': 'both'}", A("1ms", "'001#'") "," B("2ms", "'002#'") "," A(
                                                     "3ms", "'003#'") "," B("4ms", "'004#'")),
        10 * MS, false, "a 001#\nb 002#\na 003#\nb 003#\nb 004#\na 004#\n");
    scenario_run_open(&run,
                      "{'buses': {'a': 500000, 'b': 500000}, 'nodes': {'gw': {'type': 'gateway', "
                      "'bus': 'a', 'to': 'b', 'routes': [{'drop': 30}]}, 'sb': {'bus': 'b'}, 'q': "
                      "{'bus': 'a', 'type': 'periodic', 'frame': '100#', 'period': '1ms', "
                      "'count': 1000}}}",
                      CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 2000 * MS);
    assert_in_range(run.frames, 1650, 1750);
    scenario_run_close(&run);
}

static void canfd_stays_where_it_is_known(void **state)
{
    (void)state;
    scenario_run_shows(
        RUN("{'direction': 'both'}", A("1ms", "'123##0AA'") "," A("2ms", "'123##0AA'") "," A(
                                         "3ms", "'123#'") ", {'at': '4ms', 'detach': 'gw'}"),
        10 * MS, false,
        "a 123##0AA\nb note a CAN FD frame from the other bus is lost: this controller "
        "knows none\na 123##0AA\na 123#\nb 123#\n"
        "b note CAN FD frames that were lost: 2\n");
    scenario_run_shows(
        "{'buses': {'a': {'fd': true, 'data_bitrate': '2M'}, 'b': {'fd': true}}, 'nodes': {'gw': "
        "{'type': 'gateway', 'bus': 'a', 'to': 'b', 'routes': [{'data': '01*'}]}, 'qa': {'bus': "
        "'a'}, 'qb': {'bus': 'b'}}, 'timeline': ["
        "{'at': '1ms', 'node': 'qa', 'send': '123##0AABBCCDDEEFF00112233'}]}",
        10 * MS, false, "a 123##0AABBCCDDEEFF001122330000\nb 123##001BBCCDDEEFF001122330000\n");
}

static void too_many_wait(void **state)
{
    (void)state;
    scenario_run_shows(
        NET("'queue': 2,", "{'delay': '5ms'}",
            A("1ms", "['001#', '002#', '003#', '004#', '005#']")),
        20 * MS, false,
        "a 001#\na 002#\na 003#\nb note frames to b: 2 wait already, one more is lost\n"
        "a 004#\na 005#\nb note frames to b: 3 were lost\nb 001#\nb 002#\n");
}

static void lost(const char *text, unsigned refused, const uint64_t counts[2][2])
{
    struct scenario_run run;

    scenario_run_open(&run, text, CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 30 * MS);
    assert_int_equal(run.refused, refused);
    for (unsigned side = 0; side < 2; side++) {
        uint64_t n, frames;
        unsigned bus;
        assert_true(cs_nodes_gateway_lost(run.nodes, 0, side, &bus, &n, &frames));
        assert_int_equal(bus, side);
        assert_int_equal(n, counts[side][0]);
        assert_int_equal(frames, counts[side][1]);
    }
    scenario_run_close(&run);
}

/* Whatever the reason: no room to wait, none in the controller, no CAN FD, no identifier. */
static void lost_frames_are_counted(void **state)
{
    (void)state;
    lost(NET("'queue': 2,", "{'delay': '5ms'}",
             A("1ms", "['001#', '002#', '003#', '004#', '005#']") "," A("20ms", "'006#'")),
         3, (const uint64_t[2][2]){{0, 0}, {3, 6}});
    lost(NET("'tx_queue': 1,", "{'direction': 'both'}",
             A("1ms", "['001#', '002#', '003#', '004#']") "," B("20ms", "'005#'")),
         2, (const uint64_t[2][2]){{0, 1}, {2, 4}});
    lost(RUN("{'id': '+10'}", A("1ms", "'7FF#'") "," A("2ms", "'123##0AA'") "," A("3ms", "'100#'")),
         0, (const uint64_t[2][2]){{0, 0}, {2, 3}});
    /* What a route keeps back is not lost. */
    lost(RUN("{'every': 2}", A("1ms", "['001#', '002#', '003#', '004#']")), 0,
         (const uint64_t[2][2]){{0, 0}, {0, 2}});
}

/* "bus" of an action names one of its controllers. */
static void either_controller(void **state)
{
    static const struct {
        const char *action, *shows;
    } rows[] = {
        {"'node': 'gw', 'send': '300#'", "a 300#\na 100#\nb 100#\nb 101#\na 101#\n"},
        {"'node': 'gw', 'bus': 'a', 'send': '300#'", "a 300#\na 100#\nb 100#\nb 101#\na 101#\n"},
        {"'node': 'gw', 'bus': 'b', 'send': '300#'", "b 300#\na 100#\nb 100#\nb 101#\na 101#\n"},
        {"'unplug': 'gw'", "a 100#\nb 101#\n"},
        {"'unplug': 'gw', 'bus': 'b'", "a 100#\nb 101#\n"},
        {"'node': 'gw', 'mode': 'listen-only'", "a 100#\nb 101#\n"},
        {"'node': 'gw', 'bus': 'b', 'mode': 'listen-only'", "a 100#\nb 101#\na 101#\n"},
        {"'node': 'gw', 'bus': 'a', 'mode': 'listen-only'", "a 100#\nb 100#\nb 101#\n"},
        {"'node': 'gw', 'bus': 'b', 'counters': {'tec': 256, 'rec': 0}", "a 100#\nb 101#\n"},
        {"'node': 'gw', 'counters': {'tec': 256, 'rec': 0}", "a 100#\nb 101#\na 101#\n"},
        {"'node': 'gw', 'bus': 'b', 'filters': ['7FF']", "a 100#\nb 100#\nb 101#\n"},
        {"'node': 'gw', 'bus': 'a', 'filters': ['7FF']", "a 100#\nb 101#\na 101#\n"},
        {"'node': 'gw', 'bus': 'b', 'send': '300#'}, {'at': '750us', 'unplug': 'gw', 'bus': 'b'}, "
         "{'at': '800us', 'plug': 'gw'}, {'at': '850us', 'plug': 'gw', 'bus': 'b'",
         "b 300#\na 100#\nb 100#\nb 101#\na 101#\n"},
        {"'unplug': 'gw'}, {'at': '600us', 'unplug': 'gw', 'bus': 'b'}, {'at': '700us', 'plug': "
         "'gw'}, {'at': '700us', 'plug': 'gw', 'bus': 'b'",
         "a 100#\nb 100#\nb 101#\na 101#\n"},
    };
    char text[1000];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text),
                 RUN("{'direction': 'both'}",
                     "{'at': '500us', %s}," A("1ms", "'100#'") "," B("5ms", "'101#'")),
                 rows[i].action);
        scenario_run_shows(text, 10 * MS, false, rows[i].shows);
    }
}

/* Of bit timings, too. */
static void bitrate_of_either_controller(void **state)
{
    struct scenario_run run;
    struct cs_node_status status;

    (void)state;
    scenario_run_open(&run,
                      RUN("{}", "{'at': '1ms', 'node': 'gw', 'bus': 'b', 'bitrate': '125k'},"
                                "{'at': '1ms', 'node': 'gw', 'bus': 'a', 'timing': {'nominal': "
                                "{'bitrate': '1M', 'phase_seg1': 7, 'phase_seg2': 2}}}"),
                      CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 2 * MS);
    for (unsigned i = 0; i < 2; i++) {
        struct cs_bus *bus = cs_sim_bus(run.sim, i);
        assert_int_equal(cs_bus_node_status(bus, cs_bus_find_node(bus, "gw"), &status), 0);
        assert_int_equal(cs_bit_timing_bitrate(&status.timing.nominal), i == 0 ? 1000000 : 125000);
    }
    scenario_run_close(&run);
}

static void it_leaves_and_returns_on_both(void **state)
{
    static const char text[] = RUN(
        "{'direction': 'both', 'delay': '1ms'}",
        A("1ms", "'100#'") "," A("5ms", "'101#'") ", {'at': '5500us', 'detach': 'gw'}," A(
            "7ms",
            "'102#'") "," B("7ms",
                            "'103#'") ", {'at': '9ms', 'attach': 'gw'}," A("12ms",
                                                                           "'104#'") "," B("15ms",
                                                                                           "'105#"
                                                                                           "'"));
    struct scenario_run run;

    (void)state;
    scenario_run_shows(text, 30 * MS, false,
                       "a 100#\nb 100#\na 101#\na 102#\nb 103#\na 104#\nb 104#\nb 105#\na 105#\n");
    /* Asked for while it leaves in the midst of a frame. */
    scenario_run_open(
        &run,
        RUN("{'direction': 'both'}",
            B("1ms", "'100#0011223344556677'") ", {'at': '1050us', 'detach': 'gw'}, {'at': "
                                               "'1060us', 'attach': 'gw'}," A(
                                                   "5ms", "'101#'") "," B("7ms", "'102#'")),
        CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 30 * MS);
    assert_string_equal(run.text, "b 100#0011223344556677\na 101#\nb 101#\nb 102#\na 102#\n");
    assert_true(cs_bus_find_node(cs_sim_bus(run.sim, 0), "gw") >= 0);
    assert_true(cs_bus_find_node(cs_sim_bus(run.sim, 1), "gw") >= 0);
    scenario_run_close(&run);
}

static void faults_find_it_on_both_buses(void **state)
{
    (void)state;
    scenario_run_shows(RUN("{'direction': 'both'}",
                           "{'at': '0', 'fault': 'unplug bus=b node=gw'}," A("1ms", "'100#'")),
                       5 * MS, false, "a 100#\n");
    scenario_run_shows(RUN("{'direction': 'both'}",
                           "{'at': '0', 'fault': 'unplug bus=a node=gw'}," A("1ms", "'100#'")),
                       5 * MS, false, "a 100#\n");
    /* Its mode is that of both. */
    scenario_run_shows(
        RUN("{'direction': 'both'}", "{'at': '0', 'node': 'gw', 'mode': 'listen-only'}," A(
                                         "1ms", "'100#'") "," B("2ms", "'101#'")),
        5 * MS, false, "a 100#\nb 101#\n");
}

/* Two gateways in a ring send each other's frames round: that is their owner's business, and no
 * memory grows. */
static void rings_stay_bounded(void **state)
{
    struct scenario_run run;

    (void)state;
    scenario_run_open(
        &run,
        "{'buses': {'a': 500000, 'b': 500000}, 'nodes': {"
        "'g': {'type': 'gateway', 'bus': 'a', 'to': 'b', 'routes': [{'direction': "
        "'both', 'id': {'mask': 'F', 'value': '1'}}]}, 'h': {'type': 'gateway', 'bus': 'a', 'to': "
        "'b', 'routes': "
        "[{'direction': 'both', 'id': {'mask': 'F', 'value': '2'}, 'delay': '1ms'}]}, 'q': "
        "{'type': 'periodic', 'bus': 'a', 'frame': '100#', 'period': '1ms'}, 'sa': {'bus': 'a'}, "
        "'sb': {'bus': 'b'}}}",
        CS_ENGINE_AUTO);
    cs_sim_run_until(run.sim, 500 * MS);
    assert_true(run.frames > 1000);
    assert_true(run.refused > 0);
    assert_true(run.notes <= 4);
    scenario_run_close(&run);
}

static void every_engine_and_run_is_the_same(void **state)
{
    char *text = scenario_run_engines(
        "{'buses': {'a': 500000, 'b': 125000}, 'nodes': {"
        "'gw': {'type': 'gateway', 'bus': 'a', 'to': 'b', 'drift': '100ppm', 'routes': ["
        "{'when': '000-0FF', 'id': '+100', 'delay': '1ms', 'jitter': '2ms', 'every': 2},"
        "{'when': '400-4FF', 'direction': 'back', 'data': 'A5*', 'drop': 20}]},"
        "'na': {'bus': 'a', 'type': 'random', 'load': 40, 'ids': '000-1FF'}, "
        "'nb': {'bus': 'b', 'type': 'random', 'load': 30, 'ids': '400-5FF'}}}",
        200 * MS);

    (void)state;
    assert_non_null(strstr(text, "\na "));
    assert_non_null(strstr(text, "\nb "));
    free(text);
}

static void what_is_wrong(void **state)
{
#define KEYS(keys) \
    "{'buses': {'a': 1000000, 'b': 1000000}, 'nodes': {'g': {'type': 'gateway', " keys "}}}"
#define ROUTE(more) KEYS("'bus': 'a', 'to': 'b', 'routes': [{" more "}]")
    static const char *const rows[][2] = {
        {KEYS("'bus': 'a'"), "/nodes/g: must have the key \"to\", got none"},
        {KEYS("'bus': 'a', 'to': 'b'"), "/nodes/g: must have the key \"routes\", got none"},
        {KEYS("'bus': 'a', 'to': 'c', 'routes': [{}]"),
         "/nodes/g/to: must be a bus of this scenario (\"a\", \"b\"), got \"c\""},
        {KEYS("'bus': 'a', 'to': 'a', 'routes': [{}]"),
         "/nodes/g/to: must be another bus than \"bus\", got the same"},
        {KEYS("'bus': 'a', 'to': 'b', 'routes': []"),
         "/nodes/g/routes: must be an array of 1..64 routes"},
        {KEYS("'bus': 'a', 'to': 'b', 'routes': [{}], 'rules': []"),
         "/nodes/g/rules: does not go with the type \"gateway\""},
        {ROUTE("'when': 'x'"), "/routes/0/when: must be a frame such as"},
        {ROUTE("'direction': 'up'"),
         "/routes/0/direction: must be \"forward\", \"back\" or \"both\", got \"up\""},
        {ROUTE("'id': '20'"), "/routes/0/id: must be \"200\" (fixed), \"+10\""},
        {ROUTE("'id': 5"), "/routes/0/id: must be \"200\" (fixed)"},
        {ROUTE("'id': {'mask': '7F'}"), "/routes/0/id: must have the key \"value\", got none"},
        {ROUTE("'id': {'mask': 'x', 'value': '0'}"), "/routes/0/id/mask: must be 1..8 hex digits"},
        {ROUTE("'data': '1'"), "/routes/0/data: must be data such as"},
        {ROUTE("'drop': 101"), "/routes/0/drop: must be percent 0..100 with at most 4 decimals"},
        {ROUTE("'every': 0"), "/routes/0/every: must be a whole number 1..1000000000"},
        {"{'buses': {'a': 1000000, 'b': 1000000, 'c': 500000}, 'nodes': {'g': {'type': 'gateway', "
         "'bus': 'a', 'to': 'b', "
         "'routes': [{}]}}, 'faults': ['unplug node=g bus=c']}",
         "/faults/0: node: must be a node of this scenario on c, got \"g\""},
#define ACTION(more)                                                                              \
    "{'buses': {'a': {'fd': true}, 'b': 1000000, 'c': 500000}, 'nodes': {'g': {'type': "          \
    "'gateway', 'bus': 'a', 'to': 'b', 'routes': [{}]}, 'n': {'bus': 'c'}}, 'timeline': [{'at': " \
    "'1s', " more "}]}"
        {ACTION("'node': 'g', 'bus': 'c', 'send': '1AA#'"),
         "/timeline/0/bus: must be a bus of \"g\", got \"c\""},
        {ACTION("'node': 'n', 'bus': 'a', 'mode': 'normal'"),
         "/timeline/0/bus: must be a bus of \"n\", got \"a\""},
        {ACTION("'attach': 'g', 'bus': 'b'"), "/timeline/0/bus: does not go with this action"},
        {ACTION("'detach': 'g', 'bus': 'a'"), "/timeline/0/bus: does not go with this action"},
        {ACTION("'node': 'g', 'bus': 'b', 'send': '1AA##0'"),
         "/timeline/0/send: must be classic CAN"},
    };

    (void)state;
    scenario_run_refuses(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_decide),
        cmocka_unit_test(directions),
        cmocka_unit_test(nothing_goes_round),
        cmocka_unit_test(identifiers),
        cmocka_unit_test(data),
        cmocka_unit_test(delays),
        cmocka_unit_test(some_pass),
        cmocka_unit_test(canfd_stays_where_it_is_known),
        cmocka_unit_test(too_many_wait),
        cmocka_unit_test(lost_frames_are_counted),
        cmocka_unit_test(either_controller),
        cmocka_unit_test(bitrate_of_either_controller),
        cmocka_unit_test(it_leaves_and_returns_on_both),
        cmocka_unit_test(faults_find_it_on_both_buses),
        cmocka_unit_test(rings_stay_bounded),
        cmocka_unit_test(every_engine_and_run_is_the_same),
        cmocka_unit_test(what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
