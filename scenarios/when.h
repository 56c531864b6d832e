/* SPDX-License-Identifier: MIT */
/* when.h - actions of the timeline that have no single time: after something happened, every so
 * often, until, if; and those that are many: all of them, or one drawn from the seed. */
#ifndef CANSIM_SCENARIOS_WHEN_H
#define CANSIM_SCENARIOS_WHEN_H

#include "scenarios/trigger.h"

#define CS_VARIABLES      64 /* of a scenario */
#define CS_WHEN_TESTS     4  /* in one "if" */
#define CS_GROUP_ACTIONS  64 /* in one "do" or "choose" */
#define CS_VARIABLE_LIMIT INT64_C(1000000000000)

struct cs_action;

/* "if": the variable is within. */
struct cs_test {
    unsigned variable;
    struct cs_bounds bounds;
};

/* "set": to a value, or by so much. */
struct cs_assignment {
    unsigned variable;
    int64_t value;
    bool relative;
};

struct cs_when {
    bool has_after, has_until;
    struct cs_trigger after, until;
    bool each;        /* every time that "after" happens, not only the first */
    int64_t delay_ps; /* from there on */
    int64_t every_ps; /* 0: once */
    int64_t count;    /* at most so often, each time of "after" counts anew; 0: no limit */
    int64_t until_ps; /* the last moment, CS_NEVER: there is none */
    struct cs_test tests[CS_WHEN_TESTS];
    unsigned n_tests;
};

/* It comes at other times than its "at": after something, or again. */
bool cs_when_has_moments(const struct cs_action *action);

struct cs_group {
    struct cs_action *action; /* owned */
    unsigned n;
    bool choose; /* one of them, drawn from the seed */
};

#endif
