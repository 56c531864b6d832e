/* SPDX-License-Identifier: MIT */
/* What periodic nodes send: messages and the counters in them. */
#include <stdlib.h>

#include "scenarios/scenario_read.h"

#define COUNTER(member) offsetof(struct cs_counter, member)

static const struct cs_key counter_rows[] = {
    {.name = "byte",
     .type = CS_KEY_INT,
     .required = true,
     .offset = COUNTER(byte),
     .min = 0,
     .max = 7,
     .help = "the data byte that counts, the first of several"},
    {.name = "bits",
     .type = CS_KEY_INT,
     .offset = COUNTER(bits),
     .min = 1,
     .max = 32,
     .dflt = "8",
     .help = "up to 8: the low bits of the byte; beyond: several bytes, low byte first"},
    {.name = "low",
     .type = CS_KEY_INT,
     .offset = COUNTER(low),
     .min = 0,
     .max = UINT32_MAX,
     .dflt = "0",
     .help = "smallest value"},
    {.name = "high",
     .type = CS_KEY_INT,
     .offset = COUNTER(high),
     .min = 0,
     .max = UINT32_MAX,
     .help = "largest value; default: all that the bits hold"},
    {.name = "step",
     .type = CS_KEY_INT,
     .offset = COUNTER(step),
     .min = -(int64_t)UINT32_MAX,
     .max = UINT32_MAX,
     .dflt = "1",
     .help = "added with every frame"},
    {.name = "first",
     .type = CS_KEY_INT,
     .offset = COUNTER(first),
     .min = 0,
     .max = UINT32_MAX,
     .help = "value in the first frame; default: low"},
    {.name = "bounce",
     .type = CS_KEY_BOOL,
     .offset = COUNTER(bounce),
     .dflt = "false",
     .help = "turn back at the ends instead of starting over"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_counter_keys = {
    .title = "A counter (or only its byte)",
    .rows = counter_rows,
};

static int read_counter(struct cs_reader *r, const cJSON *item, struct cs_counter *counter)
{
    *counter = (struct cs_counter){.bits = 8, .step = 1, .high = -1, .first = -1};
    if (cJSON_IsNumber(item)) {
        if (cs_keys_read_value(r, &counter_rows[0], item, counter) != 0)
            return -1;
    } else if (cs_keys_read(r, item, &cs_scenario_counter_keys, 0, counter) != 0) {
        return -1;
    }
    int64_t all = (INT64_C(1) << counter->bits) - 1;
    if (counter->high < 0)
        counter->high = all;
    if (counter->first < 0)
        counter->first = counter->low;
    if (counter->low > counter->high || counter->high > all || counter->first < counter->low ||
        counter->first > counter->high)
        return cs_reader_fail(r,
                              "must have low <= first <= high within %lld bits, got %lld, %lld, "
                              "%lld",
                              (long long)counter->bits, (long long)counter->low,
                              (long long)counter->first, (long long)counter->high);
    return 0;
}

int cs_scenario_read_counters(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_message *message = dest;
    const cJSON *child;

    if (!cJSON_IsArray(item)) {
        message->n_counters = 1;
        return read_counter(r, item, &message->counters[0]);
    }
    if (cJSON_GetArraySize(item) > CS_SCENARIO_MAX_COUNTERS)
        return cs_reader_must_be(r, item, "at most %d counters", CS_SCENARIO_MAX_COUNTERS);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, message->n_counters);
        if (read_counter(r, child, &message->counters[message->n_counters]) != 0)
            return -1;
        cs_reader_leave(r, mark);
        message->n_counters++;
    }
    return 0;
}

static const struct cs_key message_rows[] = {
    CS_MESSAGE_ROWS(0, 0, true),
    CS_OFFSET_ROW(0, 0),
    CS_COUNT_ROW(0, 0),
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_message_keys = {.title = "A message", .rows = message_rows};

int cs_scenario_check_message(struct cs_reader *r, const struct cs_message *message)
{
    if (message->jitter_ps >= message->period_ps)
        return cs_reader_fail(r, "must have a jitter less than its period, got more");
    for (unsigned c = 0; c < message->n_counters; c++) {
        const struct cs_counter *counter = &message->counters[c];
        for (unsigned f = 0; f < message->frames.n; f++) {
            if (counter->byte + (counter->bits + 7) / 8 > message->frames.frame[f].len)
                return cs_reader_fail(r,
                                      "must have its counters within the data, got one of %lld "
                                      "bits at byte %lld of %u",
                                      (long long)counter->bits, (long long)counter->byte,
                                      message->frames.frame[f].len);
        }
    }
    return 0;
}

int cs_scenario_read_messages(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;
    const cJSON *child;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > 256)
        return cs_reader_must_be(r, item, "an array of at most 256 messages");
    node->messages = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*node->messages));
    if (node->messages == NULL)
        return cs_scenario_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_message *message = &node->messages[node->n_messages];
        size_t mark = cs_reader_enter_index(r, node->n_messages);
        node->n_messages++;
        if (cs_keys_read(r, child, &cs_scenario_message_keys, 0, message) != 0 ||
            cs_scenario_check_message(r, message) != 0)
            return -1;
        cs_reader_leave(r, mark);
    }
    return 0;
}
