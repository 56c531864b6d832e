/* SPDX-License-Identifier: MIT */
/* check.c - is what a shared object exports a plugin that this host can use? Looks, calls nothing.
 */
#include "plugins/plugins_internal.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 31
#define LIST_MAX     64

/* What must be there: the offset of a pointer that may not be NULL. */
struct must {
    size_t offset;
    const char *name;
};

#define MUST(type, member)              \
    {                                   \
        offsetof(type, member), #member \
    }

static const struct must decoder_musts[] = {MUST(struct cansim_decoder, title),
                                            MUST(struct cansim_decoder, open),
                                            MUST(struct cansim_decoder, close),
                                            MUST(struct cansim_decoder, frame),
                                            {0, NULL}};
static const struct must node_musts[] = {MUST(struct cansim_node_type, title),
                                         MUST(struct cansim_node_type, open),
                                         MUST(struct cansim_node_type, close),
                                         {0, NULL}};
static const struct must format_musts[] = {
    MUST(struct cansim_format, title), MUST(struct cansim_format, probe), {0, NULL}};

/* The first version of each struct; one that is shorter is none. */
static const struct {
    const char *what;
    size_t size;
    const struct must *musts;
} kinds[] = {
    [CS_PLUGIN_DECODER] = {"decoder", offsetof(struct cansim_decoder, model) + sizeof(void *),
                           decoder_musts},
    [CS_PLUGIN_NODE] = {"node", offsetof(struct cansim_node_type, model) + sizeof(void *),
                        node_musts},
    [CS_PLUGIN_FORMAT] = {"format", offsetof(struct cansim_format, finish) + sizeof(void *),
                          format_musts},
};

const char *cs_plugin_kind_name(enum cs_plugin_kind kind)
{
    return kinds[kind].what;
}

static bool name_ok(const char *name)
{
    size_t len = name != NULL ? strnlen(name, NAME_MAX_LEN + 1) : 0;

    return len > 0 && len <= NAME_MAX_LEN &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* Every kind begins with size and name. */
struct start {
    uint32_t size;
    const char *name;
};

static int check_item(enum cs_plugin_kind kind, const void *item, char *why, size_t why_size)
{
    const struct start *start = item;
    const char *what = kinds[kind].what;

    if (start->size < kinds[kind].size) {
        snprintf(why, why_size, "a %s of it is %u bytes, at least %zu are needed", what,
                 (unsigned)start->size, kinds[kind].size);
        return -1;
    }
    if (!name_ok(start->name)) {
        snprintf(why, why_size,
                 "a %s of it must have a name of 1..31 lower-case letters, digits, '_' and '-'",
                 what);
        return -1;
    }
    for (const struct must *m = kinds[kind].musts; m->name != NULL; m++) {
        void *pointer;
        memcpy(&pointer, (const char *)item + m->offset, sizeof(pointer));
        if (pointer == NULL) {
            snprintf(why, why_size, "its %s \"%s\" must have %s, which is NULL", what, start->name,
                     m->name);
            return -1;
        }
    }
    return 0;
}

static int check_format_pairs(const struct cansim_format *format, char *why, size_t why_size)
{
    bool reads = format->open != NULL && format->read != NULL && format->close != NULL;
    bool any_read = format->open != NULL || format->read != NULL || format->close != NULL;
    bool writes = format->create != NULL && format->write != NULL && format->finish != NULL;
    bool any_write = format->create != NULL || format->write != NULL || format->finish != NULL;

    if (reads == any_read && writes == any_write && (reads || writes))
        return 0;
    snprintf(
        why, why_size,
        "its format \"%s\" must have open, read and close, or create, write and finish, or all",
        format->name);
    return -1;
}

const void *const *cs_plugin_list(const struct cansim_plugin *plugin, enum cs_plugin_kind kind)
{
    switch (kind) {
    case CS_PLUGIN_DECODER:
        return (const void *const *)plugin->decoders;
    case CS_PLUGIN_NODE:
        return (const void *const *)plugin->nodes;
    case CS_PLUGIN_FORMAT:
        break;
    }
    return (const void *const *)plugin->formats;
}

static int check_list(const struct cansim_plugin *plugin, enum cs_plugin_kind kind, unsigned *total,
                      char *why, size_t why_size)
{
    const void *const *list = cs_plugin_list(plugin, kind);

    for (unsigned i = 0; list != NULL && list[i] != NULL; i++, (*total)++) {
        if (i == LIST_MAX) {
            snprintf(why, why_size, "its list of %ss does not end within %d", kinds[kind].what,
                     LIST_MAX);
            return -1;
        }
        if (check_item(kind, list[i], why, why_size) != 0 ||
            (kind == CS_PLUGIN_FORMAT && check_format_pairs(list[i], why, why_size) != 0))
            return -1;
    }
    return 0;
}

int cs_plugin_check(const struct cansim_plugin *plugin, char *why, size_t why_size)
{
    unsigned total = 0;

    if (plugin->magic != CANSIM_PLUGIN_MAGIC) {
        snprintf(why, why_size, "is no plugin of cansim: its magic number is 0x%08X, not 0x%08X",
                 (unsigned)plugin->magic, CANSIM_PLUGIN_MAGIC);
        return -1;
    }
    if (plugin->abi != CANSIM_PLUGIN_ABI) {
        snprintf(why, why_size,
                 "was made for version %u of the interface, this cansim has %u: build it anew with "
                 "this cansim's cansim_plugin.h",
                 (unsigned)plugin->abi, CANSIM_PLUGIN_ABI);
        return -1;
    }
    if (plugin->size < offsetof(struct cansim_plugin, formats) + sizeof(void *)) {
        snprintf(why, why_size, "its struct cansim_plugin is %u bytes, at least %zu are needed",
                 (unsigned)plugin->size, offsetof(struct cansim_plugin, formats) + sizeof(void *));
        return -1;
    }
    if (!name_ok(plugin->name)) {
        snprintf(why, why_size,
                 "must have a name of 1..31 lower-case letters, digits, '_' and '-'");
        return -1;
    }
    if (plugin->version == NULL || plugin->about == NULL || plugin->license == NULL) {
        snprintf(why, why_size, "must have version, about and license, of which one is NULL");
        return -1;
    }
    for (int kind = 0; kind < CS_PLUGIN_KINDS; kind++) {
        if (check_list(plugin, (enum cs_plugin_kind)kind, &total, why, why_size) != 0)
            return -1;
    }
    if (total == 0) {
        snprintf(why, why_size, "must have a decoder, a node or a format, has none");
        return -1;
    }
    return 0;
}
