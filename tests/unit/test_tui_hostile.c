/* SPDX-License-Identifier: MIT */
/* A window on a host that tells anything in any order: absurd times and counts, nodes and buses
 * that are not there, answers to nothing. CANSIM_ROUNDS: other than 20000 messages; CANSIM_SEED. */
#include "test_tui_random.h"

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_hostile.h"
#include "tui/host_link.h"

#define S        CS_PS_PER_S
#define PATIENCE 60 /* s, for any one step */

struct window {
    struct bench near; /* of a bench only `tui` and `canvas` */
    struct cs_host_link link;
    struct hostile random;
    int64_t at_ps;
    uint64_t seq;
};

static struct window *window_new(void)
{
    struct window *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->near.console = -1;
    w->near.host = w->link.host = (struct cs_host){&cs_host_link_ops, &w->link};
    w->link.tui = &w->near.tui;
    w->link.fresh = true;
    w->link.minor = 3;
    assert_int_equal(cs_tui_init(&w->near.tui, &w->near.host, 20000), 0);
    assert_int_equal(cs_tui_ring_limit(&w->near.tui.ring, CS_TUI_HISTORY_MIN), 0);
    return w;
}

static void window_free(struct window *w)
{
    cs_host_link_close(&w->link);
    cs_tui_fini(&w->near.tui);
    cs_canvas_fini(&w->near.canvas);
    free(w);
}

/* ---- what the host tells --------------------------------------------------------------------- */

/* Mostly as a host does it: times go on, questions are answered. */
static void soften(struct window *w, struct cs_proto_msg *msg)
{
    struct hostile *h = &w->random;

    if (hostile_below(h, 4))
        msg->token = w->link.token;
    if (hostile_below(h, 1000) == 0)
        return;
    w->at_ps += hostile_below(h, 200000) * CS_PS_PER_NS;
    msg->at_ps = w->at_ps;
    if (hostile_below(h, 20) == 0)
        return;
    if (msg->bus_index >= 3)
        msg->bus_index = (uint16_t)hostile_below(h, 3);
    if (msg->node > 8)
        msg->node = (int16_t)hostile_below(h, 8);
    if (msg->type == CS_PROTO_INFO)
        msg->n_buses = (uint16_t)(1 + hostile_below(h, 3));
    if (msg->type == CS_PROTO_EDGES)
        for (unsigned i = 0; i < msg->n_edges; i++)
            msg->edges[i].at_ps = w->at_ps - (240 - i) * 2 * CS_PS_PER_US;
    if (msg->type == CS_PROTO_PLAN)
        msg->n_rows = hostile_below(h, 60);
    if (msg->type == CS_PROTO_PLAN_ROW) {
        const struct cs_plan *plan = &w->near.tui.plan;
        msg->row = hostile_below(h, 4) ? plan->n : hostile_below(h, plan->n + 1);
        msg->kind =
            (uint16_t)(msg->row < plan->n ? plan->rows[msg->row].kind
                       : plan->n > 0      ? plan->rows[plan->n - 1].kind + hostile_below(h, 16) / 15
                                          : 0);
        msg->state %= CS_PLAN_FAILED + 1;
    }
    if (msg->type == CS_PROTO_EVENT || msg->type == CS_PROTO_LOST) {
        msg->seq = w->seq++;
        msg->past = 0;
        msg->start_ps = msg->at_ps - hostile_below(h, 200) * CS_PS_PER_US;
        msg->queued_ps = msg->start_ps - hostile_below(h, 200) * CS_PS_PER_US;
        msg->has_frame |= msg->kind == CS_EV_FRAME;
    }
}

/* Half of them are events, and most of those are frames. */
static void choose(struct window *w, struct cs_proto_msg *msg)
{
    struct hostile *h = &w->random;

    do
        hostile_fill(h, CS_PROTO_HOST, msg);
    while (msg->type != CS_PROTO_EVENT && hostile_below(h, 2));
    if (msg->type == CS_PROTO_EVENT && hostile_below(h, 2)) {
        msg->kind =
            (uint16_t)(hostile_below(h, 2) ? CS_EV_FRAME : hostile_below(h, CS_EV_KIND_COUNT));
        msg->has_frame = msg->kind == CS_EV_FRAME;
    }
}

static void tell_something(struct window *w)
{
    static struct cs_proto_msg msg;

    choose(w, &msg);
    soften(w, &msg);
    if (hostile_pass(CS_PROTO_HOST, &msg))
        cs_host_link_take(&w->link, &msg);
}

/* The connection was lost and came back, to that host or another one. */
static void come_back(struct window *w)
{
    struct hostile *h = &w->random;

    w->link.same_run = hostile_below(h, 2);
    w->link.before_seq = w->link.seq;
    w->link.fresh = true;
    w->link.decodes = hostile_below(h, 2);
    if (!w->link.same_run) {
        w->at_ps = hostile_below(h, 4) ? 0 : hostile_number(h, 0, CS_TIME_END);
        cs_plan_clear(&w->near.tui.plan);
        if (hostile_below(h, 2)) {
            memset(w->link.slot, 0, sizeof w->link.slot);
            assert_int_equal(cs_tui_restart(&w->near.tui), 0);
        }
    }
    cs_host_link_forget(&w->link, w->at_ps);
    w->link.token = 0;
    w->link.asked = CS_NEEDS_NODES | CS_NEEDS_FAULTS;
    cs_host_link_begin(&w->link);
}

static void ask(struct window *w)
{
    static const unsigned needs[] = {CS_NEEDS_IDS | CS_NEEDS_NODES, CS_NEEDS_NODES | CS_NEEDS_PLAN,
                                     CS_NEEDS_FAULTS, CS_NEEDS_DEVICES | CS_NEEDS_EDGES, ~0u};

    w->link.token++;
    w->link.asked = needs[hostile_below(&w->random, sizeof needs / sizeof *needs)];
    w->link.looking = true;
    cs_host_link_begin(&w->link);
}

/* ---------------------------------------------------------------------------------------------- */

static void a_host_that_tells_anything(void **state)
{
    struct window *w = window_new();
    const char *rounds = getenv("CANSIM_ROUNDS"), *given = getenv("CANSIM_SEED");
    const long n = rounds ? atol(rounds) : 20000;
    size_t used = 0;

    (void)state;
    seed = given ? (uint32_t)strtoul(given, NULL, 0) : 1;
    w->random.state = seed;
    print_message("CANSIM_SEED=%u CANSIM_ROUNDS=%ld\n", seed, n);
    cs_tui_resize(&w->near.tui, 120, 40);
    for (long i = 0; i < n; i++) {
        alarm(PATIENCE);
        tell_something(w);
        if (draw_number(8) == 0)
            do_something(&w->near);
        if (draw_number(50) == 0)
            look(&w->near);
        if (draw_number(100) == 0)
            ask(w);
        if (draw_number(2000) == 0)
            come_back(w);
        if (i == n / 2)
            used = mallinfo2().uordblks;
    }
    look(&w->near);
    print_message("%llu rows, %u nodes, %u ids, %u plan rows\n",
                  (unsigned long long)w->near.tui.ring.end, w->near.tui.n_nodes, w->near.tui.ids.n,
                  w->near.tui.plan.n);
    alarm(0);
    assert_true(mallinfo2().uordblks < used + (size_t)(64 << 20));
    window_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_tells_anything),
    };

    return cmocka_run_group_tests_name("tui hostile host", tests, enter_own_folder,
                                       leave_own_folder);
}
