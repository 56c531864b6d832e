/* SPDX-License-Identifier: MIT */
/* client_monitor.c - see monitor_client.h: the client library's connection, without its joining. */
#include "qemu-link/monitor_client.h"

#include "qemu-link/client_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct cs_monitor {
    struct cs_client *client;
    struct cs_proto_msg welcome;
    bool over;
    unsigned code; /* of the host's goodbye */
};

/* An old host would take the request for garbage. */
static int check_host(struct cs_client *client, int64_t deadline_ms, char *why, size_t why_size)
{
    int err;

    cs_client_begin(&client->request, CS_PROTO_LIST);
    cs_client_put(client, &client->request);
    err = cs_client_await_answer(client, CS_PROTO_BUSES, deadline_ms, why, why_size);
    if (err < 0 || client->msg.minor > 1)
        return err;
    snprintf(why, why_size,
             "the host speaks version %u.%u of the link protocol, watching needs 1.2 or later",
             client->msg.major, client->msg.minor);
    return -EOPNOTSUPP;
}

static int join(struct cs_monitor *monitor, const char *name, uint64_t kinds, int64_t deadline_ms,
                char *why, size_t why_size)
{
    struct cs_client *client = monitor->client;
    int err = check_host(client, deadline_ms, why, why_size);

    if (err < 0)
        return err;
    cs_client_begin(&client->request, CS_PROTO_MONITOR);
    snprintf(client->request.name, sizeof(client->request.name), "%s", name);
    client->request.kinds = kinds;
    client->request.hears = kinds >> CS_EV_FRAME & 1;
    cs_client_put(client, &client->request);
    err = cs_client_await_answer(client, CS_PROTO_WATCHING, deadline_ms, why, why_size);
    monitor->welcome = client->msg;
    return err;
}

struct cs_monitor *cs_monitor_open(const char *address, const char *name, uint64_t kinds,
                                   int timeout_ms, char *why, size_t why_size)
{
    const int64_t deadline_ms = cs_client_now_ms() + timeout_ms;
    struct cs_monitor *monitor = calloc(1, sizeof(*monitor));

    if (!monitor) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    if (cs_client_open(&monitor->client, address, deadline_ms, why, why_size) == 0 &&
        join(monitor, name, kinds, deadline_ms, why, why_size) == 0)
        return monitor;
    cs_monitor_close(monitor);
    return NULL;
}

void cs_monitor_close(struct cs_monitor *monitor)
{
    if (!monitor)
        return;
    if (monitor->client)
        cs_client_destroy(monitor->client);
    free(monitor);
}

int cs_monitor_fd(const struct cs_monitor *monitor)
{
    return monitor->client->fd;
}

bool cs_monitor_wants_write(const struct cs_monitor *monitor)
{
    return !monitor->client->broken && cs_ring_used(&monitor->client->out) > 0;
}

const struct cs_proto_msg *cs_monitor_welcome(const struct cs_monitor *monitor)
{
    return &monitor->welcome;
}

void cs_monitor_turn(struct cs_monitor *monitor, unsigned reads)
{
    monitor->client->reads = reads;
}

const struct cs_proto_msg *cs_monitor_next(struct cs_monitor *monitor)
{
    struct cs_client *client = monitor->client;
    int n;

    if (monitor->over)
        return NULL;
    n = cs_client_read_msg(client);
    if (n > 0 && (client->msg.type == CS_PROTO_GOODBYE || client->msg.type == CS_PROTO_REFUSED)) {
        snprintf(client->closed_text, sizeof(client->closed_text), "%s", client->msg.text);
        monitor->code = client->msg.code;
        n = -ENETDOWN;
    }
    monitor->over = n < 0;
    return n > 0 ? &client->msg : NULL;
}

const char *cs_monitor_gone(const struct cs_monitor *monitor)
{
    return monitor->over ? monitor->client->closed_text : NULL;
}

bool cs_monitor_comes_back(const struct cs_monitor *monitor)
{
    return monitor->over && monitor->code == CS_PROTO_CODE_AGAIN;
}

struct cs_proto_msg *cs_monitor_begin(struct cs_monitor *monitor, uint16_t type)
{
    cs_client_begin(&monitor->client->request, type);
    return &monitor->client->request;
}

int cs_monitor_put(struct cs_monitor *monitor)
{
    int err;

    if (monitor->over)
        return -ENETDOWN;
    err = cs_client_put(monitor->client, &monitor->client->request);
    cs_client_flush(monitor->client);
    return err;
}

void cs_monitor_flush(struct cs_monitor *monitor)
{
    cs_client_flush(monitor->client);
}

void cs_monitor_wait(struct cs_monitor *monitor, int timeout_ms)
{
    struct pollfd pfd = {monitor->client->fd, POLLIN, 0};

    if (cs_monitor_wants_write(monitor))
        pfd.events |= POLLOUT;
    poll(&pfd, 1, timeout_ms);
    if (pfd.revents & POLLOUT)
        cs_client_flush(monitor->client);
}
