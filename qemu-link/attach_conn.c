/* SPDX-License-Identifier: MIT */
/* attach_conn.c - new connections: one request each, which either makes the connection a socket's
 * data channel or is answered, after which the connection is closed. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/can/raw.h>

#define REQUEST_WITHIN_S 10.0

struct conn {
    struct cs_attach_broker *broker;
    ev_io io;
    ev_timer limit;
    struct ucred peer;
};

struct asked {
    struct shim_request head;
    char body[SHIM_BODY_MAX];
};

static void end(struct conn *conn, bool keep)
{
    ev_io_stop(conn->broker->loop, &conn->io);
    ev_timer_stop(conn->broker->loop, &conn->limit);
    if (!keep)
        close(conn->io.fd);
    free(conn);
}

static void answer(int fd, int error, uint64_t token, const void *body, size_t len, int page_fd)
{
    struct shim_reply reply = {
        .magic = SHIM_MAGIC, .error = error, .token = token, .len = (uint32_t)len};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
                          .cmsg_level = SOL_SOCKET,
                          .cmsg_type = SCM_RIGHTS}};
    struct iovec iov[2] = {{&reply, sizeof(reply)}, {(void *)(uintptr_t)body, len}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

    if (page_fd >= 0) {
        memcpy(CMSG_DATA(&control.head), &page_fd, sizeof(page_fd));
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control);
    }
    /* A fresh connection has room; a program that went away needs no answer. */
    (void)!sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void open_socket(struct conn *conn, const struct asked *asked)
{
    struct cs_attach_broker *broker = conn->broker;
    struct cs_attach_sock *sock =
        cs_attach_sock_create(broker, conn->io.fd, conn->peer.pid, asked->head.arg);

    if (sock == NULL) {
        answer(conn->io.fd, ENOBUFS, 0, NULL, 0, -1);
        end(conn, false);
        return;
    }
    answer(conn->io.fd, 0, sock->token, NULL, 0, broker->page_fd);
    end(conn, true);
}

static void serve(struct conn *conn, const struct asked *asked)
{
    const struct shim_request *head = &asked->head;
    struct cs_attach_sock *sock = cs_attach_sock_find(conn->broker, head->token);
    char value[SHIM_BODY_MAX];
    size_t len = 0;
    int error = ENOTCONN;

    if (head->op == SHIM_OP_PAGE) {
        answer(conn->io.fd, 0, 0, NULL, 0, conn->broker->page_fd);
    } else {
        if (sock != NULL && head->op == SHIM_OP_BIND)
            error = cs_attach_sock_bind(sock, head->arg);
        else if (sock != NULL && head->op == SHIM_OP_SETOPT)
            error = cs_attach_set_option(sock, head->arg, asked->body, head->len);
        else if (sock != NULL && head->op == SHIM_OP_GETOPT)
            error = cs_attach_get_option(sock, head->arg, value, &len);
        else if (sock != NULL && head->op == SHIM_OP_BCM)
            error = cs_attach_bcm_request(sock, head->arg, asked->body, head->len);
        answer(conn->io.fd, error, 0, value, error == 0 ? len : 0, -1);
    }
    end(conn, false);
}

static void on_request(struct ev_loop *loop, ev_io *io, int revents)
{
    struct conn *conn = io->data;
    struct asked asked;
    ssize_t n = recv(io->fd, &asked, sizeof(asked), MSG_DONTWAIT | MSG_TRUNC);

    (void)loop;
    (void)revents;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < (ssize_t)sizeof(asked.head) || (size_t)n > sizeof(asked) ||
        asked.head.magic != SHIM_MAGIC || asked.head.len != (size_t)n - sizeof(asked.head) ||
        asked.head.op == 0 || asked.head.op >= SHIM_OP_COUNT)
        end(conn, false);
    else if (asked.head.op == SHIM_OP_OPEN)
        open_socket(conn, &asked);
    else
        serve(conn, &asked);
}

static void on_limit(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    end(timer->data, false);
}

void cs_attach_accept(struct cs_attach_broker *broker, int fd)
{
    struct conn *conn = calloc(1, sizeof(*conn));
    socklen_t len = sizeof(conn->peer);

    if (conn == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &conn->peer, &len) < 0 ||
        (conn->peer.uid != geteuid() && conn->peer.uid != 0)) {
        free(conn);
        close(fd);
        return;
    }
    conn->broker = broker;
    ev_io_init(&conn->io, on_request, fd, EV_READ);
    ev_timer_init(&conn->limit, on_limit, REQUEST_WITHIN_S, 0.);
    conn->io.data = conn;
    conn->limit.data = conn;
    ev_io_start(broker->loop, &conn->io);
    ev_timer_start(broker->loop, &conn->limit);
}
