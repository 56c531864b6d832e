/* SPDX-License-Identifier: MIT */
/* dbc_text.h - the words, numbers and texts of a DBC file, one after the other. Blanks and line
 * ends before them are passed over. What returns an int: 0, or -1 with one sentence. */
#ifndef CANSIM_PLUGINS_DBC_DBC_TEXT_H
#define CANSIM_PLUGINS_DBC_DBC_TEXT_H

#include "plugins/dbc/dbc.h"

#define DBC_WORD_MAX 128

struct dbc_reader {
    struct dbc *dbc;
    const char *at, *end, *name;
    unsigned line;
    unsigned room;               /* messages */
    unsigned known;              /* those of files before */
    struct dbc_message *message; /* to which signals belong; NULL: to none that is kept */
    char *why;
    size_t why_size;
};

/* The sentence, with file and line in front; -1. */
int dbc_refuse(struct dbc_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
int dbc_no_memory(struct dbc_reader *r);

void dbc_skip_space(struct dbc_reader *r);
/* To the line's end, but for line ends within a text. */
void dbc_skip_line(struct dbc_reader *r);
/* Pass over that character; false where it is another one. */
bool dbc_is(struct dbc_reader *r, char what);
bool dbc_digit_next(struct dbc_reader *r);
/* Letters, digits and '_'; "" where there are none. */
void dbc_take_word(struct dbc_reader *r, char text[DBC_WORD_MAX]);
int dbc_number(struct dbc_reader *r, double *value);
int dbc_whole(struct dbc_reader *r, uint64_t most, uint64_t *value);
/* "km/h", malloc()ed without the quotes; blanks and what cannot be shown become one blank. */
int dbc_quoted(struct dbc_reader *r, char **to);

#endif
