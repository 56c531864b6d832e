/* SPDX-License-Identifier: MIT */
/* dev_402.c - a small drive, CiA 402-2: its state machine, and motion with ramps. Positions are
 * kept in millionths of an increment and velocities in thousandths of an increment a second: a step
 * of 1 ms is then exact. Only a drive that moves has a timer. */
#include "plugins/canopen/dev_internal.h"

enum {
    NOT_READY,
    DISABLED,
    READY,
    SWITCHED_ON,
    ENABLED,
    QUICK_STOP,
    FAULT_REACTION,
    FAULT,
};

enum { MODE_POSITION = 1, MODE_VELOCITY = 3, MODE_HOMING = 6 };

/* Bits of the statusword that tell the state, and whether voltage is there. */
static const uint16_t state_bits[] = {0x0000, 0x0040, 0x0031, 0x0033,
                                      0x0037, 0x0017, 0x001F, 0x0008};

#define REMOTE      0x0200u
#define REACHED     0x0400u
#define LIMITED     0x0800u
#define ACKNOWLEDGE 0x1000u /* of a set-point; homing attained */
#define HALT        0x0100u /* of the controlword */
#define STEP_PS     PS_PER_MS
#define MICRO       1000000

static int mode(const struct co_device *dev)
{
    return (int)co_od_get_int(&dev->od, 0x6061, 0, 0);
}

static int64_t object(const struct co_device *dev, unsigned index, int64_t dflt)
{
    return co_od_get_int(&dev->od, index, 0, dflt);
}

static int64_t limit(int64_t value, int64_t bound)
{
    return value > bound ? bound : value < -bound ? -bound : value;
}

static int64_t wanted_velocity(const struct co_device *dev)
{
    return limit(object(dev, 0x60FF, 0), 1000000000) * 1000;
}

/* With a halt, it is to stand. */
static bool reached(const struct co_device *dev)
{
    const struct dev_402 *d = &dev->drive;

    if (d->state == ENABLED && mode(dev) == MODE_VELOCITY && (d->control & HALT) == 0)
        return d->velocity_m == wanted_velocity(dev);
    return !d->moving;
}

static void put_status(struct co_device *dev)
{
    struct dev_402 *d = &dev->drive;
    unsigned word = state_bits[d->state] | REMOTE;

    if (reached(dev))
        word |= REACHED;
    if (d->limited)
        word |= LIMITED;
    if (d->state == ENABLED && (d->next_set || (mode(dev) == MODE_HOMING && d->homing)))
        word |= ACKNOWLEDGE;
    co_od_set(&dev->od, 0x6041, 0, word);
}

static void put_motion(struct co_device *dev)
{
    struct dev_402 *d = &dev->drive;

    co_od_set(&dev->od, 0x6064, 0, (uint64_t)(d->position_u / MICRO));
    co_od_set(&dev->od, 0x6062, 0, (uint64_t)(d->position_u / MICRO));
    co_od_set(&dev->od, 0x606C, 0, (uint64_t)(d->velocity_m / 1000));
    co_od_set(&dev->od, 0x606B, 0, (uint64_t)(d->velocity_m / 1000));
}

static void move(struct co_device *dev)
{
    if (!dev->drive.moving) {
        dev->drive.moving = true;
        dev->due_ps[DEV_T_MOTION] = dev_now(dev) + STEP_PS;
    }
}

static void stand(struct co_device *dev)
{
    dev->drive.moving = false;
    dev->due_ps[DEV_T_MOTION] = CANSIM_NEVER;
}

/* ---- motion ---------------------------------------------------------------------------------- */

/* The velocity one step nearer to what is wanted. */
static void approach(struct dev_402 *d, int64_t wanted_m, int64_t rate)
{
    if (d->velocity_m < wanted_m)
        d->velocity_m = d->velocity_m + rate < wanted_m ? d->velocity_m + rate : wanted_m;
    else
        d->velocity_m = d->velocity_m - rate > wanted_m ? d->velocity_m - rate : wanted_m;
}

static int64_t ramp(const struct co_device *dev, unsigned index)
{
    int64_t rate = object(dev, index, 100000);

    return rate < 1 ? 1 : rate > 1000000000 ? 1000000000 : rate;
}

/* Micro-increments until it stands. A fast drive's square needs more than 64 bits: in units of 1024
 * then. */
static int64_t stop_distance(int64_t speed, int64_t deceleration)
{
    if (speed < INT64_C(3000000000))
        return speed / 2 * speed / deceleration;
    int64_t coarse = (speed >> 10) * (speed >> 10) / 2 / deceleration;
    return coarse > INT64_MAX >> 20 ? INT64_MAX : coarse << 20;
}

/* One step of a profile: as fast as allowed, and in time slow enough to stop at the target. */
static bool step_position(struct co_device *dev, int64_t velocity)
{
    struct dev_402 *d = &dev->drive;
    int64_t left = d->target_u - d->position_u, deceleration = ramp(dev, 0x6084);
    int64_t speed = d->velocity_m < 0 ? -d->velocity_m : d->velocity_m;
    int64_t away = left < 0 ? -left : left;
    int64_t stop = stop_distance(speed, deceleration);
    int64_t top = velocity * 1000;
    bool towards = (left > 0) == (d->velocity_m >= 0);

    if (away <= speed + deceleration && speed <= 2 * deceleration) {
        d->position_u = d->target_u;
        d->velocity_m = 0;
        return true;
    }
    if (!towards || away <= stop)
        approach(d, 0, deceleration);
    else
        approach(d, left > 0 ? top : -top, ramp(dev, 0x6083));
    /* A crawl, so that it gets there: the last increments need no ramp. */
    if (d->velocity_m == 0)
        d->velocity_m = left > 0 ? deceleration : -deceleration;
    d->position_u += d->velocity_m;
    return false;
}

static int64_t profile_velocity(const struct co_device *dev)
{
    int64_t velocity = object(dev, 0x6081, 10000), top = object(dev, 0x607F, INT32_MAX);

    velocity = velocity < top ? velocity : top;
    return velocity < 1 ? 1 : velocity > 1000000000 ? 1000000000 : velocity;
}

static void slow_down(struct co_device *dev, unsigned index)
{
    approach(&dev->drive, 0, ramp(dev, index));
    dev->drive.position_u += dev->drive.velocity_m;
    if (dev->drive.velocity_m == 0)
        stand(dev);
}

static void at_target(struct co_device *dev)
{
    struct dev_402 *d = &dev->drive;

    if (d->have_target) {
        /* The set-point that waited. */
        d->have_target = false;
        d->target_u = d->next_position;
        return;
    }
    if (mode(dev) == MODE_HOMING)
        d->homing = true;
    stand(dev);
}

static void step(struct co_device *dev)
{
    struct dev_402 *d = &dev->drive;
    bool halt = (d->control & HALT) != 0;

    if (d->state == QUICK_STOP || d->state == FAULT_REACTION) {
        slow_down(dev, 0x6085);
        if (!d->moving)
            d->state = d->state == QUICK_STOP ? DISABLED : FAULT;
    } else if (d->state != ENABLED || halt) {
        slow_down(dev, 0x6084);
    } else if (mode(dev) == MODE_VELOCITY) {
        int64_t wanted = wanted_velocity(dev);
        approach(d, wanted, ramp(dev, 0x6083));
        d->position_u += d->velocity_m;
        if (wanted == 0 && d->velocity_m == 0)
            stand(dev);
    } else if (step_position(dev, profile_velocity(dev))) {
        at_target(dev);
    }
    /* Positions are 32 bits wide and go round. */
    d->position_u =
        (int64_t)(int32_t)(uint32_t)(d->position_u / MICRO) * MICRO + d->position_u % MICRO;
}

void dev_402_timer(struct co_device *dev)
{
    step(dev);
    if (dev->drive.moving)
        dev->due_ps[DEV_T_MOTION] += STEP_PS;
    put_motion(dev);
    put_status(dev);
}

/* ---- controlword ----------------------------------------------------------------------------- */

/* CiA 402-2, figure of the state machine: transitions 2 to 12 and 16 by command, 15 by the rising
 * edge of bit 7. */
static void command_state(struct co_device *dev, uint16_t control, uint16_t before)
{
    struct dev_402 *d = &dev->drive;
    bool voltage = (control & 2) != 0, no_stop = (control & 4) != 0, on = (control & 1) != 0;
    bool enable = (control & 8) != 0;

    if (d->state == FAULT) {
        if ((control & 0x80) != 0 && (before & 0x80) == 0) {
            d->state = DISABLED;
            co_od_set(&dev->od, 0x603F, 0, 0);
            dev_emcy_clear(dev, 0x22);
        }
        return;
    }
    if (d->state == FAULT_REACTION)
        return;
    if (!voltage) {
        d->state = DISABLED;
        d->velocity_m = 0;
        stand(dev);
    } else if (!no_stop) {
        d->state = d->state == ENABLED && d->moving ? QUICK_STOP
                   : d->state == QUICK_STOP         ? QUICK_STOP
                                                    : DISABLED;
    } else if (d->state == QUICK_STOP) {
        d->state = on && enable ? ENABLED : QUICK_STOP;
    } else if (!on) {
        d->state = READY;
    } else if (d->state != DISABLED) {
        d->state = d->state == READY ? SWITCHED_ON : enable ? ENABLED : SWITCHED_ON;
        if (enable)
            d->state = ENABLED;
    }
}

/* A target within the software limits 607Dh, and in any case within 32 bits. */
static int64_t within(struct co_device *dev, int64_t target_u)
{
    int64_t low = co_od_get_int(&dev->od, 0x607D, 1, 0);
    int64_t high = co_od_get_int(&dev->od, 0x607D, 2, 0);
    int64_t wanted_u = target_u;

    if (low >= high || low < INT32_MIN || high > INT32_MAX) {
        low = INT32_MIN;
        high = INT32_MAX;
    }
    target_u = target_u < low * MICRO ? low * MICRO : target_u;
    target_u = target_u > high * MICRO ? high * MICRO : target_u;
    dev->drive.limited = target_u != wanted_u;
    return target_u;
}

/* The new set-point handshake. CiA 402-2, profile position mode. */
static void new_set_point(struct co_device *dev, uint16_t control)
{
    struct dev_402 *d = &dev->drive;
    int64_t target = limit(object(dev, 0x607A, 0), UINT32_MAX) * MICRO;
    bool relative = (control & 0x40) != 0, at_once = (control & 0x20) != 0;

    if (relative)
        target += d->moving ? d->target_u : d->position_u;
    target = within(dev, target);
    if (d->moving && !at_once) {
        d->have_target = true;
        d->next_position = target;
    } else {
        d->have_target = false;
        d->target_u = target;
    }
    d->next_set = true;
    move(dev);
}

static void start_homing(struct co_device *dev)
{
    struct dev_402 *d = &dev->drive;
    int64_t method = object(dev, 0x6098, 35);
    int64_t home = limit(object(dev, 0x607C, 0), INT32_MAX) * MICRO;

    d->homing = false;
    if (method == 35 || method == 37) {
        d->position_u = home;
        d->homing = true;
        return;
    }
    d->target_u = home;
    move(dev);
}

static void command_motion(struct co_device *dev, uint16_t control, uint16_t before)
{
    struct dev_402 *d = &dev->drive;
    bool rising = (control & 0x10) != 0 && (before & 0x10) == 0;

    if (d->state != ENABLED)
        return;
    if (mode(dev) == MODE_POSITION && rising)
        new_set_point(dev, control);
    else if (mode(dev) == MODE_HOMING && rising)
        start_homing(dev);
    else if (mode(dev) == MODE_VELOCITY)
        move(dev);
    if ((control & 0x10) == 0)
        d->next_set = false;
    /* A halt that ends lets it go on. */
    if ((before & HALT) != 0 && (control & HALT) == 0 && d->position_u != d->target_u &&
        mode(dev) == MODE_POSITION)
        move(dev);
}

static void take_mode(struct co_device *dev)
{
    int64_t wanted = object(dev, 0x6060, 0);

    if (wanted == MODE_POSITION || wanted == MODE_VELOCITY || wanted == MODE_HOMING ||
        wanted == 0) {
        if (wanted == mode(dev))
            return;
        co_od_set(&dev->od, 0x6061, 0, (uint64_t)wanted);
        dev->drive.homing = false;
    }
}

void dev_402_written(struct co_device *dev, unsigned index)
{
    struct dev_402 *d = &dev->drive;

    if (!d->on)
        return;
    if (index == 0x6040) {
        uint16_t control = (uint16_t)co_od_get(&dev->od, 0x6040, 0, 0), before = d->control;
        d->control = control;
        command_state(dev, control, before);
        command_motion(dev, control, before);
    } else if (index == 0x6060) {
        take_mode(dev);
    } else if (index == 0x60FF && d->state == ENABLED && mode(dev) == MODE_VELOCITY) {
        move(dev);
    } else {
        return;
    }
    put_motion(dev);
    put_status(dev);
}

void dev_402_fault(struct co_device *dev, unsigned code)
{
    struct dev_402 *d = &dev->drive;

    if (!d->on)
        return;
    co_od_set(&dev->od, 0x603F, 0, code);
    d->state = d->moving ? FAULT_REACTION : FAULT;
    put_status(dev);
    dev_emcy(dev, code, 0x20, NULL);
}

void dev_402_reset(struct co_device *dev)
{
    int64_t position_u = dev->drive.position_u;

    dev->drive = (struct dev_402){0};
    dev->drive.on = dev->profile == 402 && co_od_find(&dev->od, 0x6040, 0) != CO_OD_NONE &&
                    co_od_find(&dev->od, 0x6041, 0) != CO_OD_NONE;
    if (!dev->drive.on)
        return;
    dev->due_ps[DEV_T_MOTION] = CANSIM_NEVER;
    dev->drive.state = DISABLED;
    dev->drive.position_u = dev->drive.target_u = position_u; /* the shaft stays where it is */
    put_motion(dev);
    put_status(dev);
}
