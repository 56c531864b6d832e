/* SPDX-License-Identifier: MIT */
/* test_usb.h - an adapter on its socket and, in the same process, what QEMU is to it: a guest's
 * side of usbredir that asserts what QEMU asserts (packets of one endpoint end in their order, each
 * once). Bus time moves by hand. */
#ifndef CANSIM_TESTS_UNIT_TEST_USB_H
#define CANSIM_TESTS_UNIT_TEST_USB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <usbredirparser.h>

#include "qemu-link/device.h"
#include "simcore/sim.h"

#define US        CS_PS_PER_US
#define MS        CS_PS_PER_MS
#define N_BUSES   3
#define N_PACKETS 128 /* outstanding at one endpoint */
#define NO_ANSWER (-1000)

struct usb_world;

/* What the guest's driver does with a packet that came from the adapter. */
typedef void usb_packet_fn(struct usb_world *w, const uint8_t *data, size_t len);

struct usb_guest {
    int fd;
    struct usbredirparser *parser;
    unsigned hellos, connects, disconnects, interfaces;
    bool connected; /* the adapter, to the guest's USB bus */
    struct usb_redir_device_connect_header device;
    struct usb_redir_ep_info_header endpoints;
    bool hung_up; /* the host has closed the connection */

    uint64_t next_id;
    struct usb_outstanding { /* by endpoint: OUT 0..15, IN 16..31 */
        unsigned n;
        uint64_t id[N_PACKETS];
    } waiting[32];
    uint64_t cancelled[N_PACKETS];
    unsigned n_cancelled;

    /* of the last answer: bytes or usb_redir_… negated */
    int control, configuration, setting, refused;
    uint8_t answer[4096];
    unsigned n_done, n_in, n_ended; /* OUT packets; IN packets; cancelled by the host */
    int status;                     /* of the last bulk packet */
    uint64_t last_id, control_id;
    unsigned urbs; /* IN packets that are asked for anew whenever one came */
    bool idle;     /* ask for none */
};

struct usb_world {
    char dir[64], path[128];
    struct ev_loop *loop;
    struct cs_sim *sim;
    struct cs_bus *bus[N_BUSES];
    struct cs_device *device;
    struct usb_guest guest;
    usb_packet_fn *packet;
    void *driver; /* what `packet` works on */
    int peer;     /* an ordinary controller on the first bus */
    unsigned peer_received, error_frames, attempts, notes, lost;
    char note[256];
    struct cs_frame peer_frame;
    int64_t peer_at_ps;
};

static inline unsigned usb_index(unsigned endpoint)
{
    return (endpoint & 0x0F) | (endpoint & 0x80) >> 3;
}

/* ---- what the host says -------------------------------------------------------------------- */

static inline void usb_no_log(void *priv, int level, const char *text)
{
    if (level <= usbredirparser_error)
        fail_msg("what the host sent: %s", text);
    (void)priv;
}

static inline int usb_guest_read(void *priv, uint8_t *data, int count)
{
    struct usb_world *w = priv;
    const ssize_t n = recv(w->guest.fd, data, (size_t)count, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN))
        w->guest.hung_up = true;
    return n > 0 ? (int)n : n < 0 && errno == EAGAIN ? 0 : -1;
}

static inline int usb_guest_write(void *priv, uint8_t *data, int count)
{
    struct usb_world *w = priv;
    const ssize_t n = send(w->guest.fd, data, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);

    return n >= 0 ? (int)n : errno == EAGAIN ? 0 : -1;
}

static inline void usb_on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    (void)hello;
    ((struct usb_world *)priv)->guest.hellos++;
}

static inline void usb_on_connect(void *priv, struct usb_redir_device_connect_header *device)
{
    struct usb_guest *g = &((struct usb_world *)priv)->guest;

    assert_false(g->connected); /* QEMU: "already connected" */
    assert_true(g->interfaces > 0);
    g->connected = true;
    g->connects++;
    g->device = *device;
}

static inline void usb_on_disconnect(void *priv)
{
    struct usb_guest *g = &((struct usb_world *)priv)->guest;

    assert_true(g->connected);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(g->waiting[i].n, 0); /* all was given back before */
    g->connected = false;
    g->disconnects++;
}

static inline void usb_on_interfaces(void *priv, struct usb_redir_interface_info_header *info)
{
    ((struct usb_world *)priv)->guest.interfaces = info->interface_count;
}

static inline void usb_on_endpoints(void *priv, struct usb_redir_ep_info_header *info)
{
    ((struct usb_world *)priv)->guest.endpoints = *info;
}

static inline void usb_on_configuration(void *priv, uint64_t id,
                                        struct usb_redir_configuration_status_header *status)
{
    (void)id;
    ((struct usb_world *)priv)->guest.configuration =
        status->status ? -(int)status->status : status->configuration;
}

static inline void usb_on_setting(void *priv, uint64_t id,
                                  struct usb_redir_alt_setting_status_header *status)
{
    (void)id;
    ((struct usb_world *)priv)->guest.setting = status->status ? -(int)status->status : status->alt;
}

static inline void usb_on_iso_status(void *priv, uint64_t id,
                                     struct usb_redir_iso_stream_status_header *status)
{
    (void)id;
    ((struct usb_world *)priv)->guest.refused = status->status;
}

static inline void usb_on_interrupt_status(void *priv, uint64_t id,
                                           struct usb_redir_interrupt_receiving_status_header *s)
{
    (void)id;
    ((struct usb_world *)priv)->guest.refused = s->status;
}

static inline void usb_on_streams_status(void *priv, uint64_t id,
                                         struct usb_redir_bulk_streams_status_header *status)
{
    (void)id;
    ((struct usb_world *)priv)->guest.refused = status->status;
}

static inline void usb_on_interrupt(void *priv, uint64_t id,
                                    struct usb_redir_interrupt_packet_header *header, uint8_t *data,
                                    int len)
{
    struct usb_world *w = priv;

    (void)id;
    (void)len;
    w->guest.refused = header->status;
    usbredirparser_free_packet_data(w->guest.parser, data);
}

static inline void usb_on_control(void *priv, uint64_t id,
                                  struct usb_redir_control_packet_header *header, uint8_t *data,
                                  int len)
{
    struct usb_world *w = priv;

    assert_int_equal(id, w->guest.control_id);
    assert_true(len <= (int)sizeof(w->guest.answer));
    if (len > 0)
        memcpy(w->guest.answer, data, (size_t)len);
    w->guest.control = header->status ? -(int)header->status : header->length;
    usbredirparser_free_packet_data(w->guest.parser, data);
}

static inline void usb_ask(struct usb_world *w, unsigned endpoint, unsigned room);

static inline bool usb_was_cancelled(struct usb_guest *g, uint64_t id)
{
    for (unsigned i = 0; i < g->n_cancelled; i++)
        if (g->cancelled[i] == id) {
            g->cancelled[i] = g->cancelled[--g->n_cancelled];
            return true;
        }
    return false;
}

static inline void usb_on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header,
                               uint8_t *data, int len)
{
    struct usb_world *w = priv;
    struct usb_guest *g = &w->guest;
    struct usb_outstanding *o = &g->waiting[usb_index(header->endpoint)];

    if (!usb_was_cancelled(g, id)) {
        assert_true(o->n > 0);
        assert_int_equal(o->id[0], id); /* where QEMU aborts */
        memmove(o->id, o->id + 1, --o->n * sizeof(o->id[0]));
        g->status = header->status;
        g->n_ended += header->status == usb_redir_cancelled;
        g->n_done += !(header->endpoint & 0x80) && header->status == usb_redir_success;
        if (header->endpoint & 0x80 && header->status == usb_redir_success) {
            g->n_in++;
            if (w->packet)
                w->packet(w, data, (size_t)len);
        }
    }
    usbredirparser_free_packet_data(g->parser, data);
}

/* ---- connecting ---------------------------------------------------------------------------- */

static inline void usb_guest_callbacks(struct usbredirparser *p)
{
    p->log_func = usb_no_log;
    p->read_func = usb_guest_read;
    p->write_func = usb_guest_write;
    p->hello_func = usb_on_hello;
    p->device_connect_func = usb_on_connect;
    p->device_disconnect_func = usb_on_disconnect;
    p->interface_info_func = usb_on_interfaces;
    p->ep_info_func = usb_on_endpoints;
    p->configuration_status_func = usb_on_configuration;
    p->alt_setting_status_func = usb_on_setting;
    p->iso_stream_status_func = usb_on_iso_status;
    p->interrupt_receiving_status_func = usb_on_interrupt_status;
    p->bulk_streams_status_func = usb_on_streams_status;
    p->interrupt_packet_func = usb_on_interrupt;
    p->control_packet_func = usb_on_control;
    p->bulk_packet_func = usb_on_bulk;
}

static inline int usb_dial(const struct usb_world *w)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(at.sun_path, w->path, strlen(w->path));
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static inline void usb_turn(struct usb_world *w)
{
    struct usb_guest *g = &w->guest;

    if (g->parser && !g->hung_up) {
        while (!g->idle && g->connected && g->waiting[17].n < g->urbs)
            usb_ask(w, 0x81, 80);
        usbredirparser_do_write(g->parser);
    }
    ev_run(w->loop, EVRUN_NOWAIT);
    if (g->parser && !g->hung_up)
        usbredirparser_do_read(g->parser);
}

/* Everything that can be done now, without waiting. */
static inline void usb_pump(struct usb_world *w)
{
    for (int i = 0; i < 6; i++)
        usb_turn(w);
}

/* caps: as QEMU has them; 0: none, as an old peer. */
static inline void usb_connect_as(struct usb_world *w, bool old)
{
    struct usb_guest *g = &w->guest;
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};

    memset(g, 0, sizeof(*g));
    g->next_id = 1;
    g->fd = usb_dial(w);
    g->parser = usbredirparser_create();
    g->parser->priv = w;
    usb_guest_callbacks(g->parser);
    if (!old) {
        usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_filter);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_bulk_receiving);
        usbredirparser_caps_set_cap(caps, usb_redir_cap_bulk_streams);
    }
    usbredirparser_caps_set_cap(caps, usb_redir_cap_device_disconnect_ack);
    usbredirparser_init(g->parser, "test", caps, USB_REDIR_CAPS_SIZE, 0);
    usb_pump(w);
}

static inline void usb_connect(struct usb_world *w)
{
    usb_connect_as(w, false);
}

static inline void usb_leave(struct usb_world *w)
{
    if (w->guest.parser) {
        usbredirparser_destroy(w->guest.parser);
        close(w->guest.fd);
    }
    w->guest.parser = NULL;
    usb_pump(w);
}

/* ---- what the guest asks for ---------------------------------------------------------------- */

static inline uint64_t usb_queue(struct usb_world *w, unsigned endpoint)
{
    struct usb_outstanding *o = &w->guest.waiting[usb_index(endpoint)];

    assert_true(o->n < N_PACKETS);
    o->id[o->n++] = w->guest.next_id;
    w->guest.last_id = w->guest.next_id;
    return w->guest.next_id++;
}

static inline void usb_ask(struct usb_world *w, unsigned endpoint, unsigned room)
{
    struct usb_redir_bulk_packet_header header = {.endpoint = (uint8_t)endpoint,
                                                  .length = (uint16_t)room};

    usbredirparser_send_bulk_packet(w->guest.parser, usb_queue(w, endpoint), &header, NULL, 0);
}

/* Sent with the next usb_turn(). Returns its id. */
static inline uint64_t usb_give(struct usb_world *w, unsigned endpoint, const void *data,
                                size_t len)
{
    struct usb_redir_bulk_packet_header header = {.endpoint = (uint8_t)endpoint,
                                                  .length = (uint16_t)len};
    const uint64_t id = usb_queue(w, endpoint);
    uint8_t bytes[2048];

    assert_true(len <= sizeof(bytes));
    if (len > 0)
        memcpy(bytes, data, len);
    usbredirparser_send_bulk_packet(w->guest.parser, id, &header, len ? bytes : NULL, (int)len);
    return id;
}

static inline void usb_cancel(struct usb_world *w, unsigned endpoint, uint64_t id)
{
    struct usb_outstanding *o = &w->guest.waiting[usb_index(endpoint)];

    for (unsigned i = 0; i < o->n; i++)
        if (o->id[i] == id) {
            memmove(o->id + i, o->id + i + 1, (--o->n - i) * sizeof(o->id[0]));
            w->guest.cancelled[w->guest.n_cancelled++] = id;
        }
    usbredirparser_send_cancel_data_packet(w->guest.parser, id);
}

/* Returns bytes, or usb_redir_… negated; what came is in guest.answer. */
static inline int usb_control(struct usb_world *w, unsigned type, unsigned request, unsigned value,
                              unsigned index, const void *data, unsigned len)
{
    struct usb_redir_control_packet_header header = {.endpoint = (uint8_t)(type & 0x80),
                                                     .request = (uint8_t)request,
                                                     .requesttype = (uint8_t)type,
                                                     .value = (uint16_t)value,
                                                     .index = (uint16_t)index,
                                                     .length = (uint16_t)len};
    uint8_t bytes[4096];

    if (data)
        memcpy(bytes, data, len);
    w->guest.control = NO_ANSWER;
    w->guest.control_id = w->guest.next_id++;
    usbredirparser_send_control_packet(w->guest.parser, w->guest.control_id, &header,
                                       data ? bytes : NULL, data ? (int)len : 0);
    usb_pump(w);
    return w->guest.control;
}

/* ---- the world ------------------------------------------------------------------------------ */

static inline void usb_nothing(void *ctx)
{
    (void)ctx;
}

static inline void usb_peer_received(void *ctx, const struct cs_rx *rx)
{
    struct usb_world *w = ctx;

    w->peer_received++;
    w->peer_frame = *rx->frame;
    w->peer_at_ps = rx->at_ps;
}

static inline void usb_observe(void *ctx, const struct cs_event *event)
{
    struct usb_world *w = ctx;

    w->error_frames += event->kind == CS_EV_ERROR_FRAME;
    w->attempts += event->kind == CS_EV_TX_START;
    w->lost += event->kind == CS_EV_LOST;
    if (event->kind == CS_EV_NOTE) {
        w->notes++;
        snprintf(w->note, sizeof(w->note), "%s", event->text);
    }
}

static const struct cs_controller_ops usb_peer_ops = {.received = usb_peer_received};

static inline struct usb_world *usb_create(const char *spec_text, bool unplugged)
{
    static const char *const names[N_BUSES] = {"can0", "can1", "can2"};
    struct usb_world *w = calloc(1, sizeof(*w));
    struct cs_link_host host = {.sync = usb_nothing, .kick = usb_nothing};
    const struct cs_controller_config peer = {
        .name = "peer", .via = "test", .ops = &usb_peer_ops, .ctx = w};
    struct cs_device_spec spec;
    char why[256] = "", text[256];
    int status = 0;

    snprintf(w->dir, sizeof(w->dir), "/tmp/cansim-test-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->path, sizeof(w->path), "%s/g.usb", w->dir);
    w->loop = ev_loop_new(EVFLAG_AUTO);
    w->sim = cs_sim_create(1);
    for (unsigned i = 0; i < N_BUSES; i++) {
        const struct cs_bus_config bus = {
            .name = names[i], .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};

        w->bus[i] = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &bus));
    }
    assert_int_equal(cs_sim_observe(w->sim, usb_observe, w), 0);
    w->peer = cs_bus_attach(w->bus[0], &peer);
    snprintf(text, sizeof(text), "%s=%s", spec_text, w->path);
    if (cs_device_parse(CS_DEVICE_USB, text, &spec, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    spec.unplugged = unplugged;
    host.sim = w->sim;
    host.loop = w->loop;
    w->device = cs_device_create(&host, &spec, &status, why, sizeof(why));
    if (!w->device)
        fail_msg("%s", why);
    return w;
}

static inline void usb_destroy(struct usb_world *w)
{
    usb_leave(w);
    cs_device_destroy(w->device);
    cs_sim_destroy(w->sim);
    ev_loop_destroy(w->loop);
    assert_int_equal(rmdir(w->dir), 0); /* the socket is gone */
    free(w);
}

/* Let bus time pass, the guest being quick enough for what comes. */
static inline void usb_run(struct usb_world *w, int64_t ps)
{
    const int64_t end_ps = cs_sim_now_ps(w->sim) + ps;

    while (cs_sim_now_ps(w->sim) < end_ps) {
        const int64_t next_ps = cs_sim_now_ps(w->sim) + MS / 2;

        cs_sim_run_until(w->sim, next_ps < end_ps ? next_ps : end_ps);
        usb_pump(w);
    }
}

static inline struct cs_device_status usb_look(const struct usb_world *w)
{
    struct cs_device_status status;

    cs_device_look(w->device, &status);
    return status;
}

static inline struct cs_frame usb_frame(const char *text)
{
    struct cs_frame frame;
    char why[128];

    if (cs_frame_parse(text, &frame, why, sizeof(why)) != 0)
        fail_msg("%s: %s", text, why);
    return frame;
}

static inline void usb_peer_sends(struct usb_world *w, const char *text)
{
    const struct cs_frame frame = usb_frame(text);

    assert_int_equal(cs_bus_submit(w->bus[0], w->peer, &frame, 1), 0);
}

static inline void usb_same_frame(const struct cs_frame *frame, const char *text)
{
    char got[CS_FRAME_TEXT_MAX];

    cs_frame_format(frame, got);
    assert_string_equal(got, text);
}

#endif
