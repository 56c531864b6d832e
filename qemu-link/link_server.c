/* SPDX-License-Identifier: MIT */
/* link_server.c - connections come, output goes out once a turn of the loop, and the end.
 * Nothing here runs on a timer of its own: an idle host sleeps. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 16
#define ACCEPT_AGAIN_S   1.0
#define FAREWELL_MS      200

/* ---- output, batched ------------------------------------------------------------------------- */

void cs_link_feed_flush(struct cs_link_server *server)
{
    ev_feed_event(server->host.loop, &server->flush, EV_CUSTOM);
}

void cs_link_want_flush(struct cs_link_conn *conn)
{
    conn->dirty = true;
    cs_link_feed_flush(conn->server);
}

static void publish_lost(struct cs_link_conn *conn, uint64_t count, const char *text)
{
    const struct cs_event event = {
        .kind = CS_EV_LOST,
        .bus = (uint16_t)cs_bus_index(conn->bus),
        .node = (int16_t)conn->node,
        .n_bits = count < UINT16_MAX ? (uint16_t)count : UINT16_MAX,
        .text = text,
    };

    cs_sim_publish(conn->server->host.sim, &event);
}

void cs_link_tell_losses(struct cs_link_conn *conn)
{
    const uint64_t count = conn->lost_count;
    const bool begins = conn->tell_losing && !conn->tell_lost;
    const bool ends = conn->tell_lost;

    conn->tell_losing = conn->tell_lost = false;
    conn->lost_count = 0;
    if (!conn->attached)
        return;
    if (begins)
        publish_lost(conn, 0, "the client reads too slowly");
    if (ends)
        publish_lost(conn, count, "messages for the client were dropped");
}

static struct cs_link_conn *find_losses(const struct cs_link_server *server)
{
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->tell_losing || conn->tell_lost)
            return conn;
    return NULL;
}

static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct cs_link_server *server = watcher->data;
    struct cs_link_conn *conn;

    (void)loop;
    (void)events;
    cs_link_edges_flush(server);
    for (conn = server->conns; conn; conn = conn->next)
        if (conn->dirty && conn->fd >= 0)
            cs_link_flush(conn);
    if (!find_losses(server))
        return;
    server->host.sync(server->host.ctx);
    while ((conn = find_losses(server)))
        cs_link_tell_losses(conn);
}

/* ---- accepting ------------------------------------------------------------------------------- */

static void set_up_tcp(int fd)
{
    const int one = 1, idle_s = 30, interval_s = 10, count = 3;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

static void add_connection(struct cs_link_server *server, int fd)
{
    const bool full = server->n_open >= CS_LINK_MAX_CONNS;
    struct cs_link_conn *conn = NULL;
    char why[64];

    if (server->n_open < CS_LINK_MAX_CONNS + CS_LINK_MAX_TURNED)
        conn = cs_link_conn_create(server, fd);
    if (!conn) {
        server->stats.refused++;
        close(fd);
        return;
    }
    if (server->listener.address.tcp)
        set_up_tcp(fd);
    if (full) {
        snprintf(why, sizeof(why), "the host has %d connections already", CS_LINK_MAX_CONNS);
        cs_link_turn_away(conn, CS_PROTO_CODE_TOO_MANY, why);
    }
}

static void on_acceptable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_link_server *server = watcher->data;

    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        const int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            add_connection(server, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            ev_io_stop(loop, watcher);
            ev_timer_start(loop, &server->accept_again);
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
    }
}

static void on_accept_again(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct cs_link_server *server = watcher->data;

    (void)events;
    ev_io_start(loop, &server->acceptable);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

int cs_link_server_check_address(const char *address, char *why, size_t why_size)
{
    struct cs_proto_address parsed;

    return cs_proto_address_parse(address, &parsed, why, why_size);
}

/* Two runs do not begin within one nanosecond. */
static uint64_t new_run(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct cs_link_server *cs_link_server_create(const struct cs_link_host *host, const char *address,
                                             int *status, char *why, size_t why_size)
{
    struct cs_link_server *server = calloc(1, sizeof(*server));

    if (!server) {
        *status = 3;
        snprintf(why, why_size, "link: out of memory");
        return NULL;
    }
    server->host = *host;
    server->run = new_run();
    *status = cs_link_monitors_init(server, why, why_size) < 0
                  ? 3
                  : cs_link_listen(&server->listener, address, why, why_size);
    if (*status != 0) {
        cs_link_monitors_fini(server);
        free(server);
        return NULL;
    }
    cs_proto_address_format(&server->listener.address, server->address, sizeof(server->address));
    ev_io_init(&server->acceptable, on_acceptable, server->listener.fd, EV_READ);
    ev_timer_init(&server->accept_again, on_accept_again, ACCEPT_AGAIN_S, 0.0);
    ev_prepare_init(&server->flush, on_flush);
    ev_set_priority(&server->flush, EV_MINPRI);
    server->acceptable.data = server->accept_again.data = server->flush.data = server;
    ev_io_start(host->loop, &server->acceptable);
    return server;
}

/* Send what is left, but do not let a client hold up the end. */
static void farewell(struct cs_link_conn *conn, int *budget_ms)
{
    struct pollfd pfd = {conn->fd, POLLOUT, 0};

    cs_link_flush(conn);
    while (cs_ring_used(&conn->out) > 0 && *budget_ms > 0) {
        *budget_ms -= 10;
        if (poll(&pfd, 1, 10) > 0)
            cs_link_flush(conn);
    }
}

static void end_connection(struct cs_link_conn *conn, int *budget_ms)
{
    const struct cs_link_server *server = conn->server;

    if (conn->state == CS_LINK_JOINED || conn->state == CS_LINK_NEW ||
        conn->state == CS_LINK_WATCHES)
        cs_link_turn_away(conn, server->again ? CS_PROTO_CODE_AGAIN : CS_PROTO_CODE_SHUTDOWN,
                          server->again ? "the host begins anew" : "the host ends");
    if (conn->fd >= 0) {
        farewell(conn, budget_ms);
        cs_link_hang_up(conn);
        return;
    }
    /* Lingers. Where the bus is in the middle of its frame, it leaves after the server. */
    cs_link_detach(conn);
}

/* Looked for from the start each time: when one leaves, others that wait to may go with it. */
static struct cs_link_conn *find_not_ended(const struct cs_link_server *server)
{
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->fd >= 0 || !conn->detaching)
            return conn;
    return NULL;
}

void cs_link_server_destroy(struct cs_link_server *server)
{
    struct cs_link_conn *conn;
    int budget_ms = FAREWELL_MS;

    if (!server)
        return;
    ev_io_stop(server->host.loop, &server->acceptable);
    ev_timer_stop(server->host.loop, &server->accept_again);
    while ((conn = find_not_ended(server)))
        end_connection(conn, &budget_ms);
    for (conn = server->conns; conn; conn = conn->next) {
        cs_timer_stop(server->host.sim, &conn->linger);
        conn->server = NULL;
    }
    ev_clear_pending(server->host.loop, &server->flush);
    cs_link_unlisten(&server->listener);
    cs_link_monitors_fini(server);
    free(server);
}

void cs_link_server_again(struct cs_link_server *server)
{
    server->again = true;
}

const char *cs_link_server_address(const struct cs_link_server *server)
{
    return server->address;
}

void cs_link_server_stats(const struct cs_link_server *server, struct cs_link_server_stats *out)
{
    *out = server->stats;
}
