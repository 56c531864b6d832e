/* SPDX-License-Identifier: MIT */
/* Frames as text; frames as bits worked out by hand, wrong forms, what a decoder refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "simcore/rng.h"
#include "simcore/wire.h"

static void good_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *back;
        uint32_t id;
        uint8_t flags, dlc, len;
    } rows[] = {
        {"123#DEADBEEF", "123#DEADBEEF", 0x123, 0, 4, 4},
        {"5a1#11.22.33", "5A1#112233", 0x5A1, 0, 3, 3},
        {"1F334455#", "1F334455#", 0x1F334455, CS_FRAME_EXT, 0, 0},
        {"123#R", "123#R", 0x123, CS_FRAME_RTR, 0, 0},
        {"123#R0", "123#R", 0x123, CS_FRAME_RTR, 0, 0},
        {"12345678#R8", "12345678#R8", 0x12345678, CS_FRAME_EXT | CS_FRAME_RTR, 8, 0},
        {"123#R8_A", "123#R8_A", 0x123, CS_FRAME_RTR, 10, 0},
        {"123##3112233", "123##3112233", 0x123, CS_FRAME_FD | CS_FRAME_BRS | CS_FRAME_ESI, 3, 3},
        {"123##1112233445566778899", "123##1112233445566778899000000", 0x123,
         CS_FRAME_FD | CS_FRAME_BRS, 9, 12},
        {"123#1122334455667788_B", "123#1122334455667788_B", 0x123, 0, 11, 8},
        {"7FF#", "7FF#", 0x7FF, 0, 0, 0},
        {"00000000#00", "00000000#00", 0, CS_FRAME_EXT, 1, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_frame frame;
        char why[128] = "", text[CS_FRAME_TEXT_MAX];
        assert_int_equal(cs_frame_parse(rows[i].text, &frame, why, sizeof(why)), 0);
        assert_int_equal(frame.id, rows[i].id);
        assert_int_equal(frame.flags, rows[i].flags);
        assert_int_equal(frame.dlc, rows[i].dlc);
        assert_int_equal(frame.len, rows[i].len);
        assert_int_equal(cs_frame_check(&frame), 0);
        assert_int_equal(cs_frame_format(&frame, text), strlen(rows[i].back));
        assert_string_equal(text, rows[i].back);
    }
}

static void bad_text(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",          "123",
        "#11",       "12#11",
        "1234#11",   "800#",
        "20000000#", "123456789#",
        "123#1",     "123#111",
        "123#GG",    "123#1122334455667788_8",
        "123#11_9",  "123#112233445566778899",
        "123#R9",    "123#R5_9",
        "123#R8_9x", "123##",
        "123##g",    "123#11 ",
        " 123#11",   "123#1122334455667788_9F",
        "123#11.",   "123##R",
        "123##1R8",  "123##11",
        "123##1112", "123##11122334455667788_9",
        "123#R##1",  "123##1 11",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_frame frame;
        char why[128] = "";
        if (cs_frame_parse(rows[i], &frame, why, sizeof(why)) != -EINVAL || !why[0]) {
            fail_msg("\"%s\" was taken", rows[i]);
        }
    }
    char fd[3 + 3 + 2 * 65 + 1] = "123##1";
    memset(fd + 6, 'A', 130);
    fd[sizeof(fd) - 1] = '\0';
    struct cs_frame frame;
    assert_int_equal(cs_frame_parse(fd, &frame, NULL, 0), -EINVAL);
}

static void random_text_does_no_harm(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFabcdef#R_. x";
    struct cs_rng rng;
    cs_rng_init(&rng, 1, "text");
    for (int i = 0; i < 200000; i++) {
        char text[24], why[64];
        size_t n = (size_t)cs_rng_below(&rng, sizeof(text));
        for (size_t k = 0; k < n; k++) {
            text[k] = alphabet[cs_rng_below(&rng, sizeof(alphabet) - 1)];
        }
        text[n] = '\0';
        struct cs_frame frame, again;
        if (cs_frame_parse(text, &frame, why, sizeof(why)) == 0) {
            char back[CS_FRAME_TEXT_MAX];
            assert_int_equal(cs_frame_check(&frame), 0);
            cs_frame_format(&frame, back);
            assert_int_equal(cs_frame_parse(back, &again, why, sizeof(why)), 0);
            assert_true(cs_frame_equal(&frame, &again));
        }
    }
}

static void fields_cover_the_frame(void **state)
{
    (void)state;
    struct cs_frame frame;
    struct cs_wire wire;
    unsigned index;

    assert_int_equal(cs_frame_parse("000#", &frame, NULL, 0), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    assert_int_equal(wire.n_bits, 50);
    assert_int_equal(wire.n_stuff, 6);
    unsigned next = 0;
    for (unsigned i = 0; i < wire.n_spans; i++) {
        assert_int_equal(wire.spans[i].first, next);
        assert_true(wire.spans[i].count >= 1);
        next += wire.spans[i].count;
    }
    assert_int_equal(next, wire.n_bits);
    assert_int_equal(cs_wire_field_at(&wire, 0, &index), CS_FIELD_SOF);
    assert_int_equal(cs_wire_field_at(&wire, 1, &index), CS_FIELD_ID);
    assert_int_equal(index, 0);
    assert_int_equal(cs_wire_field_at(&wire, 5, &index), CS_FIELD_ID); /* the stuff bit */
    assert_int_equal(index, 3);
    assert_int_equal(cs_wire_field_at(&wire, 6, &index), CS_FIELD_ID);
    assert_int_equal(index, 4);
    assert_int_equal(cs_wire_field_at(&wire, 49, &index), CS_FIELD_EOF);
    assert_int_equal(index, 6);
}

/* The wire as text: dynamic stuff bits in <>, fixed ones in []. */
static void mark(const struct cs_wire *wire, char *text)
{
    for (unsigned i = 0; i < wire->n_bits; i++) {
        bool stuff = cs_wire_is_stuff(wire, i), fixed = wire->fixed && i >= wire->fixed;
        if (stuff) {
            *text++ = fixed ? '[' : '<';
        }
        *text++ = (char)('0' + cs_wire_level(wire, i));
        if (stuff) {
            *text++ = fixed ? ']' : '>';
        }
    }
    *text = '\0';
}

/* Divided by the polynomials on paper, not by a shift register. */
static void fd_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        bool non_iso;
        const char *wire;
        uint32_t crc;
        uint16_t n_stuff, brs;
    } rows[] = {
        {"123##1F8", false,
         "00010010001100101000011111<0>1000[1]0011[0]0001[0]0010[1]0011[0]1110[1]0"
         "1111111111",
         0x247C, 7, 16},
        {"000##0", false,
         "00000<1>00000<1>0000100000<1>00[1]0101[0]0011[0]1001[0]0101[0]1111[0]1"
         "1111111111",
         0x72BF, 9, 0},
        /* The data ends with five equal bits: the fixed stuff bit alone follows them. */
        {"7FF##30000000000000000000000000000000000000000", false,
         "011111<0>11111<0>1001011101100000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000"
         "[1]0011[0]0110[1]0111[0]1111[0]1101[0]1111[0]1"
         "1111111111",
         0xCFFBF, 40, 18},
        {"123##1F8", true,
         "00010010001100101000011111<0>1000[1]1010[1]1001[0]1010[1]0100[1]1"
         "1111111111",
         0x15349, 6, 16},
        {"7FF##30000000000000000000000000000000000000000", true,
         "011111<0>11111<0>1001011101100000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>00000<1>"
         "00000<1>00000<1>00000"
         "[1]0011[0]1100[1]0110[1]0000[1]1100[1]0"
         "1111111111",
         0x78C18, 39, 18},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cs_wire_form form = {.non_iso = rows[i].non_iso};
        struct cs_frame frame;
        struct cs_wire wire;
        char text[3 * CS_WIRE_MAX_BITS];
        assert_int_equal(cs_frame_parse(rows[i].frame, &frame, NULL, 0), 0);
        assert_int_equal(cs_wire_encode_as(&frame, &form, &wire), 0);
        mark(&wire, text);
        assert_string_equal(text, rows[i].wire);
        assert_int_equal(wire.crc, rows[i].crc);
        assert_int_equal(wire.n_stuff, rows[i].n_stuff);
        assert_int_equal(wire.brs, rows[i].brs);
    }
}

/* ISO 11898-1:2015, 10.4.2.6, its table. */
static void stuff_counts(void **state)
{
    (void)state;
    static const uint8_t fields[8] = {0x0, 0x3, 0x6, 0x5, 0xC, 0xF, 0xA, 0x9};
    for (unsigned n = 0; n < 200; n++) {
        assert_int_equal(cs_wire_stuff_count(n), fields[n % 8]);
    }
}

static unsigned differences(const struct cs_wire *a, const struct cs_wire *b, unsigned *first)
{
    unsigned n = 0;
    for (unsigned i = 0; i < a->n_bits && i < b->n_bits; i++) {
        if (cs_wire_level(a, i) != cs_wire_level(b, i)) {
            *first = n++ ? *first : i;
        }
    }
    return n;
}

static void wrong_forms(void **state)
{
    (void)state;
    static const struct {
        uint8_t field, index;
        int offset; /* from the CRC delimiter; < 0: refused */
    } rows[] = {
        {CS_FIELD_CRC_DELIM, 0, 0},     {CS_FIELD_ACK, 0, 1},    {CS_FIELD_ACK_DELIM, 0, 2},
        {CS_FIELD_EOF, 0, 3},           {CS_FIELD_EOF, 6, 9},    {CS_FIELD_EOF, 7, -1},
        {CS_FIELD_ACK, 1, -1},          {CS_FIELD_CRC, 0, -1},   {CS_FIELD_SOF, 0, -1},
        {CS_FIELD_INTERMISSION, 0, -1}, {CS_FIELD_COUNT, 0, -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned fd = 0; fd < 2; fd++) {
            const struct cs_wire_form form = {
                .wrong_form = true, .field = rows[i].field, .index = rows[i].index};
            struct cs_frame frame;
            struct cs_wire good, bad;
            unsigned first = 0;
            assert_int_equal(cs_frame_parse(fd ? "123##1AABB" : "123#AABB", &frame, NULL, 0), 0);
            assert_int_equal(cs_wire_encode(&frame, &good), 0);
            if (rows[i].offset < 0) {
                assert_int_equal(cs_wire_encode_as(&frame, &form, &bad), -EINVAL);
                continue;
            }
            assert_int_equal(cs_wire_encode_as(&frame, &form, &bad), 0);
            assert_int_equal(differences(&good, &bad, &first), 1);
            assert_int_equal(first, good.crc_delim + rows[i].offset);
        }
    }
}

/* What each fault of the wire is told as, and where. */
static void faults_of_the_wire(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        unsigned flip; /* this bit */
        enum cs_wire_fault fault;
        unsigned at;
    } rows[] = {
        {"123#AABB", 0, CS_WIRE_FORM_ERROR, 0}, /* SOF */
        {"000#", 5, CS_WIRE_STUFF_ERROR, 5},    /* a stuff bit */

        {"123##1F8", 15, CS_WIRE_UNSUPPORTED, 15},    /* res */
        {"123##1F8", 31, CS_WIRE_FORM_ERROR, 31},     /* first fixed stuff bit */
        {"123##1F8", 36, CS_WIRE_FORM_ERROR, 36},     /* the next */
        {"123##1F8", 33, CS_WIRE_CRC_ERROR, 73 - 15}, /* stuff count */
        {"123##1F8", 37, CS_WIRE_CRC_ERROR, 73 - 15}, /* CRC */
        {"123##1F8", 57, CS_WIRE_CRC_ERROR, 73 - 15}, /* last bit of it */
        {"123##1F8", 58, CS_WIRE_FORM_ERROR, 58},     /* CRC delimiter */
        {"123##1F8", 60, CS_WIRE_FORM_ERROR, 60},     /* ACK delimiter */
        {"123##1F8", 61, CS_WIRE_FORM_ERROR, 61},     /* EOF */
        {"123##1F8", 67, CS_WIRE_FORM_ERROR, 67},     /* its last bit */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cs_frame frame;
        struct cs_wire wire;
        uint8_t bits[CS_WIRE_MAX_BITS];
        unsigned at;
        assert_int_equal(cs_frame_parse(rows[i].frame, &frame, NULL, 0), 0);
        assert_int_equal(cs_wire_encode(&frame, &wire), 0);
        for (unsigned k = 0; k < wire.n_bits; k++) {
            bits[k] = k != wire.ack_slot && cs_wire_level(&wire, k);
        }
        bits[rows[i].flip] ^= 1;
        enum cs_wire_fault fault = cs_wire_decode(bits, wire.n_bits, &frame, &at);
        if (fault != rows[i].fault || at != rows[i].at) {
            fail_msg("%s with bit %u inverted: fault %d at %u", rows[i].frame, rows[i].flip, fault,
                     at);
        }
    }
}

static void extremes(void **state)
{
    (void)state;
    struct cs_frame frame;
    struct cs_wire wire;

    /* The shortest: 11-bit identifier without data or stuff bits. */
    assert_int_equal(cs_frame_parse("123#R4", &frame, NULL, 0), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    assert_int_equal(wire.n_bits, 44);
    assert_int_equal(wire.crc, 0x4352);
    frame.flags |= CS_FRAME_FD;
    assert_int_equal(cs_wire_encode(&frame, &wire), -EINVAL);
    /* A stuff bit after every four bits of 64 bytes: close to the longest. */
    frame = (struct cs_frame){
        .id = 0x783C3C3, .flags = CS_FRAME_EXT | CS_FRAME_FD, .dlc = 15, .len = 64};
    memset(frame.data, 0, sizeof(frame.data));
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
    assert_in_range(wire.n_bits, 690, CS_WIRE_MAX_BITS);
    frame = (struct cs_frame){.id = 0x123, .flags = CS_FRAME_FD, .dlc = 9, .len = 11};
    assert_int_equal(cs_wire_encode(&frame, &wire), -EINVAL);
    frame = (struct cs_frame){.id = 0x123, .flags = CS_FRAME_BRS};
    assert_int_equal(cs_wire_encode(&frame, &wire), -EINVAL);
    frame = (struct cs_frame){.id = 0x800};
    assert_int_equal(cs_wire_encode(&frame, &wire), -EINVAL);
    frame = (struct cs_frame){.dlc = 3, .len = 2};
    assert_int_equal(cs_wire_encode(&frame, &wire), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text),
        cmocka_unit_test(bad_text),
        cmocka_unit_test(random_text_does_no_harm),
        cmocka_unit_test(fields_cover_the_frame),
        cmocka_unit_test(fd_by_hand),
        cmocka_unit_test(stuff_counts),
        cmocka_unit_test(wrong_forms),
        cmocka_unit_test(faults_of_the_wire),
        cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
