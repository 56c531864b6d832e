/* SPDX-License-Identifier: MIT */
/* dec_learn.c - what SDO transfers and files tell of a node: its object dictionary as far as seen,
 * and the objects that change how the bus is to be read. */
#include "plugins/canopen/dec_internal.h"

#include <stdlib.h>

/* ---- the object dictionary as far as seen ------------------------------------------------------
 */

static unsigned place(const struct co_node *node, unsigned index, unsigned sub)
{
    unsigned low = 0, high = node->n_objects;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct co_seen *seen = &node->objects[middle];
        if (seen->index < index || (seen->index == index && seen->sub < sub))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct co_seen *co_dec_seen(const struct co_node *node, unsigned index, unsigned sub)
{
    unsigned at = place(node, index, sub);

    return at < node->n_objects && node->objects[at].index == index && node->objects[at].sub == sub
               ? &node->objects[at]
               : NULL;
}

static bool make_room(struct co_node *node)
{
    unsigned room = node->objects_room != 0 ? 2 * node->objects_room : 16;

    if (node->n_objects < node->objects_room)
        return true;
    struct co_seen *more =
        room <= CO_DEC_OBJECTS ? realloc(node->objects, room * sizeof(*node->objects)) : NULL;
    if (more == NULL) {
        node->objects_full = true;
        return false;
    }
    node->objects = more;
    node->objects_room = room;
    return true;
}

static void remember(struct co_node *node, unsigned index, unsigned sub, const uint8_t *value,
                     size_t len, size_t kept, bool written, uint64_t frame)
{
    unsigned at = place(node, index, sub);

    if (co_dec_seen(node, index, sub) == NULL) {
        if (!make_room(node))
            return;
        memmove(&node->objects[at + 1], &node->objects[at],
                (node->n_objects - at) * sizeof(*node->objects));
        node->n_objects++;
    }
    struct co_seen *seen = &node->objects[at];
    memset(seen, 0, sizeof(*seen));
    seen->index = (uint16_t)index;
    seen->sub = (uint8_t)sub;
    seen->written = written;
    seen->len = (uint32_t)len;
    seen->frame = frame;
    if (kept > CO_OBJECT_KEEP)
        kept = CO_OBJECT_KEEP;
    memcpy(seen->bytes, value, kept);
}

bool co_dec_number(const struct co_node *node, unsigned index, unsigned sub, uint64_t *value)
{
    const struct co_seen *seen = co_dec_seen(node, index, sub);
    const struct co_object *object =
        seen == NULL && node->dict != NULL ? co_dict_find(node->dict, index, sub) : NULL;

    if (seen != NULL && seen->len >= 1 && seen->len <= 8)
        *value = co_get_le(seen->bytes, seen->len);
    else if (object != NULL && object->value_len >= 1 && object->value_len <= 8)
        *value = co_get_le(object->value, object->value_len);
    else
        return false;
    return true;
}

/* ---- words -------------------------------------------------------------------------------------
 */

enum co_meaning co_meaning_of(unsigned profile, unsigned index, unsigned sub)
{
    if (index == 0x1F82 && sub != 0)
        return CO_MEANS_REQUEST_NMT;
    if (sub != 0 || index < 0x6000 || index > 0x9FFF || (profile != 0 && profile != 402))
        return CO_MEANS_NOTHING;
    /* Axes of a drive are 800h apart; where the profile is not known there is one. */
    unsigned base = profile == 402 ? 0x6000 + (index & 0x7FF) : index;
    return base == 0x6040                     ? CO_MEANS_CONTROLWORD
           : base == 0x6041                   ? CO_MEANS_STATUSWORD
           : base == 0x6060 || base == 0x6061 ? CO_MEANS_MODE
                                              : CO_MEANS_NOTHING;
}

const char *co_meaning_text(enum co_meaning meaning, uint64_t value)
{
    switch (meaning) {
    case CO_MEANS_STATUSWORD:
        return co_402_state_name((unsigned)value & 0xFFFF);
    case CO_MEANS_CONTROLWORD:
        return co_402_command_name((unsigned)value & 0xFFFF);
    case CO_MEANS_MODE:
        return co_402_mode_name((int8_t)(uint8_t)value);
    case CO_MEANS_REQUEST_NMT:
        return value == 4     ? "stop"
               : value == 5   ? "start"
               : value == 6   ? "reset node"
               : value == 7   ? "reset communication"
               : value == 127 ? "enter pre-operational"
                              : NULL;
    default:
        return NULL;
    }
}

/* ---- objects that change how the bus is read ---------------------------------------------------
 */

#define SIGNATURE_SAVE 0x65766173u
#define SIGNATURE_LOAD 0x64616F6Cu

static void learn_profile(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    unsigned profile = (unsigned)value & 0xFFFF;

    (void)source;
    if (sub != 0 || node->profile == profile ||
        (profile != 401 && profile != 402 && profile != 406))
        return;
    node->profile = profile;
    co_pdo_remap(node);
}

static void learn_sync(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    uint32_t id = co_cob_id((uint32_t)value);

    (void)source;
    if (sub == 0 && id != 0x080)
        co_dec_serve(node->dec, id, CO_SYNC, 0, 0);
}

static void learn_sync_period(struct co_node *node, unsigned sub, uint64_t value,
                              enum co_source source)
{
    (void)source;
    if (sub == 0 && value != 0 && value <= UINT32_MAX)
        node->dec->sync.declared_ps = (int64_t)value * CO_PS_PER_US;
}

static void learn_overflow(struct co_node *node, unsigned sub, uint64_t value,
                           enum co_source source)
{
    if (sub == 0 && value <= 240 && (value > 1 || source >= CO_FROM_UPLOAD))
        node->dec->sync.overflow = (int)value;
}

static void learn_guard_time(struct co_node *node, unsigned sub, uint64_t value,
                             enum co_source source)
{
    if (sub != 0 || (source == CO_FROM_EDS && node->guard.guard_ps >= 0))
        return;
    node->guard.guard_ps = (int64_t)(value & 0xFFFF) * CO_PS_PER_MS;
    co_guard_plan(node);
}

static void learn_life(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    if (sub != 0 || (source == CO_FROM_EDS && node->guard.life >= 0))
        return;
    node->guard.life = (int)(value & 0xFF);
    co_guard_plan(node);
}

static void learn_store(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    if (sub != 0 && source == CO_FROM_DOWNLOAD && value == SIGNATURE_SAVE)
        node->saved = true;
}

static void learn_restore(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    if (sub != 0 && source == CO_FROM_DOWNLOAD && value == SIGNATURE_LOAD)
        node->saved = false;
}

static void learn_time(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    uint32_t id = co_cob_id((uint32_t)value);

    (void)source;
    if (sub == 0 && id != 0x100 && id != 0)
        co_dec_serve(node->dec, id, CO_TIME, 0, 0);
}

static void learn_emcy(struct co_node *node, unsigned sub, uint64_t value, enum co_source source)
{
    uint32_t id = co_cob_id((uint32_t)value);

    (void)source;
    if (sub != 0 || value >> 31 != 0 || id == 0)
        return;
    if (id != 0x080u + node->id && co_dec_serve(node->dec, id, CO_EMCY, node->id, 0))
        node->emcy_id = id;
}

/* Several may watch a node: the one with the least patience counts. */
static void learn_consumer(struct co_node *node, unsigned sub, uint64_t value,
                           enum co_source source)
{
    struct co_node *producer = co_dec_node(node->dec, (unsigned)(value >> 16) & 0xFF);
    int64_t time_ps = (int64_t)(value & 0xFFFF) * CO_PS_PER_MS;

    (void)source;
    if (sub == 0 || time_ps == 0 || producer == NULL)
        return;
    if (producer->heart.consumer_ps == 0 || time_ps < producer->heart.consumer_ps)
        producer->heart.consumer_ps = time_ps;
    co_heart_plan(producer);
}

static void learn_producer(struct co_node *node, unsigned sub, uint64_t value,
                           enum co_source source)
{
    struct co_heart *heart = &node->heart;

    if (sub != 0 || (source == CO_FROM_EDS && heart->declared_source >= CO_FROM_UPLOAD))
        return;
    /* A file's 0 is what most files say of devices that are configured later. */
    heart->declared_ps =
        source == CO_FROM_EDS && value == 0 ? -1 : (int64_t)(value & 0xFFFF) * CO_PS_PER_MS;
    heart->declared_source = (uint8_t)source;
    if (source == CO_FROM_DOWNLOAD)
        heart->period_ps = heart->interval_ps = 0;
    co_heart_plan(node);
}

struct learner {
    uint16_t index;
    void (*learn)(struct co_node *node, unsigned sub, uint64_t value, enum co_source source);
};

static const struct learner learners[] = {
    {0x1000, learn_profile},    {0x1005, learn_sync},     {0x1006, learn_sync_period},
    {0x100C, learn_guard_time}, {0x100D, learn_life},     {0x1010, learn_store},
    {0x1011, learn_restore},    {0x1012, learn_time},     {0x1014, learn_emcy},
    {0x1016, learn_consumer},   {0x1017, learn_producer}, {0x1019, learn_overflow},
};

static void learn_number(struct co_node *node, unsigned index, unsigned sub, uint64_t value,
                         enum co_source source)
{
    if (index >= 0x1200 && index <= 0x12FF) {
        co_sdo_learn(node, index, sub, value);
        return;
    }
    if (index >= 0x1400 && index <= 0x1BFF) {
        if (sub != 0 || (index & 0x200) != 0)
            co_pdo_learn(node, index, sub, value, source);
        return;
    }
    for (size_t i = 0; i < sizeof(learners) / sizeof(learners[0]); i++) {
        if (learners[i].index == index)
            learners[i].learn(node, sub, value, source);
    }
}

void co_dec_learn(struct co_node *node, unsigned index, unsigned sub, const uint8_t *value,
                  size_t len, size_t kept, enum co_source source, uint64_t frame)
{
    remember(node, index, sub, value, len, kept, source == CO_FROM_DOWNLOAD, frame);
    if (len == 0 || len > 8 || kept != len)
        return;
    /* What is configured anew was not stored yet. */
    if (source == CO_FROM_DOWNLOAD && index >= 0x1005 && index < 0x1C00 && index != 0x1010 &&
        index != 0x1011)
        node->saved = false;
    learn_number(node, index, sub, co_get_le(value, len), source);
}

void co_dec_learn_dict(struct co_node *node)
{
    unsigned n = node->dict != NULL ? co_dict_count(node->dict) : 0;

    for (unsigned i = 0; i < n; i++) {
        const struct co_object *o = co_dict_at(node->dict, i);
        if (o->index >= 0x1300)
            break;
        if (o->value_len != 0 && o->value_len <= 8)
            learn_number(node, o->index, o->sub, co_get_le(o->value, o->value_len), CO_FROM_EDS);
    }
}
