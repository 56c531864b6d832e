/* SPDX-License-Identifier: MIT */
/* test_record.h - a run of a scenario, and somebody outside who does at random what clients and
 * devices do to it. */
#ifndef CANSIM_TESTS_UNIT_TEST_RECORD_H
#define CANSIM_TESTS_UNIT_TEST_RECORD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "qemu-link/dev_port.h"
#include "scenarios/log.h"
#include "scenarios/nodes.h"
#include "scenarios/record.h"
#include "simcore/rng.h"
#include "simcore/tap.h"

#define CLIENTS  6
#define CHANNELS 2

/* A run of a scenario: its buses, its nodes, and the events as the file has them. */
struct run {
    struct cs_scenario *scenario;
    struct cs_sim *sim;
    struct cs_nodes *nodes;
    struct cs_log log;
    int memory;
};

static void open_run(struct run *run, const char *name, const char *text)
{
    struct cs_error error = {0};
    char path[64];

    memset(run, 0, sizeof(*run));
    run->scenario = cs_scenario_parse(name, text, strlen(text), &error);
    if (run->scenario == NULL)
        fail_msg("%s\n%s", error.text, text);
    run->sim = cs_sim_create(run->scenario->seed);
    for (unsigned i = 0; i < run->scenario->n_buses; i++) {
        const struct cs_scenario_bus *bus = &run->scenario->buses[i];
        struct cs_bus_config config = {
            .name = bus->name, .fd = bus->fd, .timing = &bus->timing.timing};
        assert_int_equal(cs_sim_add_bus(run->sim, &config), (int)i);
    }
    run->nodes = cs_nodes_create(run->sim, run->scenario, NULL, NULL, &error);
    assert_non_null(run->nodes);
    run->memory = memfd_create("events", MFD_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", run->memory);
    assert_int_equal(cs_out_open(&run->log.out, path, NULL, &error), 0);
    run->log.sim = run->sim;
    cs_sim_observe(run->sim, cs_log_events, &run->log);
    assert_int_equal(cs_nodes_start(run->nodes, &error), 0);
}

/* The events so far, to be freed. */
static char *take_events(struct run *run)
{
    off_t len;

    cs_out_flush(&run->log.out);
    len = lseek(run->memory, 0, SEEK_END);
    char *text = calloc(1, (size_t)len + 1);
    assert_int_equal(pread(run->memory, text, (size_t)len, 0), len);
    return text;
}

static void close_run(struct run *run)
{
    cs_sim_unobserve(run->sim, cs_log_events, &run->log);
    cs_out_close(&run->log.out);
    cs_out_discard(&run->log.out);
    close(run->memory);
    cs_sim_destroy(run->sim);
    cs_nodes_destroy(run->nodes);
    cs_scenario_free(run->scenario);
}

/* ---- somebody outside -------------------------------------------------------------------------
 */

struct outside;

struct client {
    struct outside *all;
    struct cs_bus *bus;
    int node; /* CS_NO_NODE */
    bool leaves;
    unsigned answers; /* frames that it still answers from its callbacks */
};

/* A channel of a device, whose owner does as drivers have it do. */
struct channel {
    struct outside *all;
    struct cs_port *port;
    unsigned answers;
};

struct outside {
    struct run *run;
    struct cs_link_host host;
    struct channel channels[CHANNELS];
    bool devices;
    struct cs_rng rng;
    struct client clients[CLIENTS];
    int faults[64];
    unsigned n_faults;
    bool reacts; /* from callbacks as well */
};

static unsigned upto(struct outside *o, unsigned n)
{
    return (unsigned)(cs_rng_next(&o->rng) % n);
}

static void random_frame(struct outside *o, const struct client *client, struct cs_frame *frame)
{
    struct cs_node_status status;
    char text[200], why[200];
    int n;

    cs_bus_node_status(client->bus, client->node, &status);
    if (status.fd >= CS_FD_ISO && upto(o, 3) == 0)
        n = snprintf(text, sizeof(text), "%03X##%u", 0x100 + upto(o, 8), upto(o, 2));
    else if (upto(o, 4) == 0)
        n = snprintf(text, sizeof(text), "%08X#", 0x4000000 + upto(o, 3));
    else
        n = snprintf(text, sizeof(text), "%03X#", 0x100 + upto(o, 8));
    for (unsigned i = upto(o, 9); i > 0; i--)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%02X", upto(o, 256));
    assert_int_equal(cs_frame_parse(text, frame, why, sizeof(why)), 0);
}

static uint64_t random_cookie(struct outside *o)
{
    return upto(o, 8) == 0 ? UINT64_C(0xFFFFFFFFFFFF0000) + upto(o, 4) : upto(o, 4);
}

static void send(struct outside *o, const struct client *client)
{
    struct cs_frame frame;

    random_frame(o, client, &frame);
    cs_bus_submit(client->bus, client->node, &frame, random_cookie(o));
}

static void answer(struct client *client)
{
    if (!client->all->reacts || client->answers == 0 || client->leaves)
        return;
    client->answers--;
    if (upto(client->all, 8) == 0)
        cs_bus_set_mode(client->bus, client->node, CS_MODE_LISTEN_ONLY * upto(client->all, 2));
    else if (upto(client->all, 8) == 0)
        cs_bus_abort(client->bus, client->node, random_cookie(client->all));
    else
        send(client->all, client);
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    if (rx->frame->data[0] & 1)
        answer(ctx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    if (done->result != CS_TX_DETACHED)
        answer(ctx);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct client *client = ctx;

    if (event->kind != CS_EV_STATE || event->state != CS_STATE_BUS_OFF || !client->all->reacts)
        return;
    cs_bus_set_mode(client->bus, client->node, CS_MODE_NORMAL);
    cs_bus_recover(client->bus, client->node);
}

static void on_detached(void *ctx)
{
    struct client *client = ctx;

    client->node = CS_NO_NODE;
    client->leaves = false;
}

static const struct cs_controller_ops ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = on_detached,
};
/* As those of programs that want to know nothing. */
static const struct cs_controller_ops few_ops = {.detached = on_detached};

static const struct cs_timing *random_timing(struct outside *o, struct cs_timing *timing)
{
    static const uint32_t rates[] = {500000, 500000, 500000, 250000};

    memset(timing, 0, sizeof(*timing));
    if (upto(o, 2) == 0)
        cs_bit_timing_fill(&timing->nominal, rates[upto(o, 4)], 600 + upto(o, 30) * 10, 1);
    else
        timing->nominal = (struct cs_bit_timing){
            .bitrate_bps = 500000,
            .clock_hz = 16000000,
            .brp = 2,
            .prop_seg = (uint16_t)upto(o, 8),
            .phase_seg1 = 8,
            .sjw = 1,
        };
    if (timing->nominal.clock_hz > 0)
        timing->nominal.phase_seg2 = (uint16_t)(16 - 9 - timing->nominal.prop_seg);
    if (timing->nominal.clock_hz > 0 && timing->nominal.phase_seg2 == 0)
        timing->nominal.phase_seg2 = 1, timing->nominal.phase_seg1 = 7;
    if (upto(o, 3) == 0)
        cs_bit_timing_fill(&timing->data, 2000000, 0, 0);
    timing->drift_ppb = upto(o, 4) == 0 ? (int32_t)upto(o, 2000000) - 1000000 : 0;
    timing->tdc = (uint8_t)(upto(o, 6) == 0 ? upto(o, 4) : 0);
    timing->tdc_offset = timing->tdc == CS_TDC_FIXED ? 10 : 0;
    return timing;
}

static unsigned random_filters(struct outside *o, struct cs_filter filters[2])
{
    for (unsigned i = 0; i < 2; i++)
        filters[i] = (struct cs_filter){
            .id = 0x100 + upto(o, 8),
            .id_mask = upto(o, 2) == 0 ? 0x7FF : 0x7FC,
            .flags = (uint8_t)upto(o, 4),
            .flags_mask = (uint8_t)upto(o, 4),
        };
    return upto(o, 3);
}

static void attach(struct outside *o, struct client *client)
{
    static const char *const names[] = {"client", "console", "tool", "a"};
    struct cs_timing timing;
    struct cs_filter filters[2];
    struct cs_controller_config config = {
        .name = names[upto(o, 4)],
        .via = "link",
        .bitrate_bps = upto(o, 8) == 0 ? 250000 : 0,
        .timing = upto(o, 3) == 0 ? random_timing(o, &timing) : NULL,
        .fd = (enum cs_fd)(upto(o, 3) == 0 ? upto(o, CS_FD_COUNT) : CS_FD_BUS),
        .protocol_exception_off = upto(o, 5) == 0,
        .delay_ps = upto(o, 6) == 0 ? upto(o, 300000) : 0,
        .mode = upto(o, 5) == 0 ? upto(o, CS_MODE_ALL + 1) : CS_MODE_NORMAL,
        .order = (enum cs_tx_order)upto(o, 2),
        .tx_queue_len = upto(o, 3) == 0 ? 1 + upto(o, 4) : 0,
        .recovery_ps = upto(o, 3) == 0   ? CS_RECOVERY_MANUAL
                       : upto(o, 2) == 0 ? upto(o, 3) * CS_PS_PER_MS
                                         : 0,
        .filters = filters,
        .n_filters = random_filters(o, filters),
        .ops = upto(o, 2) == 0 ? &ops : &few_ops,
        .ctx = client,
    };

    client->all = o;
    client->bus = cs_sim_bus(o->run->sim, upto(o, 3) / 2);
    client->leaves = false;
    client->answers = 20;
    client->node = cs_bus_attach(client->bus, &config);
    if (client->node < 0)
        client->node = CS_NO_NODE;
}

/* ---- devices ----------------------------------------------------------------------------------
 */

static void switch_on(struct channel *channel)
{
    struct outside *o = channel->all;
    struct cs_port_config config = {
        .mode = upto(o, 5) == 0 ? CS_MODE_LISTEN_ONLY : CS_MODE_NORMAL,
        .recovery_ps = CS_RECOVERY_MANUAL,
        .tec = upto(o, 3) == 0 ? 100 : 0,
    };

    random_timing(o, &config.timing);
    memset(&config.timing.data, 0, sizeof(config.timing.data));
    channel->answers = 10;
    cs_port_on(channel->port, &config);
}

static void send_by(struct channel *channel)
{
    struct outside *o = channel->all;
    struct cs_frame frame = {.id = 0x100 + upto(o, 8), .dlc = 2, .len = 2};

    cs_port_submit(channel->port, &frame, random_cookie(o));
}

static void channel_answers(struct channel *channel)
{
    struct outside *o = channel->all;

    if (channel->answers == 0)
        return;
    channel->answers--;
    switch (upto(o, 6)) {
    case 0:
        cs_port_off(channel->port);
        break;
    case 1:
        switch_on(channel);
        break;
    case 2:
        cs_port_abort(channel->port, random_cookie(o));
        break;
    default:
        send_by(channel);
        break;
    }
}

static void channel_received(void *ctx, const struct cs_rx *rx)
{
    if (rx->frame->data[0] & 1)
        channel_answers(ctx);
}

static void channel_confirmed(void *ctx, const struct cs_tx_done *done)
{
    (void)done;
    channel_answers(ctx);
}

static void channel_event(void *ctx, const struct cs_event *event)
{
    struct channel *channel = ctx;

    if (event->kind == CS_EV_STATE && event->state == CS_STATE_BUS_OFF) {
        if (upto(channel->all, 2) == 0)
            switch_on(channel);
        else
            cs_port_recover(channel->port);
    }
}

static void channel_woken(void *ctx)
{
    send_by(ctx);
}

static const struct cs_port_ops port_ops = {
    .received = channel_received,
    .confirmed = channel_confirmed,
    .event = channel_event,
    .woken = channel_woken,
};

static void act_on_channel(struct outside *o)
{
    struct channel *channel = &o->channels[upto(o, CHANNELS)];

    switch (upto(o, 8)) {
    case 0:
    case 1:
        switch_on(channel);
        break;
    case 2:
        cs_port_off(channel->port);
        break;
    case 3:
        cs_port_sleep(channel->port);
        break;
    case 4:
        cs_port_wake(channel->port);
        break;
    case 5:
        cs_port_set_counters(channel->port, 256, 0);
        break;
    default:
        send_by(channel);
        break;
    }
}

static void open_channels(struct outside *o)
{
    o->host = (struct cs_link_host){.sim = o->run->sim};
    for (unsigned i = 0; i < CHANNELS; i++) {
        o->channels[i].all = o;
        o->channels[i].port = cs_port_create(&o->host, cs_sim_bus(o->run->sim, i % 2), "guest",
                                             "card", &port_ops, &o->channels[i]);
        assert_non_null(o->channels[i].port);
    }
}

static void close_channels(struct outside *o)
{
    for (unsigned i = 0; i < CHANNELS; i++)
        cs_port_destroy(o->channels[i].port);
}

/* ---- what it does -----------------------------------------------------------------------------
 */

static void arm(struct outside *o)
{
    static const char *const texts[] = {
        "flip field=crc index=3",
        "flip field=data from=%s count=2",
        "unplug node=%s for=200us",
        "noise ber=0.001 for=300us",
        "short for=90us after=13us",
        "reset node=%s",
        "bitrate node=%s bitrate=250k",
        "babble node=%s frame=000# for=1ms",
        "no-ack node=%s",
        "drift node=%s ppm=500",
        "delay node=%s delay=70us count=3",
        "lose node=%s",
        "stuck-dominant node=%s for=1ms",
        "cable node=%s delay=100ns",
    };
    struct cs_bus *bus = cs_sim_bus(o->run->sim, upto(o, 2));
    const char *node = cs_bus_node_name(bus, (int)upto(o, 5));
    struct cs_fault_spec spec;
    char text[200], why[300];

    snprintf(text, sizeof(text), texts[upto(o, sizeof(texts) / sizeof(texts[0]))], node);
    if (cs_fault_parse(text, &spec, why, sizeof(why)) != 0)
        return;
    int id = cs_fault_arm(bus, &spec, why, sizeof(why));
    if (id > 0 && o->n_faults < 64)
        o->faults[o->n_faults++] = id;
}

static void clear(struct outside *o)
{
    if (upto(o, 4) == 0)
        cs_fault_clear_all(cs_sim_bus(o->run->sim, upto(o, 2)));
    else if (o->n_faults > 0)
        cs_fault_clear(cs_sim_bus(o->run->sim, upto(o, 2)), o->faults[upto(o, o->n_faults)]);
}

static void say(struct outside *o, const struct client *client)
{
    struct cs_event event = {.kind = CS_EV_NOTE, .node = CS_NO_NODE, .text = "so \"it\" is\t\\"};

    if (client->node != CS_NO_NODE) {
        event.kind = CS_EV_LOST;
        event.bus = (uint16_t)cs_bus_index(client->bus);
        event.node = (int16_t)client->node;
        event.n_bits = (uint16_t)upto(o, 100);
    }
    cs_sim_publish(o->run->sim, &event);
}

static void act_on(struct outside *o, struct client *client)
{
    struct cs_timing timing;
    struct cs_filter filters[2];
    unsigned n;

    switch (upto(o, 16)) {
    case 0:
        client->leaves = true;
        cs_bus_detach(client->bus, client->node);
        break;
    case 1:
        cs_bus_remove(client->bus, client->node);
        break;
    case 2:
        cs_bus_set_mode(client->bus, client->node, upto(o, 3) == 0 ? upto(o, CS_MODE_ALL + 1) : 0);
        break;
    case 3:
        cs_bus_reset(client->bus, client->node);
        break;
    case 4:
        cs_bus_recover(client->bus, client->node);
        break;
    case 5:
        cs_bus_freeze(client->bus, client->node);
        break;
    case 6:
        cs_bus_set_counters(client->bus, client->node, upto(o, 4) == 0 ? 256 : upto(o, 256),
                            upto(o, 256));
        break;
    case 7:
        cs_bus_set_timing(client->bus, client->node, random_timing(o, &timing));
        break;
    case 8:
        n = random_filters(o, filters);
        cs_bus_set_filters(client->bus, client->node, filters, n);
        break;
    case 9:
        cs_bus_abort(client->bus, client->node, random_cookie(o));
        break;
    default:
        send(o, client);
        break;
    }
}

static void act(struct outside *o)
{
    struct client *client = &o->clients[upto(o, CLIENTS)];
    unsigned what = upto(o, 24);

    if (o->devices && upto(o, 2) == 0)
        act_on_channel(o);
    else if (what == 0)
        arm(o);
    else if (what == 1)
        clear(o);
    else if (what == 2)
        say(o, client);
    else if (client->node == CS_NO_NODE)
        attach(o, client);
    else if (!client->leaves)
        act_on(o, client);
}

/* Go on: to where something happens, just before or after it, or anywhere; or not at all. */
static void go_on(struct outside *o)
{
    struct cs_sim *sim = o->run->sim;
    int64_t now = cs_sim_now_ps(sim), next = cs_sim_next_ps(sim);

    if (next == CS_NEVER || next > now + CS_PS_PER_MS)
        next = now;
    switch (upto(o, 8)) {
    case 0:
        return;
    case 1:
        next = now;
        break;
    case 2:
    case 3:
        break;
    case 4:
        next = next > now ? next - 1 : next;
        break;
    case 5:
        next += upto(o, 3);
        break;
    default:
        next = now + upto(o, 200000000);
        break;
    }
    cs_sim_run_until(sim, next);
}

#endif
