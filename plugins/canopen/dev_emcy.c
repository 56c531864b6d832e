/* SPDX-License-Identifier: MIT */
/* dev_emcy.c - emergency messages, CiA 301, 7.2.7: error register 1001h, history 1003h, inhibit
 * time 1015h. What must wait is queued; beyond the queue's room it is in the history alone. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

#define WAITING (sizeof(((struct co_device *)0)->emcy_waiting) / sizeof(struct cansim_frame))

static void remember(struct co_device *dev, unsigned code, const uint8_t *info)
{
    unsigned room = 0;
    unsigned n = (unsigned)co_od_get(&dev->od, 0x1003, 0, 0);

    while (room < 254 && co_od_find(&dev->od, 0x1003, room + 1) != CO_OD_NONE)
        room++;
    if (room == 0)
        return;
    if (n < room)
        n++;
    for (unsigned sub = n; sub > 1; sub--)
        co_od_set(&dev->od, 0x1003, sub, co_od_get(&dev->od, 0x1003, sub - 1, 0));
    co_od_set(&dev->od, 0x1003, 1, code | (info != NULL ? co_get_le(info, 2) << 16 : 0));
    co_od_set(&dev->od, 0x1003, 0, n);
}

static void send_or_wait(struct co_device *dev, const uint8_t data[8])
{
    uint32_t cob = (uint32_t)co_od_get(&dev->od, 0x1014, 0, 0x80000000);
    int64_t inhibit = (int64_t)co_od_get(&dev->od, 0x1015, 0, 0) * 100 * PS_PER_US;

    if ((cob & 0x80000000) != 0 || dev->state == DEV_STOPPED || dev->state == DEV_INITIALISING)
        return;
    if (dev_now(dev) >= dev->emcy_allowed_ps) {
        dev_send(dev, dev_type_cob(cob), data, 8, false, DEV_C_OTHER);
        dev->emcy_allowed_ps = dev_now(dev) + inhibit;
        return;
    }
    if (dev->n_emcy == WAITING) {
        dev->lost++;
        return;
    }
    memcpy(dev->emcy_waiting[dev->n_emcy++].data, data, 8);
    dev->due_ps[DEV_T_EMCY] = dev->emcy_allowed_ps;
}

void dev_emcy_timer(struct co_device *dev)
{
    uint8_t data[8];

    dev->due_ps[DEV_T_EMCY] = CANSIM_NEVER;
    if (dev->n_emcy == 0)
        return;
    memcpy(data, dev->emcy_waiting[0].data, 8);
    memmove(&dev->emcy_waiting[0], &dev->emcy_waiting[1],
            --dev->n_emcy * sizeof(dev->emcy_waiting[0]));
    send_or_wait(dev, data);
    if (dev->n_emcy > 0)
        dev->due_ps[DEV_T_EMCY] = dev->emcy_allowed_ps;
}

static void message(struct co_device *dev, unsigned code, const uint8_t *info)
{
    uint8_t data[8] = {(uint8_t)code, (uint8_t)(code >> 8), dev->error_register};

    if (info != NULL)
        memcpy(data + 3, info, 5);
    co_od_set(&dev->od, 0x1001, 0, dev->error_register);
    send_or_wait(dev, data);
}

void dev_emcy(struct co_device *dev, unsigned code, unsigned reg_bits, const uint8_t info[5])
{
    /* Bit 0, the generic error, goes with each. */
    dev->error_register |= (uint8_t)(reg_bits | 1);
    remember(dev, code, info);
    message(dev, code, info);
}

void dev_emcy_clear(struct co_device *dev, unsigned reg_bits)
{
    uint8_t left = (uint8_t)(dev->error_register & ~reg_bits);

    if (left == dev->error_register)
        return;
    dev->error_register = left == 1 ? 0 : left;
    message(dev, 0, NULL);
}
