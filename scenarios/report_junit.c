/* SPDX-License-Identifier: MIT */
/* JUnit XML: a suite a scenario, a case an expectation, as Jenkins and GitLab read it. Times are
 * bus time: of a suite that of the run, of a case how long it was watched. Characters that XML 1.0
 * cannot have, even escaped, are shown as U+FFFD. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scenarios/report.h"
#include "scenarios/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *escape_of(unsigned char c, bool attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    case '\r':
        return "&#13;";
    default:
        return c < 0x20 ? REPLACEMENT : NULL;
    }
}

static void escaped(struct cs_out *out, const char *text, bool attribute)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = cs_text_utf8(text, left);
        /* U+FFFE and U+FFFF are no characters of XML, and controls better not in it. */
        bool none = len == 0 || *text == 0x7F ||
                    (len == 2 && *text == '\xC2' && (unsigned char)text[1] < 0xA0) ||
                    (len == 3 && (memcmp(text, "\xEF\xBF\xBE", 3) == 0 ||
                                  memcmp(text, "\xEF\xBF\xBF", 3) == 0));
        const char *other = none ? REPLACEMENT : escape_of((unsigned char)*text, attribute);
        len = len == 0 ? 1 : len;
        if (other != NULL)
            cs_out_text(out, other);
        else
            cs_out_write(out, text, len);
        text += len;
        left -= len;
    }
}

static void attribute(struct cs_out *out, const char *name, const char *value)
{
    cs_out_char(out, ' ');
    cs_out_text(out, name);
    cs_out_text(out, "=\"");
    escaped(out, value, true);
    cs_out_char(out, '"');
}

static void number(struct cs_out *out, const char *name, uint64_t value)
{
    cs_out_char(out, ' ');
    cs_out_text(out, name);
    cs_out_text(out, "=\"");
    cs_out_u64(out, value);
    cs_out_char(out, '"');
}

static void seconds(struct cs_out *out, int64_t ps)
{
    cs_out_text(out, " time=\"");
    cs_report_seconds(out, ps);
    cs_out_char(out, '"');
}

static void timestamp(struct cs_out *out, const struct cs_report *report)
{
    time_t at = (time_t)report->started_s;
    struct tm tm;
    char text[40];

    if (!report->times || gmtime_r(&at, &tm) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        return;
    attribute(out, "timestamp", text);
}

/* A suite that could not run as it should, or has no expectations, has a case for the run. */
static bool has_own_case(const struct cs_result *r)
{
    return r->n_verdicts == 0 || r->error[0] != '\0' ||
           (r->state != CS_RESULT_PASSED && r->state != CS_RESULT_FAILED);
}

/* What the case for the run is: failed without an expectation that did, an error, not run. */
enum own { OWN_OK, OWN_FAILURE, OWN_ERROR, OWN_SKIPPED };

static enum own own_of(const struct cs_result *r)
{
    switch (r->state) {
    case CS_RESULT_PASSED:
        return OWN_OK;
    case CS_RESULT_FAILED:
    case CS_RESULT_LATE:
        return OWN_FAILURE;
    case CS_RESULT_NOT_RUN:
    case CS_RESULT_INTERRUPTED:
        return OWN_SKIPPED;
    default:
        return OWN_ERROR;
    }
}

struct counts {
    unsigned tests, failures, errors, skipped;
};

static void count(const struct cs_result *r, struct counts *c)
{
    enum own own = has_own_case(r) ? own_of(r) : OWN_OK;

    c->tests += r->n_verdicts + has_own_case(r);
    c->failures += cs_result_failed(r) + (own == OWN_FAILURE);
    c->errors += own == OWN_ERROR;
    c->skipped += cs_result_undecided(r) + (own == OWN_SKIPPED);
}

static void put_counts(struct cs_out *out, const struct counts *c)
{
    number(out, "tests", c->tests);
    number(out, "failures", c->failures);
    number(out, "errors", c->errors);
    number(out, "skipped", c->skipped);
}

static void begin_case(struct cs_out *out, const struct cs_result *r, const char *name)
{
    cs_out_text(out, "    <testcase");
    attribute(out, "name", name);
    char file[600];
    attribute(out, "classname", cs_report_name(r, file, sizeof(file)));
    attribute(out, "file", r->file);
}

static void end_case(struct cs_out *out, bool empty)
{
    cs_out_text(out, empty ? "/>" : "    </testcase>");
    cs_out_line(out);
}

static void own_case(struct cs_out *out, const struct cs_report *report, const struct cs_result *r)
{
    static const char *const tags[] = {
        [OWN_FAILURE] = "failure", [OWN_ERROR] = "error", [OWN_SKIPPED] = "skipped"};
    enum own own = own_of(r);

    begin_case(out, r, "the run");
    seconds(out, report->times ? r->wall_ms * CS_PS_PER_MS : r->bus_ps);
    if (own == OWN_OK) {
        end_case(out, true);
        return;
    }
    cs_out_char(out, '>');
    cs_out_line(out);
    cs_out_text(out, "      <");
    cs_out_text(out, tags[own]);
    attribute(out, "message", r->error[0] != '\0' ? r->error : cs_result_word(r->state));
    if (own == OWN_SKIPPED) {
        cs_out_text(out, "/>");
    } else {
        attribute(out, "type", cs_result_word(r->state));
        cs_out_char(out, '>');
        escaped(out, r->error, false);
        cs_out_text(out, "</");
        cs_out_text(out, tags[own]);
        cs_out_char(out, '>');
    }
    cs_out_line(out);
    end_case(out, false);
}

static void failure(struct cs_out *out, const struct cs_verdict *v)
{
    cs_out_char(out, '>');
    cs_out_line(out);
    cs_out_text(out, "      <failure message=\"expected: ");
    escaped(out, v->expected, true);
    if (v->seen[0] != '\0') {
        cs_out_text(out, "; seen: ");
        escaped(out, v->seen, true);
    }
    cs_out_char(out, '"');
    attribute(out, "type", v->kind);
    cs_out_char(out, '>');
    escaped(out, v->place, false);
    cs_out_text(out, "\nexpected: ");
    escaped(out, v->expected, false);
    cs_out_text(out, "\nseen: ");
    escaped(out, v->seen, false);
    cs_out_text(out, "\ncertain at: ");
    cs_report_time(out, v->at_ps);
    if (v->around != NULL && v->around[0] != '\0') {
        cs_out_text(out, "\nbefore that:\n");
        escaped(out, v->around, false);
    }
    cs_out_text(out, "</failure>");
    cs_out_line(out);
    end_case(out, false);
}

static void verdict(struct cs_out *out, const struct cs_result *r, const struct cs_verdict *v)
{
    struct cs_report_place at;

    cs_report_place(v->place, &at);
    begin_case(out, r, v->name);
    if (at.line > 0)
        number(out, "line", at.line);
    seconds(out, v->decided && v->window_from_ps >= 0 ? v->at_ps - v->window_from_ps : 0);
    if (cs_verdict_failed(v)) {
        failure(out, v);
    } else if (!v->decided) {
        cs_out_text(out, "><skipped message=\"not decided\"/></testcase>");
        cs_out_line(out);
    } else {
        end_case(out, true);
    }
}

static void property(struct cs_out *out, const char *name, const char *value)
{
    cs_out_text(out, "      <property");
    attribute(out, "name", name);
    attribute(out, "value", value);
    cs_out_text(out, "/>");
    cs_out_line(out);
}

static void properties(struct cs_out *out, const struct cs_result *r)
{
    char seed[30];

    if (r->n_buses == 0 && r->artifacts[0] == '\0')
        return;
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)r->seed);
    cs_out_text(out, "    <properties>");
    cs_out_line(out);
    if (r->title[0] != '\0')
        property(out, "title", r->title);
    if (r->n_buses > 0)
        property(out, "seed", seed);
    if (r->artifacts[0] != '\0')
        property(out, "artifacts", r->artifacts);
    cs_out_text(out, "    </properties>");
    cs_out_line(out);
}

/* What the text report says of it. */
static void system_out(struct cs_out *out, const struct cs_result *r)
{
    if (r->n_buses == 0)
        return;
    cs_out_text(out, "    <system-out>");
    for (unsigned i = 0; i < r->n_buses; i++) {
        const struct cs_result_bus *bus = &r->buses[i];
        escaped(out, bus->name, false);
        cs_out_text(out, ": ");
        cs_report_count(out, bus->frames, "frame");
        cs_out_text(out, ", ");
        cs_report_count(out, bus->error_frames, "error frame");
        cs_out_line(out);
    }
    if (r->artifacts[0] != '\0') {
        cs_out_text(out, "kept: ");
        escaped(out, r->artifacts, false);
        cs_out_line(out);
    }
    cs_out_text(out, "    </system-out>");
    cs_out_line(out);
}

static void suite(struct cs_out *out, const struct cs_report *report, unsigned index)
{
    const struct cs_result *r = &report->result[index];
    struct counts c = {0};
    char name[600];

    count(r, &c);
    cs_out_text(out, "  <testsuite");
    attribute(out, "name", cs_report_name(r, name, sizeof(name)));
    number(out, "id", index);
    put_counts(out, &c);
    seconds(out, report->times ? r->wall_ms * CS_PS_PER_MS : r->bus_ps);
    timestamp(out, report);
    attribute(out, "file", r->file);
    cs_out_char(out, '>');
    cs_out_line(out);
    properties(out, r);
    if (has_own_case(r))
        own_case(out, report, r);
    for (unsigned i = 0; i < r->n_verdicts; i++)
        verdict(out, r, &r->verdicts[i]);
    system_out(out, r);
    cs_out_text(out, "  </testsuite>");
    cs_out_line(out);
}

void cs_report_junit(struct cs_out *out, const struct cs_report *report)
{
    struct cs_report_sum sum;
    struct counts c = {0};

    cs_report_sum(report, &sum);
    for (unsigned i = 0; i < report->n; i++)
        count(&report->result[i], &c);
    cs_out_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    cs_out_line(out);
    cs_out_text(out, "<testsuites name=\"cansim\"");
    put_counts(out, &c);
    seconds(out, report->times ? report->wall_ms * CS_PS_PER_MS : sum.bus_ps);
    cs_out_char(out, '>');
    cs_out_line(out);
    for (unsigned i = 0; i < report->n; i++)
        suite(out, report, i);
    cs_out_text(out, "</testsuites>");
    cs_out_line(out);
}
