/* SPDX-License-Identifier: MIT */
/* Sleep and wake-up, the interrupt line, changes of mode. 6.3.4, 6.3.6, 6.4.3, 6.4.6, 6.4.7. */
#include "test_sja1000.h"

static const struct cs_frame frame = {.id = 0x123, .dlc = 1, .len = 1, .data = {0x55}};

/* ---- sleep ---------------------------------------------------------------------------------- */

static void sleeps_until_the_bus_wakes_it(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    start(w, 0, 0xFF);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), SM);
    assert_int_equal(get(w, SR), TBS | TCS);
    assert_int_equal(get(w, IR), 0);
    run_bits(w, 1000);
    assert_int_equal(get(w, MOD), SM);
    /* It misses the message that wakes it, and takes part again 11 recessive bits later. */
    peer_sends(w, &frame);
    run_bits(w, 2);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, SR), TS | RS | TBS | TCS);
    assert_int_equal(get(w, IR), WUI);
    run_bits(w, 200);
    cs_bus_node_status(w->bus, w->peer, &status);
    assert_int_equal(status.retries, 1);
    assert_int_equal(get(w, RMC), 1);
}

static void its_host_wakes_it(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    put(w, MOD, SM);
    put(w, MOD, 0);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), WUI);
    put(w, MOD, 0); /* awake already */
    assert_int_equal(get(w, IR), 0);
    run_bits(w, 20);
    receive(w, &frame);
    assert_int_equal(get(w, RMC), 1);
}

static void counters_outlast_sleep(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    put(w, MOD, RM);
    put(w, TXERR, 130);
    put(w, RXERR, 10);
    put(w, MOD, 0);
    run_bits(w, 20);
    receive(w, &frame); /* REC goes down by one */
    load(w, &frame);
    put(w, CMR, TR); /* and TEC */
    run_bits(w, 100);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), SM);
    assert_int_equal(get(w, TXERR), 129);
    assert_int_equal(get(w, RXERR), 9);
    put(w, MOD, 0);
    run_bits(w, 20);
    assert_int_equal(get(w, TXERR), 129);
    assert_int_equal(get(w, RXERR), 9);
    receive(w, &frame);
    assert_int_equal(get(w, RXERR), 8);
    load(w, &frame);
    put(w, CMR, TR);
    run_bits(w, 100);
    assert_int_equal(get(w, TXERR), 128);
}

static void refuses_to_sleep(void **state)
{
    struct world *w = *state;

    /* In reset mode the bit cannot be set, nor with leaving it, nor before the bus is idle. */
    configure(w, 0xFF);
    put(w, MOD, RM | SM);
    assert_int_equal(get(w, MOD), RM);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), 0);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), WUI);
    run_bits(w, 20);
    /* While the bus is busy. */
    peer_sends(w, &frame);
    run_bits(w, 10);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), WUI);
    run_bits(w, 100);
    /* While an interrupt is pending. */
    assert_true(w->irq);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), WUI | RI);
    assert_int_equal(get(w, SR) & (RS | TS), 0); /* it has not left the bus for it */
    put(w, CMR, RRB);
    /* While a request is. */
    load(w, &frame);
    put(w, CMR, TR);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), 0);
    run_bits(w, 100);
    assert_int_equal(w->n_got, 1);
    get(w, IR);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), SM);
}

static void reset_mode_ends_sleep(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    put(w, MOD, SM);
    put(w, MOD, RM);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, SR), 0x3C);
    put(w, MOD, 0);
    run_bits(w, 20);
    receive(w, &frame);
    assert_int_equal(get(w, RMC), 1);
}

/* The output going low wakes it, too: a message waits, and RIE is set. */
static void its_own_interrupt_wakes_it(void **state)
{
    struct world *w = *state;

    start(w, 0, WUI);
    receive(w, &frame);
    put(w, MOD, SM);
    assert_int_equal(get(w, MOD), SM);
    put(w, IER, WUI | RI);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, IR), WUI | RI);
}

/* GTS; waking up is always told. */
static void basic_sleep(void **state)
{
    struct world *w = *state;

    start_basic(w, 0);
    put(w, CMR, GTS);
    assert_int_equal(get(w, IR), 0xE0);
    peer_sends(w, &frame);
    run_bits(w, 2);
    assert_int_equal(get(w, IR), 0xE0 | WUI);
    put(w, CMR, GTS); /* not yet part of the bus's traffic */
    run_bits(w, 200);
    assert_int_equal(get(w, SR) & RBS, RBS);
    get(w, IR);
    put(w, CMR, GTS);
    put(w, CMR, 0);
    assert_int_equal(get(w, IR), 0xE0 | WUI);
    peer_sends(w, &frame);
    run_bits(w, 30);
    put(w, CMR, GTS);
    assert_int_equal(get(w, IR), 0xE0 | WUI);
}

/* ---- the line ------------------------------------------------------------------------------- */

/* Each bit of IR asks alone, and the line changes once. */
static void line_is_a_level(void **state)
{
    struct world *w = *state;

    start(w, 0, TI | EI);
    load(w, &frame);
    put(w, CMR, TR);
    run_bits(w, 100);
    assert_true(w->irq);
    assert_int_equal(w->n_irq, 1);
    put(w, IER, 0); /* a bit that is set stays */
    assert_true(w->irq);
    put(w, MOD, RM); /* but not through reset mode */
    assert_false(w->irq);
    assert_int_equal(w->n_irq, 2);
    put(w, IER, EI);
    put(w, TXERR, 100);
    put(w, MOD, 0);
    assert_true(w->irq);
    put(w, MOD, RM); /* which keeps the error warning */
    assert_true(w->irq);
    assert_int_equal(get(w, IR), EI);
    assert_false(w->irq);
    assert_int_equal(w->n_irq, 4);
    assert_false(cs_sja1000_irq(w->chip));
}

static void basic_interrupt_enables(void **state)
{
    struct world *w = *state;

    start_basic(w, 0);
    put(w, TXB, 0x24);
    put(w, TXB + 1, 0x60);
    put(w, CMR, TR);
    run_bits(w, 100);
    receive(w, &frame);
    assert_false(w->irq);
    put(w, CR, 0x1E);
    put(w, CMR, TR);
    run_bits(w, 100);
    assert_int_equal(get(w, IR), 0xE0 | TI);
    receive(w, &frame); /* there was one already */
    assert_int_equal(get(w, IR), 0xE0);
    put(w, CMR, RRB);
    assert_int_equal(get(w, IR), 0xE0 | RI);
}

/* ---- other changes -------------------------------------------------------------------------- */

static void from_pelican_to_basic_and_back(void **state)
{
    struct world *w = *state;

    start(w, LOM | AFM, 0xFF);
    put(w, MOD, RM);
    put(w, CDR, 0);
    assert_int_equal(get(w, CR), 0x21);
    put(w, AC, 0x24);
    put(w, AM, 0);
    put(w, CR, 0); /* BasicCAN knows no listen-only */
    run_bits(w, 20);
    receive(w, &frame);
    assert_int_equal(get(w, RXB), 0x24);
    assert_int_equal(get(w, RXB + 1), 0x61);
    assert_int_equal(get(w, RXB + 2), 0x55);
    put(w, CR, RM);
    put(w, CDR, PELICAN);
    assert_int_equal(get(w, MOD), RM | LOM | AFM);
    assert_int_equal(get(w, RMC), 0);
}

/* A slow crystal makes all slower; one that no controller here can have keeps it off. */
static void other_crystals(void **state)
{
    struct world *w = *state;
    struct cs_sja1000_config config = {
        .bus = w->bus, .name = "slow", .via = "card", .osc_hz = 8000000, .irq = on_irq, .ctx = w};
    struct cs_sja1000 *other = cs_sja1000_create(&w->host, &config);
    struct cs_node_status status;

    cs_sja1000_write(other, BTR1, BTR1_500K);
    cs_sja1000_write(other, CR, 0);
    cs_bus_node_status(w->bus, cs_sja1000_node(other), &status);
    assert_int_equal(status.bitrate_bps, 250000);
    cs_sja1000_destroy(other);
    config.osc_hz = 100000;
    other = cs_sja1000_create(&w->host, &config);
    cs_sja1000_write(other, CR, 0);
    assert_int_equal(cs_sja1000_node(other), CS_NO_NODE);
    cs_sja1000_write(other, CMR, TR);
    run_bits(w, 100);
    assert_int_equal(cs_sja1000_read(other, SR), 0);
    cs_sja1000_write(other, CMR, AT);
    assert_int_equal(cs_sja1000_read(other, SR), TBS);
    cs_sja1000_destroy(other);
    cs_sja1000_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sleeps_until_the_bus_wakes_it),
        TEST(its_host_wakes_it),
        TEST(counters_outlast_sleep),
        TEST(refuses_to_sleep),
        TEST(reset_mode_ends_sleep),
        TEST(its_own_interrupt_wakes_it),
        TEST(basic_sleep),
        TEST(line_is_a_level),
        TEST(basic_interrupt_enables),
        TEST(from_pelican_to_basic_and_back),
        TEST(other_crystals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
