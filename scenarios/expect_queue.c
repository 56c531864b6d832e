/* SPDX-License-Identifier: MIT */
/* How long frames wait, how often they are sent again, how long a node is bus-off. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_internal.h"

/* ---- latency --------------------------------------------------------------------------------- */

struct extremes {
    uint64_t n;
    int64_t least, most;
};

static void take(struct extremes *x, int64_t value)
{
    x->least = x->n == 0 || value < x->least ? value : x->least;
    x->most = x->n == 0 || value > x->most ? value : x->most;
    x->n++;
}

static const struct cs_match *latency_frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 ? &def->of.latency.frames.match : NULL;
}

static void latency_see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_latency *l = &item->def->of.latency;
    const struct cs_event *event = now->event;
    char frame[CS_FRAME_TEXT_MAX], at[40], took[40], queued[40];

    if (event == NULL || event->kind != CS_EV_FRAME ||
        !cs_match_event(&l->frames.match, e->sim, event))
        return;
    int64_t latency = (l->to == 0 ? event->start_ps : event->at_ps) - event->queued_ps;
    take(item->own, latency);
    if ((l->max_ps < 0 || latency <= l->max_ps) && latency >= l->min_ps)
        return;
    cs_frame_format(event->frame, frame);
    expect_fail(e, item, now->at_ps,
                "%s at %s: %s, queued at %s, %u attempt%s, arbitration lost %u time%s", frame,
                expect_instant(now->at_ps, at), expect_time(latency, took),
                expect_instant(event->queued_ps, queued), event->attempt,
                event->attempt == 1 ? "" : "s", event->lost, event->lost == 1 ? "" : "s");
}

static void latency_end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct extremes *x = item->own;
    char least[40], most[40];

    if (x->n == 0) {
        expect_fail(e, item, at_ps, "no such frame");
        return;
    }
    expect_saw(item, "%llu frame%s, %s to %s", (unsigned long long)x->n, x->n == 1 ? "" : "s",
               expect_time(x->least, least), expect_time(x->most, most));
    expect_pass(e, item, at_ps);
}

static void latency_say(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                        size_t size)
{
    const struct cs_expect_latency *l = &def->of.latency;
    char low[40], high[40];

    (void)e;
    expect_add(text, size, "frame ");
    expect_add_frames(&l->frames, text, size);
    expect_add(text, size, " from queue to %s in ", l->to == 0 ? "start" : "end");
    if (l->min_ps >= 0 && l->max_ps >= 0)
        expect_add(text, size, "%s to %s", expect_time(l->min_ps, low),
                   expect_time(l->max_ps, high));
    else
        expect_add(text, size, "%s or %s", expect_time(l->min_ps >= 0 ? l->min_ps : l->max_ps, low),
                   l->min_ps >= 0 ? "more" : "less");
}

const struct expect_kind expect_latency = {
    .own_size = sizeof(struct extremes),
    .events = 1u << CS_EV_FRAME,
    .frames = latency_frames,
    .see = latency_see,
    .end = latency_end,
    .say = latency_say,
};

/* ---- retries --------------------------------------------------------------------------------- */

static const struct cs_match *retries_frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 ? &def->of.retries.frames.match : NULL;
}

/* Too many are certain when the attempt begins, too few when the frame is across. */
static void retries_see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_retries *r = &item->def->of.retries;
    const struct cs_event *event = now->event;
    char frame[CS_FRAME_TEXT_MAX], at[40];

    if (event == NULL || (event->kind != CS_EV_FRAME && event->kind != CS_EV_TX_START) ||
        !cs_match_event(&r->frames.match, e->sim, event))
        return;
    int64_t retries = event->attempt - 1 - event->lost;
    retries = retries > 0 ? retries : 0;
    if (event->kind == CS_EV_FRAME)
        take(item->own, retries);
    if (retries <= r->count.high && (event->kind == CS_EV_TX_START || retries >= r->count.low))
        return;
    cs_frame_format(event->frame, frame);
    expect_fail(e, item, now->at_ps, "%s at %s: %lld", frame, expect_instant(now->at_ps, at),
                (long long)retries);
}

static void retries_end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct extremes *x = item->own;

    if (x->n == 0) {
        expect_fail(e, item, at_ps, "no such frame");
        return;
    }
    expect_saw(item, "%llu frame%s, %lld to %lld", (unsigned long long)x->n, x->n == 1 ? "" : "s",
               (long long)x->least, (long long)x->most);
    expect_pass(e, item, at_ps);
}

static void retries_say(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                        size_t size)
{
    char count[60];

    (void)e;
    expect_add(text, size, "frame ");
    expect_add_frames(&def->of.retries.frames, text, size);
    expect_add(text, size, " sent again %s times",
               cs_bounds_say(&def->of.retries.count, count, sizeof(count)));
}

const struct expect_kind expect_retries = {
    .own_size = sizeof(struct extremes),
    .events = 1u << CS_EV_FRAME | 1u << CS_EV_TX_START,
    .frames = retries_frames,
    .see = retries_see,
    .end = retries_end,
    .say = retries_say,
};

/* ---- recovery -------------------------------------------------------------------------------- */

struct recovery {
    struct extremes took;
    bool off;
    int64_t since_ps;
};

static void recovery_see(struct cs_expect *e, struct expect_item *item,
                         const struct expect_now *now)
{
    const struct cs_expect_recovery *def = &item->def->of.recovery;
    const struct cs_event *event = now->event;
    struct recovery *r = item->own;
    char took[40], from[40], at[40];

    if (event == NULL || event->node == CS_NO_NODE ||
        strcmp(cs_bus_node_name(cs_sim_bus(e->sim, event->bus), event->node), def->node) != 0)
        return;
    if (event->kind == CS_EV_DETACH) {
        r->off = false;
        expect_set_due(e, item, CS_NEVER);
    } else if (event->kind == CS_EV_STATE && event->state == CS_STATE_BUS_OFF) {
        r->off = true;
        r->since_ps = event->at_ps;
        if (def->within_ps >= 0)
            expect_set_due(e, item, event->at_ps + def->within_ps);
    } else if (event->kind == CS_EV_STATE && r->off && event->state == CS_STATE_ERROR_ACTIVE) {
        int64_t time = event->at_ps - r->since_ps;
        r->off = false;
        take(&r->took, time);
        expect_set_due(e, item, CS_NEVER);
        if (time < def->min_ps)
            expect_fail(e, item, now->at_ps, "bus-off from %s to %s, %s: too short",
                        expect_instant(r->since_ps, from), expect_instant(event->at_ps, at),
                        expect_time(time, took));
    }
}

static void recovery_due(struct cs_expect *e, struct expect_item *item)
{
    const struct recovery *r = item->own;
    int64_t at_ps = r->since_ps + item->def->of.recovery.within_ps;
    char from[40], at[40];

    item->late = true;
    expect_fail(e, item, at_ps, "bus-off since %s, and still at %s",
                expect_instant(r->since_ps, from), expect_instant(at_ps, at));
}

static bool recovery_late(const struct expect_item *item, const struct expect_now *now)
{
    (void)item;
    return now->event != NULL && now->event->kind == CS_EV_STATE &&
           now->event->state == CS_STATE_ERROR_ACTIVE;
}

static void recovery_end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct recovery *r = item->own;
    char from[40], at[40], least[40], most[40];

    if (r->off)
        expect_fail(e, item, at_ps, "bus-off since %s, and still at %s",
                    expect_instant(r->since_ps, from), expect_instant(at_ps, at));
    else if (r->took.n == 0)
        expect_fail(e, item, at_ps, "never bus-off and back");
    if (!expect_is_open(item))
        return;
    expect_saw(item, "%llu time%s, %s to %s", (unsigned long long)r->took.n,
               r->took.n == 1 ? "" : "s", expect_time(r->took.least, least),
               expect_time(r->took.most, most));
    expect_pass(e, item, at_ps);
}

static void recovery_say(struct cs_expect *e, const struct cs_expect_def *def, char *text,
                         size_t size)
{
    const struct cs_expect_recovery *r = &def->of.recovery;
    char low[40], high[40];

    (void)e;
    expect_add(text, size, "\"%s\" back from bus-off", r->node);
    if (r->within_ps >= 0)
        expect_add(text, size, " within %s", expect_time(r->within_ps, high));
    if (r->min_ps >= 0)
        expect_add(text, size, "%s not before %s", r->within_ps >= 0 ? " and" : "",
                   expect_time(r->min_ps, low));
}

const struct expect_kind expect_recovery = {
    .own_size = sizeof(struct recovery),
    .events = 1u << CS_EV_STATE | 1u << CS_EV_DETACH,
    .see = recovery_see,
    .due = recovery_due,
    .end = recovery_end,
    .late = recovery_late,
    .say = recovery_say,
};
