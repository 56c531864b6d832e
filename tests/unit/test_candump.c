/* SPDX-License-Identifier: MIT */
/* candump -L logs: what is written, and what is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/log.h"
#include "scenarios/replay.h"

static void lines(void **state)
{
    static const struct {
        const char *text;
        int ret;
        int64_t seconds, fraction_ps;
        const char *interface, *frame;
    } rows[] = {
        {"(1436509052.249713) vcan0 123#11", 0, 1436509052, INT64_C(249713000000), "vcan0",
         "123#11"},
        {"(0.5) a 123#R", 0, 0, INT64_C(500000000000), "a", "123#R"},
        {"  (0000000001.000000001)\tcan0\t12345678#  ", 0, 1, 1000, "can0", "12345678#"},
        {"(1.0) can0 123#11 R", 0, 1, 0, "can0", "123#11"},
        {"(1.0) can0 123#11 T\r\n", 0, 1, 0, "can0", "123#11"},
        {"(1.0) can0 20000004#00", 0, 1, 0, "can0", NULL},
        {"(1.0) can0 123#11 X", -1, 0, 0, NULL, NULL},
        {"(1.0) can0 123#11 R R", -1, 0, 0, NULL, NULL},
        {"1.0 can0 123#11", -1, 0, 0, NULL, NULL},
        {"(1) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(1.) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(.1) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(-1.0) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(1.0 can0 123#11", -1, 0, 0, NULL, NULL},
        {"(1.0000000000000) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(9999999999999999.0) can0 123#11", -1, 0, 0, NULL, NULL},
        {"(1.0) 0123456789012345678901234567890123 123#11", -1, 0, 0, NULL, NULL},
        {"(1.0) can0", -1, 0, 0, NULL, NULL},
        {"(1.0)", -1, 0, 0, NULL, NULL},
        {"", -1, 0, 0, NULL, NULL},
        {"(1.0) can0 123##00", -1, 0, 0, NULL, NULL},
        {"(1.0) can0 40000000#", -1, 0, 0, NULL, NULL},
        {"(1.0) can0 hello", -1, 0, 0, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_candump_line line;
        char why[200] = "", text[CS_FRAME_TEXT_MAX];
        int ret = cs_candump_parse(rows[i].text, &line, why, sizeof(why));
        if (ret != rows[i].ret)
            fail_msg("%s: %s", rows[i].text, why);
        if (ret != 0) {
            assert_true(why[0] != '\0');
            continue;
        }
        assert_true(line.seconds == rows[i].seconds && line.fraction_ps == rows[i].fraction_ps);
        assert_string_equal(line.interface, rows[i].interface);
        assert_int_equal(line.error_frame, rows[i].frame == NULL);
        if (rows[i].frame != NULL) {
            cs_frame_format(&line.frame, text);
            assert_string_equal(text, rows[i].frame);
        }
    }
}

static void written_lines(void **state)
{
    struct cs_sim *sim = cs_sim_create(1);
    struct cs_bus_config bus = {.name = "can7", .bitrate_bps = 500000};
    struct cs_log log = {.sim = sim};
    struct cs_error error;
    struct cs_frame frame;
    char path[] = "/tmp/cansim-log-XXXXXX", text[256];

    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && cs_sim_add_bus(sim, &bus) == 0);
    assert_int_equal(cs_out_open(&log.out, path, NULL, &error), 0);
    static const struct {
        int64_t at_ps;
        const char *frame;
    } rows[] = {{0, "000#"}, {INT64_C(1999999999999), "123#DEADBEEF"}, {INT64_MAX, "12345678#R8"}};
    for (size_t i = 0; i < 3; i++) {
        struct cs_event event = {.kind = CS_EV_FRAME, .at_ps = rows[i].at_ps, .frame = &frame};
        assert_int_equal(cs_frame_parse(rows[i].frame, &frame, text, sizeof(text)), 0);
        cs_log_frames(&log, &event);
        event.kind = CS_EV_SENT;
        cs_log_frames(&log, &event);
    }
    assert_int_equal(cs_out_close(&log.out), 0);
    cs_out_discard(&log.out);
    ssize_t n = read(fd, text, sizeof(text) - 1);
    assert_true(n > 0);
    text[n] = '\0';
    assert_string_equal(text, "(0000000000.000000) can7 000#\n"
                              "(0000000001.999999) can7 123#DEADBEEF\n"
                              "(0009223372.036854) can7 12345678#R8\n");
    close(fd);
    unlink(path);
    cs_sim_destroy(sim);
}

static void writer_keeps_the_first_error(void **state)
{
    struct cs_out out;
    struct cs_error error;

    (void)state;
    assert_int_equal(cs_out_open(&out, "/dev/full", NULL, &error), 0);
    cs_out_text(&out, "x");
    assert_int_equal(out.error, 0);
    assert_int_not_equal(cs_out_flush(&out), 0);
    for (int i = 0; i < 100000; i++)
        cs_out_line(&out); /* goes nowhere, and takes no room */
    assert_int_not_equal(cs_out_close(&out), 0);
    cs_out_explain(&out, &error);
    assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
    assert_string_equal(error.text, "/dev/full: cannot be written: No space left on device");
    cs_out_discard(&out);
}

static void writer_formats(void **state)
{
    struct cs_out out;
    struct cs_error error;
    char path[] = "/tmp/cansim-out-XXXXXX", text[400];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(cs_out_open(&out, path, NULL, &error), 0);
    cs_out_begin(&out);
    cs_out_u64(&out, 0);
    cs_out_char(&out, ' ');
    cs_out_u64(&out, UINT64_MAX);
    cs_out_char(&out, ' ');
    cs_out_i64(&out, INT64_MIN);
    cs_out_char(&out, ' ');
    cs_out_u64_wide(&out, 42, 6);
    cs_out_char(&out, ' ');
    cs_out_json(&out, "a\"\\\n\x01\x7F\xC3\xA4\xFF");
    cs_out_padded(&out, "\xC3\xA4", 3);
    cs_out_char(&out, '|');
    assert_int_equal(cs_out_close(&out), 0);
    cs_out_discard(&out);
    ssize_t n = read(fd, text, sizeof(text) - 1);
    assert_true(n > 0);
    text[n] = '\0';
    assert_string_equal(text, "0 18446744073709551615 -9223372036854775808 000042 "
                              "\"a\\\"\\\\\\u000a\\u0001\\u007f\xC3\xA4\\ufffd\"\xC3\xA4  |");
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(written_lines),
        cmocka_unit_test(writer_keeps_the_first_error),
        cmocka_unit_test(writer_formats),
    };
    return cmocka_run_group_tests_name("candump", tests, NULL, NULL);
}
