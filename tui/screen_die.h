/* SPDX-License-Identifier: MIT */
/* screen_die.h - the terminal is given back on every way out, crashes and failed assertions among
 * them, and only then does standard error speak. */
#ifndef CANSIM_TUI_SCREEN_DIE_H
#define CANSIM_TUI_SCREEN_DIE_H

#include <termios.h>

/* From now on: should the program die, write `restore` to descriptor `fd` and set `saved` there.
 * Again while armed: another descriptor or text. Standard error, where it is a terminal, is kept
 * back until cs_die_disarm() or death. */
void cs_die_arm(int fd, const struct termios *saved, const char *restore);
/* The terminal has been given back in good order. */
void cs_die_disarm(void);

#endif
