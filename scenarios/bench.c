/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/bench.h"

#define BITRATE_BPS      500000
#define DATA_BITRATE_BPS 2000000
#define SLICE_NS         4000000 /* or more; long against the clock's own cost */
#define MIN_SLICES       3
#define MAX_SLICES       4096
#define MAX_SLICE_PS     (1000 * CS_PS_PER_S)
#define WARM_UP_PS       (10 * CS_PS_PER_S)

struct load;

struct sender {
    struct load *load;
    unsigned index;
    int node;
};

struct load {
    const struct cs_bench_case *what;
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct sender senders[CS_BENCH_MAX_NODES];
    uint64_t made, frames, bits;
};

/* ---- load --------------------------------------------------------------------------------- */

/* No two that contend have the same identifier, and everyone wins at times. */
static uint32_t next_id(const struct load *load, unsigned sender)
{
    const struct cs_bench_case *what = load->what;

    if (what->load == CS_BENCH_CONTEND)
        return (uint32_t)(load->made * 37 % (2048 / CS_BENCH_MAX_NODES)) * CS_BENCH_MAX_NODES +
               sender;
    uint32_t nth = (uint32_t)(load->made % what->identifiers);
    return what->ext ? (0x0AAAAAAAu + nth * 1000003u) & CS_ID_MAX_EXT
                     : (0x155u + nth * 1021u) & CS_ID_MAX_BASE;
}

static int send_next(struct load *load, const struct sender *sender)
{
    struct cs_frame frame = {.dlc = 8, .len = 8, .id = next_id(load, sender->index)};
    uint64_t data = ++load->made * UINT64_C(0x9E3779B97F4A7C15); /* other data each time */

    frame.flags = load->what->ext ? CS_FRAME_EXT : 0;
    if (load->what->fd) {
        frame.flags |= CS_FRAME_FD | CS_FRAME_BRS;
        frame.dlc = 15;
        frame.len = 64;
    }
    for (unsigned i = 0; i < frame.len; i += 8)
        memcpy(frame.data + i, &data, sizeof(data));
    return cs_bus_submit(load->bus, sender->node, &frame, 0);
}

static void confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct sender *sender = ctx;
    struct load *load = sender->load;

    (void)done;
    if (load->what->load == CS_BENCH_IN_TURN)
        sender = &load->senders[(sender->index + 1) % load->what->nodes];
    send_next(load, sender);
}

static void count(void *ctx, const struct cs_event *event)
{
    struct load *load = ctx;

    if (event->kind == CS_EV_FRAME) {
        load->frames++;
        load->bits += event->n_bits + 3u; /* intermission */
    }
}

static int attach(struct load *load, unsigned index)
{
    static const struct cs_controller_ops ops = {.confirmed = confirmed};
    struct sender *sender = &load->senders[index];
    char name[CS_NAME_MAX];

    snprintf(name, sizeof(name), "node%u", index);
    struct cs_controller_config config = {.name = name, .via = "bench", .ops = &ops, .ctx = sender};
    sender->load = load;
    sender->index = index;
    sender->node = cs_bus_attach(load->bus, &config);
    return sender->node < 0 ? -1 : 0;
}

static int start(struct load *load)
{
    struct cs_bus_config config = {.name = "can0", .bitrate_bps = BITRATE_BPS};

    if (load->what->fd) {
        config.fd = true;
        config.data_bitrate_bps = DATA_BITRATE_BPS;
    }
    load->sim = cs_sim_create(1);
    if (load->sim == NULL || cs_sim_add_bus(load->sim, &config) < 0)
        return -1;
    load->bus = cs_sim_bus(load->sim, 0);
    cs_bus_set_engine(load->bus, load->what->engine);
    unsigned n_first = load->what->load == CS_BENCH_CONTEND ? load->what->nodes : 1;
    for (unsigned i = 0; i < load->what->nodes; i++) {
        if (attach(load, i) != 0 || (i < n_first && send_next(load, &load->senders[i]) != 0))
            return -1;
    }
    return cs_sim_observe(load->sim, count, load);
}

static int create(struct load *load, const struct cs_bench_case *what, struct cs_error *error)
{
    *load = (struct load){.what = what};
    if (start(load) == 0)
        return 0;
    cs_sim_destroy(load->sim);
    return cs_error_set(error, CS_STATUS_ENVIRONMENT, "bench: not enough memory");
}

/* ---- time --------------------------------------------------------------------------------- */

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* CPU time that the bus takes for the next `bus_ps`. */
static int64_t run_slice(struct load *load, int64_t bus_ps)
{
    int64_t before = clock_ns(CLOCK_THREAD_CPUTIME_ID);

    cs_sim_run_until(load->sim, cs_sim_now_ps(load->sim) + bus_ps);
    return clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(struct load *load, int64_t time_ps, struct cs_bench_result *result)
{
    int64_t time_ns = time_ps / CS_PS_PER_NS, until = clock_ns(CLOCK_MONOTONIC) + time_ns;
    int64_t least_ns = time_ns / 1000 > SLICE_NS ? time_ns / 1000 : SLICE_NS;
    int64_t slice_ps = CS_PS_PER_MS;
    int64_t took[MAX_SLICES];
    unsigned n = 0;

    while (run_slice(load, slice_ps) < least_ns && slice_ps < MAX_SLICE_PS)
        slice_ps *= 2;
    do {
        took[n++] = run_slice(load, slice_ps);
    } while (n < MIN_SLICES || (n < MAX_SLICES && clock_ns(CLOCK_MONOTONIC) < until));
    unsigned middle = n / 2;
    qsort(took, n, sizeof(took[0]), compare);
    /* By bus time: few frames to a slice would not add up. */
    double frames = (double)load->frames;
    double per_frame = (double)cs_sim_now_ps(load->sim) / (double)slice_ps / frames;
    result->frames = load->frames;
    result->ns_per_frame = (double)took[0] * per_frame;
    result->median_ns = (double)took[middle] * per_frame;
    result->bits_per_frame = (double)load->bits / frames;
}

int cs_bench_run(const struct cs_bench_case *what, int64_t time_ps, struct cs_bench_result *result,
                 struct cs_error *error)
{
    struct load load;

    if (create(&load, what, error) != 0)
        return -1;
    measure(&load, time_ps, result);
    cs_sim_destroy(load.sim);
    return 0;
}

/* ---- memory ------------------------------------------------------------------------------- */

static size_t resident(void)
{
    char line[128] = "", *second = line;
    FILE *file = fopen("/proc/self/statm", "r"); /* pages: all, then resident */

    if (file != NULL) {
        if (fgets(line, sizeof(line), file) != NULL)
            second = strchr(line, ' ');
        fclose(file);
    }
    return second != NULL ? strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

int cs_bench_memory(int64_t bus_ps, struct cs_bench_memory *memory, struct cs_error *error)
{
    static const struct cs_bench_case what = {
        .engine = CS_ENGINE_AUTO, .load = CS_BENCH_IN_TURN, .nodes = 8, .identifiers = 2048};
    struct load load;

    if (create(&load, &what, error) != 0)
        return -1;
    cs_sim_run_until(load.sim, WARM_UP_PS);
    resident(); /* what it takes itself is not to be counted */
    uint64_t before = load.frames;
    memory->bus_ps = bus_ps;
    memory->heap_before = mallinfo2().uordblks;
    memory->resident_before = resident();
    memory->cpu_s = (double)run_slice(&load, bus_ps) / 1e9;
    memory->resident_after = resident();
    memory->heap_after = mallinfo2().uordblks;
    memory->frames = load.frames - before;
    cs_sim_destroy(load.sim);
    return 0;
}
