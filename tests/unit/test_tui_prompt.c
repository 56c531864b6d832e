/* SPDX-License-Identifier: MIT */
/* The prompt: what it offers, what it says of a fault that is typed, which bus it is for. */
#include "test_tui.h"

/* What can be done is found by what it is about, whatever view is shown; Tab goes on behind it. */
static void prompt_finds(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_run(b, CS_PS_PER_MS);
    bench_keys(b, ":");
    bench_draw(b, 80, 24);
    bench_golden(b, "prompt-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "prompt-160x50");
    bench_keys(b, "measured");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "key m "));
    assert_true(bench_shows(b, "Enter presses m, the first above"));
    bench_keys(b, "<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "measured");
    bench_keys(b, "<^U>order by the next<Enter>"); /* a key of another view */
    assert_int_equal(b->tui.view, cs_view_find("ids"));
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "ordered by"));
    bench_keys(b, "1:nonsense<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing is called or about \"nonsense\""));
    bench_keys(b, "<^U>contrast<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "theme");
    bench_keys(b, "<^U>the<Tab><Tab>");
    assert_string_equal(b->tui.prompt.field.text, "theme dark");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "dark light contrast"));
    bench_keys(b, "<^U>send 123#11 b<Tab>");
    assert_string_equal(b->tui.prompt.field.text, "send 123#11 body");
    /* A word of another view shows that view. */
    bench_keys(b, "<^U>window 10s<Enter>");
    assert_int_equal(b->tui.view, cs_view_find("signals"));
    bench_keys(b, ":<Esc>:sca<Tab><Tab>");
    assert_string_equal(b->tui.prompt.field.text, "scale auto");
    for (int w = 80; w < 300; w += 55)
        for (int h = 24; h < 80; h += 11)
            bench_draw(b, w, h);
    bench_free(b);
}

static void prompt_tells(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, ":");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "a word such as view nodes, or a fault such as"));
    bench_keys(b, "flip index=");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "index: the bit within the field"));
    bench_keys(b, "3 ");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "flip needs \"field\""));
    bench_keys(b, "<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not armed: "));
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    bench_keys(b, "field=crc");
    bench_draw(b, 80, 24);
    bench_golden(b, "fault-prompt");
    bench_free(b);
}

/* As on the command line: the text may name the bus. */
static void prompt_takes_a_bus(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, ":short bus=body for=5ms");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Enter arms it on body: short for=5ms"));
    bench_keys(b, "<^U>short bus=bodi");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no bus \"bodi\""));
    bench_free(b);
}

/* The bus before the line is that of a fault: words know where they belong. */
static void the_bus_of_a_fault(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_keys(b, ":flip");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, " can0: flip"));
    bench_keys(b, "<^U>read 5 1018:1");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, " : read 5 1018:1"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompt_finds),
        cmocka_unit_test(prompt_tells),
        cmocka_unit_test(prompt_takes_a_bus),
        cmocka_unit_test(the_bus_of_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
