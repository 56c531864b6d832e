/* SPDX-License-Identifier: MIT */
/* fuzz_sja1000.c - register accesses in any order, between them time, traffic, faults and others
 * that meddle. Two bytes are a step. Whatever comes: no crash, and the interrupt output, the status
 * and the FIFO's count agree. */
#include <stdlib.h>
#include <string.h>

#include "qemu-link/sja1000.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BIT_PS    (2 * CS_PS_PER_US)
#define STEPS_MAX 600

enum { STEP_TIME = 0x80, STEP_TRAFFIC, STEP_RESET, STEP_START, STEP_MEDDLE, STEP_READ_ALL };

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_sja1000 *chip;
    int peer;
    bool irq;
};

static void on_irq(void *ctx, bool active)
{
    struct world *w = ctx;

    if (w->irq == active)
        abort();
    w->irq = active;
}

static void traffic(struct world *w, uint8_t value)
{
    struct cs_frame frame = {
        .id = value & 0x80 ? 0x10000u + value : value,
        .flags = (uint8_t)((value & 0x80 ? CS_FRAME_EXT : 0) | (value & 0x40 ? CS_FRAME_RTR : 0)),
        .dlc = value & 0x0F};

    frame.len = value & 0x40 ? 0 : (uint8_t)cs_frame_dlc_to_len(frame.dlc, false);
    memset(frame.data, value, frame.len);
    cs_bus_submit(w->bus, w->peer, &frame, 1);
}

static void start(struct world *w, uint8_t value)
{
    const uint8_t pelican = value & 0x80;

    cs_sja1000_write(w->chip, 0, 1);
    cs_sja1000_write(w->chip, 31, pelican);
    cs_sja1000_write(w->chip, 6, 0);
    cs_sja1000_write(w->chip, 7, 0x1C);
    for (unsigned i = 0; i < 4; i++)
        cs_sja1000_write(w->chip, pelican ? 20 + i : 5, 0xFF);
    cs_sja1000_write(w->chip, 4, pelican ? 0xFF : 0);
    cs_sja1000_write(w->chip, 0, pelican ? value & 0x0E : 0x1E);
}

/* As a person at the terminal, or a fault. */
static void meddle(struct world *w, uint8_t value)
{
    const int node = cs_sja1000_node(w->chip);

    switch (value % 8) {
    case 0:
        cs_bus_set_counters(w->bus, node, value > 250 ? 256 : value, value / 2);
        break;
    case 1:
        cs_bus_recover(w->bus, node);
        break;
    case 2:
        cs_bus_reset(w->bus, node);
        break;
    case 3:
        cs_bus_set_mode(w->bus, node, value / 8 % 16);
        break;
    case 4:
        cs_bus_set_counters(w->bus, w->peer, value, 0);
        break;
    case 5:
        cs_bus_reset(w->bus, w->peer);
        break;
    default:
        cs_bus_set_engine(w->bus, value & 8 ? CS_ENGINE_BIT : CS_ENGINE_AUTO);
        break;
    }
}

static void check(struct world *w)
{
    const uint8_t cdr = cs_sja1000_read(w->chip, 31);
    const uint8_t sr = cs_sja1000_read(w->chip, 2);

    if (cs_sja1000_irq(w->chip) != w->irq)
        abort();
    if (cdr & 0x80 && !!cs_sja1000_read(w->chip, 29) != (sr & 1))
        abort();
    if (sr & 0x80 && !(sr & 0x40)) /* bus-off is an error, too */
        abort();
}

static void step(struct world *w, uint8_t what, uint8_t value)
{
    int64_t bits = value < 200 ? value : (value - 199) * 50;

    if (what < STEP_TIME) {
        cs_sja1000_write(w->chip, what, value);
        return;
    }
    switch (what) {
    case STEP_TIME:
        cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + bits * BIT_PS + value * 1000);
        break;
    case STEP_TRAFFIC:
        traffic(w, value);
        break;
    case STEP_RESET:
        cs_sja1000_reset(w->chip);
        break;
    case STEP_START:
        start(w, value);
        break;
    case STEP_MEDDLE:
        meddle(w, value);
        break;
    case STEP_READ_ALL:
        for (unsigned i = 0; i < CS_SJA1000_REGISTERS; i++)
            cs_sja1000_read(w->chip, i);
        break;
    default:
        cs_sja1000_read(w->chip, value);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    const struct cs_controller_config peer = {.name = "peer"};
    struct world w = {.sim = cs_sim_create(1)};

    w.bus = cs_sim_bus(w.sim, (unsigned)cs_sim_add_bus(w.sim, &bus));
    w.peer = cs_bus_attach(w.bus, &peer);
    const struct cs_link_host host = {.sim = w.sim};
    const struct cs_sja1000_config config = {.bus = w.bus,
                                             .name = "guest",
                                             .via = "card",
                                             .osc_hz = CS_SJA1000_OSC_HZ,
                                             .irq = on_irq,
                                             .ctx = &w};
    w.chip = cs_sja1000_create(&host, &config);
    for (size_t i = 0; i + 1 < size && i < 2 * (size_t)STEPS_MAX; i += 2) {
        step(&w, data[i], data[i + 1]);
        check(&w);
    }
    cs_sja1000_destroy(w.chip);
    cs_sim_destroy(w.sim);
    return 0;
}
