/* SPDX-License-Identifier: MIT */
/* ecc.c - from field and index of an event to the SJA1000's capture codes. */
#include "simcore/ecc.h"

#include "simcore/wire.h"

#define FLAG_LEN      6
#define EXT_RTR_FIRST 32 /* no bit of a base frame up to the RTR bit has such a position */

static const uint8_t types[CS_ERROR_COUNT] = {
    [CS_ERROR_NONE] = CS_ECC_OTHER,  [CS_ERROR_BIT] = CS_ECC_BIT,   [CS_ERROR_STUFF] = CS_ECC_STUFF,
    [CS_ERROR_CRC] = CS_ECC_OTHER,   [CS_ERROR_FORM] = CS_ECC_FORM, [CS_ERROR_ACK] = CS_ECC_OTHER,
    [CS_ERROR_OTHER] = CS_ECC_OTHER,
};

/* From the bit `index` on the segment is this one; in the order of fields, then of indices. In an
 * extended frame `ext` holds. */
static const struct row {
    uint8_t field;
    uint16_t index;
    uint8_t segment, ext;
} rows[] = {
    {CS_FIELD_IDLE, 0, CS_ECC_INTERMISSION, CS_ECC_INTERMISSION},
    {CS_FIELD_SOF, 0, CS_ECC_SOF, CS_ECC_SOF},
    {CS_FIELD_ID, 0, CS_ECC_ID_28_21, CS_ECC_ID_28_21},
    {CS_FIELD_ID, 8, CS_ECC_ID_20_18, CS_ECC_ID_20_18},
    {CS_FIELD_SRR, 0, CS_ECC_SRTR, CS_ECC_SRTR},
    {CS_FIELD_IDE, 0, CS_ECC_IDE, CS_ECC_IDE},
    {CS_FIELD_ID_EXT, 0, CS_ECC_ID_17_13, CS_ECC_ID_17_13},
    {CS_FIELD_ID_EXT, 5, CS_ECC_ID_12_5, CS_ECC_ID_12_5},
    {CS_FIELD_ID_EXT, 13, CS_ECC_ID_4_0, CS_ECC_ID_4_0},
    {CS_FIELD_RTR, 0, CS_ECC_SRTR, CS_ECC_RTR},
    {CS_FIELD_R1, 0, CS_ECC_R1, CS_ECC_R1},
    {CS_FIELD_FDF, 0, CS_ECC_R0, CS_ECC_R1},
    {CS_FIELD_R0, 0, CS_ECC_R0, CS_ECC_R0},
    {CS_FIELD_BRS, 0, CS_ECC_R0, CS_ECC_R0},
    {CS_FIELD_ESI, 0, CS_ECC_R0, CS_ECC_R0},
    {CS_FIELD_DLC, 0, CS_ECC_DLC, CS_ECC_DLC},
    {CS_FIELD_DATA, 0, CS_ECC_DATA, CS_ECC_DATA},
    {CS_FIELD_STUFF_COUNT, 0, CS_ECC_CRC, CS_ECC_CRC},
    {CS_FIELD_CRC, 0, CS_ECC_CRC, CS_ECC_CRC},
    {CS_FIELD_CRC_DELIM, 0, CS_ECC_CRC_DELIM, CS_ECC_CRC_DELIM},
    {CS_FIELD_ACK, 0, CS_ECC_ACK, CS_ECC_ACK},
    {CS_FIELD_ACK_DELIM, 0, CS_ECC_ACK_DELIM, CS_ECC_ACK_DELIM},
    {CS_FIELD_EOF, 0, CS_ECC_EOF, CS_ECC_EOF},
    {CS_FIELD_INTERMISSION, 0, CS_ECC_INTERMISSION, CS_ECC_INTERMISSION},
    {CS_FIELD_SUSPEND, 0, CS_ECC_INTERMISSION, CS_ECC_INTERMISSION},
    {CS_FIELD_ERROR_FLAG, 0, CS_ECC_ACTIVE_FLAG, CS_ECC_ACTIVE_FLAG},
    {CS_FIELD_ERROR_DELIM, 0, CS_ECC_ERROR_DELIM, CS_ECC_ERROR_DELIM},
    {CS_FIELD_OVERLOAD_FLAG, 0, CS_ECC_OVERLOAD_FLAG, CS_ECC_OVERLOAD_FLAG},
    {CS_FIELD_OVERLOAD_DELIM, 0, CS_ECC_ERROR_DELIM, CS_ECC_ERROR_DELIM},
};

static uint8_t segment_of(const struct cs_event *error)
{
    bool flag = error->field == CS_FIELD_ERROR_FLAG || error->field == CS_FIELD_OVERLOAD_FLAG;
    uint8_t segment = 0;

    if (flag && error->error == CS_ERROR_OTHER) {
        return error->index < FLAG_LEN ? CS_ECC_PASSIVE_FLAG : CS_ECC_TOLERATE;
    }
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].field == error->field && error->index >= rows[i].index) {
            segment = error->bit >= EXT_RTR_FIRST ? rows[i].ext : rows[i].segment;
        }
    }
    return segment;
}

uint8_t cs_ecc_of(const struct cs_event *error)
{
    unsigned type = error->error < CS_ERROR_COUNT ? types[error->error] : CS_ECC_OTHER;
    return (uint8_t)(type | (error->tx ? 0 : CS_ECC_RX) | segment_of(error));
}

uint8_t cs_alc_of(const struct cs_event *lost)
{
    bool ext = lost->bit >= EXT_RTR_FIRST;

    switch (lost->field) {
    case CS_FIELD_ID:
        return (uint8_t)lost->index;
    case CS_FIELD_SRR:
        return 11;
    case CS_FIELD_IDE:
        return 12;
    case CS_FIELD_ID_EXT:
        return (uint8_t)(13 + lost->index);
    case CS_FIELD_RTR:
        return ext ? 31 : 11;
    default:
        return 0; /* elsewhere arbitration is not lost */
    }
}
