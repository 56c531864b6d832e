/* SPDX-License-Identifier: MIT */
/* A channel of a device: it joins, is cut off in the midst of a bit, waits for its place, sleeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "qemu-link/dev_port.h"

#define BIT_PS (2 * CS_PS_PER_US) /* 500 kbit/s */

struct world {
    struct cs_sim *sim;
    struct cs_bus *bus;
    struct cs_port *port;
    int other; /* an ordinary controller */
    unsigned received, confirmed, woken, errors, starts, drops;
    enum cs_tx_result result;
    uint64_t cookie;
    char note[200];
    char joined[CS_NAME_MAX];
    bool off_when_received;
};

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct world *w = ctx;

    (void)rx;
    w->received++;
    if (w->off_when_received)
        cs_port_off(w->port);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct world *w = ctx;

    w->confirmed++;
    w->result = done->result;
    w->cookie = done->cookie;
}

static void on_woken(void *ctx)
{
    ((struct world *)ctx)->woken++;
}

static const struct cs_port_ops ops = {
    .received = on_received, .confirmed = on_confirmed, .woken = on_woken};

static void observe(void *ctx, const struct cs_event *event)
{
    struct world *w = ctx;

    w->errors += event->kind == CS_EV_ERROR_FRAME;
    w->starts += event->kind == CS_EV_TX_START;
    w->drops += event->kind == CS_EV_DROPPED;
    if (event->kind == CS_EV_NOTE)
        snprintf(w->note, sizeof(w->note), "%s", event->text);
    if (event->kind == CS_EV_ATTACH)
        snprintf(w->joined, sizeof(w->joined), "%s", event->text);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    struct cs_controller_config other = {.name = "other", .via = "test"};
    struct cs_link_host host = {0};

    w->sim = cs_sim_create(1);
    w->bus = cs_sim_bus(w->sim, (unsigned)cs_sim_add_bus(w->sim, &bus));
    w->other = cs_bus_attach(w->bus, &other);
    host.sim = w->sim;
    w->port = cs_port_create(&host, w->bus, "guest", "usb", &ops, w);
    cs_sim_observe(w->sim, observe, w);
    cs_sim_run_until(w->sim, CS_PS_PER_MS);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    cs_port_destroy(w->port);
    cs_sim_destroy(w->sim);
    free(w);
    return 0;
}

static void run(struct world *w, int64_t ps)
{
    cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + ps);
}

static struct cs_port_config config_of(const struct world *w)
{
    return (struct cs_port_config){
        .timing = *cs_bus_timing(w->bus), .tx_queue_len = 4, .recovery_ps = CS_RECOVERY_MANUAL};
}

static const struct cs_frame frame = {.id = 0x123, .dlc = 2, .len = 2, .data = {1, 2}};

static void off_knows_nothing(void **state)
{
    struct world *w = *state;
    struct cs_node_status status;

    assert_false(cs_port_is_on(w->port));
    assert_int_equal(cs_port_node(w->port), CS_NO_NODE);
    assert_int_equal(cs_port_submit(w->port, &frame, 1), -ENETDOWN);
    cs_port_look(w->port, &status);
    assert_string_equal(status.name, "guest");
    assert_string_equal(status.via, "usb");
    assert_int_equal(status.tec, 0);
}

static void on_sends_and_receives(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);

    assert_int_equal(cs_port_on(w->port, &config), 0);
    run(w, CS_PS_PER_MS);
    assert_int_equal(cs_port_submit(w->port, &frame, 7), 0);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->confirmed, 1);
    assert_int_equal(w->cookie, 7);
    assert_int_equal(w->result, CS_TX_OK);
    cs_bus_submit(w->bus, w->other, &frame, 1);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->received, 1);
}

static void counters_to_begin_with(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    config.tec = 130;
    config.rec = 5;
    assert_int_equal(cs_port_on(w->port, &config), 0);
    run(w, CS_PS_PER_MS);
    cs_port_look(w->port, &status);
    assert_int_equal(status.tec, 130);
    assert_int_equal(status.rec, 5);
    assert_int_equal(status.state, CS_STATE_ERROR_PASSIVE);
}

/* What it sends ends in the midst of a bit: the other sees an error, and nobody is confirmed. */
static void off_cuts_a_frame(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);

    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    cs_port_submit(w->port, &frame, 7);
    run(w, 25 * BIT_PS + BIT_PS / 3);
    assert_int_equal(w->starts, 1);
    cs_port_off(w->port);
    assert_int_equal(cs_bus_find_node(w->bus, "guest"), -ENOENT);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->confirmed, 0);
    assert_int_equal(w->drops, 1);
    /* The bus goes on. */
    assert_int_equal(cs_port_on(w->port, &config), 0);
    run(w, CS_PS_PER_MS);
    cs_bus_submit(w->bus, w->other, &frame, 1);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->received, 1);
}

/* The last one to acknowledge leaves in the midst of a frame: no ACK. */
static void off_cuts_a_receiver(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    cs_bus_submit(w->bus, w->other, &frame, 1);
    run(w, 20 * BIT_PS);
    cs_port_off(w->port);
    run(w, CS_PS_PER_MS);
    cs_bus_node_status(w->bus, w->other, &status);
    assert_true(status.tec > 0);
    assert_int_equal(w->received, 0);
}

/* From within a callback the place is free only later: the name stays its own, frames wait. */
static void anew_from_a_callback(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);

    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    w->off_when_received = true;
    cs_bus_submit(w->bus, w->other, &frame, 1);
    for (int i = 0; i < 10000 && w->received == 0; i++)
        run(w, BIT_PS / 7);
    w->off_when_received = false;
    assert_int_equal(cs_port_node(w->port), CS_NO_NODE);
    assert_int_equal(cs_port_on(w->port, &config), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(cs_port_submit(w->port, &frame, i), 0);
    assert_true(cs_port_abort(w->port, 3) == 1);
    run(w, 5 * CS_PS_PER_MS);
    assert_int_equal(w->confirmed, 4);
    assert_string_equal(w->joined, "guest");
}

static void refuses_what_no_clock_can(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);

    config.timing.nominal = (struct cs_bit_timing){
        .clock_hz = 8000000, .brp = 2000, .phase_seg1 = 5, .phase_seg2 = 2, .sjw = 1};
    assert_int_equal(cs_port_on(w->port, &config), -EINVAL);
    assert_false(cs_port_is_on(w->port));
    assert_non_null(strstr(w->note, "guest: stays off the bus: "));
}

/* A crystal of 16 MHz and all segments at their longest: 5 kbit/s; at their shortest: 2.7 Mbit/s.
 */
static void takes_what_registers_can(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    config.timing.nominal = (struct cs_bit_timing){
        .clock_hz = 8000000, .brp = 64, .phase_seg1 = 16, .phase_seg2 = 8, .sjw = 1};
    assert_int_equal(cs_port_on(w->port, &config), 0);
    cs_port_look(w->port, &status);
    assert_int_equal(status.bitrate_bps, 5000);
    config.timing.nominal = (struct cs_bit_timing){
        .clock_hz = 8000000, .brp = 1, .phase_seg1 = 1, .phase_seg2 = 1, .sjw = 1};
    assert_int_equal(cs_port_on(w->port, &config), 0);
    cs_port_look(w->port, &status);
    assert_int_equal(status.bitrate_bps, 2666667);
}

static void sleeps_until_an_edge(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    cs_port_sleep(w->port);
    assert_true(cs_port_is_on(w->port));
    assert_int_equal(cs_port_submit(w->port, &frame, 1), -ENETDOWN);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->woken, 0);
    cs_bus_submit(w->bus, w->other, &frame, 1);
    run(w, BIT_PS);
    assert_int_equal(w->woken, 1);
    /* It has missed the frame; awake, it acknowledges the next try. */
    run(w, CS_PS_PER_MS);
    cs_bus_node_status(w->bus, w->other, &status);
    assert_true(status.retries >= 1);
    assert_int_equal(w->received, 1);
    cs_port_sleep(w->port);
    cs_port_wake(w->port);
    run(w, CS_PS_PER_MS);
    cs_bus_submit(w->bus, w->other, &frame, 1);
    run(w, CS_PS_PER_MS);
    assert_int_equal(w->received, 2);
    assert_int_equal(w->woken, 1);
}

static void recovery_is_counted(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    cs_port_set_counters(w->port, 256, 0);
    run(w, CS_PS_PER_MS);
    cs_port_look(w->port, &status);
    assert_int_equal(status.state, CS_STATE_BUS_OFF);
    assert_int_equal(status.recovery_runs, 0);
    assert_int_equal(cs_port_recover(w->port), 0);
    for (unsigned runs = 1; runs < 128; runs++) {
        run(w, 11 * BIT_PS);
        cs_port_look(w->port, &status);
        assert_int_equal(status.recovery_runs, runs);
    }
    run(w, 11 * BIT_PS);
    cs_port_look(w->port, &status);
    assert_int_equal(status.state, CS_STATE_ERROR_ACTIVE);
    assert_int_equal(status.recovery_runs, 0);
}

/* Stopped, it counts no more; asked again, it goes on from there. */
static void recovery_is_frozen(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    struct cs_node_status status;

    assert_int_equal(cs_port_freeze(w->port), -ENETDOWN);
    cs_port_on(w->port, &config);
    run(w, CS_PS_PER_MS);
    cs_port_set_counters(w->port, 256, 0);
    run(w, CS_PS_PER_MS);
    assert_int_equal(cs_port_freeze(w->port), -EALREADY);
    for (unsigned part = 0; part < 4; part++) {
        const unsigned most = (part + 1) * 31;

        assert_int_equal(cs_port_recover(w->port), 0);
        if (part == 3) /* amid frames of another, which nobody acknowledges */
            cs_bus_submit(w->bus, w->other, &frame, 1);
        run(w, 31 * 11 * BIT_PS + BIT_PS);
        cs_port_look(w->port, &status);
        assert_in_range(status.recovery_runs, part < 3 ? most : most - 30, most);
        assert_int_equal(cs_port_freeze(w->port), 0);
        run(w, CS_PS_PER_MS);
        cs_port_look(w->port, &status);
        assert_int_equal(status.state, CS_STATE_BUS_OFF);
    }
    assert_int_equal(cs_port_recover(w->port), 0);
    run(w, CS_PS_PER_S);
    cs_port_look(w->port, &status);
    assert_int_equal(status.state, CS_STATE_ERROR_ACTIVE);
}

static unsigned activity(const struct world *w, int node)
{
    struct cs_node_status status;

    assert_int_equal(cs_bus_node_status(w->bus, node, &status), 0);
    assert_false(status.sending && status.receiving);
    return status.sending ? 2u : status.receiving;
}

/* What is on the wire, seen from both sides: the same from both engines but for the first bit. */
static void tells_who_sends(void **state)
{
    struct world *w = *state;
    struct cs_port_config config = config_of(w);
    const struct cs_frame lower = {.id = 0x122, .dlc = 1, .len = 1};

    cs_port_on(w->port, &config);
    for (unsigned engine = 0; engine < 2; engine++) {
        unsigned n_sending = 0, n_receiving = 0;

        cs_bus_set_engine(w->bus, engine ? CS_ENGINE_BIT : CS_ENGINE_AUTO);
        run(w, CS_PS_PER_MS);
        assert_int_equal(activity(w, w->other), 0);
        cs_port_submit(w->port, &frame, 1);
        cs_bus_submit(w->bus, w->other, &lower, 1);
        for (unsigned bit = 0; bit < 170; bit++) {
            run(w, BIT_PS);
            n_sending += activity(w, cs_port_node(w->port)) == 2;
            n_receiving += activity(w, cs_port_node(w->port)) == 1;
            if (bit == 4) /* both, in arbitration */
                assert_int_equal(activity(w, w->other), 2);
            if (bit == 20)
                assert_int_equal(activity(w, w->other), 2);
            if (bit == 20)
                assert_int_equal(activity(w, cs_port_node(w->port)), 1);
        }
        assert_in_range(n_sending, 60, 80);
        assert_in_range(n_receiving, 35, 60);
        run(w, BIT_PS);
        assert_int_equal(activity(w, w->other), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(off_knows_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(on_sends_and_receives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counters_to_begin_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(off_cuts_a_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(off_cuts_a_receiver, set_up, tear_down),
        cmocka_unit_test_setup_teardown(anew_from_a_callback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_no_clock_can, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_what_registers_can, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sleeps_until_an_edge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recovery_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recovery_is_frozen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_who_sends, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
