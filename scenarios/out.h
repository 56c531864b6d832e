/* SPDX-License-Identifier: MIT */
/* out.h - a buffered writer for logs: whole lines leave at once, soon, and errors are kept. Where
 * the file's name ends in .gz or .zst they are packed, and what left can be unpacked. What was
 * written reaches the file when the buffer fills, at cs_out_flush(), and at most CS_OUT_DELAY_S
 * after it where there is a loop; the timer runs only while something waits, so that an idle host
 * sleeps. After an error everything further is thrown away. */
#ifndef CANSIM_SCENARIOS_OUT_H
#define CANSIM_SCENARIOS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ev.h>

#include "scenarios/error.h"
#include "scenarios/file.h"

#define CS_OUT_DELAY_S 0.2

struct cs_pack;

struct cs_out {
    int fd;       /* -1: closed */
    bool created; /* cs_out_open() made the file */
    bool memory;  /* cs_out_memory(): fd is -1 */
    int error;    /* errno of the first failure, 0 */
    char *name;
    char *buf;
    size_t used;
    struct cs_pack *pack; /* NULL: not packed */
    struct ev_loop *loop;
    ev_timer timer;
    void (*failed)(void *ctx, struct cs_out *out); /* once, at the first failure; may be NULL */
    void *ctx;
};

/* Open a file for writing ("-": standard output) without touching what is in it. `loop` may be
 * NULL. Returns 0 or -1 with `error`. */
int cs_out_open(struct cs_out *out, const char *path, struct ev_loop *loop, struct cs_error *error);
/* Write to memory instead: what was written since the last cs_out_take(), as far as it fits into
 * 64 KiB. cs_out_discard() ends it. 0 or -ENOMEM. */
int cs_out_memory(struct cs_out *out);
/* Its text, valid until more is written; what was not taken is kept. Returns its length. */
size_t cs_out_take(struct cs_out *out, const char **text);
/* Which file it is; true where it is the same as `id`. */
bool cs_out_is(const struct cs_out *out, const struct cs_file_id *id);
void cs_out_id(const struct cs_out *out, struct cs_file_id *id);
/* Empty the file: from now on it is ours. */
void cs_out_begin(struct cs_out *out);
/* Take back the opening: a file that it made is removed. */
void cs_out_discard(struct cs_out *out);
/* Flush and close. Returns 0 or the first error, as errno. */
int cs_out_close(struct cs_out *out);
int cs_out_flush(struct cs_out *out);

void cs_out_write(struct cs_out *out, const char *data, size_t len);
void cs_out_text(struct cs_out *out, const char *text);
void cs_out_char(struct cs_out *out, char c);
void cs_out_u64(struct cs_out *out, uint64_t value);
void cs_out_i64(struct cs_out *out, int64_t value);
/* At least `width` digits, zeros in front. */
void cs_out_u64_wide(struct cs_out *out, uint64_t value, unsigned width);
/* Text, then spaces up to `width` columns (UTF-8 characters count one). */
void cs_out_padded(struct cs_out *out, const char *text, unsigned width);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void cs_out_json(struct cs_out *out, const char *text);
void cs_out_printf(struct cs_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line is complete: '\n', and it is time to write where the buffer is rather full. */
void cs_out_line(struct cs_out *out);
/* The same of what is no text: all that was written so far is complete. */
void cs_out_record(struct cs_out *out);

/* "NAME: cannot be written: REASON" with status 3. A reader that closed standard output
 * (EPIPE) is no failure: status 0, empty text. */
void cs_out_explain(const struct cs_out *out, struct cs_error *error);

#endif
