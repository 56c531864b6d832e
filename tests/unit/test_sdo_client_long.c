/* SPDX-License-Identifier: MIT */
/* The SDO client: long values against a server that loses segments, a queue of requests, servers
 * that never come to an end. */
#include "tests/unit/test_sdo_client.h"

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

/* Whoever listens understands each frame: the value that went over the bus is the client's. */
static void overhear(struct bench *bench, bool response, const uint8_t *bytes)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = response ? 0x585 : 0x605};
    struct co_sdo_told told;

    if (bench->watch == NULL)
        return;
    frame.dlc = frame.len = 8;
    frame.number = ++bench->n_overheard;
    frame.at_ps = bench->now;
    memcpy(frame.data, bytes, 8);
    memset(&told, 0, sizeof(told));
    co_sdo_watch_frame(bench->watch, response, &frame, NULL, &told);
    assert_int_not_equal(told.outcome, CO_SDO_BROKEN);
    if (told.outcome != CO_SDO_DONE)
        return;
    bench->heard_done++;
    assert_true(told.value_len <= sizeof(bench->heard));
    bench->heard_len = told.value_len;
    if (told.value_len != 0)
        memcpy(bench->heard, told.value, told.value_len);
}

static void server_says(void *ctx, const uint8_t bytes[8])
{
    overhear(ctx, true, bytes);
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
            overhear(bench, false, bytes);
            co_sdo_client_sent(bench->client, bench->now);
            server_frame(&bench->server, bytes);
        } else {
            bench->now = co_sdo_client_next(bench->client);
            assert_true(bench->now != CANSIM_NEVER);
            co_sdo_client_time(bench->client, bench->now);
        }
    }
    for (; bench->taken < bench->n_out; bench->taken++)
        overhear(bench, false, bench->out[bench->taken]);
    if (bench->n_done != 1)
        fail_msg("no end: server's phase %u, at %zu of %zu, lost %u", (unsigned)bench->server.phase,
                 bench->server.at, bench->server.object->len, bench->server.lost);
}

static const struct co_dict *no_dict(void *ctx)
{
    (void)ctx;
    return NULL;
}

static unsigned no_profile(void *ctx)
{
    (void)ctx;
    return 0;
}

static const char *no_meaning(void *ctx, unsigned index, unsigned sub, const uint8_t *value,
                              size_t len)
{
    (void)ctx;
    (void)index;
    (void)sub;
    (void)value;
    (void)len;
    return NULL;
}

static const struct co_sdo_names no_names = {NULL, no_dict, no_profile, no_meaning};

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
        bench->watch = co_sdo_watch_create(5, &no_names);
        assert_non_null(bench->watch);
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
        assert_int_equal(bench->heard_done, 1);
        assert_int_equal(bench->heard_len, size);
        assert_memory_equal(bench->heard, data, size);
        co_sdo_watch_destroy(bench->watch);
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
        cmocka_unit_test(endless), cmocka_unit_test(long_values),  cmocka_unit_test(full_queue),
        cmocka_unit_test(queue),   cmocka_unit_test(other_frames),
    };

    return cmocka_run_group_tests_name("sdo_client_long", tests, NULL, NULL);
}
