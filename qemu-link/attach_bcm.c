/* SPDX-License-Identifier: MIT */
/* attach_bcm.c - the broadcast manager: requests, cyclic transmission. */
#include "qemu-link/attach_bcm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES  sizeof(struct bcm_msg_head)
#define SHORTEST_S  0.0001 /* a cycle: nothing on a classic bus is shorter */
#define LONGEST_SEC (400L * 24 * 60 * 60)

void cs_attach_bcm_load(const struct bcm_msg_head *msg, unsigned i, struct canfd_frame *frame)
{
    const size_t size = cs_attach_bcm_frame_bytes(msg->flags);

    memset(frame, 0, sizeof(*frame));
    memcpy(frame, (const char *)msg + HEAD_BYTES + i * size, size);
}

/* Are the first `n` frames of a message as long as they may be? */
static bool lengths_ok(const struct bcm_msg_head *msg, unsigned n)
{
    const unsigned longest = msg->flags & CAN_FD_FRAME ? CANFD_MAX_DLEN : CAN_MAX_DLEN;
    struct canfd_frame frame;

    for (unsigned i = 0; i < n; i++) {
        cs_attach_bcm_load(msg, i, &frame);
        if (frame.len > longest)
            return false;
    }
    return true;
}

static double seconds(struct bcm_timeval time)
{
    double s = (double)time.tv_sec + (double)time.tv_usec / 1e6;

    return s > 0 && s < SHORTEST_S ? SHORTEST_S : s;
}

static bool time_ok(struct bcm_timeval time)
{
    return time.tv_sec >= 0 && time.tv_sec <= LONGEST_SEC && time.tv_usec >= 0 &&
           time.tv_usec < 1000000;
}

void cs_attach_bcm_tell(struct cs_attach_bcm_op *op, uint32_t opcode, const struct shim_head *head,
                        const struct canfd_frame *frame)
{
    const size_t frame_bytes = cs_attach_bcm_frame_bytes(op->flags);
    const size_t size = HEAD_BYTES + (frame != NULL ? frame_bytes : 0);
    struct shim_head out = {.kind = SHIM_BCM, .ifindex = op->ifindex};
    union {
        struct bcm_msg_head head;
        char room[HEAD_BYTES + sizeof(*frame)];
    } body = {.head = {.opcode = opcode,
                       .flags = op->flags,
                       .count = op->count,
                       .ival1 = op->first,
                       .ival2 = op->then,
                       .can_id = op->can_id,
                       .nframes = frame != NULL ? 1 : 0}};

    if (head != NULL) {
        out = *head;
        out.kind = SHIM_BCM;
    }
    if (frame != NULL)
        memcpy(body.room + HEAD_BYTES, frame, frame_bytes);
    cs_attach_sock_put(op->sock, &out, &body, size);
}

/* ---- transmission --------------------------------------------------------------------------- */

/* As in the kernel a frame that finds its bus busy is left out: the next one follows soon. */
static void transmit_frame(struct cs_attach_sock *sock, int ifindex, const struct canfd_frame *in,
                           uint32_t flags)
{
    const int bus = cs_attach_bus_of(sock->broker, ifindex);
    struct cs_frame frame;

    if (bus < 0 || cs_attach_from_can(in, cs_attach_bcm_frame_bytes(flags), &frame) != 0)
        return;
    if (!(sock->uses & (1u << bus)) && cs_attach_port_enter(sock, (unsigned)bus) != 0)
        return;
    cs_attach_port_send(sock->program->port[bus], &frame, sock->token, true);
}

static void transmit(struct cs_attach_bcm_op *op)
{
    transmit_frame(op->sock, op->ifindex, &op->frames[op->at], op->flags);
    op->at = op->at + 1 < op->n_frames ? op->at + 1 : 0;
}

/* Cycles follow one another from the first on, so that they do not drift; those missed are left
 * out. */
static void set_timer(struct cs_attach_bcm_op *op)
{
    struct ev_loop *loop = op->sock->broker->loop;
    const double now = ev_now(loop);
    const double cycle = op->first_s > 0 && op->count > 0 ? op->first_s : op->then_s;

    ev_timer_stop(loop, &op->timer);
    if (cycle <= 0)
        return;
    op->due_s += cycle;
    if (op->due_s < now)
        op->due_s = now;
    ev_timer_set(&op->timer, op->due_s - now, 0.);
    ev_timer_start(loop, &op->timer);
}

static void on_cycle(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_bcm_op *op = timer->data;

    (void)loop;
    (void)revents;
    if (op->first_s > 0 && op->count > 0) {
        if (--op->count == 0 && (op->flags & TX_COUNTEVT))
            cs_attach_bcm_tell(op, TX_EXPIRED, NULL, NULL);
    } else if (op->then_s <= 0) {
        return;
    }
    transmit(op);
    set_timer(op);
}

static int tx_setup(struct cs_attach_bcm_op *op, const struct bcm_msg_head *msg)
{
    struct ev_loop *loop = op->sock->broker->loop;

    if (!lengths_ok(msg, msg->nframes))
        return EINVAL;
    for (unsigned i = 0; i < msg->nframes; i++) {
        cs_attach_bcm_load(msg, i, &op->frames[i]);
        if (msg->flags & TX_CP_CAN_ID)
            op->frames[i].can_id = msg->can_id;
    }
    if (op->n_frames != msg->nframes || (msg->flags & TX_RESET_MULTI_IDX))
        op->at = 0;
    op->n_frames = msg->nframes;
    op->flags = msg->flags;
    if (msg->flags & SETTIMER) {
        op->count = msg->count;
        op->first = msg->ival1;
        op->then = msg->ival2;
        op->first_s = seconds(msg->ival1);
        op->then_s = seconds(msg->ival2);
        if (op->first_s <= 0 && op->then_s <= 0)
            ev_timer_stop(loop, &op->timer);
    }
    if (msg->flags & (STARTTIMER | TX_ANNOUNCE)) {
        transmit(op);
        op->count -= op->count > 0;
    }
    if (msg->flags & STARTTIMER) {
        ev_now_update(loop);
        op->due_s = ev_now(loop);
        set_timer(op);
    }
    return 0;
}

/* ---- operations ----------------------------------------------------------------------------- */

/* Classic and CAN FD operations of one identifier are two. */
static struct cs_attach_bcm_op *find(const struct cs_attach_bcm *bcm, bool rx,
                                     const struct bcm_msg_head *msg, int ifindex)
{
    struct cs_attach_bcm_op *op = bcm->ops;

    while (op != NULL && (op->rx != rx || op->can_id != msg->can_id || op->ifindex != ifindex ||
                          ((op->flags ^ msg->flags) & CAN_FD_FRAME)))
        op = op->next;
    return op;
}

static void release(struct cs_attach_bcm_op *op)
{
    ev_timer_stop(op->sock->broker->loop, &op->timer);
    ev_timer_stop(op->sock->broker->loop, &op->throttle);
    free(op->frames);
    free(op->last);
    free(op->have);
    free(op);
}

static void delete (struct cs_attach_bcm *bcm, struct cs_attach_bcm_op *op)
{
    struct cs_attach_bcm_op **at = &bcm->ops;

    while (*at != op)
        at = &(*at)->next;
    *at = op->next;
    bcm->n_ops--;
    release(op);
}

static struct cs_attach_bcm_op *create(struct cs_attach_sock *sock, bool rx, int ifindex,
                                       const struct bcm_msg_head *msg)
{
    const unsigned room = msg->nframes > 0 ? msg->nframes : 1;
    struct cs_attach_bcm_op *op;

    if (sock->bcm->n_ops == CS_ATTACH_BCM_OPS_MAX)
        return NULL;
    op = calloc(1, sizeof(*op));
    if (op == NULL)
        return NULL;
    op->sock = sock;
    op->rx = rx;
    op->can_id = msg->can_id;
    op->ifindex = ifindex;
    op->room = room;
    op->frames = calloc(room, sizeof(*op->frames));
    op->last = calloc(room, sizeof(*op->last));
    op->have = calloc(room, sizeof(*op->have));
    ev_timer_init(&op->timer, on_cycle, 0., 0.);
    ev_timer_init(&op->throttle, on_cycle, 0., 0.);
    op->timer.data = op;
    op->throttle.data = op;
    if (rx)
        cs_attach_bcm_rx_init(op);
    if (op->frames == NULL || op->last == NULL || op->have == NULL) {
        release(op);
        return NULL;
    }
    op->next = sock->bcm->ops;
    sock->bcm->ops = op;
    sock->bcm->n_ops++;
    return op;
}

/* TX_SETUP and RX_SETUP: change an operation or begin a new one. */
static int setup(struct cs_attach_sock *sock, bool rx, int ifindex, const struct bcm_msg_head *msg)
{
    struct cs_attach_bcm_op *op = find(sock->bcm, rx, msg, ifindex);
    const bool known = op != NULL;
    int error;

    if (msg->nframes > SHIM_BCM_FRAMES || (!rx && msg->nframes == 0) ||
        ((msg->flags & SETTIMER) && (!time_ok(msg->ival1) || !time_ok(msg->ival2))))
        return EINVAL;
    if (known && msg->nframes > op->room)
        return E2BIG;
    if (!known)
        op = create(sock, rx, ifindex, msg);
    if (op == NULL)
        return ENOMEM;
    error = rx ? cs_attach_bcm_rx_setup(op, msg) : tx_setup(op, msg);
    if (error != 0 && !known)
        delete (sock->bcm, op);
    return error;
}

/* TX_READ and RX_READ: the operation with its frames. */
static int status(const struct cs_attach_bcm_op *op)
{
    const struct shim_head head = {.kind = SHIM_BCM, .ifindex = op->ifindex};
    const size_t frame_bytes = cs_attach_bcm_frame_bytes(op->flags);
    const size_t size = HEAD_BYTES + op->n_frames * frame_bytes;
    struct bcm_msg_head *body = calloc(1, size);

    if (body == NULL)
        return ENOMEM;
    *body = (struct bcm_msg_head){.opcode = op->rx ? RX_STATUS : TX_STATUS,
                                  .flags = op->flags,
                                  .count = op->count,
                                  .ival1 = op->first,
                                  .ival2 = op->then,
                                  .can_id = op->can_id,
                                  .nframes = op->n_frames};
    for (unsigned i = 0; i < op->n_frames; i++)
        memcpy((char *)body + HEAD_BYTES + i * frame_bytes, &op->frames[i], frame_bytes);
    cs_attach_sock_put_long(op->sock, &head, body, size);
    free(body);
    return 0;
}

static int act(struct cs_attach_sock *sock, int ifindex, const struct bcm_msg_head *msg)
{
    const bool rx = msg->opcode == RX_SETUP || msg->opcode == RX_DELETE || msg->opcode == RX_READ;
    struct cs_attach_bcm_op *op = find(sock->bcm, rx, msg, ifindex);
    struct canfd_frame frame;

    switch (msg->opcode) {
    case TX_SETUP:
    case RX_SETUP:
        return setup(sock, rx, ifindex, msg);
    case TX_DELETE:
    case RX_DELETE:
        if (op != NULL)
            delete (sock->bcm, op);
        return op != NULL ? 0 : EINVAL;
    case TX_READ:
    case RX_READ:
        return op != NULL ? status(op) : EINVAL;
    case TX_SEND:
        if (msg->nframes != 1 || !lengths_ok(msg, 1))
            return EINVAL;
        cs_attach_bcm_load(msg, 0, &frame);
        transmit_frame(sock, ifindex, &frame, msg->flags);
        return ifindex != 0 ? 0 : ENODEV;
    default:
        return EINVAL;
    }
}

int cs_attach_bcm_request(struct cs_attach_sock *sock, int ifindex, const void *body, size_t len)
{
    union {
        struct bcm_msg_head msg;
        char room[SHIM_BODY_MAX];
    } in;
    size_t frames, frame_bytes;

    if (sock->protocol != CAN_BCM || len < HEAD_BYTES || len > sizeof(in))
        return EINVAL;
    memcpy(&in, body, len);
    frame_bytes = cs_attach_bcm_frame_bytes(in.msg.flags);
    frames = (len - HEAD_BYTES) / frame_bytes;
    if ((len - HEAD_BYTES) % frame_bytes != 0)
        return EINVAL;
    if ((in.msg.opcode == TX_SETUP || in.msg.opcode == TX_SEND ||
         (in.msg.opcode == RX_SETUP && !(in.msg.flags & RX_FILTER_ID))) &&
        in.msg.nframes > frames)
        return EFAULT;
    if (sock->bcm == NULL)
        sock->bcm = calloc(1, sizeof(*sock->bcm));
    return sock->bcm != NULL ? act(sock, ifindex, &in.msg) : ENOMEM;
}

void cs_attach_bcm_frame(struct cs_attach_sock *sock, const struct shim_head *head,
                         const struct canfd_frame *frame, size_t size)
{
    if (sock->bcm == NULL || (frame->can_id & CAN_ERR_FLAG))
        return;
    for (struct cs_attach_bcm_op *op = sock->bcm->ops; op != NULL; op = op->next) {
        if (op->rx && op->can_id == frame->can_id && cs_attach_bcm_frame_bytes(op->flags) == size &&
            (op->ifindex == 0 || op->ifindex == head->ifindex))
            cs_attach_bcm_rx_frame(op, head, frame);
    }
}

void cs_attach_bcm_destroy(struct cs_attach_sock *sock)
{
    while (sock->bcm != NULL && sock->bcm->ops != NULL)
        delete (sock->bcm, sock->bcm->ops);
    free(sock->bcm);
    sock->bcm = NULL;
}
