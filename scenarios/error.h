/* SPDX-License-Identifier: MIT */
/* error.h - what a person is told when something cannot be done: one sentence and an exit status.
 */
#ifndef CANSIM_SCENARIOS_ERROR_H
#define CANSIM_SCENARIOS_ERROR_H

/* Exit statuses of the programs. */
enum cs_status {
    CS_STATUS_OK = 0,
    CS_STATUS_EXPECTATION = 1, /* an expectation of the scenario failed, or logs differ */
    CS_STATUS_INPUT = 2,       /* unusable input or usage */
    CS_STATUS_ENVIRONMENT = 3, /* socket in use, disk full, no memory */
    CS_STATUS_INTERRUPTED = 130,
};

#define CS_ERROR_TEXT_MAX 512

/* One sentence for a person: place, what was expected, what was found. */
struct cs_error {
    int status; /* enum cs_status */
    char text[CS_ERROR_TEXT_MAX];
    unsigned line, column; /* in the file with which the text begins, behind `file_len` bytes: */
    unsigned file_len;     /* 0: no place, or one that the text has */
};

/* Several of them, in the order in which they were found; zero-initialise. */
#define CS_ERRORS_MAX 100
struct cs_errors {
    struct cs_error *error; /* the first CS_ERRORS_MAX */
    unsigned n, room;
    unsigned more; /* that were not kept */
};

/* Fill in; what is too long ends in "...", what is not printable becomes '?'. Returns -1. */
int cs_error_set(struct cs_error *error, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The whole sentence, "FILE:LINE:COLUMN: ..." where the place is known. Returns buf. */
#define CS_ERROR_SENTENCE_MAX (CS_ERROR_TEXT_MAX + 24)
const char *cs_error_sentence(const struct cs_error *error, char buf[CS_ERROR_SENTENCE_MAX]);

/* One more; without memory for it, it is only counted. */
void cs_errors_add(struct cs_errors *errors, const struct cs_error *error);
void cs_errors_free(struct cs_errors *errors);

#endif
