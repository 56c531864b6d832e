/* SPDX-License-Identifier: MIT */
#include "scenarios/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(int fd, const char *name, size_t *len, struct cs_error *error)
{
    size_t size = 16384, used = 0;
    char *data = malloc(size);

    while (data != NULL) {
        if (used + 1 == size) {
            char *more = realloc(data, size * 2);
            if (more == NULL)
                break;
            data = more;
            size *= 2;
        }
        ssize_t n = read(fd, data + used, size - used - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            cs_error_set(error, CS_STATUS_INPUT, "%s: cannot be read: %s", name, strerror(errno));
            free(data);
            return NULL;
        }
        if (n == 0) {
            data[used] = '\0';
            *len = used;
            return data;
        }
        used += (size_t)n;
        if (used > CS_FILE_MAX_BYTES) {
            cs_error_set(error, CS_STATUS_INPUT, "%s: must be at most 64 MiB, got more", name);
            free(data);
            return NULL;
        }
    }
    free(data);
    cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory to read it", name);
    return NULL;
}

static void identify(struct cs_file_id *id, bool known, const struct stat *st)
{
    id->regular = known && S_ISREG(st->st_mode);
    id->dev = known ? st->st_dev : 0;
    id->ino = known ? st->st_ino : 0;
}

int cs_file_identify(const char *path, struct cs_file_id *id)
{
    struct stat st;
    bool known = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) == 0 : stat(path, &st) == 0;

    identify(id, known, &st);
    return known ? 0 : -1;
}

char *cs_file_read(const char *path, size_t *len, struct cs_file_id *id, struct cs_error *error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0) {
        cs_error_set(error, CS_STATUS_INPUT, "%s: cannot be opened: %s", name, strerror(errno));
        return NULL;
    }
    if (id != NULL)
        identify(id, fstat(fd, &st) == 0, &st);
    char *data = read_all(fd, name, len, error);
    if (!is_stdin)
        close(fd);
    return data;
}

bool cs_file_same(const struct cs_file_id *a, const struct cs_file_id *b)
{
    return a->regular && b->regular && a->dev == b->dev && a->ino == b->ino;
}

char *cs_file_beside(const char *base, const char *name)
{
    const char *slash = strrchr(base, '/');
    char *path = NULL;

    if (strcmp(name, "-") == 0)
        name = "./-"; /* a file's name here, not standard input */
    if (name[0] == '/' || slash == NULL)
        return strdup(name);
    if (asprintf(&path, "%.*s/%s", (int)(slash - base), base, name) < 0)
        return NULL;
    return path;
}
