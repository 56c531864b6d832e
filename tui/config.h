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
    int depth, meters;       /* enum cs_depth, enum cs_meters; -1: not set */
    int time;                /* enum cs_trace_time; -1: not set */
    uint64_t history;        /* bytes for rows of the trace, 0: not set */
    uint32_t rows;           /* of it, 0: not set */
    struct cs_keymap keys;
    bool remembered;                  /* it is what the program itself wrote */
    char colour[CS_COLOURS_MAX][200]; /* as cs_colours_take() has them */
    unsigned n_colours;
    char field[CS_FIELDS_MAX][CS_PLOT_TEXT]; /* as cs_fields_take() has them */
    unsigned n_fields;
    struct cs_columns_choice columns[CS_TUI_VIEWS_MAX];
};

void cs_config_init(struct cs_config *config);
/* Read a file over what is there. 0; -ENOENT where there is none; -EINVAL with one sentence,
 * "FILE:LINE: ...", in `why`. */
int cs_config_read(const char *path, struct cs_config *config, char *why, size_t why_size);
/* Where they are, by the XDG base directories: "", where there is no home. Return text. */
const char *cs_config_path(char *text, size_t size); /* cansim/tui.conf */
const char *cs_state_path(char *text, size_t size);  /* cansim/tui.state */
const char *cs_memory_path(char *text, size_t size); /* cansim/tui.memory */
/* Views, panes and theme as they are now, as a file that can be read as above. Folders are made,
 * nobody else may look. 0 or -errno. */
int cs_state_write(const char *path, const struct cs_tui *tui);
/* What is remembered of what was done (memory.h): take it up, write it, the same rules. */
void cs_memory_load(const char *path, struct cs_tui *tui, const char *subject);
int cs_memory_save(const char *path, const struct cs_tui *tui, const char *subject);
/* Take over what is set. */
void cs_config_apply(const struct cs_config *config, struct cs_tui *tui);

/* Is there a setting of that name? Take its value as the file would have it. 0, or -EINVAL with one
 * sentence. */
bool cs_config_knows(const char *name);
int cs_config_take(struct cs_config *config, const char *name, const char *value, char *why,
                   size_t why_size);

/* config_settings.c: what a setting with words can be; NULL ends them. */
extern const char *const cs_config_depths[], *const cs_config_meters[], *const cs_config_times[];
/* The value that it has now, as the file would have it. 0 or -ENOENT. */
int cs_config_tell(const struct cs_tui *tui, const char *name, char *text, size_t size);
/* Give it another one, at once. 0, or -EINVAL with one sentence. */
int cs_config_change(struct cs_tui *tui, const char *name, const char *value, char *why,
                     size_t why_size);

/* config_write.c: write settings into a file, which keeps its comments, its order and all else.
 * A setting's value NULL: it is left alone. `keys` NULL: keys are left alone. The file is made
 * where there is none. 0, or -1 with one sentence, and the file is as it was. */
struct cs_config_value {
    const char *name, *value;
};
int cs_config_write(const char *path, const struct cs_config_value *values, unsigned n,
                    const struct cs_keymap *keys, char *why, size_t why_size);
/* Make the folders in which a file is to be, as far as that goes. */
void cs_config_folders(const char *path);
/* The key that a name in the file means, -EINVAL; and the name for it. */
int32_t cs_config_key(const char *name);
const char *cs_config_key_name(int32_t key, char name[CS_KEY_NAME_MAX]);

#endif
