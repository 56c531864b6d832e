/* SPDX-License-Identifier: MIT */
/* The cards, as their Linux drivers find them: each does here what its driver's probe does,
 * register by register, brings all channels up, and serves an interrupt. */
#include "tests/unit/test_pci.h"

#define BRIDGE 0u
#define CHIPS  1u

#define S5920_INTCSR   0x38u
#define S5920_PTCR     0x60u
#define ADDON_ENABLE   0x2000u
#define ADDON_ASKS     0x800000u
#define XILINX_VERSION 7u

#define PITA_ICR     0x00u
#define PITA_GPIOICR 0x18u
#define PITA_MISC    0x1Cu

static const struct place ems = {0x400, 0x200, 4}, peak = {0, 0x400, 4};
static const uint8_t peak_bit[4] = {0x02, 0x01, 0x40, 0x80};

#define SET_UP(model, n)                  \
    static int model##_##n(void **state)  \
    {                                     \
        *state = create_world(#model, n); \
        return 0;                         \
    }
SET_UP(kvaser, 1)
SET_UP(kvaser, 2)
SET_UP(kvaser, 3)
SET_UP(kvaser, 4)
SET_UP(ems, 1)
SET_UP(ems, 2)
SET_UP(peak, 1)
SET_UP(peak, 2)
SET_UP(peak, 3)
SET_UP(peak, 4)

/* What the PCI core does: the windows have places, and decode. */
static void place_windows(struct world *w, unsigned n)
{
    join(w);
    for (unsigned i = 0; i < n; i++) {
        put(w, CONFIG, 0x10 + 4 * i, 4, 0xC000 + 0x1000 * i);
        assert_int_equal(get(w, CONFIG, 0x10 + 4 * i, 4) & ~0xFu, 0xC000 + 0x1000 * i);
    }
    put(w, CONFIG, 0x04, 2, 0x0003);
}

/* sja1000_is_absent(). */
static void chips_are_there(struct world *w, const struct place *p)
{
    for (unsigned i = 0; i < w->n; i++)
        assert_int_not_equal(get_reg(w, p, i, MOD), 0xFF);
}

/* A frame each way on every channel.. */
static void frames_pass(struct world *w, const struct place *p)
{
    for (unsigned i = 0; i < w->n; i++) {
        peer_sends(w, i, 0x100 + i);
        assert_int_equal(get_reg(w, p, i, IR) & 1, 1);
        assert_int_equal(get_reg(w, p, i, SR) & 1, 1);
        assert_int_equal(get_reg(w, p, i, BUFFER), 2);
        assert_int_equal(get_reg(w, p, i, BUFFER + 3), 0xAB);
        assert_int_equal(take_message(w, p, i), 0x100 + i);
        assert_int_equal(get_reg(w, p, i, SR) & 1, 0);
        send_message(w, p, i, 0x200 + i);
        run(w, MS);
        assert_int_equal(w->received, i + 1);
        assert_int_equal(w->frame.id, 0x200 + i);
        assert_int_equal(w->frame.data[0], 0x5A);
        assert_int_equal(get_reg(w, p, i, IR), 2);
        assert_int_equal(get_reg(w, p, i, IR), 0);
    }
}

static bool pin(struct world *w)
{
    return get(w, CONFIG, 0x06, 1) & 8;
}

static void unmask(struct world *w)
{
    assert_int_equal(set_irqs(w, BY_NONE | UNMASK, 0, 1), 0);
}

/* ---- Kvaser PCIcan ----------------------------------------------------------------------------
 */

/* As the driver counts: until one does not stay in reset mode. */
static unsigned count_chips(struct world *w)
{
    for (unsigned i = 0; i < 4; i++) {
        put_reg(w, &kvaser, i, MOD, RM);
        if (!(get_reg(w, &kvaser, i, MOD) & RM))
            return i;
    }
    return 4;
}

static void kvaser_probe(void **state)
{
    struct world *w = *state;
    uint32_t csr;

    place_windows(w, 3);
    assert_int_equal(get(w, CONFIG, 0x00, 4), 0x840610E8);
    assert_int_equal(get(w, 2, XILINX_VERSION, 1) >> 4, 14);
    assert_int_equal(count_chips(w), w->n);
    put(w, BRIDGE, S5920_PTCR, 4, 0x80808080);
    assert_int_equal(get(w, BRIDGE, S5920_PTCR, 4), 0x80808080);
    csr = get(w, BRIDGE, S5920_INTCSR, 4);
    put(w, BRIDGE, S5920_INTCSR, 4, csr & ~ADDON_ENABLE);
    put(w, BRIDGE, S5920_INTCSR, 4, csr | ADDON_ENABLE);
    assert_int_equal(get(w, BRIDGE, S5920_INTCSR, 4), ADDON_ENABLE);
    chips_are_there(w, &kvaser);
    for (unsigned i = 0; i < w->n; i++)
        bring_up(w, &kvaser, i);
    assert_false(pin(w));
    frames_pass(w, &kvaser);
    assert_false(pin(w));
}

static void kvaser_interrupt(void **state)
{
    struct world *w = *state;

    join(w);
    for (unsigned i = 0; i < w->n; i++)
        bring_up(w, &kvaser, i);
    peer_sends(w, w->n - 1, 0x123);
    assert_false(pin(w)); /* not let through yet */
    assert_int_equal(rung(w), 0);
    assert_int_equal(get(w, BRIDGE, S5920_INTCSR, 4), 0);
    put(w, BRIDGE, S5920_INTCSR, 4, ADDON_ENABLE);
    assert_true(pin(w));
    assert_int_equal(rung(w), 1);
    assert_int_equal(get(w, BRIDGE, S5920_INTCSR, 4), ADDON_ENABLE | ADDON_ASKS);
    /* Nothing but the chip ends it: not its register, not writing the bit. */
    put(w, BRIDGE, S5920_INTCSR, 4, ADDON_ENABLE | ADDON_ASKS);
    assert_int_equal(get_reg(w, &kvaser, w->n - 1, IR), 1);
    assert_true(pin(w));
    unmask(w);
    assert_int_equal(rung(w), 1);
    assert_int_equal(take_message(w, &kvaser, w->n - 1), 0x123);
    assert_false(pin(w));
    assert_int_equal(get(w, BRIDGE, S5920_INTCSR, 4), ADDON_ENABLE);
    unmask(w);
    assert_int_equal(rung(w), 0);
}

/* INTA# is shared by the chips. */
static void kvaser_shares_its_interrupt(void **state)
{
    struct world *w = *state;

    join(w);
    put(w, BRIDGE, S5920_INTCSR, 4, ADDON_ENABLE);
    for (unsigned i = 0; i < w->n; i++) {
        bring_up(w, &kvaser, i);
        peer_sends(w, i, 0x123);
    }
    for (unsigned i = 0; i < w->n; i++) {
        assert_int_equal(rung(w), 1);
        assert_int_equal(take_message(w, &kvaser, i), 0x123);
        assert_int_equal(pin(w), i < w->n - 1);
        unmask(w);
    }
    assert_int_equal(rung(w), 0);
}

/* ---- EMS CPC-PCI ------------------------------------------------------------------------------
 */

static bool ems_check_chan(struct world *w, unsigned i)
{
    put_reg(w, &ems, i, MOD, RM);
    put_reg(w, &ems, i, CDR, PELICAN);
    return get_reg(w, &ems, i, CDR) == PELICAN;
}

static void ems_probe(void **state)
{
    static const uint8_t signature[5] = {0x55, 0xAA, 0x01, 0xCB, 0x11};
    struct world *w = *state;

    place_windows(w, 2);
    assert_int_equal(get(w, CONFIG, 0x00, 4), 0x2104110A);
    put(w, BRIDGE, PITA_MISC, 4, 0x04000000);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(get(w, CHIPS, 4 * i, 1), signature[i]);
    put(w, CHIPS, 0, 1, 0); /* resets the board */
    assert_true(ems_check_chan(w, 0));
    assert_int_equal(ems_check_chan(w, 1), w->n == 2);
    put(w, BRIDGE, PITA_ICR, 4, 0x00020002);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 4), 0x00020000);
    chips_are_there(w, &ems);
    for (unsigned i = 0; i < w->n; i++)
        bring_up(w, &ems, i);
    frames_pass(w, &ems);
    put(w, CHIPS, 0, 1, 0);
    for (unsigned i = 0; i < w->n; i++) {
        assert_int_equal(get_reg(w, &ems, i, CDR), 0);
        assert_int_equal(look(w).port[i].node, CS_NO_NODE);
    }
}

static void ems_interrupt(void **state)
{
    struct world *w = *state;
    const unsigned i = w->n - 1;

    join(w);
    bring_up(w, &ems, i);
    peer_sends(w, i, 0x123);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 4), 0x00000002);
    assert_false(pin(w)); /* not let through */
    assert_int_equal(rung(w), 0);
    put(w, BRIDGE, PITA_ICR, 4, 0x00020002); /* let through; what has come comes again */
    assert_true(pin(w));
    assert_int_equal(rung(w), 1);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 4), 0x00020002);
    assert_int_equal(get_reg(w, &ems, i, IR), 1);
    put(w, BRIDGE, PITA_ICR, 4, 0x00020002); /* acknowledged too early */
    assert_true(pin(w));
    assert_int_equal(take_message(w, &ems, i), 0x123);
    assert_true(pin(w)); /* kept by the bridge */
    put(w, BRIDGE, PITA_ICR, 4, 0x00020002);
    assert_false(pin(w));
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 4), 0x00020000);
    unmask(w);
    assert_int_equal(rung(w), 0);
    peer_sends(w, i, 0x124);
    assert_int_equal(rung(w), 1);
}

/* ---- PEAK PCAN-PCI ----------------------------------------------------------------------------
 */

/* As the driver reads the subsystem id. */
static unsigned peak_channels(uint32_t id)
{
    return id >= 12 ? 4 : id >= 10 ? 3 : id >= 4 ? 2 : 1;
}

static void peak_probe(void **state)
{
    struct world *w = *state;
    uint32_t icr = 0;

    place_windows(w, 2);
    assert_int_equal(get(w, CONFIG, 0x00, 4), 0x0001001C);
    assert_int_equal(peak_channels(get(w, CONFIG, 0x2E, 2)), w->n);
    put(w, BRIDGE, PITA_GPIOICR + 2, 2, 0x0005);
    put(w, BRIDGE, PITA_GPIOICR, 1, 0x00);
    put(w, BRIDGE, PITA_MISC + 3, 1, 0x05);
    put(w, BRIDGE, PITA_MISC + 3, 1, 0x04);
    assert_int_equal(get(w, BRIDGE, PITA_MISC + 3, 1), 0x04);
    chips_are_there(w, &peak);
    for (unsigned i = 0; i < w->n; i++) {
        icr |= peak_bit[i];
        put(w, BRIDGE, PITA_ICR + 2, 2, icr);
        assert_int_equal(get(w, BRIDGE, PITA_ICR + 2, 2), icr);
        bring_up(w, &peak, i);
    }
    frames_pass(w, &peak);
    for (unsigned i = w->n; i < 4; i++)
        assert_int_equal(get_reg(w, &peak, i, MOD), 0xFF); /* nobody there */
}

/* Each channel has its bit; acknowledging one leaves the others. */
static void peak_bits(void **state)
{
    struct world *w = *state;
    uint32_t all = 0;

    join(w);
    for (unsigned i = 0; i < w->n; i++) {
        bring_up(w, &peak, i);
        peer_sends(w, i, 0x123);
        all |= peak_bit[i];
        assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), all);
    }
    assert_int_equal(rung(w), 0);
    put(w, BRIDGE, PITA_ICR + 2, 2, all);
    assert_int_equal(rung(w), 1);
    put(w, BRIDGE, PITA_ICR, 2, all); /* the chips have not been looked at */
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), all);
    for (unsigned i = 0; i < w->n; i++) {
        assert_true(pin(w));
        assert_int_equal(take_message(w, &peak, i), 0x123);
        assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), all); /* kept until acknowledged */
        put(w, BRIDGE, PITA_ICR, 2, peak_bit[i]);
        all &= ~(uint32_t)peak_bit[i];
        assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), all);
        unmask(w);
        assert_int_equal(rung(w), i < w->n - 1);
    }
    assert_false(pin(w));
}

/* What has come is kept, each by itself, though its chip has been served. */
static void peak_keeps_each_bit(void **state)
{
    struct world *w = *state;

    join(w);
    for (unsigned i = 0; i < 2; i++) {
        bring_up(w, &peak, i);
        peer_sends(w, i, 0x123);
        assert_int_equal(take_message(w, &peak, i), 0x123);
    }
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), peak_bit[0] | peak_bit[1]);
    put(w, BRIDGE, PITA_ICR, 2, peak_bit[0]);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), peak_bit[1]);
    put(w, BRIDGE, PITA_ICR, 2, 0);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), peak_bit[1]);
    put(w, BRIDGE, PITA_ICR, 2, 0xFF);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), 0);
}

/* A channel whose interrupt is not let through is not heard of, though its bit is set. */
static void peak_enables(void **state)
{
    struct world *w = *state;

    join(w);
    put(w, BRIDGE, PITA_ICR + 2, 2, peak_bit[0]);
    for (unsigned i = 0; i < w->n; i++)
        bring_up(w, &peak, i);
    peer_sends(w, 1, 0x123);
    assert_int_equal(get(w, BRIDGE, PITA_ICR, 2), peak_bit[1]);
    assert_false(pin(w));
    peer_sends(w, 0, 0x123);
    assert_true(pin(w));
    put(w, BRIDGE, PITA_ICR + 2, 2, 0);
    assert_false(pin(w));
}

#define TEST(set_up, name)                                \
    {                                                     \
#set_up ": " #name, name, set_up, tear_down, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(kvaser_1, kvaser_probe),
        TEST(kvaser_2, kvaser_probe),
        TEST(kvaser_3, kvaser_probe),
        TEST(kvaser_4, kvaser_probe),
        TEST(kvaser_1, kvaser_interrupt),
        TEST(kvaser_4, kvaser_interrupt),
        TEST(kvaser_4, kvaser_shares_its_interrupt),
        TEST(ems_1, ems_probe),
        TEST(ems_2, ems_probe),
        TEST(ems_1, ems_interrupt),
        TEST(ems_2, ems_interrupt),
        TEST(peak_1, peak_probe),
        TEST(peak_2, peak_probe),
        TEST(peak_3, peak_probe),
        TEST(peak_4, peak_probe),
        TEST(peak_1, peak_bits),
        TEST(peak_2, peak_bits),
        TEST(peak_3, peak_bits),
        TEST(peak_4, peak_bits),
        TEST(peak_2, peak_keeps_each_bit),
        TEST(peak_2, peak_enables),
    };

    return cmocka_run_group_tests_name("pci_cards", tests, NULL, NULL);
}
