/* SPDX-License-Identifier: MIT */
/* Cells: text in, text and pictures out, nothing outside the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/canvas.h"
#include "tui/console.h"
#include "tui/svg.h"
#include "tui/widgets.h"

static struct cs_canvas canvas_of(int width, int height)
{
    struct cs_canvas canvas = {0};

    assert_int_equal(cs_canvas_resize(&canvas, width, height), 0);
    return canvas;
}

static void shows(const struct cs_canvas *canvas, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(cs_canvas_write_text(canvas, out), 0);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void utf8_both_ways(void **state)
{
    static const struct {
        const char *text;
        uint32_t ch;
        int used;
    } rows[] = {
        {"a", 'a', 1},
        {"µ", 0xb5, 2},
        {"─", 0x2500, 3},
        {"\xf0\x9f\x9a\x8c", 0x1f68c, 4},
        {"\x80", 0xfffd, 1},
        {"\xc0\xaf", 0xfffd, 2},         /* overlong '/' */
        {"\xe2\x94", 0xfffd, 2},         /* cut off */
        {"\xed\xa0\x80", 0xfffd, 3},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0xfffd, 4}, /* beyond Unicode */
        {"\xff", 0xfffd, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *at = rows[i].text;
        char back[5];
        assert_int_equal(cs_utf8_next(&at), rows[i].ch);
        assert_int_equal(at - rows[i].text, rows[i].used);
        if (rows[i].ch != 0xfffd) {
            cs_utf8_put(rows[i].ch, back);
            assert_string_equal(back, rows[i].text);
        }
    }
}

/* Two columns for one character: cut at the right cell, and never half of it. */
static void wide_characters(void **state)
{
    struct cs_canvas canvas = canvas_of(8, 3);

    (void)state;
    assert_int_equal(cs_text_width("日本a"), 5);
    assert_int_equal(cs_text_width("e\xcc\x81"), 1); /* e and an acute accent */
    assert_int_equal(cs_canvas_put(&canvas, 0, 0, CS_STYLE_TEXT, "日本語文字"), 10);
    assert_int_equal(cs_canvas_at(&canvas, 1, 0)->ch, CS_CELL_REST);
    cs_canvas_field(&canvas, 0, 1, 6, false, CS_STYLE_TEXT, "日本語文字");
    cs_canvas_field(&canvas, 0, 2, 5, true, CS_STYLE_TEXT, "é語");
    shows(&canvas, "日本語文\n日本…\n  é語\n");
    cs_canvas_put_ch(&canvas, 1, 0, CS_STYLE_TEXT, 'x'); /* over a right half */
    cs_canvas_put_ch(&canvas, 2, 0, CS_STYLE_TEXT, 'y'); /* over a left one */
    cs_canvas_put(&canvas, 5, 0, CS_STYLE_TEXT, "本");   /* over two halves */
    shows(&canvas, " xy  本\n日本…\n  é語\n");
    assert_int_equal(cs_canvas_put(&canvas, 7, 1, CS_STYLE_TEXT, "本"), 9);
    assert_int_equal(cs_canvas_at(&canvas, 7, 1)->ch, '?'); /* no room for it */
    canvas.ascii = true;
    cs_canvas_put(&canvas, 0, 2, CS_STYLE_TEXT, "本ae\xcc\x81 ");
    shows(&canvas, " xy  本\n日本…  ?\n? ae\n");
    cs_canvas_fini(&canvas);
}

static void marks_combine(void **state)
{
    struct cs_canvas canvas = canvas_of(6, 2);

    (void)state;
    cs_canvas_field(&canvas, 0, 0, 4, false, CS_STYLE_TEXT, "e\xcc\x81\xcc\xa3tude");
    assert_int_equal(cs_canvas_at(&canvas, 0, 0)->ch, 'e');
    assert_int_equal(cs_canvas_at(&canvas, 0, 0)->mark, 0x301);
    cs_canvas_put(&canvas, 0, 1, CS_STYLE_TEXT, "\xcc\x81本\xcc\x81\xef\xb8\x8f.");
    shows(&canvas, "e\xcc\x81tu…\n本\xcc\x81.\n");
    cs_canvas_put(&canvas, 0, 0, CS_STYLE_TEXT, "a");
    assert_int_equal(cs_canvas_at(&canvas, 0, 0)->mark, 0);
    cs_canvas_fini(&canvas);
}

/* Whatever is put where: halves are always together. */
static void halves_stay_together(void **state)
{
    struct cs_canvas canvas = canvas_of(9, 1);
    static const char *const texts[] = {"日", "a日b", "日本語", "é\xcc\x81", "  ", "x", "문자🚌"};
    uint32_t r = 3;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        r = r * 1664525 + 1013904223;
        const int x = (int)(r >> 8 & 15) - 3, w = (int)(r >> 16 & 7);
        if (i % 3)
            cs_canvas_put(&canvas, x, 0, CS_STYLE_TEXT, texts[(r >> 24) % 7]);
        else
            cs_canvas_field(&canvas, x, 0, w, r & 1, CS_STYLE_TEXT, texts[(r >> 24) % 7]);
        for (int at = 0; at < 9; at++) {
            const uint32_t ch = cs_canvas_at(&canvas, at, 0)->ch;
            const bool rest = at + 1 < 9 && cs_canvas_at(&canvas, at + 1, 0)->ch == CS_CELL_REST;
            assert_int_equal(ch != CS_CELL_REST && cs_char_width(ch) == 2, rest);
        }
    }
    cs_canvas_fini(&canvas);
}

/* Every character that is drawn is one of code page 437 in the end, or a letter. */
static void on_the_console(void **state)
{
    static const char drawn[] = "·─×│…■µ▾▶▴↓→–└↑‖●┴┤›‹▸▌┘┐┌−←╭╮╯╰█▉▊▋▍▎▏▕░▀▄▐▁▂▃▅▆▇•";
    static const char has[] = "·─│■µ▼►▲↓→└↑║┴┤▌┘┐┌←█░▀▄▐•~<>-_×";
    const char *at = drawn;
    char text[5];

    (void)state;
    for (uint32_t ch; (ch = cs_utf8_next(&at));) {
        cs_utf8_put(cs_console_char(ch), text);
        if (!strstr(has, text))
            fail_msg("%s is no character of the console", text);
    }
    assert_int_equal(cs_console_char(0x2800), ' ');
    assert_int_equal(cs_console_char(0x2801), '\'');
    assert_int_equal(cs_console_char(0x28c0), '.');
    assert_int_equal(cs_console_char(0x28ff), ':');
    assert_int_equal(cs_console_char('x'), 'x');
    assert_int_equal(cs_console_char(0xe9), 0xe9);
}

static void edges_cut(void **state)
{
    struct cs_canvas canvas = canvas_of(5, 2);

    (void)state;
    assert_int_equal(cs_canvas_put(&canvas, 3, 0, CS_STYLE_TEXT, "abc"), 6);
    cs_canvas_put(&canvas, -1, 1, CS_STYLE_TEXT, "xyz");
    cs_canvas_put(&canvas, 0, 7, CS_STYLE_TEXT, "below");
    cs_canvas_put(&canvas, 0, -1, CS_STYLE_TEXT, "above");
    cs_canvas_fill(&canvas, (struct cs_rect){3, 1, 100, 100}, CS_STYLE_TEXT, '.');
    cs_canvas_select(&canvas, (struct cs_rect){-5, -5, 6, 6});
    shows(&canvas, "   ab\nyz ..\n");
    assert_int_equal(cs_canvas_at(&canvas, 0, 0)->style, CS_STYLE_SELECTED);
    assert_int_equal(cs_canvas_at(&canvas, 1, 0)->style, 0);
    assert_null(cs_canvas_at(&canvas, 5, 0));
    assert_null(cs_canvas_at(&canvas, 0, -1));
    cs_canvas_fini(&canvas);
}

static void fields(void **state)
{
    struct cs_canvas canvas = canvas_of(12, 5);

    (void)state;
    assert_int_equal(cs_canvas_field(&canvas, 0, 0, 6, false, 0, "left"), 6);
    cs_canvas_field(&canvas, 0, 1, 6, true, 0, "right");
    cs_canvas_field(&canvas, 0, 2, 6, true, 0, "much too long");
    cs_canvas_field(&canvas, 0, 3, 6, false, 0, "öäüöäü");
    cs_canvas_field(&canvas, 0, 4, 0, false, 0, "none");
    shows(&canvas, "left\n right\nmuch …\nöäüöäü\n\n");
    cs_canvas_fini(&canvas);
}

static void odd_characters(void **state)
{
    struct cs_canvas canvas = canvas_of(20, 1);

    (void)state;
    /* Control characters, no column of its own, broken bytes, scripts that are not known. */
    cs_canvas_put(&canvas, 0, 0, 0, "\xe6\x97\xa5 e\xcc\x81 \x1b[2J \xff");
    shows(&canvas, "日 e\xcc\x81 ?[2J ?\n");
    cs_canvas_clear(&canvas);
    cs_canvas_put(&canvas, 0, 0, 0, "\xe0\xa4\x95 x"); /* Devanagari */
    shows(&canvas, "? x\n");
    cs_canvas_fini(&canvas);
}

static void ascii(void **state)
{
    struct cs_canvas canvas = canvas_of(24, 3);

    (void)state;
    canvas.ascii = true;
    cs_canvas_box(&canvas, (struct cs_rect){1, 0, 10, 3}, NULL);
    cs_canvas_put(&canvas, 12, 0, 0, "×2 5µs → … ö");
    cs_gauge(&canvas, 12, 1, 8, CS_STYLE_GOOD, 1, 2);
    shows(&canvas, " +--------+ x2 5us > ~ ?\n |        | ####....\n +--------+\n");
    cs_canvas_fini(&canvas);
}

static void gauges(void **state)
{
    static const struct {
        uint64_t value, full;
        const char *text;
    } rows[] = {
        {0, 100, "····\n"},   {1, 1000, "▏···\n"}, {25, 100, "█···\n"},
        {50, 100, "██··\n"},  {99, 100, "████\n"}, {100, 100, "████\n"},
        {300, 100, "████\n"}, {0, 0, "····\n"},    {45, 100, "█▊··\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_canvas canvas = canvas_of(4, 1);
        cs_gauge(&canvas, 0, 0, 4, CS_STYLE_GOOD, rows[i].value, rows[i].full);
        shows(&canvas, rows[i].text);
        cs_canvas_fini(&canvas);
    }
}

static void sizes(void **state)
{
    struct cs_canvas canvas = {0};

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 0, 5), -EINVAL);
    assert_int_equal(cs_canvas_resize(&canvas, 5, CS_CANVAS_MAX_SIDE + 1), -EINVAL);
    assert_int_equal(cs_canvas_resize(&canvas, CS_CANVAS_MAX_SIDE, 1), 0);
    assert_int_equal(cs_canvas_resize(&canvas, 2, 2), 0);
    shows(&canvas, "\n\n");
    cs_canvas_fini(&canvas);
}

static void numbers(void **state)
{
    static const struct {
        uint64_t n;
        int width;
        const char *text;
    } counts[] = {
        {0, 3, "0"},
        {999, 3, "999"},
        {1000, 3, "1k"},
        {12345, 5, "12345"},
        {123456, 5, "123k"},
        {1234567, 5, "1.23M"},
        {12345678, 5, "12.3M"},
        {99999999, 6, "99.99M"},
        {UINT64_MAX, 6, "18.44E"},
        {UINT64_MAX, 3, "18E"},
    };
    static const struct {
        int64_t ps;
        const char *text;
    } spans[] = {
        {0, "0.0µs"},
        {222 * CS_PS_PER_US, "222.0µs"},
        {999999 * CS_PS_PER_NS, "999.9µs"},
        {CS_PS_PER_MS, "1.000ms"},
        {10 * CS_PS_PER_MS + 500 * CS_PS_PER_NS, "10.000ms"},
        {1500 * CS_PS_PER_MS, "1.500s"},
        {100 * CS_PS_PER_S, "1m40s"},
        {7500 * CS_PS_PER_S, "2h05m"},
        {-CS_PS_PER_MS, "-1.000ms"},
    };
    static const struct {
        uint32_t permille;
        const char *text;
    } speeds[] = {{0, "max"},   {1, "×0.001"},   {500, "×0.5"},
                  {1000, "×1"}, {1250, "×1.25"}, {1000000, "×1000"}};
    char buf[CS_NUMBER_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_string_equal(cs_text_count(counts[i].n, counts[i].width, buf), counts[i].text);
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        assert_string_equal(cs_text_span(spans[i].ps, buf), spans[i].text);
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        assert_string_equal(cs_text_speed(speeds[i].permille, buf), speeds[i].text);
    assert_string_equal(cs_text_clock(3723 * CS_PS_PER_S + 45 * CS_PS_PER_MS, buf), "1:02:03.045");
    assert_string_equal(cs_text_clock(INT64_MAX, buf), "2562:02:52.036");
}

static void looks(void **state)
{
    (void)state;
    for (unsigned style = 0; style < CS_STYLE_COUNT; style++) {
        static const int colours[] = {0, 8, 16, 256};
        for (size_t i = 0; i < 4; i++)
            for (unsigned selected = 0; selected <= CS_STYLE_SELECTED;
                 selected += CS_STYLE_SELECTED) {
                struct cs_look look =
                    cs_theme_look(&cs_theme_dark, (uint8_t)(style | selected), colours[i]);
                assert_in_range(look.fg + 1, 0, colours[i]);
                assert_in_range(look.bg + 1, 0, colours[i]);
                /* Never the same colour on itself. */
                assert_true(look.fg != look.bg || look.fg < 0);
                if (selected)
                    assert_true(look.bg >= 0 || look.attrs & CS_ATTR_REVERSE);
            }
    }
    assert_int_equal(cs_theme_rgb(16), 0x000000);
    assert_int_equal(cs_theme_rgb(231), 0xffffff);
    assert_int_equal(cs_theme_rgb(255), 0xeeeeee);
}

static void svg(void **state)
{
    struct cs_canvas canvas = canvas_of(8, 1);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    cs_canvas_put(&canvas, 0, 0, CS_STYLE_TEXT, "<&>");
    cs_canvas_put(&canvas, 4, 0, CS_STYLE_GOOD, "█▌");
    assert_int_equal(cs_svg_write(&canvas, &cs_theme_dark, "a < b\x01", out), 0);
    fclose(out);
    assert_non_null(strstr(text, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert_non_null(strstr(text, "<title>a &lt; b?</title>"));
    assert_non_null(strstr(text, ">&lt;&amp;&gt;</text>"));
    assert_null(strstr(text, "█"));
    assert_non_null(strstr(text, "</svg>"));
    free(text);
    cs_canvas_fini(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_both_ways),
        cmocka_unit_test(wide_characters),
        cmocka_unit_test(on_the_console),
        cmocka_unit_test(marks_combine),
        cmocka_unit_test(halves_stay_together),
        cmocka_unit_test(edges_cut),
        cmocka_unit_test(fields),
        cmocka_unit_test(odd_characters),
        cmocka_unit_test(ascii),
        cmocka_unit_test(gauges),
        cmocka_unit_test(sizes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(looks),
        cmocka_unit_test(svg),
    };
    return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
