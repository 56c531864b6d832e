/* SPDX-License-Identifier: MIT */
#include "plugins/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/unpack.h"

#define RAW_BYTES 65536

static long fail(struct cs_source *s, const char *what, int error)
{
    snprintf(s->why, sizeof(s->why), "%s%s%s", what, error != 0 ? ": " : "",
             error != 0 ? strerror(error) : "");
    return CS_SOURCE_FAILED;
}

int cs_source_open(struct cs_source *s, const char *path, int fd, bool grows)
{
    const bool given = strcmp(path, "-") == 0;
    struct stat about;

    *s = (struct cs_source){.path = path, .fd = -1, .grows = grows};
    s->raw = malloc(RAW_BYTES);
    if (s->raw == NULL)
        return (int)fail(s, "not enough memory", 0);
    s->ours = !given;
    s->fd = given ? fd : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return (int)fail(s, "cannot be read", errno);
    s->file = fstat(s->fd, &about) == 0 && S_ISREG(about.st_mode);
    return 0;
}

void cs_source_close(struct cs_source *s)
{
    if (s->ours && s->fd >= 0)
        close(s->fd);
    cs_unpack_destroy(s->unpack);
    free(s->raw);
    *s = (struct cs_source){.fd = -1};
}

/* ---- a file that grows ----------------------------------------------------------------------- */

static void begin_anew(struct cs_source *s, const char *why)
{
    cs_unpack_destroy(s->unpack);
    s->unpack = NULL;
    s->known = false;
    s->bytes = 0;
    s->at = s->n = 0;
    snprintf(s->why, sizeof(s->why), "%s", why);
}

/* All of it was read: is there another one of its name, or less of it? */
static long look_again(struct cs_source *s)
{
    struct stat own, named;

    if (fstat(s->fd, &own) != 0)
        return fail(s, "cannot be read", errno);
    if ((uint64_t)own.st_size < s->bytes && lseek(s->fd, 0, SEEK_SET) == 0) {
        begin_anew(s, "was emptied; what comes is read from its start");
        return CS_SOURCE_NEW;
    }
    if (strcmp(s->path, "-") == 0 || stat(s->path, &named) != 0 || !S_ISREG(named.st_mode) ||
        (named.st_ino == own.st_ino && named.st_dev == own.st_dev))
        return CS_SOURCE_LATER;
    const int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return CS_SOURCE_LATER;
    close(s->fd);
    s->fd = fd;
    begin_anew(s, "was replaced; the new one is read from its start");
    return CS_SOURCE_NEW;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static long read_raw(struct cs_source *s, void *bytes, size_t n)
{
    struct pollfd now = {.fd = s->fd, .events = POLLIN};
    ssize_t got;

    if (s->ended)
        return CS_SOURCE_END;
    if (s->grows && !s->file && poll(&now, 1, 0) == 0)
        return CS_SOURCE_LATER;
    do {
        got = read(s->fd, bytes, n);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN && s->grows)
        return CS_SOURCE_LATER;
    if (got < 0)
        fail(s, "cannot be read", errno);
    if (got == 0 && s->grows && s->file)
        return look_again(s);
    s->ended = got <= 0;
    s->bytes += got > 0 ? (uint64_t)got : 0;
    return got < 0 ? CS_SOURCE_FAILED : (long)got;
}

/* Enough of the beginning to see who packed it. 1 or an enum cs_source_end. */
static long look_at_head(struct cs_source *s)
{
    while (s->n < CS_UNPACK_HEAD && !s->ended) {
        long got = read_raw(s, s->raw + s->n, RAW_BYTES - s->n);
        if (got < 0)
            return got;
        s->n += (size_t)got;
    }
    s->known = true;
    if (cs_unpack_name(s->raw, s->n) == NULL)
        return 1;
    s->unpack = cs_unpack_create(s->raw, s->n);
    s->ended |= s->unpack == NULL;
    return s->unpack != NULL ? 1 : fail(s, "not enough memory", 0);
}

static long plain(struct cs_source *s, void *bytes, size_t n)
{
    if (s->at == s->n)
        return read_raw(s, bytes, n);
    if (n > s->n - s->at)
        n = s->n - s->at;
    memcpy(bytes, s->raw + s->at, n);
    s->at += n;
    return (long)n;
}

static long cut(struct cs_source *s)
{
    snprintf(s->why, sizeof(s->why), "byte %" PRIu64 ": ends before what was packed does",
             s->bytes);
    return CS_SOURCE_FAILED;
}

static long unpacked(struct cs_source *s, void *bytes, size_t n)
{
    char why[100];
    size_t used;

    for (;;) {
        long got = cs_unpack_run(s->unpack, s->raw + s->at, s->n - s->at, &used, bytes, n, why,
                                 sizeof(why));
        s->at += used;
        if (got > 0)
            return got;
        if (got < 0) {
            snprintf(s->why, sizeof(s->why), "byte %" PRIu64 ": what was packed is damaged: %s",
                     s->bytes - (s->n - s->at), why);
            return CS_SOURCE_FAILED;
        }
        if (s->at < s->n && used > 0)
            continue; /* between two */
        if (s->at < s->n)
            return fail(s, "what was packed cannot be unpacked", 0);
        got = read_raw(s, s->raw, RAW_BYTES);
        if (got == 0)
            return cs_unpack_whole(s->unpack) ? CS_SOURCE_END : cut(s);
        if (got < 0)
            return got;
        s->at = 0;
        s->n = (size_t)got;
    }
}

long cs_source_read(struct cs_source *s, void *bytes, size_t n)
{
    if (!s->known) {
        long ret = look_at_head(s);
        if (ret <= 0)
            return ret;
    }
    return s->unpack != NULL ? unpacked(s, bytes, n) : plain(s, bytes, n);
}
