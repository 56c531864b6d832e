/* SPDX-License-Identifier: MIT */
/* verdict.h - what came of one expectation. */
#ifndef CANSIM_SCENARIOS_VERDICT_H
#define CANSIM_SCENARIOS_VERDICT_H

#if defined(__has_include) && __has_include("scenarios/expect.h")
#include "scenarios/expect.h"
#define CS_HAVE_EXPECT 1
#else
#include <stdbool.h>
#include <stdint.h>

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
#endif

#endif
