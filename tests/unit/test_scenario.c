/* SPDX-License-Identifier: MIT */
/* What a scenario file becomes; what is wrong with one is in tests/integration/cli_errors.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario.h"

static struct cs_scenario *parse(const char *text)
{
    struct cs_error error;
    struct cs_scenario *scenario = cs_scenario_parse("t.json", text, strlen(text), &error);

    if (scenario == NULL)
        fail_msg("%s", error.text);
    return scenario;
}

static void defaults(void **state)
{
    struct cs_scenario *s = parse("{\"nodes\": {\"a\": {}}}");
    const struct cs_scenario_node *a = &s->nodes[0];

    (void)state;
    assert_string_equal(s->title, "t.json");
    assert_int_equal(s->seed, 1);
    assert_int_equal(s->duration_ps, 0);
    assert_false(s->have_speed || s->link);
    assert_int_equal(s->n_buses, 1);
    assert_string_equal(s->buses[0].name, "can0");
    assert_int_equal(s->buses[0].timing.timing.nominal.bitrate_bps, 500000);
    assert_int_equal(s->n_nodes, 1);
    assert_int_equal(a->type, CS_NODE_LISTENER);
    assert_int_equal(a->mode, CS_MODE_NORMAL);
    assert_int_equal(a->tx_queue, CS_TX_QUEUE_DFLT);
    assert_int_equal(a->recovery_ps, 0);
    assert_false(a->absent);
    cs_scenario_free(s);
}

static void root_and_buses(void **state)
{
    struct cs_scenario *s =
        parse("{\"title\": \"T\", \"seed\": 9007199254740991, \"duration\": \"1.5s\","
              "\"speed\": 0.125, \"link\": \"/x\", \"comment\": [1, {}],"
              "\"buses\": {\"a\": 10000, \"b\": \"1M\", \"c.d-e_f\": "
              "{\"bitrate\": \"83.333k\"}, \"d\": {}}}");

    (void)state;
    assert_string_equal(s->title, "T");
    assert_true(s->seed == INT64_C(9007199254740991));
    assert_true(s->duration_ps == 3 * CS_PS_PER_S / 2);
    assert_true(s->have_speed);
    assert_int_equal(s->speed_permille, 125);
    assert_true(s->link);
    assert_string_equal(s->link_address, "/x");
    assert_int_equal(s->n_buses, 4);
    assert_int_equal(s->buses[0].timing.timing.nominal.bitrate_bps, 10000);
    assert_int_equal(s->buses[1].timing.timing.nominal.bitrate_bps, 1000000);
    assert_int_equal(s->buses[2].timing.timing.nominal.bitrate_bps, 83333);
    assert_int_equal(s->buses[3].timing.timing.nominal.bitrate_bps, 500000);
    cs_scenario_free(s);
}

static void speeds(void **state)
{
    static const struct {
        const char *text;
        uint32_t permille;
    } rows[] = {{"1", 1000},    {"0.001", 1},       {"1000", 1000000}, {"2.5", 2500},
                {"\"max\"", 0}, {"\"x10\"", 10000}, {"10", 10000},     {"100", 100000}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"speed\": %s}", rows[i].text);
        struct cs_scenario *s = parse(text);
        assert_int_equal(s->speed_permille, rows[i].permille);
        cs_scenario_free(s);
    }
}

static void controllers(void **state)
{
    struct cs_scenario *s =
        parse("{\"nodes\": {\"n\": {\"mode\": [\"one-shot\", \"loopback\"], \"tx_queue\": 4096,"
              "\"tx_order\": \"fifo\", \"recovery\": \"manual\", \"absent\": true,"
              "\"filters\": [\"123\", \"120:7F0\", \"18FF0000:1FFF0000\"]},"
              "\"m\": {\"recovery\": \"100ms\", \"mode\": \"listen-only\"}}}");
    const struct cs_scenario_node *n = &s->nodes[0];

    (void)state;
    assert_int_equal(n->mode, CS_MODE_ONE_SHOT | CS_MODE_LOOPBACK);
    assert_int_equal(n->tx_queue, 4096);
    assert_int_equal(n->tx_order, 1);
    assert_int_equal(n->recovery_ps, CS_RECOVERY_MANUAL);
    assert_true(n->absent);
    assert_int_equal(n->n_filters, 3);
    assert_int_equal(n->filters[0].id_mask, CS_ID_MAX_BASE);
    assert_int_equal(n->filters[0].flags, 0);
    assert_int_equal(n->filters[1].id, 0x120);
    assert_int_equal(n->filters[1].id_mask, 0x7F0);
    assert_int_equal(n->filters[2].flags, CS_FRAME_EXT);
    assert_int_equal(n->filters[2].flags_mask, CS_FRAME_EXT);
    assert_true(s->nodes[1].recovery_ps == 100 * CS_PS_PER_MS);
    assert_int_equal(s->nodes[1].mode, CS_MODE_LISTEN_ONLY);
    cs_scenario_free(s);
}

static const struct cs_timing *timing_of(const struct cs_scenario *s, unsigned node)
{
    return &s->nodes[node].timing.timing;
}

static void timings(void **state)
{
    struct cs_scenario *s =
        parse("{\"buses\": {\"a\": {\"bitrate\": \"250k\", \"fd\": true, \"data_bitrate\": \"2M\","
              "\"data_sample_point\": \"70%\", \"sjw\": 4},"
              "\"b\": {\"fd\": true, \"timing\": {\"clock\": \"80M\", \"tdc\": \"on\", "
              "\"tdc_offset\": 12,"
              "\"nominal\": {\"brp\": 2, \"prop_seg\": 47, \"phase_seg1\": 16, \"phase_seg2\": 16,"
              "\"sjw\": 16},"
              "\"data\": {\"brp\": 1, \"phase_seg1\": 29, \"phase_seg2\": 10}}}},"
              "\"nodes\": {\"same\": {\"bus\": \"a\"},"
              "\"slow\": {\"bus\": \"a\", \"bitrate\": \"125k\", \"drift\": \"150ppm\"},"
              "\"late\": {\"bus\": \"a\", \"sample_point\": 0.625, \"drift\": \"-0.01%\"},"
              "\"far\": {\"bus\": \"b\", \"cable\": 40.5, \"fd\": \"tolerant\"},"
              "\"own\": {\"bus\": \"b\", \"delay\": \"25ns\", \"fd\": \"non-iso\", \"mode\": "
              "\"restricted\","
              "\"protocol_exception\": false, \"timing\": {\"clock\": \"20M\","
              "\"nominal\": {\"brp\": 4, \"phase_seg1\": 7, \"phase_seg2\": 2}}}}}");

    (void)state;
    assert_int_equal(cs_bit_timing_sample_permille(&s->buses[0].timing.timing.data), 700);
    assert_int_equal(s->buses[0].timing.timing.nominal.sjw, 4);
    assert_int_equal(s->buses[1].timing.timing.nominal.bitrate_bps, 500000);
    assert_int_equal(s->buses[1].timing.timing.data.bitrate_bps, 2000000);
    assert_int_equal(s->buses[1].timing.timing.tdc, CS_TDC_ON);
    assert_int_equal(s->buses[1].timing.timing.tdc_offset, 12);
    assert_true(cs_timing_equal(timing_of(s, 0), &s->buses[0].timing.timing));
    assert_int_equal(timing_of(s, 1)->nominal.bitrate_bps, 125000);
    assert_int_equal(timing_of(s, 1)->data.bitrate_bps, 2000000);
    assert_int_equal(timing_of(s, 1)->drift_ppb, 150000);
    assert_int_equal(cs_bit_timing_sample_permille(&timing_of(s, 2)->nominal), 625);
    assert_int_equal(timing_of(s, 2)->nominal.bitrate_bps, 250000);
    assert_int_equal(timing_of(s, 2)->drift_ppb, -100000);
    assert_int_equal(s->nodes[3].cable_ps, 202500);
    assert_int_equal(s->nodes[3].fd, CS_FD_TOLERANT);
    assert_int_equal(s->nodes[4].delay_ps, 25000);
    assert_int_equal(s->nodes[4].fd, CS_FD_NON_ISO);
    assert_int_equal(s->nodes[4].mode, CS_MODE_RESTRICTED);
    assert_true(s->nodes[3].protocol_exception && !s->nodes[4].protocol_exception);
    assert_int_equal(timing_of(s, 4)->nominal.bitrate_bps, 500000);
    assert_int_equal(timing_of(s, 4)->data.brp, 0);
    cs_scenario_free(s);
}

static void fd_frames(void **state)
{
    struct cs_scenario *s =
        parse("{\"buses\": {\"a\": {\"fd\": true}}, \"nodes\": {"
              "\"p\": {\"type\": \"periodic\", \"frame\": [\"123##1AABB\", \"124#\"], "
              "\"period\": \"1ms\"},"
              "\"r\": {\"type\": \"random\", \"rate\": 9, \"fd_frames\": 100, \"brs\": 30,"
              "\"dlc\": \"9-15\"}}}");

    (void)state;
    assert_int_equal(s->nodes[0].messages[0].frames.frame[0].flags, CS_FRAME_FD | CS_FRAME_BRS);
    assert_int_equal(s->nodes[1].random.fd_ppm, 1000000);
    assert_int_equal(s->nodes[1].random.brs_ppm, 300000);
    assert_int_equal(s->nodes[1].random.dlc_low, 9);
    assert_int_equal(s->nodes[1].random.dlc_high, 15);
    cs_scenario_free(s);
}

static void messages(void **state)
{
    struct cs_scenario *s = parse(
        "{\"nodes\": {\"n\": {\"type\": \"periodic\", \"frame\": \"100#00\", \"period\": \"1ms\","
        "\"counter\": 0, \"messages\": [{\"frame\": [\"200#\", \"201#R3\"], \"period\": \"1h\","
        "\"offset\": \"1s\", \"count\": 9, \"jitter\": \"3us\"}]}}}");
    const struct cs_scenario_node *n = &s->nodes[0];

    (void)state;
    assert_int_equal(n->n_messages, 2);
    assert_int_equal(n->messages[0].frames.frame[0].id, 0x100);
    assert_int_equal(n->messages[0].n_counters, 1);
    assert_int_equal(n->messages[0].counters[0].high, 255);
    assert_int_equal(n->messages[1].frames.n, 2);
    assert_int_equal(n->messages[1].frames.frame[1].dlc, 3);
    assert_true(n->messages[1].period_ps == 3600 * CS_PS_PER_S);
    assert_int_equal(n->messages[1].count, 9);
    assert_true(n->messages[1].jitter_ps == 3 * CS_PS_PER_US);
    cs_scenario_free(s);
}

static void random_and_attached(void **state)
{
    struct cs_scenario *s = parse(
        "{\"nodes\": {\"r\": {\"type\": \"random\", \"rate\": 0.5, \"ids\": \"7FF\", \"dlc\": 3},"
        "\"l\": {\"type\": \"random\", \"load\": 100, \"ids\": \"00000000-1FFFFFFF\"},"
        "\"g\": {\"type\": \"attached\", \"wait\": true},"
        "\"h\": {\"type\": \"attached\", \"wait\": \"5s\"}, \"i\": {\"type\": \"attached\"}}}");

    (void)state;
    assert_true(s->nodes[0].random.interval_ps == 2 * CS_PS_PER_S);
    assert_int_equal(s->nodes[0].random.id_low, 0x7FF);
    assert_int_equal(s->nodes[0].random.id_high, 0x7FF);
    assert_int_equal(s->nodes[0].random.dlc_high, 3);
    assert_true(s->nodes[1].random.ext);
    assert_int_equal(s->nodes[1].random.id_high, CS_ID_MAX_EXT);
    assert_true(s->nodes[2].wait_ps == CS_NEVER);
    assert_true(s->nodes[3].wait_ps == 5 * CS_PS_PER_S);
    assert_true(s->nodes[4].wait_ps == 0);
    cs_scenario_free(s);
}

static void percentages(void **state)
{
    static const struct {
        const char *value;
        int64_t ppm; /* -1: refused */
    } rows[] = {
        {"2", 20000},      {"\"2%\"", 20000},    {"0.5", 5000},         {"\"0.5%\"", 5000},
        {"0", 0},          {"100", 1000000},     {"\"100%\"", 1000000}, {"\"0.0001%\"", 1},
        {"\"1e-3%\"", 10}, {"\"0.00001%\"", -1}, {"0.00005", -1},       {"\"50\"", -1},
        {"\"%\"", -1},     {"\"-1%\"", -1},      {"100.0001", -1},      {"\"101%\"", -1},
        {"\"2 %\"", -1},   {"true", -1},         {"1e300", -1},         {"\"\"", -1},
    };
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_error error = {0};
        snprintf(text, sizeof(text),
                 "{\"nodes\": {\"r\": {\"type\": \"random\", \"rate\": 9, \"remote\": %s}}}",
                 rows[i].value);
        struct cs_scenario *s = cs_scenario_parse("t.json", text, strlen(text), &error);
        if (rows[i].ppm < 0) {
            assert_null(s);
            assert_non_null(strstr(error.text, "/nodes/r/remote: must be percent 0..100 with at "
                                               "most 4 decimals, such as 2 or \"2.5%\", got "));
            continue;
        }
        if (s == NULL)
            fail_msg("%s: %s", rows[i].value, error.text);
        assert_int_equal(s->nodes[0].random.remote_ppm, rows[i].ppm);
        cs_scenario_free(s);
    }
}

static void timeline_is_in_order(void **state)
{
    struct cs_scenario *s =
        parse("{\"nodes\": {\"a\": {}, \"b\": {}}, \"timeline\": ["
              "{\"at\": \"2s\", \"note\": \"3\"}, {\"at\": \"1s\", \"note\": \"1\"},"
              "{\"at\": \"2s\", \"detach\": \"b\"}, {\"at\": \"1s\", \"node\": \"b\", \"send\": "
              "\"1AB#\"},"
              "{\"at\": \"0\", \"node\": \"a\", \"counters\": {\"tec\": 256, \"rec\": 255}}]}");
    static const int kinds[] = {CS_ACTION_COUNTERS, CS_ACTION_NOTE, CS_ACTION_SEND, CS_ACTION_NOTE,
                                CS_ACTION_DETACH};

    (void)state;
    assert_int_equal(s->n_actions, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(s->actions[i].kind, kinds[i]);
    assert_int_equal(s->actions[0].tec, 256);
    assert_int_equal(s->actions[2].node, 1);
    assert_int_equal(s->actions[4].node, 1);
    cs_scenario_free(s);
}

static void faults(void **state)
{
    struct cs_scenario *s = parse(
        "{\"buses\": {\"x\": 500000, \"y\": 500000}, \"nodes\": {\"a\": {\"bus\": \"y\"}, "
        "\"b\": {\"bus\": \"y\"}, \"c\": {\"bus\": \"x\"}}, \"timeline\": ["
        "{\"at\": \"0s\", \"note\": \"begin\"},"
        "{\"at\": \"2ms\", \"fault\": {\"fault\": \"flip\", \"field\": \"crc\", \"index\": 3, "
        "\"id\": \"0x123\", \"count\": 2, \"stuff\": true, \"seen_by\": [\"a\", \"b\"], "
        "\"comment\": 5}},"
        "{\"at\": \"1ms\", \"fault\": \"noise ber=0.001 bus=x label=hum\"},"
        "{\"at\": \"3ms\", \"bus\": \"x\", \"clear\": \"hum\"}, {\"at\": \"4ms\", \"clear\": "
        "\"all\"},"
        "{\"at\": \"5ms\", \"node\": \"c\", \"bitrate\": \"250k\"}],"
        "\"faults\": [\"no-ack node=b\", {\"fault\": \"drift\", \"node\": \"c\", \"ppm\": "
        "-12.5}]}");
    static const int kinds[] = {CS_ACTION_FAULT, CS_ACTION_FAULT, CS_ACTION_NOTE,
                                CS_ACTION_FAULT, CS_ACTION_FAULT, CS_ACTION_CLEAR,
                                CS_ACTION_CLEAR, CS_ACTION_TIMING};

    (void)state;
    assert_int_equal(s->n_actions, 8);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(s->actions[i].kind, kinds[i]);
    assert_int_equal(s->actions[0].fault->bus, 1);
    assert_int_equal(s->actions[0].fault->spec.kind, CS_FAULT_NO_ACK);
    assert_int_equal(s->actions[1].fault->bus, 0);
    assert_int_equal(s->actions[1].fault->spec.drift_ppb, -12500);
    assert_int_equal(s->actions[3].fault->bus, 0);
    assert_int_equal(s->actions[3].fault->spec.ber_ppb, 1000000);
    const struct cs_fault_spec *flip = &s->actions[4].fault->spec;
    assert_int_equal(s->actions[4].fault->bus, 1);
    assert_int_equal(flip->index, 3);
    assert_int_equal(flip->count, 2);
    assert_true(flip->stuff && flip->trigger.have_id);
    assert_int_equal(flip->trigger.id, 0x123);
    assert_int_equal(flip->n_seen_by, 2);
    assert_string_equal(flip->seen_by[1], "b");
    const struct cs_fault_spec *hum = &s->actions[3].fault->spec;
    assert_true(cs_action_clears(&s->actions[5], 0, hum));
    assert_false(cs_action_clears(&s->actions[5], 1, hum));
    assert_false(cs_action_clears(&s->actions[5], 0, flip));
    assert_true(cs_action_clears(&s->actions[6], 1, flip));
    assert_int_equal(s->actions[7].timing->bitrate_bps, 250000);
    cs_scenario_free(s);
}

/* What is certain to be armed at the same time must not contradict; what is over by then may. */
static void faults_are_tried_together(void **state)
{
    static const struct {
        const char *timeline;
        const char *place; /* NULL: good */
    } rows[] = {
        {"{\"at\": \"1s\", \"fault\": \"bitrate node=a bitrate=250k for=1s\"},"
         "{\"at\": \"2s\", \"fault\": \"bitrate node=a bitrate=125k\"}",
         NULL},
        {"{\"at\": \"1s\", \"fault\": \"bitrate node=a bitrate=250k for=1s\"},"
         "{\"at\": \"1500ms\", \"fault\": \"bitrate node=a bitrate=125k\"}",
         "t.json: /timeline/1/fault: "},
        {"{\"at\": \"1s\", \"fault\": \"bitrate node=a bitrate=250k label=x\"},"
         "{\"at\": \"9s\", \"fault\": \"bitrate node=a bitrate=125k\"}",
         "t.json: /timeline/1/fault: "},
        {"{\"at\": \"1s\", \"fault\": \"bitrate node=a bitrate=250k label=x\"},"
         "{\"at\": \"8s\", \"clear\": \"x\"},"
         "{\"at\": \"9s\", \"fault\": \"bitrate node=a bitrate=125k\"}",
         NULL},
        {"{\"at\": \"1s\", \"fault\": \"bitrate node=a bitrate=250k label=x\"},"
         "{\"at\": \"9s\", \"fault\": \"bitrate node=b bitrate=125k\"}",
         NULL},
        {"{\"at\": \"1s\", \"fault\": \"no-ack node=late\"}", "t.json: /timeline/0/fault: "},
        {"{\"at\": \"1s\", \"attach\": \"late\"},"
         "{\"at\": \"1s\", \"fault\": \"no-ack node=late\"}",
         NULL},
        {"{\"at\": \"1s\", \"detach\": \"a\"}, {\"at\": \"2s\", \"fault\": \"no-ack node=a\"}",
         "t.json: /timeline/1/fault: "},
    };
    char text[800];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_error error = {0};
        snprintf(text, sizeof(text),
                 "{\"nodes\": {\"a\": {}, \"b\": {}, \"late\": {\"absent\": true}}, "
                 "\"timeline\": [%s]}",
                 rows[i].timeline);
        struct cs_scenario *s = cs_scenario_parse("t.json", text, strlen(text), &error);
        if (rows[i].place == NULL && s == NULL)
            fail_msg("%zu: %s", i, error.text);
        if (rows[i].place != NULL && s != NULL)
            fail_msg("%zu: taken", i);
        if (s == NULL && strncmp(error.text, rows[i].place, strlen(rows[i].place)) != 0)
            fail_msg("%zu: %s", i, error.text);
        cs_scenario_free(s);
    }
}

static void faults_of_the_command_line(void **state)
{
    static const char *const good[] = {"no-ack node=a", "flip field=crc bus=can0"};
    static const char *const bad[] = {"no-ack node=b bus=can1", "noise ber=0.1 node=a",
                                      "no-ack node=a label="};
    struct cs_error error = {0};
    struct cs_scenario *s = parse("{\"nodes\": {\"a\": {}}, \"faults\": [\"noise ber=0.01\"]}");

    (void)state;
    assert_int_equal(cs_scenario_add_faults(s, good, 2, &error), 0);
    assert_int_equal(s->n_actions, 3);
    assert_int_equal(s->actions[0].fault->spec.kind, CS_FAULT_NOISE);
    assert_string_equal(s->actions[2].option, good[1]);
    for (size_t i = 0; i < 3; i++) {
        char start[80];
        assert_int_equal(cs_scenario_add_faults(s, &bad[i], 1, &error), -1);
        snprintf(start, sizeof(start), "--fault \"%s\": ", bad[i]);
        assert_int_equal(strncmp(error.text, start, strlen(start)), 0);
        assert_int_equal(error.status, CS_STATUS_INPUT);
    }
    cs_scenario_free(s);
}

static void bus_names(void **state)
{
    (void)state;
    assert_true(cs_scenario_bus_name_ok("can0"));
    assert_true(cs_scenario_bus_name_ok("a.b-c_d"));
    assert_true(cs_scenario_bus_name_ok("123456789012345"));
    assert_false(cs_scenario_bus_name_ok("1234567890123456"));
    assert_false(cs_scenario_bus_name_ok(""));
    assert_false(cs_scenario_bus_name_ok("any"));
    assert_false(cs_scenario_bus_name_ok(".."));
    assert_false(cs_scenario_bus_name_ok("a/b"));
    assert_false(cs_scenario_bus_name_ok("\xC3\xA4"));
}

/* Every key that the help names can be found in it with its range: the tables feed both. */
static void help_names_every_key(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    assert_non_null(to);
    cs_scenario_help(to);
    fclose(to);
    static const char *const parts[] = {
        "duration",       "tx_queue", "1..4096",    "100us..1h",   "timeline",   "bounce",
        "one-shot",       "required", "10k..1M",    "restricted",  "phase_seg1", "fd_frames",
        "stuck-dominant", "seen_by",  "late_frame", "attack-janus"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        assert_non_null(strstr(text, parts[i]));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(root_and_buses),
        cmocka_unit_test(speeds),
        cmocka_unit_test(controllers),
        cmocka_unit_test(timings),
        cmocka_unit_test(fd_frames),
        cmocka_unit_test(messages),
        cmocka_unit_test(random_and_attached),
        cmocka_unit_test(percentages),
        cmocka_unit_test(timeline_is_in_order),
        cmocka_unit_test(faults),
        cmocka_unit_test(faults_are_tried_together),
        cmocka_unit_test(faults_of_the_command_line),
        cmocka_unit_test(bus_names),
        cmocka_unit_test(help_names_every_key),
    };
    return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
