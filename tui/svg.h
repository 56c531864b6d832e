/* SPDX-License-Identifier: MIT */
/* svg.h - a canvas as a picture. */
#ifndef CANSIM_TUI_SVG_H
#define CANSIM_TUI_SVG_H

#include "tui/canvas.h"

/* Write the canvas as one SVG document; `title` names it for readers (may be NULL).
 * Blocks and lines are drawn as shapes, so that they join whatever the font.
 * Returns 0 or -EIO. */
int cs_svg_write(const struct cs_canvas *canvas, const struct cs_theme *theme, const char *title,
                 FILE *out);

#endif
