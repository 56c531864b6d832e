/* SPDX-License-Identifier: MIT */
/* Settings against their table; what is built in; logs read through their format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/input.h"

static const struct cansim_setting_row rows[] = {
    {"node_id", CANSIM_SET_NUMBER, true, "1..127", NULL, "a"},
    {"shy", CANSIM_SET_BOOL, false, NULL, NULL, "b"},
    {"period", CANSIM_SET_TIME, false, NULL, NULL, "c"},
    {"eds", CANSIM_SET_FILE, false, NULL, NULL, "d"},
    {"signals/#/object", CANSIM_SET_TEXT, true, NULL, NULL, "e"},
    {"signals/#/low", CANSIM_SET_NUMBER, false, NULL, NULL, "f"},
    {NULL, 0, false, NULL, NULL, NULL},
};

static void settings(void **state)
{
    static const struct {
        const char *path, *value, *why; /* beside "node_id": "5" */
    } cases[] = {
        {"shy", "true", NULL},
        {"shy", "yes", "shy: must be true or false, got \"yes\""},
        {"period", "10ms", NULL},
        {"period", "-1ms", "period: must be a time such as \"10ms\", got \"-1ms\""},
        {"period", "ten", "period: must be a time such as \"10ms\", got \"ten\""},
        {"eds", "", "eds: must be the name of a file, got \"\""},
        {"node_id", "0x1F", NULL},
        {"node_id", "1.5", NULL},
        {"node_id", "5x", "node_id: must be 1..127, got \"5x\""},
        {"node_id", "nan", "node_id: must be 1..127, got \"nan\""},
        {"signals/0/object", "6000", NULL},
        {"signals/10/low", "-3", "signals/10: must have the key \"object\", got none"},
        {"signals/x/object", "6000", "signals/x/object: is not known, did you mean \"object\"?"},
        {"signals/0", "6000", "signals/0: is not known"},
        {"signals//object", "1", "signals//object: is not known, did you mean \"object\"?"},
        {"perod", "10ms", "perod: is not known, did you mean \"period\"?"},
        {"", "10ms", ": is not known"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char value[40], why[200] = "";
        snprintf(value, sizeof(value), "%s", cases[i].value);
        const struct cansim_setting given[] = {{"node_id", "5"}, {cases[i].path, value}};
        int ret = cs_plugins_check_settings(rows, given, 2, why, sizeof(why));
        assert_string_equal(why, cases[i].why != NULL ? cases[i].why : "");
        assert_int_equal(ret, cases[i].why != NULL ? -1 : 0);
        if (strcmp(cases[i].value, "10ms") == 0 && ret == 0)
            assert_string_equal(value, "10000000000");
    }
    char why[200];
    assert_int_equal(cs_plugins_check_settings(rows, NULL, 0, why, sizeof(why)), -1);
    assert_string_equal(why, "must have the key \"node_id\", got none");
    assert_int_equal(cs_plugins_check_settings(NULL, NULL, 0, why, sizeof(why)), 0);
}

static void built_in(void **state)
{
    char why[200];
    struct cs_plugins *plugins = cs_plugins_find(NULL, NULL, 0, why, sizeof(why));
    struct cs_plugin_info info;

    (void)state;
    assert_non_null(plugins);
    cs_plugins_info(plugins, 0, &info);
    assert_null(info.path);
    assert_null(info.refused);
    assert_ptr_equal(info.plugin, &cs_plugin_candump);
    assert_ptr_equal(cs_plugins_format(plugins, "candump"), cs_plugins_format_at(plugins, 0));
    assert_null(cs_plugins_format(plugins, "candum"));
    cs_plugins_free(plugins);
}

/* A log of its own in a pipe, as one that somebody still writes. */
static struct cs_input *open_text(const struct cs_plugins *plugins, const char *text,
                                  const char *format, char why[300])
{
    char path[40];
    int ends[2];
    size_t len = strlen(text);

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, len), len);
    close(ends[1]);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    struct cs_input *in = cs_input_open(plugins, path, format, why, 300);
    close(ends[0]);
    return in;
}

static void candump(void **state)
{
    char why[300];
    struct cs_plugins *plugins = cs_plugins_find(NULL, NULL, 0, why, sizeof(why));
    struct cansim_frame frame = {.size = sizeof(frame), .number = 99};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame};

    (void)state;
    struct cs_input *in = open_text(plugins,
                                    "\n(1700000000.000001) can0 123#0102 R\n"
                                    "(1700000000.000003) can1 12345678#R5\r\n"
                                    "(1700000000.000002) can0 20000088#0000000000000000\n"
                                    "(1700000001.5) can0 001##30102\n(x",
                                    NULL, why);
    assert_non_null(in);
    assert_int_equal(cs_input_read(in, &log, why, sizeof(why)), 1);
    assert_int_equal(log.epoch_s, 1700000000);
    assert_int_equal(frame.at_ps, 1000000);
    assert_int_equal(frame.start_ps, frame.at_ps);
    assert_int_equal(frame.number, 99);
    assert_int_equal(frame.len, 2);
    assert_int_equal(frame.data[1], 2);
    assert_string_equal(log.bus_name, "can0");
    assert_int_equal(cs_input_read(in, &log, why, sizeof(why)), 1);
    assert_int_equal(frame.flags, CANSIM_FRAME_EXT | CANSIM_FRAME_RTR);
    assert_int_equal(frame.dlc, 5);
    assert_int_equal(frame.len, 0);
    assert_false(log.error_frame);
    assert_int_equal(cs_input_read(in, &log, why, sizeof(why)), 1);
    assert_true(log.error_frame);
    assert_int_equal(frame.id, 0x88);
    assert_int_equal(frame.len, 8);
    assert_int_equal(log.stamp_ps, 2000000);
    assert_int_equal(frame.at_ps, 3000000); /* never back */
    assert_int_equal(cs_input_read(in, &log, why, sizeof(why)), 1);
    assert_false(log.error_frame);
    assert_int_equal(frame.flags, CANSIM_FRAME_FD | CANSIM_FRAME_BRS | CANSIM_FRAME_ESI);
    assert_int_equal(frame.at_ps, INT64_C(1500000000000));
    assert_int_equal(cs_input_read(in, &log, why, sizeof(why)), -1);
    assert_non_null(strstr(why, ":6: "));
    cs_input_close(in);
    cs_plugins_free(plugins);
}

static void no_log(void **state)
{
    static const struct {
        const char *text, *format, *why;
    } cases[] = {
        {"", NULL, ": must be a log, is empty"},
        {"hello\n", NULL,
         ": must be a log of a known format (candump, pcap, pcapng), is none of them"},
        {"hello\n", "asc", "--format: must be one of candump, pcap, pcapng, got \"asc\""},
    };
    char why[300];
    struct cs_plugins *plugins = cs_plugins_find(NULL, NULL, 0, why, sizeof(why));

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(open_text(plugins, cases[i].text, cases[i].format, why));
        assert_non_null(strstr(why, cases[i].why));
    }
    assert_null(cs_input_open(plugins, "/nowhere/x.log", NULL, why, sizeof(why)));
    assert_string_equal(why, "/nowhere/x.log: cannot be read: No such file or directory");
    assert_null(cs_input_open(plugins, "/", NULL, why, sizeof(why)));
    assert_string_equal(why, "/: cannot be read: Is a directory");
    cs_plugins_free(plugins);
}

struct written {
    char text[500];
    size_t n;
};

static int on_write(void *ctx, const void *bytes, size_t n)
{
    struct written *w = ctx;

    assert_true(w->n + n < sizeof(w->text));
    memcpy(w->text + w->n, bytes, n);
    w->n += n;
    return 0;
}

static void writes_candump(void **state)
{
    struct written w = {.n = 0};
    const struct cansim_output out = {.size = sizeof(out), .ctx = &w, .write = on_write};
    const struct cansim_format *format = cs_plugin_candump.formats[0];
    struct cansim_frame frame = {.id = 0x12345678,
                                 .flags = CANSIM_FRAME_EXT,
                                 .dlc = 2,
                                 .len = 2,
                                 .data = {1, 0xAB},
                                 .at_ps = INT64_C(1500000999999)};
    struct cansim_log_frame log = {.size = sizeof(log), .frame = &frame, .bus_name = "can0"};
    char why[200];
    void *writer;

    (void)state;
    assert_int_equal(format->create(&writer, &out, why, sizeof(why)), 0);
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 1);
    assert_string_equal(why, "times cut to microseconds");
    log.epoch_s = 1700000000;
    frame.flags = CANSIM_FRAME_RTR;
    frame.at_ps = INT64_C(1500000000000);
    frame.id = 0x7FF;
    frame.dlc = 8;
    frame.len = 0;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 0);
    frame.id = 0x800;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), -1);
    log.error_frame = true;
    frame.id = 0x88;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 1);
    frame.len = 8;
    assert_int_equal(format->write(writer, &log, why, sizeof(why)), 0);
    assert_int_equal(format->finish(writer, why, sizeof(why)), 0);
    assert_string_equal(w.text, "(0000000001.500000) can0 12345678#01AB\n"
                                "(1700000001.500000) can0 7FF#R8\n"
                                "(1700000001.500000) can0 20000088#01AB000000000000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings), cmocka_unit_test(built_in),       cmocka_unit_test(candump),
        cmocka_unit_test(no_log),   cmocka_unit_test(writes_candump),
    };
    return cmocka_run_group_tests_name("plugins", tests, NULL, NULL);
}
