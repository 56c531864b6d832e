/* SPDX-License-Identifier: MIT */
/* trace.h - what the parts of the trace's view share: which rows are shown, the tree of the one
 * that is open, marks, bookmarks and what was searched. */
#ifndef CANSIM_TUI_TRACE_H
#define CANSIM_TUI_TRACE_H

#include "tui/host.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define CS_TRACE_BOOKMARKS     64
#define CS_TRACE_BOOKMARK_NAME 40
#define CS_NO_ROW              UINT64_MAX

/* Frames and their bits between two rows; both ends move, nothing is counted twice. */
struct cs_trace_span {
    uint64_t low, high; /* rows low..high - 1 are counted */
    uint64_t frames, bits;
    unsigned bus;  /* of which bits are counted */
    bool counting; /* they are not there yet, and so far: */
    unsigned percent;
};

/* What rows cost that are looked at a part at a time, in rows that are only asked. */
#define CS_TRACE_AT_ONCE     65536u
#define CS_TRACE_SKIP_COST   8 /* of a chunk that is passed over */
#define CS_TRACE_UNPACK_COST 512

/* The way to a row that is not known yet. */
struct cs_trace_hunt {
    bool on;
    bool held;          /* a key stopped it: it can go on while the cursor is where it was */
    bool any;           /* every row that is shown will do; else one that passes the search */
    bool turn;          /* where there is none, back to `start` and the other way */
    bool turned;        /* that was done */
    int by;             /* towards newer rows, or older ones */
    uint64_t start, at; /* rows from `at` on are left, or those before it */
    uint64_t cursor;
};

/* What the view keeps beyond cs_tui's trace. */
struct cs_trace_keep {
    /* Whether a row is shown, a bit each by number % capacity; those of [down, up) are known. */
    uint64_t *bits;
    uint32_t capacity;
    uint64_t down, up;
    uint64_t filter_changes;
    enum cs_trace_show show;

    bool marked;
    uint64_t mark;
    bool dragged; /* the mouse set the mark, and still moves */
    struct cs_trace_span span;
    uint64_t bookmarks[CS_TRACE_BOOKMARKS]; /* in their order */
    unsigned n_bookmarks;
    struct {
        uint64_t row;
        char text[CS_TRACE_BOOKMARK_NAME]; /* "": none */
    } names[CS_TRACE_BOOKMARKS];           /* in any order; of rows without a bookmark, too */
    struct cs_list bookmark_list;

    struct cs_query search;
    struct cs_trace_hunt hunt;

    bool open; /* open_row's tree is shown below it */
    uint64_t open_row;
    int tree_top; /* lines of it that are scrolled away */
    int decode_error;
    struct cs_decoded tree;
};

struct cs_trace_keep *cs_trace_keep(const struct cs_tui *tui);

/* ---- trace_rows.c ---------------------------------------------------------------------------- */

/* As cs_trace_index(), so many rows of it. */
void cs_trace_index_on(struct cs_tui *tui, unsigned rows);
/* Is it known which rows are shown: of those from `number` on, or of all before it? */
bool cs_trace_knows(const struct cs_tui *tui, uint64_t number, bool back);
/* The first row of which it is known. */
uint64_t cs_trace_known(const struct cs_tui *tui);
uint64_t cs_trace_oldest(const struct cs_tui *tui);
/* The row from which on `lines` lines of rows and trees reach up to `number`. */
uint64_t cs_trace_back(const struct cs_tui *tui, uint64_t number, int lines);
uint64_t cs_trace_top(const struct cs_tui *tui, int page);
/* Lines that a row takes: its own, and those of its tree. */
int cs_trace_height(const struct cs_tui *tui, uint64_t number);
void cs_trace_free(struct cs_trace_keep *keep);

/* ---- view_trace.c: moving -------------------------------------------------------------------- */

void cs_trace_select(struct cs_tui *tui, uint64_t number);
/* ", hidden by the filter: Esc shows all", or nothing. */
const char *cs_trace_hidden(const struct cs_tui *tui, uint64_t number);
void cs_trace_stop(struct cs_tui *tui); /* to follow */
void cs_trace_show_selected(struct cs_tui *tui);

/* ---- trace_hunt.c ---------------------------------------------------------------------------- */

/* Go on with it; tui->progress tells how far it is, tui->more that it is not at its end. */
void cs_trace_hunt_on(struct cs_tui *tui, unsigned rows);
void cs_trace_next_match(struct cs_tui *tui, int by);
void cs_trace_ask(struct cs_tui *tui, int unused); /* for what to search */
/* Select the first row from `number` on that is shown, else the one before. */
void cs_trace_near(struct cs_tui *tui, uint64_t number);

/* ---- trace_marks.c --------------------------------------------------------------------------- */

/* Before the mark or a bookmark is changed: so that it can be undone. */
void cs_trace_keep_marks(struct cs_tui *tui, const char *what);
void cs_trace_moved(struct cs_tui *tui, const struct cs_rows_moved *moved);
void cs_trace_mark(struct cs_tui *tui, int unused);
void cs_trace_bookmark(struct cs_tui *tui, int unused);
/* Between runs: those of a log, by row and time. 0; -EAGAIN: the row is not there yet. */
void cs_trace_remember(const struct cs_tui *tui, const struct cs_memory_out *out);
int cs_trace_recall(struct cs_tui *tui, const char *name, const char *text);
void cs_trace_next_bookmark(struct cs_tui *tui, int by);
void cs_trace_copy(struct cs_tui *tui, int unused);
/* Bring the span up to date with mark and cursor. */
void cs_trace_measure(struct cs_tui *tui);
void cs_trace_measure_on(struct cs_tui *tui, unsigned rows); /* tui->more: it is not yet */
bool cs_trace_measures(const struct cs_tui *tui);
void cs_trace_span_text(const struct cs_tui *tui, char *text, size_t size);
int cs_trace_export(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
int cs_trace_export_scenario(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
/* What stands in front of a row, 0: nothing; and its style. */
uint32_t cs_trace_sign(const struct cs_tui *tui, uint64_t number, uint8_t *style);

/* ---- overlay_bookmarks.c --------------------------------------------------------------------- */

const char *cs_trace_bookmark_name(const struct cs_tui *tui, uint64_t row); /* "": none */
/* Set one under the cursor, and its name. */
int cs_trace_bookmark_named(struct cs_tui *tui, const char *rest, char *why, size_t why_size);
int cs_trace_bookmarks(struct cs_tui *tui, const char *rest, char *why, size_t why_size);

/* ---- trace_tree.c ---------------------------------------------------------------------------- */

void cs_trace_open(struct cs_tui *tui, int unused);
void cs_trace_decode_again(struct cs_tui *tui); /* the row that is open, if any */
void cs_trace_close(struct cs_tui *tui, int unused);
void cs_trace_answer(struct cs_tui *tui, int unused);
int cs_trace_tree_lines(const struct cs_tui *tui); /* all that there are */
void cs_trace_draw_tree(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect at);

/* ---- trace_draw.c ---------------------------------------------------------------------------- */

#define CS_TRACE_COLUMNS 14
extern const struct cs_column cs_trace_columns[CS_TRACE_COLUMNS];
void cs_trace_draw(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);

/* ---- trace_hints.c --------------------------------------------------------------------------- */

void cs_trace_draw_nothing(const struct cs_tui *tui, struct cs_canvas *canvas, struct cs_rect body);
/* What is to be done about what goes on now; "" for nothing. */
void cs_trace_hint(const struct cs_tui *tui, char *text, size_t size);

#endif
