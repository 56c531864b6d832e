/* SPDX-License-Identifier: MIT */
/* The view of the scenario: the plan of a real session, and its pictures. */
#include "test_tui.h"

#include <ev.h>
#include <unistd.h>

#include "scenarios/expect.h"
#include "scenarios/session.h"
#include "scenarios/session_plan.h"
#include "tui/view_scenario.h"

static const char text[] =
    "{\"title\": \"A plan\", \"nodes\": {\n"
    "  \"tester\": {}, \"door\": {\"type\": \"responder\", \"rules\": [{\"when\": \"200\", "
    "\"reply\": \"201#01\", \"delay\": \"2ms\"}]}},\n"
    "\"faults\": [{\"fault\": \"flip\", \"field\": \"data\", \"id\": \"0x300\", \"count\": 1, "
    "\"label\": \"hit\"}],\n"
    "\"timeline\": [\n"
    "  {\"at\": \"10ms\", \"node\": \"tester\", \"send\": [\"200#01\", \"300#55\"]},\n"
    "  {\"at\": \"20ms\", \"if\": {\"answers\": \"7\"}, \"note\": \"never told\"},\n"
    "  {\"at\": \"30ms\", \"bus\": \"can0\", \"note\": \"half of it\"},\n"
    "  {\"at\": \"50ms\", \"node\": \"tester\", \"mode\": \"listen-only\"},\n"
    "  {\"at\": \"60ms\", \"node\": \"door\", \"counters\": {\"tec\": 100, \"rec\": 0}},\n"
    "  {\"at\": \"70ms\", \"do\": [{\"reset\": \"door\"}, {\"recover\": \"tester\"}]},\n"
    "  {\"after\": \"201\", \"each\": true, \"set\": {\"answers\": \"+1\"}},\n"
    "  {\"at\": \"35ms\", \"every\": \"10ms\", \"count\": 2, \"node\": \"tester\", \"send\": "
    "\"200#02\"},\n"
    "  {\"after\": {\"state\": \"bus_off\"}, \"note\": \"gone\"}],\n"
    "\"expect\": [\n"
    "  {\"name\": \"the door answers\", \"frame\": \"201\", \"within\": \"20ms\"},\n"
    "  {\"name\": \"nobody is asked\", \"frame\": \"200\", \"never\": true},\n"
    "  {\"frame\": \"777\"}]}\n";

struct play {
    struct ev_loop *loop;
    struct cs_session *session;
    char file[64];
};

static void on_finished(void *ctx, int status)
{
    struct play *play = ctx;

    assert_true(status <= 1);
    ev_break(play->loop, EVBREAK_ALL);
}

static void play_to(struct play *play, int64_t end_ps)
{
    struct cs_session_config config = {
        .scenario = play->file, .duration_ps = end_ps, .fast = true, .recording = true};
    struct cs_error error = {0};

    snprintf(play->file, sizeof play->file, "/tmp/cansim-plan-XXXXXX");
    const int fd = mkstemp(play->file);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    play->loop = ev_loop_new(0);
    play->session = cs_session_create(&config, play->loop, &error);
    if (!play->session)
        fail_msg("%s", error.text);
    cs_session_start(play->session, on_finished, play);
    ev_run(play->loop, 0);
}

static void end_play(struct play *play)
{
    cs_session_destroy(play->session);
    ev_loop_destroy(play->loop);
    unlink(play->file);
}

/* A bench that shows the plan as it is at that time; file names are made alike. */
static struct bench *bench_plan(int64_t at_ps)
{
    struct bench *b = bench_new(0, 1);
    struct play play;

    play_to(&play, at_ps);
    cs_session_plan(play.session, &b->tui.plan);
    for (unsigned i = 0; i < b->tui.plan.n; i++) {
        struct cs_plan_row *row = &b->tui.plan.rows[i];
        const char *at = strchr(cs_plan_text(row, CS_PLAN_PLACE), ':');
        char place[128];
        if (!at)
            continue;
        snprintf(place, sizeof place, "plan.json%.100s", at);
        cs_plan_set(row, CS_PLAN_PLACE, place);
    }
    snprintf(b->tui.plan.file, sizeof b->tui.plan.file, "plan.json");
    end_play(&play);
    bench_run(b, at_ps);
    bench_keys(b, "T");
    return b;
}

static const struct cs_plan_row *find(const struct bench *b, const char *what)
{
    for (unsigned i = 0; i < b->tui.plan.n; i++) {
        const struct cs_plan_row *row = &b->tui.plan.rows[i];
        if (strstr(cs_plan_text(row, CS_PLAN_WHAT), what) ||
            strstr(cs_plan_text(row, CS_PLAN_WHO), what))
            return row;
    }
    fail_msg("no row \"%s\"", what);
    return NULL;
}

static const struct cs_plan_row *selected(const struct bench *b)
{
    const struct cs_plan_row *row = cs_scenario_selected(&b->tui);

    assert_non_null(row);
    return row;
}

static void comes_along(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);
    const struct cs_plan *plan = &b->tui.plan;

    (void)state;
    assert_int_equal(plan->count[CS_PLAN_ACTION], 7);
    assert_int_equal(plan->count[CS_PLAN_TRIGGER], 3);
    assert_int_equal(plan->count[CS_PLAN_EXPECT], 3);
    assert_int_equal(plan->past, 4);
    assert_int_equal(find(b, "sends 200#01 and 1 more")->state, CS_PLAN_DONE);
    assert_int_equal(find(b, "never told if answers is 7")->state, CS_PLAN_SKIPPED);
    assert_int_equal(find(b, "half of it")->line, 7);
    assert_int_equal(find(b, "mode listen-only")->state, CS_PLAN_WAITS);
    assert_true(find(b, "fault flip")->fault > 0);
    assert_int_equal(find(b, "answers +1")->count, 2);
    assert_int_equal(find(b, "answers +1")->state, CS_PLAN_WAITS);
    assert_int_equal(find(b, "sends 200#02")->count, 1);
    assert_true(find(b, "sends 200#02")->at_ps == 45 * CS_PS_PER_MS);
    assert_int_equal(find(b, "gone")->count, 0);
    assert_int_equal(find(b, "the door answers")->state, CS_PLAN_HELD);
    assert_int_equal(find(b, "nobody is asked")->state, CS_PLAN_FAILED);
    assert_non_null(find(b, "nobody is asked")->text[CS_PLAN_SEEN]);
    assert_int_equal(cs_plan_at(plan, CS_PLAN_VARIABLE, 0)->count, 2);
    assert_string_equal(cs_plan_text(find(b, "door is reset; tester asks to recover"), CS_PLAN_WHO),
                        "");
    bench_free(b);
}

static void over(void **state)
{
    struct bench *b = bench_plan(200 * CS_PS_PER_MS);

    (void)state;
    assert_int_equal(b->tui.plan.past, 7);
    assert_int_equal(find(b, "sends 200#02")->state, CS_PLAN_DONE);
    assert_int_equal(find(b, "sends 200#02")->count, 2);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "all is done"));
    assert_true(bench_shows(b, "7 of 7 done · 1 of 3 held, 2 failed"));
    bench_free(b);
}

static void looks(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_golden(b, "plan-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "plan-160x50");
    bench_keys(b, "<Right><Down><Enter>");
    bench_draw(b, 80, 24);
    bench_golden(b, "plan-place-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "plan-place-160x50");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "plan-ascii");
    bench_free(b);
}

static void keys(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "mode listen-only · in 10.000ms"));
    bench_keys(b, "<Home>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "can0: fault flip"));
    bench_keys(b, "<End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "door is reset; tester asks to recover from bus-off · in 30.000ms"));
    bench_keys(b, "e");
    assert_int_equal(b->tui.edit, 10);
    b->tui.edit = 0;
    bench_keys(b, "f<Left><End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "answers · 2"));
    bench_keys(b, "<PgUp><Home><Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nobody is asked: "));
    assert_false(b->tui.rerun);
    bench_keys(b, "R");
    assert_true(b->tui.rerun);
    b->tui.rerun = false;
    bench_keys(b, ":rerun<Enter>");
    assert_true(b->tui.rerun);
    bench_keys(b, ":edit<Enter>");
    assert_int_equal(b->tui.edit, 16);
    bench_free(b);
}

/* Rows are where the mouse finds them. */
static void mouse(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);
    struct cs_mouse press = {.x = 20, .kind = CS_MOUSE_PRESS, .button = 1};
    const char *const rows[] = {"can0: fault flip", "tester: sends 200#01", "never told",
                                "can0: half of it"};

    (void)state;
    bench_draw(b, 160, 50);
    for (size_t i = 0; i < 4; i++) {
        press.y = 8 + (int)i;
        cs_tui_mouse(&b->tui, &press);
        bench_draw(b, 160, 50);
        assert_true(bench_shows(b, rows[i]));
    }
    press.y = 12; /* the present is no row */
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "can0: half of it · done"));
    press = (struct cs_mouse){.x = 120, .y = 8, .kind = CS_MOUSE_PRESS, .button = 1};
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "the door answers: "));
    press.kind = CS_MOUSE_DOWN;
    cs_tui_mouse(&b->tui, &press);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "answers +1 each frame"));
    bench_free(b);
}

static void nothing_there(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "T<Down><PgUp><End><Right><Enter>f[]");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "this host was started without one"));
    bench_keys(b, "e");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no scenario: w saves what was done as one"));
    bench_keys(b, "R");
    assert_false(b->tui.rerun);
    assert_int_equal(b->tui.edit, 0);
    snprintf(b->tui.plan.file, sizeof b->tui.plan.file, "-");
    bench_keys(b, "R");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "standard input"));
    assert_true(bench_shows(b, "this scenario has no timeline"));
    bench_free(b);
}

/* In panes of all sizes, many rows, all keys. */
static void sizes(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);

    (void)state;
    for (int w = 80; w <= 240; w += 40)
        for (int h = 24; h <= 74; h += 10) {
            bench_draw(b, w, h);
            bench_keys(b, "|<Enter><Down><Right><End>]]<Home><Right>");
            bench_draw(b, w, h);
        }
    for (int w = 1; w < 60; w += 7)
        for (int h = 1; h < 20; h++) {
            struct cs_canvas part;
            b->tui.split = CS_SPLIT_NONE;
            b->tui.width = w;
            b->tui.height = h + 5;
            cs_tui_refresh(&b->tui);
            bench_keys(b, "<Enter><Down><PgDn><Right><End><PgUp>");
            part = cs_canvas_part(&b->canvas, (struct cs_rect){0, 0, w, h});
            cs_view_scenario.draw(&b->tui, &part, (struct cs_rect){0, 0, w, h});
        }
    bench_free(b);
}

static void rows_are_bounded(void **state)
{
    struct cs_plan plan = {0};

    (void)state;
    for (unsigned i = 0; i < CS_PLAN_MAX + 5; i++)
        assert_int_equal(cs_plan_add(&plan, CS_PLAN_ACTION) != NULL, i < CS_PLAN_MAX);
    assert_int_equal(plan.n, CS_PLAN_MAX);
    assert_int_equal(plan.more, 5);
    cs_plan_clear(&plan);
    assert_int_equal(plan.n, 0);
}

/* Another run: what was seen is gone, what was set stays. */
static void again(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 300 * CS_PS_PER_MS);
    bench_keys(b, "2<Down>T|");
    bench_draw(b, 120, 40);
    cs_feed_fini(&b->feed);
    b->feed = (struct cs_feed){0};
    assert_int_equal(cs_tui_restart(&b->tui), 0);
    assert_int_equal(cs_feed_init(&b->feed, &b->tui, b->sim, b->stats), 0);
    assert_true(b->tui.ring.end == 0);
    assert_int_equal(b->tui.plan.n, 0);
    assert_int_equal(b->tui.split, CS_SPLIT_ROWS);
    bench_run(b, 400 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    assert_true(b->tui.ring.end > 10);
    bench_free(b);
}

static void click(struct bench *b, enum cs_mouse_kind kind, int x, int y)
{
    const struct cs_mouse mouse = {.kind = kind, .x = x, .y = y};

    cs_tui_refresh(&b->tui);
    cs_tui_mouse(&b->tui, &mouse);
    bench_draw(b, 120, 40);
}

/* Where a mark of the line of time stands on the screen, from the left; -1: nowhere. */
static int find_mark(const struct bench *b, int y, int nth)
{
    for (int x = 9; x < b->canvas.width; x++) {
        const uint32_t ch = b->canvas.cells[y * b->canvas.stride + x].ch;
        if (ch != ' ' && ch != 0x2502 && nth-- == 0)
            return x;
    }
    return -1;
}

static void line_of_time(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);
    const struct cs_plan_row *row;

    (void)state;
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "so far ████"));
    assert_true(bench_shows(b, "expected"));
    /* A click selects what is there, on either side. */
    click(b, CS_MOUSE_PRESS, find_mark(b, 4, 1), 4);
    row = selected(b);
    assert_int_equal(row->kind, CS_PLAN_ACTION);
    assert_int_equal(row->at_ps, 10 * CS_PS_PER_MS);
    click(b, CS_MOUSE_PRESS, find_mark(b, 5, 0), 5);
    assert_int_equal(selected(b)->kind, CS_PLAN_EXPECT);
    /* Two in one cell: one after the other, and round. */
    b->tui.plan.rows[b->tui.plan.count[CS_PLAN_ACTION]].at_ps =
        b->tui.plan.rows[b->tui.plan.count[CS_PLAN_ACTION] + 1].at_ps;
    bench_draw(b, 120, 40);
    const int x = find_mark(b, 5, 0);
    assert_int_equal(b->canvas.cells[5 * b->canvas.stride + x].ch, '2');
    click(b, CS_MOUSE_PRESS, x, 5);
    row = selected(b);
    click(b, CS_MOUSE_PRESS, x, 5);
    assert_ptr_not_equal(selected(b), row);
    click(b, CS_MOUSE_PRESS, x, 5);
    assert_ptr_equal(selected(b), row);
    click(b, CS_MOUSE_PRESS, 70, 4);
    assert_true(bench_shows(b, "nothing there"));
    /* Closer around it, by wheel and keys, and back to all of it. */
    click(b, CS_MOUSE_UP, 60, 3);
    assert_true(bench_shows(b, "36.750ms"));
    bench_keys(b, ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "100.0µs"));
    for (int i = 0; i < 40; i++)
        cs_tui_key(&b->tui, '<');
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "so far ████"));
    for (int width = 40; width < 200; width += 17)
        for (int height = 5; height < 60; height += 9) {
            bench_draw(b, width, height);
            cs_tui_key(&b->tui, height % 2 ? '>' : '<');
        }
    bench_free(b);
}

/* Faults are on it from when they were armed until they are over. */
static void faults_on_the_line(void **state)
{
    struct bench *b = bench_plan(40 * CS_PS_PER_MS);

    (void)state;
    bench_keys(b, ":short bus=can0 for=1ms<Enter>T");
    bench_run(b, 60 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "faults"));
    const int x = find_mark(b, 6, 0);
    assert_true(x > 9);
    click(b, CS_MOUSE_PRESS, x, 6);
    assert_non_null(strstr(b->tui.message, "short"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_of_time), cmocka_unit_test(faults_on_the_line),
        cmocka_unit_test(comes_along),  cmocka_unit_test(over),
        cmocka_unit_test(looks),        cmocka_unit_test(keys),
        cmocka_unit_test(mouse),        cmocka_unit_test(nothing_there),
        cmocka_unit_test(sizes),        cmocka_unit_test(rows_are_bounded),
        cmocka_unit_test(again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
