/* SPDX-License-Identifier: MIT */
/* proto_table.c - every message of the link protocol, one row a field, in the order of the wire.
 * Rows are only ever appended to a message: the bytes before them are the protocol's promise. */
#include "qemu-link/proto_msg.h"

#define FIELD(kind, member, low, high)                                             \
    {                                                                              \
#member, CS_PROTO_##kind, offsetof(struct cs_proto_msg, member), low, high \
    }
#define PAD(bytes)                         \
    {                                      \
        "zero", CS_PROTO_ZERO, 0, 0, bytes \
    }
#define MAGIC_AND_VERSION                                               \
    FIELD(U32, magic, 0, UINT32_MAX), FIELD(U16, major, 0, UINT16_MAX), \
        FIELD(U16, minor, 0, UINT16_MAX)
#define TIME(member) FIELD(I64, member, 0, INT64_MAX)

static const struct cs_proto_field hello[] = {
    MAGIC_AND_VERSION,
    FIELD(NAME, bus, 0, 0),
    FIELD(NAME, name, 0, 0),
    FIELD(U32, bitrate_bps, 0, UINT32_MAX),
    FIELD(U32, restart_ms, 0, 3600000),
    FIELD(U16, tx_queue_len, 0, UINT16_MAX),
    FIELD(U8, mode, 0, CS_MODE_ALL),
    FIELD(U8, want, 0, 3),
    FIELD(U8, order, 0, CS_TX_FIFO),
    PAD(3),
    FIELD(FILTERS, filters, 0, CS_MAX_FILTERS),
};

static const struct cs_proto_field list[] = {MAGIC_AND_VERSION};

static const struct cs_proto_field send[] = {
    FIELD(U64, cookie, 0, 0),
    FIELD(FRAME, frame, 0, 0),
};

static const struct cs_proto_field abort_fields[] = {FIELD(U64, cookie, 0, 0)};

static const struct cs_proto_field set_filters[] = {FIELD(FILTERS, filters, 0, CS_MAX_FILTERS)};

static const struct cs_proto_field set_mode[] = {FIELD(U8, mode, 0, CS_MODE_ALL), PAD(7)};

static const struct cs_proto_field ping[] = {FIELD(U64, token, 0, 0)};

static const struct cs_proto_field welcome[] = {
    MAGIC_AND_VERSION,
    FIELD(NAME, bus, 0, 0),
    FIELD(NAME, name, 0, 0),
    FIELD(U32, bitrate_bps, 1, UINT32_MAX),
    FIELD(U32, features, 0, UINT32_MAX),
    FIELD(I64, epoch_ns, INT64_MIN, INT64_MAX),
    TIME(at_ps),
    FIELD(I16, node, 0, CS_BUS_MAX_NODES - 1),
    FIELD(U16, credits, 1, CS_TX_QUEUE_MAX),
    PAD(4),
    FIELD(BUSLIST, buses, 1, CS_PROTO_MAX_BUSES),
};

static const struct cs_proto_field refused[] = {
    FIELD(U16, code, 0, UINT16_MAX),
    FIELD(U16, major, 0, UINT16_MAX),
    FIELD(U16, minor, 0, UINT16_MAX),
    FIELD(TEXT, text, 0, CS_PROTO_TEXT_MAX - 1),
};

static const struct cs_proto_field buses[] = {
    MAGIC_AND_VERSION,
    FIELD(BUSLIST, buses, 0, CS_PROTO_MAX_BUSES),
};

static const struct cs_proto_field rx[] = {
    TIME(start_ps),       TIME(at_ps), FIELD(I16, from, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    FIELD(U8, own, 0, 1), PAD(5),      FIELD(FRAME, frame, 0, 0),
};

static const struct cs_proto_field tx_done[] = {
    FIELD(U64, cookie, 0, 0),
    TIME(start_ps),
    TIME(at_ps),
    FIELD(U16, attempts, 0, UINT16_MAX),
    FIELD(U16, lost, 0, UINT16_MAX),
    FIELD(U8, result, 0, CS_TX_RESULT_COUNT - 1),
    PAD(3),
};

static const struct cs_proto_field arb_lost[] = {
    TIME(at_ps),
    FIELD(U64, cookie, 0, 0),
    FIELD(U16, bit, 0, UINT16_MAX),
    FIELD(U16, attempts, 0, UINT16_MAX),
    PAD(4),
};

static const struct cs_proto_field error[] = {
    TIME(at_ps),
    FIELD(U8, error, 0, CS_ERROR_COUNT - 1),
    FIELD(U8, field, 0, UINT8_MAX),
    FIELD(U8, tx, 0, 1),
    PAD(1),
    FIELD(U16, bit, 0, UINT16_MAX),
    FIELD(U16, tec, 0, UINT16_MAX),
    FIELD(U16, rec, 0, UINT16_MAX),
    PAD(6),
};

static const struct cs_proto_field state[] = {
    TIME(at_ps),
    FIELD(U8, state, 0, CS_STATE_INTEGRATING),
    PAD(1),
    FIELD(U16, tec, 0, UINT16_MAX),
    FIELD(U16, rec, 0, UINT16_MAX),
    PAD(2),
};

static const struct cs_proto_field lost[] = {FIELD(U64, count, 0, 0)};

static const struct cs_proto_field goodbye[] = {
    FIELD(U16, code, 0, UINT16_MAX),
    FIELD(TEXT, text, 0, CS_PROTO_TEXT_MAX - 1),
};

static const struct cs_proto_field pong[] = {FIELD(U64, token, 0, 0), TIME(at_ps)};

#define MESSAGE(type, from, fields)                                                         \
    {                                                                                       \
        CS_PROTO_##type, CS_PROTO_##from, #type, fields, sizeof(fields) / sizeof(fields[0]) \
    }
#define EMPTY_MESSAGE(type, from)                        \
    {                                                    \
        CS_PROTO_##type, CS_PROTO_##from, #type, NULL, 0 \
    }

static const struct cs_proto_desc messages[] = {
    MESSAGE(HELLO, CLIENT, hello),
    MESSAGE(LIST, CLIENT, list),
    MESSAGE(SEND, CLIENT, send),
    MESSAGE(ABORT, CLIENT, abort_fields),
    MESSAGE(SET_FILTERS, CLIENT, set_filters),
    MESSAGE(SET_MODE, CLIENT, set_mode),
    EMPTY_MESSAGE(RECOVER, CLIENT),
    EMPTY_MESSAGE(BYE, CLIENT),
    MESSAGE(PING, CLIENT, ping),
    MESSAGE(WELCOME, HOST, welcome),
    MESSAGE(REFUSED, HOST, refused),
    MESSAGE(BUSES, HOST, buses),
    MESSAGE(RX, HOST, rx),
    MESSAGE(TX_DONE, HOST, tx_done),
    MESSAGE(ARB_LOST, HOST, arb_lost),
    MESSAGE(ERROR, HOST, error),
    MESSAGE(STATE, HOST, state),
    MESSAGE(LOST, HOST, lost),
    MESSAGE(GOODBYE, HOST, goodbye),
    MESSAGE(PONG, HOST, pong),
};

const struct cs_proto_desc *cs_proto_desc(unsigned i)
{
    return i < sizeof(messages) / sizeof(messages[0]) ? &messages[i] : NULL;
}

const struct cs_proto_desc *cs_proto_find(unsigned type)
{
    for (unsigned i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        if ((unsigned)messages[i].type == type)
            return &messages[i];
    return NULL;
}
