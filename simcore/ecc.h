/* SPDX-License-Identifier: MIT */
/* ecc.h - what the SJA1000's capture registers hold after an event: the error code capture and the
 * arbitration lost capture. Facts of its data sheet, so that a register model needs no table of its
 * own. The SJA1000 knows no CAN FD: FDF and res read as its reserved bits, BRS and ESI too. */
#ifndef CANSIM_SIMCORE_ECC_H
#define CANSIM_SIMCORE_ECC_H

#include "simcore/event.h"

#define CS_ECC_RX 0x20u /* direction: the error came while receiving */

enum cs_ecc_type {
    CS_ECC_BIT = 0 << 6,
    CS_ECC_FORM = 1 << 6,
    CS_ECC_STUFF = 2 << 6,
    CS_ECC_OTHER = 3 << 6,
};

enum cs_ecc_segment {
    CS_ECC_ID_28_21 = 0x02,
    CS_ECC_SOF = 0x03,
    CS_ECC_SRTR = 0x04, /* SRR, or RTR of a base frame */
    CS_ECC_IDE = 0x05,
    CS_ECC_ID_20_18 = 0x06,
    CS_ECC_ID_17_13 = 0x07,
    CS_ECC_CRC = 0x08,
    CS_ECC_R0 = 0x09,
    CS_ECC_DATA = 0x0A,
    CS_ECC_DLC = 0x0B,
    CS_ECC_RTR = 0x0C, /* of an extended frame */
    CS_ECC_R1 = 0x0D,
    CS_ECC_ID_4_0 = 0x0E,
    CS_ECC_ID_12_5 = 0x0F,
    CS_ECC_ACTIVE_FLAG = 0x11,
    CS_ECC_INTERMISSION = 0x12,
    CS_ECC_TOLERATE = 0x13, /* dominant bits after a flag */
    CS_ECC_PASSIVE_FLAG = 0x16,
    CS_ECC_ERROR_DELIM = 0x17,
    CS_ECC_CRC_DELIM = 0x18,
    CS_ECC_ACK = 0x19,
    CS_ECC_EOF = 0x1A,
    CS_ECC_ACK_DELIM = 0x1B,
    CS_ECC_OVERLOAD_FLAG = 0x1C,
};

/* The ECC byte of a CS_EV_ERROR: type, direction, segment. */
uint8_t cs_ecc_of(const struct cs_event *error);

/* The ALC value of a CS_EV_ARB_LOST, 0..31: 0 to 10 the base identifier's bits, 11 SRTR, 12 IDE,
 * 13 to 30 the rest of an extended identifier, 31 its RTR bit. */
uint8_t cs_alc_of(const struct cs_event *lost);

#endif
