/* SPDX-License-Identifier: MIT */
/* What may go on or be done by several nodes alike: it waits for another line of its bus, and is
 * then told as one. */
#include <ctype.h>
#include <string.h>

#include "scenarios/life_internal.h"
#include "simcore/wire.h"

#define FLAG_BITS 6

enum flag { FLAG_ACTIVE, FLAG_PASSIVE, FLAG_NONE };

static void block_line(const struct life_teller *t, int64_t at_ps, const struct life_text *text)
{
    life_block_line(t->state, t->index, at_ps, text);
}

/* The first bit after a receiver's flag. ISO 11898-1:2015, 12.1.4.2 b. */
static bool is_next_bit(const struct cs_event *event)
{
    return event->error == CS_ERROR_OTHER && !event->tx && event->index == FLAG_BITS;
}

static enum flag flag_of(const struct cs_event *event)
{
    if ((event->mode & CS_MODE_LISTEN_ONLY) != 0)
        return FLAG_NONE;
    return event->state != CS_STATE_ERROR_ACTIVE || (event->mode & CS_MODE_RESTRICTED) != 0
               ? FLAG_PASSIVE
               : FLAG_ACTIVE;
}

static void say_cause(struct life_text *text, const struct cs_event *event, bool many)
{
    static const char *const causes[CS_ERROR_COUNT] = {
        [CS_ERROR_STUFF] = ": six equal bits in a row",
        [CS_ERROR_CRC] = ": the bits received give another CRC",
        [CS_ERROR_FORM] = ": dominant where the format says recessive",
        [CS_ERROR_ACK] = ": nobody acknowledged",
    };
    static const char *const levels[] = {"dominant", "recessive"};

    if (event->error == CS_ERROR_BIT)
        life_say(text, ": %s sent %s and read %s", many ? "they" : "it", levels[event->level == 0],
                 levels[event->level != 0]);
    else if (event->error < CS_ERROR_COUNT && causes[event->error] != NULL)
        life_say(text, "%s", causes[event->error]);
}

static void say_flag(struct life_text *text, enum flag flag, bool many, bool first)
{
    static const char *const flags[][2] = {
        [FLAG_ACTIVE] = {"an active error flag, six dominant bits", "active error flags"},
        [FLAG_PASSIVE] = {"a passive error flag, six recessive bits", "passive error flags"},
        [FLAG_NONE] = {"no error flag, as it only listens", "no error flags, as they only listen"},
    };
    static const char *const verbs[][2] = {{"sends", "send"}, {"joins with", "join with"}};

    life_say(text, ". %s %s %s.", many ? "They" : "It", verbs[!first && flag != FLAG_NONE][many],
             flags[flag][many]);
}

/* Others still send theirs. */
static void tell_next_bit(const struct life_teller *t)
{
    struct life_text text = {.used = 0};

    life_say(&text, "The bit after the error flag is dominant for ");
    life_say_nodes(&text, t->of, &t->bus->who);
    life_say(&text, ": whoever flags first finds the flags of others there, and counts 8 more.");
    block_line(t, t->bus->who_ps, &text);
}

static void tell_errors(const struct life_teller *t)
{
    struct life_bus *bus = t->bus;
    const struct cs_event *event = &bus->error;
    struct life_set others = bus->who;
    struct life_text text = {.used = 0};
    if (is_next_bit(event)) {
        tell_next_bit(t);
        return;
    }
    bool first = bus->errors++ == 0;
    life_set_remove(&others, event->node);
    bool many = !life_set_is_empty(&others);
    life_say(&text, "%s", life_error_words((enum cs_error_kind)event->error));
    text.text[0] = (char)toupper((unsigned char)text.text[0]);
    life_say(&text, " at ");
    life_say_place(&text, event);
    life_say(&text, ", seen %sby %s%s ", first ? "first " : "",
             event->tx ? "transmitter" : "receiver", many ? "s" : "");
    life_say_nodes(&text, t->of, &bus->who);
    say_cause(&text, event, many);
    say_flag(&text, (enum flag)bus->flag, many, first);
    block_line(t, bus->who_ps, &text);
}

static void tell_acks(const struct life_teller *t)
{
    struct life_text text = {.used = 0};

    life_say(&text, "Acknowledged by ");
    life_say_nodes(&text, t->of, &t->bus->who);
    life_say(&text, ".");
    block_line(t, t->bus->who_ps, &text);
}

/* Dominant bits do not end: what each eight of them count. */
static void tell_dominant(const struct life_teller *t)
{
    struct life_bus *bus = t->bus;
    unsigned n = life_set_count(&bus->who);
    struct life_set first = {{0}};
    struct life_text text = {.used = 0};

    if (bus->n_pending == n) {
        life_say(&text, "Eight dominant bits follow the error flag%s of ", n == 1 ? "" : "s");
        life_say_nodes(&text, t->of, &bus->who);
        life_say(&text, n == 1 ? ", which counts 8 more." : ": each of them counts 8 more.");
    } else {
        life_say(&text, "Dominant bits go on after the error flag%s of ", n == 1 ? "" : "s");
        life_say_nodes(&text, t->of, &bus->who);
        life_say(&text, ": each eight of them count 8 more, %llu time%s",
                 (unsigned long long)bus->n_first, bus->n_first == 1 ? "" : "s");
        if (n > 1) {
            life_set_add(&first, bus->error.node);
            life_say(&text, " for ");
            life_say_nodes(&text, t->of, &first);
        }
        life_say(&text, " until ");
        life_say_instant(&text, bus->until_ps);
        life_say(&text, ".");
    }
    block_line(t, bus->who_ps, &text);
}

static void tell_overloads(const struct life_teller *t)
{
    const struct life_bus *bus = t->bus;
    struct life_text text = {.used = 0};

    life_say(&text, "Overload flags of ");
    life_say_nodes(&text, t->of, &bus->who);
    life_say(&text, ", asked for at ");
    life_say_place(&text, &bus->error);
    if (bus->n_pending > 1) {
        life_say(&text, ", %llu times until ", (unsigned long long)bus->n_pending);
        life_say_instant(&text, bus->until_ps);
    }
    life_say(&text, ".");
    block_line(t, bus->who_ps, &text);
}

static void tell_fires(const struct life_teller *t)
{
    struct life_text text = {.used = 0};

    if (t->bus->n_pending == 0)
        return; /* the first was told at once */
    life_say(&text, "Fault %d fires %llu more time%s, until ", (int)t->bus->fault,
             (unsigned long long)t->bus->n_pending, t->bus->n_pending == 1 ? "" : "s");
    life_say_instant(&text, t->bus->until_ps);
    life_say(&text, ".");
    life_line(t->state, t->index, t->bus->who_ps, &text);
}

void life_tell_pending(const struct life_teller *t)
{
    static void (*const tell[])(const struct life_teller *) = {
        [LIFE_ACKS] = tell_acks,         [LIFE_ERRORS] = tell_errors,
        [LIFE_DOMINANT] = tell_dominant, [LIFE_OVERLOADS] = tell_overloads,
        [LIFE_FIRES] = tell_fires,
    };
    uint8_t pending = t->bus->pending;

    t->bus->pending = LIFE_NOTHING;
    if (pending != LIFE_NOTHING)
        tell[pending](t);
}

/* ---- what is put off ---------------------------------------------------------------------- */

static void pend(const struct life_teller *t, enum life_pending pending,
                 const struct cs_event *event)
{
    life_tell_pending(t);
    t->bus->pending = (uint8_t)pending;
    t->bus->who_ps = t->bus->until_ps = event->at_ps;
    t->bus->n_pending = 0;
    memset(&t->bus->who, 0, sizeof(t->bus->who));
}

void life_on_acked(const struct life_teller *t, const struct cs_event *event)
{
    if (t->bus->pending != LIFE_ACKS) {
        pend(t, LIFE_ACKS, event);
        life_block_open(t->state, t->index, event->at_ps);
    }
    life_set_add(&t->bus->who, event->node);
}

void life_put_off_fires(const struct life_teller *t, const struct cs_event *event)
{
    pend(t, LIFE_FIRES, event);
    t->bus->fault = event->fault;
}

bool life_fires_again(const struct life_teller *t, const struct cs_event *event)
{
    struct life_bus *bus = t->bus;

    if (bus->pending != LIFE_FIRES || bus->fault != event->fault)
        return false;
    if (bus->n_pending++ == 0)
        bus->who_ps = event->at_ps;
    bus->until_ps = event->at_ps;
    return true;
}

static void on_dominant(const struct life_teller *t, const struct cs_event *event)
{
    if (t->bus->pending != LIFE_DOMINANT) {
        pend(t, LIFE_DOMINANT, event);
        t->bus->error = *event;
        t->bus->n_first = 0;
    }
    life_block_open(t->state, t->index, event->at_ps);
    life_set_add(&t->bus->who, event->node);
    t->bus->n_pending++;
    t->bus->n_first += event->node == t->bus->error.node;
    t->bus->until_ps = event->at_ps;
}

void life_on_overload(const struct life_teller *t, const struct cs_event *event)
{
    struct life_bus *bus = t->bus;

    if (bus->pending != LIFE_OVERLOADS || bus->error.field != event->field ||
        bus->error.index != event->index) {
        pend(t, LIFE_OVERLOADS, event);
        bus->error = *event;
        bus->until_ps = -1;
    }
    life_block_open(t->state, t->index, event->at_ps);
    life_set_add(&bus->who, event->node);
    bus->n_pending += event->at_ps != bus->until_ps;
    bus->until_ps = event->at_ps;
}

static bool same_error(const struct cs_event *a, const struct cs_event *b)
{
    return a->error == b->error && a->field == b->field && a->index == b->index &&
           a->bit == b->bit && a->stuff == b->stuff && a->tx == b->tx && a->level == b->level;
}

void life_on_error(const struct life_teller *t, const struct cs_event *event)
{
    struct life_bus *bus = t->bus;
    enum flag flag = flag_of(event);

    if (bus->over)
        life_block_close(t->state, t->index);
    if (event->error == CS_ERROR_OTHER && !is_next_bit(event)) {
        on_dominant(t, event);
        return;
    }
    if (event->tx)
        life_set_add(&bus->failed, event->node);
    if (flag == FLAG_ACTIVE && !bus->flag_active && !is_next_bit(event)) {
        bus->flag_active = true;
        bus->error_bit = event->bit;
    }
    if (bus->pending == LIFE_ERRORS && bus->flag == flag && same_error(&bus->error, event)) {
        life_set_add(&bus->who, event->node);
        return;
    }
    pend(t, LIFE_ERRORS, event);
    life_block_open(t->state, t->index, event->at_ps);
    life_set_add(&bus->who, event->node);
    bus->error = *event;
    bus->flag = (uint8_t)flag;
}
