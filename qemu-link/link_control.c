/* SPDX-License-Identifier: MIT */
/* link_control.c - what monitors ask the host to do: CONTROL, SENDER and ASK, each answered by one
 * CONTROLLED; what comes of an ASK later is an ANSWER. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int err;
    enum cs_proto_control_code code;
} codes[] = {
    {-EACCES, CS_PROTO_CONTROL_DENIED},     {-EINVAL, CS_PROTO_CONTROL_UNUSABLE},
    {-ENOENT, CS_PROTO_CONTROL_UNKNOWN},    {-EBUSY, CS_PROTO_CONTROL_BUSY},
    {-ENOSPC, CS_PROTO_CONTROL_FULL},       {-ENETDOWN, CS_PROTO_CONTROL_BUS_OFF},
    {-EOPNOTSUPP, CS_PROTO_CONTROL_CANNOT}, {-EALREADY, CS_PROTO_CONTROL_ALREADY},
};

uint16_t cs_link_code_of(int err)
{
    if (err >= 0)
        return CS_PROTO_CONTROL_DONE;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].err == err)
            return (uint16_t)codes[i].code;
    return CS_PROTO_CONTROL_FAILED;
}

/* By CONTROL's `op`. */
static const struct {
    enum cs_link_op op;
    bool on;
} ops[CS_PROTO_OP_COUNT] = {
    [CS_PROTO_OP_PAUSE] = {CS_LINK_PAUSE, true},
    [CS_PROTO_OP_GO] = {CS_LINK_PAUSE, false},
    [CS_PROTO_OP_STEP] = {CS_LINK_STEP, false},
    [CS_PROTO_OP_STEP_FRAME] = {CS_LINK_STEP_FRAME, false},
    [CS_PROTO_OP_SPEED] = {CS_LINK_SPEED, false},
    [CS_PROTO_OP_INJECT] = {CS_LINK_INJECT, false},
    [CS_PROTO_OP_ARM] = {CS_LINK_ARM, false},
    [CS_PROTO_OP_CLEAR] = {CS_LINK_CLEAR, false},
    [CS_PROTO_OP_PLUG] = {CS_LINK_PLUG, true},
    [CS_PROTO_OP_UNPLUG] = {CS_LINK_PLUG, false},
    [CS_PROTO_OP_SAVE] = {CS_LINK_SAVE, false},
    [CS_PROTO_OP_RESET] = {CS_LINK_RESET, false},
    [CS_PROTO_OP_RECOVER] = {CS_LINK_RECOVER, false},
    [CS_PROTO_OP_MODE] = {CS_LINK_MODE, false},
    [CS_PROTO_OP_STEP_BIT] = {CS_LINK_STEP_BIT, false},
    [CS_PROTO_OP_SEND_NOW] = {CS_LINK_SEND_NOW, false},
    [CS_PROTO_OP_RERUN] = {CS_LINK_RERUN, false},
};

/* Do it where the client may; the answer goes out behind what it led to. */
static void act(struct cs_link_conn *conn, struct cs_link_request *request, const char *wrong,
                int result)
{
    const struct cs_link_host *host = &conn->server->host;
    struct cs_proto_msg *msg = &conn->server->out;
    char why[CS_PROTO_TEXT_MAX] = "";
    const char *denied;

    request->who = conn->number;
    if (!cs_link_may_control(conn, &denied)) {
        wrong = denied;
        result = -EACCES;
    }
    if (wrong)
        snprintf(why, sizeof(why), "%s", wrong);
    else
        result = host->watch->control(host->ctx, request, why, sizeof(why));
    msg->type = CS_PROTO_CONTROLLED;
    msg->token = request->token;
    msg->at_ps = cs_sim_now_ps(host->sim);
    msg->code = cs_link_code_of(result);
    msg->fault = result > 0 ? result : 0;
    snprintf(msg->spec, sizeof(msg->spec), "%s", why);
    cs_link_put(conn, msg, false);
}

bool cs_link_control(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    const bool known = msg->op < CS_PROTO_OP_COUNT;
    struct cs_link_request request = {
        .op = known ? ops[msg->op].op : CS_LINK_PAUSE,
        .on = known && ops[msg->op].on,
        .token = msg->token,
        .bus = msg->bus_index,
        .fault = msg->fault,
        .value = msg->value,
        .node = msg->node,
        .mode = msg->mode,
        .slot = msg->value,
        .frame = &msg->frame,
        .text = msg->spec,
    };
    char wrong[80];

    snprintf(wrong, sizeof(wrong), "this host does not know operation %u", msg->op);
    if (!known)
        act(conn, &request, wrong, -EOPNOTSUPP);
    else if (msg->op == CS_PROTO_OP_SAVE && !cs_link_is_own_process(conn))
        act(conn, &request, "the host writes files for processes of its own user only", -EACCES);
    else
        act(conn, &request, NULL, 0);
    return true;
}

bool cs_link_sender(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    const struct cs_link_sender sender = {
        .bus = msg->bus_index,
        .frame = msg->frame,
        .period_ps = msg->sender_period_ps,
        .burst = msg->burst,
        .gap_ps = msg->gap_ps,
        .counts = msg->counts,
        .counter = {.byte = msg->counter_byte,
                    .bits = msg->counter_bits,
                    .low = msg->counter_low,
                    .high = msg->counter_high,
                    .step = msg->counter_step,
                    .first = msg->counter_first,
                    .bounces = msg->bounces},
    };
    struct cs_link_request request = {
        .op = CS_LINK_SENDER,
        .on = msg->running,
        .token = msg->token,
        .bus = msg->bus_index,
        .slot = msg->slot,
        .sender = msg->active ? &sender : NULL,
        .text = "",
    };

    act(conn, &request, NULL, 0);
    return true;
}

bool cs_link_ask(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    struct cs_link_request request = {
        .op = CS_LINK_ASK,
        .token = msg->token,
        .bus = msg->bus_index,
        .decoder = msg->name,
        .text = msg->option,
    };

    act(conn, &request, NULL, 0);
    return true;
}

void cs_link_server_answer(struct cs_link_server *server, uint64_t who, uint64_t token,
                           int severity, const char *text)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_ANSWER,
                               .token = token,
                               .at_ps = cs_sim_now_ps(server->host.sim),
                               .severity = (uint8_t)severity};

    snprintf(msg.option, sizeof(msg.option), "%s", text);
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->state == CS_LINK_WATCHES && conn->number == who)
            cs_link_put(conn, &msg, false);
}
