/* SPDX-License-Identifier: MIT */
/* pci_pita.c - cards whose SJA1000s are behind a PITA-2 bridge: EMS CPC-PCI and PEAK PCAN-PCI.
 * Window 0 is the bridge, 1 the chips, a register every four bytes. The bridge keeps an interrupt
 * that has come until it is acknowledged; one that is still there comes again. */
#include "qemu-link/pci_device.h"

#include <stdlib.h>
#include <string.h>

#define BRIDGE_SIZE 4096u
#define ICR         0x00u /* bits that have come; one that is written is acknowledged */
#define ICR_ENABLE  0x02u /* the same bits, let through */
#define MISC_HIGH   0x1Fu /* the last byte of MISC */
#define MISC_RESET  0x01u /* in it: the chips are in reset */
#define BRIDGE_KEPT 0x40u /* bytes of registers */

enum { BAR_BRIDGE, BAR_CHIPS };

/* What differs. */
struct layout {
    uint32_t first, step;             /* of the chips in window 1 */
    uint8_t bit[CS_DEVICE_PORTS_MAX]; /* in ICR */
    const uint8_t *signature;         /* bytes of registers 0 to 4 of window 1, NULL: none */
};

struct pita {
    struct cs_pci *pci;
    const struct layout *layout;
    unsigned n;
    struct cs_sja1000 *chip[CS_DEVICE_PORTS_MAX];
    uint8_t come; /* low byte of ICR */
    uint8_t bridge[BRIDGE_KEPT];
};

static void update(struct pita *card)
{
    for (unsigned i = 0; i < card->n; i++)
        if (cs_sja1000_irq(card->chip[i]))
            card->come |= card->layout->bit[i];
    cs_pci_set_irq(card->pci, card->come & card->bridge[ICR_ENABLE]);
}

static void on_irq(void *ctx, bool active)
{
    (void)active;
    update(ctx);
}

static void *create(struct cs_pci *pci, const struct layout *layout)
{
    struct pita *card = calloc(1, sizeof(*card));

    if (!card)
        return NULL;
    card->pci = pci;
    card->layout = layout;
    if (!cs_pci_create_chips(pci, card->chip, on_irq, card)) {
        free(card);
        return NULL;
    }
    card->n = cs_pci_device(pci)->spec.n_buses;
    return card;
}

static void destroy(void *self)
{
    struct pita *card = self;

    for (unsigned i = 0; i < card->n; i++)
        cs_sja1000_destroy(card->chip[i]);
    free(card);
}

static void reset_chips(struct pita *card)
{
    for (unsigned i = 0; i < card->n; i++)
        cs_sja1000_reset(card->chip[i]);
}

static void reset(void *self)
{
    struct pita *card = self;

    memset(card->bridge, 0, sizeof(card->bridge));
    reset_chips(card);
    card->come = 0;
    update(card);
}

/* The chip and its register at an address of window 1; NULL: none. */
static struct cs_sja1000 *find(const struct pita *card, uint32_t offset, unsigned *address)
{
    const uint32_t at = offset - card->layout->first;

    if (offset < card->layout->first || at / card->layout->step >= card->n || offset % 4)
        return NULL;
    *address = at % card->layout->step / 4;
    return *address < CS_SJA1000_REGISTERS ? card->chip[at / card->layout->step] : NULL;
}

static uint8_t read_byte(void *self, unsigned bar, uint32_t offset)
{
    struct pita *card = self;
    unsigned address;

    if (bar == BAR_BRIDGE)
        return offset == ICR ? card->come : offset < BRIDGE_KEPT ? card->bridge[offset] : 0;
    struct cs_sja1000 *chip = find(card, offset, &address);
    if (chip)
        return cs_sja1000_read(chip, address);
    return card->layout->signature && offset % 4 == 0 && offset / 4 < 5
               ? card->layout->signature[offset / 4]
               : 0xFF;
}

static void write_bridge(struct pita *card, uint32_t offset, uint8_t value)
{
    if (offset == ICR)
        card->come &= (uint8_t)~value;
    else if (offset < BRIDGE_KEPT)
        card->bridge[offset] = value;
    if (offset == MISC_HIGH && value & MISC_RESET)
        reset_chips(card);
    update(card);
}

static void write_byte(void *self, unsigned bar, uint32_t offset, uint8_t value)
{
    struct pita *card = self;
    unsigned address;

    if (bar == BAR_BRIDGE) {
        write_bridge(card, offset, value);
        return;
    }
    struct cs_sja1000 *chip = find(card, offset, &address);
    if (chip)
        cs_sja1000_write(chip, address, value);
    else if (card->layout->signature && offset == 0) /* resets the board */
        reset_chips(card);
}

static struct cs_sja1000 *chip_of(const void *self, unsigned channel)
{
    return ((const struct pita *)self)->chip[channel];
}

/* ---- EMS CPC-PCI, 1 or 2 channels
 * ---------------------------------------------------------------- */

static void *create_ems(struct cs_pci *pci)
{
    static const uint8_t signature[5] = {0x55, 0xAA, 0x01, 0xCB, 0x11};
    static const struct layout layout = {
        .first = 0x400, .step = 0x200, .bit = {0x02, 0x02}, .signature = signature};

    return create(pci, &layout);
}

static const struct cs_pci_card card_of_ems = {
    .vendor_id = 0x110A,
    .device_id = 0x2104,
    .class_code = 0x028000,
    .bars = {{BRIDGE_SIZE, false}, {4096, false}},
    .create = create_ems,
    .destroy = destroy,
    .reset = reset,
    .read = read_byte,
    .write = write_byte,
    .chip = chip_of,
};

const struct cs_device_model cs_pci_ems_model = {
    .kind = CS_DEVICE_CARD,
    .name = "ems",
    .aliases = "ems_pci",
    .min_ports = 1,
    .max_ports = 2,
    .driver = "ems_pci",
    .help = "EMS CPC-PCI (110a:2104)",
    .ops = &cs_pci_ops,
    .data = &card_of_ems,
};

/* ---- PEAK PCAN-PCI, 1 to 4 channels: the subsystem id tells how many ----------------------------
 */

static void *create_peak(struct cs_pci *pci)
{
    static const struct layout layout = {.step = 0x400, .bit = {0x02, 0x01, 0x40, 0x80}};

    return create(pci, &layout);
}

static const struct cs_pci_card card_of_peak = {
    .vendor_id = 0x001C,
    .device_id = 0x0001,
    .subsystem_vendor_id = 0x001C,
    .subsystem_id = {0x0002, 0x0004, 0x000A, 0x000C},
    .class_code = 0x028000,
    .bars = {{BRIDGE_SIZE, false}, {4096, false}},
    .create = create_peak,
    .destroy = destroy,
    .reset = reset,
    .read = read_byte,
    .write = write_byte,
    .chip = chip_of,
};

const struct cs_device_model cs_pci_peak_model = {
    .kind = CS_DEVICE_CARD,
    .name = "peak",
    .aliases = "peak_pci",
    .min_ports = 1,
    .max_ports = CS_DEVICE_PORTS_MAX,
    .driver = "peak_pci",
    .help = "PEAK PCAN-PCI (001c:0001)",
    .ops = &cs_pci_ops,
    .data = &card_of_peak,
};
