/* SPDX-License-Identifier: MIT */
/* client_io.c - messages to and from the host, without ever blocking.
 * What arrived is handed out before the news that the connection is gone. */
#include "qemu-link/client_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void cs_client_flush(struct cs_client *client)
{
    struct iovec pieces[2];
    struct msghdr msg = {.msg_iov = pieces};

    while (!client->broken && cs_ring_used(&client->out) > 0) {
        msg.msg_iovlen = (size_t)cs_ring_pieces(&client->out, pieces);
        const ssize_t n = sendmsg(client->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n >= 0) {
            cs_ring_consume(&client->out, (size_t)n);
        } else if (errno != EINTR) {
            if (errno != EAGAIN && errno != EWOULDBLOCK)
                cs_ring_clear(&client->out);
            return;
        }
    }
}

int cs_client_put(struct cs_client *client, const struct cs_proto_msg *msg)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const size_t len = cs_proto_encode(msg, bytes);
    const size_t keep =
        msg->type == CS_PROTO_SEND ? 0 : (size_t)client->granted * CS_CLIENT_SEND_BYTES;

    if (cs_ring_used(&client->out) + len + keep > client->out.size)
        cs_client_flush(client);
    if (cs_ring_used(&client->out) + len + keep > client->out.size)
        return -EAGAIN;
    cs_ring_put(&client->out, bytes, len);
    return 0;
}

static int break_off(struct cs_client *client, int err, const char *text)
{
    client->broken = true;
    if (text)
        snprintf(client->closed_text, sizeof(client->closed_text), "%s", text);
    return err;
}

/* 1 more bytes, 0 none now, -errno the end. */
static int fill(struct cs_client *client)
{
    ssize_t n;

    if (client->in_head > 0) {
        client->in_tail -= client->in_head;
        memmove(client->in, client->in + client->in_head, client->in_tail);
        client->in_head = 0;
    }
    do
        n = recv(client->fd, client->in + client->in_tail, CS_CLIENT_IN_BYTES - client->in_tail,
                 MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        client->in_tail += (size_t)n;
        return 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    return break_off(client, -ENETDOWN, "the host closed the connection");
}

int cs_client_read_msg(struct cs_client *client)
{
    char why[160];
    char text[CS_PROTO_TEXT_MAX];

    while (!client->broken) {
        const int n =
            cs_proto_decode(client->in + client->in_head, client->in_tail - client->in_head,
                            CS_PROTO_HOST, &client->msg, why, sizeof(why));
        int more;

        if (n < 0) {
            snprintf(text, sizeof(text), "the host broke the link protocol: %s", why);
            return break_off(client, -EPROTO, text);
        }
        if (n > 0) {
            client->in_head += (size_t)n;
            if (client->msg.type != CS_PROTO_SKIPPED)
                return 1;
            continue;
        }
        if (client->reads == 0)
            return 0;
        client->reads--;
        more = fill(client);
        if (more <= 0)
            return more;
    }
    return -ENETDOWN;
}

/* ---- events ---------------------------------------------------------------------------------- */

static const enum cs_client_event_kind kinds[] = {
    [CS_PROTO_RX - CS_PROTO_WELCOME] = CS_CLIENT_RX,
    [CS_PROTO_TX_DONE - CS_PROTO_WELCOME] = CS_CLIENT_TX_DONE,
    [CS_PROTO_ARB_LOST - CS_PROTO_WELCOME] = CS_CLIENT_ARB_LOST,
    [CS_PROTO_ERROR - CS_PROTO_WELCOME] = CS_CLIENT_ERROR,
    [CS_PROTO_STATE - CS_PROTO_WELCOME] = CS_CLIENT_STATE,
    [CS_PROTO_LOST - CS_PROTO_WELCOME] = CS_CLIENT_LOST,
    [CS_PROTO_FAULT_EVENT - CS_PROTO_WELCOME] = CS_CLIENT_FAULT,
    [CS_PROTO_FAULT_STATUS - CS_PROTO_WELCOME] = CS_CLIENT_FAULT_STATUS,
    [CS_PROTO_FAULT_ENTRY - CS_PROTO_WELCOME] = CS_CLIENT_FAULT_ENTRY,
};

/* FAULT_STATUS's codes, as cs_fault_arm() would have told. */
static const int fault_errno[CS_PROTO_FAULT_CODE_COUNT] = {
    [CS_PROTO_FAULT_DONE] = 0,         [CS_PROTO_FAULT_UNUSABLE] = EINVAL,
    [CS_PROTO_FAULT_UNKNOWN] = ENOENT, [CS_PROTO_FAULT_BUSY] = EBUSY,
    [CS_PROTO_FAULT_FULL] = ENOSPC,    [CS_PROTO_FAULT_DENIED] = EACCES,
};

static void copy_fault(const struct cs_proto_msg *msg, struct cs_client_event *event)
{
    event->fault = msg->fault;
    event->text = msg->spec;
    event->cookie = msg->token;
    if (msg->type == CS_PROTO_FAULT_STATUS)
        event->status = msg->code < CS_PROTO_FAULT_CODE_COUNT ? -fault_errno[msg->code] : -EINVAL;
    else if (msg->type == CS_PROTO_FAULT_ENTRY)
        event->count = msg->fired;
}

void cs_client_to_event(const struct cs_client *client, struct cs_client_event *event)
{
    const struct cs_proto_msg *msg = &client->msg;

    *event = (struct cs_client_event){
        .kind = kinds[msg->type - CS_PROTO_WELCOME],
        .at_ps = msg->at_ps,
        .start_ps = msg->start_ps,
        .frame = msg->frame,
        .cookie = msg->cookie,
        .result = (enum cs_tx_result)msg->result,
        .error = (enum cs_error_kind)msg->error,
        .state = (enum cs_node_state)msg->state,
        .field = msg->field,
        .tx = msg->tx,
        .bit = msg->bit,
        .attempts = msg->attempts,
        .lost = msg->lost,
        .tec = msg->tec,
        .rec = msg->rec,
        .from = msg->from,
        .count = msg->count,
        .text = "",
        .own = msg->own,
        .index = msg->index,
        .stuff = msg->stuff,
        .level = msg->level,
        .peer = client->welcome.minor > 0 ? msg->peer : CS_NO_NODE,
        .stage = msg->stage,
        .active = msg->active,
        .matched = msg->matched,
    };
    if (msg->type >= CS_PROTO_FAULT_STATUS)
        copy_fault(msg, event);
}

/* 1 an event, 0 the message is none, -errno the connection is over. */
static int to_event(struct cs_client *client, struct cs_client_event *event)
{
    const struct cs_proto_msg *msg = &client->msg;

    switch (msg->type) {
    case CS_PROTO_PONG:
    case CS_PROTO_BUSES:
        return 0;
    case CS_PROTO_GOODBYE:
        return break_off(client, -ENETDOWN, msg->text);
    case CS_PROTO_WELCOME:
    case CS_PROTO_REFUSED:
        return break_off(client, -EPROTO,
                         "the host broke the link protocol: a second answer to HELLO");
    case CS_PROTO_TX_DONE:
        if (client->credits >= client->granted)
            return break_off(client, -EPROTO,
                             "the host broke the link protocol: a confirmation too many");
        client->credits++;
        break;
    default:
        break;
    }
    cs_client_to_event(client, event);
    return 1;
}

static bool fetch(struct cs_client *client)
{
    int n = 0;

    if (client->have_one || client->closed)
        return client->have_one;
    cs_client_flush(client);
    client->reads = CS_CLIENT_READS;
    while (n == 0) {
        n = cs_client_read_msg(client);
        if (n == 0)
            return false;
        if (n > 0)
            n = to_event(client, &client->one);
    }
    if (n < 0) {
        client->one = (struct cs_client_event){.kind = CS_CLIENT_CLOSED};
        client->one.text = client->closed_text;
        client->credits = 0;
    }
    client->have_one = true;
    return true;
}

int cs_client_next(struct cs_client *client, struct cs_client_event *event)
{
    if (!fetch(client))
        return 0;
    *event = client->one;
    client->have_one = false;
    client->closed = event->kind == CS_CLIENT_CLOSED;
    return 1;
}

bool cs_client_ready(struct cs_client *client)
{
    return fetch(client);
}
