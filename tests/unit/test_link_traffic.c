/* SPDX-License-Identifier: MIT */
/* Frames, confirmations, errors, credits and losses over the link. */
#include "tests/unit/test_link.h"

static void frame_goes_from_one_to_the_other(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;
    const struct cs_frame frame = frame_of("123#DEADBEEF");

    (void)state;
    send_text(a, "123#DEADBEEF", 77);
    pump(env);
    assert_true(env->syncs > 0 && env->kicks > 0);
    run(env, 10 * MS);
    assert_int_equal(cs_client_next(b, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_RX);
    assert_true(cs_frame_equal(&event.frame, &frame));
    assert_int_equal(event.from, cs_client_node(a));
    assert_false(event.own);
    assert_true(event.at_ps > event.start_ps);
    assert_int_equal(cs_client_next(b, &event), 0);
    assert_int_equal(cs_client_next(a, &event), 1);
    assert_int_equal(event.kind, CS_CLIENT_TX_DONE);
    assert_int_equal(event.cookie, 77);
    assert_int_equal(event.result, CS_TX_OK);
    assert_int_equal(event.attempts, 1);
    assert_int_equal(cs_client_next(a, &event), 0);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void loopback_frames_are_marked(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_with(
        env, (struct cs_client_options){.mode = CS_MODE_LOOPBACK, .want = CS_CLIENT_WANT_RX});
    struct cs_client_event event;

    (void)state;
    send_text(a, "5A1#11", 1);
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(a, CS_CLIENT_RX, &event));
    assert_true(event.own);
    cs_client_close(a);
    env_destroy(env);
}

static void filters_select_and_can_be_changed(void **state)
{
    const struct cs_filter only_100 = {.id = 0x100, .id_mask = 0x7FF};
    const struct cs_filter only_200 = {.id = 0x200, .id_mask = 0x7FF};
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client *b = join_with(
        env, (struct cs_client_options){
                 .name = "b", .want = CS_CLIENT_WANT_RX, .filters = &only_100, .n_filters = 1});
    struct cs_client_event event;

    (void)state;
    send_text(a, "100#", 1);
    send_text(a, "200#", 2);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(cs_client_next(b, &event), 1);
    assert_int_equal(event.frame.id, 0x100);
    assert_int_equal(cs_client_next(b, &event), 0);
    assert_int_equal(cs_client_set_filters(b, &only_200, 1), 0);
    pump(env);
    send_text(a, "100#", 3);
    send_text(a, "200#", 4);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(cs_client_next(b, &event), 1);
    assert_int_equal(event.frame.id, 0x200);
    assert_int_equal(cs_client_next(b, &event), 0);
    assert_int_equal(cs_client_set_filters(b, NULL, 1), -EINVAL);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void no_frames_for_who_wants_none(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client *b = join_with(env, (struct cs_client_options){.name = "b"});
    struct cs_client_event event;

    (void)state;
    send_text(a, "100#", 1);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(cs_client_next(b, &event), 0);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event)); /* it acknowledges all the same */
    assert_int_equal(event.result, CS_TX_OK);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void credits_are_the_queue(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a =
        join_with(env, (struct cs_client_options){.name = "a", .tx_queue_len = 3});
    struct cs_client *b = join_as(env, "b");
    const struct cs_frame frame = frame_of("001#");
    struct cs_client_event event;

    (void)state;
    assert_int_equal(cs_client_credits(a), 3);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(cs_client_send(a, &frame, i), 0);
    assert_int_equal(cs_client_credits(a), 0);
    assert_int_equal(cs_client_send(a, &frame, 3), -EAGAIN);
    pump(env);
    assert_int_equal(cs_client_next(a, &event), 0);
    run(env, 10 * MS);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(cs_client_next(a, &event), 1);
        assert_int_equal(event.kind, CS_CLIENT_TX_DONE);
        assert_int_equal(event.cookie, i);
    }
    assert_int_equal(cs_client_credits(a), 3);
    assert_int_equal(stats_of(env).protocol_errors, 0);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void sending_without_credit_breaks_the_protocol(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg = bare_hello("greedy");
    const struct cs_proto_msg send_msg = bare_send_msg("001#", 0);
    struct cs_client *b = join_as(env, "b");
    struct cs_client_event event;
    const int fd = bare_connect(env);
    unsigned done = 0;

    (void)state;
    msg.tx_queue_len = 2;
    bare_put(fd, &msg);
    for (int i = 0; i < 3; i++)
        bare_put(fd, &send_msg);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_WELCOME);
    assert_int_equal(msg.credits, 2);
    while (bare_get(fd, &msg, NULL) == CS_PROTO_TX_DONE)
        done++;
    assert_int_equal(done, 2); /* given up: the controller leaves at once */
    assert_int_equal(msg.type, CS_PROTO_GOODBYE);
    assert_int_equal(msg.code, CS_PROTO_CODE_PROTOCOL);
    assert_string_equal(msg.text, "SEND: without a credit; each TX_DONE gives one back");
    assert_int_equal(stats_of(env).protocol_errors, 1);
    assert_int_equal(cs_client_next(b, &event), 0); /* nobody else notices */
    assert_int_equal(stats_of(env).clients, 1);
    close(fd);
    cs_client_close(b);
    env_destroy(env);
}

/* A client that never reads its confirmations does not get their credits back either. */
static void unread_confirmations_hold_their_credits(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg;
    const struct cs_proto_msg ping = {.type = CS_PROTO_PING};
    const struct cs_proto_msg send_msg = bare_send_msg("001#", 0);
    struct cs_client *b = join_as(env, "b");
    int fd, one = 1;
    unsigned sent = 0;

    (void)state;
    fd = bare_join(env, "deaf", &msg);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof(one));
    while (stats_of(env).lost == 0) { /* fill the socket and the host's buffer with PONG */
        bare_put(fd, &ping);
        ev_run(env->loop, EVRUN_NOWAIT);
    }
    pump(env);
    while (stats_of(env).protocol_errors == 0 && sent < 10 * CS_TX_QUEUE_DFLT) {
        bare_put(fd, &send_msg);
        sent++;
        pump(env);
        run(env, MS);
    }
    assert_int_equal(sent, CS_TX_QUEUE_DFLT + 1);
    close(fd);
    pump(env);
    cs_client_close(b);
    env_destroy(env);
}

static void lone_node_sees_its_errors(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;
    unsigned errors = 0;
    bool passive = false;

    (void)state;
    send_text(a, "123#", 5);
    pump(env);
    run(env, 20 * MS);
    while (cs_client_next(a, &event)) {
        errors += event.kind == CS_CLIENT_ERROR;
        if (event.kind == CS_CLIENT_ERROR) {
            assert_int_equal(event.error, CS_ERROR_ACK);
            assert_true(event.tx);
        }
        assert_true(event.kind == CS_CLIENT_ERROR || event.kind == CS_CLIENT_STATE);
        if (event.kind == CS_CLIENT_STATE && event.state == CS_STATE_ERROR_PASSIVE)
            passive = true;
    }
    assert_true(passive);
    assert_true(errors > 16);
    assert_int_equal(cs_client_abort(a, 5), 0);
    pump(env);
    run(env, 20 * MS);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_ABORTED);
    assert_true(event.attempts > 16);
    cs_client_close(a);
    env_destroy(env);
}

static void arbitration_is_told(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b"), *c = join_as(env, "c");
    struct cs_client_event event;

    (void)state;
    send_text(a, "100#", 1);
    send_text(b, "101#", 2);
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(b, CS_CLIENT_ARB_LOST, &event));
    assert_int_equal(event.cookie, 2);
    /* SOF, then 0x100 = 001 0000 0 and stuff bits behind 5 equal ones */
    assert_in_range(event.bit, 11, 13);
    assert_true(next_of(b, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.lost, 1);
    assert_int_equal(event.attempts, 2);
    cs_client_close(a);
    cs_client_close(b);
    cs_client_close(c);
    env_destroy(env);
}

static bool reaches(struct cs_client *client, enum cs_node_state state)
{
    struct cs_client_event event;

    while (next_of(client, CS_CLIENT_STATE, &event))
        if (event.state == state)
            return true;
    return false;
}

static void bus_off_is_confirmed_and_left_on_request(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;

    (void)state;
    run(env, MS);
    assert_int_equal(cs_bus_set_counters(env->bus, cs_client_node(a), 256, 0), 0);
    run(env, MS);
    assert_true(reaches(a, CS_STATE_BUS_OFF));
    send_text(a, "001#", 9);
    pump(env);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_BUS_OFF);
    assert_int_equal(event.attempts, 0);
    assert_int_equal(cs_client_credits(a), CS_TX_QUEUE_DFLT);
    assert_int_equal(cs_client_recover(a), 0);
    pump(env);
    run(env, 20 * MS);
    assert_true(reaches(a, CS_STATE_ERROR_ACTIVE));
    send_text(a, "001#", 10);
    pump(env);
    run(env, 20 * MS);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_OK);
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void bus_off_is_left_after_restart_ms(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_with(env, (struct cs_client_options){.name = "a", .restart_ms = 50});
    struct cs_node_status status;

    (void)state;
    run(env, MS);
    assert_int_equal(cs_bus_set_counters(env->bus, cs_client_node(a), 256, 0), 0);
    run(env, 40 * MS);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.state, CS_STATE_BUS_OFF);
    run(env, 40 * MS);
    assert_int_equal(cs_bus_node_status(env->bus, cs_client_node(a), &status), 0);
    assert_int_equal(status.state, CS_STATE_ERROR_ACTIVE);
    cs_client_close(a);
    env_destroy(env);
}

static void listen_only_sends_nothing(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;

    (void)state;
    assert_int_equal(cs_client_set_mode(a, CS_MODE_LISTEN_ONLY), 0);
    assert_int_equal(cs_client_set_mode(a, 16), -EINVAL);
    pump(env);
    run(env, MS);
    send_text(a, "001#", 4);
    pump(env);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_READ_ONLY);
    cs_client_close(a);
    env_destroy(env);
}

static void fd_frames_stay_outside(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    const struct cs_frame fd_frame = frame_of("123##011");
    const struct cs_frame broken = {.id = 0x800};
    struct cs_proto_msg msg = bare_send_msg("123##011", 0);
    const int fd = bare_join(env, "bare", &(struct cs_proto_msg){0});

    (void)state;
    assert_int_equal(cs_client_send(a, &fd_frame, 0), -EOPNOTSUPP);
    assert_int_equal(cs_client_send(a, &broken, 0), -EINVAL);
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_GOODBYE);
    assert_string_equal(msg.text, "SEND: this controller sends no CAN FD frames");
    close(fd);
    cs_client_close(a);
    env_destroy(env);
}

/* ---- the slow client ------------------------------------------------------------------------- */

static void slow_reader_loses_frames_and_is_told(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *fast = join_as(env, "fast"), *slow = join_as(env, "slow");
    struct cs_client_event event;
    uint64_t sent = 0, got = 0, told = 0, next = 0;

    (void)state;
    for (int turn = 0; turn < 400; turn++) {
        for (unsigned i = 0; i < 60; i++, sent++) {
            struct cs_frame frame = frame_of("100#0000000000000000");

            memcpy(frame.data, &sent, sizeof(sent));
            assert_int_equal(cs_client_send(fast, &frame, sent), 0);
        }
        pump(env);
        run(env, 20 * MS);
        while (cs_client_next(fast, &event)) {
            assert_int_equal(event.kind, CS_CLIENT_TX_DONE);
            assert_int_equal(event.result, CS_TX_OK);
        }
        assert_int_equal(cs_client_credits(fast), CS_TX_QUEUE_DFLT); /* never held back */
    }
    assert_true(stats_of(env).lost > 0);
    assert_int_equal(env->lost_begins, 1);
    assert_int_equal(env->lost_ends, 0);
    for (int i = 0; i < 100; i++) {
        while (cs_client_next(slow, &event)) {
            uint64_t number;

            if (event.kind == CS_CLIENT_LOST) {
                told += event.count;
                next += event.count;
                continue;
            }
            assert_int_equal(event.kind, CS_CLIENT_RX);
            memcpy(&number, event.frame.data, sizeof(number));
            assert_int_equal(number, next); /* the gap is where LOST says it is */
            next++;
            got++;
        }
        pump(env);
    }
    assert_int_equal(got + told, sent);
    assert_int_equal(told, stats_of(env).lost);
    assert_int_equal(env->lost_ends, 1);
    assert_int_equal(env->lost_count, told);
    cs_client_close(fast);
    cs_client_close(slow);
    env_destroy(env);
}

/* The same client's own frames: every one is confirmed, whatever else is dropped. */
static void confirmations_are_never_dropped(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *fast = join_as(env, "fast"), *slow = join_as(env, "slow");
    struct cs_client_event event;
    unsigned confirmed = 0;

    (void)state;
    while (stats_of(env).lost == 0) {
        for (unsigned i = 0; i < 60; i++)
            send_text(fast, "100#0011223344556677", i);
        pump(env);
        run(env, 20 * MS);
        while (cs_client_next(fast, &event))
            continue;
    }
    for (unsigned i = 0; i < CS_TX_QUEUE_DFLT; i++)
        send_text(slow, "200#", i);
    pump(env);
    run(env, 20 * MS);
    for (int i = 0; i < 100; i++) {
        while (cs_client_next(slow, &event))
            if (event.kind == CS_CLIENT_TX_DONE)
                assert_int_equal(event.cookie, confirmed++);
        pump(env);
    }
    assert_int_equal(confirmed, CS_TX_QUEUE_DFLT);
    cs_client_close(fast);
    cs_client_close(slow);
    env_destroy(env);
}

/* Turned away in the middle of its losses: it is still told how many there were. */
static void losses_are_told_before_goodbye(void **state)
{
    struct link_env *env = env_create();
    const struct cs_proto_msg ping = {.type = CS_PROTO_PING};
    const struct cs_proto_msg second = bare_hello("again");
    struct cs_proto_msg msg;
    const int fd = bare_join(env, "deaf", &msg);
    uint64_t asked = 0, got = 0;

    (void)state;
    for (; stats_of(env).lost < 10; asked++) {
        bare_put(fd, &ping);
        ev_run(env->loop, EVRUN_NOWAIT);
    }
    bare_put(fd, &second);
    pump(env);
    assert_int_equal(env->lost_begins, 1);
    assert_int_equal(env->lost_ends, 1);
    assert_int_equal(env->lost_count, stats_of(env).lost);
    while (bare_get(fd, &msg, NULL) == CS_PROTO_PONG) {
        got++;
        pump(env);
    }
    assert_int_equal(msg.type, CS_PROTO_LOST);
    assert_int_equal(msg.count, stats_of(env).lost);
    assert_int_equal(msg.count + got, asked);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_GOODBYE);
    close(fd);
    pump(env);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_goes_from_one_to_the_other),
        cmocka_unit_test(loopback_frames_are_marked),
        cmocka_unit_test(filters_select_and_can_be_changed),
        cmocka_unit_test(no_frames_for_who_wants_none),
        cmocka_unit_test(credits_are_the_queue),
        cmocka_unit_test(sending_without_credit_breaks_the_protocol),
        cmocka_unit_test(unread_confirmations_hold_their_credits),
        cmocka_unit_test(lone_node_sees_its_errors),
        cmocka_unit_test(arbitration_is_told),
        cmocka_unit_test(bus_off_is_confirmed_and_left_on_request),
        cmocka_unit_test(bus_off_is_left_after_restart_ms),
        cmocka_unit_test(listen_only_sends_nothing),
        cmocka_unit_test(fd_frames_stay_outside),
        cmocka_unit_test(slow_reader_loses_frames_and_is_told),
        cmocka_unit_test(confirmations_are_never_dropped),
        cmocka_unit_test(losses_are_told_before_goodbye),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
