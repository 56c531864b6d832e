/* SPDX-License-Identifier: MIT */
/* dev_signal.c - values that move by themselves. A value is a function of the bus time since the
 * start: nothing adds up. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

enum { CONSTANT, RAMP, SINE, SQUARE, TRIANGLE, RANDOM, COUNTER, STEPS };

static const char *const kinds[] = {"constant", "ramp",   "sine",    "square",
                                    "triangle", "random", "counter", "steps"};

#define STEP_COUNT 8 /* of "steps" */
#define UNIT       1000000

int dev_signal_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(name, kinds[i]) == 0)
            return (int)i;
    }
    return -1;
}

/* Where in its round, 0..UNIT-1. */
static int64_t phase(const struct dev_signal *s, int64_t since_ps)
{
    int64_t at = since_ps % s->period_ps;

    if (s->period_ps <= INT64_MAX / UNIT)
        return at * UNIT / s->period_ps;
    int64_t p = at / (s->period_ps / UNIT);
    return p < UNIT ? p : UNIT - 1;
}

/* Sine of a phase as -UNIT..UNIT, by Bhaskara's formula: off by less than 0.2 %. */
static int64_t sine(int64_t p)
{
    int64_t x = p % (UNIT / 2), half = UNIT / 2;
    int64_t product = x * (half - x) / half; /* 0..half/4 */
    int64_t value = UNIT * (16 * product) / (5 * half - 4 * product);

    return p < half ? value : -value;
}

static int64_t value_at(struct co_device *dev, const struct dev_signal *s, int64_t since_ps)
{
    int64_t span = s->high - s->low, p = phase(s, since_ps);

    switch (s->kind) {
    case RAMP:
        return s->low + span * p / (UNIT - 1);
    case SINE:
        return s->low + span * (UNIT + sine(p)) / (2 * UNIT);
    case SQUARE:
        return p < UNIT / 2 ? s->low : s->high;
    case TRIANGLE:
        return s->low + span * (p < UNIT / 2 ? p : UNIT - p) / (UNIT / 2);
    case RANDOM:
        return s->low + (int64_t)(dev->host->random(dev->host->ctx) % ((uint64_t)span + 1));
    case COUNTER:
        return s->low + since_ps / s->every_ps % (span + 1);
    case STEPS:
        return s->low + span * (p * STEP_COUNT / UNIT) / (STEP_COUNT - 1);
    default:
        return s->high;
    }
}

static void apply(struct co_device *dev, struct dev_signal *s)
{
    struct co_od_entry *e = &dev->od.entries[s->entry];
    const struct co_type_info *info = co_type_info(co_od_object(&dev->od, s->entry)->type);
    uint8_t bytes[8];
    int64_t value = value_at(dev, s, dev_now(dev) - s->start_ps);
    unsigned bits = info->bits;

    if (info->class_ == CO_CLASS_INT && bits < 64) {
        int64_t top = ((int64_t)1 << (bits - 1)) - 1;
        value = value > top ? top : value < -top - 1 ? -top - 1 : value;
    } else if (info->class_ != CO_CLASS_INT) {
        int64_t top = bits < 63 ? ((int64_t)1 << bits) - 1 : INT64_MAX;
        value = value < 0 ? 0 : value > top ? top : value;
    }
    co_put_le(bytes, e->len, (uint64_t)value);
    co_od_put(&dev->od, s->entry, bytes, e->len);
}

static void next_due(struct co_device *dev)
{
    dev->due_ps[DEV_T_SIGNAL] = CANSIM_NEVER;
    for (unsigned i = 0; i < dev->n_signals; i++) {
        if (dev->signals[i].next_ps < dev->due_ps[DEV_T_SIGNAL])
            dev->due_ps[DEV_T_SIGNAL] = dev->signals[i].next_ps;
    }
}

void dev_signal_start(struct co_device *dev)
{
    int64_t now = dev_now(dev);

    for (unsigned i = 0; i < dev->n_signals; i++) {
        dev->signals[i].start_ps = now;
        dev->signals[i].next_ps =
            dev->signals[i].kind == CONSTANT ? CANSIM_NEVER : now + dev->signals[i].every_ps;
        apply(dev, &dev->signals[i]);
    }
    next_due(dev);
}

void dev_signal_timer(struct co_device *dev)
{
    int64_t now = dev_now(dev);

    for (unsigned i = 0; i < dev->n_signals; i++) {
        struct dev_signal *s = &dev->signals[i];
        if (s->next_ps > now)
            continue;
        apply(dev, s);
        s->next_ps += s->every_ps;
        if (s->next_ps <= now)
            s->next_ps = now + s->every_ps;
    }
    next_due(dev);
}
