/* SPDX-License-Identifier: MIT */
/* proto_table.c - every message of the link protocol, one row a field, in the order of the wire.
 * Rows are only ever appended to a message: the bytes before them are the protocol's promise. */
#include "qemu-link/proto_msg.h"

#define FIELD(kind, member, low, high) LATER(0, kind, member, low, high)
#define PAD(bytes)                     PAD_LATER(0, bytes)
/* What a minor version appended. */
#define LATER(since, kind, member, low, high)                                             \
    {                                                                                     \
#member, CS_PROTO_##kind, offsetof(struct cs_proto_msg, member), low, high, since \
    }
#define PAD_LATER(since, bytes)                   \
    {                                             \
        "zero", CS_PROTO_ZERO, 0, 0, bytes, since \
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
    LATER(1, U8, fd, 0, CS_FD_COUNT - 1),
    LATER(1, U8, no_exception, 0, 1),
    LATER(1, U8, want_faults, 0, 1),
    PAD_LATER(1, 1),
    LATER(1, I64, delay_ps, 0, CS_DELAY_MAX_PS),
    LATER(1, TIMING, timing, 0, 0),
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
    LATER(1, U32, data_bitrate_bps, 0, UINT32_MAX),
    LATER(1, U8, fd, 0, CS_FD_COUNT - 1),
    PAD_LATER(1, 3),
    LATER(1, TIMING, timing, 0, 0),
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
    LATER(1, U8, field, 0, UINT8_MAX),
    LATER(1, U8, stuff, 0, 1),
    LATER(1, U16, index, 0, UINT16_MAX),
    LATER(1, I16, peer, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    PAD_LATER(1, 2),
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
    LATER(1, U16, index, 0, UINT16_MAX),
    LATER(1, U8, stuff, 0, 1),
    LATER(1, U8, level, 0, 1),
    PAD_LATER(1, 4),
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

static const struct cs_proto_field set_timing[] = {FIELD(TIMING, timing, 0, 0)};

static const struct cs_proto_field fault_arm[] = {
    MAGIC_AND_VERSION,
    FIELD(U64, token, 0, 0),
    FIELD(NAME, bus, 0, 0),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
};

static const struct cs_proto_field fault_clear[] = {
    MAGIC_AND_VERSION,
    FIELD(U64, token, 0, 0),
    FIELD(NAME, bus, 0, 0),
    FIELD(I32, fault, 0, INT32_MAX),
};

static const struct cs_proto_field fault_list[] = {
    MAGIC_AND_VERSION,
    FIELD(U64, token, 0, 0),
    FIELD(NAME, bus, 0, 0),
};

static const struct cs_proto_field fault_status[] = {
    FIELD(U64, token, 0, 0),
    TIME(at_ps),
    FIELD(U16, code, 0, UINT16_MAX),
    PAD(2),
    FIELD(I32, fault, 0, INT32_MAX),
    FIELD(U64, count, 0, 0),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
};

static const struct cs_proto_field fault_entry[] = {
    FIELD(U64, token, 0, 0),
    FIELD(I32, fault, 1, INT32_MAX),
    FIELD(U8, active, 0, 1),
    PAD(3),
    FIELD(U64, matched, 0, 0),
    FIELD(U64, fired, 0, 0),
    TIME(armed_ps),
    FIELD(I64, fired_ps, -1, INT64_MAX),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
};

static const struct cs_proto_field fault_event[] = {
    TIME(at_ps),
    FIELD(I32, fault, 1, INT32_MAX),
    FIELD(U8, stage, 0, UINT8_MAX),
    PAD(1),
    FIELD(I16, from, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
};

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
    MESSAGE(SET_TIMING, CLIENT, set_timing),
    EMPTY_MESSAGE(RESET, CLIENT),
    MESSAGE(FAULT_ARM, CLIENT, fault_arm),
    MESSAGE(FAULT_CLEAR, CLIENT, fault_clear),
    MESSAGE(FAULT_LIST, CLIENT, fault_list),
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
    MESSAGE(FAULT_STATUS, HOST, fault_status),
    MESSAGE(FAULT_ENTRY, HOST, fault_entry),
    MESSAGE(FAULT_EVENT, HOST, fault_event),
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

bool cs_proto_has_version(unsigned type)
{
    const struct cs_proto_desc *desc = cs_proto_find(type);

    return desc && desc->n_fields > 0 &&
           desc->fields[0].offset == offsetof(struct cs_proto_msg, magic);
}
