/* SPDX-License-Identifier: MIT */
/* wire_script_iut.h - the controller under test: alone on a bus of the bit engine, a tester's hand
 * on the wire, its configuration and what it received. */
#ifndef CANSIM_SCENARIOS_WIRE_SCRIPT_IUT_H
#define CANSIM_SCENARIOS_WIRE_SCRIPT_IUT_H

#include "scenarios/wire_script.h"
#include "simcore/probe.h"

/* Between the tester, who stands at the middle of the bus, and the controller. The way there and
 * back takes a cycle: less than a time quantum, so that no edge of a script, which has them at
 * quanta, comes just at a sample point. */
#define CS_IUT_DELAY_PS  (CS_SCRIPT_CYCLE_PS / 2)
#define CS_IUT_RX_FRAMES 256u /* received and not yet looked at */
#define CS_IUT_TX_FRAMES 64u
#define CS_IUT_COUNTERS  2 /* TEC, REC */

struct cs_iut_config {
    struct cs_script_timing timing;
    int version; /* 0 classic, 1 FD tolerant, 2 FD */
    int ssp;     /* 0 off, 1 offset alone, 2 measured delay and offset */
    unsigned ssp_offset;
    bool exception, restricted, one_shot, feedback;
};

/* What its driver does next, where it is bus-off. */
enum cs_iut_host { CS_IUT_HOST_COUNTS, CS_IUT_HOST_ASKS, CS_IUT_HOST_SENDS };

struct cs_iut {
    struct cs_sim *sim; /* NULL: disabled */
    struct cs_bus *bus;
    int node;
    struct cs_iut_config config;
    bool stale;       /* the configuration changed since the controller was made */
    bool reintegrate; /* asked to, once it is bus-off */
    int64_t bit_ps, tq_ps;
    struct cs_frame received[CS_IUT_RX_FRAMES];
    unsigned n_received;
    bool overrun;                           /* more came: the newest are lost */
    struct cs_frame kept[CS_IUT_TX_FRAMES]; /* dropped at bus-off, sent after it */
    unsigned n_kept;
    enum cs_iut_host host;
    struct cs_timer host_timer;
    unsigned off_bits, idle_bits; /* since bus-off; recessive ones without a break */
    unsigned wire;                /* its level */
    /* What the tester sees of TX, at the time it sees it. */
    void (*tx)(void *ctx, int64_t at_ps, unsigned level);
    void *ctx;
};

void cs_iut_init(struct cs_iut *iut);
void cs_iut_fini(struct cs_iut *iut);

/* All of them: 0, or -1 with one sentence in `why`. */
#define CS_IUT_WHY 300
int cs_iut_enable(struct cs_iut *iut, char *why);
void cs_iut_disable(struct cs_iut *iut);
/* Make the controller anew where its configuration changed; its counters stay. */
int cs_iut_refresh(struct cs_iut *iut, char *why);
/* Run to an instant. */
void cs_iut_run(struct cs_iut *iut, int64_t until_ps);
/* TEC and REC; -1 for one leaves it as it is. */
int cs_iut_set_counters(struct cs_iut *iut, int tec, int rec, char *why);
int cs_iut_wait_error_active(struct cs_iut *iut, char *why);
int cs_iut_send(struct cs_iut *iut, const struct cs_frame *frame, char *why);
void cs_iut_reintegrate(struct cs_iut *iut);
void cs_iut_status(const struct cs_iut *iut, struct cs_node_status *status);
/* Take the oldest frame that was received: false where there is none. */
bool cs_iut_take(struct cs_iut *iut, struct cs_frame *frame);

#endif
