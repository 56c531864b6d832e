/* SPDX-License-Identifier: MIT */
/* dev_nmt.c - NMT states, boot-up and error control; CiA 301, 7.2.8 and 7.3.2. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

enum { NMT_START = 1, NMT_STOP = 2, NMT_PREOP = 128, NMT_RESET = 129, NMT_RESET_COMM = 130 };

static void send_state(struct co_device *dev, unsigned state)
{
    uint8_t byte = (uint8_t)state;

    dev_send(dev, 0x700u + dev->node_id, &byte, 1, false, DEV_C_OTHER);
}

void dev_nmt_enter(struct co_device *dev, enum dev_nmt state)
{
    if (state == dev->state)
        return;
    bool was = dev->state == DEV_OPERATIONAL;
    dev->state = state;
    if (state == DEV_OPERATIONAL)
        dev_pdo_start(dev);
    else if (was)
        dev_pdo_stop(dev);
    if (state == DEV_STOPPED)
        dev_sdo_reset(dev);
}

/* ---- heartbeat and guarding -------------------------------------------------------------------
 */

static void next_consumer(struct co_device *dev)
{
    dev->due_ps[DEV_T_CONSUMER] = CANSIM_NEVER;
    for (unsigned i = 0; i < dev->n_consumers; i++) {
        if (dev->consumers[i].due_ps < dev->due_ps[DEV_T_CONSUMER])
            dev->due_ps[DEV_T_CONSUMER] = dev->consumers[i].due_ps;
    }
}

/* Those that stay as they were go on; a new one begins with the first heartbeat that is heard. */
static void configure_consumers(struct co_device *dev)
{
    unsigned n = (unsigned)co_od_get(&dev->od, 0x1016, 0, 0), kept = 0;

    for (unsigned sub = 1; sub <= n && sub <= DEV_MAX_CONSUMERS; sub++) {
        uint32_t entry = (uint32_t)co_od_get(&dev->od, 0x1016, sub, 0);
        uint8_t node = (uint8_t)(entry >> 16 & 0x7F);
        int64_t time = (int64_t)(entry & 0xFFFF) * PS_PER_MS;
        if (node == 0 || time == 0)
            continue;
        bool same = kept < dev->n_consumers && dev->consumers[kept].node == node &&
                    dev->consumers[kept].time_ps == time;
        if (!same) {
            dev->consumers[kept].node = node;
            dev->consumers[kept].time_ps = time;
            dev->consumers[kept].due_ps = CANSIM_NEVER;
            dev->consumers[kept].lost = false;
        }
        kept++;
    }
    dev->n_consumers = kept;
    next_consumer(dev);
}

void dev_nmt_configure(struct co_device *dev)
{
    int64_t period = (int64_t)co_od_get(&dev->od, 0x1017, 0, 0) * PS_PER_MS;

    if (period != dev->heartbeat_ps) {
        dev->heartbeat_ps = period;
        dev->due_ps[DEV_T_HEARTBEAT] = period != 0 ? dev_now(dev) + period : CANSIM_NEVER;
    }
    /* The heartbeat has precedence over guarding. */
    dev->life_ps =
        period != 0
            ? 0
            : (int64_t)(co_od_get(&dev->od, 0x100C, 0, 0) * co_od_get(&dev->od, 0x100D, 0, 0)) *
                  PS_PER_MS;
    if (dev->life_ps == 0)
        dev->due_ps[DEV_T_GUARD] = CANSIM_NEVER;
    configure_consumers(dev);
}

void dev_heartbeat_timer(struct co_device *dev)
{
    int64_t due = dev->due_ps[DEV_T_HEARTBEAT], late = 0;

    if (dev->behave.late > 0 && dev->behave.late_ps != 0) {
        /* Late by so much, and the ones after it where they belong. */
        late = dev->behave.late_ps;
        dev->behave.late--;
        dev->due_ps[DEV_T_HEARTBEAT] = due + late;
        dev->behave.late_ps = dev->behave.late > 0 ? late : 0;
        return;
    }
    if (!dev->behave.no_heartbeat)
        send_state(dev, dev->state);
    dev->due_ps[DEV_T_HEARTBEAT] = dev->heartbeat_ps != 0 ? due + dev->heartbeat_ps : CANSIM_NEVER;
    if (dev->due_ps[DEV_T_HEARTBEAT] <= dev_now(dev))
        dev->due_ps[DEV_T_HEARTBEAT] = dev_now(dev) + dev->heartbeat_ps;
}

void dev_nmt_guard(struct co_device *dev)
{
    if (dev->heartbeat_ps != 0)
        return;
    uint8_t answer = (uint8_t)((unsigned)dev->state | dev->guard_toggle);
    if (dev->behave.toggles > 0)
        dev->behave.toggles--;
    else
        dev->guard_toggle ^= 0x80;
    dev_send(dev, 0x700u + dev->node_id, &answer, 1, false, DEV_C_OTHER);
    if (dev->life_ps != 0)
        dev->due_ps[DEV_T_GUARD] = dev_now(dev) + dev->life_ps;
}

void dev_nmt_error(struct co_device *dev)
{
    unsigned behaviour = (unsigned)co_od_get(&dev->od, 0x1029, 1, 0);

    if (behaviour == 2)
        dev_nmt_enter(dev, DEV_STOPPED);
    else if (behaviour == 0 && dev->state == DEV_OPERATIONAL)
        dev_nmt_enter(dev, DEV_PREOP);
}

static void lost(struct co_device *dev, unsigned node)
{
    uint8_t info[5] = {(uint8_t)node};

    dev_401_comm_error(dev);
    dev_emcy(dev, 0x8130, 0x10, info);
    dev_nmt_error(dev);
}

void dev_guard_timer(struct co_device *dev)
{
    dev->due_ps[DEV_T_GUARD] = CANSIM_NEVER;
    lost(dev, 0);
}

void dev_consumer_timer(struct co_device *dev)
{
    int64_t now = dev_now(dev);

    for (unsigned i = 0; i < dev->n_consumers; i++) {
        if (dev->consumers[i].due_ps > now)
            continue;
        dev->consumers[i].due_ps = CANSIM_NEVER;
        dev->consumers[i].lost = true;
        lost(dev, dev->consumers[i].node);
    }
    next_consumer(dev);
}

void dev_nmt_heard(struct co_device *dev, unsigned node, unsigned state)
{
    (void)state;
    for (unsigned i = 0; i < dev->n_consumers; i++) {
        if (dev->consumers[i].node != node)
            continue;
        if (dev->consumers[i].lost)
            dev_emcy_clear(dev, 0x10);
        dev->consumers[i].lost = false;
        dev->consumers[i].due_ps = dev_now(dev) + dev->consumers[i].time_ps;
        next_consumer(dev);
    }
}

/* ---- commands -------------------------------------------------------------------------------- */

static void load_values(struct co_device *dev, unsigned low, unsigned high)
{
    dev->silent_changes = true;
    co_od_defaults(&dev->od, low, high);
    for (unsigned i = 0; i < dev->n_presets; i++) {
        unsigned index = co_od_object(&dev->od, dev->presets[i].entry)->index;
        if (index >= low && index <= high)
            co_od_put(&dev->od, dev->presets[i].entry, dev->presets[i].bytes, dev->presets[i].len);
    }
    dev_store_load(dev, low, high);
    dev->silent_changes = false;
}

/* Defaults that have $NODEID in them follow the node-ID: those of the predefined connection set. */
static void follow_node_id(struct co_device *dev)
{
    static const struct {
        uint16_t index;
        uint8_t sub;
        uint16_t base;
    } rows[] = {
        {0x1014, 0, 0x080}, {0x1200, 1, 0x600}, {0x1200, 2, 0x580}, {0x1400, 1, 0x200},
        {0x1401, 1, 0x300}, {0x1402, 1, 0x400}, {0x1403, 1, 0x500}, {0x1800, 1, 0x180},
        {0x1801, 1, 0x280}, {0x1802, 1, 0x380}, {0x1803, 1, 0x480},
    };
    unsigned built_for = co_dict_info(dev->dict)->node_id;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t entry = co_od_find(&dev->od, rows[i].index, rows[i].sub);
        if (entry == CO_OD_NONE || dev->od.entries[entry].len != 4)
            continue;
        uint32_t value = (uint32_t)co_get_le(dev->od.entries[entry].value, 4);
        unsigned id = value & 0x7FF, node = id - rows[i].base;
        const struct co_object *object = co_od_object(&dev->od, entry);
        bool is_default = object->value_len == 4 && co_get_le(object->value, 4) == value;
        if (is_default && (node == built_for || (node >= 1 && node <= 127)))
            co_od_set(&dev->od, rows[i].index, rows[i].sub,
                      (value & ~UINT32_C(0x7FF)) | (rows[i].base + dev->node_id));
    }
}

void dev_nmt_reset(struct co_device *dev, bool application)
{
    uint8_t zero = 0;

    dev->state = DEV_INITIALISING;
    dev->host->abort(dev->host->ctx, DEV_C_OTHER);
    dev->host->abort(dev->host->ctx, DEV_C_BLOCK);
    dev_pdo_stop(dev);
    dev_sdo_reset(dev);
    dev->node_id = dev->lss.pending_id;
    if (application) {
        load_values(dev, 0x2000, 0xFFFF);
        dev_402_reset(dev);
    }
    load_values(dev, 0x1000, 0x1FFF);
    dev->guard_toggle = 0;
    dev->error_register = 0;
    dev->n_emcy = 0;
    dev->emcy_allowed_ps = 0;
    dev->heartbeat_ps = 0;
    dev->n_consumers = 0;
    for (int i = 0; i < DEV_T_COUNT; i++) {
        if (i != DEV_T_LSS && i != DEV_T_BEHAVE && (application || i != DEV_T_MOTION))
            dev->due_ps[i] = CANSIM_NEVER;
    }
    if (dev->node_id == DEV_UNCONFIGURED)
        return; /* waits for the LSS master */
    dev->silent_changes = true;
    follow_node_id(dev);
    dev->silent_changes = false;
    dev_pdo_configure(dev);
    dev_sync_configure(dev);
    dev->produces_time = false;
    dev_time_configure(dev);
    dev_send(dev, 0x700u + dev->node_id, &zero, 1, false, DEV_C_OTHER);
    dev->state = DEV_PREOP;
    dev_nmt_configure(dev);
    dev_signal_start(dev);
    if (dev->auto_start || (co_od_get(&dev->od, 0x1F80, 0, 0) & 0x0C) == 0x08)
        dev_nmt_enter(dev, DEV_OPERATIONAL);
}

void dev_nmt_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    if (frame->len != 2 || (frame->data[1] != 0 && frame->data[1] != dev->node_id))
        return;
    switch (frame->data[0]) {
    case NMT_START:
        dev_nmt_enter(dev, DEV_OPERATIONAL);
        break;
    case NMT_STOP:
        dev_nmt_enter(dev, DEV_STOPPED);
        break;
    case NMT_PREOP:
        dev_nmt_enter(dev, DEV_PREOP);
        break;
    case NMT_RESET:
        dev_nmt_reset(dev, true);
        break;
    case NMT_RESET_COMM:
        dev_nmt_reset(dev, false);
        break;
    default:
        break;
    }
}
