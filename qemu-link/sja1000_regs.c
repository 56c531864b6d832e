/* SPDX-License-Identifier: MIT */
/* sja1000_regs.c - the registers of PeliCAN mode (6.4.1) and those that both modes have (6.5). */
#include "qemu-link/sja1000_internal.h"

#define BASIC_REGISTERS 32u
#define NO_BASIC        0xFFu /* what BasicCAN mode reads where there is nothing */

#define REG(name) \
    static uint8_t name(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
#define REG_PUT(name)                                                                         \
    static void name(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address, \
                     uint8_t value)

/* ---- for both modes ------------------------------------------------------------------------- */

uint8_t cs_sja_get(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
{
    return ((const uint8_t *)chip)[reg->byte + address - reg->first];
}

void cs_sja_put(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                uint8_t value)
{
    ((uint8_t *)chip)[reg->byte + address - reg->first] = value;
}

uint8_t cs_sja_get_sr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
{
    (void)reg;
    (void)address;
    return cs_sja_sr(chip);
}

void cs_sja_put_cdr(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                    uint8_t value)
{
    const unsigned mask = chip->reset_mode ? CDR_IN_RESET : CDR_ALWAYS;

    (void)reg;
    (void)address;
    chip->cdr = (uint8_t)((chip->cdr & ~mask) | (value & mask));
    cs_sja_update_irq(chip);
}

/* A locked buffer takes nothing. */
void cs_sja_put_tx(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address,
                   uint8_t value)
{
    if (chip->tbs)
        chip->ram[TX_BUFFER + address - reg->first] = value;
}

/* The window on the first message. */
uint8_t cs_sja_get_rx(struct cs_sja1000 *chip, const struct cs_sja_reg *reg, unsigned address)
{
    return chip->ram[(chip->rbsa + address - reg->first) % FIFO_BYTES];
}

/* ---- PeliCAN mode --------------------------------------------------------------------------- */

REG(get_mod)
{
    (void)reg;
    (void)address;
    return (uint8_t)(chip->mod | (chip->reset_mode ? MOD_RM : 0) | (chip->asleep ? MOD_SM : 0));
}

REG_PUT(put_mod)
{
    (void)reg;
    (void)address;
    if (value & MOD_RM)
        cs_sja_enter_reset(chip);
    else if (value & MOD_SM)
        cs_sja_sleep(chip);
    else
        cs_sja_wake(chip);
}

REG_PUT(put_mod_reset)
{
    (void)reg;
    (void)address;
    chip->mod = (uint8_t)(value & MOD_IN_RESET);
    if (!(value & MOD_RM))
        cs_sja_leave_reset(chip);
}

REG_PUT(put_cmr)
{
    (void)reg;
    (void)address;
    cs_sja_command(chip, value);
}

REG(get_ir)
{
    const uint8_t ir = cs_sja_ir(chip);

    (void)reg;
    (void)address;
    chip->ir = 0;
    cs_sja_update_irq(chip);
    return ir;
}

REG_PUT(put_ier)
{
    (void)reg;
    (void)address;
    chip->ier = value;
    cs_sja_update_irq(chip);
}

/* What was captured stays to be read; the next one may be captured. */
REG(get_alc)
{
    chip->alc_held = false;
    return cs_sja_get(chip, reg, address);
}

REG(get_ecc)
{
    chip->ecc_held = false;
    return cs_sja_get(chip, reg, address);
}

REG_PUT(put_rxerr)
{
    (void)reg;
    (void)address;
    if (!chip->bs || chip->off_over)
        chip->rxerr = value;
}

REG(get_txerr)
{
    (void)reg;
    (void)address;
    return cs_sja_txerr(chip);
}

REG_PUT(put_txerr)
{
    (void)reg;
    (void)address;
    chip->txerr = value;
    chip->force_off = value == UINT8_MAX;
    chip->off_over = chip->bs && value < UINT8_MAX;
}

REG_PUT(put_rbsa)
{
    (void)reg;
    (void)address;
    chip->rbsa = value % FIFO_BYTES;
}

/* A register that keeps what is written, in reset mode only. */
#define KEPT(address, member)                                      \
    {                                                              \
        address, address, CS_SJA_BYTE(member), {cs_sja_get, NULL}, \
        {                                                          \
            cs_sja_get, cs_sja_put                                 \
        }                                                          \
    }

static const struct cs_sja_reg pelican_regs[] = {
    {0, 0, 0, {get_mod, put_mod}, {get_mod, put_mod_reset}},
    {1, 1, 0, {NULL, put_cmr}, {NULL, put_cmr}},
    {2, 2, 0, {cs_sja_get_sr, NULL}, {cs_sja_get_sr, NULL}},
    {3, 3, 0, {get_ir, NULL}, {get_ir, NULL}},
    {4, 4, CS_SJA_BYTE(ier), {cs_sja_get, put_ier}, {cs_sja_get, put_ier}},
    KEPT(6, btr0),
    KEPT(7, btr1),
    KEPT(8, ocr),
    {11, 11, CS_SJA_BYTE(alc), {get_alc, NULL}, {get_alc, NULL}},
    {12, 12, CS_SJA_BYTE(ecc), {get_ecc, NULL}, {get_ecc, NULL}},
    KEPT(13, ewlr),
    {14, 14, CS_SJA_BYTE(rxerr), {cs_sja_get, NULL}, {cs_sja_get, put_rxerr}},
    {15, 15, 0, {get_txerr, NULL}, {get_txerr, put_txerr}},
    /* The buffers in operating mode, the acceptance filter in reset mode. */
    {16, 28, 0, {cs_sja_get_rx, cs_sja_put_tx}, {NULL, NULL}},
    {16, 23, CS_SJA_BYTE(filter), {NULL, NULL}, {cs_sja_get, cs_sja_put}},
    {29, 29, CS_SJA_BYTE(count), {cs_sja_get, NULL}, {cs_sja_get, NULL}},
    {30, 30, CS_SJA_BYTE(rbsa), {cs_sja_get, NULL}, {cs_sja_get, put_rbsa}},
    {31, 31, CS_SJA_BYTE(cdr), {cs_sja_get, cs_sja_put_cdr}, {cs_sja_get, cs_sja_put_cdr}},
    {32, 111, CS_SJA_BYTE(ram), {cs_sja_get, NULL}, {cs_sja_get, cs_sja_put}},
    {0, 0, 0, {NULL, NULL}, {NULL, NULL}},
};

/* ---- access --------------------------------------------------------------------------------- */

static bool is_end(const struct cs_sja_reg *reg)
{
    return !reg->operating.read && !reg->operating.write && !reg->reset.read && !reg->reset.write;
}

/* The first row from `reg` on that has the address, or NULL. */
static const struct cs_sja_reg *find(const struct cs_sja_reg *reg, unsigned address)
{
    for (; !is_end(reg); reg++)
        if (address >= reg->first && address <= reg->last)
            return reg;
    return NULL;
}

uint8_t cs_sja1000_read(struct cs_sja1000 *chip, unsigned address)
{
    const bool pelican = cs_sja_is_pelican(chip), reset = chip->reset_mode;
    const struct cs_sja_reg *reg = pelican ? pelican_regs : cs_sja_basic_regs;

    address %= pelican ? CS_SJA1000_REGISTERS : BASIC_REGISTERS;
    for (; (reg = find(reg, address)) != NULL; reg++)
        if (reset ? reg->reset.read : reg->operating.read)
            return (reset ? reg->reset.read : reg->operating.read)(chip, reg, address);
    return pelican ? 0 : NO_BASIC;
}

void cs_sja1000_write(struct cs_sja1000 *chip, unsigned address, uint8_t value)
{
    const bool pelican = cs_sja_is_pelican(chip), reset = chip->reset_mode;
    const struct cs_sja_reg *reg = pelican ? pelican_regs : cs_sja_basic_regs;

    address %= pelican ? CS_SJA1000_REGISTERS : BASIC_REGISTERS;
    for (; (reg = find(reg, address)) != NULL; reg++) {
        if (reset ? reg->reset.write : reg->operating.write) {
            (reset ? reg->reset.write : reg->operating.write)(chip, reg, address, value);
            break;
        }
    }
    if (chip->asleep && chip->irq_active) /* the output is low: it wakes */
        cs_sja_wake(chip);
}
