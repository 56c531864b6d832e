/* SPDX-License-Identifier: MIT */
/* png.h - a canvas as pixels. */
#ifndef CANSIM_TUI_PNG_H
#define CANSIM_TUI_PNG_H

#include "tui/canvas.h"

/* Write the canvas as a PNG file. Its text is in the monospace font CANSIM_FONT (a file), else in
 * DejaVu Sans Mono or another that is found; blocks and lines are drawn as shapes. 0, -EIO, or
 * -ENOENT (no font), -ENOMEM, with one sentence in `why`. */
int cs_png_write(const struct cs_canvas *canvas, const struct cs_theme *theme, FILE *out, char *why,
                 size_t why_size);

#endif
