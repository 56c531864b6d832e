/* SPDX-License-Identifier: MIT */
/* frame_list.c - see frame_list.h. */
#include "tui/frame_list.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void drop(struct cs_frame_list_step *steps, unsigned *n)
{
    while (*n > 0)
        free(steps[--*n].frame);
}

void cs_frame_list_fini(struct cs_frame_list *list)
{
    drop(list->past, &list->n_past);
    drop(list->future, &list->n_future);
    list->n = 0;
}

/* A copy of the list at the end of `steps`; the oldest makes room. */
static int push(const struct cs_frame_list *list, struct cs_frame_list_step *steps, unsigned *n,
                int at, const char *what)
{
    struct cs_listed_frame *copy = malloc((list->n + 1) * sizeof *copy);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, list->frame, list->n * sizeof *copy);
    if (*n == CS_FRAME_LIST_STEPS) {
        free(steps[0].frame);
        memmove(steps, steps + 1, (CS_FRAME_LIST_STEPS - 1) * sizeof *steps);
        (*n)--;
    }
    steps[*n] = (struct cs_frame_list_step){.n = list->n, .at = at, .frame = copy};
    snprintf(steps[*n].what, sizeof steps[*n].what, "%s", what);
    (*n)++;
    return 0;
}

int cs_frame_list_keep(struct cs_frame_list *list, int at, const char *format, ...)
{
    char what[CS_FRAME_LIST_WHAT];
    va_list ap;

    va_start(ap, format);
    vsnprintf(what, sizeof what, format, ap);
    va_end(ap);
    drop(list->future, &list->n_future);
    return push(list, list->past, &list->n_past, at, what);
}

static bool runs(const struct cs_listed_frame *frame, unsigned n, unsigned slot)
{
    for (unsigned i = 0; i < n; i++)
        if (frame[i].slot == slot)
            return frame[i].item.on;
    return false;
}

/* From the end of one to the end of the other. */
static const char *go(struct cs_frame_list *list, struct cs_frame_list_step *from, unsigned *n_from,
                      struct cs_frame_list_step *to, unsigned *n_to, int *at)
{
    struct cs_frame_list_step *step;

    if (*n_from == 0)
        return NULL;
    step = &from[*n_from - 1];
    if (push(list, to, n_to, step->at, step->what) != 0)
        return NULL;
    for (unsigned i = 0; i < step->n; i++)
        step->frame[i].item.on = step->frame[i].item.send.period_ps > 0 &&
                                 runs(list->frame, list->n, step->frame[i].slot);
    memcpy(list->frame, step->frame, step->n * sizeof *step->frame);
    list->n = step->n;
    *at = step->at;
    free(step->frame);
    (*n_from)--;
    return to[*n_to - 1].what;
}

const char *cs_frame_list_undo(struct cs_frame_list *list, int *at)
{
    return go(list, list->past, &list->n_past, list->future, &list->n_future, at);
}

const char *cs_frame_list_redo(struct cs_frame_list *list, int *at)
{
    return go(list, list->future, &list->n_future, list->past, &list->n_past, at);
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
