/* SPDX-License-Identifier: MIT */
/* How a card's peer hears of INTA#, and what becomes of the descriptors that it passes. */
#include "tests/unit/test_pci.h"

static int set_up(void **state)
{
    *state = create_world("kvaser", 1);
    return 0;
}

/* ---- INTx -------------------------------------------------------------------------------------
 */

/* Up, with a frame received: INTA# is active, and the peer was told. */
static void receive_one(struct world *w)
{
    join(w);
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 0);
    assert_int_equal(rung(w), 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
    assert_int_equal(get(w, CONFIG, 0x06, 1) & 8, 8);
}

static void serve_one(struct world *w)
{
    assert_int_equal(get_reg(w, &kvaser, 0, IR), 1);
    assert_int_equal(take_message(w, &kvaser, 0), 0x123);
    assert_int_equal(get(w, CONFIG, 0x06, 1) & 8, 0);
}

static void told_once_until_unmasked(void **state)
{
    struct world *w = *state;

    receive_one(w);
    peer_sends(w, 0, 0x124);
    assert_int_equal(rung(w), 0);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 1); /* still there */
    assert_int_equal(take_message(w, &kvaser, 0), 0x123);
    assert_int_equal(take_message(w, &kvaser, 0), 0x124);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 0);
    peer_sends(w, 0, 0x125);
    assert_int_equal(rung(w), 1);
}

static void masked_by_the_peer(void **state)
{
    struct world *w = *state;

    receive_one(w);
    serve_one(w);
    assert_int_equal(set_irqs_bool(w, UNMASK, 1), 0);
    assert_int_equal(set_irqs_bool(w, MASK, 0), 0); /* false: does nothing */
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
    serve_one(w);
    assert_int_equal(set_irqs_bool(w, UNMASK, 0), 0); /* likewise */
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 0);
    assert_int_equal(set_irqs_bool(w, UNMASK, 1), 0);
    assert_int_equal(rung(w), 1);
    serve_one(w);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(set_irqs(w, BY_NONE | MASK, 0, 1), 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 0);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 1);
}

static void unmasked_by_eventfd(void **state)
{
    struct world *w = *state;

    receive_one(w);
    w->unmask = eventfd(0, EFD_CLOEXEC); /* blocking: not the host's trouble */
    assert_int_equal(set_irqs_fd(w, UNMASK, w->unmask), 0);
    assert_int_equal(rung(w), 0);
    ring(w->unmask);
    turn(w);
    assert_int_equal(rung(w), 1);
    serve_one(w);
    ring(w->unmask);
    turn(w);
    assert_int_equal(rung(w), 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
}

static void none_while_intx_is_disabled(void **state)
{
    struct world *w = *state;

    receive_one(w);
    put(w, CONFIG, 0x04, 2, 0x0400);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 0);
    assert_int_equal(get(w, CONFIG, 0x06, 1) & 8, 8); /* but the status says so */
    put(w, CONFIG, 0x04, 2, 0);
    assert_int_equal(rung(w), 1);
}

static void trigger_is_set_anew(void **state)
{
    struct world *w = *state;

    receive_one(w);
    assert_int_equal(set_irqs(w, BY_NONE | TRIGGER, 0, 0), 0); /* nobody listens */
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    assert_int_equal(rung(w), 0);
    assert_int_equal(set_irqs_fd(w, TRIGGER, w->irq), 0);
    assert_int_equal(rung(w), 1);
}

static void interrupts_that_fail(void **state)
{
    static const struct {
        uint32_t flags, index, count;
        int error;
    } rows[] = {
        {BY_NONE | MASK, 5, 1, EINVAL},
        {BY_NONE | MASK, UINT32_MAX, 1, EINVAL},
        {BY_NONE | MASK, 1, 1, EINVAL},
        {BY_NONE | TRIGGER, 1, 0, 0}, /* there is none: nothing to be set */
        {BY_NONE | MASK, 0, 2, EINVAL},
        {BY_NONE | MASK, 0, UINT32_MAX, EINVAL},
        {BY_NONE | BY_BOOL | MASK, 0, 1, EINVAL},
        {BY_NONE | MASK | UNMASK, 0, 1, EINVAL},
        {BY_NONE, 0, 1, EINVAL},
        {MASK, 0, 1, EINVAL},
        {0, 0, 0, EINVAL},
        {BY_EVENTFD | MASK, 0, 1, EINVAL},
        {BY_NONE | TRIGGER, 0, 1, EINVAL}, /* a level is not triggered by hand */
        {BY_BOOL | MASK, 0, 1, EINVAL},    /* without its byte */
    };
    struct world *w = *state;
    uint8_t body[24];

    join(w);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(set_irqs(w, rows[i].flags, rows[i].index, rows[i].count), rows[i].error);
    put_irqs(body, BY_NONE | MASK, 0, 1);
    body[12] = 1; /* not from the first one on */
    assert_int_equal(ask(w, SET_IRQS, body, 20), EINVAL);
    assert_int_equal(ask(w, SET_IRQS, body, 19), EINVAL);
}

/* ---- descriptors ------------------------------------------------------------------------------
 */

static void descriptors_are_closed(void **state)
{
    struct world *w = *state;
    uint8_t body[32] = {32}, message[64];
    int fds[16];
    unsigned before;
    size_t n;

    for (unsigned i = 0; i < 16; i++)
        fds[i] = w->irq < 0 ? w->irq = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : w->irq;
    join(w);
    before = open_fds();
    for (unsigned i = 0; i < 20; i++) {
        n = put_message(w, message, DMA_MAP, 0, body, 32);
        assert_int_equal(send_bytes(w, message, n, fds, 1 + i % 16), n);
        turn(w);
        assert_int_equal(hear(w), 0);
        n = put_message(w, message, 99, 0, body, 32);
        assert_int_equal(send_bytes(w, message, n, fds, 2), n);
        turn(w);
        assert_int_equal(hear(w), ENOTSUP);
        assert_int_equal(set_irqs_fd(w, TRIGGER, w->irq), 0);
    }
    assert_int_equal(open_fds(), before);
    assert_int_equal(set_irqs_fd(w, UNMASK, w->irq), 0);
    assert_int_equal(open_fds(), before + 1);
    n = put_message(w, message, DMA_MAP, 0, body, 32); /* its end never comes */
    for (unsigned i = 0; i < 30; i++) {
        assert_int_equal(send_bytes(w, message + i, 1, fds, 3), 1);
        turn(w);
        assert_true(open_fds() <= before + 1 + CS_VFU_FDS_MAX);
    }
    hang_up(w);
    assert_int_equal(open_fds(), before - 3); /* both ends of it, and the trigger */
}

/* What is no eventfd could make the host wait for whoever is behind it. */
static void only_eventfds_signal(void **state)
{
    struct world *w = *state;
    int ends[2];
    const int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
    const unsigned before = open_fds() + 2;

    join(w);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(set_irqs_fd(w, TRIGGER, ends[1]), EINVAL);
    assert_int_equal(set_irqs_fd(w, UNMASK, ends[0]), EINVAL);
    assert_int_equal(set_irqs_fd(w, UNMASK, zero), EINVAL);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(open_fds(), before);
    close(zero);
    put(w, 0, 0x39, 1, 0x20); /* what was there before goes on */
    bring_up(w, &kvaser, 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
}

/* A counter that is full, of an eventfd that its owner has made blocking again. */
static void full_eventfd_does_not_hold_up(void **state)
{
    const uint64_t full = UINT64_MAX - 1;
    struct world *w = *state;

    join(w);
    put(w, 0, 0x39, 1, 0x20);
    bring_up(w, &kvaser, 0);
    assert_int_equal(write(w->irq, &full, sizeof(full)), sizeof(full));
    assert_int_equal(fcntl(w->irq, F_SETFL, 0), 0);
    alarm(20);
    peer_sends(w, 0, 0x123);
    alarm(0);
    assert_int_equal(rung(w), (unsigned)full);
    serve_one(w);
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
    peer_sends(w, 0, 0x123);
    assert_int_equal(rung(w), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(told_once_until_unmasked),      TEST(masked_by_the_peer),
        TEST(unmasked_by_eventfd),           TEST(none_while_intx_is_disabled),
        TEST(trigger_is_set_anew),           TEST(interrupts_that_fail),
        TEST(descriptors_are_closed),        TEST(only_eventfds_signal),
        TEST(full_eventfd_does_not_hold_up),
    };

    return cmocka_run_group_tests_name("pci_irqs", tests, NULL, NULL);
}
