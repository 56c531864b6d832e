/* SPDX-License-Identifier: MIT */
/* The chip under accesses in the order in which Linux's driver makes them: presence test, PeliCAN,
 * start, transmit, interrupt service, errors, bus-off, restart, stop. Its states and counts are
 * kept here as there. */
#include "test_sja1000.h"

enum state { ACTIVE, WARNING, PASSIVE, OFF, STOPPED };

#define IRQ_ALL 0xFF
#define BERR    1 /* berr-reporting on */
#define ONESHOT 2
#define LISTEN  4
#define NO_ACK  8 /* presume-ack */

struct driver {
    struct world *w;
    unsigned ctrlmode;
    enum state state;
    unsigned rx, tx, tx_failed, warning, passive, bus_off, arb_lost, bus_error, overruns, restarts;
    unsigned looped;
    struct cs_frame last;
    bool stopped; /* the queue */
    uint8_t ecc, alc;
};

static bool set_reset_mode(struct driver *d)
{
    struct world *w = d->w;

    put(w, IER, 0);
    for (int i = 0; i < 100; i++) {
        if (get(w, MOD) & RM) {
            d->state = STOPPED;
            return true;
        }
        put(w, MOD, RM);
        run(w, 10 * CS_PS_PER_US);
        get(w, MOD);
    }
    return false;
}

static bool set_normal_mode(struct driver *d)
{
    struct world *w = d->w;
    uint8_t status = get(w, MOD);

    for (int i = 0; i < 100; i++) {
        if (!(status & RM)) {
            d->state = ACTIVE;
            put(w, IER, d->ctrlmode & BERR ? IRQ_ALL : IRQ_ALL & ~BEI);
            return true;
        }
        put(w, MOD, (d->ctrlmode & LISTEN ? LOM : 0u) | (d->ctrlmode & NO_ACK ? STM : 0u));
        run(w, 10 * CS_PS_PER_US);
        status = get(w, MOD);
    }
    return false;
}

static void chipset_init(struct driver *d)
{
    struct world *w = d->w;

    put(w, CDR, 0x48 | PELICAN);
    for (unsigned i = 0; i < 4; i++)
        put(w, ACR + i, 0);
    for (unsigned i = 0; i < 4; i++)
        put(w, AMR + i, 0xFF);
    put(w, OCR, 0x1A | 0x02);
}

static void sja_start(struct driver *d)
{
    struct world *w = d->w;

    if (d->state != STOPPED)
        assert_true(set_reset_mode(d));
    if (!(get(w, CDR) & PELICAN))
        chipset_init(d);
    put(w, TXERR, 0);
    put(w, RXERR, 0);
    get(w, ECC);
    get(w, IR);
    assert_true(set_normal_mode(d));
}

static void probe_and_open(struct driver *d, struct world *w, unsigned ctrlmode)
{
    *d = (struct driver){.w = w, .ctrlmode = ctrlmode, .state = ACTIVE};
    /* kvaser_pci: is there a chip that takes reset mode? */
    put(w, MOD, RM);
    assert_true(get(w, MOD) & RM);
    /* ems_pci, plx_pci: the values after reset. */
    assert_int_equal(get(w, CR) & 0xA1, 0x21);
    assert_int_equal(get(w, SR), 0x0C);
    assert_int_equal(get(w, IR), 0xE0);
    put(w, CDR, PELICAN);
    assert_int_equal(get(w, CDR), PELICAN);
    assert_int_equal(get(w, MOD), 0x01);
    assert_int_equal(get(w, SR), 0x3C);
    assert_int_equal(get(w, IR), 0x00);
    /* register_sja1000dev */
    assert_true(get(w, MOD) != 0xFF);
    assert_true(set_reset_mode(d));
    chipset_init(d);
    /* open */
    assert_true(set_reset_mode(d));
    put(w, BTR0, 0x00);
    put(w, BTR1, BTR1_500K);
    sja_start(d);
}

static void xmit(struct driver *d, const struct cs_frame *frame)
{
    assert_false(d->stopped);
    d->stopped = true;
    load(d->w, frame);
    put(d->w, CMR, TR | (d->ctrlmode & ONESHOT ? AT : 0u));
    get(d->w, SR);
}

static void on_error(struct driver *d, uint8_t isrc, uint8_t status)
{
    struct world *w = d->w;
    enum state state = d->state;
    const uint8_t txerr = get(w, TXERR), rxerr = get(w, RXERR);

    if (isrc & DOI) {
        d->overruns++;
        put(w, CMR, CDO);
        get(w, SR);
    }
    if (isrc & EI)
        state = status & BS ? OFF : status & ES ? WARNING : ACTIVE;
    if (isrc & BEI) {
        d->bus_error++;
        d->ecc = get(w, ECC);
    }
    if (isrc & EPI)
        state = state == PASSIVE ? WARNING : PASSIVE;
    if (isrc & ALI) {
        d->alc = get(w, ALC) & 0x1F;
        d->arb_lost++;
    }
    if (state == d->state)
        return;
    d->state = state;
    d->warning += state == WARNING;
    d->passive += state == PASSIVE;
    if (state == OFF)
        d->bus_off++;
    else
        assert_true(state != PASSIVE || txerr > 127 || rxerr > 127);
}

static void isr(struct driver *d)
{
    struct world *w = d->w;
    uint8_t isrc, status;
    int n = 0;

    if (!get(w, IER))
        return;
    while ((isrc = get(w, IR)) != 0 && n++ < 20) {
        status = get(w, SR);
        if (isrc & TI) {
            d->stopped = false;
            d->tx += !!(status & TCS);
            d->tx_failed += !(status & TCS);
        }
        if (isrc & RI) {
            while (status & RBS) {
                d->last = fetch(w);
                d->rx++;
                get(w, SR);
                status = get(w, SR);
                if (d->rx % 1000 == 999)
                    return;
            }
        }
        if (isrc & (DOI | EI | BEI | EPI | ALI))
            on_error(d, isrc, status);
        d->looped++;
    }
    assert_false(w->irq);
}

/* Bus time, and the handler whenever the line asks, a few bits late. */
static void go(struct driver *d, unsigned bits)
{
    for (unsigned i = 0; i < bits; i += 5) {
        run_bits(d->w, 5);
        if (d->w->irq)
            isr(d);
    }
}

static void restart(struct driver *d)
{
    d->restarts++;
    d->stopped = false;
    sja_start(d);
}

/* ---- what a driver meets -------------------------------------------------------------------- */

static const struct cs_frame frame = {.id = 0x123, .dlc = 2, .len = 2, .data = {0x55, 0xAA}};

static void traffic(void **state)
{
    struct driver d;

    probe_and_open(&d, *state, 0);
    go(&d, 30);
    for (unsigned i = 0; i < 100; i++) {
        const struct cs_frame ext = frame_of(0x1FFF0000 + i, CS_FRAME_EXT, i % 9);

        xmit(&d, &ext);
        peer_sends(d.w, &frame);
        go(&d, 400);
        assert_false(d.stopped);
        assert_true(cs_frame_equal(&d.w->got, &ext));
        assert_true(cs_frame_equal(&d.last, &frame));
    }
    assert_int_equal(d.tx, 100);
    assert_int_equal(d.rx, 100);
    assert_int_equal(d.arb_lost, 100);
    assert_int_equal(d.bus_error + d.warning + d.tx_failed, 0);
}

static void lone_node(void **state)
{
    struct world *w = *state;
    struct driver d;

    cs_bus_remove(w->bus, w->peer);
    probe_and_open(&d, w, BERR);
    go(&d, 30);
    xmit(&d, &frame);
    go(&d, 5000);
    assert_int_equal(d.state, PASSIVE);
    assert_int_equal(d.warning, 1);
    assert_int_equal(d.passive, 1);
    assert_int_equal(d.bus_off, 0);
    assert_true(d.bus_error > 16);
    assert_int_equal(d.ecc, 0xD9);
    assert_int_equal(get(w, TXERR), 128);
    assert_true(d.stopped);
    /* Somebody comes: the frame goes out, and errors are undone one by one. */
    const struct cs_controller_config third = {.name = "third"};
    w->third = cs_bus_attach(w->bus, &third);
    for (unsigned i = 0; i < 40; i++) {
        go(&d, 200);
        xmit(&d, &frame);
    }
    go(&d, 200);
    assert_int_equal(d.state, ACTIVE);
    assert_int_equal(d.tx, 41);
}

static void bus_off_and_restart(void **state)
{
    struct world *w = *state;
    struct driver d;

    probe_and_open(&d, w, 0);
    go(&d, 30);
    arm(w, "flip field=data index=1 id=0x123 count=all");
    xmit(&d, &frame);
    go(&d, 5000);
    assert_int_equal(d.state, OFF);
    assert_int_equal(d.warning, 1);
    assert_int_equal(d.passive, 1);
    assert_int_equal(d.bus_off, 1);
    assert_int_equal(d.bus_error, 0);
    assert_int_equal(get(w, TXERR), 127);
    assert_int_equal(get(w, MOD) & RM, RM);
    cs_fault_clear_all(w->bus);
    cs_bus_reset(w->bus, w->peer);
    for (unsigned i = 0; i < 3; i++) {
        restart(&d);
        go(&d, 30);
        assert_int_equal(d.state, ACTIVE);
        xmit(&d, &frame);
        go(&d, 200);
        assert_int_equal(d.tx, i + 1);
        assert_int_equal(d.state, ACTIVE);
    }
    assert_int_equal(d.bus_off, 1);
}

static void one_shot(void **state)
{
    struct world *w = *state;
    struct driver d;

    probe_and_open(&d, w, ONESHOT | BERR);
    go(&d, 30);
    xmit(&d, &frame);
    go(&d, 200);
    assert_int_equal(d.tx, 1);
    cs_bus_remove(w->bus, w->peer);
    for (unsigned i = 0; i < 20; i++) {
        xmit(&d, &frame);
        go(&d, 300);
        assert_int_equal(d.tx_failed, i + 1);
        assert_int_equal(w->n_starts, i + 2);
    }
    assert_int_equal(d.state, PASSIVE);
}

static void listen_only_and_presume_ack(void **state)
{
    struct world *w = *state;
    struct driver d;

    const struct cs_controller_config third = {.name = "third"};
    w->third = cs_bus_attach(w->bus, &third);
    probe_and_open(&d, w, LISTEN);
    assert_int_equal(get(w, MOD), LOM);
    go(&d, 30);
    peer_sends(w, &frame);
    go(&d, 200);
    assert_int_equal(d.rx, 1);
    assert_true(set_reset_mode(&d));
    d.ctrlmode = NO_ACK;
    sja_start(&d);
    assert_int_equal(get(w, MOD), STM);
    cs_bus_remove(w->bus, w->peer);
    cs_bus_remove(w->bus, w->third);
    go(&d, 30);
    xmit(&d, &frame);
    go(&d, 200);
    assert_int_equal(d.tx, 1);
    assert_int_equal(d.rx, 1);
}

/* The handler comes too late: an overrun, and then all goes on. */
static void overrun(void **state)
{
    struct world *w = *state;
    struct driver d;

    probe_and_open(&d, w, 0);
    go(&d, 30);
    for (unsigned i = 0; i < 40; i++)
        receive(w, &frame);
    isr(&d);
    assert_int_equal(d.rx, 12);
    assert_int_equal(d.overruns, 1);
    peer_sends(w, &frame);
    go(&d, 200);
    assert_int_equal(d.rx, 13);
    assert_int_equal(d.overruns, 1);
}

/* ifdown amid a frame, ifup. */
static void close_and_open(void **state)
{
    struct world *w = *state;
    struct driver d;

    probe_and_open(&d, w, 0);
    go(&d, 30);
    xmit(&d, &frame);
    run_bits(w, 20);
    assert_true(set_reset_mode(&d));
    d.stopped = false;
    go(&d, 300);
    assert_false(w->irq);
    sja_start(&d);
    go(&d, 30);
    xmit(&d, &frame);
    go(&d, 200);
    assert_int_equal(d.tx, 1);
    assert_int_equal(d.state, ACTIVE);
}

/* A guest with half the bit rate: errors, warning, passive. */
static void wrong_bit_rate(void **state)
{
    struct world *w = *state;
    struct driver d;

    probe_and_open(&d, w, BERR);
    assert_true(set_reset_mode(&d));
    put(w, BTR0, 0x01);
    sja_start(&d);
    go(&d, 100);
    for (unsigned i = 0; i < 400 && d.state < PASSIVE; i++) {
        if (!d.stopped)
            xmit(&d, &frame);
        cs_bus_submit(w->bus, w->peer, &frame, 1);
        go(&d, 300);
    }
    assert_true(d.state == PASSIVE || d.state == OFF);
    assert_true(d.bus_error > 0);
    assert_int_equal(d.rx, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(traffic),
        TEST(lone_node),
        TEST(bus_off_and_restart),
        TEST(one_shot),
        TEST(listen_only_and_presume_ack),
        TEST(overrun),
        TEST(close_and_open),
        TEST(wrong_bit_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
