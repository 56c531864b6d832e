/* SPDX-License-Identifier: MIT */
/* shim_socket.c - socket(), bind(), connect() and the names of a CAN socket. */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Room for what a program sent and the broker did not take yet: a burst of twenty frames. A program
 * that is faster than the bus blocks here, or gets EAGAIN. */
#define SEND_ROOM_BYTES 8192

SHIM_EXPORT int socket(int domain, int type, int protocol)
{
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    int fd, error, room = SEND_ROOM_BYTES;
    uint64_t token;

    if (domain != AF_CAN || !shim_attached()) {
        fd = shim_real()->socket(domain, type, protocol);
        shim_slot_follow(fd, -1); /* should the number have been closed unseen */
        return fd;
    }
    if (protocol == 0)
        protocol = kind == SOCK_RAW ? CAN_RAW : kind == SOCK_DGRAM ? CAN_BCM : 0;
    if (protocol != CAN_RAW && protocol != CAN_BCM)
        return shim_fail(EPROTONOSUPPORT);
    if (kind != (protocol == CAN_RAW ? SOCK_RAW : SOCK_DGRAM))
        return shim_fail(EPROTOTYPE);
    fd = shim_connect(SOCK_CLOEXEC);
    if (fd < 0)
        return -1;
    error = shim_open(fd, protocol, &token);
    if (error == 0 && shim_slot_open(fd, protocol, token) == NULL)
        error = errno;
    if (error != 0) {
        shim_real()->close(fd);
        return shim_fail(error);
    }
    shim_real()->setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    if (!(type & SOCK_CLOEXEC))
        shim_real()->fcntl(fd, F_SETFD, 0);
    if (type & SOCK_NONBLOCK)
        shim_real()->fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
    return fd;
}

static int attach(struct shim_slot *slot, const struct sockaddr *addr, socklen_t len)
{
    struct sockaddr_can can = {0};
    int error;

    if (addr == NULL || len < SHIM_NAMELEN)
        return shim_fail(EINVAL);
    memcpy(&can, addr, len < sizeof(can) ? len : sizeof(can));
    if (can.can_family != AF_CAN)
        return shim_fail(EINVAL);
    if (slot->dead)
        return shim_fail(ENETDOWN);
    if (slot->bound && slot->ifindex == can.can_ifindex)
        return 0;
    error = shim_request(SHIM_OP_BIND, slot->token, can.can_ifindex, NULL, 0, NULL, NULL);
    if (error != 0)
        return shim_fail(error);
    slot->ifindex = can.can_ifindex;
    slot->bound = true;
    return 0;
}

SHIM_EXPORT int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    struct shim_slot *slot = shim_slot(fd);

    if (slot == NULL)
        return shim_real()->bind(fd, addr.__sockaddr__, len);
    if (slot->protocol != CAN_RAW)
        return shim_fail(EOPNOTSUPP);
    return attach(slot, addr.__sockaddr__, len);
}

SHIM_EXPORT int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    struct shim_slot *slot = shim_slot(fd);

    if (slot == NULL)
        return shim_real()->connect(fd, addr.__sockaddr__, len);
    if (slot->protocol != CAN_BCM)
        return shim_fail(EOPNOTSUPP);
    if (slot->bound)
        return shim_fail(EISCONN);
    return attach(slot, addr.__sockaddr__, len);
}

SHIM_EXPORT int shutdown(int fd, int how)
{
    return shim_slot(fd) != NULL ? shim_fail(EOPNOTSUPP) : shim_real()->shutdown(fd, how);
}

SHIM_EXPORT int getsockname(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
    struct shim_slot *slot = shim_slot(fd);
    struct sockaddr_can can = {.can_family = AF_CAN};

    if (slot == NULL)
        return shim_real()->getsockname(fd, addr.__sockaddr__, len);
    if (slot->protocol != CAN_RAW)
        return shim_fail(EOPNOTSUPP);
    can.can_ifindex = slot->ifindex;
    memcpy(addr.__sockaddr__, &can, *len < SHIM_NAMELEN ? *len : SHIM_NAMELEN);
    *len = SHIM_NAMELEN;
    return 0;
}

SHIM_EXPORT int getpeername(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
    return shim_slot(fd) != NULL ? shim_fail(EOPNOTSUPP)
                                 : shim_real()->getpeername(fd, addr.__sockaddr__, len);
}
