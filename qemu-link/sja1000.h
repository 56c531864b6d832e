/* SPDX-License-Identifier: MIT */
/* sja1000.h - the SJA1000 CAN controller as its host sees it: 128 registers and an interrupt line.
 * The controller on the bus is a simcore controller with the bit timing that the host wrote. */
#ifndef CANSIM_QEMU_LINK_SJA1000_H
#define CANSIM_QEMU_LINK_SJA1000_H

#include "qemu-link/link_server.h"

#define CS_SJA1000_REGISTERS 128u
#define CS_SJA1000_OSC_HZ    16000000u /* on all cards served here */

struct cs_sja1000; /* opaque */

struct cs_sja1000_config {
    struct cs_bus *bus;
    const char *name; /* of the controller on the bus, copied */
    const char *via;  /* a string constant */
    uint32_t osc_hz;  /* of the crystal; the bit timing counts half of it */
    /* The interrupt output has changed; `active` means that it asks (the pin is low). Called from
     * within register accesses and while the bus runs; may not call the chip. */
    void (*irq)(void *ctx, bool active);
    void *ctx;
};

/* As after power-on: in reset mode, BasicCAN. NULL: no memory. */
struct cs_sja1000 *cs_sja1000_create(const struct cs_link_host *host,
                                     const struct cs_sja1000_config *config);
void cs_sja1000_destroy(struct cs_sja1000 *chip);
/* The RST pin: as after power-on, off the bus at once; what the data sheet's reset tables leave
 * open (bit timing, filters, interrupt enables, buffers) keeps its value. */
void cs_sja1000_reset(struct cs_sja1000 *chip);

/* One access; `address` 0..127, what is beyond wraps. Reading has the side effects of the chip.
 * The caller has brought bus time to the present (host.sync) and kicks afterwards. */
uint8_t cs_sja1000_read(struct cs_sja1000 *chip, unsigned address);
void cs_sja1000_write(struct cs_sja1000 *chip, unsigned address, uint8_t value);

bool cs_sja1000_irq(const struct cs_sja1000 *chip);          /* the interrupt output asks */
int cs_sja1000_node(const struct cs_sja1000 *chip);          /* on the bus, or CS_NO_NODE */
const char *cs_sja1000_name(const struct cs_sja1000 *chip);  /* on the bus */
uint64_t cs_sja1000_overruns(const struct cs_sja1000 *chip); /* frames that found no room */

#endif
