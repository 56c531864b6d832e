/* SPDX-License-Identifier: MIT */
/* undo.h - what was edited, to be taken back and done again. A step keeps what was there before;
 * to take it back is to exchange that with what is there now, and to do it again is the same. */
#ifndef CANSIM_TUI_UNDO_H
#define CANSIM_TUI_UNDO_H

#include <stdbool.h>
#include <stddef.h>

#define CS_UNDO_STEPS 200
#define CS_UNDO_BYTES (8u << 20) /* that all steps keep, at most; the oldest make room */
#define CS_UNDO_WHAT  96

struct cs_rows_moved; /* tui/ring.h */
struct cs_tui;

/* What can be edited. Its steps are taken back in the order against that in which they were made.
 */
struct cs_undo_kind {
    const char *views; /* " trace ids ": in which the keys take it back */
    bool of_run;       /* means nothing in another run */
    bool of_context;   /* of the panes that share it alone, context.h */
    /* Exchange what is now with `data`. 0; -EAGAIN: not now, -1: never, the step is gone; both were
     * said. */
    int (*swap)(struct cs_tui *tui, void *data);
    void (*moved)(void *data, const struct cs_rows_moved *moved); /* rows in it; may be NULL */
};

struct cs_undo {
    struct cs_undo_step {
        const struct cs_undo_kind *kind;
        void *data; /* malloc()ed, without pointers to more */
        size_t size;
        bool undone;
        unsigned context;
        char what[CS_UNDO_WHAT];
    } step[CS_UNDO_STEPS]; /* the oldest first */
    unsigned n;
    size_t bytes;
};

/* Before (or after) an edit: `data`, which is the step's from now on, is what was there before it,
 * the format what is done, in a word or two. 0; -ENOMEM where data is NULL. */
int cs_undo_keep(struct cs_tui *tui, const struct cs_undo_kind *kind, void *data, size_t size,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A copy of `from`, malloc()ed; NULL: no memory. */
void *cs_undo_copy(const void *from, size_t size);

/* Take the last step of the view with the focus back (back = 1), or do it again (0), and say it. */
void cs_undo_go(struct cs_tui *tui, int back);
/* What was exchanged with `data`, to go on for some time, was given up: `then` is in `data` again.
 */
void cs_undo_not_done(struct cs_undo *undo, void *data, const void *then, size_t size);
/* Rows have other numbers. */
void cs_undo_moved(struct cs_undo *undo, const struct cs_rows_moved *moved);
/* Nobody has that context any more. */
void cs_undo_end_context(struct cs_undo *undo, unsigned context);
/* Another run begins. */
void cs_undo_restart(struct cs_undo *undo);
void cs_undo_fini(struct cs_undo *undo);

#endif
