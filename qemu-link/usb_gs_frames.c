/* SPDX-License-Identifier: MIT */
/* usb_gs_frames.c - frames of the guest on their way to the bus and back as echoes; received
 * frames, errors and states for the guest.
 * Invariants: every frame that the guest has sent is echoed once, sent or given up, else the driver
 * loses one of its ten places; an echo and a change of state always find room. */
#include "qemu-link/usb_gs.h"

#include <string.h>

#include "simcore/ecc.h"

/* Linux's error frames (linux/can/error.h). */
#define ID_EXT 0x80000000u
#define ID_RTR 0x40000000u
#define ID_ERR 0x20000000u

#define ERR_LOSTARB   0x002u
#define ERR_CRTL      0x004u /* data[1] */
#define ERR_PROT      0x008u /* data[2], data[3] */
#define ERR_ACK       0x020u
#define ERR_BUSOFF    0x040u
#define ERR_BUSERROR  0x080u
#define ERR_RESTARTED 0x100u
#define ERR_CNT       0x200u /* data[6]: tx, data[7]: rx */

#define CRTL_RX_WARNING 0x04u
#define CRTL_TX_WARNING 0x08u
#define CRTL_RX_PASSIVE 0x10u
#define CRTL_TX_PASSIVE 0x20u
#define CRTL_ACTIVE     0x40u

#define PROT_BIT   0x01u
#define PROT_FORM  0x02u
#define PROT_STUFF 0x04u
#define PROT_BIT0  0x08u
#define PROT_BIT1  0x10u
#define PROT_TX    0x80u
#define LOC_CRC    0x08u

#define ERROR_EVERY_PS (10 * CS_PS_PER_MS)
#define WARNING_LIMIT  96u
#define PASSIVE_LIMIT  128u

/* ---- packets for the guest ----------------------------------------------------------------- */

/* What may be dropped leaves the places of what may not. */
static bool has_room(const struct gs *gs)
{
    return gs->in_n < GS_IN_MAX - GS_IN_ECHO - GS_IN_STATE;
}

static void lose(struct gs_channel *ch)
{
    ch->overflow = true;
    cs_device_lost(cs_usb_device(ch->gs->usb), ch->index, 1);
}

/* `data` bytes of frame data follow the header, then the time where the channel has it. */
static void put(struct gs_channel *ch, uint32_t echo_id, uint32_t can_id, uint8_t dlc,
                uint8_t flags, const uint8_t *data, size_t len)
{
    struct gs *gs = ch->gs;
    struct gs_packet *packet = &gs->in[(gs->in_first + gs->in_n) % GS_IN_MAX];
    const size_t room = flags & GS_FLAG_FD ? GS_DATA_FD : GS_DATA_CLASSIC;
    uint8_t *at = packet->bytes;

    if (gs->in_n == GS_IN_MAX) {
        lose(ch);
        return;
    }
    gs->in_n++;
    memset(at, 0, sizeof(packet->bytes));
    gs_put32(at, echo_id);
    gs_put32(at + 4, can_id);
    at[8] = dlc;
    at[9] = (uint8_t)ch->index;
    at[10] = flags;
    memcpy(at + GS_HEADER, data, len < room ? len : room);
    packet->len = (uint8_t)(GS_HEADER + room);
    if (ch->mode & GS_HW_TIMESTAMP) {
        gs_put32(at + packet->len, (uint32_t)(cs_port_now_ps(ch->port) / CS_PS_PER_US));
        packet->len = (uint8_t)(packet->len + 4);
    }
    cs_usb_in_ready(gs->usb, GS_EP_IN);
}

static uint8_t overflow_flag(struct gs_channel *ch)
{
    const uint8_t flag = ch->overflow ? GS_FLAG_OVERFLOW : 0;

    ch->overflow = false;
    return flag;
}

static void put_error(struct gs_channel *ch, uint32_t class, uint8_t data[8])
{
    data[6] = ch->tec;
    data[7] = ch->rec;
    put(ch, GS_NO_ECHO, ID_ERR | ERR_CNT | class, 8, 0, data, 8);
}

/* ---- states -------------------------------------------------------------------------------- */

static void put_state(struct gs_channel *ch)
{
    uint8_t data[8] = {0};

    if (ch->restart_due)
        put_error(ch, ERR_RESTARTED, data);
    ch->restart_due = false;
    switch (ch->state) {
    case GS_BUS_OFF:
        put_error(ch, ERR_BUSOFF, data);
        break;
    case GS_PASSIVE:
        data[1] = (uint8_t)((ch->tec >= PASSIVE_LIMIT ? CRTL_TX_PASSIVE : 0) |
                            (ch->rec >= PASSIVE_LIMIT ? CRTL_RX_PASSIVE : 0));
        put_error(ch, ERR_CRTL, data);
        break;
    case GS_WARNING:
        data[1] = (uint8_t)((ch->tec >= WARNING_LIMIT ? CRTL_TX_WARNING : 0) |
                            (ch->rec >= WARNING_LIMIT ? CRTL_RX_WARNING : 0));
        put_error(ch, ERR_CRTL, data);
        break;
    default:
        data[1] = CRTL_ACTIVE;
        put_error(ch, ERR_CRTL, data);
        break;
    }
}

/* States that found no room are told as they are when there is some again. */
static void tell_state(struct gs_channel *ch)
{
    ch->state_due = ch->gs->in_n + 2 > GS_IN_MAX - GS_IN_ECHO;
    if (!ch->state_due)
        put_state(ch);
}

static void follow_state(struct gs_channel *ch, const struct cs_event *event)
{
    enum gs_state state = GS_ACTIVE;

    ch->tec = (uint8_t)(event->tec < 255 ? event->tec : 255);
    ch->rec = (uint8_t)(event->rec < 255 ? event->rec : 255);
    if (event->state == CS_STATE_BUS_OFF)
        state = GS_BUS_OFF;
    else if (event->tec >= PASSIVE_LIMIT || event->rec >= PASSIVE_LIMIT)
        state = GS_PASSIVE;
    else if (event->tec >= WARNING_LIMIT || event->rec >= WARNING_LIMIT)
        state = GS_WARNING;
    if (state == ch->state)
        return;
    if (ch->state == GS_BUS_OFF)
        ch->restart_due = true;
    ch->state = state;
    tell_state(ch);
}

/* ---- errors -------------------------------------------------------------------------------- */

/* Drivers before Linux 6.2 cannot ask for errors, but show them: some a second, not to drown the
 * guest. Who asks gets all that there is room for. */
static bool is_told(struct gs_channel *ch)
{
    const int64_t now_ps = cs_port_now_ps(ch->port);

    if (!has_room(ch->gs))
        return false;
    if (ch->mode & GS_BERR_REPORTING)
        return true;
    if (now_ps < ch->next_error_ps)
        return false;
    ch->next_error_ps = now_ps + ERROR_EVERY_PS;
    return true;
}

static void tell_lost_arbitration(struct gs_channel *ch, const struct cs_event *event)
{
    uint8_t data[8] = {cs_alc_of(event)};

    if (is_told(ch))
        put_error(ch, ERR_LOSTARB, data);
}

static void tell_error(struct gs_channel *ch, const struct cs_event *event)
{
    static const uint8_t types[CS_ERROR_COUNT] = {
        [CS_ERROR_STUFF] = PROT_STUFF,
        [CS_ERROR_FORM] = PROT_FORM,
    };
    uint8_t data[8] = {0};
    uint32_t class = ERR_PROT | ERR_BUSERROR;

    if (event->error >= CS_ERROR_COUNT || !is_told(ch))
        return;
    ch->tec = (uint8_t)(event->tec < 255 ? event->tec : 255);
    ch->rec = (uint8_t)(event->rec < 255 ? event->rec : 255);
    data[2] = (uint8_t)(types[event->error] | (event->tx ? PROT_TX : 0));
    data[3] = cs_ecc_of(event) & 0x1F;
    if (event->error == CS_ERROR_BIT)
        data[2] |= event->level ? PROT_BIT0 : PROT_BIT1; /* what was sent and not seen */
    if (event->error == CS_ERROR_CRC)
        data[3] = LOC_CRC;
    if (event->error == CS_ERROR_ACK)
        class |= ERR_ACK;
    put_error(ch, class, data);
}

/* ---- the guest's frames -------------------------------------------------------------------- */

static struct gs_sent *sent_of(struct gs_channel *ch, uint64_t cookie)
{
    return &ch->sent[cookie % GS_SENT_MAX];
}

static void echo(struct gs_channel *ch, uint64_t cookie)
{
    struct gs_sent *sent = sent_of(ch, cookie);
    const struct cs_frame *frame = &sent->frame;

    sent->taken = sent->in_controller = false;
    while (ch->first < ch->next && !sent_of(ch, ch->first)->taken)
        ch->first++;
    put(ch, sent->echo_id, sent->can_id, frame->dlc, sent->flags, frame->data, frame->len);
}

/* Hand over those that wait, in their order. */
static void submit(struct gs_channel *ch)
{
    for (uint64_t cookie = ch->first; cookie < ch->next && !ch->off; cookie++) {
        struct gs_sent *sent = sent_of(ch, cookie);

        if (!sent->taken || sent->in_controller)
            continue;
        sent->in_controller = true;
        if (cs_port_submit(ch->port, &sent->frame, cookie) != 0)
            echo(ch, cookie);
    }
}

/* False: no frame of any bus, as an error frame that a program wrote. */
static bool read_frame(const uint8_t *p, size_t len, struct cs_frame *frame)
{
    const uint32_t id = gs_get32(p + 4);
    const bool fd = p[10] & GS_FLAG_FD, ext = id & ID_EXT;
    unsigned room = (unsigned)(len - GS_HEADER);

    *frame = (struct cs_frame){
        .id = id & (ext ? CS_ID_MAX_EXT : CS_ID_MAX_BASE),
        .flags = (uint8_t)((ext ? CS_FRAME_EXT : 0) | (fd ? CS_FRAME_FD : 0)),
        .dlc = p[8],
    };
    if (id & ID_ERR || p[8] > 15)
        return false;
    if (fd) {
        frame->flags |= p[10] & GS_FLAG_BRS ? CS_FRAME_BRS : 0;
        frame->flags |= p[10] & GS_FLAG_ESI ? CS_FRAME_ESI : 0;
    } else if (id & ID_RTR) {
        frame->flags |= CS_FRAME_RTR;
        return true;
    }
    frame->len = (uint8_t)cs_frame_dlc_to_len(frame->dlc, fd);
    room = room < frame->len ? room : frame->len;
    memcpy(frame->data, p + GS_HEADER, room);
    return true;
}

void cs_gs_packet(struct gs *gs, const uint8_t *data, size_t len)
{
    struct gs_channel *ch;
    struct gs_sent *sent;

    if (len < GS_HEADER || data[9] >= gs->n_channels)
        return;
    ch = &gs->channel[data[9]];
    if (!ch->started)
        return;
    if (ch->next - ch->first == GS_SENT_MAX) { /* more than any driver has places for */
        cs_device_lost(cs_usb_device(gs->usb), ch->index, 1);
        return;
    }
    sent = sent_of(ch, ch->next);
    *sent = (struct gs_sent){
        .echo_id = gs_get32(data),
        .can_id = gs_get32(data + 4),
        .flags = data[10] & (GS_FLAG_FD | GS_FLAG_BRS | GS_FLAG_ESI),
        .taken = true,
    };
    if (read_frame(data, len, &sent->frame)) {
        ch->next++;
        submit(ch);
    } else {
        echo(ch, ch->next++);
    }
}

/* Bus-off takes no frame from the guest: it is sent when the controller has recovered. */
void cs_gs_confirmed(struct gs_channel *ch, const struct cs_tx_done *done)
{
    if (done->cookie < ch->first || done->cookie >= ch->next ||
        !sent_of(ch, done->cookie)->in_controller)
        return;
    if (done->result == CS_TX_BUS_OFF)
        sent_of(ch, done->cookie)->in_controller = false;
    else
        echo(ch, done->cookie);
}

static void drop_packets(struct gs *gs, unsigned channel)
{
    unsigned n = 0;

    for (unsigned i = 0; i < gs->in_n; i++) {
        const struct gs_packet *packet = &gs->in[(gs->in_first + i) % GS_IN_MAX];

        if (packet->bytes[9] != channel)
            gs->in[(gs->in_first + n++) % GS_IN_MAX] = *packet;
    }
    gs->in_n = n;
}

void cs_gs_forget(struct gs_channel *ch)
{
    drop_packets(ch->gs, ch->index);
    memset(ch->sent, 0, sizeof(ch->sent));
    ch->first = ch->next;
    ch->state_due = ch->restart_due = ch->overflow = false;
}

/* ---- what the bus tells -------------------------------------------------------------------- */

void cs_gs_received(struct gs_channel *ch, const struct cs_rx *rx)
{
    const struct cs_frame *frame = rx->frame;
    const uint32_t id = frame->id | (frame->flags & CS_FRAME_EXT ? ID_EXT : 0) |
                        (frame->flags & CS_FRAME_RTR ? ID_RTR : 0);
    uint8_t flags = 0;

    if (!has_room(ch->gs)) {
        lose(ch);
        return;
    }
    if (frame->flags & CS_FRAME_FD)
        flags = (uint8_t)(GS_FLAG_FD | (frame->flags & CS_FRAME_BRS ? GS_FLAG_BRS : 0) |
                          (frame->flags & CS_FRAME_ESI ? GS_FLAG_ESI : 0));
    put(ch, GS_NO_ECHO, id, frame->dlc, (uint8_t)(flags | overflow_flag(ch)), frame->data,
        frame->len);
}

void cs_gs_event(struct gs_channel *ch, const struct cs_event *event)
{
    switch (event->kind) {
    case CS_EV_ARB_LOST:
        tell_lost_arbitration(ch, event);
        break;
    case CS_EV_ERROR:
        tell_error(ch, event);
        break;
    case CS_EV_COUNTERS:
        follow_state(ch, event);
        break;
    case CS_EV_STATE:
        ch->off = event->state == CS_STATE_BUS_OFF;
        follow_state(ch, event);
        submit(ch);
        break;
    default:
        break;
    }
}

size_t cs_gs_take(struct gs *gs, uint8_t *buf, size_t room)
{
    const struct gs_packet *packet = &gs->in[gs->in_first];
    size_t len;

    if (gs->in_n == 0)
        return 0;
    len = packet->len < room ? packet->len : room;
    memcpy(buf, packet->bytes, len);
    gs->in_first = (gs->in_first + 1) % GS_IN_MAX;
    gs->in_n--;
    for (unsigned i = 0; i < gs->n_channels; i++)
        if (gs->channel[i].state_due)
            tell_state(&gs->channel[i]);
    return len;
}
