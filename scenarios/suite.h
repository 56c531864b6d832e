/* SPDX-License-Identifier: MIT */
/* suite.h - many scenarios as tests: which there are, and their runs, each in a process of its own,
 * so that nothing that one does reaches another. What comes out does not depend on how many run at
 * a time. */
#ifndef CANSIM_SCENARIOS_SUITE_H
#define CANSIM_SCENARIOS_SUITE_H

#include "scenarios/artifacts.h"
#include "scenarios/error.h"
#include "scenarios/result.h"
#include "scenarios/session.h"

/* ---- which there are: suite_find.c ----------------------------------------------------------- */

#define CS_SUITE_FILES_MAX 1000000
#define CS_SUITE_DEPTH_MAX 32 /* folders in folders */

struct cs_suite_files {
    char **file;
    size_t n, room;
};

/* The files named, in their order; of a folder and those in it all *.json, in the order of their
 * names. Hidden ones ('.' in front) and folders behind symbolic links are left out. One that is
 * found again is there once. 0, or -1 with `error`: what is not there, a folder without any. */
int cs_suite_find(char *const *names, size_t n, struct cs_suite_files *files,
                  struct cs_error *error);
/* Leave those that fit any of the patterns, and none of those with '!' in front: fnmatch(3) on the
 * whole name where the pattern has one of "*?[", else a part of the name. */
void cs_suite_filter(struct cs_suite_files *files, char *const *patterns, unsigned n);
void cs_suite_files_free(struct cs_suite_files *files);

/* ---- running them: suite_run.c ----------------------------------------------------------------
 */

#define CS_SUITE_JOBS_MAX   256
#define CS_SUITE_REPEAT_MAX 100000

struct cs_suite_wish {
    const struct cs_plugin_files *plugins;
    const struct cs_constants *constants; /* of each that are replaced; NULL: none */
    struct cs_artifacts_wish artifacts;
    bool have_seed;
    uint64_t seed;   /* instead of the scenarios' */
    unsigned repeat; /* each so often, with that seed and those that follow */
    unsigned jobs;   /* at a time, 1..CS_SUITE_JOBS_MAX */
    bool fast;       /* as with --fast */
    enum cs_engine engine;
    int64_t timeout_ms; /* of wall time, for each; 0: none */
    bool fail_fast;     /* what comes after the first that failed is not run */
};

struct cs_suite_state {
    size_t n, done, running, failed; /* failed: or could not run */
    const char *oldest;              /* the file that has been running longest; NULL: none */
};

struct cs_suite_heard {
    /* The next one in order; `result` is valid until cs_suite_run()'s results are freed. */
    void (*told)(void *ctx, const struct cs_result *result);
    void (*progress)(void *ctx, const struct cs_suite_state *state); /* 4 times a second */
    void *ctx;
};

/* Run all; `results` has room for files->n * wish->repeat of them, in order: the runs of a file
 * follow one another. A SIGINT, SIGTERM or SIGHUP ends it in order, a second one at once: true in
 * *interrupted. 0, or -1 with `error`: no process can be made. cs_result_free() of each. */
int cs_suite_run(const struct cs_suite_files *files, const struct cs_suite_wish *wish,
                 const struct cs_suite_heard *heard, struct cs_result *results, bool *interrupted,
                 struct cs_error *error);

/* ---- the process of one: suite_one.c ----------------------------------------------------------
 */

#define CS_SUITE_LATE "did not end within the wall time that it has (--timeout)"

/* What it sends first; its result follows, as cs_result_pack(). */
struct cs_suite_hello {
    uint64_t seed;
};

/* Run the `nth` of the runs of a file, say what came of it to `fd`, and end the process. */
_Noreturn void cs_suite_one(const struct cs_suite_wish *wish, const char *file, unsigned nth,
                            int fd);

#endif
