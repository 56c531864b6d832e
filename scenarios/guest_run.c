/* SPDX-License-Identifier: MIT */
/* guest_run.c - QEMU as a child, and the guest's console. However much the guest says, only the
 * last CS_CONSOLE_KEPT bytes are kept; the file gets all. QEMU dies with this process. */
#include "scenarios/guest_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/wall.h"
#define READS_PER_TURN 16
#define PATIENCE_MS    3000
#define LAST_WORDS     160u

/* ---- the console -------------------------------------------------------------------------------
 */

static void keep(struct cs_guest *guest, const char *bytes, size_t n)
{
    if (guest->n_console + n > CS_CONSOLE_KEPT) {
        size_t drop = guest->n_console + n - CS_CONSOLE_KEPT + CS_CONSOLE_KEPT / 4;
        drop = drop < guest->n_console ? drop : guest->n_console;
        memmove(guest->console, guest->console + drop, guest->n_console - drop);
        guest->n_console -= drop;
        guest->seen = guest->seen > drop ? guest->seen - drop : 0;
        guest->output = guest->output > drop ? guest->output - drop : 0;
    }
    for (size_t i = 0; i < n; i++)
        guest->console[guest->n_console++] = bytes[i] != '\0' ? bytes[i] : '?';
    guest->console[guest->n_console] = '\0';
}

/* The disk is full, say: no fault of the guest's. */
static void log_failed(struct cs_guest *guest, int err)
{
    char text[500];

    close(guest->log);
    guest->log = -1;
    if (guest->failed || guest->stopping)
        return;
    guest->failed = true;
    snprintf(text, sizeof(text), "%.400s: cannot be written: %s", guest->def->console,
             strerror(err));
    guest->host.ended(guest->host.ctx, CS_STATUS_ENVIRONMENT, text);
}

static void write_log(struct cs_guest *guest, const char *bytes, size_t n)
{
    while (guest->log >= 0 && n > 0) {
        const ssize_t put = write(guest->log, bytes, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            log_failed(guest, errno);
            return;
        }
        bytes += put;
        n -= (size_t)put;
    }
}

static void stop_reading(struct cs_guest *guest)
{
    ev_io_stop(guest->host.loop, &guest->readable);
}

/* False: nothing now, or nothing any more. */
static bool read_some(struct cs_guest *guest)
{
    char bytes[4096];
    const ssize_t n = read(guest->qemu.out, bytes, sizeof(bytes));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        stop_reading(guest);
        return false;
    }
    write_log(guest, bytes, (size_t)n);
    if (guest->host.output != NULL)
        guest->host.output(guest->host.ctx, bytes, (size_t)n);
    keep(guest, bytes, (size_t)n);
    cs_guest_script_go(guest);
    return true;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    for (int i = 0; i < READS_PER_TURN && read_some(watcher->data); i++)
        ;
}

static void write_typed(struct cs_guest *guest)
{
    while (guest->n_typed > 0) {
        const ssize_t n = write(guest->qemu.in, guest->typed, guest->n_typed);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            guest->n_typed = 0; /* QEMU has ended, which is told otherwise */
        if (n < 0)
            break;
        memmove(guest->typed, guest->typed + n, guest->n_typed - (size_t)n);
        guest->n_typed -= (size_t)n;
    }
    if (guest->n_typed > 0)
        ev_io_start(guest->host.loop, &guest->writable);
    else
        ev_io_stop(guest->host.loop, &guest->writable);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    write_typed(watcher->data);
}

size_t cs_guest_type(struct cs_guest *guest, const char *bytes, size_t n)
{
    const size_t room = sizeof(guest->typed) - guest->n_typed;

    n = n < room ? n : room; /* a guest that never reads */
    memcpy(guest->typed + guest->n_typed, bytes, n);
    guest->n_typed += n;
    write_typed(guest);
    return n;
}

/* ---- the end
 * ------------------------------------------------------------------------------------- */

/* The last line or two of the console, on one line. */
static void last_words(const struct cs_guest *guest, char *text, size_t size)
{
    const size_t n = guest->n_console < size - 1 ? guest->n_console : size - 1;
    size_t used = 0;

    for (size_t i = guest->n_console - n; i < guest->n_console; i++) {
        const char c = guest->console[i];
        if (c == '\n' && used > 0 && text[used - 1] != '|')
            text[used++] = '|';
        else if (c >= ' ' && c < 0x7F)
            text[used++] = c;
    }
    text[used] = '\0';
}

void cs_guest_fail(struct cs_guest *guest, const char *format, ...)
{
    char what[300], last[LAST_WORDS], text[600];
    va_list list;

    if (guest->failed || guest->stopping)
        return;
    guest->failed = true;
    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    last_words(guest, last, sizeof(last));
    if (guest->host.file != NULL)
        snprintf(text, sizeof(text), "%s: /guests/%s%s; its console ends with \"%s\"",
                 guest->host.file, guest->def->name, what, last);
    else
        snprintf(text, sizeof(text), "guest %s%s; its console ends with \"%s\"", guest->def->name,
                 what, last);
    guest->host.ended(guest->host.ctx, CS_STATUS_EXPECTATION, text);
}

static void on_ended(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_guest *guest = watcher->data;

    (void)events;
    for (int i = 0; i < READS_PER_TURN && read_some(guest); i++)
        ; /* its last words */
    ev_io_stop(loop, watcher);
    const int status = cs_child_see_end(&guest->qemu);
    const char *how = status <= 128 ? "status" : "signal";
    const int number = status <= 128 ? status : status - 128;
    bool well = status == 0;
    if (guest->host.exited != NULL)
        well |= guest->host.exited(guest->host.ctx, status);
    if (guest->def->n_steps > 0 && !guest->done)
        cs_guest_fail(guest, "/script/%u/%s: QEMU ended with %s %d before this step was through",
                      guest->step, cs_guest_script_key(guest), how, number);
    else if (!well && !guest->stopping)
        cs_guest_fail(guest, ": QEMU ended with %s %d", how, number);
    else if (!guest->failed)
        guest->host.ended(guest->host.ctx, CS_STATUS_OK, NULL);
}

static void wait_for_end(struct cs_guest *guest, int64_t limit_ms)
{
    struct pollfd ended = {.fd = guest->qemu.pid_fd, .events = POLLIN};

    if (ended.fd >= 0)
        poll(&ended, 1, limit_ms > 0 ? (int)limit_ms : 0);
}

void cs_guest_end_qemu(struct cs_guest *guest)
{
    if (!guest->stopping) {
        cs_child_ask_to_end(&guest->qemu);
        guest->patience_ms = cs_wall_ms() + PATIENCE_MS;
    }
    guest->stopping = true;
}

void cs_guest_stop(struct cs_guest *guest)
{
    if (guest == NULL)
        return;
    cs_guest_end_qemu(guest);
    wait_for_end(guest, guest->patience_ms - cs_wall_ms());
    ev_io_stop(guest->host.loop, &guest->ended);
    ev_io_stop(guest->host.loop, &guest->readable);
    ev_io_stop(guest->host.loop, &guest->writable);
    cs_guest_script_fini(guest);
    cs_child_clear(&guest->qemu); /* that does not want to */
    close(guest->qemu.in);
    close(guest->qemu.out);
    if (guest->log >= 0)
        close(guest->log);
    free(guest);
}

bool cs_guest_done(const struct cs_guest *guest)
{
    return guest->done;
}

unsigned cs_guest_step(const struct cs_guest *guest)
{
    return guest->step;
}

bool cs_guest_gone(const struct cs_guest *guest)
{
    return guest->qemu.pid_fd < 0;
}

/* ---- the beginning
 * --------------------------------------------------------------------------------- */

/* A pipe that nobody reads is told, not waited for. 0 or -errno. */
static int open_log(struct cs_guest *guest)
{
    if (guest->def->console == NULL)
        return 0;
    guest->log =
        open(guest->def->console, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0644);
    if (guest->log < 0)
        return -errno;
    fcntl(guest->log, F_SETFL, 0);
    return 0;
}

/* What cs_guest_start() has made so far. */
static void undo(struct cs_guest *guest)
{
    if (guest->log >= 0)
        close(guest->log);
    free(guest);
}

struct cs_guest *cs_guest_start(const struct cs_guest_def *def,
                                const struct cs_guest_command *command,
                                const struct cs_guest_host *host, struct cs_error *error)
{
    const struct cs_child_plan plan = {
        .path = command->words[0], .words = command->words, .talks = true};
    struct cs_guest *guest = calloc(1, sizeof(*guest));

    if (guest == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    guest->def = def;
    guest->host = *host;
    guest->log = -1;
    int ret = open_log(guest);
    if (ret != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", def->console,
                     strerror(-ret));
        undo(guest);
        return NULL;
    }
    ret = cs_child_start(&guest->qemu, &plan);
    if (ret != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "guest \"%s\": %s cannot be started: %s",
                     def->name, command->words[0], strerror(ret));
        undo(guest);
        return NULL;
    }
    ev_io_init(&guest->ended, on_ended, guest->qemu.pid_fd, EV_READ);
    ev_io_init(&guest->readable, on_readable, guest->qemu.out, EV_READ);
    ev_io_init(&guest->writable, on_writable, guest->qemu.in, EV_WRITE);
    guest->ended.data = guest->readable.data = guest->writable.data = guest;
    ev_io_start(host->loop, &guest->ended);
    ev_io_start(host->loop, &guest->readable);
    cs_guest_script_init(guest);
    return guest;
}
