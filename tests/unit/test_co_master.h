/* SPDX-License-Identifier: MIT */
/* test_co_master.h - a master node on a bus of its own, at the level of the plugin ABI: virtual
 * time, frames delivered one after the other, notes kept. */
#ifndef CANSIM_TESTS_UNIT_TEST_CO_MASTER_H
#define CANSIM_TESTS_UNIT_TEST_CO_MASTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/master.h"
#include "tests/unit/test_co_server.h"

#define MS       INT64_C(1000000000)
#define FRAME_PS (MS / 4)
#define QUEUE    256

struct net_frame {
    struct cansim_frame frame;
    uint64_t cookie;
    unsigned from; /* 0: the master, else the slave with that place + 1 */
};

struct net_slave {
    unsigned node_id; /* 255: none yet */
    struct server server;
    bool off;
    uint8_t state;
    int64_t heartbeat_at;
    bool toggle;
    unsigned ignore_guarding;
    /* LSS */
    uint32_t address[4];
    bool configuring, stored, forgets;
    unsigned pending_id, selected, scan_sub;
    struct net *net;
    unsigned place;
};

#define NET_SLAVES 4

struct net {
    const struct cansim_node_type *type;
    struct cansim_host host;
    struct cansim_node_host node_host;
    void *master;
    int64_t now, timer_at;
    struct net_frame queue[QUEUE];
    unsigned head, n_queue, n_masters;
    struct net_slave slaves[NET_SLAVES];
    unsigned n_slaves;
    char notes[16384];
    char trace[32768]; /* all frames as "ID#DATA " but for those of fastscans */
    unsigned n_frames;
    uint32_t bitrate_bps;
};

static inline void net_queue(struct net *net, const struct cansim_frame *frame, uint64_t cookie,
                             unsigned from)
{
    struct net_frame *slot = &net->queue[(net->head + net->n_queue) % QUEUE];

    assert_true(net->n_queue < QUEUE);
    slot->frame = *frame;
    slot->cookie = cookie;
    slot->from = from;
    net->n_queue++;
}

static inline int64_t net_now(void *ctx)
{
    return ((struct net *)ctx)->now;
}

static inline int net_send(void *ctx, const struct cansim_frame *frame, uint64_t cookie)
{
    struct net *net = ctx;

    if (net->n_masters == 8)
        return -ENOSPC;
    net->n_masters++;
    net_queue(net, frame, cookie, 0);
    return 0;
}

static inline void net_set_timer(void *ctx, int64_t at_ps)
{
    ((struct net *)ctx)->timer_at = at_ps;
}

static inline void net_note(void *ctx, int severity, const char *text)
{
    static const char marks[] = "inwe";
    struct net *net = ctx;
    size_t at = strlen(net->notes);

    (void)snprintf(net->notes + at, sizeof(net->notes) - at, "%c %s\n", marks[severity], text);
}

static inline int net_set_bitrate(void *ctx, uint32_t bitrate_bps)
{
    ((struct net *)ctx)->bitrate_bps = bitrate_bps;
    return 0;
}

static inline void net_slave_send(struct net_slave *slave, unsigned id, const uint8_t *bytes,
                                  unsigned len)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = id};

    frame.len = frame.dlc = (uint8_t)len;
    memcpy(frame.data, bytes, len);
    net_queue(slave->net, &frame, 0, slave->place + 1);
}

static inline void net_sdo(void *ctx, const uint8_t bytes[8])
{
    struct net_slave *slave = ctx;

    net_slave_send(slave, 0x580 + slave->node_id, bytes, 8);
}

static inline void net_boot_up(struct net_slave *slave)
{
    static const uint8_t zero;

    slave->state = 127;
    slave->toggle = false;
    slave->heartbeat_at = CANSIM_NEVER;
    slave->server.phase = IDLE;
    if (slave->node_id != 255)
        net_slave_send(slave, 0x700 + slave->node_id, &zero, 1);
}

static inline struct net_slave *net_add(struct net *net, unsigned node_id)
{
    struct net_slave *slave = &net->slaves[net->n_slaves];

    slave->net = net;
    slave->place = net->n_slaves++;
    slave->node_id = node_id;
    slave->state = 127;
    slave->heartbeat_at = CANSIM_NEVER;
    slave->server.send = net_sdo;
    slave->server.ctx = slave;
    slave->server.block_size = 16;
    server_set_u32(&slave->server, 0x1000, 0, 0x00020192, 4);
    for (unsigned sub = 1; sub <= 4; sub++)
        server_set_u32(&slave->server, 0x1018, sub, 0x100 * node_id + sub, 4);
    server_set(&slave->server, 0x1008, 0, "drive", 5);
    return slave;
}

static inline struct net *net_make(void)
{
    struct net *net = calloc(1, sizeof(*net));

    assert_non_null(net);
    net->type = &co_master_type;
    net->timer_at = CANSIM_NEVER;
    net->host = (struct cansim_host){.size = sizeof(net->host), .ctx = net, .bus_name = "can0"};
    net->node_host = (struct cansim_node_host){.size = sizeof(net->node_host),
                                               .host = &net->host,
                                               .ctx = net,
                                               .name = "master",
                                               .now = net_now,
                                               .send = net_send,
                                               .set_timer = net_set_timer,
                                               .note = net_note,
                                               .set_bitrate = net_set_bitrate};
    return net;
}

/* `settings`: path, value, ... NULL. */
static inline void net_open(struct net *net, const char *const *settings)
{
    struct cansim_setting rows[128];
    size_t n = 0;
    char why[400] = "";

    for (; settings[2 * n] != NULL; n++)
        rows[n] = (struct cansim_setting){settings[2 * n], settings[2 * n + 1]};
    if (net->type->open(&net->master, &net->node_host, rows, n, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    net->type->attached(net->master, net->now);
}

static inline void net_free(struct net *net)
{
    net->type->close(net->master);
    free(net);
}

/* ---- what the slaves do ---------------------------------------------------------------------- */

static inline void net_nmt(struct net_slave *slave, const struct cansim_frame *frame)
{
    if (frame->data[1] != 0 && frame->data[1] != slave->node_id)
        return;
    switch (frame->data[0]) {
    case 1:
        slave->state = 5;
        break;
    case 2:
        slave->state = 4;
        break;
    case 128:
        slave->state = 127;
        break;
    default:
        net_boot_up(slave);
        break;
    }
}

static inline void net_lss_answer(struct net_slave *slave, uint8_t command, uint32_t value)
{
    uint8_t bytes[8] = {command};

    co_put_le(bytes + 1, 4, value);
    net_slave_send(slave, 0x7E4, bytes, 8);
}

static inline void net_fastscan(struct net_slave *slave, const uint8_t *data)
{
    uint32_t number = (uint32_t)co_get_le(data + 1, 4);
    unsigned bit = data[5], sub = data[6], next = data[7];

    if (slave->node_id != 255 || slave->configuring)
        return;
    if (bit == 0x80) {
        slave->scan_sub = 0;
        net_lss_answer(slave, 0x4F, 0);
    } else if (sub == slave->scan_sub && (number ^ slave->address[sub]) >> bit == 0) {
        if (bit == 0 && next != sub && next < sub)
            slave->configuring = true;
        if (bit == 0)
            slave->scan_sub = next;
        net_lss_answer(slave, 0x4F, 0);
    }
}

static inline void net_lss(struct net_slave *slave, const uint8_t *data)
{
    uint32_t number = (uint32_t)co_get_le(data + 1, 4);

    if (data[0] == 0x51) {
        net_fastscan(slave, data);
    } else if (data[0] == 0x04) {
        if (slave->configuring && data[1] == 0 && slave->node_id == 255 && !slave->forgets) {
            slave->node_id = slave->pending_id;
            net_boot_up(slave);
        }
        slave->configuring = data[1] == 1;
    } else if (data[0] >= 0x40 && data[0] <= 0x43) {
        slave->selected = data[0] == 0x40 ? 0 : slave->selected;
        slave->selected += number == slave->address[data[0] - 0x40];
        if (data[0] == 0x43 && slave->selected == 4) {
            slave->configuring = true;
            net_lss_answer(slave, 0x44, 0);
        }
    } else if (data[0] == 0x4C && slave->node_id == 255) {
        net_lss_answer(slave, 0x50, 0);
    } else if (!slave->configuring) {
        return;
    } else if (data[0] == 0x11) {
        slave->pending_id = data[1];
        net_lss_answer(slave, 0x11, 0);
    } else if (data[0] == 0x13) {
        net_lss_answer(slave, 0x13, data[2] == 1 ? 1 : 0); /* no 800 kbit/s */
    } else if (data[0] == 0x17) {
        slave->stored = true;
        net_lss_answer(slave, 0x17, 0);
    } else if (data[0] >= 0x5A && data[0] <= 0x5D) {
        net_lss_answer(slave, data[0], slave->address[data[0] - 0x5A]);
    } else if (data[0] == 0x5E) {
        net_lss_answer(slave, 0x5E, slave->node_id);
    }
}

static inline void net_guard(struct net_slave *slave)
{
    uint8_t byte = (uint8_t)(slave->state | (slave->toggle ? 0x80 : 0));

    if (slave->ignore_guarding > 0) {
        slave->ignore_guarding--;
        return;
    }
    slave->toggle = !slave->toggle;
    net_slave_send(slave, 0x700 + slave->node_id, &byte, 1);
}

static inline void net_to_slave(struct net_slave *slave, const struct cansim_frame *frame)
{
    const struct server_object *heartbeat;

    if (slave->off)
        return;
    if (frame->id == 0)
        net_nmt(slave, frame);
    else if (frame->id == 0x7E5)
        net_lss(slave, frame->data);
    else if (frame->id == 0x700 + slave->node_id && (frame->flags & CANSIM_FRAME_RTR))
        net_guard(slave);
    else if (frame->id == 0x600 + slave->node_id)
        server_frame(&slave->server, frame->data);
    heartbeat = server_find(&slave->server, 0x1017, 0);
    if (heartbeat != NULL && heartbeat->len == 2 && slave->heartbeat_at == CANSIM_NEVER &&
        frame->id == 0x600 + slave->node_id)
        slave->heartbeat_at = slave->net->now + (int64_t)co_get_le(heartbeat->value, 2) * MS;
}

static inline void net_slave_time(struct net_slave *slave)
{
    const struct server_object *heartbeat = server_find(&slave->server, 0x1017, 0);

    if (slave->off || slave->net->now < slave->heartbeat_at)
        return;
    slave->heartbeat_at += (int64_t)co_get_le(heartbeat->value, 2) * MS;
    net_slave_send(slave, 0x700 + slave->node_id, &slave->state, 1);
}

/* ---- time ------------------------------------------------------------------------------------ */

static inline void net_trace(struct net *net, const struct cansim_frame *frame)
{
    size_t at = strlen(net->trace);

    net->n_frames++;
    if ((frame->id == 0x7E5 && frame->data[0] == 0x51) ||
        (frame->id == 0x7E4 && frame->data[0] == 0x4F) || at > sizeof(net->trace) - 64)
        return;
    at += (size_t)snprintf(net->trace + at, 16, "%03X#%s", frame->id,
                           frame->flags & CANSIM_FRAME_RTR ? "R" : "");
    for (unsigned i = 0; i < frame->len; i++)
        at += (size_t)snprintf(net->trace + at, 3, "%02X", frame->data[i]);
    (void)snprintf(net->trace + at, 2, " ");
}

static inline void net_deliver(struct net *net)
{
    struct net_frame item = net->queue[net->head];

    net->head = (net->head + 1) % QUEUE;
    net->n_queue--;
    net->now += FRAME_PS;
    item.frame.at_ps = net->now;
    net_trace(net, &item.frame);
    for (unsigned i = 0; i < net->n_slaves; i++) {
        if (item.from != i + 1)
            net_to_slave(&net->slaves[i], &item.frame);
    }
    if (item.from == 0)
        net->n_masters--;
    if (item.from == 0)
        net->type->sent(net->master, item.cookie, 0, net->now);
    else
        net->type->frame(net->master, &item.frame);
}

static inline void net_run(struct net *net, int64_t for_ps)
{
    int64_t until = net->now + for_ps;

    while (net->now < until) {
        int64_t next = net->timer_at < until ? net->timer_at : until;
        for (unsigned i = 0; i < net->n_slaves; i++) {
            if (!net->slaves[i].off && net->slaves[i].heartbeat_at < next)
                next = net->slaves[i].heartbeat_at;
        }
        if (net->n_queue != 0 && net->now + FRAME_PS <= next) {
            net_deliver(net);
            continue;
        }
        if (next > net->now)
            net->now = next;
        for (unsigned i = 0; i < net->n_slaves; i++)
            net_slave_time(&net->slaves[i]);
        if (net->now >= net->timer_at) {
            net->timer_at = CANSIM_NEVER;
            net->type->timer(net->master, net->now);
        }
        if (net->n_queue != 0)
            net_deliver(net);
    }
}

static inline bool net_said(const struct net *net, const char *text)
{
    return strstr(net->notes, text) != NULL;
}

#define assert_said(net, text)                                \
    do {                                                      \
        if (!net_said(net, text))                             \
            fail_msg("not said: %s\n%s", text, (net)->notes); \
    } while (0)

#define assert_traced(net, text)                                                \
    do {                                                                        \
        if (strstr((net)->trace, text) == NULL)                                 \
            fail_msg("not sent: %s\n%s\n%s", text, (net)->trace, (net)->notes); \
    } while (0)

#endif
