/* SPDX-License-Identifier: MIT */
/* Invariant: what a block holds depends on the events alone, and so does the order in which blocks
 * are written: by the time at which they are due, then by bus. The timer only writes earlier what
 * no event can change any more. */
#include "scenarios/life_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define INDENT    2
#define LINE_SIZE 6144 /* the longest text, wrapped */
#define HEAD_SIZE 64

void life_set_add(struct life_set *set, int node)
{
    if (node >= 0 && node < CS_BUS_MAX_NODES)
        set->word[node / 64] |= UINT64_C(1) << (node % 64);
}

void life_set_remove(struct life_set *set, int node)
{
    if (node >= 0 && node < CS_BUS_MAX_NODES)
        set->word[node / 64] &= ~(UINT64_C(1) << (node % 64));
}

bool life_set_has(const struct life_set *set, int node)
{
    return node >= 0 && node < CS_BUS_MAX_NODES && (set->word[node / 64] >> (node % 64) & 1u) != 0;
}

bool life_set_is_empty(const struct life_set *set)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < sizeof(set->word) / sizeof(set->word[0]); i++)
        all |= set->word[i];
    return all == 0;
}

unsigned life_set_count(const struct life_set *set)
{
    unsigned n = 0;

    for (unsigned i = 0; i < CS_BUS_MAX_NODES; i++)
        n += life_set_has(set, (int)i);
    return n;
}

/* ---- lines -------------------------------------------------------------------------------- */

struct wrapped {
    char text[LINE_SIZE];
    size_t used;
    unsigned column, indent;
};

static void put(struct wrapped *w, const char *text, size_t len)
{
    if (len > sizeof(w->text) - 2 - w->used)
        len = sizeof(w->text) - 2 - w->used;
    memcpy(w->text + w->used, text, len);
    w->used += len;
    for (size_t i = 0; i < len; i++)
        w->column += ((unsigned char)text[i] & 0xC0u) != 0x80; /* characters, not bytes */
}

static void break_line(struct wrapped *w)
{
    put(w, "\n", 1);
    w->column = 0;
    for (unsigned i = 0; i < w->indent; i++)
        put(w, " ", 1);
}

static unsigned columns(const char *text, size_t len)
{
    unsigned n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0u) != 0x80;
    return n;
}

/* Time, bus, then the text within LIFE_COLUMNS; what goes on is indented. */
static void wrap(struct wrapped *w, const char *bus, int64_t at_ps, unsigned indent,
                 const char *text)
{
    char head[HEAD_SIZE];
    int n =
        snprintf(head, sizeof(head), "%lld.%06lld s  %-5s %*s", (long long)(at_ps / CS_PS_PER_S),
                 (long long)(at_ps % CS_PS_PER_S / CS_PS_PER_US), bus, (int)indent, "");

    w->used = 0;
    w->column = 0;
    put(w, head, (size_t)n);
    w->indent = w->column + INDENT;
    for (bool first = true; *text != '\0'; first = false) {
        size_t len = strcspn(text, " ");
        if (!first && w->column + 1 + columns(text, len) > LIFE_COLUMNS)
            break_line(w);
        else if (!first)
            put(w, " ", 1);
        put(w, text, len);
        text += len;
        text += *text == ' ';
    }
    w->text[w->used++] = '\n';
}

/* Blocks are paragraphs: an empty line before and after. */
static void write_lines(struct cs_life_state *state, bool paragraph, const char *text, size_t len)
{
    struct cs_out *out = &state->life->log.out;

    if (len == 0)
        return;
    if (state->any && (paragraph || state->paragraph))
        cs_out_char(out, '\n');
    cs_out_write(out, text, len - 1); /* the last '\n' is the line's */
    cs_out_line(out);
    state->any = true;
    state->paragraph = paragraph;
}

static void flush_block(struct cs_life_state *state, struct life_bus *bus)
{
    write_lines(state, true, bus->block.text, bus->block.used);
    bus->block.used = 0;
}

static const char *bus_name(struct cs_life_state *state, unsigned bus)
{
    return cs_bus_name(cs_sim_bus(state->life->log.sim, bus));
}

static bool append(struct life_lines *lines, const struct wrapped *w)
{
    if (w->used > sizeof(lines->text) - lines->used)
        return false;
    memcpy(lines->text + lines->used, w->text, w->used);
    lines->used += w->used;
    return true;
}

void life_block_line(struct cs_life_state *state, unsigned index, int64_t at_ps,
                     const struct life_text *text)
{
    struct life_bus *bus = &state->bus[index];
    struct wrapped w;

    wrap(&w, bus_name(state, index), at_ps, bus->head ? INDENT : 0, text->text);
    bus->head = true;
    bus->told_ps = at_ps;
    if (!append(&bus->block, &w)) {
        flush_block(state, bus);
        append(&bus->block, &w);
    }
}

void life_line(struct cs_life_state *state, unsigned index, int64_t at_ps,
               const struct life_text *text)
{
    struct life_bus *bus = &state->bus[index];
    struct wrapped w;

    if (bus->open && !bus->over) {
        life_block_line(state, index, at_ps, text);
        return;
    }
    wrap(&w, bus_name(state, index), at_ps, 0, text->text);
    if (bus->open && append(&bus->after, &w))
        return;
    if (bus->open)
        life_block_close(state, index);
    write_lines(state, false, w.text, w.used);
}

/* ---- blocks ------------------------------------------------------------------------------- */

void life_block_open(struct cs_life_state *state, unsigned index, int64_t at_ps)
{
    struct life_bus *bus = &state->bus[index];

    if (bus->open)
        return;
    bus->open = true;
    bus->start_ps = at_ps;
}

void life_block_over(struct cs_life_state *state, unsigned index, int64_t at_ps)
{
    struct life_bus *bus = &state->bus[index];

    if (bus->over)
        return;
    bus->over = true;
    bus->due_ps = at_ps + LIFE_GRACE * cs_bus_bit_ps(cs_sim_bus(state->life->log.sim, index));
    state->n_over++;
}

void life_block_close(struct cs_life_state *state, unsigned index)
{
    struct life_bus *bus = &state->bus[index];

    if (!bus->open)
        return;
    life_sum_up(state, index);
    flush_block(state, bus);
    write_lines(state, false, bus->after.text, bus->after.used);
    if (bus->over)
        state->n_over--;
    memset(bus, 0, offsetof(struct life_bus, block));
    bus->block.used = bus->after.used = 0;
}

/* The bus whose block is due first, or n_buses. */
static unsigned first_due(const struct cs_life_state *state)
{
    unsigned first = state->n_buses;

    for (unsigned i = 0; i < state->n_buses && state->n_over > 0; i++) {
        if (state->bus[i].over &&
            (first == state->n_buses || state->bus[i].due_ps < state->bus[first].due_ps))
            first = i;
    }
    return first;
}

void life_settle(struct cs_life_state *state, int64_t at_ps)
{
    struct cs_out *out = &state->life->log.out;
    unsigned first;

    while ((first = first_due(state)) < state->n_buses && state->bus[first].due_ps <= at_ps)
        life_block_close(state, first);
    if (out->loop != NULL && state->n_over > 0 && !ev_is_active(&state->timer))
        ev_timer_start(out->loop, &state->timer);
}

/* Nobody comes for a while: what nothing can change any more need not wait. */
static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct cs_life_state *state = timer->data;
    struct cs_sim *sim = state->life->log.sim;
    int64_t now_ps = cs_sim_now_ps(sim), next_ps = cs_sim_next_ps(sim);
    bool moves = now_ps != state->looked_ps;

    (void)events;
    state->looked_ps = now_ps;
    ev_timer_stop(loop, timer);
    ev_timer_set(timer, CS_OUT_DELAY_S, 0.);
    unsigned first;
    while ((first = first_due(state)) < state->n_buses && state->bus[first].due_ps <= next_ps)
        life_block_close(state, first);
    if (state->n_over > 0 && moves)
        ev_timer_start(loop, timer);
}

void life_timer_init(struct cs_life_state *state)
{
    ev_timer_init(&state->timer, on_timer, CS_OUT_DELAY_S, 0.);
    state->timer.data = state;
    state->looked_ps = -1;
}

void life_timer_stop(struct cs_life_state *state)
{
    if (state->life->log.out.loop != NULL)
        ev_timer_stop(state->life->log.out.loop, &state->timer);
}
