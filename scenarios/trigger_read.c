/* SPDX-License-Identifier: MIT */
/* The keys of what happens: one that says what it is, the others say where. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"
#include "scenarios/trigger.h"
#include "simcore/fault.h"
#include "simcore/units.h"

#define COUNTER_MAX 1000

void cs_trigger_init(struct cs_trigger *t)
{
    memset(t, 0, sizeof(*t));
    cs_match_any(&t->match);
    t->bus = -1;
    t->stage = -1;
    t->severity = -1;
}

/* ---- bounds ---------------------------------------------------------------------------------- */

/* Digits at *text, which moves behind them. */
static bool take_number(const char **text, int64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)**text) || strspn(*text, "0123456789") > 15)
        return false;
    *value = strtoll(*text, &end, 10);
    *text = end;
    return true;
}

static bool take_bounds(const char *text, struct cs_bounds *b)
{
    static const struct {
        const char *sign;
        bool low, high;
        int off;
    } signs[] = {
        {">=", true, false, 0}, {"<=", false, true, 0}, {">", true, false, 1},
        {"<", false, true, -1}, {"=", true, true, 0},   {"", true, true, 0},
    };
    int64_t number;
    size_t i = 0;

    while (strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
        i++;
    text += strlen(signs[i].sign);
    text += strspn(text, " ");
    if (!take_number(&text, &number))
        return false;
    b->low = signs[i].low ? number + signs[i].off : 0;
    b->high = signs[i].high ? number + signs[i].off : INT64_MAX;
    if (*text == '-' && signs[i].sign[0] == '\0') {
        text++;
        if (!take_number(&text, &b->high))
            return false;
    }
    return *text == '\0' && b->low <= b->high;
}

int cs_bounds_read(struct cs_reader *r, const cJSON *item, int64_t low, int64_t high,
                   struct cs_bounds *bounds)
{
    struct cs_bounds b = {.low = -1, .high = -1};
    int64_t number;

    if (cs_reader_integer(item, &number) == 0)
        b.low = b.high = number;
    else if (!cJSON_IsString(item) || !take_bounds(item->valuestring, &b))
        b.low = -1;
    if (b.low < low || b.low > high || (b.high != INT64_MAX && b.high > high))
        return cs_reader_must_be(r, item, CS_BOUNDS_FORM " within %lld..%lld", (long long)low,
                                 (long long)high);
    *bounds = b;
    return 0;
}

char *cs_bounds_say(const struct cs_bounds *b, char *text, size_t size)
{
    if (b->low == b->high)
        snprintf(text, size, "%lld", (long long)b->low);
    else if (b->high == INT64_MAX)
        snprintf(text, size, "at least %lld", (long long)b->low);
    else if (b->low == 0)
        snprintf(text, size, "at most %lld", (long long)b->high);
    else
        snprintf(text, size, "%lld to %lld", (long long)b->low, (long long)b->high);
    return text;
}

/* ---- what it is ------------------------------------------------------------------------------ */

static int set_kind(struct cs_reader *r, struct cs_trigger *t, int kind)
{
    if (t->kind != CS_TRIGGER_NONE)
        return cs_reader_fail(r, "must be the only thing that happens, got another one before");
    t->kind = kind;
    return 0;
}

static int read_pattern(struct cs_reader *r, const cJSON *item, struct cs_trigger *t, int kind,
                        bool or_true)
{
    if (set_kind(r, t, kind) != 0)
        return -1;
    if (or_true && cJSON_IsTrue(item))
        return 0;
    if (or_true && !cJSON_IsString(item) && !cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "true or " CS_MATCH_FORM);
    t->pattern = cJSON_IsString(item) ? item->valuestring : NULL;
    return cs_match_read(r, item, &t->match);
}

static int read_frame(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_pattern(r, item, dest, CS_TRIGGER_FRAME, false);
}

static int read_arb_lost(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_pattern(r, item, dest, CS_TRIGGER_ARB_LOST, true);
}

static int read_refused(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_pattern(r, item, dest, CS_TRIGGER_REFUSED, true);
}

static int read_dropped(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_pattern(r, item, dest, CS_TRIGGER_DROPPED, true);
}

#define STATE_FORM "\"error_active\", \"warning\", \"error_passive\" or \"bus_off\""

static int read_state(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    if (cJSON_IsString(item) && strcmp(item->valuestring, "warning") == 0)
        return set_kind(r, t, CS_TRIGGER_WARNING);
    for (t->state = 0; t->state <= CS_STATE_BUS_OFF; t->state++) {
        if (cJSON_IsString(item) &&
            strcmp(item->valuestring, cs_state_name((enum cs_node_state)t->state)) == 0)
            return set_kind(r, t, CS_TRIGGER_STATE);
    }
    return cs_reader_must_be(r, item, STATE_FORM);
}

#define ERROR_FORM "\"any\", \"bit\", \"stuff\", \"crc\", \"form\" or \"ack\""

static int read_error(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;
    const char *name = cJSON_IsString(item) ? item->valuestring : "";

    if (strcmp(name, "any") == 0)
        return set_kind(r, t, CS_TRIGGER_ERROR);
    for (t->error = CS_ERROR_BIT; t->error <= CS_ERROR_ACK; t->error++) {
        if (strcmp(name, cs_error_name((enum cs_error_kind)t->error)) == 0)
            return set_kind(r, t, CS_TRIGGER_ERROR);
    }
    return cs_reader_must_be(r, item, ERROR_FORM);
}

static int read_error_frame(struct cs_reader *r, const cJSON *item, void *dest)
{
    if (!cJSON_IsTrue(item))
        return cs_reader_must_be(r, item, "true");
    return set_kind(r, dest, CS_TRIGGER_ERROR_FRAME);
}

static int read_text(struct cs_reader *r, const cJSON *item, struct cs_trigger *t, int kind,
                     size_t max)
{
    if (!cJSON_IsString(item) || item->valuestring[0] == '\0' || strlen(item->valuestring) > max)
        return cs_reader_must_be(r, item, "a text of 1..%u bytes", (unsigned)max);
    t->text = item->valuestring;
    return set_kind(r, t, kind);
}

static int read_fault(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    if (read_text(r, item, t, CS_TRIGGER_FAULT, CS_FAULT_LABEL - 1) != 0)
        return -1;
    if (strcmp(t->text, "any") == 0)
        t->text = NULL;
    return 0;
}

static int read_note(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_text(r, item, dest, CS_TRIGGER_NOTE, 400);
}

static int read_decoded(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_text(r, item, dest, CS_TRIGGER_DECODED, 400);
}

/* A node's name, or true. */
static int read_comer(struct cs_reader *r, const cJSON *item, struct cs_trigger *t, int kind)
{
    if (!cJSON_IsTrue(item) && (!cJSON_IsString(item) || !cs_scenario_name_ok(item->valuestring)))
        return cs_reader_must_be(r, item, "the name of a node or true");
    if (cJSON_IsString(item))
        snprintf(t->node, sizeof(t->node), "%s", item->valuestring);
    return set_kind(r, t, kind);
}

static int read_attached(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_comer(r, item, dest, CS_TRIGGER_ATTACHED);
}

static int read_detached(struct cs_reader *r, const cJSON *item, void *dest)
{
    return read_comer(r, item, dest, CS_TRIGGER_DETACHED);
}

static int read_tec(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    if (cs_bounds_read(r, item, 0, COUNTER_MAX, &t->bounds) != 0)
        return -1;
    return set_kind(r, t, CS_TRIGGER_TEC);
}

static int read_rec(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    if (cs_bounds_read(r, item, 0, COUNTER_MAX, &t->bounds) != 0)
        return -1;
    return set_kind(r, t, CS_TRIGGER_REC);
}

/* ---- where ----------------------------------------------------------------------------------- */

static int read_node(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    if (!cJSON_IsString(item) || !cs_scenario_name_ok(item->valuestring))
        return cs_reader_must_be(r, item, "the name of a node");
    if (t->node[0] != '\0')
        return cs_reader_fail(r, "must be left out where the node is named already");
    snprintf(t->node, sizeof(t->node), "%s", item->valuestring);
    return 0;
}

static int read_bus(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;
    unsigned bus;

    if (cs_scenario_read_bus(r, item, &bus) != 0)
        return -1;
    t->bus = (int)bus;
    return 0;
}

static const char *const stages[] = {"armed", "fired", "ended", "cleared", NULL};
static const char *const severities[] = {"info", "note", "warning", "error", NULL};

#define TRIGGER(member) offsetof(struct cs_trigger, member)
#define CUSTOM(key, reader, what, text)                                                        \
    {                                                                                          \
        .name = (key), .type = CS_KEY_CUSTOM, .read = (reader), .form = (what), .help = (text) \
    }
/* `min` of a row: the kind that it makes. */
#define KIND(key, made, reader, what, text)                                               \
    {                                                                                     \
        .name = (key), .type = CS_KEY_CUSTOM, .min = CS_TRIGGER_##made, .read = (reader), \
        .form = (what), .help = (text)                                                    \
    }

static const struct cs_key trigger_rows[] = {
    KIND("frame", FRAME, read_frame, CS_MATCH_FORM, "a valid frame"),
    KIND("state", STATE, read_state, STATE_FORM,
         "a node's error state becomes this; warning: TEC or REC comes to 96 or more"),
    KIND("error", ERROR, read_error, ERROR_FORM, "a node detects an error"),
    KIND("error_frame", ERROR_FRAME, read_error_frame, "true", "an error frame is over"),
    KIND("fault", FAULT, read_fault, "a label, a kind of fault or \"any\"",
         "a fault fires, or what \"stage\" says"),
    KIND("note", NOTE, read_note, "a text in which * stands for anything", "a note, all of it"),
    KIND("attached", ATTACHED, read_attached, "the name of a node or true", "a node joins"),
    KIND("detached", DETACHED, read_detached, "the name of a node or true", "a node leaves"),
    KIND("arbitration_lost", ARB_LOST, read_arb_lost, "true or a frame",
         "a node loses arbitration"),
    KIND("refused", REFUSED, read_refused, "true or a frame", "a node cannot queue a frame"),
    KIND("dropped", DROPPED, read_dropped, "true or a frame", "a queued frame is given up"),
    KIND("decoded", DECODED, read_decoded, "words such as \"SDO abort*\"",
         "the decoder's line has these words, in this order; small letters are as large ones"),
    KIND("tec", TEC, read_tec, CS_BOUNDS_FORM, "a node's TEC comes to be within"),
    KIND("rec", REC, read_rec, CS_BOUNDS_FORM, "a node's REC comes to be within"),
    {.name = "stage",
     .type = CS_KEY_CHOICE,
     .offset = TRIGGER(stage),
     .choices = stages,
     .help = "of the fault; default \"fired\""},
    {.name = "severity",
     .type = CS_KEY_CHOICE,
     .offset = TRIGGER(severity),
     .choices = severities,
     .help = "of what is decoded, at least; default \"info\""},
    CUSTOM("node", read_node, "the name of a node", "whose it is; default: anybody's"),
    CUSTOM("bus", read_bus, "a bus of this scenario", "where; default: anywhere"),
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_trigger_keys = {
    .title = "Something that happens (or only the text of a frame)",
    .rows = trigger_rows,
};

const char *cs_trigger_kind_name(const struct cs_trigger *t)
{
    const int kind = t->kind == CS_TRIGGER_WARNING ? CS_TRIGGER_STATE : t->kind;
    const struct cs_key *k = trigger_rows;

    while (k->name != NULL && (k->min == CS_TRIGGER_NONE || k->min != kind))
        k++;
    return k->name != NULL ? k->name : "nothing";
}

int cs_trigger_finish(struct cs_reader *r, const struct cs_trigger *t)
{
    if (t->stage >= 0 && t->kind != CS_TRIGGER_FAULT)
        return cs_scenario_fail_at(r, "stage", "goes with \"fault\" alone");
    if (t->severity >= 0 && t->kind != CS_TRIGGER_DECODED)
        return cs_scenario_fail_at(r, "severity", "goes with \"decoded\" alone");
    if (t->node[0] != '\0' && (t->kind == CS_TRIGGER_NOTE || t->kind == CS_TRIGGER_DECODED))
        return cs_scenario_fail_at(r, "node", "does not go with \"note\" or \"decoded\"");
    if (t->node[0] != '\0' && t->match.from[0] != '\0')
        return cs_scenario_fail_at(r, "node", "does not go with a frame that has \"from\"");
    if (t->bus >= 0 && t->match.bus >= 0)
        return cs_scenario_fail_at(r, "bus", "does not go with a frame that has \"bus\"");
    return 0;
}

int cs_trigger_read(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_trigger *t = dest;

    cs_trigger_init(t);
    if (cJSON_IsString(item))
        return read_frame(r, item, t);
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, CS_TRIGGER_FORM);
    if (cs_keys_read(r, item, &cs_trigger_keys, 0, t) != 0)
        return -1;
    if (t->kind == CS_TRIGGER_NONE)
        return cs_reader_must_be(r, item, CS_TRIGGER_FORM);
    return cs_trigger_finish(r, t);
}

int cs_trigger_read_or_time(struct cs_reader *r, const cJSON *item, int64_t max_ps,
                            struct cs_trigger *t, int64_t *at_ps)
{
    const struct cs_key row = {.name = "", .type = CS_KEY_TIME, .min = 0, .max = max_ps};
    int64_t ps;

    *at_ps = -1;
    if (cJSON_IsString(item) && cs_units_parse_time(item->valuestring, &ps) == 0)
        return cs_keys_read_value(r, &row, item, at_ps);
    if (!cJSON_IsString(item) && !cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "a time, or " CS_TRIGGER_FORM);
    return cs_trigger_read(r, item, t);
}
