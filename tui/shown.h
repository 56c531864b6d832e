/* SPDX-License-Identifier: MIT */
/* shown.h - the cells that the terminal shows already, so that only others are given to it. */
#ifndef CANSIM_TUI_SHOWN_H
#define CANSIM_TUI_SHOWN_H

#include "tui/canvas.h"

/* Zero-initialise one: it knows nothing. */
struct cs_shown {
    int width, height;
    struct cs_cell *cells;
};

/* Cell x, y need not be given: it is as it was, and it is no part of a wide character. False where
 * nothing is known. */
bool cs_shown_same(const struct cs_shown *shown, const struct cs_canvas *canvas, int x, int y);
/* All of the canvas is shown now. Where there is no memory for that, nothing is known. */
void cs_shown_take(struct cs_shown *shown, const struct cs_canvas *canvas);
/* Nothing is known any more: another size, other colours. */
void cs_shown_forget(struct cs_shown *shown);

#endif
