/* SPDX-License-Identifier: MIT */
/* slcan_line.c - the line of a serial adapter: a socket, or a pseudo-terminal of its own.
 * A peer that sends more frames than the bus takes is not read from until there is room; one that
 * does not read loses frames, never answers. */
#include "qemu-link/slcan_internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define READS_PER_TURN 16
#define TROUBLE        3

/* ---- out --------------------------------------------------------------------------------------
 */

bool cs_slcan_room(const struct slcan *s)
{
    return cs_ring_used(&s->out) < SLCAN_OUT_BYTES - SLCAN_OUT_KEPT;
}

void cs_slcan_put(struct slcan *s, const char *text, size_t len)
{
    if (s->fd >= 0 && cs_ring_put(&s->out, (const uint8_t *)text, len))
        ev_feed_event(s->device->host.loop, &s->flush, EV_CUSTOM);
}

static bool is_pty(const struct slcan *s)
{
    return s->slave_fd >= 0;
}

/* False: the peer is gone. */
static bool write_out(struct slcan *s)
{
    struct iovec pieces[2];
    int n_pieces;

    while ((n_pieces = cs_ring_pieces(&s->out, pieces)) > 0) {
        const ssize_t n = writev(s->fd, pieces, n_pieces);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
            return is_pty(s);
        if (n < 0)
            break;
        cs_ring_consume(&s->out, (size_t)n);
    }
    if (cs_ring_used(&s->out) > 0)
        ev_io_start(s->device->host.loop, &s->writable);
    else
        ev_io_stop(s->device->host.loop, &s->writable);
    return true;
}

/* ---- in ---------------------------------------------------------------------------------------
 */

/* Room for the answers to all that can be read at a time? */
static bool may_answer(const struct slcan *s)
{
    return cs_ring_used(&s->out) < SLCAN_OUT_BYTES - SLCAN_OUT_KEPT / 2;
}

static void take(struct slcan *s, char c)
{
    if (c == SLCAN_CR) {
        if (s->too_long)
            cs_slcan_put(s, "\a", 1);
        else if (s->line_len > 0)
            s->held = !cs_slcan_command(s);
        s->too_long = false;
        s->line_len = s->held ? s->line_len : 0;
    } else if (c == '\n' || c == '\0') {
        return;
    } else if (s->line_len < sizeof(s->line)) {
        s->line[s->line_len++] = c;
    } else {
        s->too_long = true;
    }
}

/* What was read, as far as it can be done now. */
static void take_all(struct slcan *s)
{
    while (s->in_at < s->in_end && !s->held && may_answer(s))
        take(s, s->in[s->in_at++]);
}

static bool is_stopped(const struct slcan *s)
{
    return s->held || s->in_at < s->in_end || !may_answer(s);
}

static void watch(struct slcan *s)
{
    if (is_stopped(s))
        ev_io_stop(s->device->host.loop, &s->readable);
    else
        ev_io_start(s->device->host.loop, &s->readable);
}

void cs_slcan_go_on(struct slcan *s)
{
    if (is_stopped(s)) /* from within the bus: later */
        ev_feed_event(s->device->host.loop, &s->flush, EV_CUSTOM);
}

static void hang_up(struct slcan *s)
{
    struct ev_loop *loop = s->device->host.loop;

    if (s->fd < 0 || is_pty(s))
        return;
    ev_io_stop(loop, &s->readable);
    ev_io_stop(loop, &s->writable);
    close(s->fd);
    s->fd = -1;
    cs_ring_clear(&s->out);
    cs_slcan_power_on(s);
}

static void end(struct slcan *s)
{
    hang_up(s);
    cs_device_gone(s->device);
}

/* 1 some bytes, 0 none now, -1 the peer is gone. */
static int receive(struct slcan *s)
{
    const ssize_t n = read(s->fd, s->in, sizeof(s->in));

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    if (n <= 0)
        return is_pty(s) ? 0 : -1;
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
        end(s);
    else
        watch(s);
    host.kick(host.ctx);
}

static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct slcan *s = watcher->data;
    const struct cs_link_host host = s->device->host;

    (void)loop;
    (void)events;
    if (s->fd < 0)
        return;
    if (!write_out(s)) {
        end(s);
        return;
    }
    if (!is_stopped(s))
        return;
    host.sync(host.ctx);
    if (s->held) {
        s->held = !cs_slcan_command(s);
        s->line_len = s->held ? s->line_len : 0;
    }
    take_all(s);
    watch(s);
    host.kick(host.ctx);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct slcan *s = watcher->data;

    (void)events;
    ev_feed_event(loop, &s->flush, EV_CUSTOM);
}

static void start_watching(struct slcan *s)
{
    ev_io_set(&s->readable, s->fd, EV_READ);
    ev_io_set(&s->writable, s->fd, EV_WRITE);
    ev_io_start(s->device->host.loop, &s->readable);
}

static void accept_peer(void *self, int fd)
{
    struct slcan *s = self;

    s->fd = fd;
    cs_slcan_power_on(s);
    start_watching(s);
}

/* ---- the pseudo-terminal ------------------------------------------------------------------------
 */

/* The last one has closed it: as if the plug was pulled and put in again. */
static void pty_closed(struct slcan *s)
{
    tcflush(s->slave_fd, TCIOFLUSH);
    cs_ring_clear(&s->out);
    cs_slcan_power_on(s);
    watch(s);
    cs_device_gone(s->device);
}

static void on_notify(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct slcan *s = watcher->data;
    const struct cs_link_host host = s->device->host;
    _Alignas(struct inotify_event) char buf[4096];
    ssize_t n;

    (void)loop;
    (void)events;
    host.sync(host.ctx);
    while ((n = read(s->notify_fd, buf, sizeof(buf))) > 0) {
        for (char *at = buf; at < buf + n;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;

            at += sizeof(*event) + event->len;
            if (event->mask & IN_OPEN && s->opened++ == 0) {
                s->device->connected = true;
                s->device->connections++;
            } else if (event->mask & IN_CLOSE && s->opened > 0 && --s->opened == 0) {
                pty_closed(s);
            }
        }
    }
    host.kick(host.ctx);
}

static int say(const char *what, int err, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", what, strerror(err));
    return -1;
}

/* A link of a host that is no more may be replaced: one to a pseudo-terminal. */
static int make_link(struct slcan *s, char *why, size_t why_size)
{
    char target[64];
    const ssize_t n = readlink(s->link, target, sizeof(target) - 1);

    if (n > 0) {
        target[n] = '\0';
        if (strncmp(target, "/dev/pts/", 9) == 0)
            unlink(s->link);
    }
    if (symlink(s->pty, s->link) == 0)
        return 0;
    const int err = errno;
    say(s->link, err, why, why_size);
    s->link[0] = '\0';
    return -1;
}

static int open_pty(struct slcan *s, char *why, size_t why_size)
{
    struct termios raw;

    s->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 || grantpt(s->fd) != 0 || unlockpt(s->fd) != 0 ||
        ptsname_r(s->fd, s->pty, sizeof(s->pty)) != 0)
        return say("no pseudo-terminal", errno, why, why_size);
    s->slave_fd = open(s->pty, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (s->slave_fd < 0 || tcgetattr(s->slave_fd, &raw) != 0)
        return say(s->pty, errno, why, why_size);
    cfmakeraw(&raw);
    tcsetattr(s->slave_fd, TCSANOW, &raw);
    fchmod(s->slave_fd, S_IRUSR | S_IWUSR);
    s->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (s->notify_fd < 0 || inotify_add_watch(s->notify_fd, s->pty, IN_OPEN | IN_CLOSE) < 0)
        return say("no inotify", errno, why, why_size);
    ev_io_set(&s->notify, s->notify_fd, EV_READ);
    ev_io_start(s->device->host.loop, &s->notify);
    start_watching(s);
    return s->link[0] ? make_link(s, why, why_size) : 0;
}

/* ---- the device ---------------------------------------------------------------------------------
 */

static void close_if(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void destroy(void *self)
{
    struct slcan *s = self;
    struct ev_loop *loop = s->device->host.loop;
    char target[64];

    ev_io_stop(loop, &s->readable);
    ev_io_stop(loop, &s->writable);
    ev_io_stop(loop, &s->notify);
    ev_clear_pending(loop, &s->flush);
    const ssize_t n = s->link[0] ? readlink(s->link, target, sizeof(target)) : -1;
    if (n > 0 && (size_t)n == strlen(s->pty) && memcmp(target, s->pty, (size_t)n) == 0)
        unlink(s->link);
    close_if(s->slave_fd);
    close_if(s->notify_fd);
    close_if(s->fd);
    s->fd = -1;
    cs_port_destroy(s->port);
    cs_ring_fini(&s->out);
    free(s);
}

static void *create(struct cs_device *device, int *status, char *why, size_t why_size)
{
    struct slcan *s = calloc(1, sizeof(*s));

    *status = TROUBLE;
    snprintf(why, why_size, "not enough memory");
    if (!s)
        return NULL;
    s->device = device;
    s->fd = s->slave_fd = s->notify_fd = -1;
    ev_init(&s->readable, on_readable);
    ev_init(&s->writable, on_writable);
    ev_init(&s->notify, on_notify);
    ev_prepare_init(&s->flush, on_flush);
    ev_set_priority(&s->flush, EV_MINPRI);
    s->readable.data = s->writable.data = s->notify.data = s->flush.data = s;
    s->port = cs_port_create(&device->host, device->bus[0], device->spec.name, "slcan",
                             &cs_slcan_port_ops, s);
    if (!s->port || cs_ring_init(&s->out, SLCAN_OUT_BYTES) < 0) {
        cs_port_destroy(s->port);
        free(s);
        return NULL;
    }
    cs_slcan_power_on(s);
    if (strncmp(device->spec.path, "pty:", 4) == 0)
        snprintf(s->link, sizeof(s->link), "%s", device->spec.path + 4);
    if (device->listener.fd < 0 && open_pty(s, why, why_size) != 0) {
        destroy(s);
        return NULL;
    }
    *status = 0;
    return s;
}

static void plug(void *self)
{
    struct slcan *s = self;

    if (s->device->plugged)
        return;
    cs_slcan_power_on(s);
    if (s->fd >= 0)
        watch(s);
}

static void look(const void *self, struct cs_device_status *status)
{
    const struct slcan *s = self;

    status->n_ports = 1;
    status->port[0].bus = cs_bus_name(s->device->bus[0]);
    status->port[0].node = cs_port_node(s->port);
    if (is_pty(s))
        status->path = s->link[0] ? s->link : s->pty;
}

static void option(const void *self, const char *path, char *text, size_t size)
{
    const struct slcan *s = self;
    struct cs_proto_address address;
    char id[CS_NAME_MAX] = "c", place[300], why[100];
    size_t n = isalpha((unsigned char)s->device->spec.name[0]) ? 0 : 1;

    for (const char *c = s->device->spec.name; *c && n + 1 < sizeof(id); c++)
        id[n++] = isalnum((unsigned char)*c) || strchr("-._", *c) ? *c : '_';
    id[n] = '\0';
    if (is_pty(s)) {
        snprintf(text, size,
                 "slcand -o -s6 %s   or   python3 -m can.viewer -i slcan -c %s -b 500000",
                 s->link[0] ? s->link : s->pty, s->link[0] ? s->link : s->pty);
        return;
    }
    if (cs_proto_address_parse(path, &address, why, sizeof(why)) == 0 && address.tcp)
        snprintf(place, sizeof(place), "host=%s,port=%s", address.host, address.port);
    else
        snprintf(place, sizeof(place), "path=%s", path);
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
