/* SPDX-License-Identifier: MIT */
/* The trace where most of its rows are packed: filters, searches, marks and stories find the same
 * as if each row were asked. */
#include "test_tui.h"

#include "tui/query_row.h"
#include "tui/trace.h"

#define ROWS 100000u

/* Frames of 60 identifiers in turn; now and then something rare. */
static void fill(struct bench *b, unsigned rows)
{
    struct cs_tui_ring *ring = &b->tui.ring;
    const uint32_t who = cs_names_add(&b->tui.names, "engine");

    for (const uint64_t end = ring->end + rows; ring->end < end;) {
        const unsigned i = (unsigned)ring->end;
        struct cs_row *row = cs_tui_ring_push(ring);
        *row = (struct cs_row){.at_ps = (int64_t)(i + 1) * 200 * CS_PS_PER_US,
                               .kind = CS_EV_FRAME,
                               .who = who,
                               .peer = CS_NAME_NONE,
                               .id = 0x100 + i % 60,
                               .n_bits = 100,
                               .attempt = 1,
                               .dlc = 2,
                               .len = 2,
                               .has_frame = true,
                               .data = {(char)(i / 60), (char)(i / 60 >> 8)}};
        row->start_ps = row->queued_ps = row->at_ps - 190 * CS_PS_PER_US;
        if (i % 30011 == 17)
            row->id = 0x7e0;
        if (i % 7168 == 0 || i % 7168 == 2047) /* at either end of a chunk */
            row->id = 0x7e5;
        if (i % 20011 == 5)
            *row = (struct cs_row){.at_ps = row->at_ps,
                                   .kind = CS_EV_ERROR,
                                   .error = CS_ERROR_CRC,
                                   .who = who,
                                   .tec = (uint16_t)(i / 1000)};
        if (i % 40009 == 9)
            *row = (struct cs_row){.at_ps = row->at_ps,
                                   .kind = CS_EV_NOTE,
                                   .node = CS_NO_NODE,
                                   .who = CS_NAME_NONE,
                                   .data = "a note of somebody"};
        if (row->kind == CS_EV_FRAME)
            cs_tui_ring_link(ring);
    }
}

static void set_filter(struct bench *b, const char *text)
{
    char why[200];

    if (cs_tui_filter(&b->tui, text, why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
}

static bool is_wanted(const struct bench *b, uint64_t number)
{
    const bool frame = cs_tui_ring_get(&b->tui.ring, number)->kind == CS_EV_FRAME;

    return (b->tui.trace.show == CS_SHOW_ALL || frame == (b->tui.trace.show == CS_SHOW_FRAMES)) &&
           cs_row_passes(&b->tui, &b->tui.filter, number);
}

/* From both ends, what is found is what each row says. */
static void check(struct bench *b)
{
    uint64_t n = 0, found;
    unsigned rounds = 0;

    do {
        cs_tui_refresh(&b->tui);
        assert_true(++rounds < 100);
    } while (b->tui.more);
    found = cs_trace_from(&b->tui, 0);
    for (uint64_t i = b->tui.ring.first, last = CS_NO_ROW; i < b->tui.ring.end; i++) {
        if (!is_wanted(b, i))
            continue;
        assert_int_equal(found, i);
        assert_int_equal(cs_trace_before(&b->tui, i), last);
        found = cs_trace_from(&b->tui, i + 1);
        last = i;
        n++;
    }
    assert_int_equal(found, CS_NO_ROW);
    found = cs_trace_before(&b->tui, b->tui.ring.end);
    for (uint64_t i = 0; i < n; i++)
        found = cs_trace_before(&b->tui, found);
    assert_int_equal(found, CS_NO_ROW);
}

static void filters_find_all(void **state)
{
    static const char *const filters[] = {"7e5",
                                          "7e0",
                                          "error",
                                          "id=105 and data[0]=7",
                                          "not kind=frame",
                                          "id=7e0 error",
                                          "id=7e0 or error",
                                          "\"somebody\"",
                                          "tec>50",
                                          "dt>20ms",
                                          "id!=105",
                                          "120-7ff",
                                          "node=nobody",
                                          "kind=note or id=7e0"};
    /* The circle of bits ends within a word, and within a chunk. */
    static const uint32_t capacities[] = {0, 70001, 20011, 5000};

    (void)state;
    for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
        struct bench *b = bench_new(capacities[c], 1);
        fill(b, ROWS);
        for (size_t f = 0; f < sizeof filters / sizeof *filters; f++) {
            set_filter(b, filters[f]);
            check(b);
            b->tui.trace.show = (enum cs_trace_show)(f % CS_SHOW_COUNT);
            check(b);
            b->tui.trace.show = CS_SHOW_ALL;
            if (b->tui.filter.asks_since)
                continue; /* what was before the oldest rows goes, the answer stays */
            fill(b, 1500);
            check(b);
        }
        bench_free(b);
    }
}

/* Chunks that cannot have it are not unpacked. */
static void filters_pass_over(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b, ROWS);
    set_filter(b, "id=7e0 data[1]>=0");
    cs_tui_refresh(&b->tui);
    assert_false(b->tui.more);
    assert_in_range(cs_tui_ring_unpacked(&b->tui.ring), 1, ROWS / 30011 + 1);
    set_filter(b, "id=7e1 or id=7e2");
    const uint64_t unpacked = cs_tui_ring_unpacked(&b->tui.ring);
    cs_tui_refresh(&b->tui);
    assert_false(b->tui.more);
    assert_int_equal(cs_tui_ring_unpacked(&b->tui.ring), unpacked);
    bench_free(b);
}

/* One that needs all rows is done in slices, whatever view is shown. */
static void work_is_bounded(void **state)
{
    struct bench *b = bench_new(0, 1);
    unsigned rounds = 1;

    (void)state;
    fill(b, 10 * ROWS);
    bench_keys(b, "2");
    set_filter(b, "data[0]=?f");
    cs_tui_refresh(&b->tui);
    assert_true(b->tui.more);
    for (; b->tui.more; rounds++)
        cs_tui_refresh(&b->tui);
    assert_in_range(rounds, 10, 40);
    check(b);
    bench_free(b);
}

static void same_identifier_before(void **state)
{
    struct bench *b = bench_new(0, 1);
    const struct cs_tui_ring *ring = &b->tui.ring;
    uint64_t last[60];

    (void)state;
    memset(last, 0xff, sizeof last);
    fill(b, ROWS);
    for (uint64_t i = 0; i < ring->end; i++) {
        const struct cs_row *row = cs_tui_ring_get(ring, i);
        const struct cs_row *before = cs_row_before(ring, i);
        if (row->kind != CS_EV_FRAME) {
            assert_null(before);
        } else if (row->id < 0x100 + 60) {
            const uint64_t was = last[row->id - 0x100];
            assert_ptr_equal(before, cs_tui_ring_get(ring, was));
            last[row->id - 0x100] = i;
        }
    }
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(cs_row_newest(ring, 0, 0x100 + i, 0), last[i]);
    assert_int_equal(cs_row_newest(ring, 0, 0x7e0, 0), 3 * 30011 + 17);
    assert_int_equal(cs_row_newest(ring, 0, 0x7e1, 0), UINT64_MAX);
    bench_free(b);
}

static void searches_go_far(void **state)
{
    struct bench *b = bench_new(0, 1);
    char why[200];

    (void)state;
    fill(b, ROWS);
    bench_draw(b, 80, 24);
    assert_int_equal(cs_trace_search(&b->tui, "7e0", why, sizeof why), 0);
    assert_int_equal(b->tui.trace.sel, 3 * 30011 + 17);
    for (int i = 2; i >= 0; i--) {
        bench_keys(b, "<lt>");
        assert_int_equal(b->tui.trace.sel, i * 30011 + 17);
        bench_draw(b, 80, 24);
    }
    bench_keys(b, "<lt>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing before here passes 7e0"));
    bench_keys(b, ">>>");
    assert_int_equal(b->tui.trace.sel, 3 * 30011 + 17);
    bench_keys(b, ">");
    assert_int_equal(b->tui.trace.sel, 3 * 30011 + 17);
    bench_free(b);
}

/* From one end to the other, each with its tree, its story and its bits. */
static void far_rows_are_told(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    fill(b, ROWS);
    bench_draw(b, 80, 24);
    bench_keys(b, "gm");
    bench_draw(b, 80, 24);
    bench_keys(b, "G<Up>");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "since the mark: 19.99"));
    bench_keys(b, "ttt");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "since mark"));
    bench_keys(b, "t");
    for (uint64_t n = 9; n < ROWS; n += 7919) {
        b->tui.trace.follow = false;
        b->tui.trace.sel = b->tui.trace.top = n;
        for (const char *key = "16W1"; *key; key++) {
            bench_keys(b, (char[]){*key, '\0'});
            bench_draw(b, 120, 40);
        }
        bench_keys(b, "<Right>");
        bench_draw(b, 120, 40);
        bench_keys(b, "<Left><Enter>");
        bench_draw(b, 120, 40);
        bench_keys(b, "<Esc>");
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_find_all), cmocka_unit_test(filters_pass_over),
        cmocka_unit_test(work_is_bounded),  cmocka_unit_test(same_identifier_before),
        cmocka_unit_test(searches_go_far),  cmocka_unit_test(far_rows_are_told),
    };
    return cmocka_run_group_tests_name("tui packed", tests, NULL, NULL);
}
