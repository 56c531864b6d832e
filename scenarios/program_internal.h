/* SPDX-License-Identifier: MIT */
/* program_internal.h - one program at work: program_run.c has the child and its pipes,
 * program_start.c what it is started with; with programs.c nobody else includes it. */
#ifndef CANSIM_SCENARIOS_PROGRAM_INTERNAL_H
#define CANSIM_SCENARIOS_PROGRAM_INTERNAL_H

#include <ev.h>

#include "scenarios/child.h"
#include "scenarios/programs.h"

/* What a child is started with; all of it is made before fork(). */
struct cs_program_launch {
    char *folder;       /* its working folder */
    char *path;         /* of what is executed */
    char **words;       /* they point into the definition or into `option` */
    char **environment; /* n_environment texts of its own, and NULL */
    unsigned n_environment;
    char bitrate[16];
};

/* 0, or -1 with `error`, which names the program and why it cannot be started. */
int cs_program_prepare(const struct cs_program_def *def, const char *file, const char *link,
                       struct cs_program_launch *launch, struct cs_error *error);
void cs_program_launch_free(struct cs_program_launch *launch);
/* "FILE: /programs/NAME/KEY: ... cannot be started: ...", status 3. Returns -1. */
int cs_program_cannot(const struct cs_program_def *def, const char *file, const char *key,
                      const char *what, int err, struct cs_error *error);

struct cs_program {
    struct cs_programs *all;
    const struct cs_program_def *def;
    struct cs_program_state state;
    struct cs_child child; /* kept as long as its group may be signalled; out -1: nobody writes */
    bool leaving;          /* it has ended, which nobody has heard of */
    bool again;            /* started while it is being stopped */
    int64_t since_ms, until_ms; /* CLOCK_MONOTONIC, of the last run */
    ev_io ended, readable;
    ev_timer timeout, patience;
    struct cs_lines lines;
    char *kept; /* def->output_bytes and a NUL */
    size_t n_kept;
};

void cs_program_init(struct cs_program *program, struct cs_programs *all,
                     const struct cs_program_def *def);
/* It has ended: what it has left behind goes as well, and nothing more is read. */
void cs_program_clear(struct cs_program *program);
int cs_program_start(struct cs_program *program, const struct cs_program_launch *launch,
                     struct cs_error *error);
void cs_program_stop(struct cs_program *program);
/* End of the run: read and wait until all have ended. */
void cs_program_wait_all(struct cs_program *programs, unsigned n);

/* Of programs.c: who hears of it. */
void cs_programs_heard(struct cs_programs *programs, struct cs_program *program, const char *line);
void cs_programs_ended(struct cs_programs *programs, struct cs_program *program);
int64_t cs_programs_now_ps(const struct cs_programs *programs); /* bus time, up to the present */
const struct cs_programs_host *cs_programs_host_of(const struct cs_programs *programs);

#endif
