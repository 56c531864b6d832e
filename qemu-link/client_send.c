/* SPDX-License-Identifier: MIT */
/* client_send.c - what a program asks of its controller. Every request is tried on the socket at
 * once; what does not fit waits in the ring for cs_client_next(). */
#include "qemu-link/client_internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

int cs_client_fd(const struct cs_client *client)
{
    return client->fd;
}

bool cs_client_wants_write(const struct cs_client *client)
{
    return !client->broken && cs_ring_used(&client->out) > 0;
}

unsigned cs_client_credits(const struct cs_client *client)
{
    return client->broken ? 0 : client->credits;
}

static int request(struct cs_client *client, uint16_t type)
{
    int err;

    if (client->broken)
        return -ENETDOWN;
    client->request.type = type;
    err = cs_client_put(client, &client->request);
    if (err == 0)
        cs_client_flush(client);
    return err;
}

int cs_client_send(struct cs_client *client, const struct cs_frame *frame, uint64_t cookie)
{
    int err;

    if (client->broken)
        return -ENETDOWN;
    if (cs_frame_check(frame) < 0)
        return -EINVAL;
    if (frame->flags & CS_FRAME_FD && !cs_client_sends_fd(client))
        return -EOPNOTSUPP;
    if (client->credits == 0)
        return -EAGAIN;
    client->request.frame = *frame;
    client->request.cookie = cookie;
    err = request(client, CS_PROTO_SEND);
    if (err == 0)
        client->credits--;
    return err;
}

int cs_client_abort(struct cs_client *client, uint64_t cookie)
{
    client->request.cookie = cookie;
    return request(client, CS_PROTO_ABORT);
}

int cs_client_set_filters(struct cs_client *client, const struct cs_filter *filters, unsigned n)
{
    if (n > CS_MAX_FILTERS || (n > 0 && !filters))
        return -EINVAL;
    for (unsigned i = 0; i < n; i++)
        client->request.filters[i] = filters[i];
    client->request.n_filters = (uint16_t)n;
    return request(client, CS_PROTO_SET_FILTERS);
}

int cs_client_set_mode(struct cs_client *client, unsigned mode)
{
    if (mode > CS_MODE_ALL)
        return -EINVAL;
    client->request.mode = (uint8_t)mode;
    return request(client, CS_PROTO_SET_MODE);
}

/* What version 1.1 brought. */
static int later_request(struct cs_client *client, uint16_t type)
{
    return client->broken || client->welcome.minor > 0 ? request(client, type) : -EOPNOTSUPP;
}

int cs_client_set_timing(struct cs_client *client, const struct cs_timing *timing)
{
    char why[160];

    if (timing && cs_timing_check(timing, why, sizeof(why)) < 0)
        return -EINVAL;
    client->request.timing = timing ? *timing : (struct cs_timing){0};
    return later_request(client, CS_PROTO_SET_TIMING);
}

int cs_client_fill_timing(struct cs_timing *timing, uint32_t bitrate_bps, unsigned sample_permille,
                          uint32_t data_bitrate_bps, unsigned data_sample_permille, char *why,
                          size_t why_size)
{
    memset(timing, 0, sizeof(*timing));
    cs_bit_timing_fill(&timing->nominal, bitrate_bps, sample_permille, 0);
    if (data_bitrate_bps > 0)
        cs_bit_timing_fill(&timing->data, data_bitrate_bps, data_sample_permille, 0);
    return cs_timing_check(timing, why, why_size);
}

int cs_client_reset(struct cs_client *client)
{
    return later_request(client, CS_PROTO_RESET);
}

int cs_client_recover(struct cs_client *client)
{
    return request(client, CS_PROTO_RECOVER);
}

int cs_client_wait(struct cs_client *client, int timeout_ms)
{
    const int64_t deadline_ms = cs_client_now_ms() + timeout_ms;

    while (!cs_client_ready(client)) {
        struct pollfd pfd = {client->fd, POLLIN, 0};
        int64_t left = -1;
        int n;

        if (client->closed)
            return -ENETDOWN;
        if (cs_client_wants_write(client))
            pfd.events |= POLLOUT;
        if (timeout_ms >= 0)
            left = deadline_ms - cs_client_now_ms();
        if (timeout_ms >= 0 && left < 0)
            left = 0;
        n = poll(&pfd, 1, (int)left);
        if (n < 0)
            return -errno;
        if (n == 0 || left == 0)
            return cs_client_ready(client);
    }
    return 1;
}
