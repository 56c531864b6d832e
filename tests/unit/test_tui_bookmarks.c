/* SPDX-License-Identifier: MIT */
/* Bookmarks with names, and the list of them. */
#include "test_tui.h"

#include "tui/trace.h"

static struct bench *bench_at(uint32_t rows, int64_t until_ps)
{
    struct bench *b = bench_new(rows, 2);

    bench_traffic(b);
    bench_run(b, until_ps);
    bench_draw(b, 80, 24);
    return b;
}

static void named(void **state)
{
    struct bench *b = bench_at(0, 300 * CS_PS_PER_MS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);

    (void)state;
    bench_keys(b, ":go 10%<Enter>:bookmark the first request<Enter>");
    assert_int_equal(keep->n_bookmarks, 1);
    assert_non_null(strstr(b->tui.message, "bookmark \"the first request\""));
    bench_keys(b, ":go 60%<Enter>b:go 80%<Enter>:bookmark<Enter>");
    assert_int_equal(keep->n_bookmarks, 3);
    bench_keys(b, "]");
    assert_non_null(strstr(b->tui.message, "bookmark 1 of 3: the first request"));
    bench_keys(b, ":bookmark another name<Enter>");
    assert_int_equal(keep->n_bookmarks, 3);
    assert_string_equal(cs_trace_bookmark_name(&b->tui, b->tui.trace.sel), "another name");
    /* Set again, it has its name. */
    bench_keys(b, "b");
    assert_int_equal(keep->n_bookmarks, 2);
    bench_keys(b, "b[]");
    assert_non_null(strstr(b->tui.message, "another name"));
    bench_keys(b, ":bookmark 0123456789012345678901234567890123456789<Enter>");
    assert_non_null(strstr(b->tui.message, "a name has at most 39 bytes"));
    bench_keys(b, "<Esc>");
    bench_free(b);
}

static void listed(void **state)
{
    struct bench *b = bench_at(0, 300 * CS_PS_PER_MS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);

    (void)state;
    bench_keys(b, ":bookmarks<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "none yet: b sets one"));
    bench_keys(b, "<Enter>:bookmarks<Enter>d<Down><Up><End><Esc>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_keys(b, ":go 10%<Enter>:bookmark the first request<Enter>"
                  ":go 60%<Enter>b:go 80%<Enter>:bookmark its answer<Enter>");
    bench_keys(b, ":bookmarks<Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "bookmarks-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "bookmarks-160x50");
    bench_keys(b, "g<Enter>");
    assert_int_equal(b->tui.trace.sel, keep->bookmarks[0]);
    assert_non_null(strstr(b->tui.message, "bookmark 1 of 3: the first request"));
    /* From any view, there. */
    bench_keys(b, ":bookmarks<Enter>jd");
    assert_int_equal(keep->n_bookmarks, 2);
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.trace.sel, keep->bookmarks[1]);
    bench_keys(b, ":bookmarks<Enter>dddd");
    assert_int_equal(keep->n_bookmarks, 0);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "none yet"));
    bench_free(b);
}

/* More than fit, with names of others that are gone, on any screen. */
static void many(void **state)
{
    struct bench *b = bench_at(0, 3000 * CS_PS_PER_MS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);
    char keys[80];

    (void)state;
    for (unsigned i = 1; i <= 200; i++) {
        snprintf(keys, sizeof keys, ":go #%u<Enter>:bookmark name %u<Enter>", i, i);
        bench_keys(b, keys);
        if (i <= 100)
            bench_keys(b, "b"); /* away again; its name gives way to others */
        bench_keys(b, "<Esc>");
    }
    assert_int_equal(keep->n_bookmarks, CS_TRACE_BOOKMARKS);
    for (unsigned i = 0; i < CS_TRACE_BOOKMARKS; i++) {
        snprintf(keys, sizeof keys, "name %u", 101 + i);
        assert_string_equal(cs_trace_bookmark_name(&b->tui, keep->bookmarks[i]), keys);
    }
    bench_keys(b, ":bookmarks<Enter>g");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "↓ more"));
    bench_keys(b, "<PgDn><PgDn><Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "↑ more"));
    bench_keys(b, "G");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "name 164"));
    b->canvas.ascii = true;
    for (int w = 40; w < 200; w += 23)
        for (int h = 5; h < 60; h += 7)
            bench_draw(b, w, h);
    bench_draw(b, 80, 24);
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.trace.sel, keep->bookmarks[CS_TRACE_BOOKMARKS - 1]);
    bench_free(b);
}

/* Their rows may be gone. */
static void gone(void **state)
{
    struct bench *b = bench_at(1000, 1000 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":go start<Enter>:bookmark early<Enter>");
    bench_keys(b, "G:bookmarks<Enter>");
    bench_run(b, 20000 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "made room for newer rows"));
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named),
        cmocka_unit_test(listed),
        cmocka_unit_test(many),
        cmocka_unit_test(gone),
    };
    return cmocka_run_group_tests_name("tui bookmarks", tests, NULL, NULL);
}
