/* SPDX-License-Identifier: MIT */
/* test_slcan.h - a serial adapter on a socket, its bus with an ordinary controller, and the program
 * on the other side of the line. Bus time moves by hand; the loop turns only when it is told to. */
#ifndef CANSIM_TESTS_UNIT_TEST_SLCAN_H
#define CANSIM_TESTS_UNIT_TEST_SLCAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "qemu-link/slcan_internal.h"

#define MS CS_PS_PER_MS
#define US CS_PS_PER_US

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus; /* 500 kbit/s and 2 Mbit/s */
    struct ev_loop *loop;
    struct cs_device *device;
    char folder[64], path[96];
    int fd;              /* of the program */
    int peer;            /* an ordinary controller */
    struct cs_frame got; /* by it */
    unsigned n_got, n_sent;
    unsigned n_lost, lost_events; /* of the adapter */
    char note[200];
};

static inline void no_call(void *ctx)
{
    (void)ctx;
}

static inline void peer_received(void *ctx, const struct cs_rx *rx)
{
    struct world *w = ctx;

    w->got = *rx->frame;
    w->n_got++;
}

static inline void peer_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct world *w = ctx;

    w->n_sent += done->result == CS_TX_OK;
}

static inline void observe(void *ctx, const struct cs_event *event)
{
    struct world *w = ctx;

    w->lost_events += event->kind == CS_EV_LOST;
    if (event->kind == CS_EV_NOTE)
        snprintf(w->note, sizeof(w->note), "%s", event->text);
}

static inline void attach_peer(struct world *w)
{
    static const struct cs_controller_ops ops = {.received = peer_received,
                                                 .confirmed = peer_confirmed};
    const struct cs_controller_config config = {
        .name = "peer", .via = "test", .ops = &ops, .ctx = w, .tx_queue_len = 4096};

    w->peer = cs_bus_attach(w->bus, &config);
}

static inline struct cs_link_host host_of(struct world *w)
{
    return (struct cs_link_host){
        .sim = w->sim, .loop = w->loop, .sync = no_call, .kick = no_call, .ctx = w};
}

static inline void start_device(struct world *w, const char *path)
{
    struct cs_device_spec spec = {.kind = CS_DEVICE_SLCAN,
                                  .model = cs_device_find_model(CS_DEVICE_SLCAN, "slcan"),
                                  .name = "line",
                                  .bus = {"can0"},
                                  .n_buses = 1};
    const struct cs_link_host host = host_of(w);
    char why[200] = "";
    int status;

    snprintf(spec.path, sizeof(spec.path), "%s", path);
    w->device = cs_device_create(&host, &spec, &status, why, sizeof(why));
    if (!w->device)
        fail_msg("%s", why);
}

static inline struct slcan *slcan_of(struct world *w)
{
    return w->device->self;
}

/* All that the loop has to do now. */
static inline void turn(struct world *w)
{
    for (int i = 0; i < 20; i++)
        ev_run(w->loop, EVRUN_NOWAIT);
}

/* Let bus time pass. */
static inline void run(struct world *w, int64_t ps)
{
    turn(w);
    for (int i = 0; i < 4; i++) {
        cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + ps / 4);
        turn(w);
    }
}

static inline void connect_line(struct world *w)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", w->path);
    w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(w->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    turn(w);
}

static inline int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    const struct cs_bus_config bus = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};

    w->sim = cs_sim_create(1);
    w->bus = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &bus));
    w->loop = ev_loop_new(EVFLAG_AUTO);
    attach_peer(w);
    cs_sim_observe(w->sim, observe, w);
    strcpy(w->folder, "/tmp/cansim-slcan-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof(w->path), "%s/line", w->folder);
    start_device(w, w->path);
    connect_line(w);
    *state = w;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    if (w->fd >= 0)
        close(w->fd);
    cs_device_destroy(w->device);
    ev_loop_destroy(w->loop);
    cs_sim_destroy(w->sim);
    assert_int_equal(rmdir(w->folder), 0); /* nothing is left behind */
    free(w);
    return 0;
}

static inline void say_bytes(struct world *w, const char *bytes, size_t len)
{
    assert_int_equal(write(w->fd, bytes, len), len);
    turn(w);
}

static inline void say(struct world *w, const char *text)
{
    say_bytes(w, text, strlen(text));
}

/* All that was answered, '\r' as '.' and BEL as '!', so that it can be read. */
static inline const char *heard(struct world *w)
{
    static char text[1 << 18];
    size_t n = 0;
    ssize_t got;

    turn(w);
    while (n < sizeof(text) - 1 && (got = read(w->fd, text + n, sizeof(text) - 1 - n)) > 0) {
        n += (size_t)got;
        turn(w);
    }
    text[n] = '\0';
    for (char *c = text; *c; c++)
        *c = *c == '\r' ? '.' : *c == '\a' ? '!' : *c;
    return text;
}

#define expect(w, said, answer)                \
    do {                                       \
        say(w, said);                          \
        assert_string_equal(heard(w), answer); \
    } while (0)

static inline struct cs_node_status controller(struct world *w)
{
    struct cs_node_status status;

    cs_port_look(slcan_of(w)->port, &status);
    return status;
}

static inline bool on_bus(struct world *w)
{
    return cs_port_is_on(slcan_of(w)->port);
}

/* A frame from the other controller, in can-utils' form. */
static inline void peer_sends(struct world *w, const char *text)
{
    struct cs_frame frame;
    char why[100];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
    assert_int_equal(cs_bus_submit(w->bus, w->peer, &frame, 1), 0);
}

/* The last frame that the other controller has got, in can-utils' form. */
static inline const char *peer_got(struct world *w)
{
    static char text[CS_FRAME_TEXT_MAX];

    cs_frame_format(&w->got, text);
    return text;
}

#define slcan_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
