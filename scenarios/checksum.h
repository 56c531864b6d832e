/* SPDX-License-Identifier: MIT */
/* checksum.h - checksums in the data of a frame, as control units put them there. */
#ifndef CANSIM_SCENARIOS_CHECKSUM_H
#define CANSIM_SCENARIOS_CHECKSUM_H

#include "simcore/frame.h"

#define CS_CHECKSUM_FORM                                                                  \
    "\"xor\", \"sum8\", \"crc8-sae-j1850\", \"crc8-autosar\", \"crc8-maxim\" or \"crc16-" \
    "ccitt\""

enum cs_checksum_id {
    CS_CHECKSUM_ID_NONE,
    CS_CHECKSUM_ID_LOW, /* its low 8 bits come first */
    CS_CHECKSUM_ID_ALL, /* 2 bytes of it come first, 4 of an extended one, high byte first */
};

struct cs_checksum_kind; /* opaque */

struct cs_checksum {
    const struct cs_checksum_kind *kind;
    int64_t byte;     /* where it is, the first one of two */
    int64_t from, to; /* bytes that it covers, without its own; to -1: the last one of the frame */
    int64_t init, xorout; /* -1: the kind's */
    int id;               /* enum cs_checksum_id */
    int order;            /* of two bytes; 0: high byte first */
};

/* NULL where there is no kind of that name. */
const struct cs_checksum_kind *cs_checksum_find(const char *name);
unsigned cs_checksum_bytes(const struct cs_checksum_kind *kind); /* 1 or 2 */

/* The kind's checksum of some bytes. */
uint32_t cs_checksum_of(const struct cs_checksum_kind *kind, const uint8_t *data, size_t len);

/* Compute it and put it into the frame, whose data reach that far. */
void cs_checksum_put(const struct cs_checksum *checksum, struct cs_frame *frame);

#endif
