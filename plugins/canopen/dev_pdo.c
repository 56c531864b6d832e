/* SPDX-License-Identifier: MIT */
/* dev_pdo.c - PDOs at work; CiA 301, 7.2.2. Transmission types: 0 synchronous after a
 * change, 1..240 each so many SYNCs, 252 and 253 on a remote frame, 254 and 255 on a change or by
 * the event timer. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

enum { ACYCLIC = 0, LAST_CYCLIC = 240, RTR_SYNC = 252, RTR_ONLY = 253 };

/* Bits first..first+n-1 of a PDO's data, lowest first. */
static uint64_t get_bits(const uint8_t *data, unsigned first, unsigned n)
{
    uint64_t value = co_get_le(data, 8) >> first;

    return n < 64 ? value & ((UINT64_C(1) << n) - 1) : value;
}

static unsigned pack(struct co_device *dev, const struct dev_pdo *pdo, uint8_t data[8])
{
    uint64_t all = 0;
    unsigned at = 0;

    for (unsigned i = 0; i < pdo->n; i++) {
        const struct co_od_entry *e = &dev->od.entries[pdo->map[i].entry];
        uint64_t value = co_get_le(e->value, e->len);
        if (pdo->map[i].bits < 64)
            value &= (UINT64_C(1) << pdo->map[i].bits) - 1;
        all |= value << at;
        at += pdo->map[i].bits;
    }
    co_put_le(data, 8, all);
    return (at + 7) / 8;
}

static void send_pdo(struct co_device *dev, struct dev_pdo *pdo)
{
    uint8_t data[8];
    unsigned len = pack(dev, pdo, data);
    unsigned number = (unsigned)(pdo - dev->tpdo);
    int64_t now = dev_now(dev);

    if (dev->behave.pdo_len[number] != 0)
        len = (unsigned)dev->behave.pdo_len[number] - 1;
    pdo->pending = false;
    pdo->allowed_ps = now + pdo->inhibit_100us * 100 * PS_PER_US;
    pdo->event_ps = pdo->event_ms != 0 ? now + pdo->event_ms * PS_PER_MS : CANSIM_NEVER;
    dev_send(dev, pdo->cob, data, len, false, DEV_C_OTHER);
}

static bool by_event(const struct dev_pdo *pdo)
{
    return pdo->type >= 254;
}

/* The nearest moment at which a TPDO is to go. */
void dev_pdo_due(struct co_device *dev)
{
    int64_t next = CANSIM_NEVER;

    for (unsigned i = 0; dev->state == DEV_OPERATIONAL && i < dev->n_tpdo; i++) {
        const struct dev_pdo *pdo = &dev->tpdo[i];
        if (!pdo->valid || !by_event(pdo))
            continue;
        int64_t at = pdo->pending ? pdo->allowed_ps : pdo->event_ps;
        if (at < next)
            next = at;
    }
    dev->due_ps[DEV_T_PDO] = next;
}

void dev_pdo_timer(struct co_device *dev)
{
    int64_t now = dev_now(dev);

    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        struct dev_pdo *pdo = &dev->tpdo[i];
        if (pdo->valid && by_event(pdo) &&
            (pdo->pending ? pdo->allowed_ps <= now : pdo->event_ps <= now))
            send_pdo(dev, pdo);
    }
    dev_pdo_due(dev);
}

void dev_pdo_changed(struct co_device *dev, uint32_t entry)
{
    int64_t now = dev_now(dev);

    if (dev->state != DEV_OPERATIONAL || !dev_401_wants(dev, entry))
        return;
    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        struct dev_pdo *pdo = &dev->tpdo[i];
        bool has = false;
        for (unsigned k = 0; pdo->valid && k < pdo->n; k++)
            has |= pdo->map[k].entry == entry;
        if (!has)
            continue;
        pdo->pending = pdo->type == ACYCLIC || by_event(pdo);
        /* Now, and not before the call is over: several objects may change together. */
        if (by_event(pdo) && dev->due_ps[DEV_T_PDO] > now)
            dev->due_ps[DEV_T_PDO] = pdo->allowed_ps > now ? dev->due_ps[DEV_T_PDO] : now;
    }
    if (dev->due_ps[DEV_T_PDO] > now)
        dev_pdo_due(dev);
}

void dev_pdo_start(struct co_device *dev)
{
    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        struct dev_pdo *pdo = &dev->tpdo[i];
        pdo->pending = pdo->type == ACYCLIC || by_event(pdo);
        pdo->allowed_ps = 0;
        pdo->event_ps = CANSIM_NEVER;
        pdo->count = 0;
        pdo->started = pdo->start == 0;
    }
    dev_401_start(dev);
    dev_pdo_due(dev);
}

void dev_pdo_stop(struct co_device *dev)
{
    dev->due_ps[DEV_T_PDO] = CANSIM_NEVER;
    for (unsigned i = 0; i < dev->n_rpdo; i++)
        dev->rpdo[i].have = false;
}

bool dev_pdo_rtr(struct co_device *dev, const struct cansim_frame *frame)
{
    uint32_t cob = frame->id | ((frame->flags & CANSIM_FRAME_EXT) != 0 ? DEV_COB_EXT : 0);

    for (unsigned i = 0; dev->state == DEV_OPERATIONAL && i < dev->n_tpdo; i++) {
        struct dev_pdo *pdo = &dev->tpdo[i];
        if (!pdo->valid || pdo->cob != cob)
            continue;
        uint32_t entry = (uint32_t)co_od_get(&dev->od, 0x1800 + i, 1, 0);
        if ((entry & 0x40000000) != 0)
            return true; /* no remote frames */
        if (pdo->type == RTR_SYNC)
            pdo->pending = true;
        else
            send_pdo(dev, pdo);
        return true;
    }
    return false;
}

/* ---- received ---------------------------------------------------------------------------------
 */

static void apply(struct co_device *dev, const struct dev_pdo *pdo, const uint8_t data[8])
{
    unsigned at = 0;

    for (unsigned i = 0; i < pdo->n; at += pdo->map[i].bits, i++) {
        uint32_t entry = pdo->map[i].entry;
        uint8_t bytes[8];
        if (entry == CO_OD_NONE)
            continue;
        const struct co_object *object = co_od_object(&dev->od, entry);
        co_put_le(bytes, 8, get_bits(data, at, pdo->map[i].bits));
        /* Limits hold here as well: what is beyond is not taken. */
        if (co_od_check_write(&dev->od, entry, bytes, dev->od.entries[entry].len) != 0)
            continue;
        co_od_put(&dev->od, entry, bytes, dev->od.entries[entry].len);
        if (object->index >= 0x6000 && object->index < 0x6800)
            dev_402_written(dev, object->index);
    }
}

struct dev_pdo *dev_pdo_find(struct co_device *dev, const struct cansim_frame *frame)
{
    if (dev->state != DEV_OPERATIONAL)
        return NULL;
    if ((frame->flags & CANSIM_FRAME_EXT) == 0) {
        unsigned number = frame->id < 2048 ? dev->rpdo_of[frame->id] : 0;
        return number != 0 ? &dev->rpdo[number - 1] : NULL;
    }
    for (unsigned i = 0; i < dev->n_rpdo; i++) {
        if (dev->rpdo[i].valid && dev->rpdo[i].cob == (frame->id | DEV_COB_EXT))
            return &dev->rpdo[i];
    }
    return NULL;
}

void dev_pdo_frame(struct co_device *dev, struct dev_pdo *pdo, const struct cansim_frame *frame)
{
    unsigned len = (pdo->bits + 7u) / 8, number = (unsigned)(pdo - dev->rpdo) + 1;
    uint8_t info[5] = {(uint8_t)number, (uint8_t)(number >> 8), frame->len};

    if (frame->len < len) {
        dev_emcy(dev, 0x8210, 0x10, info);
        return;
    }
    if (frame->len > len)
        dev_emcy(dev, 0x8220, 0x10, info);
    if (pdo->type <= LAST_CYCLIC) {
        memcpy(pdo->data, frame->data, 8);
        pdo->have = true;
    } else {
        apply(dev, pdo, frame->data);
    }
}

/* ---- SYNC ------------------------------------------------------------------------------------ */

static void sync_tpdo(struct co_device *dev, struct dev_pdo *pdo, unsigned counter)
{
    if (pdo->type == ACYCLIC || pdo->type == RTR_SYNC) {
        if (pdo->pending)
            send_pdo(dev, pdo);
        return;
    }
    if (pdo->type > LAST_CYCLIC)
        return;
    if (!pdo->started && counter == pdo->start) {
        pdo->started = true;
        pdo->count = pdo->type; /* this SYNC is the first */
    } else if (pdo->started) {
        pdo->count++;
    }
    if (pdo->started && pdo->count >= pdo->type) {
        pdo->count = 0;
        send_pdo(dev, pdo);
    }
}

void dev_pdo_sync(struct co_device *dev, unsigned counter)
{
    for (unsigned i = 0; i < dev->n_rpdo; i++) {
        if (!dev->rpdo[i].valid || !dev->rpdo[i].have)
            continue;
        dev->rpdo[i].have = false;
        apply(dev, &dev->rpdo[i], dev->rpdo[i].data);
    }
    for (unsigned i = 0; i < dev->n_tpdo; i++) {
        if (dev->tpdo[i].valid)
            sync_tpdo(dev, &dev->tpdo[i], counter);
    }
}
