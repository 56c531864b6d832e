/* SPDX-License-Identifier: MIT */
/* main_bench_terminal.h - cansim-tui on a pseudo-terminal of our own: what it shows, and when. */
#ifndef CANSIM_SCENARIOS_MAIN_BENCH_TERMINAL_H
#define CANSIM_SCENARIOS_MAIN_BENCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CS_TERMINAL_SEEN        (1 << 16)
#define CS_TERMINAL_NS_MS       1000000
#define CS_TERMINAL_PATIENCE_MS 5000 /* for anything that is waited for */

struct cs_terminal {
    pid_t pid;
    int fd;
    char seen[CS_TERMINAL_SEEN]; /* what came last, with its NUL */
    size_t n_seen;
    uint64_t screens;
    int64_t last_ns;
    bool gone; /* it has ended, or shows nothing any more */
};

/* cansim-tui beside this program; false: it is not there. */
bool cs_terminal_program(char *path, size_t size);
/* Run it with one argument. 0 or -errno. */
int cs_terminal_begin(struct cs_terminal *t, const char *program, const char *argument);
void cs_terminal_end(struct cs_terminal *t);
/* What has come within so long; a pause before it is a new screen. False: nothing. */
bool cs_terminal_hear(struct cs_terminal *t, int ms);
void cs_terminal_hear_for(struct cs_terminal *t, int64_t ns);
/* Until these bytes have come: how long that took, in ms; negative: they did not within so long. */
double cs_terminal_wait(struct cs_terminal *t, const char *bytes, int patience_ms);
void cs_terminal_press(const struct cs_terminal *t, const char *key);
/* Processor time so far, in seconds; memory now, in bytes. */
double cs_terminal_processor_s(const struct cs_terminal *t);
uint64_t cs_terminal_resident(const struct cs_terminal *t);

#endif
