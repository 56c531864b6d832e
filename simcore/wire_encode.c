/* SPDX-License-Identifier: MIT */
/* wire_encode.c - frame to bits: what is stuffed goes through a table, up to eight bits at a time.
 * Invariant: the CRC of a classic frame sees the unstuffed bits from SOF to the last data bit, that
 * of an FD frame the stuffed ones and the stuff count; a stuff bit itself starts the next run. */
#include "simcore/wire.h"

#include <errno.h>

#include "simcore/wire_tables.inc"

#define EOF_BITS 7

/* An entry of stuff_table: how many bits to send, the state behind them, the bits (the first in the
 * lowest place), which of them are stuff bits. Its index: state | a 1 and the bits to be stuffed.
 */
#define ENTRY_COUNT(entry) ((entry)&0xFu)
#define ENTRY_STATE(entry) ((entry)&0xE00u)
#define ENTRY_BITS(entry)  ((entry) >> 12 & 0x3FFu)
#define ENTRY_STUFF(entry) ((entry) >> 22)

/* The word under way; those before it are in the wire. */
struct stream {
    uint64_t level, stuff;
    unsigned n;                /* bits on the wire so far */
    unsigned state;            /* of the stuffing: equal bits at the end, their level */
    struct cs_wire_span *span; /* the next */
};

/* ---- header: what follows SOF, up to the DLC */

struct piece {
    uint8_t field;
    uint8_t bits;
    bool goes_on; /* the next piece is of this field too */
};

static const struct piece base_pieces[] = {
    {CS_FIELD_ID, 3, true},   {CS_FIELD_ID, 8, false}, {CS_FIELD_RTR, 1, false},
    {CS_FIELD_IDE, 1, false}, {CS_FIELD_R0, 1, false}, {CS_FIELD_DLC, 4, false},
};
static const struct piece ext_pieces[] = {
    {CS_FIELD_ID, 3, true},      {CS_FIELD_ID, 8, false},    {CS_FIELD_SRR, 1, false},
    {CS_FIELD_IDE, 1, false},    {CS_FIELD_ID_EXT, 2, true}, {CS_FIELD_ID_EXT, 8, true},
    {CS_FIELD_ID_EXT, 8, false}, {CS_FIELD_RTR, 1, false},   {CS_FIELD_R1, 1, false},
    {CS_FIELD_R0, 1, false},     {CS_FIELD_DLC, 4, false},
};
static const struct piece fd_base_pieces[] = {
    {CS_FIELD_ID, 3, true},   {CS_FIELD_ID, 8, false},  {CS_FIELD_RTR, 1, false},
    {CS_FIELD_IDE, 1, false}, {CS_FIELD_FDF, 1, false}, {CS_FIELD_R0, 1, false},
    {CS_FIELD_BRS, 1, false}, {CS_FIELD_ESI, 1, false}, {CS_FIELD_DLC, 4, false},
};
static const struct piece fd_ext_pieces[] = {
    {CS_FIELD_ID, 3, true},      {CS_FIELD_ID, 8, false},    {CS_FIELD_SRR, 1, false},
    {CS_FIELD_IDE, 1, false},    {CS_FIELD_ID_EXT, 2, true}, {CS_FIELD_ID_EXT, 8, true},
    {CS_FIELD_ID_EXT, 8, false}, {CS_FIELD_RTR, 1, false},   {CS_FIELD_FDF, 1, false},
    {CS_FIELD_R0, 1, false},     {CS_FIELD_BRS, 1, false},   {CS_FIELD_ESI, 1, false},
    {CS_FIELD_DLC, 4, false},
};

#define ROW(pieces, arb, bits)                                  \
    {                                                           \
        pieces, sizeof(pieces) / sizeof((pieces)[0]), arb, bits \
    }
static const struct layout {
    const struct piece *pieces;
    uint8_t n_pieces;
    uint8_t arb_span; /* the last of the arbitration field: RTR; IDE of a base frame, a bit of the
                         control field that yet decides against an extended frame */
    uint8_t n_bits;
} layouts[2][2] = {
    {ROW(base_pieces, 3, 18), ROW(fd_base_pieces, 3, 21)},
    {ROW(ext_pieces, 5, 38), ROW(fd_ext_pieces, 5, 40)},
};

/* The bits of the header without SOF as a number. */
static uint64_t header_bits(const struct cs_frame *frame, const struct cs_wire_form *form)
{
    uint64_t rtr = frame->flags & CS_FRAME_RTR ? 1 : 0;
    uint64_t dlc = form->wrong_dlc ? form->dlc & 15u : frame->dlc;
    uint64_t bits;

    if (frame->flags & CS_FRAME_EXT) {
        bits = (uint64_t)(frame->id >> 18) << 21 | UINT64_C(3) << 19 |
               (uint64_t)(frame->id & 0x3FFFFu) << 1 | rtr;
    } else {
        bits = (uint64_t)frame->id << 2 | rtr << 1;
    }
    if (frame->flags & CS_FRAME_FD) {
        uint64_t brs = frame->flags & CS_FRAME_BRS ? 1 : 0;
        uint64_t esi = frame->flags & CS_FRAME_ESI || form->esi ? 1 : 0;
        return bits << 8 | UINT64_C(1) << 7 | brs << 5 | esi << 4 | dlc;
    }
    return bits << (frame->flags & CS_FRAME_EXT ? 6 : 5) | dlc;
}

/* ---- bits into the wire */

/* Up to 10 bits as they are; which of them are stuff bits. */
static inline void append(struct stream *s, struct cs_wire *wire, uint64_t bits, uint64_t stuff,
                          unsigned count)
{
    unsigned at = s->n % 64;

    s->level |= bits << at;
    s->stuff |= stuff << at;
    s->n += count;
    if (at + count >= 64) {
        wire->level[s->n / 64 - 1] = s->level;
        wire->stuff[s->n / 64 - 1] = s->stuff;
        s->level = bits >> (64 - at); /* at > 0: no more than 10 bits came */
        s->stuff = stuff >> (64 - at);
    }
}

/* The bits of `code` below its leading 1, stuffed. */
static inline void append_stuffed(struct stream *s, struct cs_wire *wire, unsigned code)
{
    uint32_t entry = stuff_table[s->state | code];

    append(s, wire, ENTRY_BITS(entry), ENTRY_STUFF(entry), ENTRY_COUNT(entry));
    s->state = ENTRY_STATE(entry);
}

static void flush(const struct stream *s, struct cs_wire *wire)
{
    if (s->n % 64) {
        wire->level[s->n / 64] = s->level;
        wire->stuff[s->n / 64] = s->stuff;
    }
}

/* The next span: from `first` to before `end`. */
static inline void put_span(struct stream *s, unsigned field, unsigned first, unsigned end)
{
    s->span->field = (uint8_t)field;
    s->span->first = (uint16_t)first;
    s->span->count = (uint16_t)(end - first);
    s->span++;
}

static void put_header(struct stream *stream, struct cs_wire *wire, const struct layout *layout,
                       uint64_t bits)
{
    struct stream s = {.n = 1, .span = wire->spans}; /* SOF: one dominant bit */
    const struct piece *piece = layout->pieces, *end = piece + layout->n_pieces;
    unsigned left = layout->n_bits, first = 1;

    put_span(&s, CS_FIELD_SOF, 0, 1);
    for (; piece < end; piece++) {
        unsigned one = 1u << piece->bits;
        left -= piece->bits;
        uint32_t entry = stuff_table[s.state | one | ((unsigned)(bits >> left) & (one - 1))];
        s.level |= (uint64_t)ENTRY_BITS(entry) << s.n; /* no header fills a word */
        s.stuff |= (uint64_t)ENTRY_STUFF(entry) << s.n;
        s.n += ENTRY_COUNT(entry);
        s.state = ENTRY_STATE(entry);
        if (!piece->goes_on) {
            put_span(&s, piece->field, first, s.n);
            first = s.n;
        }
    }
    *stream = s;
}

static inline unsigned crc15_of_byte(unsigned crc, unsigned byte)
{
    return (crc << 8 & 0x7FFFu) ^ crc15_table[(crc >> 7 ^ byte) & 0xFFu];
}

static unsigned crc15_of_header(const struct layout *layout, uint64_t header)
{
    unsigned crc = 0;

    /* Zeros before the first 1 leave a CRC that starts with 0 as it is. */
    for (int shift = layout->n_bits / 8 * 8; shift >= 0; shift -= 8) {
        crc = crc15_of_byte(crc, (unsigned)(header >> shift));
    }
    return crc;
}

/* Returns the CRC-15 that `crc` becomes with the data; side by side the two take the time of one.
 */
static unsigned put_data(struct stream *stream, struct cs_wire *wire, const struct cs_frame *frame,
                         unsigned crc)
{
    struct stream s = *stream;

    if (frame->len == 0) {
        return crc;
    }
    for (unsigned i = 0; i < frame->len; i++) {
        append_stuffed(&s, wire, 0x100u | frame->data[i]);
        crc = crc15_of_byte(crc, frame->data[i]);
    }
    put_span(&s, CS_FIELD_DATA, stream->n, s.n);
    *stream = s;
    return crc;
}

/* ---- classic CRC: dynamic stuffing goes on */

static void put_crc15(struct stream *s, struct cs_wire *wire, unsigned crc)
{
    unsigned first = s->n;

    wire->crc = crc;
    wire->crc_bits = 15;
    wire->stuff_count = 0;
    wire->fixed = 0;
    append_stuffed(s, wire, 0x80u | crc >> 8);
    append_stuffed(s, wire, 0x100u | (crc & 0xFFu));
    put_span(s, CS_FIELD_CRC, first, s->n);
}

/* ---- FD: stuff count, CRC and fixed stuff bits */

/* The lowest `width` bits, mirrored. */
static uint32_t mirrored(uint32_t value, unsigned width)
{
    value = (value >> 1 & 0x55555555u) | (value & 0x55555555u) << 1;
    value = (value >> 2 & 0x33333333u) | (value & 0x33333333u) << 2;
    value = (value >> 4 & 0x0F0F0F0Fu) | (value & 0x0F0F0F0Fu) << 4;
    value = (value >> 8 & 0x00FF00FFu) | (value & 0x00FF00FFu) << 8;
    return (value >> 16 | value << 16) >> (32 - width);
}

static uint32_t crc_step(uint32_t crc, unsigned bit, bool is_17)
{
    return is_17 ? cs_crc17_step(crc, bit) : cs_crc21_step(crc, bit);
}

/* Over the first `n` bits of the wire. The register is kept mirrored, as the bits in a word are. */
static uint32_t crc_fd(const struct cs_wire *wire, unsigned n, bool is_17, bool non_iso)
{
    const uint32_t *table = is_17 ? crc17_table : crc21_table;
    uint32_t crc = non_iso ? 0 : 1;
    unsigned i = 0;

    for (; i + 8 <= n; i += 8) {
        crc = crc >> 8 ^ table[(crc ^ (uint32_t)(wire->level[i / 64] >> i % 64)) & 0xFFu];
    }
    crc = mirrored(crc, is_17 ? 17 : 21);
    for (; i < n; i++) {
        crc = crc_step(crc, cs_wire_level(wire, i), is_17);
    }
    return crc;
}

/* A dynamic stuff bit due after the last bit of data is not sent: the fixed one is in its place. */
static void drop_last_stuff(struct stream *s, struct cs_wire *wire)
{
    unsigned last = s->n - 1;

    flush(s, wire);
    if (!cs_wire_is_stuff(wire, last)) {
        return;
    }
    wire->level[last / 64] &= ~(UINT64_C(1) << last % 64);
    wire->stuff[last / 64] &= ~(UINT64_C(1) << last % 64);
    s->level = wire->level[last / 64];
    s->stuff = wire->stuff[last / 64];
    s->n = last;
}

/* `count` bits of `value`, a fixed stuff bit before every fourth. Their number is 4n + 1: the last
 * group is one bit. */
static void put_fixed(struct stream *s, struct cs_wire *wire, uint32_t value, unsigned count)
{
    unsigned last = cs_wire_level(wire, s->n - 1);

    while (count > 0) {
        unsigned group = count < 4 ? count : 4;
        count -= group;
        unsigned bits = value >> count & ((1u << group) - 1u);
        append(s, wire, (last ^ 1u) | mirrored(bits, group) << 1, 1, group + 1);
        last = bits & 1u;
    }
}

static void put_crc_fd(struct stream *s, struct cs_wire *wire, const struct cs_frame *frame,
                       const struct cs_wire_form *form, unsigned n_header)
{
    bool is_17 = frame->len <= 16;
    unsigned crc_bits = is_17 ? 17 : 21, all = crc_bits;

    drop_last_stuff(s, wire);
    unsigned n_dynamic = s->n - n_header - 8u * frame->len;
    uint32_t crc = crc_fd(wire, s->n, is_17, form->non_iso);
    unsigned stuff_count = 0;
    if (!form->non_iso) {
        stuff_count = cs_wire_stuff_count(n_dynamic);
        for (unsigned bit = 4; bit-- > 0;) {
            crc = crc_step(crc, stuff_count >> bit & 1u, is_17);
        }
        all += 4;
    }
    crc = (crc ^ form->crc_xor) & ((1u << crc_bits) - 1u);
    wire->crc = crc;
    wire->crc_bits = (uint8_t)crc_bits;
    wire->stuff_count = (uint8_t)stuff_count;
    wire->fixed = (uint16_t)s->n;
    unsigned first = s->n + 1; /* the fixed stuff bit is of the field before it */
    put_fixed(s, wire, stuff_count << crc_bits | crc, all);
    s->span[-1].count = (uint16_t)(first - s->span[-1].first);
    if (!form->non_iso) {
        put_span(s, CS_FIELD_STUFF_COUNT, first, first + 5);
        first += 5;
    }
    put_span(s, CS_FIELD_CRC, first, s->n);
}

/* ---- the whole frame */

static void put_trailer(struct stream *s, struct cs_wire *wire)
{
    unsigned at = s->n;

    append(s, wire, 0x3FF, 0, 3 + EOF_BITS);
    wire->crc_delim = (uint16_t)at;
    wire->ack_slot = (uint16_t)(at + 1);
    put_span(s, CS_FIELD_CRC_DELIM, at, at + 1);
    put_span(s, CS_FIELD_ACK, at + 1, at + 2);
    put_span(s, CS_FIELD_ACK_DELIM, at + 2, at + 3);
    put_span(s, CS_FIELD_EOF, at + 3, s->n);
    wire->n_bits = (uint16_t)s->n;
    wire->n_spans = (uint8_t)(s->span - wire->spans);
    flush(s, wire);
}

static int invert(struct cs_wire *wire, const struct cs_wire_form *form)
{
    for (unsigned i = 0; i < wire->n_spans; i++) {
        const struct cs_wire_span *span = &wire->spans[i];
        if (span->field == form->field && span->first >= wire->crc_delim &&
            form->index < span->count) {
            unsigned bit = span->first + form->index;
            wire->level[bit / 64] ^= UINT64_C(1) << bit % 64;
            return 0;
        }
    }
    return -EINVAL;
}

int cs_wire_encode_as(const struct cs_frame *frame, const struct cs_wire_form *form,
                      struct cs_wire *wire)
{
    if (cs_frame_check(frame)) {
        return -EINVAL;
    }
    bool fd = frame->flags & CS_FRAME_FD;
    const struct layout *layout = &layouts[frame->flags & CS_FRAME_EXT ? 1 : 0][fd ? 1 : 0];
    uint64_t header = header_bits(frame, form);
    struct stream s;

    put_header(&s, wire, layout, header);
    const struct cs_wire_span *arb = &wire->spans[layout->arb_span];
    wire->arb_bits = (uint16_t)(arb->first + arb->count);
    wire->brs = frame->flags & CS_FRAME_BRS ? s.span[-3].first : 0; /* BRS, ESI, DLC */
    unsigned crc15 = put_data(&s, wire, frame, crc15_of_header(layout, header));
    unsigned plain = 1u + layout->n_bits + 8u * frame->len;
    if (fd) {
        put_crc_fd(&s, wire, frame, form, 1u + layout->n_bits);
        plain += wire->crc_bits + (form->non_iso ? 0u : 4u);
    } else {
        put_crc15(&s, wire, (crc15 ^ form->crc_xor) & 0x7FFFu);
        plain += 15;
    }
    put_trailer(&s, wire);
    wire->n_unstuffed = (uint16_t)(plain + 3 + EOF_BITS);
    wire->n_stuff = (uint16_t)(wire->n_bits - wire->n_unstuffed);
    return form->wrong_form ? invert(wire, form) : 0;
}

int cs_wire_encode(const struct cs_frame *frame, struct cs_wire *wire)
{
    static const struct cs_wire_form by_the_rule = {0};
    return cs_wire_encode_as(frame, &by_the_rule, wire);
}
