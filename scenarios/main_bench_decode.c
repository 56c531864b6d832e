/* SPDX-License-Identifier: MIT */
#include "scenarios/main_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "plugins/decode.h"
#include "simcore/frame.h"

#define NODES         8
#define FRAMES        20000  /* of one pass */
#define LOG_FRAMES    100000 /* of the capture that the programs read */
#define GAP_PS        (250 * CS_PS_PER_US)
#define MIN_PASSES    3
#define MAX_PASSES    4096
#define PS_PER_PASS   (FRAMES * GAP_PS)
#define SETTING_BYTES 40

extern char **environ;

static const char eds[] =
    "[FileInfo]\nFileName=bench.eds\nEDSVersion=4.0\n"
    "[DeviceInfo]\nVendorName=cansim\nProductName=bench\nBaudRate_500=1\nNrOfTXPDO=1\n"
    "[MandatoryObjects]\nSupportedObjects=3\n1=0x1000\n2=0x1001\n3=0x1018\n"
    "[1000]\nParameterName=Device type\nObjectType=0x7\nDataType=0x7\nAccessType=ro\n"
    "DefaultValue=0\nPDOMapping=0\n"
    "[1001]\nParameterName=Error register\nObjectType=0x7\nDataType=0x5\nAccessType=ro\n"
    "PDOMapping=0\n"
    "[1018]\nParameterName=Identity object\nObjectType=0x9\nSubNumber=2\n"
    "[1018sub0]\nParameterName=Highest sub-index\nObjectType=0x7\nDataType=0x5\n"
    "AccessType=const\nDefaultValue=1\n"
    "[1018sub1]\nParameterName=Vendor-ID\nObjectType=0x7\nDataType=0x7\nAccessType=ro\n"
    "DefaultValue=0\n"
    "[OptionalObjects]\nSupportedObjects=2\n1=0x1800\n2=0x1A00\n"
    "[1800]\nParameterName=TPDO communication\nObjectType=0x9\nSubNumber=3\n"
    "[1800sub0]\nParameterName=Highest sub-index\nObjectType=0x7\nDataType=0x5\n"
    "AccessType=const\nDefaultValue=2\n"
    "[1800sub1]\nParameterName=COB-ID\nObjectType=0x7\nDataType=0x7\nAccessType=rw\n"
    "DefaultValue=$NODEID+0x180\n"
    "[1800sub2]\nParameterName=Transmission type\nObjectType=0x7\nDataType=0x5\nAccessType=rw\n"
    "DefaultValue=1\n"
    "[1A00]\nParameterName=TPDO mapping\nObjectType=0x9\nSubNumber=4\n"
    "[1A00sub0]\nParameterName=Number\nObjectType=0x7\nDataType=0x5\nAccessType=rw\n"
    "DefaultValue=3\n"
    "[1A00sub1]\nParameterName=Object 1\nObjectType=0x7\nDataType=0x7\nAccessType=rw\n"
    "DefaultValue=0x20000010\n"
    "[1A00sub2]\nParameterName=Object 2\nObjectType=0x7\nDataType=0x7\nAccessType=rw\n"
    "DefaultValue=0x20010020\n"
    "[1A00sub3]\nParameterName=Object 3\nObjectType=0x7\nDataType=0x7\nAccessType=rw\n"
    "DefaultValue=0x20020010\n"
    "[ManufacturerObjects]\nSupportedObjects=3\n1=0x2000\n2=0x2001\n3=0x2002\n"
    "[2000]\nParameterName=Status\nObjectType=0x7\nDataType=0x6\nAccessType=ro\nPDOMapping=1\n"
    "[2001]\nParameterName=Position\nObjectType=0x7\nDataType=0x4\nAccessType=ro\nPDOMapping=1\n"
    "[2002]\nParameterName=Current\nObjectType=0x7\nDataType=0x3\nAccessType=ro\nPDOMapping=1\n";

/* ---- traffic --------------------------------------------------------------------------------- */

static void fill(struct cansim_frame *frame, uint32_t id, unsigned len, uint64_t data)
{
    memset(frame, 0, sizeof(*frame));
    frame->size = sizeof(*frame);
    frame->node = CANSIM_NO_NODE;
    frame->id = id;
    frame->dlc = frame->len = (uint8_t)len;
    for (unsigned i = 0; i < len; i++)
        frame->data[i] = (uint8_t)(data >> 8 * i);
}

/* A cycle is a SYNC, a PDO of each node and one thing more: in turn a read and its answer, a
 * heartbeat, and rarely an EMCY or an NMT command. */
#define CYCLE (NODES + 3)

static void make_frame(unsigned nth, struct cansim_frame *frame)
{
    unsigned cycle = nth / CYCLE, place = nth % CYCLE, node = cycle % NODES + 1;

    if (place == 0)
        fill(frame, 0x080, 0, 0);
    else if (place <= NODES)
        fill(frame, 0x180 + place, 8, nth * UINT64_C(0x9E3779B97F4A7C15));
    else if (cycle % 2 == 0 && place == NODES + 1)
        fill(frame, 0x600 + node, 8, 0x00101840); /* 1018.. */
    else if (cycle % 2 == 0)
        fill(frame, 0x580 + node, 8, UINT64_C(0x0000000000101843));
    else if (place == NODES + 1)
        fill(frame, 0x701 + cycle / 2 % NODES, 1, 0x05);
    else if (cycle % 32 == 1)
        fill(frame, 0x080 + node, 8, 0x118130);
    else if (cycle % 64 == 3)
        fill(frame, 0x000, 2, 0x01 | (uint64_t)node << 8);
    else
        fill(frame, 0x200 + node, 8, nth);
    frame->at_ps = frame->start_ps = (int64_t)(nth + 1) * GAP_PS;
}

/* A file in memory that other programs can open by its name, "/proc/self/fd/N". */
static int memory_file(const char *name)
{
    return memfd_create(name, 0); /* the programs inherit it */
}

static int write_eds(void)
{
    int fd = memory_file("bench.eds");

    if (fd >= 0 && write(fd, eds, sizeof(eds) - 1) != (ssize_t)sizeof(eds) - 1) {
        close(fd);
        return -1;
    }
    return fd;
}

static int write_log(unsigned frames)
{
    int fd = memory_file("bench.log");
    FILE *file = fd >= 0 ? fdopen(dup(fd), "w") : NULL;
    struct cansim_frame frame;
    char text[CS_FRAME_TEXT_MAX];

    for (unsigned i = 0; file != NULL && i < frames; i++) {
        make_frame(i, &frame);
        struct cs_frame f = {.id = frame.id, .dlc = frame.dlc, .len = frame.len};
        memcpy(f.data, frame.data, sizeof(f.data));
        cs_frame_format(&f, text);
        fprintf(file, "(%010lld.%06lld) can0 %s\n", (long long)(frame.at_ps / CS_PS_PER_S),
                (long long)(frame.at_ps % CS_PS_PER_S / CS_PS_PER_US), text);
    }
    if (file != NULL && fclose(file) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- in this process ------------------------------------------------------------------------- */

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The same frames again, at the times that follow. */
static int64_t pass(struct cs_decode *decode, const struct cansim_frame *frames, int64_t base_ps,
                    unsigned *taken)
{
    int64_t before = clock_ns(CLOCK_THREAD_CPUTIME_ID);

    *taken = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        struct cansim_frame frame = frames[i];
        frame.at_ps += base_ps;
        frame.start_ps += base_ps;
        *taken += cs_decode_frame(decode, &frame) != NULL;
    }
    return clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
}

static void measure(struct cs_decode *decode, const struct cansim_frame *frames, int64_t time_ps,
                    struct cs_bench_decode *result)
{
    int64_t until = clock_ns(CLOCK_MONOTONIC) + time_ps / CS_PS_PER_NS, took[MAX_PASSES];
    unsigned n = 0, taken;

    pass(decode, frames, 0, &taken); /* learns who is there */
    do {
        took[n] = pass(decode, frames, (int64_t)(n + 1) * PS_PER_PASS, &taken);
        n++;
    } while (n < MIN_PASSES || (n < MAX_PASSES && clock_ns(CLOCK_MONOTONIC) < until));
    unsigned middle = n / 2;
    qsort(took, n, sizeof(took[0]), compare);
    result->frames = (uint64_t)n * FRAMES;
    result->ns_per_frame = (double)took[0] / FRAMES;
    result->median_ns = (double)took[middle] / FRAMES;
    result->taken_permille = (double)taken * 1000 / FRAMES;
}

static int no_memory(struct cs_error *error)
{
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "bench: not enough memory");
}

static int decode_here(const struct cs_plugins *plugins, int eds_fd, int64_t time_ps,
                       struct cs_bench_decode *result, struct cs_error *error)
{
    static const char *const names[] = {"canopen"};
    struct cs_decode_setting settings[NODES];
    char values[NODES][SETTING_BYTES], why[400];
    struct cansim_frame *frames = malloc(FRAMES * sizeof(*frames));

    if (frames == NULL)
        return no_memory(error);
    for (unsigned i = 0; i < NODES; i++) {
        snprintf(values[i], sizeof(values[i]), "%u=/proc/self/fd/%d", i + 1, eds_fd);
        settings[i] = (struct cs_decode_setting){NULL, "eds", values[i]};
    }
    for (unsigned i = 0; i < FRAMES; i++)
        make_frame(i, &frames[i]);
    const struct cs_decode_config config = {
        .plugins = plugins,
        .names = names,
        .n_names = 1,
        .settings = settings,
        .n_settings = NODES,
        .want = CANSIM_WANT_SUMMARY | CANSIM_WANT_FIELDS,
    };
    struct cs_decode *decode = cs_decode_create(&config, why, sizeof(why));
    int ret = -1;
    if (decode != NULL && cs_decode_bus(decode, "can0", 500000, why, sizeof(why)) == 0) {
        measure(decode, frames, time_ps, result);
        ret = 0;
    }
    cs_decode_destroy(decode);
    free(frames);
    return ret == 0 ? 0 : cs_error_set(error, CS_STATUS_ENVIRONMENT, "bench: %s", why);
}

/* ---- programs -------------------------------------------------------------------------------- */

/* CPU time of a program to its end, -1: it could not be run or failed. */
static int64_t run(const char *const *argv)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    int status = -1;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int err = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (err != 0)
        return -1;
    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return -1;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -1;
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

/* What the capture takes beyond what a single frame does, for each frame; negative: it failed. */
static double per_frame(const char **argv, unsigned place, const char *one, const char *many)
{
    argv[place] = one;
    int64_t start = run(argv);
    argv[place] = many;
    int64_t whole = start >= 0 ? run(argv) : -1;

    if (whole < 0)
        return -1;
    return whole > start ? (double)(whole - start) / (LOG_FRAMES - 1) : 1;
}

static void compare_programs(int eds_fd, int one_fd, int many_fd, struct cs_bench_decode *result)
{
    char one[SETTING_BYTES], many[SETTING_BYTES], values[NODES][SETTING_BYTES], self[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *tshark[] = {
        "tshark", "-n",     "-r", NULL,           "-d", "can.subdissector,canopen",
        "-T",     "fields", "-e", "frame.number", "-e", "canopen.cob_id",
        NULL};
    const char *own[7 + 2 * NODES] = {self, "decode", "--as", "canopen", NULL};
    unsigned at = 5;

    if (n < 0)
        return;
    self[n] = '\0';
    snprintf(one, sizeof(one), "/proc/self/fd/%d", one_fd);
    snprintf(many, sizeof(many), "/proc/self/fd/%d", many_fd);
    for (unsigned i = 0; i < NODES; i++) {
        snprintf(values[i], sizeof(values[i]), "%u=/proc/self/fd/%d", i + 1, eds_fd);
        own[at++] = "--eds";
        own[at++] = values[i];
    }
    own[at] = NULL;
    result->tshark_ns = per_frame(tshark, 3, one, many);
    if (result->tshark_ns < 0) {
        snprintf(result->no_tshark, sizeof(result->no_tshark),
                 "tshark is not there, or does not read the capture");
        return;
    }
    result->program_ns = per_frame(own, 4, one, many);
    if (result->program_ns < 0)
        snprintf(result->no_tshark, sizeof(result->no_tshark), "cansim decode failed");
}

/* ---------------------------------------------------------------------------------------------- */

static int with_files(const struct cs_plugins *plugins, int64_t time_ps,
                      struct cs_bench_decode *result, struct cs_error *error)
{
    int eds_fd = write_eds(), one_fd = write_log(1), many_fd = write_log(LOG_FRAMES);
    int ret = eds_fd >= 0 && one_fd >= 0 && many_fd >= 0 ? 0 : no_memory(error);

    if (ret == 0)
        ret = decode_here(plugins, eds_fd, time_ps, result, error);
    if (ret == 0)
        compare_programs(eds_fd, one_fd, many_fd, result);
    const int fds[] = {eds_fd, one_fd, many_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    return ret;
}

int cs_bench_decode(int64_t time_ps, struct cs_bench_decode *result, struct cs_error *error)
{
    char why[400];
    int ret = 0;

    memset(result, 0, sizeof(*result));
    struct cs_plugins *plugins = cs_plugins_find(NULL, NULL, 0, why, sizeof(why));
    if (plugins == NULL)
        return cs_error_set(error, CS_STATUS_ENVIRONMENT, "bench: %s", why);
    if (cs_plugins_decoder(plugins, "canopen") == NULL)
        snprintf(result->skipped, sizeof(result->skipped), "there is no decoder \"canopen\"");
    else
        ret = with_files(plugins, time_ps, result, error);
    cs_plugins_free(plugins);
    return ret;
}
