/* SPDX-License-Identifier: MIT */
/* text.h - small helpers for text that came from people or peers. */
#ifndef CANSIM_SCENARIOS_TEXT_H
#define CANSIM_SCENARIOS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "simcore/words.h"

/* Replace control characters and bytes that are not UTF-8 by '?', in place. */
void cs_text_clean(char *text);

/* Print words from the column `indent`, where the cursor is, within 79 columns; then a new line. */
void cs_text_wrap(FILE *to, unsigned indent, const char *text);

/* Print a name in front of a text from the column `indent` on; a long one has a line of its own. */
void cs_text_name(FILE *to, unsigned indent, const char *name);

/* 1..40 letters, digits and '_', no digit first: the name of a constant or variable. */
bool cs_text_is_identifier(const char *text);

/* A whole number of 64 bits, decimal or with 0x in front: 0 and *value, or -1. */
int cs_text_number(const char *text, uint64_t *value);

/* A time as a person would write it: whole hours as "2h", else as cs_units_format_time(); at least
 * 32 bytes. Returns buf. */
char *cs_text_time(int64_t ps, char *buf, size_t size);

/* Is `text` as `pattern`, in which * stands for anything? All of it, letters as they are. */
bool cs_text_is_like(const char *pattern, const char *text);
/* Are the words of `pattern` among those of `text`, in this order? Others may stand between; *
 * stands for any part of a word, and small letters are as large ones. What ends a word, such as a
 * comma, need not be written. */
bool cs_text_has_words(const char *pattern, const char *text);

#endif
