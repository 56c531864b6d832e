/* SPDX-License-Identifier: MIT */
/* dev_internal.h - what a kind of device fills in, and what it is given. dev_device.c listens,
 * accepts one peer at a time and counts; the kind speaks the protocol and drives the controllers
 * (dev_port.h). A new model is a row in dev_models.c. */
#ifndef CANSIM_QEMU_LINK_DEV_INTERNAL_H
#define CANSIM_QEMU_LINK_DEV_INTERNAL_H

#include "qemu-link/device.h"
#include "qemu-link/link_listen.h"

#include <ev.h>

/* All are called from the loop or from cs_device_plug(), `self` is what create() returned. */
struct cs_device_ops {
    /* Everything behind the socket, no peer yet. NULL: with *status 3 and a sentence in `why`,
     * "not enough memory" … */
    void *(*create)(struct cs_device *device, int *status, char *why, size_t why_size);
    /* A peer may still be there: it is dropped. */
    void (*destroy)(void *self);
    /* A peer has come; `fd` (non-blocking, close-on-exec) belongs to the kind from now on. Only
     * while there is none and the device is plugged, or for a kind that can connect unplugged
     * (USB). When the peer has gone and fd is closed, the kind calls cs_device_gone(). */
    void (*accept)(void *self, int fd);
    /* NULL: cannot be pulled out. The state that device->plugged has now. */
    void (*plug)(void *self);
    /* Fill in port[] and n_ports, and `path` where it differs from the spec's. */
    void (*look)(const void *self, struct cs_device_status *status);
    /* The option for the peer; `path` is absolute. */
    void (*option)(const void *self, const char *path, char *text, size_t size);
};

struct cs_device_model {
    enum cs_device_kind kind;
    const char *name;
    const char *aliases; /* other names, ',' between them; may be "" */
    unsigned min_ports, max_ports;
    const char *driver; /* of Linux */
    const char *help;   /* what it is, in a few words */
    const struct cs_device_ops *ops;
    const void *data; /* of the kind: ids, registers … */
};

extern const struct cs_device_model *const cs_device_model_rows[]; /* ends with NULL */
extern const struct cs_device_model cs_pci_kvaser_model, cs_pci_ems_model, cs_pci_peak_model;
extern const struct cs_device_model cs_usb_pcanfd_model, cs_usb_pcanprofd_model, cs_usb_gs_model;

struct cs_device {
    struct cs_link_host host;
    struct cs_device_spec spec;
    struct cs_bus *bus[CS_DEVICE_PORTS_MAX]; /* spec.n_buses of them */
    bool plugged, connected;
    struct cs_link_listener listener; /* fd < 0: none (a pseudo-terminal) */
    ev_io acceptable;
    ev_timer accept_again;
    uint64_t connections, refused, protocol_errors, lost;
    bool lost_told; /* losses were told at lost_told_ps; lost_untold came after it */
    int64_t lost_told_ps;
    uint64_t lost_untold;
    void *self;
};

/* The name of one controller: the device's, or NAME.I where it has several. Returns buf. */
const char *cs_device_port_name(const struct cs_device *device, unsigned port,
                                char buf[CS_NAME_MAX]);
/* The peer has gone, by itself or because it was dropped; its descriptor is closed. */
void cs_device_gone(struct cs_device *device);
/* The same where it broke the protocol: counted, and said as a note in the event stream. The kind
 * has closed the descriptor, or does so right after. */
void cs_device_blame(struct cs_device *device, const char *why);
/* A note in the event stream, "NAME: TEXT", on the bus of a port. */
void cs_device_note(struct cs_device *device, unsigned port, const char *text);
/* Frames that found no room on the way to the peer. The event stream hears of it (CS_EV_LOST) at
 * once, and then once a second of bus time. */
void cs_device_lost(struct cs_device *device, unsigned port, unsigned n);

#endif
