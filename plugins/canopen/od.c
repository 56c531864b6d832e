/* SPDX-License-Identifier: MIT */
#include "plugins/canopen/od.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 8 /* bytes of a value of fixed length */

int co_od_init(struct co_od *od, const struct co_dict *dict)
{
    memset(od, 0, sizeof(*od));
    od->dict = dict;
    od->n = co_dict_count(dict);
    od->entries = calloc(od->n + 1, sizeof(*od->entries));
    od->small = calloc(od->n + 1, SMALL);
    if (od->entries == NULL || od->small == NULL) {
        co_od_fini(od);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < od->n; i++) {
        od->entries[i].value = od->small + (size_t)SMALL * i;
        od->entries[i].room = SMALL;
    }
    co_od_defaults(od, 0, 0xFFFF);
    return 0;
}

static bool is_small(const struct co_od *od, unsigned i)
{
    return od->entries[i].value == od->small + (size_t)SMALL * i;
}

void co_od_fini(struct co_od *od)
{
    for (unsigned i = 0; od->entries != NULL && i < od->n; i++) {
        if (!is_small(od, i))
            free(od->entries[i].value);
    }
    free(od->entries);
    free(od->small);
    od->entries = NULL;
    od->small = NULL;
    od->n = 0;
}

uint32_t co_od_find(const struct co_od *od, unsigned index, unsigned sub)
{
    const struct co_object *object = co_dict_find(od->dict, index, sub);

    return object != NULL ? (uint32_t)(object - co_dict_at(od->dict, 0)) : CO_OD_NONE;
}

const struct co_object *co_od_object(const struct co_od *od, uint32_t entry)
{
    return co_dict_at(od->dict, entry);
}

/* Room for a value; what was there may be lost. */
static int make_room(struct co_od *od, uint32_t i, size_t len)
{
    struct co_od_entry *e = &od->entries[i];

    if (len <= e->room)
        return 0;
    uint8_t *more = malloc(len);
    if (more == NULL)
        return -ENOMEM;
    if (!is_small(od, i))
        free(e->value);
    e->value = more;
    e->room = (uint32_t)len;
    return 0;
}

static void set_default(struct co_od *od, uint32_t i)
{
    const struct co_object *object = co_dict_at(od->dict, i);
    struct co_od_entry *e = &od->entries[i];
    unsigned size = co_type_size(object->type);

    if (size != 0)
        memset(e->value, 0, size);
    e->len = size;
    if (object->value_len != 0 && make_room(od, i, object->value_len) == 0) {
        memcpy(e->value, object->value, object->value_len);
        e->len = object->value_len;
    }
}

void co_od_defaults(struct co_od *od, unsigned low, unsigned high)
{
    for (uint32_t i = 0; i < od->n; i++) {
        const struct co_object *object = co_dict_at(od->dict, i);
        if (object->index >= low && object->index <= high)
            set_default(od, i);
    }
}

uint64_t co_od_get(const struct co_od *od, unsigned index, unsigned sub, uint64_t dflt)
{
    uint32_t i = co_od_find(od, index, sub);

    return i == CO_OD_NONE || od->entries[i].len > 8 || od->entries[i].len == 0
               ? dflt
               : co_get_le(od->entries[i].value, od->entries[i].len);
}

int64_t co_od_get_int(const struct co_od *od, unsigned index, unsigned sub, int64_t dflt)
{
    uint32_t i = co_od_find(od, index, sub);
    struct cansim_field field = {.size = sizeof(field)};

    if (i == CO_OD_NONE)
        return dflt;
    co_value_field(co_dict_at(od->dict, i)->type, od->entries[i].value, od->entries[i].len, &field);
    return field.kind == CANSIM_INT || field.kind == CANSIM_UINT ? field.value.i : dflt;
}

void co_od_set(struct co_od *od, unsigned index, unsigned sub, uint64_t value)
{
    uint32_t i = co_od_find(od, index, sub);
    uint8_t bytes[8];

    if (i == CO_OD_NONE || od->entries[i].len > 8)
        return;
    co_put_le(bytes, od->entries[i].len, value);
    co_od_put(od, i, bytes, od->entries[i].len);
}

int co_od_put(struct co_od *od, uint32_t entry, const uint8_t *bytes, size_t len)
{
    struct co_od_entry *e = &od->entries[entry];

    if (len == e->len && (len == 0 || memcmp(e->value, bytes, len) == 0))
        return 0;
    if (len > CO_OD_MAX_VALUE || make_room(od, entry, len) != 0)
        return -ENOMEM;
    if (len != 0)
        memcpy(e->value, bytes, len);
    e->len = (uint32_t)len;
    if (od->changed != NULL)
        od->changed(od->ctx, entry);
    return 0;
}

/* -1, 0 or 1: a against b as numbers of the type. */
static int compare(unsigned type, const uint8_t *a, const uint8_t *b, size_t len)
{
    struct cansim_field x = {.size = sizeof(x)}, y = {.size = sizeof(y)};

    co_value_field(type, a, len, &x);
    co_value_field(type, b, len, &y);
    if (x.kind == CANSIM_INT)
        return (x.value.i > y.value.i) - (x.value.i < y.value.i);
    if (x.kind == CANSIM_REAL)
        return (x.value.real > y.value.real) - (x.value.real < y.value.real);
    return (x.value.u > y.value.u) - (x.value.u < y.value.u);
}

uint32_t co_od_check_write(const struct co_od *od, uint32_t entry, const uint8_t *bytes, size_t len)
{
    const struct co_object *object = co_od_object(od, entry);
    unsigned size = co_type_size(object->type);

    if ((object->access & CO_ACCESS_WRITE) == 0)
        return 0x06010002;
    if (size != 0 && len > size)
        return 0x06070012;
    if (size != 0 && len < size)
        return 0x06070013;
    if (len > CO_OD_MAX_VALUE)
        return 0x05040005;
    if (object->have_high && compare(object->type, bytes, object->high, len) > 0)
        return 0x06090031;
    if (object->have_low && compare(object->type, bytes, object->low, len) < 0)
        return 0x06090032;
    return 0;
}
