/* SPDX-License-Identifier: MIT */
/* client_fault.c - faults of a host's buses: asked for by a client that has joined, or by somebody
 * who only came to ask. */
#include "qemu-link/client_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int put_request(struct cs_client *client, uint16_t type, const char *bus, uint64_t token)
{
    struct cs_proto_msg *msg = &client->request;
    int err;

    msg->type = type;
    msg->magic = CS_PROTO_MAGIC;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = CS_PROTO_MINOR;
    msg->token = token;
    snprintf(msg->bus, sizeof(msg->bus), "%s", bus);
    err = cs_client_put(client, msg);
    if (err == 0)
        cs_client_flush(client);
    return err;
}

static int own_request(struct cs_client *client, uint16_t type, uint64_t cookie)
{
    if (client->broken)
        return -ENETDOWN;
    return client->welcome.minor > 0 ? put_request(client, type, client->welcome.bus, cookie)
                                     : -EOPNOTSUPP;
}

int cs_client_fault_arm(struct cs_client *client, const char *text, uint64_t cookie)
{
    if (strlen(text) >= sizeof(client->request.spec))
        return -EINVAL;
    snprintf(client->request.spec, sizeof(client->request.spec), "%s", text);
    return own_request(client, CS_PROTO_FAULT_ARM, cookie);
}

int cs_client_fault_clear(struct cs_client *client, int id, uint64_t cookie)
{
    if (id < 0)
        return -EINVAL;
    client->request.fault = id;
    return own_request(client, CS_PROTO_FAULT_CLEAR, cookie);
}

int cs_client_fault_list(struct cs_client *client, uint64_t cookie)
{
    return own_request(client, CS_PROTO_FAULT_LIST, cookie);
}

/* ---- without joining ------------------------------------------------------------------------- */

static int check_request(const struct cs_client_fault_request *request, char *why, size_t why_size)
{
    const bool arm = request->op == CS_CLIENT_FAULT_OP_ARM;
    const char *wrong = NULL;

    if (request->bus && strlen(request->bus) >= CS_NAME_MAX)
        wrong = "the bus's name must have at most 63 bytes";
    else if (arm && (!request->text || strlen(request->text) >= CS_FAULT_TEXT_MAX))
        wrong = "a fault's text must be there and shorter than CS_FAULT_TEXT_MAX";
    else if (request->op == CS_CLIENT_FAULT_OP_CLEAR && request->id < 0)
        wrong = "a fault's number must be 1 or above, or 0 for all";
    else if ((unsigned)request->op > CS_CLIENT_FAULT_OP_LIST)
        wrong = "op must be one of enum cs_client_fault_op";
    if (!wrong)
        return 0;
    snprintf(why, why_size, "%s", wrong);
    return -EINVAL;
}

/* An old host would take the request for garbage. */
static int check_host(struct cs_client *client, int64_t deadline_ms, char *why, size_t why_size)
{
    int err;

    cs_client_begin(&client->request, CS_PROTO_LIST);
    cs_client_put(client, &client->request);
    err = cs_client_await_answer(client, CS_PROTO_BUSES, deadline_ms, why, why_size);
    if (err < 0 || client->msg.minor > 0)
        return err;
    snprintf(why, why_size,
             "the host speaks version %u.%u of the link protocol, faults need 1.1 or later",
             client->msg.major, client->msg.minor);
    return -EOPNOTSUPP;
}

static int await_status(struct cs_client *client, int64_t deadline_ms, cs_client_fault_fn *each,
                        void *ctx, char *why, size_t why_size)
{
    struct cs_client_event event;

    for (;;) {
        const int err = cs_client_await(client, deadline_ms, why, why_size);

        if (err < 0)
            return err;
        if (client->msg.type == CS_PROTO_REFUSED || client->msg.type == CS_PROTO_LOST) {
            snprintf(why, why_size, "%s",
                     client->msg.type == CS_PROTO_LOST ? "a part of the host's answer was lost"
                                                       : client->msg.text);
            return -EPROTO;
        }
        if (client->msg.type != CS_PROTO_FAULT_STATUS && client->msg.type != CS_PROTO_FAULT_ENTRY)
            continue;
        cs_client_to_event(client, &event);
        if (event.kind == CS_CLIENT_FAULT_STATUS && event.status != 0) {
            snprintf(why, why_size, "%s", event.text);
            return event.status;
        }
        if (each)
            each(ctx, &event);
        if (event.kind == CS_CLIENT_FAULT_STATUS)
            return 0;
    }
}

int cs_client_fault_ask(const struct cs_client_fault_request *request, cs_client_fault_fn *each,
                        void *ctx, char *why, size_t why_size)
{
    static const uint16_t types[] = {
        [CS_CLIENT_FAULT_OP_ARM] = CS_PROTO_FAULT_ARM,
        [CS_CLIENT_FAULT_OP_CLEAR] = CS_PROTO_FAULT_CLEAR,
        [CS_CLIENT_FAULT_OP_LIST] = CS_PROTO_FAULT_LIST,
    };
    const int64_t deadline_ms = cs_client_now_ms() + CS_CLIENT_TIMEOUT_MS;
    struct cs_client *client = NULL;
    int err = check_request(request, why, why_size);

    if (err == 0)
        err = cs_client_open(&client, request->address, deadline_ms, why, why_size);
    if (err < 0)
        return err;
    err = check_host(client, deadline_ms, why, why_size);
    if (err == 0) {
        client->request.fault = request->id;
        snprintf(client->request.spec, sizeof(client->request.spec), "%s",
                 request->text ? request->text : "");
        put_request(client, types[request->op], request->bus ? request->bus : "", 1);
        err = await_status(client, deadline_ms, each, ctx, why, why_size);
    }
    cs_client_destroy(client);
    return err;
}
