/* SPDX-License-Identifier: MIT */
/* sja1000_basic.c - the registers of BasicCAN mode (6.3.1). Where one cannot be read, 0xFF is. */
#include "qemu-link/sja1000_internal.h"

#define IR_ALWAYS_ONE 0xE0u

static uint8_t get_cr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
{
    (void)reg;
    (void)address;
    return (uint8_t)(chip->cr | CR_ALWAYS_ONE | (chip->reset_mode ? MOD_RM : 0));
}

static void put_cr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                   uint8_t value)
{
    (void)reg;
    (void)address;
    chip->cr = (uint8_t)(value & CR_KEPT);
    if (value & MOD_RM)
        cs_sja_enter_reset(chip);
    else
        cs_sja_leave_reset(chip);
}

static void put_cmr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                    uint8_t value)
{
    (void)reg;
    (void)address;
    cs_sja_command(chip, value);
}

/* Unlike in PeliCAN mode the receive interrupt is cleared too. */
static uint8_t get_ir(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
{
    const uint8_t ir = cs_sja_ir(chip);

    (void)reg;
    (void)address;
    chip->ir = 0;
    cs_sja_update_irq(chip);
    return ir | IR_ALWAYS_ONE;
}

/* A register that can be seen in reset mode only. */
#define HIDDEN(address, member)                              \
    {                                                        \
        address, address, CS_SJA_BYTE(member), {NULL, NULL}, \
        {                                                    \
            cs_sja_get, cs_sja_put                           \
        }                                                    \
    }

const struct cs_sja_reg cs_sja_basic_regs[] = {
    {0, 0, 0, {get_cr, put_cr}, {get_cr, put_cr}},
    {1, 1, 0, {NULL, put_cmr}, {NULL, put_cmr}},
    {2, 2, 0, {cs_sja_get_sr, NULL}, {cs_sja_get_sr, NULL}},
    {3, 3, 0, {get_ir, NULL}, {get_ir, NULL}},
    HIDDEN(4, filter[0]),
    HIDDEN(5, filter[4]),
    HIDDEN(6, btr0),
    HIDDEN(7, btr1),
    HIDDEN(8, ocr),
    {10, 19, CS_SJA_BYTE(ram[TX_BUFFER]), {cs_sja_get, cs_sja_put_tx}, {NULL, NULL}},
    {20, 29, 0, {cs_sja_get_rx, NULL}, {cs_sja_get_rx, NULL}},
    {31, 31, CS_SJA_BYTE(cdr), {cs_sja_get, cs_sja_put_cdr}, {cs_sja_get, cs_sja_put_cdr}},
    {0, 0, 0, {NULL, NULL}, {NULL, NULL}},
};
