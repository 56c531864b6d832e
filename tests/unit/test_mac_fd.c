/* SPDX-License-Identifier: MIT */
/* One controller and CAN FD: frames both ways, the field and the rate of each bit, stuff count,
 * fixed stuff bits, the ACK slot's tolerance, protocol exception. ISO 11898-1:2015, 10.4 and 10.9.
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
    iut.exception_off = iut.long_ack = false;
    setup_as(CS_FD_ISO, CS_MODE_NORMAL);
    use_frame("5A1##31F00FF");
    return 0;
}

static const char *const frames[] = {
    "123##0",
    "123##1",
    "000##3",
    "7FF##0FFFFFFFF",
    "5A1##30000000000000000",
    "15555555##11122334455667788",
    "1FFFFFFF##2FFFFFFFFFFFFFFFFFFFFFFFF",
    "00000000##100000000000000000000000000000000",
    "12345678##3F8F8F8F81F1F1F1FF8F8F8F81F1F1F1FF8F8F8F8",
    "2AA##0A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5",
    "555##13C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C3C",
    "0AA##3000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000",
    "00AAAA00##1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    "123#",
    "3FF#R4",
    "15555555#1F1F1F1F1F1F1F1F",
    "10000001#R0",
};

#define N_FRAMES (sizeof(frames) / sizeof(frames[0]))

/* ---- fields and rates --------------------------------------------------------------------- */

static bool in_data_phase(unsigned i)
{
    return wire.brs && i > wire.brs && i <= wire.crc_delim;
}

/* What the controller says of the bit under way against what is known of the frame. */
static void expect_field(unsigned i, bool receiver)
{
    unsigned index, wire_index;
    bool stuff;
    enum cs_field field = cs_mac_field(iut.node, &index, &stuff);
    enum cs_field expected = cs_wire_field_at(&wire, i, &wire_index);
    bool classic = !(frame.flags & CS_FRAME_FD);

    if (receiver && expected == CS_FIELD_SRR) {
        expected = CS_FIELD_RTR; /* not known before IDE */
    }
    if (receiver && classic && (i < wire.arb_bits + 2u) &&
        expected == (frame.flags & CS_FRAME_EXT ? CS_FIELD_R1 : CS_FIELD_R0)) {
        expected = CS_FIELD_FDF; /* it is dominant then */
    }
    if (field != expected || index != wire_index || stuff != cs_wire_is_stuff(&wire, i)) {
        fail_msg("bit %u: %s %u %d, expected %s %u %d", i, cs_field_name(field), index, stuff,
                 cs_field_name(expected), wire_index, cs_wire_is_stuff(&wire, i));
    }
}

static void expect_rate(unsigned i, unsigned level)
{
    bool data = in_data_phase(i), next = in_data_phase(i + 1);

    if (cs_mac_in_data_phase(&iut.node->mac) != data ||
        cs_mac_switches_rate(iut.node, level) != (data != next)) {
        fail_msg("bit %u: rate, data phase %d, next %d", i, data, next);
    }
}

static void play_and_look(bool receiver)
{
    for (unsigned i = 0; i < wire.n_bits; i++) {
        unsigned level = cs_wire_level(&wire, i) && i != wire.ack_slot;
        if (iut.node->mac.state == MAC_RECEIVE || iut.node->mac.state == MAC_TRANSMIT) {
            cs_mac_drive(iut.node);
            expect_field(i, receiver);
            expect_rate(i, level);
        }
        bit(level, receiver ? i != wire.ack_slot : cs_wire_level(&wire, i));
    }
}

static void receives_all_formats(void **state)
{
    (void)state;
    for (unsigned i = 0; i < N_FRAMES; i++) {
        use_frame(frames[i]);
        play_and_look(true);
        assert_int_equal(iut.n_rx, i + 1);
        assert_true(cs_frame_equal(&iut.rx[i % IUT_MAX_RX], &frame) || i >= IUT_MAX_RX);
        idle(3);
    }
    expect_counters(0, 0);
}

static void sends_all_formats(void **state)
{
    (void)state;
    for (unsigned i = 0; i < N_FRAMES; i++) {
        use_frame(frames[i]);
        submit();
        play_and_look(false);
        assert_int_equal(iut.node->count.sent, i + 1);
        idle(3);
    }
    expect_counters(0, 0);
}

static void receives_frames_of_before_iso(void **state)
{
    (void)state;
    struct cs_wire_form form = {.non_iso = true};

    teardown(NULL);
    setup_as(CS_FD_NON_ISO, CS_MODE_NORMAL);
    for (unsigned i = 0; i < 13; i++) {
        use_frame(frames[i]);
        assert_int_equal(cs_wire_encode_as(&frame, &form, &wire), 0);
        play_and_look(true);
        assert_int_equal(iut.n_rx, i + 1);
        assert_true(cs_frame_equal(&iut.rx[i], &frame));
        idle(3);
    }
    /* An ISO frame is not one of them. */
    use_frame("123##0");
    for (unsigned i = 0; i < wire.n_bits && iut.n_ev == 0; i++) {
        bit(cs_wire_level(&wire, i), 1);
    }
    iut_event(&iut, CS_EV_ERROR);
    expect_counters(0, 1);
}

/* A dominant edge here synchronizes hard. */
static void edges_that_synchronize_hard(void **state)
{
    (void)state;
    const struct cs_mac *mac = &iut.node->mac;
    unsigned index;

    assert_true(cs_mac_hard_syncs(mac)); /* idle */
    for (unsigned i = 0; i < wire.n_bits; i++) {
        enum cs_field field = cs_wire_field_at(&wire, i, &index);
        if (i > 0) {
            assert_int_equal(cs_mac_hard_syncs(mac), field == CS_FIELD_R0);
            assert_int_equal(cs_mac_hard_syncs_after(mac, 1),
                             field == CS_FIELD_R0 || field == CS_FIELD_FDF);
            assert_int_equal(cs_mac_hard_syncs_after(mac, 0), field == CS_FIELD_R0);
        }
        receive(i, i + 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(cs_mac_hard_syncs(mac), i > 0);
        idle(1);
    }
    submit();
    for (unsigned i = 0; i < wire.n_bits; i++) {
        transmit(i, i + 1);
        assert_int_equal(cs_mac_hard_syncs(mac), false);
    }
}

/* ---- errors ------------------------------------------------------------------------------- */

static const struct cs_event *expect_error(enum cs_error_kind kind, enum cs_field field,
                                           unsigned index, bool stuff)
{
    const struct cs_event *event = iut_event(&iut, CS_EV_ERROR);

    assert_int_equal(event->error, kind);
    assert_int_equal(event->field, field);
    assert_int_equal(event->index, index);
    assert_int_equal(event->stuff, stuff);
    return event;
}

/* The first stuff bit from bit `from` on. */
static unsigned stuff_bit(unsigned from)
{
    while (!cs_wire_is_stuff(&wire, from)) {
        from++;
    }
    assert_true(from < wire.crc_delim);
    return from;
}

static unsigned first_bit_of(enum cs_field field)
{
    unsigned i = 0;

    while (cs_wire_field_at(&wire, i, NULL) != field) {
        i++;
    }
    return i;
}

static void stuff_error_ends_the_data_phase(void **state)
{
    (void)state;
    unsigned i = stuff_bit(first_bit_of(CS_FIELD_DATA));
    unsigned level = cs_wire_level(&wire, i), index;

    receive(0, i);
    assert_true(cs_mac_in_data_phase(&iut.node->mac));
    assert_false(cs_mac_switches_rate(iut.node, level));
    assert_true(cs_mac_switches_rate(iut.node, !level));
    bit(!level, 1);
    cs_wire_field_at(&wire, i, &index);
    assert_int_equal(expect_error(CS_ERROR_STUFF, CS_FIELD_DATA, index, true)->level, !level);
    assert_false(cs_mac_in_data_phase(&iut.node->mac));
    bits(PASSIVE REST, FLAG REST);
    expect_counters(0, 1);
}

/* Each of the fixed stuff bits: a form error. */
static void fixed_stuff_bits(void **state)
{
    (void)state;
    unsigned n = 0;

    for (unsigned i = first_bit_of(CS_FIELD_STUFF_COUNT) - 1; i < wire.crc_delim; i++) {
        if (!cs_wire_is_stuff(&wire, i)) {
            continue;
        }
        counters(0, 0);
        receive(0, i);
        bit(!cs_wire_level(&wire, i), 1);
        assert_int_equal(iut_event(&iut, CS_EV_ERROR)->error, CS_ERROR_FORM);
        assert_true(iut_event(&iut, CS_EV_ERROR)->stuff);
        bits(PASSIVE REST, FLAG REST);
        expect_counters(0, 1);
        n++;
    }
    assert_int_equal(n, 6);
    assert_int_equal(iut.n_rx, 0);
}

/* Play the frame with other values in stuff count and CRC, fixed stuff bits as they must be; no
 * acknowledgement, the flag after the ACK delimiter. */
static void expect_crc_error(unsigned count, uint32_t crc)
{
    unsigned from = first_bit_of(CS_FIELD_STUFF_COUNT) - 1, n = 0;
    unsigned last = cs_wire_level(&wire, from - 1);

    assert_true(cs_wire_is_stuff(&wire, from));
    receive(0, from);
    for (unsigned i = from; i < wire.crc_delim; i++) {
        unsigned level = !last;
        if (!cs_wire_is_stuff(&wire, i)) {
            level = n < 4 ? count >> (3 - n) & 1 : crc >> (wire.crc_bits - 1 - (n - 4)) & 1;
            n++;
        }
        bit(level, 1);
        last = level;
    }
    bits("111", "111");
    expect_error(CS_ERROR_CRC, CS_FIELD_ACK_DELIM, 0, false);
    bits(PASSIVE REST, FLAG REST);
}

static void crc_and_stuff_count(void **state)
{
    (void)state;
    for (unsigned wrong = 1; wrong < 16; wrong++) {
        uint32_t change = 0;
        for (unsigned i = 4; i-- > 0;) {
            change = cs_crc17_step(change, wrong >> i & 1);
        }
        /* The CRC fits the wrong count. */
        expect_crc_error(wire.stuff_count ^ wrong, wire.crc ^ change);
    }
    expect_counters(0, 15);
    for (unsigned i = 0; i < 17; i++) {
        expect_crc_error(wire.stuff_count, wire.crc ^ 1u << i);
    }
    use_frame(frames[11]);
    assert_int_equal(wire.crc_bits, 21);
    expect_crc_error(wire.stuff_count, wire.crc ^ 1);
    assert_int_equal(iut.n_rx, 0);
}

static void bit_errors_of_a_transmitter(void **state)
{
    (void)state;
    iut.feedback = false;
    for (unsigned i = wire.arb_bits; i < wire.n_bits; i++) {
        unsigned level = cs_wire_level(&wire, i);
        if (i == wire.ack_slot || i == wire.ack_slot + 1u) {
            continue;
        }
        counters(0, 0);
        submit();
        for (unsigned j = 0; j < i; j++) {
            unsigned own = cs_wire_level(&wire, j);
            bit(j != wire.ack_slot && own, own);
        }
        cs_mac_drive(iut.node);
        assert_int_equal(cs_mac_switches_rate(iut.node, !level), in_data_phase(i));
        bit(!level, level);
        expect_counters(8, 0);
        bits(FLAG REST, FLAG REST);
        cs_bus_abort(iut.bus, 0, 0);
        teardown(NULL);
        setup_as(CS_FD_ISO, CS_MODE_NORMAL);
        iut.feedback = false;
    }
}

/* The caller compares in the data phase; what it reports is an error of the bit under way. */
static void late_bit_error(void **state)
{
    (void)state;
    unsigned at_bit = first_bit_of(CS_FIELD_DATA) + 3;

    iut.feedback = false;
    iut.node->mac.ssp = true;
    submit();
    for (unsigned i = 0; i < at_bit; i++) {
        bit(in_data_phase(i) ? 1 : cs_wire_level(&wire, i), cs_wire_level(&wire, i));
    }
    expect_counters(0, 0);
    assert_false(cs_mac_switches_rate(iut.node, 1));
    cs_mac_late_bit_error(iut.node);
    assert_true(cs_mac_switches_rate(iut.node, 1));
    bit(1, cs_wire_level(&wire, at_bit));
    expect_error(CS_ERROR_BIT, CS_FIELD_DATA, 3, false);
    expect_counters(8, 0);
    bits(FLAG REST, FLAG REST);
}

/* Outside the data phase it compares as ever. */
static void nominal_bits_are_compared_at_once(void **state)
{
    (void)state;
    unsigned eof = first_bit_of(CS_FIELD_EOF);

    iut.node->mac.ssp = true;
    submit();
    transmit(0, eof);
    bit(0, 1);
    expect_error(CS_ERROR_BIT, CS_FIELD_EOF, 0, false);
    expect_counters(8, 0);
}

/* ---- ACK slot ----------------------------------------------------------------------------- */

/* What may follow the CRC delimiter up to EOF: the ACK slot late, long, both. */
static const char *const good_acks[] = {"01", "001", "101", "1001"};

static void late_and_long_acks_of_a_transmitter(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        submit();
        transmit(0, wire.ack_slot);
        bits(good_acks[i], &"1111"[4 - strlen(good_acks[i])]);
        idle(7);
        assert_int_equal(iut.node->count.sent, i + 1);
        idle(3);
    }
    submit();
    transmit(0, wire.ack_slot);
    bits("000" PASSIVE REST, "111" FLAG REST);
    expect_counters(8, 0);
    transmit(0, wire.ack_slot);
    bits("11" PASSIVE REST, "11" FLAG REST);
    expect_error(CS_ERROR_ACK, CS_FIELD_ACK, 0, false);
    expect_counters(16, 0);
}

/* A transmitter that sends its ACK delimiter dominant does not take it for a longer ACK slot. */
static void own_dominant_ack_delimiter(void **state)
{
    (void)state;
    struct cs_wire_form form = {.wrong_form = true, .field = CS_FIELD_ACK_DELIM};

    submit();
    transmit(0, wire.ack_slot);
    assert_int_equal(cs_wire_encode_as(&frame, &form, &iut.node->wire), 0);
    bits("01", "10");
    idle(7);
    assert_int_equal(iut.node->count.sent, 1);
}

static void late_and_long_acks_of_a_receiver(void **state)
{
    (void)state;
    static const char *const acks[] = {"01", "001"};

    for (unsigned i = 0; i < 2; i++) {
        receive(0, wire.ack_slot);
        bits(acks[i], i ? "011" : "01");
        idle(7 + 3);
        assert_int_equal(iut.n_rx, i + 1);
    }
    iut.node->no_ack = true;
    for (unsigned i = 0; i < 4; i++) {
        receive(0, wire.ack_slot);
        bits(good_acks[i], &"1111"[4 - strlen(good_acks[i])]);
        idle(7 + 3);
        assert_int_equal(iut.n_rx, i + 3);
    }
    receive(0, wire.ack_slot);
    bits("000" PASSIVE REST, "111" FLAG REST);
    expect_counters(0, 1);
}

/* ---- protocol exception, classic controllers ---------------------------------------------- */

static void begin_as(enum cs_fd fd, bool exception_off)
{
    teardown(NULL);
    iut.exception_off = exception_off;
    setup_as(fd, CS_MODE_NORMAL);
    use_frame("5A1##01F00FF");
}

static void tolerant_controllers_wait(void **state)
{
    (void)state;
    begin_as(CS_FD_TOLERANT, false);
    counters(5, 9);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        bit(cs_wire_level(&wire, i) && i != wire.ack_slot, 1);
    }
    assert_int_equal(iut.node->mac.state, MAC_INTEGRATE);
    assert_true(cs_mac_hard_syncs(&iut.node->mac));
    idle(2); /* with ACK delimiter and EOF 10 */
    assert_false(cs_mac_is_quiet(&iut.node->mac));
    idle(1);
    assert_true(cs_mac_is_quiet(&iut.node->mac));
    expect_counters(5, 9);
    assert_int_equal(iut.n_ev, 0);
    /* An edge that is gone before the sample point counts too. */
    receive(0, first_bit_of(CS_FIELD_FDF) + 1);
    idle(10);
    cs_mac_edge(&iut.node->mac);
    idle(10);
    assert_int_equal(iut.node->mac.state, MAC_INTEGRATE);
    idle(1);
    use_frame("5A1#1F00");
    receive(0, wire.n_bits);
    assert_int_equal(iut.n_rx, 1);
    expect_counters(5, 8);
}

static void exception_at_the_res_bit(void **state)
{
    (void)state;
    unsigned res = first_bit_of(CS_FIELD_R0);

    for (unsigned off = 0; off < 2; off++) {
        begin_as(CS_FD_ISO, off);
        receive(0, res);
        bit(1, 1);
        if (off) {
            expect_error(CS_ERROR_FORM, CS_FIELD_R0, 0, false);
            bits(PASSIVE, FLAG);
        } else {
            assert_int_equal(iut.node->mac.state, MAC_INTEGRATE);
            bits("000000", PASSIVE);
        }
        expect_counters(0, off);
    }
}

static void classic_controllers_signal_an_error(void **state)
{
    (void)state;
    begin_as(CS_FD_CLASSIC, false);
    for (unsigned i = 0; i < wire.n_bits && iut.n_ev == 0; i++) {
        bit(cs_wire_level(&wire, i), 1);
    }
    iut_event(&iut, CS_EV_ERROR);
    bits(PASSIVE, FLAG);
    expect_counters(0, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(receives_all_formats),
        T(sends_all_formats),
        T(receives_frames_of_before_iso),
        T(edges_that_synchronize_hard),
        T(stuff_error_ends_the_data_phase),
        T(fixed_stuff_bits),
        T(crc_and_stuff_count),
        T(bit_errors_of_a_transmitter),
        T(late_bit_error),
        T(nominal_bits_are_compared_at_once),
        T(late_and_long_acks_of_a_transmitter),
        T(own_dominant_ack_delimiter),
        T(late_and_long_acks_of_a_receiver),
        T(tolerant_controllers_wait),
        T(exception_at_the_res_bit),
        T(classic_controllers_signal_an_error),
    };
    return cmocka_run_group_tests_name("mac_fd", tests, NULL, NULL);
}
