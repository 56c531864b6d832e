/* SPDX-License-Identifier: MIT */
/* keys.c - names of keys, both ways, from one table. */
#include "tui/keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/canvas.h"

static const struct {
    int32_t key;
    const char *name;
} names[] = {
    {CS_KEY_CTRL_C, "^C"},
    {CS_KEY_TAB, "Tab"},
    {CS_KEY_CTRL_E, "^E"},
    {CS_KEY_CTRL_L, "^L"},
    {CS_KEY_ENTER, "Enter"},
    {CS_KEY_CTRL_U, "^U"},
    {CS_KEY_CTRL_W, "^W"},
    {CS_KEY_CTRL_Z, "^Z"},
    {CS_KEY_ESC, "Esc"},
    {CS_KEY_SPACE, "Space"},
    {CS_KEY_UP, "Up"},
    {CS_KEY_DOWN, "Down"},
    {CS_KEY_LEFT, "Left"},
    {CS_KEY_RIGHT, "Right"},
    {CS_KEY_PGUP, "PgUp"},
    {CS_KEY_PGDN, "PgDn"},
    {CS_KEY_HOME, "Home"},
    {CS_KEY_END, "End"},
    {CS_KEY_INSERT, "Ins"},
    {CS_KEY_DELETE, "Del"},
    {CS_KEY_BACKSPACE, "BS"},
    {CS_KEY_BACKTAB, "S-Tab"},
    {CS_KEY_F1, "F1"},
    {CS_KEY_F1 + 1, "F2"},
    {CS_KEY_F1 + 2, "F3"},
    {CS_KEY_F1 + 3, "F4"},
    {CS_KEY_F1 + 4, "F5"},
    {CS_KEY_F1 + 5, "F6"},
    {CS_KEY_F1 + 6, "F7"},
    {CS_KEY_F1 + 7, "F8"},
    {CS_KEY_F1 + 8, "F9"},
    {CS_KEY_F1 + 9, "F10"},
    {CS_KEY_F1 + 10, "F11"},
    {CS_KEY_F12, "F12"},
    {'<', "lt"},
    {';', "semicolon"},
};

char *cs_key_name(int32_t key, char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].key == key && key != '<' && key != ';') {
            snprintf(name, CS_KEY_NAME_MAX, "%s", names[i].name);
            return name;
        }
    if (key > 32 && key < CS_KEY_UP)
        cs_utf8_put((uint32_t)key, name);
    else if (key >= 1 && key <= 26)
        snprintf(name, CS_KEY_NAME_MAX, "^%c", (char)('A' + key - 1));
    else
        snprintf(name, CS_KEY_NAME_MAX, "?");
    return name;
}

char *cs_key_script(int32_t key, char *text)
{
    char name[CS_KEY_NAME_MAX];

    cs_key_name(key, name);
    if (key == '<')
        snprintf(text, CS_KEY_NAME_MAX + 2, "<lt>");
    else if (key == ';') /* begins a comment in tui.conf */
        snprintf(text, CS_KEY_NAME_MAX + 2, "<semicolon>");
    else if (key > CS_KEY_SPACE && key < CS_KEY_UP)
        snprintf(text, CS_KEY_NAME_MAX + 2, "%s", name);
    else if (strcmp(name, "?") != 0)
        snprintf(text, CS_KEY_NAME_MAX + 2, "<%s>", name);
    else
        text[0] = '\0';
    return text;
}

int32_t cs_key_script_next(const char **script)
{
    const char *s = *script;
    size_t len;

    if (*s != '<')
        return (int32_t)cs_utf8_next(script);
    len = strcspn(++s, ">");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (s[len] == '>' && strlen(names[i].name) == len && !strncasecmp(s, names[i].name, len)) {
            *script = s + len + 1;
            return names[i].key;
        }
    if (len == 2 && s[0] == '^' && s[2] == '>' && isalpha((unsigned char)s[1])) {
        *script = s + 3;
        return toupper((unsigned char)s[1]) - 'A' + 1;
    }
    return -EINVAL;
}
