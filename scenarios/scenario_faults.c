/* SPDX-License-Identifier: MIT */
/* Faults in a scenario: an object whose keys are those of simcore's table, or the text form. What
 * can be said of one alone is said here; scenario_arm.c tries them together. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define BUS_SIZE   16
#define LABEL_FORM "\"all\" or the label of a fault"

struct reading {
    struct cs_scenario *scenario;
    struct cs_scenario_fault *fault;
    const char *bus; /* as given, NULL */
    const char *key; /* the one that a sentence is about; NULL: the whole */
    char why[300];
};

/* ---- names ---------------------------------------------------------------------------------- */

/* `on`: the bus that was decided for, NULL: none. */
static int no_such_node(struct reading *f, const char *key, const char *name, const char *on)
{
    const struct cs_scenario *s = f->scenario;
    const char *names[CS_SCENARIO_BUS_NODES + 1];
    char hint[CS_NAME_MAX + 24] = "";
    unsigned n = 0;

    for (unsigned i = 0; i < s->n_nodes && n < CS_SCENARIO_BUS_NODES; i++) {
        if (on == NULL || cs_scenario_node_on(&s->nodes[i], f->fault->bus))
            names[n++] = s->nodes[i].name;
    }
    names[n] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    if (nearest != NULL)
        snprintf(hint, sizeof(hint), " (did you mean \"%s\"?)", nearest);
    f->key = key;
    snprintf(f->why, sizeof(f->why), "must be a node of this scenario%s%s%s, got \"%s\"",
             on != NULL ? " on " : "", on != NULL ? on : "", hint, name);
    return -1;
}

static const struct cs_scenario_node *find_node(const struct cs_scenario *scenario,
                                                const char *name)
{
    for (unsigned i = 0; i < scenario->n_nodes; i++) {
        if (strcmp(scenario->nodes[i].name, name) == 0)
            return &scenario->nodes[i];
    }
    return NULL;
}

/* The bus of a node or of a device's controller, -1: there is none of that name. */
static int bus_of(const struct cs_scenario *scenario, const char *name)
{
    const struct cs_scenario_node *node = find_node(scenario, name);
    char port[CS_NAME_MAX];

    if (node != NULL)
        return (int)node->bus;
    for (unsigned i = 0; i < scenario->n_devices; i++) {
        const struct cs_scenario_device *device = &scenario->devices[i];
        for (unsigned p = 0; p < device->n_buses; p++) {
            if (strcmp(cs_scenario_port_name(device->name, device->n_buses, p, port), name) == 0)
                return (int)device->bus[p];
        }
    }
    for (unsigned i = 0; i < scenario->n_guests; i++) {
        const struct cs_guest_def *guest = &scenario->guests[i];
        for (unsigned p = 0; p < guest->n_buses; p++) {
            if (strcmp(cs_scenario_port_name(guest->name, guest->n_buses, p, port), name) == 0)
                return (int)guest->bus[p];
        }
    }
    return -1;
}

/* Which buses a program opens sockets on is its own to know. */
static bool is_program(const struct cs_scenario *scenario, const char *name)
{
    struct cs_thing thing;

    return cs_scenario_find(scenario, name, &thing) && thing.kind == CS_THING_PROGRAM;
}

/* Nodes that a fault names, "" where one is not given: 0..count_named()-1, and the key. */
static unsigned count_named(const struct cs_fault_spec *spec)
{
    return 3u + spec->n_seen_by;
}

static const char *named(const struct cs_fault_spec *spec, unsigned i, const char **key)
{
    static const char *const keys[] = {"node", "from", "when"};
    const char *const names[] = {spec->node, spec->trigger.from, spec->trigger.state_node};

    if (i < 3) {
        *key = keys[i];
        return names[i];
    }
    *key = spec->kind == CS_FAULT_SPLIT ? "nodes" : "seen_by";
    return spec->seen_by[i - 3];
}

/* The bus that is given, or that of the first node that is named, or the only one. */
static int choose_bus(struct reading *f)
{
    const struct cs_scenario *s = f->scenario;
    const char *name, *key;

    f->fault->bus = 0;
    for (unsigned i = 0; f->bus != NULL && i < s->n_buses; i++) {
        f->fault->bus = i;
        if (strcmp(s->buses[i].name, f->bus) == 0)
            return 0;
    }
    if (f->bus != NULL) {
        f->key = "bus";
        snprintf(f->why, sizeof(f->why), "must be a bus of this scenario, got \"%s\"", f->bus);
        return -1;
    }
    for (unsigned i = 0; i < count_named(&f->fault->spec); i++) {
        name = named(&f->fault->spec, i, &key);
        const int bus = bus_of(s, name);
        if (bus >= 0) {
            f->fault->bus = (unsigned)bus;
            return 0;
        }
        if (name[0] != '\0' && s->n_buses > 1 && !is_program(s, name))
            return no_such_node(f, key, name, NULL);
    }
    if (s->n_buses == 1)
        return 0;
    snprintf(f->why, sizeof(f->why), "must have the key \"bus\" where there are several, got none");
    return -1;
}

/* What only a controller with CAN FD can do. */
static int check_fd(struct reading *f, const struct cs_fault_spec *spec)
{
    const struct cs_scenario_node *node = find_node(f->scenario, spec->node);

    if (node == NULL || node->type == CS_NODE_ATTACHED ||
        cs_scenario_node_knows_fd(f->scenario, node))
        return 0;
    if (spec->kind == CS_FAULT_BABBLE && (spec->frame.flags & CS_FRAME_FD) != 0) {
        f->key = "frame";
        snprintf(f->why, sizeof(f->why), "%s", CS_NO_FD_TEXT);
        return -1;
    }
    if (spec->data_bitrate_bps > 0) {
        f->key = "data_bitrate";
        snprintf(f->why, sizeof(f->why), "%s", CS_NO_DATA_TEXT);
        return -1;
    }
    return 0;
}

static int check_names(struct reading *f)
{
    const struct cs_fault_spec *spec = &f->fault->spec;
    const char *name, *key;

    if (choose_bus(f) != 0)
        return -1;
    if (f->fault->outside)
        return 0;
    for (unsigned i = 0; i < count_named(spec); i++) {
        name = named(spec, i, &key);
        const struct cs_scenario_node *node = find_node(f->scenario, name);
        if (name[0] != '\0' && !is_program(f->scenario, name) &&
            bus_of(f->scenario, name) != (int)f->fault->bus &&
            (node == NULL || !cs_scenario_node_on(node, f->fault->bus)))
            return no_such_node(f, key, name, f->scenario->buses[f->fault->bus].name);
    }
    return check_fd(f, spec);
}

/* ---- the text form -------------------------------------------------------------------------- */

int cs_scenario_read_fault_text(struct cs_scenario *scenario, const char *text,
                                struct cs_scenario_fault *fault, char *why, size_t why_size)
{
    struct reading f = {.scenario = scenario, .fault = fault};
    char rest[CS_FAULT_TEXT_MAX], bus[BUS_SIZE];
    size_t len = strlen(text), n = 0;

    if (len >= sizeof(rest)) {
        snprintf(why, why_size, "must be a text of at most %d bytes", CS_FAULT_TEXT_MAX - 1);
        return -1;
    }
    for (const char *p = text; *p != '\0';) {
        size_t gap = strspn(p, " \t"), word = strcspn(p + gap, " \t");
        if (strncmp(p + gap, "bus=", 4) == 0) {
            snprintf(bus, sizeof(bus), "%.*s", (int)(word - 4), p + gap + 4);
            f.bus = bus;
        } else {
            memcpy(rest + n, p, gap + word);
            n += gap + word;
        }
        p += gap + word;
    }
    rest[n] = '\0';
    if (cs_fault_parse(rest, &fault->spec, why, why_size) != 0)
        return -1;
    if (check_names(&f) == 0)
        return 0;
    if (f.key != NULL)
        snprintf(why, why_size, "%s: %s", f.key, f.why);
    else
        snprintf(why, why_size, "%s", f.why);
    return -1;
}

/* ---- the object ----------------------------------------------------------------------------- */

/* A number as decimal text, without an exponent. */
static void number_text(double value, char *text, size_t size)
{
    if (value == (double)(int64_t)value) {
        snprintf(text, size, "%lld", (long long)value);
        return;
    }
    snprintf(text, size, "%.12f", value);
    for (size_t n = strlen(text); text[n - 1] == '0'; n--)
        text[n - 1] = '\0';
}

/* JSON's names in a row with commas, as the text form has them. */
static int list_text(struct cs_reader *r, const cJSON *item, char *text, size_t size)
{
    const cJSON *child;
    size_t n = 0;
    unsigned i = 0;

    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, i);
        if (!cJSON_IsString(child) || strchr(child->valuestring, ',') != NULL)
            return cs_reader_must_be(r, child, "a name");
        if (n + strlen(child->valuestring) + 2 > size)
            return cs_reader_fail(r, "must be within %d bytes", (int)size);
        n += (size_t)snprintf(text + n, size - n, "%s%s", i++ > 0 ? "," : "", child->valuestring);
        cs_reader_leave(r, mark);
    }
    return i > 0 ? 0 : cs_reader_must_be(r, item, "an array of names");
}

static int value_text(struct cs_reader *r, const cJSON *item, char *text, size_t size)
{
    if (cJSON_IsArray(item))
        return list_text(r, item, text, size);
    if (cJSON_IsString(item)) {
        if (strlen(item->valuestring) >= size)
            return cs_reader_fail(r, "must be a text of at most %d bytes", (int)size - 1);
        snprintf(text, size, "%s", item->valuestring);
    } else if (cJSON_IsBool(item)) {
        snprintf(text, size, "%s", cJSON_IsTrue(item) ? "true" : "false");
    } else if (cJSON_IsNumber(item) && item->valuedouble > -1e15 && item->valuedouble < 1e15) {
        number_text(item->valuedouble, text, size);
    } else {
        return cs_reader_must_be(r, item, "a text, a number, true, false or an array of names");
    }
    return 0;
}

static int read_member(struct cs_reader *r, const cJSON *item, struct cs_fault_spec *spec)
{
    char text[CS_FAULT_TEXT_MAX], why[300];

    if (value_text(r, item, text, sizeof(text)) != 0)
        return -1;
    if (cs_fault_set(spec, item->string, text, why, sizeof(why)) != 0)
        return cs_reader_fail(r, "%s", why);
    return 0;
}

static int read_kind(struct cs_reader *r, const cJSON *object, struct cs_fault_spec *spec)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "fault");
    char why[300];

    if (item == NULL)
        return cs_reader_fail(r, "must have the key \"fault\", got none");
    size_t mark = cs_reader_enter(r, "fault");
    if (!cJSON_IsString(item))
        return cs_reader_must_be(r, item, "the kind of a fault, a text");
    if (cs_fault_begin(spec, item->valuestring, why, sizeof(why)) != 0)
        return cs_reader_fail(r, "%s", why);
    cs_reader_leave(r, mark);
    return 0;
}

static int read_members(struct cs_reader *r, const cJSON *object, struct reading *f)
{
    const cJSON *item;
    char why[300];

    cJSON_ArrayForEach(item, object)
    {
        size_t mark = cs_reader_enter(r, item->string);
        if (strcmp(item->string, "bus") == 0) {
            if (!cJSON_IsString(item))
                return cs_reader_must_be(r, item, "a bus of this scenario");
            f->bus = item->valuestring;
        } else if (strcmp(item->string, "fault") != 0 && strcmp(item->string, "comment") != 0 &&
                   read_member(r, item, &f->fault->spec) != 0) {
            return -1;
        }
        cs_reader_leave(r, mark);
    }
    if (cs_fault_finish(&f->fault->spec, why, sizeof(why)) != 0)
        return cs_reader_fail(r, "%s", why);
    if (check_names(f) == 0)
        return 0;
    return f->key != NULL ? cs_scenario_fail_at(r, f->key, f->why)
                          : cs_reader_fail(r, "%s", f->why);
}

int cs_scenario_read_fault(struct cs_reader *r, const cJSON *item, struct cs_scenario_fault *fault)
{
    struct reading f = {.scenario = r->ctx, .fault = fault};
    char why[300];

    if (cJSON_IsString(item)) {
        if (cs_scenario_read_fault_text(r->ctx, item->valuestring, fault, why, sizeof(why)) != 0)
            return cs_reader_fail(r, "%s", why);
        return 0;
    }
    if (!cJSON_IsObject(item))
        return cs_reader_must_be(r, item, "a fault: an object, or its text form");
    return read_kind(r, item, &fault->spec) == 0 ? read_members(r, item, &f) : -1;
}

/* ---- help ----------------------------------------------------------------------------------- */

static void help_lines(FILE *to, const char *name, const char *help, const char *values)
{
    cs_text_name(to, CS_HELP_INDENT, name);
    cs_text_wrap(to, CS_HELP_INDENT, help);
    if (values != NULL) {
        char text[300];
        snprintf(text, sizeof(text), "(%s)", values);
        fprintf(to, "%*s", CS_HELP_INDENT, "");
        cs_text_wrap(to, CS_HELP_INDENT, text);
    }
}

void cs_scenario_help_faults(FILE *to)
{
    fprintf(to, "A fault: an object with these keys, or one text such as\n"
                "\"flip field=crc index=3 id=0x123 count=2\":\n");
    help_lines(to, "fault", "the kind, see below", "required");
    help_lines(to, "bus", "where; may be left out where a node or there being one bus tells it",
               "a bus of this scenario");
    for (unsigned i = 0; i < cs_fault_n_keys; i++)
        help_lines(to, cs_fault_keys[i].name, cs_fault_keys[i].help, cs_fault_keys[i].values);
    fprintf(to, "\nKinds of faults, and the keys that belong to each:\n");
    for (unsigned kind = 0; kind < CS_FAULT_KIND_COUNT; kind++) {
        char text[600];
        size_t n =
            (size_t)snprintf(text, sizeof(text), "%s", cs_fault_help((enum cs_fault_kind)kind));
        const char *joint = " Keys:";
        for (unsigned i = 0; i < cs_fault_n_keys && n < sizeof(text); i++) {
            bool all = cs_fault_takes(&cs_fault_keys[i], CS_FAULT_FLIP) &&
                       cs_fault_takes(&cs_fault_keys[i], CS_FAULT_NO_ACK);
            if (!cs_fault_takes(&cs_fault_keys[i], kind) || all)
                continue;
            n +=
                (size_t)snprintf(text + n, sizeof(text) - n, "%s %s", joint, cs_fault_keys[i].name);
            joint = ",";
        }
        help_lines(to, cs_fault_name((enum cs_fault_kind)kind), text, NULL);
    }
}
