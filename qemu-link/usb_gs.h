/* SPDX-License-Identifier: MIT */
/* usb_gs.h - a gs_usb adapter (candleLight with CAN FD): what its files share. Numbers on the wire
 * are little endian; one packet is one frame. Linux's gs_usb drives it. */
#ifndef CANSIM_QEMU_LINK_USB_GS_H
#define CANSIM_QEMU_LINK_USB_GS_H

#include "qemu-link/dev_port.h"
#include "qemu-link/usb_device.h"

#define GS_EP_IN  0x81
#define GS_EP_OUT 0x02

#define GS_CLOCK_HZ     80000000u
#define GS_CHANNELS_MAX 3   /* Linux's driver refuses an adapter that has more */
#define GS_SENT_MAX     64u /* frames of a channel that wait or are in its controller */
#define GS_IN_ECHO      (GS_SENT_MAX * GS_CHANNELS_MAX) /* places kept for echoes … */
#define GS_IN_STATE     (4u * GS_CHANNELS_MAX)          /* … and for states */
#define GS_IN_MAX       1024u                           /* packets that the guest has not fetched */
#define GS_NO_ECHO      0xFFFFFFFFu

#define GS_HEADER       12u /* echo_id.32, can_id.32, dlc, channel, flags, 0 */
#define GS_DATA_CLASSIC 8u
#define GS_DATA_FD      64u
#define GS_PACKET_MAX   (GS_HEADER + GS_DATA_FD + 4u) /* with the time, us.32 */

enum gs_flag { GS_FLAG_OVERFLOW = 1, GS_FLAG_FD = 2, GS_FLAG_BRS = 4, GS_FLAG_ESI = 8 };

/* Of a mode, and the features of the same name. */
enum gs_mode {
    GS_LISTEN_ONLY = 1 << 0,
    GS_LOOP_BACK = 1 << 1,
    GS_TRIPLE_SAMPLE = 1 << 2,
    GS_ONE_SHOT = 1 << 3,
    GS_HW_TIMESTAMP = 1 << 4,
    GS_IDENTIFY = 1 << 5,
    GS_FD = 1 << 8,
    GS_BT_CONST_EXT = 1 << 10,
    GS_BERR_REPORTING = 1 << 12,
    GS_GET_STATE = 1 << 13,
};

/* As Linux numbers them. */
enum gs_state { GS_ACTIVE, GS_WARNING, GS_PASSIVE, GS_BUS_OFF, GS_STOPPED };

struct gs;

/* A frame of the guest, from its packet to its echo. */
struct gs_sent {
    struct cs_frame frame;
    uint32_t echo_id, can_id;
    uint8_t flags;
    bool taken, in_controller;
};

struct gs_channel {
    struct gs *gs;
    unsigned index;
    struct cs_port *port;
    struct cs_bit_timing nominal, data;
    uint32_t mode; /* flags it was started with */
    bool started;
    enum gs_state state; /* as the guest knows it */
    uint8_t tec, rec;
    bool off;       /* bus-off: frames wait */
    bool state_due; /* a state found no room */
    bool restart_due;
    int64_t next_error_ps; /* before it no error is told, unless all are asked for */
    bool overflow;         /* frames were lost: the next one tells it */
    struct gs_sent sent[GS_SENT_MAX];
    uint64_t first, next; /* cookies */
};

struct gs_packet {
    uint8_t len;
    uint8_t bytes[GS_PACKET_MAX];
};

struct gs {
    struct cs_usb *usb;
    unsigned n_channels;
    struct gs_channel channel[GS_CHANNELS_MAX];
    unsigned in_first, in_n; /* in a circle */
    struct gs_packet in[GS_IN_MAX];
};

static inline uint32_t gs_get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void gs_put32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

/* ---- usb_gs_frames.c: frames to the bus and packets to the guest */
/* A packet of the guest: a frame of one of its channels, or nothing that makes sense. */
void cs_gs_packet(struct gs *gs, const uint8_t *data, size_t len);
size_t cs_gs_take(struct gs *gs, uint8_t *buf, size_t room);
void cs_gs_confirmed(struct gs_channel *ch, const struct cs_tx_done *done);
void cs_gs_received(struct gs_channel *ch, const struct cs_rx *rx);
void cs_gs_event(struct gs_channel *ch, const struct cs_event *event);
/* The controller is gone, and with it all that the guest has sent or not fetched: an echo from
 * before would free the driver's place of another frame. */
void cs_gs_forget(struct gs_channel *ch);

#endif
