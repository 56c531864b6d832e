/* SPDX-License-Identifier: MIT */
/* screen.h - the one terminal: keys come in, canvases go out. All of curses is behind this.
 * However the program ends, the terminal is left as it was (screen_die.h). */
#ifndef CANSIM_TUI_SCREEN_H
#define CANSIM_TUI_SCREEN_H

#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/tui.h"

#define CS_PASTE_MAX 4096 /* more of what is pasted is cut off */

/* Take the terminal on standard input and output. Returns 0, or -errno with a sentence in `why`
 * and the terminal untouched. */
int cs_screen_open(char *why, size_t why_size);
/* Before or after that: take the mouse, or leave it to the terminal. */
void cs_screen_set_mouse(bool on);
/* After it: how many colours are used; as many as there are, of the wanted ones. */
int cs_screen_set_colours(enum cs_depth wanted);
/* Give it back; what was written to standard error meanwhile comes out now. */
void cs_screen_close(void);

/* The terminal's encoding shows no more than ASCII. */
bool cs_screen_is_ascii(void);
void cs_screen_size(int *width, int *height);
/* The terminal's size may have changed: ask it. */
void cs_screen_resized(void);
/* Hand over what differs from what is there; cs_screen_flush() sends it. False, and nothing done,
 * while the terminal has not taken what came before. */
bool cs_screen_show(const struct cs_canvas *canvas, const struct cs_theme *theme);
/* Send what the terminal takes at present, never waiting. True: nothing is left. */
bool cs_screen_flush(void);
/* Becomes writable when the terminal takes more; changes when the screen is left and taken. */
int cs_screen_fd(void);
/* Write everything next time. */
void cs_screen_repaint(void);
/* The next key (keys.h) or CS_KEY_NONE; never waits. */
int32_t cs_screen_key(void);
/* What CS_KEY_MOUSE was. */
void cs_screen_mouse(struct cs_mouse *mouse);
/* What CS_KEY_PASTE was. */
const char *cs_screen_pasted(void);
/* Put text into the terminal's clipboard, where it has one (OSC 52). */
void cs_screen_copy(const char *text);
/* Input has ended: the terminal is gone. */
bool cs_screen_gone(void);
/* Leave the terminal to the shell for a while, and come back. */
void cs_screen_leave(void);
void cs_screen_return(void);

#endif
