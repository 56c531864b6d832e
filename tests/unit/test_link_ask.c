/* SPDX-License-Identifier: MIT */
/* What monitors of version 1.3 may ask of a host: actions, slots, questions, the scenario, edges.
 */
#include "tests/unit/test_link_monitor.h"

static struct cs_proto_msg control_msg(unsigned op)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_CONTROL, .token = 5, .op = (uint8_t)op};

    msg.frame = frame_of("000#");
    return msg;
}

static void put(struct link_env *env, int fd, const struct cs_proto_msg *msg)
{
    bare_put(fd, msg);
    pump(env);
}

static void expect_done(int fd, unsigned code)
{
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.token, 5);
    assert_int_equal(got.code, code);
}

static void each_operation_reaches_the_host(void **state)
{
    static const struct {
        unsigned wire;
        enum cs_link_op op;
    } ops[] = {
        {CS_PROTO_OP_RESET, CS_LINK_RESET},       {CS_PROTO_OP_RECOVER, CS_LINK_RECOVER},
        {CS_PROTO_OP_MODE, CS_LINK_MODE},         {CS_PROTO_OP_STEP_BIT, CS_LINK_STEP_BIT},
        {CS_PROTO_OP_SEND_NOW, CS_LINK_SEND_NOW}, {CS_PROTO_OP_RERUN, CS_LINK_RERUN},
    };
    struct link_env *env = watched();
    const int other = monitor(env, 0), fd = monitor(env, 0);

    (void)state;
    skip_snapshot(fd);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        struct cs_proto_msg msg = control_msg(ops[i].wire);

        msg.bus_index = 1;
        msg.node = 7;
        msg.mode = 4;
        msg.value = 63;
        put(env, fd, &msg);
        expect_done(fd, CS_PROTO_CONTROL_DONE);
        assert_int_equal(host.last.op, ops[i].op);
        assert_int_equal(host.last.who, 2); /* the second monitor */
        assert_int_equal(host.last.bus, 1);
        assert_int_equal(host.last.node, 7);
        assert_int_equal(host.last.mode, 4);
        assert_int_equal(host.last.slot, 63);
    }
    host.result = -EALREADY;
    put(env, fd, &(struct cs_proto_msg){.type = CS_PROTO_CONTROL, .token = 5, .op = 12});
    expect_done(fd, CS_PROTO_CONTROL_ALREADY);
    assert_string_equal(got.spec, "no way");
    close(other);
    close(fd);
    pump(env);
    done(env);
}

/* A client of 1.2 ends the message before the node. */
static void an_older_control_means_what_it_meant(void **state)
{
    struct link_env *env = watched();
    const struct cs_proto_msg msg = control_msg(CS_PROTO_OP_PAUSE);
    const int fd = monitor(env, 0);
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    size_t len = cs_proto_encode(&msg, bytes) - 4;

    (void)state;
    skip_snapshot(fd);
    bytes[0] = (uint8_t)len;
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
    pump(env);
    expect(fd, CS_PROTO_INFO);
    expect_done(fd, CS_PROTO_CONTROL_DONE);
    assert_int_equal(host.last.node, 0);
    close(fd);
    pump(env);
    done(env);
}

static struct cs_proto_msg sender_msg(void)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_SENDER,
                               .token = 5,
                               .slot = 9,
                               .bus_index = 1,
                               .active = 1,
                               .running = 1,
                               .counts = 1,
                               .bounces = 1,
                               .sender_period_ps = MS,
                               .gap_ps = 3,
                               .burst = 4,
                               .counter_byte = 1,
                               .counter_bits = 8,
                               .counter_low = 2,
                               .counter_high = 200,
                               .counter_step = -3,
                               .counter_first = 50};

    msg.frame = frame_of("321#AABB");
    return msg;
}

static void a_slot_is_told_whole(void **state)
{
    struct link_env *env = watched();
    struct cs_proto_msg msg = sender_msg();
    const int fd = monitor(env, 0);

    (void)state;
    skip_snapshot(fd);
    put(env, fd, &msg);
    expect_done(fd, CS_PROTO_CONTROL_DONE);
    assert_int_equal(host.last.op, CS_LINK_SENDER);
    assert_int_equal(host.last.slot, 9);
    assert_true(host.last.on);
    assert_int_equal(host.sender.bus, 1);
    assert_int_equal(host.sender.frame.id, 0x321);
    assert_int_equal(host.sender.period_ps, MS);
    assert_int_equal(host.sender.burst, 4);
    assert_int_equal(host.sender.gap_ps, 3);
    assert_true(host.sender.counts && host.sender.counter.bounces);
    assert_int_equal(host.sender.counter.byte, 1);
    assert_int_equal(host.sender.counter.bits, 8);
    assert_int_equal(host.sender.counter.low, 2);
    assert_int_equal(host.sender.counter.high, 200);
    assert_int_equal(host.sender.counter.step, -3);
    assert_int_equal(host.sender.counter.first, 50);
    msg.active = 0;
    put(env, fd, &msg);
    expect_done(fd, CS_PROTO_CONTROL_DONE);
    assert_null(host.last.sender);
    close(fd);
    pump(env);
    assert_int_equal(host.left, 1);
    assert_int_equal(host.n_left, 1);
    done(env);
    assert_int_equal(host.n_left, 1);
}

static void who_only_watches_changes_nothing(void **state)
{
    struct link_env *env = watched_as(CS_LINK_CONTROL_NONE);
    const struct cs_proto_msg msgs[] = {
        control_msg(CS_PROTO_OP_RESET),
        control_msg(CS_PROTO_OP_STEP_BIT),
        control_msg(CS_PROTO_OP_RERUN),
        sender_msg(),
        {.type = CS_PROTO_ASK, .token = 5, .name = "canopen", .option = "read 5 1000"}};
    const int fd = monitor(env, 0);

    (void)state;
    skip_snapshot(fd);
    for (size_t i = 0; i < sizeof(msgs) / sizeof(msgs[0]); i++) {
        put(env, fd, &msgs[i]);
        expect_done(fd, CS_PROTO_CONTROL_DENIED);
        assert_string_equal(got.spec, "the host lets nobody change anything (--control none)");
    }
    assert_int_equal(host.n, 0);
    close(fd);
    pump(env);
    done(env);
}

static void only_monitors_ask(void **state)
{
    struct link_env *env = watched();
    const struct cs_proto_msg msgs[] = {sender_msg(), {.type = CS_PROTO_ASK, .token = 5}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const int fd = bare_connect(env);

        put(env, fd, &msgs[i]);
        expect(fd, CS_PROTO_REFUSED);
        assert_non_null(strstr(got.text, "only after MONITOR"));
        close(fd);
        pump(env);
    }
    done(env);
}

static void answers_go_to_who_asked(void **state)
{
    struct link_env *env = watched();
    const struct cs_proto_msg ask = {.type = CS_PROTO_ASK,
                                     .token = 5,
                                     .bus_index = 1,
                                     .name = "canopen",
                                     .option = "read 5 1000"};
    const int a = monitor(env, 0), b = monitor(env, 0);

    (void)state;
    skip_snapshot(a);
    skip_snapshot(b);
    put(env, b, &ask);
    expect_done(b, CS_PROTO_CONTROL_DONE);
    assert_string_equal(host.text, "read 5 1000");
    assert_string_equal(host.decoder, "canopen");
    assert_int_equal(host.last.token, 5);
    cs_link_server_answer(env->server, host.last.who, host.last.token, 2, "it is 7");
    cs_link_server_answer(env->server, 99, 1, 2, "nobody");
    pump(env);
    expect(b, CS_PROTO_ANSWER);
    assert_int_equal(got.token, 5);
    assert_int_equal(got.severity, 2);
    assert_string_equal(got.option, "it is 7");
    assert_int_equal(bare_get(a, &got, NULL), 0);
    assert_int_equal(bare_get(b, &got, NULL), 0);
    close(a);
    close(b);
    pump(env);
    done(env);
}

static void slots_and_decoders_are_looked_at(void **state)
{
    struct link_env *env = watched();
    const int a = monitor(env, 0), b = monitor(env, 0);

    (void)state;
    skip_snapshot(a);
    skip_snapshot(b);
    put_look(env, a, CS_PROTO_NEEDS_SENDERS, 0, -1);
    assert_int_equal(count_until_looked(a, CS_PROTO_SENDER_STATUS), 1);
    put_look(env, b, CS_PROTO_NEEDS_SENDERS, 0, -1);
    do
        assert_true(bare_get(b, &got, NULL) != 0);
    while (got.type != CS_PROTO_SENDER_STATUS);
    assert_int_equal(got.slot, 0);
    assert_int_equal(got.last, 3);
    assert_int_equal(got.code, CS_PROTO_CONTROL_BUS_OFF);
    assert_int_equal(got.n_queued, 10);
    assert_int_equal(got.last_ps, 77);
    assert_int_equal(count_until_looked(b, CS_PROTO_SENDER_STATUS), 1);
    close(a);
    close(b);
    pump(env);
    done(env);
}

static void decoders_are_in_the_snapshot(void **state)
{
    struct link_env *env = watched();
    int fd;
    unsigned n = 0;

    (void)state;
    cs_link_server_destroy(env->server);
    host.plan.n = 3;
    env_serve(env);
    fd = monitor(env, 0);
    expect(fd, CS_PROTO_WATCHING);
    assert_true(got.run > 0);
    for (; bare_get(fd, &got, NULL) != CS_PROTO_LOOKED; n += got.type == CS_PROTO_DECODER)
        assert_true(got.type != CS_PROTO_DECODER || got.index == n / 2);
    assert_int_equal(n, 3);
    close(fd);
    pump(env);
    done(env);
}

static unsigned plan_rows(struct link_env *env, int fd, uint64_t version, unsigned *n)
{
    struct cs_proto_msg look = {.type = CS_PROTO_LOOK,
                                .token = 77,
                                .needs = CS_PROTO_NEEDS_PLAN,
                                .since_ps = -1,
                                .version = version};
    unsigned parts = 0;

    *n = 0;
    do {
        put(env, fd, &look);
        do {
            assert_true(bare_get(fd, &got, NULL) != 0);
            if (got.type == CS_PROTO_PLAN) {
                assert_int_equal(got.n_rows, host.plan.n);
                assert_string_equal(got.file, "x.json");
                assert_int_equal(parts, 0);
            }
            *n += got.type == CS_PROTO_PLAN_ROW;
        } while (got.type != CS_PROTO_LOOKED);
        assert_int_equal(got.version, host.plan.version);
        look.cursor = got.cursor;
        parts++;
    } while (look.cursor != 0);
    return parts;
}

static void only_what_changed_of_the_scenario_comes(void **state)
{
    struct link_env *env = watched();
    const int fd = monitor(env, 0);
    unsigned n;

    (void)state;
    skip_snapshot(fd);
    host.plan = (struct cs_link_plan){.file = "x.json", .version = 1, .n = 1200};
    assert_int_equal(plan_rows(env, fd, 0, &n), 3); /* bounded */
    assert_int_equal(n, 1200);
    assert_int_equal(plan_rows(env, fd, 1, &n), 1);
    assert_int_equal(n, 0);
    host.plan.version = 2;
    host.changed = 1195;
    assert_int_equal(plan_rows(env, fd, 1, &n), 1);
    assert_int_equal(n, 5);
    close(fd);
    pump(env);
    done(env);
}

/* ---- edges ----------------------------------------------------------------------------------- */

static unsigned count_edges(int fd, uint64_t *next, int *on)
{
    unsigned n = 0;
    int64_t at_ps = 0;

    while (bare_get(fd, &got, NULL) != 0) {
        if (got.type != CS_PROTO_EDGES)
            continue;
        if (got.n_edges > 0)
            assert_int_equal(got.seq, *next);
        *next = got.seq + got.n_edges;
        *on = got.active;
        for (unsigned i = 0; i < got.n_edges; i++, n++) {
            assert_true(got.edges[i].at_ps >= at_ps);
            at_ps = got.edges[i].at_ps;
        }
    }
    return n;
}

static void edges_come_while_asked_for_and_time_is_slow(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a"), fd = monitor(env, 0), other = monitor(env, 0);
    uint64_t next = 0;
    int on = -1;

    (void)state;
    attach(env, "b");
    run(env, MS);
    skip_snapshot(fd);
    skip_snapshot(other);
    put_look(env, fd, CS_PROTO_NEEDS_EDGES, 0, -1); /* at half speed */
    send_from(env, a, "123#55AA");
    assert_int_equal(count_edges(fd, &next, &on), 0);
    assert_int_equal(on, -1);
    host.paused = true;
    cs_link_server_changed(env->server);
    pump(env);
    assert_int_equal(count_edges(fd, &next, &on), 0);
    assert_int_equal(on, 1);
    send_from(env, a, "123#55AA");
    pump(env);
    assert_in_range(count_edges(fd, &next, &on), 40, 120);
    for (int i = 0; i < 20; i++) /* more than one message has room for */
        send_from(env, a, "123#55AA55AA55AA55AA");
    pump(env);
    assert_true(count_edges(fd, &next, &on) > 2 * CS_PROTO_EDGES_MAX);
    host.paused = false;
    cs_link_server_changed(env->server);
    pump(env);
    count_edges(fd, &next, &on);
    assert_int_equal(on, 0);
    host.speed_permille = 100;
    cs_link_server_changed(env->server);
    pump(env);
    count_edges(fd, &next, &on);
    assert_int_equal(on, 1);
    put_look(env, fd, 0, 0, -1); /* the window shows something else */
    count_edges(fd, &next, &on);
    send_from(env, a, "123#55AA");
    pump(env);
    assert_int_equal(count_edges(fd, &next, &on), 0);
    assert_int_equal(count_edges(other, &next, &on), 0); /* it never asked */
    close(fd);
    close(other);
    pump(env);
    done(env);
}

static void a_second_window_joins_amid_edges(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a"), first = monitor(env, 0), second = monitor(env, 0);
    uint64_t next = 0;
    int on = -1;

    (void)state;
    attach(env, "b");
    run(env, MS);
    host.paused = true;
    put_look(env, first, CS_PROTO_NEEDS_EDGES, 0, -1);
    send_from(env, a, "123#55AA");
    put_look(env, second, CS_PROTO_NEEDS_EDGES, 0, -1);
    assert_int_equal(count_edges(second, &next, &on), 0);
    assert_int_equal(on, 1);
    assert_true(next > 0); /* it knows the number of the first that is for it */
    send_from(env, a, "123#55AA");
    pump(env);
    assert_in_range(count_edges(second, &next, &on), 40, 120);
    close(first);
    pump(env);
    send_from(env, a, "123#55AA");
    pump(env);
    assert_in_range(count_edges(second, &next, &on), 40, 120); /* they go on for who is left */
    done(env); /* and while somebody wants them the host ends */
    close(second);
}

static void a_host_that_begins_anew_says_so(void **state)
{
    struct link_env *env = watched();
    const int fd = monitor(env, 0);

    (void)state;
    skip_snapshot(fd);
    cs_link_server_again(env->server);
    done(env);
    expect(fd, CS_PROTO_GOODBYE);
    assert_int_equal(got.code, CS_PROTO_CODE_AGAIN);
    assert_string_equal(got.text, "the host begins anew");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_reaches_the_host),
        cmocka_unit_test(an_older_control_means_what_it_meant),
        cmocka_unit_test(a_slot_is_told_whole),
        cmocka_unit_test(who_only_watches_changes_nothing),
        cmocka_unit_test(only_monitors_ask),
        cmocka_unit_test(answers_go_to_who_asked),
        cmocka_unit_test(slots_and_decoders_are_looked_at),
        cmocka_unit_test(decoders_are_in_the_snapshot),
        cmocka_unit_test(only_what_changed_of_the_scenario_comes),
        cmocka_unit_test(edges_come_while_asked_for_and_time_is_slow),
        cmocka_unit_test(a_second_window_joins_amid_edges),
        cmocka_unit_test(a_host_that_begins_anew_says_so),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
