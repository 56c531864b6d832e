/* SPDX-License-Identifier: MIT */
/* What a window computes itself of what a host elsewhere tells, message by message: no host, no
 * socket. */
#include "test_tui.h"

#include "tui/host_link.h"
#include "tui/pages.h"
#include "tui/traffic.h"

#define S CS_PS_PER_S

struct remote {
    struct bench near; /* of a bench only `tui` and `canvas` */
    struct cs_host_link link;
    uint64_t seq;
};

static struct cs_proto_msg msg;

static struct remote *remote_new(void)
{
    struct remote *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->near.console = -1;
    r->near.host = r->link.host = (struct cs_host){&cs_host_link_ops, &r->link};
    r->link.tui = &r->near.tui;
    r->link.fresh = true;
    assert_int_equal(cs_tui_init(&r->near.tui, &r->near.host, 1000), 0);
    return r;
}

static void remote_free(struct remote *r)
{
    cs_host_link_close(&r->link);
    cs_tui_fini(&r->near.tui);
    cs_canvas_fini(&r->near.canvas);
    free(r);
}

/* ---- what the host tells --------------------------------------------------------------------- */

static void put_begin(struct remote *r, int64_t now_ps)
{
    msg = (struct cs_proto_msg){
        .type = CS_PROTO_INFO, .at_ps = now_ps, .n_buses = 1, .speed_permille = 1000};
    cs_host_link_take(&r->link, &msg);
    msg = (struct cs_proto_msg){.type = CS_PROTO_BUS_STATUS, .bitrate_bps = 500000};
    snprintf(msg.bus, sizeof msg.bus, "can0");
    /* timing: none that can be; the bit rate counts */
    cs_host_link_take(&r->link, &msg);
}

static void put_node(struct remote *r, int16_t node, const char *name)
{
    msg = (struct cs_proto_msg){
        .type = CS_PROTO_NODE_STATUS, .node = node, .attached = 1, .fd = 1, .bitrate_bps = 500000};
    snprintf(msg.name, sizeof msg.name, "%s", name);
    cs_host_link_take(&r->link, &msg);
}

static void put_end(struct remote *r, int64_t now_ps)
{
    put_node(r, 0, "engine");
    put_node(r, 2, "dash");
    msg = (struct cs_proto_msg){.type = CS_PROTO_LOOKED, .at_ps = now_ps};
    cs_host_link_take(&r->link, &msg);
}

static void put_decoder(struct remote *r, const char *name, const char *option)
{
    msg = (struct cs_proto_msg){.type = CS_PROTO_DECODER, .active = 1};
    snprintf(msg.name, sizeof msg.name, "%s", name);
    snprintf(msg.option, sizeof msg.option, "%s", option);
    cs_host_link_take(&r->link, &msg);
}

static struct cs_proto_msg *event(struct remote *r, unsigned kind, int64_t at_ps)
{
    msg = (struct cs_proto_msg){
        .type = CS_PROTO_EVENT, .kind = (uint16_t)kind, .at_ps = at_ps, .peer = -1};
    msg.seq = r->seq++;
    return &msg;
}

/* An attempt of 100 us that succeeds. */
static void put_frame(struct remote *r, int64_t at_ps, const char *text, const char *said)
{
    const int64_t start_ps = at_ps - 100 * CS_PS_PER_US;
    struct cs_frame frame;
    char why[128];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof why), 0);
    event(r, CS_EV_TX_START, start_ps);
    msg.start_ps = start_ps;
    msg.attempts = 1;
    msg.has_frame = 1;
    msg.frame = frame;
    cs_host_link_take(&r->link, &msg);
    event(r, CS_EV_FRAME, at_ps);
    msg.start_ps = start_ps;
    msg.queued_ps = start_ps - 30 * CS_PS_PER_US;
    msg.n_bits = 50;
    msg.attempts = 1;
    msg.has_frame = 1;
    msg.frame = frame;
    snprintf(msg.acks, sizeof msg.acks, "4");
    snprintf(msg.receives, sizeof msg.receives, "4");
    if (said) {
        msg.severity = 1;
        snprintf(msg.spec, sizeof msg.spec, "%s", said);
    }
    cs_host_link_take(&r->link, &msg);
}

static void refresh(struct remote *r, const char *view)
{
    r->near.tui.view = (unsigned)cs_view_find(view);
    bench_draw(&r->near, 120, 40);
}

static const struct cs_row *last_row(struct remote *r)
{
    return cs_tui_ring_get(&r->near.tui.ring, r->near.tui.ring.end - 1);
}

/* ---- counts ---------------------------------------------------------------------------------- */

static void counts_begin_when_the_window_does(void **state)
{
    struct remote *r = remote_new();
    struct cs_tui *tui = &r->near.tui;
    const struct cs_traffic *traffic;

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 10 * S + S / 4, "123#11", NULL);
    put_frame(r, 10 * S + S / 2, "123#22", NULL);
    event(r, CS_EV_ERROR_FRAME, 11 * S);
    msg.node = -1;
    msg.start_ps = 11 * S - 100 * CS_PS_PER_US;
    cs_host_link_take(&r->link, &msg);
    refresh(r, "stats");
    traffic = &tui->traffic[0];
    assert_true(traffic->since.from_ps == 10 * S);
    assert_int_equal(traffic->since.frames, 2);
    assert_int_equal(traffic->since.error_frames, 1);
    assert_int_equal(traffic->n_ids, 1);
    assert_int_equal(traffic->n_nodes, 1);
    assert_string_equal(cs_tui_who(tui, traffic->nodes[0].who), "engine");
    assert_true(traffic->nodes[0].did.wait_max_ps == 30 * CS_PS_PER_US);
    assert_int_equal(traffic->n_points, 11); /* of 100 ms; what was before is not shown as idle */
    assert_true(bench_shows(&r->near, "known since 0:00:10.000"));
    bench_keys(&r->near, "r");
    refresh(r, "stats");
    assert_int_equal(traffic->since.frames, 0);
    assert_true(traffic->since.from_ps == 11 * S);
    assert_true(bench_hides(&r->near, "known since"));
    assert_true(bench_shows(&r->near, "since 0:00:11.000"));
    remote_free(r);
}

static void what_was_before_counts_where_the_host_still_has_it(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    put_begin(r, 10 * S);
    put_frame(r, 8 * S, "123#11", NULL);
    put_frame(r, 9 * S, "123#11", NULL);
    put_end(r, 10 * S);
    refresh(r, "stats");
    assert_int_equal(r->near.tui.traffic[0].since.frames, 2);
    assert_true(r->near.tui.traffic[0].since.from_ps == 8 * S - 100 * CS_PS_PER_US);
    assert_true(cs_sim_now_ps(r->link.sim) == 10 * S);
    assert_true(last_row(r)->at_ps == 9 * S);
    remote_free(r);
}

static void losses_are_said(void **state)
{
    struct remote *r = remote_new();
    struct cs_air *air = r->near.tui.air;

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    event(r, CS_EV_TX_START, 10 * S);
    msg.has_frame = 1;
    cs_host_link_take(&r->link, &msg);
    assert_true(air->bus[0].on);
    msg = (struct cs_proto_msg){.type = CS_PROTO_LOST, .count = 12345};
    cs_host_link_take(&r->link, &msg);
    assert_false(air->bus[0].on);
    refresh(r, "stats");
    assert_true(bench_shows(&r->near, "without 12345 lost events"));
    remote_free(r);
}

static void impossible_times_are_made_possible(void **state)
{
    static const int64_t starts[] = {INT64_MIN, -1, 0, 20 * S, INT64_MAX};
    struct remote *r = remote_new();
    const struct cs_traffic *traffic;

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    for (unsigned i = 0; i < 25; i++) {
        event(r, i % 2 ? CS_EV_FRAME : CS_EV_ERROR_FRAME, 11 * S);
        msg.start_ps = starts[i % 5];
        msg.queued_ps = starts[i / 5];
        msg.has_frame = i % 3 != 0; /* a frame without one is none */
        cs_host_link_take(&r->link, &msg);
    }
    put_frame(r, 5 * S, "123#11", NULL); /* time goes on */
    refresh(r, "stats");
    traffic = &r->near.tui.traffic[0];
    assert_int_equal(traffic->since.frames, 9);
    assert_int_equal(traffic->since.error_frames, 13);
    assert_true(traffic->since.busy_ps >= 0 && traffic->since.busy_ps < 30 * S);
    assert_true(last_row(r)->at_ps == 11 * S);
    for (unsigned i = 0; i < 4; i++) {
        event(r, CS_EV_FRAME, INT64_MAX);
        msg.start_ps = INT64_MAX;
        msg.has_frame = 1;
        cs_host_link_take(&r->link, &msg);
    }
    for (unsigned v = 0; v < cs_n_views; v++)
        refresh(r, cs_views[v]->name);
    assert_true(traffic->wait[0].sum_ps > CS_TIME_END / 2);
    remote_free(r);
}

static void plots_are_fed(void **state)
{
    struct remote *r = remote_new();
    struct cs_tui *tui = &r->near.tui;

    (void)state;
    put_begin(r, 0);
    put_end(r, 0);
    bench_keys(&r->near, ":plot 123 0:8<Enter>:plot tec engine<Enter>:plot load can0<Enter>");
    assert_int_equal(tui->plots.n, 3);
    put_frame(r, S, "123#2A", NULL);
    event(r, CS_EV_COUNTERS, 2 * S);
    msg.tec = 8;
    cs_host_link_take(&r->link, &msg);
    put_frame(r, 3 * S, "123#2B", NULL);
    refresh(r, "signals");
    assert_true(bench_shows(&r->near, "43"));
    for (unsigned i = 0; i < 3; i++)
        assert_true(tui->plots.plot[i]->ring.end > 0);
    remote_free(r);
}

/* ---- decoders -------------------------------------------------------------------------------- */

#define HEARTBEAT "705#05"

static void a_decoder_of_its_own(void **state)
{
    struct remote *r = remote_new();
    struct cs_tui *tui = &r->near.tui;
    static struct cs_decoded decoded;

    (void)state;
    r->link.config.as = "canopen";
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 11 * S, HEARTBEAT, "what the host says");
    assert_true(last_row(r)->said);
    assert_non_null(strstr((const char *)last_row(r)->data + CS_ROW_SAID, "operational"));
    assert_true(last_row(r)->what > 0);
    assert_int_equal(cs_host_link_ops.decode(&r->link, tui, tui->ring.end - 1, &decoded), 0);
    assert_string_equal(decoded.protocol, "HB");
    put_frame(r, 12 * S, "123#11", "what the host says"); /* it has another decoder */
    assert_int_equal(cs_host_link_ops.decode(&r->link, tui, tui->ring.end - 1, &decoded), -ENOENT);
    assert_false(last_row(r)->said);
    remote_free(r);
}

static void pages_need_no_decoder_to_be_given(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 11 * S, HEARTBEAT, NULL);
    refresh(r, "network");
    assert_true(bench_shows(&r->near, "operational"));
    assert_false(last_row(r)->said);
    assert_false(r->near.tui.decoded);
    /* Its age is of bus time, also where only that goes on. */
    msg = (struct cs_proto_msg){
        .type = CS_PROTO_INFO, .at_ps = 15 * S, .n_buses = 1, .speed_permille = 1000};
    cs_host_link_take(&r->link, &msg);
    refresh(r, "network");
    assert_true(bench_shows(&r->near, "4.00s"));
    remote_free(r);
}

static void the_host_says_and_the_window_explains(void **state)
{
    struct remote *r = remote_new();
    struct cs_tui *tui = &r->near.tui;
    static struct cs_decoded decoded;

    (void)state;
    r->link.decodes = true;
    put_begin(r, 10 * S);
    put_decoder(r, "canopen", "eds=5=/nowhere/at/all.eds");
    put_end(r, 10 * S);
    assert_true(tui->decoded);
    put_frame(r, 11 * S, HEARTBEAT, "words of the host");
    assert_string_equal((const char *)last_row(r)->data + CS_ROW_SAID, "words of the host");
    assert_int_equal(cs_host_link_ops.decode(&r->link, tui, tui->ring.end - 1, &decoded), 0);
    assert_string_equal(decoded.protocol, "HB");
    put_frame(r, 12 * S, HEARTBEAT, NULL); /* it says nothing */
    assert_false(last_row(r)->said);
    event(r, CS_EV_NOTE, 13 * S); /* time alone told it something */
    msg.severity = 3;
    snprintf(msg.spec, sizeof msg.spec, "heartbeat lost");
    cs_host_link_take(&r->link, &msg);
    assert_string_equal((const char *)last_row(r)->data, "heartbeat lost");
    remote_free(r);
}

static void a_decoder_that_is_not_here(void **state)
{
    struct remote *r = remote_new();
    struct cs_tui *tui = &r->near.tui;
    static struct cs_decoded decoded;

    (void)state;
    r->link.decodes = true;
    put_begin(r, 10 * S);
    put_decoder(r, "vendor-protocol", "");
    put_end(r, 10 * S);
    put_frame(r, 11 * S, HEARTBEAT, "words of the host");
    assert_true(last_row(r)->said);
    assert_int_equal(cs_host_link_ops.decode(&r->link, tui, tui->ring.end - 1, &decoded),
                     -EOPNOTSUPP);
    refresh(r, "network");
    assert_true(bench_shows(&r->near, "operational"));
    remote_free(r);
}

static void what_cannot_be_used_is_an_error(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    r->link.config.as = "nonsense";
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    assert_non_null(strstr(r->link.error.text, "got \"nonsense\""));
    assert_int_equal(r->link.error.status, CS_STATUS_INPUT);
    put_frame(r, 11 * S, HEARTBEAT, NULL); /* rows come all the same */
    assert_int_equal(r->near.tui.ring.end, 1);
    remote_free(r);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void connect_again(struct remote *r, bool same_run, int64_t now_ps)
{
    r->link.same_run = same_run;
    r->link.before_seq = r->link.seq;
    r->link.fresh = true;
    cs_host_link_forget(&r->link, now_ps);
}

static void the_same_run_goes_on(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 11 * S, HEARTBEAT, NULL);
    refresh(r, "network");
    connect_again(r, true, 12 * S);
    put_begin(r, 12 * S);
    event(r, CS_EV_FRAME, 11 * S);
    msg.seq = 0; /* it is known already */
    msg.past = msg.has_frame = 1;
    cs_host_link_take(&r->link, &msg);
    r->seq--;
    put_frame(r, 11 * S + S / 2, "123#11", NULL);
    put_end(r, 12 * S);
    refresh(r, "stats");
    assert_int_equal(r->near.tui.traffic[0].since.frames, 2);
    assert_true(r->near.tui.traffic[0].since.from_ps == 10 * S);
    refresh(r, "network");
    assert_true(bench_shows(&r->near, "operational"));
    remote_free(r);
}

static void another_run_is_counted_anew(void **state)
{
    struct remote *r = remote_new();
    double value;

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    bench_keys(&r->near, ":plot 123 0:8<Enter>");
    put_frame(r, 11 * S, HEARTBEAT, NULL);
    put_frame(r, 12 * S, "123#22", NULL);
    refresh(r, "network");
    connect_again(r, false, S);
    bench_keys(&r->near, "8<Enter>"); /* before anything is known of it */
    bench_draw(&r->near, 120, 40);
    put_begin(r, S);
    put_end(r, S);
    put_frame(r, 2 * S, "123#11", NULL);
    refresh(r, "stats");
    assert_int_equal(r->near.tui.traffic[0].since.frames, 1);
    assert_true(r->near.tui.traffic[0].since.from_ps == S);
    assert_false(cs_plot_ring_value(&r->near.tui.plots.plot[0]->ring, 2 * S - 1, &value));
    assert_true(cs_plot_ring_value(&r->near.tui.plots.plot[0]->ring, 2 * S, &value));
    assert_true(value == 0x11);
    refresh(r, "network");
    assert_true(bench_hides(&r->near, "operational"));
    assert_int_equal(r->near.tui.ring.end - r->near.tui.ring.first, 1);
    remote_free(r);
}

/* ---- the life of a frame --------------------------------------------------------------------- */

static void a_frame_is_told_with_names(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 11 * S, "123#11", NULL);
    refresh(r, "why");
    refresh(r, "why");
    assert_true(bench_shows(&r->near, "123#11 from \"engine\" (1st try): start of frame"));
    assert_true(bench_shows(&r->near, "Acknowledged by \"dash\""));
    remote_free(r);
}

/* What a view keeps of rows and identifiers goes with them; frames to send stay. */
static void a_frozen_list_ends_with_its_run(void **state)
{
    struct remote *r = remote_new();

    (void)state;
    put_begin(r, 10 * S);
    put_end(r, 10 * S);
    put_frame(r, 11 * S, "123#22", NULL);
    put_frame(r, 12 * S, "124#22", NULL);
    bench_keys(&r->near, ":view ids<Enter>F");
    bench_draw(&r->near, 120, 40);
    assert_true(bench_shows(&r->near, "frozen"));
    connect_again(r, false, S);
    bench_draw(&r->near, 120, 40);
    assert_true(bench_hides(&r->near, "frozen"));
    put_begin(r, S);
    put_end(r, S);
    put_frame(r, 2 * S, "125#22", NULL);
    bench_draw(&r->near, 120, 40);
    assert_true(bench_hides(&r->near, "124"));
    remote_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_begin_when_the_window_does),
        cmocka_unit_test(what_was_before_counts_where_the_host_still_has_it),
        cmocka_unit_test(losses_are_said),
        cmocka_unit_test(impossible_times_are_made_possible),
        cmocka_unit_test(plots_are_fed),
        cmocka_unit_test(a_decoder_of_its_own),
        cmocka_unit_test(pages_need_no_decoder_to_be_given),
        cmocka_unit_test(the_host_says_and_the_window_explains),
        cmocka_unit_test(a_decoder_that_is_not_here),
        cmocka_unit_test(what_cannot_be_used_is_an_error),
        cmocka_unit_test(the_same_run_goes_on),
        cmocka_unit_test(another_run_is_counted_anew),
        cmocka_unit_test(a_frozen_list_ends_with_its_run),
        cmocka_unit_test(a_frame_is_told_with_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
