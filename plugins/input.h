/* SPDX-License-Identifier: MIT */
/* input.h - a log of any format that there is, read frame by frame as it comes: a file, or a pipe
 * that somebody still writes. What gzip, zstd, xz or lz4 have packed is unpacked. */
#ifndef CANSIM_PLUGINS_INPUT_H
#define CANSIM_PLUGINS_INPUT_H

#include <stdio.h>

#include "plugins/plugins.h"

struct cs_input; /* opaque */

/* The names of all formats that can be read, or written, ", " between them. */
void cs_input_list(const struct cs_plugins *plugins, bool to_write, char *text, size_t size);

/* Is it a file in whose first bytes some format sees its own, or one that is packed? A pipe is not
 * looked into. */
bool cs_input_is_log(const struct cs_plugins *plugins, const char *path);

/* `path` "-" is standard input. `format` NULL: the one that is surest from the first bytes. NULL
 * with one sentence that begins with the file's name. `plugins` stays until it is closed. */
struct cs_input *cs_input_open(const struct cs_plugins *plugins, const char *path,
                               const char *format, char *why, size_t why_size);
/* The same of one that grows: a file has no end, and never waits for more. `path` "-" is what `fd`
 * reads, which stays open. */
struct cs_input *cs_input_follow(const struct cs_plugins *plugins, const char *path, int fd,
                                 const char *format, char *why, size_t why_size);

enum { CS_INPUT_LATER = 2, CS_INPUT_NEW = 3 };
/* 1 and *frame, of which `frame->frame` is the caller's, always with stamp_ps and comment where it
 * has room for them; 0 at the end; -1 with one sentence. Of one that grows also CS_INPUT_LATER:
 * nothing more is there now; and CS_INPUT_NEW with one sentence: it was emptied or replaced, and
 * frames of another log come, whose time and epoch have nothing to do with those before. */
int cs_input_read(struct cs_input *input, struct cansim_log_frame *frame, char *why,
                  size_t why_size);
/* Its format, such as that which was found to be the surest; NULL: none is to be seen yet. */
const struct cansim_format *cs_input_format(const struct cs_input *input);
/* How much of the file was read so far, and its descriptor, to wait for more. */
uint64_t cs_input_bytes(const struct cs_input *input);
int cs_input_fd(const struct cs_input *input);
bool cs_input_is_pipe(const struct cs_input *input);
/* What was left out of it, a sentence each that begins with the file's name; all is known at the
 * end. NULL: there is no more. */
const char *cs_input_said(const struct cs_input *input, unsigned index);
void cs_input_close(struct cs_input *input); /* NULL is nothing */

/* Any file, `path` "-" standard input, unpacked where it is packed. NULL with one sentence that
 * begins with the file's name. Where reading fails it is written to `why`, which stays. */
FILE *cs_input_file(const char *path, char *why, size_t why_size);

#endif
