/* SPDX-License-Identifier: MIT */
/* Nodes of a plugin's type in a scenario: what becomes of their keys, and what is said of wrong
 * ones. The type is that of tests/plugins/parrot.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/cansim_plugin.h"
#include "scenarios/scenario.h"

static char object[PATH_MAX]; /* the plugin */

static void find_object(void)
{
    char self[PATH_MAX - 32];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    assert_true(n > 0);
    self[n] = '\0';
    snprintf(object, sizeof(object), "%s/plugins/parrot.so", dirname(self));
}

/* A scenario of one node "drive" of these keys beside its type. */
static struct cs_scenario *parse(const char *file, const char *keys, const char *more,
                                 struct cs_error *error)
{
    char text[2 * PATH_MAX];

    memset(error, 0, sizeof(*error));
    snprintf(text, sizeof(text),
             "{\"plugins\": [\"%s\"], \"nodes\": {\"drive\": {\"type\": \"parrot\"%s%s}}%s}",
             object, keys[0] != '\0' ? ", " : "", keys, more);
    return cs_scenario_parse(file, text, strlen(text), error);
}

static void refuses(const char *keys, const char *more, const char *sentence)
{
    struct cs_error error;
    struct cs_scenario *scenario = parse("t.json", keys, more, &error);

    if (scenario != NULL)
        fail_msg("%s: was taken", keys);
    assert_string_equal(error.text, sentence);
    assert_int_equal(error.status, CS_STATUS_INPUT);
}

static const struct cs_scenario_node *node_of(struct cs_scenario **scenario, const char *keys)
{
    struct cs_error error;

    *scenario = parse("dir/t.json", keys, "", &error);
    if (*scenario == NULL)
        fail_msg("%s", error.text);
    return &(*scenario)->nodes[0];
}

static void is_setting(const struct cs_scenario_node *node, size_t i, const char *path,
                       const char *value)
{
    assert_true(i < node->n_settings);
    assert_string_equal(node->settings[i].path, path);
    assert_string_equal(node->settings[i].value, value);
}

static void keys_become_settings(void **state)
{
    struct cs_scenario *scenario;
    const struct cs_scenario_node *node = node_of(
        &scenario, "\"node_id\": 5, \"bitrate\": 250000, \"words\": \"a.txt\", \"shy\": true, "
                   "\"absent\": true, \"signals\": [{\"object\": \"6041\", \"low\": -1.5}, "
                   "{\"low\": 1e3, \"comment\": {\"a\": 1}, \"object\": 7}], \"period\": \"10ms\"");

    (void)state;
    assert_int_equal(node->type, CS_NODE_PLUGIN);
    assert_string_equal(node->plugin->name, "parrot");
    assert_true(node->absent);
    assert_int_equal(node->timing.bitrate_bps, 250000);
    assert_int_equal(node->tx_queue, 64);
    assert_int_equal(node->n_settings, 8);
    is_setting(node, 0, "node_id", "5");
    is_setting(node, 1, "words", "dir/a.txt");
    is_setting(node, 2, "shy", "true");
    is_setting(node, 3, "signals/0/object", "6041");
    is_setting(node, 4, "signals/0/low", "-1.5");
    is_setting(node, 5, "signals/1/low", "1000");
    is_setting(node, 6, "signals/1/object", "7");
    is_setting(node, 7, "period", "10000000000");
    cs_scenario_free(scenario);
}

static void empty_lists_are_nothing(void **state)
{
    struct cs_scenario *scenario;
    const struct cs_scenario_node *node = node_of(&scenario, "\"node_id\": 5, \"signals\": []");

    (void)state;
    assert_int_equal(node->n_settings, 1);
    cs_scenario_free(scenario);
}

static void wrong_keys_are_told(void **state)
{
    (void)state;
    refuses("\"node_idd\": 5", "",
            "t.json: /nodes/drive/node_idd: is no known key, did you mean \"node_id\"?");
    refuses("\"bitrat\": 5", "",
            "t.json: /nodes/drive/bitrat: is no known key, did you mean \"bitrate\"?");
    refuses("\"node_id\": 5, \"count\": 5", "",
            "t.json: /nodes/drive/count: does not go with the type \"parrot\"");
    refuses("\"node_id\": 5, \"bitrate\": 5", "",
            "t.json: /nodes/drive/bitrate: must be 10k..1M, got 5");
    refuses("\"node_id\": 5, \"shy\": \"true\"", "",
            "t.json: /nodes/drive/shy: must be true or false, got \"true\"");
    refuses("\"node_id\": true", "", "t.json: /nodes/drive/node_id: must be 1..127, got true");
    refuses("\"node_id\": null", "", "t.json: /nodes/drive/node_id: must be 1..127, got null");
    refuses("\"node_id\": [5]", "", "t.json: /nodes/drive/node_id: must be 1..127, got an array");
    refuses("\"node_id\": 5, \"signals\": 5", "",
            "t.json: /nodes/drive/signals: must be an object or an array, got 5");
    refuses("\"node_id\": 5, \"signals\": [7]", "",
            "t.json: /nodes/drive/signals/0: must be an object or an array, got 7");
    refuses("\"node_id\": 5, \"signals\": [{\"low\": 7}]", "",
            "t.json: /nodes/drive/signals/0: must have the key \"object\", got none");
    refuses("\"node_id\": 5, \"signals\": [{\"object\": 7, \"lo\": 7}]", "",
            "t.json: /nodes/drive/signals/0/lo: is not known, did you mean \"low\"?");
    refuses("\"node_id\": 5, \"period\": \"10\"", "",
            "t.json: /nodes/drive/period: must be a time such as \"10ms\", got \"10\"");
    refuses("\"shy\": true", "", "t.json: /nodes/drive: must have the key \"node_id\", got none");
    refuses("\"node_id\": 5, \"words\": 1", "",
            "t.json: /nodes/drive/words: must be the name of a file, got 1");
    refuses("\"node_id\": 5, \"signals\": [{}]", "",
            "t.json: /nodes/drive/signals/0: must be something, got an empty object");
    refuses("\"node_id\": 5, \"signals\": {\"a/b\": 1}", "",
            "t.json: /nodes/drive/signals/a~1b: is no known key");
    refuses("\"node_id\": 5, \"signals\": {\"#\": {\"object\": 1}}", "",
            "t.json: /nodes/drive/signals/#: is no known key");
}

static void places_are_those_of_settings(void **state)
{
    struct cs_scenario_node *node;
    struct cs_scenario *scenario;
    char place[100];

    (void)state;
    node = (struct cs_scenario_node *)node_of(&scenario,
                                              "\"node_id\": 5, \"signals\": [{\"object\": \"x\"}]");
    assert_string_equal(
        cs_scenario_settings_place(node, "signals/0: must be new", place, sizeof(place)),
        "must be new");
    assert_string_equal(place, "/nodes/drive/signals/0");
    assert_string_equal(cs_scenario_settings_place(node, "words: a: b", place, sizeof(place)),
                        "a: b");
    assert_string_equal(place, "/nodes/drive/words");
    assert_string_equal(cs_scenario_settings_place(node, "a.eds: 3: is odd", place, sizeof(place)),
                        "a.eds: 3: is odd");
    assert_string_equal(place, "/nodes/drive");
    cs_scenario_free(scenario);
}

#define TELL(who, what) \
    ", \"timeline\": [{\"at\": \"1s\", \"node\": \"" who "\", \"command\": " what "}]"

static void commands_are_for_those_who_take_them(void **state)
{
    struct cs_error error;
    struct cs_scenario *scenario =
        parse("t.json", "\"node_id\": 5}, \"pump\": {", TELL("drive", "\"say 123\""), &error);

    (void)state;
    if (scenario == NULL)
        fail_msg("%s", error.text);
    assert_int_equal(scenario->actions[0].kind, CS_ACTION_COMMAND);
    assert_string_equal(scenario->actions[0].command, "say 123");
    cs_scenario_free(scenario);
    refuses("\"node_id\": 5}, \"pump\": {", TELL("pump", "\"say 123\""),
            "t.json: /timeline/0/command: does not go with the type \"listener\" of \"pump\"");
    refuses("\"node_id\": 5", TELL("drive", "7"),
            "t.json: /timeline/0/command: must be a text of 1..4000 bytes, got 7");
}

static void types_are_looked_up(void **state)
{
    struct cs_error error = {0};
    const char *text = "{\"nodes\": {\"a\": {\"type\": \"parrott\"}}}";
    const char *begin = "t.json: /nodes/a/type: must be \"listener\", \"periodic\", ";

    (void)state;
    assert_null(cs_scenario_parse("t.json", text, strlen(text), &error));
    assert_memory_equal(error.text, begin, strlen(begin));
    assert_non_null(strstr(error.text, ", got \"parrott\""));
    text = "{\"plugins\": [\"/nonexistent/x.so\"]}";
    assert_null(cs_scenario_parse("t.json", text, strlen(text), &error));
    assert_memory_equal(error.text, "t.json: /plugins: /nonexistent/x.so", 35);
    text = "{\"plugins\": [5]}";
    assert_null(cs_scenario_parse("t.json", text, strlen(text), &error));
    assert_string_equal(error.text, "t.json: /plugins/0: must be the name of a file, got 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_become_settings),
        cmocka_unit_test(empty_lists_are_nothing),
        cmocka_unit_test(wrong_keys_are_told),
        cmocka_unit_test(places_are_those_of_settings),
        cmocka_unit_test(commands_are_for_those_who_take_them),
        cmocka_unit_test(types_are_looked_up),
    };

    find_object();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
