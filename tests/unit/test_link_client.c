/* SPDX-License-Identifier: MIT */
/* The client library against hosts that are no hosts, or bad ones. */
#include "tests/unit/test_link.h"

#include <sys/ioctl.h>

struct fake {
    char dir[64];
    char address[96];
    int listener;
    pthread_t thread;
    struct env_join join;
};

static struct fake *fake_create(void)
{
    struct fake *fake = calloc(1, sizeof(*fake));
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    snprintf(fake->dir, sizeof(fake->dir), "/tmp/cansim-test-XXXXXX");
    assert_non_null(mkdtemp(fake->dir));
    snprintf(fake->address, sizeof(fake->address), "unix:%s/s", fake->dir);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", fake->dir);
    fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fake->listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fake->listener, 1), 0);
    fake->join.options.address = fake->address;
    fake->join.options.timeout_ms = 2000;
    return fake;
}

static void fake_destroy(struct fake *fake)
{
    close(fake->listener);
    assert_int_equal(unlink(fake->address + 5), 0);
    assert_int_equal(rmdir(fake->dir), 0);
    free(fake);
}

/* Let a client connect and say HELLO; returns the host's end. */
static int fake_accept(struct fake *fake)
{
    uint8_t hello[224]; /* without filters */
    int fd;

    assert_int_equal(pthread_create(&fake->thread, NULL, env_join_thread, &fake->join), 0);
    fd = accept(fake->listener, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(recv(fd, hello, sizeof(hello), MSG_WAITALL), sizeof(hello));
    return fd;
}

static struct cs_proto_msg fake_welcome(void)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_WELCOME,
                               .magic = CS_PROTO_MAGIC,
                               .major = CS_PROTO_MAJOR,
                               .bus = "can0",
                               .name = "c",
                               .bitrate_bps = 500000,
                               .credits = 4,
                               .n_buses = 1};

    return msg;
}

/* Answer HELLO with these bytes, then close: how does joining fail? */
static void expect_failure(const void *bytes, size_t len, int result, const char *why)
{
    struct fake *fake = fake_create();
    const int fd = fake_accept(fake);

    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
    close(fd);
    pthread_join(fake->thread, NULL);
    assert_string_equal(fake->join.why, why);
    assert_int_equal(fake->join.result, result);
    assert_null(fake->join.client);
    fake_destroy(fake);
}

static void expect_failure_by(const struct cs_proto_msg *msg, int result, const char *why)
{
    uint8_t bytes[CS_PROTO_MAX_BYTES];

    expect_failure(bytes, cs_proto_encode(msg, bytes), result, why);
}

static void wrong_answers_are_understood(void **state)
{
    struct cs_proto_msg msg = fake_welcome();

    (void)state;
    expect_failure("", 0, -EPROTO, "the host closed the connection");
    expect_failure("220 smtp ready\r\n", 16, -EPROTO,
                   "the host broke the link protocol: message: length must be 8..4096, got "
                   "540029490");
    msg.magic = 1;
    expect_failure_by(&msg, -EPROTO, "the host does not speak cansim's link protocol");
    msg = fake_welcome();
    msg.major = 7;
    expect_failure_by(&msg, -EPROTO,
                      "the host speaks version 7.0 of the link protocol, this side 1.3");
    msg = fake_welcome();
    msg.type = CS_PROTO_LOST;
    expect_failure_by(&msg, -EPROTO, "the host answered with message 0x89, expected 0x81");
    msg = fake_welcome();
    msg.credits = 0;
    expect_failure_by(
        &msg, -EPROTO,
        "the host broke the link protocol: WELCOME: `credits` must be 1..4096, got 0");
    msg = (struct cs_proto_msg){
        .type = CS_PROTO_REFUSED, .code = CS_PROTO_CODE_TOO_MANY, .text = "full"};
    expect_failure_by(&msg, -ENOSPC, "full");
    msg.code = 999; /* of a younger host */
    expect_failure_by(&msg, -EPROTO, "full");
}

static void a_silent_host_times_out(void **state)
{
    struct fake *fake = fake_create();
    int fd;

    (void)state;
    fake->join.options.timeout_ms = 100;
    fd = fake_accept(fake);
    pthread_join(fake->thread, NULL);
    assert_int_equal(fake->join.result, -ETIMEDOUT);
    assert_string_equal(fake->join.why, "the host did not answer in time");
    close(fd);
    fake_destroy(fake);
}

/* Stopped hosts do not accept; once the backlog is full connecting waits as well. */
static void a_full_backlog_times_out(void **state)
{
    struct fake *fake = fake_create();
    struct link_env env = {0};
    int fds[4];

    (void)state;
    snprintf(env.address, sizeof(env.address), "%s", fake->address);
    for (int i = 0; i < 2; i++)
        fds[i] = bare_connect(&env);
    fake->join.options.timeout_ms = 100;
    env_join_thread(&fake->join);
    assert_int_equal(fake->join.result, -ETIMEDOUT);
    for (int i = 0; i < 2; i++)
        close(fds[i]);
    fake_destroy(fake);
}

/* Join a fake host that then sends `msg`: the client's connection ends with this sentence. */
static void expect_closed_by(const struct cs_proto_msg *msg, const char *text)
{
    struct fake *fake = fake_create();
    const int fd = fake_accept(fake);
    struct cs_proto_msg welcome = fake_welcome();
    struct cs_client_event event;

    bare_put(fd, &welcome);
    bare_put(fd, msg);
    pthread_join(fake->thread, NULL);
    assert_int_equal(fake->join.result, 0);
    assert_int_equal(cs_client_wait(fake->join.client, 2000), 1);
    assert_int_equal(cs_client_next(fake->join.client, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_CLOSED);
    assert_string_equal(event.text, text);
    assert_int_equal(cs_client_next(fake->join.client, &event), 0);
    assert_int_equal(cs_client_abort(fake->join.client, 0), -ENETDOWN);
    cs_client_close(fake->join.client);
    close(fd);
    fake_destroy(fake);
}

static void bad_hosts_are_left(void **state)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_TX_DONE};

    (void)state;
    expect_closed_by(&msg, "the host broke the link protocol: a confirmation too many");
    msg = fake_welcome();
    expect_closed_by(&msg, "the host broke the link protocol: a second answer to HELLO");
    msg = (struct cs_proto_msg){.type = CS_PROTO_PING};
    expect_closed_by(&msg, "the host broke the link protocol: PING: only the client sends this");
    msg = (struct cs_proto_msg){.type = CS_PROTO_GOODBYE, .text = "enough"};
    expect_closed_by(&msg, "enough");
}

/* The host does not read: requests wait, are bounded, and leave the room of frames alone. */
static void output_is_bounded(void **state)
{
    struct fake *fake = fake_create();
    const int fd = fake_accept(fake);
    struct cs_proto_msg welcome = fake_welcome();
    const struct cs_frame frame = frame_of("123#1122334455667788");
    unsigned requests = 0;
    struct cs_client *client;

    (void)state;
    bare_put(fd, &welcome);
    pthread_join(fake->thread, NULL);
    client = fake->join.client;
    while (cs_client_abort(client, requests) == 0)
        requests++;
    assert_int_equal(cs_client_abort(client, 0), -EAGAIN);
    assert_true(cs_client_wants_write(client));
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(cs_client_send(client, &frame, i), 0);
    assert_int_equal(cs_client_send(client, &frame, 4), -EAGAIN);
    for (unsigned i = 0; i < requests; i++) { /* now it reads */
        uint8_t bytes[16];

        assert_int_equal(cs_client_wait(client, 0), 0);
        assert_int_equal(recv(fd, bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
        assert_int_equal(bytes[4], CS_PROTO_ABORT);
        assert_int_equal(bytes[8] | (unsigned)bytes[9] << 8, i & 0xFFFF);
    }
    assert_int_equal(cs_client_wait(client, 0), 0);
    assert_false(cs_client_wants_write(client));
    cs_client_close(client);
    close(fd);
    fake_destroy(fake);
}

/* A host that never stops: one call reads so much of what is no event, and the rest waits. */
static void no_call_reads_for_ever(void **state)
{
    const struct cs_proto_msg pong = {.type = CS_PROTO_PONG};
    const struct cs_proto_msg welcome = fake_welcome();
    struct fake *fake = fake_create();
    const int fd = fake_accept(fake);
    static uint8_t bytes[1000 * 24];
    struct cs_client_event event;
    unsigned calls = 0;
    size_t len = 0;
    int waiting;

    (void)state;
    bare_put(fd, &welcome);
    pthread_join(fake->thread, NULL);
    while (len < sizeof(bytes)) {
        uint8_t one[CS_PROTO_MAX_BYTES];
        const size_t n = cs_proto_encode(&pong, one);

        assert_int_equal(n, 24);
        memcpy(bytes + len, one, n);
        len += n;
    }
    for (int i = 0; i < 6; i++) /* more than one read, less than the socket holds */
        assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT), len);
    do {
        assert_int_equal(cs_client_next(fake->join.client, &event), 0);
        assert_int_equal(ioctl(cs_client_fd(fake->join.client), FIONREAD, &waiting), 0);
        calls++;
    } while (waiting > 0);
    assert_true(calls > 1);
    close(fd);
    assert_int_equal(cs_client_wait(fake->join.client, 2000), 1);
    assert_int_equal(cs_client_next(fake->join.client, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_CLOSED);
    cs_client_close(fake->join.client);
    fake_destroy(fake);
}

/* A host of version 1.0 is not asked for what it does not know, and its messages lack the ends. */
static void an_old_host_is_understood(void **state)
{
    struct cs_proto_msg msg = fake_welcome();
    struct fake *fake = fake_create();
    const int fd = fake_accept(fake);
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    struct cs_client_event event;
    struct cs_client *client;

    (void)state;
    msg.minor = 0;
    cs_proto_encode(&msg, bytes);
    bytes[0] = (uint8_t)(180 + 72);
    bytes[1] = 0;
    bytes[178] = 72; /* bytes of an entry */
    assert_int_equal(send(fd, bytes, 180 + 72, MSG_NOSIGNAL), 180 + 72);
    pthread_join(fake->thread, NULL);
    assert_string_equal(fake->join.why, "");
    client = fake->join.client;
    assert_int_equal(cs_client_host_minor(client), 0);
    assert_int_equal(cs_client_fd_mode(client), CS_FD_CLASSIC);
    assert_int_equal(cs_client_set_timing(client, NULL), -EOPNOTSUPP);
    assert_int_equal(cs_client_reset(client), -EOPNOTSUPP);
    assert_int_equal(cs_client_fault_arm(client, "flip", 1), -EOPNOTSUPP);
    assert_int_equal(cs_client_fault_clear(client, 0, 1), -EOPNOTSUPP);
    assert_int_equal(cs_client_fault_list(client, 1), -EOPNOTSUPP);
    assert_int_equal(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT), -1);

    msg = (struct cs_proto_msg){.type = CS_PROTO_ARB_LOST, .bit = 5};
    cs_proto_encode(&msg, bytes);
    bytes[0] = 32;
    assert_int_equal(send(fd, bytes, 32, MSG_NOSIGNAL), 32);
    assert_int_equal(cs_client_wait(client, 2000), 1);
    assert_int_equal(cs_client_next(client, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_ARB_LOST);
    assert_int_equal(event.peer, CS_NO_NODE);
    assert_int_equal(event.field, 0);
    cs_client_close(client);
    close(fd);
    fake_destroy(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_answers_are_understood),
        cmocka_unit_test(a_silent_host_times_out),
        cmocka_unit_test(a_full_backlog_times_out),
        cmocka_unit_test(bad_hosts_are_left),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(no_call_reads_for_ever),
        cmocka_unit_test(an_old_host_is_understood),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
