/* SPDX-License-Identifier: MIT */
/* attach_bcm.h - inside of the broadcast manager (CAN_BCM): cyclic transmission and reception on
 * change. Linux's Documentation/networking/can.rst, "Broadcast Manager protocol sockets", is the
 * model. An operation is of classic frames or, with CAN_FD_FRAME, of CAN FD's; inside all are kept
 * as struct canfd_frame. Times are of the wall clock, as a kernel's would be. */
#ifndef CANSIM_QEMU_LINK_ATTACH_BCM_H
#define CANSIM_QEMU_LINK_ATTACH_BCM_H

#include <linux/can/bcm.h>

#include "qemu-link/attach_broker.h"

#define CS_ATTACH_BCM_OPS_MAX 1024 /* of one socket */

struct cs_attach_bcm_op {
    struct cs_attach_bcm_op *next;
    struct cs_attach_sock *sock;
    bool rx;
    uint32_t can_id, flags, count;
    int ifindex;            /* 0: any bus (RX) or none (TX) */
    double first_s, then_s; /* ival1, ival2 */
    struct bcm_timeval first, then;
    unsigned n_frames, room;
    /* TX: to be sent; RX: masks (multiplex: [0] tells which of the others) */
    struct canfd_frame *frames;

    unsigned at;    /* TX: the next frame */
    double due_s;   /* TX: when, on the loop's clock */
    ev_timer timer; /* TX: the next frame; RX: nothing came for ival1 */

    struct canfd_frame *last; /* RX: n_frames contents, or one for RX_FILTER_ID */
    bool *have;
    ev_timer throttle; /* RX: ival2 is not over yet */
    bool held;
    struct canfd_frame held_frame;
    struct shim_head held_head;
};

struct cs_attach_bcm {
    struct cs_attach_bcm_op *ops;
    unsigned n_ops;
};

/* Bytes of a frame in the messages of an operation with these flags. */
static inline size_t cs_attach_bcm_frame_bytes(uint32_t flags)
{
    return flags & CAN_FD_FRAME ? CANFD_MTU : CAN_MTU;
}

/* Frame `i` of a message, widened; the message has it. */
void cs_attach_bcm_load(const struct bcm_msg_head *msg, unsigned i, struct canfd_frame *frame);
/* A message to the program: the operation's head, and a frame or NULL. */
void cs_attach_bcm_tell(struct cs_attach_bcm_op *op, uint32_t opcode, const struct shim_head *head,
                        const struct canfd_frame *frame);

/* attach_bcm_rx.c */
/* Take over a new RX_SETUP. Returns 0 or an errno. */
int cs_attach_bcm_rx_setup(struct cs_attach_bcm_op *op, const struct bcm_msg_head *msg);
void cs_attach_bcm_rx_init(struct cs_attach_bcm_op *op);
void cs_attach_bcm_rx_frame(struct cs_attach_bcm_op *op, const struct shim_head *head,
                            const struct canfd_frame *frame);

#endif
