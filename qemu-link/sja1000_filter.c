/* SPDX-License-Identifier: MIT */
/* sja1000_filter.c - the acceptance filter (6.3.9, 6.4.15). A message is laid out in the four bytes
 * that the code and mask registers are compared with; data bytes that it does not have match
 * whatever is asked. */
#include "qemu-link/sja1000_internal.h"

/* A register byte, and the bits of it that are compared. */
struct half {
    uint8_t value, bits;
};

static bool matches(const struct cs_sja1000 *chip, unsigned i, struct half half)
{
    const uint8_t code = chip->filter[i], mask = chip->filter[4 + i];

    return ((half.value ^ code) & ~mask & half.bits) == 0;
}

static struct half data_byte(const struct cs_frame *frame, unsigned i)
{
    return i < frame->len ? (struct half){frame->data[i], 0xFF} : (struct half){0, 0};
}

/* Identifier and RTR bit of a standard frame in two bytes; the lower nibble is free. */
static uint16_t standard_bits(const struct cs_frame *frame)
{
    return (uint16_t)(frame->id << 5 | (frame->flags & CS_FRAME_RTR ? 0x10u : 0));
}

static bool single_standard(const struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    const uint16_t id = standard_bits(frame);

    return matches(chip, 0, (struct half){(uint8_t)(id >> 8), 0xFF}) &&
           matches(chip, 1, (struct half){(uint8_t)id, 0xF0}) &&
           matches(chip, 2, data_byte(frame, 0)) && matches(chip, 3, data_byte(frame, 1));
}

static bool single_extended(const struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    const uint32_t id = frame->id << 3 | (frame->flags & CS_FRAME_RTR ? 4u : 0);

    return matches(chip, 0, (struct half){(uint8_t)(id >> 24), 0xFF}) &&
           matches(chip, 1, (struct half){(uint8_t)(id >> 16), 0xFF}) &&
           matches(chip, 2, (struct half){(uint8_t)(id >> 8), 0xFF}) &&
           matches(chip, 3, (struct half){(uint8_t)id, 0xFC});
}

/* Filter 1 has the first data byte too, its nibbles in ACR1 and ACR3. */
static bool dual_standard(const struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    const uint16_t id = standard_bits(frame);
    const struct half high = {(uint8_t)(id >> 8), 0xFF}, low = {(uint8_t)id, 0xF0};
    const struct half data = data_byte(frame, 0);
    const struct half data_high = {data.value >> 4, data.bits & 0x0F};
    const struct half data_low = {data.value, data.bits & 0x0F};

    return (matches(chip, 0, high) && matches(chip, 1, low) && matches(chip, 1, data_high) &&
            matches(chip, 3, data_low)) ||
           (matches(chip, 2, high) && matches(chip, 3, low));
}

static bool dual_extended(const struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    const struct half high = {(uint8_t)(frame->id >> 21), 0xFF};
    const struct half low = {(uint8_t)(frame->id >> 13), 0xFF};

    return (matches(chip, 0, high) && matches(chip, 1, low)) ||
           (matches(chip, 2, high) && matches(chip, 3, low));
}

bool cs_sja_accepts(const struct cs_sja1000 *chip, const struct cs_frame *frame)
{
    const bool ext = frame->flags & CS_FRAME_EXT;

    if (frame->flags & CS_FRAME_FD)
        return false;
    if (!cs_sja_is_pelican(chip)) /* acknowledges extended frames, and knows no more of them */
        return !ext && matches(chip, 0, (struct half){(uint8_t)(frame->id >> 3), 0xFF});
    if (chip->mod & MOD_AFM)
        return ext ? single_extended(chip, frame) : single_standard(chip, frame);
    return ext ? dual_extended(chip, frame) : dual_standard(chip, frame);
}
