/* SPDX-License-Identifier: MIT */
/* Faults of wiring and of nodes: they begin, act and end, and leave everything as it was. */
#include "tests/unit/test_fault.h"

#include "simcore/fault_internal.h"

STORY(unplugged)
{
    world_arm(w, "unplug node=d for=2ms");
    world_send(w, 0, "100#01");
    world_run_us(w, 1000);
    assert_int_equal(w->received[1], 1);
    assert_int_equal(w->received[3], 0);
    world_run_us(w, 1500);
    world_send(w, 0, "100#02");
    world_run_us(w, 1000);
    assert_int_equal(w->received[3], 1);
    assert_int_equal(w->last[3].data[0], 2);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* Both halves go on by themselves; joined in the midst of two frames they find errors, and each
 * other. */
STORY(split_and_joined)
{
    int id = world_arm(w, "split nodes=c,d");
    world_run_us(w, 10);
    world_send(w, 0, "100#01");
    world_send(w, 2, "200#02");
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->sent[2], 1);
    assert_int_equal(w->received[1], 1);
    assert_int_equal(w->last[1].id, 0x100);
    assert_int_equal(w->received[3], 1);
    assert_int_equal(w->last[3].id, 0x200);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    world_send(w, 0, "100#03");
    world_send(w, 2, "200#04");
    world_run_us(w, 50);
    assert_int_equal(cs_fault_clear(w->bus, id), 0);
    world_run_us(w, 2000);
    assert_true(w->counts[CS_EV_ERROR] > 0);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->sent[2], 2);
    for (int i = 0; i < NODES; i++) {
        assert_int_equal(w->last[i].data[0], i == 2 ? 3 : 4);
    }
}

/* No end of the dominant level: everybody goes bus-off or passive, then nothing until it is over.
 */
STORY(shorted)
{
    world_send(w, 0, "100#01");
    world_arm(w, "short after=100us for=1ms");
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 0);
    assert_true(w->counts[CS_EV_ERROR] >= 4);
    assert_true(world_look(w, 0).tec >= 128);
    world_run_us(w, 10000);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    if (world_look(w, 0).state == CS_STATE_BUS_OFF) {
        assert_int_equal(w->dropped[0], 1);
    } else {
        assert_int_equal(w->sent[0], 1);
    }
}

STORY(stuck_dominant)
{
    world_arm(w, "stuck-dominant node=c for=500us");
    world_send(w, 0, "100#01");
    world_run_us(w, 450);
    assert_int_equal(w->sent[0], 0);
    world_run_us(w, 10000);
    assert_int_equal(w->sent[0], 1);
}

/* Its own frames are errors for itself alone: it becomes passive, nobody else hears of it. */
STORY(stuck_recessive)
{
    world_arm(w, "stuck-recessive node=c");
    world_run_us(w, 1);
    world_send(w, 2, "100#01");
    world_run_us(w, 20000);
    assert_int_equal(w->sent[2], 0);
    assert_int_equal(w->received[0], 0);
    assert_int_equal(w->errors[0][CS_ERROR_BIT], 0);
    assert_true(world_look(w, 2).tec >= 128);
    cs_fault_clear_all(w->bus);
    world_run_us(w, 20000);
    if (world_look(w, 2).state != CS_STATE_BUS_OFF) {
        assert_int_equal(w->sent[2], 1);
    }
}

/* Alone with one that does not acknowledge: error passive at 128, and no further (exception 1). */
STORY(no_ack)
{
    world_arm(w, "split nodes=a,b");
    world_arm(w, "no-ack node=b");
    world_run_us(w, 1);
    world_send(w, 0, "100#01");
    world_run_us(w, 20000);
    assert_int_equal(w->sent[0], 0);
    assert_true(w->errors[0][CS_ERROR_ACK] > 30);
    assert_int_equal(world_look(w, 0).tec, 128);
    cs_fault_clear_all(w->bus);
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
}

/* 250k on a 500k bus: it destroys traffic, and is right again afterwards. */
STORY(bit_rate)
{
    struct cs_timing before = world_look(w, 3).timing;
    world_arm(w, "bitrate node=d bitrate=250k for=5ms");
    world_run_us(w, 1);
    assert_int_equal(world_look(w, 3).bitrate_bps, 250000);
    for (int i = 0; i < 4; i++) {
        world_send(w, 0, "100#5555");
        world_run_us(w, 1000);
    }
    assert_true(w->counts[CS_EV_ERROR] > 10);
    world_run_us(w, 10000);
    struct cs_timing after = world_look(w, 3).timing;
    assert_true(cs_timing_equal(&before, &after));
}

/* Two faults of one node's clock leave no trace of each other, in whatever order they end. */
STORY(bit_rate_and_drift)
{
    struct cs_timing before = world_look(w, 3).timing;
    world_arm(w, "bitrate node=d sample_point=60% sjw=3 for=3ms");
    world_arm(w, "drift node=d ppm=-500 after=1ms for=1ms");
    world_run_us(w, 1500);
    assert_int_equal(
        cs_bit_timing_sample_permille(
            &(struct cs_timing){world_look(w, 3).timing.nominal, .drift_ppb = 0}.nominal),
        600);
    assert_int_equal(world_look(w, 3).timing.drift_ppb, -500000);
    world_run_us(w, 1000);
    assert_int_equal(world_look(w, 3).timing.drift_ppb, 0);
    assert_int_equal(world_look(w, 3).timing.nominal.sjw, 3);
    world_run_us(w, 1000);
    struct cs_timing after = world_look(w, 3).timing;
    assert_true(cs_timing_equal(&before, &after));
}

/* 87.5 % of 2 us there and back: at 160 m ACK arrives in time, at 400 m it does not. */
STORY(long_cable)
{
    world_arm(w, "cable node=a length=160m for=2ms");
    world_run_us(w, 1);
    world_send(w, 0, "100#01");
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    world_run_us(w, 1500);
    world_arm(w, "cable node=a length=400m");
    world_run_us(w, 1);
    world_send(w, 0, "100#01");
    world_run_us(w, 300);
    assert_true(w->counts[CS_EV_ERROR] > 0);
    cs_fault_clear_all(w->bus);
    assert_int_equal(world_look(w, 0).cable_ps, 0);
    world_run_us(w, 5000);
    assert_int_equal(w->sent[0], 2);
}

/* What it was before, not what is usual. */
STORY(own_settings)
{
    struct cs_timing before = world_look(w, 3).timing;
    cs_bus_set_cable(w->bus, 2, 123000);
    world_run_us(w, 1);
    world_arm(w, "cable node=c length=100m");
    world_arm(w, "bitrate node=d data_bitrate=2M");
    world_run_us(w, 1);
    assert_int_equal(world_look(w, 2).cable_ps, 500000);
    assert_int_equal(world_look(w, 3).data_bitrate_bps, 2000000);
    cs_fault_clear_all(w->bus);
    assert_int_equal(world_look(w, 2).cable_ps, 123000);
    struct cs_timing after = world_look(w, 3).timing;
    assert_true(cs_timing_equal(&before, &after));
}

/* From outside, at the very edge between two bits: the next one has begun. */
STORY(between_bits)
{
    for (int bits = 1; bits < 60; bits++) {
        world_send(w, 0, "155#0123");
        world_run_us(w, INT64_C(2) * bits);
        int id = world_arm(w, bits % 2 ? "drift node=a ppm=20000" : "bitrate node=b bitrate=400k");
        world_run_us(w, 20);
        cs_fault_clear(w->bus, id);
        world_run_us(w, 3000 - 2 * bits - 20);
    }
    assert_int_equal(w->sent[0], 59);
}

STORY(ringing)
{
    world_arm(w, "ringing ring=300ns half=50ns for=1ms");
    world_send(w, 0, "100#5A");
    world_run_us(w, 500);
    assert_int_equal(w->sent[0], 1); /* over before the sample point */
    world_run_us(w, 1000);
    world_arm(w, "ringing ring=4us half=300ns for=1ms");
    world_send(w, 0, "100#5A");
    world_run_us(w, 500);
    assert_true(w->counts[CS_EV_ERROR] > 0);
    world_run_us(w, 20000);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 2);
}

STORY(reset_once)
{
    cs_bus_set_counters(w->bus, 1, 100, 100);
    world_run_us(w, 10);
    world_arm(w, "reset node=b after=1ms");
    world_run_us(w, 500);
    assert_int_equal(world_look(w, 1).tec, 100);
    world_run_us(w, 1000);
    assert_int_equal(world_look(w, 1).tec, 0);
    assert_int_equal(world_look(w, 1).rec, 0);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

/* Reset brings a node back that went bus-off. */
STORY(reset_when_bus_off)
{
    world_arm(w, "reset node=a when=a:bus_off");
    world_run_us(w, 100);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 0);
    cs_bus_set_counters(w->bus, 0, 256, 0);
    world_run_us(w, 1000);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(world_look(w, 0).state, CS_STATE_ERROR_ACTIVE);
}

/* A frame fires it in its midst. */
STORY(unplugged_by_frame)
{
    world_arm(w, "unplug node=c id=200 nth=2 for=1ms");
    for (int i = 0; i < 4; i++) {
        world_send(w, 0, "200#01");
        world_run_us(w, 600);
    }
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    assert_int_equal(w->received[3], 4);
    assert_true(w->received[2] < 4);
}

/* As long as the idiot babbles nobody else is heard. */
STORY(babbling)
{
    world_arm(w, "babble node=b frame=000# for=10ms");
    world_send(w, 0, "001#01");
    world_run_us(w, 9900);
    assert_int_equal(w->sent[0], 0);
    assert_true(w->sent[1] > 85);
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
    assert_true(w->sent[1] < 110);
    assert_int_equal(world_look(w, 1).queued, 0);
}

STORY(overload)
{
    world_arm(w, "overload node=c bits=2");
    world_send(w, 0, "100#01");
    world_send(w, 0, "101#01");
    world_run_us(w, 500);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->counts[CS_EV_ERROR], 0);
    assert_int_equal(w->stages[CS_FAULT_FIRED], 1);
}

STORY(wrong_crc)
{
    world_arm(w, "wrong-crc node=a id=100 nth=2 count=2");
    for (int i = 0; i < 3; i++) {
        world_send(w, 0, "100#55");
        world_send(w, 1, "200#55");
        world_run_us(w, 1000);
    }
    assert_int_equal(w->sent[0], 3);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->received[i], i == 1 ? 3 : 6);
    }
    assert_int_equal(w->errors[0][CS_ERROR_ACK], 2); /* nobody acknowledges what nobody checks */
    assert_int_equal(w->stages[CS_FAULT_FIRED], 2);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

STORY(wrong_dlc)
{
    world_arm(w, "wrong-dlc node=a value=4");
    world_send(w, 0, "100#1122");
    world_run_us(w, 2000);
    assert_true(w->counts[CS_EV_ERROR] > 0);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->last[1].len, 2);
}

STORY(wrong_form)
{
    world_arm(w, "wrong-form node=a field=eof index=1");
    world_send(w, 0, "100#1122");
    world_run_us(w, 2000);
    for (int i = 1; i < NODES; i++) {
        assert_int_equal(w->errors[i][CS_ERROR_FORM], 1);
    }
    assert_int_equal(w->sent[0], 1);
}

STORY(delayed)
{
    world_arm(w, "delay node=a delay=2ms id=100");
    world_send(w, 0, "100#01");
    world_send(w, 0, "200#02");
    world_run_us(w, 1000);
    assert_int_equal(w->sent[0], 1);
    assert_int_equal(w->last[1].id, 0x200);
    world_run_us(w, 1000 + 200);
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->last[1].id, 0x100);
}

STORY(lost)
{
    world_arm(w, "lose node=a id=100 every=2");
    for (int i = 0; i < 4; i++) {
        world_send(w, 0, "100#01");
        world_run_us(w, 500);
    }
    assert_int_equal(w->sent[0], 2);
    assert_int_equal(w->dropped[0], 2);
    assert_int_equal(w->received[1], 2);
}

STORY(node_leaves)
{
    world_arm(w, "unplug node=b");
    world_arm(w, "flip field=data seen_by=b,c count=all");
    world_arm(w, "split nodes=d after=1ms");
    world_run_us(w, 100);
    assert_int_equal(cs_bus_detach(w->bus, 1), 0);
    world_run_us(w, 100);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
    world_run_us(w, 2000);
    assert_int_equal(cs_bus_detach(w->bus, 2), 0);
    world_run_us(w, 100);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 2);
    assert_int_equal(cs_bus_detach(w->bus, 3), 0);
    world_run_us(w, 100);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 3);
}

/* An observer that arms with each frame, and takes back with the next: an engine is in its midst
 * then. */
struct meddler {
    struct world *world;
    int id;
};

static void meddle(void *ctx, const struct cs_event *event)
{
    static const char *const texts[] = {
        "unplug node=b",        "short for=20us",     "cable node=c length=40m",
        "bitrate node=b sjw=1", "drift node=a ppm=9", "split nodes=a,b",
        "no-ack node=d",        "reset node=d",       "stuck-recessive node=c",
    };
    struct meddler *m = ctx;
    unsigned n = m->world->counts[CS_EV_FRAME];

    if (event->kind == CS_EV_FRAME || event->kind == CS_EV_ERROR_FRAME) {
        if (m->id && cs_fault_clear(m->world->bus, m->id) == 0) {
            m->id = 0;
        } else if (n < 40) {
            m->id = world_arm(m->world, texts[n % (sizeof(texts) / sizeof(texts[0]))]);
        }
    }
}

STORY(meddled)
{
    struct meddler meddler = {w, 0};

    cs_sim_observe(w->sim, meddle, &meddler);
    for (int i = 0; i < 100; i++) {
        world_send(w, i % NODES, "155#0123");
        world_run_us(w, 200);
        for (int j = 0; j < NODES; j++) {
            cs_bus_recover(w->bus, j);
        }
    }
    assert_true(w->stages[CS_FAULT_CLEARED] > 5);
    cs_fault_clear_all(w->bus);
    cs_sim_unobserve(w->sim, meddle, &meddler);
    for (int j = 0; j < NODES; j++) {
        cs_bus_reset(w->bus, j);
    }
    world_run_us(w, 10000);
    world_send(w, 0, "7FF#77");
    world_run_us(w, 1000);
    for (int j = 1; j < NODES; j++) {
        assert_int_equal(w->last[j].id, 0x7FF);
    }
}

/* ---- noise -------------------------------------------------------------------------------- */

/* Mean and spread of the gaps: a geometric distribution has the mean 1 / p, half of its gaps are
 * up to ln 2 / p. */
static void noise_gaps(void **state)
{
    (void)state;
    static const struct {
        uint64_t ber_ppb;
        uint64_t median;
    } rows[] = {{500000000, 1}, {100000000, 7}, {1000000, 693}, {1000, 693147}, {1, 693147180}};
    enum { DRAWS = 40000 };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_armed f = {.spec = {.ber_ppb = rows[i].ber_ppb}};
        uint64_t sum = 0, below = 0;
        cs_rng_init(&f.rng, 5, "noise");
        cs_fault_noise_init(&f);
        for (unsigned n = 0; n < DRAWS; n++) {
            uint64_t gap = cs_fault_noise_gap(&f);
            assert_true(gap >= 1);
            sum += gap;
            below += gap <= rows[i].median;
        }
        uint64_t mean = UINT64_C(1000000000) / rows[i].ber_ppb;
        assert_in_range(sum / (DRAWS / 1000), mean * 1000 * 98 / 100, mean * 1000 * 102 / 100);
        assert_in_range(below, DRAWS * 49 / 100, DRAWS * 53 / 100);
    }
}

/* The first errors of a stream: exactly those of another machine. */
static void noise_is_the_same(void **state)
{
    (void)state;
    struct cs_armed f = {.spec = {.ber_ppb = 1000000}};
    uint64_t hash = 0;

    cs_rng_init(&f.rng, 7, "fault 1");
    cs_fault_noise_init(&f);
    assert_int_equal(f.digit[0] >> 32, 0x7FEF9B99); /* 0.999 / 1.999 */
    for (unsigned n = 0; n < 1000; n++) {
        hash = hash * 31 + cs_fault_noise_gap(&f);
    }
    assert_int_equal(hash, UINT64_C(0x3ACB21F6D13D871D));
}

STORY(noise)
{
    world_arm(w, "noise ber=0.1%");
    for (int i = 0; i < 200; i++) {
        world_send(w, i % NODES, "155#0123456789ABCDEF");
        world_run_us(w, 500);
    }
    assert_true(w->counts[CS_EV_ERROR] > 20);
    assert_true(w->counts[CS_EV_FRAME] > 180);
}

/* On an idle bus one dominant bit is a SOF, and what follows are stuff errors. */
STORY(noise_while_idle)
{
    world_arm(w, "noise ber=0.1% for=10ms");
    world_run_us(w, 20000);
    assert_true(w->counts[CS_EV_ERROR] > 0);
    assert_int_equal(w->stages[CS_FAULT_ENDED], 1);
}

STORY(noise_for_one)
{
    world_arm(w, "noise ber=0.5% seen_by=d");
    for (int i = 0; i < 20; i++) {
        world_send(w, 0, "155#0123456789ABCDEF");
        world_run_us(w, 1000);
    }
    assert_int_equal(w->first_error.node, 3);
    assert_true(world_look(w, 3).rec > world_look(w, 1).rec);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(unplugged),
        cmocka_unit_test(split_and_joined),
        cmocka_unit_test(shorted),
        cmocka_unit_test(stuck_dominant),
        cmocka_unit_test(stuck_recessive),
        cmocka_unit_test(no_ack),
        cmocka_unit_test(bit_rate),
        cmocka_unit_test(bit_rate_and_drift),
        cmocka_unit_test(long_cable),
        cmocka_unit_test(own_settings),
        cmocka_unit_test(between_bits),
        cmocka_unit_test(ringing),
        cmocka_unit_test(reset_once),
        cmocka_unit_test(reset_when_bus_off),
        cmocka_unit_test(unplugged_by_frame),
        cmocka_unit_test(babbling),
        cmocka_unit_test(overload),
        cmocka_unit_test(wrong_crc),
        cmocka_unit_test(wrong_dlc),
        cmocka_unit_test(wrong_form),
        cmocka_unit_test(delayed),
        cmocka_unit_test(lost),
        cmocka_unit_test(node_leaves),
        cmocka_unit_test(meddled),
        cmocka_unit_test(noise_gaps),
        cmocka_unit_test(noise_is_the_same),
        cmocka_unit_test(noise),
        cmocka_unit_test(noise_while_idle),
        cmocka_unit_test(noise_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
