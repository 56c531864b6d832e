/* SPDX-License-Identifier: MIT */
/* What is edited is taken back by u and done again by U, in each view that has something to edit.
 */
#include "tests/unit/test_tui.h"

#include "tui/query_row.h"
#include "tui/trace.h"
#include "tui/view_ids.h"
#include "tui/view_signals.h"

#define MS CS_PS_PER_MS

static struct bench *running(void)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, 400 * MS);
    bench_draw(b, 120, 40);
    return b;
}

static void filters(void **state)
{
    struct bench *b = running();

    (void)state;
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "nothing was changed here"));
    bench_keys(b, "/id=100<Enter>");
    bench_keys(b, "/<^U>node=dashboard<Enter><Esc>");
    assert_string_equal(b->tui.filter.text, "");
    bench_keys(b, "u");
    assert_string_equal(b->tui.filter.text, "node=dashboard");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "undone: filter taken away; U does it again"));
    bench_keys(b, "2u");
    assert_string_equal(b->tui.filter.text, "id=100");
    bench_keys(b, "U");
    assert_string_equal(b->tui.filter.text, "node=dashboard");
    bench_keys(b, "1uu");
    assert_string_equal(b->tui.filter.text, "");
    bench_keys(b, "U:filter id=2A0<Enter>U"); /* an edit ends what could be done again */
    assert_string_equal(b->tui.filter.text, "id=2A0");
    bench_keys(b, "/<^U>id=1<Esc>u"); /* one that was left is none */
    assert_string_equal(b->tui.filter.text, "id=100");
    /* Where it has no meaning it is not touched. */
    bench_keys(b, "9u4u7u");
    assert_string_equal(b->tui.filter.text, "id=100");
    bench_free(b);
}

static void marks_and_bookmarks(void **state)
{
    struct bench *b = running();
    struct cs_trace_keep *keep = cs_trace_keep(&b->tui);

    (void)state;
    bench_keys(b, "<Up>b<Up><Up>b<Up>m");
    assert_int_equal(keep->n_bookmarks, 2);
    assert_true(keep->marked);
    const uint64_t first = keep->bookmarks[0], mark = keep->mark;
    bench_keys(b, "u");
    assert_false(keep->marked);
    bench_keys(b, "u");
    assert_int_equal(keep->n_bookmarks, 1);
    bench_keys(b, "UU");
    assert_int_equal(keep->n_bookmarks, 2);
    assert_true(keep->bookmarks[0] == first && keep->mark == mark && keep->marked);
    bench_keys(b, "[[bu"); /* a removal as well */
    assert_int_equal(keep->n_bookmarks, 2);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "undone: a bookmark's removal"));
    /* Another run has other rows. */
    assert_int_equal(cs_tui_restart(&b->tui), 0);
    bench_keys(b, "u");
    assert_int_equal(keep->n_bookmarks, 0);
    bench_free(b);
}

static void faults(void **state)
{
    struct bench *b = running();

    (void)state;
    bench_keys(b, "4:no-ack node=engine<Enter>");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 1);
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 0);
    assert_true(bench_shows(b, "undone: arming no-ack"));
    bench_keys(b, "U");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 1);
    /* What was cleared comes back; all of them at once. */
    bench_keys(b, ":flip field=crc id=0x7ff<Enter>");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 2);
    bench_keys(b, "C");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 0);
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 2);
    bench_keys(b, "U");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 0);
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 2);
    bench_free(b);
}

/* One that has ended by itself cannot be taken back; and no fault is touched by who may not. */
static void faults_that_are_over(void **state)
{
    struct bench *b = running();

    (void)state;
    bench_keys(b, "4:short bus=can0 for=1ms<Enter>");
    bench_run(b, 500 * MS);
    bench_draw(b, 120, 40);
    assert_int_equal(b->tui.fault_list.n_live, 0);
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "nothing is undone: it is over already"));
    bench_keys(b, "u");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "nothing was changed here"));
    bench_free(b);
}

static void identifiers(void **state)
{
    struct bench *b = running();
    const struct cs_tui_id *item;

    (void)state;
    bench_keys(b, "2<Home>");
    bench_draw(b, 120, 40);
    item = &b->tui.ids.items[0];
    const uint64_t before = item->count;
    assert_true(before > 10);
    bench_keys(b, "x");
    assert_true(cs_ids_view(&b->tui)->notched);
    bench_keys(b, "u");
    assert_false(cs_ids_view(&b->tui)->notched);
    bench_keys(b, "U");
    assert_true(cs_ids_view(&b->tui)->notched);
    bench_keys(b, "C");
    bench_draw(b, 120, 40);
    assert_int_equal(item->count, 0);
    assert_false(cs_ids_view(&b->tui)->notched);
    bench_run(b, 500 * MS);
    bench_draw(b, 120, 40);
    const uint64_t since = item->count;
    assert_true(since > 0 && since < before);
    bench_keys(b, "u"); /* with what came since */
    bench_draw(b, 120, 40);
    assert_int_equal(item->count, before + since);
    assert_int_equal(item->changes, before + since - 2);
    assert_true(cs_ids_view(&b->tui)->notched);
    bench_keys(b, "U");
    bench_draw(b, 120, 40);
    assert_int_equal(item->count, since);
    assert_int_equal(item->changes, since - 1);
    bench_keys(b, "uuu");
    bench_draw(b, 120, 40);
    assert_int_equal(item->count, before + since);
    assert_false(cs_ids_view(&b->tui)->notched);
    bench_free(b);
}

static void plots(void **state)
{
    struct bench *b = running();
    struct cs_plots *plots = &b->tui.plots;

    (void)state;
    bench_keys(b, "9:plot 100 0:8 name=speed<Enter>:plot load can0<Enter>:plot 2A0 56:8<Enter>");
    assert_int_equal(plots->n, 3);
    bench_keys(b, "<Up>sK"); /* load: its scale stays, and it goes up */
    assert_int_equal(plots->plot[0]->spec.kind, CS_PLOT_LOAD);
    assert_true(plots->plot[0]->fixed);
    bench_keys(b, "u");
    assert_string_equal(plots->plot[0]->spec.name, "speed");
    bench_keys(b, "u");
    assert_false(plots->plot[1]->fixed);
    bench_keys(b, ":unplot all<Enter>");
    assert_int_equal(plots->n, 0);
    bench_keys(b, "u");
    assert_int_equal(plots->n, 3);
    assert_string_equal(plots->plot[0]->spec.name, "speed");
    assert_true(plots->plot[0]->ring.end > 10); /* from the trace */
    bench_keys(b, "uuu");
    assert_int_equal(plots->n, 0);
    bench_keys(b, "UUU");
    assert_int_equal(plots->n, 3);
    bench_free(b);
}

/* Steps and what they keep are bounded, whatever is done. */
static void bounds(void **state)
{
    struct bench *b = running();
    static const struct cs_undo_kind none = {.views = " trace "};

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(cs_undo_keep(&b->tui, &none, calloc(1, CS_UNDO_BYTES / 3),
                                      CS_UNDO_BYTES / 3, "much %d", i),
                         0);
    assert_int_equal(b->tui.undo.n, 3);
    assert_string_equal(b->tui.undo.step[0].what, "much 2");
    for (int i = 0; i < 2 * CS_UNDO_STEPS; i++)
        cs_undo_keep(&b->tui, &none, malloc(1), 1, "little");
    assert_int_equal(b->tui.undo.n, CS_UNDO_STEPS);
    assert_int_equal(b->tui.undo.bytes, CS_UNDO_STEPS);
    assert_int_equal(cs_undo_keep(&b->tui, &none, NULL, 1, "no memory"), -ENOMEM);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters),     cmocka_unit_test(marks_and_bookmarks),
        cmocka_unit_test(faults),      cmocka_unit_test(faults_that_are_over),
        cmocka_unit_test(identifiers), cmocka_unit_test(plots),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
