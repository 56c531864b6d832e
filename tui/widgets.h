/* SPDX-License-Identifier: MIT */
/* widgets.h - pieces that several views use: columns, gauges, lists, numbers as text. */
#ifndef CANSIM_TUI_WIDGETS_H
#define CANSIM_TUI_WIDGETS_H

#include "tui/tui.h"

#define CS_COLUMNS_MAX 24

/* A column of a table. `item` is what the table lists. */
struct cs_column {
    const char *title;
    const char *title_ascii; /* NULL: the same */
    int width, max_width;    /* cells; wider only where there is room */
    bool right;              /* title and text aligned right */
    int rank;                /* columns of the highest rank are left out first; 0 stays */
    void (*cell)(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                 const void *item);
    int (*wanted)(const struct cs_tui *tui); /* the width wanted now, 0 for none; NULL: as above */
    int (*compare)(const void *a, const void *b); /* NULL: no order by it */
};

/* Where the columns go: x and width of each, width 0 for those left out. */
struct cs_columns_layout {
    int x[CS_COLUMNS_MAX], w[CS_COLUMNS_MAX];
};

void cs_columns_fit(const struct cs_tui *tui, const struct cs_column *columns, unsigned n,
                    int width, struct cs_columns_layout *layout);
/* Titles; `sort` is the column that orders the table or -1. */
void cs_columns_titles(const struct cs_column *columns, unsigned n, struct cs_canvas *canvas, int y,
                       const struct cs_columns_layout *layout, int sort, bool reverse);
void cs_columns_row(const struct cs_tui *tui, const struct cs_column *columns, unsigned n,
                    struct cs_canvas *canvas, int y, const struct cs_columns_layout *layout,
                    const void *item);

/* wanted() of a column of bus names: none where there is only one bus. */
int cs_want_bus(const struct cs_tui *tui);
/* And of one of node names: as wide as the names need, within reason. */
int cs_want_node(const struct cs_tui *tui);

/* A bar of `width` cells filled to value / full, in eighths where the terminal can. */
void cs_gauge(struct cs_canvas *canvas, int x, int y, int width, uint8_t style, uint64_t value,
              uint64_t full);

/* Keep 0 <= sel < n and the selection within the page. */
void cs_list_clamp(struct cs_list *list, int n, int page);
void cs_list_move(struct cs_list *list, int by, int n, int page);

/* Data bytes as hex into at.w cells, zero bytes faint; `hot` and `warm` mark changed ones (bits).
 */
void cs_put_data(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len,
                 uint64_t hot, uint64_t warm);
/* The same bytes as characters, '.' for what is not printable. */
void cs_put_ascii(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len);
void cs_put_id(struct cs_canvas *canvas, struct cs_rect at, uint32_t id, uint8_t flags);

#define CS_NUMBER_MAX 24
/* All functions below write at most CS_NUMBER_MAX bytes and return the buffer. */
char *cs_text_count(uint64_t n, int width, char *buf); /* 123456, or 1.23M where that is too wide */
char *cs_text_span(int64_t ps, char *buf);             /* 222.0us, 10.000ms, 1.500s, 12m34s */
char *cs_text_clock(int64_t ps, char *buf);            /* 0:00:12.345 */
char *cs_text_permille(unsigned permille, char *buf);  /* 12.3% */
char *cs_text_speed(uint32_t permille, char *buf);     /* x1, x0.25, max */

#endif
