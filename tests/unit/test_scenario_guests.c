/* SPDX-License-Identifier: MIT */
/* The keys "guests" and "devices" of a scenario, and the words that start QEMU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/scenario.h"

static struct cs_scenario *parse(const char *text, struct cs_error *error)
{
    return cs_scenario_parse("s.json", text, strlen(text), error);
}

static struct cs_scenario *good(const char *text)
{
    struct cs_error error = {0};
    struct cs_scenario *scenario = parse(text, &error);

    if (scenario == NULL)
        fail_msg("%s: %s", text, error.text);
    return scenario;
}

static void reads_all_keys(void **state)
{
    struct cs_scenario *s = good(
        "{\"buses\": {\"a\": \"500k\", \"b\": \"1M\"}, \"guests\": {\"g\": {\"bus\": [\"b\", "
        "\"a\"], "
        "\"kernel\": \"vmlinux\", \"initrd\": \"i\", \"append\": \"x=y\", \"disk\": \"d\", "
        "\"machine\": \"virt\", \"arch\": \"aarch64\", \"qemu\": \"q\", \"memory\": 256, \"cpus\": "
        "2, "
        "\"args\": [\"-s\", \"-S\"], \"via\": \"slcan\", \"model\": \"m\", \"console\": \"c.log\", "
        "\"script\": [{\"wait\": \"login\", \"within\": \"5s\"}, {\"type\": \"root\"}, "
        "{\"run\": \"true\", \"status\": 3, \"expect\": \"e\", \"repeat\": true}, {\"pause\": "
        "\"10ms\"}, "
        "{\"do\": {\"note\": \"n\"}}, {\"end\": true}]}}}");
    const struct cs_guest_def *g = &s->guests[0];

    (void)state;
    assert_int_equal(s->n_guests, 1);
    assert_string_equal(g->name, "g");
    assert_int_equal(g->n_buses, 2);
    assert_string_equal(g->bus_name[0], "b");
    assert_string_equal(g->bus_name[1], "a");
    assert_string_equal(g->arch, "aarch64");
    assert_int_equal(g->memory_mib, 256);
    assert_int_equal(g->cpus, 2);
    assert_int_equal(g->n_args, 2);
    assert_int_equal(g->via, CS_VIA_SLCAN);
    assert_int_equal(g->n_steps, 6);
    assert_int_equal(g->steps[0].kind, CS_STEP_WAIT);
    assert_int_equal(g->steps[0].within_ps, 5 * CS_PS_PER_S);
    assert_int_equal(g->steps[1].kind, CS_STEP_TYPE);
    assert_int_equal(g->steps[2].status, 3);
    assert_string_equal(g->steps[2].expect, "e");
    assert_true(g->steps[2].repeat);
    assert_int_equal(g->steps[3].pause_ps, 10 * CS_PS_PER_MS);
    assert_int_equal(g->steps[4].action->kind, CS_ACTION_NOTE);
    assert_string_equal(g->steps[4].action->guest, "g");
    assert_int_equal(g->steps[4].action->order, 4);
    assert_int_equal(g->steps[5].kind, CS_STEP_END);
    cs_scenario_free(s);
}

static void defaults(void **state)
{
    struct cs_scenario *s = good("{\"guests\": {\"g\": {\"image\": \"debian\"}}}");
    const struct cs_guest_def *g = &s->guests[0];

    (void)state;
    assert_true(g->debian);
    assert_int_equal(g->via, CS_VIA_AUTO);
    assert_int_equal(g->memory_mib, 128);
    assert_int_equal(g->n_buses, 1);
    assert_string_equal(g->bus_name[0], "can0");
    assert_int_equal(g->n_steps, 0);
    cs_scenario_free(s);
}

/* Faults, plug and unplug may name a guest. */
static void a_guest_has_a_name(void **state)
{
    struct cs_scenario *s =
        good("{\"devices\": {\"d\": {\"type\": \"usb\", \"path\": \"p\"}}, "
             "\"guests\": {\"g\": {\"image\": \"debian\", \"script\": "
             "[{\"do\": {\"unplug\": \"g\"}}, {\"do\": {\"fault\": \"no-ack node=g\"}}]}}, "
             "\"timeline\": [{\"at\": \"1s\", \"plug\": \"d\"}]}");

    (void)state;
    assert_int_equal(s->guests[0].steps[0].action->device, 1);
    assert_int_equal(s->actions[0].device, 0);
    cs_scenario_free(s);
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *guest, *sentence;
    } rows[] = {
        {"{}", "s.json: /guests/g: must have the key \"image\", \"kernel\" or \"disk\", got none"},
        {"{\"image\": \"bsd\"}", "s.json: /guests/g/image: must be \"debian\", got \"bsd\""},
        {"{\"image\": \"debian\", \"kernel\": \"k\"}",
         "s.json: /guests/g: must have an image, or a kernel or disk, got both"},
        {"{\"image\": \"debian\", \"via\": \"pci\"}", "s.json: /guests/g/via: must be "},
        {"{\"image\": \"debian\", \"bus\": \"x\"}",
         "s.json: /guests/g/bus: must be a bus of this scenario"},
        {"{\"image\": \"debian\", \"memory\": 0}", "s.json: /guests/g/memory: must be "},
        {"{\"image\": \"debian\", \"script\": [{}]}",
         "s.json: /guests/g/script/0: must have one of wait, type, run, pause, do and end, got "
         "none"},
        {"{\"image\": \"debian\", \"script\": [{\"wait\": \"a\", \"type\": \"b\"}]}",
         "s.json: /guests/g/script/0/type: must be the only one of wait, type, run, pause, do and "
         "end"},
        {"{\"image\": \"debian\", \"script\": [{\"do\": {\"at\": \"1s\", \"note\": \"n\"}}]}",
         "s.json: /guests/g/script/0/do/at: does not go with a script: it happens in its turn"},
        {"{\"image\": \"debian\", \"script\": [{\"do\": {\"unplug\": \"h\"}}]}",
         "s.json: /guests/g/script/0/do/unplug: must be a node of this scenario"},
        {"{\"image\": \"debian\", \"script\": [{\"end\": false}]}",
         "s.json: /guests/g/script/0/end: must be true, got false"},
        {"{\"image\": \"debian\", \"args\": [1]}",
         "s.json: /guests/g/args: must be an array of texts, got 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_error error = {0};
        char text[512];

        snprintf(text, sizeof(text), "{\"guests\": {\"g\": %s}}", rows[i].guest);
        assert_null(parse(text, &error));
        assert_int_equal(error.status, CS_STATUS_INPUT);
        if (strncmp(error.text, rows[i].sentence, strlen(rows[i].sentence)) != 0)
            fail_msg("%s: expected \"%s\", got \"%s\"", rows[i].guest, rows[i].sentence,
                     error.text);
    }
}

static void names_are_its_own(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_null(
        parse("{\"nodes\": {\"g\": {}}, \"guests\": {\"g\": {\"image\": \"debian\"}}}", &error));
    assert_non_null(strstr(error.text, "/guests/g: must have a name of its own"));
}

/* ---- QEMU's words -----------------------------------------------------------------------------
 */

static bool has_words(const struct cs_guest_command *command, const char *first, const char *second)
{
    for (unsigned i = 0; i < command->n; i++)
        if (strcmp(command->words[i], first) == 0 &&
            (second == NULL || (i + 1 < command->n && strcmp(command->words[i + 1], second) == 0)))
            return true;
    return false;
}

static void words_of_a_guest(void **state)
{
    static struct cs_guest_command command;
    struct cs_guest_def def = {.name = "g",
                               .n_buses = 2,
                               .bus_name = {"can0", "can1"},
                               .kernel = "k",
                               .append = "a b",
                               .disk = "d.img",
                               .memory_mib = 64,
                               .cpus = 3,
                               .args = {"-s"},
                               .n_args = 1};
    struct cs_guest_qemu qemu = {.program = "qemu"};
    struct cs_guest_place place = {.via = CS_VIA_VFIO_USER,
                                   .option = "-device '{\"driver\":\"x y\"}' -b c"};
    struct cs_error error;

    (void)state;
    assert_int_equal(cs_guest_command(&def, &qemu, &place, &command, &error), 0);
    assert_string_equal(command.words[0], "qemu");
    assert_true(has_words(&command, "-kernel", "k"));
    assert_true(has_words(&command, "-append", "a b"));
    assert_true(has_words(&command, "-drive", "file=d.img,if=virtio"));
    assert_true(has_words(&command, "-m", "64"));
    assert_true(has_words(&command, "-smp", "3"));
    assert_true(has_words(&command, "-device", "{\"driver\":\"x y\"}"));
    assert_true(has_words(&command, "-b", "c"));
    assert_string_equal(command.words[command.n - 1], "-s");
    assert_null(command.words[command.n]);
    place = (struct cs_guest_place){.via = CS_VIA_SHIM, .link = "unix:/l"};
    assert_int_equal(cs_guest_command(&def, &qemu, &place, &command, &error), 0);
    assert_true(has_words(&command, "--link", "unix:/l"));
    assert_true(has_words(&command, "--as", "g"));
    assert_true(has_words(&command, "-device", "kvaser_pci,canbus=canbus1"));
    assert_true(
        has_words(&command, "-object", "can-host-socketcan,id=canhost1,if=can1,canbus=canbus1"));
}

static void too_many_words(void **state)
{
    static struct cs_guest_command command;
    static char append[CS_GUEST_TEXT_MAX + 1];
    struct cs_guest_def def = {.name = "g", .kernel = "k", .append = append};
    struct cs_guest_qemu qemu = {.program = "qemu"};
    struct cs_guest_place place = {.via = CS_VIA_NONE};
    struct cs_error error;

    (void)state;
    memset(append, 'x', sizeof(append) - 1);
    assert_int_equal(cs_guest_command(&def, &qemu, &place, &command, &error), -1);
    assert_int_equal(error.status, CS_STATUS_INPUT);
}

static void chooses_the_best(void **state)
{
    struct cs_guest_def def = {.name = "g"};
    struct cs_guest_qemu qemu = {.program = "q", .vfio_user = true, .usb = true, .can_host = true};
    enum cs_guest_via via;
    struct cs_error error;

    (void)state;
    assert_int_equal(cs_guest_choose(&def, &qemu, &via, &error), 0);
    assert_int_equal(via, CS_VIA_VFIO_USER);
    qemu.vfio_user = false;
    assert_int_equal(cs_guest_choose(&def, &qemu, &via, &error), 0);
    assert_int_equal(via, CS_VIA_USB);
    qemu.usb = false;
    assert_int_equal(cs_guest_choose(&def, &qemu, &via, &error), 0);
    assert_int_equal(via, CS_VIA_SHIM);
    def.via = CS_VIA_VFIO_USER;
    assert_int_equal(cs_guest_choose(&def, &qemu, &via, &error), -1);
    assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
    assert_string_equal(error.text,
                        "guest \"g\": q has no device vfio-user-pci, which comes with QEMU 10.1");
    def.via = CS_VIA_SLCAN;
    assert_int_equal(cs_guest_choose(&def, &qemu, &via, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_keys),     cmocka_unit_test(defaults),
        cmocka_unit_test(a_guest_has_a_name), cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(names_are_its_own),  cmocka_unit_test(words_of_a_guest),
        cmocka_unit_test(too_many_words),     cmocka_unit_test(chooses_the_best),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
