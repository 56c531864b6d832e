/* SPDX-License-Identifier: MIT */
/* device.h - hardware for outside programs: PCI cards over vfio-user, USB adapters over usbredir,
 * serial adapters (slcan). A device listens on a socket of its own (or has a pseudo-terminal), one
 * peer at a time, and has one controller a channel. docs/qemu.md tells which is for whom. */
#ifndef CANSIM_QEMU_LINK_DEVICE_H
#define CANSIM_QEMU_LINK_DEVICE_H

#include "qemu-link/link_server.h"

#define CS_DEVICE_PORTS_MAX  4   /* channels of one device */
#define CS_DEVICES_MAX       32  /* of one host */
#define CS_DEVICE_OPTION_MAX 512 /* bytes of cs_device_option(), NUL included */

struct cs_device;       /* opaque */
struct cs_device_model; /* opaque here; dev_internal.h */

enum cs_device_kind {
    CS_DEVICE_CARD,  /* PCI over vfio-user */
    CS_DEVICE_USB,   /* USB over usbredir */
    CS_DEVICE_SLCAN, /* a serial line */
    CS_DEVICE_KIND_COUNT
};

/* "card", "usb", "slcan". */
const char *cs_device_kind_name(enum cs_device_kind kind);

struct cs_device_spec {
    enum cs_device_kind kind;
    const struct cs_device_model *model;
    char name[CS_NAME_MAX]; /* of its controller on the bus; with several NAME.0, NAME.1 … */
    char bus[CS_DEVICE_PORTS_MAX][16];
    unsigned n_buses;
    char path[CS_DEVICE_OPTION_MAX]; /* socket, or "pty", "pty:LINK" (slcan) */
    bool unplugged;                  /* not there until cs_device_plug() */
};

/* Read "MODEL:BUS[,BUS...]=PATH" (slcan: "BUS=PATH"). `name` becomes the last part of PATH without
 * its ending. Buses are looked up in cs_device_create(). Returns 0, or -EINVAL with a sentence in
 * `why` that says what must be there and what was got. */
int cs_device_parse(enum cs_device_kind kind, const char *text, struct cs_device_spec *spec,
                    char *why, size_t why_size);
/* Fill in `path` from what a person wrote. 0, or -EINVAL: too long. */
int cs_device_set_path(struct cs_device_spec *spec, const char *path);
/* Fill in `name` from `path`, or the model where the path is no file's. */
void cs_device_name_from_path(struct cs_device_spec *spec);
/* A model by its name or one of its other names, NULL: none; cs_device_models() names them all,
 * ", " between them. */
const struct cs_device_model *cs_device_find_model(enum cs_device_kind kind, const char *name);
const char *cs_device_models(enum cs_device_kind kind, char *text, size_t size);
struct cs_device_model_info {
    enum cs_device_kind kind;
    const char *name, *aliases; /* ',' between them */
    unsigned min_ports, max_ports;
    const char *driver; /* of Linux */
    const char *help;
};
/* The index-th of all models; false beyond the last. */
bool cs_device_model_info(unsigned index, struct cs_device_model_info *info);
/* The whole spec as it stands: 0, or -EINVAL with a sentence (number of buses, name, path). */
int cs_device_check(const struct cs_device_spec *spec, char *why, size_t why_size);

/* Make the device and its socket (mode 0600, as cs_link_listen()). NULL with *status 2 or 3 and a
 * sentence. `host` must outlive the device. */
struct cs_device *cs_device_create(const struct cs_link_host *host,
                                   const struct cs_device_spec *spec, int *status, char *why,
                                   size_t why_size);
/* Peers are disconnected, controllers leave, the socket is removed. Not while the bus runs. */
void cs_device_destroy(struct cs_device *device);

/* Plug it in or pull it out while the guest runs: USB disconnect and connect; slcan: the line is
 * dead. A card cannot be (-EOPNOTSUPP). 0 also where it is so already. May be called while the bus
 * runs. */
int cs_device_plug(struct cs_device *device, bool plugged);

struct cs_device_status {
    const char *name, *model, *driver; /* driver: of Linux */
    enum cs_device_kind kind;
    const char *path; /* where it listens: a path, or the pseudo-terminal's */
    bool plugged, connected;
    unsigned n_ports;
    struct {
        const char *bus;
        int node; /* on that bus, or CS_NO_NODE: not on the bus now */
        const char *name;
    } port[CS_DEVICE_PORTS_MAX];
    uint64_t connections;     /* since the start */
    uint64_t refused;         /* a second peer at the same time */
    uint64_t protocol_errors; /* broke the protocol and were disconnected */
    uint64_t lost;            /* frames for a peer that reads too slowly */
};
void cs_device_look(const struct cs_device *device, struct cs_device_status *status);

/* What to give the peer, ready to paste: QEMU's options, or how to open the line. Returns text. */
const char *cs_device_option(const struct cs_device *device, char text[CS_DEVICE_OPTION_MAX]);

#endif
