/* SPDX-License-Identifier: MIT */
#include "tui/shown.h"

#include <stdlib.h>
#include <string.h>

bool cs_shown_same(const struct cs_shown *shown, const struct cs_canvas *canvas, int x, int y)
{
    const struct cs_cell *now, *was;

    if (x < 0 || y < 0 || x >= shown->width || y >= shown->height)
        return false;
    now = cs_canvas_at(canvas, x, y);
    was = &shown->cells[y * shown->width + x];
    if (!now || now->ch != was->ch || now->style != was->style || now->mark != was->mark ||
        now->ch == CS_CELL_REST)
        return false;
    return x + 1 >= shown->width || (now[1].ch != CS_CELL_REST && was[1].ch != CS_CELL_REST);
}

void cs_shown_take(struct cs_shown *shown, const struct cs_canvas *canvas)
{
    const size_t row = (size_t)canvas->width * sizeof *shown->cells;

    if (shown->width != canvas->width || shown->height != canvas->height) {
        cs_shown_forget(shown);
        shown->cells = malloc(row * (size_t)canvas->height);
        if (!shown->cells)
            return;
        shown->width = canvas->width;
        shown->height = canvas->height;
    }
    for (int y = 0; y < shown->height; y++)
        memcpy(shown->cells + y * shown->width, cs_canvas_at(canvas, 0, y), row);
}

void cs_shown_forget(struct cs_shown *shown)
{
    free(shown->cells);
    *shown = (struct cs_shown){0};
}
