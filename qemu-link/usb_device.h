/* SPDX-License-Identifier: MIT */
/* usb_device.h - between the USB adapters and the way to the guest. usb_redir.c speaks usbredir,
 * keeps the order of packets and answers the standard requests; a profile says what the adapter is
 * and does what its packets ask for. One configuration, one interface, bulk endpoints. */
#ifndef CANSIM_QEMU_LINK_USB_DEVICE_H
#define CANSIM_QEMU_LINK_USB_DEVICE_H

#include "qemu-link/dev_internal.h"

#define CS_USB_ENDPOINTS_MAX 8
#define CS_USB_PENDING_MAX   64u    /* packets of one endpoint that wait */
#define CS_USB_PACKET_MAX    65536u /* bytes of one packet */
#define CS_USB_MAX_PACKET    512u   /* of a bulk endpoint at high speed */

struct cs_usb; /* one adapter: usb_redir.c */

/* Requests that are not the standard's go to control_in() and control_out() with the setup packet
 * as it is on the wire: bmRequestType, bRequest, wValue, wIndex, wLength. All run from the loop,
 * bus time is the present. */
struct cs_usb_profile {
    uint16_t vendor_id, product_id, version_bcd;
    const char *manufacturer, *product; /* ASCII */
    /* Addresses of bulk endpoints, 0x80 set: to the guest. Those from `per_channel` on are there
     * only while the adapter has so many channels: the first of them with two, and so on. */
    uint8_t endpoints[CS_USB_ENDPOINTS_MAX];
    unsigned n_endpoints, per_channel;

    /* NULL: no memory. */
    void *(*create)(struct cs_usb *usb);
    void (*destroy)(void *self);
    /* As after power-on: channels off, packets forgotten; nothing is answered. */
    void (*reset)(void *self);
    /* Fill in at most `room` bytes, or take `len`. Return their number, or -EPIPE: stall. */
    int (*control_in)(void *self, const uint8_t setup[8], uint8_t *buf, size_t room);
    int (*control_out)(void *self, const uint8_t setup[8], const uint8_t *data, size_t len);
    /* A packet from the guest; `data` may be NULL where len is 0. Returns 0: cs_usb_out_done() is
     * called for it once, now or later, in the order of its endpoint; or -EPIPE: stall. */
    int (*out)(void *self, unsigned endpoint, uint64_t id, const uint8_t *data, size_t len);
    /* The guest no longer waits for it: it is not answered any more. */
    void (*cancel)(void *self, unsigned endpoint, uint64_t id);
    /* The guest waits for a packet: at most `room` bytes. Returns their number, 0: nothing yet;
     * then cs_usb_in_ready() is called when there is. */
    size_t (*in)(void *self, unsigned endpoint, uint8_t *buf, size_t room);
    int (*node)(const void *self, unsigned channel); /* on the bus, or CS_NO_NODE */
};

/* For profiles. These may be called while the bus runs: they only queue. */
void cs_usb_out_done(struct cs_usb *usb, unsigned endpoint, uint64_t id);
void cs_usb_in_ready(struct cs_usb *usb, unsigned endpoint);
/* The device with its host, buses and names; spec.n_buses channels. */
struct cs_device *cs_usb_device(struct cs_usb *usb);

extern const struct cs_device_ops cs_usb_ops; /* of models whose data is a struct cs_usb_profile */

/* ---- usb_standard.c: descriptors and standard requests; no state but the configuration */
unsigned cs_usb_endpoints(const struct cs_usb_profile *profile, unsigned n_channels);
/* As control_in() above. `serial`: the adapter's serial number. */
int cs_usb_standard_in(const struct cs_usb_profile *profile, unsigned n_channels,
                       const char *serial, const uint8_t setup[8], uint8_t *buf, size_t room);
int cs_usb_standard_out(const uint8_t setup[8]);
#define CS_USB_TYPE_MASK 0x60u /* of bmRequestType: 0 is standard */

#endif
