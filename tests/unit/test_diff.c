/* SPDX-License-Identifier: MIT */
/* Two recordings compared: what is told of each kind of edit, tolerances, and how far apart the two
 * may be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/diff.h"
#include "simcore/rng.h"
#include "simcore/sim.h"

struct heard {
    char text[4000];
    struct cs_diff_summary summary;
};

static void on_found(void *ctx, const struct cs_diff_found *found)
{
    struct heard *h = ctx;
    size_t n = strlen(h->text);

    assert_true(found->n_places <= CS_DIFF_PLACES);
    snprintf(h->text + n, sizeof(h->text) - n, "%s\n", found->text);
}

/* One character a frame of 123h, each 10 ms: its letter is the data; "." is 10 ms without one, "|"
 * an event. */
static void feed(struct cs_diff *diff, int side, const char **text, int64_t *at_ps)
{
    struct cs_frame frame = {.id = 0x123, .dlc = 2, .len = 2, .data = {0xAA, (uint8_t) * *text}};

    *at_ps += 10 * CS_PS_PER_MS;
    if (**text == '|')
        assert_int_equal(cs_diff_event(diff, side, *at_ps, "can0", "drive state", "passive"), 0);
    else if (**text != '.')
        assert_int_equal(cs_diff_frame(diff, side, *at_ps, true, "can0", &frame, false), 0);
    ++*text;
}

static void compare(const struct cs_diff_options *options, const char *a, const char *b,
                    struct heard *h)
{
    struct cs_diff *diff = cs_diff_create(options);
    const char *text[2] = {a, b};
    int64_t at_ps[2] = {0, 0};
    int side;

    memset(h, 0, sizeof(*h));
    while ((side = cs_diff_wants(diff)) >= 0) {
        if (*text[side] == '\0')
            cs_diff_end(diff, side);
        else
            feed(diff, side, &text[side], &at_ps[side]);
    }
    assert_int_equal(cs_diff_report(diff, on_found, h, &h->summary), 0);
    cs_diff_destroy(diff);
}

static void edits(void **state)
{
    static const struct {
        const char *a, *b, *said;
    } rows[] = {
        {"", "", ""},
        {"abcabc", "abcabc", ""},
        {"abc", "a.b..c", ""}, /* times are not compared */
        {"abcdef", "abdef", "can0 123: 1 of 6 frames is missing: 123#AA63 at 0.030000\n"},
        {"abdef", "abcdef", "can0 123: 1 of 6 frames is too many: 123#AA63 at 0.030000\n"},
        {"abcdef", "abxdef",
         "can0 123: 1 of 6 frames has other data: 123#AA63 at 0.030000 is 123#AA78 at 0.030000\n"},
        {"abcdef", "abdcef",
         "can0 123: 1 of 6 frames is in another place: 123#AA64 at 0.040000 is at 0.030000\n"},
        {"abcdefghijklmnop", "bcdefghijklmnoap",
         "can0 123: 1 of 16 frames is in another place: 123#AA61 at 0.010000 is at 0.150000\n"},
        {"abc", "",
         "can0 123: only in the first, 3 frames: 123#AA61 at 0.010000, 123#AA62 at 0.020000, "
         "123#AA63 at 0.030000\n"},
        {"", "a", "can0 123: only in the second, 1 frame: 123#AA61 at 0.010000\n"},
        {"aaaaaa", "aaaaa", "can0 123: 1 of 6 frames is missing: 123#AA61 at 0.060000\n"},
        {"abcde", "vwxyz",
         "can0 123: 5 of 5 frames have other data: 123#AA61 at 0.010000 is 123#AA76 at 0.010000, "
         "123#AA62 at 0.020000 is 123#AA77 at 0.020000, 123#AA63 at 0.030000 is 123#AA78 at "
         "0.030000 ...\n"},
        {"a|b", "ab", "can0 drive state: only in the first, 1 event: passive at 0.020000\n"},
        {"a|b", "ab|", ""}, /* sequences of their own */
    };
    static const struct cs_diff_options none;
    struct heard h;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        compare(&none, rows[i].a, rows[i].b, &h);
        assert_string_equal(h.text, rows[i].said);
        assert_int_equal(h.summary.different, rows[i].said[0] != '\0');
    }
}

static void tolerances(void **state)
{
    struct cs_diff_options o = {0};
    struct heard h;

    (void)state;
    o.have_count = true;
    o.count = 1;
    compare(&o, "abcdef", "abdef", &h);
    assert_string_equal(h.text, "");
    compare(&o, "abcdef", "abef", &h);
    assert_non_null(strstr(h.text, "2 of 6 frames are missing"));
    compare(&o, "abcdef", "abxef", &h); /* one less, but another as well */
    assert_non_null(strstr(h.text, "has other data"));
    o.count_ppm = 400000;
    compare(&o, "abcdef", "abef", &h);
    assert_string_equal(h.text, "");
    o = (struct cs_diff_options){.have_time = true, .time_ps = 10 * CS_PS_PER_MS};
    compare(&o, "abc", "ab.c", &h);
    assert_string_equal(h.text, "");
    o.time_ps--;
    compare(&o, "abc", "ab.c", &h);
    assert_string_equal(h.text, "can0 123: 1 of 3 frames is at another time: 123#AA63 at 0.030000 "
                                "is at 0.040000\n");
    o = (struct cs_diff_options){.have_period = true, .period_ppm = 250000, .have_jitter = true};
    compare(&o, "abcde", "abcd.e", &h);
    assert_string_equal(h.text, "can0 123: the jitter is 10ms, in the first 0s\n");
    o.period_ppm--;
    o.jitter_ps = 10 * CS_PS_PER_MS;
    compare(&o, "abcde", "abcd.e", &h);
    assert_string_equal(h.text, "can0 123: the period is 12.5ms, in the first 10ms\n");
    o = (struct cs_diff_options){.n_mask = 1, .n_ignore = 0};
    cs_match_any(&o.mask[0].match);
    o.mask[0].n = 2;
    o.mask[0].bits[1] = 0xF0; /* of 61h .. 6Fh */
    compare(&o, "abc", "cab", &h);
    assert_string_equal(h.text, "");
    compare(&o, "abc", "apc", &h);
    assert_non_null(strstr(h.text, "has other data"));
    o = (struct cs_diff_options){.n_ignore = 1};
    cs_match_any(&o.ignore[0]);
    compare(&o, "abc", "x", &h);
    assert_int_equal(h.summary.items[0] + h.summary.items[1], 0);
    assert_string_equal(h.text, "");
}

/* Recordings of which one is twice as slow, begins later, or has another identifier between. */
static void far_apart(void **state)
{
    static const struct cs_diff_options none;

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct cs_diff *diff = cs_diff_create(&none);
        unsigned sent[2] = {kind == 1 ? 200 : 0, 0};
        struct heard h = {.text = ""};
        int side;
        while ((side = cs_diff_wants(diff)) >= 0) {
            unsigned i = sent[side]++;
            struct cs_frame frame = {.id = i % 3, .dlc = 4, .len = 4};
            int64_t at = i * (side == 1 && kind == 0 ? 2 : 1) * CS_PS_PER_MS;
            memcpy(frame.data, &i, sizeof(i));
            if (i == 20000) {
                cs_diff_end(diff, side);
                continue;
            }
            cs_diff_frame(diff, side, at, true, "can0", &frame, false);
            frame.id = 0x555;
            if (kind == 2 && side == 1)
                cs_diff_frame(diff, side, at, true, "can0", &frame, false);
        }
        cs_diff_report(diff, on_found, &h, &h.summary);
        cs_diff_destroy(diff);
        assert_int_equal(h.summary.same, kind == 1 ? 19800 : 20000);
        assert_int_equal(h.summary.different, kind == 0 ? 0 : kind == 1 ? 3 : 1);
    }
}

/* Random edits of random sequences: whatever they are, each item is in a pair or told. */
static void random_edits(void **state)
{
    static const struct cs_diff_options none;
    struct cs_rng rng;
    const char *seed = getenv("CANSIM_TEST_SEED");

    (void)state;
    cs_rng_init(&rng, seed != NULL ? strtoull(seed, NULL, 0) : 1, "edits");
    for (unsigned round = 0; round < 300; round++) {
        char a[1500], b[1500];
        unsigned n = 0, letters = 1 + (unsigned)cs_rng_below(&rng, 26), m = 0;
        while (n < 1 + round * 4)
            a[n++] = (char)('a' + cs_rng_below(&rng, letters));
        a[n] = '\0';
        for (unsigned i = 0; i < n; i++) {
            uint64_t what = cs_rng_below(&rng, 40);
            if (what == 0)
                continue;
            if (what == 1)
                b[m++] = 'Z';
            b[m++] = what == 2 ? 'Y' : a[i];
        }
        b[m] = '\0';
        struct heard h;
        compare(&none, a, b, &h);
        assert_int_equal(h.summary.items[0], n);
        assert_int_equal(h.summary.items[1], m);
        assert_true(h.summary.same <= n && h.summary.same <= m);
        assert_true((strcmp(a, b) == 0) == (h.summary.different == 0));
        /* Few edits leave most of it in pairs. */
        assert_true(h.summary.same * 10 >= n * 6 || n < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits),
        cmocka_unit_test(tolerances),
        cmocka_unit_test(far_apart),
        cmocka_unit_test(random_edits),
    };
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
