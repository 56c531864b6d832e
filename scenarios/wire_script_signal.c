/* SPDX-License-Identifier: MIT */
#include "scenarios/wire_script_signal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EDGES    4000000u
#define SHOW_COLUMNS 64u
#define SHOW_BEFORE  INT64_C(4000000) /* edges around the difference: 4 us to each side */

void cs_signal_restart(struct cs_signal *signal, int64_t at_ps)
{
    unsigned level = signal->n > 0 ? signal->edges[signal->n - 1].level : 1;

    signal->n = 0;
    signal->lost = false;
    if (level == 0)
        cs_signal_add(signal, at_ps, 0);
}

void cs_signal_fini(struct cs_signal *signal)
{
    free(signal->edges);
}

void cs_signal_add(struct cs_signal *signal, int64_t at_ps, unsigned level)
{
    if (level == (signal->n > 0 ? signal->edges[signal->n - 1].level : 1u))
        return;
    if (signal->n > 0 && signal->edges[signal->n - 1].at_ps == at_ps) {
        signal->n--; /* a pulse of no length */
        return;
    }
    if (signal->n == signal->size) {
        unsigned size = signal->size > 0 ? signal->size * 2 : 256;
        struct cs_signal_edge *more =
            size <= MAX_EDGES ? realloc(signal->edges, size * sizeof(*more)) : NULL;
        if (more == NULL) {
            signal->lost = true;
            return;
        }
        signal->edges = more;
        signal->size = size;
    }
    signal->edges[signal->n++] = (struct cs_signal_edge){at_ps, (uint8_t)level};
}

/* How many edges there are up to an instant. */
static unsigned edges_until(const struct cs_signal *signal, int64_t at_ps)
{
    unsigned low = 0, high = signal->n;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (signal->edges[middle].at_ps <= at_ps)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

unsigned cs_signal_at(const struct cs_signal *signal, int64_t at_ps)
{
    unsigned n = edges_until(signal, at_ps);

    return n > 0 ? signal->edges[n - 1].level : 1;
}

/* ---- tracks -------------------------------------------------------------------------------- */

void cs_track_fini(struct cs_signal_track *track)
{
    free(track->waves);
}

int cs_track_add(struct cs_signal_track *track, const struct cs_script_wave *wave)
{
    if (track->n == track->size) {
        unsigned size = track->size > 0 ? track->size * 2 : 16;
        const struct cs_script_wave **more = realloc(track->waves, size * sizeof(*more));
        if (more == NULL)
            return -1;
        track->waves = more;
        track->size = size;
    }
    track->waves[track->n++] = wave;
    return 0;
}

int64_t cs_track_length_ps(const struct cs_signal_track *track)
{
    int64_t cycles = 0;

    for (unsigned i = 0; i < track->n; i++)
        cycles += (int64_t)track->waves[i]->cycles;
    return cycles * CS_SCRIPT_CYCLE_PS;
}

/* Goes through a track: bit by bit, and within a bit by runs of one level. */
struct walk {
    const struct cs_signal_track *track;
    unsigned wave, in_wave, in_bit;
    unsigned bit;                    /* over all waves */
    int64_t bit_ps, run_ps, next_ps; /* beginnings, end of the run */
    const struct cs_script_bit *what;
    unsigned level;
};

static bool walk_next(struct walk *w)
{
    if (w->what != NULL && w->in_bit == w->what->cycles) {
        w->in_wave++;
        w->bit++;
        w->in_bit = 0;
        w->what = NULL;
    }
    while (w->what == NULL) {
        if (w->wave == w->track->n)
            return false;
        const struct cs_script_wave *wave = w->track->waves[w->wave];
        if (w->in_wave == wave->n_bits) {
            w->wave++;
            w->in_wave = 0;
        } else if (wave->bits[w->in_wave].cycles == 0) {
            w->in_wave++;
            w->bit++;
        } else {
            w->what = &wave->bits[w->in_wave];
            w->bit_ps = w->next_ps;
        }
    }
    const char *values = w->what->values;
    uint32_t end = w->what->cycles;
    w->run_ps = w->next_ps;
    w->level = values != NULL ? values[w->in_bit] == '1' : w->what->level;
    if (values != NULL) {
        end = w->in_bit + 1;
        while (end < w->what->cycles && values[end] == values[w->in_bit])
            end++;
    }
    w->next_ps += (int64_t)(end - w->in_bit) * CS_SCRIPT_CYCLE_PS;
    w->in_bit = end;
    return true;
}

void cs_track_edges(const struct cs_signal_track *track, int64_t start_ps, struct cs_signal *signal)
{
    struct walk w = {.track = track};

    while (walk_next(&w))
        cs_signal_add(signal, start_ps + w.run_ps, w.level);
}

/* The first instant from..to (not included) at which the signal is not `level`; -1: it is. */
static int64_t first_other(const struct cs_signal *seen, unsigned level, int64_t from, int64_t to)
{
    if (from >= to)
        return -1;
    unsigned i = edges_until(seen, from);
    if ((i > 0 ? seen->edges[i - 1].level : 1u) != level)
        return from;
    for (; i < seen->n && seen->edges[i].at_ps < to; i++) {
        if (seen->edges[i].level != level)
            return seen->edges[i].at_ps;
    }
    return -1;
}

/* The bit that an instant of the track belongs to. */
static void locate(const struct cs_signal_track *track, int64_t offset_ps,
                   struct cs_signal_difference *difference)
{
    struct walk w = {.track = track};

    while (walk_next(&w)) {
        difference->bit = w.bit;
        difference->level = w.level;
        difference->what = w.what;
        difference->into_ps = offset_ps - w.bit_ps;
        if (w.next_ps > offset_ps)
            break;
    }
    difference->offset_ps = offset_ps;
}

bool cs_track_differs(const struct cs_signal_track *expected, const struct cs_signal *seen,
                      int64_t start_ps, int64_t slack_ps, struct cs_signal_difference *difference)
{
    struct walk w = {.track = expected};
    bool more = walk_next(&w);

    while (more) {
        unsigned level = w.level;
        int64_t from = w.run_ps, to = w.next_ps;

        while ((more = walk_next(&w)) && w.level == level)
            to = w.next_ps;
        int64_t at = first_other(seen, level, start_ps + from + slack_ps, start_ps + to - slack_ps);
        if (at >= 0) {
            locate(expected, at - start_ps, difference);
            return true;
        }
    }
    return false;
}

/* ---- shown --------------------------------------------------------------------------------- */

/* '0', '1', or '*' where the level changes within. */
static char level_of(const struct cs_signal *signal, int64_t from, int64_t to)
{
    int64_t slack = (to - from) / 8;
    unsigned level = cs_signal_at(signal, (from + to) / 2);

    return first_other(signal, level, from + slack, to - slack) >= 0 ? '*' : level ? '1' : '0';
}

struct rows {
    char kind[SHOW_COLUMNS + 1], driven[SHOW_COLUMNS + 1], expected[SHOW_COLUMNS + 1];
    char seen[SHOW_COLUMNS + 1], mark[SHOW_COLUMNS + 1];
    unsigned n, first;
};

static void flush_rows(struct rows *rows, struct cs_out *out)
{
    const struct {
        const char *name;
        char *text;
    } lines[] = {{"bit", rows->kind},
                 {"RX", rows->driven},
                 {"expected", rows->expected},
                 {"TX", rows->seen},
                 {"", rows->mark}};

    if (rows->n == 0)
        return;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        lines[i].text[rows->n] = '\0';
        if (i == 4 && strchr(rows->mark, '^') == NULL)
            break;
        if (i == 0)
            cs_out_printf(out, "  %5u %-8s  %s", rows->first, lines[i].name, lines[i].text);
        else
            cs_out_printf(out, "        %-8s  %s", lines[i].name, lines[i].text);
        cs_out_line(out);
    }
    rows->first += rows->n;
    rows->n = 0;
}

static void show_edges(const struct cs_signal *signal, const char *name, int64_t start_ps,
                       int64_t around_ps, struct cs_out *out)
{
    int64_t from = around_ps - SHOW_BEFORE, to = around_ps + SHOW_BEFORE;

    cs_out_printf(out, "  %s around it, in ns: %u", name, cs_signal_at(signal, from));
    for (unsigned i = edges_until(signal, from); i < signal->n && signal->edges[i].at_ps < to; i++)
        cs_out_printf(out, ", %lld: %u", (long long)(signal->edges[i].at_ps - start_ps) / 1000,
                      signal->edges[i].level);
    cs_out_line(out);
}

void cs_track_show(const struct cs_signal_track *expected, const struct cs_signal *driven,
                   const struct cs_signal *seen, int64_t start_ps,
                   const struct cs_signal_difference *difference, struct cs_out *out)
{
    struct walk w = {.track = expected};
    struct rows rows = {.n = 0};
    bool more = walk_next(&w);

    while (more) {
        const struct cs_script_bit *what = w.what;
        unsigned bit = w.bit, level = w.level, runs = 1;
        int64_t from = start_ps + w.bit_ps, to = start_ps + w.next_ps;

        while ((more = walk_next(&w)) && w.what == what) {
            to = start_ps + w.next_ps;
            runs++;
        }
        rows.kind[rows.n] = what->kind;
        rows.driven[rows.n] = level_of(driven, from, to);
        rows.expected[rows.n] = runs > 1 ? '*' : level ? '1' : '0';
        rows.seen[rows.n] = level_of(seen, from, to);
        rows.mark[rows.n] = difference->what != NULL && bit == difference->bit ? '^' : ' ';
        if (++rows.n == SHOW_COLUMNS)
            flush_rows(&rows, out);
    }
    flush_rows(&rows, out);
    if (difference->what != NULL) {
        show_edges(driven, "RX", start_ps, start_ps + difference->offset_ps, out);
        show_edges(seen, "TX", start_ps, start_ps + difference->offset_ps, out);
    }
}
