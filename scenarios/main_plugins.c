/* SPDX-License-Identifier: MIT */
/* cansim plugins: which decoders, nodes and log formats there are, and their settings. */
#include <stdio.h>
#include <string.h>

#include "plugins/plugins.h"
#include "plugins/tree.h"
#include "scenarios/main.h"
#include "scenarios/text.h"

#define INDENT 27

/* What the three kinds have in common, for a list. */
struct item {
    const char *kind, *name, *title;
    const struct cansim_setting_row *settings, *commands;
    const char *extensions; /* of a format */
    bool reads, writes;
};

/* The nth of a plugin: decoders, then nodes, then formats. */
static bool item_at(const struct cansim_plugin *plugin, unsigned index, struct item *item)
{
    const struct cansim_decoder *const *decoder = plugin->decoders;
    const struct cansim_node_type *const *node = plugin->nodes;
    const struct cansim_format *const *format = plugin->formats;

    for (; decoder != NULL && *decoder != NULL; decoder++) {
        *item = (struct item){.kind = "decoder",
                              .name = (*decoder)->name,
                              .title = (*decoder)->title,
                              .settings = (*decoder)->settings};
        if (index-- == 0)
            return true;
    }
    for (; node != NULL && *node != NULL; node++) {
        *item = (struct item){.kind = "node",
                              .name = (*node)->name,
                              .title = (*node)->title,
                              .settings = (*node)->settings,
                              .commands = (*node)->commands};
        if (index-- == 0)
            return true;
    }
    for (; format != NULL && *format != NULL; format++) {
        *item = (struct item){.kind = "format",
                              .name = (*format)->name,
                              .title = (*format)->title,
                              .extensions = (*format)->extensions,
                              .reads = (*format)->open != NULL,
                              .writes = (*format)->create != NULL};
        if (index-- == 0)
            return true;
    }
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void list_plugin(const struct cs_plugin_info *info)
{
    struct item item;

    for (unsigned i = 0; item_at(info->plugin, i, &item); i++)
        printf("%-8s %-12s %-10s %s%s%s\n", item.kind, item.name, info->plugin->version, item.title,
               info->path != NULL ? "  " : "", info->path != NULL ? info->path : "");
}

static void list_all(const struct cs_plugins *plugins)
{
    struct cs_plugin_info info;

    printf("%-8s %-12s %-10s %s\n", "KIND", "NAME", "VERSION", "WHAT");
    for (unsigned i = 0; i < cs_plugins_count(plugins); i++) {
        cs_plugins_info(plugins, i, &info);
        if (info.plugin != NULL)
            list_plugin(&info);
    }
    for (unsigned i = 0; i < cs_plugins_count(plugins); i++) {
        cs_plugins_info(plugins, i, &info);
        if (info.refused != NULL)
            fprintf(stderr, "cansim: %s\n", info.refused);
    }
}

static void tell_rows(const char *title, bool kind, const struct cansim_setting_row *rows)
{
    static const char *const kinds[] = {"TEXT", "NUMBER", "true|false", "TIME", "FILE"};

    if (rows == NULL || rows->path == NULL)
        return;
    printf("\n%s:\n", title);
    for (; rows->path != NULL; rows++) {
        char text[500], left[80];
        bool known = rows->kind >= 0 && rows->kind <= CANSIM_SET_FILE;
        bool dflt = rows->dflt != NULL;

        snprintf(text, sizeof(text), "%s%s%s%s%s", rows->help != NULL ? rows->help : "",
                 rows->required ? " (must be there)" : "", dflt ? " (default " : "",
                 dflt ? rows->dflt : "", dflt ? ")" : "");
        snprintf(left, sizeof(left), "%s %s", rows->path,
                 rows->form != NULL ? rows->form
                 : known && kind    ? kinds[rows->kind]
                                    : "");
        cs_text_name(stdout, INDENT, left);
        cs_text_wrap(stdout, INDENT, text);
    }
}

static void tell_item(const struct cs_plugin_info *info, const struct item *item)
{
    printf("%s %s: %s\n", item->kind, item->name, item->title);
    printf("of %s %s, %s, %s\n", info->plugin->name, info->plugin->version, info->plugin->license,
           info->path != NULL ? info->path : "built in");
    cs_text_wrap(stdout, 0, info->plugin->about);
    if (item->extensions != NULL)
        printf("files: %s; %s\n", item->extensions,
               item->reads && item->writes ? "read and written"
               : item->reads               ? "read"
                                           : "written");
    tell_rows("Settings", true, item->settings);
}

static int tell_one(const struct cs_plugins *plugins, const char *name, struct cs_error *error)
{
    const char *names[256];
    struct cs_plugin_info info;
    struct item item;
    size_t n = 0;
    bool found = false;

    for (unsigned i = 0; i < cs_plugins_count(plugins); i++) {
        cs_plugins_info(plugins, i, &info);
        for (unsigned k = 0; info.plugin != NULL && item_at(info.plugin, k, &item); k++) {
            if (n < sizeof(names) / sizeof(names[0]) - 1)
                names[n++] = item.name;
            if (strcmp(item.name, name) != 0)
                continue;
            if (found)
                putchar('\n');
            found = true;
            tell_item(&info, &item);
            if (item.commands != NULL)
                tell_rows("Commands", false, item.commands);
        }
    }
    if (found)
        return 0;
    names[n] = NULL;
    const char *nearest = cs_text_nearest(name, names);
    if (nearest != NULL)
        return cs_error_set(error, CS_STATUS_INPUT,
                            "plugins: must be a decoder, a node or a format, got \"%s\", did you "
                            "mean \"%s\"?",
                            name, nearest);
    return cs_error_set(error, CS_STATUS_INPUT,
                        "plugins: must be a decoder, a node or a format, got \"%s\"", name);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_string(const char *key, const char *text)
{
    printf(",\"%s\":", key);
    if (text != NULL)
        cs_tree_json_string(text, strlen(text), stdout);
    else
        fputs("null", stdout);
}

static void json_rows(const char *key, const struct cansim_setting_row *rows)
{
    printf(",\"%s\":[", key);
    for (unsigned i = 0; rows != NULL && rows[i].path != NULL; i++) {
        printf("%s{\"required\":%s", i > 0 ? "," : "", rows[i].required ? "true" : "false");
        json_string("path", rows[i].path);
        json_string("form", rows[i].form);
        json_string("default", rows[i].dflt);
        json_string("help", rows[i].help);
        putchar('}');
    }
    putchar(']');
}

static void json_item(const struct cs_plugin_info *info, const struct item *item)
{
    printf("{\"kind\":\"%s\"", item->kind);
    json_string("name", item->name);
    json_string("title", item->title);
    json_string("plugin", info->plugin->name);
    json_string("version", info->plugin->version);
    json_string("license", info->plugin->license);
    json_string("path", info->path);
    json_rows("settings", item->settings);
    json_rows("commands", item->commands);
    putchar('}');
}

static void json_all(const struct cs_plugins *plugins, const char *name)
{
    struct cs_plugin_info info;
    struct item item;
    bool first = true;

    putchar('[');
    for (unsigned i = 0; i < cs_plugins_count(plugins); i++) {
        cs_plugins_info(plugins, i, &info);
        for (unsigned k = 0; info.plugin != NULL && item_at(info.plugin, k, &item); k++) {
            if (name != NULL && strcmp(name, item.name) != 0)
                continue;
            fputs(first ? "" : ",\n", stdout);
            json_item(&info, &item);
            first = false;
        }
        if (info.refused != NULL && name == NULL) {
            fputs(first ? "{\"kind\":\"refused\"" : ",\n{\"kind\":\"refused\"", stdout);
            json_string("path", info.path);
            json_string("text", info.refused);
            putchar('}');
            first = false;
        }
    }
    fputs("]\n", stdout);
}

int cs_main_plugins(const struct cs_args *args)
{
    const char *name = args->n_operands > 0 ? args->operands[0] : NULL;
    struct cs_error error = {.status = CS_STATUS_OK};
    struct cs_plugins *plugins = cs_main_find_plugins(args, &error);

    if (plugins != NULL && args->json)
        json_all(plugins, name);
    else if (plugins != NULL && name != NULL)
        tell_one(plugins, name, &error);
    else if (plugins != NULL)
        list_all(plugins);
    cs_plugins_free(plugins);
    return cs_main_complain(&error);
}
