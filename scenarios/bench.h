/* SPDX-License-Identifier: MIT */
/* bench.h - how fast the engines are on this machine: a bus that is always busy, alone in a sim of
 * its own, and the CPU time that it takes. One observer counts, as a log or a window would. */
#ifndef CANSIM_SCENARIOS_BENCH_H
#define CANSIM_SCENARIOS_BENCH_H

#include "scenarios/error.h"
#include "simcore/sim.h"

#define CS_BENCH_MAX_NODES 32

enum cs_bench_load {
    CS_BENCH_IN_TURN, /* one frame at a time, each from the next node */
    CS_BENCH_CONTEND, /* every node always has one queued */
};

struct cs_bench_case {
    enum cs_engine engine;
    enum cs_bench_load load;
    unsigned nodes;       /* 2..CS_BENCH_MAX_NODES */
    bool fd;              /* 64 bytes, two bit rates; else classic frames of 8 bytes */
    bool ext;             /* IN_TURN: extended identifiers */
    uint32_t identifiers; /* IN_TURN: so many different ones, frame by frame; at least 1 */
};

struct cs_bench_result {
    uint64_t frames;       /* computed in all */
    double ns_per_frame;   /* in the quickest of many slices: what else the machine does is
                              left out as far as that goes */
    double median_ns;      /* the same in the middle one */
    double bits_per_frame; /* SOF to the end of the intermission */
};

struct cs_bench_memory {
    int64_t bus_ps;
    uint64_t frames;
    double cpu_s;
    size_t heap_before, heap_after;         /* bytes in use */
    size_t resident_before, resident_after; /* bytes; 0: not known */
};

/* Measure for about `time_ps` of wall time. 0, or -1 with `error`. */
int cs_bench_run(const struct cs_bench_case *what, int64_t time_ps, struct cs_bench_result *result,
                 struct cs_error *error);

/* What `bus_ps` of a busy bus leave behind in memory. 0, or -1 with `error`. */
int cs_bench_memory(int64_t bus_ps, struct cs_bench_memory *memory, struct cs_error *error);

#endif
