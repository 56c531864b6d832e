/* SPDX-License-Identifier: MIT */
/* guest_run.c - QEMU as a child, and the guest's console. However much the guest says, only the
 * last CS_CONSOLE_KEPT bytes are kept; the file gets all. QEMU dies with this process. */
#include "scenarios/guest_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
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
    const ssize_t n = read(guest->out, bytes, sizeof(bytes));

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
        const ssize_t n = write(guest->in, guest->typed, guest->n_typed);
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

static void reap(struct cs_guest *guest, int *status)
{
    pid_t pid;

    do
        pid = waitpid(guest->pid, status, 0);
    while (pid < 0 && errno == EINTR);
    if (pid < 0)
        *status = W_EXITCODE(255, 0); /* somebody else took it: not known to be well */
    guest->pid = 0;
    ev_io_stop(guest->host.loop, &guest->ended);
    close(guest->pid_fd);
    guest->pid_fd = -1;
}

static void on_ended(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_guest *guest = watcher->data;
    int status = 0;

    (void)loop;
    (void)events;
    for (int i = 0; i < READS_PER_TURN && read_some(guest); i++)
        ; /* its last words */
    reap(guest, &status);
    bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const char *how = WIFEXITED(status) ? "status" : "signal";
    const int number = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    if (guest->host.exited != NULL)
        well |= guest->host.exited(guest->host.ctx, WIFEXITED(status) ? number : 128 + number);
    if (guest->def->n_steps > 0 && !guest->done)
        cs_guest_fail(guest, "/script/%u/%s: QEMU ended with %s %d before this step was through",
                      guest->step, cs_guest_script_key(guest), how, number);
    else if (!well && !guest->stopping)
        cs_guest_fail(guest, ": QEMU ended with %s %d", how, number);
    else if (!guest->failed)
        guest->host.ended(guest->host.ctx, CS_STATUS_OK, NULL);
}

static bool wait_for_end(struct cs_guest *guest, int limit_ms)
{
    struct pollfd ended = {.fd = guest->pid_fd, .events = POLLIN};

    return poll(&ended, 1, limit_ms) > 0;
}

void cs_guest_end_qemu(struct cs_guest *guest)
{
    if (guest->pid > 0 && !guest->stopping) {
        kill(guest->pid, SIGTERM);
        guest->patience_ms = cs_wall_ms() + PATIENCE_MS;
    }
    guest->stopping = true;
}

void cs_guest_stop(struct cs_guest *guest)
{
    int status;

    if (guest == NULL)
        return;
    cs_guest_end_qemu(guest);
    if (guest->pid > 0) {
        const int64_t left_ms = guest->patience_ms - cs_wall_ms();
        if (!wait_for_end(guest, left_ms > 0 ? (int)left_ms : 0)) {
            kill(guest->pid, SIGKILL);
            wait_for_end(guest, -1);
        }
        reap(guest, &status);
    }
    ev_io_stop(guest->host.loop, &guest->readable);
    ev_io_stop(guest->host.loop, &guest->writable);
    cs_guest_script_fini(guest);
    close(guest->in);
    close(guest->out);
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
    return guest->pid == 0;
}

/* ---- the beginning
 * --------------------------------------------------------------------------------- */

static void be_qemu(const struct cs_guest_command *command, int in, int out, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setpgid(0, 0); /* a Ctrl-C at the terminal is ours to act upon */
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    execvp(command->words[0], command->words);
    dprintf(STDERR_FILENO, "%s: %s\n", command->words[0], strerror(errno));
    _exit(127);
}

static int spawn(struct cs_guest *guest, const struct cs_guest_command *command)
{
    int in[2], out[2];
    const pid_t parent = getpid();

    if (pipe2(in, O_CLOEXEC) != 0)
        return -errno;
    if (pipe2(out, O_CLOEXEC) != 0) {
        const int err = errno;
        close(in[0]);
        close(in[1]);
        return -err;
    }
    guest->pid = fork();
    if (guest->pid == 0)
        be_qemu(command, in[0], out[1], parent);
    guest->pid_fd = guest->pid > 0 ? pidfd_open(guest->pid, 0) : -1;
    const int err = errno;
    close(in[0]);
    close(out[1]);
    guest->in = in[1];
    guest->out = out[0];
    fcntl(guest->in, F_SETFL, O_NONBLOCK);
    fcntl(guest->out, F_SETFL, O_NONBLOCK);
    return guest->pid_fd >= 0 ? 0 : -err;
}

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
    const int fds[] = {guest->in, guest->out, guest->log};

    if (guest->pid > 0) {
        kill(guest->pid, SIGKILL);
        while (waitpid(guest->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    free(guest);
}

struct cs_guest *cs_guest_start(const struct cs_guest_def *def,
                                const struct cs_guest_command *command,
                                const struct cs_guest_host *host, struct cs_error *error)
{
    struct cs_guest *guest = calloc(1, sizeof(*guest));

    if (guest == NULL) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    guest->def = def;
    guest->host = *host;
    guest->log = guest->in = guest->out = -1;
    int ret = open_log(guest);
    if (ret != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", def->console,
                     strerror(-ret));
        undo(guest);
        return NULL;
    }
    ret = spawn(guest, command);
    if (ret != 0) {
        cs_error_set(error, CS_STATUS_ENVIRONMENT, "guest \"%s\": %s cannot be started: %s",
                     def->name, command->words[0], strerror(-ret));
        undo(guest);
        return NULL;
    }
    ev_io_init(&guest->ended, on_ended, guest->pid_fd, EV_READ);
    ev_io_init(&guest->readable, on_readable, guest->out, EV_READ);
    ev_io_init(&guest->writable, on_writable, guest->in, EV_WRITE);
    guest->ended.data = guest->readable.data = guest->writable.data = guest;
    ev_io_start(host->loop, &guest->ended);
    ev_io_start(host->loop, &guest->readable);
    cs_guest_script_init(guest);
    return guest;
}
