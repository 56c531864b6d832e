/* SPDX-License-Identifier: MIT */
/* The session's recording: kept in memory, written as a scenario when somebody asks, and with
 * --record soon after something has come and at the end. A file is written beside its place and
 * moved there, so that what is there is whole whenever the program ends. */
#include "scenarios/session_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELAY_S      1.0
#define DELAY_WRITES 20 /* a twentieth of the time is for writing, at most */

static int cannot(const char *path, int err, struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", path,
                        strerror(err));
}

/* ---- the file ---------------------------------------------------------------------------------
 */

/* 0 or an errno. */
static int write_all(const struct cs_session *session, FILE *to, const char *path)
{
    int err = -cs_record_write(session->record, to, path);

    if (fflush(to) != 0 && err == 0)
        err = errno;
    if (ferror(to) && err == 0)
        err = EIO;
    return fclose(to) != 0 && err == 0 ? errno : err;
}

static int write_into(const struct cs_session *session, const char *path)
{
    FILE *to = fopen(path, "we");

    return to != NULL ? write_all(session, to, path) : errno;
}

/* `there` is the file itself, whatever links lead to it. */
static int write_beside(const struct cs_session *session, const char *there, const char *path)
{
    char *temp = NULL;
    int err = ENOMEM;

    if (asprintf(&temp, "%s.%ld.tmp", there, (long)getpid()) < 0)
        return ENOMEM;
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (to == NULL)
        err = errno;
    else
        err = write_all(session, to, path);
    if (fd >= 0 && to == NULL)
        close(fd);
    if (err == 0 && rename(temp, there) != 0)
        err = errno;
    if (err != 0 && fd >= 0)
        unlink(temp);
    free(temp);
    return err;
}

static int save(const struct cs_session *session, const char *path, struct cs_error *error)
{
    struct stat st;
    char *there = realpath(path, NULL); /* NULL: it is to be made */
    int err = there != NULL && stat(there, &st) == 0 && !S_ISREG(st.st_mode)
                  ? write_into(session, path)
                  : write_beside(session, there != NULL ? there : path, path);

    free(there);
    return err == 0 ? 0 : cannot(path, err, error);
}

static int not_own(const char *path, const char *use, struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_INPUT,
                        "%s: a recording must be a file of its own, not one %s", path, use);
}

/* Neither standard output nor a file that the run has. */
int cs_session_record_check(const struct cs_session *session, const char *path,
                            struct cs_error *error)
{
    struct cs_file_id id = {0};
    struct stat st;

    if (path[0] == '\0' || strcmp(path, "-") == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "%s: a recording must be a file, not standard output", path);
    if (stat(path, &st) != 0)
        return 0;
    id = (struct cs_file_id){st.st_dev, st.st_ino, S_ISREG(st.st_mode)};
    const char *use = cs_session_use_of(session, &id);
    return use == NULL
               ? 0
               : cs_error_set(error, CS_STATUS_INPUT,
                              "%s: a recording must be a file of its own, not one %s", path, use);
}

/* Before a log is opened. 0 or -1 with `error`. */
int cs_session_record_plan(const struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error)
{
    const char *const logs[] = {config->log, config->events, config->explain, config->vcd,
                                config->decoded};

    if (config->have_record_max &&
        (config->record_max < 1 || config->record_max > CS_RECORD_ACTIONS_MAX))
        return cs_error_set(error, CS_STATUS_INPUT, "--record-max: must be 1..%d, got \"%llu\"",
                            CS_RECORD_ACTIONS_MAX, (unsigned long long)config->record_max);
    for (size_t i = 0; config->record != NULL && i < sizeof(logs) / sizeof(logs[0]); i++) {
        if (logs[i] != NULL && strcmp(logs[i], config->record) == 0)
            return not_own(config->record, "which is a log of the run", error);
    }
    return config->record != NULL ? cs_session_record_check(session, config->record, error) : 0;
}

/* ---- asked for ---------------------------------------------------------------------------------
 */

int cs_session_save(struct cs_session *session, const char *path, char *told, size_t told_size,
                    struct cs_error *error)
{
    struct cs_record_counts counts;
    int n;

    if (session->record == NULL)
        return cs_error_set(error, CS_STATUS_INPUT, "nothing is recorded");
    cs_session_sync(session);
    if (cs_session_record_check(session, path, error) != 0 || save(session, path, error) != 0)
        return -1;
    cs_record_counts(session->record, &counts);
    n = snprintf(told, told_size, "saved %s: %u action%s from outside", path, counts.actions,
                 counts.actions == 1 ? "" : "s");
    if (counts.lost > 0 && n > 0 && (size_t)n < told_size)
        snprintf(told + n, told_size - (size_t)n, ", %llu more found no room",
                 (unsigned long long)counts.lost);
    return 0;
}

/* ---- by itself ---------------------------------------------------------------------------------
 */

static void failed(struct cs_session *session, const struct cs_error *error)
{
    if (session->failed)
        return;
    session->error = *error;
    session->failed = true;
    if (session->started && !session->finished)
        ev_timer_start(session->loop, &session->again);
}

static void on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct cs_session *session = timer->data;
    ev_tstamp begun = ev_time();
    struct cs_error error;

    (void)loop;
    (void)events;
    if (save(session, session->record_path, &error) != 0)
        failed(session, &error);
    session->record_s = ev_time() - begun;
}

static void on_changed(void *ctx)
{
    struct cs_session *session = ctx;
    ev_tstamp delay = session->record_s * DELAY_WRITES;

    if (session->record_path == NULL || ev_is_active(&session->record_due))
        return;
    ev_timer_set(&session->record_due, delay > DELAY_S ? delay : DELAY_S, 0.);
    ev_timer_start(session->loop, &session->record_due);
}

int cs_session_record_init(struct cs_session *session, const struct cs_session_config *config,
                           struct cs_error *error)
{
    const struct cs_record_config record = {
        .sim = session->sim,
        .scenario = session->scenario,
        .nodes = session->nodes,
        .faults = config->faults,
        .n_faults = config->n_faults,
        .plugins = config->plugins != NULL ? config->plugins->file : NULL,
        .n_plugins = config->plugins != NULL ? config->plugins->n : 0,
        .max_actions = config->have_record_max ? (unsigned)config->record_max : 0,
        .changed = on_changed,
        .ctx = session,
    };

    ev_timer_init(&session->record_due, on_due, 0., 0.);
    session->record_due.data = session;
    if (config->record == NULL && !config->recording)
        return 0;
    session->record = cs_record_create(&record);
    if (session->record == NULL ||
        (config->record != NULL && (session->record_path = strdup(config->record)) == NULL))
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (session->record_path == NULL)
        return 0;
    /* Whether it can be written is found out before anything begins; it may be a log's other name.
     */
    return cs_session_record_check(session, session->record_path, error) == 0
               ? save(session, session->record_path, error)
               : -1;
}

void cs_session_record_start(struct cs_session *session)
{
    if (session->record != NULL)
        cs_record_start(session->record);
}

/* All have left: what comes of that at this instant is part of it. */
int cs_session_record_close(struct cs_session *session, struct cs_error *error)
{
    int ret = 0;

    ev_timer_stop(session->loop, &session->record_due);
    if (session->record_path != NULL && session->record != NULL && session->started) {
        cs_sim_run_until(session->sim, cs_sim_now_ps(session->sim));
        ret = save(session, session->record_path, error);
    }
    cs_record_destroy(session->record);
    session->record = NULL;
    free(session->record_path);
    session->record_path = NULL;
    return ret;
}
