/* SPDX-License-Identifier: MIT */
/* error_frame.h - an error on the bus as Linux tells it to SocketCAN's programs: the class bits of
 * linux/can/error.h and 8 bytes. Facts of that interface, for all who hand errors to programs and
 * captures. */
#ifndef CANSIM_SIMCORE_ERROR_FRAME_H
#define CANSIM_SIMCORE_ERROR_FRAME_H

#include "simcore/event.h"

struct cs_error_frame {
    uint32_t classes; /* without CAN_ERR_FLAG */
    uint8_t data[8];
};

/* Of a CS_EV_ERROR (error, field, index, tx, tec, rec): CAN_ERR_PROT | CAN_ERR_BUSERROR with type
 * and direction in data[2] and the location in data[3], counted as the SJA1000's ECC does;
 * CAN_ERR_ACK for a missing ACK; CAN_ERR_CNT with TEC and REC, at most 255, in data[6] and [7]. */
void cs_error_frame_of(const struct cs_event *error, struct cs_error_frame *out);

#endif
