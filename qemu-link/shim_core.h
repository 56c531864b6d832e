/* SPDX-License-Identifier: MIT */
/* shim_core.h - inside of libcansim-shim.so: libc's own functions, which descriptors are CAN
 * sockets, the way to the broker. The library lives in foreign programs: it allocates nothing,
 * starts no thread, takes no lock, handles no signal and opens no descriptor that outlives the
 * call, but the sockets that the program asked for. */
#ifndef CANSIM_QEMU_LINK_SHIM_CORE_H
#define CANSIM_QEMU_LINK_SHIM_CORE_H

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <time.h>

#include "qemu-link/shim_wire.h"

#define SHIM_EXPORT    __attribute__((visibility("default")))
#define SHIM_MAX_FDS   65536 /* descriptors from here on are never CAN sockets */
#define SHIM_MAX_SLOTS 1024  /* CAN sockets of one process */
#define SHIM_NAMELEN   8     /* bytes of a struct sockaddr_can that Linux asks for and returns */

/* libc's functions (or those of the next preloaded library). */
#define SHIM_REALS(X)                                                                              \
    X(int, socket, (int, int, int))                                                                \
    X(int, bind, (int, const struct sockaddr *, socklen_t))                                        \
    X(int, connect, (int, const struct sockaddr *, socklen_t))                                     \
    X(int, shutdown, (int, int))                                                                   \
    X(int, getsockname, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, getpeername, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, setsockopt, (int, int, int, const void *, socklen_t))                                   \
    X(int, getsockopt, (int, int, int, void *, socklen_t *))                                       \
    X(int, ioctl, (int, unsigned long, ...))                                                       \
    X(int, fcntl, (int, int, ...))                                                                 \
    X(int, fcntl64, (int, int, ...))                                                               \
    X(int, close, (int))                                                                           \
    X(void, closefrom, (int))                                                                      \
    X(int, close_range, (unsigned, unsigned, int))                                                 \
    X(int, dup, (int))                                                                             \
    X(int, dup2, (int, int))                                                                       \
    X(int, dup3, (int, int, int))                                                                  \
    X(ssize_t, read, (int, void *, size_t))                                                        \
    X(ssize_t, __read_chk, (int, void *, size_t, size_t))                                          \
    X(ssize_t, readv, (int, const struct iovec *, int))                                            \
    X(ssize_t, recv, (int, void *, size_t, int))                                                   \
    X(ssize_t, __recv_chk, (int, void *, size_t, size_t, int))                                     \
    X(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, socklen_t *))               \
    X(ssize_t, __recvfrom_chk, (int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *)) \
    X(ssize_t, recvmsg, (int, struct msghdr *, int))                                               \
    X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *))                    \
    X(ssize_t, write, (int, const void *, size_t))                                                 \
    X(ssize_t, writev, (int, const struct iovec *, int))                                           \
    X(ssize_t, send, (int, const void *, size_t, int))                                             \
    X(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t))       \
    X(ssize_t, sendmsg, (int, const struct msghdr *, int))                                         \
    X(int, sendmmsg, (int, struct mmsghdr *, unsigned, int))                                       \
    X(unsigned, if_nametoindex, (const char *))                                                    \
    X(char *, if_indextoname, (unsigned, char *))                                                  \
    X(struct if_nameindex *, if_nameindex, (void))

#define SHIM_REAL_MEMBER(type, name, args) type(*name) args;
struct shim_real {
    SHIM_REALS(SHIM_REAL_MEMBER)
};

/* Look them up at the first call, whoever makes it. */
const struct shim_real *shim_real(void);

enum shim_stamp {
    SHIM_STAMP_US = 1 << 0,  /* SO_TIMESTAMP */
    SHIM_STAMP_NS = 1 << 1,  /* SO_TIMESTAMPNS */
    SHIM_STAMP_NEW = 1 << 2, /* with 64-bit seconds (SO_TIMESTAMP_NEW …) */
};

/* What one process knows of a CAN socket; dup() shares it, fork() copies it. */
struct shim_slot {
    atomic_int refs; /* descriptors; 0 = free, -1 = being made */
    int protocol;    /* CAN_RAW or CAN_BCM */
    uint64_t token;
    bool bound;
    bool dead; /* the broker is gone */
    bool loopback, fd_frames;
    bool overflow; /* SO_RXQ_OVFL */
    bool bufsize_set[2];
    unsigned stamp; /* enum shim_stamp */
    unsigned stamping, stamping_new;
    int ifindex;
    int bufsize[2];  /* SO_RCVBUF, SO_SNDBUF as getsockopt() tells them */
    int64_t last_ns; /* stamp of the last frame received; 0 = none yet */
};

/* The slot of a descriptor, NULL where it is no CAN socket of ours. */
struct shim_slot *shim_slot(int fd);
/* Give a new socket its slot. Returns it, or NULL (EMFILE). */
struct shim_slot *shim_slot_open(int fd, int protocol, uint64_t token);
/* The descriptor `fd` now stands for what `other` stands for (-1: nothing). In a child of vfork(),
 * which borrows its parent's memory, this does nothing. */
void shim_slot_follow(int fd, int other);
void shim_slot_forget_range(unsigned first, unsigned last);

static inline int shim_fail(int error)
{
    errno = error;
    return -1;
}

/* After a failed call: where the broker is gone, put a socket in place of this one that never
 * becomes readable, and make errno ENETDOWN. */
void shim_broken(int fd, struct shim_slot *slot);
/* The broker is gone: the same without asking errno. */
void shim_gone(int fd, struct shim_slot *slot);

/* After a failed call: is the number no socket any more, closed in a way that cannot be seen here
 * (fclose())? Then it is forgotten and the call is to be made anew, as what it is now. */
bool shim_stale(int fd);

/* Are we under cansim-attach at all? */
bool shim_attached(void);
/* Connect to the broker; flags as for socket(). Returns a descriptor or -1 with errno. */
int shim_connect(int flags);
/* One request and its answer. Returns 0 or an errno; *answer_len (may be NULL) holds the room in
 * `answer` and becomes the bytes there. */
int shim_request(enum shim_op op, uint64_t token, int32_t arg, const void *body, size_t len,
                 void *answer, size_t *answer_len);
/* Ask for a data channel on `fd` (from shim_connect()). Returns 0 and *token, or an errno. */
int shim_open(int fd, int protocol, uint64_t *token);

/* The page, NULL where there is no broker. */
const struct shim_page *shim_page(void);
/* The bus of an interface index or name, NULL where it is none of ours. */
const struct shim_bus *shim_bus_at(int ifindex);
const struct shim_bus *shim_bus_named(const char *name, int *ifindex);
bool shim_bus_up(const struct shim_bus *bus);

#endif
