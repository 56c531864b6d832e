/* SPDX-License-Identifier: MIT */
/* test_usb_gs.h - what Linux's gs_usb does with an adapter: its requests in its order, ten places a
 * channel for frames on their way, and the states that it shows. What would be an error in the
 * guest's log fails. */
#ifndef CANSIM_TESTS_UNIT_TEST_USB_GS_H
#define CANSIM_TESTS_UNIT_TEST_USB_GS_H

#include "qemu-link/usb_gs.h"
#include "tests/unit/test_usb.h"

#define SLOTS 10
#define TAKE  0xC1 /* vendor, interface */
#define GIVE  0x41

/* linux/can.h, linux/can/error.h */
#define EFF 0x80000000u
#define RTR 0x40000000u
#define ERR 0x20000000u

#define LOSTARB   0x002u
#define CRTL      0x004u
#define PROT      0x008u
#define ACK       0x020u
#define BUSOFF    0x040u
#define BUSERROR  0x080u
#define RESTARTED 0x100u
#define CNT       0x200u

struct gs_shown { /* one interface of the guest */
    bool used[SLOTS];
    uint32_t flags; /* it was opened with */
    unsigned tx, rx, overflows;
    unsigned warnings, passives, bus_offs, restarts, bus_errors, acks, arb_lost;
    enum gs_state state;
    uint32_t id, us;
    uint8_t dlc, frame_flags, data[64], error[8]; /* of the last frame, of the last error */
    uint32_t echo_us;
};

struct gs_driver {
    struct gs_shown can[GS_CHANNELS_MAX];
};

static inline struct gs_shown *can(struct usb_world *w, unsigned channel)
{
    return &((struct gs_driver *)w->driver)->can[channel];
}

/* As the driver follows states. */
static inline void gs_see_error(struct gs_shown *c, uint32_t id, const uint8_t *data)
{
    memcpy(c->error, data, 8);
    c->bus_errors += (id & BUSERROR) != 0;
    c->acks += (id & ACK) != 0;
    c->arb_lost += (id & LOSTARB) != 0;
    if (id & RESTARTED) {
        c->state = GS_ACTIVE;
        c->restarts++;
    } else if (id & BUSOFF) {
        c->state = GS_BUS_OFF;
        c->bus_offs++;
    } else if (id & CRTL && data[1] & 0x0C) {
        c->state = GS_WARNING;
        c->warnings++;
    } else if (id & CRTL && data[1] & 0x30) {
        c->state = GS_PASSIVE;
        c->passives++;
    } else if (id & CRTL) {
        c->state = GS_ACTIVE;
    }
}

static inline void gs_see(struct usb_world *w, const uint8_t *p, size_t len)
{
    struct gs_shown *c;
    uint32_t echo_id, us = 0;
    size_t size;

    assert_true(len >= GS_HEADER);
    assert_true(p[9] < usb_look(w).n_ports && p[11] == 0);
    c = can(w, p[9]);
    size = GS_HEADER + (p[10] & GS_FLAG_FD ? 64u : 8u);
    assert_int_equal(len, size + (c->flags & GS_HW_TIMESTAMP ? 4 : 0));
    if (c->flags & GS_HW_TIMESTAMP)
        us = gs_get32(p + size);
    echo_id = gs_get32(p);
    c->overflows += (p[10] & GS_FLAG_OVERFLOW) != 0;
    if (echo_id != GS_NO_ECHO) {
        assert_true(echo_id < SLOTS && c->used[echo_id]); /* "Unexpected unused echo id" */
        c->used[echo_id] = false;
        c->echo_us = us;
        c->tx++;
    } else if (gs_get32(p + 4) & ERR) {
        gs_see_error(c, gs_get32(p + 4), p + GS_HEADER);
    } else {
        c->rx++;
        c->us = us;
        c->id = gs_get32(p + 4);
        c->dlc = p[8];
        c->frame_flags = p[10];
        memcpy(c->data, p + GS_HEADER, size - GS_HEADER);
    }
}

/* ---- the driver's hands --------------------------------------------------------------------- */

static inline void gs_words(uint8_t *buf, const uint32_t *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        gs_put32(buf + 4 * (size_t)i, words[i]);
}

static inline int gs_set(struct usb_world *w, unsigned request, unsigned channel,
                         const uint32_t *words, unsigned n)
{
    uint8_t buf[64];

    gs_words(buf, words, n);
    return usb_control(w, GIVE, request, channel, 0, buf, 4 * n);
}

/* As Linux computes them from 80 MHz; bit rates that go with the buses' sample points. */
static inline int gs_timing(struct usb_world *w, unsigned channel, uint32_t bitrate_bps)
{
    const uint32_t words[5] = {69, 70, 20, 10, 500000 / bitrate_bps};

    return gs_set(w, 1, channel, words, 5);
}

static inline int gs_start(struct usb_world *w, unsigned channel, uint32_t flags)
{
    const uint32_t data[5] = {14, 15, 10, 5, 1}, mode[2] = {1, flags}; /* 2 Mbit/s */
    int ret;

    if (flags & GS_FD)
        assert_int_equal(gs_set(w, 10, channel, data, 5), 20);
    memset(can(w, channel), 0, sizeof(*can(w, channel)));
    can(w, channel)->flags = flags;
    w->guest.urbs = 30;
    if (flags & GS_HW_TIMESTAMP)
        assert_int_equal(usb_control(w, TAKE, 6, channel, 0, NULL, 4), 4);
    ret = gs_set(w, 2, channel, mode, 2);
    return ret == 8 ? 0 : ret;
}

static inline void gs_open(struct usb_world *w, unsigned channel, uint32_t flags)
{
    assert_int_equal(gs_timing(w, channel, 500000), 20);
    assert_int_equal(gs_start(w, channel, flags), 0);
    usb_run(w, MS); /* the controller has integrated */
}

static inline void gs_close(struct usb_world *w, unsigned channel)
{
    const uint32_t mode[2] = {0, 0};

    assert_int_equal(gs_set(w, 2, channel, mode, 2), 8);
    memset(can(w, channel)->used, 0, sizeof(can(w, channel)->used));
}

static inline int gs_place(struct usb_world *w, unsigned channel)
{
    for (int i = 0; i < SLOTS; i++)
        if (!can(w, channel)->used[i])
            return i;
    return -1;
}

static inline unsigned gs_on_their_way(struct usb_world *w, unsigned channel)
{
    unsigned n = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        n += can(w, channel)->used[i];
    return n;
}

/* False: the driver has no place, its queue is stopped. */
static inline bool gs_xmit_raw(struct usb_world *w, unsigned channel, uint32_t id, unsigned dlc,
                               unsigned flags, const uint8_t *data, size_t len)
{
    uint8_t packet[GS_PACKET_MAX] = {0};
    const int place = gs_place(w, channel);

    if (place < 0)
        return false;
    can(w, channel)->used[place] = true;
    gs_put32(packet, (uint32_t)place);
    gs_put32(packet + 4, id);
    packet[8] = (uint8_t)dlc;
    packet[9] = (uint8_t)channel;
    packet[10] = (uint8_t)flags;
    memcpy(packet + GS_HEADER, data, len);
    usb_give(w, 0x02, packet, can(w, channel)->flags & GS_FD ? 76 : 20);
    return true;
}

static inline bool gs_xmit(struct usb_world *w, unsigned channel, const char *text)
{
    const struct cs_frame f = usb_frame(text);
    const uint32_t id =
        f.id | (f.flags & CS_FRAME_EXT ? EFF : 0) | (f.flags & CS_FRAME_RTR ? RTR : 0);
    unsigned flags = f.flags & CS_FRAME_FD ? GS_FLAG_FD : 0;

    flags |= f.flags & CS_FRAME_BRS ? GS_FLAG_BRS : 0u;
    flags |= f.flags & CS_FRAME_ESI ? GS_FLAG_ESI : 0u;
    return gs_xmit_raw(w, channel, id, f.dlc, flags, f.data, f.len);
}

/* The last frame that this interface has got, in text. */
static inline void gs_same_rx(struct usb_world *w, unsigned channel, const char *text)
{
    const struct gs_shown *c = can(w, channel);
    const bool fd = c->frame_flags & GS_FLAG_FD;
    struct cs_frame f = {.id = c->id & CS_ID_MAX_EXT, .dlc = c->dlc};

    f.flags = (uint8_t)((c->id & EFF ? CS_FRAME_EXT : 0) | (c->id & RTR ? CS_FRAME_RTR : 0) |
                        (fd ? CS_FRAME_FD : 0) | (c->frame_flags & GS_FLAG_BRS ? CS_FRAME_BRS : 0) |
                        (c->frame_flags & GS_FLAG_ESI ? CS_FRAME_ESI : 0));
    f.len = c->id & RTR ? 0 : (uint8_t)cs_frame_dlc_to_len(c->dlc, fd);
    memcpy(f.data, c->data, f.len);
    usb_same_frame(&f, text);
}

static inline int gs_node(const struct usb_world *w, unsigned channel)
{
    return usb_look(w).port[channel].node;
}

static inline struct cs_node_status gs_status(const struct usb_world *w, unsigned channel)
{
    struct cs_node_status status;

    assert_int_equal(cs_bus_node_status(w->bus[channel], gs_node(w, channel), &status), 0);
    return status;
}

static inline struct usb_world *gs_create(const char *spec)
{
    struct usb_world *w = usb_create(spec, false);

    w->driver = calloc(1, sizeof(struct gs_driver));
    w->packet = gs_see;
    usb_connect(w);
    return w;
}

static inline int gs_set_up(void **state)
{
    *state = gs_create("gs_usb:can0,can1,can2");
    return 0;
}

static inline int gs_tear_down(void **state)
{
    struct usb_world *w = *state;

    free(w->driver);
    usb_destroy(w);
    return 0;
}

#endif
