/* SPDX-License-Identifier: MIT */
/* frame_list.h - a list of frames to send, with all that was changed in it: undone and done again.
 * Each has a slot, which stays with it: what was sent is counted by slot. */
#ifndef CANSIM_TUI_FRAME_LIST_H
#define CANSIM_TUI_FRAME_LIST_H

#include "scenarios/send_file.h"

#define CS_FRAME_LIST_STEPS 200 /* that can be undone */
#define CS_FRAME_LIST_WHAT  48

struct cs_listed_frame {
    struct cs_send_item item;
    unsigned slot; /* below CS_SENDERS */
};

/* The list as it was. */
struct cs_frame_list_step {
    char what[CS_FRAME_LIST_WHAT]; /* was changed then */
    unsigned n;
    int at; /* the row that it was about */
    struct cs_listed_frame *frame;
};

struct cs_frame_list {
    struct cs_listed_frame frame[CS_SENDERS];
    unsigned n, next_slot;
    struct cs_frame_list_step past[CS_FRAME_LIST_STEPS], future[CS_FRAME_LIST_STEPS];
    unsigned n_past, n_future;
};

/* Zero-initialise. */
void cs_frame_list_fini(struct cs_frame_list *list);

/* Keep the list as it is before a row (`at`) is changed: `what` in a word or two. 0 or -ENOMEM. */
int cs_frame_list_keep(struct cs_frame_list *list, int at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Take the last change back, or do it again: what it was, with its row; NULL: there is none. The
 * frames that run do so still, and no others. */
const char *cs_frame_list_undo(struct cs_frame_list *list, int *at);
const char *cs_frame_list_redo(struct cs_frame_list *list, int *at);

/* Put one in front of row `at`. 0 or -ENOSPC. Nothing of these is kept by itself. */
int cs_frame_list_add(struct cs_frame_list *list, unsigned at, const struct cs_send_item *item);
void cs_frame_list_remove(struct cs_frame_list *list, unsigned at);
void cs_frame_list_swap(struct cs_frame_list *list, unsigned a, unsigned b);

#endif
