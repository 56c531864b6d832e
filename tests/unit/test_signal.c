/* SPDX-License-Identifier: MIT */
/* Exact decimals; where the bits of a signal are; how its value moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/signal.h"

static cs_decimal dec(const char *text)
{
    cs_decimal value;

    assert_int_equal(cs_decimal_parse(text, &value), 0);
    return value;
}

static void decimals(void **state)
{
    static const char *const wrong[] = {"",      "-",
                                        ".5",    "5.",
                                        "1e",    "1e999",
                                        "0x10",  "1 ",
                                        " 1",    "1,5",
                                        "--1",   "1e+-1",
                                        "nan",   "inf",
                                        "1e-19", "18446744073709551617",
                                        "2e19",  "1.0000000000000000001"};
    cs_decimal value;

    (void)state;
    assert_true(dec("0") == 0 && dec("-0") == 0 && dec("0.000") == 0);
    assert_true(dec("1") == CS_DECIMAL_ONE && dec("+1.0") == CS_DECIMAL_ONE);
    assert_true(dec("-2.5") == -5 * CS_DECIMAL_ONE / 2);
    assert_true(dec("0.000000000000000001") == 1 && dec("1e-18") == 1);
    assert_true(dec("2.5e3") == 2500 * CS_DECIMAL_ONE && dec("1E+2") == 100 * CS_DECIMAL_ONE);
    assert_true(dec("18446744073709551615") == (cs_decimal)UINT64_MAX * CS_DECIMAL_ONE);
    assert_true(dec("00000000000000000000000000000000000000000001") == CS_DECIMAL_ONE);
    assert_true(dec("1.00000000000000000000000000000000000000000") == CS_DECIMAL_ONE);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (cs_decimal_parse(wrong[i], &value) == 0)
            fail_msg("\"%s\" is taken", wrong[i]);
    }
    assert_true(cs_decimal_ratio(dec("0.7"), dec("0.1")) == 7);
    assert_true(cs_decimal_ratio(dec("0.15"), dec("0.1")) == 2);
    assert_true(cs_decimal_ratio(dec("-0.15"), dec("0.1")) == -2);
    assert_true(cs_decimal_ratio(dec("0.15"), dec("-0.1")) == -2);
    assert_true(cs_decimal_ratio(dec("0.149999999999999999"), dec("0.1")) == 1);
    assert_true(cs_decimal_ratio(dec("18446744073709551616"), 1) ==
                ((cs_int128)1 << 64) * CS_DECIMAL_ONE);
}

static void put(int64_t start, int64_t length, int order, uint64_t raw, const char *expected)
{
    struct cs_signal s = {.start = start, .length = length, .order = order};
    struct cs_frame frame = {.id = 0x123, .dlc = 8, .len = 8};
    char text[CS_FRAME_TEXT_MAX];

    cs_signal_put(&s, raw, &frame);
    cs_frame_format(&frame, text);
    assert_string_equal(text + 4, expected);
    /* Only its own bits: set all, then put zeros. */
    memset(frame.data, 0xFF, 8);
    cs_signal_put(&s, 0, &frame);
    unsigned zeros = 0;
    for (unsigned i = 0; i < 64; i++)
        zeros += (frame.data[i / 8] >> i % 8 & 1) == 0;
    assert_int_equal(zeros, length);
}

static void places(void **state)
{
    (void)state;
    put(0, 8, 0, 0x12, "1200000000000000");
    put(0, 16, 0, 0x1234, "3412000000000000");
    put(4, 12, 0, 0xABC, "C0AB000000000000");
    put(12, 16, 0, 0xFFFF, "00F0FF0F00000000");
    put(63, 1, 0, 1, "0000000000000080");
    put(0, 64, 0, 0x1122334455667788, "8877665544332211");
    /* Motorola: the highest bit of byte 0 is bit 7. */
    put(7, 8, 1, 0x12, "1200000000000000");
    put(7, 16, 1, 0x1234, "1234000000000000");
    put(3, 12, 1, 0xABC, "0ABC000000000000");
    put(5, 10, 1, 0x3FF, "3FF0000000000000");
    put(23, 16, 1, 0x1234, "0000123400000000");
    put(56, 1, 1, 1, "0000000000000001");
    put(7, 64, 1, 0x1122334455667788, "1122334455667788");
}

static void scaling(void **state)
{
    struct cs_signal s = {.length = 8, .factor = dec("0.5"), .offset = dec("-40")};
    cs_int128 raw;

    (void)state;
    assert_true(cs_signal_raw(&s, dec("-40"), &raw) == 0 && raw == 0);
    assert_true(cs_signal_raw(&s, dec("87.5"), &raw) == 0 && raw == 255);
    assert_true(cs_signal_raw(&s, dec("20.25"), &raw) == 0 && raw == 121);
    assert_int_equal(cs_signal_raw(&s, dec("87.75"), &raw), -1);
    assert_int_equal(cs_signal_raw(&s, dec("-40.25"), &raw), -1);
    s.is_signed = true;
    assert_true(cs_signal_raw(&s, dec("-104"), &raw) == 0 && raw == -128);
    assert_int_equal(cs_signal_raw(&s, dec("24"), &raw), -1);
    s.length = 64;
    s.factor = dec("1");
    s.offset = 0;
    assert_true(cs_signal_raw(&s, dec("-9223372036854775808"), &raw) == 0 && raw == INT64_MIN);
    assert_int_equal(cs_signal_raw(&s, dec("9223372036854775808"), &raw), -1);
    s.is_signed = false;
    assert_true(cs_signal_raw(&s, dec("18446744073709551615"), &raw) == 0 && raw == UINT64_MAX);
    s.factor = -CS_DECIMAL_ONE;
    assert_true(cs_signal_raw(&s, dec("-3"), &raw) == 0 && raw == 3);
}

static void sines(void **state)
{
    const double one = 1 << 30;
    double worst = 0;

    (void)state;
    assert_int_equal(cs_signal_sine(0), 0);
    assert_int_equal(cs_signal_sine(UINT32_C(1) << 30), 1 << 30);
    assert_int_equal(cs_signal_sine(UINT32_C(2) << 30), 0);
    assert_int_equal(cs_signal_sine(UINT32_C(3) << 30), -(1 << 30));
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t phase = i * 42949u + i;
        double off =
            fabs((double)cs_signal_sine(phase) / one - sin(phase / 4294967296.0 * 2 * M_PI));
        worst = off > worst ? off : worst;
        assert_in_range(llabs(cs_signal_sine(phase)), 0, 1 << 30);
    }
    assert_true(worst < 1e-8);
}

static void moves(struct cs_signal *s, unsigned n, int64_t step_ps, const int64_t *expected)
{
    struct cs_signal_state state;
    struct cs_rng rng;

    s->length = 16;
    s->is_signed = true;
    s->factor = CS_DECIMAL_ONE;
    cs_rng_init(&rng, 1, "x");
    cs_signal_start(s, &state);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal((int16_t)cs_signal_next(s, &state, i * step_ps, &rng), expected[i]);
}

static void ramps(void **state)
{
    struct cs_signal s = {.source = CS_SIGNAL_RAMP,
                          .ramp = {.from = dec("-1"), .to = dec("1.9"), .step = dec("1")}};

    (void)state;
    moves(&s, 5, 0, (const int64_t[]){-1, 0, 1, -1, 0});
    s.ramp.bounce = true;
    moves(&s, 8, 0, (const int64_t[]){-1, 0, 1, 0, -1, 0, 1, 0});
    s.ramp = (struct cs_signal_ramp){.from = dec("5"), .to = dec("3"), .step = dec("1")};
    moves(&s, 5, 0, (const int64_t[]){5, 4, 3, 5, 4});
    s.ramp.bounce = true;
    moves(&s, 7, 0, (const int64_t[]){5, 4, 3, 4, 5, 4, 3});
    /* A tenth ten times is one. */
    s.ramp = (struct cs_signal_ramp){.from = 0, .to = dec("1"), .step = dec("0.1")};
    moves(&s, 12, 0, (const int64_t[]){0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0});
    s.ramp = (struct cs_signal_ramp){.from = dec("7"), .to = dec("7"), .step = 1, .bounce = true};
    moves(&s, 3, 0, (const int64_t[]){7, 7, 7});
}

static void waves(void **state)
{
    struct cs_signal s = {.source = CS_SIGNAL_SINE,
                          .wave = {.raw_min = -100, .raw_max = 100, .period_frames = 8}};

    (void)state;
    moves(&s, 9, 0, (const int64_t[]){0, 71, 100, 71, 0, -71, -100, -71, 0});
    s.wave.period_frames = 0;
    s.wave.period_ps = 12;
    moves(&s, 5, 1, (const int64_t[]){0, 50, 87, 100, 87});
    s.source = CS_SIGNAL_SQUARE;
    s.wave.duty_ppm = 250000;
    moves(&s, 6, 2, (const int64_t[]){100, 100, -100, -100, -100, -100});
    s.wave.period_ps = 0;
    s.wave.period_frames = 3;
    s.wave.duty_ppm = 500000;
    moves(&s, 6, 0, (const int64_t[]){100, 100, -100, 100, 100, -100});
}

static void draws(void **state)
{
    struct cs_signal s = {.source = CS_SIGNAL_RANDOM, .length = 8, .factor = CS_DECIMAL_ONE};
    struct cs_signal_state at = {0};
    struct cs_rng rng;
    unsigned seen[3] = {0};

    (void)state;
    s.wave.raw_min = 4;
    s.wave.raw_max = 6;
    cs_rng_init(&rng, 1, "x");
    for (unsigned i = 0; i < 300; i++)
        seen[cs_signal_next(&s, &at, 0, &rng) - 4]++;
    assert_true(seen[0] > 60 && seen[1] > 60 && seen[2] > 60);
    /* All 64 bits: no sum overflows. */
    s.wave.raw_min = 0;
    s.wave.raw_max = UINT64_MAX;
    uint64_t all = 0;
    for (unsigned i = 0; i < 100; i++)
        all |= cs_signal_next(&s, &at, 0, &rng);
    assert_true(all == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals), cmocka_unit_test(places), cmocka_unit_test(scaling),
        cmocka_unit_test(sines),    cmocka_unit_test(ramps),  cmocka_unit_test(waves),
        cmocka_unit_test(draws),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
