/* SPDX-License-Identifier: MIT */
/* Reception: acceptance filters against a second way to tell what passes, the FIFO at every size,
 * RMC and RBSA, overrun, the RAM behind it, BasicCAN. 6.3.8, 6.3.9, 6.4.14 to 6.4.17. */
#include "test_sja1000.h"

#include <stdio.h>

#include "simcore/rng.h"

/* ---- the filter, bit by bit -------------------------------------------------------------------
 * A string says for each bit of ACR0..3 (or AC) what is compared with it: an index into the bits of
 * the message, or nothing. */

enum { NOTHING = -1, RTR = 100, DATA = 200 }; /* identifiers: the bit's number */

struct layout {
    bool ext, single;
    int bits[2][32]; /* of either filter; a single one has the first only */
};

#define DOWN(from) (from), (from)-1, (from)-2, (from)-3, (from)-4, (from)-5, (from)-6, (from)-7
#define BYTE(n)                                                                     \
    DATA + 8 * (n) + 7, DATA + 8 * (n) + 6, DATA + 8 * (n) + 5, DATA + 8 * (n) + 4, \
        DATA + 8 * (n) + 3, DATA + 8 * (n) + 2, DATA + 8 * (n) + 1, DATA + 8 * (n)
#define NONE4 NOTHING, NOTHING, NOTHING, NOTHING
#define NONE8 NONE4, NONE4

static const struct layout layouts[] = {
    {false, true, {{DOWN(10), 2, 1, 0, RTR, NONE4, BYTE(0), BYTE(1)}, {0}}},
    {true, true, {{DOWN(28), DOWN(20), DOWN(12), 4, 3, 2, 1, 0, RTR, NOTHING, NOTHING}, {0}}},
    {false,
     false,
     {{DOWN(10), 2, 1, 0, RTR, DATA + 7, DATA + 6, DATA + 5, DATA + 4, NONE8, NONE4, DATA + 3,
       DATA + 2, DATA + 1, DATA + 0},
      {NONE8, NONE8, DOWN(10), 2, 1, 0, RTR, NONE4}}},
    {true, false, {{DOWN(28), DOWN(20), NONE8, NONE8}, {NONE8, NONE8, DOWN(28), DOWN(20)}}},
};

/* -1: the message has no such bit. */
static int bit_of(const struct cs_frame *frame, int what)
{
    if (what == NOTHING)
        return -1;
    if (what == RTR)
        return frame->flags & CS_FRAME_RTR ? 1 : 0;
    if (what < RTR)
        return (int)(frame->id >> what & 1);
    what -= DATA;
    return what / 8 < frame->len ? frame->data[what / 8] >> (what % 8) & 1 : -1;
}

static bool one_accepts(const int *bits, const uint8_t *code, const uint8_t *mask,
                        const struct cs_frame *frame)
{
    for (int i = 0; i < 32; i++) {
        const int bit = bit_of(frame, bits[i]), shift = 7 - i % 8;

        if (bit >= 0 && !(mask[i / 8] >> shift & 1) && (code[i / 8] >> shift & 1) != bit)
            return false;
    }
    return true;
}

static bool should_accept(bool single, const uint8_t *code, const uint8_t *mask,
                          const struct cs_frame *frame)
{
    const bool ext = frame->flags & CS_FRAME_EXT;

    for (unsigned i = 0; i < ARRAY(layouts); i++) {
        const struct layout *l = &layouts[i];

        if (l->ext == ext && l->single == single)
            return one_accepts(l->bits[0], code, mask, frame) ||
                   (!single && one_accepts(l->bits[1], code, mask, frame));
    }
    fail();
    return false;
}

static struct cs_frame random_frame(struct cs_rng *rng)
{
    const bool ext = cs_rng_below(rng, 2), rtr = cs_rng_below(rng, 4) == 0;
    struct cs_frame frame = frame_of((uint32_t)cs_rng_below(rng, ext ? 1u << 29 : 1u << 11),
                                     (ext ? CS_FRAME_EXT : 0u) | (rtr ? CS_FRAME_RTR : 0u),
                                     (unsigned)cs_rng_below(rng, 4));

    for (unsigned i = 0; i < frame.len; i++)
        frame.data[i] = (uint8_t)cs_rng_below(rng, 256);
    return frame;
}

/* Code registers that fit the message but perhaps for a bit, mask registers with most bits set or
 * few. */
static void random_filter(struct cs_rng *rng, bool single, const struct cs_frame *frame,
                          uint8_t *code, uint8_t *mask)
{
    for (int i = 0; i < 4; i++) {
        code[i] = (uint8_t)cs_rng_below(rng, 256);
        mask[i] = (uint8_t)(cs_rng_below(rng, 256) & cs_rng_below(rng, 256));
        mask[i] = cs_rng_below(rng, 2) ? (uint8_t)~mask[i] : mask[i];
    }
    for (unsigned i = 0; i < ARRAY(layouts); i++) {
        const struct layout *l = &layouts[i];
        const unsigned which = single ? 0 : (unsigned)cs_rng_below(rng, 2);

        for (int b = 0; l->ext == !!(frame->flags & CS_FRAME_EXT) && l->single == single && b < 32;
             b++) {
            const int bit = bit_of(frame, l->bits[which][b]), shift = 7 - b % 8;

            if (bit >= 0)
                code[b / 8] = (uint8_t)((code[b / 8] & ~(1 << shift)) | bit << shift);
        }
    }
    if (cs_rng_below(rng, 4))
        code[cs_rng_below(rng, 4)] ^= (uint8_t)(1u << cs_rng_below(rng, 8));
}

static void filters_as_by_brute_force(void **state)
{
    struct world *w = *state;
    struct cs_rng rng;
    unsigned n_accepted = 0;

    cs_rng_init(&rng, 1, "filters");
    start(w, 0, 0);
    for (unsigned i = 0; i < 3000; i++) {
        const struct cs_frame frame = random_frame(&rng);
        const bool single = cs_rng_below(&rng, 2);
        uint8_t code[4], mask[4];
        char text[CS_FRAME_TEXT_MAX];

        random_filter(&rng, single, &frame, code, mask);
        put(w, MOD, RM);
        for (unsigned r = 0; r < 4; r++) {
            put(w, ACR + r, code[r]);
            put(w, AMR + r, mask[r]);
        }
        put(w, MOD, single ? AFM : 0);
        run_bits(w, 12);
        receive(w, &frame);
        const bool expect = should_accept(single, code, mask, &frame);
        n_accepted += expect;
        cs_frame_format(&frame, text);
        if (get(w, RMC) != expect)
            fail_msg("%u: %s, %s filter %02X %02X %02X %02X mask %02X %02X %02X %02X: should be %s",
                     i, text, single ? "single" : "dual", code[0], code[1], code[2], code[3],
                     mask[0], mask[1], mask[2], mask[3], expect ? "accepted" : "refused");
    }
    assert_in_range(n_accepted, 500, 2500);
}

static void basic_filter(void **state)
{
    struct world *w = *state;
    struct cs_rng rng;

    cs_rng_init(&rng, 1, "basic filter");
    for (unsigned i = 0; i < 300; i++) {
        struct cs_frame frame = random_frame(&rng);
        const uint8_t code = (uint8_t)(frame.id >> 3 ^ (1u << cs_rng_below(&rng, 12)));
        const uint8_t mask = (uint8_t)cs_rng_below(&rng, 256);
        bool expect = !(frame.flags & CS_FRAME_EXT);

        for (unsigned bit = 0; bit < 8; bit++)
            expect &= mask >> bit & 1 || (code >> bit & 1) == (frame.id >> (3 + bit) & 1);
        start_basic(w, RM);
        put(w, AC, code);
        put(w, AM, mask);
        put(w, CR, 0);
        run_bits(w, 12);
        receive(w, &frame); /* extended ones are acknowledged, too */
        assert_int_equal(get(w, SR) & RBS, expect);
    }
}

/* ---- the FIFO ------------------------------------------------------------------------------- */

static void assert_same(const struct cs_frame *a, const struct cs_frame *b)
{
    char text[2][CS_FRAME_TEXT_MAX];

    cs_frame_format(a, text[0]);
    cs_frame_format(b, text[1]);
    assert_string_equal(text[0], text[1]);
}

/* Every format and DLC, as the bytes of 6.4.14. */
static void messages_in_bytes(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    for (unsigned kind = 0; kind < 4; kind++) {
        for (unsigned dlc = 0; dlc < 16; dlc++) {
            const bool ext = kind & 1, rtr = kind & 2;
            const struct cs_frame frame =
                frame_of(ext ? 0x15A5A5A5 : 0x5A5,
                         (ext ? CS_FRAME_EXT : 0u) | (rtr ? CS_FRAME_RTR : 0u), dlc);
            const uint8_t sff[] = {0xB4, (uint8_t)(0xA0 | (rtr ? 0x10 : 0))};
            const uint8_t eff[] = {0xAD, 0x2D, 0x2D, (uint8_t)(0x28 | (rtr ? 4 : 0))};
            const unsigned head = ext ? 5 : 3, before = get(w, RBSA);

            receive(w, &frame);
            assert_int_equal(get(w, RMC), 1);
            assert_int_equal(get(w, BUF), (ext ? 0x80 : 0) | (rtr ? 0x40 : 0) | (int)dlc);
            for (unsigned i = 1; i < head; i++)
                assert_int_equal(get(w, BUF + i), (ext ? eff : sff)[i - 1]);
            for (unsigned i = 0; i < frame.len; i++)
                assert_int_equal(get(w, BUF + head + i), frame.data[i]);
            const struct cs_frame got = fetch(w);
            assert_same(&got, &frame);
            assert_int_equal(get(w, RBSA), (before + head + frame.len) % 64);
            assert_int_equal(get(w, RMC), 0);
            assert_int_equal(get(w, SR) & RBS, 0);
        }
    }
}

/* Messages of one size until one does not fit; they are all there, in order, and the next one comes
 * when there is room again. */
static void fill(struct world *w, bool ext, bool rtr, unsigned dlc)
{
    struct cs_frame frame = frame_of(0, (ext ? CS_FRAME_EXT : 0u) | (rtr ? CS_FRAME_RTR : 0u), dlc);
    const unsigned size = (ext ? 5u : 3u) + frame.len, room = 64 / size;
    const uint64_t overruns = cs_sja1000_overruns(w->chip);

    for (unsigned i = 0; i < room + 2; i++) {
        frame.id = 0x100 + i;
        receive(w, &frame);
        assert_int_equal(get(w, RMC), i < room ? i + 1 : room);
        assert_int_equal(!!(get(w, SR) & DOS), i >= room);
    }
    assert_int_equal(cs_sja1000_overruns(w->chip), overruns + 2);
    assert_int_equal(get(w, IR) & (DOI | RI), DOI | RI);
    assert_int_equal(get(w, IR) & (DOI | RI), RI);
    put(w, CMR, CDO);
    assert_int_equal(get(w, SR) & DOS, 0);
    for (unsigned i = 0; i < room; i++) {
        const struct cs_frame got = fetch(w);
        frame.id = 0x100 + i;
        assert_same(&got, &frame);
        if (i == 0) {
            frame.id = 0x100 + room;
            receive(w, &frame);
        }
    }
    const struct cs_frame last = fetch(w);
    frame.id = 0x100 + room;
    assert_same(&last, &frame);
    assert_int_equal(get(w, RMC), 0);
    put(w, CMR, RRB); /* of nothing */
    assert_int_equal(get(w, RMC), 0);
}

static void fills_with_every_size(void **state)
{
    struct world *w = *state;

    start(w, 0, RI | DOI);
    for (unsigned dlc = 0; dlc <= 9; dlc++) {
        fill(w, false, false, dlc);
        fill(w, true, false, dlc);
        fill(w, true, true, dlc);
    }
    fill(w, false, true, 8); /* 21 remote frames: no data whatever their DLC */
}

/* 64 bytes to the last: 8 * 8. */
static void full_to_the_last_byte(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x1, 0, 5);

    start(w, 0, 0);
    for (unsigned i = 0; i < 8; i++)
        receive(w, &frame);
    assert_int_equal(get(w, RMC), 8);
    assert_int_equal(get(w, SR) & DOS, 0);
    receive(w, &frame);
    assert_int_equal(get(w, RMC), 8);
    assert_int_equal(get(w, SR) & DOS, DOS);
}

/* A smaller one still fits where a larger one was lost; overrun is told once until cleared, also
 * together with a release. */
static void overrun(void **state)
{
    struct world *w = *state;
    const struct cs_frame large = frame_of(0x1FFFFFFF, CS_FRAME_EXT, 8), small = frame_of(1, 0, 0);

    start(w, 0, DOI);
    for (unsigned i = 0; i < 5; i++)
        receive(w, &large);
    assert_int_equal(get(w, RMC), 4);
    assert_true(w->irq);
    receive(w, &small);
    assert_int_equal(get(w, RMC), 5);
    assert_int_equal(get(w, IR), DOI);
    receive(w, &large);
    assert_int_equal(get(w, IR), 0);
    put(w, CMR, RRB | CDO);
    assert_int_equal(get(w, SR) & DOS, 0);
    receive(w, &large);
    assert_int_equal(get(w, SR) & DOS, 0);
    receive(w, &large);
    assert_int_equal(get(w, IR), DOI);
    assert_int_equal(get(w, SR) & DOS, DOS);
}

static void random_traffic_stays_in_order(void **state)
{
    struct world *w = *state;
    struct cs_rng rng;
    struct cs_frame kept[32];
    unsigned n = 0, used = 0;

    cs_rng_init(&rng, 3, "fifo");
    start(w, 0, 0);
    for (unsigned i = 0; i < 2000; i++) {
        if (cs_rng_below(&rng, 2)) {
            const struct cs_frame frame = random_frame(&rng);
            const unsigned size = (frame.flags & CS_FRAME_EXT ? 5u : 3u) + frame.len;

            receive(w, &frame);
            if (used + size <= 64) {
                kept[n++] = frame;
                used += size;
            }
        } else if (n) {
            const struct cs_frame got = fetch(w);

            assert_same(&got, &kept[0]);
            used -= (got.flags & CS_FRAME_EXT ? 5u : 3u) + got.len;
            memmove(kept, kept + 1, --n * sizeof(kept[0]));
        }
        assert_int_equal(get(w, RMC), n);
        assert_int_equal(!!(get(w, SR) & RBS), n > 0);
    }
}

/* 6.4.17: the RAM shows the same bytes, from RBSA on. */
static void ram_behind_the_window(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x321, 0, 7);

    start(w, 0, 0);
    for (unsigned i = 0; i < 20; i++) {
        receive(w, &frame);
        for (unsigned b = 0; b < 13; b++)
            assert_int_equal(get(w, RAM + (get(w, RBSA) + b) % 64), get(w, BUF + b));
        put(w, CMR, RRB);
    }
    assert_int_equal(get(w, RBSA), 20 * 10 % 64);
    /* Set in reset mode, it is where the next message comes. */
    put(w, MOD, RM);
    put(w, RBSA, 60);
    put(w, MOD, 0);
    run_bits(w, 20);
    receive(w, &frame);
    assert_int_equal(get(w, RBSA), 60);
    assert_int_equal(get(w, RAM + 60), 7);
    assert_int_equal(get(w, RAM + 63), 0x11);
    assert_int_equal(get(w, RAM), 0x22);
    assert_int_equal(get(w, BUF + 4), 0x22);
}

/* ---- interrupts of reception ---------------------------------------------------------------- */

/* PeliCAN: RI is a level, RBS and RIE. */
static void receive_interrupt(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 1);

    start(w, 0, RI);
    receive(w, &frame);
    receive(w, &frame);
    assert_true(w->irq);
    assert_int_equal(w->n_irq, 1);
    assert_int_equal(get(w, IR), RI);
    assert_int_equal(get(w, IR), RI);
    put(w, IER, 0);
    assert_false(w->irq);
    assert_int_equal(get(w, IR), 0);
    put(w, IER, RI);
    assert_true(w->irq);
    put(w, CMR, RRB);
    assert_true(w->irq);
    put(w, CMR, RRB);
    assert_false(w->irq);
    assert_false(cs_sja1000_irq(w->chip));
}

/* BasicCAN: reading clears it, releasing one of two messages sets it again. */
static void basic_receive_interrupt(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 1);

    start_basic(w, 0x02);
    receive(w, &frame);
    receive(w, &frame);
    assert_true(w->irq);
    assert_int_equal(get(w, IR), 0xE0 | RI);
    assert_false(w->irq);
    assert_int_equal(get(w, IR), 0xE0);
    put(w, CMR, RRB);
    assert_true(w->irq);
    assert_int_equal(get(w, IR), 0xE0 | RI);
    put(w, CMR, RRB);
    assert_false(w->irq);
    put(w, CR, 0);
    receive(w, &frame);
    assert_false(w->irq);
}

/* 6.3.8: two bytes, then the data. 32 remote frames fit. */
static void basic_buffer(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x5A5, 0, 8), remote = frame_of(0x5A5, CS_FRAME_RTR, 8);

    start_basic(w, 0x10);
    receive(w, &frame);
    assert_int_equal(get(w, RXB), 0xB4);
    assert_int_equal(get(w, RXB + 1), 0xA8);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get(w, RXB + 2 + i), frame.data[i]);
    put(w, CMR, RRB);
    for (unsigned i = 0; i < 33; i++)
        receive(w, &remote);
    assert_int_equal(get(w, SR) & (RBS | DOS), RBS | DOS);
    assert_int_equal(get(w, IR), 0xE0 | DOI);
    for (unsigned i = 0; i < 32; i++) {
        assert_int_equal(get(w, SR) & RBS, RBS);
        assert_int_equal(get(w, RXB), 0xB4);
        assert_int_equal(get(w, RXB + 1), 0xB8);
        put(w, CMR, RRB);
    }
    assert_int_equal(get(w, SR) & RBS, 0);
    put(w, CMR, CDO);
    assert_int_equal(get(w, SR) & DOS, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(filters_as_by_brute_force),     TEST(basic_filter),          TEST(messages_in_bytes),
        TEST(fills_with_every_size),         TEST(full_to_the_last_byte), TEST(overrun),
        TEST(random_traffic_stays_in_order), TEST(ram_behind_the_window), TEST(receive_interrupt),
        TEST(basic_receive_interrupt),       TEST(basic_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
