/* SPDX-License-Identifier: MIT */
/* main_bench_tui.h - what the terminal interface takes on this machine: cansim-tui on a terminal of
 * our own, with eight buses at full load. */
#ifndef CANSIM_SCENARIOS_MAIN_BENCH_TUI_H
#define CANSIM_SCENARIOS_MAIN_BENCH_TUI_H

#include "scenarios/error.h"
#include "simcore/sim.h"

#define CS_BENCH_SCENES 11
struct cs_bench_scene {
    const char *name;
    double core, screens_per_s;
};

struct cs_bench_tui {
    char skipped[200]; /* why there is nothing; "" measured */
    double startup_ms; /* from exec to the first screen; the quickest of a few */
    double wall_s;     /* how long it was watched */
    double frames_per_s;
    double kept_up; /* bus time over wall time: 1 */
    double core;    /* processor time over wall time */
    double screens_per_s;
    double key_ms, key_most_ms; /* from a key to what it shows: median and worst */
    double idle_core;           /* of an empty host */
    struct cs_bench_scene scenes[CS_BENCH_SCENES]; /* what else is shown under that load */
    unsigned n_scenes;
};

/* Measure for about `time_ps` of wall time, 2 s at least. 0, or -1 with `error`. */
int cs_bench_tui(int64_t time_ps, struct cs_bench_tui *result, struct cs_error *error);

#endif
