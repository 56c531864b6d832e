/* SPDX-License-Identifier: MIT */
/* What differs, in words: a line for each kind of difference of each sequence. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/diff_internal.h"
#include "simcore/units.h"

#define FLAG_ERROR 0x80
#define TEXT_MAX   1600

struct telling {
    struct cs_diff *diff;
    void (*told)(void *ctx, const struct cs_diff_found *found);
    void *ctx;
};

/* ---- names and items ------------------------------------------------------------------------- */

static void name_key(const struct cs_diff *diff, const struct key *key, char *text, size_t size)
{
    const char *bus = diff->buses[key->name[1]];
    uint32_t id;

    if (key->name[0] == KEY_EVENT) {
        snprintf(text, size, "%s %.*s", bus, (int)key->n_name - 2, (const char *)key->name + 2);
        return;
    }
    memcpy(&id, key->name + 3, sizeof(id));
    if ((key->name[2] & FLAG_ERROR) != 0)
        snprintf(text, size, "%s error frame %08X", bus, id | 0x20000000u);
    else
        snprintf(text, size, (key->name[2] & CS_FRAME_EXT) != 0 ? "%s %08X" : "%s %03X", bus, id);
}

static void format_item(const struct key *key, const struct item *item, char *text, size_t size)
{
    struct cs_frame frame = {0};

    if (key->name[0] == KEY_EVENT) {
        snprintf(text, size, "%.*s", (int)item->n, (const char *)item->bytes);
        return;
    }
    memcpy(&frame.id, key->name + 3, sizeof(frame.id));
    frame.flags = item->bytes[0] & (uint8_t)~FLAG_ERROR;
    frame.dlc = item->bytes[1];
    frame.len = (uint8_t)(item->n - 2);
    memcpy(frame.data, item->bytes + 2, frame.len);
    if ((item->bytes[0] & FLAG_ERROR) != 0) {
        frame.id |= 0x20000000u;
        frame.flags = CS_FRAME_EXT;
    }
    char whole[CS_FRAME_TEXT_MAX];
    cs_frame_format(&frame, whole);
    snprintf(text, size, "%s", whole);
}

static void format_time(int64_t at_ps, char *text, size_t size)
{
    int64_t us = (at_ps < 0 ? -at_ps : at_ps) / CS_PS_PER_US;

    snprintf(text, size, "%s%" PRId64 ".%06" PRId64, at_ps < 0 ? "-" : "", us / 1000000,
             us % 1000000);
}

/* ---- sentences ------------------------------------------------------------------------------- */

static const char *const words[CS_DIFF_KINDS][2] = {
    [CS_DIFF_MISSING] = {"is missing", "are missing"},
    [CS_DIFF_EXTRA] = {"is too many", "are too many"},
    [CS_DIFF_DATA] = {"has other data", "have other data"},
    [CS_DIFF_ORDER] = {"is in another place", "are in other places"},
    [CS_DIFF_TIME] = {"is at another time", "are at other times"},
};

static void put_place(const struct cs_diff_found *f, unsigned index, char *text, size_t size)
{
    const struct cs_diff_place *p = &f->place[index];
    const char *joint = index == 0 ? ":" : ",";
    char a[40], b[40];

    format_time(p->at_ps[0], a, sizeof(a));
    format_time(p->at_ps[1], b, sizeof(b));
    if (f->kind == CS_DIFF_MISSING || f->kind == CS_DIFF_EXTRA)
        snprintf(text, size, "%s %s at %s", joint, p->text[f->kind == CS_DIFF_EXTRA],
                 f->kind == CS_DIFF_EXTRA ? b : a);
    else if (f->kind == CS_DIFF_DATA)
        snprintf(text, size, "%s %s at %s is %s at %s", joint, p->text[0], a, p->text[1], b);
    else
        snprintf(text, size, "%s %s at %s is at %s", joint, p->text[0], a, b);
}

static void put_sentence(const struct cs_diff_found *f, char *text, size_t size)
{
    const char *noun = f->frames ? "frame" : "event";
    size_t n;

    if (f->alone)
        snprintf(text, size, "%s: only in the %s, %" PRIu64 " %s%s", f->what,
                 f->kind == CS_DIFF_MISSING ? "first" : "second", f->n, noun, f->n == 1 ? "" : "s");
    else if (f->total[0] != f->total[1] && f->kind <= CS_DIFF_EXTRA)
        snprintf(text, size, "%s: %" PRIu64 " of %" PRIu64 " %ss %s", f->what, f->n,
                 f->total[f->kind == CS_DIFF_EXTRA], noun, words[f->kind][f->n != 1]);
    else
        snprintf(text, size, "%s: %" PRIu64 " of %" PRIu64 " %ss %s", f->what, f->n, f->total[0],
                 noun, words[f->kind][f->n != 1]);
    for (unsigned i = 0; i < f->n_places; i++) {
        n = strlen(text);
        put_place(f, i, text + n, size - n);
    }
    n = strlen(text);
    if (f->n > f->n_places)
        snprintf(text + n, size - n, " ...");
}

static void tell(const struct telling *t, struct cs_diff_found *f, const char *text)
{
    f->text = text;
    t->diff->summary.different++;
    t->told(t->ctx, f);
}

static void tell_found(const struct telling *t, const struct key *key, enum cs_diff_kind kind,
                       const char *what)
{
    const struct places *places = key->places[kind];
    struct cs_diff_found f = {
        .kind = kind,
        .what = what,
        .frames = key->name[0] == KEY_FRAME,
        .n = key->found[kind],
        .total = {key->timing[0].n, key->timing[1].n},
        .alone = (kind == CS_DIFF_MISSING && key->timing[1].n == 0) ||
                 (kind == CS_DIFF_EXTRA && key->timing[0].n == 0),
    };
    char text[TEXT_MAX];

    f.n_places = places != NULL ? places->n : 0;
    for (unsigned i = 0; i < f.n_places; i++) {
        struct cs_diff_place *p = &f.place[i];
        for (int side = 0; side < 2; side++) {
            const struct item *item = &places->at[i].item[side];
            p->at_ps[side] = places->at[i].there[side] ? item->at_ps : -1;
            p->text[side][0] = '\0';
            if (places->at[i].there[side])
                format_item(key, item, p->text[side], sizeof(p->text[side]));
        }
    }
    put_sentence(&f, text, sizeof(text));
    tell(t, &f, text);
}

/* ---- tolerances ------------------------------------------------------------------------------ */

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Parts per million of a value that may be as large as a time. */
static int64_t part(int64_t value, int64_t ppm)
{
    return value / 1000000 * ppm + value % 1000000 * ppm / 1000000;
}

static bool count_is_fine(const struct cs_diff_options *o, const struct key *key)
{
    int64_t a = (int64_t)key->timing[0].n, b = (int64_t)key->timing[1].n;
    int64_t most = o->count_ppm > 0 ? part(a, o->count_ppm) : o->count;

    return o->have_count && distance(a, b) <= most;
}

static void tell_value(const struct telling *t, const struct key *key, enum cs_diff_kind kind,
                       const char *what, const int64_t value_ps[2])
{
    struct cs_diff_found f = {
        .kind = kind,
        .what = what,
        .frames = key->name[0] == KEY_FRAME,
        .total = {key->timing[0].n, key->timing[1].n},
        .value_ps = {value_ps[0], value_ps[1]},
    };
    char text[TEXT_MAX], a[40], b[40];

    snprintf(text, sizeof(text), "%s: the %s is %s, in the first %s", what,
             kind == CS_DIFF_PERIOD ? "period" : "jitter",
             cs_units_format_time(value_ps[1] - value_ps[1] % CS_PS_PER_NS, b, sizeof(b)),
             cs_units_format_time(value_ps[0] - value_ps[0] % CS_PS_PER_NS, a, sizeof(a)));
    tell(t, &f, text);
}

static void tell_timing(const struct telling *t, const struct key *key, const char *what)
{
    const struct cs_diff_options *o = &t->diff->options;
    const struct timing *a = &key->timing[0], *b = &key->timing[1];

    if (a->n >= 2 && b->n >= 2 && o->have_period) {
        const int64_t period[2] = {(a->last_ps - a->first_ps) / (int64_t)(a->n - 1),
                                   (b->last_ps - b->first_ps) / (int64_t)(b->n - 1)};
        if (distance(period[0], period[1]) > part(period[0], o->period_ppm))
            tell_value(t, key, CS_DIFF_PERIOD, what, period);
    }
    if (a->n >= 3 && b->n >= 3 && o->have_jitter) {
        const int64_t jitter[2] = {a->most_ps - a->least_ps, b->most_ps - b->least_ps};
        if (distance(jitter[0], jitter[1]) > o->jitter_ps)
            tell_value(t, key, CS_DIFF_JITTER, what, jitter);
    }
}

/* ---------------------------------------------------------------------------------------------- */

struct named {
    struct key *key;
    char name[KEY_MAX + 64];
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static bool no_bus_in_common(const struct cs_diff *diff)
{
    bool any[2] = {false, false};

    for (unsigned i = 0; i < diff->n_buses; i++) {
        any[0] |= diff->has_bus[i][0];
        any[1] |= diff->has_bus[i][1];
        if (diff->has_bus[i][0] && diff->has_bus[i][1])
            return false;
    }
    return any[0] && any[1];
}

int cs_diff_report(struct cs_diff *diff, void (*told)(void *ctx, const struct cs_diff_found *found),
                   void *ctx, struct cs_diff_summary *summary)
{
    const struct telling t = {diff, told, ctx};
    struct named *list = calloc(diff->n_keys + 1, sizeof(*list));
    size_t n = 0;

    if (list == NULL)
        return -1;
    for (size_t i = 0; i < diff->room; i++) {
        if (diff->keys[i] == NULL)
            continue;
        list[n].key = diff->keys[i];
        name_key(diff, list[n].key, list[n].name, sizeof(list[n].name));
        cs_diff_flush(diff, list[n++].key);
    }
    if (n > 0)
        qsort(list, n, sizeof(*list), by_name);
    for (size_t i = 0; i < n; i++) {
        struct key *key = list[i].key;
        for (int kind = 0; kind < CS_DIFF_PERIOD; kind++) {
            bool fine = kind <= CS_DIFF_EXTRA && count_is_fine(&diff->options, key);
            if (key->found[kind] > 0 && !fine)
                tell_found(&t, key, (enum cs_diff_kind)kind, list[i].name);
        }
        tell_timing(&t, key, list[i].name);
    }
    free(list);
    diff->summary.no_bus_in_common = no_bus_in_common(diff);
    *summary = diff->summary;
    return diff->no_memory ? -1 : 0;
}
