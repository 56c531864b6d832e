/* SPDX-License-Identifier: MIT */
/* dev_lss.c - the LSS slave, CiA 305. A device without a node-ID hears nothing else. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

#define ANSWER 0x7E4u

/* Table 0 of bit timings, in bit/s; 0: not supported. */
static const uint32_t rates[] = {1000000, 800000, 500000, 250000, 125000, 0, 50000, 20000, 10000};

static uint32_t identity(const struct co_device *dev, unsigned part)
{
    return (uint32_t)co_od_get(&dev->od, 0x1018, part + 1, 0);
}

static void answer(struct co_device *dev, unsigned command, unsigned a, unsigned b)
{
    uint8_t d[8] = {(uint8_t)command, (uint8_t)a, (uint8_t)b};

    dev_send(dev, ANSWER, d, 8, false, DEV_C_OTHER);
}

static void answer_number(struct co_device *dev, unsigned command, uint32_t value)
{
    uint8_t d[8] = {(uint8_t)command};

    co_put_le(d + 1, 4, value);
    dev_send(dev, ANSWER, d, 8, false, DEV_C_OTHER);
}

/* A device that had no node-ID takes the one that it was given when it waits again; another one
 * takes it at the next reset of communication. CiA 305, 6.3. */
static void to_waiting(struct co_device *dev)
{
    dev->lss.configuration = false;
    if (dev->node_id == DEV_UNCONFIGURED && dev->lss.pending_id != DEV_UNCONFIGURED)
        dev_nmt_reset(dev, false);
}

static void switch_global(struct co_device *dev, const uint8_t *d)
{
    if (d[1] == 1)
        dev->lss.configuration = true;
    else if (d[1] == 0)
        to_waiting(dev);
}

static void switch_selective(struct co_device *dev, const uint8_t *d)
{
    unsigned part = d[0] - 0x40u;

    if (dev->lss.configuration)
        return;
    if (part == 0)
        dev->lss.select = 0;
    if (dev->lss.select != part || co_get_le(d + 1, 4) != identity(dev, part)) {
        dev->lss.select = 9;
        return;
    }
    if (++dev->lss.select == 4) {
        dev->lss.select = 0;
        dev->lss.configuration = true;
        answer(dev, 0x44, 0, 0);
    }
}

static void configure_node_id(struct co_device *dev, const uint8_t *d)
{
    bool ok = (d[1] >= 1 && d[1] <= 127) || d[1] == DEV_UNCONFIGURED;

    if (ok)
        dev->lss.pending_id = d[1];
    answer(dev, 0x11, !ok, 0);
}

static void configure_bit_timing(struct co_device *dev, const uint8_t *d)
{
    bool ok = d[1] == 0 && d[2] < sizeof(rates) / sizeof(rates[0]) && rates[d[2]] != 0;

    if (ok) {
        dev->lss.pending_rate = d[2];
        dev->lss.have_rate = dev->lss.rate_known = true;
    }
    answer(dev, 0x13, !ok, 0);
}

static void activate(struct co_device *dev, const uint8_t *d)
{
    int64_t delay = (int64_t)co_get_le(d + 1, 2) * PS_PER_MS;

    if (!dev->lss.have_rate)
        return;
    dev->lss.silent = true;
    dev->lss.at_ps[0] = dev_now(dev) + delay;
    dev->lss.at_ps[1] = dev_now(dev) + 2 * delay;
    dev->due_ps[DEV_T_LSS] = dev->lss.at_ps[0];
}

void dev_lss_timer(struct co_device *dev)
{
    int64_t now = dev_now(dev);

    if (dev->lss.at_ps[0] <= now && dev->lss.have_rate) {
        dev->lss.have_rate = false;
        dev->host->set_bitrate(dev->host->ctx, rates[dev->lss.pending_rate]);
    }
    if (dev->lss.at_ps[1] > now) {
        dev->due_ps[DEV_T_LSS] = dev->lss.at_ps[1];
        return;
    }
    dev->lss.silent = false;
    dev->due_ps[DEV_T_LSS] = CANSIM_NEVER;
}

void dev_lss_power_on(struct co_device *dev)
{
    dev->lss.configuration = false;
    dev->lss.silent = false;
    dev->lss.have_rate = dev->lss.rate_known = false;
    dev->lss.select = dev->lss.identify = 9;
    dev->lss.fast_sub = 0;
    if (dev->lss.have_stored_id)
        dev->power_on_id = dev->lss.stored_id;
    if (dev->lss.have_stored_rate)
        dev->host->set_bitrate(dev->host->ctx, rates[dev->lss.stored_rate]);
}

static void store(struct co_device *dev, const uint8_t *d)
{
    (void)d;
    dev->lss.stored_id = dev->lss.pending_id;
    dev->lss.have_stored_id = true;
    if (dev->lss.rate_known) {
        dev->lss.stored_rate = dev->lss.pending_rate;
        dev->lss.have_stored_rate = true;
    }
    answer(dev, 0x17, 0, 0);
}

static void inquire(struct co_device *dev, const uint8_t *d)
{
    unsigned part = d[0] - 0x5Au;

    if (part == 4)
        answer(dev, d[0], dev->node_id, 0);
    else
        answer_number(dev, d[0], identity(dev, part));
}

/* Vendor and product agree, revision and serial number are within their ranges. */
static void identify(struct co_device *dev, const uint8_t *d)
{
    unsigned part = d[0] - 0x46u;
    uint32_t value = (uint32_t)co_get_le(d + 1, 4);
    bool fits = part == 0   ? value == identity(dev, 0)
                : part == 1 ? value == identity(dev, 1)
                : part == 2 ? value <= identity(dev, 2)
                : part == 3 ? value >= identity(dev, 2)
                : part == 4 ? value <= identity(dev, 3)
                            : value >= identity(dev, 3);

    if (part == 0)
        dev->lss.identify = 0;
    if (dev->lss.identify != part || !fits) {
        dev->lss.identify = 9;
        return;
    }
    if (++dev->lss.identify == 6)
        answer(dev, 0x4F, 0, 0);
}

static void identify_unconfigured(struct co_device *dev, const uint8_t *d)
{
    (void)d;
    if (dev->node_id == DEV_UNCONFIGURED && dev->lss.pending_id == DEV_UNCONFIGURED)
        answer(dev, 0x50, 0, 0);
}

static void fastscan(struct co_device *dev, const uint8_t *d)
{
    uint32_t value = (uint32_t)co_get_le(d + 1, 4);
    unsigned bit = d[5], sub = d[6], next = d[7];

    if (dev->node_id != DEV_UNCONFIGURED || dev->lss.pending_id != DEV_UNCONFIGURED ||
        dev->lss.configuration)
        return;
    if (bit == 128) {
        dev->lss.fast_sub = 0;
        answer(dev, 0x4F, 0, 0);
        return;
    }
    if (bit > 31 || sub > 3 || next > 3 || sub != dev->lss.fast_sub)
        return;
    if (((identity(dev, sub) ^ value) >> bit) != 0)
        return;
    answer(dev, 0x4F, 0, 0);
    if (bit != 0)
        return;
    dev->lss.fast_sub = (uint8_t)next;
    /* The last part agrees in all bits: this is the one. */
    if (next < sub)
        dev->lss.configuration = true;
}

static const struct {
    uint8_t low, high;
    bool configuration; /* only in that state */
    void (*run)(struct co_device *dev, const uint8_t *d);
} rows[] = {
    {0x04, 0x04, false, switch_global},
    {0x11, 0x11, true, configure_node_id},
    {0x13, 0x13, true, configure_bit_timing},
    {0x15, 0x15, true, activate},
    {0x17, 0x17, true, store},
    {0x40, 0x43, false, switch_selective},
    {0x46, 0x4B, false, identify},
    {0x4C, 0x4C, false, identify_unconfigured},
    {0x51, 0x51, false, fastscan},
    {0x5A, 0x5E, true, inquire},
};

void dev_lss_frame(struct co_device *dev, const struct cansim_frame *frame)
{
    if (frame->len != 8 || dev->lss.silent)
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (frame->data[0] >= rows[i].low && frame->data[0] <= rows[i].high &&
            (!rows[i].configuration || dev->lss.configuration))
            rows[i].run(dev, frame->data);
    }
}
