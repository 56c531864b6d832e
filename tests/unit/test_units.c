/* SPDX-License-Identifier: MIT */
/* Numbers with units, and random numbers that are the same everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "simcore/rng.h"
#include "simcore/units.h"

static void times_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ps;
        int status;
        const char *back;
    } rows[] = {
        {"0", 0, 0, "0s"},
        {"10ms", INT64_C(10000000000), 0, "10ms"},
        {"1.5s", INT64_C(1500000000000), 0, "1.5s"},
        {"100us", 100000000, 0, "100us"},
        {"250ns", 250000, 0, "250ns"},
        {"500ps", 500, 0, "500ps"},
        {"0.5ns", 500, 0, "500ps"},
        {"1.000000000001s", INT64_C(1000000000001), 0, "1.000000000001s"},
        {"2m", INT64_C(120000000000000), 0, "120s"},
        {"1h", INT64_C(3600000000000000), 0, "3600s"},
        {"1.50 s", INT64_C(1500000000000), 0, "1.5s"},
        {"9223372s", INT64_C(9223372000000000000), 0, "9223372s"},
        {"9223373s", 0, -ERANGE, NULL},
        {"99999999999999999999s", 0, -ERANGE, NULL},
        {"0.5ps", 0, -ERANGE, NULL},
        {"0.00000000000000000001s", 0, -ERANGE, NULL},
        {"", 0, -EINVAL, NULL},
        {"10", 0, -EINVAL, NULL},
        {"-1s", 0, -EINVAL, NULL},
        {"1.s", 0, -EINVAL, NULL},
        {".5s", 0, -EINVAL, NULL},
        {"1e3s", 0, -EINVAL, NULL},
        {"ms", 0, -EINVAL, NULL},
        {"1 parsec", 0, -EINVAL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ps = -1;
        char back[32];
        assert_int_equal(cs_units_parse_time(rows[i].text, &ps), rows[i].status);
        if (rows[i].status == 0) {
            assert_int_equal(ps, rows[i].ps);
            assert_string_equal(cs_units_format_time(ps, back, sizeof(back)), rows[i].back);
        }
    }
    char back[32];
    assert_string_equal(cs_units_format_time(-1500000000, back, sizeof(back)), "-1.5ms");
    assert_string_equal(cs_units_format_time(INT64_MIN, back, sizeof(back)),
                        "-9223372.036854775808s");
}

static void rates_and_speeds(void **state)
{
    (void)state;
    uint32_t value;
    char back[16];
    assert_int_equal(cs_units_parse_rate("500k", &value), 0);
    assert_int_equal(value, 500000);
    assert_string_equal(cs_units_format_rate(value, back, sizeof(back)), "500k");
    assert_int_equal(cs_units_parse_rate("1M", &value), 0);
    assert_string_equal(cs_units_format_rate(value, back, sizeof(back)), "1M");
    assert_int_equal(cs_units_parse_rate("83.333k", &value), 0);
    assert_int_equal(value, 83333);
    assert_string_equal(cs_units_format_rate(value, back, sizeof(back)), "83333");
    assert_int_equal(cs_units_parse_rate("125 kbit/s", &value), 0);
    assert_int_equal(value, 125000);
    assert_int_equal(cs_units_parse_rate("5G", &value), -EINVAL);
    assert_int_equal(cs_units_parse_rate("5000M", &value), -ERANGE);
    assert_int_equal(cs_units_parse_rate("0.5", &value), -ERANGE);
    assert_int_equal(cs_units_parse_speed("2", &value), 0);
    assert_int_equal(value, 2000);
    assert_int_equal(cs_units_parse_speed("x0.001", &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(cs_units_parse_speed("max", &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(cs_units_parse_speed("0", &value), -ERANGE);
    assert_int_equal(cs_units_parse_speed("1001", &value), -ERANGE);
    assert_int_equal(cs_units_parse_speed("fast", &value), -EINVAL);
}

static void seconds_for_a_log(void **state)
{
    (void)state;
    char buf[32];
    assert_string_equal(cs_units_format_seconds(0, buf, sizeof(buf)), "0.000000");
    assert_string_equal(cs_units_format_seconds(INT64_C(12000345999999), buf, sizeof(buf)),
                        "12.000345");
}

static void random_numbers(void **state)
{
    (void)state;
    struct cs_rng a, b;
    unsigned seen[7] = {0};

    cs_rng_init(&a, 1, "x");
    cs_rng_init(&b, 1, "x");
    for (int i = 0; i < 100; i++) {
        assert_true(cs_rng_next(&a) == cs_rng_next(&b));
    }
    cs_rng_init(&b, 1, "y");
    assert_true(cs_rng_next(&a) != cs_rng_next(&b));
    for (int i = 0; i < 70000; i++) {
        int64_t value = cs_rng_range(&a, -3, 3);
        assert_in_range(value + 3, 0, 6);
        seen[value + 3]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_in_range(seen[i], 9500, 10500);
    }
    assert_int_equal(cs_rng_below(&a, 1), 0);
    cs_rng_range(&a, INT64_MIN, INT64_MAX);
}

/* The published test values of xoshiro256** for the state 1, 2, 3, 4. */
static void generator_is_the_published_one(void **state)
{
    (void)state;
    struct cs_rng rng = {{1, 2, 3, 4}};
    assert_true(cs_rng_next(&rng) == UINT64_C(11520));
    assert_true(cs_rng_next(&rng) == 0);
    assert_true(cs_rng_next(&rng) == UINT64_C(1509978240));
    assert_true(cs_rng_next(&rng) == UINT64_C(1215971899390074240));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_exact),
        cmocka_unit_test(rates_and_speeds),
        cmocka_unit_test(seconds_for_a_log),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(generator_is_the_published_one),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
