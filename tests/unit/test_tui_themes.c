/* SPDX-License-Identifier: MIT */
/* Whether themes can be read: contrast as WCAG 2 computes it, and what eyes that do not tell red
 * from green see of them. */
#include "test_tui.h"

#include "tui/true_colour.h"

/* The fifth root of 0..1. */
static double fifth_root(double x)
{
    double r = 1;

    for (int i = 0; i < 60; i++)
        r -= (r - x / (r * r * r * r)) / 5;
    return r;
}

/* sRGB's curve: t to the power of 2.4. */
static double linear(uint32_t channel)
{
    const double c = (double)channel / 255, t = (c + 0.055) / 1.055;

    return c <= 0.03928 ? c / 12.92 : t * t * fifth_root(t * t);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 0xff) +
           0.0722 * linear(rgb & 0xff);
}

static double contrast(uint32_t a, uint32_t b)
{
    const double x = luminance(a), y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static struct cs_paint paint_with(const struct cs_theme *theme, uint8_t style, int colours)
{
    const struct cs_look look = cs_theme_look(theme, style, colours);
    struct cs_paint p = {
        .fg = look.fg < 0 ? theme->rgb_fg : cs_theme_rgb(look.fg),
        .bg = look.bg < 0 ? theme->rgb_bg : cs_theme_rgb(look.bg),
        .bold = look.attrs & CS_ATTR_BOLD,
        .underline = look.attrs & CS_ATTR_UNDERLINE,
    };

    if (look.attrs & CS_ATTR_REVERSE) {
        const uint32_t fg = p.fg;
        p.fg = p.bg;
        p.bg = fg;
    }
    return p;
}

static void the_measure(void **state)
{
    (void)state;
    assert_true(contrast(0, 0xffffff) > 20.99 && contrast(0, 0xffffff) < 21.01);
    assert_true(contrast(0x777777, 0xffffff) > 4.47 && contrast(0x777777, 0xffffff) < 4.49);
    assert_true(contrast(0x0000ff, 0xffffff) > 8.58 && contrast(0x0000ff, 0xffffff) < 8.60);
    assert_true(contrast(0x123456, 0x123456) == 1);
}

/* What a style of a theme needs: WCAG's AAA is 7, AA 4.5, for large text 3. What is faint is less
 * than text: rules, zero bytes, empty gauges. */
static double needed(const struct cs_theme *theme, unsigned style, bool selected, int colours)
{
    const bool faint = style == CS_STYLE_FAINT;

    if (theme == &cs_theme_contrast)
        return colours >= 256 ? 7 : 4.4;
    if (colours < 256) /* the terminal's palette, whatever it is */
        return faint ? 1.3 : 2;
    if (theme == &cs_theme_safe)
        return faint && !selected ? 2.5 : 4.5;
    return faint && !selected ? 1.6 : selected ? 2.2 : 3;
}

static void can_be_read(void **state)
{
    static const int colours[] = {256, 8};
    unsigned bad = 0;

    (void)state;
    for (unsigned i = 0; cs_themes[i]; i++) {
        const struct cs_theme *theme = cs_themes[i];
        assert_ptr_equal(cs_theme_named(theme->name), theme);
        for (unsigned s = 0; s < CS_STYLE_COUNT * 2 * 2; s++) {
            const unsigned style = s / 4;
            const bool selected = s & 1;
            const int n = colours[s >> 1 & 1];
            const uint8_t with = (uint8_t)(style | (selected ? CS_STYLE_SELECTED : 0));
            const struct cs_paint p = paint_with(theme, with, n);
            const double has = contrast(p.fg, p.bg), least = needed(theme, style, selected, n);
            if (has >= least)
                continue;
            print_message("theme %s, style %u%s, %d colours: %06x on %06x, %.2f of %.1f\n",
                          theme->name, style, selected ? " selected" : "", n, (unsigned)p.fg,
                          (unsigned)p.bg, has, least);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    assert_null(cs_theme_named("pink"));
}

/* The selected row is seen whatever is in it; a bar ends where it ends. */
static void selection_and_bars(void **state)
{
    static const int colours[] = {256, 8};
    static const uint8_t text[] = {CS_STYLE_TEXT, CS_STYLE_DIM,  CS_STYLE_FAINT,
                                   CS_STYLE_ID,   CS_STYLE_NODE, CS_STYLE_GOOD};

    (void)state;
    for (unsigned i = 0; cs_themes[i]; i++) {
        const struct cs_theme *theme = cs_themes[i];
        for (unsigned k = 0; k < sizeof text * 2 && !theme->mono; k++)
            assert_int_not_equal(
                paint_with(theme, text[k / 2] | CS_STYLE_SELECTED, colours[k % 2]).bg,
                paint_with(theme, CS_STYLE_TEXT, colours[k % 2]).bg);
        for (unsigned style = CS_STYLE_HOT; style < CS_STYLE_COUNT; style++) {
            const struct cs_cell full = {0x2588, 0, (uint8_t)style}, part = {0x258c, 0, full.style};
            const struct cs_paint p = cs_paint_of(theme, &full);
            if (style == CS_STYLE_FIELD)
                continue;
            assert_false(p.underline);
            assert_int_equal(p.bg, paint_with(theme, CS_STYLE_TEXT, 256).bg);
            assert_int_equal(p.fg, cs_paint_of(theme, &part).fg);
            assert_true(contrast(p.fg, p.bg) >= 3 || style >= CS_STYLE_OWN_RED);
            const struct cs_cell on = {0x2588, 0, (uint8_t)(style | CS_STYLE_SELECTED)};
            assert_int_not_equal(cs_paint_of(theme, &on).bg, cs_paint_of(theme, &on).fg);
        }
    }
}

/* ---- eyes without one kind of cones ---------------------------------------------------------- */

enum { USUAL, PROTAN, DEUTAN, EYES };

/* Vienot, Brettel, Mollon 1999; of linear red, green and blue, in 100000ths. */
static const int32_t eyes[EYES][3][3] = {
    [USUAL] = {{100000, 0, 0}, {0, 100000, 0}, {0, 0, 100000}},
    [PROTAN] = {{11238, 88762, 0}, {11238, 88762, 0}, {401, -401, 100000}},
    [DEUTAN] = {{29275, 70725, 0}, {29275, 70725, 0}, {-2234, 2234, 100000}},
};

static int32_t root(int32_t n)
{
    int32_t r = 0;

    while ((r + 1) * (r + 1) <= n)
        r++;
    return r;
}

/* A curve of 2 is near enough that of sRGB. */
static void seen(uint32_t rgb, unsigned eye, int32_t out[3])
{
    const int32_t in[3] = {(int32_t)(rgb >> 16), (int32_t)(rgb >> 8 & 0xff), (int32_t)(rgb & 0xff)};

    for (unsigned i = 0; i < 3; i++) {
        int64_t sum = 0;
        for (unsigned k = 0; k < 3; k++)
            sum += (int64_t)eyes[eye][i][k] * in[k] * in[k];
        sum /= 100000;
        out[i] = root(sum < 0 ? 0 : sum > 65025 ? 65025 : (int32_t)sum);
    }
}

/* The greatest step of a channel between two colours, 0..255. */
static int32_t apart(uint32_t a, uint32_t b, unsigned eye)
{
    int32_t x[3], y[3], most = 0;

    seen(a, eye, x);
    seen(b, eye, y);
    for (unsigned i = 0; i < 3; i++) {
        const int32_t d = x[i] > y[i] ? x[i] - y[i] : y[i] - x[i];
        most = d > most ? d : most;
    }
    return most;
}

/* What must not be taken for one another, though it stands in the same place. */
static const uint8_t pairs[][2] = {
    {CS_STYLE_GOOD, CS_STYLE_WARN},   {CS_STYLE_GOOD, CS_STYLE_HIGH},
    {CS_STYLE_GOOD, CS_STYLE_BAD},    {CS_STYLE_WARN, CS_STYLE_BAD},
    {CS_STYLE_HIGH, CS_STYLE_BAD},    {CS_STYLE_ARB, CS_STYLE_BAD},
    {CS_STYLE_FAULT, CS_STYLE_BAD},   {CS_STYLE_FAULT, CS_STYLE_GOOD},
    {CS_STYLE_FAULT, CS_STYLE_FIRED}, {CS_STYLE_INFO, CS_STYLE_BAD},
    {CS_STYLE_HOT, CS_STYLE_WARM},    {CS_STYLE_HOT, CS_STYLE_TEXT},
    {CS_STYLE_WARM, CS_STYLE_TEXT},   {CS_STYLE_BAR_GOOD, CS_STYLE_BAR_WARN},
    {CS_STYLE_TAB, CS_STYLE_TAB_ON},
};

static void told_apart(void **state)
{
    unsigned bad = 0;

    (void)state;
    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs * EYES; i++) {
        const unsigned eye = i % EYES;
        const struct cs_paint a = paint_with(&cs_theme_safe, pairs[i / EYES][0], 256);
        const struct cs_paint b = paint_with(&cs_theme_safe, pairs[i / EYES][1], 256);
        const int32_t fg = apart(a.fg, b.fg, eye), bg = apart(a.bg, b.bg, eye);
        if (fg >= 40 || bg >= 40)
            continue;
        print_message("safe, eye %u: styles %u and %u are %d, %d apart\n", eye, pairs[i / EYES][0],
                      pairs[i / EYES][1], (int)fg, (int)bg);
        bad++;
    }
    assert_int_equal(bad, 0);
    /* The measure finds what it is for: red and green of the dark theme. */
    assert_true(apart(0xff0000, 0x008000, USUAL) > 200);
    assert_true(apart(0xa05000, 0x707000, DEUTAN) < 40);
    assert_true(apart(0xffffff, 0xfffffe, PROTAN) < 2);
}

/* Without colours attributes tell the same apart. */
static void told_apart_without_colours(void **state)
{
    static const uint8_t rows[][2] = {
        {CS_STYLE_BAD, CS_STYLE_GOOD}, {CS_STYLE_BAD, CS_STYLE_WARN},
        {CS_STYLE_HOT, CS_STYLE_TEXT}, {CS_STYLE_TAB, CS_STYLE_TAB_ON},
        {CS_STYLE_BAR, CS_STYLE_TEXT},
    };

    (void)state;
    for (unsigned i = 0; cs_themes[i]; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            assert_int_not_equal(cs_theme_look(cs_themes[i], rows[k][0], 0).attrs,
                                 cs_theme_look(cs_themes[i], rows[k][1], 0).attrs);
}

/* To choose by: each theme's own, whatever the present one. */
static void swatches(void **state)
{
    (void)state;
    for (unsigned t = 0; t < CS_THEMES; t++)
        for (unsigned n = 0; n < CS_SWATCHES; n++) {
            const uint8_t style = CS_STYLE_SWATCH(t, n);
            struct cs_look first = cs_theme_look(cs_themes[0], style, 256);
            for (unsigned i = 1; i < CS_THEMES; i++) {
                const struct cs_look look = cs_theme_look(cs_themes[i], style, 256);
                assert_true(look.fg == first.fg && look.bg == first.bg);
            }
            const struct cs_paint p = paint_with(cs_themes[t], style, 256);
            assert_true(contrast(p.fg, p.bg) >= 2.2);
        }
}

/* ---- what is sent to terminals with exact colours ---------------------------------------------
 */

static void becomes(const char *text, const char *expected)
{
    char buffer[800];
    const size_t n = strlen(text), from = sizeof buffer - n;

    memcpy(buffer + from, text, n); /* as the screen does it: in one buffer */
    const size_t len = cs_true_colour(buffer + from, n, buffer);
    buffer[len] = '\0';
    assert_string_equal(buffer, expected);
    assert_true(len <= n * CS_TRUE_COLOUR_GROWS);
}

static void exact_colours(void **state)
{
    (void)state;
    becomes("\033[38;5;81mx\033[48;5;231m", "\033[38;2;95;215;255mx\033[48;2;255;255;255m");
    becomes("\033[1;38;5;16;48;5;236mx", "\033[1;38;2;0;0;0;48;2;48;48;48mx");
    becomes("\033[38;5;7m", "\033[38;5;7m");             /* the terminal's own */
    becomes("38;5;81m [38;5;81m", "38;5;81m [38;5;81m"); /* text */
    becomes("\033[38;5;256m\033[38;5;m\033[38;5", "\033[38;5;256m\033[38;5;m\033[38;5");
    becomes("\033[5;38H38;5;81m", "\033[5;38H38;5;81m");
    becomes("\033[138;5;81m\033[?38;5;81h", "\033[138;5;81m\033[?38;5;81h");
    becomes("", "");
}

/* Sequences one after the other, as many as there can be: nothing is written over. */
static void exact_colours_in_one_buffer(void **state)
{
    static char buffer[2 * 90000], text[90000];
    size_t n = 0;

    (void)state;
    while (n + 20 < sizeof text)
        n +=
            (size_t)sprintf(text + n, "\033[%c8;5;%um", n % 2 ? '3' : '4', 100 + (unsigned)n % 150);
    memcpy(buffer + sizeof buffer - n, text, n);
    const size_t len = cs_true_colour(buffer + sizeof buffer - n, n, buffer);
    size_t at = 0;
    for (const char *p = text; p < text + n; p = strchr(p, 'm') + 1) {
        const unsigned rgb = (unsigned)cs_theme_rgb(atoi(strstr(p, ";5;") + 3));
        char one[32];
        const size_t put = (size_t)sprintf(one, "\033[%c8;2;%u;%u;%um", p[2], rgb >> 16,
                                           rgb >> 8 & 255, rgb & 255);
        assert_memory_equal(buffer + at, one, put);
        at += put;
    }
    assert_int_equal(at, len);
    assert_true(len > n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measure),
        cmocka_unit_test(can_be_read),
        cmocka_unit_test(selection_and_bars),
        cmocka_unit_test(told_apart),
        cmocka_unit_test(told_apart_without_colours),
        cmocka_unit_test(swatches),
        cmocka_unit_test(exact_colours),
        cmocka_unit_test(exact_colours_in_one_buffer),
    };

    return cmocka_run_group_tests_name("tui themes", tests, NULL, NULL);
}
