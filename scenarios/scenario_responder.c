/* SPDX-License-Identifier: MIT */
/* The rules of responders. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"

#define COPY(member) offsetof(struct cs_copy, member)
#define RULE(member) offsetof(struct cs_rule, member)

#define XOR_FORM "one or two hex digits such as \"FF\""

static int read_xor(struct cs_reader *r, const cJSON *item, void *dest)
{
    const char *p = cJSON_IsString(item) ? item->valuestring : "";

    if (strncmp(p, "0x", 2) == 0)
        p += 2;
    size_t n = strspn(p, "0123456789abcdefABCDEF");
    if (n < 1 || n > 2 || p[n] != '\0')
        return cs_reader_must_be(r, item, XOR_FORM);
    *(int64_t *)dest = (int64_t)strtoul(p, NULL, 16);
    return 0;
}

static const struct cs_key copy_rows[] = {
    {.name = "from",
     .type = CS_KEY_INT,
     .required = true,
     .offset = COPY(from),
     .min = 0,
     .max = CS_FRAME_MAX_DATA - 1,
     .help = "byte of the request; where it has none, the reply's stays"},
    {.name = "to",
     .type = CS_KEY_INT,
     .required = true,
     .offset = COPY(to),
     .min = 0,
     .max = CS_FRAME_MAX_DATA - 1,
     .help = "byte of the reply"},
    {.name = "bytes",
     .type = CS_KEY_INT,
     .offset = COPY(bytes),
     .min = 1,
     .max = CS_FRAME_MAX_DATA,
     .dflt = "1",
     .help = "how many"},
    {.name = "xor",
     .type = CS_KEY_CUSTOM,
     .offset = COPY(toggle),
     .read = read_xor,
     .form = XOR_FORM,
     .help = "added to each, bit by bit"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_copy_keys = {
    .title = "Bytes of a request in the reply",
    .rows = copy_rows,
};

static int read_copies(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_rule *rule = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item)) {
        rule->n_copies = 1;
        return cs_keys_read(r, item, &cs_scenario_copy_keys, 0, &rule->copy[0]);
    }
    if (cJSON_GetArraySize(item) > CS_RULE_COPIES)
        return cs_reader_must_be(r, item, "at most %d copies", CS_RULE_COPIES);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, rule->n_copies);
        ret |= cs_keys_read(r, child, &cs_scenario_copy_keys, 0, &rule->copy[rule->n_copies++]);
        cs_reader_leave(r, mark);
    }
    return ret;
}

#define COPY_ID_FORM "\"none\" or an offset in hex digits such as \"+8\""

static int read_copy_id(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_rule *rule = dest;
    const char *text = cJSON_IsString(item) ? item->valuestring : "";

    rule->by_request = strcmp(text, "none") != 0;
    if (rule->by_request && cs_scenario_read_id_offset(text, &rule->id_offset) != 0)
        return cs_reader_must_be(r, item, COPY_ID_FORM);
    return 0;
}

static const char *const length_names[] = {"own", "request", NULL};

static const struct cs_key rule_rows[] = {
    {.name = "when",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RULE(when),
     .read = cs_match_read,
     .form = "a frame that is waited for, below",
     .help = "the request; the node's own frames are none"},
    {.name = "reply",
     .type = CS_KEY_CUSTOM,
     .required = true,
     .offset = RULE(reply),
     .read = cs_scenario_read_frames,
     .form = CS_FRAME_FORM,
     .help = "what is sent"},
    {.name = "delay",
     .type = CS_KEY_TIME,
     .offset = RULE(delay_ps),
     .min = 0,
     .max = CS_SCENARIO_PERIOD_MAX,
     .help = "from the end of the request until it is queued; default 0s"},
    {.name = "jitter",
     .type = CS_KEY_TIME,
     .offset = RULE(jitter_ps),
     .min = 0,
     .max = CS_SCENARIO_PERIOD_MAX,
     .help = "and a random time up to this; default 0s"},
    {.name = "copy",
     .type = CS_KEY_CUSTOM,
     .read = read_copies,
     .form = "an object with from and to, or an array of up to 16 of them",
     .help = "bytes of the request in the reply"},
    {.name = "copy_id",
     .type = CS_KEY_CUSTOM,
     .read = read_copy_id,
     .form = COPY_ID_FORM,
     .dflt = "\"none\"",
     .help = "the reply's identifier is the request's plus that, as many bits long"},
    {.name = "length",
     .type = CS_KEY_CHOICE,
     .offset = RULE(length),
     .choices = length_names,
     .dflt = "\"own\"",
     .help = "request: the reply has as many bytes as the request, more of them are 0"},
    {.name = "after",
     .type = CS_KEY_INT,
     .offset = RULE(after),
     .min = 1,
     .max = 1000000000,
     .dflt = "1",
     .help = "from this match on"},
    {.name = "every",
     .type = CS_KEY_INT,
     .offset = RULE(every),
     .min = 1,
     .max = 1000000000,
     .dflt = "1",
     .help = "to each so many matches one reply, the last of them"},
    {.name = "count",
     .type = CS_KEY_INT,
     .offset = RULE(count),
     .min = 1,
     .max = 1000000000,
     .help = "replies at most; default: without end"},
    {.name = "probability",
     .type = CS_KEY_PERCENT,
     .offset = RULE(chance_ppm),
     .min = 0,
     .max = 100 * CS_PERCENT,
     .dflt = "100",
     .help = "of them so many are answered"},
    {.name = "also",
     .type = CS_KEY_BOOL,
     .offset = RULE(also),
     .dflt = "false",
     .help = "true: rules behind it may answer as well"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_rule_keys = {
    .title = "A rule of a responder",
    .rows = rule_rows,
};

/* What is copied has its place in all frames of the reply. */
static int check_copies(struct cs_reader *r, const struct cs_rule *rule)
{
    unsigned bytes = CS_FRAME_MAX_DATA;

    for (unsigned f = 0; f < rule->reply.n && rule->length == 0; f++) {
        if (rule->reply.frame[f].len < bytes)
            bytes = rule->reply.frame[f].len;
    }
    for (unsigned c = 0; c < rule->n_copies; c++) {
        if (rule->copy[c].to + rule->copy[c].bytes > bytes)
            return cs_scenario_fail_at(r, "copy",
                                       "must have its bytes within the reply's data, "
                                       "got one beyond");
        if (rule->copy[c].from + rule->copy[c].bytes > CS_FRAME_MAX_DATA)
            return cs_scenario_fail_at(r, "copy",
                                       "must have its bytes within a frame, got one "
                                       "beyond");
    }
    return 0;
}

int cs_scenario_read_rules(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < 1 ||
        cJSON_GetArraySize(item) > CS_RULES_MAX)
        return cs_reader_must_be(r, item, "an array of 1..%d rules", CS_RULES_MAX);
    node->rules = calloc(CS_RULES_MAX, sizeof(*node->rules));
    if (node->rules == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_rule *rule = &node->rules[node->n_rules];
        size_t mark = cs_reader_enter_index(r, node->n_rules++);
        if (cs_keys_read(r, child, &cs_scenario_rule_keys, 0, rule) != 0 ||
            check_copies(r, rule) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

int cs_scenario_finish_responder(struct cs_reader *r, struct cs_scenario_node *node)
{
    size_t all = cs_reader_enter(r, "rules");
    int ret = 0;

    if (node->waiting == 0)
        node->waiting = CS_RESPONDER_QUEUE;
    for (unsigned i = 0; i < node->n_rules; i++) {
        size_t mark = cs_reader_enter_index(r, i);
        if (cs_scenario_check_frames(r, node, &node->rules[i].reply, "reply") != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    cs_reader_leave(r, all);
    return ret;
}
