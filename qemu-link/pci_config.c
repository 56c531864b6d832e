/* SPDX-License-Identifier: MIT */
/* pci_config.c - the configuration space of a card, type 0. PCI 3.0, 6.1 and 6.2. Invariant: only
 * bits in `mask` change by writing, so a guest that sizes the windows finds their sizes. */
#include "qemu-link/pci_device.h"

#include <string.h>

#define VENDOR_ID     0x00
#define DEVICE_ID     0x02
#define COMMAND       0x04
#define STATUS        0x06
#define REVISION      0x08
#define CLASS_CODE    0x09
#define BAR_0         0x10
#define SUBSYS_VENDOR 0x2C
#define SUBSYS_ID     0x2E
#define INTR_LINE     0x3C
#define INTR_PIN      0x3D

#define COMMAND_IO       0x0001u
#define COMMAND_MEMORY   0x0002u
#define COMMAND_MASTER   0x0004u
#define COMMAND_PARITY   0x0040u
#define COMMAND_SERR     0x0100u
#define COMMAND_INTX_OFF 0x0400u
#define STATUS_INTERRUPT 0x0008u
#define BAR_IO           0x1u
#define INTA             1u

static void put(uint8_t *at, uint32_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void cs_pci_config_init(struct cs_pci_config *config, const struct cs_pci_card *card,
                        unsigned n_channels)
{
    uint8_t *bytes = config->bytes;

    memset(config, 0, sizeof(*config));
    put(bytes + VENDOR_ID, card->vendor_id, 2);
    put(bytes + DEVICE_ID, card->device_id, 2);
    put(bytes + REVISION, card->revision, 1);
    put(bytes + CLASS_CODE, card->class_code, 3);
    put(bytes + SUBSYS_VENDOR, card->subsystem_vendor_id, 2);
    put(bytes + SUBSYS_ID, card->subsystem_id[n_channels - 1], 2);
    put(bytes + INTR_PIN, INTA, 1);
    put(config->mask + COMMAND,
        COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_PARITY | COMMAND_SERR |
            COMMAND_INTX_OFF,
        2);
    put(config->mask + INTR_LINE, 0xFF, 1);
    for (unsigned i = 0; i < CS_PCI_BARS; i++) {
        if (card->bars[i].size == 0)
            continue;
        put(bytes + BAR_0 + (size_t)4 * i, card->bars[i].io ? BAR_IO : 0, 4);
        put(config->mask + BAR_0 + (size_t)4 * i, ~(card->bars[i].size - 1), 4);
    }
}

void cs_pci_config_reset(struct cs_pci_config *config)
{
    for (unsigned i = 0; i < CS_PCI_CONFIG_SIZE; i++)
        config->bytes[i] &= (uint8_t)~config->mask[i];
    cs_pci_config_irq(config, false);
}

void cs_pci_config_write(struct cs_pci_config *config, uint64_t offset, const uint8_t *data,
                         size_t len)
{
    for (size_t i = 0; i < len && offset + i < CS_PCI_CONFIG_SIZE; i++) {
        const uint8_t mask = config->mask[offset + i];
        uint8_t *byte = &config->bytes[offset + i];

        *byte = (uint8_t)((*byte & ~mask) | (data[i] & mask));
    }
}

void cs_pci_config_read(const struct cs_pci_config *config, uint64_t offset, uint8_t *data,
                        size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = offset + i < CS_PCI_CONFIG_SIZE ? config->bytes[offset + i] : 0;
}

void cs_pci_config_irq(struct cs_pci_config *config, bool active)
{
    config->bytes[STATUS] =
        (uint8_t)((config->bytes[STATUS] & ~STATUS_INTERRUPT) | (active ? STATUS_INTERRUPT : 0));
}

bool cs_pci_config_intx_off(const struct cs_pci_config *config)
{
    return config->bytes[COMMAND + 1] & COMMAND_INTX_OFF >> 8;
}
