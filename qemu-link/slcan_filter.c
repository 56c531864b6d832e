/* SPDX-License-Identifier: MIT */
/* slcan_filter.c - the acceptance filter of an SJA1000 in PeliCAN mode, which the adapter's `M`,
 * `m` and `W` set: one filter of four bytes or two of two. Data bytes that a frame does not have
 * match whatever is asked. */
#include "qemu-link/slcan_internal.h"

/* What is compared with the code: four bytes, and which of their bits are there. */
struct layout {
    uint8_t value[4], there[4];
};

static bool matches(const struct slcan_filter *filter, const struct layout *layout, unsigned first,
                    unsigned n)
{
    for (unsigned i = first; i < first + n; i++)
        if ((layout->value[i] ^ filter->code[i]) & (uint8_t)~filter->mask[i] & layout->there[i])
            return false;
    return true;
}

static void put(struct layout *layout, unsigned i, uint32_t value, uint8_t there)
{
    layout->value[i] |= (uint8_t)(value & there);
    layout->there[i] |= there;
}

static void lay_extended(const struct cs_frame *frame, bool single, struct layout *layout)
{
    const uint32_t bits = frame->id << 3 | (frame->flags & CS_FRAME_RTR ? 4u : 0);

    put(layout, 0, bits >> 24, 0xFF);
    put(layout, 1, bits >> 16, 0xFF);
    put(layout, 2, bits >> (single ? 8 : 24), 0xFF);
    put(layout, 3, bits >> (single ? 0 : 16), single ? 0xFC : 0xFF);
}

static void lay_base(const struct cs_frame *frame, bool single, struct layout *layout)
{
    const uint32_t bits = frame->id << 5 | (frame->flags & CS_FRAME_RTR ? 0x10u : 0);

    put(layout, 0, bits >> 8, 0xFF);
    put(layout, 1, bits, 0xF0);
    if (single) {
        for (unsigned i = 0; i < 2 && i < frame->len; i++)
            put(layout, 2 + i, frame->data[i], 0xFF);
        return;
    }
    put(layout, 2, bits >> 8, 0xFF);
    put(layout, 3, bits, 0xF0);
    if (frame->len > 0)
        put(layout, 1, frame->data[0] >> 4, 0x0F);
}

/* Of two filters the first has a base frame's first data byte too, half of it in the other's room.
 */
static bool second_half_agrees(const struct slcan_filter *filter, const struct cs_frame *frame)
{
    return frame->flags & CS_FRAME_EXT || frame->len == 0 ||
           ((frame->data[0] ^ filter->code[3]) & (uint8_t)~filter->mask[3] & 0x0F) == 0;
}

bool cs_slcan_accepts(const struct slcan_filter *filter, const struct cs_frame *frame)
{
    struct layout layout = {0};

    if (frame->flags & CS_FRAME_EXT)
        lay_extended(frame, filter->single, &layout);
    else
        lay_base(frame, filter->single, &layout);
    if (filter->single)
        return matches(filter, &layout, 0, 4);
    return (matches(filter, &layout, 0, 2) && second_half_agrees(filter, frame)) ||
           matches(filter, &layout, 2, 2);
}
