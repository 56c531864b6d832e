/* SPDX-License-Identifier: MIT */
/* mac_rx.c - the receiving half of a controller: destuffing, fields, CRC, form.
 * Invariants: `field` and `left` tell what the next bit is; a stuff bit changes neither, nor does a
 * bit that is an error. */
#include "simcore/mac.h"

#include <string.h>

#define RUN_MAX       5 /* equal bits, then a stuff bit */
#define FIXED_SPACING 4 /* bits of an FD frame's CRC field between two fixed stuff bits */

/* What the FD flag of the header decides: ISO 11898-1:2015, 10.4.2.6. */
struct crc_kind {
    uint32_t poly;
    uint8_t bits;
};
static const struct crc_kind crc15 = {0x4599, 15}, crc17 = {0x1685B, 17}, crc21 = {0x102899, 21};

void cs_mac_rx_start(struct cs_mac_rx *rx, enum cs_fd fd, unsigned options)
{
    memset(rx, 0, sizeof(*rx));
    rx->fd = (uint8_t)fd;
    rx->options = (uint8_t)options;
    rx->field = CS_FIELD_SOF;
    rx->size = rx->left = 1;
    rx->stuffing = CS_STUFFING_DYNAMIC;
    rx->last = 1;
    rx->bits = 1; /* marks where they begin */
    rx->poly = crc15.poly;
    rx->crc_bits = crc15.bits;
}

static void enter(struct cs_mac_rx *rx, enum cs_field field, unsigned bits)
{
    rx->before = rx->field;
    rx->before_size = rx->size;
    rx->field = (uint8_t)field;
    rx->size = rx->left = (uint16_t)bits;
    rx->value = 0;
}

static void crc_step(struct cs_mac_rx *rx, unsigned level)
{
    unsigned out = (rx->crc >> (rx->crc_bits - 1) ^ level) & 1u;
    rx->crc = rx->crc << 1 ^ ((0 - out) & rx->poly);
}

static void enter_crc(struct cs_mac_rx *rx)
{
    if (!(rx->frame.flags & CS_FRAME_FD)) {
        enter(rx, CS_FIELD_CRC, rx->crc_bits);
        return;
    }
    rx->stuffing = CS_STUFFING_FIXED;
    rx->run = 0; /* a fixed stuff bit comes first */
    if (rx->fd == CS_FD_NON_ISO) {
        enter(rx, CS_FIELD_CRC, rx->crc_bits);
    } else {
        enter(rx, CS_FIELD_STUFF_COUNT, 4);
    }
}

/* The CRC of an FD frame covers the stuff bits too; which one it is, is known from the DLC on. */
static void begin_fd_crc(struct cs_mac_rx *rx)
{
    const struct crc_kind *kind = rx->frame.len > 16 ? &crc21 : &crc17;
    uint64_t bits = rx->bits;
    unsigned n = 63;

    rx->poly = kind->poly;
    rx->crc_bits = kind->bits;
    rx->crc = rx->fd == CS_FD_NON_ISO ? 0 : UINT32_C(1) << (kind->bits - 1);
    while (!(bits >> n & 1u)) {
        n--;
    }
    while (n-- > 0) {
        crc_step(rx, (unsigned)(bits >> n) & 1u);
    }
}

/* ---- a field is complete: take its value, enter the next ---------------------------------- */

static enum cs_mac_rx_result after_ide(struct cs_mac_rx *rx, unsigned value)
{
    if (value) {
        rx->frame.flags = CS_FRAME_EXT;
        enter(rx, CS_FIELD_ID_EXT, 18);
    } else {
        enter(rx, rx->fd == CS_FD_CLASSIC ? CS_FIELD_R0 : CS_FIELD_FDF, 1);
    }
    return RX_CONTINUE;
}

static enum cs_mac_rx_result after_rtr(struct cs_mac_rx *rx, unsigned value)
{
    rx->frame.flags |= value ? CS_FRAME_RTR : 0;
    if (!(rx->frame.flags & CS_FRAME_EXT)) {
        enter(rx, CS_FIELD_IDE, 1);
    } else {
        enter(rx, rx->fd == CS_FD_CLASSIC ? CS_FIELD_R1 : CS_FIELD_FDF, 1);
    }
    return RX_CONTINUE;
}

static enum cs_mac_rx_result after_fdf(struct cs_mac_rx *rx, unsigned value)
{
    struct cs_frame *frame = &rx->frame;

    if (!value) {
        if (frame->flags & CS_FRAME_EXT) {
            enter(rx, CS_FIELD_R0, 1);
        } else {
            enter(rx, CS_FIELD_DLC, 4);
        }
        return RX_CONTINUE;
    }
    if (rx->fd == CS_FD_TOLERANT) {
        return RX_EXCEPTION;
    }
    frame->flags = (frame->flags & CS_FRAME_EXT) | CS_FRAME_FD; /* whatever RRS was */
    enter(rx, CS_FIELD_R0, 1);
    return RX_CONTINUE;
}

static enum cs_mac_rx_result after_r0(struct cs_mac_rx *rx, unsigned value)
{
    if (!(rx->frame.flags & CS_FRAME_FD)) {
        enter(rx, CS_FIELD_DLC, 4);
        return RX_CONTINUE;
    }
    if (value) {
        return rx->options & CS_RX_EXCEPTION_OFF ? RX_FORM_ERROR : RX_EXCEPTION;
    }
    enter(rx, CS_FIELD_BRS, 1);
    return RX_CONTINUE;
}

static enum cs_mac_rx_result after_dlc(struct cs_mac_rx *rx, unsigned value)
{
    struct cs_frame *frame = &rx->frame;
    bool fd = frame->flags & CS_FRAME_FD;

    frame->dlc = (uint8_t)value;
    frame->len = 0;
    if (!(frame->flags & CS_FRAME_RTR)) {
        frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    }
    if (fd) {
        begin_fd_crc(rx);
    }
    if (frame->len) {
        enter(rx, CS_FIELD_DATA, frame->len * 8u);
    } else {
        enter_crc(rx);
    }
    return RX_CONTINUE;
}

/* Gray code of the dynamic stuff bits modulo 8, and even parity. */
static unsigned stuff_count(const struct cs_mac_rx *rx)
{
    static const uint8_t codes[8] = {0x0, 0x3, 0x6, 0x5, 0xC, 0xF, 0xA, 0x9};
    return codes[rx->n_stuff % 8];
}

static enum cs_mac_rx_result after_field(struct cs_mac_rx *rx)
{
    unsigned value = rx->value;

    switch (rx->field) {
    case CS_FIELD_SOF:
        enter(rx, CS_FIELD_ID, 11);
        break;
    case CS_FIELD_ID:
        rx->frame.id = value;
        enter(rx, CS_FIELD_RTR, 1); /* or SRR: IDE will tell */
        break;
    case CS_FIELD_RTR:
        return after_rtr(rx, value);
    case CS_FIELD_IDE:
        return after_ide(rx, value);
    case CS_FIELD_ID_EXT:
        rx->frame.id = rx->frame.id << 18 | value;
        enter(rx, CS_FIELD_RTR, 1);
        break;
    case CS_FIELD_R1:
        enter(rx, CS_FIELD_R0, 1);
        break;
    case CS_FIELD_FDF:
        return after_fdf(rx, value);
    case CS_FIELD_R0:
        return after_r0(rx, value);
    case CS_FIELD_BRS:
        rx->frame.flags |= value ? CS_FRAME_BRS : 0;
        enter(rx, CS_FIELD_ESI, 1);
        break;
    case CS_FIELD_ESI:
        rx->frame.flags |= value ? CS_FRAME_ESI : 0;
        enter(rx, CS_FIELD_DLC, 4);
        break;
    case CS_FIELD_DLC:
        return after_dlc(rx, value);
    case CS_FIELD_DATA:
        enter_crc(rx);
        break;
    case CS_FIELD_STUFF_COUNT:
        rx->count_wrong = value != stuff_count(rx);
        enter(rx, CS_FIELD_CRC, rx->crc_bits);
        break;
    default: /* CS_FIELD_CRC */
        rx->crc_ok =
            !rx->count_wrong && ((value ^ rx->crc) & ((UINT32_C(1) << rx->crc_bits) - 1)) == 0;
        enter(rx, CS_FIELD_CRC_DELIM, 1);
        if (rx->stuffing == CS_STUFFING_FIXED || rx->run < RUN_MAX) {
            rx->stuffing = CS_STUFFING_NONE; /* else one more stuff bit follows */
        }
        break;
    }
    return RX_CONTINUE;
}

/* SOF to the last bit of the CRC, without stuff bits. */
static inline enum cs_mac_rx_result stuffed_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (rx->field != CS_FIELD_CRC) {
        crc_step(rx, level);
    }
    rx->value = rx->value << 1 | level;
    rx->left--;
    if (rx->field == CS_FIELD_DATA && rx->left % 8 == 0) {
        rx->frame.data[rx->frame.len - 1 - rx->left / 8] = (uint8_t)rx->value;
    }
    if (rx->left > 0) {
        return RX_CONTINUE;
    }
    enum cs_mac_rx_result result = after_field(rx);
    if (result != RX_CONTINUE) {
        rx->left = 1; /* stay in the bit that is an error */
    }
    return result;
}

/* ---- CRC delimiter to the end of EOF: not stuffed, recessive but for the ACK slot ----------- */

static bool has_long_ack(const struct cs_mac_rx *rx)
{
    return rx->frame.flags & CS_FRAME_FD && rx->options & CS_RX_LONG_ACK;
}

/* An FD frame's ACK slot may come a bit late and be two bits long (10.4.2.6, 10.4.2.7). Without
 * any dominant bit the second is the ACK delimiter already. */
static enum cs_mac_rx_result ack_delim_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (!level) {
        bool tolerant = rx->frame.flags & CS_FRAME_FD && !has_long_ack(rx);
        if (!tolerant || rx->ack_bits == 2) {
            return RX_FORM_ERROR;
        }
        rx->ack_bits++;
        return RX_CONTINUE;
    }
    if (!rx->crc_ok) {
        return RX_CRC_ERROR;
    }
    enter(rx, CS_FIELD_EOF, 7);
    return RX_CONTINUE;
}

static enum cs_mac_rx_result trailer_bit(struct cs_mac_rx *rx, unsigned level)
{
    switch (rx->field) {
    case CS_FIELD_CRC_DELIM:
        if (!level) {
            return RX_FORM_ERROR;
        }
        rx->stuffing = CS_STUFFING_NONE;
        enter(rx, CS_FIELD_ACK, has_long_ack(rx) ? 2 : 1);
        return RX_CONTINUE;
    case CS_FIELD_ACK:
        rx->ack_bits = (uint8_t)(rx->ack_bits + !level);
        if (--rx->left == 0) {
            enter(rx, CS_FIELD_ACK_DELIM, 1);
        }
        return RX_CONTINUE;
    case CS_FIELD_ACK_DELIM:
        return ack_delim_bit(rx, level);
    default: /* CS_FIELD_EOF */
        if (rx->left == 1) {
            return level ? RX_VALID : RX_OVERLOAD;
        }
        if (!level) {
            return RX_FORM_ERROR;
        }
        rx->left--;
        return RX_CONTINUE;
    }
}

/* ---- stuff bits --------------------------------------------------------------------------- */

static enum cs_mac_rx_result dynamic_stuff_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (level == rx->last) {
        return RX_STUFF_ERROR;
    }
    if (rx->field == CS_FIELD_CRC_DELIM) {
        rx->stuffing = CS_STUFFING_NONE;
    }
    rx->n_stuff++;
    rx->run = 1;
    rx->last = (uint8_t)level;
    if (rx->frame.flags & CS_FRAME_FD) {
        crc_step(rx, level); /* has no effect before the end of the DLC, `bits` has */
    }
    return RX_CONTINUE;
}

static enum cs_mac_rx_result fixed_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (rx->run == 0) {
        if (level == rx->last) {
            return RX_FORM_ERROR;
        }
        rx->run = FIXED_SPACING;
        rx->last = (uint8_t)level;
        return RX_CONTINUE;
    }
    rx->run--;
    rx->last = (uint8_t)level;
    return stuffed_bit(rx, level);
}

enum cs_mac_rx_result cs_mac_rx_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (rx->stuffing == CS_STUFFING_DYNAMIC) {
        rx->bits = rx->bits << 1 | level;
        if (rx->run == RUN_MAX) {
            return dynamic_stuff_bit(rx, level);
        }
        rx->run = (uint8_t)(level == rx->last ? rx->run + 1 : 1);
        rx->last = (uint8_t)level;
    } else if (rx->stuffing == CS_STUFFING_FIXED) {
        return fixed_bit(rx, level);
    }
    return rx->field >= CS_FIELD_CRC_DELIM ? trailer_bit(rx, level) : stuffed_bit(rx, level);
}

/* ---- what the next bit is ----------------------------------------------------------------- */

bool cs_mac_rx_at_stuff(const struct cs_mac_rx *rx)
{
    return (rx->stuffing == CS_STUFFING_DYNAMIC && rx->run == RUN_MAX) ||
           (rx->stuffing == CS_STUFFING_FIXED && rx->run == 0);
}

enum cs_field cs_mac_rx_field(const struct cs_mac_rx *rx, unsigned *index, bool *stuff)
{
    unsigned done = (unsigned)rx->size - rx->left;

    *stuff = cs_mac_rx_at_stuff(rx);
    if (*stuff && done == 0) {
        *index = rx->before_size - 1u;
        return (enum cs_field)rx->before;
    }
    *index = *stuff ? done - 1 : done;
    return (enum cs_field)rx->field;
}
