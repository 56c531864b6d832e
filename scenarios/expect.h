/* SPDX-License-Identifier: MIT */
/* expect.h - what is expected of a run, judged while it goes on from the one event stream. A
 * verdict comes as soon as it is certain, the rest at the end of the run. An observer like others:
 * the buses do the same without it. */
#ifndef CANSIM_SCENARIOS_EXPECT_H
#define CANSIM_SCENARIOS_EXPECT_H

#include "scenarios/scenario.h"

struct cs_expect; /* opaque: all expectations of a scenario */
struct cs_live;

#define CS_EXPECT_FULL 20 /* failures that have `around` */

struct cs_verdict {
    const char *name;
    const char *place; /* "boot.json:12:5: /expect/3", without line and column of no file */
    const char *kind;  /* its key: "frame", "period" */
    bool decided;      /* else the run is not over */
    bool passed;
    int64_t at_ps;          /* since when the verdict is certain */
    int64_t window_from_ps; /* -1: the window has not begun */
    const char *expected;   /* what was waited for, part of a sentence */
    const char *seen;       /* what was seen, or "" */
    const char *around;     /* failed: lines of what happened just before; NULL: none are kept */
};

/* Judge what is expected in the scenario, which outlives it, as the sim's observer. `live`: the
 * decoder, NULL where cs_expect_decodes() is false. NULL with `error`; with no expectations NULL
 * without. */
struct cs_expect *cs_expect_create(struct cs_sim *sim, const struct cs_scenario *scenario,
                                   struct cs_live *live, struct cs_error *error);
void cs_expect_destroy(struct cs_expect *expect);

/* Do its expectations need a decoder, do they need its fields? */
bool cs_expect_decodes(const struct cs_scenario *scenario, bool *fields);

/* When something is next decided by time alone, CS_NEVER; not later than it really is. */
int64_t cs_expect_next_ps(const struct cs_expect *expect);
/* All up to now has happened, now included: what time decides is decided. */
void cs_expect_time(struct cs_expect *expect, int64_t now_ps);
/* The run is over: the rest is decided. */
void cs_expect_finish(struct cs_expect *expect, int64_t now_ps);

/* One has failed after which the run is to end: all of that instant may still happen. */
bool cs_expect_wants_stop(const struct cs_expect *expect);

unsigned cs_expect_count(const struct cs_expect *expect);
unsigned cs_expect_failed(const struct cs_expect *expect);
unsigned cs_expect_undecided(const struct cs_expect *expect);
/* Texts are valid until the expectations go. */
void cs_expect_verdict(const struct cs_expect *expect, unsigned index, struct cs_verdict *verdict);

/* For people: the failures in full, then how many there are of all. `quiet`: nothing where none has
 * failed. */
void cs_expect_tell(const struct cs_expect *expect, bool quiet, FILE *to);

/* A program, or a guest on its console, has printed a line, or has ended with a status (128 + N by
 * signal N). */
void cs_expect_program_line(struct cs_expect *expect, const char *name, const char *line);
void cs_expect_program_exit(struct cs_expect *expect, const char *name, int status);
/* Is something expected of its status that is not decided? */
bool cs_expect_awaits_exit(const struct cs_expect *expect, const char *name);

#endif
