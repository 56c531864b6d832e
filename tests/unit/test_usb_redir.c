/* SPDX-License-Identifier: MIT */
/* An adapter over usbredir: enumeration, order, cancelling, resets, plugging, peers that come and
 * go or break the protocol. The adapter is a gs_usb with two channels where it does not matter. */
#include "qemu-link/usb_pcan.h"
#include "tests/unit/test_usb.h"

static int two_channels(void **state)
{
    *state = usb_create("gs_usb:can0,can1", false);
    usb_connect(*state);
    return 0;
}

static int not_connected(void **state)
{
    *state = usb_create("gs_usb:can0", false);
    return 0;
}

static int held_frames(void **state)
{
    *state = usb_create("pcanfd:can0", false);
    usb_connect(*state);
    return 0;
}

static int tear_down(void **state)
{
    usb_destroy(*state);
    return 0;
}

/* ---- enumeration ---------------------------------------------------------------------------- */

static void the_device_is_there_when_both_have_said_hello(void **state)
{
    struct usb_world *w = *state;
    const struct usb_guest *g = &w->guest;

    assert_int_equal(g->hellos, 1);
    assert_int_equal(g->connects, 1);
    assert_int_equal(g->device.speed, usb_redir_speed_high);
    assert_int_equal(g->device.vendor_id, 0x1D50);
    assert_int_equal(g->device.product_id, 0x606F);
    assert_int_equal(g->endpoints.type[usb_index(0x81)], usb_redir_type_bulk);
    assert_int_equal(g->endpoints.type[usb_index(0x02)], usb_redir_type_bulk);
    assert_int_equal(g->endpoints.type[usb_index(0x01)], usb_redir_type_invalid);
    assert_int_equal(g->endpoints.max_packet_size[usb_index(0x81)], 512);
    assert_true(usb_look(w).connected);
}

static void a_peer_without_any_capability(void **state)
{
    struct usb_world *w = *state;

    usb_connect_as(w, true);
    assert_int_equal(w->guest.connects, 1);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0100, 0, NULL, 18), 18);
    usb_give(w, 0x02, "12345678901234567890", 20);
    usb_pump(w);
    assert_int_equal(w->guest.n_done, 1);
}

static void descriptors(void **state)
{
    struct usb_world *w = *state;
    const uint8_t *answer = w->guest.answer;

    assert_int_equal(usb_control(w, 0x80, 6, 0x0100, 0, NULL, 8), 8); /* as hosts begin */
    assert_int_equal(answer[7], 64);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0100, 0, NULL, 64), 18);
    assert_memory_equal(answer, "\x12\x01\x00\x02\x00\x00\x00\x40\x50\x1D\x6F\x60", 12);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0200, 0, NULL, 9), 9);
    assert_int_equal(answer[2] | answer[3] << 8, 32);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0200, 0, NULL, 4000), 32);
    assert_memory_equal(answer + 9, "\x09\x04\x00\x00\x02\xFF\xFF\xFF\x00", 9);
    assert_memory_equal(answer + 18, "\x07\x05\x81\x02\x00\x02\x00", 7);
    assert_memory_equal(answer + 25, "\x07\x05\x02\x02\x00\x02\x00", 7);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0300, 0, NULL, 255), 4);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0303, 0x409, NULL, 255), 4);
    assert_memory_equal(answer, "\x04\x03g\x00", 4); /* the adapter's name, from its file */
    assert_int_equal(usb_control(w, 0x80, 6, 0x0304, 0x409, NULL, 255), -usb_redir_stall);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0600, 0, NULL, 10),
                     -usb_redir_stall);                                              /* qualifier */
    assert_int_equal(usb_control(w, 0x80, 6, 0x0F00, 0, NULL, 5), -usb_redir_stall); /* BOS */
}

static void standard_requests(void **state)
{
    struct usb_world *w = *state;

    assert_int_equal(usb_control(w, 0x80, 0, 0, 0, NULL, 2), 2);
    assert_int_equal(usb_control(w, 0x82, 0, 0, 0x81, NULL, 2), 2);
    assert_int_equal(usb_control(w, 0x02, 1, 0, 0x81, NULL, 0), 0); /* clear halt */
    assert_int_equal(usb_control(w, 0x00, 3, 1, 0, NULL, 0), 0);
    assert_int_equal(usb_control(w, 0x80, 12, 0, 0, NULL, 2), -usb_redir_stall);
    assert_int_equal(usb_control(w, 0x00, 7, 0x0100, 0, NULL, 0), -usb_redir_stall);
}

static void configurations_and_settings(void **state)
{
    struct usb_world *w = *state;
    struct usb_redir_set_configuration_header config = {.configuration = 1};
    struct usb_redir_set_alt_setting_header setting = {.interface = 0, .alt = 0};

    usbredirparser_send_get_configuration(w->guest.parser, 1);
    usb_pump(w);
    assert_int_equal(w->guest.configuration, 0);
    usbredirparser_send_set_configuration(w->guest.parser, 2, &config);
    usb_pump(w);
    assert_int_equal(w->guest.configuration, 1);
    config.configuration = 2;
    usbredirparser_send_set_configuration(w->guest.parser, 3, &config);
    usb_pump(w);
    assert_int_equal(w->guest.configuration, -usb_redir_stall);
    usbredirparser_send_get_configuration(w->guest.parser, 4);
    usb_pump(w);
    assert_int_equal(w->guest.configuration, 1);
    usbredirparser_send_set_alt_setting(w->guest.parser, 5, &setting);
    usb_pump(w);
    assert_int_equal(w->guest.setting, 0);
    setting.alt = 1;
    usbredirparser_send_set_alt_setting(w->guest.parser, 6, &setting);
    usb_pump(w);
    assert_int_equal(w->guest.setting, -usb_redir_stall);
}

static void what_it_has_not_is_refused(void **state)
{
    struct usb_world *w = *state;
    struct usbredirparser *p = w->guest.parser;
    struct usb_redir_start_iso_stream_header iso = {.endpoint = 0x83, .pkts_per_urb = 8};
    struct usb_redir_start_interrupt_receiving_header interrupt = {.endpoint = 0x83};
    struct usb_redir_alloc_bulk_streams_header streams = {.endpoints = 2, .no_streams = 4};
    struct usb_redir_interrupt_packet_header packet = {.endpoint = 3, .length = 1};
    uint8_t byte = 0;

    usbredirparser_send_start_iso_stream(p, 1, &iso);
    usb_pump(w);
    assert_int_equal(w->guest.refused, usb_redir_inval);
    w->guest.refused = 0;
    usbredirparser_send_start_interrupt_receiving(p, 2, &interrupt);
    usb_pump(w);
    assert_int_equal(w->guest.refused, usb_redir_inval);
    w->guest.refused = 0;
    usbredirparser_send_alloc_bulk_streams(p, 3, &streams);
    usb_pump(w);
    assert_int_equal(w->guest.refused, usb_redir_inval);
    w->guest.refused = 0;
    usbredirparser_send_interrupt_packet(p, 4, &packet, &byte, 1);
    usb_pump(w);
    assert_int_equal(w->guest.refused, usb_redir_inval);
    usb_give(w, 0x05, "x", 1);
    usb_pump(w);
    assert_int_equal(w->guest.status, usb_redir_inval);
    assert_false(w->guest.hung_up);
}

/* ---- packets ----------------------------------------------------------------------------------
 */

static void in_packets_wait_for_something(void **state)
{
    struct usb_world *w = *state;

    for (unsigned i = 0; i < 30; i++)
        usb_ask(w, 0x81, 80);
    usb_pump(w);
    assert_int_equal(w->guest.waiting[usb_index(0x81)].n, 30);
    usb_ask(w, 0x81, 0); /* with no room it waits for its turn, no longer */
    usb_pump(w);
    assert_int_equal(w->guest.waiting[usb_index(0x81)].n, 31);
}

static void cancelled_in_packets_end_at_once_and_once(void **state)
{
    struct usb_world *w = *state;
    uint64_t id[3];

    for (unsigned i = 0; i < 3; i++) {
        usb_ask(w, 0x81, 80);
        id[i] = w->guest.last_id;
    }
    usb_cancel(w, 0x81, id[1]);
    usb_pump(w);
    assert_int_equal(w->guest.n_cancelled, 0); /* answered */
    usb_cancel(w, 0x81, id[1]);                /* nobody has it any more */
    usb_cancel(w, 0x81, 12345);
    usb_pump(w);
    assert_int_equal(w->guest.waiting[usb_index(0x81)].n, 2);
    assert_false(w->guest.hung_up);
}

static void pcan_command(struct usb_world *w, unsigned opcode, const char *args)
{
    uint8_t bytes[16];

    memset(bytes, 0xFF, sizeof(bytes));
    pcan_put16(bytes, opcode);
    memcpy(bytes + 2, args, 6);
    usb_give(w, PCAN_EP_CMD_OUT, bytes, sizeof(bytes));
}

static uint64_t pcan_frame(struct usb_world *w, unsigned id)
{
    uint8_t record[24] = {0};

    pcan_put16(record, 20);
    pcan_put16(record + 2, PCAN_REC_TX);
    record[16] = (uint8_t)id;
    return usb_give(w, PCAN_EP_OUT, record, sizeof(record));
}

/* A PCAN-USB FD's packets are done when their frames have been on the bus: 94 us each. */
static void held_packets_end_in_their_order_but_for_cancelled_ones(void **state)
{
    struct usb_world *w = *state;
    uint64_t id[6];
    unsigned commands;

    pcan_command(w, PCAN_CMD_TIMING_SLOW, "\x60\x00\x13\x8a\x00\x00");
    pcan_command(w, PCAN_CMD_NORMAL_MODE, "\0\0\0\0\0\0");
    usb_run(w, MS);
    commands = w->guest.n_done;
    assert_int_equal(commands, 2);
    for (unsigned i = 0; i < 6; i++)
        id[i] = pcan_frame(w, i);
    usb_pump(w);
    usb_run(w, 20 * US);
    assert_int_equal(w->guest.n_done, commands);
    usb_cancel(w, PCAN_EP_OUT, id[3]);
    usb_cancel(w, PCAN_EP_OUT, id[0]); /* it is on the wire, and goes out; nobody hears of it */
    usb_pump(w);
    assert_int_equal(w->guest.n_cancelled, 0);
    usb_run(w, 2 * MS);
    assert_int_equal(w->guest.n_done, commands + 4);
    assert_int_equal(w->peer_received, 5);
    assert_int_equal(w->peer_frame.id, 5);
}

static void a_reset_takes_held_packets_off_the_bus(void **state)
{
    struct usb_world *w = *state;

    pcan_command(w, PCAN_CMD_TIMING_SLOW, "\x60\x00\x13\x8a\x00\x00");
    pcan_command(w, PCAN_CMD_NORMAL_MODE, "\0\0\0\0\0\0");
    usb_run(w, MS);
    for (unsigned i = 0; i < 6; i++)
        pcan_frame(w, i);
    usb_pump(w);
    usbredirparser_send_reset(w->guest.parser);
    usb_pump(w);
    assert_int_equal(w->guest.n_ended, 6);
    usb_run(w, 2 * MS);
    assert_int_equal(w->guest.n_done, 2);
    assert_int_equal(w->peer_received, 0);
}

/* QEMU sends empty ones where it cancels. */
static void out_packets_with_little_or_nothing_in_them(void **state)
{
    struct usb_world *w = *state;

    for (unsigned i = 0; i < 30; i++) {
        usb_give(w, PCAN_EP_CMD_OUT, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", i % 9);
        usb_give(w, PCAN_EP_OUT, "12345678", i % 9);
    }
    usb_pump(w);
    assert_int_equal(w->guest.n_done, 60);
}

static void too_many_packets_are_no_good_manners(void **state)
{
    struct usb_world *w = *state;

    for (unsigned i = 0; i < 65; i++)
        usb_ask(w, 0x81, 80);
    usb_pump(w);
    assert_true(w->guest.hung_up);
    assert_string_equal(
        w->note, "g: the peer broke the protocol: more than 64 packets of one endpoint wait");
    assert_int_equal(usb_look(w).protocol_errors, 1);
    assert_false(usb_look(w).connected);
}

static void a_reset_gives_back_what_waits(void **state)
{
    struct usb_world *w = *state;

    for (unsigned i = 0; i < 5; i++)
        usb_ask(w, 0x81, 80);
    usb_pump(w);
    usbredirparser_send_reset(w->guest.parser);
    usb_pump(w);
    assert_int_equal(w->guest.n_ended, 5);
    assert_int_equal(w->guest.waiting[usb_index(0x81)].n, 0);
    usb_ask(w, 0x81, 80);
    usb_pump(w);
    assert_int_equal(w->guest.waiting[usb_index(0x81)].n, 1);
}

/* ---- plugging -----------------------------------------------------------------------------------
 */

static void pulled_out_and_plugged_in_while_connected(void **state)
{
    struct usb_world *w = *state;

    usb_ask(w, 0x81, 80);
    usb_pump(w);
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(cs_device_plug(w->device, false), 0);
        usb_pump(w);
        assert_int_equal(w->guest.disconnects, i);
        assert_false(w->guest.connected);
        assert_int_equal(cs_device_plug(w->device, false), 0);
        assert_int_equal(cs_device_plug(w->device, true), 0);
        usb_pump(w);
        assert_int_equal(w->guest.connects, i + 1);
    }
    assert_false(w->guest.hung_up);
    assert_int_equal(usb_look(w).connections, 1);
}

/* Out and in at once: the guest must have seen the first before it hears of the second. */
static void plugged_in_again_before_the_guest_has_seen_it_go(void **state)
{
    struct usb_world *w = *state;

    cs_device_plug(w->device, false);
    cs_device_plug(w->device, true);
    usb_turn(w);
    assert_int_equal(w->guest.disconnects, 1);
    assert_int_equal(w->guest.connects, 1);
    usb_pump(w);
    assert_int_equal(w->guest.connects, 2);
}

static void packets_for_what_was_pulled_out_get_no_answer(void **state)
{
    struct usb_world *w = *state;
    struct usb_outstanding *o = &w->guest.waiting[usb_index(0x02)];

    usb_give(w, 0x02, "12345678901234567890", 20); /* on its way when it is pulled out */
    o->n = 0;                                      /* QEMU gives it up when it hears of that */
    cs_device_plug(w->device, false);
    usb_pump(w);
    assert_int_equal(w->guest.disconnects, 1);
    assert_int_equal(w->guest.n_done, 0);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0100, 0, NULL, 18), NO_ANSWER);
}

static void connected_before_it_is_plugged_in(void **state)
{
    struct usb_world *w = *state;

    cs_device_plug(w->device, false);
    usb_connect(w);
    assert_int_equal(w->guest.hellos, 1);
    assert_int_equal(w->guest.connects, 0);
    cs_device_plug(w->device, true);
    usb_pump(w);
    assert_int_equal(w->guest.connects, 1);
}

/* ---- peers
 * ---------------------------------------------------------------------------------------- */

static void peers_come_and_go(void **state)
{
    struct usb_world *w = *state;

    for (unsigned i = 1; i <= 20; i++) {
        usb_connect(w);
        assert_int_equal(w->guest.connects, 1);
        assert_int_equal(usb_look(w).connections, i);
        usb_ask(w, 0x81, 80);
        usb_leave(w);
        assert_false(usb_look(w).connected);
    }
    assert_int_equal(usb_look(w).protocol_errors, 0);
}

static void a_second_peer_is_turned_away(void **state)
{
    struct usb_world *w = *state;
    const int fd = usb_dial(w);
    char byte;

    usb_pump(w);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
    close(fd);
    assert_int_equal(usb_look(w).refused, 1);
    assert_int_equal(usb_control(w, 0x80, 6, 0x0100, 0, NULL, 18), 18);
}

/* What the host says to bytes; the socket is closed afterwards. */
static void says(struct usb_world *w, const void *bytes, size_t len, const char *note)
{
    const int fd = usb_dial(w);
    uint8_t buf[4096];
    ssize_t n;

    w->note[0] = '\0';
    usb_pump(w);
    assert_int_equal(send(fd, bytes, len, 0), len);
    usb_pump(w);
    do
        n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
    while (n > 0);
    if (note) {
        assert_true(n == 0 || errno == ECONNRESET);
        assert_non_null(strstr(w->note, note));
    } else {
        assert_true(n < 0 && errno == EAGAIN);
        assert_string_equal(w->note, "");
    }
    close(fd);
    usb_pump(w);
    assert_false(usb_look(w).connected);
}

#define HELLO "\0\0\0\0\x44\0\0\0\0\0\0\0" /* and 64 bytes of version, 4 of capabilities */

static void garbage_is_told_and_hung_up_on(void **state)
{
    struct usb_world *w = *state;
    uint8_t hello[12 + 68] = HELLO, bytes[200];

    says(w, "GET / HTTP/1.0\r\n\r\n", 18, "a message is longer than 64 KiB");
    says(w, "\xFF\xFF\xFF\xFF\4\0\0\0\0\0\0\0", 12, "a message makes no sense");
    says(w, "\0\0\0\0\4\0\0\0\0\0\0\0", 12, "a message makes no sense"); /* a hello too short */
    says(w, hello, sizeof(hello), NULL);
    says(w, hello, 40, NULL); /* the rest may come */
    memcpy(bytes, hello, sizeof(hello));
    memcpy(bytes + sizeof(hello), "\x65\0\0\0\0\0\0\x08\0\0\0\0", 12); /* bulk, 128 MiB */
    says(w, bytes, sizeof(hello) + 12, "a message is longer than 64 KiB");
    memcpy(bytes + sizeof(hello), "\1\0\0\0\1\0\0\0\0\0\0\0", 12); /* device_connect to a host */
    says(w, bytes, sizeof(hello) + 12, "a message makes no sense");
    assert_int_equal(usb_look(w).protocol_errors, 5);
    usb_connect(w); /* nobody else is the worse for it */
    assert_int_equal(w->guest.connects, 1);
}

static void requests_before_hello_do_nothing(void **state)
{
    struct usb_world *w = *state;

    says(w, "\3\0\0\0\0\0\0\0\0\0\0\0", 12, NULL);   /* reset */
    says(w, "\x15\0\0\0\0\0\0\0\1\0\0\0", 12, NULL); /* cancel */
    says(w, "\6\0\0\0\1\0\0\0\1\0\0\0\1", 13, NULL); /* set_configuration */
    says(w, "\x64\0\0\0\x0A\0\0\0\1\0\0\0\x80\6\x80\0\0\1\0\0\x12\0", 22, NULL); /* control */
}

/* A peer that asks and never reads: the host stops reading, and keeps a bounded number of answers.
 */
static void a_peer_that_does_not_read_is_not_read(void **state)
{
    struct usb_world *w = *state;
    static const uint8_t control[26] = {100, 0, 0, 0,    10, 0,    0, 0, 1, 0, 0, 0,  0,
                                        0,   0, 0, 0x80, 6,  0x80, 0, 0, 2, 0, 0, 255};
    uint8_t buf[65536];
    size_t sent = 0, got = 0;
    ssize_t n;

    for (unsigned stuck = 0; stuck < 20 && sent < 4u << 20;) {
        n = send(w->guest.fd, control, sizeof(control), MSG_DONTWAIT);
        stuck = n < 0 ? stuck + 1 : 0;
        sent += n > 0 ? (size_t)n : 0;
        if (n < 0)
            for (int i = 0; i < 50; i++)
                ev_run(w->loop, EVRUN_NOWAIT);
        assert_true(n < 0 || n == sizeof(control));
    }
    assert_true(sent < 2u << 20);
    assert_true(usb_look(w).connected);
    for (unsigned quiet = 0; quiet < 20;) { /* it reads again: all answers come */
        n = recv(w->guest.fd, buf, sizeof(buf), MSG_DONTWAIT);
        quiet = n < 0 ? quiet + 1 : 0;
        got += n > 0 ? (size_t)n : 0;
        ev_run(w->loop, EVRUN_NOWAIT);
    }
    assert_int_equal(got, sent / sizeof(control) * (16 + 10 + 32));
}

static void the_option_for_qemu(void **state)
{
    struct usb_world *w = *state;
    char text[CS_DEVICE_OPTION_MAX], expected[CS_DEVICE_OPTION_MAX];

    snprintf(expected, sizeof(expected),
             "-device qemu-xhci,id=g-hc -chardev socket,id=g,path=%s,reconnect=1 "
             "-device usb-redir,chardev=g,bus=g-hc.0",
             w->path);
    assert_string_equal(cs_device_option(w->device, text), expected);
}

#define T(f, set_up) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_device_is_there_when_both_have_said_hello, two_channels),
        T(a_peer_without_any_capability, not_connected),
        T(descriptors, two_channels),
        T(standard_requests, two_channels),
        T(configurations_and_settings, two_channels),
        T(what_it_has_not_is_refused, two_channels),
        T(in_packets_wait_for_something, two_channels),
        T(cancelled_in_packets_end_at_once_and_once, two_channels),
        T(held_packets_end_in_their_order_but_for_cancelled_ones, held_frames),
        T(a_reset_takes_held_packets_off_the_bus, held_frames),
        T(out_packets_with_little_or_nothing_in_them, held_frames),
        T(too_many_packets_are_no_good_manners, two_channels),
        T(a_reset_gives_back_what_waits, two_channels),
        T(pulled_out_and_plugged_in_while_connected, two_channels),
        T(plugged_in_again_before_the_guest_has_seen_it_go, two_channels),
        T(packets_for_what_was_pulled_out_get_no_answer, two_channels),
        T(connected_before_it_is_plugged_in, not_connected),
        T(peers_come_and_go, not_connected),
        T(a_second_peer_is_turned_away, two_channels),
        T(garbage_is_told_and_hung_up_on, not_connected),
        T(requests_before_hello_do_nothing, not_connected),
        T(a_peer_that_does_not_read_is_not_read, two_channels),
        T(the_option_for_qemu, two_channels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
