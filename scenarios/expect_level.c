/* SPDX-License-Identifier: MIT */
/* A node's state or counter: always, at a time, at the end. It is followed by the events, for who
 * asks the bus hears what it will be at the end of the instant. */
#include <stdio.h>
#include <string.h>

#include "scenarios/expect_internal.h"

#define WARNING 96 /* error warning limit: ISO 11898-1:2015, 12.1.4.3 */

struct level {
    bool known; /* the node is there */
    bool was;   /* it was there once */
    int state;
    unsigned tec, rec;
    int64_t since_ps; /* of the latest change */
};

static bool is_ours(struct cs_expect *e, const struct cs_trigger *t, unsigned bus, int node)
{
    return (t->bus < 0 || (unsigned)t->bus == bus) && node != CS_NO_NODE &&
           strcmp(cs_bus_node_name(cs_sim_bus(e->sim, bus), node), t->node) == 0;
}

/* Who is there already was not told. */
static int create(struct cs_expect *e, struct expect_item *item)
{
    const struct cs_trigger *t = &item->def->trigger;
    struct level *l = item->own;
    struct cs_node_status status;

    for (unsigned i = 0; i < cs_sim_bus_count(e->sim); i++) {
        const struct cs_bus *bus = cs_sim_bus(e->sim, i);
        int node = cs_bus_find_node(bus, t->node);
        if (node < 0 || !is_ours(e, t, i, node) || cs_bus_node_status(bus, node, &status) != 0)
            continue;
        *l = (struct level){.known = true,
                            .was = true,
                            .state = (int)status.state,
                            .tec = status.tec,
                            .rec = status.rec};
    }
    return 0;
}

static bool holds(const struct cs_trigger *t, const struct level *l)
{
    switch (t->kind) {
    case CS_TRIGGER_TEC:
        return cs_bounds_hold(&t->bounds, l->tec);
    case CS_TRIGGER_REC:
        return cs_bounds_hold(&t->bounds, l->rec);
    case CS_TRIGGER_WARNING:
        return l->tec >= WARNING || l->rec >= WARNING;
    default: /* who integrates counts as error active */
        return l->state == t->state ||
               (l->state == CS_STATE_INTEGRATING && t->state == CS_STATE_ERROR_ACTIVE);
    }
}

static void tell(const struct level *l, int64_t at_ps, char *text, size_t size)
{
    char at[40], since[40];

    snprintf(text, size, "at %s: %s, TEC %u, REC %u since %s", expect_instant(at_ps, at),
             cs_state_name((enum cs_node_state)l->state), l->tec, l->rec,
             expect_instant(l->since_ps, since));
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '_' ? ' ' : *p;
}

static void judge_always(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct level *l = item->own;
    char text[200];

    if (item->def->at != CS_EXPECT_AT_ALWAYS || !l->known || holds(&item->def->trigger, l))
        return;
    tell(l, at_ps, text, sizeof(text));
    expect_fail(e, item, at_ps, "%s", text);
}

static void follow(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    static const uint32_t ours =
        1u << CS_EV_ATTACH | 1u << CS_EV_DETACH | 1u << CS_EV_COUNTERS | 1u << CS_EV_STATE;
    const struct cs_event *event = now->event;
    struct level *l = item->own;

    if (event == NULL || (ours >> event->kind & 1u) == 0 ||
        !is_ours(e, &item->def->trigger, event->bus, event->node))
        return;
    l->known = event->kind != CS_EV_DETACH;
    l->was |= l->known;
    l->state = event->state;
    l->tec = event->tec;
    l->rec = event->rec;
    l->since_ps = event->at_ps;
}

static void open(struct cs_expect *e, struct expect_item *item)
{
    judge_always(e, item, item->from_ps);
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    judge_always(e, item, now->at_ps);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct level *l = item->own;
    char text[200], at[40];

    if (!l->was || (!l->known && item->def->at != CS_EXPECT_AT_ALWAYS)) {
        expect_fail(e, item, at_ps, "there is no \"%s\" at %s", item->def->trigger.node,
                    expect_instant(at_ps, at));
        return;
    }
    tell(l, at_ps, text, sizeof(text));
    if (!l->known || holds(&item->def->trigger, l)) {
        expect_saw(item, "%s", text);
        expect_pass(e, item, at_ps);
    } else {
        expect_fail(e, item, at_ps, "%s", text);
    }
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_trigger *t = &def->trigger;
    char words[60], at[40];

    (void)e;
    expect_add(text, size, "\"%s\" ", t->node);
    if (t->kind == CS_TRIGGER_TEC || t->kind == CS_TRIGGER_REC)
        expect_add(text, size, "with a %s of %s", t->kind == CS_TRIGGER_TEC ? "TEC" : "REC",
                   cs_bounds_say(&t->bounds, words, sizeof(words)));
    else
        expect_add(text, size, "%s",
                   t->kind == CS_TRIGGER_WARNING        ? "at the warning limit"
                   : t->state == CS_STATE_BUS_OFF       ? "bus-off"
                   : t->state == CS_STATE_ERROR_PASSIVE ? "error passive"
                                                        : "error active");
    if (def->at == CS_EXPECT_AT_TIME)
        expect_add(text, size, " at %s", expect_time(def->at_ps, at));
    else
        expect_add(text, size, " %s", def->at == CS_EXPECT_AT_END ? "at the end" : "always");
}

const struct expect_kind expect_level = {
    .own_size = sizeof(struct level),
    .events = 1u << CS_EV_ATTACH | 1u << CS_EV_DETACH | 1u << CS_EV_COUNTERS | 1u << CS_EV_STATE,
    .create = create,
    .open = open,
    .follow = follow,
    .see = see,
    .end = end,
    .say = say,
};
