/* SPDX-License-Identifier: MIT */
/* The twelve rules of fault confinement, one test each: ISO 11898-1:2015, 12.1.4.2 a to l, with
 * their exceptions, each from the last value at which nothing happens to the first at which it
 * does. */
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

static void expect_state(enum cs_node_state state)
{
    assert_int_equal(iut.node->state, state);
}

/* A form error of a receiver; its flag follows. */
static void receive_error(void)
{
    receive(0, wire.crc_delim);
    bit(0, 1);
}

/* A bit error of the transmitter of the queued frame; its flag follows. */
static void transmit_error(void)
{
    transmit(0, wire.crc_delim);
    bit(0, 1);
}

static void rule_a_receiver_counts_one(void **state)
{
    (void)state;
    unsigned i = 0;

    receive_error(); /* form */
    expect_counters(0, 1);
    bits(PASSIVE REST, FLAG REST);
    while (!cs_wire_is_stuff(&wire, i)) {
        i++;
    }
    receive(0, i);
    bit(!cs_wire_level(&wire, i), 1); /* stuff */
    expect_counters(0, 2);
    bits(PASSIVE REST, FLAG REST);
    use_frame("123#");
    receive(0, wire.crc_delim - 1u);
    bit(!cs_wire_level(&wire, wire.crc_delim - 1u), 1);
    bits("111", "111"); /* CRC */
    expect_counters(0, 3);
    bits(PASSIVE REST, FLAG REST);
    receive(0, wire.ack_slot);
    iut.feedback = false;
    bit(1, 0); /* bit, in the ACK slot */
    expect_counters(0, 4);
    /* But not a bit error in the flag: that is rule e. */
    bit(1, 0);
    expect_counters(0, 12);
}

static void rule_b_first_bit_after_the_flag(void **state)
{
    (void)state;
    receive_error();
    bits(PASSIVE, FLAG);
    expect_counters(0, 1);
    bit(0, 1);
    expect_counters(0, 9);
    bits("0" REST, "1" REST); /* not the second */
    expect_counters(0, 9);
    receive_error();
    bits(PASSIVE "10", FLAG "11"); /* that is the delimiter: rule a */
    expect_counters(0, 11);
    bits(PASSIVE REST, FLAG REST);
    receive(0, wire.n_bits);
    bits("0" PASSIVE "0" REST, "1" FLAG "1" REST); /* nor after an overload flag */
    expect_counters(0, 10);
    /* Nor a transmitter. */
    submit();
    transmit_error();
    bits(PASSIVE "0" REST, FLAG "1" REST);
    expect_counters(8, 10);
}

static void rule_c_transmitter_counts_eight(void **state)
{
    (void)state;
    submit();
    transmit_error();
    expect_counters(8, 0);
    bits(PASSIVE REST, FLAG REST);
    transmit(0, wire.ack_slot);
    bit(1, 1); /* ACK, error active */
    expect_counters(16, 0);
}

/* Passive, the ACK missing, no dominant bit in the passive flag. */
static void rule_c_exception_1(void **state)
{
    (void)state;
    static const struct {
        unsigned tec;
        const char *flag;
        unsigned more;
    } rows[] = {
        {127, "000000", 8}, /* not yet passive: an ACK error like any other */
        {128, "111111", 0}, {128, "0111111", 8}, {128, "1111101111111", 8}, {128, "000000", 8},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        setup(state);
        counters(rows[i].tec, 0);
        submit();
        transmit(0, wire.ack_slot);
        bit(1, 1);
        for (const char *c = rows[i].flag; *c; c++) {
            bit(*c == '1', i > 0);
        }
        expect_counters(rows[i].tec + rows[i].more, 0);
        bits(REST, REST);
        expect_counters(rows[i].tec + rows[i].more, 0);
        teardown(state);
    }
    setup(state);
}

/* A stuff bit before RTR, sent recessive, seen dominant. */
static void rule_c_exception_2(void **state)
{
    (void)state;
    use_frame("7C0#"); /* 0 11111 [0] 0000 [1] 00 */
    assert_true(cs_wire_is_stuff(&wire, 6) && cs_wire_is_stuff(&wire, 11));
    submit();
    transmit(0, 11);
    bit(0, 1);
    expect_counters(0, 0);
    bits(PASSIVE REST, FLAG REST);
    /* The other way round it counts. */
    iut.feedback = false;
    for (unsigned i = 0; i < 6; i++) {
        bit(cs_wire_level(&wire, i), cs_wire_level(&wire, i));
    }
    bit(1, 0);
    expect_counters(8, 0);
}

static void rule_d_transmitter_in_its_flag(void **state)
{
    (void)state;
    submit();
    transmit_error();
    iut.feedback = false;
    bits("001", "000");
    expect_counters(16, 0);
    bits(FLAG REST, FLAG REST);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        unsigned own = cs_wire_level(&wire, i);
        bit(own && i != wire.ack_slot, own);
    }
    expect_counters(15, 0);
    bits("000001", "100000"); /* an overload flag */
    expect_counters(23, 0);
}

static void rule_e_receiver_in_its_flag(void **state)
{
    (void)state;
    receive_error();
    iut.feedback = false;
    bits("1", "0");
    expect_counters(0, 9);
    bits(FLAG REST, FLAG REST);
    iut.feedback = true;
    receive(0, wire.n_bits);
    iut.feedback = false;
    bits("000001", "100000");
    expect_counters(0, 16);
}

/* Seven are tolerated after an active, passive or overload flag; the eighth and each eighth more
 * count: the 14th, 22nd … in a row with an active flag. */
static void rule_f_long_flags(void **state)
{
    (void)state;
    for (unsigned passive = 0; passive < 2; passive++) {
        for (unsigned tx = 0; tx < 2; tx++) {
            setup(state);
            unsigned tec = passive ? 128 : 0;
            counters(tec, 0);
            if (tx) {
                submit();
                transmit_error();
                tec += 8;
            } else {
                receive_error();
            }
            bits(FLAG, passive ? PASSIVE : FLAG);
            bits("0000000", "1111111");
            expect_counters(tec, tx ? 0 : 9); /* rule b */
            bit(0, 1);
            expect_counters(tx ? tec + 8 : tec, tx ? 0 : 17);
            bits("0000000", "1111111");
            expect_counters(tx ? tec + 8 : tec, tx ? 0 : 17);
            bit(0, 1);
            expect_counters(tx ? tec + 16 : tec, tx ? 0 : 25);
            teardown(state);
        }
    }
    setup(state);
    receive(0, wire.n_bits);
    bits("0" FLAG "0000000", "1" FLAG "1111111");
    expect_counters(0, 0);
    bit(0, 1);
    expect_counters(0, 8);
}

static void rule_g_transmitter_counts_down(void **state)
{
    (void)state;
    for (unsigned tec = 0; tec < 3; tec++) {
        counters(tec, 7);
        submit();
        transmit(0, wire.n_bits - 1u);
        expect_counters(tec, 7);
        transmit(wire.n_bits - 1u, wire.n_bits);
        expect_counters(tec ? tec - 1 : 0, 7);
        idle(3);
    }
}

static void rule_h_receiver_counts_down(void **state)
{
    (void)state;
    static const struct {
        unsigned before, after;
    } rows[] = {{0, 0}, {1, 0}, {2, 1}, {127, 126}};

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        counters(7, rows[i].before);
        receive(0, wire.n_bits);
        expect_counters(7, rows[i].after);
        idle(3);
    }
    for (unsigned rec = 128; rec <= 255; rec += 127) {
        counters(7, rec);
        receive(0, wire.n_bits);
        assert_in_range(iut.node->rec, 119, 127);
        idle(3);
    }
}

/* Above 127 passive; the error that makes it so is still signalled by an active flag. */
static void rule_i_error_passive(void **state)
{
    (void)state;
    counters(0, 126);
    receive_error();
    expect_state(CS_STATE_ERROR_ACTIVE); /* 127 */
    bits(PASSIVE REST, FLAG REST);
    receive_error();
    expect_state(CS_STATE_ERROR_PASSIVE); /* 128 */
    bits(PASSIVE REST, FLAG REST);
    receive_error();
    bits(PASSIVE REST, PASSIVE REST);
    counters(119, 0);
    submit();
    transmit_error();
    expect_state(CS_STATE_ERROR_ACTIVE); /* 127 */
    bits(PASSIVE REST, FLAG REST);
    transmit_error();
    expect_state(CS_STATE_ERROR_PASSIVE);
    bits(PASSIVE REST, FLAG REST);
}

static void rule_j_bus_off(void **state)
{
    (void)state;
    counters(247, 0);
    submit();
    transmit_error();
    expect_counters(255, 0);
    expect_state(CS_STATE_ERROR_PASSIVE);
    bits(PASSIVE REST SUSPEND, PASSIVE REST SUSPEND);
    transmit_error();
    expect_state(CS_STATE_BUS_OFF);
    /* REC alone never gets there. */
    setup(state);
    counters(0, 255);
    receive_error();
    expect_counters(0, 255);
    expect_state(CS_STATE_ERROR_PASSIVE);
}

static void rule_k_error_active_again(void **state)
{
    (void)state;
    counters(128, 128);
    receive(0, wire.n_bits);
    expect_state(CS_STATE_ERROR_PASSIVE); /* one of them is not enough */
    idle(3);
    submit();
    transmit(0, wire.n_bits);
    expect_state(CS_STATE_ERROR_ACTIVE);
    assert_int_equal(iut.node->tec, 127);
}

/* 128 runs of eleven recessive bits; ten of them are none. */
static void rule_l_back_from_bus_off(void **state)
{
    (void)state;
    counters(248, 9);
    submit();
    transmit_error();
    for (unsigned run = 0; run < 127; run++) {
        idle(11);
        bit(0, 1);
        idle(10);
        bit(0, 1);
    }
    idle(10);
    expect_state(CS_STATE_BUS_OFF);
    idle(1);
    expect_state(CS_STATE_ERROR_ACTIVE);
    expect_counters(0, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(rule_a_receiver_counts_one),
        T(rule_b_first_bit_after_the_flag),
        T(rule_c_transmitter_counts_eight),
        T(rule_c_exception_1),
        T(rule_c_exception_2),
        T(rule_d_transmitter_in_its_flag),
        T(rule_e_receiver_in_its_flag),
        T(rule_f_long_flags),
        T(rule_g_transmitter_counts_down),
        T(rule_h_receiver_counts_down),
        T(rule_i_error_passive),
        T(rule_j_bus_off),
        T(rule_k_error_active_again),
        T(rule_l_back_from_bus_off),
    };
    return cmocka_run_group_tests_name("mac_rules", tests, NULL, NULL);
}
