/* SPDX-License-Identifier: MIT */
/* expect_read.h - the parts of reading expectations; scenario_expect*.c alone include it. */
#ifndef CANSIM_SCENARIOS_EXPECT_READ_H
#define CANSIM_SCENARIOS_EXPECT_READ_H

#include "scenarios/expect_def.h"
#include "scenarios/scenario_read.h"

/* Rows of their tables. */
#define CS_EXPECT_CUSTOM(key, at, reader, what, text)                                           \
    {                                                                                           \
        .name = (key), .type = CS_KEY_CUSTOM, .offset = (at), .read = (reader), .form = (what), \
        .help = (text)                                                                          \
    }
#define CS_EXPECT_COMMENT                                               \
    {                                                                   \
        .name = "comment", .type = CS_KEY_COMMENT, .help = "for people" \
    }
#define CS_EXPECT_TIME(key, at, low, text)                                \
    {                                                                     \
        .name = (key), .type = CS_KEY_TIME, .offset = (at), .min = (low), \
        .max = CS_SCENARIO_TIME_MAX, .help = (text)                       \
    }
#define CS_EXPECT_PERCENT(key, at, text)                                                          \
    {                                                                                             \
        .name = (key), .type = CS_KEY_PERCENT, .offset = (at), .min = 0, .max = 100 * CS_PERCENT, \
        .help = (text)                                                                            \
    }
#define CS_EXPECT_FRAMES(at, text)                                                \
    {                                                                             \
        .name = "frame", .type = CS_KEY_CUSTOM, .required = true, .offset = (at), \
        .read = cs_expect_read_frames, .form = CS_MATCH_FORM, .help = (text)      \
    }

/* It is of this kind, unless it is of one already. 0 or -1. */
int cs_expect_set_kind(struct cs_reader *r, struct cs_expect_def *def, int kind);
int cs_expect_read_frames(struct cs_reader *r, const cJSON *item, void *dest); /* the frames */

/* Rows' read(): the destination is the expectation (scenario_expect_frames.c). */
int cs_expect_read_period(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_always(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_latency(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_retries(struct cs_reader *r, const cJSON *item, void *dest);
/* scenario_expect_nodes.c */
int cs_expect_read_errors(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_recovery(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_load(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_program(struct cs_reader *r, const cJSON *item, void *dest);
/* scenario_expect_log.c */
int cs_expect_read_log(struct cs_reader *r, const cJSON *item, void *dest);
/* scenario_expect_value.c */
int cs_expect_read_value(struct cs_reader *r, const cJSON *item, void *dest);
int cs_expect_read_signal(struct cs_reader *r, const cJSON *item, void *dest);

#endif
