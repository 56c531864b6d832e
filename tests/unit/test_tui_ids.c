/* SPDX-License-Identifier: MIT */
/* The view by identifier: order, groups, bits, notch, freeze, clear. */
#include "test_tui.h"

#include <unistd.h>

#include "tui/ids.h"

static struct bench *bench_ids(int64_t at_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, at_ps);
    bench_keys(b, "2");
    return b;
}

static const struct cs_tui_id *item(struct bench *b, uint32_t id, uint8_t flags)
{
    cs_tui_refresh(&b->tui);
    return cs_ids_get(&b->tui.ids, 0, id, flags);
}

static void looks(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 160, 50);
    bench_keys(b, "p<Down>b");
    bench_draw(b, 80, 24);
    bench_golden(b, "ids-bits-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "ids-bits-160x50");
    b->canvas.ascii = true;
    bench_draw(b, 160, 50);
    bench_golden(b, "ids-bits-ascii");
    bench_free(b);
}

static void periods(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);
    const struct cs_tui_id *id = item(b, 0x100, 0);

    (void)state;
    assert_int_equal(id->count, id->stat.count);
    assert_true(id->mean_ps > 9900 * CS_PS_PER_US && id->mean_ps < 10100 * CS_PS_PER_US);
    assert_true(id->least_ps <= id->mean_ps && id->most_ps >= id->mean_ps);
    assert_int_equal(id->n_periods, id->stat.count - 1);
    assert_true(id->changes == id->stat.count - 1);
    assert_true(item(b, 0x18FEF100, CS_FRAME_EXT)->changes == 0);
    bench_free(b);
}

static uint32_t first_id(struct bench *b)
{
    for (uint32_t i = 0; i < b->tui.ids.n_lines; i++)
        if (!(b->tui.ids.order[i] & CS_IDS_GROUP))
            return b->tui.ids.items[b->tui.ids.order[i]].stat.last.id;
    return UINT32_MAX;
}

/* A click on a title orders by it, another the other way round; of lines it selects. */
static void clicks(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);
    struct cs_mouse press = {.y = 3, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    bench_draw(b, 80, 24);
    char *text = bench_text(b), *line = text;
    for (int i = 0; i < 3; i++)
        line = strchr(line, '\n') + 1;
    press.x = (int)(strstr(line, "count") - line) - 2; /* the mark takes a cell, in more bytes */
    free(text);
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "ordered by count"));
    assert_int_equal(first_id(b), 0x100);
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 80, 24);
    assert_int_equal(first_id(b), 0x321);
    press.y = 5;
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 80, 24);
    assert_true(b->tui.by_id.pinned);
    assert_int_equal(b->tui.by_id.list.sel, 1);
    bench_free(b);
}

static void sorts_by_all(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 240, 50);
    for (int i = 0; i < 20; i++) {
        bench_keys(b, "<Down>s");
        bench_draw(b, 240, 50);
        assert_true(bench_shows(b, "ordered by"));
        bench_keys(b, "r");
    }
    bench_free(b);
}

static void groups(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "p");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "─ dashboard 2 identifiers · 70/s ─"));
    assert_true(bench_shows(b, "─ engine 2 identifiers · 110/s ─"));
    assert_true(bench_shows(b, "─ 4 identifiers ─"));
    for (int i = 0; i < 6; i++) { /* titles are no lines to be on */
        bench_keys(b, i < 3 ? "<Down>" : "<Up>");
        bench_draw(b, 80, 24);
        assert_int_equal(b->tui.ids.order[b->tui.by_id.list.sel] & CS_IDS_GROUP, 0);
    }
    bench_keys(b, "<Home><Enter>");
    assert_int_equal(b->tui.view, 0);
    bench_keys(b, "<Esc>2p");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not grouped")); /* nobody decodes */
    b->tui.decoded = true;
    bench_keys(b, "pp");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "─ not decoded 4 identifiers"));
    bench_free(b);
}

/* A folded group is one line, that can be selected, and opens again. */
static void folds(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "<Left>");
    assert_non_null(strstr(b->tui.message, "p makes groups"));
    bench_keys(b, "p<Down><Left>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "─ + dashboard 2 identifiers · 70/s ─"));
    assert_true(bench_shows(b, "─ 4 identifiers ─")); /* they are still there */
    assert_int_equal(b->tui.by_id.list.sel, 0);
    assert_int_equal(b->tui.ids.n_lines, 4);
    bench_keys(b, "<Down><Left>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "─ + engine 2 identifiers · 110/s ─"));
    assert_int_equal(b->tui.ids.n_lines, 2);
    assert_int_equal(b->tui.by_id.list.sel, 1);
    bench_keys(b, "sr<Up>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.by_id.list.sel, 0);
    bench_keys(b, "<Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "─ dashboard 2 identifiers · 70/s ─"));
    assert_int_equal(b->tui.ids.order[b->tui.by_id.list.sel] & CS_IDS_GROUP, 0);
    bench_keys(b, "<End><Enter>"); /* of a title it opens it */
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.view, cs_view_find("ids"));
    assert_int_equal(b->tui.ids.n_lines, 6);
    b->tui.filter.n = 0;
    bench_keys(b, "<Left>pp<Down>");
    bench_draw(b, 40, 5);
    bench_free(b);
}

/* ":sort last-seen": what should have come is first, though others are away for longer. */
static void missing(void **state)
{
    struct bench *b = bench_ids(0);
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    const int node = bench_node(b, 0, "own", CS_MODE_NORMAL);

    (void)state;
    for (int i = 0; i < 60; i++) { /* 1: once; 2: until 0.9 s; 3: always */
        for (uint32_t id = 1; id < 4; id++) {
            const struct cs_frame frame = {.id = id};
            if (id == 3 || (id == 2 && i < 18) || i == 0)
                cs_bus_submit(bus, node, &frame, 0);
        }
        bench_run(b, (i + 1) * 50 * CS_PS_PER_MS);
    }
    bench_keys(b, ":sort last-seen<Enter>");
    cs_tui_refresh(&b->tui);
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[0]].stat.last.id, 2);
    bench_keys(b, ":sort count<Enter>");
    cs_tui_refresh(&b->tui);
    assert_int_equal(b->tui.ids.items[b->tui.ids.order[0]].stat.last.id, 0x100);
    bench_keys(b, ":sort nonsense<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "must be a column that orders"));
    bench_free(b);
}

/* What changed before does not stand out any more, what changes anew does. */
static void notch(void **state)
{
    struct bench *b = bench_ids(0);
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    const int node = bench_node(b, 0, "own", CS_MODE_NORMAL);
    struct cs_frame frame = {.id = 0x500, .dlc = 2, .len = 2};
    const struct cs_tui_id *id;

    (void)state;
    for (int i = 0; i < 5; i++) {
        frame.data[0] = (uint8_t)(i & 1);
        cs_bus_submit(bus, node, &frame, 0);
        bench_run(b, (i + 1) * CS_PS_PER_MS);
    }
    id = item(b, 0x500, 0);
    assert_int_equal(id->ever[0], 1);
    assert_true(id->changed_ps[0] > 0);
    bench_keys(b, "x");
    frame.data[0] = 1;
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, 6 * CS_PS_PER_MS);
    id = item(b, 0x500, 0);
    assert_true(id->changed_ps[0] < 0);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "notched ·"));
    frame.data[0] = 0x80;
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, 7 * CS_PS_PER_MS);
    id = item(b, 0x500, 0);
    assert_true(id->changed_ps[0] > 0);
    assert_int_equal(id->diff[0], 0x80);
    bench_keys(b, "N");
    frame.data[0] = 0x81;
    cs_bus_submit(bus, node, &frame, 0);
    bench_run(b, 8 * CS_PS_PER_MS);
    assert_int_equal(item(b, 0x500, 0)->diff[0], 1);
    bench_free(b);
}

static void freeze(void **state)
{
    struct bench *b = bench_ids(500 * CS_PS_PER_MS);
    char *before, *after;

    (void)state;
    bench_draw(b, 120, 24);
    bench_keys(b, "F");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "frozen ·"));
    bench_keys(b, "<Up>");
    bench_draw(b, 120, 24);
    before = bench_text(b);
    bench_run(b, 900 * CS_PS_PER_MS);
    bench_draw(b, 120, 24);
    after = bench_text(b);
    /* All but the clock and the load of the buses. */
    assert_string_equal(strstr(before, "bus▾"), strstr(after, "bus▾"));
    free(before);
    free(after);
    bench_keys(b, "p<Down>s<End>F");
    bench_draw(b, 120, 24);
    assert_true(bench_hides(b, "frozen ·"));
    bench_keys(b, "F"); /* the end of the program frees it */
    bench_free(b);
}

static void clear(void **state)
{
    struct bench *b = bench_ids(500 * CS_PS_PER_MS);
    const struct cs_tui_id *id;

    (void)state;
    bench_draw(b, 120, 24);
    bench_keys(b, "<Down>bC");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "nothing since it was cleared"));
    bench_run(b, 545 * CS_PS_PER_MS);
    bench_draw(b, 120, 24);
    id = item(b, 0x100, 0);
    assert_int_equal(id->count, 5);
    assert_true(id->mean_ps > 9 * CS_PS_PER_MS && id->mean_ps < 11 * CS_PS_PER_MS);
    assert_true(id->least_ps > 0 && id->least_ps <= id->most_ps);
    assert_int_equal(id->changes, 4);
    assert_true(bench_shows(b, "321 engine 1"));
    bench_free(b);
}

static void fades(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    b->senders[0].period_ps = 3600 * CS_PS_PER_S; /* engine's 100 ends */
    bench_run(b, 1600 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_int_equal(cs_canvas_at(&b->canvas, 10, 4)->style, CS_STYLE_DIM);
    assert_int_not_equal(cs_canvas_at(&b->canvas, 10, 5)->style, CS_STYLE_DIM);
    bench_free(b);
}

/* What a decoder says is kept with its protocol. */
static void protocols(void **state)
{
    struct bench *b = bench_ids(0);
    struct cs_row *row = cs_tui_ring_push(&b->tui.ring);

    (void)state;
    b->tui.decoded = true;
    *row = (struct cs_row){
        .kind = CS_EV_FRAME, .has_frame = true, .id = 0x705, .len = 1, .dlc = 1, .said = true};
    snprintf(row->data + CS_ROW_SAID, sizeof row->data - CS_ROW_SAID, "HB node 5: operational");
    cs_tui_refresh(&b->tui);
    assert_string_equal(item(b, 0x705, 0)->protocol, "HB");
    assert_string_equal(item(b, 0x705, 0)->said, "node 5: operational");
    bench_free(b);
}

static void sizes(void **state)
{
    struct bench *b = bench_ids(1200 * CS_PS_PER_MS);

    (void)state;
    for (int w = 80; w <= 240; w += 32)
        for (int h = 24; h <= 74; h += 10) {
            bench_draw(b, w, h);
            bench_keys(b, "|b<Down>p<End>b<Home><PgDn><PgUp>s");
            bench_draw(b, w, h);
        }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),     cmocka_unit_test(periods),      cmocka_unit_test(clicks),
        cmocka_unit_test(groups),    cmocka_unit_test(sorts_by_all), cmocka_unit_test(notch),
        cmocka_unit_test(freeze),    cmocka_unit_test(clear),        cmocka_unit_test(fades),
        cmocka_unit_test(protocols), cmocka_unit_test(sizes),        cmocka_unit_test(folds),
        cmocka_unit_test(missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
