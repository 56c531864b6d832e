/* SPDX-License-Identifier: MIT */
#include "plugins/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/source.h"

#define HEAD_BYTES   4096
#define HEADER_BYTES 32
#define SURE         80 /* no more bytes are waited for */
#define SAID_MAX     16

#define NO_STAMP INT64_MIN

struct cs_input {
    const struct cs_plugins *plugins;
    const struct cansim_format *format; /* NULL: it grows, and none is to be seen yet */
    const struct cansim_format *named;  /* by the caller; NULL: by its first bytes */
    bool opened;
    void *state;
    struct cs_source source;
    long end; /* enum cs_source_end that the format was told, 0: none but the end */
    char *name;
    char head[HEAD_BYTES];
    size_t n_head, at; /* what was looked at comes first */
    char *said[SAID_MAX];
    unsigned n_said;
};

static bool waits(const struct cansim_format *format)
{
    return CANSIM_KNOWS(format, struct cansim_format, waits) && format->waits;
}

static long on_read(void *ctx, void *bytes, size_t n)
{
    struct cs_input *in = ctx;
    size_t left = in->n_head - in->at;

    if (left == 0) {
        long got = cs_source_read(&in->source, bytes, n);
        in->end = got < 0 ? got : 0;
        if (got == CS_SOURCE_NEW)
            return 0; /* of this one that was all */
        return got == CS_SOURCE_LATER ? CANSIM_LATER : got < 0 ? -1 : got;
    }
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
    struct cs_source source = {.fd = -1};
    char head[HEAD_BYTES];
    struct stat about;
    size_t n = 0;
    long got = 1;

    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    if (cs_source_open(&source, path, -1, false) != 0)
        got = 0;
    for (; got > 0 && n<HEAD_BYTES; n += got> 0 ? (size_t)got : 0)
        got = cs_source_read(&source, head + n, HEAD_BYTES - n);
    const bool packed = source.unpack != NULL;
    cs_source_close(&source);
    return packed || (n > 0 && surest(plugins, head, n, &format) > 0);
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

static int take_named(struct cs_input *in, const char *name, char *why, size_t why_size)
{
    char list[200];

    in->named = cs_plugins_format(in->plugins, name);
    if (in->named != NULL && reads(in->named))
        return 0;
    cs_input_list(in->plugins, false, list, sizeof(list));
    snprintf(why, why_size, "--format: must be one of %s, got \"%.40s\"", list, name);
    return -1;
}

static int no_format(const struct cs_input *in, char *why, size_t why_size)
{
    char list[200];

    cs_input_list(in->plugins, false, list, sizeof(list));
    if (in->n_head == 0)
        snprintf(why, why_size, "%s: must be a log, is empty", in->name);
    else
        snprintf(why, why_size, "%s: must be a log of a known format (%s), is none of them",
                 in->name, list);
    return -1;
}

/* By its first bytes: 1, -1 with a sentence, CS_INPUT_LATER, CS_INPUT_NEW. */
static int find_format(struct cs_input *in, char *why, size_t why_size)
{
    const struct cansim_format *format = NULL;
    int sure = in->n_head > 0 ? surest(in->plugins, in->head, in->n_head, &format) : 0;
    long got = 1;

    while (sure < SURE && in->n_head < HEAD_BYTES) {
        got = cs_source_read(&in->source, in->head + in->n_head, HEAD_BYTES - in->n_head);
        if (got <= 0)
            break;
        in->n_head += (size_t)got;
        sure = surest(in->plugins, in->head, in->n_head, &format);
    }
    if (got == CS_SOURCE_NEW)
        in->n_head = 0;
    if (got == CS_SOURCE_NEW || got == CS_SOURCE_FAILED) {
        snprintf(why, why_size, "%s: %s", in->name, in->source.why);
        return got == CS_SOURCE_NEW ? CS_INPUT_NEW : -1;
    }
    /* What it has of its first line, or header, may not be enough yet. */
    if (got == CS_SOURCE_LATER && sure < SURE &&
        (in->n_head < HEADER_BYTES || memchr(in->head, '\n', in->n_head) == NULL))
        return CS_INPUT_LATER;
    if (format == NULL)
        return no_format(in, why, why_size);
    in->format = format;
    return 1;
}

/* 1; else as find_format(). */
static int open_format(struct cs_input *in, char *why, size_t why_size)
{
    const struct cansim_input from = {
        .size = sizeof(from), .ctx = in, .read = on_read, .say = on_say};
    char reason[300] = "";
    int ret = 1;

    in->format = in->named;
    if (in->format == NULL)
        ret = find_format(in, why, why_size);
    if (ret != 1)
        return ret;
    if (in->source.grows && !waits(in->format)) {
        snprintf(why, why_size, "%s: must be a log that can be followed, %s cannot", in->name,
                 in->format->name);
        return -1;
    }
    in->opened = in->format->open(&in->state, &from, reason, sizeof(reason)) == 0;
    if (in->opened)
        return 1;
    snprintf(why, why_size, "%s: %s", in->name, reason);
    return -1;
}

static int open_file(struct cs_input *in, const char *path, int fd, bool grows, char *why,
                     size_t why_size)
{
    in->name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    if (in->name == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    if (cs_source_open(&in->source, strcmp(path, "-") == 0 ? "-" : in->name, fd, grows) == 0)
        return 0;
    snprintf(why, why_size, "%s: %s", in->name, in->source.why);
    return -1;
}

static struct cs_input *make(const struct cs_plugins *plugins, const char *path, int fd,
                             const char *format, bool grows, char *why, size_t why_size)
{
    struct cs_input *in = calloc(1, sizeof(*in));

    if (in == NULL) {
        snprintf(why, why_size, "not enough memory");
        return NULL;
    }
    in->plugins = plugins;
    in->source.fd = -1;
    if ((format == NULL || take_named(in, format, why, why_size) == 0) &&
        open_file(in, path, fd, grows, why, why_size) == 0 && open_format(in, why, why_size) >= 0)
        return in;
    cs_input_close(in);
    return NULL;
}

struct cs_input *cs_input_open(const struct cs_plugins *plugins, const char *path,
                               const char *format, char *why, size_t why_size)
{
    return make(plugins, path, STDIN_FILENO, format, false, why, why_size);
}

struct cs_input *cs_input_follow(const struct cs_plugins *plugins, const char *path, int fd,
                                 const char *format, char *why, size_t why_size)
{
    return make(plugins, path, fd, format, true, why, why_size);
}

static void close_format(struct cs_input *in)
{
    if (in->opened)
        in->format->close(in->state);
    in->opened = false;
    in->format = NULL;
    in->n_head = in->at = 0;
    in->end = 0;
}

/* It got no further. */
static int at_end(struct cs_input *in, int ret, const char *reason, char *why, size_t why_size)
{
    if (in->end == CS_SOURCE_FAILED) {
        snprintf(why, why_size, "%s: %s", in->name, in->source.why);
        return -1;
    }
    if (in->end == CS_SOURCE_NEW && ret != 1) {
        snprintf(why, why_size, "%s: %s", in->name, in->source.why);
        close_format(in);
        return CS_INPUT_NEW;
    }
    if (ret == CANSIM_LATER)
        return CS_INPUT_LATER;
    if (ret < 0)
        snprintf(why, why_size, "%s:%s", in->name, reason);
    return ret < 0 ? -1 : ret;
}

int cs_input_read(struct cs_input *in, struct cansim_log_frame *frame, char *why, size_t why_size)
{
    const bool stamped = CANSIM_KNOWS(frame, struct cansim_log_frame, stamp_ps);
    const bool commented = CANSIM_KNOWS(frame, struct cansim_log_frame, comment);
    char reason[400] = "";

    if (!in->opened) {
        int ret = open_format(in, why, why_size);
        if (ret != 1)
            return ret;
    }
    if (stamped)
        frame->stamp_ps = NO_STAMP;
    if (commented)
        frame->comment = NULL;
    int ret = in->format->read(in->state, frame, reason, sizeof(reason));

    if (ret <= 0 || in->end == CS_SOURCE_FAILED)
        return at_end(in, ret, reason, why, why_size);
    if (stamped && frame->stamp_ps == NO_STAMP)
        frame->stamp_ps = frame->frame->at_ps; /* a format that knows no other */
    return ret;
}

const struct cansim_format *cs_input_format(const struct cs_input *in)
{
    return in->format;
}

uint64_t cs_input_bytes(const struct cs_input *in)
{
    return in->source.bytes;
}

int cs_input_fd(const struct cs_input *in)
{
    return in->source.fd;
}

bool cs_input_is_pipe(const struct cs_input *in)
{
    return !in->source.file;
}

const char *cs_input_said(const struct cs_input *in, unsigned index)
{
    return index < in->n_said ? in->said[index] : NULL;
}

void cs_input_close(struct cs_input *in)
{
    if (in == NULL)
        return;
    close_format(in);
    cs_source_close(&in->source);
    for (unsigned i = 0; i < in->n_said; i++)
        free(in->said[i]);
    free(in->name);
    free(in);
}
