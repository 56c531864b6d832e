/* SPDX-License-Identifier: MIT */
/* slcan_internal.h - the serial adapter: slcan_line.c has the line (a socket or a pseudo-terminal),
 * slcan_command.c what comes on it, slcan_tell.c what goes back. The protocol is that of LAWICEL's
 * CANUSB, with CAN FD as CANable 2 has it, and Linux's lines for states and errors. */
#ifndef CANSIM_QEMU_LINK_SLCAN_INTERNAL_H
#define CANSIM_QEMU_LINK_SLCAN_INTERNAL_H

#include "qemu-link/dev_internal.h"
#include "qemu-link/dev_port.h"
#include "qemu-link/proto_ring.h"

#define SLCAN_LINE_MAX  160u /* a CAN FD frame has 1 + 8 + 1 + 128 characters */
#define SLCAN_QUEUE     32u  /* frames in the controller; more wait on the line */
#define SLCAN_OUT_BYTES 65536u
#define SLCAN_OUT_KEPT  16384u /* of them for answers */
#define SLCAN_CR        '\r'
#define SLCAN_BEL       '\a'

/* Of F. */
enum slcan_flag {
    SLCAN_RX_FULL = 1 << 0,
    SLCAN_TX_FULL = 1 << 1,
    SLCAN_WARNING = 1 << 2,
    SLCAN_OVERRUN = 1 << 3,
    SLCAN_PASSIVE = 1 << 5,
    SLCAN_ARB_LOST = 1 << 6,
    SLCAN_BUS_ERROR = 1 << 7
};

struct slcan {
    struct cs_device *device;
    struct cs_port *port;

    /* The line. */
    int fd;          /* peer, or master side of the pseudo-terminal; -1: none */
    int slave_fd;    /* kept open, so that the master never hangs up; -1: a socket */
    int notify_fd;   /* tells when others open and close the pseudo-terminal */
    unsigned opened; /* by others, at the moment */
    char pty[64];    /* its name */
    char link[CS_DEVICE_OPTION_MAX];
    ev_io readable, writable, notify;
    ev_prepare flush; /* never started, only fed */
    struct cs_ring out;
    char in[512]; /* read, and not done yet */
    size_t in_at, in_end;
    char line[SLCAN_LINE_MAX];
    size_t line_len;
    bool too_long;
    bool held; /* `line` is whole and waits until the controller has room */

    /* The adapter. */
    bool open, listen_only, stamps, rate_set, have_data;
    struct cs_bit_timing nominal, data;
    uint8_t code[4], mask[4];
    bool single_filter;
    unsigned queued;
    uint64_t cookie;
    uint8_t flags;
    char state; /* as told: a, w, p, b */
    int64_t next_error_ps;
};

/* slcan_line.c */
void cs_slcan_put(struct slcan *s, const char *text, size_t len); /* there is always room */
bool cs_slcan_room(const struct slcan *s);                        /* for what may be dropped */
void cs_slcan_go_on(struct slcan *s); /* the controller has room again */

/* slcan_command.c: a line without its end, s->line_len bytes. False: it has to wait. */
bool cs_slcan_command(struct slcan *s);
void cs_slcan_power_on(struct slcan *s); /* closed, all as in the beginning */

/* slcan_tell.c */
extern const struct cs_port_ops cs_slcan_port_ops;

#endif
