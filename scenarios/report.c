/* SPDX-License-Identifier: MIT */
#include "scenarios/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/text.h"
#include "simcore/units.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define FORMATS_MAX 16

const struct cs_report_format cs_report_formats[] = {
    {"text", "for people", cs_report_text},
    {"tap", "TAP 14, with YAML diagnostics", cs_report_tap},
    {"junit", "JUnit XML, as Jenkins and GitLab read it", cs_report_junit},
    {"json", "all that is known, for programs", cs_report_json},
    {"github", "workflow commands of GitHub Actions: annotations", cs_report_github},
    {"markdown", "a table, for a job's summary or a comment", cs_report_markdown},
    {NULL, NULL, NULL},
};

/* ---- the option ---------------------------------------------------------------------------- */

static int parse_format(const char *text, size_t len, const struct cs_report_format **format,
                        struct cs_error *error)
{
    const char *names[FORMATS_MAX + 1] = {NULL};
    char all[200] = "", word[40];
    size_t used = 0, n = 0;

    for (const struct cs_report_format *f = cs_report_formats; f->name != NULL; f++) {
        if (strlen(f->name) == len && strncmp(f->name, text, len) == 0) {
            *format = f;
            return 0;
        }
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
                                 used == 0           ? ""
                                 : f[1].name == NULL ? " or "
                                                     : ", ",
                                 f->name);
        if (n < FORMATS_MAX)
            names[n++] = f->name;
    }
    snprintf(word, sizeof(word), "%.*s", (int)(len < sizeof(word) ? len : 0), text);
    const char *nearest = cs_text_nearest(word, names);
    return cs_error_set(error, CS_STATUS_INPUT, "--report: must be %s, got \"%.*s\"%s%s%s", all,
                        (int)len, text, nearest != NULL ? ", did you mean \"" : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

/* Could a file be written there? Nothing is. */
static int check_file(const char *file, struct cs_error *error)
{
    const char *slash = strrchr(file, '/');
    struct stat st;
    int err = 0;

    if (strcmp(file, "-") == 0)
        return 0;
    char *folder = slash == NULL   ? strdup(".")
                   : slash == file ? strdup("/")
                                   : strndup(file, (size_t)(slash - file));
    if (folder == NULL)
        err = ENOMEM;
    else if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        err = EISDIR;
    else if (stat(file, &st) == 0 && !S_ISREG(st.st_mode))
        err = access(file, W_OK) != 0 ? errno : 0;
    else if (access(folder, W_OK | X_OK) != 0)
        err = errno;
    free(folder);
    if (err == 0)
        return 0;
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be created: %s", file,
                        strerror(err));
}

int cs_report_parse(const char *const *texts, unsigned n, struct cs_report_to *to,
                    struct cs_error *error)
{
    for (unsigned i = 0; i < n; i++) {
        const char *equals = strchr(texts[i], '=');
        size_t len = equals != NULL ? (size_t)(equals - texts[i]) : strlen(texts[i]);
        to[i].file = equals != NULL ? equals + 1 : "-";
        if (parse_format(texts[i], len, &to[i].format, error) != 0)
            return -1;
        if (to[i].file[0] == '\0')
            return cs_error_set(error, CS_STATUS_INPUT,
                                "--report: must be FORMAT or FORMAT=FILE, got \"%s\"", texts[i]);
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(to[i].file, to[j].file) == 0)
                return cs_error_set(error, CS_STATUS_INPUT,
                                    "--report: must be one report to %s, got two",
                                    strcmp(to[i].file, "-") == 0 ? "standard output" : to[i].file);
        }
        if (check_file(to[i].file, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- writing ------------------------------------------------------------------------------- */

static int write_into(const struct cs_report_to *to, const char *file,
                      const struct cs_report *report, struct cs_error *error)
{
    struct cs_out out;

    if (cs_out_open(&out, file, NULL, error) != 0)
        return -1;
    cs_out_begin(&out);
    to->format->write(&out, report);
    int ret = cs_out_close(&out) == 0 ? 0 : -1;
    if (ret != 0)
        cs_out_explain(&out, error);
    cs_out_discard(&out);
    return ret;
}

/* `there` is the file itself, whatever links lead to it. */
static int write_beside(const struct cs_report_to *to, const char *there,
                        const struct cs_report *report, struct cs_error *error)
{
    char *temp;

    if (asprintf(&temp, "%s.%ld.tmp", there, (long)getpid()) < 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    int ret = write_into(to, temp, report, error);
    size_t len = strlen(temp);
    if (ret != 0 && strncmp(error->text, temp, len) == 0) { /* people know it by another name */
        struct cs_error inner = *error;
        cs_error_set(error, inner.status, "%s%s", to->file, inner.text + len);
    }
    if (ret == 0 && rename(temp, there) != 0)
        ret = cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", to->file,
                           strerror(errno));
    if (ret != 0)
        unlink(temp);
    free(temp);
    return ret;
}

int cs_report_write(const struct cs_report_to *to, const struct cs_report *report,
                    struct cs_error *error)
{
    struct stat st;

    if (strcmp(to->file, "-") == 0)
        return write_into(to, "-", report, error);
    char *there = realpath(to->file, NULL); /* NULL: it is to be made */
    int ret = there != NULL && stat(there, &st) == 0 && !S_ISREG(st.st_mode)
                  ? write_into(to, to->file, report, error)
                  : write_beside(to, there != NULL ? there : to->file, report, error);
    free(there);
    return ret;
}

/* ---- what formats have in common ----------------------------------------------------------- */

void cs_report_sum(const struct cs_report *report, struct cs_report_sum *sum)
{
    memset(sum, 0, sizeof(*sum));
    for (unsigned i = 0; i < report->n; i++) {
        const struct cs_result *r = &report->result[i];
        sum->n[r->state]++;
        sum->expectations += r->n_verdicts;
        sum->expectations_failed += cs_result_failed(r);
        sum->bus_ps = r->bus_ps < CS_TIME_END - sum->bus_ps ? sum->bus_ps + r->bus_ps : CS_TIME_END;
    }
    sum->failed = sum->n[CS_RESULT_FAILED] + sum->n[CS_RESULT_LATE];
    sum->could_not =
        sum->n[CS_RESULT_UNUSABLE] + sum->n[CS_RESULT_ENVIRONMENT] + sum->n[CS_RESULT_CRASHED];
}

const char *cs_report_sentence(const struct cs_report_sum *sum, char *text, size_t size)
{
    unsigned not_run = sum->n[CS_RESULT_NOT_RUN], ended = sum->n[CS_RESULT_INTERRUPTED];
    int64_t ps = sum->bus_ps < CS_PS_PER_S ? sum->bus_ps : sum->bus_ps - sum->bus_ps % CS_PS_PER_MS;
    char time[40], rest[80] = "";

    if (ended > 0)
        snprintf(rest, sizeof(rest), ", %u interrupted", ended);
    if (not_run > 0)
        snprintf(rest + strlen(rest), sizeof(rest) - strlen(rest), ", %u not run", not_run);
    snprintf(text, size, "%u passed, %u failed, %u could not run%s in %s of bus time",
             sum->n[CS_RESULT_PASSED], sum->failed, sum->could_not, rest,
             cs_units_format_time(ps, time, sizeof(time)));
    return text;
}

const char *cs_report_name(const struct cs_result *result, char *text, size_t size)
{
    if (result->told_seed)
        snprintf(text, size, "%s (seed %llu)", result->file, (unsigned long long)result->seed);
    else
        snprintf(text, size, "%s", result->file);
    return text;
}

/* A number that ends with ':'; NULL: there is none. */
static const char *number(const char *p, unsigned *value)
{
    char *end;
    unsigned long read = strtoul(p, &end, 10);

    if (*p < '0' || *p > '9' || *end != ':' || read > 1000000000)
        return NULL;
    *value = (unsigned)read;
    return end + 1;
}

void cs_report_place(const char *place, struct cs_report_place *at)
{
    const char *last = strstr(place, ": ");

    memset(at, 0, sizeof(*at));
    at->file_len = last != NULL ? (size_t)(last - place) : strlen(place);
    for (const char *p = strchr(place, ':'); p != NULL && p <= last; p = strchr(p + 1, ':')) {
        const char *column = number(p + 1, &at->line);
        if (column != NULL && number(column, &at->column) != NULL) {
            at->file_len = (size_t)(p - place);
            return;
        }
    }
    at->line = at->column = 0;
}

const char *cs_report_char(const char **text, size_t *left, size_t *len)
{
    const char *at = *text;
    const unsigned char c = (unsigned char)*at;
    size_t n = cs_text_utf8(at, *left);
    bool control = (c < 0x20 && c != '\n') || c == 0x7F ||
                   (n == 2 && c == 0xC2 && (unsigned char)at[1] < 0xA0);

    *len = control ? 1 : n == 0 ? strlen(REPLACEMENT) : n;
    *text += n == 0 ? 1 : n;
    *left -= n == 0 ? 1 : n;
    return control ? " " : n == 0 ? REPLACEMENT : at;
}

static void put(struct cs_out *out, const char *text, size_t left)
{
    size_t len;

    while (left > 0) {
        const char *shown = cs_report_char(&text, &left, &len);
        cs_out_write(out, *shown == '\n' ? " " : shown, len);
    }
}

void cs_report_plain(struct cs_out *out, const char *text)
{
    put(out, text, strlen(text));
}

void cs_report_why(struct cs_out *out, const struct cs_verdict *verdict)
{
    cs_out_text(out, "expected: ");
    cs_report_plain(out, verdict->expected);
    if (verdict->seen[0] == '\0')
        return;
    cs_out_text(out, "; seen: ");
    cs_report_plain(out, verdict->seen);
}

void cs_report_seconds(struct cs_out *out, int64_t ps)
{
    char text[40];

    cs_out_text(out, cs_units_format_seconds(ps > 0 ? ps : 0, text, sizeof(text)));
}

void cs_report_time(struct cs_out *out, int64_t ps)
{
    char text[40];

    if (ps >= CS_PS_PER_MS)
        ps -= ps % CS_PS_PER_US;
    cs_out_text(out, cs_units_format_time(ps, text, sizeof(text)));
}

void cs_report_lines(struct cs_out *out, const char *text, const char *before)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            cs_out_text(out, before);
            put(out, text, len);
        }
        cs_out_line(out);
        text += len + (text[len] == '\n');
    }
}

void cs_report_count(struct cs_out *out, uint64_t n, const char *word)
{
    cs_out_u64(out, n);
    cs_out_char(out, ' ');
    cs_out_text(out, word);
    if (n != 1)
        cs_out_char(out, 's');
}
