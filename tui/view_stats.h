/* SPDX-License-Identifier: MIT */
/* view_stats.h - the parts of the statistics view: where they are, and what draws them. */
#ifndef CANSIM_TUI_VIEW_STATS_H
#define CANSIM_TUI_VIEW_STATS_H

#include "tui/widgets.h"

struct cs_stats_state {
    unsigned bus; /* selected */
    int sel;      /* of its identifiers; -1: none */
    bool marked;  /* a window of the history is */
    int64_t mark; /* its number */
};

/* Of a bus: a graph, then one or two columns of lists. */
struct cs_stats_place {
    unsigned bus;
    struct cs_rect all, graph;  /* the graph's bars alone */
    struct cs_rect left, right; /* `right` has no width where there is no room for it */
    int ids, nodes;             /* lines of the lists on the left */
};

/* How many buses are side by side, from which on. */
unsigned cs_stats_first(const struct cs_tui *tui, const struct cs_stats_state *state,
                        unsigned *shown);
/* Where the n-th of them is. */
struct cs_stats_place cs_stats_place(const struct cs_tui *tui, const struct cs_stats_state *state,
                                     unsigned n);
/* Which window of the history is at a column of the graph, counted from its left end; NULL: none.
 */
const struct cs_stats_point *cs_stats_point_at(const struct cs_traffic *traffic, int width, int x);

void cs_stats_draw_head(const struct cs_tui *tui, const struct cs_stats_state *state,
                        const struct cs_stats_place *place, struct cs_canvas *canvas);
void cs_stats_draw_tops(const struct cs_tui *tui, const struct cs_stats_state *state,
                        const struct cs_stats_place *place, struct cs_canvas *canvas);
void cs_stats_draw_waits(const struct cs_tui *tui, const struct cs_stats_place *place,
                         struct cs_canvas *canvas);

/* Thousandths of the bus's time since the moment that counts. */
unsigned cs_stats_share(const struct cs_tui *tui, const struct cs_traffic *traffic,
                        int64_t busy_ps);
/* Three digits: "222µs", "1.23ms"; `text` holds CS_NUMBER_MAX bytes. */
char *cs_stats_span(int64_t ps, char *text);

#endif
