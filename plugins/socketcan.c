/* SPDX-License-Identifier: MIT */
/* Layout: identifier and flags (4 bytes), length, FD flags, reserved, raw DLC of classic frames
 * with more than 8 in it, then data. */
#include "plugins/socketcan.h"

#include "simcore/frame.h"

#define HEADER     8
#define CLASSIC    16 /* sizeof(struct can_frame) */
#define FLAG_EXT   0x80000000u
#define FLAG_RTR   0x40000000u
#define FLAG_ERROR 0x20000000u
#define FD_BRS     0x01u
#define FD_ESI     0x02u
#define FD_FDF     0x04u
#define XL_XLF     0x80u /* in the place of the length */

size_t cs_socketcan_put(const struct cansim_frame *frame, bool error_frame,
                        uint8_t out[CS_SOCKETCAN_MAX])
{
    bool fd = (frame->flags & CANSIM_FRAME_FD) != 0 && !error_frame;
    uint32_t id = frame->id;

    id |= error_frame ? FLAG_ERROR : 0;
    id |= (frame->flags & CANSIM_FRAME_EXT) != 0 && !error_frame ? FLAG_EXT : 0;
    id |= (frame->flags & CANSIM_FRAME_RTR) != 0 && !error_frame ? FLAG_RTR : 0;
    memset(out, 0, CS_SOCKETCAN_MAX);
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(id >> (24 - 8 * i));
    if (fd) {
        out[4] = frame->len <= 64 ? frame->len : 0;
        out[5] = (uint8_t)(FD_FDF | ((frame->flags & CANSIM_FRAME_BRS) != 0 ? FD_BRS : 0) |
                           ((frame->flags & CANSIM_FRAME_ESI) != 0 ? FD_ESI : 0));
    } else {
        out[4] = error_frame || frame->dlc > 8 ? 8 : frame->dlc;
        out[7] = frame->dlc > 8 && !error_frame ? frame->dlc : 0;
    }
    memcpy(out + HEADER, frame->data, frame->len <= (fd ? 64 : 8) ? frame->len : 0);
    return fd ? CS_SOCKETCAN_MAX : CLASSIC;
}

static uint32_t read_id(const uint8_t *p, bool little)
{
    uint32_t id = 0;

    for (unsigned i = 0; i < 4; i++)
        id = id << 8 | p[little ? 3 - i : i];
    return id;
}

static enum cs_socketcan get_fd(const uint8_t *p, size_t n, uint32_t id, struct cansim_frame *frame)
{
    unsigned len = p[4];

    if (len > 64 || (id & (FLAG_RTR | FLAG_ERROR)) != 0)
        return CS_SOCKETCAN_WRONG;
    if (n < HEADER + len)
        return CS_SOCKETCAN_CUT;
    frame->flags |= CANSIM_FRAME_FD;
    frame->flags |= (p[5] & FD_BRS) != 0 ? CANSIM_FRAME_BRS : 0;
    frame->flags |= (p[5] & FD_ESI) != 0 ? CANSIM_FRAME_ESI : 0;
    frame->dlc = (uint8_t)cs_frame_len_to_dlc(len);
    frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, true);
    memcpy(frame->data, p + HEADER, len);
    return CS_SOCKETCAN_OK;
}

static enum cs_socketcan get_classic(const uint8_t *p, size_t n, uint32_t id,
                                     struct cansim_frame *frame)
{
    unsigned len = p[4];
    bool remote = (id & FLAG_RTR) != 0 && (id & FLAG_ERROR) == 0;

    if (len > 8)
        return CS_SOCKETCAN_WRONG;
    if (n < HEADER + (remote ? 0 : len))
        return CS_SOCKETCAN_CUT;
    frame->flags |= remote ? CANSIM_FRAME_RTR : 0;
    frame->dlc = len == 8 && p[7] > 8 && p[7] <= 15 ? p[7] : (uint8_t)len;
    frame->len = (uint8_t)(remote ? 0 : len);
    memcpy(frame->data, p + HEADER, frame->len);
    return CS_SOCKETCAN_OK;
}

enum cs_socketcan cs_socketcan_get(const uint8_t *p, size_t n, size_t original,
                                   bool little_endian_id, struct cansim_frame *frame,
                                   bool *error_frame)
{
    if (n < HEADER)
        return CS_SOCKETCAN_CUT;
    if ((p[4] & XL_XLF) != 0)
        return CS_SOCKETCAN_XL;
    uint32_t id = read_id(p, little_endian_id);
    bool ext = (id & FLAG_EXT) != 0;

    *error_frame = (id & FLAG_ERROR) != 0;
    frame->id = id & (ext || *error_frame ? CS_ID_MAX_EXT : CS_ID_MAX_BASE);
    frame->flags = ext && !*error_frame ? CANSIM_FRAME_EXT : 0;
    memset(frame->data, 0, sizeof(frame->data));
    if ((p[5] & FD_FDF) != 0 || original == CS_SOCKETCAN_MAX || (p[4] > 8 && original > CLASSIC))
        return get_fd(p, n, id, frame);
    enum cs_socketcan ret = get_classic(p, n, id, frame);
    if (ret == CS_SOCKETCAN_OK && *error_frame && frame->len != 8)
        frame->len = 0; /* not known what it is about */
    return ret;
}
