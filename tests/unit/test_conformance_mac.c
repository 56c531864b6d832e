/* SPDX-License-Identifier: MIT */
/* One controller under test, as ISO 16845 has it: what a receiver takes whatever its level is, what
 * follows an error or an overload frame, what a controller is after a lost arbitration. */
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

/* ---- frames that no transmitter of ours sends --------------------------------------------- */

/* From SOF to the last data bit, '0' and '1'; blanks are for the eye. Adds CRC-15, stuff bits and
 * what follows; the ACK slot as the tester has it, recessive. */
static unsigned complete(const char *text, char *to)
{
    uint8_t raw[200], last = 2;
    unsigned n = 0, run = 0, len = 0;

    for (; *text; text++) {
        if (*text != ' ') {
            raw[n++] = *text == '1';
        }
    }
    unsigned crc = cs_crc15(raw, n);
    for (unsigned i = 15; i-- > 0;) {
        raw[n++] = crc >> i & 1u;
    }
    for (unsigned i = 0; i < n; i++) {
        to[len++] = (char)('0' + raw[i]);
        run = raw[i] == last ? run + 1 : 1;
        last = raw[i];
        if (run == 5) {
            last = !last;
            to[len++] = (char)('0' + last);
            run = 1;
        }
    }
    memcpy(to + len, "1111111111", 11);
    return len + 1; /* the ACK slot */
}

static void receive_text(const char *text)
{
    char drive[300];
    unsigned ack = complete(text, drive);

    for (unsigned i = 0; drive[i]; i++) {
        bit(drive[i] == '1', i != ack);
    }
    idle(3);
}

/* SRR, r1 and r0 may have any level. */
static void reserved_bits_and_srr(void **state)
{
    (void)state;
    static const char *const base[] = {"0 10110100001 0 0 0 0001 00011111",
                                       "0 10110100001 0 0 1 0001 00011111"};
    static const char *const extended[] = {
        "0 10110100001 1 1 010101010101010101 0 0 0 0001 00011111",
        "0 10110100001 1 1 010101010101010101 0 0 1 0001 00011111",
        "0 10110100001 1 1 010101010101010101 0 1 0 0001 00011111",
        "0 10110100001 1 1 010101010101010101 0 1 1 0001 00011111",
        "0 10110100001 0 1 010101010101010101 0 0 0 0001 00011111",
        "0 10110100001 0 1 010101010101010101 0 1 1 0001 00011111",
    };

    for (unsigned i = 0; i < 2; i++) {
        use_frame("5A1#1F");
        receive_text(base[i]);
        assert_int_equal(iut.n_rx, i + 1);
        assert_true(cs_frame_equal(&iut.rx[i], &frame));
    }
    for (unsigned i = 0; i < 6; i++) {
        use_frame("16855555#1F");
        receive_text(extended[i]);
        assert_int_equal(iut.n_rx, i + 3);
        assert_true(cs_frame_equal(&iut.rx[i + 2], &frame));
    }
    expect_counters(0, 0);
}

/* A DLC of 9 to 15 means eight bytes; in a remote frame no data at all. */
static void dlc_above_8(void **state)
{
    (void)state;
    for (unsigned dlc = 9; dlc <= 15; dlc++) {
        char text[200];
        for (unsigned remote = 0; remote < 2; remote++) {
            snprintf(text, sizeof(text), "0 10110100001 %u 0 0 %u%u%u%u %s", remote, dlc >> 3 & 1u,
                     dlc >> 2 & 1u, dlc >> 1 & 1u, dlc & 1u,
                     remote ? ""
                            : "0001001000110100010101100111100010011010101111001101111011110000");
            iut.n_rx = 0;
            receive_text(text);
            assert_int_equal(iut.n_rx, 1);
            assert_int_equal(iut.rx[0].dlc, dlc);
            assert_int_equal(iut.rx[0].len, remote ? 0 : 8);
        }
    }
    expect_counters(0, 0);
}

/* The next bit of a frame into a receiver, a stuff bit before it where one is due; the CRC goes
 * over both. Returns the number of dynamic stuff bits, 0 or 1. */
static unsigned feed(struct cs_mac_rx *rx, unsigned level, uint32_t *crc)
{
    bool stuff = cs_mac_rx_at_stuff(rx), dynamic = rx->stuffing == CS_STUFFING_DYNAMIC;

    if (stuff) {
        *crc = dynamic ? cs_crc17_step(*crc, !rx->last) : *crc;
        assert_int_equal(cs_mac_rx_bit(rx, !rx->last), RX_CONTINUE);
    }
    *crc = cs_crc17_step(*crc, level);
    assert_int_equal(cs_mac_rx_bit(rx, level), RX_CONTINUE);
    return stuff && dynamic;
}

/* RRS of an FD frame is sent dominant and taken as it comes. */
static void recessive_rrs(void **state)
{
    (void)state;
    static const char *const heads[] = {"0101101000010010000000", "0101101000011010000000"};

    for (unsigned rrs = 0; rrs < 2; rrs++) {
        struct cs_mac_rx rx;
        uint32_t crc = CS_CRC17_START, sent;
        unsigned n = 0;

        cs_mac_rx_start(&rx, CS_FD_ISO, 0);
        for (const char *c = heads[rrs]; *c; c++) {
            n += feed(&rx, *c == '1', &crc);
        }
        unsigned count = cs_wire_stuff_count(n);
        for (unsigned i = 4; i-- > 0;) {
            feed(&rx, count >> i & 1u, &crc);
        }
        sent = crc;
        for (unsigned i = 17; i-- > 0;) {
            feed(&rx, sent >> i & 1u, &crc);
        }
        assert_true(rx.crc_ok);
        assert_int_equal(rx.frame.id, 0x5A1);
        assert_int_equal(rx.frame.flags, CS_FRAME_FD);
    }
}

/* An error passive transmitter says so in ESI, whatever its frame says. */
static void esi_tells_error_passive(void **state)
{
    (void)state;
    setup_as(CS_FD_ISO, CS_MODE_NORMAL);
    for (unsigned passive = 0; passive < 2; passive++) {
        struct cs_wire_form form = {.esi = passive};
        counters(passive ? 140 : 0, 0);
        use_frame("5A1##01F00FF");
        assert_int_equal(cs_wire_encode_as(&frame, &form, &wire), 0);
        submit();
        transmit(0, wire.n_bits);
        idle(11);
    }
}

/* ---- after errors ------------------------------------------------------------------------- */

/* A SOF in the third bit of the intermission that follows an error or an overload frame. */
static void next_frame_after_two_bits(void **state)
{
    (void)state;
    for (unsigned overload = 0; overload < 2; overload++) {
        for (unsigned passive = 0; passive < 2; passive++) {
            counters(passive ? 140 : 0, 0);
            receive(0, overload ? wire.n_bits : wire.crc_delim);
            iut.n_rx = 0;
            bit(0, 1);
            bits(PASSIVE, passive && !overload ? PASSIVE : FLAG);
            idle(8 + 2);
            receive(0, wire.n_bits);
            assert_int_equal(iut.n_rx, 1);
            idle(3);
        }
    }
}

/* A passive flag is complete with six equal bits, wherever they begin. */
static void passive_flag_completion(void **state)
{
    (void)state;
    static const char *const flags[] = {"111111",      "000000",      "0111111",
                                        "00000111111", "10101000000", "111110000011111000000"};

    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        counters(0, 140);
        receive(0, wire.crc_delim);
        bit(0, 1);
        for (const char *c = flags[i]; *c; c++) {
            bit(*c == '1', 1);
        }
        idle(8);
        assert_int_equal(iut.node->mac.state, MAC_INTERMISSION);
        expect_counters(0, 141);
        idle(3);
        assert_int_equal(iut.node->mac.state, MAC_IDLE);
    }
}

/* It lost arbitration: from there on its errors are a receiver's. */
static void errors_after_a_lost_arbitration(void **state)
{
    (void)state;
    counters(20, 20);
    use_frame("5A3#");
    struct cs_wire mine = wire;
    submit();
    use_frame("5A1#1F00");
    for (unsigned i = 0; i <= 12; i++) {
        unsigned own = cs_wire_level(&mine, i);
        bit(cs_wire_level(&wire, i), i <= 11 ? own : 1);
    }
    for (unsigned i = 13; i < wire.crc_delim; i++) {
        bit(cs_wire_level(&wire, i), 1);
    }
    bit(0, 1);
    expect_counters(20, 21);
    bits(PASSIVE "0" REST, FLAG "1" REST);
    expect_counters(20, 29);
    use_frame("5A3#");
    transmit(0, wire.n_bits);
    expect_counters(19, 29);
}

/* Neither counter has to do with the other. */
static void counters_are_independent(void **state)
{
    (void)state;
    counters(100, 100);
    receive(0, wire.n_bits);
    expect_counters(100, 99);
    idle(3);
    submit();
    transmit(0, wire.n_bits);
    expect_counters(99, 99);
    idle(3);
    receive(0, wire.crc_delim);
    bit(0, 1);
    bits(PASSIVE REST, FLAG REST);
    expect_counters(99, 100);
    submit();
    transmit(0, wire.crc_delim);
    bit(0, 1);
    expect_counters(107, 100);
}

/* Until it has seen eleven recessive bits in a row it neither sends nor acknowledges. */
static void integration(void **state)
{
    (void)state;
    iut_power_on(&iut, CS_MODE_NORMAL);
    submit();
    idle(10);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        bit(cs_wire_level(&wire, i) && i != wire.ack_slot, 1);
    }
    idle(2);
    assert_int_equal(iut.node->state, CS_STATE_INTEGRATING);
    idle(1); /* with ACK delimiter and EOF 11 */
    assert_int_equal(iut.node->state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(iut.n_rx, 0);
    transmit(0, wire.n_bits);
    expect_sent();
    expect_counters(0, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(reserved_bits_and_srr),
        T(dlc_above_8),
        T(recessive_rrs),
        T(esi_tells_error_passive),
        T(next_frame_after_two_bits),
        T(passive_flag_completion),
        T(errors_after_a_lost_arbitration),
        T(counters_are_independent),
        T(integration),
    };
    return cmocka_run_group_tests_name("conformance_mac", tests, NULL, NULL);
}
