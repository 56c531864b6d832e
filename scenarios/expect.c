/* SPDX-License-Identifier: MIT */
/* Invariants: an item is told of events in their order and of time before it is told of an event
 * beyond it; an instant belongs to a window that ends with it. Once decided, a verdict stays. */
#include "scenarios/expect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect_internal.h"
#include "scenarios/text.h"

enum { MAIN, AFTER, UNTIL }; /* item->inside */

static const struct expect_kind *const kinds[CS_EXPECT_KIND_COUNT] = {
    [CS_EXPECT_TRIGGER] = &expect_happens, [CS_EXPECT_LEVEL] = &expect_level,
    [CS_EXPECT_ORDER] = &expect_order,     [CS_EXPECT_PERIOD] = &expect_period,
    [CS_EXPECT_ALWAYS] = &expect_always,   [CS_EXPECT_VALUE] = &expect_value,
    [CS_EXPECT_SIGNAL] = &expect_signal,   [CS_EXPECT_RECOVERY] = &expect_recovery,
    [CS_EXPECT_LOAD] = &expect_load,       [CS_EXPECT_LATENCY] = &expect_latency,
    [CS_EXPECT_RETRIES] = &expect_retries, [CS_EXPECT_PROGRAM] = &expect_program,
    [CS_EXPECT_LOG] = &expect_log,
};

/* ---- verdicts -------------------------------------------------------------------------------- */

static void stop(struct cs_expect *e)
{
    if (e->stop || e->over)
        return;
    e->stop = true;
    cs_sim_stop(e->sim);
}

static void decide(struct cs_expect *e, struct expect_item *item, int64_t at_ps, bool passed)
{
    item->phase = EXPECT_DECIDED;
    item->passed = passed;
    item->at_ps = at_ps;
    e->n_decided++;
    e->n_failed += !passed;
    if ((!passed && (item->def->stop || e->scenario->stop_on_failure)) ||
        (e->n_decided == e->n && e->scenario->end == CS_SCENARIO_END_DECIDED))
        stop(e);
}

void expect_pass(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    if (item->phase != EXPECT_DECIDED)
        decide(e, item, at_ps, true);
}

/* Whose frames the story of a failure is about; NULL: nobody's. */
static const struct cs_match *about(const struct expect_item *item)
{
    const struct cs_expect_def *def = item->def;

    if (def->kind == CS_EXPECT_TRIGGER)
        return def->trigger.kind == CS_TRIGGER_FRAME ? &def->trigger.match : NULL;
    return item->kind->frames != NULL ? item->kind->frames(def, 0) : NULL;
}

void expect_fail(struct cs_expect *e, struct expect_item *item, int64_t at_ps, const char *format,
                 ...)
{
    va_list args;

    if (item->phase == EXPECT_DECIDED)
        return;
    va_start(args, format);
    vsnprintf(item->seen, sizeof(item->seen), format, args);
    va_end(args);
    cs_text_clean(item->seen);
    decide(e, item, at_ps, false);
    if (e->n_failed <= CS_EXPECT_FULL)
        item->around = expect_past_tell(e->past, about(item));
}

void expect_saw(struct expect_item *item, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(item->seen, sizeof(item->seen), format, args);
    va_end(args);
    cs_text_clean(item->seen);
}

/* ---- windows --------------------------------------------------------------------------------- */

static int64_t item_next_ps(const struct expect_item *item)
{
    int64_t next = item->end_ps;

    if (item->phase == EXPECT_DECIDED)
        return CS_NEVER;
    if (item->phase == EXPECT_OPEN)
        return item->due_ps < next ? item->due_ps : next;
    return item->def->after.at_ps >= 0 && item->def->after.at_ps < next ? item->def->after.at_ps
                                                                        : next;
}

static void note_next(struct cs_expect *e, const struct expect_item *item)
{
    int64_t next = item_next_ps(item);

    if (next < e->next_ps)
        e->next_ps = next;
}

void expect_set_due(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    item->due_ps = at_ps;
    note_next(e, item);
}

static void open_window(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_def *def = item->def;

    item->phase = EXPECT_OPEN;
    item->from_ps = at_ps;
    if (def->within_ps >= 0 && !def->each && at_ps + def->within_ps < item->end_ps)
        item->end_ps = at_ps + def->within_ps;
    if (item->kind->open != NULL)
        item->kind->open(e, item);
    if (def->each && item->phase == EXPECT_OPEN)
        item->kind->again(e, item, at_ps);
    note_next(e, item);
}

static void never_began(struct cs_expect *e, struct expect_item *item, int64_t at_ps)
{
    const struct cs_expect_def *def = item->def;
    char text[400] = "", at[40];

    if (def->after.trigger != NULL)
        cs_trigger_say(def->after.trigger, e->sim, text, sizeof(text));
    else if (def->after.at_ps >= 0)
        snprintf(text, sizeof(text), "%s", expect_instant(def->after.at_ps, at));
    if (def->never || def->each || (def->have_count && def->count.low == 0)) {
        expect_saw(item, "the window never began: no %s", text);
        expect_pass(e, item, at_ps);
        return;
    }
    expect_fail(e, item, at_ps, "the window never began: no %s", text);
}

/* What time does to it; `whole`: all of that instant has happened. */
static void settle_item(struct cs_expect *e, struct expect_item *item, int64_t at_ps, bool whole)
{
    while (item->phase != EXPECT_DECIDED) {
        const int64_t after_ps = item->def->after.at_ps, next = item_next_ps(item);
        if (item->phase == EXPECT_BEFORE && after_ps >= 0 && after_ps <= at_ps) {
            open_window(e, item, after_ps);
            continue;
        }
        if (next > at_ps || (next == at_ps && !whole))
            break;
        if (item->phase == EXPECT_BEFORE) {
            never_began(e, item, item->end_ps);
        } else if (item->due_ps <= item->end_ps) {
            item->due_ps = CS_NEVER;
            item->kind->due(e, item);
        } else {
            item->kind->end(e, item, item->end_ps);
        }
    }
}

static void settle(struct cs_expect *e, int64_t at_ps, bool whole)
{
    int64_t next = CS_NEVER;

    if (e->said.n > 0 && e->live != NULL && !e->over)
        cs_live_catch_up(e->live);
    for (unsigned i = 0; i < e->n; i++) {
        settle_item(e, &e->items[i], at_ps, whole);
        int64_t item = item_next_ps(&e->items[i]);
        next = item < next ? item : next;
    }
    e->next_ps = next;
}

/* ---- events ---------------------------------------------------------------------------------- */

static bool happens(struct cs_expect *e, const struct expect_item *item, unsigned which,
                    const struct cs_trigger *t, const struct expect_now *now)
{
    if (t == NULL)
        return false;
    if (cs_trigger_is_decoded(t))
        return now->said != NULL && cs_trigger_hit_said(t, now->said);
    if (now->event == NULL)
        return false;
    return item->inside[which] != NULL
               ? cs_trigger_enters(t, item->inside[which], e->sim, now->event)
               : cs_trigger_hit(t, e->sim, now->event);
}

static void tell_late(struct expect_item *item, const struct expect_now *now)
{
    char at[40];

    if (!item->kind->late(item, now))
        return;
    expect_add(item->seen, sizeof(item->seen), "; it came at %s, too late",
               expect_instant(now->at_ps, at));
    item->late = false;
}

static void handle(struct cs_expect *e, struct expect_item *item, const struct expect_now *what)
{
    const struct cs_expect_def *def = item->def;
    struct expect_now now = *what;

    if (item->phase == EXPECT_DECIDED && !item->late)
        return;
    settle_item(e, item, now.at_ps, false);
    bool after = happens(e, item, AFTER, def->after.trigger, &now);
    bool until = happens(e, item, UNTIL, def->until.trigger, &now);
    now.hit = def->kind == CS_EXPECT_TRIGGER && happens(e, item, MAIN, &def->trigger, &now);
    if (item->kind->follow != NULL)
        item->kind->follow(e, item, &now);
    if (item->phase == EXPECT_DECIDED) {
        if (item->late)
            tell_late(item, &now);
        return;
    }
    if (expect_is_open(item) && item->kind->see != NULL)
        item->kind->see(e, item, &now);
    if (expect_is_open(item) && until)
        item->kind->end(e, item, now.at_ps);
    if (after && item->phase == EXPECT_BEFORE)
        open_window(e, item, now.at_ps);
    else if (after && expect_is_open(item) && def->each)
        item->kind->again(e, item, now.at_ps);
}

static void handle_list(struct cs_expect *e, const struct expect_list *list,
                        const struct expect_now *now)
{
    for (unsigned i = 0; i < list->n; i++)
        handle(e, &e->items[list->items[i]], now);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_expect *e = ctx;
    struct expect_now now = {.at_ps = event->at_ps, .event = event};

    if (e->over || event->kind >= CS_EV_KIND_COUNT)
        return;
    if (event->at_ps >= e->next_ps)
        settle(e, event->at_ps, false);
    e->now_ps = event->at_ps;
    if (event->kind == CS_EV_FRAME && e->live != NULL)
        now.said = cs_live_frame(e->live);
    expect_past_add(e->past, event, now.said);
    if (event->kind == CS_EV_FRAME && (event->frame->flags & CS_FRAME_EXT) == 0)
        handle_list(e, &e->by_id[event->frame->id & CS_ID_MAX_BASE], &now);
    else if (event->kind == CS_EV_FRAME)
        handle_list(e, &e->by_hash[expect_hash(event->frame->id)], &now);
    handle_list(e, &e->by_event[event->kind], &now);
}

static void on_said(void *ctx, const struct cs_live_said *said)
{
    struct cs_expect *e = ctx;
    const struct expect_now now = {.at_ps = said->at_ps, .said = said};

    if (e->over)
        return;
    if (said->event == NULL) {
        handle_list(e, &e->said, &now);
        return;
    }
    for (unsigned i = 0; i < e->fields.n; i++) {
        struct expect_item *item = &e->items[e->fields.items[i]];
        settle_item(e, item, said->at_ps, false);
        if (expect_is_open(item))
            item->kind->fields(e, item, said);
    }
}

/* ---- the run --------------------------------------------------------------------------------- */

int64_t cs_expect_next_ps(const struct cs_expect *e)
{
    return e != NULL && !e->over ? e->next_ps : CS_NEVER;
}

void cs_expect_time(struct cs_expect *e, int64_t now_ps)
{
    if (e != NULL && !e->over && now_ps >= e->next_ps)
        settle(e, now_ps, true);
}

void cs_expect_finish(struct cs_expect *e, int64_t now_ps)
{
    if (e == NULL || e->over)
        return;
    settle(e, now_ps, true);
    for (unsigned i = 0; i < e->n; i++) {
        struct expect_item *item = &e->items[i];
        if (expect_is_open(item))
            item->kind->end(e, item, now_ps);
        else if (item->phase == EXPECT_BEFORE)
            never_began(e, item, now_ps);
    }
    e->over = true;
}

bool cs_expect_wants_stop(const struct cs_expect *e)
{
    return e != NULL && e->stop;
}

unsigned cs_expect_count(const struct cs_expect *e)
{
    return e != NULL ? e->n : 0;
}

unsigned cs_expect_failed(const struct cs_expect *e)
{
    return e != NULL ? e->n_failed : 0;
}

unsigned cs_expect_undecided(const struct cs_expect *e)
{
    return e != NULL ? e->n - e->n_decided : 0;
}

void cs_expect_verdict(const struct cs_expect *e, unsigned index, struct cs_verdict *verdict)
{
    const struct expect_item *item = &e->items[index];

    *verdict = (struct cs_verdict){
        .name = item->def->name != NULL ? item->def->name : item->expected,
        .place = item->place,
        .kind = cs_expect_kind_name(item->def),
        .decided = item->phase == EXPECT_DECIDED,
        .passed = item->phase == EXPECT_DECIDED && item->passed,
        .at_ps = item->at_ps,
        .window_from_ps = item->from_ps,
        .expected = item->expected,
        .seen = item->seen,
        .around = item->around,
    };
}

/* ---- building -------------------------------------------------------------------------------- */

/* "boot.json:12:5: /expect/3" */
static char *make_place(const struct cs_scenario *scenario, const struct expect_item *item)
{
    struct cs_place place;
    char *text = NULL;
    int n;

    if (scenario->document.places != NULL &&
        cs_places_find(scenario->document.places, item->def->item, &place))
        n = asprintf(&text, "%s:%u:%u: /expect/%u", place.file, place.line, place.column,
                     item->index);
    else
        n = asprintf(&text, "%s: /expect/%u", scenario->file, item->index);
    return n >= 0 ? text : NULL;
}

static int make_insides(struct expect_item *item)
{
    const struct cs_expect_def *def = item->def;
    const struct cs_trigger *triggers[] = {
        [MAIN] = def->kind == CS_EXPECT_TRIGGER ? &def->trigger : NULL,
        [AFTER] = def->after.trigger,
        [UNTIL] = def->until.trigger,
    };

    for (unsigned i = 0; i < 3; i++) {
        if (triggers[i] == NULL || !cs_trigger_is_level(triggers[i]))
            continue;
        item->inside[i] = calloc(1, sizeof(*item->inside[i]));
        if (item->inside[i] == NULL)
            return -1;
    }
    return 0;
}

static int make_item(struct cs_expect *e, unsigned index)
{
    struct expect_item *item = &e->items[index];
    const struct cs_expect_def *def = &e->scenario->expects[index];
    char text[EXPECT_EXPECTED] = "";

    item->def = def;
    item->kind = kinds[def->kind];
    item->index = index;
    item->from_ps = -1;
    item->due_ps = CS_NEVER;
    item->end_ps = def->at == CS_EXPECT_AT_TIME ? def->at_ps
                   : def->until.at_ps >= 0      ? def->until.at_ps
                                                : CS_NEVER;
    item->own = calloc(1, item->kind->own_size > 0 ? item->kind->own_size : 1);
    item->kind->say(e, def, text, sizeof(text));
    expect_add_window(e, def, text, sizeof(text));
    cs_text_clean(text);
    item->expected = strdup(text);
    item->place = make_place(e->scenario, item);
    if (item->own == NULL || item->expected == NULL || item->place == NULL ||
        make_insides(item) != 0)
        return -1;
    if (item->kind->create != NULL && item->kind->create(e, item) != 0)
        return -1;
    return 0;
}

static int build(struct cs_expect *e, const struct cs_scenario *scenario)
{
    e->next_ps = CS_NEVER;
    e->items = calloc(scenario->n_expects, sizeof(*e->items));
    e->past = expect_past_create(e->sim);
    if (e->items == NULL || e->past == NULL)
        return -1;
    while (e->n < scenario->n_expects) {
        if (make_item(e, e->n++) != 0)
            return -1;
    }
    return expect_index_build(e);
}

static void start(struct cs_expect *e)
{
    for (unsigned i = 0; i < e->n; i++) {
        struct expect_item *item = &e->items[i];
        if (item->def->after.trigger == NULL && item->def->after.at_ps < 0)
            open_window(e, item, 0);
        note_next(e, item);
    }
}

struct cs_expect *cs_expect_create(struct cs_sim *sim, const struct cs_scenario *scenario,
                                   struct cs_live *live, struct cs_error *error)
{
    struct cs_expect *e;

    error->text[0] = '\0';
    if (scenario == NULL || scenario->n_expects == 0)
        return NULL;
    e = calloc(1, sizeof(*e));
    if (e != NULL) {
        e->sim = sim;
        e->live = live;
        e->scenario = scenario;
    }
    if (e == NULL || build(e, scenario) != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
    } else if ((live != NULL && cs_live_listen(live, on_said, e) != 0) ||
               cs_sim_observe(sim, on_event, e) != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "no room for one more observer");
    } else {
        e->observes = true;
        start(e);
        return e;
    }
    cs_expect_destroy(e);
    return NULL;
}

void cs_expect_destroy(struct cs_expect *e)
{
    if (e == NULL)
        return;
    e->over = true;
    if (e->observes)
        cs_sim_unobserve(e->sim, on_event, e);
    for (unsigned i = 0; e->items != NULL && i < e->n; i++) {
        struct expect_item *item = &e->items[i];
        if (item->own != NULL && item->kind->destroy != NULL)
            item->kind->destroy(item);
        for (unsigned k = 0; k < 3; k++)
            free(item->inside[k]);
        free(item->own);
        free(item->place);
        free(item->expected);
        free(item->around);
    }
    expect_index_free(e);
    expect_past_free(e->past);
    free(e->items);
    free(e);
}
