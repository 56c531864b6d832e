/* SPDX-License-Identifier: MIT */
/* dev_port.c - a channel and the controller that it has on the bus while it is on.
 * Invariant: `seat` is the controller that its owner hears of; one that was left from within a
 * callback (`leaving`) may stay on the bus for a moment more, and holds up the next one, whose name
 * it still has. */
#include "qemu-link/dev_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A controller's place on the bus, freed when the bus lets go of it. */
struct seat {
    struct cs_port *port; /* NULL: the port is no more */
    int node;
};

struct early {
    struct cs_frame frame;
    uint64_t cookie;
};

struct cs_port {
    struct cs_link_host host;
    struct cs_bus *bus;
    char name[CS_NAME_MAX];
    const char *via;
    const struct cs_port_ops *ops;
    void *ctx;
    struct cs_port_config config;
    bool on;
    bool asleep; /* on, without a seat; the bus is observed */
    bool edge;   /* asleep, and a dominant edge was seen */
    struct seat *seat, *leaving;
    struct cs_timer soon; /* joins when the place is free, or wakes */
    struct early *early;  /* submitted before it could join */
    unsigned n_early, early_room;
};

/* ---- what the controller tells ----------------------------------------------------------- */

/* The port that is to hear of this, or NULL. */
static struct cs_port *hears(void *ctx)
{
    struct seat *seat = ctx;

    return seat->port && seat->port->seat == seat ? seat->port : NULL;
}

static void on_received(void *ctx, const struct cs_rx *rx)
{
    struct cs_port *port = hears(ctx);

    if (port && port->ops->received)
        port->ops->received(port->ctx, rx);
}

static void on_confirmed(void *ctx, const struct cs_tx_done *done)
{
    struct cs_port *port = hears(ctx);

    if (port && port->ops->confirmed)
        port->ops->confirmed(port->ctx, done);
}

static void on_event(void *ctx, const struct cs_event *event)
{
    struct cs_port *port = hears(ctx);

    if (port && port->ops->event)
        port->ops->event(port->ctx, event);
}

static void do_soon(struct cs_port *port)
{
    cs_timer_start(port->host.sim, &port->soon, cs_sim_now_ps(port->host.sim));
}

static void on_detached(void *ctx)
{
    struct seat *seat = ctx;
    struct cs_port *port = seat->port;

    if (port && port->seat == seat) { /* the bus itself ends */
        port->seat = NULL;
        port->on = false;
    } else if (port && port->leaving == seat) {
        port->leaving = NULL;
        if (port->on && !port->asleep)
            do_soon(port); /* the place is free only when this call is over */
    }
    free(seat);
}

static const struct cs_controller_ops controller_ops = {
    .received = on_received,
    .confirmed = on_confirmed,
    .event = on_event,
    .detached = on_detached,
};

/* ---- joining and leaving ------------------------------------------------------------------ */

static void note(struct cs_port *port, const char *text)
{
    char line[256];
    struct cs_event event = {.kind = CS_EV_NOTE,
                             .bus = (uint16_t)cs_bus_index(port->bus),
                             .node = CS_NO_NODE,
                             .text = line};

    snprintf(line, sizeof(line), "%s: %s", port->name, text);
    cs_sim_publish(port->host.sim, &event);
}

static void give_up(struct cs_port *port, const struct early *early, enum cs_tx_result result)
{
    const struct cs_tx_done done = {
        .frame = &early->frame,
        .cookie = early->cookie,
        .at_ps = cs_sim_now_ps(port->host.sim),
        .result = result,
    };

    if (port->ops->confirmed)
        port->ops->confirmed(port->ctx, &done);
}

static void submit_early(struct cs_port *port)
{
    const unsigned n = port->n_early;

    port->n_early = 0;
    for (unsigned i = 0; i < n && port->seat; i++) {
        const struct early early = port->early[i];

        if (cs_bus_submit(port->bus, port->seat->node, &early.frame, early.cookie) != 0)
            give_up(port, &early, CS_TX_FAILED_ERROR);
    }
}

static int abort_early(struct cs_port *port, uint64_t cookie)
{
    int n = 0;

    for (unsigned i = 0; i < port->n_early;) {
        const struct early early = port->early[i];

        if (early.cookie != cookie) {
            i++;
            continue;
        }
        port->n_early--;
        memmove(&port->early[i], &port->early[i + 1], (port->n_early - i) * sizeof(port->early[0]));
        give_up(port, &early, CS_TX_ABORTED);
        n++;
    }
    return n;
}

/* Takes a place on the bus now. 0 or -errno; then the port is off. */
static int join(struct cs_port *port)
{
    struct seat *seat = calloc(1, sizeof(*seat));
    const struct cs_port_config *c = &port->config;
    const struct cs_controller_config config = {
        .name = port->name,
        .via = port->via,
        .timing = &c->timing,
        .fd = c->fd,
        .mode = c->mode,
        .order = c->order,
        .tx_queue_len = c->tx_queue_len,
        .recovery_ps = c->recovery_ps,
        .ops = &controller_ops,
        .ctx = seat,
    };
    int node = -ENOMEM;

    if (seat) {
        seat->port = port;
        node = cs_bus_attach(port->bus, &config);
    }
    if (node < 0) {
        free(seat);
        port->on = false;
        port->n_early = 0;
        note(port, node == -ENOSPC ? "cannot join: the bus is full"
                                   : "cannot join: there is no memory for it");
        return node;
    }
    seat->node = node;
    port->seat = seat;
    if (c->tec || c->rec)
        cs_bus_set_counters(port->bus, node, c->tec, c->rec);
    submit_early(port);
    return 0;
}

static void leave(struct cs_port *port)
{
    struct seat *seat = port->seat;

    if (!seat)
        return;
    port->seat = NULL;
    port->leaving = seat;
    cs_bus_remove(port->bus, seat->node); /* may free the seat */
}

/* ---- asleep ------------------------------------------------------------------------------- */

static void on_bus_event(void *ctx, const struct cs_event *event)
{
    struct cs_port *port = ctx;

    if (event->kind != CS_EV_TX_START || port->edge || event->bus != cs_bus_index(port->bus))
        return;
    port->edge = true;
    do_soon(port); /* observers must not change while they are being told */
}

static void end_sleep(struct cs_port *port)
{
    if (port->asleep)
        cs_sim_unobserve(port->host.sim, on_bus_event, port);
    port->asleep = port->edge = false;
}

static void on_soon(void *ctx, struct cs_timer *timer)
{
    struct cs_port *port = ctx;
    const bool was_asleep = port->asleep;

    (void)timer;
    end_sleep(port);
    if (port->on && !port->seat && !port->leaving)
        join(port);
    if (was_asleep && port->ops->woken)
        port->ops->woken(port->ctx);
}

void cs_port_sleep(struct cs_port *port)
{
    struct cs_node_status status;

    /* Where nobody more can observe the bus it stays awake. */
    if (!port->on || port->asleep || cs_sim_observe(port->host.sim, on_bus_event, port) != 0)
        return;
    port->asleep = true;
    if (port->seat && cs_bus_node_status(port->bus, port->seat->node, &status) == 0) {
        port->config.tec = status.tec;
        port->config.rec = status.rec;
    }
    cs_timer_stop(port->host.sim, &port->soon);
    leave(port);
}

void cs_port_wake(struct cs_port *port)
{
    if (!port->asleep)
        return;
    end_sleep(port);
    cs_timer_stop(port->host.sim, &port->soon);
    if (!port->leaving)
        join(port);
}

/* ---- on and off --------------------------------------------------------------------------- */

struct cs_port *cs_port_create(const struct cs_link_host *host, struct cs_bus *bus,
                               const char *name, const char *via, const struct cs_port_ops *ops,
                               void *ctx)
{
    struct cs_port *port = calloc(1, sizeof(*port));

    if (!port)
        return NULL;
    port->host = *host;
    port->bus = bus;
    snprintf(port->name, sizeof(port->name), "%s", name);
    port->via = via;
    port->ops = ops;
    port->ctx = ctx;
    port->soon.fn = on_soon;
    port->soon.ctx = port;
    if (cs_timer_reserve(host->sim, &port->soon) != 0) {
        free(port);
        return NULL;
    }
    return port;
}

void cs_port_destroy(struct cs_port *port)
{
    if (!port)
        return;
    cs_port_off(port);
    if (port->leaving)
        port->leaving->port = NULL;
    cs_timer_release(port->host.sim, &port->soon);
    free(port->early);
    free(port);
}

/* Room for frames that come before it can join; most ports never need it. */
static int make_room(struct cs_port *port, unsigned queue_len)
{
    const unsigned room = queue_len ? queue_len : CS_TX_QUEUE_DFLT;
    struct early *early;

    if (room <= port->early_room)
        return 0;
    early = realloc(port->early, room * sizeof(*early));
    if (!early)
        return -ENOMEM;
    port->early = early;
    port->early_room = room;
    return 0;
}

int cs_port_on(struct cs_port *port, const struct cs_port_config *config)
{
    char why[128], text[160];
    int ret;

    cs_port_off(port);
    if (cs_timing_check(&config->timing, why, sizeof(why)) != 0) {
        snprintf(text, sizeof(text), "stays off the bus: %s", why);
        note(port, text);
        return -EINVAL;
    }
    if (port->leaving && (ret = make_room(port, config->tx_queue_len)) != 0)
        return ret;
    port->config = *config;
    port->on = true;
    return port->leaving ? 0 : join(port);
}

void cs_port_off(struct cs_port *port)
{
    end_sleep(port);
    cs_timer_stop(port->host.sim, &port->soon);
    port->on = false;
    port->n_early = 0;
    leave(port);
}

bool cs_port_is_on(const struct cs_port *port)
{
    return port->on;
}

/* ---- while it is on ------------------------------------------------------------------------ */

int cs_port_submit(struct cs_port *port, const struct cs_frame *frame, uint64_t cookie)
{
    if (port->seat)
        return cs_bus_submit(port->bus, port->seat->node, frame, cookie);
    if (!port->on || port->asleep)
        return -ENETDOWN;
    if (port->n_early == port->early_room)
        return -ENOSPC;
    port->early[port->n_early++] = (struct early){*frame, cookie};
    return 0;
}

int cs_port_abort(struct cs_port *port, uint64_t cookie)
{
    if (port->seat)
        return cs_bus_abort(port->bus, port->seat->node, cookie);
    return port->on ? abort_early(port, cookie) : -ENETDOWN;
}

int cs_port_set_mode(struct cs_port *port, unsigned mode)
{
    port->config.mode = mode;
    return port->seat ? cs_bus_set_mode(port->bus, port->seat->node, mode) : -ENETDOWN;
}

int cs_port_set_counters(struct cs_port *port, unsigned tec, unsigned rec)
{
    return port->seat ? cs_bus_set_counters(port->bus, port->seat->node, tec, rec) : -ENETDOWN;
}

int cs_port_recover(struct cs_port *port)
{
    return port->seat ? cs_bus_recover(port->bus, port->seat->node) : -ENETDOWN;
}

int cs_port_freeze(struct cs_port *port)
{
    return port->seat ? cs_bus_freeze(port->bus, port->seat->node) : -ENETDOWN;
}

/* ---- looking ------------------------------------------------------------------------------ */

void cs_port_look(const struct cs_port *port, struct cs_node_status *status)
{
    if (port->seat && cs_bus_node_status(port->bus, port->seat->node, status) == 0)
        return;
    *status = (struct cs_node_status){.via = port->via, .state = CS_STATE_ERROR_ACTIVE};
    snprintf(status->name, sizeof(status->name), "%s", port->name);
}

int cs_port_node(const struct cs_port *port)
{
    return port->seat ? port->seat->node : CS_NO_NODE;
}

struct cs_bus *cs_port_bus(const struct cs_port *port)
{
    return port->bus;
}

const char *cs_port_name(const struct cs_port *port)
{
    return port->name;
}

int64_t cs_port_now_ps(const struct cs_port *port)
{
    return cs_sim_now_ps(port->host.sim);
}
