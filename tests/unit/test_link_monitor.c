/* SPDX-License-Identifier: MIT */
/* Monitors of the link server: what they are told, what they may do, and that slow and hostile
 * ones harm nobody. */
#include "tests/unit/test_link.h"

#include "simcore/event.h"
#include "simcore/stats.h"

#define ALL_KINDS ((UINT64_C(1) << CS_EV_KIND_COUNT) - 1)
#define ROW_KINDS (UINT64_C(1) << CS_EV_FRAME | UINT64_C(1) << CS_EV_ATTACH)

/* ---- a host ---------------------------------------------------------------------------------- */

static struct {
    struct cs_link_request last;
    char text[64];
    int result, n;
    bool paused;
    unsigned devices;
} host;

static void tell_info(void *ctx, struct cs_link_info *info)
{
    (void)ctx;
    snprintf(info->title, sizeof(info->title), "a host");
    info->paused = host.paused;
    info->reason = host.paused ? "because" : NULL;
    info->speed_permille = 500;
    info->n_devices = host.devices;
}

static bool tell_device(void *ctx, unsigned index, struct cs_link_device *device)
{
    (void)ctx;
    if (index >= host.devices)
        return false;
    *device = (struct cs_link_device){.name = "card1",
                                      .kind = "card",
                                      .model = "kvaser",
                                      .driver = "kvaser_pci",
                                      .path = "/tmp/x",
                                      .plugged = true,
                                      .n_ports = 1,
                                      .bus = {"can1"},
                                      .node = {0},
                                      .lost = 3};
    return true;
}

static int control(void *ctx, const struct cs_link_request *request, char *why, size_t why_size)
{
    struct link_env *env = ctx;

    host.n++;
    host.last = *request;
    snprintf(host.text, sizeof(host.text), "%s", request->text);
    snprintf(why, why_size, "%s", host.result < 0 ? "no way" : "");
    if (request->op == CS_LINK_PAUSE) {
        host.paused = request->on;
        cs_link_server_changed(env->server);
    }
    return host.result;
}

static bool said(void *ctx, const struct cs_event *event, int *severity, char *text, size_t size)
{
    (void)ctx;
    *severity = 2;
    snprintf(text, size, "id %X", (unsigned)event->frame->id);
    return event->frame->id == 0x222;
}

static const struct cs_link_watch watch = {tell_info, tell_device, control, said};

static struct link_env *watched_as(enum cs_link_control who)
{
    struct link_env *env = env_create();

    memset(&host, 0, sizeof(host));
    cs_link_server_destroy(env->server);
    env->watch = &watch;
    env->control = who;
    env->stats = cs_stats_create(env->sim);
    assert_non_null(env->stats);
    env_serve(env);
    return env;
}

static struct link_env *watched(void)
{
    return watched_as(CS_LINK_CONTROL_LOCAL);
}

static void done(struct link_env *env)
{
    cs_stats_destroy(env->stats);
    env_destroy(env);
}

/* ---- a monitor ------------------------------------------------------------------------------- */

static struct cs_proto_msg got;

static struct cs_proto_msg monitor_msg(uint64_t kinds)
{
    return (struct cs_proto_msg){.type = CS_PROTO_MONITOR,
                                 .magic = CS_PROTO_MAGIC,
                                 .major = CS_PROTO_MAJOR,
                                 .minor = CS_PROTO_MINOR,
                                 .kinds = kinds,
                                 .name = "watcher"};
}

static int monitor(struct link_env *env, uint64_t kinds)
{
    const struct cs_proto_msg msg = monitor_msg(kinds);
    const int fd = bare_connect(env);

    bare_put(fd, &msg);
    pump(env);
    return fd;
}

/* The next message is of this type. */
static void expect(int fd, unsigned type)
{
    const unsigned is = bare_get(fd, &got, NULL);

    if (is != type)
        fail_msg("expected message 0x%02X, got 0x%02X", type, is);
}

static void skip_snapshot(int fd)
{
    expect(fd, CS_PROTO_WATCHING);
    do
        assert_true(bare_get(fd, &got, NULL) != 0);
    while (got.type != CS_PROTO_LOOKED);
}

static int attach(struct link_env *env, const char *name)
{
    const struct cs_controller_config config = {.name = name, .via = "test"};
    const int node = cs_bus_attach(env->bus, &config);

    assert_true(node >= 0);
    return node;
}

static void send_from(struct link_env *env, int node, const char *text)
{
    const struct cs_frame frame = frame_of(text);

    assert_int_equal(cs_bus_submit(env->bus, node, &frame, 0), 0);
    run(env, MS);
}

/* ---- tests ----------------------------------------------------------------------------------- */

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
    assert_int_equal(got.minor, 2);
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
    expect(fd, CS_PROTO_NODE_STATUS);
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

static void put_look(struct link_env *env, int fd, unsigned needs, uint32_t cursor,
                     int64_t since_ps)
{
    const struct cs_proto_msg look = {
        .type = CS_PROTO_LOOK, .token = 77, .needs = needs, .cursor = cursor, .since_ps = since_ps};

    bare_put(fd, &look);
    pump(env);
}

static unsigned count_until_looked(int fd, unsigned type)
{
    unsigned n = 0;

    do {
        assert_true(bare_get(fd, &got, NULL) != 0);
        assert_int_equal(got.token, 77);
        n += got.type == type;
    } while (got.type != CS_PROTO_LOOKED);
    return n;
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
        cmocka_unit_test(a_snapshot_comes_first),
        cmocka_unit_test(events_come_in_order_and_only_those_wanted),
        cmocka_unit_test(what_a_decoder_says_comes_with_the_frame),
        cmocka_unit_test(a_look_has_what_is_needed),
        cmocka_unit_test(a_long_answer_comes_in_parts),
        cmocka_unit_test(who_may_controls_the_host),
        cmocka_unit_test(others_only_watch),
        cmocka_unit_test(a_monitor_is_no_controller),
        cmocka_unit_test(a_host_without_monitors_says_so),
        cmocka_unit_test(there_are_at_most_32),
        cmocka_unit_test(who_reads_too_slowly_loses_and_is_told),
        cmocka_unit_test(who_asks_and_never_reads_is_bounded),
        cmocka_unit_test(garbage_of_monitors_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
