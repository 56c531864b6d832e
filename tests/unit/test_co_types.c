/* SPDX-License-Identifier: MIT */
/* Values of CANopen's static data types: text to bytes and back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "plugins/canopen/types.h"

struct row {
    unsigned type;
    const char *text;
    long len; /* or -errno */
    uint8_t bytes[8];
    const char *back; /* NULL: as text */
};

static const struct row rows[] = {
    {CO_BOOLEAN, "true", 1, {1}, NULL},
    {CO_BOOLEAN, "0", 1, {0}, "false"},
    {CO_BOOLEAN, "2", -ERANGE, {0}, NULL},
    {CO_INTEGER8, "-128", 1, {0x80}, NULL},
    {CO_INTEGER8, "128", -ERANGE, {0}, NULL},
    {CO_INTEGER8, "0xFF", 1, {0xFF}, "-1"},
    {CO_INTEGER16, "-2", 2, {0xFE, 0xFF}, NULL},
    {CO_INTEGER24, "-8388608", 3, {0, 0, 0x80}, NULL},
    {CO_INTEGER32, "2147483647", 4, {0xFF, 0xFF, 0xFF, 0x7F}, NULL},
    {CO_INTEGER40, "-1", 5, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, NULL},
    {CO_INTEGER64, "-9223372036854775808", 8, {0, 0, 0, 0, 0, 0, 0, 0x80}, NULL},
    {CO_UNSIGNED8, " 0x2A ", 1, {0x2A}, "42"},
    {CO_UNSIGNED8, "256", -ERANGE, {0}, NULL},
    {CO_UNSIGNED8, "-1", -ERANGE, {0}, NULL},
    {CO_UNSIGNED8, "12x", -EINVAL, {0}, NULL},
    {CO_UNSIGNED8, "", -EINVAL, {0}, NULL},
    {CO_UNSIGNED8, "0x", -EINVAL, {0}, NULL},
    {CO_UNSIGNED16, "1000", 2, {0xE8, 0x03}, NULL},
    {CO_UNSIGNED24, "0x123456", 3, {0x56, 0x34, 0x12}, "1193046"},
    {CO_UNSIGNED56, "0x1000000000000", 7, {0, 0, 0, 0, 0, 0, 1}, "281474976710656"},
    {CO_UNSIGNED64, "18446744073709551615", 8, {255, 255, 255, 255, 255, 255, 255, 255}, NULL},
    {CO_UNSIGNED64, "18446744073709551616", -ERANGE, {0}, NULL},
    {CO_REAL32, "1.5", 4, {0, 0, 0xC0, 0x3F}, NULL},
    {CO_REAL32, "0x3FC00000", 4, {0, 0, 0xC0, 0x3F}, "1.5"},
    {CO_REAL32, "1e50", -ERANGE, {0}, NULL},
    {CO_REAL64, "-2", 8, {0, 0, 0, 0, 0, 0, 0, 0xC0}, NULL},
    {CO_VISIBLE_STRING, "drive", 5, {'d', 'r', 'i', 'v', 'e'}, NULL},
    {CO_OCTET_STRING, "01 AB", 2, {0x01, 0xAB}, NULL},
    {CO_OCTET_STRING, "0x01ab", 2, {0x01, 0xAB}, "01 AB"},
    {CO_OCTET_STRING, "1", -EINVAL, {0}, NULL},
    {CO_DOMAIN, "000102030405060708", -ENOSPC, {0}, NULL},
    {CO_UNICODE_STRING, "\xC3\xA4z", 4, {0xE4, 0, 'z', 0}, NULL},
    {CO_UNICODE_STRING, "\xF0\x9F\x98\x80", 4, {0x3D, 0xD8, 0x00, 0xDE}, NULL},
    {CO_TIME_OF_DAY, "E8 03 00 00 00 00", 6, {0xE8, 3}, "1984-01-01 00:00:01.000"},
    {CO_TIME_OF_DAY, "00 00 00 00 3C 00", 6, {0, 0, 0, 0, 0x3C}, "1984-03-01 00:00:00.000"},
    {CO_TIME_DIFFERENCE, "00 00 00 00 02 00", 6, {0, 0, 0, 0, 2}, "2 d 00:00:00.000"},
    {CO_TIME_OF_DAY, "00", -EINVAL, {0}, NULL},
    {0x40, "DE AD", 2, {0xDE, 0xAD}, NULL},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t bytes[8] = {0};
        char text[80];
        long len = co_value_parse(rows[i].type, rows[i].text, bytes, sizeof(bytes));
        if (len != rows[i].len)
            fail_msg("type %02x \"%s\": %ld, not %ld", rows[i].type, rows[i].text, len,
                     rows[i].len);
        if (len < 0)
            continue;
        assert_memory_equal(bytes, rows[i].bytes, (size_t)len);
        co_value_format(rows[i].type, bytes, (size_t)len, text, sizeof(text));
        assert_string_equal(text, rows[i].back != NULL ? rows[i].back : rows[i].text);
    }
}

static void test_infos(void **state)
{
    static const struct {
        unsigned type, size;
        const char *name;
    } known[] = {{0x01, 1, "BOOLEAN"},    {0x0D, 6, "TIME_DIFFERENCE"}, {0x0F, 0, "DOMAIN"},
                 {0x10, 3, "INTEGER24"},  {0x16, 3, "UNSIGNED24"},      {0x18, 5, "UNSIGNED40"},
                 {0x1B, 8, "UNSIGNED64"}, {0x08, 4, "REAL32"},          {0x11, 8, "REAL64"}};

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_non_null(co_type_info(known[i].type));
        assert_string_equal(co_type_info(known[i].type)->name, known[i].name);
        assert_int_equal(co_type_size(known[i].type), known[i].size);
    }
    for (unsigned type = 0; type < 0x200; type++) {
        bool hole = type == 0 || type == 0x0E || type == 0x17 || type > 0x1B;
        assert_int_equal(co_type_info(type) == NULL, hole);
    }
}

static void test_fields(void **state)
{
    static const uint8_t minus[] = {0xFE, 0xFF};
    struct cansim_field field = {.size = sizeof(field)};

    (void)state;
    co_value_field(CO_INTEGER16, minus, 2, &field);
    assert_int_equal(field.kind, CANSIM_INT);
    assert_int_equal(field.value.i, -2);
    co_value_field(CO_UNSIGNED16, minus, 2, &field);
    assert_int_equal(field.kind, CANSIM_UINT);
    assert_int_equal(field.value.u, 0xFFFE);
    co_value_field(CO_UNSIGNED32, minus, 2, &field);
    assert_int_equal(field.kind, CANSIM_BYTES);
    assert_int_equal(field.severity, CANSIM_ERROR);
}

/* Text that does not fit is cut, never written beyond. */
static void test_small_room(void **state)
{
    static const uint8_t bytes[] = "0123456789";
    char text[5];

    (void)state;
    assert_int_equal(co_value_format(CO_VISIBLE_STRING, bytes, 10, text, sizeof(text)), 4);
    assert_string_equal(text, "0123");
    assert_int_equal(co_value_format(CO_DOMAIN, bytes, 10, text, sizeof(text)), 2);
    assert_string_equal(text, "30");
    assert_int_equal(co_value_format(CO_UNSIGNED64, bytes, 8, text, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_infos),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_small_room),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("co_types", tests, NULL, NULL);
}
