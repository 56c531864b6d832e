/* SPDX-License-Identifier: MIT */
/* feed_row.h - from an event to a row of the trace, wherever the event comes from. */
#ifndef CANSIM_TUI_FEED_ROW_H
#define CANSIM_TUI_FEED_ROW_H

#include "tui/tui.h"

/* What a decoder says. */
struct cs_feed_said {
    int severity;
    const char *text;
};

/* False for kinds that are not in the trace. */
bool cs_feed_has_row(unsigned kind);
/* The row of an event, which is the newest of the trace; `who` and `peer`: numbers of names.
 * `said`: NULL for nothing. */
struct cs_row *cs_feed_row(struct cs_tui *tui, const struct cs_event *event, uint32_t who,
                           uint32_t peer, const struct cs_feed_said *said);
/* The row of what is said without a frame; and the row alone, which goes behind all others. */
struct cs_row *cs_feed_said_row(struct cs_tui *tui, unsigned bus, int64_t at_ps,
                                const struct cs_feed_said *said);
struct cs_row *cs_feed_push_said(struct cs_tui_ring *ring, unsigned bus, int64_t at_ps,
                                 const struct cs_feed_said *said);
/* It is such a row. */
bool cs_feed_is_said(const struct cs_row *row);
/* Let a frame's row say something else; NULL: nothing. */
void cs_feed_row_say(struct cs_row *row, const struct cs_feed_said *said);
/* What is kept of a CS_EV_ERROR as its node's last. */
struct cs_tui_error cs_feed_error(const struct cs_event *event);

#endif
