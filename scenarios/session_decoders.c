/* SPDX-License-Identifier: MIT */
/* Which decoders have use for the buses, by name, with their settings: so that somebody elsewhere
 * who follows the same frames says the same of them. */
#include "scenarios/session_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "qemu-link/link_server.h"

#define CANOPEN "canopen"

struct cs_session_decoders {
    unsigned n_rows;
    struct decoder_row {
        unsigned index;
        bool says;
        char name[CS_NAME_MAX], option[512];
    } row[CS_LIVE_EDS + 2];
};

const char *cs_session_decoder_name(const struct cs_session *session,
                                    const struct cs_session_config *config)
{
    const char *named = session->scenario != NULL ? session->scenario->decode : NULL;

    return config->as != NULL ? config->as : named != NULL ? named : CANOPEN;
}

/* CANopen's node types are "canopen" and "canopen-master". */
static bool has_canopen(const struct cs_scenario *scenario)
{
    for (unsigned i = 0; scenario != NULL && i < scenario->n_nodes; i++) {
        const struct cs_scenario_node *node = &scenario->nodes[i];
        if (node->type == CS_NODE_PLUGIN &&
            strncmp(node->plugin->name, CANOPEN, strlen(CANOPEN)) == 0)
            return true;
    }
    return false;
}

static void add_row(struct cs_session_decoders *all, unsigned index, const char *name, bool says,
                    const char *option)
{
    struct decoder_row *row = &all->row[all->n_rows++];

    row->index = index;
    row->says = says;
    snprintf(row->name, sizeof(row->name), "%s", name);
    snprintf(row->option, sizeof(row->option), "%s", option);
}

/* "can0:5=drive.eds" or "can0:drive.dbc", where the file is from everywhere on this machine. */
static void name_file(const char *eds, char *option, size_t size)
{
    const char *file = strchr(eds, '='), *bus = strchr(eds, ':');
    char path[PATH_MAX];
    int n;

    if (file == NULL && realpath(eds, path) != NULL)
        n = snprintf(option, size, "eds=%s", path);
    else if (file == NULL && bus != NULL && realpath(bus + 1, path) != NULL)
        n = snprintf(option, size, "eds=%.*s:%s", (int)(bus - eds), eds, path);
    else if (file == NULL || realpath(file + 1, path) == NULL)
        n = snprintf(option, size, "eds=%s", eds);
    else
        n = snprintf(option, size, "eds=%.*s=%s", (int)(file - eds), eds, path);
    if (n < 0 || (size_t)n >= size)
        option[0] = '\0';
}

static void add_decoder(struct cs_session_decoders *all, unsigned index, const char *name,
                        bool says, const struct cs_session_eds *eds)
{
    char option[512];
    const unsigned before = all->n_rows;

    for (unsigned i = 0; eds != NULL && i < eds->n; i++) {
        name_file(eds->file[i], option, sizeof(option));
        if (option[0] != '\0')
            add_row(all, index, name, says, option);
    }
    if (all->n_rows == before)
        add_row(all, index, name, says, "");
}

int cs_session_decoders_init(struct cs_session *session, const struct cs_session_config *config,
                             struct cs_error *error)
{
    const char *name = cs_session_decoder_name(session, config);
    const bool says = session->live != NULL, canopen = has_canopen(session->scenario);
    struct cs_session_eds eds = {.n = 0};
    unsigned n = 0;

    if (!says && !canopen)
        return 0;
    session->decoders = calloc(1, sizeof(*session->decoders));
    if (session->decoders == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    cs_session_collect_eds(session->scenario, config, &eds);
    if (says)
        add_decoder(session->decoders, n++, name, true, &eds);
    if (canopen && (!says || strcmp(name, CANOPEN) != 0))
        add_decoder(session->decoders, n++, CANOPEN, false, says ? NULL : &eds);
    cs_session_free_eds(&eds);
    return 0;
}

void cs_session_decoders_fini(struct cs_session *session)
{
    free(session->decoders);
    session->decoders = NULL;
}

unsigned cs_session_decoder_rows(const struct cs_session *session)
{
    return session->decoders != NULL ? session->decoders->n_rows : 0;
}

bool cs_session_decoder_row(const struct cs_session *session, unsigned row,
                            struct cs_link_decoder *decoder)
{
    if (row >= cs_session_decoder_rows(session))
        return false;
    const struct decoder_row *from = &session->decoders->row[row];
    *decoder =
        (struct cs_link_decoder){.index = from->index, .says = from->says, .name = from->name};
    snprintf(decoder->option, sizeof(decoder->option), "%s", from->option);
    return true;
}
