/* SPDX-License-Identifier: MIT */
/* cansim test: scenarios as tests, several at a time. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/main.h"
#include "scenarios/main_report.h"
#include "scenarios/suite.h"
#include "scenarios/text.h"

#define TIMEOUT_DEFAULT_MS 300000

struct testing {
    const struct cs_args *args;
    struct cs_suite_files files;
    struct cs_suite_wish wish;
    struct cs_main_reports reports;
    struct cs_report report;
    struct cs_result *results;
    size_t n;
    struct cs_out out; /* the text as it comes; fd < 0: none */
    bool progress_shown;
};

void cs_main_test_help(void)
{
    putchar('\n');
    cs_text_wrap(
        stdout, 0,
        "Of a folder, and of those in it, all *.json are run, in the order of their names; parts "
        "that others include have another suffix, such as .jsonc. Each runs in a process of its "
        "own, as fast as the machine goes unless programs, guests or devices take part. What comes "
        "out is the same whatever --jobs. A PATTERN is part of a name, or fits the whole name with "
        "*, ? and [...]; with ! in front it leaves out. Exit status: 0 all passed, 1 some failed "
        "or did not end in time, 2 some are unusable, 3 some could not run, 130 interrupted; the "
        "highest where several apply. Recipes for continuous integration: docs/ci.md");
}

/* ---- what is wanted ------------------------------------------------------------------------- */

static int bounded(const char *option, bool have, uint64_t value, uint64_t max, unsigned dflt,
                   unsigned *into, struct cs_error *error)
{
    *into = have ? (unsigned)value : dflt;
    if (!have || (value >= 1 && value <= max))
        return 0;
    return cs_error_set(error, CS_STATUS_INPUT, "--%s: must be 1..%llu, got \"%llu\"", option,
                        (unsigned long long)max, (unsigned long long)value);
}

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > CS_SUITE_JOBS_MAX ? CS_SUITE_JOBS_MAX : (unsigned)n;
}

static int read_wish(struct testing *t, struct cs_error *error)
{
    const struct cs_args *args = t->args;
    struct cs_suite_wish *wish = &t->wish;

    wish->plugins = &args->plugins;
    wish->constants = &args->constants;
    wish->artifacts = t->reports.artifacts;
    wish->have_seed = args->have_seed;
    wish->seed = args->seed;
    wish->fast = args->fast;
    wish->engine = (enum cs_engine)args->engine;
    wish->timeout_ms = args->have_timeout ? args->timeout_ps / CS_PS_PER_MS : TIMEOUT_DEFAULT_MS;
    wish->fail_fast = args->fail_fast;
    if (bounded("jobs", args->have_jobs, args->jobs, CS_SUITE_JOBS_MAX, processors(), &wish->jobs,
                error) != 0 ||
        bounded("repeat", args->have_repeat, args->repeat, CS_SUITE_REPEAT_MAX, 1, &wish->repeat,
                error) != 0)
        return -1;
    return 0;
}

static int find_files(struct testing *t, struct cs_error *error)
{
    const struct cs_args *args = t->args;

    if (cs_suite_find(args->operands, args->n_operands, &t->files, error) != 0)
        return -1;
    size_t all = t->files.n;
    cs_suite_filter(&t->files, args->filters.text, args->filters.n);
    if (t->files.n == 0)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--filter: must leave a scenario, got none of %zu", all);
    if (t->files.n > CS_SUITE_FILES_MAX / t->wish.repeat)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "test: must be at most %d runs, got %zu times %u", CS_SUITE_FILES_MAX,
                            t->files.n, t->wish.repeat);
    t->n = t->files.n * t->wish.repeat;
    return 0;
}

/* ---- each has its own folder of artifacts ---------------------------------------------------- */

struct folder {
    char *name;
    const char *file;
};

static int compare_folders(const void *a, const void *b)
{
    return strcmp(((const struct folder *)a)->name, ((const struct folder *)b)->name);
}

static void free_folder(void *node)
{
    free(((struct folder *)node)->name);
    free(node);
}

static int add_folder(const char *file, void **tree, struct cs_error *error)
{
    char name[CS_ARTIFACTS_PATH];
    struct folder *folder = malloc(sizeof(*folder));

    if (folder != NULL)
        *folder = (struct folder){strdup(cs_artifacts_name(file, name, sizeof(name))), file};
    struct folder **there =
        folder != NULL && folder->name != NULL ? tsearch(folder, tree, compare_folders) : NULL;
    if (there != NULL && *there == folder)
        return 0;
    if (there != NULL)
        cs_error_set(
            error, CS_STATUS_INPUT,
            "--artifacts: must be a folder for each scenario, got \"%s\" for both %s and %s", name,
            (*there)->file, file);
    else
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    if (folder != NULL)
        free_folder(folder);
    return -1;
}

static int check_folders(const struct testing *t, struct cs_error *error)
{
    void *tree = NULL;
    int ret = 0;

    for (size_t i = 0; i < t->files.n && ret == 0 && t->wish.artifacts.folder != NULL; i++)
        ret = add_folder(t->files.file[i], &tree, error);
    tdestroy(tree, free_folder);
    return ret;
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void clear_progress(struct testing *t)
{
    if (t->progress_shown)
        fputs("\r\033[K", stderr);
    t->progress_shown = false;
}

static void on_progress(void *ctx, const struct cs_suite_state *state)
{
    struct testing *t = ctx;
    const char *file = state->oldest;
    size_t len = file != NULL ? strlen(file) : 0;

    fprintf(stderr, "\r%zu of %zu, %zu not passed, %zu running", state->done, state->n,
            state->failed, state->running);
    if (file != NULL) /* its end says more than its beginning */
        fprintf(stderr, ": %s%s", len > 36 ? "..." : "", len > 36 ? file + len - 36 : file);
    fputs("\033[K", stderr);
    t->progress_shown = true;
}

static void on_told(void *ctx, const struct cs_result *result)
{
    struct testing *t = ctx;

    if (t->out.fd < 0 || (t->args->quiet && (result->state == CS_RESULT_PASSED ||
                                             result->state == CS_RESULT_NOT_RUN)))
        return;
    clear_progress(t);
    cs_report_text_one(&t->out, &t->report, result);
    cs_out_flush(&t->out);
}

static int open_text(struct testing *t, struct cs_error *error)
{
    if (cs_main_reports_to_stdout(t->args))
        return 0;
    t->report.color = cs_main_color(STDOUT_FILENO);
    if (cs_out_open(&t->out, "-", NULL, error) != 0)
        return -1;
    cs_out_begin(&t->out);
    return 0;
}

/* Writes where there is one: returns the exit status, `status` where that is worse. */
static int close_text(struct testing *t, int status)
{
    struct cs_error error;

    if (t->out.fd < 0)
        return status;
    cs_report_text_sum(&t->out, &t->report);
    bool written = cs_out_close(&t->out) == 0;
    if (!written)
        cs_out_explain(&t->out, &error);
    cs_out_discard(&t->out);
    int own = written ? CS_STATUS_OK : cs_main_complain(&error);
    return own > status ? own : status;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int worst(const struct testing *t)
{
    int status = CS_STATUS_OK;

    for (size_t i = 0; i < t->n; i++) {
        int own = cs_result_status(t->results[i].state);
        status = own > status ? own : status;
    }
    return status;
}

static int run(struct testing *t, struct cs_error *error)
{
    const struct cs_suite_heard heard = {
        .told = on_told,
        .progress = !t->args->quiet && isatty(STDERR_FILENO) ? on_progress : NULL,
        .ctx = t,
    };
    bool interrupted = false;

    t->results = calloc(t->n, sizeof(*t->results));
    if (t->results == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    t->report = (struct cs_report){.result = t->results,
                                   .n = (unsigned)t->n,
                                   .times = t->args->report_time,
                                   .verbose = t->args->verbose};
    if (open_text(t, error) != 0 ||
        cs_suite_run(&t->files, &t->wish, &heard, t->results, &interrupted, error) != 0)
        return -1;
    clear_progress(t);
    t->report.interrupted = interrupted;
    return 0;
}

static int test(struct testing *t)
{
    struct cs_error error;
    int status;

    if (cs_main_reports_open(&t->reports, t->args, &error) != 0 || read_wish(t, &error) != 0 ||
        find_files(t, &error) != 0 || check_folders(t, &error) != 0)
        return cs_main_complain(&error);
    if (t->args->list) {
        for (size_t i = 0; i < t->files.n; i++)
            puts(t->files.file[i]);
        return CS_STATUS_OK;
    }
    if (run(t, &error) != 0) {
        clear_progress(t);
        return cs_main_complain(&error);
    }
    status = t->report.interrupted ? CS_STATUS_INTERRUPTED : worst(t);
    status = cs_main_reports_write(&t->reports, &t->report, status);
    return close_text(t, status);
}

int cs_main_test(const struct cs_args *args)
{
    struct testing t = {.args = args, .out = {.fd = -1}};
    int status = test(&t);

    cs_out_discard(&t.out);
    for (size_t i = 0; t.results != NULL && i < t.n; i++)
        cs_result_free(&t.results[i]);
    free(t.results);
    cs_suite_files_free(&t.files);
    return status;
}
