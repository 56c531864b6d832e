/* SPDX-License-Identifier: MIT */
/* story.c - from rows back to events, which the host tells in words. Rows do not tell when an
 * attempt began and who acknowledged as events of their own: it is put in where it belongs. */
#include "tui/story.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simcore/units.h"
#include "tui/row_text.h"
#include "tui/shot.h"

#define LOOK_ROWS 8000u /* for the end of a frame's life, and for its beginning */
#define WHOLE     8u    /* attempts told at either end of a long wait */
#define KNOW_ROWS 2000u
#define STEPS     7u /* of a counter, told at either end of many */
#define TRACED    512u

/* ---- events -----------------------------------------------------------------------------------
 */

static struct cs_event *add_event(struct cs_story *story, const struct cs_row *row,
                                  enum cs_event_kind kind, int64_t at_ps)
{
    struct cs_event *event;

    if (story->n_events == CS_STORY_EVENTS)
        return NULL;
    event = &story->events[story->n_events];
    *event = (struct cs_event){.at_ps = at_ps,
                               .seq = story->n_events,
                               .kind = (uint16_t)kind,
                               .bus = row->bus,
                               .node = row->node,
                               .peer = CS_NO_NODE,
                               .tec = row->tec,
                               .rec = row->rec,
                               .n_bits = row->n_bits,
                               .bit = row->bit,
                               .state = row->state,
                               .error = row->error,
                               .field = row->field,
                               .result = row->result,
                               .tx = row->tx,
                               .stuff = row->stuff,
                               .stage = row->stage,
                               .level = row->level,
                               .index = row->index,
                               .fault = row->fault,
                               .mode = row->mode,
                               .attempt = row->attempt,
                               .lost = row->lost,
                               .start_ps = row->start_ps,
                               .queued_ps = row->queued_ps};
    if (cs_row_sent(row, &story->frames[story->n_events]) && kind != CS_EV_ERROR)
        event->frame = &story->frames[story->n_events];
    story->n_events++;
    return event;
}

/* The node that drove the dominant bit: rows have its name. */
static int16_t peer_of(const struct cs_tui *tui, const struct cs_row *row)
{
    const char *name = row->peer == CS_NAME_NONE ? NULL : cs_names_text(&tui->names, row->peer);

    for (unsigned i = 0; name && i < tui->n_nodes; i++)
        if (tui->nodes[i].bus == row->bus && !strcmp(tui->nodes[i].status.name, name))
            return tui->nodes[i].index;
    return CS_NO_NODE;
}

static void add_set(struct cs_story *story, const struct cs_row *row, const struct cs_node_set *set,
                    enum cs_event_kind kind, int64_t at_ps)
{
    for (unsigned i = 0; set && i < CS_BUS_MAX_NODES; i++) {
        struct cs_event *event =
            cs_node_set_has(set, i) ? add_event(story, row, kind, at_ps) : NULL;
        if (!event)
            continue;
        event->node = (int16_t)i;
        event->peer = row->node;
    }
}

static void add_start(struct cs_story *story, const struct cs_row *row, int64_t at_ps)
{
    for (unsigned i = 0; i < story->n_events; i++) {
        const struct cs_event *event = &story->events[i];
        if (event->kind == CS_EV_TX_START && event->node == row->node && event->bus == row->bus &&
            event->start_ps == row->start_ps)
            return;
    }
    add_event(story, row, CS_EV_TX_START, at_ps);
}

/* As the buses tell it: by node. */
static void order_starts(struct cs_story *story, unsigned from)
{
    for (unsigned i = from + 1; i < story->n_events; i++)
        for (unsigned j = i; j > from && story->events[j].node < story->events[j - 1].node; j--) {
            struct cs_event event = story->events[j];
            story->events[j] = story->events[j - 1];
            story->events[j - 1] = event;
        }
}

/* All that began to send at that moment. */
static void add_starts(const struct cs_tui *tui, struct cs_story *story, unsigned bus,
                       int64_t start_ps)
{
    struct cs_attempt_rows rows;
    const struct cs_air_bus *air = &tui->air->bus[bus];
    const unsigned from = story->n_events;
    const struct cs_row *row;
    struct cs_row sent = {0};

    cs_attempt_rows(tui, bus, start_ps, &rows);
    while ((row = cs_attempt_next(tui, &rows)) != NULL)
        if (row->kind == CS_EV_FRAME || row->kind == CS_EV_ARB_LOST ||
            (row->kind == CS_EV_ERROR && row->sent))
            add_start(story, row, start_ps);
    for (unsigned i = 0; air->on && air->start_ps == start_ps && i < air->n; i++) {
        const struct cs_air_sender *s = &air->sender[i];
        sent = (struct cs_row){.bus = (uint16_t)bus,
                               .node = s->node,
                               .id = s->frame.id,
                               .flags = s->frame.flags,
                               .dlc = s->frame.dlc,
                               .len = s->frame.len,
                               .sent = true,
                               .attempt = s->attempt,
                               .lost = s->lost,
                               .start_ps = start_ps,
                               .queued_ps = s->queued_ps};
        memcpy(sent.data, s->frame.data, s->frame.len);
        add_start(story, &sent, start_ps);
    }
    order_starts(story, from);
}

static void add_frame(const struct cs_tui *tui, struct cs_story *story, const struct cs_row *row)
{
    const uint32_t bps = tui->bus[row->bus].bitrate_bps;
    const int64_t bit_ps = CS_PS_PER_S / (bps ? bps : 500000);
    struct cs_event *event;

    story->hears &= cs_air_set(tui->air, row->receives) != NULL;
    add_set(story, row, cs_air_set(tui->air, row->acks), CS_EV_ACKED, row->at_ps - 8 * bit_ps);
    add_set(story, row, cs_air_set(tui->air, row->receives), CS_EV_RECEIVED, row->at_ps - bit_ps);
    add_event(story, row, CS_EV_FRAME, row->at_ps);
    event = row->tec ? add_event(story, row, CS_EV_COUNTERS, row->at_ps) : NULL;
    if (event)
        event->tec--;
}

/* Rows do not stay. */
static const char *keep_text(struct cs_story *story, const struct cs_row *row)
{
    char *text;

    if (story->n_notes == CS_STORY_NOTES)
        return "…";
    text = story->notes[story->n_notes++];
    snprintf(text, sizeof story->notes[0], "%s", row->data);
    return text;
}

static void add_row(const struct cs_tui *tui, struct cs_story *story, const struct cs_row *row)
{
    const struct cs_tui_fault *fault;
    struct cs_event *event;

    if (row->kind == CS_EV_FRAME) {
        add_frame(tui, story, row);
        return;
    }
    event = add_event(story, row, (enum cs_event_kind)row->kind, row->at_ps);
    if (!event)
        return;
    if (row->kind == CS_EV_ARB_LOST)
        event->peer = peer_of(tui, row);
    if (row->kind == CS_EV_ERROR)
        add_event(story, row, CS_EV_COUNTERS, row->at_ps);
    if (row->kind == CS_EV_FAULT) {
        fault = cs_fault_list_find(&tui->fault_list, row->fault);
        event->text = fault ? fault->text : keep_text(story, row);
    } else if (row->kind == CS_EV_NOTE) {
        event->text = keep_text(story, row);
    }
}

/* A node as the rows before `number` left it. */
static void add_knows(const struct cs_tui *tui, struct cs_story *story, unsigned bus,
                      uint64_t number)
{
    for (unsigned n = 0; n < KNOW_ROWS && number > tui->ring.first; n++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, --number);
        bool known = row->bus != bus || row->node < 0 || row->kind == CS_EV_NOTE ||
                     row->kind == CS_EV_FAULT || row->kind == CS_EV_ERROR_FRAME;
        for (unsigned i = 0; i < story->n_knows; i++)
            known |= story->knows[i].node == row->node;
        if (known || story->n_knows == CS_STORY_KNOWS)
            continue;
        story->knows[story->n_knows++] =
            (struct cs_event){.at_ps = row->at_ps,
                              .bus = row->bus,
                              .node = row->node,
                              .state = row->state,
                              .tec = (uint16_t)(row->tec - (row->kind == CS_EV_FRAME && row->tec)),
                              .rec = row->rec};
    }
}

/* ---- a frame ----------------------------------------------------------------------------------
 */

struct key {
    struct cs_row row; /* bus, node, id, queued_ps */
    uint64_t first, last;
    int64_t start_ps; /* of the attempt at hand, -1: none */
};

static bool begins(const struct cs_row *row)
{
    return row->kind == CS_EV_FRAME || row->kind == CS_EV_ARB_LOST ||
           row->kind == CS_EV_ERROR_FRAME || (row->kind == CS_EV_ERROR && row->sent);
}

static bool same_frame(const struct cs_row *a, const struct cs_row *b)
{
    return (a->has_frame || a->sent) && a->bus == b->bus && a->node == b->node && a->id == b->id &&
           a->queued_ps == b->queued_ps;
}

/* The frame that a row is about, its own or that of its attempt. */
static bool find_frame(const struct cs_tui *tui, uint64_t number, struct key *key)
{
    const unsigned bus = cs_tui_ring_get(&tui->ring, number)->bus;
    const struct cs_air_bus *air;
    const struct cs_row *other;
    struct cs_attempt_rows rows;

    key->row = *cs_tui_ring_get(&tui->ring, number);
    key->start_ps = cs_attempt_start(tui, number);
    if (key->row.has_frame || key->row.sent)
        return true;
    if (key->start_ps < 0)
        return false;
    cs_attempt_rows(tui, bus, key->start_ps, &rows);
    while ((other = cs_attempt_next(tui, &rows)) != NULL)
        if (other->kind == CS_EV_FRAME || (other->kind == CS_EV_ERROR && other->sent)) {
            key->row = *other;
            return true;
        }
    air = &tui->air->bus[bus];
    if (!air->on || air->start_ps != key->start_ps || !air->n)
        return false;
    key->row = (struct cs_row){.bus = (uint16_t)bus,
                               .node = air->sender[0].node,
                               .who = air->sender[0].who,
                               .id = air->sender[0].frame.id,
                               .queued_ps = air->sender[0].queued_ps,
                               .has_frame = true};
    return true;
}

/* First row after it was queued, and the one that ends its life. */
static bool find_ends(const struct cs_tui *tui, uint64_t number, struct key *key)
{
    uint64_t n = number;

    key->first = cs_tui_ring_after(&tui->ring, key->row.queued_ps - 1);
    key->first = key->first < number ? key->first : number;
    if (key->first + LOOK_ROWS < number)
        key->first = number - LOOK_ROWS;
    for (; n < tui->ring.end && n < number + LOOK_ROWS; n++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, n);
        if (same_frame(row, &key->row) && (row->kind == CS_EV_FRAME || row->kind == CS_EV_DROPPED ||
                                           row->kind == CS_EV_REFUSED)) {
            key->last = n;
            return true;
        }
    }
    key->last = n - 1;
    return n == number + LOOK_ROWS;
}

static unsigned count_attempts(const struct cs_tui *tui, const struct key *key)
{
    int64_t start_ps = -1;
    unsigned n = 0;

    for (uint64_t at = key->first; at <= key->last; at++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, at);
        if (row->bus != key->row.bus || !begins(row) || row->start_ps == start_ps)
            continue;
        start_ps = row->start_ps;
        n++;
    }
    return n;
}

static void add_gap(struct cs_story *story, const struct cs_row *row, unsigned n)
{
    struct cs_event *event = add_event(story, row, CS_EV_NOTE, row->at_ps);

    snprintf(story->gap, sizeof story->gap, "... %u more attempts on this bus are left out ...", n);
    if (event) {
        event->node = CS_NO_NODE;
        event->frame = NULL;
        event->text = story->gap;
    }
}

/* All rows of the bus from first to last; in a long wait those in the midst are left out. */
static void add_life(const struct cs_tui *tui, struct cs_story *story, const struct key *key)
{
    static const uint32_t told = 1u << CS_EV_FRAME | 1u << CS_EV_ARB_LOST | 1u << CS_EV_ERROR |
                                 1u << CS_EV_ERROR_FRAME | 1u << CS_EV_OVERLOAD |
                                 1u << CS_EV_STATE | 1u << CS_EV_FAULT | 1u << CS_EV_DROPPED |
                                 1u << CS_EV_REFUSED | 1u << CS_EV_ATTACH | 1u << CS_EV_DETACH;
    const unsigned n = count_attempts(tui, key);
    int64_t start_ps = -1;
    unsigned at = 0;

    add_knows(tui, story, key->row.bus, key->first);
    for (uint64_t number = key->first; number <= key->last; number++) {
        const struct cs_row row = *cs_tui_ring_get(&tui->ring, number); /* attempts have many */
        int64_t start = row.bus == key->row.bus ? cs_attempt_start(tui, number) : -1;
        bool left_out;
        if (row.bus != key->row.bus || !(told >> row.kind & 1u))
            continue;
        if (begins(&row) || row.kind == CS_EV_ERROR)
            at += start != start_ps;
        left_out = n > 2 * WHOLE && at > WHOLE && at + WHOLE <= n;
        if (left_out && at == WHOLE + 1 && start != start_ps)
            add_gap(story, &row, n - 2 * WHOLE);
        if (!left_out && start >= 0 && start != start_ps &&
            start >= key->row.queued_ps - CS_PS_PER_MS)
            add_starts(tui, story, row.bus, start);
        if (start >= 0)
            start_ps = start;
        if (!left_out)
            add_row(tui, story, &row);
    }
    if (tui->air->bus[key->row.bus].on && key->last + 1 == tui->ring.end)
        add_starts(tui, story, key->row.bus, tui->air->bus[key->row.bus].start_ps);
}

/* ---- text -------------------------------------------------------------------------------------
 */

static void say(struct cs_story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct cs_story *story, const char *format, ...)
{
    const size_t used = strlen(story->text);
    va_list ap;

    va_start(ap, format);
    vsnprintf(story->text + used, sizeof story->text - used, format, ap);
    va_end(ap);
}

/* "1.050104 s  can0    Bit error ...", going on in lines that begin with blanks, becomes one line:
 * the time, blanks after the bus's name beyond those that fill it up to five, the text. */
static void unwrap_line(struct cs_story *story, const char *line, size_t len, bool first)
{
    const size_t time = strcspn(line, " ");
    const char *bus = line + time + strlen(" s  "), *end = line + len;
    const size_t name = bus < end ? strcspn(bus, " ") : 0, filled = name < 5 ? 5 : name;
    const char *text = bus + name;
    size_t indent;

    if (text >= end)
        return;
    text += strspn(text, " ");
    indent = (size_t)(text - bus) > filled + 1 ? (size_t)(text - bus) - filled - 1 : 0;
    say(story, "%s%.*s\t%zu\t%.*s", first ? "" : "\n", (int)time, line, indent > 9 ? 9 : indent,
        (int)(end - text), text);
}

static void unwrap(struct cs_story *story)
{
    bool first = true; /* of its paragraph */

    for (const char *line = story->raw; *line;) {
        const size_t len = strcspn(line, "\n");
        const char *text = line + strspn(line, " ");
        if (!len) {
            say(story, "\n\n");
            first = true;
        } else if (isdigit((unsigned char)*line)) {
            unwrap_line(story, line, len, first);
            first = false;
        } else {
            say(story, " %.*s", (int)(line + len - text), text);
        }
        line += len + (line[len] == '\n');
    }
    say(story, "\n");
}

static int tell(const struct cs_tui *tui, struct cs_story *story)
{
    const struct cs_past past = {.knows = story->knows,
                                 .events = story->events,
                                 .n_knows = story->n_knows,
                                 .n_events = story->n_events,
                                 .hears = story->hears};

    if (!tui->host->ops->tell) {
        say(story, "\t0\tThis host does not tell the life of frames.\n");
        return -1;
    }
    story->raw[0] = '\0';
    if (tui->host->ops->tell(tui->host->ctx, &past, story->raw, sizeof story->raw) != 0) {
        say(story, "\t0\tThe host could not tell it.\n");
        return -1;
    }
    unwrap(story);
    return 0;
}

static void tell_frame(const struct cs_tui *tui, struct cs_story *story, const struct key *key)
{
    char form[CS_FRAME_TEXT_MAX] = "", at[40];
    struct cs_frame frame;

    if (cs_row_sent(&key->row, &frame))
        cs_frame_format(&frame, form);
    if (key->row.kind != CS_EV_REFUSED)
        say(story, "%s\t0\tQueued by \"%s\": %s\n\n",
            cs_units_format_seconds(key->row.queued_ps, at, sizeof at),
            cs_tui_who(tui, key->row.who), form);
    add_life(tui, story, key);
    tell(tui, story);
    if (!story->complete)
        say(story, "\n\t0\tIt is not over yet.\n");
}

/* ---- a node's state ---------------------------------------------------------------------------
 */

struct step {
    uint64_t number;   /* of its row */
    unsigned tec, rec; /* before it */
};

/* Rows at which the node's counters changed, the latest first, back to its state before. */
static unsigned find_steps(const struct cs_tui *tui, uint64_t number, struct step *steps)
{
    const struct cs_row state = *cs_tui_ring_get(&tui->ring, number);
    unsigned n = 0;

    for (unsigned i = 0; i < LOOK_ROWS && number > tui->ring.first && n < TRACED; i++) {
        const struct cs_row *row = cs_tui_ring_get(&tui->ring, --number);
        if (row->bus != state.bus || row->node != state.node)
            continue;
        if (row->kind == CS_EV_STATE || row->kind == CS_EV_ATTACH)
            break;
        if (row->kind != CS_EV_ERROR)
            continue;
        if (n > 0) {
            steps[n - 1].tec = row->tec;
            steps[n - 1].rec = row->rec;
        }
        steps[n++] = (struct step){number, UINT16_MAX, UINT16_MAX};
    }
    return n;
}

static void say_step(const struct cs_tui *tui, struct cs_story *story, const struct step *step)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, step->number);
    char at[40], place[48], words[128], form[CS_FRAME_TEXT_MAX] = "", count[64];
    struct cs_frame frame;

    cs_place_text(row->field, row->index, row->stuff, place, sizeof place);
    cs_error_words(row->error, row->level, row->tx, words, sizeof words);
    if (step->tec == UINT16_MAX)
        snprintf(count, sizeof count, "TEC %u REC %u", row->tec, row->rec);
    else if (step->tec != row->tec)
        snprintf(count, sizeof count, "TEC %u -> %u", step->tec, row->tec);
    else if (step->rec != row->rec)
        snprintf(count, sizeof count, "REC %u -> %u", step->rec, row->rec);
    else
        snprintf(count, sizeof count, "counts nothing");
    if (cs_row_sent(row, &frame))
        cs_frame_format(&frame, form);
    say(story, "%s\t2\t%s: %s error at %s%s%s: %s.\n",
        cs_units_format_seconds(row->at_ps, at, sizeof at), count,
        cs_error_name((enum cs_error_kind)row->error), place, form[0] ? " of " : "", form, words);
}

static void tell_state(const struct cs_tui *tui, struct cs_story *story, uint64_t number)
{
    const struct cs_row row = *cs_tui_ring_get(&tui->ring, number);
    struct step steps[TRACED];
    const unsigned n = find_steps(tui, number, steps);
    char at[40], state[24];

    say(story, "%s\t0\t\"%s\" is %s now, with TEC %u and REC %u.%s\n",
        cs_units_format_seconds(row.at_ps, at, sizeof at), cs_tui_who(tui, row.who),
        cs_state_text(row.state, state, sizeof state), row.tec, row.rec,
        n ? " The errors that led to it:" : "");
    for (unsigned i = n; i-- > 0;) {
        if (n > 2 * STEPS && i >= STEPS && i + STEPS < n) {
            if (i == n - STEPS - 1)
                say(story, "\t2\t... %u more ...\n", n - 2 * STEPS);
            continue;
        }
        say_step(tui, story, &steps[i]);
    }
    if (row.state == CS_STATE_ERROR_PASSIVE)
        say(story,
            "\t0\tAn error passive node (TEC or REC from 128 on) sends recessive error flags, "
            "which disturb nobody, and waits 8 bits longer after its own frames.\n");
    else if (row.state == CS_STATE_BUS_OFF)
        say(story, "\t0\tA bus-off node (TEC from 256 on) neither sends nor acknowledges, until it "
                   "has recovered: 128 times 11 recessive bits after it was asked to.\n");
    say(story, "\n");
}

/* ---- any row ----------------------------------------------------------------------------------
 */

static void tell_row(const struct cs_tui *tui, struct cs_story *story, uint64_t number)
{
    const struct cs_row *row = cs_tui_ring_get(&tui->ring, number);
    char at[40], text[CS_FAULT_TEXT_MAX + 128];

    cs_row_detail(tui, row, text, sizeof text);
    say(story, "%s\t0\t%s%s%s\n\n", cs_units_format_seconds(row->at_ps, at, sizeof at),
        row->node >= 0 ? cs_tui_who(tui, row->who) : "", row->node >= 0 ? ": " : "", text);
}

/* One attempt alone. */
static void tell_attempt(const struct cs_tui *tui, struct cs_story *story, struct key *key,
                         unsigned bus)
{
    struct cs_attempt_rows rows;
    uint64_t first = UINT64_MAX;

    cs_attempt_rows(tui, bus, key->start_ps, &rows);
    while (cs_attempt_next(tui, &rows)) {
        first = first == UINT64_MAX ? rows.number - 1 : first;
        key->last = rows.number - 1;
    }
    if (first == UINT64_MAX)
        return;
    key->first = first;
    key->row = (struct cs_row){.bus = (uint16_t)bus};
    add_life(tui, story, key);
    tell(tui, story);
}

static bool of_attempt(const struct cs_row *row)
{
    return row->kind == CS_EV_ERROR || row->kind == CS_EV_ERROR_FRAME ||
           row->kind == CS_EV_OVERLOAD || row->kind == CS_EV_STATE ||
           (row->kind == CS_EV_FAULT && row->stage == CS_FAULT_FIRED);
}

void cs_story_tell(const struct cs_tui *tui, uint64_t number, struct cs_story *story)
{
    const struct cs_row *found = cs_tui_ring_get(&tui->ring, number);
    struct cs_row row;
    struct key key;

    if (story->row == number && (story->complete || story->end == tui->ring.end))
        return;
    story->row = found ? number : UINT64_MAX;
    story->end = tui->ring.end;
    story->text[0] = '\0';
    story->n_events = story->n_knows = story->n_notes = 0;
    story->complete = story->hears = true;
    if (!found)
        return;
    row = *found;
    if (tui->info.log[0]) {
        tell_row(tui, story, number);
        say(story, "\t0\tA log tells neither who sent what nor what became of it before.\n");
        return;
    }
    if (row.kind == CS_EV_STATE)
        tell_state(tui, story, number);
    else if (!row.has_frame && !row.sent)
        tell_row(tui, story, number);
    if (!row.has_frame && !row.sent && !of_attempt(&row))
        return;
    if (find_frame(tui, number, &key)) {
        story->complete = find_ends(tui, number, &key);
        tell_frame(tui, story, &key);
    } else if (key.start_ps >= 0) {
        tell_attempt(tui, story, &key, row.bus);
    }
}
