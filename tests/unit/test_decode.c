/* SPDX-License-Identifier: MIT */
/* Decoders that follow buses: who gets a frame, what time tells and when, settings, JSON. The
 * decoders are those of tests/plugins/two.c. */
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

#include "plugins/decode.h"

#define MS INT64_C(1000000000)

struct heard {
    struct cs_plugins *plugins;
    struct cs_decode *decode;
    char text[4096]; /* a line for each telling */
    unsigned said;
};

static void on_said(void *ctx, const struct cs_decode_said *said)
{
    struct heard *h = ctx;
    size_t n = strlen(h->text);

    snprintf(h->text + n, sizeof(h->text) - n, "%lld %s %llu %s %s\n",
             (long long)(said->at_ps / MS), said->bus_name,
             said->frame != NULL ? (unsigned long long)said->frame->number : 0,
             said->decoder != NULL ? said->decoder->name : "-", said->tree->summary);
}

static void on_say(void *ctx, const char *decoder, const char *bus_name, int severity,
                   const char *text)
{
    struct heard *h = ctx;

    (void)decoder;
    assert_string_equal(text, "opened");
    assert_int_equal(severity, CANSIM_NOTE);
    assert_string_not_equal(bus_name, "");
    h->said++;
}

static struct cs_plugins *find(void)
{
    char self[PATH_MAX], object[PATH_MAX + 20], why[400];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *files[] = {object};

    assert_true(n > 0);
    self[n] = '\0';
    snprintf(object, sizeof(object), "%s/plugins/two.so", dirname(self));
    struct cs_plugins *plugins = cs_plugins_find(NULL, files, 1, why, sizeof(why));
    assert_non_null(plugins);
    return plugins;
}

static struct cs_decode *make(struct heard *h, const char *const *names, unsigned n_names,
                              const struct cs_decode_setting *settings, unsigned n, char why[400])
{
    h->plugins = find();
    const struct cs_decode_config config = {
        .plugins = h->plugins,
        .names = names,
        .n_names = n_names,
        .settings = settings,
        .n_settings = n,
        .want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS,
        .said = on_said,
        .say = on_say,
        .ctx = h,
    };
    h->decode = cs_decode_create(&config, why, 400);
    return h->decode;
}

static void end(struct heard *h)
{
    cs_decode_destroy(h->decode);
    cs_plugins_free(h->plugins);
}

static const char *const both[] = {"tick", "rest"};

static const char *feed(struct heard *h, const char *bus, int64_t at_ms, uint32_t id)
{
    char why[400];
    struct cansim_frame frame = {.id = id, .start_ps = at_ms * MS, .at_ps = at_ms * MS};
    int number = cs_decode_bus(h->decode, bus, 500000, why, sizeof(why));

    assert_true(number >= 0);
    frame.bus = (uint16_t)number;
    const struct cansim_decoder *taken = cs_decode_frame(h->decode, &frame);
    return taken != NULL ? taken->name : "-";
}

/* The first that takes it is told; the other follows. */
static void order(void **state)
{
    struct heard h = {.said = 0};
    char why[400];
    struct cs_tree tree;

    (void)state;
    assert_non_null(make(&h, both, 2, NULL, 0, why));
    assert_int_equal(h.said, 0);
    assert_string_equal(feed(&h, "a", 1, 1), "tick");
    assert_int_equal(h.said, 2);
    assert_string_equal(feed(&h, "a", 2, 2), "rest");
    assert_string_equal(feed(&h, "b", 3, 2), "rest");
    assert_string_equal(h.text, "1 a 1 tick odd\n2 a 2 rest even\n3 b 3 rest even\n");
    assert_int_equal(cs_tree_init(&tree, 100, 100), 0);
    assert_int_equal(cs_decode_model(h.decode, 0, 0, &tree), -1);
    assert_int_equal(cs_decode_model(h.decode, 0, 1, &tree), 0);
    assert_int_equal(cs_tree_find(&tree, "frames")->value.u, 2);
    assert_int_equal(cs_tree_find(&tree, "unwanted")->value.u, 1);
    cs_tree_fini(&tree);
    end(&h);
}

/* What time tells comes at its time, before a frame at or after it, over all buses in order. */
static void times(void **state)
{
    struct heard h = {.said = 0};
    char why[400];

    (void)state;
    assert_non_null(make(&h, both, 1, NULL, 0, why));
    feed(&h, "a", 5, 1);
    feed(&h, "b", 2, 1); /* goes back: stands still at 5 */
    feed(&h, "b", 6, 1);
    feed(&h, "c", 16, 2);
    assert_string_equal(h.text, "5 a 1 tick odd\n5 b 2 tick odd\n6 b 3 tick odd\n15 a 0 tick a\n"
                                "16 b 0 tick b\n16 c 4 - \n");
    h.text[0] = '\0';
    feed(&h, "a", 20, 3);
    cs_decode_time(h.decode, 29 * MS);
    cs_decode_time(h.decode, 30 * MS);
    cs_decode_time(h.decode, 31 * MS);
    assert_string_equal(h.text, "20 a 5 tick odd\n30 a 0 tick a\n");
    end(&h);
}

/* A decoder that is never content does not hold up the rest. */
static void stuck(void **state)
{
    static const struct cs_decode_setting settings[] = {{NULL, "stuck", "true"}};
    struct heard h = {.said = 0};
    char why[400];

    (void)state;
    assert_non_null(make(&h, both, 1, settings, 1, why));
    feed(&h, "a", 1, 1);
    cs_decode_time(h.decode, 100 * MS);
    assert_string_equal(feed(&h, "a", 101, 1), "tick");
    end(&h);
}

static void settings_reach(void **state)
{
    static const struct cs_decode_setting settings[] = {
        {NULL, "eds", "1"}, {"b", "eds", "2"}, {NULL, "limit", "3ms"}, {NULL, "eds", "3"}};
    struct heard h = {.said = 0};
    char why[400];
    struct cs_tree tree;

    (void)state;
    assert_non_null(make(&h, both, 2, settings, 4, why));
    feed(&h, "a", 1, 1);
    feed(&h, "b", 1, 2);
    cs_decode_time(h.decode, 4 * MS);
    assert_string_equal(h.text, "1 a 1 tick odd\n1 b 2 rest even\n4 a 0 tick a\n");
    assert_int_equal(cs_tree_init(&tree, 100, 100), 0);
    for (unsigned bus = 0; bus < 2; bus++) {
        assert_int_equal(cs_decode_model(h.decode, bus, 1, &tree), 0);
        assert_int_equal(cs_tree_find(&tree, "eds")->value.u, 2 + bus);
    }
    cs_tree_fini(&tree);
    end(&h);
}

static void refused(void **state)
{
    static const struct {
        struct cs_decode_setting setting;
        const char *as, *why;
    } rows[] = {
        {{NULL, "eds", "bad"}, "tick", "tick: eds: is bad"},
        {{"b", "eds", "bad"}, "rest", "rest: eds/0: is bad"},
        {{NULL, "limt", "1"}, "tick", "limt: is not known, did you mean \"limit\"?"},
        {{NULL, "limit", "1"}, "rest", "limit: is not known"},
        {{NULL, "limit", "x"}, "tick", "tick: limit: must be a time such as \"10ms\", got \"x\""},
        {{NULL, "eds", "1"}, "tock", "must be a decoder, got \"tock\", did you mean \"tick\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct heard h = {.said = 0};
        char why[400] = "";
        assert_null(make(&h, &rows[i].as, 1, &rows[i].setting, 1, why));
        assert_string_equal(why, rows[i].why);
        end(&h);
    }
    static const char *const twice[] = {"tick", "tick"};
    struct heard h = {.said = 0};
    char why[400] = "";
    assert_null(make(&h, twice, 2, NULL, 0, why));
    assert_string_equal(why, "must be another decoder each time, got \"tick\" twice");
    end(&h);
}

static void too_many_buses(void **state)
{
    struct heard h = {.said = 0};
    char why[400], name[80];

    (void)state;
    assert_non_null(make(&h, both, 2, NULL, 0, why));
    for (int i = 0; i < CS_DECODE_BUSES; i++) {
        snprintf(name, sizeof(name), "bus%d", i);
        assert_int_equal(cs_decode_bus(h.decode, name, 0, why, sizeof(why)), i);
    }
    assert_int_equal(cs_decode_bus(h.decode, "bus7", 0, why, sizeof(why)), 7);
    assert_int_equal(cs_decode_bus(h.decode, "more", 0, why, sizeof(why)), -1);
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(cs_decode_bus(h.decode, name, 0, why, sizeof(why)), -1);
    end(&h);
}

static void json(void **state)
{
    struct cansim_frame frame = {.number = 7, .id = 0x123, .len = 1, .dlc = 1, .data = {0xAB}};
    struct cs_tree tree;
    char text[1000] = "";
    FILE *file = fmemopen(text, sizeof(text), "w");

    (void)state;
    assert_int_equal(cs_tree_init(&tree, 10, 100), 0);
    struct cs_decode_said said = {
        .frame = &frame, .tree = &tree, .bus_name = "c\"n\xFF", .at_ps = 1500 * MS};
    cs_decode_json(&said, 1700000000, file);
    tree.sink.event(&tree.sink, "x", 5, UINT64_MAX);
    tree.sink.link(&tree.sink, CANSIM_LINK_ANSWERS, 3);
    tree.sink.summary(&tree.sink, "P", CANSIM_NOTE, "s");
    const struct cansim_decoder decoder = {.name = "d"};
    said.frame = NULL;
    said.decoder = &decoder;
    cs_decode_json(&said, 0, file);
    fclose(file);
    assert_string_equal(
        text,
        "{\"number\":7,\"time\":\"1700000001.500000000000\",\"bus\":\"c\\\"n\\ufffd\","
        "\"frame\":\"123#AB\",\"decoder\":null,\"protocol\":null,\"severity\":null,"
        "\"summary\":null,\"links\":[],\"events\":[],\"fields\":[]}"
        "{\"number\":null,\"time\":\"1.500000000000\",\"bus\":\"c\\\"n\\ufffd\",\"frame\":null,"
        "\"decoder\":\"d\",\"protocol\":\"P\",\"severity\":\"note\",\"summary\":\"s\","
        "\"links\":[{\"kind\":\"answers\",\"number\":3}],"
        "\"events\":[{\"name\":\"x\",\"subject\":5,\"value\":\"18446744073709551615\"}],"
        "\"fields\":[]}");
    cs_tree_fini(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),   cmocka_unit_test(times),
        cmocka_unit_test(stuck),   cmocka_unit_test(settings_reach),
        cmocka_unit_test(refused), cmocka_unit_test(too_many_buses),
        cmocka_unit_test(json),
    };

    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
