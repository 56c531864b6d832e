/* SPDX-License-Identifier: MIT */
/* master_watch.c - heartbeats and node guarding of the slaves (CiA 301, 7.2.8). A slave is watched
 * from its first sign of life on; until then its boot waits for that. */
#include "plugins/canopen/master_int.h"

void master_watch_stop(struct master_slave *slave)
{
    slave->watch = WATCH_OFF;
    slave->watch_at = CANSIM_NEVER;
    slave->guard_at = CANSIM_NEVER;
    slave->lost = false;
}

void master_watch_start(struct master_slave *slave, int64_t at_ps)
{
    master_watch_stop(slave);
    slave->have_toggle = false;
    slave->watch = slave->heartbeat_ps != 0 ? WATCH_HEARTBEAT : WATCH_GUARD;
    if (slave->watch == WATCH_GUARD)
        slave->guard_at = at_ps;
}

static void check_toggle(struct master_slave *slave, bool toggle)
{
    if (slave->have_toggle && toggle == slave->toggle)
        master_note(slave->master, CANSIM_ERROR, "node %u: guarding's toggle bit did not change",
                    slave->node_id);
    slave->have_toggle = true;
    slave->toggle = toggle;
}

void master_watch_frame(struct master_slave *slave, const struct cansim_frame *frame)
{
    int64_t at_ps = frame->at_ps;

    slave->nmt_state = frame->data[0] & 0x7F;
    slave->heard_at = at_ps;
    if (slave->lost && slave->nmt_state != NMT_BOOT_UP)
        master_note(slave->master, CANSIM_NOTE, "node %u: its heartbeat is back", slave->node_id);
    slave->lost = false;
    if (slave->watch == WATCH_HEARTBEAT) {
        slave->watch_at = at_ps + slave->heartbeat_timeout_ps;
    } else if (slave->watch == WATCH_GUARD) {
        slave->watch_at = at_ps + slave->guard_ps * (int64_t)slave->life_factor;
        if (slave->nmt_state != NMT_BOOT_UP)
            check_toggle(slave, (frame->data[0] & 0x80) != 0);
    }
    if (slave->nmt_state == NMT_BOOT_UP)
        slave->nmt_state = NMT_PRE_OPERATIONAL; /* it goes there by itself */
    master_boot_heard(slave, frame->data[0] & 0x7F, at_ps);
}

static void react(struct master_slave *slave)
{
    static const char *const words[] = {
        [LOSS_NONE] = "", [LOSS_STOP] = "; all nodes are stopped", [LOSS_RESET] = "; it is reset"};

    master_note(slave->master, CANSIM_WARNING, "node %u: %s lost%s", slave->node_id,
                slave->watch == WATCH_GUARD ? "guarding" : "heartbeat", words[slave->on_loss]);
    if (slave->on_loss == LOSS_STOP)
        master_send_nmt(slave->master, NMT_STOP, 0);
    else if (slave->on_loss == LOSS_RESET)
        master_send_nmt(slave->master, NMT_RESET, slave->node_id);
}

static void ask_state(struct master_slave *slave)
{
    struct cansim_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.id = 0x700u + slave->node_id;
    frame.flags = CANSIM_FRAME_RTR;
    frame.dlc = 1;
    (void)master_send(slave->master, &frame, 0);
}

int64_t master_watch_next(const struct master_slave *slave)
{
    return slave->watch_at < slave->guard_at ? slave->watch_at : slave->guard_at;
}

void master_watch_time(struct master_slave *slave, int64_t at_ps)
{
    if (at_ps >= slave->watch_at) {
        slave->watch_at = CANSIM_NEVER;
        slave->lost = true;
        react(slave);
    }
    if (at_ps >= slave->guard_at) {
        slave->guard_at += slave->guard_ps;
        if (slave->guard_at <= at_ps)
            slave->guard_at = at_ps + slave->guard_ps;
        ask_state(slave);
    }
}
