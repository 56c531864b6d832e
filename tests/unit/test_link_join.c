/* SPDX-License-Identifier: MIT */
/* Joining, being refused, breaking the protocol, leaving, and the end of the host. */
#include "tests/unit/test_link.h"

/* ---- joining --------------------------------------------------------------------------------- */

static void welcome_tells_what_was_granted(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a, *b;
    struct cs_client_bus buses[CS_CLIENT_MAX_BUSES];
    struct cs_node_status status;
    struct timespec now;
    int64_t off_ns;

    (void)state;
    run(env, 1500 * MS);
    a = join_with(env, (struct cs_client_options){.bus = "can1",
                                                  .name = "a b\xC3\xA9\"/c@x:1",
                                                  .bitrate_bps = 250000,
                                                  .mode = CS_MODE_ONE_SHOT,
                                                  .tx_queue_len = 7,
                                                  .fifo = true});
    b = join_with(env, (struct cs_client_options){.bus = "can1",
                                                  .name = "a_b___"
                                                          "__c@x:1"});
    assert_string_equal(cs_client_bus(a), "can1");
    assert_string_equal(cs_client_name(a), "a_b____c@x:1");
    assert_int_equal(cs_client_bitrate_bps(a), 250000);
    assert_int_equal(cs_client_credits(a), 7);
    assert_int_equal(cs_client_credits(b), CS_TX_QUEUE_DFLT);
    assert_int_equal(cs_client_buses(a, buses, 16), 2);
    assert_string_equal(buses[0].name, "can0");
    assert_int_equal(buses[1].bitrate_bps, 250000);
    clock_gettime(CLOCK_REALTIME, &now);
    off_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec - cs_client_epoch_ns(a);
    assert_in_range(off_ns, 1500000000, 4000000000);
    assert_int_equal(cs_bus_node_status(cs_sim_bus(env->sim, 1), cs_client_node(a), &status), 0);
    assert_int_equal(status.mode, CS_MODE_ONE_SHOT);
    assert_int_equal(status.queue_len, 7);
    assert_string_equal(status.via, "link");
    assert_int_equal(stats_of(env).clients, 2);
    assert_int_equal(stats_of(env).accepted, 2);
    cs_client_close(a);
    cs_client_close(b);
    pump(env);
    assert_int_equal(stats_of(env).clients, 0);
    env_destroy(env);
}

static void names_are_made_unique(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "ecu"), *b = join_as(env, "ecu"), *c = join_as(env, "");
    struct cs_client *d = join_with(env, (struct cs_client_options){0});
    char expected[64];

    (void)state;
    assert_string_equal(cs_client_name(a), "ecu");
    assert_string_equal(cs_client_name(b), "ecu-2");
    assert_string_equal(cs_client_name(c), "client");
    snprintf(expected, sizeof(expected), "%s-%d", program_invocation_short_name, (int)getpid());
    assert_string_equal(cs_client_name(d), expected);
    cs_client_close(a);
    cs_client_close(b);
    cs_client_close(c);
    cs_client_close(d);
    env_destroy(env);
}

static void refusals_say_why(void **state)
{
    static const struct cs_timing no_timing;
    static const struct {
        struct cs_client_options options;
        int result;
        const char *why;
    } cases[] = {
        {{.bus = "can7"}, -ENODEV, "no bus \"can7\"; there is can0, can1"},
        {{.bitrate_bps = 9999},
         -EINVAL,
         "a bit rate must be 10000..1000000 bit/s, the client asked for 9999 bit/s"},
        {{.fd = CS_FD_COUNT}, -EINVAL, "fd must be one of enum cs_fd"},
        {{.delay_ps = -1}, -EINVAL, "delay_ps must be 0..100000000"},
        {{.timing = &no_timing}, -EINVAL, "the nominal bit must have 3..1024 time quanta, got 1"},
        {{.mode = 16}, -EINVAL, "mode must be a combination of enum cs_mode"},
        {{.n_filters = 65}, -EINVAL, "there must be 0..64 filters"},
        {{.address = "nonsense"},
         -EINVAL,
         "link address: expected unix:/path, /path or tcp:HOST:PORT, got \"nonsense\""},
        {{.address = "unix:/nonexistent/dir/s"},
         -ENOENT,
         "unix:/nonexistent/dir/s: no cansim host serves this address"},
    };
    struct link_env *env = env_create();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct env_join join = {.options = cases[i].options};

        env_try_join(env, &join);
        assert_int_equal(join.result, cases[i].result);
        assert_string_equal(join.why, cases[i].why);
        assert_null(join.client);
    }
    assert_int_equal(stats_of(env).refused, 2);
    assert_int_equal(stats_of(env).protocol_errors, 0);
    env_destroy(env);
}

static void a_full_bus_refuses(void **state)
{
    struct link_env *env = env_create();
    const struct cs_controller_config config = {.name = "n"};
    struct env_join join = {.options = {.name = "late"}};

    (void)state;
    for (int i = 0; i < CS_BUS_MAX_NODES; i++)
        assert_int_equal(cs_bus_attach(env->bus, &config), i);
    env_try_join(env, &join);
    assert_int_equal(join.result, -ENOSPC);
    assert_string_equal(join.why, "bus can0 has 256 controllers already");
    env_destroy(env);
}

static void topology_needs_no_joining(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg = {
        .type = CS_PROTO_LIST, .magic = CS_PROTO_MAGIC, .major = CS_PROTO_MAJOR};
    const int fd = bare_connect(env);

    (void)state;
    for (int i = 0; i < 2; i++) {
        bare_put(fd, &msg);
        pump(env);
        assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_BUSES);
        assert_int_equal(msg.n_buses, 2);
        assert_string_equal(msg.buses[1].name, "can1");
        assert_int_equal(msg.buses[1].bitrate_bps, 250000);
        msg.type = CS_PROTO_LIST;
    }
    msg = bare_hello("and then joins");
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_WELCOME);
    close(fd);
    env_destroy(env);
}

struct env_topology {
    const char *address;
    struct cs_client_bus buses[CS_CLIENT_MAX_BUSES];
    char why[256];
    int result;
    int done;
};

static void *topology_thread(void *ctx)
{
    struct env_topology *t = ctx;

    t->result =
        cs_client_topology(t->address, t->buses, CS_CLIENT_MAX_BUSES, t->why, sizeof(t->why));
    __atomic_store_n(&t->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void the_library_asks_for_the_topology(void **state)
{
    struct link_env *env = env_create();
    struct env_topology topology = {.address = env->address};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, topology_thread, &topology), 0);
    while (!__atomic_load_n(&topology.done, __ATOMIC_ACQUIRE)) {
        ev_run(env->loop, EVRUN_NOWAIT);
        poll(NULL, 0, 1);
    }
    pthread_join(thread, NULL);
    assert_int_equal(topology.result, 2);
    assert_string_equal(topology.buses[0].name, "can0");
    assert_int_equal(topology.buses[0].bitrate_bps, 500000);
    assert_int_equal(stats_of(env).refused, 0);
    env_destroy(env);
}

/* ---- breaking the protocol ------------------------------------------------------------------- */

static void expect_farewell(struct link_env *env, int fd, uint16_t type, uint16_t code,
                            const char *text)
{
    struct cs_proto_msg msg;
    bool closed;

    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), type);
    assert_int_equal(msg.code, code);
    assert_string_equal(msg.text, text);
    assert_int_equal(bare_get(fd, &msg, &closed), 0);
    assert_true(closed);
    close(fd);
    pump(env);
}

static void other_versions_are_refused(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg = bare_hello("future");
    int fd = bare_connect(env);

    (void)state;
    msg.major = 2;
    msg.minor = 9;
    bare_put(fd, &msg);
    expect_farewell(env, fd, CS_PROTO_REFUSED, CS_PROTO_CODE_VERSION,
                    "the client speaks version 2.9 of the link protocol, this side 1.3");
    msg.major = 1; /* a younger minor version of ours is fine */
    fd = bare_connect(env);
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_WELCOME);
    assert_int_equal(msg.minor, CS_PROTO_MINOR);
    close(fd);
    env_destroy(env);
}

static void strangers_are_told(void **state)
{
    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct link_env *env = env_create();
    struct cs_client *other = join_as(env, "other");
    struct cs_client_event event;
    struct cs_proto_msg msg = bare_hello("x");
    int fd = bare_connect(env);

    (void)state;
    assert_int_equal(send(fd, http, strlen(http), 0), strlen(http));
    expect_farewell(env, fd, CS_PROTO_REFUSED, CS_PROTO_CODE_PROTOCOL,
                    "message: length must be 8..4096, got 542393671");
    fd = bare_connect(env);
    msg.magic = 7;
    bare_put(fd, &msg);
    expect_farewell(env, fd, CS_PROTO_REFUSED, CS_PROTO_CODE_PROTOCOL,
                    "the client does not speak cansim's link protocol");
    fd = bare_connect(env);
    msg = bare_send_msg("123#", 1);
    bare_put(fd, &msg);
    expect_farewell(env, fd, CS_PROTO_REFUSED, CS_PROTO_CODE_PROTOCOL, "SEND: only after HELLO");
    fd = bare_join(env, "x", &msg);
    msg = bare_hello("x");
    bare_put(fd, &msg);
    expect_farewell(env, fd, CS_PROTO_GOODBYE, CS_PROTO_CODE_PROTOCOL, "HELLO: a second one");
    assert_int_equal(stats_of(env).protocol_errors, 4);
    assert_int_equal(stats_of(env).clients, 1);
    assert_int_equal(cs_client_next(other, &event), 0);
    cs_client_close(other);
    env_destroy(env);
}

static void unknown_messages_are_skipped_only_where_they_say_so(void **state)
{
    uint8_t unknown[12] = {12, 0, 0, 0, 0x55, 0, CS_PROTO_IGNORABLE, 0};
    struct link_env *env = env_create();
    struct cs_proto_msg msg;
    const struct cs_proto_msg ping = {.type = CS_PROTO_PING, .token = 99};
    const int fd = bare_join(env, "x", &msg);

    (void)state;
    assert_int_equal(send(fd, unknown, sizeof(unknown), 0), sizeof(unknown));
    bare_put(fd, &ping);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_PONG);
    assert_int_equal(msg.token, 99);
    unknown[6] = 0;
    assert_int_equal(send(fd, unknown, sizeof(unknown), 0), sizeof(unknown));
    expect_farewell(env, fd, CS_PROTO_GOODBYE, CS_PROTO_CODE_PROTOCOL,
                    "message: unknown type 0x55");
    env_destroy(env);
}

/* Valid messages with bytes changed, cut and put together at random, on many connections. */
static void garbage_hurts_nobody(void **state)
{
    const char *given = getenv("CANSIM_TEST_SEED");
    const unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 20240607u;
    struct link_env *env = env_create();
    struct cs_client *other = join_as(env, "other");
    struct cs_client_event event;

    (void)state;
    print_message("# CANSIM_TEST_SEED=%u replays\n", seed);
    srandom(seed);
    for (int round = 0; round < 400; round++) {
        const struct cs_proto_msg hello = bare_hello("garbage");
        const int fd = bare_connect(env);
        uint8_t bytes[8 * CS_PROTO_MAX_BYTES];
        size_t len = cs_proto_encode(&hello, bytes);

        for (int i = 0; i < 6; i++) {
            struct cs_proto_msg msg = bare_send_msg("123#1122", (uint64_t)i);

            msg.type = (uint16_t)(1 + random() % 9);
            msg.mode = (uint8_t)(random() % 16);
            len += cs_proto_encode(&msg, bytes + len);
        }
        for (long flips = random() % 4; flips > 0; flips--)
            bytes[(size_t)random() % len] = (uint8_t)random();
        len -= (size_t)random() % 20;
        assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
        pump(env);
        if (random() % 2)
            run(env, 3 * MS);
        close(fd);
        pump(env);
        while (cs_client_next(other, &event))
            assert_int_not_equal(event.kind, CS_CLIENT_CLOSED);
    }
    run(env, 2 * CS_PS_PER_S);
    assert_int_equal(stats_of(env).clients, 1);
    assert_int_equal(cs_bus_node_limit(env->bus), 1); /* all controllers have left */
    assert_true(stats_of(env).protocol_errors > 50);
    cs_client_close(other);
    env_destroy(env);
}

static void too_many_connections_are_refused(void **state)
{
    struct link_env *env = env_create();
    int fds[257];
    struct cs_proto_msg msg;

    (void)state;
    for (int i = 0; i < 256; i++) {
        fds[i] = bare_connect(env);
        pump(env);
    }
    fds[256] = bare_connect(env);
    expect_farewell(env, fds[256], CS_PROTO_REFUSED, CS_PROTO_CODE_TOO_MANY,
                    "the host has 256 connections already");
    close(fds[0]);
    pump(env);
    fds[0] = bare_join(env, "now", &msg);
    for (int i = 0; i < 256; i++)
        close(fds[i]);
    pump(env);
    env_destroy(env);
}

static void who_says_nothing_is_sent_away(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg;
    const int quiet = bare_connect(env), joined = bare_join(env, "joined", &msg);
    bool closed;

    (void)state;
    for (int i = 0; i < 70 && bare_get(quiet, &msg, NULL) == 0; i++) {
        pump(env);
        poll(NULL, 0, 100);
    }
    assert_int_equal(msg.type, CS_PROTO_REFUSED);
    assert_int_equal(msg.code, CS_PROTO_CODE_TIMEOUT);
    assert_string_equal(msg.text, "no HELLO within 5 s");
    /* It does not close either: the host does, a second later. */
    poll(NULL, 0, 1100);
    pump(env);
    assert_int_equal(send(quiet, "x", 1, MSG_NOSIGNAL), -1);
    assert_int_equal(bare_get(joined, &msg, &closed), 0);
    assert_false(closed);
    close(quiet);
    close(joined);
    env_destroy(env);
}

/* ---- leaving --------------------------------------------------------------------------------- */

static unsigned count_rx(struct cs_client *client)
{
    struct cs_client_event event;
    unsigned n = 0;

    while (next_of(client, CS_CLIENT_RX, &event))
        n++;
    return n;
}

/* Sent and gone before the host has read a byte of it: everything reaches the bus. */
static void frames_of_a_killed_client_get_out(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *b = join_as(env, "b");
    struct cs_proto_msg msg;
    const int fd = bare_join(env, "a", &msg);

    (void)state;
    for (unsigned i = 0; i < CS_TX_QUEUE_DFLT; i++) {
        msg = bare_send_msg("123#55", i);
        bare_put(fd, &msg);
    }
    close(fd);
    pump(env);
    assert_int_equal(stats_of(env).clients, 1);
    assert_int_equal(cs_bus_node_limit(env->bus), 2); /* lingers */
    run(env, 100 * MS);
    assert_int_equal(count_rx(b), CS_TX_QUEUE_DFLT);
    assert_int_equal(cs_bus_node_limit(env->bus), 1);
    cs_client_close(b);
    env_destroy(env);
}

/* The socket still holds frames that nobody will read: the host's next write fails. */
static void unread_input_of_the_client_changes_nothing(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *b = join_as(env, "b");
    struct cs_proto_msg msg;
    const int fd = bare_join(env, "a", &msg);

    (void)state;
    send_text(b, "100#", 1);
    pump(env);
    run(env, MS);
    for (unsigned i = 0; i < 3; i++) {
        msg = bare_send_msg("123#55", i);
        bare_put(fd, &msg);
    }
    send_text(b, "101#", 2);
    pump(env);
    for (unsigned i = 0; i < 5; i++) {
        msg = bare_send_msg("123#66", i);
        bare_put(fd, &msg);
    }
    close(fd);
    run(env, 100 * MS);
    run(env, 100 * MS);
    assert_int_equal(count_rx(b), 8);
    cs_client_close(b);
    env_destroy(env);
}

static void goodbye_lets_the_queue_drain(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        send_text(a, "123#55", i);
    cs_client_close(a);
    pump(env);
    run(env, 100 * MS);
    assert_int_equal(count_rx(b), 10);
    assert_int_equal(cs_bus_find_node(env->bus, "a"), -ENOENT);
    cs_client_close(b);
    env_destroy(env);
}

static void lingering_ends_after_a_second_of_bus_time(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");

    (void)state;
    run(env, 500 * MS);
    send_text(a, "123#55", 1); /* nobody acknowledges */
    cs_client_close(a);
    pump(env);
    run(env, 999 * MS);
    assert_int_equal(cs_bus_find_node(env->bus, "a"), 0);
    run(env, 2 * MS);
    assert_int_equal(cs_bus_find_node(env->bus, "a"), -ENOENT);
    env_destroy(env);
}

static void an_idle_client_leaves_at_once(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");

    (void)state;
    cs_client_close(a);
    pump(env);
    assert_int_equal(cs_bus_find_node(env->bus, "a"), -ENOENT);
    env_destroy(env);
}

static void the_host_says_goodbye(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;
    const struct cs_frame frame = frame_of("001#");

    (void)state;
    send_text(a, "100#11", 8);
    pump(env);
    cs_sim_run_until(env->sim, 100 * US); /* in the middle of the frame */
    cs_link_server_destroy(env->server);
    env->server = NULL;
    assert_int_equal(cs_client_wait(b, 0), 1);
    assert_int_equal(cs_client_next(b, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_CLOSED);
    assert_string_equal(event.text, "the host ends");
    assert_int_equal(cs_client_next(b, &event), 0);
    assert_int_equal(cs_client_send(b, &frame, 0), -ENETDOWN);
    assert_int_equal(cs_client_credits(b), 0);
    assert_int_equal(cs_client_wait(b, 0), -ENETDOWN);
    assert_true(next_of(a, CS_CLIENT_CLOSED, &event));
    cs_sim_run_until(env->sim, 2 * MS); /* the frame ends, its controller leaves */
    assert_int_equal(cs_bus_node_limit(env->bus), 0);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void the_end_comes_in_any_order(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_proto_msg msg;
    const int fd = bare_join(env, "b", &msg), fresh = bare_connect(env);

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        msg = bare_send_msg("123#55", i);
        bare_put(fd, &msg);
    }
    close(fd); /* lingers */
    send_text(a, "100#11", 8);
    pump(env);
    cs_sim_run_until(env->sim, 100 * US);
    env_destroy(env); /* while a frame is on the wire and one client has not said hello */
    close(fresh);
    cs_client_close(a);
}

static void a_vanished_host_is_noticed(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    close(fds[1]);
    assert_int_equal(cs_client_wait(a, 20), 0);
    assert_int_equal(dup2(fds[0], cs_client_fd(a)), cs_client_fd(a)); /* as if it had died */
    close(fds[0]);
    assert_int_equal(cs_client_next(a, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_CLOSED);
    assert_string_equal(event.text, "the host closed the connection");
    cs_client_close(a);
    pump(env);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(welcome_tells_what_was_granted),
        cmocka_unit_test(names_are_made_unique),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(a_full_bus_refuses),
        cmocka_unit_test(topology_needs_no_joining),
        cmocka_unit_test(the_library_asks_for_the_topology),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(strangers_are_told),
        cmocka_unit_test(unknown_messages_are_skipped_only_where_they_say_so),
        cmocka_unit_test(garbage_hurts_nobody),
        cmocka_unit_test(too_many_connections_are_refused),
        cmocka_unit_test(who_says_nothing_is_sent_away),
        cmocka_unit_test(frames_of_a_killed_client_get_out),
        cmocka_unit_test(unread_input_of_the_client_changes_nothing),
        cmocka_unit_test(goodbye_lets_the_queue_drain),
        cmocka_unit_test(lingering_ends_after_a_second_of_bus_time),
        cmocka_unit_test(an_idle_client_leaves_at_once),
        cmocka_unit_test(the_host_says_goodbye),
        cmocka_unit_test(the_end_comes_in_any_order),
        cmocka_unit_test(a_vanished_host_is_noticed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
