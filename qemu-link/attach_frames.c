/* SPDX-License-Identifier: MIT */
/* attach_frames.c - between cansim's frames and events and SocketCAN's. */
#include "qemu-link/attach_frames.h"

#include <errno.h>
#include <string.h>
#include <linux/can/error.h>

#include "simcore/ecc.h"
#include "simcore/error_frame.h"
#include "simcore/wire.h"

#ifndef CAN_ERR_CNT
#define CAN_ERR_CNT 0x00000200U /* data[6], data[7] hold TEC and REC; since Linux 6.0 */
#endif

/* Where struct can_frame has the raw DLC of a frame with more than 8 in it. */
#define CC_RAW_DLC_AT 7

size_t cs_attach_to_can(const struct cs_frame *frame, struct canfd_frame *out)
{
    const bool fd = (frame->flags & CS_FRAME_FD) != 0;

    memset(out, 0, sizeof(*out));
    out->can_id = frame->id;
    if (frame->flags & CS_FRAME_EXT)
        out->can_id |= CAN_EFF_FLAG;
    if (frame->flags & CS_FRAME_RTR)
        out->can_id |= CAN_RTR_FLAG;
    if (fd) {
        out->len = frame->len;
        out->flags = (uint8_t)((frame->flags & CS_FRAME_BRS ? CANFD_BRS : 0) |
                               (frame->flags & CS_FRAME_ESI ? CANFD_ESI : 0));
    } else {
        out->len = frame->dlc > CAN_MAX_DLEN ? CAN_MAX_DLEN : frame->dlc;
        if (frame->dlc > CAN_MAX_DLEN)
            ((uint8_t *)out)[CC_RAW_DLC_AT] = frame->dlc;
    }
    memcpy(out->data, frame->data, frame->len <= CANFD_MAX_DLEN ? frame->len : CANFD_MAX_DLEN);
    return fd ? CANFD_MTU : CAN_MTU;
}

int cs_attach_from_can(const struct canfd_frame *in, size_t size, struct cs_frame *out)
{
    const bool fd = size == CANFD_MTU;
    unsigned flags = 0;

    memset(out, 0, sizeof(*out));
    if (in->can_id & CAN_ERR_FLAG || in->len > (fd ? CANFD_MAX_DLEN : CAN_MAX_DLEN))
        return -EINVAL;
    flags |= in->can_id & CAN_EFF_FLAG ? CS_FRAME_EXT : 0u;
    out->id = in->can_id & (in->can_id & CAN_EFF_FLAG ? CAN_EFF_MASK : CAN_SFF_MASK);
    if (fd) {
        flags |= CS_FRAME_FD;
        flags |= in->flags & CANFD_BRS ? CS_FRAME_BRS : 0u;
        flags |= in->flags & CANFD_ESI ? CS_FRAME_ESI : 0u;
    } else {
        flags |= in->can_id & CAN_RTR_FLAG ? CS_FRAME_RTR : 0u;
    }
    out->flags = (uint8_t)flags;
    out->dlc = (uint8_t)cs_frame_len_to_dlc(in->len);
    if (out->flags & CS_FRAME_RTR)
        return 0;
    out->len = (uint8_t)cs_frame_dlc_to_len(out->dlc, fd);
    memcpy(out->data, in->data, in->len);
    return 0;
}

/* One row of CAN_RAW_FILTER. A filter for base identifiers looks at no bits beyond them. */
static bool row_passes(uint32_t can_id, struct can_filter row)
{
    const bool inverted = (row.can_id & CAN_INV_FILTER) != 0;

    if (row.can_mask & CAN_ERR_FLAG)
        return (can_id & CAN_ERR_FLAG) && (can_id & row.can_mask & CAN_ERR_MASK);
    if (can_id & CAN_ERR_FLAG)
        return false;
    row.can_id &= ~CAN_INV_FILTER;
    if ((row.can_mask & CAN_EFF_FLAG) && !(row.can_id & CAN_EFF_FLAG))
        row.can_mask &= CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG;
    return (((can_id ^ row.can_id) & row.can_mask) == 0) != inverted;
}

bool cs_attach_passes(uint32_t can_id, const struct can_filter *filters, unsigned n, bool join,
                      uint32_t error_mask)
{
    unsigned hits = 0;

    if ((can_id & CAN_ERR_FLAG) && (can_id & error_mask & CAN_ERR_MASK))
        hits++;
    for (unsigned i = 0; i < n && (join || hits == 0); i++)
        hits += row_passes(can_id, filters[i]);
    return join ? hits > 0 && hits >= n : hits > 0;
}

/* As the bus told it, as far as simcore/ecc.h looks. */
static struct cs_event event_of(const struct cs_client_event *event)
{
    return (struct cs_event){.error = (uint8_t)event->error,
                             .field = event->field,
                             .index = event->index,
                             .bit = event->bit,
                             .tx = event->tx};
}

/* A host of version 1.0 tells only the bit on the wire. */
static void find_field(const struct cs_frame *frame, struct cs_event *lost)
{
    struct cs_wire wire;
    unsigned index;

    if (cs_wire_encode(frame, &wire) != 0 || lost->bit >= wire.n_bits)
        return;
    lost->field = (uint8_t)cs_wire_field_at(&wire, lost->bit, &index);
    lost->index = (uint16_t)index;
}

void cs_attach_arb_frame(const struct cs_frame *frame, const struct cs_client_event *event,
                         struct can_frame *out)
{
    struct cs_event lost = event_of(event);

    memset(out, 0, sizeof(*out));
    out->can_id = CAN_ERR_FLAG | CAN_ERR_LOSTARB;
    out->can_dlc = CAN_ERR_DLC;
    if (lost.field == CS_FIELD_IDLE)
        find_field(frame, &lost);
    out->data[0] = cs_alc_of(&lost);
}

static void put_counters(struct can_frame *out, unsigned tec, unsigned rec)
{
    out->can_id |= CAN_ERR_CNT;
    out->data[6] = (uint8_t)(tec > 255 ? 255 : tec);
    out->data[7] = (uint8_t)(rec > 255 ? 255 : rec);
}

void cs_attach_error_frame(const struct cs_client_event *event, struct can_frame *out)
{
    struct cs_event error = event_of(event);
    struct cs_error_frame frame;

    error.tec = event->tec;
    error.rec = event->rec;
    cs_error_frame_of(&error, &frame);
    memset(out, 0, sizeof(*out));
    out->can_id = CAN_ERR_FLAG | frame.classes;
    out->can_dlc = CAN_ERR_DLC;
    memcpy(out->data, frame.data, sizeof(frame.data));
}

enum cs_attach_level cs_attach_level(enum cs_node_state state, unsigned tec, unsigned rec)
{
    if (state == CS_STATE_BUS_OFF)
        return CS_ATTACH_BUS_OFF;
    if (state == CS_STATE_ERROR_PASSIVE)
        return CS_ATTACH_PASSIVE;
    return tec >= CS_ATTACH_WARNING || rec >= CS_ATTACH_WARNING ? CS_ATTACH_WARN : CS_ATTACH_ACTIVE;
}

void cs_attach_level_frame(enum cs_attach_level from, enum cs_attach_level to, unsigned tec,
                           unsigned rec, struct can_frame *out)
{
    static const struct {
        uint8_t tx, rx;
    } detail[] = {
        [CS_ATTACH_ACTIVE] = {CAN_ERR_CRTL_ACTIVE, CAN_ERR_CRTL_ACTIVE},
        [CS_ATTACH_WARN] = {CAN_ERR_CRTL_TX_WARNING, CAN_ERR_CRTL_RX_WARNING},
        [CS_ATTACH_PASSIVE] = {CAN_ERR_CRTL_TX_PASSIVE, CAN_ERR_CRTL_RX_PASSIVE},
    };

    memset(out, 0, sizeof(*out));
    out->can_dlc = CAN_ERR_DLC;
    out->can_id = CAN_ERR_FLAG;
    if (to == CS_ATTACH_BUS_OFF) {
        out->can_id |= CAN_ERR_BUSOFF;
        return;
    }
    if (from == CS_ATTACH_BUS_OFF) {
        out->can_id |= CAN_ERR_RESTARTED;
    } else {
        out->can_id |= CAN_ERR_CRTL;
        out->data[1] =
            (uint8_t)((tec >= rec ? detail[to].tx : 0) | (rec >= tec ? detail[to].rx : 0));
    }
    put_counters(out, tec, rec);
}
