/* SPDX-License-Identifier: MIT */
/* proto_msg.h - the messages of the link protocol and their bytes, for both ends.
 * Pure: bytes in, struct out, and back. docs/link-protocol.md is the specification; the tables in
 * proto_table.c are the same thing for the machine, and a test compares the two.
 * Peers are hostile: whatever the bytes are, decoding reads within them and answers. */
#ifndef CANSIM_QEMU_LINK_PROTO_MSG_H
#define CANSIM_QEMU_LINK_PROTO_MSG_H

#include "simcore/fault.h"

#define CS_PROTO_MAGIC        0x534E4143u /* "CANS" */
#define CS_PROTO_MAJOR        1
#define CS_PROTO_MINOR        3
#define CS_PROTO_HEADER_BYTES 8
#define CS_PROTO_MAX_BYTES    4096 /* a whole message, header included */
#define CS_PROTO_MAX_BUSES    16
#define CS_PROTO_TEXT_MAX     256     /* with the NUL that only memory has */
#define CS_PROTO_IGNORABLE    0x0001u /* header flag: who does not know the type skips the message */

/* From the client below 0x80, from the host above. */
enum cs_proto_type {
    CS_PROTO_SKIPPED =
        0, /* never on the wire: what decoding makes of an unknown ignorable message */
    CS_PROTO_HELLO = 0x01,
    CS_PROTO_LIST = 0x02,
    CS_PROTO_SEND = 0x03,
    CS_PROTO_ABORT = 0x04,
    CS_PROTO_SET_FILTERS = 0x05,
    CS_PROTO_SET_MODE = 0x06,
    CS_PROTO_RECOVER = 0x07,
    CS_PROTO_BYE = 0x08,
    CS_PROTO_PING = 0x09,
    CS_PROTO_SET_TIMING = 0x0A,
    CS_PROTO_RESET = 0x0B,
    CS_PROTO_FAULT_ARM = 0x0C,
    CS_PROTO_FAULT_CLEAR = 0x0D,
    CS_PROTO_FAULT_LIST = 0x0E,
    CS_PROTO_MONITOR = 0x0F,
    CS_PROTO_LOOK = 0x10,
    CS_PROTO_CONTROL = 0x11,
    CS_PROTO_SENDER = 0x12,
    CS_PROTO_ASK = 0x13,
    CS_PROTO_WELCOME = 0x81,
    CS_PROTO_REFUSED = 0x82,
    CS_PROTO_BUSES = 0x83,
    CS_PROTO_RX = 0x84,
    CS_PROTO_TX_DONE = 0x85,
    CS_PROTO_ARB_LOST = 0x86,
    CS_PROTO_ERROR = 0x87,
    CS_PROTO_STATE = 0x88,
    CS_PROTO_LOST = 0x89,
    CS_PROTO_GOODBYE = 0x8A,
    CS_PROTO_PONG = 0x8B,
    CS_PROTO_FAULT_STATUS = 0x8C,
    CS_PROTO_FAULT_ENTRY = 0x8D,
    CS_PROTO_FAULT_EVENT = 0x8E,
    CS_PROTO_WATCHING = 0x8F,
    CS_PROTO_EVENT = 0x90,
    CS_PROTO_INFO = 0x91,
    CS_PROTO_BUS_STATUS = 0x92,
    CS_PROTO_NODE_STATUS = 0x93,
    CS_PROTO_ID_STATUS = 0x94,
    CS_PROTO_DEVICE_STATUS = 0x95,
    CS_PROTO_LOOKED = 0x96,
    CS_PROTO_CONTROLLED = 0x97,
    CS_PROTO_DECODER = 0x98,
    CS_PROTO_SENDER_STATUS = 0x99,
    CS_PROTO_ANSWER = 0x9A,
    CS_PROTO_PLAN = 0x9B,
    CS_PROTO_PLAN_ROW = 0x9C,
    CS_PROTO_EDGES = 0x9D,
};

enum cs_proto_side { CS_PROTO_CLIENT, CS_PROTO_HOST };

/* HELLO's `want`. */
#define CS_PROTO_WANT_RX     0x01u
#define CS_PROTO_WANT_ERRORS 0x02u

/* WELCOME's `features`. */
#define CS_PROTO_FEATURE_FD 0x01u /* the controller may send CAN FD frames */

/* WATCHING's `features`. */
#define CS_PROTO_FEATURE_DECODED 0x01u /* what frames mean comes with them */

/* LOOK's `needs`; INFO and the buses always come. */
#define CS_PROTO_NEEDS_IDS      0x01u
#define CS_PROTO_NEEDS_NODES    0x02u
#define CS_PROTO_NEEDS_FAULTS   0x04u
#define CS_PROTO_NEEDS_DEVICES  0x08u
#define CS_PROTO_NEEDS_1_2      0x0Fu /* the bits so far */
#define CS_PROTO_NEEDS_DECODERS 0x10u
#define CS_PROTO_NEEDS_PLAN     0x20u
#define CS_PROTO_NEEDS_EDGES    0x40u /* from now on, until a LOOK has no need of them */
#define CS_PROTO_NEEDS_SENDERS  0x80u

/* CONTROL's `op`. */
enum cs_proto_op {
    CS_PROTO_OP_PAUSE = 0,
    CS_PROTO_OP_GO = 1,
    CS_PROTO_OP_STEP = 2,
    CS_PROTO_OP_STEP_FRAME = 3,
    CS_PROTO_OP_SPEED = 4,  /* value: thousandths of the clock's, 0: as fast as it goes */
    CS_PROTO_OP_INJECT = 5, /* bus_index, frame */
    CS_PROTO_OP_ARM = 6,    /* bus_index, spec */
    CS_PROTO_OP_CLEAR = 7,  /* bus_index, fault (0: all) */
    CS_PROTO_OP_PLUG = 8,   /* value: device */
    CS_PROTO_OP_UNPLUG = 9,
    CS_PROTO_OP_SAVE = 10,  /* spec: the file, on the host's machine */
    CS_PROTO_OP_RESET = 11, /* since 1.3: bus_index, node */
    CS_PROTO_OP_RECOVER = 12,
    CS_PROTO_OP_MODE = 13,     /* and mode */
    CS_PROTO_OP_STEP_BIT = 14, /* bus_index */
    CS_PROTO_OP_SEND_NOW = 15, /* value: slot */
    CS_PROTO_OP_RERUN = 16,
    CS_PROTO_OP_COUNT
};

/* CONTROLLED's `code`. */
enum cs_proto_control_code {
    CS_PROTO_CONTROL_DONE = 0,
    CS_PROTO_CONTROL_FAILED = 1, /* see the text */
    CS_PROTO_CONTROL_DENIED = 2, /* the host does not let this client */
    CS_PROTO_CONTROL_UNUSABLE = 3,
    CS_PROTO_CONTROL_UNKNOWN = 4, /* no such bus, fault or device */
    CS_PROTO_CONTROL_BUSY = 5,    /* contradicts what is there */
    CS_PROTO_CONTROL_FULL = 6,
    CS_PROTO_CONTROL_BUS_OFF = 7,
    CS_PROTO_CONTROL_CANNOT = 8,  /* this bus or device does not do that */
    CS_PROTO_CONTROL_ALREADY = 9, /* since 1.3: there is nothing to do */
    CS_PROTO_CONTROL_COUNT
};

/* FAULT_STATUS's `code`. */
enum cs_proto_fault_code {
    CS_PROTO_FAULT_DONE = 0,
    CS_PROTO_FAULT_UNUSABLE = 1, /* not a fault's text form */
    CS_PROTO_FAULT_UNKNOWN = 2,  /* no such bus, node or fault */
    CS_PROTO_FAULT_BUSY = 3,     /* contradicts one that is armed */
    CS_PROTO_FAULT_FULL = 4,     /* CS_FAULT_MAX are armed */
    CS_PROTO_FAULT_DENIED = 5,   /* the host does not let this client */
    CS_PROTO_FAULT_CODE_COUNT
};

/* REFUSED's and GOODBYE's `code`. */
enum cs_proto_code {
    CS_PROTO_CODE_OTHER = 0,
    CS_PROTO_CODE_PROTOCOL = 1, /* the client broke the protocol */
    CS_PROTO_CODE_VERSION = 2,
    CS_PROTO_CODE_NO_BUS = 3,
    CS_PROTO_CODE_BITRATE = 4,
    CS_PROTO_CODE_BUS_FULL = 5,
    CS_PROTO_CODE_TOO_MANY = 6, /* connections */
    CS_PROTO_CODE_TIMEOUT = 7,  /* no HELLO in time */
    CS_PROTO_CODE_SHUTDOWN = 8, /* the host ends */
    CS_PROTO_CODE_AGAIN = 9,    /* since 1.3: and begins anew, at the same address */
    CS_PROTO_CODE_COUNT
};

struct cs_proto_bus {
    char name[CS_NAME_MAX];
    uint32_t bitrate_bps;
    uint32_t data_bitrate_bps; /* 0: none */
    uint8_t fd;                /* 1: its controllers know CAN FD unless they say otherwise */
};

#define CS_PROTO_PORTS 4

/* A change of a level on a bus, or of what a node drives. */
#define CS_PROTO_EDGES_MAX 240

struct cs_proto_edge {
    int64_t at_ps;
    uint16_t bus;
    int16_t node; /* CS_NO_NODE: the bus itself */
    uint8_t level;
};

/* A port of a device, on the wire as single fields. */
struct cs_proto_port {
    char bus[16];
    uint8_t on, state;
    uint16_t tec, rec;
    uint32_t bitrate_bps, data_bitrate_bps;
};

/* Any message: a type has the members that its table names, the others are 0. */
#define CS_PROTO_SET_TEXT (CS_BUS_MAX_NODES / 4 + 1)

struct cs_proto_msg {
    uint16_t type; /* enum cs_proto_type */
    uint16_t flags;
    uint32_t magic;
    uint16_t major, minor;
    char bus[CS_NAME_MAX], name[CS_NAME_MAX];
    uint32_t bitrate_bps; /* HELLO: 0 = the bus's */
    uint32_t restart_ms;  /* 0: stays bus-off until RECOVER */
    uint32_t features;
    int64_t epoch_ns; /* CLOCK_REALTIME that bus time 0 stands for */
    int64_t start_ps, at_ps;
    uint64_t cookie, token, count;
    uint16_t tx_queue_len; /* HELLO: 0 = the host's choice */
    uint16_t credits, code, bit, attempts, lost, tec, rec;
    int16_t node, from;
    uint8_t mode, want, order, own, result, error, field, state, tx;
    uint8_t fd, no_exception, want_faults, stuff, level, stage, active;
    uint16_t index;
    int16_t peer;
    int32_t fault; /* an id */
    uint32_t data_bitrate_bps;
    int64_t delay_ps, armed_ps, fired_ps;
    uint64_t matched, fired;
    struct cs_timing timing; /* all 0: none */
    uint16_t n_filters, n_buses;
    struct cs_frame frame;

    /* What monitors are told, since 1.2. */
    uint64_t kinds, seq;
    int64_t since_ps, queued_ps, duration_ps;
    uint32_t needs, cursor, value, clients, speed_permille;
    uint16_t bus_index, kind, n_bits, n_devices, device;
    uint8_t op, control, paused, finished, reasoned, plugged, sending, receiving, attached;
    uint8_t has_frame, severity, connected, n_ports;
    uint64_t frames, remote_frames, data_bytes, errors[8], error_frames, arb_lost, bits, untracked;
    int64_t busy_ps;
    uint32_t load_permille, load_total_permille, frames_per_s, ids;
    int64_t cable_ps;
    uint32_t recovery_runs, queued, queue_len;
    uint64_t sent, received, retries, n_errors, dropped, refused;
    uint64_t changed;
    int64_t first_ps, last_ps, period_ps, period_min_ps, period_max_ps;
    uint64_t connections, protocol_errors, n_lost;
    struct cs_proto_port port[CS_PROTO_PORTS];
    char title[128], address[128], waiting[128], reason[192]; /* `address`: the link's */
    char via[32], device_kind[8], model[16], driver[16], path[128], option[512];

    /* Since 1.3. */
    uint64_t run, version, n_queued, n_failed;
    int64_t sender_period_ps, gap_ps, counter_low, counter_high, counter_step, counter_first;
    int64_t amount, until_ps;
    uint32_t burst, row, n_rows, n_more, n_past, n_held, n_broken, line;
    uint16_t slot, counter_byte, counter_bits, n_edges;
    uint8_t past, hears, running, counts, bounces, last;
    char acks[CS_PROTO_SET_TEXT], receives[CS_PROTO_SET_TEXT];

    char text[CS_PROTO_TEXT_MAX];
    char spec[CS_FAULT_TEXT_MAX]; /* a fault's text form, or why there is none */
    struct cs_filter filters[CS_MAX_FILTERS];
    struct cs_proto_bus buses[CS_PROTO_MAX_BUSES];

    /* Like the lists, not cleared before a message without them is read. */
    char file[256], when[256], who[128], what[768], seen[768], place[256], json[1536];
    struct cs_proto_edge edges[CS_PROTO_EDGES_MAX];
};

enum cs_proto_kind {
    CS_PROTO_U8,
    CS_PROTO_U16,
    CS_PROTO_U32,
    CS_PROTO_U64,
    CS_PROTO_I16,
    CS_PROTO_I32,
    CS_PROTO_I64,
    CS_PROTO_ZERO,    /* `high` bytes, sent as 0, ignored by the receiver */
    CS_PROTO_NAME,    /* CS_NAME_MAX bytes, filled up with NUL */
    CS_PROTO_FRAME,   /* id, flags, dlc, len, 0, data filled up to a multiple of 8 */
    CS_PROTO_TIMING,  /* two bit rates, drift, delay compensation: 48 bytes */
    CS_PROTO_TEXT,    /* u16 length, bytes; `high` at most */
    CS_PROTO_FILTERS, /* u16 count, u16 size of an entry, entries */
    CS_PROTO_BUSLIST, /* likewise */
    CS_PROTO_EDGELIST,
};

struct cs_proto_field {
    const char *name;
    enum cs_proto_kind kind;
    size_t offset;     /* of the member in struct cs_proto_msg */
    int64_t low, high; /* legal values; not looked at for CS_PROTO_U64 */
    uint8_t since;     /* minor version; a message may end before a row of a later one than 0 */
};

struct cs_proto_desc {
    enum cs_proto_type type;
    enum cs_proto_side from;
    const char *name;
    const struct cs_proto_field *fields;
    unsigned n_fields;
};

/* Row i of the table of messages, NULL beyond. */
const struct cs_proto_desc *cs_proto_desc(unsigned i);
const struct cs_proto_desc *cs_proto_find(unsigned type); /* NULL: unknown */

/* Does it begin with magic, major and minor? */
bool cs_proto_has_version(unsigned type);

/* Write one message; names, texts and lists are cut at their limits.
 * out holds CS_PROTO_MAX_BYTES. Returns the length, 0 for a type that is not in the table. */
size_t cs_proto_encode(const struct cs_proto_msg *msg, uint8_t *out);

/* Read one message that `from` has sent. Where magic or major version differ from ours, decoding
 * stops behind them: look at msg->magic and msg->major first where cs_proto_has_version().
 * Returns the bytes used, 0 (more bytes needed), or -EPROTO with one sentence in `why`. */
int cs_proto_decode(const uint8_t *bytes, size_t size, enum cs_proto_side from,
                    struct cs_proto_msg *msg, char *why, size_t why_size);

/* True where magic and major are ours; else false with a sentence (`who`: "host", "client"). */
bool cs_proto_version_fits(const struct cs_proto_msg *msg, const char *who, char *why,
                           size_t why_size);

/* A set of nodes, bit i of all words for node i: hexadecimal digits, those of the lowest nodes
 * last. False: the text is none. */
void cs_proto_set_write(const uint64_t set[CS_BUS_MAX_NODES / 64], char text[CS_PROTO_SET_TEXT]);
bool cs_proto_set_read(const char *text, uint64_t set[CS_BUS_MAX_NODES / 64]);

#endif
