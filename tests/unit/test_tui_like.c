/* SPDX-License-Identifier: MIT */
/* What a person makes of rows: filters like a row, and colours. */
#include "test_tui.h"

#include "tui/like.h"
#include "tui/query_row.h"
#include "tui/trace.h"

static struct bench *bench_at(int64_t at_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, at_ps);
    bench_draw(b, 80, 24);
    return b;
}

static bool offers(const struct cs_like *like, const char *expr)
{
    for (unsigned i = 0; i < like->n; i++)
        if (!strcmp(like->item[i].expr, expr))
            return true;
    print_message("not offered: %s\n", expr);
    return false;
}

/* ---- filters like this ----------------------------------------------------------------------- */

/* Of every row, of whatever kind, each filter lets that row pass. */
static void rows_pass_their_own(void **state)
{
    struct bench *b = bench_at(1600 * CS_PS_PER_MS);
    uint32_t kinds = 0;
    struct cs_like like;

    (void)state;
    bench_keys(b, ":flip field=crc count=2<Enter>");
    bench_run(b, 1800 * CS_PS_PER_MS);
    cs_tui_refresh(&b->tui);
    for (uint64_t number = b->tui.ring.first; number < b->tui.ring.end; number++) {
        kinds |= UINT32_C(1) << cs_tui_ring_get(&b->tui.ring, number)->kind;
        cs_like_row(&b->tui, number, &like);
        assert_true(like.n > 0 && like.of[0]);
        for (unsigned i = 0; i < like.n; i++) {
            struct cs_query query = {.n = 0};
            char why[160] = "";
            if (cs_query_parse(like.item[i].expr, &query, why, sizeof why) < 0 ||
                !cs_row_passes(&b->tui, &query, number))
                fail_msg("row %u: %s %s", (unsigned)number, like.item[i].expr, why);
        }
    }
    assert_true(kinds >> CS_EV_FRAME & 1 && kinds >> CS_EV_ERROR & 1 && kinds >> CS_EV_STATE & 1);
    assert_true(kinds >> CS_EV_ARB_LOST & 1 && kinds >> CS_EV_FAULT & 1 &&
                kinds >> CS_EV_ATTACH & 1);
    bench_free(b);
}

static void of_a_frame(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "s2A0<Enter>l");
    bench_draw(b, 80, 24);
    bench_golden(b, "like-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "like-160x50");
    assert_true(offers(&b->tui.like, "id=2a0"));
    assert_true(offers(&b->tui.like, "node=dashboard"));
    assert_true(offers(&b->tui.like, "bus=can0"));
    assert_true(offers(&b->tui.like, "id=2a0 and data[0]=48"));
    assert_true(offers(&b->tui.like, "len=8"));
    bench_keys(b, "<Esc>s<^U>18FEF100<Enter>l");
    assert_true(offers(&b->tui.like, "id=18fef100"));
    assert_true(offers(&b->tui.like, "ext"));
    bench_free(b);
}

/* Show only, hide, further ones, of those: each joins what is shown. */
static void joins(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "s2A0<Enter>l<Enter>");
    assert_string_equal(b->tui.filter.text, "id=2a0");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_keys(b, "<Esc>s<^U>2A0<Enter>lx");
    assert_string_equal(b->tui.filter.text, "not (id=2a0)");
    bench_keys(b, "s<^U>100<Enter>lx");
    assert_string_equal(b->tui.filter.text, "(not (id=2a0)) and not (id=100)");
    bench_keys(b, "<Esc>/id=100<Enter>l&");
    assert_string_equal(b->tui.filter.text, "(id=100) and (id=100)");
    bench_keys(b, "<Esc>/id=100<Enter><Home>lo");
    assert_string_equal(b->tui.filter.text, "(id=100) or (id=100)");
    bench_keys(b, "<Esc>/id=100<Enter>l/");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_FILTER);
    assert_string_equal(b->tui.filter_field.text, "(id=100) and (id=100)");
    bench_keys(b, "<Esc>");
    assert_string_equal(b->tui.filter.text, "id=100");
    bench_free(b);
}

/* What does not fit into a filter any more is told, and all stays as it was. */
static void too_long(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    char before[CS_QUERY_TEXT];

    (void)state;
    for (int i = 0; i < 60 && !b->tui.message_bad; i++) {
        snprintf(before, sizeof before, "%s", b->tui.filter.text);
        bench_keys(b, "s<^U>100<Enter>lo");
    }
    assert_true(b->tui.message_bad);
    assert_string_equal(b->tui.filter.text, before);
    bench_free(b);
}

static void search_and_colour(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "2<Home>ls");
    assert_int_equal(b->tui.view, cs_view_find("trace"));
    assert_string_equal(cs_trace_searched(&b->tui), "id=100");
    bench_keys(b, "lc");
    assert_int_equal(b->tui.colours.n, 1);
    assert_int_equal(b->tui.colours.rule[0]->style, CS_STYLE_OWN_RED);
    bench_keys(b, "s<^U>2A0<Enter>lc");
    assert_int_equal(b->tui.colours.n, 2);
    assert_int_equal(b->tui.colours.rule[0]->style, CS_STYLE_OWN_ORANGE);
    bench_free(b);
}

static void of_ids_and_nodes(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "2<Home>l");
    assert_true(offers(&b->tui.like, "id=100"));
    bench_keys(b, "<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 1);
    bench_keys(b, "<Esc>3<Home>l<Down><Enter>");
    assert_string_equal(b->tui.filter.text, "node=engine and kind=frame");
    bench_free(b);
}

/* Nothing is there: it is said, nothing opens. */
static void of_nothing(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_draw(b, 80, 24);
    for (const char *view = "123"; *view; view++) {
        char keys[] = {*view, 'l', 0};
        bench_keys(b, keys);
        assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
        assert_string_equal(b->tui.message, "nothing is selected");
    }
    bench_keys(b, "1C");
    assert_string_equal(b->tui.filter.text, "");
    bench_free(b);
}

static void conversations(void **state)
{
    static const struct {
        uint32_t id;
        unsigned flags;
        uint32_t other;
        int by; /* 0: none */
    } rows[] = {
        {0x605, 0, 0x585, 1},
        {0x585, 0, 0x605, -1},
        {0x600, 0, 0, 0},
        {0x580, 0, 0, 0},
        {0x67f, 0, 0x5ff, 1},
        {0x680, 0, 0, 0},
        {0x7e0, 0, 0x7e8, 1},
        {0x7ef, 0, 0x7e7, -1},
        {0x123, CS_FRAME_RTR, 0x123, 1},
        {0x18da10f1, CS_FRAME_EXT, 0x18daf110, 1},
        {0x18daf110, CS_FRAME_EXT, 0x18da10f1, -1},
        {0x605, CS_FRAME_EXT, 0, 0},
    };
    struct bench *b = bench_new(0, 2);
    int node = bench_node(b, 0, "tester", CS_MODE_NORMAL);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t other = 0;
        int by = 0;
        assert_int_equal(cs_like_answer(rows[i].id, rows[i].flags, &other, &by), rows[i].by != 0);
        if (rows[i].by) {
            assert_int_equal(other, rows[i].other);
            assert_int_equal(by, rows[i].by);
        }
    }
    bench_node(b, 0, "ecu", CS_MODE_NORMAL);
    bench_sends(b, 0, node, "605#4000100000000000", 10 * CS_PS_PER_MS, -1);
    bench_sends(b, 0, node, "7E8#0362F190", 12 * CS_PS_PER_MS, -1);
    bench_sends(b, 0, node, "18DAF110#0362F190", 14 * CS_PS_PER_MS, -1);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, "s605<Enter>C");
    assert_string_equal(b->tui.filter.text, "id=605,585 and bus=can0");
    bench_keys(b, "C");
    assert_string_equal(b->tui.filter.text, "");
    bench_keys(b, "s<^U>7E8<Enter>C");
    assert_string_equal(b->tui.filter.text, "id=7e0,7e8 and bus=can0");
    bench_keys(b, "<Esc>s<^U>18DAF110<Enter>C");
    assert_string_equal(b->tui.filter.text, "id=18da10f1,18daf110 and bus=can0");
    bench_free(b);
}

/* From the mark to the cursor, both ends among it. */
static void between_marks(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    const struct cs_like *like = &b->tui.like;
    uint64_t mark;

    (void)state;
    bench_keys(b, "s2A0<Enter>m");
    mark = b->tui.trace.sel;
    bench_keys(b, "<Up><Up><Up>l");
    for (unsigned i = 0; i < like->n; i++)
        if (!strncmp(like->item[i].expr, "time=", 5)) {
            struct cs_query query = {.n = 0};
            char why[160];
            assert_int_equal(cs_query_parse(like->item[i].expr, &query, why, sizeof why), 0);
            for (uint64_t n = mark - 3; n <= mark; n++)
                assert_true(cs_row_passes(&b->tui, &query, n));
            assert_false(cs_row_passes(&b->tui, &query, mark - 4));
            bench_free(b);
            return;
        }
    fail_msg("no span of time is offered");
}

/* From the request to the first frame after it. */
static void answers_are_timed(void **state)
{
    struct bench *b = bench_new(0, 1);
    int tester = bench_node(b, 0, "tester", CS_MODE_NORMAL);
    int ecu = bench_node(b, 0, "ecu", CS_MODE_NORMAL);
    const struct cs_tui_id *answer;

    (void)state;
    bench_draw(b, 200, 24);
    bench_keys(b, "2");
    bench_sends(b, 0, tester, "605#4000100000000000", 10 * CS_PS_PER_MS, -1);
    bench_run(b, 55 * CS_PS_PER_MS);
    bench_draw(b, 200, 24);
    assert_true(bench_hides(b, "slowest"));
    bench_sends(b, 0, ecu, "585#4300100092010200", 56 * CS_PS_PER_MS, -1);
    b->senders[1].period_ps = CS_PS_PER_MS; /* more than one frame is no further answer */
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 200, 24);
    answer = cs_ids_get(&b->tui.ids, 0, 0x585, 0);
    assert_true(answer->stat.count > 30);
    assert_int_equal(answer->answers, 5);
    assert_true(answer->answer_most_ps > 5 * CS_PS_PER_MS &&
                answer->answer_most_ps < 7 * CS_PS_PER_MS);
    assert_true(answer->answer_ps < 2 * CS_PS_PER_MS);
    assert_int_equal(answer->answer_mean_ps, answer->answer_sum_ps / 5);
    assert_true(bench_shows(b, "answer mean ans. slowest"));
    bench_keys(b, "C");
    assert_int_equal(answer->answers, 0);
    bench_free(b);
}

/* ---- colours --------------------------------------------------------------------------------- */

/* The style of the first cell of a line in which that text stands; -1: none. */
static int style_of(struct bench *b, const char *what)
{
    char *text = bench_text(b), *line = text, *at = strstr(text, what);
    int y = 0;

    for (; at && (line = strchr(line, '\n')) && line < at; line++)
        y++;
    free(text);
    if (!at)
        return -1;
    for (int x = 0; x < b->canvas.width; x++) {
        const struct cs_cell *cell = cs_canvas_at(&b->canvas, x, y);
        if (cell->ch != ' ')
            return (int)(cell->style & ~CS_STYLE_SELECTED);
    }
    return -1;
}

static void first_rule_counts(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":colour id=100-3ff on-red<Enter>:colour id=2A0 green<Enter>");
    bench_draw(b, 80, 24);
    assert_int_equal(style_of(b, " 2A0 "), CS_STYLE_OWN_GREEN);
    assert_int_equal(style_of(b, " 100 "), CS_STYLE_ON_RED);
    bench_keys(b, ":colours<Enter>J<Esc>");
    bench_draw(b, 80, 24);
    assert_int_equal(style_of(b, " 2A0 "), CS_STYLE_ON_RED);
    bench_keys(b, ":colours<Enter><Home> <Esc>");
    bench_draw(b, 80, 24);
    assert_int_equal(style_of(b, " 2A0 "), CS_STYLE_OWN_GREEN);
    assert_true(style_of(b, " 100 ") != CS_STYLE_ON_RED);
    bench_keys(b, ":colour id=2A0 none<Enter>:colours<Enter> <Esc>2");
    bench_draw(b, 80, 24);
    assert_int_equal(style_of(b, " 2A0 "), CS_STYLE_ON_RED);
    bench_keys(b, ":colour none<Enter>");
    assert_int_equal(b->tui.colours.n, 0);
    bench_draw(b, 80, 24);
    assert_true(style_of(b, " 2A0 ") != CS_STYLE_ON_RED);
    bench_free(b);
}

/* The selected row shows that it is selected. */
static void selection_is_seen(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":colour id=2A0 on-blue<Enter>s2A0<Enter>");
    b->tui.filter_completion.on = false;
    bench_draw(b, 80, 24);
    cs_tui_refresh(&b->tui);
    for (int y = 0, seen = 0; y < 24; y++)
        for (int x = 0; x < 80; x++) {
            const struct cs_cell *cell = cs_canvas_at(&b->canvas, x, y);
            if (cell->style & CS_STYLE_SELECTED) {
                assert_int_not_equal(cell->style & ~CS_STYLE_SELECTED, CS_STYLE_ON_BLUE);
                seen++;
            }
            if (y == 23 && x == 79)
                assert_int_equal(seen, 80);
        }
    bench_free(b);
}

static void wrong_colours(void **state)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"id=123 pink", "the last word must be a colour"},
        {"red", "a filter comes before the colour"},
        {"nod=3 red", "column 1: \"nod\""},
        {"id=123 none", "nothing has a colour by \"id=123\""},
    };
    struct cs_colours colours = {.n = 0};
    char text[64], why[200] = "";

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(cs_colours_take(&colours, rows[i].text, CS_COLOUR_TYPED, why, sizeof why),
                         -EINVAL);
        if (!strstr(why, rows[i].sentence))
            fail_msg("%s: %s", rows[i].text, why);
    }
    for (unsigned i = 0; i < CS_COLOURS_MAX; i++) {
        snprintf(text, sizeof text, "id=%x red", i);
        assert_int_equal(cs_colours_take(&colours, text, CS_COLOUR_TYPED, why, sizeof why), 0);
    }
    assert_int_equal(cs_colours_take(&colours, "id=7ff red", CS_COLOUR_TYPED, why, sizeof why),
                     -ENOSPC);
    assert_int_equal(cs_colours_take(&colours, "id=1 blue", CS_COLOUR_SET, why, sizeof why), 0);
    assert_int_equal(colours.n, CS_COLOURS_MAX);
    cs_colours_fini(&colours);
    assert_int_equal(colours.n, 0);
}

static void list_of_colours(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":colours<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "none so far"));
    bench_keys(b,
               "d cKJ<Up><Down><Enter><Esc>:colour error on-red<Enter>:colour id=100 c<Tab><Enter>"
               ":colour node=dashboard and data[7]>5 yellow<Enter>:colours<Enter><Down>");
    bench_draw(b, 80, 24);
    bench_golden(b, "colours-80x24");
    bench_keys(b, "c");
    assert_string_equal(cs_colour_of_style(b->tui.colours.rule[1]->style), "blue");
    bench_keys(b, "e");
    assert_string_equal(b->tui.prompt.field.text, "colour id=100 blue");
    bench_keys(b, "<Esc>:colours<Enter>dd");
    assert_int_equal(b->tui.colours.n, 1);
    bench_keys(b, "ddd<Left>");
    assert_int_equal(b->tui.colours.n, 0);
    bench_free(b);
}

/* Tab: filters first, colours once they are whole. */
static void completes_colours(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    cs_tui_refresh(&b->tui);
    bench_keys(b, ":colour node=das<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "colour node=dashboard");
    bench_keys(b, " on-b<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "colour node=dashboard on-blue");
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.colours.n, 1);
    bench_free(b);
}

/* The right button opens it, too. */
static void right_button(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    for (const char *view = "123"; *view; view++) {
        struct cs_mouse press = {.x = 10, .y = 5, .kind = CS_MOUSE_PRESS, .button = 3};
        char keys[] = {*view, 0};
        bench_keys(b, keys);
        bench_draw(b, 80, 24);
        cs_tui_mouse(&b->tui, &press);
        assert_int_equal(b->tui.overlay, CS_OVERLAY_LIKE);
        press = (struct cs_mouse){.x = 10, .y = 10, .kind = CS_MOUSE_DOWN};
        cs_tui_mouse(&b->tui, &press);
        assert_int_equal(b->tui.like.sel, 1);
        bench_keys(b, "<Esc>");
    }
    bench_free(b);
}

/* An identifier whose frames are no more in the trace: the last one may be as long as any. */
static void of_a_long_frame(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_tui_id *item = cs_ids_get(&b->tui.ids, 0, 0x123, 0);
    struct {
        struct cs_like like;
        char behind[CS_FRAME_TEXT_MAX];
    } list;

    (void)state;
    assert_non_null(item);
    item->stat.last = (struct cs_frame){.id = 0x123, .flags = CS_FRAME_FD, .dlc = 15, .len = 64};
    item->stat.count = 1;
    memset(list.behind, 7, sizeof list.behind);
    cs_like_id(&b->tui, item, &list.like);
    for (size_t i = 0; i < sizeof list.behind; i++)
        assert_int_equal(list.behind[i], 7);
    assert_int_equal(strlen(list.like.of), 60);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_pass_their_own),
        cmocka_unit_test(of_a_frame),
        cmocka_unit_test(joins),
        cmocka_unit_test(too_long),
        cmocka_unit_test(search_and_colour),
        cmocka_unit_test(of_ids_and_nodes),
        cmocka_unit_test(of_nothing),
        cmocka_unit_test(conversations),
        cmocka_unit_test(between_marks),
        cmocka_unit_test(answers_are_timed),
        cmocka_unit_test(first_rule_counts),
        cmocka_unit_test(selection_is_seen),
        cmocka_unit_test(wrong_colours),
        cmocka_unit_test(list_of_colours),
        cmocka_unit_test(completes_colours),
        cmocka_unit_test(right_button),
        cmocka_unit_test(of_a_long_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
