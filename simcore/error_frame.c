/* SPDX-License-Identifier: MIT */
#include "simcore/error_frame.h"

#include <string.h>

#include "simcore/ecc.h"

#define CLASS_PROT     0x008u
#define CLASS_ACK      0x020u
#define CLASS_BUSERROR 0x080u
#define CLASS_CNT      0x200u /* since Linux 6.0 */

#define TYPE_BIT   0x01u
#define TYPE_FORM  0x02u
#define TYPE_STUFF 0x04u
#define TYPE_TX    0x80u

#define SEGMENT 0x1Fu /* of an ECC: Linux's locations are the SJA1000's */

static const uint8_t types[CS_ERROR_COUNT] = {
    [CS_ERROR_BIT] = TYPE_BIT, [CS_ERROR_STUFF] = TYPE_STUFF, [CS_ERROR_FORM] = TYPE_FORM};

static uint8_t count(unsigned n)
{
    return (uint8_t)(n > 255 ? 255 : n);
}

void cs_error_frame_of(const struct cs_event *error, struct cs_error_frame *out)
{
    memset(out, 0, sizeof(*out));
    out->classes = CLASS_PROT | CLASS_BUSERROR | CLASS_CNT;
    out->data[2] = (uint8_t)((error->tx ? TYPE_TX : 0) |
                             (error->error < CS_ERROR_COUNT ? types[error->error] : 0));
    out->data[3] = cs_ecc_of(error) & SEGMENT;
    if (error->error == CS_ERROR_CRC)
        out->data[3] = CS_ECC_CRC;
    if (error->error == CS_ERROR_ACK) {
        out->classes |= CLASS_ACK;
        out->data[3] = CS_ECC_ACK;
    }
    out->data[6] = count(error->tec);
    out->data[7] = count(error->rec);
}
