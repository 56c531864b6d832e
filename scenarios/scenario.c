/* SPDX-License-Identifier: MIT */
#include "scenarios/scenario.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/json.h"
#include "scenarios/scenario_read.h"
#include "scenarios/trigger.h"

bool cs_scenario_bus_name_ok(const char *name)
{
    size_t len = strlen(name);

    if (len < 1 || len > 15 || strcmp(name, "any") == 0 || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return false;
    for (; *name != '\0'; name++) {
        if (!isalnum((unsigned char)*name) && strchr("_-.", *name) == NULL)
            return false;
    }
    return true;
}

static const struct cs_key bus_rows[] = {
    CS_BITRATE_ROW(offsetof(struct cs_scenario_bus, timing), 0, "bits per second; default 500k"),
    {.name = "fd",
     .type = CS_KEY_BOOL,
     .offset = offsetof(struct cs_scenario_bus, fd),
     .dflt = "false",
     .help = "its controllers know CAN FD, unless they say otherwise"},
    CS_TIMING_ROWS(offsetof(struct cs_scenario_bus, timing), 0),
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = NULL},
};

const struct cs_keys cs_scenario_bus_keys = {.title = "A bus (or only its bit rate)",
                                             .rows = bus_rows};

static int read_bus(struct cs_reader *r, const cJSON *item, struct cs_scenario *scenario)
{
    struct cs_scenario_bus *bus = &scenario->buses[scenario->n_buses];

    if (!cs_scenario_bus_name_ok(item->string))
        return cs_reader_fail(r, "must be named by 1..15 letters, digits, '_', '-' or '.' and not "
                                 "\"any\"");
    if (scenario->n_buses == CS_SIM_MAX_BUSES)
        return cs_reader_fail(r, "must be one of at most %d buses", CS_SIM_MAX_BUSES);
    bus->name = item->string;
    scenario->n_buses++; /* those who name it are not wrong, whatever it is */
    if (cJSON_IsString(item) || cJSON_IsNumber(item)) {
        if (cs_keys_read_value(r, &bus_rows[0], item, bus) != 0)
            return -1;
    } else if (cs_keys_read(r, item, &cs_scenario_bus_keys, 0, bus) != 0) {
        return -1;
    }
    return cs_scenario_finish_timing(r, &bus->timing, NULL, bus->fd);
}

static int read_buses(struct cs_reader *r, const cJSON *item, void *dest)
{
    const cJSON *child;
    int ret = 0;

    if (!cJSON_IsObject(item) || item->child == NULL)
        return cs_reader_must_be(r, item, "an object of at least one bus");
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter(r, child->string);
        if (read_bus(r, child, r->ctx) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    (void)dest;
    return ret;
}

static int read_link(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;

    (void)dest;
    if (cJSON_IsString(item) && item->valuestring[0] != '\0' && strlen(item->valuestring) <= 200) {
        scenario->link_address = item->valuestring;
    } else if (!cJSON_IsBool(item)) {
        return cs_reader_must_be(r, item, "true, false or an address");
    }
    scenario->link = !cJSON_IsFalse(item);
    return 0;
}

static int read_speed(struct cs_reader *r, const cJSON *item, void *dest)
{
    static const struct cs_key row = {.name = "speed", .type = CS_KEY_SPEED};
    struct cs_scenario *scenario = r->ctx;

    (void)dest;
    scenario->have_speed = true;
    return cs_keys_read_value(r, &row, item, &scenario->speed_permille);
}

static const char *const end_names[] = {"duration", "decided", NULL};

/* Buses come before nodes, nodes before the timeline: rows are read in this order. */
static const struct cs_key root_rows[] = {
    {.name = "$schema",
     .type = CS_KEY_COMMENT,
     .form = "a text",
     .help = "for editors: where cansim.schema.json is; not looked at"},
    {.name = "include",
     .type = CS_KEY_COMMENT,
     .form = "the name of a file or an array of them",
     .help =
         "files whose keys are added: objects are merged, arrays come first; what this file has "
         "wins"},
    {.name = "constants",
     .type = CS_KEY_COMMENT,
     .form = "an object: name to value",
     .help = "\"${NAME}\" in texts stands for the value, \"${0x200+i:03X}\" for a calculation"},
    {.name = "templates",
     .type = CS_KEY_COMMENT,
     .form = "an object: name to keys of a node",
     .help = "what nodes with \"template\" have in common"},
    {.name = "title",
     .type = CS_KEY_TEXT,
     .offset = offsetof(struct cs_scenario, title),
     .min = 1,
     .max = 80,
     .help = "what this is, in a few words"},
    {.name = "comment", .type = CS_KEY_COMMENT, .help = "for people"},
    {.name = "seed",
     .type = CS_KEY_CUSTOM,
     .offset = offsetof(struct cs_scenario, seed),
     .read = cs_scenario_read_number,
     .form = "0..9007199254740991, or a text of digits up to 2^64-1",
     .dflt = "1",
     .help = "of all random numbers; --seed overrides it"},
    {.name = "duration",
     .type = CS_KEY_TIME,
     .offset = offsetof(struct cs_scenario, duration_ps),
     .min = CS_PS_PER_US,
     .max = 2400 * 3600 * CS_PS_PER_S,
     .help = "bus time after which the run ends; without it, when nothing is left to do"},
    {.name = "speed",
     .type = CS_KEY_CUSTOM,
     .read = read_speed,
     .form = "0.001..1000 or \"max\"",
     .help = "bus time over wall time; default \"max\", with outside clients 1"},
    {.name = "link",
     .type = CS_KEY_CUSTOM,
     .read = read_link,
     .form = "true, false or an address",
     .help = "let outside clients join"},
    {.name = "buses",
     .type = CS_KEY_CUSTOM,
     .read = read_buses,
     .form = "an object: name to bus",
     .help = "default: can0 at 500k"},
    {.name = "plugins",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_plugins,
     .form = "an array of files",
     .help = "shared objects with more types of nodes, relative to the file that names them"},
    {.name = "nodes",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_nodes,
     .form = "an object: name to node",
     .help = "who is on the buses"},
    {.name = "devices",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_devices,
     .form = "an object: name to device",
     .help = "cards and adapters for guests and programs outside"},
    {.name = "guests",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_guests,
     .form = "an object: name to guest",
     .help = "QEMU guests that are started with the run and end with it"},
    {.name = "programs",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_programs,
     .form = "an object: name to program",
     .help = "programs that the run starts and ends, their CAN sockets on the buses"},
    {.name = "faults",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_faults,
     .form = "an array of faults",
     .help = "what is wrong from the start"},
    {.name = "timeline",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_timeline,
     .form = "an array of actions",
     .help = "what happens once, and when"},
    {.name = "decode",
     .type = CS_KEY_CUSTOM,
     .offset = offsetof(struct cs_scenario, decode),
     .read = cs_scenario_read_decode,
     .form = "true or the name of a decoder",
     .help = "a decoder follows the buses; true: \"canopen\""},
    {.name = "expect",
     .type = CS_KEY_CUSTOM,
     .read = cs_scenario_read_expect,
     .form = "an array of expectations",
     .help = "what must be so; the run's exit status is 1 where one of them fails"},
    {.name = "stop_on_failure",
     .type = CS_KEY_BOOL,
     .offset = offsetof(struct cs_scenario, stop_on_failure),
     .help = "the run ends with the first expectation that fails"},
    {.name = "end",
     .type = CS_KEY_CHOICE,
     .offset = offsetof(struct cs_scenario, end),
     .choices = end_names,
     .help = "of the run: with its duration, or earlier where all expectations are decided; "
             "default \"duration\""},
    {.name = NULL},
};

const struct cs_keys cs_scenario_root_keys = {.title = "The scenario", .rows = root_rows};

const struct cs_keys *const *cs_scenario_tables(unsigned *n)
{
    static const struct cs_keys *const tables[] = {
        &cs_scenario_root_keys,     &cs_scenario_bus_keys,     &cs_scenario_timing_keys,
        &cs_scenario_segment_keys,  &cs_scenario_node_keys,    &cs_scenario_message_keys,
        &cs_scenario_burst_keys,    &cs_scenario_counter_keys, &cs_scenario_signal_keys,
        &cs_scenario_ramp_keys,     &cs_scenario_wave_keys,    &cs_scenario_checksum_keys,
        &cs_scenario_rule_keys,     &cs_scenario_copy_keys,    &cs_scenario_route_keys,
        &cs_scenario_route_id_keys, &cs_scenario_rewrite_keys, &cs_match_keys,
        &cs_scenario_device_keys,   &cs_scenario_guest_keys,   &cs_scenario_step_keys,
        &cs_scenario_program_keys,  &cs_scenario_action_keys,  &cs_trigger_keys,
        &cs_scenario_expect_keys,   &cs_expect_errors_keys,    &cs_expect_period_keys,
        &cs_expect_always_keys,     &cs_expect_value_keys,     &cs_expect_signal_keys,
        &cs_expect_recovery_keys,   &cs_expect_load_keys,      &cs_expect_latency_keys,
        &cs_expect_retries_keys,    &cs_expect_program_keys,   &cs_expect_log_keys,
    };

    *n = sizeof(tables) / sizeof(tables[0]);
    return tables;
}

void cs_scenario_help(FILE *to)
{
    unsigned n;
    const struct cs_keys *const *tables = cs_scenario_tables(&n);

    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            fputc('\n', to);
        cs_keys_help(to, tables[i]);
    }
    cs_scenario_help_plugins(to);
    fputc('\n', to);
    cs_scenario_help_faults(to);
}

/* Without "buses" there is one. */
static void add_default_bus(struct cs_reader *r, struct cs_scenario *scenario)
{
    scenario->buses[0].name = "can0";
    cs_scenario_finish_timing(r, &scenario->buses[0].timing, NULL, false);
    scenario->n_buses = 1;
}

void cs_scenario_locate(const struct cs_scenario *scenario, struct cs_error *error)
{
    cs_reader_locate(scenario->tree, scenario->document.places, error);
}

const char *cs_scenario_file_of(const struct cs_scenario *scenario, const cJSON *item)
{
    struct cs_place place;

    return cs_places_find(scenario->document.places, item, &place) ? place.file : scenario->file;
}

const char *cs_scenario_file_at(struct cs_reader *r, const char *key)
{
    const size_t mark = cs_reader_enter(r, key);
    const char *file = cs_scenario_file_of(r->ctx, cs_json_path_find(r->tree, r->path, NULL));

    cs_reader_leave(r, mark);
    return file;
}

static int read_root(struct cs_scenario *scenario, struct cs_reader *r)
{
    if (cJSON_GetObjectItemCaseSensitive(scenario->tree, "buses") == NULL)
        add_default_bus(r, scenario);
    if (cs_keys_read(r, scenario->tree, &cs_scenario_root_keys, 0, scenario) != 0 ||
        cs_scenario_finish_expect(r, scenario) != 0)
        return -1;
    if (cs_scenario_finish_timeline(r, scenario) == 0)
        return 0;
    if (r->n_errors > 0)
        return -1;
    cs_scenario_locate(scenario, r->error);
    if (r->errors != NULL)
        cs_errors_add(r->errors, r->error);
    return -1;
}

static void keep_inputs(struct cs_scenario *scenario)
{
    for (unsigned i = 0; i < scenario->document.n_ids && scenario->n_inputs < CS_SCENARIO_INPUTS;
         i++)
        scenario->inputs[scenario->n_inputs++] = scenario->document.ids[i];
}

static struct cs_scenario *parse(const char *file, const char *text, size_t len,
                                 const struct cs_file_id *id, const struct cs_plugin_files *plugins,
                                 const struct cs_constants *constants, struct cs_error *error,
                                 struct cs_errors *errors)
{
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    struct cs_scenario *scenario = calloc(1, sizeof(*scenario));
    struct cs_reader r = {.file = name, .error = error, .errors = errors, .ctx = scenario};

    if (scenario == NULL || (scenario->file = strdup(name)) == NULL) {
        cs_reader_no_memory(&r);
        cs_scenario_free(scenario);
        return NULL;
    }
    r.file = scenario->file;
    scenario->title = scenario->file;
    scenario->more_plugins = plugins;
    scenario->document.constants = constants;
    if (id != NULL)
        scenario->document.ids[scenario->document.n_ids++] = *id;
    int ret = cs_document_read(&scenario->document, &r, text, len);
    keep_inputs(scenario);
    scenario->tree = scenario->document.tree;
    if (ret == 0)
        ret = read_root(scenario, &r);
    if (ret != 0 || r.n_errors > 0) {
        cs_scenario_free(scenario);
        return NULL;
    }
    return scenario;
}

struct cs_scenario *cs_scenario_parse(const char *file, const char *text, size_t len,
                                      struct cs_error *error)
{
    return parse(file, text, len, NULL, NULL, NULL, error, NULL);
}

struct cs_scenario *cs_scenario_load_all(const char *file, const struct cs_plugin_files *plugins,
                                         const struct cs_constants *constants,
                                         struct cs_error *error, struct cs_errors *errors)
{
    struct cs_file_id id;
    size_t len;
    char *text = cs_file_read(file, &len, &id, error);

    if (text == NULL) {
        if (errors != NULL)
            cs_errors_add(errors, error);
        return NULL;
    }
    struct cs_scenario *scenario = parse(file, text, len, &id, plugins, constants, error, errors);
    free(text);
    return scenario;
}

struct cs_scenario *cs_scenario_load(const char *file, const struct cs_plugin_files *plugins,
                                     const struct cs_constants *constants, struct cs_error *error)
{
    return cs_scenario_load_all(file, plugins, constants, error, NULL);
}

void cs_scenario_free(struct cs_scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (unsigned i = 0; i < scenario->n_nodes; i++)
        cs_scenario_free_node(&scenario->nodes[i]);
    for (unsigned i = 0; i < scenario->n_guests; i++)
        cs_scenario_free_guest(&scenario->guests[i]);
    for (unsigned i = 0; i < scenario->n_actions; i++)
        cs_scenario_free_action(&scenario->actions[i]);
    free(scenario->programs);
    free(scenario->nodes);
    free(scenario->actions);
    cs_scenario_free_expects(scenario);
    cs_scenario_free_plugins(scenario);
    cs_document_free(&scenario->document);
    free(scenario->file);
    free(scenario);
}
