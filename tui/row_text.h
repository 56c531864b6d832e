/* SPDX-License-Identifier: MIT */
/* row_text.h - what a row of the trace says in words. */
#ifndef CANSIM_TUI_ROW_TEXT_H
#define CANSIM_TUI_ROW_TEXT_H

#include "tui/ring.h"

/* enum cs_style that suits what happened. */
uint8_t cs_row_style(const struct cs_row *row);
/* A few words: "lost arbitration at bit 5". Returns text. */
const char *cs_row_text(const struct cs_row *row, char *text, size_t size);
/* One line of all there is to know, for a bus of that bit rate. */
void cs_row_detail(const struct cs_row *row, uint32_t bitrate_bps, char *text, size_t size);
/* "normal", "listen-only, one-shot"; at least 48 bytes. Returns text. */
const char *cs_mode_text(unsigned mode, char *text, size_t size);
/* cs_state_name() with blanks: "error passive"; at least 24 bytes. Returns text. */
const char *cs_state_text(unsigned state, char *text, size_t size);

#endif
