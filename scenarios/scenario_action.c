/* SPDX-License-Identifier: MIT */
/* Keys of actions, above all those that a recording is made of: what only an outside client or a
 * device does to its controller. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

int cs_action_read_mode(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    return cs_action_set_kind(r, action, CS_ACTION_MODE) == 0
               ? cs_scenario_read_mode(r, item, &action->mode)
               : -1;
}

int cs_action_read_counters(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key rows[] = {
        {.name = "tec",
         .type = CS_KEY_INT,
         .offset = offsetof(struct cs_action, tec),
         .max = 256,
         .required = true},
        {.name = "rec",
         .type = CS_KEY_INT,
         .offset = offsetof(struct cs_action, rec),
         .max = 255,
         .required = true},
        {.name = NULL},
    };
    static const struct cs_keys keys = {.title = "Error counters", .rows = rows};

    return cs_action_set_kind(r, dest, CS_ACTION_COUNTERS) == 0
               ? cs_keys_read(r, item, &keys, 0, dest)
               : -1;
}

int cs_action_read_clear(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;
    int64_t number = 0;

    if (cs_reader_integer(item, &number) == 0 && number >= 1 && number <= INT32_MAX)
        action->clear_id = (int)number;
    else if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, CS_CLEAR_FORM);
    else
        action->label = strcmp(item->valuestring, "all") == 0 ? NULL : item->valuestring;
    return cs_action_set_kind(r, action, CS_ACTION_CLEAR);
}

#define NUMBER_FORM "0..9007199254740991, or a text of digits up to 2^64-1"

int cs_scenario_read_number(struct cs_reader *r, const cJSON *item, void *dest)
{
    uint64_t *number = dest;
    const char *digits = cJSON_IsString(item) ? item->valuestring : "";
    int64_t value;

    *number = 0;
    if (cs_reader_integer(item, &value) == 0 && value >= 0) {
        *number = (uint64_t)value;
        return 0;
    }
    if (*digits == '\0')
        return cs_reader_must_be(r, item, NUMBER_FORM);
    for (; *digits != '\0'; digits++) {
        const uint64_t digit = (uint64_t)(*digits - '0');
        if (*digits < '0' || *digits > '9' || *number > (UINT64_MAX - digit) / 10)
            return cs_reader_must_be(r, item, NUMBER_FORM);
        *number = *number * 10 + digit;
    }
    return 0;
}

int cs_action_read_cookie(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    action->have_cookie = true;
    return cs_scenario_read_number(r, item, &action->cookie);
}

int cs_action_read_abort(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (action->have_cookie)
        return cs_reader_fail(r, "names the cookie itself, got \"cookie\" as well");
    return cs_action_set_kind(r, action, CS_ACTION_ABORT) == 0
               ? cs_scenario_read_number(r, item, &action->cookie)
               : -1;
}

int cs_action_read_freeze(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_FREEZE);
}

int cs_action_read_remove(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_action_set_node(r, item, dest, CS_ACTION_REMOVE);
}

int cs_action_read_filters(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (cs_action_set_kind(r, action, CS_ACTION_FILTERS) != 0)
        return -1;
    action->filters = calloc(1, sizeof(*action->filters));
    return action->filters != NULL ? cs_scenario_read_filter_list(
                                         r, item, 0, action->filters->filter, &action->filters->n)
                                   : cs_reader_no_memory(r);
}

int cs_action_read_drift(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    action->have_drift = true;
    return cs_scenario_read_drift(r, item, &action->drift_ppb);
}

int cs_action_read_lost(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_action *action = dest;

    if (cs_reader_integer(item, &action->lost) != 0 || action->lost < 0 ||
        action->lost > UINT16_MAX)
        return cs_reader_must_be(r, item, "0..%d", UINT16_MAX);
    return cs_action_set_kind(r, action, CS_ACTION_LOST);
}

/* A simulated node, a device or a guest. */
static int plug_kind(struct cs_reader *r, const cJSON *item, struct cs_action *action, int kind)
{
    const struct cs_scenario *scenario = r->ctx;
    struct cs_thing thing;

    if (!cJSON_IsString(item) || !cs_scenario_find(scenario, item->valuestring, &thing) ||
        (thing.kind != CS_THING_DEVICE && thing.kind != CS_THING_GUEST))
        return cs_action_set_node(r, item, action, kind);
    if (thing.kind == CS_THING_DEVICE && scenario->devices[thing.index].type == CS_SCENARIO_CARD)
        return cs_reader_must_be(r, item, "a device that can be plugged, not a card,");
    action->device = (int)(thing.kind == CS_THING_DEVICE ? 0 : scenario->n_devices);
    action->device += (int)thing.index;
    return cs_action_set_kind(r, action, kind);
}

int cs_action_read_plug(struct cs_reader *r, const cJSON *item, void *dest)
{
    return plug_kind(r, item, dest, CS_ACTION_PLUG);
}

int cs_action_read_unplug(struct cs_reader *r, const cJSON *item, void *dest)
{
    return plug_kind(r, item, dest, CS_ACTION_UNPLUG);
}

bool cs_action_has_place(const struct cs_action *action)
{
    return action->late >= 0 || action->amid >= 0 || action->turn > 0;
}

int cs_action_check_outside(struct cs_reader *r, const struct cs_action *action)
{
    if (action->late == 0 && action->at_ps > 0)
        return cs_scenario_fail_at(r, "late", "must be 1 or more but at 0s, got 0");
    if (action->late >= 0 && (action->turn > 0 || action->amid >= 0))
        return cs_scenario_fail_at(r, action->turn > 0 ? "turn" : "amid",
                                   "does not go with \"late\"");
    if (action->turn > 0 && action->amid >= 0)
        return cs_scenario_fail_at(r, "turn", "does not go with \"amid\"");
    if (action->turn > 0 && action->kind != CS_ACTION_NONE && action->node < 0)
        return cs_scenario_fail_at(r, "turn", "must have a node, got none");
    if (action->kind == CS_ACTION_REMOVE && action->late < 0)
        return cs_scenario_fail_at(r, "remove", "must have the key \"late\" beside it, got none");
    if (action->have_cookie && action->kind != CS_ACTION_SEND)
        return cs_scenario_fail_at(r, "cookie", "goes with \"send\" alone");
    if (action->have_drift && (action->kind != CS_ACTION_TIMING || !action->timing->have_full))
        return cs_scenario_fail_at(r, "drift", "goes with \"timing\" alone");
    return 0;
}
