/* SPDX-License-Identifier: MIT */
/* SDO conversations seen from outside: values come out whole, what is wrong is said. */
#include "tests/unit/test_sdo_watch.h"

static void expect_done(struct talk *t, const char *summary, const void *value, size_t len)
{
    assert_int_equal(t->told.outcome, CO_SDO_DONE);
    assert_int_equal(t->told.value_len, len);
    assert_memory_equal(t->told.value, value, len);
    assert_string_equal(t->tree.summary, summary);
    assert_int_equal(t->problems, 0);
}

static void expedited(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    say(&t, "> 40 18 10 01");
    assert_string_equal(t.tree.summary, "to node 5 read 1018:01 Vendor-ID");
    assert_int_equal(t.told.outcome, CO_SDO_GOES_ON);
    say(&t, "< 43 18 10 01 9A 02 00 00");
    expect_done(&t, "node 5 read 1018:01 Vendor-ID = 0x0000029A", "\x9A\x02\0\0", 4);
    assert_true(t.told.upload);
    assert_int_equal(t.tree.n_links, 1);
    assert_int_equal(t.tree.links[0].kind, CANSIM_LINK_ANSWERS);
    assert_int_equal(t.tree.links[0].number, 1);
    assert_string_equal(t.tree.events[0].name, "canopen.sdo.read");
    assert_int_equal(t.tree.events[0].value, 0x101801);
    assert_int_equal(cs_tree_find(&t.tree, "value")->value.u, 0x29A);
    say(&t, "> 2B 17 10 00 E8 03");
    assert_string_equal(t.tree.summary, "to node 5 write 1017:00 Producer heartbeat time = 1000");
    say(&t, "< 60 17 10 00");
    expect_done(&t, "node 5 write 1017:00 Producer heartbeat time confirmed", "\xE8\x03", 2);
    assert_false(t.told.upload);
    stop(&t);
}

static void segmented(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    say(&t, "> 40 08 10 00");
    say(&t, "< 41 08 10 00 0A 00 00 00");
    say(&t, "> 60");
    say(&t, "< 00 41 42 43 44 45 46 47");
    say(&t, "> 70");
    say(&t, "< 19 48 49 4A");
    expect_done(&t, "node 5 read 1008:00 Manufacturer device name = \"ABCDEFGHIJ\"", "ABCDEFGHIJ",
                10);
    assert_int_equal(t.told.first_frame, 1);
    say(&t, "> 21 34 23 01 09 00 00 00");
    say(&t, "< 60 34 23 01");
    say(&t, "> 00 01 02 03 04 05 06 07");
    say(&t, "< 20");
    say(&t, "> 1B 08 09");
    say(&t, "< 30");
    expect_done(&t, "node 5 write 2334:01 = 01 02 03 04 05 06 07 08 09", "\1\2\3\4\5\6\7\x8\x9", 9);
    stop(&t);
}

static void toggle_bit(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    say(&t, "> 40 08 10 00");
    say(&t, "< 41 08 10 00 0E 00 00 00");
    say(&t, "> 60");
    say(&t, "< 10 41 42 43 44 45 46 47");
    assert_int_equal(t.tree.severity, CANSIM_ERROR);
    assert_non_null(strstr(t.tree.summary, "toggle bit did not alternate"));
    assert_string_equal(t.tree.events[0].name, "canopen.sdo.toggle");
    say(&t, "< 80 08 10 00 00 00 03 05");
    assert_int_equal(t.told.outcome, CO_SDO_ABORTED);
    assert_int_equal(t.told.abort_code, 0x05030000);
    assert_string_equal(t.tree.summary, "node 5 aborts 1008:00 Manufacturer device name: "
                                        "0503 0000h toggle bit not alternated");
    assert_int_equal(t.tree.severity, CANSIM_WARNING);
    stop(&t);
}

/* A value of n bytes as a block, in sub-blocks of `size`; the receiver acknowledges only `lose`
 * less of the first one. */
static void block(bool upload, size_t n, unsigned size, unsigned lose, bool bad_crc)
{
    struct talk t;
    uint8_t value[2000], bytes[8];
    size_t at = 0;
    bool first = true;

    start(&t);
    for (size_t i = 0; i < n; i++)
        value[i] = (uint8_t)(i * 7 + 1);
    bytes[0] = upload ? 0xA4 : 0xC6;
    co_put_le(bytes + 1, 3, 0x012345);
    co_put_le(bytes + 4, 4, upload ? size : n);
    say_bytes(&t, false, bytes, 8);
    bytes[0] = upload ? 0xC6 : 0xA4;
    co_put_le(bytes + 4, 4, upload ? n : size);
    say_bytes(&t, true, bytes, 8);
    assert_true(t.told.block);
    if (upload)
        say(&t, "> A3");
    while (at < n) {
        unsigned seq = 0;
        size_t p = at;
        while (seq < size && p < n) {
            memset(bytes, 0, sizeof(bytes));
            memcpy(bytes + 1, value + p, n - p < 7 ? n - p : 7);
            p += n - p < 7 ? n - p : 7;
            bytes[0] = (uint8_t)(++seq | (p == n ? 0x80 : 0));
            say_bytes(&t, upload, bytes, 8);
        }
        unsigned ack = first && seq > lose ? seq - lose : seq;
        bool all = ack == seq;
        memset(bytes, 0, sizeof(bytes));
        bytes[0] = 0xA2;
        bytes[1] = (uint8_t)ack;
        bytes[2] = (uint8_t)size;
        say_bytes(&t, !upload, bytes, 8);
        at = all ? p : at + 7 * ack;
        first = false;
    }
    memset(bytes, 0, sizeof(bytes));
    bytes[0] = (uint8_t)(0xC1 | ((7 - n % 7) % 7) << 2);
    co_put_le(bytes + 1, 2, co_sdo_crc(0, value, n) ^ (bad_crc ? 1u : 0u));
    say_bytes(&t, upload, bytes, 8);
    assert_int_equal(t.problems, bad_crc);
    say(&t, upload ? "> A1" : "< A1");
    assert_int_equal(t.told.outcome, CO_SDO_DONE);
    assert_int_equal(t.told.value_len, n);
    assert_memory_equal(t.told.value, value, n);
    assert_int_equal(t.told.upload, upload);
    stop(&t);
}

static void blocks(void **state)
{
    static const size_t lengths[] = {1, 6, 7, 8, 14, 49, 50, 889, 890, 1999};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (unsigned size = 1; size <= 127; size += 21) {
            for (unsigned lose = 0; lose <= (size > 3 ? 3 : size - 1); lose++) {
                block(true, lengths[i], size, lose, false);
                block(false, lengths[i], size, lose, false);
            }
        }
    }
    block(true, 100, 10, 0, true);
    block(false, 100, 10, 2, true);
}

static void crc_of_the_standard(void **state)
{
    (void)state;
    /* CiA 301, 7.2.4.3.16: "123456789" gives 31C3h. */
    assert_int_equal(co_sdo_crc(0, (const uint8_t *)"123456789", 9), 0x31C3);
}

/* Frames that make no sense are told and leave a state in which the next request is understood. */
static void out_of_turn(void **state)
{
    static const char *const rows[][5] = {
        {"> 40 18 10 01", "< 43 18 10 01 01", "< 43 18 10 01 01", NULL},
        {"> 40 18 10 01", "< 60 18 10 01", NULL},
        {"> 40 18 10 01", "< 43 18 10 02 01", NULL},
        {"> 23 17 10 00 01", "> 40 18 10 01", NULL},
        {"> E0", NULL},
        {"< E0", NULL},
        {"> C6 45 23 01 10", "< A4 45 23 01 80", NULL},
        {"> C6 45 23 01 10", "< A4 45 23 01 04", "> 05 01 02 03", NULL},
        {"> C6 45 23 01 10", "< A4 45 23 01 04", "< A2 03 04", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct talk t;
        start(&t);
        for (unsigned k = 0; k < 5 && rows[i][k] != NULL; k++)
            say(&t, rows[i][k]);
        if (t.problems == 0 || t.events == 0)
            fail_msg("row %zu: \"%s\"", i, t.tree.summary);
        /* The server gives up what it is at; then all is as at the start. */
        say(&t, "< 80 00 00 00");
        t.problems = 0;
        say(&t, "> 40 18 10 01");
        say(&t, "< 43 18 10 01 07");
        assert_int_equal(t.told.outcome, CO_SDO_DONE);
        assert_int_equal(t.problems, 0);
        stop(&t);
    }
}

static void any_bytes(void **state)
{
    struct talk t;
    uint32_t random = 12345;

    (void)state;
    start(&t);
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t bytes[8];
        for (unsigned k = 0; k < 8; k++) {
            random = random * 1664525 + 1013904223;
            bytes[k] = (uint8_t)(random >> 24);
        }
        say_bytes(&t, (random >> 13 & 1) != 0, bytes, (random >> 14 & 15) == 0 ? bytes[0] & 7 : 8);
        assert_int_equal(t.tree.depth, 0);
    }
    stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expedited),           cmocka_unit_test(segmented),
        cmocka_unit_test(toggle_bit),          cmocka_unit_test(blocks),
        cmocka_unit_test(crc_of_the_standard), cmocka_unit_test(out_of_turn),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests_name("sdo_watch", tests, NULL, NULL);
}
