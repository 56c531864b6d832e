/* SPDX-License-Identifier: MIT */
/* link_controller.c - a client's controller on its bus: what it does becomes messages.
 * These callbacks run while the bus runs: they only append to the connection's output. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct cs_link_conn *conn = ctx;
    struct cs_proto_msg *msg;

    if (conn->state != CS_LINK_JOINED || !(conn->want & CS_PROTO_WANT_RX))
        return;
    msg = &conn->server->out;
    msg->type = CS_PROTO_RX;
    msg->start_ps = rx->start_ps;
    msg->at_ps = rx->at_ps;
    msg->from = rx->from;
    msg->own = rx->own;
    msg->frame = *rx->frame;
    cs_link_put(conn, msg, false);
}

void cs_link_confirm(struct cs_link_conn *conn, const struct cs_tx_done *done)
{
    struct cs_proto_msg *msg = &conn->server->out;

    msg->type = CS_PROTO_TX_DONE;
    msg->cookie = done->cookie;
    msg->start_ps = done->start_ps;
    msg->at_ps = done->at_ps;
    msg->attempts = done->attempts;
    msg->lost = done->lost;
    msg->result = (uint8_t)done->result;
    if (conn->minor == 0 && done->result > CS_TX_READ_ONLY)
        msg->result = CS_TX_ABORTED; /* 1.0 has no later ones */
    cs_link_put(conn, msg, true);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_link_conn *conn = ctx;

    conn->submitted--;
    if (conn->state == CS_LINK_JOINED)
        cs_link_confirm(conn, done);
    else if (conn->state == CS_LINK_GONE && conn->submitted == 0)
        cs_link_detach(conn);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_link_conn *conn = ctx;
    struct cs_proto_msg *msg;

    if (conn->state != CS_LINK_JOINED || !(conn->want & CS_PROTO_WANT_ERRORS))
        return;
    msg = &conn->server->out;
    switch (event->kind) {
    case CS_EV_ARB_LOST:
        msg->type = CS_PROTO_ARB_LOST;
        break;
    case CS_EV_ERROR:
        msg->type = CS_PROTO_ERROR;
        break;
    case CS_EV_COUNTERS:
    case CS_EV_STATE:
        msg->type = CS_PROTO_STATE;
        break;
    default:
        return;
    }
    msg->at_ps = event->at_ps;
    msg->cookie = event->cookie;
    msg->bit = event->bit;
    msg->attempts = event->attempt;
    msg->error = event->error;
    msg->field = event->field;
    msg->index = event->index;
    msg->stuff = event->stuff;
    msg->level = event->level != 0;
    msg->peer = event->peer;
    msg->tx = event->tx;
    msg->tec = event->tec;
    msg->rec = event->rec;
    msg->state = event->state;
    cs_link_put(conn, msg, false);
}

static void on_detached(void *ctx)
{
    struct cs_link_conn *conn = ctx;

    if (conn->server)
        cs_timer_stop(conn->server->host.sim, &conn->linger);
    conn->attached = false;
    if (conn->state == CS_LINK_GONE)
        cs_link_release(conn);
}

static const struct cs_controller_ops ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = on_detached,
};

/* ---- joining --------------------------------------------------------------------------------- */

int cs_link_no_such_bus(struct cs_sim *sim, const char *name, char *why, size_t why_size)
{
    int len = snprintf(why, why_size, "no bus \"%s\"; there is", name);

    for (unsigned i = 0; i < cs_sim_bus_count(sim) && len > 0 && (size_t)len < why_size; i++)
        len += snprintf(why + len, why_size - (size_t)len, "%s %s", i ? "," : "",
                        cs_bus_name(cs_sim_bus(sim, i)));
    return CS_PROTO_CODE_NO_BUS;
}

static int refusal(int err, const struct cs_bus *bus, const struct cs_proto_msg *hello, char *why,
                   size_t why_size)
{
    switch (err) {
    case -EINVAL: /* what else could be wrong was looked at before */
        snprintf(why, why_size, "a bit rate must be %u..%u bit/s, the client asked for %u bit/s",
                 CS_BITRATE_MIN, CS_BITRATE_MAX, (unsigned)hello->bitrate_bps);
        return CS_PROTO_CODE_BITRATE;
    case -ENOSPC:
        snprintf(why, why_size, "bus %s has %d controllers already", cs_bus_name(bus),
                 CS_BUS_MAX_NODES);
        return CS_PROTO_CODE_BUS_FULL;
    default:
        snprintf(why, why_size, "bus %s cannot take another controller: %s", cs_bus_name(bus),
                 strerror(-err));
        return CS_PROTO_CODE_OTHER;
    }
}

/* Names go into logs and onto screens: letters, digits and a few signs. */
static void clean_name(const char *from, char *to)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.:+@-";

    snprintf(to, CS_NAME_MAX, "%s", *from ? from : "client");
    for (char *c = to; *c; c++)
        if (!strchr(allowed, *c))
            *c = '_';
}

int cs_link_attach(struct cs_link_conn *conn, const struct cs_proto_msg *hello, char *why,
                   size_t why_size)
{
    static const struct cs_timing none;
    struct cs_sim *sim = conn->server->host.sim;
    struct cs_bus *bus = *hello->bus ? cs_sim_find_bus(sim, hello->bus) : cs_sim_bus(sim, 0);
    char name[CS_NAME_MAX];
    const unsigned asked = hello->tx_queue_len ? hello->tx_queue_len : CS_TX_QUEUE_DFLT;
    struct cs_controller_config config = {
        .name = name,
        .via = "link",
        .bitrate_bps = hello->bitrate_bps,
        .timing = cs_timing_equal(&hello->timing, &none) ? NULL : &hello->timing,
        .fd = (enum cs_fd)hello->fd,
        .protocol_exception_off = hello->no_exception,
        .delay_ps = hello->delay_ps,
        .mode = hello->mode,
        .order = (enum cs_tx_order)hello->order,
        .tx_queue_len = asked <= CS_TX_QUEUE_MAX ? asked : CS_TX_QUEUE_MAX,
        .recovery_ps = hello->restart_ms ? hello->restart_ms * CS_PS_PER_MS : CS_RECOVERY_MANUAL,
        .filters = hello->filters,
        .n_filters = hello->n_filters,
        .ops = &ops,
        .ctx = conn,
    };
    int node;

    if (!bus)
        return cs_link_no_such_bus(sim, hello->bus, why, why_size);
    clean_name(hello->name, name);
    node = cs_bus_attach(bus, &config);
    if (node < 0)
        return refusal(node, bus, hello, why, why_size);
    conn->bus = bus;
    conn->node = node;
    conn->attached = true;
    conn->want = hello->want;
    conn->minor = hello->minor;
    conn->granted = config.tx_queue_len;
    return 0;
}

/* ---- leaving --------------------------------------------------------------------------------- */

void cs_link_detach(struct cs_link_conn *conn)
{
    if (!conn->attached || conn->detaching)
        return;
    conn->detaching = true;
    if (conn->server)
        cs_link_fault_watch(conn, false);
    cs_bus_detach(conn->bus, conn->node);
}

static void on_linger_over(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    cs_link_detach(ctx);
}

void cs_link_linger(struct cs_link_conn *conn)
{
    struct cs_sim *sim = conn->server->host.sim;

    if (!conn->attached) {
        cs_link_release(conn);
        return;
    }
    conn->linger.fn = on_linger_over;
    conn->linger.ctx = conn;
    if (conn->detaching)
        return;
    if (conn->submitted == 0 ||
        cs_timer_start(sim, &conn->linger, cs_sim_now_ps(sim) + CS_LINK_LINGER_PS) < 0)
        cs_link_detach(conn);
}
