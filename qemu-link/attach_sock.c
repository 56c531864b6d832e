/* SPDX-License-Identifier: MIT */
/* attach_sock.c - one CAN socket of a program.
 * While a frame of it waits for the controller nothing more is read from it: the program's own send
 * buffer fills, and the program blocks or gets EAGAIN. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/can/raw.h>

#define OUT_FIRST 32 /* messages the queue first has room for */

static void watch(struct cs_attach_sock *sock)
{
    const int events =
        (sock->waits_for == NULL ? EV_READ : 0) | (sock->out_used > 0 ? EV_WRITE : 0);

    if (events == (sock->io.events & (EV_READ | EV_WRITE)) &&
        ev_is_active(&sock->io) == (events != 0))
        return;
    ev_io_stop(sock->broker->loop, &sock->io);
    ev_io_set(&sock->io, sock->fd, events);
    if (events != 0)
        ev_io_start(sock->broker->loop, &sock->io);
}

/* ---- to the program ------------------------------------------------------------------------- */

/* Returns false where the socket is full. */
static bool put(struct cs_attach_sock *sock, const struct shim_head *head, const void *body)
{
    struct iovec iov[2] = {{(void *)(uintptr_t)head, sizeof(*head)},
                           {(void *)(uintptr_t)body, head->len}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    ssize_t n;

    do
        n = sendmsg(sock->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
        return false;
    if (n < 0)
        sock->hung_up = true; /* what the program sent before is still to be read */
    return true;
}

static void flush(struct cs_attach_sock *sock)
{
    while (sock->out_used > 0) {
        const struct cs_attach_message *message = &sock->out[sock->out_head];

        if (!sock->hung_up && !put(sock, &message->head, message->body))
            break;
        sock->out_head = (sock->out_head + 1) & (sock->out_size - 1);
        sock->out_used--;
    }
}

/* Make the queue longer. Returns false at its bound. */
static bool grow(struct cs_attach_sock *sock)
{
    const unsigned size = sock->out_size == 0 ? OUT_FIRST : sock->out_size * 2;
    struct cs_attach_message *out;

    if (size > CS_ATTACH_OUT_MAX)
        return false;
    out = malloc(size * sizeof(*out));
    if (out == NULL)
        return false;
    for (unsigned i = 0; i < sock->out_used; i++)
        out[i] = sock->out[(sock->out_head + i) & (sock->out_size - 1)];
    free(sock->out);
    sock->out = out;
    sock->out_size = size;
    sock->out_head = 0;
    return true;
}

static void drop(struct cs_attach_sock *sock)
{
    if (sock->drops++ == 0)
        cs_attach_say(sock->broker, "%s reads too slowly: frames are dropped", sock->program->name);
}

void cs_attach_sock_put(struct cs_attach_sock *sock, const struct shim_head *head, const void *body,
                        size_t size)
{
    struct cs_attach_message *message;
    struct shim_head full = *head;

    full.len = (uint32_t)size;
    full.drops = sock->drops;
    if (sock->hung_up || (sock->out_used == 0 && put(sock, &full, body)))
        return;
    if (sock->out_used == sock->out_size && !grow(sock)) {
        drop(sock);
        return;
    }
    message = &sock->out[(sock->out_head + sock->out_used++) & (sock->out_size - 1)];
    message->head = full;
    memcpy(message->body, body, size);
    watch(sock);
}

void cs_attach_sock_put_long(struct cs_attach_sock *sock, const struct shim_head *head,
                             const void *body, size_t size)
{
    struct shim_head full = *head;

    full.len = (uint32_t)size;
    full.drops = sock->drops;
    if (!sock->hung_up && (sock->out_used > 0 || !put(sock, &full, body)))
        drop(sock);
}

void cs_attach_sock_down(struct cs_attach_sock *sock)
{
    const struct shim_head head = {.kind = SHIM_ERROR, .error = ENETDOWN, .ifindex = sock->ifindex};

    if (sock->down_told || sock->protocol != CAN_RAW)
        return;
    sock->down_told = true;
    cs_attach_sock_put(sock, &head, "", 0);
}

void cs_attach_sock_up(struct cs_attach_sock *sock)
{
    sock->down_told = false;
}

/* ---- from the program ----------------------------------------------------------------------- */

void cs_attach_sock_send(struct cs_attach_sock *sock, unsigned bus, const struct cs_frame *frame,
                         bool loopback)
{
    struct cs_attach_port *port;

    if (!(sock->uses & (1u << bus)) && cs_attach_port_enter(sock, bus) != 0)
        return;
    port = sock->program->port[bus];
    if (cs_attach_port_send(port, frame, sock->token, loopback) != -EAGAIN)
        return;
    sock->held = *frame;
    sock->held_loopback = loopback;
    cs_attach_port_wait(port, sock);
    watch(sock);
}

bool cs_attach_sock_resume(struct cs_attach_sock *sock)
{
    if (cs_attach_port_send(sock->waits_for, &sock->held, sock->token, sock->held_loopback) ==
        -EAGAIN)
        return false;
    cs_attach_sock_give_up(sock);
    return true;
}

void cs_attach_sock_give_up(struct cs_attach_sock *sock)
{
    cs_attach_port_unwait(sock);
    watch(sock);
}

bool cs_attach_sock_take(struct cs_attach_sock *sock, const struct cs_attach_message *message,
                         size_t n)
{
    const struct shim_head *head = &message->head;
    struct cs_frame frame;
    int bus;

    if (sock->protocol != CAN_RAW || n < sizeof(*head) || head->kind != SHIM_FRAME ||
        n != sizeof(*head) + head->len || (head->len != CAN_MTU && head->len != CANFD_MTU))
        return false;
    bus = cs_attach_bus_of(sock->broker, head->ifindex);
    if (bus < 0 || cs_attach_from_can(&message->frame, head->len, &frame) != 0)
        return false;
    cs_attach_sock_send(sock, (unsigned)bus, &frame, head->flags & SHIM_LOOPBACK);
    return true;
}

static void on_io(struct ev_loop *loop, ev_io *io, int revents)
{
    struct cs_attach_sock *sock = io->data;

    (void)loop;
    if (revents & EV_WRITE)
        flush(sock);
    if (revents & EV_READ)
        cs_attach_turn_add(sock);
    watch(sock);
}

/* ---- life ----------------------------------------------------------------------------------- */

static uint64_t new_token(struct cs_attach_broker *broker)
{
    uint64_t token = 0;

    while (token == 0 || cs_attach_sock_find(broker, token) != NULL) {
        if (getrandom(&token, sizeof(token), GRND_NONBLOCK) != (ssize_t)sizeof(token))
            token = ++broker->last_token;
    }
    return token;
}

struct cs_attach_sock *cs_attach_sock_create(struct cs_attach_broker *broker, int fd, pid_t pid,
                                             int protocol)
{
    struct cs_attach_sock *sock;

    if (broker->n_socks == CS_ATTACH_SOCKETS_MAX || (protocol != CAN_RAW && protocol != CAN_BCM))
        return NULL;
    sock = calloc(1, sizeof(*sock));
    if (sock == NULL)
        return NULL;
    sock->broker = broker;
    sock->fd = fd;
    sock->protocol = protocol;
    sock->token = new_token(broker);
    sock->loopback = true;
    sock->filters = &sock->one; /* id 0, mask 0: everything */
    sock->n_filters = 1;
    if (!cs_attach_program_enter(sock, pid)) {
        free(sock);
        return NULL;
    }
    broker->n_socks++;
    ev_io_init(&sock->io, on_io, fd, EV_READ);
    sock->io.data = sock;
    ev_io_start(broker->loop, &sock->io);
    return sock;
}

static void release_buses(struct cs_attach_sock *sock, uint32_t buses)
{
    for (unsigned i = 0; i < SHIM_MAX_BUSES; i++) {
        if (buses & (1u << i))
            cs_attach_port_leave(sock, i);
    }
}

void cs_attach_sock_destroy(struct cs_attach_sock *sock)
{
    struct cs_attach_broker *broker = sock->broker;

    ev_io_stop(broker->loop, &sock->io);
    if (sock->waits_for != NULL)
        cs_attach_port_unwait(sock);
    cs_attach_bcm_destroy(sock);
    release_buses(sock, sock->uses);
    cs_attach_program_leave(sock);
    if (sock->filters != &sock->one)
        free(sock->filters);
    free(sock->out);
    close(sock->fd);
    free(sock);
    broker->n_socks--;
    cs_attach_check_end(broker);
}

struct cs_attach_sock *cs_attach_sock_find(struct cs_attach_broker *broker, uint64_t token)
{
    for (struct cs_attach_program *p = broker->programs; p != NULL; p = p->next) {
        for (struct cs_attach_sock *sock = p->socks; sock != NULL; sock = sock->next) {
            if (sock->token == token)
                return sock;
        }
    }
    return NULL;
}

bool cs_attach_sock_on(const struct cs_attach_sock *sock, unsigned bus)
{
    return sock->bound && (sock->ifindex == 0 || sock->ifindex == SHIM_IFINDEX_BASE + (int)bus);
}

int cs_attach_sock_bind(struct cs_attach_sock *sock, int ifindex)
{
    const int bus = cs_attach_bus_of(sock->broker, ifindex);
    const unsigned n = cs_attach_bus_count(sock->broker);
    const uint32_t before = sock->uses;
    uint32_t wanted = 0;
    bool away = false;

    if (ifindex != 0 && bus < 0)
        return ENODEV;
    for (unsigned i = 0; i < n; i++) {
        int error;

        if (ifindex != 0 && i != (unsigned)bus)
            continue;
        error = sock->uses & (1u << i) ? 0 : cs_attach_port_enter(sock, i);
        if (error != 0 && ifindex != 0)
            return -error;
        wanted |= error == 0 ? 1u << i : 0;
        away = away || error != 0 || sock->program->port[i]->client == NULL;
    }
    release_buses(sock, before & ~wanted);
    sock->bound = true;
    sock->ifindex = ifindex;
    sock->down_told = false;
    if (away)
        cs_attach_sock_down(sock);
    return 0;
}
