/* SPDX-License-Identifier: MIT */
/* The session: clock, pause, steps, injection, ends. Wall time is looked at coarsely only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/session.h"
#include "simcore/fault.h"

struct run {
    struct ev_loop *loop;
    struct cs_session *session;
    int finished, status;
    unsigned frames;
    int64_t last_ps;
    ev_timer timer;
    char scenario[64];
};

static void on_event(void *ctx, const struct cs_event *event)
{
    struct run *run = ctx;

    assert_true(event->at_ps >= run->last_ps);
    run->last_ps = event->at_ps;
    run->frames += event->kind == CS_EV_FRAME;
}

static void on_finished(void *ctx, int status)
{
    struct run *run = ctx;

    run->finished++;
    run->status = status;
    ev_break(run->loop, EVBREAK_ALL);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* Let the loop drive the session for so long, or until it finishes. */
static void run_for(struct run *run, double seconds)
{
    ev_now_update(run->loop);
    ev_timer_init(&run->timer, on_timer, seconds, 0.);
    ev_timer_start(run->loop, &run->timer);
    ev_run(run->loop, 0);
    ev_timer_stop(run->loop, &run->timer);
}

static void open_run(struct run *run, const char *scenario, struct cs_session_config *config)
{
    struct cs_error error = {0};

    memset(run, 0, sizeof(*run));
    run->loop = ev_loop_new(0);
    if (scenario != NULL) {
        snprintf(run->scenario, sizeof(run->scenario), "/tmp/cansim-session-XXXXXX");
        int fd = mkstemp(run->scenario);
        assert_true(fd >= 0 && write(fd, scenario, strlen(scenario)) == (ssize_t)strlen(scenario));
        close(fd);
        config->scenario = run->scenario;
    }
    run->session = cs_session_create(config, run->loop, &error);
    if (run->session == NULL)
        fail_msg("%s", error.text);
    cs_sim_observe(cs_session_sim(run->session), on_event, run);
    cs_session_start(run->session, on_finished, run);
}

static void close_run(struct run *run)
{
    cs_sim_unobserve(cs_session_sim(run->session), on_event, run);
    cs_session_destroy(run->session);
    ev_loop_destroy(run->loop);
    if (run->scenario[0] != '\0')
        unlink(run->scenario);
}

static int64_t now_ps(const struct run *run)
{
    return cs_sim_now_ps(cs_session_sim(run->session));
}

#define TICK                                                                                     \
    "{\"nodes\": {\"a\": {\"type\": \"periodic\", \"frame\": \"123#00\", \"period\": \"1ms\"}, " \
    "\"b\": {}}}"

static void virtual_time_runs_to_the_end(void **state)
{
    struct cs_session_config config = {.duration_ps = 10 * CS_PS_PER_S};
    struct run run;

    (void)state;
    open_run(&run, TICK, &config);
    assert_int_equal(cs_session_speed(run.session), 0);
    run_for(&run, 20);
    assert_int_equal(run.finished, 1);
    assert_int_equal(run.status, 0);
    assert_true(now_ps(&run) == 10 * CS_PS_PER_S);
    assert_int_equal(run.frames, 10000);
    run_for(&run, 0.05);
    assert_int_equal(run.finished, 1);
    assert_true(now_ps(&run) == 10 * CS_PS_PER_S);
    close_run(&run);
}

static void ends_when_nothing_is_left(void **state)
{
    struct cs_session_config config = {0};
    struct run run;

    (void)state;
    open_run(&run,
             "{\"nodes\": {\"a\": {}, \"b\": {}}, \"timeline\": "
             "[{\"at\": \"1h\", \"node\": \"a\", \"send\": \"123#\"}]}",
             &config);
    run_for(&run, 5);
    assert_int_equal(run.finished, 1);
    assert_int_equal(run.frames, 1);
    assert_true(now_ps(&run) >= 3600 * CS_PS_PER_S && now_ps(&run) < 3601 * CS_PS_PER_S);
    close_run(&run);
}

static void paced_time_follows_the_clock(void **state)
{
    struct cs_session_config config = {.speed_permille = 2000};
    struct run run;

    (void)state;
    open_run(&run, TICK, &config);
    run_for(&run, 0.25);
    cs_session_sync(run.session);
    assert_true(now_ps(&run) >= CS_PS_PER_S / 2 && now_ps(&run) < 3 * CS_PS_PER_S);
    assert_true(run.frames >= 499);
    cs_session_set_speed(run.session, 10);
    int64_t before = now_ps(&run);
    run_for(&run, 0.1);
    cs_session_sync(run.session);
    assert_true(now_ps(&run) - before >= CS_PS_PER_MS);
    assert_true(now_ps(&run) - before < 50 * CS_PS_PER_MS);
    cs_session_set_speed(run.session, 0);
    run_for(&run, 0.1);
    assert_true(now_ps(&run) - before > CS_PS_PER_S);
    assert_int_equal(run.finished, 0);
    close_run(&run);
}

static void paused_time_stands(void **state)
{
    struct cs_session_config config = {.tui = true};
    struct run run;
    struct cs_frame frame = {.id = 0x7FF};

    (void)state;
    open_run(&run, TICK, &config);
    assert_int_equal(cs_session_speed(run.session), 1000);
    run_for(&run, 0.02);
    cs_session_pause(run.session, true);
    assert_true(cs_session_paused(run.session));
    int64_t stopped = now_ps(&run);
    unsigned frames = run.frames;
    assert_int_equal(cs_session_inject(run.session, 0, &frame), 0);
    run_for(&run, 0.1);
    cs_session_sync(run.session);
    assert_true(now_ps(&run) == stopped);
    assert_int_equal(run.frames, frames);

    cs_session_step(run.session);
    assert_true(now_ps(&run) > stopped);
    frames = run.frames; /* that instant may have been a frame's end */
    for (unsigned i = 1; i <= 20; i++) {
        cs_session_step_frame(run.session);
        assert_int_equal(run.frames, frames + i);
    }
    assert_true(now_ps(&run) < stopped + 25 * CS_PS_PER_MS);
    stopped = now_ps(&run);
    cs_session_pause(run.session, false);
    run_for(&run, 0.05);
    cs_session_sync(run.session);
    /* It goes on from where it stood; the pause is not caught up. */
    assert_true(now_ps(&run) > stopped + 40 * CS_PS_PER_MS);
    assert_true(now_ps(&run) < stopped + 2 * CS_PS_PER_S);
    close_run(&run);
}

struct asked {
    unsigned n;
    char text[40];
    bool there;
};

static bool on_pause(void *ctx, const char *text)
{
    struct asked *asked = ctx;

    asked->n++;
    snprintf(asked->text, sizeof(asked->text), "%s", text != NULL ? text : "none");
    return asked->there;
}

#define PAUSES                                                                \
    "{\"duration\": \"20ms\", \"nodes\": {\"a\": {\"type\": \"periodic\", "   \
    "\"frame\": \"123#00\", \"period\": \"1ms\"}, \"b\": {}}, \"timeline\": " \
    "[{\"at\": \"5123456ns\", \"pause\": true}, {\"at\": \"20ms\", \"pause\": \"the end\"}]}"

static void the_timeline_pauses_where_somebody_is_there(void **state)
{
    const uint32_t speeds[] = {0, 1000};
    struct asked asked = {.there = true};
    struct run run;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct cs_session_config config = {.tui = true, .speed_permille = speeds[i]};
        config.fast = speeds[i] == 0;
        open_run(&run, PAUSES, &config);
        cs_session_on_pause(run.session, on_pause, &asked);
        run_for(&run, 0.1);
        assert_true(cs_session_paused(run.session));
        assert_true(now_ps(&run) == INT64_C(5123456000)); /* to the instant */
        assert_string_equal(cs_session_pause_reason(run.session), "");
        assert_string_equal(asked.text, "none");
        cs_session_step_frame(run.session);
        assert_int_equal(run.frames, 7);
        cs_session_pause(run.session, false);
        assert_null(cs_session_pause_reason(run.session));
        run_for(&run, 0.2);
        assert_int_equal(run.finished, 0); /* though the duration is over */
        assert_true(now_ps(&run) == 20 * CS_PS_PER_MS);
        assert_string_equal(cs_session_pause_reason(run.session), "the end");
        cs_session_pause(run.session, false);
        run_for(&run, 1);
        assert_int_equal(run.finished, 1);
        close_run(&run);
    }
    assert_int_equal(asked.n, 4);
}

static void the_timeline_pauses_for_nobody(void **state)
{
    struct cs_session_config config = {.speed_permille = 1000};
    struct asked asked = {.there = false};
    struct run run;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_run(&run, PAUSES, &config);
        if (i == 1)
            cs_session_on_pause(run.session, on_pause, &asked);
        run_for(&run, 1);
        assert_int_equal(run.finished, 1);
        assert_null(cs_session_pause_reason(run.session));
        close_run(&run);
    }
    assert_int_equal(asked.n, 2);
}

static void late_wake_ups_are_caught_up(void **state)
{
    struct cs_session_config config = {.speed_permille = 1000};
    const struct timespec nap = {.tv_nsec = 300000000};
    struct run run;

    (void)state;
    open_run(&run, TICK, &config);
    run_for(&run, 0.01);
    nanosleep(&nap, NULL);
    run_for(&run, 0.05);
    cs_session_sync(run.session);
    assert_true(now_ps(&run) >= 360 * CS_PS_PER_MS);
    assert_true(run.frames >= 359);
    assert_true(cs_session_lag_ns(run.session) >= 250000000);
    close_run(&run);
}

static void frames_from_the_console(void **state)
{
    struct cs_session_bus buses[] = {{.name = "x", .bitrate_bps = 125000}, {.name = "y"}};
    struct cs_session_config config = {.buses = buses, .n_buses = 2, .tui = true};
    struct run run;
    struct cs_frame frame = {.id = 1}, bad = {.id = 0x800};

    (void)state;
    open_run(&run, NULL, &config);
    assert_string_equal(cs_session_title(run.session), "empty host");
    assert_null(cs_session_link(run.session));
    assert_int_equal(cs_bus_bitrate_bps(cs_sim_bus(cs_session_sim(run.session), 0)), 125000);
    assert_int_equal(cs_bus_bitrate_bps(cs_sim_bus(cs_session_sim(run.session), 1)), 500000);
    run_for(&run, 0.05);
    assert_int_equal(cs_session_inject(run.session, 1, &frame), 0);
    assert_int_equal(cs_session_inject(run.session, 1, &bad), -EINVAL);
    assert_int_equal(cs_session_inject(run.session, 2, &frame), -EINVAL);
    assert_int_equal(cs_bus_find_node(cs_sim_bus(cs_session_sim(run.session), 1), "console"), 0);
    assert_int_equal(cs_bus_find_node(cs_sim_bus(cs_session_sim(run.session), 0), "console"),
                     -ENOENT);
    run_for(&run, 0.05);
    /* Nobody acknowledges on an empty bus: it is repeated, as on a real one. */
    struct cs_node_status status;
    cs_session_sync(run.session);
    assert_int_equal(cs_bus_node_status(cs_sim_bus(cs_session_sim(run.session), 1), 0, &status), 0);
    assert_true(status.retries > 10);
    assert_int_equal(status.state, CS_STATE_ERROR_PASSIVE);
    assert_int_equal(run.finished, 0);
    close_run(&run);
}

static void faults_at_hand(void **state)
{
    struct cs_session_config config = {.tui = true};
    struct cs_fault_status status;
    char why[200];
    struct run run;

    (void)state;
    open_run(&run, TICK, &config);
    struct cs_bus *bus = cs_sim_bus(cs_session_sim(run.session), 0);
    run_for(&run, 0.02);
    int id = cs_session_arm(run.session, 0, "noise ber=1%", why, sizeof(why));
    if (id <= 0)
        fail_msg("%s", why);
    assert_true(cs_fault_look(bus, 0, &status));
    assert_int_equal(status.id, id);
    assert_true(status.armed_ps >= 15 * CS_PS_PER_MS);
    why[0] = '\0';
    assert_int_equal(cs_session_arm(run.session, 0, "noise bre=1", why, sizeof(why)), -EINVAL);
    assert_true(why[0] != '\0');
    assert_int_equal(cs_session_arm(run.session, 0, "no-ack node=z", why, sizeof(why)), -ENOENT);
    assert_int_equal(cs_session_arm(run.session, 1, "noise ber=1%", why, sizeof(why)), -EINVAL);
    assert_int_equal(cs_session_clear(run.session, 1, 0), -EINVAL);
    assert_int_equal(cs_session_clear(run.session, 0, id + 1), -ENOENT);
    assert_int_equal(cs_session_clear(run.session, 0, id), 0);
    assert_false(cs_fault_look(bus, 0, &status));
    assert_true(cs_session_arm(run.session, 0, "no-ack node=b", why, sizeof(why)) > id);
    assert_int_equal(cs_session_clear(run.session, 0, 0), 0);
    assert_false(cs_fault_look(bus, 0, &status));
    close_run(&run);
}

static void impossible_fault_ends_the_run(void **state)
{
    struct cs_session_config config = {0};
    struct run run;

    (void)state;
    open_run(&run,
             "{\"duration\": \"1s\", \"nodes\": {\"a\": {}, \"g\": {\"type\": \"attached\"}}, "
             "\"timeline\": [{\"at\": \"5ms\", \"fault\": \"no-ack node=g\"}]}",
             &config);
    run_for(&run, 5);
    assert_int_equal(run.finished, 1);
    assert_int_equal(run.status, CS_STATUS_INPUT);
    assert_non_null(strstr(cs_session_error(run.session), ": /timeline/0/fault: "));
    assert_true(now_ps(&run) < 100 * CS_PS_PER_MS);
    close_run(&run);
}

/* Each file has something in it, and none may be named twice. */
static void four_files(void **state)
{
    char folder[] = "/tmp/cansim-files-XXXXXX", path[4][64];
    static const char *const names[] = {"log", "events", "life", "vcd"};
    struct cs_session_config config = {.duration_ps = 10 * CS_PS_PER_MS,
                                       .log = path[0],
                                       .events = path[1],
                                       .explain = path[2],
                                       .vcd = path[3],
                                       .detail = true};
    struct ev_loop *loop = ev_loop_new(0);
    struct cs_error error;
    struct run run;

    (void)state;
    assert_non_null(mkdtemp(folder));
    for (unsigned i = 0; i < 4; i++)
        snprintf(path[i], sizeof(path[i]), "%s/%s", folder, names[i]);
    open_run(&run, TICK, &config);
    run_for(&run, 5);
    assert_int_equal(run.finished, 1);
    close_run(&run);
    for (unsigned i = 0; i < 4; i++) {
        FILE *file = fopen(path[i], "r");
        assert_non_null(file);
        fseek(file, 0, SEEK_END);
        assert_true(ftell(file) > 100);
        fclose(file);
        unlink(path[i]);
    }
    config.scenario = NULL;
    config.vcd = path[2];
    assert_null(cs_session_create(&config, loop, &error));
    assert_int_equal(error.status, CS_STATUS_INPUT);
    assert_non_null(strstr(error.text, "explain or vcd"));
    assert_int_equal(rmdir(folder), 0);
    ev_loop_destroy(loop);
}

static void serves_and_removes_its_socket(void **state)
{
    char folder[] = "/tmp/cansim-serve-XXXXXX", path[64], address[80];
    struct cs_session_config config = {.serve = true, .link = path};
    struct run run;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.sock", folder);
    snprintf(address, sizeof(address), "unix:%s", path);
    open_run(&run, NULL, &config);
    assert_string_equal(cs_session_link(run.session), address);
    assert_int_equal(cs_session_clients(run.session), 0);
    assert_int_equal(access(path, F_OK), 0);
    run_for(&run, 0.02);
    assert_int_equal(run.finished, 0);
    close_run(&run);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void failures_leave_nothing(void **state)
{
    char folder[] = "/tmp/cansim-fail-XXXXXX", log[64], events[64], path[64];
    struct cs_session_config config = {.log = log, .events = events, .link = path, .serve = true};
    struct ev_loop *loop = ev_loop_new(0);
    struct cs_error error;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.sock", folder);
    snprintf(log, sizeof(log), "%s/log", folder);
    snprintf(events, sizeof(events), "%s/none/events", folder);
    assert_null(cs_session_create(&config, loop, &error));
    assert_int_equal(error.status, CS_STATUS_ENVIRONMENT);
    snprintf(events, sizeof(events), "%s", log);
    assert_null(cs_session_create(&config, loop, &error));
    assert_int_equal(error.status, CS_STATUS_INPUT);
    config.scenario = "/nonexistent/scenario.json";
    assert_null(cs_session_create(&config, loop, &error));
    assert_int_equal(error.status, CS_STATUS_INPUT);
    assert_int_equal(rmdir(folder), 0);
    ev_loop_destroy(loop);
}

static void full_disk_ends_the_run(void **state)
{
    struct cs_session_config config = {.log = "/dev/full", .tui = true};
    struct run run;

    (void)state;
    open_run(&run, TICK, &config);
    run_for(&run, 5);
    assert_int_equal(run.finished, 1);
    assert_int_equal(run.status, CS_STATUS_ENVIRONMENT);
    assert_string_equal(cs_session_error(run.session),
                        "/dev/full: cannot be written: No space left on device");
    close_run(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(virtual_time_runs_to_the_end),
        cmocka_unit_test(ends_when_nothing_is_left),
        cmocka_unit_test(paced_time_follows_the_clock),
        cmocka_unit_test(paused_time_stands),
        cmocka_unit_test(the_timeline_pauses_where_somebody_is_there),
        cmocka_unit_test(the_timeline_pauses_for_nobody),
        cmocka_unit_test(late_wake_ups_are_caught_up),
        cmocka_unit_test(frames_from_the_console),
        cmocka_unit_test(faults_at_hand),
        cmocka_unit_test(impossible_fault_ends_the_run),
        cmocka_unit_test(four_files),
        cmocka_unit_test(serves_and_removes_its_socket),
        cmocka_unit_test(failures_leave_nothing),
        cmocka_unit_test(full_disk_ends_the_run),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
