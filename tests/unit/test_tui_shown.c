/* SPDX-License-Identifier: MIT */
/* Which cells of a screen are given to the terminal again. */
#include "tests/unit/test_tui.h"
#include "tui/shown.h"

static unsigned differ(const struct cs_shown *shown, const struct cs_canvas *canvas)
{
    unsigned n = 0;

    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            n += !cs_shown_same(shown, canvas, x, y);
    return n;
}

static void only_what_changed(void **state)
{
    struct cs_shown shown = {0};
    struct cs_canvas canvas = {0};

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 20, 4), 0);
    assert_int_equal(differ(&shown, &canvas), 80); /* nothing is known */
    cs_canvas_put(&canvas, 2, 1, CS_STYLE_TEXT, "abc");
    cs_shown_take(&shown, &canvas);
    assert_int_equal(differ(&shown, &canvas), 0);
    cs_canvas_put(&canvas, 2, 1, CS_STYLE_TEXT, "abd");
    assert_int_equal(differ(&shown, &canvas), 1);
    assert_false(cs_shown_same(&shown, &canvas, 4, 1));
    cs_canvas_put(&canvas, 2, 1, CS_STYLE_FIELD, "abc");
    assert_int_equal(differ(&shown, &canvas), 3);
    cs_shown_take(&shown, &canvas);
    cs_canvas_put(&canvas, 3, 1, CS_STYLE_FIELD, "b\xcc\x81"); /* with an accent */
    assert_int_equal(differ(&shown, &canvas), 1);
    cs_shown_forget(&shown);
    assert_int_equal(differ(&shown, &canvas), 80);
    cs_canvas_fini(&canvas);
}

/* Both halves of a wide character, that which was and that which is. */
static void wide_ones_whole(void **state)
{
    struct cs_shown shown = {0};
    struct cs_canvas canvas = {0};

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 10, 1), 0);
    cs_canvas_put(&canvas, 3, 0, CS_STYLE_TEXT, "\xe8\xbb\x8a"); /* 車 */
    cs_shown_take(&shown, &canvas);
    assert_int_equal(differ(&shown, &canvas), 2);
    cs_canvas_put(&canvas, 3, 0, CS_STYLE_TEXT, "xy");
    assert_int_equal(differ(&shown, &canvas), 2);
    cs_shown_take(&shown, &canvas);
    assert_int_equal(differ(&shown, &canvas), 0);
    cs_canvas_put(&canvas, 9, 0, CS_STYLE_TEXT, "z"); /* the last column */
    assert_int_equal(differ(&shown, &canvas), 1);
    cs_shown_forget(&shown);
    cs_canvas_fini(&canvas);
}

static void another_size(void **state)
{
    struct cs_shown shown = {0};
    struct cs_canvas canvas = {0};

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 10, 3), 0);
    cs_shown_take(&shown, &canvas);
    assert_int_equal(cs_canvas_resize(&canvas, 12, 5), 0);
    cs_shown_take(&shown, &canvas);
    assert_int_equal(differ(&shown, &canvas), 0);
    assert_false(cs_shown_same(&shown, &canvas, 12, 0));
    assert_false(cs_shown_same(&shown, &canvas, 0, -1));
    cs_shown_forget(&shown);
    cs_canvas_fini(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_changed),
        cmocka_unit_test(wide_ones_whole),
        cmocka_unit_test(another_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
