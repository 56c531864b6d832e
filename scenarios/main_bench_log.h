/* SPDX-License-Identifier: MIT */
/* main_bench_log.h - what a long log takes in the terminal interface on this machine. */
#ifndef CANSIM_SCENARIOS_MAIN_BENCH_LOG_H
#define CANSIM_SCENARIOS_MAIN_BENCH_LOG_H

#include <stdint.h>

#include "scenarios/error.h"

#define CS_BENCH_LOG_DFLT 10000000u
#define CS_BENCH_LOG_MAX  100000000u

struct cs_bench_log {
    char skipped[200]; /* why there is nothing; "" measured */
    char note[200];    /* why it is less than was wanted; "" it is not */
    uint64_t frames, bytes;
    double first_ms, key_ms; /* to its first row; from a key to what it shows while it is read */
    double loaded_s, frames_per_s;
    double resident_bytes; /* of the program then */
    double bytes_per_row;  /* more than at its first screen */
};

/* A log of so many frames, in a file below $TMPDIR (else /tmp) that goes again; fewer where there
 * is no room for them. 0: none. 0, or -1 with `error`. */
int cs_bench_log(uint64_t frames, struct cs_bench_log *result, struct cs_error *error);

#endif
