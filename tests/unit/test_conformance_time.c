/* SPDX-License-Identifier: MIT */
/* Time within a bit: where a controller samples, which edges move that and how far, and what
 * follows for a bus: clock tolerance, propagation delay, transceiver delay compensation. Measured
 * limits against the formulas of the books. */
#include "tests/unit/test_conformance.h"

/* 2 us = 1 + 7 + 6 + 6 quanta of 100 ns: room on both sides of the sample point. */
#define TQ         (BIT / 20)
#define PROP       7
#define PHASE1     6
#define PHASE2     6
#define SAMPLE     (1 + PROP + PHASE1) /* quanta before the sample point */
#define SLOW_EDGES 62
#define START      (100 * BIT) /* when a script's SOF begins */

static struct cs_timing timing_with(unsigned sjw, int32_t drift_ppb)
{
    return (struct cs_timing){.nominal = {.bitrate_bps = 500000,
                                          .prop_seg = PROP,
                                          .phase_seg1 = PHASE1,
                                          .phase_seg2 = PHASE2,
                                          .sjw = (uint16_t)sjw},
                              .drift_ppb = drift_ppb};
}

static int setup(void **state)
{
    (void)state;
    lab_open();
    return 0;
}

/* ---- one receiver, edges where a script has them ------------------------------------------ */

/* An edge of the script: quanta since SOF began, level from then on. */
struct step {
    int tq;
    unsigned level;
};

static void open_receiver(unsigned sjw)
{
    struct cs_timing timing = timing_with(sjw, 0);

    lab_open();
    lab.all_samples = true;
    lab_attach_as("iut", (struct cs_controller_config){.timing = &timing});
}

static void play(const struct step *steps, unsigned n, int until_tq)
{
    for (unsigned i = 0; i < n; i++) {
        cs_sim_run_until(lab.sim, START + steps[i].tq * TQ);
        cs_bus_drive(lab.bus, steps[i].level);
    }
    cs_sim_run_until(lab.sim, START + until_tq * TQ);
}

/* The nth (0..) sample point at or after SOF's beginning, in quanta since that. */
static int sampled_at(unsigned n)
{
    for (unsigned i = 0; i < lab.n_samples; i++) {
        int64_t at = lab.sample[i].at_ps - START;
        if (at >= 0 && n-- == 0) {
            assert_int_equal(at % TQ, 0);
            return (int)(at / TQ);
        }
    }
    fail_msg("no sample");
    return 0;
}

static unsigned samples(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < lab.n_samples; i++) {
        n += lab.sample[i].at_ps >= START;
    }
    return n;
}

/* SOF dominant, bit 1 recessive, and the edge of bit 2 is `e` quanta late: its sample point moves
 * by as much, but for no more than SJW. Early by e: bit 2 begins at the edge, or as near to it as
 * SJW allows. */
static void resynchronization_up_to_sjw(void **state)
{
    (void)state;
    for (int sjw = 1; sjw <= PHASE2; sjw++) {
        for (int e = -PHASE2 + 1; e < SAMPLE; e++) {
            struct step steps[] = {{0, 0}, {20, 1}, {40 + e, 0}};
            int moved = e > sjw ? sjw : e < -sjw ? -sjw : e;
            open_receiver((unsigned)sjw);
            play(steps, 3, 100);
            assert_int_equal(sampled_at(0), SAMPLE);
            assert_int_equal(sampled_at(1), 20 + SAMPLE);
            assert_int_equal(sampled_at(2), 40 + SAMPLE + moved);
            assert_int_equal(sampled_at(3), 60 + SAMPLE + moved);
            if (e > 0 && e > sjw) { /* seen all the same: the edge is before the sample point */
                assert_int_equal(lab.sample[lab.n_samples - 2].level, 0);
            }
        }
    }
}

/* A second edge between the same two sample points moves nothing, be it late or early. */
static void one_synchronization_between_samples(void **state)
{
    (void)state;
    struct step late[] = {{0, 0}, {20, 1}, {41, 0}, {43, 1}, {46, 0}};
    struct step early[] = {{0, 0}, {20, 1}, {38, 0}, {39, 1}, {43, 0}};

    open_receiver(4);
    play(late, 5, 100);
    assert_int_equal(sampled_at(2), 40 + SAMPLE + 1);
    open_receiver(4);
    play(early, 5, 100);
    assert_int_equal(sampled_at(2), 40 + SAMPLE - 2);
}

/* Only edges to dominant, only where the latest sample was recessive. */
static void no_synchronization_after_a_dominant_sample(void **state)
{
    (void)state;
    struct step steps[] = {{0, 0}, {22, 1}, {24, 0}, {42, 1}, {80, 0}};

    open_receiver(4);
    play(steps, 5, 120);
    assert_int_equal(sampled_at(1), 20 + SAMPLE); /* after the dominant SOF: not by 22, 24 */
    assert_int_equal(sampled_at(2), 40 + SAMPLE); /* nor by an edge to recessive */
    assert_int_equal(sampled_at(4), 80 + SAMPLE);
}

/* The sample takes the level before an edge at the same instant. */
static void sample_is_the_level_before_the_edge(void **state)
{
    (void)state;
    for (int e = -1; e <= 1; e++) {
        struct step steps[] = {{0, 0}, {20 + SAMPLE + e, 1}};
        open_receiver(1);
        play(steps, 2, 60);
        assert_int_equal(sampled_at(1), 20 + SAMPLE);
        assert_int_equal(lab.sample[lab.n_samples - (samples() - 1)].level, e < 0);
    }
}

/* On the idle bus a pulse that is gone before the sample point is no SOF, whatever it synchronized;
 * one that reaches it is. With and without somebody who looks at the samples. */
static void short_pulse_is_no_sof(void **state)
{
    (void)state;
    for (int length = 1; length <= SAMPLE + 1; length++) {
        for (unsigned probe = 0; probe < 2; probe++) {
            struct step steps[] = {{0, 0}, {length, 1}};
            open_receiver(1);
            cs_sim_set_probe(lab.sim, probe ? lab_probe : NULL, NULL);
            play(steps, 2, 400);
            /* Its six recessive bits end in a stuff error. */
            assert_int_equal(lab_count(CS_EV_ERROR, 0), length >= SAMPLE);
            if (probe) {
                assert_int_equal(sampled_at(0), SAMPLE);
            }
        }
    }
}

/* Whenever SOF comes, the first sample point is as far behind it. */
static void hard_synchronization_in_idle(void **state)
{
    (void)state;
    for (int tq = 0; tq < 20; tq++) {
        struct step steps[] = {{0, 0}, {2, 1}, {tq + 40, 0}, {tq + 60, 1}};
        unsigned n = 0;
        open_receiver(1);
        play(steps, 4, 140);
        for (unsigned i = 0; i < lab.n_samples; i++) {
            n += lab.sample[i].at_ps == START + (tq + 40 + SAMPLE) * TQ && !lab.sample[i].level;
        }
        assert_int_equal(n, 1);
    }
}

/* ---- a transmitter's own edges ------------------------------------------------------------ */

/* The wire answers a transmitter with a delay of three quanta: its own dominant bits come late and
 * move nothing. */
static void transmitter_ignores_its_own_delay(void **state)
{
    (void)state;
    struct cs_timing timing = timing_with(4, 0);
    struct cs_wire wire = lab_wire_of("2AA#5555");

    lab_open();
    lab.all_samples = true;
    lab_attach_as("a", (struct cs_controller_config){
                           .timing = &timing, .delay_ps = 3 * TQ / 2, .mode = CS_MODE_LOOPBACK});
    cs_sim_run_until(lab.sim, START);
    lab_send(0, "2AA#5555");
    lab_run(200 * BIT);
    assert_int_equal(lab_count(CS_EV_ERROR, 0), 0);
    for (unsigned i = 0; i < wire.n_bits; i++) {
        assert_int_equal(sampled_at(i), 20 * (int)i + SAMPLE);
    }
}

/* ---- clock tolerance ---------------------------------------------------------------------- */

/* Five dominant and five recessive bits in turn, for as long as an FD frame lasts. */
static struct cs_frame slow_edges(void)
{
    struct cs_frame frame = lab_frame("2AA##0");
    struct cs_wire wire;
    unsigned since = 0, tens = 0;

    frame.dlc = 15;
    frame.len = 64;
    memset(frame.data, 0x87, frame.len); /* 000 0[1] 111 1[0] and so on */
    frame.data[0] = 0x07;
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    for (unsigned i = 1; i < wire.n_bits; i++) {
        if (cs_wire_level(&wire, i - 1) && !cs_wire_level(&wire, i)) {
            tens += i - since == 10;
            since = i;
        }
    }
    assert_true(tens >= SLOW_EDGES);
    return frame;
}

static unsigned tolerance_sjw;
static bool tolerance_faster; /* the receiver's clock is the fast one */

/* The same drift on both sides, against each other, in ppb. */
static bool tolerates(int64_t drift_ppb)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000, .fd = true};
    int32_t drift = (int32_t)(tolerance_faster ? -drift_ppb : drift_ppb);
    struct cs_timing sender = timing_with(tolerance_sjw, -drift);
    struct cs_timing receiver = timing_with(tolerance_sjw, drift);

    lab_open_as(&config);
    int a = lab_attach_as("a", (struct cs_controller_config){.timing = &sender});
    lab_attach_as("b", (struct cs_controller_config){.timing = &receiver});
    cs_sim_run_until(lab.sim, START);
    struct cs_frame frame = slow_edges();
    assert_int_equal(cs_bus_submit(lab.bus, a, &frame, 0), 0);
    lab_run(1000 * BIT);
    return lab_count(CS_EV_ERROR, CS_NO_NODE) == 0 && lab_look(a).sent == 1;
}

/* df <= SJW / (2 * 10 * bit time): what ten bits without an edge drift apart, one resynchronization
 * takes back. Up to there each frame gets through. Above it a rest adds up with each such edge
 * until a bit is misread: a slow receiver has phase_seg2 to spare, a fast one all before its sample
 * point.
 */
static void clock_tolerance(void **state)
{
    (void)state;
    static const int64_t spare_tq[] = {PHASE2, SAMPLE};

    for (unsigned sjw = 1; sjw <= 4; sjw++) {
        for (unsigned faster = 0; faster < 2; faster++) {
            int64_t formula = INT64_C(1000000000) * sjw / (2 * 10 * 20);
            int64_t rest = INT64_C(1000000000) * spare_tq[faster] / (2 * 10 * 20) / SLOW_EDGES;
            tolerance_sjw = sjw;
            tolerance_faster = faster;
            int64_t limit = lab_limit(tolerates, formula, formula * 2);
            printf("# SJW %u, %s receiver: %lld ppm by the formula, %lld ppm measured\n", sjw,
                   faster ? "fast" : "slow", (long long)formula / 1000, (long long)limit / 1000);
            assert_true(limit <= formula + rest);
        }
    }
}

/* A receiver misreads bit `index` of the data field; returns the number of errors that follow. */
static unsigned errors_after_a_flag(unsigned index, int32_t drift_ppb)
{
    struct cs_timing sender = timing_with(PHASE2, -drift_ppb);
    struct cs_timing receiver = timing_with(PHASE2, drift_ppb);
    char fault[100];

    lab_open();
    int a = lab_attach_as("a", (struct cs_controller_config){.timing = &sender});
    lab_attach_as("b", (struct cs_controller_config){.timing = &receiver});
    lab_attach_as("c", (struct cs_controller_config){.timing = &sender});
    cs_sim_run_until(lab.sim, START);
    snprintf(fault, sizeof(fault), "flip field=data index=%u seen_by=b", index);
    lab_arm(fault);
    lab_send(a, "123#919191A1A189C185");
    lab_run(400 * BIT);
    assert_int_equal(lab_look(a).sent, 1);
    return lab_count(CS_EV_ERROR, CS_NO_NODE);
}

/* Thirteen bits without an edge is as long as superposed flags make it, and the last of them has to
 * be read right: (13 * bit time - phase_seg2) * (1 + df) < 13 * bit time * (1 - df). The books
 * round that to df <= min(phase_seg1, phase_seg2) / (2 * (13 * bit time - phase_seg2)), 1 % more
 * here. */
static void clock_tolerance_of_error_flags(void **state)
{
    (void)state;
    int32_t limit = 1000000000 / (2 * 13 * 20 - PHASE2) * PHASE2 - 1000;
    unsigned missed = 0;

    for (unsigned i = 0; i < 64; i++) {
        unsigned errors = errors_after_a_flag(i, 0);
        assert_in_range(errors, 3, 4);
        assert_int_equal(errors_after_a_flag(i, limit), errors);
        assert_int_equal(errors_after_a_flag(i, -limit), errors);
        missed += errors_after_a_flag(i, limit + 2000) != errors;
    }
    assert_true(missed > 0);
}

/* ---- propagation delay -------------------------------------------------------------------- */

/* `a` and, at a distance, `b` begin a frame when the one before is over, each by its own clock:
 * they have to see the bit that decides within the same bit. */
static bool arbitrates(int64_t delay_ps)
{
    struct cs_timing timing = timing_with(1, 0);

    lab_open();
    int a = lab_attach_as("a", (struct cs_controller_config){.timing = &timing});
    int b =
        lab_attach_as("b", (struct cs_controller_config){.timing = &timing, .delay_ps = delay_ps});
    int c = lab_attach_as("c", (struct cs_controller_config){.timing = &timing});
    cs_sim_run_until(lab.sim, START);
    lab_send(c, "001#");
    lab_run(10 * BIT);
    lab_send(a, "2AB#01");
    lab_send(b, "2AA#02");
    lab_run(300 * BIT);
    return lab_count(CS_EV_ERROR, CS_NO_NODE) == 0 && lab_look(b).sent == 1 &&
           lab_count(CS_EV_ARB_LOST, a) == 1;
}

static bool acknowledges(int64_t delay_ps)
{
    struct cs_timing timing = timing_with(1, 0);

    lab_open();
    int a = lab_attach_as("a", (struct cs_controller_config){.timing = &timing});
    lab_attach_as("b", (struct cs_controller_config){.timing = &timing, .delay_ps = delay_ps});
    cs_sim_run_until(lab.sim, START);
    lab_send(a, "2AA#01");
    lab_run(100 * BIT);
    return lab_count(CS_EV_ERROR, CS_NO_NODE) == 0 && lab_look(a).sent == 1;
}

/* prop_seg has to hold the way there and back; what really fails is the sample that comes before
 * the answer. */
static void propagation_delay(void **state)
{
    (void)state;
    assert_true(acknowledges(PROP * TQ / 2));
    assert_true(arbitrates(PROP * TQ / 2));
    int64_t ack = lab_limit(acknowledges, 0, BIT);
    int64_t arbitration = lab_limit(arbitrates, 0, BIT);
    printf("# there and back: prop_seg %lld ns, sample point %lld ns, ACK %lld ps, "
           "arbitration %lld ps\n",
           (long long)(PROP * TQ / 1000), (long long)(SAMPLE * TQ / 1000), (long long)(2 * ack),
           (long long)(2 * arbitration));
    assert_in_range(2 * ack, SAMPLE * TQ - 2, SAMPLE * TQ - 1);
    assert_in_range(2 * arbitration, SAMPLE * TQ - 2, SAMPLE * TQ - 1);
}

/* ---- transceiver delay compensation ------------------------------------------------------- */

static struct cs_timing data_timing;

/* An FD transmitter sees its own bits after its transceiver's delay, both ways. */
static bool sends_fast(int64_t delay_ps)
{
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 5000000};

    lab_open_as(&config);
    int a = lab_attach_as(
        "a", (struct cs_controller_config){.timing = &data_timing, .delay_ps = delay_ps});
    lab_attach("b");
    cs_sim_run_until(lab.sim, START);
    lab_send(a, "123##355AA55AA55AA");
    lab_run(300 * BIT);
    return lab_count(CS_EV_ERROR, CS_NO_NODE) == 0 && lab_look(a).sent == 1;
}

static void use_tdc(enum cs_tdc_mode mode)
{
    struct cs_bus_config config = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 5000000};

    lab_open_as(&config);
    data_timing = *cs_bus_timing(lab.bus);
    data_timing.tdc = (uint8_t)mode;
    data_timing.tdc_offset = (uint16_t)(data_timing.data.prop_seg + data_timing.data.phase_seg1);
}

/* Without it the data bit rate's sample point is the limit; with it only the nominal one is. */
static void transceiver_delay(void **state)
{
    (void)state;
    static const enum cs_tdc_mode with[] = {CS_TDC_ON, CS_TDC_AUTO};
    static const int64_t data_sample = 150000, sample = 1750000; /* 75 % of 200 ns, 87.5 % */

    use_tdc(CS_TDC_OFF);
    assert_in_range(2 * lab_limit(sends_fast, 0, 200000), data_sample - 2, data_sample - 1);
    for (unsigned i = 0; i < 2; i++) {
        use_tdc(with[i]);
        assert_in_range(2 * lab_limit(sends_fast, 0, BIT), sample - 2, sample - 1);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, lab_teardown)
    const struct CMUnitTest tests[] = {
        T(resynchronization_up_to_sjw),
        T(one_synchronization_between_samples),
        T(no_synchronization_after_a_dominant_sample),
        T(sample_is_the_level_before_the_edge),
        T(short_pulse_is_no_sof),
        T(hard_synchronization_in_idle),
        T(transmitter_ignores_its_own_delay),
        T(clock_tolerance),
        T(clock_tolerance_of_error_flags),
        T(propagation_delay),
        T(transceiver_delay),
    };
    return cmocka_run_group_tests_name("conformance_time", tests, NULL, NULL);
}
