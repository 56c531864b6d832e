/* SPDX-License-Identifier: MIT */
/* usb_redir.h - what the two halves of an adapter share: usb_redir.c moves bytes and plugs,
 * usb_packets.c does what the guest's packets ask for. */
#ifndef CANSIM_QEMU_LINK_USB_REDIR_H
#define CANSIM_QEMU_LINK_USB_REDIR_H

#include "qemu-link/usb_device.h"

#include <usbredirparser.h>

#define CS_USB_CONTROL_MAX 4096u /* bytes of a control transfer that is answered */

/* A packet that the guest waits for. */
struct cs_usb_waiting {
    uint64_t id;
    uint32_t len;  /* of an OUT packet; of the room of an IN packet */
    bool done;     /* OUT */
    uint8_t state; /* usb_redir_success …, where done */
};

struct cs_usb_endpoint {
    uint8_t address;
    bool ready;        /* IN: the profile has something */
    unsigned first, n; /* of waiting, in a circle */
    struct cs_usb_waiting waiting[CS_USB_PENDING_MAX];
};

struct cs_usb {
    struct cs_device *device;
    const struct cs_usb_profile *profile;
    void *self; /* the profile's */
    struct cs_usb_endpoint endpoint[CS_USB_ENDPOINTS_MAX];
    unsigned n_endpoints;

    int fd; /* -1: no peer */
    struct usbredirparser *parser;
    ev_io readable, writable;
    ev_prepare flush;  /* never started, only fed: runs once after whatever queued */
    bool hello;        /* the peer has said it */
    bool attached;     /* device_connect was sent */
    bool awaiting_ack; /* of device_disconnect */
    bool configured;
    const char *broken; /* the peer broke the protocol: why */
    uint8_t header[16]; /* of the message under way, as far as it was read */
    unsigned header_len, header_got;
    uint64_t body_left;
    unsigned turn_left; /* bytes that may be read in this turn of the loop */
    uint8_t buf[CS_USB_PACKET_MAX];
};

/* usb_redir.c */
void cs_usb_want_flush(struct cs_usb *usb);
void cs_usb_attach(struct cs_usb *usb); /* interface_info, ep_info, device_connect */
void cs_usb_break(struct cs_usb *usb, const char *why);
void cs_usb_send_interfaces(struct cs_usb *usb);

/* usb_packets.c */
void cs_usb_set_callbacks(struct cs_usb *usb);
/* The device is as after power-on: what waits is given back as cancelled, in its order, where there
 * is a peer. */
void cs_usb_forget_packets(struct cs_usb *usb);
void cs_usb_pump(struct cs_usb *usb); /* answer IN packets for which there is something */

#endif
