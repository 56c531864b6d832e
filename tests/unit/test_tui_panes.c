/* SPDX-License-Identifier: MIT */
/* The screen divided among views, what is typed behind ':', and the mouse. */
#include "test_tui.h"

#include "tui/panes.h"

static struct bench *begin(int width, int height)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, 200 * CS_PS_PER_MS);
    bench_draw(b, width, height);
    return b;
}

static const char *view_of(const struct bench *b)
{
    return cs_views[b->tui.view]->name;
}

static void divides(void **state)
{
    static const unsigned n[] = {2, 2, 3, 4, 1};
    struct bench *b = begin(160, 50);

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        bench_keys(b, "|");
        assert_int_equal(cs_tui_panes(&b->tui), n[i]);
        bench_draw(b, 160, 50);
        /* Panes do not overlap and fill the content. */
        int cells = 0;
        for (int y = 0; y < 50; y++)
            for (int x = 0; x < 160; x++)
                cells += cs_pane_at(&b->tui, x, y) >= 0;
        const struct cs_rect content = cs_tui_content(&b->tui);
        const int lines = n[i] == 1 || i == 0 ? 0 : i == 2 ? content.h - content.h / 2 : content.h;
        assert_int_equal(cells, content.w * content.h - lines);
    }
    bench_free(b);
}

static void golden(void **state)
{
    struct bench *b = begin(160, 50);

    (void)state;
    bench_keys(b, ":panes three<Enter>o:view nodes<Enter>o:view ids<Enter>");
    bench_draw(b, 160, 50);
    bench_golden(b, "panes-160x50");
    bench_keys(b, ":panes rows<Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "panes-80x24");
    bench_free(b);
}

static void focus(void **state)
{
    struct bench *b = begin(160, 50);

    (void)state;
    bench_keys(b, "o");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "there is one pane"));
    bench_keys(b, "||"); /* side by side */
    assert_string_equal(view_of(b), "trace");
    bench_keys(b, "o");
    assert_string_equal(view_of(b), "ids");
    bench_keys(b, "3");
    assert_string_equal(view_of(b), "nodes");
    bench_keys(b, "1"); /* which is shown already: there */
    assert_int_equal(b->tui.focus, 0);
    bench_keys(b, "oz");
    assert_string_equal(view_of(b), "nodes");
    assert_int_equal(cs_tui_panes(&b->tui), 1);
    bench_free(b);
}

static void no_room(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    bench_keys(b, ":panes four<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no room for 4 panes"));
    const struct cs_rect body = cs_tui_body(&b->tui);
    assert_int_equal(body.w, 80);
    bench_keys(b, "o");
    bench_draw(b, 80, 24);
    assert_string_equal(view_of(b), "ids");
    assert_true(bench_shows(b, "period"));
    bench_draw(b, 200, 60); /* now there is */
    assert_true(bench_shows(b, "Trace"));
    assert_true(cs_tui_body(&b->tui).w <= 100);
    bench_free(b);
}

static void any_size(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    for (unsigned split = 0; split < CS_SPLIT_COUNT; split++) {
        cs_tui_split(&b->tui, (enum cs_tui_split)split);
        for (unsigned first = 0; first < cs_n_views; first++) {
            cs_tui_show_view(&b->tui, first);
            for (int i = 0; i < 12; i++)
                bench_draw(b, 20 + i * 17, 3 + i * 6);
            bench_keys(b, "<Down><PgDn><Home><End><Up>");
        }
    }
    bench_free(b);
}

static void words(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    bench_keys(b, ":view nod<Tab><Enter>");
    assert_string_equal(view_of(b), "nodes");
    bench_keys(b, ":view nothing<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "view: \"nothing\" is no view"));
    bench_keys(b, "<Esc>:view<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "view: the name of a view is missing"));
    bench_keys(b, "<Esc>:pause<Enter>");
    assert_true(b->paused);
    bench_keys(b, ":go<Enter>:speed 0.01<Enter>");
    assert_false(b->paused);
    assert_int_equal(b->speed_permille, 10);
    bench_keys(b, ":speed fast<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "speed: must be 0.001..1000 or max"));
    bench_keys(b, "<Esc>:send 7FF#11 body<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "7FF#11 is queued on body"));
    bench_keys(b, ":send 7FF#11 chassis<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "send: there is no bus \"chassis\""));
    bench_keys(b, "<Esc>:send 7FF<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    bench_keys(b, "<Esc>:filter 100<Enter>");
    assert_int_equal(b->tui.filter.n, 1);
    bench_keys(b, ":save here.json<Enter>");
    assert_string_equal(b->saved, "here.json");
    bench_keys(b, ":help<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_HELP);
    bench_keys(b, "<Esc>:quit<Enter>");
    assert_true(b->tui.quit);
    bench_free(b);
}

/* A word that is a kind of fault, too, would hide it. */
static void no_word_hides_a_fault(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    for (unsigned v = 0; v < cs_n_views; v++) {
        b->tui.view = v;
        for (unsigned k = 0; k < CS_FAULT_KIND_COUNT; k++) {
            const char *rest;
            assert_null(cs_word_find(&b->tui, cs_fault_name((enum cs_fault_kind)k), &rest));
        }
    }
    bench_free(b);
}

static void click(struct bench *b, int x, int y, enum cs_mouse_kind kind)
{
    const struct cs_mouse mouse = {x, y, kind, kind >= CS_MOUSE_UP ? 0 : 1};

    cs_tui_mouse(&b->tui, &mouse);
    bench_draw(b, b->tui.width, b->tui.height);
}

/* Where the words are on the screen: column of the first match in a line; -1: nowhere. */
static int column_of(struct bench *b, const char *what, int *y)
{
    char *text = bench_text(b), *line = text;

    for (*y = 0; line; (*y)++) {
        char *end = strchr(line, '\n'), *at;
        if (end)
            *end = '\0';
        at = strstr(line, what);
        if (at) {
            *at = '\0';
            int x = cs_text_width(line);
            free(text);
            return x;
        }
        line = end ? end + 1 : NULL;
    }
    free(text);
    return -1;
}

static void mouse(void **state)
{
    struct bench *b = begin(120, 40);
    int x, y;

    (void)state;
    x = column_of(b, "3 Nodes", &y);
    assert_true(x > 0);
    click(b, x, y, CS_MOUSE_PRESS);
    assert_string_equal(view_of(b), "nodes");
    x = column_of(b, "dashboard", &y);
    click(b, x, y, CS_MOUSE_PRESS);
    assert_int_equal(b->tui.nodes_list.sel, 1);
    click(b, x, y, CS_MOUSE_UP);
    assert_int_equal(b->tui.nodes_list.sel, 0);
    x = column_of(b, "inject", &y);
    click(b, x, y, CS_MOUSE_PRESS);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_INJECT);
    bench_keys(b, "<Esc>||");
    bench_draw(b, 120, 40);
    x = column_of(b, "following", &y); /* of the other pane's title line */
    click(b, x, y + 5, CS_MOUSE_PRESS);
    assert_string_equal(view_of(b), "trace");
    bench_free(b);
}

static void random_mouse(void **state)
{
    struct bench *b = begin(120, 40);
    uint32_t r = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        r = r * 1664525 + 1013904223;
        const struct cs_mouse m = {(int)(r >> 8) % 130 - 5, (int)(r >> 16) % 50 - 5,
                                   (enum cs_mouse_kind)((r >> 24) % 6), (r >> 28) % 4};
        cs_tui_mouse(&b->tui, &m);
        b->tui.quit = b->tui.suspend = false;
        if (i % 50 == 0)
            bench_draw(b, 120, 40);
        if (i % 977 == 0)
            bench_keys(b, "|o");
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides),
        cmocka_unit_test(golden),
        cmocka_unit_test(focus),
        cmocka_unit_test(no_room),
        cmocka_unit_test(any_size),
        cmocka_unit_test(words),
        cmocka_unit_test(no_word_hides_a_fault),
        cmocka_unit_test(mouse),
        cmocka_unit_test(random_mouse),
    };

    return cmocka_run_group_tests_name("tui panes", tests, NULL, NULL);
}
