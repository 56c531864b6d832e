/* SPDX-License-Identifier: MIT */
/* shim_broker.c - the way to the broker: requests, the page of buses.
 * Every request has a connection of its own that is closed before the call returns. */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/un.h>

#define ANSWER_WITHIN_S                                                      \
    30 /* the broker answers in milliseconds; a bind() may wait for the host \
        */

static struct sockaddr_un broker;
static atomic_int broker_len; /* 0 = not looked for, -1 = none */
static const struct shim_page *_Atomic page;

bool shim_attached(void)
{
    int len = atomic_load(&broker_len);

    if (len == 0) {
        const char *name = getenv(SHIM_ENV);
        size_t n = name != NULL ? strlen(name) : 0;

        len = -1;
        if (n > 0 && n < sizeof(broker.sun_path) - 1) {
            broker.sun_family = AF_UNIX;
            memcpy(broker.sun_path + 1, name, n);
            len = (int)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
        }
        atomic_store(&broker_len, len);
    }
    return len > 0;
}

int shim_connect(int flags)
{
    const struct shim_real *real = shim_real();
    int fd, error;

    if (!shim_attached())
        return shim_fail(ENETDOWN);
    fd = real->socket(AF_UNIX, SOCK_SEQPACKET | flags, 0);
    if (fd < 0)
        return -1;
    do
        error = real->connect(fd, (const struct sockaddr *)&broker,
                              (socklen_t)atomic_load(&broker_len)) < 0
                    ? errno
                    : 0;
    while (error == EINTR);
    if (error != 0) {
        real->close(fd);
        return shim_fail(error == ECONNREFUSED ? ENETDOWN : error);
    }
    return fd;
}

static int put(int fd, const struct shim_request *request, const void *body)
{
    struct iovec iov[2] = {{(void *)(uintptr_t)request, sizeof(*request)},
                           {(void *)(uintptr_t)body, request->len}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
    ssize_t n;

    do
        n = shim_real()->sendmsg(fd, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? (errno == EPIPE || errno == ECONNRESET ? ENETDOWN : errno) : 0;
}

/* Keep the page that came with an answer; the first one wins, and there is only one. */
static void map_page(int fd)
{
    const struct shim_page *none = NULL;
    void *at;

    if (atomic_load(&page) == NULL) {
        at = mmap(NULL, sizeof(struct shim_page), PROT_READ, MAP_SHARED, fd, 0);
        if (at != MAP_FAILED && (((const struct shim_page *)at)->magic != SHIM_MAGIC ||
                                 !atomic_compare_exchange_strong(&page, &none, at)))
            munmap(at, sizeof(struct shim_page));
    }
    shim_real()->close(fd);
}

static int take(int fd, struct shim_reply *reply, void *answer, size_t *answer_len)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov[2] = {{reply, sizeof(*reply)}, {answer, answer_len ? *answer_len : 0}};
    struct msghdr msg = {.msg_iov = iov,
                         .msg_iovlen = 2,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    struct cmsghdr *c;
    ssize_t n;

    do
        n = shim_real()->recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return ETIMEDOUT;
    if (n < (ssize_t)sizeof(*reply) || reply->magic != SHIM_MAGIC)
        return ENETDOWN;
    for (c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            int got;

            memcpy(&got, CMSG_DATA(c), sizeof(got));
            map_page(got);
        }
    }
    if (answer_len != NULL)
        *answer_len = (size_t)n - sizeof(*reply);
    return reply->error;
}

static int exchange(int fd, const struct shim_request *request, const void *body,
                    struct shim_reply *reply, void *answer, size_t *answer_len)
{
    const struct timeval limit = {ANSWER_WITHIN_S, 0};
    const struct timeval none = {0, 0};
    int error;

    shim_real()->setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    error = put(fd, request, body);
    if (error == 0)
        error = take(fd, reply, answer, answer_len);
    shim_real()->setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
    return error;
}

int shim_request(enum shim_op op, uint64_t token, int32_t arg, const void *body, size_t len,
                 void *answer, size_t *answer_len)
{
    struct shim_request request = {
        .magic = SHIM_MAGIC, .op = (uint16_t)op, .token = token, .arg = arg, .len = (uint32_t)len};
    struct shim_reply reply = {0};
    int fd = shim_connect(SOCK_CLOEXEC);
    int error;

    if (fd < 0)
        return errno;
    error = exchange(fd, &request, body, &reply, answer, answer_len);
    shim_real()->close(fd);
    return error;
}

int shim_open(int fd, int protocol, uint64_t *token)
{
    struct shim_request request = {
        .magic = SHIM_MAGIC, .op = SHIM_OP_OPEN, .arg = (int32_t)protocol};
    struct shim_reply reply = {0};
    int error = exchange(fd, &request, NULL, &reply, NULL, NULL);

    *token = reply.token;
    return error;
}

const struct shim_page *shim_page(void)
{
    if (atomic_load(&page) == NULL && shim_attached())
        shim_request(SHIM_OP_PAGE, 0, 0, NULL, 0, NULL, NULL);
    return atomic_load(&page);
}

static unsigned count(const struct shim_page *p)
{
    unsigned n = p != NULL ? __atomic_load_n(&p->n_buses, __ATOMIC_ACQUIRE) : 0;

    return n < SHIM_MAX_BUSES ? n : SHIM_MAX_BUSES;
}

const struct shim_bus *shim_bus_at(int ifindex)
{
    const struct shim_page *p;

    if (ifindex < SHIM_IFINDEX_BASE || ifindex >= SHIM_IFINDEX_BASE + SHIM_MAX_BUSES)
        return NULL;
    p = shim_page();
    return ifindex - SHIM_IFINDEX_BASE < (int)count(p) ? &p->bus[ifindex - SHIM_IFINDEX_BASE]
                                                       : NULL;
}

const struct shim_bus *shim_bus_named(const char *name, int *ifindex)
{
    const struct shim_page *p = shim_page();

    for (unsigned i = 0; i < count(p); i++) {
        if (strncmp(p->bus[i].name, name, SHIM_NAME_MAX) == 0) {
            *ifindex = SHIM_IFINDEX_BASE + (int)i;
            return &p->bus[i];
        }
    }
    return NULL;
}

bool shim_bus_up(const struct shim_bus *bus)
{
    return __atomic_load_n(&bus->up, __ATOMIC_ACQUIRE) != 0;
}
