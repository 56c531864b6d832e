/* SPDX-License-Identifier: MIT */
/* The SJA1000's capture codes row by row, and of a controller that sees errors in all fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "simcore/ecc.h"
#include "tests/unit/iut.h"

#define BASE 20 /* some position in a base frame, in an extended one */
#define EXT  40

/* ---- row by row --------------------------------------------------------------------------- */

static void segments(void **state)
{
    (void)state;
    static const struct {
        enum cs_field field;
        unsigned index, bit, segment;
    } rows[] = {
        {CS_FIELD_SOF, 0, 0, 0x03},
        {CS_FIELD_ID, 0, 1, 0x02},
        {CS_FIELD_ID, 7, 8, 0x02},
        {CS_FIELD_ID, 8, 9, 0x06},
        {CS_FIELD_ID, 10, 11, 0x06},
        {CS_FIELD_SRR, 0, 12, 0x04},
        {CS_FIELD_RTR, 0, 12, 0x04},
        {CS_FIELD_RTR, 0, 14, 0x04},
        {CS_FIELD_IDE, 0, 13, 0x05},
        {CS_FIELD_ID_EXT, 0, 14, 0x07},
        {CS_FIELD_ID_EXT, 4, 18, 0x07},
        {CS_FIELD_ID_EXT, 5, 19, 0x0F},
        {CS_FIELD_ID_EXT, 12, 26, 0x0F},
        {CS_FIELD_ID_EXT, 13, 27, 0x0E},
        {CS_FIELD_ID_EXT, 17, 37, 0x0E},
        {CS_FIELD_RTR, 0, 32, 0x0C},
        {CS_FIELD_R1, 0, 33, 0x0D},
        {CS_FIELD_R0, 0, 14, 0x09},
        {CS_FIELD_R0, 0, 34, 0x09},
        {CS_FIELD_FDF, 0, 14, 0x09},
        {CS_FIELD_FDF, 0, 33, 0x0D},
        {CS_FIELD_BRS, 0, 16, 0x09},
        {CS_FIELD_ESI, 0, 17, 0x09},
        {CS_FIELD_DLC, 3, BASE, 0x0B},
        {CS_FIELD_DATA, 63, EXT, 0x0A},
        {CS_FIELD_STUFF_COUNT, 0, EXT, 0x08},
        {CS_FIELD_CRC, 14, EXT, 0x08},
        {CS_FIELD_CRC_DELIM, 0, EXT, 0x18},
        {CS_FIELD_ACK, 0, EXT, 0x19},
        {CS_FIELD_ACK_DELIM, 0, EXT, 0x1B},
        {CS_FIELD_EOF, 6, EXT, 0x1A},
        {CS_FIELD_INTERMISSION, 1, EXT, 0x12},
        {CS_FIELD_ERROR_FLAG, 5, EXT, 0x11},
        {CS_FIELD_ERROR_DELIM, 1, EXT, 0x17},
        {CS_FIELD_OVERLOAD_FLAG, 0, EXT, 0x1C},
        {CS_FIELD_OVERLOAD_DELIM, 3, EXT, 0x17},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_event event = {.kind = CS_EV_ERROR,
                                 .error = CS_ERROR_BIT,
                                 .field = (uint8_t)rows[i].field,
                                 .index = (uint16_t)rows[i].index,
                                 .bit = (uint16_t)rows[i].bit,
                                 .tx = true};
        if (cs_ecc_of(&event) != rows[i].segment) {
            fail_msg("%s %u at bit %u: 0x%02X, expected 0x%02X", cs_field_name(rows[i].field),
                     rows[i].index, rows[i].bit, cs_ecc_of(&event), rows[i].segment);
        }
    }
}

static void types_and_direction(void **state)
{
    (void)state;
    static const struct {
        enum cs_error_kind error;
        enum cs_field field;
        unsigned index;
        bool tx;
        unsigned ecc;
    } rows[] = {
        {CS_ERROR_BIT, CS_FIELD_DATA, 0, true, 0x0A},
        {CS_ERROR_BIT, CS_FIELD_ACK, 0, false, 0x39},
        {CS_ERROR_FORM, CS_FIELD_EOF, 0, false, 0x7A},
        {CS_ERROR_FORM, CS_FIELD_ERROR_DELIM, 1, true, 0x57},
        {CS_ERROR_STUFF, CS_FIELD_DATA, 0, false, 0xAA},
        {CS_ERROR_STUFF, CS_FIELD_ID, 4, true, 0x82},
        {CS_ERROR_CRC, CS_FIELD_ACK_DELIM, 0, false, 0xFB},
        {CS_ERROR_ACK, CS_FIELD_ACK, 0, true, 0xD9}, /* as every driver writer has seen it */
        {CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 6, false, 0xF3},
        {CS_ERROR_OTHER, CS_FIELD_OVERLOAD_FLAG, 13, true, 0xD3},
        {CS_ERROR_OTHER, CS_FIELD_ERROR_FLAG, 5, true, 0xD6},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_event event = {.kind = CS_EV_ERROR,
                                 .error = (uint8_t)rows[i].error,
                                 .field = (uint8_t)rows[i].field,
                                 .index = (uint16_t)rows[i].index,
                                 .bit = BASE,
                                 .tx = rows[i].tx};
        if (cs_ecc_of(&event) != rows[i].ecc) {
            fail_msg("row %zu: 0x%02X, expected 0x%02X", i, cs_ecc_of(&event), rows[i].ecc);
        }
    }
}

/* ---- of a controller ---------------------------------------------------------------------- */

static struct iut iut;
static struct cs_wire wire;

static void begin(const char *text, bool transmit)
{
    struct cs_frame frame;
    char why[128];

    iut.feedback = false;
    iut_power_on(&iut, CS_MODE_NORMAL);
    for (unsigned i = 0; i < 11; i++) {
        iut_step(&iut, 1);
    }
    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    if (transmit) {
        assert_int_equal(cs_bus_submit(iut.bus, 0, &frame, 0), 0);
    }
}

/* The frame up to the bit `n`, which has the other level; acknowledged but for that. */
static void play_until(unsigned n)
{
    for (unsigned i = 0; i <= n; i++) {
        iut_step(&iut, cs_wire_level(&wire, i) ^ ((i == n) != (i == wire.ack_slot)));
    }
}

/* Of an extended frame, sent: the segments follow one another as the data sheet has them. */
static void bit_errors_of_a_transmitter(void **state)
{
    (void)state;
    static const uint8_t order[] = {0x03, 0x02, 0x06, 0x04, 0x05, 0x07, 0x0F, 0x0E, 0x0C,
                                    0x0D, 0x09, 0x0B, 0x0A, 0x08, 0x18, 0x19, 0x1B, 0x1A};
    static const uint8_t lengths[] = {1, 8, 3, 1, 1, 5, 8, 5, 1, 1, 1, 4, 8, 15, 1, 1, 1, 7};
    unsigned bit = 0;

    begin("15555555#55", true);
    unsigned n_bits = wire.n_bits;
    for (unsigned i = 0; i < sizeof(order); i++) {
        for (unsigned k = 0; k < lengths[i]; k++, bit++) {
            begin("15555555#55", true);
            while (cs_wire_is_stuff(&wire, bit)) {
                bit++;
            }
            if (bit < wire.arb_bits && cs_wire_level(&wire, bit)) {
                continue; /* arbitration would be lost */
            }
            play_until(bit);
            unsigned ecc = cs_ecc_of(iut_event(&iut, CS_EV_ERROR));
            if ((ecc & 0x3F) != order[i]) {
                fail_msg("bit %u: segment 0x%02X, expected 0x%02X", bit, ecc & 0x3F, order[i]);
            }
            iut_power_off(&iut);
        }
    }
    assert_int_equal(bit, n_bits);
}

static void lost_arbitration(void **state)
{
    (void)state;
    unsigned expected = 0, n = 0;

    begin("1FFFFFFF#R", true);
    unsigned end = wire.arb_bits;
    iut_power_off(&iut);
    for (unsigned bit = 1; bit < end; bit++) {
        begin("1FFFFFFF#R", true);
        if (cs_wire_is_stuff(&wire, bit)) {
            iut_power_off(&iut);
            continue;
        }
        play_until(bit);
        assert_int_equal(cs_alc_of(iut_event(&iut, CS_EV_ARB_LOST)), expected);
        iut_power_off(&iut);
        expected++;
        n++;
    }
    assert_int_equal(n, 32);
    begin("7FF#R", true);
    play_until(14); /* two stuff bits */
    assert_int_equal(cs_alc_of(iut_event(&iut, CS_EV_ARB_LOST)), 11);
    iut_power_off(&iut);
}

static void acknowledgement_missing(void **state)
{
    (void)state;
    begin("123#", true);
    play_until(wire.ack_slot);
    assert_int_equal(cs_ecc_of(iut_event(&iut, CS_EV_ERROR)), 0xD9);
    iut_power_off(&iut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments),
        cmocka_unit_test(types_and_direction),
        cmocka_unit_test(bit_errors_of_a_transmitter),
        cmocka_unit_test(lost_arbitration),
        cmocka_unit_test(acknowledgement_missing),
    };
    return cmocka_run_group_tests_name("ecc", tests, NULL, NULL);
}
