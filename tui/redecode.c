/* SPDX-License-Identifier: MIT */
/* redecode.c - a decoder is told what happened from the oldest row on, and what it says goes into
 * other rows, which take the place of those that there are when it has come to the newest. Until
 * then nothing changes; from then on it follows the bus itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/follow.h"
#include "tui/context.h"
#include "tui/decoding.h"
#include "tui/feed_row.h"
#include "tui/job.h"
#include "tui/view.h"
#include "tui/widgets.h"

#define COST      16     /* of a row, in rows that are only looked at */
#define ROWS_MOST 200000 /* at once, where more come meanwhile than are done */

struct redecode {
    struct cs_job job;
    struct cs_tui *tui;
    struct cs_decoding *d;
    struct cs_decoding_plan plan;
    struct cs_live *live;
    struct cs_follow *follow;
    struct cs_tui_ring ring;
    struct cs_rows_moved moved;
    struct cs_plots plots;
    uint64_t at, end; /* the next row; that behind the newest when it went on last */
    int64_t by;
    uint64_t frames, theirs;
    bool no_memory, done, quiet;
    uint8_t what; /* of the frame at hand */
    void *step;   /* of undo.h that this takes back or does again; NULL: none */
};

/* ---- one row --------------------------------------------------------------------------------- */

struct telling {
    struct redecode *r;
    const struct cs_live_said *said;
};

static void on_number(void *ctx, const char *path, const char *label, const char *unit,
                      const char *meaning, double value)
{
    const struct telling *telling = ctx;
    const struct cs_plot_number number = {
        telling->said->protocol, path, label, unit, meaning, value};

    cs_plots_field(&telling->r->plots, telling->said->event, &number);
}

static void moved(struct redecode *r, uint64_t from, int by)
{
    r->by += by;
    r->no_memory |= cs_rows_moved_add(&r->moved, from, r->by) != 0;
}

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct redecode *r = ctx;
    char text[160];

    if (said->event) {
        r->what = cs_feed_what(r->tui, said->said);
        cs_live_numbers(said, on_number, &(struct telling){r, said});
        return;
    }
    cs_feed_push_said(
        &r->ring, said->bus, said->at_ps,
        &(struct cs_feed_said){said->severity, cs_feed_words(said, text, sizeof text)})
        ->what = cs_feed_what(r->tui, said->said);
    moved(r, r->at, 1);
}

/* What the decoder says of a frame; NULL: nothing. */
static const struct cs_feed_said *ask(struct redecode *r, const struct cs_row *row,
                                      struct cs_feed_said *said, char *text, size_t size)
{
    struct cs_frame frame;
    const struct cs_event event = {.kind = CS_EV_FRAME,
                                   .bus = row->bus,
                                   .node = row->node,
                                   .start_ps = row->start_ps,
                                   .at_ps = row->at_ps,
                                   .frame = &frame};
    const struct cs_live_said *live;

    r->what = 0;
    cs_row_frame(row, &frame);
    if (r->follow)
        cs_follow_event(r->follow, &event);
    if (!r->live)
        return NULL;
    cs_live_event(r->live, &event);
    live = cs_live_frame(r->live);
    if (!live)
        return NULL;
    *said = (struct cs_feed_said){live->severity, cs_feed_words(live, text, size)};
    return said;
}

static void take(struct redecode *r, const struct cs_row *old)
{
    struct cs_row row = *old, *put;
    struct cs_feed_said said;
    const struct cs_feed_said *says = NULL;
    char text[160];

    if (cs_feed_is_said(old)) { /* the decoder before had that to tell */
        moved(r, r->at + 1, -1);
        return;
    }
    if (r->live)
        cs_live_time(r->live, row.at_ps);
    if (row.kind == CS_EV_FRAME)
        says = ask(r, &row, &said, text, sizeof text);
    put = cs_tui_ring_push(&r->ring);
    *put = row;
    if (row.kind != CS_EV_FRAME)
        return;
    cs_feed_row_say(put, says);
    put->what = r->what;
    cs_tui_ring_link(&r->ring);
    r->frames++;
    r->theirs += says != NULL;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void move_views(struct cs_tui *tui, unsigned unused)
{
    const struct redecode *r = (const struct redecode *)tui->job;
    struct cs_trace_state *trace = &tui->trace;

    (void)unused;
    trace->sel = cs_rows_moved_to(&r->moved, trace->sel);
    trace->top = cs_rows_moved_to(&r->moved, trace->top);
    trace->floor = cs_rows_moved_to(&r->moved, trace->floor);
    tui->filter_changes = ++tui->filters;
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->moved && cs_views[v]->many)
            cs_views[v]->moved(tui, &r->moved);
}

static void move_rows(struct redecode *r)
{
    struct cs_tui *tui = r->tui;

    cs_ids_moved(&tui->ids, &tui->ring, &r->moved);
    cs_undo_moved(&tui->undo, &r->moved);
    cs_contexts_each(tui, move_views, 0);
    for (unsigned v = 0; v < cs_n_views; v++)
        if (cs_views[v]->moved && !cs_views[v]->many)
            cs_views[v]->moved(tui, &r->moved);
}

static int swap(struct cs_tui *tui, void *data);

static const struct cs_undo_kind kind = {
    .views = " trace ids nodes faults devices wire transmit network signals stats scenario why "
             "messages ",
    .swap = swap};

static void keep_step(struct redecode *r)
{
    char *before = r->step ? NULL : cs_undo_copy(r->d->text, sizeof r->d->text);

    if (before && strcmp(before, r->plan.text) != 0)
        cs_undo_keep(r->tui, &kind, before, sizeof r->d->text, "decode %.60s",
                     r->plan.text[0] ? r->plan.text : "as before");
    else
        free(before);
}

static void tell(struct redecode *r)
{
    const struct cs_decoding_plan *plan = &r->plan;
    char theirs[CS_NUMBER_MAX], frames[CS_NUMBER_MAX];

    r->job.told[0] = '\0';
    if (r->quiet)
        return;
    if (r->d->odd[0])
        cs_tui_say(r->tui, false, "%s", r->d->odd);
    if (plan->told)
        snprintf(r->job.told, sizeof r->job.told, "the host says what frames mean");
    else if (!plan->as)
        snprintf(r->job.told, sizeof r->job.told, "nobody says what frames mean any more");
    else if (!r->frames)
        snprintf(r->job.told, sizeof r->job.told, "%.30s says what frames mean", plan->as);
    else if (!r->theirs)
        snprintf(r->job.told, sizeof r->job.told,
                 "%.30s decodes, and none of the %s frame%s so far is of its protocol", plan->as,
                 cs_text_count(r->frames, 9, frames), r->frames == 1 ? "" : "s");
    else
        snprintf(r->job.told, sizeof r->job.told, "%.30s says what %s of %s frame%s mean%s",
                 plan->as, cs_text_count(r->theirs, 9, theirs), cs_text_count(r->frames, 9, frames),
                 r->frames == 1 ? "" : "s", r->frames == 1 ? "s" : "");
}

/* Those that were there before are this one's now, and go with it. */
static int take_place(struct redecode *r)
{
    struct cs_decoding *d = r->d;
    struct cs_live *live = d->live;
    struct cs_follow *follow = d->follow;

    if (r->live)
        cs_live_unlisten(r->live, on_said, r);
    if (cs_feed_decode(d->feed, r->live, true, r->plan.told) != 0)
        return -1;
    d->live = r->live;
    d->follow = d->feed->follow = r->follow;
    r->live = live;
    r->follow = follow;
    if (follow || d->follow)
        cs_tui_forget_pages(r->tui);
    return 0;
}

static int finish(struct redecode *r)
{
    struct cs_tui *tui = r->tui;
    const struct cs_tui_ring ring = tui->ring;

    if (r->no_memory || take_place(r) != 0) {
        snprintf(r->job.told, sizeof r->job.told, "not enough memory");
        return -1;
    }
    r->ring.history = ring.history;
    tui->ring = r->ring;
    r->ring = ring;
    cs_tui_ring_limit(&tui->ring, tui->ring.history);
    cs_plots_take_fields(&tui->plots, &r->plots);
    move_rows(r);
    keep_step(r);
    snprintf(r->d->text, sizeof r->d->text, "%s", r->plan.text);
    tell(r);
    r->done = tui->dirty = true;
    return 0;
}

/* ---- the job --------------------------------------------------------------------------------- */

/* So many that it comes to an end, however many come. */
static uint64_t rows_of(struct redecode *r, unsigned rows)
{
    const uint64_t end = r->tui->ring.end, came = end - r->end;
    uint64_t n = rows / COST + 1;

    r->end = end;
    if (came >= n / 2)
        n = came < ROWS_MOST / 2 ? 2 * came : ROWS_MOST;
    return n;
}

static int step(struct cs_job *job, struct cs_tui *tui, unsigned rows)
{
    struct redecode *r = (struct redecode *)job;
    const uint64_t n = rows_of(r, rows);
    const struct cs_row *row;

    if (r->at < tui->ring.first)
        r->at = tui->ring.first;
    for (uint64_t i = 0; i < n && !r->no_memory; i++, r->at++) {
        row = cs_tui_ring_get(&tui->ring, r->at);
        if (!row)
            break;
        take(r, row);
    }
    const uint64_t all = tui->ring.end - tui->ring.first;
    job->permille = all ? (unsigned)((r->at - tui->ring.first) * 1000 / all) : 1000;
    return r->at < tui->ring.end && !r->no_memory ? 1 : finish(r);
}

static void give_up(struct cs_job *job)
{
    struct redecode *r = (struct redecode *)job;

    if (!r->done && r->step)
        cs_undo_not_done(&r->tui->undo, r->step, r->plan.text, sizeof r->plan.text);
    cs_live_destroy(r->live);
    cs_follow_destroy(r->follow);
    cs_tui_ring_fini(&r->ring);
    cs_plots_fini(&r->plots);
    cs_rows_moved_fini(&r->moved);
    free(r);
}

void cs_redecode_end(struct cs_tui *tui)
{
    if (tui->job && tui->job->step == step)
        cs_tui_end_job(tui);
}

static int prepare(struct redecode *r, char *why, size_t why_size)
{
    const struct cs_tui_ring *ring = &r->tui->ring;
    char sentence[CS_ERROR_SENTENCE_MAX];
    struct cs_error error = {0};

    if (cs_decoding_make(r->d, &r->plan, r->d->feed->sim, &r->live, &r->follow, &error) != 0) {
        snprintf(why, why_size, "%s", cs_error_sentence(&error, sentence));
        return -1;
    }
    snprintf(why, why_size, "not enough memory");
    if ((r->live && cs_live_listen(r->live, on_said, r) != 0) ||
        cs_tui_ring_init(&r->ring, ring->capacity) != 0 ||
        cs_plots_like(&r->plots, &r->tui->plots) != 0)
        return -1;
    if (r->live)
        cs_live_want_fields(r->live, true);
    r->ring.history = ring->history;
    cs_tui_ring_begin(&r->ring, ring->first);
    r->at = ring->first;
    r->end = ring->end;
    return 0;
}

/* The first part is done at once, and most often it is all. */
static int begin(struct cs_tui *tui, struct cs_decoding *d, const char *text, void *undo_step,
                 bool quiet, char *why, size_t why_size)
{
    struct redecode *r;

    cs_redecode_end(tui);
    if (tui->job) {
        snprintf(why, why_size, "the %s under way comes first: Esc gives it up", tui->job->what);
        return -1;
    }
    r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    *r = (struct redecode){.job = {.what = "decode",
                                   .given_up = "given up, and everything is as it was",
                                   .step = step,
                                   .free = give_up},
                           .tui = tui,
                           .d = d};
    if (cs_decoding_plan(d, text, &r->plan, why, why_size) != 0 || prepare(r, why, why_size) != 0) {
        give_up(&r->job);
        return -1;
    }
    r->step = undo_step;
    r->quiet = quiet;
    cs_tui_begin_job(tui, &r->job);
    cs_tui_work(tui, CS_TUI_WORK_ROWS);
    return 0;
}

int cs_redecode(struct cs_tui *tui, struct cs_decoding *d, const char *text, void *undo_step,
                char *why, size_t why_size)
{
    return begin(tui, d, text, undo_step, false, why, why_size);
}

void cs_redecode_fields(struct cs_tui *tui)
{
    struct cs_decoding *d =
        tui->host->ops->decoding ? tui->host->ops->decoding(tui->host->ctx) : NULL;
    char text[CS_DECODING_TEXT], why[CS_TUI_MESSAGE_MAX];

    if (!d || !d->feed || !d->feed->live || !d->feed->sim || tui->job ||
        tui->ring.end == tui->ring.first)
        return;
    snprintf(text, sizeof text, "%s", d->text);
    begin(tui, d, text, NULL, true, why, sizeof why);
}

static int swap(struct cs_tui *tui, void *data)
{
    struct cs_decoding *d =
        tui->host->ops->decoding ? tui->host->ops->decoding(tui->host->ctx) : NULL;
    char then[CS_DECODING_TEXT], why[CS_TUI_MESSAGE_MAX] = "nothing decodes here";

    memcpy(then, data, sizeof then);
    if (tui->job) {
        cs_tui_say(tui, true, "the %s under way comes first: Esc gives it up", tui->job->what);
        return -EAGAIN;
    }
    if (!d || !d->feed)
        return -1;
    memcpy(data, d->text, sizeof then);
    if (cs_redecode(tui, d, then, data, why, sizeof why) == 0)
        return 0;
    cs_tui_say(tui, true, "%s", why);
    return -1;
}
