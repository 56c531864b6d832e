/* SPDX-License-Identifier: MIT */
/* slcan_line.c - the line of a serial adapter: a socket, or a pseudo-terminal of its own.
 * A peer that sends more frames than the bus takes is not read from until there is room; one that
 * does not read loses frames, never answers. While nobody is there the adapter is as after
 * power-on.
 */
#include "qemu-link/slcan_internal.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_PER_TURN 16
#define TROUBLE        3

/* ---- out --------------------------------------------------------------------------------------*/

bool cs_slcan_room(const struct slcan *s)
{
    return cs_ring_used(&s->out) < SLCAN_OUT_BYTES - SLCAN_OUT_KEPT;
}

void cs_slcan_put(struct slcan *s, const char *text, size_t len)
{
    if (s->present && cs_ring_put(&s->out, (const uint8_t *)text, len))
        ev_feed_event(s->device->host.loop, &s->flush, EV_CUSTOM);
}

/* Bytes written, or -errno. */
static ssize_t write_some(struct slcan *s, struct iovec *pieces, int n_pieces)
{
    const struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = (size_t)n_pieces};
    ssize_t n;

    do
        n = cs_slcan_is_pty(s) ? writev(s->fd, pieces, n_pieces)
                               : sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* False: the peer is gone. */
static bool write_out(struct slcan *s)
{
    struct iovec pieces[2];
    int n_pieces;

    while ((n_pieces = cs_ring_pieces(&s->out, pieces)) > 0) {
        const ssize_t n = write_some(s, pieces, n_pieces);

        if (n == 0 || n == -EAGAIN || n == -EWOULDBLOCK)
            break;
        if (n < 0)
            return false;
        cs_ring_consume(&s->out, (size_t)n);
    }
    return true;
}

/* ---- in ---------------------------------------------------------------------------------------*/

/* Room for the answer to any one line? */
static bool may_answer(const struct slcan *s)
{
    return cs_ring_used(&s->out) < SLCAN_OUT_BYTES - SLCAN_OUT_KEPT / 2;
}

static void try_line(struct slcan *s)
{
    s->held = !cs_slcan_command(s);
    if (!s->held)
        s->line_len = 0;
}

static void end_line(struct slcan *s)
{
    if (s->too_long) {
        cs_slcan_put(s, "\a", 1);
        s->too_long = false;
        s->line_len = 0;
    } else if (s->line_len > 0) {
        try_line(s);
    }
}

static void take(struct slcan *s, char c)
{
    if (c == SLCAN_CR)
        end_line(s);
    else if (c == '\n' || c == '\0')
        return;
    else if (s->line_len < sizeof(s->line))
        s->line[s->line_len++] = c;
    else
        s->too_long = true;
}

/* What was read, as far as it can be done now. */
static void take_all(struct slcan *s)
{
    if (s->held && may_answer(s))
        try_line(s);
    while (s->in_at < s->in_end && !s->held && may_answer(s))
        take(s, s->in[s->in_at++]);
}

static bool is_stopped(const struct slcan *s)
{
    return s->held || s->in_at < s->in_end || !may_answer(s);
}

static void set_watcher(struct slcan *s, ev_io *watcher, bool on)
{
    if (on)
        ev_io_start(s->device->host.loop, watcher);
    else
        ev_io_stop(s->device->host.loop, watcher);
}

static void watch(struct slcan *s)
{
    set_watcher(s, &s->readable, s->present && !is_stopped(s));
    set_watcher(s, &s->writable, s->present && cs_ring_used(&s->out) > 0);
}

void cs_slcan_go_on(struct slcan *s)
{
    if (s->present) /* from within the bus: later */
        ev_feed_event(s->device->host.loop, &s->flush, EV_CUSTOM);
}

/* ---- coming and going -------------------------------------------------------------------------*/

void cs_slcan_arrived(struct slcan *s)
{
    s->present = true;
    cs_slcan_power_on(s);
    ev_io_stop(s->device->host.loop, &s->readable);
    ev_io_stop(s->device->host.loop, &s->writable);
    ev_io_set(&s->readable, s->fd, EV_READ);
    ev_io_set(&s->writable, s->fd, EV_WRITE);
    watch(s);
}

static void gone(struct slcan *s)
{
    s->present = false;
    cs_ring_clear(&s->out);
    cs_slcan_power_on(s);
    watch(s);
    cs_device_gone(s->device);
    if (cs_slcan_is_pty(s)) {
        cs_slcan_pty_clear(s);
    } else {
        close(s->fd);
        s->fd = -1;
    }
}

/* 1 some bytes, 0 none now, -1 the peer is gone. */
static int receive(struct slcan *s)
{
    const ssize_t n = read(s->fd, s->in, sizeof(s->in));

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    if (n <= 0)
        return -1;
    s->in_at = 0;
    s->in_end = s->device->plugged ? (size_t)n : 0; /* the line is dead */
    return 1;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct slcan *s = watcher->data;
    const struct cs_link_host host = s->device->host;
    int ret = 1;

    (void)loop;
    (void)events;
    host.sync(host.ctx);
    for (int i = 0; i < READS_PER_TURN && ret > 0 && !is_stopped(s); i++) {
        ret = receive(s);
        if (ret > 0)
            take_all(s);
    }
    if (ret < 0)
        gone(s);
    else
        watch(s);
    host.kick(host.ctx);
}

/* There is something to write, or what was held up may go on. */
static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct slcan *s = watcher->data;
    const struct cs_link_host host = s->device->host;

    (void)loop;
    (void)events;
    if (!s->present)
        return;
    if (write_out(s)) {
        cs_slcan_tell_errors(s);
        watch(s);
        if (!is_stopped(s))
            return;
        host.sync(host.ctx);
        take_all(s);
        watch(s);
    } else {
        host.sync(host.ctx);
        gone(s);
    }
    host.kick(host.ctx);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct slcan *s = watcher->data;

    (void)events;
    ev_feed_event(loop, &s->flush, EV_CUSTOM);
}

static void accept_peer(void *self, int fd)
{
    struct slcan *s = self;
    const int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* no TCP: nothing */
    s->fd = fd;
    cs_slcan_arrived(s);
}

/* ---- the device -------------------------------------------------------------------------------*/

static void on_patience(void *ctx, struct cs_timer *timer)
{
    struct slcan *s = ctx;

    (void)timer;
    s->stuck = true;
    cs_slcan_go_on(s);
}

static void on_errors_due(void *ctx, struct cs_timer *timer)
{
    (void)timer;
    cs_slcan_tell_errors(ctx);
}

static void destroy(void *self)
{
    struct slcan *s = self;
    struct ev_loop *loop = s->device->host.loop;
    struct cs_sim *sim = s->device->host.sim;

    s->present = false;
    watch(s);
    ev_clear_pending(loop, &s->flush);
    if (cs_slcan_is_pty(s))
        cs_slcan_pty_close(s);
    if (s->fd >= 0)
        close(s->fd);
    cs_port_destroy(s->port);
    cs_timer_release(sim, &s->patience);
    cs_timer_release(sim, &s->errors_due);
    cs_ring_fini(&s->out);
    free(s);
}

static struct slcan *make(struct cs_device *device)
{
    struct slcan *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->device = device;
    s->fd = s->notify_fd = -1;
    ev_init(&s->readable, on_readable);
    ev_init(&s->writable, on_writable);
    ev_prepare_init(&s->flush, on_flush);
    ev_set_priority(&s->flush, EV_MINPRI);
    s->readable.data = s->writable.data = s->flush.data = s;
    s->patience = (struct cs_timer){.fn = on_patience, .ctx = s};
    s->errors_due = (struct cs_timer){.fn = on_errors_due, .ctx = s};
    s->port = cs_port_create(&device->host, device->bus[0], device->spec.name, "slcan",
                             &cs_slcan_port_ops, s);
    if (s->port && cs_ring_init(&s->out, SLCAN_OUT_BYTES) == 0) {
        if (cs_timer_reserve(device->host.sim, &s->patience) == 0 &&
            cs_timer_reserve(device->host.sim, &s->errors_due) == 0)
            return s;
        cs_ring_fini(&s->out);
    }
    cs_timer_release(device->host.sim, &s->patience);
    cs_port_destroy(s->port);
    free(s);
    return NULL;
}

static void *create(struct cs_device *device, int *status, char *why, size_t why_size)
{
    struct slcan *s = make(device);

    *status = TROUBLE;
    snprintf(why, why_size, "not enough memory");
    if (!s)
        return NULL;
    cs_slcan_power_on(s);
    if (strncmp(device->spec.path, "pty:", 4) == 0)
        snprintf(s->link, sizeof(s->link), "%s", device->spec.path + 4);
    if (device->listener.fd < 0 && cs_slcan_pty_open(s, why, why_size) != 0) {
        destroy(s);
        return NULL;
    }
    *status = 0;
    return s;
}

/* Whoever has the line keeps it; it is dead while the adapter is not there. */
static void plug(void *self)
{
    struct slcan *s = self;

    cs_slcan_power_on(s);
    if (!s->device->plugged)
        cs_ring_clear(&s->out);
    cs_slcan_go_on(s); /* may have been stopped */
}

static void look(const void *self, struct cs_device_status *status)
{
    const struct slcan *s = self;

    status->n_ports = 1;
    status->port[0].bus = cs_bus_name(s->device->bus[0]);
    status->port[0].node = cs_port_node(s->port);
    status->port[0].name = cs_port_name(s->port);
    if (cs_slcan_is_pty(s))
        status->path = s->link[0] ? s->link : s->pty;
}

/* ---- how to join ------------------------------------------------------------------------------*/

/* QEMU's ids begin with a letter. */
static void make_id(const char *name, char *id, size_t size)
{
    size_t n = 0;

    if (!isalpha((unsigned char)name[0]))
        id[n++] = 's';
    for (; *name && n + 1 < size; name++)
        id[n++] = isalnum((unsigned char)*name) || strchr("-._", *name) ? *name : '_';
    id[n] = '\0';
}

/* In QEMU's options a comma in a value is written twice. */
static void escape(const char *path, char *text, size_t size)
{
    size_t n = 0;

    for (; *path && n + 2 < size; path++) {
        text[n++] = *path;
        if (*path == ',')
            text[n++] = ',';
    }
    text[n] = '\0';
}

static void pty_option(const struct slcan *s, char *text, size_t size)
{
    const char *path = s->link[0] ? s->link : s->pty;
    const uint32_t bps = cs_bus_bitrate_bps(s->device->bus[0]);
    const int code = cs_slcan_code_of(bps);
    int n = snprintf(text, size, "python3 -m can.viewer -i slcan -c %s -b %u", path, (unsigned)bps);

    if (code >= 0 && n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, "   or   slcand -o -s%d %s can0", code, path);
}

static void option(const void *self, const char *path, char *text, size_t size)
{
    const struct slcan *s = self;
    struct cs_proto_address address;
    char id[CS_NAME_MAX], place[300], why[100];

    if (cs_slcan_is_pty(s)) {
        pty_option(s, text, size);
        return;
    }
    make_id(s->device->spec.name, id, sizeof(id));
    if (cs_proto_address_parse(path, &address, why, sizeof(why)) == 0 && address.tcp) {
        snprintf(place, sizeof(place), "host=%s,port=%s", address.host, address.port);
    } else {
        memcpy(place, "path=", 6);
        escape(path, place + 5, sizeof(place) - 5);
    }
    snprintf(text, size, "-chardev socket,id=%s,%s,reconnect=1 -serial chardev:%s", id, place, id);
}

static const struct cs_device_ops ops = {
    .create = create,
    .destroy = destroy,
    .accept = accept_peer,
    .plug = plug,
    .look = look,
    .option = option,
};

const struct cs_device_model cs_slcan_model = {
    .kind = CS_DEVICE_SLCAN,
    .name = "slcan",
    .aliases = "",
    .min_ports = 1,
    .max_ports = 1,
    .driver = "slcan",
    .help = "serial adapter in LAWICEL's protocol, for SavvyCAN, python-can, slcand",
    .ops = &ops,
};
