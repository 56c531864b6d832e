/* SPDX-License-Identifier: MIT */
/* shim_core.c - libc's own functions, and the table of descriptors.
 * A lookup is one load from an array, so that programs pay nothing for sockets and files that are
 * none of ours. The table must be right at every moment: it decides who gets a program's read(). */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static struct shim_real real;
static atomic_bool real_ready;

static struct shim_slot slots[SHIM_MAX_SLOTS];
static _Atomic uint16_t slot_of_fd[SHIM_MAX_FDS]; /* 0 = none, else index + 1 */
static atomic_int highest_fd;
static pid_t owner; /* whose memory this is; a vfork() child has another pid */

const struct shim_real *shim_real(void)
{
#define SHIM_REAL_ROW(type, name, args) {#name, offsetof(struct shim_real, name)},
    static const struct {
        const char *name;
        size_t offset;
    } rows[] = {SHIM_REALS(SHIM_REAL_ROW)};

    if (!atomic_load_explicit(&real_ready, memory_order_acquire)) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            void *fn = dlsym(RTLD_NEXT, rows[i].name);

            memcpy((char *)&real + rows[i].offset, &fn, sizeof(fn));
        }
        atomic_store_explicit(&real_ready, true, memory_order_release);
    }
    return &real;
}

static void forked(void)
{
    owner = getpid();
}

__attribute__((constructor)) static void start(void)
{
    shim_real();
    owner = getpid();
    pthread_atfork(NULL, NULL, forked);
    shim_attached();
}

struct shim_slot *shim_slot(int fd)
{
    unsigned index;

    if (fd < 0 || fd >= SHIM_MAX_FDS)
        return NULL;
    index = atomic_load_explicit(&slot_of_fd[fd], memory_order_acquire);
    return index != 0 ? &slots[index - 1] : NULL;
}

static void set(int fd, unsigned value)
{
    unsigned old = atomic_exchange(&slot_of_fd[fd], (uint16_t)value);
    int high = atomic_load(&highest_fd);

    if (old != 0)
        atomic_fetch_sub(&slots[old - 1].refs, 1);
    while (value != 0 && fd > high && !atomic_compare_exchange_weak(&highest_fd, &high, fd)) {
    }
}

struct shim_slot *shim_slot_open(int fd, int protocol, uint64_t token)
{
    if (fd >= SHIM_MAX_FDS) {
        errno = EMFILE;
        return NULL;
    }
    for (unsigned i = 0; i < SHIM_MAX_SLOTS; i++) {
        struct shim_slot *slot = &slots[i];
        int none = 0;

        if (!atomic_compare_exchange_strong(&slot->refs, &none, -1))
            continue;
        memset((char *)slot + sizeof(slot->refs), 0, sizeof(*slot) - sizeof(slot->refs));
        slot->protocol = protocol;
        slot->token = token;
        slot->loopback = true;
        atomic_store(&slot->refs, 1);
        set(fd, i + 1);
        return slot;
    }
    errno = EMFILE;
    return NULL;
}

void shim_slot_follow(int fd, int other)
{
    struct shim_slot *slot = other >= 0 ? shim_slot(other) : NULL;

    if (fd < 0 || fd >= SHIM_MAX_FDS || (slot == NULL && shim_slot(fd) == NULL) ||
        getpid() != owner)
        return;
    if (slot != NULL)
        atomic_fetch_add(&slot->refs, 1);
    set(fd, slot != NULL ? (unsigned)(slot - slots) + 1 : 0);
}

void shim_slot_forget_range(unsigned first, unsigned last)
{
    unsigned high = (unsigned)atomic_load(&highest_fd);

    if (getpid() != owner)
        return;
    for (unsigned fd = first; fd <= last && fd <= high; fd++)
        set((int)fd, 0);
}

/* A datagram socket that nobody can send to: never readable, never hung up. It takes the place of
 * the lost one under all its numbers, and keeps their flags and time limit. */
static void replace(const struct shim_slot *slot)
{
    int high = atomic_load(&highest_fd);
    int quiet = -1;

    for (int fd = 0; fd <= high; fd++) {
        int status, flags;
        struct timeval limit = {0, 0};
        socklen_t size = sizeof(limit);

        if (shim_slot(fd) != slot)
            continue;
        status = real.fcntl(fd, F_GETFL);
        flags = real.fcntl(fd, F_GETFD);
        if (quiet < 0) {
            quiet = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | (status & O_NONBLOCK), 0);
            if (quiet < 0)
                return;
            if (real.getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &size) == 0)
                real.setsockopt(quiet, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        }
        real.dup3(quiet, fd, flags >= 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0);
    }
    if (quiet >= 0)
        real.close(quiet);
}

void shim_gone(int fd, struct shim_slot *slot)
{
    if (!slot->dead && shim_slot(fd) == slot && getpid() == owner) {
        slot->dead = true;
        replace(slot);
    }
    errno = ENETDOWN;
}

void shim_broken(int fd, struct shim_slot *slot)
{
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == EDESTADDRREQ)
        shim_gone(fd, slot);
}

bool shim_stale(int fd)
{
    const int error = errno;
    int type;
    socklen_t len = sizeof(type);

    if (error == EAGAIN || error == EINTR || error == ENETDOWN)
        return false;
    if (real.getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 && errno == ENOTSOCK) {
        shim_slot_follow(fd, -1);
        return true;
    }
    errno = error;
    return false;
}
