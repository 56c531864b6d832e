/* SPDX-License-Identifier: MIT */
/* A table as GitHub and GitLab show it. What Markdown or HTML could mean otherwise is escaped. */
#include <string.h>

#include "scenarios/report.h"

static void plain(struct cs_out *out, const char *text)
{
    size_t left = strlen(text), len;

    while (left > 0) {
        const char *shown = cs_report_char(&text, &left, &len);
        const char c = *shown;
        if (c == '\n') {
            cs_out_text(out, "<br>");
        } else if (c == '<' || c == '>' || c == '&') {
            cs_out_text(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
        } else {
            if (strchr("\\`*_{}[]#|~", c) != NULL)
                cs_out_char(out, '\\');
            cs_out_write(out, shown, len);
        }
    }
}

static void row(struct cs_out *out, const struct cs_report *report, const struct cs_result *r)
{
    char name[600];

    cs_out_text(out, "| ");
    plain(out, cs_report_name(r, name, sizeof(name)));
    cs_out_text(out, " | ");
    cs_out_text(out, r->state == CS_RESULT_PASSED ? "passed" : "**");
    if (r->state != CS_RESULT_PASSED) {
        cs_out_text(out, cs_result_word(r->state));
        cs_out_text(out, "**");
    }
    cs_out_text(out, " | ");
    cs_out_u64(out, r->n_verdicts);
    cs_out_text(out, " | ");
    cs_out_u64(out, cs_result_failed(r));
    cs_out_text(out, " | ");
    cs_report_time(out, r->bus_ps);
    if (report->times) {
        cs_out_text(out, " | ");
        cs_report_time(out, r->wall_ms * CS_PS_PER_MS);
    }
    cs_out_text(out, " |");
    cs_out_line(out);
}

static void details(struct cs_out *out, const struct cs_result *r)
{
    char name[600];

    if (r->state == CS_RESULT_PASSED || r->state == CS_RESULT_NOT_RUN)
        return;
    cs_out_line(out);
    cs_out_text(out, "### ");
    plain(out, cs_report_name(r, name, sizeof(name)));
    cs_out_line(out);
    cs_out_line(out);
    for (unsigned i = 0; i < r->n_verdicts; i++) {
        const struct cs_verdict *v = &r->verdicts[i];
        if (!cs_verdict_failed(v))
            continue;
        cs_out_text(out, "- **");
        plain(out, v->name);
        cs_out_text(out, "** (");
        plain(out, v->place);
        cs_out_text(out, "): expected: ");
        plain(out, v->expected);
        if (v->seen[0] != '\0') {
            cs_out_text(out, "; seen: ");
            plain(out, v->seen);
        }
        cs_out_line(out);
    }
    if (r->error[0] != '\0') {
        cs_out_text(out, "- ");
        plain(out, r->error);
        cs_out_line(out);
    }
}

void cs_report_markdown(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;
    char text[200];

    cs_report_sum(report, &sum);
    cs_out_text(out, "## cansim: ");
    cs_out_text(out, cs_report_sentence(&sum, text, sizeof(text)));
    cs_out_line(out);
    cs_out_line(out);
    cs_out_text(out, "| Scenario | Result | Expectations | Failed | Bus time |");
    cs_out_text(out, report->times ? " Wall time |\n" : "\n");
    cs_out_text(out, "| --- | --- | ---: | ---: | ---: |");
    cs_out_text(out, report->times ? " ---: |" : "");
    cs_out_line(out);
    for (unsigned i = 0; i < report->n; i++)
        row(out, report, &report->result[i]);
    for (unsigned i = 0; i < report->n; i++)
        details(out, &report->result[i]);
}
