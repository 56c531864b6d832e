/* SPDX-License-Identifier: MIT */
/* slcan_tell.c - what the bus does, as lines for the peer: frames, and Linux's `s` (state, receive
 * and transmit error counters) and `e` (number and letters of what went wrong).
 *
 * `s` and `e` are told unasked: Linux's slcan (6.1 and newer) turns them into states and error
 * frames, python-can and SavvyCAN pass over them. They are left out where the peer asked for times
 * (Linux does not, and SavvyCAN would take a part of them for one) and where it polls.
 * Frames that find no room are dropped and counted. */
#include "qemu-link/slcan_internal.h"

#include <stdio.h>
#include <string.h>

#define ERRORS_EVERY_PS (10 * CS_PS_PER_MS) /* not to drown the line */
#define WARNING_LIMIT   96u
#define PASSIVE_LIMIT   128u
#define BUS_OFF_LIMIT   256u

static bool tells_unasked(const struct slcan *s)
{
    return s->open && !s->polling && s->stamp == SLCAN_NO_STAMP;
}

/* ---- frames -----------------------------------------------------------------------------------*/

static void put_frame(struct slcan *s, const struct cs_frame *frame, int64_t at_ps)
{
    char text[SLCAN_LINE_MAX];
    size_t n = cs_slcan_write_frame(frame, (enum slcan_stamp)s->stamp, at_ps, text);

    text[n++] = SLCAN_CR;
    cs_slcan_put(s, text, n);
}

bool cs_slcan_put_polled(struct slcan *s)
{
    const struct slcan_polled *oldest = &s->polled[s->polled_at];

    if (s->n_polled == 0)
        return false;
    put_frame(s, &oldest->frame, oldest->at_ps);
    s->polled_at = (s->polled_at + 1) % SLCAN_POLLED;
    s->n_polled--;
    return true;
}

static void lose(struct slcan *s)
{
    s->flags |= SLCAN_RX_FULL | SLCAN_OVERRUN;
    cs_slcan_error(s, SLCAN_E_RX_OVERRUN);
    cs_device_lost(s->device, 0, 1);
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct slcan *s = ctx;

    if (!cs_slcan_accepts(&s->filter, rx->frame))
        return;
    if (s->polling && s->n_polled < SLCAN_POLLED)
        s->polled[(s->polled_at + s->n_polled++) % SLCAN_POLLED] =
            (struct slcan_polled){*rx->frame, rx->at_ps};
    else if (!s->polling && cs_slcan_room(s))
        put_frame(s, rx->frame, rx->at_ps);
    else
        lose(s);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct slcan *s = ctx;

    (void)done;
    s->queued--;
    s->stuck = false;
    cs_timer_stop(s->device->host.sim, &s->patience);
    cs_slcan_go_on(s);
}

/* ---- states -----------------------------------------------------------------------------------*/

static char state_letter(const struct cs_event *event)
{
    const unsigned most = event->tec > event->rec ? event->tec : event->rec;

    if (event->state == CS_STATE_BUS_OFF || event->tec >= BUS_OFF_LIMIT)
        return 'b';
    if (most >= PASSIVE_LIMIT)
        return 'p';
    return most >= WARNING_LIMIT ? 'w' : 'a';
}

static void follow_state(struct slcan *s, const struct cs_event *event)
{
    const char state = state_letter(event);
    char text[16];

    if (state == s->state)
        return;
    s->state = state;
    if (state != 'a')
        s->flags |= state == 'w' ? SLCAN_WARNING : SLCAN_WARNING | SLCAN_PASSIVE;
    if (!tells_unasked(s))
        return;
    snprintf(text, sizeof(text), "s%c%03u%03u\r", state, event->rec % 1000u, event->tec % 1000u);
    cs_slcan_put(s, text, strlen(text));
}

/* ---- errors -----------------------------------------------------------------------------------*/

void cs_slcan_tell_errors(struct slcan *s)
{
    static const char letters[SLCAN_E_COUNT + 1] = "abBcfsoO";
    char text[SLCAN_E_COUNT + 4] = "e";
    const int64_t now_ps = cs_port_now_ps(s->port);
    size_t n = 2;

    if (s->errors == 0 || s->errors_due.heap_pos != 0 || !cs_slcan_room(s))
        return;
    for (unsigned i = 0; i < SLCAN_E_COUNT; i++)
        if (s->errors >> i & 1)
            text[n++] = letters[i];
    /* Linux before 6.15 takes no line of less than five characters. */
    for (; n < 5; n++)
        text[n] = text[n - 1];
    text[1] = (char)('0' + n - 2);
    text[n++] = SLCAN_CR;
    s->errors = 0;
    s->errors_told_ps = now_ps;
    cs_slcan_put(s, text, n);
}

/* Now, or with those that come until it is time. */
void cs_slcan_error(struct slcan *s, enum slcan_error error)
{
    struct cs_sim *sim = s->device->host.sim;

    if (!tells_unasked(s))
        return;
    s->errors |= (uint16_t)(1u << error);
    if (s->errors_told_ps >= 0 && s->errors_due.heap_pos == 0 &&
        s->errors_told_ps + ERRORS_EVERY_PS > cs_sim_now_ps(sim))
        cs_timer_start(sim, &s->errors_due, s->errors_told_ps + ERRORS_EVERY_PS);
    cs_slcan_tell_errors(s);
}

static void on_error(struct slcan *s, const struct cs_event *event)
{
    static const uint8_t errors[CS_ERROR_COUNT] = {
        [CS_ERROR_NONE] = SLCAN_E_COUNT, [CS_ERROR_STUFF] = SLCAN_E_STUFF,
        [CS_ERROR_CRC] = SLCAN_E_CRC,    [CS_ERROR_FORM] = SLCAN_E_FORM,
        [CS_ERROR_ACK] = SLCAN_E_ACK,    [CS_ERROR_OTHER] = SLCAN_E_COUNT,
    };

    s->flags |= SLCAN_BUS_ERROR;
    if (event->error == CS_ERROR_BIT)
        cs_slcan_error(s, event->level ? SLCAN_E_BIT0 : SLCAN_E_BIT1);
    else if (errors[event->error] != SLCAN_E_COUNT)
        cs_slcan_error(s, (enum slcan_error)errors[event->error]);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct slcan *s = ctx;

    switch (event->kind) {
    case CS_EV_ARB_LOST:
        s->flags |= SLCAN_ARB_LOST;
        break;
    case CS_EV_ERROR:
        on_error(s, event);
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
