/* SPDX-License-Identifier: MIT */
/* What periodic nodes send: messages and the counters in them. */
#include <stdlib.h>
#include <string.h>

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
    int ret = 0;

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
            ret = -1;
        cs_reader_leave(r, mark);
        message->n_counters++;
    }
    return ret;
}

static const struct cs_key burst_rows[] = {
    {.name = "frames",
     .type = CS_KEY_INT,
     .required = true,
     .offset = CS_MESSAGE_AT(burst),
     .min = 1,
     .max = CS_SCENARIO_MAX_FRAMES,
     .help = "how often a period"},
    {.name = "gap",
     .type = CS_KEY_TIME,
     .offset = CS_MESSAGE_AT(burst_gap_ps),
     .min = 0,
     .max = CS_SCENARIO_PERIOD_MAX,
     .help = "from the start of one to that of the next; default 0s: queued together"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_burst_keys = {.title = "A burst", .rows = burst_rows};

int cs_scenario_read_burst(struct cs_reader *r, const cJSON *item, void *dest)
{
    return cs_keys_read(r, item, &cs_scenario_burst_keys, 0, dest);
}

static const struct cs_key message_rows[] = {
    CS_MESSAGE_ROWS(0, 0, true),
    CS_OFFSET_ROW(0, 0),
    CS_COUNT_ROW(0, 0),
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_message_keys = {.title = "A message", .rows = message_rows};

static int check_times(struct cs_reader *r, struct cs_message *message)
{
    int64_t gaps;

    if (message->burst == 0)
        message->burst = 1;
    if (message->jitter_ps >= message->period_ps)
        return cs_reader_fail(r, "must have a jitter less than its period, got more");
    gaps = message->burst - 1;
    if (gaps > 0 && message->burst_gap_ps > (message->period_ps - message->jitter_ps - 1) / gaps)
        return cs_scenario_fail_at(r, "burst",
                                   "must be over before the next period, jitter and "
                                   "all, got longer");
    if (message->burst * (message->sequence ? 1 : message->frames.n) > CS_SCENARIO_MAX_FRAMES)
        return cs_scenario_fail_at(r, "burst", "must be at most 4096 frames in all, got more");
    return 0;
}

static int check_counters(struct cs_reader *r, const struct cs_message *message)
{
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

/* Bits of the data and what is in them: one cannot be two things. */
struct taken {
    const char *what[8 * CS_FRAME_MAX_DATA];
    unsigned bytes; /* of the shortest frame */
};

static int take(struct cs_reader *r, struct taken *taken, unsigned bit, const char *what)
{
    if (bit >= 8 * taken->bytes)
        return cs_reader_fail(r,
                              "must be within the data, got bit %u of byte %u, where there are "
                              "%u bytes",
                              bit % 8, bit / 8, taken->bytes);
    if (taken->what[bit] != NULL)
        return cs_reader_fail(r, "must have bits of its own, got bit %u of byte %u, which is of %s",
                              bit % 8, bit / 8, taken->what[bit]);
    taken->what[bit] = what;
    return 0;
}

static void take_counters(struct taken *taken, const struct cs_message *message)
{
    for (unsigned c = 0; c < message->n_counters; c++) {
        for (int64_t i = 0; i < message->counters[c].bits; i++)
            taken->what[8 * message->counters[c].byte + i] = "a counter";
    }
}

static int take_signals(struct cs_reader *r, struct taken *taken, const struct cs_message *message)
{
    size_t all = cs_reader_enter(r, "signals");
    int ret = 0;

    for (unsigned s = 0; s < message->n_signals; s++) {
        size_t mark = cs_reader_enter_index(r, s);
        int one = 0;
        for (unsigned i = 0; i < message->signals[s].length && one == 0; i++)
            one = take(r, taken, cs_signal_bit(&message->signals[s], i), "another signal");
        ret = one != 0 ? -1 : ret;
        cs_reader_leave(r, mark);
    }
    cs_reader_leave(r, all);
    return ret;
}

static int take_checksums(struct cs_reader *r, struct taken *taken,
                          const struct cs_message *message)
{
    size_t all = cs_reader_enter(r, "checksum");
    int ret = 0;

    for (unsigned c = 0; c < message->n_checksums; c++) {
        const struct cs_checksum *checksum = &message->checksums[c];
        unsigned first = 8 * (unsigned)checksum->byte;
        int one = 0;
        for (unsigned i = 0; i < 8 * cs_checksum_bytes(checksum->kind) && one == 0; i++)
            one = take(r, taken, first + i, "a counter, a signal or another checksum");
        if (one == 0 && checksum->to >= (int64_t)taken->bytes)
            one = cs_reader_fail(r, "must cover bytes of the data, got \"to\" beyond the last");
        ret = one != 0 ? -1 : ret;
    }
    cs_reader_leave(r, all);
    return ret;
}

int cs_scenario_finish_message(struct cs_reader *r, struct cs_message *message)
{
    struct taken taken = {.bytes = CS_FRAME_MAX_DATA};

    if (check_times(r, message) != 0 || check_counters(r, message) != 0)
        return -1;
    for (unsigned f = 0; f < message->frames.n; f++) {
        if (message->frames.frame[f].len < taken.bytes)
            taken.bytes = message->frames.frame[f].len;
    }
    take_counters(&taken, message);
    int signals = take_signals(r, &taken, message);
    return take_checksums(r, &taken, message) == 0 ? signals : -1;
}

int cs_scenario_read_messages(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario_node *node = dest;
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > 256)
        return cs_reader_must_be(r, item, "an array of at most 256 messages");
    node->messages = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*node->messages));
    if (node->messages == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        struct cs_message *message = &node->messages[node->n_messages];
        size_t mark = cs_reader_enter_index(r, node->n_messages);
        node->n_messages++;
        if (cs_keys_read(r, child, &cs_scenario_message_keys, 0, message) != 0 ||
            cs_scenario_finish_message(r, message) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    return ret;
}

/* ---- the node -------------------------------------------------------------------------------- */

static int check_fd(struct cs_reader *r, struct cs_scenario_node *node)
{
    size_t mark = r->path_len;
    int ret = cs_scenario_check_frames(r, node, &node->first.frames, "frame");

    cs_reader_leave(r, mark);
    for (unsigned i = 0; i < node->n_messages; i++) {
        size_t all = cs_reader_enter(r, "messages");
        cs_reader_enter_index(r, i);
        if (cs_scenario_check_frames(r, node, &node->messages[i].frames, "frame") != 0)
            ret = -1;
        cs_reader_leave(r, all);
    }
    return ret;
}

/* The keys of the node's own message without that message. */
static bool has_rest(const struct cs_message *m)
{
    return m->n_counters > 0 || m->n_signals > 0 || m->n_checksums > 0 || m->burst > 0 ||
           m->sequence || m->jitter_ps > 0 || m->offset_ps > 0 || m->count > 0;
}

int cs_scenario_finish_periodic(struct cs_reader *r, struct cs_scenario_node *node)
{
    bool own = node->first.frames.n > 0;

    if (own != (node->first.period_ps > 0))
        return cs_reader_fail(r, "must have \"frame\" and \"period\" together, got \"%s\" alone",
                              own ? "frame" : "period");
    if (!own && node->n_messages == 0)
        return cs_reader_fail(r, "must have \"frame\" and \"period\" or \"messages\", got none");
    if (!own && has_rest(&node->first))
        return cs_reader_fail(r, "must have \"frame\" beside \"counter\", \"signals\", "
                                 "\"checksum\", \"burst\", \"sequence\", \"jitter\", \"offset\" "
                                 "or \"count\", got none");
    if (check_fd(r, node) != 0)
        return -1;
    if (!own)
        return 0;
    if (cs_scenario_finish_message(r, &node->first) != 0)
        return -1;
    if (node->messages == NULL && (node->messages = calloc(1, sizeof(*node->messages))) == NULL)
        return cs_reader_no_memory(r);
    /* read_messages() left room for one more; from here on the array owns what is in it. */
    memmove(node->messages + 1, node->messages, node->n_messages * sizeof(*node->messages));
    node->messages[0] = node->first;
    node->first.frames = (struct cs_frames){0};
    node->first.signals = NULL;
    node->first.n_signals = 0;
    node->n_messages++;
    return 0;
}

void cs_scenario_free_message(struct cs_message *message)
{
    free(message->frames.frame);
    for (unsigned i = 0; i < message->n_signals; i++)
        free(message->signals[i].values);
    free(message->signals);
}
