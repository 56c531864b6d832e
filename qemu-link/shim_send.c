/* SPDX-License-Identifier: MIT */
/* shim_send.c - everything that sends on a CAN socket.
 * The checks and their order are those of Linux's raw_sendmsg() and can_send(). */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Which bus a frame is for. Returns 0 or -1 with errno. */
static int target(const struct shim_slot *slot, const void *name, socklen_t len, int *ifindex,
                  const struct shim_bus **bus)
{
    struct sockaddr_can can = {0};

    *ifindex = slot->ifindex;
    if (name != NULL) {
        if (len < SHIM_NAMELEN)
            return shim_fail(EINVAL);
        memcpy(&can, name, len < sizeof(can) ? len : sizeof(can));
        if (can.can_family != AF_CAN)
            return shim_fail(EINVAL);
        *ifindex = can.can_ifindex;
    }
    *bus = shim_bus_at(*ifindex);
    return *bus == NULL ? shim_fail(ENXIO) : 0;
}

/* Copy at most `room` bytes; returns how many there are, SIZE_MAX where the count overflows. */
static size_t gather(const struct iovec *iov, size_t n, char *out, size_t room)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++) {
        if (iov[i].iov_len > SIZE_MAX - total)
            return SIZE_MAX;
        if (total < room && iov[i].iov_len > 0)
            memcpy(out + total, iov[i].iov_base,
                   iov[i].iov_len < room - total ? iov[i].iov_len : room - total);
        total += iov[i].iov_len;
    }
    return total;
}

/* When the program wrote it: the broker keeps the order among sockets. */
static int64_t written_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static ssize_t put_frame(int fd, struct shim_slot *slot, const struct iovec *iov, size_t n_iov,
                         const void *name, socklen_t name_len, int flags)
{
    struct canfd_frame frame = {0};
    struct shim_head head = {.kind = SHIM_FRAME, .flags = slot->loopback ? SHIM_LOOPBACK : 0};
    struct iovec io[2] = {{&head, sizeof(head)}, {&frame, 0}};
    struct msghdr msg = {.msg_iov = io, .msg_iovlen = 2};
    const struct shim_bus *bus;
    size_t size;
    int ifindex;

    if (target(slot, name, name_len, &ifindex, &bus) < 0)
        return -1;
    size = gather(iov, n_iov, (char *)&frame, sizeof(frame));
    if (size != CAN_MTU && !(size == CANFD_MTU && slot->fd_frames && bus->mtu == CANFD_MTU))
        return shim_fail(EINVAL);
    if (frame.len > (size == CAN_MTU ? CAN_MAX_DLEN : CANFD_MAX_DLEN) ||
        (frame.can_id & CAN_ERR_FLAG))
        return shim_fail(EINVAL);
    if (slot->dead || !shim_bus_up(bus))
        return shim_fail(ENETDOWN);
    head.ifindex = ifindex;
    head.stamp_ns = written_ns();
    head.len = (uint32_t)size;
    io[1].iov_len = size;
    if (shim_real()->sendmsg(fd, &msg, (flags & MSG_DONTWAIT) | MSG_NOSIGNAL) < 0) {
        shim_broken(fd, slot);
        return -1;
    }
    return (ssize_t)size;
}

/* The broadcast manager's answers are part of the call, so this goes by a request. */
static ssize_t put_bcm(struct shim_slot *slot, const struct iovec *iov, size_t n_iov,
                       const void *name, socklen_t name_len)
{
    char body[SHIM_BODY_MAX];
    size_t size = gather(iov, n_iov, body, sizeof(body));
    const struct shim_bus *bus;
    int error, ifindex = slot->ifindex;

    if (!slot->bound)
        return shim_fail(ENOTCONN);
    if (size > sizeof(body))
        return shim_fail(EINVAL);
    if (ifindex == 0 && name != NULL && target(slot, name, name_len, &ifindex, &bus) < 0)
        return shim_fail(errno == ENXIO ? ENODEV : errno);
    if (slot->dead)
        return shim_fail(ENETDOWN);
    error = shim_request(SHIM_OP_BCM, slot->token, ifindex, body, size, NULL, NULL);
    return error != 0 ? shim_fail(error) : (ssize_t)size;
}

static ssize_t put(int fd, struct shim_slot *slot, const struct iovec *iov, size_t n_iov,
                   const void *name, socklen_t name_len, int flags)
{
    if (flags & MSG_OOB)
        return shim_fail(EOPNOTSUPP);
    return slot->protocol == CAN_RAW ? put_frame(fd, slot, iov, n_iov, name, name_len, flags)
                                     : put_bcm(slot, iov, n_iov, name, name_len);
}

SHIM_EXPORT ssize_t write(int fd, const void *buf, size_t size)
{
    struct shim_slot *slot = shim_slot(fd);
    struct iovec iov = {(void *)(uintptr_t)buf, size};
    ssize_t n = slot != NULL ? put(fd, slot, &iov, 1, NULL, 0, 0) : 0;

    return slot == NULL || (n < 0 && shim_stale(fd)) ? shim_real()->write(fd, buf, size) : n;
}

SHIM_EXPORT ssize_t writev(int fd, const struct iovec *iov, int n)
{
    struct shim_slot *slot = shim_slot(fd);

    if (slot == NULL)
        return shim_real()->writev(fd, iov, n);
    if (n < 0 || n > 1024)
        return shim_fail(EINVAL);
    return put(fd, slot, iov, (size_t)n, NULL, 0, 0);
}

SHIM_EXPORT ssize_t send(int fd, const void *buf, size_t size, int flags)
{
    struct shim_slot *slot = shim_slot(fd);
    struct iovec iov = {(void *)(uintptr_t)buf, size};

    return slot == NULL ? shim_real()->send(fd, buf, size, flags)
                        : put(fd, slot, &iov, 1, NULL, 0, flags);
}

SHIM_EXPORT ssize_t sendto(int fd, const void *buf, size_t size, int flags,
                           __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    struct shim_slot *slot = shim_slot(fd);
    struct iovec iov = {(void *)(uintptr_t)buf, size};

    return slot == NULL ? shim_real()->sendto(fd, buf, size, flags, addr.__sockaddr__, len)
                        : put(fd, slot, &iov, 1, addr.__sockaddr__, len, flags);
}

SHIM_EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    struct shim_slot *slot = shim_slot(fd);

    return slot == NULL ? shim_real()->sendmsg(fd, msg, flags)
                        : put(fd, slot, msg->msg_iov, msg->msg_iovlen,
                              msg->msg_namelen > 0 ? msg->msg_name : NULL, msg->msg_namelen, flags);
}

SHIM_EXPORT int sendmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    struct shim_slot *slot = shim_slot(fd);
    unsigned done = 0;

    if (slot == NULL)
        return shim_real()->sendmmsg(fd, msgs, n, flags);
    while (done < n) {
        ssize_t sent = sendmsg(fd, &msgs[done].msg_hdr, flags);

        if (sent < 0)
            break;
        msgs[done++].msg_len = (unsigned)sent;
    }
    return done > 0 || n == 0 ? (int)done : -1;
}
