/* SPDX-License-Identifier: MIT */
/* The ways to a row that is far away, and on from there. */
#include "test_tui_many.h"

#include "tui/trace.h"

static void goes_there(void **state)
{
    static const struct {
        const char *word;
        uint64_t row;
    } rows[] = {{"go 5s", 499999},      {"go +1s", 599999},   {"go -20ms", 597999},
                {"go #123456", 123455}, {"go 50%", LAST / 2}, {"go 0%", 0},
                {"go 100%", LAST},      {"go start", 0},      {"go 11.99999", 1199998},
                {"go 12.5%", LAST / 8}, {"at 2.5", 249999},   {"go 0", 0},
                {"go #1", 0},           {"go #1200000", LAST}};
    struct bench *b = bench_many(ROWS);
    char keys[60];

    (void)state;
    bench_keys(b, "2");
    finish(b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint64_t unpacked = cs_tui_ring_unpacked(&b->tui.ring);
        snprintf(keys, sizeof keys, "2:%s<Enter>", rows[i].word);
        bench_keys(b, keys);
        if (b->tui.trace.follow || b->tui.trace.sel != rows[i].row)
            fail_msg("%s: row %u", rows[i].word, (unsigned)b->tui.trace.sel);
        assert_string_equal(cs_views[b->tui.view]->name, "trace");
        assert_true(cs_tui_ring_unpacked(&b->tui.ring) - unpacked < 8); /* at once */
        bench_draw(b, 80, 24);
    }
    bench_keys(b, ":go end<Enter>");
    assert_true(b->tui.trace.follow);
    bench_keys(b, ":go +1us<Enter>");
    assert_true(b->tui.overlay == CS_OVERLAY_PROMPT);
    assert_non_null(strstr(b->tui.message, "no row is shown from then on"));
    bench_free(b);
}

static void goes_nowhere(void **state)
{
    static const struct {
        const char *word, *says;
    } rows[] = {{"go x", "must be a time such as 12.5s, +1s"},
                {"go #0", "there are rows #1 to #100"},
                {"go #101", "there are rows #1 to #100"},
                {"go #", "must be a time"},
                {"go #5x", "must be a time"},
                {"go 101%", "must be a time"},
                {"go 5%%", "must be a time"},
                {"go %", "must be a time"},
                {"go 5s", "no row is shown from then on"},
                {"go nan%", "must be a time"},
                {"go +", "must be a time"},
                {"at end", "must be a time such as 12.5"},
                {"at", "must be a time"},
                {"at #3", "must be a time"}};
    struct bench *b = bench_many(100);
    char keys[60];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(keys, sizeof keys, ":%s<Enter>", rows[i].word);
        bench_keys(b, keys);
        if (!strstr(b->tui.message, rows[i].says))
            fail_msg("%s: %s", rows[i].word, b->tui.message);
        assert_true(b->tui.trace.follow);
        bench_keys(b, "<Esc>");
    }
    /* Alone it lets bus time go on. */
    b->paused = true;
    bench_keys(b, ":go<Enter>");
    assert_false(b->paused);
    bench_keys(b, ":go s<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "go start");
    bench_free(b);
    b = bench_many(0);
    bench_keys(b, ":go 50%<Enter>");
    assert_non_null(strstr(b->tui.message, "no row is shown from then on"));
    bench_keys(b, "<Esc>:go start<Enter><Esc>:go +1s<Enter><Esc>:go end<Enter>");
    assert_true(b->tui.trace.follow);
    bench_free(b);
}

/* Step by step through the past, and at its end it is bus time that goes on. */
static void steps_in_the_past(void **state)
{
    struct bench *b = bench_many(1000);
    char why[200];

    (void)state;
    assert_int_equal(cs_trace_go(&b->tui, "#30", why, sizeof why), 0);
    bench_keys(b, "."); /* it runs: time is to stand still first */
    assert_true(b->paused);
    assert_int_equal(b->tui.trace.sel, 29);
    bench_keys(b, ".");
    assert_int_equal(b->tui.trace.sel, 30); /* an error */
    bench_keys(b, "<Up>n");
    assert_int_equal(b->tui.trace.sel, 31);
    assert_int_equal(b->steps + b->frame_steps, 0);
    bench_keys(b, "3."); /* there it is about now */
    assert_int_equal(b->steps, 1);
    bench_keys(b, "1:go #1000<Enter>n");
    assert_int_equal(b->frame_steps, 1);
    assert_true(b->tui.trace.follow);
    bench_keys(b, ".");
    assert_int_equal(b->steps, 2);
    b->paused = false;
    b->finished = true;
    assert_int_equal(cs_trace_go(&b->tui, "#999", why, sizeof why), 0);
    bench_keys(b, "n");
    assert_int_equal(b->tui.trace.sel, 999);
    bench_keys(b, "n");
    assert_non_null(strstr(b->tui.message, "no frame is behind this row"));
    bench_keys(b, ".");
    assert_non_null(strstr(b->tui.message, "this is the newest row"));
    assert_int_equal(b->steps + b->frame_steps, 3);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_there),
        cmocka_unit_test(goes_nowhere),
        cmocka_unit_test(steps_in_the_past),
    };
    return cmocka_run_group_tests_name("tui go", tests, NULL, NULL);
}
