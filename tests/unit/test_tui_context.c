/* SPDX-License-Identifier: MIT */
/* The same view in several panes: each with a filter and a cursor of its own. */
#include "test_tui.h"

#include "tui/config.h"
#include "tui/context.h"
#include "tui/panes.h"

static struct bench *begin(unsigned buses)
{
    struct bench *b = bench_new(0, 2);

    for (unsigned i = 2; i < buses; i++) {
        char name[8];
        snprintf(name, sizeof name, "can%u", i);
        const struct cs_bus_config more = {.name = name, .bitrate_bps = 500000};
        assert_int_equal(cs_sim_add_bus(b->sim, &more), (int)i);
    }

    bench_traffic(b);
    bench_run(b, 200 * CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    return b;
}

static unsigned used(const struct cs_tui *tui)
{
    unsigned n = 0;

    for (unsigned c = 0; c < CS_TUI_PANES; c++)
        n += tui->contexts[c].used;
    return n;
}

static void one_bus_beside_the_other(void **state)
{
    struct bench *b = begin(2);

    (void)state;
    bench_keys(b, ":buses<Enter>");
    bench_draw(b, 160, 50);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_int_equal(cs_tui_panes(&b->tui), 2);
    assert_int_equal(used(&b->tui), 2);
    assert_true(bench_shows(b, "/bus=can0"));
    assert_true(bench_shows(b, "/bus=body"));
    bench_golden(b, "buses-160x50");
    bench_keys(b, "o/<^U>id=7ff<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "/id=7ff"));
    bench_keys(b, "o");
    assert_string_equal(b->tui.filter.text, "bus=can0");
    bench_keys(b, "z");
    bench_draw(b, 160, 50);
    assert_int_equal(used(&b->tui), 1);
    assert_string_equal(b->tui.filter.text, "bus=can0");
    bench_free(b);
}

static void order_and_number(void **state)
{
    struct bench *b = begin(4);

    (void)state;
    bench_keys(b, "2:buses can3 body can0<Enter>");
    bench_draw(b, 160, 50);
    assert_int_equal(cs_tui_panes(&b->tui), 3);
    assert_string_equal(b->tui.filter.text, "bus=can3");
    assert_string_equal(cs_views[b->tui.view]->name, "ids");
    bench_keys(b, "o");
    assert_string_equal(b->tui.filter.text, "bus=body");
    bench_keys(b, "o");
    assert_string_equal(b->tui.filter.text, "bus=can0");
    bench_keys(b, ":buses<Enter>");
    assert_int_equal(cs_tui_panes(&b->tui), 4);
    assert_int_equal(used(&b->tui), 4);
    bench_keys(b, ":buses can0 can9<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "\"can9\" is no bus"));
    bench_keys(b, "<Esc>:buses can0<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "two buses at least"));
    bench_keys(b, "<Esc>:buses can0 body can2 can3 can0<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "at most four"));
    bench_keys(b, "<Esc>:panes two<Esc>:buses can<Tab>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "buses can0"));
    bench_free(b);
}

/* The twin begins as the other is, and goes its own way. */
static void twin(void **state)
{
    struct bench *b = begin(2);

    (void)state;
    bench_keys(b, "/bus=can0<Enter><Home>:twin<Enter>");
    bench_draw(b, 160, 50);
    assert_int_equal(b->tui.focus, 1);
    assert_string_equal(b->tui.filter.text, "bus=can0");
    assert_false(b->tui.trace.follow);
    bench_keys(b, "<End>/<^U>bus=body<Enter>");
    assert_true(b->tui.trace.follow);
    bench_keys(b, "o");
    assert_string_equal(b->tui.filter.text, "bus=can0");
    assert_false(b->tui.trace.follow);
    /* A view that is there once takes the focus to itself; the trace stays twice. */
    bench_keys(b, "3o3");
    assert_int_equal(b->tui.focus, 0);
    bench_keys(b, "1o1");
    assert_int_equal(b->tui.focus, 1);
    assert_int_equal(b->tui.pane_view[0], b->tui.pane_view[1]);
    bench_keys(b, "4:twin<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "can be shown twice"));
    bench_free(b);
}

static void all_panes_twice_and_another_run(void **state)
{
    struct bench *b = begin(2);

    (void)state;
    bench_keys(b, ":panes four<Enter>:twin<Enter>:twin<Enter>:twin<Enter>:twin<Enter>:twin<Enter>");
    assert_int_equal(used(&b->tui), 4);
    bench_keys(b, "6o2o1<Home>");
    bench_draw(b, 160, 50);
    assert_int_equal(cs_tui_restart(&b->tui), 0);
    assert_int_equal(used(&b->tui), 4);
    for (unsigned p = 0; p < 4; p++) {
        cs_tui_focus(&b->tui, p);
        assert_true(b->tui.trace.follow);
    }
    bench_keys(b, "|");
    assert_int_equal(used(&b->tui), 1);
    bench_free(b);
}

/* As a window is remembered that had the trace twice. */
static void remembered(void **state)
{
    struct cs_config config = {.split = CS_SPLIT_COLUMNS, .focus = -1, .views = {0, 0, -1, -1}};
    struct bench *b = begin(2);

    (void)state;
    cs_config_apply(&config, &b->tui);
    assert_int_equal(used(&b->tui), 2);
    bench_keys(b, "/bus=body<Enter>o");
    assert_string_equal(b->tui.filter.text, "");
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bus_beside_the_other),
        cmocka_unit_test(order_and_number),
        cmocka_unit_test(twin),
        cmocka_unit_test(all_panes_twice_and_another_run),
        cmocka_unit_test(remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
