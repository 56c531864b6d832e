/* SPDX-License-Identifier: MIT */
/* The wire view: pictures, keys, the mouse; its bits are tested in test_tui_shot.c. */
#include "test_tui.h"

#include "tui/shot.h"
#include "tui/view_wire.h"

/* ---- the view ---------------------------------------------------------------------------------
 */

static struct bench *busy(int64_t until_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, until_ps);
    bench_draw(b, 80, 24);
    return b;
}

static struct wire_state *state_of(struct bench *b)
{
    return cs_view_state(&b->tui, &cs_view_wire);
}

static void looks(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "6<PgUp>"); /* to the frame that won */
    bench_draw(b, 80, 24);
    bench_golden(b, "wire-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "wire-160x50");
    bench_keys(b, "<lt><lt><lt><lt><lt><lt><lt>");
    bench_draw(b, 80, 24);
    bench_golden(b, "wire-time-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "wire-time-160x50");
    bench_free(b);
}

static void looks_with_errors(void **state)
{
    struct bench *b = busy(1500 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "6E");
    bench_draw(b, 100, 30);
    bench_golden(b, "wire-error-100x30");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "wire-ascii-80x24");
    bench_keys(b, "<lt><lt><lt><lt><lt><lt>");
    bench_draw(b, 80, 24);
    bench_golden(b, "wire-time-ascii-80x24");
    bench_free(b);
}

static void empty(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "6");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no frame was on the wire yet: i sends one"));
    bench_keys(b, "<Left><Right>[]<Home><End><PgUp><PgDn>eEgfGms{}<Enter>6");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no frame was on the wire yet"));
    bench_keys(b, "<lt><lt><lt><lt><lt><Left><Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "time line"));
    bench_free(b);
}

static void moves_by_bit_and_field(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);

    (void)state;
    bench_keys(b, "6<PgUp>");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->cursor, 0);
    assert_true(bench_shows(b, "sof · dominant (0) · dominant: engine and dashboard · bit 0"));
    bench_keys(b, "<Right><Right>");
    assert_int_equal(wire->cursor, 2);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "ID.27"));
    bench_keys(b, "]");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "rtr · dominant"));
    bench_keys(b, "[[");
    assert_int_equal(wire->cursor, 0);
    bench_keys(b, "<End>");
    assert_int_equal(wire->cursor, wire->shot.n_bits - 1);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "intermission 2"));
    bench_keys(b, "<Home>:bit ack<Enter>");
    assert_int_equal(wire->cursor, wire->shot.ack_slot);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "ack · dominant (0) · acknowledged: dashboard"));
    bench_keys(b, ":bit 9999<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "or a field of this frame"));
    bench_free(b);
}

static void measures(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "6<PgUp>m<Right><Right><Right><Right><Right>");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "+10.0µs (+5 bits) from the mark"));
    bench_keys(b, "<Home>m");
    bench_draw(b, 120, 40);
    assert_true(bench_hides(b, "from the mark"));
    bench_free(b);
}

/* The trace goes along, and the other way round. */
static void follows_the_trace(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);
    uint64_t row;

    (void)state;
    bench_keys(b, "6<PgUp>");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->cursor, 0);
    assert_false(b->tui.trace.follow);
    assert_int_equal(b->tui.trace.sel, wire->shot.row);
    row = wire->shot.row;
    bench_keys(b, "<PgUp>");
    bench_draw(b, 80, 24);
    assert_true(wire->shot.row < row);
    assert_int_equal(b->tui.trace.sel, wire->shot.row);
    bench_keys(b, "<PgDn>");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.row, row);
    bench_keys(b, "1<Up>6");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.row, row); /* the row before is its lost arbitration */
    assert_int_equal(wire->cursor, 2);     /* and where that was */
    bench_keys(b, "G");
    assert_true(b->tui.trace.follow);
    bench_run(b, 131 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.row, b->tui.ring.end - 1);
    bench_free(b);
}

static void loser_drops_out(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);
    const struct cs_lane *loser;

    (void)state;
    bench_keys(b, "6g");
    bench_draw(b, 80, 24);
    while (wire->shot.n_tx < 2) {
        bench_keys(b, "<PgDn>");
        bench_draw(b, 80, 24);
    }
    assert_string_equal(wire->shot.lane[0].name, "engine");
    loser = &wire->shot.lane[1];
    assert_string_equal(loser->name, "dashboard");
    assert_true(loser->lost > 0);
    assert_int_equal(cs_shot_drive(&wire->shot, loser, (unsigned)loser->lost), CS_DRIVE_LOST);
    assert_int_equal(cs_shot_drive(&wire->shot, loser, (unsigned)loser->lost + 1), CS_DRIVE_NONE);
    assert_int_equal(cs_shot_drive(&wire->shot, loser, (unsigned)wire->shot.ack_slot),
                     CS_DRIVE_ACK);
    assert_true(bench_shows(b, "lost"));
    bench_free(b);
}

/* While it is on the wire: what was sent so far, and on by a bit. */
static void steps_by_bit(void **state)
{
    struct bench *b = busy(100 * CS_PS_PER_MS + 31 * CS_PS_PER_US);
    struct wire_state *wire = state_of(b);
    unsigned bits;

    (void)state;
    b->paused = true;
    bench_keys(b, "6");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.row, UINT64_MAX);
    assert_true(bench_shows(b, "on the wire: 16 of 79 bits so far"));
    bits = wire->shot.n_bits;
    bench_keys(b, "s");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.n_bits, bits + 1);
    assert_int_equal(wire->cursor, bits);
    for (int i = 0; i < 200 && wire->shot.row == UINT64_MAX; i++) {
        bench_keys(b, "s");
        bench_draw(b, 80, 24);
    }
    assert_true(bench_shows(b, "valid, acknowledged by 1 node"));
    bench_free(b);
}

/* While time stands still the wire is measured: the same as was expected, where nothing is odd. */
static void measures_when_slow(void **state)
{
    struct bench *b = busy(119 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);
    struct cs_shot *expected = calloc(1, sizeof *expected);

    (void)state;
    assert_non_null(expected);
    bench_keys(b, "6");
    bench_draw(b, 80, 24);
    assert_false(b->tui.edges->on);
    b->paused = true;
    bench_draw(b, 80, 24);
    assert_true(b->tui.edges->on);
    bench_run(b, 121 * CS_PS_PER_MS);
    bench_keys(b, "6E<PgUp><PgDn>");
    bench_draw(b, 100, 24);
    assert_int_equal(wire->shot.measured, wire->shot.n_bits);
    assert_true(bench_shows(b, "measured"));
    bench_keys(b, "1"); /* no longer needed */
    bench_draw(b, 80, 24);
    assert_false(b->tui.edges->on);
    b->tui.edges->first = b->tui.edges->end;
    assert_true(cs_shot_take(&b->tui, wire->shot.row, expected));
    assert_int_equal(expected->measured, 0);
    assert_int_equal(expected->n_bits, wire->shot.n_bits);
    for (unsigned i = 0; i < expected->n_bits; i++) {
        assert_int_equal(expected->bit[i].level, wire->shot.bit[i].level);
        for (unsigned l = 0; l < expected->n_lanes; l++)
            assert_int_equal(cs_shot_drive(expected, &expected->lane[l], i),
                             cs_shot_drive(&wire->shot, &wire->shot.lane[l], i));
    }
    free(expected);
    bench_free(b);
}

/* What no row tells is seen all the same. */
static void measures_the_odd(void **state)
{
    struct bench *b = busy(119 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);
    unsigned dominant = 0;
    char why[256];

    (void)state;
    assert_true(bench_arm(b, 0, "short after=1050us for=60us", why, sizeof why) > 0);
    b->paused = true;
    bench_keys(b, "6");
    bench_draw(b, 80, 24);
    bench_run(b, 121 * CS_PS_PER_MS);
    bench_keys(b, "E");
    bench_draw(b, 80, 24);
    assert_true(wire->shot.failed);
    for (unsigned i = 0; i < wire->shot.n_bits; i++)
        dominant += wire->shot.bit[i].field == CS_FIELD_ERROR_FLAG && !wire->shot.bit[i].level;
    assert_true(dominant > 12);
    bench_free(b);
}

static void step_pauses_first(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "6s");
    assert_true(b->paused);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "s goes on by one bit"));
    bench_free(b);
}

static void clicks(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    struct wire_state *wire = state_of(b);
    struct cs_mouse mouse = {.x = 12 + 5 * 4, .y = 12, .kind = CS_MOUSE_PRESS, .button = 1};
    uint64_t row;

    (void)state;
    bench_keys(b, "6<PgUp>");
    bench_draw(b, 80, 24);
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(wire->cursor, 5);
    mouse.kind = CS_MOUSE_DRAG;
    mouse.x += 8;
    cs_tui_mouse(&b->tui, &mouse);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "(+2 bits) from the mark"));
    mouse.kind = CS_MOUSE_DOWN;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(wire->cursor, 8);
    row = wire->shot.row;
    bench_keys(b, "<lt><lt><lt><lt><lt><lt><lt><lt><lt>");
    bench_draw(b, 80, 24);
    mouse = (struct cs_mouse){.x = 9, .y = 6, .kind = CS_MOUSE_PRESS, .button = 1};
    cs_tui_mouse(&b->tui, &mouse);
    bench_draw(b, 80, 24);
    assert_true(wire->shot.row < row);
    bench_free(b);
}

/* More nodes than lanes fit. */
static void many_nodes(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct wire_state *wire = state_of(b);
    char name[16];

    (void)state;
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        int node = bench_node(b, 0, name, CS_MODE_NORMAL);
        if (i < 8)
            bench_sends(b, 0, node, "123#55", 10 * CS_PS_PER_MS, -1);
    }
    bench_run(b, 11 * CS_PS_PER_MS);
    bench_keys(b, "6g");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->shot.n_lanes, CS_SHOT_LANES);
    assert_true(wire->shot.n_more > 0);
    bench_keys(b, "}}}");
    bench_draw(b, 80, 24);
    assert_int_equal(wire->lane_top, 3);
    bench_keys(b, "{{{{{");
    assert_int_equal(wire->lane_top, 0);
    bench_free(b);
}

static void any_size(void **state)
{
    static const int sizes[][2] = {{40, 5},  {41, 7},  {80, 8},   {80, 12}, {60, 16},
                                   {30, 40}, {12, 12}, {240, 70}, {1, 1},   {1000, 10}};
    struct bench *b = busy(1500 * CS_PS_PER_MS);

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int zoom = 0; zoom < wire_n_zooms; zoom++) {
            state_of(b)->zoom = zoom;
            bench_keys(b, "6G");
            bench_draw(b, sizes[i][0], sizes[i][1]);
            bench_keys(b, "<PgUp>E<End>m");
            bench_draw(b, sizes[i][0], sizes[i][1]);
            bench_keys(b, "||");
            bench_draw(b, sizes[i][0], sizes[i][1]);
            bench_keys(b, "z");
        }
    bench_free(b);
}

/* Its keys in any order, with faults on a busy bus, time now fast, now slow, now standing still. */
static void random_keys(void **state)
{
    static const int32_t keys[] = {
        CS_KEY_LEFT, CS_KEY_RIGHT, CS_KEY_HOME,  CS_KEY_END, CS_KEY_PGUP, CS_KEY_PGDN, CS_KEY_UP,
        CS_KEY_DOWN, CS_KEY_ENTER, CS_KEY_SPACE, '[',        ']',         'e',         'E',
        'g',         'G',          'f',          'm',        's',         '>',         '<',
        '<',         '{',          '}',          '6',        'W',         '|',         'o',
        'z',         '-',          '+',          '1'};
    const char *length = getenv("CANSIM_RANDOM_KEYS");
    struct bench *b = bench_new(1000, 2);
    uint32_t seed = 7;
    char why[256];

    (void)state;
    bench_traffic(b);
    assert_true(bench_arm(b, 0, "noise ber=0.1% for=1h", why, sizeof why) > 0);
    for (long i = 0, n = length ? atol(length) : 4000; i < n; i++) {
        struct cs_mouse mouse;
        seed = seed * 1664525u + 1013904223u;
        cs_tui_key(&b->tui, keys[(seed >> 16) % (sizeof keys / sizeof *keys)]);
        mouse = (struct cs_mouse){.x = (int)(seed >> 8 & 127),
                                  .y = (int)(seed >> 20 & 31),
                                  .kind = (enum cs_mouse_kind)(seed >> 25 & 3)};
        if (i % 7 == 0)
            cs_tui_mouse(&b->tui, &mouse);
        if (i % 11 == 0)
            bench_run(b, cs_sim_now_ps(b->sim) + (b->paused ? 7 : 3000) * CS_PS_PER_US);
        if (i % 3 == 0)
            bench_draw(b, 80 + (int)(i / 50 % 90), 24 + (int)(i / 50 % 41));
    }
    bench_free(b);
}

/* Rows that made room: nothing is shown of what is gone. */
static void forgotten(void **state)
{
    struct bench *b = bench_new(CS_TUI_ROWS_MIN, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "6g");
    bench_draw(b, 80, 24);
    bench_run(b, 12000 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "<Left><Right>m]<PgDn>");
    bench_draw(b, 80, 24);
    assert_true(b->tui.ring.first > 0);
    bench_free(b);
}

/* Panes may be small. */
static void tiny_panes(void **state)
{
    struct bench *b = busy(1500 * CS_PS_PER_MS);
    struct cs_canvas canvas = {0};

    (void)state;
    bench_keys(b, "6E");
    bench_draw(b, 80, 24);
    for (int zoom = 0; zoom < wire_n_zooms; zoom++)
        for (int w = 1; w < 90; w += 7)
            for (int h = 1; h < 30; h += 3) {
                state_of(b)->zoom = zoom;
                assert_int_equal(cs_canvas_resize(&canvas, w, h), 0);
                cs_view_wire.draw(&b->tui, &canvas, (struct cs_rect){0, 0, w, h});
            }
    cs_canvas_fini(&canvas);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),
        cmocka_unit_test(looks_with_errors),
        cmocka_unit_test(empty),
        cmocka_unit_test(moves_by_bit_and_field),
        cmocka_unit_test(measures),
        cmocka_unit_test(follows_the_trace),
        cmocka_unit_test(loser_drops_out),
        cmocka_unit_test(steps_by_bit),
        cmocka_unit_test(measures_when_slow),
        cmocka_unit_test(measures_the_odd),
        cmocka_unit_test(step_pauses_first),
        cmocka_unit_test(clicks),
        cmocka_unit_test(many_nodes),
        cmocka_unit_test(any_size),
        cmocka_unit_test(tiny_panes),
        cmocka_unit_test(forgotten),
        cmocka_unit_test(random_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
