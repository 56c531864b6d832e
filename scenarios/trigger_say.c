/* SPDX-License-Identifier: MIT */
/* What happens as part of a sentence. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/trigger.h"
#include "simcore/fault.h"

struct words {
    char *text;
    size_t used, size;
};

static void say(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct words *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(w->text + w->used, w->size - w->used, format, args);
    va_end(args);
    w->used += n > 0 ? (size_t)n : 0;
    if (w->used >= w->size)
        w->used = w->size - 1;
}

static void say_ids(struct words *w, const struct cs_match *m)
{
    unsigned digits = m->ext == 1 ? 8 : 3;

    if (m->ext < 0)
        say(w, "any");
    else if (m->id_mask != 0)
        say(w, "%0*X:%0*X", (int)digits, (unsigned)m->id, (int)digits, (unsigned)m->id_mask);
    else if (m->id_low != m->id_high)
        say(w, "%0*X-%0*X", (int)digits, (unsigned)m->id_low, (int)digits, (unsigned)m->id_high);
    else
        say(w, "%0*X", (int)digits, (unsigned)m->id_low);
}

static void say_data(struct words *w, const struct cs_match *m)
{
    static const char digits[] = "0123456789ABCDEF";

    say(w, "#");
    for (unsigned i = 0; i < m->n_data; i++) {
        say(w, "%c", (m->mask[i] & 0xF0u) != 0 ? digits[m->data[i] >> 4] : '?');
        say(w, "%c", (m->mask[i] & 0x0Fu) != 0 ? digits[m->data[i] & 0xFu] : '?');
    }
    say(w, "%s", m->exact ? "" : "*");
}

/* As it was written, or made of its parts. */
static void say_pattern(struct words *w, const struct cs_trigger *t)
{
    const struct cs_match *m = &t->match;

    if (t->pattern != NULL) {
        say(w, "\"%s\"", t->pattern);
        return;
    }
    say(w, "\"");
    say_ids(w, m);
    if (m->n_data > 0 || m->exact)
        say_data(w, m);
    say(w, "\"");
    if (m->low == m->high)
        say(w, " of %u byte%s", m->low, m->low == 1 ? "" : "s");
    else if (m->low > 0 || m->high < CS_FRAME_MAX_DATA)
        say(w, " of %u to %u bytes", m->low, m->high);
}

static void say_where(struct words *w, const struct cs_trigger *t, struct cs_sim *sim,
                      const char *joint)
{
    int bus = t->bus >= 0 ? t->bus : t->match.bus;

    if (t->node[0] != '\0' || t->match.from[0] != '\0')
        say(w, " %s \"%s\"", joint, t->node[0] != '\0' ? t->node : t->match.from);
    if (bus >= 0)
        say(w, " on %s", cs_bus_name(cs_sim_bus(sim, (unsigned)bus)));
}

/* "ecu", a node, a node on can1 */
static void say_who(struct words *w, const struct cs_trigger *t, struct cs_sim *sim)
{
    struct cs_trigger where = *t;

    where.node[0] = '\0';
    if (t->node[0] != '\0')
        say(w, "\"%s\"", t->node);
    else
        say(w, "a node");
    say_where(w, &where, sim, "");
}

static const char *const words_of[CS_TRIGGER_KIND_COUNT] = {
    [CS_TRIGGER_ATTACHED] = " joins",           [CS_TRIGGER_DETACHED] = " leaves",
    [CS_TRIGGER_ARB_LOST] = "lost arbitration", [CS_TRIGGER_REFUSED] = "refused frame",
    [CS_TRIGGER_DROPPED] = "given up frame",
};

static const char *const severities[] = {"info", "note", "warning", "error"};

static void say_state(struct words *w, const struct cs_trigger *t)
{
    static const char *const states[] = {
        [CS_STATE_ERROR_ACTIVE] = " becomes error active",
        [CS_STATE_ERROR_PASSIVE] = " becomes error passive",
        [CS_STATE_BUS_OFF] = " goes bus-off",
    };

    say(w, "%s", t->kind == CS_TRIGGER_WARNING ? " comes to the warning limit" : states[t->state]);
}

static void say_frame(struct words *w, const struct cs_trigger *t, struct cs_sim *sim)
{
    bool any = t->kind != CS_TRIGGER_FRAME && t->pattern == NULL && t->match.ext < 0;

    say(w, "%s", t->kind == CS_TRIGGER_FRAME ? "frame" : words_of[t->kind]);
    if (!any) {
        say(w, "%s ", t->kind == CS_TRIGGER_ARB_LOST ? " of" : "");
        say_pattern(w, t);
    }
    say_where(w, t, sim, t->kind == CS_TRIGGER_FRAME ? "from" : "of");
}

static void say_level(struct words *w, const struct cs_trigger *t, struct cs_sim *sim)
{
    char bounds[60];

    say(w, "%s of ", t->kind == CS_TRIGGER_TEC ? "TEC" : "REC");
    say_who(w, t, sim);
    say(w, " %s", cs_bounds_say(&t->bounds, bounds, sizeof(bounds)));
}

char *cs_trigger_say(const struct cs_trigger *t, struct cs_sim *sim, char *text, size_t size)
{
    struct words w = {.text = text, .size = size};

    text[0] = '\0';
    switch (t->kind) {
    case CS_TRIGGER_STATE:
    case CS_TRIGGER_WARNING:
        say_who(&w, t, sim);
        say_state(&w, t);
        break;
    case CS_TRIGGER_ATTACHED:
    case CS_TRIGGER_DETACHED:
        say_who(&w, t, sim);
        say(&w, "%s", words_of[t->kind]);
        break;
    case CS_TRIGGER_ERROR:
        say(&w, "%s%serror",
            t->error == CS_ERROR_NONE ? "" : cs_error_name((enum cs_error_kind)t->error),
            t->error == CS_ERROR_NONE ? "" : " ");
        say_where(&w, t, sim, "at");
        break;
    case CS_TRIGGER_ERROR_FRAME:
        say(&w, "error frame");
        say_where(&w, t, sim, "of");
        break;
    case CS_TRIGGER_FAULT:
        say(&w, "fault%s%s%s %s", t->text != NULL ? " \"" : "", t->text != NULL ? t->text : "",
            t->text != NULL ? "\"" : "",
            cs_fault_stage_name(t->stage < 0 ? CS_FAULT_FIRED : (enum cs_fault_stage)t->stage));
        say_where(&w, t, sim, "of");
        break;
    case CS_TRIGGER_NOTE:
    case CS_TRIGGER_DECODED:
        say(&w, "%s \"%s\"", t->kind == CS_TRIGGER_NOTE ? "note" : "decoded", t->text);
        if (t->severity > 0)
            say(&w, ", at least %s", severities[t->severity]);
        say_where(&w, t, sim, "of");
        break;
    case CS_TRIGGER_TEC:
    case CS_TRIGGER_REC:
        say_level(&w, t, sim);
        break;
    default:
        say_frame(&w, t, sim);
        break;
    }
    return text;
}
