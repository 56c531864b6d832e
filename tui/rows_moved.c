/* SPDX-License-Identifier: MIT */
/* rows_moved.c - see ring.h. */
#include <errno.h>
#include <stdlib.h>

#include "tui/ring.h"

int cs_rows_moved_add(struct cs_rows_moved *moved, uint64_t from, int64_t by)
{
    const size_t room = moved->room ? 2 * moved->room : 64;
    struct cs_rows_moved_at *at = moved->at;

    if (moved->n > 0 && at[moved->n - 1].from == from) {
        at[moved->n - 1].by = by;
        return 0;
    }
    if (moved->n == moved->room) {
        at = realloc(moved->at, room * sizeof *at);
        if (!at)
            return -ENOMEM;
        moved->at = at;
        moved->room = room;
    }
    at[moved->n++] = (struct cs_rows_moved_at){from, by};
    return 0;
}

void cs_rows_moved_fini(struct cs_rows_moved *moved)
{
    free(moved->at);
    *moved = (struct cs_rows_moved){0};
}

uint64_t cs_rows_moved_to(const struct cs_rows_moved *moved, uint64_t number)
{
    size_t low = 0, high = moved->n;

    while (low < high) { /* the first behind it */
        const size_t mid = low + (high - low) / 2;
        if (moved->at[mid].from > number)
            high = mid;
        else
            low = mid + 1;
    }
    return !low || number == UINT64_MAX ? number : number + (uint64_t)moved->at[low - 1].by;
}
