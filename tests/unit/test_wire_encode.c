/* SPDX-License-Identifier: MIT */
/* The encoder and its tables against the rules written bit by bit; the decoder against both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "simcore/wire_tables.inc"
#include "wire_slow.h"

static uint64_t seed = 20;
static unsigned frames = 1000000;

static const struct cs_wire_form by_the_rule;

static void say(const struct cs_frame *frame, const char *what)
{
    char text[CS_FRAME_TEXT_MAX];
    cs_frame_format(frame, text);
    fail_msg("%s: %s (WIRE_SEED=%llu replays it)", text, what, (unsigned long long)seed);
}

static unsigned spans_of(const struct slow *slow, struct cs_wire_span *spans)
{
    unsigned n = 0;
    for (unsigned i = 0; i < slow->n; i++) {
        if (n == 0 || spans[n - 1].field != slow->bits[i].field) {
            spans[n++] = (struct cs_wire_span){slow->bits[i].field, (uint16_t)i, 0};
        }
        spans[n - 1].count++;
    }
    return n;
}

/* First bit of the wire that is not of the arbitration field, and IDE of a base frame. */
static unsigned arbitration_of(const struct slow *slow, const struct cs_frame *frame)
{
    unsigned last = frame->flags & CS_FRAME_EXT ? CS_FIELD_RTR : CS_FIELD_IDE, end = 0;
    for (unsigned i = 0; i < slow->n; i++) {
        end = slow->bits[i].field == last ? i + 1 : end;
    }
    /* A stuff bit due after its last bit still ends it. */
    return end;
}

static void check_members(const struct cs_frame *frame, const struct slow *slow,
                          const struct cs_wire *wire)
{
    struct cs_wire_span spans[CS_WIRE_MAX_SPANS];
    unsigned n = spans_of(slow, spans), n_stuff = 0, fixed = 0, brs = 0;

    if (wire->n_spans != n) {
        say(frame, "number of spans");
    }
    for (unsigned i = 0; i < n; i++) {
        if (wire->spans[i].field != spans[i].field || wire->spans[i].first != spans[i].first ||
            wire->spans[i].count != spans[i].count) {
            say(frame, cs_field_name((enum cs_field)spans[i].field));
        }
    }
    for (unsigned i = 0; i < slow->n; i++) {
        const struct slow_bit *bit = &slow->bits[i];
        n_stuff += bit->kind != 'n';
        fixed = fixed == 0 && bit->kind == 'f' ? i : fixed;
        brs = bit->field == CS_FIELD_BRS && bit->level && bit->kind == 'n' ? i : brs;
    }
    if (wire->n_bits != slow->n || wire->n_stuff != n_stuff ||
        wire->n_unstuffed != slow->n - n_stuff) {
        say(frame, "lengths");
    }
    if (wire->crc != slow->crc || wire->crc_bits != slow->crc_bits) {
        say(frame, "CRC");
    }
    if (wire->stuff_count != slow->stuff_count || wire->fixed != fixed) {
        say(frame, "stuff count");
    }
    if (wire->brs != brs || wire->crc_delim != slow->n - 10 || wire->ack_slot != slow->n - 9 ||
        wire->arb_bits != arbitration_of(slow, frame)) {
        say(frame, "places");
    }
}

static void check_bits(const struct cs_frame *frame, const struct slow *slow,
                       const struct cs_wire *wire)
{
    for (unsigned i = 0; i < slow->n; i++) {
        if (cs_wire_level(wire, i) != slow->bits[i].level ||
            cs_wire_is_stuff(wire, i) != (slow->bits[i].kind != 'n')) {
            say(frame, "bits");
        }
    }
    for (unsigned i = 0; i < slow->n; i += 7) {
        unsigned index;
        if (cs_wire_field_at(wire, i, &index) != slow->bits[i].field ||
            index != slow->bits[i].index) {
            say(frame, "field of a bit");
        }
    }
    /* What is not a bit of the frame is 0 up to the end of its word. */
    for (unsigned i = slow->n; i % 64; i++) {
        if (cs_wire_level(wire, i) || cs_wire_is_stuff(wire, i)) {
            say(frame, "bits behind the frame");
        }
    }
}

static void check_decode(const struct cs_frame *frame, const struct slow *slow, bool non_iso,
                         struct cs_rng *rng)
{
    uint8_t bits[CS_WIRE_MAX_BITS];
    struct cs_frame back;
    unsigned at, ack = slow->n - 9;

    for (unsigned i = 0; i < slow->n; i++) {
        bits[i] = slow->bits[i].level;
    }
    if (cs_wire_decode_as(bits, slow->n, non_iso, &back, &at) != CS_WIRE_ACK_ERROR) {
        say(frame, "decoded unacknowledged");
    }
    bits[ack] = 0;
    if (cs_wire_decode_as(bits, slow->n, non_iso, &back, &at) != CS_WIRE_OK || at != slow->n ||
        !cs_frame_equal(frame, &back)) {
        say(frame, "decoded");
    }
    unsigned cut = (unsigned)cs_rng_below(rng, slow->n);
    if (cs_wire_decode_as(bits, cut, non_iso, &back, &at) != CS_WIRE_SHORT) {
        say(frame, "decoded short");
    }
    unsigned flip = (unsigned)cs_rng_below(rng, slow->n);
    bits[flip] ^= 1;
    /* A receiver takes RRS and SRR either way; the CRC sees the change. */
    if (flip != ack && cs_wire_decode_as(bits, slow->n, non_iso, &back, &at) == CS_WIRE_OK) {
        say(frame, "decoded with an error");
    }
}

static void random_form(struct cs_rng *rng, const struct cs_frame *frame, struct cs_wire_form *form)
{
    bool fd = frame->flags & CS_FRAME_FD;
    unsigned crc_bits = !fd ? 15 : frame->len <= 16 ? 17 : 21;
    uint64_t dice = cs_rng_next(rng);

    *form = by_the_rule;
    form->non_iso = fd && (dice & 3) == 0;
    form->esi = fd && (dice & 0xC) == 0;
    form->wrong_dlc = (dice & 0x30) == 0;
    form->dlc = (uint8_t)(form->wrong_dlc ? dice >> 60 : 0);
    form->crc_xor = (dice & 0xC0) == 0 ? (uint32_t)(dice >> 20) & ((1u << crc_bits) - 1u) : 0;
}

static void check_one(struct cs_rng *rng, const struct cs_frame *frame,
                      const struct cs_wire_form *form, struct slow *slow)
{
    struct cs_wire wire;

    memset(&wire, 0xA5, sizeof(wire)); /* what the encoder leaves is what it wrote */
    slow_encode(slow, frame, form);
    if (cs_wire_encode_as(frame, form, &wire) != 0) {
        say(frame, "encoded");
    }
    check_members(frame, slow, &wire);
    check_bits(frame, slow, &wire);
    if (form->esi || form->wrong_dlc || form->crc_xor) {
        return;
    }
    if ((cs_rng_next(rng) & 15) == 0) {
        check_decode(frame, slow, form->non_iso, rng);
    }
    if (!form->non_iso) {
        struct cs_wire plain;
        assert_int_equal(cs_wire_encode(frame, &plain), 0);
        assert_memory_equal(plain.level, wire.level, (wire.n_bits + 63u) / 64 * 8);
    }
}

static void as_the_rules_say(void **state)
{
    (void)state;
    struct cs_rng rng;
    struct slow slow;

    cs_rng_init(&rng, seed, "encode");
    for (unsigned i = 0; i < frames; i++) {
        struct cs_frame frame;
        struct cs_wire_form form;
        random_frame(&rng, &frame, i % 3 == 0);
        random_form(&rng, &frame, &form);
        check_one(&rng, &frame, i % 2 ? &form : &by_the_rule, &slow);
    }
}

static void stuffing_table(void **state)
{
    (void)state;
    for (unsigned entry = 0; entry < 8 * 512; entry++) {
        unsigned code = entry % 512, run = entry / 512 / 2 + 1, level = entry / 512 % 2;
        unsigned bits = 0, stuff = 0, n = 0, width = 0;
        while (code >> width > 1) {
            width++;
        }
        if (code < 2) {
            assert_int_equal(stuff_table[entry], 0);
            continue;
        }
        while (width-- > 0) {
            unsigned next = code >> width & 1u;
            run = next == level ? run + 1 : 1;
            level = next;
            bits |= level << n++;
            if (run == 5) {
                level = !level;
                run = 1;
                stuff |= 1u << n;
                bits |= level << n++;
            }
        }
        assert_int_equal(stuff_table[entry],
                         n | ((run - 1) * 2 + level) << 9 | bits << 12 | stuff << 22);
    }
}

static void crc_tables(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t crc15 = 0, crc17 = 0, crc21 = 0, back17 = 0, back21 = 0;
        for (unsigned i = 0; i < 8; i++) {
            crc15 = cs_crc15_step(crc15, byte >> (7 - i) & 1u);
            crc17 = cs_crc17_step(crc17, byte >> i & 1u);
            crc21 = cs_crc21_step(crc21, byte >> i & 1u);
        }
        for (unsigned i = 0; i < 21; i++) {
            back17 |= i < 17 ? (crc17 >> i & 1u) << (16 - i) : 0;
            back21 |= (crc21 >> i & 1u) << (20 - i);
        }
        assert_int_equal(crc15_table[byte], crc15);
        assert_int_equal(crc17_table[byte], back17);
        assert_int_equal(crc21_table[byte], back21);
    }
}

static void crc_steps(void **state)
{
    (void)state;
    struct slow slow;
    struct cs_rng rng;

    cs_rng_init(&rng, seed, "crc");
    for (unsigned i = 0; i < 10000; i++) {
        uint32_t crc = (uint32_t)cs_rng_next(&rng);
        unsigned bit = crc >> 31;
        slow.crc_bits = 17;
        slow.crc = crc & 0x1FFFF;
        slow_crc_bit(&slow, bit);
        assert_int_equal(cs_crc17_step(crc & 0x1FFFF, bit), slow.crc);
        slow.crc_bits = 21;
        slow.crc = crc & 0x1FFFFF;
        slow_crc_bit(&slow, bit);
        assert_int_equal(cs_crc21_step(crc & 0x1FFFFF, bit), slow.crc);
        slow.crc_bits = 15;
        slow.crc = crc & 0x7FFF;
        slow_crc_bit(&slow, bit);
        assert_int_equal(cs_crc15_step(crc & 0x7FFF, bit), slow.crc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stuffing_table),
        cmocka_unit_test(crc_tables),
        cmocka_unit_test(crc_steps),
        cmocka_unit_test(as_the_rules_say),
    };
    const char *wanted = getenv("WIRE_SEED"), *count = getenv("WIRE_FRAMES");

    seed = wanted ? strtoull(wanted, NULL, 0) : seed;
    frames = count ? (unsigned)strtoul(count, NULL, 0) : frames;
    print_message("# seed: %llu, %u frames\n", (unsigned long long)seed, frames);
    return cmocka_run_group_tests_name("wire encode", tests, NULL, NULL);
}
