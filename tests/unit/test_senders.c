/* SPDX-License-Identifier: MIT */
/* Frames that are sent by hand and again and again: instants, bursts, counters, what came of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "scenarios/senders.h"

#define MS CS_PS_PER_MS

struct world {
    struct cs_sim *sim;
    struct cs_senders *senders;
    int node, error;
    unsigned n; /* submitted: */
    int64_t at_ps[256];
    struct cs_frame frame[256];
};

static void over(void *ctx, const struct cs_tx_done *done)
{
    cs_senders_over(((struct world *)ctx)->senders, done);
}

static int submit(void *ctx, unsigned bus, const struct cs_frame *frame, uint64_t cookie)
{
    struct world *w = ctx;

    if (w->error)
        return w->error;
    assert_in_range(w->n, 0, 255);
    w->at_ps[w->n] = cs_sim_now_ps(w->sim);
    w->frame[w->n++] = *frame;
    return cs_bus_submit(cs_sim_bus(w->sim, bus), w->node, frame, cookie);
}

static int setup(void **state)
{
    static const struct cs_controller_ops ops = {.confirmed = over};
    static struct world world;
    const struct cs_bus_config bus = {.name = "can0", .bitrate_bps = 500000};
    struct cs_controller_config config = {.name = "console", .ops = &ops, .ctx = &world};

    world = (struct world){.sim = cs_sim_create(1)};
    assert_int_equal(cs_sim_add_bus(world.sim, &bus), 0);
    world.node = cs_bus_attach(cs_sim_bus(world.sim, 0), &config);
    world.senders = cs_senders_create(world.sim, submit, &world);
    assert_non_null(world.senders);
    config = (struct cs_controller_config){.name = "other"};
    cs_bus_attach(cs_sim_bus(world.sim, 0), &config);
    cs_sim_run_until(world.sim, MS);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    cs_sim_destroy(w->sim);
    cs_senders_destroy(w->senders);
    return 0;
}

static struct cs_send send_of(const char *frame, int64_t period_ps)
{
    struct cs_send send = {.period_ps = period_ps, .burst = 1};

    assert_int_equal(cs_frame_parse(frame, &send.frame, NULL, 0), 0);
    return send;
}

static struct cs_sent look(struct world *w, unsigned slot)
{
    struct cs_sent sent;

    assert_true(cs_senders_look(w->senders, slot, &sent));
    return sent;
}

static void by_hand(void **state)
{
    struct world *w = *state;
    struct cs_send send = send_of("123#11", 0);
    struct cs_sent sent;

    assert_int_equal(cs_senders_now(w->senders, 0), -EINVAL);
    assert_false(cs_senders_look(w->senders, 0, &sent));
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    assert_int_equal(look(w, 0).last, CS_SENT_NOTHING);
    assert_int_equal(look(w, 0).sent_ps, -1);
    assert_int_equal(cs_senders_now(w->senders, 0), 0);
    assert_int_equal(look(w, 0).last, CS_SENT_QUEUED);
    cs_sim_run_until(w->sim, 5 * MS);
    assert_int_equal(w->n, 1);
    sent = look(w, 0);
    assert_int_equal(sent.last, CS_SENT_OVER);
    assert_int_equal(sent.result, CS_TX_OK);
    assert_int_equal(sent.sent, 1);
    assert_in_range(sent.sent_ps, MS + 1, 2 * MS);
    assert_false(sent.running);
}

static void periods_do_not_add_up(void **state)
{
    struct world *w = *state;
    struct cs_send send = send_of("123#11", 10 * MS);

    assert_int_equal(cs_senders_set(w->senders, 3, &send, true), 0);
    assert_true(look(w, 3).running);
    cs_sim_run_until(w->sim, 45 * MS);
    assert_int_equal(w->n, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(w->at_ps[i], MS + i * 10 * MS);
    /* Another frame at the same instants; another period from now on. */
    send.frame.data[0] = 0x22;
    assert_int_equal(cs_senders_set(w->senders, 3, &send, true), 0);
    cs_sim_run_until(w->sim, 55 * MS);
    assert_int_equal(w->n, 6);
    assert_int_equal(w->at_ps[5], 51 * MS);
    assert_int_equal(w->frame[5].data[0], 0x22);
    send.period_ps = 20 * MS;
    assert_int_equal(cs_senders_set(w->senders, 3, &send, true), 0);
    cs_sim_run_until(w->sim, 80 * MS);
    assert_int_equal(w->n, 8);
    assert_int_equal(w->at_ps[6], 55 * MS);
    assert_int_equal(w->at_ps[7], 75 * MS);
    /* Stopped, and by hand meanwhile. */
    assert_int_equal(cs_senders_set(w->senders, 3, &send, false), 0);
    assert_false(look(w, 3).running);
    assert_int_equal(cs_senders_now(w->senders, 3), 0);
    cs_sim_run_until(w->sim, 200 * MS);
    assert_int_equal(w->n, 9);
    assert_int_equal(look(w, 3).sent, 9);
    assert_int_equal(cs_senders_set(w->senders, 3, NULL, true), 0);
    assert_int_equal(cs_senders_now(w->senders, 3), -EINVAL);
    assert_int_equal(cs_sim_timers(w->sim), 0);
}

static void bursts(void **state)
{
    struct world *w = *state;
    struct cs_send send = send_of("123#11", 0);

    send.burst = 3;
    send.gap_ps = 2 * MS;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, false), 0);
    assert_int_equal(cs_senders_now(w->senders, 0), 0);
    cs_sim_run_until(w->sim, 20 * MS);
    assert_int_equal(w->n, 3);
    assert_int_equal(w->at_ps[1], 3 * MS);
    assert_int_equal(w->at_ps[2], 5 * MS);
    send.gap_ps = 0;
    send.period_ps = 10 * MS;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    cs_sim_run_until(w->sim, 31 * MS);
    assert_int_equal(w->n, 9);
    assert_int_equal(w->at_ps[5], 20 * MS);
    assert_int_equal(w->at_ps[8], 30 * MS);
    /* Asked for twice while one is under way: both come. */
    send.period_ps = 0;
    send.gap_ps = MS;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, false), 0);
    assert_int_equal(cs_senders_now(w->senders, 0), 0);
    assert_int_equal(cs_senders_now(w->senders, 0), 0);
    cs_sim_run_until(w->sim, 50 * MS);
    assert_int_equal(w->n, 15);
    assert_int_equal(look(w, 0).sent, 15);
}

static void counters_go_on(void **state)
{
    struct world *w = *state;
    struct cs_send send = send_of("123#00.FF", 10 * MS);

    send.counts = true;
    send.counter = (struct cs_counter){.byte = 0, .bits = 8, .high = 2, .step = 1, .first = 0};
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    cs_sim_run_until(w->sim, 32 * MS);
    assert_int_equal(w->n, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(w->frame[i].data[0], i % 3);
    assert_int_equal(w->frame[3].data[1], 0xFF);
    /* An edit of the data leaves it where it is; another counter begins anew. */
    send.frame.data[1] = 0xEE;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    cs_sim_run_until(w->sim, 42 * MS);
    assert_int_equal(w->frame[4].data[0], 1);
    assert_int_equal(w->frame[4].data[1], 0xEE);
    send.counter.first = 2;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    cs_sim_run_until(w->sim, 52 * MS);
    assert_int_equal(w->frame[5].data[0], 2);
}

static void what_is_refused(void **state)
{
    struct world *w = *state;
    struct cs_send send = send_of("123#11", 10 * MS);

    w->error = -ENOSPC;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), 0);
    assert_int_equal(cs_senders_now(w->senders, 0), -ENOSPC);
    assert_int_equal(look(w, 0).last, CS_SENT_REFUSED);
    assert_int_equal(look(w, 0).error, -ENOSPC);
    cs_sim_run_until(w->sim, 12 * MS);
    assert_int_equal(look(w, 0).refused, 3);
    w->error = 0;
    cs_sim_run_until(w->sim, 25 * MS);
    assert_int_equal(look(w, 0).sent, 1);
}

static void what_is_wrong(void **state)
{
    struct world *w = *state;
    struct cs_send good = send_of("123#11", 10 * MS), send;
    char why[160];

    assert_int_equal(cs_send_check(&good, why, sizeof(why)), 0);
    assert_int_equal(cs_senders_set(w->senders, CS_SENDERS, &good, true), -EINVAL);
    send = good;
    send.bus = 1;
    assert_int_equal(cs_senders_set(w->senders, 0, &send, true), -EINVAL);
    send = good;
    send.period_ps = 10;
    assert_int_equal(cs_send_check(&send, why, sizeof(why)), -EINVAL);
    assert_string_equal(why, "the period must be 100us..1h");
    send = good;
    send.burst = 0;
    assert_int_equal(cs_send_check(&send, why, sizeof(why)), -EINVAL);
    send = good;
    send.burst = 11;
    send.gap_ps = MS;
    assert_int_equal(cs_send_check(&send, why, sizeof(why)), -EINVAL);
    assert_string_equal(why, "the burst must be over before the next period");
    send.burst = 10;
    assert_int_equal(cs_send_check(&send, why, sizeof(why)), 0);
    assert_false(cs_send_equal(&send, &good));
    send = good;
    assert_true(cs_send_equal(&send, &good));
    send.frame.data[0] ^= 1;
    assert_false(cs_send_equal(&send, &good));
    send = good;
    send.counts = true;
    send.counter = (struct cs_counter){.byte = 0, .bits = 16, .high = 65535, .step = 1};
    assert_int_equal(cs_send_check(&send, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "got 1 byte"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(periods_do_not_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(bursts, setup, teardown),
        cmocka_unit_test_setup_teardown(counters_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
