/* SPDX-License-Identifier: MIT */
/* pages.h - what decoders know of the buses, as the host tells it: tables whose rows are trees (see
 * struct cansim_table), and the answers to what was asked for on them. */
#ifndef CANSIM_TUI_PAGES_H
#define CANSIM_TUI_PAGES_H

#include "plugins/tree.h"
#include "tui/tui.h"

#define CS_TUI_PAGES       64
#define CS_TUI_ANSWER      400
#define CS_PAGES_MANY      4000 /* fields of a section from which on it is asked for less often */
#define CS_PAGES_MANY_WAIT 8    /* only each so many times */

struct cs_tui_page {
    const struct cansim_page *page;
    char decoder[32], bus[CS_TUI_BUS_NAME];
    bool can_ask;
};

struct cs_tui_pages {
    struct cs_tui_page page[CS_TUI_PAGES];
    unsigned n;

    /* What is wanted. */
    unsigned at;                        /* whose list */
    const struct cansim_table *section; /* and of its row `row` this; NULL: nothing */
    uint64_t row;
    bool anew; /* that is another one than before */

    /* As of at_ps. */
    int64_t at_ps;
    unsigned waited;  /* times that a long section was left as it was */
    unsigned changes; /* of `rows` so far */
    struct cs_tree list, rows;

    uint64_t n_answers; /* in all; the latest: */
    char answer[CS_TUI_ANSWER];
    bool answer_bad;
};

#endif
