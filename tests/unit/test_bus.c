/* SPDX-License-Identifier: MIT */
/* A bus against the standard: arbitration, ACK, retransmission, counters and states, to the bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "tests/unit/trace.h"

#define BIT INT64_C(2000000) /* 500 kbit/s */

struct seen {
    enum cs_event_kind kind;
    int64_t at_ps, start_ps;
    int node;
    unsigned bit, attempt, tec, rec, error, field, n_bits, lost;
    enum cs_node_state state;
    enum cs_tx_result result;
};

#define MAX_SEEN 4096
static struct fixture {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct seen seen[MAX_SEEN];
    unsigned n;
} f;

static void observe(void *ctx, const struct cs_event *event)
{
    (void)ctx;
    if (f.n < MAX_SEEN) {
        f.seen[f.n++] = (struct seen){(enum cs_event_kind)event->kind,
                                      event->at_ps,
                                      event->start_ps,
                                      event->node,
                                      event->bit,
                                      event->attempt,
                                      event->tec,
                                      event->rec,
                                      event->error,
                                      event->field,
                                      event->n_bits,
                                      event->lost,
                                      (enum cs_node_state)event->state,
                                      (enum cs_tx_result)event->result};
    }
}

static int setup(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    f.sim = cs_sim_create(1);
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = 500000};
    assert_int_equal(cs_sim_add_bus(f.sim, &config), 0);
    f.bus = cs_sim_bus(f.sim, 0);
    cs_sim_observe(f.sim, observe, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cs_sim_destroy(f.sim);
    return 0;
}

static int attach(const char *name, unsigned mode)
{
    struct cs_controller_config config = {.name = name, .mode = mode, .recovery_ps = 0};
    return cs_bus_attach(f.bus, &config);
}

static void send(int node, const char *text)
{
    struct cs_frame frame;
    assert_int_equal(cs_frame_parse(text, &frame, NULL, 0), 0);
    assert_int_equal(cs_bus_submit(f.bus, node, &frame, 0), 0);
}

static unsigned wire_bits(const char *text)
{
    struct cs_frame frame;
    struct cs_wire wire;
    assert_int_equal(cs_frame_parse(text, &frame, NULL, 0), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    return wire.n_bits;
}

/* The n-th (0..) event of a kind, or NULL. */
static const struct seen *nth(enum cs_event_kind kind, unsigned n)
{
    for (unsigned i = 0; i < f.n; i++) {
        if (f.seen[i].kind == kind && n-- == 0) {
            return &f.seen[i];
        }
    }
    return NULL;
}

static unsigned count(enum cs_event_kind kind)
{
    unsigned n = 0;
    while (nth(kind, n)) {
        n++;
    }
    return n;
}

static void status(int node, struct cs_node_status *out)
{
    assert_int_equal(cs_bus_node_status(f.bus, node, out), 0);
}

static void one_frame_takes_its_bits(void **state)
{
    (void)state;
    int a = attach("a", 0);
    attach("b", 0);
    send(a, "123#DEADBEEF");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    const struct seen *frame = nth(CS_EV_FRAME, 0);
    assert_non_null(frame);
    assert_int_equal(frame->start_ps, 0);
    assert_int_equal(frame->at_ps, wire_bits("123#DEADBEEF") * BIT);
    assert_int_equal(frame->n_bits, wire_bits("123#DEADBEEF"));
    assert_int_equal(count(CS_EV_SENT), 1);
}

static void intermission_is_three_bits(void **state)
{
    (void)state;
    int a = attach("a", 0);
    attach("b", 0);
    send(a, "123#11");
    send(a, "123#22");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_FRAME, 1)->start_ps, nth(CS_EV_FRAME, 0)->at_ps + 3 * BIT);
}

static void lower_identifier_wins_and_the_loser_tells_the_bit(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0);
    /* 0x123 = 001 0010 0011, 0x122 = 001 0010 0010: they differ in ID.18, bit 11 after SOF; no
     * stuff bit comes before. */
    send(a, "123#11");
    send(b, "122#22");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(count(CS_EV_ARB_LOST), 1);
    const struct seen *lost = nth(CS_EV_ARB_LOST, 0);
    assert_int_equal(lost->node, a);
    assert_int_equal(lost->bit, 11);
    assert_int_equal(lost->at_ps, 12 * BIT);
    assert_int_equal(nth(CS_EV_FRAME, 0)->node, b);
    assert_int_equal(nth(CS_EV_FRAME, 1)->node, a);
    assert_int_equal(nth(CS_EV_FRAME, 1)->attempt, 2);
    assert_int_equal(nth(CS_EV_FRAME, 1)->lost, 1);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(s.tec, 0); /* losing is no error */
    assert_int_equal(s.arb_lost, 1);
    assert_int_equal(s.received, 1);
}

static void arbitration_rules(void **state)
{
    (void)state;
    /* winner, loser, bit at which the loser drops out */
    static const struct {
        const char *winner, *loser;
        unsigned bit;
    } rows[] = {
        {"123#11", "123#R", 12},           /* data beats remote at RTR */
        {"123#11", "048D1111#11", 12},     /* base beats extended with its base id at SRR */
        {"123#R", "048D1111#11", 13},      /* remote base against extended: at IDE */
        {"0AAAAAAA#11", "0AAAAAAA#R", 32}, /* extended RTR comes after 18 more bits */
        {"7FE#", "7FF#", 13},              /* two stuff bits before ID.18 */
        {"000#", "001#", 13},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        teardown(NULL);
        setup(NULL);
        int a = attach("a", 0), b = attach("b", 0);
        send(a, rows[i].loser);
        send(b, rows[i].winner);
        cs_sim_run_until(f.sim, CS_PS_PER_MS);
        assert_int_equal(nth(CS_EV_FRAME, 0)->node, b);
        assert_int_equal(nth(CS_EV_ARB_LOST, 0)->node, a);
        assert_int_equal(nth(CS_EV_ARB_LOST, 0)->bit, rows[i].bit);
        assert_int_equal(count(CS_EV_ERROR), 0);
        assert_int_equal(count(CS_EV_FRAME), 2);
    }
}

static void three_contenders_drop_out_in_turn(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0), c = attach("c", 0);
    send(a, "7A0#"); /* 111 1010 0000 */
    send(b, "555#"); /* 101 0101 0101 */
    send(c, "554#"); /* 101 0101 0100 */
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_ARB_LOST, 0)->node, a);
    assert_int_equal(nth(CS_EV_ARB_LOST, 0)->bit, 2);
    assert_int_equal(nth(CS_EV_ARB_LOST, 1)->node, b);
    assert_int_equal(nth(CS_EV_ARB_LOST, 1)->bit, 11);
    assert_int_equal(nth(CS_EV_FRAME, 0)->node, c);
    assert_int_equal(nth(CS_EV_FRAME, 1)->node, b);
    assert_int_equal(nth(CS_EV_FRAME, 2)->node, a);
}

static void lone_node_becomes_passive_and_stays(void **state)
{
    (void)state;
    int a = attach("a", 0);
    send(a, "123#DEADBEEF");
    cs_sim_run_until(f.sim, CS_PS_PER_S);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(s.state, CS_STATE_ERROR_PASSIVE);
    assert_int_equal(s.tec, 128);
    assert_int_equal(s.rec, 0);
    assert_int_equal(count(CS_EV_FRAME), 0);
    /* Sixteen errors count eight each; the seventeenth counts nothing any more. */
    unsigned ack = wire_bits("123#DEADBEEF") - 9; /* ACK slot, ACK delimiter, EOF */
    for (unsigned i = 0; i < 20; i++) {
        const struct seen *error = nth(CS_EV_ERROR, i);
        assert_int_equal(error->error, CS_ERROR_ACK);
        assert_int_equal(error->bit, ack);
        assert_int_equal(error->tec, i < 16 ? 8 * (i + 1) : 128);
    }
    assert_int_equal(count(CS_EV_STATE), 1);
    assert_int_equal(nth(CS_EV_STATE, 0)->at_ps, nth(CS_EV_ERROR, 15)->at_ps);
    /* Active: ACK slot ends, 6 flag, 8 delimiter, 3 intermission. Passive: 8 suspend more. */
    int64_t attempt = (ack + 1) * BIT;
    assert_int_equal(nth(CS_EV_ERROR, 0)->at_ps, attempt);
    assert_int_equal(nth(CS_EV_TX_START, 1)->at_ps, attempt + 17 * BIT);
    assert_int_equal(nth(CS_EV_TX_START, 17)->at_ps - nth(CS_EV_TX_START, 16)->at_ps,
                     attempt + 25 * BIT);
    assert_int_equal(nth(CS_EV_TX_START, 16)->at_ps - nth(CS_EV_TX_START, 15)->at_ps,
                     attempt + 25 * BIT);
    assert_int_equal(nth(CS_EV_ERROR_FRAME, 0)->at_ps, attempt + 14 * BIT);
}

static void help_for_the_lone_node(void **state)
{
    (void)state;
    int a = attach("a", 0);
    send(a, "123#DEADBEEF");
    cs_sim_run_until(f.sim, 100 * CS_PS_PER_MS);
    attach("late", 0);
    cs_sim_run_until(f.sim, 200 * CS_PS_PER_MS);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(count(CS_EV_FRAME), 1);
    assert_int_equal(s.tec, 127);
    assert_int_equal(s.state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(s.sent, 1);
}

static void listen_only_does_not_acknowledge(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", CS_MODE_LISTEN_ONLY);
    send(a, "123#DEADBEEF");
    cs_sim_run_until(f.sim, 100 * CS_PS_PER_MS);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(s.tec, 128);
    assert_int_equal(count(CS_EV_FRAME), 0);
    status(b, &s);
    assert_int_equal(s.rec, 0);
    /* An active flag destroys the frame for the listener too; once the transmitter is passive its
     * flag is recessive, and a receiver has no reason to doubt the frame. */
    unsigned attempts = count(CS_EV_TX_START);
    unsigned form_errors = 0;
    for (unsigned i = 0; i < count(CS_EV_ERROR); i++) {
        form_errors += nth(CS_EV_ERROR, i)->node == b;
    }
    assert_int_equal(form_errors, 16); /* one for each active flag, and back in step after it */
    assert_in_range(s.received, attempts - 17, attempts - 16);
    struct cs_frame frame = {.id = 1};
    assert_int_equal(cs_bus_submit(f.bus, b, &frame, 0), -EPERM);
    /* Into normal mode: it acknowledges the next attempt. */
    assert_int_equal(cs_bus_set_mode(f.bus, b, CS_MODE_NORMAL), 0);
    cs_sim_run_until(f.sim, 200 * CS_PS_PER_MS);
    assert_int_equal(count(CS_EV_FRAME), 1);
}

static void loopback_needs_nobody(void **state)
{
    (void)state;
    int a = attach("a", CS_MODE_LOOPBACK);
    send(a, "123#DEADBEEF");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(s.sent, 1);
    assert_int_equal(s.received, 1);
    assert_int_equal(s.tec, 0);
}

static void one_shot_tries_once(void **state)
{
    (void)state;
    int a = attach("a", CS_MODE_ONE_SHOT);
    send(a, "123#");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(count(CS_EV_TX_START), 1);
    assert_int_equal(nth(CS_EV_DROPPED, 0)->result, CS_TX_FAILED_ERROR);
    int b = attach("b", 0);
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    send(a, "124#");
    send(b, "123#");
    cs_sim_run_until(f.sim, 3 * CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_DROPPED, 1)->result, CS_TX_FAILED_ARB);
    assert_int_equal(count(CS_EV_FRAME), 1);
}

static void same_identifier_other_data_ends_in_bus_off(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0);
    attach("c", 0);
    send(a, "100#00");
    send(b, "100#01");
    cs_sim_run_until(f.sim, 20 * CS_PS_PER_MS);
    const struct seen *error = nth(CS_EV_ERROR, 0);
    assert_int_equal(error->node, b); /* sends the recessive bit */
    assert_int_equal(error->error, CS_ERROR_BIT);
    assert_int_equal(error->field, CS_FIELD_DATA);
    assert_int_equal(error->tec, 8);
    /* Both meet again and again until one of them is passive and lets the other pass. */
    struct cs_node_status s;
    assert_true(count(CS_EV_ERROR) > 16);
    assert_int_equal(count(CS_EV_FRAME), 2);
    status(a, &s);
    assert_int_equal(s.sent, 1);
    status(b, &s);
    assert_int_equal(s.sent, 1);
}

static void bus_off_and_128_times_11_bits(void **state)
{
    (void)state;
    int a = attach("a", 0);
    attach("b", 0);
    assert_int_equal(cs_bus_set_counters(f.bus, a, 256, 0), 0);
    struct cs_node_status s;
    status(a, &s);
    assert_int_equal(s.state, CS_STATE_BUS_OFF);
    struct cs_frame frame = {.id = 1};
    assert_int_equal(cs_bus_submit(f.bus, a, &frame, 0), -ENETDOWN);
    cs_sim_run_until(f.sim, CS_PS_PER_S);
    const struct seen *back = nth(CS_EV_STATE, 1);
    assert_int_equal(back->state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(back->at_ps, 128 * 11 * BIT);
    assert_int_equal(back->tec, 0);
}

static void recovery_counts_runs_between_frames(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0);
    attach("c", 0);
    assert_int_equal(cs_bus_set_counters(f.bus, a, 256, 0), 0);
    /* Frames back to back leave exactly one run of 11 recessive bits each. */
    for (int i = 0; i < 60; i++) {
        send(b, "123#11");
    }
    cs_sim_run_until(f.sim, CS_PS_PER_S);
    /* The first starts at 0, so no run comes before it. After the last the idle bus gives the rest.
     */
    int64_t last = nth(CS_EV_FRAME, 59)->at_ps + 3 * BIT;
    assert_int_equal(nth(CS_EV_STATE, 1)->at_ps, last + (128 - 60) * 11 * BIT);
}

static void manual_recovery_waits(void **state)
{
    (void)state;
    struct cs_controller_config config = {.name = "a", .recovery_ps = CS_RECOVERY_MANUAL};
    int a = cs_bus_attach(f.bus, &config);
    assert_int_equal(cs_bus_recover(f.bus, a), -EALREADY);
    cs_bus_set_counters(f.bus, a, 256, 0);
    cs_sim_run_until(f.sim, CS_PS_PER_S);
    assert_int_equal(count(CS_EV_STATE), 1);
    assert_int_equal(cs_bus_recover(f.bus, a), 0);
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_S);
    assert_int_equal(nth(CS_EV_STATE, 1)->at_ps, CS_PS_PER_S + 128 * 11 * BIT);
}

static void joining_takes_eleven_recessive_bits(void **state)
{
    (void)state;
    int a = attach("a", 0);
    attach("b", 0);
    cs_sim_run_until(f.sim, 5 * BIT / 2);
    int c = attach("c", 0);
    send(c, "123#");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_TX_START, 0)->at_ps, 5 * BIT / 2 + 11 * BIT);
    /* Joining in the middle of a frame: up to the end of its intermission. */
    send(a, "100#1122334455667788");
    cs_sim_run_until(f.sim, CS_PS_PER_MS + 20 * BIT);
    int d = attach("d", 0);
    send(d, "001#");
    send(a, "700#");
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_FRAME, 2)->node, d);
    assert_int_equal(nth(CS_EV_FRAME, 2)->start_ps, nth(CS_EV_FRAME, 1)->at_ps + 3 * BIT);
}

static void suspend_lets_others_go_first(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0);
    cs_bus_set_counters(f.bus, a, 140, 0);
    send(a, "001#");
    send(a, "002#");
    cs_sim_run_until(f.sim, 30 * BIT);
    send(b, "7FF#");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_FRAME, 0)->node, a);
    assert_int_equal(nth(CS_EV_FRAME, 1)->node, b);
    assert_int_equal(nth(CS_EV_FRAME, 2)->node, a);
    assert_int_equal(nth(CS_EV_FRAME, 1)->start_ps, nth(CS_EV_FRAME, 0)->at_ps + 3 * BIT);
    assert_int_equal(nth(CS_EV_FRAME, 2)->start_ps, nth(CS_EV_FRAME, 1)->at_ps + 3 * BIT);
    send(a, "003#");
    send(a, "004#");
    f.n = 0;
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    assert_int_equal(nth(CS_EV_FRAME, 1)->start_ps, nth(CS_EV_FRAME, 0)->at_ps + 11 * BIT);
}

static void counters_go_down_with_success(void **state)
{
    (void)state;
    int a = attach("a", 0), b = attach("b", 0);
    struct cs_node_status s;
    cs_bus_set_counters(f.bus, a, 128, 0);
    cs_bus_set_counters(f.bus, b, 0, 200);
    send(a, "123#");
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    status(a, &s);
    assert_int_equal(s.tec, 127);
    assert_int_equal(s.state, CS_STATE_ERROR_ACTIVE);
    status(b, &s);
    assert_in_range(s.rec, 119, 127);
    assert_int_equal(s.state, CS_STATE_ERROR_ACTIVE);
    unsigned rec = s.rec;
    send(a, "123#");
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    status(b, &s);
    assert_int_equal(s.rec, rec - 1);
}

static void queue_order_and_limits(void **state)
{
    (void)state;
    struct cs_controller_config fifo = {.name = "fifo", .order = CS_TX_FIFO, .tx_queue_len = 3};
    int a = cs_bus_attach(f.bus, &fifo), b = attach("prio", 0);
    send(a, "300#");
    send(a, "100#");
    send(a, "200#");
    struct cs_frame frame = {.id = 5};
    assert_int_equal(cs_bus_submit(f.bus, a, &frame, 9), -ENOSPC);
    assert_int_equal(nth(CS_EV_REFUSED, 0)->result, CS_TX_QUEUE_FULL);
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(count(CS_EV_FRAME), 3);
    f.n = 0;
    for (int i = 0; i < 3; i++) {
        static const char *const texts[] = {"300#", "100#", "200#"};
        send(b, texts[i]);
    }
    assert_int_equal(cs_bus_abort(f.bus, b, 0), 3);
    assert_int_equal(count(CS_EV_DROPPED), 3);
    cs_sim_run_until(f.sim, 2 * CS_PS_PER_MS);
    assert_int_equal(count(CS_EV_FRAME), 0);
}

static void misuse_is_answered(void **state)
{
    (void)state;
    struct cs_controller_config config = {.name = ""};
    assert_int_equal(cs_bus_attach(f.bus, &config), -EINVAL);
    config.name = "x";
    config.bitrate_bps = 5000;
    assert_int_equal(cs_bus_attach(f.bus, &config), -EINVAL);
    config.bitrate_bps = 0;
    config.tx_queue_len = CS_TX_QUEUE_MAX + 1;
    assert_int_equal(cs_bus_attach(f.bus, &config), -EINVAL);
    config.tx_queue_len = 1;
    int x = cs_bus_attach(f.bus, &config), y = cs_bus_attach(f.bus, &config);
    assert_string_equal(cs_bus_node_name(f.bus, x), "x");
    assert_string_equal(cs_bus_node_name(f.bus, y), "x-2");
    struct cs_frame frame = {.id = 0x800};
    assert_int_equal(cs_bus_submit(f.bus, x, &frame, 0), -EINVAL);
    assert_int_equal(cs_bus_submit(f.bus, 77, &frame, 0), -ENOENT);
    frame = (struct cs_frame){.flags = CS_FRAME_FD};
    assert_int_equal(cs_bus_submit(f.bus, x, &frame, 0), -EOPNOTSUPP);
    struct cs_bus_config bad = {.name = "can0", .bitrate_bps = 500000};
    assert_int_equal(cs_sim_add_bus(f.sim, &bad), -EEXIST);
    bad.name = "a/b";
    assert_int_equal(cs_sim_add_bus(f.sim, &bad), -EINVAL);
    bad.name = "ok";
    bad.bitrate_bps = 5;
    assert_int_equal(cs_sim_add_bus(f.sim, &bad), -EINVAL);
}

static unsigned n_detached;

static void on_detached(void *ctx)
{
    (void)ctx;
    n_detached++;
}

static void leaving_waits_for_the_frame(void **state)
{
    (void)state;
    static const struct cs_controller_ops ops = {.detached = on_detached};
    struct cs_controller_config config = {.name = "a", .ops = &ops};
    int a = cs_bus_attach(f.bus, &config);
    attach("b", 0);
    n_detached = 0;
    send(a, "123#11");
    send(a, "124#11");
    cs_sim_run_until(f.sim, 10 * BIT);
    assert_int_equal(cs_bus_detach(f.bus, a), 0);
    assert_int_equal(n_detached, 0);
    cs_sim_run_until(f.sim, CS_PS_PER_MS);
    assert_int_equal(n_detached, 1);
    assert_int_equal(count(CS_EV_FRAME), 1);
    assert_int_equal(nth(CS_EV_DROPPED, 0)->result, CS_TX_DETACHED);
    assert_int_equal(cs_bus_detach(f.bus, a), -ENOENT);
    assert_int_equal(cs_bus_attach(f.bus, &config), a); /* the place is free again */
    assert_int_equal(cs_bus_detach(f.bus, a), 0);
    assert_int_equal(n_detached, 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(one_frame_takes_its_bits),
        T(intermission_is_three_bits),
        T(lower_identifier_wins_and_the_loser_tells_the_bit),
        T(arbitration_rules),
        T(three_contenders_drop_out_in_turn),
        T(lone_node_becomes_passive_and_stays),
        T(help_for_the_lone_node),
        T(listen_only_does_not_acknowledge),
        T(loopback_needs_nobody),
        T(one_shot_tries_once),
        T(same_identifier_other_data_ends_in_bus_off),
        T(bus_off_and_128_times_11_bits),
        T(recovery_counts_runs_between_frames),
        T(manual_recovery_waits),
        T(joining_takes_eleven_recessive_bits),
        T(suspend_lets_others_go_first),
        T(counters_go_down_with_success),
        T(queue_order_and_limits),
        T(misuse_is_answered),
        T(leaving_waits_for_the_frame),
    };
    return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
