/* SPDX-License-Identifier: MIT */
/* keymap.c - see keymap.h. A row of a view goes before one of all. */
#include "tui/keymap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"

static int find(const struct cs_keymap *map, int32_t key, const char *view)
{
    for (unsigned i = 0; i < map->n; i++)
        if (map->row[i].key == key && !strcmp(map->row[i].view, view))
            return (int)i;
    return -1;
}

const char *cs_keymap_row(const struct cs_keymap *map, int32_t key, const char *view)
{
    const int i = find(map, key, view);

    return i < 0 ? NULL : map->row[i].keys;
}

int cs_keymap_set(struct cs_keymap *map, int32_t key, const char *view, const char *keys)
{
    int i = find(map, key, view);

    if (i < 0 && map->n == CS_KEYMAP_MAX)
        return -ENOSPC;
    if (i < 0)
        i = (int)map->n++;
    map->row[i].key = key;
    snprintf(map->row[i].view, sizeof map->row[i].view, "%s", view);
    snprintf(map->row[i].keys, sizeof map->row[i].keys, "%s", keys);
    return 0;
}

void cs_keymap_remove(struct cs_keymap *map, unsigned row)
{
    if (row < map->n)
        memmove(&map->row[row], &map->row[row + 1], (--map->n - row) * sizeof *map->row);
}

int32_t cs_keymap_single(const char *keys)
{
    const int32_t key = cs_key_script_next(&keys);

    return key > 0 && !*keys ? key : CS_KEY_NONE;
}

/* Does the row stand for one of them in that view? */
static bool stands_for(const struct cs_keymap *map, unsigned i, const int32_t *keys, unsigned n,
                       const char *view)
{
    const int32_t single = cs_keymap_single(map->row[i].keys);

    if (single == CS_KEY_NONE || (map->row[i].view[0] && strcmp(map->row[i].view, view) != 0))
        return false;
    if (cs_keymap_find(map, map->row[i].key, view) != map->row[i].keys)
        return false; /* another row goes before it */
    for (unsigned k = 0; k < n; k++)
        if (keys[k] == single)
            return true;
    return false;
}

int32_t cs_keymap_best(const struct cs_keymap *map, const int32_t *keys, unsigned n,
                       const char *view)
{
    for (unsigned i = 0; map && i < map->n; i++)
        if (stands_for(map, i, keys, n, view))
            return map->row[i].key;
    for (unsigned k = 0; map && map->n && k < n && keys[k]; k++)
        if (!cs_keymap_find(map, keys[k], view))
            return keys[k];
    return keys[0];
}
