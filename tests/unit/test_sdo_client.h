/* SPDX-License-Identifier: MIT */
/* test_sdo_client.h - an SDO client with its host, and what a test line does to it. */
#ifndef CANSIM_TESTS_UNIT_TEST_SDO_CLIENT_H
#define CANSIM_TESTS_UNIT_TEST_SDO_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/sdo_client.h"
#include "tests/unit/test_co_server.h"

#define MS INT64_C(1000000000)

struct bench {
    struct co_sdo_client *client;
    int64_t now;
    uint8_t out[4096][8];
    unsigned n_out, taken, room; /* room: frames that send() takes before it says it is full */
    unsigned n_done;
    struct co_sdo_result result;
    uint8_t value[8192];
    struct server server;

    struct co_sdo_watch *watch; /* NULL: nobody listens */
    unsigned n_overheard, heard_done;
    uint8_t heard[8192];
    size_t heard_len;
};

static inline int send_frame(void *ctx, const struct cansim_frame *frame)
{
    struct bench *bench = ctx;

    if (bench->n_out - bench->taken >= bench->room)
        return -ENOSPC;
    assert_int_equal(frame->id, 0x605);
    assert_int_equal(frame->len, 8);
    assert_true(bench->n_out < 4096);
    memcpy(bench->out[bench->n_out++], frame->data, 8);
    return 0;
}

static inline void on_done(void *ctx, const struct co_sdo_result *result)
{
    struct bench *bench = ctx;

    bench->n_done++;
    bench->result = *result;
    assert_true(result->len <= sizeof(bench->value));
    if (result->len != 0)
        memcpy(bench->value, result->data, result->len);
}

static inline struct bench *bench_make(uint8_t block_size)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct co_sdo_client_setup setup = {.request_id = 0x605,
                                        .response_id = 0x585,
                                        .timeout_ps = 100 * MS,
                                        .block_size = block_size,
                                        .in_flight = 4,
                                        .ctx = bench,
                                        .send = send_frame};

    assert_non_null(bench);
    bench->room = 8;
    bench->client = co_sdo_client_create(&setup);
    assert_non_null(bench->client);
    return bench;
}

static inline void bench_free(struct bench *bench)
{
    co_sdo_client_destroy(bench->client);
    free(bench);
}

static inline unsigned hex_bytes(const char *text, uint8_t *bytes)
{
    unsigned n = 0, value;
    int used;

    while (sscanf(text, " %2x%n", &value, &used) == 1) {
        bytes[n++] = (uint8_t)value;
        text += used;
    }
    return n;
}

static inline void answer(struct bench *bench, const uint8_t *bytes)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x585, .dlc = 8, .len = 8};

    memcpy(frame.data, bytes, 8);
    assert_true(co_sdo_client_frame(bench->client, &frame, bench->now));
}

/* "> .." the client must have said this; "< .." the server says this; "t" nothing comes in time. */
static inline void say_line(struct bench *bench, const char *name, const char *line)
{
    uint8_t bytes[16] = {0};
    char got[32] = "";

    if (line[0] == 't') {
        bench->now = co_sdo_client_next(bench->client);
        assert_true(bench->now != CANSIM_NEVER);
        co_sdo_client_time(bench->client, bench->now);
        return;
    }
    assert_true(hex_bytes(line + 1, bytes) <= 8);
    if (line[0] == '<') {
        answer(bench, bytes);
        return;
    }
    if (bench->taken == bench->n_out)
        fail_msg("%s: nothing was sent, expected %s", name, line);
    if (memcmp(bench->out[bench->taken], bytes, 8) != 0) {
        for (unsigned i = 0; i < 8; i++)
            (void)snprintf(got + 3 * i, 4, "%02X ", bench->out[bench->taken][i]);
        fail_msg("%s: sent %s, expected %s", name, got, line);
    }
    bench->taken++;
    co_sdo_client_sent(bench->client, bench->now);
}

static inline void submit(struct bench *bench, bool write, bool block, const uint8_t *data,
                          size_t len)
{
    struct co_sdo_request request = {.index = 0x1000,
                                     .write = write,
                                     .block = block,
                                     .data = data,
                                     .len = len,
                                     .done = on_done,
                                     .ctx = bench};

    assert_int_equal(co_sdo_client_submit(bench->client, &request, bench->now), 0);
}

#endif
