/* SPDX-License-Identifier: MIT */
/* palette.h - what ':' can do, as a list that shrinks while one types: words, faults, and keys that
 * do it. Found by the beginning of a name, then by any part of it, then by what it is about. */
#ifndef CANSIM_TUI_PALETTE_H
#define CANSIM_TUI_PALETTE_H

#include "tui/view.h"

#define CS_PALETTE_ROWS 256

struct cs_palette_row {
    char name[CS_NAME_MAX];
    const char *form, *help;
    const char *view; /* whose word or key it is; NULL: everywhere */
    bool fault;
    int32_t key; /* that does it, where it is no word; else 0 */
};

/* What fits `typed`, the best first; returns how many. */
unsigned cs_palette_find(const struct cs_tui *tui, const char *typed,
                         struct cs_palette_row rows[CS_PALETTE_ROWS]);
/* The names of those that can be typed and begin so; else of those that fit otherwise. */
void cs_palette_offers(const struct cs_tui *tui, const char *typed, struct cs_offers *offers);
/* The list, above line `y`, as high as it needs and there is room; `at` is the name that stands in
 * the line, marked. */
void cs_palette_draw(const struct cs_tui *tui, struct cs_canvas *canvas, int y, const char *typed,
                     const char *at);
/* Words that can come next, in a few lines above `y`; `at` is marked, -1 for none. */
void cs_palette_draw_offers(const struct cs_tui *tui, struct cs_canvas *canvas, int y,
                            const struct cs_offers *offers, int at);

#endif
