/* SPDX-License-Identifier: MIT */
/* What a person makes of rows: filters like a row, colours, columns, the form of data. */
#include "test_tui.h"

#include "tui/columns.h"
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

/* ---- columns --------------------------------------------------------------------------------- */

static void columns_by_name(void **state)
{
    const struct cs_view *trace = &cs_view_trace;
    struct cs_columns_choice choice = {0};
    char text[300], why[160];

    static const char *const same[] = {
        "all",       "time id data",       "data",      "meaning data id node bus delta time",
        "all -text", "all -bus -text +id", "all +time", "direction fd n try waited bits"};
    static const char *const wrong[] = {"time nix", "+nix", "-", "all -nix", "nix"};

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(cs_columns_parse(trace, same[i], &choice, why, sizeof why), 0);
        assert_string_equal(cs_columns_format(trace, &choice, text, sizeof text), same[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct cs_columns_choice before = choice;
        assert_int_equal(cs_columns_parse(trace, wrong[i], &choice, why, sizeof why), -EINVAL);
        assert_non_null(strstr(why, "is no column of trace"));
        assert_memory_equal(&before, &choice, sizeof choice);
    }
    assert_int_equal(cs_columns_parse(trace, "data", &choice, why, sizeof why), 0);
    assert_int_equal(cs_columns_parse(trace, "-data", &choice, why, sizeof why), -EINVAL);
    assert_string_equal(why, "one column must stay");
    assert_int_equal(cs_columns_parse(&cs_view_wire, "data", &choice, why, sizeof why), -EINVAL);
    assert_non_null(strstr(why, "wire has no columns to choose from"));
}

/* Each view's names differ, are one word and none begins with a sign. */
static void names_are_words(void **state)
{
    (void)state;
    for (unsigned v = 0; v < cs_n_views; v++)
        for (unsigned i = 0; i < cs_views[v]->n_columns; i++) {
            struct cs_columns_choice choice = {0};
            char name[24], why[160];
            cs_column_name(&cs_views[v]->columns[i], name);
            assert_true(name[0] && !strpbrk(name, " ,+") && name[0] != '-');
            assert_int_equal(cs_columns_parse(cs_views[v], name, &choice, why, sizeof why), 0);
            assert_true(choice.n == 1 && choice.at[0] == i);
        }
}

static void columns_are_shown(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":columns data id try time<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "data id try time\n"));
    bench_golden(b, "trace-columns-80x24");
    bench_keys(b, ":columns all -text<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "id n data bits"));
    bench_keys(b, ":columns<Enter>2:columns id last-<Tab> data<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "id last seen data\n"));
    bench_keys(b, "3:columns node load TEC<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "node load TEC\n"));
    bench_draw(b, 160, 50);
    bench_keys(b, "1:columns all<Enter>6:columns time<Enter>");
    assert_true(b->tui.message_bad);
    bench_free(b);
}

/* Whatever is chosen, in whatever order, at any size. */
static void columns_of_all_kinds(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    uint32_t seed = 7;

    (void)state;
    for (int round = 0; round < 600; round++) {
        const unsigned v = (unsigned)round % 3;
        struct cs_columns_choice *choice = &b->tui.columns[v];
        choice->n = 0;
        choice->fit = round % 7 == 0;
        for (unsigned i = 0; i < cs_views[v]->n_columns; i++) {
            seed = seed * 1664525 + 1013904223;
            if (seed >> 30 || (i + 1 == cs_views[v]->n_columns && !choice->n))
                choice->at[choice->n++] = (uint8_t)i;
        }
        for (unsigned i = 1; i < choice->n; i++) {
            seed = seed * 1664525 + 1013904223;
            const unsigned k = (seed >> 16) % (i + 1);
            const uint8_t at = choice->at[i];
            choice->at[i] = choice->at[k];
            choice->at[k] = at;
        }
        b->tui.view = v;
        b->tui.data_form = (enum cs_data_form)(round % CS_DATA_FORMS);
        bench_draw(b, 80 + (int)(seed >> 20) % 160, 24 + round % 30);
    }
    bench_free(b);
}

/* ---- data ------------------------------------------------------------------------------------ */

static void forms_of_data(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, "2d");
    bench_draw(b, 80, 24);
    bench_golden(b, "ids-binary-80x24");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, " 01001000 01100101 01101100 01101100 01101111 00000000"));
    bench_keys(b, "d1");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, " 72 101 108 108 111 0 0 "));
    bench_keys(b, "d");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "48 65 6C 6C 6F 00 00"));
    bench_free(b);
}

/* Of one identifier alone; those that are late can be left out. */
static void ids_one_by_one(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    struct cs_tui_id *one, *two;

    (void)state;
    bench_keys(b, "2<Home>X");
    one = cs_ids_get(&b->tui.ids, 0, 0x100, 0);
    two = cs_ids_get(&b->tui.ids, 0, 0x2A0, 0);
    assert_true(one->notch[0] != 0);
    assert_true(two->notch[7] == 0 && two->ever[7] != 0);
    bench_keys(b, "N");
    assert_true(one->notch[0] == 0);
    b->senders[1].period_ps = 1000 * CS_PS_PER_S;
    bench_run(b, 1400 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 4);
    bench_keys(b, "t");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 3);
    assert_true(bench_hides(b, " 2A0 "));
    bench_keys(b, "t");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.ids.n_lines, 4);
    bench_free(b);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static void fields_are_told(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":field 100 0:8 *0.5 +1 name=Speed unit=km/h<Enter>"
                  ":field 100 8:8 name=Gear words=17:drive<Enter>"
                  ":field 18FEF100 7:16 be name=Big<Enter>");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "1D 11 22 33 Speed=15.5 km/h, Gear=drive"));
    assert_true(bench_shows(b, "Big=258"));
    bench_keys(b, "2");
    bench_draw(b, 220, 24);
    assert_true(bench_shows(b, "Speed=15.5 km/h, Gear=drive"));
    bench_keys(b, "1s100<Enter><Right>");
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "yours Speed=15.5 km/h, Gear=drive"));
    bench_keys(b, ":field 100 0:8 name=Speed<Enter>");
    assert_int_equal(b->tui.fields.n, 3);
    bench_draw(b, 120, 24);
    assert_true(bench_shows(b, "Speed=29, Gear=drive"));
    bench_keys(b, ":field 100 none<Enter>");
    assert_int_equal(b->tui.fields.n, 1);
    bench_keys(b, ":field none<Enter>");
    assert_int_equal(b->tui.fields.n, 0);
    bench_free(b);
}

static void fields_end_in_time(void **state)
{
    static const char *const wrong[] = {"",         "185",       "185 speed",   "185@can0 0:8",
                                        "185 0:65", "load can0", "185 0:8 nix", "tec engine",
                                        "185 none", "xyz none"};
    const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct cs_fields fields = {.n = 0};
    char text[64], long_name[80], why[200];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(cs_fields_take(&fields, wrong[i], false, why, sizeof why), -EINVAL);
    for (unsigned i = 0; i < CS_FIELDS_MAX; i++) {
        snprintf(long_name, sizeof long_name, "185 %u:8 name=a_name_with_its_length_%u", i % 64, i);
        assert_int_equal(cs_fields_take(&fields, long_name, false, why, sizeof why), 0);
    }
    assert_int_equal(cs_fields_take(&fields, "186 0:8", false, why, sizeof why), -ENOSPC);
    for (size_t size = 1; size < sizeof text; size++) { /* cut, never beyond */
        memset(text, '#', sizeof text);
        assert_true(cs_fields_text(&fields, 0x185, 0, data, 8, text, size));
        assert_true(strlen(text) < size && text[size] == '#');
    }
    assert_false(cs_fields_text(&fields, 0x186, 0, data, 8, text, sizeof text));
    assert_false(cs_fields_text(&fields, 0x185, CS_FRAME_RTR, data, 0, text, sizeof text));
    cs_fields_fini(&fields);
}

static void rows_by_number(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":20<Enter>");
    assert_false(b->tui.trace.follow);
    assert_int_equal(b->tui.trace.sel, 19);
    bench_keys(b, "3:row 21<Enter>");
    assert_int_equal(b->tui.view, 0);
    assert_int_equal(b->tui.trace.sel, 20);
    bench_keys(b, ":99999999999999999999999<Enter>");
    assert_int_equal(b->tui.trace.sel, b->tui.ring.end - 1);
    bench_keys(b, ":0<Enter>");
    assert_true(b->tui.message_bad);
    bench_keys(b, "<Esc>:row x<Enter>");
    assert_true(b->tui.message_bad);
    bench_keys(b, "<Esc>/error<Enter>:5<Enter>");
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
        cmocka_unit_test(answers_are_timed),
        cmocka_unit_test(between_marks),
        cmocka_unit_test(first_rule_counts),
        cmocka_unit_test(selection_is_seen),
        cmocka_unit_test(wrong_colours),
        cmocka_unit_test(list_of_colours),
        cmocka_unit_test(completes_colours),
        cmocka_unit_test(columns_by_name),
        cmocka_unit_test(names_are_words),
        cmocka_unit_test(columns_are_shown),
        cmocka_unit_test(columns_of_all_kinds),
        cmocka_unit_test(forms_of_data),
        cmocka_unit_test(ids_one_by_one),
        cmocka_unit_test(fields_are_told),
        cmocka_unit_test(fields_end_in_time),
        cmocka_unit_test(rows_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
