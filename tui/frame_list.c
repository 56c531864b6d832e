/* SPDX-License-Identifier: MIT */
/* frame_list.c - see frame_list.h. */
#include "tui/frame_list.h"

#include <errno.h>
#include <string.h>

static bool runs(const struct cs_frame_list *list, unsigned slot)
{
    for (unsigned i = 0; i < list->n; i++)
        if (list->frame[i].slot == slot)
            return list->frame[i].item.on;
    return false;
}

void cs_frame_list_swap_all(struct cs_frame_list *list, struct cs_frame_list_kept *kept)
{
    const struct cs_frame_list now = *list;

    list->n = kept->n;
    for (unsigned i = 0; i < kept->n; i++) {
        list->frame[i] = kept->frame[i];
        list->frame[i].item.on =
            list->frame[i].item.send.period_ps > 0 && runs(&now, list->frame[i].slot);
    }
    kept->n = now.n;
    memcpy(kept->frame, now.frame, now.n * sizeof *now.frame);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* One that is not taken, those that were free longest first. */
static unsigned free_slot(struct cs_frame_list *list)
{
    for (;;) {
        const unsigned slot = list->next_slot;
        bool taken = false;
        list->next_slot = (slot + 1) % CS_SENDERS;
        for (unsigned i = 0; i < list->n; i++)
            taken |= list->frame[i].slot == slot;
        if (!taken)
            return slot;
    }
}

int cs_frame_list_add(struct cs_frame_list *list, unsigned at, const struct cs_send_item *item)
{
    struct cs_listed_frame frame = {.item = *item};

    if (list->n == CS_SENDERS)
        return -ENOSPC;
    frame.slot = free_slot(list);
    at = at < list->n ? at : list->n;
    memmove(&list->frame[at + 1], &list->frame[at], (list->n - at) * sizeof *list->frame);
    list->frame[at] = frame;
    list->n++;
    return 0;
}

void cs_frame_list_remove(struct cs_frame_list *list, unsigned at)
{
    if (at >= list->n)
        return;
    list->n--;
    memmove(&list->frame[at], &list->frame[at + 1], (list->n - at) * sizeof *list->frame);
}

void cs_frame_list_swap(struct cs_frame_list *list, unsigned a, unsigned b)
{
    const struct cs_listed_frame frame = list->frame[a];

    list->frame[a] = list->frame[b];
    list->frame[b] = frame;
}
