/* SPDX-License-Identifier: MIT */
/* slcan_pty.c - the pseudo-terminal that a serial adapter may be.
 * That somebody opens it is told by inotify; that the last one has closed it by the master itself,
 * which hangs up from then on: so nothing is watched but inotify until it is opened again. (Counts
 * of inotify's events would be wrong, as it tells equal ones only once.) */
#include "qemu-link/slcan_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define FOLDER "/dev/pts/"

static int say(const char *what, const char *trouble, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s: %s", what, trouble);
    return -1;
}

/* ---- the link to it ---------------------------------------------------------------------------*/

/* Does the link lead to a pseudo-terminal that is no more, or to the one that we have just made? */
static bool is_stale(const struct slcan *s, const char *target)
{
    struct stat status;

    if (strncmp(target, FOLDER, strlen(FOLDER)) != 0)
        return false;
    return strcmp(target, s->pty) == 0 || (stat(target, &status) != 0 && errno == ENOENT);
}

static bool read_link(const struct slcan *s, char *target, size_t size)
{
    const ssize_t n = readlink(s->link, target, size);

    if (n <= 0 || (size_t)n >= size)
        return false;
    target[n] = '\0';
    return true;
}

static int make_link(struct slcan *s, char *why, size_t why_size)
{
    char target[64];

    if (read_link(s, target, sizeof(target)) && is_stale(s, target))
        unlink(s->link);
    if (symlink(s->pty, s->link) == 0)
        return 0;
    say(s->link,
        errno == EEXIST ? "is there already, and no link that was left behind" : strerror(errno),
        why, why_size);
    s->link[0] = '\0';
    return -1;
}

static void remove_link(struct slcan *s)
{
    char target[64];

    if (s->link[0] && read_link(s, target, sizeof(target)) && strcmp(target, s->pty) == 0)
        unlink(s->link);
}

/* ---- opened and closed ------------------------------------------------------------------------*/

static void read_notes(struct slcan *s)
{
    char buf[1024];

    while (read(s->notify_fd, buf, sizeof(buf)) > 0)
        ;
}

static void on_notify(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct slcan *s = watcher->data;
    const struct cs_link_host host = s->device->host;

    (void)loop;
    (void)events;
    read_notes(s);
    if (s->present)
        return;
    host.sync(host.ctx);
    s->device->connected = true;
    s->device->connections++;
    cs_slcan_arrived(s);
    host.kick(host.ctx);
}

/* As a serial adapter has it: eight bits, nothing done to them, and only ours. 0 or -errno. */
static int make_raw(const struct slcan *s)
{
    const int fd = open(s->pty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios raw;
    int ret = 0;

    if (fd < 0)
        return -errno;
    if (tcgetattr(fd, &raw) == 0) {
        cfmakeraw(&raw);
        if (tcsetattr(fd, TCSANOW, &raw) != 0 || fchmod(fd, S_IRUSR | S_IWUSR) != 0)
            ret = -errno;
    } else {
        ret = -errno;
    }
    tcflush(fd, TCIOFLUSH);
    close(fd);
    return ret;
}

void cs_slcan_pty_clear(struct slcan *s)
{
    struct pollfd master = {.fd = s->fd};
    char buf[1024];

    make_raw(s);
    while (read(s->fd, buf, sizeof(buf)) > 0)
        ;
    read_notes(s); /* our own opening among them */
    if (poll(&master, 1, 0) == 0 || !(master.revents & POLLHUP))
        ev_feed_event(s->device->host.loop, &s->notify, EV_READ); /* somebody has come meanwhile */
}

/* ---- beginning and end ------------------------------------------------------------------------*/

int cs_slcan_pty_open(struct slcan *s, char *why, size_t why_size)
{
    int err;

    ev_init(&s->notify, on_notify);
    s->notify.data = s;
    s->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 || grantpt(s->fd) != 0 || unlockpt(s->fd) != 0 ||
        ptsname_r(s->fd, s->pty, sizeof(s->pty)) != 0) {
        err = errno;
        s->pty[0] = '\0';
        return say("no pseudo-terminal", strerror(err), why, why_size);
    }
    err = make_raw(s);
    if (err != 0)
        return say(s->pty, strerror(-err), why, why_size);
    s->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (s->notify_fd < 0 || inotify_add_watch(s->notify_fd, s->pty, IN_OPEN) < 0)
        return say("no inotify", strerror(errno), why, why_size);
    ev_io_set(&s->notify, s->notify_fd, EV_READ);
    ev_io_start(s->device->host.loop, &s->notify);
    return s->link[0] ? make_link(s, why, why_size) : 0;
}

void cs_slcan_pty_close(struct slcan *s)
{
    remove_link(s);
    ev_io_stop(s->device->host.loop, &s->notify);
    if (s->notify_fd >= 0)
        close(s->notify_fd);
    s->notify_fd = -1;
}
