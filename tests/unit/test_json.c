/* SPDX-License-Identifier: MIT */
/* JSON files are taken strictly; everything else is refused with its place. The sentences
 * themselves are held by tests/integration/cli_errors.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/json.h"
#include "scenarios/text.h"

/* Parse from a block of exactly that size, so that the sanitizer sees a byte too many. */
static cJSON *parse(const char *text, size_t len, struct cs_error *error)
{
    char *copy = malloc(len + 1);

    assert_non_null(copy);
    memcpy(copy, text, len);
    copy[len] = '\0';
    memset(error, 0, sizeof(*error));
    cJSON *tree = cs_json_parse("f", copy, len, error);
    free(copy);
    return tree;
}

static void good_json(void **state)
{
    static const char *const texts[] = {
        "{}",
        " [ ] ",
        "null",
        "true",
        "false",
        "\"\"",
        "0",
        "-0",
        "-1.5e+10",
        "1E5",
        "0.001",
        "[1,2,[3,[]],{}]",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"",
        "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\x7F\"",
        "\xEF\xBB\xBF{}",
        "// x\n{}",
        "{} // x",
        "/* \n \" */ {\"a\" /**/ : /* [ */ 1 /* , */, // {\n \"b\": \"/* no */ // no\"}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cs_error error;
        cJSON *tree = parse(texts[i], strlen(texts[i]), &error);
        if (tree == NULL)
            fail_msg("%s: %s", texts[i], error.text);
        cJSON_Delete(tree);
    }
}

static void bad_json(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "nul",
        "truefalse",
        "nullx",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "00",
        "-",
        "--1",
        "0x10",
        "Infinity",
        "\"",
        "\"\\",
        "\"\\\"",
        "\"\\q\"",
        "\"\\u\"",
        "\"\\u123\"",
        "\"\\u123g\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\t\"",
        "\"\x80\"",
        "\"\xC0\x80\"",
        "\"\xE0\x80\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\xF8\x88\x80\x80\x80\"",
        "\"\xE2\x82\"",
        "{} /* x",
        "{} /",
        "/*/ {}",
        "{} # x",
        "{} x",
        "{}{}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct cs_error error;
        cJSON *tree = parse(texts[i], strlen(texts[i]), &error);
        if (tree != NULL)
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(error.status, CS_STATUS_INPUT);
        assert_true(strncmp(error.text, "f:1:", 4) == 0 || strncmp(error.text, "f:2:", 4) == 0);
    }
}

static void every_prefix_is_refused(void **state)
{
    static const char text[] = "{\"a\": [1.5e3, \"\\u00e4\xC3\xA4\", true, null, {\"b\": -0}]}";

    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct cs_error error;
        assert_null(parse(text, len, &error));
        assert_int_equal(error.status, CS_STATUS_INPUT);
    }
}

static void duplicates_are_found(void **state)
{
    static const struct {
        const char *text, *path;
    } rows[] = {
        {"{\"a\":1,\"b\":{\"c\":1,\"a\":1}}", NULL},
        {"{\"a\":1,\"a\":1}", "/a"},
        {"{\"x\":[0,{\"k\":1,\"j\":1,\"k\":2}]}", "/x/1/k"},
        {"{\"x/y\":{\"~\":{\"\":1,\"\":1}}}", "/x~1y/~0/"},
        {"{\"a\":1,\"A\":1}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_error error;
        char path[64];
        cJSON *tree = parse(rows[i].text, strlen(rows[i].text), &error);
        assert_non_null(tree);
        assert_int_equal(cs_json_find_duplicate(tree, path, sizeof(path)), rows[i].path != NULL);
        if (rows[i].path != NULL)
            assert_string_equal(path, rows[i].path);
        cJSON_Delete(tree);
    }
}

static void nearest_names(void **state)
{
    static const char *const names[] = {"period", "offset", "count", "bus", NULL};

    (void)state;
    assert_string_equal(cs_text_nearest("perod", names), "period");
    assert_string_equal(cs_text_nearest("Period", names), "period");
    assert_string_equal(cs_text_nearest("ofset", names), "offset");
    assert_string_equal(cs_text_nearest("bsu", names), "bus");
    assert_null(cs_text_nearest("zebra", names));
    assert_null(cs_text_nearest("", names));
    assert_null(cs_text_nearest("an endless name that nobody could have meant at all", names));
}

static void text_is_cleaned(void **state)
{
    char text[] = "a\x1B[1m\n\x7F\xC2\x9B\xC3\xA4\xFFz";

    (void)state;
    cs_text_clean(text);
    assert_string_equal(text, "a?[1m????\xC3\xA4?z");
}

static void long_errors_are_cut_between_characters(void **state)
{
    struct cs_error error;
    char longer[2000];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof(longer); i += 2)
        memcpy(longer + i, "\xC3\xA4", 2);
    longer[sizeof(longer) - 2] = '\0';
    for (int shift = 0; shift < 2; shift++) {
        assert_int_equal(cs_error_set(&error, CS_STATUS_INPUT, "%s%s", shift ? "x" : "", longer),
                         -1);
        size_t len = strlen(error.text);
        assert_true(len < sizeof(error.text) && len > sizeof(error.text) - 6);
        assert_string_equal(error.text + len - 3, "...");
        assert_int_equal((unsigned char)error.text[len - 4], 0xA4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_json),
        cmocka_unit_test(bad_json),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(duplicates_are_found),
        cmocka_unit_test(nearest_names),
        cmocka_unit_test(text_is_cleaned),
        cmocka_unit_test(long_errors_are_cut_between_characters),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
