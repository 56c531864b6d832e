/* SPDX-License-Identifier: MIT */
/* setup.h - the setup: settings, which act at once, and keys. What is set is what tui.conf has
 * (config.h); Esc takes all of it back, and the program's main writes the file. */
#ifndef CANSIM_TUI_SETUP_H
#define CANSIM_TUI_SETUP_H

#include "tui/keymap.h"
#include "tui/textfield.h"
#include "tui/tui.h"

#define CS_SETUP_SETTINGS 16
#define CS_SETUP_VALUE    200
#define CS_SETUP_KEYS     512
#define CS_SETUP_FIND     40

enum cs_setup_page {
    CS_SETUP_COLOURS,
    CS_SETUP_DRAWING,
    CS_SETUP_LAYOUT,
    CS_SETUP_TRACE,
    CS_SETUP_PROGRAM,
    CS_SETUP_KEYMAP,
    CS_SETUP_PAGES
};

/* One line of the page of keys. */
enum cs_key_kind {
    CS_KEY_HEADING,
    CS_KEY_VIEW_ACTION, /* a binding of a view */
    CS_KEY_ACTION,      /* one of all */
    CS_KEY_SHOW,        /* what shows a view */
    CS_KEY_OWN          /* a row of the keymap that is more than a key */
};

struct cs_key_row {
    uint8_t kind;
    uint8_t view;   /* index in cs_views; of a heading: cs_n_views + one of the others */
    uint16_t index; /* of the binding, or the keymap's row */
};

struct cs_setup {
    unsigned page;
    bool inside; /* the cursor is among the items, else among the pages */
    struct cs_list item[CS_SETUP_PAGES];
    char begun[CS_SETUP_SETTINGS][CS_SETUP_VALUE]; /* when it was opened, for Esc */
    char kept[CS_SETUP_SETTINGS][CS_SETUP_VALUE]; /* as the file has them, or nobody changed them */
    bool opened;                                  /* once: `kept` is known */
    char file[256];                               /* tui.conf; "": nothing is saved */

    struct cs_keymap keys, keys_begun;     /* tui->keymap is `keys` from the first change on */
    bool keys_changed, keys_changed_begun; /* since they were saved */
    struct cs_key_row row[CS_SETUP_KEYS];
    unsigned n_rows;
    bool finding, catching; /* text is typed; the next key is one for the row under the cursor */
    struct cs_textfield find;
    int32_t caught; /* it has a meaning already: once more takes it */
    char conflict[200];
};

/* Read what is set now, show it. */
void cs_setup_open(struct cs_tui *tui);
/* What is other than in the file: names and values of settings; returns how many. */
unsigned cs_setup_changes(const struct cs_tui *tui, char text[][CS_SETUP_VALUE],
                          const char *name[CS_SETUP_SETTINGS]);
/* Now the file has them. */
void cs_setup_saved(struct cs_tui *tui);
/* ":setup [PAGE]" */
int cs_setup_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
struct cs_offers;
void cs_setup_offers(const struct cs_tui *tui, const char *rest, int *from,
                     struct cs_offers *offers);

/* setup_items.c: the lines of a page that are settings. */
struct cs_setup_item {
    uint8_t page, arg;
    const char *setting; /* its name in tui.conf */
    const char *label, *help;
    /* The i-th of what it can be; false behind the last. */
    bool (*choice)(const struct cs_tui *tui, unsigned i, char text[CS_SETUP_VALUE]);
    bool theme; /* one line for each choice: this is that of theme `arg` */
};
/* The n-th item of a page; NULL: there is none. */
const struct cs_setup_item *cs_setup_item(const struct cs_tui *tui, unsigned page, unsigned n);
void cs_setup_value(const struct cs_tui *tui, const struct cs_setup_item *item,
                    char text[CS_SETUP_VALUE]);
/* Set it to the next of its choices, or the one before; a theme's line, to that theme. */
void cs_setup_step(struct cs_tui *tui, const struct cs_setup_item *item, int by);
/* Names of settings that the setup knows; NULL behind the last. What one is now, "" for one that
 * there is not; and give it another value, at once. */
const char *cs_setup_setting(unsigned i);
void cs_setup_tell(const struct cs_tui *tui, const char *name, char text[CS_SETUP_VALUE]);
void cs_setup_set(struct cs_tui *tui, const char *name, const char *value);

/* setup_keys.c: the page of keys. */
void cs_setup_list_keys(struct cs_tui *tui);
void cs_setup_key_text(const struct cs_tui *tui, const struct cs_key_row *row, char keys[64],
                       bool *own, const char **text, const char **where);
/* The next key is for the row under the cursor. */
void cs_setup_catch(struct cs_tui *tui);
void cs_setup_caught(struct cs_tui *tui, int32_t key);
void cs_setup_reset_key(struct cs_tui *tui);
/* Its usual keys do nothing any more, or do again. */
void cs_setup_switch_off(struct cs_tui *tui);

void cs_setup_draw(const struct cs_tui *tui, struct cs_canvas *canvas);
/* Where the box is, and its right part. */
struct cs_rect cs_setup_box(const struct cs_tui *tui);
struct cs_rect cs_setup_list_at(const struct cs_tui *tui);
const char *cs_setup_page_name(unsigned page);

#endif
