/* SPDX-License-Identifier: MIT */
/* input_file.c - a source as a stream of stdio. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/input.h"
#include "plugins/source.h"

struct stream {
    struct cs_source source;
    char *path, *why;
    size_t why_size;
};

static const char *name_of(const struct stream *s)
{
    return strcmp(s->path, "-") == 0 ? "standard input" : s->path;
}

static ssize_t on_read(void *cookie, char *bytes, size_t n)
{
    struct stream *s = cookie;
    const long got = cs_source_read(&s->source, bytes, n);

    if (got >= 0)
        return got;
    snprintf(s->why, s->why_size, "%s: %s", name_of(s), s->source.why);
    errno = EIO;
    return -1;
}

static int on_close(void *cookie)
{
    struct stream *s = cookie;

    cs_source_close(&s->source);
    free(s->path);
    free(s);
    return 0;
}

FILE *cs_input_file(const char *path, char *why, size_t why_size)
{
    const cookie_io_functions_t functions = {.read = on_read, .close = on_close};
    struct stream *s = calloc(1, sizeof(*s));
    FILE *file = NULL;

    if (s != NULL) {
        s->source.fd = -1;
        s->path = strdup(path);
        s->why = why;
        s->why_size = why_size;
    }
    if (s == NULL || s->path == NULL) {
        snprintf(why, why_size, "not enough memory");
    } else if (cs_source_open(&s->source, s->path, STDIN_FILENO, false) != 0) {
        snprintf(why, why_size, "%s: %s", name_of(s), s->source.why);
    } else {
        file = fopencookie(s, "r", functions);
    }
    if (file == NULL && s != NULL)
        on_close(s);
    return file;
}
