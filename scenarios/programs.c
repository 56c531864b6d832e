/* SPDX-License-Identifier: MIT */
/* programs.c - the programs of a scenario as a set: who hears of them, starting and ending. */
#include "scenarios/program_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/wall.h"

struct hearer {
    void (*fn)(void *ctx, unsigned program, const char *line, const struct cs_program_state *state);
    void *ctx;
};

struct cs_programs {
    struct cs_programs_host host;
    char *file, *link; /* host's */
    struct cs_program *program;
    unsigned n;
    struct hearer hearers[CS_PROGRAMS_HEARERS];
    unsigned n_hearers;
    bool ending;
};

const struct cs_programs_host *cs_programs_host_of(const struct cs_programs *programs)
{
    return &programs->host;
}

static void destroy_empty(struct cs_programs *programs)
{
    free(programs->program);
    free(programs->file);
    free(programs->link);
    free(programs);
}

int64_t cs_programs_now_ps(const struct cs_programs *programs)
{
    return programs->host.now_ps != NULL ? programs->host.now_ps(programs->host.ctx) : 0;
}

struct cs_programs *cs_programs_create(const struct cs_program_def *defs, unsigned n,
                                       const struct cs_programs_host *host)
{
    struct cs_programs *programs = calloc(1, sizeof(*programs));
    bool whole;

    if (programs == NULL)
        return NULL;
    programs->host = *host;
    programs->file = strdup(host->file);
    programs->link = host->link != NULL ? strdup(host->link) : NULL;
    programs->host.file = programs->file;
    programs->host.link = programs->link;
    programs->program = calloc(n + 1, sizeof(*programs->program));
    if (programs->program == NULL) {
        destroy_empty(programs);
        return NULL;
    }
    whole = programs->file != NULL && (programs->link != NULL || host->link == NULL);
    for (unsigned i = 0; i < n; i++) {
        struct cs_program *program = &programs->program[programs->n++];
        cs_program_init(program, programs, &defs[i]);
        program->kept = calloc((size_t)defs[i].output_bytes + 1, 1);
        whole &= program->kept != NULL;
    }
    if (whole)
        return programs;
    cs_programs_destroy(programs);
    return NULL;
}

/* ---- who hears ---------------------------------------------------------------------------------
 */

static void tell(struct cs_programs *programs, struct cs_program *program, const char *line)
{
    const unsigned index = (unsigned)(program - programs->program);
    struct cs_program_state state;

    cs_programs_state(programs, index, &state);
    for (unsigned i = 0; i < programs->n_hearers; i++)
        programs->hearers[i].fn(programs->hearers[i].ctx, index, line, &state);
}

void cs_programs_heard(struct cs_programs *programs, struct cs_program *program, const char *line)
{
    tell(programs, program, line);
}

static void start_again(struct cs_programs *programs, struct cs_program *program)
{
    const struct cs_programs_host *host = &programs->host;
    struct cs_error error;

    program->again = false;
    if (cs_programs_start(programs, (unsigned)(program - programs->program), &error) != 0 &&
        host->failed != NULL)
        host->failed(host->ctx, &error);
}

void cs_programs_ended(struct cs_programs *programs, struct cs_program *program)
{
    const struct cs_programs_host *host = &programs->host;

    tell(programs, program, NULL);
    if (program->again)
        start_again(programs, program);
    if (host->ended != NULL)
        host->ended(host->ctx, (unsigned)(program - programs->program));
}

int cs_programs_listen(struct cs_programs *programs,
                       void (*fn)(void *ctx, unsigned program, const char *line,
                                  const struct cs_program_state *state),
                       void *ctx)
{
    if (programs == NULL)
        return -EINVAL;
    if (programs->n_hearers == CS_PROGRAMS_HEARERS)
        return -ENOSPC;
    programs->hearers[programs->n_hearers++] = (struct hearer){fn, ctx};
    return 0;
}

/* ---- starting and ending -----------------------------------------------------------------------
 */

int cs_programs_start(struct cs_programs *programs, unsigned index, struct cs_error *error)
{
    const struct cs_programs_host *host = &programs->host;
    struct cs_program_launch launch;

    if (index >= programs->n || programs->ending)
        return 0;
    struct cs_program *program = &programs->program[index];
    if (program->state.running) {
        program->again = program->state.stopped || program->leaving;
        return 0;
    }
    if (cs_program_prepare(program->def, host->file, host->link, &launch, error) != 0)
        return -1;
    const int64_t now_ps = cs_programs_now_ps(programs);
    int ret = cs_program_start(program, &launch, error);
    if (ret == 0)
        program->state.started_ps = now_ps;
    cs_program_launch_free(&launch);
    return ret;
}

void cs_programs_stop(struct cs_programs *programs, unsigned index)
{
    if (index < programs->n)
        cs_program_stop(&programs->program[index]);
}

void cs_programs_signal(struct cs_programs *programs, unsigned index, int number)
{
    if (index < programs->n && programs->program[index].state.running)
        cs_child_signal(&programs->program[index].child, number);
}

void cs_programs_end(struct cs_programs *programs)
{
    if (programs == NULL)
        return;
    programs->ending = true;
    for (unsigned i = 0; i < programs->n; i++) /* all have the same seconds to end in */
        cs_program_stop(&programs->program[i]);
    cs_program_wait_all(programs->program, programs->n);
    for (unsigned i = 0; i < programs->n; i++)
        cs_program_clear(&programs->program[i]);
}

void cs_programs_destroy(struct cs_programs *programs)
{
    if (programs == NULL)
        return;
    cs_programs_end(programs);
    for (unsigned i = 0; i < programs->n; i++)
        free(programs->program[i].kept);
    destroy_empty(programs);
}

/* ---- looking -----------------------------------------------------------------------------------
 */

unsigned cs_programs_count(const struct cs_programs *programs)
{
    return programs != NULL ? programs->n : 0;
}

bool cs_programs_state(const struct cs_programs *programs, unsigned index,
                       struct cs_program_state *state)
{
    if (index >= cs_programs_count(programs))
        return false;
    const struct cs_program *program = &programs->program[index];
    *state = program->state;
    if (state->started)
        state->wall_ms = (state->running ? cs_wall_ms() : program->until_ms) - program->since_ms;
    return true;
}

const char *cs_programs_output(const struct cs_programs *programs, unsigned index, size_t *len)
{
    *len = 0;
    if (index >= cs_programs_count(programs))
        return "";
    *len = programs->program[index].n_kept;
    return programs->program[index].kept;
}

bool cs_programs_busy(const struct cs_programs *programs)
{
    for (unsigned i = 0; i < cs_programs_count(programs); i++) {
        if (programs->program[i].state.running || programs->program[i].again)
            return true;
    }
    return false;
}
