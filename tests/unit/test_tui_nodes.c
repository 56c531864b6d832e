/* SPDX-License-Identifier: MIT */
/* The view of nodes: what it says of the selected one, its history, and what can be done to it. */
#include "test_tui.h"

#include <ev.h>
#include <unistd.h>

#include "scenarios/session.h"
#include "tui/spark.h"

static void bench_traffic_on_one(struct bench *b)
{
    const int engine = bench_node(b, 0, "engine", CS_MODE_NORMAL);
    const int dash = bench_node(b, 0, "dashboard", CS_MODE_NORMAL);

    bench_sends(b, 0, engine, "100#00.11.22.33", 10 * CS_PS_PER_MS, 0);
    bench_sends(b, 0, dash, "2A0#48.65", 20 * CS_PS_PER_MS, 1);
    bench_node(b, 0, "idle", CS_MODE_LISTEN_ONLY);
}

/* A node that runs into bus-off and comes back, beside others. */
static struct bench *bench_trouble(int64_t at_ps)
{
    struct bench *b = bench_new(0, 1);
    char why[256];

    bench_traffic_on_one(b);
    assert_true(bench_arm(b, 0, "flip field=data index=0 id=0x100 count=32", why, sizeof why) > 0);
    bench_run(b, at_ps);
    bench_keys(b, "3");
    return b;
}

static void looks(void **state)
{
    struct bench *b = bench_trouble(400 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    bench_golden(b, "node-all-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "node-all-160x50");
    bench_draw(b, 240, 70);
    bench_golden(b, "node-all-240x70");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "node-all-ascii");
    bench_free(b);
}

static void panel(void **state)
{
    struct bench *b = bench_trouble(400 * CS_PS_PER_MS);

    (void)state;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "engine on can0"));
    assert_true(bench_shows(b, "bus off 256 0"));
    bench_keys(b, "<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "engine on can0"));
    bench_keys(b, "<Enter><Down>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "dashboard on can0"));
    for (int i = 0; i < 14; i++) {
        char name[16];
        snprintf(name, sizeof name, "more%d", i);
        bench_node(b, 0, name, CS_MODE_NORMAL);
    }
    bench_run(b, 450 * CS_PS_PER_MS);
    bench_draw(b, 80, 24); /* the list has no room for all, and the panel was asked for */
    assert_true(bench_shows(b, "dashboard on can0"));
    bench_keys(b, "<End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "more13 on can0"));
    bench_free(b);
}

static void actions(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_node_status status;
    struct cs_bus *bus = cs_sim_bus(b->sim, 0);
    const struct cs_controller_config stubborn = {
        .name = "stubborn", .via = "scenario", .recovery_ps = CS_RECOVERY_MANUAL};

    (void)state;
    bench_traffic_on_one(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, "3<Down>");
    bench_keys(b, "m");
    bench_run(b, 110 * CS_PS_PER_MS);
    cs_bus_node_status(bus, 1, &status);
    assert_int_equal(status.mode, CS_MODE_LISTEN_ONLY);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "dashboard: listen-only"));
    bench_keys(b, ":mode one-s<Tab><Enter>");
    bench_run(b, 120 * CS_PS_PER_MS);
    cs_bus_node_status(bus, 1, &status);
    assert_int_equal(status.mode, CS_MODE_ONE_SHOT);
    bench_keys(b, ":mode wrong<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    bench_keys(b, "<Esc>p");
    cs_bus_node_status(bus, 1, &status);
    assert_false(status.plugged);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "dashboard is unplugged: p plugs it in again"));
    bench_keys(b, "p");
    cs_bus_node_status(bus, 1, &status);
    assert_true(status.plugged);
    bench_keys(b, "B");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "dashboard is not bus-off"));
    const int stays = cs_bus_attach(bus, &stubborn);
    cs_bus_set_counters(bus, stays, 256, 0);
    bench_run(b, 125 * CS_PS_PER_MS);
    bench_keys(b, "<End>B");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "stubborn recovers: 128"));
    bench_keys(b, "B");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "stubborn recovers already"));
    bench_run(b, 126 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "bus-off, recovering: "));
    bench_run(b, 140 * CS_PS_PER_MS);
    bench_keys(b, "<Home><Down>");
    cs_bus_set_counters(bus, 1, 120, 7);
    bench_run(b, 145 * CS_PS_PER_MS);
    bench_keys(b, "X");
    bench_run(b, 146 * CS_PS_PER_MS);
    cs_bus_node_status(bus, 1, &status);
    assert_int_equal(status.tec, 0);
    bench_free(b);
}

static void cut_off_otherwise(void **state)
{
    struct bench *b = bench_new(0, 1);
    char why[256];

    (void)state;
    bench_traffic_on_one(b);
    assert_true(bench_arm(b, 0, "split nodes=engine", why, sizeof why) > 0);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, "3<Down><Up>p");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "cut off") || bench_shows(b, "engine is unplugged"));
    bench_free(b);
}

static void error_in_trace(void **state)
{
    struct bench *b = bench_trouble(400 * CS_PS_PER_MS);
    const struct cs_row *row;

    (void)state;
    bench_draw(b, 80, 24);
    bench_keys(b, "e");
    assert_int_equal(b->tui.view, 0);
    bench_draw(b, 80, 24);
    row = cs_trace_selected(&b->tui);
    assert_non_null(row);
    assert_int_equal(row->kind, CS_EV_ERROR);
    assert_int_equal(row->node, 0);
    assert_true(row->at_ps == b->tui.nodes[0].last.at_ps);
    bench_node(b, 0, "late", CS_MODE_NORMAL);
    bench_run(b, 401 * CS_PS_PER_MS);
    bench_keys(b, "3<End>e");
    bench_draw(b, 80, 24);
    assert_int_equal(b->tui.view, 2);
    assert_true(bench_shows(b, "late has seen no error"));
    bench_free(b);
}

/* Nobody lets us: the host says so. */
static void host_without(void **state)
{
    struct bench *b = bench_new(0, 1);
    struct cs_host_ops ops = bench_ops;

    (void)state;
    ops.node = NULL;
    b->host.ops = &ops;
    bench_keys(b, "3mXBpe");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no node"));
    bench_traffic_on_one(b);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, "m");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "this host does not let you"));
    b->finished = true;
    bench_keys(b, "X");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the scenario is over: nothing happens any more"));
    bench_free(b);
}

static void history(void **state)
{
    struct cs_node_history h = {0};
    struct cs_event event = {.kind = CS_EV_ATTACH};
    int64_t v[CS_HISTORY_SLOTS];

    (void)state;
    cs_history_event(&h, &event);
    event = (struct cs_event){.kind = CS_EV_COUNTERS, .at_ps = CS_PS_PER_S, .tec = 100};
    cs_history_event(&h, &event);
    event.tec = 8;
    event.at_ps += 1;
    cs_history_event(&h, &event);
    cs_history_tec(&h, CS_PS_PER_S + 3 * CS_HISTORY_SLOT_PS, v, 6);
    assert_int_equal(v[0], 0);
    assert_int_equal(v[1], 0);
    assert_int_equal(v[2], 100);
    assert_int_equal(v[3], 8);
    assert_int_equal(v[5], 8);
    assert_int_equal(cs_history_step(&h, 0)->tec, 8);
    assert_int_equal(cs_history_step(&h, 1)->tec, 100);
    assert_null(cs_history_step(&h, 2));
    event.at_ps = 1000 * CS_PS_PER_S; /* after a long time nothing old is left */
    event.tec = 3;
    cs_history_event(&h, &event);
    cs_history_tec(&h, event.at_ps, v, CS_HISTORY_SLOTS);
    for (unsigned i = 0; i < CS_HISTORY_SLOTS - 1; i++)
        assert_int_equal(v[i], 8);
    for (unsigned i = 0; i < 3 * CS_HISTORY_CHANGES; i++) {
        event =
            (struct cs_event){.kind = CS_EV_STATE, .at_ps = event.at_ps + 1, .tec = (uint16_t)i};
        cs_history_event(&h, &event);
    }
    assert_int_equal(cs_history_change(&h, 0)->tec, 3 * CS_HISTORY_CHANGES - 1);
    assert_null(cs_history_change(&h, CS_HISTORY_CHANGES));
}

static void sparks(void **state)
{
    struct cs_canvas canvas = {0};
    const int64_t values[] = {-5, 0, 1, 7, 99};

    (void)state;
    assert_int_equal(cs_canvas_resize(&canvas, 6, 2), 0);
    cs_spark(&canvas, (struct cs_rect){0, 0, 6, 1}, CS_STYLE_TEXT, NULL, values, 5, 0, 7);
    assert_int_equal(cs_canvas_at(&canvas, 0, 0)->ch, ' ');
    assert_int_equal(cs_canvas_at(&canvas, 1, 0)->ch, 0x2581);
    assert_int_equal(cs_canvas_at(&canvas, 3, 0)->ch, 0x2582);
    assert_int_equal(cs_canvas_at(&canvas, 5, 0)->ch, 0x2588);
    canvas.ascii = true;
    cs_spark(&canvas, (struct cs_rect){0, 1, 3, 1}, CS_STYLE_TEXT, NULL, values, 5, 0, 7);
    assert_int_equal(cs_canvas_at(&canvas, 0, 1)->ch, '.');
    assert_int_equal(cs_canvas_at(&canvas, 2, 1)->ch, '#');
    assert_int_equal(cs_canvas_at(&canvas, 3, 1)->ch, ' ');
    cs_spark(&canvas, (struct cs_rect){0, 1, 0, 1}, CS_STYLE_TEXT, NULL, values, 5, 7, 7);
    cs_canvas_fini(&canvas);
}

/* Of the scenario's own node it is an action, which is recorded; and of any it takes effect. */
static void session_does_it(void **state)
{
    static const char scenario[] = "{\"duration\": \"1s\", \"nodes\": {\"a\": {}, \"b\": {}}}";
    char file[] = "/tmp/cansim-nodes-XXXXXX", saved[64], told[200], read[4096];
    const int fd = mkstemp(file);
    struct ev_loop *loop = ev_loop_new(0);
    struct cs_session_config config = {.scenario = file, .recording = true};
    struct cs_node_status status;
    struct cs_error error = {0};
    struct cs_session *s;
    FILE *f;

    (void)state;
    assert_true(fd >= 0 && write(fd, scenario, strlen(scenario)) == (ssize_t)strlen(scenario));
    close(fd);
    s = cs_session_create(&config, loop, &error);
    assert_non_null(s);
    cs_session_pause(s, true);
    cs_session_start(s, NULL, NULL);
    struct cs_bus *bus = cs_sim_bus(cs_session_sim(s), 0);
    assert_int_equal(cs_session_do(s, 0, 1, CS_SESSION_MODE, CS_MODE_ONE_SHOT), 0);
    cs_session_step(s);
    cs_bus_node_status(bus, 1, &status);
    assert_int_equal(status.mode, CS_MODE_ONE_SHOT);
    assert_int_equal(cs_session_do(s, 0, 0, CS_SESSION_RECOVER, 0), -EALREADY);
    assert_int_equal(cs_session_do(s, 0, 9, CS_SESSION_RESET, 0), -ENOENT);
    assert_int_equal(cs_session_do(s, 7, 0, CS_SESSION_RESET, 0), -ENOENT);
    assert_int_equal(cs_session_do(s, 0, 0, CS_SESSION_RESET, 0), 0);
    snprintf(saved, sizeof saved, "%s.json", file);
    assert_int_equal(cs_session_save(s, saved, told, sizeof told, &error), 0);
    f = fopen(saved, "r");
    assert_non_null(f);
    read[fread(read, 1, sizeof read - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(read, "\"mode\":\"one-shot\""));
    assert_non_null(strstr(read, "\"reset\":\"a\""));
    cs_session_destroy(s);
    ev_loop_destroy(loop);
    unlink(file);
    unlink(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks),           cmocka_unit_test(panel),
        cmocka_unit_test(actions),         cmocka_unit_test(cut_off_otherwise),
        cmocka_unit_test(error_in_trace),  cmocka_unit_test(host_without),
        cmocka_unit_test(history),         cmocka_unit_test(sparks),
        cmocka_unit_test(session_does_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
