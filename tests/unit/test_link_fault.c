/* SPDX-License-Identifier: MIT */
/* Faults over the link: armed, listed, watched and cleared, with and without a controller. */
#include "tests/unit/test_link.h"

#define FLIP "flip field=crc index=3 id=0x123 count=2"

static int arm(struct link_env *env, struct cs_client *client, const char *text,
               struct cs_client_event *event)
{
    assert_int_equal(cs_client_fault_arm(client, text, 42), 0);
    pump(env);
    assert_true(next_of(client, CS_CLIENT_FAULT_STATUS, event));
    assert_int_equal(event->cookie, 42);
    return event->status;
}

static void an_armed_fault_acts(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;

    (void)state;
    assert_int_equal(arm(env, a, FLIP, &event), 0);
    assert_true(event.fault > 0);
    assert_string_equal(event.text, FLIP);
    send_text(a, "123#11", 1);
    pump(env);
    run(env, 10 * MS);
    assert_true(next_of(a, CS_CLIENT_TX_DONE, &event));
    assert_int_equal(event.result, CS_TX_OK);
    assert_int_equal(event.attempts, 3); /* two were hit */
    cs_client_close(a);
    cs_client_close(b);
    env_destroy(env);
}

static void a_fault_outlives_its_client_and_is_listed(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a"), *b = join_as(env, "b");
    struct cs_client_event event;
    int first, second;

    (void)state;
    assert_int_equal(arm(env, a, "flip field=data id=0x321", &event), 0);
    first = event.fault;
    cs_client_close(a);
    pump(env);
    assert_int_equal(arm(env, b, "no-ack node=b", &event), 0);
    second = event.fault;
    assert_true(second > first);
    run(env, MS);
    assert_int_equal(cs_client_fault_list(b, 5), 0);
    pump(env);
    assert_true(next_of(b, CS_CLIENT_FAULT_ENTRY, &event));
    assert_int_equal(event.cookie, 5);
    assert_int_equal(event.fault, first);
    assert_string_equal(event.text, "flip field=data id=0x321");
    assert_int_equal(event.count, 0);
    assert_true(next_of(b, CS_CLIENT_FAULT_ENTRY, &event));
    assert_int_equal(event.fault, second);
    assert_true(event.active);
    assert_true(next_of(b, CS_CLIENT_FAULT_STATUS, &event));
    assert_int_equal(event.count, 2);
    assert_int_equal(cs_client_fault_clear(b, first, 6), 0);
    pump(env);
    assert_true(next_of(b, CS_CLIENT_FAULT_STATUS, &event));
    assert_int_equal(event.status, 0);
    assert_int_equal(event.count, 1);
    assert_int_equal(cs_client_fault_clear(b, first, 7), 0);
    pump(env);
    assert_true(next_of(b, CS_CLIENT_FAULT_STATUS, &event));
    assert_int_equal(event.status, -ENOENT);
    assert_int_equal(cs_client_fault_clear(b, 0, 8), 0);
    pump(env);
    assert_true(next_of(b, CS_CLIENT_FAULT_STATUS, &event));
    assert_int_equal(event.count, 1);
    cs_client_close(b);
    env_destroy(env);
}

static void what_cannot_be_armed_is_told(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;
    char text[CS_FAULT_TEXT_MAX + 1];

    (void)state;
    assert_int_equal(arm(env, a, "flop field=crc", &event), -EINVAL);
    assert_int_equal(event.fault, 0);
    assert_non_null(strstr(event.text, "flop"));
    assert_int_equal(arm(env, a, "no-ack node=nobody", &event), -ENOENT);
    assert_non_null(strstr(event.text, "nobody"));
    assert_int_equal(arm(env, a, "", &event), -EINVAL);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(cs_client_fault_arm(a, text, 1), -EINVAL);
    for (unsigned i = 0; i < CS_FAULT_MAX; i++)
        assert_int_equal(arm(env, a, FLIP, &event), 0);
    assert_int_equal(arm(env, a, FLIP, &event), -ENOSPC);
    assert_true(strlen(event.text) > 0);
    assert_int_equal(stats_of(env).protocol_errors, 0);
    cs_client_close(a);
    env_destroy(env);
}

static void watchers_see_what_others_arm(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    struct cs_client *watcher =
        join_with(env, (struct cs_client_options){.name = "w", .want = CS_CLIENT_WANT_FAULTS});
    struct cs_client *elsewhere =
        join_with(env, (struct cs_client_options){.bus = "can1", .want = CS_CLIENT_WANT_FAULTS});
    static const unsigned stages[] = {CS_FAULT_ARMED, CS_FAULT_FIRED, CS_FAULT_FIRED,
                                      CS_FAULT_ENDED};
    struct cs_client_event event;

    (void)state;
    assert_int_equal(arm(env, a, FLIP, &event), 0);
    send_text(a, "123#11", 1);
    pump(env);
    run(env, 10 * MS);
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        assert_true(next_of(watcher, CS_CLIENT_FAULT, &event));
        assert_int_equal(event.stage, stages[i]);
        assert_true(event.fault > 0);
        assert_string_equal(event.text, FLIP);
    }
    assert_false(next_of(a, CS_CLIENT_FAULT, &event)); /* did not ask */
    assert_false(next_of(elsewhere, CS_CLIENT_FAULT, &event));
    cs_client_close(watcher);
    cs_client_close(elsewhere);
    pump(env);
    assert_int_equal(arm(env, a, FLIP, &event), 0); /* nobody watches any more */
    cs_client_close(a);
    env_destroy(env);
}

/* What watched is gone with the server, and the bus goes on. */
static void the_server_ends_while_somebody_watches(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *watcher =
        join_with(env, (struct cs_client_options){.name = "w", .want = CS_CLIENT_WANT_FAULTS});
    struct cs_fault_spec spec;
    char why[256] = "";

    (void)state;
    assert_int_equal(cs_fault_parse(FLIP, &spec, why, sizeof(why)), 0);
    assert_true(cs_fault_arm(env->bus, &spec, why, sizeof(why)) > 0);
    cs_link_server_destroy(env->server);
    assert_true(cs_fault_arm(env->bus, &spec, why, sizeof(why)) > 0);
    cs_sim_run_until(env->sim, MS);
    env_serve(env);
    cs_client_close(watcher);
    env_destroy(env);
}

/* ---- without a controller -------------------------------------------------------------------- */

struct ask {
    struct cs_client_fault_request request;
    struct cs_client_event last;
    char texts[256];
    char why[256];
    int result, done;
};

static void note(void *ctx, const struct cs_client_event *event)
{
    struct ask *ask = ctx;
    const size_t len = strlen(ask->texts);

    ask->last = *event;
    snprintf(ask->texts + len, sizeof(ask->texts) - len, "%s;", event->text);
}

static void *ask_thread(void *ctx)
{
    struct ask *ask = ctx;

    ask->result = cs_client_fault_ask(&ask->request, note, ask, ask->why, sizeof(ask->why));
    __atomic_store_n(&ask->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static struct ask ask(struct link_env *env, struct cs_client_fault_request request)
{
    struct ask ask = {.request = request};
    pthread_t thread;

    ask.request.address = env->address;
    assert_int_equal(pthread_create(&thread, NULL, ask_thread, &ask), 0);
    while (!__atomic_load_n(&ask.done, __ATOMIC_ACQUIRE)) {
        ev_run(env->loop, EVRUN_NOWAIT);
        poll(NULL, 0, 1);
    }
    pthread_join(thread, NULL);
    pump(env);
    return ask;
}

static void who_only_asks_needs_no_controller(void **state)
{
    struct link_env *env = env_create();
    struct ask got;

    (void)state;
    got = ask(env, (struct cs_client_fault_request){
                       .op = CS_CLIENT_FAULT_OP_ARM, .bus = "can1", .text = FLIP});
    assert_int_equal(got.result, 0);
    assert_string_equal(got.texts, FLIP ";");
    assert_int_equal(got.last.kind, CS_CLIENT_FAULT_STATUS);
    assert_int_equal(cs_bus_node_limit(env->bus), 0);
    assert_int_equal(stats_of(env).accepted, 0);

    got.request.id = got.last.fault;
    struct ask list =
        ask(env, (struct cs_client_fault_request){.op = CS_CLIENT_FAULT_OP_LIST, .bus = "can1"});
    assert_int_equal(list.result, 0);
    assert_string_equal(list.texts, FLIP ";;");
    assert_int_equal(list.last.count, 1);
    list = ask(env, (struct cs_client_fault_request){.op = CS_CLIENT_FAULT_OP_LIST});
    assert_int_equal(list.last.count, 0); /* the first bus has none */

    list = ask(env, (struct cs_client_fault_request){.op = CS_CLIENT_FAULT_OP_CLEAR,
                                                     .id = got.request.id});
    assert_int_equal(list.result, 0); /* whichever bus it was on */
    list = ask(env, (struct cs_client_fault_request){
                        .op = CS_CLIENT_FAULT_OP_CLEAR, .bus = "can1", .id = got.request.id});
    assert_int_equal(list.result, -ENOENT);
    assert_non_null(strstr(list.why, "on bus can1"));
    list = ask(env, (struct cs_client_fault_request){.op = CS_CLIENT_FAULT_OP_LIST, .bus = "can7"});
    assert_int_equal(list.result, -ENOENT);
    assert_string_equal(list.why, "no bus \"can7\"; there is can0, can1");
    list = ask(env, (struct cs_client_fault_request){.op = CS_CLIENT_FAULT_OP_ARM});
    assert_int_equal(list.result, -EINVAL);
    assert_string_equal(list.why,
                        "a fault's text must be there and shorter than CS_FAULT_TEXT_MAX");
    assert_int_equal(stats_of(env).protocol_errors, 0);
    env_destroy(env);
}

/* A foreign version and a foreign magic are turned away as in LIST. */
static void versions_of_requests_are_checked(void **state)
{
    struct link_env *env = env_create();
    struct cs_proto_msg msg = {
        .type = CS_PROTO_FAULT_LIST, .magic = CS_PROTO_MAGIC, .major = CS_PROTO_MAJOR + 1};
    int fd = bare_connect(env);

    (void)state;
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_REFUSED);
    assert_int_equal(msg.code, CS_PROTO_CODE_VERSION);
    close(fd);
    fd = bare_connect(env);
    msg = (struct cs_proto_msg){.type = CS_PROTO_FAULT_CLEAR, .magic = 5};
    bare_put(fd, &msg);
    pump(env);
    assert_int_equal(bare_get(fd, &msg, NULL), CS_PROTO_REFUSED);
    assert_int_equal(msg.code, CS_PROTO_CODE_PROTOCOL);
    close(fd);
    pump(env);
    env_destroy(env);
}

/* Who asks and never reads holds nobody up and takes no more memory than its output has. */
static void answers_nobody_reads_are_dropped(void **state)
{
    struct link_env *env = env_create();
    const struct cs_proto_msg list = {.type = CS_PROTO_FAULT_LIST,
                                      .magic = CS_PROTO_MAGIC,
                                      .major = CS_PROTO_MAJOR,
                                      .minor = CS_PROTO_MINOR};
    struct cs_client *a = join_as(env, "a");
    struct cs_client_event event;
    const int fd = bare_connect(env);

    (void)state;
    for (unsigned i = 0; i < CS_FAULT_MAX; i++)
        assert_int_equal(arm(env, a, FLIP, &event), 0);
    for (int i = 0; i < 100000 && stats_of(env).lost == 0; i++) {
        bare_put(fd, &list);
        ev_run(env->loop, EVRUN_NOWAIT);
    }
    assert_true(stats_of(env).lost > 0);
    assert_int_equal(arm(env, a, "no-ack node=a", &event), -ENOSPC); /* others go on */
    close(fd);
    cs_client_close(a);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_armed_fault_acts),
        cmocka_unit_test(a_fault_outlives_its_client_and_is_listed),
        cmocka_unit_test(what_cannot_be_armed_is_told),
        cmocka_unit_test(watchers_see_what_others_arm),
        cmocka_unit_test(the_server_ends_while_somebody_watches),
        cmocka_unit_test(who_only_asks_needs_no_controller),
        cmocka_unit_test(versions_of_requests_are_checked),
        cmocka_unit_test(answers_nobody_reads_are_dropped),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
