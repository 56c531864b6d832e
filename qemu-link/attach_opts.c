/* SPDX-License-Identifier: MIT */
/* attach_opts.c - SOL_CAN_RAW: what decides which frames reach a socket. */
#include "qemu-link/attach_broker.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <linux/can/raw.h>

/* The options that are a flag. */
static const struct {
    int option;
    size_t offset;
} flags[] = {
    {CAN_RAW_LOOPBACK, offsetof(struct cs_attach_sock, loopback)},
    {CAN_RAW_RECV_OWN_MSGS, offsetof(struct cs_attach_sock, recv_own)},
    {CAN_RAW_FD_FRAMES, offsetof(struct cs_attach_sock, fd_frames)},
    {CAN_RAW_JOIN_FILTERS, offsetof(struct cs_attach_sock, join)},
};

#define N_FLAGS (sizeof(flags) / sizeof(flags[0]))

static int set_filters(struct cs_attach_sock *sock, const void *value, size_t len)
{
    const size_t n = len / sizeof(struct can_filter);
    struct can_filter *filters = &sock->one;

    if (len % sizeof(struct can_filter) != 0 || n > SHIM_MAX_FILTERS)
        return EINVAL;
    if (n > 1) {
        filters = malloc(len);
        if (filters == NULL)
            return ENOMEM;
    }
    memcpy(filters, value, len);
    if (sock->filters != &sock->one)
        free(sock->filters);
    sock->filters = filters;
    sock->n_filters = (unsigned)n;
    return 0;
}

int cs_attach_set_option(struct cs_attach_sock *sock, int option, const void *value, size_t len)
{
    int number;

    if (option == CAN_RAW_FILTER)
        return set_filters(sock, value, len);
    if (option == CAN_RAW_ERR_FILTER) {
        if (len != sizeof(sock->error_mask))
            return EINVAL;
        memcpy(&sock->error_mask, value, len);
        sock->error_mask &= CAN_ERR_MASK;
        return 0;
    }
    for (size_t i = 0; i < N_FLAGS; i++) {
        if (flags[i].option != option)
            continue;
        if (len != sizeof(number))
            return EINVAL;
        memcpy(&number, value, sizeof(number));
        *(bool *)((char *)sock + flags[i].offset) = number != 0;
        return 0;
    }
    return ENOPROTOOPT;
}

int cs_attach_get_option(const struct cs_attach_sock *sock, int option, void *value, size_t *len)
{
    int number;

    if (option == CAN_RAW_FILTER) {
        *len = sock->n_filters * sizeof(struct can_filter);
        memcpy(value, sock->filters, *len);
        return 0;
    }
    if (option == CAN_RAW_ERR_FILTER) {
        *len = sizeof(sock->error_mask);
        memcpy(value, &sock->error_mask, *len);
        return 0;
    }
    for (size_t i = 0; i < N_FLAGS; i++) {
        if (flags[i].option != option)
            continue;
        number = *(const bool *)((const char *)sock + flags[i].offset);
        *len = sizeof(number);
        memcpy(value, &number, *len);
        return 0;
    }
    return ENOPROTOOPT;
}
