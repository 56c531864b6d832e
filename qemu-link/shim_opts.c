/* SPDX-License-Identifier: MIT */
/* shim_opts.c - setsockopt() and getsockopt() of a CAN socket.
 * What changes which frames arrive lives in the broker; what changes how a frame looks in a
 * recvmsg() lives in the slot. Everything else (SO_RCVTIMEO, SO_ERROR …) is the descriptor's own.
 */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <string.h>

#define OPT_TIMESTAMP_NEW    63
#define OPT_TIMESTAMPNS_NEW  64
#define OPT_TIMESTAMPING_NEW 65

#define DEFAULT_BUFFER_BYTES 212992 /* what getsockopt() tells of an untouched socket */

static int set_raw(struct shim_slot *slot, int option, const void *value, socklen_t len)
{
    int flag = 0, error;

    if (slot->protocol != CAN_RAW)
        return shim_fail(ENOPROTOOPT);
    if (value == NULL && len > 0)
        return shim_fail(EFAULT);
    if (len > SHIM_MAX_FILTERS * sizeof(struct can_filter))
        return shim_fail(EINVAL);
    error = shim_request(SHIM_OP_SETOPT, slot->token, option, value, len, NULL, NULL);
    if (error != 0)
        return shim_fail(error);
    if (len == sizeof(flag) && value != NULL)
        memcpy(&flag, value, sizeof(flag));
    if (option == CAN_RAW_LOOPBACK)
        slot->loopback = flag != 0;
    if (option == CAN_RAW_FD_FRAMES)
        slot->fd_frames = flag != 0;
    return 0;
}

static int get_raw(const struct shim_slot *slot, int option, void *value, socklen_t *len)
{
    size_t got = *len < SHIM_OPTION_MAX ? *len : SHIM_OPTION_MAX;
    char answer[SHIM_OPTION_MAX];
    size_t n = sizeof(answer);
    int error;

    if (slot->protocol != CAN_RAW)
        return shim_fail(ENOPROTOOPT);
    error = shim_request(SHIM_OP_GETOPT, slot->token, option, NULL, 0, answer, &n);
    if (error != 0)
        return shim_fail(error);
    if (option == CAN_RAW_FILTER && got < n) {
        *len = (socklen_t)n; /* as Linux: too small a buffer learns how much is needed */
        return shim_fail(ERANGE);
    }
    if (n < got)
        got = n;
    memcpy(value, answer, got);
    *len = (socklen_t)got;
    return 0;
}

static void set_stamp(struct shim_slot *slot, unsigned kind, int on)
{
    if (on)
        slot->stamp = kind;
    else
        slot->stamp = 0;
}

static void set_buffer(struct shim_slot *slot, int which, int bytes)
{
    const int least = which == 0 ? 2304 : 4608;

    if (bytes > DEFAULT_BUFFER_BYTES * 64)
        bytes = DEFAULT_BUFFER_BYTES * 64;
    slot->bufsize[which] = 2 * bytes < least ? least : 2 * bytes; /* Linux doubles it */
    slot->bufsize_set[which] = true;
}

/* Returns 1 where the option is not ours. */
static int set_socket(struct shim_slot *slot, int option, const void *value, socklen_t len)
{
    int number;

    switch (option) {
    case SO_TIMESTAMP:
    case SO_TIMESTAMPNS:
    case SO_TIMESTAMPING:
    case OPT_TIMESTAMP_NEW:
    case OPT_TIMESTAMPNS_NEW:
    case OPT_TIMESTAMPING_NEW:
    case SO_RXQ_OVFL:
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
        break;
    case SO_BINDTODEVICE: /* means nothing to CAN_RAW */
        return 0;
    default:
        return 1;
    }
    if (len < sizeof(number))
        return shim_fail(EINVAL);
    if (value == NULL)
        return shim_fail(EFAULT);
    memcpy(&number, value, sizeof(number));
    if (option == SO_TIMESTAMP || option == OPT_TIMESTAMP_NEW)
        set_stamp(slot, SHIM_STAMP_US | (option == SO_TIMESTAMP ? 0 : SHIM_STAMP_NEW), number);
    else if (option == SO_TIMESTAMPNS || option == OPT_TIMESTAMPNS_NEW)
        set_stamp(slot, SHIM_STAMP_NS | (option == SO_TIMESTAMPNS ? 0 : SHIM_STAMP_NEW), number);
    else if (option == SO_TIMESTAMPING || option == OPT_TIMESTAMPING_NEW) {
        slot->stamping = option == SO_TIMESTAMPING ? (unsigned)number : 0;
        slot->stamping_new = option == SO_TIMESTAMPING ? 0 : (unsigned)number;
    } else if (option == SO_RXQ_OVFL)
        slot->overflow = number != 0;
    else
        set_buffer(slot, option == SO_SNDBUF || option == SO_SNDBUFFORCE, number);
    return 0;
}

SHIM_EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    struct shim_slot *slot = shim_slot(fd);
    int got = 1;

    if (slot != NULL && level == SOL_CAN_RAW)
        return set_raw(slot, option, value, len);
    if (slot != NULL && level == SOL_SOCKET)
        got = set_socket(slot, option, value, len);
    return got == 1 ? shim_real()->setsockopt(fd, level, option, value, len) : got;
}

/* Returns false where the option is not ours. */
static bool get_socket(const struct shim_slot *slot, int option, int *number)
{
    const int buffer = option == SO_SNDBUF;

    switch (option) {
    case SO_DOMAIN:
        *number = AF_CAN;
        return true;
    case SO_TYPE:
        *number = slot->protocol == CAN_RAW ? SOCK_RAW : SOCK_DGRAM;
        return true;
    case SO_PROTOCOL:
        *number = slot->protocol;
        return true;
    case SO_RCVBUF:
    case SO_SNDBUF:
        *number = slot->bufsize_set[buffer] ? slot->bufsize[buffer] : DEFAULT_BUFFER_BYTES;
        return true;
    case SO_RXQ_OVFL:
        *number = slot->overflow;
        return true;
    case SO_TIMESTAMP:
    case OPT_TIMESTAMP_NEW:
        *number = (slot->stamp & SHIM_STAMP_US) != 0;
        return true;
    case SO_TIMESTAMPNS:
    case OPT_TIMESTAMPNS_NEW:
        *number = (slot->stamp & SHIM_STAMP_NS) != 0;
        return true;
    case SO_TIMESTAMPING:
    case OPT_TIMESTAMPING_NEW:
        *number = (int)(slot->stamping | slot->stamping_new);
        return true;
    default:
        return false;
    }
}

SHIM_EXPORT int getsockopt(int fd, int level, int option, void *__restrict value,
                           socklen_t *__restrict len)
{
    struct shim_slot *slot = shim_slot(fd);
    int number;

    if (slot != NULL && level == SOL_CAN_RAW)
        return get_raw(slot, option, value, len);
    if (slot == NULL || level != SOL_SOCKET || !get_socket(slot, option, &number))
        return shim_real()->getsockopt(fd, level, option, value, len);
    if (*len > sizeof(number))
        *len = sizeof(number);
    memcpy(value, &number, *len);
    return 0;
}
