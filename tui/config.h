/* SPDX-License-Identifier: MIT */
/* config.h - what a person has set in a file, and what the program remembers between runs. */
#ifndef CANSIM_TUI_CONFIG_H
#define CANSIM_TUI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/keymap.h"
#include "tui/tui.h"

struct cs_config {
    const struct cs_theme *theme; /* NULL: not set */
    bool ascii;
    bool no_mouse;
    bool forget;             /* remember nothing */
    int split;               /* enum cs_tui_split, -1: not set */
    int views[CS_TUI_PANES]; /* indices in cs_views, -1: not set */
    int focus;               /* -1: not set */
    int time;                /* enum cs_trace_time, -1: not set */
    uint64_t history;        /* bytes for rows of the trace, 0: not set */
    uint32_t rows;           /* of it, 0: not set */
    struct cs_keymap keys;
};

void cs_config_init(struct cs_config *config);
/* Read a file over what is there. 0; -ENOENT where there is none; -EINVAL with one sentence,
 * "FILE:LINE: ...", in `why`. */
int cs_config_read(const char *path, struct cs_config *config, char *why, size_t why_size);
/* Where they are, by the XDG base directories: "", where there is no home. Return text. */
const char *cs_config_path(char *text, size_t size); /* cansim/tui.conf */
const char *cs_state_path(char *text, size_t size);  /* cansim/tui.state */
/* Views, panes and theme as they are now, as a file that can be read as above. Folders are made,
 * nobody else may look. 0 or -errno. */
int cs_state_write(const char *path, const struct cs_tui *tui);
/* Take over what is set. */
void cs_config_apply(const struct cs_config *config, struct cs_tui *tui);

#endif
