/* SPDX-License-Identifier: MIT */
/* screen_keys.h - between the two halves of the screen that know curses. */
#ifndef CANSIM_TUI_SCREEN_KEYS_H
#define CANSIM_TUI_SCREEN_KEYS_H

/* What brackets pasted text: two keys for curses from now on. */
void cs_screen_know_paste(void);

#endif
