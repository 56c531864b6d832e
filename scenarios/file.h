/* SPDX-License-Identifier: MIT */
/* file.h - whole files into memory, with a limit, and files told apart. */
#ifndef CANSIM_SCENARIOS_FILE_H
#define CANSIM_SCENARIOS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "scenarios/error.h"

#define CS_FILE_MAX_BYTES ((size_t)64 << 20)

/* Which file it is, whatever it is called. */
struct cs_file_id {
    dev_t dev;
    ino_t ino;
    bool regular;
};

/* Read a file ("-": standard input) of at most CS_FILE_MAX_BYTES. Returns its bytes and a final
 * NUL, to be freed, or NULL with `error` (status 2). `id` may be NULL. */
char *cs_file_read(const char *path, size_t *len, struct cs_file_id *id, struct cs_error *error);

/* Which file a path ("-": standard input) leads to now. 0 or -1. */
int cs_file_identify(const char *path, struct cs_file_id *id);
bool cs_file_same(const struct cs_file_id *a, const struct cs_file_id *b);

/* `name` relative to the folder of the file `base`; absolute names stay. To be freed; NULL: no
 * memory. */
char *cs_file_beside(const char *base, const char *name);

#endif
