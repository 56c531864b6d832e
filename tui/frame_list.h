/* SPDX-License-Identifier: MIT */
/* frame_list.h - a list of frames to send. Each has a slot, which stays with it: what was sent is
 * counted by slot. */
#ifndef CANSIM_TUI_FRAME_LIST_H
#define CANSIM_TUI_FRAME_LIST_H

#include "scenarios/send_file.h"

struct cs_listed_frame {
    struct cs_send_item item;
    unsigned slot; /* below CS_SENDERS */
};

/* Zero-initialise. */
struct cs_frame_list {
    struct cs_listed_frame frame[CS_SENDERS];
    unsigned n, next_slot;
};

/* The frames as they were, about which row the change was. */
struct cs_frame_list_kept {
    int at;
    unsigned n;
    struct cs_listed_frame frame[CS_SENDERS];
};

/* Exchange them. The frames that run do so still, and no others. */
void cs_frame_list_swap_all(struct cs_frame_list *list, struct cs_frame_list_kept *kept);

/* Put one in front of row `at`. 0 or -ENOSPC. */
int cs_frame_list_add(struct cs_frame_list *list, unsigned at, const struct cs_send_item *item);
void cs_frame_list_remove(struct cs_frame_list *list, unsigned at);
void cs_frame_list_swap(struct cs_frame_list *list, unsigned a, unsigned b);

#endif
