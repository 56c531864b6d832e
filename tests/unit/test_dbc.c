/* SPDX-License-Identifier: MIT */
/* DBC files as a decoder: what it says of a frame, and what is wrong with a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugins/dbc/dbc.h"
#include "plugins/plugins.h"
#include "plugins/tree.h"

static const char drive[] =
    "VERSION \"\"\n\nNS_ :\n\tNS_DESC_\n\tCM_\n\tVAL_\n\tBO_\n\nBS_:\nBU_: engine gearbox\n"
    "VAL_TABLE_ OnOff 0 \"off\" 1 \"on\" ;\n"
    "BO_ 201 Engine: 8 engine\n"
    " SG_ Speed : 0|16@1+ (0.25,0) [0|8000] \"rpm\" gearbox\n"
    " SG_ Torque : 23|12@0- (0.5,0) [-1000|1000] \"Nm\" gearbox\n"
    " SG_ Coolant : 32|8@1+ (1,-40) [-40|215] \"\xb0"
    "C\" gearbox\n"
    " SG_ Gear : 40|3@1+ (1,0) [0|7] \"\" gearbox\n\n"
    "BO_ 2566844672 Truck: 8 Vector__XXX\n"
    " SG_ Kind M : 0|8@1+ (1,0) [0|0] \"\" Vector__XXX\n"
    " SG_ Level m0 : 8|8@1- (1,0) [0|0] \"%\" Vector__XXX\n"
    " SG_ Flow m1 : 8|32@1- (1,0) [0|0] \"l/h\" Vector__XXX\n"
    " SG_ Sub m2M : 8|8@1+ (1,0) [0|0] \"\" Vector__XXX\n"
    " SG_ Deep m5 : 16|8@1+ (1,0) [0|0] \"\" Vector__XXX\n"
    "BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX\n"
    " SG_ Lost : 0|8@1+ (1,0) [0|0] \"\" Vector__XXX\n"
    "CM_ BO_ 201 \"several\nBO_ 7 lines \\\" of it\";\n"
    "VAL_ Variable 0 \"of the environment\" ;\n"
    "VAL_ 201 Gear 0 \"park\" 3 \"third, \\\"sport\\\"\" ;\n"
    "SIG_VALTYPE_ 2566844672 Flow : 1;\n"
    "SG_MUL_VAL_ 2566844672 Deep Sub 5-5, 7-9;\n";

static const struct {
    const char *said; /* "-": none of it */
    uint32_t id;
    unsigned flags, len;
    uint8_t data[8];
} frames[] = {
    {"Engine Speed=1000 rpm, Torque=-1 Nm, Coolant=48 °C, Gear=park",
     201,
     0,
     8,
     {0xa0, 0x0f, 0xff, 0xe0, 88, 0, 0, 0}},
    {"Engine Speed=1000 rpm, Torque=1023.5 Nm, Coolant=-40 °C, Gear=third, \"sport\"",
     201,
     0,
     8,
     {0xa0, 0x0f, 0x7f, 0xf0, 0, 3, 0, 0}},
    {"Engine Speed=0 rpm, 2 of 8 bytes", 201, 0, 2, {0, 0}},
    {"-", 201, CANSIM_FRAME_RTR, 0, {0}},
    {"-", 201, CANSIM_FRAME_EXT, 8, {0}},
    {"-", 7, 0, 8, {0}},
    {"Truck Kind=0, Level=-2 %", 0x18FEF100, CANSIM_FRAME_EXT, 8, {0, 0xfe, 0, 0, 0, 0, 0, 0}},
    {"Truck Kind=1, Flow=1.5 l/h", 0x18FEF100, CANSIM_FRAME_EXT, 8, {1, 0, 0, 0xc0, 0x3f, 0, 0, 0}},
    {"Truck Kind=2, Sub=5, Deep=9", 0x18FEF100, CANSIM_FRAME_EXT, 8, {2, 5, 9, 0, 0, 0, 0, 0}},
    {"Truck Kind=2, Sub=8, Deep=9", 0x18FEF100, CANSIM_FRAME_EXT, 8, {2, 8, 9, 0, 0, 0, 0, 0}},
    {"Truck Kind=2, Sub=6", 0x18FEF100, CANSIM_FRAME_EXT, 8, {2, 6, 9, 0, 0, 0, 0, 0}},
    {"Truck Kind=3", 0x18FEF100, CANSIM_FRAME_EXT, 8, {3}},
};

static const char *file(const char *text)
{
    static char path[64];
    FILE *to;

    snprintf(path, sizeof(path), "/tmp/cansim-test-%d.dbc", (int)getpid());
    to = fopen(path, "w");
    assert_non_null(to);
    fputs(text, to);
    fclose(to);
    return path;
}

static void *open_with(const char *value, const char *bus)
{
    const struct cansim_host host = {.size = sizeof(host), .version = "0", .bus_name = bus};
    const struct cansim_setting setting = {"dbc", value};
    char why[400] = "";
    void *state;

    if (cs_plugin_dbc.decoders[0]->open(&state, &host, &setting, 1, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    return state;
}

static void test_says(void **unused)
{
    const struct cansim_decoder *decoder = cs_plugin_dbc.decoders[0];
    void *state = open_with(file(drive), "can0");
    struct cs_tree tree;
    char said[600];

    (void)unused;
    assert_int_equal(cs_tree_init(&tree, CS_TREE_FIELDS, 1 << 16), 0);
    tree.sink.want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS;
    for (unsigned i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct cansim_frame frame = {.size = sizeof(frame), .id = frames[i].id};
        frame.flags = (uint8_t)frames[i].flags;
        frame.len = (uint8_t)frames[i].len;
        memcpy(frame.data, frames[i].data, sizeof(frames[i].data));
        cs_tree_clear(&tree);
        if (decoder->frame(state, &frame, &tree.sink))
            snprintf(said, sizeof(said), "%s %s", tree.protocol, tree.summary);
        else
            snprintf(said, sizeof(said), "-");
        assert_string_equal(said, frames[i].said);
    }
    cs_tree_fini(&tree);
    decoder->close(state);
}

static void test_fields(void **unused)
{
    const struct cansim_decoder *decoder = cs_plugin_dbc.decoders[0];
    void *state = open_with(file(drive), "can0");
    struct cansim_frame frame = {
        .size = sizeof(frame), .id = 201, .len = 8, .data = {4, 0, 0, 0x20}};
    struct cs_tree tree;

    (void)unused;
    assert_int_equal(cs_tree_init(&tree, CS_TREE_FIELDS, 1 << 16), 0);
    tree.sink.want = CANSIM_WANT_FIELDS;
    cs_tree_clear(&tree);
    assert_int_equal(decoder->frame(state, &frame, &tree.sink), 1);
    const struct cansim_field *torque = cs_tree_find(&tree, "torque");
    assert_non_null(torque);
    assert_int_equal(torque->kind, CANSIM_REAL);
    assert_true(torque->value.real > 0.99 && torque->value.real < 1.01);
    assert_int_equal(torque->first_bit, 16); /* of all bytes in which it lies */
    assert_int_equal(torque->n_bits, 16);
    const struct cansim_field *gear = cs_tree_find(&tree, "gear");
    assert_non_null(gear);
    assert_int_equal(gear->kind, CANSIM_UINT);
    assert_string_equal(gear->text, "park");
    assert_string_equal(tree.events[0].name, "dbc.engine");
    cs_tree_fini(&tree);
    decoder->close(state);
}

/* "can1:FILE" is of that bus alone. */
static void test_one_bus(void **unused)
{
    const struct cansim_decoder *decoder = cs_plugin_dbc.decoders[0];
    const struct cansim_frame frame = {.size = sizeof(frame), .id = 201, .len = 8};
    static const char *const buses[] = {"can0", "can1", ""};
    char value[128];

    (void)unused;
    snprintf(value, sizeof(value), "can1:%s", file(drive));
    for (unsigned i = 0; i < 3; i++) {
        void *state = open_with(value, buses[i]);
        assert_int_equal(decoder->frame(state, &frame, NULL), i > 0);
        decoder->close(state);
    }
}

static void test_two_files(void **unused)
{
    static const char more[] = "BO_ 201 Other: 8 x\n SG_ No : 0|8@1+ (1,0) [0|0] \"\" x\n"
                               "BO_ 202 More: 8 x\n SG_ Yes : 0|8@1+ (1,0) [0|0] \"\" x\n"
                               "VAL_ 201 Speed 0 \"never\" ;\n";
    struct dbc dbc = {0};
    char why[200];

    (void)unused;
    assert_int_equal(dbc_parse(&dbc, drive, sizeof(drive) - 1, "a", why, sizeof(why)), 0);
    assert_int_equal(dbc_parse(&dbc, more, sizeof(more) - 1, "b", why, sizeof(why)), 0);
    assert_int_equal(dbc.n, 3);
    assert_string_equal(dbc_find(&dbc, 201, false)->name, "Engine");
    assert_int_equal(dbc_find(&dbc, 201, false)->signals[0].n_words, 0);
    assert_string_equal(dbc_find(&dbc, 202, false)->name, "More");
    dbc_fini(&dbc);
}

static void test_many(void **unused)
{
    static char text[DBC_MESSAGES_MAX * 24];
    struct dbc dbc = {0};
    size_t n = 0;
    char why[200] = "";

    (void)unused;
    for (unsigned i = 0; i < DBC_MESSAGES_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "BO_ %u M: 8 x\n", 0x80000000u + i);
    assert_int_equal(dbc_parse(&dbc, text, n, "many", why, sizeof(why)), 0);
    for (unsigned i = 0; i < dbc.n; i++)
        assert_ptr_equal(dbc_find(&dbc, i, true), &dbc.messages[i]);
    assert_int_equal(dbc.n, DBC_MESSAGES_MAX);
    dbc_fini(&dbc);
}

static void test_wrong(void **unused)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "x: line 1: must have messages (BO_), is it a DBC file?"},
        {"\n\nBO_ 201 Engine 8 engine\n", "x: line 3: must be BO_ NUMBER NAME: LENGTH SENDER"},
        {"BO_ 2048 E: 8 e\n", "x: line 1: E: must be an identifier of 11 bits, or of 29 with bit "
                              "31 set, got 2048"},
        {"BO_ 1 E: 8 e\n SG_ S : 0|65@1+ (1,0) [0|0] \"\" e\n",
         "x: line 2: must be a whole number up to 64, got \"65@1+ (1,0) \""},
        {"BO_ 1 E: 8 e\n SG_ S : 0|8@1 (1,0) [0|0] \"\" e\n",
         "x: line 2: S: must be + or - after the order of bytes"},
        {"BO_ 1 E: 8 e\n SG_ S : 0|8@1+ (1) [0|0] \"\" e\n",
         "x: line 2: S: must be (FACTOR,OFFSET) [LEAST|MOST] \"UNIT\""},
        {"BO_ 1 E: 8 e\n SG_ S q : 0|8@1+ (1,0) [0|0] \"\" e\n",
         "x: line 2: S: must be M, m and a number, or nothing, got \"q\""},
        {"BO_ 1 E: 8 e\n SG_ S : 0|8@1+ (1,0) [0|0] \"", "x: line 2: a text has no end"},
        {"BO_ 1 E: 8 e\nVAL_ 1 S 0 \"a\" b;", "x: line 2: must be a number, got \"b;\""},
    };

    (void)unused;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct dbc dbc = {0};
        char why[200] = "";
        assert_int_equal(
            dbc_parse(&dbc, wrong[i].text, strlen(wrong[i].text), "x", why, sizeof(why)), -1);
        assert_string_equal(why, wrong[i].why);
        dbc_fini(&dbc);
    }
}

static int remove_file(void **unused)
{
    (void)unused;
    unlink(file(""));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says),    cmocka_unit_test(test_fields),
        cmocka_unit_test(test_one_bus), cmocka_unit_test(test_two_files),
        cmocka_unit_test(test_many),    cmocka_unit_test(test_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, remove_file);
}
