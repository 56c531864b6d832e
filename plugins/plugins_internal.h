/* SPDX-License-Identifier: MIT */
/* plugins_internal.h - what the parts of the plugin host share; nobody else includes it. */
#ifndef CANSIM_PLUGINS_PLUGINS_INTERNAL_H
#define CANSIM_PLUGINS_PLUGINS_INTERNAL_H

#include "plugins/plugins.h"

enum cs_plugin_kind { CS_PLUGIN_DECODER, CS_PLUGIN_NODE, CS_PLUGIN_FORMAT };
#define CS_PLUGIN_KINDS 3

const char *cs_plugin_kind_name(enum cs_plugin_kind kind); /* "decoder" */
/* Its list of that kind, which ends with NULL, or NULL. */
const void *const *cs_plugin_list(const struct cansim_plugin *plugin, enum cs_plugin_kind kind);

/* Magic, ABI, sizes, names and the functions that must be there. 0 or -1 with a sentence without
 * the file's name. */
int cs_plugin_check(const struct cansim_plugin *plugin, char *why, size_t why_size);

/* Map a shared object and check what it exports. NULL with a sentence without the file's name. */
const struct cansim_plugin *cs_plugin_load(const char *path, char *why, size_t why_size);

#endif
