/* SPDX-License-Identifier: MIT */
/* main_report.h - reports and artifacts of the commands that run scenarios. */
#ifndef CANSIM_SCENARIOS_MAIN_REPORT_H
#define CANSIM_SCENARIOS_MAIN_REPORT_H

#include "scenarios/artifacts.h"
#include "scenarios/main.h"
#include "scenarios/report.h"

#define CS_REPORT_ARG(member) offsetof(struct cs_args, member)
#define CS_REPORT_OPTIONS                                                                       \
    {"report",                                                                                  \
     0,                                                                                         \
     OPTION_TEXTS,                                                                              \
     CS_REPORT_ARG(reports),                                                                    \
     CS_NOWHERE,                                                                                \
     "FORMAT[=FILE]",                                                                           \
     0,                                                                                         \
     0,                                                                                         \
     NULL,                                                                                      \
     "what came of it, as text, tap, junit, json, github or markdown; once for each"},          \
        {"report-time",                                                                         \
         0,                                                                                     \
         OPTION_FLAG,                                                                           \
         CS_REPORT_ARG(report_time),                                                            \
         CS_NOWHERE,                                                                            \
         NULL,                                                                                  \
         0,                                                                                     \
         0,                                                                                     \
         NULL,                                                                                  \
         "wall times in reports, which differ from run to run"},                                \
        {"artifacts", 0,                                                                        \
         OPTION_TEXT, CS_REPORT_ARG(artifacts),                                                 \
         CS_NOWHERE,  "DIR",                                                                    \
         0,           0,                                                                        \
         NULL,        "keep logs of a scenario that failed in this folder, in one of its own"}, \
        {"keep-artifacts",                                                                      \
         0,                                                                                     \
         OPTION_TEXT,                                                                           \
         CS_REPORT_ARG(keep_artifacts),                                                         \
         CS_NOWHERE,                                                                            \
         "WHEN",                                                                                \
         0,                                                                                     \
         0,                                                                                     \
         "failed",                                                                              \
         "failed or always"},                                                                   \
    {                                                                                           \
        "around", 0, OPTION_TIME, CS_REPORT_ARG(around_ps), CS_REPORT_ARG(have_around), "T", 0, \
            3600 * CS_PS_PER_S, "1s", "of these logs, before and after the first failure"       \
    }

struct cs_main_reports {
    struct cs_report_to to[CS_REPORTS_MAX];
    unsigned n;
    struct cs_artifacts_wish artifacts;
    int64_t started_ns; /* cs_wall_ns() */
    int64_t started_s;
};

/* What the command line wants, checked. 0, or -1 with `error`. */
int cs_main_reports_open(struct cs_main_reports *reports, const struct cs_args *args,
                         struct cs_error *error);
/* Fill in the times of a report and write all of them. What cannot be written is told; returns the
 * exit status, `status` where that is worse. */
int cs_main_reports_write(struct cs_main_reports *reports, struct cs_report *report, int status);

/* Run one scenario as `cansim run` does, with reports and artifacts. */
int cs_main_run_reported(const struct cs_args *args, struct cs_session_config *config);
/* Does a report go to standard output? */
bool cs_main_reports_to_stdout(const struct cs_args *args);
/* Is there anything to report or to keep? */
bool cs_main_reports_wanted(const struct cs_args *args);

#endif
