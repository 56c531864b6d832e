/* SPDX-License-Identifier: MIT */
/* TAP 14: one scenario's expectations are points, several scenarios are subtests. Texts of the YAML
 * diagnostics are in double quotes, with JSON's escapes, which YAML has as well. */
#include <stdio.h>
#include <string.h>

#include "scenarios/report.h"

static void indent(struct cs_out *out, unsigned columns)
{
    while (columns-- > 0)
        cs_out_char(out, ' ');
}

/* '#' begins a directive, '\' an escape. */
static void description(struct cs_out *out, const char *text)
{
    size_t left = strlen(text), len;

    while (left > 0) {
        const char *shown = cs_report_char(&text, &left, &len);
        if (*shown == '#' || *shown == '\\')
            cs_out_char(out, '\\');
        cs_out_write(out, *shown == '\n' ? " " : shown, len);
    }
}

static void point(struct cs_out *out, unsigned columns, bool ok, unsigned number, const char *text,
                  const char *directive)
{
    indent(out, columns);
    cs_out_text(out, ok ? "ok " : "not ok ");
    cs_out_u64(out, number);
    cs_out_text(out, " - ");
    description(out, text);
    if (directive != NULL) {
        cs_out_text(out, " # ");
        cs_out_text(out, directive);
    }
    cs_out_line(out);
}

static void plan(struct cs_out *out, unsigned columns, unsigned n)
{
    indent(out, columns);
    cs_out_text(out, "1..");
    cs_out_u64(out, n);
    cs_out_line(out);
}

static void key(struct cs_out *out, unsigned columns, const char *name, const char *text)
{
    indent(out, columns);
    cs_out_text(out, name);
    cs_out_text(out, ": ");
    cs_out_json(out, text);
    cs_out_line(out);
}

static void key_time(struct cs_out *out, unsigned columns, const char *name, int64_t ps)
{
    indent(out, columns);
    cs_out_text(out, name);
    cs_out_text(out, ": \"");
    cs_report_time(out, ps);
    cs_out_text(out, "\"");
    cs_out_line(out);
}

/* A sequence, a text a line. */
static void key_lines(struct cs_out *out, unsigned columns, const char *name, const char *text)
{
    char line[1000];

    indent(out, columns);
    cs_out_text(out, name);
    cs_out_char(out, ':');
    cs_out_line(out);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1),
                 text);
        indent(out, columns + 2);
        cs_out_text(out, "- ");
        cs_out_json(out, line);
        cs_out_line(out);
        text += len + (text[len] == '\n');
    }
}

static void begin_yaml(struct cs_out *out, unsigned columns)
{
    indent(out, columns);
    cs_out_text(out, "---");
    cs_out_line(out);
}

static void end_yaml(struct cs_out *out, unsigned columns)
{
    indent(out, columns);
    cs_out_text(out, "...");
    cs_out_line(out);
}

static void diagnose(struct cs_out *out, unsigned columns, const struct cs_verdict *v)
{
    begin_yaml(out, columns);
    key(out, columns, "place", v->place);
    key(out, columns, "kind", v->kind);
    key(out, columns, "expected", v->expected);
    key(out, columns, "seen", v->seen);
    key_time(out, columns, "at", v->at_ps);
    if (v->around != NULL && v->around[0] != '\0')
        key_lines(out, columns, "around", v->around);
    end_yaml(out, columns);
}

/* Besides the expectations, a scenario is a point of its own where it could not run as it should,
 * or has none. */
static bool has_own_point(const struct cs_result *r)
{
    return r->n_verdicts == 0 || r->error[0] != '\0' ||
           (r->state != CS_RESULT_PASSED && r->state != CS_RESULT_FAILED);
}

static void own_point(struct cs_out *out, unsigned columns, unsigned number,
                      const struct cs_result *r)
{
    point(out, columns, r->state == CS_RESULT_PASSED, number, "the run", NULL);
    if (r->state == CS_RESULT_PASSED)
        return;
    begin_yaml(out, columns + 2);
    key(out, columns + 2, "state", cs_result_word(r->state));
    key_lines(out, columns + 2, "error", r->error);
    end_yaml(out, columns + 2);
}

static void points(struct cs_out *out, const struct cs_result *r, unsigned columns)
{
    unsigned number = 0;

    plan(out, columns, r->n_verdicts + has_own_point(r));
    if (has_own_point(r))
        own_point(out, columns, ++number, r);
    for (unsigned i = 0; i < r->n_verdicts; i++) {
        const struct cs_verdict *v = &r->verdicts[i];
        point(out, columns, v->decided ? v->passed : r->state == CS_RESULT_PASSED, ++number,
              v->name, v->decided ? NULL : "SKIP not decided");
        if (cs_verdict_failed(v))
            diagnose(out, columns + 2, v);
    }
}

static void subtest(struct cs_out *out, const struct cs_report *report, unsigned number,
                    const struct cs_result *r)
{
    char name[600];

    cs_report_name(r, name, sizeof(name));
    if (r->state == CS_RESULT_NOT_RUN) {
        point(out, 0, true, number, name, "SKIP not run");
        return;
    }
    cs_out_text(out, "# Subtest: ");
    description(out, name);
    cs_out_line(out);
    points(out, r, 4);
    point(out, 0, r->state == CS_RESULT_PASSED, number, name, NULL);
    begin_yaml(out, 2);
    key(out, 2, "state", cs_result_word(r->state));
    key_time(out, 2, "bus_time", r->bus_ps);
    if (report->times)
        key_time(out, 2, "wall_time", r->wall_ms * CS_PS_PER_MS);
    if (r->artifacts[0] != '\0')
        key(out, 2, "artifacts", r->artifacts);
    end_yaml(out, 2);
}

void cs_report_tap(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;
    char text[200];

    cs_out_text(out, "TAP version 14");
    cs_out_line(out);
    if (report->n == 1) {
        points(out, &report->result[0], 0);
    } else {
        plan(out, 0, report->n);
        for (unsigned i = 0; i < report->n; i++)
            subtest(out, report, i + 1, &report->result[i]);
    }
    cs_report_sum(report, &sum);
    cs_out_text(out, "# ");
    cs_out_text(out, cs_report_sentence(&sum, text, sizeof(text)));
    cs_out_line(out);
    if (report->interrupted) {
        cs_out_text(out, "Bail out! interrupted");
        cs_out_line(out);
    }
}
