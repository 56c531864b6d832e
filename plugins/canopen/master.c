/* SPDX-License-Identifier: MIT */
/* master.c - the master node: life, what comes in, SYNC, TIME and heartbeat. Everything that
 * happens ends in settle(), which lets the script go on and sets the one timer anew: no part sets
 * it, and no step of the script begins within another part's callback. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugins/canopen/master.h"
#include "plugins/canopen/master_int.h"

#define MS_PS     INT64_C(1000000000)
#define DAY_MS    INT64_C(86400000)
#define IN_FLIGHT 4

/* ---- what goes out --------------------------------------------------------------------------- */

int master_send(struct master *master, const struct cansim_frame *frame, uint64_t cookie)
{
    return master->host->send(master->host->ctx, frame, cookie);
}

static int send_bytes(struct master *master, unsigned id, const uint8_t *bytes, unsigned len)
{
    struct cansim_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.id = id;
    frame.dlc = (uint8_t)len;
    frame.len = (uint8_t)len;
    memcpy(frame.data, bytes, len);
    return master_send(master, &frame, 0);
}

void master_send_bytes(struct master *master, unsigned id, const uint8_t *bytes, unsigned len)
{
    (void)send_bytes(master, id, bytes, len);
}

void master_send_nmt(struct master *master, unsigned command, unsigned node_id)
{
    const uint8_t bytes[2] = {(uint8_t)command, (uint8_t)node_id};

    if (send_bytes(master, 0, bytes, 2) != 0)
        master_note(master, CANSIM_WARNING, "an NMT command to node %u could not be sent", node_id);
}

void master_send_time(struct master *master, int64_t at_ps)
{
    int64_t ms = at_ps / MS_PS;
    uint8_t bytes[6];

    co_put_le(bytes, 4, (uint64_t)(ms % DAY_MS));
    co_put_le(bytes + 4, 2, master->time_days + (uint64_t)(ms / DAY_MS));
    master_send_bytes(master, 0x100, bytes, 6);
}

void master_send_sync(struct master *master)
{
    uint8_t counter;

    if (master->sync_overflow != 0)
        master->sync_counter = master->sync_counter % master->sync_overflow + 1;
    counter = (uint8_t)master->sync_counter;
    master_send_bytes(master, master->sync_id, &counter, master->sync_overflow != 0 ? 1 : 0);
}

void master_note(struct master *master, int severity, const char *format, ...)
{
    char text[MASTER_NOTE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    master->host->note(master->host->ctx, severity, text);
}

static int send_sdo(void *ctx, const struct cansim_frame *frame)
{
    struct master_slave *slave = ctx;

    return master_send(slave->master, frame, slave->node_id);
}

static int send_lss(void *ctx, const struct cansim_frame *frame)
{
    return master_send(ctx, frame, 0);
}

/* ---- slaves ---------------------------------------------------------------------------------- */

struct master_slave *master_slave_get(struct master *master, unsigned node_id)
{
    struct master_slave *slave = master->slaves[node_id];
    struct co_sdo_client_setup setup = {.request_id = (uint16_t)(0x600 + node_id),
                                        .response_id = (uint16_t)(0x580 + node_id),
                                        .timeout_ps = master->sdo_timeout_ps,
                                        .block_size = (uint8_t)master->block_size,
                                        .in_flight = IN_FLIGHT,
                                        .send = send_sdo};

    if (slave != NULL)
        return slave;
    slave = calloc(1, sizeof(*slave));
    if (slave == NULL)
        return NULL;
    setup.ctx = slave;
    slave->client = co_sdo_client_create(&setup);
    if (slave->client == NULL) {
        free(slave);
        return NULL;
    }
    slave->master = master;
    slave->node_id = (uint8_t)node_id;
    slave->life_factor = 3;
    slave->boot_timeout_ps = 10000 * MS_PS;
    slave->nmt_state = MASTER_NMT_UNSEEN;
    slave->heard_at = CANSIM_NEVER;
    slave->boot_at = CANSIM_NEVER;
    master_watch_stop(slave);
    master->slaves[node_id] = slave;
    return slave;
}

static void slave_free(struct master_slave *slave)
{
    if (slave == NULL)
        return;
    co_sdo_client_destroy(slave->client);
    config_plan_free(&slave->plan);
    co_dict_free(slave->dcf);
    co_dict_free(slave->eds);
    free(slave->dcf_file);
    free(slave->eds_file);
    free(slave);
}

static void slave_off(struct master_slave *slave)
{
    co_sdo_client_cancel(slave->client);
    master_watch_stop(slave);
    slave->boot = BOOT_OFF;
    slave->boot_at = CANSIM_NEVER;
    slave->error = 0;
    slave->tried = false;
    slave->nmt_state = MASTER_NMT_UNSEEN;
    slave->heard_at = CANSIM_NEVER;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void close_master(void *state)
{
    struct master *master = state;

    master->attached = false;
    for (unsigned id = 0; id < MASTER_NODES; id++)
        slave_free(master->slaves[id]);
    master_script_stop(master);
    for (unsigned i = 0; i < master->n_steps; i++)
        master_command_free(&master->steps[i]);
    free(master->steps);
    free(master);
}

static int open_master(void **state, const struct cansim_node_host *host,
                       const struct cansim_setting *settings, size_t n_settings, char *why,
                       size_t why_size)
{
    struct master *master = calloc(1, sizeof(*master));

    if (master == NULL) {
        (void)snprintf(why, why_size, "out of memory");
        return -1;
    }
    master->host = host;
    master->heartbeat_at = CANSIM_NEVER;
    master->sync_at = CANSIM_NEVER;
    master->time_at = CANSIM_NEVER;
    master->timer_at = CANSIM_NEVER;
    if (master_settings_read(master, settings, n_settings, why, why_size) != 0) {
        close_master(master);
        return -1;
    }
    co_lss_master_init(&master->lss, send_lss, master, master->lss_timeout_ps);
    *state = master;
    return 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void settle(struct master *master, int64_t at_ps)
{
    int64_t next;

    if (!master->attached)
        return;
    master_script_time(master, at_ps);
    next = sooner(master->heartbeat_at, sooner(master->sync_at, master->time_at));
    next = sooner(next, sooner(co_lss_master_next(&master->lss), master_script_next(master)));
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        const struct master_slave *slave = master->slaves[id];
        if (slave != NULL)
            next = sooner(next, sooner(sooner(co_sdo_client_next(slave->client), slave->boot_at),
                                       master_watch_next(slave)));
    }
    if (next == master->timer_at)
        return;
    master->timer_at = next;
    master->host->set_timer(master->host->ctx, next);
}

static void attached(void *state, int64_t at_ps)
{
    static const uint8_t boot_up;
    struct master *master = state;

    master->attached = true;
    master->timer_at = CANSIM_NEVER;
    master->nmt_state = NMT_PRE_OPERATIONAL;
    master->sync_counter = 0;
    master->heartbeat_at = master->heartbeat_ps != 0 ? at_ps + master->heartbeat_ps : CANSIM_NEVER;
    master->sync_at = master->sync_ps != 0 ? at_ps + master->sync_ps : CANSIM_NEVER;
    master->time_at = master->time_ps != 0 ? at_ps + master->time_ps : CANSIM_NEVER;
    if (master->node_id == 0)
        master->heartbeat_at = CANSIM_NEVER;
    else
        master_send_bytes(master, 0x700u + master->node_id, &boot_up, 1);
    if (master->boot)
        master_boot_start(master, at_ps);
    master_script_start(master);
    settle(master, at_ps);
}

static void detached(void *state, int64_t at_ps)
{
    struct master *master = state;

    (void)at_ps;
    master->attached = false;
    co_lss_master_cancel(&master->lss);
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        if (master->slaves[id] != NULL)
            slave_off(master->slaves[id]);
    }
    master_script_stop(master);
}

/* ---- what comes in --------------------------------------------------------------------------- */

static void emergency(struct master *master, unsigned node_id, const struct cansim_frame *frame)
{
    unsigned code = (unsigned)co_get_le(frame->data, 2);
    const char *text = co_emcy_text(code, 0);

    master_note(master, code == 0 ? CANSIM_NOTE : CANSIM_WARNING,
                "node %u: emergency %04Xh%s%s, error register %02Xh", node_id, code,
                text != NULL ? " " : "", text != NULL ? text : "", frame->data[2]);
}

static void from_slave(struct master *master, const struct cansim_frame *frame)
{
    unsigned node_id = frame->id & 0x7F, function = frame->id & 0x780;
    struct master_slave *slave = master->slaves[node_id];

    if (node_id == 0)
        return;
    if (function == 0x700 && node_id == master->node_id)
        master_note(master, CANSIM_WARNING, "another node has the master's node-ID %u", node_id);
    if (slave == NULL)
        return;
    if (function == 0x700 && frame->len == 1)
        master_watch_frame(slave, frame);
    else if (function == 0x580)
        (void)co_sdo_client_frame(slave->client, frame, frame->at_ps);
    else if (function == 0x080 && frame->len == 8)
        emergency(master, node_id, frame);
}

static void frame_in(void *state, const struct cansim_frame *frame)
{
    struct master *master = state;

    if (frame->flags & (CANSIM_FRAME_EXT | CANSIM_FRAME_RTR | CANSIM_FRAME_FD))
        return;
    if (frame->id == CO_LSS_TO_MASTER)
        (void)co_lss_master_frame(&master->lss, frame, frame->at_ps);
    else
        from_slave(master, frame);
    settle(master, frame->at_ps);
}

static void sent(void *state, uint64_t cookie, int result, int64_t at_ps)
{
    struct master *master = state;

    (void)result; /* what is given up is lost like what the bus lost: a timeout tells */
    if (cookie == 0 || cookie >= MASTER_NODES || master->slaves[cookie] == NULL)
        return;
    co_sdo_client_sent(master->slaves[cookie]->client, at_ps);
    settle(master, at_ps);
}

/* ---- time ------------------------------------------------------------------------------------ */

/* The next moment of a period that does not lie in the past. */
static int64_t later(int64_t due_ps, int64_t period_ps, int64_t at_ps)
{
    return due_ps + period_ps > at_ps ? due_ps + period_ps : at_ps + period_ps;
}

static void produce(struct master *master, int64_t at_ps)
{
    if (at_ps >= master->sync_at) {
        master->sync_at = later(master->sync_at, master->sync_ps, at_ps);
        master_send_sync(master);
    }
    if (at_ps >= master->time_at) {
        master->time_at = later(master->time_at, master->time_ps, at_ps);
        master_send_time(master, at_ps);
    }
    if (at_ps >= master->heartbeat_at) {
        master->heartbeat_at = later(master->heartbeat_at, master->heartbeat_ps, at_ps);
        master_send_bytes(master, 0x700u + master->node_id, &master->nmt_state, 1);
    }
}

static void timer(void *state, int64_t at_ps)
{
    struct master *master = state;

    master->timer_at = CANSIM_NEVER;
    produce(master, at_ps);
    co_lss_master_time(&master->lss, at_ps);
    for (unsigned id = 1; id < MASTER_NODES; id++) {
        struct master_slave *slave = master->slaves[id];
        if (slave == NULL)
            continue;
        co_sdo_client_time(slave->client, at_ps);
        master_watch_time(slave, at_ps);
        master_boot_time(slave, at_ps);
    }
    settle(master, at_ps);
}

static void bus_state(void *state, int to, int64_t at_ps)
{
    struct master *master = state;

    (void)at_ps;
    if (to == CANSIM_BUS_OFF)
        master_note(master, CANSIM_ERROR, "the master is bus-off");
}

static int command(void *state, int64_t at_ps, const char *text, char *why, size_t why_size)
{
    struct master *master = state;
    int ret;

    if (!master->attached) {
        (void)snprintf(why, why_size, "the master is not on the bus");
        return -1;
    }
    ret = master_run_text(master, text, at_ps, why, why_size);
    settle(master, at_ps);
    return ret;
}

static void model(void *state, int64_t at_ps, struct cansim_sink *sink)
{
    master_model(state, at_ps, sink);
}

const struct cansim_node_type co_master_type = {
    .size = sizeof(co_master_type),
    .name = "canopen-master",
    .title = "CANopen master (CiA 301, 302-2, 305)",
    .settings = master_settings,
    .commands = master_commands,
    .open = open_master,
    .close = close_master,
    .attached = attached,
    .detached = detached,
    .frame = frame_in,
    .sent = sent,
    .timer = timer,
    .bus_state = bus_state,
    .command = command,
    .model = model,
};
