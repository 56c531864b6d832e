/* SPDX-License-Identifier: MIT */
/* The PCAN-USB FD on a bus that is not kind to it: what the guest's driver knows of states and
 * counters is what its controller has, bus-off ends by recovery, frames that may be sent once are
 * sent once. */
#include "tests/unit/test_usb_pcan.h"

static struct cs_node_status status_of(struct world *w)
{
    struct cs_node_status status;

    cs_port_look(w->pcan->channels[0].port, &status);
    return status;
}

static int node(const struct world *w)
{
    return cs_port_node(w->pcan->channels[0].port);
}

static unsigned state_bits(const struct cs_node_status *s)
{
    if (s->state == CS_STATE_BUS_OFF)
        return PCAN_STATUS_BUS_OFF;
    return (s->tec >= 96 || s->rec >= 96 ? PCAN_STATUS_WARNING : 0u) |
           (s->state == CS_STATE_ERROR_PASSIVE ? PCAN_STATUS_PASSIVE : 0u);
}

/* What the driver shows is so. */
static void check_driver(struct world *w)
{
    const struct cs_node_status s = status_of(w);

    fetch(w);
    assert_int_equal(w->driver[0].bits, state_bits(&s));
    assert_int_equal(w->driver[0].tec, s.tec < 255 ? s.tec : 255);
    assert_int_equal(w->driver[0].rec, s.rec);
}

/* ---- states and counters ------------------------------------------------------------------ */

static void alone_on_the_bus(void **state)
{
    struct world *w = *state;
    const struct driver *d = &w->driver[0];

    driver_up(w);
    xmit(w, 1, "123#");
    for (unsigned i = 0; i < 100; i++) {
        run(w, 37 * BIT_PS);
        check_driver(w);
    }
    assert_int_equal(d->bits, PCAN_STATUS_WARNING | PCAN_STATUS_PASSIVE);
    assert_int_equal(d->tec, 128);
    assert_int_equal(d->rec, 0);
    assert_int_equal(d->statuses, 2); /* warning, passive */
    assert_int_equal(d->errors, 16);
    assert_int_equal(d->error_type, PCAN_ERROR_OTHER); /* ACK */
    assert_int_equal(d->error_code, 0x19);
    run(w, 100 * MS); /* it goes on trying, and nothing changes */
    assert_int_equal(d->errors, 16);
    assert_int_equal(w->n_answers, 0);
}

static void back_to_error_active(void **state)
{
    struct world *w = *state;
    const struct driver *d = &w->driver[0];

    driver_up(w);
    xmit(w, 1, "123#");
    run(w, 20 * MS);
    join_peer(w, 0);
    run(w, 2 * MS);
    check_driver(w);
    assert_int_equal(d->bits, PCAN_STATUS_WARNING);
    assert_int_equal(d->tec, 127);
    assert_int_equal(d->error_type, PCAN_ERROR_COUNT_DOWN);
    for (unsigned i = 0; i < 127; i++) {
        xmit(w, i, "124#");
        run(w, MS);
        check_driver(w);
    }
    assert_int_equal(d->bits, 0);
    assert_int_equal(d->tec, 0);
    assert_int_equal(d->statuses, 4);
}

static void receive_errors_count(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_probe(w);
    driver_up_mode(w, 0, SLOW_125K, FAST_2M, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
    peer_sends(w, "123#1122334455667788");
    for (unsigned i = 0; i < 50; i++) {
        run(w, 100 * BIT_PS);
        check_driver(w);
    }
    assert_true(w->driver[0].rec > 0);
    assert_true(w->error_frames > 0);
}

static void warning_limit_is_the_guests(void **state)
{
    struct world *w = *state;

    driver_probe(w);
    driver_up_mode(w, 0, "1000138a0000", NULL, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
    assert_int_equal(cs_bus_set_counters(w->bus[0], node(w), 15, 3), 0);
    fetch(w);
    assert_int_equal(w->driver[0].bits, 0);
    assert_int_equal(w->driver[0].tec, 15);
    assert_int_equal(w->driver[0].rec, 3);
    assert_int_equal(cs_bus_set_counters(w->bus[0], node(w), 2, 16), 0);
    fetch(w);
    assert_int_equal(w->driver[0].bits, PCAN_STATUS_WARNING);
    assert_int_equal(w->driver[0].rec, 16);
}

static void counters_only_where_they_are_wanted(void **state)
{
    struct world *w = *state;

    driver_up(w);
    command(w, 0, PCAN_CMD_CLEAR_OPTION, "0100");
    assert_int_equal(cs_bus_set_counters(w->bus[0], node(w), 100, 0), 0);
    fetch(w);
    assert_int_equal(w->driver[0].errors, 0);
    assert_int_equal(w->driver[0].bits, PCAN_STATUS_WARNING);
}

/* Linux asks for them with the first channel that it opens. */
static void counters_of_both_channels(void **state)
{
    struct world *w = *state;

    driver_up(w);
    command(w, 1, PCAN_CMD_TIMING_SLOW, SLOW_500K);
    driver_restart(w, 1, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
    cs_bus_set_counters(w->bus[1], cs_port_node(w->pcan->channels[1].port), 8, 1);
    fetch(w);
    assert_int_equal(w->driver[1].tec, 8);
    assert_int_equal(w->driver[1].rec, 1);
    assert_int_equal(w->driver[0].errors, 0);
}

static void guest_writes_counters(void **state)
{
    struct world *w = *state;

    command(w, 0, PCAN_CMD_WR_ERR_CNT, "00c07b2d"); /* before it goes on */
    command(w, 0, PCAN_CMD_SET_OPTION, "0100");
    command(w, 0, PCAN_CMD_NORMAL_MODE, "");
    check_driver(w);
    assert_int_equal(w->driver[0].tec, 123);
    assert_int_equal(w->driver[0].rec, 45);
    command(w, 0, PCAN_CMD_WR_ERR_CNT, "00400509"); /* TEC alone */
    check_driver(w);
    assert_int_equal(w->driver[0].tec, 5);
    assert_int_equal(w->driver[0].rec, 45);
}

static void barrier_comes_back(void **state)
{
    struct world *w = *state;

    driver_up(w);
    command(w, 0, PCAN_CMD_RX_BARRIER, "");
    fetch(w);
    assert_int_equal(w->driver[0].barriers, 1);
    assert_int_equal(w->driver[0].bits, 0);
}

static void state_is_told_late_where_there_was_no_room(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    for (unsigned i = 0; i < PCAN_IN_MAX / 36; i++) {
        peer_sends(w, "123#1122334455667788");
        cs_sim_run_until(w->sim, cs_sim_now_ps(w->sim) + MS);
    }
    for (unsigned i = 0; i < PCAN_IN_RESERVE / 16 + 5; i++)
        cs_bus_set_counters(w->bus[0], node(w), 100 + i, 0);
    cs_bus_set_counters(w->bus[0], node(w), 256, 0);
    assert_true(w->pcan->in_end - w->pcan->in_first <= PCAN_IN_MAX);
    run(w, MS);
    check_driver(w);
    assert_true(w->driver[0].bus_off);
    assert_int_equal(w->driver[0].overruns, 1);
}

/* ---- bus-off ------------------------------------------------------------------------------ */

static void wrong_bit_rate_leads_to_bus_off(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_probe(w);
    driver_up_mode(w, 0, SLOW_1M, FAST_2M, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, i, "555#AAAA");
    for (unsigned i = 0; i < 1000 && !w->driver[0].bus_off; i++) {
        cs_bus_set_counters(w->bus[0], w->peer, 0, 0); /* it keeps sending active flags */
        run(w, 50 * BIT_PS);
        check_driver(w);
    }
    assert_true(w->driver[0].bus_off);
    assert_int_equal(w->driver[0].tec, 255);
    assert_int_equal(w->driver[0].statuses, 3); /* warning, passive, bus-off */
    assert_int_equal(w->n_answers, 10);         /* what waited is lost */
    xmit(w, 10, "555#AAAA");
    assert_int_equal(w->n_answers, 11);
    run(w, 100 * MS); /* it does not come back by itself */
    assert_int_equal(w->node_state, CS_STATE_BUS_OFF);
}

static void go_bus_off(struct world *w)
{
    join_peer(w, 0);
    driver_up(w);
    assert_int_equal(cs_bus_set_counters(w->bus[0], node(w), 256, 0), 0);
    run(w, MS);
    assert_true(w->driver[0].bus_off);
}

static void restart_takes_128_idle_periods(void **state)
{
    struct world *w = *state;
    const int64_t recovery_ps = (int64_t)128 * 11 * BIT_PS;

    go_bus_off(w);
    driver_restart(w, 0, PCAN_CMD_NORMAL_MODE);
    run(w, recovery_ps - 2 * BIT_PS);
    assert_int_equal(w->node_state, CS_STATE_BUS_OFF);
    assert_false(w->driver[0].bus_off); /* nothing that confuses the driver */
    run(w, 4 * BIT_PS);
    assert_int_equal(w->node_state, CS_STATE_ERROR_ACTIVE);
    check_driver(w);
    assert_int_equal(w->driver[0].bits, 0);
    assert_int_equal(w->driver[0].tec, 0);
}

static void frames_wait_for_recovery(void **state)
{
    struct world *w = *state;

    go_bus_off(w);
    driver_restart(w, 0, PCAN_CMD_NORMAL_MODE);
    for (uint64_t i = 0; i < 10; i++)
        xmit(w, i, "123#01");
    run(w, 2 * MS);
    driver_restart(w, 0, PCAN_CMD_NORMAL_MODE); /* does not begin anew */
    assert_int_equal(w->n_answers, 0);
    assert_int_equal(w->peer_received, 0);
    run(w, 900 * US);
    assert_int_equal(w->node_state, CS_STATE_ERROR_ACTIVE);
    run(w, 2 * MS);
    assert_int_equal(w->n_answers, 10);
    assert_int_equal(w->peer_received, 10);
}

static void packets_are_cancelled_while_it_recovers(void **state)
{
    struct world *w = *state;

    go_bus_off(w);
    driver_restart(w, 0, PCAN_CMD_NORMAL_MODE);
    for (uint64_t i = 0; i < 3; i++)
        xmit(w, i, "123#01");
    assert_true(cs_pcan_cancel(&w->pcan->channels[0], 1));
    run(w, 10 * MS);
    assert_int_equal(w->n_answers, 2);
    assert_int_equal(w->peer_received, 2);
}

static void down_and_up_out_of_bus_off(void **state)
{
    struct world *w = *state;

    go_bus_off(w);
    command(w, 0, PCAN_CMD_RESET_MODE, "");
    driver_up(w);
    xmit(w, 1, "123#");
    run(w, 2 * MS);
    check_driver(w);
    assert_int_equal(w->driver[0].statuses, 0);
    assert_int_equal(w->n_answers, 1);
    assert_int_equal(w->peer_received, 1);
}

static void down_while_it_recovers(void **state)
{
    struct world *w = *state;

    go_bus_off(w);
    driver_restart(w, 0, PCAN_CMD_NORMAL_MODE);
    xmit(w, 1, "123#");
    command(w, 0, PCAN_CMD_RESET_MODE, "");
    assert_int_equal(w->n_answers, 1);
    driver_up(w);
    xmit(w, 2, "123#");
    run(w, 2 * MS);
    assert_int_equal(w->n_answers, 2);
}

/* ---- modes -------------------------------------------------------------------------------- */

static void single_shot_without_acknowledgement(void **state)
{
    struct world *w = *state;

    driver_up(w);
    for (uint64_t i = 0; i < 3; i++)
        xmit_flags(w, 0, i, "123#", PCAN_FLAG_SINGLE_SHOT);
    run(w, 10 * MS);
    assert_int_equal(w->attempts, 3);
    assert_int_equal(w->n_answers, 3);
    check_driver(w);
    assert_int_equal(w->driver[0].tec, 24);
    xmit(w, 3, "123#"); /* not so */
    run(w, 10 * MS);
    assert_true(w->attempts > 10);
    assert_int_equal(w->n_answers, 3);
}

static void single_shot_that_loses_arbitration(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    xmit_flags(w, 0, 1, "124#01", PCAN_FLAG_SINGLE_SHOT);
    xmit(w, 2, "125#02");
    peer_sends(w, "123#");
    run(w, 10 * MS);
    assert_int_equal(w->attempts, 2);
    assert_int_equal(w->n_answers, 2);
    assert_int_equal(w->answers[0].id, 1);
    assert_int_equal(w->peer_received, 1);
    assert_true(frame_is(&w->peer_frame, "125#02"));
    assert_int_equal(w->driver[0].frames, 1);
}

static void other_frames_are_sent_again(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    xmit(w, 1, "124#01");
    xmit_flags(w, 0, 2, "125#02", PCAN_FLAG_SINGLE_SHOT);
    peer_sends(w, "123#");
    run(w, 10 * MS);
    assert_int_equal(w->attempts, 3);
    assert_int_equal(w->n_answers, 2);
    assert_int_equal(w->peer_received, 2);
}

/* Errors of all kinds, in flags too: never more or fewer than one attempt each. */
static void single_shot_among_errors(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_probe(w);
    driver_up_mode(w, 0, SLOW_1M, FAST_2M, PCAN_CMD_NORMAL_MODE);
    run(w, MS);
    for (uint64_t i = 0; i < 10; i++)
        xmit_flags(w, 0, i, "123#55", PCAN_FLAG_SINGLE_SHOT);
    run(w, 50 * MS);
    assert_int_equal(w->n_answers, 10);
    assert_int_equal(w->attempts, 10);
    assert_true(w->error_frames > 0);
}

static void single_shot_that_succeeds(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_up(w);
    for (uint64_t i = 0; i < 10; i++)
        xmit_flags(w, 0, i, "123##1AA", PCAN_FLAG_SINGLE_SHOT);
    run(w, 10 * MS);
    assert_int_equal(w->attempts, 10);
    assert_int_equal(w->peer_received, 10);
}

static void listen_only(void **state)
{
    struct world *w = *state;

    join_peer(w, 0);
    driver_probe(w);
    driver_up_mode(w, 0, SLOW_500K, FAST_2M, PCAN_CMD_LISTEN_ONLY_MODE);
    run(w, MS);
    peer_sends(w, "123#01");
    run(w, MS); /* an active flag each time: later, when they are passive, it is a frame to it */
    assert_int_equal(w->driver[0].frames, 0); /* nobody acknowledged it */
    assert_true(w->error_frames > 0);
    check_driver(w);
    assert_int_equal(w->driver[0].rec, 0);
    assert_int_equal(cs_bus_reset(w->bus[0], w->peer), 0);
    {
        const struct cs_controller_config third = {.name = "third", .via = "test"};

        assert_true(cs_bus_attach(w->bus[0], &third) >= 0);
    }
    run(w, MS);
    peer_sends(w, "123#02");
    run(w, 5 * MS);
    assert_int_equal(w->driver[0].frames, 1);
    assert_true(frame_is(&w->driver[0].frame, "123#02"));
    xmit(w, 1, "124#"); /* cannot be sent */
    assert_int_equal(w->n_answers, 1);
    run(w, 5 * MS);
    assert_int_equal(w->peer_received, 0);
}

static void two_channels_on_two_buses(void **state)
{
    struct world *w = *state;

    driver_up(w);
    driver_up_mode(w, 1, SLOW_500K, FAST_2M, PCAN_CMD_NORMAL_MODE);
    join_peer(w, 0);
    run(w, MS);
    xmit_flags(w, 1, 50, "124#", 0); /* alone there */
    xmit_flags(w, 0, 51, "123#", 0);
    run(w, 20 * MS);
    assert_int_equal(w->n_answers, 1);
    assert_int_equal(w->answers[0].id, 51);
    assert_int_equal(w->driver[0].tec, 0);
    assert_int_equal(w->driver[1].tec, 128);
    assert_int_equal(w->driver[1].bits, PCAN_STATUS_WARNING | PCAN_STATUS_PASSIVE);
    assert_int_equal(w->driver[0].bits, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(alone_on_the_bus),
        T(back_to_error_active),
        T(receive_errors_count),
        T(warning_limit_is_the_guests),
        T(counters_only_where_they_are_wanted),
        T(counters_of_both_channels),
        T(guest_writes_counters),
        T(barrier_comes_back),
        T(state_is_told_late_where_there_was_no_room),
        T(wrong_bit_rate_leads_to_bus_off),
        T(restart_takes_128_idle_periods),
        T(frames_wait_for_recovery),
        T(packets_are_cancelled_while_it_recovers),
        T(down_and_up_out_of_bus_off),
        T(down_while_it_recovers),
        T(single_shot_without_acknowledgement),
        T(single_shot_that_loses_arbitration),
        T(other_frames_are_sent_again),
        T(single_shot_among_errors),
        T(single_shot_that_succeeds),
        T(listen_only),
        T(two_channels_on_two_buses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
