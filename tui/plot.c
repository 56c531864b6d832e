/* SPDX-License-Identifier: MIT */
/* plot.c - from events to values. What came before a plot was made is taken from the trace. */
#include "tui/plot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/decoding.h"
#include "tui/tui.h"

#define BACK_ROWS 2000000u /* of the trace that are looked at for a new plot */
#define IFS_BITS  3

/* What is needed of an event or of its row. */
struct moment {
    uint16_t kind, bus, tec, rec;
    int16_t node;
    int64_t start_ps, at_ps;
    uint32_t id;
    uint8_t flags, len;
    const uint8_t *data; /* NULL: no frame */
    const char *name;    /* of a node that joins */
};

int cs_plots_init(struct cs_plots *plots)
{
    *plots = (struct cs_plots){0};
    plots->known = calloc(CS_PLOT_KNOWN_MAX, sizeof *plots->known);
    plots->hash = calloc(2 * CS_PLOT_KNOWN_MAX, sizeof *plots->hash);
    return plots->known && plots->hash ? 0 : -ENOMEM;
}

void cs_plots_fini(struct cs_plots *plots)
{
    while (plots->n)
        cs_plots_remove(plots, plots->n - 1);
    free(plots->known);
    free(plots->hash);
    *plots = (struct cs_plots){0};
}

/* ---- loads and rates ------------------------------------------------------------------------- */

static bool is_windowed(const struct cs_plot *plot)
{
    return plot->spec.kind >= CS_PLOT_LOAD && plot->spec.kind <= CS_PLOT_ERRORS;
}

static double window_value(const struct cs_plot *plot, int64_t sum)
{
    if (plot->spec.kind == CS_PLOT_LOAD) {
        sum = sum < CS_PLOT_WINDOW_PS ? sum : CS_PLOT_WINDOW_PS;
        return (double)sum * 100 / (double)CS_PLOT_WINDOW_PS;
    }
    return (double)sum * (double)(CS_PS_PER_S / CS_PLOT_WINDOW_PS);
}

/* Let `at_ps` lie in the newest window. One is told when the next is over too: frames that end
 * there may have begun in it. */
static void roll(struct cs_plot *plot, int64_t at_ps)
{
    const int64_t window = at_ps / CS_PLOT_WINDOW_PS;

    while (plot->window < window) {
        const int64_t done = plot->window - 1;
        if (done >= 0)
            cs_plot_ring_push(&plot->ring, done * CS_PLOT_WINDOW_PS,
                              window_value(plot, plot->sum[done & 1]));
        plot->window++;
        plot->sum[plot->window & 1] = 0;
        /* A long silence is all alike. */
        if (window - plot->window > 4 && !plot->sum[0] && !plot->sum[1]) {
            cs_plot_ring_push(&plot->ring, (plot->window - 1) * CS_PLOT_WINDOW_PS, 0);
            plot->window = window - 2;
        }
    }
}

static void count(struct cs_plot *plot, const struct moment *m, int64_t bit_ps)
{
    const bool error = m->kind == CS_EV_ERROR_FRAME;
    int64_t from = m->start_ps, to = m->at_ps + IFS_BITS * bit_ps, edge;

    if ((!error && m->kind != CS_EV_FRAME) || (plot->spec.kind == CS_PLOT_RATE && error) ||
        (plot->spec.kind == CS_PLOT_ERRORS && !error))
        return;
    roll(plot, m->at_ps);
    if (plot->spec.kind != CS_PLOT_LOAD) {
        plot->sum[plot->window & 1]++;
        return;
    }
    edge = plot->window * CS_PLOT_WINDOW_PS;
    if (from < edge && plot->window > 0)
        plot->sum[(plot->window - 1) & 1] += edge - from;
    plot->sum[plot->window & 1] += to - (from > edge ? from : edge);
}

/* ---- error counters ---------------------------------------------------------------------------
 */

/* A node's index is used again after it left; its name tells which one is meant. */
static void follow_node(struct cs_plot *plot, const struct moment *m)
{
    if (m->kind == CS_EV_ATTACH && m->name && !strcmp(m->name, plot->spec.node))
        plot->node = m->node;
    else if ((m->kind == CS_EV_ATTACH || m->kind == CS_EV_DETACH) && m->node == plot->node)
        plot->node = CS_NO_NODE;
    if (m->node != plot->node || m->node < 0)
        return;
    if (m->kind == CS_EV_COUNTERS || m->kind == CS_EV_ERROR || m->kind == CS_EV_STATE ||
        m->kind == CS_EV_ATTACH)
        cs_plot_ring_push(&plot->ring, m->at_ps, plot->spec.kind == CS_PLOT_TEC ? m->tec : m->rec);
}

/* ---- one moment, one plot -------------------------------------------------------------------- */

static void take(struct cs_plot *plot, const struct moment *m, int64_t bit_ps)
{
    const struct cs_plot_spec *s = &plot->spec;
    double value;

    if (s->bus != m->bus)
        return;
    if (is_windowed(plot)) {
        count(plot, m, bit_ps);
    } else if (s->kind == CS_PLOT_BITS) {
        if (m->kind == CS_EV_FRAME && m->data && m->id == s->id &&
            s->ext == ((m->flags & CS_FRAME_EXT) != 0) && !(m->flags & CS_FRAME_RTR) &&
            cs_plot_bits(s, m->data, m->len, &value))
            cs_plot_ring_push(&plot->ring, m->at_ps, value);
    } else if (s->kind >= CS_PLOT_TEC) {
        follow_node(plot, m);
    }
}

/* Bits are counted in the time of the event itself: three of intermission, from its own length. */
static int64_t bit_of(int64_t start_ps, int64_t at_ps, unsigned n_bits)
{
    return n_bits && at_ps > start_ps ? (at_ps - start_ps) / n_bits : 0;
}

void cs_plots_restart(struct cs_plots *plots)
{
    for (unsigned i = 0; i < plots->n; i++) {
        struct cs_plot *plot = plots->plot[i];
        cs_plot_ring_clear(&plot->ring);
        plot->window = plot->sum[0] = plot->sum[1] = 0;
        plot->node = CS_NO_NODE;
    }
}

void cs_plots_event(struct cs_plots *plots, const struct cs_event *event, const char *name)
{
    const struct cs_frame *frame = event->frame;
    struct moment m;

    if (!plots->n)
        return;
    m = (struct moment){.kind = event->kind,
                        .bus = event->bus,
                        .tec = event->tec,
                        .rec = event->rec,
                        .node = event->node,
                        .start_ps = event->start_ps,
                        .at_ps = event->at_ps,
                        .id = frame ? frame->id : 0,
                        .flags = frame ? frame->flags : 0,
                        .len = frame ? frame->len : 0,
                        .data = frame ? frame->data : NULL,
                        .name = name};
    for (unsigned i = 0; i < plots->n; i++)
        take(plots->plot[i], &m, bit_of(event->start_ps, event->at_ps, event->n_bits));
}

static void take_back(struct cs_tui *tui, struct cs_plot *plot)
{
    const struct cs_tui_ring *ring = &tui->ring;
    uint64_t number = ring->end - ring->first > BACK_ROWS ? ring->end - BACK_ROWS : ring->first;
    const struct cs_row *row;

    if (plot->spec.kind == CS_PLOT_FIELD)
        return;
    if (is_windowed(plot) && number < ring->end)
        plot->window = cs_tui_ring_get(ring, number)->at_ps / CS_PLOT_WINDOW_PS;
    for (; (row = cs_tui_ring_get(ring, number)); number++) {
        const struct moment m = {.kind = row->kind,
                                 .bus = row->bus,
                                 .tec = row->tec,
                                 .rec = row->rec,
                                 .node = row->node,
                                 .start_ps = row->start_ps,
                                 .at_ps = row->at_ps,
                                 .id = row->id,
                                 .flags = row->flags,
                                 .len = row->len,
                                 .data = row->has_frame ? (const uint8_t *)row->data : NULL,
                                 .name = cs_tui_who(tui, row->who)};
        take(plot, &m, bit_of(row->start_ps, row->at_ps, row->n_bits));
    }
}

/* ---- decoded fields -------------------------------------------------------------------------- */

static void learn_word(struct cs_plot_spec *spec, double value, const char *meaning)
{
    for (unsigned i = 0; i < spec->n_words; i++)
        if (spec->words[i].value == value)
            return;
    if (spec->n_words == CS_PLOT_WORDS)
        return;
    spec->words[spec->n_words].value = value;
    snprintf(spec->words[spec->n_words++].text, sizeof spec->words[0].text, "%s", meaning);
}

static void become_known(struct cs_plots *plots, const struct cs_event *event,
                         const struct cs_plot_number *number)
{
    const char *field = number->field;
    const bool ext = event->frame->flags & CS_FRAME_EXT;
    uint32_t at = event->frame->id * UINT32_C(2654435761) + event->bus * 97u + ext;

    for (const char *c = field; *c; c++)
        at = at * 31 + (unsigned char)*c;
    for (;; at++) {
        uint16_t *place = &plots->hash[at % (2 * CS_PLOT_KNOWN_MAX)];
        struct cs_plot_known *known = *place ? &plots->known[*place - 1] : NULL;
        if (known && known->id == event->frame->id && known->ext == ext &&
            known->bus == event->bus && !strcmp(known->field, field))
            return;
        if (known)
            continue;
        if (plots->n_known == CS_PLOT_KNOWN_MAX || strlen(field) >= sizeof known->field)
            return;
        known = &plots->known[plots->n_known++];
        *known = (struct cs_plot_known){.bus = event->bus, .id = event->frame->id, .ext = ext};
        snprintf(known->field, sizeof known->field, "%s", field);
        snprintf(known->label, sizeof known->label, "%s", number->label ? number->label : "");
        snprintf(known->protocol, sizeof known->protocol, "%s", number->protocol);
        *place = (uint16_t)plots->n_known;
        return;
    }
}

void cs_plots_field(struct cs_plots *plots, const struct cs_event *event,
                    const struct cs_plot_number *number)
{
    if (plots->collect)
        become_known(plots, event, number);
    for (unsigned i = 0; i < plots->n; i++) {
        struct cs_plot_spec *s = &plots->plot[i]->spec;
        if (s->kind != CS_PLOT_FIELD || s->id != event->frame->id || s->bus != event->bus ||
            s->ext != ((event->frame->flags & CS_FRAME_EXT) != 0) ||
            strcmp(s->field, number->field) != 0)
            continue;
        if (number->label && !strcmp(s->name, s->field))
            snprintf(s->name, sizeof s->name, "%.39s", number->label);
        if (number->meaning)
            learn_word(s, number->value, number->meaning);
        if (number->unit && !s->unit[0])
            snprintf(s->unit, sizeof s->unit, "%s", number->unit);
        cs_plot_ring_push(&plots->plot[i]->ring, event->at_ps,
                          number->value * s->factor + s->offset);
    }
}

int cs_plots_like(struct cs_plots *to, const struct cs_plots *from)
{
    if (cs_plots_init(to) != 0)
        return -ENOMEM;
    to->collect = true;
    for (unsigned i = 0; i < from->n; i++) {
        struct cs_plot *plot;
        if (from->plot[i]->spec.kind != CS_PLOT_FIELD)
            continue;
        plot = calloc(1, sizeof *plot);
        if (!plot || cs_plot_ring_init(&plot->ring)) {
            free(plot);
            return -ENOMEM;
        }
        plot->spec = from->plot[i]->spec;
        to->plot[to->n++] = plot;
        to->fields++;
    }
    return 0;
}

void cs_plots_take_fields(struct cs_plots *plots, struct cs_plots *from)
{
    const struct cs_plots before = *plots;

    plots->known = from->known;
    plots->n_known = from->n_known;
    plots->hash = from->hash;
    from->known = before.known;
    from->n_known = before.n_known;
    from->hash = before.hash;
    for (unsigned i = 0; i < plots->n; i++) {
        struct cs_plot *plot = plots->plot[i];
        const int at = cs_plots_find(from, &plot->spec);
        if (plot->spec.kind != CS_PLOT_FIELD)
            continue;
        cs_plot_ring_clear(&plot->ring);
        if (at < 0)
            continue;
        const struct cs_plot_ring ring = plot->ring;
        plot->ring = from->plot[at]->ring;
        from->plot[at]->ring = ring;
        plot->spec = from->plot[at]->spec;
    }
}

/* ---- the list -------------------------------------------------------------------------------- */

static uint8_t free_style(const struct cs_plots *plots)
{
    static const uint8_t styles[] = {CS_STYLE_ID,   CS_STYLE_WARN,   CS_STYLE_RTR, CS_STYLE_GOOD,
                                     CS_STYLE_HIGH, CS_STYLE_ID_EXT, CS_STYLE_BAD, CS_STYLE_ASCII};
    unsigned best = 0, fewest = UINT32_MAX;

    for (unsigned s = 0; s < sizeof styles; s++) {
        unsigned used = 0;
        for (unsigned i = 0; i < plots->n; i++)
            used += plots->plot[i]->style == styles[s];
        if (used < fewest) {
            fewest = used;
            best = s;
        }
    }
    return styles[best];
}

static bool same(const struct cs_plot_spec *a, const struct cs_plot_spec *b)
{
    return a->kind == b->kind && a->bus == b->bus && a->id == b->id && a->ext == b->ext &&
           a->first == b->first && a->bits == b->bits && a->motorola == b->motorola &&
           a->is_signed == b->is_signed && a->factor == b->factor && a->offset == b->offset &&
           !strcmp(a->field, b->field) && !strcmp(a->node, b->node);
}

/* Where its node is, and what its counters are now. */
static void find_node(struct cs_tui *tui, struct cs_plot *plot)
{
    const int16_t before = plot->node;

    if (plot->spec.kind < CS_PLOT_TEC)
        return;
    for (unsigned i = 0; i < tui->n_nodes; i++) {
        const struct cs_tui_node *node = &tui->nodes[i];
        if (node->bus != plot->spec.bus || strcmp(node->status.name, plot->spec.node) != 0)
            continue;
        plot->node = node->index;
        if (before != plot->node)
            cs_plot_ring_push(&plot->ring, tui->info.now_ps,
                              plot->spec.kind == CS_PLOT_TEC ? node->status.tec : node->status.rec);
        return;
    }
}

static int16_t node_index(const struct cs_tui *tui, const struct cs_plot_spec *spec)
{
    for (unsigned i = 0; spec->kind >= CS_PLOT_TEC && i < tui->n_nodes; i++)
        if (tui->nodes[i].bus == spec->bus && !strcmp(tui->nodes[i].status.name, spec->node))
            return tui->nodes[i].index;
    return CS_NO_NODE;
}

int cs_plots_find(const struct cs_plots *plots, const struct cs_plot_spec *spec)
{
    for (unsigned i = 0; i < plots->n; i++)
        if (same(&plots->plot[i]->spec, spec))
            return (int)i;
    return -1;
}

int cs_plots_add(struct cs_tui *tui, const struct cs_plot_spec *spec)
{
    struct cs_plots *plots = &tui->plots;
    struct cs_plot *plot;

    if (cs_plots_find(plots, spec) >= 0)
        return -EEXIST;
    if (plots->n == CS_PLOTS_MAX)
        return -ENOSPC;
    plot = calloc(1, sizeof *plot);
    if (!plot || cs_plot_ring_init(&plot->ring)) {
        free(plot);
        return -ENOMEM;
    }
    plot->spec = *spec;
    plot->style = free_style(plots);
    plot->node = node_index(tui, spec); /* for what the trace has of it */
    plot->window = tui->info.now_ps / CS_PLOT_WINDOW_PS;
    take_back(tui, plot);
    plot->node = CS_NO_NODE;
    find_node(tui, plot);
    plots->plot[plots->n++] = plot;
    plots->fields += spec->kind == CS_PLOT_FIELD;
    if (spec->kind == CS_PLOT_FIELD)
        cs_redecode_fields(tui); /* what the trace has of it */
    return 0;
}

void cs_plots_remove(struct cs_plots *plots, unsigned index)
{
    struct cs_plot *plot = plots->plot[index];

    plots->fields -= plot->spec.kind == CS_PLOT_FIELD;
    cs_plot_ring_fini(&plot->ring);
    free(plot);
    plots->n--;
    memmove(&plots->plot[index], &plots->plot[index + 1], (plots->n - index) * sizeof *plots->plot);
}

bool cs_plots_move(struct cs_plots *plots, unsigned index, int by)
{
    const unsigned to = index + (unsigned)by;
    struct cs_plot *plot;

    if (index >= plots->n || to >= plots->n)
        return false;
    plot = plots->plot[index];
    plots->plot[index] = plots->plot[to];
    plots->plot[to] = plot;
    return true;
}

void cs_plots_refresh(struct cs_tui *tui)
{
    for (unsigned i = 0; i < tui->plots.n; i++) {
        if (is_windowed(tui->plots.plot[i]))
            roll(tui->plots.plot[i], tui->info.now_ps);
        find_node(tui, tui->plots.plot[i]);
    }
}

/* ---- how it looks ---------------------------------------------------------------------------- */

enum cs_plot_shape cs_plot_shape(const struct cs_plot *plot)
{
    if (plot->shape != CS_SHAPE_AUTO)
        return (enum cs_plot_shape)plot->shape;
    if (plot->spec.n_words)
        return CS_SHAPE_BANDS;
    return plot->spec.kind == CS_PLOT_BITS && plot->spec.bits == 1 ? CS_SHAPE_STEPS
                                                                   : CS_SHAPE_CURVE;
}

const char *cs_plot_word(const struct cs_plot *plot, double value)
{
    for (unsigned i = 0; i < plot->spec.n_words; i++)
        if (plot->spec.words[i].value == value)
            return plot->spec.words[i].text;
    return NULL;
}
