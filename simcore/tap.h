/* SPDX-License-Identifier: MIT */
/* tap.h - what is asked of the buses, call by call, for who wants to do the same again: the stream
 * of events tells what came of it, but neither a request that waits nor how a controller was set
 * up.
 *
 * A call is told where it was made, for that decides what comes of it:
 *   between two runs of the sim (`outside`): all that happens at that instant has happened;
 *   from a callback of the controller that it concerns (`turn` > 0);
 *   from elsewhere within a run, such as a timer. */
#ifndef CANSIM_SIMCORE_TAP_H
#define CANSIM_SIMCORE_TAP_H

#include "simcore/fault.h"
#include "simcore/sim.h"

enum cs_call_kind {
    CS_CALL_ATTACH,  /* config; node is the new one's index */
    CS_CALL_DETACH,  /* of cs_bus_remove() from within a callback as well */
    CS_CALL_REMOVE,  /* cs_bus_remove() */
    CS_CALL_SUBMIT,  /* frame, cookie; those that are refused (CS_EV_REFUSED) among them */
    CS_CALL_ABORT,   /* cookie */
    CS_CALL_MODE,    /* mode */
    CS_CALL_FILTERS, /* filters, n_filters */
    CS_CALL_TIMING,  /* timing */
    CS_CALL_DELAY,   /* time_ps */
    CS_CALL_CABLE,   /* time_ps */
    CS_CALL_RESET,
    CS_CALL_RECOVER,
    CS_CALL_FREEZE,
    CS_CALL_COUNTERS, /* tec, rec */
    CS_CALL_ARM,      /* fault, text: its form */
    CS_CALL_CLEAR,    /* fault; 0: all of the bus */
    CS_CALL_PUBLISH,  /* event */
    CS_CALL_KIND_COUNT
};

/* Pointers are valid until the tap returns. */
struct cs_call {
    enum cs_call_kind kind;
    struct cs_bus *bus;
    int node; /* CS_NO_NODE: of no controller */
    int64_t at_ps;
    bool outside;
    bool ran;         /* the sim has run before */
    uint64_t instant; /* instants that it went through so far: no two runs lie between two calls of
                         the same number and time */
    uint64_t seq;     /* events so far */
    uint32_t turn;    /* which callback of the controller, from 1 on since it was attached; also
                         those are counted that its owner does not want */
    const struct cs_controller_config *config;
    const struct cs_frame *frame;
    uint64_t cookie;
    unsigned mode, tec, rec;
    const struct cs_filter *filters;
    unsigned n_filters;
    const struct cs_timing *timing;
    int64_t time_ps;
    int fault;
    const char *text;
    const struct cs_event *event;
};

/* Runs within each call that is not turned away for its arguments, before anything comes of it; it
 * may look, nothing else. What the sim's own faults do is not told. */
typedef void cs_tap_fn(void *ctx, const struct cs_call *call);
void cs_sim_set_tap(struct cs_sim *sim, cs_tap_fn *fn, void *ctx); /* fn NULL: none */

/* Fill in where a call would be made at this moment: at_ps, outside, ran, instant, seq; all else is
 * 0.
 */
void cs_sim_describe_call(const struct cs_sim *sim, struct cs_call *call);

/* Call `fn` once at `at_ps` (now at the earliest) as if from outside: when all else that happens at
 * that instant has happened. It may do what may be done between two runs, but not run the sim, and
 * set itself again, for the same instant as well. One at a time; at_ps CS_NEVER: none. */
void cs_sim_set_late(struct cs_sim *sim, int64_t at_ps, void (*fn)(void *ctx), void *ctx);

/* Call `fn` once among the timers of `at_ps`, as soon as there have been `seq` events; where there
 * are fewer at that instant, with the first timers after it. As with the other one; `fn` runs as
 * timers do. */
void cs_sim_set_amid(struct cs_sim *sim, int64_t at_ps, uint64_t seq, void (*fn)(void *ctx),
                     void *ctx);

#endif
