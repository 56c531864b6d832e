/* SPDX-License-Identifier: MIT */
/* dev_401.c - an I/O module, CiA 401: which changes of inputs make a PDO go, and what outputs do
 * when communication fails. */
#include "plugins/canopen/dev_internal.h"

/* What a dictionary says may be more than there can be. */
static unsigned count(const struct co_device *dev, unsigned index)
{
    uint64_t n = co_od_get(&dev->od, index, 0, 0);

    return n < 254 ? (unsigned)n : 254;
}

/* Digital inputs: bits that changed and that a mask lets through. Of inputs beyond those that are
 * kept, all bits count as changed. */
static bool digital_wants(struct co_device *dev, unsigned sub, uint32_t entry)
{
    unsigned now = dev->od.entries[entry].value[0], before = ~now;

    if (sub <= DEV_401_INPUTS) {
        before = dev->seen[sub - 1];
        dev->seen[sub - 1] = (uint8_t)now;
    }
    unsigned changed = (now ^ before) & 0xFF;
    uint64_t any = co_od_get(&dev->od, 0x6006, sub, 0xFF);
    uint64_t rising = co_od_get(&dev->od, 0x6007, sub, 0);
    uint64_t falling = co_od_get(&dev->od, 0x6008, sub, 0);

    return co_od_get(&dev->od, 0x6005, 0, 1) != 0 &&
           ((any & changed) | (rising & changed & now) | (falling & changed & ~(uint64_t)now)) != 0;
}

/* An analogue input goes when it is further from what was sent last than its delta. */
static bool analogue_wants(struct co_device *dev, unsigned sub, uint32_t entry)
{
    int64_t delta = (int64_t)co_od_get(&dev->od, 0x6426, sub, 0);
    int64_t value = (int16_t)co_get_le(dev->od.entries[entry].value, 2);
    int64_t *told = sub <= DEV_401_INPUTS ? &dev->told[sub - 1] : NULL;

    if (co_od_get(&dev->od, 0x6423, 0, 1) == 0)
        return false;
    if (told == NULL || delta == 0)
        return true;
    int64_t away = value > *told ? value - *told : *told - value;
    if (away < delta)
        return false;
    *told = value;
    return true;
}

bool dev_401_wants(struct co_device *dev, uint32_t entry)
{
    const struct co_object *object = co_od_object(&dev->od, entry);

    if (dev->profile != 401 || object->sub == 0)
        return true;
    if (object->index == 0x6000)
        return digital_wants(dev, object->sub, entry);
    if (object->index == 0x6401)
        return analogue_wants(dev, object->sub, entry);
    return true;
}

void dev_401_start(struct co_device *dev)
{
    unsigned digital = count(dev, 0x6000), analogue = count(dev, 0x6401);

    for (unsigned sub = 1; sub <= digital && sub <= DEV_401_INPUTS; sub++)
        dev->seen[sub - 1] = (uint8_t)co_od_get(&dev->od, 0x6000, sub, 0);
    for (unsigned sub = 1; sub <= analogue && sub <= DEV_401_INPUTS; sub++)
        dev->told[sub - 1] = (int16_t)co_od_get(&dev->od, 0x6401, sub, 0);
}

void dev_401_comm_error(struct co_device *dev)
{
    if (dev->profile != 401)
        return;
    for (unsigned sub = 1; sub <= count(dev, 0x6200); sub++) {
        uint64_t mode = co_od_get(&dev->od, 0x6206, sub, 0xFF);
        uint64_t now = co_od_get(&dev->od, 0x6200, sub, 0);
        uint64_t error = co_od_get(&dev->od, 0x6207, sub, 0);
        co_od_set(&dev->od, 0x6200, sub, (now & ~mode) | (error & mode));
    }
    for (unsigned sub = 1; sub <= count(dev, 0x6411); sub++) {
        if (co_od_get(&dev->od, 0x6443, sub, 1) == 1)
            co_od_set(&dev->od, 0x6411, sub, co_od_get(&dev->od, 0x6444, sub, 0));
    }
}
