/* SPDX-License-Identifier: MIT */
/* Keys: names, tables, text fields, and what they ask of the host. */
#include "test_tui.h"

#include <errno.h>

#include "tui/options.h"
#include "tui/widgets.h"

static void names(void **state)
{
    static const struct {
        int32_t key;
        const char *name;
    } rows[] = {{'a', "a"},
                {'<', "<"},
                {CS_KEY_SPACE, "Space"},
                {CS_KEY_CTRL_C, "^C"},
                {CS_KEY_F1, "F1"},
                {CS_KEY_F12, "F12"},
                {CS_KEY_PGUP, "PgUp"},
                {0xb5, "µ"},
                {1, "^A"},
                {31, "?"}};
    const char *script = "a<Enter><lt><PGUP>é";
    char name[CS_KEY_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(cs_key_name(rows[i].key, name), rows[i].name);
    assert_int_equal(cs_key_script_next(&script), 'a');
    assert_int_equal(cs_key_script_next(&script), CS_KEY_ENTER);
    assert_int_equal(cs_key_script_next(&script), '<');
    assert_int_equal(cs_key_script_next(&script), CS_KEY_PGUP);
    assert_int_equal(cs_key_script_next(&script), 0xe9);
    assert_int_equal(cs_key_script_next(&script), CS_KEY_NONE);
    script = "<^r>";
    assert_int_equal(cs_key_script_next(&script), 18);
    script = "<Entr>";
    assert_int_equal(cs_key_script_next(&script), -EINVAL);
    script = "<Enter";
    assert_int_equal(cs_key_script_next(&script), -EINVAL);
}

/* A key that two rows of one place claim would work for one of them only; so would one of a view
 * that hides a key which works everywhere. */
static void no_key_twice(void **state)
{
    (void)state;
    for (unsigned v = 0; v <= cs_n_views; v++) {
        const struct cs_binding *all[64];
        unsigned n = 0;
        for (unsigned i = 0; i < cs_n_global_bindings; i++)
            all[n++] = &cs_global_bindings[i];
        for (unsigned i = 0; v < cs_n_views && i < cs_views[v]->n_bindings; i++)
            all[n++] = &cs_views[v]->bindings[i];
        for (unsigned a = 0; a < n; a++) {
            assert_non_null(all[a]->help);
            for (unsigned b = a + 1; b < n; b++)
                for (unsigned k = 0; k < CS_BINDING_KEYS * CS_BINDING_KEYS; k++) {
                    int32_t key = all[a]->keys[k % CS_BINDING_KEYS];
                    if (key && key == all[b]->keys[k / CS_BINDING_KEYS])
                        fail_msg("\"%s\" and \"%s\" have a key in common", all[a]->help,
                                 all[b]->help);
                }
        }
    }
}

static void host_is_asked(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, ".");
    assert_true(b->paused);
    assert_int_equal(b->steps, 0);
    bench_keys(b, "..n");
    assert_int_equal(b->steps, 2);
    assert_int_equal(b->frame_steps, 1);
    bench_keys(b, "<Space>");
    assert_false(b->paused);
    bench_keys(b, "+");
    assert_int_equal(b->speed_permille, 2000);
    bench_keys(b, "----");
    assert_int_equal(b->speed_permille, 100);
    b->speed_permille = 1500;
    bench_keys(b, "+");
    assert_int_equal(b->speed_permille, 2000);
    b->speed_permille = 1500;
    bench_keys(b, "-");
    assert_int_equal(b->speed_permille, 1000);
    bench_keys(b, "++++++++++++++++++++");
    assert_int_equal(b->speed_permille, 0);
    bench_keys(b, "-");
    assert_int_equal(b->speed_permille, 1000000);
    bench_keys(b, "---------------------");
    assert_int_equal(b->speed_permille, 1);
    b->finished = true;
    bench_keys(b, "<Space>.");
    assert_false(b->paused);
    assert_false(b->tui.quit);
    bench_keys(b, "q");
    assert_true(b->tui.quit);
    bench_free(b);
}

static void views_switch(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "2");
    assert_int_equal(b->tui.view, 1);
    bench_keys(b, "<Tab><Tab>");
    assert_int_equal(b->tui.view, 3);
    bench_keys(b, "<Tab>");
    assert_int_equal(b->tui.view, 4);
    cs_tui_show_view(&b->tui, cs_n_views - 1);
    bench_keys(b, "<Tab>");
    assert_int_equal(b->tui.view, 0);
    bench_keys(b, "<S-Tab>");
    assert_int_equal(b->tui.view, cs_n_views - 1);
    bench_keys(b, "1");
    assert_int_equal(b->tui.view, 0);
    bench_keys(b, "<F1>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_HELP);
    /* Whatever is typed into a dialog stays there; ^C always leaves. */
    bench_keys(b, "<Esc>iq?2");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_INJECT);
    assert_string_equal(b->tui.inject.field.text, "q?2");
    assert_false(b->tui.quit);
    bench_keys(b, "<^C>");
    assert_true(b->tui.quit);
    bench_free(b);
}

static void inject(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_run(b, CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "i12<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not sent: this is no frame yet"));
    assert_true(bench_shows(b, "an identifier has 3 hex digits"));
    assert_int_equal(b->console, -1);
    bench_keys(b, "3#DEAD<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "queued on can0, 1 so far"));
    bench_keys(b, "<^U>456#<Enter>");
    /* The history: newest first, what was being typed last. */
    bench_keys(b, "<^U>7<Up>");
    assert_string_equal(b->tui.inject.field.text, "456#");
    bench_keys(b, "<Up><Up>");
    assert_string_equal(b->tui.inject.field.text, "123#DEAD");
    bench_keys(b, "<Down><Down><Down>");
    assert_string_equal(b->tui.inject.field.text, "7");
    bench_keys(b, "<Tab>");
    assert_int_equal(b->tui.inject.bus, 1);
    bench_keys(b, "<S-Tab><Esc>");
    assert_int_equal(b->tui.inject.bus, 0);
    bench_run(b, 10 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "console 123 2 DE AD"));
    b->inject_error = -ENOSPC;
    bench_keys(b, "i<^U>123#<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not sent: the console's queue is full"));
    bench_keys(b, "<^U>123##1");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "classic CAN frames only"));
    bench_free(b);
}

static void save(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "w<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the name of a file is missing"));
    bench_keys(b, "again.json");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "save scenario as again.json"));
    b->save_fails = true;
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SAVE);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "again.json: no"));
    b->save_fails = false;
    bench_keys(b, "<Enter>");
    assert_string_equal(b->saved, "again.json");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "saved again.json"));
    bench_keys(b, "w"); /* the name is still there */
    assert_string_equal(b->tui.save_field.text, "again.json");
    bench_keys(b, "<Esc>:save<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "save: the name of a file is missing"));
    bench_keys(b, " other.json<Enter>");
    assert_string_equal(b->saved, "other.json");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_free(b);
}

static void text_fields(void **state)
{
    struct cs_textfield field = {0};
    const char *keys = "abc<Left><BS><Right>d<Home>x<Del><End> ef gh<^W>i";
    int32_t key;

    (void)state;
    while ((key = cs_key_script_next(&keys)) > 0)
        assert_true(cs_textfield_key(&field, key));
    assert_string_equal(field.text, "xcd ef i");
    assert_int_equal(field.cursor, field.len);
    assert_false(cs_textfield_key(&field, CS_KEY_F1));
    assert_false(cs_textfield_key(&field, 0xe9));
    assert_true(cs_textfield_key(&field, CS_KEY_CTRL_U));
    assert_string_equal(field.text, "");
    for (int i = 0; i < 2 * CS_TEXTFIELD_MAX; i++)
        cs_textfield_key(&field, 'x');
    assert_int_equal(field.len, CS_TEXTFIELD_MAX - 1);
    assert_int_equal(strlen(field.text), CS_TEXTFIELD_MAX - 1);
}

/* Whatever keys come, in whatever order: no crash, and the screen can be drawn. */
static void random_keys(void **state)
{
    static const int32_t special[] = {CS_KEY_UP,   CS_KEY_DOWN,      CS_KEY_PGUP,  CS_KEY_PGDN,
                                      CS_KEY_HOME, CS_KEY_END,       CS_KEY_ENTER, CS_KEY_ESC,
                                      CS_KEY_TAB,  CS_KEY_BACKSPACE, CS_KEY_F1,    CS_KEY_DELETE,
                                      CS_KEY_LEFT, CS_KEY_RIGHT,     CS_KEY_ESC,   CS_KEY_BACKTAB};
    struct bench *b = bench_new(1000, 2);
    uint32_t seed = 1;

    (void)state;
    bench_traffic(b);
    for (int i = 0; i < 20000; i++) {
        int32_t key;
        seed = seed * 1664525u + 1013904223u;
        key = seed >> 31 ? special[seed >> 20 & 15] : (int32_t)(32 + (seed >> 16) % 95);
        cs_tui_key(&b->tui, key);
        if (i % 50 == 0) {
            bench_run(b, cs_sim_now_ps(b->sim) + 20 * CS_PS_PER_MS);
            bench_draw(b, 80 + i % 70, 24 + i % 33);
        }
    }
    bench_free(b);
}

static void options(void **state)
{
    static const char *const bad[] = {
        "--bus=",
        "--bus=a:b",
        "--bus=a:5k",
        "--bus=a:500k:",
        "--bus=a:500k:250k",
        "--bus=a:500k:11M",
        "--bus=a:500k:2M:",
        "--fault=short",
        "--bus=a b",
        "--bus=averyverylongname",
        "--bus=any",
        "--bus=..",
        "--seed=x",
        "--seed=-1",
        "--speed=0",
        "--speed=fast",
        "--rows=10",
        "--history=1M",
        "--history=2T",
        "--history=M",
        "--history=64m",
        "--history=18446744073709551615G",
        "--view=wires",
        "--dump=png",
        "--size=80",
        "--size=0x5",
        "--size=80x24x1",
        "--at=0",
        "--at=5",
        "--keys=<Foo>",
        "--nothing",
        "--ascii=1",
        "--log",
        "--log=-",
        "--events=-",
        "-f",
        "--follow",
        "--follow=x",
        "--keys=x",
        "-x",
    };
    struct cs_options o;
    char why[512];
    char *good[] = {"cansim-tui",    "--bus",       "a:125k",         "--bus=b:1M:8M", "--speed",
                    "max",           "--seed=0x10", "--rows=1000",    "--view=nodes",  "--dump=svg",
                    "--size=100x30", "--at=1.5s",   "--keys=2<Down>", "--ascii"};
    char *both[] = {"cansim-tui", "--bus=a", "x.json"};
    char *twice[] = {"cansim-tui", "--scenario=x.json", "y.json"};
    char *same[] = {"cansim-tui", "--bus=a", "--bus=a:10k"};
    char *dash[] = {"cansim-tui", "--", "--x.json"};
    char *seed[] = {"cansim-tui", "--seed=010"}; /* no octal, as in cansim */
    char *log[] = {"cansim-tui", "-f", "-"};
    char *history[] = {"cansim-tui", "--history=64M", "--history", "2G"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *argv[] = {"cansim-tui", (char *)bad[i]};
        why[0] = '\0';
        if (cs_options_parse(2, argv, &o, why, sizeof why) == 0)
            fail_msg("accepted: %s", bad[i]);
        assert_non_null(strstr(why, "expected"));
    }
    assert_int_equal(cs_options_parse(2, history, &o, why, sizeof why), 0);
    assert_int_equal(o.history, 64 << 20);
    assert_int_equal(cs_options_parse(4, history, &o, why, sizeof why), 0);
    assert_int_equal(o.history, UINT64_C(2) << 30);
    assert_int_equal(cs_options_parse(3, log, &o, why, sizeof why), 0);
    assert_true(o.follow);
    assert_string_equal(o.scenario, "-");
    assert_int_equal(cs_options_parse(14, good, &o, why, sizeof why), 0);
    assert_int_equal(o.n_buses, 2);
    assert_int_equal(o.history, 0);
    assert_string_equal(o.buses[0].name, "a");
    assert_int_equal(o.buses[0].bitrate_bps, 125000);
    assert_int_equal(o.buses[0].data_bitrate_bps, 0);
    assert_int_equal(o.buses[1].bitrate_bps, 1000000);
    assert_int_equal(o.buses[1].data_bitrate_bps, 8000000);
    assert_true(o.have_speed && o.speed_permille == 0 && o.have_seed && o.seed == 16);
    assert_true(o.view == 2 && o.dump == CS_DUMP_SVG && o.width == 100 && o.height == 30 &&
                o.ascii);
    assert_int_equal(o.at_ps, 1500 * CS_PS_PER_MS);
    assert_int_equal(cs_options_parse(3, both, &o, why, sizeof why), -EINVAL);
    assert_int_equal(cs_options_parse(3, twice, &o, why, sizeof why), -EINVAL);
    assert_int_equal(cs_options_parse(3, same, &o, why, sizeof why), -EINVAL);
    assert_int_equal(cs_options_parse(3, dash, &o, why, sizeof why), 0);
    assert_string_equal(o.scenario, "--x.json");
    assert_int_equal(cs_options_parse(2, seed, &o, why, sizeof why), 0);
    assert_int_equal(o.seed, 10);
}

/* Bus time by keys, words and the mouse. */
static void bus_time(void **state)
{
    static const char *const from[] = {"0.001", "x0.01", "12.5", "1000", "max"};
    static const uint32_t permille[] = {1, 10, 12500, 1000000, 0};
    struct cs_mouse mouse = {.x = 100, .y = 0, .kind = CS_MOUSE_UP};
    struct bench *b = bench_new(1000, 1);
    char keys[64];

    (void)state;
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    bench_draw(b, 120, 30);
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        snprintf(keys, sizeof keys, ":speed %s<Enter>", from[i]);
        bench_keys(b, keys);
        assert_int_equal(b->speed_permille, permille[i]);
    }
    bench_keys(b, ":speed 0<Enter>");
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "speed: must be 0.001..1000 or max"));
    bench_keys(b, "<Esc>+");
    assert_int_equal(b->speed_permille, 0);
    for (int i = 0; i < 30; i++)
        bench_keys(b, "-");
    assert_int_equal(b->speed_permille, 1);
    bench_keys(b, ":speed 12.5<Enter>+");
    assert_int_equal(b->speed_permille, 20000); /* from between two steps */
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->speed_permille, 50000);
    mouse.kind = CS_MOUSE_DOWN;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->speed_permille, 20000);
    mouse.kind = CS_MOUSE_PRESS;
    cs_tui_mouse(&b->tui, &mouse);
    assert_true(b->paused);
    cs_tui_mouse(&b->tui, &mouse);
    assert_false(b->paused);
    mouse.x = 3; /* the name is no button */
    cs_tui_mouse(&b->tui, &mouse);
    assert_false(b->paused);
    /* A step stops it first; then by event, frame and bit. */
    bench_keys(b, ",");
    assert_true(b->paused);
    const int64_t before = cs_sim_now_ps(b->sim);
    bench_keys(b, ",,:step bit<Enter>");
    assert_int_equal(cs_sim_now_ps(b->sim) - before, 3 * 2 * CS_PS_PER_US);
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "0:00:00.000006"));
    bench_keys(b, ".:step<Enter>:step event<Enter>n:step frame<Enter>");
    assert_int_equal(b->steps, 3);
    assert_int_equal(b->frame_steps, 2);
    bench_keys(b, ":step year<Enter>");
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "step: must be event, frame or bit"));
    /* Who may only look changes nothing of it. */
    bench_keys(b, "<Esc>");
    snprintf(b->tui.info.denied, sizeof b->tui.info.denied, "read-only");
    bench_keys(b, ",+6s");
    assert_int_equal(b->speed_permille, 20000);
    assert_int_equal(cs_sim_now_ps(b->sim) - before, 3 * 2 * CS_PS_PER_US);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),         cmocka_unit_test(no_key_twice),
        cmocka_unit_test(host_is_asked), cmocka_unit_test(views_switch),
        cmocka_unit_test(inject),        cmocka_unit_test(save),
        cmocka_unit_test(text_fields),   cmocka_unit_test(random_keys),
        cmocka_unit_test(options),       cmocka_unit_test(bus_time),
    };
    return cmocka_run_group_tests_name("tui keys", tests, NULL, NULL);
}
