/* SPDX-License-Identifier: MIT */
/* Who acknowledged and who received a frame is told with the frame. */
#include "tests/unit/test_link_monitor.h"

/* The next EVENT of a frame that is not of the past. */
static void expect_frame(int fd)
{
    do
        assert_true(bare_get(fd, &got, NULL) != 0);
    while (got.type != CS_PROTO_EVENT || got.kind != CS_EV_FRAME);
}

static int hearing(struct link_env *env)
{
    struct cs_proto_msg msg = monitor_msg(UINT64_C(1) << CS_EV_FRAME);
    const int fd = bare_connect(env);

    msg.hears = 1;
    bare_put(fd, &msg);
    pump(env);
    skip_snapshot(fd);
    return fd;
}

static void sets_are_text(void **state)
{
    static const struct {
        uint64_t set[4];
        const char *text;
    } good[] = {
        {{0}, "0"},
        {{5}, "5"},
        {{0xABCDEF0123456789}, "abcdef0123456789"},
        {{0, 1}, "10000000000000000"},
        {{1, 0, 0, UINT64_C(1) << 63},
         "8000000000000000000000000000000000000000000000000000000000000001"},
    };
    static const char *const bad[] = {
        "",    "g",  "A",
        "0x1", "1 ", "18000000000000000000000000000000000000000000000000000000000000001"};
    char text[CS_PROTO_SET_TEXT];
    uint64_t set[4];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cs_proto_set_write(good[i].set, text);
        assert_string_equal(text, good[i].text);
        assert_true(cs_proto_set_read(text, set));
        assert_memory_equal(set, good[i].set, sizeof set);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(cs_proto_set_read(bad[i], set));
}

static void a_frame_names_who_heard_it(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a"), b = attach(env, "b"), c = attach(env, "c");
    int fd;

    (void)state;
    run(env, MS);
    fd = hearing(env);
    send_from(env, a, "123#1122");
    expect_frame(fd);
    assert_string_equal(got.acks, "6");
    assert_string_equal(got.receives, "6");
    assert_int_equal(cs_bus_set_mode(env->bus, c, CS_MODE_LISTEN_ONLY), 0);
    run(env, MS);
    send_from(env, b, "124#");
    expect_frame(fd);
    assert_string_equal(got.acks, "1");
    close(fd);
    pump(env);
    done(env);
}

/* Others learn it as well while somebody asks; it costs nothing while nobody does. */
static void only_while_somebody_asks(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    int plain, fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    plain = monitor(env, UINT64_C(1) << CS_EV_FRAME);
    skip_snapshot(plain);
    assert_false(cs_sim_has_detail(env->sim));
    send_from(env, a, "123#1122");
    expect_frame(plain);
    assert_string_equal(got.acks, "");
    assert_string_equal(got.receives, "");
    fd = hearing(env);
    assert_true(cs_sim_has_detail(env->sim));
    send_from(env, a, "124#1122");
    expect_frame(plain);
    assert_string_equal(got.acks, "2");
    expect_frame(fd);
    assert_string_equal(got.acks, "2");
    close(fd);
    pump(env);
    assert_false(cs_sim_has_detail(env->sim));
    send_from(env, a, "125#1122");
    expect_frame(plain);
    assert_string_equal(got.acks, "");
    close(plain);
    pump(env);
    done(env);
}

static void it_is_known_of_the_past(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    int fd, late;

    (void)state;
    attach(env, "b");
    run(env, MS);
    fd = hearing(env);
    send_from(env, a, "123#1122");
    late = monitor(env, UINT64_C(1) << CS_EV_FRAME);
    expect_frame(late);
    assert_int_equal(got.past, 1);
    assert_string_equal(got.acks, "2");
    assert_string_equal(got.receives, "2");
    close(fd);
    close(late);
    pump(env);
    done(env);
}

/* One that is under way when somebody begins to ask is not known from its start. */
static void a_frame_under_way_is_not_known(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    const struct cs_frame frame = frame_of("123#1122334455667788");
    int fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    assert_int_equal(cs_bus_submit(env->bus, a, &frame, 0), 0);
    run(env, MS / 20);
    fd = hearing(env);
    run(env, MS);
    expect_frame(fd);
    assert_string_equal(got.acks, "");
    close(fd);
    pump(env);
    done(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_text),
        cmocka_unit_test(a_frame_names_who_heard_it),
        cmocka_unit_test(only_while_somebody_asks),
        cmocka_unit_test(it_is_known_of_the_past),
        cmocka_unit_test(a_frame_under_way_is_not_known),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
