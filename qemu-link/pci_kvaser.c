/* SPDX-License-Identifier: MIT */
/* pci_kvaser.c - Kvaser PCIcan with 1 to 4 SJA1000s: window 0 is the AMCC S5920 that connects them
 * to PCI, 1 the chips, 32 bytes each, 2 a Xilinx of which only the version matters. */
#include "qemu-link/pci_device.h"

#include <stdlib.h>
#include <string.h>

#define S5920_SIZE  128u
#define CHIPS_SIZE  128u
#define XILINX_SIZE 8u
#define CHIP_SIZE   32u
#define INTCSR      0x38u
#define INTCSR_ON   0x20u /* of its second byte: bit 13, the add-on's interrupt is let through */
#define INTCSR_ASKS 0x80u /* of its third: bit 23, it asks */
#define VERSION     7u
#define VERSION_14  0xE0u

enum { BAR_S5920, BAR_CHIPS, BAR_XILINX };

struct kvaser {
    struct cs_pci *pci;
    unsigned n;
    struct cs_sja1000 *chip[CS_DEVICE_PORTS_MAX];
    uint8_t s5920[S5920_SIZE];
};

static bool asks(const struct kvaser *card)
{
    bool any = false;

    for (unsigned i = 0; i < card->n; i++)
        any |= cs_sja1000_irq(card->chip[i]);
    return any && card->s5920[INTCSR + 1] & INTCSR_ON;
}

static void on_irq(void *ctx, bool active)
{
    struct kvaser *card = ctx;

    (void)active;
    if (card->n > 0) /* all are there */
        cs_pci_set_irq(card->pci, asks(card));
}

static void *create(struct cs_pci *pci)
{
    struct kvaser *card = calloc(1, sizeof(*card));

    if (!card)
        return NULL;
    card->pci = pci;
    if (!cs_pci_create_chips(pci, card->chip, on_irq, card)) {
        free(card);
        return NULL;
    }
    card->n = cs_pci_device(pci)->spec.n_buses;
    return card;
}

static void destroy(void *self)
{
    struct kvaser *card = self;

    for (unsigned i = 0; i < card->n; i++)
        cs_sja1000_destroy(card->chip[i]);
    free(card);
}

static void reset(void *self)
{
    struct kvaser *card = self;

    memset(card->s5920, 0, sizeof(card->s5920));
    for (unsigned i = 0; i < card->n; i++)
        cs_sja1000_reset(card->chip[i]);
    cs_pci_set_irq(card->pci, false);
}

static uint8_t read_byte(void *self, unsigned bar, uint32_t offset)
{
    struct kvaser *card = self;
    const unsigned chip = offset / CHIP_SIZE;

    switch (bar) {
    case BAR_S5920:
        if (offset == INTCSR + 2 && asks(card))
            return card->s5920[offset] | INTCSR_ASKS;
        return card->s5920[offset];
    case BAR_CHIPS:
        /* Where there is no chip, nothing is in reset mode: drivers count up to there. */
        return chip < card->n ? cs_sja1000_read(card->chip[chip], offset % CHIP_SIZE) : 0;
    default:
        return offset == VERSION ? VERSION_14 : 0xFF;
    }
}

static void write_byte(void *self, unsigned bar, uint32_t offset, uint8_t value)
{
    struct kvaser *card = self;
    const unsigned chip = offset / CHIP_SIZE;

    if (bar == BAR_S5920) {
        card->s5920[offset] = offset == INTCSR + 2 ? value & (uint8_t)~INTCSR_ASKS : value;
        cs_pci_set_irq(card->pci, asks(card));
    } else if (bar == BAR_CHIPS && chip < card->n) {
        cs_sja1000_write(card->chip[chip], offset % CHIP_SIZE, value);
    }
}

static struct cs_sja1000 *chip_of(const void *self, unsigned channel)
{
    return ((const struct kvaser *)self)->chip[channel];
}

static const struct cs_pci_card card_of_kvaser = {
    .vendor_id = 0x10E8,
    .device_id = 0x8406,
    .class_code = 0x00FF00,
    .bars = {{S5920_SIZE, true}, {CHIPS_SIZE, true}, {XILINX_SIZE, true}},
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .read = read_byte,
    .write = write_byte,
    .chip = chip_of,
};

const struct cs_device_model cs_pci_kvaser_model = {
    .kind = CS_DEVICE_CARD,
    .name = "kvaser",
    .aliases = "kvaser_pci",
    .min_ports = 1,
    .max_ports = CS_DEVICE_PORTS_MAX,
    .driver = "kvaser_pci",
    .help = "Kvaser PCIcan (10e8:8406)",
    .ops = &cs_pci_ops,
    .data = &card_of_kvaser,
};
