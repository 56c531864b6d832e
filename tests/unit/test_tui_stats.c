/* SPDX-License-Identifier: MIT */
/* The view of statistics. */
#include "test_tui.h"

static void reset_traffic(void *ctx)
{
    cs_stats_reset(((struct bench *)ctx)->stats);
}

static struct bench *bench_stats(unsigned n_buses)
{
    static struct cs_host_ops ops;
    struct bench *b = bench_new(0, n_buses);

    ops = bench_ops;
    ops.reset_traffic = reset_traffic;
    b->host.ops = &ops;
    b->tui.view = (unsigned)cs_view_find("stats");
    return b;
}

static void looks(void **state)
{
    struct bench *b = bench_stats(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 6400 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_golden(b, "stats-traffic-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "stats-traffic-160x50");
    bench_keys(b, "<Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "body 125k"));
    bench_golden(b, "stats-errors-80x24");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "stats-ascii");
    bench_free(b);
}

static void empty(void **state)
{
    struct bench *b = bench_stats(1);

    (void)state;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no frames so far"));
    assert_true(bench_shows(b, "idle 100.0%"));
    bench_keys(b, "<Down><Up><Enter>");
    assert_string_equal(b->tui.message, "Up and Down select an identifier");
    bench_keys(b, "<lt>>>x<Left><Right>");
    bench_draw(b, 80, 24);
    bench_free(b);
}

static void windows(void **state)
{
    struct bench *b = bench_stats(2);
    struct cs_stats_point point;
    char text[128];

    (void)state;
    bench_traffic(b);
    bench_run(b, 2050 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "<lt><lt>");
    bench_draw(b, 120, 24);
    assert_true(cs_stats_history(b->stats, 0, CS_STATS_100MS, 19, &point));
    snprintf(text, sizeof text,
             "can0 from 0:00:01.900 on, 100 ms: %d bits, load %d.%d%% · %u frames",
             (int)(point.busy_ps / 2000000), (int)(point.busy_ps / CS_PS_PER_MS),
             (int)(point.busy_ps / (CS_PS_PER_MS / 10)) % 10, point.frames);
    assert_true(bench_shows(b, text));
    bench_keys(b, "[");
    assert_int_equal(b->tui.traffic_grain, CS_STATS_100MS);
    bench_keys(b, "]");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "1 s a bar"));
    assert_true(bench_hides(b, "0:00:01.900 on"));
    bench_keys(b, "]]]]");
    assert_int_equal(b->tui.traffic_grain, CS_STATS_1MIN);
    bench_keys(b, "<lt>");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "from 0:00:00.000 on, 1 min: "));
    bench_free(b);
}

static void resets(void **state)
{
    struct bench *b = bench_stats(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 2000 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "321 engine"));
    bench_keys(b, "r");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "321 engine"));
    assert_true(bench_shows(b, "since 0:00:02.000"));
    bench_keys(b, ":anew<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    b->host.ops = &bench_ops;
    bench_keys(b, "r");
    assert_true(b->tui.message_bad);
    bench_free(b);
}

static void selection(void **state)
{
    struct bench *b = bench_stats(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 2000 * CS_PS_PER_MS);
    bench_draw(b, 120, 24);
    bench_keys(b, "<Down><Down>");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "2A0 of dashboard on can0: 99 frames"));
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.view, 0);
    assert_string_equal(b->tui.filter.text, "2A0");
    bench_free(b);
}

static void mouse(void **state)
{
    struct bench *b = bench_stats(2);
    struct cs_mouse press = {.x = 70, .y = 6, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    bench_traffic(b);
    bench_run(b, 2000 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "can0 from 0:00:01.200 on, 100 ms"));
    press.x = 4;
    press.y = 11;
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "100 of engine on can0"));
    press.kind = CS_MOUSE_DOWN;
    cs_tui_mouse(&b->tui, &press);
    assert_int_equal(b->tui.traffic_grain, CS_STATS_1S);
    bench_free(b);
}

/* Many buses, each size, each division: nothing is out of place. */
static void sizes(void **state)
{
    static struct cs_bus_config buses[CS_SIM_MAX_BUSES];
    static char names[CS_SIM_MAX_BUSES][8];
    struct bench *b;

    (void)state;
    for (unsigned i = 0; i < CS_SIM_MAX_BUSES; i++) {
        snprintf(names[i], sizeof names[i], "can%u", i);
        buses[i] = (struct cs_bus_config){.name = names[i], .bitrate_bps = 500000};
    }
    b = bench_of(0, buses, CS_SIM_MAX_BUSES);
    b->tui.view = (unsigned)cs_view_find("stats");
    bench_traffic(b);
    bench_run(b, 300 * CS_PS_PER_MS);
    for (enum cs_tui_split split = 0; split < CS_SPLIT_COUNT; split++) {
        cs_tui_split(&b->tui, split);
        for (int w = 40; w <= 260; w += 20)
            for (int h = 5; h <= 80; h += 7) {
                bench_draw(b, w, h);
                bench_keys(b, "<Right><Down>");
            }
    }
    cs_tui_split(&b->tui, CS_SPLIT_NONE);
    b->tui.view = (unsigned)cs_view_find("stats");
    bench_draw(b, 240, 70);
    assert_true(bench_shows(b, "/16 "));
    bench_free(b);
}

/* The body alone, down to what no screen has. */
static void tiny(void **state)
{
    const struct cs_view *view;
    struct bench *b = bench_stats(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 300 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    view = cs_views[b->tui.view];
    for (int w = 1; w < 100; w += 3)
        for (int h = 1; h < 40; h++) {
            cs_tui_resize(&b->tui, w, h + 5);
            assert_int_equal(cs_canvas_resize(&b->canvas, w, h), 0);
            view->draw(&b->tui, &b->canvas, (struct cs_rect){0, 0, w, h});
        }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),  cmocka_unit_test(empty),     cmocka_unit_test(windows),
        cmocka_unit_test(resets), cmocka_unit_test(selection), cmocka_unit_test(mouse),
        cmocka_unit_test(sizes),  cmocka_unit_test(tiny),
    };
    return cmocka_run_group_tests_name("tui stats", tests, NULL, NULL);
}
