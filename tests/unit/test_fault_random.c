/* SPDX-License-Identifier: MIT */
/* Random faults in random traffic: both engines tell the same events, every fault that is cleared
 * leaves a bus that works, and no timer stays behind.
 *   CANSIM_SEED=n CANSIM_RUNS=1 tests/test_fault_random     replays the run n */
#include "tests/unit/test_fault.h"

#include "simcore/rng.h"

#define RUNS  300
#define STEPS 40

static const char *const faults[] = {
    "flip field=data index=%u id=12%u count=2",
    "flip field=crc index=%u seen_by=b,c every=%u",
    "dominant field=eof index=%u probability=%u0%%",
    "recessive field=ack nth=%u every=%u",
    "flip field=id index=%u for=%ums",
    "flip field=data stuff=yes index=%u count=%u",
    "error-frame field=dlc index=0 bits=%u nth=%u",
    "dominant field=intermission index=0 nth=%u every=%u",
    "flip field=error_delim index=%u count=%u",
    "flip field=data offset=%u00ns width=%u00ns count=3",
    "noise ber=%ue-4 for=%ums",
    "noise ber=%ue-3 seen_by=d for=%ums",
    "ringing ring=%u00ns half=%u0ns for=1ms",
    "short after=%u00us for=%u0us",
    "split nodes=a,b after=%u00us for=%ums",
    "unplug node=c for=%u%u0us",
    "unplug node=d id=12%u nth=%u for=500us",
    "cable node=a length=%u0m for=%ums",
    "bitrate node=b bitrate=250k after=%u00us for=%u00us",
    "bitrate node=c sample_point=%u5%% for=%ums",
    "drift node=d ppm=%u00%u for=2ms",
    "stuck-dominant node=d after=%u0us for=%u0us",
    "stuck-recessive node=c after=%u0us for=%ums",
    "no-ack node=b after=%u0us for=%ums",
    "reset node=c after=%u%u0us",
    "reset node=a when=a:error_passive after=%u%uus",
    "babble node=d frame=0%u0#1%u for=2ms",
    "overload node=b bits=2 nth=%u every=%u",
    "wrong-crc node=a nth=%u mask=%u",
    "wrong-dlc node=b value=%u id=12%u",
    "wrong-form node=c field=eof index=%u nth=%u",
    "delay node=a delay=%ums every=%u",
    "lose node=b nth=%u every=%u",
    "spoof id=12%u frame=12%u#00",
    "attack-bus-off id=12%u for=%ums",
    "attack-spoof id=12%u frame=120#112%u",
    "attack-double-receive id=12%u count=%u",
    "attack-freeze id=12%u count=%u",
    "attack-janus frame=100#0000AA late_frame=100#00AA03 after=%u%uus",
    "janus id=12%u frame=100#0000AA late_frame=100#00AA03 nth=%u",
};

static unsigned digit(struct cs_rng *rng)
{
    return 1 + (unsigned)cs_rng_below(rng, 6);
}

static void step(struct world *world, struct cs_rng *rng)
{
    char text[160], why[320];
    struct cs_fault_spec spec;
    unsigned node = (unsigned)cs_rng_below(rng, NODES);

    if (cs_rng_below(rng, 4) == 0) {
        unsigned one = digit(rng), two = digit(rng);
        const char *form = faults[cs_rng_below(rng, sizeof(faults) / sizeof(faults[0]))];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof(text), form, one, two);
#pragma GCC diagnostic pop
        if (cs_fault_parse(text, &spec, why, sizeof(why)) == 0) {
            cs_fault_arm(world->bus, &spec, why, sizeof(why));
        }
    } else {
        struct cs_frame frame;
        snprintf(text, sizeof(text), "12%u%s%.*s", digit(rng), cs_rng_below(rng, 4) ? "#" : "##1",
                 2 * (int)cs_rng_below(rng, 9), "0055FF00F0123456");
        assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
        cs_bus_submit(world->bus, (int)node, &frame, 1);
    }
    cs_bus_recover(world->bus, (int)node);
    world_run_us(world, (int64_t)cs_rng_below(rng, 400));
}

static void play(struct world *world, enum cs_engine engine, uint64_t seed)
{
    struct cs_rng rng;

    world_open(world, engine);
    unsigned timers = cs_sim_timers(world->sim);
    cs_rng_init(&rng, seed, "faults");
    for (unsigned i = 0; i < STEPS; i++) {
        step(world, &rng);
    }
    cs_fault_clear_all(world->bus);
    world_run_us(world, 30000);
    for (int i = 0; i < NODES; i++) {
        cs_bus_reset(world->bus, i);
    }
    world_run_us(world, 1000);
    for (int i = 0; i < NODES; i++) {
        unsigned received[NODES];
        for (int j = 0; j < NODES; j++) {
            received[j] = world->received[j];
        }
        world_send(world, i, "7FF#77");
        world_run_us(world, 1000);
        for (int j = 0; j < NODES; j++) {
            if (j != i && world->received[j] <= received[j]) {
                fail_msg("seed %llu: %d does not reach %d", (unsigned long long)seed, i, j);
            }
        }
    }
    assert_int_equal(cs_sim_timers(world->sim), timers);
}

static void compare(uint64_t seed)
{
    struct world bit, frame;

    play(&bit, CS_ENGINE_BIT, seed);
    play(&frame, CS_ENGINE_AUTO, seed);
    for (unsigned i = 0; i < bit.n_lines || i < frame.n_lines; i++) {
        const char *a = i < bit.n_lines ? bit.line[i] : "(end)";
        const char *b = i < frame.n_lines ? frame.line[i] : "(end)";
        if (strcmp(a, b) != 0) {
            fail_msg("CANSIM_SEED=%llu CANSIM_RUNS=1: line %u\nbit   %s\nframe %s",
                     (unsigned long long)seed, i, a, b);
        }
    }
    world_close(&bit);
    world_close(&frame);
}

static void random_faults(void **state)
{
    const char *seed = getenv("CANSIM_SEED"), *runs = getenv("CANSIM_RUNS");
    uint64_t first = seed ? strtoull(seed, NULL, 10) : 1;
    uint64_t n = runs ? strtoull(runs, NULL, 10) : RUNS;

    (void)state;
    for (uint64_t i = first; i < first + n; i++) {
        compare(i);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(random_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
