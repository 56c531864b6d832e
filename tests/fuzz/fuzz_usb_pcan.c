/* SPDX-License-Identifier: MIT */
/* fuzz_usb_pcan.c - a guest that does with a PCAN-USB Pro FD whatever it likes, on a bus with
 * traffic. Every packet is answered once and in its order where it was not cancelled; records stay
 * whole. Each step of the input is a byte that says what, a byte of length, and so many bytes. */
#include <stdlib.h>
#include <string.h>

#include "qemu-link/usb_pcan.h"
#include "simcore/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_PACKETS 4096

enum fate { NONE, WAITS, ANSWERED, CANCELLED };

struct fuzz {
    struct cs_sim *sim;
    struct cs_bus *bus[2];
    struct pcan *pcan;
    int peer;
    uint64_t next_id, last_answer[2];
    uint8_t fate[N_PACKETS];
};

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void on_answer(void *ctx, unsigned channel, uint64_t id)
{
    struct fuzz *f = ctx;

    need(f->fate[id] == WAITS && id > f->last_answer[channel]);
    f->fate[id] = ANSWERED;
    f->last_answer[channel] = id;
}

static void on_records(void *ctx)
{
    (void)ctx;
}

static void on_lost(void *ctx, unsigned channel)
{
    (void)ctx;
    need(channel < 2);
}

static void packet(struct fuzz *f, const uint8_t *data, size_t len)
{
    struct pcan_channel *ch = &f->pcan->channels[len > 0 && data[0] & 1];

    if (f->next_id == N_PACKETS)
        return;
    f->fate[f->next_id] = WAITS;
    if (cs_pcan_packet(ch, f->next_id, data, len) != 0)
        f->fate[f->next_id] = NONE;
    f->next_id++;
}

/* A frame that makes sense, so that something happens: identifier, flags, length, data. */
static void frame(struct fuzz *f, const uint8_t *data, size_t len)
{
    uint8_t rec[PCAN_TX_HEADER + 12] = {0};
    const unsigned channel = len > 0 ? data[0] & 1 : 0;

    pcan_put16(rec, sizeof(rec) - 4);
    pcan_put16(rec + 2, PCAN_REC_TX);
    rec[12] = (uint8_t)(channel | (len > 1 ? data[1] % 9u : 0u) << 4);
    rec[14] = len > 2 ? data[2] : 0;
    rec[16] = len > 3 ? data[3] : 0;
    if (f->next_id == N_PACKETS)
        return;
    f->fate[f->next_id] = WAITS;
    if (cs_pcan_packet(&f->pcan->channels[channel], f->next_id, rec, sizeof(rec)) != 0)
        f->fate[f->next_id] = NONE;
    f->next_id++;
}

static void cancel(struct fuzz *f, const uint8_t *data, size_t len)
{
    const uint64_t back = len > 0 ? data[0] : 0;

    for (unsigned i = 0; i < 2 && back < f->next_id; i++) {
        const uint64_t id = f->next_id - 1 - back;

        if (cs_pcan_cancel(&f->pcan->channels[i], id)) {
            need(f->fate[id] == WAITS);
            f->fate[id] = CANCELLED;
        }
    }
}

static void take(struct fuzz *f, const uint8_t *data, size_t len)
{
    const size_t room = len > 0 ? (size_t)data[0] * 8 : 2048;
    uint8_t *buf = malloc(room + 1);
    size_t n;

    need(buf != NULL);
    n = cs_pcan_take(f->pcan, buf, room);
    need(n <= room);
    for (size_t at = 0; at < n; at += pcan_get16(buf + at))
        need(at + 16 <= n && pcan_get16(buf + at) >= 16 && pcan_get16(buf + at) % 4 == 0);
    free(buf);
}

static void control(struct fuzz *f, const uint8_t *data, size_t len)
{
    uint8_t buf[64];

    if (len < 8)
        return;
    need(cs_pcan_read(f->pcan, data, buf, sizeof(buf)) <= 36);
    cs_pcan_write(f->pcan, data, data + 8, len - 8);
}

static void peer_sends(struct fuzz *f, const uint8_t *data, size_t len)
{
    struct cs_frame sent = {.id = len > 0 ? data[0] : 0, .dlc = 8, .len = 8};

    memcpy(sent.data, data, len < 8 ? len : 8);
    cs_bus_submit(f->bus[0], f->peer, &sent, 1);
}

static void trouble(struct fuzz *f, const uint8_t *data, size_t len)
{
    if (len >= 2)
        cs_bus_set_counters(f->bus[0], cs_port_node(f->pcan->channels[0].port), data[0] * 2u,
                            data[1]);
}

static void reset(struct fuzz *f)
{
    cs_pcan_reset(f->pcan);
    for (uint64_t i = 0; i < f->next_id; i++)
        f->fate[i] = f->fate[i] == WAITS ? NONE : f->fate[i];
}

static void step(struct fuzz *f, unsigned what, const uint8_t *data, size_t len)
{
    switch (what % 11) {
    case 0:
    case 1:
        cs_pcan_commands(f->pcan, data, len);
        break;
    case 2:
        packet(f, data, len);
        break;
    case 3:
    case 4:
        frame(f, data, len);
        break;
    case 5:
        cancel(f, data, len);
        break;
    case 6:
        take(f, data, len);
        break;
    case 7:
        control(f, data, len);
        break;
    case 8:
        peer_sends(f, data, len);
        break;
    case 9:
        trouble(f, data, len);
        break;
    default:
        if (len == 3)
            reset(f);
    }
    cs_sim_run_until(f->sim, cs_sim_now_ps(f->sim) + (int64_t)(what / 11) * 50 * CS_PS_PER_US);
}

static void start(struct fuzz *f)
{
    const struct cs_bus_config buses[2] = {
        {.name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000},
        {.name = "can1", .bitrate_bps = 500000}};
    const struct cs_controller_config peer = {.name = "peer", .via = "test"};
    const char *const names[2] = {"guest.0", "guest.1"};
    const struct cs_pcan_guest guest = {on_answer, on_records, on_lost, f};
    struct cs_link_host host = {0};

    f->next_id = 1;
    f->sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++)
        f->bus[i] = cs_sim_bus(f->sim, (unsigned)cs_sim_add_bus(f->sim, &buses[i]));
    f->peer = cs_bus_attach(f->bus[0], &peer);
    host.sim = f->sim;
    f->pcan = cs_pcan_create(&host, f->bus, names, 2, "usb", &guest);
    need(f->pcan != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz *f = calloc(1, sizeof(*f));

    need(f != NULL);
    start(f);
    for (size_t at = 0; at + 2 <= size;) {
        const size_t len = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;

        step(f, data[at], data + at + 2, len);
        at += 2 + len;
    }
    for (unsigned i = 0; i < 2; i++)
        cs_pcan_channel_off(&f->pcan->channels[i]);
    for (uint64_t i = 0; i < f->next_id; i++)
        need(f->fate[i] != WAITS); /* off: whatever waited has been answered */
    cs_pcan_destroy(f->pcan);
    cs_sim_destroy(f->sim);
    free(f);
    return 0;
}
