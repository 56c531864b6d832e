/* SPDX-License-Identifier: MIT */
/* Lists of frames as files: what is written is read the same, what is wrong is told with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/scenario.h"
#include "scenarios/send_file.h"

static const struct cs_send_bus buses[] = {{"can0", 500000, 0}, {"body", 125000, 500000}};
static char folder[] = "/tmp/test_send_file.XXXXXX";
static char path[sizeof folder + 16];

static struct cs_send_item item_of(const char *name, unsigned bus, const char *frame)
{
    struct cs_send_item item = {.send = {.bus = bus, .burst = 1}};

    snprintf(item.name, sizeof item.name, "%s", name);
    assert_int_equal(cs_frame_parse(frame, &item.send.frame, NULL, 0), 0);
    return item;
}

static void assert_alike(const struct cs_send_item *a, const struct cs_send_item *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->key, b->key);
    assert_int_equal(a->on, b->on);
    assert_int_equal(a->send.bus, b->send.bus);
    assert_true(cs_frame_equal(&a->send.frame, &b->send.frame));
    assert_int_equal(a->send.period_ps, b->send.period_ps);
    assert_int_equal(a->send.burst, b->send.burst);
    assert_int_equal(a->send.gap_ps, b->send.gap_ps);
    assert_int_equal(a->send.counts, b->send.counts);
    if (!a->send.counts)
        return;
    assert_int_equal(a->send.counter.byte, b->send.counter.byte);
    assert_int_equal(a->send.counter.bits, b->send.counter.bits);
    assert_int_equal(a->send.counter.low, b->send.counter.low);
    assert_int_equal(a->send.counter.high, b->send.counter.high);
    assert_int_equal(a->send.counter.step, b->send.counter.step);
    assert_int_equal(a->send.counter.first, b->send.counter.first);
    assert_int_equal(a->send.counter.bounce, b->send.counter.bounce);
}

static unsigned make_items(struct cs_send_item *items)
{
    items[0] = item_of("say \"hi\" ${n} \\", 0, "123#11.22");
    items[1] = item_of("", 0, "123#00.00.00");
    snprintf(items[1].key, sizeof items[1].key, "E");
    items[1].on = true;
    items[1].send.period_ps = 10 * CS_PS_PER_MS;
    items[1].send.burst = 3;
    items[1].send.gap_ps = CS_PS_PER_MS;
    items[1].send.counts = true;
    items[1].send.counter =
        (struct cs_counter){.byte = 0, .bits = 16, .low = 5, .high = 900, .step = -3, .first = 9};
    items[2] = item_of("other bus", 1, "12345678##1DEADBEEF");
    items[2].send.period_ps = 100 * CS_PS_PER_US;
    items[3] = item_of("late burst", 0, "7FF#R");
    items[3].send.burst = 1000;
    items[3].send.gap_ps = CS_PS_PER_S;
    return 4;
}

static void what_is_written_is_read(void **state)
{
    struct cs_send_item items[CS_SENDERS] = {0}, again[CS_SENDERS] = {0};
    struct cs_error error = {0};
    const unsigned n = make_items(items);
    struct stat st;

    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        assert_int_equal(cs_send_file_write(path, whole, buses, 2, items, n, &error), 0);
        assert_int_equal(cs_send_file_read(path, buses, 2, again, &error), (int)n);
        for (unsigned i = 0; i < n; i++)
            assert_alike(&again[i], &items[i]);
        struct cs_scenario *scenario = whole ? cs_scenario_load(path, NULL, NULL, &error) : NULL;
        if (whole && !scenario)
            fail_msg("%s", error.text);
        if (scenario)
            assert_int_equal(scenario->n_nodes, 3);
        cs_scenario_free(scenario);
    }
    /* Nothing is left beside it. */
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void where_it_cannot_be_written(void **state)
{
    struct cs_send_item items[CS_SENDERS] = {0};
    struct cs_error error = {0};
    const unsigned n = make_items(items);

    (void)state;
    assert_int_equal(cs_send_file_write("/no/such/folder/x", false, buses, 2, items, n, &error),
                     -1);
    assert_string_equal(error.text, "/no/such/folder/x: cannot be written: No such file or "
                                    "directory");
    assert_int_equal(cs_send_file_write("/dev/full", false, buses, 2, items, n, &error), -1);
    assert_non_null(strstr(error.text, "No space left"));
}

static int read_text(const char *text, struct cs_send_item *items, char *sentence)
{
    struct cs_error error = {0};
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    int n = cs_send_file_read(path, buses, 2, items, &error);
    if (n < 0)
        snprintf(sentence, CS_ERROR_SENTENCE_MAX, "%s",
                 cs_error_sentence(&error, (char[CS_ERROR_SENTENCE_MAX]){0}) + strlen(path));
    return n;
}

#define NODE(text) "{\"nodes\": {\"a\": {\"type\": \"periodic\", " text "}}}"

static void what_is_wrong(void **state)
{
    static const struct {
        const char *text, *told;
    } rows[] = {
        {"{\n \"nodes\": {]", ":2:12: expected '\"' (a key), got ']'"},
        {"[]", ": must be an object"},
        {"{}", "/nodes: must be there"},
        {"{\"nodes\": {}}", ":1:11: /nodes: must have a periodic node, got none"},
        {"{\"nodes\": []}",
         "/nodes: must be an object with a member for each node, got an empty array"},
        {"{\"nodes\": {\"a\": 7}}", ":1:17: /nodes/a: must be an object, got 7"},
        {NODE("\"bus\": \"x\", \"frame\": \"1#\", \"period\": \"1s\""),
         "/nodes/a/bus: must be a bus that is there (can0, body), got \"x\""},
        {NODE("\"messages\": [{\"frame\": \"1#\", \"period\": \"1s\"}]"),
         "/nodes/a/messages/0/frame: must be a frame such as"},
        {NODE("\n\"messages\": [{\"frame\": \"123#\", \"period\": \"1\"}]"),
         ":2:42: /nodes/a/messages/0/period: must be"},
        {NODE("\"messages\": [{\"frame\": \"123#\", \"periods\": \"1s\"}]"), "periods"},
        {NODE("\"messages\": [{\"frame\": \"123#\", \"period\": \"1s\", \"counter\": 0}]"),
         "must have its counters within the data"},
        {NODE("\"messages\": [{\"frame\": \"123#\", \"period\": \"1s\", \"jitter\": \"1ms\"}]"),
         "/nodes/a/messages/0/jitter: must not be here"},
        {NODE("\"messages\": [{\"frame\": \"123#\", \"period\": \"1s\", \"count\": 2}]"),
         "/nodes/a/messages/0/count: must be 1 here"},
        {NODE("\"messages\": [{\"frame\": [\"123#\", \"124#\"], \"period\": \"1s\"}]"),
         "/nodes/a/messages/0/frame: must be one frame here"},
        {NODE("\"messages\": [{\"frame\": \"123#00\", \"period\": \"1s\", \"checksum\": "
              "{\"kind\": \"xor\", \"byte\": 0}}]"),
         "checksum"},
        {NODE("\"messages\": [{\"frame\": \"123#00\", \"period\": \"5s\", \"burst\": {\"frames\": "
              "2000}}]"),
         "a burst must have 1..1000 frames"},
        {NODE("\"messages\": {}"), "/nodes/a/messages: must be an array"},
        {"{\"nodes\": {\"a\": {}, \"a\": {}}}", "must be there once"},
    };
    struct cs_send_item items[CS_SENDERS];
    char told[CS_ERROR_SENTENCE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_text(rows[i].text, items, told), -1);
        if (!strstr(told, rows[i].told))
            fail_msg("%s\ntold %s\nnot  %s", rows[i].text, told, rows[i].told);
    }
}

/* A whole scenario: constants, nodes of other types, a node that is a message itself. */
static void scenarios_are_read(void **state)
{
    static const char text[] =
        "{\"constants\": {\"id\": \"321\"}, \"buses\": {\"can0\": \"500k\"}, \"nodes\": {\n"
        "\"l\": {}, \"r\": {\"type\": \"random\", \"rate\": 10},\n"
        "\"p\": {\"type\": \"periodic\", \"frame\": \"${id}#11\", \"period\": \"1s\",\n"
        " \"messages\": [{\"frame\": \"124#\", \"period\": \"2s\", \"comment\": \"two\"}]}}}";
    struct cs_send_item items[CS_SENDERS];
    char told[CS_ERROR_SENTENCE_MAX] = "";

    (void)state;
    if (read_text(text, items, told) != 2)
        fail_msg("%s", told);
    assert_string_equal(items[0].name, "p");
    assert_int_equal(items[0].send.frame.id, 0x321);
    assert_string_equal(items[1].name, "two");
    assert_true(items[1].on);
}

static void too_many(void **state)
{
    struct cs_send_item items[CS_SENDERS];
    char told[CS_ERROR_SENTENCE_MAX] = "", text[8192];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "{\"nodes\": {\"a\": {\"type\": \"periodic\", \"messages\": [");

    (void)state;
    for (int i = 0; i <= CS_SENDERS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%s{\"frame\": \"123#\", \"period\": \"1s\"}", i ? "," : "");
    snprintf(text + n, sizeof text - n, "]}}}");
    assert_int_equal(read_text(text, items, told), -1);
    assert_non_null(strstr(told, "/nodes/a/messages/64: must be at most 64 frames in all"));
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/frames.json", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(where_it_cannot_be_written),
        cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(scenarios_are_read),
        cmocka_unit_test(too_many),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
