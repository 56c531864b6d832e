/* SPDX-License-Identifier: MIT */
/* dev_sync.c - SYNC and TIME, consumed and produced; CiA 301, 7.2.5 and 7.2.6. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

void dev_sync_configure(struct co_device *dev)
{
    uint32_t cob = (uint32_t)co_od_get(&dev->od, 0x1005, 0, 0x80);
    int64_t period = (int64_t)co_od_get(&dev->od, 0x1006, 0, 0) * PS_PER_US;
    bool produces = (cob & 0x40000000) != 0 && period != 0;

    dev->sync_cob = dev_type_cob(cob);
    if (!produces) {
        dev->sync_period_ps = 0;
        dev->due_ps[DEV_T_SYNC] = CANSIM_NEVER;
    } else if (dev->sync_period_ps != period) {
        dev->sync_period_ps = period;
        dev->sync_counter = 0;
        dev->due_ps[DEV_T_SYNC] = dev_now(dev) + period;
    }
}

void dev_sync_timer(struct co_device *dev)
{
    unsigned overflow = (unsigned)co_od_get(&dev->od, 0x1019, 0, 0);

    dev->due_ps[DEV_T_SYNC] += dev->sync_period_ps;
    if (dev->due_ps[DEV_T_SYNC] <= dev_now(dev))
        dev->due_ps[DEV_T_SYNC] = dev_now(dev) + dev->sync_period_ps;
    if (dev->state != DEV_OPERATIONAL && dev->state != DEV_PREOP)
        return;
    dev->sync_counter = (uint8_t)(overflow == 0 ? 0 : dev->sync_counter % overflow + 1);
    dev_send(dev, dev->sync_cob, &dev->sync_counter, overflow != 0 ? 1 : 0, false, DEV_C_OTHER);
    /* The producer is a consumer of its own. */
    dev->last_sync_ps = dev_now(dev);
    if (dev->state == DEV_OPERATIONAL)
        dev_pdo_sync(dev, dev->sync_counter);
}

void dev_sync_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    unsigned overflow = (unsigned)co_od_get(&dev->od, 0x1019, 0, 0);

    if (dev->state != DEV_OPERATIONAL && dev->state != DEV_PREOP)
        return;
    if (frame->len != (overflow != 0 ? 1 : 0)) {
        dev_emcy(dev, 0x8240, 0x10, NULL);
        return;
    }
    dev->last_sync_ps = dev_now(dev);
    if (dev->state == DEV_OPERATIONAL)
        dev_pdo_sync(dev, overflow != 0 ? frame->data[0] : 0);
}

/* ---- TIME: 28 bits of milliseconds since midnight, 16 bits of days since 1984-01-01 -------------
 */

#define MS_PER_DAY 86400000

int64_t dev_time_ms(const struct co_device *dev, int64_t at_ps)
{
    return dev->clock_ms + (at_ps - dev->clock_at_ps) / PS_PER_MS;
}

void dev_time_configure(struct co_device *dev)
{
    uint32_t cob = (uint32_t)co_od_get(&dev->od, 0x1012, 0, 0);
    bool produces = (cob & 0x40000000) != 0 && dev->time_period_ps != 0;

    dev->time_cob = (cob & 0x80000000) != 0 ? dev_type_cob(cob) : CO_OD_NONE;
    if (produces != dev->produces_time)
        dev->due_ps[DEV_T_TIME] = produces ? dev_now(dev) + dev->time_period_ps : CANSIM_NEVER;
    dev->produces_time = produces;
}

void dev_time_timer(struct co_device *dev)
{
    int64_t ms = dev_time_ms(dev, dev_now(dev));
    uint32_t cob = (uint32_t)co_od_get(&dev->od, 0x1012, 0, 0);
    uint8_t data[6];

    dev->due_ps[DEV_T_TIME] += dev->time_period_ps;
    if (dev->state != DEV_OPERATIONAL && dev->state != DEV_PREOP)
        return;
    co_put_le(data, 4, (uint64_t)(ms % MS_PER_DAY));
    co_put_le(data + 4, 2, (uint64_t)(ms / MS_PER_DAY));
    dev_send(dev, dev_type_cob(cob), data, 6, false, DEV_C_OTHER);
}

void dev_time_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    if (dev->state != DEV_OPERATIONAL && dev->state != DEV_PREOP)
        return;
    if (frame->len != 6) {
        dev_emcy(dev, 0x8260, 0x10, NULL);
        return;
    }
    dev->clock_ms = (int64_t)(co_get_le(frame->data, 4) & 0xFFFFFFF) +
                    (int64_t)co_get_le(frame->data + 4, 2) * MS_PER_DAY;
    dev->clock_at_ps = dev_now(dev);
}
