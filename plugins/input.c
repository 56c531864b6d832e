/* SPDX-License-Identifier: MIT */
#include "plugins/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4096
#define SURE       80 /* no more bytes are waited for */
#define SAID_MAX   16

#define NO_STAMP INT64_MIN

struct cs_input {
    const struct cansim_format *format;
    void *state;
    int fd, error;
    uint64_t bytes;
    bool ended;
    char *name;
    char head[HEAD_BYTES];
    size_t n_head, at; /* what was looked at comes first */
    char *said[SAID_MAX];
    unsigned n_said;
};

/* -1 with in->error, 0 at the end. */
static long read_some(struct cs_input *in, void *bytes, size_t n)
{
    ssize_t got;

    if (in->ended)
        return 0;
    do {
        got = read(in->fd, bytes, n);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        in->error = errno;
    in->ended = got <= 0;
    in->bytes += got > 0 ? (uint64_t)got : 0;
    return got < 0 ? -1 : (long)got;
}

static long on_read(void *ctx, void *bytes, size_t n)
{
    struct cs_input *in = ctx;
    size_t left = in->n_head - in->at;

    if (left == 0)
        return read_some(in, bytes, n);
    if (n > left)
        n = left;
    memcpy(bytes, in->head + in->at, n);
    in->at += n;
    return (long)n;
}

static void on_say(void *ctx, const char *text)
{
    struct cs_input *in = ctx;

    if (in->n_said < SAID_MAX && asprintf(&in->said[in->n_said], "%s: %s", in->name, text) >= 0)
        in->n_said++;
}

static bool reads(const struct cansim_format *format)
{
    return format->open != NULL;
}

static int surest(const struct cs_plugins *plugins, const char *head, size_t n,
                  const struct cansim_format **found)
{
    const struct cansim_format *format;
    int best = 0;

    for (unsigned i = 0; (format = cs_plugins_format_at(plugins, i)) != NULL; i++) {
        int sure = reads(format) ? format->probe(head, n) : 0;
        if (sure > best) {
            best = sure;
            *found = format;
        }
    }
    return best;
}

bool cs_input_is_log(const struct cs_plugins *plugins, const char *path)
{
    const struct cansim_format *format;
    char head[HEAD_BYTES];
    struct stat about;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        n = read(fd, head, sizeof(head));
    close(fd);
    return n > 0 && surest(plugins, head, (size_t)n, &format) > 0;
}

void cs_input_list(const struct cs_plugins *plugins, bool to_write, char *text, size_t size)
{
    const struct cansim_format *format;
    size_t n = 0;

    text[0] = '\0';
    for (unsigned i = 0; (format = cs_plugins_format_at(plugins, i)) != NULL && n < size; i++) {
        if (to_write ? format->create != NULL : reads(format))
            n += (size_t)snprintf(text + n, size - n, "%s%s", n > 0 ? ", " : "", format->name);
    }
}

static int named(struct cs_input *in, const struct cs_plugins *plugins, const char *name, char *why,
                 size_t why_size)
{
    char list[200];

    in->format = cs_plugins_format(plugins, name);
    if (in->format != NULL && reads(in->format))
        return 0;
    cs_input_list(plugins, false, list, sizeof(list));
    snprintf(why, why_size, "--format: must be one of %s, got \"%.40s\"", list, name);
    return -1;
}

static int find_format(struct cs_input *in, const struct cs_plugins *plugins, char *why,
                       size_t why_size)
{
    char list[200];
    int sure = 0;

    while (sure < SURE && in->n_head < HEAD_BYTES) {
        long got = read_some(in, in->head + in->n_head, HEAD_BYTES - in->n_head);
        if (got <= 0)
            break;
        in->n_head += (size_t)got;
        sure = surest(plugins, in->head, in->n_head, &in->format);
    }
    if (in->error != 0) {
        snprintf(why, why_size, "%s: cannot be read: %s", in->name, strerror(in->error));
        return -1;
    }
    if (in->format != NULL)
        return 0;
    cs_input_list(plugins, false, list, sizeof(list));
    if (in->n_head == 0)
        snprintf(why, why_size, "%s: must be a log, is empty", in->name);
    else
        snprintf(why, why_size, "%s: must be a log of a known format (%s), is none of them",
                 in->name, list);
    return -1;
}

static int open_file(struct cs_input *in, const char *path, char *why, size_t why_size)
{
    bool standard = strcmp(path, "-") == 0;

    in->name = strdup(standard ? "standard input" : path);
    if (in->name == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd >= 0)
        return 0;
    snprintf(why, why_size, "%s: cannot be read: %s", path, strerror(errno));
    return -1;
}

struct cs_input *cs_input_open(const struct cs_plugins *plugins, const char *path,
                               const char *format, char *why, size_t why_size)
{
    struct cs_input *in = calloc(1, sizeof(*in));
    struct cansim_input from = {.size = sizeof(from), .ctx = in, .read = on_read, .say = on_say};
    char reason[300] = "";

    if (in == NULL) {
        snprintf(why, why_size, "not enough memory");
        return NULL;
    }
    in->fd = -1;
    bool found = (format == NULL || named(in, plugins, format, why, why_size) == 0) &&
                 open_file(in, path, why, why_size) == 0 &&
                 (format != NULL || find_format(in, plugins, why, why_size) == 0);
    if (found && in->format->open(&in->state, &from, reason, sizeof(reason)) == 0)
        return in;
    if (found)
        snprintf(why, why_size, "%s: %s", in->name, reason);
    in->format = NULL; /* nothing to close */
    cs_input_close(in);
    return NULL;
}

int cs_input_read(struct cs_input *in, struct cansim_log_frame *frame, char *why, size_t why_size)
{
    const bool stamped = CANSIM_KNOWS(frame, struct cansim_log_frame, stamp_ps);
    const bool commented = CANSIM_KNOWS(frame, struct cansim_log_frame, comment);
    char reason[400] = "";

    if (stamped)
        frame->stamp_ps = NO_STAMP;
    if (commented)
        frame->comment = NULL;
    int ret = in->format->read(in->state, frame, reason, sizeof(reason));

    if (in->error != 0) {
        snprintf(why, why_size, "%s: cannot be read: %s", in->name, strerror(in->error));
        return -1;
    }
    if (ret < 0)
        snprintf(why, why_size, "%s:%s", in->name, reason);
    if (ret > 0 && stamped && frame->stamp_ps == NO_STAMP)
        frame->stamp_ps = frame->frame->at_ps; /* a format that knows no other */
    return ret;
}

const struct cansim_format *cs_input_format(const struct cs_input *in)
{
    return in->format;
}

uint64_t cs_input_bytes(const struct cs_input *in)
{
    return in->bytes;
}

const char *cs_input_said(const struct cs_input *in, unsigned index)
{
    return index < in->n_said ? in->said[index] : NULL;
}

void cs_input_close(struct cs_input *in)
{
    if (in == NULL)
        return;
    if (in->format != NULL)
        in->format->close(in->state);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    for (unsigned i = 0; i < in->n_said; i++)
        free(in->said[i]);
    free(in->name);
    free(in);
}
