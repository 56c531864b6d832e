/* SPDX-License-Identifier: MIT */
/* attach_bcm_rx.c - the broadcast manager: reception on change, time-outs, throttling. */
#include "qemu-link/attach_bcm.h"

#include <errno.h>
#include <string.h>

static double seconds(struct bcm_timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void start(struct cs_attach_bcm_op *op, ev_timer *timer, double after_s)
{
    struct ev_loop *loop = op->sock->broker->loop;

    ev_timer_stop(loop, timer);
    if (after_s <= 0)
        return;
    ev_now_update(loop);
    ev_timer_set(timer, after_s, 0.);
    ev_timer_start(loop, timer);
}

static void on_silence(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_bcm_op *op = timer->data;

    (void)loop;
    (void)revents;
    cs_attach_bcm_tell(op, RX_TIMEOUT, NULL, NULL);
    if (op->flags & RX_ANNOUNCE_RESUME) /* the next frame counts as changed */
        memset(op->have, 0, op->room * sizeof(*op->have));
}

static void on_throttle_over(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_bcm_op *op = timer->data;

    (void)loop;
    (void)revents;
    if (!op->held)
        return;
    op->held = false;
    cs_attach_bcm_tell(op, RX_CHANGED, &op->held_head, &op->held_frame);
    start(op, &op->throttle, op->then_s);
}

void cs_attach_bcm_rx_init(struct cs_attach_bcm_op *op)
{
    ev_set_cb(&op->timer, on_silence);
    ev_set_cb(&op->throttle, on_throttle_over);
}

int cs_attach_bcm_rx_setup(struct cs_attach_bcm_op *op, const struct bcm_msg_head *msg)
{
    const unsigned n = msg->flags & RX_FILTER_ID ? 0 : msg->nframes;

    if ((msg->flags & RX_RTR_FRAME) && (n != 1 || !(msg->can_id & CAN_RTR_FLAG)))
        return EINVAL;
    for (unsigned i = 0; i < n; i++)
        cs_attach_bcm_load(msg, i, &op->frames[i]);
    memset(op->have, 0, op->room * sizeof(*op->have));
    op->n_frames = n;
    op->flags = msg->flags;
    if (n == 0)
        op->flags |= RX_FILTER_ID;
    if (msg->flags & SETTIMER) {
        op->first = msg->ival1;
        op->then = msg->ival2;
        op->first_s = seconds(msg->ival1);
        op->then_s = seconds(msg->ival2);
        op->held = false;
        start(op, &op->throttle, 0);
        start(op, &op->timer, 0);
    }
    if (msg->flags & STARTTIMER)
        start(op, &op->timer, op->first_s);
    return 0;
}

static void changed(struct cs_attach_bcm_op *op, const struct shim_head *head,
                    const struct canfd_frame *frame)
{
    if (ev_is_active(&op->throttle)) {
        op->held = true;
        op->held_head = *head;
        op->held_frame = *frame;
        return;
    }
    cs_attach_bcm_tell(op, RX_CHANGED, head, frame);
    start(op, &op->throttle, op->then_s);
}

/* Eight bytes of data. */
static uint64_t data(const struct canfd_frame *frame, unsigned from)
{
    uint64_t value;

    memcpy(&value, frame->data + from, sizeof(value));
    return value;
}

static bool differs(const struct canfd_frame *a, const struct canfd_frame *b,
                    const struct canfd_frame *mask)
{
    for (unsigned from = 0; from < a->len; from += 8) {
        if (((data(a, from) ^ data(b, from)) & data(mask, from)) != 0)
            return true;
    }
    return false;
}

/* Content `i` against its mask; the first frame is always news. */
static void compare(struct cs_attach_bcm_op *op, unsigned i, const struct shim_head *head,
                    const struct canfd_frame *frame)
{
    const bool news = !op->have[i] || differs(frame, &op->last[i], &op->frames[i]) ||
                      ((op->flags & RX_CHECK_DLC) && frame->len != op->last[i].len);

    if (!news)
        return;
    op->have[i] = true;
    op->last[i] = *frame;
    changed(op, head, frame);
}

/* frames[0] masks the bits that tell which content it is; frames[1..] hold such bits and masks. */
static unsigned multiplex(const struct cs_attach_bcm_op *op, const struct canfd_frame *frame)
{
    const uint64_t which = data(&op->frames[0], 0);

    for (unsigned i = 1; i < op->n_frames; i++) {
        if ((data(frame, 0) & which) == (which & data(&op->frames[i], 0)))
            return i;
    }
    return 0;
}

/* RX_RTR_FRAME: frames[0] answers remote frames. */
static void answer(struct cs_attach_bcm_op *op, const struct shim_head *head)
{
    struct cs_frame frame;

    if (cs_attach_from_can(&op->frames[0], cs_attach_bcm_frame_bytes(op->flags), &frame) == 0)
        cs_attach_port_send(op->sock->program->port[head->ifindex - SHIM_IFINDEX_BASE], &frame,
                            op->sock->token, true);
}

void cs_attach_bcm_rx_frame(struct cs_attach_bcm_op *op, const struct shim_head *head,
                            const struct canfd_frame *frame)
{
    unsigned i;

    if (op->flags & RX_RTR_FRAME) {
        answer(op, head);
        return;
    }
    if (!(op->flags & RX_NO_AUTOTIMER))
        start(op, &op->timer, op->first_s);
    if (op->flags & RX_FILTER_ID) {
        changed(op, head, frame);
    } else if (op->n_frames == 1) {
        compare(op, 0, head, frame);
    } else {
        i = multiplex(op, frame);
        if (i != 0)
            compare(op, i, head, frame);
    }
}
