/* SPDX-License-Identifier: MIT */
/* test_hostile.h - messages of the link protocol that are right in form and absurd in content: any
 * field at its limits, near them, or anywhere between. */
#ifndef CANSIM_TESTS_UNIT_TEST_HOSTILE_H
#define CANSIM_TESTS_UNIT_TEST_HOSTILE_H

#include <stdio.h>
#include <string.h>

#include "qemu-link/proto_msg.h"

struct hostile {
    uint64_t state; /* of the random numbers */
};

static inline uint64_t hostile_bits(struct hostile *h)
{
    h->state = h->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (h->state >> 33) ^ h->state << 20;
}

static inline uint32_t hostile_below(struct hostile *h, uint32_t n)
{
    return (uint32_t)((hostile_bits(h) & UINT32_MAX) * n >> 32);
}

static inline int64_t hostile_number(struct hostile *h, int64_t low, int64_t high)
{
    const uint64_t span = (uint64_t)high - (uint64_t)low;
    const uint64_t few = hostile_below(h, 20);

    switch (hostile_below(h, 8)) {
    case 0:
        return low;
    case 1:
        return high;
    case 2:
        return (int64_t)((uint64_t)high - (few < span ? few : span));
    case 3:
        return (int64_t)((uint64_t)low + (span + 1 ? hostile_bits(h) % (span + 1) : few));
    case 4:
        return low <= 0 && high >= 0 ? 0 : low;
    default:
        return (int64_t)((uint64_t)(low < 0 && high >= 0 && few % 4 ? 0 : low) +
                         (few < span ? few : span) / 2);
    }
}

static inline void hostile_text(struct hostile *h, char *to, size_t size)
{
    static const char *const words[] = {"engine",
                                        "can0",
                                        "body",
                                        ("\xc2\x9b"
                                         "31m"),
                                        "日本語",
                                        "\xf0\x9f",
                                        "e\xcc\x81",
                                        "%s%n",
                                        "node=door",
                                        "{",
                                        "[[[[[[[[",
                                        "{\"a\":{\"a\":",
                                        "\"type\"",
                                        "flip",
                                        "field=crc",
                                        "eds=5=/etc/passwd",
                                        "canopen",
                                        "ffffffff",
                                        "SDO abort",
                                        "9223372036854775807",
                                        " ",
                                        "\t",
                                        "-",
                                        "\xff\xfe",
                                        "NMT",
                                        "#",
                                        "0123456789",
                                        "/"};
    size_t n = 0;

    to[0] = '\0';
    while (n + 1 < size && hostile_below(h, 64) > (hostile_below(h, 16) ? 20 : 0))
        n += (size_t)snprintf(to + n, size - n, "%s",
                              words[hostile_below(h, sizeof words / sizeof *words)]);
}

static inline void hostile_frame(struct hostile *h, struct cs_frame *frame)
{
    static const uint32_t ids[] = {0,     0x80,  0x100, 0x123, 0x181, 0x581, 0x582,
                                   0x601, 0x602, 0x701, 0x702, 0x7e4, 0x7e5, 0x7ff};
    const bool fd = hostile_below(h, 4) == 0;

    *frame = (struct cs_frame){.flags = fd ? CS_FRAME_FD : 0};
    if (fd && hostile_below(h, 2))
        frame->flags |= CS_FRAME_BRS;
    if (!fd && hostile_below(h, 16) == 0)
        frame->flags |= CS_FRAME_RTR;
    if (hostile_below(h, 4) == 0)
        frame->flags |= CS_FRAME_EXT;
    frame->id = hostile_below(h, 8) ? ids[hostile_below(h, sizeof ids / sizeof *ids)]
                                    : (uint32_t)hostile_bits(h);
    frame->id &= frame->flags & CS_FRAME_EXT ? CS_ID_MAX_EXT : CS_ID_MAX_BASE;
    frame->dlc = (uint8_t)hostile_below(h, 16);
    if (!(frame->flags & CS_FRAME_RTR))
        frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    for (unsigned i = 0; i < frame->len; i++)
        frame->data[i] = (uint8_t)(hostile_below(h, 3) ? hostile_bits(h) : hostile_below(h, 4));
}

/* `member` is within the message. */
static inline void hostile_store(char *member, unsigned bytes, int64_t value)
{
    const uint8_t one = (uint8_t)value;
    const uint16_t two = (uint16_t)value;
    const uint32_t four = (uint32_t)value;

    memcpy(member,
           bytes == 1   ? (const void *)&one
           : bytes == 2 ? (const void *)&two
           : bytes == 4 ? (const void *)&four
                        : (const void *)&value,
           bytes);
}

static inline void hostile_edges(struct hostile *h, struct cs_proto_msg *msg)
{
    int64_t at_ps = hostile_number(h, 0, INT64_MAX);

    msg->n_edges = (uint16_t)hostile_below(h, CS_PROTO_EDGES_MAX + 1);
    for (unsigned i = 0; i < msg->n_edges; i++) {
        if (hostile_below(h, 30) == 0)
            at_ps = hostile_number(h, 0, INT64_MAX);
        else if (at_ps < INT64_MAX / 2)
            at_ps += hostile_below(h, 4000000);
        msg->edges[i] = (struct cs_proto_edge){
            .at_ps = at_ps,
            .bus = (uint16_t)hostile_below(h, CS_PROTO_MAX_BUSES),
            .node = (int16_t)hostile_number(h, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
            .level = hostile_below(h, 2) != 0};
    }
}

static inline void hostile_field(struct hostile *h, const struct cs_proto_field *field,
                                 struct cs_proto_msg *msg)
{
    static const uint8_t bytes[] = {
        [CS_PROTO_U8] = 1,  [CS_PROTO_U16] = 2, [CS_PROTO_U32] = 4, [CS_PROTO_U64] = 8,
        [CS_PROTO_I16] = 2, [CS_PROTO_I32] = 4, [CS_PROTO_I64] = 8};
    char *member = (char *)msg + field->offset;

    switch (field->kind) {
    case CS_PROTO_ZERO:
    case CS_PROTO_FILTERS:
    case CS_PROTO_BUSLIST:
        break;
    case CS_PROTO_NAME:
        hostile_text(h, member, CS_NAME_MAX);
        break;
    case CS_PROTO_TEXT:
        hostile_text(h, member, (size_t)field->high + 1);
        break;
    case CS_PROTO_FRAME:
        hostile_frame(h, (struct cs_frame *)(void *)member);
        break;
    case CS_PROTO_TIMING:
        if (hostile_below(h, 2))
            cs_bit_timing_fill(&((struct cs_timing *)(void *)member)->nominal,
                               1 + hostile_below(h, 2000000), CS_SAMPLE_DFLT, 0);
        break;
    case CS_PROTO_EDGELIST:
        hostile_edges(h, msg);
        break;
    case CS_PROTO_U64:
        hostile_store(member, 8, hostile_number(h, 0, INT64_MAX) * (hostile_below(h, 9) ? 1 : -1));
        break;
    default:
        hostile_store(member, bytes[field->kind], hostile_number(h, field->low, field->high));
        break;
    }
}

/* A message of one of `from`'s types. */
static inline void hostile_fill(struct hostile *h, enum cs_proto_side from,
                                struct cs_proto_msg *msg)
{
    const struct cs_proto_desc *desc;
    unsigned n = 0;

    while (cs_proto_desc(n))
        n++;
    do
        desc = cs_proto_desc(hostile_below(h, n));
    while (desc->from != from);
    memset(msg, 0, sizeof *msg);
    msg->type = (uint16_t)desc->type;
    for (unsigned i = 0; i < desc->n_fields; i++)
        hostile_field(h, &desc->fields[i], msg);
    if (cs_proto_has_version(desc->type)) {
        msg->magic = CS_PROTO_MAGIC;
        msg->major = CS_PROTO_MAJOR;
        msg->minor = (uint16_t)hostile_below(h, 5);
    }
}

/* What the receiver makes of it; false: it would hang up. */
static inline bool hostile_pass(enum cs_proto_side from, struct cs_proto_msg *msg)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    char why[256];
    const size_t len = cs_proto_encode(msg, bytes);

    return cs_proto_decode(bytes, len, from, msg, why, sizeof why) > 0;
}

#endif
