/* SPDX-License-Identifier: MIT */
/* test_sja1000.h - a bus of 500 kbit/s with the chip and an ordinary controller, and the chip's
 * registers by name. Time moves by hand. */
#ifndef CANSIM_TESTS_UNIT_TEST_SJA1000_H
#define CANSIM_TESTS_UNIT_TEST_SJA1000_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qemu-link/sja1000.h"
#include "simcore/fault.h"

#define ARRAY(a) (sizeof(a) / sizeof((a)[0]))
#define BIT_PS   (2 * CS_PS_PER_US)

enum reg {
    MOD,
    CMR,
    SR,
    IR,
    IER,
    BTR0 = 6,
    BTR1,
    OCR,
    ALC = 11,
    ECC,
    EWLR,
    RXERR,
    TXERR,
    BUF,
    ACR = 16,
    AMR = 20,
    RMC = 29,
    RBSA,
    CDR,
    RAM
};
enum basic { CR, AC = 4, AM, TXB = 10, RXB = 20 };
enum bits {
    RM = 1,
    LOM = 2,
    STM = 4,
    AFM = 8,
    SM = 16,
    TR = 1,
    AT = 2,
    RRB = 4,
    CDO = 8,
    SRR = 16,
    GTS = 16,
    RBS = 1,
    DOS = 2,
    TBS = 4,
    TCS = 8,
    RS = 16,
    TS = 32,
    ES = 64,
    BS = 128,
    RI = 1,
    TI = 2,
    EI = 4,
    DOI = 8,
    WUI = 16,
    EPI = 32,
    ALI = 64,
    BEI = 128,
    PELICAN = 0x80,
};
#define BTR1_500K 0x1C /* with BTR0 0: 16 quanta, sample point at 87.5 % */

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_link_host host;
    struct cs_sja1000 *chip;
    int peer, third;
    struct cs_frame got; /* by the peer */
    unsigned n_got;
    struct cs_tx_done done; /* of the peer; its frame is gone */
    unsigned n_done, n_starts, n_error_frames;
    bool irq;
    unsigned n_irq; /* changes */
};

static void on_got(void *ctx, const struct cs_rx *rx)
{
    struct world *w = ctx;

    w->got = *rx->frame;
    w->n_got++;
}

static void on_done(void *ctx, const struct cs_tx_done *done)
{
    struct world *w = ctx;

    w->done = *done;
    w->n_done++;
}

static void on_irq(void *ctx, bool active)
{
    struct world *w = ctx;

    assert_true(active != w->irq);
    w->irq = active;
    w->n_irq++;
}

static void observe(void *ctx, const struct cs_event *event)
{
    struct world *w = ctx;

    w->n_starts += event->kind == CS_EV_TX_START;
    w->n_error_frames += event->kind == CS_EV_ERROR_FRAME;
}

static int set_up(void **state)
{
    static const struct cs_controller_ops ops = {.received = on_got, .confirmed = on_done};
    const struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    struct world *w = calloc(1, sizeof(*w));

    w->sim = cs_sim_create(1);
    w->bus = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &bus));
    const struct cs_controller_config peer = {
        .name = "peer", .ops = &ops, .ctx = w, .recovery_ps = CS_RECOVERY_MANUAL};
    w->peer = cs_bus_attach(w->bus, &peer);
    w->third = CS_NO_NODE;
    w->host.sim = w->sim;
    const struct cs_sja1000_config config = {.bus = w->bus,
                                             .name = "guest",
                                             .via = "card",
                                             .osc_hz = CS_SJA1000_OSC_HZ,
                                             .irq = on_irq,
                                             .ctx = w};
    w->chip = cs_sja1000_create(&w->host, &config);
    cs_sim_observe(w->sim, observe, w);
    cs_sim_run_until(w->sim, CS_PS_PER_MS);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    cs_sja1000_destroy(w->chip);
    cs_sim_destroy(w->sim);
    free(w);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline uint8_t get(struct world *w, unsigned address)
{
    return cs_sja1000_read(w->chip, address);
}

static inline void put(struct world *w, unsigned address, unsigned value)
{
    cs_sja1000_write(w->chip, address, (uint8_t)value);
}

static inline void run(struct world *w, int64_t ps)
{
    cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + ps);
}

static inline void run_bits(struct world *w, unsigned bits)
{
    run(w, bits * BIT_PS);
}

/* PeliCAN, all accepted, 500 kbit/s, interrupts as given; still in reset mode. */
static inline void configure(struct world *w, unsigned ier)
{
    put(w, MOD, RM);
    put(w, CDR, PELICAN);
    put(w, BTR0, 0);
    put(w, BTR1, BTR1_500K);
    put(w, OCR, 0x1A);
    for (unsigned i = 0; i < 4; i++)
        put(w, AMR + i, 0xFF);
    put(w, IER, ier);
}

/* On the bus, idle. */
static inline void start(struct world *w, unsigned mod, unsigned ier)
{
    configure(w, ier);
    put(w, MOD, mod);
    run_bits(w, 20);
}

static inline void start_basic(struct world *w, unsigned cr)
{
    put(w, CR, RM);
    put(w, CDR, 0);
    put(w, AC, 0);
    put(w, AM, 0xFF);
    put(w, BTR0, 0);
    put(w, BTR1, BTR1_500K);
    put(w, CR, cr);
    run_bits(w, 20);
}

static inline struct cs_frame frame_of(uint32_t id, unsigned flags, unsigned dlc)
{
    struct cs_frame frame = {.id = id, .flags = (uint8_t)flags, .dlc = (uint8_t)dlc};

    frame.len = flags & CS_FRAME_RTR ? 0 : (uint8_t)cs_frame_dlc_to_len(dlc, false);
    for (unsigned i = 0; i < frame.len; i++)
        frame.data[i] = (uint8_t)(0x11 * (i + 1));
    return frame;
}

static inline void peer_sends(struct world *w, const struct cs_frame *frame)
{
    assert_int_equal(cs_bus_submit(w->bus, w->peer, frame, 1), 0);
}

/* The peer sends and all is done. */
static inline void receive(struct world *w, const struct cs_frame *frame)
{
    const unsigned before = w->n_done;

    peer_sends(w, frame);
    run_bits(w, 200);
    assert_int_equal(w->n_done, before + 1);
}

/* Into the transmit buffer, as a driver does. */
static inline void load(struct world *w, const struct cs_frame *frame)
{
    const bool ext = frame->flags & CS_FRAME_EXT;
    const unsigned head = ext ? 5 : 3;

    put(w, BUF, (ext ? 0x80u : 0) | (frame->flags & CS_FRAME_RTR ? 0x40u : 0) | frame->dlc);
    if (ext) {
        put(w, BUF + 1, frame->id >> 21 & 0xFF);
        put(w, BUF + 2, frame->id >> 13 & 0xFF);
        put(w, BUF + 3, frame->id >> 5 & 0xFF);
        put(w, BUF + 4, frame->id << 3 & 0xFF);
    } else {
        put(w, BUF + 1, frame->id >> 3 & 0xFF);
        put(w, BUF + 2, frame->id << 5 & 0xFF);
    }
    for (unsigned i = 0; i < frame->len; i++)
        put(w, BUF + head + i, frame->data[i]);
}

static inline void send(struct world *w, const struct cs_frame *frame, unsigned command)
{
    load(w, frame);
    put(w, CMR, command);
}

/* The message in the window, as a driver reads it; released. */
static inline struct cs_frame fetch(struct world *w)
{
    const uint8_t info = get(w, BUF);
    const bool ext = info & 0x80;
    const unsigned head = ext ? 5 : 3;
    struct cs_frame frame = {.dlc = info & 15};

    frame.flags = (uint8_t)((ext ? CS_FRAME_EXT : 0) | (info & 0x40 ? CS_FRAME_RTR : 0));
    frame.id = ext ? (uint32_t)(get(w, BUF + 1) << 21 | get(w, BUF + 2) << 13 |
                                get(w, BUF + 3) << 5 | get(w, BUF + 4) >> 3)
                   : (uint32_t)(get(w, BUF + 1) << 3 | get(w, BUF + 2) >> 5);
    frame.len = info & 0x40 ? 0 : (uint8_t)cs_frame_dlc_to_len(frame.dlc, false);
    for (unsigned i = 0; i < frame.len; i++)
        frame.data[i] = get(w, BUF + head + i);
    put(w, CMR, RRB);
    return frame;
}

static inline void status_of(struct world *w, struct cs_node_status *status)
{
    assert_int_equal(cs_bus_node_status(w->bus, cs_sja1000_node(w->chip), status), 0);
}

static inline void arm(struct world *w, const char *text)
{
    struct cs_fault_spec spec;
    char why[300] = "";

    if (cs_fault_parse(text, &spec, why, sizeof(why)) != 0 ||
        cs_fault_arm(w->bus, &spec, why, sizeof(why)) < 0)
        fail_msg("%s: %s", text, why);
}

#endif
