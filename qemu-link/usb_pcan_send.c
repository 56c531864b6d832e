/* SPDX-License-Identifier: MIT */
/* usb_pcan_send.c - frames of the guest: each packet is answered when all of its frames have gone
 * out on the bus, or have failed.
 * Invariants: packets are answered in their order; a frame in the controller belongs to a packet of
 * the ring or to none. */
#include "qemu-link/usb_pcan.h"

#include <errno.h>
#include <string.h>

static struct pcan_packet *packet_at(struct pcan_channel *ch, unsigned i)
{
    return &ch->packets[(ch->first_packet + i) % PCAN_PACKETS];
}

static struct pcan_sent *sent_of(struct pcan_channel *ch, uint64_t cookie)
{
    return &ch->sent[cookie % PCAN_SENT];
}

/* The frame of a cookie needs no place any more. */
static struct pcan_sent take_out(struct pcan_channel *ch, uint64_t cookie)
{
    const struct pcan_sent sent = *sent_of(ch, cookie);

    *sent_of(ch, cookie) = (struct pcan_sent){0};
    while (ch->first_sent < ch->next_sent && !sent_of(ch, ch->first_sent)->taken)
        ch->first_sent++;
    if (sent.packet)
        sent.packet->waiting--;
    return sent;
}

/* ---- reading records ---------------------------------------------------------------------- */

/* The frame of a TX record of `size` bytes. False: it makes no sense. */
static bool read_frame(const uint8_t *rec, size_t size, struct cs_frame *frame)
{
    const unsigned flags = pcan_get16(rec + 14);
    const bool fd = flags & PCAN_FLAG_FD, ext = flags & PCAN_FLAG_EXT;
    const uint32_t id = pcan_get32(rec + 16);

    *frame = (struct cs_frame){
        .id = id & (ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE),
        .flags = (uint8_t)((ext ? CS_FRAME_EXT : 0) | (fd ? CS_FRAME_FD : 0)),
        .dlc = rec[12] >> 4,
    };
    if (fd) {
        frame->flags |= flags & PCAN_FLAG_BRS ? CS_FRAME_BRS : 0;
        frame->flags |= flags & PCAN_FLAG_ESI ? CS_FRAME_ESI : 0;
    } else if (flags & PCAN_FLAG_RTR) {
        frame->flags |= CS_FRAME_RTR;
        return true;
    }
    frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    if (PCAN_TX_HEADER + (size_t)frame->len > size)
        return false;
    memcpy(frame->data, rec + PCAN_TX_HEADER, frame->len);
    return true;
}

/* Queue the frame of a record, where it is one. False: there is no room now. */
static bool queue_record(struct pcan_channel *ch, struct pcan_packet *packet, const uint8_t *rec,
                         size_t size)
{
    struct pcan_sent *sent = sent_of(ch, ch->next_sent);
    struct cs_frame frame;

    if (pcan_get16(rec + 2) != PCAN_REC_TX || size < PCAN_TX_HEADER ||
        (rec[12] & 0x0F) != ch->index || !read_frame(rec, size, &frame))
        return true;
    if (ch->next_sent - ch->first_sent == PCAN_SENT)
        return false;
    *sent = (struct pcan_sent){
        .packet = packet,
        .taken = true,
        .flags = rec[14],
        .client = rec[13],
    };
    memcpy(sent->tag, rec + 4, sizeof(sent->tag));
    packet->waiting++;
    ch->next_sent++;
    if (cs_port_submit(ch->port, &frame, ch->next_sent - 1) != 0)
        take_out(ch, ch->next_sent - 1); /* bus-off, listen-only: lost */
    return true;
}

static void drop_records(struct pcan_packet *packet)
{
    packet->at = packet->len;
}

/* False: there is no room for one of them now. */
static bool queue_packet(struct pcan_channel *ch, struct pcan_packet *packet)
{
    while (packet->at + 4u <= packet->len) {
        const uint8_t *rec = packet->data + packet->at;
        const size_t size = pcan_get16(rec), left = packet->len - packet->at;

        if (size < 4 || size > left) /* 0: the end */
            break;
        if (!queue_record(ch, packet, rec, size))
            return false;
        /* Records are multiples of four bytes. */
        packet->at = (uint16_t)(packet->at + (size + 3 < left ? (size + 3) & ~(size_t)3 : left));
    }
    drop_records(packet);
    return true;
}

/* ---- answering ---------------------------------------------------------------------------- */

static void answer(struct pcan_channel *ch)
{
    while (ch->n_packets > 0) {
        struct pcan_packet *packet = packet_at(ch, 0);

        if (packet->at < packet->len || packet->waiting > 0)
            return;
        ch->first_packet = (ch->first_packet + 1) % PCAN_PACKETS;
        ch->n_packets--;
        if (!packet->cancelled)
            ch->pcan->guest.answer(ch->pcan->guest.ctx, ch->index, packet->id);
    }
}

void cs_pcan_send(struct pcan_channel *ch)
{
    for (unsigned i = 0; i < ch->n_packets && !ch->recovering; i++) {
        if (!queue_packet(ch, packet_at(ch, i)))
            break;
    }
    answer(ch);
}

int cs_pcan_packet(struct pcan_channel *ch, uint64_t id, const uint8_t *data, size_t len)
{
    struct pcan_packet *packet;

    if (len > PCAN_PACKET_MAX || ch->n_packets == PCAN_PACKETS)
        return -EPIPE;
    packet = packet_at(ch, ch->n_packets++);
    packet->id = id;
    packet->len = (uint16_t)len;
    packet->at = 0;
    packet->waiting = 0;
    packet->cancelled = false;
    if (len > 0) /* an empty one may have no data at all */
        memcpy(packet->data, data, len);
    cs_pcan_send(ch);
    return 0;
}

void cs_pcan_confirmed(struct pcan_channel *ch, const struct cs_tx_done *done)
{
    const struct pcan_sent sent = take_out(ch, done->cookie);

    if (done->result == CS_TX_OK && sent.flags & (PCAN_FLAG_LOOPED_BACK | PCAN_FLAG_SELF_RECEIVE))
        cs_pcan_tell_echo(ch, done, &sent);
    cs_pcan_send(ch);
}

/* ---- giving up ---------------------------------------------------------------------------- */

/* Give up the frames of a packet, or all; one that is on the wire only if it fails. */
static void abort_frames(struct pcan_channel *ch, const struct pcan_packet *packet)
{
    const uint64_t end = ch->next_sent;

    for (uint64_t cookie = ch->first_sent; cookie < end; cookie++) {
        struct pcan_sent *sent = sent_of(ch, cookie);

        if (sent->taken && (!packet || sent->packet == packet))
            cs_port_abort(ch->port, cookie);
    }
}

void cs_pcan_abort(struct pcan_channel *ch)
{
    for (unsigned i = 0; i < ch->n_packets; i++)
        drop_records(packet_at(ch, i));
    abort_frames(ch, NULL);
    answer(ch);
}

/* Of a packet that is not waited for any more; what is on the wire goes on. */
static void let_go(struct pcan_channel *ch, struct pcan_packet *packet)
{
    packet->cancelled = true;
    drop_records(packet);
    abort_frames(ch, packet);
    for (unsigned i = 0; i < PCAN_SENT; i++) {
        if (ch->sent[i].packet == packet)
            ch->sent[i].packet = NULL;
    }
    packet->waiting = 0;
    answer(ch);
}

bool cs_pcan_cancel(struct pcan_channel *ch, uint64_t id)
{
    for (unsigned i = 0; i < ch->n_packets; i++) {
        struct pcan_packet *packet = packet_at(ch, i);

        if (packet->id == id && !packet->cancelled) {
            let_go(ch, packet);
            return true;
        }
    }
    return false;
}

/* The controller has left the bus and will tell nothing of them. */
void cs_pcan_forget_sent(struct pcan_channel *ch)
{
    memset(ch->sent, 0, sizeof(ch->sent));
    ch->first_sent = ch->next_sent;
    for (unsigned i = 0; i < ch->n_packets; i++) {
        drop_records(packet_at(ch, i));
        packet_at(ch, i)->waiting = 0;
    }
    answer(ch);
}

/* The first error of an attempt, or lost arbitration, is the end of a frame that may be sent once.
 */
void cs_pcan_attempt_failed(struct pcan_channel *ch, const struct cs_event *event)
{
    uint64_t cookie = ch->first_sent;

    if (event->kind == CS_EV_ARB_LOST) {
        cookie = event->cookie;
    } else if (!event->tx || event->start_ps == ch->failed_ps) {
        return;
    } else {
        ch->failed_ps = event->start_ps;
    }
    if (cookie < ch->next_sent && sent_of(ch, cookie)->flags & PCAN_FLAG_SINGLE_SHOT)
        cs_port_abort(ch->port, cookie);
}
