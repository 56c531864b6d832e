/* SPDX-License-Identifier: MIT */
/* programs.h - programs that a scenario starts: what they are (plain data), and a set of them at
 * work. Each is a child in a process group of its own, which ends with the set; its output is read
 * as fast as it is heard, so that a program that floods it waits, and nobody else.
 * Programs live in wall time; bus time is paced while there are any. */
#ifndef CANSIM_SCENARIOS_PROGRAMS_H
#define CANSIM_SCENARIOS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/error.h"
#include "scenarios/lines.h"

struct ev_loop;

#define CS_PROGRAM_WORDS     64   /* of its command */
#define CS_PROGRAM_VARIABLES 64   /* of its environment that a scenario sets */
#define CS_PROGRAM_STDIN_MAX 4000 /* bytes; less than any pipe takes */
#define CS_PROGRAM_LINE_MAX  CS_LINE_MAX
#define CS_PROGRAMS_MAX      32
#define CS_PROGRAMS_HEARERS  8

struct cs_program_def {
    const char *name; /* of its controllers as well */
    const char *words[CS_PROGRAM_WORDS + 1];
    unsigned n_words;
    const char *cwd;    /* relative to that file; NULL: its folder */
    const char *beside; /* the file that names it; NULL: the scenario's */
    const char *variable[CS_PROGRAM_VARIABLES];
    const char *value[CS_PROGRAM_VARIABLES]; /* NULL: it is taken away */
    unsigned n_variables;
    bool attach;          /* under cansim-attach, else as it is */
    int fd;               /* what its controllers know of CAN FD, index into cs_program_fds */
    uint32_t bitrate_bps; /* of its controllers; 0: the bus's */
    bool absent;          /* the timeline starts it */
    bool required;        /* the run ends with it */
    int64_t wait_ps;      /* for its first controller, wall time; 0: not, CS_NEVER: without limit */
    int64_t timeout_ps;   /* wall time after which it is ended; 0: never */
    const char *input;    /* all of its standard input; NULL: none */
    int64_t output_bytes; /* of its output that are kept, the last ones */
};
extern const char *const cs_program_fds[]; /* ends with NULL */

struct cs_program_state {
    const char *name;
    bool started; /* once at least */
    bool running;
    bool exited;     /* and is not running again */
    bool stopped;    /* it was told to end: by the timeline, its timeout or the end of the run */
    bool timed_out;  /* by its timeout */
    bool killed;     /* told to, it did not end within 2 s */
    int exit_status; /* 128+n for signal n; of the last run */
    uint64_t lines, bytes, lost_bytes; /* of its output, of all runs; lost: no longer kept */
    int64_t started_ps, ended_ps;      /* bus time, of the last run */
    int64_t wall_ms;                   /* how long that was, up to now or to its end */
};

struct cs_programs; /* opaque */

struct cs_programs_host {
    struct ev_loop *loop; /* not libev's default one: that takes every child's exit status away */
    const char *file;     /* the scenario */
    const char *link;     /* address that they get as CANSIM_LINK; NULL: none */
    int64_t (*now_ps)(void *ctx);               /* bus time, brought up to the present */
    void (*ended)(void *ctx, unsigned program); /* when all have heard of it; may be NULL */
    void (*failed)(void *ctx, const struct cs_error *error); /* it cannot be started again */
    void *ctx;
};

/* Whether all of them could be started, as far as that can be told: the folder, the program, and
 * cansim-attach. 0 or -1 with `error` (status 3). */
int cs_programs_check(const struct cs_program_def *defs, unsigned n, const char *file,
                      struct cs_error *error);
/* Nothing is started yet. `defs` must outlive it; the texts of `host` are copied. NULL: no memory.
 */
struct cs_programs *cs_programs_create(const struct cs_program_def *defs, unsigned n,
                                       const struct cs_programs_host *host);
/* End all that runs: SIGTERM, and after 2 s SIGKILL, each to its process group. What they still
 * say is heard. Twice is nothing. */
void cs_programs_end(struct cs_programs *programs);
void cs_programs_destroy(struct cs_programs *programs); /* ends them as well */

/* Start one; where it runs already nothing happens, and where it is being stopped it starts again
 * as soon as it has ended. 0 or -1 with `error` (status 3: it cannot be started). */
int cs_programs_start(struct cs_programs *programs, unsigned index, struct cs_error *error);
/* Ask one to end: SIGTERM, after 2 s SIGKILL; returns at once. */
void cs_programs_stop(struct cs_programs *programs, unsigned index);
/* A signal for its process group; nothing where it does not run. */
void cs_programs_signal(struct cs_programs *programs, unsigned index, int number);

unsigned cs_programs_count(const struct cs_programs *programs); /* NULL: 0 */
/* False: there is no such program. */
bool cs_programs_state(const struct cs_programs *programs, unsigned index,
                       struct cs_program_state *state);
/* The last of its output, def->output_bytes at most, ending with a NUL at text[len]; valid until
 * the loop runs again. */
const char *cs_programs_output(const struct cs_programs *programs, unsigned index, size_t *len);
/* One runs, or is about to run again. */
bool cs_programs_busy(const struct cs_programs *programs);

/* Who hears: each line of output without its newline (at most CS_PROGRAM_LINE_MAX bytes), and
 * exits (line NULL). 0, -EINVAL without programs, or -ENOSPC: there are CS_PROGRAMS_HEARERS
 * already. The callback may start, stop and signal programs. */
int cs_programs_listen(struct cs_programs *programs,
                       void (*fn)(void *ctx, unsigned program, const char *line,
                                  const struct cs_program_state *state),
                       void *ctx);

#endif
