/* SPDX-License-Identifier: MIT */
/* A simulated CANopen device whose bus sends anything at any time. */
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/device.h"
#include "plugins/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    int64_t now, timer;
    uint64_t random;
    unsigned sent;
};

static int64_t now(void *ctx)
{
    return ((struct world *)ctx)->now;
}

static int send_frame(void *ctx, const struct cansim_frame *frame, uint64_t cookie)
{
    struct world *w = ctx;

    (void)cookie;
    if (frame->len > 8 || frame->id > 0x1FFFFFFF)
        abort();
    return ++w->sent % 61 == 0 ? -28 : 0; /* -ENOSPC now and then */
}

static int abort_frames(void *ctx, uint64_t cookie)
{
    (void)ctx;
    (void)cookie;
    return 0;
}

static void set_timer(void *ctx, int64_t at_ps)
{
    ((struct world *)ctx)->timer = at_ps;
}

static uint64_t next_random(void *ctx)
{
    struct world *w = ctx;

    return w->random = w->random * 6364136223846793005u + 1;
}

static void note(void *ctx, int severity, const char *text)
{
    (void)ctx;
    (void)severity;
    (void)text;
}

static int set_bitrate(void *ctx, uint32_t bitrate_bps)
{
    (void)ctx;
    return bitrate_bps != 0 ? 0 : -22;
}

/* Time goes on to `until`, with at most so many timers: a device that asks for the same moment
 * again and again would hang its host. */
static void run(struct world *w, void *device, int64_t until)
{
    for (unsigned n = 0; w->timer <= until; n++) {
        if (n == 20000)
            abort();
        w->now = w->timer > w->now ? w->timer : w->now;
        w->timer = CANSIM_NEVER;
        co_device_type.timer(device, w->now);
    }
    w->now = until;
}

static void one(struct world *w, void *device, const uint8_t *p)
{
    static const uint32_t ids[] = {0x000, 0x080, 0x605, 0x605, 0x605, 0x7E5, 0x205, 0x705};
    struct cansim_frame frame = {.size = sizeof(frame), .id = ids[p[0] & 7], .len = 8, .dlc = 8};
    char text[24], why[200];

    memcpy(frame.data, p + 2, 8);
    switch (p[0] >> 3) {
    case 0:
        frame.len = frame.dlc = p[1] & 15 & (p[1] & 8 ? 8 : 7);
        break;
    case 1:
        frame.flags = CANSIM_FRAME_RTR;
        frame.len = 0;
        break;
    case 2:
        frame.id = (uint32_t)p[0] << 8 | p[1];
        frame.id &= 0x7FF;
        break;
    case 3:
        co_device_type.bus_state(device, p[1] % 3, w->now);
        return;
    case 4:
        memcpy(text, p + 1, 9);
        text[9] = '\0';
        co_device_type.command(device, w->now, text, why, sizeof(why));
        return;
    case 5:
        co_device_type.detached(device, w->now);
        w->timer = CANSIM_NEVER;
        co_device_type.attached(device, w->now);
        return;
    case 6:
        co_device_type.sent(device, p[1] & 1, 0, w->now);
        return;
    default:
        break;
    }
    co_device_type.frame(device, &frame);
}

static void play(const char *eds, const char *node_id, const uint8_t *data, size_t size)
{
    struct world w = {.timer = CANSIM_NEVER, .random = 1};
    struct cansim_host host = {.size = sizeof(host), .bus_name = "can0"};
    struct cansim_node_host node = {.size = sizeof(node),
                                    .host = &host,
                                    .ctx = &w,
                                    .name = "fuzz",
                                    .now = now,
                                    .send = send_frame,
                                    .abort = abort_frames,
                                    .set_timer = set_timer,
                                    .random = next_random,
                                    .note = note,
                                    .set_bitrate = set_bitrate};
    struct cansim_setting settings[] = {{"eds", eds},
                                        {"node_id", node_id},
                                        {"signals/0/object", "2000"},
                                        {"signals/0/kind", "counter"}};
    struct cs_tree tree;
    void *device = NULL;
    char why[400];

    if (co_device_type.open(&device, &node, settings, 4, why, sizeof(why)) != 0)
        abort();
    co_device_type.attached(device, 0);
    for (size_t at = 0; at + 11 <= size; at += 11) {
        one(&w, device, data + at);
        run(&w, device, w.now + (int64_t)(data[at + 10] & 63) * 1000000000);
    }
    if (cs_tree_init(&tree, 512, 65536) == 0) {
        co_device_type.model(device, w.now, &tree.sink);
        cs_tree_fini(&tree);
    }
    co_device_type.detached(device, w.now);
    co_device_type.close(device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    play((data[0] & 1) != 0 ? "scenarios/examples/drive.eds" : "scenarios/examples/io.eds",
         (data[0] & 2) != 0 ? "255" : "5", data + 1, size - 1);
    return 0;
}
