/* SPDX-License-Identifier: MIT */
/* undo.c - see undo.h. */
#include "tui/undo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view.h"

static void drop(struct cs_undo *undo, unsigned at)
{
    undo->bytes -= undo->step[at].size;
    free(undo->step[at].data);
    undo->n--;
    memmove(&undo->step[at], &undo->step[at + 1], (undo->n - at) * sizeof *undo->step);
}

static bool is_of(const struct cs_undo_step *step, unsigned context)
{
    return !step->kind->of_context || step->context == context;
}

/* Those of a kind that were taken back. */
static void drop_undone(struct cs_undo *undo, const struct cs_undo_kind *kind, unsigned context)
{
    for (unsigned i = undo->n; i-- > 0;)
        if (undo->step[i].kind == kind && undo->step[i].undone && is_of(&undo->step[i], context))
            drop(undo, i);
}

void cs_undo_end_context(struct cs_undo *undo, unsigned context)
{
    for (unsigned i = undo->n; i-- > 0;)
        if (undo->step[i].kind->of_context && undo->step[i].context == context)
            drop(undo, i);
}

void cs_undo_not_done(struct cs_undo *undo, void *data, const void *then, size_t size)
{
    for (unsigned i = 0; i < undo->n; i++)
        if (undo->step[i].data == data) {
            undo->step[i].undone = !undo->step[i].undone;
            memcpy(data, then, size);
        }
}

void cs_undo_moved(struct cs_undo *undo, const struct cs_rows_moved *moved)
{
    for (unsigned i = 0; i < undo->n; i++)
        if (undo->step[i].kind->moved)
            undo->step[i].kind->moved(undo->step[i].data, moved);
}

void cs_undo_restart(struct cs_undo *undo)
{
    for (unsigned i = undo->n; i-- > 0;)
        if (undo->step[i].kind->of_run)
            drop(undo, i);
}

void cs_undo_fini(struct cs_undo *undo)
{
    while (undo->n > 0)
        drop(undo, undo->n - 1);
}

void *cs_undo_copy(const void *from, size_t size)
{
    void *copy = malloc(size);

    return copy ? memcpy(copy, from, size) : NULL;
}

int cs_undo_keep(struct cs_tui *tui, const struct cs_undo_kind *kind, void *data, size_t size,
                 const char *format, ...)
{
    struct cs_undo *undo = &tui->undo;
    struct cs_undo_step *step;
    va_list ap;

    if (!data)
        return -ENOMEM;
    drop_undone(undo, kind, tui->context);
    while (undo->n > 0 && (undo->n == CS_UNDO_STEPS || undo->bytes + size > CS_UNDO_BYTES))
        drop(undo, 0);
    step = &undo->step[undo->n++];
    *step =
        (struct cs_undo_step){.kind = kind, .data = data, .size = size, .context = tui->context};
    undo->bytes += size;
    va_start(ap, format);
    vsnprintf(step->what, sizeof step->what, format, ap);
    va_end(ap);
    return 0;
}

static bool acts_in(const struct cs_undo_kind *kind, const char *view)
{
    char word[48];

    snprintf(word, sizeof word, " %.40s ", view);
    return strstr(kind->views, word) != NULL;
}

/* The newest that is not taken back, the oldest that is; -1: none. */
static int find(const struct cs_undo *undo, const char *view, unsigned context, bool back)
{
    int found = -1;

    for (int i = 0; i < (int)undo->n; i++) {
        const struct cs_undo_step *step = &undo->step[i];
        if (step->undone == back || !acts_in(step->kind, view) || !is_of(step, context))
            continue;
        found = i;
        if (!back)
            break;
    }
    return found;
}

void cs_undo_go(struct cs_tui *tui, int back)
{
    struct cs_undo *undo = &tui->undo;
    const int at = find(undo, cs_views[tui->view]->name, tui->context, back);
    struct cs_undo_step *step;

    if (at < 0) {
        cs_tui_say(tui, false, back ? "nothing was changed here" : "nothing was undone here");
        return;
    }
    step = &undo->step[at];
    const int ret = step->kind->swap(tui, step->data);
    if (ret < 0) {
        if (ret != -EAGAIN)
            drop(undo, (unsigned)at);
        return;
    }
    step->undone = back;
    if (back)
        cs_tui_say(tui, false, "undone: %s; U does it again", step->what);
    else
        cs_tui_say(tui, false, "done again: %s", step->what);
}
