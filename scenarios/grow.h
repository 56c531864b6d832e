/* SPDX-License-Identifier: MIT */
/* grow.h - sleep until there may be more of a log that grows: of a file by the kernel's word (where
 * the file system gives none, it is looked at now and then), of a pipe when there is. */
#ifndef CANSIM_SCENARIOS_GROW_H
#define CANSIM_SCENARIOS_GROW_H

#include <ev.h>
#include <limits.h>

struct cs_grow {
    struct ev_loop *loop;
    void (*more)(void *ctx); /* there may be; comes for nothing, too */
    void *ctx;
    const char *path;
    ev_stat file, link; /* link: the name, where that is one of another file */
    ev_io pipe;
    char target[PATH_MAX]; /* to which it leads */
};

/* `grow` stays where it is. */
void cs_grow_init(struct cs_grow *grow, struct ev_loop *loop, void (*more)(void *ctx), void *ctx);
/* Look out for changes of a file from now on, so before it is read; again after it was replaced.
 * NULL: no longer. */
void cs_grow_file(struct cs_grow *grow, const char *path);
/* Once for what comes through a pipe; -1: no longer. */
void cs_grow_pipe(struct cs_grow *grow, int fd);

#endif
