/* SPDX-License-Identifier: MIT */
/* ids.c - one pass over each new row. The window of the last second moves with it, so the work is
 * the same however often somebody looks; rows that left the ring unseen cost only their highlights.
 */
#include "tui/ids.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/like.h"

#define HASH_SIZE (CS_IDS_MAX * 2)
#define LOOK_MOST 200000u /* rows at once: of more, only the newest are looked at */

int cs_ids_init(struct cs_ids *ids)
{
    *ids = (struct cs_ids){0};
    ids->hash = calloc(HASH_SIZE, sizeof *ids->hash);
    return ids->hash ? 0 : -ENOMEM;
}

void cs_ids_fini(struct cs_ids *ids)
{
    free(ids->items);
    free(ids->order);
    free(ids->hash);
    *ids = (struct cs_ids){0};
}

static bool grow(struct cs_ids *ids)
{
    uint32_t room = ids->room ? ids->room * 2 : 64;
    struct cs_tui_id *items;
    uint32_t *order;

    if (ids->n == CS_IDS_MAX)
        return false;
    items = realloc(ids->items, room * sizeof *items);
    if (!items)
        return false;
    ids->items = items;
    order = realloc(ids->order, 2 * room * sizeof *order);
    if (!order)
        return false;
    ids->order = order;
    ids->room = room;
    return true;
}

static uint32_t hash_of(uint16_t bus, uint32_t id, uint8_t flags)
{
    uint64_t key = (uint64_t)bus << 40 | (uint64_t)flags << 32 | id;

    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 40) % HASH_SIZE;
}

struct cs_tui_id *cs_ids_get(struct cs_ids *ids, uint16_t bus, uint32_t id, uint8_t flags)
{
    uint32_t at;
    struct cs_tui_id *item;

    flags &= CS_FRAME_EXT | CS_FRAME_RTR;
    for (at = hash_of(bus, id, flags); ids->hash[at]; at = (at + 1) % HASH_SIZE) {
        item = &ids->items[ids->hash[at] - 1];
        if (item->bus == bus && item->stat.last.id == id &&
            (item->stat.last.flags & (CS_FRAME_EXT | CS_FRAME_RTR)) == flags)
            return item;
    }
    if (ids->n == ids->room && !grow(ids))
        return NULL;
    item = &ids->items[ids->n++];
    *item = (struct cs_tui_id){.bus = bus, .stat.last = {.id = id, .flags = flags}};
    memset(item->changed_ps, 0xff, sizeof item->changed_ps);
    item->first_ps = -1;
    ids->hash[at] = ids->n;
    return item;
}

static struct cs_tui_id *item_of_row(struct cs_ids *ids, const struct cs_row *row)
{
    if (!row || row->kind != CS_EV_FRAME)
        return NULL;
    return cs_ids_get(ids, row->bus, row->id, row->flags);
}

static void look_at_data(struct cs_tui_id *item, const struct cs_row *row)
{
    bool changed = false;

    for (unsigned i = 0; i < row->len; i++) {
        const uint8_t now = (uint8_t)row->data[i];
        const uint8_t diff = item->seen ? (uint8_t)(item->data[i] ^ now) : 0;

        changed |= diff != 0;
        item->ever[i] |= diff;
        if (diff & ~item->notch[i]) {
            item->changed_ps[i] = row->at_ps;
            item->diff[i] = (uint8_t)(diff & ~item->notch[i]);
        }
        item->data[i] = now;
    }
    item->changes += changed;
}

/* The decoder's first word names the protocol. */
static void look_at_said(struct cs_tui_id *item, const struct cs_row *row)
{
    const char *said = row->data + CS_ROW_SAID;
    const size_t word = strcspn(said, " ");

    snprintf(item->protocol, sizeof item->protocol, "%.*s", (int)word, said);
    snprintf(item->said, sizeof item->said, "%s", said + word + strspn(said + word, " "));
}

/* Without making it. */
static struct cs_tui_id *find(struct cs_ids *ids, uint16_t bus, uint32_t id, uint8_t flags)
{
    for (uint32_t at = hash_of(bus, id, flags); ids->hash[at]; at = (at + 1) % HASH_SIZE) {
        struct cs_tui_id *item = &ids->items[ids->hash[at] - 1];
        if (item->bus == bus && item->stat.last.id == id &&
            (item->stat.last.flags & (CS_FRAME_EXT | CS_FRAME_RTR)) == flags)
            return item;
    }
    return NULL;
}

/* The first frame after a request, by the identifiers that are customary. */
static void look_at_answer(struct cs_ids *ids, struct cs_tui_id *item, const struct cs_row *row)
{
    const struct cs_tui_id *asked;
    uint32_t other;
    int by;

    if (row->flags & CS_FRAME_RTR || !cs_like_answer(row->id, row->flags, &other, &by) || by > 0)
        return;
    asked = find(ids, row->bus, other, row->flags & CS_FRAME_EXT);
    if (!asked || !asked->seen || asked->seen_ps < 0 ||
        (item->seen && item->seen_ps > asked->seen_ps))
        return;
    item->answer_ps = row->at_ps - asked->seen_ps;
    item->answer_sum_ps += item->answer_ps;
    item->answers++;
    item->answer_mean_ps = item->answer_sum_ps / (int64_t)item->answers;
    if (item->answer_ps > item->answer_most_ps)
        item->answer_most_ps = item->answer_ps;
    ids->answers = true;
}

static void look_at(struct cs_ids *ids, const struct cs_row *row)
{
    struct cs_tui_id *item = item_of_row(ids, row);

    if (!item) {
        ids->unlisted += row->kind == CS_EV_FRAME;
        return;
    }
    item->per_s++;
    item->who = row->who;
    look_at_data(item, row);
    look_at_answer(ids, item, row);
    if (item->seen && item->seen_ps >= 0)
        item->period_ps[item->n_periods++ % CS_IDS_PERIODS] = row->at_ps - item->seen_ps;
    if (item->first_ps < 0)
        item->first_ps = row->at_ps;
    item->seen_ps = row->at_ps;
    item->seen = true;
    if (row->said && row->len <= CS_ROW_SAID)
        look_at_said(item, row);
}

void cs_ids_derive(struct cs_tui_id *item)
{
    const struct cs_stats_id *s = &item->stat;
    const int64_t first = item->base ? item->first_ps : s->first_ps;
    const uint32_t kept = item->n_periods < CS_IDS_PERIODS ? item->n_periods : CS_IDS_PERIODS;

    item->count = s->count - item->base;
    item->least_ps = s->period_min_ps;
    item->most_ps = s->period_max_ps;
    if (item->base) /* the last ones are all there is */
        item->least_ps = item->most_ps = 0;
    for (uint32_t i = 0; item->base && i < kept; i++) {
        const int64_t period = item->period_ps[i];
        if (!item->least_ps || period < item->least_ps)
            item->least_ps = period;
        if (period > item->most_ps)
            item->most_ps = period;
    }
    item->mean_ps = item->count > 1 && first >= 0 && s->last_ps > first
                        ? (s->last_ps - first) / (int64_t)(item->count - 1)
                        : 0;
}

void cs_ids_clear(struct cs_ids *ids)
{
    for (uint32_t i = 0; i < ids->n; i++) {
        struct cs_tui_id *item = &ids->items[i];
        item->base = item->stat.count;
        item->first_ps = -1;
        item->n_periods = 0;
        item->changes = 0;
        item->answers = 0;
        item->answer_ps = item->answer_most_ps = item->answer_sum_ps = item->answer_mean_ps = 0;
        item->seen = false;
        memset(item->ever, 0, sizeof item->ever);
        memset(item->notch, 0, sizeof item->notch);
        memset(item->changed_ps, 0xff, sizeof item->changed_ps);
    }
}

void cs_ids_notch_one(struct cs_tui_id *item)
{
    for (unsigned b = 0; b < CS_FRAME_MAX_DATA; b++)
        item->notch[b] |= item->ever[b];
    memset(item->changed_ps, 0xff, sizeof item->changed_ps);
}

void cs_ids_notch(struct cs_ids *ids, bool on)
{
    for (uint32_t i = 0; i < ids->n; i++) {
        if (on)
            cs_ids_notch_one(&ids->items[i]);
        else
            memset(ids->items[i].notch, 0, sizeof ids->items[i].notch);
    }
}

bool cs_ids_notched(const struct cs_ids *ids)
{
    for (uint32_t i = 0; i < ids->n; i++)
        for (unsigned b = 0; b < CS_FRAME_MAX_DATA; b++)
            if (ids->items[i].notch[b])
                return true;
    return false;
}

struct cs_ids_kept *cs_ids_keep(const struct cs_ids *ids, size_t *size)
{
    struct cs_ids_kept *kept;

    *size = sizeof *kept + ids->n * sizeof kept->item[0];
    kept = malloc(*size);
    if (!kept)
        return NULL;
    kept->n = ids->n;
    for (uint32_t i = 0; i < ids->n; i++) {
        const struct cs_tui_id *item = &ids->items[i];
        struct cs_ids_kept_item *to = &kept->item[i];
        *to = (struct cs_ids_kept_item){
            .base = item->base, .changes = item->changes, .first_ps = item->first_ps};
        memcpy(to->ever, item->ever, sizeof to->ever);
        memcpy(to->notch, item->notch, sizeof to->notch);
    }
    return kept;
}

static void swap_item(struct cs_tui_id *item, struct cs_ids_kept_item *kept)
{
    struct cs_ids_kept_item now = {
        .base = item->base, .changes = kept->changes, .first_ps = item->first_ps};

    memcpy(now.ever, item->ever, sizeof now.ever);
    memcpy(now.notch, item->notch, sizeof now.notch);
    item->base = kept->base;
    item->first_ps = kept->first_ps;
    memcpy(item->notch, kept->notch, sizeof item->notch);
    if (now.base > kept->base) { /* it was cleared between the two: what came since counts too */
        item->changes += kept->changes;
        for (unsigned b = 0; b < CS_FRAME_MAX_DATA; b++)
            item->ever[b] |= kept->ever[b];
    } else if (now.base < kept->base) {
        item->changes -= kept->changes < item->changes ? kept->changes : item->changes;
        memcpy(item->ever, kept->ever, sizeof item->ever);
    }
    *kept = now;
}

void cs_ids_swap(struct cs_ids *ids, struct cs_ids_kept *kept)
{
    for (uint32_t i = 0; i < kept->n && i < ids->n; i++)
        swap_item(&ids->items[i], &kept->item[i]);
}

void cs_ids_moved(struct cs_ids *ids, const struct cs_tui_ring *ring,
                  const struct cs_rows_moved *moved)
{
    ids->read = cs_rows_moved_to(moved, ids->read);
    ids->tail = cs_rows_moved_to(moved, ids->tail);
    for (uint32_t i = 0; i < ids->n; i++) {
        struct cs_tui_id *item = &ids->items[i];
        const struct cs_row *row = cs_tui_ring_get(
            ring, cs_row_newest(ring, item->bus, item->stat.last.id, item->stat.last.flags));
        item->protocol[0] = item->said[0] = '\0';
        item->asked_of = item->coloured_of = 0;
        if (row && row->said && row->len <= CS_ROW_SAID)
            look_at_said(item, row);
    }
}

void cs_ids_update(struct cs_ids *ids, const struct cs_tui_ring *ring, int64_t now_ps)
{
    const uint64_t rows = ring->end - ring->first;
    const uint64_t first = rows > LOOK_MOST ? ring->end - LOOK_MOST : ring->first;

    if (ids->tail < first || ids->read < first) {
        /* Rows went unseen: count the window anew from what is left of it. */
        uint64_t from = ids->read < first ? first : ids->read;
        for (uint32_t i = 0; i < ids->n; i++) {
            ids->items[i].per_s = 0;
            if (ids->read < first)
                ids->items[i].seen_ps = -1;
        }
        for (ids->tail = first; ids->tail < from; ids->tail++) {
            struct cs_tui_id *item = item_of_row(ids, cs_tui_ring_get(ring, ids->tail));
            if (item)
                item->per_s++;
        }
        ids->tail = first;
        ids->read = from;
    }
    for (; ids->read < ring->end; ids->read++)
        look_at(ids, cs_tui_ring_get(ring, ids->read));
    for (; ids->tail < ring->end; ids->tail++) {
        const struct cs_row *row = cs_tui_ring_get(ring, ids->tail);
        struct cs_tui_id *item;
        if (row->at_ps > now_ps - CS_PS_PER_S)
            break;
        item = item_of_row(ids, row);
        if (item && item->per_s)
            item->per_s--;
    }
}
