/* SPDX-License-Identifier: MIT */
/* Who waits for which events. A frame reaches only those that name its identifier (of 29 bits: one
 * of the same hash) and those that take many: the cost of a frame does not grow with what is
 * expected of others. An item is in one list of frames only, so that it sees a frame once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/expect_internal.h"

#define IDS      (CS_ID_MAX_BASE + 1)
#define MANY     256 /* identifiers of one item; with more it sees all frames */
#define IS_FRAME (1u << CS_EV_FRAME)

struct ids {
    uint64_t word[IDS / 64];
    uint64_t hash[EXPECT_HASHES / 64]; /* of 29-bit ones */
};

static void set_bit(uint64_t *words, unsigned bit)
{
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool has_bit(const uint64_t *words, unsigned bit)
{
    return (words[bit / 64] >> (bit % 64) & 1u) != 0;
}

/* Its triggers, by number until NULL. */
static const struct cs_trigger *trigger_of(const struct cs_expect_def *def, unsigned i)
{
    const struct cs_trigger *own = def->kind == CS_EXPECT_TRIGGER ? &def->trigger : NULL;
    const struct cs_trigger *some[] = {own, def->after.trigger, def->until.trigger};

    for (unsigned k = 0; k < 3; k++) {
        if (some[k] != NULL && i-- == 0)
            return some[k];
    }
    return i < def->n_order ? &def->order[i] : NULL;
}

static uint32_t events_of(const struct expect_item *item)
{
    const struct cs_trigger *t;
    uint32_t events = item->kind->events;

    for (unsigned i = 0; (t = trigger_of(item->def, i)) != NULL; i++)
        events |= cs_trigger_events(t);
    return events;
}

static bool wants_said(const struct expect_item *item)
{
    const struct cs_trigger *t;

    for (unsigned i = 0; (t = trigger_of(item->def, i)) != NULL; i++) {
        if (cs_trigger_is_decoded(t))
            return true;
    }
    return false;
}

/* False: there are too many. */
static bool add_ids(struct ids *ids, const struct cs_match *m)
{
    if (m->ext < 0 || (m->ext == 1 && (m->id_mask != 0 || m->id_high - m->id_low >= MANY)))
        return false;
    for (uint32_t id = m->id_low; m->ext == 1 && id <= m->id_high; id++)
        set_bit(ids->hash, expect_hash(id));
    if (m->ext == 1)
        return true;
    for (uint32_t id = m->id_low; id < IDS && id <= m->id_high; id++) {
        if ((id & m->id_mask) == m->id)
            set_bit(ids->word, id);
    }
    return true;
}

static unsigned count(const struct ids *ids)
{
    unsigned n = 0;

    for (unsigned i = 0; i < IDS; i++)
        n += has_bit(ids->word, i);
    return n;
}

/* Which identifiers it is about; false: it wants to see all frames. */
static bool ids_of(const struct expect_item *item, struct ids *ids)
{
    const struct cs_trigger *t;
    const struct cs_match *m;

    memset(ids, 0, sizeof(*ids));
    for (unsigned i = 0; (t = trigger_of(item->def, i)) != NULL; i++) {
        if (cs_trigger_is_decoded(t) || (t->kind == CS_TRIGGER_FRAME && !add_ids(ids, &t->match)))
            return false;
    }
    if ((item->kind->events & IS_FRAME) != 0 && item->kind->frames == NULL)
        return false;
    for (unsigned i = 0;
         item->kind->frames != NULL && (m = item->kind->frames(item->def, i)) != NULL; i++) {
        if (!add_ids(ids, m))
            return false;
    }
    return count(ids) <= MANY;
}

bool cs_expect_decodes(const struct cs_scenario *scenario, bool *fields)
{
    bool decodes = false;

    *fields = false;
    for (unsigned i = 0; scenario != NULL && i < scenario->n_expects; i++) {
        const struct expect_item item = {.def = &scenario->expects[i]};
        *fields |= item.def->kind == CS_EXPECT_SIGNAL;
        decodes |= *fields || wants_said(&item);
    }
    return decodes;
}

static void put(struct expect_list *list, unsigned index)
{
    if (list->items != NULL)
        list->items[list->n] = (uint16_t)index;
    list->n++;
}

/* Once to count, and once more to fill in. */
static void put_all(struct cs_expect *e)
{
    struct ids ids;

    for (unsigned i = 0; i < e->n; i++) {
        const struct expect_item *item = &e->items[i];
        uint32_t events = events_of(item);
        if (wants_said(item))
            put(&e->said, i);
        if (item->kind->fields != NULL)
            put(&e->fields, i);
        if ((events & IS_FRAME) != 0 && ids_of(item, &ids)) {
            events &= ~IS_FRAME;
            for (unsigned id = 0; id < IDS; id++) {
                if (has_bit(ids.word, id))
                    put(&e->by_id[id], i);
            }
            for (unsigned hash = 0; hash < EXPECT_HASHES; hash++) {
                if (has_bit(ids.hash, hash))
                    put(&e->by_hash[hash], i);
            }
        }
        for (unsigned kind = 0; kind < CS_EV_KIND_COUNT; kind++) {
            if ((events >> kind & 1u) != 0)
                put(&e->by_event[kind], i);
        }
    }
}

static void take(struct expect_list *list, uint16_t **memory)
{
    list->items = *memory;
    *memory += list->n;
    list->n = 0;
}

int expect_index_build(struct cs_expect *e)
{
    size_t n = 0;

    put_all(e);
    for (unsigned i = 0; i < IDS; i++)
        n += e->by_id[i].n;
    for (unsigned i = 0; i < EXPECT_HASHES; i++)
        n += e->by_hash[i].n;
    for (unsigned i = 0; i < CS_EV_KIND_COUNT; i++)
        n += e->by_event[i].n;
    n += e->said.n + e->fields.n;
    e->id_items = calloc(n + 1, sizeof(*e->id_items));
    if (e->id_items == NULL)
        return -ENOMEM;
    uint16_t *memory = e->id_items;
    for (unsigned i = 0; i < IDS; i++)
        take(&e->by_id[i], &memory);
    for (unsigned i = 0; i < EXPECT_HASHES; i++)
        take(&e->by_hash[i], &memory);
    for (unsigned i = 0; i < CS_EV_KIND_COUNT; i++)
        take(&e->by_event[i], &memory);
    take(&e->said, &memory);
    take(&e->fields, &memory);
    put_all(e);
    return 0;
}

void expect_index_free(struct cs_expect *e)
{
    free(e->id_items);
    e->id_items = NULL;
}
