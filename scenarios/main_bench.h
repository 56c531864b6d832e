/* SPDX-License-Identifier: MIT */
/* main_bench.h - what a decoder takes for a frame on this machine: mixed CANopen traffic of nodes
 * with an EDS, alone in memory, and as a program next to another one on the same capture. */
#ifndef CANSIM_SCENARIOS_MAIN_BENCH_H
#define CANSIM_SCENARIOS_MAIN_BENCH_H

#include "scenarios/error.h"
#include "simcore/sim.h"

struct cs_bench_decode {
    char skipped[200];   /* why there is nothing; "" measured */
    uint64_t frames;     /* decoded in all */
    double ns_per_frame; /* summary and fields wanted; CPU time of the quickest pass */
    double median_ns;
    double taken_permille; /* frames that are CANopen's */
    /* CPU time of the programs `cansim decode` and `tshark -T fields`, what they need to start left
     * out. */
    char no_tshark[200]; /* why there is no comparison */
    double program_ns, tshark_ns;
};

/* Measure for about `time_ps` of wall time. 0, or -1 with `error`. */
int cs_bench_decode(int64_t time_ps, struct cs_bench_decode *result, struct cs_error *error);

#endif
