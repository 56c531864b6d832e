/* SPDX-License-Identifier: MIT */
/* The filter language: what passes, what is refused and where, and that no text breaks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/query.h"
#include "simcore/event.h"
#include "simcore/sim.h"

static const uint8_t bytes[] = {0x12, 0x34, 0x05, 0xff};

static const struct cs_query_item frame = {
    .kind = CS_EV_FRAME,
    .at_ps = 2 * CS_PS_PER_S,
    .since_ps = 20 * CS_PS_PER_MS,
    .bus = "can1",
    .node = "Drive_2",
    .has_frame = true,
    .id = 0x585,
    .dlc = 4,
    .len = 4,
    .data = bytes,
    .said = "SDO node 5 aborts: no such object",
    .decoded = true,
    .events = "canopen canopen.sdo.abort",
};
static const struct cs_query_item fd = {
    .kind = CS_EV_FRAME,
    .since_ps = -1,
    .bus = "can0",
    .node = "",
    .has_frame = true,
    .id = 0x18daf110,
    .flags = CS_FRAME_EXT | CS_FRAME_FD | CS_FRAME_BRS,
    .dlc = 0,
    .data = bytes,
    .said = "",
    .events = "",
};
static const struct cs_query_item error = {
    .kind = CS_EV_ERROR,
    .since_ps = -1,
    .bus = "can0",
    .node = "engine",
    .error = CS_ERROR_CRC,
    .has_counters = true,
    .tec = 104,
    .said = "",
    .events = "",
};
static const struct cs_query_item passive = {
    .kind = CS_EV_STATE,
    .since_ps = -1,
    .bus = "can0",
    .node = "engine",
    .state = CS_STATE_ERROR_PASSIVE,
    .has_counters = true,
    .tec = 128,
    .said = "note SDO",
    .events = "",
};

static void passes(void **state)
{
    enum { FRAME = 1, FD = 2, ERROR = 4, PASSIVE = 8, ALL = 15 };
    static const struct {
        const char *text;
        int who;
    } rows[] = {
        {"", ALL},
        {"  , ", ALL},
        {"585", FRAME},
        {"0585", FRAME},
        {"500-5ff", FRAME},
        {"1,2, 3 585", FRAME},
        {"18daf110,585", FRAME | FD},
        {"585,", FRAME},
        {"id=585", FRAME},
        {"ID == 0x585", FRAME},
        {"id!=585", FD},
        {"not id=585", FD | ERROR | PASSIVE},
        {"id=180-1ff,580-5ff", FRAME},
        {"id<600", FRAME},
        {"id>=585 and id<=585", FRAME},
        {"data[0]>3", FRAME},
        {"data[0]>12", 0},
        {"data[0]>=12", FRAME},
        {"data[0]=0x10-1f", FRAME},
        {"data[3]=ff", FRAME},
        {"data[4]=0", 0},
        {"data[4]!=0", 0},
        {"not data[4]=0", ALL},
        {"data[0..1]=12 34", FRAME},
        {"data[1..2]=34.05", FRAME},
        {"data[1..2]=3405", FRAME},
        {"data[1..2]!=34 05", 0},
        {"data[2..5]=05 ff 00 00", 0},
        {"data=12 34 05 ff", FRAME},
        {"data=12 ?? 05 ff", FRAME},
        {"data=1? ?? 05 f?", FRAME},
        {"data=12 34", 0},
        {"data=12 34 *", FRAME},
        {"data=12 34 * and id=585", FRAME},
        {"data=12 34 05 ff 585", FRAME},
        {"data=12 34 05 ff and node=drive_2", FRAME},
        {"data!=12 34", FRAME | FD},
        {"len=4", FRAME},
        {"len>4", 0},
        {"dlc=0", FD},
        {"node=drive_2", FRAME},
        {"node=drive*,engine", FRAME | ERROR | PASSIVE},
        {"node!=engine", FRAME | FD},
        {"node=\"Drive_2\"", FRAME},
        {"bus=can1", FRAME},
        {"bus=can?", 0},
        {"kind=frame", FRAME | FD},
        {"kind=error,state", ERROR | PASSIVE},
        {"kind!=frame", ERROR | PASSIVE},
        {"error", ERROR},
        {"error=crc", ERROR},
        {"error=bit,ack", 0},
        {"error!=bit", ERROR},
        {"state=passive", PASSIVE},
        {"state=bus-off", 0},
        {"time>1.5s", FRAME},
        {"time=1s-2s", FRAME},
        {"dt>10ms", FRAME},
        {"dt<10ms", 0},
        {"tec>96", ERROR | PASSIVE},
        {"tec>=128", PASSIVE},
        {"tec=0x68", ERROR},
        {"rec<1", ERROR | PASSIVE},
        {"ext", FD},
        {"fd brs", FD},
        {"not ext", FRAME | ERROR | PASSIVE},
        {"rtr or esi", 0},
        {"0fd", 0},
        {"canopen", FRAME},
        {"canopen.sdo", FRAME},
        {"sdo.abort", FRAME},
        {"SDO", FRAME},
        {"abort", FRAME},
        {"event=sdo", FRAME},
        {"sdo.ab", 0},
        {"do.abort", 0},
        {"\"no such\"", FRAME},
        {"text=NODE", FRAME},
        {"\"note\"", PASSIVE},
        {"error or id=585", FRAME | ERROR},
        {"error and id=585 or ext", FD},
        {"ext or error and id=585", FD},
        {"(ext or error) and id=18daf110", FD},
        {"!(ext or error)", FRAME | PASSIVE},
        {"!ext && !error || fd", ALL & ~ERROR},
        {"node=engine error", ERROR},
        {"not not error", ERROR},
        {"((((error))))", ERROR},
    };
    const struct cs_query_item *items[] = {&frame, &fd, &error, &passive};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_query q;
        char why[400] = "";
        if (cs_query_parse(rows[i].text, &q, why, sizeof(why)) != 0)
            print_message("%s: %s\n", rows[i].text, why);
        assert_string_equal(why, "");
        int who = 0;
        for (int k = 0; k < 4; k++)
            who |= cs_query_passes(&q, items[k]) ? 1 << k : 0;
        if (who != rows[i].who)
            print_message("%s: %d, must be %d\n", rows[i].text, who, rows[i].who);
        assert_int_equal(who, rows[i].who);
    }
}

static void refusals(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"nod=drive", "column 1: \"nod\" cannot be asked for, did you mean node?"},
        {"id=585 and xyz>3", "column 12: \"xyz\" cannot be asked for: "},
        {"eror", "column 1: did you mean error? A protocol of that name is event=eror"},
        {"id=xyz", "column 4: must be hexadecimal 0..1FFFFFFF, got \"xyz\""},
        {"id=20000000", "column 4: must be hexadecimal 0..1FFFFFFF, got \"20000000\""},
        {"id=", "column 4: must be hexadecimal 0..1FFFFFFF, got the end"},
        {"12-11", "column 1: must be a range with the smaller one first, got \"12-11\""},
        {"12-", "column 4: must be hexadecimal 0..1FFFFFFF, got the end"},
        {"1,2, z", "column 6: must be one more identifier behind the comma, got \"z\""},
        {"1:2", "column 1: must be hexadecimal identifiers or ranges such as 123"},
        {"len>65", "column 5: must be a number 0..64, got \"65\""},
        {"len", "column 1: must be compared, such as len>4, got \"len\" alone"},
        {"len>1,2", "column 5: must be one number behind <, <=, > or >=, got \"1,2\""},
        {"dt>10", "column 4: must be a time such as 10ms, got \"10\""},
        {"kind=frme", "column 6: did you mean frame? It is no kind: \"frme\""},
        {"kind=zzzzzz", "column 6: must be one of frame, error, arb, state, note, fault, node, "},
        {"node>drive", "column 6: must be = or != in front of a word, got none"},
        {"node=", "column 6: must be a word of 1..79 characters, got the end"},
        {"data=", "column 6: must be bytes such as 11 ?? 33, got the end"},
        {"data=1", "column 6: must be bytes of two hexadecimal digits, got \"1\""},
        {"data>11 22", "column 5: must be = or != for more than one byte, got \">1\""},
        {"data[64]=1", "column 5: must be bytes 0..63, the smaller one first, got \"[64]\""},
        {"data[x]=1", "column 5: must be a byte or bytes, [0] or [1..2], got \"[x]\""},
        {"data[0..2]=11 22", "column 12: must be as many bytes as there are between [ and ]"},
        {"data[0]=100", "column 9: must be hexadecimal 0..FF, got \"100\""},
        {"(error", "column 7: must be and, or or ), got the end"},
        {"error)", "column 6: must be and, or or the end, got \")\""},
        {"error and", "column 10: must be an identifier, a word such as id= or node=, or"},
        {"\"open", "column 1: must be text with a quotation mark at its end"},
        {"%", "column 1: must be an identifier, a word such as id= or node=, or \"text\", got"},
    };
    struct cs_query q = {.n = 0};

    (void)state;
    assert_int_equal(cs_query_parse("ext", &q, NULL, 0), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[400] = "";
        assert_int_equal(cs_query_parse(rows[i].text, &q, why, sizeof(why)), -EINVAL);
        if (strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
            print_message("%s: %s\n", rows[i].text, why);
        assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
        assert_string_equal(q.text, "ext"); /* as it was */
    }
}

/* Everything has an end: terms, numbers, words, depth, length. */
static void bounds(void **state)
{
    char text[2 * CS_QUERY_TEXT], why[400];
    struct cs_query q;

    (void)state;
    memset(text, '(', 100);
    snprintf(text + 100, 8, "1");
    assert_int_equal(cs_query_parse(text, &q, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "deeper than 24"));
    memset(text, '!', 100);
    assert_int_equal(cs_query_parse(text, &q, why, sizeof(why)), -EINVAL);
    memset(text, ' ', CS_QUERY_TEXT);
    text[CS_QUERY_TEXT] = '\0';
    assert_int_equal(cs_query_parse(text, &q, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "at most 511"));
    text[0] = '\0';
    for (int i = 0; i < 70; i++)
        strcat(text, "1,");
    assert_int_equal(cs_query_parse(text, &q, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "no room for more numbers"));
    text[0] = '\0';
    for (int i = 0; i < 60; i++)
        strcat(text, "fd rtr ");
    assert_int_equal(cs_query_parse(text, &q, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "no room for more terms"));
}

/* Bits of the language in any order: never a step beyond what is there. */
static void random_texts(void **state)
{
    static const char *const bits[] = {
        "id",    "=",   "data", "[0]", "[1..2]", "12",  "-",     "??", "*",    " ",  "and", "or",
        "not",   "(",   ")",    "!",   "node",   "bus", "\"a\"", ",",  "kind", "fd", ">=",  "error",
        "frame", "1ms", "time", "dt",  "sdo.x",  "0x",  "\"",    "<",  "&&",   "||", "1",   "tec"};
    uint32_t seed = 1;
    unsigned good = 0;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[200] = "", why[400] = "";
        struct cs_query q;
        for (int n = 0; n < 1 + round % 9; n++) {
            seed = seed * 1664525u + 1013904223u;
            strcat(text, bits[(seed >> 16) % (sizeof(bits) / sizeof(bits[0]))]);
        }
        if (cs_query_parse(text, &q, why, sizeof(why)) == 0) {
            good++;
            cs_query_passes(&q, &frame);
            cs_query_passes(&q, &error);
        } else if (strncmp(why, "column ", 7) != 0) {
            print_message("%s\n", text);
            fail();
        }
        int from = 0;
        const char *const *words;
        cs_query_next(text, &from, &words);
        assert_in_range(from, 0, strlen(text));
    }
    assert_in_range(good, 1000, 150000);
}

static bool could_pass(const struct cs_query_could *could, const struct cs_query_item *item)
{
    if (!(could->kinds >> item->kind & 1u))
        return false;
    for (unsigned i = 0; i < could->n && item->has_frame; i++)
        if (item->id >= could->ids[i].low && item->id <= could->ids[i].high)
            return true;
    return could->any_id;
}

static uint32_t roll(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 12) % n;
}

/* As the items below are. */
static void name_slots(const struct cs_query *q, struct cs_query_named *named)
{
    cs_query_name(q, named, CS_QUERY_NAMES_BUS, 0, "b");
    cs_query_name(q, named, CS_QUERY_NAMES_BUS, 1, "can0");
    cs_query_name(q, named, CS_QUERY_NAMES_NODE, 0, "");
    cs_query_name(q, named, CS_QUERY_NAMES_NODE, 9, "abc");
    cs_query_name(q, named, CS_QUERY_NAMES_EVENT, 0, "");
    cs_query_name(q, named, CS_QUERY_NAMES_EVENT, 200, "canopen canopen.sdo.abort");
}

/* Terms joined in any way, asked of any items: what passes is among what could. */
static void what_could_pass(void **state)
{
    static const char *const terms[] = {"id=100-1ff,300",
                                        "id!=123",
                                        "id<200",
                                        "id>=7f0",
                                        "123,124",
                                        "error",
                                        "error=crc",
                                        "kind=frame",
                                        "kind!=note",
                                        "kind=state",
                                        "tec>5",
                                        "rec<3",
                                        "data[0]>3",
                                        "len=2",
                                        "data=12*",
                                        "ext",
                                        "node=a*",
                                        "bus=can0",
                                        "sdo.abort",
                                        "\"word\"",
                                        "dt>1ms",
                                        "time<5s",
                                        "state=passive",
                                        "id=0-3,5-8,a-d,f-12,14-17,19-1c,1e-21,23-26,28-2b,2d-30",
                                        "id=3-5,8-a,d-f,12-14,17-19,1c-1e,21-23,26-28,2b-2d,30-32",
                                        "id=0-1fffffff",
                                        "id=1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,10,11,12"};
    static const char *const joins[] = {" and ", " or ", " ", " and not ", " or not "};
    uint32_t seed = 7;
    unsigned passed = 0, told = 0, none = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[400] = "", why[400] = "";
        struct cs_query_could could;
        struct cs_query q;
        for (int n = 0, open = 0, all = 1 + round % 6; n < all; n++) {
            strcat(text, n > 0 ? joins[roll(&seed, 5)] : "");
            if (n + 1 < all && roll(&seed, 3) == 0 && ++open)
                strcat(text, roll(&seed, 2) ? "not (" : "(");
            strcat(text, terms[roll(&seed, sizeof(terms) / sizeof(terms[0]))]);
            while (open > 0 && (n + 1 == all || roll(&seed, 3) == 0) && open--)
                strcat(text, ")");
        }
        if (cs_query_parse(text, &q, why, sizeof(why)) != 0) {
            if (strstr(why, "no room for more") == NULL)
                fail_msg("%s: %s", text, why);
            continue;
        }
        cs_query_could(&q, &could);
        struct cs_query_many many;
        struct cs_query_named named = {0};
        const int items = 1 + (int)roll(&seed, 40);
        bool any = false;
        cs_query_many_init(&many);
        name_slots(&q, &named);
        for (int n = 0; n < items; n++) {
            uint8_t data[8] = {(uint8_t)(roll(&seed, 32))};
            struct cs_query_item item = {
                .kind = roll(&seed, 2) ? CS_EV_FRAME : (int)(roll(&seed, CS_EV_KIND_COUNT)),
                .at_ps = (int64_t)(roll(&seed, 9)) * CS_PS_PER_S,
                .since_ps = (int64_t)(roll(&seed, 3)) * CS_PS_PER_MS - 1,
                .bus = roll(&seed, 2) ? "can0" : "b",
                .node = roll(&seed, 2) ? "abc" : "",
                .id = roll(&seed, 2) ? roll(&seed, 0x20) : roll(&seed, 0x800),
                .flags = roll(&seed, 4) ? 0 : CS_FRAME_EXT,
                .dlc = 2,
                .len = roll(&seed, 4),
                .data = data,
                .error = roll(&seed, 6),
                .state = roll(&seed, 4),
                .tec = roll(&seed, 200),
                .said = roll(&seed, 2) ? "a word" : "",
                .events = roll(&seed, 2) ? "canopen canopen.sdo.abort" : "",
            };
            item.has_frame = item.kind == CS_EV_FRAME || roll(&seed, 2);
            item.has_counters = item.kind == CS_EV_ERROR || item.kind == CS_EV_STATE;
            const bool passes = cs_query_passes(&q, &item);
            if (passes && !could_pass(&could, &item))
                fail_msg("%s: kind %d, id %x passes but could not", text, item.kind,
                         (unsigned)item.id);
            passed += passes;
            told += !could_pass(&could, &item);
            any |= passes;
            cs_query_many_add(&many, &item, item.bus[0] == 'c', item.node[0] == 'a' ? 9 : 0,
                              item.events[0] == 'c' ? 200 : 0);
        }
        if (any && !cs_query_may(&q, &named, &many))
            fail_msg("%s: one of %d items passes, but none may", text, items);
        none += !cs_query_may(&q, &named, &many);
    }
    assert_true(passed > 50000);
    assert_true(told > 25000);
    assert_true(none > 1000);
}

/* How much is told of single ones. */
static void what_is_told(void **state)
{
    static const struct {
        const char *text;
        bool kinds, any_id;
        unsigned n;
    } rows[] = {
        {"", false, true, 0},
        {"id=100-1ff,300", false, false, 2},
        {"id=100-1ff and id=180-2ff", false, false, 1},
        {"id=100 or id=200 data[0]>3", false, false, 2},
        {"id=100 or error", false, true, 0},
        {"error", true, true, 0},
        {"not kind=frame", true, true, 0},
        {"not (id=100 or kind=frame)", true, true, 0},
        {"not (not id=100)", false, false, 1},
        {"node=a id=123", false, false, 1},
        {"tec>100", true, true, 0},
        {"data[0]=1", false, false, 1},
        {"node=a", false, true, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_query_could could;
        struct cs_query q;
        char why[400];
        assert_int_equal(cs_query_parse(rows[i].text, &q, why, sizeof(why)), 0);
        cs_query_could(&q, &could);
        if ((could.kinds != (1u << CS_EV_KIND_COUNT) - 1) != rows[i].kinds ||
            could.any_id != rows[i].any_id || could.n != rows[i].n)
            fail_msg("%s: kinds %x, any %d, %u", rows[i].text, (unsigned)could.kinds, could.any_id,
                     could.n);
    }
    struct cs_query_could none;
    struct cs_query q;
    char why[400];
    assert_int_equal(cs_query_parse("kind=frame and error", &q, why, sizeof(why)), 0);
    cs_query_could(&q, &none);
    assert_int_equal(none.kinds, 0);
    assert_int_equal(cs_query_parse("id=100 and id=200", &q, why, sizeof(why)), 0);
    cs_query_could(&q, &none);
    assert_int_equal(none.kinds, 0);
}

static void completion(void **state)
{
    static const struct {
        const char *text;
        int from;
        enum cs_query_next next;
        const char *first;
    } rows[] = {
        {"", 0, CS_QUERY_NEXT_TERM, "id="},         {"id=1 and no", 9, CS_QUERY_NEXT_TERM, "id="},
        {"node=dr", 5, CS_QUERY_NEXT_NODE, NULL},   {"node=a,dr", 7, CS_QUERY_NEXT_NODE, NULL},
        {"(bus=", 5, CS_QUERY_NEXT_BUS, NULL},      {"kind!=fr", 6, CS_QUERY_NEXT_WORD, "frame"},
        {"error=c", 6, CS_QUERY_NEXT_WORD, "bit"},  {"state=", 6, CS_QUERY_NEXT_WORD, "active"},
        {"event=sd", 6, CS_QUERY_NEXT_EVENT, NULL}, {"id=1", 3, CS_QUERY_NEXT_VALUE, NULL},
        {"what=1", 5, CS_QUERY_NEXT_VALUE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const *words;
        int from;
        assert_int_equal(cs_query_next(rows[i].text, &from, &words), rows[i].next);
        assert_int_equal(from, rows[i].from);
        if (rows[i].first == NULL)
            assert_null(words[0]);
        else
            assert_string_equal(words[0], rows[i].first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),       cmocka_unit_test(refusals),
        cmocka_unit_test(bounds),       cmocka_unit_test(random_texts),
        cmocka_unit_test(completion),   cmocka_unit_test(what_could_pass),
        cmocka_unit_test(what_is_told),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
