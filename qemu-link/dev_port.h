/* SPDX-License-Identifier: MIT */
/* dev_port.h - one channel of a device: a controller that joins its bus and leaves it as its owner
 * wants. cs_port_off() is a reset line: the controller stops at once, in the midst of a bit; what
 * it was sending ends there, and the others see what a real bus would see. */
#ifndef CANSIM_QEMU_LINK_DEV_PORT_H
#define CANSIM_QEMU_LINK_DEV_PORT_H

#include "qemu-link/link_server.h"

struct cs_port; /* opaque */

/* Any may be NULL. They run while the bus runs, possibly within the calls below; they may call
 * anything here but cs_port_destroy(). None runs after cs_port_off() or cs_port_destroy(). */
struct cs_port_ops {
    void (*received)(void *ctx, const struct cs_rx *rx);
    /* Once for each frame that cs_port_submit() took, unless the port goes off before. */
    void (*confirmed)(void *ctx, const struct cs_tx_done *done);
    /* CS_EV_ARB_LOST, CS_EV_ERROR, CS_EV_COUNTERS, CS_EV_STATE of this controller. */
    void (*event)(void *ctx, const struct cs_event *event);
    /* Asleep: a dominant edge was seen. The port is awake again. */
    void (*woken)(void *ctx);
};

struct cs_port_config {
    struct cs_timing timing;
    enum cs_fd fd;
    unsigned mode; /* enum cs_mode */
    enum cs_tx_order order;
    unsigned tx_queue_len; /* 1..CS_TX_QUEUE_MAX; 0: CS_TX_QUEUE_DFLT */
    int64_t recovery_ps;   /* CS_RECOVERY_MANUAL, or by itself after so long */
    unsigned tec, rec;     /* to begin with: 0..255; passive states follow */
};

/* A channel that is off. `name` and `via` as in struct cs_controller_config; both are kept (name is
 * copied). NULL: no memory. */
struct cs_port *cs_port_create(const struct cs_link_host *host, struct cs_bus *bus,
                               const char *name, const char *via, const struct cs_port_ops *ops,
                               void *ctx);
/* Goes off, and is freed. NULL is nothing. */
void cs_port_destroy(struct cs_port *port);

/* Join with this configuration; where it is on already it leaves and joins anew. From a callback of
 * the bus it may be a moment later: until then frames submitted wait. Returns 0, -EINVAL (timing;
 * a sentence goes into the event stream as a note), -ENOSPC (bus full), -ENOMEM; then it is off. */
int cs_port_on(struct cs_port *port, const struct cs_port_config *config);
void cs_port_off(struct cs_port *port);
bool cs_port_is_on(const struct cs_port *port);

/* As cs_bus_submit() and so on; -ENETDOWN where it is off. */
int cs_port_submit(struct cs_port *port, const struct cs_frame *frame, uint64_t cookie);
int cs_port_abort(struct cs_port *port, uint64_t cookie);
int cs_port_set_mode(struct cs_port *port, unsigned mode);
int cs_port_set_counters(struct cs_port *port, unsigned tec, unsigned rec);
int cs_port_recover(struct cs_port *port);
int cs_port_freeze(struct cs_port *port);

/* Asleep: neither acknowledges nor receives; the next dominant edge wakes it (`woken`), and it
 * integrates anew. */
void cs_port_sleep(struct cs_port *port);
void cs_port_wake(struct cs_port *port); /* by its owner: without `woken` */

/* What it is now; off: name and via, state error active, counters 0. recovery_runs (0..128) of a
 * controller that recovers from bus-off counts the idle periods so far. */
void cs_port_look(const struct cs_port *port, struct cs_node_status *status);
int cs_port_node(const struct cs_port *port); /* index on the bus, CS_NO_NODE: off */
struct cs_bus *cs_port_bus(const struct cs_port *port);
const char *cs_port_name(const struct cs_port *port);
int64_t cs_port_now_ps(const struct cs_port *port);

#endif
