/* SPDX-License-Identifier: MIT */
/* Workflow commands of GitHub Actions: an annotation for each failure, at its line of the scenario;
 * the sum as a notice. What would end a command or a property is written as %XX. */
#include <string.h>

#include "scenarios/report.h"

static void escaped(struct cs_out *out, const char *text, size_t left, bool property)
{
    size_t len;

    while (left > 0) {
        const char *shown = cs_report_char(&text, &left, &len);
        if (*shown == '%' || *shown == '\n' || (property && (*shown == ':' || *shown == ',')))
            cs_out_printf(out, "%%%02X", (unsigned char)*shown);
        else
            cs_out_write(out, shown, len);
    }
}

static void data(struct cs_out *out, const char *text)
{
    escaped(out, text, strlen(text), false);
}

static void property(struct cs_out *out, const char *name, const char *text, size_t len)
{
    cs_out_text(out, name);
    cs_out_char(out, '=');
    escaped(out, text, len, true);
}

/* "::error file=...,line=...,col=...,title=...::" */
static void begin(struct cs_out *out, const char *place, const char *title)
{
    struct cs_report_place at;

    cs_report_place(place, &at);
    cs_out_text(out, "::error ");
    property(out, "file", place, at.file_len);
    if (at.line > 0) {
        cs_out_text(out, ",line=");
        cs_out_u64(out, at.line);
        cs_out_text(out, ",col=");
        cs_out_u64(out, at.column);
    }
    cs_out_char(out, ',');
    property(out, "title", title, strlen(title));
    cs_out_text(out, "::");
}

static void verdict(struct cs_out *out, const struct cs_result *r, const struct cs_verdict *v)
{
    begin(out, v->place, v->name);
    data(out, "expected: ");
    data(out, v->expected);
    if (v->seen[0] != '\0') {
        data(out, "\nseen: ");
        data(out, v->seen);
    }
    if (r->told_seed) {
        data(out, "\nseed: ");
        cs_out_u64(out, r->seed);
    }
    if (v->around != NULL && v->around[0] != '\0') {
        data(out, "\nbefore that:\n");
        data(out, v->around);
    }
    cs_out_line(out);
}

/* A sentence with its place in front, or only about the file. */
static void trouble(struct cs_out *out, const struct cs_result *r, const char *line, size_t len)
{
    struct cs_report_place at;
    char text[CS_ERROR_SENTENCE_MAX + 100];

    size_t keep = len < sizeof(text) ? len : sizeof(text) - 1;
    memcpy(text, line, keep);
    text[keep] = '\0';
    cs_report_place(text, &at);
    begin(out, at.line > 0 ? text : r->file, cs_result_word(r->state));
    data(out, text);
    cs_out_line(out);
}

static void scenario(struct cs_out *out, const struct cs_result *r)
{
    const char *text = r->error;

    for (unsigned i = 0; i < r->n_verdicts; i++) {
        if (cs_verdict_failed(&r->verdicts[i]))
            verdict(out, r, &r->verdicts[i]);
    }
    while (*text != '\0' && r->state != CS_RESULT_PASSED) {
        size_t len = strcspn(text, "\n");
        trouble(out, r, text, len);
        text += len + (text[len] == '\n');
    }
}

void cs_report_github(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;
    char text[200];

    for (unsigned i = 0; i < report->n; i++)
        scenario(out, &report->result[i]);
    cs_report_sum(report, &sum);
    cs_out_text(out, "::notice title=cansim::");
    data(out, cs_report_sentence(&sum, text, sizeof(text)));
    cs_out_line(out);
}
