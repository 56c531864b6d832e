/* SPDX-License-Identifier: MIT */
/* Who begins to watch is told of what has just happened. */
#include "tests/unit/test_link_monitor.h"

#define KEPT 4096u

/* The next message, where the socket does not hold all of them at once; 0: there is none. */
static unsigned get_piecemeal(struct link_env *env, int fd)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];

    for (int i = 0; i < 3; i++) {
        const ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_PEEK);

        if (n >= 4 && n >= (bytes[0] | bytes[1] << 8))
            return bare_get(fd, &got, NULL);
        pump(env);
    }
    return 0;
}

/* The snapshot's EVENTs one after the other: false with the LOOKED that ends it. */
static bool next_past(struct link_env *env, int fd)
{
    do
        assert_true(get_piecemeal(env, fd) != 0);
    while (got.type != CS_PROTO_EVENT && got.type != CS_PROTO_LOOKED);
    if (got.type == CS_PROTO_EVENT)
        assert_int_equal(got.past, 1);
    return got.type == CS_PROTO_EVENT;
}

static void past_and_present_have_no_gap_and_nothing_twice(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    uint64_t seq;
    unsigned n = 0;
    int fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    send_from(env, a, "123#1122");
    fd = monitor(env, ALL_KINDS);
    send_from(env, a, "124#3344");
    for (seq = 0; next_past(env, fd); seq = got.seq, n++)
        assert_int_equal(got.seq, n == 0 ? 0 : seq + 1);
    assert_true(n > 5);
    for (n = 0; bare_get(fd, &got, NULL) != 0; seq = got.seq, n++) {
        assert_int_equal(got.type, CS_PROTO_EVENT);
        assert_int_equal(got.past, 0);
        assert_int_equal(got.seq, seq + 1);
    }
    assert_true(n > 3);
    close(fd);
    pump(env);
    done(env);
}

static void only_kinds_that_are_wanted_come_and_with_their_frames(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    int fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    send_from(env, a, "123#1122");
    send_from(env, a, "1ABCDEF0#");
    fd = monitor(env, UINT64_C(1) << CS_EV_FRAME);
    assert_true(next_past(env, fd));
    assert_int_equal(got.kind, CS_EV_FRAME);
    assert_int_equal(got.has_frame, 1);
    assert_int_equal(got.frame.id, 0x123);
    assert_int_equal(got.frame.data[1], 0x22);
    assert_string_equal(got.name, "a");
    assert_true(next_past(env, fd));
    assert_int_equal(got.frame.id, 0x1ABCDEF0);
    assert_false(next_past(env, fd));
    close(fd);
    pump(env);
    done(env);
}

static void so_many_are_kept_and_the_latest(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    uint64_t first, n = 0;
    int fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    for (unsigned i = 0; i < 1500; i++)
        send_from(env, a, "123#1122");
    fd = monitor(env, ALL_KINDS);
    assert_true(next_past(env, fd));
    for (first = got.seq; next_past(env, fd); n++)
        assert_int_equal(got.seq, first + n + 1);
    assert_int_equal(n + 1, KEPT);
    assert_true(first > 0);
    close(fd);
    pump(env);
    done(env);
}

/* An index is used again: events before that are another node's. */
static void nodes_that_left_have_their_names(void **state)
{
    static const char *const names[] = {"first", "second", "third"};
    struct link_env *env = watched();
    int fd;

    (void)state;
    attach(env, "b");
    for (int i = 0; i < 3; i++) {
        const int node = attach(env, names[i]);

        run(env, MS);
        send_from(env, node, "123#");
        cs_bus_detach(env->bus, node);
    }
    fd = monitor(env, UINT64_C(1) << CS_EV_FRAME);
    for (int i = 0; i < 3; i++) {
        assert_true(next_past(env, fd));
        assert_string_equal(got.name, names[i]);
    }
    assert_false(next_past(env, fd));
    close(fd);
    pump(env);
    done(env);
}

static void texts_are_bounded(void **state)
{
    static char text[2000];
    struct link_env *env = watched();
    unsigned empty = 0, whole = 0;
    int first = 0;
    int fd;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (unsigned i = 0; i < 500; i++) {
        text[0] = (char)('a' + i % 26);
        cs_sim_publish(env->sim, &(struct cs_event){.kind = CS_EV_NOTE, .text = text});
    }
    fd = monitor(env, UINT64_C(1) << CS_EV_NOTE);
    while (next_past(env, fd)) {
        empty += got.spec[0] == '\0';
        if (got.spec[0] == '\0')
            continue;
        assert_true(whole == 0 || got.spec[0] - 'a' == (first + (int)whole) % 26);
        first = whole == 0 ? got.spec[0] - 'a' : first;
        assert_int_equal(strlen(got.spec), sizeof(text) - 1);
        whole++;
    }
    assert_int_equal(empty + whole, 500);
    assert_in_range(whole, 120, 132); /* 256 KiB */
    close(fd);
    pump(env);
    done(env);
}

static void what_decoders_said_is_kept(void **state)
{
    struct link_env *env = watched();
    struct cs_link_host with;
    char why[256];
    int a, fd, status;

    (void)state;
    cs_link_server_destroy(env->server);
    with = env_host(env);
    with.decodes = true;
    env->server = cs_link_server_create(&with, env->address, &status, why, sizeof(why));
    a = attach(env, "a");
    attach(env, "b");
    run(env, MS);
    send_from(env, a, "222#");
    cs_link_server_say(env->server, 1, cs_sim_now_ps(env->sim), 3, "a heartbeat is missing");
    send_from(env, a, "333#");
    fd = monitor(env, UINT64_C(1) << CS_EV_FRAME | UINT64_C(1) << CS_EV_NOTE);
    assert_true(next_past(env, fd));
    assert_string_equal(got.spec, "id 222");
    assert_int_equal(got.severity, 3);
    assert_true(next_past(env, fd));
    assert_string_equal(got.spec, "a heartbeat is missing");
    assert_int_equal(got.severity, 4);
    assert_int_equal(got.bus_index, 1);
    assert_true(next_past(env, fd));
    assert_int_equal(got.severity, 0);
    assert_false(next_past(env, fd));
    close(fd);
    pump(env);
    done(env);
}

static void older_monitors_are_told_of_the_present_alone(void **state)
{
    struct link_env *env = watched();
    struct cs_proto_msg msg = monitor_msg(ALL_KINDS);
    const int a = attach(env, "a"), fd = bare_connect(env);

    (void)state;
    attach(env, "b");
    run(env, MS);
    send_from(env, a, "123#");
    msg.minor = 2;
    bare_put(fd, &msg);
    pump(env);
    expect(fd, CS_PROTO_WATCHING);
    while (bare_get(fd, &got, NULL) != 0)
        assert_true(got.type < CS_PROTO_DECODER && got.type != CS_PROTO_EVENT);
    send_from(env, a, "124#");
    expect(fd, CS_PROTO_EVENT);
    assert_int_equal(got.past, 0);
    close(fd);
    pump(env);
    done(env);
}

/* It gets what fits, and is told of the rest. */
static void who_does_not_read_its_snapshot_loses_the_rest(void **state)
{
    static char text[2047];
    struct link_env *env = watched();
    unsigned type, n = 0;
    uint64_t lost = 0;
    int fd;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (unsigned i = 0; i < KEPT; i++)
        cs_sim_publish(env->sim, &(struct cs_event){.kind = CS_EV_NOTE, .text = text});
    fd = monitor(env, ALL_KINDS);
    for (unsigned i = 0; i < 2 * KEPT; i++)
        cs_sim_publish(env->sim, &(struct cs_event){.kind = CS_EV_NOTE, .text = text});
    while ((type = get_piecemeal(env, fd)) != 0) {
        n += type != CS_PROTO_LOST;
        lost += type == CS_PROTO_LOST ? got.count : 0;
    }
    assert_true(lost > 0);
    assert_int_equal(n + lost, 3 * KEPT + 5); /* WATCHING, INFO, two buses, LOOKED */
    close(fd);
    pump(env);
    done(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(past_and_present_have_no_gap_and_nothing_twice),
        cmocka_unit_test(only_kinds_that_are_wanted_come_and_with_their_frames),
        cmocka_unit_test(so_many_are_kept_and_the_latest),
        cmocka_unit_test(nodes_that_left_have_their_names),
        cmocka_unit_test(texts_are_bounded),
        cmocka_unit_test(what_decoders_said_is_kept),
        cmocka_unit_test(older_monitors_are_told_of_the_present_alone),
        cmocka_unit_test(who_does_not_read_its_snapshot_loses_the_rest),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
