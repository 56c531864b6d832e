/* SPDX-License-Identifier: MIT */
/* A gs_usb adapter under Linux's driver: requests, frames there and back, modes, channels. */
#include "tests/unit/test_usb_gs.h"

/* ---- requests -------------------------------------------------------------------------------- */

static void the_driver_finds_it(void **state)
{
    struct usb_world *w = *state;
    const uint32_t beef = 0xBEEF;
    static const uint32_t expected[18] = {0x353F, 80000000, 1,  256, 1,  128, 128, 1,  1024,
                                          1,      1,        32, 1,   16, 16,  1,   32, 1};

    assert_int_equal(gs_set(w, 0, 1, &beef, 1), 4);
    assert_int_equal(usb_control(w, TAKE, 5, 1, 0, NULL, 12), 12);
    assert_memory_equal(w->guest.answer, "\0\0\0\2\2\0\0\0\1\0\0\0", 12); /* three channels */
    for (unsigned channel = 0; channel < 3; channel++) {
        assert_int_equal(usb_control(w, TAKE, 4, channel, 0, NULL, 40), 40);
        for (unsigned i = 0; i < 10; i++)
            assert_int_equal(gs_get32(w->guest.answer + 4 * (size_t)i), expected[i]);
        assert_int_equal(usb_control(w, TAKE, 11, channel, 0, NULL, 72), 72);
        for (unsigned i = 0; i < 18; i++)
            assert_int_equal(gs_get32(w->guest.answer + 4 * (size_t)i), expected[i]);
    }
}

static void what_is_no_request_of_it_is_stalled(void **state)
{
    struct usb_world *w = *state;
    const uint32_t words[5] = {7, 0, 0, 0, 0};

    assert_int_equal(usb_control(w, TAKE, 4, 3, 0, NULL, 40), -usb_redir_stall); /* no channel 3 */
    assert_int_equal(usb_control(w, TAKE, 8, 0, 0, NULL, 4), -usb_redir_stall);  /* user id */
    assert_int_equal(usb_control(w, TAKE, 13, 0, 0, NULL, 4), -usb_redir_stall); /* termination */
    assert_int_equal(usb_control(w, TAKE, 200, 0, 0, NULL, 4), -usb_redir_stall);
    assert_int_equal(usb_control(w, TAKE, 1, 0, 0, NULL, 20),
                     -usb_redir_stall); /* not to be read */
    assert_int_equal(usb_control(w, 0xA1, 4, 0, 0, NULL, 40), -usb_redir_stall); /* class */
    assert_int_equal(gs_set(w, 1, 0, words, 4), -usb_redir_stall);               /* too short */
    assert_int_equal(gs_set(w, 2, 0, words, 2), -usb_redir_stall);               /* mode 7 */
    assert_int_equal(gs_set(w, 4, 0, words, 5), -usb_redir_stall);
    assert_int_equal(gs_set(w, 7, 0, words, 1), 4); /* identify */
}

/* Linux says "Couldn't start device". */
static void it_does_not_start_with_a_timing_that_makes_no_sense(void **state)
{
    struct usb_world *w = *state;
    const uint32_t none[5] = {0}, fast[5] = {1, 1, 1, 1, 1}, odd[5] = {1025, 1, 1, 1, 1};

    assert_int_equal(gs_start(w, 0, 0), -usb_redir_stall);
    assert_int_equal(gs_set(w, 1, 0, none, 5), 20);
    assert_int_equal(gs_start(w, 0, 0), -usb_redir_stall);
    assert_int_equal(gs_set(w, 1, 0, fast, 5), 20); /* 20 Mbit/s */
    assert_int_equal(gs_start(w, 0, 0), -usb_redir_stall);
    assert_true(w->notes > 0);
    assert_int_equal(gs_set(w, 1, 0, odd, 5), -usb_redir_stall);
    assert_int_equal(gs_node(w, 0), CS_NO_NODE);
    gs_open(w, 0, 0);
    assert_true(gs_node(w, 0) >= 0);
}

static void the_guests_timing_and_modes_are_its_controllers(void **state)
{
    struct usb_world *w = *state;
    const uint32_t words[5] = {6, 7, 2, 1, 20}; /* 250 kbit/s, 87.5 % */
    struct cs_node_status status;

    assert_int_equal(gs_set(w, 1, 0, words, 5), 20);
    assert_int_equal(gs_start(w, 0, GS_LISTEN_ONLY | GS_ONE_SHOT), 0);
    status = gs_status(w, 0);
    assert_int_equal(status.bitrate_bps, 250000);
    assert_int_equal(cs_bit_timing_sample_permille(&status.timing.nominal), 875);
    assert_int_equal(status.timing.nominal.brp, 20);
    assert_int_equal(status.mode, CS_MODE_LISTEN_ONLY | CS_MODE_ONE_SHOT);
    assert_int_equal(status.fd, CS_FD_CLASSIC);
    assert_string_equal(status.name, "g.0");
    gs_open(w, 1, GS_FD | GS_LOOP_BACK);
    status = gs_status(w, 1);
    assert_int_equal(status.data_bitrate_bps, 2000000);
    assert_int_equal(status.mode, CS_MODE_LOOPBACK);
    assert_int_equal(status.fd, CS_FD_ISO);
    gs_close(w, 0);
    assert_int_equal(gs_node(w, 0), CS_NO_NODE);
    assert_true(gs_node(w, 1) >= 0);
}

/* ---- frames ------------------------------------------------------------------------------------
 */

static void a_packet_is_done_before_its_echo_and_the_echo_after_the_bus(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, GS_HW_TIMESTAMP);
    assert_true(gs_xmit(w, 0, "123#1122334455667788"));
    usb_pump(w);
    assert_int_equal(w->guest.n_done, 1);
    assert_int_equal(can(w, 0)->tx, 0);
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->tx, 1);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    usb_same_frame(&w->peer_frame, "123#1122334455667788");
    assert_in_range(can(w, 0)->echo_us, w->peer_at_ps / US - 20, w->peer_at_ps / US + 20);
}

static void frames_of_all_kinds_there_and_back(void **state)
{
    struct usb_world *w = *state;
    static const char *const frames[] = {
        "000#",
        "7FF#01",
        "12345678#1122334455667788",
        "1FFFFFFF#R",
        "123#R8",
        "123#R3",
        "123#1122334455667788_F",
        "123##0112233",
        "12345678##100112233445566778899AABB",
        "123##3",
    };

    gs_open(w, 0, GS_FD | GS_HW_TIMESTAMP);
    for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        assert_true(gs_xmit(w, 0, frames[i]));
        usb_run(w, MS);
        assert_int_equal(w->peer_received, i + 1);
        usb_same_frame(&w->peer_frame, frames[i]);
        usb_peer_sends(w, frames[i]);
        usb_run(w, MS);
        assert_int_equal(can(w, 0)->rx, i + 1);
        gs_same_rx(w, 0, frames[i]);
    }
    assert_int_equal(w->error_frames, 0);
}

static void remote_frames_keep_their_dlc(void **state)
{
    struct usb_world *w = *state;
    char text[16];

    gs_open(w, 0, 0);
    for (unsigned dlc = 1; dlc <= 8; dlc++) {
        snprintf(text, sizeof(text), "321#R%u", dlc);
        gs_xmit(w, 0, text);
        usb_run(w, MS);
        usb_same_frame(&w->peer_frame, text);
        usb_peer_sends(w, text);
        usb_run(w, MS);
        gs_same_rx(w, 0, text);
    }
}

static void times_are_those_of_the_bus(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, GS_HW_TIMESTAMP);
    usb_run(w, 100 * MS);
    usb_peer_sends(w, "123#55");
    usb_run(w, 7 * MS);
    assert_in_range(can(w, 0)->us, 101000, 101000 + 200);
    assert_int_equal(usb_control(w, TAKE, 6, 0, 0, NULL, 4), 4);
    assert_int_equal(gs_get32(w->guest.answer), 108000);
}

static void frames_that_can_never_be_sent_give_their_places_back(void **state)
{
    struct usb_world *w = *state;
    const uint8_t data[8] = {0};

    gs_open(w, 0, GS_FD);
    gs_xmit_raw(w, 0, ERR | 0x20, 8, 0, data, 8); /* what a program may write */
    gs_xmit_raw(w, 0, 0x123, 16, 0, data, 8);
    gs_xmit_raw(w, 0, 0x123, 255, GS_FLAG_FD, data, 8);
    usb_pump(w);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    usb_run(w, MS);
    assert_int_equal(w->peer_received, 0);
    gs_close(w, 0);
    gs_open(w, 0, 0); /* without CAN FD */
    gs_xmit(w, 0, "123##0112233");
    usb_pump(w);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    assert_int_equal(w->error_frames, 0);
}

static void packets_that_make_no_sense_do_nothing(void **state)
{
    struct usb_world *w = *state;
    uint8_t bytes[600];

    memset(bytes, 0xFF, sizeof(bytes));
    gs_open(w, 0, 0);
    for (unsigned len = 0; len <= sizeof(bytes); len += len < 90 ? 1 : 51)
        usb_give(w, 0x02, bytes, len);
    usb_pump(w);
    assert_int_equal(w->guest.waiting[2].n, 0);
    memset(bytes, 0, sizeof(bytes));
    bytes[9] = 1; /* a channel that is off */
    usb_give(w, 0x02, bytes, 20);
    usb_run(w, MS);
    assert_int_equal(w->attempts, 0);
    assert_false(w->guest.hung_up);
}

/* ---- modes --------------------------------------------------------------------------------------
 */

static void listen_only_neither_acknowledges_nor_sends(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, GS_LISTEN_ONLY);
    usb_peer_sends(w, "123#55");
    usb_run(w, 2 * MS);
    assert_int_equal(can(w, 0)->rx, 0); /* nobody acknowledges: there is no frame to see */
    assert_true(w->attempts > 1);
    w->attempts = 0;
    gs_open(w, 0, 0);
    usb_run(w, 10 * MS);
    assert_int_equal(can(w, 0)->rx, 1);
    assert_int_equal(w->peer_received, 0);
    gs_open(w, 0, GS_LISTEN_ONLY);
    gs_xmit(w, 0, "321#"); /* Linux stops its queue; another driver does not */
    usb_run(w, MS);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    assert_int_equal(w->peer_received, 0);
}

static void loopback_needs_nobody_and_receives_its_own(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 1, GS_LOOP_BACK); /* nobody else is on can1 */
    gs_xmit(w, 1, "123#55");
    usb_run(w, MS);
    assert_int_equal(can(w, 1)->tx, 1);
    assert_int_equal(can(w, 1)->rx, 1);
    gs_same_rx(w, 1, "123#55");
}

static void one_shot_tries_once_and_gives_the_place_back(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 1, GS_ONE_SHOT | GS_BERR_REPORTING);
    w->attempts = 0;
    for (unsigned i = 0; i < 5; i++)
        gs_xmit(w, 1, "123#55");
    usb_run(w, 5 * MS);
    assert_int_equal(w->attempts, 5);
    assert_int_equal(gs_on_their_way(w, 1), 0);
    assert_int_equal(can(w, 1)->acks, 5);
    gs_open(w, 0, GS_ONE_SHOT);
    gs_xmit(w, 0, "123#55");
    usb_run(w, MS);
    assert_int_equal(w->peer_received, 1);
}

static void flexible_data_rate_disturbs_a_channel_without_it(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, 0);
    usb_peer_sends(w, "123##1112233");
    usb_run(w, 3 * MS);
    assert_true(w->error_frames > 0);
    assert_int_equal(can(w, 0)->rx, 0);
}

/* ---- channels
 * ------------------------------------------------------------------------------------- */

static void channels_are_apart(void **state)
{
    struct usb_world *w = *state;
    const struct cs_controller_config other = {.name = "other", .via = "test"};

    assert_true(cs_bus_attach(w->bus[1], &other) >= 0);
    gs_open(w, 0, GS_HW_TIMESTAMP);
    gs_open(w, 1, GS_FD);
    gs_xmit(w, 1, "321##1AABB");
    usb_peer_sends(w, "123#55");
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->rx, 1);
    assert_int_equal(can(w, 0)->tx, 0);
    assert_int_equal(can(w, 1)->rx, 0);
    assert_int_equal(can(w, 1)->tx, 1);
    gs_close(w, 1);
    gs_xmit(w, 0, "123#55");
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->tx, 1);
}

/* An echo from before would be for a frame that the driver knows no more, or for another one. */
static void nothing_from_before_it_was_closed_comes_later(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 2, 0);
    gs_open(w, 0, 0);
    w->guest.idle = true; /* fetches nothing but what it has asked for */
    for (unsigned i = 0; i < 60; i++) {
        usb_peer_sends(w, "123#55");
        gs_xmit(w, 0, "123#66");
        usb_run(w, MS);
    }
    gs_close(w, 0);
    memset(can(w, 0), 0, sizeof(*can(w, 0)));
    w->guest.idle = false;
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->rx, 0);
    gs_open(w, 0, 0);
    assert_int_equal(can(w, 0)->rx, 0);
    gs_xmit(w, 0, "321#");
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->tx, 1);
}

static void what_is_pulled_out_has_left_the_bus(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, 0);
    gs_xmit(w, 0, "123#1122334455667788");
    usb_pump(w);
    cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + 60 * US);
    cs_device_plug(w->device, false);
    usb_pump(w);
    assert_int_equal(gs_node(w, 0), CS_NO_NODE);
    usb_run(w, MS);
    assert_int_equal(w->peer_received, 0);
    cs_device_plug(w->device, true);
    usb_pump(w);
    assert_int_equal(gs_start(w, 0, 0), -usb_redir_stall); /* it has forgotten its bit timing */
    gs_open(w, 0, 0);
    gs_xmit(w, 0, "123#55");
    usb_run(w, 2 * MS);
    assert_int_equal(w->peer_received, 1);
}

static void a_guest_that_was_killed_has_left_the_bus(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, 0);
    gs_xmit(w, 0, "123#55");
    usb_turn(w);
    usb_leave(w);
    assert_int_equal(gs_node(w, 0), CS_NO_NODE);
    usb_connect(w);
    gs_open(w, 0, 0);
    gs_xmit(w, 0, "321#55");
    usb_run(w, MS);
    usb_same_frame(&w->peer_frame, "321#55");
}

#define T(f) cmocka_unit_test_setup_teardown(f, gs_set_up, gs_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_driver_finds_it),
        T(what_is_no_request_of_it_is_stalled),
        T(it_does_not_start_with_a_timing_that_makes_no_sense),
        T(the_guests_timing_and_modes_are_its_controllers),
        T(a_packet_is_done_before_its_echo_and_the_echo_after_the_bus),
        T(frames_of_all_kinds_there_and_back),
        T(remote_frames_keep_their_dlc),
        T(times_are_those_of_the_bus),
        T(frames_that_can_never_be_sent_give_their_places_back),
        T(packets_that_make_no_sense_do_nothing),
        T(listen_only_neither_acknowledges_nor_sends),
        T(loopback_needs_nobody_and_receives_its_own),
        T(one_shot_tries_once_and_gives_the_place_back),
        T(flexible_data_rate_disturbs_a_channel_without_it),
        T(channels_are_apart),
        T(nothing_from_before_it_was_closed_comes_later),
        T(what_is_pulled_out_has_left_the_bus),
        T(a_guest_that_was_killed_has_left_the_bus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
