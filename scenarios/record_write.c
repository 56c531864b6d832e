/* SPDX-License-Identifier: MIT */
/* A recording as a scenario file: what the running one says, as far as it has to do with the buses,
 * and what was recorded. A line each for nodes and actions, which may be many. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/record_internal.h"
#include "simcore/units.h"

/* What has no place in a run without anybody outside, and what is written anew. */
static const char *const dropped[] = {"link",   "speed",    "devices", "guests",  "programs",
                                      "seed",   "duration", "comment", "plugins", "nodes",
                                      "faults", "timeline", "end"};

struct writer {
    const struct cs_record *record;
    const struct cs_scenario *scenario;
    FILE *to;
    bool elsewhere; /* names of files have another meaning there */
    bool first;     /* member of the present object or array */
    int error;
};

static void put_quoted(struct writer *w, struct cs_record_text *quoted)
{
    if (quoted->failed)
        w->error = -ENOMEM;
    else
        fputs(quoted->text, w->to);
    free(quoted->text);
}

static void put_text(struct writer *w, const char *text)
{
    struct cs_record_text quoted = {0};

    cs_record_quote(&quoted, text);
    put_quoted(w, &quoted);
}

static int escape_text(cJSON *item)
{
    const char *from = item->valuestring;
    char *more = malloc(2 * strlen(from) + 1), *to = more;

    if (more == NULL)
        return -ENOMEM;
    for (; *from != '\0'; *to++ = *from++) {
        if (strncmp(from, "${", 2) == 0)
            *to++ = '$';
    }
    *to = '\0';
    const int ret = cJSON_SetValuestring(item, more) != NULL ? 0 : -ENOMEM;
    free(more);
    return ret;
}

/* What is read has its constants in place: a "${" that is left is none. Comments are not looked at
 * when it is read again. */
static int escape(cJSON *item)
{
    int ret = 0;

    if (item->string != NULL && strcmp(item->string, "comment") == 0)
        return 0;
    if (cJSON_IsString(item) && strstr(item->valuestring, "${") != NULL)
        return escape_text(item);
    for (cJSON *child = item->child; child != NULL && ret == 0; child = child->next)
        ret = escape(child);
    return ret;
}

/* Takes the tree, as it is. */
static void put_plain(struct writer *w, cJSON *tree)
{
    char *text = tree != NULL ? cJSON_PrintUnformatted(tree) : NULL;

    if (text == NULL)
        w->error = -ENOMEM;
    else
        fputs(text, w->to);
    cJSON_free(text);
    cJSON_Delete(tree);
}

/* Takes the tree. */
static void put_tree(struct writer *w, cJSON *tree)
{
    if (tree != NULL && escape(tree) != 0)
        w->error = -ENOMEM;
    put_plain(w, tree);
}

/* The next member's comma, indentation and name. */
static void next(struct writer *w, const char *indent, const char *name)
{
    fprintf(w->to, "%s\n%s", w->first ? "" : ",", indent);
    w->first = false;
    if (name == NULL)
        return;
    struct cs_record_text quoted = {0};
    cs_record_name(&quoted, name);
    put_quoted(w, &quoted);
    fputs(": ", w->to);
}

static void begin(struct writer *w, const char *name, char bracket)
{
    next(w, "  ", name);
    fputc(bracket, w->to);
    w->first = true;
}

static void end(struct writer *w, char bracket)
{
    fprintf(w->to, "%s%c", w->first ? "" : "\n  ", bracket);
    w->first = false;
}

static const cJSON *member(const struct writer *w, const char *name)
{
    return w->scenario != NULL ? cJSON_GetObjectItemCaseSensitive(w->scenario->tree, name) : NULL;
}

/* ---- the head ---------------------------------------------------------------------------------
 */

static void describe(const struct cs_record *r, char *text, size_t size)
{
    char time[40];
    size_t n = (size_t)snprintf(text, size,
                                "recorded by cansim %s: %u action%s from outside, %u node%s of "
                                "others",
                                CANSIM_VERSION, r->n, r->n == 1 ? "" : "s", r->n_clients,
                                r->n_clients == 1 ? "" : "s");

    if (r->lost > 0)
        snprintf(text + n, size - n,
                 "; it ends before %s, for the %" PRIu64
                 " action%s from there on found no room (at most %u are recorded)",
                 cs_units_format_time(r->lost_ps, time, sizeof(time)), r->lost,
                 r->lost == 1 ? "" : "s", r->config.max_actions);
}

/* The comment that there was stays, but for that of a recording that was played. */
static void put_comment(struct writer *w)
{
    const cJSON *was = member(w, "comment"), *one = cJSON_IsArray(was) ? was->child : was;
    char text[300];

    describe(w->record, text, sizeof(text));
    begin(w, "comment", '[');
    for (; one != NULL; one = cJSON_IsArray(was) ? one->next : NULL) {
        if (cJSON_IsString(one) && strncmp(one->valuestring, "recorded by cansim ", 19) == 0)
            continue;
        next(w, "    ", NULL);
        put_plain(w, cJSON_Duplicate(one, 1));
    }
    next(w, "    ", NULL);
    put_text(w, text);
    end(w, ']');
}

static void put_seed_and_end(struct writer *w)
{
    const struct cs_record *r = w->record;
    struct cs_record_text seed = {0};
    int64_t end_ps = r->lost > 0 ? r->lost_ps - 1 : cs_sim_now_ps(r->config.sim);
    char time[40];

    next(w, "  ", "seed");
    cs_record_cookie(&seed, cs_sim_seed(r->config.sim));
    if (seed.failed)
        w->error = -ENOMEM;
    else
        fputs(seed.text, w->to);
    free(seed.text);
    next(w, "  ", "duration");
    end_ps = end_ps < CS_PS_PER_US ? CS_PS_PER_US : end_ps;
    fprintf(w->to, "\"%s\"", cs_units_format_time(end_ps, time, sizeof(time)));
}

/* Without a scenario: a bus as an option made it. */
static void put_bus(struct writer *w, const struct cs_bus *bus)
{
    next(w, "    ", cs_bus_name(bus));
    fprintf(w->to, "{\"bitrate\": %" PRIu32, cs_bus_bitrate_bps(bus));
    if (cs_bus_has_fd(bus))
        fprintf(w->to, ", \"fd\": true");
    if (cs_bus_data_bitrate_bps(bus) > 0)
        fprintf(w->to, ", \"data_bitrate\": %" PRIu32, cs_bus_data_bitrate_bps(bus));
    fputc('}', w->to);
}

static bool is_dropped(const char *name)
{
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        if (strcmp(dropped[i], name) == 0)
            return true;
    }
    return false;
}

/* An expectation may name a recording. */
static void put_part(struct writer *w, const cJSON *part)
{
    cJSON *own = cJSON_Duplicate(part, 1), *log = cJSON_GetObjectItemCaseSensitive(own, "log");
    int ret = 0;

    if (w->elsewhere && log != NULL)
        ret = cs_scenario_file_absolute(w->scenario, cJSON_GetObjectItemCaseSensitive(part, "log"),
                                        log);
    w->error = ret != 0 ? ret : w->error;
    put_tree(w, own);
}

/* Neither programs nor guests are there when it is played. */
static bool is_of_others(const cJSON *part)
{
    return cJSON_GetObjectItemCaseSensitive(part, "program") != NULL;
}

/* What it is made of has a line each. */
static void put_member(struct writer *w, const cJSON *item)
{
    const cJSON *part;

    if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
        next(w, "  ", item->string);
        put_tree(w, cJSON_Duplicate(item, 1));
        return;
    }
    begin(w, item->string, cJSON_IsObject(item) ? '{' : '[');
    cJSON_ArrayForEach(part, item)
    {
        if (cJSON_IsArray(item) && is_of_others(part))
            continue;
        next(w, "    ", part->string);
        put_part(w, part);
    }
    end(w, cJSON_IsObject(item) ? '}' : ']');
}

static void put_rest(struct writer *w)
{
    const cJSON *item;

    if (w->scenario == NULL) {
        begin(w, "buses", '{');
        for (unsigned i = 0; i < cs_sim_bus_count(w->record->config.sim); i++)
            put_bus(w, cs_sim_bus(w->record->config.sim, i));
        end(w, '}');
        return;
    }
    cJSON_ArrayForEach(item, w->scenario->tree)
    {
        if (is_dropped(item->string))
            continue;
        put_member(w, item);
    }
}

/* ---- plugins ----------------------------------------------------------------------------------
 */

static void put_plugin(struct writer *w, const char *file, const char *base)
{
    char *path = base != NULL ? cs_file_beside(base, file) : strdup(file);
    char *full = path != NULL ? realpath(path, NULL) : NULL;

    next(w, "    ", NULL);
    put_text(w, full != NULL ? full : file);
    free(path);
    free(full);
}

static void put_plugins(struct writer *w)
{
    const struct cs_record_config *config = &w->record->config;
    const cJSON *given = member(w, "plugins"), *item;

    if (given == NULL && config->n_plugins == 0)
        return;
    begin(w, "plugins", '[');
    cJSON_ArrayForEach(item, given)
    {
        if (cJSON_IsString(item))
            put_plugin(w, item->valuestring, cs_scenario_file_of(w->scenario, item));
    }
    for (unsigned i = 0; i < config->n_plugins; i++)
        put_plugin(w, config->plugins[i], NULL);
    end(w, ']');
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static bool is_client(const struct cs_record *r, const char *name)
{
    for (unsigned i = 0; i < r->n_clients; i++) {
        if (strcmp(r->clients[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool is_node(const struct cs_scenario *s, const char *name)
{
    for (unsigned i = 0; i < s->n_nodes; i++) {
        if (strcmp(s->nodes[i].name, name) == 0)
            return true;
    }
    return false;
}

static void put_node(struct writer *w, const struct cs_scenario_node *node)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(member(w, "nodes"), node->name);
    cJSON *own = cJSON_Duplicate(given, 1);
    int ret = 0;

    if (own != NULL && w->elsewhere)
        ret = cs_scenario_settings_absolute(w->scenario, node, given, own);
    w->error = ret != 0 ? ret : w->error;
    next(w, "    ", node->name);
    put_tree(w, own);
}

/* Places for those who never came: what else the scenario says may name them. */
static void put_ports(struct writer *w, const char *name, const unsigned *bus, unsigned n)
{
    char port[CS_NAME_MAX];

    for (unsigned i = 0; i < n; i++) {
        cs_scenario_port_name(name, n, i, port);
        if (is_client(w->record, port) || is_node(w->scenario, port))
            continue;
        next(w, "    ", port);
        fprintf(w->to, "{\"type\": \"attached\", \"bus\": \"%s\"}",
                w->scenario->buses[bus[i]].name);
    }
}

static void put_nodes(struct writer *w)
{
    const struct cs_record *r = w->record;
    const struct cs_scenario *s = w->scenario;
    const unsigned first = 0;

    begin(w, "nodes", '{');
    for (unsigned i = 0; s != NULL && i < s->n_nodes; i++) {
        if (s->nodes[i].type != CS_NODE_ATTACHED || !is_client(r, s->nodes[i].name))
            put_node(w, &s->nodes[i]);
    }
    for (unsigned i = 0; s != NULL && i < s->n_devices; i++)
        put_ports(w, s->devices[i].name, s->devices[i].bus, s->devices[i].n_buses);
    for (unsigned i = 0; s != NULL && i < s->n_guests; i++)
        put_ports(w, s->guests[i].name, s->guests[i].bus, s->guests[i].n_buses);
    for (unsigned i = 0; s != NULL && i < s->n_programs; i++)
        put_ports(w, s->programs[i].name, &first, 1);
    for (unsigned i = 0; i < r->n_clients; i++) {
        next(w, "    ", r->clients[i].name);
        fputs(r->clients[i].def, w->to);
    }
    end(w, '}');
}

/* ---- faults and the timeline ------------------------------------------------------------------
 */

static void put_faults(struct writer *w)
{
    const struct cs_record_config *config = &w->record->config;
    const cJSON *given = member(w, "faults"), *item;

    if (given == NULL && config->n_faults == 0)
        return;
    begin(w, "faults", '[');
    cJSON_ArrayForEach(item, given)
    {
        next(w, "    ", NULL);
        put_tree(w, cJSON_Duplicate(item, 1));
    }
    for (unsigned i = 0; i < config->n_faults; i++) {
        next(w, "    ", NULL);
        put_text(w, config->faults[i]);
    }
    end(w, ']');
}

static void put_action(struct writer *w, const struct cs_action *action)
{
    if (action->at_start || action->device >= 0 || action->program >= 0)
        return;
    next(w, "    ", NULL);
    put_tree(w, cs_record_action(action));
}

/* By time; of one time the scenario's own first, as they stand there. */
static void put_timeline(struct writer *w)
{
    const struct cs_record *r = w->record;
    const struct cs_scenario *s = w->scenario;
    const unsigned n = s != NULL ? s->n_actions : 0;
    unsigned own = 0;

    begin(w, "timeline", '[');
    for (unsigned i = 0; i < r->n; i++) {
        for (; own < n && s->actions[own].at_ps <= r->entries[i].at_ps; own++)
            put_action(w, &s->actions[own]);
        next(w, "    ", NULL);
        fputs(r->text.text + r->entries[i].at, w->to);
    }
    for (; own < n; own++)
        put_action(w, &s->actions[own]);
    end(w, ']');
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* The folder that a file is in, without symbolic links; NULL: it is not known. */
static char *folder_of(const char *path)
{
    char *here = cs_file_beside(path, "."), *full = here != NULL ? realpath(here, NULL) : NULL;

    free(here);
    return full;
}

/* Is it in another folder, or made of files that may be in some? */
static bool is_elsewhere(const struct cs_scenario *scenario, const char *path)
{
    if (scenario->document.n_ids > 1)
        return true;
    char *a = folder_of(scenario->file), *b = folder_of(path);
    bool same = a != NULL && b != NULL && strcmp(a, b) == 0;

    free(a);
    free(b);
    return !same;
}

int cs_record_write(const struct cs_record *record, FILE *to, const char *path)
{
    struct writer w = {
        .record = record,
        .scenario = record->config.scenario,
        .to = to,
        .first = true,
    };

    w.elsewhere = w.scenario != NULL && is_elsewhere(w.scenario, path);
    fputc('{', to);
    put_comment(&w);
    put_seed_and_end(&w);
    put_rest(&w);
    put_plugins(&w);
    put_nodes(&w);
    put_faults(&w);
    put_timeline(&w);
    fputs("\n}\n", to);
    return w.error;
}
