/* SPDX-License-Identifier: MIT */
/* screen_die.c - only calls that signal-safety(7) lists may be made once a signal has come. */
#include "tui/screen_die.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT, SIGTRAP};
#define N_DEADLY (sizeof deadly / sizeof *deadly)

/* What a handler needs has to be somewhere it can find without arguments. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios saved;
    char restore[256];
    size_t restore_len;
    int stderr_fd, kept_fd; /* the real standard error and what is kept back; -1: untouched */
    struct sigaction before[N_DEADLY];
    char stack[65536];
} die = {.stderr_fd = -1, .kept_fd = -1};

/* Present where the program was built with a sanitizer, which ends it without a signal. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EAGAIN) { /* no longer than that for one that takes nothing */
            struct pollfd out = {.fd = fd, .events = POLLOUT};
            if (poll(&out, 1, 1000) <= 0)
                return;
            continue;
        }
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
    }
}

static void release_stderr(void)
{
    char part[512];
    ssize_t n;

    if (die.kept_fd < 0)
        return;
    dup2(die.stderr_fd, STDERR_FILENO);
    lseek(die.kept_fd, 0, SEEK_SET);
    while ((n = read(die.kept_fd, part, sizeof part)) > 0)
        write_all(STDERR_FILENO, part, (size_t)n);
    close(die.kept_fd);
    close(die.stderr_fd);
    die.kept_fd = die.stderr_fd = -1;
}

static void restore(void)
{
    if (!die.armed)
        return;
    die.armed = 0;
    const int flags = fcntl(die.fd, F_GETFL);
    fcntl(die.fd, F_SETFL, flags | O_NONBLOCK);
    write_all(die.fd, die.restore, die.restore_len);
    fcntl(die.fd, F_SETFL, flags);
    tcsetattr(die.fd, TCSANOW, &die.saved);
    release_stderr();
}

static void on_deadly(int sig)
{
    restore();
    /* The default is set again (SA_RESETHAND): die of the same signal, whoever sent it. */
    raise(sig);
}

static void keep_stderr(void)
{
    if (!isatty(STDERR_FILENO))
        return;
    die.kept_fd = memfd_create("cansim-stderr", MFD_CLOEXEC);
    if (die.kept_fd < 0)
        return;
    die.stderr_fd = dup(STDERR_FILENO);
    if (die.stderr_fd < 0 || dup2(die.kept_fd, STDERR_FILENO) < 0) {
        close(die.kept_fd);
        die.kept_fd = -1;
    }
}

void cs_die_arm(int fd, const struct termios *saved, const char *restore_text)
{
    static int at_exit;
    stack_t stack = {.ss_sp = die.stack, .ss_size = sizeof die.stack};
    struct sigaction action = {.sa_handler = on_deadly,
                               .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};

    die.fd = fd;
    die.saved = *saved;
    die.restore_len = strnlen(restore_text, sizeof die.restore);
    memcpy(die.restore, restore_text, die.restore_len);
    if (die.armed)
        return;
    keep_stderr();
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < N_DEADLY; i++)
        sigaction(deadly[i], &action, &die.before[i]);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(restore);
    if (!at_exit++)
        atexit(restore);
    die.armed = 1;
}

void cs_die_disarm(void)
{
    if (!die.armed)
        return;
    die.armed = 0;
    for (size_t i = 0; i < N_DEADLY; i++)
        sigaction(deadly[i], &die.before[i], NULL);
    release_stderr();
}
