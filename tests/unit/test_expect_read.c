/* SPDX-License-Identifier: MIT */
/* Expectations as they are read: what is refused, and with which words; names and places; when a
 * run is to end. */
#include "test_expect.h"

static const struct {
    const char *json, *text;
} bad[] = {
    {"3", "must be an object with one of frame, state, error, order, period, value, signal ... "
          "(cansim help scenario), got 3"},
    {"{\"name\":\"x\"}", "must be an object with one of frame, state, error, order, period, value, "
                         "signal ... (cansim help scenario), got an object"},
    {"{\"frame\":\"123\",\"order\":[\"1\",\"2\"]}",
     "/order: must be all that is expected here, got something before"},
    {"{\"fram\":\"123\"}", "/fram: is no known key, did you mean \"frame\"?"},
    {"{\"frame\":\"123\",\"strict\":true}", "/strict: does not go with \"frame\""},
    {"{\"order\":[\"100\",\"200\"],\"count\":3}", "/count: does not go with \"order\""},
    {"{\"order\":[\"100\",\"200\"],\"node\":\"a\"}", "/node: does not go with \"order\""},
    {"{\"order\":[\"100\"]}",
     "/order: must be an array of 2..256 things that happen, got an array"},
    {"{\"order\":[\"100\",{\"state\":\"x\"}]}",
     "/order/1/state: must be \"error_active\", \"warning\", \"error_passive\" or \"bus_off\", got "
     "\"x\""},
    {"{\"frame\":\"123\",\"never\":true,\"count\":1}", "/count: does not go with \"never\""},
    {"{\"frame\":\"123\",\"never\":true,\"not_before\":\"1s\"}",
     "/not_before: does not go with \"never\""},
    {"{\"frame\":\"123\",\"count\":0,\"not_before\":\"1s\"}",
     "/not_before: does not go with a count of 0"},
    {"{\"frame\":\"123\",\"each\":true}", "/each: goes with an \"after\" that happens"},
    {"{\"frame\":\"123\",\"each\":true,\"after\":\"1s\"}",
     "/each: goes with an \"after\" that happens"},
    {"{\"frame\":\"123\",\"each\":true,\"after\":\"100\",\"count\":2}",
     "/count: does not go with \"each\""},
    {"{\"frame\":\"123\",\"within\":\"1s\",\"not_before\":\"2s\"}",
     "/not_before: must not be more than \"within\""},
    {"{\"frame\":\"123\",\"after\":\"2s\",\"until\":\"2s\"}",
     "/until: must be later than \"after\""},
    {"{\"frame\":\"123\",\"within\":\"25h\"}", "/within: must be 1ps..24h, got \"25h\""},
    {"{\"frame\":\"123\",\"count\":\"many\"}",
     "/count: must be a number or bounds such as \">=3\", "
     "\"<5\" or \"2-5\" within 0..1000000000, got \"many\""},
    {"{\"frame\":\"123\",\"at\":\"end\"}", "/at: goes with state, tec, rec, value and signal"},
    {"{\"tec\":3,\"at\":\"end\"}", ": must have the key \"node\" with \"at\", got none"},
    {"{\"tec\":3,\"node\":\"a\",\"at\":\"once\"}",
     "/at: must be \"always\", \"end\" or a time; without it the state is waited for"},
    {"{\"tec\":3,\"node\":\"a\",\"at\":\"1s\",\"after\":\"1ms\"}",
     "/at: does not go with \"after\" or \"until\" where it is a time"},
    {"{\"tec\":3,\"node\":\"a\",\"at\":\"now\"}",
     "/at: must be \"always\", \"once\", \"end\" or a time, got \"now\""},
    {"{\"errors\":{}}", "/errors: must have the key \"count\", got none"},
    {"{\"period\":{\"frame\":\"123\"}}",
     "/period: must have one of min, max, mean and jitter, got none"},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"2ms\",\"max\":\"1ms\"}}",
     "/period/min: must not be more than \"max\""},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"2ms\",\"tolerance\":\"1%\"}}",
     "/period/tolerance: goes with \"mean\" alone"},
    {"{\"period\":{\"frame\":\"123\",\"mean\":\"2ms\",\"tolerance\":\"101%\"}}",
     "/period/tolerance: must be a part such as \"2%\", up to 100%, or a time, got \"101%\""},
    {"{\"always\":{\"frame\":\"123\",\"data\":\"1\"}}",
     "/always/data: must be data such as \"11 ?? 33*\" (data has two hex digits or '?' a byte, and "
     "'*' only at its end), got \"1\""},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8}}",
     "/value: must have one of is, min, max and bits, got none"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":1,\"min\":1}}",
     "/value/is: does not go with \"min\" or \"max\""},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":1,\"factor\":2}}",
     "/value/is: must be a value that factor and offset can give"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"is\":1,\"factor\":0}}",
     "/value/factor: must not be 0"},
    {"{\"value\":{\"frame\":\"123\",\"start\":510,\"length\":8,\"is\":1}}",
     "/value/length: must end within 64 bytes"},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"bits\":\"012\"}}",
     "/value/bits: must be a text of 1..64 digits 0, 1 or x, the lowest bit last, such as \"x1xx "
     "0111\", got \"012\""},
    {"{\"signal\":{\"field\":\"x\",\"is\":\"\"}}",
     "/signal/is: must be a number or a text of 1..200 bytes, got \"\""},
    {"{\"load\":{\"max\":10}}",
     "/load: must have the key \"bus\" where there are several, got none"},
    {"{\"load\":{\"bus\":\"can0\"}}", "/load: must have one of min and max, got none"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":\"101%\"}}",
     "/load/max: must be percent 0..100 with at most 4 decimals, such as 2 or \"2.5%\", got "
     "\"101%\""},
    {"{\"load\":{\"bus\":\"can0\",\"max\":0.00001}}",
     "/load/max: must be percent 0..100 with at most 4 decimals, such as 2 or \"2.5%\", got "
     "1e-05"},
    {"{\"latency\":{\"frame\":\"123\"}}", "/latency: must have one of min and max, got none"},
    {"{\"program\":{\"name\":\"r\",\"status\":0}}",
     "/program/name: must be a program or a guest of this scenario, got \"r\""},
    {"{\"program\":{\"name\":\"p\"}}", "/program: must have either status or output"},
    {"{\"program\":{\"name\":\"p\",\"status\":0,\"output\":\"x\"}}",
     "/program: must have either status or output"},
    {"{\"recovery\":{\"node\":\"a\",\"within\":\"1s\",\"min\":\"2s\"}}",
     "/recovery/min: must not be more than \"within\""},
};

static void refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct cs_error error = {.text = "nothing"};
        char text[2000];
        snprintf(text, sizeof(text),
                 "{\"buses\":{\"can0\":{},\"can1\":{}},\"programs\":{\"p\":{\"command\":[\"x\"]}},"
                 "\"expect\":[%s]}",
                 bad[i].json);
        struct cs_scenario *s = cs_scenario_parse("t.json", text, strlen(text), &error);
        if (s != NULL)
            fail_msg("%s was taken", bad[i].json);
        const char *place = strstr(error.text, "/expect/0");
        const char *got = place != NULL ? place + strlen("/expect/0") : error.text;
        if (bad[i].text[0] != '/' && bad[i].text[0] != ':')
            got += strlen(": ");
        if (strcmp(got, bad[i].text) != 0)
            fail_msg("%s\n  %s\n  must be %s", bad[i].json, got, bad[i].text);
    }
}

static const struct {
    const char *json, *name;
} named[] = {
    {"{\"frame\":\"123\",\"name\":\"it boots\"}", "it boots"},
    {"{\"frame\":\"123#11*\",\"within\":\"2s\",\"after\":\"000#01*\"}",
     "frame \"123#11*\" within 2s after frame \"000#01*\""},
    {"{\"frame\":\"123\",\"not_before\":\"1s\",\"within\":\"2s\",\"until\":\"5s\"}",
     "frame \"123\" not before 1s and within 2s until 5s"},
    {"{\"frame\":\"123\",\"after\":\"100\",\"each\":true}",
     "frame \"123\" after each frame \"100\""},
    {"{\"frame\":\"123\",\"count\":\"2-5\"}", "frame \"123\" 2 to 5 times"},
    {"{\"frame\":\"123\",\"never\":true}", "never frame \"123\""},
    {"{\"errors\":{\"bus\":\"can1\",\"count\":\"<=1\"}}", "error frame on can1 at most 1 time"},
    {"{\"order\":[\"100\",\"200\"],\"strict\":true}",
     "in strict order: frame \"100\", then frame \"200\""},
    {"{\"period\":{\"frame\":\"123\",\"min\":\"1ms\",\"max\":\"2ms\",\"mean\":\"1.5ms\",\"jitter\":"
     "\"1ms\"}}",
     "frame \"123\" every 1ms to 2ms, 1.5ms on average within 1%, with a jitter of at most 1ms"},
    {"{\"period\":{\"frame\":\"123\",\"max\":\"2ms\"}}", "frame \"123\" every 2ms or less"},
    {"{\"period\":{\"frame\":\"123\",\"jitter\":\"2ms\"}}",
     "frame \"123\" with a jitter of at most 2ms"},
    {"{\"always\":{\"frame\":\"123\",\"data\":\"11*\"}}",
     "frame \"123\" always with the data \"11*\""},
    {"{\"value\":{\"frame\":\"123\",\"start\":0,\"length\":8,\"min\":\"0.50\",\"max\":2}}",
     "value of 8 bits from 0 of frame \"123\" at least 0.5 and at most 2, always"},
    {"{\"signal\":{\"field\":\"Statusword\",\"frame\":\"185\",\"bits\":\"x1\"},\"at\":\"once\"}",
     "\"Statusword\" of frame \"185\" with the bits x1, once"},
    {"{\"tec\":\"<=96\",\"node\":\"a\",\"at\":\"always\"}",
     "\"a\" with a TEC of at most 96 always"},
    {"{\"state\":\"bus_off\",\"node\":\"a\",\"at\":\"2s\"}", "\"a\" bus-off at 2s"},
    {"{\"recovery\":{\"node\":\"a\",\"within\":\"2s\"}}", "\"a\" back from bus-off within 2s"},
    {"{\"load\":{\"bus\":\"can0\",\"max\":\"37.5%\",\"window\":\"1s\"}}",
     "load of can0 at most 37.5% in each 1s"},
    {"{\"latency\":{\"frame\":\"123\",\"max\":\"1ms\"}}",
     "frame \"123\" from queue to end in 1ms or less"},
    {"{\"retries\":{\"frame\":\"123\",\"count\":\"<=2\"}}",
     "frame \"123\" sent again at most 2 times"},
    {"{\"program\":{\"name\":\"p\",\"output\":\"x*\"}}", "program \"p\" prints \"x*\""},
};

static void names(void **state)
{
    struct cs_verdict v;

    (void)state;
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        begin(named[i].json, "");
        cs_expect_verdict(expect, 0, &v);
        assert_string_equal(v.name, named[i].name);
        assert_string_equal(v.place, "t.json:1:50: /expect/0");
        assert_false(v.decided);
        finish();
    }
}

/* When the run is to end. */
static void ends(void **state)
{
    static const struct {
        const char *json, *more;
        bool wants;
    } rows[] = {
        {"{\"frame\":\"123\",\"never\":true}", "", false},
        {"{\"frame\":\"123\",\"never\":true,\"stop\":true}", "", true},
        {"{\"frame\":\"123\",\"never\":true}", ",\"stop_on_failure\":true", true},
        {"{\"frame\":\"123\",\"stop\":true}", "", false},
        {"{\"frame\":\"123\"}", ",\"end\":\"decided\"", true},
        {"{\"frame\":\"123\"},{\"frame\":\"124\"}", ",\"end\":\"decided\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin(rows[i].json, rows[i].more);
        play("1ms 123#");
        assert_int_equal(cs_expect_wants_stop(expect), rows[i].wants);
        finish();
    }
}

/* Time alone decides at its instant, not at the next event. */
static void next_instants(void **state)
{
    (void)state;
    begin("{\"frame\":\"123\",\"within\":\"5ms\"},{\"frame\":\"124\",\"after\":\"100\",\"within\":"
          "\"3ms\"}",
          "");
    assert_true(cs_expect_next_ps(expect) == 5 * CS_PS_PER_MS);
    play("1ms 100#");
    assert_true(cs_expect_next_ps(expect) == 4 * CS_PS_PER_MS);
    play("4ms");
    cs_expect_time(expect, 4 * CS_PS_PER_MS);
    assert_int_equal(cs_expect_failed(expect), 1);
    assert_true(cs_expect_next_ps(expect) == 5 * CS_PS_PER_MS);
    play("5ms 123#");
    assert_int_equal(cs_expect_undecided(expect), 0);
    cs_expect_time(expect, 5 * CS_PS_PER_MS);
    assert_true(cs_expect_next_ps(expect) == CS_NEVER);
    finish();
}

static void root_keys(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"{\"end\":\"decided\"}", "/end: must be \"duration\" without expectations"},
        {"{\"stop_on_failure\":true}", "/stop_on_failure: goes with expectations"},
        {"{\"expect\":{}}", "/expect: must be an array of expectations, got an empty object"},
        {"{\"decode\":3}", "/decode: must be true, false or the name of a decoder, got 3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_error error;
        assert_null(cs_scenario_parse("t.json", rows[i].text, strlen(rows[i].text), &error));
        if (strstr(error.text, rows[i].error) == NULL)
            fail_msg("%s: %s", rows[i].text, error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),       cmocka_unit_test(names),     cmocka_unit_test(ends),
        cmocka_unit_test(next_instants), cmocka_unit_test(root_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
