/* SPDX-License-Identifier: MIT */
/* textfield.c - see textfield.h. */
#include "tui/textfield.h"

#include <stdio.h>
#include <string.h>

#include "tui/keys.h"

void cs_textfield_set(struct cs_textfield *field, const char *text)
{
    snprintf(field->text, sizeof field->text, "%s", text);
    field->len = field->cursor = (int)strlen(field->text);
}

static void cut(struct cs_textfield *field, int from, int to)
{
    if (from < 0 || to > field->len || from >= to)
        return;
    memmove(field->text + from, field->text + to, (size_t)field->len - (size_t)to + 1);
    field->len -= to - from;
    field->cursor = from;
}

static void cut_word(struct cs_textfield *field)
{
    int from = field->cursor;

    while (from > 0 && field->text[from - 1] == ' ')
        from--;
    while (from > 0 && field->text[from - 1] != ' ')
        from--;
    cut(field, from, field->cursor);
}

static bool insert(struct cs_textfield *field, int32_t key)
{
    if (key < 32 || key > 126)
        return false;
    if (field->len + 1 >= CS_TEXTFIELD_MAX)
        return true;
    memmove(field->text + field->cursor + 1, field->text + field->cursor,
            (size_t)field->len - (size_t)field->cursor + 1);
    field->text[field->cursor++] = (char)key;
    field->len++;
    return true;
}

void cs_textfield_replace(struct cs_textfield *field, int from, const char *text)
{
    cut(field, from, field->cursor);
    for (; *text && field->len + 1 < CS_TEXTFIELD_MAX; text++)
        insert(field, (unsigned char)*text);
}

bool cs_textfield_key(struct cs_textfield *field, int32_t key)
{
    switch (key) {
    case CS_KEY_LEFT:
        field->cursor -= field->cursor > 0;
        return true;
    case CS_KEY_RIGHT:
        field->cursor += field->cursor < field->len;
        return true;
    case CS_KEY_HOME:
        field->cursor = 0;
        return true;
    case CS_KEY_END:
        field->cursor = field->len;
        return true;
    case CS_KEY_BACKSPACE:
        cut(field, field->cursor - 1, field->cursor);
        return true;
    case CS_KEY_DELETE:
        cut(field, field->cursor, field->cursor + 1);
        return true;
    case CS_KEY_CTRL_U:
        cut(field, 0, field->cursor);
        return true;
    case CS_KEY_CTRL_W:
        cut_word(field);
        return true;
    default:
        return insert(field, key);
    }
}

void cs_textfield_draw(const struct cs_textfield *field, struct cs_canvas *canvas, int x, int y,
                       int width)
{
    int from = field->cursor >= width ? field->cursor - width + 1 : 0;

    cs_canvas_fill(canvas, (struct cs_rect){x, y, width, 1}, CS_STYLE_FIELD, ' ');
    for (int i = from; i < field->len && i - from < width; i++)
        cs_canvas_put_ch(canvas, x + i - from, y, CS_STYLE_FIELD, (unsigned char)field->text[i]);
    canvas->cursor_x = x + field->cursor - from;
    canvas->cursor_y = y;
}

void cs_textfield_show(const struct cs_textfield *field, struct cs_canvas *canvas, int x, int y,
                       int width, uint8_t style)
{
    cs_canvas_field(canvas, x, y, width, false, style, field->text);
}
