/* SPDX-License-Identifier: MIT */
/* error.h - what a person is told when something cannot be done: one sentence and an exit status.
 */
#ifndef CANSIM_SCENARIOS_ERROR_H
#define CANSIM_SCENARIOS_ERROR_H

/* Exit statuses of the programs. */
enum cs_status {
    CS_STATUS_OK = 0,
    CS_STATUS_EXPECTATION = 1, /* an expectation of the scenario failed */
    CS_STATUS_INPUT = 2,       /* unusable input or usage */
    CS_STATUS_ENVIRONMENT = 3, /* socket in use, disk full, no memory */
    CS_STATUS_INTERRUPTED = 130,
};

/* One sentence for a person: place, what was expected, what was found. */
struct cs_error {
    int status; /* enum cs_status */
    char text[512];
};

/* Fill in; what is too long ends in "...", what is not printable becomes '?'. Returns -1. */
int cs_error_set(struct cs_error *error, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
