/* SPDX-License-Identifier: MIT */
/* Every view, dialog and edge as a picture of characters: tests/golden/tui. */
#include "test_tui.h"

static struct bench *bench_at(int64_t at_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, at_ps);
    return b;
}

static void views(void **state)
{
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {120, 40}, {160, 50}};
    struct bench *b = bench_at(1494 * CS_PS_PER_MS);
    char name[64];

    (void)state;
    cs_bus_set_counters(cs_sim_bus(b->sim, 0), 1, 140, 3);
    bench_run(b, 1500 * CS_PS_PER_MS);
    for (unsigned v = 0; v < 5; v++) /* the others have tests of their own */
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            b->tui.view = v;
            bench_draw(b, sizes[i].w, sizes[i].h);
            snprintf(name, sizeof name, "%s-%dx%d", cs_views[v]->name, sizes[i].w, sizes[i].h);
            bench_golden(b, name);
        }
    bench_free(b);
}

static void one_bus_needs_no_column(void **state)
{
    struct bench *b = bench_new(0, 1);
    int node = bench_node(b, 0, "engine", CS_MODE_NORMAL);

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_sends(b, 0, node, "100#00.11.22.33", 10 * CS_PS_PER_MS, 0);
    bench_run(b, CS_PS_PER_S);
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-one-bus");
    bench_keys(b, "t");
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-delta");
    bench_free(b);
}

static void trace_selected(void **state)
{
    struct bench *b = bench_at(200 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "<Up><Up><Up>");
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-selected");
    assert_int_equal(cs_canvas_at(&b->canvas, 0, 18)->style & CS_STYLE_SELECTED, CS_STYLE_SELECTED);
    assert_int_equal(cs_canvas_at(&b->canvas, 0, 19)->style & CS_STYLE_SELECTED, 0);
    bench_free(b);
}

static void silent(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    for (unsigned v = 0; v < 5; v++) {
        b->tui.view = v;
        bench_draw(b, 80, 24);
        assert_true(bench_shows(b, v == 0   ? "the bus is silent"
                                   : v == 1 ? "no frames so far"
                                   : v == 2 ? "nobody here yet"
                                   : v == 3 ? "no fault so far"
                                   : v == 4 ? "no device: QEMU guests"
                                            : "this host does not tell"));
    }
    b->tui.view = 0;
    bench_draw(b, 80, 24);
    bench_golden(b, "silent-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "silent-160x50");
    snprintf(b->tui.info.link, sizeof b->tui.info.link, "unix:x");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "cansim-attach -- candump can0"));
    bench_keys(b, "e");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no error so far"));
    bench_keys(b, "e");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "only frames are shown: e shows all"));
    bench_free(b);
}

static void waiting(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    snprintf(b->tui.info.waiting, sizeof b->tui.info.waiting, "guest1, guest2");
    bench_draw(b, 80, 24);
    bench_golden(b, "waiting");
    bench_free(b);
}

static void dialogs(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "i");
    bench_draw(b, 80, 24);
    bench_golden(b, "inject-empty");
    bench_keys(b, "12#");
    bench_draw(b, 80, 24);
    bench_golden(b, "inject-wrong");
    bench_keys(b, "<^U>12345678#0000000000<Tab>");
    bench_draw(b, 80, 24);
    bench_golden(b, "inject-right");
    bench_keys(b, "<Esc>?");
    bench_draw(b, 80, 24);
    bench_golden(b, "help");
    bench_draw(b, 120, 50);
    bench_golden(b, "help-120x50");
    bench_keys(b, "<Esc>/100,2a0-2ff");
    bench_draw(b, 80, 24);
    bench_golden(b, "filter");
    bench_keys(b, "<Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-filtered");
    bench_free(b);
}

/* It begins with the view at hand, wraps what is long, and finds. */
static void help(void **state)
{
    struct bench *b = bench_at(100 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "6?");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Wire: the bits of a frame"));
    assert_true(bench_hides(b, "leave, at once"));
    bench_keys(b, "/STEP");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "stop bus time, then step by one bit"));
    assert_true(bench_shows(b, "while paused, or in the past: step to the next frame"));
    assert_true(bench_hides(b, "the next field"));
    bench_keys(b, "qqq");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no key or word tells of it"));
    bench_keys(b, "<Esc>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the next field"));
    bench_keys(b, "/ACK<Enter><Down><PgDn><Up><PgUp>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "A acknowledged"));
    assert_true(bench_shows(b, "find ACK"));
    bench_keys(b, "q");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_keys(b, "7?");
    bench_draw(b, 120, 40); /* long words have a line of their own */
    assert_true(bench_shows(b, ":transmit-load [FILE] "));
    assert_true(bench_shows(b, " read such a list, or a scenario's periodic nodes"));
    bench_keys(b, "<Esc>?");
    bench_draw(b, 240, 70);
    assert_true(bench_shows(b, "leave, at once"));
    for (unsigned v = 0; v < cs_n_views; v++) {
        b->tui.view = v;
        for (int h = 24; h < 90; h += 13) {
            bench_draw(b, 72 + h * 2, h);
            bench_keys(b, "jjk<PgDn><PgDn><PgDn><PgUp> ");
            bench_draw(b, 72 + h * 2, h);
        }
    }
    bench_free(b);
}

static void ascii(void **state)
{
    struct bench *b = bench_at(1500 * CS_PS_PER_MS);
    char *text;

    (void)state;
    b->canvas.ascii = true;
    for (unsigned v = 0; v < cs_n_views; v++) {
        b->tui.view = v;
        bench_draw(b, 80, 24);
        text = bench_text(b);
        for (const char *c = text; *c; c++)
            assert_in_range(*c, '\n', 126);
        free(text);
    }
    b->tui.view = 2;
    bench_keys(b, "i123#00");
    bench_draw(b, 80, 24);
    bench_golden(b, "ascii");
    bench_free(b);
}

static void too_small(void **state)
{
    static const struct {
        int w, h;
    } sizes[] = {{79, 24}, {80, 23}, {60, 16}, {59, 16}, {40, 10}, {1, 1}, {3, 40}};
    struct bench *b = bench_at(100 * CS_PS_PER_MS);

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bench_draw(b, sizes[i].w, sizes[i].h);
        bench_keys(b, "<Up><PgUp><Home>?<PgDn><Esc>i1<Esc>2<Up><PgDn>3<End><PgUp>1<End>");
        bench_draw(b, sizes[i].w, sizes[i].h);
    }
    bench_draw(b, 59, 20);
    assert_true(bench_shows(b, "60x16 needed, this is 59x20"));
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "following"));
    bench_free(b);
}

/* A byte that changed stands out, then fades, then is like any other. */
static void changed_bytes(void **state)
{
    struct bench *b = bench_new(0, 1);
    int node = bench_node(b, 0, "engine", CS_MODE_NORMAL);
    struct cs_frame frame = {.id = 0x100, .dlc = 2, .len = 2, .data = {1, 1}};
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    static const struct {
        int64_t ms;
        uint8_t style;
    } later[] = {{101, CS_STYLE_HOT}, {1000, CS_STYLE_WARM}, {1700, CS_STYLE_TEXT}};

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, 100 * CS_PS_PER_MS);
    frame.data[1] = 2;
    cs_bus_submit(bus, node, &frame, 0);
    b->tui.view = 1;
    for (size_t i = 0; i < 3; i++) {
        int x = 1;
        bench_run(b, later[i].ms * CS_PS_PER_MS);
        bench_draw(b, 80, 24);
        while (x < 79 && (cs_canvas_at(&b->canvas, x - 1, 4)->ch != '0' ||
                          cs_canvas_at(&b->canvas, x, 4)->ch != '2'))
            x++;
        assert_int_equal(cs_canvas_at(&b->canvas, x, 4)->style, later[i].style);
        assert_int_equal(cs_canvas_at(&b->canvas, x - 3, 4)->style, CS_STYLE_TEXT);
    }
    bench_free(b);
}

/* 64 bytes: what has no room is told by dots, and all of it by Enter. */
static void can_fd(void **state)
{
    static const struct {
        int w, h;
    } sizes[] = {{80, 24}, {200, 60}};
    static const struct cs_bus_config config = {
        .name = "fd0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};
    struct bench *b = bench_of(0, &config, 1);
    struct cs_frame frame = {
        .id = 0x123, .flags = CS_FRAME_FD | CS_FRAME_BRS | CS_FRAME_ESI, .dlc = 15, .len = 64};
    struct cs_frame first;
    char name[64], text[CS_FRAME_TEXT_MAX];
    int node;

    (void)state;
    node = bench_node(b, 0, "radar", CS_MODE_NORMAL);
    bench_node(b, 0, "fusion", CS_MODE_NORMAL);
    for (unsigned i = 0; i < 64; i++)
        frame.data[i] = (uint8_t)(i * 7);
    for (int i = 1; i <= 20; i++) {
        frame.data[63]++;
        assert_int_equal(cs_bus_submit(cs_sim_bus(b->sim, 0), node, &frame, 0), 0);
        bench_run(b, i * 5 * CS_PS_PER_MS);
    }
    assert_true(cs_row_frame(cs_tui_ring_get(&b->tui.ring, 2), &first));
    bench_sends(b, 0, 1, "101##01122", 40 * CS_PS_PER_MS, 0);
    bench_sends(b, 0, 1, "102#11.22", 40 * CS_PS_PER_MS, 0);
    bench_run(b, 200 * CS_PS_PER_MS);
    for (unsigned v = 0; v < 3; v++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            b->tui.view = v;
            bench_draw(b, sizes[i].w, sizes[i].h);
            snprintf(name, sizeof name, "fd-%s-%dx%d", cs_views[v]->name, sizes[i].w, sizes[i].h);
            bench_golden(b, name);
        }
    /* A byte that has no room and has just changed marks the dots. */
    b->tui.view = 1;
    bench_draw(b, 80, 24);
    for (int x = 0, found = 0; x < 80 || !found; x++) {
        const struct cs_cell *cell = cs_canvas_at(&b->canvas, x, 6);
        assert_non_null(cell);
        found |= cell->ch == 0x2026 && cell->style == CS_STYLE_HOT;
    }
    b->tui.view = 0;
    bench_draw(b, 80, 24);
    bench_keys(b, "<Home><Down><Down><Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "fd-row");
    bench_keys(b, "<Esc>i123##100.11.22.33.44.55.66.77.88.99.AA.BB");
    bench_draw(b, 80, 24);
    bench_golden(b, "fd-inject");
    /* The dialog tells the time that the bus then takes: that of the trace's first frame. */
    cs_frame_format(&first, text);
    bench_keys(b, "<^U>");
    bench_keys(b, text);
    bench_draw(b, 80, 24);
    assert_int_equal(cs_tui_ring_get(&b->tui.ring, 2)->at_ps, 335500000);
    assert_true(bench_shows(b, "335.5µs at 500k/2M"));
    bench_free(b);
}

/* A node at half the bit rate: it stands out, and its last error is told in words. */
static void what_differs(void **state)
{
    static const struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};
    struct bench *b = bench_of(0, &config, 1);
    struct cs_timing timing = {.drift_ppb = 1500000};
    struct cs_controller_config odd = {
        .name = "odd", .via = "scenario", .timing = &timing, .fd = CS_FD_TOLERANT};
    int x = 0;

    (void)state;
    odd.delay_ps = 250 * CS_PS_PER_NS;
    cs_bit_timing_fill(&timing.nominal, 250000, 700, 0);
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    assert_int_equal(cs_bus_attach(cs_sim_bus(b->sim, 0), &odd), 2);
    bench_sends(b, 0, 0, "100#00.11.22.33", 10 * CS_PS_PER_MS, 0);
    bench_run(b, 11 * CS_PS_PER_MS);
    b->tui.view = 2;
    bench_keys(b, "<End>");
    bench_draw(b, 200, 60);
    bench_golden(b, "nodes-differ");
    assert_true(bench_shows(b, "250k, sampled at 70.0% · CAN FD: tolerant · delay 250ns"));
    assert_true(bench_shows(b, "clock +1500ppm"));
    assert_true(bench_shows(b, "error at"));
    assert_true(bench_shows(b, "as receiver"));
    while (x < 190 && (cs_canvas_at(&b->canvas, x, 6)->ch != '2' ||
                       cs_canvas_at(&b->canvas, x + 3, 6)->ch != 'k'))
        x++;
    assert_int_equal(cs_canvas_at(&b->canvas, x + 3, 6)->style, CS_STYLE_HIGH | CS_STYLE_SELECTED);
    assert_int_equal(cs_canvas_at(&b->canvas, x + 3, 5)->style, CS_STYLE_DIM);
    bench_free(b);
}

static void cut_off(void **state)
{
    struct bench *b = bench_at(10 * CS_PS_PER_MS);

    (void)state;
    b->tui.view = 2;
    bench_draw(b, 80, 24);
    b->tui.nodes[0].status.plugged = false;
    cs_tui_draw(&b->tui, &b->canvas);
    assert_true(bench_shows(b, "engine can0 cut off"));
    assert_true(bench_shows(b, "cut off from the bus · "));
    bench_free(b);
}

static void many_buses(void **state)
{
    struct bench *b = bench_new(0, 1);
    char name[16];

    (void)state;
    for (int i = 1; i < CS_SIM_MAX_BUSES; i++) {
        struct cs_bus_config config = {.name = name, .bitrate_bps = 250000};
        snprintf(name, sizeof name, i == 1 ? "a-long-name-%d" : "bus%d", i);
        assert_int_equal(cs_sim_add_bus(b->sim, &config), i);
    }
    bench_run(b, CS_PS_PER_S);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "13 more buses"));
    assert_true(bench_shows(b, "a-long… 250k"));
    bench_draw(b, 240, 70);
    assert_true(bench_shows(b, "bus15"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views),          cmocka_unit_test(one_bus_needs_no_column),
        cmocka_unit_test(trace_selected), cmocka_unit_test(silent),
        cmocka_unit_test(waiting),        cmocka_unit_test(dialogs),
        cmocka_unit_test(help),           cmocka_unit_test(ascii),
        cmocka_unit_test(too_small),      cmocka_unit_test(changed_bytes),
        cmocka_unit_test(many_buses),     cmocka_unit_test(can_fd),
        cmocka_unit_test(what_differs),   cmocka_unit_test(cut_off),
    };
    return cmocka_run_group_tests_name("tui views", tests, NULL, NULL);
}
