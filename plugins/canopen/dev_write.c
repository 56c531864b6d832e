/* SPDX-License-Identifier: MIT */
/* dev_write.c - a client's write: what must hold before it, and what follows from it. One row for
 * each range of objects. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

static uint32_t check_errors(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    (void)dev;
    (void)index;
    return sub == 0 && value != 0 ? 0x06090030 : 0;
}

/* Bit 30 may not change together with the identifier; neither may it while it is valid. */
static uint32_t check_cob(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    uint32_t now = (uint32_t)co_od_get(&dev->od, index, sub, 0);
    uint32_t in_use = index == 0x1005 ? 0x40000000u : index == 0x1014 ? 0x80000000u : 0;
    bool active = index == 0x1014 ? (now & in_use) == 0 : (now & in_use) != 0;

    if ((value & DEV_COB_EXT) == 0 && (value & 0x1FFFF800) != 0)
        return 0x06090030;
    return active && in_use != 0 && ((now ^ value) & 0x3FFFFFFF & ~in_use) != 0 &&
                   ((now ^ value) & in_use) == 0
               ? 0x06090030
               : 0;
}

static uint32_t check_counter(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    (void)index;
    (void)sub;
    if (value == 1 || value > 240)
        return 0x06090030;
    return co_od_get(&dev->od, 0x1006, 0, 0) != 0 ? 0x08000022 : 0;
}

/* Two entries for one node are refused. CiA 301, 7.5.2.18. */
static uint32_t check_consumer(struct co_device *dev, unsigned index, unsigned sub, uint64_t value)
{
    unsigned node = (unsigned)(value >> 16) & 0xFF;

    if (sub == 0 || node == 0 || (value & 0xFFFF) == 0)
        return 0;
    for (unsigned other = 1; other <= DEV_MAX_CONSUMERS; other++) {
        uint64_t entry = co_od_get(&dev->od, index, other, 0);
        if (other != sub && (entry >> 16 & 0xFF) == node && (entry & 0xFFFF) != 0)
            return 0x06040043;
    }
    return node > 127 ? 0x06090030 : 0;
}

static void after_sync(struct co_device *dev, unsigned index)
{
    (void)index;
    dev_sync_configure(dev);
}

static void after_time(struct co_device *dev, unsigned index)
{
    (void)index;
    dev_time_configure(dev);
}

static void after_control(struct co_device *dev, unsigned index)
{
    (void)index;
    dev_nmt_configure(dev);
}

static void after_rpdo(struct co_device *dev, unsigned index)
{
    dev_pdo_configure_one(dev, false, index & 0x1FF);
}

static void after_tpdo(struct co_device *dev, unsigned index)
{
    dev_pdo_configure_one(dev, true, index & 0x1FF);
}

static const struct {
    uint32_t (*check)(struct co_device *dev, unsigned index, unsigned sub, uint64_t value);
    void (*after)(struct co_device *dev, unsigned index);
    uint16_t low, high;
    bool kept; /* the check does all: the value itself is not written */
} rows[] = {
    {check_errors, NULL, 0x1003, 0x1003, false},
    {check_cob, after_sync, 0x1005, 0x1005, false},
    {NULL, after_sync, 0x1006, 0x1006, false},
    {NULL, after_control, 0x100C, 0x100D, false},
    {dev_store_write, NULL, 0x1010, 0x1011, true},
    {check_cob, after_time, 0x1012, 0x1012, false},
    {check_cob, NULL, 0x1014, 0x1014, false},
    {check_consumer, after_control, 0x1016, 0x1016, false},
    {NULL, after_control, 0x1017, 0x1017, false},
    {check_counter, after_sync, 0x1019, 0x1019, false},
    {dev_pdo_check, after_rpdo, 0x1400, 0x15FF, false},
    {dev_pdo_check, after_rpdo, 0x1600, 0x17FF, false},
    {dev_pdo_check, after_tpdo, 0x1800, 0x19FF, false},
    {dev_pdo_check, after_tpdo, 0x1A00, 0x1BFF, false},
    {NULL, dev_402_written, 0x6000, 0x67FF, false},
};

uint32_t dev_write(struct co_device *dev, uint32_t entry, const uint8_t *bytes, size_t len)
{
    const struct co_object *object = co_od_object(&dev->od, entry);
    uint32_t code = co_od_check_write(&dev->od, entry, bytes, len);
    uint64_t value = co_get_le(bytes, len);

    for (size_t i = 0; code == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (object->index < rows[i].low || object->index > rows[i].high)
            continue;
        if (rows[i].check != NULL)
            code = rows[i].check(dev, object->index, object->sub, value);
        if (code != 0 || rows[i].kept)
            return code;
        if (co_od_put(&dev->od, entry, bytes, len) != 0)
            return 0x05040005;
        if (rows[i].after != NULL)
            rows[i].after(dev, object->index);
        return 0;
    }
    if (code == 0 && co_od_put(&dev->od, entry, bytes, len) != 0)
        code = 0x05040005;
    return code;
}
