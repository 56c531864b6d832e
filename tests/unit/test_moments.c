/* SPDX-License-Identifier: MIT */
/* Changes at odd moments: from within events, on a bus that is never quiet, amid a pulse. Nothing
 * waits for ever, time goes on, and both engines tell the same. CANSIM_SEED=n repeats one run. */
#include "tests/unit/test_fault.h"

#include "simcore/probe.h"
#include "simcore/rng.h"
#include "tests/unit/trace.h"

/* ---- queues ------------------------------------------------------------------------------- */

static void held_frames_are_given_up(void **state)
{
    (void)state;
    struct world w;

    world_open(&w, CS_ENGINE_AUTO);
    world_arm(&w, "delay node=a delay=5ms every=1");
    world_send(&w, 0, "123#11");
    assert_int_equal(cs_bus_abort(w.bus, 0, 1), 1);
    assert_int_equal(world_look(&w, 0).queued, 0);
    assert_int_equal(w.dropped[0], 1);
    world_close(&w);
}

STORY(lost_frames_take_time)
{
    world_arm(w, "lose node=a every=1");
    world_arm(w, "babble node=a frame=123#11");
    world_run_us(w, 100);
    /* At 500 kbit/s one every two microseconds. */
    assert_in_range(w->dropped[0], 49, 51);
}

STORY(lost_frames_do_not_wait_for_delayed_ones)
{
    world_arm(w, "delay node=a id=111 delay=50ms every=1");
    world_arm(w, "lose node=a id=222 every=1");
    world_send(w, 0, "111#");
    world_send(w, 0, "222#");
    world_send(w, 0, "222#");
    world_run_us(w, 10);
    assert_int_equal(w->dropped[0], 2);
}

/* ---- pulses ------------------------------------------------------------------------------- */

STORY(pulses_end_with_the_node_that_saw_them)
{
    world_arm(w, "dominant field=data index=0 width=800us seen_by=d");
    world_send(w, 0, "123#1122");
    world_run_us(w, 400);
    assert_int_equal(cs_bus_detach(w->bus, 3), 0);
    world_run_us(w, 100);
    struct cs_controller_config e = {.name = "e"};
    assert_int_equal(cs_bus_attach(w->bus, &e), 3);
    world_run_us(w, 1000);
    world_send(w, 0, "123#1122");
    world_run_us(w, 1000);
    assert_int_equal(world_look(w, 3).received, 1);
    assert_int_equal(world_look(w, 3).state, CS_STATE_ERROR_ACTIVE);
}

/* ---- segments ----------------------------------------------------------------------------- */

STORY(a_frame_that_ends_on_the_joined_bus_is_told)
{
    struct cs_frame frame = {.id = 0x123};
    struct cs_wire wire;

    cs_wire_encode(&frame, &wire);
    cs_bus_set_mode(w->bus, 1, CS_MODE_LOOPBACK);
    world_send(w, 0, "100#");
    world_run_us(w, 500);
    int id = world_arm(w, "split nodes=b");
    world_run_us(w, 100);
    world_send(w, 1, "123#");
    world_run_us(w, 2 * (wire.ack_slot + 4));
    cs_fault_clear(w->bus, id);
    world_run_us(w, 500);
    assert_int_equal(w->sent[1], 1);
    assert_int_equal(w->counts[CS_EV_FRAME], 2);
}

/* ---- nobody waits for ever ---------------------------------------------------------------- */

struct load {
    struct cs_bus *bus;
    int node;
    unsigned n_detached;
};

static void send_on(void *ctx, const struct cs_tx_done *done)
{
    struct load *load = ctx;

    cs_bus_submit(load->bus, load->node, done->frame, 0);
}

static void count_detached(void *ctx)
{
    struct load *load = ctx;

    load->n_detached++;
}

static const struct cs_controller_ops load_ops = {.confirmed = send_on},
                                      leaver_ops = {.detached = count_detached};

/* A bus under full load, whose controllers are not in step, so that they are never idle at once. */
static void leaves_a_busy_bus(int32_t drift_ppb, int64_t cable_ps, enum cs_engine engine)
{
    struct cs_sim *sim = cs_sim_create(1);
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    const struct cs_frame frame = {.id = 0x10};

    assert_int_equal(cs_sim_add_bus(sim, &config), 0);
    struct load load = {.bus = cs_sim_bus(sim, 0)};
    cs_bus_set_engine(load.bus, engine);
    struct cs_timing timing = *cs_bus_timing(load.bus);
    timing.drift_ppb = drift_ppb;
    struct cs_controller_config sender = {
        .name = "sender", .ops = &load_ops, .ctx = &load, .timing = &timing};
    struct cs_controller_config leaver = {
        .name = "leaver", .ops = &leaver_ops, .ctx = &load, .cable_ps = cable_ps};
    struct cs_controller_config other = {.name = "other"};
    load.node = cs_bus_attach(load.bus, &sender);
    int node = cs_bus_attach(load.bus, &leaver);
    cs_bus_attach(load.bus, &other);
    cs_bus_submit(load.bus, load.node, &frame, 0);
    cs_sim_run_until(sim, 10 * CS_PS_PER_MS);
    cs_bus_detach(load.bus, node);
    cs_sim_run_until(sim, 11 * CS_PS_PER_MS);
    assert_int_equal(load.n_detached, 1);
    cs_sim_destroy(sim);
}

static void a_busy_bus_lets_go(void **state)
{
    (void)state;
    for (unsigned engine = CS_ENGINE_AUTO; engine <= CS_ENGINE_BIT; engine++) {
        leaves_a_busy_bus(-300000, 0, (enum cs_engine)engine);
        leaves_a_busy_bus(0, 100000, (enum cs_engine)engine);
    }
}

STORY(a_shorted_bus_lets_go_who_integrates)
{
    struct load load = {0};
    struct cs_controller_config leaver = {
        .name = "e", .mode = CS_MODE_RESTRICTED, .ops = &leaver_ops, .ctx = &load};
    int node;

    cs_bus_detach(w->bus, 3);
    node = cs_bus_attach(w->bus, &leaver);
    world_run_us(w, 100);
    world_arm(w, "short");
    world_run_us(w, 1000);
    cs_bus_detach(w->bus, node);
    world_run_us(w, 10);
    assert_int_equal(load.n_detached, 1);
}

/* ---- intermission ------------------------------------------------------------------------- */

static void check_overload(void *ctx, const struct cs_event *event)
{
    unsigned *n = ctx;

    if (event->kind == CS_EV_OVERLOAD) {
        assert_int_equal(event->field, CS_FIELD_INTERMISSION);
        assert_in_range(event->index, 0, 1);
        ++*n;
    }
}

/* The bits of a controller become shorter in an intermission, which has three of them still. */
static void shorter_bits_in_an_intermission(void **state)
{
    (void)state;
    struct cs_sim *sim = cs_sim_create(1);
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 10000};
    struct cs_controller_config a = {.name = "a"}, b = {.name = "b"};
    struct cs_frame frame = {.id = 0x123};
    struct cs_wire wire;
    unsigned n = 0;

    assert_int_equal(cs_sim_add_bus(sim, &config), 0);
    struct cs_bus *bus = cs_sim_bus(sim, 0);
    int64_t bit_ps = cs_bus_bit_ps(bus);
    struct cs_timing timing = *cs_bus_timing(bus);
    cs_sim_observe(sim, check_overload, &n);
    cs_bus_attach(bus, &a);
    cs_bus_attach(bus, &b);
    cs_wire_encode(&frame, &wire);
    cs_bus_submit(bus, 0, &frame, 0);
    cs_sim_run_until(sim, bit_ps * wire.n_bits + bit_ps / 2);
    cs_bit_timing_fill(&timing.nominal, 1000000, CS_SAMPLE_DFLT, 0);
    cs_bus_set_timing(bus, 1, &timing);
    cs_bus_drive(bus, 0);
    cs_sim_run_until(sim, bit_ps * (wire.n_bits + 2));
    assert_in_range(n, 1, 2);
    cs_sim_destroy(sim);
}

/* ---- from within events ------------------------------------------------------------------- */

#define SENDERS 8
#define MOST    12

struct meddler {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct trace trace;
    struct cs_rng rng;
    struct cs_timer timer;
    bool busy, fd;
};

static void submit_any(struct meddler *m, int node)
{
    struct cs_frame frame = {.id = (uint32_t)cs_rng_below(&m->rng, 16) << 6 | (uint32_t)node};

    if (m->fd && cs_rng_below(&m->rng, 2)) {
        frame.flags = CS_FRAME_FD | CS_FRAME_BRS;
    }
    cs_bus_submit(m->bus, node, &frame, 0);
}

static void meddle(struct meddler *m)
{
    int node = (int)cs_rng_below(&m->rng, SENDERS);
    struct cs_timing timing = *cs_bus_timing(m->bus);
    struct cs_controller_config config = {
        .name = "late", .timing = &timing, .recovery_ps = CS_RECOVERY_MANUAL};

    timing.drift_ppb = cs_rng_below(&m->rng, 2) ? 0 : (int32_t)cs_rng_range(&m->rng, -9000, 9000);
    switch (cs_rng_below(&m->rng, 14)) {
    case 0:
    case 1:
        if (cs_bus_node_limit(m->bus) < MOST) {
            cs_bus_attach(m->bus, &config);
        }
        break;
    case 2:
        cs_bus_recover(m->bus, node);
        break;
    case 3:
        cs_bus_set_counters(m->bus, node, (unsigned)cs_rng_below(&m->rng, 257),
                            (unsigned)cs_rng_below(&m->rng, 256));
        break;
    case 4:
        cs_bus_detach(m->bus, SENDERS / 2 + node);
        break;
    case 5:
        cs_bus_abort(m->bus, node, 0);
        break;
    case 6:
        cs_bus_set_timing(m->bus, node, &timing);
        break;
    case 7:
        cs_bus_set_delay(m->bus, node, cs_rng_range(&m->rng, 0, 300000));
        break;
    case 8:
        cs_bus_set_mode(m->bus, node, (unsigned)cs_rng_below(&m->rng, CS_MODE_ALL + 1));
        break;
    case 9:
        cs_bit_timing_fill(&timing.nominal, 10000u << cs_rng_below(&m->rng, 6), CS_SAMPLE_DFLT, 0);
        timing.data = (struct cs_bit_timing){0};
        cs_bus_set_timing(m->bus, node, &timing);
        break;
    default:
        submit_any(m, node);
        break;
    }
}

static void meddle_now_and_then(void *ctx, const struct cs_event *event)
{
    struct meddler *m = ctx;

    if (!m->busy && event->kind != CS_EV_QUEUED && cs_rng_below(&m->rng, 12) == 0) {
        m->busy = true;
        meddle(m);
        m->busy = false;
    }
}

static void send_some(void *ctx, struct cs_timer *timer)
{
    struct meddler *m = ctx;

    for (int i = 0; i < SENDERS; i++) {
        if (cs_rng_below(&m->rng, 3) == 0) {
            submit_any(m, i);
        }
    }
    cs_timer_start(m->sim, timer, cs_sim_now_ps(m->sim) + cs_rng_range(&m->rng, 0, CS_PS_PER_MS));
}

static void play(struct meddler *m, uint64_t seed, enum cs_engine engine)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000, .fd = seed % 2};

    *m = (struct meddler){.sim = cs_sim_create(seed), .fd = seed % 2};
    config.data_bitrate_bps = m->fd ? 2000000 : 0;
    assert_int_equal(cs_sim_add_bus(m->sim, &config), 0);
    m->bus = cs_sim_bus(m->sim, 0);
    cs_bus_set_engine(m->bus, engine);
    cs_rng_init(&m->rng, seed, "meddler");
    trace_init(&m->trace, m->sim);
    cs_sim_observe(m->sim, meddle_now_and_then, m);
    for (int i = 0; i < SENDERS / 2; i++) {
        struct cs_controller_config node = {
            .name = "node", .recovery_ps = i % 2 ? CS_RECOVERY_MANUAL : CS_PS_PER_MS};
        cs_bus_attach(m->bus, &node);
    }
    m->timer = (struct cs_timer){.fn = send_some, .ctx = m};
    cs_timer_start(m->sim, &m->timer, CS_PS_PER_US);
    cs_sim_run_until(m->sim, 100 * CS_PS_PER_MS);
}

static void changes_from_within_events(void **state)
{
    (void)state;
    const char *seed = getenv("CANSIM_SEED");
    uint64_t first = seed ? strtoull(seed, NULL, 10) : 1, last = seed ? first : 100;
    struct meddler fast, slow;

    for (uint64_t i = first; i <= last; i++) {
        play(&fast, i, CS_ENGINE_AUTO);
        play(&slow, i, CS_ENGINE_BIT);
        if (strcmp(fast.trace.text, slow.trace.text) != 0) {
            fail_msg("the engines differ: CANSIM_SEED=%" PRIu64, i);
        }
        cs_sim_destroy(fast.sim);
        cs_sim_destroy(slow.sim);
        free(fast.trace.text);
        free(slow.trace.text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_frames_are_given_up),
        cmocka_unit_test(lost_frames_take_time),
        cmocka_unit_test(lost_frames_do_not_wait_for_delayed_ones),
        cmocka_unit_test(pulses_end_with_the_node_that_saw_them),
        cmocka_unit_test(a_frame_that_ends_on_the_joined_bus_is_told),
        cmocka_unit_test(a_busy_bus_lets_go),
        cmocka_unit_test(a_shorted_bus_lets_go_who_integrates),
        cmocka_unit_test(shorter_bits_in_an_intermission),
        cmocka_unit_test(changes_from_within_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
