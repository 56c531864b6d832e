/* SPDX-License-Identifier: MIT */
/* true_colour.h - what is written for a terminal of 256 colours, for one that shows exact ones. */
#ifndef CANSIM_TUI_TRUE_COLOUR_H
#define CANSIM_TUI_TRUE_COLOUR_H

#include <stddef.h>

#define CS_TRUE_COLOUR_GROWS 2 /* times as long at most */

/* Colours 16..255 of the n bytes become red, green and blue; all else stays. Sequences must be
 * whole. `out` may begin before `text` in the same buffer, by n bytes or more. Returns the length.
 */
size_t cs_true_colour(const char *text, size_t n, char *out);

#endif
