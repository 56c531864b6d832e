/* SPDX-License-Identifier: MIT */
/* Monitors that are many, slow, in a hurry or hostile harm nobody. */
#include "tests/unit/test_link_monitor.h"

static void there_are_at_most_32(void **state)
{
    struct link_env *env = watched();
    int fd[33];

    (void)state;
    for (int i = 0; i < 33; i++)
        fd[i] = monitor(env, 0);
    expect(fd[31], CS_PROTO_WATCHING);
    expect(fd[32], CS_PROTO_REFUSED);
    assert_string_equal(got.text, "the host has 32 monitors already");
    for (int i = 0; i < 33; i++)
        close(fd[i]);
    pump(env);
    fd[0] = monitor(env, 0);
    expect(fd[0], CS_PROTO_WATCHING);
    done(env); /* while somebody watches */
    expect(fd[0], CS_PROTO_INFO);
    close(fd[0]);
}

static void who_reads_too_slowly_loses_and_is_told(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a"), fd = monitor(env, ALL_KINDS), other = monitor(env, 0);
    const struct cs_frame frame = frame_of("123#1122334455667788");
    uint64_t lost = 0, seq = 0, gaps = 0;

    (void)state;
    attach(env, "b");
    run(env, MS);
    skip_snapshot(other);
    for (int i = 0; i < 12000; i++) {
        assert_int_equal(cs_bus_submit(env->bus, a, &frame, 0), 0);
        cs_sim_run_until(env->sim, cs_sim_now_ps(env->sim) + MS);
        ev_run(env->loop, EVRUN_NOWAIT);
    }
    put_look(env, other, 0, 0, -1); /* others go on */
    assert_int_equal(count_until_looked(other, CS_PROTO_INFO), 1);
    skip_snapshot(fd);
    for (int quiet = 0; quiet < 3; pump(env)) {
        if (bare_get(fd, &got, NULL) == 0) {
            quiet++;
            continue;
        }
        quiet = 0;
        if (got.type == CS_PROTO_LOST)
            lost += got.count;
        if (got.type != CS_PROTO_EVENT)
            continue;
        gaps += seq > 0 ? got.seq - seq - 1 : 0;
        seq = got.seq;
    }
    assert_true(lost > 1000);
    send_from(env, a, "123#");
    expect(fd, CS_PROTO_EVENT);
    assert_int_equal(gaps + got.seq - seq - 1, lost); /* each of them was counted */
    assert_int_equal(env->lost_count, 0);             /* no event of the host's: it did no harm */
    close(fd);
    close(other);
    pump(env);
    done(env);
}

/* Looks in a hurry get one answer; what is asked and never read is bounded. */
static void who_asks_and_never_reads_is_bounded(void **state)
{
    struct link_env *env = watched();
    const struct cs_proto_msg look = {.type = CS_PROTO_LOOK, .needs = 15, .since_ps = -1};
    const int fd = monitor(env, ALL_KINDS);
    unsigned busy = 0, answered = 0;

    (void)state;
    attach(env, "a");
    run(env, MS);
    skip_snapshot(fd);
    for (int i = 0; i < 200; i++)
        bare_put(fd, &look);
    pump(env);
    while (bare_get(fd, &got, NULL) != 0) {
        busy += got.type == CS_PROTO_LOOKED && got.code == 1;
        answered += got.type == CS_PROTO_NODE_STATUS;
    }
    assert_true(busy > 100);
    assert_true(answered < 20);
    close(fd);
    pump(env);
    done(env);
}

static void garbage_of_monitors_is_refused(void **state)
{
    struct link_env *env = watched();
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 300; round++) {
        const int fd = monitor(env, ALL_KINDS);
        const struct cs_proto_msg msg = {.type = round % 2 ? CS_PROTO_LOOK : CS_PROTO_CONTROL};
        uint8_t bytes[CS_PROTO_MAX_BYTES];
        const size_t len = cs_proto_encode(&msg, bytes);

        for (size_t i = CS_PROTO_HEADER_BYTES; i < len; i++) {
            seed = seed * 1664525u + 1013904223u;
            if (seed >> 30 == 0)
                bytes[i] = (uint8_t)(seed >> 16);
        }
        assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
        pump(env);
        while (bare_get(fd, &got, NULL) != 0)
            ;
        close(fd);
        pump(env);
    }
    assert_true(stats_of(env).protocol_errors > 10);
    assert_int_equal(stats_of(env).monitors, 0);
    done(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_at_most_32),
        cmocka_unit_test(who_reads_too_slowly_loses_and_is_told),
        cmocka_unit_test(who_asks_and_never_reads_is_bounded),
        cmocka_unit_test(garbage_of_monitors_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
