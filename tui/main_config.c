/* SPDX-License-Identifier: MIT */
/* main_config.c - see main_config.h. */
#include "tui/main_config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/setup.h"

#define PATH_SIZE    1000
#define SUBJECT_SIZE 1000

int cs_main_config_read(const struct cs_options *options, bool by_default, struct cs_config *config)
{
    char path[PATH_SIZE], why[600];
    const char *file = options->config;
    int error;

    cs_config_init(config);
    if (!file && by_default && !options->no_config && *cs_config_path(path, sizeof path))
        file = path;
    if (!file)
        return 0;
    error = cs_config_read(file, config, why, sizeof why);
    if (!error || (error == -ENOENT && !options->config))
        return 0;
    if (error == -ENOENT)
        snprintf(why, sizeof why, "%.400s: cannot be read: No such file or directory", file);
    fprintf(stderr, "cansim-tui: %s\n", why);
    return 2;
}

/* What is shown, in one line: for it alone some things are remembered. "": nothing that would be
 * known again. */
static const char *subject_of(const struct cs_options *o, char *text, size_t size)
{
    const char *address = o->connect && !*o->connect ? getenv("CANSIM_LINK") : o->connect;
    char full[PATH_MAX];
    size_t n;

    text[0] = '\0';
    if (o->connect) {
        snprintf(text, size, "host %s", address ? address : "");
    } else if (o->scenario) {
        if (realpath(o->scenario, full) && strcmp(o->scenario, "-") != 0 && strlen(full) + 6 < size)
            snprintf(text, size, "file %s", full);
    } else {
        n = (size_t)snprintf(text, size, "buses");
        for (unsigned b = 0; b < o->n_buses && n < size; b++)
            n += (size_t)snprintf(text + n, size - n, " %s", o->buses[b].name);
    }
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            text[0] = '\0';
    return text;
}

/* "" for none. */
static const char *file_of(const struct cs_options *options, bool by_default, char *path)
{
    path[0] = '\0';
    if (options->config)
        return options->config;
    return by_default && !options->no_config ? cs_config_path(path, PATH_SIZE) : path;
}

void cs_main_config_keep(const struct cs_options *options, bool by_default, struct cs_tui *tui)
{
    char path[PATH_SIZE], text[CS_SETUP_SETTINGS][CS_SETUP_VALUE] = {{0}};
    char why[CS_TUI_MESSAGE_MAX];
    const char *file = file_of(options, by_default, path), *name[CS_SETUP_SETTINGS];
    struct cs_config_value value[CS_SETUP_SETTINGS];
    const unsigned n = cs_setup_changes(tui, text, name);

    tui->keep = false;
    for (unsigned i = 0; i < n; i++)
        value[i] = (struct cs_config_value){name[i], text[i]};
    if (!*file)
        cs_tui_say(tui, true, "not saved: the program was started without a file of settings");
    else if (!n && !tui->setup->keys_changed)
        cs_tui_say(tui, false, "nothing was changed: %.120s stays as it is", file);
    else if (cs_config_write(file, value, n, tui->setup->keys_changed ? &tui->setup->keys : NULL,
                             why, sizeof why) != 0)
        cs_tui_say(tui, true, "not saved: %s", why);
    else
        cs_tui_say(tui, false, "saved in %.140s", file);
    if (!tui->message_bad)
        cs_setup_saved(tui);
}

int cs_main_config_init(const struct cs_options *options, const struct cs_config *config,
                        const struct cs_host *host, struct cs_tui *tui)
{
    const uint64_t history = options->history ? options->history : config->history;
    const int error = cs_tui_init(tui, host, options->rows ? options->rows : config->rows);

    return error || !history ? error : cs_tui_ring_limit(&tui->ring, history);
}

/* What cannot be understood, of another version perhaps, is left alone. */
static void recall(const struct cs_options *options, struct cs_tui *tui)
{
    struct cs_config state;
    char path[PATH_SIZE], why[600], subject[SUBJECT_SIZE];

    cs_config_init(&state);
    state.remembered = true;
    if (*cs_state_path(path, sizeof path) && cs_config_read(path, &state, why, sizeof why) == 0)
        cs_config_apply(&state, tui);
    if (*cs_memory_path(path, sizeof path))
        cs_memory_load(path, tui, subject_of(options, subject, sizeof subject));
}

void cs_main_config_apply(const struct cs_options *options, const struct cs_config *config,
                          bool remembered, struct cs_tui *tui)
{
    char path[PATH_SIZE];

    if (remembered && !options->no_config && !config->forget)
        recall(options, tui);
    cs_config_apply(config, tui);
    if (options->theme)
        tui->theme = options->theme;
    if (options->have_view)
        cs_tui_show_view(tui, options->view);
    tui->keymap = &config->keys;
    snprintf(tui->setup->file, sizeof tui->setup->file, "%s", file_of(options, remembered, path));
}

void cs_main_config_forget(void)
{
    char path[PATH_SIZE];

    if (*cs_state_path(path, sizeof path))
        unlink(path);
    if (*cs_memory_path(path, sizeof path))
        unlink(path);
}

/* Where it cannot be written, nothing is lost but a convenience. */
void cs_main_config_remember(const struct cs_options *options, const struct cs_config *config,
                             const struct cs_tui *tui)
{
    char path[PATH_SIZE], subject[SUBJECT_SIZE];

    if (options->no_config || config->forget || tui->memory.forget)
        return;
    if (*cs_state_path(path, sizeof path))
        cs_state_write(path, tui);
    if (*cs_memory_path(path, sizeof path))
        cs_memory_save(path, tui, subject_of(options, subject, sizeof subject));
}
