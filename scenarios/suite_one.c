/* SPDX-License-Identifier: MIT */
/* The process in which one scenario runs: it says nothing to anybody but its parent. */
#include "scenarios/suite.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/expect.h"
#include "scenarios/scenario.h"
#include "scenarios/wall.h"

#define ERRORS_TEXT 8192 /* of an unusable scenario, all of them */

struct one {
    const struct cs_suite_wish *wish;
    const char *file;
    unsigned nth;
    int fd;
    int64_t started_ms;
    struct ev_loop *loop;
    struct cs_session_config config;
    struct cs_artifacts artifacts;
    struct cs_session *session;
    int status;
    bool greeted, late, failed;
    struct cs_error error;
    char sentences[ERRORS_TEXT];
    struct cs_result result; /* its texts are its own */
};

/* The parent wants it to end. */
static volatile bool stop;
static struct ev_loop *stop_loop;
static ev_async stop_async;

static void on_signal(int number)
{
    (void)number;
    stop = true;
    if (stop_loop != NULL)
        ev_async_send(stop_loop, &stop_async);
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    struct one *one = async->data;

    (void)events;
    cs_session_sync(one->session);
    ev_break(loop, EVBREAK_ALL);
}

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct one *one = timer->data;

    (void)events;
    one->late = true;
    cs_session_sync(one->session);
    ev_break(loop, EVBREAK_ALL);
}

static void on_finished(void *ctx, int status)
{
    struct one *one = ctx;

    one->status = status;
    one->failed = cs_session_failed(one->session);
    one->error.status = status;
    snprintf(one->error.text, sizeof(one->error.text), "%s", cs_session_error(one->session));
    ev_break(one->loop, EVBREAK_ALL);
}

static void send_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(CS_STATUS_ENVIRONMENT); /* nobody listens any more */
        at += n;
        len -= (size_t)n;
    }
}

/* ---- before ---------------------------------------------------------------------------------- */

static void add_sentence(struct one *one, const struct cs_error *error)
{
    char sentence[CS_ERROR_SENTENCE_MAX];
    size_t used = strlen(one->sentences);

    if (error->text[0] != '\0' && used + 2 < sizeof(one->sentences))
        snprintf(one->sentences + used, sizeof(one->sentences) - used, "%s%s", used > 0 ? "\n" : "",
                 cs_error_sentence(error, sentence));
}

static bool has_attached(const struct cs_scenario *scenario)
{
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (scenario->nodes[i].type == CS_NODE_ATTACHED)
            return true;
    }
    return false;
}

/* Nobody joins whom the scenario does not know of: bus time is virtual where it can be. */
static struct cs_scenario *load(struct one *one)
{
    const struct cs_suite_wish *wish = one->wish;
    struct cs_session_config *config = &one->config;
    struct cs_errors errors = {.error = NULL};
    struct cs_suite_hello hello;
    struct cs_scenario *scenario =
        cs_scenario_load_all(one->file, wish->plugins, wish->constants, &one->error, &errors);

    one->status = one->error.status;
    for (unsigned i = 0; scenario == NULL && i < errors.n; i++)
        add_sentence(one, &errors.error[i]);
    if (scenario == NULL && errors.n == 0)
        add_sentence(one, &one->error);
    cs_errors_free(&errors);
    if (scenario == NULL)
        return NULL;
    hello.seed = (wish->have_seed ? wish->seed : scenario->seed) + one->nth;
    send_all(one->fd, &hello, sizeof(hello));
    one->greeted = true;
    config->scenario = one->file;
    config->loaded = scenario;
    config->closed = !has_attached(scenario);
    config->plugins = wish->plugins;
    config->constants = wish->constants;
    config->engine = wish->engine;
    config->fast = wish->fast;
    config->have_seed = true;
    config->seed = hello.seed;
    return scenario;
}

static int begin(struct one *one)
{
    char name[CS_ARTIFACTS_PATH];
    struct cs_scenario *scenario = load(one);

    if (scenario == NULL)
        return -1;
    cs_artifacts_name(one->file, name, sizeof(name) - 30);
    if (one->wish->repeat > 1)
        snprintf(name + strlen(name), 30, "-seed%llu", (unsigned long long)one->config.seed);
    if (cs_artifacts_begin(&one->artifacts, &one->wish->artifacts, name, &one->config,
                           &one->error) != 0) {
        cs_scenario_free(scenario);
        one->artifacts.wish.folder = NULL; /* there is nothing to keep */
    } else {
        one->session = cs_session_create(&one->config, one->loop, &one->error);
    }
    if (one->session != NULL)
        return 0;
    add_sentence(one, &one->error);
    one->status = one->error.status;
    return -1;
}

/* ---- during ---------------------------------------------------------------------------------- */

static void run(struct one *one)
{
    const int64_t timeout_ms = one->wish->timeout_ms;
    ev_timer timer;

    ev_async_init(&stop_async, on_stop);
    stop_async.data = one;
    ev_async_start(one->loop, &stop_async);
    stop_loop = one->loop;
    ev_timer_init(&timer, on_timeout, (double)timeout_ms / 1000, 0);
    timer.data = one;
    if (timeout_ms > 0)
        ev_timer_start(one->loop, &timer);
    if (stop)
        ev_async_send(one->loop, &stop_async);
    one->error.text[0] = '\0';
    cs_session_start(one->session, on_finished, one);
    ev_run(one->loop, 0);
    ev_timer_stop(one->loop, &timer);
    stop_loop = NULL;
    ev_async_stop(one->loop, &stop_async);
}

/* ---- after ----------------------------------------------------------------------------------- */

static void close_session(struct one *one)
{
    struct cs_error error;

    if (cs_session_close(one->session, &error) != 0 && !one->failed &&
        (one->status == CS_STATUS_OK || one->status == CS_STATUS_EXPECTATION)) {
        one->error = error;
        one->status = error.status;
    }
    add_sentence(one, &one->error);
}

static enum cs_result_state state_of(const struct one *one)
{
    const enum cs_result_state state = cs_result_of_status(one->status);

    if (state != CS_RESULT_PASSED)
        return state;
    if (one->late)
        return CS_RESULT_LATE;
    if (!stop)
        return state;
    return cs_expect_failed(cs_session_expect(one->session)) > 0 ? CS_RESULT_FAILED
                                                                 : CS_RESULT_INTERRUPTED;
}

static void no_memory(struct one *one)
{
    static const char text[] = "not enough memory";

    cs_result_take(&one->result, NULL, one->file, text);
    one->result.state = CS_RESULT_ENVIRONMENT;
}

static void take(struct one *one)
{
    struct cs_result now;

    if (cs_result_take(&now, one->session, one->file, "") != 0) {
        no_memory(one);
        return;
    }
    if (one->session != NULL)
        close_session(one);
    now.state = state_of(one);
    if (now.state == CS_RESULT_LATE)
        snprintf(one->sentences, sizeof(one->sentences), "%s", CS_SUITE_LATE);
    now.error = one->sentences;
    now.told_seed = one->wish->repeat > 1 && one->greeted;
    now.seed = one->config.seed;
    if (cs_result_copy(&one->result, &now) != 0)
        no_memory(one);
    cs_result_fini(&now);
}

/* What is kept of it; that it could not be kept is worse than what came of it. */
static void keep(struct one *one)
{
    struct cs_result *result = &one->result;
    struct cs_error error;

    if (one->artifacts.wish.folder == NULL ||
        cs_artifacts_end(&one->artifacts, result, &stop, &error) == 0)
        return;
    add_sentence(one, &error);
    result->error = one->sentences;
    result->state = cs_result_of_status(error.status);
}

static void ignore(int number)
{
    (void)number;
}

/* What the terminal sends is for the parent to act upon. With a handler, not ignored: that would be
 * inherited by what is started from here. */
static void catch_signals(void)
{
    static const int others[] = {SIGINT, SIGHUP};
    struct sigaction action, old;
    sigset_t none;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESTART;
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = ignore;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (sigaction(others[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(others[i], &action, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void quiet(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && nowhere >= 0; fd++)
        dup2(nowhere, fd);
}

static void say(struct one *one)
{
    size_t len;

    one->result.wall_ms = cs_wall_ms() - one->started_ms;
    void *bytes = cs_result_pack(&one->result, &len);
    if (bytes == NULL)
        _exit(CS_STATUS_ENVIRONMENT);
    if (!one->greeted) {
        const struct cs_suite_hello hello = {.seed = 0};
        send_all(one->fd, &hello, sizeof(hello));
    }
    send_all(one->fd, bytes, len);
    free(bytes);
}

_Noreturn void cs_suite_one(const struct cs_suite_wish *wish, const char *file, unsigned nth,
                            int fd)
{
    struct one one = {.wish = wish, .file = file, .nth = nth, .fd = fd};

    catch_signals();
    quiet();
    one.started_ms = cs_wall_ms();
    one.loop = ev_loop_new(EVFLAG_AUTO);
    if (one.loop == NULL)
        _exit(CS_STATUS_ENVIRONMENT);
    if (begin(&one) == 0)
        run(&one);
    take(&one);
    keep(&one);
    say(&one);
    /* A session that is destroyed ends what it has started. */
    cs_session_destroy(one.session);
    _exit(CS_STATUS_OK);
}
