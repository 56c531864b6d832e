/* SPDX-License-Identifier: MIT */
/* device.c - the node that the host sees: frames to the part they are for, one timer for all parts.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dev_internal.h"

int64_t dev_now(const struct co_device *dev)
{
    return dev->host->now(dev->host->ctx);
}

void dev_arm(struct co_device *dev)
{
    int64_t next = CANSIM_NEVER;

    for (int i = 0; i < DEV_T_COUNT; i++) {
        if (dev->due_ps[i] < next)
            next = dev->due_ps[i];
    }
    if (dev->powered)
        dev->host->set_timer(dev->host->ctx, next);
}

void dev_note(struct co_device *dev, int severity, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    dev->host->note(dev->host->ctx, severity, text);
}

uint32_t dev_type_cob(uint32_t value)
{
    return (value & DEV_COB_EXT) != 0 ? (value & 0x1FFFFFFF) | DEV_COB_EXT : value & 0x7FF;
}

void dev_send(struct co_device *dev, uint32_t cob, const uint8_t *data, unsigned len, bool rtr,
              uint64_t cookie)
{
    struct cansim_frame frame = {.size = sizeof(frame),
                                 .id = cob & 0x1FFFFFFF,
                                 .len = (uint8_t)(rtr ? 0 : len),
                                 .dlc = (uint8_t)len};

    if (dev->behave.silent || dev->lss.silent)
        return;
    if ((cob & DEV_COB_EXT) != 0)
        frame.flags |= CANSIM_FRAME_EXT;
    if (rtr)
        frame.flags |= CANSIM_FRAME_RTR;
    if (!rtr && len != 0)
        memcpy(frame.data, data, len);
    if (dev->host->send(dev->host->ctx, &frame, cookie) != 0)
        dev->lost++;
}

static void on_change(void *ctx, uint32_t entry)
{
    struct co_device *dev = ctx;

    if (!dev->silent_changes && dev->od.entries[entry].mapped)
        dev_pdo_changed(dev, entry);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void remote_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    if ((frame->flags & CANSIM_FRAME_EXT) == 0 && frame->id == 0x700u + dev->node_id)
        dev_nmt_guard(dev);
    else
        dev_pdo_rtr(dev, frame);
}

/* The services that belong to nobody else: 11-bit identifiers of the predefined connection set. */
static bool fixed_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    if (frame->id == 0) {
        dev_nmt_frame(dev, frame);
    } else if (frame->id == 0x7E5) {
        dev_lss_frame(dev, frame);
    } else if (frame->id == 0x600u + dev->node_id) {
        if (dev->state != DEV_STOPPED)
            dev_sdo_frame(dev, frame->data, frame->len);
    } else if (frame->id > 0x700 && frame->id < 0x780) {
        if (frame->len == 1)
            dev_nmt_heard(dev, frame->id - 0x700, frame->data[0] & 0x7F);
    } else {
        return false;
    }
    return true;
}

static void on_frame(void *state, const struct cansim_frame *frame)
{
    struct co_device *dev = state;
    bool ext = (frame->flags & CANSIM_FRAME_EXT) != 0;
    uint32_t cob = frame->id | (ext ? DEV_COB_EXT : 0);

    if ((frame->flags & CANSIM_FRAME_FD) != 0 || dev->lss.silent || dev_behave_silent(dev))
        return;
    if (dev->node_id == DEV_UNCONFIGURED) {
        if (cob == 0x7E5)
            dev_lss_frame(dev, frame);
    } else if ((frame->flags & CANSIM_FRAME_RTR) != 0) {
        remote_frame(dev, frame);
    } else if (cob == dev->sync_cob) {
        dev_sync_frame(dev, frame);
    } else if (cob == dev->time_cob) {
        dev_time_frame(dev, frame);
    } else if (ext || !fixed_frame(dev, frame)) {
        struct dev_pdo *pdo = dev_pdo_find(dev, frame);
        if (pdo != NULL)
            dev_pdo_frame(dev, pdo, frame);
    }
    dev_arm(dev);
}

static void on_sent(void *state, uint64_t cookie, int result, int64_t at_ps)
{
    struct co_device *dev = state;

    (void)result;
    (void)at_ps;
    if (cookie == DEV_C_BLOCK)
        dev_sdo_block_sent(dev);
    dev_arm(dev);
}

static void on_timer(void *state, int64_t at_ps)
{
    static void (*const parts[DEV_T_COUNT])(struct co_device *) = {
        [DEV_T_HEARTBEAT] = dev_heartbeat_timer,
        [DEV_T_GUARD] = dev_guard_timer,
        [DEV_T_CONSUMER] = dev_consumer_timer,
        [DEV_T_SYNC] = dev_sync_timer,
        [DEV_T_SDO] = dev_sdo_timer,
        [DEV_T_EMCY] = dev_emcy_timer,
        [DEV_T_SIGNAL] = dev_signal_timer,
        [DEV_T_MOTION] = dev_402_timer,
        [DEV_T_BEHAVE] = dev_behave_timer,
        [DEV_T_LSS] = dev_lss_timer,
        [DEV_T_TIME] = dev_time_timer,
        [DEV_T_PDO] = dev_pdo_timer,
    };
    struct co_device *dev = state;

    for (int i = 0; i < DEV_T_COUNT; i++) {
        if (dev->due_ps[i] <= at_ps)
            parts[i](dev);
    }
    dev_arm(dev);
}

static void on_bus_state(void *state, int bus_state, int64_t at_ps)
{
    struct co_device *dev = state;

    (void)at_ps;
    if (dev->node_id == DEV_UNCONFIGURED)
        return;
    if (bus_state == CANSIM_BUS_OFF) {
        dev->drive.moving = false;
        dev_401_comm_error(dev);
        dev_nmt_error(dev);
        dev->sdo.state = DEV_SDO_IDLE;
        dev->error_register |= 0x80;
    } else if (bus_state == CANSIM_ERROR_PASSIVE) {
        dev_emcy(dev, 0x8120, 0x10, NULL);
    } else if ((dev->error_register & 0x80) != 0) {
        dev->error_register &= 0x7F;
        dev_emcy(dev, 0x8140, 0x10, NULL);
        dev_emcy_clear(dev, 0x10);
    } else if ((dev->error_register & 0x10) != 0) {
        dev_emcy_clear(dev, 0x10);
    }
    dev_arm(dev);
}

/* ---- life ------------------------------------------------------------------------------------ */

void dev_power_on(struct co_device *dev)
{
    for (int i = 0; i < DEV_T_COUNT; i++)
        dev->due_ps[i] = CANSIM_NEVER;
    dev_lss_power_on(dev);
    dev->node_id = dev->power_on_id;
    dev->lss.pending_id = dev->node_id;
    dev_nmt_reset(dev, true);
}

static void on_attached(void *state, int64_t at_ps)
{
    struct co_device *dev = state;

    (void)at_ps;
    dev->powered = true;
    dev_power_on(dev);
    dev_arm(dev);
}

static void on_detached(void *state, int64_t at_ps)
{
    struct co_device *dev = state;

    (void)at_ps;
    dev->powered = false;
    memset(&dev->behave, 0, sizeof(dev->behave));
}

static void on_close(void *state)
{
    struct co_device *dev = state;

    if (dev == NULL)
        return;
    dev_store_free(dev);
    if (dev->od.entries != NULL)
        co_od_fini(&dev->od);
    co_dict_free(dev->dict);
    free(dev->rpdo);
    free(dev->tpdo);
    free(dev->sdo.buffer);
    free(dev->presets);
    free(dev);
}

static int on_open(void **state, const struct cansim_node_host *host,
                   const struct cansim_setting *settings, size_t n, char *why, size_t why_size)
{
    struct co_device *dev = calloc(1, sizeof(*dev));

    if (dev == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    dev->host = host;
    for (int i = 0; i < DEV_T_COUNT; i++)
        dev->due_ps[i] = CANSIM_NEVER;
    int ret = dev_settings_read(dev, settings, n, why, why_size);
    dev->sdo.buffer = malloc(CO_OD_MAX_VALUE);
    if (ret == 0 && (dev->sdo.buffer == NULL || dev_pdo_create(dev) != 0)) {
        snprintf(why, why_size, "not enough memory");
        ret = -1;
    }
    if (ret != 0) {
        on_close(dev);
        return -1;
    }
    dev->od.changed = on_change;
    dev->od.ctx = dev;
    *state = dev;
    return 0;
}

static int on_command(void *state, int64_t at_ps, const char *text, char *why, size_t why_size)
{
    struct co_device *dev = state;

    (void)at_ps;
    if (!dev->powered) {
        snprintf(why, why_size, "must be on the bus to be told \"%.60s\"", text);
        return -1;
    }
    int ret = dev_command(dev, text, why, why_size);
    dev_arm(dev);
    return ret;
}

static void on_model(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    dev_model(state, at_ps, sink);
}

const struct cansim_node_type co_device_type = {
    .size = sizeof(co_device_type),
    .name = "canopen",
    .title = "CANopen device as its EDS or DCF describes it",
    .settings = dev_settings,
    .commands = dev_commands,
    .open = on_open,
    .close = on_close,
    .attached = on_attached,
    .detached = on_detached,
    .frame = on_frame,
    .sent = on_sent,
    .timer = on_timer,
    .bus_state = on_bus_state,
    .command = on_command,
    .model = on_model,
};
