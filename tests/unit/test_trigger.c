/* SPDX-License-Identifier: MIT */
/* What happens: which keys it takes, which events are it, and how it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "scenarios/scenario.h"
#include "scenarios/text.h"
#include "scenarios/trigger.h"
#include "scenarios/session_live.h"
#include "simcore/fault.h"

static struct cs_scenario scenario;
static struct cs_sim *sim;
static struct cs_error error;
static cJSON *tree; /* of the latest trigger */

static int setup(void **state)
{
    struct cs_controller_config node = {.name = "ecu"};

    (void)state;
    sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++) {
        struct cs_bus_config bus = {.name = i == 0 ? "can0" : "can1", .bitrate_bps = 500000};
        assert_int_equal(cs_sim_add_bus(sim, &bus), i);
        scenario.buses[i].name = bus.name;
        node.name = "ecu";
        assert_int_equal(cs_bus_attach(cs_sim_bus(sim, i), &node), 0);
        node.name = "drive";
        assert_int_equal(cs_bus_attach(cs_sim_bus(sim, i), &node), 1);
    }
    scenario.n_buses = 2;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cJSON_Delete(tree);
    tree = NULL;
    cs_sim_destroy(sim);
    return 0;
}

static int read(const char *json, struct cs_trigger *t)
{
    struct cs_reader r = {.file = "t.json", .error = &error, .ctx = &scenario};

    cJSON_Delete(tree);
    tree = cJSON_Parse(json);
    if (tree == NULL)
        fail_msg("%s: no JSON", json);
    error.text[0] = '\0';
    return cs_trigger_read(&r, tree, t);
}

static struct cs_trigger trigger(const char *json)
{
    struct cs_trigger t;

    if (read(json, &t) != 0)
        fail_msg("%s", error.text);
    return t;
}

#define EV(kind_, ...)                     \
    {                                      \
        .kind = CS_EV_##kind_, __VA_ARGS__ \
    }

struct row {
    const char *json;
    bool hit;
    struct cs_event event;
    const char *frame;
};

static const struct row rows[] = {
    {"\"123#11*\"", true, EV(FRAME, .node = 0), "123#1122"},
    {"\"123#11*\"", false, EV(FRAME, .node = 0), "123#2222"},
    {"\"123#11*\"", false, EV(QUEUED, .node = 0), "123#1122"},
    {"{\"frame\":\"123\"}", true, EV(FRAME, .node = 0), "123#"},
    {"{\"frame\":\"123\",\"node\":\"ecu\"}", true, EV(FRAME, .node = 0), "123#"},
    {"{\"frame\":\"123\",\"node\":\"ecu\"}", false, EV(FRAME, .node = 1), "123#"},
    {"{\"frame\":\"123\",\"bus\":\"can1\"}", true, EV(FRAME, .node = 0, .bus = 1), "123#"},
    {"{\"frame\":\"123\",\"bus\":\"can1\"}", false, EV(FRAME, .node = 0), "123#"},
    {"{\"frame\":{\"id\":\"100-1FF\",\"from\":\"drive\"}}", true, EV(FRAME, .node = 1), "1FF#"},
    {"{\"frame\":{\"id\":\"100-1FF\",\"from\":\"drive\"}}", false, EV(FRAME, .node = 0), "1FF#"},
    {"{\"state\":\"bus_off\"}", true, EV(STATE, .state = CS_STATE_BUS_OFF), NULL},
    {"{\"state\":\"bus_off\"}", false, EV(STATE, .state = CS_STATE_ERROR_PASSIVE), NULL},
    {"{\"state\":\"error_active\",\"node\":\"drive\"}", true,
     EV(STATE, .node = 1, .state = CS_STATE_ERROR_ACTIVE), NULL},
    {"{\"state\":\"warning\"}", true, EV(COUNTERS, .tec = 96), NULL},
    {"{\"state\":\"warning\"}", true, EV(COUNTERS, .rec = 96), NULL},
    {"{\"state\":\"warning\"}", false, EV(COUNTERS, .tec = 95, .rec = 95), NULL},
    {"{\"error\":\"any\"}", true, EV(ERROR, .error = CS_ERROR_CRC), NULL},
    {"{\"error\":\"crc\"}", true, EV(ERROR, .error = CS_ERROR_CRC), NULL},
    {"{\"error\":\"bit\"}", false, EV(ERROR, .error = CS_ERROR_CRC), NULL},
    {"{\"error_frame\":true}", true, EV(ERROR_FRAME, .node = CS_NO_NODE), NULL},
    {"{\"error_frame\":true,\"node\":\"ecu\"}", false, EV(ERROR_FRAME, .node = CS_NO_NODE), NULL},
    {"{\"fault\":\"any\"}", true,
     EV(FAULT, .stage = CS_FAULT_FIRED, .text = "flip field=crc label=one"), NULL},
    {"{\"fault\":\"one\"}", true,
     EV(FAULT, .stage = CS_FAULT_FIRED, .text = "flip label=one field=crc"), NULL},
    {"{\"fault\":\"flip\"}", true, EV(FAULT, .stage = CS_FAULT_FIRED, .text = "flip label=one"),
     NULL},
    {"{\"fault\":\"on\"}", false, EV(FAULT, .stage = CS_FAULT_FIRED, .text = "flip label=one"),
     NULL},
    {"{\"fault\":\"one\"}", false, EV(FAULT, .stage = CS_FAULT_ARMED, .text = "flip label=one"),
     NULL},
    {"{\"fault\":\"one\",\"stage\":\"armed\"}", true,
     EV(FAULT, .stage = CS_FAULT_ARMED, .text = "flip label=one"), NULL},
    {"{\"note\":\"ready*\"}", true, EV(NOTE, .text = "ready to go"), NULL},
    {"{\"note\":\"ready\"}", false, EV(NOTE, .text = "ready to go"), NULL},
    {"{\"attached\":\"ecu\"}", true, EV(ATTACH, .node = 0), NULL},
    {"{\"attached\":\"ecu\"}", false, EV(ATTACH, .node = 1), NULL},
    {"{\"attached\":true}", true, EV(ATTACH, .node = 1), NULL},
    {"{\"detached\":\"ecu\"}", true, EV(DETACH, .node = 0), NULL},
    {"{\"arbitration_lost\":true}", true, EV(ARB_LOST, .node = 0), "123#"},
    {"{\"arbitration_lost\":\"124\"}", false, EV(ARB_LOST, .node = 0), "123#"},
    {"{\"refused\":\"123\"}", true, EV(REFUSED, .node = 0), "123#"},
    {"{\"dropped\":true}", true, EV(DROPPED, .node = 0), "123#"},
    {"{\"dropped\":true}", false, EV(SENT, .node = 0), "123#"},
    {"{\"tec\":\">=96\"}", true, EV(COUNTERS, .tec = 96), NULL},
    {"{\"tec\":\">=96\"}", false, EV(COUNTERS, .tec = 95), NULL},
    {"{\"rec\":\"<5\",\"node\":\"ecu\"}", true, EV(COUNTERS, .rec = 4), NULL},
    {"{\"rec\":\"<5\"}", false, EV(COUNTERS, .rec = 5), NULL},
    {"{\"rec\":\"2-5\"}", true, EV(COUNTERS, .rec = 5), NULL},
    {"{\"rec\":\"2-5\"}", false, EV(COUNTERS, .rec = 6), NULL},
    {"{\"rec\":7}", true, EV(COUNTERS, .rec = 7), NULL},
    {"{\"decoded\":\"SDO*\"}", false, EV(FRAME, .node = 0), "123#"},
};

static void events(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_trigger t = trigger(rows[i].json);
        struct cs_event event = rows[i].event;
        struct cs_frame frame;
        char why[200];
        if (rows[i].frame != NULL) {
            assert_int_equal(cs_frame_parse(rows[i].frame, &frame, why, sizeof(why)), 0);
            event.frame = &frame;
        }
        if (cs_trigger_hit(&t, sim, &event) != rows[i].hit)
            fail_msg("row %u, %s: must be %d", (unsigned)i, rows[i].json, rows[i].hit);
        if (rows[i].hit)
            assert_true((cs_trigger_events(&t) >> event.kind & 1u) != 0);
    }
}

static void levels(void **state)
{
    static const uint16_t tec[] = {8, 96, 104, 103, 95, 96, 97};
    static const bool enters[] = {false, true, false, false, false, true, false};
    struct cs_trigger_inside inside = {0};
    struct cs_trigger t = trigger("{\"state\":\"warning\"}");

    (void)state;
    assert_true(cs_trigger_is_level(&t));
    for (size_t i = 0; i < sizeof(tec) / sizeof(tec[0]); i++) {
        struct cs_event event = EV(COUNTERS, .node = 1, .tec = tec[i]);
        assert_int_equal(cs_trigger_enters(&t, &inside, sim, &event), enters[i]);
        event.node = 0; /* each node for itself */
        event.tec = 0;
        assert_false(cs_trigger_enters(&t, &inside, sim, &event));
    }
}

static void decoded(void **state)
{
    const struct cs_live_said said = {.severity = CANSIM_WARNING,
                                      .protocol = "SDO",
                                      .summary = "node 5 aborts read 1018:05 Identity object: "
                                                 "0x06090011 sub-index does not exist"};
    static const struct {
        const char *json;
        bool hit;
    } said_rows[] = {
        {"{\"decoded\":\"SDO abort*\"}", true},
        {"{\"decoded\":\"sdo ABORT* 1018:05\"}", true},
        {"{\"decoded\":\"identity object 0x06*\"}", true},
        {"{\"decoded\":\"abort\"}", false},
        {"{\"decoded\":\"aborts SDO\"}", false},
        {"{\"decoded\":\"SDO\",\"severity\":\"warning\"}", true},
        {"{\"decoded\":\"SDO\",\"severity\":\"error\"}", false},
        {"{\"decoded\":\"SDO\",\"bus\":\"can0\"}", true},
        {"{\"decoded\":\"SDO\",\"bus\":\"can1\"}", false},
        {"\"123\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(said_rows) / sizeof(said_rows[0]); i++) {
        struct cs_trigger t = trigger(said_rows[i].json);
        if (cs_trigger_hit_said(&t, &said) != said_rows[i].hit)
            fail_msg("%s: must be %d", said_rows[i].json, said_rows[i].hit);
    }
}

static void wildcards(void **state)
{
    (void)state;
    assert_true(cs_text_is_like("a*b*c", "aXbbYc"));
    assert_true(cs_text_is_like("*", ""));
    assert_true(cs_text_is_like("a**", "a"));
    assert_false(cs_text_is_like("a*b", "abc"));
    assert_false(cs_text_is_like("A", "a"));
    assert_false(cs_text_is_like("", "a"));
}

static void refused(void **state)
{
    static const struct {
        const char *json, *text;
    } refused_rows[] = {
        {"3", "t.json: /: must be " CS_TRIGGER_FORM ", got 3"},
        {"{}", "t.json: /: must be " CS_TRIGGER_FORM ", got an empty object"},
        {"{\"bus\":\"can0\"}", "t.json: /: must be " CS_TRIGGER_FORM ", got an object"},
        {"{\"frame\":\"123\",\"state\":\"bus_off\"}",
         "t.json: /state: must be the only thing that happens, got another one before"},
        {"{\"state\":\"off\"}", "t.json: /state: must be \"error_active\", \"warning\", "
                                "\"error_passive\" or \"bus_off\", got \"off\""},
        {"{\"error\":\"none\"}", "t.json: /error: must be \"any\", \"bit\", \"stuff\", \"crc\", "
                                 "\"form\" or \"ack\", got \"none\""},
        {"{\"error_frame\":false}", "t.json: /error_frame: must be true, got false"},
        {"{\"tec\":\">=x\"}",
         "t.json: /tec: must be " CS_BOUNDS_FORM " within 0..1000, got \">=x\""},
        {"{\"tec\":\"5-2\"}",
         "t.json: /tec: must be " CS_BOUNDS_FORM " within 0..1000, got \"5-2\""},
        {"{\"tec\":1001}", "t.json: /tec: must be " CS_BOUNDS_FORM " within 0..1000, got 1001"},
        {"{\"note\":\"\"}", "t.json: /note: must be a text of 1..400 bytes, got \"\""},
        {"{\"attached\":false}", "t.json: /attached: must be the name of a node or true, got "
                                 "false"},
        {"{\"attached\":\"a\",\"node\":\"b\"}",
         "t.json: /node: must be left out where the node is named already"},
        {"{\"frame\":\"123\",\"stage\":\"armed\"}", "t.json: /stage: goes with \"fault\" alone"},
        {"{\"frame\":\"123\",\"severity\":\"note\"}",
         "t.json: /severity: goes with \"decoded\" alone"},
        {"{\"note\":\"a\",\"node\":\"b\"}",
         "t.json: /node: does not go with \"note\" or \"decoded\""},
        {"{\"frame\":{\"from\":\"a\"},\"node\":\"b\"}",
         "t.json: /node: does not go with a frame that has \"from\""},
        {"{\"frame\":{\"bus\":\"can0\"},\"bus\":\"can1\"}",
         "t.json: /bus: does not go with a frame that has \"bus\""},
        {"{\"fram\":\"123\"}", "t.json: /fram: is no known key, did you mean \"frame\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused_rows) / sizeof(refused_rows[0]); i++) {
        struct cs_trigger t;
        if (read(refused_rows[i].json, &t) == 0)
            fail_msg("%s was taken", refused_rows[i].json);
        assert_string_equal(error.text, refused_rows[i].text);
    }
}

static void words(void **state)
{
    static const struct {
        const char *json, *text;
    } said_rows[] = {
        {"\"123#11*\"", "frame \"123#11*\""},
        {"{\"frame\":\"123\",\"node\":\"ecu\",\"bus\":\"can1\"}",
         "frame \"123\" from \"ecu\" on can1"},
        {"{\"frame\":{\"id\":\"00000123\",\"data\":\"1? 22*\",\"from\":\"ecu\",\"length\":4}}",
         "frame \"00000123#1?22*\" of 4 bytes from \"ecu\""},
        {"{\"frame\":{\"length\":\"2-4\"}}", "frame \"any\" of 2 to 4 bytes"},
        {"{\"state\":\"bus_off\",\"node\":\"ecu\"}", "\"ecu\" goes bus-off"},
        {"{\"state\":\"warning\",\"bus\":\"can1\"}", "a node on can1 comes to the warning limit"},
        {"{\"error\":\"any\"}", "error"},
        {"{\"error\":\"stuff\",\"node\":\"ecu\"}", "stuff error at \"ecu\""},
        {"{\"error_frame\":true,\"bus\":\"can0\"}", "error frame on can0"},
        {"{\"fault\":\"any\"}", "fault fired"},
        {"{\"fault\":\"one\",\"stage\":\"ended\"}", "fault \"one\" ended"},
        {"{\"note\":\"go*\"}", "note \"go*\""},
        {"{\"attached\":\"ecu\"}", "\"ecu\" joins"},
        {"{\"detached\":true}", "a node leaves"},
        {"{\"arbitration_lost\":true}", "lost arbitration"},
        {"{\"arbitration_lost\":\"123\",\"node\":\"ecu\"}",
         "lost arbitration of \"123\" of \"ecu\""},
        {"{\"refused\":\"123\"}", "refused frame \"123\""},
        {"{\"dropped\":true,\"node\":\"ecu\"}", "given up frame of \"ecu\""},
        {"{\"decoded\":\"SDO abort*\",\"severity\":\"warning\"}",
         "decoded \"SDO abort*\", at least warning"},
        {"{\"tec\":\">=96\",\"node\":\"ecu\"}", "TEC of \"ecu\" at least 96"},
        {"{\"rec\":\"<=3\"}", "REC of a node at most 3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(said_rows) / sizeof(said_rows[0]); i++) {
        struct cs_trigger t;
        char text[300];
        t = trigger(said_rows[i].json);
        assert_string_equal(cs_trigger_say(&t, sim, text, sizeof(text)), said_rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events, setup, teardown),
        cmocka_unit_test_setup_teardown(levels, setup, teardown),
        cmocka_unit_test_setup_teardown(decoded, setup, teardown),
        cmocka_unit_test(wildcards),
        cmocka_unit_test_setup_teardown(refused, setup, teardown),
        cmocka_unit_test_setup_teardown(words, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
