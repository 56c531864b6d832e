/* SPDX-License-Identifier: MIT */
/* session_plan_words.c - actions of a scenario's timeline in a few words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/scenario.h"
#include "simcore/units.h"
#include "scenarios/session_plan.h"

struct say {
    char *text;
    size_t used, size;
};

static void say(struct say *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct say *to, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(to->text + to->used, to->size - to->used, format, args);
    va_end(args);
    to->used += n > 0 ? (size_t)n : 0;
    if (to->used >= to->size)
        to->used = to->size - 1;
}

static void say_time(struct say *to, const char *before, int64_t ps)
{
    char text[32];

    say(to, "%s%s", before, cs_units_format_time(ps, text, sizeof text));
}

/* ---- what ------------------------------------------------------------------------------------ */

static void say_action(struct say *to, const struct cs_scenario *s, const struct cs_action *a);

static void say_send(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    char frame[CS_FRAME_TEXT_MAX];

    (void)s;
    if (a->frames.n == 0)
        return;
    cs_frame_format(&a->frames.frame[0], frame);
    say(to, "sends %s", frame);
    if (a->frames.n > 1)
        say(to, " and %u more", a->frames.n - 1);
}

static void say_note(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    (void)s;
    say(to, "%s%s", a->kind == CS_ACTION_PAUSE ? "pause: " : "", a->note ? a->note : "");
}

static void say_mode(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    bool any = false;

    (void)s;
    say(to, "mode ");
    for (unsigned bit = 1; bit <= CS_MODE_ALL; bit <<= 1) {
        if (!(a->mode & bit))
            continue;
        say(to, "%s%s", any ? ", " : "", cs_mode_name((enum cs_mode)bit));
        any = true;
    }
    if (!any)
        say(to, "%s", cs_mode_name(CS_MODE_NORMAL));
}

static void say_counters(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    (void)s;
    say(to, "TEC = %" PRId64 ", REC = %" PRId64, a->tec, a->rec);
}

static void say_fault(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    char text[CS_FAULT_TEXT_MAX];

    (void)s;
    cs_fault_format(&a->fault->spec, text);
    say(to, "fault %s", text);
}

static void say_clear(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    (void)s;
    if (a->clear_id > 0)
        say(to, "clears fault %d", a->clear_id);
    else
        say(to, "clears %s%s", a->label ? "fault " : "all faults", a->label ? a->label : "");
}

static void say_timing(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    (void)s;
    if (a->timing->have_full)
        say(to, "gets another bit timing");
    else
        say(to, "bit rate %" PRIu32 " bit/s", a->timing->bitrate_bps);
}

static void say_command(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    (void)s;
    say(to, "told: %s", a->command);
}

static void say_set(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    say(to, a->set.relative ? "%s %+" PRId64 : "%s = %" PRId64, s->variables[a->set.variable],
        a->set.value);
}

static void say_group(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    if (a->group->choose)
        say(to, "one of %u: ", a->group->n);
    for (unsigned i = 0; i < a->group->n; i++) {
        char who[CS_NAME_MAX + 16];

        say(to, "%s%s", i ? a->group->choose ? " | " : "; " : "",
            cs_action_who(s, &a->group->action[i], who, sizeof who));
        say(to, "%s", *who ? " " : "");
        say_action(to, s, &a->group->action[i]);
    }
}

static const struct {
    const char *words; /* where there is no function */
    void (*say)(struct say *to, const struct cs_scenario *s, const struct cs_action *a);
} kinds[] = {
    [CS_ACTION_NONE] = {"nothing", NULL},
    [CS_ACTION_SEND] = {NULL, say_send},
    [CS_ACTION_NOTE] = {NULL, say_note},
    [CS_ACTION_ATTACH] = {"joins the bus", NULL},
    [CS_ACTION_DETACH] = {"leaves the bus", NULL},
    [CS_ACTION_MODE] = {NULL, say_mode},
    [CS_ACTION_RECOVER] = {"asks to recover from bus-off", NULL},
    [CS_ACTION_COUNTERS] = {NULL, say_counters},
    [CS_ACTION_FAULT] = {NULL, say_fault},
    [CS_ACTION_CLEAR] = {NULL, say_clear},
    [CS_ACTION_TIMING] = {NULL, say_timing},
    [CS_ACTION_RESET] = {"is reset", NULL},
    [CS_ACTION_PLUG] = {"is plugged in", NULL},
    [CS_ACTION_UNPLUG] = {"is pulled out", NULL},
    [CS_ACTION_COMMAND] = {NULL, say_command},
    [CS_ACTION_SET] = {NULL, say_set},
    [CS_ACTION_GROUP] = {NULL, say_group},
    [CS_ACTION_ABORT] = {"gives up frames that wait", NULL},
    [CS_ACTION_REMOVE] = {"loses its power", NULL},
    [CS_ACTION_FREEZE] = {"stops its recovery from bus-off", NULL},
    [CS_ACTION_FILTERS] = {"gets other filters", NULL},
    [CS_ACTION_LOST] = {"loses messages", NULL},
    [CS_ACTION_START] = {"starts", NULL},
    [CS_ACTION_STOP] = {"stops", NULL},
    [CS_ACTION_SIGNAL] = {"gets a signal", NULL},
    [CS_ACTION_PAUSE] = {NULL, say_note},
};

static void say_tests(struct say *to, const struct cs_scenario *s, const struct cs_when *when)
{
    char text[64];

    for (unsigned i = 0; when && i < when->n_tests; i++)
        say(to, "%s%s is %s", i ? ", " : " if ", s->variables[when->tests[i].variable],
            cs_bounds_say(&when->tests[i].bounds, text, sizeof text));
}

static void say_action(struct say *to, const struct cs_scenario *s, const struct cs_action *a)
{
    if (kinds[a->kind].say)
        kinds[a->kind].say(to, s, a);
    else
        say(to, "%s", kinds[a->kind].words);
    say_tests(to, s, a->when);
}

const char *cs_action_words(const struct cs_scenario *scenario, const struct cs_action *action,
                            char *text, size_t size)
{
    struct say to = {text, 0, size};

    text[0] = '\0';
    say_action(&to, scenario, action);
    return text;
}

/* ---- who ------------------------------------------------------------------------------------- */

const char *cs_action_who(const struct cs_scenario *s, const struct cs_action *a, char *text,
                          size_t size)
{
    const char *name = "";

    if (a->node >= 0)
        name = s->nodes[a->node].name;
    else if (a->program >= 0)
        name = s->programs[a->program].name;
    else if (a->device >= 0)
        name = (unsigned)a->device < s->n_devices
                   ? s->devices[a->device].name
                   : s->guests[(unsigned)a->device - s->n_devices].name;
    else if (a->kind == CS_ACTION_FAULT)
        name = s->buses[a->fault->bus].name;
    else if (a->have_bus)
        name = s->buses[a->bus].name;
    snprintf(text, size, "%s", name);
    return text;
}

/* ---- when ------------------------------------------------------------------------------------ */

const char *cs_action_when(const struct cs_action *action, struct cs_sim *sim, char *text,
                           size_t size)
{
    const struct cs_when *when = action->when;
    struct say to = {text, 0, size};
    char what[300];

    text[0] = '\0';
    if (!cs_when_has_moments(action))
        return text;
    if (when->has_after)
        say(&to, "%s %s", when->each ? "each" : "after",
            cs_trigger_say(&when->after, sim, what, sizeof what));
    else
        say_time(&to, "from ", action->at_ps);
    if (when->delay_ps)
        say_time(&to, " +", when->delay_ps);
    if (when->every_ps)
        say_time(&to, ", every ", when->every_ps);
    if (when->count)
        say(&to, ", %" PRId64 " time%s", when->count, when->count == 1 ? "" : "s");
    if (when->has_until)
        say(&to, ", until %s", cs_trigger_say(&when->until, sim, what, sizeof what));
    else if (when->until_ps < CS_NEVER)
        say_time(&to, ", until ", when->until_ps);
    return text;
}
