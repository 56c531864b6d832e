/* SPDX-License-Identifier: MIT */
/* The JSON Schema of a scenario, from the tables that read it: what editors complete and check. It
 * takes all that the tables take; what depends on several keys together is left to cansim check. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/match.h"
#include "scenarios/scenario_read.h"
#include "scenarios/trigger.h"

/* What the value of a custom key is made of. */
enum shape { ONE, ARRAY, MAP };
static const struct part {
    const struct cs_keys *of; /* the table with the key */
    const char *key;
    enum shape shape;
    const struct cs_keys *part; /* objects of this table, or */
    const char *or_type;        /* another JSON type, NULL: nothing else */
} parts[] = {
    {&cs_scenario_root_keys, "buses", MAP, &cs_scenario_bus_keys, "[\"string\", \"integer\"]"},
    {&cs_scenario_root_keys, "nodes", MAP, &cs_scenario_node_keys, NULL},
    {&cs_scenario_root_keys, "templates", MAP, &cs_scenario_node_keys, NULL},
    {&cs_scenario_root_keys, "devices", MAP, &cs_scenario_device_keys, NULL},
    {&cs_scenario_root_keys, "guests", MAP, &cs_scenario_guest_keys, NULL},
    {&cs_scenario_root_keys, "programs", MAP, &cs_scenario_program_keys, NULL},
    {&cs_scenario_root_keys, "timeline", ARRAY, &cs_scenario_action_keys, NULL},
    {&cs_scenario_action_keys, "after", ONE, &cs_trigger_keys, "[\"string\"]"},
    {&cs_scenario_action_keys, "until", ONE, &cs_trigger_keys, "[\"string\"]"},
    {&cs_scenario_action_keys, "do", ARRAY, &cs_scenario_action_keys, NULL},
    {&cs_scenario_action_keys, "choose", ARRAY, &cs_scenario_action_keys, NULL},
    {&cs_scenario_node_keys, "messages", ARRAY, &cs_scenario_message_keys, NULL},
    {&cs_scenario_node_keys, "timing", ONE, &cs_scenario_timing_keys, NULL},
    {&cs_scenario_node_keys, "rules", ARRAY, &cs_scenario_rule_keys, NULL},
    {&cs_scenario_node_keys, "routes", ARRAY, &cs_scenario_route_keys, NULL},
    {&cs_scenario_node_keys, "rewrite", ARRAY, &cs_scenario_rewrite_keys, NULL},
    {&cs_scenario_bus_keys, "timing", ONE, &cs_scenario_timing_keys, NULL},
    {&cs_scenario_action_keys, "timing", ONE, &cs_scenario_timing_keys, NULL},
    {&cs_scenario_timing_keys, "nominal", ONE, &cs_scenario_segment_keys, NULL},
    {&cs_scenario_timing_keys, "data", ONE, &cs_scenario_segment_keys, NULL},
    {&cs_scenario_message_keys, "burst", ONE, &cs_scenario_burst_keys, "[\"integer\"]"},
    {&cs_scenario_message_keys, "signals", ARRAY, &cs_scenario_signal_keys, NULL},
    {&cs_scenario_rule_keys, "when", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_scenario_route_keys, "when", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_scenario_guest_keys, "script", ARRAY, &cs_scenario_step_keys, NULL},
    {&cs_scenario_step_keys, "do", ONE, &cs_scenario_action_keys, NULL},
    {&cs_scenario_root_keys, "expect", ARRAY, &cs_scenario_expect_keys, NULL},
    {&cs_scenario_expect_keys, "order", ARRAY, &cs_trigger_keys, "[\"string\"]"},
    {&cs_scenario_expect_keys, "after", ONE, &cs_trigger_keys, "[\"string\"]"},
    {&cs_scenario_expect_keys, "until", ONE, &cs_trigger_keys, "[\"string\"]"},
    {&cs_scenario_expect_keys, "errors", ONE, &cs_expect_errors_keys, NULL},
    {&cs_scenario_expect_keys, "period", ONE, &cs_expect_period_keys, NULL},
    {&cs_scenario_expect_keys, "always", ONE, &cs_expect_always_keys, NULL},
    {&cs_scenario_expect_keys, "value", ONE, &cs_expect_value_keys, NULL},
    {&cs_scenario_expect_keys, "signal", ONE, &cs_expect_signal_keys, NULL},
    {&cs_scenario_expect_keys, "recovery", ONE, &cs_expect_recovery_keys, NULL},
    {&cs_scenario_expect_keys, "load", ONE, &cs_expect_load_keys, NULL},
    {&cs_scenario_expect_keys, "latency", ONE, &cs_expect_latency_keys, NULL},
    {&cs_scenario_expect_keys, "retries", ONE, &cs_expect_retries_keys, NULL},
    {&cs_scenario_expect_keys, "program", ONE, &cs_expect_program_keys, NULL},
    {&cs_scenario_expect_keys, "log", ONE, &cs_expect_log_keys, NULL},
    {&cs_expect_log_keys, "ignore", ARRAY, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_period_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_always_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_value_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_signal_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_latency_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
    {&cs_expect_retries_keys, "frame", ONE, &cs_match_keys, "[\"string\"]"},
};

static void put_text(FILE *to, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    char *printed = item != NULL ? cJSON_PrintUnformatted(item) : NULL;

    fputs(printed != NULL ? printed : "\"\"", to);
    cJSON_free(printed);
    cJSON_Delete(item);
}

/* "A frame that is waited for (or only its text)" is called "a-frame-that-is-waited-for". */
static void put_slug(FILE *to, const struct cs_keys *keys)
{
    size_t len = strcspn(keys->title, "(");

    while (len > 0 && keys->title[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < len; i++) {
        const char c = keys->title[i];
        if (isalnum((unsigned char)c))
            fputc(tolower((unsigned char)c), to);
        else if (c == ' ')
            fputc('-', to);
    }
}

static void put_reference(FILE *to, const struct cs_keys *keys)
{
    fputs("{\"$ref\": \"#/definitions/", to);
    put_slug(to, keys);
    fputs("\"}", to);
}

static const struct part *part_of(const struct cs_keys *keys, const char *name)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].of == keys && strcmp(parts[i].key, name) == 0)
            return &parts[i];
    }
    return NULL;
}

static void put_part(FILE *to, const struct part *part)
{
    fputs(", ", to);
    if (part->shape == ARRAY)
        fputs("\"type\": \"array\", \"items\": ", to);
    else if (part->shape == MAP)
        fputs("\"type\": \"object\", \"additionalProperties\": ", to);
    if (part->or_type != NULL) {
        fprintf(to, "%s\"anyOf\": [{\"type\": %s}, ", part->shape != ONE ? "{" : "", part->or_type);
        put_reference(to, part->part);
        fprintf(to, "]%s", part->shape != ONE ? "}" : "");
    } else if (part->shape != ONE) {
        put_reference(to, part->part);
    } else {
        fputs("\"anyOf\": [", to);
        put_reference(to, part->part);
        fputs(", {\"$ref\": \"#/definitions/constant\"}]", to);
    }
}

/* Wherever a value stands, a text with a constant may stand. */
static void put_or_constant(FILE *to, const char *schema)
{
    fprintf(to, ", \"anyOf\": [%s, {\"$ref\": \"#/definitions/constant\"}]", schema);
}

static void put_choice(FILE *to, const struct cs_key *key)
{
    fputs(", \"anyOf\": [{\"enum\": [", to);
    for (unsigned i = 0; key->choices[i] != NULL; i++) {
        fputs(i > 0 ? ", " : "", to);
        put_text(to, key->choices[i]);
    }
    fputs("]}, {\"$ref\": \"#/definitions/constant\"}]", to);
}

static void put_type(FILE *to, const struct cs_keys *keys, const struct cs_key *key)
{
    const struct part *part = part_of(keys, key->name);
    char text[160];

    if (part != NULL) {
        put_part(to, part);
        return;
    }
    switch (key->type) {
    case CS_KEY_TEXT:
        fprintf(to, ", \"type\": \"string\", \"minLength\": %" PRId64, key->min > 0 ? 1 : key->min);
        break;
    case CS_KEY_BOOL:
        put_or_constant(to, "{\"type\": \"boolean\"}");
        break;
    case CS_KEY_INT:
        snprintf(text, sizeof(text),
                 "{\"type\": \"integer\", \"minimum\": %" PRId64 ", \"maximum\": %" PRId64 "}",
                 key->min, key->max);
        put_or_constant(to, text);
        break;
    case CS_KEY_PERCENT:
        snprintf(text, sizeof(text),
                 "{\"type\": \"number\", \"minimum\": %g, \"maximum\": %g}, "
                 "{\"$ref\": \"#/definitions/percent\"}",
                 (double)key->min / (double)CS_PERCENT, (double)key->max / (double)CS_PERCENT);
        put_or_constant(to, text);
        break;
    case CS_KEY_TIME:
        put_or_constant(to, "{\"$ref\": \"#/definitions/time\"}");
        break;
    case CS_KEY_RATE:
        put_or_constant(to, "{\"$ref\": \"#/definitions/rate\"}");
        break;
    case CS_KEY_SPEED:
        put_or_constant(to, "{\"type\": [\"number\", \"string\"]}");
        break;
    case CS_KEY_CHOICE:
        put_choice(to, key);
        break;
    case CS_KEY_COMMENT:
    case CS_KEY_CUSTOM:
        break;
    }
}

static void put_key(FILE *to, const struct cs_keys *keys, const struct cs_key *key)
{
    char text[700], values[CS_KEYS_DESCRIBE_MAX];

    cs_keys_describe(key, values, sizeof(values));
    if (key->type == CS_KEY_COMMENT && key->form == NULL)
        snprintf(text, sizeof(text), "%s", key->help);
    else
        snprintf(text, sizeof(text), "%s (%s)", key->help != NULL ? key->help : key->name, values);
    fprintf(to, "        \"%s\": {\"description\": ", key->name);
    put_text(to, text);
    put_type(to, keys, key);
    if (key->dflt != NULL)
        fprintf(to, ", \"default\": %s", key->dflt);
    fputc('}', to);
}

/* Two rows of one name are for several kinds: the first speaks for both, without a type. */
static bool is_first(const struct cs_keys *keys, const struct cs_key *key)
{
    return cs_keys_find(keys, key->name) == key;
}

static void put_keys(FILE *to, const struct cs_keys *keys)
{
    for (const struct cs_key *k = keys->rows; k->name != NULL; k++) {
        if (!is_first(keys, k))
            continue;
        fputs(",\n", to);
        put_key(to, keys, k);
    }
}

static void put_table(FILE *to, const struct cs_keys *keys)
{
    const bool open = keys == &cs_scenario_node_keys; /* plugins have keys of their own */
    bool some = false;

    fputs("    \"", to);
    put_slug(to, keys);
    fprintf(to, "\": {\n      \"type\": \"object\",\n      \"additionalProperties\": %s,\n",
            open ? "true" : "false");
    if (!open) {
        for (const struct cs_key *k = keys->rows; k->name != NULL; k++) {
            if (!k->required || k->mask != 0)
                continue;
            fprintf(to, "%s\"%s\"", some ? ", " : "      \"required\": [", k->name);
            some = true;
        }
        fputs(some ? "],\n" : "", to);
    }
    fputs(
        "      \"properties\": {\n"
        "        \"for\": {\"type\": \"object\", \"description\": \"in an array: once for each of "
        "these values\"}",
        to);
    put_keys(to, keys);
    if (keys == &cs_scenario_expect_keys) /* what happens stands in the same object */
        put_keys(to, &cs_trigger_keys);
    fputs("\n      }\n    }", to);
}

void cs_scenario_schema(FILE *to)
{
    unsigned n;
    const struct cs_keys *const *tables = cs_scenario_tables(&n);

    fputs("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
          "  \"title\": \"A scenario of cansim\",\n  \"$ref\": \"#/definitions/the-scenario\",\n"
          "  \"definitions\": {\n"
          "    \"constant\": {\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"},\n"
          "    \"time\": {\"type\": \"string\", \"pattern\": "
          "\"^([0-9]+(\\\\.[0-9]+)? ?(ps|ns|us|ms|s|m|h)|0)$\"},\n"
          "    \"percent\": {\"type\": \"string\", \"pattern\": "
          "\"^[+]?[0-9]+(\\\\.[0-9]+)?([eE][-+]?[0-9]+)?%$\"},\n"
          "    \"rate\": {\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"pattern\": "
          "\"^[0-9]+(\\\\.[0-9]+)?[kM]?$\"}]},\n",
          to);
    for (unsigned i = 0; i < n; i++) {
        put_table(to, tables[i]);
        fputs(i + 1 < n ? ",\n" : "\n", to);
    }
    fputs("  }\n}\n", to);
}
