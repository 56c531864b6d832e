/* SPDX-License-Identifier: MIT */
/* A plugin's node on a bus: what it is told, what it can do, and that it can do nothing while it
 * is not there. The type is this test's own; what it is told is written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/cansim_plugin.h"
#include "scenarios/nodes.h"

#define MS CS_PS_PER_MS

static struct {
    const struct cansim_node_host *host;
    char log[8192];
    size_t n;
    bool refuse, answer;
    int opened, closed;
} spy;

static void put(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    spy.n += (size_t)vsnprintf(spy.log + spy.n, sizeof(spy.log) - spy.n, format, args);
    va_end(args);
    assert_true(spy.n < sizeof(spy.log));
}

static int send(uint32_t id, uint8_t len, uint64_t cookie)
{
    struct cansim_frame frame = {.size = sizeof(frame), .id = id, .len = len};

    memset(frame.data, 0x55, len < sizeof(frame.data) ? len : sizeof(frame.data));
    return spy.host->send(spy.host->ctx, &frame, cookie);
}

static int spy_open(void **state, const struct cansim_node_host *host,
                    const struct cansim_setting *settings, size_t n, char *why, size_t why_size)
{
    (void)settings;
    (void)n;
    spy.host = host;
    spy.opened++;
    *state = &spy;
    host->host->say(host->host->ctx, CANSIM_WARNING, "eds: is odd");
    if (spy.refuse)
        snprintf(why, why_size, "eds: drive.eds: 3: must be a number");
    return spy.refuse ? -1 : 0;
}

static void spy_close(void *state)
{
    assert_ptr_equal(state, &spy);
    spy.closed++;
    spy.host->note(spy.host->ctx, CANSIM_INFO, "too late"); /* nobody is there to hear it */
    spy.host->set_timer(spy.host->ctx, 0);
    assert_int_equal(send(1, 0, 1), -ENETDOWN);
}

static void spy_attached(void *state, int64_t at_ps)
{
    (void)state;
    put("attached %lld\n", (long long)(at_ps / MS));
    spy.host->set_timer(spy.host->ctx, at_ps + 5 * MS);
}

static void spy_detached(void *state, int64_t at_ps)
{
    (void)state;
    put("detached %lld\n", (long long)(at_ps / MS));
    assert_int_equal(send(1, 0, 1), -ENETDOWN);
    spy.host->set_timer(spy.host->ctx, at_ps);
}

static void spy_frame(void *state, const struct cansim_frame *frame)
{
    (void)state;
    put("frame %x [%u] %02x\n", (unsigned)frame->id, frame->len, frame->data[0]);
    if (spy.answer)
        assert_int_equal(send(frame->id + 1, frame->len, 70), 0);
}

static void spy_sent(void *state, uint64_t cookie, int result, int64_t at_ps)
{
    (void)state;
    (void)at_ps;
    put("sent %llu %d\n", (unsigned long long)cookie, result);
}

static void spy_timer(void *state, int64_t at_ps)
{
    (void)state;
    put("timer %lld\n", (long long)(at_ps / MS));
}

static void spy_bus_state(void *state, int bus_state, int64_t at_ps)
{
    (void)state;
    (void)at_ps;
    put("state %d\n", bus_state);
}

static int spy_command(void *state, int64_t at_ps, const char *text, char *why, size_t why_size)
{
    (void)state;
    (void)at_ps;
    put("command %s\n", text);
    if (strcmp(text, "rate") == 0)
        return spy.host->set_bitrate(spy.host->ctx, 125000);
    if (strcmp(text, "note") == 0)
        spy.host->note(spy.host->ctx, CANSIM_NOTE, "well");
    else if (strcmp(text, "send") == 0)
        assert_int_equal(send(0x55, 3, 7), 0);
    else
        snprintf(why, why_size, "must be something else");
    return why[0] != '\0' ? -1 : 0;
}

static const struct cansim_setting_row rows[] = {
    {"eds", CANSIM_SET_TEXT, false, NULL, NULL, NULL},
    {NULL, 0, false, NULL, NULL, NULL},
};

static const struct cansim_node_type type = {
    .size = sizeof(type),
    .name = "spy",
    .settings = rows,
    .open = spy_open,
    .close = spy_close,
    .attached = spy_attached,
    .detached = spy_detached,
    .frame = spy_frame,
    .sent = spy_sent,
    .timer = spy_timer,
    .bus_state = spy_bus_state,
    .command = spy_command,
};

struct run {
    struct cs_scenario *scenario;
    struct cs_sim *sim;
    struct cs_nodes *nodes;
    char failure[300], said[300], note[100];
    int note_node;
};

static void on_failure(void *ctx, const char *text)
{
    struct run *run = ctx;

    snprintf(run->failure, sizeof(run->failure), "%s", text);
}

static void on_say(void *ctx, const char *text)
{
    struct run *run = ctx;

    snprintf(run->said, sizeof(run->said), "%s", text);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct run *run = ctx;

    if (event->kind == CS_EV_NOTE) {
        snprintf(run->note, sizeof(run->note), "%s", event->text);
        run->note_node = event->node;
    }
}

/* Two nodes: "spy" and "peer". */
static void open_run(struct run *run, const char *more)
{
    char text[1000];
    struct cs_error error = {0};
    struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};

    memset(run, 0, sizeof(*run));
    snprintf(text, sizeof(text), "{\"nodes\": {\"spy\": {}, \"peer\": {}}%s}", more);
    run->scenario = cs_scenario_parse("t.json", text, strlen(text), &error);
    if (run->scenario == NULL)
        fail_msg("%s", error.text);
    run->scenario->nodes[0].type = CS_NODE_PLUGIN;
    run->scenario->nodes[0].plugin = &type;
    for (unsigned i = 0; i < run->scenario->n_actions; i++) {
        struct cs_action *action = &run->scenario->actions[i];
        if (action->kind != CS_ACTION_NOTE || strncmp(action->note, "do ", 3) != 0)
            continue;
        action->kind = CS_ACTION_COMMAND;
        action->command = action->note + 3;
        action->node = 0;
    }
    run->sim = cs_sim_create(1);
    assert_int_equal(cs_sim_add_bus(run->sim, &bus), 0);
    cs_sim_observe(run->sim, on_event, run);
    run->nodes = cs_nodes_create(run->sim, run->scenario, on_say, run, &error);
    assert_non_null(run->nodes);
    cs_nodes_on_failure(run->nodes, on_failure, run);
    assert_int_equal(cs_nodes_start(run->nodes, &error), 0);
}

static void close_run(struct run *run)
{
    cs_sim_destroy(run->sim);
    cs_nodes_destroy(run->nodes);
    cs_scenario_free(run->scenario);
}

static int reset(void **state)
{
    (void)state;
    memset(&spy, 0, sizeof(spy));
    return 0;
}

static void it_hears_and_answers(void **state)
{
    struct run run;

    (void)state;
    spy.answer = true;
    open_run(&run, ", \"timeline\": ["
                   "{\"at\": \"1ms\", \"node\": \"peer\", \"send\": \"123#AB\"},"
                   "{\"at\": \"2ms\", \"node\": \"spy\", \"send\": \"200#\"},"
                   "{\"at\": \"3ms\", \"note\": \"do send\"}]");
    cs_sim_run_until(run.sim, 10 * MS);
    /* What the timeline sends for it, it does not hear of. */
    assert_string_equal(spy.log, "attached 0\nframe 123 [1] ab\nsent 70 0\n"
                                 "command send\nsent 7 0\ntimer 5\n");
    assert_string_equal(run.said, "t.json: /nodes/spy/eds: is odd");
    close_run(&run);
    assert_int_equal(spy.opened, 1);
    assert_int_equal(spy.closed, 1);
}

static void power_cycles_keep_the_instance(void **state)
{
    struct run run;

    (void)state;
    open_run(&run, ", \"timeline\": ["
                   "{\"at\": \"2ms\", \"detach\": \"spy\"},"
                   "{\"at\": \"3ms\", \"node\": \"peer\", \"send\": \"123#AB\"},"
                   "{\"at\": \"20ms\", \"attach\": \"spy\"}]");
    cs_sim_run_until(run.sim, 100 * MS);
    assert_string_equal(spy.log, "attached 0\ndetached 2\nattached 20\nframe 123 [1] ab\n"
                                 "timer 25\n");
    close_run(&run);
    assert_int_equal(spy.opened, 1);
}

static void states_and_lost_frames_are_told(void **state)
{
    struct run run;

    (void)state;
    open_run(&run, ", \"timeline\": ["
                   "{\"at\": \"1ms\", \"detach\": \"peer\"},"
                   "{\"at\": \"2ms\", \"note\": \"do send\"},"
                   "{\"at\": \"50ms\", \"reset\": \"spy\"}]");
    cs_sim_run_until(run.sim, 100 * MS);
    assert_string_equal(spy.log, "attached 0\ncommand send\nstate 1\ntimer 5\n"
                                 "state 0\nsent 7 9\n");
    close_run(&run);
}

static void what_cannot_be_sent_is_told(void **state)
{
    struct run run;
    struct cansim_frame frame = {.size = sizeof(frame), .id = 0x800};
    struct cs_node_status status;

    (void)state;
    open_run(&run, "");
    cs_sim_run_until(run.sim, MS);
    assert_int_equal(spy.host->send(spy.host->ctx, &frame, 1), -EINVAL);
    frame.id = 1;
    frame.size = 8;
    assert_int_equal(spy.host->send(spy.host->ctx, &frame, 1), -EINVAL);
    frame.size = sizeof(frame);
    frame.len = 65;
    assert_int_equal(spy.host->send(spy.host->ctx, &frame, 1), -EINVAL);
    frame.len = 12; /* a classic frame */
    assert_int_equal(spy.host->send(spy.host->ctx, &frame, 1), -EINVAL);
    frame.flags = CANSIM_FRAME_FD; /* on a bus without */
    assert_int_equal(spy.host->send(spy.host->ctx, &frame, 1), -EINVAL);
    for (int i = 0; i < 64; i++)
        assert_int_equal(send(0x100, 8, 5), 0);
    assert_int_equal(send(0x100, 8, 5), -ENOSPC);
    assert_true(spy.host->abort(spy.host->ctx, 5) >= 63);
    assert_int_equal(spy.host->abort(spy.host->ctx, 6), 0);
    assert_int_equal(spy.host->set_bitrate(spy.host->ctx, 5), -EINVAL);
    assert_int_equal(cs_bus_node_status(cs_sim_bus(run.sim, 0), 0, &status), 0);
    assert_int_equal(status.queue_len, 64);
    close_run(&run);
}

static void commands_act(void **state)
{
    struct run run;
    struct cs_node_status status;

    (void)state;
    open_run(&run, ", \"timeline\": ["
                   "{\"at\": \"1ms\", \"note\": \"do note\"},"
                   "{\"at\": \"2ms\", \"note\": \"do rate\"},"
                   "{\"at\": \"3ms\", \"note\": \"do dance\"}]");
    cs_sim_run_until(run.sim, 10 * MS);
    assert_string_equal(run.note, "well");
    assert_int_equal(run.note_node, 0);
    assert_int_equal(cs_bus_node_status(cs_sim_bus(run.sim, 0), 0, &status), 0);
    assert_int_equal(status.bitrate_bps, 125000);
    assert_string_equal(run.failure, "t.json: /timeline/2/command: must be something else");
    close_run(&run);
}

static void no_command_reaches_who_is_not_there(void **state)
{
    struct run run;

    (void)state;
    open_run(&run, ", \"timeline\": [{\"at\": \"1ms\", \"detach\": \"spy\"},"
                   "{\"at\": \"2ms\", \"note\": \"do note\"}]");
    cs_sim_run_until(run.sim, 10 * MS);
    assert_string_equal(run.failure, "t.json: /timeline/1/command: must be for a node that is on "
                                     "the bus, \"spy\" is not");
    assert_string_equal(spy.log, "attached 0\ndetached 1\n");
    close_run(&run);
}

static void timers_can_be_moved_and_stopped(void **state)
{
    struct run run;

    (void)state;
    open_run(&run, "");
    cs_sim_run_until(run.sim, MS);
    spy.host->set_timer(spy.host->ctx, CANSIM_NEVER);
    cs_sim_run_until(run.sim, 10 * MS);
    assert_string_equal(spy.log, "attached 0\n");
    spy.host->set_timer(spy.host->ctx, 0); /* past: now */
    cs_sim_run_until(run.sim, 11 * MS);
    assert_string_equal(spy.log, "attached 0\ntimer 10\n");
    assert_int_equal(spy.host->now(spy.host->ctx), 11 * MS);
    uint64_t first = spy.host->random(spy.host->ctx);
    close_run(&run);
    reset(NULL);
    open_run(&run, "");
    assert_true(spy.host->random(spy.host->ctx) == first);
    close_run(&run);
}

static void a_refusal_has_a_place(void **state)
{
    struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    const char *text = "{\"nodes\": {\"peer\": {}, \"spy\": {}, \"other\": {}}}";
    struct cs_error error = {0};
    struct cs_scenario *scenario = cs_scenario_parse("t.json", text, strlen(text), &error);
    struct cs_sim *sim = cs_sim_create(1);

    (void)state;
    assert_int_equal(cs_sim_add_bus(sim, &bus), 0);
    scenario->nodes[1].type = CS_NODE_PLUGIN;
    scenario->nodes[1].plugin = &type;
    spy.refuse = true;
    assert_null(cs_nodes_create(sim, scenario, NULL, NULL, &error));
    assert_string_equal(error.text, "t.json: /nodes/spy/eds: drive.eds: 3: must be a number");
    assert_int_equal(error.status, CS_STATUS_INPUT);
    assert_int_equal(spy.closed, 0);
    cs_sim_destroy(sim);
    cs_scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_hears_and_answers, reset),
        cmocka_unit_test_setup(power_cycles_keep_the_instance, reset),
        cmocka_unit_test_setup(states_and_lost_frames_are_told, reset),
        cmocka_unit_test_setup(what_cannot_be_sent_is_told, reset),
        cmocka_unit_test_setup(commands_act, reset),
        cmocka_unit_test_setup(no_command_reaches_who_is_not_there, reset),
        cmocka_unit_test_setup(timers_can_be_moved_and_stopped, reset),
        cmocka_unit_test_setup(a_refusal_has_a_place, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
