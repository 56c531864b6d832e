/* SPDX-License-Identifier: MIT */
/* plugins.h - which plugins there are: built in, in folders, or named by the user.
 * Built-in decoders, nodes and formats are rows of a table of `struct cansim_plugin`, as if loaded.
 * A loaded plugin is mapped until the process ends. */
#ifndef CANSIM_PLUGINS_PLUGINS_H
#define CANSIM_PLUGINS_PLUGINS_H

#include "plugins/cansim_plugin.h"
#include "simcore/frame.h"

#define CS_PLUGINS_MAX 64

struct cs_plugins; /* opaque: what was found */

struct cs_plugin_info {
    const struct cansim_plugin *plugin; /* NULL: refused */
    const char *path;                   /* NULL: built in */
    const char *refused;                /* the sentence, with the path in it; NULL: it is there */
};

/* Find them: the built-in ones; the shared objects (*.so, by name) in `folder` (NULL: none), then
 * in those of CANSIM_PLUGIN_PATH (folders, ':' between them), then `files`. A name that is taken by
 * an earlier decoder, node or format is refused. What is refused in a folder is remembered and
 * told by cs_plugins_info() alone; in `files` it is an error: NULL with one sentence. */
struct cs_plugins *cs_plugins_find(const char *folder, const char *const *files, unsigned n_files,
                                   char *why, size_t why_size);
void cs_plugins_free(struct cs_plugins *plugins);
/* The folder beside the running program, lib/cansim/plugins; NULL: not known. Returns path. */
const char *cs_plugins_default_folder(char *path, size_t size);

unsigned cs_plugins_count(const struct cs_plugins *plugins);
void cs_plugins_info(const struct cs_plugins *plugins, unsigned index, struct cs_plugin_info *info);

/* NULL where there is none. By index: 0, 1 ... until NULL. */
const struct cansim_decoder *cs_plugins_decoder(const struct cs_plugins *plugins, const char *name);
const struct cansim_node_type *cs_plugins_node(const struct cs_plugins *plugins, const char *name);
const struct cansim_format *cs_plugins_format(const struct cs_plugins *plugins, const char *name);
const struct cansim_decoder *cs_plugins_decoder_at(const struct cs_plugins *plugins,
                                                   unsigned index);
const struct cansim_node_type *cs_plugins_node_at(const struct cs_plugins *plugins, unsigned index);
const struct cansim_format *cs_plugins_format_at(const struct cs_plugins *plugins, unsigned index);

/* Check settings against a table: each path must match a row, its value its kind, and what is
 * required must be there. Values of TIME become picoseconds in place (the caller's strings have
 * room for 24 bytes). 0 or -1 with a sentence: "signals/0/objekt: is not known, did you mean ...?".
 */
int cs_plugins_check_settings(const struct cansim_setting_row *rows,
                              const struct cansim_setting *settings, size_t n, char *why,
                              size_t why_size);

/* The row for a path, NULL where there is none. */
const struct cansim_setting_row *cs_plugins_row(const struct cansim_setting_row *rows,
                                                const char *path);

extern const struct cansim_plugin cs_plugin_candump, cs_plugin_canopen, cs_plugin_dbc,
    cs_plugin_pcap, cs_plugin_pcapng;

/* A frame as plugins see it, as one of the bus. */
struct cs_frame cs_plugins_frame(const struct cansim_frame *from);

#endif
