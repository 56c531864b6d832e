/* SPDX-License-Identifier: MIT */
/* slcan_tell.c - what the bus does, as lines for the peer: frames, Linux's `s` (state, receive and
 * transmit error counters) and `e` (errors). A peer that knows only LAWICEL's lines ignores those
 * two. Lines that find no room are dropped and counted. */
#include "qemu-link/slcan_internal.h"

#include <stdio.h>
#include <string.h>

#define STAMP_WRAP_MS  60000
#define ERROR_EVERY_PS (10 * CS_PS_PER_MS)
#define WARNING_LIMIT  96u
#define PASSIVE_LIMIT  128u

/* ---- the acceptance filters, as an SJA1000 has them ---------------------------------------------
 */

/* Do all bits agree that the mask does not leave out? */
static bool agrees(const struct slcan *s, unsigned first, const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if ((bytes[i] ^ s->code[first + i]) & (uint8_t)~s->mask[first + i])
            return false;
    return true;
}

/* Identifier and RTR in the order of the filter's bits; data bytes of base frames are not looked
 * at: their bits agree with whatever the filter has. */
static bool accepts(const struct slcan *s, const struct cs_frame *frame)
{
    const bool ext = frame->flags & CS_FRAME_EXT, rtr = frame->flags & CS_FRAME_RTR;
    const uint32_t bits =
        (ext ? frame->id << 3 | (uint32_t)rtr << 2 : frame->id << 21 | (uint32_t)rtr << 20);
    uint8_t bytes[4];

    for (unsigned filter = 0; filter < (s->single_filter ? 1u : 2u); filter++) {
        const unsigned first = 2 * filter, n = s->single_filter ? 4 : 2;

        for (unsigned i = 0; i < n; i++)
            bytes[i] = (uint8_t)(bits >> (24 - 8 * i));
        if (!ext)
            for (unsigned i = 1; i < n; i++)
                bytes[i] = i == 1 ? (uint8_t)((bytes[1] & 0xF0) | (s->code[first + 1] & 0x0F))
                                  : s->code[first + i];
        else if (n == 4)
            bytes[3] = (uint8_t)((bytes[3] & 0xFC) | (s->code[3] & 0x03));
        if (agrees(s, first, bytes, n))
            return true;
    }
    return false;
}

/* ---- frames
 * -------------------------------------------------------------------------------------- */

static char letter(const struct cs_frame *frame)
{
    const bool ext = frame->flags & CS_FRAME_EXT;

    if (frame->flags & CS_FRAME_FD)
        return frame->flags & CS_FRAME_BRS ? (ext ? 'B' : 'b') : (ext ? 'D' : 'd');
    if (frame->flags & CS_FRAME_RTR)
        return ext ? 'R' : 'r';
    return ext ? 'T' : 't';
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct slcan *s = ctx;
    const struct cs_frame *frame = rx->frame;
    const unsigned dlc = frame->flags & CS_FRAME_FD ? frame->dlc : frame->dlc < 8 ? frame->dlc : 8;
    char text[SLCAN_LINE_MAX];
    size_t n;

    if (!accepts(s, frame))
        return;
    if (!cs_slcan_room(s)) {
        s->flags |= SLCAN_RX_FULL | SLCAN_OVERRUN;
        cs_device_lost(s->device, 0, 1);
        return;
    }
    n = (size_t)snprintf(text, sizeof(text), "%c%0*X%X", letter(frame),
                         frame->flags & CS_FRAME_EXT ? 8 : 3, (unsigned)frame->id, dlc);
    for (unsigned i = 0; i < frame->len; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%02X", frame->data[i]);
    if (s->stamps)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%04X",
                              (unsigned)(rx->at_ps / CS_PS_PER_MS % STAMP_WRAP_MS));
    text[n++] = SLCAN_CR;
    cs_slcan_put(s, text, n);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct slcan *s = ctx;

    (void)done;
    s->queued--;
    cs_slcan_go_on(s);
}

/* ---- states and errors
 * ---------------------------------------------------------------------------- */

static void follow_state(struct slcan *s, const struct cs_event *event)
{
    const unsigned most = event->tec > event->rec ? event->tec : event->rec;
    const char state = event->state == CS_STATE_BUS_OFF ? 'b'
                       : most >= PASSIVE_LIMIT          ? 'p'
                       : most >= WARNING_LIMIT          ? 'w'
                                                        : 'a';
    char text[16];

    if (state == s->state)
        return;
    s->state = state;
    s->flags |= state == 'w' ? SLCAN_WARNING : state == 'a' ? 0 : SLCAN_PASSIVE;
    snprintf(text, sizeof(text), "s%c%03u%03u\r", state, event->rec % 1000u, event->tec % 1000u);
    cs_slcan_put(s, text, strlen(text));
}

static void tell_error(struct slcan *s, const struct cs_event *event)
{
    static const char letters[CS_ERROR_COUNT] = {
        [CS_ERROR_STUFF] = 's',
        [CS_ERROR_CRC] = 'c',
        [CS_ERROR_FORM] = 'f',
        [CS_ERROR_ACK] = 'a',
    };
    const int64_t now_ps = cs_port_now_ps(s->port);
    char text[] = "e1?\r";

    s->flags |= SLCAN_BUS_ERROR;
    text[2] = event->error == CS_ERROR_BIT    ? (event->level ? 'b' : 'B')
              : event->error < CS_ERROR_COUNT ? letters[event->error]
                                              : '\0';
    if (!text[2] || now_ps < s->next_error_ps || !cs_slcan_room(s))
        return;
    s->next_error_ps = now_ps + ERROR_EVERY_PS; /* some a second, not to drown the line */
    cs_slcan_put(s, text, 4);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct slcan *s = ctx;

    switch (event->kind) {
    case CS_EV_ARB_LOST:
        s->flags |= SLCAN_ARB_LOST;
        break;
    case CS_EV_ERROR:
        tell_error(s, event);
        break;
    case CS_EV_COUNTERS:
    case CS_EV_STATE:
        follow_state(s, event);
        break;
    default:
        break;
    }
}

const struct cs_port_ops cs_slcan_port_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
};
