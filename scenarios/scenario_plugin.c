/* SPDX-License-Identifier: MIT */
/* Nodes whose type a plugin has: what the scenario says of them as a flat list of settings, each
 * with its path ("signals/0/object"), checked against the type's table. */
#include <limits.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/cansim_plugin.h"
#include "plugins/plugins.h"
#include "scenarios/json.h"
#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

#define VALUE_ROOM 24 /* bytes that a value has at least: times become picoseconds in place */

/* ---- which plugins there are ----------------------------------------------------------------- */

const char *cs_plugin_folder(char *buf, size_t size)
{
    char self[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    buf[0] = '\0';
    if (n < 0)
        return buf;
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (slash == NULL ||
        snprintf(buf, size, "%.*s/../lib/cansim/plugins", (int)(slash - self), self) >= (int)size)
        buf[0] = '\0';
    return buf;
}

static int find(struct cs_reader *r, const char *const *own, unsigned n_own)
{
    struct cs_scenario *scenario = r->ctx;
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *more =
        scenario->more_plugins != NULL ? scenario->more_plugins : &none;
    const char *files[2 * CS_PLUGIN_FILES];
    unsigned n = 0;
    char why[400], folder[PATH_MAX];
    struct cs_error error;

    for (unsigned i = 0; i < more->n; i++)
        files[n++] = more->file[i];
    for (unsigned i = 0; i < n_own; i++)
        files[n++] = own[i];
    cs_plugin_folder(folder, sizeof(folder));
    scenario->plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, files, n, why, sizeof(why));
    if (scenario->plugins != NULL)
        return 0;
    scenario->no_plugins = true;
    return n_own > 0
               ? cs_reader_fail(r, "%s", why)
               : (cs_error_set(&error, CS_STATUS_INPUT, "%s", why), cs_reader_take(r, &error));
}

/* The system's linker looks elsewhere for a name without a folder. */
static char *object_beside(const char *base, const char *name)
{
    char *path = cs_file_beside(base, name), *here;

    if (path == NULL || strchr(path, '/') != NULL)
        return path;
    here = malloc(strlen(path) + sizeof("./"));
    if (here != NULL)
        sprintf(here, "./%s", path);
    free(path);
    return here;
}

int cs_scenario_read_plugins(struct cs_reader *r, const cJSON *item, void *dest)
{
    struct cs_scenario *scenario = r->ctx;
    char *files[CS_PLUGIN_FILES];
    unsigned n = 0;
    const cJSON *child;
    int ret = 0;

    (void)dest;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) > CS_PLUGIN_FILES)
        return cs_reader_must_be(r, item, "an array of at most %d files", CS_PLUGIN_FILES);
    cJSON_ArrayForEach(child, item)
    {
        size_t mark = cs_reader_enter_index(r, n);
        if (!cJSON_IsString(child) || child->valuestring[0] == '\0')
            ret = cs_reader_must_be(r, child, "the name of a file");
        else if ((files[n] = object_beside(cs_scenario_file_of(scenario, child),
                                           child->valuestring)) != NULL)
            n++;
        else
            ret = cs_reader_no_memory(r);
        if (ret != 0)
            break;
        cs_reader_leave(r, mark);
    }
    if (ret == 0 && n > 0)
        ret = find(r, (const char *const *)files, n);
    while (n > 0)
        free(files[--n]);
    return ret;
}

struct cs_plugins *cs_scenario_plugins(struct cs_reader *r)
{
    struct cs_scenario *scenario = r->ctx;

    if (scenario->plugins == NULL && (scenario->no_plugins || find(r, NULL, 0) != 0))
        return NULL;
    return scenario->plugins;
}

int cs_scenario_find_type(struct cs_reader *r, const char *name,
                          const struct cansim_node_type **type)
{
    const struct cs_plugins *plugins = cs_scenario_plugins(r);

    if (plugins == NULL)
        return -1;
    *type = cs_plugins_node(plugins, name);
    return 0;
}

const char *cs_scenario_list_types(struct cs_reader *r, char *text, size_t size)
{
    const struct cs_scenario *scenario = r->ctx;
    const struct cansim_node_type *type;
    size_t n = 0;

    unsigned i = 0;
    const char *name = cs_scenario_node_keys.kinds[CS_NODE_ATTACHED];

    do {
        type = scenario->plugins != NULL ? cs_plugins_node_at(scenario->plugins, i++) : NULL;
        n += (size_t)snprintf(text + n, size - n, "%s\"%s\"", type != NULL ? ", " : " or ", name);
        name = type != NULL ? type->name : NULL;
    } while (name != NULL && n < size);
    return text;
}

void cs_scenario_free_plugins(struct cs_scenario *scenario)
{
    cs_plugins_free(scenario->plugins);
}

const char *cs_scenario_type_name(const struct cs_scenario_node *node)
{
    return node->type == CS_NODE_PLUGIN ? node->plugin->name
                                        : cs_scenario_node_keys.kinds[node->type];
}

bool cs_scenario_takes_commands(const struct cs_scenario_node *node)
{
    return node->type == CS_NODE_PLUGIN && node->plugin->command != NULL;
}

/* ---- settings -------------------------------------------------------------------------------- */

struct flat {
    struct cs_reader *r;
    struct cs_scenario_node *node;
    size_t room; /* settings */
    char path[200];
    size_t len; /* of path */
};

static int put(struct flat *flat, const char *value)
{
    struct cs_scenario_node *node = flat->node;
    size_t len = strlen(value), room = len + 1 > VALUE_ROOM ? len + 1 : VALUE_ROOM;

    if (node->n_settings == flat->room) {
        size_t more = flat->room == 0 ? 16 : 2 * flat->room;
        struct cansim_setting *settings = realloc(node->settings, more * sizeof(*settings));
        if (settings == NULL)
            return cs_reader_no_memory(flat->r);
        node->settings = settings;
        flat->room = more;
    }
    char *path = strdup(flat->path), *copy = calloc(1, room);
    if (path == NULL || copy == NULL) {
        free(path);
        free(copy);
        return cs_reader_no_memory(flat->r);
    }
    memcpy(copy, value, len + 1);
    node->settings[node->n_settings].path = path;
    node->settings[node->n_settings++].value = copy;
    return 0;
}

/* A file is named relative to the one that names it, and no output goes there. */
static int put_file(struct flat *flat, const cJSON *item)
{
    struct cs_scenario *scenario = flat->r->ctx;
    char *path = cs_file_beside(cs_scenario_file_of(scenario, item), item->valuestring);
    struct stat st;

    if (path == NULL)
        return cs_reader_no_memory(flat->r);
    if (scenario->n_inputs < CS_SCENARIO_INPUTS && stat(path, &st) == 0)
        scenario->inputs[scenario->n_inputs++] =
            (struct cs_file_id){.dev = st.st_dev, .ino = st.st_ino, .regular = S_ISREG(st.st_mode)};
    int ret = put(flat, path);
    free(path);
    return ret;
}

static int put_number(struct flat *flat, const cJSON *item)
{
    char text[32];
    int64_t whole;

    if (cs_reader_integer(item, &whole) == 0)
        snprintf(text, sizeof(text), "%lld", (long long)whole);
    else
        snprintf(text, sizeof(text), "%.15g", item->valuedouble);
    return put(flat, text);
}

/* Is the path that of something with parts: an object or an array? */
static bool has_parts(const struct flat *flat)
{
    const struct cansim_setting_row *row = flat->node->plugin->settings;
    struct cansim_setting_row whole[2] = {{.path = NULL}};
    char path[sizeof(flat->path)];
    size_t n = 1;

    for (const char *p = flat->path; (p = strchr(p, '/')) != NULL; p++)
        n++;
    for (; row->path != NULL; row++) {
        const char *end = row->path;
        for (size_t i = 0; i < n && end != NULL; i++)
            end = strchr(end + (i > 0), '/');
        if (end == NULL || (size_t)(end - row->path) >= sizeof(path))
            continue;
        snprintf(path, sizeof(path), "%.*s", (int)(end - row->path), row->path);
        whole[0].path = path;
        if (cs_plugins_row(whole, flat->path) != NULL)
            return true;
    }
    return false;
}

static int put_value(struct flat *flat, const cJSON *item)
{
    static const struct {
        const char *form;
        bool text, number, flag;
    } takes[] = {
        [CANSIM_SET_TEXT] = {"a text or a number", true, true, false},
        [CANSIM_SET_NUMBER] = {"a number", true, true, false},
        [CANSIM_SET_BOOL] = {"true or false", false, false, true},
        [CANSIM_SET_TIME] = {"a time such as \"10ms\"", true, false, false},
        [CANSIM_SET_FILE] = {"the name of a file", true, false, false},
    };
    const struct cansim_setting_row *row = cs_plugins_row(flat->node->plugin->settings, flat->path);

    if (row != NULL && (unsigned)row->kind < sizeof(takes) / sizeof(takes[0])) {
        bool right = (cJSON_IsString(item) && takes[row->kind].text) ||
                     (cJSON_IsNumber(item) && takes[row->kind].number) ||
                     (cJSON_IsBool(item) && takes[row->kind].flag);
        if (!right)
            return cs_reader_must_be(flat->r, item, "%s",
                                     row->form != NULL ? row->form : takes[row->kind].form);
        if (row->kind == CANSIM_SET_FILE)
            return put_file(flat, item);
    }
    if (row == NULL && has_parts(flat))
        return cs_reader_must_be(flat->r, item, "an object or an array");
    if (cJSON_IsNumber(item))
        return put_number(flat, item);
    if (cJSON_IsBool(item))
        return put(flat, cJSON_IsTrue(item) ? "true" : "false");
    return cJSON_IsString(item) ? put(flat, item->valuestring)
                                : cs_reader_must_be(flat->r, item, "a value");
}

static int flatten(struct flat *flat, const char *name, const cJSON *item);

/* Objects take one as everywhere in a scenario, but where the type has a key of that name. */
static bool is_comment(const struct flat *flat, const cJSON *child)
{
    char path[sizeof(flat->path) + sizeof("/comment")];

    if (child->string == NULL || strcmp(child->string, "comment") != 0)
        return false;
    snprintf(path, sizeof(path), "%s/comment", flat->path);
    return cs_plugins_row(flat->node->plugin->settings, path) == NULL;
}

static int flatten_parts(struct flat *flat, const cJSON *item)
{
    const cJSON *child;
    unsigned i = 0;
    char index[16];

    cJSON_ArrayForEach(child, item)
    {
        if (is_comment(flat, child))
            continue;
        snprintf(index, sizeof(index), "%u", i++);
        if ((cJSON_IsObject(child) || cJSON_IsArray(child)) && child->child == NULL) {
            cs_reader_enter(flat->r, cJSON_IsArray(item) ? index : child->string);
            return cs_reader_must_be(flat->r, child, "something");
        }
        if (flatten(flat, cJSON_IsArray(item) ? index : child->string, child) != 0)
            return -1;
    }
    return 0;
}

static int flatten(struct flat *flat, const char *name, const cJSON *item)
{
    size_t before = flat->len, mark = cs_reader_enter(flat->r, name);
    int ret;

    int n = snprintf(flat->path + before, sizeof(flat->path) - before, "%s%s",
                     before > 0 ? "/" : "", name);
    if (name[0] == '\0' || strpbrk(name, "/#") != NULL || (size_t)n >= sizeof(flat->path) - before)
        return cs_reader_fail(flat->r, "is no known key");
    flat->len += (size_t)n;
    if ((cJSON_IsObject(item) || cJSON_IsArray(item)) &&
        cs_plugins_row(flat->node->plugin->settings, flat->path) == NULL)
        ret = flatten_parts(flat, item);
    else
        ret = put_value(flat, item);
    flat->path[flat->len = before] = '\0';
    if (ret == 0) /* else the place is part of the sentence */
        cs_reader_leave(flat->r, mark);
    return ret;
}

/* Bytes of the first name of a row's path. */
static size_t first_name(const struct cansim_setting_row *row)
{
    return strcspn(row->path, "/");
}

static bool has_setting(const struct cansim_node_type *type, const char *name)
{
    const struct cansim_setting_row *row = type->settings;

    while (row != NULL && row->path != NULL &&
           (first_name(row) != strlen(name) || strncmp(row->path, name, strlen(name)) != 0))
        row++;
    return row != NULL && row->path != NULL;
}

/* Neither common to nodes nor of this type. */
static int unknown(struct cs_reader *r, const struct cansim_node_type *type, const char *name)
{
    const char *names[2 * CS_KEYS_MAX + 1];
    char own[CS_KEYS_MAX][32];
    size_t n = 0;

    if (cs_keys_find(&cs_scenario_node_keys, name) != NULL) {
        cs_reader_enter(r, name);
        return cs_reader_fail(r, "does not go with the type \"%s\"", type->name);
    }
    for (const struct cansim_setting_row *row = type->settings;
         row != NULL && row->path != NULL && n < CS_KEYS_MAX; row++) {
        snprintf(own[n], sizeof(own[n]), "%.*s", (int)first_name(row), row->path);
        if (n == 0 || strcmp(own[n], names[n - 1]) != 0) {
            names[n] = own[n];
            n++;
        }
    }
    n += cs_keys_names(&cs_scenario_node_keys, CS_NODE_PLUGIN, names + n, CS_KEYS_MAX);
    names[n] = NULL;
    return cs_keys_unknown(r, name, names);
}

static bool is_common(const char *name)
{
    const struct cs_key *key = cs_keys_find(&cs_scenario_node_keys, name);

    return key != NULL && cs_keys_applies(key, CS_NODE_PLUGIN);
}

/* Is `why` about a setting, or what has settings as parts: bytes of its path, 0: no. */
static size_t path_in(const struct cs_scenario_node *node, const char *why)
{
    char path[200];
    size_t len = strcspn(why, ": ");

    if (len == 0 || len >= sizeof(path) || strncmp(why + len, ": ", 2) != 0)
        return 0;
    memcpy(path, why, len);
    path[len] = '\0';
    if (cs_plugins_row(node->plugin->settings, path) != NULL || has_setting(node->plugin, path))
        return len;
    for (size_t i = 0; i < node->n_settings; i++) {
        const char *given = node->settings[i].path;
        if (strncmp(given, path, len) == 0 && (given[len] == '\0' || given[len] == '/'))
            return len;
    }
    return 0;
}

const char *cs_scenario_settings_place(const struct cs_scenario_node *node, const char *why,
                                       char *place, size_t size)
{
    size_t n = path_in(node, why);
    size_t len = cs_json_path_push(place, size, 0, "nodes");

    len = cs_json_path_push(place, size, len, node->name);
    if (n == 0)
        return why;
    snprintf(place + len, size - len, "/%.*s", (int)n, why);
    return why + n + strlen(": ");
}

int cs_scenario_read_settings(struct cs_reader *r, const cJSON *object,
                              struct cs_scenario_node *node)
{
    struct flat flat = {.r = r, .node = node};
    const size_t mark = r->path_len;
    const cJSON *item;
    char why[400];
    int ret = 0;

    cJSON_ArrayForEach(item, object)
    {
        if (is_common(item->string))
            continue;
        if (!has_setting(node->plugin, item->string))
            ret = unknown(r, node->plugin, item->string);
        else if (flatten(&flat, item->string, item) != 0)
            ret = -1;
        cs_reader_leave(r, mark);
    }
    if (ret != 0)
        return -1;
    if (cs_plugins_check_settings(node->plugin->settings, node->settings, node->n_settings, why,
                                  sizeof(why)) == 0)
        return 0;
    const char *text = cs_scenario_settings_place(node, why, r->path, sizeof(r->path));
    r->path_len = strlen(r->path);
    return cs_reader_fail(r, "%s", text);
}

/* What is at "signals/0/object" of the object, NULL: nothing. */
static cJSON *item_at(cJSON *object, const char *path)
{
    char name[200];

    while (object != NULL && *path != '\0') {
        size_t len = strcspn(path, "/");
        snprintf(name, sizeof(name), "%.*s", (int)len, path);
        object = cJSON_IsArray(object) ? cJSON_GetArrayItem(object, (int)strtol(name, NULL, 10))
                                       : cJSON_GetObjectItemCaseSensitive(object, name);
        path += len + (path[len] == '/');
    }
    return object;
}

static int make_absolute(cJSON *item, const char *path)
{
    char *full = realpath(path, NULL);
    int ret = full == NULL ? -errno : cJSON_SetValuestring(item, full) == NULL ? -ENOMEM : 0;

    free(full);
    return ret;
}

int cs_scenario_file_absolute(const struct cs_scenario *scenario, const cJSON *written,
                              cJSON *object)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(written, "file");
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "file");

    if (!cJSON_IsString(name) || !cJSON_IsString(item))
        return 0;
    char *path = cs_file_beside(cs_scenario_file_of(scenario, name), name->valuestring);
    int ret = path != NULL ? make_absolute(item, path) : -ENOMEM;
    free(path);
    return ret;
}

int cs_scenario_settings_absolute(const struct cs_scenario *scenario,
                                  const struct cs_scenario_node *node, const cJSON *written,
                                  cJSON *object)
{
    cJSON *item;
    int ret = 0;

    if (node->type == CS_NODE_REPLAY)
        ret = cs_scenario_file_absolute(scenario, written, object);
    for (size_t i = 0; node->plugin != NULL && ret == 0 && i < node->n_settings; i++) {
        const struct cansim_setting *setting = &node->settings[i];
        const struct cansim_setting_row *row =
            cs_plugins_row(node->plugin->settings, setting->path);
        item = item_at(object, setting->path);
        if (row != NULL && row->kind == CANSIM_SET_FILE && cJSON_IsString(item))
            ret = make_absolute(item, setting->value);
    }
    return ret;
}

void cs_scenario_free_settings(struct cs_scenario_node *node)
{
    for (size_t i = 0; i < node->n_settings; i++) {
        free((char *)node->settings[i].path);
        free((char *)node->settings[i].value);
    }
    free(node->settings);
}
