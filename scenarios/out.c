/* SPDX-License-Identifier: MIT */
/* Invariant: a write() ends with a complete line unless one line alone exceeds the buffer; so a log
 * whose writer was killed is a valid log. */
#include "scenarios/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/pack.h"
#include "scenarios/text.h"

#define BUF_SIZE  65536
#define BUF_WRITE 57344 /* a line that ends beyond this is written */

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    cs_out_flush(timer->data);
}

int cs_out_open(struct cs_out *out, const char *path, struct ev_loop *loop, struct cs_error *error)
{
    bool is_stdout = strcmp(path, "-") == 0;

    memset(out, 0, sizeof(*out));
    out->loop = loop;
    out->fd = -1;
    ev_timer_init(&out->timer, on_timer, CS_OUT_DELAY_S, 0.);
    out->timer.data = out;
    out->name = strdup(is_stdout ? "standard output" : path);
    out->buf = malloc(BUF_SIZE);
    out->pack = is_stdout ? NULL : cs_pack_create(path);
    if (out->name == NULL || out->buf == NULL ||
        (!is_stdout && out->pack == NULL && path[cs_pack_plain(path)] != '\0')) {
        cs_out_discard(out);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: not enough memory", path);
    }
    if (is_stdout) {
        out->fd = STDOUT_FILENO;
        return 0;
    }
    out->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    out->created = out->fd >= 0;
    if (out->fd < 0 && errno == EEXIST)
        out->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (out->fd < 0) {
        int e = errno;
        cs_out_discard(out);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be created: %s", path,
                            strerror(e));
    }
    return 0;
}

int cs_out_memory(struct cs_out *out)
{
    memset(out, 0, sizeof(*out));
    out->fd = -1;
    out->memory = true;
    out->buf = malloc(BUF_SIZE);
    return out->buf != NULL ? 0 : -ENOMEM;
}

size_t cs_out_take(struct cs_out *out, const char **text)
{
    size_t used = out->used;

    *text = out->buf;
    out->used = 0;
    return used;
}

void cs_out_id(const struct cs_out *out, struct cs_file_id *id)
{
    struct stat st;

    memset(id, 0, sizeof(*id));
    if (out->fd >= 0 && fstat(out->fd, &st) == 0) {
        id->regular = S_ISREG(st.st_mode);
        id->dev = st.st_dev;
        id->ino = st.st_ino;
    }
}

bool cs_out_is(const struct cs_out *out, const struct cs_file_id *id)
{
    struct cs_file_id own;

    cs_out_id(out, &own);
    return cs_file_same(&own, id);
}

void cs_out_begin(struct cs_out *out)
{
    /* Standard output may be a file that somebody appends to; what cannot be truncated need not be.
     */
    if (out->fd != STDOUT_FILENO && ftruncate(out->fd, 0) != 0)
        return;
}

static void release(struct cs_out *out)
{
    if (out->loop != NULL)
        ev_timer_stop(out->loop, &out->timer);
    free(out->name);
    free(out->buf);
    cs_pack_destroy(out->pack);
    out->name = out->buf = NULL;
    out->pack = NULL;
    out->fd = -1;
    out->memory = false;
}

void cs_out_discard(struct cs_out *out)
{
    if (out->fd >= 0 && out->fd != STDOUT_FILENO) {
        close(out->fd);
        if (out->created)
            unlink(out->name);
    }
    release(out);
}

static void fail(struct cs_out *out, int error)
{
    out->error = error;
    out->used = 0;
    if (out->failed != NULL)
        out->failed(out->ctx, out);
}

static void write_plain(void *ctx, const char *data, size_t len)
{
    struct cs_out *out = ctx;

    while (len > 0 && out->error == 0) {
        ssize_t n = write(out->fd, data, len);
        if (n >= 0) {
            data += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            /* Somebody made the descriptor non-blocking, and it is shared. */
            struct pollfd p = {.fd = out->fd, .events = POLLOUT};
            (void)poll(&p, 1, -1);
        } else if (errno != EINTR) {
            fail(out, errno);
        }
    }
}

/* `end`: and nothing more. */
static void write_all(struct cs_out *out, const char *data, size_t len, bool end)
{
    if (out->pack == NULL)
        write_plain(out, data, len);
    else if (out->error == 0 && cs_pack_write(out->pack, data, len, end, write_plain, out) != 0)
        fail(out, ENOMEM);
}

int cs_out_flush(struct cs_out *out)
{
    if (out->loop != NULL)
        ev_timer_stop(out->loop, &out->timer);
    if (out->fd >= 0 && out->used > 0) {
        size_t used = out->used;
        out->used = 0;
        write_all(out, out->buf, used, false);
    }
    return out->error;
}

int cs_out_close(struct cs_out *out)
{
    if (out->fd < 0)
        return out->error;
    cs_out_flush(out);
    if (out->pack != NULL)
        write_all(out, NULL, 0, true);
    if (out->fd != STDOUT_FILENO && close(out->fd) != 0 && out->error == 0)
        fail(out, errno);
    int error = out->error;
    char *name = out->name;
    out->name = NULL;
    release(out);
    out->name = name; /* still needed to explain an error; cs_out_discard() frees it */
    return error;
}

void cs_out_write(struct cs_out *out, const char *data, size_t len)
{
    if (out->error != 0 || (out->fd < 0 && !out->memory))
        return;
    if (out->memory && len > BUF_SIZE - out->used)
        len = BUF_SIZE - out->used;
    if (len > BUF_SIZE - out->used)
        cs_out_flush(out);
    if (len > BUF_SIZE) {
        write_all(out, data, len, false);
        return;
    }
    memcpy(out->buf + out->used, data, len);
    out->used += len;
}

void cs_out_text(struct cs_out *out, const char *text)
{
    cs_out_write(out, text, strlen(text));
}

void cs_out_char(struct cs_out *out, char c)
{
    cs_out_write(out, &c, 1);
}

void cs_out_u64_wide(struct cs_out *out, uint64_t value, unsigned width)
{
    char digits[20];
    unsigned n = 0;

    do {
        digits[sizeof(digits) - ++n] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || (n < width && n < sizeof(digits)));
    cs_out_write(out, digits + sizeof(digits) - n, n);
}

void cs_out_u64(struct cs_out *out, uint64_t value)
{
    cs_out_u64_wide(out, value, 1);
}

void cs_out_i64(struct cs_out *out, int64_t value)
{
    if (value < 0)
        cs_out_char(out, '-');
    cs_out_u64(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void cs_out_padded(struct cs_out *out, const char *text, unsigned width)
{
    unsigned columns = 0;

    for (const char *p = text; *p != '\0'; p++)
        columns += ((unsigned char)*p & 0xC0u) != 0x80;
    cs_out_text(out, text);
    for (; columns < width; columns++)
        cs_out_char(out, ' ');
}

void cs_out_json(struct cs_out *out, const char *text)
{
    size_t left = strlen(text);

    cs_out_char(out, '"');
    while (left > 0) {
        size_t len = cs_text_utf8(text, left);
        unsigned char c = (unsigned char)*text;
        if (len == 0) {
            cs_out_text(out, "\\ufffd");
            len = 1;
        } else if (c < 0x20 || c == 0x7F) {
            cs_out_printf(out, "\\u%04x", c);
        } else if (len == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0) { /* controls, too */
            cs_out_printf(out, "\\u%04x", (unsigned char)text[1]);
        } else {
            if (c == '"' || c == '\\')
                cs_out_char(out, '\\');
            cs_out_write(out, text, len);
        }
        text += len;
        left -= len;
    }
    cs_out_char(out, '"');
}

void cs_out_printf(struct cs_out *out, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n > 0)
        cs_out_write(out, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void cs_out_line(struct cs_out *out)
{
    cs_out_char(out, '\n');
    cs_out_record(out);
}

void cs_out_record(struct cs_out *out)
{
    if (out->used > BUF_WRITE)
        cs_out_flush(out);
    else if (out->loop != NULL && out->used > 0 && !ev_is_active(&out->timer))
        ev_timer_start(out->loop, &out->timer);
}

void cs_out_explain(const struct cs_out *out, struct cs_error *error)
{
    error->status = CS_STATUS_OK;
    error->text[0] = '\0';
    if (out->error == 0 || (out->error == EPIPE && strcmp(out->name, "standard output") == 0))
        return;
    cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", out->name,
                 strerror(out->error));
}
