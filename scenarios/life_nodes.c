/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "scenarios/life_internal.h"
#include "simcore/fault.h"
#include "simcore/units.h"

static struct life_node *node_of(const struct life_teller *t, const struct cs_event *event)
{
    return &t->bus->node[event->node];
}

static void tell(const struct life_teller *t, const struct cs_event *event,
                 const struct life_text *text)
{
    life_tell_pending(t);
    life_line(t->state, t->index, event->at_ps, text);
}

static void say_modes(struct life_text *text, unsigned modes)
{
    const char *joint = "";

    if (modes == CS_MODE_NORMAL)
        life_say(text, "%s", cs_mode_name(CS_MODE_NORMAL));
    for (unsigned bit = 1; bit <= CS_MODE_ALL; bit <<= 1) {
        if ((modes & bit) != 0) {
            life_say(text, "%s%s", joint, cs_mode_name((enum cs_mode)bit));
            joint = ", ";
        }
    }
}

/* ---- coming and going --------------------------------------------------------------------- */

void life_on_attach(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    *node_of(t, event) = (struct life_node){.state = event->state,
                                            .tec = event->tec,
                                            .rec = event->rec,
                                            .told_tec = event->tec,
                                            .told_rec = event->rec,
                                            .since_ps = event->at_ps};
    life_say_node(&text, t->of, event->node);
    life_say(&text, " joins the bus");
    if (event->mode != CS_MODE_NORMAL) {
        life_say(&text, " (");
        say_modes(&text, event->mode);
        life_say(&text, ")");
    }
    life_say(&text, event->state == CS_STATE_INTEGRATING
                        ? " and waits for 11 recessive bits before it takes part."
                        : ".");
    tell(t, event, &text);
}

void life_on_detach(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    life_say_node(&text, t->of, event->node);
    life_say(&text, " leaves the bus.");
    tell(t, event, &text);
}

void life_on_config(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};
    struct cs_node_status status;
    char rate[16];

    life_say_node(&text, t->of, event->node);
    life_say(&text, " is set up anew:");
    if (cs_bus_node_status(t->of, event->node, &status) == 0) {
        life_say(&text, " %sbit/s", cs_units_format_rate(status.bitrate_bps, rate, sizeof(rate)));
        if (status.data_bitrate_bps > 0)
            life_say(&text, " and %sbit/s",
                     cs_units_format_rate(status.data_bitrate_bps, rate, sizeof(rate)));
        life_say(&text, ",");
    }
    life_say(&text, " mode ");
    say_modes(&text, event->mode);
    life_say(&text, ".");
    tell(t, event, &text);
}

/* ---- the queue ---------------------------------------------------------------------------- */

void life_on_queued(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};
    struct cs_node_status status;

    life_say_node(&text, t->of, event->node);
    life_say(&text, " queues ");
    if (event->frame != NULL)
        life_say_frame(&text, event->frame);
    if (cs_bus_node_status(t->of, event->node, &status) == 0 && status.queued > 1)
        life_say(&text, "; its queue holds %u frames", status.queued);
    life_say(&text, ".");
    tell(t, event, &text);
}

void life_on_refused(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    life_say_node(&text, t->of, event->node);
    life_say(&text, " could not queue ");
    if (event->frame != NULL)
        life_say_frame(&text, event->frame);
    life_say(&text, ": %s.", life_result_words((enum cs_tx_result)event->result));
    tell(t, event, &text);
}

void life_on_dropped(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    /* It says how often it was tried: the attempt at hand is not tried again. */
    life_set_remove(&t->bus->sending, event->node);
    if (event->frame != NULL)
        life_say_frame(&text, event->frame);
    life_say(&text, " from ");
    life_say_node(&text, t->of, event->node);
    life_say(&text, " is given up ");
    if (event->attempt == 0)
        life_say(&text, "before its first try");
    else
        life_say(&text, "after %u tr%s", event->attempt, event->attempt == 1 ? "y" : "ies");
    life_say(&text, ": %s.", life_result_words((enum cs_tx_result)event->result));
    tell(t, event, &text);
}

/* ---- counters and states ------------------------------------------------------------------ */

static void tell_warning(const struct life_teller *t, const struct cs_event *event, bool warned)
{
    struct life_text text = {.used = 0};

    life_say_node(&text, t->of, event->node);
    if (warned)
        life_say(&text, " reaches the error warning limit of %u: TEC %u, REC %u.", LIFE_WARNING,
                 event->tec, event->rec);
    else
        life_say(&text, " is below the error warning limit of %u again: TEC %u, REC %u.",
                 LIFE_WARNING, event->tec, event->rec);
    tell(t, event, &text);
}

void life_on_counters(const struct life_teller *t, const struct cs_event *event)
{
    struct life_node *node = node_of(t, event);
    struct life_text text = {.used = 0};
    bool warned = event->tec >= LIFE_WARNING || event->rec >= LIFE_WARNING;

    node->tec = event->tec;
    node->rec = event->rec;
    if (t->bus->open) {
        life_set_add(&t->bus->counted, event->node); /* told at the block's end */
    } else if (node->tec != node->told_tec || node->rec != node->told_rec) {
        life_say_node(&text, t->of, event->node);
        life_say(&text, " counts TEC %u -> %u, REC %u -> %u.", node->told_tec, node->tec,
                 node->told_rec, node->rec);
        node->told_tec = node->tec;
        node->told_rec = node->rec;
        tell(t, event, &text);
    }
    if (warned != node->warned && node->state != CS_STATE_BUS_OFF)
        tell_warning(t, event, warned);
    node->warned = warned;
}

static void say_active(struct life_text *text, const struct life_node *node,
                       const struct cs_event *event)
{
    if (node->state == CS_STATE_BUS_OFF) {
        life_say(text, " has recovered from bus-off: it saw 128 times 11 recessive bits in the ");
        life_say_time(text, event->at_ps - node->since_ps);
        life_say(text, " since. It is error active, with TEC %u and REC %u.", event->tec,
                 event->rec);
    } else if (node->state == CS_STATE_INTEGRATING) {
        life_say(text, " saw 11 recessive bits and takes part from now on.");
    } else {
        life_say(text, " is error active again: TEC %u and REC %u are below %u.", event->tec,
                 event->rec, LIFE_PASSIVE);
    }
}

static void say_state(struct life_text *text, const struct life_node *node,
                      const struct cs_event *event)
{
    bool by_tec = event->tec >= LIFE_PASSIVE;

    if (event->state == CS_STATE_ERROR_PASSIVE)
        life_say(text,
                 " becomes error passive: %s %u reaches %u. From now on its error flags are "
                 "recessive, and after a frame of its own it waits 8 bits longer.",
                 by_tec ? "TEC" : "REC", by_tec ? event->tec : event->rec, LIFE_PASSIVE);
    else if (event->state == CS_STATE_BUS_OFF)
        life_say(text,
                 " goes bus-off: TEC %u reaches %u. It neither sends nor acknowledges until it has "
                 "recovered.",
                 event->tec, LIFE_BUS_OFF);
    else if (event->state == CS_STATE_INTEGRATING)
        life_say(text, " waits for 11 recessive bits before it takes part.");
    else
        say_active(text, node, event);
}

void life_on_state(const struct life_teller *t, const struct cs_event *event)
{
    struct life_node *node = node_of(t, event);
    struct life_text text = {.used = 0};

    life_say_node(&text, t->of, event->node);
    say_state(&text, node, event);
    if (node->state == CS_STATE_BUS_OFF) { /* its counters began anew, as was just told */
        node->tec = node->told_tec = event->tec;
        node->rec = node->told_rec = event->rec;
        node->warned = false;
    }
    node->state = event->state;
    node->since_ps = event->at_ps;
    tell(t, event, &text);
}

/* ---- the rest ----------------------------------------------------------------------------- */

void life_on_lost(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    if (event->node == CS_NO_NODE)
        life_say(&text, "An outside client");
    else
        life_say_node(&text, t->of, event->node);
    life_say(&text, " was too slow for %u message%s, which it does not get.", event->n_bits,
             event->n_bits == 1 ? "" : "s");
    tell(t, event, &text);
}

void life_on_note(const struct life_teller *t, const struct cs_event *event)
{
    struct life_text text = {.used = 0};

    if (event->node != CS_NO_NODE) {
        life_say_node(&text, t->of, event->node);
        life_say(&text, ": ");
    } else {
        life_say(&text, "Note: ");
    }
    life_say_foreign(&text, event->text != NULL ? event->text : "");
    tell(t, event, &text);
}

/* What the kind of fault does: the first word of its form names it. */
static const char *help_of(const char *form)
{
    size_t len = strcspn(form, " ");

    for (unsigned i = 0; i < CS_FAULT_KIND_COUNT; i++) {
        const char *name = cs_fault_name((enum cs_fault_kind)i);
        if (strlen(name) == len && strncmp(name, form, len) == 0)
            return cs_fault_help((enum cs_fault_kind)i);
    }
    return NULL;
}

void life_on_fault(const struct life_teller *t, const struct cs_event *event)
{
    static const char *const stages[] = {
        [CS_FAULT_ARMED] = "armed",
        [CS_FAULT_FIRED] = "fires",
        [CS_FAULT_ENDED] = "is over",
        [CS_FAULT_CLEARED] = "is taken back",
    };
    struct life_text text = {.used = 0};
    const char *form = event->text != NULL ? event->text : "";
    const char *help = event->stage == CS_FAULT_ARMED ? help_of(form) : NULL;

    if (event->stage >= sizeof(stages) / sizeof(stages[0]) ||
        (event->stage == CS_FAULT_FIRED && life_fires_again(t, event)))
        return;
    life_say(&text, "Fault %d %s: ", (int)event->fault, stages[event->stage]);
    life_say_foreign(&text, form);
    if (help != NULL)
        life_say(&text, ". %s", help);
    tell(t, event, &text);
    if (event->stage == CS_FAULT_FIRED)
        life_put_off_fires(t, event);
}
