/* SPDX-License-Identifier: MIT */
#include "scenarios/main_bench_log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "scenarios/main_bench_terminal.h"
#include "scenarios/wall.h"

#define LINE_BYTES  46u /* of a frame */
#define SPARE_BYTES (UINT64_C(64) << 20)
#define FEWEST      1000u
#define FRAME_US    240u /* a bus of 500 kbit/s at full load */
#define IDENTIFIERS 60u
#define PATIENCE_MS 300000

static int skip(struct cs_bench_log *result, const char *why)
{
    snprintf(result->skipped, sizeof(result->skipped), "%s", why);
    return 0;
}

/* ---- the log --------------------------------------------------------------------------------- */

/* As many as there is room for. */
static uint64_t fitting(uint64_t frames, const char *folder, struct cs_bench_log *result)
{
    struct statvfs about;
    uint64_t room;

    if (statvfs(folder, &about) != 0)
        return frames;
    room = (uint64_t)about.f_bavail * about.f_frsize;
    room = room > SPARE_BYTES ? (room - SPARE_BYTES) / LINE_BYTES : 0;
    if (room >= frames)
        return frames;
    snprintf(result->note, sizeof(result->note), "%.100s has room for no more", folder);
    return room;
}

/* A person who waits sees how far it is. */
static void progress(uint64_t done, uint64_t frames)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (done == frames)
        fputs("\r\033[K", stderr);
    else
        fprintf(stderr, "\rwriting a log of %" PRIu64 " frames: %u %%", frames,
                (unsigned)(done * 100 / frames));
}

static char *put_hex(char *to, uint64_t value, unsigned digits)
{
    while (digits-- > 0)
        *to++ = "0123456789ABCDEF"[value >> 4 * digits & 15];
    return to;
}

/* Counters, and four bytes that look like chance. */
static void write_frame(FILE *file, uint64_t i)
{
    const uint64_t us = 1700000000000000 + FRAME_US * i;
    const uint64_t data = (i / IDENTIFIERS) << 32 | (uint32_t)(i * 2654435761u + 0xC0FFEE00u);
    char line[80], *end;

    end = line + snprintf(line, sizeof(line), "(%" PRIu64 ".%06" PRIu64 ") can0 ", us / 1000000,
                          us % 1000000);
    end = put_hex(end, 0x100 + i % IDENTIFIERS * 16, 3);
    *end++ = '#';
    end = put_hex(end, data, 16);
    *end++ = '\n';
    fwrite(line, 1, (size_t)(end - line), file);
}

static int write_log(char *path, struct cs_bench_log *result)
{
    const int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return -errno;
    }
    for (uint64_t i = 0; i < result->frames && ferror(file) == 0; i++) {
        if (i % 100000 == 0)
            progress(i, result->frames);
        write_frame(file, i);
    }
    progress(result->frames, result->frames);
    result->bytes = (uint64_t)ftell(file);
    const bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? -EIO : 0;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static int measure(struct cs_terminal *t, int64_t began_ns, struct cs_bench_log *result)
{
    const int64_t at_ns = cs_wall_ns();
    double waited_ms;

    if (cs_terminal_wait(t, "C0", CS_TERMINAL_PATIENCE_MS) < 0) /* of the first row */
        return skip(result, "cansim-tui shows nothing of the log");
    result->first_ms = (double)(cs_wall_ns() - began_ns) / CS_TERMINAL_NS_MS;
    const double before = (double)cs_terminal_resident(t);
    cs_terminal_hear_for(t, 100 * CS_TERMINAL_NS_MS);
    cs_terminal_press(t, "?");
    result->key_ms = cs_terminal_wait(t, "Everywhere", CS_TERMINAL_PATIENCE_MS);
    cs_terminal_press(t, "q\014"); /* and all of the screen anew, whatever is on it */
    waited_ms = cs_terminal_wait(t, "\342\226\240 log", PATIENCE_MS);
    if (result->key_ms < 0 || waited_ms < 0)
        return skip(result, "cansim-tui does not come to the log's end");
    result->loaded_s = (double)(cs_wall_ns() - at_ns) / 1e9;
    result->frames_per_s = (double)result->frames / result->loaded_s;
    cs_terminal_hear_for(t, 100 * CS_TERMINAL_NS_MS);
    result->resident_bytes = (double)cs_terminal_resident(t);
    result->bytes_per_row = (result->resident_bytes - before) / (double)result->frames;
    return 0;
}

int cs_bench_log(uint64_t frames, struct cs_bench_log *result, struct cs_error *error)
{
    const char *named = getenv("TMPDIR"), *folder = named != NULL ? named : "/tmp";
    char program[PATH_MAX], path[PATH_MAX];
    struct cs_terminal t;
    int ret;

    memset(result, 0, sizeof(*result));
    if (frames == 0)
        return skip(result, "not wanted");
    if (!cs_terminal_program(program, sizeof(program)))
        return skip(result, "cansim-tui is not beside cansim");
    result->frames = fitting(frames, folder, result);
    if (result->frames < FEWEST)
        return skip(result, result->note[0] != '\0' ? result->note : "so few frames tell nothing");
    snprintf(path, sizeof(path), "%.4000s/cansim-bench-XXXXXX", folder);
    ret = write_log(path, result);
    if (ret != 0) {
        unlink(path);
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "%s: cannot be written: %s", path,
                            strerror(-ret));
    }
    const int64_t began_ns = cs_wall_ns();
    if (cs_terminal_begin(&t, program, path) != 0) {
        skip(result, "there is no terminal to be had");
    } else {
        measure(&t, began_ns, result);
        cs_terminal_end(&t);
    }
    unlink(path);
    return 0;
}
