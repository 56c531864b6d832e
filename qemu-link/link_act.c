/* SPDX-License-Identifier: MIT */
/* link_act.c - what clients ask for. A message that is wrong in itself has been refused before;
 * here is what is wrong at this time: a second HELLO, a frame without credit. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t cs_link_epoch_ns(const struct cs_sim *sim)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - cs_sim_now_ps(sim) / CS_PS_PER_NS;
}

static void fill_version_and_buses(const struct cs_link_server *server, struct cs_proto_msg *msg)
{
    struct cs_sim *sim = server->host.sim;

    msg->magic = CS_PROTO_MAGIC;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = CS_PROTO_MINOR;
    msg->n_buses = 0;
    for (unsigned i = 0; i < cs_sim_bus_count(sim) && i < CS_PROTO_MAX_BUSES; i++) {
        struct cs_proto_bus *to = &msg->buses[msg->n_buses++];
        const struct cs_bus *bus = cs_sim_bus(sim, i);

        snprintf(to->name, sizeof(to->name), "%s", cs_bus_name(bus));
        to->bitrate_bps = cs_bus_bitrate_bps(bus);
        to->data_bitrate_bps = cs_bus_data_bitrate_bps(bus);
        to->fd = cs_bus_has_fd(bus);
    }
}

/* What became of what the client wished for its controller. */
static void fill_controller(const struct cs_link_conn *conn, struct cs_proto_msg *msg)
{
    struct cs_node_status status;

    cs_bus_node_status(conn->bus, conn->node, &status);
    snprintf(msg->name, sizeof(msg->name), "%s", status.name);
    msg->fd = (uint8_t)status.fd;
    msg->timing = status.timing;
    msg->features = status.fd == CS_FD_ISO || status.fd == CS_FD_NON_ISO ? CS_PROTO_FEATURE_FD : 0;
    msg->node = (int16_t)conn->node;
    msg->credits = (uint16_t)conn->granted;
}

static bool act_hello(struct cs_link_conn *conn, const struct cs_proto_msg *hello)
{
    struct cs_link_server *server = conn->server;
    struct cs_proto_msg *msg = &server->out;
    char why[CS_PROTO_TEXT_MAX];
    int code;

    code = cs_link_attach(conn, hello, why, sizeof(why));
    if (!conn->attached) {
        cs_link_turn_away(conn, (enum cs_proto_code)code, why);
        return true;
    }
    ev_timer_stop(server->host.loop, &conn->deadline);
    conn->state = CS_LINK_JOINED;
    server->stats.clients++;
    server->stats.accepted++;
    fill_version_and_buses(server, msg);
    msg->type = CS_PROTO_WELCOME;
    snprintf(msg->bus, sizeof(msg->bus), "%s", cs_bus_name(conn->bus));
    fill_controller(conn, msg);
    msg->bitrate_bps = cs_bus_bitrate_bps(conn->bus);
    msg->data_bitrate_bps = cs_bus_data_bitrate_bps(conn->bus);
    msg->epoch_ns = cs_link_epoch_ns(server->host.sim);
    msg->at_ps = cs_sim_now_ps(server->host.sim);
    cs_link_put(conn, msg, true);
    cs_link_fault_watch(conn, hello->want_faults);
    return true;
}

static bool act_list(struct cs_link_conn *conn, const struct cs_proto_msg *list)
{
    struct cs_proto_msg *msg = &conn->server->out;

    (void)list;
    fill_version_and_buses(conn->server, msg);
    msg->type = CS_PROTO_BUSES;
    cs_link_put(conn, msg, false);
    return true;
}

/* What the controller does not take, by the error of cs_bus_submit(). */
static const struct {
    int err;
    enum cs_tx_result result;
} not_taken[] = {
    {-ENETDOWN, CS_TX_BUS_OFF},
    {-EPERM, CS_TX_READ_ONLY},
    {-ENOSPC, CS_TX_QUEUE_FULL},
};

static void answer_not_taken(struct cs_link_conn *conn, const struct cs_proto_msg *send, int err)
{
    struct cs_tx_done done = {.cookie = send->cookie,
                              .at_ps = cs_sim_now_ps(conn->server->host.sim)};
    char why[96];

    for (size_t i = 0; i < sizeof(not_taken) / sizeof(not_taken[0]); i++) {
        if (not_taken[i].err == err) {
            done.result = not_taken[i].result;
            cs_link_confirm(conn, &done);
            return;
        }
    }
    snprintf(why, sizeof(why), "SEND: %s",
             err == -EOPNOTSUPP ? "this controller sends no CAN FD frames" : strerror(-err));
    cs_link_blame(conn, why);
}

static bool act_send(struct cs_link_conn *conn, const struct cs_proto_msg *send)
{
    int err;

    if (conn->submitted + conn->done >= conn->granted) {
        cs_link_blame(conn, "SEND: without a credit; each TX_DONE gives one back");
        return true;
    }
    /* Counted before: a callback may run as soon as the bus has it. */
    conn->submitted++;
    err = cs_bus_submit(conn->bus, conn->node, &send->frame, send->cookie);
    if (err == 0)
        return true;
    conn->submitted--;
    answer_not_taken(conn, send, err);
    return true;
}

static bool act_abort(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    cs_bus_abort(conn->bus, conn->node, msg->cookie);
    return true;
}

static bool act_set_filters(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    cs_bus_set_filters(conn->bus, conn->node, msg->filters, msg->n_filters);
    return true;
}

static bool act_set_mode(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    cs_bus_set_mode(conn->bus, conn->node, msg->mode);
    return true;
}

static bool act_set_timing(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    static const struct cs_timing none;
    const bool own = !cs_timing_equal(&msg->timing, &none);

    cs_bus_set_timing(conn->bus, conn->node, own ? &msg->timing : cs_bus_timing(conn->bus));
    return true;
}

static bool act_reset(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    (void)msg;
    cs_bus_reset(conn->bus, conn->node);
    return true;
}

static bool act_recover(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    (void)msg;
    cs_bus_recover(conn->bus, conn->node);
    return true;
}

static bool act_bye(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    (void)msg;
    cs_link_hang_up(conn);
    return false;
}

static bool act_ping(struct cs_link_conn *conn, const struct cs_proto_msg *ping)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_PONG;
    msg->token = ping->token;
    msg->at_ps = cs_sim_now_ps(conn->server->host.sim);
    cs_link_put(conn, msg, false);
    return true;
}

#define WHEN_NEW     1u
#define WHEN_JOINED  2u
#define WHEN_WATCHES 4u
#define ANY_TIME     (WHEN_NEW | WHEN_JOINED | WHEN_WATCHES)

static const struct {
    enum cs_proto_type type;
    unsigned when;
    bool (*act)(struct cs_link_conn *conn, const struct cs_proto_msg *msg);
} actions[] = {
    {CS_PROTO_SEND, WHEN_JOINED, act_send},
    {CS_PROTO_ABORT, WHEN_JOINED, act_abort},
    {CS_PROTO_SET_FILTERS, WHEN_JOINED, act_set_filters},
    {CS_PROTO_SET_MODE, WHEN_JOINED, act_set_mode},
    {CS_PROTO_RECOVER, WHEN_JOINED, act_recover},
    {CS_PROTO_SET_TIMING, WHEN_JOINED, act_set_timing},
    {CS_PROTO_RESET, WHEN_JOINED, act_reset},
    {CS_PROTO_FAULT_ARM, ANY_TIME, cs_link_fault_arm},
    {CS_PROTO_FAULT_CLEAR, ANY_TIME, cs_link_fault_clear},
    {CS_PROTO_FAULT_LIST, ANY_TIME, cs_link_fault_list},
    {CS_PROTO_HELLO, WHEN_NEW, act_hello},
    {CS_PROTO_MONITOR, WHEN_NEW, cs_link_monitor},
    {CS_PROTO_LOOK, WHEN_WATCHES, cs_link_look},
    {CS_PROTO_CONTROL, WHEN_WATCHES, cs_link_control},
    {CS_PROTO_SENDER, WHEN_WATCHES, cs_link_sender},
    {CS_PROTO_ASK, WHEN_WATCHES, cs_link_ask},
    {CS_PROTO_LIST, ANY_TIME, act_list},
    {CS_PROTO_PING, ANY_TIME, act_ping},
    {CS_PROTO_BYE, ANY_TIME, act_bye},
};

static bool is_version_fine(struct cs_link_conn *conn, const struct cs_proto_msg *msg)
{
    char why[CS_PROTO_TEXT_MAX];

    if (!cs_proto_has_version(msg->type))
        return true;
    if (cs_proto_version_fits(msg, "client", why, sizeof(why)))
        return true;
    if (msg->magic != CS_PROTO_MAGIC)
        cs_link_blame(conn, why);
    else
        cs_link_turn_away(conn, CS_PROTO_CODE_VERSION, why);
    return false;
}

static bool is_for_monitors(unsigned type)
{
    return type == CS_PROTO_LOOK || type == CS_PROTO_CONTROL || type == CS_PROTO_SENDER ||
           type == CS_PROTO_ASK;
}

bool cs_link_act(struct cs_link_conn *conn)
{
    const struct cs_proto_msg *msg = &conn->server->in;
    const unsigned now = conn->state == CS_LINK_NEW      ? WHEN_NEW
                         : conn->state == CS_LINK_JOINED ? WHEN_JOINED
                                                         : WHEN_WATCHES;
    char why[96];

    if (msg->type == CS_PROTO_SKIPPED || !is_version_fine(conn, msg))
        return true;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if ((unsigned)actions[i].type == msg->type && actions[i].when & now)
            return actions[i].act(conn, msg);
    snprintf(why, sizeof(why), "%s: %s", cs_proto_find(msg->type)->name,
             is_for_monitors(msg->type)                            ? "only after MONITOR"
             : now == WHEN_NEW                                     ? "only after HELLO"
             : now == WHEN_JOINED || msg->type == CS_PROTO_MONITOR ? "a second one"
                                                                   : "not from a monitor");
    cs_link_blame(conn, why);
    return true;
}
