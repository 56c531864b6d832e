/* SPDX-License-Identifier: MIT */
/* The setup: settings that act at once, keys, and the file that is written. */
#include "test_tui.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/setup.h"

static char folder[] = "/tmp/cansim-setup-XXXXXX";
static char file[100];

static struct bench *begin(int width, int height)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, 200 * CS_PS_PER_MS);
    bench_draw(b, width, height);
    return b;
}

static void look(struct bench *b)
{
    bench_draw(b, b->tui.width, b->tui.height);
}

static const char *view_of(const struct bench *b)
{
    return cs_views[b->tui.view]->name;
}

static void goldens(void **state)
{
    static const char *const pages[] = {"colours", "drawing", "layout", "trace", "program", "keys"};
    struct bench *b = begin(80, 24);
    char text[60];

    (void)state;
    for (unsigned p = 0; p < 6; p++)
        for (int wide = 0; wide < 2; wide++) {
            snprintf(text, sizeof text, ":setup %s<Enter>", pages[p]);
            bench_draw(b, wide ? 160 : 80, wide ? 50 : 24);
            bench_keys(b, text);
            look(b);
            snprintf(text, sizeof text, "setup-%s-%s", pages[p], wide ? "160x50" : "80x24");
            bench_golden(b, text);
            bench_keys(b, "<Esc>");
        }
    b->canvas.ascii = true;
    bench_keys(b, ":setup drawing<Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "setup-ascii");
    bench_free(b);
}

static void settings_act_at_once(void **state)
{
    struct bench *b = begin(160, 50);

    (void)state;
    bench_keys(b, "<F2>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SETUP);
    bench_keys(b, "<Right><Down><Enter>");
    assert_ptr_equal(b->tui.theme, &cs_theme_light);
    bench_keys(b, "<End><Right><Right>");
    assert_int_equal(b->tui.choice.depth, CS_DEPTH_16);
    assert_true(b->tui.chosen);
    bench_keys(b, "<Tab><Down><Tab><Enter>");
    assert_true(b->tui.choice.ascii);
    bench_keys(b, "<Down><Enter>"); /* numbers */
    look(b);
    assert_true(bench_hides(b, "can0 500k ▌") && bench_shows(b, "can0 500k"));
    bench_keys(b, "<Enter>"); /* off */
    look(b);
    assert_true(bench_hides(b, "can0 500k"));
    bench_keys(b, "<Esc>"); /* all of it */
    assert_ptr_equal(b->tui.theme, &cs_theme_dark);
    assert_int_equal(b->tui.choice.depth, CS_DEPTH_AUTO);
    assert_false(b->tui.choice.ascii);
    assert_int_equal(b->tui.choice.meters, CS_METERS_BARS);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    look(b);
    assert_true(bench_shows(b, "all is as it was before the setup"));
    bench_free(b);
}

static void layout(void **state)
{
    struct bench *b = begin(160, 50);

    (void)state;
    bench_keys(b, "3:setup layout<Enter><Left>"); /* back to the last of them */
    assert_int_equal(b->tui.split, CS_SPLIT_FOUR);
    bench_keys(b, "<Down><Down><Right>"); /* pane 2 */
    assert_string_equal(cs_views[b->tui.pane_view[1]]->name, "ids");
    bench_keys(b, "<Right>"); /* nodes are in pane 1: they change places */
    assert_string_equal(cs_views[b->tui.pane_view[1]]->name, "nodes");
    assert_string_equal(view_of(b), "ids");
    bench_keys(b, "<Esc>");
    assert_int_equal(b->tui.split, CS_SPLIT_NONE);
    assert_string_equal(view_of(b), "nodes");
    bench_keys(b, "<F2>q"); /* nothing is said where nothing was changed */
    assert_string_equal(b->tui.message, "");
    bench_free(b);
}

static void kept_until_the_end(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    bench_keys(b, ":setup trace<Enter><Right><F10>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_int_equal(b->tui.trace.time, CS_TIME_DELTA);
    assert_false(b->tui.keep || b->tui.quit);
    bench_keys(b, "<F2>s");
    assert_true(b->tui.keep);
    bench_keys(b, ":setup nix<Enter>");
    look(b);
    assert_true(bench_shows(b, "setup: must be colours, drawing, layout, trace, program or keys"));
    bench_keys(b, "<Esc>:setup k<Tab><Enter>");
    assert_int_equal(b->tui.setup->page, CS_SETUP_KEYMAP);
    bench_free(b);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void a_new_key(void **state)
{
    struct bench *b = begin(160, 50);
    const struct cs_keymap *map = &b->tui.setup->keys;

    (void)state;
    bench_keys(b, ":setup keys<Enter>/one frame on<Enter>");
    bench_keys(b, "<Esc>/next view<Enter><Enter>");
    assert_true(b->tui.setup->catching);
    bench_keys(b, "<^B>");
    look(b);
    assert_false(b->tui.setup->catching);
    assert_true(bench_shows(b, "^B* Tab next view"));
    assert_int_equal(map->n, 1);
    assert_string_equal(map->row[0].keys, "<Tab>");
    assert_string_equal(map->row[0].view, "");
    bench_keys(b, "<F10><^B>");
    assert_string_equal(view_of(b), "ids");
    bench_keys(b, "<F2>"); /* the page is the one of before */
    bench_keys(b, "/next view<Enter><Enter><^B>");
    look(b);
    assert_true(bench_shows(b, "^B does that already"));
    bench_keys(b, "<Del>");
    assert_int_equal(map->n, 0);
    bench_keys(b, "<Esc><Esc>"); /* the first ends the search */
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_int_equal(map->n, 1);
    bench_free(b);
}

static void conflicts_are_told(void **state)
{
    struct bench *b = begin(160, 50);
    const struct cs_keymap *map = &b->tui.setup->keys;

    (void)state;
    bench_keys(b, ":setup keys<Enter>/next view<Enter><Enter>q");
    look(b);
    assert_true(bench_shows(b, "q means \"leave, at once; so does ^C\": q once more takes it"));
    bench_keys(b, "<Esc>");
    assert_int_equal(map->n, 0);
    bench_keys(b, "<Enter>qq");
    assert_int_equal(map->n, 1);
    look(b);
    bench_keys(b, "<Esc>/leave, at once<Enter>");
    look(b);
    assert_true(bench_shows(b, "F10 leave, at once") && bench_hides(b, "q F10"));
    bench_keys(b, "<F10>q");
    assert_false(b->tui.quit);
    assert_string_equal(view_of(b), "ids");
    look(b); /* the footer names the key that is left */
    assert_true(bench_shows(b, "F10 quit"));
    /* What is usual comes back where it is asked for its key. */
    bench_keys(b, "<F2>/leave, at once<Enter><Enter>qq");
    assert_int_equal(map->n, 0);
    bench_keys(b, "<F10>q");
    assert_true(b->tui.quit);
    bench_free(b);
}

static void of_one_view(void **state)
{
    struct bench *b = begin(160, 50);
    const struct cs_keymap *map = &b->tui.setup->keys;

    (void)state;
    bench_keys(b, ":setup keys<Enter>/keep the newest row in sight<Enter><Enter>f");
    look(b);
    assert_true(bench_shows(b, "f does that already"));
    bench_keys(b, "<Enter>3"); /* shows nodes, elsewhere */
    look(b);
    assert_true(bench_shows(b, "3 means \"one line for each controller"));
    bench_keys(b, "3<F10>");
    assert_string_equal(map->row[0].view, "trace");
    const bool follows = b->tui.trace.follow;
    bench_keys(b, "3");
    assert_string_equal(view_of(b), "trace");
    assert_true(b->tui.trace.follow != follows);
    bench_keys(b, "23");
    assert_string_equal(view_of(b), "nodes");
    bench_free(b);
}

static void switched_off(void **state)
{
    struct bench *b = begin(160, 50);
    const struct cs_keymap *map = &b->tui.setup->keys;

    (void)state;
    bench_keys(b, ":setup keys<Enter>/leave, at once<Enter>x");
    assert_int_equal(map->n, 2);
    look(b);
    assert_true(bench_shows(b, "none leave, at once"));
    bench_keys(b, "x");
    assert_int_equal(map->n, 0);
    bench_keys(b, "x<F10>q<F10>");
    assert_false(b->tui.quit);
    bench_free(b);
}

/* Rows that a person wrote and that are more than one key. */
static void of_the_file(void **state)
{
    struct bench *b = begin(160, 50);
    struct cs_keymap own = {0};

    (void)state;
    cs_keymap_set(&own, CS_KEY_F1 + 4, "", ":panes columns<Enter>");
    cs_keymap_set(&own, 'x', "nodes", ":quit<Enter>");
    b->tui.keymap = &own;
    bench_keys(b, ":setup keys<Enter>");
    look(b);
    assert_true(bench_shows(b, "Your own"));
    assert_true(bench_shows(b, "F5* :panes columns<Enter> everywhere"));
    assert_true(bench_shows(b, "x* :quit<Enter> Nodes"));
    bench_keys(b, "<Home><Enter>");
    look(b);
    assert_true(bench_shows(b, "it is written in tui.conf; Del takes it away"));
    bench_keys(b, "<Del>");
    assert_int_equal(b->tui.setup->keys.n, 1);
    bench_keys(b, "<Esc>");
    assert_int_equal(b->tui.setup->keys.n, 2);
    bench_free(b);
}

/* All 64, and none more. */
static void full(void **state)
{
    struct bench *b = begin(80, 24);
    struct cs_keymap own = {0};

    (void)state;
    for (int32_t k = 0; k < CS_KEYMAP_MAX; k++)
        assert_int_equal(cs_keymap_set(&own, 0x400 + k, "", "<Tab>"), 0);
    assert_int_equal(cs_keymap_set(&own, 'v', "", "<Tab>"), -ENOSPC);
    b->tui.keymap = &own;
    bench_keys(b, ":setup keys<Enter>/leave, at once<Enter><Enter>v");
    look(b);
    assert_true(bench_has(b, "v has a meaning", true)); /* the signals have it */
    bench_keys(b, "v");
    look(b);
    assert_true(bench_shows(b, "there are 64 keys of your own already"));
    bench_free(b);
}

static void pasted(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    cs_tui_paste(&b->tui, "q:quit\nq");
    look(b);
    assert_false(b->tui.quit);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    assert_true(bench_shows(b, "pasted text is taken where something is typed"));
    bench_keys(b, ":");
    cs_tui_paste(&b->tui, "view\t nodes\x1b\x03\r\n");
    assert_string_equal(b->tui.prompt.field.text, "view nodes");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    assert_string_equal(b->tui.message, "");
    cs_tui_paste(&b->tui, " x\nquit");
    look(b);
    assert_true(bench_shows(b, "only the first line of what was pasted is taken"));
    bench_keys(b, "<Esc><Down><Enter>"); /* the box of a row takes no text */
    cs_tui_paste(&b->tui, "fc");
    assert_int_equal(b->tui.trace.floor, 0);
    bench_keys(b, "<Esc>:setup keys<Enter><Enter>");
    cs_tui_paste(&b->tui, "v");
    assert_int_equal(b->tui.setup->keys.n, 0);
    bench_keys(b, "<Esc>/");
    cs_tui_paste(&b->tui, "leave\n");
    assert_string_equal(b->tui.setup->find.text, "leave");
    bench_free(b);
}

static void mouse(void **state)
{
    struct bench *b = begin(80, 24);
    struct cs_mouse m = {.kind = CS_MOUSE_PRESS, .button = 1};

    (void)state;
    bench_keys(b, "<F2>");
    look(b);
    const struct cs_rect box = cs_setup_box(&b->tui), at = cs_setup_list_at(&b->tui);
    m.x = at.x + 2;
    m.y = at.y + 3;
    cs_tui_mouse(&b->tui, &m);
    assert_ptr_equal(b->tui.theme, &cs_theme_safe);
    m.x = box.x + 3;
    m.y = box.y + 2;
    cs_tui_mouse(&b->tui, &m);
    assert_int_equal(b->tui.setup->page, CS_SETUP_DRAWING);
    m.x = at.x + 2;
    m.y = at.y;
    cs_tui_mouse(&b->tui, &m);
    assert_false(b->tui.choice.ascii);
    cs_tui_mouse(&b->tui, &m);
    assert_true(b->tui.choice.ascii);
    m.y = 23;
    for (m.x = 0; m.x < 80 && b->tui.overlay; m.x++)
        if (cs_canvas_at(&b->canvas, m.x, 23)->ch == 'E' &&
            cs_canvas_at(&b->canvas, m.x + 1, 23)->ch == 's')
            cs_tui_mouse(&b->tui, &m); /* Esc of the footer */
    assert_ptr_equal(b->tui.theme, &cs_theme_dark);
    bench_free(b);
}

/* Every size has a box that is inside. */
static void sizes(void **state)
{
    struct bench *b = begin(80, 24);

    (void)state;
    bench_keys(b, "<F2><Right>");
    for (int w = 80; w < 300; w += 31)
        for (int h = 24; h < 90; h += 13)
            for (unsigned p = 0; p < CS_SETUP_PAGES; p++) {
                b->tui.setup->page = p;
                bench_draw(b, w, h);
                const struct cs_rect box = cs_setup_box(&b->tui);
                assert_true(box.x > 0 && box.y > 0 && box.x + box.w < w && box.y + box.h < h);
                bench_keys(b, "<PgDn><PgUp>");
            }
    bench_free(b);
}

/* ---- the file -------------------------------------------------------------------------------- */

static void put(const char *text)
{
    FILE *f = fopen(file, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void has(const char *expected)
{
    char text[20000];
    FILE *f = fopen(file, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(text, expected);
}

static void writes_a_new_file(void **state)
{
    const struct cs_config_value values[] = {{"theme", "safe"}, {"mouse", "off"}};
    struct cs_keymap keys = {0};
    char why[300];

    (void)state;
    cs_keymap_set(&keys, ':', "", "q");
    cs_keymap_set(&keys, 'x', "trace", "<lt>");
    cs_keymap_set(&keys, 'y', "", "");
    unlink(file);
    assert_int_equal(cs_config_write(file, values, 2, &keys, why, sizeof why), 0);
    has("# settings of cansim-tui, see cansim-tui(1)\ntheme = safe\nmouse = off\n\n[keys]\n"
        "colon = q\ny = \n\n[keys trace]\nx = <lt>\n");
}

static void keeps_what_it_does_not_change(void **state)
{
    static const char before[] = "\xef\xbb\xbf# mine\n\n; theme = none\ntheme=dark ; nice\r\n  \n"
                                 "views = trace,\n  nodes\n# below\n\n[keys]\n# why\nx = <Tab>\n"
                                 "F5 = :view ids<Enter>\n\n# of one\n[keys trace]\ny: f\n";
    const struct cs_config_value values[] = {
        {"theme", "light"}, {"panes", NULL}, {"views", "ids wire"}, {"ascii", "on"}};
    struct cs_keymap keys = {0};
    char why[300];

    (void)state;
    put(before);
    assert_int_equal(cs_config_write(file, NULL, 0, NULL, why, sizeof why), 0);
    has(before);
    cs_keymap_set(&keys, CS_KEY_F1 + 4, "", "q");
    cs_keymap_set(&keys, 'z', "", "<PgDn>");
    cs_keymap_set(&keys, 'y', "trace", "f");
    cs_keymap_set(&keys, 'n', "nodes", "e");
    assert_int_equal(cs_config_write(file, values, 4, &keys, why, sizeof why), 0);
    has("\xef\xbb\xbf# mine\n\n; theme = none\ntheme=light ; nice\r\n  \nviews = ids wire\n"
        "ascii = on\n# below\n\n[keys]\n# why\nF5 = q\nz = <PgDn>\n\n# of one\n[keys trace]\ny: f\n"
        "\n[keys nodes]\nn = e\n");
}

/* Every key can be a name and a value, and is read again as itself. */
static void all_keys(void **state)
{
    struct cs_config config;
    struct cs_keymap keys;
    char why[300], script[CS_KEY_NAME_MAX + 2];

    (void)state;
    for (int32_t from = 1; from < CS_KEY_MOUSE; from = from == 0x17f ? CS_KEY_UP : from + 1) {
        keys.n = 0;
        if (!*cs_key_script(from, script))
            continue;
        cs_keymap_set(&keys, from, "ids", script);
        put("theme = dark\n");
        if (cs_config_write(file, NULL, 0, &keys, why, sizeof why) != 0)
            fail_msg("key %d: %s", (int)from, why);
        cs_config_init(&config);
        assert_int_equal(cs_config_read(file, &config, why, sizeof why), 0);
        assert_int_equal(config.keys.n, 1);
        if (config.keys.row[0].key != from || cs_keymap_single(config.keys.row[0].keys) != from)
            fail_msg("key %d %s: read as %d for %s", (int)from, script, (int)config.keys.row[0].key,
                     config.keys.row[0].keys);
    }
}

static void hostile_files(void **state)
{
    const struct cs_config_value values[] = {{"theme", "light"}};
    char why[300], text[300];
    struct stat st;

    (void)state;
    put("theme = pink\nx\n");
    assert_int_equal(cs_config_write(file, values, 1, NULL, why, sizeof why), -1);
    assert_non_null(strstr(why, "cannot be written: mend what is wrong in it first"));
    has("theme = pink\nx\n");
    assert_int_equal(cs_config_write(folder, values, 1, NULL, why, sizeof why), -1);
    assert_non_null(strstr(why, "it is no file"));
    assert_int_equal(cs_config_write("/proc/nix/a", values, 1, NULL, why, sizeof why), -1);
    assert_non_null(strstr(why, "/proc/nix/a: cannot be written: "));
    put("theme = dark\n");
    chmod(file, 0640);
    snprintf(text, sizeof text, "%s/link", folder);
    assert_int_equal(symlink(file, text), 0);
    assert_int_equal(cs_config_write(text, values, 1, NULL, why, sizeof why), 0);
    assert_int_equal(lstat(text, &st), 0);
    assert_true(S_ISLNK(st.st_mode)); /* it stays one */
    unlink(text);
    has("theme = light\n");
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    chmod(file, 0400);
    if (access(file, W_OK) != 0) { /* root may do all */
        assert_int_equal(cs_config_write(file, values, 1, NULL, why, sizeof why), -1);
        assert_non_null(strstr(why, "cannot be written: Permission denied"));
    }
    unlink(file);
}

/* Bytes of any kind: written or refused, and what was written can be read. */
static void any_bytes(void **state)
{
    static const char parts[] = "theme=dark[]keys <Tab>F5;# \n\n\n\x01\xff:viewstrace\t\r";
    const struct cs_config_value values[] = {{"theme", "light"}, {"focus", "2"}};
    struct cs_keymap keys = {0};
    struct cs_config config;
    char why[300], text[300];
    uint32_t r = 5;

    (void)state;
    cs_keymap_set(&keys, 'k', "", "j");
    for (int i = 0; i < 600; i++) {
        for (size_t k = 0; k < sizeof text - 1; k++) {
            r = r * 1664525 + 1013904223;
            text[k] = parts[(r >> 16) % (sizeof parts - 1)];
        }
        text[(r >> 8) % 60] = '\0';
        put(text);
        if (cs_config_write(file, values, 2, i % 2 ? &keys : NULL, why, sizeof why) != 0)
            continue;
        cs_config_init(&config);
        assert_int_equal(cs_config_read(file, &config, why, sizeof why), 0);
        assert_ptr_equal(config.theme, &cs_theme_light);
        assert_int_equal(config.focus, 1);
    }
    unlink(file);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/tui.conf", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goldens),
        cmocka_unit_test(settings_act_at_once),
        cmocka_unit_test(layout),
        cmocka_unit_test(kept_until_the_end),
        cmocka_unit_test(a_new_key),
        cmocka_unit_test(conflicts_are_told),
        cmocka_unit_test(of_one_view),
        cmocka_unit_test(switched_off),
        cmocka_unit_test(of_the_file),
        cmocka_unit_test(full),
        cmocka_unit_test(pasted),
        cmocka_unit_test(mouse),
        cmocka_unit_test(sizes),
        cmocka_unit_test(writes_a_new_file),
        cmocka_unit_test(keeps_what_it_does_not_change),
        cmocka_unit_test(all_keys),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(any_bytes),
    };

    return cmocka_run_group_tests_name("tui setup", tests, set_up, tear_down);
}
