/* SPDX-License-Identifier: MIT */
/* usb_gs.c - the adapter: its requests, and channels that are started and reset. */
#include "qemu-link/usb_gs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SW_VERSION 2u
#define HW_VERSION 1u

#define FEATURES                                                                        \
    (GS_LISTEN_ONLY | GS_LOOP_BACK | GS_TRIPLE_SAMPLE | GS_ONE_SHOT | GS_HW_TIMESTAMP | \
     GS_IDENTIFY | GS_FD | GS_BT_CONST_EXT | GS_BERR_REPORTING | GS_GET_STATE)

#define US_PS CS_PS_PER_US

/* The driver cannot ask for a restart, so it recovers by itself; not at once, as a guest that is
 * wrong would fill bus and logs with nothing else, and nobody would see that it is bus-off. */
#define RECOVERY_PS (100 * CS_PS_PER_MS)

static void put_words(uint8_t *at, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        gs_put32(at + 4 * i, words[i]);
}

/* ---- requests to the guest: buf has room for the longest answer ----------------------------- */

#define ANSWER_MAX 72u

static size_t bt_const(const struct gs_channel *ch, uint8_t *buf)
{
    /* feature, clock, tseg1 min max, tseg2 min max, sjw, brp min max step */
    static const uint32_t words[] = {FEATURES, GS_CLOCK_HZ, 1, 256, 1, 128, 128, 1, 1024, 1};

    (void)ch;
    put_words(buf, words, sizeof(words) / 4);
    return sizeof(words);
}

static size_t bt_const_ext(const struct gs_channel *ch, uint8_t *buf)
{
    static const uint32_t words[] = {1, 32, 1, 16, 16, 1, 32, 1}; /* of the data phase */
    const size_t n = bt_const(ch, buf);

    put_words(buf + n, words, sizeof(words) / 4);
    return n + sizeof(words);
}

static size_t device_config(const struct gs_channel *ch, uint8_t *buf)
{
    memset(buf, 0, 12);
    buf[3] = (uint8_t)(ch->gs->n_channels - 1);
    gs_put32(buf + 4, SW_VERSION);
    gs_put32(buf + 8, HW_VERSION);
    return 12;
}

static size_t timestamp(const struct gs_channel *ch, uint8_t *buf)
{
    gs_put32(buf, (uint32_t)(cs_port_now_ps(ch->port) / US_PS));
    return 4;
}

static size_t get_state(const struct gs_channel *ch, uint8_t *buf)
{
    const uint32_t words[] = {ch->started ? ch->state : GS_STOPPED, ch->rec, ch->tec};

    put_words(buf, words, 3);
    return sizeof(words);
}

/* ---- requests from the guest ----------------------------------------------------------------- */

static bool read_timing(const uint8_t *data, struct cs_bit_timing *timing)
{
    const uint32_t prop = gs_get32(data), seg1 = gs_get32(data + 4), seg2 = gs_get32(data + 8);
    const uint32_t sjw = gs_get32(data + 12), brp = gs_get32(data + 16);

    if (prop > 1024 || seg1 > 1024 || seg2 > 1024 || brp > UINT16_MAX)
        return false;
    *timing = (struct cs_bit_timing){
        .clock_hz = GS_CLOCK_HZ,
        .brp = (uint16_t)brp,
        .prop_seg = (uint16_t)prop,
        .phase_seg1 = (uint16_t)seg1,
        .phase_seg2 = (uint16_t)seg2,
        .sjw = (uint16_t)(sjw < 1      ? 1
                          : sjw < seg2 ? sjw
                                       : seg2),
    };
    return true;
}

static bool set_timing(struct gs_channel *ch, const uint8_t *data)
{
    return read_timing(data, &ch->nominal);
}

static bool set_data_timing(struct gs_channel *ch, const uint8_t *data)
{
    return read_timing(data, &ch->data);
}

static void stop(struct gs_channel *ch)
{
    cs_port_off(ch->port);
    cs_gs_forget(ch);
    ch->started = ch->off = false;
    ch->state = GS_ACTIVE;
    ch->next_error_ps = 0;
    ch->tec = ch->rec = 0;
}

static bool start(struct gs_channel *ch, uint32_t flags)
{
    const bool fd = flags & GS_FD;
    struct cs_port_config config = {
        .timing = {.nominal = ch->nominal},
        .fd = fd ? CS_FD_ISO : CS_FD_CLASSIC,
        .mode = (flags & GS_LISTEN_ONLY ? CS_MODE_LISTEN_ONLY : 0u) |
                (flags & GS_LOOP_BACK ? CS_MODE_LOOPBACK : 0u) |
                (flags & GS_ONE_SHOT ? CS_MODE_ONE_SHOT : 0u),
        .order = CS_TX_FIFO,
        .tx_queue_len = GS_SENT_MAX,
        .recovery_ps = RECOVERY_PS,
    };

    stop(ch);
    if (fd)
        config.timing.data = ch->data;
    ch->mode = flags;
    ch->started = cs_port_on(ch->port, &config) == 0;
    return ch->started;
}

static bool set_mode(struct gs_channel *ch, const uint8_t *data)
{
    const uint32_t mode = gs_get32(data), flags = gs_get32(data + 4);

    if (mode > 1)
        return false;
    if (mode == 1)
        return start(ch, flags & FEATURES);
    stop(ch);
    return true;
}

static bool ignored(struct gs_channel *ch, const uint8_t *data)
{
    (void)ch;
    (void)data;
    return true;
}

/* ---- the table of requests --------------------------------------------------------------------
 */

static const struct {
    bool of_device; /* wValue is no channel */
    size_t (*get)(const struct gs_channel *ch, uint8_t *buf);
    bool (*set)(struct gs_channel *ch, const uint8_t *data);
    size_t set_len;
} requests[] = {
    [0] = {.of_device = true, .set = ignored, .set_len = 4}, /* byte order: little */
    [1] = {.set = set_timing, .set_len = 20},
    [2] = {.set = set_mode, .set_len = 8},
    [4] = {.get = bt_const},
    [5] = {.of_device = true, .get = device_config},
    [6] = {.of_device = true, .get = timestamp},
    [7] = {.set = ignored, .set_len = 4}, /* identify: it has no lamp to blink */
    [10] = {.set = set_data_timing, .set_len = 20},
    [11] = {.get = bt_const_ext},
    [14] = {.get = get_state},
};
#define N_REQUESTS (sizeof(requests) / sizeof(requests[0]))

/* Vendor requests only. */
static struct gs_channel *channel_of(struct gs *gs, const uint8_t setup[8])
{
    const unsigned value = setup[2] | (unsigned)setup[3] << 8;

    if ((setup[0] & CS_USB_TYPE_MASK) != 0x40 || setup[1] >= N_REQUESTS)
        return NULL;
    if (requests[setup[1]].of_device)
        return &gs->channel[0];
    return value < gs->n_channels ? &gs->channel[value] : NULL;
}

static int control_in(void *self, const uint8_t setup[8], uint8_t *buf, size_t room)
{
    struct gs_channel *ch = channel_of(self, setup);
    uint8_t answer[ANSWER_MAX];
    size_t len;

    if (!ch || !requests[setup[1]].get)
        return -EPIPE;
    len = requests[setup[1]].get(ch, answer);
    len = len < room ? len : room;
    memcpy(buf, answer, len);
    return (int)len;
}

static int control_out(void *self, const uint8_t setup[8], const uint8_t *data, size_t len)
{
    struct gs_channel *ch = channel_of(self, setup);

    if (!ch || !requests[setup[1]].set || len < requests[setup[1]].set_len ||
        !requests[setup[1]].set(ch, data))
        return -EPIPE;
    return (int)len;
}

/* ---- what a controller tells --------------------------------------------------------------------
 */

static void on_received(void *ctx, const struct cs_rx *rx)
{
    cs_gs_received(ctx, rx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    cs_gs_confirmed(ctx, done);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    cs_gs_event(ctx, event);
}

static const struct cs_port_ops port_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
};

/* ---- the adapter
 * ---------------------------------------------------------------------------------- */

static void destroy(void *self)
{
    struct gs *gs = self;

    for (unsigned i = 0; i < gs->n_channels; i++)
        cs_port_destroy(gs->channel[i].port);
    free(gs);
}

static void *create(struct cs_usb *usb)
{
    struct cs_device *device = cs_usb_device(usb);
    struct gs *gs = calloc(1, sizeof(*gs));
    char name[CS_NAME_MAX];

    if (!gs)
        return NULL;
    gs->usb = usb;
    for (unsigned i = 0; i < device->spec.n_buses; i++) {
        struct gs_channel *ch = &gs->channel[i];

        ch->gs = gs;
        ch->index = i;
        ch->port = cs_port_create(&device->host, device->bus[i],
                                  cs_device_port_name(device, i, name), "usb", &port_ops, ch);
        if (!ch->port) {
            destroy(gs);
            return NULL;
        }
        gs->n_channels++;
    }
    return gs;
}

static void reset(void *self)
{
    struct gs *gs = self;

    for (unsigned i = 0; i < gs->n_channels; i++) {
        stop(&gs->channel[i]);
        gs->channel[i].nominal = gs->channel[i].data = (struct cs_bit_timing){0};
    }
    gs->in_first = gs->in_n = 0;
}

/* The packet is done before its echo comes: else the driver has no place for it. */
static int out(void *self, unsigned endpoint, uint64_t id, const uint8_t *data, size_t len)
{
    struct gs *gs = self;

    cs_usb_out_done(gs->usb, endpoint, id);
    if (data)
        cs_gs_packet(gs, data, len);
    return 0;
}

static void cancel(void *self, unsigned endpoint, uint64_t id)
{
    (void)self;
    (void)endpoint;
    (void)id;
}

static size_t in(void *self, unsigned endpoint, uint8_t *buf, size_t room)
{
    (void)endpoint;
    return cs_gs_take(self, buf, room);
}

static int node(const void *self, unsigned channel)
{
    return cs_port_node(((const struct gs *)self)->channel[channel].port);
}

static const struct cs_usb_profile profile = {
    .vendor_id = 0x1D50,
    .product_id = 0x606F,
    .version_bcd = 0x0200,
    .manufacturer = "cansim",
    .product = "gs_usb adapter",
    .endpoints = {GS_EP_IN, GS_EP_OUT},
    .n_endpoints = 2,
    .per_channel = 2,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .control_in = control_in,
    .control_out = control_out,
    .out = out,
    .cancel = cancel,
    .in = in,
    .node = node,
};

const struct cs_device_model cs_usb_gs_model = {
    .kind = CS_DEVICE_USB,
    .name = "gs_usb",
    .aliases = "gsusb,candlelight",
    .min_ports = 1,
    .max_ports = GS_CHANNELS_MAX,
    .driver = "gs_usb",
    .help = "gs_usb adapter with CAN FD (1d50:606f)",
    .ops = &cs_usb_ops,
    .data = &profile,
};
