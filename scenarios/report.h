/* SPDX-License-Identifier: MIT */
/* report.h - what came of scenarios, for people and for machines: one file a format, one row each.
 * The same results give the same bytes: wall times are told only where somebody asks for them. */
#ifndef CANSIM_SCENARIOS_REPORT_H
#define CANSIM_SCENARIOS_REPORT_H

#include "scenarios/out.h"
#include "scenarios/result.h"

struct cs_report {
    const struct cs_result *result; /* in the order in which they are told */
    unsigned n;
    bool interrupted;    /* somebody ended it before all had run */
    bool times;          /* tell wall times: of each, and: */
    int64_t wall_ms;     /* of all */
    int64_t started_s;   /* since 1970 */
    bool color, verbose; /* text: for a terminal; what passed, too */
};

struct cs_report_format {
    const char *name, *help;
    void (*write)(struct cs_out *out, const struct cs_report *report);
};

/* Ends with a row without a name. */
extern const struct cs_report_format cs_report_formats[];

/* The formats themselves. */
void cs_report_text(struct cs_out *out, const struct cs_report *report);
void cs_report_tap(struct cs_out *out, const struct cs_report *report);
void cs_report_junit(struct cs_out *out, const struct cs_report *report);
void cs_report_json(struct cs_out *out, const struct cs_report *report);
void cs_report_github(struct cs_out *out, const struct cs_report *report);
void cs_report_markdown(struct cs_out *out, const struct cs_report *report);
/* Parts of the text, for who tells it as it comes: of one scenario, and the sum. */
void cs_report_text_one(struct cs_out *out, const struct cs_report *report,
                        const struct cs_result *result);
void cs_report_text_sum(struct cs_out *out, const struct cs_report *report);

/* A report that was asked for: "FORMAT" for standard output, or "FORMAT=FILE". */
#define CS_REPORTS_MAX 16
struct cs_report_to {
    const struct cs_report_format *format;
    const char *file; /* "-": standard output */
};

/* Read texts of an option into as many `to`. Two must not go to the same place, and a file must be
 * one that could be written, now. 0, or -1 with `error`. */
int cs_report_parse(const char *const *texts, unsigned n, struct cs_report_to *to,
                    struct cs_error *error);
/* Write one: complete, or there is no file and what was there before stays. 0, or -1 with `error`,
 * as cs_out_explain(). */
int cs_report_write(const struct cs_report_to *to, const struct cs_report *report,
                    struct cs_error *error);

/* ---- what formats have in common --------------------------------------------------------------
 */

/* How many of them, and what they took. */
struct cs_report_sum {
    unsigned n[CS_RESULT_STATES];
    unsigned failed, could_not; /* failed or out of time; unusable, environment, crashed */
    unsigned expectations, expectations_failed;
    int64_t bus_ps; /* CS_TIME_END at most */
};
void cs_report_sum(const struct cs_report *report, struct cs_report_sum *sum);
/* "3 passed, 1 failed, 0 could not run in 4 s of bus time", to `size` bytes. Returns text. */
const char *cs_report_sentence(const struct cs_report_sum *sum, char *text, size_t size);

/* "boot.json", "boot.json (seed 7)". Returns text. */
const char *cs_report_name(const struct cs_result *result, char *text, size_t size);

/* "boot.json:12:5: /expect/3" taken apart: where the file's name ends, 0 where there is no line. */
struct cs_report_place {
    size_t file_len;
    unsigned line, column;
};
void cs_report_place(const char *place, struct cs_report_place *at);
/* What is wrong with a verdict in one line: "expected: ...; seen: ...". */
void cs_report_why(struct cs_out *out, const struct cs_verdict *verdict);
/* Seconds with 6 decimals. */
void cs_report_seconds(struct cs_out *out, int64_t ps);
/* A time as people read it: to the microsecond where it is long. */
void cs_report_time(struct cs_out *out, int64_t ps);
/* Step over the next character of *text, of *left bytes. Returns how it is shown, of `len` bytes: a
 * control character (C0, DEL, C1) as a space, what is no UTF-8 as U+FFFD; a line's end stays. */
const char *cs_report_char(const char **text, size_t *left, size_t *len);
/* One line: a line's end becomes a space, too. */
void cs_report_plain(struct cs_out *out, const char *text);
/* Each line of a text with `before` in front. */
void cs_report_lines(struct cs_out *out, const char *text, const char *before);
/* "frame", "2 frames". */
void cs_report_count(struct cs_out *out, uint64_t n, const char *word);

#endif
