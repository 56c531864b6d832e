/* SPDX-License-Identifier: MIT */
/* Monitors of the link server: what they are told and what they may do. */
#include "tests/unit/test_link_monitor.h"

static void a_snapshot_comes_first(void **state)
{
    struct link_env *env = watched();
    char why[256];
    struct cs_fault_spec spec;
    int fd;

    (void)state;
    attach(env, "a");
    attach(env, "b");
    assert_int_equal(cs_fault_parse("no-ack node=b", &spec, why, sizeof(why)), 0);
    assert_true(cs_fault_arm(env->bus, &spec, why, sizeof(why)) > 0);
    run(env, MS);
    fd = monitor(env, ALL_KINDS);
    expect(fd, CS_PROTO_WATCHING);
    assert_int_equal(got.minor, CS_PROTO_MINOR);
    assert_int_equal(got.control, 1);
    assert_string_equal(got.text, "");
    assert_int_equal(got.at_ps, MS);
    expect(fd, CS_PROTO_INFO);
    assert_string_equal(got.title, "a host");
    assert_int_equal(got.speed_permille, 500);
    assert_int_equal(got.n_buses, 2);
    expect(fd, CS_PROTO_BUS_STATUS);
    assert_string_equal(got.bus, "can0");
    assert_int_equal(got.bitrate_bps, 500000);
    expect(fd, CS_PROTO_BUS_STATUS);
    assert_string_equal(got.bus, "can1");
    do
        assert_true(bare_get(fd, &got, NULL) != 0);
    while (got.type == CS_PROTO_EVENT && got.past);
    assert_int_equal(got.type, CS_PROTO_NODE_STATUS);
    assert_string_equal(got.name, "a");
    assert_string_equal(got.via, "test");
    expect(fd, CS_PROTO_NODE_STATUS);
    assert_string_equal(got.name, "b");
    expect(fd, CS_PROTO_FAULT_ENTRY);
    assert_string_equal(got.spec, "no-ack node=b");
    assert_int_equal(got.bus_index, 0);
    expect(fd, CS_PROTO_LOOKED);
    assert_int_equal(got.cursor, 0);
    assert_int_equal(bare_get(fd, &got, NULL), 0);
    assert_int_equal(stats_of(env).monitors, 1);
    assert_int_equal(stats_of(env).clients, 0); /* it is none */
    close(fd);
    pump(env);
    assert_int_equal(stats_of(env).monitors, 0);
    done(env);
}

static void events_come_in_order_and_only_those_wanted(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a"), all = monitor(env, ALL_KINDS), some = monitor(env, ROW_KINDS);
    uint64_t seq;

    (void)state;
    attach(env, "b");
    run(env, MS);
    skip_snapshot(all);
    skip_snapshot(some);
    send_from(env, a, "123#1122");
    expect(some, CS_PROTO_EVENT);
    assert_int_equal(got.kind, CS_EV_ATTACH);
    assert_string_equal(got.name, "b");
    expect(some, CS_PROTO_EVENT);
    assert_int_equal(got.kind, CS_EV_FRAME);
    assert_int_equal(got.has_frame, 1);
    assert_int_equal(got.frame.id, 0x123);
    assert_int_equal(got.node, a);
    assert_true(got.n_bits > 50);
    assert_int_equal(got.severity, 0);
    assert_int_equal(bare_get(some, &got, NULL), 0);
    expect(all, CS_PROTO_EVENT);
    for (seq = got.seq; bare_get(all, &got, NULL) != 0; seq = got.seq)
        assert_int_equal(got.seq, seq + 1);
    assert_true(seq > 3);
    close(all);
    close(some);
    pump(env);
    done(env);
}

static void what_a_decoder_says_comes_with_the_frame(void **state)
{
    struct link_env *env = watched();
    int a, fd;

    (void)state;
    cs_link_server_destroy(env->server);
    struct cs_link_host with = env_host(env);
    char why[256];
    int status;
    with.decodes = true;
    env->server = cs_link_server_create(&with, env->address, &status, why, sizeof(why));
    a = attach(env, "a");
    attach(env, "b");
    run(env, MS);
    fd = monitor(env, UINT64_C(1) << CS_EV_FRAME | UINT64_C(1) << CS_EV_NOTE);
    skip_snapshot(fd);
    send_from(env, a, "111#");
    send_from(env, a, "222#");
    cs_link_server_say(env->server, 1, 5, 3, "a heartbeat is missing");
    pump(env);
    expect(fd, CS_PROTO_EVENT);
    assert_int_equal(got.severity, 0);
    assert_string_equal(got.spec, "");
    expect(fd, CS_PROTO_EVENT);
    assert_int_equal(got.severity, 3);
    assert_string_equal(got.spec, "id 222");
    expect(fd, CS_PROTO_EVENT);
    assert_int_equal(got.kind, CS_EV_NOTE);
    assert_int_equal(got.bus_index, 1);
    assert_int_equal(got.severity, 4);
    close(fd);
    pump(env);
    done(env);
}

static void a_look_has_what_is_needed(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    int fd;

    (void)state;
    attach(env, "b");
    host.devices = 1;
    run(env, MS);
    send_from(env, a, "100#");
    send_from(env, a, "200#");
    fd = monitor(env, 0);
    skip_snapshot(fd);
    put_look(env, fd, CS_PROTO_NEEDS_IDS, 0, -1);
    assert_int_equal(count_until_looked(fd, CS_PROTO_ID_STATUS), 2);
    put_look(env, fd, CS_PROTO_NEEDS_IDS, 0, 2 * MS);
    assert_int_equal(count_until_looked(fd, CS_PROTO_ID_STATUS), 1);
    put_look(env, fd, CS_PROTO_NEEDS_DEVICES | 0xFFFF0000, 0, -1);
    expect(fd, CS_PROTO_INFO);
    expect(fd, CS_PROTO_BUS_STATUS);
    assert_int_equal(got.frames, 2);
    expect(fd, CS_PROTO_BUS_STATUS);
    expect(fd, CS_PROTO_DEVICE_STATUS);
    assert_string_equal(got.model, "kvaser");
    assert_string_equal(got.port[0].bus, "can1");
    assert_int_equal(got.port[0].on, 0); /* there is no node 0 on can1 */
    assert_int_equal(got.n_lost, 3);
    expect(fd, CS_PROTO_LOOKED);
    put_look(env, fd, 0, UINT32_MAX, -1); /* from nowhere */
    assert_int_equal(count_until_looked(fd, CS_PROTO_INFO), 0);
    assert_int_equal(got.cursor, 0);
    close(fd);
    pump(env);
    done(env);
}

static void a_long_answer_comes_in_parts(void **state)
{
    struct link_env *env = watched();
    const int a = attach(env, "a");
    unsigned n = 0;
    int fd;

    (void)state;
    attach(env, "b");
    run(env, MS);
    for (unsigned id = 0; id < 1200; id++) {
        char text[16];
        snprintf(text, sizeof(text), "%03X#", id);
        send_from(env, a, text);
    }
    fd = monitor(env, 0);
    skip_snapshot(fd);
    got.cursor = 0;
    for (int part = 0; part < 3; part++) {
        put_look(env, fd, CS_PROTO_NEEDS_IDS, got.cursor, -1);
        n += count_until_looked(fd, CS_PROTO_ID_STATUS);
        assert_int_equal(got.cursor != 0, part < 2);
    }
    assert_int_equal(n, 1200);
    close(fd);
    pump(env);
    done(env);
}

static void put_op(struct link_env *env, int fd, unsigned op, const char *text)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_CONTROL,
                               .token = 5,
                               .op = (uint8_t)op,
                               .bus_index = 1,
                               .fault = 9,
                               .value = 250};

    msg.frame = frame_of("321#AA");
    snprintf(msg.spec, sizeof(msg.spec), "%s", text);
    bare_put(fd, &msg);
    pump(env);
}

static void who_may_controls_the_host(void **state)
{
    struct link_env *env = watched();
    const int fd = monitor(env, 0), other = monitor(env, 0);

    (void)state;
    skip_snapshot(fd);
    skip_snapshot(other);
    put_op(env, fd, CS_PROTO_OP_PAUSE, "");
    assert_true(host.paused);
    expect(fd, CS_PROTO_INFO);
    assert_int_equal(got.paused, 1);
    assert_string_equal(got.reason, "because");
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.code, CS_PROTO_CONTROL_DONE);
    assert_int_equal(got.token, 5);
    expect(other, CS_PROTO_INFO); /* everybody sees it */
    assert_int_equal(got.paused, 1);
    assert_int_equal(bare_get(other, &got, NULL), 0);
    host.result = 12;
    put_op(env, fd, CS_PROTO_OP_ARM, "no-ack node=b");
    assert_int_equal(host.last.op, CS_LINK_ARM);
    assert_int_equal(host.last.bus, 1);
    assert_string_equal(host.text, "no-ack node=b");
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.fault, 12);
    host.result = -ENOENT;
    put_op(env, fd, CS_PROTO_OP_CLEAR, "");
    assert_int_equal(host.last.fault, 9);
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.code, CS_PROTO_CONTROL_UNKNOWN);
    assert_string_equal(got.spec, "no way");
    host.result = -EIO;
    put_op(env, fd, CS_PROTO_OP_SAVE, "x.json");
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.code, CS_PROTO_CONTROL_FAILED);
    put_op(env, fd, 200, ""); /* of a younger version */
    expect(fd, CS_PROTO_CONTROLLED);
    assert_int_equal(got.code, CS_PROTO_CONTROL_CANNOT);
    assert_int_equal(host.n, 4);
    close(fd);
    close(other);
    pump(env);
    done(env);
}

static void others_only_watch(void **state)
{
    struct link_env *env = watched_as(CS_LINK_CONTROL_NONE);
    const struct cs_proto_msg arm = {.type = CS_PROTO_FAULT_ARM,
                                     .magic = CS_PROTO_MAGIC,
                                     .major = CS_PROTO_MAJOR,
                                     .minor = CS_PROTO_MINOR,
                                     .spec = "flip field=crc"};
    const int fd = monitor(env, 0);

    (void)state;
    expect(fd, CS_PROTO_WATCHING);
    assert_int_equal(got.control, 0);
    assert_string_equal(got.text, "the host lets nobody change anything (--control none)");
    while (bare_get(fd, &got, NULL) != CS_PROTO_LOOKED)
        ;
    for (unsigned op = 0; op < CS_PROTO_OP_COUNT; op++) {
        put_op(env, fd, op, "");
        expect(fd, CS_PROTO_CONTROLLED);
        assert_int_equal(got.code, CS_PROTO_CONTROL_DENIED);
        assert_string_equal(got.spec, "the host lets nobody change anything (--control none)");
    }
    assert_int_equal(host.n, 0);
    bare_put(fd, &arm); /* nor by way of the messages that are older */
    pump(env);
    expect(fd, CS_PROTO_FAULT_STATUS);
    assert_int_equal(got.code, CS_PROTO_FAULT_DENIED);
    close(fd);
    pump(env);
    done(env);
}

static void a_monitor_is_no_controller(void **state)
{
    struct link_env *env = watched();
    const struct cs_proto_msg hello = bare_hello("x"), send = bare_send_msg("123#", 1),
                              again = monitor_msg(0),
                              look = {.type = CS_PROTO_LOOK, .since_ps = -1};
    static const char *const why[] = {"HELLO: not from a monitor", "SEND: not from a monitor",
                                      "MONITOR: a second one"};
    const struct cs_proto_msg *const wrong[] = {&hello, &send, &again};
    int fd;

    (void)state;
    for (int i = 0; i < 3; i++) {
        fd = monitor(env, 0);
        skip_snapshot(fd);
        bare_put(fd, wrong[i]);
        pump(env);
        expect(fd, CS_PROTO_GOODBYE);
        assert_int_equal(got.code, CS_PROTO_CODE_PROTOCOL);
        assert_string_equal(got.text, why[i]);
        close(fd);
    }
    fd = bare_connect(env);
    bare_put(fd, &look);
    pump(env);
    expect(fd, CS_PROTO_REFUSED);
    assert_string_equal(got.text, "LOOK: only after MONITOR");
    close(fd);
    pump(env);
    assert_int_equal(stats_of(env).monitors, 0);
    done(env);
}

static void a_host_without_monitors_says_so(void **state)
{
    struct link_env *env = env_create();
    const int fd = monitor(env, 0);

    (void)state;
    expect(fd, CS_PROTO_REFUSED);
    assert_string_equal(got.text, "this host has nothing for monitors");
    close(fd);
    pump(env);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_comes_first),
        cmocka_unit_test(events_come_in_order_and_only_those_wanted),
        cmocka_unit_test(what_a_decoder_says_comes_with_the_frame),
        cmocka_unit_test(a_look_has_what_is_needed),
        cmocka_unit_test(a_long_answer_comes_in_parts),
        cmocka_unit_test(who_may_controls_the_host),
        cmocka_unit_test(others_only_watch),
        cmocka_unit_test(a_monitor_is_no_controller),
        cmocka_unit_test(a_host_without_monitors_says_so),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
