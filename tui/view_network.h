/* SPDX-License-Identifier: MIT */
/* view_network.h - the pages of decoders: a list, and tables about its selected row. Two lists,
 * `list` and `rows`, with one of which the keys go; view_network*.c alone include it. */
#ifndef CANSIM_TUI_VIEW_NETWORK_H
#define CANSIM_TUI_VIEW_NETWORK_H

#include "tui/pages.h"
#include "tui/view.h"

#define CS_NETWORK_ROWS 8192 /* that are shown of a table */
#define CS_NETWORK_FIND 48
#define CS_NETWORK_TALL 15  /* lines from which on list and tables are there together */
#define CS_NETWORK_BOTH 26  /* and stay so where the keys go to a table */
#define CS_NETWORK_WIDE 190 /* columns from which on they are side by side */
#define CS_NETWORK_LIST 100 /* columns of the list then */

/* A table on the screen: those of its rows that are found, by number of their field. */
struct cs_network_rows {
    struct cs_list list;
    uint64_t key;    /* the selection stays with a row, unless it is the first */
    uint32_t *shown; /* CS_NETWORK_ROWS of them */
    unsigned n;
};

struct cs_network {
    struct cs_tui_pages pages;
    bool no_host; /* it does not tell */
    bool moved;   /* somebody chose a page, or a row of the list */
    bool inside;  /* the keys go to the table about the row */
    unsigned section;
    struct cs_network_rows list, rows;
    bool finding; /* text is being typed */
    struct cs_textfield find;
    char asked[CS_TUI_MESSAGE_MAX]; /* what was asked for last, "" for nothing */
    bool waiting;                   /* no answer yet */
    uint64_t heard;                 /* answers that were told */
    unsigned changes;               /* of the host's rows that were looked at */
};

/* Where the parts are in the body; of height 0 where they are not there. */
struct cs_network_layout {
    struct cs_rect tabs;     /* pages */
    struct cs_rect list;     /* titles and rows */
    struct cs_rect sections; /* which table about the row */
    struct cs_rect rows;     /* titles and rows, or lines */
    struct cs_rect said;     /* what was asked for and what came of it */
    struct cs_rect actions;
};

struct cs_network *cs_network_of(const struct cs_tui *tui);
void cs_network_layout(const struct cs_network *net, struct cs_rect body,
                       struct cs_network_layout *at);
/* The page, NULL for none; its list, and the table that is shown about a row, NULL for none. */
const struct cs_tui_page *cs_network_page(const struct cs_network *net);
const struct cansim_table *cs_network_section(const struct cs_network *net);
/* The table with the keys. */
const struct cansim_table *cs_network_table(const struct cs_network *net);
/* Actions that are there now, NULL for none. */
const struct cansim_action *cs_network_actions(const struct cs_network *net);

/* Move the selection of the list or table with the keys. */
void cs_network_move(struct cs_tui *tui, int by);

/* view_network_ask.c */
#define CS_NETWORK_WORDS 7
extern const struct cs_word cs_network_words[CS_NETWORK_WORDS];
void cs_network_act(struct cs_tui *tui, const struct cansim_action *action);

/* view_network_draw.c */
void cs_network_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
void cs_network_detail(const struct cs_tui *tui, struct cs_canvas *canvas, int x, int y);
/* What is there at a cell: a page, a section, a key of the actions; -1, -1, 0 for none. */
int cs_network_tab_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                      int y);
int cs_network_section_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                          int y);
char cs_network_action_at(const struct cs_network *net, const struct cs_network_layout *at, int x,
                          int y);
/* The text of a cell, or of the value of a line. */
void cs_network_text(const struct cansim_field *field, char *text, size_t size);

#endif
