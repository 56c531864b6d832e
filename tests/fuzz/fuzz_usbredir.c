/* SPDX-License-Identifier: MIT */
/* fuzz_usbredir.c - a usbredir peer that says whatever it likes to a USB adapter on a bus with
 * traffic. The host neither crashes nor grows; while the peer's messages are whole, packets of one
 * endpoint end once and in their order, which is what QEMU asserts.
 * The first byte chooses the adapter and whether hello is said; each step after it is a byte that
 * says what, a byte of length, and so many bytes. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "qemu-link/usb_redir.h"
#include "simcore/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUTPUT_MAX (1u << 20)
#define N_WAITING  80 /* of one endpoint */
#define N_IDS      4096
#define HEADER     16
#define BULK       10 /* endpoint, status, length.16, stream.32, length_high.16 */

struct fuzz {
    struct cs_sim *sim;
    struct cs_bus *bus[2];
    struct cs_device device;
    int fd, peer;
    bool strict; /* all that was sent was whole: answers are checked */
    bool deaf;   /* reads nothing */
    uint64_t next_id;
    struct {
        unsigned n;
        uint64_t id[N_WAITING];
    } waiting[256];
    bool cancelled[N_IDS];
    uint8_t got[HEADER + BULK + 65536]; /* the message under way */
    size_t n_got;
};

static struct ev_loop *loop;

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void put32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- what the host says --------------------------------------------------------------------- */

static bool forget(struct fuzz *f, unsigned endpoint, uint64_t id, bool first)
{
    for (unsigned i = 0; i < f->waiting[endpoint].n; i++) {
        if (f->waiting[endpoint].id[i] != id)
            continue;
        need(!first || i == 0);
        f->waiting[endpoint].n--;
        memmove(f->waiting[endpoint].id + i, f->waiting[endpoint].id + i + 1,
                (f->waiting[endpoint].n - i) * sizeof(id));
        return true;
    }
    return false;
}

static void hear(struct fuzz *f, const uint8_t *message)
{
    const uint8_t *body = message + HEADER;
    const uint64_t id = get32(message + 8) | (uint64_t)get32(message + 12) << 32;

    if (get32(message) == usb_redir_bulk_packet && f->strict && body[1] != usb_redir_inval)
        need(f->cancelled[id % N_IDS] || forget(f, body[0], id, true));
}

/* The host's own hello has a short header; so has all that follows where ours was none. */
static void take(struct fuzz *f, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        f->got[f->n_got++] = bytes[i];
        if (f->n_got < HEADER)
            continue;
        need(get32(f->got + 4) <= BULK + 65536);
        if (f->n_got == HEADER + get32(f->got + 4)) {
            hear(f, f->got);
            f->n_got = 0;
        }
    }
}

static void read_all(struct fuzz *f)
{
    uint8_t bytes[4096];
    ssize_t n;

    while (!f->deaf && (n = recv(f->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        if (f->strict)
            take(f, bytes, (size_t)n);
}

static void turn(struct fuzz *f)
{
    const struct cs_usb *usb = f->device.self;

    for (unsigned i = 0; i < 3; i++) {
        ev_run(loop, EVRUN_NOWAIT);
        if (usb->parser)
            need(usbredirparser_get_bufferered_output_size(usb->parser) < OUTPUT_MAX);
        read_all(f);
    }
}

/* ---- what the peer says -----------------------------------------------------------------------
 */

static void say(struct fuzz *f, const void *bytes, size_t len)
{
    const ssize_t n = send(f->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n != (ssize_t)len)
        f->strict = false;
    turn(f);
}

static void message(struct fuzz *f, unsigned type, uint64_t id, const void *body, size_t len)
{
    uint8_t bytes[HEADER + 1024];

    put32(bytes, type);
    put32(bytes + 4, (uint32_t)len);
    put32(bytes + 8, (uint32_t)id);
    put32(bytes + 12, 0);
    memcpy(bytes + HEADER, body, len);
    say(f, bytes, HEADER + len);
}

static void hello(struct fuzz *f)
{
    uint8_t bytes[12 + 64 + 4] = {0};
    uint8_t skipped[80];

    put32(bytes + 4, 68);
    memcpy(bytes + 12, "fuzz", 4);
    put32(bytes + 76, 1u << usb_redir_cap_connect_device_version | 1u << usb_redir_cap_filter |
                          1u << usb_redir_cap_device_disconnect_ack |
                          1u << usb_redir_cap_ep_info_max_packet_size |
                          1u << usb_redir_cap_64bits_ids | 1u << usb_redir_cap_32bits_bulk_length);
    ev_run(loop, EVRUN_NOWAIT);
    need(recv(f->fd, skipped, sizeof(skipped), MSG_DONTWAIT) == sizeof(skipped));
    f->strict = true;
    say(f, bytes, sizeof(bytes));
}

/* Endpoint, then data, or how much room there is. */
static void bulk(struct fuzz *f, const uint8_t *data, size_t len)
{
    uint8_t body[BULK + 256] = {0};
    const unsigned endpoint = len > 0 ? data[0] : 0;
    const size_t n = endpoint & 0x80 || len == 0 ? 0 : len - 1;

    if (f->waiting[endpoint].n == N_WAITING || !((struct cs_usb *)f->device.self)->attached)
        return;
    body[0] = (uint8_t)endpoint;
    body[2] = (uint8_t)(endpoint & 0x80 ? (len > 1 ? data[1] : 255) : n);
    memcpy(body + BULK, data + 1, n);
    f->waiting[endpoint].id[f->waiting[endpoint].n++] = f->next_id;
    message(f, usb_redir_bulk_packet, f->next_id++, body, BULK + n);
}

static void cancel(struct fuzz *f, const uint8_t *data, size_t len)
{
    const uint64_t id = f->next_id - (len > 0 ? data[0] : 1);

    for (unsigned endpoint = 0; endpoint < 256; endpoint++)
        f->cancelled[id % N_IDS] |= forget(f, endpoint, id, false);
    message(f, usb_redir_cancel_data_packet, id, "", 0);
}

/* A setup packet as it is on the wire, and data. */
static void control(struct fuzz *f, const uint8_t *data, size_t len)
{
    uint8_t body[10 + 256] = {0};
    const bool in = len > 0 && data[0] & 0x80;
    const size_t n = in || len < 6 ? 0 : len - 6;

    body[0] = in ? 0x80 : 0;
    body[1] = len > 1 ? data[1] : 0;
    body[2] = len > 0 ? data[0] : 0;
    if (len >= 6)
        memcpy(body + 4, data + 2, 4);
    body[8] = (uint8_t)(in ? 255 : n);
    if (n > 0)
        memcpy(body + 10, data + 6, n);
    message(f, usb_redir_control_packet, f->next_id++, body, 10 + n);
}

static void small_message(struct fuzz *f, const uint8_t *data, size_t len)
{
    if (len == 0 || data[0] >= usb_redir_control_packet)
        return;
    message(f, data[0], f->next_id++, data + 1, len - 1);
}

static void plug(struct fuzz *f, bool plugged)
{
    if (f->device.plugged == plugged)
        return;
    f->device.plugged = plugged;
    f->device.spec.model->ops->plug(f->device.self);
}

static void bus(struct fuzz *f, const uint8_t *data, size_t len)
{
    struct cs_device_status status = {0};
    const struct cs_frame sent = {.id = len > 0 ? data[0] : 0, .dlc = 8, .len = 8};

    if (len == 3) {
        f->device.spec.model->ops->look(f->device.self, &status);
        cs_bus_set_counters(f->bus[0], status.port[0].node, data[1] * 2u, data[2]);
    } else {
        cs_bus_submit(f->bus[0], f->peer, &sent, 1);
    }
}

static void step(struct fuzz *f, unsigned what, const uint8_t *data, size_t len)
{
    switch (what % 12) {
    case 0:
        f->strict = false;
        say(f, data, len);
        break;
    case 1:
    case 2:
        control(f, data, len);
        break;
    case 3:
    case 4:
    case 5:
        bulk(f, data, len);
        break;
    case 6:
        cancel(f, data, len);
        break;
    case 7:
        small_message(f, data, len);
        break;
    case 8:
        plug(f, len > 0);
        break;
    case 9:
        f->deaf = len > 0;
        break;
    default:
        bus(f, data, len);
        break;
    }
    cs_sim_run_until(f->sim, cs_sim_now_ps(f->sim) + (int64_t)(what / 12) * 100 * CS_PS_PER_US);
    turn(f);
}

/* ---- beginning and end --------------------------------------------------------------------------
 */

static void start(struct fuzz *f, unsigned choice)
{
    static const struct cs_device_model *const models[] = {&cs_usb_gs_model, &cs_usb_pcanfd_model,
                                                           &cs_usb_pcanprofd_model};
    const struct cs_bus_config buses[2] = {
        {.name = "can0", .bitrate_bps = 500000, .fd = true, .data_bitrate_bps = 2000000},
        {.name = "can1", .bitrate_bps = 500000}};
    const struct cs_controller_config peer = {.name = "peer", .via = "test"};
    struct cs_device *d = &f->device;
    char why[128];
    int status = 0, fds[2];

    f->next_id = 300;
    f->sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++)
        f->bus[i] = cs_sim_bus(f->sim, (unsigned)cs_sim_add_bus(f->sim, &buses[i]));
    f->peer = cs_bus_attach(f->bus[0], &peer);
    d->host = (struct cs_link_host){.sim = f->sim, .loop = loop, .sync = nothing, .kick = nothing};
    d->spec =
        (struct cs_device_spec){.kind = CS_DEVICE_USB, .model = models[choice % 3], .name = "g"};
    d->spec.n_buses = choice % 3 == 1 ? 1 : 2;
    memcpy(d->bus, f->bus, sizeof(f->bus));
    d->plugged = d->connected = true;
    d->self = d->spec.model->ops->create(d, &status, why, sizeof(why));
    need(d->self && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    f->fd = fds[0];
    d->spec.model->ops->accept(d->self, fds[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz *f;

    if (!loop)
        loop = ev_loop_new(EVBACKEND_SELECT);
    f = calloc(1, sizeof(*f));
    need(loop != NULL && f != NULL);
    start(f, size > 0 ? data[0] : 0);
    if (size > 0 && data[0] < 128)
        hello(f);
    for (size_t at = 1; at + 2 <= size;) {
        const size_t len = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;

        step(f, data[at], data + at + 2, len);
        at += 2 + len;
    }
    f->device.spec.model->ops->destroy(f->device.self);
    cs_sim_destroy(f->sim);
    close(f->fd);
    free(f);
    return 0;
}
