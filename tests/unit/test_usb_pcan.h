/* SPDX-License-Identifier: MIT */
/* test_usb_pcan.h - a PCAN-USB Pro FD on a bus, and what a guest's driver does with it: the same
 * commands in the same order, records read by the same rules. Bus time moves by hand. */
#ifndef CANSIM_TESTS_UNIT_TEST_USB_PCAN_H
#define CANSIM_TESTS_UNIT_TEST_USB_PCAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "qemu-link/usb_pcan.h"
#include "simcore/sim.h"

#define US        CS_PS_PER_US
#define MS        CS_PS_PER_MS
#define BIT_PS    (2 * US) /* 500 kbit/s */
#define N_ANSWERS 256

/* What the driver of one channel knows. */
struct driver {
    bool bus_off;  /* takes no STATUS until it restarts */
    unsigned bits; /* of the last STATUS that counted */
    unsigned tec, rec;
    unsigned statuses, errors, overruns, barriers, frames, looped;
    uint8_t error_type, error_code;
    uint64_t us; /* of the last record */
    struct cs_frame frame;
    uint8_t tag[8], client;
};

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus[2]; /* 500 kbit/s and 2 Mbit/s */
    struct pcan *pcan;
    int peer; /* an ordinary controller on the first bus */
    struct driver driver[2];
    unsigned n_answers, n_ready;
    struct {
        unsigned channel;
        uint64_t id;
        int64_t at_ps;
    } answers[N_ANSWERS];
    unsigned lost;
    unsigned peer_received, error_frames, attempts;
    struct cs_frame peer_frame;
    uint16_t node_state; /* of the adapter's first controller */
};

/* ---- the driver's eyes -------------------------------------------------------------------- */

static inline void see_frame(struct driver *d, const uint8_t *rec, unsigned size)
{
    const unsigned flags = pcan_get16(rec + 22), dlc = rec[20] >> 4;

    d->frames++;
    d->looped += (flags & (PCAN_FLAG_LOOPED_BACK | PCAN_FLAG_SELF_RECEIVE)) != 0;
    memcpy(d->tag, rec + 12, 8);
    d->client = rec[21];
    d->frame = (struct cs_frame){.id = pcan_get32(rec + 24), .dlc = (uint8_t)dlc};
    d->frame.flags = (uint8_t)((flags & PCAN_FLAG_EXT ? CS_FRAME_EXT : 0) |
                               (flags & PCAN_FLAG_RTR ? CS_FRAME_RTR : 0) |
                               (flags & PCAN_FLAG_FD ? CS_FRAME_FD : 0) |
                               (flags & PCAN_FLAG_BRS ? CS_FRAME_BRS : 0) |
                               (flags & PCAN_FLAG_ESI ? CS_FRAME_ESI : 0));
    if (!(flags & PCAN_FLAG_RTR))
        d->frame.len = (uint8_t)cs_frame_dlc_to_len(dlc, flags & PCAN_FLAG_FD);
    assert_true(size >= 28u + d->frame.len);
    memcpy(d->frame.data, rec + 28, d->frame.len);
}

static inline void see_status(struct driver *d, unsigned bits)
{
    d->barriers += (bits & PCAN_STATUS_BARRIER) != 0;
    if (d->bus_off)
        return;
    d->statuses++;
    d->bits = bits & ~(unsigned)PCAN_STATUS_BARRIER;
    d->bus_off = bits & PCAN_STATUS_BUS_OFF;
    if (d->bits == 0)
        d->tec = d->rec = 0;
}

static inline void see(struct world *w, const uint8_t *rec, unsigned size)
{
    const unsigned type = pcan_get16(rec + 2);
    const unsigned channel = (type == PCAN_REC_RX ? rec[20] : rec[12]) & 0x0F;
    struct driver *d;

    assert_true(channel < w->pcan->n_channels);
    d = &w->driver[channel];
    d->us = pcan_get32(rec + 4) | (uint64_t)pcan_get32(rec + 8) << 32;
    switch (type) {
    case PCAN_REC_RX:
        see_frame(d, rec, size);
        break;
    case PCAN_REC_ERROR:
        assert_int_equal(size, 16);
        d->errors++;
        d->error_type = rec[12] >> 4;
        d->error_code = rec[13];
        d->tec = rec[14];
        d->rec = rec[15];
        break;
    case PCAN_REC_STATUS:
        assert_int_equal(size, 16);
        see_status(d, rec[12] & 0xF0u);
        break;
    case PCAN_REC_OVERRUN:
        assert_int_equal(size, 16);
        d->overruns++;
        break;
    default: /* would be an error in the guest's log */
        fail_msg("record of type %#x", type);
    }
}

/* One bulk transfer from the adapter. Returns its length. */
static inline size_t fetch_once(struct world *w, size_t room)
{
    uint8_t buf[2048];
    const size_t len = cs_pcan_take(w->pcan, buf, room);
    size_t at = 0;

    assert_true(len <= room);
    while (at < len) {
        const unsigned size = pcan_get16(buf + at);

        assert_true(size >= 16 && size % 4 == 0 && at + size <= len);
        see(w, buf + at, size);
        at += size;
    }
    return len;
}

static inline void fetch(struct world *w)
{
    while (fetch_once(w, 2048) > 0)
        ;
}

/* Let time pass, the guest fetching what there is now and then. */
static inline void run(struct world *w, int64_t ps)
{
    const int64_t end_ps = cs_sim_now_ps(w->sim) + ps;

    while (cs_sim_now_ps(w->sim) < end_ps) {
        const int64_t next_ps = cs_sim_now_ps(w->sim) + MS;

        cs_sim_run_until(w->sim, next_ps < end_ps ? next_ps : end_ps);
        fetch(w);
    }
}

/* ---- the world ---------------------------------------------------------------------------- */

static inline void on_answer(void *ctx, unsigned channel, uint64_t id)
{
    struct world *w = ctx;

    assert_true(w->n_answers < N_ANSWERS);
    w->answers[w->n_answers].channel = channel;
    w->answers[w->n_answers].at_ps = cs_sim_now_ps(w->sim);
    w->answers[w->n_answers++].id = id;
}

static inline void on_records(void *ctx)
{
    ((struct world *)ctx)->n_ready++;
}

static inline void on_lost(void *ctx, unsigned channel)
{
    (void)channel;
    ((struct world *)ctx)->lost++;
}

static inline void peer_received(void *ctx, const struct cs_rx *rx)
{
    struct world *w = ctx;

    w->peer_received++;
    w->peer_frame = *rx->frame;
}

static inline void observe(void *ctx, const struct cs_event *event)
{
    struct world *w = ctx;

    w->error_frames += event->kind == CS_EV_ERROR_FRAME;
    if (event->bus != 0 || event->node != cs_port_node(w->pcan->channels[0].port))
        return;
    w->attempts += event->kind == CS_EV_TX_START;
    if (event->kind == CS_EV_STATE)
        w->node_state = event->state;
}

static const struct cs_controller_ops peer_ops = {.received = peer_received};

static inline void join_peer(struct world *w, uint32_t bitrate_bps)
{
    const struct cs_controller_config peer = {
        .name = "peer", .via = "test", .bitrate_bps = bitrate_bps, .ops = &peer_ops, .ctx = w};

    w->peer = cs_bus_attach(w->bus[0], &peer);
    assert_true(w->peer >= 0);
}

static inline int set_up(void **state)
{
    const struct cs_bus_config buses[2] = {
        {.name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000},
        {.name = "can1", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000}};
    const char *const names[2] = {"guest.0", "guest.1"};
    struct world *w = calloc(1, sizeof(*w));
    const struct cs_pcan_guest guest = {on_answer, on_records, on_lost, w};
    struct cs_link_host host = {0};

    w->sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++)
        w->bus[i] = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &buses[i]));
    host.sim = w->sim;
    w->pcan = cs_pcan_create(&host, w->bus, names, 2, "usb", &guest);
    assert_non_null(w->pcan);
    assert_int_equal(cs_sim_observe(w->sim, observe, w), 0);
    *state = w;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    cs_pcan_destroy(w->pcan);
    cs_sim_destroy(w->sim);
    free(w);
    return 0;
}

/* ---- the driver's hands ------------------------------------------------------------------- */

struct commands {
    uint8_t bytes[512];
    size_t len;
};

static inline void add(struct commands *c, unsigned channel, unsigned opcode, const char *hex)
{
    uint8_t *cmd = c->bytes + c->len;
    unsigned byte;

    assert_true(c->len + 8 <= sizeof(c->bytes));
    memset(cmd, 0, 8);
    pcan_put16(cmd, channel << 12 | opcode);
    for (unsigned i = 2; i < 8 && sscanf(hex, "%2x", &byte) == 1; i++, hex += 2)
        cmd[i] = (uint8_t)byte;
    c->len += 8;
}

static inline void give(struct world *w, struct commands *c)
{
    if (c->len <= sizeof(c->bytes) - 8) {
        memset(c->bytes + c->len, 0xFF, 8);
        c->len += 8;
    }
    cs_pcan_commands(w->pcan, c->bytes, c->len);
    c->len = 0;
}

static inline void command(struct world *w, unsigned channel, unsigned opcode, const char *hex)
{
    struct commands c = {.len = 0};

    add(&c, channel, opcode, hex);
    give(w, &c);
}

static inline void driver_probe(struct world *w)
{
    for (unsigned channel = 0; channel < w->pcan->n_channels; channel++) {
        command(w, channel, PCAN_CMD_CLOCK, "00");
        command(w, channel, PCAN_CMD_LED, "00");
        command(w, channel, PCAN_CMD_RESET_MODE, "");
    }
}

/* As the driver of a channel does to go on, and to come back from bus-off. */
static inline void driver_restart(struct world *w, unsigned channel, unsigned mode)
{
    struct commands c = {.len = 0};

    add(&c, channel, PCAN_CMD_WR_ERR_CNT, "00C00000");
    add(&c, channel, PCAN_CMD_SET_OPTION, "0400");
    add(&c, channel, mode, "");
    give(w, &c);
    w->driver[channel].bus_off = false;
}

/* As Linux chooses them at 80 MHz: ewl, sjw, tseg2, tseg1, brp. */
#define SLOW_1M   "600009440000"
#define SLOW_500K "6000138a0000"
#define SLOW_125K "6000138a0300"
#define FAST_2M   "0000091c0000"

static inline void driver_up_mode(struct world *w, unsigned channel, const char *slow,
                                  const char *fast, unsigned mode)
{
    struct commands c = {.len = 0};

    add(&c, channel, PCAN_CMD_TIMING_SLOW, slow);
    give(w, &c);
    if (fast) {
        add(&c, channel, PCAN_CMD_TIMING_FAST, fast);
        give(w, &c);
    }
    for (unsigned row = 0; row < 64; row++) {
        char hex[16];

        snprintf(hex, sizeof(hex), "%02x00ffffffff", row);
        add(&c, channel, PCAN_CMD_FILTER_STD, hex);
    }
    give(w, &c); /* a full packet has no end mark */
    add(&c, channel, PCAN_CMD_SET_OPTION, "010000000080");
    give(w, &c);
    memset(&w->driver[channel], 0, sizeof(w->driver[channel]));
    driver_restart(w, channel, mode);
}

static inline void driver_up(struct world *w)
{
    driver_probe(w);
    driver_up_mode(w, 0, SLOW_500K, FAST_2M, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
}

/* A TX record with its end mark; returns the length. `more` are flags beside the frame's. */
static inline size_t put_frame(uint8_t *rec, unsigned channel, const char *text, unsigned more)
{
    struct cs_frame frame;
    char why[128];
    unsigned flags = more;
    size_t size;

    if (cs_frame_parse(text, &frame, why, sizeof(why)) != 0)
        fail_msg("%s: %s", text, why);
    flags |= frame.flags & CS_FRAME_EXT ? PCAN_FLAG_EXT : 0u;
    flags |= frame.flags & CS_FRAME_RTR ? PCAN_FLAG_RTR : 0u;
    flags |= frame.flags & CS_FRAME_FD ? PCAN_FLAG_FD : 0u;
    flags |= frame.flags & CS_FRAME_BRS ? PCAN_FLAG_BRS : 0u;
    size = (20u + frame.len + 3u) & ~3u;
    memset(rec, 0, size + 4);
    pcan_put16(rec, (unsigned)size);
    pcan_put16(rec + 2, PCAN_REC_TX);
    memcpy(rec + 4, "tagged!", 8);
    rec[12] = (uint8_t)(channel | (unsigned)frame.dlc << 4);
    rec[13] = 7;
    pcan_put16(rec + 14, flags);
    pcan_put32(rec + 16, frame.id);
    memcpy(rec + 20, frame.data, frame.len);
    return size + 4;
}

static inline void xmit_flags(struct world *w, unsigned channel, uint64_t id, const char *text,
                              unsigned flags)
{
    uint8_t packet[128];
    const size_t len = put_frame(packet, channel, text, flags);

    assert_int_equal(cs_pcan_packet(&w->pcan->channels[channel], id, packet, len), 0);
}

static inline void xmit(struct world *w, uint64_t id, const char *text)
{
    xmit_flags(w, 0, id, text, 0);
}

static inline void peer_sends(struct world *w, const char *text)
{
    struct cs_frame frame;
    char why[128];

    if (cs_frame_parse(text, &frame, why, sizeof(why)) != 0)
        fail_msg("%s: %s", text, why);
    assert_int_equal(cs_bus_submit(w->bus[0], w->peer, &frame, 1), 0);
}

static inline bool frame_is(const struct cs_frame *frame, const char *text)
{
    char got[CS_FRAME_TEXT_MAX];

    cs_frame_format(frame, got);
    if (strcmp(got, text) != 0)
        print_message("expected %s, got %s\n", text, got);
    return strcmp(got, text) == 0;
}

#endif
