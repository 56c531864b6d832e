/* SPDX-License-Identifier: MIT */
/* client_dial.c - from an address to a connected socket, within a time limit. */
#include "qemu-link/client_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG_RETRY_MS 10

int64_t cs_client_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_connected(int fd, int64_t deadline_ms)
{
    struct pollfd pfd = {fd, POLLOUT, 0};
    int err = 0;
    socklen_t len = sizeof(err);

    for (;;) {
        const int64_t left = deadline_ms - cs_client_now_ms();
        const int n = left > 0 ? poll(&pfd, 1, (int)left) : 0;

        if (n == 0)
            return -ETIMEDOUT;
        if (n > 0)
            break;
        if (errno != EINTR)
            return -errno;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
        return -errno;
    return -err;
}

static int connect_within(int fd, const struct sockaddr *to, socklen_t len, int64_t deadline_ms)
{
    while (connect(fd, to, len) < 0) {
        if (errno == EINPROGRESS || errno == EINTR)
            return wait_connected(fd, deadline_ms);
        if (errno != EAGAIN) /* a unix socket whose backlog is full */
            return -errno;
        if (cs_client_now_ms() >= deadline_ms)
            return -ETIMEDOUT;
        poll(NULL, 0, BACKLOG_RETRY_MS);
    }
    return 0;
}

/* The default place may lie in /tmp, where somebody else could have been first. */
static int check_owner(int fd, const char *path, char *why, size_t why_size)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return -errno;
    if (peer.uid == geteuid() || peer.uid == 0)
        return 0;
    snprintf(why, why_size, "unix:%s: expected a host of user %u, it belongs to user %u", path,
             (unsigned)geteuid(), (unsigned)peer.uid);
    return -EACCES;
}

static int dial_unix(const struct cs_proto_address *address, int64_t deadline_ms, char *why,
                     size_t why_size)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;

    if (fd < 0) {
        err = -errno;
        snprintf(why, why_size, "unix:%s: cannot make a socket: %s", address->path, strerror(-err));
        return err;
    }
    memcpy(to.sun_path, address->path, sizeof(to.sun_path));
    err = connect_within(fd, (struct sockaddr *)&to, sizeof(to), deadline_ms);
    if (err == -ENOENT || err == -ECONNREFUSED)
        snprintf(why, why_size, "unix:%s: no cansim host serves this address", address->path);
    else if (err < 0)
        snprintf(why, why_size, "unix:%s: cannot connect: %s", address->path, strerror(-err));
    else if (address->is_default)
        err = check_owner(fd, address->path, why, why_size);
    if (err == 0)
        return fd;
    close(fd);
    return err;
}

static int dial_one(const struct addrinfo *ai, int64_t deadline_ms)
{
    const int one = 1;
    const int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;

    if (fd < 0)
        return -errno;
    err = connect_within(fd, ai->ai_addr, ai->ai_addrlen, deadline_ms);
    if (err < 0) {
        close(fd);
        return err;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    return fd;
}

static int dial_tcp(const struct cs_proto_address *address, int64_t deadline_ms, char *why,
                    size_t why_size)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char text[CS_PROTO_ADDRESS_MAX];
    int fd = -ENOENT;
    const int err = getaddrinfo(address->host, address->port, &hints, &list);

    cs_proto_address_format(address, text, sizeof(text));
    if (err != 0) {
        snprintf(why, why_size, "%s: cannot find the host: %s", text, gai_strerror(err));
        return -EINVAL;
    }
    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next)
        fd = dial_one(ai, deadline_ms);
    freeaddrinfo(list);
    if (fd == -ECONNREFUSED)
        snprintf(why, why_size, "%s: no cansim host serves this address", text);
    else if (fd < 0)
        snprintf(why, why_size, "%s: cannot connect: %s", text, strerror(-fd));
    return fd;
}

int cs_client_dial(const struct cs_proto_address *address, int64_t deadline_ms, char *why,
                   size_t why_size)
{
    return address->tcp ? dial_tcp(address, deadline_ms, why, why_size)
                        : dial_unix(address, deadline_ms, why, why_size);
}
