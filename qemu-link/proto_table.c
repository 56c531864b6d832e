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
    LATER(2, U16, bus_index, 0, CS_PROTO_MAX_BUSES - 1),
};

static const struct cs_proto_field fault_event[] = {
    TIME(at_ps),
    FIELD(I32, fault, 1, INT32_MAX),
    FIELD(U8, stage, 0, UINT8_MAX),
    PAD(1),
    FIELD(I16, from, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
};

/* ---- monitors, since 1.2 --------------------------------------------------------------------- */

#define BUS_INDEX          FIELD(U16, bus_index, 0, CS_PROTO_MAX_BUSES - 1)
#define ANY_TIME(member)   FIELD(I64, member, INT64_MIN, INT64_MAX)
#define U16_OF(member)     FIELD(U16, member, 0, UINT16_MAX)
#define U32_OF(member)     FIELD(U32, member, 0, UINT32_MAX)
#define COUNT(member)      FIELD(U64, member, 0, 0)
#define FLAG(member)       FIELD(U8, member, 0, 1)
#define WORDS(member, max) FIELD(TEXT, member, 0, max)

static const struct cs_proto_field monitor[] = {
    MAGIC_AND_VERSION,         FIELD(NAME, name, 0, 0), COUNT(kinds),
    LATER(3, U8, hears, 0, 1), PAD_LATER(3, 7),
};

static const struct cs_proto_field look[] = {
    COUNT(token),
    U32_OF(needs),
    U32_OF(cursor),
    FIELD(I64, since_ps, -1, INT64_MAX),
    LATER(3, U64, version, 0, 0),
};

static const struct cs_proto_field control[] = {
    COUNT(token),
    FIELD(U8, op, 0, UINT8_MAX),
    PAD(1),
    BUS_INDEX,
    FIELD(I32, fault, 0, INT32_MAX),
    U32_OF(value),
    PAD(4),
    FIELD(FRAME, frame, 0, 0),
    FIELD(TEXT, spec, 0, CS_FAULT_TEXT_MAX - 1),
    LATER(3, I16, node, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    LATER(3, U8, mode, 0, CS_MODE_ALL),
    PAD_LATER(3, 1),
};

static const struct cs_proto_field watching[] = {
    MAGIC_AND_VERSION,
    U32_OF(features),
    FLAG(control),
    PAD(3),
    TIME(at_ps),
    ANY_TIME(epoch_ns),
    FIELD(TEXT, text, 0, CS_PROTO_TEXT_MAX - 1),
    LATER(3, U64, run, 0, 0),
};

static const struct cs_proto_field event[] = {
    TIME(at_ps),
    ANY_TIME(start_ps),
    ANY_TIME(queued_ps),
    COUNT(seq),
    U16_OF(kind),
    BUS_INDEX,
    FIELD(I16, node, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    FIELD(I16, peer, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    U16_OF(tec),
    U16_OF(rec),
    U16_OF(n_bits),
    U16_OF(bit),
    U16_OF(index),
    U16_OF(attempts),
    U16_OF(lost),
    FIELD(U8, state, 0, CS_STATE_COUNT - 1),
    FIELD(U8, error, 0, CS_ERROR_COUNT - 1),
    FIELD(U8, field, 0, UINT8_MAX),
    FIELD(U8, result, 0, CS_TX_RESULT_COUNT - 1),
    FIELD(U8, mode, 0, CS_MODE_ALL),
    FIELD(U8, stage, 0, UINT8_MAX),
    FLAG(level),
    FLAG(tx),
    FLAG(stuff),
    FLAG(has_frame),
    FIELD(I32, fault, 0, INT32_MAX),
    FIELD(U8, severity, 0, UINT8_MAX),
    PAD(3),
    COUNT(matched),
    FIELD(FRAME, frame, 0, 0),
    WORDS(name, CS_NAME_MAX - 1),
    WORDS(spec, CS_FAULT_TEXT_MAX - 1),
    LATER(3, U8, past, 0, 1),
    LATER(3, TEXT, acks, 0, CS_PROTO_SET_TEXT - 1),
    LATER(3, TEXT, receives, 0, CS_PROTO_SET_TEXT - 1),
};

static const struct cs_proto_field info[] = {
    COUNT(token),           TIME(at_ps),         TIME(duration_ps),
    U32_OF(speed_permille), U32_OF(clients),     FIELD(U16, n_buses, 0, CS_PROTO_MAX_BUSES),
    U16_OF(n_devices),      FLAG(paused),        FLAG(reasoned),
    FLAG(finished),         FLAG(control),       WORDS(title, 127),
    WORDS(address, 127),    WORDS(waiting, 127), WORDS(reason, 191),
};

static const struct cs_proto_field bus_status[] = {
    COUNT(token),
    BUS_INDEX,
    FLAG(fd),
    PAD(1),
    FIELD(U32, bitrate_bps, 1, UINT32_MAX),
    U32_OF(data_bitrate_bps),
    FIELD(U32, load_permille, 0, UINT32_MAX),
    U32_OF(load_total_permille),
    U32_OF(frames_per_s),
    U32_OF(ids),
    PAD(4),
    FIELD(NAME, bus, 0, 0),
    FIELD(TIMING, timing, 0, 0),
    COUNT(frames),
    COUNT(remote_frames),
    COUNT(data_bytes),
    COUNT(errors[0]),
    COUNT(errors[1]),
    COUNT(errors[2]),
    COUNT(errors[3]),
    COUNT(errors[4]),
    COUNT(errors[5]),
    COUNT(errors[6]),
    COUNT(errors[7]),
    COUNT(error_frames),
    COUNT(arb_lost),
    COUNT(bits),
    TIME(busy_ps),
    COUNT(untracked),
};

static const struct cs_proto_field node_status[] = {
    COUNT(token),
    BUS_INDEX,
    FIELD(I16, node, 0, CS_BUS_MAX_NODES - 1),
    FIELD(U8, state, 0, CS_STATE_COUNT - 1),
    FIELD(U8, mode, 0, CS_MODE_ALL),
    FIELD(U8, fd, 0, CS_FD_COUNT - 1),
    FLAG(plugged),
    FLAG(sending),
    FLAG(receiving),
    FLAG(attached),
    PAD(1),
    U16_OF(tec),
    U16_OF(rec),
    U32_OF(bitrate_bps),
    U32_OF(data_bitrate_bps),
    U32_OF(recovery_runs),
    U32_OF(queued),
    U32_OF(queue_len),
    U32_OF(load_permille),
    TIME(delay_ps),
    TIME(cable_ps),
    COUNT(sent),
    COUNT(received),
    COUNT(retries),
    COUNT(arb_lost),
    COUNT(n_errors),
    COUNT(dropped),
    COUNT(refused),
    TIME(busy_ps),
    FIELD(TIMING, timing, 0, 0),
    WORDS(name, CS_NAME_MAX - 1),
    WORDS(via, 31),
};

static const struct cs_proto_field id_status[] = {
    COUNT(token),
    BUS_INDEX,
    FIELD(I16, node, CS_NO_NODE, CS_BUS_MAX_NODES - 1),
    PAD(4),
    COUNT(count),
    COUNT(changed),
    TIME(first_ps),
    TIME(last_ps),
    TIME(period_ps),
    TIME(period_min_ps),
    TIME(period_max_ps),
    FIELD(FRAME, frame, 0, 0),
};

#define PORT(i)                                                                                \
    WORDS(port[i].bus, 15), FLAG(port[i].on), FIELD(U8, port[i].state, 0, CS_STATE_COUNT - 1), \
        U16_OF(port[i].tec), U16_OF(port[i].rec), U32_OF(port[i].bitrate_bps),                 \
        U32_OF(port[i].data_bitrate_bps)

static const struct cs_proto_field device_status[] = {
    COUNT(token),
    U16_OF(device),
    FLAG(plugged),
    FLAG(connected),
    FIELD(U8, n_ports, 0, CS_PROTO_PORTS),
    PAD(3),
    COUNT(connections),
    COUNT(refused),
    COUNT(protocol_errors),
    COUNT(n_lost),
    WORDS(name, CS_NAME_MAX - 1),
    WORDS(device_kind, 7),
    WORDS(model, 15),
    WORDS(driver, 15),
    WORDS(path, 127),
    WORDS(option, 511),
    PORT(0),
    PORT(1),
    PORT(2),
    PORT(3),
};

static const struct cs_proto_field looked[] = {
    COUNT(token),
    TIME(at_ps),
    U32_OF(needs),
    U32_OF(cursor),
    U16_OF(code),
    PAD(6),
    LATER(3, U64, version, 0, 0),
};

static const struct cs_proto_field controlled[] = {
    COUNT(token),
    TIME(at_ps),
    U16_OF(code),
    PAD(2),
    FIELD(I32, fault, 0, INT32_MAX),
    WORDS(spec, CS_FAULT_TEXT_MAX - 1),
};

/* ---- and since 1.3 --------------------------------------------------------------------------- */

static const struct cs_proto_field decoder[] = {
    COUNT(token),       U16_OF(index), FLAG(active), PAD(5), WORDS(name, CS_NAME_MAX - 1),
    WORDS(option, 511),
};

static const struct cs_proto_field sender[] = {
    COUNT(token),
    U16_OF(slot),
    BUS_INDEX,
    FLAG(active),
    FLAG(running),
    FLAG(counts),
    FLAG(bounces),
    TIME(sender_period_ps),
    TIME(gap_ps),
    U32_OF(burst),
    U16_OF(counter_byte),
    U16_OF(counter_bits),
    ANY_TIME(counter_low),
    ANY_TIME(counter_high),
    ANY_TIME(counter_step),
    ANY_TIME(counter_first),
    FIELD(FRAME, frame, 0, 0),
};

static const struct cs_proto_field ask[] = {
    COUNT(token), BUS_INDEX, PAD(6), WORDS(name, CS_NAME_MAX - 1), WORDS(option, 511),
};

static const struct cs_proto_field sender_status[] = {
    COUNT(token),   U16_OF(slot),
    FLAG(running),  FIELD(U8, last, 0, UINT8_MAX),
    U16_OF(code),   FIELD(U8, result, 0, CS_TX_RESULT_COUNT - 1),
    PAD(1),         COUNT(n_queued),
    COUNT(sent),    COUNT(n_failed),
    COUNT(refused), FIELD(I64, last_ps, -1, INT64_MAX),
};

static const struct cs_proto_field answer[] = {
    COUNT(token), TIME(at_ps), FIELD(U8, severity, 0, UINT8_MAX), PAD(7), WORDS(option, 511),
};

static const struct cs_proto_field plan[] = {
    COUNT(token),   COUNT(version),   U32_OF(n_rows), U32_OF(n_more),   U32_OF(n_past),
    U32_OF(n_held), U32_OF(n_broken), PAD(4),         WORDS(file, 255),
};

static const struct cs_proto_field plan_row[] = {
    COUNT(token),
    FIELD(I64, last_ps, -1, INT64_MAX),
    ANY_TIME(amount),
    FIELD(I64, until_ps, -1, INT64_MAX),
    U32_OF(row),
    U32_OF(line),
    FIELD(I32, fault, 0, INT32_MAX),
    U16_OF(kind),
    FIELD(U8, state, 0, UINT8_MAX),
    FLAG(active),
    WORDS(when, 255),
    WORDS(who, 127),
    WORDS(what, 767),
    WORDS(seen, 767),
    WORDS(place, 255),
    WORDS(json, 1535),
};

static const struct cs_proto_field edges[] = {
    TIME(at_ps), COUNT(seq), FLAG(active), PAD(7), FIELD(EDGELIST, edges, 0, CS_PROTO_EDGES_MAX),
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
    MESSAGE(MONITOR, CLIENT, monitor),
    MESSAGE(LOOK, CLIENT, look),
    MESSAGE(CONTROL, CLIENT, control),
    MESSAGE(SENDER, CLIENT, sender),
    MESSAGE(ASK, CLIENT, ask),
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
    MESSAGE(WATCHING, HOST, watching),
    MESSAGE(EVENT, HOST, event),
    MESSAGE(INFO, HOST, info),
    MESSAGE(BUS_STATUS, HOST, bus_status),
    MESSAGE(NODE_STATUS, HOST, node_status),
    MESSAGE(ID_STATUS, HOST, id_status),
    MESSAGE(DEVICE_STATUS, HOST, device_status),
    MESSAGE(LOOKED, HOST, looked),
    MESSAGE(CONTROLLED, HOST, controlled),
    MESSAGE(DECODER, HOST, decoder),
    MESSAGE(SENDER_STATUS, HOST, sender_status),
    MESSAGE(ANSWER, HOST, answer),
    MESSAGE(PLAN, HOST, plan),
    MESSAGE(PLAN_ROW, HOST, plan_row),
    MESSAGE(EDGES, HOST, edges),
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
