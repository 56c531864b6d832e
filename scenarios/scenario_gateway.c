/* SPDX-License-Identifier: MIT */
/* The routes of gateways. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define ROUTE(member) offsetof(struct cs_route, member)

static const char *const direction_names[] = {"forward", "back", "both", NULL};

static const struct cs_key route_rows[] = {
    {.name = "when",
     .type = CS_KEY_CUSTOM,
     .offset = ROUTE(when),
     .read = cs_match_read,
     .form = "a frame that is waited for, below",
     .help = "which frames; default: all"},
    {.name = "direction",
     .type = CS_KEY_CHOICE,
     .offset = ROUTE(direction),
     .choices = direction_names,
     .dflt = "\"forward\"",
     .help = "from bus to the other one, back, or both"},
    CS_CHANGE_ROWS(ROUTE(change)),
    {.name = "delay",
     .type = CS_KEY_TIME,
     .offset = ROUTE(delay_ps),
     .min = 0,
     .max = CS_SCENARIO_PERIOD_MAX,
     .help = "from the end of the frame until it is queued; default 0s"},
    {.name = "jitter",
     .type = CS_KEY_TIME,
     .offset = ROUTE(jitter_ps),
     .min = 0,
     .max = CS_SCENARIO_PERIOD_MAX,
     .help = "and a random time up to this; default 0s"},
    {.name = "every",
     .type = CS_KEY_INT,
     .offset = ROUTE(every),
     .min = 1,
     .max = 1000000000,
     .dflt = "1",
     .help = "of each so many frames one passes, the last of them"},
    {.name = "drop",
     .type = CS_KEY_PERCENT,
     .offset = ROUTE(drop_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .dflt = "0",
     .help = "of those so many are lost"},
    {.name = "block",
     .type = CS_KEY_BOOL,
     .offset = ROUTE(block),
     .dflt = "false",
     .help = "true: none pass"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_route_keys = {
    .title = "A route of a gateway",
    .rows = route_rows,
};

int cs_scenario_read_routes(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < 1 ||
        cJSON_GetArraySize(item) > CS_ROUTES_MAX)
        return cs_reader_must_be(r, item, "an array of 1..%d routes", CS_ROUTES_MAX);
    node->routes = calloc(CS_ROUTES_MAX, sizeof(*node->routes));
    if (node->routes == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_route *route = &node->routes[node->n_routes];
        size_t mark = cs_reader_enter_index(r, node->n_routes++);
        cs_match_any(&route->when);
        if (cs_keys_read(r, child, &cs_scenario_route_keys, 0, route) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

int cs_scenario_finish_gateway(struct cs_reader *r, struct cs_scenario_node *node)
{
    if (node->waiting == 0)
        node->waiting = CS_GATEWAY_QUEUE;
    if (node->to == node->bus)
        return cs_scenario_fail_at(r, "to", "must be another bus than \"bus\", got the same");
    return 0;
}
