/* SPDX-License-Identifier: MIT */
/* Looking for few of many rows: what is passed over has nothing of it, whatever was asked for.
 * CANSIM_SEED replays a run. */
#include "test_tui.h"

#include <inttypes.h>

#include "tui/query_row.h"

#define CHUNKS  10u
#define FILLS   25
#define QUERIES 160

static uint64_t seed, dice;

static uint64_t roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

static unsigned below(unsigned n)
{
    return (unsigned)(roll() % n);
}

static const char *const nodes[] = {"engine", "dashboard", "door left", "io1", "io2", "?", "drive"};
static uint32_t who[300];

static void name_all(struct bench *b)
{
    for (unsigned i = 0; i < 300; i++)
        who[i] = cs_names_add(&b->tui.names, nodes[i % 7]);
    cs_event_names_add(&b->tui.event_names, "canopen canopen.sdo.abort");
    cs_event_names_add(&b->tui.event_names, "canopen canopen.nmt");
    cs_event_names_add(&b->tui.event_names, "obd obd.pid");
}

static void set_frame(struct cs_row *row, unsigned flavour)
{
    row->has_frame = true;
    row->id = below(3) ? 0x100 + flavour * 16 + below(24) : below(0x800);
    row->flags = (uint8_t)(below(flavour + 1) ? 0 : below(32));
    if (row->flags & CS_FRAME_EXT)
        row->id |= (uint32_t)below(0x2000) << 16;
    row->len = (uint8_t)(flavour % 3 ? below(9) : flavour % 2 ? 64 : 2);
    row->dlc = (uint8_t)(row->len > 8 ? 15 : row->len);
    for (unsigned i = 0; i < row->len; i++)
        row->data[i] = (char)(flavour % 4 ? below(5 + flavour) * flavour : below(256));
}

/* Each chunk has rows of its own kind. */
static void random_row(struct cs_row *row, int64_t at_ps, unsigned flavour)
{
    static const uint16_t kinds[] = {CS_EV_ERROR, CS_EV_STATE, CS_EV_ERROR_FRAME, CS_EV_ARB_LOST,
                                     CS_EV_NOTE,  CS_EV_FAULT, CS_EV_OVERLOAD};

    *row = (struct cs_row){.at_ps = at_ps,
                           .kind = below(9) ? CS_EV_FRAME : kinds[below(1 + flavour % 7)],
                           .bus = (uint16_t)below(1 + flavour % 3),
                           .node = (int16_t)((int)below(4) - 1),
                           .who = who[below(flavour % 2 ? 3 : 300)],
                           .tec = (uint16_t)(below(8) * flavour),
                           .rec = (uint16_t)below(200),
                           .error = (uint8_t)(1 + below(1 + flavour % 6)),
                           .state = (uint8_t)below(1 + flavour % 4)};
    if (row->kind == CS_EV_FRAME || row->kind == CS_EV_ARB_LOST)
        set_frame(row, flavour);
    if (row->kind == CS_EV_FRAME && row->len <= CS_ROW_SAID && below(20) < flavour) {
        row->said = true;
        row->what = (uint8_t)(flavour % 3 ? 0 : below(4));
        snprintf(row->data + CS_ROW_SAID, sizeof row->data - CS_ROW_SAID, "%s",
                 flavour % 2 ? "SDO reads 1000" : "NMT starts word");
    }
    if (row->kind == CS_EV_NOTE)
        snprintf(row->data, sizeof row->data, "a word of node %u", below(9));
}

static void fill(struct bench *b)
{
    struct cs_tui_ring *ring = &b->tui.ring;
    const uint64_t rows = CS_RING_PLAIN + CHUNKS * CS_RING_CHUNK + below(3000);
    int64_t at_ps = 0;
    unsigned flavour = 1;

    cs_tui_ring_clear(ring);
    for (uint64_t i = 0; i < rows; i++) {
        if (i % CS_RING_CHUNK == below(2) * 100)
            flavour = 1 + below(12);
        at_ps += below(20) ? below(300) * CS_PS_PER_US : below(50) * CS_PS_PER_MS;
        struct cs_row *row = cs_tui_ring_push(ring);
        random_row(row, at_ps, flavour);
        if (row->kind == CS_EV_FRAME)
            cs_tui_ring_link(ring);
    }
}

/* ---- queries --------------------------------------------------------------------------------- */

static void random_term(char *text, size_t size)
{
    static const char *const fixed[] = {"error",
                                        "error=crc",
                                        "error!=bit",
                                        "kind=note",
                                        "kind!=frame,error",
                                        "ext",
                                        "rtr",
                                        "fd",
                                        "brs",
                                        "esi",
                                        "node=drive",
                                        "node!=engine",
                                        "node=io*",
                                        "node=?",
                                        "node=\"door left\"",
                                        "bus=can0",
                                        "bus!=body",
                                        "bus=\"\"*",
                                        "state=bus-off",
                                        "state!=passive",
                                        "sdo.abort",
                                        "event!=canopen",
                                        "event=sdo",
                                        "event!=nmt",
                                        "obd",
                                        "text=word",
                                        "text!=starts",
                                        "\"reads\"",
                                        "bus=c*,nobody",
                                        "kind=overload,arb"};
    static const char *const compare[] = {"=", "!=", "<", "<=", ">", ">="};
    static const char *const numbers[] = {"len", "dlc", "tec", "rec"};
    const char *op = compare[below(6)];

    switch (below(8)) {
    case 0:
        snprintf(text, size, "id%s%x", op, below(0x800));
        break;
    case 1:
        snprintf(text, size, "id=%x-%x,%x", below(0x200), 0x200 + below(0x200), below(0x20000000));
        break;
    case 2:
        snprintf(text, size, "data[%u]%s%02x", below(10), op, below(below(2) ? 256 : 40));
        break;
    case 3:
        snprintf(text, size, "data%s%02x ?%x%s", below(2) ? "=" : "!=", below(30), below(16),
                 below(2) ? " *" : "");
        break;
    case 4:
        snprintf(text, size, "%s%s%u", numbers[below(4)], op, below(70) % 16);
        break;
    case 5:
        snprintf(text, size, "%s%s%uus", below(2) ? "time" : "dt", op, below(4000000));
        break;
    default:
        snprintf(text, size, "%s", fixed[below(sizeof fixed / sizeof *fixed)]);
    }
}

static void random_query(struct cs_query *query)
{
    static const char *const joins[] = {" and ", " or ", " ", " and not ", " or not "};
    char text[400], term[60], why[300];

    do {
        size_t n = 0;
        int open = 0;
        text[0] = '\0';
        for (unsigned i = 0, all = 1 + below(4); i < all; i++) {
            random_term(term, sizeof term);
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", i ? joins[below(5)] : "");
            if (i + 1 < all && below(3) == 0 && ++open)
                n += (size_t)snprintf(text + n, sizeof text - n, below(2) ? "(" : "not (");
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", term);
            while (open > 0 && (i + 1 == all || below(3) == 0) && open--)
                n += (size_t)snprintf(text + n, sizeof text - n, ")");
        }
    } while (cs_query_parse(text, query, why, sizeof why) != 0);
}

/* Each chunk, asked row by row where it is passed over; forwards and backwards say the same. */
static unsigned check(struct bench *b, const struct cs_query *query)
{
    const struct cs_tui_ring *ring = &b->tui.ring;
    const struct cs_ring_want want = cs_query_want(&b->tui, query, 0);
    unsigned passed_over = 0;

    for (uint64_t at = 0; at < CHUNKS * CS_RING_CHUNK; at += CS_RING_CHUNK) {
        const uint64_t end = at + CS_RING_CHUNK;
        const bool skips = cs_tui_ring_skip(ring, at, &want) >= end;
        assert_int_equal(cs_tui_ring_skip_back(ring, end, &want) <= at, skips);
        passed_over += skips;
        for (uint64_t n = at; skips && n < end; n++)
            if (cs_row_passes(&b->tui, query, n))
                fail_msg("%s: row %" PRIu64 " passes and is passed over (CANSIM_SEED=%" PRIu64 ")",
                         query->text, n, seed);
    }
    return passed_over;
}

static void nothing_is_missed(void **state)
{
    const char *given = getenv("CANSIM_SEED");
    struct bench *b = bench_new(0, 2);
    struct cs_query query;
    unsigned passed_over = 0;

    (void)state;
    seed = given ? strtoull(given, NULL, 0) : 20261128;
    dice = seed | 1;
    print_message("CANSIM_SEED=%" PRIu64 "\n", seed);
    bench_draw(b, 80, 24);
    name_all(b);
    for (int f = 0; f < FILLS; f++) {
        fill(b);
        for (int q = 0; q < QUERIES; q++) {
            random_query(&query);
            passed_over += check(b, &query);
        }
    }
    print_message("%u of %u chunks were passed over\n", passed_over, FILLS * QUERIES * CHUNKS);
    assert_true(passed_over > FILLS * QUERIES * CHUNKS / 20);
    bench_free(b);
}

/* Names that had to give way to others are not taken for those that came in their place. */
static void names_that_are_gone(void **state)
{
    struct bench *b = bench_new(0, 2);
    struct cs_query query;
    char why[200];

    (void)state;
    bench_draw(b, 80, 24);
    dice = 5;
    name_all(b);
    fill(b);
    for (unsigned i = 0; i < CS_NAMES_MAX - 100; i++)
        cs_names_add(&b->tui.names, "late");
    for (int i = 0; i < 2; i++) {
        static const char *const texts[] = {"node=?", "node=engine", "node!=late", "node=late"};
        for (unsigned t = 0; t < 4; t++) {
            assert_int_equal(cs_query_parse(texts[t], &query, why, sizeof why), 0);
            check(b, &query);
        }
        for (unsigned k = 0; k < CS_NAMES_MAX; k++)
            cs_names_add(&b->tui.names, "later");
    }
    bench_free(b);
}

/* What it takes: a row of a chunk has less than a byte of its summary. */
static void summaries_are_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct cs_query_many) <= CS_RING_CHUNK);
}

/* One chunk has it; the others are not unpacked. */
static void few_are_unpacked(void **state)
{
    static const struct {
        const char *text;
        unsigned chunks;
    } rows[] = {{"data[3]=ee", 1},
                {"data=?? ?? ?? ee*", 1},
                {"len=5", 1},
                {"dlc=5", 1},
                {"node=rare", 1},
                {"node!=usual", 1},
                {"bus=body", 1},
                {"error=ack", 1},
                {"error", 2},
                {"kind=error not error=ack", 2},
                {"tec>100", 1},
                {"time<1ms", 1},
                {"time=100ms-101ms", 1},
                {"dt>150ms", 1},
                {"rtr", 1},
                {"len=5 or error=ack", 2},
                {"not len=8 not error", 3},
                {"id=7e0 or len=5", 1},
                {"text=hello", 0},
                {"ext", 0},
                {"dlc>8", 0},
                {"len=5 error=ack", 0}};
    struct bench *b = bench_new(0, 2);
    struct cs_tui_ring *ring = &b->tui.ring;
    const uint32_t usual = cs_names_add(&b->tui.names, "usual");
    const uint32_t rare = cs_names_add(&b->tui.names, "rare");
    char why[200];

    (void)state;
    bench_draw(b, 80, 24);
    for (unsigned i = 0; i < 60 * CS_RING_CHUNK; i++) {
        struct cs_row *row = cs_tui_ring_push(ring);
        *row = (struct cs_row){.at_ps = (int64_t)i * 10 * CS_PS_PER_US,
                               .kind = CS_EV_FRAME,
                               .who = usual,
                               .id = 0x100 + i % 40,
                               .has_frame = true,
                               .dlc = 8,
                               .len = 8};
        row->data[3] = i == 5000 ? (char)0xee : 0;
        row->len = row->dlc = i == 6000 ? 5 : 8;
        row->who = i == 7000 ? rare : usual;
        row->bus = i == 9000;
        row->flags = i == 9500 ? CS_FRAME_RTR : 0;
        row->id = i == 3000 || i == 20000 ? 0x2ff : row->id; /* 170 ms after the one before */
        if (i == 11000 || i == 12500)
            *row = (struct cs_row){.at_ps = row->at_ps,
                                   .kind = CS_EV_ERROR,
                                   .who = usual,
                                   .error = i == 11000 ? CS_ERROR_ACK : CS_ERROR_CRC,
                                   .tec = i == 11000 ? 120 : 8};
        else
            cs_tui_ring_link(ring);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_query query;
        unsigned worth = 0;
        assert_int_equal(cs_query_parse(rows[i].text, &query, why, sizeof why), 0);
        const struct cs_ring_want want = cs_query_want(&b->tui, &query, 0);
        for (uint64_t at = 0; at < 40 * CS_RING_CHUNK; at += CS_RING_CHUNK)
            worth += cs_tui_ring_skip(ring, at, &want) == at;
        if (worth != rows[i].chunks)
            fail_msg("%s: %u chunks are worth a look, not %u", rows[i].text, worth, rows[i].chunks);
    }
    bench_free(b);
}

/* What was there before another run is nothing to go by. */
static void another_run(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_query query;
    char why[200];

    (void)state;
    dice = 9;
    bench_draw(b, 80, 24);
    name_all(b);
    fill(b);
    assert_int_equal(cs_tui_restart(&b->tui), 0);
    assert_int_equal(cs_query_parse("id=7ff", &query, why, sizeof why), 0);
    const struct cs_ring_want want = cs_query_want(&b->tui, &query, 0);
    for (unsigned i = 0; i < 3 * CS_RING_CHUNK; i++) {
        struct cs_row *row = cs_tui_ring_push(&b->tui.ring);
        *row = (struct cs_row){
            .at_ps = i, .kind = CS_EV_FRAME, .id = 0x7ff - i % 2, .has_frame = true};
        cs_tui_ring_link(&b->tui.ring);
        assert_true(row->count == (i < 2 ? 0u : 2u));
    }
    assert_int_equal(cs_tui_ring_skip(&b->tui.ring, 0, &want), 0);
    assert_int_equal(cs_tui_ring_after(&b->tui.ring, 1000), 1001);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_missed),   cmocka_unit_test(names_that_are_gone),
        cmocka_unit_test(summaries_are_small), cmocka_unit_test(few_are_unpacked),
        cmocka_unit_test(another_run),
    };
    return cmocka_run_group_tests_name("tui skip", tests, NULL, NULL);
}
