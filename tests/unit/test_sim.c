/* SPDX-License-Identifier: MIT */
/* The clock: order at one instant, timers, observers; and the statistics that observe it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "simcore/rng.h"
#include "simcore/stats.h"
#include "simcore/tap.h"
#include "tests/unit/trace.h"

#define BIT INT64_C(2000000)

static struct cs_sim *sim;
static struct cs_bus *bus;
static char order[4096];

static int setup(void **state)
{
    (void)state;
    sim = cs_sim_create(42);
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    assert_int_equal(cs_sim_add_bus(sim, &config), 0);
    bus = cs_sim_bus(sim, 0);
    order[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cs_sim_destroy(sim);
    return 0;
}

static void note(const char *text)
{
    assert_true(strlen(order) + strlen(text) < sizeof(order));
    strcat(order, text);
}

struct named_timer {
    struct cs_timer timer;
    const char *name;
    int64_t again_ps; /* start once more after that time; < 0: don't */
};

static void fire(void *ctx, struct cs_timer *timer)
{
    struct named_timer *named = ctx;
    note(named->name);
    if (named->again_ps >= 0) {
        int64_t at = cs_sim_now_ps(sim) + named->again_ps;
        named->again_ps = -1;
        cs_timer_start(sim, timer, at);
    }
}

static void start(struct named_timer *timer, const char *name, int64_t at_ps, int64_t again_ps)
{
    *timer = (struct named_timer){.name = name, .again_ps = again_ps};
    timer->timer.fn = fire;
    timer->timer.ctx = timer;
    assert_int_equal(cs_timer_start(sim, &timer->timer, at_ps), 0);
}

static void timers_in_order(void **state)
{
    (void)state;
    struct named_timer t[6];
    start(&t[0], "late ", 500, -1);
    start(&t[1], "first ", 100, -1);
    start(&t[2], "second ", 100, 0); /* and once more at the same instant, after the others */
    start(&t[3], "third ", 100, -1);
    start(&t[4], "stopped ", 200, -1);
    start(&t[5], "moved ", 50, -1);
    cs_timer_stop(sim, &t[4].timer);
    cs_timer_stop(sim, &t[4].timer);
    cs_timer_start(sim, &t[5].timer, 600);
    assert_int_equal(cs_sim_next_ps(sim), 100);
    cs_sim_run_until(sim, 499);
    assert_string_equal(order, "first second third second ");
    assert_int_equal(cs_sim_now_ps(sim), 499);
    cs_sim_run_until(sim, 10000);
    assert_string_equal(order, "first second third second late moved ");
    assert_int_equal(cs_sim_next_ps(sim), CS_NEVER);
    start(&t[0], "past ", 5, -1); /* in the past means now */
    assert_int_equal(cs_sim_next_ps(sim), 10000);
    cs_sim_run_until(sim, 10000);
    assert_string_equal(order, "first second third second late moved past ");
}

static void many_timers(void **state)
{
    (void)state;
    static struct named_timer t[2000];
    struct cs_rng rng;
    cs_rng_init(&rng, 3, "timers");
    for (int i = 0; i < 2000; i++) {
        start(&t[i], "", cs_rng_range(&rng, 0, 100000), cs_rng_range(&rng, -1, 1000));
    }
    for (int i = 0; i < 2000; i += 3) {
        cs_timer_stop(sim, &t[i].timer);
    }
    int64_t last = 0;
    for (int64_t next; (next = cs_sim_next_ps(sim)) != CS_NEVER; last = next) {
        assert_true(next >= last);
        cs_sim_run_until(sim, next);
    }
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(t[i].timer.heap_pos, 0);
    }
}

/* Whatever the owner asks for, time ends an hour before its integers do. */
static void time_ends_in_order(void **state)
{
    (void)state;
    struct cs_controller_config config = {.name = "alone", .recovery_ps = CS_TIME_END};
    assert_int_equal(cs_bus_attach(bus, &config), -EINVAL);
    config.recovery_ps = CS_RECOVERY_MAX_PS;
    int node = cs_bus_attach(bus, &config);
    cs_sim_run_until(sim, CS_TIME_END - CS_PS_PER_S);
    struct cs_frame frame = {.id = 1};
    assert_int_equal(cs_bus_submit(bus, node, &frame, 0), 0);
    cs_sim_run_until(sim, CS_TIME_END - CS_PS_PER_S / 2);
    assert_int_equal(cs_bus_set_counters(bus, node, 256, 0), 0);
    cs_sim_run_until(sim, INT64_MAX);
    assert_int_equal(cs_sim_now_ps(sim), CS_TIME_END);
    cs_sim_run_until(sim, INT64_MAX);
    assert_int_equal(cs_sim_now_ps(sim), CS_TIME_END);
}

static void reserved_timers_keep_their_place(void **state)
{
    (void)state;
    static struct named_timer t[300];
    struct named_timer own = {.name = "own ", .again_ps = -1};
    own.timer.fn = fire;
    own.timer.ctx = &own;
    assert_int_equal(cs_timer_reserve(sim, &own.timer), 0);
    for (int i = 0; i < 300; i++) {
        start(&t[i], "", 1000 + i, -1);
    }
    assert_int_equal(cs_timer_start(sim, &own.timer, 10), 0);
    assert_int_equal(cs_timer_start(sim, &own.timer, 20), 0);
    cs_sim_run_until(sim, 5000);
    assert_string_equal(order, "own ");
    assert_int_equal(cs_timer_start(sim, &own.timer, 6000), 0);
    cs_timer_release(sim, &own.timer);
    cs_timer_release(sim, &own.timer);
    cs_sim_run_until(sim, 7000);
    assert_string_equal(order, "own ");
}

static int node_a, node_b;

static void attach_two(void)
{
    struct cs_controller_config config = {.name = "a"};
    node_a = cs_bus_attach(bus, &config);
    config.name = "b";
    node_b = cs_bus_attach(bus, &config);
}

static void send(int node, const char *text)
{
    struct cs_frame frame;
    assert_int_equal(cs_frame_parse(text, &frame, NULL, 0), 0);
    assert_int_equal(cs_bus_submit(bus, node, &frame, 0), 0);
}

static void send_from_timer(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    send(node_b, ctx);
}

/* A timer at the instant at which the bus becomes free still takes part in the arbitration. */
static void ends_before_timers_before_starts(void **state)
{
    (void)state;
    attach_two();
    send(node_a, "123#R4"); /* 44 bits */
    send(node_a, "200#");
    char text[] = "100#";
    struct cs_timer timer = {.fn = send_from_timer, .ctx = text};
    cs_timer_start(sim, &timer, 47 * BIT);
    struct trace trace;
    trace_init(&trace, sim);
    trace.kinds = 1u << CS_EV_FRAME | 1u << CS_EV_ARB_LOST;
    cs_sim_run_until(sim, CS_PS_PER_MS);
    char *second = strchr(trace.text, '\n') + 1;
    assert_non_null(strstr(second, "arb_lost 200#"));
    assert_non_null(strstr(second, "can0/b frame 100#"));
    free(trace.text);
}

static int late_runs;

static void send_late(void *ctx)
{
    note("late ");
    send(node_b, "100#");
    if (++late_runs < 2)
        cs_sim_set_late(sim, cs_sim_now_ps(sim), send_late, ctx);
}

/* As one who comes between two runs: too late for the arbitration of that instant. The second time
 * at the same instant is after all that came of the first. */
static void late_comes_after_all_else(void **state)
{
    (void)state;
    struct named_timer t;
    struct trace trace;
    attach_two();
    send(node_a, "123#R4");
    send(node_a, "200#");
    late_runs = 0;
    start(&t, "timer ", 47 * BIT, 0);
    cs_sim_set_late(sim, 47 * BIT, send_late, NULL);
    trace_init(&trace, sim);
    trace.kinds = 1u << CS_EV_FRAME | 1u << CS_EV_ARB_LOST | 1u << CS_EV_TX_START;
    cs_sim_run_until(sim, 47 * BIT - 1);
    assert_int_equal(cs_sim_next_ps(sim), 47 * BIT);
    cs_sim_run_until(sim, CS_PS_PER_MS);
    assert_string_equal(order, "timer timer late late ");
    assert_null(strstr(trace.text, "arb_lost"));
    assert_non_null(strstr(trace.text, "can0/a frame 200#"));
    free(trace.text);
}

static void note_amid(void *ctx)
{
    note(ctx);
}

/* Between the timers, where there have been so many events; else when the instant is over. */
static void amid_comes_among_timers(void **state)
{
    (void)state;
    struct named_timer t[2];
    char text[] = "100#", amid[] = "amid ";
    struct cs_timer timer = {.fn = send_from_timer, .ctx = text};
    attach_two();
    start(&t[0], "first ", 1000, -1);
    cs_timer_start(sim, &timer, 1000); /* the third event */
    start(&t[1], "second ", 1000, -1);
    cs_sim_set_amid(sim, 1000, 3, note_amid, amid);
    cs_sim_run_until(sim, 1000);
    assert_string_equal(order, "first amid second ");
    order[0] = '\0';
    start(&t[0], "first ", 2000, -1);
    start(&t[1], "second ", 3000, -1);
    cs_sim_set_amid(sim, 2000, 1000000, note_amid, amid);
    cs_sim_run_until(sim, 4000);
    assert_string_equal(order, "first amid second ");
}

static void count_call(void *ctx, const struct cs_call *call)
{
    struct cs_call *last = ctx;

    *last = *call;
    note(call->kind == CS_CALL_ATTACH   ? "attach "
         : call->kind == CS_CALL_SUBMIT ? "submit "
                                        : "? ");
}

static void calls_are_told(void **state)
{
    (void)state;
    struct cs_call call;
    char text[] = "100#";
    struct cs_timer timer = {.fn = send_from_timer, .ctx = text};
    struct cs_frame bad = {.id = 0x800};
    cs_sim_set_tap(sim, count_call, &call);
    attach_two();
    assert_true(call.outside && !call.ran && call.node == node_b && call.bus == bus);
    cs_timer_start(sim, &timer, 1000);
    cs_sim_run_until(sim, 2000);
    assert_true(!call.outside && call.ran && call.turn == 0 && call.at_ps == 1000);
    assert_int_equal(cs_bus_submit(bus, node_a, &bad, 0), -EINVAL); /* turned away: not told */
    assert_string_equal(order, "attach attach submit ");
    cs_sim_set_tap(sim, NULL, NULL);
    send(node_a, "123#");
    assert_string_equal(order, "attach attach submit ");
}

static void observers_do_not_disturb(void **state)
{
    (void)state;
    struct trace trace, second;
    attach_two();
    trace_init(&trace, sim);
    send(node_a, "123#11");
    send(node_b, "122#");
    cs_sim_run_until(sim, CS_PS_PER_MS);
    teardown(NULL);
    setup(NULL);
    attach_two();
    struct cs_stats *stats = cs_stats_create(sim);
    trace_init(&second, sim);
    send(node_a, "123#11");
    send(node_b, "122#");
    cs_sim_run_until(sim, CS_PS_PER_MS);
    assert_string_equal(trace.text, second.text);
    cs_stats_destroy(stats);
    cs_sim_unobserve(sim, trace_event, &second);
    size_t len = second.len;
    cs_sim_publish(sim, &(struct cs_event){.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = "x"});
    assert_int_equal(second.len, len);
    for (int i = 0; i < CS_SIM_MAX_OBSERVERS; i++) {
        assert_int_equal(cs_sim_observe(sim, trace_event, &second), 0);
    }
    assert_int_equal(cs_sim_observe(sim, trace_event, &second), -ENOSPC);
    free(trace.text);
    free(second.text);
}

static void load_is_exact(void **state)
{
    (void)state;
    attach_two();
    struct cs_stats *stats = cs_stats_create(sim);
    struct cs_stats_bus s;
    for (int i = 0; i < 10; i++) {
        send(node_a, "123#R4"); /* 44 bits and 3 of intermission */
    }
    cs_sim_run_until(sim, 470 * BIT);
    cs_stats_bus(stats, 0, &s);
    assert_int_equal(s.frames, 10);
    assert_int_equal(s.remote_frames, 10);
    assert_int_equal(s.bits, 470);
    assert_int_equal(s.busy_ps, 470 * BIT);
    assert_in_range(s.load_permille, 998, 1000);
    assert_in_range(s.load_total_permille, 998, 1000);
    assert_in_range(cs_stats_node_load_permille(stats, 0, node_a), 998, 1000);
    assert_int_equal(cs_stats_node_load_permille(stats, 0, node_b), 0);
    cs_sim_run_until(sim, 940 * BIT);
    cs_stats_bus(stats, 0, &s);
    assert_in_range(s.load_permille, 499, 500);
    assert_int_equal(s.frames_per_s, 10);
    cs_sim_run_until(sim, 3 * CS_PS_PER_S);
    cs_stats_bus(stats, 0, &s);
    assert_int_equal(s.load_permille, 0);
    assert_int_equal(s.frames_per_s, 0);
    assert_int_equal(s.frames, 10);
    cs_stats_destroy(stats);
}

static void saturated_bus_is_full(void **state)
{
    (void)state;
    attach_two();
    struct cs_stats *stats = cs_stats_create(sim);
    struct cs_stats_bus s;
    for (int round = 0; round < 400; round++) {
        struct cs_frame frame = {.id = 0x100, .dlc = 8, .len = 8};
        while (cs_bus_submit(bus, node_a, &frame, 0) == 0) {
        }
        cs_sim_run_until(sim, cs_sim_now_ps(sim) + 5 * CS_PS_PER_MS);
        cs_stats_bus(stats, 0, &s);
        if (round > 0) {
            assert_in_range(s.load_permille, 960, 1000);
        }
    }
    assert_in_range(s.load_permille, 998, 1000);
    cs_stats_destroy(stats);
}

static void identifiers_are_told_apart(void **state)
{
    (void)state;
    attach_two();
    struct cs_stats *stats = cs_stats_create(sim);
    static const char *const texts[] = {"123#11", "00000123#22", "123#R", "123#1122", "123#1133"};
    for (size_t i = 0; i < 5; i++) {
        send(i % 2 ? node_b : node_a, texts[i]);
        cs_sim_run_until(sim, (int64_t)(i + 1) * 10 * CS_PS_PER_MS);
    }
    struct cs_stats_bus s;
    cs_stats_bus(stats, 0, &s);
    assert_int_equal(s.ids, 3);
    const struct cs_stats_id *id = cs_stats_find_id(stats, 0, 0x123, 0);
    assert_ptr_equal(id, cs_stats_id(stats, 0, 0));
    assert_int_equal(id->count, 3);
    assert_int_equal(id->changed, 2);
    assert_int_equal(id->last.data[1], 0x33);
    assert_int_equal(id->node, node_a);
    assert_true(id->period_min_ps <= id->period_ps && id->period_ps <= id->period_max_ps);
    assert_in_range(id->period_ps, 10 * CS_PS_PER_MS - 10 * BIT, 10 * CS_PS_PER_MS + 10 * BIT);
    assert_null(cs_stats_find_id(stats, 0, 0x124, 0));
    assert_null(cs_stats_id(stats, 0, 3));
    cs_stats_destroy(stats);
}

static void too_many_identifiers_are_counted(void **state)
{
    (void)state;
    attach_two();
    struct cs_stats *stats = cs_stats_create(sim);
    struct cs_stats_bus s;
    for (uint32_t i = 0; i < CS_STATS_MAX_IDS + 10; i++) {
        struct cs_frame frame = {.id = i << 7, .flags = CS_FRAME_EXT};
        assert_int_equal(cs_bus_submit(bus, node_a, &frame, 0), 0);
        cs_sim_run_until(sim, cs_sim_now_ps(sim) + CS_PS_PER_MS);
    }
    cs_stats_bus(stats, 0, &s);
    assert_int_equal(s.ids, CS_STATS_MAX_IDS);
    assert_int_equal(s.untracked, 10);
    cs_stats_destroy(stats);
}

static void errors_are_counted_by_kind(void **state)
{
    (void)state;
    struct cs_controller_config config = {.name = "alone"};
    node_a = cs_bus_attach(bus, &config);
    struct cs_stats *stats = cs_stats_create(sim);
    struct cs_stats_bus s;
    send(node_a, "123#");
    cs_sim_run_until(sim, 10 * CS_PS_PER_MS);
    cs_stats_bus(stats, 0, &s);
    assert_in_range(s.errors[CS_ERROR_ACK], 60, 90);
    assert_in_range(s.error_frames, s.errors[CS_ERROR_ACK] - 1, s.errors[CS_ERROR_ACK]);
    assert_in_range(s.load_permille, 800, 1000);
    assert_int_equal(s.frames, 0);
    cs_stats_destroy(stats);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(timers_in_order),
        T(many_timers),
        T(time_ends_in_order),
        T(reserved_timers_keep_their_place),
        T(ends_before_timers_before_starts),
        T(late_comes_after_all_else),
        T(amid_comes_among_timers),
        T(calls_are_told),
        T(observers_do_not_disturb),
        T(load_is_exact),
        T(saturated_bus_is_full),
        T(identifiers_are_told_apart),
        T(too_many_identifiers_are_counted),
        T(errors_are_counted_by_kind),
    };
    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
