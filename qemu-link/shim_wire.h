/* SPDX-License-Identifier: MIT */
/* shim_wire.h - what the shim inside a program and the broker of cansim-attach tell each other.
 * Both come from one build and run on one machine, so integers are native and structs are sent as
 * they are. Everything is SOCK_SEQPACKET: one message, one send.
 *
 * A connection begins with a struct shim_request and a body. SHIM_OP_OPEN makes it the data channel
 * of a socket: from then on each message is a struct shim_head and a body, both ways, and the
 * program holds the descriptor. Every other request gets one struct shim_reply, then the connection
 * is closed. So a program never holds a descriptor that it did not ask for, and an answer never has
 * to be picked out of a stream of frames. */
#ifndef CANSIM_QEMU_LINK_SHIM_WIRE_H
#define CANSIM_QEMU_LINK_SHIM_WIRE_H

#include <stdint.h>

#define SHIM_ENV   "CANSIM_ATTACH" /* the broker's abstract address, without the leading NUL */
#define SHIM_MAGIC 0x63734131u
/* Bus i is interface SHIM_IFINDEX_BASE + i: above real ones, and within 16 bits, as canplayer takes
 * 65536 for its standard output. */
#define SHIM_IFINDEX_BASE 0x7C00
#define SHIM_MAX_BUSES    16
#define SHIM_NAME_MAX     16    /* IFNAMSIZ */
#define SHIM_BODY_MAX     18496 /* a BCM head with 256 CAN FD frames, the longest of all */
#define SHIM_MAX_FILTERS  512   /* CAN_RAW_FILTER_MAX */
#define SHIM_OPTION_MAX   4096  /* so many filters */
#define SHIM_BCM_FRAMES   256   /* most frames of one BCM message */

enum shim_op {
    SHIM_OP_OPEN = 1, /* arg: CAN_RAW or CAN_BCM; reply with token and the page's descriptor */
    SHIM_OP_PAGE,     /* reply with the page's descriptor */
    SHIM_OP_BIND,     /* token, arg: interface index, 0 = any */
    SHIM_OP_SETOPT,   /* token, arg: option of SOL_CAN_RAW, body: value */
    SHIM_OP_GETOPT,   /* token, arg: option of SOL_CAN_RAW; reply's body: value */
    SHIM_OP_BCM,      /* token, body: struct bcm_msg_head and frames */
    SHIM_OP_COUNT
};

struct shim_request {
    uint32_t magic;
    uint16_t op; /* enum shim_op */
    uint16_t zero;
    uint64_t token; /* names the socket; as in the reply to SHIM_OP_OPEN */
    int32_t arg;
    uint32_t len; /* bytes of body */
};

struct shim_reply {
    uint32_t magic;
    int32_t error; /* 0 or an errno */
    uint64_t token;
    uint32_t len; /* bytes of body */
    uint32_t zero;
};

enum shim_kind {
    SHIM_FRAME = 1, /* body: struct can_frame or struct canfd_frame */
    SHIM_ERROR,     /* the socket's error: read() fails with it; no body */
    SHIM_BCM,       /* body: struct bcm_msg_head and frames */
};

enum shim_flag {
    SHIM_LOCAL = 1 << 0,    /* from this program: MSG_DONTROUTE */
    SHIM_OWN = 1 << 1,      /* from this socket: MSG_CONFIRM */
    SHIM_LOOPBACK = 1 << 2, /* to the broker: CAN_RAW_LOOPBACK was on when it was sent */
};

struct shim_head {
    uint8_t kind;  /* enum shim_kind */
    uint8_t flags; /* enum shim_flag */
    uint16_t error;
    int32_t ifindex;
    int64_t stamp_ns; /* CLOCK_REALTIME; to the broker: CLOCK_MONOTONIC when it was written */
    int64_t bus_ns;   /* bus time */
    uint32_t drops;   /* frames that this socket did not get so far */
    uint32_t len;     /* bytes of body */
};

/* The page: written by the broker, mapped read-only by every program. */
struct shim_bus {
    char name[SHIM_NAME_MAX];
    uint32_t up; /* atomic: the host has this bus now */
    uint32_t mtu;
    uint32_t bitrate_bps;
    uint32_t zero;
};

struct shim_page {
    uint32_t magic;
    uint32_t n_buses; /* atomic; grows only */
    struct shim_bus bus[SHIM_MAX_BUSES];
};

#endif
