/* SPDX-License-Identifier: MIT */
/* dec_settings.c - what a user tells the decoder: files that describe nodes, device profiles. */
#include "plugins/canopen/dec_internal.h"

#include <stdio.h>
#include <stdlib.h>

const struct cansim_setting_row co_dec_settings[] = {
    {"eds", CANSIM_SET_TEXT, false, "[BUS:]NODE=FILE", NULL,
     "the node's EDS, DCF, XDD or XDC; without NODE= as a DCF says"},
    {"eds/#", CANSIM_SET_TEXT, false, "[BUS:]NODE=FILE", NULL, "the same, several"},
    {"profile", CANSIM_SET_TEXT, false, "[NODE=]401, 402 or 406", NULL,
     "device profile of nodes without a file"},
    {"profile/#", CANSIM_SET_TEXT, false, "[NODE=]401, 402 or 406", NULL, "the same, several"},
    {NULL, 0, false, NULL, NULL, NULL},
};

/* "5" of "5=..." or "can0:5=..."; 0 where there is none, -1 where it is none of this bus, -2 where
 * it is wrong. *rest: what follows. */
static int node_of(const struct co_dec *dec, const char *value, const char **rest)
{
    const char *equals = strchr(value, '='), *colon = strchr(value, ':');
    const char *digits = value;

    *rest = value;
    if (equals == NULL)
        return 0;
    if (colon != NULL && colon < equals)
        digits = colon + 1;
    size_t n = strspn(digits, "0123456789");
    if (digits + n != equals)
        return digits == value ? 0 : -2; /* '=' within the file's name */
    unsigned long id = n >= 1 && n <= 3 ? strtoul(digits, NULL, 10) : 0;
    if (id < 1 || id > 127)
        return -2;
    *rest = equals + 1;
    if (digits != value && dec->host != NULL && dec->host->bus_name != NULL) {
        size_t len = (size_t)(colon - value);
        if (strlen(dec->host->bus_name) != len || memcmp(dec->host->bus_name, value, len) != 0)
            return -1;
    }
    return (int)id;
}

static int refuse(char *why, size_t why_size, const char *path, const char *form, const char *value)
{
    snprintf(why, why_size, "%s: must be %s, got \"%.100s\"", path, form, value);
    return -1;
}

static int add_eds(struct co_dec *dec, const struct cansim_setting *setting, char *why,
                   size_t why_size)
{
    const char *file;
    int id = node_of(dec, setting->value, &file);

    if (id == -1)
        return 0;
    if (id == -2 || *file == '\0')
        return refuse(why, why_size, setting->path, "[BUS:]NODE=FILE with NODE 1..127",
                      setting->value);
    struct co_dict_options options = {.node_id = (unsigned)id};
    struct co_dict *dict = co_dict_load(file, &options, why, why_size);
    if (dict == NULL)
        return -1;
    if (id == 0)
        id = (int)co_dict_info(dict)->node_id;
    struct co_node *node = co_dec_node(dec, (unsigned)id);
    if (node == NULL || node->dict != NULL) {
        co_dict_free(dict);
        if (node == NULL)
            return refuse(why, why_size, setting->path,
                          "[BUS:]NODE=FILE, as the file names no node-ID", setting->value);
        snprintf(why, why_size, "%s: node %d has a file already, got \"%.100s\"", setting->path, id,
                 setting->value);
        return -1;
    }
    node->dict = dict;
    co_dec_learn_dict(node);
    co_pdo_from_dict(node);
    return 0;
}

static int add_profile(struct co_dec *dec, const struct cansim_setting *setting, char *why,
                       size_t why_size)
{
    const char *text;
    int id = node_of(dec, setting->value, &text);
    unsigned profile = strcmp(text, "401") == 0   ? 401
                       : strcmp(text, "402") == 0 ? 402
                       : strcmp(text, "406") == 0 ? 406
                                                  : 0;

    if (id == -1)
        return 0;
    if (id == -2 || profile == 0)
        return refuse(why, why_size, setting->path, "[NODE=]401, 402 or 406", setting->value);
    if (id == 0) {
        dec->profile = profile;
        for (unsigned i = 1; i < CO_NODES; i++) {
            if (dec->nodes[i] == NULL || dec->nodes[i]->profile != 0)
                continue;
            dec->nodes[i]->profile = profile;
            dec->nodes[i]->profile_set = true;
        }
        return 0;
    }
    struct co_node *node = co_dec_node(dec, (unsigned)id);
    if (node != NULL) {
        node->profile = profile;
        node->profile_set = true;
    }
    return 0;
}

static bool is(const char *path, const char *name)
{
    size_t n = strlen(name);

    return strncmp(path, name, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

int co_dec_configure(struct co_dec *dec, const struct cansim_setting *settings, size_t n, char *why,
                     size_t why_size)
{
    for (size_t i = 0; i < n; i++) {
        int ret = is(settings[i].path, "eds")       ? add_eds(dec, &settings[i], why, why_size)
                  : is(settings[i].path, "profile") ? add_profile(dec, &settings[i], why, why_size)
                                                    : 0;
        if (ret != 0)
            return ret;
    }
    for (unsigned i = 1; i < CO_NODES; i++) {
        if (dec->nodes[i] != NULL)
            co_pdo_remap(dec->nodes[i]);
    }
    return 0;
}
