/* SPDX-License-Identifier: MIT */
/* source.h - the bytes of a log: a file or a pipe, unpacked where it is packed. One that grows has
 * no end; a file that is emptied or replaced then begins anew. */
#ifndef CANSIM_PLUGINS_SOURCE_H
#define CANSIM_PLUGINS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cs_unpack;

enum cs_source_end {
    CS_SOURCE_END = 0,
    CS_SOURCE_FAILED = -1,
    CS_SOURCE_LATER = -2, /* nothing now; nothing waits for it */
    CS_SOURCE_NEW = -3,   /* what comes is a file's beginning; `why` tells */
};

struct cs_source {
    const char *path; /* the caller's */
    int fd;           /* -1: closed */
    bool ours;        /* to be closed */
    bool grows, file, ended, known;
    uint64_t bytes; /* read of the file */
    struct cs_unpack *unpack;
    uint8_t *raw; /* what was read and not unpacked, or not handed out */
    size_t at, n;
    char why[200]; /* what is behind "NAME: " */
};

/* `path` "-" is what `fd` reads, which stays open. 0, or -1 with source->why. */
int cs_source_open(struct cs_source *source, const char *path, int fd, bool grows);
void cs_source_close(struct cs_source *source); /* opened or not, if it was zero */
/* Up to n bytes, more than 0, or an enum cs_source_end. */
long cs_source_read(struct cs_source *source, void *bytes, size_t n);

#endif
