/* SPDX-License-Identifier: MIT */
/* widgets.h - pieces that several views use: columns, gauges, lists, numbers as text. */
#ifndef CANSIM_TUI_WIDGETS_H
#define CANSIM_TUI_WIDGETS_H

#include <stddef.h>

#include "tui/tui.h"

#define CS_COLUMNS_MAX CS_CHOICE_MAX

/* A number within what a table lists: where it is and how it is written. */
enum cs_number_form {
    CS_NUMBER_NONE,
    CS_NUMBER_COUNT, /* cs_text_count() */
    CS_NUMBER_SPAN,  /* picoseconds, cs_text_span(); nothing for 0 */
    CS_NUMBER_PERMILLE,
};

struct cs_number {
    uint8_t form;  /* enum cs_number_form */
    uint8_t bytes; /* 2, 4 or 8; never negative */
    uint8_t style; /* enum cs_style; 0 is always faint */
    uint16_t offset;
};

#define CS_NUMBER(form, type, member, style)                              \
    {                                                                     \
        form, sizeof((type *)NULL)->member, style, offsetof(type, member) \
    }

/* A column of a table. `item` is what the table lists. */
struct cs_column {
    const char *name; /* by which it is chosen; NULL: the title */
    const char *title;
    const char *title_ascii; /* NULL: the same */
    int width, max_width;    /* cells; wider only where there is room */
    bool right;              /* title and text aligned right */
    int rank;                /* columns of the highest rank are left out first; 0 stays */
    void (*cell)(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at,
                 const void *item);
    int (*wanted)(const struct cs_tui *tui); /* the width wanted now, 0 for none; NULL: as above */
    int (*compare)(const void *a, const void *b); /* NULL: no order by it, unless by `order` */
    int (*most)(const struct cs_tui *tui);        /* in place of max_width; NULL: that */
    struct cs_number number;                      /* where there is no `cell` */
    enum cs_column_order {
        CS_ORDER_NONE,
        CS_ORDER_UP,
        CS_ORDER_DOWN
    } order; /* by the number: small or big ones first */
};

/* A column's first members by place, all others by name. */
#define CS_COLUMN(t, w, most_w, to_right, r, ...)                                            \
    {                                                                                        \
        .title = (t), .width = (w), .max_width = (most_w), .right = (to_right), .rank = (r), \
        __VA_ARGS__                                                                          \
    }

bool cs_column_orders(const struct cs_column *column);
int cs_column_compare(const struct cs_column *column, const void *a, const void *b);

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

/* wanted() of a column of identifiers: all where there is room, or one with 29 bits was seen. */
int cs_want_id(const struct cs_tui *tui);
/* wanted() of a column of bus names: none where there is only one bus. */
int cs_want_bus(const struct cs_tui *tui);
/* And of one of node names: as wide as the names need, within reason. */
int cs_want_node(const struct cs_tui *tui);

/* Columns of what CAN FD adds, none where no bus has it: "FBE" flags; "15/64" in the place of the
 * DLC where there is room; data as wide as it needs. */
int cs_want_fd(const struct cs_tui *tui);
int cs_want_len(const struct cs_tui *tui);
int cs_most_data(const struct cs_tui *tui);

/* A bar of `width` cells filled to value / full, in eighths where the terminal can. */
void cs_gauge(struct cs_canvas *canvas, int x, int y, int width, uint8_t style, uint64_t value,
              uint64_t full);

/* Where a box of that size is put: amid the columns from line y on, made to fit the screen. */
struct cs_rect cs_box_place(const struct cs_tui *tui, int w, int h, int y);

/* Keep 0 <= sel < n and the selection within the page. */
void cs_list_clamp(struct cs_list *list, int n, int page);
void cs_list_move(struct cs_list *list, int by, int n, int page);

/* The row of a list that the mouse was pressed on, below one line of titles; -1: none, or it was no
 * press. */
int cs_list_hit(const struct cs_list *list, const struct cs_mouse *mouse, int n, int page);

/* Data bytes as hex into at.w cells, zero bytes faint; `hot` and `warm` mark changed ones (bits).
 */
void cs_put_data(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len,
                 uint64_t hot, uint64_t warm);
/* The same in a form; `diff`: bits that stand out in bytes that do, NULL: all of them. */
void cs_put_data_as(struct cs_canvas *canvas, struct cs_rect at, enum cs_data_form form,
                    const uint8_t *data, unsigned len, uint64_t hot, uint64_t warm,
                    const uint8_t *diff);
/* Width wanted of a column of data, where the others leave `room`. */
int cs_want_data(const struct cs_tui *tui, int room);
void cs_next_data_form(struct cs_tui *tui, int unused);
/* The same bytes as characters, '.' for what is not printable. */
void cs_put_ascii(struct cs_canvas *canvas, struct cs_rect at, const uint8_t *data, unsigned len);
void cs_put_id(struct cs_canvas *canvas, struct cs_rect at, uint32_t id, uint8_t flags);

/* FDF, BRS, ESI as "FBE"; nothing for a classic frame. */
void cs_put_fd(struct cs_canvas *canvas, struct cs_rect at, uint8_t flags);
/* The DLC; of an FD frame its bytes, with the DLC before them where there is room. */
void cs_put_len(struct cs_canvas *canvas, struct cs_rect at, uint8_t flags, unsigned dlc,
                unsigned len);

#define CS_NUMBER_MAX 24
/* All functions below write at most CS_NUMBER_MAX bytes and return the buffer. */
char *cs_text_count(uint64_t n, int width, char *buf); /* 123456, or 1.23M where that is too wide */
char *cs_text_span(int64_t ps, char *buf);             /* 222.0us, 10.000ms, 1.500s, 12m34s */
char *cs_text_clock(int64_t ps, char *buf);            /* 0:00:12.345 */
char *cs_text_permille(unsigned permille, char *buf);  /* 12.3% */
/* 500k, or 500k/2M with a data bit rate. */
char *cs_text_rates(uint32_t bps, uint32_t data_bps, char *buf);
char *cs_text_speed(uint32_t permille, char *buf); /* x1, x0.25, max */

#endif
