/* SPDX-License-Identifier: MIT */
/* Checksums: the check values of their catalogue, and where they are in a frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "scenarios/checksum.h"

static void known_answers(void **state)
{
    static const struct {
        const char *name;
        uint32_t check; /* of "123456789" */
        unsigned bytes;
    } rows[] = {
        {"xor", 0x31, 1},          {"sum8", 0xDD, 1},       {"crc8-sae-j1850", 0x4B, 1},
        {"crc8-autosar", 0xDF, 1}, {"crc8-maxim", 0xA1, 1}, {"crc16-ccitt", 0x29B1, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cs_checksum_kind *kind = cs_checksum_find(rows[i].name);
        assert_non_null(kind);
        assert_int_equal(cs_checksum_bytes(kind), rows[i].bytes);
        assert_int_equal(cs_checksum_of(kind, (const uint8_t *)"123456789", 9), rows[i].check);
        assert_non_null(strstr(CS_CHECKSUM_FORM, rows[i].name));
    }
    assert_null(cs_checksum_find("crc8"));
    assert_null(cs_checksum_find(""));
}

static void put(const char *frame, struct cs_checksum c, const char *kind, const char *expected)
{
    struct cs_frame f;
    char why[100], text[CS_FRAME_TEXT_MAX];

    c.kind = cs_checksum_find(kind);
    assert_int_equal(cs_frame_parse(frame, &f, why, sizeof(why)), 0);
    cs_checksum_put(&c, &f);
    cs_frame_format(&f, text);
    assert_string_equal(text, expected);
}

#define AT(at) .byte = (at), .to = -1, .init = -1, .xorout = -1

static void in_frames(void **state)
{
    (void)state;
    /* Its own byte is left out, wherever it is. */
    put("123#01FF0204", (struct cs_checksum){AT(1)}, "xor", "123#01070204");
    put("123#FF010204", (struct cs_checksum){AT(0)}, "sum8", "123#07010204");
    put("123#01020304FF", (struct cs_checksum){AT(4), .from = 1}, "sum8", "123#0102030409");
    struct cs_checksum part = {AT(4), .from = 1};
    part.to = 2;
    put("123#01020304FF", part, "sum8", "123#0102030405");
    /* Examples of AUTOSAR's CRC library. */
    put("123#F2018300", (struct cs_checksum){AT(3)}, "crc8-sae-j1850", "123#F2018337");
    put("123#0FAA0055FF", (struct cs_checksum){AT(4)}, "crc8-sae-j1850", "123#0FAA005579");
    put("123#F2018300", (struct cs_checksum){AT(3)}, "crc8-autosar", "123#F20183C2");
    put("123#0FAA0055FF", (struct cs_checksum){AT(4)}, "crc8-autosar", "123#0FAA0055C6");
    /* XMODEM is the same polynomial with another start: 31C3. */
    struct cs_checksum zero = {AT(0), .from = 2};
    zero.init = 0;
    zero.to = 10;
    put("123##00000313233343536373839AA", zero, "crc16-ccitt", "123##031C3313233343536373839AA");
}

static void of_identifiers(void **state)
{
    struct cs_checksum c = {AT(1), .id = CS_CHECKSUM_ID_LOW};

    (void)state;
    put("321#10FF", c, "sum8", "321#1031");
    c.id = CS_CHECKSUM_ID_ALL;
    put("321#10FF", c, "sum8", "321#1034");
    put("01020304#10FF", c, "sum8", "01020304#101A");
    /* High byte first: as if 03 21 stood before the data. */
    struct cs_checksum data = {AT(3)};
    put("000#032110FF", data, "crc8-sae-j1850", "000#03211089");
    put("321#10FF", c, "crc8-sae-j1850", "321#1089");
    c.xorout = 0;
    put("321#10FF", c, "crc8-sae-j1850", "321#1076");
}

static void two_bytes(void **state)
{
    struct cs_checksum c = {AT(1)};

    (void)state;
    put("123#00FFFF", c, "crc16-ccitt", "123#00E1F0");
    c.order = 1;
    put("123#00FFFF", c, "crc16-ccitt", "123#00F0E1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(in_frames),
        cmocka_unit_test(of_identifiers),
        cmocka_unit_test(two_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
