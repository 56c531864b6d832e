/* SPDX-License-Identifier: MIT */
/* row_text.h - what a row of the trace says in words. */
#ifndef CANSIM_TUI_ROW_TEXT_H
#define CANSIM_TUI_ROW_TEXT_H

#include "tui/tui.h"

/* enum cs_style that suits what happened. */
uint8_t cs_row_style(const struct cs_row *row);
/* What a decoder says of a frame, where row->said: without the protocol before it where the rest
 * names it, "SYNC", not "SYNC SYNC". It is the row's. */
const char *cs_row_meaning(const struct cs_row *row);
/* A few words: "lost arbitration to ecu at ID.23". Returns text. */
const char *cs_row_text(const struct cs_tui *tui, const struct cs_row *row, char *text,
                        size_t size);
/* One line of all there is to know. */
void cs_row_detail(const struct cs_tui *tui, const struct cs_row *row, char *text, size_t size);
/* Where an error was: "ID.23", "crc 3", "ack", "data 7 stuff" (the stuff bit after it); at least 48
 * bytes. */
const char *cs_place_text(unsigned field, unsigned index, bool stuff, char *text, size_t size);
/* What an error means: "sent dominant, saw recessive"; the bus as `level` was sampled. */
void cs_error_words(unsigned error, unsigned level, bool tx, char *text, size_t size);
/* "normal", "listen-only, one-shot"; at least 48 bytes. Returns text. */
const char *cs_mode_text(unsigned mode, char *text, size_t size);
/* cs_state_name() with blanks: "error passive"; at least 24 bytes. Returns text. */
const char *cs_state_text(unsigned state, char *text, size_t size);

#endif
