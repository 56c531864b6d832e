/* SPDX-License-Identifier: MIT */
/* link_monitor.c - clients without a controller that are told of every event, and may be let take
 * part in running the host. An event is encoded once for all of them; a slow one loses some. */
#include "qemu-link/link_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- who may do what ------------------------------------------------------------------------- */

int cs_link_control_find(const char *name)
{
    static const char *const names[CS_LINK_CONTROL_COUNT] = {
        [CS_LINK_CONTROL_LOCAL] = "local",
        [CS_LINK_CONTROL_NONE] = "none",
        [CS_LINK_CONTROL_ALL] = "all",
    };

    for (int i = 0; i < CS_LINK_CONTROL_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool cs_link_is_own_process(const struct cs_link_conn *conn)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    if (conn->server->listener.address.tcp ||
        getsockopt(conn->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return false;
    return peer.uid == geteuid() || peer.uid == 0;
}

bool cs_link_may_control(const struct cs_link_conn *conn, const char **why)
{
    const enum cs_link_control control = conn->server->host.control;

    *why = "";
    if (control == CS_LINK_CONTROL_ALL ||
        (control == CS_LINK_CONTROL_LOCAL && cs_link_is_own_process(conn)))
        return true;
    *why = control == CS_LINK_CONTROL_NONE ? "the host lets nobody change anything (--control none)"
           : conn->server->listener.address.tcp
               ? "over TCP the host lets nobody change anything (unless with --control all)"
               : "the host belongs to another user";
    return false;
}

/* ---- events ---------------------------------------------------------------------------------- */

void cs_link_copy_event(struct cs_proto_msg *msg, const struct cs_event *event)
{
    msg->type = CS_PROTO_EVENT;
    msg->at_ps = event->at_ps;
    msg->start_ps = event->start_ps;
    msg->queued_ps = event->queued_ps;
    msg->seq = event->seq;
    msg->kind = event->kind;
    msg->bus_index = event->bus;
    msg->node = event->node;
    msg->peer = event->peer;
    msg->tec = event->tec;
    msg->rec = event->rec;
    msg->n_bits = event->n_bits;
    msg->bit = event->bit;
    msg->index = event->index;
    msg->attempts = event->attempt;
    msg->lost = event->lost;
    msg->state = event->state;
    msg->error = event->error;
    msg->field = event->field;
    msg->result = event->result;
    msg->mode = event->mode;
    msg->stage = event->stage;
    msg->level = event->level;
    msg->tx = event->tx;
    msg->stuff = event->stuff;
    msg->fault = event->fault;
    msg->has_frame = event->frame != NULL;
    msg->severity = 0;
    msg->past = 0;
    cs_link_put_sets(msg, NULL);
    msg->matched = 0;
    msg->frame = event->frame ? *event->frame : (struct cs_frame){0};
    msg->name[0] = '\0';
    snprintf(msg->spec, sizeof(msg->spec), "%s", event->text ? event->text : "");
}

static uint64_t matched_by(const struct cs_bus *bus, int fault)
{
    struct cs_fault_status status;

    for (unsigned i = 0; bus && cs_fault_look(bus, i, &status); i++)
        if (status.id == fault)
            return status.matched;
    return 0;
}

/* What only the host knows: a node's name, and what a frame means. */
static void add_words(const struct cs_link_server *server, struct cs_proto_msg *msg,
                      const struct cs_event *event)
{
    struct cs_bus *bus = cs_sim_bus(server->host.sim, event->bus);
    int severity = 0;

    if (event->kind == CS_EV_ATTACH && bus && event->node >= 0)
        snprintf(msg->name, sizeof(msg->name), "%s", cs_bus_node_name(bus, event->node));
    if (event->kind == CS_EV_FAULT)
        msg->matched = matched_by(bus, event->fault);
    if (event->kind != CS_EV_FRAME)
        return;
    msg->spec[0] = '\0';
    if (server->host.decodes &&
        server->host.watch->said(server->host.ctx, event, &severity, msg->spec, sizeof(msg->spec)))
        msg->severity = (uint8_t)(severity + 1);
    if (msg->severity == 0)
        msg->spec[0] = '\0';
}

static void tell(struct cs_link_server *server, const struct cs_proto_msg *msg)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len = 0;

    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next) {
        if (conn->state != CS_LINK_WATCHES || !(conn->kinds >> msg->kind & 1))
            continue;
        if (len == 0)
            len = cs_proto_encode(msg, bytes);
        cs_link_put_bytes(conn, bytes, len);
    }
}

static bool is_wanted(const struct cs_link_server *server, unsigned kind)
{
    if (kind >= 64)
        return false;
    for (const struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (conn->state == CS_LINK_WATCHES && conn->kinds >> kind & 1)
            return true;
    return false;
}

/* What is looked up once, be it told or kept. */
static bool has_words(const struct cs_link_server *server, const struct cs_event *event)
{
    return event->text || event->kind == CS_EV_ATTACH || event->kind == CS_EV_FAULT ||
           (event->kind == CS_EV_FRAME && server->host.decodes);
}

/* Runs while the bus does: only appends to outputs. */
static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_link_server *server = ctx;
    struct cs_proto_msg *msg = &server->out;
    struct cs_link_words words = {.name = "", .text = ""};
    const bool wanted = is_wanted(server, event->kind);

    cs_link_heard_event(server->heard, server->host.sim, event);
    if (wanted || has_words(server, event)) {
        cs_link_copy_event(msg, event);
        add_words(server, msg, event);
        words = (struct cs_link_words){msg->name, msg->spec, msg->severity, msg->matched, NULL};
    }
    words.sets = cs_link_heard(server->heard, event);
    cs_link_past_keep(server->past, event, &words);
    if (wanted) {
        cs_link_put_sets(msg, words.sets);
        tell(server, msg);
    }
}

void cs_link_server_say(struct cs_link_server *server, unsigned bus, int64_t at_ps, int severity,
                        const char *text)
{
    const struct cs_event event = {.kind = CS_EV_NOTE,
                                   .at_ps = at_ps,
                                   .seq = cs_link_past_seq(server->past),
                                   .bus = (uint16_t)bus,
                                   .node = CS_NO_NODE,
                                   .text = text};
    const struct cs_link_words words = {
        .name = "", .text = text, .severity = (uint8_t)(severity + 1)};

    if (!server->past)
        return;
    cs_link_past_keep(server->past, &event, &words);
    if (!is_wanted(server, CS_EV_NOTE))
        return;
    cs_link_copy_event(&server->out, &event);
    server->out.severity = words.severity;
    tell(server, &server->out);
}

void cs_link_server_changed(struct cs_link_server *server)
{
    if (server->n_monitors)
        cs_link_edges_look(server);
    for (struct cs_link_conn *conn = server->conns; server->n_monitors && conn; conn = conn->next)
        if (conn->state == CS_LINK_WATCHES)
            cs_link_put_info(conn, 0);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* More room than a controller's client has; what waits already is kept. */
static int widen(struct cs_link_conn *conn)
{
    struct iovec pieces[2];
    struct cs_ring wide;
    const int n = cs_ring_pieces(&conn->out, pieces);

    if (cs_ring_init(&wide, CS_LINK_WATCH_BYTES + CS_LINK_RESERVE_BYTES) < 0)
        return -ENOMEM;
    wide.head = wide.tail = conn->out.head;
    for (int i = 0; i < n; i++)
        cs_ring_put(&wide, pieces[i].iov_base, pieces[i].iov_len);
    cs_ring_fini(&conn->out);
    conn->out = wide;
    conn->out_max = CS_LINK_WATCH_BYTES;
    return 0;
}

static const char *begin(struct cs_link_conn *conn)
{
    struct cs_link_server *server = conn->server;

    if (!server->host.watch)
        return "this host has nothing for monitors";
    if (server->n_monitors >= CS_LINK_MAX_MONITORS)
        return "the host has 32 monitors already";
    return widen(conn) < 0 ? "the host is out of memory" : NULL;
}

bool cs_link_monitor(struct cs_link_conn *conn, const struct cs_proto_msg *monitor)
{
    struct cs_link_server *server = conn->server;
    struct cs_proto_msg *msg = &server->out;
    const char *wrong = begin(conn), *why;

    if (wrong) {
        cs_link_turn_away(conn, CS_PROTO_CODE_TOO_MANY, wrong);
        return true;
    }
    ev_timer_stop(server->host.loop, &conn->deadline);
    server->n_monitors++;
    conn->number = ++server->numbers;
    server->stats.monitors++;
    conn->minor = monitor->minor;
    conn->kinds = monitor->kinds;
    conn->hears = monitor->hears;
    if (conn->hears && server->n_hearing++ == 0)
        cs_sim_set_detail(server->host.sim, true);
    conn->state = CS_LINK_WATCHES;
    msg->type = CS_PROTO_WATCHING;
    msg->magic = CS_PROTO_MAGIC;
    msg->major = CS_PROTO_MAJOR;
    msg->minor = CS_PROTO_MINOR;
    msg->features = server->host.decodes ? CS_PROTO_FEATURE_DECODED : 0;
    msg->control = cs_link_may_control(conn, &why);
    msg->at_ps = cs_sim_now_ps(server->host.sim);
    msg->epoch_ns = cs_link_epoch_ns(server->host.sim);
    msg->run = server->run;
    snprintf(msg->text, sizeof(msg->text), "%s", why);
    cs_link_put(conn, msg, true);
    cs_link_put_snapshot(conn);
    return true;
}

void cs_link_monitor_end(struct cs_link_conn *conn)
{
    struct cs_link_server *server = conn->server;

    server->stats.monitors--;
    server->n_monitors--;
    if (conn->hears && --server->n_hearing == 0)
        cs_sim_set_detail(server->host.sim, false);
    cs_link_edges_want(conn, false);
    if (server->host.watch->left)
        server->host.watch->left(server->host.ctx, conn->number);
}

int cs_link_monitors_init(struct cs_link_server *server, char *why, size_t why_size)
{
    if (!server->host.watch)
        return 0;
    server->past = cs_link_past_create(server->host.sim);
    if (!server->past) {
        snprintf(why, why_size, "link: out of memory");
        return -ENOMEM;
    }
    if (cs_sim_observe(server->host.sim, on_event, server) == 0)
        return 0;
    snprintf(why, why_size, "link: no room for one more observer");
    cs_link_past_destroy(server->past);
    return -ENOSPC;
}

void cs_link_monitors_fini(struct cs_link_server *server)
{
    cs_link_edges_fini(server);
    if (server->past)
        cs_sim_unobserve(server->host.sim, on_event, server);
    cs_link_past_destroy(server->past);
    server->past = NULL;
}
