/* SPDX-License-Identifier: MIT */
/* iut.h - for tests: one controller on a wire that a tester drives, stepped one nominal bit at a
 * time past both engines. */
#ifndef CANSIM_TESTS_IUT_H
#define CANSIM_TESTS_IUT_H

#include <string.h>

#include "simcore/sim_internal.h"

#define IUT_MAX_RX 16
#define IUT_MAX_EV 64

struct iut {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_node *node;
    enum cs_fd fd;      /* from the next iut_power_on() on */
    bool exception_off; /* likewise */
    bool long_ack;      /* likewise */
    bool feedback;      /* RX is the wired AND of the tester's and the controller's level */
    struct cs_frame rx[IUT_MAX_RX];
    unsigned n_rx;                  /* frames received, also those beyond IUT_MAX_RX */
    struct cs_event ev[IUT_MAX_EV]; /* ERROR, ARB_LOST and what cs_sim_set_detail() brings */
    unsigned n_ev;                  /* likewise beyond */
};

static inline void iut_received(void *ctx, const struct cs_rx *rx)
{
    struct iut *iut = ctx;

    if (iut->n_rx < IUT_MAX_RX) {
        iut->rx[iut->n_rx] = *rx->frame;
    }
    iut->n_rx++;
}

static inline void iut_observe(void *ctx, const struct cs_event *event)
{
    struct iut *iut = ctx;

    if (event->kind != CS_EV_ERROR && event->kind != CS_EV_ARB_LOST && event->kind != CS_EV_ACKED &&
        event->kind != CS_EV_RECEIVED) {
        return;
    }
    if (iut->n_ev < IUT_MAX_EV) {
        iut->ev[iut->n_ev] = *event;
    }
    iut->n_ev++;
}

/* The last of them, which is of that kind. */
static inline const struct cs_event *iut_event(const struct iut *iut, enum cs_event_kind kind)
{
    assert_in_range(iut->n_ev, 1, IUT_MAX_EV);
    assert_int_equal(iut->ev[iut->n_ev - 1].kind, kind);
    return &iut->ev[iut->n_ev - 1];
}

static inline void iut_power_off(struct iut *iut)
{
    cs_sim_destroy(iut->sim);
    iut->sim = NULL;
}

/* A controller that joins a bus that has run: it waits for eleven recessive bits. */
static inline void iut_power_on(struct iut *iut, unsigned mode)
{
    static const struct cs_controller_ops ops = {.received = iut_received};
    struct cs_bus_config bus_config = {.name = "can0", .bitrate_bps = 500000, .fd = true};
    struct cs_controller_config config = {.name = "iut",
                                          .order = CS_TX_FIFO,
                                          .mode = mode,
                                          .fd = iut->fd ? iut->fd : CS_FD_CLASSIC,
                                          .protocol_exception_off = iut->exception_off,
                                          .ops = &ops,
                                          .ctx = iut};

    cs_sim_destroy(iut->sim);
    *iut = (struct iut){.sim = cs_sim_create(1),
                        .fd = iut->fd,
                        .exception_off = iut->exception_off,
                        .long_ack = iut->long_ack,
                        .feedback = iut->feedback};
    assert_non_null(iut->sim);
    assert_int_equal(cs_sim_add_bus(iut->sim, &bus_config), 0);
    iut->bus = cs_sim_bus(iut->sim, 0);
    cs_sim_run_until(iut->sim, cs_bus_bit_ps(iut->bus));
    assert_int_equal(cs_sim_observe(iut->sim, iut_observe, iut), 0);
    assert_int_equal(cs_bus_attach(iut->bus, &config), 0);
    iut->node = iut->bus->nodes[0];
    iut->node->long_ack = iut->long_ack;
}

static inline bool iut_about_to_send(const struct iut *iut)
{
    return iut->node->mac.state == MAC_IDLE && cs_node_can_send(iut->node);
}

/* One bit: what the bit engine does for all nodes, for this one against the tester's level.
 * Returns the level that the controller drove. */
static inline unsigned iut_step(struct iut *iut, unsigned drive)
{
    struct cs_bus *bus = iut->bus;
    struct cs_node *node = iut->node;
    bool takes_part = node->waiting == WAIT_NONE;
    unsigned out = 1;

    if (takes_part && iut_about_to_send(iut)) {
        bus->sof_ps = iut->sim->now_ps;
        cs_node_start_attempt(node, bus->sof_ps);
        cs_mac_start(node);
    }
    if (takes_part) {
        cs_mac_drive(node);
        out = node->mac.out;
    }
    unsigned level = iut->feedback ? drive & out : drive;
    node->clock.start.ps = iut->sim->now_ps;
    iut->sim->now_ps += bus->bit_ps;
    if (takes_part) {
        cs_mac_sample(node, level);
    } else {
        cs_waiting_sample(node, level);
    }
    return out;
}

#endif
