/* SPDX-License-Identifier: MIT */
/* keymap.h - keys of a person's own: each stands for others, as --keys writes them. */
#ifndef CANSIM_TUI_KEYMAP_H
#define CANSIM_TUI_KEYMAP_H

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

#endif
