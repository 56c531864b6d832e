/* SPDX-License-Identifier: MIT */
/* context.c - see context.h. */
#include "tui/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tui/job.h"
#include "tui/view.h"

/* ---- what views keep ------------------------------------------------------------------------- */

static int begin_view(void **state, const struct cs_view *view)
{
    if (!view->state_size)
        return 0;
    *state = calloc(1, view->state_size);
    return *state && (!view->init || view->init(*state) == 0) ? 0 : -ENOMEM;
}

static void end_view(void **state, const struct cs_view *view)
{
    if (*state && view->fini)
        view->fini(*state);
    free(*state);
    *state = NULL;
}

int cs_contexts_init(struct cs_tui *tui)
{
    tui->contexts = calloc(CS_TUI_PANES, sizeof *tui->contexts);
    if (!tui->contexts)
        return -ENOMEM;
    tui->contexts[0].used = true;
    for (unsigned v = 0; v < cs_n_views; v++)
        if (begin_view(&tui->state[v], cs_views[v]) != 0)
            return -ENOMEM;
    return 0;
}

/* Those that are put away; what is in the model stays. */
static void end_context(struct cs_context *context)
{
    for (unsigned v = 0; v < cs_n_views; v++)
        end_view(&context->state[v], cs_views[v]);
    *context = (struct cs_context){0};
}

void cs_contexts_fini(struct cs_tui *tui)
{
    for (unsigned c = 0; tui->contexts && c < CS_TUI_PANES; c++)
        if (c != tui->context)
            end_context(&tui->contexts[c]);
    for (unsigned v = 0; v < cs_n_views; v++)
        end_view(&tui->state[v], cs_views[v]);
    free(tui->contexts);
    tui->contexts = NULL;
}

/* ---- which one is in the model --------------------------------------------------------------- */

static void put_away(struct cs_tui *tui)
{
    struct cs_context *context = &tui->contexts[tui->context];

    context->filter = tui->filter;
    context->filter_changes = tui->filter_changes;
    context->trace = tui->trace;
    context->by_id = tui->by_id;
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->many) {
            context->state[v] = tui->state[v];
            tui->state[v] = NULL;
        }
}

static void take_out(struct cs_tui *tui, unsigned c)
{
    struct cs_context *context = &tui->contexts[c];

    tui->context = c;
    tui->filter = context->filter;
    tui->filter_changes = context->filter_changes;
    tui->trace = context->trace;
    tui->by_id = context->by_id;
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->many) {
            tui->state[v] = context->state[v];
            context->state[v] = NULL;
        }
}

static void change_to(struct cs_tui *tui, unsigned c)
{
    if (c == tui->context)
        return;
    put_away(tui);
    take_out(tui, c);
}

void cs_context_enter(struct cs_tui *tui, unsigned pane)
{
    tui->at = pane;
    change_to(tui, tui->pane_context[pane]);
}

bool cs_context_same(const struct cs_tui *tui, unsigned pane, unsigned other)
{
    return tui->pane_context[pane] == tui->pane_context[other];
}

/* ---- more and fewer -------------------------------------------------------------------------- */

static unsigned sharers(const struct cs_tui *tui, unsigned c)
{
    unsigned n = 0;

    for (unsigned p = 0; p < cs_tui_panes(tui); p++)
        n += tui->pane_context[p] == c;
    return n;
}

static unsigned find_free(const struct cs_tui *tui)
{
    unsigned c = 0;

    while (c < CS_TUI_PANES - 1 && tui->contexts[c].used)
        c++;
    return c;
}

/* Panes and contexts are as many, so one is free where two panes share. */
int cs_context_own(struct cs_tui *tui, unsigned pane)
{
    const unsigned c = find_free(tui);
    struct cs_context *own = &tui->contexts[c];

    if (sharers(tui, tui->pane_context[pane]) < 2)
        return 0;
    change_to(tui, tui->pane_context[pane]);
    *own = (struct cs_context){.used = true,
                               .filter = tui->filter,
                               .filter_changes = tui->filter_changes,
                               .trace = tui->trace,
                               .by_id = tui->by_id};
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->many && begin_view(&own->state[v], cs_views[v]) != 0) {
            end_context(own);
            return -ENOMEM;
        }
    tui->pane_context[pane] = c;
    change_to(tui, tui->pane_context[tui->at]);
    return 0;
}

void cs_context_keep(struct cs_tui *tui, unsigned n)
{
    change_to(tui, tui->pane_context[tui->focus]);
    for (unsigned p = n; p < CS_TUI_PANES; p++)
        tui->pane_context[p] = tui->context;
    for (unsigned c = 0; c < CS_TUI_PANES; c++) {
        bool needed = c == tui->context;
        for (unsigned p = 0; p < n; p++)
            needed |= tui->pane_context[p] == c;
        if (!needed) {
            end_context(&tui->contexts[c]);
            cs_undo_end_context(&tui->undo, c);
            if (tui->job && tui->job->context == c)
                cs_tui_end_job(tui);
        }
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

int cs_view_restart(struct cs_tui *tui, unsigned v)
{
    const struct cs_view *view = cs_views[v];

    if (view->restart) {
        view->restart(tui);
    } else if (tui->state[v]) {
        if (view->fini)
            view->fini(tui->state[v]);
        memset(tui->state[v], 0, view->state_size);
        return view->init ? view->init(tui->state[v]) : 0;
    }
    return 0;
}

static bool is_restarted(const struct cs_view *view, bool own)
{
    return own || !view->restart;
}

static int restart(struct cs_tui *tui, bool own)
{
    const unsigned at = tui->context;
    int ret = 0;

    for (unsigned c = 0; c < CS_TUI_PANES; c++) {
        if (!tui->contexts[c].used)
            continue;
        change_to(tui, c);
        tui->trace = (struct cs_trace_state){
            .follow = true, .show = tui->trace.show, .time = tui->trace.time};
        tui->by_id.pinned = false;
        for (unsigned v = 0; v < cs_n_views; v++)
            if ((cs_views[v]->many || c == at) && is_restarted(cs_views[v], own) &&
                cs_view_restart(tui, v) < 0)
                ret = -ENOMEM;
    }
    change_to(tui, at);
    return ret;
}

int cs_contexts_restart(struct cs_tui *tui)
{
    return restart(tui, true);
}

int cs_contexts_forget(struct cs_tui *tui)
{
    return restart(tui, false);
}

void cs_context_in(struct cs_tui *tui, unsigned context,
                   void (*work)(struct cs_tui *tui, unsigned rows), unsigned rows)
{
    const unsigned at = tui->context;

    change_to(tui, context);
    work(tui, rows);
    change_to(tui, at);
}

void cs_contexts_each(struct cs_tui *tui, void (*work)(struct cs_tui *tui, unsigned rows),
                      unsigned rows)
{
    for (unsigned c = 0; c < CS_TUI_PANES; c++)
        if (tui->contexts[c].used)
            cs_context_in(tui, c, work, rows);
}
