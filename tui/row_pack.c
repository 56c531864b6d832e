/* SPDX-License-Identifier: MIT */
/* row_pack.c - a row is: its slot; which words differ from the row that was last in that slot; the
 * times, as differences; of each word that differs, which bytes do, and these.
 * The slot is by what rows of one sender have in common, so most of them differ in few bytes. */
#include "tui/row_pack.h"

#include <string.h>

#define SLOTS 256
#define US    1000000

_Static_assert(offsetof(struct cs_row, at_ps) == 0 && offsetof(struct cs_row, start_ps) == 8 &&
                   offsetof(struct cs_row, queued_ps) == 16,
               "the times come first");
_Static_assert(sizeof(struct cs_row) % 8 == 0 && CS_ROW_WORDS <= 32, "whole words, a bit for each");

struct context {
    int64_t at_ps;                     /* of the row before */
    const struct cs_row *slots[SLOTS]; /* the last row of each */
};

static const struct cs_row nothing;

static void begin(struct context *c)
{
    c->at_ps = 0;
    for (unsigned s = 0; s < SLOTS; s++)
        c->slots[s] = &nothing;
}

static unsigned slot_of(const struct cs_row *row)
{
    uint32_t key = row->id ^ (uint32_t)row->kind << 24 ^ (uint32_t)row->bus << 16 ^
                   (row->has_frame ? 0 : (uint32_t)row->node << 8);

    return key * UINT32_C(2654435761) >> 24;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static uint8_t *put(uint8_t *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    return out;
}

static const uint8_t *take(const uint8_t *in, uint64_t *value)
{
    unsigned shift = 0;

    for (*value = 0; *in & 0x80; shift += 7)
        *value |= (uint64_t)(*in++ & 0x7f) << shift;
    *value |= (uint64_t)*in++ << shift;
    return in;
}

/* A time is often a whole number of microseconds: the lowest bit tells. */
static uint8_t *put_time(uint8_t *out, uint64_t difference)
{
    int64_t value = (int64_t)difference;
    bool whole = value % US == 0;
    uint64_t folded;
    unsigned low;

    value = whole ? value / US : value;
    folded = (uint64_t)value << 1 ^ -(uint64_t)(value < 0);
    low = (unsigned)(folded & 0x3f) << 1 | whole;
    if (folded < 0x40) {
        *out++ = (uint8_t)low;
        return out;
    }
    *out++ = (uint8_t)(low | 0x80);
    return put(out, folded >> 6);
}

static const uint8_t *take_time(const uint8_t *in, uint64_t *difference)
{
    const unsigned low = *in++;
    uint64_t folded = low >> 1 & 0x3f, more;

    if (low & 0x80) {
        in = take(in, &more);
        folded |= more << 6;
    }
    *difference = folded >> 1 ^ -(folded & 1);
    if (low & 1)
        *difference *= US;
    return in;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Bit 0 of each byte that is not 0. */
static uint64_t bytes_of(uint64_t word)
{
    word |= word >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f);
    word |= word >> 2 & UINT64_C(0x3f3f3f3f3f3f3f3f);
    word |= word >> 1 & UINT64_C(0x7f7f7f7f7f7f7f7f);
    return word & UINT64_C(0x0101010101010101);
}

static uint8_t *put_word(uint8_t *out, uint64_t word, uint64_t differs)
{
    uint64_t bytes = bytes_of(differs);

    *out++ = (uint8_t)(bytes * UINT64_C(0x0102040810204080) >> 56);
    for (; bytes; bytes &= bytes - 1)
        *out++ = (uint8_t)(word >> __builtin_ctzll(bytes));
    return out;
}

static const uint8_t *take_word(const uint8_t *in, uint64_t *word)
{
    const unsigned mask = *in++;

    for (unsigned b = 0; b < 8; b++)
        if (mask >> b & 1) {
            *word &= ~(UINT64_C(0xff) << 8 * b);
            *word |= (uint64_t)*in++ << 8 * b;
        }
    return in;
}

static void words_of(const struct cs_row *row, uint64_t words[CS_ROW_WORDS])
{
    memcpy(words, (const char *)row + 3 * sizeof(int64_t), CS_ROW_WORDS * sizeof *words);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static uint8_t *pack(struct context *c, const struct cs_row *row, uint8_t *out)
{
    const unsigned slot = slot_of(row);
    const struct cs_row *like = c->slots[slot];
    uint64_t words[CS_ROW_WORDS], others[CS_ROW_WORDS];
    uint32_t mask = 0;

    words_of(row, words);
    words_of(like, others);
    for (unsigned w = 0; w < CS_ROW_WORDS; w++)
        mask |= (uint32_t)(words[w] != others[w]) << w;
    *out++ = (uint8_t)slot;
    out = put(out, mask);
    out = put_time(out, (uint64_t)row->at_ps - (uint64_t)c->at_ps);
    out = put_time(out, (uint64_t)row->at_ps - (uint64_t)row->start_ps -
                            ((uint64_t)like->at_ps - (uint64_t)like->start_ps));
    out = put_time(out, (uint64_t)row->start_ps - (uint64_t)row->queued_ps -
                            ((uint64_t)like->start_ps - (uint64_t)like->queued_ps));
    for (unsigned w = 0; w < CS_ROW_WORDS; w++)
        if (mask >> w & 1)
            out = put_word(out, words[w], words[w] ^ others[w]);
    c->at_ps = row->at_ps;
    c->slots[slot] = row;
    return out;
}

static const uint8_t *unpack(struct context *c, const uint8_t *in, struct cs_row *row)
{
    const unsigned slot = *in++;
    const struct cs_row *like = c->slots[slot];
    uint64_t words[CS_ROW_WORDS], mask, at, sent, waited;

    in = take(in, &mask);
    in = take_time(in, &at);
    in = take_time(in, &sent);
    in = take_time(in, &waited);
    words_of(like, words);
    for (unsigned w = 0; w < CS_ROW_WORDS; w++)
        if (mask >> w & 1)
            in = take_word(in, &words[w]);
    at += (uint64_t)c->at_ps;
    sent += (uint64_t)like->at_ps - (uint64_t)like->start_ps;
    waited += (uint64_t)like->start_ps - (uint64_t)like->queued_ps;
    row->at_ps = (int64_t)at;
    row->start_ps = (int64_t)(at - sent);
    row->queued_ps = (int64_t)(at - sent - waited);
    memcpy((char *)row + 3 * sizeof(int64_t), words, sizeof words);
    c->at_ps = row->at_ps;
    c->slots[slot] = row;
    return in;
}

size_t cs_rows_pack(const struct cs_row *rows, size_t n, uint8_t *out)
{
    uint8_t *end = out;
    struct context c;

    begin(&c);
    for (size_t i = 0; i < n; i++)
        end = pack(&c, &rows[i], end);
    return (size_t)(end - out);
}

size_t cs_rows_unpack(const uint8_t *bytes, struct cs_row *rows, size_t n)
{
    const uint8_t *end = bytes;
    struct context c;

    begin(&c);
    for (size_t i = 0; i < n; i++)
        end = unpack(&c, end, &rows[i]);
    return (size_t)(end - bytes);
}
