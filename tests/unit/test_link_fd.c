/* SPDX-License-Identifier: MIT */
/* CAN FD, bit timing and versions of the link: what HELLO wishes, what WELCOME grants, what clients
 * and hosts of version 1.0 make of it. */
#include "tests/unit/test_link.h"

#include "simcore/wire.h"

static void the_bus_says_what_it_is(void **state)
{
    struct link_env *env = env_create_fd();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_bus buses[2];

    (void)state;
    assert_int_equal(cs_client_buses(a, buses, 2), 2);
    assert_true(buses[0].fd);
    assert_int_equal(buses[0].data_bitrate_bps, 2000000);
    assert_false(buses[1].fd);
    assert_int_equal(buses[1].data_bitrate_bps, 0);
    assert_int_equal(cs_client_data_bitrate_bps(a), 2000000);
    assert_int_equal(cs_client_fd_mode(a), CS_FD_ISO);
    assert_true(cs_client_sends_fd(a));
    assert_int_equal(cs_client_host_minor(a), CS_PROTO_MINOR);
    assert_int_equal(cs_bit_timing_bitrate(&cs_client_timing(a)->data), 2000000);
    cs_client_close(a);
    env_destroy(env);
}

static void fd_frames_go_both_ways(void **state)
{
    struct link_env *env = env_create_fd();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_frame frame = frame_of("123##1");
    struct cs_client_event event;

    (void)state;
    frame.dlc = 15;
    frame.len = 64;
    for (unsigned i = 0; i < 64; i++)
        frame.data[i] = (uint8_t)(i * 5);
    assert_int_equal(cs_client_send(a, &frame, 1), 0);
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(b, CS_CLIENT_RX, &event));
    assert_true(cs_frame_equal(&event.frame, &frame));
    assert_int_equal(event.frame.flags, CS_FRAME_FD | CS_FRAME_BRS);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_OK);
    send_text(b, "456#11", 2); /* classic ones as before */
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(a, CS_CLIENT_RX, &event));
    assert_int_equal(event.frame.flags, 0);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void a_classic_controller_on_an_fd_bus(void **state)
{
    struct link_env *env = env_create_fd();
    struct cs_client *a = join_with(env, (struct cs_client_options){.fd = CS_FD_CLASSIC});
    struct cs_node_status status;
    const struct cs_frame frame = frame_of("123##011");
    struct cs_proto_msg msg, hello = bare_hello("bare");
    const int fd = bare_connect(env);

    (void)state;
    assert_int_equal(cs_client_fd_mode(a), CS_FD_CLASSIC);
    assert_false(cs_client_sends_fd(a));
    assert_int_equal(cs_client_send(a, &frame, 0), -EOPNOTSUPP);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.fd, CS_FD_CLASSIC);
    hello.fd = CS_FD_TOLERANT;
    bare_put(fd, &hello);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_WELCOME);
    assert_int_equal(msg.fd, CS_FD_TOLERANT);
    assert_int_equal(msg.features, 0);
    msg = bare_send_msg("123##011", 0);
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_GOODBYE);
    assert_string_equal(msg.text, "SEND: this controller sends no CAN FD frames");
    close(fd);
    cs_client_close(a);
    env_destroy(env);
}

/* ---- bit timing ------------------------------------------------------------------------------ */

static void timing_and_delay_reach_the_controller(void **state)
{
    struct link_env *env = env_create();
    struct cs_timing timing;
    char why[160] = "";
    struct cs_client *a;
    struct cs_node_status status;

    (void)state;
    assert_int_equal(cs_client_fill_timing(&timing, 500000, 800, 0, 0, why, sizeof(why)), 0);
    timing.drift_ppb = 100000;
    a = join_with(env, (struct cs_client_options){.timing = &timing, .delay_ps = 250000});
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_true(cs_timing_equal(&status.timing, &timing));
    assert_int_equal(status.delay_ps, 250000);
    assert_true(cs_timing_equal(cs_client_timing(a), &timing));

    assert_int_equal(cs_client_fill_timing(&timing, 250000, 0, 0, 0, why, sizeof(why)), 0);
    assert_int_equal(cs_client_set_timing(a, &timing), 0);
    pump(env);
    run(env, MS);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.bitrate_bps, 250000);
    assert_int_equal(cs_client_set_timing(a, NULL), 0); /* the bus's */
    pump(env);
    run(env, MS);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.bitrate_bps, 500000);
    timing.nominal.sjw = 0;
    assert_int_equal(cs_client_set_timing(a, &timing), -EINVAL);
    assert_int_equal(cs_client_fill_timing(&timing, 2000000, 0, 0, 0, why, sizeof(why)), -EINVAL);
    assert_string_equal(why, "the nominal bit rate must be 10000..1000000 bit/s, got 2000000");
    cs_client_close(a);
    env_destroy(env);
}

/* At 250k on a bus of 500k nothing comes through: the receiver sees errors, as on a real bus. */
static void another_bit_rate_destroys_frames(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client *slow = join_with(
        env, (struct cs_client_options){.bitrate_bps = 250000, .want = CS_CLIENT_WANT_ERRORS});
    struct cs_client_event event;

    (void)state;
    send_text(a, "123#0011223344556677", 1);
    pump(env);
    run(env, 100 * MS);
    assert_true(next_of(slow, CS_CLIENT_ERROR, &event));
    assert_false(event.tx);
    assert_true(next_of(b, CS_CLIENT_ERROR, &event));
    cs_client_close(a);
    cs_client_close(b);
    cs_client_close(slow);
    env_destroy(env);
}

static void reset_drops_and_clears(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;
    struct cs_node_status status;

    (void)state;
    send_text(a, "123#", 1);
    pump(env);
    run(env, 10 * MS); /* nobody acknowledges */
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.tec, 128);
    assert_int_equal(cs_client_reset(a), 0);
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_RESET);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.tec, 0);
    cs_client_close(a);
    env_destroy(env);
}

/* ---- where an error was ---------------------------------------------------------------------- */

static void errors_tell_field_and_index(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;

    (void)state;
    send_text(a, "123#", 1);
    pump(env);
    run(env, MS);
    assert_true(next_of(a, CS_CLIENT_ERROR, &event));
    assert_int_equal(event.error, CS_ERROR_ACK);
    assert_int_equal(event.field, CS_FIELD_ACK);
    assert_int_equal(event.index, 0);
    assert_int_equal(event.level, 1);
    assert_false(event.stuff);
    cs_client_close(a);
    env_destroy(env);
}

static void arbitration_tells_place_and_partner(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;

    (void)state;
    send_text(a, "100#", 1);
    send_text(b, "140#", 1); /* differs in ID.6, which is index 4 */
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(b, CS_CLIENT_ARB_LOST, &event));
    assert_int_equal(event.field, CS_FIELD_ID);
    assert_int_equal(event.index, 4);
    assert_false(event.stuff);
    assert_int_equal(event.peer, cs_client_node(a));
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

/* ---- version 1.0 ----------------------------------------------------------------------------- */

/* HELLO as 1.0 has it: without the fields behind the filters. */
static int old_join(struct link_env *env, struct cs_proto_msg *welcome)
{
    const struct cs_proto_msg hello = bare_hello("old");
    uint8_t bytes[CS_PROTO_MAX_BYTES];
    const int fd = bare_connect(env);
    const size_t len = 164;

    cs_proto_encode(&hello, bytes);
    bytes[0] = (uint8_t)len;
    bytes[1] = 0;
    bytes[14] = 0;
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
    pump(env);
    assert_int_equal(bare_get(fd, welcome, NULL), CS_PROTO_WELCOME);
    return fd;
}

static void an_old_client_gets_fd_frames_and_old_results(void **state)
{
    struct link_env *env = env_create_fd();
    struct cs_client *a = join_as(env, "a");
    struct cs_proto_msg msg;
    const int fd = old_join(env, &msg);

    (void)state;
    assert_int_equal(msg.features, CS_PROTO_FEATURE_FD);
    assert_int_equal(msg.fd, CS_FD_ISO);
    send_text(a, "123##100112233445566778899AABB", 1);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_RX);
    assert_int_equal(msg.frame.len, 12);
    msg = bare_send_msg("321#", 7);
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(cs_bus_reset(env->bus, 1), 0);
    run(env, 10 * MS);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_TX_DONE);
    assert_int_equal(msg.result, CS_TX_ABORTED); /* 1.0 knows no reset */
    close(fd);
    cs_client_close(a);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bus_says_what_it_is),
        cmocka_unit_test(fd_frames_go_both_ways),
        cmocka_unit_test(a_classic_controller_on_an_fd_bus),
        cmocka_unit_test(timing_and_delay_reach_the_controller),
        cmocka_unit_test(another_bit_rate_destroys_frames),
        cmocka_unit_test(reset_drops_and_clears),
        cmocka_unit_test(errors_tell_field_and_index),
        cmocka_unit_test(arbitration_tells_place_and_partner),
        cmocka_unit_test(an_old_client_gets_fd_frames_and_old_results),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
