/* SPDX-License-Identifier: MIT */
/* usb_pcan.h - PCAN-USB FD and PCAN-USB Pro FD: what their files share.
 * Commands (8 bytes each) come on one endpoint, frames of a channel on another; frames and all that
 * happens on the bus go back on one more, as records of 4-byte multiples. Numbers are little
 * endian. Linux's peak_usb drives it. Bus load and calibration messages are never sent: nobody
 * needs them, and an idle bus costs nothing. */
#ifndef CANSIM_QEMU_LINK_USB_PCAN_H
#define CANSIM_QEMU_LINK_USB_PCAN_H

#include "qemu-link/dev_port.h"

#define PCAN_CHANNELS_MAX 2
#define PCAN_PACKETS      32    /* of frames, that a channel keeps for the guest */
#define PCAN_PACKET_MAX   512   /* bytes of one */
#define PCAN_SENT         64    /* frames that are in a controller */
#define PCAN_IN_MAX       32768 /* bytes of records that the guest has not fetched */
#define PCAN_IN_RESERVE   512   /* of them not for frames */
#define PCAN_FILTER_ROWS  64    /* 32 base identifiers each */
#define PCAN_CMD_SIZE     8

/* Endpoints. */
#define PCAN_EP_CMD_OUT 0x01
#define PCAN_EP_CMD_IN  0x81 /* never says anything */
#define PCAN_EP_OUT     0x02 /* frames of channel 0; the next one is channel 1's */
#define PCAN_EP_IN      0x82

/* Commands: the low 10 bits of the first word; its high 4 bits are the channel. */
enum pcan_command {
    PCAN_CMD_NOP = 0x000,
    PCAN_CMD_RESET_MODE = 0x001,
    PCAN_CMD_NORMAL_MODE = 0x002,
    PCAN_CMD_LISTEN_ONLY_MODE = 0x003,
    PCAN_CMD_TIMING_SLOW = 0x004,    /* ewl, sjw, tseg2, tseg1, brp.16: one less each */
    PCAN_CMD_TIMING_FAST = 0x005,    /* -, sjw, tseg2, tseg1, brp.16 */
    PCAN_CMD_SET_STD_FILTER = 0x006, /* -, row, mask.32 */
    PCAN_CMD_FILTER_STD = 0x008,     /* row.16, mask.32: which of 32 base identifiers pass */
    PCAN_CMD_TX_ABORT = 0x009,
    PCAN_CMD_WR_ERR_CNT = 0x00A, /* select.16, tec, rec */
    PCAN_CMD_SET_OPTION = 0x00B, /* options.16 */
    PCAN_CMD_CLEAR_OPTION = 0x00C,
    PCAN_CMD_RX_BARRIER = 0x010,
    PCAN_CMD_CLOCK = 0x080,     /* row of the table of clocks */
    PCAN_CMD_DEVICE_ID = 0x081, /* -.16, id.32 */
    PCAN_CMD_LED = 0x086,
    PCAN_CMD_END = 0x3FF,
};

#define PCAN_SELECT_TEC   0x4000
#define PCAN_SELECT_REC   0x8000
#define PCAN_OPTION_ERROR 0x0001 /* ERROR records are wanted */
#define PCAN_OPTION_ISO   0x0004

/* Records. */
enum pcan_record_type {
    PCAN_REC_RX = 0x0001,
    PCAN_REC_ERROR = 0x0002,
    PCAN_REC_STATUS = 0x0003,
    PCAN_REC_OVERRUN = 0x0101,
    PCAN_REC_TX = 0x1000,
};

#define PCAN_RX_HEADER                                                           \
    28 /* size.16, type.16, us.64, tag.64, channel | dlc << 4, client, flags.16, \
         id.32; then data */
#define PCAN_TX_HEADER  20 /* without the time */
#define PCAN_EVENT_SIZE 16 /* ERROR, STATUS, OVERRUN: size.16, type.16, us.64, four bytes */
#define PCAN_RECORD_MAX (PCAN_RX_HEADER + CS_FRAME_MAX_DATA)

enum pcan_frame_flag {
    PCAN_FLAG_RTR = 0x01,
    PCAN_FLAG_EXT = 0x02,
    PCAN_FLAG_LOOPED_BACK = 0x04, /* asks for a copy when it has been sent; the copy has it too */
    PCAN_FLAG_SINGLE_SHOT = 0x08,
    PCAN_FLAG_FD = 0x10,
    PCAN_FLAG_BRS = 0x20,
    PCAN_FLAG_ESI = 0x40,
    PCAN_FLAG_SELF_RECEIVE = 0x80, /* as LOOPED_BACK */
};

enum pcan_status_bit {
    PCAN_STATUS_BARRIER = 0x10,
    PCAN_STATUS_PASSIVE = 0x20,
    PCAN_STATUS_WARNING = 0x40,
    PCAN_STATUS_BUS_OFF = 0x80,
};

enum pcan_error_type { /* ERROR: channel | type << 4 | receiving << 7, code, tec, rec */
                       PCAN_ERROR_BIT = 0,
                       PCAN_ERROR_FORM = 1,
                       PCAN_ERROR_STUFF = 2,
                       PCAN_ERROR_OTHER = 3,
                       PCAN_ERROR_COUNT_DOWN = 4,
};

/* One bit rate as the registers have it: one less each. */
struct pcan_segments {
    uint16_t brp;
    uint8_t tseg1, tseg2, sjw;
};

/* A packet of frames; `id` is the transport's. */
struct pcan_packet {
    uint64_t id;
    uint16_t len, at; /* at: the next record that is to be queued */
    uint8_t waiting;  /* its frames in the controller */
    bool cancelled;   /* nobody waits for it */
    uint8_t data[PCAN_PACKET_MAX];
};

/* A frame in the controller. */
struct pcan_sent {
    struct pcan_packet *packet; /* NULL: nobody waits for it */
    bool taken;
    uint8_t flags, client; /* enum pcan_frame_flag */
    uint8_t tag[8];
};

struct pcan;

struct pcan_channel {
    struct pcan *pcan;
    unsigned index;
    struct cs_port *port;
    uint32_t device_id; /* the guest may change it; stays */

    /* Registers. */
    uint32_t clock_hz;
    struct pcan_segments slow, fast;
    uint8_t ewl; /* error warning limit */
    bool iso;
    uint8_t tec, rec; /* to begin with */
    uint32_t accept[PCAN_FILTER_ROWS];

    struct cs_port_config config; /* where it is on */
    bool recovering;              /* from bus-off; the guest takes it for active already */

    /* What the guest knows. */
    uint8_t bits; /* of STATUS */
    uint8_t told_tec, told_rec;
    uint8_t error, code; /* of the last error: type and place */
    bool overrun;        /* frames are being lost */
    bool behind;         /* a change of state found no room */

    /* Packets in their order; frames by the low bits of their cookies. */
    struct pcan_packet packets[PCAN_PACKETS];
    unsigned first_packet, n_packets;
    struct pcan_sent sent[PCAN_SENT];
    uint64_t first_sent, next_sent; /* cookies */
    int64_t failed_ps;              /* start of the last own frame with an error */
};

/* How it reaches the guest. Called while the bus runs, too: they only append. */
struct cs_pcan_guest {
    void (*answer)(void *ctx, unsigned channel, uint64_t id); /* the packet is done */
    void (*has_records)(void *ctx);                           /* for cs_pcan_take() */
    void (*lost)(void *ctx, unsigned channel);                /* a frame found no room */
    void *ctx;
};

struct pcan {
    struct cs_pcan_guest guest;
    unsigned n_channels;
    bool wants_errors; /* ERROR records */
    struct pcan_channel channels[PCAN_CHANNELS_MAX];
    size_t in_first, in_end; /* the records in `in` */
    uint8_t in[PCAN_IN_MAX];
};

static inline uint16_t pcan_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t pcan_get32(const uint8_t *p)
{
    return pcan_get16(p) | (uint32_t)pcan_get16(p + 2) << 16;
}

static inline void pcan_put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void pcan_put32(uint8_t *p, uint32_t value)
{
    pcan_put16(p, value & 0xFFFF);
    pcan_put16(p + 2, value >> 16);
}

/* ---- usb_pcan.c: the adapter */
/* With a channel, off, for each bus. NULL: no memory. */
struct pcan *cs_pcan_create(const struct cs_link_host *host, struct cs_bus *const *buses,
                            const char *const *names, unsigned n, const char *via,
                            const struct cs_pcan_guest *guest);
void cs_pcan_destroy(struct pcan *pcan);
/* As a USB reset: everything off and forgotten, packets too; but its device ids. */
void cs_pcan_reset(struct pcan *pcan);
/* Vendor requests, to and from the guest. A length, or -EPIPE: stalled. */
int cs_pcan_read(struct pcan *pcan, const uint8_t setup[8], uint8_t *buf, size_t room);
int cs_pcan_write(struct pcan *pcan, const uint8_t setup[8], const uint8_t *data, size_t len);

/* ---- usb_pcan_cmd.c: commands */
void cs_pcan_commands(struct pcan *pcan, const uint8_t *data, size_t len);
void cs_pcan_reset_registers(struct pcan_channel *ch);
void cs_pcan_channel_off(struct pcan_channel *ch);

/* ---- usb_pcan_send.c: frames of the guest */
/* A packet has come; it will be answered once, possibly before this returns, where it is not
 * cancelled. Returns 0, or -EPIPE: too long, or too many wait; then it is not answered. */
int cs_pcan_packet(struct pcan_channel *ch, uint64_t id, const uint8_t *data, size_t len);
/* Whether that packet was waited for. */
bool cs_pcan_cancel(struct pcan_channel *ch, uint64_t id);
/* Queue what there is room for, and answer what is done. */
void cs_pcan_send(struct pcan_channel *ch);
void cs_pcan_confirmed(struct pcan_channel *ch, const struct cs_tx_done *done);
void cs_pcan_attempt_failed(struct pcan_channel *ch, const struct cs_event *event);
void cs_pcan_abort(struct pcan_channel *ch); /* all frames */
void cs_pcan_forget_sent(struct pcan_channel *ch);

/* ---- usb_pcan_tell.c: records for the guest */
/* Whole records, as many as fit. Returns their length. */
size_t cs_pcan_take(struct pcan *pcan, uint8_t *buf, size_t room);
void cs_pcan_tell_rx(struct pcan_channel *ch, const struct cs_rx *rx);
void cs_pcan_tell_echo(struct pcan_channel *ch, const struct cs_tx_done *done,
                       const struct pcan_sent *sent);
void cs_pcan_tell_barrier(struct pcan_channel *ch);
void cs_pcan_tell_state(struct pcan_channel *ch); /* what has changed */
void cs_pcan_error(struct pcan_channel *ch, const struct cs_event *event);

#endif
