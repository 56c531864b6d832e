/* SPDX-License-Identifier: MIT */
/* link_conn.c - the bytes of one connection. Output is bounded and never waits for the client;
 * input is done completely before an end of file counts. */
#include "qemu-link/link_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_PER_TURN 8 /* so that one client does not keep the others waiting */

/* ---- output ---------------------------------------------------------------------------------- */

static void drop(struct cs_link_conn *conn)
{
    if (!conn->losing) {
        conn->losing = true;
        conn->losing_count = 0;
        conn->tell_losing = true;
        cs_link_want_flush(conn);
    }
    conn->losing_count++;
    if (conn->state != CS_LINK_WATCHES) /* which has a count of its own, and harms nobody */
        conn->server->stats.lost++;
}

void cs_link_put_bytes(struct cs_link_conn *conn, const uint8_t *bytes, size_t len)
{
    if (conn->fd < 0 || conn->out_dead)
        return;
    if (conn->losing || cs_ring_used(&conn->out) + len > conn->out_max) {
        drop(conn);
        return;
    }
    cs_ring_put(&conn->out, bytes, len);
    if (!conn->dirty)
        cs_link_want_flush(conn);
}

void cs_link_put(struct cs_link_conn *conn, const struct cs_proto_msg *msg, bool must)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len;
    bool fits;

    if (conn->fd < 0 || conn->out_dead)
        return;
    if (!must && conn->losing) {
        drop(conn);
        return;
    }
    len = cs_proto_encode(msg, bytes);
    if (!must && cs_ring_used(&conn->out) + len > conn->out_max) {
        drop(conn);
        return;
    }
    fits = cs_ring_put(&conn->out, bytes, len);
    assert(fits);
    (void)fits;
    if (msg->type == CS_PROTO_TX_DONE)
        conn->done++;
    cs_link_want_flush(conn);
}

static void sent_message(struct cs_link_conn *conn, bool is_done, uint64_t end)
{
    if (is_done)
        conn->done--;
    conn->unsent = end;
}

/* Bytes left for the socket: a confirmation gives its credit back when it has gone as a whole. */
static void sent_bytes(struct cs_link_conn *conn, size_t n)
{
    const uint64_t limit = conn->out.head + n;

    if (conn->part_end > limit) {
        cs_ring_consume(&conn->out, n);
        return;
    }
    if (conn->part_end > 0)
        sent_message(conn, conn->part_is_done, conn->part_end);
    conn->part_end = 0;
    while (conn->unsent < limit) {
        uint8_t head[CS_PROTO_HEADER_BYTES];
        bool is_done;
        uint64_t end;

        cs_ring_peek(&conn->out, conn->unsent, head, sizeof(head));
        is_done = head[4] == CS_PROTO_TX_DONE;
        end = conn->unsent + (head[0] | (unsigned)head[1] << 8);
        if (end > limit) {
            conn->part_end = end;
            conn->part_is_done = is_done;
            break;
        }
        sent_message(conn, is_done, end);
    }
    cs_ring_consume(&conn->out, n);
}

/* Nobody reads any more; what the client wrote before is still of interest. */
static void give_up_output(struct cs_link_conn *conn)
{
    conn->out_dead = true;
    conn->done = 0;
    cs_ring_clear(&conn->out);
}

static void end_losing(struct cs_link_conn *conn)
{
    struct cs_proto_msg *msg = &conn->server->out;

    if (!conn->losing)
        return;
    conn->losing = false;
    conn->tell_lost = true;
    conn->lost_count += conn->losing_count;
    msg->type = CS_PROTO_LOST;
    msg->count = conn->losing_count;
    cs_link_put(conn, msg, true);
}

/* 1 something was sent, 0 the socket is full, or there is nothing. */
static int send_some(struct cs_link_conn *conn)
{
    struct iovec pieces[2];
    struct msghdr msg = {.msg_iov = pieces};
    ssize_t n;

    msg.msg_iovlen = (size_t)cs_ring_pieces(&conn->out, pieces);
    if (msg.msg_iovlen == 0)
        return 0;
    do
        n = sendmsg(conn->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        sent_bytes(conn, (size_t)n);
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        give_up_output(conn);
    return n > 0;
}

void cs_link_flush(struct cs_link_conn *conn)
{
    struct ev_loop *loop = conn->server->host.loop;

    conn->dirty = false;
    while (send_some(conn))
        if (cs_ring_used(&conn->out) <= conn->out_max / 2)
            end_losing(conn);
    conn->dirty = false;
    if (cs_ring_used(&conn->out) > 0) {
        ev_io_start(loop, &conn->writable);
        return;
    }
    ev_io_stop(loop, &conn->writable);
    if (conn->state == CS_LINK_CLOSING)
        shutdown(conn->fd, SHUT_WR);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    cs_link_want_flush(watcher->data);
}

/* ---- the end --------------------------------------------------------------------------------- */

void cs_link_turn_away(struct cs_link_conn *conn, enum cs_proto_code code, const char *text)
{
    struct cs_link_server *server = conn->server;
    const bool joined = conn->state == CS_LINK_JOINED || conn->state == CS_LINK_WATCHES;
    struct cs_proto_msg *msg = &server->out;

    end_losing(conn);
    cs_link_tell_losses(conn);
    if (conn->state == CS_LINK_WATCHES) {
        cs_link_monitor_end(conn);
    } else if (joined) {
        server->stats.clients--;
        cs_link_detach(conn);
    } else {
        server->stats.refused++;
    }
    msg->type = joined ? CS_PROTO_GOODBYE : CS_PROTO_REFUSED;
    msg->code = (uint16_t)code;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = CS_PROTO_MINOR;
    snprintf(msg->text, sizeof(msg->text), "%s", text);
    cs_link_put(conn, msg, true);
    conn->state = CS_LINK_CLOSING;
    ev_timer_stop(server->host.loop, &conn->deadline);
    ev_timer_set(&conn->deadline, CS_LINK_CLOSING_S, 0.0);
    ev_timer_start(server->host.loop, &conn->deadline);
    cs_link_want_flush(conn);
}

void cs_link_blame(struct cs_link_conn *conn, const char *text)
{
    conn->server->stats.protocol_errors++;
    cs_link_turn_away(conn, CS_PROTO_CODE_PROTOCOL, text);
}

void cs_link_hang_up(struct cs_link_conn *conn)
{
    struct cs_link_server *server = conn->server;
    struct ev_loop *loop = server->host.loop;

    end_losing(conn);
    cs_link_tell_losses(conn);
    cs_link_flush(conn); /* who only closed its own direction still reads what was wrong */
    ev_io_stop(loop, &conn->readable);
    ev_io_stop(loop, &conn->writable);
    ev_timer_stop(loop, &conn->deadline);
    close(conn->fd);
    conn->fd = -1;
    cs_ring_fini(&conn->out);
    server->n_open--;
    if (conn->state == CS_LINK_JOINED)
        server->stats.clients--;
    if (conn->state == CS_LINK_WATCHES)
        cs_link_monitor_end(conn);
    conn->state = CS_LINK_GONE;
    cs_link_linger(conn);
}

void cs_link_release(struct cs_link_conn *conn)
{
    if (conn->fd >= 0 || conn->attached)
        return;
    if (conn->prev)
        conn->prev->next = conn->next;
    else if (conn->server)
        conn->server->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    free(conn);
}

static void on_deadline(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct cs_link_conn *conn = watcher->data;

    (void)loop;
    (void)events;
    if (conn->state == CS_LINK_NEW)
        cs_link_turn_away(conn, CS_PROTO_CODE_TIMEOUT, "no HELLO within 5 s");
    else
        cs_link_hang_up(conn);
}

/* ---- input ----------------------------------------------------------------------------------- */

/* Act upon every complete message. False: `conn` is not to be touched any more. */
static bool act_on_input(struct cs_link_conn *conn)
{
    struct cs_link_server *server = conn->server;
    size_t used = 0;
    char why[192];

    while (conn->state == CS_LINK_NEW || conn->state == CS_LINK_JOINED ||
           conn->state == CS_LINK_WATCHES) {
        const int n = cs_proto_decode(conn->in + used, conn->in_len - used, CS_PROTO_CLIENT,
                                      &server->in, why, sizeof(why));

        if (n == 0)
            break;
        if (n < 0) {
            cs_link_blame(conn, why);
            break;
        }
        used += (size_t)n;
        if (!cs_link_act(conn))
            return false;
    }
    if (conn->state == CS_LINK_CLOSING)
        used = conn->in_len;
    memmove(conn->in, conn->in + used, conn->in_len - used);
    conn->in_len -= used;
    return true;
}

/* 2 as many bytes as there was room for, 1 fewer, 0 none now, -1 the client is gone. */
static int receive(struct cs_link_conn *conn)
{
    const size_t room = sizeof(conn->in) - conn->in_len;
    ssize_t n;

    do
        n = recv(conn->fd, conn->in + conn->in_len, room, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        conn->in_len += (size_t)n;
        return (size_t)n == room ? 2 : 1;
    }
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_link_conn *conn = watcher->data;
    const struct cs_link_host *host = &conn->server->host;
    int n = 2;

    (void)loop;
    (void)events;
    host->sync(host->ctx);
    for (int i = 0; i < READS_PER_TURN && n == 2; i++) {
        n = receive(conn);
        if (n > 0 && !act_on_input(conn)) {
            conn = NULL;
            break;
        }
    }
    if (conn && n < 0)
        cs_link_hang_up(conn);
    host->kick(host->ctx);
}

struct cs_link_conn *cs_link_conn_create(struct cs_link_server *server, int fd)
{
    struct cs_link_conn *conn = calloc(1, sizeof(*conn));

    if (!conn)
        return NULL;
    if (cs_ring_init(&conn->out, CS_LINK_OUT_BYTES + CS_LINK_RESERVE_BYTES) < 0) {
        free(conn);
        return NULL;
    }
    conn->server = server;
    conn->fd = fd;
    conn->out_max = CS_LINK_OUT_BYTES;
    conn->next = server->conns;
    if (conn->next)
        conn->next->prev = conn;
    server->conns = conn;
    server->n_open++;
    ev_io_init(&conn->readable, on_readable, fd, EV_READ);
    ev_io_init(&conn->writable, on_writable, fd, EV_WRITE);
    ev_timer_init(&conn->deadline, on_deadline, CS_LINK_HELLO_S, 0.0);
    conn->readable.data = conn->writable.data = conn->deadline.data = conn;
    ev_io_start(server->host.loop, &conn->readable);
    ev_timer_start(server->host.loop, &conn->deadline);
    return conn;
}
