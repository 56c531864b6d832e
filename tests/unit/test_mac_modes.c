/* SPDX-License-Identifier: MIT */
/* One controller in its modes, what it does on request, and what it tells of errors: restricted
 * operation and bus monitoring (ISO 11898-1:2015, 10.14), overload frames of its own, a receiver
 * that does not acknowledge, the errors of the fields after a frame, acknowledgement and reception.
 */
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

static void begin_in(unsigned mode)
{
    teardown(NULL);
    setup_as(CS_FD_CLASSIC, mode);
}

/* ---- restricted operation ----------------------------------------------------------------- */

static void restricted_receives_and_acknowledges(void **state)
{
    (void)state;
    begin_in(CS_MODE_RESTRICTED);
    receive(0, wire.n_bits);
    idle(3);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 2);
}

/* No flag: it waits for eleven recessive bits. */
static void restricted_waits_after_an_error(void **state)
{
    (void)state;
    begin_in(CS_MODE_RESTRICTED);
    receive(0, wire.crc_delim);
    bit(0, 1);
    assert_int_equal(iut_event(&iut, CS_EV_ERROR)->error, CS_ERROR_FORM);
    expect_counters(0, 0);
    assert_false(iut.bus->error_frame);
    bits(FLAG "0000000" FLAG, PASSIVE "1111111" PASSIVE);
    idle(10);
    assert_int_equal(iut.node->mac.state, MAC_INTEGRATE);
    idle(1);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 1);
    assert_int_equal(iut.n_ev, 1);
}

static void restricted_sends_no_overload_flag(void **state)
{
    (void)state;
    begin_in(CS_MODE_RESTRICTED);
    iut.node->overload_request = 2;
    receive(0, wire.n_bits - 1u);
    bit(0, 1); /* last bit of EOF */
    assert_int_equal(iut.n_rx, 1);
    bits(FLAG REST, PASSIVE REST);
    receive(0, wire.n_bits);
    bits("10" FLAG REST, "11" PASSIVE REST);
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 3);
    assert_int_equal(iut.n_ev, 0);
}

/* ---- bus monitoring ----------------------------------------------------------------------- */

static void listen_only_drives_nothing(void **state)
{
    (void)state;
    begin_in(CS_MODE_LISTEN_ONLY);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        bit(cs_wire_level(&wire, i) && i != wire.ack_slot, 1);
    }
    assert_int_equal(iut.n_rx, 1);
    idle(3);
    /* An error: it hears its own flag, the bus does not, and nothing is counted. */
    for (unsigned i = 0; i < wire.crc_delim; i++) {
        bit(cs_wire_level(&wire, i), 1);
    }
    bit(0, 1);
    bits(FLAG "0" REST, PASSIVE "1" REST);
    expect_counters(0, 0);
    assert_int_equal(iut.n_ev, 1); /* the form error; dominant bits after it would only count */
}

/* ---- overload frames of its own ----------------------------------------------------------- */

#define OVERLOAD       FLAG "11111111"
#define OVERLOAD_HEARD PASSIVE "11111111"

static void sends_overload_frames_on_request(void **state)
{
    (void)state;
    for (uint8_t n = 0; n <= 2; n++) {
        iut.node->overload_request = n;
        receive(0, wire.n_bits);
        for (unsigned i = 0; i < n; i++) {
            bits(OVERLOAD_HEARD, OVERLOAD);
        }
        assert_int_equal(iut.node->mac.state, MAC_INTERMISSION);
        bits("111", "111");
    }
    assert_int_equal(iut.n_rx, 3);
    /* As a transmitter too, and without its suspend transmission being lost. */
    counters(200, 0);
    iut.node->overload_request = 1;
    submit();
    submit();
    transmit(0, wire.n_bits);
    bits(OVERLOAD_HEARD REST, OVERLOAD REST);
    transmit(0, wire.n_bits);
    /* An error frame is not followed by one. */
    idle(11);
    iut.node->overload_request = 1;
    receive(0, wire.crc_delim);
    bit(0, 1);
    bits(PASSIVE REST, PASSIVE REST);
    receive(0, wire.n_bits);
    bits(OVERLOAD_HEARD "111", OVERLOAD "111");
}

static void own_overload_flag_read_recessive(void **state)
{
    (void)state;
    iut.node->overload_request = 1;
    receive(0, wire.n_bits);
    iut.feedback = false;
    bit(0, 0);
    bit(1, 0);
    const struct cs_event *event = iut_event(&iut, CS_EV_ERROR);
    assert_int_equal(event->error, CS_ERROR_BIT);
    assert_int_equal(event->field, CS_FIELD_OVERLOAD_FLAG);
    assert_int_equal(event->index, 1);
    expect_counters(0, 8);
}

/* ---- no acknowledgement ------------------------------------------------------------------- */

static void does_not_acknowledge_when_told_so(void **state)
{
    (void)state;
    iut.node->no_ack = true;
    counters(0, 9);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        bit(cs_wire_level(&wire, i), 1); /* nobody else does either */
    }
    assert_int_equal(iut.n_rx, 1);
    expect_counters(0, 8);
    assert_int_equal(iut.n_ev, 0);
}

/* ---- what it tells ------------------------------------------------------------------------ */

static void expect_told(unsigned i, enum cs_error_kind kind, enum cs_field field, unsigned index)
{
    assert_true(i < iut.n_ev);
    const struct cs_event *event = &iut.ev[i];

    if (event->error != kind || event->field != field || event->index != index) {
        fail_msg("error %u: %s in %s %u, expected %s in %s %u", i, cs_error_name(event->error),
                 cs_field_name(event->field), event->index, cs_error_name(kind),
                 cs_field_name(field), index);
    }
}

static void errors_of_an_error_frame(void **state)
{
    (void)state;
    receive(0, wire.crc_delim);
    bit(0, 1);
    expect_told(0, CS_ERROR_FORM, CS_FIELD_CRC_DELIM, 0);
    bits(PASSIVE "00000000", FLAG "11111111");
    expect_told(1, CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 6);  /* rule b */
    expect_told(2, CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 13); /* rule f */
    bits("1110", "1111");
    expect_told(3, CS_ERROR_FORM, CS_FIELD_ERROR_DELIM, 3);
    iut.feedback = false;
    bits("001", "000");
    expect_told(4, CS_ERROR_BIT, CS_FIELD_ERROR_FLAG, 2); /* rule e */
    assert_int_equal(iut.n_ev, 5);
    assert_int_equal(iut.ev[4].rec, 26);
    assert_int_equal(iut.ev[4].level, 1);
    assert_int_equal(iut.ev[1].level, 0);
}

static void passive_flag_disturbed(void **state)
{
    (void)state;
    counters(130, 0);
    submit();
    transmit(0, wire.ack_slot);
    bits("1110", "1111");
    expect_told(0, CS_ERROR_ACK, CS_FIELD_ACK, 0);
    expect_told(1, CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 0);
    assert_int_equal(iut.ev[0].tec, 130);
    assert_int_equal(iut.ev[1].tec, 138);
    assert_true(iut.ev[1].tx);
}

static void lost_arbitration(void **state)
{
    (void)state;
    submit(); /* 5A1: 0 10110100001 */
    transmit(0, 3);
    bit(0, 1);
    const struct cs_event *event = iut_event(&iut, CS_EV_ARB_LOST);
    assert_int_equal(event->bit, 3);
    assert_int_equal(event->field, CS_FIELD_ID);
    assert_int_equal(event->index, 2);
    assert_int_equal(event->peer, CS_NO_NODE); /* the tester is no controller */
}

static void acknowledgement_and_reception(void **state)
{
    (void)state;
    cs_sim_set_detail(iut.sim, true);
    receive(0, wire.ack_slot);
    assert_int_equal(iut.n_ev, 0);
    receive(wire.ack_slot, wire.ack_slot + 1u);
    assert_int_equal(iut_event(&iut, CS_EV_ACKED)->peer, CS_NO_NODE);
    receive(wire.ack_slot + 1u, wire.n_bits - 2u);
    assert_int_equal(iut.n_ev, 1);
    receive(wire.n_bits - 2u, wire.n_bits - 1u); /* the last but one of EOF */
    iut_event(&iut, CS_EV_RECEIVED);
    assert_int_equal(iut.n_rx, 0);
    bit(0, 1); /* an overload condition: received all the same */
    assert_int_equal(iut.n_rx, 1);
    assert_int_equal(iut.n_ev, 2);
    bits(PASSIVE REST, FLAG REST);
    iut.node->no_ack = true;
    receive(0, wire.ack_slot);
    bits("01111", "11111");
    assert_int_equal(iut.n_ev, 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(restricted_receives_and_acknowledges),
        T(restricted_waits_after_an_error),
        T(restricted_sends_no_overload_flag),
        T(listen_only_drives_nothing),
        T(sends_overload_frames_on_request),
        T(own_overload_flag_read_recessive),
        T(does_not_acknowledge_when_told_so),
        T(errors_of_an_error_frame),
        T(passive_flag_disturbed),
        T(lost_arbitration),
        T(acknowledgement_and_reception),
    };
    return cmocka_run_group_tests_name("mac_modes", tests, NULL, NULL);
}
