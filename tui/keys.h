/* SPDX-License-Identifier: MIT */
/* keys.h - keys as numbers and as names. A printable key is its codepoint, another one of these. */
#ifndef CANSIM_TUI_KEYS_H
#define CANSIM_TUI_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum cs_keycode {
    CS_KEY_NONE = 0,
    CS_KEY_CTRL_C = 3,
    CS_KEY_CTRL_E = 5,
    CS_KEY_TAB = 9,
    CS_KEY_CTRL_L = 12,
    CS_KEY_ENTER = 13,
    CS_KEY_CTRL_R = 18,
    CS_KEY_CTRL_U = 21,
    CS_KEY_CTRL_W = 23,
    CS_KEY_CTRL_Z = 26,
    CS_KEY_ESC = 27,
    CS_KEY_SPACE = 32,
    CS_KEY_UP = 0x110000, /* above every codepoint */
    CS_KEY_DOWN,
    CS_KEY_LEFT,
    CS_KEY_RIGHT,
    CS_KEY_PGUP,
    CS_KEY_PGDN,
    CS_KEY_HOME,
    CS_KEY_END,
    CS_KEY_INSERT,
    CS_KEY_DELETE,
    CS_KEY_BACKSPACE,
    CS_KEY_BACKTAB,
    CS_KEY_F1, /* F2 … F12 follow */
    CS_KEY_F12 = CS_KEY_F1 + 11,
    CS_KEY_MOUSE, /* from a screen: cs_screen_mouse() has it */
    CS_KEY_PASTE, /* likewise: cs_screen_pasted() */
};

/* What the mouse did, in cells from the top left. */
enum cs_mouse_kind {
    CS_MOUSE_PRESS,
    CS_MOUSE_DOUBLE, /* the second press of two in one place */
    CS_MOUSE_DRAG,   /* moved with the button held */
    CS_MOUSE_RELEASE,
    CS_MOUSE_UP, /* the wheel */
    CS_MOUSE_DOWN,
};

struct cs_mouse {
    int x, y;
    enum cs_mouse_kind kind;
    unsigned button; /* 1 left, 2 middle, 3 right; of the wheel 0 */
};

#define CS_KEY_NAME_MAX 16

/* "a", "Space", "PgUp", "F1", "^C"; `name` holds CS_KEY_NAME_MAX bytes. Returns it. */
char *cs_key_name(int32_t key, char *name);

/* A key as a script has it: "a", "<PgUp>", "<lt>". `text` holds CS_KEY_NAME_MAX + 2 bytes; "" for
 * one that has no name. Returns it. */
char *cs_key_script(int32_t key, char *text);

/* Next key of a script: characters stand for themselves, names are bracketed: "i123#11<Enter><F1>";
 * "<lt>" is '<', "<semicolon>" ';'. Moves *script on. Returns the key, CS_KEY_NONE at the end, or
 * -EINVAL on an unknown name (*script stays at its '<'). */
int32_t cs_key_script_next(const char **script);

#endif
