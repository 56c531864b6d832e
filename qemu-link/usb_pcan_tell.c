/* SPDX-License-Identifier: MIT */
/* usb_pcan_tell.c - what the guest is told: frames, states, error counters, losses.
 * Linux keeps the counters of the last ERROR and takes them for 0 when a STATUS says error active;
 * which of the two drove a change of state it finds by comparing them. So counters go before a
 * STATUS, and once more after one that made it forget them. */
#include "qemu-link/usb_pcan.h"

#include "simcore/ecc.h"
#include "simcore/sim.h"

#include <string.h>

/* ---- the records that wait for the guest -------------------------------------------------- */

/* Room for `size` bytes at the end, `reserve` left beyond; NULL: there is none. */
static uint8_t *room_for(struct pcan *pcan, size_t size, size_t reserve)
{
    const size_t used = pcan->in_end - pcan->in_first;

    if (used + size + reserve > PCAN_IN_MAX)
        return NULL;
    if (pcan->in_end + size > PCAN_IN_MAX) {
        memmove(pcan->in, pcan->in + pcan->in_first, used);
        pcan->in_first = 0;
        pcan->in_end = used;
    }
    pcan->in_end += size;
    return pcan->in + pcan->in_end - size;
}

static bool append(struct pcan *pcan, const uint8_t *rec, size_t size, size_t reserve)
{
    uint8_t *to = room_for(pcan, size, reserve);

    if (!to)
        return false;
    memcpy(to, rec, size);
    pcan->guest.has_records(pcan->guest.ctx);
    return true;
}

static void put_header(uint8_t *rec, unsigned size, unsigned type, int64_t at_ps)
{
    const uint64_t at_us = (uint64_t)(at_ps / CS_PS_PER_US);

    pcan_put16(rec, size);
    pcan_put16(rec + 2, type);
    pcan_put32(rec + 4, (uint32_t)at_us);
    pcan_put32(rec + 8, (uint32_t)(at_us >> 32));
}

static bool tell_event(struct pcan_channel *ch, unsigned type, const uint8_t bytes[4])
{
    uint8_t rec[PCAN_EVENT_SIZE];

    put_header(rec, sizeof(rec), type, cs_port_now_ps(ch->port));
    memcpy(rec + 12, bytes, 4);
    return append(ch->pcan, rec, sizeof(rec), 0);
}

size_t cs_pcan_take(struct pcan *pcan, uint8_t *buf, size_t room)
{
    const uint8_t *from = pcan->in + pcan->in_first;
    const size_t used = pcan->in_end - pcan->in_first;
    size_t len = 0;

    while (len < used && len + pcan_get16(from + len) <= room)
        len += pcan_get16(from + len);
    memcpy(buf, from, len);
    pcan->in_first += len;
    for (unsigned i = 0; i < pcan->n_channels; i++) {
        if (pcan->channels[i].behind)
            cs_pcan_tell_state(&pcan->channels[i]);
    }
    return len;
}

/* ---- frames ------------------------------------------------------------------------------- */

static unsigned frame_flags(const struct cs_frame *frame)
{
    static const struct {
        uint8_t frame, record;
    } flags[] = {
        {CS_FRAME_RTR, PCAN_FLAG_RTR}, {CS_FRAME_EXT, PCAN_FLAG_EXT}, {CS_FRAME_FD, PCAN_FLAG_FD},
        {CS_FRAME_BRS, PCAN_FLAG_BRS}, {CS_FRAME_ESI, PCAN_FLAG_ESI},
    };
    unsigned all = 0;

    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        all |= frame->flags & flags[i].frame ? flags[i].record : 0u;
    return all;
}

/* Told with the first of a run of lost frames. */
static void lose(struct pcan_channel *ch)
{
    const uint8_t bytes[4] = {(uint8_t)ch->index};

    if (!ch->overrun)
        ch->overrun = tell_event(ch, PCAN_REC_OVERRUN, bytes);
    ch->pcan->guest.lost(ch->pcan->guest.ctx, ch->index);
}

static void tell_frame(struct pcan_channel *ch, const struct cs_frame *frame, int64_t at_ps,
                       const struct pcan_sent *echo)
{
    const unsigned size = (PCAN_RX_HEADER + frame->len + 3u) & ~3u;
    uint8_t rec[PCAN_RECORD_MAX] = {0};
    unsigned flags = frame_flags(frame);

    put_header(rec, size, PCAN_REC_RX, at_ps);
    if (echo) {
        memcpy(rec + 12, echo->tag, sizeof(echo->tag));
        rec[21] = echo->client;
        flags |= echo->flags & (PCAN_FLAG_LOOPED_BACK | PCAN_FLAG_SELF_RECEIVE);
    }
    rec[20] = (uint8_t)(ch->index | (unsigned)frame->dlc << 4);
    pcan_put16(rec + 22, flags);
    pcan_put32(rec + 24, frame->id);
    memcpy(rec + PCAN_RX_HEADER, frame->data, frame->len);
    if (append(ch->pcan, rec, size, PCAN_IN_RESERVE))
        ch->overrun = false;
    else
        lose(ch);
}

static bool is_accepted(const struct pcan_channel *ch, const struct cs_frame *frame)
{
    return frame->flags & CS_FRAME_EXT || ch->accept[frame->id / 32] >> (frame->id % 32) & 1;
}

void cs_pcan_tell_rx(struct pcan_channel *ch, const struct cs_rx *rx)
{
    if (is_accepted(ch, rx->frame))
        tell_frame(ch, rx->frame, rx->at_ps, NULL);
}

void cs_pcan_tell_echo(struct pcan_channel *ch, const struct cs_tx_done *done,
                       const struct pcan_sent *sent)
{
    tell_frame(ch, done->frame, done->at_ps, sent);
}

/* ---- states and counters ------------------------------------------------------------------ */

static bool tell_status(struct pcan_channel *ch, unsigned bits)
{
    const uint8_t bytes[4] = {(uint8_t)(ch->index | bits)};

    return tell_event(ch, PCAN_REC_STATUS, bytes);
}

void cs_pcan_tell_barrier(struct pcan_channel *ch)
{
    tell_status(ch, ch->bits | PCAN_STATUS_BARRIER);
}

static bool tell_counters(struct pcan_channel *ch, uint8_t tec, uint8_t rec)
{
    const bool up = tec > ch->told_tec || rec > ch->told_rec;
    const unsigned type = up ? ch->error : PCAN_ERROR_COUNT_DOWN;
    const unsigned receiving = ch->code & CS_ECC_RX ? 0x80 : 0;
    const uint8_t bytes[4] = {(uint8_t)(ch->index | type << 4 | receiving), ch->code & 0x1F, tec,
                              rec};

    if (tec == ch->told_tec && rec == ch->told_rec)
        return true;
    if (ch->pcan->wants_errors && !tell_event(ch, PCAN_REC_ERROR, bytes))
        return false;
    ch->told_tec = tec;
    ch->told_rec = rec;
    return true;
}

static unsigned bits_of(const struct pcan_channel *ch, const struct cs_node_status *now)
{
    unsigned bits = 0;

    if (now->state == CS_STATE_BUS_OFF)
        return PCAN_STATUS_BUS_OFF;
    if (now->tec >= ch->ewl || now->rec >= ch->ewl)
        bits |= PCAN_STATUS_WARNING;
    if (now->state == CS_STATE_ERROR_PASSIVE)
        bits |= PCAN_STATUS_PASSIVE;
    return bits;
}

static uint8_t clamp(unsigned counter)
{
    return counter < UINT8_MAX ? (uint8_t)counter : UINT8_MAX;
}

/* False: there was no room. */
static bool tell_changes(struct pcan_channel *ch, const struct cs_node_status *now)
{
    const uint8_t tec = clamp(now->tec), rec = clamp(now->rec);
    const unsigned bits = bits_of(ch, now);

    if (!tell_counters(ch, tec, rec))
        return false;
    if (bits != ch->bits) {
        if (!tell_status(ch, bits))
            return false;
        ch->bits = (uint8_t)bits;
        if (bits == 0)
            ch->told_tec = ch->told_rec = 0;
    }
    return tell_counters(ch, tec, rec);
}

void cs_pcan_tell_state(struct pcan_channel *ch)
{
    struct cs_node_status now;

    cs_port_look(ch->port, &now);
    if (!ch->recovering || now.state != CS_STATE_BUS_OFF)
        ch->behind = !tell_changes(ch, &now);
}

void cs_pcan_error(struct pcan_channel *ch, const struct cs_event *event)
{
    static const uint8_t types[CS_ERROR_COUNT] = {
        [CS_ERROR_NONE] = PCAN_ERROR_OTHER,  [CS_ERROR_BIT] = PCAN_ERROR_BIT,
        [CS_ERROR_STUFF] = PCAN_ERROR_STUFF, [CS_ERROR_CRC] = PCAN_ERROR_OTHER,
        [CS_ERROR_FORM] = PCAN_ERROR_FORM,   [CS_ERROR_ACK] = PCAN_ERROR_OTHER,
        [CS_ERROR_OTHER] = PCAN_ERROR_OTHER,
    };

    ch->error = types[event->error];
    ch->code = cs_ecc_of(event);
}
