/* SPDX-License-Identifier: MIT */
/* format_candump.c - can-utils' candump -L, read line by line and written. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/log_time.h"
#include "plugins/plugins.h"
#include "simcore/candump.h"
#include "simcore/sim.h"

#define LINE_MAX_BYTES 1024

struct reader {
    struct cansim_input input;
    char buffer[65536 + 1]; /* one for a NUL behind the last line */
    size_t at, n;
    char *line;
    bool ended;
    unsigned number;
    struct cs_log_time time;
    struct cs_candump_line parsed;
};

static int probe(const void *head, size_t n)
{
    const char *p = head;
    struct cs_candump_line line;
    char text[LINE_MAX_BYTES + 1], why[200];

    for (size_t start = 0; start < n;) {
        const char *end = memchr(p + start, '\n', n - start);
        size_t len = end != NULL ? (size_t)(end - p) - start : n - start;
        if (len > LINE_MAX_BYTES)
            return 0;
        memcpy(text, p + start, len);
        text[len] = '\0';
        if (text[strspn(text, " \t\r")] != '\0')
            return cs_candump_parse(text, &line, why, sizeof(why)) == 0 ? 90
                   : text[0] == '('                                     ? 50
                                                                        : 0;
        start += len + 1;
    }
    return 0;
}

static int reader_open(void **state, const struct cansim_input *input, char *why, size_t why_size)
{
    struct reader *r = calloc(1, sizeof(*r));

    if (r == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    r->input = *input;
    *state = r;
    return 0;
}

/* More behind what is left: 1, 0 at the end, CANSIM_LATER. */
static int refill(struct reader *r)
{
    if (r->ended)
        return 0;
    r->n -= r->at;
    memmove(r->buffer, r->buffer + r->at, r->n);
    r->at = 0;
    long got = r->input.read(r->input.ctx, r->buffer + r->n, sizeof(r->buffer) - 1 - r->n);
    if (got == CANSIM_LATER)
        return CANSIM_LATER;
    r->ended = got <= 0;
    r->n += got > 0 ? (size_t)got : 0;
    return got > 0;
}

static int check_line(const struct reader *r, size_t len, char *why, size_t why_size)
{
    const size_t looked = len <= LINE_MAX_BYTES ? len : LINE_MAX_BYTES + 1;
    const bool nul = memchr(r->line, 0, looked) != NULL;

    if (!nul && len <= LINE_MAX_BYTES)
        return 0;
    snprintf(why, why_size, "%u: must be %s", r->number,
             nul ? "text, got a NUL byte" : "a line of at most 1024 bytes");
    return -1;
}

/* The next line that is not empty: 1, 0 at the end, -1, CANSIM_LATER. */
static int next_line(struct reader *r, char *why, size_t why_size)
{
    for (;;) {
        size_t left = r->n - r->at;
        char *end = left > 0 ? memchr(r->buffer + r->at, '\n', left) : NULL;
        if (end == NULL && left <= LINE_MAX_BYTES) {
            int ret = refill(r);
            if (ret > 0)
                continue;
            if (ret < 0 || left == 0)
                return ret;
        }
        r->line = r->buffer + r->at;
        r->number++;
        size_t len = end != NULL ? (size_t)(end - r->line) : r->n - r->at;
        if (check_line(r, len, why, why_size) != 0)
            return -1;
        r->line[len] = '\0';
        r->at += len + (end != NULL);
        if (*r->line > ' ' || r->line[strspn(r->line, " \t\r")] != '\0')
            return 1;
    }
}

static int reader_read(void *state, struct cansim_log_frame *out, char *why, size_t why_size)
{
    struct reader *r = state;
    struct cs_candump_line *line = &r->parsed;
    struct cansim_frame *frame = out->frame;
    char reason[300];
    int ret = next_line(r, why, why_size);

    if (ret <= 0)
        return ret;
    if (cs_candump_parse(r->line, line, reason, sizeof(reason)) != 0) {
        snprintf(why, why_size, "%u: %s", r->number, reason);
        return -1;
    }
    if (cs_log_time_put(&r->time, line->seconds, line->fraction_ps, out) != 0) {
        snprintf(why, why_size, "%u: must be within 100 days of the first line", r->number);
        return -1;
    }
    frame->id = line->frame.id;
    frame->flags = line->frame.flags;
    frame->dlc = line->frame.dlc;
    frame->len = line->frame.len;
    memcpy(frame->data, line->frame.data, sizeof(frame->data));
    out->bus_name = line->interface;
    out->error_frame = line->error_frame;
    if (CANSIM_KNOWS(out, struct cansim_log_frame, comment))
        out->comment = NULL;
    return 1;
}

static void reader_close(void *state)
{
    free(state);
}

static int writer_create(void **state, const struct cansim_output *output, char *why,
                         size_t why_size)
{
    struct cansim_output *own = malloc(sizeof(*own));

    if (own == NULL) {
        snprintf(why, why_size, "not enough memory");
        return -1;
    }
    *own = *output;
    *state = own;
    return 0;
}

/* As candump does: the identifier with the flag of an error frame, then its 8 bytes. */
static void format_error_frame(const struct cansim_frame *frame, char *text, size_t size)
{
    int n = snprintf(text, size, "%08X#", frame->id | 0x20000000u);

    for (unsigned i = 0; i < frame->len && i < 8; i++)
        n += snprintf(text + n, size - (size_t)n, "%02X", frame->data[i]);
}

static int format_frame(const struct cansim_log_frame *in, char text[CS_FRAME_TEXT_MAX])
{
    const struct cansim_frame *frame = in->frame;
    const struct cs_frame f = cs_plugins_frame(frame);

    if (in->error_frame) {
        format_error_frame(frame, text, CS_FRAME_TEXT_MAX);
        return 0;
    }
    if (cs_frame_check(&f) != 0)
        return -1;
    cs_frame_format(&f, text);
    return 0;
}

static int writer_write(void *state, const struct cansim_log_frame *in, char *why, size_t why_size)
{
    struct cansim_output *output = state;
    char text[CS_FRAME_TEXT_MAX], line[CS_FRAME_TEXT_MAX + 80];
    int64_t seconds, fraction;

    if (in->error_frame && in->frame->len != 8) {
        snprintf(why, why_size, "error frames left out, since what they are about is not known");
        return 1;
    }
    if (format_frame(in, text) != 0) {
        snprintf(why, why_size, "must be a valid frame");
        return -1;
    }
    cs_log_time_get(in, &seconds, &fraction);
    int n = snprintf(line, sizeof(line), "(%010" PRId64 ".%06" PRId64 ") %.31s %s\n", seconds,
                     fraction / CS_PS_PER_US, in->bus_name, text);
    if (output->write(output->ctx, line, (size_t)n) != 0)
        return -1;
    bool comment = CANSIM_KNOWS(in, struct cansim_log_frame, comment) && in->comment != NULL;
    bool finer = fraction % CS_PS_PER_US != 0;
    snprintf(why, why_size, finer ? "times cut to microseconds" : "comments left out");
    return finer || comment;
}

static int writer_finish(void *state, char *why, size_t why_size)
{
    (void)why;
    (void)why_size;
    free(state);
    return 0;
}

static const struct cansim_format candump = {
    .size = sizeof(candump),
    .name = "candump",
    .title = "can-utils' candump -L",
    .extensions = "log,candump",
    .probe = probe,
    .open = reader_open,
    .read = reader_read,
    .waits = true,
    .close = reader_close,
    .create = writer_create,
    .write = writer_write,
    .finish = writer_finish,
};

static const struct cansim_format *const formats[] = {&candump, NULL};

const struct cansim_plugin cs_plugin_candump = {
    .magic = CANSIM_PLUGIN_MAGIC,
    .abi = CANSIM_PLUGIN_ABI,
    .size = sizeof(cs_plugin_candump),
    .name = "candump",
    .version = CANSIM_VERSION,
    .about = "Logs of can-utils",
    .license = "MIT",
    .formats = formats,
};
