/* SPDX-License-Identifier: MIT */
/* shim_recv.c - everything that receives from a CAN socket.
 * read() and its like never return 0: a program would take that for a frame or for the end. */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

/* Newer than the headers of some C libraries. */
#define OPT_TIMESTAMP_NEW    63
#define OPT_TIMESTAMPNS_NEW  64
#define OPT_TIMESTAMPING_NEW 65

#define NS_PER_S INT64_C(1000000000)

extern void __chk_fail(void) __attribute__((noreturn));

struct taken {
    struct shim_head head;
    size_t len; /* of the message; what fits is in the program's buffers */
    size_t copied;
};

/* Receive one message by way of `body`, which has room for any that the socket can get. */
static int take_by(int fd, struct shim_slot *slot, const struct iovec *iov, size_t n_iov, int flags,
                   struct taken *taken, char *body, size_t body_size)
{
    const int passed = flags & (MSG_DONTWAIT | MSG_PEEK);
    struct iovec io[2] = {{&taken->head, sizeof(taken->head)}, {body, body_size}};
    struct msghdr msg = {.msg_iov = io, .msg_iovlen = 2};
    ssize_t n;

    if (flags & (MSG_ERRQUEUE | MSG_OOB))
        return shim_fail(flags & MSG_OOB ? EOPNOTSUPP : EAGAIN);
    n = shim_real()->recvmsg(fd, &msg, passed);
    if (n < 0) {
        shim_broken(fd, slot);
        return -1;
    }
    if ((size_t)n < sizeof(taken->head)) {
        shim_gone(fd, slot);
        return -1;
    }
    if (taken->head.kind == SHIM_ERROR) {
        if (flags & MSG_PEEK)
            shim_real()->recvmsg(fd, &msg, MSG_DONTWAIT);
        return shim_fail(taken->head.error);
    }
    taken->len = (size_t)n - sizeof(taken->head);
    taken->copied = 0;
    for (size_t i = 0; i < n_iov && taken->copied < taken->len; i++) {
        size_t part = taken->len - taken->copied;

        if (part > iov[i].iov_len)
            part = iov[i].iov_len;
        memcpy(iov[i].iov_base, body + taken->copied, part);
        taken->copied += part;
    }
    slot->last_ns = taken->head.stamp_ns;
    return 0;
}

/* Only sockets of the broadcast manager need much of the program's stack. */
__attribute__((noinline)) static int take_bcm(int fd, struct shim_slot *slot,
                                              const struct iovec *iov, size_t n_iov, int flags,
                                              struct taken *taken)
{
    char body[SHIM_BODY_MAX];

    return take_by(fd, slot, iov, n_iov, flags, taken, body, sizeof(body));
}

/* Receive one message into a program's buffers. */
static int take(int fd, struct shim_slot *slot, const struct iovec *iov, size_t n_iov, int flags,
                struct taken *taken)
{
    char body[CANFD_MTU];

    return slot->protocol == CAN_BCM
               ? take_bcm(fd, slot, iov, n_iov, flags, taken)
               : take_by(fd, slot, iov, n_iov, flags, taken, body, sizeof(body));
}

static ssize_t take_plain(int fd, struct shim_slot *slot, void *buf, size_t size, int flags,
                          struct taken *taken)
{
    struct iovec iov = {buf, size};

    if (take(fd, slot, &iov, 1, flags, taken) < 0)
        return -1;
    return (ssize_t)(flags & MSG_TRUNC ? taken->len : taken->copied);
}

SHIM_EXPORT ssize_t read(int fd, void *buf, size_t size)
{
    struct shim_slot *slot = shim_slot(fd);
    struct taken taken;
    ssize_t n = slot != NULL ? take_plain(fd, slot, buf, size, 0, &taken) : 0;

    return slot == NULL || (n < 0 && shim_stale(fd)) ? shim_real()->read(fd, buf, size) : n;
}

SHIM_EXPORT ssize_t __read_chk(int fd, void *buf, size_t size, size_t room);
SHIM_EXPORT ssize_t __read_chk(int fd, void *buf, size_t size, size_t room)
{
    if (shim_slot(fd) == NULL)
        return shim_real()->__read_chk(fd, buf, size, room);
    if (size > room)
        __chk_fail();
    return read(fd, buf, size);
}

SHIM_EXPORT ssize_t readv(int fd, const struct iovec *iov, int n)
{
    struct shim_slot *slot = shim_slot(fd);
    struct taken taken;

    if (slot == NULL)
        return shim_real()->readv(fd, iov, n);
    if (n < 0 || n > 1024)
        return shim_fail(EINVAL);
    return take(fd, slot, iov, (size_t)n, 0, &taken) < 0 ? -1 : (ssize_t)taken.copied;
}

SHIM_EXPORT ssize_t recv(int fd, void *buf, size_t size, int flags)
{
    struct shim_slot *slot = shim_slot(fd);
    struct taken taken;

    return slot == NULL ? shim_real()->recv(fd, buf, size, flags)
                        : take_plain(fd, slot, buf, size, flags, &taken);
}

SHIM_EXPORT ssize_t __recv_chk(int fd, void *buf, size_t size, size_t room, int flags);
SHIM_EXPORT ssize_t __recv_chk(int fd, void *buf, size_t size, size_t room, int flags)
{
    if (shim_slot(fd) == NULL)
        return shim_real()->__recv_chk(fd, buf, size, room, flags);
    if (size > room)
        __chk_fail();
    return recv(fd, buf, size, flags);
}

static socklen_t put_name(const struct taken *taken, void *name, socklen_t room)
{
    struct sockaddr_can can = {.can_family = AF_CAN};

    can.can_ifindex = taken->head.ifindex;
    memcpy(name, &can, room < SHIM_NAMELEN ? room : SHIM_NAMELEN);
    return SHIM_NAMELEN;
}

SHIM_EXPORT ssize_t recvfrom(int fd, void *buf, size_t size, int flags, __SOCKADDR_ARG addr,
                             socklen_t *len)
{
    struct shim_slot *slot = shim_slot(fd);
    struct taken taken;
    ssize_t n;

    if (slot == NULL)
        return shim_real()->recvfrom(fd, buf, size, flags, addr.__sockaddr__, len);
    n = take_plain(fd, slot, buf, size, flags, &taken);
    if (n >= 0 && addr.__sockaddr__ != NULL && len != NULL)
        *len = put_name(&taken, addr.__sockaddr__, *len);
    return n;
}

SHIM_EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t size, size_t room, int flags,
                                   __SOCKADDR_ARG addr, socklen_t *len);
SHIM_EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t size, size_t room, int flags,
                                   __SOCKADDR_ARG addr, socklen_t *len)
{
    if (shim_slot(fd) == NULL)
        return shim_real()->__recvfrom_chk(fd, buf, size, room, flags, addr.__sockaddr__, len);
    if (size > room)
        __chk_fail();
    return recvfrom(fd, buf, size, flags, addr, len);
}

/* Control messages, in the kernel's order and with its way of cutting what does not fit. */
struct control {
    char *at;
    size_t room, used;
    int flags;
};

static void put_control(struct control *control, int type, const void *data, size_t len)
{
    struct cmsghdr head = {.cmsg_level = SOL_SOCKET, .cmsg_type = type};
    size_t room = control->room - control->used;
    size_t whole = CMSG_LEN(len);

    if (control->at == NULL || room < sizeof(head)) {
        control->flags |= MSG_CTRUNC;
        return;
    }
    if (whole > room) {
        control->flags |= MSG_CTRUNC;
        whole = room;
    }
    head.cmsg_len = whole;
    memcpy(control->at + control->used, &head, sizeof(head));
    memcpy(control->at + control->used + CMSG_LEN(0), data, whole - CMSG_LEN(0));
    control->used += CMSG_SPACE(len) < room ? CMSG_SPACE(len) : room;
}

static void put_stamps(struct control *control, const struct shim_slot *slot,
                       const struct shim_head *head)
{
    const bool sized = (slot->stamp & SHIM_STAMP_NEW) != 0;
    struct timespec at = {(time_t)(head->stamp_ns / NS_PER_S), (long)(head->stamp_ns % NS_PER_S)};
    struct timeval at_us = {at.tv_sec, at.tv_nsec / 1000};
    struct timespec three[3] = {{0, 0}, {0, 0}, {0, 0}};
    const unsigned stamping = slot->stamping | slot->stamping_new;

    if (slot->stamp & SHIM_STAMP_NS)
        put_control(control, sized ? OPT_TIMESTAMPNS_NEW : SCM_TIMESTAMPNS, &at, sizeof(at));
    else if (slot->stamp & SHIM_STAMP_US)
        put_control(control, sized ? OPT_TIMESTAMP_NEW : SCM_TIMESTAMP, &at_us, sizeof(at_us));
    if (stamping & SOF_TIMESTAMPING_SOFTWARE)
        three[0] = at;
    if (stamping & SOF_TIMESTAMPING_RAW_HARDWARE)
        three[2] =
            (struct timespec){(time_t)(head->bus_ns / NS_PER_S), (long)(head->bus_ns % NS_PER_S)};
    if (stamping & (SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RAW_HARDWARE))
        put_control(control, slot->stamping_new ? OPT_TIMESTAMPING_NEW : SCM_TIMESTAMPING, three,
                    sizeof(three));
}

static ssize_t take_message(int fd, struct shim_slot *slot, struct msghdr *msg, int flags)
{
    struct taken taken;
    struct control control = {.at = msg->msg_control, .room = msg->msg_controllen};

    if (take(fd, slot, msg->msg_iov, msg->msg_iovlen, flags, &taken) < 0)
        return -1;
    put_stamps(&control, slot, &taken.head);
    if (slot->overflow && taken.head.drops != 0)
        put_control(&control, SO_RXQ_OVFL, &taken.head.drops, sizeof(taken.head.drops));
    msg->msg_controllen = control.used;
    msg->msg_flags = control.flags;
    if (taken.head.flags & SHIM_LOCAL)
        msg->msg_flags |= MSG_DONTROUTE;
    if (taken.head.flags & SHIM_OWN)
        msg->msg_flags |= MSG_CONFIRM;
    if (taken.copied < taken.len)
        msg->msg_flags |= MSG_TRUNC;
    if (msg->msg_name != NULL)
        msg->msg_namelen = put_name(&taken, msg->msg_name, msg->msg_namelen);
    return (ssize_t)(flags & MSG_TRUNC ? taken.len : taken.copied);
}

SHIM_EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    struct shim_slot *slot = shim_slot(fd);

    return slot == NULL ? shim_real()->recvmsg(fd, msg, flags) : take_message(fd, slot, msg, flags);
}

/* As in the kernel the limit is looked at after each message only. */
static bool over(const struct timespec *limit, const struct timespec *start)
{
    struct timespec now;

    if (limit == NULL)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * NS_PER_S + (now.tv_nsec - start->tv_nsec) >=
           limit->tv_sec * NS_PER_S + limit->tv_nsec;
}

SHIM_EXPORT int recvmmsg(int fd, struct mmsghdr *msgs, unsigned n, int flags,
                         struct timespec *limit)
{
    struct shim_slot *slot = shim_slot(fd);
    struct timespec start;
    unsigned done = 0;

    if (slot == NULL)
        return shim_real()->recvmmsg(fd, msgs, n, flags, limit);
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (done < n) {
        ssize_t got = take_message(fd, slot, &msgs[done].msg_hdr, flags & ~MSG_WAITFORONE);

        if (got < 0)
            break;
        msgs[done++].msg_len = (unsigned)got;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (over(limit, &start))
            break;
    }
    return done > 0 || n == 0 ? (int)done : -1;
}
