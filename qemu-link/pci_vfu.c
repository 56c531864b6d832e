/* SPDX-License-Identifier: MIT */
/* pci_vfu.c - one card on a vfio-user connection: messages in, replies out, one peer after the
 * other. Every request is answered before the next is read, so a guest never waits for more than
 * the loop's turn; a peer that does not read its replies is not listened to. */
#include "qemu-link/pci_vfu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES_PER_TURN 256
#define UNREAD_S          10.0
#define FLAG_TYPE         0x0Fu
#define FLAG_REPLY        0x01u
#define FLAG_NO_REPLY     0x10u
#define FLAG_ERROR        0x20u

/* ---- the end ----------------------------------------------------------------------------------
 */

static void close_fds(struct cs_pci *pci)
{
    while (pci->n_fds > 0)
        close(pci->fds[--pci->n_fds]);
    pci->n_alien = 0;
}

static void hang_up(struct cs_pci *pci)
{
    struct ev_loop *loop = pci->device->host.loop;

    if (pci->fd < 0)
        return;
    ev_io_stop(loop, &pci->readable);
    ev_io_stop(loop, &pci->writable);
    ev_timer_stop(loop, &pci->unread);
    close(pci->fd);
    pci->fd = -1;
    close_fds(pci);
    cs_vfu_drop_irqs(pci);
    cs_vfu_reset(pci);
}

static void end(struct cs_pci *pci)
{
    const char *broken = pci->broken;

    hang_up(pci);
    if (broken)
        cs_device_blame(pci->device, broken);
    else
        cs_device_gone(pci->device);
}

/* ---- out --------------------------------------------------------------------------------------
 */

/* False: the peer is gone. */
static bool send_out(struct cs_pci *pci)
{
    struct ev_loop *loop = pci->device->host.loop;

    while (pci->out_first < pci->out_end) {
        const ssize_t n = send(pci->fd, pci->out + pci->out_first, pci->out_end - pci->out_first,
                               MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return false;
        if (n < 0)
            break;
        pci->out_first += (size_t)n;
    }
    if (pci->out_first == pci->out_end) {
        pci->out_first = pci->out_end = 0;
        ev_io_stop(loop, &pci->writable);
        ev_timer_stop(loop, &pci->unread);
        ev_io_start(loop, &pci->readable);
    } else {
        if (!ev_is_active(&pci->writable)) {
            ev_timer_set(&pci->unread, UNREAD_S, 0.0);
            ev_timer_start(loop, &pci->unread);
        }
        ev_io_start(loop, &pci->writable);
        ev_io_stop(loop, &pci->readable);
    }
    return true;
}

static bool has_room(const struct cs_pci *pci)
{
    return sizeof(pci->out) - pci->out_end >= CS_VFU_HEADER + CS_VFU_BODY_MAX;
}

/* Do what the message asks for, and queue the reply. */
static void answer(struct cs_pci *pci)
{
    uint8_t *reply = pci->out + pci->out_end;
    const uint32_t flags = vfu_get32(pci->in + 8);
    const int len = cs_vfu_request(pci, reply + CS_VFU_HEADER);

    close_fds(pci); /* those that nobody has taken */
    if (flags & FLAG_NO_REPLY)
        return;
    memcpy(reply, pci->in, 4);
    vfu_put32(reply + 4, CS_VFU_HEADER + (uint32_t)(len > 0 ? len : 0));
    vfu_put32(reply + 8, FLAG_REPLY | (len < 0 ? FLAG_ERROR : 0));
    vfu_put32(reply + 12, (uint32_t)(len < 0 ? -len : 0));
    pci->out_end += CS_VFU_HEADER + (size_t)(len > 0 ? len : 0);
}

/* ---- in ---------------------------------------------------------------------------------------
 */

/* Nothing else is kept, not even until the message ends: it could make the host wait for whoever is
 * behind it, and this connection's other end, kept here, would never end. */
static bool is_eventfd(int fd)
{
    static const char name[] = "anon_inode:[eventfd]";
    char link[32], target[sizeof(name)];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, target, sizeof(target));
    return n == (ssize_t)sizeof(name) - 1 && memcmp(target, name, sizeof(name) - 1) == 0;
}

static void keep_fds(struct cs_pci *pci, struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        int fds[CS_VFU_FDS_MAX];
        size_t n;

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        n = n < CS_VFU_FDS_MAX ? n : CS_VFU_FDS_MAX;
        memcpy(fds, CMSG_DATA(c), n * sizeof(int));
        for (size_t i = 0; i < n; i++) {
            if (pci->n_fds < CS_VFU_FDS_MAX && is_eventfd(fds[i])) {
                pci->fds[pci->n_fds++] = fds[i];
            } else {
                close(fds[i]);
                pci->n_alien++;
            }
        }
    }
}

/* Up to `want` bytes of the message. 1 some, 0 none now, -1 the peer is gone. */
static int receive(struct cs_pci *pci, uint32_t want)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * CS_VFU_FDS_MAX)];
        struct cmsghdr align;
    } control;
    struct iovec piece = {pci->in + pci->in_len, want - pci->in_len};
    struct msghdr msg = {.msg_iov = &piece,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    ssize_t n;

    do
        n = recvmsg(pci->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (n <= 0)
        return -1;
    keep_fds(pci, &msg);
    pci->in_len += (uint32_t)n;
    return 1;
}

/* The length of the message under way, as far as it is known; 0: it makes no sense. */
static uint32_t wanted(struct cs_pci *pci)
{
    uint32_t size;

    if (pci->in_len < CS_VFU_HEADER)
        return CS_VFU_HEADER;
    size = vfu_get32(pci->in + 4);
    if (size < CS_VFU_HEADER || size > sizeof(pci->in))
        pci->broken = "a message must be 16..8208 bytes long";
    else if (vfu_get32(pci->in + 8) & FLAG_TYPE)
        pci->broken = "a message must be a request";
    else
        return size;
    return 0;
}

/* 1 a message was done, 0 there is none now, -1 the connection is over. */
static int take_message(struct cs_pci *pci)
{
    for (;;) {
        const uint32_t want = wanted(pci);
        int got;

        if (want == 0)
            return -1;
        if (pci->in_len == want && want >= CS_VFU_HEADER && want == vfu_get32(pci->in + 4))
            break;
        got = receive(pci, want);
        if (got <= 0)
            return got;
    }
    answer(pci);
    pci->in_len = 0;
    return pci->broken ? -1 : 1;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_pci *pci = watcher->data;
    const struct cs_link_host host = pci->device->host;
    int ret = 1;

    (void)loop;
    (void)events;
    host.sync(host.ctx);
    for (int i = 0; i < MESSAGES_PER_TURN && ret > 0 && has_room(pci); i++)
        ret = take_message(pci);
    if (!send_out(pci) || ret < 0)
        end(pci);
    host.kick(host.ctx);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_pci *pci = watcher->data;

    (void)loop;
    (void)events;
    if (!send_out(pci))
        end(pci);
}

/* The next one may want the card. */
static void on_unread(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct cs_pci *pci = watcher->data;

    (void)loop;
    (void)events;
    pci->broken = "replies must be read within 10 s";
    end(pci);
}

static void accept_peer(void *self, int fd)
{
    struct cs_pci *pci = self;

    pci->fd = fd;
    pci->versioned = false;
    pci->broken = NULL;
    pci->in_len = 0;
    pci->out_first = pci->out_end = 0;
    ev_io_set(&pci->readable, fd, EV_READ);
    ev_io_set(&pci->writable, fd, EV_WRITE);
    ev_io_start(pci->device->host.loop, &pci->readable);
}

/* ---- the card ---------------------------------------------------------------------------------
 */

void cs_pci_set_irq(struct cs_pci *pci, bool active)
{
    pci->active = active;
    cs_pci_config_irq(&pci->config, active);
    cs_vfu_evaluate(pci);
}

struct cs_device *cs_pci_device(struct cs_pci *pci)
{
    return pci->device;
}

bool cs_pci_create_chips(struct cs_pci *pci, struct cs_sja1000 *chips[CS_DEVICE_PORTS_MAX],
                         void (*irq)(void *ctx, bool active), void *ctx)
{
    const struct cs_device *device = pci->device;
    char name[CS_NAME_MAX];

    for (unsigned i = 0; i < device->spec.n_buses; i++) {
        const struct cs_sja1000_config config = {
            .bus = device->bus[i],
            .name = cs_device_port_name(device, i, name),
            .via = "card",
            .osc_hz = CS_SJA1000_OSC_HZ,
            .irq = irq,
            .ctx = ctx,
        };

        chips[i] = cs_sja1000_create(&device->host, &config);
        if (chips[i])
            continue;
        while (i > 0)
            cs_sja1000_destroy(chips[--i]);
        return false;
    }
    return true;
}

static void destroy(void *self)
{
    struct cs_pci *pci = self;

    hang_up(pci);
    pci->card->destroy(pci->self);
    free(pci);
}

static void *create(struct cs_device *device, int *status, char *why, size_t why_size)
{
    struct cs_pci *pci = calloc(1, sizeof(*pci));

    if (pci) {
        pci->device = device;
        pci->card = device->spec.model->data;
        pci->fd = pci->trigger_fd = pci->unmask_fd = -1;
        cs_pci_config_init(&pci->config, pci->card, device->spec.n_buses);
        ev_init(&pci->readable, on_readable);
        ev_init(&pci->writable, on_writable);
        ev_init(&pci->unmask, cs_vfu_on_unmask);
        ev_init(&pci->unanswered, cs_vfu_on_unanswered);
        ev_init(&pci->unread, on_unread);
        pci->readable.data = pci->writable.data = pci->unread.data = pci;
        pci->unmask.data = pci->unanswered.data = pci;
        pci->self = pci->card->create(pci);
    }
    if (pci && pci->self)
        return pci;
    free(pci);
    *status = 3;
    snprintf(why, why_size, "not enough memory");
    return NULL;
}

static void look(const void *self, struct cs_device_status *status)
{
    const struct cs_pci *pci = self;

    status->n_ports = pci->device->spec.n_buses;
    for (unsigned i = 0; i < status->n_ports; i++) {
        const struct cs_sja1000 *chip = pci->card->chip(pci->self, i);

        status->port[i].bus = cs_bus_name(pci->device->bus[i]);
        status->port[i].node = cs_sja1000_node(chip);
        status->port[i].name = cs_sja1000_name(chip);
        status->lost += cs_sja1000_overruns(chip);
    }
}

/* One byte of a path, as JSON within the shell's quotes has it. */
static size_t quote(char text[8], char c)
{
    if (c == '\'')
        return (size_t)snprintf(text, 8, "'\\''");
    if ((unsigned char)c < 0x20)
        return (size_t)snprintf(text, 8, "\\u%04x", (unsigned)c);
    return (size_t)snprintf(text, 8, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
}

static void option(const void *self, const char *path, char *text, size_t size)
{
    static const char tail[] = "\"}}'";
    char quoted[8];
    size_t n;

    (void)self;
    n = (size_t)snprintf(text, size,
                         "-device '{\"driver\":\"vfio-user-pci\",\"rombar\":0,"
                         "\"socket\":{\"type\":\"unix\",\"path\":\"");
    for (; *path && n + sizeof(quoted) + sizeof(tail) <= size; path++) {
        const size_t len = quote(quoted, *path);

        memcpy(text + n, quoted, len);
        n += len;
    }
    memcpy(text + n, tail, sizeof(tail));
}

const struct cs_device_ops cs_pci_ops = {
    .create = create,
    .destroy = destroy,
    .accept = accept_peer,
    .look = look,
    .option = option,
};
