/* SPDX-License-Identifier: MIT */
/* query_row.h - the filter language (scenarios/query.h) asked of what the screen shows. */
#ifndef CANSIM_TUI_QUERY_ROW_H
#define CANSIM_TUI_QUERY_ROW_H

#include "tui/tui.h"

bool cs_row_passes(const struct cs_tui *tui, const struct cs_query *query, uint64_t number);
/* The rows among which all are that pass, and that are of these kinds (bits; 0: all). Asked of what
 * was packed so far; the query must stay. */
struct cs_ring_want cs_query_want(const struct cs_tui *tui, const struct cs_query *query,
                                  uint32_t kinds);
/* Of an identifier its latest frame. */
bool cs_id_passes(const struct cs_tui *tui, const struct cs_query *query,
                  const struct cs_tui_id *item);
/* Only what passes is shown from now on. 0; or -EINVAL with one sentence, and all as it was. */
int cs_tui_filter(struct cs_tui *tui, const char *text, char *why, size_t why_size);
/* The same as an edit that can be undone. */
int cs_tui_filter_now(struct cs_tui *tui, const char *text, char *why, size_t why_size);
/* Such an edit is done: `before` is what was shown. */
void cs_tui_filter_keep(struct cs_tui *tui, const char *before);

/* Words with which a query may go on; *from is where they begin in `begun`. */
void cs_query_offers(const struct cs_tui *tui, const char *begun, int *from,
                     struct cs_offers *offers);
/* What the word at the end of `text` means, before its value: "node=drive,io*: who sent it ...";
 * false where that is not known. */
bool cs_query_hint(const char *text, char *hint, size_t size);

#endif
