/* SPDX-License-Identifier: MIT */
/* trigger.h - something that happens on the buses, told by a scenario: a frame, a state, an error,
 * a fault, words of a decoder. Expectations and the timeline wait for it. */
#ifndef CANSIM_SCENARIOS_TRIGGER_H
#define CANSIM_SCENARIOS_TRIGGER_H

#include "scenarios/match.h"

struct cs_live_said; /* scenarios/session_live.h */

enum cs_trigger_kind {
    CS_TRIGGER_NONE,
    CS_TRIGGER_FRAME,
    CS_TRIGGER_STATE,
    CS_TRIGGER_WARNING, /* of the state keys: TEC or REC at 96 or above */
    CS_TRIGGER_ERROR,
    CS_TRIGGER_ERROR_FRAME,
    CS_TRIGGER_FAULT,
    CS_TRIGGER_NOTE,
    CS_TRIGGER_ATTACHED,
    CS_TRIGGER_DETACHED,
    CS_TRIGGER_ARB_LOST,
    CS_TRIGGER_REFUSED,
    CS_TRIGGER_DROPPED,
    CS_TRIGGER_DECODED,
    CS_TRIGGER_TEC,
    CS_TRIGGER_REC,
    CS_TRIGGER_KIND_COUNT
};

/* Whole numbers, the ends included. */
struct cs_bounds {
    int64_t low, high; /* INT64_MAX: no upper one */
};

#define CS_BOUNDS_FORM "a number or bounds such as \">=3\", \"<5\" or \"2-5\""

struct cs_trigger {
    int kind;
    struct cs_match match;  /* frames */
    const char *pattern;    /* its text, NULL: it was given as an object or not at all */
    int bus;                /* index, -1: any */
    char node[CS_NAME_MAX]; /* "": any */
    int state;              /* enum cs_node_state */
    int error;              /* enum cs_error_kind, CS_ERROR_NONE: any */
    int stage;              /* enum cs_fault_stage, -1: was not given, fired */
    const char *text;       /* label of the fault, note, words; NULL: any. Of the scenario's tree */
    int severity;           /* enum cansim_severity, at least; -1: was not given, any */
    struct cs_bounds bounds;
};

#define CS_TRIGGER_FORM                                                                        \
    "a frame such as \"123#11*\", or an object with one of frame, state, error, error_frame, " \
    "fault, note, attached, detached, arbitration_lost, refused, dropped, decoded, tec, rec"

extern const struct cs_keys cs_trigger_keys;

/* In parts, for an object that has further keys: these around
 * cs_keys_read_known(r, object, &cs_trigger_keys, 0, t). */
void cs_trigger_init(struct cs_trigger *t);
/* Do the keys fit one another? 0, or -1 with r->error. */
int cs_trigger_finish(struct cs_reader *r, const struct cs_trigger *t);
/* A row's read(): an object or, as a text, a frame pattern; `dest` is a struct cs_trigger, r->ctx
 * the struct cs_scenario, whose buses are known and which outlives the trigger. 0 or -1. */
int cs_trigger_read(struct cs_reader *r, const cJSON *item, void *dest);
/* The same, or a time 0s..max_ps: *at_ps, which else is -1. */
int cs_trigger_read_or_time(struct cs_reader *r, const cJSON *item, int64_t max_ps,
                            struct cs_trigger *t, int64_t *at_ps);
/* The key that makes it what it is; "nothing" of CS_TRIGGER_NONE. */
const char *cs_trigger_kind_name(const struct cs_trigger *t);
/* "3", 3, ">=3", ">3", "<=3", "<3", "=3", "2-5" within low..high. 0, or -1 with a sentence. */
int cs_bounds_read(struct cs_reader *r, const cJSON *item, int64_t low, int64_t high,
                   struct cs_bounds *bounds);
bool cs_bounds_hold(const struct cs_bounds *bounds, int64_t value);
/* "3", "at least 3", "at most 3", "2 to 5". Returns text. */
char *cs_bounds_say(const struct cs_bounds *bounds, char *text, size_t size);

/* Kinds of events that can be it: a bit for each enum cs_event_kind. */
uint32_t cs_trigger_events(const struct cs_trigger *t);
static inline bool cs_trigger_is_decoded(const struct cs_trigger *t)
{
    return t->kind == CS_TRIGGER_DECODED;
}
/* tec, rec, "warning": a level that is reached and left; see cs_trigger_enters(). */
bool cs_trigger_is_level(const struct cs_trigger *t);

/* It happens with this event. Of levels: the counters have changed, and are within. */
bool cs_trigger_hit(const struct cs_trigger *t, struct cs_sim *sim, const struct cs_event *event);
/* It happens with what a decoder said. */
bool cs_trigger_hit_said(const struct cs_trigger *t, const struct cs_live_said *said);

/* Nodes that were within a level when they were last seen; all zero at the start. */
struct cs_trigger_inside {
    uint64_t word[CS_SIM_MAX_BUSES][CS_BUS_MAX_NODES / 64];
};
/* As cs_trigger_hit(), but a level happens only where it was not so before. All events must be
 * given in their order. */
bool cs_trigger_enters(const struct cs_trigger *t, struct cs_trigger_inside *inside,
                       struct cs_sim *sim, const struct cs_event *event);

/* What it is, as part of a sentence: `frame "123#11*" from "ecu"`, `"ecu" goes bus-off`. Returns
 * text. */
char *cs_trigger_say(const struct cs_trigger *t, struct cs_sim *sim, char *text, size_t size);

#endif
