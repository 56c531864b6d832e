/* SPDX-License-Identifier: MIT */
/* lss_master.c - see lss_master.h. Several slaves may answer a fastscan at about the same time, so
 * it takes no answer for the end of a step: only time ends it. */
#include <errno.h>

#include "plugins/canopen/lss_master.h"
#include "plugins/canopen/types.h"

enum lss_command {
    LSS_SWITCH_GLOBAL = 0x04,
    LSS_NODE_ID = 0x11,
    LSS_BIT_TIMING = 0x13,
    LSS_ACTIVATE = 0x15,
    LSS_STORE = 0x17,
    LSS_SELECT_VENDOR = 0x40, /* 41h, 42h, 43h: product, revision, serial */
    LSS_SELECTED = 0x44,
    LSS_IDENTIFY_NOT_CONFIGURED = 0x4C,
    LSS_IDENTIFIED = 0x4F,
    LSS_NOT_CONFIGURED = 0x50,
    LSS_FASTSCAN = 0x51,
    LSS_INQUIRE_VENDOR = 0x5A, /* 5Bh, 5Ch, 5Dh: product, revision, serial; 5Eh: node-ID */
    LSS_INQUIRE_NODE_ID = 0x5E,
};

#define FASTSCAN_PRESENCE 0x80
#define CONFIRM           32u

void co_lss_master_init(struct co_lss_master *lss,
                        int (*send)(void *ctx, const struct cansim_frame *frame), void *ctx,
                        int64_t timeout_ps)
{
    memset(lss, 0, sizeof(*lss));
    lss->send = send;
    lss->ctx = ctx;
    lss->timeout_ps = timeout_ps;
    lss->timeout_at = CANSIM_NEVER;
}

int co_lss_bit_timing(uint32_t bitrate_bps)
{
    static const uint32_t kbit[] = {1000, 800, 500, 250, 125, 0, 50, 20, 10};

    for (unsigned i = 0; i < sizeof(kbit) / sizeof(kbit[0]); i++) {
        if (kbit[i] != 0 && kbit[i] * 1000 == bitrate_bps)
            return (int)i;
    }
    return -EINVAL;
}

static void finish(struct co_lss_master *lss, enum co_lss_outcome outcome)
{
    struct co_lss_result result = lss->result;
    struct co_lss_request over = lss->now;

    lss->busy = false;
    lss->timeout_at = CANSIM_NEVER;
    result.outcome = outcome;
    if (over.done != NULL)
        over.done(over.ctx, &result);
}

static void say(struct co_lss_master *lss, uint8_t command, uint32_t number, const uint8_t *tail,
                int64_t at_ps)
{
    struct cansim_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.id = CO_LSS_TO_SLAVE;
    frame.dlc = 8;
    frame.len = 8;
    frame.data[0] = command;
    co_put_le(frame.data + 1, 4, number);
    if (tail != NULL)
        memcpy(frame.data + 5, tail, 3);
    lss->answered = false;
    lss->timeout_at = at_ps + lss->timeout_ps;
    (void)lss->send(lss->ctx, &frame);
}

/* ---- fastscan -------------------------------------------------------------------------------- */

static void ask_scan(struct co_lss_master *lss, int64_t at_ps)
{
    uint8_t bit = (uint8_t)(lss->bit == CONFIRM ? 0 : lss->bit);
    uint8_t next = (uint8_t)(lss->bit == CONFIRM ? (lss->step + 1) % 4 : lss->step);
    uint8_t tail[3] = {bit, (uint8_t)lss->step, next};

    say(lss, LSS_FASTSCAN, lss->result.address[lss->step], tail, at_ps);
}

/* A step's time is over. Bits are found from the highest down: no answer to 0 means 1. */
static void scan_step(struct co_lss_master *lss, int64_t at_ps)
{
    if (lss->bit == FASTSCAN_PRESENCE) {
        if (!lss->answered) {
            finish(lss, CO_LSS_NOBODY);
            return;
        }
        lss->bit = 31;
    } else if (lss->bit == CONFIRM) {
        if (!lss->answered) {
            finish(lss, CO_LSS_LOST);
            return;
        }
        if (lss->step == 3) {
            finish(lss, CO_LSS_DONE);
            return;
        }
        lss->step++;
        lss->bit = 31;
    } else {
        if (!lss->answered)
            lss->result.address[lss->step] |= UINT32_C(1) << lss->bit;
        lss->bit = lss->bit == 0 ? CONFIRM : lss->bit - 1;
    }
    ask_scan(lss, at_ps);
}

static void start_scan(struct co_lss_master *lss, int64_t at_ps)
{
    static const uint8_t presence[3] = {FASTSCAN_PRESENCE, 0, 0};

    lss->bit = FASTSCAN_PRESENCE;
    say(lss, LSS_FASTSCAN, 0, presence, at_ps);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static void select_slave(struct co_lss_master *lss, int64_t at_ps)
{
    memcpy(lss->result.address, lss->now.address, sizeof(lss->result.address));
    for (unsigned i = 0; i < 4; i++)
        say(lss, (uint8_t)(LSS_SELECT_VENDOR + i), lss->now.address[i], NULL, at_ps);
}

int co_lss_master_start(struct co_lss_master *lss, const struct co_lss_request *request,
                        int64_t at_ps)
{
    if (lss->busy)
        return -EBUSY;
    lss->busy = true;
    lss->now = *request;
    memset(&lss->result, 0, sizeof(lss->result));
    lss->result.job = request->job;
    lss->step = 0;
    switch (request->job) {
    case CO_LSS_SWITCH_GLOBAL:
        say(lss, LSS_SWITCH_GLOBAL, request->arg, NULL, at_ps);
        finish(lss, CO_LSS_DONE);
        break;
    case CO_LSS_SWITCH_SELECTIVE:
        select_slave(lss, at_ps);
        break;
    case CO_LSS_NODE_ID:
        say(lss, LSS_NODE_ID, request->arg, NULL, at_ps);
        break;
    case CO_LSS_BIT_TIMING: /* table 0 in the first byte */
        say(lss, LSS_BIT_TIMING, (request->arg & 0xFF) << 8, NULL, at_ps);
        break;
    case CO_LSS_ACTIVATE:
        say(lss, LSS_ACTIVATE, request->arg & 0xFFFF, NULL, at_ps);
        finish(lss, CO_LSS_DONE);
        break;
    case CO_LSS_STORE:
        say(lss, LSS_STORE, 0, NULL, at_ps);
        break;
    case CO_LSS_INQUIRE:
        say(lss, LSS_INQUIRE_VENDOR, 0, NULL, at_ps);
        break;
    case CO_LSS_IDENTIFY:
        say(lss, LSS_IDENTIFY_NOT_CONFIGURED, 0, NULL, at_ps);
        break;
    case CO_LSS_FASTSCAN:
        start_scan(lss, at_ps);
        break;
    }
    return 0;
}

void co_lss_master_cancel(struct co_lss_master *lss)
{
    if (lss->busy)
        finish(lss, CO_LSS_CANCELLED);
}

static void inquired(struct co_lss_master *lss, const uint8_t *data, int64_t at_ps)
{
    if (data[0] != LSS_INQUIRE_VENDOR + lss->step)
        return;
    if (lss->step == 4) {
        lss->result.node_id = data[1];
        finish(lss, CO_LSS_DONE);
        return;
    }
    lss->result.address[lss->step] = (uint32_t)co_get_le(data + 1, 4);
    lss->step++;
    say(lss, (uint8_t)(LSS_INQUIRE_VENDOR + lss->step), 0, NULL, at_ps);
}

/* An answer with an error code. */
static void configured(struct co_lss_master *lss, uint8_t command, const uint8_t *data)
{
    if (data[0] != command)
        return;
    lss->result.error = data[1];
    lss->result.specific = data[2];
    finish(lss, data[1] == 0 ? CO_LSS_DONE : CO_LSS_REFUSED);
}

bool co_lss_master_frame(struct co_lss_master *lss, const struct cansim_frame *frame, int64_t at_ps)
{
    const uint8_t *data = frame->data;

    if (frame->id != CO_LSS_TO_MASTER || frame->len != 8 ||
        (frame->flags & (CANSIM_FRAME_EXT | CANSIM_FRAME_RTR | CANSIM_FRAME_FD)) != 0)
        return false;
    if (!lss->busy)
        return true;
    switch (lss->now.job) {
    case CO_LSS_SWITCH_SELECTIVE:
        if (data[0] == LSS_SELECTED)
            finish(lss, CO_LSS_DONE);
        break;
    case CO_LSS_NODE_ID:
        configured(lss, LSS_NODE_ID, data);
        break;
    case CO_LSS_BIT_TIMING:
        configured(lss, LSS_BIT_TIMING, data);
        break;
    case CO_LSS_STORE:
        configured(lss, LSS_STORE, data);
        break;
    case CO_LSS_INQUIRE:
        inquired(lss, data, at_ps);
        break;
    case CO_LSS_IDENTIFY:
        if (data[0] == LSS_NOT_CONFIGURED)
            finish(lss, CO_LSS_DONE);
        break;
    case CO_LSS_FASTSCAN:
        lss->answered |= data[0] == LSS_IDENTIFIED;
        break;
    default:
        break;
    }
    return true;
}

int64_t co_lss_master_next(const struct co_lss_master *lss)
{
    return lss->timeout_at;
}

void co_lss_master_time(struct co_lss_master *lss, int64_t at_ps)
{
    if (!lss->busy || at_ps < lss->timeout_at)
        return;
    if (lss->now.job == CO_LSS_FASTSCAN)
        scan_step(lss, at_ps);
    else if (lss->now.job == CO_LSS_INQUIRE && lss->step == 4)
        finish(lss, CO_LSS_DONE);
    else
        finish(lss, CO_LSS_NOBODY);
}
