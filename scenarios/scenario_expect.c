/* SPDX-License-Identifier: MIT */
/* What is expected of the run: an array of objects, each of one kind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect_read.h"
#include "scenarios/text.h"
#include "simcore/units.h"

#define DEF(member) offsetof(struct cs_expect_def, member)
#define ONE(kind)   (1u << (kind))
#define VALUES      (ONE(CS_EXPECT_VALUE) | ONE(CS_EXPECT_SIGNAL))
#define HAPPENS     (ONE(CS_EXPECT_TRIGGER))
#define ANY_KIND    0u
#define WINDOWED    (~ONE(CS_EXPECT_PROGRAM))

#define COUNT_MAX 1000000000

static const char *const kind_names[] = {
    [CS_EXPECT_NONE] = "nothing",      [CS_EXPECT_TRIGGER] = "something that happens",
    [CS_EXPECT_LEVEL] = "at",          [CS_EXPECT_ORDER] = "order",
    [CS_EXPECT_PERIOD] = "period",     [CS_EXPECT_ALWAYS] = "always",
    [CS_EXPECT_VALUE] = "value",       [CS_EXPECT_SIGNAL] = "signal",
    [CS_EXPECT_RECOVERY] = "recovery", [CS_EXPECT_LOAD] = "load",
    [CS_EXPECT_LATENCY] = "latency",   [CS_EXPECT_RETRIES] = "retries",
    [CS_EXPECT_PROGRAM] = "program",   [CS_EXPECT_LOG] = "log",
    [CS_EXPECT_KIND_COUNT] = NULL,
};

const char *cs_expect_kind_name(const struct cs_expect_def *def)
{
    if (def->kind == CS_EXPECT_TRIGGER || def->kind == CS_EXPECT_LEVEL)
        return cs_trigger_kind_name(&def->trigger);
    return kind_names[def->kind];
}

int cs_expect_set_kind(struct cs_reader *r, struct cs_expect_def *def, int kind)
{
    if (def->kind != CS_EXPECT_NONE)
        return cs_reader_fail(r, "must be all that is expected here, got something before");
    def->kind = kind;
    return 0;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static int read_order(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;
    const cJSON *child;
    int ret = 0, n = cJSON_GetArraySize(item);

    if (!cJSON_IsArray(item) || n < 2 || n > CS_EXPECT_ORDER_MAX)
        return cs_reader_must_be(r, item, "an array of 2..%d things that happen",
                                 CS_EXPECT_ORDER_MAX);
    if (cs_expect_set_kind(r, def, CS_EXPECT_ORDER) != 0)
        return -1;
    def->order = calloc((size_t)n, sizeof(*def->order));
    if (def->order == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, def->n_order);
        ret |= cs_trigger_read(r, child, &def->order[def->n_order++]);
        cs_reader_leave(r, mark);
    }
    return ret;
}

static int read_edge(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_edge *edge = dest;
    struct cs_trigger *trigger = malloc(sizeof(*trigger));

    if (trigger == NULL)
        return cs_reader_no_memory(r);
    const int ret = cs_trigger_read_or_time(r, item, CS_SCENARIO_TIME_MAX, trigger, &edge->at_ps);
    if (ret == 0 && edge->at_ps < 0)
        edge->trigger = trigger;
    else
        free(trigger);
    return ret;
}

static int read_count(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_expect_def *def = dest;

    def->have_count = true;
    return cs_bounds_read(r, item, 0, COUNT_MAX, &def->count);
}

#define AT_FORM "\"always\", \"once\", \"end\" or a time"

static int read_at(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const char *const words[] = {"", "always", "once", "end"};
    struct cs_expect_def *def = dest;

    for (int i = CS_EXPECT_AT_ALWAYS; cJSON_IsString(item) && i <= CS_EXPECT_AT_END; i++) {
        if (strcmp(words[i], item->valuestring) == 0) {
            def->at = i;
            return 0;
        }
    }
    def->at = CS_EXPECT_AT_TIME;
    if (!cJSON_IsString(item) || cs_units_parse_time(item->valuestring, &def->at_ps) != 0 ||
        def->at_ps < 0 || def->at_ps > CS_SCENARIO_TIME_MAX)
        return cs_reader_must_be(r, item, AT_FORM);
    return 0;
}

#define CUSTOM(key, kinds, at_, reader, what, text)                                               \
    {                                                                                             \
        .name = (key), .type = CS_KEY_CUSTOM, .mask = (kinds), .offset = (at_), .read = (reader), \
        .form = (what), .help = (text)                                                            \
    }
#define TIME(key, kinds, at_, low, text)                                                    \
    {                                                                                       \
        .name = (key), .type = CS_KEY_TIME, .mask = (kinds), .offset = (at_), .min = (low), \
        .max = CS_SCENARIO_TIME_MAX, .help = (text)                                         \
    }
#define FLAG(key, kinds, member, text)                                                             \
    {                                                                                              \
        .name = (key), .type = CS_KEY_BOOL, .mask = (kinds), .offset = DEF(member), .help = (text) \
    }

static const struct cs_key expect_rows[] = {
    {.name = "name",
     .type = CS_KEY_TEXT,
     .offset = DEF(name),
     .min = 1,
     .max = 120,
     .help = "what it is about, for people; default: made from what is expected"},
    CUSTOM("order", ANY_KIND, 0, read_order, "an array of things that happen",
           "these happen one after the other; others may come between"),
    CUSTOM("errors", ANY_KIND, 0, cs_expect_read_errors, "an object with count",
           "how many errors or error frames there are"),
    CUSTOM("period", ANY_KIND, 0, cs_expect_read_period, "an object with frame and min, max ...",
           "how far apart frames are"),
    CUSTOM("always", ANY_KIND, 0, cs_expect_read_always, "an object with frame and data",
           "frames that always have certain data"),
    CUSTOM("value", ANY_KIND, 0, cs_expect_read_value,
           "an object with frame, start, length and is, min ...", "a value in the data"),
    CUSTOM("signal", ANY_KIND, 0, cs_expect_read_signal, "an object with field and is, min ...",
           "a value that the decoder finds"),
    CUSTOM("recovery", ANY_KIND, 0, cs_expect_read_recovery, "an object with node and within",
           "how long a node is bus-off"),
    CUSTOM("load", ANY_KIND, 0, cs_expect_read_load, "an object with min or max",
           "how much of the time the bus is taken"),
    CUSTOM("latency", ANY_KIND, 0, cs_expect_read_latency, "an object with frame and max",
           "how long frames wait until they are sent"),
    CUSTOM("retries", ANY_KIND, 0, cs_expect_read_retries, "an object with frame and count",
           "how often frames are sent again"),
    CUSTOM("program", ANY_KIND, 0, cs_expect_read_program,
           "an object with name and status or output",
           "what a program or a guest prints, how it ends"),
    CUSTOM("log", ANY_KIND, 0, cs_expect_read_log, "an object with file",
           "the frames are those of a recording, as cansim diff compares them"),
    CUSTOM("after", WINDOWED, DEF(after), read_edge, "a time or something that happens",
           "when the window begins; default: at the start"),
    CUSTOM("until", WINDOWED, DEF(until), read_edge, "a time or something that happens",
           "when the window ends; default: with the run"),
    TIME("within", HAPPENS | ONE(CS_EXPECT_ORDER) | VALUES, DEF(within_ps), 1,
         "how long the window is at most, from its beginning"),
    TIME("not_before", HAPPENS, DEF(not_before_ps), 1,
         "not earlier than so long after the window's beginning"),
    CUSTOM("count", HAPPENS, 0, read_count, CS_BOUNDS_FORM,
           "how often within the window; default: at least once"),
    FLAG("never", HAPPENS, never, "not once within the window"),
    FLAG("each", HAPPENS, each, "a window for each time that \"after\" happens"),
    FLAG("strict", ONE(CS_EXPECT_ORDER), strict,
         "nothing of these identifiers between, nothing of the list out of turn"),
    CUSTOM("at", ONE(CS_EXPECT_LEVEL) | VALUES, 0, read_at, AT_FORM,
           "with state, tec or rec: it is so then, instead of becoming so; of a value or signal: "
           "default \"always\""),
    FLAG("stop", ANY_KIND, stop, "the run ends when this has failed"),
    {.name = NULL},
};

const struct cs_keys cs_scenario_expect_keys = {
    .title = "An expectation (besides the keys of something that happens)",
    .rows = expect_rows,
    .kinds = kind_names,
    .kind = "with",
};

/* ---- what fits ------------------------------------------------------------------------------- */

static int check_names(struct cs_reader *r, const cJSON *item)
{
    const char *names[2 * CS_KEYS_MAX + 1];
    const cJSON *child;

    size_t n = cs_keys_names(&cs_trigger_keys, 0, names, CS_KEYS_MAX);
    for (const struct cs_key *k = expect_rows; k->name != NULL; k++)
        names[n++] = k->name;
    names[n] = NULL;
    cJSON_ArrayForEach(child, item)
    {
        if (cs_keys_find(&cs_trigger_keys, child->string) == NULL &&
            cs_keys_find(&cs_scenario_expect_keys, child->string) == NULL)
            return cs_keys_unknown(r, child->string, names);
    }
    return 0;
}

static int check_kind(struct cs_reader *r, const cJSON *item, const struct cs_expect_def *def)
{
    const cJSON *child;
    char text[100];

    cJSON_ArrayForEach(child, item)
    {
        const struct cs_key *k = cs_keys_find(&cs_scenario_expect_keys, child->string);
        const char *kind =
            def->kind == CS_EXPECT_TRIGGER ? cs_expect_kind_name(def) : kind_names[def->kind];
        snprintf(text, sizeof(text), "does not go with \"%s\"", kind);
        if (k != NULL && !cs_keys_applies(k, (unsigned)def->kind))
            return cs_scenario_fail_at(r, k->name, text);
        if (k == NULL && def->trigger.kind == CS_TRIGGER_NONE &&
            strcmp(child->string, "comment") != 0)
            return cs_scenario_fail_at(r, child->string, text);
    }
    return 0;
}

static int check_happens(struct cs_reader *r, const struct cs_expect_def *def)
{
    const struct cs_expect_edge *after = &def->after;

    if (def->never && def->have_count)
        return cs_scenario_fail_at(r, "count", "does not go with \"never\"");
    if (def->never && def->not_before_ps >= 0)
        return cs_scenario_fail_at(r, "not_before", "does not go with \"never\"");
    if (def->have_count && def->count.high == 0 && def->not_before_ps >= 0)
        return cs_scenario_fail_at(r, "not_before", "does not go with a count of 0");
    if (def->each && after->trigger == NULL)
        return cs_scenario_fail_at(r, "each", "goes with an \"after\" that happens");
    if (def->each && def->have_count)
        return cs_scenario_fail_at(r, "count", "does not go with \"each\"");
    if (def->within_ps >= 0 && def->not_before_ps > def->within_ps)
        return cs_scenario_fail_at(r, "not_before", "must not be more than \"within\"");
    return 0;
}

static int check_level(struct cs_reader *r, const struct cs_expect_def *def)
{
    const struct cs_trigger *t = &def->trigger;

    if (t->kind != CS_TRIGGER_STATE && !cs_trigger_is_level(t))
        return cs_scenario_fail_at(r, "at", "goes with state, tec, rec, value and signal");
    if (t->node[0] == '\0')
        return cs_reader_fail(r, "must have the key \"node\" with \"at\", got none");
    if (def->at == CS_EXPECT_AT_ONCE)
        return cs_scenario_fail_at(r, "at",
                                   "must be \"always\", \"end\" or a time; without it "
                                   "the state is waited for");
    return 0;
}

static int finish(struct cs_reader *r, struct cs_expect_def *def)
{
    bool values = def->kind == CS_EXPECT_VALUE || def->kind == CS_EXPECT_SIGNAL;

    if (cs_trigger_finish(r, &def->trigger) != 0)
        return -1;
    if (def->kind == CS_EXPECT_TRIGGER && check_happens(r, def) != 0)
        return -1;
    if (def->kind == CS_EXPECT_LEVEL && check_level(r, def) != 0)
        return -1;
    if (values && def->at == CS_EXPECT_AT_NONE)
        def->at = CS_EXPECT_AT_ALWAYS;
    if (def->at == CS_EXPECT_AT_TIME && (def->after.trigger != NULL || def->until.trigger != NULL ||
                                         def->after.at_ps >= 0 || def->until.at_ps >= 0))
        return cs_scenario_fail_at(r, "at",
                                   "does not go with \"after\" or \"until\" where it is a "
                                   "time");
    if (def->at == CS_EXPECT_AT_TIME && def->within_ps >= 0)
        return cs_scenario_fail_at(r, "within", "does not go with a time in \"at\"");
    if (def->until.at_ps >= 0 && def->until.at_ps <= def->after.at_ps)
        return cs_scenario_fail_at(r, "until", "must be later than \"after\"");
    if (!def->have_count)
        def->count = (struct cs_bounds){.low = 1, .high = INT64_MAX};
    return 0;
}

#define EXPECT_FORM                                                                             \
    "an object with one of frame, state, error, order, period, value, signal ... (cansim help " \
    "scenario)"

static int read_expect(struct cs_reader *r, const cJSON *item, struct cs_expect_def *def)
{
    def->item = item;
    def->within_ps = def->not_before_ps = def->after.at_ps = def->until.at_ps = -1;
    cs_trigger_init(&def->trigger);
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, EXPECT_FORM);
    if (check_names(r, item) != 0 ||
        cs_keys_read_known(r, item, &cs_trigger_keys, 0, &def->trigger) != 0)
        return -1;
    if (def->trigger.kind != CS_TRIGGER_NONE)
        def->kind = CS_EXPECT_TRIGGER;
    for (const struct cs_key *k = expect_rows; k->name != NULL; k++) {
        if (cs_keys_read_one(r, item, k, def) != 0)
            return -1;
    }
    if (def->kind == CS_EXPECT_NONE)
        return cs_reader_must_be(r, item, EXPECT_FORM);
    if (def->kind == CS_EXPECT_TRIGGER && def->at != CS_EXPECT_AT_NONE)
        def->kind = CS_EXPECT_LEVEL;
    return check_kind(r, item, def) == 0 ? finish(r, def) : -1;
}

int cs_scenario_read_expect(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    const cJSON *child;
    int ret = 0, n = cJSON_GetArraySize(item);

    (void)dest;
    if (!cJSON_IsArray(item))
        return cs_reader_must_be(r, item, "an array of expectations");
    if (n > CS_EXPECT_MAX)
        return cs_reader_fail(r, "must be at most %d expectations, got %d", CS_EXPECT_MAX, n);
    if (n == 0)
        return 0;
    scenario->expects = calloc((size_t)n, sizeof(*scenario->expects));
    if (scenario->expects == NULL)
        return cs_reader_no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, scenario->n_expects);
        ret |= read_expect(r, child, &scenario->expects[scenario->n_expects++]);
        cs_reader_leave(r, mark);
    }
    return ret;
}

void cs_scenario_free_expects(struct cs_scenario *scenario)
{
    for (unsigned i = 0; i < scenario->n_expects; i++) {
        free(scenario->expects[i].after.trigger);
        free(scenario->expects[i].until.trigger);
        free(scenario->expects[i].order);
        if (scenario->expects[i].kind == CS_EXPECT_LOG) {
            free(scenario->expects[i].of.log.path);
            free(scenario->expects[i].of.log.options);
        }
    }
    free(scenario->expects);
}

int cs_scenario_read_decode(struct cs_reader *r, const cJSON *item, void *dest)
{
    const char **name = dest;

    if (cJSON_IsString(item) && item->valuestring[0] != '\0' && strlen(item->valuestring) <= 80)
        *name = item->valuestring;
    else if (cJSON_IsTrue(item))
        *name = "canopen";
    else if (!cJSON_IsFalse(item))
        return cs_reader_must_be(r, item, "true, false or the name of a decoder");
    return 0;
}

int cs_scenario_finish_expect(struct cs_reader *r, struct cs_scenario *scenario)
{
    if (scenario->n_expects > 0)
        return 0;
    if (scenario->end == CS_SCENARIO_END_DECIDED)
        return cs_scenario_fail_at(r, "end", "must be \"duration\" without expectations");
    if (scenario->stop_on_failure)
        return cs_scenario_fail_at(r, "stop_on_failure", "goes with expectations");
    return 0;
}
