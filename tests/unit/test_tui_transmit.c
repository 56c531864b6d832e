/* SPDX-License-Identifier: MIT */
/* The list of frames to send: the form, keys, undo, files, what reaches the bus, pictures. */
#include "test_tui.h"

#include <errno.h>
#include <unistd.h>

#include "scenarios/senders.h"
#include "tui/transmit.h"

#define MS CS_PS_PER_MS

static struct bench *bench_now;
static struct cs_senders *senders;
static int nodes_now[2];

static void over(void *ctx, const struct cs_tx_done *done)
{
    (void)ctx;
    cs_senders_over(senders, done);
}

static int submit(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie)
{
    static const struct cs_controller_ops ops = {.confirmed = over};
    const struct cs_controller_config config = {.name = "console", .via = "tui", .ops = &ops};
    struct bench *b = ctx;

    if (nodes_now[bus] < 0)
        nodes_now[bus] = cs_bus_attach(cs_sim_bus(b->sim, bus), &config);
    return cs_bus_submit(cs_sim_bus(b->sim, bus), nodes_now[bus], frame, cookie);
}

static int host_send(void *ctx, unsigned slot, const struct cs_send *send, bool run)
{
    (void)ctx;
    return cs_senders_set(senders, slot, send, run);
}

static int host_send_now(void *ctx, unsigned slot)
{
    (void)ctx;
    return cs_senders_now(senders, slot);
}

/* A host far away that does not let itself be told. */
static int host_cannot(void *ctx, unsigned slot, const struct cs_send *send, bool run)
{
    (void)ctx;
    (void)slot;
    (void)send;
    (void)run;
    return -EOPNOTSUPP;
}

static bool host_sent(void *ctx, unsigned slot, struct cs_sent *sent)
{
    (void)ctx;
    return cs_senders_look(senders, slot, sent);
}

/* A bench whose host sends; somebody is on each bus to acknowledge. */
static struct bench *sender_bench(unsigned n_buses)
{
    static struct cs_host_ops ops;
    struct bench *b = bench_new(0, n_buses);

    ops = bench_ops;
    ops.send = host_send;
    ops.send_now = host_send_now;
    ops.sent = host_sent;
    b->host.ops = &ops;
    bench_now = b;
    nodes_now[0] = nodes_now[1] = -1;
    senders = cs_senders_create(b->sim, submit, b);
    assert_non_null(senders);
    bench_node(b, 0, "engine", CS_MODE_NORMAL);
    if (n_buses > 1)
        bench_node(b, 1, "door", CS_MODE_NORMAL);
    bench_run(b, MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "7");
    assert_ptr_equal(cs_views[b->tui.view], &cs_view_transmit);
    return b;
}

static void sender_free(struct bench *b)
{
    bench_free(b);
    cs_senders_destroy(senders);
}

static const struct cs_transmit *list_of(struct bench *b)
{
    return cs_transmit_of(&b->tui);
}

static const struct cs_send_item *item_at(struct bench *b, unsigned i)
{
    assert_in_range(i, 0, (int)list_of(b)->list.n - 1);
    return &list_of(b)->list.frame[i].item;
}

static const struct cs_sent *sent_at(struct bench *b, unsigned i)
{
    cs_tui_refresh(&b->tui);
    return &list_of(b)->sent[list_of(b)->list.frame[i].slot];
}

static char *order(struct bench *b)
{
    static char text[CS_SENDERS * 12];

    text[0] = '\0';
    for (unsigned i = 0; i < list_of(b)->list.n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%X", i ? " " : "",
                 item_at(b, i)->send.frame.id);
    return text;
}

/* ---- counters and forms ---------------------------------------------------------------------- */

static void forms_tell_what_is_wrong(void **state)
{
    static const struct {
        int row;
        const char *text, *why;
    } rows[] = {
        {CS_SEND_FRAME, "12#", "an identifier has 3 hex digits"},
        {CS_SEND_PERIOD, "10", "must be a time"},
        {CS_SEND_PERIOD, "1us", "the period must be 100us..1h"},
        {CS_SEND_BURST, "0", "must be 1..1000 frames"},
        {CS_SEND_BURST, "3x", "must be 1..1000 frames"},
        {CS_SEND_GAP, "1", "must be a time"},
        {CS_SEND_GAP, "20ms", "the burst must be over before the next period"},
        {CS_SEND_COUNTER, "2", "must be within the data"},
    };
    const struct cs_send_item good = {.send = {.burst = 1}};
    struct cs_send_form form;
    char why[160];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cs_send_item item = good;
        int wrong;
        cs_send_form_fill(&form, &good);
        cs_textfield_set(&form.value[CS_SEND_FRAME], "123#1122");
        cs_textfield_set(&form.value[CS_SEND_PERIOD], "10ms");
        cs_textfield_set(&form.value[CS_SEND_BURST], "2");
        assert_int_equal(cs_send_form_read(&form, &item, &wrong, why, sizeof why), 0);
        cs_textfield_set(&form.value[rows[i].row], rows[i].text);
        item = good;
        assert_int_equal(cs_send_form_read(&form, &item, &wrong, why, sizeof why), -EINVAL);
        if (!strstr(why, rows[i].why) || wrong != rows[i].row)
            fail_msg("row %d, \"%s\": told of %d: %s", rows[i].row, rows[i].text, wrong, why);
    }
}

/* ---- the list -------------------------------------------------------------------------------- */

static void frames_are_sent(void **state)
{
    struct bench *b = sender_bench(2);

    (void)state;
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "a adds a frame"));
    bench_keys(b, "s");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no frame yet: a adds one"));
    bench_keys(b, "a123#11<Enter>s");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "123#11 is queued on can0"));
    assert_true(bench_shows(b, "· once can0 123"));
    bench_run(b, 10 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 1);
    bench_keys(b, "<Up>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "queued 1, sent 1"));
    /* Again and again; a change goes on at the same instants. */
    bench_keys(b, "t");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "▶ runs"));
    bench_run(b, 215 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 4);
    bench_keys(b, "e<^U>124#2233<Tab><Tab><Tab><Tab>2<Enter>");
    assert_int_equal(item_at(b, 0)->send.period_ps, 100 * MS);
    assert_int_equal(item_at(b, 0)->send.burst, 2);
    bench_run(b, 415 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 8);
    /* Held, and on. */
    bench_keys(b, "H");
    bench_run(b, 1000 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 8);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "‖ held"));
    bench_keys(b, "H");
    bench_run(b, 1050 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 10);
    bench_keys(b, "t");
    bench_run(b, 2000 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 10);
    bench_keys(b, "d");
    assert_int_equal(list_of(b)->list.n, 0);
    assert_int_equal(cs_sim_timers(b->sim), 0);
    sender_free(b);
}

static void the_host_refuses(void **state)
{
    struct bench *b = sender_bench(1);
    struct cs_host_ops ops;

    (void)state;
    /* Classic bus. */
    bench_keys(b, "a123##1AA<Enter>s");
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "is not sent: this bus carries classic CAN frames only"));
    assert_true(bench_shows(b, "no CAN FD"));
    b->finished = true;
    bench_keys(b, "<Up>s");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the scenario is over: nothing is sent any more"));
    b->finished = false;
    ops = *b->host.ops;
    ops.send = host_cannot;
    b->host.ops = &ops;
    bench_keys(b, "Ds");
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "is not sent: this host takes no frames"));
    assert_true(bench_shows(b, "not taken"));
    b->host.ops = &bench_ops; /* one that knows nothing of all this */
    bench_keys(b, "stHD");
    bench_draw(b, 80, 24);
    bench_keys(b, "s");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "this host takes no frames"));
    sender_free(b);
}

static unsigned undone(const struct bench *b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < b->tui.undo.n; i++)
        n += b->tui.undo.step[i].undone;
    return n;
}

static void rows_are_changed_and_undone(void **state)
{
    struct bench *b = sender_bench(1);

    (void)state;
    bench_keys(b, "a100#<Enter>a200#<Enter>a300#<Enter>");
    assert_string_equal(order(b), "100 200 300");
    bench_keys(b, "KK");
    assert_string_equal(order(b), "300 100 200");
    bench_keys(b, "K"); /* it is the first */
    bench_keys(b, "J");
    assert_string_equal(order(b), "100 300 200");
    bench_keys(b, "D");
    assert_string_equal(order(b), "100 300 300 200");
    bench_keys(b, "e<^U>400#<Enter>gd");
    assert_string_equal(order(b), "300 400 200");
    bench_keys(b, "uu");
    assert_string_equal(order(b), "100 300 300 200");
    bench_keys(b, "uuuuuuu");
    assert_string_equal(order(b), "");
    bench_draw(b, 80, 24);
    bench_keys(b, "u");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing was changed"));
    bench_keys(b, "UUUUUUUUU");
    assert_string_equal(order(b), "300 400 200");
    bench_keys(b, "U");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "nothing was undone"));
    /* A change of one's own ends what could be done again. */
    bench_keys(b, "udU");
    assert_int_equal(undone(b), 0);
    sender_free(b);
}

/* 200 steps are kept, and no deletion that is undone lets a frame loose. */
static void undo_is_deep(void **state)
{
    struct bench *b = sender_bench(1);

    (void)state;
    bench_keys(b, "a100#00<Enter>a200#<Enter>");
    for (int i = 0; i < 300; i++)
        bench_keys(b, i % 2 ? "K" : "J");
    for (int i = 0; i < CS_UNDO_STEPS; i++)
        bench_keys(b, "KJ");
    assert_int_equal(b->tui.undo.n, CS_UNDO_STEPS);
    assert_int_equal(undone(b), 0);
    for (int i = 0; i < CS_UNDO_STEPS; i++)
        bench_keys(b, "u");
    assert_int_equal(undone(b), CS_UNDO_STEPS);
    bench_keys(b, "gtd");
    bench_run(b, 500 * MS);
    bench_keys(b, "u");
    assert_false(item_at(b, 0)->on);
    bench_run(b, 1000 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 0);
    /* But what runs goes on when something else is undone. */
    bench_keys(b, "gtG");
    bench_keys(b, "e<Tab><Tab>name<Enter>u");
    assert_true(item_at(b, 0)->on);
    sender_free(b);
}

static void the_list_is_bounded(void **state)
{
    struct bench *b = sender_bench(1);

    (void)state;
    bench_keys(b, "a100#<Enter>");
    for (int i = 1; i < CS_SENDERS; i++)
        bench_keys(b, "D");
    assert_int_equal(list_of(b)->list.n, CS_SENDERS);
    bench_keys(b, "D");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the list holds 64 frames and is full"));
    bench_keys(b, "a");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_NONE);
    bench_keys(b, "<PgUp><PgDn>gG");
    assert_int_equal(list_of(b)->rows.sel, CS_SENDERS - 1);
    sender_free(b);
}

static void keys_send_frames(void **state)
{
    struct bench *b = sender_bench(1);

    (void)state;
    bench_keys(b, "a100#<Enter>bXa200#<Enter>b<F11>");
    assert_string_equal(item_at(b, 0)->key, "X");
    assert_string_equal(item_at(b, 1)->key, "F11");
    bench_keys(b, "XX<F11>");
    bench_run(b, 20 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 2);
    assert_int_equal(sent_at(b, 1)->sent, 1);
    /* What has another meaning stays as it is. */
    bench_keys(b, "bq");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "q has another meaning here"));
    assert_false(b->tui.quit);
    bench_keys(b, "b7b<Esc>");
    assert_string_equal(item_at(b, 1)->key, "F11");
    /* The key goes to the other; none. */
    bench_keys(b, "bX");
    assert_string_equal(item_at(b, 0)->key, "");
    assert_string_equal(item_at(b, 1)->key, "X");
    bench_keys(b, "b<Del>");
    assert_string_equal(item_at(b, 1)->key, "");
    /* A function key that shows a view elsewhere; elsewhere it still does. */
    bench_keys(b, "b<F3><F3>");
    bench_run(b, 40 * MS);
    assert_int_equal(sent_at(b, 1)->sent, 2);
    bench_keys(b, "1<F3>");
    assert_int_equal(b->tui.view, 1);
    sender_free(b);
}

static void frames_come_from_the_trace(void **state)
{
    struct bench *b = sender_bench(2);

    (void)state;
    bench_keys(b, "1g7f");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "no frame is selected in the trace"));
    bench_traffic(b);
    bench_run(b, 55 * MS);
    bench_draw(b, 80, 24);
    bench_keys(b, "1G7f");
    assert_int_equal(list_of(b)->list.n, 1);
    assert_string_equal(item_at(b, 0)->name, "dashboard");
    assert_int_equal(item_at(b, 0)->send.frame.id, 0x18FEF100);
    bench_keys(b, "s");
    bench_run(b, 58 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 1);
    sender_free(b);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void lists_are_kept_in_files(void **state)
{
    char path[] = "/tmp/test_tui_transmit.XXXXXX", keys[256];
    struct bench *b = sender_bench(2);
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "{\n  nodes: 1}", 12), 12);
    close(fd);
    snprintf(keys, sizeof keys, ":transmit-load %s<Enter>", path);
    bench_keys(b, keys);
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, ":2:3: expected '\"' (a key), got 'n'"));
    bench_keys(b, "<Esc>:transmit-save /tmp/x<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "there is no frame in the list"));
    bench_keys(b, "<Esc>a123#1122<Tab><Right><Tab>mine<Tab>20ms<Enter>bXta100#<Enter>");
    snprintf(keys, sizeof keys, ":transmit-save %s<Enter>", path);
    bench_keys(b, keys);
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "2 frames, of use to a scenario as well"));
    bench_keys(b, "gdd:transmit-load<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "2 frames, 1 periodic and held: T lets it go on"));
    assert_string_equal(item_at(b, 0)->name, "mine");
    assert_string_equal(item_at(b, 0)->key, "X");
    assert_int_equal(item_at(b, 0)->send.bus, 1);
    bench_run(b, 200 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 0);
    bench_keys(b, "H");
    bench_run(b, 250 * MS);
    assert_int_equal(sent_at(b, 0)->sent, 3);
    bench_keys(b, "u");
    assert_int_equal(list_of(b)->list.n, 0);
    bench_keys(b, "U:transmit-export<Enter>");
    bench_draw(b, 80, 24);
    assert_true(bench_shows(b, "the name of a file is missing"));
    bench_keys(b, "<Esc>");
    snprintf(keys, sizeof keys, ":transmit-export %s<Enter>", path);
    bench_keys(b, keys);
    bench_draw(b, 120, 30);
    assert_true(bench_shows(b, "2 frames as a scenario: cansim run sends them"));
    unlink(path);
    sender_free(b);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void some_frames(struct bench *b)
{
    bench_keys(b, "a123#DEADBEEF00<Tab><Tab>engine status<Tab>10ms<Tab>3<Tab>1ms<Tab>4<Enter>t");
    bench_keys(b, "a18FEF100#0102030405060708<Tab><Right><Tab>crane<Tab>250ms<Enter>bX");
    bench_keys(b, "a7DF#R8<Tab><Tab>ask<Enter>bYs<Up>");
    bench_run(b, 90 * MS);
}

static void pictures(void **state)
{
    static const struct {
        int width, height;
        const char *name;
    } sizes[] = {{80, 24, "80x24"}, {160, 50, "160x50"}};
    struct bench *b = sender_bench(2);
    char name[64];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        bench_draw(b, sizes[i].width, sizes[i].height);
        snprintf(name, sizeof name, "transmit-empty-%s", sizes[i].name);
        bench_golden(b, name);
    }
    some_frames(b);
    for (size_t i = 0; i < 2; i++) {
        bench_draw(b, sizes[i].width, sizes[i].height);
        bench_keys(b, "<Up>");
        bench_draw(b, sizes[i].width, sizes[i].height);
        snprintf(name, sizeof name, "transmit-%s", sizes[i].name);
        bench_golden(b, name);
    }
    bench_keys(b, "e<Tab><Tab><Tab>10");
    bench_draw(b, 80, 24);
    bench_golden(b, "transmit-form");
    bench_keys(b, "<Enter>");
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SEND);
    bench_keys(b, "<Esc>");
    b->canvas.ascii = true;
    bench_draw(b, 80, 24);
    bench_golden(b, "transmit-ascii");
    sender_free(b);
}

/* All sizes and divisions, with the form open and without. */
static void it_fits(void **state)
{
    struct bench *b = sender_bench(2);

    (void)state;
    some_frames(b);
    bench_keys(b, "a123##1000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20212223"
                  "2425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F<Enter>");
    for (int split = 0; split < CS_SPLIT_COUNT; split++) {
        for (int width = 40; width <= 260; width += 11)
            for (int height = 5; height <= 75; height += 7) {
                bench_draw(b, width, height);
                bench_keys(b, "<Down><PgUp>e");
                bench_draw(b, width, height);
                bench_keys(b, "<Tab><Tab><Esc>");
            }
        bench_keys(b, "|");
    }
    sender_free(b);
}

/* What shows another view elsewhere does so here. */
static void the_views_keys(void **state)
{
    struct bench *b = bench_new(0, 1);

    (void)state;
    for (unsigned v = 0; v < cs_n_views; v++)
        for (unsigned i = 0; i < cs_view_transmit.n_bindings; i++)
            assert_int_not_equal(cs_view_transmit.bindings[i].keys[0], cs_views[v]->keys[0]);
    bench_keys(b, "7T");
    assert_ptr_equal(cs_views[b->tui.view], &cs_view_scenario);
    bench_free(b);
}

/* Whatever is pressed, the list is whole, and the bus carries what it says. */
static void random_keys(void **state)
{
    static const char *const keys[] = {
        "a",       "e",       "s",       "t",      "H",       "d",      "D",        "K",
        "J",       "u",       "U",       "b",      "f",       "X",      "Y",        "<F12>",
        "<Esc>",   "<Enter>", "<Enter>", "<Tab>",  "<Up>",    "<Down>", "<PgUp>",   "<Home>",
        "<End>",   "<BS>",    "<^U>",    "123#11", "7",       "10ms",   "2",        "0:16+3 1..9",
        "<Right>", "|",       "o",       "z",      "<Space>", "1",      "456##1AA", "<F8>"};
    const unsigned seed = 4711, n_keys = sizeof keys / sizeof *keys;
    struct bench *b = sender_bench(2);

    (void)state;
    bench_traffic(b);
    srandom(seed);
    for (int i = 0; i < 30000; i++) {
        bench_keys(b, keys[(unsigned)random() % n_keys]);
        if (i % 50 == 0) {
            bench_run(b, cs_sim_now_ps(b->sim) + 20 * MS);
            bench_draw(b, 80 + (int)(random() % 100), 24 + (int)(random() % 40));
            bench_keys(b, "<Esc>7");
        }
        assert_in_range(list_of(b)->list.n, 0, CS_SENDERS);
        assert_in_range(list_of(b)->rows.sel, 0, CS_SENDERS - 1);
    }
    bench_keys(b, "<Esc><Esc>7");
    cs_transmit_sync(&b->tui);
    unsigned running = 0, wanted = 0;
    for (unsigned slot = 0; slot < CS_SENDERS; slot++) {
        struct cs_sent sent;
        running += cs_senders_look(senders, slot, &sent) && sent.running;
    }
    for (unsigned i = 0; i < list_of(b)->list.n; i++)
        wanted += item_at(b, i)->on && !list_of(b)->held;
    assert_int_equal(running, wanted);
    sender_free(b);
}

static void the_mouse(void **state)
{
    struct bench *b = sender_bench(2);
    struct cs_mouse mouse = {.kind = CS_MOUSE_PRESS, .button = 1, .x = 5};

    (void)state;
    some_frames(b);
    bench_draw(b, 120, 40);
    mouse.y = cs_tui_pane(&b->tui, 0).y + 2;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(list_of(b)->rows.sel, 1);
    mouse.kind = CS_MOUSE_UP;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(list_of(b)->rows.sel, 0);
    mouse.kind = CS_MOUSE_DOUBLE;
    mouse.y++;
    cs_tui_mouse(&b->tui, &mouse);
    assert_int_equal(b->tui.overlay, CS_OVERLAY_SEND);
    assert_int_equal(list_of(b)->form.edits, 2);
    sender_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_tell_what_is_wrong),
        cmocka_unit_test(frames_are_sent),
        cmocka_unit_test(the_host_refuses),
        cmocka_unit_test(rows_are_changed_and_undone),
        cmocka_unit_test(undo_is_deep),
        cmocka_unit_test(the_list_is_bounded),
        cmocka_unit_test(keys_send_frames),
        cmocka_unit_test(frames_come_from_the_trace),
        cmocka_unit_test(lists_are_kept_in_files),
        cmocka_unit_test(pictures),
        cmocka_unit_test(it_fits),
        cmocka_unit_test(the_views_keys),
        cmocka_unit_test(random_keys),
        cmocka_unit_test(the_mouse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
