/* SPDX-License-Identifier: MIT */
/* Reports of texts that somebody chose in order to do harm: to a terminal, to a parser, to a log
 * that looks for commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "scenarios/report.h"
#include "scenarios/text.h"

static char folder[] = "/tmp/cansim-hostile-XXXXXX";
static char file[100];

static char nasty[1024];

static struct cs_verdict verdict = {.name = nasty,
                                    .place = nasty,
                                    .kind = "frame",
                                    .decided = true,
                                    .expected = nasty,
                                    .seen = nasty,
                                    .around = nasty};
static struct cs_result_bus bus = {.name = nasty};
static struct cs_result results[] = {
    {.state = CS_RESULT_FAILED,
     .file = nasty,
     .title = nasty,
     .error = nasty,
     .artifacts = nasty,
     .n_buses = 1,
     .buses = &bus,
     .n_verdicts = 1,
     .verdicts = &verdict},
    {.state = CS_RESULT_CRASHED, .file = nasty, .title = "", .error = nasty, .artifacts = ""},
    {.state = CS_RESULT_NOT_RUN, .file = nasty, .title = nasty, .error = "", .artifacts = ""},
};

/* Every byte, every two-byte control, what is cut off, and what formats take for their own. */
static void make_nasty(void)
{
    size_t n = 0;

    for (int c = 1; c < 256; c++)
        nasty[n++] = (char)c;
    for (int c = 0x80; c < 0xA0; c++) {
        nasty[n++] = '\xC2';
        nasty[n++] = (char)c;
    }
    n += (size_t)snprintf(
        nasty + n, sizeof(nasty) - n,
        "\n::error file=x::y\n]]></failure>\n...\n---\nBail out!\n| a | b |\n"
        "\033]0;title\007 \xE2\x82 \xEF\xBF\xBE \xF4\x90\x80\x80 \xED\xA0\x80 end");
    assert_true(n < sizeof(nasty));
}

static char *written(const struct cs_report_format *format, unsigned n)
{
    const struct cs_report report = {.result = results, .n = n, .verbose = true};
    const struct cs_report_to to = {.format = format, .file = file};
    struct cs_error error;
    char *text = calloc(1, 1000000);

    assert_non_null(text);
    assert_int_equal(cs_report_write(&to, &report, &error), 0);
    FILE *from = fopen(file, "rb");
    assert_non_null(from);
    assert_true(fread(text, 1, 999999, from) > 0);
    fclose(from);
    return text;
}

static void check_characters(const char *format, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        const unsigned char c = (unsigned char)*text;
        const size_t len = cs_text_utf8(text, left);
        const bool tab = c == '\t' && strcmp(format, "junit") == 0; /* plain text of XML */
        if (len == 0 || (c < 0x20 && c != '\n' && !tab) || c == 0x7F ||
            (len == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0))
            fail_msg("%s: %02X before \"%.20s\"", format, c, text + 1);
        text += len;
        left -= len;
    }
}

static void only_characters_of_text(void **state)
{
    (void)state;
    for (const struct cs_report_format *f = cs_report_formats; f->name != NULL; f++) {
        for (unsigned n = 1; n <= 3; n++) {
            char *text = written(f, n);
            check_characters(f->name, text);
            free(text);
        }
    }
}

static const struct cs_report_format *format_of(const char *name)
{
    const struct cs_report_format *f = cs_report_formats;

    while (strcmp(f->name, name) != 0)
        f++;
    return f;
}

/* Every line is one of ours: nothing of what was said begins one. */
static void lines_begin_with(const char *name, const char *const *starts)
{
    char *text = written(format_of(name), 3);

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned i = 0;
        while (starts[i] != NULL && strncmp(line, starts[i], strlen(starts[i])) != 0)
            i++;
        if (starts[i] == NULL)
            fail_msg("%s: line \"%.60s\"", name, line);
    }
    free(text);
}

static void no_commands_of_others(void **state)
{
    static const char *const github[] = {"::error file=", "::notice title=cansim::", NULL};
    static const char *const tap[] = {"TAP version 14",
                                      "1..3",
                                      "    1..2",
                                      "    1..1",
                                      "# Subtest: ",
                                      "# ",
                                      "    ok ",
                                      "    not ok ",
                                      "not ok ",
                                      "ok ",
                                      "      ---",
                                      "      ...",
                                      "  ---",
                                      "  ...",
                                      "      error:",
                                      "      state: ",
                                      "        - \"",
                                      "  state: ",
                                      "  bus_time: ",
                                      "  artifacts: \"",
                                      "      place: \"",
                                      "      kind: \"",
                                      "      expected: \"",
                                      "      seen: \"",
                                      "      at: \"",
                                      "      around:",
                                      NULL};

    (void)state;
    lines_begin_with("github", github);
    lines_begin_with("tap", tap);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(file, sizeof(file), "%s/report", folder);
    make_nasty();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_characters_of_text),
        cmocka_unit_test(no_commands_of_others),
    };

    return cmocka_run_group_tests_name("hostile reports", tests, set_up, tear_down);
}
