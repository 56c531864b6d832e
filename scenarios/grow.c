/* SPDX-License-Identifier: MIT */
#include "scenarios/grow.h"

#include <stdlib.h>
#include <sys/stat.h>

static void on_file(struct ev_loop *loop, ev_stat *w, int revents)
{
    struct cs_grow *grow = w->data;

    (void)loop;
    (void)revents;
    if (w == &grow->link)
        cs_grow_file(grow, grow->path); /* it may lead elsewhere */
    grow->more(grow->ctx);
}

static void on_pipe(struct ev_loop *loop, ev_io *w, int revents)
{
    struct cs_grow *grow = w->data;

    (void)revents;
    ev_io_stop(loop, w);
    grow->more(grow->ctx);
}

void cs_grow_init(struct cs_grow *grow, struct ev_loop *loop, void (*more)(void *ctx), void *ctx)
{
    grow->loop = loop;
    grow->more = more;
    grow->ctx = ctx;
    grow->path = NULL;
    ev_stat_init(&grow->file, on_file, "", 0);
    ev_stat_init(&grow->link, on_file, "", 0);
    ev_io_init(&grow->pipe, on_pipe, -1, EV_READ);
    grow->file.data = grow->link.data = grow->pipe.data = grow;
}

static void watch(struct cs_grow *grow, ev_stat *w, const char *path)
{
    ev_stat_set(w, path, 0);
    ev_stat_start(grow->loop, w);
}

void cs_grow_file(struct cs_grow *grow, const char *path)
{
    struct stat about;

    ev_stat_stop(grow->loop, &grow->file);
    ev_stat_stop(grow->loop, &grow->link);
    grow->path = path;
    if (path == NULL)
        return;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode)) {
        watch(grow, &grow->link, path);
        if (realpath(path, grow->target) != NULL)
            path = grow->target;
    }
    watch(grow, &grow->file, path);
}

void cs_grow_pipe(struct cs_grow *grow, int fd)
{
    ev_io_stop(grow->loop, &grow->pipe);
    if (fd < 0)
        return;
    ev_io_set(&grow->pipe, fd, EV_READ);
    ev_io_start(grow->loop, &grow->pipe);
}
