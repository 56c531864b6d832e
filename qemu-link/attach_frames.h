/* SPDX-License-Identifier: MIT */
/* attach_frames.h - between cansim's frames and events and SocketCAN's: frames, filters, error
 * frames. Pure functions; linux/can/error.h and the drivers of Linux are the model. */
#ifndef CANSIM_QEMU_LINK_ATTACH_FRAMES_H
#define CANSIM_QEMU_LINK_ATTACH_FRAMES_H

#include <linux/can.h>

#include "qemu-link/cansim_client.h"

#define CS_ATTACH_WARNING 96 /* TEC or REC from which a controller warns */

/* As a program would read it: a struct can_frame (returns CAN_MTU) or, for CAN FD, a struct
 * canfd_frame (CANFD_MTU); `out` is cleared first. */
size_t cs_attach_to_can(const struct cs_frame *frame, struct canfd_frame *out);
/* What a program wrote, `size` = CAN_MTU or CANFD_MTU. Returns 0 or -EINVAL. */
int cs_attach_from_can(const struct canfd_frame *in, size_t size, struct cs_frame *out);

/* CAN_RAW_FILTER, CAN_RAW_ERR_FILTER, CAN_RAW_JOIN_FILTERS together: does can_id pass? */
bool cs_attach_passes(uint32_t can_id, const struct can_filter *filters, unsigned n, bool join,
                      uint32_t error_mask);

/* `frame` lost arbitration; event->kind is CS_CLIENT_ARB_LOST. data[0] counts as the SJA1000's ALC
 * does: 0..10 base identifier, 11 RTR or SRR, 12 IDE, 13..30 extended identifier, 31 RTR. */
void cs_attach_arb_frame(const struct cs_frame *frame, const struct cs_client_event *event,
                         struct can_frame *out);

/* CAN_ERR_PROT | CAN_ERR_BUSERROR with type and direction in data[2] and the location in data[3],
 * counted as the SJA1000's ECC does; CAN_ERR_ACK for a missing ACK. event->kind is
 * CS_CLIENT_ERROR. */
void cs_attach_error_frame(const struct cs_client_event *event, struct can_frame *out);

/* Warning level, passive, bus-off as one scale, as in Linux's enum can_state. */
enum cs_attach_level {
    CS_ATTACH_ACTIVE,
    CS_ATTACH_WARN,
    CS_ATTACH_PASSIVE,
    CS_ATTACH_BUS_OFF,
};

enum cs_attach_level cs_attach_level(enum cs_node_state state, unsigned tec, unsigned rec);
/* The frame that tells of a new level; `from` is the one before (out of bus-off:
 * CAN_ERR_RESTARTED). */
void cs_attach_level_frame(enum cs_attach_level from, enum cs_attach_level to, unsigned tec,
                           unsigned rec, struct can_frame *out);

#endif
