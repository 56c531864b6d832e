/* SPDX-License-Identifier: MIT */
/* client_join.c - connect, ask, be welcomed or refused; and goodbye. */
#include "qemu-link/client_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_WAIT_MS 100

static const int code_errno[CS_PROTO_CODE_COUNT] = {
    [CS_PROTO_CODE_OTHER] = EPROTO,          [CS_PROTO_CODE_PROTOCOL] = EPROTO,
    [CS_PROTO_CODE_VERSION] = EPROTO,        [CS_PROTO_CODE_NO_BUS] = ENODEV,
    [CS_PROTO_CODE_BITRATE] = EINVAL,        [CS_PROTO_CODE_BUS_FULL] = ENOSPC,
    [CS_PROTO_CODE_TOO_MANY] = ENOSPC,       [CS_PROTO_CODE_TIMEOUT] = ETIMEDOUT,
    [CS_PROTO_CODE_SHUTDOWN] = ECONNREFUSED, [CS_PROTO_CODE_AGAIN] = ECONNREFUSED,
};

char *cs_client_default_address(char *buf, size_t size)
{
    return cs_proto_address_default(buf, size, NULL);
}

/* ---- one connection -------------------------------------------------------------------------- */

void cs_client_destroy(struct cs_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    cs_ring_fini(&client->out);
    free(client->in);
    free(client);
}

static struct cs_client *create(void)
{
    struct cs_client *client = calloc(1, sizeof(*client));

    if (!client)
        return NULL;
    client->fd = -1;
    client->in = malloc(CS_CLIENT_IN_BYTES);
    if (!client->in || cs_ring_init(&client->out, CS_CLIENT_CONTROL_BYTES) < 0) {
        cs_client_destroy(client);
        return NULL;
    }
    return client;
}

int cs_client_open(struct cs_client **client, const char *text, int64_t deadline_ms, char *why,
                   size_t why_size)
{
    struct cs_proto_address address;
    int fd;
    const int err = cs_proto_address_parse(text, &address, why, why_size);

    if (err < 0)
        return err;
    fd = cs_client_dial(&address, deadline_ms, why, why_size);
    if (fd < 0)
        return fd;
    *client = create();
    if (!*client) {
        close(fd);
        snprintf(why, why_size, "out of memory");
        return -ENOMEM;
    }
    (*client)->fd = fd;
    return 0;
}

int cs_client_await(struct cs_client *client, int64_t deadline_ms, char *why, size_t why_size)
{
    for (;;) {
        struct pollfd pfd = {client->fd, POLLIN, 0};
        int64_t left;
        int n;

        cs_client_flush(client);
        client->reads = CS_CLIENT_READS;
        n = cs_client_read_msg(client);
        if (n > 0)
            return 0;
        if (n < 0) {
            snprintf(why, why_size, "%s", client->closed_text);
            return n == -ENETDOWN ? -EPROTO : n;
        }
        if (cs_client_wants_write(client))
            pfd.events |= POLLOUT;
        left = deadline_ms - cs_client_now_ms();
        if (left <= 0 || (poll(&pfd, 1, (int)left) < 0 && errno != EINTR)) {
            snprintf(why, why_size, "the host did not answer in time");
            return -ETIMEDOUT;
        }
    }
}

static int refused(const struct cs_proto_msg *msg, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s", msg->text);
    return msg->code < CS_PROTO_CODE_COUNT ? -code_errno[msg->code] : -EPROTO;
}

int cs_client_await_answer(struct cs_client *client, uint16_t expected, int64_t deadline_ms,
                           char *why, size_t why_size)
{
    const struct cs_proto_msg *msg = &client->msg;
    const int err = cs_client_await(client, deadline_ms, why, why_size);

    if (err < 0)
        return err;
    if (msg->type == CS_PROTO_REFUSED || msg->type == CS_PROTO_GOODBYE)
        return refused(msg, why, why_size);
    if (msg->type != expected) {
        snprintf(why, why_size, "the host answered with message 0x%02X, expected 0x%02X", msg->type,
                 expected);
        return -EPROTO;
    }
    return cs_proto_version_fits(msg, "host", why, why_size) ? 0 : -EPROTO;
}

void cs_client_begin(struct cs_proto_msg *msg, uint16_t type)
{
    memset(msg, 0, sizeof(*msg));
    msg->type = type;
    msg->magic = CS_PROTO_MAGIC;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = CS_PROTO_MINOR;
}

/* ---- join ------------------------------------------------------------------------------------ */

static int check_options(const struct cs_client_options *options, char *why, size_t why_size)
{
    const char *wrong = NULL;

    if (options->mode > CS_MODE_ALL)
        wrong = "mode must be a combination of enum cs_mode";
    else if (options->n_filters > CS_MAX_FILTERS || (options->n_filters && !options->filters))
        wrong = "there must be 0..64 filters";
    else if (options->bus && strlen(options->bus) >= CS_NAME_MAX)
        wrong = "the bus's name must have at most 63 bytes";
    else if (options->name && strlen(options->name) >= CS_NAME_MAX)
        wrong = "the controller's name must have at most 63 bytes";
    else if (options->restart_ms > 3600000)
        wrong = "restart_ms must be 0..3600000";
    else if ((unsigned)options->fd >= CS_FD_COUNT)
        wrong = "fd must be one of enum cs_fd";
    else if (options->delay_ps < 0 || options->delay_ps > CS_DELAY_MAX_PS)
        wrong = "delay_ps must be 0..100000000";
    else if (options->timing && cs_timing_check(options->timing, why, why_size) < 0)
        return -EINVAL;
    if (!wrong)
        return 0;
    snprintf(why, why_size, "%s", wrong);
    return -EINVAL;
}

static void put_hello(struct cs_proto_msg *msg, const struct cs_client_options *options)
{
    cs_client_begin(msg, CS_PROTO_HELLO);
    snprintf(msg->bus, sizeof(msg->bus), "%s", options->bus ? options->bus : "");
    if (options->name)
        snprintf(msg->name, sizeof(msg->name), "%s", options->name);
    else
        snprintf(msg->name, sizeof(msg->name), "%.40s-%ld", program_invocation_short_name,
                 (long)getpid());
    msg->bitrate_bps = options->bitrate_bps;
    msg->restart_ms = options->restart_ms;
    msg->tx_queue_len = (uint16_t)(options->tx_queue_len < CS_TX_QUEUE_MAX ? options->tx_queue_len
                                                                           : CS_TX_QUEUE_MAX);
    msg->mode = (uint8_t)options->mode;
    msg->want = (uint8_t)(options->want & (CS_PROTO_WANT_RX | CS_PROTO_WANT_ERRORS));
    msg->order = options->fifo ? CS_TX_FIFO : CS_TX_BY_PRIORITY;
    msg->n_filters = (uint16_t)options->n_filters;
    for (unsigned i = 0; i < options->n_filters; i++)
        msg->filters[i] = options->filters[i];
    msg->fd = (uint8_t)options->fd;
    msg->no_exception = options->protocol_exception_off;
    msg->want_faults = (options->want & CS_CLIENT_WANT_FAULTS) != 0;
    msg->delay_ps = options->delay_ps;
    if (options->timing)
        msg->timing = *options->timing;
}

static int join(struct cs_client *client, const struct cs_client_options *options,
                int64_t deadline_ms, char *why, size_t why_size)
{
    int err;

    put_hello(&client->request, options);
    cs_client_put(client, &client->request);
    err = cs_client_await_answer(client, CS_PROTO_WELCOME, deadline_ms, why, why_size);
    if (err < 0)
        return err;
    client->welcome = client->msg;
    client->credits = client->granted = client->msg.credits;
    memset(&client->request, 0, sizeof(client->request));
    cs_ring_fini(&client->out);
    err = cs_ring_init(&client->out,
                       CS_CLIENT_CONTROL_BYTES + (size_t)client->granted * CS_CLIENT_SEND_BYTES);
    if (err < 0)
        snprintf(why, why_size, "out of memory");
    return err;
}

int cs_client_connect(struct cs_client **client, const struct cs_client_options *options, char *why,
                      size_t why_size)
{
    const struct cs_client_options none = {0};
    const int timeout_ms =
        options && options->timeout_ms > 0 ? options->timeout_ms : CS_CLIENT_TIMEOUT_MS;
    const int64_t deadline_ms = cs_client_now_ms() + timeout_ms;
    struct cs_client *made = NULL;
    int err;

    *client = NULL;
    if (!options)
        options = &none;
    err = check_options(options, why, why_size);
    if (err == 0)
        err = cs_client_open(&made, options->address, deadline_ms, why, why_size);
    if (err < 0)
        return err;
    err = join(made, options, deadline_ms, why, why_size);
    if (err < 0)
        cs_client_destroy(made);
    else
        *client = made;
    return err;
}

static unsigned copy_buses(const struct cs_proto_msg *msg, struct cs_client_bus *buses,
                           unsigned max)
{
    for (unsigned i = 0; i < msg->n_buses && i < max; i++) {
        memcpy(buses[i].name, msg->buses[i].name, sizeof(buses[i].name));
        buses[i].bitrate_bps = msg->buses[i].bitrate_bps;
        buses[i].data_bitrate_bps = msg->buses[i].data_bitrate_bps;
        buses[i].fd = msg->buses[i].fd;
    }
    return msg->n_buses;
}

int cs_client_topology(const char *address, struct cs_client_bus *buses, unsigned max, char *why,
                       size_t why_size)
{
    const int64_t deadline_ms = cs_client_now_ms() + CS_CLIENT_TIMEOUT_MS;
    struct cs_client *client = NULL;
    int result = cs_client_open(&client, address, deadline_ms, why, why_size);

    if (result < 0)
        return result;
    cs_client_begin(&client->request, CS_PROTO_LIST);
    cs_client_put(client, &client->request);
    result = cs_client_await_answer(client, CS_PROTO_BUSES, deadline_ms, why, why_size);
    if (result == 0)
        result = (int)copy_buses(&client->msg, buses, max);
    cs_client_destroy(client);
    return result;
}

void cs_client_close(struct cs_client *client)
{
    const int64_t deadline_ms = cs_client_now_ms() + CLOSE_WAIT_MS;

    if (!client)
        return;
    if (!client->broken) {
        client->request.type = CS_PROTO_BYE;
        cs_client_put(client, &client->request);
        cs_client_flush(client);
    }
    while (cs_client_wants_write(client)) {
        struct pollfd pfd = {client->fd, POLLOUT, 0};
        const int64_t left = deadline_ms - cs_client_now_ms();

        if (left <= 0 || (poll(&pfd, 1, (int)left) < 0 && errno != EINTR))
            break;
        cs_client_flush(client);
    }
    cs_client_destroy(client);
}

/* ---- what the host said ---------------------------------------------------------------------- */

const char *cs_client_name(const struct cs_client *client)
{
    return client->welcome.name;
}

const char *cs_client_bus(const struct cs_client *client)
{
    return client->welcome.bus;
}

int cs_client_node(const struct cs_client *client)
{
    return client->welcome.node;
}

uint32_t cs_client_bitrate_bps(const struct cs_client *client)
{
    return client->welcome.bitrate_bps;
}

uint32_t cs_client_data_bitrate_bps(const struct cs_client *client)
{
    return client->welcome.data_bitrate_bps;
}

enum cs_fd cs_client_fd_mode(const struct cs_client *client)
{
    return client->welcome.fd != CS_FD_BUS ? (enum cs_fd)client->welcome.fd : CS_FD_CLASSIC;
}

bool cs_client_sends_fd(const struct cs_client *client)
{
    return client->welcome.features & CS_PROTO_FEATURE_FD;
}

const struct cs_timing *cs_client_timing(const struct cs_client *client)
{
    return &client->welcome.timing;
}

unsigned cs_client_host_minor(const struct cs_client *client)
{
    return client->welcome.minor;
}

int64_t cs_client_epoch_ns(const struct cs_client *client)
{
    return client->welcome.epoch_ns;
}

unsigned cs_client_buses(const struct cs_client *client, struct cs_client_bus *buses, unsigned max)
{
    return copy_buses(&client->welcome, buses, max);
}
