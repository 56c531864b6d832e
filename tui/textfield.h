/* SPDX-License-Identifier: MIT */
/* textfield.h - one line of text that a person edits. */
#ifndef CANSIM_TUI_TEXTFIELD_H
#define CANSIM_TUI_TEXTFIELD_H

#include <stdbool.h>

#include "tui/canvas.h"

#define CS_TEXTFIELD_MAX 512 /* bytes, NUL included; room for every frame and every fault */

struct cs_textfield {
    char text[CS_TEXTFIELD_MAX]; /* printable ASCII */
    int len, cursor;
};

void cs_textfield_set(struct cs_textfield *field, const char *text);
/* Put `text` in the place of the bytes from `from` to the cursor, as far as there is room. */
void cs_textfield_replace(struct cs_textfield *field, int from, const char *text);
/* Edit; false where the key means nothing here. */
bool cs_textfield_key(struct cs_textfield *field, int32_t key);
/* Draw into `width` cells, scrolled so that the cursor is in sight, and place the cursor. */
void cs_textfield_draw(const struct cs_textfield *field, struct cs_canvas *canvas, int x, int y,
                       int width);
/* The same without a cursor, from the beginning, in a style of its own. */
void cs_textfield_show(const struct cs_textfield *field, struct cs_canvas *canvas, int x, int y,
                       int width, uint8_t style);

#endif
