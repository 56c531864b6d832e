/* SPDX-License-Identifier: MIT */
/* Something happens: so often, so soon, or never. Frames that come near are remembered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/expect_internal.h"

#define WAITING 256 /* of "each": that are open at a time */

struct happens {
    uint64_t n;
    int64_t first_ps, last_ps;
    uint64_t near; /* frames with its identifier, and not as it should be */
    int64_t near_ps;
    struct cs_frame near_frame;
    /* "each": when what it comes after has happened, oldest first */
    int64_t *waiting;
    unsigned head, n_waiting;
    uint64_t asked;
};

static int create(struct cs_expect *e, struct expect_item *item)
{
    struct happens *h = item->own;

    (void)e;
    if (!item->def->each)
        return 0;
    h->waiting = calloc(WAITING, sizeof(*h->waiting));
    return h->waiting != NULL ? 0 : -ENOMEM;
}

static void destroy(struct expect_item *item)
{
    free(((struct happens *)item->own)->waiting);
}

/* ---- what is told ---------------------------------------------------------------------------- */

/* "no such frame; 3 others with this identifier, the last 123#22 at 0.5 s" */
static void add_near(const struct happens *h, char *text, size_t size)
{
    char frame[CS_FRAME_TEXT_MAX], at[40];

    if (h->near == 0)
        return;
    cs_frame_format(&h->near_frame, frame);
    expect_add(text, size, "; %llu other%s with this identifier, the last %s at %s",
               (unsigned long long)h->near, h->near == 1 ? "" : "s", frame,
               expect_instant(h->near_ps, at));
}

static void say_count(const struct expect_item *item, int64_t at_ps, char *text, size_t size)
{
    const struct happens *h = item->own;
    char at[40], last[40];

    text[0] = '\0';
    if (h->n == 0)
        expect_add(text, size, "nothing up to %s", expect_instant(at_ps, at));
    else
        expect_add(text, size, "%llu up to %s, the last at %s", (unsigned long long)h->n,
                   expect_instant(at_ps, at), expect_instant(h->last_ps, last));
    add_near(h, text, size);
}

static void fail_count(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    char text[EXPECT_SEEN];

    say_count(item, at_ps, text, sizeof(text));
    expect_fail(e, item, at_ps, "%s", text);
}

/* ---- each ------------------------------------------------------------------------------------ */

static int64_t oldest(const struct happens *h)
{
    return h->waiting[h->head];
}

static void next_due(struct cs_expect *e, struct expect_item *item)
{
    const struct happens *h = item->own;
    int64_t within = item->def->within_ps;

    expect_set_due(e, item, within >= 0 && h->n_waiting > 0 ? oldest(h) + within : CS_NEVER);
}

static void take_oldest(struct cs_expect *e, struct expect_item *item)
{
    struct happens *h = item->own;

    h->head = (h->head + 1) % WAITING;
    h->n_waiting--;
    next_due(e, item);
}

static void again(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    struct happens *h = item->own;
    char at[40];

    h->asked++;
    if (h->n_waiting == WAITING) {
        if (item->def->never && item->def->within_ps < 0)
            return; /* the oldest window never ends */
        expect_fail(e, item, at_ps, "more than %d are open at a time, the oldest since %s", WAITING,
                    expect_instant(oldest(h), at));
        return;
    }
    h->waiting[(h->head + h->n_waiting++) % WAITING] = at_ps;
    if (h->n_waiting == 1)
        next_due(e, item);
}

static void fail_each(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct happens *h = item->own;
    char text[EXPECT_SEEN] = "", from[40], at[40];

    expect_add(text, sizeof(text), "nothing for that at %s up to %s, after %llu that had it",
               expect_instant(oldest(h), from), expect_instant(at_ps, at),
               (unsigned long long)(h->asked - h->n_waiting));
    add_near(h, text, sizeof(text));
    expect_fail(e, item, at_ps, "%s", text);
}

static void see_each(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct happens *h = item->own;
    char at[40], from[40], after[40];

    if (h->n_waiting == 0)
        return;
    if (item->def->never) {
        expect_fail(e, item, at_ps, "at %s, %s after that at %s", expect_instant(at_ps, at),
                    expect_time(at_ps - oldest(h), after), expect_instant(oldest(h), from));
        return;
    }
    if (item->def->not_before_ps >= 0 && at_ps < oldest(h) + item->def->not_before_ps) {
        expect_fail(e, item, at_ps, "at %s, %s after that at %s: too early",
                    expect_instant(at_ps, at), expect_time(at_ps - oldest(h), after),
                    expect_instant(oldest(h), from));
        return;
    }
    take_oldest(e, item);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void look_near(const struct expect_item *item, const struct expect_now *now)
{
    const struct cs_trigger *t = &item->def->trigger;
    const struct cs_event *event = now->event;
    struct happens *h = item->own;
    struct cs_match ids = t->match;

    if (t->kind != CS_TRIGGER_FRAME || event == NULL || event->kind != CS_EV_FRAME ||
        (t->bus >= 0 && event->bus != t->bus) || t->match.ext < 0)
        return;
    ids.flags_mask = 0;
    ids.n_data = 0;
    ids.exact = false;
    ids.low = 0;
    ids.high = CS_FRAME_MAX_DATA;
    if (!cs_match_frame(&ids, event->frame))
        return;
    h->near++;
    h->near_ps = event->at_ps;
    h->near_frame = *event->frame;
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_def *def = item->def;
    struct happens *h = item->own;
    char at[40], after[40];

    if (!now->hit) {
        look_near(item, now);
        return;
    }
    if (h->n++ == 0)
        h->first_ps = now->at_ps;
    h->last_ps = now->at_ps;
    if (def->each) {
        see_each(e, item, now->at_ps);
        return;
    }
    if (def->never)
        expect_fail(e, item, now->at_ps, "at %s", expect_instant(now->at_ps, at));
    else if (def->not_before_ps >= 0 && now->at_ps < item->from_ps + def->not_before_ps)
        expect_fail(e, item, now->at_ps, "at %s, %s after the window's beginning: too early",
                    expect_instant(now->at_ps, at), expect_time(now->at_ps - item->from_ps, after));
    else if ((int64_t)h->n > def->count.high)
        fail_count(e, item, now->at_ps);
    else if ((int64_t)h->n >= def->count.low && def->count.high == INT64_MAX) {
        say_count(item, now->at_ps, item->seen, sizeof(item->seen));
        expect_pass(e, item, now->at_ps);
    }
}

static void due(struct cs_expect *e, struct expect_item *item)
{
    struct happens *h = item->own;
    int64_t at_ps = oldest(h) + item->def->within_ps;

    if (item->def->never) {
        take_oldest(e, item);
        return;
    }
    item->late = true;
    fail_each(e, item, at_ps);
}

static void end_each(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct happens *h = item->own;

    if (h->n_waiting > 0 && !item->def->never) {
        fail_each(e, item, at_ps);
        return;
    }
    expect_saw(item, "%llu time%s, nothing against it", (unsigned long long)h->asked,
               h->asked == 1 ? "" : "s");
    expect_pass(e, item, at_ps);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_def *def = item->def;
    const struct happens *h = item->own;

    if (def->each) {
        end_each(e, item, at_ps);
        return;
    }
    if (def->never || cs_bounds_hold(&def->count, (int64_t)h->n)) {
        say_count(item, at_ps, item->seen, sizeof(item->seen));
        expect_pass(e, item, at_ps);
        return;
    }
    item->late = at_ps == item->end_ps;
    fail_count(e, item, at_ps);
}

static bool late(const struct expect_item *item, const struct expect_now *now)
{
    (void)item;
    return now->hit;
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_bounds *b = &def->count;
    bool one = b->high == 1 || (b->high == INT64_MAX && b->low == 1);
    char words[400], count[60];

    cs_trigger_say(&def->trigger, e->sim, words, sizeof(words));
    expect_add(text, size, "%s%s", def->never ? "never " : "", words);
    if (def->have_count)
        expect_add(text, size, " %s time%s", cs_bounds_say(&def->count, count, sizeof(count)),
                   one ? "" : "s");
}

const struct expect_kind expect_happens = {
    .own_size = sizeof(struct happens),
    .create = create,
    .destroy = destroy,
    .again = again,
    .see = see,
    .due = due,
    .end = end,
    .late = late,
    .say = say,
};
