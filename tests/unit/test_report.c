/* SPDX-License-Identifier: MIT */
/* Reports: what each format says of the same results, and how it escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/report.h"

static char folder[] = "/tmp/cansim-report-XXXXXX", file[64];

static struct cs_verdict verdicts[] = {
    {.name = "alive",
     .place = "boot.json:3:5: /expect/0",
     .kind = "frame",
     .decided = true,
     .passed = true,
     .at_ps = 1500 * CS_PS_PER_MS,
     .window_from_ps = 500 * CS_PS_PER_MS,
     .expected = "123 every 10ms",
     .seen = ""},
    {.name = "no <b>&\"#1\\, 100 %: x\ny\x01",
     .place = "a:b,c.json:12:5: /expect/1",
     .kind = "period",
     .decided = true,
     .passed = false,
     .at_ps = 2 * CS_PS_PER_S,
     .window_from_ps = 0,
     .expected = "a | b",
     .seen = "\xFFnothing",
     .around = "first\nsecond\r\n"},
    {.name = "open",
     .place = "/expect/2",
     .kind = "frame",
     .window_from_ps = -1,
     .expected = "e",
     .seen = ""},
};

static struct cs_result_bus buses[] = {
    {.name = "can0", .frames = 1, .error_frames = 2, .load_permille = 123}};

static struct cs_result results[] = {
    {.state = CS_RESULT_FAILED,
     .file = "boot.json",
     .title = "T",
     .seed = 7,
     .bus_ps = 2 * CS_PS_PER_S,
     .wall_ms = 1234,
     .error = "",
     .artifacts = "out/boot",
     .n_buses = 1,
     .buses = buses,
     .n_verdicts = 3,
     .verdicts = verdicts},
    {.state = CS_RESULT_PASSED,
     .file = "quiet.json",
     .title = "",
     .told_seed = true,
     .seed = 9,
     .bus_ps = CS_PS_PER_S,
     .error = "",
     .artifacts = "",
     .n_buses = 1,
     .buses = buses},
    {.state = CS_RESULT_UNUSABLE,
     .file = "bad.json",
     .title = "",
     .error = "bad.json:2:3: /x: is no known key\nbad.json: and more",
     .artifacts = ""},
    {.state = CS_RESULT_NOT_RUN, .file = "late.json", .title = "", .error = "", .artifacts = ""},
};

static char *slurp(const char *path)
{
    FILE *from = fopen(path, "rb");
    char *text = calloc(1, 100000);

    assert_non_null(from);
    assert_non_null(text);
    assert_true(fread(text, 1, 99999, from) > 0);
    fclose(from);
    return text;
}

/* The report of results[first..first+n-1]; to be freed. */
static char *report_of(const char *format, unsigned first, unsigned n, bool times)
{
    const struct cs_report report = {.result = &results[first], .n = n, .times = times};
    char text[100];
    const char *texts[1] = {text};
    struct cs_report_to to;
    struct cs_error error;

    snprintf(text, sizeof(text), "%s=%s", format, file);
    assert_int_equal(cs_report_parse(texts, 1, &to, &error), 0);
    assert_int_equal(cs_report_write(&to, &report, &error), 0);
    return slurp(file);
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no %s in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("%s in:\n%s", part, text);
}

static void text_report(void **state)
{
    char *text = report_of("text", 0, 4, false);

    (void)state;
    assert_string_equal(
        text, "failed: boot.json: 1 of 3 expectations failed, 1 not decided, 2s of bus time\n"
              "  failed: no <b>&\"#1\\, 100 %: x y  (a:b,c.json:12:5: /expect/1)\n"
              "    expected: a | b\n"
              "    seen: \xEF\xBF\xBDnothing\n"
              "    certain at: 2s\n"
              "    before that:\n"
              "      first\n"
              "      second \n"
              "  can0: 1 frame, load 12.3 %, 2 error frames\n"
              "  kept: out/boot\n"
              "passed: quiet.json (seed 9): no expectations, 1s of bus time\n"
              "unusable: bad.json\n"
              "  bad.json:2:3: /x: is no known key\n"
              "  bad.json: and more\n"
              "not run: late.json\n"
              "1 passed, 1 failed, 1 could not run, 1 not run in 3s of bus time\n");
    free(text);
    text = report_of("text", 0, 1, true);
    has(text, "2s of bus time in 1.234s\n");
    free(text);
}

static void tap_one(void **state)
{
    char *text = report_of("tap", 0, 1, false);

    (void)state;
    assert_string_equal(text, "TAP version 14\n"
                              "1..3\n"
                              "ok 1 - alive\n"
                              "not ok 2 - no <b>&\"\\#1\\\\, 100 %: x y \n"
                              "  ---\n"
                              "  place: \"a:b,c.json:12:5: /expect/1\"\n"
                              "  kind: \"period\"\n"
                              "  expected: \"a | b\"\n"
                              "  seen: \"\\ufffdnothing\"\n"
                              "  at: \"2s\"\n"
                              "  around:\n"
                              "    - \"first\"\n"
                              "    - \"second\\u000d\"\n"
                              "  ...\n"
                              "not ok 3 - open # SKIP not decided\n"
                              "# 0 passed, 1 failed, 0 could not run in 2s of bus time\n");
    free(text);
}

static void tap_several(void **state)
{
    char *text = report_of("tap", 1, 3, false);

    (void)state;
    assert_string_equal(text,
                        "TAP version 14\n"
                        "1..3\n"
                        "# Subtest: quiet.json (seed 9)\n"
                        "    1..1\n"
                        "    ok 1 - the run\n"
                        "ok 1 - quiet.json (seed 9)\n"
                        "  ---\n"
                        "  state: \"passed\"\n"
                        "  bus_time: \"1s\"\n"
                        "  ...\n"
                        "# Subtest: bad.json\n"
                        "    1..1\n"
                        "    not ok 1 - the run\n"
                        "      ---\n"
                        "      state: \"unusable\"\n"
                        "      error:\n"
                        "        - \"bad.json:2:3: /x: is no known key\"\n"
                        "        - \"bad.json: and more\"\n"
                        "      ...\n"
                        "not ok 2 - bad.json\n"
                        "  ---\n"
                        "  state: \"unusable\"\n"
                        "  bus_time: \"0s\"\n"
                        "  ...\n"
                        "ok 3 - late.json # SKIP not run\n"
                        "# 1 passed, 0 failed, 1 could not run, 1 not run in 1s of bus time\n");
    free(text);
}

static void junit(void **state)
{
    char *text = report_of("junit", 0, 4, false);

    (void)state;
    has(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
              "<testsuites name=\"cansim\" tests=\"6\" failures=\"1\" errors=\"1\" skipped=\"2\" "
              "time=\"3.000000\">\n");
    has(text, "<testsuite name=\"boot.json\" id=\"0\" tests=\"3\" failures=\"1\" errors=\"0\" "
              "skipped=\"1\" time=\"2.000000\" file=\"boot.json\">");
    has(text, "<testcase name=\"alive\" classname=\"boot.json\" file=\"boot.json\" line=\"3\" "
              "time=\"1.000000\"/>");
    has(text, "name=\"no &lt;b&gt;&amp;&quot;#1\\, 100 %: x&#10;y\xEF\xBF\xBD\"");
    has(text, "<failure message=\"expected: a | b; seen: \xEF\xBF\xBDnothing\" type=\"period\">");
    has(text, "before that:\nfirst\nsecond&#13;\n</failure>");
    has(text, "<skipped message=\"not decided\"/>");
    has(text, "<error message=\"bad.json:2:3: /x: is no known key&#10;bad.json: and more\" "
              "type=\"unusable\">");
    has(text, "<property name=\"artifacts\" value=\"out/boot\"/>");
    has_not(text, "timestamp");
    free(text);
    text = report_of("junit", 0, 1, true);
    has(text, "time=\"1.234000\" timestamp=\"1970-01-01T00:00:00\"");
    free(text);
}

static void github(void **state)
{
    char *text = report_of("github", 0, 3, false);

    (void)state;
    assert_string_equal(
        text,
        "::error file=a%3Ab%2Cc.json,line=12,col=5,title=no <b>&\"#1\\%2C 100 %25%3A x%0Ay ::"
        "expected: a | b%0Aseen: \xEF\xBF\xBDnothing%0Abefore that:%0Afirst%0Asecond %0A\n"
        "::error file=bad.json,line=2,col=3,title=unusable::bad.json:2:3: /x: is no known key\n"
        "::error file=bad.json,title=unusable::bad.json: and more\n"
        "::notice title=cansim::1 passed, 1 failed, 1 could not run in 3s of bus time\n");
    free(text);
}

static void markdown(void **state)
{
    char *text = report_of("markdown", 0, 3, false);

    (void)state;
    has(text, "| boot.json | **failed** | 3 | 1 | 2s |\n| quiet.json (seed 9) | passed | 0 |");
    has(text, "- **no &lt;b&gt;&amp;\"\\#1\\\\, 100 %: x<br>y ** (a:b,c.json:12:5: /expect/1): "
              "expected: a \\| b; seen: ");
    has(text, "- bad.json:2:3: /x: is no known key<br>bad.json: and more\n");
    free(text);
}

static void json(void **state)
{
    char *text = report_of("json", 0, 4, false);

    (void)state;
    has(text, "{\n  \"format\": \"cansim-report\",\n  \"version\": 1,");
    has(text, "\"name\": \"no <b>&\\\"#1\\\\, 100 %: x\\u000ay\\u0001\"");
    has(text, "\"place\": \"a:b,c.json:12:5: /expect/1\",\n          \"line\": 12,");
    has(text, "\"verdict\": \"undecided\",\n          \"expected\": \"e\"");
    has(text, "\"expectations\": []");
    has_not(text, "wall");
    free(text);
}

static void places(void **state)
{
    struct cs_report_place at;

    (void)state;
    cs_report_place("a.json:1:2: /x: y:3:4: z", &at);
    assert_int_equal(at.file_len, 6);
    assert_int_equal(at.line, 1);
    assert_int_equal(at.column, 2);
    cs_report_place("a.json: /x: y:3:4: z", &at);
    assert_int_equal(at.file_len, 6);
    assert_int_equal(at.line, 0);
    cs_report_place("tcp:1:b.json:7:8: /x", &at);
    assert_int_equal(at.file_len, 12);
    assert_int_equal(at.line, 7);
    cs_report_place("", &at);
    assert_int_equal(at.file_len, 0);
}

static void bad_options(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"html", "--report: must be text, tap, junit, json, github or markdown, got \"html\""},
        {"tap=", "--report: must be FORMAT or FORMAT=FILE, got \"tap=\""},
        {"tap=/nowhere/at/all", "/nowhere/at/all: cannot be created: No such file or directory"},
        {"tap=/tmp", "/tmp: cannot be created: Is a directory"},
    };
    const char *twice[] = {"tap", "json"};
    struct cs_report_to to[2];
    struct cs_error error;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(cs_report_parse(&rows[i].text, 1, to, &error), -1);
        assert_string_equal(error.text, rows[i].why);
        assert_int_equal(error.status, i < 2 ? CS_STATUS_INPUT : CS_STATUS_ENVIRONMENT);
    }
    assert_int_equal(cs_report_parse(twice, 2, to, &error), -1);
    assert_string_equal(error.text, "--report: must be one report to standard output, got two");
}

/* What was there stays where a report cannot be written; special files are not replaced. */
static void complete_or_not(void **state)
{
    struct cs_report_to to = {.format = &cs_report_formats[0], .file = "/dev/full"};
    const struct cs_report report = {.result = results, .n = 4};
    struct cs_error error;
    struct stat st;

    (void)state;
    assert_int_equal(cs_report_write(&to, &report, &error), -1);
    assert_string_equal(error.text, "/dev/full: cannot be written: No space left on device");
    assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
    assert_int_equal(stat("/dev/full", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void bytes(void **state)
{
    struct cs_result copy;
    size_t len;
    void *packed = cs_result_pack(&results[0], &len);

    (void)state;
    assert_non_null(packed);
    assert_int_equal(cs_result_unpack(&copy, packed, len), 0);
    assert_int_equal(copy.n_verdicts, 3);
    assert_string_equal(copy.verdicts[1].around, "first\nsecond\r\n");
    assert_null(copy.verdicts[0].around);
    assert_string_equal(copy.buses[0].name, "can0");
    assert_int_equal(copy.seed, 7);
    cs_result_free(&copy);
    for (size_t n = 0; n < len; n++)
        assert_int_equal(cs_result_unpack(&copy, packed, n), -EINVAL);
    free(packed);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(file, sizeof(file), "%s/report", folder);
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
        cmocka_unit_test(text_report), cmocka_unit_test(tap_one),
        cmocka_unit_test(tap_several), cmocka_unit_test(junit),
        cmocka_unit_test(github),      cmocka_unit_test(markdown),
        cmocka_unit_test(json),        cmocka_unit_test(places),
        cmocka_unit_test(bad_options), cmocka_unit_test(complete_or_not),
        cmocka_unit_test(bytes),
    };

    return cmocka_run_group_tests_name("reports", tests, set_up, tear_down);
}
