/* SPDX-License-Identifier: MIT */
/* The view of devices, as text, and its key. */
#include "test_tui.h"

#include "tui/options.h"

static void fill(struct bench *b)
{
    struct cs_tui_device usb = {
        .name = "guest1",
        .kind = "usb",
        .model = "pcanfd",
        .driver = "peak_usb",
        .path = "/tmp/guest1.usb",
        .option = "-device qemu-xhci,id=guest1-hc -chardev socket,id=guest1,path=/tmp/"
                  "guest1.usb,reconnect=1 -device usb-redir,chardev=guest1,bus=guest1-hc.0",
        .plugged = true,
        .connected = true,
        .n_ports = 1,
        .port = {{.bus = "can0",
                  .on = true,
                  .bitrate_bps = 250000,
                  .tec = 128,
                  .rec = 3,
                  .state = CS_STATE_ERROR_PASSIVE}},
        .connections = 2};
    struct cs_tui_device card = {.name = "guest2",
                                 .kind = "card",
                                 .model = "kvaser",
                                 .driver = "kvaser_pci",
                                 .path = "/tmp/guest2.vfu",
                                 .option = "-device vfio-user-pci",
                                 .plugged = true,
                                 .n_ports = 2,
                                 .port = {{.bus = "can0"}, {.bus = "can1"}},
                                 .refused = 1,
                                 .protocol_errors = 4,
                                 .lost = 123456};
    struct cs_tui_device line = {.name = "line",
                                 .kind = "slcan",
                                 .model = "slcan",
                                 .driver = "slcan",
                                 .path = "/dev/pts/5",
                                 .option = "slcand -o -s6 /dev/pts/5",
                                 .n_ports = 1,
                                 .port = {{.bus = "can0"}}};

    b->tui.devices[0] = usb;
    b->tui.devices[1] = card;
    b->tui.devices[2] = line;
    b->tui.n_devices = 3;
    bench_keys(b, "5");
}

static void looks(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b);
    bench_draw(b, 80, 24);
    bench_golden(b, "plugged-80x24");
    bench_draw(b, 132, 30);
    bench_golden(b, "plugged-132x30");
    bench_free(b);
}

static void whole_option(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "-device qemu-xhci,id=guest1-hc"));
    assert_true(bench_shows(b, "bus=guest1-hc.0"));
    bench_keys(b, "<Down><Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "slcand -o -s6 /dev/pts/5"));
    assert_true(bench_hides(b, "qemu-xhci"));
    bench_free(b);
}

/* Devices whose panes differ in height: the selected one stays in sight. */
static void selected_in_sight(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b);
    for (unsigned i = 0; i < CS_TUI_DEVICES; i++) {
        b->tui.devices[i] = b->tui.devices[i % 3];
        snprintf(b->tui.devices[i].name, sizeof b->tui.devices[i].name, "number%u.", i);
        b->tui.devices[i].n_ports = i % 4 + 1;
        memset(b->tui.devices[i].option, 'o', i % 2 ? 500 : 50);
        b->tui.devices[i].option[i % 2 ? 500 : 50] = '\0';
    }
    b->tui.n_devices = CS_TUI_DEVICES;
    for (unsigned i = 0; i < 2 * CS_TUI_DEVICES; i++) {
        const int sel = b->tui.devices_list.sel;
        bench_draw(b, 80, 24);
        assert_int_equal(sel, i < CS_TUI_DEVICES ? i : 2 * CS_TUI_DEVICES - i - 1);
        assert_true(bench_shows(b, b->tui.devices[sel].name));
        if (i != CS_TUI_DEVICES - 1)
            bench_keys(b, i < CS_TUI_DEVICES ? "j" : "k");
    }
    bench_free(b);
}

/* A device of several channels, all on their buses, at the smallest size. */
static void channels(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_tui_device *device = &b->tui.devices[1];

    (void)state;
    fill(b);
    device->port[0] = (struct cs_tui_port){
        .bus = "can0", .on = true, .bitrate_bps = 500000, .data_bitrate_bps = 2000000, .tec = 8};
    device->port[1] = (struct cs_tui_port){
        .bus = "can1", .on = true, .bitrate_bps = 250000, .tec = 256, .state = CS_STATE_BUS_OFF};
    device->port[2] = (struct cs_tui_port){.bus = "a-name-of-15-ch"};
    device->n_ports = 3;
    bench_keys(b, "<Down>");
    bench_draw(b, 80, 24);
    bench_golden(b, "plugged-channels");
    assert_true(bench_shows(b, "can0: 500k/2M, active, TEC 8, REC 0"));
    assert_true(bench_shows(b, "can1: 250k, bus-off, TEC 256, REC 0"));
    assert_true(bench_shows(b, "a-name-of-15-ch: off"));
    assert_true(bench_shows(b, "0 peers, 1 turned away, 4 broke the protocol, 123456 lost"));
    bench_free(b);
}

/* Nothing of an option is lost where lines end, whatever the characters. */
static void option_characters(void **state)
{
    struct bench *b = bench_new(0, 1);
    char *option = b->tui.devices[0].option;

    (void)state;
    for (unsigned shift = 0; shift < 2; shift++) {
        char expected[64] = "", *text;
        unsigned n = 0;

        fill(b);
        snprintf(option, sizeof b->tui.devices[0].option, "%s", shift ? "x" : "");
        for (unsigned i = 0; i < 100; i++)
            strcat(option, "\u00fc");
        bench_draw(b, 80, 24);
        text = bench_text(b);
        for (const char *at = text; (at = strstr(at, "\u00fc")) != NULL; at += 2)
            n++;
        assert_int_equal(n, 100);
        for (unsigned i = 0; i < 22; i++)
            strcat(expected, "\u00fc");
        strcat(expected, "\n");
        assert_non_null(strstr(text, expected));
        free(text);
    }
    bench_free(b);
}

static void plugging(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b);
    bench_keys(b, "p");
    assert_false(b->tui.devices[0].plugged);
    assert_string_equal(b->tui.message, "guest1 is pulled out");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "unplugged"));
    bench_keys(b, "p");
    assert_true(b->tui.devices[0].plugged);
    assert_string_equal(b->tui.message, "guest1 is plugged in");
    bench_keys(b, "<Down>p");
    assert_true(b->tui.message_bad);
    assert_string_equal(b->tui.message,
                        "guest2 is a card: it cannot be pulled out of a running guest");
    b->tui.n_devices = 0;
    bench_keys(b, "p");
    assert_string_equal(b->tui.message, "there is no device");
    bench_free(b);
}

static void many_scroll(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b);
    for (unsigned i = 3; i < CS_TUI_DEVICES; i++) {
        b->tui.devices[i] = b->tui.devices[2];
        snprintf(b->tui.devices[i].name, sizeof b->tui.devices[i].name, "line%u", i);
    }
    b->tui.n_devices = CS_TUI_DEVICES;
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "line31"));
    bench_keys(b, "G");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "line31"));
    assert_int_equal(b->tui.devices_list.sel, CS_TUI_DEVICES - 1);
    bench_keys(b, "g");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "guest1"));
    bench_free(b);
}

static void options(void **state)
{
    char *good[] = {
        "cansim-tui", "--usb", "gs_usb:can0,can0=/tmp/a.usb", "--card=kvaser:can0=b.vfu", "--slcan",
        "can0=pty",   NULL};
    char *bad[] = {"cansim-tui", "--usb", "kvaser:can0=/tmp/a", NULL};
    struct cs_options *o = calloc(1, sizeof *o);
    char why[300] = "";

    (void)state;
    assert_int_equal(cs_options_parse(6, good, o, why, sizeof why), 0);
    assert_int_equal(o->n_devices, 3);
    assert_string_equal(o->devices[0].name, "a");
    assert_int_equal(o->devices[0].n_buses, 2);
    assert_int_equal(cs_options_parse(3, bad, o, why, sizeof why), -EINVAL);
    assert_non_null(strstr(why, "--usb: must be a model such as pcanfd"));
    free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),    cmocka_unit_test(whole_option),
        cmocka_unit_test(plugging), cmocka_unit_test(many_scroll),
        cmocka_unit_test(options),  cmocka_unit_test(selected_in_sight),
        cmocka_unit_test(channels), cmocka_unit_test(option_characters),
    };
    return cmocka_run_group_tests_name("tui devices", tests, NULL, NULL);
}
