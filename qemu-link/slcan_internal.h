/* SPDX-License-Identifier: MIT */
/* slcan_internal.h - the serial adapter: slcan_line.c has the line, slcan_pty.c the pseudo-terminal
 * that may be one, slcan_command.c what comes on it, slcan_tell.c what goes back; slcan_text.c,
 * slcan_rate.c and slcan_filter.c know the forms of frames, bit rates and filters.
 * The protocol is that of LAWICEL's CANUSB and CAN232, with CAN FD as CANable 2 has it, and Linux's
 * lines for states and errors. */
#ifndef CANSIM_QEMU_LINK_SLCAN_INTERNAL_H
#define CANSIM_QEMU_LINK_SLCAN_INTERNAL_H

#include "qemu-link/dev_internal.h"
#include "qemu-link/dev_port.h"
#include "qemu-link/proto_ring.h"

#define SLCAN_LINE_MAX  160u /* a CAN FD frame has 1 + 8 + 1 + 128 characters, and a time of 8 */
#define SLCAN_QUEUE     32u  /* frames in the controller; more wait on the line */
#define SLCAN_POLLED    32u  /* frames that wait to be asked for */
#define SLCAN_OUT_BYTES 65536u
#define SLCAN_OUT_KEPT  16384u /* of them for answers: A gives SLCAN_POLLED lines */
#define SLCAN_CR        '\r'
#define SLCAN_BEL       '\a'

/* How long a frame waits for room while none of those before it leaves. */
#define SLCAN_PATIENCE_PS CS_PS_PER_S

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

/* Of Linux's `e`: the letters of slcan_tell.c in their order. */
enum slcan_error {
    SLCAN_E_ACK,
    SLCAN_E_BIT0, /* a dominant bit was sent, a recessive one seen */
    SLCAN_E_BIT1,
    SLCAN_E_CRC,
    SLCAN_E_FORM,
    SLCAN_E_STUFF,
    SLCAN_E_RX_OVERRUN,
    SLCAN_E_TX_OVERRUN,
    SLCAN_E_COUNT
};

enum slcan_stamp { SLCAN_NO_STAMP, SLCAN_MS, SLCAN_US };

struct slcan_filter {
    uint8_t code[4], mask[4]; /* ACR0.., AMR0..: a bit of 1 in the mask is not compared */
    bool single;
};

struct slcan_polled {
    struct cs_frame frame;
    int64_t at_ps;
};

struct slcan {
    struct cs_device *device;
    struct cs_port *port;

    /* The line. */
    int fd;       /* of the peer, or the pseudo-terminal's master; -1: none */
    bool present; /* somebody is on the other side */
    ev_io readable, writable;
    ev_prepare flush; /* never started, only fed */
    struct cs_ring out;
    char in[512]; /* read, and not done yet */
    size_t in_at, in_end;
    char line[SLCAN_LINE_MAX];
    size_t line_len;
    bool too_long;
    bool held; /* `line` is whole and waits until the controller has room */

    /* The pseudo-terminal. */
    char pty[64];  /* its name; "": a socket */
    int notify_fd; /* tells when it is opened */
    ev_io notify;
    char link[CS_DEVICE_OPTION_MAX]; /* to it; "": none */

    /* The adapter. */
    bool open, listen_only, silent, one_shot, polling, rate_set, have_data;
    uint8_t stamp; /* enum slcan_stamp */
    struct cs_bit_timing nominal, data;
    struct slcan_filter filter;
    unsigned queued;
    uint64_t cookie;
    struct cs_timer patience;
    bool stuck; /* patience has ended: no frame waits any more until one has left */
    uint8_t flags;
    struct slcan_polled polled[SLCAN_POLLED];
    unsigned polled_at, n_polled;
    char state;      /* as told: a, w, p, b */
    uint16_t errors; /* to be told: 1 << enum slcan_error */
    int64_t errors_told_ps;
    struct cs_timer errors_due;
};

/* slcan_line.c */
void cs_slcan_put(struct slcan *s, const char *text, size_t len); /* answers: there is room */
bool cs_slcan_room(const struct slcan *s);                        /* for what may be dropped */
void cs_slcan_go_on(struct slcan *s);   /* what waits may be possible now */
void cs_slcan_arrived(struct slcan *s); /* somebody is there */

/* slcan_pty.c: s->fd becomes its master. 0, or -1 with a sentence. */
int cs_slcan_pty_open(struct slcan *s, char *why, size_t why_size);
void cs_slcan_pty_close(struct slcan *s);
/* Nobody has it open any more: nothing is left in it for the next one. */
void cs_slcan_pty_clear(struct slcan *s);
static inline bool cs_slcan_is_pty(const struct slcan *s)
{
    return s->pty[0] != '\0';
}

/* slcan_command.c: a line without its end, s->line_len > 0. False: it has to wait. */
bool cs_slcan_command(struct slcan *s);
void cs_slcan_power_on(struct slcan *s); /* closed, all as in the beginning */

/* slcan_tell.c */
extern const struct cs_port_ops cs_slcan_port_ops;
void cs_slcan_error(struct slcan *s, enum slcan_error error);
void cs_slcan_tell_errors(struct slcan *s); /* those that wait, where it is time and room */
/* The oldest frame that waits to be asked for; false: there is none. */
bool cs_slcan_put_polled(struct slcan *s);

/* slcan_text.c. Text has no CR at its end and no NUL. */
bool cs_slcan_read_hex(const char *text, size_t n, uint32_t *value);
bool cs_slcan_read_frame(const char *text, size_t len, struct cs_frame *frame);
size_t cs_slcan_write_frame(const struct cs_frame *frame, enum slcan_stamp stamp, int64_t at_ps,
                            char text[SLCAN_LINE_MAX]);

/* slcan_rate.c: the argument of `S`, `s`, `Y` and `y`. False: it is none. */
bool cs_slcan_read_code(const char *arg, size_t len, struct cs_bit_timing *timing);
bool cs_slcan_read_btr(const char *arg, size_t len, struct cs_bit_timing *timing);
bool cs_slcan_read_data_code(const char *arg, size_t len, struct cs_bit_timing *timing);
bool cs_slcan_read_data_btr(const char *arg, size_t len, struct cs_bit_timing *timing);
int cs_slcan_code_of(uint32_t bitrate_bps); /* the N of SN, -1: there is none */

/* slcan_filter.c */
bool cs_slcan_accepts(const struct slcan_filter *filter, const struct cs_frame *frame);

#endif
