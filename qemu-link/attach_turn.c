/* SPDX-License-Identifier: MIT */
/* attach_turn.c - frames that a program wrote to several sockets leave in the order of writing.
 * One message of each of its sockets is read ahead, and the one that was written first is taken.
 * Invariant: a message is taken only after every other socket was looked at since it was read; what
 * was written before it would have been found by then. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <sys/socket.h>

/* Of one program before the loop has a look at everything else. */
#define ROUNDS    8
#define ROUND_MAX 32 /* messages */

static void read_ahead(struct cs_attach_sock *sock)
{
    struct cs_attach_ahead *ahead = &sock->ahead;
    ssize_t n;

    if (ahead->n > 0 || ahead->over || sock->waits_for != NULL)
        return;
    n = recv(sock->fd, &ahead->message, sizeof(ahead->message), MSG_DONTWAIT);
    if (n > 0)
        ahead->n = (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        ahead->over = true;
}

/* Returns the latest time of writing among what is at hand, INT64_MIN where nothing is. */
static int64_t read_all_ahead(struct cs_attach_program *program)
{
    int64_t latest_ns = INT64_MIN;

    for (struct cs_attach_sock *sock = program->socks; sock != NULL; sock = sock->next) {
        read_ahead(sock);
        if (sock->ahead.n > 0 && sock->ahead.message.head.stamp_ns > latest_ns)
            latest_ns = sock->ahead.message.head.stamp_ns;
    }
    return latest_ns;
}

static struct cs_attach_sock *first_written(struct cs_attach_program *program)
{
    struct cs_attach_sock *first = NULL;

    for (struct cs_attach_sock *sock = program->socks; sock != NULL; sock = sock->next) {
        if (sock->ahead.n > 0 && (first == NULL || sock->ahead.message.head.stamp_ns <
                                                       first->ahead.message.head.stamp_ns))
            first = sock;
    }
    return first;
}

/* Returns whether more may be at hand. */
static bool take_round(struct cs_attach_program *program)
{
    int64_t limit_ns = read_all_ahead(program);

    if (first_written(program) == NULL)
        return false;
    read_all_ahead(program);
    for (int i = 0; i < ROUND_MAX; i++) {
        struct cs_attach_sock *sock = first_written(program);
        if (sock == NULL || sock->ahead.message.head.stamp_ns > limit_ns)
            break;
        size_t n = sock->ahead.n;

        sock->ahead.n = 0;
        sock->ahead.over |= !cs_attach_sock_take(sock, &sock->ahead.message, n);
        read_ahead(sock);
    }
    return true;
}

static struct cs_attach_sock *find_over(struct cs_attach_broker *broker)
{
    for (struct cs_attach_program *p = broker->programs; p != NULL; p = p->next) {
        for (struct cs_attach_sock *sock = p->socks; sock != NULL; sock = sock->next) {
            if (sock->ahead.over && sock->ahead.n == 0)
                return sock;
        }
    }
    return NULL;
}

static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int revents)
{
    struct cs_attach_broker *broker = prepare->data;
    struct cs_attach_sock *over;
    bool again = false;

    (void)revents;
    if (!broker->readable)
        return;
    for (struct cs_attach_program *p = broker->programs; p != NULL; p = p->next) {
        int rounds = 0;

        while (p->readable && rounds < ROUNDS && take_round(p))
            rounds++;
        p->readable = rounds == ROUNDS;
        again |= p->readable;
    }
    broker->readable = again;
    if (again)
        ev_timer_start(loop, &broker->next_turn); /* what is at hand wakes nobody */
    while ((over = find_over(broker)) != NULL)
        cs_attach_sock_destroy(over);
}

static void on_next_turn(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop; /* the loop came round without waiting: that is all */
    (void)timer;
    (void)revents;
}

void cs_attach_turn_init(struct cs_attach_broker *broker)
{
    ev_timer_init(&broker->next_turn, on_next_turn, 0., 0.);
    ev_prepare_init(&broker->turn, on_prepare);
    broker->turn.data = broker;
    ev_prepare_start(broker->loop, &broker->turn);
}

void cs_attach_turn_add(struct cs_attach_sock *sock)
{
    sock->program->readable = true;
    sock->broker->readable = true;
}
