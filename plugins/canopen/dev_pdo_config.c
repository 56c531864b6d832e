/* SPDX-License-Identifier: MIT */
/* dev_pdo_config.c - PDO parameters: 1400h ff., 1600h ff., 1800h ff., 1A00h ff.; CiA 301, 7.5.2.35
 * to 7.5.2.38. What a write may do is checked; what it means is taken from the dictionary anew. */
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dev_internal.h"

static unsigned count(const struct co_device *dev, unsigned first)
{
    unsigned highest = 0;

    for (unsigned i = 0; i < DEV_MAX_PDO; i++) {
        if (co_dict_first(dev->dict, first + i) != NULL)
            highest = i + 1;
    }
    return highest;
}

int dev_pdo_create(struct co_device *dev)
{
    dev->n_rpdo = count(dev, 0x1400);
    dev->n_tpdo = count(dev, 0x1800);
    dev->rpdo = calloc(dev->n_rpdo + 1, sizeof(*dev->rpdo));
    dev->tpdo = calloc(dev->n_tpdo + 1, sizeof(*dev->tpdo));
    return dev->rpdo != NULL && dev->tpdo != NULL ? 0 : -1;
}

/* An object of a mapping: its entry and bits, or an abort code. */
static uint32_t look_up(struct co_device *dev, uint32_t mapping, bool tx, uint32_t *entry,
                        unsigned *bits)
{
    unsigned index = mapping >> 16, sub = mapping >> 8 & 0xFF;

    *bits = mapping & 0xFF;
    /* Dummies, CiA 301, 7.4.7.3: the data types themselves. */
    if (index < 0x20) {
        const struct co_type_info *info = co_type_info(index);
        *entry = CO_OD_NONE;
        return !tx && info != NULL && info->bits == *bits ? 0 : 0x06040041;
    }
    *entry = co_od_find(&dev->od, index, sub);
    if (*entry == CO_OD_NONE)
        return co_dict_first(dev->dict, index) != NULL ? 0x06090011 : 0x06020000;
    const struct co_object *object = co_od_object(&dev->od, *entry);
    const struct co_type_info *info = co_type_info(object->type);
    if ((object->access & (tx ? CO_ACCESS_TPDO : CO_ACCESS_RPDO)) == 0)
        return 0x06040041;
    if (info == NULL || info->bits == 0 ||
        (info->bits != *bits && !(info->bits == 1 && *bits == 8)))
        return 0x06040041;
    return 0;
}

static uint32_t check_mapping(struct co_device *dev, unsigned index, unsigned sub, uint64_t value,
                              bool tx)
{
    unsigned comm = index - 0x200, total = 0, bits;
    bool valid = (co_od_get(&dev->od, comm, 1, 0x80000000) & 0x80000000) == 0;
    uint32_t entry;

    if (valid)
        return 0x06010000; /* to be destroyed first */
    if (sub != 0)
        return co_od_get(&dev->od, index, 0, 0) != 0 ? 0x06010000
               : value == 0                          ? 0
                            : look_up(dev, (uint32_t)value, tx, &entry, &bits);
    if (value > 64)
        return 0x06040042;
    for (unsigned i = 1; i <= value; i++) {
        uint32_t code = look_up(dev, (uint32_t)co_od_get(&dev->od, index, i, 0), tx, &entry, &bits);
        if (code != 0)
            return code;
        total += bits;
    }
    return total > 64 ? 0x06040042 : 0;
}

static uint32_t check_comm(struct co_device *dev, unsigned index, unsigned sub, uint64_t value,
                           bool tx)
{
    uint32_t now = (uint32_t)co_od_get(&dev->od, index, 1, 0x80000000);
    bool valid = (now & 0x80000000) == 0;

    if (sub == 1) {
        bool stays = valid && (value & 0x80000000) == 0;
        if ((value & DEV_COB_EXT) == 0 && (value & 0x1FFFF800) != 0)
            return 0x06090030;
        if (stays && ((now ^ value) & 0x3FFFFFFF) != 0)
            return 0x06090030;
        return 0;
    }
    if (sub == 2)
        return (value > 240 && value < 252) || (!tx && (value == 252 || value == 253)) ? 0x06090030
                                                                                       : 0;
    /* Inhibit time and SYNC start value: only while it does not exist. */
    if ((sub == 3 || sub == 6) && valid && tx)
        return 0x06090030;
    if (sub == 6 && value > 240)
        return 0x06090030;
    return 0;
}

uint32_t dev_pdo_check(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    bool tx = index >= 0x1800, mapping = (index & 0x0200) != 0;

    return mapping ? check_mapping(dev, index, sub, value, tx)
                   : check_comm(dev, index, sub, value, tx);
}

static void mark_mapped(struct co_device *dev)
{
    for (uint32_t i = 0; i < dev->od.n; i++)
        dev->od.entries[i].mapped = false;
    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        for (unsigned k = 0; dev->tpdo[i].valid && k < dev->tpdo[i].n; k++)
            dev->od.entries[dev->tpdo[i].map[k].entry].mapped = true;
    }
}

static void note_identifier(struct co_device *dev)
{
    memset(dev->rpdo_of, 0, sizeof(dev->rpdo_of));
    for (unsigned i = dev->n_rpdo; i-- > 0;) {
        if (dev->rpdo[i].valid && dev->rpdo[i].cob < 2048)
            dev->rpdo_of[dev->rpdo[i].cob] = (uint16_t)(i + 1);
    }
}

void dev_pdo_configure_one(struct co_device *dev, bool tx, unsigned number)
{
    unsigned comm = (tx ? 0x1800u : 0x1400u) + number, map = comm + 0x200;
    struct dev_pdo *pdo = tx ? &dev->tpdo[number] : &dev->rpdo[number];
    uint32_t cob = (uint32_t)co_od_get(&dev->od, comm, 1, 0x80000000), entry;
    unsigned n = (unsigned)co_od_get(&dev->od, map, 0, 0), bits, total = 0;
    bool was = pdo->valid;

    if (number >= (tx ? dev->n_tpdo : dev->n_rpdo))
        return;
    pdo->cob = dev_type_cob(cob);
    pdo->type = (uint8_t)co_od_get(&dev->od, comm, 2, 255);
    pdo->inhibit_100us = (uint16_t)co_od_get(&dev->od, comm, 3, 0);
    pdo->event_ms = (uint16_t)co_od_get(&dev->od, comm, 5, 0);
    pdo->start = (uint8_t)co_od_get(&dev->od, comm, 6, 0);
    pdo->n = 0;
    for (unsigned i = 1; i <= n && i <= 64 && total < 64; i++) {
        if (look_up(dev, (uint32_t)co_od_get(&dev->od, map, i, 0), tx, &entry, &bits) != 0 ||
            total + bits > 64)
            break;
        pdo->map[pdo->n].entry = entry;
        pdo->map[pdo->n++].bits = (uint8_t)bits;
        total += bits;
    }
    pdo->bits = (uint8_t)total;
    pdo->valid = (cob & 0x80000000) == 0 && pdo->n > 0;
    pdo->have = false;
    if (tx && pdo->valid && !was) {
        pdo->count = 0;
        pdo->started = pdo->start == 0;
        pdo->pending = false;
        pdo->allowed_ps = 0;
        pdo->event_ps = CANSIM_NEVER;
        if (dev->state == DEV_OPERATIONAL)
            pdo->pending = pdo->type >= 254 || pdo->type == 0;
    }
    mark_mapped(dev);
    note_identifier(dev);
    if (tx && dev->state == DEV_OPERATIONAL)
        dev_pdo_due(dev);
}

void dev_pdo_configure(struct co_device *dev)
{
    for (unsigned i = 0; i < dev->n_rpdo; i++) {
        dev->rpdo[i].valid = false;
        dev_pdo_configure_one(dev, false, i);
    }
    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        dev->tpdo[i].valid = false;
        dev_pdo_configure_one(dev, true, i);
    }
}
