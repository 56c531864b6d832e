/* SPDX-License-Identifier: MIT */
/* link_edges.c - the levels on the wires, for monitors that look so closely. With a probe buses are
 * computed bit by bit, so there is one only while somebody asks and bus time is slow or stands
 * still. Edges are gathered in one message, which is encoded once for all of them. */
#include "qemu-link/link_internal.h"

#include "simcore/probe.h"

#include <stdlib.h>

#define SLOW_PERMILLE 100u

static bool wants(const struct cs_link_conn *conn)
{
    return conn->state == CS_LINK_WATCHES && conn->wants_edges;
}

void cs_link_edges_flush(struct cs_link_server *server)
{
    struct cs_proto_msg *msg = server->edges;
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len;

    if (!msg || msg->n_edges == 0)
        return;
    msg->at_ps = msg->edges[msg->n_edges - 1].at_ps;
    msg->active = 1;
    len = cs_proto_encode(msg, bytes);
    msg->seq += msg->n_edges;
    msg->n_edges = 0;
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (wants(conn))
            cs_link_put_bytes(conn, bytes, len);
}

/* Runs while the bus does. */
static void on_probe(void *ctx, const struct cs_probe_event *event)
{
    struct cs_link_server *server = ctx;
    struct cs_proto_msg *msg = server->edges;

    if (event->kind != CS_PROBE_WIRE && event->kind != CS_PROBE_TX)
        return;
    if (msg->n_edges == 0) /* what does not fill a message goes out with the turn */
        cs_link_feed_flush(server);
    msg->edges[msg->n_edges++] = (struct cs_proto_edge){
        .at_ps = event->at_ps,
        .bus = event->bus,
        .node = event->kind == CS_PROBE_WIRE ? CS_NO_NODE : event->node,
        .level = event->level != 0,
    };
    if (msg->n_edges == CS_PROTO_EDGES_MAX)
        cs_link_edges_flush(server);
}

/* From here on there are edges, or no more. */
static void tell(struct cs_link_conn *conn, bool on)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_EDGES,
                               .at_ps = cs_sim_now_ps(conn->server->host.sim),
                               .seq = conn->server->edges->seq,
                               .active = on};

    cs_link_put(conn, &msg, false);
}

static bool is_slow(const struct cs_link_server *server)
{
    struct cs_link_info info = {0};

    server->host.watch->info(server->host.ctx, &info);
    return !info.finished &&
           (info.paused || (info.speed_permille > 0 && info.speed_permille <= SLOW_PERMILLE));
}

void cs_link_edges_look(struct cs_link_server *server)
{
    bool on = false;

    for (struct cs_link_conn *conn = server->conns; conn && !on; conn = conn->next)
        on = wants(conn);
    on = on && is_slow(server);
    if (on == server->probes)
        return;
    cs_link_edges_flush(server);
    if (!on)
        cs_sim_remove_probe(server->host.sim, on_probe, server);
    else if (cs_sim_add_probe(server->host.sim, on_probe, server) < 0)
        return;
    server->probes = on;
    for (struct cs_link_conn *conn = server->conns; conn; conn = conn->next)
        if (wants(conn))
            tell(conn, on);
}

void cs_link_edges_want(struct cs_link_conn *conn, bool on)
{
    struct cs_link_server *server = conn->server;
    const bool before = server->probes;

    if (on == conn->wants_edges)
        return;
    if (!server->edges && on)
        server->edges = calloc(1, sizeof(*server->edges));
    if (!server->edges)
        return;
    server->edges->type = CS_PROTO_EDGES;
    cs_link_edges_flush(server); /* those so far are not for it */
    conn->wants_edges = on;
    cs_link_edges_look(server);
    if (on && before)
        tell(conn, true);
}

void cs_link_edges_fini(struct cs_link_server *server)
{
    if (server->probes)
        cs_sim_remove_probe(server->host.sim, on_probe, server);
    server->probes = false;
    free(server->edges);
    server->edges = NULL;
}
