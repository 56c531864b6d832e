/* SPDX-License-Identifier: MIT */
/* Devices as people name them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "qemu-link/dev_internal.h"

#define ARRAY(a) (sizeof(a) / sizeof((a)[0]))

static void reads_what_is_right(void **state)
{
    static const struct {
        enum cs_device_kind kind;
        const char *text, *model, *name, *first_bus, *last_bus, *path;
        unsigned n_buses;
    } rows[] = {
        {CS_DEVICE_CARD, "kvaser:can0=/run/x/guest1.vfu", "kvaser", "guest1", "can0", "can0",
         "/run/x/guest1.vfu", 1},
        {CS_DEVICE_CARD, "kvaser_pci:can0,can1,can0,can3=g", "kvaser", "g", "can0", "can3", "./g",
         4},
        {CS_DEVICE_CARD, "kvaser:a=b=c,d:e", "kvaser", "b_c_d_e", "a", "a", "./b=c,d:e", 1},
        {CS_DEVICE_USB, "pcanfd:can0=/tmp/.usb", "pcanfd", ".usb", "can0", "can0", "/tmp/.usb", 1},
        {CS_DEVICE_USB, "gs_usb:can0,can1=tcp:127.0.0.1:4000", "gs_usb", "gs_usb", "can0", "can1",
         "tcp:127.0.0.1:4000", 2},
        {CS_DEVICE_SLCAN, "can0=pty", "slcan", "slcan", "can0", "can0", "pty", 1},
        {CS_DEVICE_SLCAN, "can0=pty:tty0", "slcan", "tty0", "can0", "can0", "pty:tty0", 1},
        {CS_DEVICE_SLCAN, "can0=/tmp/a b.slcan", "slcan", "a_b", "can0", "can0", "/tmp/a b.slcan",
         1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY(rows); i++) {
        struct cs_device_spec spec;
        char why[300] = "";

        if (cs_device_parse(rows[i].kind, rows[i].text, &spec, why, sizeof(why)) != 0)
            fail_msg("%s: %s", rows[i].text, why);
        assert_string_equal(spec.model->name, rows[i].model);
        assert_string_equal(spec.name, rows[i].name);
        assert_int_equal(spec.n_buses, rows[i].n_buses);
        assert_string_equal(spec.bus[0], rows[i].first_bus);
        assert_string_equal(spec.bus[spec.n_buses - 1], rows[i].last_bus);
        assert_string_equal(spec.path, rows[i].path);
        assert_false(spec.unplugged);
    }
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        enum cs_device_kind kind;
        const char *text, *sentence;
    } rows[] = {
        {CS_DEVICE_CARD, "", "must be MODEL:BUS[,BUS...]=PATH, got \"\""},
        {CS_DEVICE_CARD, "kvaser", "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser\""},
        {CS_DEVICE_CARD, "kvaser=/x", "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser=/x\""},
        {CS_DEVICE_CARD, "kvaser:=/x", "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser:=/x\""},
        {CS_DEVICE_CARD, "kvaser:a,=/x", "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser:a,=/x\""},
        {CS_DEVICE_CARD, "kvaser:a=", "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser:a=\""},
        {CS_DEVICE_CARD, "kvaser:a,b,c,d,e=x",
         "must be MODEL:BUS[,BUS...]=PATH, got \"kvaser:a,b,c,d,e=x\""},
        {CS_DEVICE_CARD, "kvaser:a=tcp:localhost:1",
         "must have a unix socket for a card, got \"tcp:localhost:1\""},
        {CS_DEVICE_USB, "pcanfd:a,b=x", "pcanfd has 1 channel: must have as many buses, got 2"},
        {CS_DEVICE_SLCAN, "can0", "must be BUS=PATH, got \"can0\""},
        {CS_DEVICE_SLCAN, "a,b=x", "slcan has 1 channel: must have as many buses, got 2"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY(rows); i++) {
        struct cs_device_spec spec;
        char why[300] = "";

        assert_int_equal(cs_device_parse(rows[i].kind, rows[i].text, &spec, why, sizeof(why)),
                         -EINVAL);
        assert_string_equal(why, rows[i].sentence);
    }
}

static void names_the_models(void **state)
{
    struct cs_device_spec spec;
    char why[300] = "";

    (void)state;
    assert_int_equal(cs_device_parse(CS_DEVICE_CARD, "pcanfd:a=x", &spec, why, sizeof(why)),
                     -EINVAL);
    assert_non_null(strstr(why, "must be a model such as kvaser, "));
    assert_non_null(strstr(why, ", got \"pcanfd\""));
}

/* Every row of the table can be looked at, and is found by each of its names. */
static void every_model_is_whole(void **state)
{
    struct cs_device_model_info info;
    unsigned n = 0;

    (void)state;
    for (; cs_device_model_info(n, &info); n++) {
        char aliases[200], *rest = aliases;

        assert_true(info.name[0] && info.driver[0] && info.help[0]);
        assert_true(info.min_ports >= 1 && info.min_ports <= info.max_ports &&
                    info.max_ports <= CS_DEVICE_PORTS_MAX);
        assert_ptr_equal(cs_device_find_model(info.kind, info.name), cs_device_model_rows[n]);
        snprintf(aliases, sizeof(aliases), "%s", info.aliases);
        for (char *word; rest && *rest && (word = strsep(&rest, ",")) != NULL;)
            assert_ptr_equal(cs_device_find_model(info.kind, word), cs_device_model_rows[n]);
        const struct cs_device_ops *ops = cs_device_model_rows[n]->ops;
        assert_true(ops->create && ops->destroy && ops->accept && ops->look && ops->option);
    }
    assert_true(n >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_right),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(names_the_models),
        cmocka_unit_test(every_model_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
