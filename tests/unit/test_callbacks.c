/* SPDX-License-Identifier: MIT */
/* Controllers whose owners do everything that they may from inside the callbacks. Whatever they do,
 * both engines tell the same, every frame taken is confirmed once, and nothing comes after
 * `detached`. CANSIM_SEED=n repeats one run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simcore/rng.h"
#include "tests/unit/trace.h"

#define MAX_OWNERS 64
#define N_NODES    6

struct world;

struct owner {
    struct world *world;
    int node;
    bool gone;
    uint64_t taken, confirmed;
};

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_rng rng;
    struct trace trace;
    struct owner owners[MAX_OWNERS];
    unsigned n_owners;
    unsigned calls, depth;
    struct cs_timer timer;
};

static void act(struct owner *owner);

static void received(void *ctx, const struct cs_rx *rx)
{
    struct owner *owner = ctx;
    assert_false(owner->gone);
    assert_int_equal(cs_frame_check(rx->frame), 0);
    act(owner);
}

static void confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct owner *owner = ctx;
    char line[64];

    assert_false(owner->gone);
    owner->confirmed++;
    snprintf(line, sizeof(line), "confirmed %d %s\n", owner->node, cs_tx_result_name(done->result));
    trace_add(&owner->world->trace, line);
    act(owner);
}

static void event(void *ctx, const struct cs_event *event)
{
    struct owner *owner = ctx;
    assert_false(owner->gone);
    assert_int_equal(event->node, owner->node);
    act(owner);
}

static void detached(void *ctx)
{
    struct owner *owner = ctx;
    assert_false(owner->gone);
    owner->gone = true;
}

static void join(struct world *world)
{
    static const struct cs_controller_ops ops = {received, confirmed, event, detached};

    if (world->n_owners == MAX_OWNERS) {
        return;
    }
    struct owner *owner = &world->owners[world->n_owners++];
    struct cs_controller_config config = {
        .name = "node",
        .ops = &ops,
        .ctx = owner,
        .mode = cs_rng_below(&world->rng, 4) ? 0 : (unsigned)cs_rng_below(&world->rng, 8),
        .tx_queue_len = 1 + (unsigned)cs_rng_below(&world->rng, 4),
        .recovery_ps = cs_rng_below(&world->rng, 2) ? 0 : CS_PS_PER_MS,
    };
    *owner = (struct owner){.world = world};
    owner->node = cs_bus_attach(world->bus, &config);
    assert_true(owner->node >= 0);
}

static void submit(struct owner *owner)
{
    struct world *world = owner->world;
    struct cs_frame frame = {.id = (uint32_t)cs_rng_below(&world->rng, 8), .dlc = 1, .len = 1};

    frame.data[0] = (uint8_t)cs_rng_below(&world->rng, 2);
    if (cs_bus_submit(world->bus, owner->node, &frame, cs_rng_below(&world->rng, 3)) == 0) {
        owner->taken++;
    }
}

/* One call, of any kind, for this controller. */
static void act(struct owner *owner)
{
    struct world *world = owner->world;
    struct cs_rng *rng = &world->rng;

    if (++world->depth > 8) { /* an abort confirms, which calls here again */
        world->depth--;
        return;
    }
    world->calls++;
    switch (cs_rng_below(rng, 40)) {
    case 0:
        cs_bus_detach(world->bus, owner->node);
        join(world);
        break;
    case 1:
        cs_bus_set_mode(world->bus, owner->node, (unsigned)cs_rng_below(rng, 8));
        break;
    case 2:
        cs_bus_set_counters(world->bus, owner->node, (unsigned)cs_rng_below(rng, 257),
                            (unsigned)cs_rng_below(rng, 256));
        break;
    case 3:
        cs_bus_recover(world->bus, owner->node);
        break;
    case 4:
    case 5:
        cs_bus_abort(world->bus, owner->node, cs_rng_below(rng, 3));
        break;
    default:
        if (cs_rng_below(rng, 2)) {
            submit(owner);
        }
        break;
    }
    world->depth--;
}

/* Observers may do what only queues, to anyone. */
static void observe(void *ctx, const struct cs_event *seen)
{
    struct world *world = ctx;
    struct owner *owner = &world->owners[cs_rng_below(&world->rng, N_NODES)];

    (void)seen;
    if (world->depth > 4 || owner->gone || cs_rng_below(&world->rng, 10) != 0) {
        return;
    }
    world->depth++;
    if (cs_rng_below(&world->rng, 2)) {
        submit(owner);
    } else {
        cs_bus_abort(world->bus, owner->node, cs_rng_below(&world->rng, 3));
    }
    world->depth--;
}

static void tick(void *ctx, struct cs_timer *timer)
{
    struct world *world = ctx;

    for (unsigned i = 0; i < world->n_owners; i++) {
        if (!world->owners[i].gone) {
            act(&world->owners[i]);
            submit(&world->owners[i]);
        }
    }
    cs_timer_start(world->sim, timer,
                   cs_sim_now_ps(world->sim) + cs_rng_range(&world->rng, 1, 2000) * CS_PS_PER_US);
}

static void run(struct world *world, uint64_t seed, enum cs_engine engine)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};

    *world = (struct world){.sim = cs_sim_create(seed)};
    assert_int_equal(cs_sim_add_bus(world->sim, &config), 0);
    world->bus = cs_sim_bus(world->sim, 0);
    cs_bus_set_engine(world->bus, engine);
    cs_rng_init(&world->rng, seed, "callbacks");
    trace_init(&world->trace, world->sim);
    for (unsigned i = 0; i < N_NODES; i++) {
        join(world);
    }
    assert_int_equal(cs_sim_observe(world->sim, observe, world), 0);
    world->timer = (struct cs_timer){.fn = tick, .ctx = world};
    cs_timer_start(world->sim, &world->timer, 0);
    cs_sim_run_until(world->sim, 200 * CS_PS_PER_MS);
    for (unsigned i = 0; i < world->n_owners; i++) {
        if (!world->owners[i].gone) {
            cs_bus_detach(world->bus, world->owners[i].node);
        }
    }
    cs_timer_stop(world->sim, &world->timer);
    world->n_owners = MAX_OWNERS; /* nobody joins any more */
    cs_sim_run_until(world->sim, 300 * CS_PS_PER_MS);
    for (unsigned i = 0; i < MAX_OWNERS && world->owners[i].world; i++) {
        assert_true(world->owners[i].gone);
        assert_int_equal(world->owners[i].taken, world->owners[i].confirmed);
    }
    cs_sim_destroy(world->sim);
}

static void owners_do_what_they_like(void **state)
{
    (void)state;
    static struct world a, b;
    const char *only = getenv("CANSIM_SEED");
    uint64_t first = only ? strtoull(only, NULL, 10) : 1;
    uint64_t last = only ? first : 60;
    unsigned calls = 0;

    for (uint64_t seed = first; seed <= last; seed++) {
        run(&a, seed, CS_ENGINE_AUTO);
        run(&b, seed, CS_ENGINE_BIT);
        if (strcmp(a.trace.text, b.trace.text) != 0) {
            fail_msg("the engines differ; repeat with CANSIM_SEED=%" PRIu64, seed);
        }
        calls += a.calls;
        free(a.trace.text);
        free(b.trace.text);
    }
    print_message("# %u calls, seeds %" PRIu64 " to %" PRIu64 "\n", calls, first, last);
}

/* An owner that answers every end of a frame with the next one, to the same cookie. */
static void again(void *ctx, const struct cs_tx_done *done)
{
    struct owner *owner = ctx;
    owner->confirmed++;
    cs_bus_submit(owner->world->bus, owner->node, done->frame, done->cookie);
}

static void abort_ends_whatever_the_owner_answers(void **state)
{
    (void)state;
    static struct world world;
    static const struct cs_controller_ops ops = {.confirmed = again};
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    struct owner owner = {.world = &world};
    struct cs_controller_config node = {.name = "node", .ops = &ops, .ctx = &owner};
    struct cs_frame frame = {.id = 1};

    world = (struct world){.sim = cs_sim_create(1)};
    assert_int_equal(cs_sim_add_bus(world.sim, &config), 0);
    world.bus = cs_sim_bus(world.sim, 0);
    owner.node = cs_bus_attach(world.bus, &node);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(cs_bus_submit(world.bus, owner.node, &frame, 7), 0);
    }
    assert_int_equal(cs_bus_abort(world.bus, owner.node, 7), 3);
    assert_int_equal(owner.confirmed, 3);
    cs_sim_destroy(world.sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_do_what_they_like),
        cmocka_unit_test(abort_ends_whatever_the_owner_answers),
    };
    return cmocka_run_group_tests_name("callbacks", tests, NULL, NULL);
}
