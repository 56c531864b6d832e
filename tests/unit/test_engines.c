/* SPDX-License-Identifier: MIT */
/* The whole-frame engine against the bit engine: the same random traffic through both must give the
 * same events, to the picosecond. CANSIM_SEED=n repeats one run, CANSIM_ROUNDS=n makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simcore/rng.h"
#include "tests/unit/trace.h"

#define MAX_ACTORS 9

struct actor {
    struct world *world;
    struct cs_bus *bus;
    struct cs_rng rng;
    struct cs_timer timer;
    int node;
    uint64_t received, confirmed;
};

struct world {
    struct cs_sim *sim;
    struct trace trace;
    struct actor actors[MAX_ACTORS];
    unsigned n;
    int64_t gap_ps;
    unsigned id_bits;
    bool odd; /* controllers and cables of all kinds */
};

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct actor *actor = ctx;
    actor->received++;
    /* Now and then an answer, straight from the callback. */
    if (!rx->own && rx->frame->id % 13 == 0 && cs_rng_below(&actor->rng, 8) == 0) {
        struct cs_frame frame = {.id = 0x700u + (unsigned)actor->node};
        cs_bus_submit(actor->bus, actor->node, &frame, 1);
    }
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct actor *actor = ctx;
    char line[128];
    actor->confirmed++;
    snprintf(line, sizeof(line), "confirmed %d %" PRIu64 " %s\n", actor->node, done->cookie,
             cs_tx_result_name(done->result));
    trace_add(&actor->world->trace, line);
}

static const struct cs_controller_ops ops = {.received = on_received, .confirmed = on_confirmed};

static void random_frame(struct cs_rng *rng, unsigned id_bits, bool fd, struct cs_frame *frame)
{
    *frame = (struct cs_frame){0};
    frame->flags = cs_rng_below(rng, 4) ? 0 : CS_FRAME_EXT;
    if (fd && cs_rng_below(rng, 2)) {
        frame->flags |= CS_FRAME_FD;
        frame->flags |= (uint8_t)(cs_rng_below(rng, 3) ? CS_FRAME_BRS : 0);
        frame->flags |= (uint8_t)(cs_rng_below(rng, 9) ? 0 : CS_FRAME_ESI);
    } else {
        frame->flags |= (uint8_t)(cs_rng_below(rng, 10) ? 0 : CS_FRAME_RTR);
    }
    frame->id = (uint32_t)cs_rng_below(rng, UINT64_C(1) << id_bits);
    frame->id <<= frame->flags & CS_FRAME_EXT ? 18 : 0;
    fd = frame->flags & CS_FRAME_FD;
    frame->dlc = (uint8_t)cs_rng_below(rng, fd ? 16 : 10);
    frame->len = frame->flags & CS_FRAME_RTR ? 0 : (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    for (unsigned i = 0; i < frame->len; i++) {
        frame->data[i] = (uint8_t)(cs_rng_below(rng, 3) ? 0 : cs_rng_next(rng));
    }
}

/* Mostly the bus's with something changed. */
static struct cs_timing random_timing(struct cs_rng *rng, struct cs_bus *bus)
{
    static const uint32_t factors[] = {1, 2, 3, 4};
    struct cs_timing timing = *cs_bus_timing(bus);
    uint32_t rate = cs_bus_bitrate_bps(bus);

    switch (cs_rng_below(rng, 4)) {
    case 0:
        rate = rate / factors[cs_rng_below(rng, 4)];
        cs_bit_timing_fill(&timing.nominal, rate < CS_BITRATE_MIN ? CS_BITRATE_MIN : rate, 0, 0);
        break;
    case 1:
        timing.drift_ppb = (int32_t)cs_rng_range(rng, -2000000, 2000000);
        break;
    case 2:
        cs_bit_timing_fill(&timing.nominal, rate, (unsigned)cs_rng_range(rng, 500, 900), 0);
        break;
    default:
        timing.tdc = (uint8_t)cs_rng_below(rng, CS_TDC_FIXED + 1);
        timing.tdc_offset = (uint16_t)cs_rng_below(rng, 120);
        if (cs_bus_data_bitrate_bps(bus)) {
            cs_bit_timing_fill(&timing.data, cs_bus_data_bitrate_bps(bus),
                               (unsigned)cs_rng_range(rng, 600, 800), 0);
        }
        break;
    }
    return timing;
}

static void act(void *ctx, struct cs_timer *timer)
{
    struct actor *actor = ctx;
    struct world *world = actor->world;
    struct cs_frame frame;
    uint64_t what = cs_rng_below(&actor->rng, 400);

    if (what == 0) {
        cs_bus_set_counters(actor->bus, actor->node, (unsigned)cs_rng_below(&actor->rng, 257),
                            (unsigned)cs_rng_below(&actor->rng, 256));
    } else if (what == 1) {
        cs_bus_set_mode(actor->bus, actor->node,
                        (unsigned)cs_rng_below(&actor->rng, CS_MODE_ALL + 1));
    } else if (what == 2) {
        cs_bus_abort(actor->bus, actor->node, cs_rng_below(&actor->rng, 5));
    } else if (what == 3) {
        struct cs_controller_config config = {.name = "again", .ops = &ops, .ctx = actor};
        cs_bus_detach(actor->bus, actor->node);
        int node = cs_bus_attach(actor->bus, &config);
        actor->node = node >= 0 ? node : actor->node;
    } else if (what == 4) {
        cs_bus_reset(actor->bus, actor->node);
    } else if (what == 5 && world->odd) {
        struct cs_timing timing = random_timing(&actor->rng, actor->bus);
        cs_bus_set_timing(actor->bus, actor->node, &timing);
    } else if (what == 6 && world->odd) {
        cs_bus_set_delay(actor->bus, actor->node, cs_rng_range(&actor->rng, 0, CS_PS_PER_US));
    } else {
        for (uint64_t n = cs_rng_below(&actor->rng, 3) + 1; n > 0; n--) {
            random_frame(&actor->rng, world->id_bits, cs_bus_has_fd(actor->bus), &frame);
            cs_bus_submit(actor->bus, actor->node, &frame, cs_rng_below(&actor->rng, 5));
        }
    }
    cs_timer_start(world->sim, timer,
                   cs_sim_now_ps(world->sim) + cs_rng_range(&actor->rng, 0, world->gap_ps));
}

static void build(struct world *world, uint64_t seed, enum cs_engine engine)
{
    struct cs_rng rng;
    cs_rng_init(&rng, seed, "world");
    *world = (struct world){.sim = cs_sim_create(seed)};
    static const uint32_t rates[] = {1000000, 500000, 125000, 83333};
    static const uint32_t data_rates[] = {0, 1000000, 2000000, 5000000};
    struct cs_bus_config config = {.name = "can0",
                                   .bitrate_bps = rates[cs_rng_below(&rng, 4)],
                                   .fd = cs_rng_below(&rng, 2),
                                   .data_bitrate_bps = data_rates[cs_rng_below(&rng, 4)]};
    cs_sim_add_bus(world->sim, &config);
    world->odd = cs_rng_below(&rng, 4) == 0;
    cs_sim_set_detail(world->sim, cs_rng_below(&rng, 4) == 0);
    config = (struct cs_bus_config){.name = "can1", .bitrate_bps = 500000};
    cs_sim_add_bus(world->sim, &config);
    cs_bus_set_engine(cs_sim_bus(world->sim, 0), engine);
    cs_bus_set_engine(cs_sim_bus(world->sim, 1), engine);
    trace_init(&world->trace, world->sim);
    world->n = 1 + (unsigned)cs_rng_below(&rng, MAX_ACTORS);
    world->gap_ps = cs_rng_range(&rng, 1, 5) * 300 * CS_PS_PER_US * (int64_t)world->n;
    world->id_bits = 2 + (unsigned)cs_rng_below(&rng, 10);
    for (unsigned i = 0; i < world->n; i++) {
        struct actor *actor = &world->actors[i];
        char name[16];
        snprintf(name, sizeof(name), "n%u", i);
        *actor = (struct actor){.world = world, .bus = cs_sim_bus(world->sim, i % 4 == 3)};
        cs_rng_init(&actor->rng, seed, name);
        struct cs_controller_config node = {
            .name = name,
            .ops = &ops,
            .ctx = actor,
            .mode = cs_rng_below(&rng, 8) ? 0 : (unsigned)cs_rng_below(&rng, 8),
            .order = cs_rng_below(&rng, 2) ? CS_TX_FIFO : CS_TX_BY_PRIORITY,
            .tx_queue_len = 1 + (unsigned)cs_rng_below(&rng, 10),
            .recovery_ps = cs_rng_below(&rng, 2) ? 0 : CS_PS_PER_MS,
        };
        struct cs_timing timing = random_timing(&rng, actor->bus);
        if (world->odd && cs_rng_below(&rng, 4) == 0) {
            node.timing = &timing;
            node.delay_ps = cs_rng_range(&rng, 0, CS_PS_PER_US / 2);
        }
        if (world->odd || cs_rng_below(&rng, 8) == 0) {
            node.fd = (enum cs_fd)cs_rng_below(&rng, CS_FD_COUNT);
        }
        actor->node = cs_bus_attach(actor->bus, &node);
        actor->timer.fn = act;
        actor->timer.ctx = actor;
        cs_timer_start(world->sim, &actor->timer, cs_rng_range(&rng, 0, CS_PS_PER_MS));
    }
}

static void tear_down(struct world *world)
{
    cs_sim_destroy(world->sim);
    free(world->trace.text);
}

/* CANSIM_DUMP=prefix keeps both event streams. */
static void keep(const char *suffix, const char *text)
{
    const char *prefix = getenv("CANSIM_DUMP");
    char path[512];

    if (!prefix) {
        return;
    }
    snprintf(path, sizeof(path), "%s.%s", prefix, suffix);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

static void point_at_difference(const char *a, const char *b, uint64_t seed)
{
    size_t line = 0;
    keep("auto", a);
    keep("bit", b);
    for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
        line = a[i] == '\n' ? i + 1 : line;
    }
    fail_msg("seed %" PRIu64 " (CANSIM_SEED=%" PRIu64 "): auto \"%.*s\", bit \"%.*s\"", seed, seed,
             (int)strcspn(a + line, "\n"), a + line, (int)strcspn(b + line, "\n"), b + line);
}

/* From outside of the run, as a device's reset line: one controller is gone at once, amid whatever
 * it does, and mostly comes back. */
static void cut(struct world *world, struct cs_rng *rng)
{
    struct actor *actor = &world->actors[cs_rng_below(rng, world->n)];
    struct cs_controller_config config = {.name = "cut", .ops = &ops, .ctx = actor};

    cs_bus_remove(actor->bus, actor->node);
    int node = cs_rng_below(rng, 4) ? cs_bus_attach(actor->bus, &config) : -1;
    actor->node = node >= 0 ? node : actor->node;
}

static void run(struct world *world, uint64_t seed, bool in_steps)
{
    struct cs_rng cuts, steps;
    int64_t end = 200 * CS_PS_PER_MS;

    cs_rng_init(&cuts, seed, "cuts");
    cs_rng_init(&steps, seed, "steps");
    int64_t cut_ps = cs_rng_below(&cuts, 4) ? end : cs_rng_range(&cuts, 0, end);
    for (int64_t t = 0; t < end;) {
        int64_t step = in_steps ? cs_rng_range(&steps, 1, 9 * CS_PS_PER_MS) : end;
        t = t + step < end ? t + step : end;
        while (cut_ps <= t && cut_ps < end) {
            cs_sim_run_until(world->sim, cut_ps);
            cut(world, &cuts);
            cut_ps += cs_rng_range(&cuts, 1, 20 * CS_PS_PER_MS);
        }
        cs_sim_run_until(world->sim, t);
    }
}

static uint64_t compare(uint64_t seed)
{
    static struct world fast, slow;
    build(&fast, seed, seed % 2 ? CS_ENGINE_AUTO : CS_ENGINE_FRAME);
    build(&slow, seed, CS_ENGINE_BIT);
    /* In uneven steps: how time is cut must not matter. */
    run(&fast, seed, true);
    run(&slow, seed, false);
    if (strcmp(fast.trace.text, slow.trace.text) != 0) {
        point_at_difference(fast.trace.text, slow.trace.text, seed);
    }
    for (unsigned i = 0; i < fast.n; i++) {
        assert_int_equal(fast.actors[i].received, slow.actors[i].received);
        assert_int_equal(fast.actors[i].confirmed, slow.actors[i].confirmed);
    }
    uint64_t frames = fast.trace.counts[CS_EV_FRAME];
    tear_down(&fast);
    tear_down(&slow);
    return frames;
}

static void both_engines_tell_the_same(void **state)
{
    (void)state;
    const char *seed = getenv("CANSIM_SEED"), *rounds = getenv("CANSIM_ROUNDS");
    uint64_t first = seed ? strtoull(seed, NULL, 10) : 1;
    uint64_t n = seed ? 1 : rounds ? strtoull(rounds, NULL, 10) : 3000;
    uint64_t frames = 0;

    for (uint64_t i = 0; i < n; i++) {
        frames += compare(first + i);
    }
    printf("# %" PRIu64 " frames, seeds %" PRIu64 " to %" PRIu64 "\n", frames, first,
           first + n - 1);
    assert_true(seed || rounds || frames >= 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_engines_tell_the_same)};
    return cmocka_run_group_tests_name("engines", tests, NULL, NULL);
}
