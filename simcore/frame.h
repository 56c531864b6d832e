/* SPDX-License-Identifier: MIT */
/* frame.h - one CAN frame as the LLC layer sees it, and its text form.
 * A frame is a value: plain data, copied, never owning memory. */
#ifndef CANSIM_SIMCORE_FRAME_H
#define CANSIM_SIMCORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CS_FRAME_MAX_DATA 64 /* bytes; 8 without CS_FRAME_FD */
#define CS_ID_MAX_BASE    0x7FFu
#define CS_ID_MAX_EXT     0x1FFFFFFFu

/* Longest text of cs_frame_format() with its final NUL: 8 + 2 + 1 + 2 * 64 + 1. */
#define CS_FRAME_TEXT_MAX 144

enum cs_frame_flag {
    CS_FRAME_EXT = 1 << 0, /* 29-bit identifier (IDE recessive) */
    CS_FRAME_RTR = 1 << 1, /* remote frame: no data, dlc tells what is asked for */
    CS_FRAME_FD = 1 << 2,  /* CAN FD format */
    CS_FRAME_BRS = 1 << 3, /* FD: data phase at the second bit rate */
    CS_FRAME_ESI = 1 << 4, /* FD: transmitter is error passive */
};

/* ISO 11898-1:2015, 10.4. */
struct cs_frame {
    uint32_t id;   /* 0..CS_ID_MAX_BASE, or ..CS_ID_MAX_EXT with CS_FRAME_EXT */
    uint8_t flags; /* enum cs_frame_flag */
    uint8_t dlc;   /* the DLC field as sent, 0..15 */
    uint8_t len;   /* bytes in data: what dlc stands for; 0 in a remote frame */
    uint8_t zero;  /* padding, 0 */
    uint8_t data[CS_FRAME_MAX_DATA];
};

#pragma GCC visibility push(default) /* libcansim-client exports these */

/* Data bytes that a DLC value stands for: classic 9..15 mean 8; FD 9..15 mean 12..64. */
unsigned cs_frame_dlc_to_len(unsigned dlc, bool fd);

/* Smallest DLC that holds `len` bytes (0..64). */
unsigned cs_frame_len_to_dlc(unsigned len);

/* 0 where every member is within its range and they fit one another, else -EINVAL. */
int cs_frame_check(const struct cs_frame *frame);

bool cs_frame_equal(const struct cs_frame *a, const struct cs_frame *b);

/* Parse can-utils' text form: 3 hex digits mean a base, 8 an extended identifier.
 *   123#DEADBEEF  5A1#11.22.33  1F334455#  123#R  12345678#R8  123##3112233 (FD, flags nibble:
 *   1 BRS, 2 ESI)  123#1122334455667788_B (8 bytes with a raw DLC of 9..F)
 * Returns 0, or -EINVAL with one sentence in `why` (at most `why_size` bytes, NUL-terminated). */
int cs_frame_parse(const char *text, struct cs_frame *frame, char *why, size_t why_size);

/* Write the same form, upper-case; `text` holds CS_FRAME_TEXT_MAX bytes. Returns its length. */
size_t cs_frame_format(const struct cs_frame *frame, char *text);

#pragma GCC visibility pop

#endif
