/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define ACTION(member) offsetof(struct cs_action, member)
#define MAX_ACTIONS    100000

static int node_named(struct cs_reader *r, const cJSON *item, int *index)
{
    struct cs_scenario *scenario = r->ctx;
    const char *names[CS_SCENARIO_BUS_NODES + 1];
    unsigned n = 0;

    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "the name of a node");
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (strcmp(scenario->nodes[i].name, item->valuestring) == 0) {
            if (scenario->nodes[i].type == CS_NODE_ATTACHED)
                return cs_reader_must_be(r, item, "a simulated node");
            *index = (int)i;
            return 0;
        }
        if (n < CS_SCENARIO_BUS_NODES)
            names[n++] = scenario->nodes[i].name;
    }
    names[n] = NULL;
    const char *nearest = cs_text_nearest(item->valuestring, names);
    if (nearest != NULL)
        return cs_reader_must_be(r, item, "a node of this scenario (did you mean \"%s\"?)",
                                 nearest);
    return cs_reader_must_be(r, item, "a node of this scenario");
}

static int read_node(struct cs_reader *r, const cJSON *item, void *dest)
{
    return node_named(r, item, dest);
}

static int set_kind(struct cs_reader *r, struct cs_action *action, int kind)
{
    if (action->kind != CS_ACTION_NONE)
        return cs_reader_fail(r, "must be the only action of its entry, got one before");
    action->kind = kind;
    return 0;
}

static int set_node_kind(struct cs_reader *r, const cJSON *item, struct cs_action *action, int kind)
{
    if (action->node >= 0)
        return cs_reader_fail(r, "names the node itself, got \"node\" as well");
    return set_kind(r, action, kind) == 0 ? node_named(r, item, &action->node) : -1;
}

static int read_send(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    return set_kind(r, action, CS_ACTION_SEND) == 0
               ? cs_scenario_read_frames(r, item, &action->frames)
               : -1;
}

static int read_note(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (!cJSON_IsString(item) || strlen(item->valuestring) < 1 || strlen(item->valuestring) > 200)
        return cs_reader_must_be(r, item, "a text of 1..200 bytes");
    action->note = item->valuestring;
    return set_kind(r, action, CS_ACTION_NOTE);
}

static int read_attach(struct cs_reader *r, const cJSON *item, void *dest)
{
    return set_node_kind(r, item, dest, CS_ACTION_ATTACH);
}

static int read_detach(struct cs_reader *r, const cJSON *item, void *dest)
{
    return set_node_kind(r, item, dest, CS_ACTION_DETACH);
}

static int read_recover(struct cs_reader *r, const cJSON *item, void *dest)
{
    return set_node_kind(r, item, dest, CS_ACTION_RECOVER);
}

static int read_mode(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    return set_kind(r, action, CS_ACTION_MODE) == 0 ? cs_scenario_read_mode(r, item, &action->mode)
                                                    : -1;
}

static int read_counters(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key rows[] = {
        {.name = "tec", .type = CS_KEY_INT, .offset = ACTION(tec), .max = 256, .required = true},
        {.name = "rec", .type = CS_KEY_INT, .offset = ACTION(rec), .max = 255, .required = true},
        {.name = NULL},
    };
    static const struct cs_keys keys = {.title = "Error counters", .rows = rows};

    return set_kind(r, dest, CS_ACTION_COUNTERS) == 0 ? cs_keys_read(r, item, &keys, 0, dest) : -1;
}

static const struct cs_key action_rows[] = {
    {.name = "at",
     .type = CS_KEY_TIME,
     .required = true,
     .offset = ACTION(at_ps),
     .min = 0,
     .max = 2400 * 3600 * CS_PS_PER_S,
     .help = "bus time"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = "node",
     .type = CS_KEY_CUSTOM,
     .offset = ACTION(node),
     .read = read_node,
     .form = "the name of a simulated node",
     .help = "who does it; needed by send, mode and counters"},
    {.name = "bus",
     .type = CS_KEY_CUSTOM,
     .offset = ACTION(bus),
     .read = cs_scenario_read_bus,
     .form = "a bus of this scenario",
     .help = "of a note; default: the first"},
    {.name = "send",
     .type = CS_KEY_CUSTOM,
     .read = read_send,
     .form = CS_FRAME_FORM,
     .help = "queue frames"},
    {.name = "note",
     .type = CS_KEY_CUSTOM,
     .read = read_note,
     .form = "a text of 1..200 bytes",
     .help = "put a text into trace and events"},
    {.name = "attach",
     .type = CS_KEY_CUSTOM,
     .read = read_attach,
     .form = "the name of a simulated node",
     .help = "let it join"},
    {.name = "detach",
     .type = CS_KEY_CUSTOM,
     .read = read_detach,
     .form = "the name of a simulated node",
     .help = "let it leave"},
    {.name = "recover",
     .type = CS_KEY_CUSTOM,
     .read = read_recover,
     .form = "the name of a simulated node",
     .help = "ask it to leave bus-off"},
    {.name = "mode",
     .type = CS_KEY_CUSTOM,
     .read = read_mode,
     .form = CS_MODE_FORM,
     .help = "set the controller's mode"},
    {.name = "counters",
     .type = CS_KEY_CUSTOM,
     .read = read_counters,
     .form = "{\"tec\": 0..256, \"rec\": 0..255}",
     .help = "set the error counters"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_action_keys = {
    .title = "An action of the timeline (one of send, note, attach, ... each)",
    .rows = action_rows,
};

static int read_action(struct cs_reader *r, const cJSON *item, struct cs_action *action)
{
    const struct cs_scenario *scenario = r->ctx;

    action->node = -1;
    if (cs_keys_read(r, item, &cs_scenario_action_keys, 0, action) != 0)
        return -1;
    if (action->kind == CS_ACTION_NONE)
        return cs_reader_fail(r, "must have an action (send, note, attach, detach, recover, mode "
                                 "or counters), got none");
    if (action->kind != CS_ACTION_NOTE && action->node < 0)
        return cs_reader_fail(r, "must have the key \"node\", got none");
    if (action->kind == CS_ACTION_SEND)
        return cs_scenario_check_frames(r, &scenario->nodes[action->node], &action->frames, "send");
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct cs_action *x = a, *y = b;

    if (x->at_ps != y->at_ps)
        return x->at_ps < y->at_ps ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

int cs_scenario_read_timeline(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;

    (void)dest;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > MAX_ACTIONS)
        return cs_reader_must_be(r, item, "an array of at most %d actions", MAX_ACTIONS);
    scenario->actions = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*scenario->actions));
    if (scenario->actions == NULL)
        return cs_scenario_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_action *action = &scenario->actions[scenario->n_actions];
        size_t mark = cs_reader_enter_index(r, scenario->n_actions);
        action->order = scenario->n_actions++;
        if (read_action(r, child, action) != 0)
            return -1;
        cs_reader_leave(r, mark);
    }
    qsort(scenario->actions, scenario->n_actions, sizeof(*scenario->actions), by_time);
    return 0;
}
