/* SPDX-License-Identifier: MIT */
/* A gs_usb adapter where the bus goes wrong: errors, states, bus-off, losses. */
#include "simcore/fault.h"
#include "tests/unit/test_usb_gs.h"

/* ---- errors ---------------------------------------------------------------------------------- */

static void without_an_acknowledge_it_becomes_passive_and_tries_for_ever(void **state)
{
    struct usb_world *w = *state;
    const struct gs_shown *c = can(w, 1);

    gs_open(w, 1, GS_BERR_REPORTING);
    gs_xmit(w, 1, "123#55"); /* nobody else is there */
    usb_run(w, 20 * MS);
    assert_int_equal(c->state, GS_PASSIVE);
    assert_int_equal(c->warnings, 1);
    assert_int_equal(c->passives, 1);
    assert_int_equal(c->bus_offs, 0);
    assert_true(c->acks > 16);
    assert_int_equal(c->acks, c->bus_errors);
    assert_int_equal(c->error[2], 0x80);      /* as transmitter */
    assert_int_equal(c->error[3] & 0x1F, 25); /* ACK slot */
    assert_int_equal(c->error[6], 128);
    assert_int_equal(c->error[7], 0);
    assert_int_equal(usb_control(w, TAKE, 14, 1, 0, NULL, 12), 12);
    assert_int_equal(gs_get32(w->guest.answer), GS_PASSIVE);
    assert_int_equal(gs_get32(w->guest.answer + 4), 0);
    assert_int_equal(gs_get32(w->guest.answer + 8), 128);
    assert_int_equal(gs_on_their_way(w, 1), 1);
}

/* Drivers before Linux 6.2 cannot ask for errors. */
static void errors_nobody_asked_for_are_told_now_and_then(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 1, 0);
    w->attempts = 0;
    gs_xmit(w, 1, "123#55");
    usb_run(w, 100 * MS);
    assert_true(w->attempts > 300);
    assert_in_range(can(w, 1)->bus_errors, 9, 11);
    assert_int_equal(can(w, 1)->state, GS_PASSIVE);
}

static void states_come_and_go_with_the_counters(void **state)
{
    struct usb_world *w = *state;
    struct gs_shown *c = can(w, 0);

    gs_open(w, 0, 0);
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 96, 0);
    usb_pump(w);
    assert_int_equal(c->state, GS_WARNING);
    assert_int_equal(c->error[1], 0x08);
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 100, 100);
    usb_pump(w);
    assert_int_equal(c->warnings, 1); /* no change */
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 0, 130);
    usb_pump(w);
    assert_int_equal(c->state, GS_PASSIVE);
    assert_int_equal(c->error[1], 0x10);
    assert_int_equal(c->error[7], 130);
    for (unsigned i = 0; i < 60; i++) {
        usb_peer_sends(w, "123#55");
        usb_run(w, MS);
    }
    assert_int_equal(c->state, GS_ACTIVE); /* by way of 127 and 95 */
    assert_int_equal(c->warnings, 2);
}

static void who_lost_arbitration_hears_of_it(void **state)
{
    struct usb_world *w = *state;

    gs_open(w, 0, GS_BERR_REPORTING);
    usb_peer_sends(w, "122#55");
    gs_xmit(w, 0, "123#55");
    usb_pump(w);
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->arb_lost, 1);
    assert_int_equal(can(w, 0)->error[0], 10); /* the last bit of the identifier */
    assert_int_equal(can(w, 0)->tx, 1);
    assert_int_equal(can(w, 0)->rx, 1);
}

/* ---- bus-off -----------------------------------------------------------------------------------
 */

static void a_wrong_bit_rate_ends_in_bus_off_and_recovers_and_so_on(void **state)
{
    struct usb_world *w = *state;
    const struct gs_shown *c = can(w, 0);
    const struct cs_controller_config other = {.name = "other", .via = "test"};

    assert_true(cs_bus_attach(w->bus[0], &other) >= 0);
    assert_int_equal(gs_timing(w, 0, 250000), 20);
    assert_int_equal(gs_start(w, 0, 0), 0);
    usb_run(w, 2 * MS);
    gs_xmit(w, 0, "555#5555555555555555");
    for (unsigned i = 0; i < 400; i++) { /* the others stay active as they get on with each other */
        usb_peer_sends(w, "123#55");
        usb_run(w, MS);
    }
    assert_true(c->bus_offs > 1);
    assert_in_range(c->restarts, c->bus_offs - 1, c->bus_offs);
    assert_int_equal(c->tx, 0); /* what was never sent is not said to be */
    assert_int_equal(w->peer_received, 0);
    gs_close(w, 0);
    gs_open(w, 0, 0);
    gs_xmit(w, 0, "555#55");
    usb_run(w, 20 * MS);
    assert_int_equal(c->tx, 1);
    assert_int_equal(c->bus_offs, 0);
    usb_same_frame(&w->peer_frame, "555#55");
}

static void frames_wait_through_bus_off(void **state)
{
    struct usb_world *w = *state;
    const struct gs_shown *c = can(w, 0);

    gs_open(w, 0, 0);
    for (unsigned i = 0; i < 5; i++)
        gs_xmit(w, 0, i % 2 ? "123#1122" : "321#");
    usb_pump(w);
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 256, 0);
    usb_run(w, MS);
    assert_int_equal(c->state, GS_BUS_OFF);
    assert_int_equal(c->bus_offs, 1);
    for (unsigned i = 0; i < 5; i++)
        gs_xmit(w, 0, "7FF#");
    usb_run(w, MS);
    assert_int_equal(c->tx, 0);
    assert_int_equal(usb_control(w, TAKE, 14, 0, 0, NULL, 12), 12);
    assert_int_equal(gs_get32(w->guest.answer), GS_BUS_OFF);
    usb_run(w, 97 * MS);
    assert_int_equal(c->state, GS_BUS_OFF);
    usb_run(w, 8 * MS); /* 128 times 11 bits are 2.8 ms */
    assert_int_equal(c->state, GS_ACTIVE);
    assert_int_equal(c->restarts, 1);
    assert_int_equal(c->tx, 10);
    assert_int_equal(w->peer_received, 10);
    usb_same_frame(&w->peer_frame, "7FF#"); /* in their order */
}

static void a_single_shot_that_ended_in_bus_off_is_over(void **state)
{
    struct usb_world *w = *state;

    struct cs_fault_spec fault;
    char why[128];

    gs_open(w, 0, GS_ONE_SHOT);
    assert_int_equal(cs_fault_parse("error-frame field=data count=1", &fault, why, 128), 0);
    assert_true(cs_fault_arm(w->bus[0], &fault, why, sizeof(why)) > 0);
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 250, 0);
    w->attempts = 0;
    gs_xmit(w, 0, "555#5555");
    gs_xmit(w, 0, "321#55");
    usb_pump(w);
    usb_run(w, MS);
    assert_int_equal(can(w, 0)->state, GS_BUS_OFF);
    assert_int_equal(gs_on_their_way(w, 0), 1); /* that other one was not tried yet */
    usb_run(w, 105 * MS);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    assert_int_equal(w->attempts, 2);
    assert_int_equal(w->peer_received, 1);
    usb_same_frame(&w->peer_frame, "321#55");
}

/* ---- losses -------------------------------------------------------------------------------------
 */

static void a_guest_that_is_too_slow_loses_frames_and_is_told(void **state)
{
    struct usb_world *w = *state;
    struct gs_shown *c = can(w, 0);

    gs_open(w, 0, 0);
    w->guest.idle = true;
    for (unsigned i = 0; i < 1000; i++) {
        usb_peer_sends(w, "123#55");
        usb_run(w, MS / 2);
    }
    for (unsigned i = 0; i < SLOTS; i++)
        gs_xmit(w, 0, "321#"); /* echoes have places of their own */
    cs_bus_set_counters(w->bus[0], gs_node(w, 0), 0, 130);
    usb_run(w, 10 * MS);
    assert_int_equal(usb_look(w).lost, 1000 - (1024 - 192 - 12) - 30);
    assert_true(w->lost > 0);
    assert_int_equal(c->overflows, 0);
    w->guest.idle = false;
    usb_run(w, 100 * MS);
    assert_int_equal(c->rx, (1024 - 192 - 12) + 30);
    assert_int_equal(c->tx, SLOTS);
    assert_int_equal(c->state, GS_PASSIVE);
    usb_peer_sends(w, "123#55");
    usb_run(w, MS);
    assert_int_equal(c->overflows, 1);
    usb_peer_sends(w, "123#55");
    usb_run(w, MS);
    assert_int_equal(c->overflows, 1);
}

/* ---- whatever happens ---------------------------------------------------------------------------
 */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void a_random_frame(struct usb_world *w, unsigned channel, uint32_t *seed)
{
    const uint32_t kind = next_random(seed) % 16, id = next_random(seed) << 5;
    uint8_t data[64];
    uint32_t flags = kind < 4 ? EFF : kind < 6 ? RTR : kind == 6 ? ERR : kind == 7 ? ERR | EFF : 0;
    unsigned fd = can(w, channel)->flags & GS_FD && kind > 8 ? next_random(seed) & 0x0E : 0;

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)next_random(seed);
    gs_xmit_raw(w, channel, (id & CS_ID_MAX_EXT) | flags, next_random(seed) % (kind ? 16 : 256), fd,
                data, fd & GS_FLAG_FD ? 64 : 8);
}

static void trouble(struct usb_world *w, unsigned channel, uint32_t *seed)
{
    const uint32_t kind = next_random(seed) % 400;
    static const uint32_t modes[] = {0,
                                     GS_ONE_SHOT,
                                     GS_FD,
                                     GS_FD | GS_HW_TIMESTAMP,
                                     GS_LOOP_BACK | GS_HW_TIMESTAMP,
                                     GS_BERR_REPORTING};

    if (kind < 4)
        cs_bus_set_counters(w->bus[channel], gs_node(w, channel), 128 * kind, 0);
    if (kind == 5)
        gs_close(w, channel);
    if (kind == 5)
        gs_open(w, channel, modes[next_random(seed) % 6]);
    if (kind > 300)
        usb_peer_sends(w, "123#55");
}

static void no_place_is_ever_lost(void **state)
{
    struct usb_world *w = *state;
    const struct cs_controller_config other = {.name = "other", .via = "test"};
    uint32_t seed = 4711;
    unsigned busy = 0;

    assert_true(cs_bus_attach(w->bus[0], &other) >= 0);
    assert_true(cs_bus_attach(w->bus[1], &other) >= 0);
    gs_open(w, 0, GS_FD);
    gs_open(w, 1, GS_HW_TIMESTAMP);
    for (unsigned i = 0; i < 10000; i++) {
        const unsigned channel = next_random(&seed) & 1;

        a_random_frame(w, channel, &seed);
        trouble(w, channel, &seed);
        busy += gs_place(w, channel) < 0;
        usb_turn(w);
        if (i % 8 == 0)
            usb_run(w, MS);
    }
    usb_run(w, 300 * MS);
    assert_int_equal(gs_on_their_way(w, 0), 0);
    assert_int_equal(gs_on_their_way(w, 1), 0);
    assert_true(busy > 100); /* places were scarce at times */
    assert_false(w->guest.hung_up);
    assert_int_equal(usb_look(w).lost, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, gs_set_up, gs_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(without_an_acknowledge_it_becomes_passive_and_tries_for_ever),
        T(errors_nobody_asked_for_are_told_now_and_then),
        T(states_come_and_go_with_the_counters),
        T(who_lost_arbitration_hears_of_it),
        T(a_wrong_bit_rate_ends_in_bus_off_and_recovers_and_so_on),
        T(frames_wait_through_bus_off),
        T(a_single_shot_that_ended_in_bus_off_is_over),
        T(a_guest_that_is_too_slow_loses_frames_and_is_told),
        T(no_place_is_ever_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
