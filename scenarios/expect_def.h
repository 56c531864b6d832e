/* SPDX-License-Identifier: MIT */
/* expect_def.h - an expectation as a scenario tells it; expect.h is about how it goes. */
#ifndef CANSIM_SCENARIOS_EXPECT_DEF_H
#define CANSIM_SCENARIOS_EXPECT_DEF_H

#include "scenarios/diff.h"
#include "scenarios/signal.h"
#include "scenarios/trigger.h"

#define CS_EXPECT_MAX       10000 /* in a scenario */
#define CS_EXPECT_ORDER_MAX 256   /* triggers of one order */

enum cs_expect_kind {
    CS_EXPECT_NONE,
    CS_EXPECT_TRIGGER, /* something happens: how often, when */
    CS_EXPECT_LEVEL,   /* a node's state or counter at a time or always */
    CS_EXPECT_ORDER,
    CS_EXPECT_PERIOD,
    CS_EXPECT_ALWAYS, /* frames have that data */
    CS_EXPECT_VALUE,  /* bits of frames */
    CS_EXPECT_SIGNAL, /* a field of a decoder */
    CS_EXPECT_RECOVERY,
    CS_EXPECT_LOAD,
    CS_EXPECT_LATENCY,
    CS_EXPECT_RETRIES,
    CS_EXPECT_PROGRAM,
    CS_EXPECT_LOG, /* the frames of a recording */
    CS_EXPECT_KIND_COUNT
};

/* A time, something that happens, or neither. */
struct cs_expect_edge {
    int64_t at_ps;              /* since the buses started; -1: no time */
    struct cs_trigger *trigger; /* owned; NULL: none */
};

enum cs_expect_at {
    CS_EXPECT_AT_NONE, /* was not given */
    CS_EXPECT_AT_ALWAYS,
    CS_EXPECT_AT_ONCE,
    CS_EXPECT_AT_END,
    CS_EXPECT_AT_TIME,
};

/* Frames that are looked at. */
struct cs_expect_frames {
    struct cs_match match;
    const char *pattern; /* as written; NULL: an object */
};

struct cs_expect_period {
    struct cs_expect_frames frames;
    int64_t min_ps, max_ps, mean_ps, jitter_ps; /* -1: was not given */
    int64_t tolerance_ppm, tolerance_ps;        /* of the mean: one of them, the other -1 */
};

struct cs_expect_always {
    struct cs_expect_frames frames;
    struct cs_match data; /* its data alone counts */
    const char *text;
};

/* Whole numbers that a value must be within. */
struct cs_expect_range {
    bool have_is, have_min, have_max;
    cs_decimal is, min, max;
    uint64_t bits, bits_mask; /* (value & bits_mask) == bits */
    const char *bits_text;    /* NULL: none */
    const char *word;         /* meaning of the field or its text; NULL: none */
};

struct cs_expect_value {
    struct cs_expect_frames frames;
    struct cs_signal signal;      /* where it is and how it is scaled */
    struct cs_expect_range range; /* as people mean it, and as it is sent: */
    cs_int128 raw_low, raw_high;
};

struct cs_expect_signal {
    struct cs_expect_frames frames; /* the pattern "any" where none was given */
    bool have_frames;
    const char *field;
    struct cs_expect_range range;
};

struct cs_expect_recovery {
    const char *node;
    int64_t within_ps, min_ps; /* -1: was not given */
};

struct cs_expect_load {
    unsigned bus;
    int64_t min_ppm, max_ppm; /* of the time; -1: was not given */
    int64_t window_ps;        /* -1: all of it */
};

struct cs_expect_latency {
    struct cs_expect_frames frames;
    int64_t min_ps, max_ps; /* -1: was not given */
    int to;                 /* 0: start of frame, 1: its end */
};

struct cs_expect_retries {
    struct cs_expect_frames frames;
    struct cs_bounds count;
};

struct cs_expect_program {
    const char *name;
    bool guest;         /* it is one, and `output` is on its console */
    int64_t status;     /* -1: was not given */
    const char *output; /* NULL: none */
    bool never;
};

struct cs_expect_log {
    const char *file;                /* as written */
    char *path;                      /* owned */
    struct cs_diff_options *options; /* owned */
};

struct cs_expect_def {
    const char *name;  /* NULL: none */
    const cJSON *item; /* as it stands in the file */
    int kind;          /* enum cs_expect_kind */
    bool stop;         /* the run ends when it has failed */
    bool never, each, strict, have_count;
    struct cs_bounds count;
    int64_t within_ps, not_before_ps; /* from the beginning of the window; -1: was not given */
    struct cs_expect_edge after, until;
    int at; /* enum cs_expect_at */
    int64_t at_ps;
    struct cs_trigger trigger; /* TRIGGER, LEVEL */
    struct cs_trigger *order;  /* owned */
    unsigned n_order;
    union {
        struct cs_expect_period period;
        struct cs_expect_always always;
        struct cs_expect_value value;
        struct cs_expect_signal signal;
        struct cs_expect_recovery recovery;
        struct cs_expect_load load;
        struct cs_expect_latency latency;
        struct cs_expect_retries retries;
        struct cs_expect_program program;
        struct cs_expect_log log;
    } of;
};

/* "frame", "order", "period" ...: its key in the file. */
const char *cs_expect_kind_name(const struct cs_expect_def *def);

#endif
