/* SPDX-License-Identifier: MIT */
#include "scenarios/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/wall.h"

#define PROGRESS_MS    250
#define GRACE_MS       3000 /* of a process that is to end, before it is killed */
#define RESULT_MAX     ((size_t)256 << 20)
#define KEEP_FACTOR    2 /* what is kept of a failure takes as long as its run */
#define READ_AT_ONCE   65536
#define RESULT_AT_ONCE (READ_AT_ONCE * 2)

/* A process at work. */
struct slot {
    pid_t pid; /* 0: none */
    int fd;
    size_t job;
    int64_t started_ms;
    int64_t kill_ms; /* CS_NEVER: not yet */
    bool too_long;
    char *bytes;
    size_t len, room;
};

struct pool {
    const struct cs_suite_files *files;
    const struct cs_suite_wish *wish;
    const struct cs_suite_heard *heard;
    struct cs_result *results;
    bool *done;
    struct slot *slots;
    size_t n, started, told, finished, bad;
    size_t first_bad; /* of all that are done; n: none */
    int64_t progress_ms;
    bool ending;
    sigset_t waiting_mask;
};

static volatile sig_atomic_t interrupts;

static void on_interrupt(int number)
{
    (void)number;
    interrupts++;
}

static const char *file_of(const struct pool *pool, size_t job)
{
    return pool->files->file[job / pool->wish->repeat];
}

/* ---- results --------------------------------------------------------------------------------- */

static bool is_bad(const struct cs_result *result)
{
    return result->state != CS_RESULT_PASSED && result->state != CS_RESULT_NOT_RUN;
}

/* One without a process that could have made it. */
static void make_result(struct pool *pool, size_t job, enum cs_result_state state, const char *why)
{
    struct cs_result now;

    cs_result_take(&now, NULL, file_of(pool, job), why);
    now.state = state;
    if (cs_result_copy(&pool->results[job], &now) != 0) {
        now.error = "not enough memory";
        pool->results[job] = now;
    }
}

static void not_run(struct pool *pool, size_t job)
{
    cs_result_free(&pool->results[job]);
    cs_result_take(&pool->results[job], NULL, file_of(pool, job), "");
}

/* All that have none before them that is not done. */
static void tell(struct pool *pool)
{
    while (pool->told < pool->n && pool->done[pool->told]) {
        if (pool->heard->told != NULL)
            pool->heard->told(pool->heard->ctx, &pool->results[pool->told]);
        pool->told++;
    }
}

static void finish(struct pool *pool, size_t job)
{
    pool->done[job] = true;
    pool->finished++;
    if (!is_bad(&pool->results[job]))
        return;
    pool->bad++;
    if (job < pool->first_bad)
        pool->first_bad = job;
}

/* What came of it, from what it said before it ended. */
static void understand(struct pool *pool, const struct slot *slot, int status)
{
    struct cs_result *result = &pool->results[slot->job];
    const size_t hello = sizeof(struct cs_suite_hello);
    char why[200];

    if (slot->len > hello &&
        cs_result_unpack(result, slot->bytes + hello, slot->len - hello) == 0) {
        if (slot->too_long && result->state == CS_RESULT_INTERRUPTED) {
            result->state = CS_RESULT_LATE;
            result->error = CS_SUITE_LATE;
        }
        return;
    }
    if (slot->too_long) {
        make_result(pool, slot->job, CS_RESULT_LATE, CS_SUITE_LATE);
    } else if (pool->ending) {
        make_result(pool, slot->job, CS_RESULT_INTERRUPTED, "");
    } else if (WIFSIGNALED(status)) {
        snprintf(why, sizeof(why), "the process that ran it ended by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
        make_result(pool, slot->job, CS_RESULT_CRASHED, why);
    } else {
        snprintf(why, sizeof(why), "the process that ran it ended with status %d and no result",
                 WEXITSTATUS(status));
        make_result(pool, slot->job, CS_RESULT_CRASHED, why);
    }
    if (pool->wish->repeat > 1 && slot->len >= hello) {
        result->told_seed = true;
        memcpy(&result->seed, slot->bytes, sizeof(result->seed));
    }
}

/* ---- processes ------------------------------------------------------------------------------- */

static int start(struct pool *pool, struct slot *slot, struct cs_error *error)
{
    const size_t job = pool->started;
    const pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no pipe can be made: %s",
                            strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(CS_STATUS_ENVIRONMENT);
        close(ends[0]);
        cs_suite_one(pool->wish, file_of(pool, job), (unsigned)(job % pool->wish->repeat), ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "no process can be made: %s",
                            strerror(errno));
    }
    pool->started++;
    slot->pid = pid;
    slot->fd = ends[0];
    slot->job = job;
    slot->started_ms = cs_wall_ms();
    slot->kill_ms = CS_NEVER;
    slot->too_long = false;
    slot->len = 0;
    return 0;
}

/* It has said all, or nobody wants to hear more. A process that has closed its end and does not go
 * is killed; one that is about to end keeps the status that it has. */
static void end(struct pool *pool, struct slot *slot)
{
    int status = 0;

    kill(slot->pid, SIGKILL);
    while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(slot->fd);
    slot->pid = 0;
    understand(pool, slot, status);
    finish(pool, slot->job);
}

static void hear(struct pool *pool, struct slot *slot)
{
    if (slot->room - slot->len < READ_AT_ONCE) {
        char *more =
            slot->room < RESULT_MAX ? realloc(slot->bytes, slot->room + RESULT_AT_ONCE) : NULL;
        if (more == NULL) {
            end(pool, slot);
            return;
        }
        slot->bytes = more;
        slot->room += RESULT_AT_ONCE;
    }
    ssize_t n = read(slot->fd, slot->bytes + slot->len, READ_AT_ONCE);
    if (n > 0)
        slot->len += (size_t)n;
    else if (n == 0 || errno != EINTR)
        end(pool, slot);
}

static void ask_to_end(struct slot *slot)
{
    if (slot->pid == 0 || slot->kill_ms != CS_NEVER)
        return;
    kill(slot->pid, SIGTERM);
    slot->kill_ms = cs_wall_ms() + GRACE_MS;
}

/* Its own timeout comes first; this is for one that does not get to look at its clock. */
static void watch(struct pool *pool, struct slot *slot, int64_t now_ms)
{
    const int64_t timeout_ms = pool->wish->timeout_ms;

    if (slot->pid == 0)
        return;
    if (timeout_ms > 0 && slot->kill_ms == CS_NEVER &&
        now_ms - slot->started_ms > KEEP_FACTOR * timeout_ms + GRACE_MS) {
        slot->too_long = true;
        ask_to_end(slot);
    }
    if (now_ms >= slot->kill_ms || interrupts > 1)
        end(pool, slot);
}

/* ---- the order of events ----------------------------------------------------------------------
 */

static bool may_start(const struct pool *pool)
{
    return !pool->ending && pool->started < pool->n &&
           !(pool->wish->fail_fast && pool->first_bad < pool->n);
}

static bool any_at_work(const struct pool *pool)
{
    return pool->started > pool->finished;
}

/* Where there is no room for one more process it starts when others have ended. */
static int fill(struct pool *pool, struct cs_error *error)
{
    for (unsigned i = 0; i < pool->wish->jobs && may_start(pool); i++) {
        if (pool->slots[i].pid == 0 && start(pool, &pool->slots[i], error) != 0)
            return any_at_work(pool) ? 0 : -1;
    }
    return 0;
}

/* Those after the first that failed would not have run one by one, either. */
static void stop_after_failure(struct pool *pool)
{
    for (unsigned i = 0; i < pool->wish->jobs; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->pid != 0 && slot->job > pool->first_bad)
            ask_to_end(slot);
    }
}

static void show(struct pool *pool, int64_t now_ms)
{
    struct cs_suite_state state = {
        .n = pool->n, .done = pool->finished, .failed = pool->bad, .oldest = NULL};
    int64_t oldest_ms = CS_NEVER;

    if (pool->heard->progress == NULL || now_ms - pool->progress_ms < PROGRESS_MS)
        return;
    pool->progress_ms = now_ms;
    for (unsigned i = 0; i < pool->wish->jobs; i++) {
        const struct slot *slot = &pool->slots[i];
        if (slot->pid == 0)
            continue;
        state.running++;
        if (slot->started_ms < oldest_ms) {
            oldest_ms = slot->started_ms;
            state.oldest = file_of(pool, slot->job);
        }
    }
    pool->heard->progress(pool->heard->ctx, &state);
}

/* Sleep until one of them says something or a clock runs out. */
static void wait_for_one(struct pool *pool, struct pollfd *polls)
{
    const struct timespec most = {.tv_nsec = PROGRESS_MS * 1000000L};
    struct slot *of[CS_SUITE_JOBS_MAX];
    nfds_t n = 0;

    for (unsigned i = 0; i < pool->wish->jobs; i++) {
        if (pool->slots[i].pid == 0)
            continue;
        of[n] = &pool->slots[i];
        polls[n++] = (struct pollfd){.fd = pool->slots[i].fd, .events = POLLIN};
    }
    int ready = ppoll(polls, n, &most, &pool->waiting_mask);
    for (nfds_t i = 0; i < n && ready > 0; i++) {
        if (polls[i].revents != 0)
            hear(pool, of[i]);
    }
}

static void look_around(struct pool *pool)
{
    const int64_t now_ms = cs_wall_ms();

    if (interrupts > 0 && !pool->ending) {
        pool->ending = true;
        for (unsigned i = 0; i < pool->wish->jobs; i++)
            ask_to_end(&pool->slots[i]);
    }
    if (pool->wish->fail_fast && pool->first_bad < pool->n)
        stop_after_failure(pool);
    for (unsigned i = 0; i < pool->wish->jobs; i++)
        watch(pool, &pool->slots[i], now_ms);
    if (!pool->wish->fail_fast || pool->first_bad == pool->n)
        tell(pool);
    show(pool, now_ms);
}

static int work(struct pool *pool, struct pollfd *polls, struct cs_error *error)
{
    while (may_start(pool) || any_at_work(pool)) {
        if (fill(pool, error) != 0)
            return -1;
        wait_for_one(pool, polls);
        look_around(pool);
    }
    return 0;
}

/* What was not run, and what would not have been had they run one by one. */
static void complete(struct pool *pool)
{
    for (size_t job = pool->told; job < pool->n; job++) {
        if (!pool->done[job] || (pool->wish->fail_fast && job > pool->first_bad))
            not_run(pool, job);
        pool->done[job] = true;
    }
    tell(pool);
}

static void catch_signals(struct pool *pool, struct sigaction before[3], sigset_t *mask)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    sigset_t blocked;

    interrupts = 0;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_interrupt;
    sigemptyset(&blocked);
    for (size_t i = 0; i < 3; i++) {
        sigaction(numbers[i], NULL, &before[i]);
        if (numbers[i] == SIGHUP && before[i].sa_handler == SIG_IGN)
            continue;
        sigaddset(&blocked, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &blocked, mask);
    pool->waiting_mask = *mask;
}

static void release_signals(const struct sigaction before[3], const sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
    sigaction(SIGHUP, &before[2], NULL);
}

int cs_suite_run(const struct cs_suite_files *files, const struct cs_suite_wish *wish,
                 const struct cs_suite_heard *heard, struct cs_result *results, bool *interrupted,
                 struct cs_error *error)
{
    struct pool pool = {.files = files,
                        .wish = wish,
                        .heard = heard,
                        .results = results,
                        .n = files->n * wish->repeat};
    struct pollfd *polls = calloc(wish->jobs, sizeof(*polls));
    struct sigaction before[3];
    sigset_t mask;
    int ret;

    pool.first_bad = pool.n;
    pool.done = calloc(pool.n > 0 ? pool.n : 1, sizeof(*pool.done));
    pool.slots = calloc(wish->jobs, sizeof(*pool.slots));
    if (polls == NULL || pool.done == NULL || pool.slots == NULL) {
        ret = cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    } else {
        catch_signals(&pool, before, &mask);
        ret = work(&pool, polls, error);
        *interrupted = pool.ending && ret == 0;
        complete(&pool);
        release_signals(before, &mask);
        for (unsigned i = 0; i < wish->jobs; i++)
            free(pool.slots[i].bytes);
    }
    free(pool.slots);
    free(pool.done);
    free(polls);
    return ret;
}
