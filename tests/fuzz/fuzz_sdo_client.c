/* SPDX-License-Identifier: MIT */
/* An SDO client against a server that answers anything at any time. The first byte chooses two
 * requests, the second the length of what is written; then one byte says what happens: a frame of
 * the 8 bytes that follow, the client's own frames are over, time passes, the queue is full. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/sdo_client.h"

struct run {
    unsigned flying, done;
    bool full;
    size_t sum;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *ctx, const struct cansim_frame *frame)
{
    struct run *run = ctx;

    if (frame->id != 0x605 || frame->len != 8)
        abort();
    if (run->full)
        return -ENOSPC;
    run->flying++;
    return 0;
}

static void done(void *ctx, const struct co_sdo_result *result)
{
    struct run *run = ctx;

    run->done++;
    if (result->len > CO_SDO_CLIENT_MAX)
        abort();
    for (size_t i = 0; i < result->len; i++)
        run->sum += result->data[i];
}

static void happens(struct co_sdo_client *client, struct run *run, uint8_t what,
                    const uint8_t *bytes, int64_t *now)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x585, .dlc = 8, .len = 8};

    switch (what & 3) {
    case 0:
        memcpy(frame.data, bytes, 8);
        (void)co_sdo_client_frame(client, &frame, *now);
        break;
    case 1:
        for (unsigned n = run->flying; n > 0; n--) {
            run->flying--;
            co_sdo_client_sent(client, *now);
        }
        break;
    case 2:
        *now += (int64_t)bytes[0] * 1000000000;
        co_sdo_client_time(client, *now);
        break;
    default:
        run->full = (bytes[0] & 1) != 0;
        break;
    }
    if (co_sdo_client_busy(client) && co_sdo_client_next(client) == CANSIM_NEVER)
        abort(); /* nothing would ever end it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t value[256] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct run run = {0};
    struct co_sdo_client_setup setup = {.request_id = 0x605,
                                        .response_id = 0x585,
                                        .timeout_ps = 100000000000,
                                        .in_flight = 4,
                                        .ctx = &run,
                                        .send = take};
    struct co_sdo_client *client;
    int64_t now = 0;

    if (size < 2)
        return 0;
    setup.block_size = (uint8_t)(data[0] & 0x80 ? 127 : 3);
    client = co_sdo_client_create(&setup);
    if (client == NULL)
        return 0;
    for (unsigned i = 0; i < 2; i++) {
        struct co_sdo_request request = {.index = 0x1000,
                                         .write = (data[0] >> (2 * i) & 1) != 0,
                                         .block = (data[0] >> (2 * i) & 2) != 0,
                                         .data = value,
                                         .len = data[1],
                                         .done = done,
                                         .ctx = &run};
        (void)co_sdo_client_submit(client, &request, now);
    }
    for (size_t at = 2; at + 9 <= size; at += 9)
        happens(client, &run, data[at], data + at + 1, &now);
    co_sdo_client_destroy(client);
    if (run.done != 2)
        abort();
    return 0;
}
