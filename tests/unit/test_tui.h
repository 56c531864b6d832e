/* SPDX-License-Identifier: MIT */
/* test_tui.h - a small bench for the tests of the terminal interface: two buses with scripted
 * nodes, a host without clock or session around them, and a model that watches. Times move only
 * by bench_run(). */
#ifndef CANSIM_TESTS_UNIT_TEST_TUI_H
#define CANSIM_TESTS_UNIT_TEST_TUI_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simcore/fault.h"
#include "tui/feed.h"
#include "tui/host.h"
#include "tui/tui.h"
#include "tui/view.h"

struct bench_sender {
    struct cs_timer timer;
    struct cs_bus *bus;
    struct cs_frame frame;
    int64_t period_ps;
    int node, counter; /* byte that counts, -1 for none */
};

struct bench {
    struct cs_sim *sim;
    struct cs_stats *stats;
    struct cs_feed feed;
    struct cs_host host;
    struct cs_tui tui;
    struct cs_canvas canvas;
    struct bench_sender senders[8];
    unsigned n_senders;
    int console;
    bool paused, finished;
    uint32_t speed_permille;
    unsigned steps, frame_steps;
    int inject_error;
    char saved[64];
    bool save_fails;
};

static inline void bench_refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    struct bench *b = ctx;

    snprintf(tui->info.title, sizeof tui->info.title, "Two buses on a bench");
    snprintf(tui->info.link, sizeof tui->info.link, "unix:/run/cansim.sock");
    tui->info.clients = 1;
    tui->info.paused = b->paused;
    tui->info.finished = b->finished;
    tui->info.speed_permille = b->speed_permille;
    tui->info.now_ps = cs_sim_now_ps(b->sim);
    cs_feed_refresh(&b->feed, needs);
}

static inline void bench_pause(void *ctx, bool paused)
{
    ((struct bench *)ctx)->paused = paused;
}

static inline void bench_step(void *ctx)
{
    ((struct bench *)ctx)->steps++;
}

static inline void bench_step_frame(void *ctx)
{
    ((struct bench *)ctx)->frame_steps++;
}

static inline void bench_set_speed(void *ctx, uint32_t permille)
{
    ((struct bench *)ctx)->speed_permille = permille;
}

static inline int bench_inject(void *ctx, unsigned bus, const struct cs_frame *frame)
{
    struct bench *b = ctx;

    if (b->inject_error)
        return b->inject_error;
    if (b->console < 0) {
        struct cs_controller_config config = {.name = "console", .via = "tui"};
        b->console = cs_bus_attach(cs_sim_bus(b->sim, bus), &config);
    }
    return cs_bus_submit(cs_sim_bus(b->sim, bus), b->console, frame, 0);
}

static inline int bench_arm(void *ctx, unsigned bus, const char *text, char *why, size_t why_size)
{
    struct cs_fault_spec spec;
    int error = cs_fault_parse(text, &spec, why, why_size);

    if (error)
        return error;
    return cs_fault_arm(cs_sim_bus(((struct bench *)ctx)->sim, bus), &spec, why, why_size);
}

static inline int bench_disarm(void *ctx, unsigned bus, int id)
{
    return cs_fault_clear(cs_sim_bus(((struct bench *)ctx)->sim, bus), id);
}

static inline int bench_save(void *ctx, const char *path, char *told, size_t told_size)
{
    struct bench *b = ctx;

    snprintf(b->saved, sizeof b->saved, "%.60s", path);
    snprintf(told, told_size, b->save_fails ? "%.60s: no" : "saved %.60s", path);
    return b->save_fails ? -1 : 0;
}

/* Device 1 is a card. */
static inline int bench_plug(void *ctx, unsigned device, bool plugged)
{
    struct bench *b = ctx;

    if (device == 1)
        return -EOPNOTSUPP;
    b->tui.devices[device].plugged = plugged;
    return 0;
}

static inline void bench_step_bit(void *ctx, unsigned bus)
{
    struct bench *b = ctx;

    cs_sim_run_until(b->sim, cs_sim_now_ps(b->sim) + cs_bus_bit_ps(cs_sim_bus(b->sim, bus)));
}

static inline int bench_tell(void *ctx, const struct cs_past *past, char *text, size_t text_size)
{
    return cs_feed_tell(&((struct bench *)ctx)->feed, past, text, text_size);
}

static inline int bench_do(void *ctx, unsigned bus, int node, enum cs_host_node_do what,
                           unsigned mode)
{
    struct cs_bus *at = cs_sim_bus(((struct bench *)ctx)->sim, bus);

    return what == CS_NODE_DO_MODE    ? cs_bus_set_mode(at, node, mode)
           : what == CS_NODE_DO_RESET ? cs_bus_reset(at, node)
                                      : cs_bus_recover(at, node);
}

static const struct cs_host_ops bench_ops = {
    .refresh = bench_refresh,
    .pause = bench_pause,
    .step = bench_step,
    .step_frame = bench_step_frame,
    .set_speed = bench_set_speed,
    .inject = bench_inject,
    .arm = bench_arm,
    .disarm = bench_disarm,
    .save = bench_save,
    .plug = bench_plug,
    .step_bit = bench_step_bit,
    .tell = bench_tell,
    .node = bench_do,
};

static inline void bench_send(void *ctx, struct cs_timer *timer)
{
    struct bench_sender *s = ctx;

    if (s->counter >= 0)
        s->frame.data[s->counter]++;
    cs_bus_submit(s->bus, s->node, &s->frame, 0);
    cs_timer_start(cs_bus_sim(s->bus), timer, timer->at_ps + s->period_ps);
}

static inline int bench_node(struct bench *b, unsigned bus, const char *name, unsigned mode)
{
    struct cs_controller_config config = {.name = name, .via = "scenario", .mode = mode};
    int node = cs_bus_attach(cs_sim_bus(b->sim, bus), &config);

    assert_true(node >= 0);
    return node;
}

static inline void bench_sends(struct bench *b, unsigned bus, int node, const char *frame,
                               int64_t period_ps, int counter)
{
    struct bench_sender *s = &b->senders[b->n_senders++];

    *s = (struct bench_sender){
        .bus = cs_sim_bus(b->sim, bus), .period_ps = period_ps, .node = node, .counter = counter};
    assert_int_equal(cs_frame_parse(frame, &s->frame, NULL, 0), 0);
    s->timer.fn = bench_send;
    s->timer.ctx = s;
    assert_int_equal(cs_timer_start(b->sim, &s->timer, period_ps), 0);
}

/* A bench without traffic: buses, model and observers. */
static inline struct bench *bench_of(uint32_t rows, const struct cs_bus_config *buses,
                                     unsigned n_buses)
{
    struct bench *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->console = -1;
    b->speed_permille = 1000;
    b->host = (struct cs_host){&bench_ops, b};
    b->sim = cs_sim_create(1);
    assert_non_null(b->sim);
    for (unsigned i = 0; i < n_buses; i++)
        assert_int_equal(cs_sim_add_bus(b->sim, &buses[i]), (int)i);
    b->stats = cs_stats_create(b->sim);
    assert_non_null(b->stats);
    assert_int_equal(cs_tui_init(&b->tui, &b->host, rows), 0);
    assert_int_equal(cs_feed_init(&b->feed, &b->tui, b->sim, b->stats), 0);
    return b;
}

static inline struct bench *bench_new(uint32_t rows, unsigned n_buses)
{
    static const struct cs_bus_config buses[] = {{.name = "can0", .bitrate_bps = 500000},
                                                 {.name = "body", .bitrate_bps = 125000}};

    return bench_of(rows, buses, n_buses);
}

/* The usual traffic: two nodes that meet in arbitration, one that nobody acknowledges. */
static inline void bench_traffic(struct bench *b)
{
    int engine = bench_node(b, 0, "engine", CS_MODE_NORMAL);
    int dash = bench_node(b, 0, "dashboard", CS_MODE_NORMAL);
    int door;

    bench_node(b, 0, "logger", CS_MODE_LISTEN_ONLY);
    door = bench_node(b, 1, "door", CS_MODE_NORMAL);
    bench_sends(b, 0, engine, "100#00.11.22.33", 10 * CS_PS_PER_MS, 0);
    bench_sends(b, 0, dash, "2A0#48.65.6C.6C.6F.00.00.00", 20 * CS_PS_PER_MS, 7);
    bench_sends(b, 0, dash, "18FEF100#0102", 50 * CS_PS_PER_MS, -1);
    bench_sends(b, 0, engine, "321#R4", 100 * CS_PS_PER_MS, -1);
    bench_sends(b, 1, door, "0F0#01", 1496 * CS_PS_PER_MS, -1);
}

static inline void bench_free(struct bench *b)
{
    cs_feed_fini(&b->feed);
    cs_tui_fini(&b->tui);
    cs_canvas_fini(&b->canvas);
    cs_stats_destroy(b->stats);
    cs_sim_destroy(b->sim);
    free(b);
}

static inline void bench_run(struct bench *b, int64_t until_ps)
{
    cs_sim_run_until(b->sim, until_ps);
}

/* As the program does it: look, then draw. */
static inline void bench_draw(struct bench *b, int width, int height)
{
    if (b->canvas.width != width || b->canvas.height != height)
        assert_int_equal(cs_canvas_resize(&b->canvas, width, height), 0);
    if (b->tui.width != width || b->tui.height != height)
        cs_tui_resize(&b->tui, width, height);
    cs_tui_refresh(&b->tui);
    cs_tui_draw(&b->tui, &b->canvas);
}

/* Press keys, named as in --keys, and look after each. */
static inline void bench_keys(struct bench *b, const char *keys)
{
    int32_t key;

    while ((key = cs_key_script_next(&keys)) > 0) {
        cs_tui_refresh(&b->tui);
        cs_tui_key(&b->tui, key);
    }
    assert_int_equal(key, CS_KEY_NONE);
}

/* The screen as text; to be freed. */
static inline char *bench_text(struct bench *b)
{
    char *text = NULL, *copy;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_int_equal(cs_canvas_write_text(&b->canvas, out), 0);
    fclose(out);
    copy = strdup(text);
    free(text);
    return copy;
}

/* Whether the words are somewhere on the screen, however far apart in their line. */
static inline bool bench_has(struct bench *b, const char *what, bool wanted)
{
    char *text = bench_text(b), *to = text;
    bool found;

    for (char *from = text; *from; from++)
        if (*from != ' ' || to == text || to[-1] != ' ')
            *to++ = *from;
    *to = '\0';
    found = strstr(text, what) != NULL;
    if (found != wanted)
        print_message("%s the screen: \"%s\"\n%.800s\n", found ? "on" : "not on", what, text);
    free(text);
    return found;
}

static inline bool bench_shows(struct bench *b, const char *what)
{
    return bench_has(b, what, true);
}

static inline bool bench_hides(struct bench *b, const char *what)
{
    return !bench_has(b, what, false);
}

/* Compare the screen with tests/golden/tui/NAME.txt; CANSIM_GOLDEN=write writes it instead. */
static inline void bench_golden(struct bench *b, const char *name)
{
    const char *mode = getenv("CANSIM_GOLDEN");
    char path[256], expected[65536];
    char *text = bench_text(b);
    size_t n;
    FILE *f;

    snprintf(path, sizeof path, "tests/golden/tui/%s.txt", name);
    if (mode && !strcmp(mode, "write")) {
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
    }
    f = fopen(path, "r");
    if (!f)
        print_message("%s: missing (CANSIM_GOLDEN=write writes it)\n", path);
    assert_non_null(f);
    n = fread(expected, 1, sizeof expected - 1, f);
    expected[n] = '\0';
    fclose(f);
    if (strcmp(expected, text) != 0)
        print_message("%s differs; the screen is now:\n%s", path, text);
    assert_string_equal(text, expected);
    free(text);
}

#endif
