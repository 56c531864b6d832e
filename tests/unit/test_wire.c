/* SPDX-License-Identifier: MIT */
/* Frames as text, frames as bits, and back. */
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
        "123#11.",
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

static void frame_from(struct cs_rng *rng, struct cs_frame *frame)
{
    static const uint8_t runs[] = {0x00, 0xFF, 0x1F, 0xF8, 0x0F, 0x3C};
    memset(frame, 0, sizeof(*frame));
    frame->flags = (uint8_t)(cs_rng_below(rng, 2) ? CS_FRAME_EXT : 0);
    frame->flags |= (uint8_t)(cs_rng_below(rng, 8) ? 0 : CS_FRAME_RTR);
    frame->id =
        (uint32_t)cs_rng_next(rng) & (frame->flags & CS_FRAME_EXT ? CS_ID_MAX_EXT : CS_ID_MAX_BASE);
    frame->dlc = (uint8_t)cs_rng_below(rng, 16);
    frame->len = (uint8_t)(frame->flags & CS_FRAME_RTR ? 0 : cs_frame_dlc_to_len(frame->dlc, 0));
    bool pattern = cs_rng_below(rng, 2);
    for (unsigned i = 0; i < frame->len; i++) {
        frame->data[i] =
            pattern ? runs[cs_rng_below(rng, sizeof(runs))] : (uint8_t)cs_rng_next(rng);
    }
}

static void unpack(const struct cs_wire *wire, uint8_t *bits)
{
    for (unsigned i = 0; i < wire->n_bits; i++) {
        bits[i] = (uint8_t)cs_wire_level(wire, i);
    }
    bits[wire->ack_slot] = 0;
}

/* Written from the standard without a look at wire.c: unstuff first, then cut into fields. */
static void check_bits(const struct cs_frame *frame, const struct cs_wire *wire)
{
    uint8_t plain[CS_WIRE_MAX_BITS];
    unsigned n = 0, run = 0, last = 2;
    for (unsigned i = 0; i < wire->n_bits; i++) {
        unsigned level = cs_wire_level(wire, i);
        if (i < wire->crc_delim && run == 5) {
            assert_true(cs_wire_is_stuff(wire, i));
            assert_int_not_equal(level, last);
            last = level;
            run = 1;
            continue;
        }
        assert_false(cs_wire_is_stuff(wire, i));
        run = level == last ? run + 1 : 1;
        last = level;
        plain[n++] = (uint8_t)level;
    }
    bool ext = frame->flags & CS_FRAME_EXT;
    unsigned head = ext ? 39 : 19;
    assert_int_equal(n, wire->n_unstuffed);
    assert_int_equal(n, head + 8u * frame->len + 15 + 1 + 2 + 7);
    assert_int_equal(cs_crc15(plain, head + 8u * frame->len), wire->crc);
    /* A CRC over data and CRC leaves nothing. */
    assert_int_equal(cs_crc15(plain, head + 8u * frame->len + 15), 0);
}

static void random_frames_there_and_back(void **state)
{
    (void)state;
    struct cs_rng rng;
    cs_rng_init(&rng, 7, "wire");
    for (int i = 0; i < 50000; i++) {
        struct cs_frame frame, back;
        struct cs_wire wire;
        uint8_t bits[CS_WIRE_MAX_BITS];
        unsigned at;
        frame_from(&rng, &frame);
        assert_int_equal(cs_wire_encode(&frame, &wire), 0);
        check_bits(&frame, &wire);
        unpack(&wire, bits);
        assert_int_equal(cs_wire_decode(bits, wire.n_bits, &back, &at), CS_WIRE_OK);
        assert_int_equal(at, wire.n_bits);
        assert_true(cs_frame_equal(&frame, &back));
        assert_int_equal(cs_wire_decode(bits, wire.n_bits - 1u, &back, &at), CS_WIRE_SHORT);
        bits[wire.ack_slot] = 1;
        assert_int_equal(cs_wire_decode(bits, wire.n_bits, &back, &at), CS_WIRE_ACK_ERROR);
        bits[wire.ack_slot] = 0;
        /* CRC-15 with stuffing finds every single flipped bit. */
        unsigned flip = (unsigned)cs_rng_below(&rng, wire.n_bits);
        bits[flip] ^= 1;
        if (flip != wire.ack_slot) {
            assert_int_not_equal(cs_wire_decode(bits, wire.n_bits, &back, &at), CS_WIRE_OK);
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
    assert_int_equal(cs_frame_parse("123##0", &frame, NULL, 0), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), -EOPNOTSUPP);
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
        cmocka_unit_test(random_frames_there_and_back),
        cmocka_unit_test(fields_cover_the_frame),
        cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
