/* SPDX-License-Identifier: MIT */
/* The why view: what is told of a frame, an error, a state, as the trace selects it. */
#include "test_tui.h"

#include "tui/story.h"

static struct bench *busy(int64_t until_ps)
{
    struct bench *b = bench_new(0, 2);

    bench_traffic(b);
    bench_run(b, until_ps);
    bench_draw(b, 120, 40);
    return b;
}

/* Select the newest row for which that holds. */
static void select_kind(struct bench *b, enum cs_event_kind kind, int node)
{
    for (uint64_t n = b->tui.ring.end; n-- > b->tui.ring.first;) {
        const struct cs_row *row = cs_tui_ring_get(&b->tui.ring, n);
        if (row->kind != kind || (node >= 0 && row->node != node))
            continue;
        b->tui.trace.follow = false;
        b->tui.trace.sel = n;
        return;
    }
    fail_msg("no such row");
}

static void looks(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);

    (void)state;
    select_kind(b, CS_EV_FRAME, 1); /* it had to wait for the other */
    bench_keys(b, "W");
    bench_draw(b, 80, 24);
    bench_golden(b, "why-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "why-160x50");
    bench_free(b);
}

static void frame(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);

    (void)state;
    select_kind(b, CS_EV_FRAME, 1);
    bench_keys(b, "W");
    bench_draw(b, 200, 60);
    assert_true(bench_shows(b, "Queued by \"dashboard\": 2A0#48656C6C6F000006"));
    assert_true(bench_shows(b, "lost arbitration at identifier bit 1 (ID.27, wire bit 2) to "
                               "\"engine\"."));
    assert_true(bench_shows(b, "Acknowledged by \"engine\"."));
    assert_true(bench_shows(b, "Received by \"engine\" and \"logger\"."));
    assert_true(bench_shows(b, "2 tries, arbitration lost 1 time."));
    /* From its lost arbitration it is the same story. */
    select_kind(b, CS_EV_ARB_LOST, 1);
    bench_draw(b, 200, 60);
    assert_true(bench_shows(b, "2 tries, arbitration lost 1 time."));
    bench_free(b);
}

static void as_run_explains(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    char why[256];

    (void)state;
    assert_true(bench_arm(b, 0, "flip field=crc index=3 id=0x100 nth=2", why, sizeof why) > 0);
    bench_run(b, 160 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    select_kind(b, CS_EV_ERROR_FRAME, -1);
    bench_keys(b, "W");
    bench_draw(b, 200, 60);
    assert_true(bench_shows(b, "Queued by \"engine\": 100#0E112233"));
    assert_true(bench_shows(b, "Fault 1 fires"));
    assert_true(bench_shows(b, "Bit error at CRC bit 3"));
    assert_true(bench_shows(b, "an active error flag, six dominant bits"));
    assert_true(bench_shows(b, "\"engine\" will try again."));
    assert_true(bench_shows(b, "TEC 0 -> 8"));
    assert_true(bench_shows(b, "2 tries"));
    bench_free(b);
}

/* Passive after sixteen errors: the steps, the first and the last of them. */
static void state_steps(void **state)
{
    struct bench *b = bench_new(0, 1);
    int lonely = bench_node(b, 0, "lonely", CS_MODE_NORMAL);

    (void)state;
    bench_sends(b, 0, lonely, "123#55", 10 * CS_PS_PER_MS, 0);
    bench_run(b, 15 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    select_kind(b, CS_EV_STATE, lonely);
    bench_keys(b, "W");
    bench_draw(b, 160, 60);
    assert_true(bench_shows(b, "\"lonely\" is error passive now, with TEC 128 and REC 0."));
    assert_true(bench_shows(b, "TEC 8 -> 16: ack error at ack of 123#56: nobody acknowledged"));
    assert_true(bench_shows(b, "TEC 120 -> 128"));
    assert_true(bench_shows(b, "... 2 more ..."));
    assert_true(bench_hides(b, "TEC 56 -> 64"));
    assert_true(bench_shows(b, "sends recessive error flags"));
    bench_keys(b, "f:node LONELY<Enter>"); /* by its name */
    bench_draw(b, 160, 60);
    assert_false(b->tui.trace.follow);
    assert_true(bench_shows(b, "\"lonely\" is error passive now"));
    bench_keys(b, ":node nobody<Enter>");
    bench_draw(b, 160, 60);
    assert_true(bench_shows(b, "no change of state of \"nobody\""));
    assert_int_equal(b->tui.overlay, CS_OVERLAY_PROMPT);
    bench_free(b);
}

/* A wait of many attempts: those in the midst are counted. */
static void long_wait(void **state)
{
    struct bench *b = bench_new(0, 1);
    int lonely = bench_node(b, 0, "lonely", CS_MODE_NORMAL);

    (void)state;
    bench_sends(b, 0, lonely, "123#55", 10 * CS_PS_PER_MS, 0);
    bench_run(b, 25 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "W");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not over yet"));
    bench_keys(b, "<End>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "It is not over yet."));
    bench_draw(b, 120, 200);
    assert_true(bench_shows(b, "more attempts on this bus are left out"));
    assert_true(bench_shows(b, "(8th try)"));
    assert_true(bench_hides(b, "(20th try)"));
    bench_free(b);
}

static void scrolls_and_moves(void **state)
{
    struct bench *b = busy(1500 * CS_PS_PER_MS);
    uint64_t sel;

    (void)state;
    bench_keys(b, "W");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Queued by \"door\": 0F0#01"));
    bench_keys(b, "<PgDn>");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "Queued by"));
    bench_keys(b, "<Home>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "Queued by"));
    bench_keys(b, "<Left>");
    bench_draw(b, 80, 24);
    assert_false(b->tui.trace.follow);
    sel = b->tui.trace.sel;
    bench_keys(b, "<Left>");
    assert_int_equal(b->tui.trace.sel, sel - 1);
    bench_keys(b, "<Enter>");
    assert_string_equal(cs_views[b->tui.view]->name, "wire");
    bench_keys(b, "<Enter>");
    assert_string_equal(cs_views[b->tui.view]->name, "why");
    assert_int_equal(b->tui.trace.sel, sel - 1);
    bench_free(b);
}

static void empty(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "W");
    bench_draw(b, 100, 24);
    assert_true(bench_shows(b, "nothing has happened yet: i sends a frame"));
    bench_keys(b, "<Left><Right><Up><Down><PgUp><PgDn><Home><End>fe");
    bench_draw(b, 100, 24);
    bench_free(b);
}

/* A host that cannot tell: remote ones. */
static void mute_host(void **state)
{
    struct bench *b = busy(125 * CS_PS_PER_MS);
    struct cs_host_ops ops = *b->host.ops;

    (void)state;
    ops.tell = NULL;
    ops.step_bit = NULL;
    b->host.ops = &ops;
    bench_keys(b, "W");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "This host does not tell the life of frames."));
    b->paused = true;
    bench_draw(b, 80, 24);
    bench_keys(b, "6s");
    bench_draw(b, 100, 24);
    assert_true(bench_shows(b, "this host does not step by bits"));
    bench_free(b);
}

/* Every row has a story, at any size. */
static void every_row(void **state)
{
    static const int sizes[][2] = {{80, 24}, {40, 5}, {20, 9}, {240, 70}, {1, 1}};
    struct bench *b = busy(1500 * CS_PS_PER_MS);

    (void)state;
    bench_run(b, 1510 * CS_PS_PER_MS);
    bench_keys(b, "W");
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t from = b->tui.ring.end > 40 ? b->tui.ring.end - 40 : 0;
        for (uint64_t n = i ? from : 0; n < b->tui.ring.end; n++) {
            struct cs_story *story;
            b->tui.trace.follow = false;
            b->tui.trace.sel = n;
            bench_draw(b, sizes[i][0], sizes[i][1]);
            story = *(struct cs_story **)cs_view_state(&b->tui, &cs_view_why);
            assert_int_equal(story->row, n);
            assert_true(strlen(story->text) > 20);
        }
    }
    bench_free(b);
}

/* Panes may be small. */
static void tiny_panes(void **state)
{
    struct bench *b = busy(1500 * CS_PS_PER_MS);
    struct cs_canvas canvas = {0};

    (void)state;
    bench_keys(b, "W");
    bench_draw(b, 80, 24);
    for (int w = 1; w < 90; w += 7)
        for (int h = 1; h < 30; h += 3) {
            assert_int_equal(cs_canvas_resize(&canvas, w, h), 0);
            cs_view_why.draw(&b->tui, &canvas, (struct cs_rect){0, 0, w, h});
        }
    cs_canvas_fini(&canvas);
    bench_free(b);
}

/* W in the view of nodes: the steps of its counters with what caused them, and the way back. */
static void node_life(void **state)
{
    struct bench *b = bench_new(0, 1);
    int lonely = bench_node(b, 0, "lonely", CS_MODE_NORMAL);

    (void)state;
    bench_sends(b, 0, lonely, "123#55", 10 * CS_PS_PER_MS, 0);
    bench_run(b, 15 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    bench_keys(b, "3W");
    bench_draw(b, 80, 24);
    bench_golden(b, "why-node-80x24");
    bench_draw(b, 160, 50);
    bench_golden(b, "why-node-160x50");
    assert_true(bench_shows(b, "TEC 0 -> 8: ack error at ack of its own 123#56"));
    assert_true(bench_shows(b, "Nobody acknowledged"));
    /* Somebody comes: step by step it recovers, and that is told while one looks. */
    const int friend = bench_node(b, 0, "friend", CS_MODE_NORMAL);
    bench_run(b, 25 * CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "it sent 123#56 well."));
    assert_true(bench_shows(b, "It becomes error active, with TEC 127"));
    assert_true(bench_shows(b, "Each frame that it sends well takes 1 off TEC: "));
    /* One that only receives. */
    bench_sends(b, 0, friend, "200#00", 10 * CS_PS_PER_MS, 0);
    bench_keys(b, ":flip field=crc id=0x200 count=3<Enter>");
    bench_run(b, 60 * CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "as receiver"));
    assert_true(bench_shows(b, "well."));
    /* Another row, and it is told of that. */
    bench_keys(b, "<Left>");
    bench_draw(b, 160, 50);
    assert_true(bench_hides(b, "of a node"));
    /* A fault that goes on is named, a node that is gone is none. */
    bench_keys(b, "4:no-ack node=friend<Enter>:node friend<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "is armed and goes on until it is cleared: no-ack node=friend"));
    cs_bus_detach(cs_sim_bus(b->sim, 0), friend);
    bench_run(b, 61 * CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    assert_true(bench_hides(b, "of a node"));
    bench_free(b);
}

/* Bus-off, and how far the recovery has come. */
static void node_off(void **state)
{
    struct bench *b = bench_new(0, 1);
    int victim = bench_node(b, 0, "victim", CS_MODE_NORMAL);

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_sends(b, 0, victim, "123#55", 10 * CS_PS_PER_MS, 0);
    bench_keys(b, "4:attack-bus-off id=0x123<Enter>");
    int64_t at_ps = 10 * CS_PS_PER_MS;
    for (; at_ps < 40 * CS_PS_PER_MS; at_ps += CS_PS_PER_MS / 5) {
        bench_run(b, at_ps);
        bench_keys(b, "3");
        bench_draw(b, 160, 50);
        if (b->tui.nodes[0].status.state == CS_STATE_BUS_OFF)
            break;
    }
    bench_keys(b, ":node victim<Enter>");
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "It becomes bus off, with TEC 256"));
    assert_true(bench_shows(b, "... 15 more like it"));
    assert_true(bench_shows(b, "neither sends nor acknowledges"));
    bench_run(b, at_ps + CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "of the 128 so far"));
    bench_run(b, at_ps + 10 * CS_PS_PER_MS);
    bench_draw(b, 160, 50);
    assert_true(bench_shows(b, "It becomes error active, with TEC 0"));
    for (int width = 20; width < 100; width += 13) {
        bench_draw(b, width, 10);
        bench_keys(b, "<PgDn>");
    }
    bench_free(b);
}

/* W where an identifier is selected: its newest frame. */
static void frame_life(void **state)
{
    struct bench *b = bench_new(0, 2);

    (void)state;
    bench_traffic(b);
    bench_run(b, 125 * CS_PS_PER_MS);
    bench_draw(b, 120, 40);
    bench_keys(b, "2<Home>W");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "Valid: 100#"));
    bench_keys(b, "0<Down>");
    bench_draw(b, 120, 40);
    bench_keys(b, "<Down><Up>W");
    bench_draw(b, 120, 40);
    assert_true(bench_shows(b, "Valid: "));
    assert_ptr_equal(cs_views[b->tui.view], &cs_view_why);
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_life),
        cmocka_unit_test(node_off),
        cmocka_unit_test(frame_life),
        cmocka_unit_test(looks),
        cmocka_unit_test(frame),
        cmocka_unit_test(as_run_explains),
        cmocka_unit_test(state_steps),
        cmocka_unit_test(long_wait),
        cmocka_unit_test(scrolls_and_moves),
        cmocka_unit_test(empty),
        cmocka_unit_test(mute_host),
        cmocka_unit_test(every_row),
        cmocka_unit_test(tiny_panes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
