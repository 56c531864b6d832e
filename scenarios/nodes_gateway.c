/* SPDX-License-Identifier: MIT */
/* A node with two controllers, which sends on one bus what it hears on the other. A controller does
 * not receive what it sends itself, so that nothing comes back through the same gateway. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/nodes_delay.h"
#include "scenarios/nodes_internal.h"

/* One side; port 0 is the node's own controller, whose index is the node's. */
struct port {
    struct cs_nodes_node *node;
    struct cs_bus *bus;
    int index;                 /* of port 1 on its bus, CS_NO_NODE */
    bool fd;                   /* knows CAN FD */
    struct cs_delay_line line; /* what it will send */
    char what[CS_NAME_MAX];
    uint64_t no_fd;        /* CAN FD frames that it could not send, since it joined */
    uint64_t frames, lost; /* that were to pass, and found no way; since the start */
    bool told_id;          /* a note, once each time it joins */
};

struct cs_gateway {
    struct port port[2];
    int64_t (*passed)[2]; /* matches of each route, by direction */
};

static int index_of(const struct port *port)
{
    return port == &port->node->gateway->port[0] ? port->node->index : port->index;
}

bool cs_nodes_gateway_port(const struct cs_nodes_node *node, struct cs_bus **bus, int *index)
{
    if (node->gateway == NULL || node->gateway->port[1].index == CS_NO_NODE)
        return false;
    *bus = node->gateway->port[1].bus;
    *index = node->gateway->port[1].index;
    return true;
}

bool cs_nodes_gateway_lost(const struct cs_nodes *nodes, unsigned index, unsigned side,
                           unsigned *bus, uint64_t *lost, uint64_t *frames)
{
    const struct cs_gateway *gateway = nodes->node[index].gateway;

    if (gateway == NULL)
        return false;
    *bus = cs_bus_index(gateway->port[side].bus);
    *lost = gateway->port[side].lost;
    *frames = gateway->port[side].frames;
    return true;
}

static void on_note(void *ctx, const char *text)
{
    const struct port *port = ctx;

    cs_nodes_note_at(port->node->all, cs_bus_index(port->bus), index_of(port), text);
}

static void on_due(void *ctx, const struct cs_frame *frame)
{
    struct port *port = ctx;
    int index = index_of(port);

    if (index == CS_NO_NODE || port->node->leaving)
        return;
    if (cs_bus_submit(port->bus, index, frame, ++port->node->cookie) != 0)
        port->lost++;
}

/* One that finds no room to wait is refused, as by a queue of the controller. */
static void refuse(struct port *port, const struct cs_frame *frame)
{
    struct cs_event event = {
        .kind = CS_EV_REFUSED,
        .bus = (uint16_t)cs_bus_index(port->bus),
        .node = (int16_t)index_of(port),
        .frame = frame,
        .cookie = ++port->node->cookie,
        .result = CS_TX_QUEUE_FULL,
        .queued_ps = cs_sim_now_ps(port->node->all->sim),
    };

    port->lost++;
    if (event.node != CS_NO_NODE)
        cs_sim_publish(port->node->all->sim, &event);
}

/* ---- what passes ----------------------------------------------------------------------------- */

static const struct cs_route *find_route(const struct cs_nodes_node *node, int direction,
                                         const struct cs_event *event)
{
    for (unsigned i = 0; i < node->def->n_routes; i++) {
        const struct cs_route *route = &node->def->routes[i];
        if ((route->direction == CS_ROUTE_BOTH || route->direction == direction) &&
            cs_match_event(&route->when, node->all->sim, event))
            return route;
    }
    return NULL;
}

static bool passes(struct cs_nodes_node *node, const struct cs_route *route, int direction)
{
    int64_t *passed = &node->gateway->passed[route - node->def->routes][direction];

    if (route->block || ++*passed % route->every != 0)
        return false;
    return route->drop_ppm == 0 || !cs_rng_chance(&node->rng, route->drop_ppm);
}

/* Into the frame that is sent; false, with a note, where there is none. */
static bool translate(struct port *to, const struct cs_route *route, struct cs_frame *frame)
{
    char text[120];
    uint32_t id = frame->id;

    if ((frame->flags & CS_FRAME_FD) != 0 && !to->fd) {
        if (to->no_fd++ == 0)
            on_note(to, "a CAN FD frame from the other bus is lost: this controller knows none");
        return false;
    }
    if (!cs_change_apply(&route->change, frame)) {
        snprintf(text, sizeof(text), "%X from the other bus has no identifier here and is lost",
                 id);
        if (!to->told_id)
            on_note(to, text);
        to->told_id = true;
        return false;
    }
    return true;
}

static void hear(struct cs_nodes_node *node, int direction, const struct cs_rx *rx)
{
    struct port *from = &node->gateway->port[direction], *to = &node->gateway->port[1 - direction];
    const struct cs_event event = {
        .at_ps = rx->at_ps,
        .kind = CS_EV_FRAME,
        .bus = (uint16_t)cs_bus_index(from->bus),
        .node = rx->from,
        .frame = rx->frame,
    };
    struct cs_frame frame = *rx->frame;

    if (rx->own || node->leaving)
        return;
    const struct cs_route *route = find_route(node, direction, &event);
    if (route == NULL || !passes(node, route, direction))
        return;
    to->frames++;
    if (!translate(to, route, &frame)) {
        to->lost++;
        return;
    }
    int64_t wait = route->delay_ps;
    if (route->jitter_ps > 0)
        wait += cs_rng_range(&node->rng, 0, route->jitter_ps);
    if (wait == 0)
        on_due(to, &frame);
    else if (!cs_delay_put(&to->line, &frame, cs_sim_now_ps(node->all->sim) + wait))
        refuse(to, &frame);
}

static void hear_forward(void *ctx, const struct cs_rx *rx)
{
    hear(ctx, CS_ROUTE_FORWARD, rx);
}

static void hear_back(void *ctx, const struct cs_rx *rx)
{
    hear(ctx, CS_ROUTE_BACK, rx);
}

/* ---- its life -------------------------------------------------------------------------------- */

/* It has left when both controllers have. */
static void first_detached(void *ctx)
{
    struct cs_nodes_node *node = ctx;

    node->index = CS_NO_NODE;
    if (!node->leaving || node->gateway->port[1].index == CS_NO_NODE)
        cs_nodes_on_detached(node);
}

static void second_detached(void *ctx)
{
    struct cs_nodes_node *node = ctx;

    node->gateway->port[1].index = CS_NO_NODE;
    if (node->leaving && node->index == CS_NO_NODE)
        cs_nodes_on_detached(node);
}

const struct cs_controller_ops cs_nodes_gateway_ops = {
    .received = hear_forward,
    .detached = first_detached,
};

static const struct cs_controller_ops second_ops = {
    .received = hear_back,
    .detached = second_detached,
};

static bool knows_fd(const struct port *port)
{
    struct cs_node_status status;

    return cs_bus_node_status(port->bus, index_of(port), &status) == 0 && status.fd >= CS_FD_ISO;
}

int cs_nodes_gateway_join(struct cs_nodes_node *node, const struct cs_controller_config *first)
{
    struct cs_gateway *gateway = node->gateway;
    struct cs_controller_config config = *first;
    struct cs_timing timing = node->all->scenario->buses[node->def->to].timing.timing;

    if (gateway->port[1].index != CS_NO_NODE)
        return 0;
    /* The bus's timing, by the node's clock. */
    timing.drift_ppb = first->timing->drift_ppb;
    config.timing = &timing;
    config.ops = &second_ops;
    int ret = cs_bus_attach(gateway->port[1].bus, &config);
    if (ret < 0)
        return ret;
    gateway->port[1].index = ret;
    for (unsigned i = 0; i < 2; i++)
        gateway->port[i].fd = knows_fd(&gateway->port[i]);
    return 0;
}

void cs_nodes_gateway_leave(struct cs_nodes_node *node)
{
    struct port *second = &node->gateway->port[1];
    char text[80];

    for (unsigned i = 0; i < 2; i++) {
        snprintf(text, sizeof(text), "CAN FD frames that were lost: %" PRIu64,
                 node->gateway->port[i].no_fd);
        if (node->gateway->port[i].no_fd > 1)
            on_note(&node->gateway->port[i], text);
    }
    if (second->index != CS_NO_NODE)
        cs_bus_detach(second->bus, second->index);
}

void cs_nodes_gateway_start(struct cs_nodes_node *node)
{
    struct cs_gateway *gateway = node->gateway;

    memset(gateway->passed, 0, node->def->n_routes * sizeof(*gateway->passed));
    for (unsigned i = 0; i < 2; i++) {
        gateway->port[i].no_fd = 0;
        gateway->port[i].told_id = false;
    }
}

void cs_nodes_gateway_stop(struct cs_nodes_node *node)
{
    for (unsigned i = 0; i < 2; i++)
        cs_delay_clear(&node->gateway->port[i].line);
}

static int open_port(struct cs_nodes_node *node, struct port *port, unsigned bus)
{
    port->node = node;
    port->bus = cs_sim_bus(node->all->sim, bus);
    port->index = CS_NO_NODE;
    snprintf(port->what, sizeof(port->what), "frames to %s", cs_bus_name(port->bus));
    port->line.due = on_due;
    port->line.note = on_note;
    port->line.ctx = port;
    port->line.what = port->what;
    return cs_delay_open(&port->line, node->all->sim, (unsigned)node->def->waiting);
}

int cs_nodes_gateway_open(struct cs_nodes_node *node, struct cs_error *error)
{
    struct cs_gateway *gateway = calloc(1, sizeof(*gateway));

    node->gateway = gateway;
    if (gateway == NULL)
        return cs_nodes_no_memory(error);
    gateway->passed = calloc((size_t)node->def->n_routes + 1, sizeof(*gateway->passed));
    if (gateway->passed == NULL || open_port(node, &gateway->port[0], node->def->bus) != 0 ||
        open_port(node, &gateway->port[1], node->def->to) != 0)
        return cs_nodes_no_memory(error);
    return 0;
}

void cs_nodes_gateway_close(struct cs_nodes_node *node)
{
    struct cs_gateway *gateway = node->gateway;

    if (gateway == NULL)
        return;
    cs_delay_close(&gateway->port[0].line);
    cs_delay_close(&gateway->port[1].line);
    free(gateway->passed);
    free(gateway);
    node->gateway = NULL;
}
