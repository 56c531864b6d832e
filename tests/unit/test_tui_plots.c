/* SPDX-License-Identifier: MIT */
/* What is plotted: its text, values out of data, its memory, and that every frame counts. */
#include <math.h>

#include "test_tui.h"

#include "scenarios/session_live.h"
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

/* ---- text ------------------------------------------------------------------------------------ */

static void texts(void **state)
{
    static const struct {
        const char *text, *again, *name;
    } good[] = {
        {"123 8:16", "123@can0 8:16", "123 8:16"},
        {"123@body 8:16 le signed *0.1 +5 name=rpm unit=1/min", "123@body 8:16 signed *0.1 +5",
         "rpm"},
        {"18FEF100 7:8 be -40", "18FEF100@can0 7:8 be -40", "18FEF100 7:8"},
        {"185 sdo/index", "185@can0 sdo/index", "sdo/index"},
        {"LOAD", "load can0", "can0 load"},
        {"errors body", "errors body", "body errors"},
        {"rate can0", "rate can0", "can0 rate"},
        {"tec door", "tec door@body", "door TEC"},
        {"rec engine@can0", "rec engine@can0", "engine REC"},
    };
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "what is missing: 123 8:16, 185 FIELD, load BUS, rate BUS, errors BUS, tec NODE"},
        {"xyz 1:2", "must be an identifier, load, rate, errors, tec or rec, got \"xyz\""},
        {"20000000 0:8", "must be an identifier, load, rate, errors, tec or rec, got \"20000000\""},
        {"123", "behind the identifier comes FIRST:BITS such as 8:16, or a field"},
        {"123 8:65", "must be FIRST:BITS, bits 0..511 and 1..64 of them, got \"8:65\""},
        {"123 512:1", "must be FIRST:BITS, bits 0..511 and 1..64 of them, got \"512:1\""},
        {"123 0:8 *x", "must be a number, got \"x\""},
        {"123 0:8 *inf", "must be a number, got \"inf\""},
        {"123 0:8 huh",
         "must be le, be, signed, *FACTOR, +OFFSET, name=, unit= or words=, got \"huh\""},
        {"123 0:8 words=0", "must be such as words=0:off,1:on, got \"0\""},
        {"123@can7 0:8", "there is no bus \"can7\""},
        {"load can7", "there is no bus \"can7\""},
        {"tec nobody", "must be the name of a node, got \"nobody\""},
    };
    struct bench *b = bench_signals(2);
    struct cs_plot_spec spec;
    char why[200], text[CS_PLOT_TEXT];

    (void)state;
    bench_traffic(b);
    bench_draw(b, 80, 24);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        why[0] = '\0';
        assert_int_equal(cs_plot_parse(&b->tui, good[i].text, &spec, why, sizeof why), 0);
        assert_string_equal(cs_plot_format(&b->tui, &spec, text), good[i].again);
        assert_string_equal(spec.name, good[i].name);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cs_plot_parse(&b->tui, bad[i].text, &spec, why, sizeof why), -EINVAL);
        assert_string_equal(why, bad[i].why);
    }
    bench_free(b);
}

static void bits(void **state)
{
    static const uint8_t data[8] = {0x12, 0x34, 0x56, 0x80, 0xff, 0xff, 0xff, 0xff};
    static const struct {
        struct cs_plot_spec spec;
        unsigned len;
        double value;
    } rows[] = {
        {{.first = 0, .bits = 8, .factor = 1}, 8, 0x12},
        {{.first = 0, .bits = 16, .factor = 1}, 8, 0x3412},
        {{.first = 7, .bits = 16, .factor = 1, .motorola = true}, 8, 0x1234},
        {{.first = 3, .bits = 12, .factor = 1, .motorola = true}, 8, 0x234},
        {{.first = 4, .bits = 8, .factor = 1}, 8, 0x41},
        {{.first = 24, .bits = 8, .factor = 1, .is_signed = true}, 8, -128},
        {{.first = 0, .bits = 64, .factor = 1, .is_signed = true}, 8, -0x7fa9cbee},
        {{.first = 32, .bits = 32, .factor = 0.5, .offset = 1, .is_signed = true}, 8, 0.5},
        {{.first = 31, .bits = 1, .factor = 1}, 8, 1},
    };
    double value;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(cs_plot_bits(&rows[i].spec, data, rows[i].len, &value));
        assert_true(fabs(value - rows[i].value) < 1e-9);
    }
    assert_false(cs_plot_bits(&rows[1].spec, data, 1, &value));
    assert_false(cs_plot_bits(&rows[2].spec, data, 1, &value));
    assert_true(cs_plot_bits(&rows[0].spec, data, 1, &value));
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Ten minutes of a value each 100 us: more than is kept, nothing of the extremes lost. */
static void ring_keeps_extremes(void **state)
{
    struct cs_plot_ring ring;
    struct cs_plot_column columns[200];
    double held, value;
    uint64_t n = 0;

    (void)state;
    assert_int_equal(cs_plot_ring_init(&ring), 0);
    assert_false(cs_plot_ring_value(&ring, CS_PS_PER_S, &value));
    for (int64_t i = 0; i < 6000000; i++)
        cs_plot_ring_push(&ring, i * 100 * CS_PS_PER_US, i == 1234567 ? 99 : (double)(i % 10));
    assert_true(
        cs_plot_ring_columns(&ring, 100 * CS_PS_PER_S, 200 * CS_PS_PER_S, columns, 200, &held));
    for (int i = 0; i < 200; i++) {
        assert_true(columns[i].n > 0);
        assert_true(columns[i].min == 0);
        assert_true(columns[i].max == (i == 23 ? 99 : 9));
        n += columns[i].n;
    }
    assert_in_range(n, 1990000, 2010000);
    /* The newest, each of them. */
    assert_true(cs_plot_ring_columns(&ring, 599 * CS_PS_PER_S, CS_PS_PER_S, columns, 100, &held));
    for (int i = 0; i < 100; i++)
        assert_int_equal(columns[i].n, 100);
    assert_true(held == 9);
    assert_true(cs_plot_ring_value(&ring, 599 * CS_PS_PER_S + 350 * CS_PS_PER_US, &value));
    assert_true(value == 3);
    assert_true(cs_plot_ring_value(&ring, 200 * CS_PS_PER_S, &value));
    assert_false(cs_plot_ring_columns(&ring, 0, CS_PS_PER_S, columns, 10, &held));
    cs_plot_ring_fini(&ring);
}

static void ring_holds(void **state)
{
    struct cs_plot_ring ring;
    struct cs_plot_column columns[10];
    double held = 0, value;

    (void)state;
    assert_int_equal(cs_plot_ring_init(&ring), 0);
    cs_plot_ring_push(&ring, 5 * CS_PS_PER_S, 7);
    cs_plot_ring_push(&ring, 4 * CS_PS_PER_S, 8); /* time does not go back */
    cs_plot_ring_push(&ring, 6 * CS_PS_PER_S, NAN);
    cs_plot_ring_push(&ring, 6 * CS_PS_PER_S, -INFINITY);
    assert_false(cs_plot_ring_value(&ring, 4 * CS_PS_PER_S, &value));
    assert_true(cs_plot_ring_value(&ring, CS_TIME_END, &value));
    assert_true(value == 8);
    assert_true(cs_plot_ring_columns(&ring, 1000 * CS_PS_PER_S, CS_PS_PER_S, columns, 10, &held));
    assert_true(held == 8);
    assert_int_equal(columns[0].n, 0);
    assert_false(cs_plot_ring_columns(&ring, 0, 10 * CS_PS_PER_S, columns, 10, &held));
    assert_int_equal(columns[5].n, 2);
    assert_true(columns[5].min == 7 && columns[5].max == 8 && columns[5].last == 8);
    cs_plot_ring_fini(&ring);
}

/* ---- what is fed ----------------------------------------------------------------------------- */

static double now_of(struct bench *b, unsigned plot)
{
    double value = NAN;

    cs_plot_ring_value(&b->tui.plots.plot[plot]->ring, CS_TIME_END, &value);
    return value;
}

/* A plot has what the trace has of the time before it, and each frame after it, whatever is shown
 * meanwhile. */
static void every_frame(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 995 * CS_PS_PER_MS);
    plot(b, "100 0:8");
    assert_int_equal(b->tui.plots.plot[0]->ring.end, 99);
    b->tui.view = 0;
    bench_run(b, 20005 * CS_PS_PER_MS);
    assert_in_range(b->tui.plots.plot[0]->ring.end, 2000, 2000);
    assert_true(now_of(b, 0) == b->senders[0].frame.data[0]);
    bench_free(b);
}

static void loads(void **state)
{
    struct bench *b = bench_signals(2);
    struct cs_stats_point point;
    double value;

    (void)state;
    bench_traffic(b);
    bench_run(b, 500 * CS_PS_PER_MS);
    plot(b, "load can0");
    plot(b, "rate can0");
    plot(b, "errors body");
    bench_run(b, 2500 * CS_PS_PER_MS);
    cs_tui_refresh(&b->tui);
    for (int64_t w = 0; w < 23; w++) {
        assert_true(cs_stats_history(b->stats, 0, CS_STATS_100MS, w, &point));
        assert_true(
            cs_plot_ring_value(&b->tui.plots.plot[0]->ring, w * CS_PLOT_WINDOW_PS + 1, &value));
        assert_true(fabs(value - (double)point.busy_ps / (double)CS_PLOT_WINDOW_PS * 100) < 0.01);
        assert_true(
            cs_plot_ring_value(&b->tui.plots.plot[1]->ring, w * CS_PLOT_WINDOW_PS + 1, &value));
        assert_true(value == point.frames * 10);
    }
    assert_true(cs_stats_history(b->stats, 1, CS_STATS_100MS, 20, &point));
    assert_true(
        cs_plot_ring_value(&b->tui.plots.plot[2]->ring, 20 * CS_PLOT_WINDOW_PS + 1, &value));
    assert_true(point.error_frames > 0 && value == point.error_frames * 10);
    bench_free(b);
}

/* A silence of years costs nothing, and is seen as one. */
static void silence(void **state)
{
    struct bench *b = bench_signals(1);
    int a = bench_node(b, 0, "a", CS_MODE_NORMAL);
    struct cs_frame frame = {.id = 0x123, .dlc = 8, .len = 8};
    double value;

    (void)state;
    bench_node(b, 0, "b", CS_MODE_NORMAL);
    plot(b, "load");
    bench_run(b, CS_PS_PER_S);
    assert_int_equal(cs_bus_submit(cs_sim_bus(b->sim, 0), a, &frame, 0), 0);
    bench_run(b, 80 * 86400 * CS_PS_PER_S);
    cs_tui_refresh(&b->tui);
    assert_true(b->tui.plots.plot[0]->ring.end < 100);
    assert_true(cs_plot_ring_value(&b->tui.plots.plot[0]->ring, 1050 * CS_PS_PER_MS, &value));
    assert_true(value > 0);
    assert_true(cs_plot_ring_value(&b->tui.plots.plot[0]->ring, 1350 * CS_PS_PER_MS, &value));
    assert_true(value == 0);
    bench_free(b);
}

static void counters(void **state)
{
    struct bench *b = bench_signals(2);

    (void)state;
    bench_traffic(b);
    plot(b, "tec door");
    plot(b, "rec dashboard");
    bench_run(b, 3 * CS_PS_PER_S);
    assert_true(now_of(b, 0) == 128);
    assert_true(now_of(b, 1) == 0);
    cs_bus_set_counters(cs_sim_bus(b->sim, 0), 1, 10, 96);
    bench_run(b, 3010 * CS_PS_PER_MS);
    cs_tui_refresh(&b->tui);
    assert_true(now_of(b, 1) > 90);
    bench_free(b);
}

/* Another node under the index of one that left is not plotted; it is again where it joins. */
static void nodes_come_and_go(void **state)
{
    struct bench *b = bench_signals(1);
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    int a = bench_node(b, 0, "a", CS_MODE_NORMAL), other;

    (void)state;
    bench_node(b, 0, "b", CS_MODE_NORMAL);
    plot(b, "tec a");
    cs_bus_set_counters(bus, a, 50, 0);
    bench_run(b, 10 * CS_PS_PER_MS);
    assert_true(now_of(b, 0) == 50);
    cs_bus_detach(bus, a);
    other = bench_node(b, 0, "other", CS_MODE_NORMAL);
    assert_int_equal(other, a);
    cs_bus_set_counters(bus, other, 90, 0);
    bench_run(b, 20 * CS_PS_PER_MS);
    cs_tui_refresh(&b->tui);
    assert_true(now_of(b, 0) == 50);
    a = bench_node(b, 0, "a", CS_MODE_NORMAL);
    assert_true(now_of(b, 0) == 0);
    cs_bus_set_counters(bus, a, 33, 0);
    bench_run(b, 30 * CS_PS_PER_MS);
    assert_true(now_of(b, 0) == 33);
    bench_free(b);
}

/* ---- decoded fields -------------------------------------------------------------------------- */

static void decoded(void **state)
{
    const struct cs_live_config config = {.name = "canopen"};
    struct bench *b = bench_signals(1);
    int node = bench_node(b, 0, "node", CS_MODE_NORMAL);
    struct cs_error error;
    struct cs_live *live;

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    cs_feed_fini(&b->feed);
    live = cs_live_create(b->sim, &config, &error);
    assert_non_null(live);
    b->feed.live = live;
    assert_int_equal(cs_feed_init(&b->feed, &b->tui, b->sim, b->stats), 0);
    bench_sends(b, 0, node, "705#05", 100 * CS_PS_PER_MS, -1);
    bench_draw(b, 80, 24); /* from now on fields become known */
    bench_run(b, 450 * CS_PS_PER_MS);
    bench_keys(b, "astate");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "705 state decoded:"));
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.plots.n, 1);
    assert_string_equal(b->tui.plots.plot[0]->spec.name, "State");
    b->tui.view = 0;
    cs_tui_refresh(&b->tui);
    bench_run(b, 950 * CS_PS_PER_MS);
    assert_int_equal(b->tui.plots.plot[0]->ring.end, 5);
    b->senders[0].frame.data[0] = 0x7f;
    bench_run(b, 1450 * CS_PS_PER_MS);
    assert_int_equal(cs_plot_shape(b->tui.plots.plot[0]), CS_SHAPE_BANDS);
    b->tui.view = (unsigned)cs_view_find("signals");
    bench_keys(b, ":window 2s<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "│ operational │"));
    bench_golden(b, "signals-decoded");
    cs_feed_fini(&b->feed);
    b->feed.live = NULL;
    cs_live_destroy(live);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(bits),
        cmocka_unit_test(ring_holds),
        cmocka_unit_test(ring_keeps_extremes),
        cmocka_unit_test(every_frame),
        cmocka_unit_test(loads),
        cmocka_unit_test(silence),
        cmocka_unit_test(counters),
        cmocka_unit_test(nodes_come_and_go),
        cmocka_unit_test(decoded),
    };
    return cmocka_run_group_tests_name("tui plots", tests, NULL, NULL);
}
