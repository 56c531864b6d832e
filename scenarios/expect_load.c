/* SPDX-License-Identifier: MIT */
/* How much of the time a bus is taken: the bits from SOF to the end of EOF or of the error
 * delimiter and the 3 bits of intermission, each bit in the window in which it was. A frame is
 * known at its end: a window is judged when nothing that began within it can still come. */
#include <stdio.h>

#include "scenarios/expect_internal.h"

#define IFS_BITS   3
#define GRACE_BITS 1000 /* no frame is longer */
#define PPM        1000000

struct load {
    int64_t window_ps; /* beginning of the one at hand */
    int64_t busy_ps;   /* within it */
    int64_t known_ps;  /* busy up to here */
    uint64_t judged;
};

static bool holds(const struct cs_expect_load *def, int64_t busy_ps, int64_t length_ps)
{
    const cs_int128 busy = (cs_int128)busy_ps * PPM;

    return (def->min_ppm < 0 || busy >= (cs_int128)def->min_ppm * length_ps) &&
           (def->max_ppm < 0 || busy <= (cs_int128)def->max_ppm * length_ps);
}

/* "40.01%, 4.001ms of 10ms up to 0.02 s" */
static void tell(const struct load *l, int64_t length_ps, char *text, size_t size)
{
    char percent[64], busy[40], length[40], at[40];
    cs_int128 ppm = length_ps > 0 ? (cs_int128)l->busy_ps * PPM / length_ps : 0;

    snprintf(text, size, "%s%%, %s of %s up to %s",
             expect_decimal(ppm * (CS_DECIMAL_ONE / 10000), percent), expect_time(l->busy_ps, busy),
             expect_time(length_ps, length), expect_instant(l->window_ps + length_ps, at));
}

static void judge(struct cs_expect *e, struct expect_item *item, int64_t length_ps)
{
    const struct load *l = item->own;
    char text[200];

    if (holds(&item->def->of.load, l->busy_ps, length_ps))
        return;
    tell(l, length_ps, text, sizeof(text));
    expect_fail(e, item, l->window_ps + length_ps, "%s", text);
}

static void set_due(struct cs_expect *e, struct expect_item *item)
{
    const struct cs_expect_load *def = &item->def->of.load;
    const struct load *l = item->own;

    if (def->window_ps >= 0 && expect_is_open(item))
        expect_set_due(e, item,
                       l->window_ps + def->window_ps +
                           GRACE_BITS * cs_bus_bit_ps(cs_sim_bus(e->sim, def->bus)));
}

/* Windows that end at at_ps or before; those in which nothing was are all the same. */
static void close_windows(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const int64_t length = item->def->of.load.window_ps;
    struct load *l = item->own;

    while (length >= 0 && expect_is_open(item) && at_ps - l->window_ps >= length) {
        bool idle = l->busy_ps == 0;
        judge(e, item, length);
        if (!expect_is_open(item))
            return;
        int64_t n = idle ? (at_ps - l->window_ps) / length : 1;
        l->judged += (uint64_t)n;
        l->window_ps += n * length;
        l->busy_ps = 0;
    }
}

static void occupy(struct cs_expect *e, struct expect_item *item, int64_t from_ps, int64_t to_ps)
{
    const int64_t length = item->def->of.load.window_ps;
    struct load *l = item->own;

    from_ps = from_ps < l->known_ps ? l->known_ps : from_ps;
    to_ps = to_ps > item->end_ps ? item->end_ps : to_ps;
    while (from_ps < to_ps && expect_is_open(item)) {
        close_windows(e, item, from_ps);
        int64_t end = length >= 0 && l->window_ps + length < to_ps ? l->window_ps + length : to_ps;
        l->busy_ps += end - from_ps;
        l->known_ps = from_ps = end;
    }
}

static void open(struct cs_expect *e, struct expect_item *item)
{
    struct load *l = item->own;

    l->window_ps = l->known_ps = item->from_ps;
    set_due(e, item);
}

static void see(struct cs_expect *e, struct expect_item *item, const struct expect_now *now)
{
    const struct cs_event *event = now->event;
    struct cs_bus *bus = cs_sim_bus(e->sim, item->def->of.load.bus);

    if (event == NULL || event->bus != cs_bus_index(bus) ||
        (event->kind != CS_EV_FRAME && event->kind != CS_EV_ERROR_FRAME))
        return;
    occupy(e, item, event->start_ps, event->at_ps + IFS_BITS * cs_bus_bit_ps(bus));
    set_due(e, item);
}

static void due(struct cs_expect *e, struct expect_item *item)
{
    struct load *l = item->own;

    close_windows(e, item, l->window_ps + item->def->of.load.window_ps);
    set_due(e, item);
}

static void end(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_load *def = &item->def->of.load;
    struct load *l = item->own;
    char text[200];

    /* The intermission after the last frame may reach beyond. */
    if (l->known_ps > at_ps && l->busy_ps >= l->known_ps - at_ps)
        l->busy_ps -= l->known_ps - at_ps;
    if (def->window_ps >= 0) {
        close_windows(e, item, at_ps);
        if (!expect_is_open(item))
            return;
        if (l->judged == 0) {
            expect_fail(e, item, at_ps, "no whole window up to the end");
            return;
        }
        expect_saw(item, "%llu window%s as expected", (unsigned long long)l->judged,
                   l->judged == 1 ? "" : "s");
        expect_pass(e, item, at_ps);
        return;
    }
    if (at_ps <= l->window_ps) {
        expect_fail(e, item, at_ps, "the window has no length");
        return;
    }
    judge(e, item, at_ps - l->window_ps);
    if (!expect_is_open(item))
        return;
    tell(l, at_ps - l->window_ps, text, sizeof(text));
    expect_saw(item, "%s", text);
    expect_pass(e, item, at_ps);
}

static void say(struct cs_expect *e, const struct cs_expect_def *def, char *text, size_t size)
{
    const struct cs_expect_load *l = &def->of.load;
    char low[64], high[64], window[40];

    expect_add(text, size, "load of %s", cs_bus_name(cs_sim_bus(e->sim, l->bus)));
    if (l->min_ppm >= 0)
        expect_add(text, size, " at least %s%%",
                   expect_decimal(l->min_ppm * (CS_DECIMAL_ONE / 10000), low));
    if (l->max_ppm >= 0)
        expect_add(text, size, "%s at most %s%%", l->min_ppm >= 0 ? " and" : "",
                   expect_decimal(l->max_ppm * (CS_DECIMAL_ONE / 10000), high));
    if (l->window_ps >= 0)
        expect_add(text, size, " in each %s", expect_time(l->window_ps, window));
}

const struct expect_kind expect_load = {
    .own_size = sizeof(struct load),
    .events = 1u << CS_EV_FRAME | 1u << CS_EV_ERROR_FRAME,
    .open = open,
    .see = see,
    .due = due,
    .end = end,
    .say = say,
};
