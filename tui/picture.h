/* SPDX-License-Identifier: MIT */
/* picture.h - a screen as a file: SVG, PNG or text, by the name's ending. */
#ifndef CANSIM_TUI_PICTURE_H
#define CANSIM_TUI_PICTURE_H

#include "tui/canvas.h"

/* Is that a name that says what it is to be? */
bool cs_picture_name_ok(const char *path);
/* Write it; complete, or what was there before stays. 0, or -1 with one sentence in `why`. */
int cs_picture_write(const struct cs_canvas *canvas, const struct cs_theme *theme,
                     const char *title, const char *path, char *why, size_t why_size);
/* "cansim-1.svg", "cansim-2.svg" …: the first that is not there. Returns text. */
const char *cs_picture_free_name(char *text, size_t size);

#endif
