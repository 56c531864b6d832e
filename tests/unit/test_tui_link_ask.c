/* SPDX-License-Identifier: MIT */
/* What a host of version 1.3 tells a window, taken message by message: its past, the scenario,
 * edges, slots and answers, and what a hostile one may send of them. */
#include "test_tui.h"

#include "qemu-link/proto_msg.h"
#include "simcore/rng.h"
#include "tui/host_link_ask.h"
#include "tui/pages.h"

struct window {
    struct cs_host host;
    struct cs_tui tui;
    struct cs_host_link link;
};

static struct window *window_new(void)
{
    struct window *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->host = (struct cs_host){&cs_host_link_ops, &w->link};
    w->link.tui = &w->tui;
    w->link.minor = 3;
    w->link.asked = CS_NEEDS_PLAN;
    assert_int_equal(cs_tui_init(&w->tui, &w->host, 1000), 0);
    w->tui.n_buses = 2;
    w->link.feed.tui = &w->tui;
    memset(w->link.feed.who, 0xFF, sizeof w->link.feed.who);
    snprintf(w->tui.bus[0].name, sizeof w->tui.bus[0].name, "can0");
    snprintf(w->tui.bus[1].name, sizeof w->tui.bus[1].name, "can1");
    return w;
}

static void window_free(struct window *w)
{
    cs_host_link_close(&w->link);
    cs_tui_fini(&w->tui);
    free(w);
}

static void take(struct window *w, struct cs_proto_msg msg)
{
    static struct cs_proto_msg one;

    one = msg;
    cs_host_link_take(&w->link, &one);
}

/* ---- the past -------------------------------------------------------------------------------- */

static void tell_frame(struct window *w, uint64_t seq, bool past, int node, const char *name)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_EVENT,
                               .kind = CS_EV_FRAME,
                               .at_ps = (int64_t)seq * CS_PS_PER_MS,
                               .seq = seq,
                               .node = (int16_t)node,
                               .peer = CS_NO_NODE,
                               .has_frame = 1,
                               .frame = {.id = 0x100},
                               .past = past};

    snprintf(msg.name, sizeof msg.name, "%s", name);
    take(w, msg);
}

static const char *who_sent(const struct window *w, uint64_t row)
{
    return cs_tui_who(&w->tui, cs_tui_ring_get(&w->tui.ring, row)->who);
}

static void past_rows_have_the_names_of_then(void **state)
{
    struct window *w = window_new();

    (void)state;
    tell_frame(w, 10, true, 3, "first");
    tell_frame(w, 11, true, 3, "second");
    assert_int_equal(w->tui.ring.end, 2);
    assert_string_equal(who_sent(w, 0), "first");
    assert_string_equal(who_sent(w, 1), "second");
    assert_false(w->link.news); /* the present is not asked for because of it */
    tell_frame(w, 12, false, 3, "");
    assert_string_equal(who_sent(w, 2), "second");
    assert_true(w->link.news);
    window_free(w);
}

static void after_a_reconnection_nothing_comes_twice(void **state)
{
    struct window *w = window_new();

    (void)state;
    for (uint64_t seq = 10; seq < 15; seq++)
        tell_frame(w, seq, false, 1, "");
    w->link.same_run = true;
    w->link.before_seq = w->link.seq;
    for (uint64_t seq = 12; seq < 18; seq++)
        tell_frame(w, seq, true, 1, "a");
    tell_frame(w, 18, false, 1, "");
    assert_int_equal(w->tui.ring.end, 5 + 4);
    for (uint64_t i = 1; i < w->tui.ring.end; i++)
        assert_int_equal(cs_tui_ring_get(&w->tui.ring, i)->at_ps -
                             cs_tui_ring_get(&w->tui.ring, i - 1)->at_ps,
                         CS_PS_PER_MS);
    w->link.same_run = false; /* another host: time goes on nevertheless */
    tell_frame(w, 3, true, 1, "a");
    tell_frame(w, 30, true, 1, "a");
    assert_int_equal(w->tui.ring.end, 5 + 4 + 1);
    window_free(w);
}

/* ---- the scenario ---------------------------------------------------------------------------- */

static struct cs_proto_msg plan_of(unsigned n, uint64_t version)
{
    struct cs_proto_msg msg = {
        .type = CS_PROTO_PLAN, .version = version, .n_rows = n, .n_past = 1, .n_held = 1};

    snprintf(msg.file, sizeof msg.file, "/x/boot.json");
    return msg;
}

static void tell_row(struct window *w, unsigned row, unsigned kind, unsigned state)
{
    struct cs_proto_msg msg = {.type = CS_PROTO_PLAN_ROW,
                               .row = row,
                               .kind = (uint16_t)kind,
                               .state = (uint8_t)state,
                               .line = 7,
                               .last_ps = row,
                               .amount = -3,
                               .until_ps = -1,
                               .fault = 2};

    snprintf(msg.who, sizeof msg.who, "row %u", row);
    snprintf(msg.json, sizeof msg.json, "{\"a\":[1,2]}");
    take(w, msg);
}

static void tell_looked(struct window *w, uint64_t version)
{
    take(w, (struct cs_proto_msg){.type = CS_PROTO_LOOKED, .version = version});
}

static void a_scenario_is_taken_over_and_changes(void **state)
{
    struct window *w = window_new();
    const struct cs_plan *plan = &w->tui.plan;

    (void)state;
    take(w, plan_of(3, 4));
    tell_row(w, 0, CS_PLAN_ACTION, CS_PLAN_DONE);
    tell_row(w, 1, CS_PLAN_ACTION, CS_PLAN_WAITS);
    tell_row(w, 2, CS_PLAN_EXPECT, CS_PLAN_WAITS);
    assert_false(plan->filled);
    tell_looked(w, 4);
    assert_true(plan->filled);
    assert_int_equal(w->link.plan_version, 4);
    assert_string_equal(plan->file, "/x/boot.json");
    assert_int_equal(plan->n, 3);
    assert_int_equal(plan->past, 1);
    assert_int_equal(plan->count[CS_PLAN_ACTION], 2);
    assert_string_equal(cs_plan_text(&plan->rows[1], CS_PLAN_WHO), "row 1");
    assert_non_null(strchr(cs_plan_text(&plan->rows[1], CS_PLAN_JSON), '\n')); /* for people */
    take(w, plan_of(3, 5));
    tell_row(w, 2, CS_PLAN_EXPECT, CS_PLAN_FAILED);
    tell_looked(w, 5);
    assert_int_equal(plan->rows[2].state, CS_PLAN_FAILED);
    assert_int_equal(plan->rows[2].count, -3);
    assert_int_equal(w->link.plan_version, 5);
    window_free(w);
}

static void what_does_not_fit_is_left_out(void **state)
{
    struct window *w = window_new();
    const struct cs_plan *plan = &w->tui.plan;
    struct cs_proto_msg far = plan_of(3, 1);

    (void)state;
    far.n_past = UINT32_MAX;
    take(w, far);
    tell_row(w, 1, CS_PLAN_ACTION, 0); /* the one before it was lost */
    assert_int_equal(plan->n, 0);
    tell_row(w, 0, CS_PLAN_EXPECT, 0);
    tell_row(w, 1, CS_PLAN_ACTION, 0); /* kinds have an order */
    tell_row(w, 1, CS_PLAN_KIND_COUNT, 0);
    tell_row(w, 1, CS_PLAN_EXPECT, CS_PLAN_FAILED + 1);
    tell_row(w, 0, CS_PLAN_TRIGGER, 0);
    assert_int_equal(plan->n, 1);
    tell_looked(w, 1);
    assert_false(plan->filled);
    assert_int_equal(w->link.plan_version, 0); /* all of it is asked for again */
    tell_row(w, 1, CS_PLAN_EXPECT, 0);
    tell_row(w, 2, CS_PLAN_EXPECT, 0);
    tell_row(w, 3, CS_PLAN_EXPECT, 0); /* more than there are */
    assert_int_equal(plan->n, 3);
    tell_looked(w, 1);
    assert_true(plan->filled);
    assert_int_equal(plan->past, 0); /* there are no actions */
    take(w, (struct cs_proto_msg){.type = CS_PROTO_LOST, .count = 1});
    assert_int_equal(w->link.plan_version, 0);
    window_free(w);
}

/* ---- edges ----------------------------------------------------------------------------------- */

static void tell_edges(struct window *w, bool on, uint64_t seq, unsigned n, int64_t at_ps)
{
    static struct cs_proto_msg msg;

    msg = (struct cs_proto_msg){
        .type = CS_PROTO_EDGES, .active = on, .seq = seq, .at_ps = at_ps, .n_edges = (uint16_t)n};
    for (unsigned i = 0; i < n; i++)
        msg.edges[i] = (struct cs_proto_edge){
            .at_ps = at_ps + i, .bus = (uint16_t)(i % 3), .node = CS_NO_NODE, .level = i & 1};
    cs_host_link_take(&w->link, &msg);
}

static void edges_are_kept_without_gaps(void **state)
{
    struct window *w = window_new();
    const struct cs_edges *edges = w->tui.edges;

    (void)state;
    tell_edges(w, false, 0, 0, 5);
    assert_false(edges->on);
    tell_edges(w, true, 10, 0, 100);
    assert_true(edges->on);
    tell_edges(w, true, 10, 6, 101);
    assert_int_equal(edges->end - edges->first, 4); /* there is no third bus */
    tell_edges(w, true, 16, 3, 200);
    assert_int_equal(edges->end - edges->first, 6);
    tell_edges(w, true, 20, 3, 300); /* one was lost: nothing before it counts */
    assert_int_equal(edges->end - edges->first, 2);
    tell_edges(w, true, 23, 3, 299); /* time goes back */
    assert_int_equal(edges->end - edges->first, 2);
    tell_edges(w, true, 26, 3, INT64_MAX - 9);
    assert_int_equal(edges->end - edges->first, 2);
    tell_edges(w, false, 26, 0, 400);
    assert_false(edges->on);
    assert_int_equal(edges->until_ps, 400);
    tell_edges(w, false, 26, 3, 500); /* after the end of them */
    assert_int_equal(edges->end - edges->first, 2);
    window_free(w);
}

/* ---- slots and answers ----------------------------------------------------------------------- */

static void slots_tell_what_came_of_them(void **state)
{
    struct window *w = window_new();
    struct cs_sent sent;

    (void)state;
    assert_false(cs_host_link_ops.sent(&w->link, 5, &sent));
    assert_false(w->link.looks_at_slots);
    w->link.slot[5].there = true;
    take(w, (struct cs_proto_msg){.type = CS_PROTO_SENDER_STATUS,
                                  .slot = 5,
                                  .running = 1,
                                  .last = CS_SENT_REFUSED,
                                  .code = CS_PROTO_CONTROL_FULL,
                                  .n_queued = 4,
                                  .sent = 3,
                                  .n_failed = 2,
                                  .refused = 1,
                                  .last_ps = 9});
    take(w, (struct cs_proto_msg){.type = CS_PROTO_SENDER_STATUS, .slot = 64, .last = 200});
    take(w, (struct cs_proto_msg){.type = CS_PROTO_SENDER_STATUS, .slot = UINT16_MAX});
    assert_true(cs_host_link_ops.sent(&w->link, 5, &sent));
    assert_true(w->link.looks_at_slots);
    assert_int_equal(sent.error, -ENOSPC);
    assert_int_equal(sent.queued, 4);
    assert_int_equal(sent.sent_ps, 9);
    window_free(w);
}

static void answers_come_to_the_page(void **state)
{
    struct window *w = window_new();
    struct cs_tui_pages *pages = calloc(1, sizeof *pages);
    struct cs_proto_msg msg = {.type = CS_PROTO_ANSWER, .severity = 2};

    (void)state;
    memset(msg.option, 'x', sizeof msg.option - 1);
    take(w, msg);
    cs_host_link_pages(&w->link, pages);
    assert_int_equal(pages->n_answers, 1);
    assert_true(pages->answer_bad);
    assert_int_equal(strlen(pages->answer), CS_TUI_ANSWER - 1);
    free(pages);
    window_free(w);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void an_older_host_is_not_asked(void **state)
{
    struct window *w = window_new();
    char why[256] = "";
    struct cs_send send = {.burst = 1};

    (void)state;
    w->link.minor = 2;
    assert_int_equal(cs_host_link_ops.node(&w->link, 0, 1, CS_NODE_DO_RESET, 0), -EOPNOTSUPP);
    assert_int_equal(cs_host_link_ops.send(&w->link, 0, &send, false), -EOPNOTSUPP);
    assert_int_equal(cs_host_link_ops.send_now(&w->link, 0), -EOPNOTSUPP);
    assert_int_equal(cs_host_link_ops.rerun(&w->link, why, sizeof why), -1);
    assert_string_equal(why, "the host speaks version 1.2 of the link protocol, running a scenario "
                             "again needs 1.3");
    cs_host_link_ops.step_bit(&w->link, 0);
    assert_non_null(strstr(w->tui.message, "a step of one bit needs 1.3"));
    window_free(w);
}

static void without_a_host_nothing_is_asked(void **state)
{
    struct window *w = window_new();
    char why[256] = "";

    (void)state;
    snprintf(w->tui.info.denied, sizeof w->tui.info.denied, "only to look at");
    assert_int_equal(cs_host_link_ops.node(&w->link, 0, 1, CS_NODE_DO_MODE, 1), -EACCES);
    assert_int_equal(cs_host_link_ops.send(&w->link, 0, NULL, false), -EACCES);
    assert_int_equal(cs_host_link_ops.rerun(&w->link, why, sizeof why), -1);
    assert_string_equal(why, "only to look at");
    assert_int_equal(cs_host_link_ops.ask(&w->link, 0, "x", why, sizeof why), -1);
    assert_string_equal(why, "there is no such page");
    w->link.n_pages = 1;
    snprintf(w->link.page[0].bus, sizeof w->link.page[0].bus, "can1");
    assert_int_equal(cs_host_link_ops.ask(&w->link, 0, "x", why, sizeof why), -1);
    assert_string_equal(why, "only to look at");
    window_free(w);
}

/* ---- nonsense -------------------------------------------------------------------------------- */

static void nonsense_does_no_harm(void **state)
{
    struct window *w = window_new();
    static struct cs_proto_msg msg;
    struct bench near = {.console = -1};
    struct cs_rng rng;
    char why[256];
    unsigned taken = 0;

    (void)state;
    cs_rng_init(&rng, 7, "nonsense");
    for (int i = 0; i < 60000; i++) {
        uint8_t bytes[CS_PROTO_MAX_BYTES];
        size_t len;

        memset(&msg, 0, sizeof msg);
        msg.type = (uint16_t)(CS_PROTO_DECODER + cs_rng_next(&rng) % 6);
        msg.n_rows = (uint32_t)(cs_rng_next(&rng) % 12);
        msg.row = (uint32_t)(cs_rng_next(&rng) % 12);
        msg.kind = (uint16_t)(cs_rng_next(&rng) % 5);
        msg.n_edges = (uint16_t)(cs_rng_next(&rng) % 40);
        msg.seq = w->link.edge;
        msg.active = cs_rng_next(&rng) % 4 != 0;
        len = cs_proto_encode(&msg, bytes);
        for (size_t k = CS_PROTO_HEADER_BYTES; k < len; k++)
            if (cs_rng_next(&rng) % 40 == 0)
                bytes[k] = (uint8_t)cs_rng_next(&rng);
        if (cs_proto_decode(bytes, len, CS_PROTO_HOST, &msg, why, sizeof why) != (int)len)
            continue;
        taken++;
        msg.token = w->link.token;
        cs_host_link_take(&w->link, &msg);
        if (i % 50 == 0)
            tell_looked(w, cs_rng_next(&rng));
        if (i % 100 == 0) {
            w->tui.view = (unsigned)(cs_rng_next(&rng) % cs_n_views);
            cs_tui_resize(&w->tui, 40 + (int)(cs_rng_next(&rng) % 90), 24);
            assert_int_equal(cs_canvas_resize(&near.canvas, w->tui.width, w->tui.height), 0);
            cs_tui_refresh(&w->tui);
            cs_tui_draw(&w->tui, &near.canvas);
        }
    }
    assert_true(taken > 10000);
    cs_canvas_fini(&near.canvas);
    window_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(past_rows_have_the_names_of_then),
        cmocka_unit_test(after_a_reconnection_nothing_comes_twice),
        cmocka_unit_test(a_scenario_is_taken_over_and_changes),
        cmocka_unit_test(what_does_not_fit_is_left_out),
        cmocka_unit_test(edges_are_kept_without_gaps),
        cmocka_unit_test(slots_tell_what_came_of_them),
        cmocka_unit_test(answers_come_to_the_page),
        cmocka_unit_test(an_older_host_is_not_asked),
        cmocka_unit_test(without_a_host_nothing_is_asked),
        cmocka_unit_test(nonsense_does_no_harm),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
