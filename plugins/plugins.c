/* SPDX-License-Identifier: MIT */
#include "plugins/plugins_internal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Decoders are asked in this order: what is written down before what is customary. */
static const struct cansim_plugin *const built_in[] = {
    &cs_plugin_candump, &cs_plugin_dbc, &cs_plugin_canopen, &cs_plugin_pcap, &cs_plugin_pcapng,
};

#define N_BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

struct entry {
    const struct cansim_plugin *plugin;
    char *path, *refused;
};

struct cs_plugins {
    struct entry entries[CS_PLUGINS_MAX];
    unsigned n;
};

/* Every kind begins with size and name. */
struct start {
    uint32_t size;
    const char *name;
};

static const void *find(const struct cs_plugins *plugins, enum cs_plugin_kind kind,
                        const char *name, unsigned index)
{
    for (unsigned i = 0; i < plugins->n; i++) {
        const struct cansim_plugin *plugin = plugins->entries[i].plugin;
        const void *const *list = plugin != NULL ? cs_plugin_list(plugin, kind) : NULL;
        for (; list != NULL && *list != NULL; list++) {
            const struct start *start = *list;
            if (name != NULL ? strcmp(start->name, name) == 0 : index-- == 0)
                return *list;
        }
    }
    return NULL;
}

/* Two of a name, in this plugin or an earlier one? 0 or -1 with a sentence. */
static int check_names(const struct cs_plugins *plugins, const struct cansim_plugin *plugin,
                       char *why, size_t why_size)
{
    for (int kind = 0; kind < CS_PLUGIN_KINDS; kind++) {
        const void *const *list = cs_plugin_list(plugin, (enum cs_plugin_kind)kind);
        for (unsigned i = 0; list != NULL && list[i] != NULL; i++) {
            const char *name = ((const struct start *)list[i])->name;
            bool taken = find(plugins, (enum cs_plugin_kind)kind, name, 0) != NULL;
            for (unsigned k = 0; k < i; k++)
                taken |= strcmp(name, ((const struct start *)list[k])->name) == 0;
            if (taken) {
                snprintf(why, why_size, "its %s \"%s\" must have another name, that is taken",
                         cs_plugin_kind_name((enum cs_plugin_kind)kind), name);
                return -1;
            }
        }
    }
    return 0;
}

static bool is_there(const struct cs_plugins *plugins, const struct cansim_plugin *plugin)
{
    for (unsigned i = 0; i < plugins->n; i++) {
        if (plugins->entries[i].plugin == plugin)
            return true;
    }
    return false;
}

/* 0; -1 where it was refused, with "PATH: sentence". */
static int add_file(struct cs_plugins *plugins, const char *path, char *why, size_t why_size)
{
    char reason[400];

    if (plugins->n == CS_PLUGINS_MAX) {
        snprintf(why, why_size, "%s: must be one of at most %d plugins", path, CS_PLUGINS_MAX);
        return -1;
    }
    const struct cansim_plugin *plugin = cs_plugin_load(path, reason, sizeof(reason));
    if (plugin != NULL && is_there(plugins, plugin))
        return 0;
    if (plugin != NULL && check_names(plugins, plugin, reason, sizeof(reason)) != 0)
        plugin = NULL;
    if (plugin == NULL)
        snprintf(why, why_size, "%s: %s", path, reason);
    struct entry *entry = &plugins->entries[plugins->n++];
    entry->plugin = plugin;
    entry->path = strdup(path);
    entry->refused = plugin == NULL ? strdup(why) : NULL;
    return plugin != NULL ? 0 : -1;
}

static int is_shared_object(const struct dirent *file)
{
    size_t len = strlen(file->d_name);

    return file->d_name[0] != '.' && len > 3 && strcmp(file->d_name + len - 3, ".so") == 0;
}

/* In the order of their names' bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct cs_plugins *plugins, const char *folder)
{
    struct dirent **files;
    char path[PATH_MAX], why[PATH_MAX + 400];
    int n = scandir(folder, &files, is_shared_object, by_name);

    for (int i = 0; i < n; i++) {
        if (snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name) < (int)sizeof(path))
            add_file(plugins, path, why, sizeof(why));
        free(files[i]);
    }
    if (n >= 0)
        free(files);
}

static void add_folders(struct cs_plugins *plugins, const char *folders)
{
    char folder[PATH_MAX];

    while (folders != NULL && *folders != '\0') {
        size_t len = strcspn(folders, ":");
        if (len > 0 && len < sizeof(folder)) {
            memcpy(folder, folders, len);
            folder[len] = '\0';
            add_folder(plugins, folder);
        }
        folders += len + (folders[len] == ':');
    }
}

struct cs_plugins *cs_plugins_find(const char *folder, const char *const *files, unsigned n_files,
                                   char *why, size_t why_size)
{
    struct cs_plugins *plugins = calloc(1, sizeof(*plugins));

    if (plugins == NULL) {
        snprintf(why, why_size, "not enough memory");
        return NULL;
    }
    for (size_t i = 0; i < N_BUILT_IN; i++)
        plugins->entries[plugins->n++].plugin = built_in[i];
    if (folder != NULL)
        add_folder(plugins, folder);
    add_folders(plugins, getenv("CANSIM_PLUGIN_PATH"));
    for (unsigned i = 0; i < n_files; i++) {
        if (add_file(plugins, files[i], why, why_size) != 0) {
            cs_plugins_free(plugins);
            return NULL;
        }
    }
    return plugins;
}

/* <bin>/../lib/cansim/plugins, in the build folder and installed alike. */
const char *cs_plugins_default_folder(char *path, size_t size)
{
    char self[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return NULL;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return snprintf(path, size, "%s/../lib/cansim/plugins", self) < (int)size ? path : NULL;
}

void cs_plugins_free(struct cs_plugins *plugins)
{
    if (plugins == NULL)
        return;
    for (unsigned i = 0; i < plugins->n; i++) {
        free(plugins->entries[i].path);
        free(plugins->entries[i].refused);
    }
    free(plugins);
}

unsigned cs_plugins_count(const struct cs_plugins *plugins)
{
    return plugins->n;
}

void cs_plugins_info(const struct cs_plugins *plugins, unsigned index, struct cs_plugin_info *info)
{
    const struct entry *entry = &plugins->entries[index];

    *info = (struct cs_plugin_info){entry->plugin, entry->path, entry->refused};
}

const struct cansim_decoder *cs_plugins_decoder(const struct cs_plugins *plugins, const char *name)
{
    return find(plugins, CS_PLUGIN_DECODER, name, 0);
}

const struct cansim_node_type *cs_plugins_node(const struct cs_plugins *plugins, const char *name)
{
    return find(plugins, CS_PLUGIN_NODE, name, 0);
}

const struct cansim_format *cs_plugins_format(const struct cs_plugins *plugins, const char *name)
{
    return find(plugins, CS_PLUGIN_FORMAT, name, 0);
}

const struct cansim_decoder *cs_plugins_decoder_at(const struct cs_plugins *plugins, unsigned index)
{
    return find(plugins, CS_PLUGIN_DECODER, NULL, index);
}

const struct cansim_node_type *cs_plugins_node_at(const struct cs_plugins *plugins, unsigned index)
{
    return find(plugins, CS_PLUGIN_NODE, NULL, index);
}

const struct cansim_format *cs_plugins_format_at(const struct cs_plugins *plugins, unsigned index)
{
    return find(plugins, CS_PLUGIN_FORMAT, NULL, index);
}

struct cs_frame cs_plugins_frame(const struct cansim_frame *from)
{
    struct cs_frame frame = {
        .id = from->id, .flags = from->flags, .dlc = from->dlc, .len = from->len};

    memcpy(frame.data, from->data, sizeof(frame.data));
    return frame;
}
