/* SPDX-License-Identifier: MIT */
/* How far apart frames are, from end to end, each identifier of each bus for itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/expect_internal.h"

#define IDS 256 /* that are told apart */

struct id {
    uint32_t id;
    uint16_t bus;
    bool ext;
    uint64_t n;
    int64_t first_ps, last_ps;
    int64_t min_ps, max_ps; /* gaps */
};

struct period {
    struct id *ids;
    unsigned n, room;
    uint64_t left_out; /* frames with identifiers beyond */
};

static int create(struct cs_expect *e, struct expect_item *item)
{
    const struct cs_match *m = &item->def->of.period.frames.match;
    struct period *p = item->own;
    unsigned ids = m->id_mask == 0 && m->id_high - m->id_low < IDS ? m->id_high - m->id_low + 1 : 0;

    p->room = ids == 0 || m->ext < 0 ? IDS : ids;
    if (m->bus < 0 && p->room < IDS)
        p->room *= cs_sim_bus_count(e->sim);
    p->ids = calloc(p->room, sizeof(*p->ids));
    return p->ids != NULL ? 0 : -ENOMEM;
}

static void destroy(struct expect_item *item)
{
    free(((struct period *)item->own)->ids);
}

static const struct cs_match *frames(const struct cs_expect_def *def, unsigned i)
{
    return i == 0 ? &def->of.period.frames.match : NULL;
}

/* "123", "123 on can1" where there are several buses. */
static void name_id(const struct cs_expect *e, const struct id *id, char *text, size_t size)
{
    snprintf(text, size, id->ext ? "%08X%s%s" : "%03X%s%s", (unsigned)id->id,
             cs_sim_bus_count(e->sim) > 1 ? " on " : "",
             cs_sim_bus_count(e->sim) > 1 ? cs_bus_name(cs_sim_bus(e->sim, id->bus)) : "");
}

static struct id *find(struct period *p, const struct cs_event *event)
{
    bool ext = (event->frame->flags & CS_FRAME_EXT) != 0;

    for (unsigned i = 0; i < p->n; i++) {
        struct id *id = &p->ids[i];
        if (id->id == event->frame->id && id->ext == ext && id->bus == event->bus)
            return id;
    }
    if (p->n == p->room) {
        p->left_out++;
        return NULL;
    }
    p->ids[p->n] = (struct id){.id = event->frame->id, .ext = ext, .bus = event->bus};
    return &p->ids[p->n++];
}

/* When a frame must have come, of all identifiers the first. */
static void next_due(struct cs_expect *e, struct expect_item *item)
{
    const struct period *p = item->own;
    int64_t max = item->def->of.period.max_ps, next = CS_NEVER;

    for (unsigned i = 0; max >= 0 && i < p->n; i++) {
        if (p->ids[i].last_ps + max < next)
            next = p->ids[i].last_ps + max;
    }
    expect_set_due(e, item, next);
}

static void fail_gap(struct cs_expect *e, struct expect_item *item, const struct id *id,
                     int64_t at_ps, const char *what)
{
    char name[60], gap[40], from[40], to[40];

    name_id(e, id, name, sizeof(name));
    expect_fail(e, item, at_ps, "%s: %s from %s to %s, gap number %llu%s", name,
                expect_time(at_ps - id->last_ps, gap), expect_instant(id->last_ps, from),
                expect_instant(at_ps, to), (unsigned long long)id->n, what);
}

static void judge_gap(struct cs_expect *e, struct expect_item *item, struct id *id, int64_t at_ps)
{
    const struct cs_expect_period *def = &item->def->of.period;
    int64_t gap = at_ps - id->last_ps;
    char what[120], shortest[40], longest[40];

    if (id->n == 1 || gap < id->min_ps)
        id->min_ps = gap;
    if (id->n == 1 || gap > id->max_ps)
        id->max_ps = gap;
    if (def->min_ps >= 0 && gap < def->min_ps) {
        fail_gap(e, item, id, at_ps, ": too short");
    } else if (def->jitter_ps >= 0 && id->max_ps - id->min_ps > def->jitter_ps) {
        snprintf(what, sizeof(what), "; they are %s to %s", expect_time(id->min_ps, shortest),
                 expect_time(id->max_ps, longest));
        fail_gap(e, item, id, at_ps, what);
    }
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_event *event = now->event;
    struct period *p = item->own;

    if (event == NULL || event->kind != CS_EV_FRAME ||
        !cs_match_event(&item->def->of.period.frames.match, e->sim, event))
        return;
    struct id *id = find(p, event);
    if (id == NULL)
        return;
    if (id->n > 0)
        judge_gap(e, item, id, event->at_ps);
    else
        id->first_ps = event->at_ps;
    id->n++;
    id->last_ps = event->at_ps;
    if (expect_is_open(item))
        next_due(e, item);
}

/* The longest allowed gap is over for one of them. */
static void due(struct cs_expect *e, struct expect_item *item)
{
    const struct period *p = item->own;
    char name[60], at[40], now[40];
    const struct id *first = &p->ids[0];

    for (unsigned i = 1; i < p->n; i++) {
        if (p->ids[i].last_ps < first->last_ps)
            first = &p->ids[i];
    }
    name_id(e, first, name, sizeof(name));
    item->late = true;
    expect_fail(e, item, first->last_ps + item->def->of.period.max_ps,
                "%s: none after %s up to %s, gap number %llu: too long", name,
                expect_instant(first->last_ps, at),
                expect_instant(first->last_ps + item->def->of.period.max_ps, now),
                (unsigned long long)first->n);
}

static bool late(const struct expect_item *item, const struct expect_now *now)
{
    const struct period *p = item->own;
    const struct id *first = &p->ids[0];

    for (unsigned i = 1; i < p->n; i++) {
        if (p->ids[i].last_ps < first->last_ps)
            first = &p->ids[i];
    }
    return now->event != NULL && now->event->kind == CS_EV_FRAME &&
           now->event->frame->id == first->id && now->event->bus == first->bus &&
           ((now->event->frame->flags & CS_FRAME_EXT) != 0) == first->ext;
}

/* |mean - wanted| <= tolerance, without a division. */
static bool mean_holds(const struct cs_expect_period *def, const struct id *id)
{
    const cs_int128 gaps = (cs_int128)id->n - 1;
    cs_int128 off = (cs_int128)(id->last_ps - id->first_ps) - gaps * def->mean_ps;

    off = off < 0 ? -off : off;
    if (def->tolerance_ps >= 0)
        return off <= gaps * def->tolerance_ps;
    return off * 1000000 <= gaps * def->mean_ps * def->tolerance_ppm;
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_period *def = &item->def->of.period;
    const struct period *p = item->own;
    char name[60], mean[40], low[40], high[40];
    uint64_t gaps = 0;

    if (p->n == 0) {
        expect_fail(e, item, at_ps, "no such frame");
        return;
    }
    for (unsigned i = 0; i < p->n; i++) {
        const struct id *id = &p->ids[i];
        name_id(e, id, name, sizeof(name));
        if (id->n < 2) {
            expect_fail(e, item, at_ps, "%s: only one frame, at %s", name,
                        expect_instant(id->last_ps, mean));
            return;
        }
        gaps += id->n - 1;
        expect_time((id->last_ps - id->first_ps) / (int64_t)(id->n - 1), mean);
        if (def->mean_ps >= 0 && !mean_holds(def, id)) {
            expect_fail(e, item, at_ps, "%s: a mean of %s over %llu gap%s, %s to %s", name, mean,
                        (unsigned long long)(id->n - 1), id->n == 2 ? "" : "s",
                        expect_time(id->min_ps, low), expect_time(id->max_ps, high));
            return;
        }
    }
    if (p->left_out > 0) {
        expect_fail(e, item, at_ps, "more than %u identifiers, which cannot be told apart",
                    p->room);
        return;
    }
    expect_saw(item, "%llu gap%s%s", (unsigned long long)gaps, gaps == 1 ? "" : "s",
               p->n > 1 ? " of several identifiers" : "");
    expect_pass(e, item, at_ps);
}

static void say_mean(const struct cs_expect_period *p, char *text, size_t size)
{
    char mean[40], tolerance[64];

    expect_add(text, size, "%s on average within ", expect_time(p->mean_ps, mean));
    if (p->tolerance_ps >= 0)
        expect_add(text, size, "%s", expect_time(p->tolerance_ps, tolerance));
    else
        expect_add(text, size, "%s%%",
                   expect_decimal(p->tolerance_ppm * (CS_DECIMAL_ONE / 10000), tolerance));
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_expect_period *p = &def->of.period;
    const bool ends = p->min_ps >= 0 || p->max_ps >= 0;
    char low[40], high[40];

    (void)e;
    expect_add(text, size, "frame ");
    expect_add_frames(&p->frames, text, size);
    if (ends || p->mean_ps >= 0)
        expect_add(text, size, " every ");
    if (p->min_ps >= 0 && p->max_ps >= 0)
        expect_add(text, size, "%s to %s", expect_time(p->min_ps, low),
                   expect_time(p->max_ps, high));
    else if (ends)
        expect_add(text, size, "%s or %s", expect_time(p->min_ps >= 0 ? p->min_ps : p->max_ps, low),
                   p->min_ps >= 0 ? "more" : "less");
    if (p->mean_ps >= 0) {
        expect_add(text, size, "%s", ends ? ", " : "");
        say_mean(p, text, size);
    }
    if (p->jitter_ps >= 0)
        expect_add(text, size, "%s a jitter of at most %s",
                   ends || p->mean_ps >= 0 ? ", with" : " with", expect_time(p->jitter_ps, low));
}

const struct expect_kind expect_period = {
    .own_size = sizeof(struct period),
    .events = 1u << CS_EV_FRAME,
    .frames = frames,
    .create = create,
    .destroy = destroy,
    .see = see,
    .due = due,
    .end = end,
    .late = late,
    .say = say,
};
