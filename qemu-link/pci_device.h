/* SPDX-License-Identifier: MIT */
/* pci_device.h - between the PCI cards and the way to the guest. pci_vfu.c speaks vfio-user and
 * pci_config.c is the configuration space; a card says what it is and what is behind its windows.
 * One function, INTx; the cards here have no MSI and do no DMA. */
#ifndef CANSIM_QEMU_LINK_PCI_DEVICE_H
#define CANSIM_QEMU_LINK_PCI_DEVICE_H

#include "qemu-link/dev_internal.h"
#include "qemu-link/sja1000.h"

#define CS_PCI_BARS        6
#define CS_PCI_CONFIG_SIZE 256u

struct cs_pci; /* one card on its connection: pci_vfu.c */

struct cs_pci_bar {
    uint32_t size; /* bytes, a power of 2 from 4 on; 0: none */
    bool io;       /* else memory */
};

struct cs_pci_card {
    uint16_t vendor_id, device_id, subsystem_vendor_id;
    /* By the number of channels, from one on. */
    uint16_t subsystem_id[CS_DEVICE_PORTS_MAX];
    uint32_t class_code; /* 24 bits */
    uint8_t revision;
    struct cs_pci_bar bars[CS_PCI_BARS];

    /* NULL: no memory. */
    void *(*create)(struct cs_pci *pci);
    void (*destroy)(void *self);
    void (*reset)(void *self); /* as after power-on */
    /* One byte of a window; `offset` is within it. */
    uint8_t (*read)(void *self, unsigned bar, uint32_t offset);
    void (*write)(void *self, unsigned bar, uint32_t offset, uint8_t value);
    struct cs_sja1000 *(*chip)(const void *self, unsigned channel);
};

/* For cards. May be called while the bus runs. */
void cs_pci_set_irq(struct cs_pci *pci, bool active); /* INTA# */
struct cs_device *cs_pci_device(struct cs_pci *pci);
/* A chip for each channel; all or none. False: no memory. */
bool cs_pci_create_chips(struct cs_pci *pci, struct cs_sja1000 *chips[CS_DEVICE_PORTS_MAX],
                         void (*irq)(void *ctx, bool active), void *ctx);

extern const struct cs_device_ops cs_pci_ops; /* of models whose data is a struct cs_pci_card */

/* ---- pci_config.c */
struct cs_pci_config {
    uint8_t bytes[CS_PCI_CONFIG_SIZE];
    uint8_t mask[CS_PCI_CONFIG_SIZE]; /* bits that can be written */
};

void cs_pci_config_init(struct cs_pci_config *config, const struct cs_pci_card *card,
                        unsigned n_channels);
void cs_pci_config_reset(struct cs_pci_config *config);
/* Bytes beyond its end read as 0, and writes to them are lost. */
void cs_pci_config_write(struct cs_pci_config *config, uint64_t offset, const uint8_t *data,
                         size_t len);
void cs_pci_config_read(const struct cs_pci_config *config, uint64_t offset, uint8_t *data,
                        size_t len);
void cs_pci_config_irq(struct cs_pci_config *config, bool active); /* the status bit */
bool cs_pci_config_intx_off(const struct cs_pci_config *config);

#endif
