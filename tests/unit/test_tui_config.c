/* SPDX-License-Identifier: MIT */
/* Settings, keys of one's own, and what is remembered. */
#include "test_tui.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/columns.h"
#include "tui/config.h"

static char folder[] = "/tmp/cansim-config-XXXXXX";
static char file[100];

static int read_text(const char *text, struct cs_config *config, char *why, size_t why_size)
{
    FILE *f = fopen(file, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    cs_config_init(config);
    return cs_config_read(file, config, why, why_size);
}

static void all_settings(void **state)
{
    struct cs_config config;
    char why[600];

    (void)state;
    assert_int_equal(
        read_text("# a comment\n; another\ntheme = light\nascii = on\nmouse = off ; here\n"
                  "remember = no\ndepth = 256\nmeters = numbers\ntime = same\npanes = "
                  "rows\nviews = nodes, trace\nfocus = 2\n"
                  "[keys]\nF5 = :view nodes<Enter>\nx = <Tab>\n[keys trace]\nx = f\n"
                  "é = q\n^R = :speed max<Enter>\ncolon = <semicolon>\n",
                  &config, why, sizeof why),
        0);
    assert_ptr_equal(config.theme, &cs_theme_light);
    assert_true(config.ascii && config.no_mouse && config.forget);
    assert_int_equal(config.split, CS_SPLIT_ROWS);
    assert_int_equal(config.views[0], cs_view_find("nodes"));
    assert_int_equal(config.views[1], cs_view_find("trace"));
    assert_int_equal(config.views[2], -1);
    assert_int_equal(config.focus, 1);
    assert_int_equal(config.depth, CS_DEPTH_256);
    assert_int_equal(config.meters, CS_METERS_NUMBERS);
    assert_int_equal(config.time, CS_TIME_SAME);
    assert_int_equal(config.keys.n, 6);
    assert_string_equal(cs_keymap_find(&config.keys, ':', "trace"), "<semicolon>");
    assert_int_equal(cs_keymap_single("<semicolon>"), ';');
    assert_string_equal(cs_keymap_find(&config.keys, 18, "trace"), ":speed max<Enter>");
    assert_string_equal(cs_keymap_find(&config.keys, 'x', "trace"), "f");
    assert_string_equal(cs_keymap_find(&config.keys, 'x', "nodes"), "<Tab>");
    assert_string_equal(cs_keymap_find(&config.keys, 0xe9, "trace"), "q");
    assert_null(cs_keymap_find(&config.keys, 'y', "trace"));
}

static void what_is_wrong(void **state)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"\ntheme = pink\n",
         ":2: theme: must be dark, light, contrast, safe or mono, got \"pink\""},
        {"thme = dark\n", ":1: setting: must be theme, ascii, mouse, remember, panes, views, "
                          "focus, depth, meters, time, colour, field, history or rows, got "
                          "\"thme\""},
        {"ascii = maybe", ":1: ascii: must be on or off, got \"maybe\""},
        {"panes = 5", ":1: panes: must be one, rows, columns, three or four, got \"5\""},
        {"views = trace nix", ":1: views: must be names of views, got \"nix\""},
        {"views = trace trace trace trace trace", ":1: views: must be four views at most"},
        {"focus = 5", ":1: focus: must be 1..4, got \"5\""},
        {"[colours]\na = b",
         ":2: section: must be [keys], [keys VIEW] or [columns], got \"colours\""},
        {"[keys nix]\na = b", ":2: keys: must be the name of a view behind it, got \"nix\""},
        {"[keys]\nF99 = b", ":2: F99: must be a key such as x, F5 or PgUp"},
        {"[keys]\na = <nix>", ":2: a: must be keys such as :view nodes<Enter>, got \"<nix>\""},
        {"colour = id=1 pink", ":1: colour: must be EXPR COLOUR (the last word must be a colour"},
        {"field = 185 0:65", ":1: field: must be ID FIRST:BITS ... (must be FIRST:BITS, bits"},
        {"[columns]\ntrace = time nix",
         ":2: trace: must be names of columns (\"nix\" is no column of trace"},
        {"[columns]\nwire = a", ":2: wire: must be names of columns (wire has no columns"},
        {"[columns]\nnix = a", ":2: columns: must be the name of a view before them, got \"nix\""},
        {"depth = 17", ":1: depth: must be auto, none, 16, 256 or true, got \"17\""},
        {"meters = big", ":1: meters: must be bars, numbers or off, got \"big\""},
        {"time = mark", ":1: time: must be absolute, delta, same or date, got \"mark\""},
        {"theme\n", ":1: must be NAME = VALUE or [SECTION]"},
    };
    struct cs_config config;
    char why[600];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_text(rows[i].text, &config, why, sizeof why), -EINVAL);
        if (strncmp(why, file, strlen(file)) != 0 || !strstr(why, rows[i].sentence))
            fail_msg("\"%s\": %s", rows[i].text, why);
    }
    assert_int_equal(cs_config_read("/tmp", &config, why, sizeof why), -EINVAL);
    assert_int_equal(cs_config_read("/tmp/nix/nix", &config, why, sizeof why), -ENOENT);
}

/* Files that nobody wrote by hand. */
static void any_bytes(void **state)
{
    struct cs_config config;
    char why[600], text[400];
    uint32_t r = 7;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        static const char parts[] =
            "theme=keys[]<Enter>F5;# \n\ncolour field columns red 1:8\x01\xff:views trace";
        for (size_t k = 0; k < sizeof text - 1; k++) {
            r = r * 1664525 + 1013904223;
            text[k] = parts[(r >> 16) % (sizeof parts - 1)];
        }
        text[(r >> 8) % sizeof text] = '\0';
        read_text(text, &config, why, sizeof why);
    }
}

static void own_keys(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_config config;
    char why[600];

    (void)state;
    assert_int_equal(read_text("[keys]\nx = :view nodes<Enter>\nq =\ny = x\n[keys nodes]\nx = 1\n",
                               &config, why, sizeof why),
                     0);
    b->tui.keymap = &config.keys;
    bench_draw(b, 80, 24);
    bench_keys(b, "x");
    assert_int_equal(b->tui.view, cs_view_find("nodes"));
    bench_keys(b, "x");
    assert_int_equal(b->tui.view, 0);
    bench_keys(b, "y"); /* in there x is itself */
    assert_int_equal(b->tui.view, 0);
    bench_keys(b, "q"); /* switched off */
    assert_false(b->tui.quit);
    bench_keys(b, ":qx"); /* text is text */
    assert_string_equal(b->tui.prompt.field.text, "qx");
    bench_keys(b, "<Esc>?");
    bench_draw(b, 80, 60);
    assert_true(bench_shows(b, "Your own"));
    bench_free(b);
}

static void remembered(void **state)
{
    struct bench *b = bench_new(0, 1), *c = bench_new(0, 1);
    struct cs_config config;
    struct stat st;
    char path[200], why[600];

    (void)state;
    snprintf(path, sizeof path, "%s/a/b/tui.state", folder);
    bench_draw(b, 160, 50);
    bench_keys(b, ":panes three<Enter>o3o:theme safe<Enter>:view faults<Enter>o");
    assert_int_equal(cs_state_write(path, &b->tui), 0);
    assert_int_equal(stat(path, &st), 0);
    snprintf(why, sizeof why, "%s/a", folder);
    assert_int_equal(stat(why, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    cs_config_init(&config);
    assert_int_equal(cs_config_read(path, &config, why, sizeof why), 0);
    cs_tui_resize(&c->tui, 160, 50);
    cs_config_apply(&config, &c->tui);
    bench_draw(c, 160, 50);
    assert_ptr_equal(c->tui.theme, &cs_theme_safe);
    assert_int_equal(c->tui.split, CS_SPLIT_ROW_TWO);
    assert_int_equal(c->tui.focus, 1);
    assert_int_equal(c->tui.view, b->tui.view);
    assert_int_equal(c->tui.pane_view[0], cs_view_find("faults"));
    for (unsigned p = 0; p < 3; p++)
        assert_int_equal(c->tui.pane_view[p], b->tui.pane_view[p]);
    unlink(path);
    snprintf(path, sizeof path, "%s/a/b", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/a", folder);
    rmdir(path);
    assert_true(cs_state_write("/proc/nix/state", &b->tui) < 0);
    bench_free(b);
    bench_free(c);
}

/* Colours, fields and columns that were typed come back; those of the settings are only there. */
static void looks_are_remembered(void **state)
{
    struct bench *b = bench_new(0, 1), *c = bench_new(0, 1);
    struct cs_config config;
    char why[600], text[200];

    (void)state;
    assert_int_equal(read_text("colour = id=100-1ff on-red\ncolour = error yellow\n"
                               "field = 185 0:16 *0.1 name=Speed unit=km/h\n"
                               "[columns]\ntrace = time id data\n",
                               &config, why, sizeof why),
                     0);
    bench_draw(b, 80, 24);
    cs_config_apply(&config, &b->tui);
    assert_int_equal(b->tui.colours.n, 2);
    assert_string_equal(b->tui.colours.rule[0]->query.text, "id=100-1ff");
    bench_keys(b, ":colour node=x green<Enter>:field 123 0:8 name=Gear<Enter>"
                  "2:columns all -text<Enter>");
    assert_int_equal(cs_state_write(file, &b->tui), 0);
    cs_config_init(&config);
    assert_int_equal(cs_config_read(file, &config, why, sizeof why), 0);
    config.remembered = true;
    cs_config_apply(&config, &c->tui);
    assert_int_equal(c->tui.colours.n, 1);
    assert_string_equal(c->tui.colours.rule[0]->query.text, "node=x");
    assert_false(c->tui.colours.rule[0]->set);
    assert_int_equal(c->tui.fields.n, 1);
    assert_string_equal(c->tui.fields.field[0]->text, "123 0:8 name=Gear");
    assert_int_equal(c->tui.columns[0].n, 0); /* the settings have it */
    assert_string_equal(cs_columns_format(&cs_view_ids, &c->tui.columns[1], text, sizeof text),
                        "all -text");
    bench_free(b);
    bench_free(c);
}

static void paths(void **state)
{
    char text[200];

    (void)state;
    setenv("XDG_CONFIG_HOME", "/c", 1);
    assert_string_equal(cs_config_path(text, sizeof text), "/c/cansim/tui.conf");
    setenv("XDG_CONFIG_HOME", "c", 1); /* not absolute: to be ignored */
    setenv("HOME", "/h", 1);
    assert_string_equal(cs_config_path(text, sizeof text), "/h/.config/cansim/tui.conf");
    unsetenv("XDG_STATE_HOME");
    assert_string_equal(cs_state_path(text, sizeof text), "/h/.local/state/cansim/tui.state");
    unsetenv("HOME");
    assert_string_equal(cs_state_path(text, sizeof text), "");
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
        cmocka_unit_test(all_settings), cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(any_bytes),    cmocka_unit_test(own_keys),
        cmocka_unit_test(remembered),   cmocka_unit_test(looks_are_remembered),
        cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests_name("tui config", tests, set_up, tear_down);
}
