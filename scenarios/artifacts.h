/* SPDX-License-Identifier: MIT */
/* artifacts.h - what is kept of a scenario that failed: logs of the time around its first failure.
 * One without clients, guests and programs is run again with logs, which gives the same events; of
 * others the logs are written from the start, and cut or thrown away at the end. */
#ifndef CANSIM_SCENARIOS_ARTIFACTS_H
#define CANSIM_SCENARIOS_ARTIFACTS_H

#include "scenarios/result.h"
#include "scenarios/session.h"

struct cs_artifacts_wish {
    const char *folder; /* each scenario has its own in it; NULL: nothing is kept */
    bool always;        /* also of what passed */
    int64_t around_ps;  /* before and after the first failure */
};

#define CS_ARTIFACTS_FILES 8
#define CS_ARTIFACTS_PATH  1200

struct cs_artifacts {
    struct cs_artifacts_wish wish;
    const char *file; /* the scenario */
    char folder[CS_ARTIFACTS_PATH - 100];
    bool outside;                   /* logs are written from the start */
    char *path[CS_ARTIFACTS_FILES]; /* of the logs that are */
    struct cs_session_config again; /* how to run it again */
};

/* Before the session is made: `config` has the scenario's file, and `loaded` of it where the caller
 * has read it. What was kept under that name before is removed. `name`: of the folder in the
 * wish's, cs_artifacts_name(). Adds logs to `config` where they are written from the start: its
 * texts are valid until cs_artifacts_end(). 0, or -1 with `error`, of which `loaded` survives. */
int cs_artifacts_begin(struct cs_artifacts *artifacts, const struct cs_artifacts_wish *wish,
                       const char *name, struct cs_session_config *config, struct cs_error *error);
/* After the session is closed: keep, and name the folder in result->artifacts, which is in
 * `artifacts`; or throw away. `stop` may be set while it runs again: it is given up. 0, or -1 with
 * `error`. */
int cs_artifacts_end(struct cs_artifacts *artifacts, struct cs_result *result,
                     const volatile bool *stop, struct cs_error *error);
void cs_artifacts_fini(struct cs_artifacts *artifacts);

/* "suite/boot" of "./suite/boot.json": a path that leads nowhere else. Returns text. */
const char *cs_artifacts_name(const char *file, char *text, size_t size);

/* Leave only what is from..until of a log in the form of candump or of events, in place. 0 or
 * -errno. */
int cs_artifacts_cut(const char *path, int64_t from_ps, int64_t until_ps);
/* The time in such a line; -1: there is none. */

#endif
