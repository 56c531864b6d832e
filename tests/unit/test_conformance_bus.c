/* SPDX-License-Identifier: MIT */
/* Several controllers and the wire between them, to the bit: flags that are superposed, frames that
 * are valid for some, bus-off and the way back, CAN FD beside controllers that do not know it. */
#include "tests/unit/test_conformance.h"

#define DELIM_AND_INTERMISSION "11111111111"

static int a, b, c;

static int setup(void **state)
{
    (void)state;
    lab_open();
    a = lab_attach("a");
    b = lab_attach("b");
    c = lab_attach("c");
    lab_run(20 * BIT);
    return 0;
}

static int64_t start_of(unsigned attempt)
{
    const struct cs_event *event = lab_nth(CS_EV_TX_START, CS_NO_NODE, attempt);
    assert_non_null(event);
    return event->at_ps;
}

/* ---- frames that nothing disturbs --------------------------------------------------------- */

static void frames_back_to_back(void **state)
{
    (void)state;
    struct cs_wire first = lab_wire_of("123#11"), second = lab_wire_of("12345678#");
    char expect[512], *to = expect;

    lab_send(a, "123#11");
    lab_send(a, "12345678#");
    lab_run(400 * BIT);
    to = lab_bits(to, &first, 0, first.n_bits);
    to += sprintf(to, "111");
    to = lab_bits(to, &second, 0, second.n_bits);
    sprintf(to, DELIM_AND_INTERMISSION);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab.received[b], 2);
    assert_int_equal(lab.received[c], 2);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
}

/* The wire is that of the winner, the loser receives it and follows after the intermission. */
static void arbitration(void **state)
{
    (void)state;
    struct cs_wire first = lab_wire_of("1A0#01"), second = lab_wire_of("1A8#02");
    char expect[512], *to = expect;

    lab_send(a, "1A8#02");
    lab_send(b, "1A0#01");
    lab_run(400 * BIT);
    to = lab_bits(to, &first, 0, first.n_bits);
    to += sprintf(to, "111");
    lab_bits(to, &second, 0, second.n_bits);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_count(CS_EV_ARB_LOST, a), 1);
    assert_int_equal(lab_nth(CS_EV_ARB_LOST, a, 0)->peer, b);
    assert_int_equal(lab.received[a], 1);
    assert_int_equal(lab.received[b], 1);
    assert_int_equal(lab.received[c], 2);
}

/* ---- flags -------------------------------------------------------------------------------- */

static int64_t end_of_dominant(int64_t from_ps)
{
    assert_int_equal(lab_level(from_ps), 0);
    for (unsigned i = 0; i < lab.n_edges; i++) {
        if (lab.edge[i].at_ps > from_ps && lab.edge[i].level) {
            return lab.edge[i].at_ps;
        }
    }
    fail();
    return 0;
}

/* b alone misreads a bit of the data field. Its flag begins at `flag`; k dominant bits before it
 * belong to the frame. The others find six equal bits after 6 - k bits of it, and all flags
 * together take 12 - k. Returns that number, 0 where b found nothing before the CRC delimiter. */
static unsigned superposed(const char *text, unsigned index)
{
    struct cs_wire wire = lab_wire_of(text);
    char fault[100];

    setup(NULL);
    snprintf(fault, sizeof(fault), "flip field=data index=%u seen_by=b", index);
    lab_arm(fault);
    lab_send(a, text);
    lab_run(600 * BIT);
    const struct cs_event *error = lab_nth(CS_EV_ERROR, CS_NO_NODE, 0);
    assert_non_null(error);
    assert_int_equal(error->node, b);
    int64_t flag = error->at_ps;
    int64_t pos = (flag - start_of(0)) / BIT;
    if (pos + 7 > wire.crc_delim) {
        return 0;
    }
    unsigned k = 0, length = (unsigned)((end_of_dominant(flag) - flag) / BIT);
    while (!lab_level(flag - (int64_t)(k + 1) * BIT)) {
        k++;
    }
    assert_int_equal(length, 12 - k);
    /* Rule b: who was first has the first bit after its flag dominant, nobody else has. */
    assert_int_equal(lab_nth(CS_EV_ERROR, b, 1)->rec, 9);
    assert_int_equal(lab_count(CS_EV_ERROR, b), 2);
    assert_int_equal(lab_count(CS_EV_ERROR, c), 1);
    assert_int_equal(lab_nth(CS_EV_ERROR, a, 0)->tec, 8);
    assert_int_equal(lab_count(CS_EV_ERROR, a), 1);
    /* Eight recessive bits and three, then it comes again. */
    assert_int_equal(start_of(1), flag + (length + 11) * BIT);
    assert_int_equal(lab_look(a).sent, 1);
    return length;
}

static void superposed_flags_take_up_to_12_bits(void **state)
{
    (void)state;
    static const char *const frames[] = {"123#919191A1A189C185", "123#0103070F1F3F7FFF",
                                         "55A#00FE80C0E0F0F8FC", "2AA#87C3E1F087C3E1F0"};
    unsigned seen[13] = {0};

    for (unsigned f = 0; f < sizeof(frames) / sizeof(frames[0]); f++) {
        for (unsigned i = 0; i < 64; i++) {
            seen[superposed(frames[f], i)]++;
        }
    }
    for (unsigned length = 7; length <= 12; length++) {
        assert_true(seen[length] > 0);
    }
}

/* Who sees the same error at the same bit sends the same six bits. */
static void common_error_takes_6_bits(void **state)
{
    (void)state;
    struct cs_wire wire = lab_wire_of("123#11");
    char expect[512], *to = expect;

    lab_arm("dominant field=crc_delim");
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    to = lab_bits(to, &wire, 0, wire.crc_delim);
    to += sprintf(to, "0000000" DELIM_AND_INTERMISSION);
    lab_bits(to, &wire, 0, wire.n_bits);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_look(a).tec, 7);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 3);
}

/* A CRC error is told after the ACK delimiter: one bit later all others see it in EOF. */
static void crc_error_of_one_takes_7_bits(void **state)
{
    (void)state;
    struct cs_wire wire = lab_wire_of("123#11");
    char expect[512], *to = expect;

    lab_arm("flip field=data index=2 seen_by=b");
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    assert_int_equal(lab_nth(CS_EV_ERROR, CS_NO_NODE, 0)->error, CS_ERROR_CRC);
    to = lab_bits(to, &wire, 0, wire.ack_slot + 2u);
    to += sprintf(to, "0000000" DELIM_AND_INTERMISSION);
    lab_bits(to, &wire, 0, wire.n_bits);
    lab_expect_wire(start_of(0), expect);
}

/* A passive receiver's flag is recessive: it disturbs nobody, and the others have the frame. */
static void passive_flag_of_a_receiver(void **state)
{
    (void)state;
    struct cs_wire wire = lab_wire_of("123#0000");
    char expect[512], *to = expect;

    cs_bus_set_counters(lab.bus, b, 0, 140);
    lab_arm("flip field=data index=3 stuff=no seen_by=b");
    lab_send(a, "123#0000");
    lab_run(400 * BIT);
    to = lab_bits(to, &wire, 0, wire.n_bits);
    sprintf(to, DELIM_AND_INTERMISSION "111");
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_count(CS_EV_ERROR, a), 0);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 0);
    assert_int_equal(lab.received[c], 1);
    assert_true(lab_look(b).rec > 140);
}

/* A passive transmitter stops, six recessive bits: those of the receivers' flags that follow are
 * the first dominant ones. It starts again 3 and 8 bits after the delimiter. */
static void passive_flag_of_a_transmitter(void **state)
{
    (void)state;
    struct cs_wire wire = lab_wire_of("123#11");
    unsigned at = lab_first_bit(&wire, CS_FIELD_DATA) + 3; /* sent recessive, 000[1] */
    char expect[512], *to = expect;

    assert_int_equal(cs_wire_level(&wire, at), 1);
    cs_bus_set_counters(lab.bus, a, 140, 0);
    lab_arm("dominant field=data index=3");
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    to = lab_bits(to, &wire, 0, at);
    /* The receivers read a dominant bit, then 11111 and 1: a stuff error. */
    to += sprintf(to, "0"
                      "111111"
                      "000000" DELIM_AND_INTERMISSION "11111111");
    lab_bits(to, &wire, 0, wire.n_bits);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_look(a).tec, 147);
    assert_int_equal(lab_count(CS_EV_ERROR, a), 1);
}

/* ---- the end of a frame ------------------------------------------------------------------- */

/* Valid for receivers with the last but one bit of EOF, for the transmitter with the last. */
static void last_bit_of_eof(void **state)
{
    (void)state;
    struct cs_wire wire = lab_wire_of("123#11");
    char expect[512], *to = expect;

    lab_arm("dominant field=eof index=6");
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    to = lab_bits(to, &wire, 0, wire.n_bits - 1u);
    to += sprintf(to, "0000000" DELIM_AND_INTERMISSION);
    lab_bits(to, &wire, 0, wire.n_bits);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 1);
    assert_int_equal(lab_nth(CS_EV_ERROR, a, 0)->tec, 8);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 2);
    assert_int_equal(lab.received[c], 2);
    assert_int_equal(lab_look(b).rec, 0);
}

static void last_but_one_bit_of_eof(void **state)
{
    (void)state;
    lab_arm("dominant field=eof index=5");
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 3);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 1);
    assert_int_equal(lab.received[c], 1);
}

/* The first overload flag of one, those of the others a bit later; then at most one more. */
static void overload_frames(void **state)
{
    (void)state;
    struct cs_wire first = lab_wire_of("123#11"), second = lab_wire_of("124#");
    char expect[512], *to = expect;

    lab_arm("overload node=c bits=2 count=1");
    lab_send(a, "123#11");
    lab_send(a, "124#");
    lab_run(400 * BIT);
    to = lab_bits(to, &first, 0, first.n_bits);
    to += sprintf(to, "0000000"
                      "11111111"
                      "0000000" DELIM_AND_INTERMISSION);
    lab_bits(to, &second, 0, second.n_bits);
    lab_expect_wire(start_of(0), expect);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
    assert_int_equal(lab_count(CS_EV_COUNTERS, CS_NO_NODE), 0);
}

/* ---- bus-off ------------------------------------------------------------------------------ */

/* Asked at an arbitrary instant: 128 runs of 11 bits of its own clock, whatever that is. */
static void recovery_by_its_own_clock(void **state)
{
    (void)state;
    static const struct {
        uint32_t bitrate_bps;
        int32_t drift_ppb;
        int64_t bits_ps; /* 1408 of them */
    } rows[] = {
        {500000, 0, INT64_C(2816000000)},
        {250000, 0, INT64_C(5632000000)},
        {500000, 1000000, INT64_C(2818816000)},  /* 1000 ppm slow */
        {500000, -3000000, INT64_C(2807552000)}, /* 3000 ppm fast */
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        setup(NULL);
        struct cs_timing timing = *cs_bus_timing(lab.bus);
        cs_bit_timing_fill(&timing.nominal, rows[i].bitrate_bps, 0, 0);
        timing.drift_ppb = rows[i].drift_ppb;
        assert_int_equal(cs_bus_set_timing(lab.bus, a, &timing), 0);
        cs_bus_set_counters(lab.bus, a, 256, 0);
        lab_run(10 * BIT + 777);
        int64_t asked = cs_sim_now_ps(lab.sim);
        assert_int_equal(cs_bus_recover(lab.bus, a), 0);
        lab_run(10 * CS_PS_PER_MS);
        assert_int_equal(lab_nth(CS_EV_STATE, a, 1)->state, CS_STATE_ERROR_ACTIVE);
        assert_int_equal(lab_nth(CS_EV_STATE, a, 1)->at_ps - asked, rows[i].bits_ps);
        assert_int_equal(lab_look(a).tec, 0);
    }
}

static void drive_for(unsigned level, unsigned bits)
{
    cs_bus_drive(lab.bus, level);
    lab_run((int64_t)bits * BIT);
}

/* Ten recessive bits are no run, and a run of 21 is one; all other bits are dominant. */
static void interrupted_runs(void **state)
{
    (void)state;
    cs_bus_set_counters(lab.bus, a, 256, 0);
    for (int node = b; node <= c; node++) {
        assert_int_equal(cs_bus_set_mode(lab.bus, node, CS_MODE_LISTEN_ONLY), 0);
    }
    lab_run(10 * BIT);
    assert_int_equal(cs_bus_recover(lab.bus, a), 0);
    for (unsigned run = 0; run < 127; run++) {
        drive_for(1, run % 2 ? 11 : 21);
        drive_for(0, 1 + run % 3);
        drive_for(1, 10);
        drive_for(0, 1);
    }
    int64_t from = cs_sim_now_ps(lab.sim);
    assert_int_equal(lab_look(a).state, CS_STATE_BUS_OFF);
    drive_for(1, 20);
    assert_int_equal(lab_look(a).state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(lab_nth(CS_EV_STATE, a, 1)->at_ps, from + 11 * BIT);
}

/* 32 errors of 8; not one flag or frame more, then quiet until it has recovered. */
static void bus_off_is_silent(void **state)
{
    (void)state;
    lab_arm("dominant field=crc_delim id=123 count=all");
    lab_send(a, "123#11");
    lab_send(a, "124#");
    lab_run(6000 * BIT);
    const struct cs_event *off = lab_nth(CS_EV_STATE, a, 1);
    assert_int_equal(off->state, CS_STATE_BUS_OFF);
    assert_int_equal(off->tec, 256);
    assert_int_equal(lab_count(CS_EV_TX_START, a), 32);
    assert_int_equal(lab_count(CS_EV_DROPPED, a), 2);
    /* Its last flag was passive, the receivers' are active, seven bits with the cause. */
    lab_expect_wire(off->at_ps, "000000" DELIM_AND_INTERMISSION "11111111");
    cs_fault_clear_all(lab.bus);
    lab_send(b, "123#11");
    lab_run(200 * BIT);
    assert_int_equal(lab.received[a], 0);
    assert_int_equal(cs_bus_recover(lab.bus, a), 0);
    lab_run(2000 * BIT);
    lab_send(b, "123#11");
    lab_run(200 * BIT);
    assert_int_equal(lab.received[a], 1);
}

/* ---- another bit rate --------------------------------------------------------------------- */

static void set_rate(int node, uint32_t bitrate_bps)
{
    struct cs_timing timing = *cs_bus_timing(lab.bus);

    cs_bit_timing_fill(&timing.nominal, bitrate_bps, 0, 0);
    assert_int_equal(cs_bus_set_timing(lab.bus, node, &timing), 0);
}

/* A node at 250 kbit/s sends: nobody understands it, nor does it understand the others. It goes
 * bus-off; with the right bit rate it is back after 128 runs of 11 of the right bits, and sends. */
static void half_the_bit_rate_sends(void **state)
{
    (void)state;
    set_rate(a, 250000);
    lab_run(10 * BIT);
    lab_send(a, "123#11");
    for (unsigned i = 0; i < 100 && lab_look(a).state != CS_STATE_BUS_OFF; i++) {
        lab_send(b, "200#5555");
        lab_run(200 * BIT);
    }
    assert_int_equal(lab_look(a).state, CS_STATE_BUS_OFF);
    assert_int_equal(lab_look(a).sent, 0);
    set_rate(a, 500000);
    lab_run(20000 * BIT);
    int64_t asked = cs_sim_now_ps(lab.sim);
    assert_int_equal(cs_bus_recover(lab.bus, a), 0);
    lab_run(128 * 11 * BIT - 1);
    assert_int_equal(lab_look(a).state, CS_STATE_BUS_OFF);
    lab_run(1);
    assert_int_equal(lab_look(a).state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(cs_sim_now_ps(lab.sim) - asked, 128 * 11 * BIT);
    unsigned before = lab.received[b];
    lab_send(a, "123#11");
    lab_run(400 * BIT);
    assert_int_equal(lab.received[b], before + 1);
}

/* One that only listens to them destroys the others' frames until it is error passive. */
static void half_the_bit_rate_listens(void **state)
{
    (void)state;
    set_rate(c, 250000);
    lab_run(10 * BIT);
    lab_send(a, "123#5555");
    lab_run(20000 * BIT);
    assert_int_equal(lab_look(c).state, CS_STATE_ERROR_PASSIVE);
    assert_int_equal(lab_look(c).tec, 0);
    assert_true(lab_count(CS_EV_ERROR, a) > 10);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 1);
    assert_int_equal(lab.received[c], 0);
}

/* ---- CAN FD beside the classic one -------------------------------------------------------- */

static void fd_bus(enum cs_fd third, const char *frame)
{
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};

    lab_open_as(&config);
    a = lab_attach("a");
    b = lab_attach("b");
    c = lab_attach_as("c", (struct cs_controller_config){.fd = third});
    lab_run(20 * BIT);
    lab_send(a, frame);
    lab_run(10000 * BIT);
}

/* The others see its flag within a data bit or two: none is left behind after its own, it counts 1
 * each time, and the sender goes bus-off after 32 attempts. */
static void classic_node_destroys_fd_frames(void **state)
{
    (void)state;
    fd_bus(CS_FD_CLASSIC, "123##30102030405060708");
    assert_int_equal(lab_nth(CS_EV_ERROR, CS_NO_NODE, 0)->node, c);
    assert_int_equal(lab_count(CS_EV_TX_START, a), 32);
    assert_int_equal(lab_look(a).state, CS_STATE_BUS_OFF);
    assert_int_equal(lab_look(c).rec, 32);
    assert_int_equal(lab.received[b], 0);
    assert_int_equal(lab.received[c], 0);
}

/* With one bit rate it counts 9 each time: passive before its victim, and harmless from then on. */
static void classic_node_gets_passive(void **state)
{
    (void)state;
    fd_bus(CS_FD_CLASSIC, "123##00102030405060708");
    assert_int_equal(lab_nth(CS_EV_ERROR, CS_NO_NODE, 0)->node, c);
    assert_int_equal(lab_look(c).state, CS_STATE_ERROR_PASSIVE);
    assert_int_equal(lab_count(CS_EV_ERROR, a), 15);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 1);
    assert_int_equal(lab.received[c], 0);
}

static void tolerant_node_stays_silent(void **state)
{
    (void)state;
    fd_bus(CS_FD_TOLERANT, "123##30102030405060708");
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
    assert_int_equal(lab_look(a).sent, 1);
    assert_int_equal(lab.received[b], 1);
    assert_int_equal(lab.received[c], 0);
    lab_send(a, "124#11");
    lab_send(c, "125#11");
    lab_run(400 * BIT);
    assert_int_equal(lab.received[c], 1);
    assert_int_equal(lab.received[b], 3);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
}

/* Data of 0111 and so on, four data bits to a nominal one: who synchronizes on each edge samples
 * nothing but recessive levels. A controller that joins, or that is in the protocol exception
 * state, must not take that for an idle bus: edges count anew. */
static void joins_amid_a_data_phase(void **state)
{
    (void)state;
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};
    struct cs_frame frame = lab_frame("123##1");

    frame.dlc = 15;
    frame.len = 64;
    memset(frame.data, 0x77, frame.len);
    for (unsigned fd = CS_FD_TOLERANT; fd <= CS_FD_ISO; fd++) {
        lab_open_as(&config);
        a = lab_attach("a");
        b = lab_attach("b");
        lab_run(20 * BIT);
        assert_int_equal(cs_bus_submit(lab.bus, a, &frame, 0), 0);
        lab_run(30 * BIT);
        c = lab_attach_as("c", (struct cs_controller_config){.fd = (enum cs_fd)fd});
        lab_send(c, "001#");
        lab_run(400 * BIT);
        assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
        assert_int_equal(lab.received[b], 2);
        assert_int_equal(lab_nth(CS_EV_STATE, c, 0)->at_ps,
                         lab_nth(CS_EV_FRAME, a, 0)->at_ps + 3 * BIT);
    }
}

/* The same data while a controller counts its 128 runs: the frame is worth none but that at its
 * end, and one that was there before waits in the protocol exception state to the end. */
static void waits_through_a_data_phase(void **state)
{
    (void)state;
    struct cs_frame frame = lab_frame("123##1");
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};

    frame.dlc = 15;
    frame.len = 64;
    memset(frame.data, 0x77, frame.len);
    lab_open_as(&config);
    a = lab_attach("a");
    b = lab_attach_as("b", (struct cs_controller_config){.fd = CS_FD_TOLERANT});
    lab_attach("c");
    int off = lab_attach("d");
    cs_bus_set_counters(lab.bus, off, 256, 0);
    lab_run(20 * BIT);
    assert_int_equal(cs_bus_submit(lab.bus, a, &frame, 0), 0);
    lab_run(30 * BIT);
    assert_int_equal(cs_bus_recover(lab.bus, off), 0);
    lab_send(b, "001#");
    lab_run(2000 * BIT);
    const struct cs_event *first = lab_nth(CS_EV_FRAME, a, 0), *second = lab_nth(CS_EV_FRAME, b, 0);
    assert_int_equal(second->start_ps, first->at_ps + 3 * BIT);
    assert_int_equal(lab_nth(CS_EV_STATE, off, 1)->at_ps, second->at_ps + (3 + 126 * 11) * BIT);
    assert_int_equal(lab_count(CS_EV_ERROR, CS_NO_NODE), 0);
}

/* ISO and what was before it: each takes the other's CRC for wrong. */
static void non_iso_node_finds_a_crc_error(void **state)
{
    (void)state;
    fd_bus(CS_FD_NON_ISO, "123##30102030405060708");
    assert_int_equal(lab_nth(CS_EV_ERROR, CS_NO_NODE, 0)->node, c);
    assert_int_equal(lab.received[c], 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, lab_teardown)
    const struct CMUnitTest tests[] = {
        T(frames_back_to_back),
        T(arbitration),
        T(superposed_flags_take_up_to_12_bits),
        T(common_error_takes_6_bits),
        T(crc_error_of_one_takes_7_bits),
        T(passive_flag_of_a_receiver),
        T(passive_flag_of_a_transmitter),
        T(last_bit_of_eof),
        T(last_but_one_bit_of_eof),
        T(overload_frames),
        T(recovery_by_its_own_clock),
        T(interrupted_runs),
        T(bus_off_is_silent),
        T(half_the_bit_rate_sends),
        T(half_the_bit_rate_listens),
        T(classic_node_destroys_fd_frames),
        T(classic_node_gets_passive),
        T(tolerant_node_stays_silent),
        T(joins_amid_a_data_phase),
        T(waits_through_a_data_phase),
        T(non_iso_node_finds_a_crc_error),
    };
    return cmocka_run_group_tests_name("conformance_bus", tests, NULL, NULL);
}
