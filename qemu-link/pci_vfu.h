/* SPDX-License-Identifier: MIT */
/* pci_vfu.h - what the two halves of a card's connection share: pci_vfu.c moves messages,
 * pci_vfu_request.c does what they ask for. vfio-user 0.0, as QEMU and libvfio-user speak it. */
#ifndef CANSIM_QEMU_LINK_PCI_VFU_H
#define CANSIM_QEMU_LINK_PCI_VFU_H

#include "qemu-link/pci_device.h"

#define CS_VFU_HEADER    16u   /* id.16, command.16, size.32, flags.32, error.32 */
#define CS_VFU_BODY_MAX  8192u /* of a request or a reply */
#define CS_VFU_XFER_MAX  4096u /* bytes of one access */
#define CS_VFU_FDS_MAX   8u    /* with one message */
#define CS_VFU_OUT_BYTES 65536u

struct cs_pci {
    struct cs_device *device;
    const struct cs_pci_card *card;
    void *self; /* the card's */
    struct cs_pci_config config;
    bool active; /* the card pulls INTA# */

    /* INTx: a level that the peer hears of as an edge, and masks until it has looked. */
    int trigger_fd; /* -1: the peer does not listen */
    bool masked;
    bool answered; /* a request has come since it was told */
    int unmask_fd; /* -1: it unmasks by messages */
    ev_io unmask;
    ev_timer unanswered; /* runs before a peer that unmasks without a request is told again */

    int fd; /* -1: no peer */
    ev_io readable, writable;
    ev_timer unread; /* runs while replies wait for the peer to read */
    bool versioned;  /* VERSION is done */
    const char *broken;
    uint8_t in[CS_VFU_HEADER + CS_VFU_BODY_MAX];
    uint32_t in_len;
    int fds[CS_VFU_FDS_MAX]; /* eventfds that came with it */
    unsigned n_fds, n_alien; /* others: closed at once */
    uint8_t out[CS_VFU_OUT_BYTES];
    size_t out_first, out_end; /* not sent yet */
};

static inline uint16_t vfu_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t vfu_get32(const uint8_t *p)
{
    return vfu_get16(p) | (uint32_t)vfu_get16(p + 2) << 16;
}

static inline uint64_t vfu_get64(const uint8_t *p)
{
    return vfu_get32(p) | (uint64_t)vfu_get32(p + 4) << 32;
}

static inline void vfu_put32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static inline void vfu_put64(uint8_t *p, uint64_t value)
{
    vfu_put32(p, (uint32_t)value);
    vfu_put32(p + 4, (uint32_t)(value >> 32));
}

/* pci_vfu_request.c: the message in `in`, whole; its answer goes to `body`. Returns the length of
 * the answer's body, or -errno for an error reply. May set `broken`. */
int cs_vfu_request(struct cs_pci *pci, uint8_t body[CS_VFU_BODY_MAX]);
void cs_vfu_reset(struct cs_pci *pci);    /* the card, as after power-on */
void cs_vfu_evaluate(struct cs_pci *pci); /* tell the peer of INTA#, where it is to know */
void cs_vfu_drop_irqs(struct cs_pci *pci);
void cs_vfu_on_unmask(struct ev_loop *loop, ev_io *watcher, int events);
void cs_vfu_on_unanswered(struct ev_loop *loop, ev_timer *watcher, int events);

#endif
