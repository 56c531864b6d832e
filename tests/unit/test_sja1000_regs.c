/* SPDX-License-Identifier: MIT */
/* The registers of the SJA1000: values after resets, who may read and write what in which mode.
 * Tables of the data sheet, 6.3.1, 6.3.2, 6.4.1, 6.4.2, 6.5. */
#include "test_sja1000.h"

/* What a bit of a register does in one mode. */
struct access {
    uint8_t address;
    uint8_t writable_operating, writable_reset; /* bits that keep what is written */
    uint8_t fixed_operating, fixed_reset;       /* what the others read as */
};

/* ---- PeliCAN -------------------------------------------------------------------------------- */

static void after_power_on(void **state)
{
    struct world *w = *state;
    static const uint8_t expect[32] = {
        [CR] = 0x21, [CMR] = 0xFF, [SR] = 0x0C, [IR] = 0xE0, [4] = 0,     [9] = 0xFF,
        [10] = 0xFF, [11] = 0xFF,  [12] = 0xFF, [13] = 0xFF, [14] = 0xFF, [15] = 0xFF,
        [16] = 0xFF, [17] = 0xFF,  [18] = 0xFF, [19] = 0xFF, [30] = 0xFF, [CDR] = 0,
    };

    for (unsigned i = 0; i < ARRAY(expect); i++) {
        if (get(w, i) != expect[i])
            fail_msg("register %u reads 0x%02X, not 0x%02X", i, get(w, i), expect[i]);
        assert_int_equal(get(w, 32 + i), expect[i]);
        assert_int_equal(get(w, 96 + i), expect[i]);
    }
    assert_false(w->irq);
    assert_int_equal(cs_sja1000_node(w->chip), CS_NO_NODE);
}

static void after_power_on_pelican(void **state)
{
    struct world *w = *state;

    put(w, CDR, PELICAN);
    for (unsigned i = 0; i < CS_SJA1000_REGISTERS; i++) {
        const uint8_t expect = i == MOD    ? 0x01
                               : i == SR   ? 0x3C
                               : i == EWLR ? 96
                               : i == CDR  ? 0x80
                                           : 0;
        if (get(w, i) != expect)
            fail_msg("register %u reads 0x%02X, not 0x%02X", i, get(w, i), expect);
    }
}

static const struct access pelican[] = {
    {MOD, 0, AFM | STM | LOM, 0, RM},
    {CMR, 0, 0, 0, 0},
    {IER, 0xFF, 0xFF, 0, 0},
    {5, 0, 0, 0, 0},
    {BTR0, 0, 0xFF, 0, 0},
    {BTR1, 0, 0xFF, 0x1C, 0},
    {OCR, 0, 0xFF, 0x1A, 0},
    {9, 0, 0, 0, 0},
    {10, 0, 0, 0, 0},
    {ALC, 0, 0, 0, 0},
    {ECC, 0, 0, 0, 0},
    {EWLR, 0, 0xFF, 96, 0},
    {RXERR, 0, 0xFF, 0, 0},
    {TXERR, 0, 0xFF, 0, 0},
    {ACR + 0, 0, 0xFF, 0, 0},
    {ACR + 1, 0, 0xFF, 0, 0},
    {ACR + 2, 0, 0xFF, 0, 0},
    {ACR + 3, 0, 0xFF, 0, 0},
    {AMR + 0, 0, 0xFF, 0, 0},
    {AMR + 1, 0, 0xFF, 0, 0},
    {AMR + 2, 0, 0xFF, 0, 0},
    {AMR + 3, 0, 0xFF, 0, 0},
    {24, 0, 0, 0, 0},
    {25, 0, 0, 0, 0},
    {26, 0, 0, 0, 0},
    {27, 0, 0, 0, 0},
    {28, 0, 0, 0, 0},
    {RMC, 0, 0, 0, 0},
    {RBSA, 0, 0x3F, 0, 0},
    {112, 0, 0, 0, 0},
    {127, 0, 0, 0, 0},
};

static void check_bits(struct world *w, unsigned address, unsigned writable, unsigned fixed)
{
    static const uint8_t values[] = {0x00, 0xFE, 0x54, 0xAA, 0x0E};
    const unsigned keep_mode = address == MOD ? get(w, MOD) & RM : 0;

    for (unsigned i = 0; i < ARRAY(values); i++) {
        put(w, address, values[i] | keep_mode);
        const unsigned expect = (values[i] & writable) | (fixed & ~writable);
        if (get(w, address) != expect)
            fail_msg("register %u takes 0x%02X and reads 0x%02X, not 0x%02X", address, values[i],
                     get(w, address), expect);
    }
}

static void who_may_write_in_reset_mode(void **state)
{
    struct world *w = *state;

    put(w, CDR, PELICAN);
    for (unsigned i = 0; i < ARRAY(pelican); i++)
        check_bits(w, pelican[i].address, pelican[i].writable_reset, pelican[i].fixed_reset);
    for (unsigned address = RAM; address < RAM + 80; address++)
        check_bits(w, address, 0xFF, 0);
    /* CDR: not the mode here, which would change the rest; bit 4 is none. */
    for (unsigned value = 0; value < 256; value++) {
        put(w, CDR, value | PELICAN);
        assert_int_equal(get(w, CDR), (value & 0xEF) | PELICAN);
    }
    /* Those that are read only. */
    put(w, SR, 0);
    assert_int_equal(get(w, SR), 0x3C);
    put(w, IR, 0xFF);
    assert_int_equal(get(w, IR), 0);
}

static void who_may_write_in_operating_mode(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    for (unsigned i = 0; i < ARRAY(pelican); i++)
        if (pelican[i].address != MOD && pelican[i].address != CMR)
            check_bits(w, pelican[i].address, pelican[i].writable_operating,
                       pelican[i].fixed_operating);
    for (unsigned address = RAM; address < RAM + 64; address++)
        check_bits(w, address, 0, 0);
    put(w, MOD, AFM | STM | LOM);
    assert_int_equal(get(w, MOD), 0);
    /* MOD.1 to MOD.3 do not come with the reset mode that the same write asks for. */
    put(w, MOD, AFM | STM | LOM | RM);
    assert_int_equal(get(w, MOD), RM);
    put(w, MOD, AFM | STM);
    assert_int_equal(get(w, MOD), AFM | STM);
    /* CDR: the divider alone. */
    put(w, CDR, 0x7F);
    assert_int_equal(get(w, CDR), PELICAN | 0x07);
    put(w, CDR, 0x00);
    assert_int_equal(get(w, CDR), PELICAN);
    put(w, SR, 0);
    assert_int_equal(get(w, SR), 0x3C); /* waits for the bus to be idle */
    run_bits(w, 20);
    assert_int_equal(get(w, SR), 0x0C);
}

/* The window takes the message to be sent and shows the one received; RAM 64 on is the other way
 * to what was written. */
static void transmit_buffer_is_read_back(void **state)
{
    struct world *w = *state;

    start(w, 0, 0);
    for (unsigned i = 0; i < 13; i++)
        put(w, BUF + i, 0xA0 + i);
    for (unsigned i = 0; i < 13; i++) {
        assert_int_equal(get(w, BUF + i), 0);
        assert_int_equal(get(w, 96 + i), 0xA0 + i);
    }
    for (unsigned address = 96; address < 112; address++) {
        const uint8_t before = get(w, address);
        put(w, address, 0x55);
        assert_int_equal(get(w, address), before);
    }
    put(w, MOD, RM);
    for (unsigned i = 0; i < 16; i++)
        put(w, 96 + i, 0xC0 + i);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get(w, 96 + i), 0xC0 + i);
}

/* 6.4.2: what setting MOD.0 changes, and what it leaves alone. */
static void software_reset(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8), wide = frame_of(0x1234, CS_FRAME_EXT, 8);

    start(w, AFM | STM, 0xFF);
    for (unsigned i = 0; i < 6; i++) /* four of 13 fit, and one that is lost */
        receive(w, &wide);
    receive(w, &frame);
    fetch(w);
    send(w, &frame, TR);
    run_bits(w, 20);
    assert_int_equal(get(w, SR) & (RBS | DOS | TBS | TCS | TS), RBS | DOS | TS);
    put(w, MOD, RM);
    assert_int_equal(get(w, MOD), RM | AFM | STM);
    assert_int_equal(get(w, SR), 0x34); /* TCS stays 0 */
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, IER), 0xFF);
    assert_int_equal(get(w, BTR0), 0);
    assert_int_equal(get(w, BTR1), BTR1_500K);
    assert_int_equal(get(w, OCR), 0x1A);
    assert_int_equal(get(w, EWLR), 96);
    assert_int_equal(get(w, RMC), 0);
    assert_int_equal(get(w, RBSA), 13); /* where the window was */
    assert_int_equal(get(w, CDR), PELICAN);
    assert_int_equal(get(w, 96 + 1), 0x123 >> 3);
    assert_int_equal(get(w, RAM + 13), 0x88);
    assert_int_equal(cs_sja1000_node(w->chip), CS_NO_NODE);
    assert_false(w->irq);
}

/* The RST pin, in the midst of everything. */
static void hardware_reset(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start(w, AFM, 0xFF);
    receive(w, &frame);
    receive(w, &frame);
    fetch(w);
    arm(w, "flip field=data index=3 count=1");
    receive(w, &frame);
    assert_int_equal(get(w, RXERR), 0); /* one up, one down */
    put(w, MOD, RM);
    put(w, EWLR, 10);
    put(w, RXERR, 100);
    put(w, TXERR, 20);
    put(w, MOD, AFM);
    run_bits(w, 20);
    assert_true(w->irq);
    cs_sja1000_reset(w->chip);
    assert_false(w->irq);
    assert_int_equal(get(w, CR), 0x21);
    assert_int_equal(get(w, SR), 0x0C);
    assert_int_equal(get(w, CDR), 0);
    assert_int_equal(cs_sja1000_node(w->chip), CS_NO_NODE);
    put(w, CDR, PELICAN);
    assert_int_equal(get(w, MOD), RM);
    assert_int_equal(get(w, SR), 0x3C);
    assert_int_equal(get(w, IR), 0);
    assert_int_equal(get(w, ALC), 0);
    assert_int_equal(get(w, ECC), 0);
    assert_int_equal(get(w, EWLR), 96);
    assert_int_equal(get(w, RXERR), 0);
    assert_int_equal(get(w, TXERR), 0);
    assert_int_equal(get(w, RMC), 0);
    assert_int_equal(get(w, RBSA), 0);
    /* X in the table. */
    assert_int_equal(get(w, IER), 0xFF);
    assert_int_equal(get(w, BTR1), BTR1_500K);
    assert_int_equal(get(w, OCR), 0x1A);
    assert_int_equal(get(w, AMR), 0xFF);
    assert_int_equal(get(w, RAM), 8);
}

static void addresses_wrap(void **state)
{
    struct world *w = *state;

    configure(w, 0x21);
    assert_int_equal(get(w, 128 + IER), 0x21);
    put(w, 256 + IER, 0x42);
    assert_int_equal(get(w, IER), 0x42);
    assert_int_equal(get(w, 32), 0);
}

/* ---- BasicCAN ------------------------------------------------------------------------------- */

static const struct access basic[] = {
    {CMR, 0, 0, 0xFF, 0xFF},     {AC, 0, 0xFF, 0xFF, 0},      {AM, 0, 0xFF, 0xFF, 0},
    {BTR0, 0, 0xFF, 0xFF, 0},    {BTR1, 0, 0xFF, 0xFF, 0},    {OCR, 0, 0xFF, 0xFF, 0},
    {TXB + 0, 0xFF, 0, 0, 0xFF}, {TXB + 1, 0xFF, 0, 0, 0xFF}, {TXB + 2, 0xFF, 0, 0, 0xFF},
    {TXB + 9, 0xFF, 0, 0, 0xFF}, {RXB + 0, 0, 0, 0, 0},       {RXB + 9, 0, 0, 0, 0},
    {30, 0, 0, 0xFF, 0xFF},
};

static void basic_registers(void **state)
{
    struct world *w = *state;

    for (unsigned i = 0; i < ARRAY(basic); i++)
        check_bits(w, basic[i].address, basic[i].writable_reset, basic[i].fixed_reset);
    start_basic(w, 0);
    for (unsigned i = 0; i < ARRAY(basic); i++)
        if (basic[i].address != CMR)
            check_bits(w, basic[i].address, basic[i].writable_operating, basic[i].fixed_operating);
    put(w, CDR, 0xFF);
    assert_int_equal(get(w, CDR), 0x07);
}

static void basic_control_register(void **state)
{
    struct world *w = *state;

    for (unsigned value = 0; value < 256; value++) {
        put(w, CR, value);
        assert_int_equal(get(w, CR), (value & 0x5F) | 0x20);
        assert_int_equal(cs_sja1000_node(w->chip) == CS_NO_NODE, value & RM);
    }
}

/* 6.3.2 */
static void basic_software_reset(void **state)
{
    struct world *w = *state;
    const struct cs_frame frame = frame_of(0x123, 0, 8);

    start_basic(w, 0x5E);
    for (unsigned i = 0; i < 8; i++)
        receive(w, &frame);
    assert_int_equal(get(w, SR), RBS | DOS | TBS | TCS);
    put(w, CR, 0x5E | RM);
    assert_int_equal(get(w, CR), 0x7F);
    assert_int_equal(get(w, SR), TBS | TCS);
    assert_int_equal(get(w, IR), 0xE0);
    assert_int_equal(get(w, AM), 0xFF);
    assert_int_equal(get(w, BTR1), BTR1_500K);
}

/* What one mode has written is there in the other. */
static void modes_share_registers(void **state)
{
    struct world *w = *state;

    put(w, AC, 0x12);
    put(w, AM, 0x34);
    put(w, BTR0, 0x56);
    put(w, BTR1, 0x78);
    put(w, OCR, 0x9A);
    put(w, CDR, PELICAN);
    assert_int_equal(get(w, ACR), 0x12);
    assert_int_equal(get(w, AMR), 0x34);
    assert_int_equal(get(w, BTR0), 0x56);
    assert_int_equal(get(w, BTR1), 0x78);
    assert_int_equal(get(w, OCR), 0x9A);
    put(w, CDR, 0);
    assert_int_equal(get(w, AC), 0x12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(after_power_on),
        TEST(after_power_on_pelican),
        TEST(who_may_write_in_reset_mode),
        TEST(who_may_write_in_operating_mode),
        TEST(transmit_buffer_is_read_back),
        TEST(software_reset),
        TEST(hardware_reset),
        TEST(addresses_wrap),
        TEST(basic_registers),
        TEST(basic_control_register),
        TEST(basic_software_reset),
        TEST(modes_share_registers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
