/* SPDX-License-Identifier: MIT */
/* The options of `cansim test`. */
#include "scenarios/main.h"
#include "scenarios/main_report.h"

#define ARG(member) offsetof(struct cs_args, member)
#define FLAG(name, letter, member, help)                                           \
    {                                                                              \
        name, letter, OPTION_FLAG, ARG(member), CS_NOWHERE, NULL, 0, 0, NULL, help \
    }
#define NUMBER(name, letter, member, dflt, help)                                            \
    {                                                                                       \
        name, letter, OPTION_NUMBER, ARG(member), ARG(have_##member), "N", 0, 0, dflt, help \
    }

const struct cs_option cs_test_options[] = {
    NUMBER("jobs", 'j', jobs, "one for each processor", "so many at a time, 1..256"),
    {"filter", 'k', OPTION_TEXTS, ARG(filters), CS_NOWHERE, "PATTERN", 0, 0, NULL,
     "only those whose name fits, once for each"},
    FLAG("list", 0, list, "say which would be run, and run none"),
    FLAG("fail-fast", 'x', fail_fast, "run none after the first that does not pass"),
    {"timeout", 0, OPTION_TIME, ARG(timeout_ps), ARG(have_timeout), "T", 10 * CS_PS_PER_MS,
     24 * 3600 * CS_PS_PER_S, "300s", "wall time that each has"},
    NUMBER("seed", 0, seed, NULL, "of all random numbers, instead of the scenarios'"),
    NUMBER("repeat", 0, repeat, "1",
           "run each so often, 1..100000, with its seed and those that follow"),
    {"const", 0, OPTION_CONST, 0, CS_NOWHERE, "NAME=VALUE", 0, 0, NULL,
     "another value for a constant that each of them has, once for each"},
    FLAG("fast", 0, fast, "without programs, guests and devices"),
    {"engine", 0, OPTION_ENGINE, ARG(engine), CS_NOWHERE, "NAME", 0, 0, "auto",
     "bit, frame or auto; the output is the same"},
    {"plugin", 0, OPTION_PLUGIN, 0, CS_NOWHERE, "FILE", 0, 0, NULL,
     "a shared object with further plugins, once for each"},
    CS_REPORT_OPTIONS,
    FLAG("verbose", 'v', verbose, "also what passed in each, and its buses"),
    FLAG("quiet", 'q', quiet, "only those that did not pass, and the sum; no progress"),
    FLAG("help", 'h', help, "show this help"),
    {NULL, 0, OPTION_FLAG, 0, 0, NULL, 0, 0, NULL, NULL},
};
