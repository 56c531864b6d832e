/* SPDX-License-Identifier: MIT */
/* dev_store.c - 1010h and 1011h, CiA 301, 7.5.2.13 and 7.5.2.14: what was saved survives resets and
 * power cycles of the run. */
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dev_internal.h"

#define SAVE 0x65766173u /* "save" */
#define LOAD 0x64616F6Cu /* "load" */

static bool is_part(unsigned sub, unsigned index)
{
    return sub == 1 || (sub == 2 && index < 0x2000) || (sub == 3 && index >= 0x2000);
}

static uint32_t save(struct co_device *dev, unsigned sub)
{
    if (dev->stored == NULL) {
        dev->stored = calloc(dev->od.n, sizeof(*dev->stored));
        dev->stored_len = calloc(dev->od.n, sizeof(*dev->stored_len));
    }
    if (dev->stored == NULL || dev->stored_len == NULL)
        return 0x06060000;
    for (uint32_t i = 0; i < dev->od.n; i++) {
        const struct co_object *object = co_od_object(&dev->od, i);
        const struct co_od_entry *e = &dev->od.entries[i];
        if ((object->access & CO_ACCESS_WRITE) == 0 || !is_part(sub, object->index) ||
            object->index == 0x1003)
            continue;
        uint8_t *copy = malloc(e->len + 1);
        if (copy == NULL)
            return 0x06060000;
        memcpy(copy, e->value, e->len);
        free(dev->stored[i]);
        dev->stored[i] = copy;
        dev->stored_len[i] = e->len;
    }
    return 0;
}

static uint32_t restore(struct co_device *dev, unsigned sub)
{
    for (uint32_t i = 0; dev->stored != NULL && i < dev->od.n; i++) {
        if (is_part(sub, co_od_object(&dev->od, i)->index)) {
            free(dev->stored[i]);
            dev->stored[i] = NULL;
        }
    }
    return 0;
}

uint32_t dev_store_write(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    if (sub == 0 || sub > 3)
        return 0x06010002;
    if (value != (index == 0x1010 ? SAVE : LOAD))
        return 0x08000020;
    /* What is restored holds from the next reset on. */
    return index == 0x1010 ? save(dev, sub) : restore(dev, sub);
}

void dev_store_load(struct co_device *dev, unsigned low, unsigned high)
{
    for (uint32_t i = 0; dev->stored != NULL && i < dev->od.n; i++) {
        unsigned index = co_od_object(&dev->od, i)->index;
        if (dev->stored[i] != NULL && index >= low && index <= high)
            co_od_put(&dev->od, i, dev->stored[i], dev->stored_len[i]);
    }
}

void dev_store_free(struct co_device *dev)
{
    for (uint32_t i = 0; dev->stored != NULL && i < dev->od.n; i++)
        free(dev->stored[i]);
    free(dev->stored);
    free(dev->stored_len);
    dev->stored = NULL;
    dev->stored_len = NULL;
}
