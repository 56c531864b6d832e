/* SPDX-License-Identifier: MIT */
/* test_tui_network.c - pages of decoders: a session of its own, whose bus time is moved by hand. */
#include <ev.h>

#include "scenarios/session_pages.h"
#include "tests/unit/test_tui.h"
#include "tui/host_session.h"
#include "tui/view_network.h"

#define LAB   "scenarios/examples/canopen-lab.json"
#define DRIVE "scenarios/examples/canopen-drive.json"

struct lab {
    struct bench b; /* only its model and its canvas */
    struct ev_loop *loop;
    struct cs_session *session;
    struct cs_host_session host;
};

static void over(void *ctx, int status)
{
    (void)ctx;
    (void)status;
}

static struct lab *lab_new(const char *scenario)
{
    struct lab *lab = calloc(1, sizeof *lab);
    const struct cs_session_config config = {.scenario = scenario, .fast = true, .pages = true};
    struct cs_error error;

    assert_non_null(lab);
    lab->host.still = true;
    lab->host.host = (struct cs_host){&cs_host_session_ops, &lab->host};
    lab->loop = ev_loop_new(EVFLAG_AUTO);
    assert_int_equal(cs_tui_init(&lab->b.tui, &lab->host.host, 1000), 0);
    lab->session = cs_session_create(&config, lab->loop, &error);
    assert_non_null(lab->session);
    assert_int_equal(cs_host_session_init(&lab->host, lab->session, &lab->b.tui), 0);
    lab->b.tui.view = (unsigned)cs_view_find("network");
    /* Its own clock stands still. */
    cs_session_pause(lab->session, true);
    cs_session_start(lab->session, over, NULL);
    return lab;
}

static void lab_free(struct lab *lab)
{
    cs_host_session_fini(&lab->host);
    cs_session_destroy(lab->session);
    cs_tui_fini(&lab->b.tui);
    cs_canvas_fini(&lab->b.canvas);
    ev_loop_destroy(lab->loop);
    free(lab);
}

static void lab_run(struct lab *lab, int64_t until_ps)
{
    cs_sim_run_until(cs_session_sim(lab->session), until_ps);
}

static void lab_keys(struct lab *lab, const char *keys)
{
    bench_keys(&lab->b, keys);
    bench_draw(&lab->b, lab->b.tui.width, lab->b.tui.height);
}

static int64_t ms(int64_t n)
{
    return n * CS_PS_PER_MS;
}

/* ---- how it looks ---------------------------------------------------------------------------- */

static void pictures(void **state)
{
    struct lab *lab = lab_new(DRIVE);

    (void)state;
    lab_run(lab, ms(2500));
    bench_draw(&lab->b, 80, 24);
    bench_golden(&lab->b, "canopen-80x24");
    bench_draw(&lab->b, 160, 50);
    bench_golden(&lab->b, "canopen-160x50");
    bench_draw(&lab->b, 240, 60);
    bench_golden(&lab->b, "canopen-240x60");
    bench_draw(&lab->b, 160, 50);
    lab_keys(lab, "<Right><Enter>/608<Enter>");
    bench_golden(&lab->b, "canopen-objects-160x50");
    bench_draw(&lab->b, 80, 24);
    lab_keys(lab, "<Esc><Right>");
    bench_golden(&lab->b, "canopen-pdos-80x24");
    lab_keys(lab, "<Right>");
    bench_golden(&lab->b, "canopen-sdo-80x24");
    lab_free(lab);
}

static void ascii(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab->b.canvas.ascii = true;
    lab_run(lab, ms(65000));
    bench_draw(&lab->b, 80, 24);
    bench_golden(&lab->b, "canopen-ascii");
    assert_true(bench_shows(&lab->b, "20 IO 401 lost LOST"));
    lab_free(lab);
}

static void nothing(void **state)
{
    struct bench *b = bench_new(100, 1);

    (void)state;
    b->tui.view = (unsigned)cs_view_find("network");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "this host does not tell what decoders know"));
    bench_keys(b, "sxpRCrefab<Enter><Right><Left>/x<Enter>][gG<PgDn><Esc><BS>");
    bench_draw(b, 80, 24);
    bench_free(b);

    struct lab *lab = lab_new("scenarios/examples/noise.json");
    bench_draw(&lab->b, 80, 24);
    assert_true(bench_shows(&lab->b, "no CANopen seen so far"));
    lab_keys(lab, "<Enter><Right>");
    assert_true(bench_shows(&lab->b, "no CANopen seen so far"));
    lab_keys(lab, "s");
    assert_true(lab->b.tui.message_bad);
    lab_free(lab);
}

/* Frames whose identifiers CANopen would use are no nodes; the bus that has some is shown. */
static void other_buses(void **state)
{
    struct lab *lab = lab_new("scenarios/examples/demo.json");

    (void)state;
    lab_run(lab, ms(2500));
    bench_draw(&lab->b, 100, 30);
    assert_true(bench_shows(&lab->b, "canopen Network · can1"));
    assert_true(bench_shows(&lab->b, "all 3 nodes"));
    lab_keys(lab, "[");
    assert_true(bench_shows(&lab->b, "no CANopen seen so far"));
    lab_keys(lab, "]");
    assert_true(bench_shows(&lab->b, "all 3 nodes"));
    lab_free(lab);
}

static void any_size(void **state)
{
    static const int sizes[][2] = {{40, 5},  {40, 6},  {41, 9}, {60, 3},
                                   {200, 4}, {80, 15}, {97, 33}};
    struct lab *lab = lab_new(LAB);
    struct cs_canvas part = {0};

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 80, 24);
    for (unsigned inside = 0; inside < 2; inside++) {
        for (unsigned section = 0; section < 5; section++) {
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                assert_int_equal(cs_canvas_resize(&part, sizes[i][0], sizes[i][1]), 0);
                cs_view_network.draw(&lab->b.tui, &part,
                                     (struct cs_rect){0, 0, sizes[i][0], sizes[i][1]});
            }
            lab_keys(lab, "<Right>");
        }
        lab_keys(lab, "<Enter>");
    }
    for (int split = 0; split < CS_SPLIT_COUNT; split++)
        lab_keys(lab, "|<Down><End><PgUp><Home>");
    cs_canvas_fini(&part);
    lab_free(lab);
}

/* Any keys, while the network works and the screen changes its size. */
static void any_keys(void **state)
{
    static const int32_t keys[] = {
        CS_KEY_UP,   CS_KEY_DOWN, CS_KEY_LEFT, CS_KEY_RIGHT, CS_KEY_ENTER, CS_KEY_ESC,
        CS_KEY_PGUP, CS_KEY_PGDN, CS_KEY_HOME, CS_KEY_END,   CS_KEY_TAB,   '8',
        '/',         'r',         'e',         's',          'x',          'R',
        'f',         '[',         ']',         'a',          'b',          '|',
        'o',         ':',         '1',         '0',          ' ',          CS_KEY_BACKSPACE};
    struct lab *lab = lab_new("scenarios/examples/demo.json");
    uint32_t seed = 4711;

    (void)state;
    for (unsigned i = 0; i < 6000; i++) {
        seed = seed * 1664525u + 1013904223u;
        cs_tui_key(&lab->b.tui, keys[(seed >> 16) % (sizeof keys / sizeof *keys)]);
        if (i % 20)
            continue;
        lab_run(lab, cs_sim_now_ps(cs_session_sim(lab->session)) + ms(7));
        bench_draw(&lab->b, 80 + (int)(seed >> 8) % 170, 24 + (int)(seed >> 12) % 40);
    }
    lab_free(lab);
}

/* ---- what can be done ------------------------------------------------------------------------ */

static void nmt(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "5 Drive 402 operational"));
    lab_keys(lab, "x");
    assert_true(bench_shows(&lab->b, "asked nmt stop 5"));
    lab_run(lab, ms(3600));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "5 Drive 402 stopped"));
    assert_true(bench_shows(&lab->b, "20 IO 401 operational"));
    lab_keys(lab, "<Up>p"); /* all */
    lab_run(lab, ms(4300));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "5 Drive 402 pre-operational"));
    assert_true(bench_shows(&lab->b, "20 IO 401 pre-operational"));
    lab_keys(lab, "<Down>:nmt start 20<Enter>");
    lab_run(lab, ms(4900));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "5 Drive 402 pre-operational"));
    assert_true(bench_shows(&lab->b, "20 IO 401 operational"));
    lab_keys(lab, ":nmt preop<Enter>");
    assert_true(bench_shows(&lab->b, "asked for: nmt preop 20"));
    lab_keys(lab, "R"); /* the row that was asked about */
    lab_run(lab, ms(5500));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "asked nmt reset 20"));
    assert_true(bench_shows(&lab->b, "500ms 2 ")); /* boots */
    lab_free(lab);
}

static void sdo(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    lab_keys(lab, ":read 5 1000:00<Enter>");
    lab_run(lab, ms(3010));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "read 5 1000:00 = 131474 (0x20192)"));

    /* A type of the file; the type before the value as well as behind it. */
    lab_keys(lab, ":write 5 6040:00 u16 6<Enter>");
    lab_run(lab, ms(3020));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "write 5 6040:00 = 6"));
    lab_keys(lab, ":write 20 6200:01 0x55<Enter>");
    lab_run(lab, ms(3030));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "write 20 6200:01 = 85"));

    /* The trace has no room for all of it: the line below has. */
    lab_keys(lab, "1s\"read 1000\"<Enter>");
    bench_draw(&lab->b, 80, 24);
    assert_true(bench_shows(&lab->b, " 1000:00 "));
    assert_true(bench_shows(&lab->b, " bits, "));
    lab_keys(lab, "<Enter>");
    bench_draw(&lab->b, 80, 24);
    assert_true(bench_shows(&lab->b, "meaning"));
    lab_keys(lab, "<Esc>8");

    lab_keys(lab, ":read 20 9999<Enter>");
    lab_run(lab, ms(3040));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "abort 06020000h object does not exist"));
    lab_keys(lab, "<Right><Right><Right>");
    assert_true(bench_shows(&lab->b, "9999:00 read"));
    assert_true(bench_shows(&lab->b, "06020000h object does not exist"));

    /* Without a node: the selected one, that was asked for last. */
    lab_keys(lab, ":read 1018:04<Enter>");
    assert_true(bench_shows(&lab->b, "asked for: read 20 1018:04"));
    lab_run(lab, ms(3050));

    /* Nobody there: the time-out is of bus time. */
    lab_keys(lab, ":read 77 1000<Enter>");
    lab_run(lab, ms(3500));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "asked read 77 1000"));
    lab_run(lab, ms(3600));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "abort 05040000h"));
    lab_free(lab);
}

/* A transfer of many frames is there while it goes on. */
static void progress(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    lab_keys(lab, "<Down><Right><Right><Right>:block-write 20 2100 fill:4000<Enter>");
    lab_run(lab, ms(3030));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "2100:00 block write"));
    assert_true(bench_shows(&lab->b, "% of 4000"));
    lab_run(lab, ms(3400));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_hides(&lab->b, "% of 4000"));
    assert_true(bench_shows(&lab->b, "4000 bytes"));
    lab_keys(lab, ":read 20 2100<Enter>");
    lab_run(lab, ms(3430));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "2100:00 read"));
    assert_true(bench_shows(&lab->b, "% of 4000"));
    lab_free(lab);
}

/* Without a file there is what every node has. */
static void no_file(void **state)
{
    struct lab *lab = lab_new("scenarios/examples/demo.json");

    (void)state;
    lab_run(lab, ms(2500));
    bench_draw(&lab->b, 100, 40);
    lab_keys(lab, "<Right>");
    assert_true(bench_shows(&lab->b, "1018:04 Serial number UNSIGNED32 ro"));
    assert_true(bench_shows(&lab->b, "1017:00 Producer heartbeat time UNSIGNED16"));
    lab_free(lab);
}

static void object_under_the_cursor(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    lab_keys(lab, "<Enter><Right>/serial<Enter>r");
    assert_true(bench_shows(&lab->b, "asked for: read 5 1018:04"));
    lab_run(lab, ms(3010));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "read 5 1018:04 = 1"));
    assert_true(bench_shows(&lab->b, "Serial number UNSIGNED32 ro read"));
    lab_keys(lab, "<Esc>");
    assert_true(bench_shows(&lab->b, "1000:00 Device type"));
    lab_keys(lab, "e");
    assert_true(bench_shows(&lab->b, ": write 5 "));
    lab_keys(lab, "<Esc><Esc>");
    assert_false(((struct cs_network *)cs_view_state(&lab->b.tui, &cs_view_network))->inside);
    lab_free(lab);
}

static void lss(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_hides(&lab->b, "30 pre-operational"));
    lab_keys(lab, "f30<Enter>");
    lab_run(lab, ms(9000));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "30 pre-operational"));
    assert_true(bench_shows(&lab->b, "lss fastscan 30: 1 slave without node-ID was numbered"));
    lab_free(lab);
}

/* By hand, without a scan. */
static void lss_by_hand(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    lab_keys(lab, ":lss switch config<Enter>");
    lab_run(lab, ms(3100));
    lab_keys(lab, ":lss inquire<Enter>");
    lab_run(lab, ms(3200));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "lss inquire: "));
    lab_free(lab);
}

static void completion(void **state)
{
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    lab_keys(lab, ":nmt sto<Tab> 2<Tab>");
    assert_string_equal(lab->b.tui.prompt.field.text, "nmt stop 20");
    lab_keys(lab, "<Esc>:rea<Tab> 5<Tab>");
    assert_string_equal(lab->b.tui.prompt.field.text, "read 5");
    lab_keys(lab, "<Esc>:lss fa<Tab>");
    assert_string_equal(lab->b.tui.prompt.field.text, "lss fastscan");
    lab_free(lab);
}

static void wrong(void **state)
{
    static const struct {
        const char *typed, *says;
    } rows[] = {
        {":nmt start 200<Enter>", "the node must be 1..127, got \"200\""},
        {":nmt fly 5<Enter>", "must be \"nmt start|stop|preop|reset|reset-comm NODE|all\""},
        {":read 5 <Enter>", "which object? Such as 1018:1"},
        {":read 5 xyz<Enter>", "the object must be INDEX or INDEX:SUB in hexadecimal"},
        {":write 5 5000 3<Enter>", "the type of 5000:00 is not known: add it, such as u16"},
        {":tell dance<Enter>", "\"dance\" is not a command"},
    };
    struct lab *lab = lab_new(LAB);

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 160, 40);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lab_keys(lab, rows[i].typed);
        assert_true(bench_shows(&lab->b, rows[i].says));
        lab_keys(lab, "<Esc>");
    }
    lab_free(lab);
}

/* The console is silent until it is asked for something, and has no node-ID. */
static void console(void **state)
{
    struct lab *lab = lab_new(LAB);
    char why[200];

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    assert_int_equal(cs_bus_find_node(cs_sim_bus(cs_session_sim(lab->session), 0), "console"),
                     -ENOENT);
    assert_int_equal(cs_session_ask(lab->session, 0, "nmt start 5", why, sizeof why), 0);
    assert_true(cs_bus_find_node(cs_sim_bus(cs_session_sim(lab->session), 0), "console") >= 0);
    assert_int_equal(cs_session_ask(lab->session, 9, "nmt start 5", why, sizeof why), -1);
    assert_string_equal(why, "there is no such page");
    lab_run(lab, ms(9000));
    bench_draw(&lab->b, 120, 40);
    assert_true(bench_shows(&lab->b, "all 3 nodes"));
    lab_free(lab);
}

static void mouse(void **state)
{
    struct lab *lab = lab_new(LAB);
    struct cs_mouse press = {.x = 5, .kind = CS_MOUSE_PRESS, .button = 1};
    struct cs_network *net;
    struct cs_network_layout at;

    (void)state;
    lab_run(lab, ms(3000));
    bench_draw(&lab->b, 120, 40);
    net = cs_view_state(&lab->b.tui, &cs_view_network);
    cs_network_layout(net, cs_tui_body(&lab->b.tui), &at);
    press.y = at.list.y + 3;
    cs_view_network.mouse(&lab->b.tui, &press);
    assert_int_equal(net->list.key, 20);
    cs_tui_refresh(&lab->b.tui);
    for (press.y = at.sections.y, press.x = 0; net->section != 2 && press.x < 120; press.x++)
        cs_view_network.mouse(&lab->b.tui, &press);
    assert_int_equal(net->section, 2);
    for (press.y = at.actions.y, press.x = 0; !net->asked[0] && press.x < 120; press.x++)
        cs_view_network.mouse(&lab->b.tui, &press);
    assert_string_equal(net->asked, "nmt start 20");
    lab_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(ascii),
        cmocka_unit_test(nothing),
        cmocka_unit_test(other_buses),
        cmocka_unit_test(any_size),
        cmocka_unit_test(nmt),
        cmocka_unit_test(sdo),
        cmocka_unit_test(any_keys),
        cmocka_unit_test(progress),
        cmocka_unit_test(no_file),
        cmocka_unit_test(object_under_the_cursor),
        cmocka_unit_test(lss),
        cmocka_unit_test(lss_by_hand),
        cmocka_unit_test(completion),
        cmocka_unit_test(wrong),
        cmocka_unit_test(console),
        cmocka_unit_test(mouse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
