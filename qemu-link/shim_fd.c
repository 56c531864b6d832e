/* SPDX-License-Identifier: MIT */
/* shim_fd.c - calls that make, copy and close descriptors: the table follows them. */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Before the real call: afterwards the number may already be another thread's. */
SHIM_EXPORT int close(int fd)
{
    shim_slot_follow(fd, -1);
    return shim_real()->close(fd);
}

SHIM_EXPORT void closefrom(int low)
{
    shim_slot_forget_range(low < 0 ? 0 : (unsigned)low, UINT32_MAX);
    shim_real()->closefrom(low);
}

SHIM_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    if (!(flags & (int)CLOSE_RANGE_CLOEXEC) && first <= last)
        shim_slot_forget_range(first, last);
    return shim_real()->close_range(first, last, flags);
}

SHIM_EXPORT int dup(int fd)
{
    int got = shim_real()->dup(fd);

    shim_slot_follow(got, fd);
    return got;
}

SHIM_EXPORT int dup2(int fd, int to)
{
    int got = shim_real()->dup2(fd, to);

    if (fd != to)
        shim_slot_follow(got, fd);
    return got;
}

SHIM_EXPORT int dup3(int fd, int to, int flags)
{
    int got = shim_real()->dup3(fd, to, flags);

    shim_slot_follow(got, fd);
    return got;
}

static int control(int (*real)(int, int, ...), int fd, int cmd, void *arg)
{
    int got = real(fd, cmd, arg);

    if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
        shim_slot_follow(got, fd);
    return got;
}

SHIM_EXPORT int fcntl(int fd, int cmd, ...)
{
    va_list args;
    void *arg;

    va_start(args, cmd);
    arg = va_arg(args, void *);
    va_end(args);
    return control(shim_real()->fcntl, fd, cmd, arg);
}

SHIM_EXPORT int fcntl64(int fd, int cmd, ...)
{
    va_list args;
    void *arg;

    va_start(args, cmd);
    arg = va_arg(args, void *);
    va_end(args);
    return control(shim_real()->fcntl64, fd, cmd, arg);
}
