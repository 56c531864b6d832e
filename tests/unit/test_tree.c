/* SPDX-License-Identifier: MIT */
/* What a decoder says is kept whole or left out whole, and written as text and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/tree.h"

static void head(struct cansim_sink *sink, const char *name)
{
    struct cansim_field field = {.size = sizeof(field), .name = name};

    sink->open(sink, &field);
}

static void fill(struct cs_tree *tree)
{
    struct cansim_sink *sink = &tree->sink;
    char gone[] = "vendor";

    cs_tree_clear(tree);
    sink->summary(sink, "SDO", CANSIM_WARNING, "node 5: abort");
    head(sink, "sdo");
    cansim_put_uint(sink, "index", "Index", 0x1018, 4, 8, 16, gone);
    head(sink, "empty");
    sink->close(sink);
    cansim_put_bytes(sink, CANSIM_BYTES, "data", NULL, "\x01\xFF", 2, 32);
    sink->close(sink);
    cansim_put_bytes(sink, CANSIM_TEXT, "name", "Name", "a\"\n\xFF", 4, 0);
    sink->link(sink, CANSIM_LINK_ANSWERS, 12);
    sink->event(sink, "canopen.sdo.abort", 5, 0x06020000);
    memset(gone, 'x', sizeof(gone) - 1); /* texts are copied */
}

static char *written(const struct cs_tree *tree, bool json)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    assert_non_null(to);
    if (json)
        cs_tree_json(tree, to);
    else
        cs_tree_text(tree, 2, to);
    fclose(to);
    return text;
}

static void text_and_json(void **state)
{
    struct cs_tree tree;

    (void)state;
    assert_int_equal(cs_tree_init(&tree, 16, 256), 0);
    fill(&tree);
    assert_int_equal(tree.severity, CANSIM_WARNING);
    assert_string_equal(tree.protocol, "SDO");
    assert_int_equal(tree.n_links, 1);
    assert_int_equal(tree.n_events, 1);
    char *text = written(&tree, false);
    assert_string_equal(text, "  sdo\n"
                              "    Index: 0x1018 (vendor)\n"
                              "    empty\n"
                              "    data: 01 FF\n"
                              "  Name: \"a\".\xFF\"\n");
    free(text);
    text = written(&tree, true);
    assert_string_equal(
        text,
        "[{\"name\":\"sdo\",\"fields\":[{\"name\":\"index\",\"label\":\"Index\",\"value\":4120,"
        "\"text\":\"vendor\",\"bits\":[8,16]},{\"name\":\"empty\",\"fields\":[]},"
        "{\"name\":\"data\",\"value\":\"01FF\",\"bits\":[32,16]}]},"
        "{\"name\":\"name\",\"label\":\"Name\",\"value\":\"a\\\"\\u000a\\ufffd\","
        "\"bits\":[0,32]}]");
    free(text);
    cs_tree_fini(&tree);
}

static void finds_by_path(void **state)
{
    struct cs_tree tree;

    (void)state;
    assert_int_equal(cs_tree_init(&tree, 16, 256), 0);
    fill(&tree);
    assert_int_equal(cs_tree_find(&tree, "sdo/index")->value.u, 0x1018);
    assert_non_null(cs_tree_find(&tree, "name"));
    assert_null(cs_tree_find(&tree, "index"));
    assert_null(cs_tree_find(&tree, "sdo/name"));
    assert_null(cs_tree_find(&tree, "sdo/empty/data"));
    cs_tree_fini(&tree);
}

/* With any amount of room the output is well formed, and what is missing is counted. */
static void little_room(void **state)
{
    (void)state;
    for (unsigned fields = 0; fields < 6; fields++) {
        for (size_t bytes = 0; bytes < 20; bytes++) {
            struct cs_tree tree;
            assert_int_equal(cs_tree_init(&tree, fields, bytes), 0);
            fill(&tree);
            assert_int_equal(tree.n_fields + tree.left_out, 5);
            assert_int_equal(tree.depth, 0);
            char *text = written(&tree, true);
            int open = 0;
            for (const char *p = text; *p != '\0'; p++)
                open += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
            assert_int_equal(open, 0);
            free(text);
            cs_tree_fini(&tree);
        }
    }
}

static void too_deep(void **state)
{
    struct cs_tree tree;

    (void)state;
    assert_int_equal(cs_tree_init(&tree, 100, 100), 0);
    for (int i = 0; i < CS_TREE_DEPTH + 3; i++)
        head(&tree.sink, "d");
    for (int i = 0; i < CS_TREE_DEPTH + 5; i++)
        tree.sink.close(&tree.sink);
    assert_int_equal(tree.n_fields, CS_TREE_DEPTH);
    assert_int_equal(tree.left_out, 3);
    cansim_put_uint(&tree.sink, "u", NULL, 1, 0, 0, 0, NULL);
    assert_int_equal(tree.fields[tree.n_fields - 1].depth, 0);
    cs_tree_fini(&tree);
}

static void values(void **state)
{
    static const struct {
        struct cansim_field field;
        const char *text;
    } rows[] = {
        {{.kind = CANSIM_UINT, .base = CANSIM_BIN, .digits = 4, .value.u = 5}, "0b0101"},
        {{.kind = CANSIM_UINT, .base = CANSIM_HEX, .digits = 0, .value.u = 0}, "0x0"},
        {{.kind = CANSIM_UINT, .value.u = UINT64_MAX, .unit = "rpm"}, "18446744073709551615 rpm"},
        {{.kind = CANSIM_INT, .value.i = INT64_MIN}, "-9223372036854775808"},
        {{.kind = CANSIM_TIME, .value.i = 1500000000000}, "1.5 s"},
        {{.kind = CANSIM_TIME, .value.i = -1}, "-0.000000000001 s"},
        {{.kind = CANSIM_TIME, .value.i = 0}, "0 s"},
        {{.kind = CANSIM_REAL, .value.real = 0.25}, "0.25"},
        {{.kind = CANSIM_BOOL, .value.u = 1}, "true"},
        {{.kind = CANSIM_NONE, .text = "operational"}, "operational"},
    };
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = cs_tree_value(&rows[i].field, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(len, strlen(text));
    }
    assert_int_equal(cs_tree_value(&rows[2].field, text, 4), 3);
    assert_string_equal(text, "184");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_json), cmocka_unit_test(finds_by_path),
        cmocka_unit_test(little_room),   cmocka_unit_test(too_deep),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
