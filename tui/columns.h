/* SPDX-License-Identifier: MIT */
/* columns.h - which columns of its table a view shows, and in which order, as a person has chosen:
 * of views whose row in the table of views has `columns`. */
#ifndef CANSIM_TUI_COLUMNS_H
#define CANSIM_TUI_COLUMNS_H

#include "tui/view.h"

/* Of the view that has these columns; all of them where it has no choice. */
const struct cs_columns_choice *cs_columns_choice(const struct cs_tui *tui,
                                                  const struct cs_column *columns);
/* Its name: "per-s" for the title "per s". At least 24 bytes; returns it. */
char *cs_column_name(const struct cs_column *column, char *name);

/* "time id data": these, in this order; "+bits -text": one more, one less; "" or "all": as the
 * view has them. 0; or -EINVAL with one sentence, and the choice as it was. */
int cs_columns_parse(const struct cs_view *view, const char *text, struct cs_columns_choice *choice,
                     char *why, size_t why_size);
/* The text that gives it again, "all" where nothing is chosen. Returns it. */
char *cs_columns_format(const struct cs_view *view, const struct cs_columns_choice *choice,
                        char *text, size_t size);

/* Behind ':'. */
int cs_columns_word(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
void cs_columns_offers(const struct cs_tui *tui, const char *rest, int *from,
                       struct cs_offers *offers);

#endif
