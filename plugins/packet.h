/* SPDX-License-Identifier: MIT */
/* packet.h - what readers of captures share: bytes as they come, the CAN frame in a packet, and how
 * many packets have none. */
#ifndef CANSIM_PLUGINS_PACKET_H
#define CANSIM_PLUGINS_PACKET_H

#include "plugins/log_time.h"

enum cs_linktype {
    CS_LINKTYPE_SLL = 113, /* cooked capture of Linux */
    CS_LINKTYPE_SOCKETCAN = 227,
    CS_LINKTYPE_SLL2 = 276,
};

/* Packets that are left out. */
enum cs_packet_out {
    CS_PACKET_LINK,
    CS_PACKET_NO_CAN,
    CS_PACKET_CUT,
    CS_PACKET_WRONG,
    CS_PACKET_XL,
    CS_PACKET_OUTS
};

#define CS_PACKET_NAME_MAX 32 /* of an interface, with its NUL */

/* A capture as it is read; zero but for its input. */
struct cs_packets {
    struct cansim_input input;
    uint8_t buffer[65536];
    size_t at, n, mark; /* mark: where the present packet begins, unless it is lost */
    bool ended, told, later, lost;
    uint64_t offset; /* of the byte that comes next */
    uint64_t place;  /* where the present packet begins */
    bool big;        /* byte order of who captured */
    char bus_name[CS_PACKET_NAME_MAX];
    struct cs_log_time time;
    uint64_t out[CS_PACKET_OUTS], out_at[CS_PACKET_OUTS]; /* how many, the first one's place */
};

/* A packet begins here. */
void cs_packets_begin(struct cs_packets *in);
/* Nothing comes behind the packets: 0, with what was left out told once, or CANSIM_LATER. */
int cs_packets_end(struct cs_packets *in);
/* Up to n bytes into `to` (NULL: nowhere): how many there were. */
size_t cs_packets_take(struct cs_packets *in, uint8_t *to, size_t n);
/* A number of n bytes in the capture's byte order. */
uint64_t cs_packets_number(const struct cs_packets *in, const uint8_t *p, unsigned n);
/* "byte N: ..." in `why`, and -1; where there is no more of the packet yet, CANSIM_LATER, and the
 * next read begins with it again. */
int cs_packets_fail(struct cs_packets *in, char *why, size_t why_size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The frame in the `n` bytes of a packet that was `original` long, captured on the interface `name`
 * of that link type: 1 and *out without its times, 0 left out and counted. */
int cs_packets_frame(struct cs_packets *in, unsigned link, const char *name, const uint8_t *bytes,
                     size_t n, size_t original, struct cansim_log_frame *out);
/* Its times: 1 or -1 with a sentence. */
int cs_packets_time(struct cs_packets *in, int64_t seconds, int64_t fraction_ps,
                    struct cansim_log_frame *out, char *why, size_t why_size);
#endif
