/* SPDX-License-Identifier: MIT */
/* The rows of the trace that are packed: they come back as they were, in bounded memory, and
 * looking for some of them passes over the rest. CANSIM_SEED replays a run. */
#include <inttypes.h>

#include "tests/unit/test_tui.h"
#include "tui/ring_store.h"
#include "tui/row_pack.h"

static uint64_t seed, dice;

static uint64_t roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice * UINT64_C(0x2545F4914F6CDD1D);
}

static void start_dice(void)
{
    const char *given = getenv("CANSIM_SEED");

    seed = given ? strtoull(given, NULL, 0) : 20250711;
    dice = seed | 1;
    print_message("CANSIM_SEED=%" PRIu64 "\n", seed);
}

/* Of all kinds, some like the one before, some of bytes that mean nothing. */
static void random_row(struct cs_row *row, int64_t at_ps)
{
    memset(row, 0, sizeof *row);
    if (roll() % 16 == 0)
        for (unsigned i = 0; i < sizeof *row; i++)
            ((uint8_t *)row)[i] = (uint8_t)roll();
    row->kind = (uint16_t)(roll() % CS_EV_KIND_COUNT);
    row->bus = (uint16_t)(roll() % 16);
    row->has_frame = roll() % 4 != 0;
    row->stuff = row->tx = row->said = roll() & 1;
    row->sent = false;
    row->id = (uint32_t)(roll() % 3 ? roll() % 64 * 16 : roll() & CS_ID_MAX_EXT);
    row->len = (uint8_t)(roll() % 9);
    row->at_ps = at_ps;
    row->start_ps = roll() % 8 ? at_ps - (int64_t)(roll() % 1000000000) : 0;
    row->queued_ps = roll() % 8 ? row->start_ps - (int64_t)(roll() % 5000000) : 0;
    for (unsigned i = 0; i < row->len; i++)
        row->data[i] = (char)roll();
    if (roll() % 8 == 0)
        snprintf(row->data + CS_ROW_SAID, sizeof row->data - CS_ROW_SAID, "word %u",
                 (unsigned)(roll() % 1000));
}

static int64_t next_time(int64_t at_ps)
{
    return at_ps + (int64_t)(roll() % 4 ? roll() % 1000 * CS_PS_PER_US : roll() % 100000);
}

/* Extremes of each number. */
static void one_chunk_comes_back(void **state)
{
    static const int64_t odd[] = {INT64_MIN, INT64_MAX, -1, 0, 1, 999999, 1000000, -1000000};
    static struct cs_row in[CS_RING_CHUNK], out[CS_RING_CHUNK];
    static uint8_t bytes[CS_RING_CHUNK * CS_ROW_PACKED];
    size_t n;

    (void)state;
    start_dice();
    for (unsigned i = 0; i < CS_RING_CHUNK; i++) {
        random_row(&in[i], 0);
        in[i].at_ps = odd[i % 8];
        in[i].start_ps = odd[i / 8 % 8];
        in[i].queued_ps = odd[i / 64 % 8];
    }
    n = cs_rows_pack(in, CS_RING_CHUNK, bytes);
    assert_true(n <= sizeof bytes);
    assert_int_equal(cs_rows_unpack(bytes, out, CS_RING_CHUNK), n);
    assert_memory_equal(in, out, sizeof in);
}

#define ROWS 120000u

/* Every row, in order, from behind, and here and there. */
static void rows_come_back(void **state)
{
    struct cs_row *all = malloc(ROWS * sizeof *all);
    struct cs_tui_ring ring;
    int64_t at_ps = 0;

    (void)state;
    start_dice();
    assert_non_null(all);
    assert_int_equal(cs_tui_ring_init(&ring, CS_TUI_ROWS_MAX), 0);
    for (unsigned i = 0; i < ROWS; i++) {
        random_row(&all[i], at_ps = next_time(at_ps));
        *cs_tui_ring_push(&ring) = all[i];
    }
    assert_int_equal(ring.first, 0);
    assert_int_equal(ring.end, ROWS);
    for (unsigned i = 0; i < ROWS; i++) {
        assert_memory_equal(cs_tui_ring_get(&ring, i), &all[i], sizeof *all);
        assert_memory_equal(cs_tui_ring_get(&ring, ROWS - 1 - i), &all[ROWS - 1 - i], sizeof *all);
    }
    for (unsigned i = 0; i < 2000; i++) {
        unsigned number = (unsigned)(roll() % ROWS);
        assert_memory_equal(cs_tui_ring_get(&ring, number), &all[number], sizeof *all);
    }
    assert_null(cs_tui_ring_get(&ring, ROWS));
    cs_tui_ring_fini(&ring);
    free(all);
}

/* While the pages around it are looked at, a row stays where it is. */
static void a_page_stays(void **state)
{
    const struct cs_row *row;
    struct cs_tui_ring ring;

    (void)state;
    assert_int_equal(cs_tui_ring_init(&ring, CS_TUI_ROWS_MAX), 0);
    for (int64_t i = 0; i < 100000; i++)
        *cs_tui_ring_push(&ring) = (struct cs_row){.at_ps = i};
    row = cs_tui_ring_get(&ring, 5);
    for (uint64_t chunk = 1; chunk < CS_RING_CACHE; chunk++)
        assert_int_equal(cs_tui_ring_get(&ring, chunk * CS_RING_CHUNK)->at_ps,
                         chunk * CS_RING_CHUNK);
    assert_int_equal(row->at_ps, 5);
    assert_ptr_equal(cs_tui_ring_get(&ring, 5), row);
    cs_tui_ring_fini(&ring);
}

/* The bytes are bounded: the oldest rows go, and those that stay are right. */
static void bytes_are_bounded(void **state)
{
    struct cs_tui_ring ring;

    (void)state;
    start_dice();
    assert_int_equal(cs_tui_ring_init(&ring, CS_TUI_ROWS_MAX), 0);
    cs_tui_ring_limit(&ring, CS_TUI_HISTORY_MIN);
    for (int64_t i = 0; i < 1000000; i++) {
        struct cs_row *row = cs_tui_ring_push(&ring);
        *row = (struct cs_row){.at_ps = i, .kind = CS_EV_FRAME, .has_frame = true, .len = 8};
        uint64_t data = roll();
        memcpy(row->data, &data, 8);
    }
    assert_true(ring.first > 0);
    assert_int_equal(ring.first % CS_RING_CHUNK, 0);
    assert_true(ring.end - ring.first > 150000);
    assert_true(cs_tui_ring_bytes(&ring) < CS_TUI_HISTORY_MIN + (UINT64_C(8) << 20));
    assert_null(cs_tui_ring_get(&ring, ring.first - 1));
    for (uint64_t i = ring.first; i < ring.end; i++)
        assert_int_equal(cs_tui_ring_get(&ring, i)->at_ps, i);
    assert_int_equal(cs_tui_ring_after(&ring, 0), ring.first);
    cs_tui_ring_fini(&ring);
}

/* So are the rows, to the row; what they free is used again. */
static void rows_are_bounded(void **state)
{
    struct cs_tui_ring ring;
    uint64_t bytes = 0;

    (void)state;
    start_dice();
    assert_int_equal(cs_tui_ring_init(&ring, 50001), 0);
    for (int64_t i = 0; i < 1000000; i++) {
        struct cs_row *row = cs_tui_ring_push(&ring);
        *row = (struct cs_row){.at_ps = i, .queued_ps = (int64_t)roll(), .kind = CS_EV_NOTE};
        if (i == 300000)
            bytes = cs_tui_ring_bytes(&ring);
    }
    assert_int_equal(ring.end - ring.first, 50001);
    assert_true(cs_tui_ring_bytes(&ring) <= bytes + (2 << 20));
    for (uint64_t i = ring.first; i < ring.end; i++)
        assert_int_equal(cs_tui_ring_get(&ring, i)->at_ps, i);
    cs_tui_ring_fini(&ring);
}

static void times_are_found(void **state)
{
    struct cs_tui_ring ring;

    (void)state;
    assert_int_equal(cs_tui_ring_init(&ring, 80000), 0);
    for (int64_t i = 0; i < 123456; i++)
        *cs_tui_ring_push(&ring) = (struct cs_row){.at_ps = i / 3 * 10};
    for (uint64_t i = ring.first; i < ring.end; i += 7) {
        const int64_t at_ps = cs_tui_ring_get(&ring, i)->at_ps;
        const uint64_t after = cs_tui_ring_after(&ring, at_ps);
        assert_true(after == ring.end || cs_tui_ring_get(&ring, after)->at_ps > at_ps);
        assert_true(cs_tui_ring_get(&ring, after - 1)->at_ps <= at_ps);
    }
    assert_int_equal(cs_tui_ring_after(&ring, -1), ring.first);
    assert_int_equal(cs_tui_ring_after(&ring, INT64_MAX), ring.end);
    cs_tui_ring_fini(&ring);
}

static bool is_wanted(const struct cs_row *row, const struct cs_ring_want *want)
{
    if (want->kinds && !(want->kinds >> row->kind & 1))
        return false;
    for (unsigned i = 0; i < want->n; i++)
        if (row->has_frame && row->id >= want->ids[i].low && row->id <= want->ids[i].high)
            return true;
    return want->n == 0;
}

/* What is passed over has nothing of what is wanted, in either direction; some of it is passed
 * over. */
static void check_want(const struct cs_tui_ring *ring, const struct cs_ring_want *want,
                       unsigned least)
{
    unsigned passed = 0;

    for (uint64_t at = ring->first, to; at < ring->end; at = to + (to < ring->end)) {
        to = cs_tui_ring_skip(ring, at, want);
        for (; at < to; at++, passed++)
            assert_false(is_wanted(cs_tui_ring_get(ring, at), want));
    }
    assert_true(passed >= least);
    for (uint64_t at = ring->end, to; at > ring->first; at = to - (to > ring->first)) {
        to = cs_tui_ring_skip_back(ring, at, want);
        for (; at > to; at--, passed--)
            assert_false(is_wanted(cs_tui_ring_get(ring, at - 1), want));
    }
    assert_int_equal(passed, 0);
}

static void chunks_are_passed_over(void **state)
{
    static const struct cs_ring_want wants[] = {
        {.kinds = 1u << CS_EV_ERROR},
        {.n = 1, .ids = {{0x123, 0x123}}},
        {.n = 2, .ids = {{0x7fe, 0x7ff}, {0x18daf110, 0x18daf110}}},
        {.n = 1, .ids = {{0x700, 0x10000}}},
        {.n = 1, .ids = {{0x18da0000, 0x18daffff}}},
        {.n = 1, .ids = {{0x18d00000, 0x18d9ffff}}},
        {.kinds = 1u << CS_EV_FRAME, .n = 1, .ids = {{0, 0}}},
    };
    struct cs_tui_ring ring;

    (void)state;
    assert_int_equal(cs_tui_ring_init(&ring, 100000), 0);
    for (int64_t i = 0; i < 130000; i++) {
        struct cs_row *row = cs_tui_ring_push(&ring);
        *row = (struct cs_row){.at_ps = i, .kind = CS_EV_FRAME, .has_frame = true};
        row->id = 0x200 + (uint32_t)(i % 256) * 4;
        if (i % 50021 == 0)
            row->kind = CS_EV_ERROR;
        if (i % 40009 == 0)
            row->id = 0x123;
        if (i % 45007 == 0)
            row->id = 0x18daf110;
        if (i % 30011 == 0)
            row->id = 0;
    }
    for (size_t w = 0; w < sizeof wants / sizeof *wants; w++)
        check_want(&ring, &wants[w], 60000);
    check_want(&ring, &(struct cs_ring_want){0}, 0);
    cs_tui_ring_fini(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_chunk_comes_back),   cmocka_unit_test(rows_come_back),
        cmocka_unit_test(a_page_stays),           cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(rows_are_bounded),       cmocka_unit_test(times_are_found),
        cmocka_unit_test(chunks_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
