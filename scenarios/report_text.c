/* SPDX-License-Identifier: MIT */
/* For people: a line a scenario, what failed below it, the sum at the end. */
#include <string.h>

#include "scenarios/report.h"

static void word(struct cs_out *out, const struct cs_report *report, const struct cs_result *r)
{
    const char *color = r->state == CS_RESULT_PASSED    ? "\033[32m"
                        : r->state == CS_RESULT_NOT_RUN ? "\033[33m"
                                                        : "\033[31m";

    if (report->color)
        cs_out_text(out, color);
    cs_out_text(out, cs_result_word(r->state));
    if (report->color)
        cs_out_text(out, "\033[0m");
}

static void expectations(struct cs_out *out, const struct cs_result *r)
{
    unsigned failed = cs_result_failed(r), open = cs_result_undecided(r);

    if (r->n_verdicts == 0) {
        cs_out_text(out, "no expectations");
        return;
    }
    if (failed > 0) {
        cs_out_u64(out, failed);
        cs_out_text(out, " of ");
    }
    cs_report_count(out, r->n_verdicts, "expectation");
    if (failed > 0)
        cs_out_text(out, " failed");
    if (open > 0) {
        cs_out_text(out, ", ");
        cs_out_u64(out, open);
        cs_out_text(out, " not decided");
    }
}

static void headline(struct cs_out *out, const struct cs_report *report, const struct cs_result *r)
{
    char name[600];

    word(out, report, r);
    cs_out_text(out, ": ");
    cs_report_plain(out, cs_report_name(r, name, sizeof(name)));
    if (r->n_buses > 0) {
        cs_out_text(out, ": ");
        expectations(out, r);
        cs_out_text(out, ", ");
        cs_report_time(out, r->bus_ps);
        cs_out_text(out, " of bus time");
    }
    if (report->times && r->state != CS_RESULT_NOT_RUN) {
        cs_out_text(out, " in ");
        cs_report_time(out, r->wall_ms * CS_PS_PER_MS);
    }
    cs_out_line(out);
}

static void failure(struct cs_out *out, const struct cs_verdict *v)
{
    cs_out_text(out, "  failed: ");
    cs_report_plain(out, v->name);
    cs_out_text(out, " (");
    cs_report_plain(out, v->place);
    cs_out_char(out, ')');
    cs_out_line(out);
    if (strcmp(v->name, v->expected) != 0) {
        cs_out_text(out, "    expected: ");
        cs_report_plain(out, v->expected);
        cs_out_line(out);
    }
    if (v->seen[0] != '\0') {
        cs_out_text(out, "    seen: ");
        cs_report_plain(out, v->seen);
        cs_out_line(out);
    }
    cs_out_text(out, "    certain at: ");
    cs_report_time(out, v->at_ps);
    cs_out_line(out);
    if (v->around != NULL && v->around[0] != '\0') {
        cs_out_text(out, "    before that:");
        cs_out_line(out);
        cs_report_lines(out, v->around, "      ");
    }
}

static void buses(struct cs_out *out, const struct cs_result *r)
{
    for (unsigned i = 0; i < r->n_buses; i++) {
        const struct cs_result_bus *bus = &r->buses[i];
        cs_out_text(out, "  ");
        cs_report_plain(out, bus->name);
        cs_out_text(out, ": ");
        cs_report_count(out, bus->frames, "frame");
        cs_out_text(out, ", load ");
        cs_out_u64(out, bus->load_permille / 10);
        cs_out_char(out, '.');
        cs_out_u64(out, bus->load_permille % 10);
        cs_out_text(out, " %, ");
        cs_report_count(out, bus->error_frames, "error frame");
        cs_out_line(out);
    }
}

void cs_report_text_one(struct cs_out *out, const struct cs_report *report,
                        const struct cs_result *r)
{
    headline(out, report, r);
    for (unsigned i = 0; i < r->n_verdicts; i++) {
        if (cs_verdict_failed(&r->verdicts[i])) {
            failure(out, &r->verdicts[i]);
        } else if (report->verbose && r->verdicts[i].decided) {
            cs_out_text(out, "  passed: ");
            cs_report_plain(out, r->verdicts[i].name);
            cs_out_line(out);
        }
    }
    cs_report_lines(out, r->error, "  ");
    if (report->verbose || r->state == CS_RESULT_FAILED || r->state == CS_RESULT_LATE)
        buses(out, r);
    if (r->artifacts[0] != '\0') {
        cs_out_text(out, "  kept: ");
        cs_report_plain(out, r->artifacts);
        cs_out_line(out);
    }
}

void cs_report_text_sum(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;
    char text[200];

    cs_report_sum(report, &sum);
    cs_out_text(out, cs_report_sentence(&sum, text, sizeof(text)));
    if (report->times) {
        cs_out_text(out, ", ");
        cs_report_time(out, report->wall_ms * CS_PS_PER_MS);
    }
    cs_out_line(out);
}

void cs_report_text(struct cs_out *out, const struct cs_report *report)
{
    for (unsigned i = 0; i < report->n; i++)
        cs_report_text_one(out, report, &report->result[i]);
    cs_report_text_sum(out, report);
}
