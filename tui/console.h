/* SPDX-License-Identifier: MIT */
/* console.h - for the Linux console, whose fonts have a few hundred characters: those of code page
 * 437 and Latin-1 are in nearly all. */
#ifndef CANSIM_TUI_CONSOLE_H
#define CANSIM_TUI_CONSOLE_H

#include <stdint.h>

/* What comes nearest to a character of one column, among those; itself where it is one of them or
 * a letter. */
uint32_t cs_console_char(uint32_t ch);

#endif
