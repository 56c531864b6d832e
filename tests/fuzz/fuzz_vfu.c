/* SPDX-License-Identifier: MIT */
/* fuzz_vfu.c - a vfio-user peer that says whatever it likes to a card on a bus with traffic. The
 * host neither crashes nor grows; while the peer's messages are whole, each request that wants a
 * reply has one, in order, and no descriptor stays behind.
 * The first byte chooses the card and whether VERSION is said; each step after it is a byte that
 * says what, a byte of length, and so many bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "qemu-link/dev_internal.h"
#include "qemu-link/pci_vfu.h"
#include "simcore/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REPLY_FLAG 1u

struct fuzz {
    struct cs_sim *sim;
    struct cs_bus *bus[2];
    struct cs_device device;
    int fd, peer;
    bool strict; /* all that was sent was whole: answers are checked */
    uint16_t next_id, next_reply;
    uint8_t got[CS_VFU_HEADER + CS_VFU_BODY_MAX]; /* the reply under way */
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

/* ---- what the host says --------------------------------------------------------------------- */

static void hear(struct fuzz *f)
{
    const uint32_t flags = vfu_get32(f->got + 8), error = vfu_get32(f->got + 12);

    need((flags & 0xF) == REPLY_FLAG);
    need(!(flags & 0x20) == (error == 0));
    need(vfu_get16(f->got) == f->next_reply++);
}

static void read_all(struct fuzz *f)
{
    uint8_t bytes[4096];
    ssize_t n;

    while ((n = recv(f->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        for (ssize_t i = 0; i < n && f->strict; i++) {
            f->got[f->n_got++] = bytes[i];
            if (f->n_got < CS_VFU_HEADER)
                continue;
            need(vfu_get32(f->got + 4) >= CS_VFU_HEADER && vfu_get32(f->got + 4) <= sizeof(f->got));
            if (f->n_got == vfu_get32(f->got + 4)) {
                hear(f);
                f->n_got = 0;
            }
        }
}

static void turn(struct fuzz *f)
{
    for (unsigned i = 0; i < 3; i++) {
        ev_run(loop, EVRUN_NOWAIT);
        read_all(f);
    }
}

/* ---- what the peer says ------------------------------------------------------------------------
 */

static void say(struct fuzz *f, const uint8_t *bytes, size_t len, int with)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec piece = {(void *)(uintptr_t)bytes, len};
    struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1};

    if (with >= 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &with, sizeof(int));
    }
    if (sendmsg(f->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len)
        f->strict = false;
    turn(f);
}

static void request(struct fuzz *f, unsigned command, const uint8_t *body, size_t len, int with)
{
    uint8_t bytes[CS_VFU_HEADER + 1024] = {0};

    if (len > 1024)
        len = 1024;
    vfu_put32(bytes, f->next_id++ | command << 16);
    vfu_put32(bytes + 4, (uint32_t)(CS_VFU_HEADER + len));
    if (len > 0)
        memcpy(bytes + CS_VFU_HEADER, body, len);
    if (command == 1) /* said again: the end */
        f->strict = false;
    say(f, bytes, CS_VFU_HEADER + len, with);
}

/* An access that is mostly within its window. */
static void access_window(struct fuzz *f, bool write, const uint8_t *data, size_t len)
{
    uint8_t body[16 + 256] = {0};
    const size_t n = len > 3 ? len - 3 : 0;

    if (len < 3)
        return;
    vfu_put64(body, data[1] | (data[2] & 0x0Fu) << 8);
    vfu_put32(body + 8, data[0] % 10);
    vfu_put32(body + 12, write ? (uint32_t)n : (data[2] >> 4) + 1u);
    if (n > 0)
        memcpy(body + 16, data + 3, n);
    request(f, write ? 10 : 9, body, write ? 16 + n : 16, -1);
}

static void set_irqs(struct fuzz *f, const uint8_t *data, size_t len)
{
    const int with = eventfd(0, EFD_NONBLOCK);
    uint8_t body[21] = {0};

    need(with >= 0);
    vfu_put32(body, 20);
    for (size_t i = 0; i < 5 && i < len; i++)
        body[4 + 4 * i] = data[i];
    request(f, 8, body, 20 + (len > 5), len % 2 ? with : -1);
    close(with);
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
    switch (what % 8) {
    case 0:
        f->strict = false;
        say(f, data, len, -1);
        break;
    case 1:
    case 2:
        access_window(f, true, data, len);
        break;
    case 3:
        access_window(f, false, data, len);
        break;
    case 4:
        set_irqs(f, data, len);
        break;
    case 5:
        if (len > 0)
            request(f, data[0] % 16, data + 1, len - 1, -1);
        break;
    default:
        bus(f, data, len);
        break;
    }
    cs_sim_run_until(f->sim, cs_sim_now_ps(f->sim) + (int64_t)(what / 8) * 100 * CS_PS_PER_US);
    turn(f);
}

/* ---- beginning and end --------------------------------------------------------------------------
 */

static void start(struct fuzz *f, unsigned choice)
{
    static const struct cs_device_model *const models[] = {&cs_pci_kvaser_model, &cs_pci_ems_model,
                                                           &cs_pci_peak_model};
    const struct cs_bus_config buses[2] = {{.name = "can0", .bitrate_bps = 500000},
                                           {.name = "can1", .bitrate_bps = 250000}};
    const struct cs_controller_config peer = {.name = "peer", .via = "test"};
    struct cs_device *d = &f->device;
    char why[128];
    int status = 0, fds[2];

    f->sim = cs_sim_create(1);
    for (unsigned i = 0; i < 2; i++)
        f->bus[i] = cs_sim_bus(f->sim, (unsigned)cs_sim_add_bus(f->sim, &buses[i]));
    f->peer = cs_bus_attach(f->bus[0], &peer);
    d->host = (struct cs_link_host){.sim = f->sim, .loop = loop, .sync = nothing, .kick = nothing};
    d->spec =
        (struct cs_device_spec){.kind = CS_DEVICE_CARD, .model = models[choice % 3], .name = "g"};
    d->spec.n_buses = 2;
    memcpy(d->bus, f->bus, sizeof(f->bus));
    d->plugged = d->connected = true;
    d->self = d->spec.model->ops->create(d, &status, why, sizeof(why));
    need(d->self && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    f->fd = fds[0];
    f->strict = true;
    d->spec.model->ops->accept(d->self, fds[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t version[] = "\0\0\1\0{}";
    struct fuzz *f;

    if (!loop)
        loop = ev_loop_new(EVBACKEND_SELECT);
    f = calloc(1, sizeof(*f));
    need(loop != NULL && f != NULL);
    start(f, size > 0 ? data[0] : 0);
    if (size > 0 && data[0] < 192) {
        request(f, 1, version, sizeof(version), -1);
        f->strict = true;
        read_all(f);
        f->n_got = 0;
        f->next_reply = f->next_id;
    }
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
