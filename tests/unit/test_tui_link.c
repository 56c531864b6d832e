/* SPDX-License-Identifier: MIT */
/* A host elsewhere: a bench behind a link server in a thread of its own, and a model that is
 * connected to it. Where the host is asked to change its speed it runs for so many milliseconds
 * instead, so that all is told before the answer, and nothing waits for a clock. */
#include "test_tui.h"

#include <ev.h>
#include <pthread.h>
#include <unistd.h>

#include "qemu-link/link_server.h"
#include "tui/host_link.h"

struct far {
    struct bench *b; /* the host, with a model of its own */
    struct ev_loop *loop;
    struct cs_link_server *server;
    ev_async stop;
    pthread_t thread;
    enum cs_link_control control;
    char dir[32], address[64];
    struct bench near; /* the model that is connected; of a bench only `tui` and `canvas` */
    struct cs_host_link link;
};

/* ---- the host -------------------------------------------------------------------------------- */

static void tell_info(void *ctx, struct cs_link_info *info)
{
    struct far *far = ctx;

    snprintf(info->title, sizeof info->title, "Two buses on a bench");
    snprintf(info->address, sizeof info->address, "unix:/run/cansim.sock");
    info->clients = 1;
    info->paused = far->b->paused;
    info->finished = far->b->finished;
    info->speed_permille = far->b->speed_permille;
}

static bool tell_device(void *ctx, unsigned index, struct cs_link_device *device)
{
    (void)ctx;
    (void)index;
    (void)device;
    return false;
}

static int control(void *ctx, const struct cs_link_request *request, char *why, size_t why_size)
{
    struct far *far = ctx;
    struct bench *b = far->b;

    switch (request->op) {
    case CS_LINK_PAUSE:
        b->paused = request->on;
        cs_link_server_changed(far->server);
        return 0;
    case CS_LINK_STEP:
        b->steps++;
        return 0;
    case CS_LINK_STEP_FRAME:
        b->frame_steps++;
        return 0;
    case CS_LINK_SPEED:
        bench_run(b, cs_sim_now_ps(b->sim) + request->value * CS_PS_PER_MS);
        return 0;
    case CS_LINK_INJECT:
        return bench_inject(b, request->bus, request->frame);
    case CS_LINK_ARM:
        return bench_arm(b, request->bus, request->text, why, why_size);
    case CS_LINK_CLEAR:
        return bench_disarm(b, request->bus, request->fault);
    case CS_LINK_SAVE:
        return bench_save(b, request->text, why, why_size);
    default:
        return -EOPNOTSUPP;
    }
}

static const struct cs_link_watch watch = {
    .info = tell_info, .device = tell_device, .control = control};

static void nothing(void *ctx)
{
    (void)ctx;
}

static void on_stop(struct ev_loop *loop, ev_async *w, int events)
{
    (void)w;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void *run_host(void *ctx)
{
    struct far *far = ctx;

    ev_run(far->loop, 0);
    cs_link_server_destroy(far->server);
    return NULL;
}

static void start_host(struct far *far)
{
    const struct cs_link_host host = {.sim = far->b->sim,
                                      .loop = far->loop,
                                      .sync = nothing,
                                      .kick = nothing,
                                      .ctx = far,
                                      .watch = &watch,
                                      .stats = far->b->stats,
                                      .control = far->control};
    char why[256] = "";
    int status;

    far->server = cs_link_server_create(&host, far->address, &status, why, sizeof why);
    if (!far->server)
        fail_msg("%s", why);
    assert_int_equal(pthread_create(&far->thread, NULL, run_host, far), 0);
}

static void stop_host(struct far *far)
{
    ev_async_send(far->loop, &far->stop);
    pthread_join(far->thread, NULL);
}

static struct far *far_new(enum cs_link_control who)
{
    struct far *far = calloc(1, sizeof *far);
    char why[256] = "";

    assert_non_null(far);
    snprintf(far->dir, sizeof far->dir, "/tmp/cansim-tui-XXXXXX");
    assert_non_null(mkdtemp(far->dir));
    snprintf(far->address, sizeof far->address, "unix:%s/s", far->dir);
    far->control = who;
    far->b = bench_new(0, 2);
    bench_traffic(far->b);
    far->loop = ev_loop_new(EVFLAG_AUTO);
    ev_async_init(&far->stop, on_stop);
    ev_async_start(far->loop, &far->stop);
    start_host(far);
    far->near.host = far->link.host = (struct cs_host){&cs_host_link_ops, &far->link};
    assert_int_equal(cs_tui_init(&far->near.tui, &far->near.host, 0), 0);
    if (cs_host_link_open(&far->link, &far->near.tui, far->address, why, sizeof why) != 0)
        fail_msg("%s", why);
    snprintf(far->near.tui.info.remote, sizeof far->near.tui.info.remote, "unix:/run/bench.sock");
    cs_host_link_settle(&far->link, 5000);
    return far;
}

static void far_free(struct far *far, bool stop)
{
    if (stop)
        stop_host(far);
    cs_host_link_close(&far->link);
    cs_tui_fini(&far->near.tui);
    cs_canvas_fini(&far->near.canvas);
    bench_free(far->b);
    ev_loop_destroy(far->loop);
    rmdir(far->dir);
    free(far);
}

static void run_ms(struct far *far, uint32_t ms)
{
    cs_host_link_ops.set_speed(&far->link, ms);
}

/* As much as the host knows now. */
static void draw(struct far *far, int width, int height)
{
    for (int i = 0; i < 2; i++) {
        far->link.asked_ns = 0;
        bench_draw(&far->near, width, height);
        cs_host_link_settle(&far->link, 5000);
    }
    bench_draw(&far->near, width, height);
}

/* ---- the same as in the host ----------------------------------------------------------------- */

static void rows_are_those_of_the_host(void **state)
{
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    const struct cs_tui *here = &far->near.tui, *there = &far->b->tui;
    uint64_t skip;

    (void)state;
    run_ms(far, 300);
    assert_int_equal(there->ring.end, 4 + here->ring.end); /* nodes were there before */
    assert_true(here->ring.end > 40);
    skip = there->ring.end - here->ring.end;
    for (uint64_t i = 0; i < here->ring.end; i++) {
        struct cs_row a = *cs_tui_ring_get(&here->ring, i);
        struct cs_row b = *cs_tui_ring_get(&there->ring, skip + i);

        assert_string_equal(cs_tui_who(here, a.who), cs_tui_who(there, b.who));
        assert_string_equal(cs_tui_who(here, a.peer), cs_tui_who(there, b.peer));
        a.who = b.who = a.peer = b.peer = 0;
        assert_memory_equal(&a, &b, sizeof a);
    }
    far_free(far, true);
}

static char *without_title(struct bench *b)
{
    char *text = bench_text(b), *rest = strdup(strchr(text, '\n'));

    free(text);
    return rest;
}

static void views_are_those_of_the_host(void **state)
{
    static const char *const views[] = {"nodes", "ids",  "faults", "devices",
                                        "stats", "wire", "why",    "signals"};
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    char why[160];

    (void)state;
    assert_int_equal(
        cs_host_link_ops.arm(&far->link, 0, "flip field=crc id=0x100 count=2", why, sizeof why), 1);
    assert_int_equal(cs_host_link_ops.arm(&far->link, 1, "no-ack node=door", why, sizeof why), 2);
    run_ms(far, 700);
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        char *here, *there;

        far->near.tui.view = far->b->tui.view = (unsigned)cs_view_find(views[v]);
        draw(far, 120, 40);
        bench_draw(far->b, 120, 40);
        here = without_title(&far->near);
        there = without_title(far->b);
        if (strcmp(here, there) != 0)
            print_message("%s there:%s\nhere:%s", views[v], there, here);
        assert_string_equal(here, there);
        free(here);
        free(there);
    }
    far_free(far, true);
}

/* A node whose coming was lost is asked for. */
static void names_are_asked_for_after_a_loss(void **state)
{
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    const struct cs_proto_msg lost = {.type = CS_PROTO_LOST, .count = 3};
    struct cs_tui *tui = &far->near.tui;

    (void)state;
    run_ms(far, 100);
    memset(far->link.feed.who, 0, sizeof far->link.feed.who); /* as if nobody had been heard */
    run_ms(far, 15);
    assert_string_equal(cs_tui_who(tui, cs_tui_ring_get(&tui->ring, tui->ring.end - 1)->who), "");
    cs_host_link_take(&far->link, &lost);
    assert_int_equal(tui->info.missed, 3);
    draw(far, 80, 24); /* the trace, which needs no nodes */
    run_ms(far, 15);
    assert_string_not_equal(cs_tui_who(tui, cs_tui_ring_get(&tui->ring, tui->ring.end - 1)->who),
                            "");
    assert_true(bench_shows(&far->near, "3 lost"));
    far_free(far, true);
}

/* ---- doing things ---------------------------------------------------------------------------- */

static void keys_act_on_the_host(void **state)
{
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    struct bench *near = &far->near;

    (void)state;
    run_ms(far, 100);
    draw(far, 80, 24);
    bench_keys(near, "<Space>");
    assert_true(far->b->paused);
    assert_true(near->tui.info.paused);
    bench_keys(near, ".n");
    assert_int_equal(far->b->steps, 1);
    assert_int_equal(far->b->frame_steps, 1);
    bench_keys(near, "<Space>");
    assert_false(far->b->paused);
    assert_false(near->tui.info.paused);
    bench_keys(near, ":send 7FF#01 body<Enter>");
    run_ms(far, 50);
    draw(far, 80, 24);
    assert_true(bench_shows(near, "console 7FF"));
    bench_keys(near, ":no-ack node=door<Enter>");
    assert_string_equal(near->tui.message, "not armed: no node \"door\" on can0");
    bench_keys(near, "<Esc>:save /tmp/x.json<Enter>");
    assert_string_equal(far->b->saved, "/tmp/x.json");
    assert_string_equal(near->tui.message, "saved /tmp/x.json");
    far_free(far, true);
}

static void who_only_watches_is_told_why(void **state)
{
    static const char *const keys[] = {"<Space>",
                                       ".",
                                       "n",
                                       "+",
                                       "-",
                                       "4C",
                                       "<Esc>:pause<Enter>",
                                       "<Esc>:speed 5<Enter>",
                                       "<Esc>:send 123#<Enter>",
                                       "<Esc>w/tmp/x<Enter>"};
    struct far *far = far_new(CS_LINK_CONTROL_NONE);
    struct bench *near = &far->near;

    (void)state;
    draw(far, 120, 24);
    assert_true(bench_shows(near, "read-only"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bench_keys(near, keys[i]);
        bench_draw(near, 120, 24);
        if (!bench_has(near, "the host lets", true))
            fail_msg("after %s", keys[i]);
        bench_keys(near, "<Esc>1");
    }
    assert_false(near->tui.info.paused);
    assert_int_equal(far->b->steps + far->b->frame_steps, 0);
    far_free(far, true);
}

/* ---- the host goes away ---------------------------------------------------------------------- */

static void rows_stay_when_the_host_goes(void **state)
{
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    struct bench *near = &far->near;
    uint64_t rows;

    (void)state;
    run_ms(far, 300);
    draw(far, 80, 24);
    rows = near->tui.ring.end;
    stop_host(far);
    cs_host_link_read(&far->link);
    bench_draw(near, 80, 24);
    bench_golden(near, "link-gone-80x24");
    assert_int_equal(near->tui.ring.end, rows);
    assert_int_equal(cs_host_link_fd(&far->link), -1);
    bench_keys(near, "<Space>");
    assert_string_equal(near->tui.message, "the host is gone: ^R connects again");
    bench_keys(near, "<^R>");
    assert_non_null(strstr(near->tui.message, "no cansim host serves this address"));
    start_host(far); /* the same: its time goes on */
    bench_keys(near, "<^R>");
    assert_string_equal(near->tui.message, "connected to unix:/run/bench.sock again");
    assert_int_equal(near->tui.ring.end - near->tui.ring.first, rows);
    run_ms(far, 100);
    assert_true(near->tui.ring.end > rows);
    bench_keys(near, "<^R>");
    assert_string_equal(near->tui.message, "still connected to unix:/run/bench.sock");
    far_free(far, true);
}

static void another_host_begins_anew(void **state)
{
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    struct bench *near = &far->near;

    (void)state;
    run_ms(far, 300);
    draw(far, 80, 24);
    stop_host(far);
    cs_host_link_read(&far->link);
    bench_free(far->b);
    far->b = bench_new(0, 2);
    bench_traffic(far->b);
    start_host(far);
    bench_keys(near, "<^R>");
    assert_int_equal(near->tui.ring.end, near->tui.ring.first);
    run_ms(far, 50);
    bench_keys(near, "2");
    draw(far, 80, 24);
    bench_keys(near, "1");
    draw(far, 80, 24);
    assert_true(bench_shows(near, "0.050"));
    far_free(far, true);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void pictures(void **state)
{
    static const int sizes[][2] = {{80, 24}, {160, 50}};
    struct far *far = far_new(CS_LINK_CONTROL_LOCAL);
    struct bench *near = &far->near;
    char name[64];

    (void)state;
    run_ms(far, 900);
    snprintf(near->tui.info.denied, sizeof near->tui.info.denied, "only to be looked at");
    near->tui.info.missed = 1234;
    for (size_t i = 0; i < 2; i++) {
        draw(far, sizes[i][0], sizes[i][1]);
        snprintf(name, sizeof name, "link-%dx%d", sizes[i][0], sizes[i][1]);
        bench_golden(near, name);
    }
    for (int w = 1; w < 100; w += 7)
        for (int h = 1; h < 30; h += 3)
            bench_draw(near, w, h);
    far_free(far, true);
}

/* ---- hostile hosts --------------------------------------------------------------------------- */

static uint32_t seed = 20260101;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

/* Plots of whatever there may be. */
static void plot_something(struct cs_tui *tui)
{
    struct cs_plot_spec spec = {.bits = 16, .factor = 1, .id = 0, .node = "n1"};

    for (unsigned kind = 0; kind < CS_PLOT_KINDS; kind++) {
        spec.kind = (uint8_t)kind;
        snprintf(spec.field, sizeof spec.field, "state");
        assert_int_equal(cs_plots_add(tui, &spec), 0);
    }
}

/* Messages that the codec lets pass, whatever else is wrong with them. */
static void nonsense_does_no_harm(void **state)
{
    struct cs_host_link *link = calloc(1, sizeof *link);
    static struct cs_proto_msg msg;
    struct bench near = {.console = -1};
    char why[256];
    unsigned taken = 0;

    (void)state;
    near.host = (struct cs_host){&cs_host_link_ops, link};
    link->tui = &near.tui;
    assert_int_equal(cs_tui_init(&near.tui, &near.host, 1000), 0);
    plot_something(&near.tui);
    for (int i = 0; i < 30000; i++) {
        uint8_t bytes[CS_PROTO_MAX_BYTES];
        size_t len = 0;

        msg = (struct cs_proto_msg){.type = (uint16_t)(CS_PROTO_WELCOME + dice(24)),
                                    .n_buses = (uint16_t)dice(17)};
        snprintf(msg.name, sizeof msg.name, "n%u", dice(5));
        msg.timing = (struct cs_timing){0};
        len = cs_proto_encode(&msg, bytes);
        for (size_t k = CS_PROTO_HEADER_BYTES; k < len; k++)
            if (dice(12) == 0)
                bytes[k] = (uint8_t)(dice(2) ? dice(16) : dice(256));
        if (len == 0 ||
            cs_proto_decode(bytes, len, CS_PROTO_HOST, &msg, why, sizeof why) != (int)len)
            continue;
        taken++;
        msg.token = dice(4) ? link->token : msg.token;
        link->asked = dice(16);
        cs_host_link_take(link, &msg);
        if (i % 100 == 0) {
            near.tui.view = dice(cs_n_views);
            bench_draw(&near, 80 + (int)dice(80), 24 + (int)dice(26));
        }
    }
    assert_true(taken > 2000);
    cs_host_link_close(link);
    cs_tui_fini(&near.tui);
    cs_canvas_fini(&near.canvas);
    free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_host),
        cmocka_unit_test(views_are_those_of_the_host),
        cmocka_unit_test(names_are_asked_for_after_a_loss),
        cmocka_unit_test(keys_act_on_the_host),
        cmocka_unit_test(who_only_watches_is_told_why),
        cmocka_unit_test(rows_stay_when_the_host_goes),
        cmocka_unit_test(another_host_begins_anew),
        cmocka_unit_test(pictures),
        cmocka_unit_test(nonsense_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
