/* SPDX-License-Identifier: MIT */
/* Text in pieces, told line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios/lines.h"

struct told {
    char text[4096];
    unsigned n;
};

static void on_line(void *ctx, const char *line)
{
    struct told *told = ctx;

    snprintf(told->text + strlen(told->text), sizeof(told->text) - strlen(told->text), "<%s>",
             line);
    told->n++;
}

static void however_it_comes_the_lines_are_the_same(void **state)
{
    static const char text[] = "one\r\n\ntwo\r\r\nth\rree\nnul\0l\nrest";

    (void)state;
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        struct told told = {.n = 0};
        struct cs_lines lines = {.line = on_line, .ctx = &told};
        for (size_t i = 0; i < sizeof(text) - 1; i += piece) {
            const size_t left = sizeof(text) - 1 - i;
            cs_lines_take(&lines, text + i, piece < left ? piece : left);
        }
        assert_string_equal(told.text, "<one><><two><th\rree><nul?l>");
        cs_lines_end(&lines);
        cs_lines_end(&lines);
        assert_string_equal(told.text, "<one><><two><th\rree><nul?l><rest>");
    }
}

static void a_long_line_comes_in_pieces(void **state)
{
    struct told told = {.n = 0};
    struct cs_lines lines = {.line = on_line, .ctx = &told};

    (void)state;
    for (unsigned i = 0; i < 2 * CS_LINE_MAX; i++)
        cs_lines_take(&lines, "x", 1);
    assert_int_equal(told.n, 1);
    cs_lines_take(&lines, "\n", 1);
    assert_int_equal(told.n, 2);
    assert_int_equal(strlen(told.text), 2 * CS_LINE_MAX + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_it_comes_the_lines_are_the_same),
        cmocka_unit_test(a_long_line_comes_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
