/* SPDX-License-Identifier: MIT */
/* Errors: captures, counters, warning, passive, bus-off and the way back, counters that the host
 * writes, bit timings that do not fit. 6.3.5, 6.4.2, 6.4.5 to 6.4.12, 6.5.1, 6.5.2. */
#include "test_sja1000.h"

static const struct cs_frame frame = {.id = 0x123, .dlc = 1, .len = 1, .data = {0x55}};

/* In reset mode, then on again. */
static void set_counters(struct world *w, unsigned tec, unsigned rec)
{
    put(w, MOD, RM);
    put(w, TXERR, tec);
    put(w, RXERR, rec);
    put(w, MOD, 0);
}

/* Errors on the way, and no EI before the counter has come there. */
static void run_until_at_least(struct world *w, unsigned counter, unsigned value)
{
    for (unsigned i = 0; get(w, counter) < value; i++) {
        assert_true(i < 2000);
        assert_int_equal(get(w, IR) & (EI | EPI), 0);
        run_bits(w, 5);
    }
}

/* ---- captures ------------------------------------------------------------------------------- */

/* Once until read; ALI with it. */
static void arbitration_lost_capture(void **state)
{
    struct world *w = *state;
    struct cs_frame high = frame, low = frame;

    start(w, 0, ALI);
    high.id = 0x7FF;
    low.id = 0x7FF & ~(1u << 4); /* bit 7 of the identifier, counted from 1 */
    send(w, &high, TR);
    peer_sends(w, &low);
    run_bits(w, 20);
    assert_int_equal(get(w, IR), ALI);
    assert_int_equal(get(w, SR) & TBS, 0);
    run_bits(w, 300);
    low.id = 0x100;
    send(w, &high, TR);
    peer_sends(w, &low);
    run_bits(w, 300);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, ALC), 6);
    assert_int_equal(get(w, ALC), 6);
    send(w, &high, TR);
    peer_sends(w, &low);
    run_bits(w, 300);
    assert_int_equal(get(w, IR), ALI);
    assert_int_equal(get(w, ALC), 0);
    assert_int_equal(w->n_got, 3);
}

/* Also where the interrupt is not enabled: then none comes until the register is read. */
static void error_code_capture(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    arm(w, "flip field=id index=0 id=0x123 count=1");
    send(w, &frame, TR);
    run_bits(w, 200);
    put(w, IER, BEI);
    arm(w, "flip field=data index=2 id=0x123 count=1");
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, ECC), 0x02); /* bit error, sending, ID.28 to ID.21 */
    arm(w, "flip field=data index=2 id=0x123 count=1");
    send(w, &frame, TR);
    run_bits(w, 200);
    assert_int_equal(get(w, IR), BEI);
    assert_int_equal(get(w, ECC), 0x0A); /* data field */
    arm(w, "flip field=crc index=3 id=0x123 count=1 seen_by=guest");
    peer_sends(w, &frame);
    run_bits(w, 300);
    assert_int_equal(get(w, IR), BEI);
    assert_int_equal(get(w, ECC) & 0x20, 0x20); /* receiving */
}

static void no_ack(void **state)
{
    struct world *w = *state;

    start(w, 0, BEI | EI | EPI);
    cs_bus_remove(w->bus, w->peer);
    send(w, &frame, TR);
    run_bits(w, 80);
    assert_int_equal(get(w, IR), BEI);
    assert_int_equal(get(w, ECC), 0xD9);
    assert_int_equal(get(w, TXERR), 8);
    /* Warning at 96, passive at 128, and no further. */
    run_until_at_least(w, TXERR, 96);
    assert_int_equal(get(w, SR) & ES, ES);
    assert_int_equal(get(w, IR) & (EI | EPI), EI);
    run_until_at_least(w, TXERR, 128);
    assert_int_equal(get(w, IR) & (EI | EPI), EPI);
    run_bits(w, 5000);
    assert_int_equal(get(w, TXERR), 128);
    assert_int_equal(get(w, IR) & (EI | EPI), 0);
    /* The way back: EPI, then EI. */
    const struct cs_controller_config third = {.name = "third"};
    w->third = cs_bus_attach(w->bus, &third);
    run_bits(w, 200);
    assert_int_equal(get(w, TXERR), 127);
    assert_int_equal(get(w, IR) & (EI | EPI), EPI);
    for (unsigned i = 0; i < 32; i++) {
        assert_int_equal(get(w, SR) & ES, ES);
        send(w, &frame, TR);
        run_bits(w, 100);
    }
    assert_int_equal(get(w, TXERR), 95);
    assert_int_equal(get(w, SR) & ES, 0);
    assert_int_equal(get(w, IR) & (EI | EPI), EI);
}

static void receive_errors(void **state)
{
    struct world *w = *state;

    start(w, 0, EI | EPI);
    set_counters(w, 0, 90);
    run_bits(w, 20);
    arm(w, "flip field=data index=3 seen_by=guest count=all");
    peer_sends(w, &frame);
    run_until_at_least(w, RXERR, 96);
    assert_int_equal(get(w, SR) & ES, ES);
    assert_int_equal(get(w, IR), EI);
    cs_bus_reset(w->bus, w->peer);
    set_counters(w, 0, 120);
    run_bits(w, 50);
    arm(w, "flip field=data index=3 seen_by=guest count=all");
    peer_sends(w, &frame);
    run_until_at_least(w, RXERR, 128);
    assert_int_equal(get(w, SR) & ES, ES);
    assert_int_equal(get(w, IR), EPI);
    assert_int_equal(get(w, TXERR), 0);
}

/* ---- limits and counters that the host writes ------------------------------------------------ */

/* 6.4.10: what it makes of the error status is told when reset mode is left. */
static void warning_limit(void **state)
{
    struct world *w = *state;

    start(w, 0, EI);
    set_counters(w, 50, 60);
    run_bits(w, 20);
    assert_int_equal(get(w, TXERR), 50);
    assert_int_equal(get(w, RXERR), 60);
    assert_int_equal(get(w, SR) & ES, 0);
    put(w, MOD, RM);
    put(w, EWLR, 60);
    assert_int_equal(get(w, SR) & ES, 0);
    assert_int_equal(get(w, IR), 0);
    put(w, MOD, 0);
    assert_int_equal(get(w, SR) & ES, ES);
    assert_int_equal(get(w, IR), EI);
    run_bits(w, 20);
    peer_sends(w, &frame);
    run_bits(w, 100);
    assert_int_equal(get(w, RXERR), 59);
    assert_int_equal(get(w, SR) & ES, 0);
    assert_int_equal(get(w, IR), EI);
    put(w, EWLR, 1);
    assert_int_equal(get(w, EWLR), 60);
}

static void written_counters(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    start(w, 0, EI | EPI);
    put(w, TXERR, 200);
    put(w, RXERR, 200);
    assert_int_equal(get(w, TXERR), 0);
    assert_int_equal(get(w, RXERR), 0);
    put(w, MOD, RM);
    put(w, TXERR, 128);
    put(w, RXERR, 3);
    assert_int_equal(get(w, TXERR), 128);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, SR) & ES, 0);
    put(w, MOD, 0);
    assert_int_equal(get(w, IR), EI | EPI);
    run_bits(w, 20);
    status_of(w, &status);
    assert_int_equal(status.state, CS_STATE_ERROR_PASSIVE);
    assert_int_equal(status.tec, 128);
    assert_int_equal(status.rec, 3);
    assert_int_equal(get(w, IR), 0);
    /* They stay through reset mode. */
    put(w, MOD, RM);
    assert_int_equal(get(w, TXERR), 128);
    put(w, MOD, 0);
    run_bits(w, 20);
    assert_int_equal(get(w, TXERR), 128);
    assert_int_equal(get(w, IR), 0);
}

/* ---- bus-off -------------------------------------------------------------------------------- */

static void drive_bus_off(struct world *w)
{
    set_counters(w, 248, 0);
    run_bits(w, 20);
    get(w, IR);
    arm(w, "flip field=data index=3 id=0x123 count=1");
    send(w, &frame, TR);
    run_bits(w, 100);
}

static void goes_bus_off(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    drive_bus_off(w);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, SR), BS | ES | TS | RS | TBS);
    assert_int_equal(get(w, TXERR), 127);
    assert_int_equal(get(w, RXERR), 0);
    assert_true(w->irq);
    assert_int_equal(get(w, IR), EI);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, ECC), 0x0A);
    /* It stays there. */
    run_bits(w, 5000);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, TXERR), 127);
    put(w, RXERR, 17);
    assert_int_equal(get(w, RXERR), 0);
}

static void recovers(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    drive_bus_off(w);
    get(w, IR);
    put(w, MOD, 0);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, TXERR), 127);
    for (unsigned left = 126; left > 0; left--) {
        run_bits(w, 11);
        assert_int_equal(get(w, TXERR), left);
        assert_int_equal(get(w, SR), BS | ES | TS | RS | TBS);
        assert_int_equal(get(w, IR), 0);
    }
    run_bits(w, 11);
    assert_int_equal(get(w, TXERR), 0);
    assert_int_equal(get(w, SR) & BS, BS);
    run_bits(w, 11);
    assert_int_equal(get(w, SR), TBS);
    assert_int_equal(get(w, IR), EI);
    assert_int_equal(get(w, TXERR), 0);
    send(w, &frame, TR);
    run_bits(w, 100);
    assert_int_equal(get(w, SR), TBS | TCS);
}

/* A request given meanwhile is sent when it is back. */
static void request_while_it_recovers(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    drive_bus_off(w);
    get(w, IR);
    put(w, MOD, 0);
    const unsigned starts = w->n_starts;
    send(w, &frame, TR);
    run_bits(w, 1300);
    assert_int_equal(get(w, SR) & TBS, 0);
    assert_int_equal(w->n_starts, starts);
    run_bits(w, 300);
    assert_int_equal(w->n_starts, starts + 1);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(get(w, SR), TBS | TCS);
    assert_int_equal(get(w, IR), EI | TI);
}

/* 6.4.12: reset mode again before it is over keeps bus-off and freezes the counter. */
static void recovery_is_frozen(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    drive_bus_off(w);
    get(w, IR);
    put(w, MOD, 0);
    run_bits(w, 27 * 11 + 4);
    assert_int_equal(get(w, TXERR), 100);
    put(w, MOD, RM);
    assert_int_equal(get(w, SR), BS | ES | TS | RS | TBS);
    run_bits(w, 5000);
    assert_int_equal(get(w, TXERR), 100);
    put(w, MOD, 0);
    assert_int_equal(get(w, TXERR), 100);
    run_bits(w, 11);
    assert_int_equal(get(w, TXERR), 99);
    run_bits(w, 99 * 11);
    assert_int_equal(get(w, SR) & BS, BS);
    run_bits(w, 11);
    assert_int_equal(get(w, SR), TBS);
    assert_int_equal(get(w, IR), EI);
}

/* Frames of others count as idle periods between them only. */
static void traffic_slows_recovery(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    drive_bus_off(w);
    put(w, MOD, 0);
    const struct cs_controller_config third = {.name = "third"};
    w->third = cs_bus_attach(w->bus, &third);
    run_bits(w, 11);
    for (unsigned i = 0; i < 10; i++) {
        const uint8_t before = get(w, TXERR);
        peer_sends(w, &frame);
        run_bits(w, 64);
        assert_in_range(before - get(w, TXERR), 0, 2);
    }
    assert_int_equal(get(w, RMC), 0);
}

/* Less than 255 written while it is off: 11 recessive bits are enough. */
static void host_ends_bus_off(void **state)
{
    struct world *w = *state;

    start(w, 0, EI | EPI);
    drive_bus_off(w);
    get(w, IR);
    put(w, TXERR, 0);
    put(w, RXERR, 5); /* not bus-off any more */
    assert_int_equal(get(w, TXERR), 0);
    assert_int_equal(get(w, RXERR), 5);
    assert_int_equal(get(w, SR) & (BS | ES), BS | ES);
    put(w, MOD, 0);
    assert_int_equal(get(w, SR) & (BS | ES), 0);
    assert_int_equal(get(w, IR), EI);
    run_bits(w, 12);
    assert_int_equal(get(w, SR), TBS);
    send(w, &frame, TR);
    run_bits(w, 100);
    assert_int_equal(w->n_got, 1);
    assert_int_equal(get(w, RXERR), 5);
}

/* 255 written: bus-off without an error, when reset mode is left. */
static void host_drives_bus_off(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    start(w, 0, 0xFF);
    put(w, MOD, RM);
    put(w, TXERR, 255);
    put(w, RXERR, 7);
    assert_int_equal(get(w, TXERR), 255);
    assert_int_equal(get(w, SR) & (BS | ES), 0);
    assert_int_equal(get(w, IR), 0);
    put(w, MOD, 0);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, SR), BS | ES | TS | RS | TCS | TBS);
    assert_int_equal(get(w, TXERR), 127);
    assert_int_equal(get(w, RXERR), 0);
    assert_int_equal(get(w, IR), EI);
    run_bits(w, 50);
    status_of(w, &status);
    assert_int_equal(status.state, CS_STATE_BUS_OFF);
    put(w, MOD, 0);
    run_bits(w, 127 * 11);
    assert_int_equal(get(w, SR) & BS, BS);
    run_bits(w, 11);
    assert_int_equal(get(w, SR) & (BS | ES), 0);
    assert_int_equal(get(w, IR), EI);
}

/* At once: its controller has to join first, then the recovery is the whole. */
static void host_drives_bus_off_and_back_at_once(void **state)
{
    struct world *w = *state;

    start(w, 0, 0xFF);
    put(w, MOD, RM);
    put(w, TXERR, 255);
    put(w, MOD, 0);
    put(w, MOD, 0);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, SR) & BS, BS);
    run_bits(w, 128 * 11);
    assert_int_equal(get(w, SR) & BS, BS);
    run_bits(w, 12);
    assert_int_equal(get(w, SR) & (BS | ES), 0);
    /* Twice. */
    put(w, MOD, RM);
    put(w, TXERR, 255);
    put(w, TXERR, 254);
    put(w, TXERR, 255);
    put(w, MOD, 0);
    assert_int_equal(get(w, SR) & BS, BS);
    put(w, TXERR, 255);
    put(w, MOD, 0);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, SR) & BS, BS);
    put(w, TXERR, 254);
    put(w, MOD, 0);
    run_bits(w, 20);
    assert_int_equal(get(w, MOD), 0);
    assert_int_equal(get(w, TXERR), 254);
    assert_int_equal(get(w, SR) & (BS | ES), ES);
}

/* Somebody else brings it back: it is on when its host says so, without waiting. */
static void recovered_by_another(void **state)
{
    struct world *w = *state;

    start(w, 0, EI);
    drive_bus_off(w);
    get(w, IR);
    cs_bus_recover(w->bus, cs_sja1000_node(w->chip));
    run_bits(w, 1500);
    assert_int_equal(get(w, SR) & (BS | ES), 0);
    assert_int_equal(get(w, IR), EI);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(cs_sja1000_node(w->chip), CS_NO_NODE);
    put(w, MOD, 0);
    run_bits(w, 20);
    send(w, &frame, TR);
    run_bits(w, 100);
    assert_int_equal(w->n_got, 1);
}

static void basic_bus_off(void **state)
{
    struct world *w = *state;

    start_basic(w, 0x08);
    cs_bus_set_counters(w->bus, cs_sja1000_node(w->chip), 248, 0);
    run_bits(w, 2);
    assert_int_equal(get(w, SR) & (BS | ES), ES);
    assert_int_equal(get(w, IR), 0xE0 | EI);
    arm(w, "flip field=dlc index=1 count=1");
    put(w, TXB, 0x24);
    put(w, TXB + 1, 0x60);
    put(w, CMR, TR);
    run_bits(w, 100);
    assert_int_equal(get(w, CR) & RM, RM);
    assert_int_equal(get(w, SR), BS | ES | TBS);
    assert_int_equal(get(w, IR), 0xE0 | EI);
    put(w, CR, 0x08);
    run_bits(w, 128 * 11);
    assert_int_equal(get(w, SR), TBS);
    assert_int_equal(get(w, IR), 0xE0 | EI);
}

/* ---- bit timing ----------------------------------------------------------------------------- */

/* BTR0, BTR1 and what the bus sees of a crystal of 16 MHz. */
static void bit_rates(void **state)
{
    struct world *w = *state;
    static const struct {
        uint8_t btr0, btr1;
        uint32_t bitrate_bps;
        unsigned sample_permille, sjw;
    } rows[] = {
        {0x00, 0x14, 1000000, 750, 1}, {0x00, 0x1C, 500000, 875, 1}, {0x01, 0x1C, 250000, 875, 1},
        {0x03, 0x1C, 125000, 875, 1},  {0x43, 0x2F, 100000, 850, 2}, {0xC9, 0xAF, 40000, 850, 3},
        {0x18, 0x1C, 20000, 875, 1},   {0x31, 0x1C, 10000, 875, 1},  {0x3F, 0x7F, 5000, 680, 1},
        {0xC0, 0x00, 2666667, 667, 1}, {0xC0, 0xFF, 320000, 680, 4},
    };
    struct cs_node_status status;

    for (unsigned i = 0; i < ARRAY(rows); i++) {
        configure(w, 0);
        put(w, BTR0, rows[i].btr0);
        put(w, BTR1, rows[i].btr1);
        put(w, MOD, 0);
        status_of(w, &status);
        assert_int_equal(status.bitrate_bps, rows[i].bitrate_bps);
        assert_int_equal(cs_bit_timing_sample_permille(&status.timing.nominal),
                         rows[i].sample_permille);
        assert_int_equal(status.timing.nominal.sjw, rows[i].sjw);
        assert_int_equal(status.fd, CS_FD_CLASSIC);
        assert_string_equal(status.name, "guest");
        assert_string_equal(status.via, "card");
    }
}

/* Half the bit rate: neither understands the other. */
static void wrong_bit_rate(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    configure(w, 0xFF);
    put(w, BTR0, 1);
    put(w, MOD, 0);
    run_bits(w, 100);
    send(w, &frame, TR);
    peer_sends(w, &frame);
    run_bits(w, 2000);
    assert_true(w->n_error_frames > 5);
    assert_true(get(w, IR) & BEI);
    assert_true(get(w, TXERR) + get(w, RXERR) > 0);
    run_bits(w, 20000);
    cs_bus_node_status(w->bus, w->peer, &status);
    assert_true(status.state != CS_STATE_ERROR_ACTIVE);
    assert_int_equal(get(w, SR) & ES, ES);
    assert_int_equal(w->n_got, 0);
    assert_int_equal(get(w, RMC), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arbitration_lost_capture),
        TEST(error_code_capture),
        TEST(no_ack),
        TEST(receive_errors),
        TEST(warning_limit),
        TEST(written_counters),
        TEST(goes_bus_off),
        TEST(recovers),
        TEST(request_while_it_recovers),
        TEST(recovery_is_frozen),
        TEST(traffic_slows_recovery),
        TEST(host_ends_bus_off),
        TEST(host_drives_bus_off),
        TEST(host_drives_bus_off_and_back_at_once),
        TEST(recovered_by_another),
        TEST(basic_bus_off),
        TEST(bit_rates),
        TEST(wrong_bit_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
