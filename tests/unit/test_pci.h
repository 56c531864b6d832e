/* SPDX-License-Identifier: MIT */
/* test_pci.h - a card on buses with a neighbour each, and a vfio-user client as a guest's machine
 * is one. Everything is in one thread: what the client sent is done in turn(); bus time moves by
 * hand. */
#ifndef CANSIM_TESTS_UNIT_TEST_PCI_H
#define CANSIM_TESTS_UNIT_TEST_PCI_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "qemu-link/pci_vfu.h"
#include "simcore/sim.h"

#define MS CS_PS_PER_MS

/* Commands. */
enum {
    VERSION = 1,
    DMA_MAP = 2,
    DMA_UNMAP = 3,
    GET_INFO = 4,
    GET_REGION_INFO = 5,
    GET_IRQ_INFO = 7,
    SET_IRQS = 8,
    REGION_READ = 9,
    REGION_WRITE = 10,
    DEVICE_RESET = 13
};

#define REPLY    0x01u
#define NO_REPLY 0x10u
#define FAILED   0x20u

#define CLOSED  (-1) /* instead of an errno: the connection is over */
#define NOTHING (-2)
#define CONFIG  7u

/* Flags of SET_IRQS. */
enum { BY_NONE = 1, BY_BOOL = 2, BY_EVENTFD = 4, MASK = 8, UNMASK = 16, TRIGGER = 32 };

/* Registers of the SJA1000 in PeliCAN mode, and their bits. */
enum { MOD, CMR, SR, IR, IER, BTR0 = 6, BTR1, OCR, ECC = 12, RXERR = 14, TXERR, BUFFER, CDR = 31 };
#define ACR       16u
#define AMR       20u
#define RM        0x01u
#define PELICAN   0x80u
#define BTR0_500K 0x00u
#define BTR1_500K 0x1Cu

struct world {
    struct ev_loop *loop;
    struct cs_sim *sim;
    struct cs_bus *bus[CS_DEVICE_PORTS_MAX];
    int peer[CS_DEVICE_PORTS_MAX];
    unsigned n;
    struct cs_device *device;
    char folder[32], path[64];
    int fd; /* of the client */
    uint16_t id;
    uint8_t reply[CS_VFU_HEADER + CS_VFU_BODY_MAX], *body;
    uint32_t reply_len, body_len;
    int irq, unmask; /* eventfds, -1: none */
    unsigned notes;
    char note[200];
    unsigned received; /* by the neighbours */
    struct cs_frame frame;
};

/* ---- the world ------------------------------------------------------------------------------ */

static inline void do_nothing(void *ctx)
{
    (void)ctx;
}

static inline void see(void *ctx, const struct cs_event *event)
{
    struct world *w = ctx;

    if (event->kind != CS_EV_NOTE)
        return;
    w->notes++;
    snprintf(w->note, sizeof(w->note), "%s", event->text);
}

static inline void peer_received(void *ctx, const struct cs_rx *rx)
{
    struct world *w = ctx;

    w->received++;
    w->frame = *rx->frame;
}

static inline void turn(struct world *w)
{
    for (unsigned i = 0; i < 8; i++)
        ev_run(w->loop, EVRUN_NOWAIT);
}

static inline int dial(struct world *w)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", w->path);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    turn(w);
    return fd;
}

static inline void add_buses(struct world *w)
{
    static const struct cs_controller_ops ops = {.received = peer_received};

    for (unsigned i = 0; i < w->n; i++) {
        char name[16];
        const struct cs_bus_config bus = {.name = name, .bitrate_bps = 500000};
        const struct cs_controller_config peer = {
            .name = "peer", .via = "test", .ops = &ops, .ctx = w};

        snprintf(name, sizeof(name), "can%u", i);
        w->bus[i] = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &bus));
        w->peer[i] = cs_bus_attach(w->bus[i], &peer);
    }
}

static inline struct world *create_world(const char *model, unsigned n)
{
    struct world *w = calloc(1, sizeof(*w));
    struct cs_device_spec spec;
    struct cs_link_host host = {.sync = do_nothing, .kick = do_nothing};
    char text[160], why[200] = "";
    int status;

    *w = (struct world){.n = n, .fd = -1, .irq = -1, .unmask = -1};
    w->body = w->reply + CS_VFU_HEADER;
    w->loop = host.loop = ev_loop_new(EVFLAG_AUTO);
    w->sim = host.sim = cs_sim_create(1);
    add_buses(w);
    cs_sim_observe(w->sim, see, w);
    snprintf(w->folder, sizeof(w->folder), "/tmp/cansim-pci-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof(w->path), "%s/card.vfu", w->folder);
    snprintf(text, sizeof(text), "%s:%.*s=%s", model, (int)(5 * n - 1), "can0,can1,can2,can3",
             w->path);
    if (cs_device_parse(CS_DEVICE_CARD, text, &spec, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    w->device = cs_device_create(&host, &spec, &status, why, sizeof(why));
    if (!w->device)
        fail_msg("%s", why);
    cs_sim_run_until(w->sim, MS);
    w->fd = dial(w);
    return w;
}

static inline void hang_up(struct world *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    turn(w);
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    hang_up(w);
    cs_device_destroy(w->device);
    cs_sim_destroy(w->sim);
    ev_loop_destroy(w->loop);
    if (w->irq >= 0)
        close(w->irq);
    if (w->unmask >= 0)
        close(w->unmask);
    rmdir(w->folder);
    free(w);
    return 0;
}

static inline void run(struct world *w, int64_t ps)
{
    cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + ps);
}

static inline struct cs_device_status look(const struct world *w)
{
    struct cs_device_status status;

    cs_device_look(w->device, &status);
    return status;
}

static inline unsigned open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* ---- messages ------------------------------------------------------------------------------- */

static inline size_t put_message(struct world *w, uint8_t *to, unsigned command, uint32_t flags,
                                 const void *body, size_t len)
{
    w->id++;
    vfu_put32(to, w->id | (uint32_t)command << 16);
    vfu_put32(to + 4, CS_VFU_HEADER + (uint32_t)len);
    vfu_put32(to + 8, flags);
    vfu_put32(to + 12, 0);
    if (len > 0)
        memcpy(to + CS_VFU_HEADER, body, len);
    return CS_VFU_HEADER + len;
}

/* With so many descriptors. Returns what sendmsg() did. */
static inline ssize_t send_bytes(const struct world *w, const void *data, size_t len,
                                 const int *fds, unsigned n_fds)
{
    union {
        char bytes[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    union {
        const void *from;
        void *base;
    } bytes = {data};
    struct iovec piece = {bytes.base, len};
    struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1};

    if (n_fds > 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
    }
    return sendmsg(w->fd, &msg, MSG_NOSIGNAL);
}

static inline void say(struct world *w, unsigned command, uint32_t flags, const void *body,
                       size_t len)
{
    uint8_t message[CS_VFU_HEADER + CS_VFU_BODY_MAX];
    const size_t n = put_message(w, message, command, flags, body, len);

    assert_int_equal(send_bytes(w, message, n, NULL, 0), n);
    turn(w);
}

/* The next reply's error, or CLOSED or NOTHING. */
static inline int hear(struct world *w)
{
    ssize_t n = recv(w->fd, w->reply, CS_VFU_HEADER, 0);
    uint32_t flags, error;

    if (n <= 0)
        return n == 0 || errno == ECONNRESET ? CLOSED : NOTHING;
    assert_int_equal(n, CS_VFU_HEADER);
    w->reply_len = vfu_get32(w->reply + 4);
    flags = vfu_get32(w->reply + 8);
    error = vfu_get32(w->reply + 12);
    assert_in_range(w->reply_len, CS_VFU_HEADER, sizeof(w->reply));
    w->body_len = w->reply_len - CS_VFU_HEADER;
    if (w->body_len > 0)
        assert_int_equal(recv(w->fd, w->body, w->body_len, 0), w->body_len);
    assert_int_equal(flags, error ? REPLY | FAILED : REPLY);
    return (int)error;
}

static inline int ask(struct world *w, unsigned command, const void *body, size_t len)
{
    int error;

    say(w, command, 0, body, len);
    error = hear(w);
    if (error >= 0) {
        assert_int_equal(vfu_get16(w->reply), w->id);
        assert_int_equal(vfu_get16(w->reply + 2), command);
        assert_in_range(recv(w->fd, w->reply, 1, 0) + 1, 0, 1); /* nothing more */
    }
    return error;
}

static inline int say_version(struct world *w)
{
    static const uint8_t body[] = "\0\0\0\0{\"capabilities\":{\"max_msg_fds\":8}}";

    return ask(w, VERSION, body, sizeof(body));
}

static inline int access_region(struct world *w, unsigned command, unsigned region, uint64_t offset,
                                uint32_t count, const void *data)
{
    uint8_t body[16 + CS_VFU_XFER_MAX] = {0};

    vfu_put64(body, offset);
    vfu_put32(body + 8, region);
    vfu_put32(body + 12, count);
    if (data)
        memcpy(body + 16, data, count);
    return ask(w, command, body, 16 + (data ? count : 0));
}

static inline uint32_t get(struct world *w, unsigned region, uint64_t offset, uint32_t count)
{
    uint32_t value = 0;

    assert_int_equal(access_region(w, REGION_READ, region, offset, count, NULL), 0);
    assert_int_equal(w->body_len, 16 + count);
    assert_int_equal(vfu_get64(w->body), offset);
    assert_int_equal(vfu_get32(w->body + 8), region);
    assert_int_equal(vfu_get32(w->body + 12), count);
    for (unsigned i = 0; i < count; i++)
        value |= (uint32_t)w->body[16 + i] << 8 * i;
    return value;
}

static inline void put(struct world *w, unsigned region, uint64_t offset, uint32_t count,
                       uint32_t value)
{
    uint8_t data[4];

    vfu_put32(data, value);
    assert_int_equal(access_region(w, REGION_WRITE, region, offset, count, data), 0);
}

/* ---- interrupts ------------------------------------------------------------------------------ */

static inline size_t put_irqs(uint8_t body[24], uint32_t flags, uint32_t index, uint32_t count)
{
    vfu_put32(body, 20);
    vfu_put32(body + 4, flags);
    vfu_put32(body + 8, index);
    vfu_put32(body + 12, 0);
    vfu_put32(body + 16, count);
    return 20;
}

static inline int set_irqs(struct world *w, uint32_t flags, uint32_t index, uint32_t count)
{
    uint8_t body[24];

    return ask(w, SET_IRQS, body, put_irqs(body, flags, index, count));
}

static inline int set_irqs_bool(struct world *w, uint32_t action, uint8_t value)
{
    uint8_t body[24];

    put_irqs(body, action | BY_BOOL, 0, 1);
    body[20] = value;
    return ask(w, SET_IRQS, body, 21);
}

static inline int set_irqs_fd(struct world *w, uint32_t action, int fd)
{
    uint8_t body[24], message[CS_VFU_HEADER + 24];
    const size_t len = put_irqs(body, action | BY_EVENTFD, 0, 1);
    const size_t n = put_message(w, message, SET_IRQS, 0, body, len);

    assert_int_equal(send_bytes(w, message, n, &fd, 1), n);
    turn(w);
    return hear(w);
}

/* As at the start of a guest: VERSION, and INTA# by an eventfd. */
static inline void join(struct world *w)
{
    assert_int_equal(say_version(w), 0);
    if (w->irq < 0)
        w->irq = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(set_irqs_fd(w, TRIGGER, w->irq), 0);
}

static inline void ring(int fd)
{
    const uint64_t one = 1;

    assert_int_equal(write(fd, &one, sizeof(one)), sizeof(one));
}

/* How often the card has rung since the last time. */
static inline unsigned rung(const struct world *w)
{
    uint64_t count = 0;

    if (read(w->irq, &count, sizeof(count)) < 0)
        return 0;
    return (unsigned)count;
}

/* ---- a chip -----------------------------------------------------------------------------------
 */

/* Where the chips are in window 1. */
struct place {
    uint32_t first, step, stride;
};

static const struct place kvaser = {0, 0x20, 1};

static inline uint8_t get_reg(struct world *w, const struct place *p, unsigned i, unsigned reg)
{
    return (uint8_t)get(w, 1, p->first + i * p->step + reg * p->stride, 1);
}

static inline void put_reg(struct world *w, const struct place *p, unsigned i, unsigned reg,
                           unsigned value)
{
    put(w, 1, p->first + i * p->step + reg * p->stride, 1, value);
}

/* What Linux's sja1000 does from probe to the interface being up, at 500 kbit/s. */
static inline void bring_up(struct world *w, const struct place *p, unsigned i)
{
    put_reg(w, p, i, MOD, RM);
    assert_int_equal(get_reg(w, p, i, MOD) & RM, RM);
    put_reg(w, p, i, CDR, PELICAN | 0x40);
    put_reg(w, p, i, IER, 0);
    for (unsigned k = 0; k < 4; k++) {
        put_reg(w, p, i, ACR + k, 0);
        put_reg(w, p, i, AMR + k, 0xFF);
    }
    put_reg(w, p, i, OCR, 0x1A);
    put_reg(w, p, i, BTR0, BTR0_500K);
    put_reg(w, p, i, BTR1, BTR1_500K);
    put_reg(w, p, i, TXERR, 0);
    put_reg(w, p, i, RXERR, 0);
    get_reg(w, p, i, ECC);
    get_reg(w, p, i, IR);
    put_reg(w, p, i, IER, 0xFF);
    put_reg(w, p, i, MOD, 0);
    assert_int_equal(get_reg(w, p, i, MOD) & RM, 0);
    run(w, MS);
}

static inline void peer_sends(struct world *w, unsigned i, uint32_t id)
{
    const struct cs_frame sent = {.id = id, .dlc = 2, .len = 2, .data = {0xAB, 0xCD}};

    assert_int_equal(cs_bus_submit(w->bus[i], w->peer[i], &sent, 1), 0);
    run(w, MS);
}

/* Identifier of the first message, which is then let go. */
static inline uint32_t take_message(struct world *w, const struct place *p, unsigned i)
{
    const uint32_t id =
        (uint32_t)get_reg(w, p, i, BUFFER + 1) << 3 | (uint32_t)get_reg(w, p, i, BUFFER + 2) >> 5;

    put_reg(w, p, i, CMR, 0x04);
    return id;
}

static inline void send_message(struct world *w, const struct place *p, unsigned i, uint32_t id)
{
    put_reg(w, p, i, BUFFER, 1);
    put_reg(w, p, i, BUFFER + 1, id >> 3);
    put_reg(w, p, i, BUFFER + 2, id << 5 & 0xFF);
    put_reg(w, p, i, BUFFER + 3, 0x5A);
    put_reg(w, p, i, CMR, 0x01);
}

#endif
