/* SPDX-License-Identifier: MIT */
/* All that is known, one object; docs/ci.md tells of its keys, to which more may be added. */
#include <string.h>

#include "scenarios/report.h"

/* A key on a line of its own; `first` of its object or not. */
static void begin(struct cs_out *out, unsigned level, bool first, const char *name)
{
    if (!first)
        cs_out_char(out, ',');
    cs_out_line(out);
    for (unsigned i = 0; i < level * 2; i++)
        cs_out_char(out, ' ');
    if (name == NULL)
        return;
    cs_out_json(out, name);
    cs_out_text(out, ": ");
}

static void text(struct cs_out *out, unsigned level, bool first, const char *name,
                 const char *value)
{
    begin(out, level, first, name);
    if (value != NULL)
        cs_out_json(out, value);
    else
        cs_out_text(out, "null");
}

static void number(struct cs_out *out, unsigned level, const char *name, int64_t value)
{
    begin(out, level, false, name);
    cs_out_i64(out, value);
}

static void whole(struct cs_out *out, unsigned level, const char *name, uint64_t value)
{
    begin(out, level, false, name);
    cs_out_u64(out, value);
}

static void place(struct cs_out *out, unsigned level, const struct cs_verdict *v)
{
    struct cs_report_place at;

    cs_report_place(v->place, &at);
    text(out, level, false, "place", v->place);
    if (at.line == 0)
        return;
    number(out, level, "line", at.line);
    number(out, level, "column", at.column);
}

static void verdict(struct cs_out *out, bool first, const struct cs_verdict *v)
{
    begin(out, 4, first, NULL);
    cs_out_char(out, '{');
    text(out, 5, true, "name", v->name);
    place(out, 5, v);
    text(out, 5, false, "kind", v->kind);
    text(out, 5, false, "verdict", !v->decided ? "undecided" : v->passed ? "passed" : "failed");
    if (v->decided)
        number(out, 5, "at_ps", v->at_ps);
    if (v->window_from_ps >= 0)
        number(out, 5, "window_from_ps", v->window_from_ps);
    text(out, 5, false, "expected", v->expected);
    text(out, 5, false, "seen", v->seen);
    if (v->around != NULL)
        text(out, 5, false, "around", v->around);
    begin(out, 4, true, NULL);
    cs_out_char(out, '}');
}

static void bus(struct cs_out *out, bool first, const struct cs_result_bus *b)
{
    begin(out, 4, first, NULL);
    cs_out_char(out, '{');
    text(out, 5, true, "name", b->name);
    whole(out, 5, "frames", b->frames);
    whole(out, 5, "error_frames", b->error_frames);
    whole(out, 5, "load_permille", b->load_permille);
    begin(out, 4, true, NULL);
    cs_out_char(out, '}');
}

static void begin_array(struct cs_out *out, unsigned level, bool first, const char *name)
{
    begin(out, level, first, name);
    cs_out_char(out, '[');
}

static void end_array(struct cs_out *out, unsigned level, unsigned n)
{
    if (n > 0)
        begin(out, level, true, NULL);
    cs_out_char(out, ']');
}

static void scenario(struct cs_out *out, const struct cs_report *report, bool first,
                     const struct cs_result *r)
{
    begin(out, 2, first, NULL);
    cs_out_char(out, '{');
    text(out, 3, true, "file", r->file);
    text(out, 3, false, "title", r->title);
    text(out, 3, false, "result", cs_result_word(r->state));
    text(out, 3, false, "error", r->error);
    if (r->n_buses > 0) /* else it never was */
        whole(out, 3, "seed", r->seed);
    number(out, 3, "bus_time_ps", r->bus_ps);
    if (report->times)
        number(out, 3, "wall_time_ms", r->wall_ms);
    if (r->artifacts[0] != '\0')
        text(out, 3, false, "artifacts", r->artifacts);
    begin_array(out, 3, false, "buses");
    for (unsigned i = 0; i < r->n_buses; i++)
        bus(out, i == 0, &r->buses[i]);
    end_array(out, 3, r->n_buses);
    begin_array(out, 3, false, "expectations");
    for (unsigned i = 0; i < r->n_verdicts; i++)
        verdict(out, i == 0, &r->verdicts[i]);
    end_array(out, 3, r->n_verdicts);
    begin(out, 2, true, NULL);
    cs_out_char(out, '}');
}

static void summary(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;

    cs_report_sum(report, &sum);
    begin(out, 1, false, "summary");
    cs_out_char(out, '{');
    begin(out, 2, true, "scenarios");
    cs_out_u64(out, report->n);
    number(out, 2, "passed", sum.n[CS_RESULT_PASSED]);
    number(out, 2, "failed", sum.failed);
    number(out, 2, "could_not_run", sum.could_not);
    number(out, 2, "not_run", sum.n[CS_RESULT_NOT_RUN] + sum.n[CS_RESULT_INTERRUPTED]);
    number(out, 2, "expectations", sum.expectations);
    number(out, 2, "expectations_failed", sum.expectations_failed);
    number(out, 2, "bus_time_ps", sum.bus_ps);
    if (report->times) {
        number(out, 2, "wall_time_ms", report->wall_ms);
        number(out, 2, "started_s", report->started_s);
    }
    begin(out, 2, false, "interrupted");
    cs_out_text(out, report->interrupted ? "true" : "false");
    begin(out, 1, true, NULL);
    cs_out_char(out, '}');
}

void cs_report_json(struct cs_out *out, const struct cs_report *report)
{
    cs_out_char(out, '{');
    text(out, 1, true, "format", "cansim-report");
    number(out, 1, "version", 1);
    text(out, 1, false, "program", "cansim " CANSIM_VERSION);
    summary(out, report);
    begin_array(out, 1, false, "scenarios");
    for (unsigned i = 0; i < report->n; i++)
        scenario(out, report, i == 0, &report->result[i]);
    end_array(out, 1, report->n);
    begin(out, 0, true, NULL);
    cs_out_char(out, '}');
    cs_out_line(out);
}
