/* SPDX-License-Identifier: MIT */
/* senders.h - frames that somebody sends by hand, or lets be sent again and again, in bus time.
 * Each has a slot. The n-th instant is computed from the first: nothing adds up. */
#ifndef CANSIM_SCENARIOS_SENDERS_H
#define CANSIM_SCENARIOS_SENDERS_H

#include "scenarios/scenario.h"

#define CS_SENDERS         64   /* slots */
#define CS_SEND_BURST_MAX  1000 /* frames */
#define CS_SEND_PERIOD_MIN (100 * CS_PS_PER_US)
#define CS_SEND_PERIOD_MAX (3600 * CS_PS_PER_S)

struct cs_send {
    unsigned bus;
    struct cs_frame frame;
    int64_t period_ps; /* CS_SEND_PERIOD_MIN and more; 0: only when asked */
    unsigned burst;    /* frames each time, 1..CS_SEND_BURST_MAX */
    int64_t gap_ps;    /* from the start of one to that of the next; 0: queued together */
    bool counts;
    struct cs_counter counter;
};

enum cs_sent_last {
    CS_SENT_NOTHING,
    CS_SENT_QUEUED,  /* and not over yet */
    CS_SENT_OVER,    /* result */
    CS_SENT_REFUSED, /* error */
};

/* What came of a slot. */
struct cs_sent {
    bool running; /* periodic */
    enum cs_sent_last last;
    int error;                /* of cs_bus_submit() */
    enum cs_tx_result result; /* of the last that is over */
    uint64_t queued, sent, failed, refused;
    int64_t sent_ps; /* end of the last that got across; -1: none */
};

struct cs_senders; /* opaque */

/* `submit` returns as cs_bus_submit(); whoever it asks says with cs_senders_over() what came of the
 * frame of that cookie. NULL: no memory. */
struct cs_senders *cs_senders_create(struct cs_sim *sim,
                                     int (*submit)(void *ctx, unsigned bus,
                                                   const struct cs_frame *frame, uint64_t cookie),
                                     void *ctx);
/* After the sim's last run. */
void cs_senders_destroy(struct cs_senders *senders);

/* Whether it could be sent: 0 or -EINVAL with one sentence. */
int cs_send_check(const struct cs_send *send, char *why, size_t why_size);

bool cs_send_equal(const struct cs_send *a, const struct cs_send *b);

/* What a slot holds from now on, and whether it is sent periodically. Where it was already, with
 * the same period, its instants stay. `send` NULL: nothing, and what came of it is forgotten. 0,
 * -EINVAL or -ENOMEM. */
int cs_senders_set(struct cs_senders *senders, unsigned slot, const struct cs_send *send, bool run);
/* Send it now, once or as a burst, beside what is periodic. 0, -EINVAL (nothing is there), or as
 * cs_bus_submit() where the first frame was refused. */
int cs_senders_now(struct cs_senders *senders, unsigned slot);
/* False: nothing is there. */
bool cs_senders_look(const struct cs_senders *senders, unsigned slot, struct cs_sent *sent);
/* Of any cookie. */
void cs_senders_over(struct cs_senders *senders, const struct cs_tx_done *done);

#endif
