/* SPDX-License-Identifier: MIT */
/* iut_play.h - for tests: frames and bits played to one controller (iut.h) and what it has to drive
 * meanwhile. Each test program that includes it has one such controller. */
#ifndef CANSIM_TESTS_IUT_PLAY_H
#define CANSIM_TESTS_IUT_PLAY_H

#include "tests/unit/iut.h"

/* What follows a flag until the next SOF may come: delimiter and intermission. */
#define REST    "11111111111"
#define FLAG    "000000"
#define PASSIVE "111111"
#define SUSPEND "11111111"

static struct iut iut;
static struct cs_frame frame; /* the frame that the test is about */
static struct cs_wire wire;   /* its bits */
static unsigned at;           /* bits since the start, for messages */

static inline void use_frame(const char *text)
{
    char why[128];

    assert_int_equal(cs_frame_parse(text, &frame, why, sizeof(why)), 0);
    assert_int_equal(cs_wire_encode(&frame, &wire), 0);
}

static inline int setup_as(enum cs_fd fd, unsigned mode)
{
    iut.fd = fd;
    iut.feedback = true;
    iut_power_on(&iut, mode);
    for (unsigned i = 0; i < 11; i++) {
        iut_step(&iut, 1);
    }
    assert_int_equal(iut.node->state, CS_STATE_ERROR_ACTIVE);
    at = 0;
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    iut_power_off(&iut);
    return 0;
}

static inline void bit(unsigned drive, unsigned expect)
{
    unsigned out = iut_step(&iut, drive);

    if (out != expect) {
        fail_msg("bit %u: drove %u, expected %u (driven against it: %u)", at, out, expect, drive);
    }
    at++;
}

/* Both as '0' and '1', of the same length. */
static inline void bits(const char *drive, const char *expect)
{
    assert_int_equal(strlen(drive), strlen(expect));
    for (size_t i = 0; drive[i]; i++) {
        bit(drive[i] == '1', expect[i] == '1');
    }
}

static inline void idle(unsigned n)
{
    while (n-- > 0) {
        bit(1, 1);
    }
}

/* The frame's bits first..end-1, from the tester to the controller. */
static inline void receive(unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        bit(cs_wire_level(&wire, i), i != wire.ack_slot);
    }
}

/* The same, from the controller; the tester acknowledges. */
static inline void transmit(unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        bit(i != wire.ack_slot, cs_wire_level(&wire, i));
    }
}

static inline void submit(void)
{
    assert_int_equal(cs_bus_submit(iut.bus, 0, &frame, 0), 0);
}

static inline void counters(unsigned tec, unsigned rec)
{
    assert_int_equal(cs_bus_set_counters(iut.bus, 0, tec, rec), 0);
}

static inline void expect_counters(unsigned tec, unsigned rec)
{
    if (iut.node->tec != tec || iut.node->rec != rec) {
        fail_msg("bit %u: TEC %u REC %u, expected %u %u", at, iut.node->tec, iut.node->rec, tec,
                 rec);
    }
}

static inline void expect_sent(void)
{
    assert_int_equal(iut.node->count.sent, 1);
    assert_int_equal(cs_txqueue_used(&iut.node->queue), 0);
}

#endif
