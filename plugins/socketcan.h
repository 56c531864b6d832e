/* SPDX-License-Identifier: MIT */
/* socketcan.h - a frame as Linux hands it to packet sockets and as captures hold it: struct
 * can_frame or canfd_frame, whose identifier is in network byte order in LINKTYPE_CAN_SOCKETCAN. */
#ifndef CANSIM_PLUGINS_SOCKETCAN_H
#define CANSIM_PLUGINS_SOCKETCAN_H

#include "plugins/cansim_plugin.h"

#define CS_SOCKETCAN_MAX 72 /* bytes; 16 of a classic frame */

enum cs_socketcan {
    CS_SOCKETCAN_OK,
    CS_SOCKETCAN_CUT,   /* bytes are missing that its length asks for */
    CS_SOCKETCAN_WRONG, /* no frame that can be on a bus */
    CS_SOCKETCAN_XL,    /* CAN XL, which cansim does not know */
};

/* Identifier in network byte order. Returns the number of bytes: 16 or 72. */
size_t cs_socketcan_put(const struct cansim_frame *frame, bool error_frame,
                        uint8_t out[CS_SOCKETCAN_MAX]);

/* `n` bytes of a packet that was `original` long. Fills in all but times, number, bus and node. */
enum cs_socketcan cs_socketcan_get(const uint8_t *bytes, size_t n, size_t original,
                                   bool little_endian_id, struct cansim_frame *frame,
                                   bool *error_frame);

#endif
