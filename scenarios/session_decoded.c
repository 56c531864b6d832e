/* SPDX-License-Identifier: MIT */
/* The file of --decoded: what the decoder says, a JSON object a line, as "cansim decode --json".
 * The line is put together in memory that is taken once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/decode.h"
#include "plugins/plugins.h"
#include "scenarios/session_internal.h"

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_session *session = ctx;

    if (session->line == NULL)
        return;
    rewind(session->line);
    cs_decode_json(said->said, 0, session->line);
    if (fflush(session->line) != 0)
        return;
    cs_out_write(&session->decoded.out, session->line_text, session->line_len);
    cs_out_line(&session->decoded.out);
}

int cs_session_decoded_start(struct cs_session *session)
{
    session->line = open_memstream(&session->line_text, &session->line_len);
    return session->line != NULL ? cs_live_listen(session->live, on_said, session) : -ENOMEM;
}

void cs_session_decoded_end(struct cs_session *session)
{
    if (session->line != NULL)
        fclose(session->line);
    session->line = NULL;
    free(session->line_text);
    session->line_text = NULL;
}

static const char *setting(const struct cs_scenario_node *node, const char *path)
{
    for (size_t i = 0; i < node->n_settings; i++) {
        if (strcmp(node->settings[i].path, path) == 0)
            return node->settings[i].value;
    }
    return NULL;
}

/* Does the command line name a file for that node-ID, on that bus or any? */
static bool is_given(const struct cs_session_eds *eds, const char *bus, const char *node_id)
{
    size_t bus_len = strlen(bus), id_len = strlen(node_id);

    for (unsigned i = 0; i < eds->given; i++) {
        const char *file = eds->file[i];
        if (strncmp(file, bus, bus_len) == 0 && file[bus_len] == ':')
            file += bus_len + 1;
        if (strncmp(file, node_id, id_len) == 0 && file[id_len] == '=')
            return true;
    }
    return false;
}

static bool is_of(const struct cansim_plugin *plugin, const struct cansim_node_type *type)
{
    for (unsigned i = 0; plugin->nodes != NULL && plugin->nodes[i] != NULL; i++)
        if (plugin->nodes[i] == type)
            return plugin->decoders != NULL && plugin->decoders[0] != NULL;
    return false;
}

const char *cs_session_decoder_of_nodes(const struct cs_scenario *scenario)
{
    for (unsigned i = 0; i < scenario->n_nodes && scenario->plugins != NULL; i++)
        for (unsigned p = 0; p < cs_plugins_count(scenario->plugins); p++) {
            struct cs_plugin_info info;
            cs_plugins_info(scenario->plugins, p, &info);
            if (scenario->nodes[i].type == CS_NODE_PLUGIN && info.plugin != NULL &&
                is_of(info.plugin, scenario->nodes[i].plugin))
                return info.plugin->decoders[0]->name;
        }
    return NULL;
}

void cs_session_collect_eds(const struct cs_scenario *scenario,
                            const struct cs_session_config *config, struct cs_session_eds *eds)
{
    eds->n = eds->given = 0;
    for (; eds->n < config->n_eds && eds->n < CS_LIVE_EDS; eds->n++, eds->given++)
        eds->file[eds->n] = config->eds[eds->n];
    for (unsigned i = 0; scenario != NULL && i < scenario->n_nodes && eds->n < CS_LIVE_EDS; i++) {
        const struct cs_scenario_node *node = &scenario->nodes[i];
        const char *file = setting(node, "eds"), *node_id = setting(node, "node_id");
        const char *bus = scenario->buses[node->bus].name;
        char *text;
        /* 255 is a node-ID that is still to come. */
        if (node->type != CS_NODE_PLUGIN || strcmp(node->plugin->name, "canopen") != 0 ||
            file == NULL || node_id == NULL || strtol(node_id, NULL, 10) > 127 ||
            is_given(eds, bus, node_id))
            continue;
        if (asprintf(&text, "%s:%s=%s", bus, node_id, file) >= 0)
            eds->file[eds->n++] = text;
    }
}

void cs_session_free_eds(struct cs_session_eds *eds)
{
    while (eds->n > eds->given)
        free((char *)eds->file[--eds->n]);
}
