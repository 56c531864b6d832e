/* SPDX-License-Identifier: MIT */
/* dev_behave.c - devices that misbehave: what commands have asked for. */
#include <string.h>

#include "plugins/canopen/dev_internal.h"

bool dev_behave_abort(struct co_device *dev, unsigned index, unsigned sub, uint32_t *code)
{
    struct dev_behave *b = &dev->behave;

    for (unsigned i = 0; i < b->n_aborts; i++) {
        if (b->aborts[i].index != index || (b->aborts[i].sub >= 0 && b->aborts[i].sub != (int)sub))
            continue;
        *code = b->aborts[i].code;
        if (b->aborts[i].left != 0 && --b->aborts[i].left == 0)
            b->aborts[i] = b->aborts[--b->n_aborts];
        return true;
    }
    return false;
}

bool dev_behave_silent(struct co_device *dev)
{
    return dev->behave.silent;
}

static void next_due(struct co_device *dev)
{
    struct dev_behave *b = &dev->behave;

    dev->due_ps[DEV_T_BEHAVE] = b->silent ? b->silent_until_ps : CANSIM_NEVER;
    if (b->n_delayed > 0 && b->delayed[0].at_ps < dev->due_ps[DEV_T_BEHAVE])
        dev->due_ps[DEV_T_BEHAVE] = b->delayed[0].at_ps;
}

/* An answer that goes later: true. One for which there is no room is lost. */
bool dev_behave_delay(struct co_device *dev, const struct cansim_frame *frame, uint64_t cookie)
{
    struct dev_behave *b = &dev->behave;

    if (b->slow_ps == 0)
        return false;
    if (b->n_delayed == DEV_DELAYED) {
        dev->lost++;
        return true;
    }
    b->delayed[b->n_delayed].at_ps = dev_now(dev) + b->slow_ps;
    b->delayed[b->n_delayed].frame = *frame;
    b->delayed[b->n_delayed++].cookie = cookie;
    next_due(dev);
    return true;
}

void dev_behave_timer(struct co_device *dev)
{
    struct dev_behave *b = &dev->behave;
    int64_t now = dev_now(dev);

    if (b->silent && b->silent_until_ps <= now)
        b->silent = false;
    while (b->n_delayed > 0 && b->delayed[0].at_ps <= now) {
        struct cansim_frame frame = b->delayed[0].frame;
        uint64_t cookie = b->delayed[0].cookie;
        memmove(&b->delayed[0], &b->delayed[1], --b->n_delayed * sizeof(b->delayed[0]));
        dev_send(dev, frame.id, frame.data, frame.len, false, cookie);
    }
    next_due(dev);
}
