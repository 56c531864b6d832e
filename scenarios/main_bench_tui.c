/* SPDX-License-Identifier: MIT */
#include "scenarios/main_bench_tui.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/main_bench_terminal.h"
#include "scenarios/wall.h"

#define BUSES  8
#define STARTS 5
#define KEYS   15

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

/* The bus time on the screen, "0:00:04.321"; of a bus that stands, with microseconds. */
static double bus_seconds(const char *seen)
{
    double found = -1;

    for (const char *at = strstr(seen, "0:"); at != NULL; at = strstr(at + 1, "0:")) {
        char *end;
        const unsigned long minutes = strtoul(at + 2, &end, 10);
        if (*end != ':' || end != at + 4)
            continue;
        const double seconds = strtod(end + 1, &end);
        if (end == at + 11 || end == at + 14)
            found = (double)minutes * 60 + seconds;
    }
    return found;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int measure_keys(struct cs_terminal *t, struct cs_bench_tui *result)
{
    double ms[KEYS];

    for (unsigned i = 0; i < KEYS; i++) {
        cs_terminal_hear_for(t, 37 * CS_TERMINAL_NS_MS + (int64_t)i * CS_TERMINAL_NS_MS);
        cs_terminal_press(t, "?");
        ms[i] = cs_terminal_wait(t, "Everywhere", CS_TERMINAL_PATIENCE_MS);
        if (ms[i] < 0)
            return skip(result, "the help did not come");
        cs_terminal_press(t, "\033");
        cs_terminal_hear_for(t, 80 * CS_TERMINAL_NS_MS);
    }
    qsort(ms, KEYS, sizeof(ms[0]), compare);
    result->key_ms = ms[KEYS / 2];
    result->key_most_ms = ms[KEYS - 1];
    return 0;
}

/* What is shown, from one to the next by these keys. */
static const struct {
    const char *name, *keys;
} scenes[CS_BENCH_SCENES] = {
    {"trace", "1"},
    {"identifiers", "2"},
    {"nodes", "3"},
    {"wire", "6"},
    {"statistics", "0"},
    {"why", "W"},
    {"eight plots", "9:plot load can0\r:plot load can1\r:plot load can2\r:plot load can3\r"
                    ":plot load can4\r:plot load can5\r:plot load can6\r:plot load can7\r"},
    {"trace, filtered", "1:filter id=103 or data[0]>80\r"},
    {"trace, colour rule", ":filter\r:colour id=100-103 on-red\r"},
    {"four panes", ":panes four\r"},
    {"a bus in each of four panes", ":buses can0 can1 can2 can3\r"},
};

static void measure_scenes(struct cs_terminal *t, int64_t time_ns, struct cs_bench_tui *result)
{
    for (unsigned i = 0; i < CS_BENCH_SCENES && !t->gone; i++) {
        struct cs_bench_scene *scene = &result->scenes[i];
        /* What was set looks at the rows that are there already, once. */
        const int64_t settle_ms = strchr(scenes[i].keys, ':') != NULL ? 2000 : 300;
        cs_terminal_press(t, scenes[i].keys);
        cs_terminal_hear_for(t, settle_ms * CS_TERMINAL_NS_MS);
        const int64_t began_ns = cs_wall_ns();
        const double before_s = cs_terminal_processor_s(t);
        const uint64_t screens = t->screens;
        cs_terminal_hear_for(t, time_ns);
        const double wall_s = (double)(cs_wall_ns() - began_ns) / 1e9;
        scene->name = scenes[i].name;
        scene->core = (cs_terminal_processor_s(t) - before_s) / wall_s;
        scene->screens_per_s = (double)(t->screens - screens) / wall_s;
        result->n_scenes = i + 1;
    }
}

static int measure_load(const char *program, const char *scenario, int64_t time_ns,
                        struct cs_bench_tui *result)
{
    struct cs_terminal t;

    if (cs_terminal_begin(&t, program, scenario) != 0)
        return skip(result, "there is no terminal to be had");
    if (cs_terminal_wait(&t, "cansim", CS_TERMINAL_PATIENCE_MS) < 0) {
        cs_terminal_end(&t);
        return skip(result, "cansim-tui shows nothing");
    }
    cs_terminal_hear_for(&t, 500 * CS_TERMINAL_NS_MS);
    const int64_t began_ns = cs_wall_ns();
    const double before_s = cs_terminal_processor_s(&t);
    const uint64_t screens = t.screens;
    cs_terminal_hear_for(&t, time_ns);
    result->wall_s = (double)(cs_wall_ns() - began_ns) / 1e9;
    result->core = (cs_terminal_processor_s(&t) - before_s) / result->wall_s;
    result->screens_per_s = (double)(t.screens - screens) / result->wall_s;
    measure_keys(&t, result);
    /* Written anew while it stands: all of the clock. */
    const double ran_s = (double)(cs_wall_ns() - began_ns) / 1e9 + 0.5;
    cs_terminal_press(&t, " ");
    cs_terminal_hear_for(&t, 200 * CS_TERMINAL_NS_MS);
    cs_terminal_press(&t, "\014");
    t.n_seen = 0;
    cs_terminal_hear_for(&t, 300 * CS_TERMINAL_NS_MS);
    const double bus_s = bus_seconds(t.seen);
    result->kept_up = bus_s > 0 ? bus_s / ran_s : 0;
    cs_terminal_press(&t, " ");
    measure_scenes(&t, time_ns / 2, result);
    cs_terminal_end(&t);
    return 0;
}

static int measure_startup(const char *program, const char *scenario, struct cs_bench_tui *result)
{
    struct cs_terminal t;

    result->startup_ms = -1;
    for (unsigned i = 0; i < STARTS; i++) {
        if (cs_terminal_begin(&t, program, scenario) != 0)
            return skip(result, "there is no terminal to be had");
        const double ms = cs_terminal_wait(&t, "quit", CS_TERMINAL_PATIENCE_MS);
        cs_terminal_end(&t);
        if (ms >= 0 && (result->startup_ms < 0 || ms < result->startup_ms))
            result->startup_ms = ms;
    }
    return result->startup_ms >= 0 ? 0 : skip(result, "cansim-tui shows nothing");
}

static int measure_idle(const char *program, int64_t time_ns, struct cs_bench_tui *result)
{
    struct cs_terminal t;

    if (cs_terminal_begin(&t, program, "--no-link") != 0)
        return skip(result, "there is no terminal to be had");
    cs_terminal_wait(&t, "quit", CS_TERMINAL_PATIENCE_MS);
    cs_terminal_hear_for(&t, 300 * CS_TERMINAL_NS_MS);
    const int64_t began_ns = cs_wall_ns();
    const double before_s = cs_terminal_processor_s(&t);
    cs_terminal_hear_for(&t, time_ns);
    result->idle_core =
        (cs_terminal_processor_s(&t) - before_s) * 1e9 / (double)(cs_wall_ns() - began_ns);
    cs_terminal_end(&t);
    return 0;
}

int cs_bench_tui(int64_t time_ps, struct cs_bench_tui *result, struct cs_error *error)
{
    char program[PATH_MAX], scenario[] = "/tmp/cansim-bench-XXXXXX.json";
    const int64_t time_ns = time_ps / 1000 > 2000000000 ? time_ps / 1000 : 2000000000;

    memset(result, 0, sizeof(*result));
    if (!cs_terminal_program(program, sizeof(program)))
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
