/* SPDX-License-Identifier: MIT */
#include "scenarios/checksum.h"

#include <string.h>

struct cs_checksum_kind {
    const char *name;
    uint32_t (*step)(const struct cs_checksum_kind *kind, uint32_t sum, uint8_t byte);
    unsigned bits;
    uint32_t poly; /* reflected: bits in reverse */
    uint32_t init, xorout;
};

static uint32_t step_xor(const struct cs_checksum_kind *kind, uint32_t sum, uint8_t byte)
{
    (void)kind;
    return sum ^ byte;
}

static uint32_t step_sum(const struct cs_checksum_kind *kind, uint32_t sum, uint8_t byte)
{
    (void)kind;
    return (sum + byte) & 0xFF;
}

/* High bit first. */
static uint32_t step_crc(const struct cs_checksum_kind *kind, uint32_t sum, uint8_t byte)
{
    uint32_t top = 1u << (kind->bits - 1), all = (top << 1) - 1;

    sum ^= (uint32_t)byte << (kind->bits - 8);
    for (unsigned i = 0; i < 8; i++)
        sum = ((sum & top) != 0 ? sum << 1 ^ kind->poly : sum << 1) & all;
    return sum;
}

/* Low bit first. */
static uint32_t step_reflected(const struct cs_checksum_kind *kind, uint32_t sum, uint8_t byte)
{
    sum ^= byte;
    for (unsigned i = 0; i < 8; i++)
        sum = (sum & 1) != 0 ? sum >> 1 ^ kind->poly : sum >> 1;
    return sum;
}

static const struct cs_checksum_kind kinds[] = {
    {"xor", step_xor, 8, 0, 0, 0},
    {"sum8", step_sum, 8, 0, 0, 0},
    {"crc8-sae-j1850", step_crc, 8, 0x1D, 0xFF, 0xFF},
    {"crc8-autosar", step_crc, 8, 0x2F, 0xFF, 0xFF},
    {"crc8-maxim", step_reflected, 8, 0x8C, 0, 0},
    {"crc16-ccitt", step_crc, 16, 0x1021, 0xFFFF, 0},
};

const struct cs_checksum_kind *cs_checksum_find(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

unsigned cs_checksum_bytes(const struct cs_checksum_kind *kind)
{
    return kind->bits / 8;
}

uint32_t cs_checksum_of(const struct cs_checksum_kind *kind, const uint8_t *data, size_t len)
{
    uint32_t sum = kind->init;

    for (size_t i = 0; i < len; i++)
        sum = kind->step(kind, sum, data[i]);
    return sum ^ kind->xorout;
}

static uint32_t step_id(const struct cs_checksum *c, uint32_t sum, const struct cs_frame *frame)
{
    unsigned bytes = c->id == CS_CHECKSUM_ID_NONE         ? 0
                     : c->id == CS_CHECKSUM_ID_LOW        ? 1
                     : (frame->flags & CS_FRAME_EXT) != 0 ? 4
                                                          : 2;

    while (bytes-- > 0)
        sum = c->kind->step(c->kind, sum, (uint8_t)(frame->id >> 8 * bytes));
    return sum;
}

void cs_checksum_put(const struct cs_checksum *c, struct cs_frame *frame)
{
    const struct cs_checksum_kind *kind = c->kind;
    uint32_t sum = step_id(c, c->init >= 0 ? (uint32_t)c->init : kind->init, frame);
    int64_t bytes = kind->bits / 8, last = frame->len - 1;

    if (c->to >= 0 && c->to < last)
        last = c->to;
    for (int64_t i = c->from; i <= last; i++) {
        if (i < c->byte || i >= c->byte + bytes)
            sum = kind->step(kind, sum, frame->data[i]);
    }
    sum ^= c->xorout >= 0 ? (uint32_t)c->xorout : kind->xorout;
    for (int64_t i = 0; i < bytes; i++) {
        int64_t shift = 8 * (c->order == 0 ? bytes - 1 - i : i);
        frame->data[c->byte + i] = (uint8_t)(sum >> shift);
    }
}
