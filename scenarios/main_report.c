/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenarios/main_report.h"
#include "scenarios/wall.h"

bool cs_main_reports_wanted(const struct cs_args *args)
{
    return args->reports.n > 0 || args->artifacts != NULL;
}

bool cs_main_reports_to_stdout(const struct cs_args *args)
{
    for (unsigned i = 0; i < args->reports.n; i++) {
        const char *equals = strchr(args->reports.text[i], '=');
        if (equals == NULL || strcmp(equals, "=-") == 0)
            return true;
    }
    return false;
}

int cs_main_reports_open(struct cs_main_reports *reports, const struct cs_args *args,
                         struct cs_error *error)
{
    memset(reports, 0, sizeof(*reports));
    reports->started_ns = cs_wall_ns();
    reports->started_s = time(NULL);
    reports->artifacts.folder = args->artifacts;
    reports->artifacts.around_ps = args->have_around ? args->around_ps : CS_PS_PER_S;
    if (args->keep_artifacts != NULL) {
        reports->artifacts.always = strcmp(args->keep_artifacts, "always") == 0;
        if (!reports->artifacts.always && strcmp(args->keep_artifacts, "failed") != 0)
            return cs_error_set(error, CS_STATUS_INPUT,
                                "--keep-artifacts: must be failed or always, got \"%s\"",
                                args->keep_artifacts);
    }
    if (args->artifacts == NULL && (args->keep_artifacts != NULL || args->have_around))
        return cs_error_set(error, CS_STATUS_INPUT, "--%s: goes with --artifacts",
                            args->have_around ? "around" : "keep-artifacts");
    if (args->reports.n > CS_REPORTS_MAX)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "--report: must be there at most %d times, got more", CS_REPORTS_MAX);
    reports->n = args->reports.n;
    return cs_report_parse((const char *const *)args->reports.text, reports->n, reports->to, error);
}

int cs_main_reports_write(struct cs_main_reports *reports, struct cs_report *report, int status)
{
    struct cs_error error;

    report->wall_ms = (cs_wall_ns() - reports->started_ns) / 1000000;
    report->started_s = reports->started_s;
    for (unsigned i = 0; i < reports->n; i++) {
        if (cs_report_write(&reports->to[i], report, &error) == 0)
            continue;
        int own = cs_main_complain(&error);
        status = own > status ? own : status;
    }
    return status;
}

/* ---- one scenario -------------------------------------------------------------------------- */

struct reported {
    struct cs_session *session;
    const char *file;
    struct cs_result result; /* its texts are its own once there was a session */
    char error[CS_ERROR_SENTENCE_MAX];
};

static int on_begin(void *ctx, struct cs_session *session, struct ev_loop *loop)
{
    struct reported *run = ctx;

    (void)loop;
    run->session = session;
    return 0;
}

static void on_end(void *ctx)
{
    struct reported *run = ctx;
    struct cs_result now;

    if (cs_result_take(&now, run->session, run->file, "") != 0)
        return;
    cs_result_copy(&run->result, &now);
    cs_result_fini(&now);
}

static void on_error(void *ctx, const struct cs_error *error)
{
    struct reported *run = ctx;

    cs_error_sentence(error, run->error);
}

static int report_run(struct cs_main_reports *reports, struct cs_artifacts *artifacts,
                      struct reported *run, const struct cs_args *args, int status)
{
    struct cs_report report = {
        .result = &run->result, .n = 1, .times = args->report_time, .verbose = true};
    struct cs_error error;

    if (run->result.memory == NULL)
        cs_result_take(&run->result, NULL, run->file, "");
    run->result.error = run->error;
    run->result.state = cs_result_of_status(status);
    report.interrupted = status == CS_STATUS_INTERRUPTED;
    run->result.wall_ms = (cs_wall_ns() - reports->started_ns) / 1000000;
    if (cs_artifacts_end(artifacts, &run->result, NULL, &error) != 0) {
        int own = cs_main_complain(&error);
        status = own > status ? own : status;
    } else if (run->result.artifacts[0] != '\0') {
        fprintf(stderr, "kept: %s\n", run->result.artifacts);
    }
    return cs_main_reports_write(reports, &report, status);
}

int cs_main_run_reported(const struct cs_args *args, struct cs_session_config *config)
{
    struct reported run = {.file = config->scenario};
    const struct cs_main_console console = {
        .begin = on_begin, .end = on_end, .error = on_error, .ctx = &run};
    struct cs_main_reports reports;
    struct cs_artifacts artifacts;
    struct cs_error error;
    char name[CS_ARTIFACTS_PATH];
    int status;

    if (cs_main_reports_open(&reports, args, &error) != 0)
        return cs_main_complain(&error);
    cs_artifacts_name(config->scenario, name, sizeof(name));
    if (strcmp(run.file, "-") == 0)
        run.file = "standard input";
    if (cs_artifacts_begin(&artifacts, &reports.artifacts, name, config, &error) != 0) {
        cs_scenario_free(config->loaded);
        cs_error_sentence(&error, run.error);
        artifacts.wish.folder = NULL; /* there is nothing to keep */
        status = cs_main_complain(&error);
    } else {
        status = cs_main_host(args, config, &console);
    }
    status = report_run(&reports, &artifacts, &run, args, status);
    cs_artifacts_fini(&artifacts);
    cs_result_free(&run.result);
    return status;
}
