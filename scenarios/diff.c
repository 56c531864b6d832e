/* SPDX-License-Identifier: MIT */
/* Items into their sequences, and which recording goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/diff_internal.h"

#define CATCH_UP   65536 /* items that are read of the other recording to find a partner, */
#define AHEAD      (CS_DIFF_WINDOW * 3 / 4) /* at most so many of one sequence */
#define FLAG_ERROR 0x80                     /* beside enum cs_frame_flag */

/* "FF 00.F0": 0 or -1. */
static int read_bits(const char *p, struct cs_diff_mask *mask)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    for (mask->n = 0; *p != '\0'; p += 2) {
        p += strspn(p, " .");
        const char *high = p[0] != '\0' ? strchr(digits, p[0]) : NULL;
        const char *low = high != NULL && p[1] != '\0' ? strchr(digits, p[1]) : NULL;
        if (low == NULL || mask->n == CS_FRAME_MAX_DATA)
            return -1;
        mask->bits[mask->n++] = (uint8_t)((high - digits) % 16 << 4 | (low - digits) % 16);
    }
    return mask->n > 0 ? 0 : -1;
}

int cs_diff_mask_parse(const char *ids, const char *bits, struct cs_diff_mask *mask)
{
    char why[200];

    return cs_match_parse(ids, &mask->match, why, sizeof(why)) == 0 ? read_bits(bits, mask) : -1;
}

struct cs_diff *cs_diff_create(const struct cs_diff_options *options)
{
    struct cs_diff *diff = calloc(1, sizeof(*diff));

    if (diff != NULL)
        diff->options = *options;
    return diff;
}

void cs_diff_destroy(struct cs_diff *diff)
{
    if (diff == NULL)
        return;
    for (size_t i = 0; i < diff->room; i++) {
        struct key *key = diff->keys[i];
        if (key == NULL)
            continue;
        for (int side = 0; side < 2; side++) {
            free(key->waiting[side].item);
            free(key->loose[side]);
        }
        for (int kind = 0; kind < CS_DIFF_KINDS; kind++)
            free(key->places[kind]);
        free(key);
    }
    free(diff->keys);
    free(diff);
}

/* ---- sequences by name ----------------------------------------------------------------------- */

static uint64_t hash_of(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001B3);
    return hash;
}

#define HASH_START UINT64_C(0xCBF29CE484222325)

static struct key **slot_of(struct key **keys, size_t room, const struct key *like)
{
    size_t i = (size_t)(like->hash ^ like->hash >> 32) & (room - 1);

    while (keys[i] != NULL && (keys[i]->hash != like->hash || keys[i]->n_name != like->n_name ||
                               memcmp(keys[i]->name, like->name, like->n_name) != 0))
        i = (i + 1) & (room - 1);
    return &keys[i];
}

static int grow_table(struct cs_diff *diff)
{
    size_t room = diff->room == 0 ? 256 : 2 * diff->room;
    struct key **keys = calloc(room, sizeof(*keys));

    if (keys == NULL)
        return -1;
    for (size_t i = 0; i < diff->room; i++) {
        if (diff->keys[i] != NULL)
            *slot_of(keys, room, diff->keys[i]) = diff->keys[i];
    }
    free(diff->keys);
    diff->keys = keys;
    diff->room = room;
    return 0;
}

static struct key *find_key(struct cs_diff *diff, struct key *like)
{
    like->hash = hash_of(HASH_START, like->name, like->n_name);
    if (2 * diff->n_keys >= diff->room && grow_table(diff) != 0)
        return NULL;
    struct key **slot = slot_of(diff->keys, diff->room, like);
    if (*slot == NULL && (*slot = calloc(1, sizeof(**slot))) != NULL) {
        memcpy((*slot)->name, like->name, like->n_name);
        (*slot)->n_name = like->n_name;
        (*slot)->hash = like->hash;
        diff->n_keys++;
    }
    return *slot;
}

/* Index of a bus, by the name that the second recording has for it; those beyond the table are one.
 */
static unsigned find_bus(struct cs_diff *diff, int side, const char *name)
{
    const unsigned max = sizeof(diff->buses) / sizeof(diff->buses[0]);
    unsigned i;

    for (i = 0; side == 0 && i < diff->options.n_rename; i++) {
        if (strcmp(diff->options.rename[i].a, name) == 0)
            name = diff->options.rename[i].b;
    }
    for (i = 0; i < diff->n_buses; i++) {
        if (strncmp(diff->buses[i], name, sizeof(diff->buses[i]) - 1) == 0)
            break;
    }
    if (i == diff->n_buses && i < max)
        snprintf(diff->buses[diff->n_buses++], sizeof(diff->buses[0]), "%s", name);
    i = i < max ? i : max - 1;
    diff->has_bus[i][side] = true;
    return i;
}

/* ---- items ----------------------------------------------------------------------------------- */

static int enqueue(struct queue *q, const struct item *item)
{
    if (q->n == q->room) {
        unsigned room = q->room == 0 ? 4 : 2 * q->room;
        struct item *more = malloc(room * sizeof(*more));
        if (more == NULL)
            return -1;
        for (unsigned i = 0; i < q->n; i++)
            more[i] = *cs_diff_queue_at(q, i);
        free(q->item);
        q->item = more;
        q->first = 0;
        q->room = room;
    }
    q->n++;
    *cs_diff_queue_at(q, q->n - 1) = *item;
    return 0;
}

static void note_time(struct timing *t, int64_t at_ps)
{
    if (t->n++ == 0) {
        t->first_ps = t->last_ps = at_ps;
        return;
    }
    int64_t distance = at_ps - t->last_ps;
    if (t->n == 2 || distance < t->least_ps)
        t->least_ps = distance;
    if (t->n == 2 || distance > t->most_ps)
        t->most_ps = distance;
    t->last_ps = at_ps;
}

/* One side is far ahead of the other: that is to go on, as far as it is worth. */
static void look_after(struct cs_diff *diff, struct key *key, int side)
{
    if (diff->starving == key && diff->starved == side)
        diff->starving = NULL;
    key->given_up[1 - side] = false;
    if (diff->starving != NULL && diff->starved == side &&
        (--diff->budget == 0 || key->waiting[side].n >= AHEAD)) {
        diff->starving->given_up[1 - side] = true;
        diff->starving = NULL;
    }
    if (diff->starving == NULL && key->waiting[side].n >= CS_DIFF_WINDOW / 2 &&
        key->waiting[1 - side].n == 0 && !key->given_up[side] && !diff->ended[1 - side]) {
        diff->starving = key;
        diff->starved = 1 - side;
        diff->budget = CATCH_UP;
    }
}

static int push(struct cs_diff *diff, int side, struct key *like, struct item *item)
{
    struct key *key = find_key(diff, like);

    if (key == NULL)
        return -1;
    if (!diff->begun[side]) {
        diff->begun[side] = true;
        diff->first_ps[side] = item->at_ps;
    }
    diff->last_ps[side] = item->at_ps;
    diff->summary.items[side]++;
    item->seq = ++key->seq;
    note_time(&key->timing[side], item->at_ps);
    if (enqueue(&key->waiting[side], item) != 0)
        return -1;
    cs_diff_align(diff, key);
    look_after(diff, key, side);
    return diff->no_memory ? -1 : 0;
}

static void put_frame(struct item *item, const struct cs_diff_options *options,
                      const struct cs_frame *frame, unsigned flags)
{
    uint8_t data[CS_FRAME_MAX_DATA];
    unsigned n = frame->len;

    item->bytes[0] = (uint8_t)flags;
    item->bytes[1] = frame->dlc;
    item->n = (uint8_t)(2 + n);
    memcpy(item->bytes + 2, frame->data, n);
    memcpy(data, frame->data, n);
    for (unsigned i = 0; i < options->n_mask; i++) {
        const struct cs_diff_mask *mask = &options->mask[i];
        if (!cs_match_frame(&mask->match, frame))
            continue;
        for (unsigned k = 0; k < n && k < mask->n; k++)
            data[k] &= mask->bits[k];
        break;
    }
    item->hash = hash_of(hash_of(HASH_START, item->bytes, 2), data, n);
}

int cs_diff_frame(struct cs_diff *diff, int side, int64_t at_ps, bool bus_time, const char *bus,
                  const struct cs_frame *frame, bool error_frame)
{
    unsigned flags = frame->flags | (error_frame ? FLAG_ERROR : 0u);
    struct item item = {.at_ps = at_ps};
    struct key like;

    for (unsigned i = 0; i < diff->options.n_ignore && !error_frame; i++) {
        if (cs_match_frame(&diff->options.ignore[i], frame))
            return 0;
    }
    like.name[0] = KEY_FRAME;
    like.name[1] = (uint8_t)find_bus(diff, side, bus);
    like.name[2] = (uint8_t)(flags & (CS_FRAME_EXT | FLAG_ERROR));
    memcpy(like.name + 3, &frame->id, sizeof(frame->id));
    like.n_name = 3 + sizeof(frame->id);
    diff->bus_time[side] = bus_time;
    put_frame(&item, &diff->options, frame, flags);
    return push(diff, side, &like, &item);
}

int cs_diff_event(struct cs_diff *diff, int side, int64_t at_ps, const char *bus, const char *what,
                  const char *value)
{
    size_t n_what = strnlen(what, KEY_MAX - 2), n = strlen(value);
    struct item item = {.at_ps = at_ps};
    struct key like;

    if (diff->options.frames_only)
        return 0;
    like.name[0] = KEY_EVENT;
    like.name[1] = (uint8_t)find_bus(diff, side, bus);
    memcpy(like.name + 2, what, n_what);
    like.n_name = (unsigned)(2 + n_what);
    diff->bus_time[side] = true;
    item.hash = hash_of(HASH_START, value, n);
    item.n = (uint8_t)(n < CS_DIFF_BYTES ? n : CS_DIFF_BYTES);
    memcpy(item.bytes, value, item.n);
    return push(diff, side, &like, &item);
}

void cs_diff_end(struct cs_diff *diff, int side)
{
    diff->ended[side] = true;
    diff->starving = NULL;
    for (size_t i = 0; i < diff->room; i++) {
        if (diff->keys[i] != NULL)
            cs_diff_align(diff, diff->keys[i]);
    }
}

int cs_diff_wants(const struct cs_diff *diff)
{
    if (diff->ended[0] || diff->ended[1])
        return diff->ended[0] && diff->ended[1] ? -1 : diff->ended[0] ? 1 : 0;
    if (!diff->begun[0] || !diff->begun[1])
        return diff->begun[0] ? 1 : 0;
    if (diff->starving != NULL)
        return diff->starved;
    return diff->last_ps[1] - diff->first_ps[1] < diff->last_ps[0] - diff->first_ps[0] ? 1 : 0;
}
