/* SPDX-License-Identifier: MIT */
/* test_co_device.h - one simulated CANopen device on a bus that is only this file: time moves by
 * hand, what it sends is kept. */
#ifndef CANSIM_TESTS_TEST_CO_DEVICE_H
#define CANSIM_TESTS_TEST_CO_DEVICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/device.h"
#include "plugins/canopen/types.h"

#define MS          INT64_C(1000000000)
#define FAKE_FRAMES 4096

struct fake {
    struct cansim_host host;
    struct cansim_node_host node;
    void *state;
    int64_t now, timer;
    struct cansim_frame sent[FAKE_FRAMES];
    int64_t sent_at[FAKE_FRAMES];
    unsigned n, seen;
    char note[300];
    uint32_t bitrate;
    uint64_t random;
};

static int64_t fake_now(void *ctx)
{
    return ((struct fake *)ctx)->now;
}

static int fake_send(void *ctx, const struct cansim_frame *frame, uint64_t cookie)
{
    struct fake *f = ctx;

    (void)cookie;
    assert_true(f->n < FAKE_FRAMES);
    f->sent_at[f->n] = f->now;
    f->sent[f->n] = *frame;
    f->sent[f->n++].at_ps = (int64_t)cookie;
    return 0;
}

static int fake_abort(void *ctx, uint64_t cookie)
{
    (void)ctx;
    (void)cookie;
    return 0;
}

static void fake_timer(void *ctx, int64_t at_ps)
{
    ((struct fake *)ctx)->timer = at_ps;
}

static uint64_t fake_random(void *ctx)
{
    struct fake *f = ctx;

    return f->random = f->random * 6364136223846793005u + 1;
}

static void fake_note(void *ctx, int severity, const char *text)
{
    (void)severity;
    snprintf(((struct fake *)ctx)->note, 300, "%s", text);
}

static int fake_bitrate(void *ctx, uint32_t bitrate_bps)
{
    ((struct fake *)ctx)->bitrate = bitrate_bps;
    return 0;
}

static inline struct fake *fake_open(const struct cansim_setting *settings, size_t n)
{
    struct fake *f = calloc(1, sizeof(*f));
    char why[400] = "";

    f->timer = CANSIM_NEVER;
    f->host = (struct cansim_host){.size = sizeof(f->host), .bus_name = "can0"};
    f->node = (struct cansim_node_host){.size = sizeof(f->node),
                                        .host = &f->host,
                                        .ctx = f,
                                        .name = "device",
                                        .now = fake_now,
                                        .send = fake_send,
                                        .abort = fake_abort,
                                        .set_timer = fake_timer,
                                        .random = fake_random,
                                        .note = fake_note,
                                        .set_bitrate = fake_bitrate};
    if (co_device_type.open(&f->state, &f->node, settings, n, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    co_device_type.attached(f->state, 0);
    return f;
}

static inline struct fake *fake_start(const char *eds, const char *node_id)
{
    struct cansim_setting settings[] = {{"eds", eds}, {"node_id", node_id}};

    return fake_open(settings, 2);
}

static inline void fake_stop(struct fake *f)
{
    co_device_type.close(f->state);
    free(f);
}

/* Let time pass; each frame of a block upload is confirmed as it was sent. */
static inline void fake_run(struct fake *f, int64_t until)
{
    while (f->timer <= until) {
        f->now = f->timer > f->now ? f->timer : f->now;
        f->timer = CANSIM_NEVER;
        co_device_type.timer(f->state, f->now);
    }
    f->now = until;
}

static inline void fake_tell(struct fake *f, uint32_t id, const char *hex, unsigned flags)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = id, .flags = (uint8_t)flags};
    long len = co_value_parse(CO_OCTET_STRING, hex, frame.data, 8);

    assert_true(len >= 0);
    frame.len = frame.dlc = (uint8_t)len;
    co_device_type.frame(f->state, &frame);
    fake_run(f, f->now);
}

/* The next frame that it sent is this one. */
static inline void fake_expect(struct fake *f, uint32_t id, const char *hex)
{
    uint8_t bytes[8];
    char text[40];
    long len = co_value_parse(CO_OCTET_STRING, hex, bytes, 8);

    if (f->seen == f->n)
        fail_msg("nothing was sent, not %03X %s", id, hex);
    const struct cansim_frame *frame = &f->sent[f->seen++];
    co_value_format(CO_OCTET_STRING, frame->data, frame->len, text, sizeof(text));
    if (frame->id != id || frame->len != len || memcmp(frame->data, bytes, (size_t)len) != 0)
        fail_msg("%03X %s was sent, not %03X %s", frame->id, text, id, hex);
}

static inline void fake_quiet(struct fake *f)
{
    if (f->seen != f->n)
        fail_msg("%03X was sent", f->sent[f->seen].id);
}

/* Up to 8 bytes in hex, and zeros. */
static inline const char *fake_fill(const char *hex, char full[25])
{
    uint8_t bytes[8] = {0};

    assert_true(co_value_parse(CO_OCTET_STRING, hex, bytes, 8) >= 0);
    co_value_format(CO_OCTET_STRING, bytes, 8, full, 25);
    return full;
}

/* A request to node 5's SDO server, and its answer. */
static inline void fake_sdo(struct fake *f, const char *request, const char *answer)
{
    char full[25];

    fake_tell(f, 0x605, fake_fill(request, full), 0);
    fake_expect(f, 0x585, fake_fill(answer, full));
}

#define fake_command(f, text) fake_command_(f, text, __LINE__)
static inline void fake_command_(struct fake *f, const char *text, int line)
{
    char why[300] = "";

    if (co_device_type.command(f->state, f->now, text, why, sizeof(why)) != 0)
        fail_msg("line %d: %s", line, why);
    fake_run(f, f->now);
}

#endif
