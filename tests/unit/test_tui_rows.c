/* SPDX-License-Identifier: MIT */
/* What a person does in the trace: filter while typing, search, mark and measure, bookmark, open a
 * row, go to an answer, copy, write to a file. */
#include "test_tui.h"

#include <unistd.h>

#include "tui/host_rows.h"
#include "tui/query_row.h"
#include "tui/trace.h"

static unsigned asked;

/* 100# is a request, and 2A0# that comes next is its answer. */
static int fake_decode(void *ctx, const struct cs_tui *tui, uint64_t number,
                       struct cs_decoded *decoded)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);

    (void)ctx;
    asked++;
    *decoded = (struct cs_decoded){.n = 3, .answers = CS_NO_ROW, .answered_by = CS_NO_ROW};
    if (row->id != 0x100)
        return -ENOENT;
    snprintf(decoded->protocol, sizeof decoded->protocol, "Motor");
    snprintf(decoded->summary, sizeof decoded->summary, "runs at %u rpm", (uint8_t)row->data[0]);
    decoded->field[0] = (struct cs_decoded_field){.n_bits = 8, .label = "Speed", .value = "5 rpm"};
    decoded->field[1] = (struct cs_decoded_field){
        .depth = 1, .first_bit = 3, .n_bits = 2, .label = "Gear", .value = "2", .severity = 2};
    decoded->field[2] = (struct cs_decoded_field){
        .first_bit = 8,
        .n_bits = 24,
        .label = "Text of many words that go on and on and on",
        .value = "a value that goes on for as long as the room does, and then is cut off by it"};
    for (uint64_t i = number + 1; i < tui->ring.end && decoded->answered_by == CS_NO_ROW; i++)
        if (cs_tui_ring_get(&tui->ring, i)->kind == CS_EV_FRAME &&
            cs_tui_ring_get(&tui->ring, i)->id == 0x2a0)
            decoded->answered_by = i;
    return 0;
}

static int fake_export(void *ctx, struct cs_tui *tui, const struct cs_export *rows, char *told,
                       size_t told_size)
{
    (void)ctx;
    return cs_host_export(tui, rows, told, told_size);
}

static struct bench *bench_at(int64_t until_ps)
{
    static struct cs_host_ops ops;
    struct bench *b = bench_new(0, 2);

    ops = bench_ops;
    ops.decode = fake_decode;
    ops.export_rows = fake_export;
    b->host.ops = &ops;
    bench_traffic(b);
    bench_run(b, until_ps);
    bench_draw(b, 80, 24);
    return b;
}

static const struct cs_row *row_of(struct bench *b)
{
    return cs_trace_selected(&b->tui);
}

/* ---- filter and search ----------------------------------------------------------------------- */

static void filter_is_live(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "/node=dashboard and kind=arb");
    bench_draw(b, 80, 24);
    bench_golden(b, "filter-live");
    assert_string_equal(b->tui.filter.text, "node=dashboard and kind=arb");
    bench_keys(b, "q");
    bench_draw(b, 80, 24);
    bench_golden(b, "filter-wrong");
    assert_string_equal(b->tui.filter.text, "node=dashboard and kind=arb");
    bench_keys(b, "<Esc>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.filter.n, 0);
    assert_true(bench_shows(b, "engine 100"));
    bench_keys(b, "/100<Enter>/2a0<Esc>");
    assert_string_equal(b->tui.filter.text, "100");
    bench_keys(b, "<Esc>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "all is shown again"));
    bench_free(b);
}

static void filter_completes(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    cs_event_names_add(&b->tui.event_names, "canopen SDO canopen.sdo.abort");
    bench_keys(b, "/no<Tab>");
    assert_string_equal(b->tui.filter_field.text, "node=");
    bench_keys(b, "d<Tab>");
    assert_string_equal(b->tui.filter_field.text, "node=dashboard");
    bench_draw(b, 80, 24);
    bench_golden(b, "filter-complete");
    bench_keys(b, ",lo<Tab> bus=b<Tab> kind=fr<Tab> or sdo.<Tab>");
    assert_string_equal(b->tui.filter_field.text,
                        "node=dashboard,logger bus=body kind=frame or sdo.abort");
    bench_keys(b, "<Tab><S-Tab>");
    bench_draw(b, 80, 24);
    bench_keys(b, "<^U>xyzzy<Tab>");
    assert_string_equal(b->tui.filter_field.text, "xyzzy");
    bench_free(b);
}

/* Every row of the bits against every row asked itself, while rows come and go. */
static void bits_are_right(void **state)
{
    static const char *const filters[] = {"100", "error", "node=dashboard", "data[0]>80", "7ff"};
    struct bench *b = bench_new(1000, 2);

    (void)state;
    bench_traffic(b);
    for (int ms = 10; ms < 8000; ms += 777) {
        char why[200];
        assert_int_equal(cs_tui_filter(&b->tui, filters[ms % 5], why, sizeof why), 0);
        bench_run(b, ms * CS_PS_PER_MS);
        if (ms % 2)
            bench_draw(b, 80, 24);
        bench_run(b, (ms + 5) * CS_PS_PER_MS);
        uint64_t n = 0, found = cs_trace_from(&b->tui, 0), last = CS_NO_ROW;
        for (uint64_t i = b->tui.ring.first; i < b->tui.ring.end; i++) {
            if (!cs_row_passes(&b->tui, &b->tui.filter, i))
                continue;
            if (ms % 2 || found != CS_NO_ROW) {
                assert_int_equal(found, i);
                assert_int_equal(cs_trace_before(&b->tui, i + 1), i);
                assert_int_equal(cs_trace_before(&b->tui, i), last);
                found = cs_trace_from(&b->tui, i + 1);
            }
            last = i;
            n++;
        }
        assert_int_equal(found, CS_NO_ROW);
    }
    bench_free(b);
}

static void search_goes_on(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    uint64_t newest;

    (void)state;
    bench_keys(b, ">");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SEARCH);
    bench_keys(b, "rtr<Enter>");
    assert_true(row_of(b)->flags & CS_FRAME_RTR);
    newest = b->tui.trace.sel;
    bench_keys(b, "<lt>");
    assert_true(row_of(b)->flags & CS_FRAME_RTR);
    assert_true(b->tui.trace.sel < newest);
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-search");
    bench_keys(b, ">>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.trace.sel, newest);
    assert_true(bench_shows(b, "nothing after here passes rtr: < searches the other way"));
    bench_keys(b, "s<^U>7ff<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing that is shown passes 7ff"));
    bench_keys(b, "s<^U>id=<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SEARCH);
    bench_keys(b, "<Esc>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_string_equal(cs_trace_searched(&b->tui), "7ff");
    bench_free(b);
}

/* ---- marks ----------------------------------------------------------------------------------- */

static void measures(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);

    (void)state;
    bench_keys(b, "/100<Enter><Up><Up><Up>m<Down><Down>");
    bench_draw(b, 80, 24);
    assert_int_equal(keep->span.frames, 3); /* one of them is not shown */
    assert_true(bench_shows(
        b, "since the mark: 20.004ms · 10002.0 bit times at 500k · 3 frames · can0 2.7%"));
    bench_keys(b, "<Up><Up><Up>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "before the mark: 10."));
    bench_keys(b, "ttt");
    assert_int_equal(b->tui.trace.time, CS_TIME_MARK);
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-measure");
    bench_keys(b, "<Down>m");
    assert_false(keep->marked);
    assert_int_equal(b->tui.trace.time, CS_TIME_ABSOLUTE);
    bench_keys(b, "tttt"); /* no mark: three */
    assert_int_equal(b->tui.trace.time, CS_TIME_DELTA);
    bench_free(b);
}

/* Whatever way the ends move, the count is that of the rows between. */
static void spans_are_right(void **state)
{
    struct bench *b = bench_at(2000 * CS_PS_PER_MS);
    const struct cs_trace_keep *keep = cs_trace_keep(&b->tui);
    uint32_t seed = 7;

    (void)state;
    for (int i = 0; i < 200; i++) {
        uint64_t frames = 0;
        seed = seed * 1664525u + 1013904223u;
        cs_trace_select(&b->tui, (seed >> 8) % b->tui.ring.end);
        if (i % 20 == 0)
            cs_trace_mark(&b->tui, 0);
        cs_tui_refresh(&b->tui);
        if (!cs_trace_measures(&b->tui))
            continue;
        const uint64_t low = keep->mark < b->tui.trace.sel ? keep->mark : b->tui.trace.sel;
        const uint64_t high = keep->mark + b->tui.trace.sel - low;
        for (uint64_t n = low + 1; n <= high; n++)
            frames += cs_tui_ring_get(&b->tui.ring, n)->kind == CS_EV_FRAME;
        assert_int_equal(keep->span.frames, frames);
    }
    bench_free(b);
}

static void bookmarks(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    uint64_t first, second;

    (void)state;
    bench_keys(b, "[");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there are no bookmarks: b makes one"));
    bench_keys(b, "<Up>b");
    second = b->tui.trace.sel;
    bench_keys(b, "<Up><Up><Up>b");
    first = b->tui.trace.sel;
    bench_keys(b, "<End>[");
    assert_int_equal(b->tui.trace.sel, second);
    bench_keys(b, "[");
    assert_int_equal(b->tui.trace.sel, first);
    bench_keys(b, "["); /* round */
    assert_int_equal(b->tui.trace.sel, second);
    bench_keys(b, "]");
    assert_int_equal(b->tui.trace.sel, first);
    bench_keys(b, "']b");
    assert_int_equal(cs_trace_keep(&b->tui)->n_bookmarks, 1);
    for (int i = 0; i < 80; i++)
        bench_keys(b, "<Up>b");
    assert_true(cs_trace_keep(&b->tui)->n_bookmarks <= CS_TRACE_BOOKMARKS);
    bench_free(b);
}

/* Rows that are gone take their marks with them. */
static void marks_go(void **state)
{
    struct bench *b = bench_new(1000, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "<Up>mb<Right>");
    bench_run(b, 9000 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_false(cs_trace_keep(&b->tui)->marked);
    bench_keys(b, "]");
    assert_int_equal(cs_trace_keep(&b->tui)->n_bookmarks, 0);
    bench_keys(b, "aym<Right><Left>");
    bench_draw(b, 80, 24);
    bench_free(b);
}

/* ---- trees and answers ----------------------------------------------------------------------- */

static void opens(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up><Right>");
    assert_int_equal(row_of(b)->id, 0x100);
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-open-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "trace-open-160x50");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "trace-open-ascii");
    b->canvas.ascii = false;
    bench_keys(b, "<Left>");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "Gear"));
    bench_keys(b, "<Down><Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "event lost arbitration to engine"));
    bench_keys(b, "<Down><Down><Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nobody decodes: :decode canopen"));
    bench_free(b);
}

/* At any size, with a tree that is higher than the pane, nothing is drawn outside. */
static void small_panes(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up>m<Right>||||");
    for (int w = 80; w < 170; w += 7)
        for (int h = 24; h < 34; h += 3) {
            bench_draw(b, w, h);
            bench_keys(b, "<Right><Up><Down><PgUp><PgDn>o|");
            bench_draw(b, w, h);
        }
    for (int w = 1; w < 45; w++)
        for (int h = 1; h < 8; h++) {
            struct cs_canvas part = cs_canvas_part(&b->canvas, (struct cs_rect){0, 0, w, h});
            cs_view_trace.draw(&b->tui, &part, (struct cs_rect){0, 0, w, h});
        }
    bench_free(b);
}

static void long_trees(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    struct cs_trace_keep *keep = cs_trace_keep(&b->tui);

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up><Right>");
    for (unsigned i = 0; i < 60; i++) {
        keep->tree.field[i] = keep->tree.field[0];
        snprintf(keep->tree.field[i].label, sizeof keep->tree.field[i].label, "Field %u", i);
    }
    keep->tree.n = 60;
    keep->tree.left_out = 5;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "more lines: Right shows them"));
    bench_keys(b, "<Right><Right><Right>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Field 59"));
    assert_true(bench_shows(b, "and 5 further fields"));
    bench_keys(b, "<Right>");
    assert_int_equal(keep->tree_top, 0);
    bench_keys(b, "<Right><Left>");
    assert_true(keep->open);
    bench_keys(b, "<Left>");
    assert_false(keep->open);
    bench_free(b);
}

static void answers(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    uint64_t from;

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up>");
    from = b->tui.trace.sel;
    bench_keys(b, "a");
    bench_draw(b, 80, 24);
    assert_int_equal(row_of(b)->id, 0x2a0);
    assert_true(b->tui.trace.sel > from);
    assert_true(bench_shows(b, "the answer, "));
    bench_keys(b, "a");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no request or answer belongs to it, as far as is known"));
    bench_free(b);
}

/* Whoever goes to a row that is not shown is told so; a filter takes the cursor along. */
static void hidden_rows(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    uint64_t at;

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up>b/100<Enter>a");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "a goes back, hidden by the filter: Esc shows all"));
    bench_keys(b, "<Esc>");
    assert_int_equal(row_of(b)->id, 0x2a0);
    at = b->tui.trace.sel;
    bench_keys(b, "/18fef100<Enter>");
    assert_int_equal(row_of(b)->id, 0x18fef100);
    assert_true(b->tui.trace.sel < at); /* there is none after it */
    bench_keys(b, "]");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "bookmark 1 of 1, hidden by the filter"));
    bench_keys(b, "/<^U>7ff<Enter>");
    assert_true(b->tui.trace.follow);
    bench_free(b);
}

/* Where nobody decodes: what is customary. */
static void customary_answers(void **state)
{
    static const char *const pairs[][2] = {
        {"605#40", "585#43"},
        {"7E0#02.01.00", "7E8#02"},
        {"18DA10F1#02", "18DAF110#02"},
        {"123#R", "123#11"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct bench *b = bench_new(0, 1);
        const int node = bench_node(b, 0, "a", CS_MODE_NORMAL);
        bench_node(b, 0, "b", CS_MODE_NORMAL);
        for (int k = 0; k < 4; k++) {
            struct cs_frame frame;
            assert_int_equal(cs_frame_parse(k % 3 ? "555#" : pairs[i][k / 3], &frame, NULL, 0), 0);
            cs_bus_submit(cs_sim_bus(b->sim, 0), node, &frame, 0);
            bench_run(b, (k + 1) * CS_PS_PER_MS);
        }
        bench_draw(b, 80, 24);
        bench_keys(b, "/kind=frame<Enter><Home>");
        const uint64_t first = b->tui.trace.sel;
        bench_keys(b, "a");
        assert_int_equal(b->tui.trace.sel, first + 3);
        if (i < 3) {
            bench_keys(b, "a");
            assert_int_equal(b->tui.trace.sel, first);
        }
        bench_free(b);
    }
}

/* ---- copying, writing ------------------------------------------------------------------------ */

static void copies(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "<Up><Up><Up><Up>y");
    assert_int_equal(strncmp(b->tui.copy, "100#", 4), 0);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "copied: 100#"));
    bench_keys(b, "/kind=node<Enter>y");
    assert_string_equal(b->tui.copy, "joined");
    bench_free(b);
}

static void exports(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    char path[] = "/tmp/cansim-rows-XXXXXX.log", keys[120], line[200] = "";
    const int fd = mkstemps(path, 4);
    FILE *file;

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    snprintf(keys, sizeof keys, "/321<Enter>:export %s<Enter>", path);
    bench_keys(b, keys);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "2 rows in /tmp/cansim-rows-"));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(strstr(line, "can0 321#R4"));
    assert_non_null(fgets(line, sizeof line, file));
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    strcpy(path + strlen(path) - 4, ".txt");
    snprintf(keys, sizeof keys, ":export %s<Enter>", path);
    bench_keys(b, keys);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the screen is in /tmp/cansim-rows-"));
    unlink(path);
    strcpy(path + strlen(path) - 4, ".log");
    unlink(path);
    bench_keys(b, ":export x.doc<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "x.doc: must end as a format does"));
    bench_keys(b, "<Esc>:export<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the name of a file is missing"));
    bench_free(b);
}

static void mouse_measures(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    struct cs_mouse mouse = {.x = 20, .y = 10, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    cs_tui_mouse(&b->tui, &mouse);
    const uint64_t from = b->tui.trace.sel;
    mouse.kind = CS_MOUSE_DRAG;
    mouse.y = 14;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->tui.trace.sel, from + 4);
    assert_true(cs_trace_measures(&b->tui));
    assert_int_equal(cs_trace_keep(&b->tui)->mark, from);
    mouse.kind = CS_MOUSE_RELEASE;
    cs_tui_mouse(&b->tui, &mouse);
    mouse.kind = CS_MOUSE_DOUBLE;
    cs_tui_mouse(&b->tui, &mouse);
    assert_true(cs_trace_keep(&b->tui)->open);
    mouse.y = 15; /* a line of its tree */
    mouse.kind = CS_MOUSE_PRESS;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->tui.trace.sel, from + 4);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_is_live), cmocka_unit_test(filter_completes),
        cmocka_unit_test(bits_are_right), cmocka_unit_test(search_goes_on),
        cmocka_unit_test(measures),       cmocka_unit_test(spans_are_right),
        cmocka_unit_test(bookmarks),      cmocka_unit_test(marks_go),
        cmocka_unit_test(opens),          cmocka_unit_test(small_panes),
        cmocka_unit_test(long_trees),     cmocka_unit_test(answers),
        cmocka_unit_test(hidden_rows),    cmocka_unit_test(customary_answers),
        cmocka_unit_test(copies),         cmocka_unit_test(exports),
        cmocka_unit_test(mouse_measures),
    };
    return cmocka_run_group_tests_name("tui rows", tests, NULL, NULL);
}
