/* SPDX-License-Identifier: MIT */
/* Screens as files, and the themes that colour them. */
#include "test_tui.h"

#include <unistd.h>

#include "tui/picture.h"
#include "tui/shapes.h"

static char folder[] = "/tmp/cansim-pictures-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static size_t slurp(const char *path, uint8_t *bytes, size_t size)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(bytes, 1, size, f);
    fclose(f);
    unlink(path);
    return n;
}

static void by_ending(void **state)
{
    static uint8_t bytes[1 << 20];
    struct bench *b = bench_new(0, 2);
    char why[300];

    (void)state;
    bench_traffic(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    for (unsigned i = 0; cs_themes[i]; i++) {
        assert_int_equal(
            cs_picture_write(&b->canvas, cs_themes[i], "T", in_folder("a.svg"), why, sizeof why),
            0);
        size_t n = slurp(in_folder("a.svg"), bytes, sizeof bytes - 1);
        bytes[n] = 0;
        assert_non_null(strstr((char *)bytes, "</svg>"));
        assert_int_equal(
            cs_picture_write(&b->canvas, cs_themes[i], "T", in_folder("a.PNG"), why, sizeof why),
            0);
        n = slurp(in_folder("a.PNG"), bytes, sizeof bytes);
        assert_true(n > 5000 && !memcmp(bytes, "\x89PNG\r\n\x1a\n", 8));
        assert_memory_equal(bytes + 16, "\0\0\x03\x40\0\0\x02\x18", 8); /* 832 x 536 */
    }
    assert_int_equal(
        cs_picture_write(&b->canvas, &cs_theme_dark, "T", in_folder("a.txt"), why, sizeof why), 0);
    size_t n = slurp(in_folder("a.txt"), bytes, sizeof bytes - 1);
    bytes[n] = 0;
    assert_non_null(strstr((char *)bytes, "dashboard"));
    bench_free(b);
}

static void what_is_wrong(void **state)
{
    struct bench *b = bench_new(0, 1);
    char why[300];

    (void)state;
    bench_draw(b, 80, 24);
    assert_int_equal(cs_picture_write(&b->canvas, &cs_theme_dark, NULL, "a.gif", why, sizeof why),
                     -1);
    assert_string_equal(why, "\"a.gif\" must end in .svg, .png or .txt");
    assert_false(cs_picture_name_ok("a.gif"));
    assert_true(cs_picture_name_ok("a.b.svg"));
    assert_int_equal(
        cs_picture_write(&b->canvas, &cs_theme_dark, NULL, in_folder("nix/a.svg"), why, sizeof why),
        -1);
    assert_non_null(strstr(why, "cannot be created: No such file"));
    setenv("CANSIM_FONT", "/dev/null", 1);
    assert_int_equal(
        cs_picture_write(&b->canvas, &cs_theme_dark, NULL, in_folder("a.png"), why, sizeof why),
        -1);
    unsetenv("CANSIM_FONT");
    assert_non_null(strstr(why, "CANSIM_FONT: \"/dev/null\" is no font"));
    assert_int_equal(access(in_folder("a.png"), F_OK), -1);
    assert_int_equal(rmdir(folder), 0); /* nothing was left there */
    assert_non_null(mkdtemp(strcpy(folder, "/tmp/cansim-pictures-XXXXXX")));
    bench_free(b);
}

static void add_area(void *ctx, int x, int y, int w, int h)
{
    int *area = ctx;

    assert_true(x >= 0 && y >= 0 && w > 0 && h > 0);
    assert_true(x + w <= CS_CELL_W && y + h <= CS_CELL_H);
    *area += w * h;
}

static void shapes(void **state)
{
    int before = 0;

    (void)state;
    for (uint32_t ch = 0x2500; ch < 0x2900; ch++) {
        int area = 0;
        cs_shape_draw(ch, add_area, &area);
        assert_int_equal(area > 0, cs_shape_is(ch));
    }
    for (uint32_t ch = 0x2581; ch <= 0x2588; ch++) { /* they grow */
        int area = 0;
        cs_shape_draw(ch, add_area, &area);
        assert_true(area > before);
        before = area;
    }
    assert_int_equal(before, CS_CELL_W * CS_CELL_H);
    assert_false(cs_shape_is('A'));
}

/* Two cells for one character, and a mark over another. */
static void wide_characters(void **state)
{
    static uint8_t bytes[1 << 18];
    struct cs_canvas canvas = {0};
    char why[300];

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 12, 1), 0);
    cs_canvas_put(&canvas, 0, 0, CS_STYLE_TEXT, "ab日本 e\xcc\x81<");
    assert_int_equal(
        cs_picture_write(&canvas, &cs_theme_dark, NULL, in_folder("w.svg"), why, sizeof why), 0);
    size_t n = slurp(in_folder("w.svg"), bytes, sizeof bytes - 1);
    bytes[n] = 0;
    assert_non_null(strstr((char *)bytes, ">ab</text>"));
    assert_non_null(strstr((char *)bytes, ">日</text>"));
    assert_non_null(strstr((char *)bytes, ">本</text>"));
    assert_non_null(strstr((char *)bytes, "e\xcc\x81&lt;</text>"));
    assert_int_equal(
        cs_picture_write(&canvas, &cs_theme_dark, NULL, in_folder("w.png"), why, sizeof why), 0);
    unlink(in_folder("w.png"));
    cs_canvas_fini(&canvas);
}

/* Of a theme without colours nothing has one, however many the terminal can. */
static void mono(void **state)
{
    (void)state;
    for (unsigned style = 0; style < CS_STYLE_COUNT; style++) {
        struct cs_look look = cs_theme_look(&cs_theme_mono, (uint8_t)style, 256);
        assert_true(look.fg == -1 && look.bg == -1);
    }
}

static void chosen_by_words(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_draw(b, 80, 24);
    assert_ptr_equal(b->tui.theme, &cs_theme_dark);
    bench_keys(b, ":theme l<Tab><Enter>");
    assert_ptr_equal(b->tui.theme, &cs_theme_light);
    bench_keys(b, ":theme pink<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "theme: must be dark, light, contrast, safe or mono"));
    bench_keys(b, "<Esc>:screenshot a.png<Enter>");
    assert_true(b->tui.take_picture);
    assert_string_equal(b->tui.picture, "a.png");
    bench_keys(b, "<F12>");
    assert_string_equal(b->tui.picture, "");
    bench_free(b);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_ending), cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(shapes),    cmocka_unit_test(wide_characters),
        cmocka_unit_test(mono),      cmocka_unit_test(chosen_by_words),
    };

    return cmocka_run_group_tests_name("tui pictures", tests, set_up, tear_down);
}
