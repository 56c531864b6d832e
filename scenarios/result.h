/* SPDX-License-Identifier: MIT */
/* result.h - what came of the run of one scenario, as reports tell it: plain data that owns its
 * texts, and the same as bytes, from one process to another. */
#ifndef CANSIM_SCENARIOS_RESULT_H
#define CANSIM_SCENARIOS_RESULT_H

#include <stddef.h>

#include "scenarios/error.h"
#include "scenarios/expect.h"
#include "simcore/sim.h"

struct cs_session;

enum cs_result_state {
    CS_RESULT_NOT_RUN, /* others failed before, or somebody interrupted */
    CS_RESULT_PASSED,
    CS_RESULT_FAILED,      /* an expectation, a guest's script */
    CS_RESULT_LATE,        /* it took longer than it may, wall time */
    CS_RESULT_UNUSABLE,    /* the scenario or something that it names */
    CS_RESULT_ENVIRONMENT, /* socket in use, disk full, no memory */
    CS_RESULT_CRASHED,     /* the process that ran it ended */
    CS_RESULT_INTERRUPTED,
    CS_RESULT_STATES,
};

struct cs_result_bus {
    const char *name;
    uint64_t frames, error_frames;
    unsigned load_permille; /* since the start */
};

struct cs_result {
    enum cs_result_state state;
    const char *file; /* as given */
    const char *title;
    bool told_seed; /* one of several runs of that file */
    uint64_t seed;
    int64_t bus_ps;        /* bus time at its end */
    int64_t wall_ms;       /* what it took */
    const char *error;     /* sentences, a line each; "" */
    const char *artifacts; /* folder of what was kept; "" */
    unsigned n_buses;
    struct cs_result_bus *buses;
    unsigned n_verdicts;
    struct cs_verdict *verdicts;
    void *memory; /* of all of it */
};

/* What came of a run up to now. Only `session` may be NULL: it could not be made; `error` is then
 * why, else "". The texts belong to others: copy it. 0 or -ENOMEM. */
int cs_result_take(struct cs_result *result, struct cs_session *session, const char *file,
                   const char *error);
/* Where cs_result_take() has put buses and verdicts. */
void cs_result_fini(struct cs_result *result);

enum cs_result_state cs_result_of_status(int status);         /* an exit status */
int cs_result_status(enum cs_result_state state);             /* and back */
const char *cs_result_word(enum cs_result_state state);       /* "passed", "crashed" */
bool cs_result_ran(enum cs_result_state state);               /* passed, failed or late */
unsigned cs_result_failed(const struct cs_result *result);    /* expectations */
unsigned cs_result_undecided(const struct cs_result *result); /* the same */
bool cs_verdict_failed(const struct cs_verdict *verdict);

/* As bytes: to be freed, or NULL. */
void *cs_result_pack(const struct cs_result *result, size_t *len);
/* From bytes of another process; they are copied. 0, -ENOMEM or -EINVAL; cs_result_free(). */
int cs_result_unpack(struct cs_result *result, const void *bytes, size_t len);
/* A copy that owns its texts. The same. */
int cs_result_copy(struct cs_result *to, const struct cs_result *from);
void cs_result_free(struct cs_result *result);

#endif
