/* SPDX-License-Identifier: MIT */
#include "tui/main_config.h"

#include <errno.h>
#include <stdio.h>

#define PATH_SIZE 1000

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

int cs_main_config_init(const struct cs_options *options, const struct cs_config *config,
                        const struct cs_host *host, struct cs_tui *tui)
{
    const uint64_t history = options->history ? options->history : config->history;
    const int error = cs_tui_init(tui, host, options->rows ? options->rows : config->rows);

    return error || !history ? error : cs_tui_ring_limit(&tui->ring, history);
}

/* What cannot be understood, of another version perhaps, is left alone. */
static void recall(struct cs_tui *tui)
{
    struct cs_config state;
    char path[PATH_SIZE], why[600];

    cs_config_init(&state);
    if (*cs_state_path(path, sizeof path) && cs_config_read(path, &state, why, sizeof why) == 0)
        cs_config_apply(&state, tui);
}

void cs_main_config_apply(const struct cs_options *options, const struct cs_config *config,
                          bool remembered, struct cs_tui *tui)
{
    if (remembered && !options->no_config && !config->forget)
        recall(tui);
    cs_config_apply(config, tui);
    if (options->theme)
        tui->theme = options->theme;
    if (options->have_view)
        cs_tui_show_view(tui, options->view);
    tui->keymap = &config->keys;
}

void cs_main_config_remember(const struct cs_options *options, const struct cs_config *config,
                             const struct cs_tui *tui)
{
    char path[PATH_SIZE];

    if (!options->no_config && !config->forget && *cs_state_path(path, sizeof path))
        cs_state_write(path, tui); /* where it cannot be, nothing is lost but a convenience */
}
