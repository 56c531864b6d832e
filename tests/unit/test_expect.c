/* SPDX-License-Identifier: MIT */
/* Expectations of what happens, of orders and of nodes: when they hold, when they fail, what is
 * told, and the instants at the edges of windows. */
#include "test_expect.h"

static const struct row happens[] = {
    /* at least once, early */
    {"{\"frame\":\"123\"}", "5ms 123#11; 9ms 123#11", "20ms", true, "5ms",
     "1 up to 0.005000 s, the last at 0.005000 s"},
    {"{\"frame\":\"123\"}", "5ms 124#11", "20ms", false, "20ms", "nothing up to 0.020000 s"},
    {"{\"frame\":\"123#22\"}", "5ms 123#11; 6ms 123#33", "20ms", false, "20ms",
     "nothing up to 0.020000 s; 2 others with this identifier, the last 123#33 at 0.006000 s"},
    /* within: its end belongs to it */
    {"{\"frame\":\"123\",\"within\":\"10ms\"}", "10ms 123#", "20ms", true, "10ms",
     "1 up to 0.010000 s, the last at 0.010000 s"},
    {"{\"frame\":\"123\",\"within\":\"10ms\"}", "10000001ns 123#", "20ms", false, "10ms",
     "nothing up to 0.010000 s; it came at 0.010000001 s, too late"},
    {"{\"frame\":\"123\",\"until\":\"10ms\"}", "", "20ms", false, "10ms",
     "nothing up to 0.010000 s"},
    /* not_before */
    {"{\"frame\":\"123\",\"not_before\":\"10ms\"}", "10ms 123#", "20ms", true, "10ms",
     "1 up to 0.010000 s, the last at 0.010000 s"},
    {"{\"frame\":\"123\",\"not_before\":\"10ms\"}", "9999999ns 123#", "20ms", false, "9.999999ms",
     "at 0.009999999 s, 9.999999ms after the window's beginning: too early"},
    /* after */
    {"{\"frame\":\"123\",\"after\":\"5ms\",\"within\":\"2ms\"}", "4ms 123#; 5ms 123#", "20ms", true,
     "5ms", "1 up to 0.005000 s, the last at 0.005000 s"},
    {"{\"frame\":\"123\",\"after\":\"200\",\"within\":\"2ms\"}", "4ms 123#; 5ms 200#; 7ms 123#",
     "20ms", true, "7ms", "1 up to 0.007000 s, the last at 0.007000 s"},
    {"{\"frame\":\"123\",\"after\":\"123\"}", "4ms 123#", "20ms", false, "20ms",
     "nothing up to 0.020000 s"},
    {"{\"frame\":\"123\",\"after\":\"200\"}", "4ms 123#", "20ms", false, "20ms",
     "the window never began: no frame \"200\""},
    {"{\"frame\":\"123\",\"after\":\"30ms\"}", "4ms 123#", "20ms", false, "20ms",
     "the window never began: no 0.030000 s"},
    {"{\"frame\":\"123\",\"after\":{\"note\":\"go\"},\"until\":{\"note\":\"stop\"}}",
     "1ms note go; 2ms note stop; 3ms 123#", "20ms", false, "2ms", "nothing up to 0.002000 s"},
    {"{\"frame\":\"123\",\"after\":{\"note\":\"go\"},\"until\":\"5ms\"}", "6ms note go; 7ms 123#",
     "20ms", false, "5ms", "the window never began: no note \"go\""},
    /* count */
    {"{\"frame\":\"123\",\"count\":2}", "1ms 123#; 2ms 123#", "20ms", true, "20ms",
     "2 up to 0.020000 s, the last at 0.002000 s"},
    {"{\"frame\":\"123\",\"count\":2}", "1ms 123#; 2ms 123#; 3ms 123#", "20ms", false, "3ms",
     "3 up to 0.003000 s, the last at 0.003000 s"},
    {"{\"frame\":\"123\",\"count\":\">=2\"}", "1ms 123#; 2ms 123#; 3ms 123#", "20ms", true, "2ms",
     "2 up to 0.002000 s, the last at 0.002000 s"},
    {"{\"frame\":\"123\",\"count\":\"2-3\",\"within\":\"5ms\"}", "1ms 123#; 6ms 123#", "20ms",
     false, "5ms", "1 up to 0.005000 s, the last at 0.001000 s; it came at 0.006000 s, too late"},
    {"{\"errors\":{\"count\":0}}", "1ms 123#", "20ms", true, "20ms", "nothing up to 0.020000 s"},
    {"{\"errors\":{\"count\":\"<=1\"}}", "1ms error_frame; 2ms error_frame", "20ms", false, "2ms",
     "2 up to 0.002000 s, the last at 0.002000 s"},
    {"{\"errors\":{\"error\":\"crc\",\"node\":\"b\",\"count\":1}}",
     "1ms error a crc; 2ms error b bit; 3ms error b crc", "20ms", true, "20ms",
     "1 up to 0.020000 s, the last at 0.003000 s"},
    /* never */
    {"{\"frame\":\"123\",\"never\":true,\"until\":\"5ms\"}", "6ms 123#", "20ms", true, "5ms",
     "nothing up to 0.005000 s"},
    {"{\"frame\":\"123\",\"never\":true}", "6ms 123#", "20ms", false, "6ms", "at 0.006000 s"},
    {"{\"frame\":\"123\",\"never\":true,\"after\":\"200\"}", "6ms 123#", "20ms", true, "20ms",
     "the window never began: no frame \"200\""},
    /* other things that happen */
    {"{\"state\":\"bus_off\",\"node\":\"a\"}", "1ms state b bus_off; 2ms state a bus_off", "20ms",
     true, "2ms", "1 up to 0.002000 s, the last at 0.002000 s"},
    {"{\"tec\":\">=96\",\"count\":1}", "1ms counters a 96 0; 2ms counters a 104 0", "20ms", true,
     "20ms", "1 up to 0.020000 s, the last at 0.001000 s"},
    {"{\"tec\":\">=96\",\"after\":{\"note\":\"x\"}}",
     "1ms counters a 96 0; 2ms note x; 3ms counters a 104 0", "20ms", false, "20ms",
     "nothing up to 0.020000 s"},
    {"{\"fault\":\"one\"}", "1ms fault armed flip label=one; 2ms fault fired flip label=one",
     "20ms", true, "2ms", "1 up to 0.002000 s, the last at 0.002000 s"},
    {"{\"frame\":\"100-4FF\",\"bus\":\"can1\"}", "1ms 123#; 2ms 124# can1", "20ms", true, "2ms",
     "1 up to 0.002000 s, the last at 0.002000 s"},
    {"{\"frame\":\"00000123\"}", "1ms 123#; 2ms 00000123#", "20ms", true, "2ms",
     "1 up to 0.002000 s, the last at 0.002000 s"},
};

static void something(void **state)
{
    (void)state;
    RUN_ROWS(happens);
}

static const struct row each[] = {
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"within\":\"2ms\"}",
     "1ms 100#; 2ms 200#; 3ms 100#; 5ms 200#", "20ms", true, "20ms", "2 times, nothing against it"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"within\":\"2ms\"}",
     "1ms 100#; 2ms 200#; 3ms 100#; 6ms 200#", "20ms", false, "5ms",
     "nothing for that at 0.003000 s up to 0.005000 s, after 1 that had it; it came at 0.006000 s, "
     "too late"},
    /* overlapping: one answer each */
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"within\":\"4ms\"}",
     "1ms 100#; 2ms 100#; 3ms 200#; 6ms 200#", "20ms", true, "20ms", "2 times, nothing against it"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true}", "1ms 100#; 2ms 100#; 3ms 200#", "20ms",
     false, "20ms", "nothing for that at 0.002000 s up to 0.020000 s, after 1 that had it"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"not_before\":\"1ms\"}",
     "1ms 100#; 1999us 200#", "20ms", false, "1.999ms",
     "at 0.001999 s, 999us after that at 0.001000 s: too early"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"never\":true,\"within\":\"2ms\"}",
     "1ms 100#; 4ms 200#; 5ms 100#", "20ms", true, "20ms", "2 times, nothing against it"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true,\"never\":true,\"within\":\"2ms\"}",
     "1ms 100#; 4ms 200#; 5ms 100#; 7ms 200#", "20ms", false, "7ms",
     "at 0.007000 s, 2ms after that at 0.005000 s"},
    {"{\"frame\":\"200\",\"after\":\"100\",\"each\":true}", "", "20ms", true, "20ms",
     "the window never began: no frame \"100\""},
};

static void each_time(void **state)
{
    (void)state;
    RUN_ROWS(each);
}

/* More than are kept at a time are told of, not forgotten. */
static void each_bounded(void **state)
{
    struct cs_verdict v;

    (void)state;
    begin("{\"frame\":\"200\",\"after\":\"100\",\"each\":true}", "");
    for (unsigned i = 0; i < 257; i++) {
        char step[40];
        snprintf(step, sizeof(step), "%ums 100#", i + 1);
        play(step);
    }
    cs_expect_verdict(expect, 0, &v);
    assert_true(v.decided && !v.passed);
    assert_string_equal(v.seen, "more than 256 are open at a time, the oldest since 0.001000 s");
    finish();
}

static const struct row orders[] = {
    {"{\"order\":[\"100\",\"200\",\"100\"]}", "1ms 200#; 2ms 100#; 3ms 300#; 4ms 200#; 5ms 100#",
     "20ms", true, "5ms", "all 3, the last at 0.005000 s"},
    {"{\"order\":[\"100\",\"200\",\"100\"]}", "1ms 200#; 2ms 100#; 5ms 100#", "20ms", false, "20ms",
     "1 of 3 up to 0.020000 s, the last at 0.002000 s; number 2 is missing, frame \"200\""},
    {"{\"order\":[\"100\",\"200\"],\"within\":\"4ms\"}", "1ms 100#; 5ms 200#", "20ms", false, "4ms",
     "1 of 2 up to 0.004000 s, the last at 0.001000 s; number 2 is missing, frame \"200\"; it came "
     "at 0.005000 s, too late"},
    {"{\"order\":[\"100\",\"200\"],\"within\":\"4ms\"}", "", "20ms", false, "4ms",
     "0 of 2 up to 0.004000 s; number 1 is missing, frame \"100\""},
    {"{\"order\":[\"100#01\",\"200\"],\"strict\":true}", "1ms 100#01; 2ms 100#02; 3ms 200#", "20ms",
     false, "2ms", "at 0.002000 s 100#02, where number 2 was to come, frame \"200\""},
    {"{\"order\":[\"100#01\",\"200\"],\"strict\":true}", "1ms 200#; 2ms 100#01; 3ms 300#; 4ms 200#",
     "20ms", true, "4ms", "all 2, the last at 0.004000 s"},
    {"{\"order\":[{\"state\":\"bus_off\"},{\"note\":\"ok\"}],\"strict\":true}",
     "1ms state a bus_off; 2ms state b bus_off", "20ms", false, "2ms",
     "at 0.002000 s state, where number 2 was to come, note \"ok\""},
};

static void order(void **state)
{
    (void)state;
    RUN_ROWS(orders);
}

static const struct row levels[] = {
    {"{\"tec\":\"<=8\",\"node\":\"a\",\"at\":\"always\"}", "1ms counters a 8 0; 2ms counters b 9 0",
     "20ms", true, "20ms", "at 0.020000 s: error active, TEC 8, REC 0 since 0.001000 s"},
    {"{\"tec\":\"<=8\",\"node\":\"a\",\"at\":\"always\"}", "1ms counters a 9 3", "20ms", false,
     "1ms", "at 0.001000 s: error active, TEC 9, REC 3 since 0.001000 s"},
    {"{\"tec\":8,\"node\":\"a\",\"at\":\"2ms\"}", "2ms counters a 8 0; 2000001ns counters a 9 0",
     "20ms", true, "2ms", "at 0.002000 s: error active, TEC 8, REC 0 since 0.002000 s"},
    {"{\"rec\":0,\"node\":\"a\",\"at\":\"end\"}", "2ms counters a 0 8; 3ms counters a 0 0", "20ms",
     true, "20ms", "at 0.020000 s: error active, TEC 0, REC 0 since 0.003000 s"},
    {"{\"rec\":0,\"node\":\"a\",\"at\":\"end\"}", "2ms counters a 0 8", "20ms", false, "20ms",
     "at 0.020000 s: error active, TEC 0, REC 8 since 0.002000 s"},
    {"{\"state\":\"bus_off\",\"node\":\"a\",\"at\":\"5ms\"}", "2ms state a bus_off", "20ms", true,
     "5ms", "at 0.005000 s: bus off, TEC 0, REC 0 since 0.002000 s"},
    {"{\"state\":\"error_active\",\"node\":\"a\",\"at\":\"end\"}", "2ms state a integrating",
     "20ms", true, "20ms", "at 0.020000 s: integrating, TEC 0, REC 0 since 0.002000 s"},
    {"{\"state\":\"warning\",\"node\":\"a\",\"at\":\"end\"}", "2ms counters a 95 95", "20ms", false,
     "20ms", "at 0.020000 s: error active, TEC 95, REC 95 since 0.002000 s"},
    {"{\"state\":\"error_active\",\"node\":\"c\",\"at\":\"end\"}", "", "20ms", false, "20ms",
     "there is no \"c\" at 0.020000 s"},
};

static void level(void **state)
{
    (void)state;
    RUN_ROWS(levels);
}

static const struct row recoveries[] = {
    {"{\"recovery\":{\"node\":\"a\",\"within\":\"5ms\"}}",
     "1ms state a bus_off; 6ms state a error_active", "20ms", true, "20ms", "1 time, 5ms to 5ms"},
    {"{\"recovery\":{\"node\":\"a\",\"within\":\"5ms\"}}",
     "1ms state a bus_off; 6000001ns state a error_active", "20ms", false, "6ms",
     "bus-off since 0.001000 s, and still at 0.006000 s; it came at 0.006000001 s, too late"},
    {"{\"recovery\":{\"node\":\"a\",\"min\":\"5ms\"}}",
     "1ms state a bus_off; 5999us state a error_active", "20ms", false, "5.999ms",
     "bus-off from 0.001000 s to 0.005999 s, 4.999ms: too short"},
    {"{\"recovery\":{\"node\":\"a\"}}", "1ms state a bus_off", "20ms", false, "20ms",
     "bus-off since 0.001000 s, and still at 0.020000 s"},
    {"{\"recovery\":{\"node\":\"a\"}}", "1ms state b bus_off", "20ms", false, "20ms",
     "never bus-off and back"},
};

static void recovery(void **state)
{
    (void)state;
    RUN_ROWS(recoveries);
}

/* What programs say comes from outside. */
static void programs(void **state)
{
    static const char *const json =
        "{\"program\":{\"name\":\"p\",\"output\":\"got * frames\"}},"
        "{\"program\":{\"name\":\"p\",\"output\":\"*error*\",\"never\":true}},"
        "{\"program\":{\"name\":\"p\",\"status\":0}},"
        "{\"program\":{\"name\":\"q\",\"output\":\"x\"}}";
    static const char *const seen[] = {"at 0.000000 s \"got 3 frames\"", "1 other line", "status 2",
                                       "it printed nothing"};
    struct cs_verdict v;

    (void)state;
    begin(json, "");
    cs_expect_program_line(expect, "p", "got 3 frames");
    cs_expect_program_exit(expect, "p", 2);
    cs_expect_finish(expect, 0);
    for (unsigned i = 0; i < 4; i++) {
        cs_expect_verdict(expect, i, &v);
        assert_string_equal(v.seen, seen[i]);
        assert_int_equal(v.passed, i < 2);
        assert_string_equal(v.kind, "program");
    }
    assert_int_equal(cs_expect_failed(expect), 2);
    finish();
}

/* Whichever list of frames it is in, an expectation sees each of its frames once. */
static void each_frame_once(void **state)
{
    static const char *const json =
        "{\"frame\":\"100\",\"count\":2},{\"frame\":\"00000100\",\"count\":2},"
        "{\"frame\":\"100-103\",\"count\":8},{\"frame\":\"100-7FF\",\"count\":8},"
        "{\"frame\":\"100:7FC\",\"count\":8},{\"frame\":\"00000100-00000103\",\"count\":8},"
        "{\"frame\":\"00000100-1FFFFFFF\",\"count\":8},"
        "{\"frame\":\"00000100:1FFFFFFC\",\"count\":8},{\"frame\":\"any\",\"count\":16},"
        "{\"frame\":\"00010000\",\"count\":0}," /* has the hash of 00000100 */
        "{\"frame\":\"101\",\"after\":\"00000100\",\"count\":2},"
        "{\"frame\":\"101\",\"after\":\"any\",\"count\":2}";
    struct cs_verdict v;

    (void)state;
    begin(json, "");
    for (unsigned i = 0; i < 16; i++) {
        char step[60];
        snprintf(step, sizeof(step), "%ums %s%X#", i + 1, i % 2 == 0 ? "00000" : "",
                 0x100 + i / 2 % 4);
        play(step);
    }
    cs_expect_finish(expect, 20 * CS_PS_PER_MS);
    for (unsigned i = 0; i < cs_expect_count(expect); i++) {
        cs_expect_verdict(expect, i, &v);
        if (!v.passed)
            fail_msg("%s: %s", v.name, v.seen);
    }
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(something),    cmocka_unit_test(each_time),
        cmocka_unit_test(each_bounded), cmocka_unit_test(order),
        cmocka_unit_test(level),        cmocka_unit_test(recovery),
        cmocka_unit_test(programs),     cmocka_unit_test(each_frame_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
