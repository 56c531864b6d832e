/* SPDX-License-Identifier: MIT */
/* The view of signals: how plots look, time, cursors, the chooser. */
#include "test_tui.h"

#include "simcore/rng.h"
#include "tui/view_signals.h"

static struct bench *bench_signals(unsigned n_buses)
{
    struct bench *b = bench_new(0, n_buses);

    b->tui.view = (unsigned)cs_view_find("signals");
    return b;
}

static void plot(struct bench *b, const char *text)
{
    char why[200] = "";

    cs_tui_refresh(&b->tui);
    if (cs_signals_plot(&b->tui, text, why, sizeof why))
        print_message("%s: %s\n", text, why);
    assert_string_equal(why, "");
}

/* ---- how it looks ---------------------------------------------------------------------------- */

static void some_plots(struct bench *b)
{
    bench_traffic(b);
    bench_run(b, 3200 * CS_PS_PER_MS);
    plot(b, "100 0:8 name=counter");
    plot(b, "load can0");
    plot(b, "2A0 60:1 name=toggle");
    plot(b, "2A0 61:2 name=state words=0:idle,1:start,2:run,3:stop");
    plot(b, "tec door");
}

static void looks(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_draw(b, 80, 24);
    bench_golden(b, "signals-none");
    some_plots(b);
    bench_draw(b, 80, 24);
    bench_golden(b, "signals-plots-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "signals-plots-160x50");
    bench_keys(b, "v<Up><Up><Up><Up>");
    bench_draw(b, 120, 40);
    bench_golden(b, "signals-overlaid");
    bench_keys(b, "v");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "signals-ascii");
    bench_free(b);
}

static void cursors(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    some_plots(b);
    bench_draw(b, 80, 24);
    bench_keys(b, "<Enter>");
    assert_string_equal(b->tui.message, "c sets a cursor, then Enter shows the trace at that time");
    bench_keys(b, "ggc<Left><Left>c<Right><Right><Right><Right><Right><Right>kkkk");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "still"));
    bench_golden(b, "signals-cursors");
    bench_run(b, 20 * CS_PS_PER_S);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "A 1."));
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.view, 0);
    assert_false(b->tui.trace.follow);
    b->tui.view = (unsigned)cs_view_find("signals");
    bench_keys(b, "x");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "A 1."));
    assert_true(bench_shows(b, "still"));
    bench_keys(b, "<End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "following"));
    bench_free(b);
}

static void time_moves(void **state)
{
    struct bench *b = bench_signals(2);
    struct cs_signals_state *s = cs_signals_state(&b->tui);

    (void)state;
    some_plots(b);
    bench_run(b, 30 * CS_PS_PER_S);
    bench_draw(b, 80, 24);
    bench_keys(b, "[[[[");
    assert_int_equal(s->span_ps, 200 * CS_PS_PER_MS);
    bench_keys(b, "[[[[[[[[[[");
    assert_int_equal(s->span_ps, 10 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "]]]]]]]]]]]]]]]]]]");
    assert_int_equal(s->span_ps, 600 * CS_PS_PER_S);
    bench_draw(b, 80, 24);
    bench_keys(b, ":window 2s<Enter>");
    assert_int_equal(s->span_ps, 2 * CS_PS_PER_S);
    bench_keys(b, "<PgUp><lt>");
    assert_true(s->still);
    assert_int_equal(s->end_ps, 28 * CS_PS_PER_S);
    bench_keys(b, "]");
    assert_int_equal(s->span_ps, 5 * CS_PS_PER_S);
    assert_int_equal(s->end_ps, 29500 * CS_PS_PER_MS);
    bench_keys(b, "<Left>");
    assert_int_equal(s->end_ps, 29 * CS_PS_PER_S);
    bench_keys(b, "<PgDn>");
    assert_false(s->still);
    bench_keys(b, ":window 1us<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    assert_string_equal(b->tui.message, "window: must be 10ms..10min, got \"1us\"");
    bench_free(b);
}

static void list(void **state)
{
    struct bench *b = bench_signals(2);
    char text[64];

    (void)state;
    bench_keys(b, "dsexJK");
    some_plots(b);
    bench_keys(b, "K");
    assert_string_equal(b->tui.plots.plot[3]->spec.name, "door TEC");
    bench_keys(b, "<Up>J<Down><Down><Down><Down><Down>J");
    assert_string_equal(b->tui.plots.plot[4]->spec.name, "state");
    bench_keys(b, "d");
    assert_string_equal(b->tui.message, "no longer plotted: 2A0@can0 61:2; u brings it back");
    assert_int_equal(b->tui.plots.n, 4);
    bench_keys(b, "u");
    assert_string_equal(b->tui.plots.plot[4]->spec.name, "state");
    assert_int_equal(b->tui.plots.plot[4]->spec.n_words, 4);
    bench_keys(b, "u");
    assert_string_equal(b->tui.message, "undone: moving toggle; U does it again");
    bench_keys(b, "Ud");
    bench_keys(b, ":unplot toggle<Enter>:plot load can0<Enter>");
    assert_string_equal(b->tui.message, "plot: that is plotted already");
    bench_keys(b, "<Esc>:unplot all<Enter>");
    assert_int_equal(b->tui.plots.n, 0);
    for (unsigned i = 0; i <= CS_PLOTS_MAX; i++) {
        snprintf(text, sizeof text, ":plot 100 %u:1<Enter>", i);
        bench_keys(b, text);
    }
    assert_string_equal(b->tui.message, "plot: there is room for 16 plots: d removes one");
    assert_int_equal(b->tui.plots.n, CS_PLOTS_MAX);
    bench_keys(b, "<Esc>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "100 15:1"));
    assert_true(bench_hides(b, "100 0:1"));
    bench_free(b);
}

static void fixed_scale(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_S);
    plot(b, "100 0:8");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "100┤"));
    bench_keys(b, "s");
    bench_run(b, 2500 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "100┤"));
    bench_keys(b, ":scale -50 400<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "400┤"));
    assert_true(bench_shows(b, "-50┤"));
    bench_keys(b, ":scale 5 5<Enter>");
    assert_true(b->tui.message_bad);
    bench_keys(b, "<Esc>:scale auto<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "250┤"));
    bench_free(b);
}

static void shapes(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_S);
    plot(b, "2A0 60:1 name=bit");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "┌"));
    bench_keys(b, "e");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "┌"));
    bench_keys(b, "ee");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "░"));
    bench_free(b);
}

static void chooser(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_S);
    bench_keys(b, "a");
    bench_draw(b, 80, 24);
    bench_golden(b, "signals-chooser");
    bench_keys(b, "tec do");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "tec door@body"));
    assert_true(bench_hides(b, "tec engine@can0"));
    bench_keys(b, "<Ins>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PLOT);
    assert_int_equal(b->tui.plots.n, 1);
    bench_keys(b, "<Ins>");
    assert_string_equal(b->tui.message, "that is plotted already");
    bench_keys(b, "<^U>100 move<Tab>");
    assert_string_equal(cs_signals_state(&b->tui)->field.text, "100@can0 0:8");
    bench_keys(b, " signed *0.5");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "as typed"));
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.plots.n, 2);
    assert_true(b->tui.plots.plot[1]->spec.is_signed);
    bench_keys(b, "anothing at all<Enter>");
    assert_true(b->tui.message_bad);
    bench_keys(b, "<Down><Up><PgDn><PgUp><Esc>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_free(b);
}

/* The identifier that is selected elsewhere comes first. */
static void from_the_trace(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, CS_PS_PER_S);
    b->tui.view = 1;
    bench_draw(b, 80, 24);
    bench_keys(b, "<Down><Down>9a");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "2A0@can0 0:8 selected identifier: byte 0, n"));
    bench_keys(b, "<Esc>1:plot 2A0 <Tab><Enter>");
    assert_int_equal(b->tui.plots.n, 0); /* "2A0 " completes to nothing: there are two buses */
    bench_keys(b, "<Esc>:plot 2A0@can0 5<Tab><Enter>");
    assert_int_equal(b->tui.plots.n, 1);
    bench_free(b);
}

static void mouse(void **state)
{
    struct bench *b = bench_signals(2);
    struct cs_signals_state *s = cs_signals_state(&b->tui);
    struct cs_mouse press = {.x = 40, .y = 4, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    some_plots(b);
    bench_draw(b, 80, 24);
    cs_tui_mouse(&b->tui, &press);
    assert_int_equal(s->sel, 0);
    assert_true(s->cursor[0].on && !s->cursor[1].on);
    press.kind = CS_MOUSE_DRAG;
    press.x = 50;
    cs_tui_mouse(&b->tui, &press);
    assert_true(s->cursor[1].on);
    assert_true(s->cursor[1].at_ps > s->cursor[0].at_ps);
    press.kind = CS_MOUSE_UP;
    cs_tui_mouse(&b->tui, &press);
    assert_int_equal(s->span_ps, 2 * CS_PS_PER_S);
    bench_draw(b, 80, 24);
    bench_free(b);
}

static void sizes(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    some_plots(b);
    for (unsigned i = 0; i < 9; i++) {
        char text[32];
        snprintf(text, sizeof text, "2A0 %u:5", i);
        plot(b, text);
    }
    for (int ascii = 0; ascii < 2; ascii++) {
        b->canvas.ascii = ascii;
        for (enum cs_tui_split split = 0; split < CS_SPLIT_COUNT; split++) {
            cs_tui_split(&b->tui, split);
            for (int w = 40; w <= 260; w += 20)
                for (int h = 5; h <= 80; h += 7) {
                    bench_draw(b, w, h);
                    bench_keys(b, "<Down><Left>[v");
                    if (h % 2)
                        bench_keys(b, "c>");
                    else
                        bench_keys(b, "x]]");
                }
        }
    }
    bench_free(b);
}

/* The body alone, down to what no screen has. */
static void tiny(void **state)
{
    const struct cs_view *view;
    struct bench *b = bench_signals(2);

    (void)state;
    some_plots(b);
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

/* Whatever keys come, in whatever order and size. CANSIM_SEED replays a run. */
static void any_keys(void **state)
{
    static const char keys[] = "aduucvfsexgGJKjk[]<>0123456789 :/*+.=";
    static const int32_t others[] = {CS_KEY_UP,     CS_KEY_DOWN,  CS_KEY_LEFT, CS_KEY_RIGHT,
                                     CS_KEY_PGUP,   CS_KEY_PGDN,  CS_KEY_HOME, CS_KEY_END,
                                     CS_KEY_ENTER,  CS_KEY_ESC,   CS_KEY_TAB,  CS_KEY_INSERT,
                                     CS_KEY_DELETE, CS_KEY_CTRL_U};
    const char *given = getenv("CANSIM_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : 1;
    struct bench *b = bench_signals(2);
    struct cs_rng rng;

    (void)state;
    print_message("CANSIM_SEED=%llu\n", (unsigned long long)seed);
    cs_rng_init(&rng, seed, "keys");
    some_plots(b);
    for (int i = 0; i < 20000; i++) {
        const bool other = cs_rng_below(&rng, 3) == 0;
        if (cs_rng_below(&rng, 40) == 0 && !b->tui.overlay)
            b->tui.view = (unsigned)cs_view_find(cs_rng_below(&rng, 2) ? "signals" : "stats");
        cs_tui_key(&b->tui, other ? others[cs_rng_below(&rng, sizeof others / sizeof *others)]
                                  : keys[cs_rng_below(&rng, sizeof keys - 1)]);
        if (cs_rng_below(&rng, 10) == 0)
            bench_run(b, cs_sim_now_ps(b->sim) + cs_rng_range(&rng, 0, CS_PS_PER_MS));
        if (cs_rng_below(&rng, 20) == 0)
            bench_draw(b, (int)cs_rng_range(&rng, 40, 200), (int)cs_rng_range(&rng, 10, 60));
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),   cmocka_unit_test(cursors),     cmocka_unit_test(time_moves),
        cmocka_unit_test(list),    cmocka_unit_test(fixed_scale), cmocka_unit_test(shapes),
        cmocka_unit_test(chooser), cmocka_unit_test(mouse),       cmocka_unit_test(from_the_trace),
        cmocka_unit_test(sizes),   cmocka_unit_test(tiny),        cmocka_unit_test(any_keys),
    };
    return cmocka_run_group_tests_name("tui signals", tests, NULL, NULL);
}
