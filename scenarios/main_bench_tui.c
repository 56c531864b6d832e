/* SPDX-License-Identifier: MIT */
#include "scenarios/main_bench_tui.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/wall.h"

#define BUSES       8
#define WIDTH       160
#define HEIGHT      50
#define STARTS      5
#define KEYS        15
#define QUIET_MS    4    /* between two screens */
#define PATIENCE_MS 5000 /* for anything that is waited for */
#define NS_PER_MS   1000000
#define SEEN_MAX    (1 << 16)

/* The program on its terminal. */
struct terminal {
    pid_t pid;
    int fd;
    char seen[SEEN_MAX]; /* what came last, with its NUL */
    size_t n_seen;
    uint64_t screens;
    int64_t last_ns;
};

/* ---- the program ----------------------------------------------------------------------------- */

static bool find_program(char *path, size_t size)
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

static int begin(struct terminal *t, const char *program, const char *scenario)
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

static void end(struct terminal *t)
{
    kill(t->pid, SIGKILL);
    while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(t->fd);
}

/* What has come within so long; a pause before it is a new screen. False: nothing. */
static bool hear(struct terminal *t, int ms)
{
    struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
    char part[8192];

    if (poll(&poll_fd, 1, ms) <= 0)
        return false;
    ssize_t n = read(t->fd, part, sizeof(part));
    if (n <= 0)
        return false;
    const int64_t now_ns = cs_wall_ns();
    t->screens += now_ns - t->last_ns > QUIET_MS * NS_PER_MS;
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

static void hear_for(struct terminal *t, int64_t ns)
{
    const int64_t until_ns = cs_wall_ns() + ns;

    while (cs_wall_ns() < until_ns)
        hear(t, 10);
}

/* Until these bytes have come: how long that took, in ms; negative: they did not. */
static double wait_for(struct terminal *t, const char *bytes)
{
    const int64_t began_ns = cs_wall_ns();

    t->n_seen = 0;
    t->seen[0] = '\0';
    while (cs_wall_ns() - began_ns < (int64_t)PATIENCE_MS * NS_PER_MS) {
        hear(t, 10);
        if (strstr(t->seen, bytes) != NULL)
            return (double)(cs_wall_ns() - began_ns) / NS_PER_MS;
    }
    return -1;
}

static void press(const struct terminal *t, const char *key)
{
    if (write(t->fd, key, strlen(key)) < 0)
        return; /* what is waited for does not come */
}

/* Processor time so far, in seconds. */
static double processor_s(const struct terminal *t)
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

/* ---- the scenario ---------------------------------------------------------------------------- */

/* Full buses: two nodes each that always have a frame. */
static int write_scenario(char *path)
{
    int fd = mkstemps(path, 5);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return -errno;
    }
    fprintf(file, "{\"speed\": 1, \"seed\": 1, \"buses\": {");
    for (unsigned b = 0; b < BUSES; b++)
        fprintf(file, "%s\"can%u\": \"1M\"", b > 0 ? ", " : "", b);
    fprintf(file, "}, \"nodes\": {");
    for (unsigned b = 0; b < BUSES; b++)
        fprintf(file,
                "%s\"a%u\": {\"type\": \"periodic\", \"bus\": \"can%u\", \"frame\": "
                "\"1%02X#0011223344556677\", \"period\": \"100us\", \"counter\": 0}, "
                "\"b%u\": {\"type\": \"random\", \"bus\": \"can%u\", \"load\": 100, \"ids\": "
                "\"200-27F\"}",
                b > 0 ? ", " : "", b, b, b, b, b);
    fprintf(file, "}}\n");
    return fclose(file) == 0 ? 0 : -errno;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static int skip(struct cs_bench_tui *result, const char *why)
{
    snprintf(result->skipped, sizeof(result->skipped), "%s", why);
    return 0;
}

/* The bus time on the screen, "0:00:04.321". */
static double bus_seconds(const char *seen)
{
    double found = -1;

    for (const char *at = strstr(seen, "0:"); at != NULL; at = strstr(at + 1, "0:")) {
        char *end;
        const unsigned long minutes = strtoul(at + 2, &end, 10);
        if (*end != ':' || end != at + 4)
            continue;
        const double seconds = strtod(end + 1, &end);
        if (end == at + 11)
            found = (double)minutes * 60 + seconds;
    }
    return found;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int measure_keys(struct terminal *t, struct cs_bench_tui *result)
{
    double ms[KEYS];

    for (unsigned i = 0; i < KEYS; i++) {
        hear_for(t, 37 * NS_PER_MS + (int64_t)i * NS_PER_MS);
        press(t, "?");
        ms[i] = wait_for(t, "Everywhere");
        if (ms[i] < 0)
            return skip(result, "the help did not come");
        press(t, "\033");
        hear_for(t, 80 * NS_PER_MS);
    }
    qsort(ms, KEYS, sizeof(ms[0]), compare);
    result->key_ms = ms[KEYS / 2];
    result->key_most_ms = ms[KEYS - 1];
    return 0;
}

static int measure_load(const char *program, const char *scenario, int64_t time_ns,
                        struct cs_bench_tui *result)
{
    struct terminal t;

    if (begin(&t, program, scenario) != 0)
        return skip(result, "there is no terminal to be had");
    if (wait_for(&t, "cansim") < 0) {
        end(&t);
        return skip(result, "cansim-tui shows nothing");
    }
    hear_for(&t, 500 * NS_PER_MS);
    const int64_t began_ns = cs_wall_ns();
    const double before_s = processor_s(&t);
    const uint64_t screens = t.screens;
    hear_for(&t, time_ns);
    result->wall_s = (double)(cs_wall_ns() - began_ns) / 1e9;
    result->core = (processor_s(&t) - before_s) / result->wall_s;
    result->screens_per_s = (double)(t.screens - screens) / result->wall_s;
    measure_keys(&t, result);
    /* Written anew while it stands: all of the clock. */
    const double ran_s = (double)(cs_wall_ns() - began_ns) / 1e9 + 0.5;
    press(&t, " ");
    hear_for(&t, 200 * NS_PER_MS);
    press(&t, "\014");
    t.n_seen = 0;
    hear_for(&t, 300 * NS_PER_MS);
    const double bus_s = bus_seconds(t.seen);
    result->kept_up = bus_s > 0 ? bus_s / ran_s : 0;
    end(&t);
    return 0;
}

static int measure_startup(const char *program, const char *scenario, struct cs_bench_tui *result)
{
    struct terminal t;

    result->startup_ms = -1;
    for (unsigned i = 0; i < STARTS; i++) {
        if (begin(&t, program, scenario) != 0)
            return skip(result, "there is no terminal to be had");
        const double ms = wait_for(&t, "quit");
        end(&t);
        if (ms >= 0 && (result->startup_ms < 0 || ms < result->startup_ms))
            result->startup_ms = ms;
    }
    return result->startup_ms >= 0 ? 0 : skip(result, "cansim-tui shows nothing");
}

static int measure_idle(const char *program, int64_t time_ns, struct cs_bench_tui *result)
{
    struct terminal t;

    if (begin(&t, program, "--no-link") != 0)
        return skip(result, "there is no terminal to be had");
    wait_for(&t, "quit");
    hear_for(&t, 300 * NS_PER_MS);
    const int64_t began_ns = cs_wall_ns();
    const double before_s = processor_s(&t);
    hear_for(&t, time_ns);
    result->idle_core = (processor_s(&t) - before_s) * 1e9 / (double)(cs_wall_ns() - began_ns);
    end(&t);
    return 0;
}

int cs_bench_tui(int64_t time_ps, struct cs_bench_tui *result, struct cs_error *error)
{
    char program[PATH_MAX], scenario[] = "/tmp/cansim-bench-XXXXXX.json";
    const int64_t time_ns = time_ps / 1000 > 2000000000 ? time_ps / 1000 : 2000000000;

    memset(result, 0, sizeof(*result));
    if (!find_program(program, sizeof(program)))
        return skip(result, "cansim-tui is not beside cansim");
    const int ret = write_scenario(scenario);
    if (ret != 0)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", scenario,
                            strerror(-ret));
    if (measure_startup(program, scenario, result) == 0 && result->skipped[0] == '\0')
        measure_load(program, scenario, time_ns, result);
    if (result->skipped[0] == '\0')
        measure_idle(program, time_ns, result);
    unlink(scenario);
    return 0;
}
