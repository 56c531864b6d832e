/* SPDX-License-Identifier: MIT */
/* The serial adapter's commands: settings, frames both ways, filters, times, polling. */
#include "test_slcan.h"

/* ---- settings ---------------------------------------------------------------------------------*/

static void bit_rates(void **state)
{
    static const uint32_t rates[] = {10000,  20000,  50000,  100000,  125000,
                                     250000, 500000, 800000, 1000000, 83333};
    struct world *w = *state;

    for (unsigned i = 0; i < 10; i++) {
        const char said[] = {'S', (char)('0' + i), '\r', 'O', '\r', '\0'};

        expect(w, said, "..");
        assert_true(on_bus(w));
        assert_int_equal(controller(w).bitrate_bps, rates[i]);
        expect(w, "C\r", ".");
        assert_false(on_bus(w));
    }
    expect(w, "S:\rS\rS66\rSx\r", "!!!!");
    /* Nothing was said: the bus's own. */
    close(w->fd);
    turn(w);
    connect_line(w);
    expect(w, "O\r", ".");
    assert_int_equal(controller(w).bitrate_bps, 500000);
    assert_int_equal(controller(w).data_bitrate_bps, 2000000);
    expect(w, "S6\rs001C\rY2\rZ1\rX0\rM00000000\rmFFFFFFFF\rW0\rU1\rO\rL\rA0\r", "!!!!!!!!!!!!");
}

struct btr {
    const char *said;
    uint32_t bitrate_bps;
    unsigned permille;
};

static void bit_timing_registers(void **state)
{
    static const struct btr rows[] = {
        {"s001C", 500000, 875},     {"s011C", 250000, 875}, {"s0014", 1000000, 750},
        {"s031c", 125000, 875},     {"s0016", 800000, 800}, {"s7F7F", 5000, 680},
        {"s10460908", 125000, 888},
    };
    struct cs_bit_timing timing;
    struct world *w = *state;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char said[32];

        snprintf(said, sizeof(said), "%s\rO\r", rows[i].said);
        expect(w, said, "..");
        assert_int_equal(controller(w).bitrate_bps, rows[i].bitrate_bps);
        timing = controller(w).timing.nominal;
        assert_int_equal(cs_bit_timing_sample_permille(&timing), rows[i].permille);
        expect(w, "C\r", ".");
    }
    /* MCP2515 at 24 MHz: brp 2, 1 + 8 + 4 + 3 quanta: 375 kbit/s. */
    assert_true(cs_slcan_read_btr("019F02", 6, &timing));
    assert_int_equal(timing.bitrate_bps, 375000);
    assert_int_equal(timing.phase_seg1, 12);
    assert_int_equal(timing.phase_seg2, 3);
    assert_true(cs_slcan_read_btr("000000", 6, &timing)); /* phase 2 is 2 at least */
    assert_int_equal(timing.phase_seg2, 2);
    expect(w, "s00\rs001\rs00111\rs001G\rs0011CCC\rs00460908\rs10000908\rs1046\r", "!!!!!!!.");
}

static void data_bit_rates(void **state)
{
    struct world *w = *state;

    expect(w, "S6\rY5\rO\r", "...");
    assert_int_equal(controller(w).data_bitrate_bps, 5000000);
    assert_int_equal(controller(w).bitrate_bps, 500000);
    expect(w, "C\rY0\rO\r", "...");
    assert_int_equal(controller(w).data_bitrate_bps, 500000);
    expect(w, "C\ry021E0908\rO\r", "...");
    assert_int_equal(controller(w).data_bitrate_bps, 2000000);
    expect(w, "C\rY9\rY\ry021E09\r", ".!!!");
    /* A second bit rate below the first is none. */
    expect(w, "S8\rY0\rO\r", "..!");
    assert_non_null(strstr(w->note, "line: stays off the bus"));
}

static void open_and_close(void **state)
{
    struct world *w = *state;

    expect(w, "C\r", "!");
    expect(w, "t1230\r", "!");
    expect(w, "F\r", "!");
    expect(w, "O\rO\rL\r", ".!!");
    expect(w, "C\rC\r", ".!");
    expect(w, "L\r", ".");
    assert_int_equal(controller(w).mode, CS_MODE_LISTEN_ONLY);
    expect(w, "t1230\r", "!");
    expect(w, "C\rO1\rC1\rL1\r", ".!!!");
    /* CANable's. */
    expect(w, "M1\rO\r", "..");
    assert_int_equal(controller(w).mode, CS_MODE_LISTEN_ONLY);
    expect(w, "C\rM0\rA0\rO\r", "....");
    assert_int_equal(controller(w).mode, CS_MODE_ONE_SHOT);
    expect(w, "C\rA1\rO\r", "...");
    assert_int_equal(controller(w).mode, CS_MODE_NORMAL);
    expect(w, "A1\r", "!");
}

static void questions(void **state)
{
    struct world *w = *state;

    expect(w, "V\r", "V1013.");
    expect(w, "v\r", "v1013.");
    expect(w, "N\r", "NCS01.");
    expect(w, "V1\rv1\rN1234\r", "!!!");
    expect(w, "Q0\rQ1\rQ2\rU0\rU6\r", ".....");
    expect(w, "Q\rU7\r", "!!");
    expect(w, "O\rF\r", ".F00.");
    expect(w, "V\rN\rQ1\rU1\r", "V1013.NCS01..!");
}

/* The other one is listening, so that it is no adapter that acknowledges. */
static void listen_only_acknowledges_nothing(void **state)
{
    struct world *w = *state;

    expect(w, "L\r", ".");
    run(w, MS);
    peer_sends(w, "123#11");
    run(w, 10 * MS);
    assert_int_equal(w->n_sent, 0);
    /* Until the sender's error flags are passive none of its frames is whole. */
    assert_non_null(strstr(heard(w), "t123111."));
    expect(w, "C\rO\r", "..");
    run(w, 10 * MS);
    assert_int_equal(w->n_sent, 1);
    assert_string_equal(heard(w), "t123111.");
}

/* ---- frames -----------------------------------------------------------------------------------*/

static void frames_to_the_bus(void **state)
{
    static const struct {
        const char *said, *frame;
    } rows[] = {
        {"t1230", "123#"},
        {"t12311", NULL},
        {"t1231ff", "123#FF"},
        {"t7FF80102030405060708", "7FF#0102030405060708"},
        {"t8000", NULL},
        {"t12390102030405060708", NULL},
        {"t123", NULL},
        {"t12", NULL},
        {"t", NULL},
        {"t12320A", NULL},
        {"t12320A0B0", NULL},
        {"t12320A0B0C", NULL},
        {"t1g30", NULL},
        {"t123112#", NULL},
        {"T000001230", "00000123#"},
        {"T1FFFFFFF8A1A2A3A4A5A6A7A8", "1FFFFFFF#A1A2A3A4A5A6A7A8"},
        {"T200000000", NULL},
        {"T92345678155", "12345678#55"}, /* SavvyCAN's mark */
        {"r1230", "123#R"},
        {"r1238", "123#R8"},
        {"r1239", NULL},
        {"r12380102030405060708", NULL},
        {"R123456784", "12345678#R4"},
        {"d1230", "123##0"},
        {"d1238A1A2A3A4A5A6A7A8", "123##0A1A2A3A4A5A6A7A8"},
        {"d1239000102030405060708090A0B", "123##0000102030405060708090A0B"},
        {"D123456781AA", "12345678##0AA"},
        {"b1231AA", "123##1AA"},
        {"B123456781AA", "12345678##1AA"},
        {"b123G", NULL},
        {"e1230", NULL},
        {"x", NULL},
        {"\x80", NULL},
        {" t1230", NULL},
    };
    struct world *w = *state;

    expect(w, "O\r", ".");
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const bool ext = rows[i].said[0] < 'a';
        char said[200];

        snprintf(said, sizeof(said), "%s\r", rows[i].said);
        expect(w, said, !rows[i].frame ? "!" : ext ? "Z." : "z.");
        w->n_got = 0;
        run(w, MS);
        assert_int_equal(w->n_got, rows[i].frame != NULL);
        if (rows[i].frame)
            assert_string_equal(peer_got(w), rows[i].frame);
        assert_string_equal(heard(w), ""); /* its own frames are not told */
    }
}

static void every_dlc(void **state)
{
    static const unsigned lens[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64};
    static const char letters[] = "tTrRdDbB";
    struct world *w = *state;
    unsigned n_got = 0;

    expect(w, "S6\rY2\rO\r", "...");
    for (unsigned kind = 0; letters[kind]; kind++) {
        for (unsigned dlc = 0; dlc < (kind < 4 ? 9 : 16); dlc++) {
            const unsigned len = kind == 2 || kind == 3 ? 0 : lens[dlc];
            char said[200], back[200];
            int n = sprintf(said, "%c%s%X", letters[kind], kind % 2 ? "10ABCDEF" : "456", dlc);

            for (unsigned i = 0; i < len; i++)
                n += sprintf(said + n, "%02X", (dlc * 16 + i) & 0xFF);
            strcpy(back, said);
            strcat(said, "\r");
            strcat(back, ".");
            expect(w, said, kind % 2 ? "Z." : "z.");
            run(w, 2 * MS);
            assert_int_equal(w->n_got, ++n_got);
            assert_int_equal(w->got.dlc, dlc);
            assert_int_equal(w->got.len, len);
            /* And the same back. */
            cs_bus_submit(w->bus, w->peer, &w->got, 1);
            run(w, 2 * MS);
            assert_string_equal(heard(w), back);
        }
    }
}

static void classic_frames_with_more_than_8(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = {.id = 0x100, .dlc = 15, .len = 8};
    const struct cs_frame remote = {.id = 0x100, .dlc = 12, .flags = CS_FRAME_RTR};

    expect(w, "O\r", ".");
    run(w, MS);
    cs_bus_submit(w->bus, w->peer, &frame, 1);
    cs_bus_submit(w->bus, w->peer, &remote, 1);
    run(w, 2 * MS);
    assert_string_equal(heard(w), "t10080000000000000000.r1008.");
}

static void no_can_fd_on_a_classic_controller(void **state)
{
    struct world *w = *state;
    const struct cs_bus_config classic = {.name = "can1", .bitrate_bps = 500000};

    cs_sim_add_bus(w->sim, &classic);
    close(w->fd);
    cs_device_destroy(w->device);
    w->bus = cs_sim_bus(w->sim, 1);
    struct cs_device_spec spec = {.kind = CS_DEVICE_SLCAN,
                                  .model = &cs_slcan_model,
                                  .name = "line",
                                  .bus = {"can1"},
                                  .n_buses = 1};
    const struct cs_link_host host = host_of(w);
    char why[200];
    int status;

    strcpy(spec.path, w->path);
    w->device = cs_device_create(&host, &spec, &status, why, sizeof(why));
    assert_non_null(w->device);
    connect_line(w);
    expect(w, "O\rd1230\rt1230\r", ".!z.");
}

/* ---- times, filters, polling ------------------------------------------------------------------*/

static void times(void **state)
{
    struct world *w = *state;
    unsigned ms, us;

    expect(w, "Z1\rO\r", "..");
    cs_sim_run_until(w->sim, 123 * CS_PS_PER_S + 456 * MS);
    peer_sends(w, "123#AA");
    run(w, MS);
    assert_int_equal(sscanf(heard(w), "t1231AA%4X.", &ms), 1);
    assert_int_equal(ms, 3456);
    expect(w, "C\rZ2\rO\r", "...");
    run(w, MS);
    cs_sim_run_until(w->sim, 3723 * CS_PS_PER_S);
    peer_sends(w, "123#AA");
    run(w, MS);
    assert_int_equal(sscanf(heard(w), "t1231AA%8X.", &us), 1);
    assert_in_range(us, 123 * 1000000 + 100, 123 * 1000000 + 120);
    expect(w, "C\rZ3\rZ\rZ0\rO\r", ".!!..");
    run(w, MS);
    peer_sends(w, "123#AA");
    run(w, MS);
    assert_string_equal(heard(w), "t1231AA.");
}

/* `W` 0 and 1, code, mask, frame, passes. */
static void filters(void **state)
{
    static const struct {
        bool single;
        const char *code, *mask, *frame;
        bool passes;
    } rows[] = {
        {false, "00000000", "FFFFFFFF", "123#11", true},
        /* Two filters: 123 in one, 456 in the other; remote bit and data free. */
        {false, "24608AC0", "001F001F", "123#11", true},
        {false, "24608AC0", "001F001F", "456#11", true},
        {false, "24608AC0", "001F001F", "457#11", false},
        {false, "24608AC0", "001F001F", "122#11", false},
        {false, "24608AC0", "000F000F", "123#R", false},
        {false, "24708AC0", "000F000F", "123#R", true},
        /* The first looks at the first data byte: A7. */
        {false, "246AFFF7", "00000000", "123#A7", true},
        {false, "246AFFF7", "00000000", "123#A6", false},
        {false, "246AFFF7", "00000000", "123#B7", false},
        {false, "246AFFF7", "00000000", "123#", true},
        {false, "246AFFF7", "00000000", "7FF#R", true},
        /* Extended: the upper 16 bits. */
        {false, "91A2FFFF", "00000000", "12345678#", true},
        {false, "91A2FFFF", "00000000", "1234D678#", false},
        {false, "FFFF91A2", "00000000", "12345678#", true},
        /* One filter. */
        {true, "246011AA", "000F0000", "123#11AA", true},
        {true, "246011AA", "000F0000", "123#11AB", false},
        {true, "246011AA", "000F0000", "123#11", true},
        {true, "246011AA", "000F0000", "123#12", false},
        {true, "246011AA", "000F0000", "123#", true},
        {true, "246011AA", "000FFFFF", "123#55", true},
        {true, "247011AA", "000F0000", "123#R2", true},
        {true, "91A2B3C0", "00000003", "12345678#", true},
        {true, "91A2B3C0", "00000003", "12345679#", false},
        {true, "91A2B3C0", "00000003", "12345678#R", false},
        {true, "91A2B3C0", "00000007", "12345678#R", true},
    };
    struct world *w = *state;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char said[80];

        snprintf(said, sizeof(said), "W%d\rM%s\rm%s\rO\r", rows[i].single, rows[i].code,
                 rows[i].mask);
        expect(w, said, "....");
        run(w, MS);
        peer_sends(w, rows[i].frame);
        run(w, MS);
        if ((strlen(heard(w)) > 0) != rows[i].passes)
            fail_msg("row %u", i);
        expect(w, "C\r", ".");
    }
    expect(w, "W2\rW\rM1234567\rm1234567\rM1234567G\rm123456789\rM2\r", "!!!!!!!");
}

static void polling(void **state)
{
    struct world *w = *state;

    expect(w, "P\rA\r", "!!");
    expect(w, "O\rP\rA\r", ".!!"); /* frames come by themselves */
    expect(w, "C\rX0\rO\r", "...");
    run(w, MS);
    expect(w, "P\r", ".");
    expect(w, "A\r", "A.");
    peer_sends(w, "101#01");
    peer_sends(w, "102#02");
    peer_sends(w, "103#03");
    run(w, 2 * MS);
    assert_string_equal(heard(w), "");
    expect(w, "P\r", "t101101.");
    expect(w, "A\r", "t102102.t103103.A.");
    expect(w, "T123456780\r", ".");
    run(w, MS);
    for (unsigned i = 0; i < SLCAN_POLLED + 3; i++)
        peer_sends(w, "100#");
    run(w, 20 * MS);
    assert_int_equal(w->device->lost, 3);
    expect(w, "F\rF\r", "F09.F00.");
    say(w, "A\r");
    assert_int_equal(strlen(heard(w)), SLCAN_POLLED * 6 + 2);
    peer_sends(w, "100#");
    run(w, MS);
    expect(w, "C\rO\rP\r", "...");
    expect(w, "C\rX1\rX2\rX\rO\r", "..!!.");
    run(w, MS);
    peer_sends(w, "100#");
    run(w, MS);
    assert_string_equal(heard(w), "t1000.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        slcan_test(bit_rates),
        slcan_test(bit_timing_registers),
        slcan_test(data_bit_rates),
        slcan_test(open_and_close),
        slcan_test(questions),
        slcan_test(listen_only_acknowledges_nothing),
        slcan_test(frames_to_the_bus),
        slcan_test(every_dlc),
        slcan_test(classic_frames_with_more_than_8),
        slcan_test(no_can_fd_on_a_classic_controller),
        slcan_test(times),
        slcan_test(filters),
        slcan_test(polling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
