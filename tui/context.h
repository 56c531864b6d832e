/* SPDX-License-Identifier: MIT */
/* context.h - what panes share: a filter, a cursor, and what the trace, the identifiers and the
 * wire keep. At first all panes have one context. A pane that gets its own may show a view that
 * another shows as well, with another filter: one bus beside the other.
 * The context of the pane at hand is in the model itself, where everybody looks for it; those of
 * the others are put away here. */
#ifndef CANSIM_TUI_CONTEXT_H
#define CANSIM_TUI_CONTEXT_H

#include "tui/tui.h"

struct cs_context {
    bool used;
    struct cs_query filter;
    uint64_t filter_changes;
    struct cs_trace_state trace;
    struct cs_ids_state by_id;
    void *state[CS_TUI_VIEWS_MAX]; /* of views that may be shown more than once */
};

/* What views keep. 0 or -ENOMEM; after it fini() alone. */
int cs_contexts_init(struct cs_tui *tui);
void cs_contexts_fini(struct cs_tui *tui);
/* Another run begins: in every context, and in every view. 0 or -ENOMEM. */
int cs_contexts_restart(struct cs_tui *tui);
/* All rows and identifiers are gone: the same, but for views that keep what the person made. */
int cs_contexts_forget(struct cs_tui *tui);
/* The same for one view, in the context at hand. */
int cs_view_restart(struct cs_tui *tui, unsigned view);

/* The pane at hand is this one: tui->at, and its context. */
void cs_context_enter(struct cs_tui *tui, unsigned pane);
/* Give a pane a context of its own, a copy of the one it has. 0 or -ENOMEM. */
int cs_context_own(struct cs_tui *tui, unsigned pane);
/* Panes from the n-th on are gone: those that come have the context of the one with the focus. */
void cs_context_keep(struct cs_tui *tui, unsigned n);
bool cs_context_same(const struct cs_tui *tui, unsigned pane, unsigned other);

/* In every context: what cs_tui_work() does there. */
void cs_contexts_each(struct cs_tui *tui, void (*work)(struct cs_tui *tui, unsigned rows),
                      unsigned rows);
/* In one context, wherever the focus is. */
void cs_context_in(struct cs_tui *tui, unsigned context,
                   void (*work)(struct cs_tui *tui, unsigned rows), unsigned rows);

/* side_by_side.c: words behind ':' that show the view at hand once for each bus, or once more. */
struct cs_offers;
int cs_word_buses(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
void cs_word_offer_buses(const struct cs_tui *tui, const char *rest, int *from,
                         struct cs_offers *offers);
int cs_word_twin(struct cs_tui *tui, const char *rest, char *why, size_t why_size);

#endif
