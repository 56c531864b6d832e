/* SPDX-License-Identifier: MIT */
#include "scenarios/main_bench_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/wall.h"

#define WIDTH    160
#define HEIGHT   50
#define QUIET_MS 4 /* between two screens */

bool cs_terminal_program(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    if (n <= 0)
        return false;
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) + 12 > size)
        return false;
    memcpy(slash + 1, "cansim-tui", 11);
    return access(path, X_OK) == 0;
}

int cs_terminal_begin(struct cs_terminal *t, const char *program, const char *scenario)
{
    const struct winsize size = {.ws_row = HEIGHT, .ws_col = WIDTH};

    memset(t, 0, sizeof(*t));
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid < 0)
        return -errno;
    if (t->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        signal(SIGPIPE, SIG_DFL);
        execl(program, program, "--no-config", "--no-link", scenario, (char *)NULL);
        _exit(127);
    }
    fcntl(t->fd, F_SETFL, O_NONBLOCK);
    fcntl(t->fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

void cs_terminal_end(struct cs_terminal *t)
{
    kill(t->pid, SIGKILL);
    while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(t->fd);
}

bool cs_terminal_hear(struct cs_terminal *t, int ms)
{
    struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
    char part[8192];

    if (poll(&poll_fd, t->gone ? 0 : 1, ms) <= 0)
        return false;
    ssize_t n = read(t->fd, part, sizeof(part));
    t->gone = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    if (n <= 0)
        return false;
    const int64_t now_ns = cs_wall_ns();
    t->screens += now_ns - t->last_ns > QUIET_MS * CS_TERMINAL_NS_MS;
    t->last_ns = now_ns;
    if (t->n_seen + (size_t)n >= sizeof(t->seen)) {
        memmove(t->seen, t->seen + sizeof(t->seen) / 2, t->n_seen - sizeof(t->seen) / 2);
        t->n_seen -= sizeof(t->seen) / 2;
    }
    memcpy(t->seen + t->n_seen, part, (size_t)n);
    t->n_seen += (size_t)n;
    t->seen[t->n_seen] = '\0';
    return true;
}

void cs_terminal_hear_for(struct cs_terminal *t, int64_t ns)
{
    const int64_t until_ns = cs_wall_ns() + ns;

    while (cs_wall_ns() < until_ns)
        cs_terminal_hear(t, 10);
}

double cs_terminal_wait(struct cs_terminal *t, const char *bytes, int patience_ms)
{
    const int64_t began_ns = cs_wall_ns();

    t->n_seen = 0;
    t->seen[0] = '\0';
    while (!t->gone && cs_wall_ns() - began_ns < (int64_t)patience_ms * CS_TERMINAL_NS_MS) {
        cs_terminal_hear(t, 10);
        if (strstr(t->seen, bytes) != NULL)
            return (double)(cs_wall_ns() - began_ns) / CS_TERMINAL_NS_MS;
    }
    return -1;
}

void cs_terminal_press(const struct cs_terminal *t, const char *key)
{
    if (write(t->fd, key, strlen(key)) < 0)
        return; /* what is waited for does not come */
}

double cs_terminal_processor_s(const struct cs_terminal *t)
{
    char path[64], text[1024], *at;
    unsigned long user, system;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)t->pid);
    FILE *file = fopen(path, "re");
    size_t n = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    text[n] = '\0';
    at = strrchr(text, ')'); /* behind the name, which may hold anything */
    for (unsigned field = 2; at != NULL && field < 14; field++) /* utime is the 14th: proc(5) */
        at = strchr(at + 1, ' ');
    if (at == NULL)
        return 0;
    user = strtoul(at, &at, 10);
    system = strtoul(at, &at, 10);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

uint64_t cs_terminal_resident(const struct cs_terminal *t)
{
    unsigned long resident = 0;
    char path[64], text[128], *second;

    snprintf(path, sizeof(path), "/proc/%ld/statm", (long)t->pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof(text), file) != NULL && (second = strchr(text, ' ')) != NULL)
        resident = strtoul(second, NULL, 10);
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
