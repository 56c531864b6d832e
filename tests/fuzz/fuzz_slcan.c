/* SPDX-License-Identifier: MIT */
/* fuzz_slcan.c - a program that says to a serial adapter whatever it likes, on a bus with traffic.
 * Every line has its answer, and no line of the adapter's is longer than a line may be. Each step
 * of the input is a byte that says what, a byte of length, and so many bytes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "qemu-link/slcan_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_device device;
    int fd, peer;
    unsigned said, answered; /* lines */
    unsigned polls;          /* of them, whose answer may be a frame */
    size_t line_len, said_len;
    char first; /* of the line that is being heard */
};

static struct ev_loop *loop; /* one for all inputs */

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void no_call(void *ctx)
{
    (void)ctx;
}

static void turn(void)
{
    for (int i = 0; i < 6; i++)
        ev_run(loop, EVRUN_NOWAIT);
}

static void start(struct fuzz *f)
{
    static const struct cs_bus_config bus = {
        .name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000};
    static const struct cs_controller_config peer = {
        .name = "peer", .via = "test", .tx_queue_len = 256};
    char why[200];
    int status;

    f->sim = cs_sim_create(1);
    f->bus = cs_sim_bus(f->sim, (unsigned)cs_sim_add_bus(f->sim, &bus));
    f->peer = cs_bus_attach(f->bus, &peer);
    f->device.host =
        (struct cs_link_host){.sim = f->sim, .loop = loop, .sync = no_call, .kick = no_call};
    f->device.spec.kind = CS_DEVICE_SLCAN;
    f->device.spec.model = &cs_slcan_model;
    f->device.spec.n_buses = 1;
    strcpy(f->device.spec.name, "line");
    f->device.bus[0] = f->bus;
    f->device.plugged = true;
    f->device.self = cs_slcan_model.ops->create(&f->device, &status, why, sizeof(why));
    need(f->device.self != NULL);
    f->fd = -1;
}

static void arrive(struct fuzz *f)
{
    int fds[2];

    need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    f->fd = fds[0];
    f->said = f->answered = f->polls = 0;
    f->line_len = f->said_len = 0;
    f->first = '\0';
    f->device.connected = true;
    cs_slcan_model.ops->accept(f->device.self, fds[1]);
}

static void leave(struct fuzz *f)
{
    close(f->fd);
    f->fd = -1;
    turn();
}

/* Answers are CR and BEL; frames, `s` and `e` come by themselves, frames after A and P too. */
static void hear(struct fuzz *f)
{
    char buf[4096];
    ssize_t n;

    turn();
    while ((n = read(f->fd, buf, sizeof(buf))) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            const bool end = buf[i] == SLCAN_CR || buf[i] == SLCAN_BEL;

            f->first = f->line_len == 0 ? buf[i] : f->first;
            f->line_len = end ? 0 : f->line_len + 1;
            f->answered += end && !strchr("tTrRdDbBse", f->first);
            need(f->line_len < SLCAN_LINE_MAX);
        }
        turn();
    }
}

static void speak(struct fuzz *f, const uint8_t *data, size_t len)
{
    const ssize_t n = write(f->fd, data, len);

    for (ssize_t i = 0; i < n; i++) {
        const bool end = data[i] == SLCAN_CR;

        if (data[i] == '\n' || data[i] == '\0')
            continue;
        f->polls += f->said_len == 0 && data[i] == 'P';
        f->said += end && f->said_len > 0;
        f->said_len = end ? 0 : f->said_len + 1;
    }
    turn();
}

static void peer_sends(struct fuzz *f, const uint8_t *data, size_t len)
{
    struct cs_frame frame = {.id = len > 0 ? data[0] * 8u : 0, .dlc = 8, .len = 8};

    memcpy(frame.data, data, len < 8 ? len : 8);
    for (unsigned i = 0; i < (len > 8 ? data[8] : 1u); i++)
        cs_bus_submit(f->bus, f->peer, &frame, 1);
}

static void trouble(struct fuzz *f, const uint8_t *data, size_t len)
{
    const struct slcan *s = f->device.self;
    const int node = cs_port_node(s->port);

    if (len >= 2 && node != CS_NO_NODE)
        cs_bus_set_counters(f->bus, node, data[0] * 2u, data[1]);
}

static void step(struct fuzz *f, unsigned what, const uint8_t *data, size_t len)
{
    const int64_t wait_ps = (int64_t)(what / 8) * (what / 8) * CS_PS_PER_MS / 4;

    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        speak(f, data, len);
        break;
    case 3:
        peer_sends(f, data, len);
        break;
    case 4:
        trouble(f, data, len);
        break;
    case 5:
        if (len == 3) {
            leave(f);
            arrive(f);
        }
        break;
    case 6:
        f->device.plugged = len != 2;
        cs_slcan_model.ops->plug(f->device.self);
        break;
    default:
        hear(f);
    }
    cs_sim_run_until(f->sim, cs_sim_now_ps(f->sim) + wait_ps);
    turn();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = {0};
    bool pulled = false;

    if (!loop)
        loop = ev_loop_new(EVFLAG_AUTO);
    start(&f);
    arrive(&f);
    for (size_t at = 0; at + 2 <= size;) {
        const size_t len = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;

        pulled = pulled || data[at] % 8 == 6;
        step(&f, data[at], data + at + 2, len);
        at += 2 + len;
    }
    hear(&f);
    while (((struct slcan *)f.device.self)->held) { /* leaves or is refused in time */
        cs_sim_run_until(f.sim, cs_sim_now_ps(f.sim) + SLCAN_PATIENCE_PS);
        hear(&f);
    }
    need(pulled || (f.answered <= f.said && f.answered + f.polls >= f.said));
    leave(&f);
    need(!f.device.connected && !cs_port_is_on(((struct slcan *)f.device.self)->port));
    cs_slcan_model.ops->destroy(f.device.self);
    cs_sim_destroy(f.sim);
    return 0;
}
