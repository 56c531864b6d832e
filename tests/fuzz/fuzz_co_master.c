/* SPDX-License-Identifier: MIT */
/* A CANopen master with two slaves and a script, on a bus where anything is said; and commands of
 * any text. Each step of the input is one byte that says what, one that says how much, and so many
 * bytes: a frame (identifier's two bytes and data), time that passes, a command, the end of its own
 * frames, power off and on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/master.h"

#define MS INT64_C(1000000000)

struct run {
    int64_t now, timer_at;
    unsigned flying;
    uint64_t cookies[64];
    bool attached;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t now(void *ctx)
{
    return ((struct run *)ctx)->now;
}

static int take(void *ctx, const struct cansim_frame *frame, uint64_t cookie)
{
    struct run *run = ctx;

    if (frame->len > 8 || !run->attached)
        abort();
    if (run->flying == 64)
        return -28; /* ENOSPC */
    run->cookies[run->flying++] = cookie;
    return 0;
}

static void set_timer(void *ctx, int64_t at_ps)
{
    ((struct run *)ctx)->timer_at = at_ps;
}

static void note(void *ctx, int severity, const char *text)
{
    (void)ctx;
    if (severity < CANSIM_INFO || severity > CANSIM_ERROR || strlen(text) == 0)
        abort();
}

static int set_bitrate(void *ctx, uint32_t bitrate_bps)
{
    (void)ctx;
    return bitrate_bps == 0 ? -22 : 0;
}

static void field(struct cansim_sink *sink, const struct cansim_field *part)
{
    (void)sink;
    if (part->name == NULL)
        abort();
}

static void close_field(struct cansim_sink *sink)
{
    (void)sink;
}

static void pass(struct run *run, void *master, int64_t until)
{
    for (unsigned i = 0; i < 2000 && run->timer_at <= until; i++) {
        if (run->timer_at > run->now)
            run->now = run->timer_at;
        run->timer_at = CANSIM_NEVER;
        co_master_type.timer(master, run->now);
    }
    if (until > run->now)
        run->now = until;
}

static void happens(struct run *run, void *master, uint8_t what, const uint8_t *bytes, size_t n)
{
    struct cansim_frame frame = {.size = sizeof(frame)};
    char text[260], why[300];

    switch (what % 6) {
    case 0:
    case 1:
        frame.id = n > 1 ? (uint32_t)(bytes[0] | bytes[1] << 8) & 0x7FF : 0x585;
        frame.len = frame.dlc = (uint8_t)(n > 2 ? (n - 2 < 8 ? n - 2 : 8) : 0);
        memcpy(frame.data, bytes + (n - frame.len), frame.len);
        frame.at_ps = run->now;
        if (run->attached)
            co_master_type.frame(master, &frame);
        break;
    case 2:
        pass(run, master, run->now + (int64_t)n * 10 * MS);
        break;
    case 3:
        memcpy(text, bytes, n);
        text[n] = '\0';
        (void)co_master_type.command(master, run->now, text, why, sizeof(why));
        break;
    case 4:
        while (run->flying > 0 && run->attached)
            co_master_type.sent(master, run->cookies[--run->flying], 0, run->now);
        break;
    default:
        run->attached = !run->attached;
        run->flying = 0;
        run->timer_at = CANSIM_NEVER;
        if (run->attached)
            co_master_type.attached(master, run->now);
        else
            co_master_type.detached(master, run->now);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cansim_setting settings[] = {
        {"heartbeat", "1000000000000"},
        {"slaves/0/node_id", "5"},
        {"slaves/0/heartbeat", "100000000000"},
        {"slaves/0/on_loss", "reset"},
        {"slaves/1/node_id", "6"},
        {"slaves/1/guard_time", "100000000000"},
        {"slaves/1/mandatory", "false"},
        {"script/0/do", "block-read 5 2000"},
        {"script/1/do", "wait booted"},
        {"script/2/do", "block-write 5 2001 fill:1000"},
        {"script/3/do", "lss fastscan 10"},
    };
    struct run run = {.timer_at = CANSIM_NEVER, .attached = true};
    struct cansim_host host = {.size = sizeof(host), .bus_name = "can0"};
    struct cansim_node_host node_host = {.size = sizeof(node_host),
                                         .host = &host,
                                         .ctx = &run,
                                         .name = "master",
                                         .now = now,
                                         .send = take,
                                         .set_timer = set_timer,
                                         .note = note,
                                         .set_bitrate = set_bitrate};
    struct cansim_sink sink = {
        .size = sizeof(sink), .field = field, .open = field, .close = close_field};
    void *master;
    char why[300];

    if (co_master_type.open(&master, &node_host, settings, sizeof(settings) / sizeof(settings[0]),
                            why, sizeof(why)) != 0)
        abort();
    co_master_type.attached(master, 0);
    for (size_t at = 0; at + 2 <= size;) {
        size_t n = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
        happens(&run, master, data[at], data + at + 2, n);
        at += 2 + n;
    }
    co_master_type.model(master, run.now, &sink);
    co_master_type.close(master);
    return 0;
}
