/* SPDX-License-Identifier: MIT */
/* The log of messages: what becomes a line of it, what is shown, and the way into the trace. */
#include "test_tui.h"

#include "tui/messages.h"

#define MS CS_PS_PER_MS

static uint64_t refused, broke, lost;

static void refresh(void *ctx, struct cs_tui *tui, unsigned needs)
{
    bench_refresh(ctx, tui, needs);
    tui->info.refused = refused;
    tui->info.broke = broke;
    tui->info.lost = lost;
}

static struct bench *log_bench(void)
{
    static struct cs_host_ops ops;
    struct bench *b = bench_new(1000, 2);

    refused = broke = lost = 0;
    ops = bench_ops;
    ops.refresh = refresh;
    b->host.ops = &ops;
    bench_draw(b, 80, 24);
    bench_keys(b, "M");
    assert_ptr_equal(cs_views[b->tui.view], &cs_view_messages);
    return b;
}

static const struct cs_messages *log_of(struct bench *b)
{
    return cs_view_state(&b->tui, &cs_view_messages);
}

static const struct cs_logged *last(struct bench *b)
{
    const struct cs_messages *m = log_of(b);

    assert_true(m->end > m->first);
    return &m->logged[(m->end - 1) % CS_MESSAGES];
}

static void note(struct bench *b, int node, const char *text)
{
    const struct cs_event event = {.kind = CS_EV_NOTE, .node = (int16_t)node, .text = text};

    cs_sim_publish(b->sim, &event);
}

/* A bit of everything. */
static void some_messages(struct bench *b)
{
    bench_traffic(b);
    bench_run(b, 30 * MS);
    note(b, CS_NO_NODE, "the door opens");
    note(b, 0,
         "too hot: this sentence has more to say than there is room for in a row of the trace");
    bench_draw(b, 80, 24);
    bench_keys(b, "1i12<Enter><Esc>e");
    bench_run(b, 50 * MS);
    refused = 1;
    bench_draw(b, 80, 24);
    lost = 200;
    broke = 2;
    bench_draw(b, 80, 24);
    cs_bus_detach(cs_sim_bus(b->sim, 1), 0);
    bench_run(b, 60 * MS);
    bench_keys(b, "M");
}

static void what_becomes_a_line(void **state)
{
    struct bench *b = log_bench();

    (void)state;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no message yet"));
    bench_node(b, 0, "engine", CS_MODE_LISTEN_ONLY);
    bench_run(b, MS);
    assert_string_equal(last(b)->text, "engine joined, listen-only");
    assert_int_equal(last(b)->kind, CS_MESSAGE_JOIN);
    note(b, 0, "hello");
    assert_string_equal(last(b)->text, "engine: hello");
    note(b, CS_NO_NODE, "the whole text, though a row of the trace holds no more than 64 bytes");
    assert_non_null(strstr(last(b)->text, "than 64 bytes"));
    assert_int_equal(last(b)->kind, CS_MESSAGE_NOTE);
    const uint64_t end = log_of(b)->end;
    for (int i = 0; i < 3; i++) {
        bench_run(b, (2 + i) * MS);
        cs_tui_refresh(&b->tui);
        cs_tui_say(&b->tui, true, "%d is too much", 7);
    }
    assert_int_equal(log_of(b)->end, end + 1);
    assert_int_equal(last(b)->times, 3);
    assert_int_equal(last(b)->at_ps, 4 * MS);
    assert_int_equal(last(b)->kind, CS_MESSAGE_WRONG);
    cs_tui_say(&b->tui, false, "%d is too much", 7);
    assert_int_equal(last(b)->times, 1);
    refused = 1;
    cs_tui_refresh(&b->tui);
    assert_string_equal(last(b)->text, "a client was turned away");
    refused = 4;
    cs_tui_refresh(&b->tui);
    cs_tui_refresh(&b->tui);
    assert_string_equal(last(b)->text, "3 clients were turned away; 4 so far");
    assert_int_equal(last(b)->times, 1);
    bench_free(b);
}

static void the_log_is_bounded(void **state)
{
    struct bench *b = log_bench();
    char text[32];

    (void)state;
    for (int i = 0; i < 3 * CS_MESSAGES; i++) {
        snprintf(text, sizeof text, "message %d", i);
        cs_tui_say(&b->tui, false, "%s", text);
        if (i == 1500) {
            bench_draw(b, 80, 24);
            bench_keys(b, "<Up>");
            assert_int_equal(log_of(b)->sel, 1499);
        }
    }
    assert_int_equal(log_of(b)->end - log_of(b)->first, CS_MESSAGES);
    /* What was selected is gone: the oldest is. */
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "message 2000"));
    assert_true(bench_hides(b, "message 1999"));
    bench_keys(b, "G");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "message 2999"));
    assert_true(bench_shows(b, "1000 messages · following"));
    bench_keys(b, "g");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "message 2999"));
    bench_keys(b, "c");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no message yet"));
    bench_free(b);
}

static void one_kind_alone(void **state)
{
    struct bench *b = log_bench();

    (void)state;
    some_messages(b);
    bench_keys(b, "fff");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "note only · 2 messages"));
    assert_true(bench_shows(b, "the door opens"));
    assert_true(bench_hides(b, "joined"));
    bench_keys(b, "f");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "door left"));
    bench_keys(b, "ffff");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "door left"));
    assert_true(bench_shows(b, "the door opens"));
    bench_keys(b, "FFFFFF");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "not sent: this is no frame yet"));
    assert_int_equal(log_of(b)->n_shown, 1);
    /* Nothing was added by looking at it. */
    assert_int_equal(log_of(b)->only, CS_MESSAGE_WRONG + 1);
    bench_keys(b, "cf<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing of this kind"));
    bench_free(b);
}

/* When a node's state changed, and what was armed; not that each one takes part. */
static void states_and_faults(void **state)
{
    struct bench *b = bench_new(0, 1);
    int node = bench_node(b, 0, "engine", CS_MODE_NORMAL);
    struct cs_frame frame = {.id = 0x100};

    (void)state;
    b->tui.view = (unsigned)cs_view_find("messages");
    cs_bus_submit(cs_sim_bus(b->sim, 0), node, &frame, 0);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_keys(b, ":short for=1ms<Enter>");
    bench_run(b, 200 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "state engine → error passive, TEC 128 REC 0"));
    assert_true(bench_shows(b, "fault 1 armed: short for=1ms"));
    assert_true(bench_shows(b, "fault 1 ended"));
    assert_true(bench_hides(b, "takes part"));
    assert_true(bench_hides(b, "fired"));
    bench_free(b);
}

/* A node that goes bus-off is told of in whatever view; a key takes the line away. */
static void bus_off_is_told(void **state)
{
    struct bench *b = bench_new(0, 1);
    int node = bench_node(b, 0, "engine", CS_MODE_NORMAL);
    struct cs_frame frame = {.id = 0x100};

    (void)state;
    bench_node(b, 0, "other", CS_MODE_NORMAL);
    bench_run(b, CS_PS_PER_MS);
    bench_keys(b, "2:flip field=crc index=2 from=engine count=32<Enter>");
    bench_draw(b, 80, 24); /* that it was armed gives way to what came of it */
    assert_true(bench_shows(b, "armed on can0 as 1"));
    cs_bus_submit(cs_sim_bus(b->sim, 0), node, &frame, 0);
    bench_run(b, 100 * CS_PS_PER_MS);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "engine went bus-off at 0.00"));
    assert_true(bench_shows(b, "3 shows the nodes, W tells why"));
    bench_keys(b, "W"); /* of that node */
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "engine") && bench_shows(b, "TEC 256") &&
                bench_shows(b, "of a node"));
    bench_keys(b, "3");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "W tells why"));
    /* While time stands still the footer names the ways on. */
    b->tui.info.paused = true;
    bench_draw(b, 80, 24);
    b->tui.info.paused = true;
    cs_tui_draw(&b->tui, &b->canvas);
    assert_true(bench_shows(b, "Space go . step n next frame"));
    bench_free(b);
}

static void the_way_into_the_trace(void **state)
{
    struct bench *b = log_bench();
    uint64_t wanted;

    (void)state;
    some_messages(b);
    bench_keys(b, "Mfffg");
    wanted = log_of(b)->logged[log_of(b)->sel].row;
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.view, 0);
    assert_false(b->tui.trace.follow);
    /* The trace shows no frames (e was pressed): the note is there. */
    assert_int_equal(b->tui.trace.sel, wanted);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the door opens"));
    /* What came before the trace begins. */
    bench_run(b, 20 * CS_PS_PER_S);
    assert_true(b->tui.ring.first > wanted);
    bench_keys(b, "M<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the trace begins later by now"));
    assert_ptr_equal(cs_views[b->tui.view], &cs_view_messages);
    bench_free(b);
}

static void pictures(void **state)
{
    struct bench *b = log_bench();

    (void)state;
    some_messages(b);
    bench_draw(b, 80, 24);
    bench_golden(b, "messages-80x24");
    bench_keys(b, "<Up><Up>");
    bench_draw(b, 160, 50);
    bench_golden(b, "messages-160x50");
    bench_free(b);
}

static void it_fits(void **state)
{
    struct bench *b = log_bench();

    (void)state;
    some_messages(b);
    for (int split = 0; split < CS_SPLIT_COUNT; split++) {
        for (int width = 40; width <= 260; width += 11)
            for (int height = 5; height <= 75; height += 7) {
                bench_draw(b, width, height);
                bench_keys(b, "<PgUp>f<Down>");
                bench_draw(b, width, height);
            }
        bench_keys(b, "|");
    }
    bench_free(b);
}

static void the_mouse(void **state)
{
    struct bench *b = log_bench();
    struct cs_mouse mouse = {.kind = CS_MOUSE_PRESS, .button = 1, .x = 5};

    (void)state;
    some_messages(b);
    bench_draw(b, 120, 40);
    mouse.y = cs_tui_pane(&b->tui, 0).y + 3;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(log_of(b)->sel, 2);
    mouse.kind = CS_MOUSE_DOWN;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(log_of(b)->sel, 5);
    mouse.kind = CS_MOUSE_DOUBLE;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->tui.view, 0);
    bench_free(b);
}

/* A key without a use here is answered, and not remembered. */
static void keys_without_use(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    bench_keys(b, "1K");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "K does nothing here: ? tells all keys"));
    bench_keys(b, "M");
    bench_draw(b, 80, 24);
    assert_true(bench_hides(b, "does nothing"));
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_becomes_a_line),
        cmocka_unit_test(the_log_is_bounded),
        cmocka_unit_test(one_kind_alone),
        cmocka_unit_test(states_and_faults),
        cmocka_unit_test(bus_off_is_told),
        cmocka_unit_test(the_way_into_the_trace),
        cmocka_unit_test(pictures),
        cmocka_unit_test(it_fits),
        cmocka_unit_test(the_mouse),
        cmocka_unit_test(keys_without_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
