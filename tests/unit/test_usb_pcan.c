/* SPDX-License-Identifier: MIT */
/* The PCAN-USB FD's protocol: vendor requests, commands, the bytes of records, packets that are
 * answered when their frames went out, and what a hostile guest sends. */
#include "tests/unit/test_usb_pcan.h"

/* ---- vendor requests and commands --------------------------------------------------------- */

static void firmware_info(void **state)
{
    static const uint8_t setup[8] = {0xC3, 0, 1, 0, 0, 0, 36, 0};
    struct world *w = *state;
    uint8_t info[64];

    assert_int_equal(cs_pcan_read(w->pcan, setup, info, sizeof(info)), 36);
    assert_int_equal(pcan_get16(info), 36);
    assert_int_equal(pcan_get16(info + 2), 2);
    assert_true(info[9] >= 2); /* ISO CAN FD can be chosen */
    assert_int_equal(pcan_get32(info + 12), 0);
    assert_int_equal(pcan_get32(info + 16), 1);
    assert_memory_equal(info + 28, "\x01\x81\x02\x03\x82", 5);
    assert_int_equal(cs_pcan_read(w->pcan, setup, info, 28), 28); /* older kernels */
    assert_int_equal(cs_pcan_read(w->pcan, setup, info, 0), 0);
}

static void other_requests_stall(void **state)
{
    static const uint8_t reads[][8] = {{0xC3, 0, 0}, {0xC3, 0, 2}, {0xC3, 1, 1},
                                       {0xC3, 2, 5}, {0xC0, 0, 1}, {0x43, 0, 1}};
    static const uint8_t writes[][8] = {{0x43, 2, 4}, {0x43, 0, 1}, {0x43, 3, 5}, {0xC3, 2, 5}};
    static const uint8_t loaded[8] = {0x43, 2, 5, 0, 0, 0, 16, 0};
    const uint8_t data[16] = {0, 1};
    struct world *w = *state;
    uint8_t buf[64];

    for (unsigned i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
        assert_int_equal(cs_pcan_read(w->pcan, reads[i], buf, sizeof(buf)), -EPIPE);
    for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
        assert_int_equal(cs_pcan_write(w->pcan, writes[i], data, 16), -EPIPE);
    assert_int_equal(cs_pcan_write(w->pcan, loaded, data, 1), -EPIPE);
    assert_int_equal(cs_pcan_write(w->pcan, loaded, NULL, 0), -EPIPE);
    assert_int_equal(cs_pcan_write(w->pcan, loaded, data, 16), 16);
}

static void driver_that_leaves_leaves_the_bus(void **state)
{
    static const uint8_t setup[8] = {0x43, 2, 5, 0, 0, 0, 16, 0};
    const uint8_t data[16] = {0, 0};
    struct world *w = *state;

    driver_up(w);
    assert_true(cs_port_is_on(w->pcan->channels[0].port));
    assert_int_equal(cs_pcan_write(w->pcan, setup, data, 16), 16);
    assert_false(cs_port_is_on(w->pcan->channels[0].port));
}

static void device_id_stays(void **state)
{
    static const uint8_t setup[8] = {0xC3, 0, 1, 0, 0, 0, 36, 0};
    struct world *w = *state;
    uint8_t info[36];

    command(w, 1, PCAN_CMD_DEVICE_ID, "000078563412");
    cs_pcan_reset(w->pcan);
    cs_pcan_read(w->pcan, setup, info, sizeof(info));
    assert_int_equal(pcan_get32(info + 12), 0);
    assert_int_equal(pcan_get32(info + 16), 0x12345678);
}

static void bit_timing_is_the_guests(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    driver_up(w);
    cs_port_look(w->pcan->channels[0].port, &status);
    assert_string_equal(status.name, "guest.0");
    assert_int_equal(status.bitrate_bps, 500000);
    assert_int_equal(status.data_bitrate_bps, 2000000);
    assert_int_equal(cs_bit_timing_sample_permille(&status.timing.nominal), 875);
    assert_int_equal(cs_bit_timing_sample_permille(&status.timing.data), 750);
    assert_int_equal(status.timing.nominal.sjw, 1);
    assert_int_equal(status.fd, CS_FD_ISO);
    assert_int_equal(status.mode, CS_MODE_NORMAL);
    assert_false(cs_port_is_on(w->pcan->channels[1].port));
}

static void clock_and_registers(void **state)
{
    static const struct {
        const char *clock, *slow;
        uint32_t bitrate_bps;
        unsigned sjw;
    } rows[] = {
        {"00", "60ff138a0000", 500000, 20}, /* triple sampling; sjw as long as it may be */
        {"01", "6003138a0000", 375000, 4},
        {"02", "6003138a0000", 250000, 4},
        {"03", "6003138a0000", 187500, 4},
        {"04", "6003138a0000", 150000, 4},
        {"05", "6003138a0000", 125000, 4},
        {"06", "6003138a0000", 125000, 4}, /* there is no such clock: the old one */
        {"00", "6003138a0300", 125000, 4},
        {"00", "6003938a03fc", 125000, 4}, /* bits beyond a field do not count */
    };
    struct world *w = *state;
    struct cs_node_status status;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        command(w, 0, PCAN_CMD_RESET_MODE, "");
        command(w, 0, PCAN_CMD_CLOCK, rows[i].clock);
        command(w, 0, PCAN_CMD_TIMING_SLOW, rows[i].slow);
        command(w, 0, PCAN_CMD_NORMAL_MODE, "");
        cs_port_look(w->pcan->channels[0].port, &status);
        assert_int_equal(status.bitrate_bps, rows[i].bitrate_bps);
        assert_int_equal(status.timing.nominal.sjw, rows[i].sjw);
    }
}

static void old_data_bit_rate_below_the_nominal_one_is_not_used(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    driver_up_mode(w, 0, SLOW_125K, "00000f0f0f00", PCAN_CMD_NORMAL_MODE); /* 151515 bit/s */
    cs_port_look(w->pcan->channels[0].port, &status);
    assert_int_equal(status.data_bitrate_bps, 151515);
    command(w, 0, PCAN_CMD_RESET_MODE, "");
    driver_up_mode(w, 0, SLOW_500K, NULL, PCAN_CMD_NORMAL_MODE);
    cs_port_look(w->pcan->channels[0].port, &status);
    assert_int_equal(status.bitrate_bps, 500000);
    assert_int_equal(status.data_bitrate_bps, 0);
}

static void non_iso_and_listen_only(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    command(w, 0, PCAN_CMD_TIMING_SLOW, SLOW_500K);
    command(w, 0, PCAN_CMD_CLEAR_OPTION, "0400");
    command(w, 0, PCAN_CMD_LISTEN_ONLY_MODE, "");
    cs_port_look(w->pcan->channels[0].port, &status);
    assert_int_equal(status.fd, CS_FD_NON_ISO);
    assert_int_equal(status.mode, CS_MODE_LISTEN_ONLY);
    command(w, 0, PCAN_CMD_SET_OPTION, "0400");
    command(w, 0, PCAN_CMD_NORMAL_MODE, "");
    cs_port_look(w->pcan->channels[0].port, &status);
    assert_int_equal(status.fd, CS_FD_ISO);
    assert_int_equal(status.mode, CS_MODE_NORMAL);
}

static void nothing_after_the_end_mark_counts(void **state)
{
    struct world *w = *state;
    struct commands c = {.len = 0};

    add(&c, 0, PCAN_CMD_NOP, "");
    memset(c.bytes + 8, 0xFF, 8);
    c.len = 16;
    add(&c, 0, PCAN_CMD_NORMAL_MODE, "");
    cs_pcan_commands(w->pcan, c.bytes, c.len);
    assert_false(cs_port_is_on(w->pcan->channels[0].port));
}

static void nonsense_commands_do_nothing(void **state)
{
    struct world *w = *state;
    struct commands c = {.len = 0};
    uint8_t noise[512];

    add(&c, 0, PCAN_CMD_NORMAL_MODE, "");
    cs_pcan_commands(w->pcan, c.bytes, 7); /* cut short */
    cs_pcan_commands(w->pcan, NULL, 0);
    command(w, 2, PCAN_CMD_NORMAL_MODE, ""); /* no such channel */
    command(w, 15, PCAN_CMD_DEVICE_ID, "ffffffffffff");
    command(w, 0, 0x2AA, "ffffffffffff");
    command(w, 0, PCAN_CMD_FILTER_STD, "400000000000"); /* no such row */
    command(w, 0, PCAN_CMD_SET_STD_FILTER, "00ff00000000");
    assert_false(cs_port_is_on(w->pcan->channels[0].port));
    for (unsigned seed = 0; seed < 2000; seed++) {
        for (unsigned i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)((seed * 2654435761u + i * 40503u) >> (i % 13));
        cs_pcan_commands(w->pcan, noise, sizeof(noise) - seed % 9);
        run(w, 10 * US);
    }
}

/* ---- frames to the guest ------------------------------------------------------------------ */

static void rx_record_bytes(void **state)
{
    static const uint8_t expected[] = {32,   0,    1,    0,    0, 0, 0, 0,
                                       0,    0,    0,    0,                /* size, type, time */
                                       0,    0,    0,    0,    0, 0, 0, 0, /* tag */
                                       0x30, 0,    2,    0,    /* channel and dlc, client, flags */
                                       0x78, 0x56, 0x34, 0x12, /* identifier */
                                       0xAA, 0xBB, 0xCC, 0};
    struct world *w = *state;
    uint8_t rec[64];
    uint64_t us;

    join_peer(w, 0);
    driver_up(w);
    peer_sends(w, "12345678#AABBCC");
    cs_sim_run_until(w->sim, 2 * MS);
    assert_int_equal(cs_pcan_take(w->pcan, rec, sizeof(rec)), 32);
    us = pcan_get32(rec + 4) | (uint64_t)pcan_get32(rec + 8) << 32;
    assert_in_range(us, 1150, 1250); /* from 1 ms on; the end of EOF */
    memset(rec + 4, 0, 8);
    assert_memory_equal(rec, expected, sizeof(expected));
    assert_int_equal(cs_pcan_take(w->pcan, rec, sizeof(rec)), 0);
}

static const char longest[] = /* 64 bytes */
    "456##00102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"
    "2122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F40";

static void every_kind_of_frame_both_ways(void **state)
{
    static const char *const frames[] = {"123#",
                                         "123#1122334455667788",
                                         "12345678#01",
                                         "7FF#R",
                                         "123#R8",
                                         "00000001#R3",
                                         "123##0",
                                         "123##111",
                                         "1ABCDEF0##1112233445566778899AABBCC",
                                         longest,
                                         "123#1122334455667788_F"};
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        peer_sends(w, frames[i]);
        run(w, 2 * MS);
        assert_int_equal(w->driver[0].frames, i + 1);
        assert_true(frame_is(&w->driver[0].frame, frames[i]));
        xmit(w, i, frames[i]);
        run(w, 2 * MS);
        assert_int_equal(w->peer_received, i + 1);
        assert_true(frame_is(&w->peer_frame, frames[i]));
        assert_int_equal(w->n_answers, i + 1);
        assert_int_equal(w->answers[i].id, i);
    }
    assert_int_equal(w->error_frames, 0);
    assert_int_equal(w->driver[0].statuses, 0); /* nothing has changed */
}

static void rows_of_identifiers_pass(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned row = 0; row < 64; row++) {
        char hex[16];

        snprintf(hex, sizeof(hex), "%02x0000000000", row);
        command(w, 0, PCAN_CMD_FILTER_STD, hex);
    }
    command(w, 0, PCAN_CMD_FILTER_STD, "080002000000");     /* 101 */
    command(w, 0, PCAN_CMD_SET_STD_FILTER, "003f00000080"); /* 7FF */
    peer_sends(w, "100#");
    peer_sends(w, "101#01");
    peer_sends(w, "102#");
    peer_sends(w, "7FE#");
    run(w, 5 * MS);
    assert_int_equal(w->driver[0].frames, 1);
    assert_true(frame_is(&w->driver[0].frame, "101#01"));
    peer_sends(w, "7FF#");
    peer_sends(w, "00000100#"); /* extended ones always */
    run(w, 5 * MS);
    assert_int_equal(w->driver[0].frames, 3);
}

static void transfers_hold_whole_records(void **state)
{
    struct world *w = *state;
    unsigned n = 0;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < 40; i++)
        peer_sends(w, "123#1122334455667788"); /* 36 bytes each */
    cs_sim_run_until(w->sim, 20 * MS);
    assert_int_equal(fetch_once(w, 35), 0);
    assert_int_equal(fetch_once(w, 36), 36);
    assert_int_equal(fetch_once(w, 512), 504);
    for (size_t len; (len = fetch_once(w, 2048)) > 0; n++)
        assert_int_equal(len, (40 - 15) * 36);
    assert_int_equal(n, 1);
    assert_int_equal(w->driver[0].frames, 40);
}

static void guest_that_does_not_fetch_loses_frames_and_is_told(void **state)
{
    const unsigned room = (PCAN_IN_MAX - PCAN_IN_RESERVE) / 36;
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < 2 * room; i++) {
        peer_sends(w, "123#1122334455667788");
        cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + MS);
    }
    assert_int_equal(w->lost, room);
    fetch(w);
    assert_int_equal(w->driver[0].frames, room);
    assert_int_equal(w->driver[0].overruns, 1);
    peer_sends(w, "124#");
    run(w, MS);
    assert_int_equal(w->driver[0].frames, room + 1);
    assert_int_equal(w->driver[0].overruns, 1);
}

/* ---- frames of the guest ------------------------------------------------------------------ */

static void packet_is_answered_when_its_frame_went_out(void **state)
{
    struct world *w = *state;
    const int64_t start_ps = MS;

    join_peer(w, 0);
    driver_up(w);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, 100 + i, "123#1122334455667788");
    assert_int_equal(w->n_answers, 0);
    cs_sim_run_until(w->sim, start_ps + 100 * BIT_PS); /* in the midst of the first */
    assert_int_equal(w->n_answers, 0);
    run(w, 10 * MS);
    assert_int_equal(w->n_answers, 10);
    assert_in_range(w->answers[0].at_ps, start_ps + 105 * BIT_PS, start_ps + 135 * BIT_PS);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(w->answers[i].id, 100 + i);
    assert_int_equal(w->answers[9].at_ps - w->answers[8].at_ps,
                     w->answers[1].at_ps - w->answers[0].at_ps);
    assert_int_equal(w->peer_received, 10);
}

static void held_frames_hold_the_guest(void **state)
{
    struct world *w = *state;

    driver_up(w); /* alone: nobody acknowledges */
    for (uint64_t i = 0; i < PCAN_PACKETS; i++)
        xmit(w, i, "123#");
    {
        uint8_t packet[64];
        const size_t len = put_frame(packet, 0, "123#", 0);

        assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], 99, packet, len), -EPIPE);
    }
    run(w, 100 * MS);
    assert_int_equal(w->n_answers, 0);
    join_peer(w, 0);
    run(w, 100 * MS);
    assert_int_equal(w->n_answers, PCAN_PACKETS);
    assert_int_equal(w->peer_received, PCAN_PACKETS);
}

static void packet_with_many_frames_is_answered_after_the_last(void **state)
{
    struct world *w = *state;
    uint8_t packet[512];
    size_t len = 0;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < 20; i++) /* the end mark of each is overwritten by the next */
        len += put_frame(packet + len, 0, "123#01", 0) - 4;
    for (uint64_t i = 0; i < 5; i++) /* more than the controller takes at once */
        assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], i, packet, len + 4), 0);
    run(w, 20 * MS);
    assert_int_equal(w->n_answers, 5);
    assert_int_equal(w->peer_received, 100);
    assert_true(w->answers[0].at_ps - MS > 19 * 55 * BIT_PS);
}

static void frames_of_one_channel_only(void **state)
{
    struct world *w = *state;
    uint8_t packet[64];
    const size_t len = put_frame(packet, 1, "123#", 0);

    join_peer(w, 0);
    driver_up(w);
    driver_up_mode(w, 1, SLOW_500K, FAST_2M, PCAN_CMD_NORMAL_MODE);
    assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], 1, packet, len), 0);
    run(w, 5 * MS);
    assert_int_equal(w->n_answers, 1); /* the record was not for it */
    assert_int_equal(w->peer_received, 0);
}

static void echo_of_frames_that_ask_for_it(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    xmit_flags(w, 0, 1, "123#01", PCAN_FLAG_SELF_RECEIVE);
    xmit_flags(w, 0, 2, "124#02", PCAN_FLAG_LOOPED_BACK);
    xmit(w, 3, "125#03");
    run(w, 5 * MS);
    assert_int_equal(w->driver[0].frames, 2);
    assert_int_equal(w->driver[0].looped, 2);
    assert_true(frame_is(&w->driver[0].frame, "124#02"));
    assert_memory_equal(w->driver[0].tag, "tagged!", 8);
    assert_int_equal(w->driver[0].client, 7);
}

static void nonsense_packets_are_answered_and_send_nothing(void **state)
{
    static const struct {
        uint8_t bytes[32];
        size_t len;
    } packets[] = {
        {{0}, 0},
        {{0, 0, 0, 0}, 4},
        {{1}, 1},
        {{20, 0, 0}, 3},
        {{0xFF, 0xFF, 0x00, 0x10}, 4},                                    /* longer than it is */
        {{3, 0, 0x00, 0x10, 0, 0, 0, 0}, 8},                              /* shorter than can be */
        {{16, 0, 0x00, 0x10}, 16},                                        /* no whole header */
        {{20, 0, 0x01, 0x10}, 20},                                        /* another type */
        {{24, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x80}, 24},          /* 8 bytes, 4 there */
        {{24, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0, 0x10}, 24}, /* 64 bytes, 4 there */
        {{20, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x0F}, 20},          /* channel 15 */
    };
    struct world *w = *state;
    uint8_t huge[1024] = {0};

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
        assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], i,
                                        packets[i].len ? packets[i].bytes : NULL, packets[i].len),
                         0);
        assert_int_equal(w->n_answers, i + 1);
    }
    assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], 99, huge, 513), -EPIPE);
    run(w, 10 * MS);
    assert_int_equal(w->peer_received, 0);
    assert_int_equal(w->attempts, 0);
}

static void odd_sizes_are_rounded_up(void **state)
{
    struct world *w = *state;
    uint8_t packet[128];
    size_t len = put_frame(packet, 0, "123#0102030405", 0) - 4;

    join_peer(w, 0);
    driver_up(w);
    pcan_put16(packet, 25); /* not 28, but the next record is there all the same */
    len += put_frame(packet + len, 0, "124#", 0);
    assert_int_equal(cs_pcan_packet(&w->pcan->channels[0], 1, packet, len), 0);
    run(w, 5 * MS);
    assert_int_equal(w->peer_received, 2);
    assert_true(frame_is(&w->peer_frame, "124#"));
}

static void cancelled_packets_are_not_answered(void **state)
{
    struct world *w = *state;
    struct pcan_channel *ch = &w->pcan->channels[0];

    join_peer(w, 0);
    driver_up(w);
    for (uint64_t i = 0; i < 5; i++)
        xmit(w, i, "123#1122334455667788");
    cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + 20 * BIT_PS); /* the first is on the wire */
    assert_true(cs_pcan_cancel(ch, 3));
    assert_true(cs_pcan_cancel(ch, 0)); /* goes on, but nobody waits for it */
    assert_false(cs_pcan_cancel(ch, 3));
    assert_false(cs_pcan_cancel(ch, 77));
    run(w, 10 * MS);
    assert_int_equal(w->n_answers, 3);
    assert_int_equal(w->answers[0].id, 1);
    assert_int_equal(w->answers[1].id, 2);
    assert_int_equal(w->answers[2].id, 4);
    assert_int_equal(w->peer_received, 4);
    assert_false(cs_pcan_cancel(ch, 4)); /* answered already */
}

static void cancelling_all_frees_all(void **state)
{
    struct world *w = *state;
    struct pcan_channel *ch = &w->pcan->channels[0];

    driver_up(w);
    for (unsigned round = 0; round < 10; round++) {
        for (uint64_t i = 0; i < PCAN_PACKETS; i++)
            xmit(w, i, "123#");
        run(w, MS);
        for (uint64_t i = 0; i < PCAN_PACKETS; i++)
            assert_true(cs_pcan_cancel(ch, i));
        assert_int_equal(ch->n_packets, 0);
    }
    assert_int_equal(w->n_answers, 0);
    join_peer(w, 0);
    run(w, 50 * MS);
    assert_true(w->peer_received <= 1); /* one that was on the wire then */
    assert_int_equal(ch->first_sent, ch->next_sent);
}

static void down_answers_what_waits(void **state)
{
    struct world *w = *state;

    driver_up(w);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, i, "123#");
    run(w, MS);
    command(w, 0, PCAN_CMD_RESET_MODE, "");
    assert_int_equal(w->n_answers, 10);
    xmit(w, 10, "123#"); /* off: lost */
    assert_int_equal(w->n_answers, 11);
    driver_up(w);
    join_peer(w, 0);
    xmit(w, 11, "124#");
    run(w, 10 * MS);
    assert_int_equal(w->n_answers, 12);
    assert_int_equal(w->peer_received, 1);
}

static void abort_command_answers_what_waits(void **state)
{
    struct world *w = *state;

    driver_up(w);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, i, "123#");
    run(w, MS);
    command(w, 0, PCAN_CMD_TX_ABORT, "0100");
    run(w, MS);
    assert_int_equal(w->n_answers, 10);
}

static void reset_forgets_packets(void **state)
{
    struct world *w = *state;

    driver_up(w);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, i, "123#");
    run(w, MS);
    cs_pcan_reset(w->pcan);
    assert_int_equal(w->n_answers, 0);
    assert_int_equal(fetch_once(w, 2048), 0);
    run(w, 10 * MS);
    assert_int_equal(w->n_answers, 0);
    assert_false(w->pcan->wants_errors);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(firmware_info),
        T(other_requests_stall),
        T(driver_that_leaves_leaves_the_bus),
        T(device_id_stays),
        T(bit_timing_is_the_guests),
        T(clock_and_registers),
        T(old_data_bit_rate_below_the_nominal_one_is_not_used),
        T(non_iso_and_listen_only),
        T(nothing_after_the_end_mark_counts),
        T(nonsense_commands_do_nothing),
        T(rx_record_bytes),
        T(every_kind_of_frame_both_ways),
        T(rows_of_identifiers_pass),
        T(transfers_hold_whole_records),
        T(guest_that_does_not_fetch_loses_frames_and_is_told),
        T(packet_is_answered_when_its_frame_went_out),
        T(held_frames_hold_the_guest),
        T(packet_with_many_frames_is_answered_after_the_last),
        T(frames_of_one_channel_only),
        T(echo_of_frames_that_ask_for_it),
        T(nonsense_packets_are_answered_and_send_nothing),
        T(odd_sizes_are_rounded_up),
        T(cancelled_packets_are_not_answered),
        T(cancelling_all_frees_all),
        T(down_answers_what_waits),
        T(abort_command_answers_what_waits),
        T(reset_forgets_packets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
