/* SPDX-License-Identifier: MIT */
#include "scenarios/artifacts.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/report.h"
#include "scenarios/scenario.h"

#define CONFIG(member) offsetof(struct cs_session_config, member)
#define REPORT         "report.txt"
#define SCENARIO       "scenario.jsonc" /* which no folder of tests would run */

/* The logs that are kept. */
static const struct {
    const char *name;
    size_t path; /* in the configuration */
    bool lines;  /* can be cut by time */
    bool small;  /* is written from the start, too */
} kept[CS_ARTIFACTS_FILES] = {
    {"candump.log", CONFIG(log), true, true},        {"events.jsonl", CONFIG(events), true, true},
    {"capture.pcapng", CONFIG(pcapng), false, true}, {"explain.txt", CONFIG(explain), false, true},
    {"waves.vcd", CONFIG(vcd), false, false},        {NULL, 0, false, false},
};

static const char **path_of(struct cs_session_config *config, unsigned i)
{
    return (const char **)((char *)config + kept[i].path);
}

/* ---- names and folders --------------------------------------------------------------------- */

const char *cs_artifacts_name(const char *file, char *text, size_t size)
{
    size_t used = 0, left;

    text[0] = '\0';
    for (const char *part = file; *part != '\0'; part += left + (part[left] == '/')) {
        left = strcspn(part, "/");
        size_t len = left;
        if (len == 0 || (len == 1 && part[0] == '.'))
            continue;
        if (part[len] == '\0' && len > 5 && strncmp(part + len - 5, ".json", 5) == 0)
            len -= 5;
        bool up = len == 2 && strncmp(part, "..", 2) == 0;
        used += (size_t)snprintf(text + used, size - used, "%s%.*s", used > 0 ? "/" : "", (int)len,
                                 up ? "up" : part);
        if (used >= size)
            break;
    }
    if (text[0] == '\0')
        snprintf(text, size, "scenario");
    return text;
}

static int cannot(const char *path, int err, struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be created: %s", path,
                        strerror(err));
}

/* The folder and those above it. */
static int make_folders(const char *folder, struct cs_error *error)
{
    char path[CS_ARTIFACTS_PATH];

    snprintf(path, sizeof(path), "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return cannot(path, errno, error);
        *slash = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : cannot(path, errno, error);
}

/* Of this run, or of one before that had more. */
static void remove_all(const struct cs_artifacts *a)
{
    char path[CS_ARTIFACTS_PATH];

    for (unsigned i = 0; kept[i].name != NULL; i++) {
        snprintf(path, sizeof(path), "%s/%s", a->folder, kept[i].name);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/%s", a->folder, REPORT);
    unlink(path);
    snprintf(path, sizeof(path), "%s/%s", a->folder, SCENARIO);
    unlink(path);
    rmdir(a->folder); /* where somebody else keeps something there it stays */
}

/* ---- the beginning ------------------------------------------------------------------------- */

static bool is_outside(const struct cs_session_config *config, const struct cs_scenario *scenario)
{
    return scenario->n_guests > 0 || scenario->n_devices > 0 || scenario->n_programs > 0 ||
           config->n_devices > 0 || config->link != NULL ||
           (scenario->link && !config->fast && !config->closed);
}

/* Name the logs that nobody has asked for elsewhere. */
static int add_logs(struct cs_artifacts *a, struct cs_session_config *config, bool all)
{
    for (unsigned i = 0; kept[i].name != NULL; i++) {
        if ((!all && !kept[i].small) || *path_of(config, i) != NULL)
            continue;
        if (asprintf(&a->path[i], "%s/%s", a->folder, kept[i].name) < 0) {
            a->path[i] = NULL;
            return -ENOMEM;
        }
        *path_of(config, i) = a->path[i];
    }
    return 0;
}

int cs_artifacts_begin(struct cs_artifacts *a, const struct cs_artifacts_wish *wish,
                       const char *name, struct cs_session_config *config, struct cs_error *error)
{
    memset(a, 0, sizeof(*a));
    a->wish = *wish;
    if (wish->folder == NULL)
        return 0;
    a->file = config->scenario;
    if (strcmp(a->file, "-") == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--artifacts: must be of a scenario in a file, got standard input");
    if (snprintf(a->folder, sizeof(a->folder), "%s/%s", wish->folder, name) >=
        (int)sizeof(a->folder))
        return cannot(wish->folder, ENAMETOOLONG, error);
    remove_all(a);
    if (config->loaded == NULL && (config->loaded = cs_scenario_load(
                                       a->file, config->plugins, config->constants, error)) == NULL)
        return -1;
    a->outside = is_outside(config, config->loaded);
    a->again = *config;
    a->again.loaded = NULL;
    if (!a->outside)
        return 0;
    if (make_folders(a->folder, error) != 0)
        return -1;
    if (add_logs(a, config, false) == 0)
        return 0;
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
}

/* ---- the end ------------------------------------------------------------------------------- */

/* When it failed first; its end, where that was for another reason. */
static int64_t first_failure(const struct cs_result *result)
{
    int64_t at_ps = CS_NEVER;

    for (unsigned i = 0; i < result->n_verdicts; i++) {
        const struct cs_verdict *v = &result->verdicts[i];
        if (cs_verdict_failed(v) && v->at_ps < at_ps)
            at_ps = v->at_ps;
    }
    return at_ps != CS_NEVER ? at_ps : result->bus_ps;
}

static void window(const struct cs_artifacts *a, const struct cs_result *result, int64_t *from_ps,
                   int64_t *until_ps)
{
    int64_t at_ps = first_failure(result), around_ps = a->wish.around_ps;

    *from_ps = 0;
    *until_ps = result->bus_ps;
    if (result->state == CS_RESULT_PASSED)
        return;
    *from_ps = at_ps > around_ps ? at_ps - around_ps : 0;
    if (around_ps < result->bus_ps - at_ps)
        *until_ps = at_ps + around_ps;
}

struct again {
    struct ev_loop *loop;
    const volatile bool *stop;
    int status;
};

static void on_finished(void *ctx, int status)
{
    struct again *again = ctx;

    again->status = status;
    ev_break(again->loop, EVBREAK_ALL);
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct again *again = timer->data;

    (void)events;
    if (*again->stop)
        ev_break(loop, EVBREAK_ALL);
}

/* Once more, with logs of the window. */
static int run_again(struct cs_artifacts *a, const struct cs_result *result,
                     const volatile bool *stop, struct cs_error *error)
{
    struct again again = {.loop = ev_loop_new(EVFLAG_AUTO), .stop = stop};
    struct cs_session_config *config = &a->again;
    ev_timer look;

    if (again.loop == NULL || add_logs(a, config, result->state != CS_RESULT_PASSED) != 0) {
        if (again.loop != NULL)
            ev_loop_destroy(again.loop);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    }
    window(a, result, &config->logs_from_ps, &config->duration_ps);
    config->fast = true;
    config->have_seed = true;
    config->seed = result->seed;
    for (unsigned i = 0; kept[i].name != NULL; i++) {
        if (a->path[i] == NULL)
            *path_of(config, i) = NULL; /* is written already, elsewhere */
    }
    config->decoded = config->record = NULL;
    ev_timer_init(&look, on_look, 0.1, 0.1);
    look.data = &again;
    if (stop != NULL)
        ev_timer_start(again.loop, &look);
    struct cs_session *session = cs_session_create(config, again.loop, error);
    int ret = session != NULL ? 0 : -1;
    if (session != NULL) {
        cs_session_start(session, on_finished, &again);
        ev_run(again.loop, 0);
        if (cs_session_close(session, error) != 0)
            ret = -1;
        cs_session_destroy(session);
    }
    ev_timer_stop(again.loop, &look);
    ev_loop_destroy(again.loop);
    return ret;
}

static int copy_scenario(const struct cs_artifacts *a, struct cs_error *error)
{
    char path[CS_ARTIFACTS_PATH];
    struct cs_out out;
    size_t len;
    char *text = cs_file_read(a->file, &len, NULL, error);

    snprintf(path, sizeof(path), "%s/%s", a->folder, SCENARIO);
    if (text == NULL || cs_out_open(&out, path, NULL, error) != 0) {
        free(text);
        return -1;
    }
    cs_out_begin(&out);
    cs_out_write(&out, text, len);
    int ret = cs_out_close(&out) == 0 ? 0 : -1;
    cs_out_explain(&out, error);
    cs_out_discard(&out);
    free(text);
    return ret;
}

static int cut_all(const struct cs_artifacts *a, const struct cs_result *result,
                   struct cs_error *error)
{
    int64_t from_ps, until_ps;

    window(a, result, &from_ps, &until_ps);
    for (unsigned i = 0; kept[i].name != NULL; i++) {
        int ret = kept[i].lines && a->path[i] != NULL
                      ? cs_artifacts_cut(a->path[i], from_ps, until_ps)
                      : 0;
        if (ret != 0)
            return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s",
                                a->path[i], strerror(-ret));
    }
    return 0;
}

static int write_report(const struct cs_artifacts *a, const struct cs_result *result,
                        struct cs_error *error)
{
    char path[CS_ARTIFACTS_PATH];
    const struct cs_report report = {.result = result, .n = 1, .verbose = true};
    const struct cs_report_to to = {.format = &cs_report_formats[0], .file = path};

    snprintf(path, sizeof(path), "%s/%s", a->folder, REPORT);
    return cs_report_write(&to, &report, error);
}

static bool is_kept(const struct cs_artifacts *a, const struct cs_result *result)
{
    if (result->state == CS_RESULT_PASSED)
        return a->wish.always;
    return result->state == CS_RESULT_FAILED || result->state == CS_RESULT_LATE ||
           result->n_buses > 0; /* else there was no run */
}

int cs_artifacts_end(struct cs_artifacts *a, struct cs_result *result, const volatile bool *stop,
                     struct cs_error *error)
{
    if (a->wish.folder == NULL)
        return 0;
    if (!is_kept(a, result)) {
        if (a->outside)
            remove_all(a);
        return 0;
    }
    if (make_folders(a->folder, error) != 0)
        return -1;
    /* What took too long once would do so again. */
    bool again = !a->outside && result->state != CS_RESULT_LATE &&
                 result->state != CS_RESULT_INTERRUPTED && result->bus_ps > 0;
    if ((again && run_again(a, result, stop, error) != 0) ||
        (a->outside && cut_all(a, result, error) != 0) || copy_scenario(a, error) != 0)
        return -1;
    result->artifacts = a->folder;
    return write_report(a, result, error);
}

void cs_artifacts_fini(struct cs_artifacts *a)
{
    for (unsigned i = 0; i < CS_ARTIFACTS_FILES; i++) {
        free(a->path[i]);
        a->path[i] = NULL;
    }
}
