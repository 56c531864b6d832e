/* SPDX-License-Identifier: MIT */
/* What a person makes of tables: columns, their order, the form of data, fields of one's own. */
#include "test_tui.h"

#include "tui/columns.h"
#include "tui/trace.h"

static struct bench *bench_at(int64_t at_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, at_ps);
    bench_draw(b, 80, 24);
    return b;
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

/* ---- nodes ----------------------------------------------------------------------------------- */

/* The line on which it is, -1: none. */
static int line_with(struct bench *b, const char *what)
{
    char *text = bench_text(b), *at = strstr(text, what);
    int y = 0;

    for (char *c = text; at && c < at; c++)
        y += *c == '\n';
    free(text);
    return at ? y : -1;
}

/* The selection is a node, whatever its line; a click on a title orders, another turns it round. */
static void nodes_in_order(void **state)
{
    struct bench *b = bench_at(300 * CS_PS_PER_MS);
    struct cs_mouse press = {.x = 1, .y = 3, .kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    bench_keys(b, "3<Home>");
    bench_draw(b, 160, 24);
    assert_true(line_with(b, "\nengine") < line_with(b, "\ndashboard"));
    bench_keys(b, "s");
    bench_draw(b, 160, 24);
    assert_true(bench_shows(b, "ordered by node"));
    assert_true(line_with(b, "\ndashboard") < line_with(b, "\nengine"));
    assert_string_equal(b->tui.nodes[b->tui.nodes_list.sel].status.name, "engine");
    bench_keys(b, "<Home>");
    assert_string_equal(b->tui.nodes[b->tui.nodes_list.sel].status.name, "dashboard");
    bench_keys(b, "<Down>");
    assert_string_equal(b->tui.nodes[b->tui.nodes_list.sel].status.name, "door");
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 160, 24);
    assert_true(line_with(b, "\nengine") < line_with(b, "\ndashboard"));
    press.y = 4;
    cs_tui_mouse(&b->tui, &press);
    assert_string_equal(b->tui.nodes[b->tui.nodes_list.sel].status.name, "logger");
    bench_keys(b, "S");
    bench_draw(b, 160, 24);
    assert_true(bench_shows(b, "in the order of the buses"));
    for (int i = 0; i < 30; i++) {
        bench_keys(b, i % 2 ? "sr" : "sS<End>s");
        bench_draw(b, 80 + i * 6, 24 + i);
    }
    bench_free(b);
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
        cmocka_unit_test(columns_by_name),   cmocka_unit_test(names_are_words),
        cmocka_unit_test(columns_are_shown), cmocka_unit_test(columns_of_all_kinds),
        cmocka_unit_test(forms_of_data),     cmocka_unit_test(ids_one_by_one),
        cmocka_unit_test(fields_are_told),   cmocka_unit_test(fields_end_in_time),
        cmocka_unit_test(nodes_in_order),    cmocka_unit_test(rows_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
