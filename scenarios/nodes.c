/* SPDX-License-Identifier: MIT */
#include "scenarios/nodes_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cs_nodes_submit(struct cs_nodes_node *node, const struct cs_frame *frame)
{
    if (node->index == CS_NO_NODE || node->leaving)
        return -ENETDOWN;
    /* A refusal (queue full, bus-off, listen-only) is an event of the stream. */
    return cs_bus_submit(node->bus, node->index, frame, node->plugin != NULL ? 0 : ++node->cookie);
}

void cs_nodes_note_at(struct cs_nodes *nodes, unsigned bus, int index, const char *text)
{
    struct cs_event event = {
        .kind = CS_EV_NOTE,
        .bus = (uint16_t)bus,
        .node = (int16_t)index,
        .text = text,
    };

    if (index == CS_NO_NODE)
        return;
    nodes->acting++;
    cs_sim_publish(nodes->sim, &event);
    nodes->acting--;
}

void cs_nodes_note(struct cs_nodes_node *node, const char *text)
{
    cs_nodes_note_at(node->all, node->def->bus, node->index, text);
}

/* What makes a type what it is; NULL where there is nothing to do. */
static const struct {
    int (*open)(struct cs_nodes_node *node, struct cs_error *error); /* closed in any case */
    void (*close)(struct cs_nodes_node *node);
    void (*start)(struct cs_nodes_node *node); /* it joined */
    void (*stop)(struct cs_nodes_node *node);  /* it leaves, or is gone; also twice */
    void (*confirmed)(struct cs_nodes_node *node, const struct cs_tx_done *done);
    const struct cs_controller_ops *ops; /* instead of node_ops */
} kinds[CS_NODE_PLUGIN + 1] = {
    [CS_NODE_PERIODIC] = {cs_nodes_periodic_open, cs_nodes_periodic_close, cs_nodes_periodic_start,
                          cs_nodes_periodic_stop, NULL, NULL},
    [CS_NODE_RANDOM] = {NULL, NULL, cs_nodes_random_start, NULL, cs_nodes_random_confirmed, NULL},
    [CS_NODE_REPLAY] = {cs_nodes_replay_open, cs_nodes_replay_close, cs_nodes_replay_start, NULL,
                        cs_nodes_replay_confirmed, NULL},
    [CS_NODE_RESPONDER] = {cs_nodes_responder_open, cs_nodes_responder_close,
                           cs_nodes_responder_start, cs_nodes_responder_stop, NULL,
                           &cs_nodes_responder_ops},
    [CS_NODE_GATEWAY] = {cs_nodes_gateway_open, cs_nodes_gateway_close, cs_nodes_gateway_start,
                         cs_nodes_gateway_stop, NULL, &cs_nodes_gateway_ops},
    [CS_NODE_PLUGIN] = {cs_node_plugin_open, cs_node_plugin_close, cs_node_plugin_attached,
                        cs_node_plugin_stop, NULL, &cs_node_plugin_ops},
};

static void stop(struct cs_nodes_node *node)
{
    cs_timer_stop(node->all->sim, &node->timer);
    if (kinds[node->def->type].stop != NULL)
        kinds[node->def->type].stop(node);
}

static void on_rejoin(void *ctx, struct cs_timer *timer)
{
    struct cs_nodes_node *node = ctx;
    const unsigned index = (unsigned)(node - node->all->node);

    (void)timer;
    if (node->anew)
        cs_nodes_start_node(node->all, index);
    else
        cs_nodes_attach(node->all, index);
}

void cs_nodes_on_detached(void *ctx)
{
    struct cs_nodes_node *node = ctx;

    stop(node);
    node->index = CS_NO_NODE;
    node->leaving = false;
    memset(node->unplugged, 0, sizeof(node->unplugged));
    if (node->rejoin) {
        /* The place on the bus is free only when this call is over. */
        node->rejoin = false;
        node->timer.fn = on_rejoin;
        cs_timer_start(node->all->sim, &node->timer, cs_sim_now_ps(node->all->sim));
    }
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_nodes_node *node = ctx;

    if (done->result == CS_TX_DETACHED || node->leaving)
        return;
    if (kinds[node->def->type].confirmed != NULL)
        kinds[node->def->type].confirmed(node, done);
}

static const struct cs_controller_ops node_ops = {
    .confirmed = on_confirmed,
    .detached = cs_nodes_on_detached,
};

static void start(struct cs_nodes_node *node)
{
    node->base_ps = cs_sim_now_ps(node->all->sim);
    if (kinds[node->def->type].start != NULL)
        kinds[node->def->type].start(node);
}

static enum cs_tx_order order_of(const struct cs_scenario_node *def)
{
    bool replay = def->type == CS_NODE_REPLAY && def->replay.order != CS_REPLAY_OFFERED;
    bool fifo = def->tx_order == CS_SCENARIO_ORDER_AUTO ? replay : def->tx_order == CS_TX_FIFO;
    return fifo ? CS_TX_FIFO : CS_TX_BY_PRIORITY;
}

int cs_nodes_attach(struct cs_nodes *nodes, unsigned index)
{
    struct cs_nodes_node *node = &nodes->node[index];
    const struct cs_scenario_node *def = node->def;
    struct cs_controller_config config = {
        .name = def->as != NULL ? def->as : def->name,
        .via = CS_VIA_SCENARIO,
        .timing = &def->timing.timing,
        .fd = (enum cs_fd)def->fd,
        .protocol_exception_off = !def->protocol_exception,
        .delay_ps = def->delay_ps,
        .cable_ps = def->cable_ps,
        .mode = def->mode,
        .order = order_of(def),
        .tx_queue_len = (unsigned)def->tx_queue,
        .recovery_ps = def->recovery_ps,
        .filters = def->filters,
        .n_filters = def->n_filters,
        .ops = kinds[def->type].ops != NULL ? kinds[def->type].ops
               : node->reacts               ? &cs_outside_ops
                                            : &node_ops,
        .ctx = node,
    };

    if (def->type == CS_NODE_ATTACHED)
        return 0;
    if (node->leaving) {
        node->rejoin = true;
        return 0;
    }
    if (node->index != CS_NO_NODE)
        return 0;
    node->begun = true;
    node->anew = false;
    node->turns = 0;
    int ret = cs_bus_attach(node->bus, &config);
    if (ret < 0)
        return ret;
    node->index = ret;
    ret = node->gateway != NULL ? cs_nodes_gateway_join(node, &config) : 0;
    if (ret < 0) {
        cs_bus_detach(node->bus, node->index);
        return ret;
    }
    start(node);
    return 0;
}

int cs_nodes_detach(struct cs_nodes *nodes, unsigned index)
{
    struct cs_nodes_node *node = &nodes->node[index];

    node->rejoin = node->anew = false;
    if (node->leaving)
        return 0;
    stop(node); /* it may be about to rejoin */
    if (node->index == CS_NO_NODE)
        return 0;
    node->leaving = true;
    if (node->plugin != NULL)
        cs_node_plugin_detached(node);
    if (node->gateway != NULL)
        cs_nodes_gateway_leave(node);
    return cs_bus_detach(node->bus, node->index);
}

static void init_random(struct cs_nodes_node *node)
{
    char stream[CS_NAME_MAX + 8];

    snprintf(stream, sizeof(stream), "node/%s", node->def->name);
    cs_rng_init(&node->rng, cs_sim_seed(node->all->sim), stream);
}

int cs_nodes_start_node(struct cs_nodes *nodes, unsigned index)
{
    struct cs_nodes_node *node = &nodes->node[index];
    struct cs_error error;

    if (node->leaving)
        node->anew = true;
    else if (node->index == CS_NO_NODE && node->begun) {
        init_random(node);
        if (node->plugin != NULL && cs_node_plugin_renew(node, &error) != 0) {
            if (nodes->failed != NULL)
                nodes->failed(nodes->failed_ctx, error.text);
            return -EINVAL;
        }
    }
    return cs_nodes_attach(nodes, index);
}

int cs_nodes_no_memory(struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
}

static int init_node(struct cs_nodes *nodes, unsigned i, struct cs_error *error)
{
    struct cs_nodes_node *node = &nodes->node[i];
    const struct cs_scenario_node *def = &nodes->scenario->nodes[i];

    node->all = nodes;
    node->def = def;
    node->bus = cs_sim_bus(nodes->sim, def->bus);
    node->index = CS_NO_NODE;
    node->timer.ctx = node;
    init_random(node);
    return kinds[def->type].open != NULL ? kinds[def->type].open(node, error) : 0;
}

struct cs_nodes *cs_nodes_create(struct cs_sim *sim, const struct cs_scenario *scenario,
                                 cs_nodes_say_fn *say, void *say_ctx, struct cs_error *error)
{
    struct cs_nodes *nodes = calloc(1, sizeof(*nodes));

    if (nodes != NULL) {
        nodes->node = calloc(scenario->n_nodes + 1, sizeof(*nodes->node));
        nodes->past = calloc(scenario->n_actions + 1, sizeof(*nodes->past));
    }
    if (nodes == NULL || nodes->node == NULL || nodes->past == NULL) {
        if (nodes != NULL) {
            free(nodes->node);
            free(nodes->past);
        }
        free(nodes);
        cs_nodes_no_memory(error);
        return NULL;
    }
    nodes->sim = sim;
    nodes->scenario = scenario;
    nodes->say = say;
    nodes->say_ctx = say_ctx;
    for (unsigned i = 0; i < scenario->n_actions; i++) {
        if (scenario->actions[i].turn > 0)
            nodes->node[scenario->actions[i].node].reacts = true;
    }
    if (cs_whens_prepare(nodes) != 0) {
        cs_nodes_no_memory(error);
        cs_nodes_destroy(nodes);
        return NULL;
    }
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (init_node(nodes, i, error) != 0) {
            cs_nodes_destroy(nodes);
            return NULL;
        }
    }
    return nodes;
}

void cs_nodes_destroy(struct cs_nodes *nodes)
{
    if (nodes == NULL)
        return;
    nodes->over = true;
    for (unsigned i = 0; i < nodes->scenario->n_nodes; i++) {
        const struct cs_scenario_node *def = nodes->node[i].def;
        if (def != NULL && kinds[def->type].close != NULL)
            kinds[def->type].close(&nodes->node[i]);
    }
    free(nodes->node);
    free(nodes->past);
    free(nodes->moments);
    free(nodes);
}

void cs_nodes_on_failure(struct cs_nodes *nodes, void (*failed)(void *ctx, const char *text),
                         void *ctx)
{
    nodes->failed = failed;
    nodes->failed_ctx = ctx;
}

void cs_nodes_on_do(struct cs_nodes *nodes,
                    void (*doing)(void *ctx, const struct cs_action *action), void *ctx)
{
    nodes->doing = doing;
    nodes->doing_ctx = ctx;
}

void cs_nodes_on_program(struct cs_nodes *nodes,
                         void (*program)(void *ctx, const struct cs_action *action), void *ctx)
{
    nodes->program = program;
    nodes->program_ctx = ctx;
}

void cs_nodes_on_pause(struct cs_nodes *nodes, void (*pause)(void *ctx, const char *text),
                       void *ctx)
{
    nodes->pause = pause;
    nodes->pause_ctx = ctx;
}

void cs_nodes_on_plug(struct cs_nodes *nodes,
                      void (*plug)(void *ctx, unsigned device, bool plugged), void *ctx)
{
    nodes->plug = plug;
    nodes->plug_ctx = ctx;
}

int cs_nodes_start(struct cs_nodes *nodes, struct cs_error *error)
{
    if (cs_whens_observe(nodes) != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: too many observers",
                            nodes->scenario->file);
    cs_timeline_faults(nodes);
    for (unsigned i = 0; i < nodes->scenario->n_nodes; i++) {
        int ret = nodes->node[i].def->absent ? 0 : cs_nodes_attach(nodes, i);
        if (ret < 0)
            return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: node \"%s\" cannot join: %s",
                                nodes->scenario->file, nodes->node[i].def->name, strerror(-ret));
    }
    cs_timeline_start(nodes);
    cs_whens_start(nodes);
    cs_outside_start(nodes);
    return 0;
}
