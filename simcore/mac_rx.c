/* SPDX-License-Identifier: MIT */
/* mac_rx.c - the receiving half of a controller: destuffing, fields, CRC, form.
 * Invariant: `field` and `left` tell what the next bit is; a stuff bit changes neither. */
#include "simcore/mac.h"

#include <string.h>

void cs_mac_rx_start(struct cs_mac_rx *rx)
{
    memset(rx, 0, sizeof(*rx));
    rx->field = CS_FIELD_SOF;
    rx->left = 1;
    rx->destuff = true;
    rx->last = 1;
}

static void enter(struct cs_mac_rx *rx, enum cs_field field, unsigned bits)
{
    rx->field = (uint8_t)field;
    rx->left = (uint16_t)bits;
    rx->value = 0;
}

/* A field is complete: take its value, enter the next. */
static void after_header_field(struct cs_mac_rx *rx)
{
    struct cs_frame *frame = &rx->frame;

    switch (rx->field) {
    case CS_FIELD_SOF:
        enter(rx, CS_FIELD_ID, 11);
        break;
    case CS_FIELD_ID:
        frame->id = rx->value;
        enter(rx, CS_FIELD_RTR, 1); /* or SRR: IDE will tell */
        break;
    case CS_FIELD_RTR:
        frame->flags |= rx->value ? CS_FRAME_RTR : 0;
        if (frame->flags & CS_FRAME_EXT) {
            enter(rx, CS_FIELD_R1, 1);
        } else {
            enter(rx, CS_FIELD_IDE, 1);
        }
        break;
    case CS_FIELD_IDE:
        if (rx->value) {
            frame->flags = CS_FRAME_EXT;
            enter(rx, CS_FIELD_ID_EXT, 18);
        } else {
            enter(rx, CS_FIELD_R0, 1);
        }
        break;
    case CS_FIELD_ID_EXT:
        frame->id = frame->id << 18 | rx->value;
        enter(rx, CS_FIELD_RTR, 1);
        break;
    case CS_FIELD_R1:
        enter(rx, CS_FIELD_R0, 1);
        break;
    default: /* CS_FIELD_R0 */
        enter(rx, CS_FIELD_DLC, 4);
        break;
    }
}

static void after_dlc(struct cs_mac_rx *rx)
{
    struct cs_frame *frame = &rx->frame;

    frame->dlc = (uint8_t)rx->value;
    frame->len = 0;
    if (!(frame->flags & CS_FRAME_RTR)) {
        frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, false);
    }
    if (frame->len) {
        enter(rx, CS_FIELD_DATA, frame->len * 8u);
    } else {
        enter(rx, CS_FIELD_CRC, 15);
    }
}

static enum cs_mac_rx_result stuffed_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (rx->field != CS_FIELD_CRC) {
        rx->crc = cs_crc15_step(rx->crc, level);
    }
    rx->value = rx->value << 1 | level;
    rx->left--;
    if (rx->field == CS_FIELD_DATA && rx->left % 8 == 0) {
        rx->frame.data[rx->frame.len - 1 - rx->left / 8] = (uint8_t)rx->value;
    }
    if (rx->left > 0) {
        return RX_CONTINUE;
    }
    switch (rx->field) {
    case CS_FIELD_DLC:
        after_dlc(rx);
        break;
    case CS_FIELD_DATA:
        enter(rx, CS_FIELD_CRC, 15);
        break;
    case CS_FIELD_CRC:
        rx->crc_ok = rx->value == rx->crc;
        enter(rx, CS_FIELD_CRC_DELIM, 1);
        break;
    default:
        after_header_field(rx);
        break;
    }
    return RX_CONTINUE;
}

/* CRC delimiter to the end of EOF: not stuffed, recessive but for the ACK slot. */
static enum cs_mac_rx_result trailer_bit(struct cs_mac_rx *rx, unsigned level)
{
    bool last = --rx->left == 0;

    switch (rx->field) {
    case CS_FIELD_CRC_DELIM:
        rx->destuff = false;
        enter(rx, CS_FIELD_ACK, 1);
        break;
    case CS_FIELD_ACK:
        enter(rx, CS_FIELD_ACK_DELIM, 1);
        return RX_CONTINUE;
    case CS_FIELD_ACK_DELIM:
        enter(rx, CS_FIELD_EOF, 7);
        return !level ? RX_FORM_ERROR : rx->crc_ok ? RX_CONTINUE : RX_CRC_ERROR;
    default: /* CS_FIELD_EOF */
        if (last) {
            return level ? RX_VALID : RX_OVERLOAD;
        }
        break;
    }
    return level ? RX_CONTINUE : RX_FORM_ERROR;
}

enum cs_mac_rx_result cs_mac_rx_bit(struct cs_mac_rx *rx, unsigned level)
{
    if (rx->destuff) {
        bool stuff = rx->run == 5;
        rx->run = (uint8_t)(level == rx->last ? rx->run + 1 : 1);
        rx->last = (uint8_t)level;
        if (stuff) {
            return rx->run > 5 ? RX_STUFF_ERROR : RX_CONTINUE;
        }
    }
    return rx->field >= CS_FIELD_CRC_DELIM ? trailer_bit(rx, level) : stuffed_bit(rx, level);
}
