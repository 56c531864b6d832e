/* SPDX-License-Identifier: MIT */
/* SDO as vendors do it, and conversations of which a log has only a part: what is usable is used,
 * what is wrong is said once. */
#include "tests/unit/test_sdo_watch.h"

struct step {
    const char *frame;
    const char *said; /* "severity summary <link n>"; NULL: not looked at */
};

static const char *said(const struct talk *t)
{
    static char text[1000];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s %s", cs_severity_name(t->tree.severity),
                                t->tree.summary);

    for (unsigned i = 0; i < t->tree.n_links; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " <%s %u>",
                              cs_link_name(t->tree.links[i].kind),
                              (unsigned)t->tree.links[i].number);
    return text;
}

static void steps(struct talk *t, const struct step *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        say(t, rows[i].frame);
        if (rows[i].said == NULL)
            continue;
        assert_string_equal(said(t), rows[i].said);
    }
}

#define STEPS(t, rows) steps(t, rows, sizeof(rows) / sizeof((rows)[0]))

static void value_is(const struct talk *t, const void *value, size_t len)
{
    assert_int_equal(t->told.outcome, CO_SDO_DONE);
    assert_non_null(t->told.value);
    assert_int_equal(t->told.value_len, len);
    assert_int_equal(t->told.kept_len, len);
    assert_memory_equal(t->told.value, value, len);
}

/* Bytes that mean nothing are not looked at. */
static void garbage_in_spare_bytes(void **state)
{
    static const struct step read[] = {
        {"> 40 17 10 00 AA BB CC DD", "info to node 5 read 1017:00 Producer heartbeat time"},
        {"< 4B 17 10 00 E8 03 AA BB",
         "info node 5 read 1017:00 Producer heartbeat time = 1000 <answers 1>"},
    };
    static const struct step segments[] = {
        {"> 40 08 10 00 11 22 33 44", NULL},
        {"< 41 08 10 00 09 00 00 00", NULL},
        {"> 60 FF FF FF FF FF FF FF", NULL},
        {"< 00 41 42 43 44 45 46 47", NULL},
        {"> 70 FF FF FF FF FF FF FF", NULL},
        {"< 1B 48 49 FF FF FF FF FF",
         "info node 5 read 1008:00 Manufacturer device name = \"ABCDEFGHI\" <answers 7>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, read);
    value_is(&t, "\xE8\x03", 2);
    STEPS(&t, segments);
    value_is(&t, "ABCDEFGHI", 9);
    assert_int_equal(t.problems, 0);
    stop(&t);
}

/* Frames of fewer than 8 bytes are against the standard; where nothing is missing they are used. */
static void short_frames(void **state)
{
    static const struct step rows[] = {
        {"> 40 17 10 00.",
         "warning to node 5 read 1017:00 Producer heartbeat time; an SDO has 8 bytes"},
        {"< 4B 17 10 00 E8 03.", "warning node 5 read 1017:00 Producer heartbeat time = 1000; an "
                                 "SDO has 8 bytes <answers 1>"},
    };
    static const struct step segments[] = {
        {"> 40 08 10 00", NULL},
        {"< 41 08 10 00 04 00 00 00", NULL},
        {"> 60.", "warning to node 5 asks for a segment; an SDO has 8 bytes <continues 3>"},
        {"< 07 41 42 43 44.", "warning node 5 read 1008:00 Manufacturer device name = \"ABCD\"; an "
                              "SDO has 8 bytes <answers 5>"},
    };
    static const struct step cut[] = {
        {"> 40 17 10 00", NULL},
        {"< 4B 17 10 00 E8.",
         "error node 5 read 1017:00 Producer heartbeat time = E8; an SDO has 8 bytes; it is too "
         "short for its data; the value has another length than its type <answers 7>"},
        {"> 40 17.",
         "error to node 5 read 0017:00; an SDO has 8 bytes; it is too short for an object"},
        {"< 80 17 10 00 02.", "error node 5 aborts 0017:00: 0000 0002h (not defined); an SDO has 8 "
                              "bytes; it is too short for an abort code <answers 9>"},
        {"< .", "error node 5 it is empty"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "\xE8\x03", 2);
    STEPS(&t, segments);
    value_is(&t, "ABCD", 4);
    assert_int_equal(t.problems, 0);
    STEPS(&t, cut);
    stop(&t);
}

/* e=1 s=0: how long the value is follows from its type; 1017h is an UNSIGNED16. */
static void expedited_without_size(void **state)
{
    static const struct step rows[] = {
        {"> 40 17 10 00", NULL},
        {"< 42 17 10 00 E8 03 55 66",
         "info node 5 read 1017:00 Producer heartbeat time = 1000 <answers 1>"},
    };
    static const struct step unknown[] = {
        {"> 22 45 23 00 01 02 03 04", "info to node 5 write 2345:00 = 0x04030201"},
        {"< 60 45 23 00", NULL},
    };
    static const struct step longer[] = {
        {"> 40 17 10 00", NULL},
        {"< 43 17 10 00 E8 03 00 00", "warning node 5 read 1017:00 Producer heartbeat time = 1000; "
                                      "the value is longer than its type <answers 5>"},
        {"> 40 17 10 00", NULL},
        {"< 43 17 10 00 E8 03 00 01",
         "error node 5 read 1017:00 Producer heartbeat time = E8 03 00 01; the value has another "
         "length than its type <answers 7>"},
        {"> 40 41 60 00", NULL},
        {"< 4F 41 60 00 37", "info node 5 read 6041:00 Statusword = 0x37 <answers 9>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "\xE8\x03", 2);
    STEPS(&t, unknown);
    value_is(&t, "\1\2\3\4", 4);
    STEPS(&t, longer);
    stop(&t);
}

static void empty_value(void **state)
{
    static const struct step rows[] = {
        {"> 40 08 10 00", NULL},
        {"< 41 08 10 00", NULL},
        {"> 60", NULL},
        {"< 0F", "info node 5 read 1008:00 Manufacturer device name = \"\" <answers 3>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "", 0);
    stop(&t);
}

/* What a client says again counts once. */
static void asked_again(void **state)
{
    static const struct step read[] = {
        {"> 40 17 10 00", NULL},
        {"> 40 17 10 00", "warning to node 5 read 1017:00 Producer heartbeat time; asks again "
                          "before the answer <retransmits 1>"},
        {"< 4B 17 10 00 E8 03",
         "info node 5 read 1017:00 Producer heartbeat time = 1000 <answers 2>"},
    };
    static const struct step segments[] = {
        {"> 21 45 23 01 09", NULL},
        {"< 60 45 23 01", NULL},
        {"> 00 01 02 03 04 05 06 07", NULL},
        {"> 00 01 02 03 04 05 06 07", "warning to node 5 segment, 7 bytes; comes again before the "
                                      "answer <continues 4> <retransmits 6>"},
        {"< 20", NULL},
        {"> 1B 08 09", NULL},
        {"< 30", "info node 5 write 2345:01 = 01 02 03 04 05 06 07 08 09 <answers 9>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, read);
    value_is(&t, "\xE8\x03", 2);
    STEPS(&t, segments);
    value_is(&t, "\1\2\3\4\5\6\7\x8\x9", 9);
    stop(&t);
}

/* An answer that comes too late is not taken for the one to the present request. */
static void late_answer(void **state)
{
    static const struct step first[] = {
        {"> 40 18 10 01", NULL},
        {"> 40 18 10 02",
         "error to node 5 read 1018:02 Product code; the transfer before was not completed"},
        {"< 43 18 10 01 11",
         "error node 5 answers about 1018:01 Vendor-ID; names another object than the request"}};
    static const struct step then[] = {
        {"< 43 18 10 02 22", "info node 5 read 1018:02 Product code = 0x00000022 <answers 2>"}};
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, first);
    assert_int_equal(t.told.outcome, CO_SDO_GOES_ON);
    STEPS(&t, then);
    value_is(&t, "\x22\0\0\0", 4);
    assert_int_equal(t.told.sub, 2);
    stop(&t);
}

/* A log that begins in the midst of something; nothing of that is an error. */
static void begun_before(void **state)
{
    static const char *const rows[][4] = {
        {"< 60 17 10 00"},
        {"> 60", "< 00 01 02 03", "> 70", "< 1D 04 05"},
        {"> 00 01 02 03", "< 20", "> 11 01 02 03", "< 30"},
        {"< A4 45 23 01 7F"},
        {"< C6 45 23 01 7F", "> A3", "< 01 01 02 03"},
        {"> 05 01 02 03", "> 06 04 05 06", "< A2 06 10", "> 01 01 02"},
        {"< 05 01 02 03", "< 06 04 05 06", "> A2 06 10", "< 01 01 02"},
        {"> C1 12 34", "< A1"},
        {"< C1 12 34", "> A1"},
    };
    static const struct step expedited[] = {
        {"< 43 18 10 01 9A 02", "info node 5 read 1018:01 Vendor-ID = 0x0000029A"}};
    static const struct step segments[] = {
        {"< 41 08 10 00 03", "info node 5 read 1008:00 Manufacturer device name, 3 bytes follow"},
        {"> 60", NULL},
        {"< 09 41 42 43",
         "info node 5 read 1008:00 Manufacturer device name = \"ABC\" <answers 2>"}};
    struct talk t;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(&t);
        for (unsigned k = 0; k < 4 && rows[i][k] != NULL; k++) {
            say(&t, rows[i][k]);
            if (t.problems != 0)
                fail_msg("row %zu: %s", i, said(&t));
            assert_int_equal(t.told.outcome, CO_SDO_GOES_ON);
            assert_int_equal(t.told.first_frame, 0);
            assert_int_equal(t.tree.n_links, 0);
        }
        stop(&t);
    }
    start(&t);
    STEPS(&t, expedited);
    value_is(&t, "\x9A\x02\0\0", 4);
    assert_int_equal(t.told.first_frame, 0);
    stop(&t);
    start(&t);
    STEPS(&t, segments);
    value_is(&t, "ABC", 3);
    stop(&t);
}

/* The same frames where the transfers before were seen: somebody speaks out of turn. */
static void strays(void **state)
{
    static const char *const rows[] = {"< 43 18 10 01 9A",
                                       "< 60 17 10 00",
                                       "> 60",
                                       "< 00 01 02 03",
                                       "> 00 01 02 03",
                                       "< 20",
                                       "< A4 45 23 01 7F",
                                       "< C6 45 23 01",
                                       "> A3",
                                       "> A2 01 01",
                                       "< A2 01 01",
                                       "> C1",
                                       "< C1",
                                       "> A1",
                                       "< A1"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct talk t;
        start(&t);
        say(&t, "> 40 18 10 01");
        say(&t, "< 43 18 10 01 07");
        assert_int_equal(t.problems, 0);
        say(&t, rows[i]);
        if (t.problems != 1 || t.told.outcome != CO_SDO_BROKEN)
            fail_msg("%s: %s", rows[i], said(&t));
        assert_int_equal(t.told.first_frame, 0);
        stop(&t);
    }
}

/* Sub-blocks of 3, 2 and 1 segments; the last one ends the value at a sub-block's boundary. What
 * was lost is linked to the frame that carried it before. */
static void block_sizes_change(void **state)
{
    static const struct step rows[] = {
        {"> C2 45 23 01 1C", NULL},
        {"< A0 45 23 01 03", NULL},
        {"> 01 01 02 03 04 05 06 07", "info to node 5 block segment 1 of 3 <continues 1>"},
        {"> 02 08 09 0A 0B 0C 0D 0E", NULL},
        {"> 03 0F 10 11 12 13 14 15", NULL},
        {"< A2 01 02", "note node 5 acknowledges 1 of 3 segments, 2 are sent again <answers 5>"},
        {"> 01 08 09 0A 0B 0C 0D 0E",
         "info to node 5 block segment 1 of 2 <continues 1> <retransmits 4>"},
        {"> 02 0F 10 11 12 13 14 15",
         "info to node 5 block segment 2 of 2 <continues 1> <retransmits 5>"},
        {"< A2 02 01", "info node 5 acknowledges 2 of 2 segments <answers 8>"},
        {"> 81 16 17 18 19 1A 1B 1C", "info to node 5 block segment 1, last of 1 <continues 1>"},
        {"< A2 01 01", "info node 5 acknowledges 1 of 1 segments <answers 10>"},
        {"> C1", "info to node 5 end of block transfer, 28 bytes <continues 1>"},
        {"< A1", "info node 5 block write 2345:01 = 28 bytes <answers 12>"},
    };
    struct talk t;
    uint8_t value[28];

    (void)state;
    for (unsigned i = 0; i < sizeof(value); i++)
        value[i] = (uint8_t)(i + 1);
    start(&t);
    STEPS(&t, rows);
    value_is(&t, value, sizeof(value));
    assert_int_equal(t.told.first_frame, 1);
    stop(&t);
}

static void upload_of_single_segments(void **state)
{
    static const struct step rows[] = {
        {"> A0 45 23 01 01", NULL},
        {"< C2 45 23 01 0A", NULL},
        {"> A3", NULL},
        {"< 01 01 02 03 04 05 06 07", "info node 5 block segment 1 of 1 <continues 1>"},
        {"> A2 00 01", "note to node 5 acknowledges 0 of 1 segments, 1 are sent again <answers 4>"},
        {"< 01 01 02 03 04 05 06 07",
         "info node 5 block segment 1 of 1 <continues 1> <retransmits 4>"},
        {"> A2 01 01", NULL},
        {"< 81 08 09 0A", NULL},
        {"> A2 00 01", "note to node 5 acknowledges 0 of 1 segments, 1 are sent again <answers 8>"},
        {"< 81 08 09 0A", "info node 5 block segment 1, last of 1 <continues 1> <retransmits 8>"},
        {"> A2 01 01", NULL},
        {"< D1", NULL},
        {"> A1", "info to node 5 block read 2345:01 = 01 02 03 04 05 06 07 08 09 0A <answers 12>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "\1\2\3\4\5\6\7\x8\x9\xA", 10);
    assert_int_equal(t.problems, 0);
    stop(&t);
}

/* Segments that the log does not have, though the other side had them: the value is not made up,
 * its CRC not called wrong, its length right. */
static void unseen_segments(void **state)
{
    static const struct step middle[] = {
        {"> C6 45 23 01 1C", NULL},
        {"< A4 45 23 01 02", NULL},
        {"> 02 08", "error to node 5 block segment 2 of 2; segments before this one were not seen "
                    "<continues 1>"},
        {"< A2 02 02", NULL},
        {"> 01 01", NULL},
        {"> 82 02", NULL},
        {"< A2 01 02", "note node 5 acknowledges 1 of 2 segments, 1 are sent again <answers 6>"},
        {"> 81 02", "info to node 5 block segment 1, last of 2 <continues 1> <retransmits 6>"},
        {"< A2 01 02", NULL},
        {"> C1 12 34", "info to node 5 end of block transfer, 28 bytes <continues 1>"},
        {"< A1", "error node 5 block write 2345:01; parts of the value were not seen <answers 10>"},
    };
    static const struct step last[] = {
        {"> C6 45 23 01 0E", NULL},
        {"< A4 45 23 01 02", NULL},
        {"> 01 01", NULL},
        {"< A2 02 02", "error node 5 acknowledges 2 of 1 segments; acknowledges segments that were "
                       "not seen <answers 14>"},
        {"> C1 12 34", "error to node 5 end of block transfer, 14 bytes; the last segment was not "
                       "seen <continues 12>"},
        {"< A1", NULL},
    };
    static const struct step acknowledgement[] = {
        {"> C2 45 23 01 07", NULL},
        {"< A0 45 23 01 02", NULL},
        {"> 81 01", NULL},
        {"> C1", "error to node 5 end of block transfer, 7 bytes; comes before the sub-block was "
                 "acknowledged <continues 18>"},
        {"< A1", NULL},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, middle);
    assert_int_equal(t.told.outcome, CO_SDO_DONE);
    assert_null(t.told.value);
    assert_int_equal(t.told.value_len, 28);
    STEPS(&t, last);
    assert_int_equal(t.told.outcome, CO_SDO_DONE);
    assert_null(t.told.value);
    assert_int_equal(t.told.value_len, 14);
    STEPS(&t, acknowledgement);
    value_is(&t, "\1\0\0\0\0\0\0", 7);
    stop(&t);
}

/* A client that gives up between segments without a word. 40h could be segment 64, but is not. */
static void request_amid_segments(void **state)
{
    static const struct step rows[] = {
        {"> C2 45 23 01 FF", NULL},
        {"< A0 45 23 01 7F", NULL},
        {"> 01 01 02 03 04 05 06 07", NULL},
        {"> 40 18 10 01",
         "error to node 5 read 1018:01 Vendor-ID; the transfer before was not completed"},
        {"< 43 18 10 01 9A 02", "info node 5 read 1018:01 Vendor-ID = 0x0000029A <answers 4>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "\x9A\x02\0\0", 4);
    stop(&t);
}

/* A server that answers a request for a block upload without blocks (CiA 301, 7.2.4.3.14). */
static void protocol_switch(void **state)
{
    static const struct step rows[] = {
        {"> A4 08 10 00 7F 20", NULL},
        {"< 41 08 10 00 03",
         "info node 5 read 1008:00 Manufacturer device name, 3 bytes follow <answers 1>"},
        {"> 60", NULL},
        {"< 09 41 42 43",
         "info node 5 read 1008:00 Manufacturer device name = \"ABC\" <answers 3>"},
    };
    struct talk t;

    (void)state;
    start(&t);
    STEPS(&t, rows);
    value_is(&t, "ABC", 3);
    assert_int_equal(t.problems, 0);
    stop(&t);
}

/* Either side may abort at any time, 80h being no segment's number. */
static void aborts_amid_blocks(void **state)
{
    static const char *const before[][5] = {
        {"> C2 45 23 01 FF"},
        {"> C2 45 23 01 FF", "< A0 45 23 01 7F", "> 01 01"},
        {"> C2 45 23 01 FF", "< A0 45 23 01 01", "> 81 01", "< A2 01 01"},
        {"> A0 45 23 01 7F", "< C2 45 23 01 FF"},
        {"> A0 45 23 01 7F", "< C2 45 23 01 FF", "> A3", "< 01 01"},
        {"> A0 45 23 01 01", "< C2 45 23 01 07", "> A3", "< 81 01", "> A2 01 01"},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(before) / sizeof(before[0]); i++) {
        bool by_client = i % 2 == 0;
        struct talk t;
        start(&t);
        for (unsigned k = 0; k < 5 && before[i / 2][k] != NULL; k++)
            say(&t, before[i / 2][k]);
        say(&t, by_client ? "> 80 45 23 01 00 00 04 05" : "< 80 45 23 01 00 00 04 05");
        assert_int_equal(t.problems, 0);
        assert_int_equal(t.told.outcome, CO_SDO_ABORTED);
        assert_int_equal(t.told.abort_code, 0x05040000);
        assert_int_equal(t.told.by_client, by_client);
        assert_int_equal(t.told.first_frame, 1);
        say(&t, "> 40 18 10 01");
        say(&t, "< 43 18 10 01 07");
        assert_int_equal(t.told.outcome, CO_SDO_DONE);
        assert_int_equal(t.problems, 0);
        stop(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(garbage_in_spare_bytes),
        cmocka_unit_test(short_frames),
        cmocka_unit_test(expedited_without_size),
        cmocka_unit_test(empty_value),
        cmocka_unit_test(asked_again),
        cmocka_unit_test(late_answer),
        cmocka_unit_test(begun_before),
        cmocka_unit_test(strays),
        cmocka_unit_test(block_sizes_change),
        cmocka_unit_test(upload_of_single_segments),
        cmocka_unit_test(unseen_segments),
        cmocka_unit_test(request_amid_segments),
        cmocka_unit_test(protocol_switch),
        cmocka_unit_test(aborts_amid_blocks),
    };
    return cmocka_run_group_tests_name("sdo_watch_odd", tests, NULL, NULL);
}
