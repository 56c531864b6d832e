/* SPDX-License-Identifier: MIT */
/* Random numbers: the same on every machine, and as likely as they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simcore/rng.h"

/* Whole percents take one number each: what follows is where it was. */
static void whole_percents(void **state)
{
    struct cs_rng a, b;

    (void)state;
    cs_rng_init(&a, 7, "x");
    b = a;
    for (int i = 0; i < 10000; i++) {
        const int64_t percent = i % 101;
        assert_int_equal(cs_rng_chance(&a, percent * 10000),
                         (int64_t)cs_rng_below(&b, 100) < percent);
    }
    assert_true(cs_rng_next(&a) == cs_rng_next(&b));
}

static void parts_of_a_percent(void **state)
{
    static const int64_t rows[] = {0, 1, 5000, 25000, 333333, 995000, 999999, 1000000};
    enum { N = 1000000 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_rng rng;
        int64_t n = 0;
        cs_rng_init(&rng, 1, "parts");
        for (int k = 0; k < N; k++)
            n += cs_rng_chance(&rng, rows[i]);
        /* Five times the standard deviation, which is 500 at most. */
        assert_in_range(n + 10000, rows[i] + 10000 - 2500, rows[i] + 10000 + 2500);
        if (rows[i] <= 1 || rows[i] >= 999999)
            assert_in_range(n + 10, rows[i], rows[i] + 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_percents),
        cmocka_unit_test(parts_of_a_percent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
