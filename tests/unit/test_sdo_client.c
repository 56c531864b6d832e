/* SPDX-License-Identifier: MIT */
/* The SDO client: whole conversations byte by byte, and long values against a server that loses
 * segments. */
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
};

static int send_frame(void *ctx, const struct cansim_frame *frame)
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

static void on_done(void *ctx, const struct co_sdo_result *result)
{
    struct bench *bench = ctx;

    bench->n_done++;
    bench->result = *result;
    assert_true(result->len <= sizeof(bench->value));
    if (result->len != 0)
        memcpy(bench->value, result->data, result->len);
}

static struct bench *bench_make(uint8_t block_size)
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

static void bench_free(struct bench *bench)
{
    co_sdo_client_destroy(bench->client);
    free(bench);
}

static unsigned hex_bytes(const char *text, uint8_t *bytes)
{
    unsigned n = 0, value;
    int used;

    while (sscanf(text, " %2x%n", &value, &used) == 1) {
        bytes[n++] = (uint8_t)value;
        text += used;
    }
    return n;
}

static void answer(struct bench *bench, const uint8_t *bytes)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x585, .dlc = 8, .len = 8};

    memcpy(frame.data, bytes, 8);
    assert_true(co_sdo_client_frame(bench->client, &frame, bench->now));
}

/* "> .." the client must have said this; "< .." the server says this; "t" nothing comes in time. */
static void say_line(struct bench *bench, const char *name, const char *line)
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

struct talk {
    const char *name;
    bool write, block;
    const char *data; /* of a write, or what was read */
    uint32_t abort_code;
    bool by_server;
    const char *lines[16];
};

static const struct talk talks[] = {
    {"expedited upload",
     false,
     false,
     "92 01 02 00",
     0,
     false,
     {"> 40 00 10 00", "< 43 00 10 00 92 01 02 00"}},
    {"expedited upload of 1 byte",
     false,
     false,
     "7F",
     0,
     false,
     {"> 40 00 10 00", "< 4F 00 10 00 7F"}},
    {"expedited upload without a size",
     false,
     false,
     "01 02 03 04",
     0,
     false,
     {"> 40 00 10 00", "< 42 00 10 00 01 02 03 04"}},
    {"segmented upload",
     false,
     false,
     "61 62 63 64 65 66 67 68 69",
     0,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 09", "> 60", "< 00 61 62 63 64 65 66 67", "> 70",
      "< 1B 68 69"}},
    {"segmented upload without a size",
     false,
     false,
     "61",
     0,
     false,
     {"> 40 00 10 00", "< 40 00 10 00", "> 60", "< 0D 61"}},
    {"segmented upload of nothing",
     false,
     false,
     "",
     0,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 00", "> 60", "< 0F"}},
    {"wrong toggle in an upload",
     false,
     false,
     "",
     0x05030000,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 09", "> 60", "< 10 61 62 63 64 65 66 67",
      "> 80 00 10 00 00 00 03 05"}},
    {"more than was announced",
     false,
     false,
     "",
     0x06070010,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 05", "> 60", "< 00 61 62 63 64 65 66 67",
      "> 80 00 10 00 10 00 07 06"}},
    {"less than was announced",
     false,
     false,
     "",
     0x06070010,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 09", "> 60", "< 01 61 62 63 64 65 66 67",
      "> 80 00 10 00 10 00 07 06"}},
    {"a value beyond all measure",
     false,
     false,
     "",
     0x05040005,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 FF FF FF FF", "> 80 00 10 00 05 00 04 05"}},
    {"an abort",
     false,
     false,
     "",
     0x06020000,
     true,
     {"> 40 00 10 00", "< 80 00 10 00 00 00 02 06"}},
    {"an abort that names no object",
     false,
     false,
     "",
     0x06020000,
     true,
     {"> 40 00 10 00", "< 80 00 00 00 00 00 02 06"}},
    {"an abort with code 0",
     false,
     false,
     "",
     0x08000000,
     true,
     {"> 40 00 10 00", "< 80 00 10 00"}},
    {"late answers about another object",
     false,
     false,
     "01",
     0,
     false,
     {"> 40 00 10 00", "< 43 18 10 01 01 02 03 04", "< 80 18 10 01 00 00 02 06",
      "< 4F 00 10 00 01"}},
    {"an answer to another service",
     false,
     false,
     "",
     0x05040001,
     false,
     {"> 40 00 10 00", "< 60 00 10 00", "> 80 00 10 00 01 00 04 05"}},
    {"silence",
     false,
     false,
     "",
     0x05040000,
     false,
     {"> 40 00 10 00", "t", "> 80 00 10 00 00 00 04 05"}},
    {"silence between segments",
     false,
     false,
     "",
     0x05040000,
     false,
     {"> 40 00 10 00", "< 41 00 10 00 09", "> 60", "t", "> 80 00 10 00 00 00 04 05"}},
    {"expedited download",
     true,
     false,
     "E8 03",
     0,
     false,
     {"> 2B 00 10 00 E8 03", "< 60 00 10 00"}},
    {"download refused",
     true,
     false,
     "E8 03",
     0x06010002,
     true,
     {"> 2B 00 10 00 E8 03", "< 80 00 10 00 02 00 01 06"}},
    {"segmented download",
     true,
     false,
     "01 02 03 04 05 06 07 08",
     0,
     false,
     {"> 21 00 10 00 08", "< 60 00 10 00", "> 00 01 02 03 04 05 06 07", "< 20", "> 1D 08", "< 30"}},
    {"segmented download of nothing",
     true,
     false,
     "",
     0,
     false,
     {"> 21 00 10 00", "< 60 00 10 00", "> 0F", "< 20"}},
    {"wrong toggle in a download",
     true,
     false,
     "01 02 03 04 05 06 07 08",
     0x05030000,
     false,
     {"> 21 00 10 00 08", "< 60 00 10 00", "> 00 01 02 03 04 05 06 07", "< 30",
      "> 80 00 10 00 00 00 03 05"}},
    {"an abort in a download",
     true,
     false,
     "01 02 03 04 05 06 07 08",
     0x08000022,
     true,
     {"> 21 00 10 00 08", "< 60 00 10 00", "> 00 01 02 03 04 05 06 07",
      "< 80 00 10 00 22 00 00 08"}},
    /* Blocks. CRC of 01 .. 09 is 0x8D47, of 31h .. 39h ("123456789") 31C3h. */
    {"block upload",
     false,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 01 31 32 33 34 35 36 37", "< 82 38 39",
      "> A2 02 03", "< D5 C3 31", "> A1"}},
    {"block upload without CRC and size",
     false,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> A4 00 10 00 03", "< C0 00 10 00", "> A3", "< 01 31 32 33 34 35 36 37", "< 82 38 39",
      "> A2 02 03", "< D5", "> A1"}},
    {"block upload with another CRC",
     false,
     true,
     "",
     0x05040004,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 01 31 32 33 34 35 36 37", "< 82 38 39",
      "> A2 02 03", "< D5 C3 32", "> 80 00 10 00 04 00 04 05"}},
    {"block upload with another size",
     false,
     true,
     "",
     0x06070010,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 0A", "> A3", "< 01 31 32 33 34 35 36 37", "< 82 38 39",
      "> A2 02 03", "< D5 C3 31", "> 80 00 10 00 10 00 07 06"}},
    {"a lost segment is asked for again",
     false,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 82 38 39", "> A2 00 03",
      "< 01 31 32 33 34 35 36 37", "< 82 38 39", "> A2 02 03", "< D5 C3 31", "> A1"}},
    {"the last segment is lost",
     false,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 01 31 32 33 34 35 36 37", "t",
      "> A2 01 03", "< 81 38 39", "> A2 01 03", "< D5 C3 31", "> A1"}},
    {"the last confirmation is lost",
     false,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 01 31 32 33 34 35 36 37", "< 82 38 39",
      "> A2 02 03", "< 01 31 32 33 34 35 36 37", "< 82 38 39", "> A2 02 03", "< D5 C3 31", "> A1"}},
    {"no segment at all",
     false,
     true,
     "",
     0x05040000,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "t", "> A2 00 03", "t",
      "> 80 00 10 00 00 00 04 05"}},
    {"a segment beyond the block",
     false,
     true,
     "",
     0x05040003,
     false,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 04", "> 80 00 10 00 03 00 04 05"}},
    {"an abort between segments",
     false,
     true,
     "",
     0x08000000,
     true,
     {"> A4 00 10 00 03", "< C6 00 10 00 09", "> A3", "< 01 31 32 33 34 35 36 37",
      "< 80 00 10 00 00 00 00 08"}},
    {"a server without block upload",
     false,
     true,
     "7F",
     0,
     false,
     {"> A4 00 10 00 03", "< 80 00 10 00 01 00 04 05", "> 40 00 10 00", "< 4F 00 10 00 7F"}},
    {"a server that answers with a plain upload",
     false,
     true,
     "7F",
     0,
     false,
     {"> A4 00 10 00 03", "< 4F 00 10 00 7F"}},
    {"an object that is not there is no reason to try again",
     false,
     true,
     "",
     0x06020000,
     true,
     {"> A4 00 10 00 03", "< 80 00 10 00 00 00 02 06"}},
    {"block download",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 7F", "> 01 31 32 33 34 35 36 37", "> 82 38 39",
      "< A2 02 7F", "> D5 C3 31", "< A1"}},
    {"block download without CRC",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> C6 00 10 00 09", "< A0 00 10 00 7F", "> 01 31 32 33 34 35 36 37", "> 82 38 39",
      "< A2 02 7F", "> D5", "< A1"}},
    {"blocks of 1 segment",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 01", "> 01 31 32 33 34 35 36 37", "< A2 01 01",
      "> 81 38 39", "< A2 01 01", "> D5 C3 31", "< A1"}},
    {"a segment goes again",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 7F", "> 01 31 32 33 34 35 36 37", "> 82 38 39",
      "< A2 00 7F", "> 01 31 32 33 34 35 36 37", "> 82 38 39", "< A2 02 7F", "> D5 C3 31", "< A1"}},
    {"a block size of 0",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0x05040002,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 00", "> 80 00 10 00 02 00 04 05"}},
    {"a block size of 128",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0x05040002,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 80", "> 80 00 10 00 02 00 04 05"}},
    {"more is confirmed than was sent",
     true,
     true,
     "31 32 33 34 35 36 37 38 39",
     0x05040003,
     false,
     {"> C6 00 10 00 09", "< A4 00 10 00 7F", "> 01 31 32 33 34 35 36 37", "> 82 38 39",
      "< A2 03 7F", "> 80 00 10 00 03 00 04 05"}},
    {"the server finds another CRC",
     true,
     true,
     "31",
     0x05040004,
     true,
     {"> C6 00 10 00 01", "< A4 00 10 00 7F", "> 81 31", "< A2 01 7F", "> D9 72 26",
      "< 80 00 10 00 04 00 04 05"}},
    {"no confirmation",
     true,
     true,
     "31",
     0x05040000,
     false,
     {"> C6 00 10 00 01", "< A4 00 10 00 7F", "> 81 31", "t", "> 80 00 10 00 00 00 04 05"}},
    {"a server without block download",
     true,
     true,
     "E8 03",
     0,
     false,
     {"> C6 00 10 00 02", "< 80 00 10 00 01 00 04 05", "> 2B 00 10 00 E8 03", "< 60 00 10 00"}},
};

static void submit(struct bench *bench, bool write, bool block, const uint8_t *data, size_t len)
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

static void conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
        const struct talk *talk = &talks[i];
        struct bench *bench = bench_make(3);
        uint8_t data[64];
        unsigned len = hex_bytes(talk->data, data);
        submit(bench, talk->write, talk->block, data, talk->write ? len : 0);
        for (unsigned k = 0; k < 16 && talk->lines[k] != NULL; k++) {
            if (bench->n_done != 0 && talk->lines[k][0] != '>')
                fail_msg("%s: over before %s", talk->name, talk->lines[k]);
            say_line(bench, talk->name, talk->lines[k]);
        }
        if (bench->n_done != 1)
            fail_msg("%s: done %u times", talk->name, bench->n_done);
        if (bench->result.abort_code != talk->abort_code ||
            bench->result.by_server != talk->by_server)
            fail_msg("%s: abort %08X", talk->name, bench->result.abort_code);
        if (talk->abort_code == 0 &&
            (bench->result.len != len || memcmp(bench->value, data, len) != 0))
            fail_msg("%s: another value", talk->name);
        assert_int_equal(bench->taken, bench->n_out);
        assert_false(co_sdo_client_busy(bench->client));
        assert_true(co_sdo_client_next(bench->client) == CANSIM_NEVER);
        bench_free(bench);
    }
}

/* A server that confirms nothing for ever, or sends the same block for ever, is left. */
static void endless(void **state)
{
    struct bench *bench = bench_make(3);
    const uint8_t data[9] = {1};

    (void)state;
    submit(bench, true, true, data, 9);
    say_line(bench, "endless", "> C6 00 10 00 09");
    say_line(bench, "endless", "< A4 00 10 00 7F");
    for (unsigned i = 0; i < 20 && bench->n_done == 0; i++) {
        bench->taken = bench->n_out;
        co_sdo_client_sent(bench->client, bench->now);
        co_sdo_client_sent(bench->client, bench->now);
        say_line(bench, "endless", "< A2 00 7F");
    }
    assert_int_equal(bench->n_done, 1);
    assert_int_equal(bench->result.abort_code, 0x05040003);
    bench_free(bench);

    bench = bench_make(3);
    submit(bench, false, true, NULL, 0);
    say_line(bench, "endless", "> A4 00 10 00 03");
    say_line(bench, "endless", "< C6 00 10 00 09");
    for (unsigned i = 0; i < 20 && bench->n_done == 0; i++) {
        bench->taken = bench->n_out;
        say_line(bench, "endless", "< 03");
    }
    assert_int_equal(bench->result.abort_code, 0x05040003);
    bench_free(bench);
}

static void server_says(void *ctx, const uint8_t bytes[8])
{
    answer(ctx, bytes);
}

static void run_with_server(struct bench *bench)
{
    for (unsigned turns = 0; turns < 200000 && bench->n_done == 0; turns++) {
        if (bench->taken < bench->n_out) {
            uint8_t bytes[8];
            memcpy(bytes, bench->out[bench->taken], 8);
            bench->taken++;
            if (bench->taken == bench->n_out)
                bench->taken = bench->n_out = 0;
            co_sdo_client_sent(bench->client, bench->now);
            server_frame(&bench->server, bytes);
        } else {
            bench->now = co_sdo_client_next(bench->client);
            assert_true(bench->now != CANSIM_NEVER);
            co_sdo_client_time(bench->client, bench->now);
        }
    }
    if (bench->n_done != 1)
        fail_msg("no end: server's phase %u, at %zu of %zu, lost %u", (unsigned)bench->server.phase,
                 bench->server.at, bench->server.object->len, bench->server.lost);
}

static void long_values(void **state)
{
    static const size_t sizes[] = {1, 6, 7, 8, 14, 888, 889, 890, 2048, 4096};
    static const unsigned losses[] = {0, 5, 17, 100};
    uint8_t data[SERVER_VALUE];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    for (unsigned k = 0; k < 10 * 4 * 4; k++) {
        struct bench *bench = bench_make(127);
        size_t size = sizes[k % 10];
        bool write = (k / 40) & 1, block = (k / 80) & 1;
        bench->server.lose_every = block ? losses[k / 10 % 4] : 0;
        bench->server.block_size = 127;
        bench->server.send = server_says;
        bench->server.ctx = bench;
        if (write)
            server_set(&bench->server, 0x1000, 0, "", 0);
        else
            server_set(&bench->server, 0x1000, 0, data, size);
        submit(bench, write, block, data, write ? size : 0);
        run_with_server(bench);
        if (bench->result.abort_code != 0)
            fail_msg("%zu bytes, write %d, block %d, lose %u: abort %08X", size, write, block,
                     bench->server.lose_every, bench->result.abort_code);
        assert_int_equal(bench->server.objects[0].len, size);
        assert_memory_equal(bench->server.objects[0].value, data, size);
        assert_int_equal(bench->result.len, size);
        assert_memory_equal(bench->value, data, size);
        assert_int_equal(bench->result.block, block);
        if (bench->server.lost != 0 && size > 889 && losses[k / 10 % 4] == 17)
            assert_true(bench->result.resent > 0);
        bench_free(bench);
    }
}

/* The host's queue takes one frame at a time: nothing is lost, nothing goes out of order. */
static void full_queue(void **state)
{
    struct bench *bench = bench_make(127);
    uint8_t data[2048];

    (void)state;
    memset(data, 0xA5, sizeof(data));
    bench->room = 1;
    bench->server.block_size = 127;
    bench->server.send = server_says;
    bench->server.ctx = bench;
    server_set(&bench->server, 0x1000, 0, "", 0);
    submit(bench, true, true, data, sizeof(data));
    run_with_server(bench);
    assert_int_equal(bench->result.abort_code, 0);
    assert_int_equal(bench->result.resent, 0);
    assert_int_equal(bench->server.objects[0].len, sizeof(data));
    bench_free(bench);
}

static void queue(void **state)
{
    struct bench *bench = bench_make(127);
    struct co_sdo_request request = {.index = 0x1000, .done = on_done, .ctx = bench};

    (void)state;
    for (unsigned i = 0; i < CO_SDO_CLIENT_QUEUE + 1; i++)
        submit(bench, false, false, NULL, 0);
    assert_int_equal(co_sdo_client_submit(bench->client, &request, 0), -ENOSPC);
    request.write = true;
    assert_int_equal(bench->n_out, 1);
    say_line(bench, "queue", "> 40 00 10 00");
    say_line(bench, "queue", "< 4F 00 10 00 01");
    assert_int_equal(bench->n_done, 1);
    say_line(bench, "queue", "> 40 00 10 00");
    assert_int_equal(co_sdo_client_waiting(bench->client), CO_SDO_CLIENT_QUEUE - 1);
    request.len = CO_SDO_CLIENT_MAX + 1;
    assert_int_equal(co_sdo_client_submit(bench->client, &request, 0), -EMSGSIZE);
    co_sdo_client_cancel(bench->client);
    assert_int_equal(bench->n_done, CO_SDO_CLIENT_QUEUE + 1);
    assert_true(bench->result.cancelled);
    assert_false(co_sdo_client_busy(bench->client));
    bench_free(bench);
}

static void other_frames(void **state)
{
    struct bench *bench = bench_make(127);
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x586, .dlc = 8, .len = 8};

    (void)state;
    submit(bench, false, false, NULL, 0);
    assert_false(co_sdo_client_frame(bench->client, &frame, 0));
    frame.id = 0x585;
    frame.len = 7;
    assert_false(co_sdo_client_frame(bench->client, &frame, 0));
    frame.len = 8;
    frame.flags = CANSIM_FRAME_EXT;
    assert_false(co_sdo_client_frame(bench->client, &frame, 0));
    assert_int_equal(bench->n_done, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversations), cmocka_unit_test(endless), cmocka_unit_test(long_values),
        cmocka_unit_test(full_queue),    cmocka_unit_test(queue),   cmocka_unit_test(other_frames),
    };

    return cmocka_run_group_tests_name("sdo_client", tests, NULL, NULL);
}
