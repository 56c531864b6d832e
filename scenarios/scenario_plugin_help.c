/* SPDX-License-Identifier: MIT */
/* What "cansim help scenario" says of nodes of plugins: out of their tables. */
#include <limits.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "plugins/plugins.h"
#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

static void help_row(FILE *to, const struct cansim_setting_row *row)
{
    static const char *const forms[] = {"a text", "a number", "true or false", "a time", "a file"};
    char text[600];
    const char *form = row->form != NULL                                        ? row->form
                       : (unsigned)row->kind < sizeof(forms) / sizeof(forms[0]) ? forms[row->kind]
                                                                                : "a value";

    cs_text_name(to, CS_HELP_INDENT, row->path);
    cs_text_wrap(to, CS_HELP_INDENT, row->help != NULL ? row->help : "");
    snprintf(text, sizeof(text), "(%s%s%s)", form,
             row->required       ? "; required"
             : row->dflt != NULL ? "; default "
                                 : "",
             !row->required && row->dflt != NULL ? row->dflt : "");
    fprintf(to, "%*s", CS_HELP_INDENT, "");
    cs_text_wrap(to, CS_HELP_INDENT, text);
}

static void help_type(FILE *to, const struct cansim_node_type *type)
{
    const struct cansim_setting_row *row;

    fprintf(to, "\nA node of type \"%s\": %s:\n", type->name, type->title);
    for (row = type->settings; row != NULL && row->path != NULL; row++)
        help_row(to, row);
    if (type->commands == NULL || type->commands[0].path == NULL)
        return;
    fprintf(to, "\nCommands for it on the timeline:\n");
    for (row = type->commands; row->path != NULL; row++) {
        cs_text_name(to, CS_HELP_INDENT, row->path);
        cs_text_wrap(to, CS_HELP_INDENT, row->help != NULL ? row->help : "");
    }
}

void cs_scenario_help_plugins(FILE *to)
{
    const struct cansim_node_type *type;
    char why[400], folder[PATH_MAX];

    cs_plugin_folder(folder, sizeof(folder));
    struct cs_plugins *plugins =
        cs_plugins_find(folder[0] != '\0' ? folder : NULL, NULL, 0, why, sizeof(why));

    for (unsigned i = 0; plugins != NULL && (type = cs_plugins_node_at(plugins, i)) != NULL; i++)
        help_type(to, type);
    cs_plugins_free(plugins);
}
