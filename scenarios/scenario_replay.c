/* SPDX-License-Identifier: MIT */
/* Replay nodes: which frames of the log, how they are changed, and the log itself. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define REWRITE(member) offsetof(struct cs_replay_rewrite, member)

/* A pattern of frames, or an array of them, into a struct cs_match_list. */
int cs_scenario_read_match_list(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_match_list *list = dest;
    bool array = cJSON_IsArray(item);
    int n = array ? cJSON_GetArraySize(item) : 1, ret = 0;

    if (n < 1 || n > CS_REPLAY_IDS_MAX)
        return cs_reader_must_be(r, item, "an array of 1..%d frames or identifiers",
                                 CS_REPLAY_IDS_MAX);
    free(list->match); /* a key that is read twice, as "type" is */
    list->n = 0;
    list->match = calloc((size_t)n, sizeof(*list->match));
    if (list->match == NULL)
        return cs_reader_no_memory(r);
    if (!array) {
        list->n = 1;
        return cs_match_read(r, item, list->match);
    }
    const cJSON *child;
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, list->n);
        if (cs_match_read(r, child, &list->match[list->n++]) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

static const struct cs_key rewrite_rows[] = {
    {.name = "ids",
     .type = CS_KEY_CUSTOM,
     .offset = REWRITE(ids),
     .read = cs_scenario_read_match_list,
     .form = CS_MATCH_LIST_FORM,
     .help = "which frames; default: all"},
    CS_CHANGE_ROWS(REWRITE(change)),
    {.name = "drop",
     .type = CS_KEY_BOOL,
     .offset = REWRITE(drop),
     .dflt = "false",
     .help = "true: they are not sent"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_rewrite_keys = {
    .title = "A change of what a replay sends",
    .rows = rewrite_rows,
};

int cs_scenario_read_rewrites(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_replay *replay = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < 1 ||
        cJSON_GetArraySize(item) > CS_REPLAY_REWRITES_MAX)
        return cs_reader_must_be(r, item, "an array of 1..%d objects", CS_REPLAY_REWRITES_MAX);
    replay->rewrites = calloc((size_t)cJSON_GetArraySize(item), sizeof(*replay->rewrites));
    if (replay->rewrites == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_replay_rewrite *rewrite = &replay->rewrites[replay->n_rewrites];
        size_t mark = cs_reader_enter_index(r, replay->n_rewrites++);
        if (cs_keys_read(r, child, &cs_scenario_rewrite_keys, 0, rewrite) != 0)
            ret = -1;
        else if (rewrite->drop &&
                 (rewrite->change.set_data || rewrite->change.id.kind != CS_ID_KEEP))
            ret = cs_scenario_fail_at(r, "drop", "must not be with \"id\" or \"data\"");
        cs_reader_leave(r, mark);
    }
    return ret;
}

/* The keys that say in which order and when. */
static int check_order(struct cs_reader *r, const struct cs_scenario_node *node)
{
    const struct cs_replay *replay = &node->replay;

    if (replay->order == CS_REPLAY_QUEUED)
        return 0;
    if (node->tx_order != CS_SCENARIO_ORDER_AUTO)
        return cs_scenario_fail_at(r, "tx_order", "must be auto with \"order\", which tells it");
    if (replay->order == CS_REPLAY_RECORDED && replay->speed_permille == 0)
        return cs_scenario_fail_at(r, "speed",
                                   "must not be \"max\" where frames are sent at recorded times");
    return 0;
}

int cs_scenario_finish_replay(struct cs_reader *r, struct cs_scenario_node *node)
{
    struct cs_scenario *scenario = r->ctx;
    struct cs_plugins *plugins = cs_scenario_plugins(r);
    struct cs_file_id id;
    struct cs_error error;

    if (plugins == NULL || check_order(r, node) != 0)
        return -1;
    char *path = cs_file_beside(cs_scenario_file_at(r, "file"), node->replay.file);
    if (path == NULL)
        return cs_reader_no_memory(r);
    int ret = cs_replay_load(&node->replay, plugins, path, &id, &error);
    free(path);
    if (ret != 0) {
        /* Two places: the key that names the log, and where the log is wrong. */
        size_t mark = cs_reader_enter(r, "file");
        cs_reader_fail_as(r, &error);
        cs_reader_leave(r, mark);
    }
    if (ret == 0 && scenario->n_inputs < CS_SCENARIO_INPUTS)
        scenario->inputs[scenario->n_inputs++] = id;
    if (ret == 0 && node->replay.has_fd && !cs_scenario_node_knows_fd(scenario, node))
        return cs_scenario_fail_at(r, "file", CS_NO_FD_TEXT);
    return ret;
}
