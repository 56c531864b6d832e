/* SPDX-License-Identifier: MIT */
/* textfield.h - one line of text that a person edits. */
#ifndef CANSIM_TUI_TEXTFIELD_H
#define CANSIM_TUI_TEXTFIELD_H

#include <stdbool.h>

#include "tui/canvas.h"

#define CS_TEXTFIELD_MAX 160 /* bytes, NUL included; room for every classic and FD frame */

struct cs_textfield {
    char text[CS_TEXTFIELD_MAX]; /* printable ASCII */
    int len, cursor;
};

void cs_textfield_set(struct cs_textfield *field, const char *text);
/* Edit; false where the key means nothing here. */
bool cs_textfield_key(struct cs_textfield *field, int32_t key);
/* Draw into `width` cells, scrolled so that the cursor is in sight, and place the cursor. */
void cs_textfield_draw(const struct cs_textfield *field, struct cs_canvas *canvas, int x, int y,
                       int width);

#endif
