/* SPDX-License-Identifier: MIT */
/* log_event.c - an error frame of Linux may tell several things: the one that matters most is
 * shown. See linux/can/error.h. */
#include "tui/log_event.h"

#include <linux/can.h>
#include <linux/can/error.h>

#include "simcore/wire.h"

#ifndef CAN_ERR_CNT
#define CAN_ERR_CNT 0x00000200U /* data[6], data[7] hold TEC and REC; since Linux 6.0 */
#endif

/* Places of the frame, by data[3]. */
static const uint8_t fields[32] = {
    [CAN_ERR_PROT_LOC_SOF] = CS_FIELD_SOF,
    [CAN_ERR_PROT_LOC_ID28_21] = CS_FIELD_ID,
    [CAN_ERR_PROT_LOC_ID20_18] = CS_FIELD_ID,
    [CAN_ERR_PROT_LOC_SRTR] = CS_FIELD_SRR,
    [CAN_ERR_PROT_LOC_IDE] = CS_FIELD_IDE,
    [CAN_ERR_PROT_LOC_ID17_13] = CS_FIELD_ID_EXT,
    [CAN_ERR_PROT_LOC_ID12_05] = CS_FIELD_ID_EXT,
    [CAN_ERR_PROT_LOC_ID04_00] = CS_FIELD_ID_EXT,
    [CAN_ERR_PROT_LOC_RTR] = CS_FIELD_RTR,
    [CAN_ERR_PROT_LOC_RES1] = CS_FIELD_R1,
    [CAN_ERR_PROT_LOC_RES0] = CS_FIELD_R0,
    [CAN_ERR_PROT_LOC_DLC] = CS_FIELD_DLC,
    [CAN_ERR_PROT_LOC_DATA] = CS_FIELD_DATA,
    [CAN_ERR_PROT_LOC_CRC_SEQ] = CS_FIELD_CRC,
    [CAN_ERR_PROT_LOC_CRC_DEL] = CS_FIELD_CRC_DELIM,
    [CAN_ERR_PROT_LOC_ACK] = CS_FIELD_ACK,
    [CAN_ERR_PROT_LOC_ACK_DEL] = CS_FIELD_ACK_DELIM,
    [CAN_ERR_PROT_LOC_EOF] = CS_FIELD_EOF,
    [CAN_ERR_PROT_LOC_INTERM] = CS_FIELD_INTERMISSION,
};

static void say_error(uint8_t type, uint8_t place, struct cs_event *event)
{
    event->kind = CS_EV_ERROR;
    event->field = fields[place & 31];
    event->tx = type & CAN_ERR_PROT_TX;
    if (type & (CAN_ERR_PROT_BIT | CAN_ERR_PROT_BIT0 | CAN_ERR_PROT_BIT1))
        event->error = CS_ERROR_BIT;
    else if (type & CAN_ERR_PROT_STUFF)
        event->error = CS_ERROR_STUFF;
    else if (type & CAN_ERR_PROT_FORM)
        event->error = CS_ERROR_FORM;
    else if (event->field == CS_FIELD_CRC)
        event->error = CS_ERROR_CRC;
    else
        event->error = CS_ERROR_OTHER;
    event->level = !!(type & CAN_ERR_PROT_BIT0); /* it sent dominant and saw recessive */
}

static void say_controller(uint8_t status, struct cs_event *event)
{
    if (status & (CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE)) {
        event->kind = CS_EV_STATE;
        event->state = CS_STATE_ERROR_PASSIVE;
    } else if (status & CAN_ERR_CRTL_ACTIVE) {
        event->kind = CS_EV_STATE;
        event->state = CS_STATE_ERROR_ACTIVE;
    } else if (status & (CAN_ERR_CRTL_RX_OVERFLOW | CAN_ERR_CRTL_TX_OVERFLOW)) {
        event->kind = CS_EV_NOTE;
        event->text = "the controller's buffer overflowed";
    } else {
        event->kind = CS_EV_NOTE;
        event->text = "the controller warns: an error counter is 96 or more";
    }
}

void cs_log_error_event(const struct cansim_frame *frame, struct cs_event *event)
{
    const uint32_t classes = frame->len >= CAN_ERR_DLC ? frame->id & CAN_ERR_MASK : 0;
    const uint8_t *data = frame->data;

    event->node = event->peer = CS_NO_NODE;
    if (classes & CAN_ERR_CNT) {
        event->tec = data[6];
        event->rec = data[7];
    }
    if (classes & CAN_ERR_BUSOFF) {
        event->kind = CS_EV_STATE;
        event->state = CS_STATE_BUS_OFF;

    } else if (classes & CAN_ERR_ACK) {
        say_error(CAN_ERR_PROT_TX, CAN_ERR_PROT_LOC_ACK, event);
        event->error = CS_ERROR_ACK;
    } else if (classes & CAN_ERR_PROT) {
        say_error(data[2], data[3], event);
    } else if (classes & CAN_ERR_LOSTARB) {
        event->kind = CS_EV_ARB_LOST;
        event->bit = data[0];
    } else if (classes & CAN_ERR_CRTL) {
        say_controller(data[1], event);
    } else if (classes & CAN_ERR_RESTARTED) {
        event->kind = CS_EV_NOTE;
        event->text = "the controller was restarted after bus-off";
    } else if (classes & CAN_ERR_TX_TIMEOUT) {
        event->kind = CS_EV_NOTE;
        event->text = "a frame was not sent in time";
    } else {
        event->kind = CS_EV_ERROR_FRAME;
    }
}
