/* SPDX-License-Identifier: MIT */
/* keymap.h - keys of a person's own: each stands for others, as --keys writes them. */
#ifndef CANSIM_TUI_KEYMAP_H
#define CANSIM_TUI_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

#define CS_KEYMAP_MAX  64
#define CS_KEYMAP_KEYS 200

struct cs_keymap {
    unsigned n;
    struct {
        int32_t key;
        char view[16];             /* only there; "": everywhere */
        char keys[CS_KEYMAP_KEYS]; /* "" for nothing: the key is switched off */
    } row[CS_KEYMAP_MAX];
};

/* What a key stands for in a view, NULL: for itself. */
const char *cs_keymap_find(const struct cs_keymap *map, int32_t key, const char *view);

/* keymap.c: the row of exactly that key and view; NULL: none. */
const char *cs_keymap_row(const struct cs_keymap *map, int32_t key, const char *view);
/* Let a key stand for `keys` there. 0 or -ENOSPC. */
int cs_keymap_set(struct cs_keymap *map, int32_t key, const char *view, const char *keys);
void cs_keymap_remove(struct cs_keymap *map, unsigned row);
/* The one key for which a row stands; CS_KEY_NONE: for none or several. */
int32_t cs_keymap_single(const char *keys);
/* The key to name for what usual `keys` do in a view: one of the person's own, else the first of
 * them that still does it. */
int32_t cs_keymap_best(const struct cs_keymap *map, const int32_t *keys, unsigned n,
                       const char *view);

#endif
