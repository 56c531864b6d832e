/* SPDX-License-Identifier: MIT */
/* attach_port.c - the controller of one program on one bus: a connection to the host. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_WITHIN_MS 2000
#define STUCK_AFTER_S \
    1.0 /* without a confirmation: frames of sockets that are closed are given up */
#define PS_PER_NS      1000
#define EVENTS_AT_ONCE 1024 /* of one bus, before others have their turn */

#define ACK_TOLD_EVERY_PS INT64_C(100000000000) /* 100 ms */

static void watch(struct cs_attach_port *port)
{
    const int events = EV_READ | (cs_client_wants_write(port->client) ? EV_WRITE : 0);

    if (ev_is_active(&port->io) && events == (port->io.events & (EV_READ | EV_WRITE)))
        return;
    ev_io_stop(port->broker->loop, &port->io);
    ev_io_set(&port->io, cs_client_fd(port->client), events);
    ev_io_start(port->broker->loop, &port->io);
}

/* ---- to the sockets ------------------------------------------------------------------------- */

static struct shim_head head_at(const struct cs_attach_port *port, int64_t at_ps)
{
    return (struct shim_head){.kind = SHIM_FRAME,
                              .ifindex = SHIM_IFINDEX_BASE + (int)port->bus,
                              .stamp_ns = cs_client_epoch_ns(port->client) + at_ps / PS_PER_NS,
                              .bus_ns = at_ps / PS_PER_NS};
}

/* origin: token of the socket that sent it, 0 for what came over the bus. */
static void deliver(struct cs_attach_port *port, const struct canfd_frame *frame, size_t size,
                    uint64_t origin, int64_t at_ps)
{
    struct shim_head head = head_at(port, at_ps);

    for (struct cs_attach_sock *s = port->program->socks; s != NULL; s = s->next) {
        const bool own = origin != 0 && s->token == origin;

        if (!cs_attach_sock_on(s, port->bus))
            continue;
        head.flags = (uint8_t)((origin != 0 ? SHIM_LOCAL : 0) | (own ? SHIM_OWN : 0));
        if (s->protocol == CAN_BCM)
            cs_attach_bcm_frame(s, &head, frame, size);
        else if ((!own || s->recv_own) && (size == CAN_MTU || s->fd_frames) &&
                 cs_attach_passes(frame->can_id, s->filters, s->n_filters, s->join, s->error_mask))
            cs_attach_sock_put(s, &head, frame, size);
    }
}

static void deliver_error(struct cs_attach_port *port, const struct can_frame *frame, int64_t at_ps)
{
    struct canfd_frame wide = {0};

    memcpy(&wide, frame, sizeof(*frame));
    deliver(port, &wide, CAN_MTU, 0, at_ps);
}

/* ---- sending -------------------------------------------------------------------------------- */

int cs_attach_port_send(struct cs_attach_port *port, const struct cs_frame *frame, uint64_t token,
                        bool loopback)
{
    struct cs_attach_pending *pending;
    int err;

    if (port->client == NULL)
        return -ENETDOWN;
    pending = &port->pending[(port->cookie + 1) % CS_ATTACH_TX_QUEUE];
    if (pending->cookie != 0 || port->level == CS_ATTACH_BUS_OFF ||
        cs_client_credits(port->client) == 0)
        return -EAGAIN;
    err = cs_client_send(port->client, frame, port->cookie + 1);
    if (err == 0) {
        *pending = (struct cs_attach_pending){
            .cookie = ++port->cookie, .token = token, .loopback = loopback, .frame = *frame};
        watch(port);
    }
    return err;
}

void cs_attach_port_wait(struct cs_attach_port *port, struct cs_attach_sock *sock)
{
    sock->waits_for = port;
    sock->next_waiting = NULL;
    if (port->last_waiting != NULL)
        port->last_waiting->next_waiting = sock;
    else
        port->first_waiting = sock;
    port->last_waiting = sock;
    if (!ev_is_active(&port->stuck)) {
        port->confirmed_then = port->confirmed;
        port->events_then = port->events;
        ev_timer_again(port->broker->loop, &port->stuck);
    }
}

void cs_attach_port_unwait(struct cs_attach_sock *sock)
{
    struct cs_attach_port *port = sock->waits_for;
    struct cs_attach_sock *before = NULL;

    for (struct cs_attach_sock *s = port->first_waiting; s != sock; s = s->next_waiting)
        before = s;
    if (before != NULL)
        before->next_waiting = sock->next_waiting;
    else
        port->first_waiting = sock->next_waiting;
    if (port->last_waiting == sock)
        port->last_waiting = before;
    sock->waits_for = NULL;
    if (port->first_waiting == NULL)
        ev_timer_stop(port->broker->loop, &port->stuck);
}

static void resume(struct cs_attach_port *port)
{
    while (port->first_waiting != NULL && cs_attach_sock_resume(port->first_waiting)) {
    }
}

/* The bus is alive and yet nothing was confirmed for a while, as nobody acknowledges: a program
 * that still holds its socket may wait, one that has ended need not keep the broker. On a paused
 * host nothing is alive, and all wait. */
static void on_stuck(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_port *port = timer->data;
    struct cs_attach_sock *next;
    const bool stuck = port->confirmed == port->confirmed_then && port->events != port->events_then;

    (void)loop;
    (void)revents;
    port->confirmed_then = port->confirmed;
    port->events_then = port->events;
    for (struct cs_attach_sock *s = port->first_waiting; s != NULL && stuck; s = next) {
        struct pollfd pfd = {.fd = s->fd};
        const bool last = s->next_waiting == NULL; /* then the port may go with it */

        next = s->next_waiting;
        if (poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR)))
            cs_attach_sock_destroy(s);
        if (last)
            break;
    }
}

/* ---- from the host -------------------------------------------------------------------------- */

static void on_done(struct cs_attach_port *port, const struct cs_client_event *event)
{
    struct cs_attach_pending *pending = &port->pending[event->cookie % CS_ATTACH_TX_QUEUE];
    struct canfd_frame frame;
    size_t size;

    port->confirmed++;
    if (pending->cookie != event->cookie)
        return;
    pending->cookie = 0;
    if (event->result == CS_TX_OK && pending->loopback) {
        size = cs_attach_to_can(&pending->frame, &frame);
        deliver(port, &frame, size, pending->token, event->at_ps);
    }
}

static void on_state(struct cs_attach_port *port, const struct cs_client_event *event)
{
    const enum cs_attach_level from = port->level;
    const enum cs_attach_level to = cs_attach_level(event->state, event->tec, event->rec);
    struct can_frame frame;

    if (from == to)
        return;
    port->level = to;
    cs_attach_level_frame(from, to, event->tec, event->rec, &frame);
    deliver_error(port, &frame, event->at_ps);
    if (to == CS_ATTACH_BUS_OFF)
        ev_timer_again(port->broker->loop, &port->restart);
    else
        ev_timer_stop(port->broker->loop, &port->restart);
}

static void on_restart(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct cs_attach_port *port = timer->data;

    (void)revents;
    if (cs_client_recover(port->client) == 0) { /* else it is tried again */
        ev_timer_stop(loop, timer);
        watch(port);
    }
}

/* A passive transmitter that nobody acknowledges repeats its frame for ever while its counters
 * stand still (ISO 11898-1:2015, 12.1.4.2): thousands of equal error frames a second, of which some
 * will do. */
static bool told_already(struct cs_attach_port *port, const struct cs_client_event *event)
{
    if (event->error != CS_ERROR_ACK || !event->tx || event->tec < 128)
        return false;
    if (port->ack_told_ps != 0 && event->at_ps - port->ack_told_ps < ACK_TOLD_EVERY_PS)
        return true;
    port->ack_told_ps = event->at_ps;
    return false;
}

static void on_event(struct cs_attach_port *port, const struct cs_client_event *event)
{
    const struct cs_attach_pending *pending;
    struct canfd_frame frame;
    struct can_frame error;
    size_t size;

    port->events++;
    switch (event->kind) {
    case CS_CLIENT_RX:
        size = cs_attach_to_can(&event->frame, &frame);
        deliver(port, &frame, size, 0, event->at_ps);
        break;
    case CS_CLIENT_TX_DONE:
        on_done(port, event);
        break;
    case CS_CLIENT_ARB_LOST:
        pending = &port->pending[event->cookie % CS_ATTACH_TX_QUEUE];
        if (pending->cookie == event->cookie && event->cookie != 0) {
            cs_attach_arb_frame(&pending->frame, event, &error);
            deliver_error(port, &error, event->at_ps);
        }
        break;
    case CS_CLIENT_ERROR:
        if (told_already(port, event))
            break;
        cs_attach_error_frame(event, &error);
        deliver_error(port, &error, event->at_ps);
        break;
    case CS_CLIENT_STATE:
        on_state(port, event);
        break;
    case CS_CLIENT_LOST:
        for (struct cs_attach_sock *s = port->program->socks; s != NULL; s = s->next)
            s->drops += cs_attach_sock_on(s, port->bus) ? (uint32_t)event->count : 0;
        break;
    default:
        break;
    }
}

static void leave_host(struct cs_attach_port *port)
{
    ev_io_stop(port->broker->loop, &port->io);
    ev_timer_stop(port->broker->loop, &port->restart);
    ev_timer_stop(port->broker->loop, &port->more);
    if (port->client != NULL)
        cs_client_close(port->client);
    port->client = NULL;
    memset(port->pending, 0, sizeof(port->pending));
}

static void lose(struct cs_attach_port *port, const char *why)
{
    struct cs_attach_broker *broker = port->broker;

    cs_attach_say(broker, "%s: %s", broker->page->bus[port->bus].name, why);
    leave_host(port);
    cs_attach_bus_set_up(broker, port->bus, false);
    for (struct cs_attach_sock *s = port->program->socks; s != NULL; s = s->next) {
        if (cs_attach_sock_on(s, port->bus))
            cs_attach_sock_down(s);
    }
    while (port->first_waiting != NULL)
        cs_attach_sock_give_up(port->first_waiting);
    cs_attach_retry(broker);
}

static void take_events(struct cs_attach_port *port)
{
    struct cs_client_event event;
    int n = 0;

    for (; n < EVENTS_AT_ONCE && cs_client_next(port->client, &event); n++) {
        if (event.kind == CS_CLIENT_CLOSED) {
            lose(port, event.text != NULL ? event.text : "the host is gone");
            return;
        }
        on_event(port, &event);
    }
    /* What is left may have been read from the descriptor already, which then tells nothing. */
    if (n == EVENTS_AT_ONCE)
        ev_timer_start(port->broker->loop, &port->more);
    resume(port);
    watch(port);
}

static void on_io(struct ev_loop *loop, ev_io *io, int revents)
{
    struct cs_attach_port *port = io->data;

    (void)revents;
    ev_timer_stop(loop, &port->more);
    take_events(port);
}

static void on_more(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    take_events(timer->data);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* Returns 0, or -errno of cs_client_connect(). */
static int join(struct cs_attach_port *port)
{
    struct cs_attach_broker *broker = port->broker;
    const struct cs_client_options options = {
        .address = broker->config->address,
        .bus = broker->page->bus[port->bus].name,
        .name = port->program->name,
        .fd = broker->config->fd,
        .bitrate_bps = broker->config->bitrate_bps,
        .want = CS_CLIENT_WANT_RX | CS_CLIENT_WANT_ERRORS,
        .fifo = true,
        .tx_queue_len = CS_ATTACH_TX_QUEUE,
        .timeout_ms = JOIN_WITHIN_MS,
    };
    char why[256];
    int err = cs_client_connect(&port->client, &options, why, sizeof(why));

    if (err != 0) {
        port->client = NULL;
        cs_attach_say(broker, "%s: %s", options.bus, why);
        return err;
    }
    if (options.fd != CS_FD_BUS && cs_client_host_minor(port->client) == 0)
        cs_attach_say(broker, "%s: the host is too old for --fd", options.bus);
    port->level = CS_ATTACH_ACTIVE;
    port->ack_told_ps = 0; /* another host, another time */
    cs_attach_bus_set_up(broker, port->bus, true);
    for (struct cs_attach_sock *s = port->program->socks; s != NULL; s = s->next) {
        if (cs_attach_sock_on(s, port->bus))
            cs_attach_sock_up(s);
    }
    watch(port);
    return 0;
}

bool cs_attach_port_join(struct cs_attach_port *port)
{
    return join(port) == 0;
}

static bool host_away(int err)
{
    return err != -ENODEV && err != -ENOSPC && err != -EINVAL;
}

int cs_attach_port_enter(struct cs_attach_sock *sock, unsigned bus)
{
    struct cs_attach_port *port = sock->program->port[bus];
    int err;

    if (port == NULL) {
        port = calloc(1, sizeof(*port));
        if (port == NULL)
            return -ENOMEM;
        port->broker = sock->broker;
        port->program = sock->program;
        port->bus = bus;
        ev_init(&port->io, on_io);
        ev_timer_init(&port->restart, on_restart, 0., CS_ATTACH_RESTART_S);
        ev_timer_init(&port->stuck, on_stuck, 0., STUCK_AFTER_S);
        port->io.data = port;
        ev_timer_init(&port->more, on_more, 0., 0.);
        port->restart.data = port;
        port->more.data = port;
        port->stuck.data = port;
        err = join(port);
        if (err != 0 && !host_away(err)) {
            free(port);
            return err;
        }
        sock->program->port[bus] = port;
        if (err != 0) {
            cs_attach_bus_set_up(sock->broker, bus, false);
            cs_attach_retry(sock->broker);
        }
    }
    port->users++;
    sock->uses |= 1u << bus;
    return 0;
}

void cs_attach_port_leave(struct cs_attach_sock *sock, unsigned bus)
{
    struct cs_attach_port *port = sock->program->port[bus];

    if (sock->waits_for == port)
        cs_attach_sock_give_up(sock);
    sock->uses &= ~(1u << bus);
    if (--port->users > 0)
        return;
    leave_host(port);
    ev_timer_stop(port->broker->loop, &port->stuck);
    sock->program->port[bus] = NULL;
    free(port);
}
