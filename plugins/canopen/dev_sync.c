/* SPDX-License-Identifier: MIT */
/* dev_sync.c - SYNC, consumed and produced; CiA 301, 7.2.5. */
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
