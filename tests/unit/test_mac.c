/* SPDX-License-Identifier: MIT */
/* One controller against what the standard says of every field: a tester drives the other level in
 * one bit and looks at the flag, the counters and what comes after. ISO 11898-1:2015, 10 and 12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/unit/iut_play.h"

static int setup(void **state)
{
    (void)state;
    setup_as(CS_FD_CLASSIC, CS_MODE_NORMAL);
    use_frame("5A1#1F00");
    return 0;
}

/* ---- receiver ----------------------------------------------------------------------------- */

static void receives_a_frame_and_acknowledges(void **state)
{
    (void)state;
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 1);
    assert_true(cs_frame_equal(&iut.rx[0], &frame));
    bits("111", "111");
}

static void own_ack_bit_read_recessive_is_a_bit_error(void **state)
{
    (void)state;
    receive(0, wire.ack_slot);
    iut.feedback = false;
    bit(1, 0);
    bits(FLAG REST, FLAG REST);
    expect_counters(0, 1);
    assert_int_equal(iut.n_rx, 0);
}

static void rec_goes_down_with_the_ack_bit(void **state)
{
    (void)state;
    counters(0, 9);
    receive(0, wire.ack_slot);
    expect_counters(0, 9);
    receive(wire.ack_slot, wire.ack_slot + 1);
    expect_counters(0, 8);
    bit(0, 1); /* form error in the ACK delimiter */
    expect_counters(0, 9);
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 9);
}

static void passive_receiver_returns_with_the_ack_bit(void **state)
{
    (void)state;
    counters(0, 200);
    assert_int_equal(iut.node->state, CS_STATE_ERROR_PASSIVE);
    receive(0, wire.ack_slot + 1);
    assert_in_range(iut.node->rec, 119, 127);
    assert_int_equal(iut.node->state, CS_STATE_ERROR_ACTIVE);
    receive(wire.ack_slot + 1, wire.n_bits);
    assert_in_range(iut.node->rec, 119, 127);
}

static void form_errors_of_a_receiver(void **state)
{
    (void)state;
    for (unsigned i = wire.crc_delim; i < wire.n_bits - 1u; i++) {
        if (i == wire.ack_slot) {
            continue;
        }
        counters(0, 0);
        receive(0, i);
        bit(0, 1);
        expect_counters(0, 1);
        bits(PASSIVE REST, FLAG REST);
        expect_counters(0, 1);
        idle(3);
    }
    assert_int_equal(iut.n_rx, 0);
}

static void dominant_last_bit_of_eof_is_an_overload(void **state)
{
    (void)state;
    receive(0, wire.n_bits - 1u);
    assert_int_equal(iut.n_rx, 0);
    bit(0, 1);
    assert_int_equal(iut.n_rx, 1);
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 0);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 2);
}

/* Neither the ACK bit nor a frame; the flag comes after the ACK delimiter. */
static void crc_error(void **state)
{
    (void)state;
    use_frame("123#");
    unsigned last = wire.crc_delim - 1u;
    assert_false(cs_wire_is_stuff(&wire, last));

    receive(0, last);
    bit(!cs_wire_level(&wire, last), 1);
    bits("111", "111");
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 1);
    /* With a form error in the CRC delimiter too: one error. */
    receive(0, last);
    bit(!cs_wire_level(&wire, last), 1);
    bit(0, 1);
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 2);
    assert_int_equal(iut.n_rx, 0);
}

static void stuff_errors_of_a_receiver(void **state)
{
    (void)state;
    unsigned n = 0;

    for (unsigned i = 1; i < wire.crc_delim; i++) {
        if (!cs_wire_is_stuff(&wire, i)) {
            continue;
        }
        n++;
        counters(0, 0);
        receive(0, i);
        bit(!cs_wire_level(&wire, i), 1);
        bits(PASSIVE REST, FLAG REST);
        expect_counters(0, 1);
    }
    assert_true(n >= 3);
}

static void passive_receiver_sends_no_flag(void **state)
{
    (void)state;
    counters(140, 0);
    receive(0, wire.crc_delim);
    bit(0, 1);
    bits("001011" PASSIVE REST, PASSIVE PASSIVE REST);
    expect_counters(140, 1);
    /* Another's active flag ends its own; the bit after it counts eight (rule b). */
    receive(0, wire.crc_delim);
    bit(0, 1);
    bits("0000000" REST, "1111111" REST);
    expect_counters(140, 10);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 1);
}

static void long_flags_count_eight(void **state)
{
    (void)state;
    receive(0, wire.crc_delim);
    bit(0, 1);
    bits(PASSIVE, FLAG);
    expect_counters(0, 1);
    bit(0, 1);
    expect_counters(0, 9); /* rule b */
    bits("000000", "111111");
    expect_counters(0, 9);
    bit(0, 1);
    expect_counters(0, 17); /* rule f */
    bits("0000000", "1111111");
    expect_counters(0, 17);
    bit(0, 1);
    expect_counters(0, 25);
    bits(REST, REST);
}

static void overload_flags_count_only_when_long(void **state)
{
    (void)state;
    receive(0, wire.n_bits);
    bit(0, 1);
    bits(PASSIVE "0000000", FLAG "1111111");
    expect_counters(0, 0);
    bit(0, 1);
    expect_counters(0, 8);
    bits("11111110", "11111111"); /* the delimiter's last bit: overload again */
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 8);
}

static void overload_in_the_first_two_bits_of_an_intermission(void **state)
{
    (void)state;
    receive(0, wire.n_bits);
    bits("0" PASSIVE "11111111", "1" FLAG "11111111");
    bits("10" PASSIVE REST, "11" FLAG REST);
    expect_counters(0, 0);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 2);
}

/* Rule e, rule d; then an error frame takes the overload frame's place. */
static void flags_read_recessive(void **state)
{
    (void)state;
    static const char *const flags[] = {"1", "001", "000001"};
    static const char *const driven[] = {"0", "000", "000000"};

    for (unsigned overload = 0; overload < 2; overload++) {
        for (unsigned i = 0; i < 3; i++) {
            counters(0, 0);
            receive(0, overload ? wire.n_bits : wire.crc_delim);
            bit(0, 1);
            iut.feedback = false;
            bits(flags[i], driven[i]);
            bits(FLAG REST, FLAG REST);
            iut.feedback = true;
            expect_counters(0, overload ? 8 : 9);
        }
    }
}

static void delimiters_read_dominant(void **state)
{
    (void)state;
    for (unsigned overload = 0; overload < 2; overload++) {
        counters(0, 0);
        receive(0, overload ? wire.n_bits : wire.crc_delim);
        bit(0, 1);
        bits(PASSIVE "1110", FLAG "1111");
        bits(PASSIVE REST, FLAG REST);
        expect_counters(0, overload ? 1 : 2);
    }
}

/* ---- transmitter -------------------------------------------------------------------------- */

static void bit_errors_of_a_transmitter(void **state)
{
    (void)state;
    iut.feedback = false;
    for (unsigned i = 0; i < wire.n_bits; i++) {
        unsigned level = cs_wire_level(&wire, i);
        if (i == wire.ack_slot || (i < wire.arb_bits && level)) {
            continue;
        }
        counters(10, 0);
        submit();
        for (unsigned j = 0; j < i; j++) {
            unsigned own = cs_wire_level(&wire, j);
            bit(j != wire.ack_slot && own, own);
        }
        bit(!level, level);
        expect_counters(18, 0);
        bits(FLAG REST, FLAG REST);
        for (unsigned j = 0; j < wire.n_bits; j++) {
            unsigned own = cs_wire_level(&wire, j);
            bit(j != wire.ack_slot && own, own);
        }
        expect_counters(17, 0);
        assert_int_equal(cs_txqueue_used(&iut.node->queue), 0);
        idle(3);
    }
}

/* At each recessive bit of the arbitration field: it goes on as a receiver, takes what wins, and
 * sends its own right after the intermission, error passive or not. */
static void lost_arbitration(const char *own, const char *const *winners, unsigned n, bool passive)
{
    for (unsigned i = 0; i < n; i++) {
        counters(passive ? 200 : 0, 0);
        use_frame(own);
        struct cs_wire mine = wire;
        submit();
        use_frame(winners[i]);
        unsigned lost = wire.n_bits;
        for (unsigned j = 0; j < wire.n_bits; j++) {
            unsigned level = cs_wire_level(&wire, j);
            bit(level, j < lost ? cs_wire_level(&mine, j) : j != wire.ack_slot);
            lost = lost > j && level != cs_wire_level(&mine, j) ? j : lost;
        }
        assert_true(lost < mine.arb_bits);
        assert_int_equal(iut.n_rx, 1);
        assert_true(cs_frame_equal(&iut.rx[0], &frame));
        assert_int_equal(iut.node->lost_at, lost);
        iut.n_rx = 0;
        idle(3);
        use_frame(own);
        transmit(0, wire.n_bits);
        expect_counters(passive ? 199 : 0, 0);
        assert_int_equal(cs_txqueue_used(&iut.node->queue), 0);
        idle(11);
    }
}

static void loses_arbitration_at_any_bit(void **state)
{
    (void)state;
    static const char *const base[] = {"3AA#", "52A#", "58A#", "5A2#", "5A8#", "5AA#"};
    static const char *const ext[] = {"3AA#",      "5AA#",        "5AA#R",
                                      "16A80000#", "16AAAAA8#11", "16AAAAAA#22"};
    lost_arbitration("5AA#R", base, 6, false);
    lost_arbitration("16AAAAAA#R", ext, 6, false);
    lost_arbitration("5AA#R", base, 6, true);
}

static void ack_errors(void **state)
{
    (void)state;
    submit();
    transmit(0, wire.ack_slot);
    bit(1, 1);
    expect_counters(8, 0);
    bits(PASSIVE REST, FLAG REST);
    /* Rule c, exception 1: passive, and nothing dominant in its passive flag. */
    counters(130, 0);
    transmit(0, wire.ack_slot);
    bit(1, 1);
    bits(PASSIVE REST SUSPEND, PASSIVE REST SUSPEND);
    expect_counters(130, 0);
    transmit(0, wire.ack_slot);
    bit(1, 1);
    bits("110111111" REST SUSPEND, "111111111" REST SUSPEND);
    expect_counters(138, 0);
    transmit(0, wire.n_bits);
    expect_counters(137, 0);
    expect_sent();
}

/* Rule c, exception 2: the stuff bit of an arbitration field is sent recessive, read dominant. */
static void stuff_error_in_arbitration(void **state)
{
    (void)state;
    use_frame("3E0#");
    unsigned i = 0;
    while (!cs_wire_is_stuff(&wire, i) || !cs_wire_level(&wire, i)) {
        i++;
    }
    assert_true(i < wire.arb_bits);
    submit();
    transmit(0, i);
    bit(0, 1);
    expect_counters(0, 0);
    bits(PASSIVE REST, FLAG REST);
    transmit(0, wire.n_bits);
    expect_sent();
    /* Behind the RTR bit it is like any other. */
    use_frame("5A8#");
    assert_true(cs_wire_is_stuff(&wire, 14) && cs_wire_level(&wire, 14));
    idle(3);
    submit();
    transmit(0, 14);
    bit(0, 1);
    expect_counters(8, 0);
}

static void flags_of_a_transmitter_count_eight(void **state)
{
    (void)state;
    counters(10, 0);
    submit();
    transmit(0, wire.crc_delim);
    bit(0, 1);
    expect_counters(18, 0);
    bits(PASSIVE "0000000", FLAG "1111111");
    expect_counters(18, 0); /* rule b is for receivers */
    bit(0, 1);
    expect_counters(26, 0);
    bits("1110", "1111");
    expect_counters(34, 0); /* form error in the delimiter */
    bits(PASSIVE REST, FLAG REST);
    transmit(0, wire.n_bits);
    expect_counters(33, 0);
    bits("0" PASSIVE REST, "1" FLAG REST); /* overload costs nothing */
    expect_counters(33, 0);
}

/* ---- intermission and suspend ------------------------------------------------------------- */

static void joins_a_sof_in_the_third_bit(void **state)
{
    (void)state;
    receive(0, wire.n_bits);
    submit();
    bits("110", "111");
    transmit(1, wire.n_bits);
    expect_sent();
    assert_int_equal(iut.node->count.arb_lost, 0);
}

static void receives_after_a_sof_in_the_third_bit(void **state)
{
    (void)state;
    receive(0, wire.n_bits);
    bits("110", "111");
    submit(); /* after the SOF: too late */
    receive(1, wire.n_bits);
    assert_int_equal(iut.n_rx, 2);
    idle(3);
    transmit(0, wire.n_bits);
    expect_sent();
}

/* A passive transmitter: third bit, first and last bit of suspend transmission. */
static void suspended_transmitter_receives(void **state)
{
    (void)state;
    static const unsigned recessive[] = {2, 3, 10};

    for (unsigned i = 0; i < 3; i++) {
        counters(200, 0);
        submit();
        transmit(0, wire.n_bits);
        submit();
        idle(recessive[i]);
        bit(0, 1);
        receive(1, wire.n_bits);
        assert_int_equal(iut.n_rx, i + 1);
        idle(3);
        transmit(0, wire.n_bits);
        idle(11);
    }
}

static void passive_transmitter_suspends(void **state)
{
    (void)state;
    counters(200, 0);
    submit();
    submit();
    transmit(0, wire.n_bits);
    idle(11);
    transmit(0, wire.n_bits);
    expect_counters(198, 0);
    /* TEC reaches 127 with the frame: active again, no suspend. */
    counters(128, 0);
    submit();
    submit();
    idle(11);
    transmit(0, wire.n_bits);
    idle(3);
    transmit(0, wire.n_bits);
}

/* 128 times eleven recessive bits. */
static void bus_off_and_back(void **state)
{
    (void)state;
    counters(248, 0);
    submit();
    transmit(0, wire.crc_delim);
    bit(0, 1);
    assert_int_equal(iut.node->state, CS_STATE_BUS_OFF);
    expect_counters(256, 0);
    for (unsigned run = 0; run < 128; run++) {
        assert_int_equal(iut.node->state, CS_STATE_BUS_OFF);
        bit(0, 1);
        idle(11);
    }
    assert_int_equal(iut.node->state, CS_STATE_ERROR_ACTIVE);
    expect_counters(0, 0);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(receives_a_frame_and_acknowledges),
        T(own_ack_bit_read_recessive_is_a_bit_error),
        T(rec_goes_down_with_the_ack_bit),
        T(passive_receiver_returns_with_the_ack_bit),
        T(form_errors_of_a_receiver),
        T(dominant_last_bit_of_eof_is_an_overload),
        T(crc_error),
        T(stuff_errors_of_a_receiver),
        T(passive_receiver_sends_no_flag),
        T(long_flags_count_eight),
        T(overload_flags_count_only_when_long),
        T(overload_in_the_first_two_bits_of_an_intermission),
        T(flags_read_recessive),
        T(delimiters_read_dominant),
        T(bit_errors_of_a_transmitter),
        T(loses_arbitration_at_any_bit),
        T(ack_errors),
        T(stuff_error_in_arbitration),
        T(flags_of_a_transmitter_count_eight),
        T(joins_a_sof_in_the_third_bit),
        T(receives_after_a_sof_in_the_third_bit),
        T(suspended_transmitter_receives),
        T(passive_transmitter_suspends),
        T(bus_off_and_back),
    };
    return cmocka_run_group_tests_name("mac", tests, NULL, NULL);
}
