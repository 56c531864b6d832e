/* SPDX-License-Identifier: MIT */
/* What a person does to a controller. Of one that the scenario has it is an action like those of
 * its timeline, and is recorded as one. */
#include "scenarios/session_internal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

/* The scenario's node that has this controller, -1: it is somebody else's. */
static int node_of(const struct cs_session *session, unsigned bus, const char *name)
{
    const struct cs_scenario *s = session->scenario;

    for (unsigned i = 0; s != NULL && i < s->n_nodes; i++) {
        const struct cs_scenario_node *node = &s->nodes[i];
        if (node->type != CS_NODE_ATTACHED && cs_scenario_node_on(node, bus) &&
            strcmp(node->as != NULL ? node->as : node->name, name) == 0)
            return (int)i;
    }
    return -1;
}

static cJSON *describe(const struct cs_session *session, const struct cs_action *action)
{
    const char *name = session->scenario->nodes[action->node].name;
    cJSON *item = cJSON_CreateObject();

    if (action->kind == CS_ACTION_MODE) {
        cJSON_AddStringToObject(item, "node", name);
        cJSON_AddStringToObject(item, "mode", cs_mode_name((enum cs_mode)action->mode));
    } else {
        cJSON_AddStringToObject(item, action->kind == CS_ACTION_RESET ? "reset" : "recover", name);
    }
    if (action->have_bus)
        cJSON_AddStringToObject(item, "bus", session->scenario->buses[action->bus].name);
    return item;
}

static void act(struct cs_session *session, unsigned bus, int node, enum cs_session_do what,
                unsigned mode)
{
    struct cs_action action = {
        .kind = what == CS_SESSION_MODE    ? CS_ACTION_MODE
                : what == CS_SESSION_RESET ? CS_ACTION_RESET
                                           : CS_ACTION_RECOVER,
        .late = -1,
        .amid = -1,
        .node = node,
        .device = -1,
        .program = -1,
        .bus = bus,
        .have_bus = session->scenario->nodes[node].type == CS_NODE_GATEWAY,
        .mode = mode,
    };
    cJSON *item = describe(session, &action);

    action.item = item;
    cs_nodes_do(session->nodes, &action);
    cJSON_Delete(item);
}

int cs_session_do(struct cs_session *session, unsigned bus, int node, enum cs_session_do what,
                  unsigned mode)
{
    struct cs_bus *at = cs_sim_bus(session->sim, bus);
    struct cs_node_status status;
    int ret = 0;

    cs_session_sync(session);
    if (at == NULL || cs_bus_node_status(at, node, &status) != 0)
        return -ENOENT;
    if (what == CS_SESSION_RECOVER && status.state != CS_STATE_BUS_OFF)
        return -EALREADY;
    const int own = node_of(session, bus, status.name);
    if (own >= 0 && session->nodes != NULL)
        act(session, bus, own, what, mode);
    else if (what == CS_SESSION_MODE)
        ret = cs_bus_set_mode(at, node, mode);
    else if (what == CS_SESSION_RESET)
        ret = cs_bus_reset(at, node);
    else
        ret = cs_bus_recover(at, node);
    cs_session_kick(session);
    return ret;
}
