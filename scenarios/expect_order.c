/* SPDX-License-Identifier: MIT */
/* Several things happen, one after the other. */
#include <stdio.h>

#include "scenarios/expect_internal.h"

struct order {
    unsigned next; /* that is waited for */
    int64_t last_ps;
};

static bool happens(struct cs_expect *e, const struct cs_trigger *t, const struct expect_now *now)
{
    if (cs_trigger_is_decoded(t))
        return now->said != NULL && cs_trigger_hit_said(t, now->said);
    return now->event != NULL && cs_trigger_hit(t, e->sim, now->event);
}

/* Of a frame its identifier is enough. */
static bool concerns(struct cs_expect *e, const struct cs_trigger *t, const struct expect_now *now)
{
    struct cs_trigger ids = *t;

    if (t->kind == CS_TRIGGER_FRAME) {
        ids.match.n_data = 0;
        ids.match.exact = false;
        ids.match.flags_mask = 0;
        ids.match.low = 0;
        ids.match.high = CS_FRAME_MAX_DATA;
    }
    return happens(e, &ids, now);
}

static void describe(const struct expect_now *now, char *text, size_t size)
{
    if (now->event != NULL && now->event->frame != NULL && size >= CS_FRAME_TEXT_MAX)
        cs_frame_format(now->event->frame, text);
    else if (now->said != NULL)
        snprintf(text, size, "%s %s", now->said->protocol, now->said->summary);
    else
        snprintf(text, size, "%s", cs_event_name((enum cs_event_kind)now->event->kind));
}

static void see_strict(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_def *def = item->def;
    const struct order *o = item->own;
    char what[CS_FRAME_TEXT_MAX + 400], words[400], at[40];

    /* Before the first one nothing is out of turn. */
    for (unsigned i = 0; o->next > 0 && i < def->n_order; i++) {
        if (!concerns(e, &def->order[i], now))
            continue;
        describe(now, what, sizeof(what));
        expect_fail(e, item, now->at_ps, "at %s %.200s, where number %u was to come, %s",
                    expect_instant(now->at_ps, at), what, o->next + 1,
                    cs_trigger_say(&def->order[o->next], e->sim, words, sizeof(words)));
        return;
    }
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_expect_def *def = item->def;
    struct order *o = item->own;
    char at[40];

    if (happens(e, &def->order[o->next], now)) {
        o->last_ps = now->at_ps;
        if (++o->next < def->n_order)
            return;
        expect_saw(item, "all %u, the last at %s", def->n_order, expect_instant(now->at_ps, at));
        expect_pass(e, item, now->at_ps);
    } else if (def->strict) {
        see_strict(e, item, now);
    }
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_def *def = item->def;
    const struct order *o = item->own;
    char words[400], at[40], last[40] = "";

    if (o->next > 0)
        expect_instant(o->last_ps, last);
    item->late = at_ps == item->end_ps && o->next + 1 == def->n_order;
    expect_fail(e, item, at_ps, "%u of %u up to %s%s%s; number %u is missing, %s", o->next,
                def->n_order, expect_instant(at_ps, at), o->next > 0 ? ", the last at " : "", last,
                o->next + 1, cs_trigger_say(&def->order[o->next], e->sim, words, sizeof(words)));
}

static void follow(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    struct order *o = item->own;

    /* For late(), which is told no sim. */
    if (item->late && happens(e, &item->def->order[o->next], now))
        o->next = item->def->n_order;
}

static bool late(const struct expect_item *item, const struct expect_now *now)
{
    const struct order *o = item->own;

    (void)now;
    return o->next == item->def->n_order;
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    char words[400];

    expect_add(text, size, "in %sorder: ", def->strict ? "strict " : "");
    for (unsigned i = 0; i < def->n_order; i++)
        expect_add(text, size, "%s%s", i > 0 ? ", then " : "",
                   cs_trigger_say(&def->order[i], e->sim, words, sizeof(words)));
}

const struct expect_kind expect_order = {
    .own_size = sizeof(struct order),
    .follow = follow,
    .see = see,
    .end = end,
    .late = late,
    .say = say,
};
