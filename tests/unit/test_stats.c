/* SPDX-License-Identifier: MIT */
/* Statistics: load over time, and what is counted since a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "simcore/stats.h"

#define BIT INT64_C(2000000)

static struct cs_sim *sim;
static struct cs_bus *bus;
static struct cs_stats *stats;
static int node_a, node_b;

static int setup(void **state)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    struct cs_controller_config a = {.name = "a"}, b = {.name = "b"};

    (void)state;
    sim = cs_sim_create(42);
    assert_int_equal(cs_sim_add_bus(sim, &config), 0);
    bus = cs_sim_bus(sim, 0);
    stats = cs_stats_create(sim);
    assert_non_null(stats);
    node_a = cs_bus_attach(bus, &a);
    node_b = cs_bus_attach(bus, &b);
    cs_sim_run_until(sim, 100 * BIT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cs_stats_destroy(stats);
    cs_sim_destroy(sim);
    return 0;
}

static void send(int node, const char *text)
{
    struct cs_frame frame;

    assert_int_equal(cs_frame_parse(text, &frame, NULL, 0), 0);
    assert_int_equal(cs_bus_submit(bus, node, &frame, 0), 0);
}

static struct cs_stats_point point(enum cs_stats_grain grain, int64_t number)
{
    struct cs_stats_point p;

    assert_true(cs_stats_history(stats, 0, grain, number, &p));
    assert_int_equal(p.number, number);
    return p;
}

/* "123#R4" has 44 bits, and 3 of intermission. */
static void history(void **state)
{
    struct cs_stats_point p;

    (void)state;
    cs_sim_run_until(sim, 250 * CS_PS_PER_MS);
    send(node_a, "123#R4");
    cs_sim_run_until(sim, 300 * CS_PS_PER_MS - 20 * BIT);
    send(node_a, "123#R4"); /* half of it in the next window, where it ends */
    cs_sim_run_until(sim, 1200 * CS_PS_PER_MS);
    assert_int_equal(point(CS_STATS_100MS, 1).busy_ps, 0);
    assert_int_equal(point(CS_STATS_100MS, 2).busy_ps, (47 + 20) * BIT);
    assert_int_equal(point(CS_STATS_100MS, 2).frames, 1);
    assert_int_equal(point(CS_STATS_100MS, 3).busy_ps, 27 * BIT);
    assert_int_equal(point(CS_STATS_100MS, 3).frames, 1);
    assert_int_equal(point(CS_STATS_100MS, 12).busy_ps, 0);
    assert_false(cs_stats_history(stats, 0, CS_STATS_100MS, 13, &p));
    assert_false(cs_stats_history(stats, 0, CS_STATS_100MS, -1, &p));
    assert_int_equal(point(CS_STATS_1S, 0).busy_ps, 94 * BIT);
    assert_int_equal(point(CS_STATS_1S, 1).frames, 0);
    assert_int_equal(point(CS_STATS_1MIN, 0).frames, 2);
    cs_sim_run_until(sim, 60 * CS_PS_PER_S);
    assert_false(cs_stats_history(stats, 0, CS_STATS_100MS, 3, &p));
    assert_int_equal(point(CS_STATS_100MS, 599).busy_ps, 0);
    assert_int_equal(point(CS_STATS_1S, 0).frames, 2);
    assert_int_equal(cs_stats_grain_ps(CS_STATS_10S), 10 * CS_PS_PER_S);
}

/* A slot that a newer window took does not tell of the older one. */
static void history_forgets(void **state)
{
    struct cs_stats_point p;

    (void)state;
    cs_sim_run_until(sim, 250 * CS_PS_PER_MS);
    send(node_a, "123#R4");
    cs_sim_run_until(sim, 250 * CS_PS_PER_MS + CS_STATS_HISTORY * (CS_PS_PER_S / 10) - 10 * BIT);
    send(node_a, "123#R4");
    cs_sim_run_until(sim, cs_sim_now_ps(sim) + 100 * BIT);
    assert_false(cs_stats_history(stats, 0, CS_STATS_100MS, 2, &p));
    assert_int_equal(point(CS_STATS_100MS, 2 + CS_STATS_HISTORY).busy_ps, 47 * BIT);
}

static void wait_steps(void **state)
{
    (void)state;
    assert_int_equal(cs_stats_wait_step(-5), 0);
    assert_int_equal(cs_stats_wait_step(999), 0);
    assert_int_equal(cs_stats_wait_step(7 * CS_PS_PER_NS), 7);
    assert_int_equal(cs_stats_wait_step(8 * CS_PS_PER_NS), 8);
    assert_int_equal(cs_stats_wait_step(15 * CS_PS_PER_NS), 15);
    assert_int_equal(cs_stats_wait_step(17 * CS_PS_PER_NS), 16);
    assert_true(cs_stats_wait_step(INT64_MAX) < CS_STATS_WAITS);
    for (unsigned i = 0; i < CS_STATS_WAITS; i++) {
        assert_true(cs_stats_wait_from_ps(i) < cs_stats_wait_from_ps(i + 1));
        assert_int_equal(cs_stats_wait_step(cs_stats_wait_from_ps(i)), i);
        if (i + 1 < CS_STATS_WAITS)
            assert_int_equal(cs_stats_wait_step(cs_stats_wait_from_ps(i + 1) - 1), i);
    }
}

static void permilles(void **state)
{
    struct cs_stats_wait wait = {0};

    (void)state;
    assert_int_equal(cs_stats_wait_permille_ps(&wait, 500), 0);
    for (int64_t us = 1; us <= 1000; us++) {
        wait.count++;
        wait.step[cs_stats_wait_step(us * CS_PS_PER_US)]++;
        wait.max_ps = us * CS_PS_PER_US;
    }
    assert_in_range(cs_stats_wait_permille_ps(&wait, 500), 500 * CS_PS_PER_US, 563 * CS_PS_PER_US);
    assert_in_range(cs_stats_wait_permille_ps(&wait, 900), 900 * CS_PS_PER_US, 1000 * CS_PS_PER_US);
    assert_int_equal(cs_stats_wait_permille_ps(&wait, 1000), 1000 * CS_PS_PER_US);
    assert_in_range(cs_stats_wait_permille_ps(&wait, 0), CS_PS_PER_US, 2 * CS_PS_PER_US);
}

/* Two frames at once: the second waits for the first, and each counts for its sender. */
static void talkers_and_waits(void **state)
{
    struct cs_stats_since since;
    const struct cs_stats_talker *a, *b;

    (void)state;
    send(node_a, "100#R4");
    send(node_b, "7F0#R4");
    cs_sim_run_until(sim, 400 * BIT);
    a = cs_stats_node_since(stats, 0, node_a);
    b = cs_stats_node_since(stats, 0, node_b);
    assert_int_equal(a->frames, 1);
    assert_int_equal(b->frames, 1);
    assert_int_equal(a->wait_max_ps, 0);
    assert_true(b->wait_max_ps == a->busy_ps);
    assert_int_equal(a->bits * (uint64_t)BIT, a->busy_ps);
    assert_int_equal(cs_stats_id_since(stats, 0, 1)->busy_ps, b->busy_ps);
    assert_null(cs_stats_id_since(stats, 0, 2));
    assert_null(cs_stats_node_since(stats, 0, -1));
    assert_int_equal(cs_stats_wait(stats, 0, 1)->count, 1);
    assert_int_equal(cs_stats_wait(stats, 0, 7)->count, 1);
    assert_int_equal(cs_stats_wait(stats, 0, 7)->max_ps, b->wait_max_ps);
    assert_int_equal(cs_stats_wait(stats, 0, 0)->count, 0);
    assert_null(cs_stats_wait(stats, 0, 8));
    cs_stats_since(stats, 0, &since);
    assert_int_equal(since.frames, 2);
    assert_int_equal(since.arb_lost, 1);
    assert_int_equal(since.busy_ps, a->busy_ps + b->busy_ps);
    assert_int_equal(since.quiet_ps, 100 * BIT + since.busy_ps);
    cs_bus_detach(bus, node_b);
    assert_int_equal(cs_bus_attach(bus, &(struct cs_controller_config){.name = "c"}), node_b);
    assert_int_equal(cs_stats_node_since(stats, 0, node_b)->frames, 0);
}

/* Identifiers far beyond the first ones that there is room for. */
static void many_identifiers(void **state)
{
    char text[16];

    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "%03X#R0", (unsigned)i);
        send(node_a, text);
        cs_sim_run_until(sim, cs_sim_now_ps(sim) + 100 * BIT);
    }
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(cs_stats_id_since(stats, 0, i)->frames, 1);
    }
    cs_stats_reset(stats);
    assert_int_equal(cs_stats_id_since(stats, 0, 299)->frames, 0);
    assert_int_equal(cs_stats_id(stats, 0, 299)->count, 1);
}

static void gaps(void **state)
{
    static const int waits[] = {500, 900, 200, 700, 300, 800, 100, 600};
    static const int64_t longest[CS_STATS_GAPS] = {900, 800, 700, 600, 500};
    struct cs_stats_since since;

    (void)state;
    cs_sim_run_until(sim, 100 * BIT);
    cs_stats_reset(stats);
    for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
        cs_sim_run_until(sim, cs_sim_now_ps(sim) + waits[i] * BIT);
        send(node_a, "123#R4");
        cs_sim_run_until(sim, cs_sim_now_ps(sim) + 47 * BIT);
    }
    cs_stats_since(stats, 0, &since);
    assert_int_equal(since.n_gaps, CS_STATS_GAPS);
    for (unsigned i = 0; i < CS_STATS_GAPS; i++) {
        assert_int_equal(since.gap[i].to_ps - since.gap[i].from_ps, longest[i] * BIT);
    }
    assert_int_equal(since.quiet_ps, cs_sim_now_ps(sim));
}

/* Within a frame: what is left of it counts, its beginning does not. */
static void reset_within_a_frame(void **state)
{
    struct cs_stats_since since;
    struct cs_stats_bus all;

    (void)state;
    send(node_a, "123#R4");
    cs_sim_run_until(sim, 110 * BIT);
    cs_stats_reset(stats);
    cs_sim_run_until(sim, 200 * BIT);
    cs_stats_since(stats, 0, &since);
    assert_int_equal(since.from_ps, 110 * BIT);
    assert_int_equal(since.frames, 1);
    assert_int_equal(since.busy_ps, 37 * BIT);
    assert_int_equal(since.bits, 37);
    assert_int_equal(since.n_gaps, 0);
    cs_stats_bus(stats, 0, &all);
    assert_int_equal(all.busy_ps, 47 * BIT);
}

/* Nobody acknowledges: errors by kind, error frames and the time that they take. */
static void errors(void **state)
{
    struct cs_stats_since since;
    struct cs_stats_point p;

    (void)state;
    cs_bus_detach(bus, node_b);
    send(node_a, "123#R4");
    cs_sim_run_until(sim, 2000 * BIT);
    cs_stats_since(stats, 0, &since);
    assert_int_equal(since.frames, 0);
    assert_true(since.error_frames > 5);
    assert_int_equal(since.errors[CS_ERROR_ACK], since.error_frames);
    assert_int_equal(since.errors[CS_ERROR_CRC], 0);
    assert_int_equal(since.error_busy_ps, since.busy_ps);
    p = point(CS_STATS_1S, 0);
    assert_int_equal(p.error_frames, since.error_frames);
    assert_int_equal(p.busy_ps, since.busy_ps);
    cs_stats_reset(stats);
    cs_stats_since(stats, 0, &since);
    assert_int_equal(since.error_frames + since.errors[CS_ERROR_ACK], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(history, setup, teardown),
        cmocka_unit_test_setup_teardown(history_forgets, setup, teardown),
        cmocka_unit_test(wait_steps),
        cmocka_unit_test(permilles),
        cmocka_unit_test_setup_teardown(talkers_and_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(many_identifiers, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(reset_within_a_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(errors, setup, teardown),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
