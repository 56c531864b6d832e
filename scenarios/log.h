/* SPDX-License-Identifier: MIT */
/* log.h - what the event stream looks like in files: candump -L lines, JSON lines, and a trace for
 * people. All three are observers with a writer of their own; none of them touches the buses. */
#ifndef CANSIM_SCENARIOS_LOG_H
#define CANSIM_SCENARIOS_LOG_H

#include "scenarios/out.h"
#include "scenarios/session_live.h"
#include "simcore/sim.h"

struct cs_log {
    struct cs_sim *sim;
    struct cs_out out;
    bool detail; /* events: also what cs_sim_set_detail() adds, whoever asked for it */
};

/* candump -L: "(0000000001.000123) can0 123#11"; one line a valid frame, its time the end of EOF
 * since the buses started. ctx: struct cs_log. */
void cs_log_frames(void *ctx, const struct cs_event *event);

/* One JSON object a line, every event; keys in a fixed order. ctx: struct cs_log. */
void cs_log_events(void *ctx, const struct cs_event *event);

/* For people: frames and notable events; errors that repeat one another are counted. */
#define CS_TRACE_ERRORS 8 /* kinds of errors told apart between two other lines */
struct cs_trace {
    struct cs_log log; /* first: the same writer */
    bool color;
    struct cs_chooser *filter;  /* what passes is told; NULL: all */
    const struct cs_live *live; /* what it says stands behind each frame; NULL: nothing */
    int32_t fired;              /* the fault of which this was told last, 0: none */
    unsigned n_errors;
    struct cs_event errors[CS_TRACE_ERRORS]; /* the latest of each kind */
    uint64_t repeats[CS_TRACE_ERRORS];       /* after the one that was told */
};
void cs_log_trace(void *ctx, const struct cs_event *event); /* ctx: struct cs_trace */
/* What a decoder says of time alone. ctx: struct cs_trace. */
void cs_log_trace_live(void *ctx, const struct cs_live_said *said);
void cs_log_trace_end(struct cs_trace *trace); /* tells what is still counted */

#endif
